"""Every kind of interval covers as often as it says, in 2,000 experiments each.

Law: covering is a coin toss with the stated chance, so z = (covered - N p) / sqrt(N p (1 - p)). Seeds are
fixed and |z| < 4 where the chance is exact, z > -4 where the interval is conservative: a false-alarm chance
under 1e-4 a seed.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from sim.analysis.breakeven import Curve, break_even
from sim.statistics.intervals import paired_differences
from sim.statistics.multiple_comparisons import nelson_matejcik, simultaneous_half_widths
from sim.statistics.survival import kaplan_meier
from tests.one_interval import mean_interval

pytestmark = [pytest.mark.slow, pytest.mark.verification]

Z_LIMIT = 4.0
N_EXPERIMENTS = 2000
CONFIDENCE = 0.95

Experiment = Callable[[np.random.Generator], bool]


def coverage_z(covers: Experiment, law: float, seed: int) -> float:
    rng = np.random.default_rng(seed)
    covered = sum(covers(rng) for _ in range(N_EXPERIMENTS))
    return (covered - N_EXPERIMENTS * law) / sqrt(N_EXPERIMENTS * law * (1 - law))


def correlated(rng: np.random.Generator, n: int, k: int, rho: float) -> np.ndarray:
    """Normal columns of unit variance that all correlate by rho, as scenarios on common numbers do."""
    return sqrt(rho) * rng.normal(size=(n, 1)) + sqrt(1 - rho) * rng.normal(size=(n, k))


@pytest.mark.parametrize("n", [2, 5, 10, 40])
def test_mean_intervals_are_exact_for_normal_values(n):
    def covers(rng: np.random.Generator) -> bool:
        interval = mean_interval(rng.normal(3.0, 2.0, n), CONFIDENCE)
        return interval.low <= 3.0 <= interval.high

    assert abs(coverage_z(covers, CONFIDENCE, seed=201)) < Z_LIMIT


@pytest.mark.parametrize("rho", [0.0, 0.9])
def test_paired_intervals_are_exact_whatever_the_correlation(rho):
    def covers(rng: np.random.Generator) -> bool:
        a, b = correlated(rng, 10, 2, rho).T
        difference = paired_differences([a + 0.5], [b], CONFIDENCE)
        return bool(difference["low"][0] <= 0.5 <= difference["high"][0])

    assert abs(coverage_z(covers, CONFIDENCE, seed=202)) < Z_LIMIT


def test_bonferroni_families_are_exact_for_independent_columns():
    def covers(rng: np.random.Generator) -> bool:
        table = rng.normal(size=(10, 12))
        return bool(np.all(np.abs(table.mean(axis=0)) <= simultaneous_half_widths(table, CONFIDENCE)))

    assert abs(coverage_z(covers, (1 - 0.05 / 12) ** 12, seed=204)) < Z_LIMIT


@pytest.mark.parametrize("method", ["bonferroni", "max_t"])
@pytest.mark.parametrize(("n", "k", "rho"), [(10, 4, 0.5), (10, 4, 0.95)])
def test_families_cover_at_least_as_often_as_they_say(n, k, rho, method):
    def covers(rng: np.random.Generator) -> bool:
        table = correlated(rng, n, k, rho)
        half_widths = simultaneous_half_widths(table, CONFIDENCE, method)
        return bool(np.all(np.abs(table.mean(axis=0)) <= half_widths))

    assert coverage_z(covers, CONFIDENCE, seed=205) > -Z_LIMIT


@pytest.mark.parametrize("rho", [0.0, 0.9])
@pytest.mark.parametrize("better", ["low", "high"])
def test_best_of_many_is_exact_when_one_leads_by_far(rho, better):
    lead = 50.0 if better == "high" else -50.0
    gaps = np.array([lead, -lead, -lead, -lead, -lead])

    def covers(rng: np.random.Generator) -> bool:
        table = correlated(rng, 10, 5, rho)
        table[:, 0] += lead
        best = nelson_matejcik(table, better, CONFIDENCE)
        return bool(np.all((best.low <= gaps) & (gaps <= best.high)))

    assert abs(coverage_z(covers, CONFIDENCE, seed=206)) < Z_LIMIT


def test_best_of_many_keeps_the_true_best_in_the_race():
    means = np.array([0.3, 0.2, 0.1, 0.0])

    def covers(rng: np.random.Generator) -> bool:
        return bool(nelson_matejcik(correlated(rng, 10, 4, 0.8) + means, "high", CONFIDENCE).may_be_best[0])

    assert coverage_z(covers, CONFIDENCE, seed=207) > -Z_LIMIT


def test_return_curves_and_their_standard_errors_are_right_under_censoring():
    """Exponential returns with uniform ends of follow-up: S(20) = exp(-20/40), Greenwood's normal interval."""
    truth = float(np.exp(-0.5))

    def covers(rng: np.random.Generator) -> bool:
        event, end = rng.exponential(40.0, 300), rng.uniform(10.0, 60.0, 300)
        curve = kaplan_meier(np.minimum(event, end), event <= end)
        last = int(np.searchsorted(curve.times, 20.0, side="right")) - 1
        return bool(abs(curve.survival[last] - truth) <= 1.959964 * curve.standard_error[last])

    assert abs(coverage_z(covers, CONFIDENCE, seed=209)) < Z_LIMIT


@pytest.mark.parametrize("n", [3, 10, 40])
@pytest.mark.parametrize("slope", [-100.0, -15.0])
def test_break_even_intervals_hold_the_true_effect_exactly_as_often_as_they_say(n, slope):
    """The curve is straight, so the law is exact whatever its slope, flat ones with intervals of all the range too."""
    effects, root = np.linspace(0.6, 1.2, 7), 0.83

    def covers(rng: np.random.Generator) -> bool:
        noise = 3.0 * correlated(rng, n, len(effects), 0.8).T
        # Noise is straight between effects, as the estimate takes it; at the root it is a mean of two neighbours.
        found = break_even(Curve(effects, slope * (effects - root)[:, None] + noise), CONFIDENCE)
        return any(low <= root <= high for low, high in found.spans)

    assert abs(coverage_z(covers, CONFIDENCE, seed=31)) < Z_LIMIT


def test_a_threshold_is_claimed_where_there_is_none_no_oftener_than_chance_allows():
    """No effect in the range pays: at the best of them the mean is below 0 by 1.5 half-widths, so that refuting it
    takes luck; a single claim `turns` needs the interval inside the range and is rarer than the error allowed."""
    effects = np.linspace(0.6, 1.2, 7)

    def claims(rng: np.random.Generator) -> bool:
        noise = correlated(rng, 20, len(effects), 0.8).T
        found = break_even(Curve(effects, -10.0 * (effects - 0.55)[:, None] + noise), CONFIDENCE)
        return found.verdict in ("turns", "always")

    assert coverage_z(claims, 1.0 - CONFIDENCE, seed=32) < Z_LIMIT
