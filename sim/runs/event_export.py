"""The event log of a run on disk: one long table as CSV or Parquet, XES, or a CSV that vidigi animates.

What an event is stands in `sim.engine.event_log`; here it gets the names and the form of each format.
"""

import datetime
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.engine.event_log import visit_events
from sim.engine.trajectory import TASK_KINDS, Trajectory
from sim.io.clean_text import for_csv, for_terminal
from sim.runs.tables_on_disk import whole_file, write_table
from sim.visits.xes import Value, xes_lines

EVENT_SUFFIXES: Final = {"csv": ".csv", "parquet": ".parquet", "xes": ".xes", "vidigi": "-vidigi.csv"}
PEER_CONTACT: Final = "contact"


def write_event_log(trajectory: Trajectory, kind: str, folder: Path, name: str, first_monday: datetime.date) -> Path:
    """Write the log of a run as `folder/NAME` with the ending of the format; the path. Whole, or OSError."""
    path = folder / f"{name}{EVENT_SUFFIXES[kind]}"
    if kind == "xes":
        with whole_file(path) as partial:
            write_xes(trajectory, partial, name, first_monday)
        return path
    table = (vidigi_table if kind == "vidigi" else event_table)(trajectory, first_monday)
    if kind != "parquet":
        table = cleaned(table, for_csv)
    write_table(table, path)
    return path


def cleaned(table: pd.DataFrame, clean: Callable[[str], str]) -> pd.DataFrame:
    """The table with its names cleaned; of each column there are few, many times."""
    texts = {name: column for name, column in table.items() if column.dtype == object}
    return table.assign(**{str(name): column.map(lru_cache(maxsize=None)(clean)) for name, column in texts.items()})


def event_table(trajectory: Trajectory, first_monday: datetime.date) -> pd.DataFrame:
    """One row an event, in order of time, with the columns case, patient, stream, acuity, activity, lifecycle,
    resource, minutes and timestamp.

    `minutes` counts from 00:00 of the Monday of week 0, which is `first_monday` in `timestamp`.
    """
    log = visit_events(trajectory)
    visits = trajectory.visit_columns
    row = log["visit"].to_numpy()
    stream = np.array(trajectory.streams, dtype=object)[visits["stream"]]
    return pd.DataFrame(
        {
            "case": log["case"],
            "patient": visits["patient"][row],
            "stream": stream[row],
            "acuity": visits["acuity"][row],
            "activity": log["activity"],
            "lifecycle": log["lifecycle"],
            "resource": log["resource"],
            "minutes": log["time"],
            "timestamp": timestamps(log["time"], first_monday),
        }
    )


def timestamps(minutes: pd.Series, first_monday: datetime.date) -> pd.Series:
    """Calendar time of minutes of a run, to the millisecond."""
    whole = (minutes * 60_000).round()
    return pd.Timestamp(first_monday) + pd.to_timedelta(whole, unit="ms").astype("timedelta64[ms]")


# --- XES ---


def write_xes(trajectory: Trajectory, path: Path, name: str, first_monday: datetime.date) -> None:
    """A trace a visit, in the order of their first events."""
    table = cleaned(event_table(trajectory, first_monday), for_terminal)
    first = table.groupby("case", sort=False)["minutes"].transform("first")
    table = table.assign(first=first).sort_values(["first", "case"], kind="stable", ignore_index=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(xes_lines(traces(table), f"PeerED {name}"))


def traces(table: pd.DataFrame) -> Iterator[tuple[dict[str, Value], list[dict[str, Value]]]]:
    """Attributes of each visit and of its events, in the keys of the standard; `table` has a case's events together."""
    edges = np.flatnonzero(table["case"].to_numpy()[1:] != table["case"].to_numpy()[:-1]) + 1
    for begin, end in zip([0, *edges.tolist()], [*edges.tolist(), len(table)], strict=True):
        part = table.iloc[begin:end]
        if not len(part):
            return
        head = part.iloc[0]
        about: dict[str, Value] = {
            "concept:name": str(head["case"]),
            "patient": int(head["patient"]),
            "stream": str(head["stream"]),
            "acuity": int(head["acuity"]),
        }
        columns = (part[name].tolist() for name in ("activity", "lifecycle", "resource", "minutes", "timestamp"))
        yield about, [xes_event(*values) for values in zip(*columns, strict=True)]


def xes_event(activity: str, lifecycle: str, resource: str, minutes: float, time: pd.Timestamp) -> dict[str, Value]:
    event: dict[str, Value] = {"concept:name": activity, "lifecycle:transition": lifecycle}
    if resource:
        event["org:resource"] = resource
    return event | {"time:timestamp": time.to_pydatetime(), "minutes": minutes}


# --- vidigi ---

VIDIGI_COLUMNS: Final = (
    "entity_id", "pathway", "event_type", "event", "time", "resource_id", "resource", "timestamp", "run_number",
)  # fmt: skip
WAITING: Final = "waiting for "


def vidigi_table(trajectory: Trajectory, first_monday: datetime.date) -> pd.DataFrame:
    """What vidigi 2 animates: where each visit is, one place at a time.

    Of the log these are arrival, departure, the visit's own path and its peer contacts. A request is a `queue` event
    `waiting for ACTIVITY`, work is `resource_use` to `resource_use_end` by a member (`resource_id` from 1, in the order
    of the roster), a delay that needs nobody is a `queue` of its name. After a contact the visit waits for what it
    waited for before. Places and work beside the path are left out: a visit would be in two places at once.
    """
    log = visit_events(trajectory)
    number = {name: place for place, name in enumerate(trajectory.members, 1)}
    log["resource_id"] = log["resource"].map(number).astype("Int64")
    log["way"] = ways(trajectory, log)
    log = log[log["way"] != ""]
    used, activity = log["resource_id"].notna(), log["activity"]
    begins, ends = log["lifecycle"].isin(("start", "resume")), log["lifecycle"].isin(("suspend", "complete"))
    edge = log["way"] == "edge"
    kinds = {
        "arrival_departure": edge,
        "queue": ~edge & ((log["lifecycle"] == "schedule") | (begins & ~used)) & (log["way"] == "path"),
        "resource_use": ~edge & begins & used,
        "resource_use_end": ~edge & ends & used,
    }
    log["event_type"] = np.select(list(kinds.values()), list(kinds), default="")
    asked = (log["lifecycle"] == "schedule") & ~edge
    log["event"] = np.select(
        [edge & activity.eq("arrival"), edge, asked], ["arrival", "depart", WAITING + activity], default=activity
    )
    log = back_to_waiting(log[log["event_type"] != ""])
    stream = np.array(trajectory.streams, dtype=object)[trajectory.visit_columns["stream"]]
    log["entity_id"], log["pathway"] = log["case"], stream[log["visit"]]
    log["timestamp"], log["run_number"] = timestamps(log["time"], first_monday), trajectory.replication
    return log[list(VIDIGI_COLUMNS)].reset_index(drop=True)


def ways(trajectory: Trajectory, log: pd.DataFrame) -> np.ndarray:
    """`edge` for arrival and departure, `path` for the visit's own path, `contact` for peers, else nothing."""
    tasks = trajectory.task_columns
    main = np.unique(tasks["step"][(tasks["kind"] == TASK_KINDS.index("main")) & (tasks["step"] >= 0)])
    beside = np.unique(tasks["step"][(tasks["kind"] != TASK_KINDS.index("main")) & (tasks["step"] >= 0)])
    path = {step for number, step in enumerate(trajectory.steps) if number in main or number not in beside}
    activity = log["activity"].astype(str)
    contact = activity.str.startswith(f"{PEER_CONTACT} ")
    edge = (activity == "arrival") | activity.str.startswith("departure ")
    gone = log["time"].to_numpy() > trajectory.visit_columns["departure"][log["visit"].to_numpy()]
    way = np.select([edge, activity.isin(path), contact], ["edge", "path", "contact"], default="")
    return np.where(gone, "", way)


def back_to_waiting(log: pd.DataFrame) -> pd.DataFrame:
    """After a contact that ended while the visit waited, a `queue` event says again what it waits for."""
    path = log["way"] == "path"
    latest = log["event"].where(path).groupby(log["visit"]).ffill()
    kind = log["event_type"].where(path).groupby(log["visit"]).ffill()
    ended = (log["way"] == "contact") & (log["event_type"] == "resource_use_end") & (kind == "queue")
    again = log[ended].assign(event_type="queue", event=latest[ended], resource="")
    again["resource_id"] = pd.array([pd.NA] * len(again), dtype="Int64")
    again.index = again.index + 0.5
    return pd.concat([log, again]).sort_index(ignore_index=True) if len(again) else log.reset_index(drop=True)
