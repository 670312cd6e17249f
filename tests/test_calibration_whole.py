"""From a visits file to a department: what was simulated is recognised, predicted, written and played again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.figure import Figure

from sim import compare
from sim.calibration.calibrate import CalibrationReport, calibrate
from sim.calibration.estimators.arrival_rates import fit_arrivals
from sim.calibration.estimators.hourly_counts import count_arrivals
from sim.calibration.estimators.visit_estimates import estimate_visits
from sim.calibration.holdout import NothingToHoldOut, expected_inside, hold_out, split_by_time
from sim.calibration.matching.quantities import with_factors
from sim.calibration.writing.department_file import department_file
from sim.calibration.writing.estimate_rows import Estimate
from sim.config.composition import compose
from sim.department.department import Department
from sim.report.calibration_report import calibration_answer, calibration_sheets
from sim.report.comparison_answer import describe_comparison
from sim.report.figures.calibration_figures import cell_means, draw_arrivals, draw_calibration, figures_known
from sim.report.stored_answer import StoredAnswer, answer_text, stored_markdown
from sim.report.words.caveats import calibration_lines, in_mind, words_of_verdict
from sim.studies.calibrate import pictures_drawn
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import read_visits
from tests.calibration_worlds import (
    ACUITY,
    ADMISSION,
    ASSESSMENT_MEAN,
    CALENDAR_START,
    HOUR_SHARES,
    MAP,
    MENTAL_SHARE,
    VISITS_PER_YEAR,
    known_scenario,
    played,
    written_as_exported,
)
from tests.layouts import load_column_map

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
NHAMCS = ROOT / "sim" / "data" / "nhamcs" / "visits.csv.gz"
WEEKS = 26


@pytest.fixture(scope="module")
def visits_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The visits of half a year under known parameters, as a hospital would export them."""
    path = tmp_path_factory.mktemp("visits") / "visits.csv"
    written_as_exported(played(0, weeks=WEEKS).visits.copy(), path)
    return path


@pytest.fixture(scope="module")
def later(visits_file: Path) -> Path:
    """Eight weeks of the same law under another seed."""
    path = visits_file.parent / "later.csv"
    written_as_exported(played(1, weeks=8, seed=9).visits.copy(), path)
    return path


@pytest.fixture(scope="module")
def report(visits_file: Path, later: Path) -> CalibrationReport:
    """One calibration with all that can be had of it: a part held out, and a second file."""
    return calibrate(
        visits_file, MAP, name="known", output=visits_file.parent / "calibrated",
        base=compose(["study=run"]).scenario, seed=3, hold_out_share=0.25, test_file=later,
    )  # fmt: skip


def row(report: CalibrationReport, quantity: str, level: str = "") -> Estimate:
    return next(each for each in report.demand.estimates if (each.quantity, each.level) == (quantity, level))


def test_the_pair_is_ready_to_be_composed_and_holds_what_was_estimated(report: CalibrationReport) -> None:
    composed = compose(["study=run", "demand=known", "department=known"], report.path("demand").parents[1])
    demand, department = composed.scenario.demand, composed.scenario.department
    assert demand.visits_per_year == pytest.approx(VISITS_PER_YEAR, rel=0.05)
    assert demand.mental_health_share == pytest.approx(MENTAL_SHARE, rel=0.1)
    assert demand.acuity_mix["mental_health"] == pytest.approx(ACUITY["mental_health"], abs=0.03)
    assert demand.mh_hour_shares["default"] == pytest.approx(tuple(HOUR_SHARES), abs=0.012)
    dispose = next(step for step in department.streams["medical"].pathway if step.kind == "dispose")
    assert dispose.admission == pytest.approx(ADMISSION, abs=0.1)
    returns = department.streams["mental_health"].returns
    assert returns is not None
    susceptible = row(report, "returns mental_health susceptible")
    assert returns.susceptible == pytest.approx(susceptible.estimate, rel=1e-4)
    assert demand.visits_per_patient["mental_health"] == pytest.approx(1.0 / (1.0 - returns.susceptible), rel=1e-3)


def test_every_estimated_key_of_the_department_has_its_error_in_the_file(report: CalibrationReport) -> None:
    assert report.department is not None
    text = report.path("department").read_text(encoding="utf-8")
    told = report.department.file.estimated
    assert {"streams.medical.age_shares[0]", "streams.medical.patience.minutes.median[CTAS 4]"} <= {t.key for t in told}
    assert all(np.isfinite(item.standard_error) and item.line() in text for item in told)
    tested = report.department.estimates.patience["medical"].test
    assert f"streams.medical.patience.minutes: {tested.verdict()}" in text
    assert not tested.is_rejected, "patience of this world is lognormal"


def test_what_the_file_cannot_tell_is_named_and_left_as_it_was(report: CalibrationReport) -> None:
    assert report.department is not None
    notes = " | ".join(report.department.estimates.notes)
    assert "no month factors: the file does not cover every month" in notes
    assert "CTAS 1 (0)" in notes
    neutral = f"  medical: [{', '.join(['1.00000'] * 12)}]  # visits.csv does not cover every month: neutral"
    assert neutral in report.demand.yaml_text()
    assert "medical" not in report.department.estimates.returns, "medical visits come from outside only"


def test_an_hour_nobody_came_in_does_not_hide_the_others_in_the_figure() -> None:
    week = np.full((21, 24), 8.0)
    week[::7, 3] = 0.0
    times = np.repeat(np.arange(week.size), week.ravel().astype(int))
    counts = count_arrivals(CALENDAR_START.astype("datetime64[h]") + times)
    panels = Figure().subplots(4)
    draw_arrivals(tuple(panels), fit_arrivals(counts), counts)
    assert 8.0 < panels[0].get_ylim()[1] < 20.0
    assert max(len(line.get_ydata()) for line in panels[1].lines) == 168


def test_what_is_left_between_observed_and_fitted_is_in_standard_errors() -> None:
    """Law: of 168 hours of a true model about 8 lie beyond 1.96 errors; more than 22 with a chance under 1e-5."""
    rng = np.random.default_rng(3)
    cell = np.tile(np.arange(168), 40)
    means = cell_means(cell, rng.poisson(5.0, cell.size).astype(float), np.full(cell.size, 5.0), 168)
    assert (np.abs(means.left) > 1.96).sum() <= 22
    wrong = cell_means(cell, rng.poisson(5.0, cell.size).astype(float), np.full(cell.size, 7.0), 168)
    assert (np.abs(wrong.left) > 1.96).mean() > 0.9


def test_who_comes_by_ambulance_is_told_of_all_whose_way_is_known() -> None:
    """Two fifths by ambulance, the rest in ways the department does not tell apart; of police the file says nothing."""
    frame = pd.DataFrame(
        {
            "stream": None,
            "acuity": 3.0,
            "mode": ["ambulance", "other", "private_vehicle", "ambulance", "walk_in", None] * 100,
            "cluster": None,
        }
    )
    for column in ("arrival", "triage_time", "physician_time", "departure_time"):
        frame[column] = pd.NaT
    for column in ("wait_minutes", "stay_minutes", "age", "patient", "disposition", "minute_of_day", "weekday", "year"):
        frame[column] = np.nan
    found = estimate_visits(frame)
    assert found.modes["medical"].n == 500
    assert found.modes["medical"].share == pytest.approx([0.6, 0.4, 0.0])
    assert any("no arrival says police" in note for note in found.notes)
    base = compose(["study=run"]).scenario.department
    written = department_file("ours", base, found, ()).department().streams["medical"]
    assert (written.ambulance_share, written.police_share) == (0.4, base.streams["medical"].police_share)


def test_the_part_held_out_is_predicted(report: CalibrationReport) -> None:
    """Law: 95 % of days lie inside, so of 45 at least 38 but for a chance of 3e-3; the seed is fixed."""
    assert report.department is not None
    held = report.department.held_out
    assert held is not None
    assert held.daily is not None
    assert held.daily.coverage >= 38 / 45
    assert sum(each.is_inside for each in held.predictions) >= 0.85 * len(held.predictions)
    assert all(score.loss >= score.least - 1e-9 for score in held.quantiles)
    assert all(score.loss_simulated > score.loss for score in held.quantiles), "another department altogether"
    assert "of the department simulated" in " ".join(held.lines())


def test_the_verdict_stands_at_the_head_of_what_is_printed_and_of_the_page(report: CalibrationReport) -> None:
    """The world has one physician and one delay; the default department is another."""
    assert report.department is not None
    verdict = report.department.verdict
    assert not verdict.plays_like_file
    head = f"The calibrated department {verdict.sentence()}."
    assert report.lines()[0] == head
    assert report.lines()[1] == "Still the default's, the 5 that matter most:"
    page = stored_markdown(calibration_answer(report), []).splitlines()
    assert page[2] == f"- **Does it play like the file?**: {head}"
    assert verdict.because[0] in head
    assert " min played, " in head


def test_the_verdict_is_carried_into_every_answer_of_the_department(report: CalibrationReport) -> None:
    assert report.department is not None
    folder = report.path("demand").parents[1]
    chosen = ["demand=known", "department=known", f"configs={folder}", "study.weeks=1", "study.warm_up_weeks=0"]
    calibration = compose(["study=run", *chosen[:3]]).scenario.department.calibration
    assert calibration is not None
    assert (calibration.file, calibration.because) == ("visits.csv", report.department.verdict.because)
    assert len(calibration.still_default) == 5
    answer = compare(["traditional", "peer_added"], *chosen, "study.demand_levels=[1.0]", replications=2, workers=1)
    (line,) = calibration_lines([calibration])
    assert "The department was calibrated on visits.csv and does not play like it, because " in line
    assert in_mind(answer)[0] == line
    assert describe_comparison(answer).finding.lines[0].text == words_of_verdict(calibration)
    shipped = compare(["traditional"], *chosen[3:], "study.demand_levels=[1.0]", replications=1, workers=1)
    assert not [text for text in in_mind(shipped) if "calibrated" in text]


def test_a_second_file_is_scored_beside_what_was_before_and_the_best_possible(report: CalibrationReport) -> None:
    """The same law under another seed: intervals hold as often as they say."""
    assert report.department is not None
    tested = report.department.tested
    assert tested is not None
    assert (tested.fitted, tested.held_out) == ("visits.csv", "later.csv")
    assert tested.n_held_out == len(played(1, weeks=8, seed=9).visits)
    assert tested.daily is not None
    assert tested.daily.crps_best <= tested.daily.crps <= 1.05 * tested.daily.crps_plain
    assert tested.n_inside >= 0.8 * len(tested.predictions), "means of waits that follow each other vary more"
    assert all(score.least <= score.loss and score.loss_simulated is not None for score in tested.quantiles)
    text = "\n".join(tested.lines())
    assert f"{tested.n_inside} of {len(tested.predictions)} numbers lie inside" in text
    assert f"the department calibrated on visits.csv {tested.verdict.sentence()}" in text
    assert "## The second file" in stored_markdown(calibration_answer(report), [])


def test_a_second_file_passes_the_gates_of_the_first(visits_file: Path) -> None:
    first, path = visits_file.parent / "first.csv", visits_file.parent / "no_days.csv"
    text = "".join(visits_file.read_text(encoding="utf-8").splitlines(keepends=True)[:1001])
    first.write_text(text, encoding="utf-8")
    path.write_text(text.replace("2024-", "20x4-"), encoding="utf-8")
    with pytest.raises(VisitsFileError, match=r"study\.test .*no_days\.csv"):
        calibrate(first, MAP, name="no", output=visits_file.parent / "no", base=known_scenario(4), test_file=path)


def test_as_many_intervals_must_hold_as_chance_leaves_of_95_in_100() -> None:
    assert expected_inside(46) == (40, 46)
    assert expected_inside(1) == (0, 1)


@pytest.fixture(scope="module")
def matched(visits_file: Path) -> CalibrationReport:
    """The same world calibrated in one whose physician takes 1.4 and whose delays take 0.7 times as long."""
    wrong = with_factors(known_scenario(WEEKS), {"physician": 1.4, "delays": 0.7})
    output = visits_file.parent / "matched"
    boxes = {"physician": (0.5, 1.2), "delays": (0.7, 2.0)}
    return calibrate(visits_file, MAP, name="matched", output=output, base=wrong, seed=3, matched=boxes)


@pytest.mark.slow
def test_the_nearest_point_is_applied_and_the_department_plays_like_the_file(matched: CalibrationReport) -> None:
    assert matched.department is not None
    region = matched.department.region
    assert region is not None
    factors = region.nearest_values()
    assert factors["physician"] == pytest.approx(1.0 / 1.4, rel=0.1)
    assert factors["delays"] == pytest.approx(1.0 / 0.7, rel=0.1)
    assert matched.department.verdict.plays_like_file, matched.department.verdict.sentence()
    text = matched.path("department").read_text(encoding="utf-8")
    assert f"(physician) x {factors['physician']:.4g}" in text
    department = Department.model_validate(yaml.safe_load(text))
    assessment = department.streams["medical"].pathway[0]
    assert assessment.minutes.mean_of(3) == pytest.approx(1.4 * factors["physician"] * ASSESSMENT_MEAN)
    assert "of what is tolerated" in stored_markdown(calibration_answer(matched), [])


def test_what_is_simulated_is_scored_on_the_part_held_out_beside_what_was_before() -> None:
    rng = np.random.default_rng(2)
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(4000) * 30, unit="m")
    visits = pd.DataFrame(
        {
            "arrival": times,
            "minute_of_day": times.hour * 60.0 + times.minute,
            "weekday": times.day_of_week.astype(float),
            "acuity": 3.0,
            "wait_minutes": rng.exponential(np.r_[np.full(2000, 30.0), np.full(2000, 60.0)]),
            "stay_minutes": np.nan,
            "cluster": None,
            "stream": None,
            "disposition": None,
            "year": 2024.0,
        }
    )
    seen: list[int] = []

    def as_the_second_half(part: pd.DataFrame) -> list[pd.DataFrame]:
        seen.append(len(part))
        waits = rng.exponential(60.0, 2016)
        played = {"acuity": 3.0, "wait_minutes": waits, "stay_minutes": np.nan, "stream": "medical"}
        return [pd.DataFrame(played | {"disposition": "discharge"})]

    held = hold_out(visits, 0.5, as_the_second_half, weeks=6)
    (score,) = held.quantiles
    assert seen == [2016], "whole days, and none of those held out"
    assert score.loss_simulated is not None
    assert score.least <= score.loss_simulated < 1.02 * score.least < 1.1 * score.least < score.loss
    assert held.verdict is not None
    assert held.verdict.plays_like_file, held.verdict.sentence()
    assert hold_out(visits, 0.5).quantiles[0].loss_simulated is None
    assert hold_out(visits, 0.5, lambda _: None).quantiles[0].simulated is None


def test_the_report_shows_fit_prediction_and_limits_with_every_figure(
    report: CalibrationReport, tmp_path: Path
) -> None:
    assert report.department is not None
    names = list(figures_known(report.department))
    assert names == ["arrivals", "durations", "quantiles", "behaviour", "held_out"]
    figures = draw_calibration(report, tmp_path / "figures", ("png", "svg"))
    assert [path.name for path in figures if path.suffix == ".png"] == [f"known_{name}.png" for name in names]
    drawn = [path for path in figures if path.suffix == ".png"]
    answer = calibration_answer(report, list(pictures_drawn(drawn, "known")))
    assert StoredAnswer.model_validate_json(answer_text(answer)) == answer
    assert [picture.name for picture in answer.pictures] == names
    assert {sheet.name for sheet in calibration_sheets(report)} == {"estimates", "quality", "exclusions", "verdict"}
    text = stored_markdown(answer, [])
    for part in ("## Waits and stays", "| family | AIC |", "## The department", "## The part held out", "CRPS"):
        assert part in text
    assert "figures/known_behaviour.png" in text


@pytest.mark.slow
def test_a_calibrated_world_has_the_waits_it_was_made_of(visits_file: Path) -> None:
    """The staffing and service times are the true ones; two runs of one world differ by chance: 25 % of a mean wait."""
    world = known_scenario(WEEKS)
    output = visits_file.parent / "again"
    report = calibrate(visits_file, MAP, name="again", output=output, base=world, seed=4, hold_out_share=0.25)
    assert report.department is not None
    held = report.department.held_out
    assert held is not None
    for score in held.quantiles:
        assert score.loss_simulated == pytest.approx(score.loss, rel=0.1), f"{score.quantity} of level {score.level}"
    for level in (3, 4):
        observed, simulated = (
            table.loc[table["acuity"] == level, "wait_minutes"].mean()
            for table in (report.department.visits, report.department.simulated)
        )
        assert simulated == pytest.approx(observed, rel=0.25)


@pytest.fixture(scope="module")
def nhamcs() -> pd.DataFrame:
    """The shipped visits of a survey, of three years without dates."""
    return read_visits(NHAMCS, load_column_map(ROOT / "configs" / "visits" / "nhamcs.yaml")).frame


def test_the_hours_of_2014_are_predicted_from_2012_and_2013_within_half_a_percentage_point(
    nhamcs: pd.DataFrame,
) -> None:
    held = hold_out(nhamcs, 1 / 3)
    assert (held.fitted, held.held_out) == ("2012 to 2013", "2014")
    hours = [row for row in held.predictions if row.quantity == "hour_of_day_share"]
    predicted, observed = (np.array([getattr(row, name) for row in hours]) for name in ("predicted", "observed"))
    assert np.abs(predicted - observed).max() <= 0.005
    assert held.daily is None, "no dates"


def test_a_model_that_knows_weekdays_scores_better_than_saying_every_day_the_same(tmp_path: Path) -> None:
    """Saturdays and Sundays have a third of the visits of other days: a gain no seed takes away."""
    rng = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", periods=20 * 7, freq="D")
    counts = rng.poisson(np.where(days.day_of_week < 5, 90, 30))
    times = np.repeat(days, counts) + pd.to_timedelta(rng.integers(0, 1440, counts.sum()), unit="m")
    path = tmp_path / "visits.csv"
    pd.DataFrame({"arrival": times.strftime("%Y-%m-%d %H:%M")}).to_csv(path, index=False)
    only_arrivals = ColumnMap.model_validate({"arrival": {"kind": "timestamp", "column": "arrival"}})
    daily = hold_out(read_visits(path, only_arrivals).frame, 0.3).daily
    assert daily is not None
    assert daily.observed.size == 42
    assert daily.crps < 0.4 * daily.crps_plain
    assert daily.log_score < daily.log_score_plain - 0.5


def test_a_file_without_a_second_year_or_dates_has_nothing_to_hold_out(nhamcs: pd.DataFrame) -> None:
    with pytest.raises(NothingToHoldOut, match="neither dates nor two years"):
        split_by_time(nhamcs[nhamcs["year"] == 2013], 0.3)
    with pytest.raises(NothingToHoldOut, match="between 0 and 1"):
        split_by_time(nhamcs, 1.0)


def test_a_role_without_minutes_cannot_be_matched_and_nothing_is_written(visits_file: Path) -> None:
    output = visits_file.parent / "unmatched"
    with pytest.raises(
        VisitsFileError, match=r"study\.match: 'surgeon' cannot be matched; choose of physician, delays, patience"
    ):
        calibrate(visits_file, MAP, name="no", output=output, base=known_scenario(4), matched={"surgeon": (0.5, 2.0)})
    assert not output.exists()
