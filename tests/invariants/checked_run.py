"""A trajectory and its scenario as invariants look at them, and arithmetic on spells.

Times are minutes; what is open at the end of the run ends at inf.
"""

from functools import cached_property

import numpy as np

from sim.department.pathway import Step
from sim.department.roster import RosteredMember, members_of
from sim.department.scenario import Scenario
from sim.engine.draw_numbers import quantity_id
from sim.engine.measures.array_loops import Flags, Floats, Integers
from sim.engine.trajectory import (
    CONTACT,
    Trajectory,
)
from sim.engine.workload import Workload

TOLERANCE = 1e-6
"""Minutes by which sums of many times may differ."""


class CheckedRun:
    """A trajectory and its scenario, with the columns most invariants look at; times open at the end are inf."""

    def __init__(self, trajectory: Trajectory, scenario: Scenario) -> None:
        self.trajectory, self.scenario = trajectory, scenario
        self.visits, self.tasks, self.cases = trajectory.visit_columns, trajectory.task_columns, trajectory.case_columns
        self.places, self.staff, self.breaks = (
            trajectory.place_columns,
            trajectory.staff_columns,
            trajectory.break_columns,
        )
        self.horizon = trajectory.horizon

    @cached_property
    def members(self) -> tuple[RosteredMember, ...]:
        return members_of(self.scenario.staffing.roles)

    @cached_property
    def departure(self) -> Floats:
        """Departure of every visit, inf while present."""
        return open_end(self.visits["departure"])

    @cached_property
    def worked(self) -> Flags:
        """Which rows of `tasks` are spells of work."""
        return np.asarray(~np.isnan(self.tasks["started"]))

    @cached_property
    def task_end(self) -> Floats:
        return open_end(self.tasks["ended"])

    @cached_property
    def spells(self) -> Integers:
        """Rows of `tasks` that are spells of a peer's company."""
        return np.flatnonzero(self.worked & (self.tasks["kind"] == CONTACT))

    @cached_property
    def workload(self) -> Workload:
        """The draws of the run."""
        return Workload(self.scenario, self.trajectory.seed, self.trajectory.replication)

    def meeting_of(self, visit: int) -> float:
        """Minutes of the first conversation, as drawn."""
        stream, patient, number = (int(self.visits[name][visit]) for name in ("stream", "patient", "visit_number"))
        position = self.workload.draws[stream].value_at["peer/first"]
        return self.workload.visit(stream, patient, number)[position]

    def stays_with_clinician(self, visit: int) -> bool:
        """Whether the patient wants the peer beside a clinician, as drawn."""
        patient, number = int(self.visits["patient"][visit]), int(self.visits["visit_number"][visit])
        drawn = self.workload.uniform(patient, number, quantity_id("peer_stays"))
        return drawn < self.scenario.support.stays_with_clinician_share

    @cached_property
    def duty_of_task(self) -> Integers:
        """Row of `staff` in which each spell of work began, -1 if in none."""
        return spell_at(
            self.staff["member"], self.staff["scheduled_start"], self.tasks["member"], self.tasks["started"]
        )

    def column_of(self, step: Step) -> int:
        """Where the step stands in `step_times`, -1 if it does not."""
        return self.trajectory.steps.index(step.name) if step.name in self.trajectory.steps else -1

    def pathway_of(self, stream: int) -> tuple[Step, ...]:
        return self.scenario.department.streams[self.trajectory.streams[stream]].pathway


def open_end(times: Floats) -> Floats:
    """Times with inf for what has not ended."""
    return np.where(np.isnan(times), np.inf, times)


def rows(flags: Flags) -> list[int]:
    """Numbers of the rows flagged."""
    return [int(row) for row in np.flatnonzero(flags)]


def spell_at(owners: Integers, starts: Floats, wanted: Integers, at: Floats) -> Integers:
    """Row of the owner's last spell that starts no later than `at`, -1 if none."""
    order = np.lexsort((starts, owners))
    row_of = np.full(len(wanted), -1, dtype=np.int64)
    begins = {int(owner): order[owners[order] == owner] for owner in np.unique(owners)}
    for owner, spells in begins.items():
        mine = np.flatnonzero(wanted == owner)
        position = np.searchsorted(starts[spells], at[mine], side="right") - 1
        row_of[mine] = np.where(position >= 0, spells[np.maximum(position, 0)], -1)
    return row_of


def overlaps(owners: Integers, starts: Floats, ends: Floats) -> list[tuple[int, int]]:
    """Pairs of rows of one owner of which the second starts before an earlier one has ended."""
    order = np.lexsort((ends, starts, owners))
    clashes: list[tuple[int, int]] = []
    last = -1
    for row in order:
        if last >= 0 and owners[last] == owners[row]:
            if starts[row] < ends[last]:
                clashes.append((int(last), int(row)))
            if ends[row] < ends[last]:
                continue
        last = int(row)
    return clashes


def highest_count(starts: Floats, ends: Floats) -> tuple[int, float]:
    """Most spells open at once and when; at one instant spells end before others start."""
    times = np.concatenate([starts, ends])
    steps = np.concatenate([np.ones(len(starts), np.int64), np.full(len(ends), -1, np.int64)])
    order = np.lexsort((steps, times))
    count = np.cumsum(steps[order])
    if not count.size:
        return 0, 0.0
    peak = int(np.argmax(count))
    return int(count[peak]), float(times[order][peak])


def time_integral(starts: Floats, ends: Floats, horizon: float) -> float:
    """Area under the number of open spells from 0 to the horizon, by a sweep over the instants of change."""
    times = np.concatenate([starts, np.minimum(ends, horizon)])
    steps = np.concatenate([np.ones(len(starts)), -np.ones(len(ends))])
    order = np.argsort(times, kind="stable")
    count = np.cumsum(steps[order])
    edges = np.append(times[order], horizon)
    return float(np.sum(count * np.diff(edges)))
