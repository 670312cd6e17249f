"""Any trajectory as a standard event log: case, activity, resource, lifecycle, time.

Writing it to a file is left to the caller; column names of XES are given in `XES_NAMES`.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.engine.measures.array_loops import Flags
from sim.engine.trajectory import CONTACT, DISPOSITIONS, GATHERING, TASK_KINDS, TEAM, Trajectory, names_of_codes

XES_NAMES = {
    "case": "case:concept:name",
    "activity": "concept:name",
    "resource": "org:resource",
    "lifecycle": "lifecycle:transition",
    "time": "time:timestamp",
}
"""Attribute names of the XES standard (IEEE 1849) for the columns of the log."""

LOG_COLUMNS = ("case", "activity", "resource", "lifecycle", "time")
RANK = {name: rank for rank, name in enumerate(("schedule", "start", "resume", "suspend", "complete", "withdraw"))}

OPENING, ENDING, INSTANT, BEGINNING, CLOSING = range(5)
"""Order of a case's events at one instant: its arrival, what took time and ends, what takes none, what begins and
takes time, its departure."""


OF_TEAMS = (GATHERING, TEAM)
"""Kinds of tasks of members of a team, beside the task of its lead."""


def event_log(trajectory: Trajectory, start: datetime.date | None = None) -> pd.DataFrame:
    """One row per event, in order of time, then case, then the course of events at one instant.

    `case` is PATIENT-VISIT_NUMBER. `activity` is the step, or the kind of work and its role where the pathway has no
    such step, `place ZONE`, `arrival`, or `departure DISPOSITION`. `resource` is the member, the zone of a place, or
    empty. `lifecycle` is `schedule`, `start`, `complete`; `withdraw` where the visit left or the request lapsed;
    `suspend` and `resume` around an interruption; each spell of a peer's company is complete, and so is each of a
    member of a team, who waits for the others (`gathering ROLE`) or is at the task beside its lead (`team ROLE`).
    `time` is minutes since Monday 00:00 of week 0, or timestamps if `start` (the date of that Monday) is given.
    """
    log = visit_events(trajectory)
    if start is not None:
        log["time"] = pd.Timestamp(start) + pd.to_timedelta(log["time"], unit="min")
    return log[list(LOG_COLUMNS)]


def visit_events(trajectory: Trajectory) -> pd.DataFrame:
    """The same with the row of the visit in a column `visit`, in minutes."""
    parts = [
        *arrivals_and_departures(trajectory),
        *task_events(trajectory),
        *step_events(trajectory),
        *place_events(trajectory),
    ]
    log = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    log["rank"] = log["lifecycle"].map(RANK)
    log = log.sort_values(["time", "visit", "tier", "sequence", "rank"], kind="stable", ignore_index=True)
    log["case"] = case_names(trajectory)[log["visit"]]
    return log[["visit", *LOG_COLUMNS]]


def case_names(trajectory: Trajectory) -> np.ndarray:
    """Name of the case of every visit."""
    visits = trajectory.visit_columns
    pairs = zip(visits["patient"].tolist(), visits["visit_number"].tolist(), strict=True)
    return np.array([f"{patient}-{number}" for patient, number in pairs], dtype=object)


@dataclass(frozen=True)
class Happenings:
    """Things that were requested, began and ended, each an activity of a visit with a place in the pathway."""

    visit: np.ndarray
    activity: np.ndarray
    sequence: np.ndarray
    requested: np.ndarray
    started: np.ndarray
    ended: np.ndarray

    def at(self, lifecycle: str, moment: str, chosen: Flags, resource: np.ndarray | str) -> pd.DataFrame:
        """Events of one lifecycle for the chosen ones, those with a time."""
        time = getattr(self, moment)
        frame = pd.DataFrame(
            {
                "visit": self.visit,
                "activity": self.activity,
                "resource": resource,
                "lifecycle": lifecycle,
                "time": time,
                "tier": self.tier(moment, time),
                "sequence": self.sequence,
            }
        )
        kept: pd.DataFrame = frame[chosen & ~np.isnan(time)]
        return kept

    def tier(self, moment: str, time: np.ndarray) -> np.ndarray:
        """Whether it took no time: then all its events at this instant belong together."""
        since = np.where(np.isnan(self.started), self.requested, self.started)
        took_none = (since if moment == "ended" else time) == self.ended
        return np.where(took_none, INSTANT, ENDING if moment == "ended" else BEGINNING)


def edge_events(visit: np.ndarray, activity: np.ndarray, time: np.ndarray, tier: int) -> pd.DataFrame:
    """The first or the last event of every case."""
    columns = {"visit": visit, "activity": activity, "resource": "", "lifecycle": "complete", "time": time}
    frame = pd.DataFrame(columns | {"tier": tier, "sequence": 0})
    kept: pd.DataFrame = frame[~np.isnan(time)]
    return kept


def arrivals_and_departures(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """First and last event of every case."""
    visits = trajectory.visit_columns
    rows = np.arange(trajectory.n_visits)
    ways = names_of_codes(np.arange(len(DISPOSITIONS)), [f"departure {name}" for name in DISPOSITIONS])
    yield edge_events(rows, np.full(rows.size, "arrival", dtype=object), visits["arrival"], OPENING)
    yield edge_events(rows, ways[visits["disposition"]], visits["departure"], CLOSING)


def task_events(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """Requests, spells of work, interruptions and withdrawals."""
    tasks = trajectory.task_columns
    sequence = np.where(tasks["step"] >= 0, tasks["step"], len(trajectory.steps))
    times = (tasks["requested"], tasks["started"], tasks["ended"])
    work = Happenings(tasks["visit"], activities(trajectory), sequence, *times)
    who = np.array([*trajectory.members, ""], dtype=object)[tasks["member"]]
    of_team = np.isin(tasks["kind"], OF_TEAMS)
    resumed, begun = is_resumed(trajectory) & ~of_team, ~np.isnan(tasks["started"])
    cut = tasks["interrupted"] & (tasks["kind"] != CONTACT) & ~of_team
    yield work.at("schedule", "requested", ~resumed & ~of_team, "")
    yield work.at("start", "started", ~resumed, who)
    yield work.at("resume", "started", resumed, who)
    yield work.at("suspend", "ended", cut, who)
    yield work.at("complete", "ended", begun & ~cut, who)
    yield work.at("withdraw", "ended", tasks["withdrawn"] & ~begun, "")


def activities(trajectory: Trajectory) -> np.ndarray:
    """Name of the activity of every task."""
    tasks = trajectory.task_columns
    steps = np.array([*trajectory.steps, ""], dtype=object)[tasks["step"]]
    beside = names_of_codes(tasks["kind"], TASK_KINDS) + " " + names_of_codes(tasks["role"], trajectory.roles)
    return np.asarray(np.where((tasks["step"] >= 0) & ~np.isin(tasks["kind"], OF_TEAMS), steps, beside))


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
        times = trajectory.step_times[rows, number].T
        steps = Happenings(rows, np.full(rows.size, step, dtype=object), np.full(rows.size, number), *times)
        everyone = np.ones(rows.size, dtype=np.bool_)
        yield steps.at("schedule", "requested", everyone, "")
        yield steps.at("start", "started", everyone, "")
        yield steps.at("complete", "ended", everyone, "")


def place_events(trajectory: Trajectory) -> Iterator[pd.DataFrame]:
    """Places taken and given up."""
    places = trajectory.place_columns
    zones = names_of_codes(places["zone"], trajectory.zones)
    activity = np.array([f"place {zone}" for zone in zones], dtype=object)
    after_steps = np.full(zones.size, len(trajectory.steps))
    times = (places["requested"], places["start"], places["end"])
    held = Happenings(places["visit"], activity, after_steps, *times)
    begun = ~np.isnan(places["start"])
    # Taking a place takes no time: it comes after the step that asked for it and before what is done in it.
    yield held.at("start", "started", begun, zones).assign(tier=INSTANT)
    yield held.at("complete", "ended", begun, zones)
