"""Survey weights are used in every estimate of a file without dates, or refused: checked by another calculation."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from sim.calibration.calibrate import calibrate
from sim.calibration.estimators.demand_by_stream import estimate_week
from sim.calibration.estimators.shares import estimate_shares
from sim.calibration.estimators.survey_weights import REPORTED_CHANCES, with_usable_weights
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits
from sim.calibration.holdout import NothingToHoldOut, hold_out
from sim.calibration.writing.demand_file import DemandFile, VisitsSource, demand_of_week
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.config import compose
from sim.report.calibration_report import calibration_answer
from sim.report.stored_answer import stored_markdown
from sim.statistics.weighted import quantile_errors, weighted_mean, weighted_quantile
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import read_visits
from tests.layouts import load_column_map

ROOT = Path(__file__).resolve().parents[1]
LEVELS = {str(level): level for level in range(1, 6)}
SURVEY = {
    "arrival": {
        "kind": "parts", "time": "time", "weekday": {"column": "day", "first_code": 1, "first_day": "monday"},
        "year": "year",
    },
    "cluster": ["hospital"],
    "acuity": {"column": "acuity", "recode": LEVELS},
    "stream": "stream",
    "disposition": "end",
    "age": "age",
    "wait_minutes": "wait",
    "step_minutes": {"imaging": "imaging"},
    "weight": "weight",
}  # fmt: skip
MAP = ColumnMap.model_validate(SURVEY)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    """Forty hospitals that differ, each with weights of its own; whoever weighs more comes later and waits longer."""
    rng = np.random.default_rng(1)
    n, hospital = 3000, np.sort(rng.integers(0, 40, 3000))
    weight = np.round(np.exp(rng.normal(0, 0.6, 40))[hospital] * rng.uniform(0.5, 1.5, n) * 1000, 3)
    heavy = weight > np.median(weight)
    minute = (rng.beta(2 + 2 * heavy, 2, n) * 1439).astype(int)
    return pd.DataFrame(
        {
            "hospital": hospital,
            "weight": weight,
            "time": [f"{at // 60:02d}{at % 60:02d}" for at in minute],
            "day": rng.integers(1, 8, n),
            "year": 2019 + np.arange(n) % 2,
            "acuity": rng.choice([2, 3, 4], n, p=[0.2, 0.5, 0.3]),
            "stream": np.where(rng.random(n) < 0.25 + 0.1 * heavy, "mental_health", "medical"),
            "end": np.where(rng.random(n) < 0.1 + 0.2 * heavy, "admission", "discharge"),
            "age": rng.integers(0, 18, n),
            "wait": np.round(rng.gamma(2.0, 20.0 + 20.0 * heavy), 2),
            "imaging": np.where(rng.random(n) < 0.3, np.round(rng.gamma(3.0, 10.0 + 5.0 * heavy), 2), np.nan),
        }
    )


@dataclass(frozen=True)
class Made:
    """What is estimated and written of the survey, not played."""

    found: VisitEstimates
    demand: DemandFile
    department: DepartmentFile


@pytest.fixture(scope="module")
def made(survey: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("survey") / "survey.csv"
    survey.to_csv(path, index=False)
    read, base = read_visits(path, MAP), compose(["study=run"]).scenario
    frame, weights = with_usable_weights(read.frame)
    found = estimate_visits(frame)
    source = VisitsSource("ours", path, MAP, read.quality, False, weights)
    demand = demand_of_week(source, estimate_week(frame), found, base.demand)
    return Made(found, demand, department_file("ours", base.department, found))


# --- another calculation: plain loops over hospitals ---


def by_hand(is_in: np.ndarray, weight: np.ndarray, hospital: np.ndarray) -> tuple[float, float]:
    """A weighted share, or mean, and its linearised error: totals of each hospital, their spread about zero."""
    share = sum(w * x for w, x in zip(weight, is_in, strict=True)) / sum(weight)
    totals = []
    for each in sorted(set(hospital)):
        mine = hospital == each
        totals.append(sum(w * (x - share) for w, x in zip(weight[mine], is_in[mine], strict=True)) / sum(weight))
    g = len(totals)
    return share, (g / (g - 1) * sum(total**2 for total in totals)) ** 0.5


def quantile_by_hand(values: np.ndarray, weight: np.ndarray, chance: float) -> float:
    """The least value with that share of the weight at or below it."""
    return min(x for x in set(values) if weight[values <= x].sum() / weight.sum() >= chance - 1e-12)


def row(demand: DemandFile, quantity: str, level: str = "") -> Iterator[tuple[float, float]]:
    """The value and the error of each row of the table of estimates."""
    for each in demand.estimates:
        if each.quantity == quantity and each.level == level:
            assert each.standard_error is not None
            yield each.estimate, each.standard_error


def test_shares_have_the_value_and_the_error_of_plain_loops(survey: pd.DataFrame, made: Made) -> None:
    for stream, mine in survey.groupby("stream"):
        args = mine["weight"].to_numpy(), mine["hospital"].to_numpy()
        for day, found in enumerate(row(made.demand, f"weekday_index {stream}"), 1):
            share, error = by_hand((mine["day"] == day).to_numpy(float), *args)
            assert found == pytest.approx((7 * share, 7 * error))
        for level in (2, 3, 4):
            (found,) = row(made.demand, f"acuity_share {stream}", str(level))
            assert found == pytest.approx(by_hand((mine["acuity"] == level).to_numpy(float), *args))
            at_level = mine[mine["acuity"] == level]
            (found,) = row(made.demand, f"admission_share {stream}", str(level))
            is_in = (at_level["end"] == "admission").to_numpy(float)
            told = by_hand(is_in, at_level["weight"].to_numpy(), at_level["hospital"].to_numpy())
            assert found == pytest.approx(told)
        ages = np.digitize(mine["age"], (6, 12))
        for group, found in enumerate(row(made.demand, f"age_share {stream}")):
            assert found == pytest.approx(by_hand((ages == group).astype(float), *args))
    hours = survey["time"].str[:2].astype(int)
    for hour, found in enumerate(row(made.demand, "hour_of_day_share")):
        is_in = (hours == hour).to_numpy(float)
        if is_in.any():
            told = by_hand(is_in, survey["weight"].to_numpy(), survey["hospital"].to_numpy())
            assert found == pytest.approx(told)


def test_the_part_of_mental_health_is_weighted_and_written(survey: pd.DataFrame, made: Made) -> None:
    is_mental = (survey["stream"] == "mental_health").to_numpy(float)
    share, _ = by_hand(is_mental, survey["weight"].to_numpy(), survey["hospital"].to_numpy())
    demand = yaml.safe_load(made.demand.yaml_text())
    assert demand["mental_health_share"] == pytest.approx(share, abs=1e-7)
    assert abs(share - is_mental.mean()) > 0.005, "the weights make a difference"
    assert "visits_per_year" not in demand, "a survey of weekdays tells no volume"


def test_waits_have_weighted_means_and_quantiles_with_errors(survey: pd.DataFrame, made: Made) -> None:
    for level in (2, 3, 4):
        mine = survey[survey["acuity"] == level]
        values, weight, hospital = (mine[name].to_numpy() for name in ("wait", "weight", "hospital"))
        (found,) = row(made.demand, "wait mean", str(level))
        assert found == pytest.approx(by_hand(values, weight, hospital))
        for chance in REPORTED_CHANCES:
            (found,) = row(made.demand, f"wait quantile {chance:g}", str(level))
            middle = quantile_by_hand(values, weight, chance)
            below, error = by_hand((values <= middle).astype(float), weight, hospital)
            ends = [quantile_by_hand(values, weight, chance + side * 1.959964 * error) for side in (-1, 1)]
            assert below >= chance
            assert found == pytest.approx((middle, (ends[1] - ends[0]) / (2 * 1.959964)))


def test_minutes_of_steps_are_weighted_quantiles(survey: pd.DataFrame, made: Made) -> None:
    for stream, mine in survey[survey["imaging"].notna()].groupby("stream"):
        found = made.found.steps[str(stream), "imaging"]
        for group, level in enumerate(found.levels):
            at_level = mine[mine["acuity"] == level]
            values, weight = at_level["imaging"].to_numpy(), at_level["weight"].to_numpy()
            told = np.quantile(values, found.choice.at, weights=weight, method="inverted_cdf")
            assert found.choice.table[group] == pytest.approx(told)
            assert found.means()[group] == pytest.approx(np.average(values, weights=weight), rel=0.02)
            assert found.distances()[group] < 0.03
    medical = made.found.steps["medical", "imaging"]
    pathway = made.department.department().streams["medical"].pathway
    (written,) = (step.minutes for step in pathway if step.name == "imaging")
    assert written.family == "empirical"
    assert written.quantiles_of(medical.levels[0]) == pytest.approx(medical.choice.table[0], rel=1e-5)
    assert "no family is fitted to weighted minutes" in made.department.yaml_text()


def test_what_has_no_weighted_estimate_is_left_out_and_said(made: Made) -> None:
    for each in (made.found.rates, made.found.patience, made.found.returns, made.found.waits, made.found.stays):
        assert not each
    text = "\n".join(made.demand.about)
    assert "Survey weights are used in every share, mean and quantile; rates, patience, returns and families" in text
    assert [each.line() for each in made.found.minutes if each.line().startswith("wait_minutes level 3: mean")]


@pytest.mark.slow
def test_the_report_of_a_weighted_file_has_its_weighted_waits_and_no_others(
    survey: pd.DataFrame, tmp_path: Path
) -> None:
    survey.to_csv(tmp_path / "survey.csv", index=False)
    base = compose(["study=run"]).scenario
    report = calibrate(tmp_path / "survey.csv", MAP, name="ours", output=tmp_path, base=base, hold_out_share=0.5)
    for text in ("\n".join(report.lines()), stored_markdown(calibration_answer(report), [])):
        assert "wait_minutes level 3: mean" in text
        assert "gamma fits" not in text
    assert "nothing was held out: visits have survey weights" in "\n".join(report.lines())


def test_equal_weights_change_no_share_and_a_weight_of_two_is_two_visits() -> None:
    rng = np.random.default_rng(2)
    category, cluster = rng.integers(0, 3, 400), rng.integers(0, 20, 400)
    plain = estimate_shares(category, 3, cluster=cluster)
    for equal in (1.0, 730.5):
        found = estimate_shares(category, 3, weight=np.full(400, equal), cluster=cluster)
        assert found.standard_error == pytest.approx(plain.standard_error)
    twice = 1 + rng.integers(0, 2, 400)
    repeated = np.repeat(np.arange(400), twice)
    values, weight = rng.gamma(2.0, 10.0, 400), twice.astype(float)
    again = estimate_shares(category[repeated], 3, cluster=cluster[repeated])
    found = estimate_shares(category, 3, weight=weight, cluster=cluster)
    assert (found.share, found.standard_error) == (pytest.approx(again.share), pytest.approx(again.standard_error))
    of_repeated = weighted_mean(values[repeated], np.ones(repeated.size), cluster[repeated])
    assert weighted_mean(values, weight, cluster) == pytest.approx(of_repeated)
    assert weighted_quantile(values, weight, [0.25, 0.5]) == pytest.approx(
        np.quantile(values[repeated], [0.25, 0.5], method="inverted_cdf")
    )


def test_the_error_of_a_median_is_that_of_drawing_the_hospitals_anew() -> None:
    """Woodruff's of 200 clusters beside a bootstrap of 400 draws: within a fifth."""
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(200), 10)
    values = rng.gamma(2.0, 20.0, 2000) * np.exp(rng.normal(0, 0.4, 200))[cluster]
    weight = rng.uniform(0.5, 2.0, 2000)
    drawn = []
    for _ in range(400):
        rows = (10 * rng.integers(0, 200, 200)[:, None] + np.arange(10)).ravel()
        drawn.append(weighted_quantile(values[rows], weight[rows], [0.5])[0])
    assert quantile_errors(values, weight, [0.5], cluster)[0] == pytest.approx(np.std(drawn), rel=0.2)


# --- refused ---


def test_weights_are_refused_with_dates_matching_and_fitted_families(survey: pd.DataFrame, tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=60, freq="D").strftime("%Y-%m-%d")
    survey.assign(date=days[np.arange(len(survey)) % 60]).to_csv(tmp_path / "dated.csv", index=False)
    dated = ColumnMap.model_validate(SURVEY | {"arrival": {"kind": "parts", "time": "time", "date": "date"}})
    base = compose(["study=run"]).scenario
    options = {"base": base, "matched": ("physician",), "if_none_fits": "nearest"}
    with pytest.raises(VisitsFileError) as raised:
        calibrate(tmp_path / "dated.csv", dated, name="no", output=tmp_path / "out", **options)  # type: ignore[arg-type]
    text = "\n".join(raised.value.lines)
    assert "weight: survey weights are not used with dated arrivals" in text
    assert "leave `weight` out of the map" in text
    assert "study.match: means that are matched have no survey weights" in text
    assert "study.if_none_fits: no family is fitted to weighted minutes" in text
    assert not (tmp_path / "out").exists()


def test_visits_without_a_weight_are_left_out_and_counted(survey: pd.DataFrame, tmp_path: Path) -> None:
    some = survey.assign(weight=survey["weight"].where(np.arange(len(survey)) % 100 > 0).map("{:.3f}".format))
    some.loc[some["weight"] == "nan", "weight"] = ""
    some.to_csv(tmp_path / "some.csv", index=False)
    report = calibrate(tmp_path / "some.csv", MAP, name="some", output=tmp_path)
    assert "30 visits without a weight over 0 are left out of every estimate." in "\n".join(report.lines())
    kept = survey[np.arange(len(survey)) % 100 > 0]
    (found,) = row(report.demand, "acuity_share medical", "3")
    mine = kept[kept["stream"] == "medical"]
    is_in = (mine["acuity"] == 3).to_numpy(float)
    assert found == pytest.approx(by_hand(is_in, mine["weight"].to_numpy(), mine["hospital"].to_numpy()))


def test_a_part_of_a_weighted_file_is_not_held_out(survey: pd.DataFrame) -> None:
    with pytest.raises(NothingToHoldOut, match="visits have survey weights"):
        hold_out(survey.assign(arrival=pd.NaT), 0.5)


def test_the_map_of_the_survey_says_that_its_weights_are_used() -> None:
    shipped = load_column_map(ROOT / "configs" / "visits" / "nhamcs_2016.yaml")
    assert shipped.weight == "PATWT"
    assert not [note for note in shipped.notes if "not used" in note]
    assert [note for note in shipped.notes if "hospital-years, not the survey's strata" in note]
