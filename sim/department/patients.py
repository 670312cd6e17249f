"""What patients bring: age, needs, patience, escalation, and the law of their return.

Draws are made by `sim.engine.workload`; what patience and escalation do to a visit is
`sim.engine.reference.patience_and_calm`.
"""

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.department import quantities
from sim.department.arrivals import not_one
from sim.department.forks import wrong_forks
from sim.department.pathway import ADMISSION, MOST_BRANCHES, Choose, Dispose, Pathway, Task, branches_of
from sim.department.severity import FRAIL, TRAITS_WITH_ODDS, Held, Severity, held_always

AGE_GROUPS = ("0-5", "6-11", "12-17")
AGE_BOUNDS = ((0, 5), (6, 11), (12, 17))
ARRIVAL_MODES = ("walk_in", "ambulance", "police")
OLDER_CHILD_FROM = 12


def age_of(u: float, shares: tuple[float, float, float]) -> tuple[int, int]:
    """Age in years and age group of a uniform: groups by their shares, uniform in years within."""
    group, below = 0, 0.0
    while group < len(shares) - 1 and u >= below + shares[group]:
        below += shares[group]
        group += 1
    low, high = AGE_BOUNDS[group]
    part = min(max((u - below) / shares[group], 0.0), 1.0) if shares[group] > 0.0 else 0.0
    return min(high, low + int(part * (high - low + 1))), group


def arrival_mode_of(u: float, ambulance_share: float, police_share: float) -> int:
    """Index in ARRIVAL_MODES of a uniform."""
    if u < ambulance_share:
        return 1
    return 2 if u < ambulance_share + police_share else 0


def never_leaves_of_the_free(never_leaves: float, held_share: float) -> float:
    """Share of those who may go that never do, when `never_leaves` counts those held."""
    free_to_go = 1.0 - held_share
    return max(0.0, never_leaves - held_share) / free_to_go if free_to_go > 0.0 else 1.0


class Patience(quantities.Frozen):
    """Minutes of waiting a visit bears. `never_leaves` counts held visits; CTAS 1 never leaves.

    `minutes` None: nobody leaves.
    """

    never_leaves: quantities.Probability = 0.0
    ctas1_never_leaves: bool = True
    minutes: quantities.Distribution | None = None


class ResponseTask(quantities.Frozen):
    """Minutes of one role when distress escalates."""

    role: str
    minutes: quantities.NonNegative


class Escalation(quantities.Frozen):
    """Exponential budget of minutes waiting or roomed, mean `mean_hours`; the response is at top rank."""

    mean_hours: quantities.Positive
    response: tuple[ResponseTask, ...]
    restraint_share: quantities.Probability = 0.0


class ReturnVisits(quantities.Frozen):
    """Mixture-cure Weibull for the next unplanned visit: S(t) = (1 - pi F(t)) ** hazard.

    `susceptible` is pi, `scale_days` and `shape` those of the Weibull F. A share of patients has `frailty` as factor
    on the hazard, the others 1. `hazard_by_disposition` multiplies too (1 where not named).
    """

    susceptible: Annotated[float, Field(ge=0, lt=1)]
    shape: quantities.Positive
    scale_days: quantities.Positive
    frail_share: quantities.Probability = 0.0
    frailty: quantities.EffectFactor = 1.0
    hazard_by_disposition: dict[str, quantities.EffectFactor] = Field(default_factory=dict)
    prelude_days: quantities.NonNegative = 0.0

    def _wrong(self) -> Iterator[str]:
        frail = 1.0 - (1.0 - self.susceptible) ** self.frailty
        mean = (1.0 - self.frail_share) * self.susceptible + self.frail_share * frail
        if mean >= 0.99:
            yield f"{mean:.3f} returns per visit never settle: lower susceptible or frailty"

    @property
    def visits_per_patient(self) -> float:
        """Visits of a patient in the long run, the first included: a geometric number in each class of patients.

        Exact where `hazard_by_disposition` is 1 and no contact or effect changes the hazard.
        """
        return quantities.sum_in_order(self._visits_by_kind)

    @property
    def frail_share_of_visits(self) -> float:
        """Share of visits that are by frail patients, in the long run and as exact as `visits_per_patient`."""
        return self._visits_by_kind[1] / self.visits_per_patient

    @property
    def _visits_by_kind(self) -> tuple[float, float]:
        """Visits by other and by frail patients, for each patient who comes a first time."""
        never = 1.0 - self.susceptible
        return (1.0 - self.frail_share) / never, self.frail_share / float(never**self.frailty)


def hazard_of_return(
    frailty: float, of_disposition: float, of_contact: float, of_follow_up: float, of_bridging: float
) -> float:
    """Product of the factors on the hazard of return; 1 for each that does not apply."""
    return frailty * of_disposition * of_contact * of_follow_up * of_bridging


def minutes_to_return(susceptible: float, shape: float, scale_days: float, hazard: float, u: float) -> float:
    """Minutes from departure to the next unplanned visit, inf for never; u in (0, 1) is the survival reached."""
    share = (1.0 - u ** (1.0 / hazard)) / susceptible if susceptible > 0.0 else 1.0
    if share >= 1.0:
        return math.inf
    return float(scale_days * (-math.log1p(-share)) ** (1.0 / shape) * quantities.MINUTES_PER_DAY)


NEVER_MINUTES = 1e9
"""A return later than this (1,900 years) is no return."""


def time_of_return(departure: float, gap: float, day_cumulated: np.ndarray, u: float) -> float:
    """When a patient is back, a `gap` after departure: on the day that gives, at an hour when such visits come.

    A return on the day of departure itself keeps its minute. `day_cumulated` has shape (7, 25): the share of a day's
    arrivals before each hour, Monday first; u in (0, 1) chooses within it. A longer gap never makes an earlier return.
    """
    if gap > NEVER_MINUTES:
        return math.inf
    time = departure + gap
    day = math.floor(time / quantities.MINUTES_PER_DAY)
    if day == math.floor(departure / quantities.MINUTES_PER_DAY):
        return time
    cumulated = day_cumulated[day % 7]
    hour = 0
    while u >= cumulated[hour + 1]:
        hour += 1
    part = (u - cumulated[hour]) / (cumulated[hour + 1] - cumulated[hour])
    return float(day * quantities.MINUTES_PER_DAY + (hour + part) * quantities.MINUTES_PER_HOUR)


class Group(quantities.Frozen):
    """An equity group: its share of patients and its multipliers, all 1 by default."""

    name: str
    share: quantities.Probability
    patience: quantities.EffectFactor = 1.0
    consent: quantities.FactorFromZero = 1.0
    linkage: quantities.EffectFactor = 1.0
    triage: quantities.EffectFactor = 1.0


class Stream(quantities.Frozen):
    """A kind of visit: what its patients are like and the pathway they take.

    `age_shares` are for ages 0-5, 6-11, 12-17, uniform within each. `needs` gives shares by name.
    `caregiver_share` is for under 12 and from 12 on. `held` says who are held, `held_share` how many.
    """

    age_shares: tuple[quantities.Probability, quantities.Probability, quantities.Probability] = (1.0, 0.0, 0.0)
    ambulance_share: quantities.Probability = 0.0
    police_share: quantities.Probability = 0.0
    held_share: quantities.Probability = 0.0
    held: Held | None = None
    caregiver_share: tuple[quantities.Probability, quantities.Probability] = (1.0, 1.0)
    needs: dict[str, quantities.ShareByAcuity] = Field(default_factory=dict)
    patience: Patience = Patience()
    escalation: Escalation | None = None
    returns: ReturnVisits | None = None
    severity: Severity | None = None
    pathway: Pathway

    @property
    def visits_per_patient(self) -> float:
        """As its law of return has it; 1 where nobody returns."""
        return 1.0 if self.returns is None else self.returns.visits_per_patient

    @property
    def always_held_share(self) -> float:
        """Share of visits that are held whatever their class: exact, by single years of age."""
        if self.held is None or self.held.always is None:
            return 0.0
        always = self.held.always
        parts = []
        for share, (low, high) in zip(self.age_shares, AGE_BOUNDS, strict=True):
            for age in range(low, high + 1):
                there = self.caregiver_share[age >= OLDER_CHILD_FROM]
                chance = there if always.caregiver else 1.0 - there
                if held_always(age, always.caregiver, always.under_age, always.caregiver):
                    parts.append(share / (high - low + 1) * chance)
        return quantities.sum_in_order(parts)

    def _wrong(self) -> Iterator[str]:
        yield from not_one(self.age_shares, "age_shares")
        if self.ambulance_share + self.police_share > 1.0 + quantities.ROUNDING:
            yield "ambulance_share and police_share sum to more than 1: lower one of them"
        names = [step.name for step in self.pathway]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield f"step name {twice[0]!r} is used twice: names key the draws, give each step its own"
        for step in self.pathway:
            if step.need is not None and step.need not in self.needs:
                yield f"step {step.name!r} asks for need {step.need!r}, known are {', '.join(self.needs) or 'none'}"
        of_branches = tuple(self._wrong_branches())
        of_forks = () if of_branches or twice else tuple(wrong_forks(self.pathway))
        wrong = (*self._wrong_odds(), *self._wrong_holds(), *self._wrong_assessments(), *of_branches, *of_forks)
        if wrong:
            yield "; ".join(wrong)

    def _wrong_branches(self) -> Iterator[str]:
        """Branches that nobody is sent into before they begin, or that bear one name."""
        classes = self.severity.classes if self.severity is not None else ()
        known: list[str] = []
        for step in self.pathway:
            if step.branch is not None and step.branch not in known:
                there = ", ".join(known) or "none"
                where = "branches of choose and fork steps before it"
                yield f"step {step.name!r} is in branch {step.branch!r}; {where}: {there}"
            for branch_name in branches_of(step):
                if branch_name in known:
                    yield f"branch {branch_name!r} is named twice: give each branch of a stream a name of its own"
                known.append(branch_name)
            for branch in step.branches if isinstance(step, Choose) else ():
                for name in branch.by_class:
                    if name not in classes:
                        there = ", ".join(classes) or "none"
                        yield f"by_class of branch {branch.name!r} names {name!r}, classes of the stream are {there}"
        if len(known) > MOST_BRANCHES:
            yield f"the pathway has {len(known)} branches, a stream may have {MOST_BRANCHES}: merge some"

    def _wrong_holds(self) -> Iterator[str]:
        always = self.always_held_share
        if always > self.held_share + quantities.ROUNDING:
            yield (
                f"held_share is {self.held_share:g} and a share of {always:.4g} is always held: "
                f"raise held_share to {always:.4g} at least, or lower held.always.under_age"
            )

    def _wrong_odds(self) -> Iterator[str]:
        """Odds for what visits of the stream do not have."""
        disposes = any(isinstance(step, Dispose) for step in self.pathway)
        for trait in self.severity.odds if self.severity is not None else ():
            where = f"severity.odds.{trait}"
            if trait in TRAITS_WITH_ODDS and trait in self.needs:
                yield f"{where} is a need and a trait of every stream: give the need another name"
            elif trait not in TRAITS_WITH_ODDS and trait not in self.needs:
                yield f"{where} is no trait of the stream: use one of {', '.join((*TRAITS_WITH_ODDS, *self.needs))}"
            elif trait == ADMISSION and not disposes:
                yield f"{where}: the pathway has no dispose step, so nobody is admitted; take it out or add the step"
            elif trait == FRAIL and self.returns is None:
                yield f"{where}: the stream has no returns, so nobody is frail; take it out or add returns"

    def _wrong_assessments(self) -> Iterator[str]:
        """Assessments before admission that nothing in the pathway would give."""
        asked: set[str] = set()
        n_assessing = 0
        for step in self.pathway:
            if isinstance(step, Task) and step.need is not None:
                asked.add(step.need)
            if not isinstance(step, Dispose) or not step.assessed_by:
                continue
            n_assessing += 1
            for need in step.assessed_by:
                if need not in self.needs:
                    known = ", ".join(self.needs) or "none"
                    yield f"assessed_by of {step.name!r} names need {need!r}, known are {known}"
                elif need not in asked:
                    yield f"assessed_by of {step.name!r} names {need!r}, which no task before it needs: put one there"
            for key in ("only_if", "branch"):
                if getattr(step, key) is not None:
                    why = "who takes it is not known at arrival; drop one"
                    yield f"step {step.name!r} has assessed_by and {key}: {why}"
        if n_assessing > 1:
            yield "assessed_by is at two dispose steps: keep it at the one that admits"
