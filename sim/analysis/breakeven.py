"""How large an effect must be for a staffing to pay: net benefit over a range of the effect, on common seeds.

Runs are played and stored as those of a sweep; what is worth how much is `sim.analysis.valuation`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, model_validator

from sim.analysis.estimates import cautions_table, flags_of_pairs, guard_values
from sim.analysis.valuation import EVERYTHING, Prior, Worth, net_benefit, problems_of_presets
from sim.department.quantities import sum_in_order
from sim.department.scenario import Problem, ScenarioError
from sim.io.suggest import did_you_mean
from sim.runs.design import Design
from sim.statistics.intervals import mean_intervals, t_point

_Floats = NDArray[np.float64]
Span = tuple[float, float]
_Verdict = Literal["turns", "never", "always", "unclear"]


class BreakEvenFacts(BaseModel):
    """A sweep of staffings over an effect, and what its differences are worth, as run.json says it.

    `labels` names the scenario of each staffing at each effect, `beside` the scenario of the baseline it is compared
    with, in the order of the `effects`; there is one baseline for all unless the effect is in force in it too. Each of
    the `presets` counts what `worth` says it does and has an answer of its own; the first leads.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    effect: str
    effects: Annotated[tuple[float, ...], Field(min_length=2)]
    prior: Prior | None
    presets: Annotated[tuple[str, ...], Field(min_length=1)]
    worth: tuple[Worth, ...]
    baseline: str
    staffings: Annotated[dict[str, str], Field(min_length=1)]
    labels: dict[str, tuple[str, ...]]
    beside: tuple[str, ...]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if list(self.effects) != sorted(set(self.effects)):
            raise ValueError("effects: do not rise")
        if set(self.labels) != set(self.staffings):
            raise ValueError("labels: not those of the staffings")
        if any(len(each) != len(self.effects) for each in (self.beside, *self.labels.values())):
            raise ValueError("labels: not one for each effect")
        named = [preset for preset in self.presets if preset != EVERYTHING]
        for problem in problems_of_presets(named, self.worth):
            raise ValueError(f"{problem.path}: {problem.remedy}")
        return self


class BreakEvenPlan(BreakEvenFacts):
    """The same with the scenarios, by label."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    design: SkipValidation[Design]

    def facts(self) -> dict[str, object]:
        """What was asked, for run.json."""
        return self.model_dump(exclude={"design"})


def effects_played(reach: Span, points: int) -> tuple[float, ...]:
    """Evenly spread over the range, rising, and 1 (no effect) among them if it lies inside."""
    spread = {round(float(at), 9) for at in np.linspace(*reach, points)}
    return tuple(sorted(spread | ({1.0} if reach[0] < 1.0 < reach[1] else set())))


@dataclass(frozen=True)
class Curve:
    """Net benefit of one staffing in CAD a week: a row for each of `effects`, rising, a column for each replication.

    Between effects it is taken as a straight line in each replication.
    """

    effects: _Floats
    net_benefit: _Floats

    @property
    def n(self) -> int:
        return int(self.net_benefit.shape[1])


@dataclass(frozen=True)
class BreakEven:
    """Where net benefit turns.

    `verdict`: `turns` once inside the range, and the interval ends inside it too; `never` and `always` beyond chance at
    every effect; `unclear` otherwise. `roots`: where the mean is 0. `spans`: effects at which a net benefit of 0 is not
    refuted; they hold the true effect with the confidence asked for (Fieller's way of an interval for a ratio), and
    there may be none, several, or all of the range. `pays`: effects at which the mean is above 0.
    `bend`: CAD a week by which the curve may be off halfway between two effects, for being no straight line.
    """

    verdict: _Verdict
    roots: tuple[float, ...]
    spans: tuple[Span, ...]
    pays: tuple[Span, ...]
    surely_pays: tuple[Span, ...]
    perhaps_pays: tuple[Span, ...]
    bend: float
    n: int


@dataclass(frozen=True)
class Chance:
    """The prior's probability that an effect pays: of those in the range whose mean net benefit is above 0; of those
    that do beyond chance (`low`); of those that may, with all the prior has outside the range (`high`)."""

    probability: float
    low: float
    high: float
    outside: float


def break_even(curve: Curve, confidence: float = 0.95) -> BreakEven:
    """Where a curve crosses 0, with the effects that cannot be told from it. Needs two replications at least.

    At every effect the mean is compared with 0 by Student's t, and the effects not refuted are kept: an interval by
    inversion of tests, right whatever the slope, where dividing by an estimated slope would not be. One test is true at
    the true effect, so nothing has to be paid for their number. Source: Fieller 1954, J R Stat Soc B 16:175-185.
    """
    if curve.n < 2:
        raise ValueError(f"{curve.n} replication: an interval needs two or more")
    reach = t_point(curve.n - 1, confidence)
    spans = _joined(span for piece in pieces(curve) for span in piece.where(reach, "near"))
    roots = roots_of(curve)
    means = curve.net_benefit.mean(axis=1)
    ends = (float(curve.effects[0]), float(curve.effects[-1]))
    inside = len(spans) == 1 and spans[0][0] > ends[0] and spans[0][1] < ends[1]
    verdict: _Verdict = "unclear"
    if not spans:
        verdict = "never" if means[0] < 0.0 else "always"
    elif inside and len(roots) == 1:
        verdict = "turns"
    return BreakEven(
        verdict=verdict,
        roots=roots,
        spans=spans,
        pays=_joined(span for piece in pieces(curve) for span in piece.where(0.0, "above")),
        surely_pays=_joined(span for piece in pieces(curve) for span in piece.where(reach, "above")),
        perhaps_pays=_joined(span for piece in pieces(curve) for span in piece.where(-reach, "above")),
        bend=bend_of(curve.effects, means),
        n=curve.n,
    )


@dataclass(frozen=True)
class Piece:
    """The curve between two neighbouring effects: means and (co)variances of the means at its ends."""

    low: float
    high: float
    means: tuple[float, float]
    variances: tuple[float, float, float]

    def where(self, reach: float, what: Literal["near", "above"]) -> Iterator[Span]:
        """Effects at which |mean| <= reach x standard error (`near`), or mean > reach x standard error (`above`)."""
        cuts = [0.0, *self._crossings(reach), 1.0]
        for left, right in pairwise(cuts):
            middle = 0.5 * (left + right)
            distance = self._mean(middle) - reach * self._error(middle)
            is_in = self._mean(middle) ** 2 <= (reach * self._error(middle)) ** 2 if what == "near" else distance > 0.0
            if is_in and right > left:
                yield self._effect(left), self._effect(right)

    def _crossings(self, reach: float) -> list[float]:
        """Where mean² = reach² x variance, along the piece from 0 to 1: a quadratic equation; for reach 0 the root."""
        m0, m1 = self.means
        v0, v01, v1 = self.variances
        dm = m1 - m0
        square = reach * reach
        if square == 0.0:
            found = [-m0 / dm] if dm != 0.0 else []
        else:
            a = dm * dm - square * (v0 - 2.0 * v01 + v1)
            b = 2.0 * m0 * dm - 2.0 * square * (v01 - v0)
            c = m0 * m0 - square * v0
            found = [float(root.real) for root in np.roots([a, b, c]) if abs(root.imag) < 1e-12]
        return sorted(at for at in found if 0.0 < at < 1.0)

    def _mean(self, at: float) -> float:
        return self.means[0] + at * (self.means[1] - self.means[0])

    def _error(self, at: float) -> float:
        v0, v01, v1 = self.variances
        return math.sqrt(max(0.0, (1.0 - at) ** 2 * v0 + 2.0 * at * (1.0 - at) * v01 + at * at * v1))

    def _effect(self, at: float) -> float:
        return self.low + at * (self.high - self.low)


def pieces(curve: Curve) -> Iterator[Piece]:
    """The straight pieces of a curve, from low to high."""
    means = curve.net_benefit.mean(axis=1)
    spread = np.cov(curve.net_benefit) / curve.n
    for k in range(len(curve.effects) - 1):
        yield Piece(
            low=float(curve.effects[k]),
            high=float(curve.effects[k + 1]),
            means=(float(means[k]), float(means[k + 1])),
            variances=(float(spread[k, k]), float(spread[k, k + 1]), float(spread[k + 1, k + 1])),
        )


def roots_of(curve: Curve) -> tuple[float, ...]:
    """Effects at which the mean net benefit changes its sign, rising."""
    means = curve.net_benefit.mean(axis=1)
    found = []
    for k in np.flatnonzero(np.sign(means[:-1]) * np.sign(means[1:]) < 0.0):
        share = means[k] / (means[k] - means[k + 1])
        found.append(float(curve.effects[k] + share * (curve.effects[k + 1] - curve.effects[k])))
    found += [float(curve.effects[k]) for k in np.flatnonzero(means == 0.0)]
    return tuple(sorted(found))


def _joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch made one."""
    found: list[Span] = []
    for low, high in spans:
        if found and low <= found[-1][1] + 1e-12:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def bend_of(effects: _Floats, means: _Floats) -> float:
    """How far a straight line may be off halfway between two effects: a quarter of how far each mean is from the line
    between its neighbours, as for a parabola; 0 for fewer than three effects."""
    if len(effects) < 3:
        return 0.0
    share = (effects[1:-1] - effects[:-2]) / (effects[2:] - effects[:-2])
    expected = means[:-2] + share * (means[2:] - means[:-2])
    return float(np.abs(means[1:-1] - expected).max() / 4.0)


def chance_of_paying(found: BreakEven, effects: _Floats, prior: Prior) -> Chance:
    """The prior's probability of an effect that pays; nothing is assumed of effects outside the range."""
    outside = 1.0 - prior.within(float(effects[0]), float(effects[-1]))

    def of(spans: Sequence[Span]) -> float:
        return sum_in_order(prior.within(*span) for span in spans)

    return Chance(of(found.pays), of(found.surely_pays), of(found.perhaps_pays) + outside, outside)


@dataclass(frozen=True)
class Price:
    """What one more of a measure would have to be worth (CAD) for the net benefit to be 0 at an effect, all else as
    valued, with its interval; none of the three is known where the difference cannot be told from none."""

    name: str
    effect: float
    cad_per_unit: float
    span: Span


@dataclass(frozen=True)
class StaffingAnswer:
    """One staffing by one preset: its curve, where it turns, the prior's word on it, and prices at which it would pay.

    Nothing is concluded (`found` is None) of one replication, nor where the department has no steady state.
    """

    staffing: str
    label: str
    curve: Curve
    found: BreakEven | None
    chance: Chance | None
    prices: tuple[Price, ...] = ()
    unsteady_effects: tuple[float, ...] = ()
    preset: str = EVERYTHING


@dataclass(frozen=True)
class BreakEvenAnswer:
    """Everything a break-even study found out.

    `staffings`: each by the leading preset. `by_other_presets`: each by every other one, staffing by staffing.
    `curves`: staffing, preset, effect, mean, low, high, half_width, sd (net benefit, CAD a week), n, many_leave,
    no_steady_state (in the staffing or the baseline at that effect).
    `cautions`: label of the scenario and the columns of `cautions_table`.
    `parts`: staffing, effect, name, measure, cad_per_unit, presets (those that count it, with commas between them;
    empty: none), difference (staffing minus baseline, mean and half_width of the measure), worth (CAD a week, where it
    is counted). Only replications that are there for every scenario count.
    """

    plan: BreakEvenPlan
    staffings: tuple[StaffingAnswer, ...]
    curves: pd.DataFrame
    cautions: pd.DataFrame
    parts: pd.DataFrame
    n: int
    by_other_presets: tuple[StaffingAnswer, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.n == self.plan.design.replications

    def by_presets(self, staffing: str) -> tuple[StaffingAnswer, ...]:
        """A staffing by every preset, the leading one first."""
        return tuple(item for item in (*self.staffings, *self.by_other_presets) if item.staffing == staffing)


MOST_TIMES_DEARER = 1000.0
"""A price further off than so many times the worth stated is not looked for."""


def price_needed(item: Worth, effect: float, apart: _Floats, net_benefit: _Floats, confidence: float) -> Price | None:
    """The worth of one unit at which net benefit is 0 on average, of some replications; None where it cannot be told.

    Net benefit is a straight line in the worth of one measure, so this is a break-even too, over the worth.
    """
    dearest = MOST_TIMES_DEARER * item.cad_per_unit
    others = net_benefit - item.cad_per_unit * apart
    prices = np.array(sorted((0.0, dearest)))
    found = break_even(Curve(prices, others + prices[:, np.newaxis] * apart), confidence)
    return Price(item.name, effect, found.roots[0], found.spans[0]) if found.verdict == "turns" else None


def prices_needed(plan: BreakEvenPlan, apart: Mapping[str, _Floats], curve: Curve, preset: str) -> tuple[Price, ...]:
    """Prices of what a preset counts, at the effect played nearest to the prior's median, or else at the smallest."""
    if curve.n < 2:
        return ()
    wanted = plan.prior.median if plan.prior else plan.effects[0]
    row = int(np.abs(curve.effects - wanted).argmin())
    effect = float(curve.effects[row])
    found = (
        price_needed(item, effect, apart[item.name][row], curve.net_benefit[row], plan.design.confidence)
        for item in plan.worth
        if item.counts_in(preset) and abs(item.cad_per_unit) != 1.0  # money is worth itself
    )
    return tuple(price for price in found if price is not None)


def answer_of_runs(plan: BreakEvenPlan, measures: Sequence[str], values: _Floats) -> BreakEvenAnswer:
    """The answer from the measures of all runs, shape (scenarios, measures, replications), nan where missing.

    Raises ScenarioError where something is valued that no run has.
    """
    unknown = [item for item in plan.worth if item.measure not in measures]
    if unknown and len(measures):
        raise ScenarioError(
            [
                Problem(f"study.worth.{item.name}.measure", repr(item.measure), did_you_mean(item.measure, measures))
                for item in unknown
            ]
        )
    row_of = {label: row for row, label in enumerate(plan.design.labels.values())}
    played = ~np.isnan(values).all(axis=1).any(axis=0) if values.size else np.zeros(0, dtype=bool)
    values = values[:, :, played]
    cautions = cautions_table(guard_values(measures, values), plan.design.confidence)
    column_of = {name: column for column, name in enumerate(measures)}
    confidence = plan.design.confidence
    answers, curves, parts = [], [], []
    for staffing in plan.staffings if played.any() else ():
        rows, others = ([row_of[label] for label in labels] for labels in (plan.labels[staffing], plan.beside))
        apart = {
            item.name: values[rows, column_of[item.measure]] - values[others, column_of[item.measure]]
            for item in plan.worth
        }
        parts += [_part_rows(plan, staffing, item, apart[item.name]) for item in plan.worth]
        flags = flags_of_pairs(cautions, rows, others)
        for preset in plan.presets:
            found = answer_by_preset(plan, staffing, preset, apart, flags["no_steady_state"])
            curves.append(_curve_rows(found, confidence).assign(**flags))
            answers.append(found)
    cautions.insert(0, "label", list(row_of))
    return BreakEvenAnswer(
        plan=plan,
        staffings=tuple(item for item in answers if item.preset == plan.presets[0]),
        curves=_together(curves),
        cautions=cautions,
        parts=_together(parts),
        n=int(played.sum()),
        by_other_presets=tuple(item for item in answers if item.preset != plan.presets[0]),
    )


def answer_by_preset(
    plan: BreakEvenPlan, staffing: str, preset: str, apart: Mapping[str, _Floats], unsteady: NDArray[np.bool_]
) -> StaffingAnswer:
    """A staffing by what one preset counts; `unsteady` says at which effects there is no steady state."""
    curve = Curve(np.asarray(plan.effects), net_benefit(plan.worth, preset, apart))
    found = break_even(curve, plan.design.confidence) if curve.n > 1 and not unsteady.any() else None
    return StaffingAnswer(
        staffing=staffing,
        label=plan.staffings[staffing],
        curve=curve,
        found=found,
        chance=chance_of_paying(found, curve.effects, plan.prior) if found and plan.prior else None,
        prices=prices_needed(plan, apart, curve, preset) if found else (),
        unsteady_effects=tuple(curve.effects[unsteady].tolist()),
        preset=preset,
    )


def _part_rows(plan: BreakEvenPlan, staffing: str, item: Worth, apart: _Floats) -> pd.DataFrame:
    """How far apart the staffing and the baseline are in one measure at each effect, and what it is worth."""
    found = mean_intervals(apart, plan.design.confidence)
    return pd.DataFrame(
        {
            "staffing": staffing,
            "effect": plan.effects,
            "name": item.name,
            "measure": item.measure,
            "cad_per_unit": item.cad_per_unit,
            "presets": ", ".join(preset for preset in plan.presets if item.counts_in(preset)),
            "difference": found["mean"],
            "half_width": found["half_width"],
            "worth": item.cad_per_unit * found["mean"] if item.cad_per_unit != 0.0 else 0.0,
        }
    )


def _curve_rows(item: StaffingAnswer, confidence: float) -> pd.DataFrame:
    """Net benefit at each effect with its interval."""
    found = mean_intervals(item.curve.net_benefit, confidence)
    return pd.DataFrame({"staffing": item.staffing, "preset": item.preset, "effect": item.curve.effects, **found})


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
