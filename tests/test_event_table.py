"""A log with a row an event becomes a row a visit, as its marks say; what is lost on the way is counted."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pydantic import ValidationError

from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import DataQuality
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import inspect_visits, read_visits

HEADER = "id,what,when,state,level\n"


def events_map(**more: object) -> ColumnMap:
    events = {
        "case": "id", "activity": "what", "time": "when", "lifecycle": "state",
        "arrival": {"activity": "door"},
        "physician_time": {"activity": ["doctor", "resus *"], "lifecycle": "start"},
        "departure_time": {"activity": "end *", "which": "last"},
        "disposition": "end *",
    }  # fmt: skip
    acuity = {"column": "level", "recode": {"2": 2, "3": 3}}
    ended = {"column": "disposition", "recode": {"home": "discharge", "ward": "admission"}}
    known = {"arrival": {"kind": "events"}, "events": events, "acuity": acuity, "disposition": ended}
    return ColumnMap.model_validate(known | more)


def write(folder: Path, *rows: str) -> Path:
    path = folder / "log.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def counts(quality: DataQuality) -> dict[str, int]:
    return {f"{problem.column}: {problem.kind}": problem.count for problem in quality.findings}


TWO_VISITS = (
    "b,doctor,2024-01-01 11:00,start,",
    "a,door,2024-01-01 10:00,complete,3",
    "b,door,2024-01-01 10:30,complete,2",
    "a,doctor,2024-01-01 10:50,complete,3",
    "a,doctor,2024-01-01 10:20,start,3",
    "a,end discharge,2024-01-01 12:00,complete,",
    "b,resus 1,2024-01-01 10:35,Start,",
    "b,end admission,2024-01-01 15:00,complete,",
    "b,end discharge,2024-01-01 14:00,complete,",
)


def test_each_visit_is_one_row_in_the_order_of_their_first_events_with_the_times_the_marks_name(tmp_path: Path) -> None:
    frame = read_visits(write(tmp_path, *TWO_VISITS), events_map()).frame
    assert frame["row"].tolist() == [1, 2]
    assert frame["wait_minutes"].tolist() == [5, 20]
    assert frame["stay_minutes"].tolist() == [270, 120]
    assert frame["acuity"].tolist() == [2, 3]
    assert frame["disposition"].tolist() == ["admission", "discharge"]


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    path = write(tmp_path, *TWO_VISITS)
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}')) TO '{tmp_path / 'log.parquet'}' (FORMAT parquet)")
    plain, packed = (read_visits(p, events_map()).frame for p in (path, tmp_path / "log.parquet"))
    pd.testing.assert_frame_equal(packed, plain)


def test_events_that_tell_nothing_are_counted_and_so_are_visits_without_a_mark(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        *TWO_VISITS,
        ",door,2024-01-01 10:00,complete,",
        "c,,2024-01-01 10:00,complete,",
        "c,door,,complete,",
        "a,door,2024-01-01 10:01,complete,2",
    )
    read = inspect_visits(path, events_map())
    found = counts(read.quality)
    assert len(read.frame) == 3
    assert found["id: an event of no case, left out"] == 1
    assert found["what: an event without activity, left out"] == 1
    assert found["when: an event without a time, left out"] == 1
    assert found["arrival: visits without the event of this mark"] == 1
    assert found["arrival: visits with the event more than once"] == 1
    assert found["level: events of one visit say different things"] == 1
    assert found[": 13 events of 3 visits"] == 0
    assert any(kind.startswith("what: 5 activities: 'door' 5") for kind in found)


def test_a_mark_that_no_event_meets_is_refused_with_the_nearest_activity(tmp_path: Path) -> None:
    path = write(tmp_path, "a,Door,2024-01-01 10:00,complete,3")
    with pytest.raises(VisitsFileError) as raised:
        read_visits(path, events_map())
    assert "no event 'door'; correct `events.arrival`; did you mean 'Door'?" in str(raised.value)
    assert "no event 'doctor' or 'resus *' with lifecycle 'start'" in str(raised.value)


def test_columns_of_the_log_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("id,What,when\na,door,2024-01-01 10:00\n", encoding="utf-8")
    with pytest.raises(VisitsFileError) as raised:
        read_visits(path, events_map())
    assert "column 'what': not in the file; did you mean 'What'?" in str(raised.value)
    assert "column 'state': not in the file" in str(raised.value)


def test_times_with_offsets_become_the_local_clock_of_the_zone_and_are_ordered_by_instant(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a,door,2024-07-01T14:00:00Z,complete,",
        "a,doctor,2024-07-01T16:30:00+01:00,start,",
        "a,doctor,2024-07-01T16:00:00Z,start,",
        "a,end discharge,2024-07-01T13:00:00-04:00,complete,",
    )
    frame = read_visits(path, events_map(time_zone="America/Toronto")).frame
    assert frame["arrival"][0] == pd.Timestamp("2024-07-01 10:00")
    assert frame["physician_time"][0] == pd.Timestamp("2024-07-01 11:30")
    assert frame["stay_minutes"][0] == 180
    with pytest.raises(VisitsFileError, match=r"UTC offset.*`time_zone`"):
        read_visits(path, events_map())


def test_other_ways_to_write_times_are_read_and_ordered_as_the_map_says(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a,door,31/01/2024 23:00,complete,",
        "a,doctor,01/02/2024 00:10,start,",
        "a,end discharge,31/01/2024 23:59,complete,",
        "a,end admission,01/02/2024 02:00,complete,",
    )
    frame = read_visits(path, events_map(time_format="%d/%m/%Y %H:%M")).frame
    assert frame["wait_minutes"].tolist() == [70]
    assert frame["disposition"].tolist() == ["admission"]


@pytest.mark.parametrize(
    "raw",
    [
        {"arrival": {"kind": "events"}},
        {
            "arrival": {"kind": "events"},
            "events": {"case": "c", "activity": "a", "time": "t", "arrival": {"activity": "x", "lifecycle": "start"}},
        },
        {"time_zone": "Toronto"},
        {"join": {"file": "../x.csv", "key": "id"}},
        {"calendar": "moved"},
    ],
)
def test_a_map_of_a_log_with_a_mistake_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ColumnMap.model_validate(raw)
