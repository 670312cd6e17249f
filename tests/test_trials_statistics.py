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
    block_of_week,
    cluster_variance,
    flipped_p,
    is_few,
    paired_variance,
    permuted_p,
    pooled,
    power,
    t_p,
    times_as_large,
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


def test_all_patterns_of_signs_are_gone_through() -> None:
    assert flipped_p(np.array([1.0, 2.0, 3.0])) == pytest.approx(2 / 8)
    assert flipped_p(np.array([1.0, -1.0])) == 1.0


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


def test_sites_are_pooled_by_their_weights() -> None:
    estimate, variance = pooled(np.array([[1.0, 3.0]]), np.array([[1.0, 4.0]]), np.array([[3.0, 1.0]]))
    assert estimate == pytest.approx(1.5)
    assert variance == pytest.approx(9 / 16 + 4 / 16)


def test_weeks_that_are_alike_in_both_periods_cancel() -> None:
    """A season that both periods share is in no residual; one that only one has is."""
    season, n = np.array([1.0, 5.0, 2.0, 8.0]), np.full(4, 10.0)
    weeks = block_of_week(4)
    same = paired_variance(np.array([n, n * season]), np.array([n, n * (season + 1.0)]), weeks, 0.0, 0.0)
    assert same == pytest.approx(0.0, abs=1e-12)
    other = paired_variance(np.array([n, n * season]), np.array([n, n * 4.0]), weeks, 0.0, 0.0)
    assert other == pytest.approx(season.var(ddof=1) / 4)


@pytest.mark.parametrize(("n_weeks", "sizes"), [(4, [1] * 4), (26, [2] * 13), (52, [4] * 13), (54, [4] * 12 + [6])])
def test_weeks_are_taken_together_as_far_as_blocks_are_enough(n_weeks: int, sizes: list[int]) -> None:
    assert np.bincount(block_of_week(n_weeks)).tolist() == sizes


def test_weeks_that_hang_together_are_not_taken_for_independent() -> None:
    """Two periods of 52 weeks that share nothing but their mean, each week like the last (correlation .4).

    Law: the variance of the mean is that of an autoregression; of weeks alone it would be less than half of it.
    """
    rng, n, of_blocks, of_weeks = np.random.default_rng(52), np.full(52, 10.0), [], []
    for _ in range(400):
        level = lfilter([1.0], [1.0, -0.4], rng.standard_normal((2, 300)))[:, -52:]
        periods = [np.array([n, n * each]) for each in level]
        of_blocks.append(paired_variance(periods[0], periods[1], block_of_week(52), 0.0, 0.0))
        of_weeks.append(paired_variance(periods[0], periods[1], np.arange(52), 0.0, 0.0))
    true = 2.0 / (1.0 - 0.4) ** 2 / 52
    assert np.mean(of_weeks) < 0.5 * true
    assert 0.7 * true < np.mean(of_blocks) < 1.1 * true


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
