"""Each shipped layout from the file to a simulation: read, reported on, fitted, written, played."""

import csv
from pathlib import Path

import pandas as pd
import pytest
import yaml

import sim
from sim.calibration.calibrate import CalibrationReport, calibrate
from sim.calibration.writing.hour_shapes import AS_EVERYONE, POOLED
from sim.cli import main
from sim.runs.event_export import write_event_log
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import VisitsFile, read_visits
from tests.layouts import bupar, load_column_map, mimic, nhamcs_2016

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(__file__).parent / "fixtures"
MAPS = ROOT / "configs" / "visits"


def read(name: str, path: Path) -> VisitsFile:
    return read_visits(path, load_column_map(MAPS / f"{name}.yaml"))


def played(name: str, path: Path, folder: Path, **changed: object) -> CalibrationReport:
    """Calibrate with the shipped map, and play a week of the demand that was written."""
    column_map = load_column_map(MAPS / f"{name}.yaml").model_copy(update=changed)
    report = calibrate(path, column_map, name="ours", output=folder)
    # Without a department to fit into, the hours are written as they are, with no room for others in some.
    short = ["study=run", "study.weeks=1", "study.warm_up_weeks=0", "demand.mental_health_share=0"]
    scenario = sim.load(f"configs={folder}", "demand=ours", *short)
    assert scenario.demand.name == "ours"
    assert sim.simulate(scenario, seed=1).n_visits > 1000
    return report


def demand_of(report: CalibrationReport) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(report.path("demand").read_text(encoding="utf-8"))
    return found


def kinds_of(report: CalibrationReport) -> str:
    return "\n".join(problem.kind for problem in report.quality.findings)


def test_malmo_from_real_rows_to_a_week_with_its_clock_change_and_its_batches_named(tmp_path: Path) -> None:
    report = played("malmo", FIXTURES / "malmo_march.csv.gz", tmp_path)
    assert report.quality.n_rows == 2986
    assert {"hour_shares", "weekday_index", "acuity_mix"} <= demand_of(report).keys()
    found = kinds_of(report)
    assert "the clock went forward on 2017-03-26: 0 arrivals between 02:00 and 03:00, which were not" in found
    assert "arrivals at the instant of another" in found
    assert "a heap on round minutes" in found
    assert "wait_minutes of 0 minutes" in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "emptied", "notes", "shape"),
    [
        (21, [], [], "weekdays and weekend, 2 harmonics"),
        (9, [3], [POOLED, AS_EVERYONE], "one shape for all days, 24 free hours; too few weeks to try others"),
    ],
)
def test_a_small_file_with_empty_hours_gives_a_pair_that_the_command_plays(
    days: int, emptied: list[int], notes: list[str], shape: str, tmp_path: Path
) -> None:
    """Three weeks have hours of the week without a visit, which a smooth shape fills; an hour of the day without one,
    in too few weeks to choose a shape, leaves no room for mental-health visits, and says so."""
    visits = pd.read_csv(FIXTURES / "malmo_march.csv.gz", dtype=str)
    arrival = pd.to_datetime(visits["arrival_time"])
    since = (arrival.dt.normalize() - arrival.min().normalize()).dt.days
    visits = visits[(since < days) & ~arrival.dt.hour.isin(emptied)]
    counts = pd.crosstab(arrival.dt.day_of_week[visits.index], arrival.dt.hour[visits.index])
    assert counts.reindex(columns=range(24), fill_value=0).to_numpy().min() == 0
    file, out = tmp_path / "small.csv", tmp_path / "ours"
    visits.to_csv(file, index=False)
    assert (
        main(["study=calibrate", f"visits={file}", "study.map=malmo", "study.demand_name=ours", f"output={out}"]) == 0
    )
    written = (out / "demand" / "ours.yaml").read_text(encoding="utf-8")
    assert [note for note in (POOLED, AS_EVERYONE) if note in written] == notes
    assert shape in (out / "ours_calibration.md").read_text(encoding="utf-8")
    hours = yaml.safe_load(written)["hour_shares"]
    assert [hour for hour in range(24) if any(day[hour] == 0.0 for day in hours)] == emptied
    short = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=1", f"output={tmp_path / 'run'}"]
    assert main(["study=run", f"configs={out}", "demand=ours", "department=ours", *short]) == 0


def test_the_words_of_the_malmo_file_become_ours() -> None:
    frame = read("malmo", FIXTURES / "malmo_march.csv.gz").frame
    assert set(frame["disposition"]) <= {"discharge", "admission", "transfer", "died", "ama"}
    assert frame["mode"].value_counts().to_dict().keys() == {"ambulance", "other"}


def test_the_korean_file_is_refused_for_its_date_errors_and_gives_its_mix_once_they_are_tolerated(
    tmp_path: Path,
) -> None:
    with pytest.raises(VisitsFileError, match=r"189 rows.*over 2 days"):
        read("ktas", FIXTURES / "ktas.csv.gz")
    report = played("ktas", FIXTURES / "ktas.csv.gz", tmp_path, tolerated_share=0.15)
    demand = demand_of(report)
    assert demand.keys() == {"defaults", "name", "acuity_mix"}
    mix = demand["acuity_mix"]["medical"]  # type: ignore[index]
    assert mix == pytest.approx([n / 1267 for n in (26, 220, 487, 459, 75)], abs=1e-5)
    with report.path("exclusions").open(encoding="utf-8", newline="") as file:
        odd = list(csv.DictReader(file))
    excluded = [row for row in odd if row["kind"] == "stay_minutes over 2 days"]
    assert len(excluded) == 189
    assert excluded[0] == {
        "row": "6", "column": "Length of stay_min", "kind": "stay_minutes over 2 days", "value": "9246"
    }  # fmt: skip


def test_mimic_in_two_files_gives_hours_and_mix_and_no_weekdays_for_its_dates_are_shifted(tmp_path: Path) -> None:
    report = played("mimic_iv_ed", mimic(tmp_path), tmp_path)
    demand = demand_of(report)
    assert demand.keys() == {"defaults", "name", "hour_shares", "acuity_mix"}
    assert len({tuple(day) for day in demand["hour_shares"]}) == 1  # type: ignore[attr-defined]
    frame = read("mimic_iv_ed", tmp_path / "edstays.csv").frame
    assert frame["weekday"].isna().all()
    assert frame["year"].isna().all()
    assert frame["stay_minutes"].notna().all()
    assert frame["acuity"].notna().sum() > 100
    assert frame["patient"].nunique() <= 40
    assert set(frame["mode"].dropna()) == {"ambulance", "walk_in", "other"}


def test_the_second_file_is_matched_by_its_key_and_what_does_not_match_is_counted(tmp_path: Path) -> None:
    path = mimic(tmp_path, n=6)
    triage = (tmp_path / "triage.csv").read_text(encoding="utf-8").splitlines()
    header, first, second, *_ = triage
    (tmp_path / "triage.csv").write_text("\n".join([header, first, first, second.replace(",30000004,", ",99,")]) + "\n")
    quality = read("mimic_iv_ed", path).quality
    counted = {problem.kind: problem.count for problem in quality.findings if problem.column == "stay_id"}
    assert counted == {
        "visits not in triage.csv": 5,
        "rows of triage.csv of no visit here": 1,
        "further rows of triage.csv for a visit": 1,
    }


def test_a_second_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = mimic(tmp_path, n=6)
    (tmp_path / "triage.csv").unlink()
    with pytest.raises(VisitsFileError, match=r"triage\.csv: 1 problem\n  - .*No such file"):
        read("mimic_iv_ed", path)


def test_nhamcs_of_2012_to_2014_from_the_shipped_file_to_a_week(tmp_path: Path) -> None:
    report = played("nhamcs", ROOT / "sim" / "data" / "nhamcs" / "visits.csv.gz", tmp_path)
    assert report.quality.n_rows == 64_988


def test_nhamcs_of_2012_to_2014_with_its_waits(tmp_path: Path) -> None:
    """The packaged extract, which has lost its waits, with made ones."""
    extract = pd.read_csv(ROOT / "sim" / "data" / "nhamcs" / "visits.csv.gz", dtype=str, keep_default_na=False)
    extract["WAITTIME"] = [str(k % 240) for k in range(len(extract))]
    extract.loc[:99, "WAITTIME"] = "-7"
    extract.to_csv(tmp_path / "visits.csv", index=False)
    frame = read("nhamcs_waits", tmp_path / "visits.csv").frame
    assert frame["wait_minutes"].isna().tolist() == [k < 100 for k in range(len(extract))]
    assert frame["wait_minutes"][100:340].tolist() == [k % 240 for k in range(100, 340)]


def test_nhamcs_of_2016_to_2022_with_all_its_codes_from_the_file_to_a_week(tmp_path: Path) -> None:
    path = nhamcs_2016(tmp_path)
    report = played("nhamcs_2016", path, tmp_path)
    raw, frame = pd.read_csv(path, dtype=str), read("nhamcs_2016", path).frame
    assert {"hour_shares", "weekday_index", "acuity_mix"} <= demand_of(report).keys()
    waits = raw["WAITTIME"].astype(int)
    assert frame["wait_minutes"].notna().sum() == (waits >= 0).sum()
    assert frame["acuity"].notna().sum() == raw["IMMEDR"].isin(list("12345")).sum()
    assert (frame["disposition"] == "lwbs").sum() == (raw["LWBS"] == "1").sum()
    assert (frame["disposition"] == "admission").sum() == (raw["ADMITHOS"] == "1").sum()
    assert frame["disposition"].notna().all()
    assert set(frame["seen_recently"].dropna()) == {"within_72h", "not_within_72h"}
    assert frame["weight"].sum() == pytest.approx(raw["PATWT"].astype(float).sum())
    assert frame["minute_of_day"].notna().sum() == (raw["ARRTIME"] != "-9").sum()
    (use,) = [use for use in report.quality.columns if use.field == "wait_minutes"]
    assert use.coded == {"-7": int((waits == -7).sum()), "-9": int((waits == -9).sum())}


def test_a_log_of_starts_and_ends_from_the_file_to_a_week(tmp_path: Path) -> None:
    report = played("bupar", bupar(tmp_path), tmp_path)
    assert report.quality.n_rows == 600
    assert "4800 events" in kinds_of(report).replace(",", "")


def test_a_real_log_of_starts_and_ends_gives_each_time_of_a_visit_from_the_event_the_map_marks() -> None:
    frame = read("bupar", FIXTURES / "bupar_patients.csv").frame
    log = pd.read_csv(FIXTURES / "bupar_patients.csv")
    log["time"] = pd.to_datetime(log["time"]).dt.tz_localize(None)
    for field, activity, kind, which in (
        ("arrival", "Registration", "start", "min"),
        ("triage_time", "Triage and Assessment", "start", "min"),
        ("physician_time", "Discuss Results", "start", "min"),
        ("departure_time", "Check-out", "complete", "max"),
    ):
        marked = log[(log["handling"] == activity) & (log["registration_type"] == kind)]
        expected = marked.groupby("patient")["time"].agg(which)
        found = frame.set_index(frame["patient"].astype(int))[field].dropna()
        assert found.to_dict() == expected.to_dict(), field


@pytest.mark.parametrize(
    ("kind", "name"),
    [("csv", "peered"), ("parquet", "peered"), pytest.param("xes", "peered_xes", marks=pytest.mark.slow)],
)
def test_our_own_log_gives_back_the_visits_it_was_written_from(tmp_path: Path, kind: str, name: str) -> None:
    scenario = sim.load("study=run", "study.weeks=2", "study.warm_up_weeks=0", "demand.growth=0.3")
    run = sim.simulate(scenario, seed=3)
    path = write_event_log(run, kind, tmp_path, "log", scenario.department.calendar_start)
    frame = read(name, path).frame.set_index("patient")
    visits = run.visits[run.visits["visit_number"] == 1].set_index("patient")
    first = frame[~frame.index.duplicated()]
    first.index = first.index.astype(int)
    both = visits.join(first.add_suffix("_read"), how="inner")
    assert len(both) > 200
    assert both["arrival"].to_numpy() == pytest.approx(
        ((both["arrival_read"] - pd.Timestamp("2024-01-01")).dt.total_seconds() / 60).to_numpy(), abs=1e-4
    )
    stays = (both["departure"] - both["arrival"]).to_numpy()
    assert both["stay_minutes_read"].to_numpy() == pytest.approx(stays, abs=1e-4, nan_ok=True)
    waits = (both["pia"] - both["arrival"]).to_numpy()
    assert both["wait_minutes_read"].to_numpy() == pytest.approx(waits, abs=1e-4, nan_ok=True)
    assert both["acuity_read"].astype(int).tolist() == both["acuity"].tolist()
    gone = both["disposition"] != "present"
    assert both["disposition_read"][gone].tolist() == both["disposition"][gone].tolist()
    played(name, path, tmp_path)


def test_every_shipped_map_has_a_layout_here() -> None:
    tested = {"malmo", "ktas", "mimic_iv_ed", "nhamcs", "nhamcs_waits", "nhamcs_2016", "bupar", "peered", "peered_xes"}
    assert {path.stem for path in MAPS.glob("*.yaml")} == tested
