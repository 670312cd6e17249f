"""An ordinary file cannot mislead: what can be misread is refused with its rows and the remedy, or read rightly."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.department.pathway import DISPOSITIONS_AT_DEPARTURE
from sim.department.patients import ARRIVAL_MODES
from sim.visits.column_map import VOCABULARY, ColumnMap
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


def test_a_time_of_day_where_a_time_is_meant_asks_for_its_date(tmp_path: Path) -> None:
    columns = {"arr": ["2024-01-01 00:50"], "OUT_DATE": ["2024-01-01"], "OUT_TIME": ["0823"]}
    read = visits(tmp_path, columns, departure_time="OUT_TIME")
    assert "name the column of its date too, as `{date: OUT_DATE, time: OUT_TIME}`" in refusal(read)


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


def test_a_file_that_is_excluded_as_a_whole_is_refused(tmp_path: Path) -> None:
    read = visits(tmp_path, {"arr": ["2024-01-01 10:00"]}, exclude=["2023-01-01..2025-01-01"])
    assert "every row is left out" in refusal(read)


def test_periods_cannot_be_excluded_where_dates_mean_nothing() -> None:
    with pytest.raises(ValidationError, match="exclude: the arrivals have no true dates"):
        ColumnMap.model_validate({"arrival": TIMESTAMP, "calendar": "shifted", "exclude": ["2024-01-01"]})


# --- one meaning of time ---


def spreadsheet_dates(seed: int = 1, n: int = 400) -> list[str]:
    """Arrivals as a spreadsheet leaves them: 20-03-2024 08:47 where the day is over 12, else 4/2/2024 22:34."""
    times = at_random(seed, n, days=120)
    return [f"{t:%d-%m-%Y %H:%M}" if t.day > 12 else f"{t.day}/{t.month}/{t.year} {t:%H:%M}" for t in times]


def at_random(seed: int, n: int, days: int, start: str = "2024-01-01") -> pd.DatetimeIndex:
    """Arrivals of a Poisson process given their number, to the minute."""
    minutes = np.sort(np.random.default_rng(seed).integers(0, days * 1440, size=n))
    return pd.Timestamp(start) + pd.to_timedelta(minutes, unit="min")


def refusal(read: VisitsFile) -> str:
    return "\n".join(read.quality.errors())


def test_dates_in_two_ways_are_refused_with_the_second_pattern_as_the_remedy(
    tmp_path: Path,
) -> None:
    read = visits(tmp_path, {"arr": spreadsheet_dates()}, time_format="%d-%m-%Y %H:%M")
    assert '`time_format: ["%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M"]`' in refusal(read)
    assert "if it is the other, %m/%d/%Y %H:%M" in refusal(read)
    assert "raise `tolerated_share`" not in refusal(read)
    assert "not lost at random" in refusal(read)


def test_dates_in_two_ways_are_read_by_two_patterns(tmp_path: Path) -> None:
    read = visits(tmp_path, {"arr": spreadsheet_dates()}, time_format=["%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M"])
    assert not read.quality.errors()
    assert list(read.frame["arrival"]) == list(at_random(1, 400, days=120))


def test_a_pattern_that_reads_every_time_takes_the_place_of_one_that_does_not(tmp_path: Path) -> None:
    times = at_random(1, 400, days=120).strftime("%m/%d/%Y %H:%M")
    assert '`time_format: ["%m/%d/%Y %H:%M"]`' in refusal(
        visits(tmp_path, {"arr": times}, time_format="%d/%m/%Y %H:%M")
    )


def test_times_of_iso_beside_others_get_a_pattern_too(tmp_path: Path) -> None:
    times = [f"{t:%d.%m.%Y %H:%M}" if t.day % 2 else f"{t:%Y-%m-%d %H:%M}" for t in at_random(1, 400, days=120)]
    patterns = ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M"]
    assert '`time_format: ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M"]`' in refusal(visits(tmp_path, {"arr": times}))
    assert not visits(tmp_path, {"arr": times}, time_format=patterns).quality.errors()


def test_a_time_that_two_patterns_read_differently_is_a_fault(tmp_path: Path) -> None:
    texts = ["01/02/2024 10:00", "13/02/2024 10:00", "02/13/2024 10:00", "03/03/2024 10:00"]
    read = visits(tmp_path, {"arr": texts}, time_format=["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
    assert finding(read, "can be read in two ways").rows == (1,)
    assert read.frame["arrival"].dt.day.tolist()[1:] == [13, 13, 3]
    assert "raise `tolerated_share`" not in refusal(read)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%d/%m/%Y %H:%M %z", "01/07/2024 00:50 -0400"),
        ("%d/%m/%Y %H:%M%z", "01/07/2024 00:50-04:00"),
        ("%d/%m/%Y %H:%M %z", "01/07/2024 04:50 Z"),
        ("%Y-%m-%dT%H:%M:%SZ", "2024-07-01T04:50:00Z"),
        ("%d/%m/%Y %H:%M UTC", "01/07/2024 04:50 UTC"),
        ("%d/%m/%Y %H:%M+00:00", "01/07/2024 04:50+00:00"),
        ("%d/%m/%Y %H:%M %Z", "01/07/2024 04:50 UTC"),
    ],
)
def test_an_instant_is_turned_into_the_clock_of_the_zone_and_refused_without_one(
    tmp_path: Path, pattern: str, text: str
) -> None:
    read = visits(tmp_path, {"arr": [text]}, time_format=pattern, time_zone="America/Toronto")
    assert read.frame["arrival"][0] == pd.Timestamp("2024-07-01 00:50")
    without = visits(tmp_path, {"arr": [text]}, time_format=pattern)
    assert "a time with a UTC offset" in refusal(without)
    assert "`time_zone`" in refusal(without)


def test_a_twelve_hour_clock_without_am_and_pm_is_refused(tmp_path: Path) -> None:
    read = visits(tmp_path, {"arr": ["01/02/2024 03:10"]}, time_format="%d/%m/%Y %I:%M")
    assert "without AM or PM" in refusal(read)
    assert "%p" in refusal(read)
    read = visits(tmp_path, {"arr": ["01/02/2024 03:10 PM"]}, time_format="%d/%m/%Y %I:%M %p")
    assert read.frame["arrival"][0] == pd.Timestamp("2024-02-01 15:10")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("31/12/2024 23:05", "%d/%m/%Y %H:%M"),
        ("12/31/24 11:05 PM", "%m/%d/%y %I:%M %p"),
        ("31.12.2024 23:05:10", "%d.%m.%Y %H:%M:%S"),
        ("31-Dec-2024 23:05", "%d-%b-%Y %H:%M"),
        ("31DEC2024:23:05:10", "%d%b%Y:%H:%M:%S"),
        ("Dec 31, 2024 11:05PM", "%b %d, %Y %I:%M%p"),
        ("20241231 23:05", "%Y%m%d %H:%M"),
        ("2024/12/31T23:05:10.250", "%Y/%m/%dT%H:%M:%S.%f"),
    ],
)
def test_the_pattern_of_unreadable_times_is_proposed_and_reads_them(tmp_path: Path, text: str, pattern: str) -> None:
    assert f'`time_format: ["{pattern}"]`' in refusal(visits(tmp_path, {"arr": [text]}))
    read = visits(tmp_path, {"arr": [text]}, time_format=pattern)
    assert read.frame["arrival"][0].floor("min") == pd.Timestamp("2024-12-31 23:05")


def test_no_pattern_is_proposed_for_what_is_no_time(tmp_path: Path) -> None:
    read = visits(tmp_path, {"arr": [*[f"{t:%Y-%m-%d %H:%M}" for t in at_random(1, 200, days=20)], "soon"]})
    assert "time_format" not in finding(read, "not a date and time").remedy


@pytest.mark.parametrize(("text", "words"), [("45292.035", "serial numbers"), ("1704067200", "seconds since 1970")])
def test_numbers_for_times_are_said_to_be_what_they_look_like(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(visits(tmp_path, {"arr": [text]}))


HOURS = {"kind": "parts", "date": "d", "time": "h"}


@pytest.mark.parametrize("form", ["{}", "{:02d}", "{:04d}", "{}.0"])
def test_hours_in_a_column_of_times_are_refused_with_the_key_to_write(tmp_path: Path, form: str) -> None:
    times = at_random(2, 300, days=30)
    columns = {"d": times.strftime("%Y-%m-%d"), "h": [form.format(t.hour) for t in times]}
    read = visits(tmp_path, columns, arrival=HOURS)
    assert "these look like hours" in refusal(read)
    assert "write `hour: h` in place of `time`" in refusal(read)
    right = visits(tmp_path, columns, arrival={"kind": "parts", "date": "d", "hour": "h"})
    assert not right.quality.errors()
    assert list(right.frame["arrival"]) == list(times.floor("h"))


def test_hours_in_the_time_of_a_departure_are_refused_too(tmp_path: Path) -> None:
    times = at_random(2, 300, days=30)
    columns = {"arr": times.strftime("%Y-%m-%d %H:%M"), "d": times.strftime("%Y-%m-%d"), "h": times.hour}
    assert "these look like hours" in refusal(visits(tmp_path, columns, departure_time={"date": "d", "time": "h"}))


def test_true_times_as_hhmm_without_leading_zeros_are_not_taken_for_hours(tmp_path: Path) -> None:
    times = at_random(3, 500, days=30)
    columns = {"d": times.strftime("%Y-%m-%d"), "h": times.hour * 100 + times.minute}
    assert list(visits(tmp_path, columns, arrival=HOURS).frame["arrival"]) == list(times)


# --- dates that cannot be meant ---


@pytest.mark.parametrize("zone", [None, "America/Toronto", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31 23:59:59",
        "2999-12-31",
        "2099-12-31 00:00",
        "1900-01-01",
        "1899-12-30",
        "1970-01-01 00:00",
        "0001-01-01",
    ],
)
def test_a_date_that_stands_for_not_known_is_a_fault_in_every_time(tmp_path: Path, text: str, zone: str | None) -> None:
    times = [f"{t:%Y-%m-%d %H:%M}" for t in at_random(4, 400, days=50)]
    read = visits(tmp_path, {"arr": [*times, text], "dep": [text, *times]}, departure_time="dep", time_zone=zone)
    kinds = [each for each in read.quality.findings if each.kind == "a date that stands for a time not known"]
    assert {(each.column, each.rows, each.value) for each in kinds} == {("arr", (401,), text), ("dep", (1,), text)}
    assert pd.isna(read.frame["arrival"].iloc[-1])
    assert pd.isna(read.frame["weekday"].iloc[-1])
    assert read.frame["stay_minutes"].isna().tolist()[0]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo", "America/Toronto", "Africa/Monrovia"])
@pytest.mark.parametrize("pattern", [(), ("%Y-%m-%dT%H:%M:%S%z",), ("%Y-%m-%dT%H:%M:%SZ",)])
def test_times_at_the_ends_of_the_calendar_never_trace_back(
    tmp_path: Path, zone: str | None, pattern: tuple[str, ...]
) -> None:
    days = ("0000-01-01", "0001-01-01", "9999-12-31", "1582-10-10", "9999-99-99")
    parts = itertools.product(days, ("00:00:00", "23:59:59", "24:00:00"), ("", "Z", "+14:00", "-12:00", "+99:99"))
    ends = [f"{day}T{clock}{offset}" for day, clock, offset in parts]
    ends += ["99999-01-01T00:00:00Z", "-001-01-01T00:00:00Z"]
    read = visits(tmp_path, {"arr": ends}, time_zone=zone, time_format=pattern)
    assert read.frame["arrival"].isna().all()
    assert read.quality.n_faulty == len(ends)


@pytest.mark.parametrize("seed", range(3))
def test_one_mistyped_year_is_a_fault_of_its_row_and_leaves_no_trace(tmp_path: Path, seed: int) -> None:
    times = [f"{t:%Y-%m-%d %H:%M}" for t in at_random(seed, 4000, days=365, start="2023-01-01")]
    times[2900] = times[2900].replace("2023", "2024")
    times[10] = times[10].replace("2023", "2003")
    read = visits(tmp_path, {"arr": times})
    far = finding(read, "a date far from all others")
    assert far.rows == (11, 2901)
    assert not read.quality.errors()
    assert read.frame.loc[[10, 2900], ["arrival", "weekday", "year", "month", "minute_of_day"]].isna().all(axis=None)
    assert read.frame["arrival"].notna().sum() == 3998


def test_several_mistyped_dates_are_found_up_to_the_tolerated_share(tmp_path: Path) -> None:
    times = at_random(5, 1000, days=200)
    far = pd.DatetimeIndex(["2031-01-01 10:00", "2031-01-01 11:00", "2040-05-05 10:00"])
    read = visits(tmp_path, {"arr": times.append(far).strftime("%Y-%m-%d %H:%M")})
    assert finding(read, "a date far from all others").rows == (1001, 1002, 1003)


@pytest.mark.parametrize("days", ["W-FRI", "B"])
def test_nights_and_weekends_without_visits_leave_no_date_far_from_all_others(tmp_path: Path, days: str) -> None:
    open_days = pd.date_range("2023-01-06", periods=120, freq=days)
    times = [day + pd.Timedelta(minutes=480 + 12 * k) for day in open_days for k in range(40)]
    assert not has(visits(tmp_path, {"arr": [f"{t:%Y-%m-%d %H:%M}" for t in times]}), "far from all others")


def test_more_mistyped_dates_than_are_tolerated_refuse_the_file_with_their_rows(tmp_path: Path) -> None:
    times = [f"{t:%Y-%m-%d %H:%M}" for t in at_random(1, 3000, days=200)]
    read = visits(tmp_path, {"arr": [time if k % 60 else time.replace("2024", "2042") for k, time in enumerate(times)]})
    far = finding(read, "a date far from all others")
    assert (far.count, far.rows[:2]) == (50, (1, 61))
    assert "50 of 3,000 rows" in refusal(read)
    assert "`exclude: [2024-07-19..2041-12-31]`" in refusal(read)


def test_an_excluded_period_is_no_gap(tmp_path: Path) -> None:
    early, late = at_random(6, 20, days=10, start="2022-01-01"), at_random(7, 3000, days=200, start="2023-01-01")
    columns = {"arr": early.append(late).strftime("%Y-%m-%d %H:%M")}
    assert finding(visits(tmp_path, columns), "far from all others").count == 20
    assert not has(visits(tmp_path, columns, exclude=["2022-01-11..2022-12-31"]), "far from all others")


# --- closed vocabularies ---


def words(folder: Path, given: Sequence[object], field: str = "disposition", **keys: object) -> VisitsFile:
    """A file of 40 visits a day whose column `w` holds these words, read as a field."""
    times = at_random(8, len(given), days=max(len(given) // 40, 1)).strftime("%Y-%m-%d %H:%M")
    return visits(folder, {"arr": times, "w": given}, **{field: "w", **keys})


def test_capitals_blanks_and_hyphens_are_forgiven_and_said(tmp_path: Path) -> None:
    read = words(tmp_path, ["discharge"] * 90 + ["Admission", "LWBS", " ama ", "Discharge"])
    assert read.frame["disposition"].value_counts().to_dict() == {"discharge": 91, "admission": 1, "lwbs": 1, "ama": 1}
    assert finding(read, "other capitals, blanks or hyphens").rows == (91, 92, 94)
    assert not read.quality.errors()
    read = words(
        tmp_path, ["mental health", "Mental-Health", "MENTAL_HEALTH", "mental\u00a0health", "Medical"], "stream"
    )
    assert set(read.frame["stream"]) == {"mental_health", "medical"}


def test_one_stray_word_is_a_fault_of_its_row_and_leaves_the_column_in_use(tmp_path: Path) -> None:
    read = words(tmp_path, ["medical"] * 180 + ["mental_health"] * 20 + ["trauma"], "stream")
    stray = finding(read, "an unknown word of stream")
    assert (stray.count, stray.rows, stray.value) == (1, (201,), "trauma")
    assert read.frame["stream"].isna().sum() == 1
    assert not read.quality.errors()


def test_a_third_word_in_a_third_of_the_rows_refuses_the_file_with_the_recode_to_write(tmp_path: Path) -> None:
    given = ["medical", "mental_health", "trauma"] * 50
    read = words(tmp_path, given, "stream")
    assert "'trauma'" in refusal(read)
    recode = "`stream: {column: w, recode: {'trauma': ...}}`"
    assert f"say which of medical, mental_health it is, or null, as {recode}" in refusal(read)
    assert "raise `tolerated_share`" not in refusal(read)
    recoded = {"column": "w", "recode": {"trauma": "medical"}}
    read = words(tmp_path, given, stream=recoded)
    assert read.frame["stream"].value_counts().to_dict() == {"medical": 100, "mental_health": 50}


def test_unknown_words_are_named_by_how_often_they_stand_and_the_rest_is_counted(tmp_path: Path) -> None:
    given = [f"word{k}" for k in range(15) for _ in range(20 - k)]
    read = words(tmp_path, given)
    named = [each for each in read.quality.findings if each.kind == "an unknown word of disposition"]
    assert [(each.value, each.count) for each in named] == [(f"word{k}", 20 - k) for k in range(12)]
    assert finding(read, "an unknown word of disposition: 3 more").count == 8 + 7 + 6
    assert read.frame["disposition"].isna().all()


@pytest.mark.parametrize("n", [13, 60])
def test_free_text_in_a_column_of_words_is_never_printed(tmp_path: Path, n: int) -> None:
    read = words(tmp_path, [f"Anna Meier {k} fell" for k in range(n)], "mode")
    assert f"{n} different texts" in finding(read, "an unknown word of mode").kind
    everything = "\n".join((*read.quality.report_lines(), refusal(read), read.quality.table_text()))
    assert "Anna" not in everything
    assert "recode" in refusal(read)
    assert len(read.exclusions) == n
    assert set(read.exclusions["value"]) == {""}


@pytest.mark.parametrize(
    "keys", [{"age": "w"}, {"departure_time": "w"}, {"acuity": {"column": "w", "recode": {"1": 1}}}]
)
def test_names_in_a_column_of_numbers_or_times_or_codes_are_never_printed(
    tmp_path: Path, keys: dict[str, object]
) -> None:
    given = [f"Anna Meier{'abcdefghijklmnopqrstuvwxyz'[k]}" for k in range(26)]
    read = words(tmp_path, given, **{"disposition": None, **keys})
    everything = "\n".join((*read.quality.report_lines(), refusal(read), read.quality.table_text()))
    assert "Meier" not in everything + read.exclusions.to_csv()
    assert read.exclusions["row"].nunique() == 26


@pytest.mark.parametrize("form", ["3.0", "3", "03.0"])
def test_codes_with_the_zero_of_a_whole_number_are_those_codes(tmp_path: Path, form: str) -> None:
    codes = {"column": "w", "recode": {"3": 3, "03": 3}}
    read = words(tmp_path, [form], acuity=codes, disposition=None)
    assert read.frame["acuity"][0] == 3


def test_codes_that_differ_in_capitals_alone_keep_their_meanings(tmp_path: Path) -> None:
    recode = {"column": "w", "recode": {"A": "admission", "a": "ama"}}
    read = words(tmp_path, ["A", "a"], disposition=recode)
    assert list(read.frame["disposition"]) == ["admission", "ama"]


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"stream": {"column": "w", "recode": {"T": "trauma"}}}, "stream.recode.T"),
        ({"disposition": {"flags": {"ADM": "admitted"}}}, "disposition.flags.ADM"),
        ({"mode": {"flags": {"AMB": "ambulance"}, "otherwise": "private_vehicle"}}, "mode.otherwise"),
        ({"seen_recently": {"column": "w", "recode": {"1": "yes"}}}, "seen_recently.recode.1"),
    ],
)
def test_a_map_that_recodes_to_no_word_of_the_field_is_refused_with_its_key(
    keys: dict[str, object], place: str
) -> None:
    with pytest.raises(ValidationError, match=place):
        ColumnMap.model_validate({"arrival": TIMESTAMP, **keys})


def test_the_words_of_a_map_are_those_of_the_department() -> None:
    assert set(VOCABULARY["stream"]) == {MEDICAL, MENTAL_HEALTH}
    assert set(DISPOSITIONS_AT_DEPARTURE) < set(VOCABULARY["disposition"])
    assert set(ARRIVAL_MODES) < set(VOCABULARY["mode"])


def test_a_column_of_yes_and_no_by_another_code_is_refused(tmp_path: Path) -> None:
    flags = {"flags": {"w": "admission"}, "otherwise": "discharge"}
    read = words(tmp_path, ["Y", "N"] * 30, disposition=flags)
    assert "no row holds the code '1'" in refusal(read)
    read = words(tmp_path, ["Y", "N"] * 30, disposition={**flags, "code": "y"})
    assert read.frame["disposition"].value_counts().to_dict() == {"admission": 30, "discharge": 30}


# --- rows that are no visits of the department ---


def test_rows_of_one_visit_are_one_and_what_differs_is_told(tmp_path: Path) -> None:
    times = [f"{t:%Y-%m-%d %H:%M}" for t in at_random(9, 100, days=10)]
    columns = {
        "visit": [k for k in range(100) for _ in range(2)],
        "arr": [time for time in times for _ in range(2)],
        "age": [age for k in range(100) for age in ("-9" if k % 2 else k % 80, k % 80)],
        "mode": ["walk_in", "ambulance"] + ["walk_in"] * 198,
    }
    read = visits(tmp_path, columns, visit="visit", age="age", mode="mode", missing_codes=["-9"])
    assert list(read.frame["row"]) == list(range(1, 201, 2))
    assert read.quality.n_rows == len(read.frame) == 100
    assert list(read.frame["age"]) == [k % 80 for k in range(100)]
    assert list(read.frame["arrival"]) == list(pd.DatetimeIndex(times))
    assert has(read, "200 rows of 100 visits")
    differs = finding(read, "the rows of one visit say different things")
    assert (differs.column, differs.count, differs.rows) == ("mode", 1, (1,))
    assert not read.quality.errors()


def test_a_column_of_patients_is_no_column_of_visits(tmp_path: Path) -> None:
    times = at_random(9, 100, days=10).strftime("%Y-%m-%d %H:%M")
    read = visits(tmp_path, {"who": [k % 50 for k in range(100)], "arr": times}, visit="who")
    assert "stand in rows that differ in 'arr'" in refusal(read)
    read = visits(tmp_path, {"who": ["ward"] * 100, "arr": times}, visit="who")
    assert "stand in rows that differ in 'arr'" in refusal(read)


def test_numbers_of_visits_that_stand_for_one_at_each_site_are_refused(tmp_path: Path) -> None:
    columns = {"v": np.arange(100) // 2, "arr": ["2024-01-01 10:00"] * 100, "site": ["A", "B"] * 50}
    assert "stand in rows that differ in 'site'" in refusal(visits(tmp_path, columns, visit="v", site="site"))
    chosen = visits(tmp_path, columns, visit="v", site="site", only={"site": "A"})
    assert (len(chosen.frame), chosen.quality.errors()) == (50, ())


def test_rows_without_a_number_of_the_visit_stay_apart(tmp_path: Path) -> None:
    read = visits(
        tmp_path, {"v": ["a", "", "", "NA", "NA"], "arr": ["2024-01-01 10:00"] * 5}, visit="v", missing_codes=["NA"]
    )
    assert list(read.frame["row"]) == [1, 2, 3, 4, 5]
    assert finding(read, "no number of the visit").rows == (2, 3, 4, 5)


def test_only_one_site_is_read_and_the_rows_of_the_others_are_counted(tmp_path: Path) -> None:
    columns = {"arr": at_random(1, 90, days=9).strftime("%Y-%m-%d %H:%M"), "hospital": ["A", "B", "C"] * 30}
    read = visits(tmp_path, columns, site="hospital", only={"hospital": "B"})
    assert list(read.frame["row"]) == list(range(2, 91, 3))
    assert set(read.frame["site"]) == {"B"}
    left_out = finding(read, "than `only` names")
    assert left_out.count == 60
    assert "'A'" not in "\n".join(read.quality.report_lines())


def test_a_year_may_be_chosen_by_its_number(tmp_path: Path) -> None:
    columns = {"arr": ["2023-01-01 10:00", "2024-01-01 10:00"], "year": [2023, 2024]}
    assert list(visits(tmp_path, columns, only={"year": 2024}).frame["row"]) == [2]


def test_a_site_that_no_row_has_is_an_error_with_the_sites_there_are(tmp_path: Path) -> None:
    columns = {"arr": ["2024-01-01 10:00"] * 3, "hospital": ["North", "South", "West"]}
    read = visits(tmp_path, columns, only={"hospital": ["Nord", "7"]})
    assert "no row has 'Nord', which `only` names; did you mean 'North'?" in refusal(read)
    assert "no row has '7', which `only` names; the column has 'North', 'South', 'West'" in refusal(read)


# --- ages, stays of no time, privacy ---


def test_an_age_nobody_has_reached_is_a_fault_that_asks_for_the_unit(tmp_path: Path) -> None:
    read = visits(tmp_path, {"arr": ["2024-01-01 10:00"] * 2, "age": [131, 130]}, age="age")
    assert finding(read, "an age over 130 years").rows == (1,)
    assert "unit: months" in refusal(read)


@pytest.mark.parametrize(("zero_stay", "n_missing"), [("missing", 5), ("kept", 0), ("refused", 0)])
def test_a_departure_at_the_arrival_is_what_the_map_says(tmp_path: Path, zero_stay: str, n_missing: int) -> None:
    times = at_random(3, 20, days=5)
    departures = times.where(np.arange(20) % 4 == 0, times + pd.Timedelta(hours=2))
    columns = {"arr": times.strftime("%Y-%m-%d %H:%M"), "dep": departures.strftime("%Y-%m-%d %H:%M")}
    read = visits(tmp_path, columns, departure_time="dep", zero_stay=zero_stay)
    assert read.frame["departure_time"].isna().sum() == read.frame["stay_minutes"].isna().sum() == n_missing
    assert has(read, "a departure at the arrival") is (n_missing > 0)


def test_identities_are_never_shown(tmp_path: Path) -> None:
    times = at_random(3, 60, days=5).strftime("%Y-%m-%d %H:%M").tolist()
    names = ["=Secret1", *["Secret2"] * 59]
    read = visits(tmp_path, {"arr": times, "p": names, "v": names}, patient="p")
    everything = "\n".join((*read.quality.report_lines(), read.quality.table_text(), read.exclusions.to_csv()))
    assert "Secret" not in everything
    assert read.exclusions.query("kind == 'a spreadsheet formula'")["row"].tolist() == [1]


def test_rows_that_only_a_note_tells_of_are_listed_too(tmp_path: Path) -> None:
    text = "arr,w,v\n2024-03-10 02:30,10,1\n2024-03-11 10:00,2000,2\n2024-03-12 10:00\n2024-03-13 10:00,5,4\n"
    (tmp_path / "visits.csv").write_text(f"{text}2024-03-13 10:00,5,4\n", encoding="utf-8")
    column_map = ColumnMap.model_validate({"arrival": TIMESTAMP, "wait_minutes": "w", "time_zone": "America/Toronto"})
    assert inspect_visits(tmp_path / "visits.csv", column_map).exclusions.drop(columns="value").to_numpy().tolist() == [
        [1, "arr", "an arrival in the hour that the clock left out"],
        [2, "w", "waits over 24 hours"],
        [3, "", "fewer cells than the header"],
        [5, "", "the whole row repeats an earlier one"],
    ]


def test_every_oddity_is_listed_with_its_row_faults_and_notes_alike(tmp_path: Path) -> None:
    n = 6000
    times = pd.Series(at_random(3, n, days=100).strftime("%Y-%m-%d %H:%M"))
    stays = pd.Series(["60"] * n)
    odd = np.arange(0, n, 12)
    stays[odd[::3]], stays[odd[1::3]], stays[odd[2::3]] = "-5", "0", "x"
    read = visits(tmp_path, {"id": range(n), "arr": times, "s": stays}, stay_minutes="s")
    assert read.exclusions["row"].tolist() == (odd + 1).tolist()
    assert set(read.exclusions["kind"]) == {"under 0", "stay_minutes of 0 minutes", "not a number"}
