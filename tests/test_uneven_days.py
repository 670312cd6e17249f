"""Days and weeks that vary, special days, shapes of the day, days that stand out: estimated as their laws say."""

import numpy as np
import pytest

from sim.calibration.estimators.arrival_rates import Estimates, fit_arrivals
from sim.calibration.estimators.day_totals import DayTotals, fit_days, special_estimates
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.hour_profiles import FREE_HOURS, HourShape, fit_profile
from sim.calibration.estimators.hourly_counts import Counts, count_arrivals, month_of, week_of
from sim.calibration.estimators.unusual_days import level_shifts, unusual_days
from sim.calibration.writing.arrival_lines import variation_lines
from sim.calibration.writing.estimate_rows import variation_rows
from sim.department.arrivals import SlowLevel, SpecialDay
from sim.io.strict_yaml import parsed_yaml
from sim.statistics import weekly_effects
from sim.statistics.arrays import FloatArray
from sim.statistics.weekly_effects import DaysInWeeks, Variances

RNG = np.random.default_rng
START = np.datetime64("2023-01-02")
DAY = np.array(
    [24, 19, 16, 13, 11, 11, 13, 18, 31, 46, 56, 60, 60, 60, 61, 64, 66, 68, 69, 66, 59, 47, 35, 26], dtype=float
)
DAY /= DAY.sum()


def made_totals(
    n_days: int,
    seed: int,
    *,
    day_cv: float = 0.07,
    level_cv: float = 0.0,
    memory: float = 5.0,
    mean: float | FloatArray = 160.0,
) -> FloatArray:
    """Totals of days from `START` on; `mean` of all days or of each."""
    rng = RNG(seed)
    n_weeks = -(-n_days // 7)
    log_sd, phi = np.sqrt(np.log1p(level_cv**2)), np.exp(-1.0 / memory)
    z = rng.normal(size=n_weeks)
    for week in range(1, n_weeks):
        z[week] = phi * z[week - 1] + np.sqrt(1.0 - phi**2) * z[week]
    level = np.exp(log_sd * z - log_sd**2 / 2.0)[np.arange(n_days) // 7]
    factor = rng.gamma(1.0 / day_cv**2, day_cv**2, n_days) if day_cv else np.ones(n_days)
    return np.asarray(rng.poisson(mean * level * factor), dtype=np.float64)


def whole(total: FloatArray, **special: tuple[str, ...]) -> DayTotals:
    return DayTotals(START, total, np.ones(total.size), FileCalendar(special_days=special))


def hourly(total: FloatArray, shape: FloatArray, seed: int, calendar: FileCalendar | None = None) -> Counts:
    """Totals spread over the hours of a day, or of a week (7, 24)."""
    shapes = np.resize(shape, (7, 24))[np.arange(total.size) % 7]
    by_hour = RNG(seed).multinomial(total.astype(int), shapes / shapes.sum(axis=1, keepdims=True))
    return Counts(START, by_hour.astype(float), calendar=calendar or FileCalendar())


# --- the model of days in weeks, against dense matrices ---


def small_days() -> DaysInWeeks:
    rng = RNG(1)
    week = np.array([0, 0, 1, 1, 1, 4, 4, 5, 7, 7, 7, 8])
    design = np.column_stack((np.ones(12), rng.normal(size=12)))
    return DaysInWeeks(rng.normal(size=12), design, 0.1 + rng.random(12), week)


def dense(days: DaysInWeeks, variances: Variances) -> FloatArray:
    lag = np.abs(days.week[:, None] - days.week[None, :])
    own = days.noise + variances.of_days * (1.0 + variances.of_weeks)
    return np.asarray(variances.of_weeks * np.exp(-lag / variances.memory_weeks) + np.diag(own))


VARIANCES = (Variances(0.3), Variances(0.3, 0.2, 2.5), Variances(0.0, 1.7, 0.4))


@pytest.mark.parametrize("variances", VARIANCES)
def test_banded_algebra_is_that_of_the_whole_covariance(variances: Variances) -> None:
    days = small_days()
    v, of_days = dense(days, variances), days.under(variances)
    assert of_days.solve(days.design) == pytest.approx(np.linalg.solve(v, days.design))
    assert of_days.log_determinant == pytest.approx(np.linalg.slogdet(v)[1])
    fit = weekly_effects.fitted(days, variances)
    information = days.design.T @ np.linalg.solve(v, days.design)
    assert fit.covariance == pytest.approx(np.linalg.inv(information))
    residual = days.response - days.design @ fit.coefficients
    assert days.design.T @ np.linalg.solve(v, residual) == pytest.approx(np.zeros(2), abs=1e-9)
    terms = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + residual @ np.linalg.solve(v, residual)
    assert fit.log_likelihood == pytest.approx(-0.5 * terms)


def test_a_forecast_is_universal_kriging() -> None:
    """Of two days of one week and one of the next: dense matrices, by the textbook."""
    days, variances = small_days(), Variances(0.3, 0.2, 2.5)
    fit = weekly_effects.fitted(days, variances)
    design, week = np.array([[1.0, 0.5], [1.0, -2.0], [1.0, 0.0]]), np.array([9, 9, 10])
    found = weekly_effects.forecast(fit, design, week)
    v = dense(days, variances)
    across = 0.2 * np.exp(-np.abs(week[:, None] - days.week[None, :]) / 2.5)
    inside = 0.2 * np.exp(-np.abs(week[:, None] - week[None, :]) / 2.5)
    tilted = design - across @ np.linalg.solve(v, days.design)
    assert found.expected == pytest.approx(across @ np.linalg.solve(v, fit.residuals()))
    expected = inside - across @ np.linalg.solve(v, across.T) + tilted @ fit.covariance @ tilted.T
    assert found.covariance == pytest.approx(expected)


# --- days ---


def test_daily_counts_alone_give_the_days_that_hourly_counts_give() -> None:
    total = made_totals(400, seed=2, level_cv=0.1)
    alone, of_hours = fit_days(whole(total)), fit_arrivals(hourly(total, DAY, seed=3)).of_days
    assert alone.log_mean == pytest.approx(of_hours.log_mean)
    assert alone.variances == of_hours.variances


def test_a_special_day_is_its_factor_and_one_without_a_visit_is_named() -> None:
    total = made_totals(800, seed=4)
    days = START + np.arange(800)
    christmas = np.isin(days, np.array(["2023-12-25", "2024-12-25"], dtype="datetime64[D]"))
    total[christmas] = np.round(0.7 * total[christmas])
    special = {"christmas": ("12-25",), "never": ("2031-05-01",)}
    found = fit_arrivals(hourly(total, DAY, seed=5, calendar=FileCalendar(special_days=special)))
    factor = found.special_days["christmas"]
    assert factor.n_days == 2
    assert abs(factor.factor - 0.7) < 3 * factor.standard_error
    assert factor.standard_error == pytest.approx(0.7 * np.sqrt((1 / 112 + 0.07**2) / 2), rel=0.3)
    assert found.absent == ("never",)
    assert any("special day never: no visit on such a day" in note for note in found.notes())


def test_what_the_calendar_leaves_out_counts_for_nothing() -> None:
    """Two weeks of a broken feed: left out, the fit is that of the other days and no day stands out."""
    rng = RNG(6)
    total = made_totals(300, seed=7)
    broken = slice(100, 114)
    total[broken] = 3.0
    hours = np.repeat(np.arange(300), total.astype(int)) * 24 + rng.choice(24, int(total.sum()), p=DAY)
    times = START.astype("datetime64[h]") + hours.astype("timedelta64[h]")
    left_out = START.astype("datetime64[h]") + np.arange(24 * 100, 24 * 114).astype("timedelta64[h]")
    found = fit_arrivals(count_arrivals(times, calendar=FileCalendar(left_out)))
    assert np.isnan(count_arrivals(times, calendar=FileCalendar(left_out)).by_hour[broken]).all()
    kept = np.delete(total, np.arange(100, 114))
    assert found.n == int(kept.sum())
    assert found.visits_per_year.value[0] == pytest.approx(kept.mean() * 365.0, rel=0.01)
    assert found.unusual == ()
    assert found.days.cv == pytest.approx(0.07, abs=0.02)


def test_a_thin_stream_is_counted_over_the_period_of_the_whole_file() -> None:
    hours = np.arange(np.datetime64("2024-01-01T00"), np.datetime64("2024-01-29T00"))
    whole_file = FileCalendar().over(hours)
    counts = count_arrivals(hours[[200, 300]], calendar=whole_file)
    assert counts.by_hour.shape == (28, 24)
    assert counts.inside.all()
    assert counts.n_visits == 2


def test_a_level_that_lasts_widens_the_errors_of_the_volume_and_of_totals_to_come() -> None:
    """With a level of CV 0.1 and a memory of 5 weeks a year holds some five independent levels."""
    even, uneven = (fit_days(whole(made_totals(364, seed=8, level_cv=cv))) for cv in (0.0, 0.1))
    later = START + np.arange(364, 392)
    assert uneven.variances.of_weeks > 10 * max(even.variances.of_weeks, 1e-4)
    assert np.trace(uneven.covariance[:7, :7]) > 4 * np.trace(even.covariance[:7, :7])
    wide, narrow = (each.expected_total(later) for each in (uneven, even))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    mean, covariance = uneven.expected_days(later)
    assert mean.sum() == pytest.approx(wide.expected, rel=1e-6)
    assert covariance.sum() == pytest.approx(wide.variance, rel=1e-6)


def test_the_last_weeks_of_a_file_are_remembered_for_some_weeks() -> None:
    """After eight weeks at 1.3 times the level more are expected next week, and as many as ever in half a year."""
    total = made_totals(294, seed=9, level_cv=0.1, memory=4.0)
    total[-56:] = np.round(total[-56:] * 1.3)
    found = fit_days(whole(total))
    usual = float(found.means(START + np.arange(294, 301)).sum())
    soon, late = (found.expected_total(START + np.arange(at, at + 7)).expected for at in (294, 476))
    assert soon > 1.05 * usual
    assert late < usual + 0.5 * (soon - usual)


# --- hours ---


def test_a_few_weeks_are_predicted_better_by_a_smooth_shape_and_many_by_free_hours() -> None:
    rough = DAY * np.exp(0.3 * RNG(10).normal(size=(7, 24)))
    few = fit_profile(hourly(made_totals(91, seed=11), np.tile(DAY, (7, 1)), seed=12))
    many = fit_profile(hourly(made_totals(728, seed=11), rough, seed=12))
    assert few.shape.n_parameters < 24
    assert many.shape == FREE_HOURS
    assert dict(few.scores)[few.shape] > dict(few.scores)[FREE_HOURS]
    assert "predicts 1,000 visits better than 168 free hours" in few.note()
    assert np.abs(few.share.sum(axis=1) - 1.0).max() < 1e-12


@pytest.mark.parametrize("n_weeks", [4, 26, 104])
def test_errors_of_hours_hold_whatever_shape_is_chosen(n_weeks: int) -> None:
    """Of 168 shares, standardised: a spread of about 1, never much above."""
    weekend = np.array([DAY] * 5 + [0.6 * DAY + 0.4 * np.roll(DAY, 1)] * 2)
    found = fit_profile(hourly(made_totals(7 * n_weeks, seed=13), weekend, seed=14))
    z = (found.share - weekend) / found.standard_error
    assert 0.5 < z.std() < 1.35


def test_an_hour_that_a_smooth_shape_misses_by_a_quarter_has_an_error_that_says_so() -> None:
    """Counts without chance: what lies between the hour and the shape is bias alone, and no more than its error."""
    busy_hour = np.where(np.arange(24) == 8, 1.25, 1.0) / 24.25
    counts = Counts(START, np.tile(200.0 * busy_hour, (728, 1)))
    found = fit_profile(counts, HourShape((0,) * 7, 2))
    assert busy_hour[8] > 1.15 * found.share[0, 8]
    assert np.abs((found.share - busy_hour) / found.standard_error).max() <= 1.0


def test_intervals_of_an_hour_hold_though_a_smooth_shape_that_misses_it_predicts_best() -> None:
    """Law: each holds in at least 95 of 100 files, so of 16 at least 12 but for a chance of 9e-4; seeds are fixed."""
    busy_hour = np.where(np.arange(24) == 8, 1.25, 1.0) / 24.25
    held, smooth = 0, 0
    for seed in range(16):
        found = fit_profile(hourly(made_totals(182, seed=40 + seed, mean=44.0), busy_hour, seed=80 + seed))
        low, high = Estimates(found.share, found.standard_error).interval()
        smooth += found.shape.harmonics > 0
        held += bool(np.all((low <= busy_hour) & (busy_hour <= high), axis=0)[8])
    assert smooth >= 8
    assert held >= 12


def test_one_week_is_too_few_to_choose_a_shape() -> None:
    found = fit_profile(hourly(made_totals(7, seed=15), np.tile(DAY, (7, 1)), seed=16))
    assert found.scores == ()
    assert "too few weeks to try others" in found.note()


# --- what stands out ---


def test_days_that_stand_out_are_named_with_their_factors_and_others_are_not() -> None:
    total = made_totals(400, seed=17, level_cv=0.05)
    assert unusual_days(fit_days(whole(total))) == ()
    total[[50, 222]] *= np.array([0.4, 2.0])
    found = unusual_days(fit_days(whole(np.round(total))))
    assert [each.date for each in found] == [START + 50, START + 222]
    assert [each.factor for each in found] == pytest.approx([0.4, 2.0], rel=0.2)


def test_few_files_without_an_odd_day_have_one_named() -> None:
    """Law: a chance of 5 % for a file, so of 20 at most 5 but for a chance of 3e-4."""
    named = sum(bool(unusual_days(fit_days(whole(made_totals(250, seed=100 + seed, mean=12.0))))) for seed in range(20))
    assert named <= 5


def test_a_shift_of_the_level_is_noticed_with_date_and_size_and_a_slow_level_is_none() -> None:
    total = made_totals(420, seed=18, level_cv=0.04)
    assert level_shifts(fit_days(whole(total))) == ()
    total = made_totals(420, seed=18, level_cv=0.02)
    total[210:] = np.round(total[210:] * 1.25)
    (found, *_) = level_shifts(fit_days(whole(total)))
    assert abs((found.date - (START + 210)).astype(int)) <= 14
    assert found.factor == pytest.approx(1.25, rel=0.1)
    assert found.chance <= 0.02


def test_few_files_without_a_shift_have_one_named() -> None:
    """Law: a chance of 2 % for a file, so of 10 at most 2 but for a chance of 9e-4."""
    totals = (made_totals(364, seed=200 + seed, level_cv=0.06) for seed in range(10))
    assert sum(bool(level_shifts(fit_days(whole(total)))) for total in totals) <= 2


def test_a_season_seen_once_is_no_shift() -> None:
    """Without waves of the year in the fit and in the draws each of these three is told as shifted."""
    by_month = 1.0 + 0.01 * np.array([3.6, 3.6, 1.8, -1.2, 0.0, -1.8, -6.0, -6.0, -1.2, 1.2, 3.0, 3.0])
    mean = 160.0 * by_month[month_of(START + np.arange(364))]
    for seed in (300, 305, 306):
        assert level_shifts(fit_days(whole(made_totals(364, seed=seed, mean=mean)))) == ()


# --- what is written ---


def test_the_lines_of_a_demand_can_be_read_back_and_say_what_was_estimated() -> None:
    total = made_totals(500, seed=19, level_cv=0.1)
    calendar = FileCalendar(special_days={"new year": ("01-01", "01-02")})
    rates = fit_arrivals(hourly(total, DAY, seed=20, calendar=calendar))
    text = "\n".join(variation_lines({"medical": rates}, "visits.csv"))
    written = parsed_yaml_of(text)
    level = SlowLevel(**written["slow_level"]["medical"])
    assert level.cv == pytest.approx(rates.level.cv, abs=1e-4)
    assert level.memory_weeks == pytest.approx(rates.level.memory_weeks, abs=0.01)
    day = SpecialDay(**written["special_days"]["new year"])
    assert day.medical == pytest.approx(rates.special_days["new year"].factor, abs=1e-4)
    assert (day.dates, day.mental_health) == (("01-01", "01-02"), 1.0)
    rows = {row.quantity: row for row in variation_rows("medical", rates)}
    level = rows["slow_level_cv medical"]
    assert (level.estimate, level.standard_error) == (rates.level.cv, rates.level.cv_standard_error)
    assert level.in_config == rates.level.cv
    assert rows["special_day medical new year"].estimate == rates.special_days["new year"].factor


def parsed_yaml_of(text: str) -> dict[str, dict[str, dict[str, object]]]:
    from pathlib import Path

    found: dict[str, dict[str, dict[str, object]]] = parsed_yaml(Path("demand"), text)
    return found


def test_weeks_are_numbered_from_monday() -> None:
    assert np.diff(week_of(START + np.arange(-1, 8))).tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
    assert special_estimates(fit_days(whole(made_totals(30, seed=21)))) == {}
