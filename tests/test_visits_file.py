"""A visits file is read as it stands, judged as a whole, and never loses a row without saying so."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pydantic import ValidationError

from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import FindingLevel
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import VisitsFile, inspect_visits, read_visits
from tests.layouts import load_column_map

FIXTURES = Path(__file__).parent / "fixtures"
MAPS = Path(__file__).resolve().parents[1] / "configs" / "visits"
SMALL = FIXTURES / "visits_small.csv"
SMALL_MAP = load_column_map(FIXTURES / "visits_small.yaml")
IMPOSSIBLE = FIXTURES / "visits_impossible.csv"
COMMA = FIXTURES / "visits_decimal_comma.csv"


def write(folder: Path, text: str, name: str = "visits.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(read: VisitsFile, kind: str) -> tuple[int, ...]:
    """The example rows of the one problem whose kind holds these words."""
    (problem,) = [p for p in read.quality.findings if kind in p.kind]
    return problem.rows


def hhmm_map(**more: object) -> ColumnMap:
    parts = {"kind": "parts", "time": "T", "weekday": {"column": "D", "first_day": "sunday"}}
    return ColumnMap.model_validate({"arrival": parts, **more})


def test_every_row_of_the_file_is_in_the_table_in_its_order() -> None:
    frame = read_visits(SMALL, SMALL_MAP).frame
    assert list(frame["row"]) == [1, 2, 3, 4]
    assert list(frame["patient"]) == ["a", "b", "c", "a"]


def test_an_arrival_time_gives_weekday_and_minute_of_day_from_monday_midnight() -> None:
    frame = read_visits(SMALL, SMALL_MAP).frame
    assert frame["arrival"][0] == pd.Timestamp("2024-01-01 00:10")
    assert list(frame["weekday"]) == [0, 0, 1, 2]
    assert list(frame["minute_of_day"]) == [10, 780, 570, 1095]


def test_waits_and_stays_follow_from_the_times_and_missing_times_stay_missing() -> None:
    frame = read_visits(SMALL, SMALL_MAP).frame
    assert list(frame["wait_minutes"])[:3] == [40, 60, 15]
    assert pd.isna(frame["wait_minutes"][3])
    assert list(frame["stay_minutes"]) == [120, 210, 90, 45]


def test_a_code_recoded_to_null_is_no_level_and_is_counted_in_the_report() -> None:
    read = read_visits(SMALL, SMALL_MAP)
    assert list(read.frame["acuity"])[:3] == [3, 2, 1]
    assert pd.isna(read.frame["acuity"][3])
    assert rows_of(read, "no acuity given") == (4,)
    (use,) = [use for use in read.quality.columns if use.field == "acuity"]
    assert (use.column, use.n_usable) == ("level", 3)


def test_all_problems_of_a_bad_file_are_raised_together_with_column_row_value_and_remedy() -> None:
    with pytest.raises(VisitsFileError) as raised:
        read_visits(IMPOSSIBLE, SMALL_MAP)
    expected = [
        ("'arrival'", "(1, 5)", "not a date and time", "'2024-01-01 25:70'", "YYYY-MM-DD"),
        ("'arrival'", "(6)", "UTC offset", "+01:00", "local clock"),
        ("'seen'", "(2)", "first physician before arrival", "12:00", "correct"),
        ("'left'", "(3)", "departure before arrival", "09:00", "correct"),
        ("'left'", "(4)", "over 30 days", "2024-02-03", "longest_stay_days"),
        ("'level'", "(3)", "unknown code of acuity", "'9'", "acuity.recode"),
        ("'age'", "(3)", "under 0", "'-2'", "missing_codes"),
        ("'age'", "(4)", "not a number", "'old'", "decimal"),
    ]
    for words in expected:
        assert [line for line in raised.value.lines if all(word in line for word in words)], words
    assert "6 of 7 rows" in str(raised.value)
    assert str(IMPOSSIBLE) in str(raised.value)
    assert isinstance(raised.value, ValueError)


def test_a_tolerated_share_lets_the_file_pass_with_its_untrue_values_missing_and_counted() -> None:
    lenient = SMALL_MAP.model_copy(update={"tolerated_share": 0.9})
    read = read_visits(IMPOSSIBLE, lenient)
    assert len(read.frame) == 7
    assert read.quality.n_faulty == 6
    assert pd.isna(read.frame["wait_minutes"][1])
    assert pd.isna(read.frame["stay_minutes"][3])
    assert rows_of(read, "no usable arrival") == (1, 5, 6, 7)


@pytest.mark.parametrize(("n_bad", "refused"), [(1, False), (2, True)])
def test_the_default_tolerance_is_one_row_in_a_hundred(tmp_path: Path, n_bad: int, refused: bool) -> None:
    lines = ["T,D", *["1230,1"] * (100 - n_bad), *["2570,1"] * n_bad]
    path = write(tmp_path, "\n".join(lines) + "\n")
    assert bool(inspect_visits(path, hhmm_map()).quality.errors()) is refused


@pytest.mark.parametrize(
    ("text", "minute"),
    [("5", 5), ("0", 0), ("1236", 756), ("2359", 1439), ("07:05", 425), ("7:05:30", 425), ("1236.0", 756)],
)
def test_a_time_of_day_may_be_hhmm_or_clock_time(tmp_path: Path, text: str, minute: float) -> None:
    path = write(tmp_path, f"T,D\n{text},1\n")
    assert read_visits(path, hhmm_map()).frame["minute_of_day"][0] == minute


@pytest.mark.parametrize("text", ["2400", "2570", "1260", "-5", "12:60", "noon", "12360"])
def test_no_other_text_is_a_time_of_day(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, f"T,D\n{text},1\n")
    with pytest.raises(VisitsFileError, match="not a time of day"):
        read_visits(path, hhmm_map())


def test_weekday_codes_count_from_the_first_day_of_the_map(tmp_path: Path) -> None:
    path = write(tmp_path, "T,D\n" + "".join(f"1200,{code}\n" for code in range(1, 8)))
    assert list(read_visits(path, hhmm_map()).frame["weekday"]) == [6, 0, 1, 2, 3, 4, 5]


def test_a_date_column_and_a_time_column_make_one_arrival(tmp_path: Path) -> None:
    path = write(tmp_path, "T,Day\n0815,2024-02-29\n")
    column_map = ColumnMap.model_validate({"arrival": {"kind": "parts", "time": "T", "date": "Day"}})
    assert read_visits(path, column_map).frame["arrival"][0] == pd.Timestamp("2024-02-29 08:15")


def test_missing_columns_are_all_named_with_the_nearest_name_beside_other_problems(tmp_path: Path) -> None:
    path = write(tmp_path, "Time,D\n1200,9\n")
    with pytest.raises(VisitsFileError) as raised:
        read_visits(path, hhmm_map(age="tiem", wait_minutes="zzz"))
    text = str(raised.value)
    assert "'tiem': not in the file; did you mean 'Time'?" in text
    assert "'zzz': not in the file; the file has 'Time', 'D'" in text
    assert "'T': not in the file" in text
    assert "outside 1 to 7" in text


def test_a_wrong_separator_is_suspected_when_the_header_is_one_column(tmp_path: Path) -> None:
    with pytest.raises(VisitsFileError, match="single column 'T;D': check `separator`"):
        read_visits(write(tmp_path, "T;D\n1200;1\n"), hhmm_map())


def test_rows_longer_than_the_header_are_refused_not_cut(tmp_path: Path) -> None:
    with pytest.raises(VisitsFileError, match="`separator`"):
        read_visits(COMMA, SMALL_MAP)
    with pytest.raises(VisitsFileError, match="check that it is a table"):
        read_visits(write(tmp_path, "T,D\n1200,1,7\n"), hhmm_map())


def test_decimal_commas_and_spreadsheet_error_texts_are_read_through_the_map() -> None:
    column_map = load_column_map(MAPS / "ktas.yaml")
    read = inspect_visits(COMMA, column_map)
    assert list(read.frame["triage_minutes"])[:3] == [5.0, 3.95, 1.0]
    assert read.frame[["triage_minutes", "stay_minutes"]].isna().sum().sum() == 3
    assert rows_of(read, "stay_minutes over 2 days") == (4,)
    assert any("'9246'" in line for line in read.quality.errors())


def test_duplicates_are_reported_and_kept(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL.read_text() + SMALL.read_text().splitlines()[1] + "\n5,b,2024-01-01 13:00,,,,1,11\n")
    read = read_visits(path, SMALL_MAP)
    assert len(read.frame) == 6
    assert rows_of(read, "repeats an earlier") == (5,)
    assert rows_of(read, "same patient arrives twice") == (6,)


def test_parquet_and_compressed_csv_read_as_the_csv_does(tmp_path: Path) -> None:
    parquet, packed = tmp_path / "visits.parquet", tmp_path / "visits.csv.gz"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{SMALL}')) TO '{parquet}' (FORMAT parquet)")
    pd.read_csv(SMALL, dtype=str, keep_default_na=False).to_csv(packed, index=False)
    plain = read_visits(SMALL, SMALL_MAP).frame
    pd.testing.assert_frame_equal(read_visits(packed, SMALL_MAP).frame, plain)
    pd.testing.assert_frame_equal(read_visits(parquet, SMALL_MAP).frame, plain)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("visits.xlsx", "", "save it as .csv"),
        ("visits.csv", "", "check that it is a table"),
        ("visits.csv", "T,D\n", "no rows"),
        ("visits.csv", "T,D\n1200,1,7\n1,2,3,4\n", "check that it is a table"),
        ("visits.parquet", "no parquet", "check that it is a table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(VisitsFileError, match=words):
        read_visits(write(tmp_path, text, name), hhmm_map())


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(VisitsFileError, match=r"nowhere\.csv: 1 problem\n  - .*No such file"):
        read_visits(Path("nowhere.csv"), SMALL_MAP)


def test_another_encoding_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes("T,D,mode\n1200,1,gå\n".encode("latin-1"))
    with pytest.raises(VisitsFileError, match="`encoding`"):
        read_visits(path, hhmm_map())
    assert len(read_visits(path, hhmm_map(encoding="latin-1")).frame) == 1


def test_a_column_without_any_value_is_all_missing_and_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "T,D,W\n1200,1,\n1300,2,\n")
    read = read_visits(path, hhmm_map(wait_minutes="W", physician_time="W"))
    assert read.frame["wait_minutes"].isna().all()
    assert read.quality.n_faulty == 0


@pytest.mark.parametrize(
    "raw",
    [
        {"arival": {"kind": "timestamp", "column": "t"}},
        {"tolerated_share": 1.5},
        {"longest_stay_days": 0},
        {"acuity": {"column": "a", "recode": {"1": 6}}},
        {"arrival": {"kind": "parts", "time": "t"}},
    ],
)
def test_a_column_map_with_a_mistake_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ColumnMap.model_validate(raw)


def test_every_shipped_column_map_loads() -> None:
    loaded = {path.stem: load_column_map(path) for path in MAPS.glob("*.yaml")}
    assert {"nhamcs", "nhamcs_2016", "mimic_iv_ed", "malmo", "ktas", "bupar", "peered", "peered_xes"} <= loaded.keys()
    assert all(column_map.acuity or column_map.events for column_map in loaded.values())


def test_the_report_says_rows_read_then_usable_values_then_problems() -> None:
    lines = read_visits(SMALL, SMALL_MAP).quality.report_lines()
    assert lines[0].endswith("4 rows read, 0 with an untrue value")
    assert "  wait_minutes from 'seen': 3 usable (75.00 %), 1 blank" in lines
    assert lines[-1].startswith(f"  {FindingLevel.NOTE.value}: column 'level', 1 row (4)")
