"""Estimators of a calibration: exact where arithmetic is exact, equal to references, honest where data do not tell."""

import numpy as np
import pytest
from scipy import stats

from sim.calibration.estimators.arrival_rates import fit_arrivals
from sim.calibration.estimators.family_choice import (
    anderson_darling,
    choose_distribution,
    kolmogorov_smirnov,
    quantile_pairs,
    rounding_of,
)
from sim.calibration.estimators.hour_profiles import FREE_HOURS
from sim.calibration.estimators.hourly_counts import Counts, count_arrivals
from sim.calibration.estimators.patience import PatienceTest, fit_patience, patience_test
from sim.calibration.estimators.returns import fit_returns, gaps_between
from sim.statistics.lifetimes import (
    FAMILIES,
    TooFewDurations,
    durations,
    fit_families,
    fit_lifetimes,
)
from sim.statistics.scoring import central_interval, crps_of_counts, log_score, negative_binomial, pinball
from sim.statistics.survival import kaplan_meier

RNG = np.random.default_rng


# --- durations by maximum likelihood ---


def test_exact_durations_have_the_likelihood_scipy_finds() -> None:
    x = RNG(1).gamma(2.5, 12.0, 400)
    laws = {"gamma": stats.gamma, "lognormal": stats.lognorm, "weibull": stats.weibull_min, "exponential": stats.expon}
    for family, law in laws.items():
        theirs = law.logpdf(x, *law.fit(x, floc=0.0)).sum()
        assert fit_lifetimes(durations(x, x), family).log_likelihood == pytest.approx(theirs, abs=1e-3)


def test_a_lognormal_has_its_closed_form_and_textbook_errors() -> None:
    x = np.exp(RNG(2).normal(3.0, 0.7, 500))
    median, log_sd = fit_lifetimes(durations(x, x), "lognormal").parameters()
    log = np.log(x)
    assert median.value == pytest.approx(np.exp(log.mean()))
    assert log_sd.value == pytest.approx(log.std())
    assert median.standard_error == pytest.approx(median.value * log.std() / np.sqrt(500), rel=1e-4)
    assert log_sd.standard_error == pytest.approx(log.std() / np.sqrt(1000), rel=1e-4)


def test_a_censored_exponential_is_total_time_over_endings() -> None:
    time, ended = RNG(3).exponential(10.0, 300), RNG(4).random(300) < 0.6
    (mean,) = fit_lifetimes(durations(time, np.where(ended, time, np.inf)), "exponential").parameters()
    assert mean.value == pytest.approx(time.sum() / ended.sum())
    assert mean.standard_error == pytest.approx(mean.value / np.sqrt(ended.sum()), rel=1e-4)


def test_two_groups_with_a_shape_of_their_own_kind_share_it() -> None:
    rng = RNG(5)
    group = np.repeat([0, 1], 3000)
    x = np.array([20.0, 90.0])[group] * rng.weibull(1.6, 6000)
    fast, slow, shape = fit_lifetimes(durations(x, x, group), "weibull").parameters()
    for parameter, truth in ((fast, 20.0), (slow, 90.0), (shape, 1.6)):
        assert abs(parameter.value - truth) < 4 * parameter.standard_error


def test_rounding_to_a_quarter_of_an_hour_does_not_bias_a_fit_that_knows_of_it() -> None:
    x = RNG(6).gamma(4.0, 8.0, 6000)
    told = np.round(x / 15.0) * 15.0
    mean, cv = fit_lifetimes(durations(told, told, grid=15.0), "gamma").parameters()
    assert abs(mean.value - 32.0) < 4 * mean.standard_error
    assert abs(cv.value - 0.5) < 4 * cv.standard_error
    kept = told[told > 0.0]
    _, naive = fit_lifetimes(durations(kept, kept), "gamma").parameters()
    assert abs(naive.value - 0.5) > 3.5 * naive.standard_error, "a fit that does not know of it is wrong"


def test_a_zero_that_no_rounding_explains_is_refused() -> None:
    with pytest.raises(ValueError, match="an exact duration is 0"):
        durations([0.0, 1.0], [0.0, 1.0])


def test_equal_durations_are_counted_once_and_weigh_the_same() -> None:
    x = np.repeat([3.0, 5.0, 9.0], [2, 5, 1])
    assert durations(x, x).weight.tolist() == [2.0, 5.0, 1.0]


def test_without_an_ending_in_some_group_there_is_no_fit() -> None:
    with pytest.raises(TooFewDurations, match="by group: 2, 0"):
        fit_lifetimes(durations([1.0, 2.0, 3.0], [1.0, 2.0, np.inf], [0, 0, 1]), "exponential")


def test_a_share_that_never_ends_is_found() -> None:
    rng = RNG(7)
    x = np.where(rng.random(8000) < 0.4, np.inf, 30.0 * rng.weibull(1.3, 8000))
    low, high = np.minimum(x, 120.0), np.where(x < 120.0, x, np.inf)
    found = fit_lifetimes(durations(low, high), "weibull", with_never=True)
    assert found.identified
    never = found.parameters()[-1]
    assert abs(never.value - 0.4) < 4 * never.standard_error


def test_where_nobody_is_followed_long_enough_no_error_is_claimed() -> None:
    """Exponential endings watched for a hundredth of their mean: rate times share is all there is to see."""
    rng = RNG(8)
    x = rng.exponential(100.0, 3000)
    found = fit_lifetimes(durations(np.minimum(x, 1.0), np.where(x < 1.0, x, np.inf)), "exponential", with_never=True)
    never = found.parameters()[-1]
    assert not found.identified or never.high - never.low > 0.5


# --- which family ---


def test_distances_are_those_of_scipy() -> None:
    u = RNG(9).random(200) ** 1.1
    assert kolmogorov_smirnov(u) == pytest.approx(stats.kstest(u, "uniform").statistic)
    z = np.sort(u)
    i = np.arange(1, 201)
    assert anderson_darling(u) == pytest.approx(-200 - np.sum((2 * i - 1) / 200 * (np.log(z) + np.log(1 - z[::-1]))))


def test_the_true_family_is_chosen_and_a_mixture_of_two_is_refused_by_all() -> None:
    rng = RNG(10)
    gamma = rng.gamma(3.0, 10.0, 700)
    group = np.zeros(700, dtype=np.int64)
    found = choose_distribution(gamma, group, seed=1, draws=19)
    assert found.chosen is not None
    assert found.chosen.family == "gamma"
    fitted, observed = quantile_pairs(found.chosen, gamma, 0)
    assert np.abs(fitted / observed - 1.0)[5:-5].max() < 0.15
    two = np.concatenate((rng.normal(20.0, 1.0, 350), rng.normal(90.0, 3.0, 350)))
    refused = choose_distribution(two, group, seed=1, draws=19)
    assert refused.chosen is None
    assert len(refused.tests) == len(FAMILIES)
    assert refused.verdict().startswith("none of ")
    assert refused.table[0, 0] < refused.table[0, 99]


def test_the_bootstrap_allows_for_estimated_parameters() -> None:
    """Law: under a true family 5 % of samples are rejected, so of 40 at most 8 but for a chance of 3e-4."""
    rejected = 0
    for seed in range(40):
        x = RNG(100 + seed).weibull(1.5, 60) * 20.0
        found = choose_distribution(x, np.zeros(60, dtype=np.int64), seed=seed, draws=19)
        test = found.test_of("weibull")
        rejected += test is not None and test.is_rejected
    assert rejected <= 8


def test_rounding_is_seen_and_heaping_is_named() -> None:
    rng = RNG(11)
    whole = np.round(rng.gamma(2.0, 30.0, 3000))
    assert rounding_of(whole).step == 1.0
    assert not rounding_of(whole).is_heaped
    heaped = np.where(rng.random(3000) < 0.5, np.round(whole / 5) * 5, whole)
    assert rounding_of(heaped).is_heaped
    assert "multiples of 5 minutes" in rounding_of(heaped).note()
    assert rounding_of(np.round(whole / 15) * 15).step == 15.0
    assert rounding_of(rng.random(100)).step == 0.0


# --- arrivals ---


def weekly(weeks: int, rates: np.ndarray, seed: int, cv: float = 0.0) -> Counts:
    rng = RNG(seed)
    factor = rng.gamma(1 / cv**2, cv**2, 7 * weeks) if cv else np.ones(7 * weeks)
    days = np.tile(rates.reshape(7, 24), (weeks, 1))
    return Counts(np.datetime64("2024-01-01"), rng.poisson(days * factor[:, None]).astype(float))


def test_whole_weeks_give_the_mean_count_of_every_hour_and_its_poisson_error() -> None:
    counts = weekly(20, np.linspace(2.0, 8.0, 168), seed=1)
    found = fit_arrivals(counts, shape=FREE_HOURS)
    mean = counts.by_hour.reshape(20, 168).mean(axis=0)
    assert found.per_hour.value == pytest.approx(mean, rel=0.01)  # weeks count a little unlike where levels vary
    assert found.visits_per_year.value[0] == pytest.approx(mean.sum() * 365 / 7, rel=0.001)
    assert found.per_hour.standard_error == pytest.approx(np.sqrt(mean / 20), rel=0.05)
    assert found.months is None
    assert found.growth is None
    assert not found.days.is_over_dispersed


def test_days_that_vary_as_a_whole_are_found_out_and_widen_the_errors() -> None:
    rates = np.full(168, 6.0)
    even, uneven = (fit_arrivals(weekly(40, rates, seed=2, cv=cv)) for cv in (0.0, 0.15))
    assert uneven.days.is_over_dispersed
    assert abs(uneven.days.cv - 0.15) < 4 * uneven.days.cv_standard_error
    # 144 visits a day: the variance of a total is 1 + 0.15^2 * 144 = 4.2 times Poisson's
    ratio = uneven.visits_per_year.standard_error[0] / even.visits_per_year.standard_error[0]
    assert ratio == pytest.approx(np.sqrt(4.2), rel=0.2)
    assert any("over-dispersed" in note for note in uneven.notes())


def test_months_and_growth_are_told_apart_over_three_years() -> None:
    rng = RNG(3)
    n = 3 * 365
    start = np.datetime64("2021-03-01")
    month = (start + np.arange(n)).astype("datetime64[M]").astype(int) % 12
    index = 1.0 + 0.2 * np.cos(2 * np.pi * month / 12)
    level = 1.06 ** ((np.arange(n) - n + 1) / 365.0)
    found = fit_arrivals(Counts(start, rng.poisson(np.tile((5.0 * index * level)[:, None], 24)).astype(float)))
    truth = 1.0 + 0.2 * np.cos(2 * np.pi * np.arange(12) / 12)
    assert found.months is not None
    assert found.growth is not None
    assert np.all(np.abs(found.months.value - truth) < 4 * found.months.standard_error)
    assert abs(found.growth.value[0] - 1.06) < 4 * found.growth.standard_error[0]
    assert abs(found.per_hour.value.mean() - 5.0) < 0.1, "the level is that of the end of the file"


def test_patients_who_come_in_pairs_double_the_variance_of_the_volume() -> None:
    """Pairs on one day are seen in the totals of days, and counted once whether or not patients are known.

    Errors are larger still, for in thirty weeks no level of the weeks can be told from none.
    """
    rng = RNG(4)
    once = np.sort(rng.integers(0, 30 * 10080, 20_000))
    times = np.datetime64("2024-01-01") + np.repeat(once, 2).astype("timedelta64[m]")
    alone = fit_arrivals(count_arrivals(times))
    paired = fit_arrivals(count_arrivals(times, np.repeat(np.arange(20_000), 2)))
    doubled = np.sqrt(2 * 40_000) / 40_000 * alone.visits_per_year.value[0]
    assert 0.95 < alone.visits_per_year.standard_error[0] / doubled < 1.6
    assert paired.visits_per_year.standard_error == pytest.approx(alone.visits_per_year.standard_error)


def test_patients_who_come_back_weeks_later_widen_the_error_of_the_volume() -> None:
    """Every patient comes twice, 40 days apart on average: totals of days and weeks hardly show it, patients do."""
    rng = RNG(4)
    weeks, n = 104, 20_000
    once = rng.integers(-60 * 1440, weeks * 10080, n)
    when = np.concatenate((once, once + rng.exponential(40 * 1440, n).astype(int)))
    who, inside = np.tile(np.arange(n), 2), (when >= 0) & (when < weeks * 10080)
    times = np.datetime64("2022-01-03") + when[inside].astype("timedelta64[m]")
    known = fit_arrivals(count_arrivals(times, who[inside])).visits_per_year
    strangers = fit_arrivals(count_arrivals(times, np.arange(inside.sum()))).visits_per_year
    assert strangers.standard_error == pytest.approx(fit_arrivals(count_arrivals(times)).visits_per_year.standard_error)
    assert known.standard_error[0] > 1.08 * strangers.standard_error[0]


def test_hours_outside_the_file_are_not_counted_as_empty() -> None:
    hours = np.datetime64("2024-01-03T12") + np.arange(17 * 24).astype("timedelta64[h]")
    found = fit_arrivals(count_arrivals(hours))
    assert found.per_hour.value == pytest.approx(np.ones(168))


def test_under_a_week_there_are_no_rates() -> None:
    with pytest.raises(ValueError, match="at least one whole week"):
        fit_arrivals(count_arrivals(np.datetime64("2024-01-01T00") + np.arange(160).astype("timedelta64[h]")))


# --- patience and returns ---


def test_patience_is_longer_than_the_waits_of_those_who_left() -> None:
    rng = RNG(5)
    patience, wait = 100.0 * np.exp(0.5 * rng.normal(size=6000)), rng.exponential(60.0, 6000)
    left = patience < wait
    found = fit_patience(np.minimum(patience, wait), left, np.full(6000, 3))
    median = found.fit.parameters()[0]
    assert found.fit.family == "lognormal"
    assert abs(median.value - 100.0) < 4 * median.standard_error
    assert np.median(patience[left]) < 0.8 * median.value
    times = found.curve.times[found.curve.times <= patience[left].max()]
    assert np.abs(found.curve.at(times) - found.survival(times)).max() < 0.05


def test_short_waits_do_not_tell_a_share_that_never_leaves() -> None:
    rng = RNG(6)
    patience, wait = 600.0 * np.exp(0.8 * rng.normal(size=5000)), rng.exponential(30.0, 5000)
    found = fit_patience(np.minimum(patience, wait), patience < wait, np.full(5000, 4), fewest=1)
    assert not found.never_is_known
    assert found.fit.never == 0.0
    assert any("never leaves" in note for note in found.notes)


def test_levels_without_leavers_are_named() -> None:
    rng = RNG(7)
    patience, wait = rng.exponential(100.0, 2000), rng.exponential(60.0, 2000)
    level = np.repeat([2, 4], 1000)
    left = (patience < wait) & (level == 4)
    found = fit_patience(np.where(left, patience, wait), left, level)
    assert found.levels == (4,)
    assert "CTAS 2 (0)" in found.notes[0]
    with pytest.raises(TooFewDurations, match="leavers by level"):
        fit_patience(wait, np.zeros(2000, dtype=bool), level)


def test_a_gap_is_known_to_the_day_and_a_return_on_the_same_day_to_the_minute() -> None:
    day = 1440.0
    gaps = gaps_between(
        [7, 7, 7, 8], [0.0, 600.0, 3 * day + 5.0, day], [60.0, 660.0, 3 * day + 65.0, day + 30.0], 5 * day
    )
    assert (gaps.low * day).tolist() == pytest.approx([540.0, 3 * day - 660.0, 2 * day - 65.0, 4 * day - 30.0])
    assert (gaps.high * day).tolist()[:2] == pytest.approx([540.0, 4 * day - 660.0])
    assert gaps.returned.tolist() == [True, True, False, False]


def test_the_unfinished_last_day_is_left_out() -> None:
    gaps = gaps_between([1, 1], [0.0, 3000.0], [10.0, 3010.0], 3500.0)
    assert gaps.returned.tolist() == [False]
    assert gaps.low * 1440.0 == pytest.approx([2870.0])


def test_returns_are_found_with_their_share() -> None:
    rng = RNG(8)
    n = 6000
    went = rng.uniform(0, 400 * 1440.0, n)
    back = np.where(rng.random(n) < 0.35, 25.0 * rng.weibull(0.8, n) * 1440.0, np.inf)
    came = went + back
    seen = came < 500 * 1440.0
    patient = np.concatenate((np.arange(n), np.flatnonzero(seen)))
    arrival = np.concatenate((went, came[seen]))
    departure = np.concatenate((went, np.full(seen.sum(), np.nan)))
    found = fit_returns(gaps_between(patient, arrival, departure, 500 * 1440.0))
    for parameter, truth in zip(found.parameters(), (0.35, 0.8, 25.0), strict=True):
        assert abs(parameter.value - truth) < 4 * parameter.standard_error
    assert found.visits_per_patient == pytest.approx(1.0 / (1.0 - found.parameters()[0].value))


def test_patients_who_return_again_and_again_are_noticed() -> None:
    rng = RNG(9)
    visits = [
        (patient, day * 1440.0)
        for patient in range(3000)
        for day in np.cumsum(
            [rng.uniform(0, 100), *rng.exponential(15.0, 8 if patient < 60 else int(rng.random() < 0.1))]
        )
    ]
    patient, arrival = np.array(visits).T
    found = fit_returns(gaps_between(patient, arrival, arrival + 60.0, 400 * 1440.0))
    assert found.frequent > 2.0
    assert any("frailty" in note for note in found.notes())


def test_the_fitted_curve_of_returns_follows_kaplan_meier() -> None:
    rng = RNG(10)
    x = np.where(rng.random(3000) < 0.5, 10.0 * rng.weibull(1.2, 3000), np.inf)
    low, high = np.minimum(x, 60.0), np.where(x < 60.0, x, np.inf)
    fit = fit_families(durations(low, high), with_never=True)[0]
    curve = kaplan_meier(low, np.isfinite(high))
    grid = np.linspace(1.0, 59.0, 40)
    assert np.abs(curve.at(grid) - fit.survival(grid)).max() < 0.03


def judged_patience(patience: np.ndarray, rng: np.random.Generator) -> PatienceTest:
    """The family of least AIC on visits that wait for up to four hours and leave when their patience is used up."""
    n = patience.size
    wait, level = rng.uniform(0.0, 240.0, n), rng.integers(3, 5, n)
    waited, left = np.floor(np.minimum(patience, wait)), patience < wait
    fit = fit_patience(waited, left, level, grid=1.0).fit
    found = patience_test(fit, (3, 4), waited, left, level, grid=1.0, seed=2, draws=19)
    assert found is not None
    return found


@pytest.mark.slow
def test_the_test_of_patience_allows_for_waits_that_end_first() -> None:
    """Law: under a true family 5 % of files are rejected, so of 12 at most 3 but for a chance of 3e-3."""
    rngs = [RNG(200 + seed) for seed in range(12)]
    assert sum(judged_patience(rng.weibull(1.5, 800) * 200.0, rng).is_rejected for rng in rngs) <= 3


def test_patience_of_two_humps_fits_no_family_and_the_verdict_says_why_no_quantiles_stand_in() -> None:
    rng = RNG(12)
    found = judged_patience(
        np.where(rng.random(3000) < 0.5, rng.normal(30.0, 3.0, 3000), rng.normal(180.0, 5.0, 3000)), rng
    )
    assert found.is_rejected
    assert found.verdict().startswith("no family fits: ")
    assert "quantiles would say nothing beyond" in found.verdict()


# --- scores ---


def test_counts_without_extra_variance_are_poisson_and_with_it_have_the_variance_asked_for() -> None:
    k = np.arange(400)
    chances = negative_binomial([20.0, 20.0], [20.0, 60.0], 399)
    assert chances[0] == pytest.approx(stats.poisson.pmf(k, 20.0), abs=1e-9)
    assert chances[1].sum() == pytest.approx(1.0)
    assert chances[1] @ k == pytest.approx(20.0)
    assert chances[1] @ (k - 20.0) ** 2 == pytest.approx(60.0, rel=1e-6)


def test_the_crps_of_a_point_is_its_absolute_error_and_of_a_law_that_of_its_draws() -> None:
    point = np.eye(50)[[17]]
    assert crps_of_counts(point, [23.0]) == pytest.approx([6.0])
    chances = negative_binomial([12.0], [30.0], 200)
    draws = RNG(11).choice(201, size=(2, 40_000), p=chances[0] / chances[0].sum())
    monte_carlo = np.abs(draws[0] - 15).mean() - 0.5 * np.abs(draws[0] - draws[1]).mean()
    assert crps_of_counts(chances, [15.0])[0] == pytest.approx(monte_carlo, abs=0.05)


def test_the_true_law_scores_best_on_average() -> None:
    y = RNG(12).poisson(30.0, 4000)
    scores = {
        (mean, variance): (
            crps_of_counts(chances.repeat(4000, axis=0), y).mean(),
            log_score(chances.repeat(4000, axis=0), y).mean(),
        )
        for mean, variance in ((30.0, 30.0), (33.0, 33.0), (30.0, 90.0))
        for chances in [negative_binomial([mean], [variance], 150)]
    }
    best = scores[30.0, 30.0]
    assert all(best[0] < other[0] and best[1] < other[1] for key, other in scores.items() if key != (30.0, 30.0))


def test_central_intervals_hold_at_least_their_share() -> None:
    chances = negative_binomial([20.0], [35.0], 300)
    low, high = central_interval(chances)
    assert 0.95 <= chances[0, int(low[0]) : int(high[0]) + 1].sum() < 0.97


def test_the_pinball_loss_is_least_at_the_quantile() -> None:
    y = RNG(13).exponential(50.0, 2000)
    q = 0.9
    at = np.quantile(y, q)
    assert pinball(at, q, y)[0] < min(pinball(at * 0.8, q, y)[0], pinball(at * 1.2, q, y)[0])


def test_a_factor_of_days_that_is_nearly_none_has_an_error_of_its_own_size() -> None:
    rng, found = RNG(5), []
    for _ in range(12):
        counts = rng.poisson(0.5, size=(365, 24)).astype(float)
        days = fit_arrivals(Counts(np.datetime64("2023-01-02"), counts)).days
        found += [days.cv_standard_error] if days.cv > 0.0 else []
    assert found
    assert max(found) < 0.2


@pytest.mark.parametrize("family", FAMILIES)
def test_a_fit_without_errors_is_within_a_hundredth_of_a_standard_error_of_the_top(family: str) -> None:
    rng = np.random.default_rng(7)
    group = np.sort(rng.integers(0, 3, 200)).astype(np.int64)
    minutes = np.round(np.array([20.0, 40.0, 80.0])[group] * rng.gamma(2.0, 0.5, 200))
    start = fit_lifetimes(durations(minutes, minutes, group, 1.0), family)
    for _ in range(10):
        drawn = np.round(start.scale[group] * start.unit_quantiles(rng.random(group.size)))
        sample = durations(drawn, drawn, group, 1.0)
        top, near = (fit_lifetimes(sample, family, start=start, with_errors=each) for each in (True, False))
        errors = [parameter.standard_error for parameter in top.parameters()]
        apart = [abs(a.value - b.value) for a, b in zip(top.parameters(), near.parameters(), strict=True)]
        assert np.all(np.array(apart) < 0.01 * np.array(errors))
