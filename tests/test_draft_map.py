"""A draft of a column map for an unknown file is valid, says what is clear, asks the rest, and shows nobody."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.io.strict_yaml import parsed_yaml
from sim.visits.column_map import ColumnMap
from sim.visits.draft_map import draft_map, quoted
from sim.visits.draft_meanings import level, meaning
from sim.visits.time_patterns import patterns_of
from sim.visits.visits_table import inspect_visits, read_visits
from tests.layouts import bupar, mimic, nhamcs_2016
from tests.test_plausibility import visits

ROOT = Path(__file__).parent.parent
FIXTURES = Path(__file__).parent / "fixtures"


def drafted(path: Path) -> tuple[str, ColumnMap]:
    text = draft_map(path)
    return text, ColumnMap.model_validate(parsed_yaml(Path("draft"), text))


def written(folder: Path, frame: pd.DataFrame, **options: object) -> Path:
    frame.to_csv(folder / "visits.csv", index=False, **options)
    return folder / "visits.csv"


@pytest.mark.parametrize("name", ["malmo_march.csv.gz", "bupar_patients.csv", "visits_small.csv"])
def test_the_draft_reads_its_file_as_it_is(name: str) -> None:
    read = read_visits(FIXTURES / name, drafted(FIXTURES / name)[1])
    assert read.frame["arrival"].notna().mean() > 0.95


@pytest.mark.parametrize("name", ["ktas.csv.gz", "visits_impossible.csv", "visits_decimal_comma.csv"])
def test_the_draft_of_a_file_with_faults_is_valid_and_shows_them(name: str) -> None:
    assert inspect_visits(FIXTURES / name, drafted(FIXTURES / name)[1]).quality.n_rows > 0


def test_the_draft_of_malmo_takes_what_the_shipped_map_takes() -> None:
    text, found = drafted(FIXTURES / "malmo_march.csv.gz")
    shipped = ColumnMap.model_validate(parsed_yaml(Path("m"), (ROOT / "configs/visits/malmo.yaml").read_text("utf-8")))
    for field in ("arrival", "triage_time", "physician_time", "departure_time", "acuity", "age", "mode"):
        assert getattr(found, field) == getattr(shipped, field)
    assert '"Avslutad": null  # ? 7 rows' in text
    assert "# ? disposition: 1 of its 8 words have no known meaning; say what each means." in text


def test_the_drafts_of_public_layouts_find_their_fields(tmp_path: Path) -> None:
    _, survey = drafted(ROOT / "sim/data/nhamcs/visits.csv.gz")
    assert survey.arrival is not None
    assert survey.arrival.kind == "parts"
    assert survey.cluster == ("HOSPCODE",)
    _, stays = drafted(mimic(tmp_path))
    assert (stays.visit, stays.patient, stays.departure_time) == ("stay_id", "subject_id", "outtime")
    _, recent = drafted(nhamcs_2016(tmp_path))
    assert recent.age == "AGE"
    _, log = drafted(bupar(tmp_path))
    assert log.events is not None
    assert log.events.arrival.activity == ("Registration",)


def test_separator_encoding_decimal_and_dates_are_guessed(tmp_path: Path) -> None:
    frame = visits(300)
    frame["arrival"] = frame["arrival"].dt.strftime("%d.%m.%Y %H:%M")
    frame["Aufenthalt_LOS"] = [f"{minutes / 60:.2f}".replace(".", ",") for minutes in frame["stay"]]
    frame["grüße"] = "ä"
    path = written(
        tmp_path, frame[["number", "arrival", "acuity", "Aufenthalt_LOS", "grüße"]], sep=";", encoding="latin-1"
    )
    text, found = drafted(path)
    assert (found.separator, found.encoding, found.decimal) == (";", "windows-1252", ",")
    assert found.time_format == ("%d.%m.%Y %H:%M",)
    assert "stay_minutes: {column: Aufenthalt_LOS, unit: hours}  # ? by its median" in text
    assert read_visits(path, found).frame["stay_minutes"].between(90, 410).all()


def test_two_ways_of_writing_dates_become_two_patterns_in_the_order_that_keeps_the_rows_in_order(
    tmp_path: Path,
) -> None:
    frame = visits(1100, days=366)
    time = frame["arrival"]
    late = time.dt.day > 12
    frame["arrival"] = np.where(late, time.dt.strftime("%d-%m-%Y %H:%M"), time.dt.strftime("%m/%d/%Y %H:%M"))
    text, found = drafted(written(tmp_path, frame[["arrival"]]))
    assert found.time_format == ("%d-%m-%Y %H:%M", "%m/%d/%Y %H:%M")
    assert "day and month can stand in either order in arrival" in text


def test_offsets_ask_for_the_zone_and_dates_with_hours_are_parts(tmp_path: Path) -> None:
    frame = visits(300)
    offset = frame.assign(arrival=frame["arrival"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    text, found = drafted(written(tmp_path, offset[["arrival"]]))
    assert found.time_zone == "UTC"
    assert "# ? time_zone: the times have UTC offsets" in text
    parts = pd.DataFrame({"day": frame["arrival"].dt.date, "hour": frame["arrival"].dt.hour})
    assert drafted(written(tmp_path, parts))[1].arrival.model_dump(exclude_none=True) == {  # type: ignore[union-attr]
        "kind": "parts", "date": "day", "hour": "hour",
    }  # fmt: skip
    both = pd.DataFrame(
        {
            f"{end}_{part}": getattr(frame[column].dt, part)
            for end, column in (("arrival", "arrival"), ("dep", "departure"))
            for part in ("date", "time")
        }
    )
    assert "departure_time: {date: dep_date, time: dep_time}" in drafted(written(tmp_path, both))[0]


def test_a_row_a_diagnosis_and_several_sites_are_asked_about(tmp_path: Path) -> None:
    frame = visits(300).rename(columns={"number": "visit"})
    frame = pd.concat([frame, frame], ignore_index=True).assign(hospital=["north", "south"] * 300)
    text, found = drafted(written(tmp_path, frame))
    assert (found.visit, found.patient, found.site) == ("visit", "who", "hospital")
    assert "several rows share one: a row a diagnosis?" in text
    assert "# only: {hospital: ...}  # ? the site to calibrate, of 2" in text


def test_names_identities_birth_dates_and_free_text_are_never_shown(tmp_path: Path) -> None:
    n = 400
    frame = visits(n).assign(
        patient_name=["Zaphod Beeblebrox", "Tricia McMillan"] * (n // 2),
        dob="1999-05-17",
        notes=["fell from a swing", "ate a marble"] * (n // 2),
        nurse=["Nightingale", "Seacole"] * (n // 2),
        nhs_number=np.arange(n) + 9_434_765_919,
        who=[f"p-{one // 4:04d}" for one in range(n)],
    )
    text, found = drafted(written(tmp_path, frame))
    assert found.patient == "who"
    for secret in ("Zaphod", "Tricia", "1999", "swing", "marble", "Nightingale", "Seacole", "9434", "p-0"):
        assert secret not in text


def test_counts_by_hour_and_by_day_are_drafted_as_counts(tmp_path: Path) -> None:
    hours = pd.date_range("2023-01-01", periods=24 * 60, freq="h")
    counts = np.random.default_rng(1).poisson(5, len(hours))
    _, found = drafted(written(tmp_path, pd.DataFrame({"hour_start": hours, "arrivals": counts})))
    assert found.arrival is not None
    assert found.arrival.model_dump(exclude_none=True) == {"kind": "counts", "count": "arrivals", "time": "hour_start"}
    parts = pd.DataFrame({"date": hours.date, "hour": hours.hour, "n": counts})
    _, found = drafted(written(tmp_path, parts))
    assert found.arrival is not None
    assert found.arrival.model_dump(exclude_none=True) == {
        "kind": "counts", "count": "n", "date": "date", "hour": "hour",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "word", "expected"),
    [
        ("disposition", "LEFT WITHOUT BEING SEEN", "lwbs"), ("disposition", "Left against medical advice", "ama"),
        ("disposition", "Admitted to ward 3", "admission"), ("disposition", "Discharged home", "discharge"),
        ("disposition", "Transferred to another hospital", "transfer"), ("disposition", "Expired", "died"),
        ("disposition", "3", None), ("mode", "Private car", "walk_in"), ("mode", "EMS", "ambulance"),
        ("mode", "Police", "police"), ("stream", "Mental Health", "mental_health"), ("stream", "Medicine", "medical"),
        ("stream", "dental", None), ("disposition", "Gamayun", None),
    ],
)  # fmt: skip
def test_words_are_taken_for_what_they_say(field: str, word: str, expected: str | None) -> None:
    assert meaning(field, word, "column") == expected


def test_levels_are_codes_colours_and_names() -> None:
    words = {
        "1": 1,
        "ESI-3": 3,
        "CTAS 5": 5,
        "2.0": 2,
        "red": 1,
        "Semi-urgent": 4,
        "Non urgent": 5,
        "none": None,
        "13": None,
    }
    assert {word: level(word) for word in words} == words


def test_names_of_columns_are_quoted_where_yaml_would_read_them_otherwise() -> None:
    for name in ("a", "a_1", "no", "on", "null", "1", "a: b", "#x", 'q"q', "größe", "tab\there", "\u2028"):
        assert parsed_yaml(Path("x"), f"key: {quoted(name)}") == {"key": name}


def test_the_command_without_a_map_prints_the_draft_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, visits(300))
    assert main(["study=calibrate", f"visits={path}"]) == 0
    assert ColumnMap.model_validate(parsed_yaml(Path("out"), capsys.readouterr().out)).patient == "who"
    assert [each.name for each in tmp_path.iterdir()] == ["visits.csv"]


@pytest.mark.usefixtures("short_calibrations")
def test_the_printed_draft_saved_beside_other_configs_is_a_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, visits(300))
    assert main(["study=calibrate", f"visits={path}"]) == 0
    (tmp_path / "visits").mkdir()
    (tmp_path / "visits" / "ours.yaml").write_text(capsys.readouterr().out, encoding="utf-8")
    words = ["--config-dir", str(tmp_path), "study=calibrate", f"visits={path}", "study.map=ours", "study.hold_out=0"]
    assert main([*words, f"output={tmp_path / 'out'}"]) == 0
    assert (tmp_path / "out" / "demand" / "calibrated.yaml").exists()


def test_a_file_that_is_no_table_has_no_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "visits.csv").write_text("", encoding="utf-8")
    assert main(["study=calibrate", f"visits={tmp_path / 'visits.csv'}"]) == 2
    assert "the file is empty" in capsys.readouterr().err


DAYS = ["%d/%m/%Y", "%m/%d/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y", "%d%b%Y", "%B %d, %Y", "%Y%m%d"]
TIMES = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M%p", "T%H:%M:%S", " %H%M", " %H.%M", " %H:%M%z", " %H:%M:%S.%f"]


@pytest.mark.parametrize("pattern", [day + time for day in DAYS for time in TIMES] + ["%Y%m%d%H%M", "%d%b%Y:%H:%M:%S"])
def test_a_usual_way_to_write_a_time_is_among_the_patterns_guessed_from_a_text(pattern: str) -> None:
    text = pd.Timestamp("2023-10-28 21:07:35", tz="Europe/Stockholm").strftime(pattern)
    assert pattern in set(patterns_of(text))
