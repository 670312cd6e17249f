"""How a trial is analysed: errors against closed forms, permutation against enumeration, rates of errors as stated."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from sim.statistics.trials import (
    FEW_PATIENTS,
    arm_mean,
    cluster_variance,
    is_few,
    paired_variance,
    permuted_p,
    pooled,
    power,
    t_p,
    times_as_large,
    variance_of_cells,
    week_weights,
    wilson,
)


def test_without_clusters_the_variance_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=50)
    found = arm_mean(values, np.arange(50))
    assert found.variance == pytest.approx(values.var(ddof=1) / 50)


def test_a_patient_who_comes_twice_counts_once() -> None:
    """Every visit doubled under the same patient says no more than each once."""
    values = np.random.default_rng(2).normal(size=50)
    once, twice = arm_mean(values, np.arange(50)), arm_mean(np.tile(values, 2), np.tile(np.arange(50), 2))
    assert twice.variance == pytest.approx(once.variance)
    assert (once.n_patients, twice.n_patients, twice.n) == (50, 50, 100)


def test_one_cluster_has_no_error() -> None:
    assert math.isnan(cluster_variance(np.array([1.0, -1.0]), np.array([7, 7])))


def test_permutation_gives_the_p_value_of_all_orders() -> None:
    """Six patients of one visit each: 20 ways of choosing three."""
    values, offered = np.array([5.0, 4.0, 3.5, 1.0, 0.5, 2.0]), np.array([True] * 3 + [False] * 3)
    observed = abs(values[offered].mean() - values[~offered].mean())
    ways = [
        abs(values[list(chosen)].mean() - np.delete(values, list(chosen)).mean())
        for chosen in itertools.combinations(range(6), 3)
    ]
    exact = np.mean([way >= observed - 1e-12 for way in ways])
    found = permuted_p(values, np.arange(6), offered, [1, 2])
    assert abs(found - exact) < 4.0 * math.sqrt(exact * (1 - exact) / 999)
    assert found == permuted_p(values, np.arange(6), offered, [1, 2])


def test_few_are_few_patients_or_few_events() -> None:
    plenty = np.tile([0.0, 1.0], 100)
    assert not is_few(plenty, [FEW_PATIENTS, FEW_PATIENTS], is_share=True)
    assert is_few(plenty, [FEW_PATIENTS - 1, 300], is_share=True)
    assert is_few(np.r_[np.ones(9), np.zeros(500)], [200, 200], is_share=True)
    assert not is_few(np.r_[np.ones(9), np.zeros(500)], [200, 200], is_share=False)


def test_power_and_size_are_those_of_the_textbook() -> None:
    """A standardised difference of 2.8 has power .80 (z .975 + z .80 = 2.8016)."""
    assert float(power(2.8016, 1.0, 0.95)) == pytest.approx(0.80, abs=0.0001)
    assert float(power(0.0, 1.0, 0.95)) == pytest.approx(0.05)
    assert float(power(-2.8016, 1.0, 0.95)) == pytest.approx(0.80, abs=0.0001)
    assert float(times_as_large(1.4008, 1.0, 0.95, 0.8)) == pytest.approx(4.0, abs=0.001)
    assert math.isinf(float(times_as_large(0.0, 1.0, 0.95, 0.8)))


def test_two_proportions_take_as_many_as_the_textbook_says() -> None:
    """Of 0.10 and 0.08, 3,210 an arm for power 80 % at 5 %: (z's)² (p1 q1 + p2 q2) / d²."""
    error = math.sqrt(0.10 * 0.90 + 0.08 * 0.92)
    assert float(times_as_large(0.02, error, 0.95, 0.8)) == pytest.approx(3210, abs=1)


def test_limits_of_a_share_are_those_of_wilson() -> None:
    low, high = wilson([3, 0, 5], [20, 10, 5], 0.95)
    assert (low[1], high[2]) == (0.0, 1.0)
    for at, (k, n) in enumerate([(3, 20), (0, 10), (5, 5)]):
        exact = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        assert (low[at], high[at]) == pytest.approx((exact.low, exact.high))


def test_nothing_that_differs_and_nothing_that_varies_is_no_finding() -> None:
    assert t_p(0.0, 0.0, 10.0) == 1.0
    assert t_p(2.0, 1.0, 10.0) == pytest.approx(2 * stats.t.sf(2.0, 10))


@pytest.mark.parametrize("freedom", [1.0, 4.5, 10.7, 200.0])
def test_power_is_that_of_noncentral_t(freedom: float) -> None:
    limit = stats.t.ppf(0.975, freedom)
    for shift in (0.0, 0.5, 2.8):
        exact = stats.nct.sf(limit, freedom, shift) + stats.nct.cdf(-limit, freedom, shift)
        assert float(power(-shift, 1.0, 0.95, freedom)) == pytest.approx(exact, abs=1e-9)
    assert float(power(36.0, 1.0, 0.95, freedom)) <= float(power(400.0, 1.0, 0.95, freedom)) == 1.0


def test_a_size_found_has_the_power_asked_for() -> None:
    """Degrees of freedom grow with the trial; the less of them, the larger it must be."""
    times = [float(times_as_large(1.0, 1.0, 0.95, 0.8, freedom)) for freedom in (3.0, 10.0, 1e6)]
    assert times == sorted(times, reverse=True)
    for freedom, many in zip((3.0, 10.0, 1e6), times, strict=True):
        assert float(power(1.0, 1.0 / math.sqrt(many), 0.95, freedom * many)) == pytest.approx(0.8, abs=1e-9)


def test_sites_are_pooled_by_their_weights() -> None:
    """Degrees of freedom by Satterthwaite: of sites alike their sum, and never fewer than the fewest."""
    estimate, variance, freedom = pooled(
        np.array([[1.0, 3.0]]), np.array([[1.0, 4.0]]), np.array([[5.0, 8.0]]), np.array([[3.0, 1.0]])
    )
    assert estimate == pytest.approx(1.5)
    assert variance == pytest.approx(9 / 16 + 4 / 16)
    assert freedom == pytest.approx(13.0**2 / (81 / 5 + 16 / 8))
    assert pooled(*np.ones((2, 1, 4)), np.full((1, 4), 6.0), np.ones((1, 4)))[2] == pytest.approx(24.0)


def test_weeks_that_are_alike_in_both_periods_cancel() -> None:
    """A season that both periods share is in no residual; one that only one has is."""
    season, n = np.array([1.0, 5.0]), np.full(2, 10.0)
    same, _ = paired_variance(np.array([n, n * season]), np.array([n, n * (season + 1.0)]), 0.0, 0.0)
    assert same == pytest.approx(0.0, abs=1e-12)
    other, freedom = paired_variance(np.array([n, n * season]), np.array([n, n * 4.0]), 0.0, 0.0)
    assert other == pytest.approx(season.var(ddof=1) / 2)
    assert freedom == pytest.approx(1.0)


@pytest.mark.parametrize(("n_weeks", "reach"), [(1, 1), (2, 1), (13, 4), (26, 5), (52, 7)])
def test_weeks_are_taken_together_as_far_as_the_root_of_their_number(n_weeks: int, reach: int) -> None:
    assert week_weights(n_weeks).by_lag == pytest.approx([1.0, *(2.0 * (1.0 - lag / reach) for lag in range(1, reach))])


@pytest.mark.parametrize(("n_weeks", "near"), [(26, 0.02), (52, 0.01)])
def test_critical_values_are_those_of_fixed_b(n_weeks: int, near: float) -> None:
    """Kiefer & Vogelsang 2005: of Bartlett weights 1.9600 + 2.9694 b + 0.4160 b^2 - 0.5324 b^3 for 95 %, two-sided,
    with b the reach as a share of the weeks, and a variance that is not scaled.
    """
    weights = week_weights(n_weeks)
    b = weights.by_lag.size / n_weeks
    fixed = 1.9600 + 2.9694 * b + 0.4160 * b**2 - 0.5324 * b**3
    assert stats.t.ppf(0.975, weights.freedom) * math.sqrt(weights.scale) == pytest.approx(fixed, rel=near)


def test_a_variance_by_week_is_unbiased_and_as_uncertain_as_stated() -> None:
    """Independent weeks of two periods: the mean is the true variance, the spread that of its degrees of freedom.

    Law: of 4,000 the mean is known to 1 % and the variance to 4 %, so that the bounds are four errors or more.
    """
    rng, n = np.random.default_rng(26), np.full(26, 10.0)
    found = np.array([
        paired_variance(*(np.array([n, n * rng.standard_normal(26)]) for _ in "ab"), 0.0, 0.0)[0] for _ in range(4000)
    ])  # fmt: skip
    assert found.mean() == pytest.approx(2.0 / 26, rel=0.05)
    assert 2.0 * found.mean() ** 2 / found.var() == pytest.approx(week_weights(26).freedom, rel=0.25)


def test_what_is_of_a_patient_counts_once() -> None:
    """If a patient has each week to himself, the part within weeks is that of the weeks; what lies further is left."""
    rng, n_weeks = np.random.default_rng(3), 9
    residual, week = rng.normal(size=50), rng.integers(0, n_weeks, 50)
    by_lag, sums = week_weights(n_weeks).by_lag, np.bincount(week, weights=residual, minlength=n_weeks)
    together = sum(weight * (sums[: n_weeks - lag] * sums[lag:]).sum() for lag, weight in enumerate(by_lag))
    assert variance_of_cells(residual, np.zeros(50, np.int64), week, n_weeks) == pytest.approx(together)
    alone = variance_of_cells(residual, np.arange(50), week, n_weeks)
    assert alone == pytest.approx((residual**2).sum())


def test_patients_add_to_the_variance_by_week_and_to_its_freedom() -> None:
    """Weeks of variance 2 and patients of 3, of which 1 within weeks: 4 in all. No largest of the three is taken."""
    n = np.full(2, 10.0)
    periods = np.array([n, n * 0.0]), np.array([n, n * [1.0, -1.0]])
    of_weeks, freedom = paired_variance(*periods, 0.0, 0.0)
    assert of_weeks == pytest.approx(1.0)
    both, more = paired_variance(*periods, 1.5, 0.5)
    assert both == pytest.approx(2.0)
    assert more == pytest.approx(4.0 * freedom)
    less, same = paired_variance(*periods, 0.5, 1.0)
    assert (less, same) == pytest.approx((0.5, freedom))
    assert paired_variance(*periods, 0.5, 3.0)[0] == pytest.approx(1.0), "not positive: the larger of the two"


def before_after_trial(rng: np.random.Generator, n_weeks: int, alike: float, shift: float) -> tuple[float, float]:
    """p-value and stated error of a comparison of weekly means that follow each other like an autoregression."""
    level, n = lfilter([1.0], [1.0, -alike], rng.standard_normal((2, 40 + n_weeks)))[:, 40:], np.full(n_weeks, 10.0)
    variance, freedom = paired_variance(np.array([n, n * level[0]]), np.array([n, n * (level[1] + shift)]), 0.0, 0.0)
    return float(t_p(level[1].mean() + shift - level[0].mean(), variance, freedom)), variance


@pytest.mark.parametrize(("n_weeks", "alike"), [(6, 0.0), (13, 0.0), (13, 0.15), (52, 0.0), (52, 0.15)])
def test_periods_without_a_difference_differ_in_five_of_a_hundred(n_weeks: int, alike: float) -> None:
    """1,500 comparisons of nothing, of weeks that are independent or hang together as those of waits do.

    Law: the share is near 0.05 and binomial; .03 to .07 holds for a share of .045 to .055 with probability above .98.
    """
    rng = np.random.default_rng(n_weeks)
    found = np.mean([before_after_trial(rng, n_weeks, alike, 0.0)[0] < 0.05 for _ in range(1500)])
    assert 0.03 <= found <= 0.07


@pytest.mark.parametrize("n_weeks", [13, 52])
def test_periods_that_differ_are_told_as_often_as_noncentral_t_says(n_weeks: int) -> None:
    """800 comparisons of a true difference of 2.5 stated errors; the normal formula says .71.

    Law: the share found is binomial of the power; |z| < 4. At 13 weeks the formula of known errors is further off.
    """
    rng, shift, n_trials = np.random.default_rng(n_weeks + 1), 2.5 * math.sqrt(2.0 / n_weeks), 800
    trials = [before_after_trial(rng, n_weeks, 0.0, shift) for _ in range(n_trials)]
    found = np.mean([p < 0.05 for p, _ in trials])
    error = math.sqrt(np.mean([variance for _, variance in trials]))
    expected, normal = (
        float(power(shift, error, 0.95, freedom)) for freedom in (week_weights(n_weeks).freedom, np.inf)
    )
    assert abs(found - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / n_trials)
    assert abs(found - expected) < abs(found - normal)


@pytest.mark.parametrize("n_patients", [20, 200])
def test_trials_of_no_effect_find_something_in_five_of_a_hundred(n_patients: int) -> None:
    """Patients with visits alike; 500 trials of no effect, few patients (permuted) and many (robust errors).

    Law: the share found is binomial of 0.05; bounds .02 and .09 hold for it with probability above .999.
    """
    rng, found = np.random.default_rng(20260), 0
    for trial in range(500):
        visits = np.repeat(np.arange(n_patients), rng.geometric(0.6, n_patients))
        value = (rng.random(visits.size) < rng.beta(1.0, 4.0, n_patients)[visits]).astype(float)
        offered = (rng.random(n_patients) < 0.5)[visits]
        arms = [arm_mean(value[chosen], visits[chosen]) for chosen in (offered, ~offered)]
        if is_few(value, [arm.n_patients for arm in arms], is_share=True):
            p = permuted_p(value, visits, offered, [trial])
        else:
            difference = arms[0].total / arms[0].n - arms[1].total / arms[1].n
            p = float(t_p(difference, arms[0].variance + arms[1].variance, n_patients - 2))
        found += p < 0.05
    assert 0.02 <= found / 500 <= 0.09


def test_trials_that_are_played_find_as_many_as_the_formula_says() -> None:
    """Patients with visits alike and a true difference: 400 trials of each of three sizes.

    Law: the share found is binomial of the formula's power, taken with the mean stated error and the true difference;
    |z| < 4 for each, which chance leaves in fewer than one of 5,000 such tests.
    """
    rng, difference, n_trials = np.random.default_rng(7), 0.05, 400
    for n_patients in (300, 900, 2700):
        n_found, variances = 0, []
        for _ in range(n_trials):
            visits = np.repeat(np.arange(n_patients), rng.geometric(0.64, n_patients))
            offered = np.arange(n_patients) % 2 == 0
            chance = rng.beta(1.0, 6.0, n_patients) * (1.0 - 7.0 * difference * offered)
            value = (rng.random(visits.size) < chance[visits]).astype(float)
            arms = [arm_mean(value[offered[visits] == arm], visits[offered[visits] == arm]) for arm in (True, False)]
            estimate = arms[0].total / arms[0].n - arms[1].total / arms[1].n
            variances.append(arms[0].variance + arms[1].variance)
            n_found += bool(t_p(estimate, variances[-1], n_patients - 2) < 0.05)
        expected = float(power(difference, math.sqrt(np.mean(variances)), 0.95))
        error = math.sqrt(expected * (1.0 - expected) / n_trials)
        assert abs(n_found / n_trials - expected) < 4.0 * error
