"""Minutes of steps that a file measures: read, fitted or found to fit no family, written, and played again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from sim.calibration.calibrate import CalibrationReport, calibrate
from sim.calibration.estimators.family_choice import TABLE_CHANCES, quantile_table, ties_apart
from sim.calibration.estimators.step_minutes import measured
from sim.config.composition import compose
from sim.department.quantities import Empirical
from sim.report.calibration_report import calibration_answer
from sim.report.stored_answer import stored_markdown
from sim.runs.engines import ENGINES
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import read_visits

ROOT = Path(__file__).resolve().parents[1]
N = 3000
START = np.datetime64("2024-01-01T00:00")
MAP = {
    "arrival": {"kind": "timestamp", "column": "arrival"},
    "acuity": {"column": "acuity", "recode": {str(level): level for level in range(1, 6)}},
    "step_minutes": {"imaging": "imaging_min", "triage": {"begins": "triaged", "ends": "triage_done"}},
}


def two_humps(rng: np.random.Generator, n: int) -> np.ndarray:
    """A film at once, or a slot an hour and a half later: no family of one hump."""
    return np.where(rng.random(n) < 0.6, rng.normal(15.0, 2.0, n), rng.normal(95.0, 6.0, n))


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    """Seven weeks; imaging has two humps at every level, later ones at the less urgent, and triage is gamma."""
    rng = np.random.default_rng(4)
    acuity = rng.integers(2, 6, N)
    arrival = START + np.sort(rng.integers(0, 49 * 1440 * 60, N)).astype("timedelta64[s]")
    triaged = arrival + rng.integers(0, 600, N).astype("timedelta64[s]")
    done = triaged + (rng.gamma(4.0, 2.0, N) * 60.0).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "arrival": arrival,
            "acuity": acuity,
            "imaging_min": np.where(rng.random(N) < 0.8, two_humps(rng, N) * (1.0 + 0.1 * acuity), np.nan),
            "triaged": triaged,
            "triage_done": done,
        }
    )


@pytest.fixture(scope="module")
def visits_file(visits: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("steps") / "visits.csv"
    visits.to_csv(path, index=False)
    return path


def calibrated(path: Path, name: str, **more: object) -> CalibrationReport:
    base = compose(["study=run"]).scenario
    return calibrate(
        path, ColumnMap.model_validate(MAP), name=name, output=path.parent / name, base=base, seed=3, **more
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def report(visits_file: Path) -> CalibrationReport:
    return calibrated(visits_file, "known")


def test_minutes_are_those_of_the_column_or_between_its_two_times(visits: pd.DataFrame, visits_file: Path) -> None:
    frame = read_visits(visits_file, ColumnMap.model_validate(MAP)).frame
    np.testing.assert_allclose(frame["minutes_imaging"], visits["imaging_min"])
    between = (visits["triage_done"] - visits["triaged"]) / pd.Timedelta(minutes=1)
    np.testing.assert_allclose(frame["minutes_triage"], between)


def test_a_step_that_ends_before_it_begins_is_a_fault_and_its_times_stay(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    times = [
        f"2024-01-01 {8 + n // 9:02d}:{n % 9}0,2024-01-01 {8 + n // 9:02d}:{n % 9}5" for n in range(99) if n % 9 < 6
    ]
    times = [f"{each},{each[-16:-1]}9" for each in times]
    times.append("2024-01-01 20:00,2024-01-01 20:05,2024-01-01 20:01")
    path.write_text("arrival,triaged,done\n" + "\n".join(times) + "\n", encoding="utf-8")
    column_map = ColumnMap.model_validate(
        {
            "arrival": MAP["arrival"],
            "triage_time": "triaged",
            "step_minutes": {"triage": {"begins": "triaged", "ends": "done"}},
            "waive": ["empty_hours"],
            "tolerated_share": 0.02,
        }
    )
    read = read_visits(path, column_map)
    assert read.frame["minutes_triage"].isna().sum() == 1
    assert read.frame["triage_time"].notna().all()
    assert read.exclusions["kind"].tolist() == ["triage ends before it begins"]


def test_minutes_of_a_step_in_a_log_lie_between_the_events_of_its_two_marks() -> None:
    shipped = yaml.safe_load((ROOT / "configs" / "visits" / "bupar.yaml").read_text(encoding="utf-8"))
    path = ROOT / "tests" / "fixtures" / "bupar_patients.csv"
    ends = {
        end: {"activity": "X-Ray", "lifecycle": lifecycle}
        for end, lifecycle in (("begins", "start"), ("ends", "complete"))
    }
    shipped["events"]["step_minutes"] = {"imaging": ends}
    frame = read_visits(path, ColumnMap.model_validate(shipped)).frame
    log = pd.read_csv(path)
    log["time"] = pd.to_datetime(log["time"])
    films = log[log["handling"] == "X-Ray"].pivot_table(
        index="patient", columns="registration_type", values="time", aggfunc="min"
    )
    expected = ((films["complete"] - films["start"]) / pd.Timedelta(minutes=1)).to_dict()
    found = frame.set_index(frame["patient"].astype(int))["minutes_imaging"].dropna().to_dict()
    assert found == pytest.approx(expected)
    assert len(found) == 22
    ends["ends"]["activity"] = "X-Rai"
    with pytest.raises(VisitsFileError, match=r"correct `events\.step_minutes\.imaging\.ends`; did you mean 'X-Ray'\?"):
        read_visits(path, ColumnMap.model_validate(shipped))


def test_where_no_family_fits_the_quantiles_are_written_with_where_they_are_from_and_the_test(
    report: CalibrationReport, visits: pd.DataFrame
) -> None:
    assert report.department is not None
    department = report.department.file
    imaging, triage = (
        next(step for step in department.department().streams["medical"].pathway if step.name == name).minutes
        for name in ("imaging", "triage")
    )
    assert (imaging.family, triage.family) == ("empirical", "gamma")
    of_two = visits.loc[visits["acuity"] == 2, "imaging_min"].dropna()
    np.testing.assert_allclose(imaging.quantiles_of(2), np.quantile(of_two, imaging.at), rtol=1e-5)
    assert imaging.mean_of(2) == pytest.approx(of_two.mean(), rel=2e-3)
    assert imaging.quantiles_of(1) == imaging.quantiles_of(2), "a level that did not come takes its neighbour's"
    text = report.path("department").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "medical.pathway.imaging.minutes: minutes, n =" in line)
    assert f"CTAS 2 {of_two.size}" in line
    assert "none of exponential, gamma, lognormal, weibull fits; the nearest is" in line
    assert "p under 0.03" in line, "no draw of 39 is as far from its fit"
    assert "source: the file above; grade A" in text
    assert all(item.line() in text for item in department.estimated if "imaging" in item.key)
    for told in (stored_markdown(calibration_answer(report), []), "\n".join(report.lines())):
        assert "imaging.minutes: minutes, n =" in told
        assert "none of exponential, gamma, lognormal, weibull fits" in told


def test_durations_that_follow_no_family_are_played_as_the_file_has_them(
    report: CalibrationReport, visits: pd.DataFrame
) -> None:
    """Law: the distance of n and m draws of one distribution exceeds 1.95 sqrt(1/n + 1/m) once in a thousand times.

    The table adds its own distance, under a hundredth. The nearest family is farther off by far.
    """
    asked = ["study=run", "demand=known", "department=known"]
    scenario = compose(asked, report.path("demand").parents[1]).scenario
    run = ENGINES["compiled"](scenario, 1, 0)
    assert report.department is not None
    imaging = next(place for place, name in enumerate(run.steps) if name == "imaging")
    times = run.step_times[:, imaging]
    played, acuity = times[:, 2] - times[:, 1], run.visit_columns["acuity"]
    for level in (2, 3):  # the less urgent have no imaging in the department as shipped
        ours = played[(acuity == level) & ~np.isnan(played)]
        theirs = visits.loc[visits["acuity"] == level, "imaging_min"].dropna()
        assert ours.size > 100, level
        limit = 1.95 * np.sqrt(1.0 / ours.size + 1.0 / theirs.size) + 0.01
        assert stats.ks_2samp(ours, theirs).statistic < limit
        fit = report.department.estimates.steps["", "imaging"].choice.nearest
        nearest = fit.quantiles((np.arange(500) + 0.5) / 500, level - 2)
        assert stats.ks_2samp(nearest, theirs).statistic > 2.0 * limit


def test_the_nearest_family_is_written_where_it_is_preferred_and_the_file_says_that_it_does_not_fit(
    visits_file: Path,
) -> None:
    report = calibrated(visits_file, "preferred", if_none_fits="nearest")
    assert report.department is not None
    department = report.department.file.department()
    imaging = next(step for step in department.streams["medical"].pathway if step.name == "imaging").minutes
    assert imaging.family == report.department.estimates.steps["", "imaging"].choice.nearest.family.replace(
        "lognormal", "lognormal_median"
    )
    text = report.path("department").read_text(encoding="utf-8")
    assert "none of exponential, gamma, lognormal, weibull fits" in text
    assert "is written all the same, as asked for" in text


def test_a_step_that_is_not_in_the_department_is_refused_with_the_nearest_name(visits_file: Path) -> None:
    column_map = ColumnMap.model_validate(MAP | {"step_minutes": {"imagin": "imaging_min", "board": "imaging_min"}})
    base = compose(["study=run"]).scenario
    output = visits_file.parent / "refused"
    with pytest.raises(VisitsFileError) as refused:
        calibrate(visits_file, column_map, name="no", output=output, base=base)
    assert "step_minutes.imagin: no step of the department with minutes of its own; did you mean imaging?" in str(
        refused.value
    )
    assert "step_minutes.board" in str(refused.value)
    assert not output.exists()


def table_of(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"acuity": np.nan} | columns, index=range(len(next(iter(columns.values())))))  # type: ignore[arg-type]


def test_too_few_minutes_keep_the_step_as_it_is_and_are_named() -> None:
    notes: list[str] = []
    assert measured({"": table_of(minutes_imaging=np.arange(49.0))}, 1, notes) == {}
    assert notes == ["all streams, imaging: 49 minutes, under 50: the step keeps its own"]


def test_zeros_that_no_family_gives_are_kept_in_the_quantiles() -> None:
    """A third of the visits need no time at all; what is left is exponential, and that family alone would be wrong."""
    rng = np.random.default_rng(7)
    minutes = np.where(rng.random(600) < 0.3, 0.0, rng.exponential(30.0, 600))
    found = measured({"": table_of(minutes_imaging=minutes)}, 1, [])["", "imaging"]
    assert found.choice.chosen is not None
    assert found.fit is None
    written = found.written()
    assert written["quantiles"][20] == 0.0
    assert found.means()[0] == pytest.approx(minutes.mean(), rel=0.02)
    assert "are 0, which no family gives" in found.statement()


def test_a_table_has_more_chances_where_values_leap_and_holds_the_mean() -> None:
    """Two thirds near ten, a third near a thousand: a line across a hundredth misses a hundredth of the mean."""
    rng = np.random.default_rng(8)
    values = np.where(np.arange(30_000) < 19_830, rng.normal(10.0, 1.0, 30_000), rng.normal(1000.0, 5.0, 30_000))
    at, _ = quantile_table([values], None)
    assert len(TABLE_CHANCES) < len(at) < len(TABLE_CHANCES) + 20
    written = Empirical(quantiles=tuple(np.quantile(values, at)), at=at)
    assert written.mean_of(3) == pytest.approx(values.mean(), rel=1e-3)
    coarse = Empirical(quantiles=tuple(np.quantile(values, TABLE_CHANCES)), at=TABLE_CHANCES)
    assert abs(coarse.mean_of(3) / values.mean() - 1.0) > 2e-3


def test_the_distance_of_a_table_from_its_values_allows_for_ties() -> None:
    values = np.repeat([5.0, 10.0, 15.0, 60.0], [400, 300, 200, 100])
    assert ties_apart(values, np.quantile(values, TABLE_CHANCES), TABLE_CHANCES) < 0.011
    assert ties_apart(values, np.quantile(values * 1.5, TABLE_CHANCES), TABLE_CHANCES) > 0.2
