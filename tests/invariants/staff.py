"""Invariants of staff: duties, skills, interruptions, observation by aides."""

from collections.abc import Iterator

import numpy as np

from sim.department.pathway import SideTask, Task
from sim.department.scenario import Scenario
from sim.engine.trajectory import (
    CONTACT,
    GATHERING,
    MAIN,
    OBSERVATION,
    RECOVERY,
    TEAM,
)
from tests.invariants.checked_run import TOLERANCE, CheckedRun, open_end, overlaps, rows, spell_at


def one_thing_at_a_time(run: CheckedRun) -> Iterator[str]:
    """Nobody does two tasks at once, or one during a break."""
    work = np.flatnonzero(run.worked)
    member = np.concatenate([run.tasks["member"][work], run.breaks["member"]])
    starts = np.concatenate([run.tasks["started"][work], run.breaks["start"]])
    ends = np.concatenate([run.task_end[work], open_end(run.breaks["end"])])
    for first, second in overlaps(member, starts, ends):
        name = run.trajectory.members[member[first]]
        yield f"{name}: busy from {starts[first]} to {ends[first]}, and again from {starts[second]}"


def work_is_done_on_duty(run: CheckedRun) -> Iterator[str]:
    """Tasks start on duty; after the shift's end only a peer's own recovery does, and what a team
    gathered for; all end before the member leaves."""
    staff, duty = run.staff, run.duty_of_task
    left = open_end(staff["left"])
    gathered = run.tasks["kind"] == GATHERING
    in_team = set(zip(run.tasks["member"][gathered].tolist(), run.tasks["ended"][gathered].tolist(), strict=True))
    for row in rows(run.worked):
        started, spell = run.tasks["started"][row], duty[row]
        late = spell >= 0 and started >= staff["scheduled_end"][spell] and run.tasks["kind"][row] != RECOVERY
        late = late and (int(run.tasks["member"][row]), float(started)) not in in_team
        if spell < 0 or started > left[spell] or (late and staff["scheduled_end"][spell] < run.horizon):
            yield f"task row {row}: starts at {started} while {run.tasks['member'][row]} is off duty"
        elif run.task_end[row] > left[spell]:
            yield f"task row {row}: ends at {run.task_end[row]}, the member left at {left[spell]}"


def members_leave_when_free(run: CheckedRun) -> Iterator[str]:
    """A member goes home at the end of the shift, or at the end of what is in hand then."""
    staff = run.staff
    work = np.flatnonzero(run.worked)
    rest = spell_at(staff["member"], staff["scheduled_start"], run.breaks["member"], run.breaks["start"])
    last = staff["scheduled_end"].copy()
    np.maximum.at(last, run.duty_of_task[work], run.task_end[work])
    np.maximum.at(last, rest[rest >= 0], open_end(run.breaks["end"])[rest >= 0])
    left = open_end(staff["left"])
    for row in rows(np.where(last >= run.horizon, np.isfinite(left), left != last)):
        yield f"staff row {row}: member {staff['member'][row]} left at {left[row]}, was free at {last[row]}"


def skill_lists_are_kept(run: CheckedRun) -> Iterator[str]:
    """Members do tasks of their own role and of those on their skill list."""
    serves = {member.index: roles_served(run.scenario, member.role) for member in run.members}
    for row in rows(run.worked):
        role, member = run.trajectory.roles[run.tasks["role"][row]], int(run.tasks["member"][row])
        if role not in serves[member]:
            yield f"task row {row}: {run.trajectory.members[member]} does a task of {role}"


def roles_served(scenario: Scenario, role: str) -> set[str]:
    """The role itself and those its members also serve."""
    return {role} | {served for level in scenario.staffing.roles[role].also_serves for served in level}


def staff_rows_are_sums_of_tasks(run: CheckedRun) -> Iterator[str]:
    """Busy minutes and overtime of a duty are those of its tasks, and so is the overtime of each task."""
    work = np.flatnonzero(run.worked & (run.duty_of_task >= 0))
    duty, start = run.duty_of_task[work], run.tasks["started"][work]
    end = np.minimum(run.task_end[work], run.horizon)
    close = run.staff["scheduled_end"][duty]
    late = np.maximum(0.0, end - np.maximum(start, close))
    for name, minutes in (("busy", np.maximum(0.0, np.minimum(end, close) - start)), ("overtime", late)):
        total = np.bincount(duty, weights=minutes, minlength=len(run.staff[name]))
        for row in rows(np.abs(total - run.staff[name]) > TOLERANCE):
            yield f"staff row {row}: {name} {run.staff[name][row]}, its tasks sum to {total[row]}"
    ended = ~np.isnan(run.tasks["ended"][work])
    for row in rows(ended & (np.abs(late - run.tasks["overtime"][work]) > TOLERANCE)):
        yield f"task row {work[row]}: overtime {run.tasks['overtime'][work[row]]}, it ran {late[row]} past the shift"


def observation_is_accounted_for(run: CheckedRun) -> Iterator[str]:
    """From its step to departure every minute of observation is with an aide, or unmet."""
    spell = np.flatnonzero(run.worked & (run.tasks["kind"] == OBSERVATION))
    until = np.minimum(run.task_end[spell], run.horizon)
    visit = run.tasks["visit"][spell]
    n_visits = run.trajectory.n_visits
    seen = np.bincount(visit, weights=until - run.tasks["started"][spell], minlength=n_visits)
    asked = run.tasks["kind"] == OBSERVATION
    since = np.full(n_visits, np.inf)
    np.minimum.at(since, run.tasks["visit"][asked], run.tasks["requested"][asked])
    gone = ~np.isnan(run.visits["departure"])
    whole = np.zeros(n_visits)
    watched = gone & np.isfinite(since)
    whole[watched] = run.departure[watched] - since[watched]
    for row in rows(gone & ~(np.abs(seen - run.visits["minutes_observed"]) <= TOLERANCE)):
        yield f"visit {row}: observed {run.visits['minutes_observed'][row]} minutes, its spells sum to {seen[row]}"
    unmet = run.visits["minutes_observation_unmet"]
    for row in rows(gone & ~(np.abs(whole - seen - unmet) <= TOLERANCE)):
        yield f"visit {row}: observation unmet {unmet[row]}, of {whole[row]} minutes {seen[row]} had an aide"


def interruptions_are_rightful(run: CheckedRun) -> Iterator[str]:
    """Only preemptible tasks are interrupted, never those of CTAS 1, and by a member who then begins with CTAS 1.

    A team is interrupted whole, by one of its members. Company put down counts as interrupted too; it is judged
    elsewhere.
    """
    preemptible = {
        (stream, step.name)
        for stream, value in run.scenario.department.streams.items()
        for step in value.pathway
        if isinstance(step, Task | SideTask) and step.preemptible
    }
    acuity = run.visits["acuity"][run.tasks["visit"]]
    urgent = run.worked & (acuity == 1) & np.isin(run.tasks["kind"], (MAIN, GATHERING))
    begun = set(zip(run.tasks["member"][urgent].tolist(), run.tasks["started"][urgent].tolist(), strict=True))
    begins: dict[tuple[int, int, int, float], bool] = {}
    cut = rows(run.tasks["interrupted"] & (run.tasks["kind"] != CONTACT))
    for row in cut:
        takes = (int(run.tasks["member"][row]), float(run.tasks["ended"][row])) in begun
        begins[together(run, row)] = takes or begins.get(together(run, row), False)
    for row in cut:
        stream = run.trajectory.streams[run.visits["stream"][run.tasks["visit"][row]]]
        step = run.trajectory.steps[run.tasks["step"][row]] if run.tasks["step"][row] >= 0 else ""
        if (stream, step) not in preemptible or acuity[row] == 1:
            yield f"task row {row}: interrupted, though step {step!r} of CTAS {acuity[row]} may not be"
        if not begins[together(run, row)]:
            yield f"task row {row}: interrupted, but its member begins no CTAS 1 task at that moment"


def together(run: CheckedRun, row: int) -> tuple[int, int, int, float]:
    """What rows of one team at one task have in common; the slot tells a side task from it."""
    visit, step, slot = (int(run.tasks[name][row]) for name in ("visit", "step", "slot"))
    return visit, step, slot, float(run.tasks["ended"][row])


def teams_begin_and_end_together(run: CheckedRun) -> Iterator[str]:
    """A task for several has the members its step asks for, from one moment to another; who waits for it, waits as long
    as its limit at most; nobody is in two teams, for nobody does two things at once."""
    wanted, kind = teams_of(run), run.tasks["kind"]
    found: dict[tuple[object, ...], tuple[list[int], list[int]]] = {}
    for row in rows(run.worked & np.isin(kind, (MAIN, TEAM))):
        key = (*together(run, row)[:3], float(run.tasks["started"][row]), float(run.task_end[row]))
        found.setdefault(key, ([], []))[int(kind[row] == TEAM)].append(row)
    for leads, others in found.values():
        team, _ = wanted.get(step_of_row(run, (leads or others)[0]), ({}, 0.0))
        there = sorted(run.trajectory.roles[run.tasks["role"][other]] for other in others)
        if there != sorted(role for role, heads in team.items() for _ in range(heads * len(leads))):
            yield f"task rows {leads} and {others}: with {there} from beginning to end, the step asks for {team}"
    for row in rows(run.worked & (kind == GATHERING)):
        _, limit = wanted.get(step_of_row(run, row), ({}, 0.0))
        waited = min(run.task_end[row], run.horizon) - run.tasks["started"][row]
        if waited > limit + TOLERANCE:
            yield f"task row {row}: waits {waited} minutes for the others, {limit} at most"


def teams_of(run: CheckedRun) -> dict[tuple[str, str], tuple[dict[str, int], float]]:
    """Team and limit of every step, by stream and step."""
    return {
        (name, step.name): (dict(step.team), step.gather_minutes)
        for name, stream in run.scenario.department.streams.items()
        for step in stream.pathway
        if isinstance(step, Task) and step.team
    }


def step_of_row(run: CheckedRun, row: int) -> tuple[str, str]:
    """Stream and step of a row of tasks."""
    stream = run.trajectory.streams[run.visits["stream"][run.tasks["visit"][row]]]
    return stream, run.trajectory.steps[run.tasks["step"][row]] if run.tasks["step"][row] >= 0 else ""
