"""One visit as lines of text, minute by minute: what began, how long it took, how long it was waited for, with whom.

Work is listed at its beginning, and a wait at its end. What nobody in the department knows, such as a class of
severity, is left out. The same for a machine is an event log: `sim.engine.event_log`.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.department.roster import WEEKDAYS
from sim.engine.measures.number_text import joined
from sim.engine.trajectory import Trajectory

WORTH_SAYING_MINUTES = 1.0
"""Waits shorter than this are not mentioned."""
ARRIVALS = {"walk_in": "walks in", "ambulance": "comes by ambulance", "police": "is brought by the police"}
_STREAMS = {"mental_health": "mental health"}
DEPARTURES = {
    "discharge": "goes home",
    "admission": "goes to the ward",
    "transfer": "goes to another hospital",
    "lwbs": "leaves before a physician has come",
    "ama": "leaves before care is complete",
}
_FOLLOW_UPS = {"within_7_days": "an appointment within 7 days", "within_30_days": "an appointment within 30 days"}
_KINDS = {
    "contact": "company",
    "recovery": "recovery of their own",
    "bridging": "bridging to what comes after",
    "call": "call to the family",
    "huddle": "huddle about the child",
    "response": "helps to calm",
    "gathering": "waits for the rest of a team",
    "team": "in the team",
}
KINDS_OF_PEERS = ("contact", "recovery", "bridging", "call")
"""Kinds of tasks that peers do and nobody else."""
ZONES = {"mh_safe": "mental-health safe room"}
_OF_TEAMS = ("gathering", "team")
AWAY_FROM_THE_CHILD = ("side", "recovery", "huddle", "gathering")
TIME_ROUNDING = 1e-6
"""Minutes by which two times that are equal by the law of the department may differ."""
_Line = tuple[float, str]
Forks = Mapping[str, tuple[str, ...]]
NO_FORKS: Forks = {}


def journey(run: Trajectory, visit: int, forks: Forks = NO_FORKS) -> list[str]:
    """What happened to one visit (its row), in order, one line a moment: `Tue 14:05  +0:42  ...`.

    `forks` of its stream, by name, with their branches: a fork takes no time beside that of the steps in them.

    The second column is the time since arrival in hours and minutes; it goes on after departure with what is still done
    for the child. Raises IndexError for a row that the run does not have.
    """
    if not 0 <= visit < run.n_visits:
        raise IndexError(f"visit {visit}: the run has rows 0 to {run.n_visits - 1}")
    row = run.visits.iloc[visit]
    tasks = tasks_of(run, visit)
    calls = [task for task in tasks if task["kind"] == "call"]
    others = [task for task in tasks if task["kind"] != "call"]
    lines = [
        *of_arrival(row),
        *of_places(run, visit),
        *of_forks(run, visit, forks),
        *of_delays(run, visit, forks),
        *of_escalations(others),
        *of_tasks(others, row),
        *of_moments(row),
        *of_tasks(calls, row),
    ]
    # Equal times stay in the order of the list: what happens at departure stands before it, calls after it.
    in_order = sorted(lines, key=lambda line: line[0])
    return [f"{clock(time)}  {since(time - row.arrival)}  {text}" for time, text in in_order]


def clock(minute: float) -> str:
    """Weekday and time of a minute since Monday 00:00 of week 0: `Tue 14:05`."""
    day, minutes = divmod(minute, MINUTES_PER_DAY)
    return f"{WEEKDAYS[int(day) % 7].title()} {int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def since(minutes: float) -> str:
    """`+2:07`, hours and minutes."""
    return f"{'+' if minutes >= 0 else '-'}{int(abs(minutes)) // 60}:{int(abs(minutes)) % 60:02d}"


def of_arrival(row: Any) -> Iterator[_Line]:
    """Who comes, how and with whom."""
    years = {0: "under 1 year old", 1: "1 year old"}.get(row.age_years, f"{row.age_years} years old")
    company = "with a caregiver" if row.caregiver else "alone"
    held = ", may not leave (held)" if row.held else ""
    stream = _STREAMS.get(row.stream, row.stream.replace("_", " "))
    mode = ARRIVALS[row.arrival_mode]
    yield float(row.arrival), f"{mode}: {years}, {company}, {stream}, CTAS {row.acuity}{held}"


def of_moments(row: Any) -> Iterator[_Line]:
    """First meeting with a peer, boarding, departure."""
    if _is_known(row.peer_met):
        yield float(row.peer_met), "the first meeting with a peer is complete"
    if _is_known(row.boarding_start):
        yield float(row.boarding_start), "is to be admitted, and waits for a bed on the ward"
    if _is_known(row.boarding_end):
        yield float(row.boarding_end), "the bed is free"
    if _is_known(row.departure):
        yield float(row.departure), "; ".join([DEPARTURES[row.disposition], *what_is_said_at_departure(row)])


def what_is_said_at_departure(row: Any) -> Iterator[str]:
    """What the child takes home, and what happened on the way that has no minute of its own."""
    if row.disposition == "discharge":
        given = ["a safety plan"] * bool(row.safety_plan)
        given += [_FOLLOW_UPS[row.follow_up]] if row.follow_up in _FOLLOW_UPS else []
        if given:
            yield f"has {' and '.join(given)}"
    if row.peer_offered and not row.peer_consented:
        yield "did not want the peer who was offered"
    if row.n_restraints:
        of_all = f" in {row.n_restraints} of {row.n_escalations} escalations" if row.n_escalations > 1 else ""
        yield f"was restrained{of_all}"


def of_places(run: Trajectory, visit: int) -> Iterator[_Line]:
    """Places entered, and how long each was waited for."""
    places = run.place_columns
    for at in (places["visit"] == visit).nonzero()[0]:
        zone = run.zones[places["zone"][at]]
        wait = waited(places["start"][at] - places["requested"][at])
        yield float(places["start"][at]), f"has a place: {ZONES.get(zone, zone.replace('_', ' '))}{wait}"


def of_forks(run: Trajectory, visit: int, forks: Forks) -> Iterator[_Line]:
    """Forks that the visit takes, and what is done in their branches."""
    for name, branches in forks.items():
        if name in run.steps and _is_known(begun := run.step_times[visit, run.steps.index(name), 1]):
            at_once = joined([branch.replace("_", " ") for branch in branches])
            yield float(begun), f"{name.replace('_', ' ')}: {at_once} side by side"


def of_delays(run: Trajectory, visit: int, forks: Forks) -> Iterator[_Line]:
    """Steps that take time and nobody of the staff: tests, the way to the desk; and what was done without its role."""
    usually_with_staff = set(run.task_columns["step"].tolist())
    for number, started, ended in delays_of(run, visit, forks):
        alone = ", nobody of the role on duty" if number in usually_with_staff else ""
        yield started, f"{run.steps[number].replace('_', ' ')}, {ended - started:.0f} min{alone}"


def delays_of(run: Trajectory, visit: int, forks: Collection[str]) -> Iterator[tuple[int, float, float]]:
    """Steps of a visit that took time and nobody of the staff: index of the step, when it started and ended. The time
    of `forks` is that of the steps in their branches, and counts with those."""
    tasks = run.task_columns
    begun = tasks["started"] == tasks["started"]
    with_staff = set(tasks["step"][(tasks["visit"] == visit) & begun].tolist())
    for number, step in enumerate(run.steps):
        _, started, ended = run.step_times[visit, number]
        if number not in with_staff and ended > started and step not in ("place", "board", *forks):
            yield number, float(started), float(ended)


def tasks_of(run: Trajectory, visit: int) -> list[dict[str, Any]]:
    """The visit's tasks by slot and beginning, with `waited_since`: a task that goes on waits since it was cut."""
    found = run.tasks[run.tasks["visit"] == visit]
    tasks: list[dict[str, Any]] = [{str(key): value for key, value in row.items()} for row in found.to_dict("records")]
    tasks.sort(key=lambda task: (task["slot"], task["kind"], task["step"], task["started"]))
    for _, spells in groupby(tasks, key=lambda task: (task["slot"], task["kind"], task["step"])):
        before = math.nan
        for task in spells:
            if task["kind"] in _OF_TEAMS:  # of several members, not of one again and again
                task |= {"goes_on": False, "waited_since": task["started"]}
                continue
            task["goes_on"] = _is_known(before)
            task["waited_since"] = before if _is_known(before) else task["requested"]
            before = task["ended"]
    return tasks


def of_escalations(tasks: Iterable[dict[str, Any]]) -> Iterator[_Line]:
    """When distress escalates, and who is called."""
    called: dict[float, list[str]] = {}
    for task in tasks:
        if task["kind"] == "response" and not task["goes_on"]:
            called.setdefault(float(task["requested"]), []).append(role_of(task))
    for time, roles in called.items():
        yield time, f"distress escalates; called: {', '.join(sorted(roles))}"


def of_tasks(tasks: list[dict[str, Any]], row: Any) -> Iterator[_Line]:
    """Everything staff did for the visit, and what was requested and never began."""
    begins = [task["started"] for task in tasks if task["kind"] == "main"]
    for task in tasks:
        if task["kind"] == "gathering" and task["ended"] == task["started"]:
            continue
        what = what_it_is(task, row)
        if _is_known(task["started"]):
            yield float(task["started"]), f"{what}, {how_it_went(task, row, begins)}"
        else:
            end = f"by {clock(task['ended'])}" if task["withdrawn"] else "before the run ends"
            yield float(task["waited_since"]), f"{what}: nobody comes {end}"


def what_it_is(task: dict[str, Any], row: Any) -> str:
    """What a task is and whose: `first assessment (physician)`."""
    if task["kind"] == "care":
        return f"{'care while waiting for the bed' if is_of_boarding(task, row) else 'looks in for the aide'} (nurse)"
    words = _KINDS.get(task["kind"]) or task["step"].replace("_", " ")
    return f"{words} ({role_of(task)}){' goes on' if task['goes_on'] else ''}"


def is_of_boarding(task: dict[str, Any], row: Any) -> bool:
    """Whether care is that of a boarder, requested at full hours of boarding and at its end; else it is for an aide."""
    if not _is_known(row.boarding_start) or task["requested"] < row.boarding_start:
        return False
    hours = (task["requested"] - row.boarding_start) / MINUTES_PER_HOUR
    return abs(hours - round(hours)) < TIME_ROUNDING or bool(abs(task["requested"] - row.boarding_end) < TIME_ROUNDING)


def how_it_went(task: dict[str, Any], row: Any, begins: list[float]) -> str:
    """Length, wait and end of a task in minutes: `12 min, after a wait of 5`."""
    wait = waited(task["started"] - task["waited_since"])
    if task["kind"] == "contact":
        return f"{of_company(task, begins)}{wait}"
    if not _is_known(task["ended"]):
        return f"runs on when the run ends{wait}"
    away = ", away from the child" if task["kind"] in AWAY_FROM_THE_CHILD else ""
    cut = ", cut short" if task["interrupted"] else ""
    answer = (", answered" if row.call_reached else ", no answer") if task["kind"] == "call" else ""
    return f"{task['ended'] - task['started']:.0f} min{wait}{away}{cut}{answer}"


def of_company(task: dict[str, Any], begins: list[float]) -> str:
    """`13 min together`; the peer makes room when a step of the visit's path begins."""
    if not _is_known(task["ended"]):
        return "runs on when the run ends"
    minutes, ends = task["ended"] - task["company_since"], ""
    if task["interrupted"]:
        makes_room = any(abs(task["ended"] - begin) < TIME_ROUNDING for begin in begins)
        ends = ", makes room" if makes_room else ", breaks off"
    return f"{minutes:.0f} min together{ends}" if minutes > 0 else f"turns back on the way{ends}"


def role_of(task: dict[str, Any]) -> str:
    """The role in words."""
    return "peer" if task["kind"] in KINDS_OF_PEERS else str(task["role"]).replace("_", " ")


def waited(minutes: float) -> str:
    """`, after a wait of 12`, in minutes, or nothing."""
    return f", after a wait of {minutes:.0f}" if minutes >= WORTH_SAYING_MINUTES else ""


def _is_known(time: float) -> bool:
    """Whether something happened: a time that never came is nan."""
    return not math.isnan(time)
