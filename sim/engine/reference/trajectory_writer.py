"""What is written down when a run ends: the rows of its visits, and what was still under way.

The tables and their columns are `sim.engine.trajectory`.
"""

from math import nan
from typing import Any

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.reference.dispatcher import Dispatcher
from sim.engine.reference.entities import Member, Visit
from sim.engine.reference.records import Records
from sim.engine.trajectory import GATHERING, PRESENT, TEAM, VISIT_COLUMNS, Trajectory, columns_from_rows


def trajectory_of(
    scenario: Scenario,
    seed: int,
    replication: int,
    dispatcher: Dispatcher,
    visits: list[Visit],
    step_names: tuple[str, ...],
    n_entries: int,
) -> Trajectory:
    """Everything that happened, with what the end of the run cuts short."""
    write_down_the_unfinished(dispatcher, visits, scenario.period.horizon)
    records = dispatcher.records
    shape = (len(visits), len(step_names))
    return Trajectory(
        engine="simpy",
        seed=seed,
        replication=replication,
        horizon=scenario.period.horizon,
        warm_up=scenario.period.warm_up,
        streams=tuple(scenario.department.streams),
        roles=dispatcher.staff.role_names,
        zones=dispatcher.places.zone_names,
        groups=tuple(group.name for group in scenario.department.groups),
        steps=step_names,
        members=tuple(member.rostered.name for member in dispatcher.staff.members),
        visit_columns=columns_from_rows([visit_row(visit) for visit in visits], VISIT_COLUMNS),
        step_times=np.array([visit.times for visit in visits], dtype=float).reshape(*shape, 3),
        step_members=np.array([visit.members for visit in visits], dtype=np.int32).reshape(shape),
        task_columns=records.tasks.columns(),
        place_columns=records.places.columns(),
        case_columns=records.cases.columns(),
        staff_columns=records.duties.columns(),
        break_columns=records.breaks.columns(),
        n_entries=n_entries,
        follow_up=scenario.period.follow_up,
        severities=scenario.department.severities,
    )


def write_down_the_unfinished(dispatcher: Dispatcher, visits: list[Visit], horizon: float) -> None:
    """What is under way when the run ends: requests, places and cases of visits, duties of members."""
    dispatcher.calendar.close(horizon)
    for visit in visits:
        write_unfinished_visit(dispatcher.records, visit)
        if not visit.departed:
            visit.disposition = PRESENT
            close_clocks(visit, horizon)
    for member in dispatcher.staff.members:
        if member.on_duty:
            write_unfinished_duty(dispatcher.records, member, horizon)


def write_unfinished_visit(records: Records, visit: Visit) -> None:
    """What a visit has under way or waiting when the run ends: tasks, place, cases."""
    for request in visit.waiting:
        if request.role >= 0:
            records.task(request, nan, nan)
    if visit.zone >= 0:
        records.place(visit, nan)
    for case in visit.cases.values():
        records.case(case, nan)


def write_unfinished_duty(records: Records, member: Member, horizon: float) -> None:
    """A spell of duty that the end of the run cuts short, with the task in hand counted up to it."""
    if member.on_break:
        records.rest(member, nan)
    task = member.task
    if task is not None and task.member is member:
        member.count_minutes(task.started, horizon)
        records.task(task, task.started, nan)
    elif task is not None:
        member.count_minutes(member.joined, horizon)
        records.of_team(task, member, GATHERING if task.gathers else TEAM, nan)
    records.duty(member, nan, 0, 0)


def close_clocks(visit: Visit, now: float) -> None:
    """Minutes accompanied, observed and unmet up to the end of the run."""
    if visit.contact_task is not None and visit.has_company:
        visit.accompanied += max(0.0, now - visit.contact_task.company_since)
    if visit.observation is not None and visit.observation.is_running:
        visit.observed += now - visit.observation_since
    elif visit.observation is not None:
        visit.unmet += now - visit.observation_since


def visit_row(visit: Visit) -> tuple[Any, ...]:
    """The row of `visits`, in the order of VISIT_COLUMNS."""
    missed = visit.offered and visit.consented and visit.departed and not visit.is_met
    return (
        visit.patient, visit.number, visit.stream, visit.acuity, visit.severity, visit.age, visit.age_group,
        visit.arrival_mode, visit.group, visit.held, visit.caregiver, visit.arrival, visit.departure,
        visit.disposition, visit.patience,
        visit.escalation_budget, visit.pia, visit.boarding_start, visit.boarding_end, visit.eligible, visit.offered,
        visit.consented, visit.peer_kind == "family", visit.peer_started, visit.met, visit.peer_ended, visit.spells,
        visit.exposures, missed, visit.accompanied, visit.bridged, visit.called, visit.call_reached,
        visit.safety_plan, visit.follow_up,
        visit.escalations, visit.restraints, visit.needs_observation, visit.observed, visit.unmet, visit.next_visit,
    )  # fmt: skip
