"""Demand estimated from a visits file: exact where arithmetic is exact, honest about error, all or nothing."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from sim.calibration.calibrate import calibrate
from sim.calibration.estimators.shares import (
    dispersion,
    estimate_demand,
    estimate_shares,
    hours_covered,
    rake_to_blocks,
    round_to_total,
)
from sim.calibration.writing.demand_file import PUBLISHED_BLOCKS
from sim.config.composition import compose
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import read_visits
from tests.layouts import load_column_map

ROOT = Path(__file__).resolve().parents[1]
NHAMCS = ROOT / "sim" / "data" / "nhamcs"
NHAMCS_MAP = load_column_map(ROOT / "configs" / "visits" / "nhamcs.yaml")
NHAMCS_DEMAND = ROOT / "configs" / "demand" / "nhamcs.yaml"
ARRIVAL = {"kind": "timestamp", "column": "t"}
TIMES = ColumnMap.model_validate({"arrival": ARRIVAL, "acuity": {"column": "a", "recode": {"3": 3}}})


def arrivals_file(folder: Path, times: pd.DatetimeIndex) -> Path:
    path = folder / "arrivals.csv"
    pd.DataFrame({"t": times.strftime("%Y-%m-%d %H:%M"), "a": "3"}).to_csv(path, index=False)
    return path


def hourly(start: str, n_hours: int) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=n_hours, freq="h")


# --- shares and their errors ---


def test_independent_visits_have_the_multinomial_error() -> None:
    found = estimate_shares(np.array([0, 0, 0, 1, 2, 2]), 4)
    assert found.share == pytest.approx([3 / 6, 1 / 6, 2 / 6, 0])
    p = found.share[:3]
    assert found.standard_error[:3] == pytest.approx(np.sqrt(p * (1 - p) / 6))


def test_none_of_many_has_an_error_and_an_interval() -> None:
    """Agresti & Coull's error, and Wilson's interval: of 0 of n from 0 to z^2 / (n + z^2)."""
    found, z2 = estimate_shares(np.zeros(40, dtype=np.int64), 2), 1.959964**2
    p = 0.5 * z2 / (40 + z2)
    assert found.share.tolist() == [1.0, 0.0]
    assert found.standard_error == pytest.approx(np.sqrt(p * (1 - p) / (40 + z2)))
    low, high = found.interval()
    assert low == pytest.approx([40 / (40 + z2), 0.0], abs=1e-6)
    assert high == pytest.approx([1.0, z2 / (40 + z2)], abs=1e-6)


def test_none_of_a_few_clusters_says_less_than_none_of_as_many_independent_visits() -> None:
    none, cluster = np.zeros(400, dtype=np.int64), np.repeat(np.arange(8), 50)
    alone = estimate_shares(none, 2, cluster=cluster)
    assert alone.n_effective == 8
    assert alone.interval()[1][1] == pytest.approx(estimate_shares(none[:8], 2).interval()[1][1])
    # Clusters that are all alike in the shares they have make each of them one visit.
    alike = estimate_shares(cluster % 2, 3, cluster=cluster)
    assert alike.n_effective == pytest.approx(7.0)
    kish = estimate_shares(none, 2, weight=np.repeat([1.0, 3.0], 200))
    assert kish.n_effective == pytest.approx(400 * 0.8)


def test_wilson_holds_what_it_promises_near_zero() -> None:
    """Law: exact coverage of a true share of 0.01 by Wilson's interval of 200 visits is over 0.93."""
    chances = stats.binom.pmf(np.arange(20), 200, 0.01)
    covered = 0.0
    for came, chance in enumerate(chances):
        low, high = estimate_shares(np.r_[np.ones(came), np.zeros(200 - came)].astype(np.int64), 2).interval()
        covered += chance * (low[1] <= 0.01 <= high[1])
    assert covered > 0.93


def test_visits_recorded_five_times_over_are_no_more_information_when_clustered() -> None:
    once = np.array([0, 0, 1, 2, 2, 2, 1, 0, 2, 2])
    visit = np.arange(len(once))
    copies = estimate_shares(np.repeat(once, 5), 3, cluster=np.repeat(visit, 5))
    single = estimate_shares(once, 3)
    assert copies.standard_error == pytest.approx(single.standard_error * np.sqrt(10 / 9))


def test_the_clustered_error_agrees_with_leaving_out_one_cluster_at_a_time() -> None:
    """Jackknife of a ratio, 60 clusters of unequal size: the two first-order formulas agree to 5 %."""
    rng = np.random.default_rng(11)
    cluster = np.repeat(np.arange(60), rng.integers(20, 60, size=60))
    lean = rng.uniform(0.2, 0.8, size=60)[cluster]
    category = (rng.random(len(cluster)) < lean).astype(np.int64)
    left_out = np.array([(category[cluster != g] == 1).mean() for g in range(60)])
    jackknife = np.sqrt(59 / 60 * ((left_out - left_out.mean()) ** 2).sum())
    found = estimate_shares(category, 2, cluster=cluster).standard_error[1]
    assert found == pytest.approx(jackknife, rel=0.05)
    assert found > 2 * estimate_shares(category, 2).standard_error[1]


def test_weights_correct_for_hours_the_file_covers_more_often(tmp_path: Path) -> None:
    """One visit an hour for 17 days from a Wednesday noon: every hour of the week is equally busy."""
    frame = read_visits(arrivals_file(tmp_path, hourly("2024-01-03 12:00", 17 * 24)), TIMES).frame
    found = estimate_demand(frame)
    assert found.hour_of_week.share == pytest.approx(np.full(168, 1 / 168))
    assert found.weekday.share == pytest.approx(np.full(7, 1 / 7))


def test_hours_covered_counts_clock_hours_from_first_to_last_arrival() -> None:
    covered = hours_covered(np.array([5, 168 + 4]))
    assert covered.sum() == 168
    assert set(covered) == {1}
    assert hours_covered(np.array([5, 168 + 5]))[5] == 2


def test_counts_give_the_profile_by_weekday_and_hour(tmp_path: Path) -> None:
    """Two whole weeks, one visit an hour, and three more every Monday at 10."""
    extra = pd.DatetimeIndex(["2024-01-01 10:30", "2024-01-08 10:45"] * 3)
    frame = read_visits(arrivals_file(tmp_path, hourly("2024-01-01", 336).append(extra)), TIMES).frame
    found = estimate_demand(frame)
    assert found.hour_of_week.share[10] == pytest.approx(4 / 171)
    assert found.hour_by_weekday[0].share[10] == pytest.approx(4 / 27)
    assert found.hour_by_weekday[1].share == pytest.approx(np.full(24, 1 / 24))
    assert 7 * found.weekday.share == pytest.approx([7 * 27 / 171, *[7 * 24 / 171] * 6])
    assert found.acuity is not None
    assert list(found.acuity.share) == [0, 0, 1, 0, 0]


# --- dispersion ---


def poisson_slots(seed: int, *, copies: int) -> np.ndarray:
    """Poisson arrivals over 20 weeks at 1 to 6 an hour, each recorded `copies` times."""
    rng = np.random.default_rng(seed)
    rate = np.tile(1 + 5 * np.abs(np.sin(np.arange(168))), 20)
    return np.repeat(np.arange(len(rate)), copies * rng.poisson(rate))


def test_poisson_arrivals_have_dispersion_one() -> None:
    """Law: index of mean 1, SD sqrt(2/df), df about 19 x 168. One seed, |z| < 4: false alarm under 1 in 10,000."""
    found = dispersion(poisson_slots(3, copies=1))
    assert found is not None
    assert 19 * 168 - 5 <= found.degrees <= 19 * 168  # the first and last hours may be empty
    assert abs(found.index - 1) / np.sqrt(2 / found.degrees) < 4
    assert found.n_uneven < 168 * 0.05 + 4 * np.sqrt(168 * 0.05 * 0.95)


def test_arrivals_in_pairs_have_twice_the_dispersion_and_are_found_out() -> None:
    single, paired = dispersion(poisson_slots(3, copies=1)), dispersion(poisson_slots(3, copies=2))
    assert single is not None
    assert paired is not None
    assert paired.index == pytest.approx(2 * single.index)
    assert paired.p_value < 1e-6


def test_under_two_weeks_there_is_no_dispersion_to_test() -> None:
    assert dispersion(np.arange(335)) is None
    assert dispersion(np.arange(336)) is not None


# --- raking and rounding ---


def test_raking_meets_the_blocks_keeps_the_days_and_the_shape_within_a_block() -> None:
    profile = np.random.default_rng(5).dirichlet(np.full(168, 8.0)).reshape(7, 24)
    raked = rake_to_blocks(profile, np.array(PUBLISHED_BLOCKS))
    assert raked.reshape(7, 3, 8).sum(axis=(0, 2)) == pytest.approx(PUBLISHED_BLOCKS, abs=1e-12)
    assert raked.sum(axis=1) == pytest.approx(profile.sum(axis=1), abs=1e-12)
    factor = (raked / profile).reshape(7, 3, 8)
    assert factor == pytest.approx(np.broadcast_to(factor[:, :, :1], factor.shape))


def test_a_profile_that_holds_the_blocks_already_is_left_as_it_is() -> None:
    profile = np.full((7, 24), 1 / 168)
    assert rake_to_blocks(profile, np.full(3, 1 / 3)) == pytest.approx(profile)


def test_a_block_without_visits_cannot_be_raked() -> None:
    profile = np.full((7, 24), 1.0)
    profile[:, :8] = 0
    with pytest.raises(ValueError, match="leave raking off"):
        rake_to_blocks(profile, np.array(PUBLISHED_BLOCKS))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("total", [1, 7])
def test_rounded_shares_sum_to_their_total_and_move_less_than_one_last_digit(seed: int, total: int) -> None:
    values = np.random.default_rng(seed).dirichlet(np.ones(24)) * total
    rounded = round_to_total(values, total)
    assert sum(round(value * 100_000) for value in rounded) == total * 100_000
    assert sum(rounded) == pytest.approx(total, abs=1e-9)
    assert np.abs(np.array(rounded) - values).max() < 1e-5


# --- the command's work ---


def test_the_shipped_nhamcs_demand_is_made_from_the_shipped_visits(tmp_path: Path) -> None:
    report = calibrate(NHAMCS / "visits.csv.gz", NHAMCS_MAP, name="nhamcs", output=tmp_path, rake=True)
    assert report.path("demand").read_bytes() == NHAMCS_DEMAND.read_bytes()
    made, shipped = pd.read_csv(report.path("estimates")), pd.read_csv(NHAMCS / "estimates.csv")
    pd.testing.assert_frame_equal(made, shipped, rtol=0, atol=2e-6)


def test_the_shipped_visits_have_the_published_facts_of_their_readme() -> None:
    """Counts read from the survey extract with the csv module alone."""
    frame = read_visits(NHAMCS / "visits.csv.gz", NHAMCS_MAP).frame
    assert (len(frame), frame["cluster"].nunique()) == (64_988, 871)
    assert frame["acuity"].value_counts().sort_index().tolist() == [485, 5002, 23043, 17372, 3317]
    assert frame["weekday"].value_counts().sort_index().tolist() == [10375, 9561, 9220, 9168, 8876, 8788, 9000]


def test_the_shipped_demand_holds_shares_and_meets_the_published_blocks() -> None:
    demand = yaml.safe_load(NHAMCS_DEMAND.read_text(encoding="utf-8"))
    assert set(demand) == {"defaults", "name", "hour_shares", "weekday_index", "acuity_mix"}
    hours, index = np.array(demand["hour_shares"]), np.array(demand["weekday_index"]["medical"])
    assert hours.shape == (7, 24)
    assert hours.sum(axis=1) == pytest.approx(np.ones(7), abs=1e-9)
    assert index.mean() == pytest.approx(1, abs=1e-9)
    assert sum(demand["acuity_mix"]["medical"]) == pytest.approx(1, abs=1e-9)
    blocks = (hours * index[:, None] / 7).reshape(7, 3, 8).sum(axis=(0, 2))
    assert blocks == pytest.approx(PUBLISHED_BLOCKS, abs=5e-5)


def test_every_line_with_a_number_in_the_shipped_demand_names_its_register_row() -> None:
    lines = NHAMCS_DEMAND.read_text(encoding="utf-8").splitlines()
    numbered = [line for line in lines if re.search(r"\d", line.split("#")[0])]
    assert len(numbered) == 9
    assert [line for line in numbered if not re.search(r"# DAT0[123]\b", line)] == []


def test_the_table_of_estimates_gives_every_share_its_error_and_sample() -> None:
    with (NHAMCS / "estimates.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    counts = pd.Series([row["quantity"] for row in rows]).value_counts().to_dict()
    assert counts == {
        "hour_share": 168, "hour_of_week_share": 168, "hour_of_day_share": 24, "weekday_index": 7,
        "acuity_share": 5, "block_share": 3,
    }  # fmt: skip
    assert all(float(row["standard_error"]) > 0 and int(row["n"]) > 8000 for row in rows)


def test_a_file_with_dates_reports_its_dispersion_and_keeps_the_default_mix_without_levels(tmp_path: Path) -> None:
    path = arrivals_file(tmp_path, hourly("2024-01-01", 336))
    unlevelled = ColumnMap.model_validate({"arrival": ARRIVAL})
    report = calibrate(path, unlevelled, name="even", output=tmp_path)
    text = "\n".join(report.lines())
    assert "Dispersion of hourly counts given the hour of the week: 0.00" in text
    assert "the mix stays the default's" in text
    assert "acuity_mix" not in yaml.safe_load(report.path("demand").read_text(encoding="utf-8"))
    assert "# arrivals.csv; Monday, n = 48" in report.path("demand").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["default", "My Name", "../x", ""])
def test_a_name_that_cannot_be_used_is_refused_before_the_file_is_read(tmp_path: Path, name: str) -> None:
    """With all else that is wrong whatever the file holds."""
    base = compose(["study=run"]).scenario
    steps = TIMES.model_copy(update={"step_minutes": {"imagin": "m"}})
    with pytest.raises(VisitsFileError) as raised:
        calibrate(
            tmp_path / "none.csv", steps, name=name, output=tmp_path / "out", base=base, matched={"barber": (0.5, 2.0)}
        )
    name_wrong, role_wrong, step_wrong = raised.value.lines
    assert name_wrong.startswith("name: ")
    assert "'barber' cannot be matched" in role_wrong
    assert "did you mean" in step_wrong
    assert not (tmp_path / "out").exists()


def test_a_file_of_impossible_times_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("t,a\n2024-01-01 25:70,3\n2024-01-01 12:00,8\n", encoding="utf-8")
    with pytest.raises(VisitsFileError, match=r"25:70") as raised:
        calibrate(path, TIMES, name="bad", output=tmp_path / "out")
    assert "unknown code of acuity" in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_raked_writes_nothing(tmp_path: Path) -> None:
    times = hourly("2024-01-01", 336)
    path = arrivals_file(tmp_path, times[times.hour >= 8].append(times[:1]).append(times[-1:]))
    calibrate(path, TIMES, name="days", output=tmp_path / "plain")
    night_free = arrivals_file(tmp_path, times[times.hour >= 8].append(times[-1:]))
    night_free_map = TIMES.model_copy(update={"waive": ("empty_hours",)})
    with pytest.raises(VisitsFileError, match="leave raking off"):
        calibrate(night_free, night_free_map, name="days", output=tmp_path / "raked", rake=True)
    assert not (tmp_path / "raked").exists()


def test_a_gap_of_days_is_reported_and_a_mistyped_year_is_a_fault_of_its_row(tmp_path: Path) -> None:
    weeks = hourly("2024-01-01", 21 * 24)
    gap = arrivals_file(tmp_path, weeks[weeks.day != 10])
    text = calibrate(gap, TIMES, name="gap", output=tmp_path).path("demand").read_text(encoding="utf-8")
    assert "Days without any visit, counted as really empty: 1." in text
    mistyped = arrivals_file(tmp_path, weeks.append(pd.DatetimeIndex(["2042-01-01 10:00"])))
    report = calibrate(mistyped, TIMES, name="mistyped", output=tmp_path)
    assert "2042" in report.path("exclusions").read_text(encoding="utf-8")
    assert "Days without any visit" not in report.path("demand").read_text(encoding="utf-8")


def test_a_small_department_has_days_without_a_visit_which_are_counted_and_not_refused(tmp_path: Path) -> None:
    """More than half of the days of this real log are empty, but no gap is longer than its visits, one a day, leave."""
    path = Path(__file__).parent / "fixtures" / "bupar_patients.csv"
    bupar = load_column_map(ROOT / "configs" / "visits" / "bupar.yaml")
    report = calibrate(path, bupar, name="small", output=tmp_path)
    text = report.path("demand").read_text(encoding="utf-8")
    assert "Days without any visit, counted as really empty: 23." in text
    assert any("23 of the 41 days" in problem.kind for problem in report.quality.findings)
    alone = compose(["study=run", "demand.mental_health_share=0"]).scenario
    assert calibrate(path, bupar, name="whole", output=tmp_path / "whole", base=alone).department is not None


def test_visits_too_few_for_a_department_are_refused_as_shifted_dates(tmp_path: Path) -> None:
    days = pd.date_range("2000-01-01", "2039-12-31", freq="71D") + pd.Timedelta(hours=10)
    with pytest.raises(VisitsFileError, match="have no visit; dates look mistyped or shifted"):
        calibrate(arrivals_file(tmp_path, days), TIMES, name="shifted", output=tmp_path)


def test_a_column_map_without_arrival_and_acuity_cannot_give_demand() -> None:
    path = Path(__file__).parent / "fixtures" / "visits_decimal_comma.csv"
    ktas = load_column_map(ROOT / "configs" / "visits" / "ktas.yaml").model_copy(update={"acuity": None})
    with pytest.raises(VisitsFileError) as raised:
        calibrate(path, ktas, name="ktas", output=Path("no"))
    assert [line for line in raised.value.lines if "no `arrival` and no usable acuity" in line]
    assert [line for line in raised.value.lines if "over 2 days" in line]


def test_hours_without_weekdays_can_be_raked_too(tmp_path: Path) -> None:
    path = arrivals_file(tmp_path, hourly("2024-01-01", 336))
    shifted = TIMES.model_copy(update={"calendar": "shifted"})
    report = calibrate(path, shifted, name="shifted", output=tmp_path, rake=True)
    demand = yaml.safe_load(report.path("demand").read_text(encoding="utf-8"))
    assert demand.keys() == {"defaults", "name", "hour_shares", "acuity_mix"}
    blocks = np.array(demand["hour_shares"]).reshape(7, 3, 8).sum(axis=2)
    assert blocks == pytest.approx(np.tile(PUBLISHED_BLOCKS, (7, 1)), abs=1e-4)
    assert "Hours raked to 0.126 0.438 0.436" in report.path("demand").read_text(encoding="utf-8")
