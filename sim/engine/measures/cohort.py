"""What became of each visit: a number per visit and outcome, nan outside the outcome's denominator, or yes and no.

How they are summed up is said by the entry of each measure and done in `sim.engine.measures.measuring`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.department.pathway import Delay, Place, SideTask, Task
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.scenario import Scenario
from sim.engine.measures import array_loops
from sim.engine.measures.array_loops import HOURS_OF_WEEK, Cells, Codes, Flags, Floats, Integers, Rows
from sim.engine.measures.census import is_mental_health
from sim.engine.measures.intervals import covered_and_longest_gap
from sim.engine.trajectory import (
    ADMITTED,
    CARE,
    CONTACT,
    MAIN,
    OBSERVATION,
    RESPONSE,
    SIDE,
    TASK_KINDS,
    TEAM,
    TRANSFERRED,
    Trajectory,
    as_it_stands,
)

KIND_CODES: Codes = np.arange(len(TASK_KINDS), dtype=np.int8)
ATTENDED = (MAIN, RESPONSE, CONTACT)
WATCHED = (*ATTENDED, OBSERVATION, CARE)
"""Kinds of tasks during which a patient is not alone; and not alone or unwatched."""


SPELL_COLUMNS = ("visit", "role", "kind", "member", "started", "ended", "overtime")
"""Columns of tasks from which work is read: for whom, in whose queue, why, by whom, when, how much of it late."""


class Share(NamedTuple):
    """An outcome of yes and no: of which visits it is asked, and to which it applies."""

    whom: Flags
    counted: Flags


class Few(NamedTuple):
    """An outcome that few visits have: which they are, in order, and the number of each."""

    visits: Rows
    values: Floats


VisitOutcome = Floats | Share | Few


class Alone(NamedTuple):
    """Of each eligible visit minutes without staff, minutes without staff or a watch, and the longest time unseen."""

    without_staff: Few
    without_watch: Few
    longest: Few


class Work(NamedTuple):
    """Minutes of tasks: in the shift by role at work and hour of the window, late by role at work, asked for by queue,
    caused by queue and hour of the week in which the visit came, in the window, and then whole tasks. And which tasks
    are those with somebody beside an eligible visit, and which are contacts of peers.
    """

    in_shift: Floats
    late: Floats
    asked: Floats
    caused: Floats
    beside: Rows
    others: Rows


def among(condition: Flags, values: Floats) -> Floats:
    """Values, nan where the condition fails."""
    chosen = np.empty(values.size)
    array_loops.choose(condition, values, chosen)
    return chosen


def few(condition: Flags, values: Floats) -> Few:
    """The same for conditions that hold for few: the values of those for which it does."""
    visits = np.flatnonzero(condition).astype(np.int32)
    return Few(visits, values[visits])


def one_of(codes: Codes, wanted: Iterable[int]) -> Flags:
    """Whether each code is one of a few."""
    found = np.zeros(codes.size, dtype=np.bool_)
    for code in wanted:
        found |= codes == code
    return found


def work_for(scenario: Scenario, purpose: str) -> Iterator[Task | SideTask]:
    """Tasks and side tasks of all pathways that serve a purpose."""
    for stream in scenario.department.streams.values():
        for step in stream.pathway:
            if isinstance(step, Task | SideTask) and step.purpose == purpose:
                yield step


def steps_for(scenario: Scenario, purpose: str) -> tuple[str, ...]:
    """Names of those steps, each once."""
    return tuple(dict.fromkeys(step.name for step in work_for(scenario, purpose)))


def roles_for(scenario: Scenario, purpose: str) -> tuple[str, ...]:
    """Names of the roles that do them, each once."""
    return tuple(dict.fromkeys(step.role for step in work_for(scenario, purpose)))


@dataclass(frozen=True)
class Cohort:
    """Visits that arrive in [warm_up, measured_until) of a run; every array has an entry for each, as they arrive.

    Columns are views of the trajectory's: they are not written to.
    """

    trajectory: Trajectory
    scenario: Scenario

    @cached_property
    def rows(self) -> slice:
        """Rows of the visits in the trajectory."""
        return self.trajectory.rows_in_window

    @property
    def size(self) -> int:
        return len(self.arrival)

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = self.trajectory.visit_columns[column][self.rows]
        return values

    def times(self, column: str) -> Floats:
        """A column of times or minutes."""
        return np.asarray(self[column], dtype=np.float64)

    def codes(self, column: str) -> Codes:
        """A column of small codes."""
        return np.asarray(self[column], dtype=np.int8)

    def flags(self, column: str) -> Flags:
        """A column of yes and no."""
        return np.asarray(self[column], dtype=np.bool_)

    @cached_property
    def everyone(self) -> Flags:
        return np.ones(self.size, dtype=np.bool_)

    @cached_property
    def arrival(self) -> Floats:
        return self.times("arrival")

    @cached_property
    def stay(self) -> Floats:
        """Minutes from arrival to departure, nan while present."""
        return self.times("departure") - self.arrival

    @cached_property
    def stay_hours(self) -> Floats:
        return self.stay / MINUTES_PER_HOUR

    @cached_property
    def to_physician(self) -> Floats:
        """Minutes from arrival to the first physician contact, nan without one."""
        return self.times("pia") - self.arrival

    @cached_property
    def from_triage_to_physician(self) -> Floats:
        """Minutes from the end of triage, from arrival where there was none, to the first physician contact.

        Where the two are in branches of a fork the physician may come before triage has ended: that is no wait.
        """
        triaged = self.by_step.triage_ended
        return np.maximum(self.times("pia") - np.where(np.isnan(triaged), self.arrival, triaged), 0.0)

    @cached_property
    def departed(self) -> Flags:
        return ~np.isnan(self.stay)

    @cached_property
    def mental_health(self) -> Flags:
        """Of the mental-health stream."""
        return is_mental_health(self.trajectory)[self.rows]

    @cached_property
    def minutes_to_return(self) -> Floats:
        """Minutes from departure to the next unplanned visit, inf for never, nan while present.

        Decided at departure, and so known though the next visit may come after the end of the run.
        """
        return self.times("next_visit") - self.times("departure")

    @cached_property
    def minutes_followed(self) -> Floats:
        """Minutes after departure for which returns of each visit are counted: those from its arrival to the end.

        Counted from arrival, because a departure that moves by a minute must not decide whether a visit counts.
        """
        return self.trajectory.horizon - self.arrival

    @cached_property
    def boarded(self) -> Floats:
        """Minutes boarding of departed visits, 0 without any."""
        ended = np.fmin(self.times("boarding_end"), self.times("departure"))
        started = self.times("boarding_start")
        return np.where(np.isnan(started), 0.0, ended - started)

    def ended_as(self, *dispositions: int) -> Flags:
        """Whether each visit ended in one of these ways."""
        return one_of(self.codes("disposition"), dispositions)

    @cached_property
    def admitted(self) -> Flags:
        """Admitted or transferred, and gone."""
        return self.departed & self.ended_as(ADMITTED, TRANSFERRED)

    @cached_property
    def eligible(self) -> Flags:
        """Departed and eligible for peer support."""
        return self.departed & self.flags("peer_eligible")

    @cached_property
    def met(self) -> Flags:
        """Met by a peer: the first conversation came to its end."""
        return ~np.isnan(self.times("peer_met"))

    @cached_property
    def called(self) -> Flags:
        """An answered call after leaving, by a peer or as a side task of somebody else."""
        called = np.zeros(self.trajectory.n_visits, dtype=np.bool_)
        made = steps_for(self.scenario, "call")
        calls = [place for place, name in enumerate(self.trajectory.steps) if name in made]
        if calls:
            tasks = self.trajectory.task_columns
            done = ~np.isnan(tasks["ended"]) & ~tasks["withdrawn"] & ~tasks["interrupted"]
            called[tasks["visit"][done & np.isin(tasks["step"], calls)]] = True
        return called[self.rows] | self.flags("call_reached")

    @cached_property
    def by_step(self) -> "ByStep":
        """What the times of all steps tell, read once: there are more of them than of anything else."""
        steps = self.trajectory.steps
        triage, clearance = (steps_for(self.scenario, purpose) for purpose in ("triage", "clearance"))
        moments = [(name, *where) for name in triage for where in ((1, 0), (2, 1))]
        moments += [(name, 1, 2) for name in clearance]
        waited_for, pathways = queueing_steps(self.scenario), self.scenario.department.streams
        shape = len(self.trajectory.streams), len(steps)
        found, minutes, n_waits = np.full((3, self.size), np.nan), np.zeros(shape), np.zeros(shape, dtype=np.int64)
        for number, stream in enumerate(self.trajectory.streams):
            # A visit has no times of steps that are not of its stream.
            taken = {step.name for step in pathways[stream].pathway} if stream in pathways else set(steps)
            queueing = [place for place, name in enumerate(steps) if name in waited_for & taken]
            wanted = [(steps.index(name), *where) for name, *where in moments if name in taken & set(steps)]
            array_loops.read_steps(
                self.trajectory.step_times[self.rows],
                np.flatnonzero(self.codes("stream") == number),
                np.asarray(queueing, dtype=np.int64),
                np.asarray(wanted, dtype=np.int64).reshape(-1, 3),
                minutes[number],
                n_waits[number],
                found,
            )
        return ByStep(found[0], found[1], found[2], [name for name in steps if name in waited_for], minutes, n_waits)

    @cached_property
    def hours(self) -> Floats:
        """The measured window cut at every full hour."""
        low, high = self.trajectory.warm_up, self.trajectory.measured_until
        whole = np.arange(np.floor(low / MINUTES_PER_HOUR) + 1.0, np.ceil(high / MINUTES_PER_HOUR)) * MINUTES_PER_HOUR
        return np.concatenate([[low], whole, [high]])

    @cached_property
    def role_of_member(self) -> Codes:
        """Role of every member, -1 for a member without any duty and, at the place -1, for nobody."""
        staff = self.trajectory.staff_columns
        n_members = max(len(self.trajectory.members), int(staff["member"].max(initial=-1)) + 1)
        roles = np.full(n_members + 1, -1, dtype=np.int8)
        roles[staff["member"]] = staff["role"]
        return roles

    @cached_property
    def work(self) -> Work:
        """What all tasks tell, in one pass: there are more of them than of anything else.

        A nan start is a task that never began, a nan end one that goes on at the horizon.
        """
        tasks, arrival = self.trajectory.task_columns, self.trajectory.visit_columns["arrival"]
        inside = (arrival >= self.trajectory.warm_up) & (arrival < self.trajectory.measured_until)
        eligible = np.zeros(self.trajectory.n_visits, dtype=np.bool_)
        eligible[self.rows] = self.eligible
        visit, role, kind, member, started, ended, overtime = (as_it_stands(tasks, name) for name in SPELL_COLUMNS)
        by_role = np.zeros(len(self.trajectory.roles))
        in_shift = np.zeros((by_role.size, self.hours.size - 1))
        minutes = in_shift, by_role, by_role.copy(), np.zeros((by_role.size, HOURS_OF_WEEK))
        beside, others = np.empty((2, visit.size + 1), dtype=np.int32)
        counts = np.zeros(2, dtype=np.int64)
        array_loops.read_spells(
            array_loops.as_rows(visit), role, kind, member, started, ended, overtime, self.role_of_member,
            one_of(KIND_CODES, (MAIN, SIDE, TEAM)), np.where(inside, hours_of_week(arrival), np.int16(-1)), self.hours,
            self.trajectory.horizon, eligible, one_of(KIND_CODES, WATCHED), KIND_CODES == CONTACT, *minutes, beside,
            others, counts,
        )  # fmt: skip
        return Work(*minutes, beside[: counts[0]], others[: counts[1]])

    @cached_property
    def alone(self) -> Alone:
        """How long each eligible visit was without staff.

        Seen is a child with whom a clinician does a task of the path or a response, or whom a peer keeps company. The
        way of a peer to the child is not company.
        """
        tasks, chosen = self.trajectory.task_columns, np.flatnonzero(self.eligible)
        number = np.full(self.trajectory.n_visits, -1, dtype=np.int32)
        number[self.rows.start + chosen] = np.arange(chosen.size)
        names = ("visit", "kind", "started", "company_since", "ended")
        of_task, kinds, starts, company_since, ends = (as_it_stands(tasks, name) for name in names)
        arrival, stay = self.arrival[chosen], self.stay[chosen]
        n = self.work.beside.size
        visit, kind, started, ended = np.empty(n, np.int64), np.empty(n, np.int8), np.empty(n), np.empty(n)
        array_loops.stretches(
            self.work.beside, array_loops.as_rows(of_task), kinds, starts, company_since, ends, number, arrival, stay,
            visit, kind, started, ended,
        )  # fmt: skip
        attended = one_of(kind, ATTENDED)
        covered, longest = covered_and_longest_gap(visit[attended], started[attended], ended[attended], stay)
        watched, _ = covered_and_longest_gap(visit, started, ended, stay)
        rows = chosen.astype(np.int32)
        # A patient never without staff is so for no minutes, whatever rounding says.
        without_staff, without_watch = (Few(rows, np.maximum(stay - minutes, 0.0)) for minutes in (covered, watched))
        return Alone(without_staff, without_watch, Few(rows, longest))


REPORTED_STREAMS = (MEDICAL, MENTAL_HEALTH)
"""Streams every run reports, nan where it has none of their visits."""


def parts_and_streams(trajectory: Trajectory) -> Iterator[tuple[str, list[int]]]:
    """`all`, medical, mental health and any other stream of the run, each with the codes of its streams."""
    yield "all", list(range(len(trajectory.streams)))
    for name in dict.fromkeys((*REPORTED_STREAMS, *trajectory.streams)):
        yield name, [number for number, stream in enumerate(trajectory.streams) if stream == name]


class ByStep(NamedTuple):
    """Moments of each visit, nan where it did not get so far: when the first triage of a visit began and ended, when
    its first clearance test began. And which steps can be waited for, with minutes waited and waits by stream and step.
    """

    triage_started: Floats
    triage_ended: Floats
    clearance_started: Floats
    waited_for: list[str]
    minutes: Floats
    n_waits: Integers


def queueing_steps(scenario: Scenario) -> frozenset[str]:
    """Steps for which somebody or something must be free."""
    steps = [step for stream in scenario.department.streams.values() for step in stream.pathway]
    limited = {step.name for step in steps if isinstance(step, Delay) and step.capacity is not None}
    return frozenset({step.name for step in steps if isinstance(step, Task | Place)} | limited)


def within_limits(minutes: Floats, limits: Sequence[float], acuity: Codes) -> Flags:
    """Whether the minutes of each visit are at most the limit of its CTAS level 1 to 5; nan never is."""
    within = np.empty(minutes.size, dtype=np.bool_)
    array_loops.mark_within_targets(minutes, np.append(0.0, limits), acuity, within)
    return within


def kept_company_by_one(cohort: Cohort) -> tuple[npt.NDArray[np.int32], Flags]:
    """Number of spells of company of each visit, and whether all were with one member."""
    tasks, contacts = cohort.trajectory.task_columns, cohort.work.others
    n_spells = np.zeros(cohort.trajectory.n_visits, dtype=np.int32)
    first, same = np.empty_like(n_spells), np.ones(n_spells.size, dtype=np.bool_)
    visit, member = (as_it_stands(tasks, name) for name in ("visit", "member"))
    array_loops.meet(contacts, array_loops.as_rows(visit), member, n_spells, first, same)
    return n_spells[cohort.rows], same[cohort.rows]


def hours_of_day(times: Floats) -> Cells:
    """Hour 0 to 23 of a time in minutes."""
    hours = hours_of_week(times)
    return hours - 24 * (hours // 24)


def hours_of_week(times: Floats) -> Cells:
    """Hour 0 to 167 of a time in minutes since Monday 00:00 of week 0."""
    hours = np.empty(times.size, dtype=np.int16)
    array_loops.tell_hours(times, hours)
    return hours
