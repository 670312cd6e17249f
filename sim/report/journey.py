"""One child's visit as lines of text, minute by minute: what was asked for, what began, what ended, and with whom."""

import math
from collections.abc import Hashable, Iterator
from typing import Any

from sim.department.roster import WEEKDAYS
from sim.engine.trajectory import Trajectory

MINUTES_PER_DAY = 1440.0
WORTH_SAYING_MINUTES = 1.0
"""Waits shorter than this are not mentioned."""
KIND_WORDS = {
    "contact": "company",
    "recovery": "the peer's own time",
    "bridging": "bridging",
    "call": "call after the visit",
    "huddle": "huddle about the child",
    "observation": "one-to-one observation",
    "care": "care by the hour",
    "response": "response to the escalation",
}
WITH_THE_CHILD = ("main", "response", "contact", "bridging", "observation")
Line = tuple[float, str]


def journey(run: Trajectory, visit: int) -> list[str]:
    """What happened to one visit (its row), in order, one line a moment: `Tue 14:05  +0:42  ...`.

    The second column is the time since arrival in hours and minutes. Raises IndexError for a row the run has not.
    """
    if not 0 <= visit < run.n_visits:
        raise IndexError(f"visit {visit}: the run has rows 0 to {run.n_visits - 1}")
    row = run.visits.iloc[visit]
    lines = [*of_visit(row), *of_places(run, visit), *of_delays(run, visit), *of_tasks(run, visit)]
    return [f"{clock(time)}  {since(time - row.arrival)}  {text}" for time, text in sorted(lines)]


def clock(minute: float) -> str:
    """`Tue 14:05`."""
    day, minutes = divmod(minute, MINUTES_PER_DAY)
    return f"{WEEKDAYS[int(day) % 7].title()} {int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def since(minutes: float) -> str:
    """`+2:07`, hours and minutes."""
    return f"{'+' if minutes >= 0 else '-'}{int(abs(minutes)) // 60}:{int(abs(minutes)) % 60:02d}"


def of_visit(row: Any) -> Iterator[Line]:
    """Arrival, first meeting with a peer, boarding, departure."""
    company = "with a caregiver" if row.caregiver else "alone"
    held = ", held" if row.held else ""
    yield (
        row.arrival,
        f"arrives ({row.arrival_mode}), {row.age_years} years, {company}, {row.stream}, CTAS {row.acuity}{held}",
    )
    if row.peer_met == row.peer_met:
        yield row.peer_met, "the first meeting with a peer is over"
    if row.boarding_start == row.boarding_start:
        yield row.boarding_start, "boarding begins"
    if row.boarding_end == row.boarding_end:
        yield row.boarding_end, "a bed upstairs"
    if row.departure == row.departure:
        yield row.departure, f"departs: {row.disposition}"


def of_places(run: Trajectory, visit: int) -> Iterator[Line]:
    """Places entered, and how long each was waited for."""
    places = run.place_columns
    for at in (places["visit"] == visit).nonzero()[0]:
        zone, wait = run.zones[places["zone"][at]], places["start"][at] - places["requested"][at]
        yield float(places["start"][at]), f"into {zone}{waited(wait)}"


def of_delays(run: Trajectory, visit: int) -> Iterator[Line]:
    """Steps that need nobody and take time: tests, observation, the way to the desk."""
    tasks = run.task_columns
    own = tasks["visit"] == visit
    with_staff = set(tasks["step"][own].tolist())
    for number, step in enumerate(run.steps):
        _, started, ended = run.step_times[visit, number]
        if number not in with_staff and ended > started and step not in ("place", "board"):
            yield float(started), f"{step.replace('_', ' ')}, {ended - started:.0f} min"


def of_tasks(run: Trajectory, visit: int) -> Iterator[Line]:
    """Everything staff did for the visit, and what was asked for and withdrawn."""
    tasks = run.tasks
    for task in tasks[tasks["visit"] == visit].to_dict("records"):
        what = KIND_WORDS.get(task["kind"]) or task["step"].replace("_", " ")
        what = f"{what} ({task['role'].replace('_', ' ')})"
        if math.isnan(task["started"]):
            back = f", withdrawn at {clock(task['ended'])}" if task["withdrawn"] else ""
            yield task["requested"], f"{what} asked for, not given{back}"
        else:
            yield task["started"], f"{what}, {how_it_went(task)}"


def how_it_went(task: dict[Hashable, Any]) -> str:
    """`12 min, after 5 min, put down`."""
    length = "runs on" if math.isnan(task["ended"]) else f"{task['ended'] - task['started']:.0f} min"
    beside = "" if task["kind"] in WITH_THE_CHILD else ", not with the child"
    put_down = ", put down" if task["interrupted"] else ""
    return f"{length}{waited(task['started'] - task['requested'])}{beside}{put_down}"


def waited(minutes: float) -> str:
    """`, after 12 min`, or nothing."""
    return f", after {minutes:.0f} min" if minutes >= WORTH_SAYING_MINUTES else ""
