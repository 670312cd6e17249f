"""Any trajectory as a standard event log: case, activity, resource, lifecycle, time.

Writing it to a file is left to the caller; column names of XES are given in `XES_NAMES`.
"""

import datetime
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.engine.intervals import Flags
from sim.engine.trajectory import DISPOSITIONS, TASK_KINDS, Trajectory, named

XES_NAMES = {
    "case": "case:concept:name",
    "activity": "concept:name",
    "resource": "org:resource",
    "lifecycle": "lifecycle:transition",
    "time": "time:timestamp",
}
"""Attribute names of the XES standard (IEEE 1849) for the columns of the log."""

COLUMNS = ("case", "activity", "resource", "lifecycle", "time")
RANK = {name: rank for rank, name in enumerate(("complete", "suspend", "withdraw", "schedule", "start", "resume"))}


def event_log(trajectory: Trajectory, start: datetime.date | None = None) -> pd.DataFrame:
    """One row per event, in order of time, then case; at one instant ends come before beginnings.

    `case` is PATIENT-VISIT_NUMBER. `activity` is the step, or the kind of work and its role where the pathway has no
    such step, `place ZONE`, `arrival`, or `departure DISPOSITION`. `resource` is the member, the zone of a place, or
    empty. `lifecycle` is `schedule`, `start`, `complete`; `withdraw` where the visit left or the request lapsed;
    `suspend` and `resume` around an interruption. `time` is minutes since Monday 00:00 of week 0, or timestamps if
    `start` (the date of that Monday) is given.
    """
    parts = [
        *arrivals_and_departures(trajectory),
        *task_events(trajectory),
        *step_events(trajectory),
        *place_events(trajectory),
    ]
    log = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    log["rank"] = log["lifecycle"].map(RANK)
    log.loc[log["activity"] == "arrival", "rank"] = -1
    log.loc[log["activity"].str.startswith("departure"), "rank"] = len(RANK)
    log = log.sort_values(["time", "visit", "rank"], kind="stable", ignore_index=True)
    log["case"] = case_names(trajectory)[log["visit"]]
    if start is not None:
        log["time"] = pd.Timestamp(start) + pd.to_timedelta(log["time"], unit="min")
    return log[list(COLUMNS)]


def case_names(trajectory: Trajectory) -> np.ndarray:
    """Name of the case of every visit."""
    visits = trajectory.visit_columns
    pairs = zip(visits["patient"].tolist(), visits["visit_number"].tolist(), strict=True)
    return np.array([f"{patient}-{number}" for patient, number in pairs], dtype=object)


def events(
    visit: np.ndarray, activity: np.ndarray | str, resource: np.ndarray | str, lifecycle: str, time: np.ndarray
) -> pd.DataFrame:
    """Events of one lifecycle, those with a time."""
    frame = pd.DataFrame(
        {"visit": visit, "activity": activity, "resource": resource, "lifecycle": lifecycle, "time": time}
    )
    return frame[frame["time"].notna()]


def arrivals_and_departures(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """First and last event of every case."""
    visits = trajectory.visit_columns
    rows = np.arange(trajectory.n_visits)
    ways = named(np.arange(len(DISPOSITIONS)), [f"departure {name}" for name in DISPOSITIONS])
    yield events(rows, "arrival", "", "complete", visits["arrival"])
    yield events(rows, ways[visits["disposition"]], "", "complete", visits["departure"])


def task_events(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """Requests, spells of work, interruptions and withdrawals."""
    tasks = trajectory.task_columns
    visit, activity = tasks["visit"], activities(trajectory)
    members = np.array([*trajectory.members, ""], dtype=object)
    resource = members[tasks["member"]]
    resumed = is_resumed(trajectory)
    cut, withdrawn = tasks["interrupted"], tasks["withdrawn"]
    begun = ~np.isnan(tasks["started"])
    for lifecycle, column, chosen, who in (
        ("schedule", "requested", ~resumed, ""),
        ("start", "started", ~resumed, resource),
        ("resume", "started", resumed, resource),
        ("suspend", "ended", cut, resource),
        ("complete", "ended", begun & ~cut, resource),
        ("withdraw", "ended", withdrawn & ~begun, ""),
    ):
        people = who if isinstance(who, str) else who[chosen]
        yield events(visit[chosen], activity[chosen], people, lifecycle, tasks[column][chosen])


def activities(trajectory: Trajectory) -> np.ndarray:
    """Name of the activity of every task."""
    tasks = trajectory.task_columns
    steps = np.array([*trajectory.steps, ""], dtype=object)[tasks["step"]]
    beside = named(tasks["kind"], TASK_KINDS) + " " + named(tasks["role"], trajectory.roles)
    return np.asarray(np.where(tasks["step"] >= 0, steps, beside))


def is_resumed(trajectory: Trajectory) -> Flags:
    """Whether each row is the rest of an interrupted task: same visit, slot and request, and a spell before it."""
    tasks = trajectory.task_columns
    names = ["visit", "slot", "step", "kind", "role", "requested"]
    frame = pd.DataFrame({name: tasks[name] for name in names} | {"interrupted": tasks["interrupted"], "row": 0})
    frame["row"] = np.arange(len(frame))
    frame["since"] = np.where(np.isnan(tasks["started"]), np.inf, tasks["started"])
    frame = frame.sort_values([*names, "since"], kind="stable")
    before = frame.groupby(names)["interrupted"].shift(fill_value=False)
    resumed = np.zeros(len(frame), dtype=np.bool_)
    resumed[frame["row"].to_numpy()] = before.to_numpy(dtype=np.bool_)
    return resumed


def step_events(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """Steps that are nobody's task: delays, places, boarding."""
    tasks = trajectory.task_columns
    by_task = np.zeros((trajectory.n_visits, len(trajectory.steps)), dtype=np.bool_)
    known = tasks["step"] >= 0
    by_task[tasks["visit"][known], tasks["step"][known]] = True
    for number, step in enumerate(trajectory.steps):
        rows = np.flatnonzero(~by_task[:, number])
        for moment, lifecycle in enumerate(("schedule", "start", "complete")):
            yield events(rows, step, "", lifecycle, trajectory.step_times[rows, number, moment])


def place_events(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """Places taken and given up."""
    places = trajectory.place_columns
    zones = named(places["zone"], trajectory.zones)
    activity = np.array([f"place {zone}" for zone in zones], dtype=object)
    begun = ~np.isnan(places["start"])
    yield events(places["visit"][begun], activity[begun], zones[begun], "start", places["start"][begun])
    yield events(places["visit"][begun], activity[begun], zones[begun], "complete", places["end"][begun])
