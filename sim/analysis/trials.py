"""What a trial of peer support would take: power, false positives, sizes, contamination, cost, standard errors.

Every run is one site for the measured weeks, and so one trial of a patient-randomised offer; with a run of another seed
before it, it is one before-after comparison. Shorter trials are cut from them, those of several sites pooled from
different runs; what is larger than can be played often is reckoned from what was. What is kept of a run stands in
`sim.analysis.trial_runs`.

The difference that trials of a design find on average is estimated beside trials in which nobody is offered anything,
cut from runs with the same patients: these find nothing on average, and much of what is chance in both cancels.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.trial_runs import ARMS, EVERYBODY, cuts_of, value_key
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design, RunKey
from sim.statistics import trials
from sim.statistics.arrays import FloatArray
from sim.statistics.intervals import mean_intervals

TrialDesign = Literal["patient_offer", "before_after"]
OFFER: TrialDesign = "patient_offer"
BEFORE_AFTER: TrialDesign = "before_after"
NEVER_OFFERED, BEFORE = "never", "before"
"""Labels of the runs without peers: of the same patients as all others, and of those of a period before."""
WEEKS_PER_MONTH = 365.25 / 7.0 / 12.0
FEWEST_TRIALS = 10
"""Trials of a size below which their share that finds something is not shown: its limits would say nothing."""
YEARS_RECKONED = (2, 3, 5, 10)
"""Times the weeks of the study at one site, for which standard errors are handed on too."""


@dataclass(frozen=True)
class TrialPlan:
    """What is played: nobody ever (`NEVER_OFFERED`), half the patients and all offered peers, at each of the `effects`,
    and a period before (`BEFORE`).

    `always` and `offered` hold the labels by effect. `hours` and `cad` are a week's of the peers; `power` is that asked
    for, `sites` the numbers of sites for which it is told.
    """

    design: Design
    designs: tuple[TrialDesign, ...]
    outcomes: tuple[str, ...]
    effect: str
    effects: tuple[float, ...]
    offered: Mapping[float, str]
    always: Mapping[float, str]
    power: float
    sites: tuple[int, ...]
    weeks: int
    follow_up_days: int
    hours: float
    cad: float
    labels: tuple[str, str]

    @property
    def confidence(self) -> float:
        """Of the test and of all limits."""
        return self.design.confidence


class Trials(NamedTuple):
    """Simulated trials of one size: estimate, its variance and the degrees of freedom that this is known with, p-value,
    weight among sites, visits, patients.

    Each has shape (runs, trials a run); nan where a run is missing or a trial has no visits.
    """

    estimate: FloatArray
    variance: FloatArray
    freedom: FloatArray
    p: FloatArray
    weight: FloatArray
    n_visits: FloatArray
    n_patients: FloatArray


@dataclass(frozen=True)
class TrialAnswer:
    """What the runs say.

    `power`: how often trials of each design, outcome, effect and size find something; `false_positives`: the same where
    nobody is offered anything; `sizes`: what the power asked for takes; `seen`: what a trial sees beside the true
    difference; `errors`: standard errors, for the value of a trial. `n`: runs of each scenario.
    """

    plan: TrialPlan
    n: int
    is_whole: bool
    power: pd.DataFrame
    false_positives: pd.DataFrame
    sizes: pd.DataFrame
    seen: pd.DataFrame
    errors: pd.DataFrame


class PlayedSites:
    """The values of the runs of a plan, of those replications alone that were played of every scenario."""

    def __init__(self, plan: TrialPlan, runs: RunsInMemory) -> None:
        self.plan = plan
        done, keys = runs.done(), plan.design.keys
        every = range(plan.design.replications)
        self.whole = [r for r in every if all(RunKey(key, r) in done for key in keys.values())]
        self._values = {label: [runs.results[RunKey(key, r)].values for r in self.whole] for label, key in keys.items()}

    @property
    def n(self) -> int:
        """Replications that are there of every scenario."""
        return len(self.whole)

    def of(self, label: str, outcome: str, cut: int, arm: str, what: str) -> FloatArray:
        """A value of every run and trial of a cut, shape (runs, trials a run)."""
        names = [value_key(outcome, cut, number, arm, what) for number in range(max(cut, 1))]
        return np.array([[run[name] for name in names] for run in self._values[label]]).reshape(-1, len(names))

    def by_week(self, label: str, outcome: str) -> FloatArray:
        """Visits and their total by week, shape (runs, 2, weeks)."""
        weeks = range(self.plan.weeks)
        names = [[value_key(outcome, 0, week, EVERYBODY, what) for week in weeks] for what in ("n", "total")]
        return np.array([[[run[name] for name in row] for row in names] for run in self._values[label]])

    def mean(self, label: str, outcome: str) -> FloatArray:
        """Mean of all visits of each run."""
        both = self.by_week(label, outcome).sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(both[:, 1] / both[:, 0])

    def arm_mean(self, label: str, outcome: str, arm: str) -> FloatArray:
        """Mean of an arm of each run."""
        total, n = (self.of(label, outcome, 1, arm, what)[:, 0] for what in ("total", "n"))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(total / n)


def trials_of_offer(runs: PlayedSites, label: str, outcome: str, cut: int) -> Trials:
    """Patient-randomised trials: the offered less the control arm, by the errors of `sim.statistics.trials`."""
    kept = {arm: {what: runs.of(label, outcome, cut, arm, what) for what in trials.ArmMean._fields} for arm in ARMS}
    one, other = (kept[arm] for arm in ARMS)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate = one["total"] / one["n"] - other["total"] / other["n"]
        variance = one["variance"] + other["variance"]
        weight = one["n"] * other["n"] / (one["n"] + other["n"])
    n_patients = one["n_patients"] + other["n_patients"]
    permuted, freedom = runs.of(label, outcome, cut, "both", "p"), np.fmax(n_patients - 2.0, 1.0)
    p = np.where(np.isnan(permuted), trials.t_p(estimate, variance, freedom), permuted)
    return Trials(estimate, variance, freedom, p, weight, one["n"] + other["n"], n_patients)


def trials_before_after(runs: PlayedSites, label: str, outcome: str, cut: int) -> Trials:
    """Before-after comparisons: a period of `label`, less one of other patients before it, without peers."""
    before, after = runs.by_week(BEFORE, outcome), runs.by_week(label, outcome)
    kept = {
        what: runs.of(BEFORE, outcome, cut, EVERYBODY, what) + runs.of(label, outcome, cut, EVERYBODY, what)
        for what in ("n_patients", "variance", "of_cells")
    }
    length, shape = runs.plan.weeks // cut, (runs.n, cut)
    found = {name: np.full(shape, np.nan) for name in Trials._fields}
    found["n_patients"] = kept["n_patients"]
    for run, number in np.ndindex(shape):
        weeks, place = slice(number * length, (number + 1) * length), (run, number)
        periods = before[run, :, weeks], after[run, :, weeks]
        for name, value in _before_after(
            *periods, float(kept["variance"][place]), float(kept["of_cells"][place])
        ).items():
            found[name][place] = value
    return Trials(**found)


def _before_after(before: FloatArray, after: FloatArray, of_patients: float, of_cells: float) -> dict[str, float]:
    """One comparison, of visits and their total by week."""
    n_before, n_after = before[0].sum(), after[0].sum()
    if n_before == 0.0 or n_after == 0.0:
        return {"n_visits": float(n_before + n_after)}
    estimate = float(after[1].sum() / n_after - before[1].sum() / n_before)
    variance, freedom = trials.paired_variance(before, after, of_patients, of_cells)
    return {
        "estimate": estimate,
        "variance": variance,
        "freedom": freedom,
        "p": float(trials.t_p(estimate, variance, freedom)),
        "weight": float(n_before * n_after / (n_before + n_after)),
        "n_visits": float(n_before + n_after),
    }


def of_sites(found: Trials, n_sites: int) -> Trials:
    """Trials of so many sites, from different runs; each run is in one of them."""
    if n_sites == 1:
        return found
    n = len(found.estimate) // n_sites
    each = Trials(*(values[: n * n_sites, 0].reshape(n, n_sites) for values in found))
    estimate, variance, freedom = trials.pooled(each.estimate, each.variance, each.freedom, each.weight)
    p = trials.t_p(estimate, variance, freedom)
    columns = (estimate, variance, freedom, p, each.weight.sum(axis=1), *(values.sum(axis=1) for values in each[5:]))
    return Trials(*(np.asarray(column)[:, np.newaxis] for column in columns))


TrialRows = Iterator[dict[str, Any]]


class Size(NamedTuple):
    """Of a trial: sites, and into how many trials a run is cut."""

    sites: int
    cut: int


@dataclass(frozen=True)
class TrialsOfPlan:
    """All simulated trials of a plan, by design, outcome, size and label of the run with an offer."""

    plan: TrialPlan
    runs: PlayedSites

    @cached_property
    def _found(self) -> dict[tuple[str, str, int, str], Trials]:
        return {}

    def of(self, design: TrialDesign, outcome: str, size: Size, label: str) -> Trials:
        """The trials; those of several sites are pooled."""
        key = (design, outcome, size.cut, label)
        if key not in self._found:
            make = trials_of_offer if design == OFFER else trials_before_after
            self._found[key] = make(self.runs, label, outcome, size.cut)
        return of_sites(self._found[key], size.sites)

    def label_of(self, design: TrialDesign, effect: float) -> str:
        """The runs of a design at an effect."""
        return (self.plan.offered if design == OFFER else self.plan.always)[effect]

    @cached_property
    def sizes(self) -> list[Size]:
        """Sizes of which there are trials enough, from the smallest."""
        shorter = [Size(1, cut) for cut in cuts_of(self.plan.weeks)]
        pooled = [Size(n, 1) for n in sorted(self.plan.sites) if n > 1 and self.runs.n // n >= FEWEST_TRIALS]
        return [*shorter, *pooled]

    def difference(self, design: TrialDesign, outcome: str, effect: float, cut: int = 1) -> FloatArray:
        """Of each run what its trials find beside those in which nobody is offered anything, on the same patients."""
        one, nobody = (
            self.of(design, outcome, Size(1, cut), label).estimate
            for label in (self.label_of(design, effect), NEVER_OFFERED)
        )
        return np.asarray((one - nobody).mean(axis=1))


def answer_of_trials(plan: TrialPlan, played: RunsInMemory) -> TrialAnswer:
    """Everything that the runs say."""
    runs = PlayedSites(plan, played)
    found = TrialsOfPlan(plan, runs)
    cells = [(design, outcome) for design in plan.designs for outcome in plan.outcomes] if runs.n else []

    def table(rows: Callable[[TrialsOfPlan, TrialDesign, str], TrialRows]) -> pd.DataFrame:
        return pd.DataFrame([row for cell in cells for row in rows(found, *cell)])

    return TrialAnswer(
        plan=plan,
        n=runs.n,
        is_whole=runs.n == plan.design.replications,
        power=table(power_rows),
        false_positives=table(null_rows),
        sizes=table(sizes_needed),
        seen=table(seen_rows),
        errors=table(error_rows),
    )


def interval_over_sites(values: FloatArray, confidence: float) -> tuple[float, float, float]:
    """Mean and interval over runs; infinite of one."""
    found = mean_intervals(values[np.newaxis], confidence)
    return float(found["mean"][0]), float(found["low"][0]), float(found["high"][0])


def share_found(p: FloatArray, confidence: float) -> dict[str, float]:
    """How many trials there are and find something, their share and its limits."""
    known = p[~np.isnan(p)]
    n, n_found = known.size, int((known < 1.0 - confidence).sum())
    low, high = (float(end) for end in trials.wilson(n_found, n, confidence))
    return {"n_trials": n, "n_found": n_found, "share": n_found / n if n else np.nan, "low": low, "high": high}


def size_columns(plan: TrialPlan, design: TrialDesign, size: Size) -> dict[str, float]:
    """Sites, weeks of recruiting at each, and months until the last is recruited."""
    weeks = plan.weeks / size.cut
    return {"sites": size.sites, "weeks": weeks, "months": weeks * periods_of(design) / WEEKS_PER_MONTH}


def periods_of(design: TrialDesign) -> int:
    """A before-after comparison takes twice its weeks."""
    return 2 if design == BEFORE_AFTER else 1


def null_rows(found: TrialsOfPlan, design: TrialDesign, outcome: str) -> TrialRows:
    """How often trials find something where nobody is offered anything."""
    for size in found.sizes:
        trial = found.of(design, outcome, size, NEVER_OFFERED)
        columns = {"design": design, "outcome": outcome} | size_columns(found.plan, design, size)
        yield columns | mean_counts(trial) | share_found(trial.p, found.plan.confidence)


def mean_counts(trial: Trials) -> dict[str, float]:
    """Visits and patients of a trial on average."""
    return {"n_visits": float(trial.n_visits.mean()), "n_patients": float(trial.n_patients.mean())}


def power_rows(found: TrialsOfPlan, design: TrialDesign, outcome: str) -> TrialRows:
    """How often trials find something at each effect and size, beside the formula with its limits."""
    plan = found.plan
    for effect in plan.effects:
        label = found.label_of(design, effect)
        for size in found.sizes:
            trial = found.of(design, outcome, size, label)
            mean, low, high = interval_over_sites(found.difference(design, outcome, effect, size.cut), plan.confidence)
            error, freedom = stated_error(trial)
            columns = {"design": design, "outcome": outcome, "effect": effect} | size_columns(plan, design, size)
            yield (
                columns
                | mean_counts(trial)
                | share_found(trial.p, plan.confidence)
                | formula_columns(mean, low, high, error, freedom, plan.confidence)
                | {"difference": mean, "difference_low": low, "difference_high": high}
                | {"estimate_se": error, "freedom": freedom}
                | {"estimate_sd": float(np.nanstd(trial.estimate, ddof=1))}
            )


def stated_error(trial: Trials) -> tuple[float, float]:
    """The standard error that trials of a size state (root of the mean variance), and its degrees of freedom."""
    return float(np.sqrt(np.nanmean(trial.variance))), float(np.nanmedian(trial.freedom))


def formula_columns(
    mean: float, low: float, high: float, error: float, freedom: float, confidence: float
) -> dict[str, float]:
    """Power by the formula, noncentral t, and its limits over the interval of the difference."""
    nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    ends = trials.power([mean, nearest, max(abs(low), abs(high))], error, confidence, freedom)
    return dict(zip(("formula", "formula_low", "formula_high"), map(float, ends), strict=True))


def sizes_needed(found: TrialsOfPlan, design: TrialDesign, outcome: str) -> TrialRows:
    """What the power asked for takes at each effect: visits, patients, months, hours of peers and money.

    `low` and `high` are the limits of the size, as a share of a run; infinite where no difference is beyond chance.
    """
    plan, one = found.plan, Size(1, 1)
    for effect in plan.effects:
        trial = found.of(design, outcome, one, found.label_of(design, effect))
        mean, low, high = interval_over_sites(found.difference(design, outcome, effect), plan.confidence)
        error, freedom = stated_error(trial)
        is_beyond_chance = low > 0.0 or high < 0.0
        ends = [mean, max(abs(low), abs(high)), min(abs(low), abs(high))]
        if not is_beyond_chance:
            ends = [0.0, max(abs(low), abs(high)), 0.0]
        times, least, most = map(float, trials.times_as_large(ends, error, plan.confidence, plan.power, freedom))
        counts, factors = mean_counts(trial), {"": times, "_low": least, "_high": most}
        months = times * plan.weeks * periods_of(design) / WEEKS_PER_MONTH
        yield {
            "design": design,
            "outcome": outcome,
            "effect": effect,
            "power": plan.power,
            "difference": mean,
            "difference_low": low,
            "difference_high": high,
            "beyond_chance": is_beyond_chance,
            **{f"{name}{end}": n * factor for name, n in counts.items() for end, factor in factors.items()},
            **{f"months_{n}": months / n for n in plan.sites},
            "peer_hours": times * plan.weeks * plan.hours,
            "peer_cad": times * plan.weeks * plan.cad,
        }  # fmt: skip


def seen_rows(found: TrialsOfPlan, design: TrialDesign, outcome: str) -> TrialRows:
    """What an offer to half the patients sees, beside what always rather than never having peers changes for the same.

    `control_moved`: what peers change for those who are not offered one; `offered_moved`: what sharing peers with fewer
    changes for those who are. The trial sees the truth, plus the second, less the first. A before-after comparison sees
    the truth, because nothing else changes between two simulated periods: it has no rows.
    """
    plan, runs = found.plan, found.runs
    for effect in plan.effects if design == OFFER else ():
        offered, always = plan.offered[effect], plan.always[effect]
        truth, sees = (
            runs.mean(always, outcome) - runs.mean(NEVER_OFFERED, outcome),
            found.difference(design, outcome, effect),
        )
        moved = {
            f"{arm}_moved": runs.arm_mean(offered, outcome, arm) - runs.arm_mean(label, outcome, arm)
            for arm, label in zip(ARMS, (always, NEVER_OFFERED), strict=True)
        }
        columns: dict[str, Any] = {"design": design, "outcome": outcome, "effect": effect}
        for name, values in ({"sees": sees, "truth": truth, "beside_truth": sees - truth} | moved).items():
            ends = zip(("", "_low", "_high"), interval_over_sites(values, plan.confidence), strict=True)
            columns |= {f"{name}{end}": value for end, value in ends}
        yield columns


def error_rows(found: TrialsOfPlan, design: TrialDesign, outcome: str) -> TrialRows:
    """Standard errors of an estimate by size, and of what it says of the logarithm of the effect.

    `log_effect_se` is the error over the slope of the difference on that logarithm; nan without one beyond chance.
    Patients of several years at one site are counted anew each year.
    """
    plan, slope = found.plan, slope_on_log(found, design, outcome)
    for effect in plan.effects:
        mean, _, _ = interval_over_sites(found.difference(design, outcome, effect), plan.confidence)
        columns = {"design": design, "outcome": outcome, "effect_key": plan.effect, "effect": effect}
        for cut, sites, times in sizes_handed_on(plan):
            trial = found.of(design, outcome, Size(1, cut), found.label_of(design, effect))
            error = stated_error(trial)[0] / np.sqrt(times)
            counts = {name: n * times for name, n in mean_counts(trial).items()}
            size = {"sites": sites, "weeks": plan.weeks * times / (cut * sites)} | counts
            yield columns | size | {"estimate": mean, "estimate_se": error, "log_effect_se": error / abs(slope)}


def sizes_handed_on(plan: TrialPlan) -> list[tuple[int, int, float]]:
    """Into how many trials a run is cut, sites, how many times as large: shorter trials, more years, more sites."""
    shorter = [(cut, 1, 1.0) for cut in cuts_of(plan.weeks)]
    longer = [(1, 1, float(years)) for years in YEARS_RECKONED]
    return [*shorter, *longer, *((1, n, float(n)) for n in sorted(plan.sites) if n > 1)]


def slope_on_log(found: TrialsOfPlan, design: TrialDesign, outcome: str) -> float:
    """By how much the difference grows with the logarithm of the effect; nan where that is not beyond chance."""
    effects = [effect for effect in found.plan.effects if effect > 0.0]
    if len(effects) < 2 or found.runs.n < 2:
        return np.nan
    logs = np.log(effects) - np.log(effects).mean()
    seen = np.array([found.difference(design, outcome, effect) for effect in effects])
    mean, low, high = interval_over_sites(logs @ seen / (logs @ logs), found.plan.confidence)
    return mean if low > 0.0 or high < 0.0 else np.nan


def rows_with(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """Rows with these values, of a table that may be empty."""
    for name, value in wanted.items():
        table = table[table[name] == value] if name in table else table
    return table
