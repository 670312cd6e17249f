"""What is written down when a run ends: the rows of its visits, and what was still under way.

The tables and their columns are `sim.engine.trajectory`.
"""

from typing import Any

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.dispatcher import Floor
from sim.engine.reference.entities import Visit
from sim.engine.trajectory import PRESENT, VISIT_COLUMNS, Trajectory, columns_from_rows


def trajectory_of(
    scenario: Scenario,
    seed: int,
    replication: int,
    floor: Floor,
    visits: list[Visit],
    step_names: tuple[str, ...],
    n_entries: int,
) -> Trajectory:
    """Everything that happened, with what the end of the run cuts short."""
    write_down_the_unfinished(floor, visits, floor.calendar, scenario.period.horizon)
    record = floor.record
    shape = (len(visits), len(step_names))
    return Trajectory(
        engine="simpy",
        seed=seed,
        replication=replication,
        horizon=scenario.period.horizon,
        warm_up=scenario.period.warm_up,
        streams=tuple(scenario.department.streams),
        roles=floor.role_names,
        zones=floor.zone_names,
        groups=tuple(group.name for group in scenario.department.groups),
        steps=step_names,
        members=tuple(member.rostered.name for member in floor.members),
        visit_columns=columns_from_rows([written(visit) for visit in visits], VISIT_COLUMNS),
        step_times=np.array([visit.times for visit in visits], dtype=float).reshape(*shape, 3),
        step_members=np.array([visit.members for visit in visits], dtype=np.int32).reshape(shape),
        task_columns=record.tasks.columns(),
        place_columns=record.places.columns(),
        case_columns=record.cases.columns(),
        staff_columns=record.duties.columns(),
        break_columns=record.breaks.columns(),
        n_entries=n_entries,
        follow_up=scenario.period.follow_up,
        severities=scenario.department.severities,
    )


def write_down_the_unfinished(floor: Floor, visits: list[Visit], calendar: Calendar, horizon: float) -> None:
    """What is under way when the run ends."""
    calendar.close(horizon)
    for visit in visits:
        floor.write_unfinished_requests(visit)
        if not visit.departed:
            visit.disposition = PRESENT
            close_clocks(visit, horizon)
    for member in floor.members:
        floor.write_unfinished_duty(member)


def close_clocks(visit: Visit, now: float) -> None:
    """Minutes accompanied, observed and unmet up to the end of the run."""
    if visit.contact_task is not None and visit.has_company:
        visit.accompanied += max(0.0, now - visit.contact_task.company_since)
    if visit.observation is not None and visit.observation.is_running:
        visit.observed += now - visit.observation_since
    elif visit.observation is not None:
        visit.unmet += now - visit.observation_since


def written(visit: Visit) -> tuple[Any, ...]:
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
