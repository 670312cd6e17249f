"""An ordinary file cannot mislead: what can be misread is refused with its rows and the remedy, or read rightly."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import DataFinding
from sim.visits.visits_table import VisitsFile, inspect_visits

TIMESTAMP = {"kind": "timestamp", "column": "arr"}


def visits(folder: Path, columns: dict[str, Sequence[object]], **keys: object) -> VisitsFile:
    """A file of these columns as a map of these keys reads it."""
    pd.DataFrame(columns).to_csv(folder / "visits.csv", index=False)
    return inspect_visits(folder / "visits.csv", ColumnMap.model_validate({"arrival": TIMESTAMP, **keys}))


def finding(read: VisitsFile, words: str) -> DataFinding:
    """The one finding whose kind holds these words."""
    (one,) = [each for each in read.quality.findings if words in each.kind]
    return one


def has(read: VisitsFile, words: str) -> bool:
    return any(words in each.kind for each in read.quality.findings)


# --- times in two columns, hours alone, units, periods ---


def test_every_time_may_stand_in_a_column_of_its_date_and_one_of_its_time_of_day(tmp_path: Path) -> None:
    columns = {"d": ["2024-01-01"] * 2, "t": ["0050", "0209"], "od": ["2024-01-01"] * 2, "ot": ["0823", "2570"]}
    parts = {"kind": "parts", "date": "d", "time": "t"}
    out = {"date": "od", "time": "ot"}
    steps = {"imaging": {"begins": {"date": "d", "time": "t"}, "ends": out}}
    read = visits(tmp_path, columns, arrival=parts, departure_time=out, step_minutes=steps)
    assert read.frame["departure_time"][0] == pd.Timestamp("2024-01-01 08:23")
    assert read.frame["stay_minutes"][0] == read.frame["minutes_imaging"][0] == 453
    assert pd.isna(read.frame["departure_time"][1])
    assert finding(read, "not a time of day").rows == (2,)


def test_hours_alone_are_read_as_hours_and_said_to_be(tmp_path: Path) -> None:
    parts = {"kind": "parts", "date": "d", "hour": "h"}
    read = visits(tmp_path, {"d": ["2024-01-01"] * 4, "h": ["0", "19", "23.0", "24"]}, arrival=parts)
    assert list(read.frame["minute_of_day"][:3]) == [0, 19 * 60, 23 * 60]
    assert read.resolution == "hour"
    assert finding(read, "not an hour of the day").rows == (4,)


def test_numbers_are_read_in_the_unit_the_map_gives(tmp_path: Path) -> None:
    columns = {"arr": ["2024-01-01 10:00"], "los": ["2.5"], "age": ["18"]}
    units = {"stay_minutes": {"column": "los", "unit": "hours"}, "age": {"column": "age", "unit": "months"}}
    read = visits(tmp_path, columns, **units)
    assert read.frame["stay_minutes"][0] == 150
    assert read.frame["age"][0] == 1.5


@pytest.mark.parametrize(("field", "unit"), [("age", "hours"), ("stay_minutes", "years"), ("wait_minutes", "months")])
def test_a_unit_that_a_field_cannot_have_is_refused(field: str, unit: str) -> None:
    with pytest.raises(ValidationError, match=f"{field}.unit: {unit} is no unit"):
        ColumnMap.model_validate({"arrival": TIMESTAMP, field: {"column": "x", "unit": unit}})


def test_visits_of_an_excluded_period_are_left_out_and_its_hours_are_not_covered(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", "2024-01-10").strftime("%Y-%m-%d 12:00")
    periods = ["2024-01-03..2024-01-04", "2024-01-09..2025-01-01"]
    read = visits(tmp_path, {"arr": days, "age": ["x"] * 10}, age="age", exclude=periods)
    assert list(read.frame["row"]) == [1, 2, 5, 6, 7, 8]
    left_out = finding(read, "`exclude` leaves out")
    assert (left_out.count, left_out.rows) == (4, (3, 4, 9, 10))
    assert read.quality.n_rows == read.quality.n_faulty == 6
    expected = np.arange(np.datetime64("2024-01-03", "h"), np.datetime64("2024-01-05", "h"))
    assert np.array_equal(read.uncovered_hours, expected)


def test_periods_cannot_be_excluded_where_dates_mean_nothing() -> None:
    with pytest.raises(ValidationError, match="exclude: the arrivals have no true dates"):
        ColumnMap.model_validate({"arrival": TIMESTAMP, "calendar": "shifted", "exclude": ["2024-01-01"]})
