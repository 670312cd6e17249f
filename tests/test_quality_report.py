"""The quality report finds what a file shows as a whole, counts it, and says nothing where there is nothing to say."""

import csv
import datetime
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration.calibrate import calibrate
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import DataFinding, csv_text
from sim.visits.quality_checks import changes_between
from sim.visits.visits_table import VisitsFile, inspect_visits

FIXTURES = Path(__file__).parent / "fixtures"
ARRIVAL = {"kind": "timestamp", "column": "t"}


def times_map(**more: object) -> ColumnMap:
    return ColumnMap.model_validate({"arrival": ARRIVAL} | more)


def read(folder: Path, times: pd.DatetimeIndex, column_map: ColumnMap | None = None, **columns: object) -> VisitsFile:
    frame = pd.DataFrame({"t": times.strftime("%Y-%m-%d %H:%M:%S"), **columns})
    frame.to_csv(folder / "visits.csv", index=False)
    return inspect_visits(folder / "visits.csv", column_map or times_map())


def found(read: VisitsFile, words: str) -> DataFinding | None:
    """The one problem whose kind holds these words, if there is one."""
    matching = [problem for problem in read.quality.findings if words in problem.kind]
    assert len(matching) <= 1
    return matching[0] if matching else None


def at_random(seed: int, days: int, n: int, start: str = "2024-05-01") -> pd.DatetimeIndex:
    """Arrivals of a Poisson process given their number, to the second."""
    seconds = np.sort(np.random.default_rng(seed).integers(0, days * 86_400, size=n))
    return pd.Timestamp(start) + pd.to_timedelta(seconds, unit="s")


@pytest.mark.parametrize("seed", range(3))
def test_a_sound_file_has_nothing_but_the_reminder_of_the_time_zone(tmp_path: Path, seed: int) -> None:
    """Poisson arrivals, 60 days of 50: any of the shares would have to be 4 standard errors out to be noted."""
    kinds = [problem.kind for problem in read(tmp_path, at_random(seed, 60, 3000), id=range(3000)).quality.findings]
    assert kinds == ["clock changes were not looked for"]


def test_a_heap_on_fives_of_minutes_is_noted_for_clock_times_and_for_durations(tmp_path: Path) -> None:
    times = at_random(1, 60, 3000)
    rounded = times.where(np.arange(3000) % 3 > 0, times.round("5min"))
    waits = np.where(np.arange(3000) % 2, 15, np.arange(3000) % 97)
    seen = read(tmp_path, rounded, times_map(wait_minutes="w"), w=waits)
    notes = {p.column: p.kind for p in seen.quality.findings if "heap" in p.kind}
    assert notes.keys() == {"t", "w"}
    assert "whole fives of minutes (20 % expected)" in notes["t"]


def test_arrivals_in_batches_are_counted_beside_what_chance_gives(tmp_path: Path) -> None:
    times = at_random(2, 60, 1500)
    note = found(read(tmp_path, times.append(times).sort_values()), "at the instant of another")
    assert note is not None
    assert note.count == 3000
    assert found(read(tmp_path, times), "at the instant of another") is None


def test_arrivals_told_by_the_hour_are_no_heap_and_no_batches(tmp_path: Path) -> None:
    times = at_random(2, 60, 3000)
    by_hour = times_map(arrival={"kind": "parts", "date": "d", "hour": "h"}, departure_time="out")
    left = (times.floor("h") + pd.Timedelta(hours=3)).strftime("%Y-%m-%d %H:%M")
    seen = read(tmp_path, times, by_hour, d=times.strftime("%Y-%m-%d"), h=times.hour, out=left)
    noted = {problem.column for problem in seen.quality.findings if "heap" in problem.kind}
    assert noted == {"out"}
    assert found(seen, "at the instant of another") is None
    floored = read(tmp_path, times.floor("h"))
    assert found(floored, "a heap on round minutes") is not None
    assert found(floored, "at the instant of another") is not None


def test_times_written_to_the_minute_share_instants_by_chance_and_are_not_noted(tmp_path: Path) -> None:
    """300 a day over 1,440 minutes: 19 % share their minute with another, as Poisson arrivals must."""
    assert found(read(tmp_path, at_random(3, 30, 9000).floor("min")), "at the instant of another") is None


def test_midnight_in_place_of_a_time_not_known_is_noted(tmp_path: Path) -> None:
    times = at_random(4, 60, 3000)
    note = found(read(tmp_path, times.where(np.arange(3000) % 50 > 0, times.normalize())), "exactly at midnight")
    assert note is not None
    assert note.count == 60


def test_days_without_and_with_hardly_any_visits_are_named(tmp_path: Path) -> None:
    times = at_random(5, 30, 900)
    day = (times - pd.Timestamp("2024-05-01")).days
    kept = times[(day != 3) & (day != 4) & ((day != 10) | (np.arange(900) % 10 == 0))]
    seen = read(tmp_path, kept)
    empty = found(seen, "have no visit")
    few = found(seen, "under a quarter")
    assert empty is not None
    assert "2 of the 30 days from 2024-05-01 to 2024-05-30 have no visit (gaps begin 2024-05-04)" in empty.kind
    assert few is not None
    assert "1 days with under a quarter" in few.kind
    assert "(2024-05-11)" in few.kind


def test_clock_changes_are_told_by_the_zone_with_what_is_usual_and_the_stays_across(tmp_path: Path) -> None:
    """An arrival every quarter of an hour on the clock, the hour skipped in March left in by mistake."""
    times = pd.date_range("2024-02-20", "2024-11-20", freq="15min")
    column_map = times_map(time_zone="America/Toronto", departure_time="d")
    seen = read(tmp_path, times, column_map, d=(times + pd.Timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S"))
    forward, back = found(seen, "went forward"), found(seen, "went back")
    assert forward is not None
    assert back is not None
    assert "on 2024-03-10: 4 arrivals between 02:00 and 03:00, which were not (4.0 usual)" in forward.kind
    assert "8 stays across it look an hour too long" in forward.kind
    assert "on 2024-11-03: 4 arrivals between 01:00 and 02:00, which came twice (4.0 usual)" in back.kind
    assert "8 stays across it look an hour too short" in back.kind


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Stockholm", [("03-31 02:00", "03-31 03:00", True), ("10-27 02:00", "10-27 03:00", False)]),
        ("Australia/Lord_Howe", [("04-07 01:30", "04-07 02:00", False), ("10-06 02:00", "10-06 02:30", True)]),
        ("America/Regina", []),
    ],
)  # fmt: skip
def test_clock_changes_of_a_year_are_those_of_the_zone(zone: str, expected: list[tuple[str, str, bool]]) -> None:
    changes = changes_between(zone, datetime.datetime(2024, 1, 1), datetime.datetime(2024, 12, 31))
    assert [(f"{c.start:%m-%d %H:%M}", f"{c.end:%m-%d %H:%M}", c.forward) for c in changes] == expected


def test_a_departure_that_would_be_right_a_day_later_is_told_apart(tmp_path: Path) -> None:
    times = pd.DatetimeIndex(["2024-01-01 23:00", "2024-01-02 10:00", "2024-01-03 10:00"])
    seen = read(
        tmp_path, times, times_map(departure_time="d"), d=["2024-01-01 01:00", "2024-01-02 09:50", "2024-01-03 12:00"]
    )
    wrong = found(seen, "departure before arrival, right if a day later")
    assert wrong is not None
    assert wrong.rows == (1,)
    assert seen.exclusions["row"].tolist() == [1, 2]


def test_a_wait_longer_than_the_stay_makes_neither_believed(tmp_path: Path) -> None:
    seen = read(
        tmp_path, at_random(6, 3, 3), times_map(wait_minutes="w", stay_minutes="s"), w=[30, 90, 10], s=[60, 60, ""]
    )
    assert seen.frame["wait_minutes"].isna().tolist() == [False, True, False]
    assert seen.frame["stay_minutes"].isna().tolist() == [False, True, True]
    assert found(seen, "a wait longer than the stay") is not None


def test_minutes_that_are_not_those_between_the_times_are_noted_and_kept(tmp_path: Path) -> None:
    times = pd.DatetimeIndex(["2024-01-01 10:00", "2024-01-01 11:00"])
    seen = read(
        tmp_path, times, times_map(departure_time="d", stay_minutes="s"), d=["2024-01-01 12:00"] * 2, s=[120, 90]
    )
    note = found(seen, "stay_minutes is not the time between")
    assert note is not None
    assert note.rows == (2,)
    assert seen.frame["stay_minutes"].tolist() == [120, 90]


def test_blanks_and_codes_are_counted_apart_and_every_value_is_accounted_for(tmp_path: Path) -> None:
    column_map = times_map(wait_minutes="w", missing_codes=["-7", "-9"])
    seen = read(tmp_path, at_random(7, 3, 7), column_map, w=["5", "-7", "-7", "-9", "", "-3", "x"])
    (use,) = [use for use in seen.quality.columns if use.field == "wait_minutes"]
    assert (use.n_usable, use.n_blank, dict(use.coded)) == (1, 1, {"-7": 2, "-9": 1})
    assert len(seen.exclusions) == 2
    assert use.n_usable + use.n_blank + sum(use.coded.values()) + len(seen.exclusions) == 7


def test_rows_cut_short_and_empty_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("t,w,x\n2024-01-01 10:00,5,1\n\n2024-01-01 11:00\n2024-01-01 12:00,7,2,,\n", encoding="utf-8")
    seen = inspect_visits(path, times_map(wait_minutes="w"))
    assert seen.frame["wait_minutes"].isna().tolist() == [False, True, False]
    short = found(seen, "fewer cells than the header")
    assert short is not None
    assert short.rows == (2,)
    assert found(seen, "1 empty line") is not None


def test_a_calibration_writes_the_report_and_every_exclusion_as_tables(tmp_path: Path) -> None:
    times = pd.date_range("2024-01-01", periods=336, freq="h")
    frame = pd.DataFrame({"t": times.strftime("%Y-%m-%d %H:%M"), "w": "10"})
    frame.loc[[3, 5], "w"] = ["-4", "=2+3"]
    frame.to_csv(tmp_path / "visits.csv", index=False)
    report = calibrate(tmp_path / "visits.csv", times_map(wait_minutes="w"), name="ours", output=tmp_path / "out")
    with report.path("quality").open(encoding="utf-8", newline="") as file:
        table = {(row["what"], row["found"]): row for row in csv.DictReader(file)}
    assert table["rows", "rows read"]["rows"] == "336"
    assert table["fault", "under 0"]["first_rows"] == "4"
    assert table["fault", "a spreadsheet formula"]["first_value"] == "'=2+3"
    assert table["usable", "usable"]["field_or_column"]
    excluded = pd.read_csv(report.path("exclusions"))
    assert excluded.to_numpy().tolist() == [[4, "w", "under 0", "-4"], [6, "w", "a spreadsheet formula", "'=2+3"]]
    assert f"written: {report.path('quality')}" in report.lines()


def test_no_exclusions_are_a_table_with_its_header_alone() -> None:
    nothing = inspect_visits(
        FIXTURES / "visits_small.csv", times_map(arrival={"kind": "timestamp", "column": "arrival"})
    )
    assert next(csv.reader(io.StringIO(csv_text(nothing.exclusions)))) == ["row", "column", "kind", "value"]
    assert len(nothing.exclusions) == 0
