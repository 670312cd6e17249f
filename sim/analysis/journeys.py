"""The same visit under two staffings: who can be shown, and whom a rule chooses that does not flatter either.

Both are played on the same patients with the same draws, one replication each. A visit is the same where patient,
number of the visit and time of arrival are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Scenario
from sim.engine.measures.cohort import Cohort
from sim.engine.trajectory import Trajectory
from sim.runs.engines import ENGINES


@dataclass(frozen=True, slots=True)
class SharedVisit:
    """A visit of the measured window that has come to its end under both staffings, the baseline first.

    `rows` in each run, `alone` minutes without staff in each (nan where the child is not eligible for peer support).
    """

    patient: int
    arrival: float
    rows: tuple[int, int]
    alone: tuple[float, float]

    @property
    def change(self) -> float:
        """Minutes without staff that the second staffing adds; below 0: fewer."""
        return self.alone[1] - self.alone[0]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a visit stands among the `n` eligible visits of the first week by the change of minutes without staff."""

    n: int
    n_lower: int
    n_higher: int


@dataclass(frozen=True)
class PairOfRuns:
    """One replication under each of two staffings, and the visits of a stream that came and left under both."""

    runs: tuple[Trajectory, Trajectory]
    visits: list[SharedVisit]

    @cached_property
    def eligible(self) -> list[SharedVisit]:
        """Those of the first measured week who are eligible for peer support, least change first."""
        return eligible_of_first_week(self.visits, self.runs[0].warm_up)

    def visit_of(self, patient: int | None) -> SharedVisit | None:
        """The first visit of a patient; None: of the child whose minutes without staff change by the median."""
        if patient is None:
            return typical_visit(self.eligible) if self.eligible else None
        return next((visit for visit in self.visits if visit.patient == patient), None)


def pair_of_runs(scenarios: tuple[Scenario, Scenario], engine: str, seed: int, stream: str) -> PairOfRuns:
    """Plays the first replication of both."""
    first, second = (ENGINES[engine](scenario, seed, 0) for scenario in scenarios)
    return PairOfRuns((first, second), shared_visits((first, second), scenarios, stream))


def shared_visits(runs: Sequence[Trajectory], scenarios: Sequence[Scenario], stream: str) -> list[SharedVisit]:
    """Visits of a stream that came and left under both staffings, in order of arrival."""
    first, second = (_finished(run, scenario, stream) for run, scenario in zip(runs, scenarios, strict=True))
    return [
        SharedVisit(key[0], key[2], (row, second[key][0]), (alone, second[key][1]))
        for key, (row, alone) in first.items()
        if key in second
    ]


def _finished(run: Trajectory, scenario: Scenario, stream: str) -> Mapping[tuple[int, int, float], tuple[int, float]]:
    """Row and minutes without staff by patient, number of the visit and arrival, of those who have left."""
    cohort = Cohort(run, scenario)
    alone = np.full(cohort.size, math.nan)
    alone[cohort.alone.without_staff.visits] = cohort.alone.without_staff.values
    chosen = np.flatnonzero((cohort["stream"] == run.streams.index(stream)) & ~np.isnan(cohort.stay))
    columns = [cohort[name][chosen].tolist() for name in ("patient", "visit_number", "arrival")]
    rows, minutes = (chosen + cohort.rows.start).tolist(), alone[chosen].tolist()
    return dict(zip(zip(*columns, strict=True), zip(rows, minutes, strict=True), strict=True))


def eligible_of_first_week(visits: Sequence[SharedVisit], warm_up: float) -> list[SharedVisit]:
    """Those of the first measured week who are eligible for peer support, least change first; `warm_up` in minutes."""
    week = [visit for visit in visits if visit.arrival < warm_up + MINUTES_PER_WEEK and not math.isnan(visit.change)]
    return sorted(week, key=lambda visit: (visit.change, visit.arrival))


def typical_visit(eligible: Sequence[SharedVisit]) -> SharedVisit:
    """The visit whose change is the median; of two in the middle the one with the smaller change, either way."""
    low, high = eligible[(len(eligible) - 1) // 2], eligible[len(eligible) // 2]
    return min(low, high, key=lambda visit: abs(visit.change))


def standing_of(visit: SharedVisit, eligible: Sequence[SharedVisit]) -> Standing:
    """How many of them change by less and by more than a visit does."""
    changes = [other.change for other in eligible]
    n_lower = sum(change < visit.change for change in changes)
    n_higher = sum(change > visit.change for change in changes)
    return Standing(len(changes), n_lower, n_higher)
