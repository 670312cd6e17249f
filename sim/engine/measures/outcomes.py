"""What became of each visit: a number per visit and outcome, nan outside the outcome's denominator, or yes and no.

How they are summed up is said by `sim.engine.measures.catalogue` and done in `sim.engine.measures.measuring`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.department.pathway import Delay, Place, SideTask, Task
from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.department.scenario import Scenario
from sim.engine.measures import array_loops
from sim.engine.measures.array_loops import HOURS_OF_WEEK
from sim.engine.measures.catalogue import BLOCKS, CTAS_OF_WAITS, CTAS_TARGETS, SPANS
from sim.engine.measures.intervals import (
    Cells,
    Codes,
    Flags,
    Floats,
    Integers,
    Rows,
    Spells,
    Work,
    covered_and_longest_gap,
    work_of,
)
from sim.engine.trajectory import (
    ADMITTED,
    AMA,
    CARE,
    CONTACT,
    DISCHARGED,
    LWBS,
    MAIN,
    OBSERVATION,
    RESPONSE,
    SIDE,
    TASK_KINDS,
    TRANSFERRED,
    Trajectory,
    as_it_stands,
)

KIND_CODES: Codes = np.arange(len(TASK_KINDS), dtype=np.int8)
ATTENDED = (MAIN, RESPONSE, CONTACT)
WATCHED = (*ATTENDED, OBSERVATION, CARE)
"""Kinds of tasks during which a patient is not alone; and not alone or unwatched."""


ENOUGH_COMPANY_MINUTES = 15.0
"""Company below which a child who goes home counts as without any. An assumption of the measure."""

SPELL_COLUMNS = ("visit", "role", "kind", "member", "started", "ended", "overtime")
"""Columns of tasks in the order of `Spells`."""


class Share(NamedTuple):
    """An outcome of yes and no: of which visits it is asked, and to which it applies."""

    whom: Flags
    counted: Flags


class Few(NamedTuple):
    """An outcome that few visits have: which they are, in order, and the number of each."""

    visits: Rows
    values: Floats


Outcome = Floats | Share | Few
Outcomes = dict[str, Outcome]


def among(condition: Flags, values: Floats) -> Floats:
    """Values, nan where the condition fails."""
    chosen = np.empty(values.size)
    array_loops.choose(condition, values, chosen)
    return chosen


def few(condition: Flags, *outcomes: Floats) -> Iterator[Few]:
    """The same for conditions that hold for few: the values of those for which it does."""
    visits = np.flatnonzero(condition).astype(np.int32)
    for values in outcomes:
        yield Few(visits, values[visits])


def one_of(codes: Codes, wanted: Iterable[int]) -> Flags:
    """Whether each code is one of a few."""
    found = np.zeros(codes.size, dtype=np.bool_)
    for code in wanted:
        found |= codes == code
    return found


def steps_with_purpose(scenario: Scenario, purpose: str) -> tuple[Task, ...]:
    """Tasks of all pathways that serve a purpose."""
    pathways = (stream.pathway for stream in scenario.department.streams.values())
    return tuple(step for pathway in pathways for step in pathway if isinstance(step, Task) and step.purpose == purpose)


def names_with_purpose(scenario: Scenario, purpose: str) -> tuple[str, ...]:
    """Names of those tasks, each once."""
    return tuple(dict.fromkeys(step.name for step in steps_with_purpose(scenario, purpose)))


def roles_with_purpose(scenario: Scenario, purpose: str) -> tuple[str, ...]:
    """Names of the roles that do tasks of a purpose, each once."""
    return tuple(dict.fromkeys(step.role for step in steps_with_purpose(scenario, purpose)))


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
    def departed(self) -> Flags:
        return ~np.isnan(self.stay)

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
        calls = [place for place, name in enumerate(self.trajectory.steps) if name in self.call_steps]
        if calls:
            tasks = self.trajectory.task_columns
            done = ~np.isnan(tasks["ended"]) & ~tasks["withdrawn"] & ~tasks["interrupted"]
            called[tasks["visit"][done & np.isin(tasks["step"], calls)]] = True
        return called[self.rows] | self.flags("call_reached")

    @cached_property
    def by_step(self) -> "ByStep":
        """What the times of all steps tell, read once: there are more of them than of anything else."""
        steps = self.trajectory.steps
        moments = [(name, 1, 0) for name in self.triage_steps]
        moments += [(name, 2, 1) for name in self.triage_steps]
        moments += [(name, 1, 2) for name in self.clearance_steps]
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
        """What all tasks tell: work by hour, and of the week in which the visit came; who was with the eligible."""
        tasks, arrival = self.trajectory.task_columns, self.trajectory.visit_columns["arrival"]
        inside = (arrival >= self.trajectory.warm_up) & (arrival < self.trajectory.measured_until)
        eligible = np.zeros(self.trajectory.n_visits, dtype=np.bool_)
        eligible[self.rows] = self.eligible
        return work_of(
            Spells(*(as_it_stands(tasks, name) for name in SPELL_COLUMNS)),
            role_of_member=self.role_of_member,
            kinds_asked=one_of(KIND_CODES, (MAIN, SIDE)),
            n_roles=len(self.trajectory.roles),
            cells=np.where(inside, hour_of_week(arrival), np.int16(-1)),
            n_cells=HOURS_OF_WEEK,
            edges=self.hours,
            horizon=self.trajectory.horizon,
            about=eligible,
            kinds_beside=one_of(KIND_CODES, WATCHED),
            other_kinds=KIND_CODES == CONTACT,
        )

    @cached_property
    def alone(self) -> tuple[Few, Few, Few]:
        """Of each eligible visit minutes without staff, minutes without staff or a watch, and longest time unseen."""
        return minutes_without_staff(self)

    @cached_property
    def triage_steps(self) -> tuple[str, ...]:
        return names_with_purpose(self.scenario, "triage")

    @cached_property
    def call_steps(self) -> tuple[str, ...]:
        steps = (step for stream in self.scenario.department.streams.values() for step in stream.pathway)
        return tuple(step.name for step in steps if isinstance(step, SideTask) and step.purpose == "call")

    @cached_property
    def clearance_steps(self) -> tuple[str, ...]:
        return names_with_purpose(self.scenario, "clearance")


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
    return frozenset(
        step.name
        for step in steps
        if isinstance(step, Task | Place) or (isinstance(step, Delay) and step.capacity is not None)
    )


def visit_outcomes(cohort: Cohort) -> Iterator[tuple[str, Outcome]]:
    """Every outcome with its name, each with one entry per visit of the cohort."""
    # Who sums one up before asking for more finds it still in the cache.
    for part in (waits, stays, leaving, peers, in_hand, company, safety, returns, volume):
        yield from part(cohort).items()


def waits(cohort: Cohort) -> Outcomes:
    """Minutes until triage and until the first physician contact."""
    acuity, pia = cohort.codes("acuity"), cohort.times("pia")
    to_triage = cohort.by_step.triage_started - cohort.arrival
    triaged = cohort.by_step.triage_ended
    to_pia = pia - cohort.arrival
    from_triage = pia - np.where(np.isnan(triaged), cohort.arrival, triaged)
    (urgent_to_triage,) = few(acuity == 3, to_triage)
    within = np.empty(cohort.size, dtype=np.bool_)
    array_loops.compare(to_pia, np.append(0.0, CTAS_TARGETS), acuity, within)
    return {
        "time_to_triage": to_triage,
        "time_to_pia": to_pia,
        "wait_triage_to_pia": from_triage,
        "time_to_triage_ctas3": urgent_to_triage,
        **waits_by_acuity(acuity, from_triage),
        "pia_within_target": Share(~np.isnan(pia), within),
    }


def waits_by_acuity(acuity: Codes, from_triage: Floats) -> Outcomes:
    """Minutes from triage to the first physician contact, CTAS level by CTAS level."""
    return {f"wait_triage_to_pia_ctas{level}": next(few(acuity == level, from_triage)) for level in CTAS_OF_WAITS}


def stays(cohort: Cohort) -> Outcomes:
    """Hours of the stay, with and without boarding."""
    hours = cohort.stay / MINUTES_PER_HOUR
    gone, admitted = cohort.departed, cohort.admitted
    of_admitted, boarding_of_admitted = few(admitted, hours, cohort.boarded / MINUTES_PER_HOUR)
    return {
        "length_of_stay": hours,
        "length_of_stay_without_boarding": (cohort.stay - cohort.boarded) / MINUTES_PER_HOUR,
        "length_of_stay_discharged": among(gone & cohort.ended_as(DISCHARGED), hours),
        "length_of_stay_admitted": of_admitted,
        "stay_over_12h": Share(gone, hours > 12.0),
        "stay_over_24h": Share(gone, hours > 24.0),
        "admitted_stay_over_12h": Share(admitted, hours >= 12.0),
        "admission": Share(gone, admitted),
        "admissions": Share(admitted, admitted),
        "boarding_hours_per_admitted": boarding_of_admitted,
    }


def leaving(cohort: Cohort) -> Outcomes:
    """Who left of their own accord."""
    gone, left = cohort.departed, cohort.ended_as(LWBS, AMA)
    return {
        "lwbs": Share(gone, cohort.ended_as(LWBS)),
        "ama": Share(gone, cohort.ended_as(AMA)),
        "lwbs_or_ama": Share(gone, left),
        "ctas3_of_leavers": Share(gone & left, cohort.codes("acuity") == 3),
    }


def peers(cohort: Cohort) -> Outcomes:
    """Who was met by a peer, and who left with nothing in hand."""
    gone, eligible, met = cohort.departed, cohort.eligible, cohort.met
    consented, offered = cohort.flags("peer_consented"), gone & cohort.flags("peer_offered")
    called = cohort.called
    return {
        "reach": Share(gone, met),
        "reach_of_eligible": Share(eligible, met),
        "reach_of_consenting": Share(eligible & consented, met),
        "peer_declined": Share(offered, ~consented),
        "peer_missed": Share(offered & consented, cohort.flags("peer_missed")),
        "peer_continuity": continuity(cohort),
        "bridged": Share(eligible, cohort.flags("bridged")),
        "call_reached": Share(eligible, called),
        "met_by_peer": Share(cohort.everyone, met),
        "n_peer_spells": np.asarray(cohort["n_peer_spells"], dtype=np.float64),
    }


def in_hand(cohort: Cohort) -> Outcomes:
    """What eligible children who went home took along, part by part, and who took nothing."""
    home = cohort.eligible & ~cohort.admitted
    parts = {
        "home_with_safety_plan": cohort.flags("safety_plan"),
        "home_with_follow_up": cohort.codes("follow_up") > 0,
        "home_bridged": cohort.flags("bridged"),
        "home_call_reached": cohort.called,
        "home_with_company": cohort.times("minutes_accompanied") >= ENOUGH_COMPANY_MINUTES,
    }
    shares: Outcomes = {name: Share(home, flags) for name, flags in parts.items()}
    shares["bridged_of_met_home"] = Share(home & cohort.met, parts["home_bridged"])
    shares["went_home_empty_handed"] = Share(home, ~np.logical_or.reduce(list(parts.values())))
    return shares


def continuity(cohort: Cohort) -> Share:
    """Departed visits with two spells of company or more, and whether all were with one member."""
    tasks, contacts = cohort.trajectory.task_columns, cohort.work.others
    n_spells = np.zeros(cohort.trajectory.n_visits, dtype=np.int32)
    first, same = np.empty_like(n_spells), np.ones(n_spells.size, dtype=np.bool_)
    visit, member = (as_it_stands(tasks, name) for name in ("visit", "member"))
    array_loops.meet(contacts, array_loops.as_rows(visit), member, n_spells, first, same)
    return Share((n_spells[cohort.rows] >= 2) & cohort.departed, same[cohort.rows])


def company(cohort: Cohort) -> Outcomes:
    """Minutes of eligible visits with a peer, without staff, without anybody, and the longest time unseen."""
    (accompanied,) = few(cohort.eligible, cohort.times("minutes_accompanied"))
    without_staff, without_watch, longest = cohort.alone
    caregiver = cohort.flags("caregiver")[without_staff.visits]
    return {
        "minutes_accompanied": accompanied,
        "minutes_without_staff": without_staff,
        "minutes_without_staff_or_caregiver": Few(without_staff.visits, np.where(caregiver, 0.0, without_staff.values)),
        "minutes_unattended": without_watch,
        "longest_unseen": longest,
    }


def minutes_without_staff(cohort: Cohort) -> tuple[Few, Few, Few]:
    """Of each eligible visit's stay: minutes without staff, minutes without staff or a watch, longest time unseen.

    Seen is a child with whom a clinician does a task of the path or a response, or whom a peer keeps company. The way
    of a peer to the child is not company.
    """
    tasks, chosen = cohort.trajectory.task_columns, np.flatnonzero(cohort.eligible)
    number = np.full(cohort.trajectory.n_visits, -1, dtype=np.int32)
    number[cohort.rows.start + chosen] = np.arange(chosen.size)
    names = ("visit", "kind", "started", "company_since", "ended")
    of_task, kinds, starts, company_since, ends = (as_it_stands(tasks, name) for name in names)
    arrival, stay = cohort.arrival[chosen], cohort.stay[chosen]
    n = cohort.work.beside.size
    visit, kind, started, ended = np.empty(n, np.int64), np.empty(n, np.int8), np.empty(n), np.empty(n)
    array_loops.stretches(
        cohort.work.beside, array_loops.as_rows(of_task), kinds, starts, company_since, ends, number, arrival, stay,
        visit, kind, started, ended,
    )  # fmt: skip
    attended = one_of(kind, ATTENDED)
    covered, longest = covered_and_longest_gap(visit[attended], started[attended], ended[attended], stay)
    watched, _ = covered_and_longest_gap(visit, started, ended, stay)
    rows = chosen.astype(np.int32)
    # A patient never without staff is so for no minutes, whatever rounding says.
    without_staff, without_watch = (Few(rows, np.maximum(stay - minutes, 0.0)) for minutes in (covered, watched))
    return without_staff, without_watch, Few(rows, longest)


def safety(cohort: Cohort) -> Outcomes:
    """Observation without an aide, escalations, restraint."""
    gone = cohort.departed
    unmet = among(gone, cohort.times("minutes_observation_unmet"))
    return {
        "observation_unmet": unmet,
        "observation_needed": unmet + cohort.times("minutes_observed"),
        "observation_unmet_hours": unmet / MINUTES_PER_HOUR,
        "escalations_per_100": among(gone, 100.0 * cohort["n_escalations"]),
        "restraint": Share(gone, cohort["n_restraints"] > 0),
    }


def returns(cohort: Cohort) -> Outcomes:
    """Unplanned returns of index visits with enough time left in the run, repeat visits, follow-up."""
    outcomes: Outcomes = dict(return_outcomes(cohort))
    follow_up = cohort.codes("follow_up")
    discharged = cohort.departed & cohort.ended_as(DISCHARGED)
    outcomes["repeat_visit"] = Share(cohort.everyone, cohort["visit_number"] > 1)
    outcomes["follow_up_7d"] = Share(discharged, follow_up == 1)
    # Within 7 days is within 30 days too.
    outcomes["follow_up_30d"] = Share(discharged, follow_up >= 1)
    return outcomes


def return_outcomes(cohort: Cohort) -> Iterator[tuple[str, Share]]:
    """Whether each index visit was followed by another within every span of its departure, per visit and per patient.

    A visit is an index visit by when it arrives, so that first visits, which arrive at the same times under every
    staffing, are the same patients under every staffing. Those still present at the end have no departure to count
    from and are left out; they have stayed at least a whole span.
    """
    first = cohort["visit_number"] == 1
    for span, (_, days) in SPANS.items():
        minutes = days * MINUTES_PER_DAY
        index = cohort.departed & (cohort.minutes_followed >= minutes)
        returned = cohort.minutes_to_return <= minutes
        yield f"return_{span}_per_visit", Share(index, returned)
        yield f"return_{span}_per_patient", Share(index & first, returned)


def volume(cohort: Cohort) -> Outcomes:
    """Who came, when, and who is still there."""
    everyone, hour = cohort.everyone, hour_of_day(cohort.arrival)
    outcomes: Outcomes = {"visits": Share(everyone, everyone), "present_at_end": Share(~cohort.departed, everyone)}
    outcomes["unfinished_share"] = Share(everyone, ~(cohort.times("departure") <= cohort.trajectory.measured_until))
    for block, (first, last) in BLOCKS.items():
        outcomes[f"arrivals_{block}"] = Share(everyone, (hour >= first) & (hour < last))
    return outcomes


def hour_of_day(times: Floats) -> Cells:
    """Hour 0 to 23 of a time in minutes."""
    hours = hour_of_week(times)
    return hours - 24 * (hours // 24)


def hour_of_week(times: Floats) -> Cells:
    """Hour 0 to 167 of a time in minutes since Monday 00:00 of week 0."""
    hours = np.empty(times.size, dtype=np.int16)
    array_loops.tell_hours(times, hours)
    return hours
