"""What a simulated trial keeps of each run: sums of its outcomes by arm and by week, with what their errors need.

A run is one site that recruits for the measured weeks. It is cut into shorter trials too: a quarter and a half of it,
where these are whole weeks. Arms are groups of patients (`with_arms`), drawn once for each patient.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import Flags, Floats
from sim.engine.measures.cohort import Cohort, Few, Share, VisitOutcome, one_of, parts_and_streams
from sim.engine.measures.number_text import is_share, measure_and_part
from sim.engine.trajectory import Trajectory
from sim.runs.design import Reduced
from sim.statistics.trials import ArmMean, arm_mean, is_few, permuted_p, variance_of_cells

OFFERED, CONTROL = ", offered", ", control"
"""What the arms add to the name of a group of patients."""
OFFERED_SHARE = 0.5
"""Of patients; an even split needs the fewest."""
CUTS = (4, 2, 1)
"""Into how many shorter trials a run is cut, the last being the whole run."""
ARMS = ("offered", "control")
EVERYBODY = "everybody"


def with_arms(scenario: Scenario, control_consents: bool = False) -> Scenario:
    """The scenario with each group of patients in two arms; of the control arm nobody consents unless it may.

    What else a group is like stays, and so do all other draws: an arm is read off the draw of the group.
    """
    groups = [
        group.model_copy(update={"name": group.name + arm, "share": share, "consent": group.consent * consents})
        for group in scenario.department.groups
        for arm, share, consents in (
            (OFFERED, group.share * OFFERED_SHARE, 1.0),
            (CONTROL, group.share * (1.0 - OFFERED_SHARE), float(control_consents)),
        )
    ]
    department = scenario.department.model_copy(update={"groups": tuple(groups)})
    return scenario.model_copy(update={"department": department})


def cuts_of(weeks: int) -> tuple[int, ...]:
    """Into how many trials of at least two whole weeks a run is cut."""
    return tuple(cut for cut in CUTS if cut == 1 or (weeks % cut == 0 and weeks // cut > 1))


@lru_cache(maxsize=100_000)
def value_key(outcome: str, cut: int, number: int, arm: str, what: str) -> str:
    """The name under which a value of a run is kept."""
    return f"{outcome}/{cut}/{number}/{arm}/{what}"


@dataclass(frozen=True)
class ReduceToArms:
    """Reduces a run to the sums of its `outcomes` (KEY.PART): by arm, and by week where there is no offer."""

    outcomes: tuple[str, ...]

    def __call__(
        self, trajectory: Trajectory, scenario: Scenario, _: Mapping[str, np.ndarray] | None = None
    ) -> Reduced:
        cohort = Cohort(trajectory, scenario)
        values: dict[str, float] = {}
        for outcome in self.outcomes:
            values |= dict(values_of(cohort, outcome))
        return Reduced(values)


def values_of(cohort: Cohort, outcome: str) -> Iterator[tuple[str, float]]:
    """Every value that is kept of an outcome of a run, by its name."""
    rows, value = known_values(cohort, outcome)
    patient, week = cohort["patient"][rows], weeks_of_visits(cohort)[rows]
    in_arm = offered_flags(cohort)[rows]
    by_week = not has_offer(cohort.scenario)
    weeks = cohort.scenario.period.weeks
    for cut in cuts_of(weeks):
        length = weeks // cut
        for number in range(cut):
            inside = (week >= number * length) & (week < (number + 1) * length)
            trial = value[inside], patient[inside], in_arm[inside]
            seed = [cohort.trajectory.seed, cohort.trajectory.replication, cut, number]
            yield from named(outcome, cut, number, arm_values(*trial, seed, is_share(outcome)))
            if by_week:
                kept = everybody(*trial[:2], week[inside] - number * length, length)
                yield from named(outcome, cut, number, kept)
    if by_week:
        n = np.bincount(week, minlength=weeks)
        total = np.bincount(week, weights=value, minlength=weeks)
        for at in range(weeks):
            yield value_key(outcome, 0, at, EVERYBODY, "n"), float(n[at])
            yield value_key(outcome, 0, at, EVERYBODY, "total"), float(total[at])


Kept = Iterator[tuple[str, str, float]]
"""Arm, what, value."""


def named(outcome: str, cut: int, number: int, kept: Kept) -> Iterator[tuple[str, float]]:
    """Values with the names under which they are kept."""
    for arm, what, value in kept:
        yield value_key(outcome, cut, number, arm, what), value


def arm_values(value: Floats, patient: Any, offered: Flags, seed: list[int], is_share: bool) -> Kept:
    """Both arms of a trial; where they are few the p-value by permutation too, else nan."""
    arms = [arm_mean(value[chosen], patient[chosen]) for chosen in (offered, ~offered)]
    for name, found in zip(ARMS, arms, strict=True):
        for what, number in zip(ArmMean._fields, found, strict=True):
            yield name, what, number
    few = is_few(value, [arm.n_patients for arm in arms], is_share)
    yield "both", "p", permuted_p(value, patient, offered, seed) if few else np.nan


def everybody(value: Floats, patient: Any, week: Any, n_weeks: int) -> Kept:
    """All visits of a period as one arm: patients, the variance of their mean by patient, and as far as it is of one
    patient within weeks that are taken together.
    """
    found = arm_mean(value, patient)
    yield EVERYBODY, "n_patients", found.n_patients
    yield EVERYBODY, "variance", found.variance
    if value.size == 0:
        yield EVERYBODY, "of_cells", np.nan
        return
    of_cells = variance_of_cells(value - value.mean(), patient, week, n_weeks)
    yield EVERYBODY, "of_cells", of_cells / value.size**2


def has_offer(scenario: Scenario) -> bool:
    """Whether the arms differ in what they are offered."""
    by_arm = {
        arm: [g.consent for g in scenario.department.groups if g.name.endswith(arm)] for arm in (OFFERED, CONTROL)
    }
    return by_arm[OFFERED] != by_arm[CONTROL]


def known_values(cohort: Cohort, outcome: str) -> tuple[Any, Floats]:
    """Rows of the visits that an outcome is asked of, and the number of each."""
    measure, part = measure_and_part(outcome)
    assert measure.of_visits is not None, outcome
    rows, value = rows_and_numbers(measure.of_visits(cohort))
    codes = dict(parts_and_streams(cohort.trajectory))[part]
    chosen = one_of(cohort.codes("stream")[rows], codes) & ~np.isnan(value)
    return rows[chosen], value[chosen]


def rows_and_numbers(outcome: VisitOutcome) -> tuple[Any, Floats]:
    """An outcome as the rows it is known of and their numbers, yes being 1."""
    if isinstance(outcome, Share):
        rows = np.flatnonzero(outcome.whom)
        return rows, outcome.counted[rows].astype(np.float64)
    if isinstance(outcome, Few):
        return np.asarray(outcome.visits, np.int64), np.asarray(outcome.values, np.float64)
    return np.arange(outcome.size), np.asarray(outcome, np.float64)


def weeks_of_visits(cohort: Cohort) -> Any:
    """Week of the measured window in which each visit came, from 0."""
    return ((cohort.arrival - cohort.trajectory.warm_up) // MINUTES_PER_WEEK).astype(np.int64)


def offered_flags(cohort: Cohort) -> Flags:
    """Whether each visit is of a patient of the offered arm."""
    offered: Sequence[int] = [code for code, name in enumerate(cohort.trajectory.groups) if name.endswith(OFFERED)]
    return one_of(cohort.codes("group"), offered)
