"""Classes of severity: what goes together in a visit, with every share written elsewhere unchanged. Pure rules.

A class has a name and no rank: children at risk and children who are agitated differ in kind. What is drawn of a visit
is `sim.engine.workload`; a visit's class is read off it in `sim.engine.reference.patient_attributes`.
"""

import math
import operator
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

from sim.department import quantities
from sim.department.pathway import ADMISSION, Dispose

if TYPE_CHECKING:  # a stream has classes, and what they do is solved of a stream
    from sim.department.patients import Stream

_HELD, _POLICE, _AMBULANCE, FRAIL = "held", "police", "ambulance", "frail"
TRAITS_WITH_ODDS = (ADMISSION, _HELD, _POLICE, _AMBULANCE, FRAIL)
"""What odds may be given for, besides the needs of the stream."""
ESCALATION, WISH = "escalation", "wish"

MOST_CLASSES = 127
"""A class is one byte in the table of visits."""

ClassShares = tuple[float, ...]
"""A share for every class."""
ClassSharesByAcuity = tuple[ClassShares, ...]
"""A share for every class, of CTAS 1 to 5."""

CLOSE_ENOUGH = 1e-14
"""By how much the shares of a mixture may miss those written."""

ClassName = Annotated[str, Field(min_length=1)]


class Severity(quantities.Frozen):
    """Named classes of a stream's visits, and what is likelier in one than in another.

    `share` has a row for each of CTAS 1 to 5 and in it a share for each class. `odds` are odds ratios against the first
    class, by trait: admission, held, police, ambulance, frail, or a need of the stream. `rates` (escalation) and
    `means` (wish: minutes of company) are relative; the mean over visits stays what is written elsewhere.
    """

    classes: Annotated[tuple[ClassName, ...], Field(min_length=1, max_length=MOST_CLASSES)]
    share: Annotated[tuple[tuple[quantities.Probability, ...], ...], Field(min_length=5, max_length=5)]
    odds: dict[str, tuple[quantities.Positive, ...]] = Field(default_factory=dict)
    rates: dict[str, tuple[quantities.Positive, ...]] = Field(default_factory=dict)
    means: dict[str, tuple[quantities.Positive, ...]] = Field(default_factory=dict)

    def _wrong(self) -> Iterator[str]:
        if wrong := "; ".join(self._wrong_numbers()):
            yield wrong

    def _wrong_numbers(self) -> Iterator[str]:
        n = len(self.classes)
        twice = sorted({name for name in self.classes if self.classes.count(name) > 1})
        if twice:
            yield f"class {twice[0]!r} is named twice in classes: give each a name of its own"
        for acuity, row in zip(quantities.ACUITIES, self.share, strict=True):
            total = quantities.sum_in_order(row)
            if len(row) != n:
                yield f"share of CTAS {acuity} has {len(row)} numbers: write one for each of the {n} classes"
            elif abs(total - 1.0) > quantities.ROUNDING:
                yield f"share of CTAS {acuity} sums to {total:.6g}, not 1: divide each by {total:.6g}"
        for field, known in (("rates", ESCALATION), ("means", WISH)):
            for name in getattr(self, field):
                if name != known:
                    yield f"{field}.{name} is not known: the one key of {field} is {known}"
        for field in ("odds", "rates", "means"):
            for name, numbers in getattr(self, field).items():
                if len(numbers) != n:
                    yield f"{field}.{name} has {len(numbers)} numbers: write one for each of the {n} classes"
        for trait, odds in self.odds.items():
            if odds[:1] not in ((), (1.0,)):
                yield (
                    f"odds.{trait} begins with {odds[0]:g}: they are against the first class, whose own is 1; "
                    f"divide each by {odds[0]:g}"
                )

    def odds_of(self, trait: str) -> ClassShares:
        """Odds of each class against the first; all 1 where none are written."""
        return self.odds.get(trait, (1.0,) * len(self.classes))


class AlwaysHeld(quantities.Frozen):
    """Who is held whatever the class: patients under an age in years, with a caregiver there or without."""

    under_age: Annotated[int, Field(ge=0, le=18)]
    caregiver: bool = False


class HeldOdds(quantities.Frozen):
    """Odds of being held against all other visits, of those who came with the police."""

    police: quantities.Positive = 1.0


class Held(quantities.Frozen):
    """Who the held are; how many they are stays `held_share`."""

    always: AlwaysHeld | None = None
    odds: HeldOdds = HeldOdds()


# --- one rule keeps every share that is written ----------------------------------------------------------------------


def share_at(intercept: float, log_odds: float) -> float:
    """Probability whose log odds are the sum."""
    return 1.0 / (1.0 + math.exp(-(intercept + log_odds)))


@lru_cache(maxsize=1024, typed=True)
def shares_with_odds(weights: ClassShares, odds: ClassShares, mean: float) -> ClassShares:
    """Probabilities with these odds ratios between them, whose mean under the weights is `mean`.

    p_k = 1 / (1 + exp(-(a + ln odds_k))); a is found by bisection, until it is between two neighbouring numbers. Odds
    that are all 1 leave `mean` itself, and so do a mean of 0 or 1. The staffings of a study ask the same of it.
    """
    if mean <= 0.0 or mean >= 1.0 or all(one == 1.0 for one in odds):
        return (mean,) * len(odds)
    wanted = mean * quantities.sum_in_order(weights)
    log_odds = [math.log(one) for one in odds]
    classes = list(zip(weights, log_odds, strict=True))
    centre = math.log(mean / (1.0 - mean))
    low, high = centre - max(log_odds), centre - min(log_odds)
    while True:
        middle = low + (high - low) / 2.0
        if not low < middle < high:
            break
        found = 0.0
        for weight, one in classes:  # in order, as `sum_in_order`, and `share_at` without a call: it is all the time
            found += weight * (1.0 / (1.0 + math.exp(-(middle + one))))
        if found < wanted:
            low = middle
        else:
            high = middle
    return tuple(share_at(middle, one) for one in log_odds)


@lru_cache(maxsize=1024, typed=True)
def shares_of_two_kinds(row: ClassShares, odds: ClassShares, second: float) -> tuple[ClassShares, ClassShares]:
    """Shares of classes among visits of a first and a second kind, whose mixture is `row`.

    `second` is the share of the second kind. Its odds of a class against the first class are `odds` times those of
    the first kind. The first kind's share of a class is multiplied by that of `row` over that of the mixture, again
    and again until no class is off by more than `CLOSE_ENOUGH`. Odds that are all 1 leave `row` itself.
    """
    if all(one == 1.0 for one in odds):
        return row, row
    row = parts_of_one(row)
    first = row
    while True:
        other = parts_of_one(tuple(b * o for b, o in zip(first, odds, strict=True)))
        mixture = [(1.0 - second) * a + second * b for a, b in zip(first, other, strict=True)]
        if all(abs(found - wanted) <= CLOSE_ENOUGH for found, wanted in zip(mixture, row, strict=True)):
            return first, other
        first = parts_of_one(
            tuple(b * wanted / found if b > 0.0 else 0.0 for b, wanted, found in zip(first, row, mixture, strict=True))
        )


def parts_of_one(numbers: ClassShares) -> ClassShares:
    """The same proportions with sum 1."""
    total = quantities.sum_in_order(numbers)
    return tuple(number / total for number in numbers)


def factors_around_one(weights: Sequence[float], relative: ClassShares) -> ClassShares:
    """The same proportions with mean 1 under the weights; exactly 1 where all are equal."""
    if all(one == relative[0] for one in relative):
        return (1.0,) * len(relative)
    weighted = quantities.sum_in_order(w * one for w, one in zip(weights, relative, strict=True))
    mean = weighted / quantities.sum_in_order(weights)
    return tuple(one / mean for one in relative)


def cumulated(row: ClassShares) -> ClassShares:
    """Sums from the left."""
    return tuple(quantities.sum_in_order(row[: number + 1]) for number in range(len(row)))


# --- the traits of a stream's visits ---------------------------------------------------------------------------------


class Traits(NamedTuple):
    """What a stream's visits are like by class: one class where it has none. Shares of CTAS 1 to 5 come in that order.

    `up_to` are cumulated shares of classes by acuity, of visits by other and by frail patients; `of_classes` those of
    both together, not cumulated. Of a stream without classes `classes` is empty. `held` is by class, for visits that
    came otherwise and with the police. `escalation` are factors on the rate of escalation, `wish` on the minutes of
    company.
    """

    classes: tuple[str, ...]
    of_classes: ClassSharesByAcuity
    up_to: tuple[ClassSharesByAcuity, ClassSharesByAcuity]
    needs: dict[str, ClassSharesByAcuity]
    admission: dict[str, ClassSharesByAcuity]
    ambulance: ClassShares
    police: ClassShares
    held: tuple[tuple[float, float], ...]
    escalation: ClassShares
    wish: ClassShares

    @property
    def n_classes(self) -> int:
        """Classes the shares are written for; one where the stream has none."""
        return len(self.ambulance)


ONE_CLASS = Severity(classes=("all",), share=((1.0,),) * len(quantities.ACUITIES))
"""What a stream without classes is solved as; its visits have no class in any table."""


def traits_of(stream: "Stream", acuity_mix: Sequence[float]) -> Traits:
    """Solve a stream's classes. `acuity_mix`: shares of CTAS 1 to 5 among its visits.

    A share of which five numbers are written is kept at each acuity, a share of which one is written over the mix.
    """
    severity = stream.severity or ONE_CLASS
    rows = severity.share
    of_classes = zip(*rows, strict=True)
    weights = tuple(quantities.sum_in_order(map(operator.mul, acuity_mix, shares)) for shares in of_classes)
    frail_visits = stream.returns.frail_share_of_visits if stream.returns is not None else 0.0
    kinds = [shares_of_two_kinds(row, severity.odds_of(FRAIL), frail_visits) for row in rows]

    def with_odds(trait: str, share: quantities.ShareByAcuity) -> ClassSharesByAcuity:
        odds = severity.odds_of(trait)
        if isinstance(share, tuple):
            return tuple(shares_with_odds(row, odds, one) for row, one in zip(rows, share, strict=True))
        return (shares_with_odds(weights, odds, share),) * len(rows)

    police = with_odds(_POLICE, stream.police_share)[0]
    even = (1.0,) * len(severity.classes)
    return Traits(
        classes=stream.severity.classes if stream.severity is not None else (),
        of_classes=rows,
        up_to=(tuple(cumulated(first) for first, _ in kinds), tuple(cumulated(second) for _, second in kinds)),
        needs={name: with_odds(name, share) for name, share in stream.needs.items()},
        admission={step.name: with_odds(ADMISSION, step.admission) for step in disposing(stream)},
        ambulance=with_odds(_AMBULANCE, stream.ambulance_share)[0],
        police=police,
        held=shares_held(stream, weights, severity.odds_of(_HELD), police),
        escalation=factors_around_one(weights, severity.rates.get(ESCALATION, even)),
        wish=factors_around_one(weights, severity.means.get(WISH, even)),
    )


def disposing(stream: "Stream") -> list[Dispose]:
    """The steps that decide what becomes of a visit."""
    return [step for step in stream.pathway if isinstance(step, Dispose)]


def sums_above_one(stream: "Stream", traits: Traits) -> Iterator[tuple[str, float]]:
    """(what, sum) of two shares cut from one uniform that sum to more than 1 in some class."""
    for name, ambulance, police in zip(traits.classes, traits.ambulance, traits.police, strict=True):
        if ambulance + police > 1.0 + quantities.ROUNDING:
            yield f"shares by ambulance and with the police in class {name}", ambulance + police
    for step in disposing(stream):
        for acuity, row in zip(quantities.ACUITIES, traits.admission[step.name], strict=True):
            for name, admission in zip(traits.classes, row, strict=True):
                total = admission + quantities.of_acuity(step.transfer, acuity)
                if total > 1.0 + quantities.ROUNDING:
                    yield f"admission and transfer of CTAS {acuity} in class {name}", total


def shares_held(
    stream: "Stream", weights: ClassShares, odds: ClassShares, police: ClassShares
) -> tuple[tuple[float, float], ...]:
    """Share held of those not held always, by class, without and with the police; in all it is `held_share`.

    Age and caregiver say nothing about class and arrival, and so the rest is drawn from its joint distribution.
    """
    always = stream.always_held_share
    of_others = (stream.held_share - always) / (1.0 - always) if always < 1.0 else 0.0
    mean = of_others if always else stream.held_share
    of_police = stream.held.odds.police if stream.held is not None else 1.0
    cells = tuple(w * part for w, share in zip(weights, police, strict=True) for part in (1.0 - share, share))
    found = shares_with_odds(cells, tuple(one * factor for one in odds for factor in (1.0, of_police)), mean)
    return tuple(zip(found[::2], found[1::2], strict=True))


def class_at(u: float, up_to: ClassShares) -> int:
    """The class of a uniform: the first whose cumulated share is above it, else the last."""
    number = 0
    while number < len(up_to) - 1 and u >= up_to[number]:
        number += 1
    return number


def held_always(age: float, caregiver: bool, under_age: float, with_caregiver: bool) -> bool:
    """Whether a visit is held whatever else is true of it; an `under_age` of 0 holds nobody."""
    return age < under_age and caregiver == with_caregiver
