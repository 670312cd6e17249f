"""Files of numbers of arrivals by hour or by day are read, judged, and calibrated as far as they tell."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration.calibrate import estimate_calibration
from sim.cli import main
from sim.config import compose
from sim.io.strict_yaml import read_yaml
from sim.visits.column_map import ColumnMap
from sim.visits.counts import MOST_COUNTED
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import VisitsFile, inspect_visits, read_visits

BY_TIME = {"kind": "counts", "count": "n", "time": "at"}
BY_PARTS = {"kind": "counts", "count": "n", "date": "day", "hour": "hour"}
BY_DAY = {"kind": "counts", "count": "n", "date": "day"}
PROFILE = np.array([2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 8, 8, 8, 9, 10, 10, 9, 8, 6, 4, 3], dtype=float)


def hourly(weeks: int = 8, seed: int = 1, scale: float = 1.0) -> pd.DataFrame:
    hours = pd.date_range("2023-01-02", periods=weeks * 168, freq="h")
    return pd.DataFrame(
        {
            "at": hours, "day": hours.strftime("%Y-%m-%d"), "hour": hours.hour,
            "n": np.random.default_rng(seed).poisson(scale * PROFILE[hours.hour]),
        }
    )  # fmt: skip


def counts_map(arrival: dict[str, str], **keys: object) -> ColumnMap:
    return ColumnMap.model_validate({"arrival": arrival, **keys})


def inspected(folder: Path, frame: pd.DataFrame, arrival: dict[str, str] = BY_TIME, **keys: object) -> VisitsFile:
    frame.to_csv(folder / "counts.csv", index=False)
    return inspect_visits(folder / "counts.csv", counts_map(arrival, **keys))


def kinds(read: VisitsFile) -> str:
    return "\n".join(each.line() for each in read.quality.findings)


@pytest.mark.parametrize("arrival", [BY_TIME, BY_PARTS])
def test_hourly_counts_become_a_row_a_visit_at_the_start_of_its_hour(tmp_path: Path, arrival: dict[str, str]) -> None:
    frame = hourly()
    read = inspected(tmp_path, frame, arrival)
    assert read.quality.errors() == ()
    assert (read.resolution, read.quality.n_rows, read.uncovered_hours.size) == ("hour", len(frame), 0)
    found = read.frame["arrival"].value_counts().reindex(frame["at"], fill_value=0)
    assert found.tolist() == frame["n"].tolist()
    assert set(read.frame["minute_of_day"] % 60) == {0.0}


def test_daily_counts_have_no_time_of_day(tmp_path: Path) -> None:
    frame = hourly().groupby("day", as_index=False)["n"].sum()
    read = inspected(tmp_path, frame, BY_DAY)
    assert read.quality.errors() == ()
    assert read.resolution == "day"
    assert read.frame["minute_of_day"].isna().all()
    assert read.frame["arrival"].value_counts().sort_index().tolist() == frame["n"].tolist()


def test_hours_without_a_row_are_not_covered_and_those_that_count_0_are(tmp_path: Path) -> None:
    frame = hourly()
    gap = frame["at"].between("2023-01-20 05:00", "2023-01-21 03:00")
    read = inspected(tmp_path, frame[~gap])
    assert read.quality.errors() == ()
    assert read.uncovered_hours.astype(str).tolist() == frame.loc[gap, "at"].dt.strftime("%Y-%m-%dT%H").tolist()
    assert "23 of the 1,344 hours from 2023-01-02T00 to 2023-02-26T23 have no row" in kinds(read)
    outage = frame.assign(n=frame["n"].where(~frame["at"].between("2023-01-20", "2023-01-24 23:00"), 0))
    assert "empty_days: 5 days without a visit" in kinds(inspected(tmp_path, outage))
    missing = frame[~frame["at"].between("2023-01-20", "2023-01-24 23:00")]
    assert inspected(tmp_path, missing).quality.errors() == ()


def test_rows_left_out_where_nobody_came_are_refused(tmp_path: Path) -> None:
    frame = hourly(scale=0.3)
    line = kinds(inspected(tmp_path, frame[frame["n"] > 0]))
    assert "no row counts 0" in line
    assert "write them with 0" in line
    assert "no row counts 0" not in kinds(inspected(tmp_path, frame))


@pytest.mark.parametrize(
    ("value", "kind"), [("-1", "under 0"), ("2.5", "not a whole number of arrivals"), ("many", "not a number")]
)
def test_a_count_that_is_none_is_a_fault_and_its_hour_is_not_covered(tmp_path: Path, value: str, kind: str) -> None:
    frame = hourly().astype({"n": str})
    frame.loc[100, "n"] = value
    read = inspected(tmp_path, frame)
    assert kind in kinds(read)
    assert read.exclusions["row"].tolist() == [101]
    assert read.uncovered_hours.astype(str).tolist() == ["2023-01-06T04"]


def test_a_second_row_for_an_hour_is_a_fault_unless_a_stream_tells_them_apart(tmp_path: Path) -> None:
    frame = hourly()
    twice = pd.concat([frame.assign(kind="medical"), frame.assign(n=1, kind="mental_health")], ignore_index=True)
    read = inspected(tmp_path, twice)
    assert "a second row for the same hour" in kinds(read)
    assert read.quality.errors()
    apart = inspected(tmp_path, twice, stream="kind")
    assert apart.quality.errors() == ()
    assert apart.frame["stream"].value_counts().to_dict() == {"medical": frame["n"].sum(), "mental_health": len(frame)}


def with_offsets() -> pd.DataFrame:
    """Eight weeks of hourly counts in Toronto, the hour that came twice among them, with UTC offsets."""
    hours = pd.date_range("2023-10-01", periods=8 * 168, freq="h", tz="America/Toronto")
    counts = np.random.default_rng(5).poisson(PROFILE[hours.hour])
    return pd.DataFrame({"at": [each.isoformat() for each in hours], "n": counts})


def test_the_two_counts_of_the_hour_that_comes_twice_are_added_up(tmp_path: Path) -> None:
    frame = with_offsets()
    read = inspected(tmp_path, frame, time_zone="America/Toronto")
    assert read.quality.errors() == ()
    assert read.quality.n_faulty == 0
    twice = frame["at"].str.startswith("2023-11-05T01")
    assert twice.sum() == 2
    came = read.frame["arrival"].value_counts()
    assert came[pd.Timestamp("2023-11-05 01:00")] == frame.loc[twice, "n"].sum()
    assert len(read.frame) == frame["n"].sum()
    assert "a second row for the hour that came twice when the clock went back" in kinds(read)
    assert "its count is added to that of the first" in kinds(read)


def test_a_copied_row_stays_a_fault_in_the_hour_that_comes_twice(tmp_path: Path) -> None:
    frame = with_offsets()
    copied = pd.concat([frame, frame[frame["at"].str.startswith("2023-11-05T01")]], ignore_index=True)
    read = inspected(tmp_path, copied, time_zone="America/Toronto")
    assert read.quality.n_faulty == 2
    assert read.exclusions["row"].tolist() == [len(frame) + 1, len(frame) + 2]
    other_hour = pd.concat([frame, frame.iloc[[10]].assign(at="2023-10-01T15:00+01:00")], ignore_index=True)
    assert inspected(tmp_path, other_hour, time_zone="America/Toronto").quality.n_faulty == 1


def test_times_within_the_hour_and_sums_of_a_country_are_refused(tmp_path: Path) -> None:
    frame = hourly()
    shifted = frame.assign(at=frame["at"] + pd.Timedelta(minutes=30))
    assert "not the beginning of an hour" in "\n".join(inspected(tmp_path, shifted).quality.errors())
    country = frame.assign(n=MOST_COUNTED // 1000)
    assert "arrivals in all, more than the 50,000,000" in "\n".join(inspected(tmp_path, country).quality.errors())
    nobody = frame.assign(n=0)
    assert "no arrival is counted" in "\n".join(inspected(tmp_path, nobody).quality.errors())


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    hourly().rename(columns={"n": "arrivals"}).to_csv(tmp_path / "counts.csv", index=False)
    with pytest.raises(VisitsFileError, match="not in the file"):
        read_visits(tmp_path / "counts.csv", counts_map(BY_TIME))


@pytest.mark.usefixtures("short_calibrations")
def test_hourly_counts_go_the_whole_way_from_the_command_to_a_demand(tmp_path: Path) -> None:
    frame = hourly(weeks=60)
    frame.to_csv(tmp_path / "counts.csv", index=False)
    (tmp_path / "visits").mkdir()
    (tmp_path / "visits" / "ours.yaml").write_text("arrival: {kind: counts, count: n, time: at}\n", encoding="utf-8")
    words = ["--config-dir", str(tmp_path), "study=calibrate", f"visits={tmp_path / 'counts.csv'}", "study.map=ours"]
    assert main([*words, "study.hold_out=0", f"output={tmp_path / 'out'}"]) == 0
    demand = read_yaml(tmp_path / "out" / "demand" / "calibrated.yaml")
    per_year = frame["n"].sum() / (60 * 7) * 365
    assert float(demand["visits_per_year"]) == pytest.approx(per_year, rel=0.01)
    estimates = pd.read_csv(tmp_path / "out" / "calibrated_estimates.csv")
    hours = estimates[estimates["quantity"] == "hour_of_day_share"]
    assert len(hours) in (0, 24, 48)


@pytest.mark.usefixtures("short_calibrations")
def test_daily_counts_give_volume_weekdays_and_months_and_say_that_hours_stay(tmp_path: Path) -> None:
    frame = hourly(weeks=60).groupby("day", as_index=False)["n"].sum()
    frame["n"] *= np.where(pd.to_datetime(frame["day"]).dt.day_of_week == 0, 2, 1)
    frame.to_csv(tmp_path / "counts.csv", index=False)
    base = compose(["study=run"]).scenario
    report = estimate_calibration(
        tmp_path / "counts.csv", counts_map(BY_DAY), name="ours", output=tmp_path, base=base, hold_out_share=0.25
    )
    written = report.texts["demand"]
    (tmp_path / "demand.yaml").write_text(written, encoding="utf-8")
    demand = read_yaml(tmp_path / "demand.yaml")
    assert float(demand["visits_per_year"]) == pytest.approx(frame["n"].sum() / (60 * 7) * 365, rel=0.03)
    index = demand["weekday_index"]
    monday = next(iter(index.values()))[0]
    assert float(monday) == pytest.approx(7 * 2 / 8, abs=0.05)
    assert "hour_shares" not in demand
    lines = "\n".join(report.lines())
    assert "The hours of the day stay" in lines or "the hours of the day stay" in lines
    assert "hour_of_day_share" not in report.texts["estimates"]
    assert "month_index" in demand


def test_a_date_that_stands_for_a_time_not_known_is_a_fault_beside_an_hour_too(tmp_path: Path) -> None:
    frame = hourly()
    frame.loc[5, "day"] = "9999-12-31"
    for arrival in (BY_PARTS, BY_DAY):
        read = inspected(tmp_path, frame if arrival is BY_PARTS else frame[frame["hour"] == 5], arrival)
        assert "a date that stands for a time not known" in kinds(read)
        assert "9999-12-31" not in str(read.frame["arrival"].max())
