"""Output analysis against exact small cases, published examples, properties and its own stated coverage.

Statistical tests: the number of intervals that cover is binomial, so z = (covered - N p) / sqrt(N p (1 -
p)); seeds are fixed and |z| < 4, a false-alarm chance of 6e-5 for each seed chosen. Long versions:
tests/verification.
"""

from collections.abc import Callable
from math import inf, isnan, nan, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import ArrayLike
from scipy import stats

from sim.statistics.intervals import mean_intervals, paired_differences
from sim.statistics.multiple_comparisons import (
    _cautious_correlation,
    _max_t_point,
    _one_sided_dunnett_point,
    holm,
    nelson_matejcik,
    simultaneous_half_widths,
)
from sim.statistics.stopping import replications_needed
from sim.statistics.survival import SurvivalCurve, kaplan_meier
from sim.statistics.warm_up import daily_warm_up, mser5
from tests.one_interval import mean_interval

Z_LIMIT = 4.0
N_EXPERIMENTS = 400

finite = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))
samples = hnp.arrays(np.float64, st.integers(2, 30), elements=finite)
p_value_lists = hnp.arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1))
tables = hnp.arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(2, 6)), elements=finite)
quick = settings(deadline=None, max_examples=60)


def coverage_z(covers: Callable[[np.random.Generator], bool], law: float, seed: int) -> float:
    """How many standard errors the share of covering intervals lies from its law."""
    rng = np.random.default_rng(seed)
    covered = sum(covers(rng) for _ in range(N_EXPERIMENTS))
    return (covered - N_EXPERIMENTS * law) / sqrt(N_EXPERIMENTS * law * (1 - law))


def paired_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> SimpleNamespace:
    """What `paired_differences` says of one measure."""
    found = paired_differences(np.atleast_2d(a), np.atleast_2d(b), confidence)
    return SimpleNamespace(**{name: column.item() for name, column in found.items()})


# --- means ----------------------------------------------------------------------------------------


def test_the_mean_interval_reproduces_the_acceptance_arithmetic():
    interval = mean_interval([9.842379990825465, 10.060423560536304, 9.925089673744292])
    digits = [f"{x:.6f}" for x in (interval.mean, interval.sd, interval.low, interval.high)]
    assert digits == ["9.942631", "0.110075", "9.669189", "10.216073"]
    assert interval.n == 3


def test_one_replication_has_a_mean_but_no_spread():
    interval = mean_interval([4.0])
    assert (interval.mean, interval.half_width, interval.low, interval.high) == (4.0, inf, -inf, inf)
    assert isnan(interval.sd)


def test_undefined_replications_are_dropped_and_not_counted():
    with_gaps = mean_interval([1.0, nan, 2.0, 3.0, nan])
    without = mean_interval([1.0, 2.0, 3.0])
    assert (with_gaps.low, with_gaps.high, with_gaps.n) == (without.low, without.high, 3)


def test_equal_values_have_exactly_no_spread():
    assert mean_interval([0.1] * 10).half_width == 0.0


@pytest.mark.parametrize("values", [[], [nan, nan]])
def test_of_values_without_a_mean_nothing_is_known(values):
    interval = mean_interval(values)
    assert interval.n == 0
    assert isnan(interval.mean)
    assert isnan(interval.half_width)


@pytest.mark.parametrize("values", [[1.0, inf], [[1.0, 2.0]]])
def test_values_that_can_have_no_mean_are_refused(values):
    with pytest.raises(ValueError, match="table"):
        mean_interval(values)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, nan])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        mean_interval([1.0, 2.0], confidence)


@pytest.mark.parametrize("n", [3, 10])
def test_mean_intervals_of_normal_values_cover_as_often_as_they_say(n):
    def covers(rng: np.random.Generator) -> bool:
        interval = mean_interval(rng.normal(7.0, 2.0, n), 0.9)
        return interval.low <= 7.0 <= interval.high

    assert abs(coverage_z(covers, 0.9, seed=101)) < Z_LIMIT


def test_the_coverage_test_notices_an_interval_a_third_too_short():
    def covers(rng: np.random.Generator) -> bool:
        interval = mean_interval(rng.normal(7.0, 2.0, 10), 0.9)
        return abs(interval.mean - 7.0) <= interval.half_width * 2 / 3

    assert coverage_z(covers, 0.9, seed=101) < -Z_LIMIT


# --- paired differences ---------------------------------------------------------------------------


def test_a_paired_difference_worked_by_hand():
    """Differences 1, 2, 3: mean 2, sd 1, t = 2 sqrt(3) on 2 degrees of freedom, where P(|T| > t) = 1 -
    t/sqrt(t^2 + 2).
    """
    difference = paired_difference([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    t = 2.0 * sqrt(3.0)
    assert (difference.mean, difference.sd, difference.n) == (2.0, 1.0, 3)
    assert difference.half_width == pytest.approx(4.302652729911275 / sqrt(3.0))
    assert difference.p_value == pytest.approx(1.0 - t / sqrt(t * t + 2.0))
    assert difference.correlation == pytest.approx(1.0)
    assert difference.variance_ratio == pytest.approx(1.0 / (4.0 + 1.0))


@quick
@given(samples)
def test_identical_samples_differ_by_exactly_nothing(values):
    same = paired_difference(values, values.copy())
    assert (same.mean, same.low, same.high, same.half_width, same.sd) == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert same.p_value == 1.0
    varies = np.ptp(values) > 0
    assert (same.correlation == 1.0 and same.variance_ratio == 0.0) if varies else isnan(same.correlation)


@quick
@given(samples, st.data())
def test_swapping_the_sides_turns_the_sign_and_nothing_else(values, data):
    other = data.draw(hnp.arrays(np.float64, values.size, elements=finite))
    forth, back = paired_difference(values, other), paired_difference(other, values)
    assert (forth.mean, forth.low, forth.high) == (-back.mean, -back.high, -back.low)
    assert (forth.half_width, forth.p_value) == (back.half_width, back.p_value)


@quick
@given(samples, st.data())
def test_the_p_value_is_below_alpha_exactly_when_the_interval_leaves_out_zero(values, data):
    other = data.draw(hnp.arrays(np.float64, values.size, elements=finite))
    difference = paired_difference(values, other)
    assume(abs(difference.p_value - 0.05) > 1e-9)
    assert (difference.p_value < 0.05) == (not difference.low <= 0.0 <= difference.high)


def test_a_pair_undefined_on_either_side_is_dropped_on_both():
    gaps = paired_difference([1.0, nan, 3.0, 5.0, 4.0], [0.0, 1.0, 1.0, nan, 1.0])
    whole = paired_difference([1.0, 3.0, 4.0], [0.0, 1.0, 1.0])
    assert gaps.n == 3
    assert (gaps.mean, gaps.half_width, gaps.correlation) == (whole.mean, whole.half_width, whole.correlation)


def test_a_constant_shift_is_certain():
    shift = paired_difference([2.0, 3.0, 5.0], [1.0, 2.0, 4.0])
    assert (shift.mean, shift.half_width, shift.p_value) == (1.0, 0.0, 0.0)


def test_one_pair_says_nothing_about_chance():
    single = paired_difference([2.0], [2.0])
    assert (single.mean, single.half_width) == (0.0, inf)
    assert isnan(single.p_value)
    assert isnan(single.correlation)


def test_samples_of_different_replications_are_refused():
    with pytest.raises(ValueError, match="same replications"):
        paired_difference([1.0, 2.0], [1.0, 2.0, 3.0])


def test_many_measures_at_once_are_estimated_as_each_alone():
    rng = np.random.default_rng(104)
    a = rng.normal(10.0, 1.0, (12, 7))
    b = a + rng.normal(0.0, 0.3, a.shape)
    a[1, 2], b[1, 5], a[2, :6], b[3] = nan, nan, nan, nan
    b[4], a[5], b[6] = a[4], 3.0, a[6] - 1.0
    a[7], b[7] = 0.0, 0.0
    together, single = paired_differences(a, b, 0.9), mean_intervals(a - b, 0.9)
    for row in set(range(12)) - {3}:
        alone = paired_difference(a[row], b[row], 0.9)
        for name, column in together.items():
            np.testing.assert_equal(column[row], getattr(alone, name), err_msg=f"{name} of row {row}")
            if name in single:
                np.testing.assert_equal(single[name][row], column[row])
    assert together["n"].tolist() == [7, 5, 1, 0, *[7] * 8]
    assert all(np.isnan(column[3]) for name, column in together.items() if name != "n")


def test_a_table_must_have_a_row_per_measure():
    with pytest.raises(ValueError, match="a row per measure"):
        mean_intervals([1.0, 2.0])


def test_paired_intervals_on_common_numbers_cover_as_often_as_they_say():
    def covers(rng: np.random.Generator) -> bool:
        shared = rng.normal(0.0, 3.0, 10)
        a, b = 1.5 + shared + rng.normal(size=10), shared + rng.normal(size=10)
        difference = paired_difference(a, b)
        return difference.low <= 1.5 <= difference.high

    assert abs(coverage_z(covers, 0.95, seed=103)) < Z_LIMIT


# --- families -------------------------------------------------------------------------------------


@quick
@given(tables)
def test_bonferroni_is_wider_than_single_intervals_wherever_there_is_spread(table):
    together = simultaneous_half_widths(table)
    alone = np.array([mean_interval(column).half_width for column in table.T])
    varies = np.ptp(table, axis=0) > 0
    assert np.all(together[varies] > alone[varies])
    assert np.all(together[~varies] == 0.0)


def test_bonferroni_is_the_single_interval_at_the_shared_out_error():
    table = np.array([[1.0, 2.0], [2.0, 7.0], [4.0, nan], [3.0, 3.0]])
    half_widths = simultaneous_half_widths(table, 0.9)
    assert half_widths == pytest.approx([mean_interval(c, 0.95).half_width for c in table.T])


def test_max_t_lies_between_single_and_bonferroni_and_gains_from_correlation():
    rng = np.random.default_rng(104)
    table = rng.normal(size=(30, 8)) * 0.3 + rng.normal(size=(30, 1))
    single = np.array([mean_interval(column).half_width for column in table.T])
    bonferroni = simultaneous_half_widths(table)
    max_t = simultaneous_half_widths(table, method="max_t")
    assert np.all((single < max_t) & (max_t < 0.95 * bonferroni))


def test_max_t_of_independent_columns_is_near_the_closed_form():
    """Independent studentised columns: P(max |t| <= c) = P(|t| <= c)^m (Šidák)."""
    point = _max_t_point(np.eye(5), 9, 0.95)
    assert point == pytest.approx(stats.t.ppf(0.5 + 0.95**0.2 / 2, 9), rel=0.02)


def test_max_t_of_copies_of_one_column_is_near_the_single_interval():
    column = np.random.default_rng(105).normal(size=12)
    copies = simultaneous_half_widths(np.column_stack([column] * 4), method="max_t")
    assert copies == pytest.approx([mean_interval(column).half_width] * 4, rel=0.02)


def test_max_t_credits_a_correlation_only_down_to_its_fisher_bound():
    rng = np.random.default_rng(117)
    table = [1.0, 0.8] * np.arange(10.0)[:, None] + rng.normal(size=(10, 2))
    r = np.corrcoef(table, rowvar=False)[0, 1]
    bound = np.tanh(np.arctanh(r) - 1.6448536 / sqrt(7))
    assert bound > 0.0
    assert _cautious_correlation(table)[0, 1] == pytest.approx(bound, abs=1e-6)
    assert _cautious_correlation(table * [1.0, -1.0])[0, 1] == pytest.approx(-bound, abs=1e-6)
    assert _cautious_correlation(table[:3])[0, 1] == 0.0


def test_max_t_is_the_same_every_time():
    table = np.random.default_rng(106).normal(size=(10, 3))
    first, again = (simultaneous_half_widths(table, method="max_t") for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_columns_that_never_vary_get_zero_and_do_not_disturb_the_rest():
    table = np.random.default_rng(107).normal(size=(10, 3))
    padded = np.column_stack([np.zeros(10), table, np.full(10, 0.1)])
    max_t = simultaneous_half_widths(padded, method="max_t")
    assert (max_t[0], max_t[-1]) == (0.0, 0.0)
    assert max_t[1:-1] == pytest.approx(simultaneous_half_widths(table, method="max_t"))
    assert not simultaneous_half_widths(np.zeros((10, 3)), method="max_t").any()


@pytest.mark.parametrize("method", ["bonferroni", "max_t"])
def test_one_replication_gives_infinite_simultaneous_half_widths(method):
    assert simultaneous_half_widths([[1.0, 2.0]], method=method).tolist() == [inf, inf]


def test_families_that_cannot_be_handled_are_refused():
    with pytest.raises(ValueError, match="use method='bonferroni'"):
        simultaneous_half_widths([[1.0, nan], [2.0, 3.0]], method="max_t")
    with pytest.raises(ValueError, match="method is"):
        simultaneous_half_widths([[1.0, 2.0], [2.0, 3.0]], method="scheffe")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="row per replication"):
        simultaneous_half_widths([1.0, 2.0])


def test_bonferroni_families_of_independent_columns_cover_by_their_law():
    """m independent intervals at 1 - alpha/m cover together with probability (1 - alpha/m)^m."""

    def covers(rng: np.random.Generator) -> bool:
        table = rng.normal(size=(10, 5))
        return bool(np.all(np.abs(table.mean(axis=0)) <= simultaneous_half_widths(table, 0.9)))

    assert abs(coverage_z(covers, 0.98**5, seed=108)) < Z_LIMIT


def test_holm_reproduces_a_case_worked_by_hand():
    """Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 is 0.02, 0.03, 0.06, 0.04; the last may not fall below
    0.06.
    """
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@quick
@given(p_value_lists)
def test_holm_never_lowers_a_p_value_nor_changes_their_order(p_values):
    adjusted = holm(p_values)
    assert np.all((p_values <= adjusted) & (adjusted <= 1.0))
    assert np.all(np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= 0.0)
    assert np.all(adjusted <= np.minimum(1.0, p_values * p_values.size))


@pytest.mark.parametrize("p_values", [[0.5, nan], [-0.1], [1.1]])
def test_holm_refuses_what_is_no_probability(p_values):
    with pytest.raises(ValueError, match="p_values"):
        holm(p_values)


# --- best of many ---------------------------------------------------------------------------------


def test_the_best_of_two_is_a_one_sided_paired_t_test():
    rng = np.random.default_rng(109)
    table = rng.normal(size=(12, 2)) + rng.normal(0.0, 5.0, (12, 1))
    best = nelson_matejcik(table, "high")
    sd = np.std(table[:, 0] - table[:, 1], ddof=1)
    assert best.half_width == pytest.approx(stats.t.ppf(0.95, 11) * sd / sqrt(12))


@pytest.mark.parametrize(("m", "df"), [(2, 4), (4, 45), (9, 81), (3, 1)])
def test_the_equicoordinate_point_solves_the_multivariate_t(m, df):
    """Against scipy's randomised integration, an independent method."""
    point = _one_sided_dunnett_point(m, df, 0.95)
    law = stats.multivariate_t(shape=0.5 * np.eye(m) + 0.5, df=df, seed=1)
    assert law.cdf(np.full(m, point)) == pytest.approx(0.95, abs=2e-4)


def test_a_clear_winner_is_named_and_the_rest_ruled_out():
    rng = np.random.default_rng(110)
    table = np.array([5.0, 3.0, 5.1]) + 0.1 * rng.normal(size=(10, 3)) + rng.normal(size=(10, 1))
    best = nelson_matejcik(table, "low")
    assert best.is_best.tolist() == [False, True, False]
    assert best.may_be_best.tolist() == [False, True, False]
    assert best.difference[1] == pytest.approx(best.mean[1] - min(best.mean[0], best.mean[2]))


def test_near_equals_all_stay_in_the_race():
    noise = np.random.default_rng(111).normal(size=(10, 4))
    best = nelson_matejcik(noise - noise.mean(axis=0) + [0.0, 0.1, 0.2, 0.3], "high")
    assert best.may_be_best.all()
    assert not best.is_best.any()


@quick
@given(tables)
def test_low_is_best_in_the_mirror_of_high_is_best(table):
    high, low = nelson_matejcik(table, "high"), nelson_matejcik(-table, "low")
    assert np.array_equal(high.may_be_best, low.may_be_best)
    assert np.array_equal(high.low, -low.high)
    assert np.array_equal(high.is_best, low.is_best)
    assert high.may_be_best[np.argmax(high.mean)]
    assert np.all((high.low <= 0.0) & (high.high >= 0.0))


def test_exactly_tied_scenarios_are_neither_ruled_out_nor_called_best():
    column = np.random.default_rng(112).normal(size=10)
    best = nelson_matejcik(np.column_stack([column, column]), "high")
    assert best.half_width == 0.0
    assert best.may_be_best.all()
    assert not best.is_best.any()


def test_replications_with_a_gap_are_left_out_of_the_best_of_many():
    table = np.random.default_rng(113).normal(size=(8, 3))
    gap = np.vstack([table, [[1.0, nan, 2.0]]])
    best = nelson_matejcik(gap, "low")
    assert (best.n, best.n_undefined) == (8, 1)
    assert best.half_width == nelson_matejcik(table, "low").half_width


def test_a_best_of_many_without_a_choice_or_a_repeat_is_refused():
    with pytest.raises(ValueError, match="complete replications"):
        nelson_matejcik([[1.0, 2.0], [nan, 2.0]], "low")
    with pytest.raises(ValueError, match="2 or more columns"):
        nelson_matejcik([[1.0], [2.0]], "low")
    with pytest.raises(ValueError, match="better is"):
        nelson_matejcik([[1.0, 2.0], [1.0, 3.0]], "max")  # type: ignore[arg-type]


def test_best_of_many_intervals_cover_by_their_law_when_one_leads_by_far():
    """With the best far ahead and the others equal, all k intervals hold together with probability 1 - alpha
    exactly.
    """
    truth = np.array([50.0, 0.0, 0.0, 0.0])
    gaps = np.array([50.0, -50.0, -50.0, -50.0])

    def covers(rng: np.random.Generator) -> bool:
        table = truth + rng.normal(size=(10, 4)) + rng.normal(0.0, 3.0, (10, 1))
        best = nelson_matejcik(table, "high", 0.9)
        return bool(np.all((best.low <= gaps) & (gaps <= best.high)))

    assert abs(coverage_z(covers, 0.9, seed=114)) < Z_LIMIT


# --- how much to run ------------------------------------------------------------------------------


@quick
@given(samples, st.floats(0.5, 100.0))
def test_the_replications_needed_are_the_fewest_that_reach_the_precision(values, scale):
    sd = mean_interval(values).sd
    assume(sd > 0.0)
    target = sd * scale / 10.0
    n = replications_needed(values, target)
    assert stats.t.ppf(0.975, n - 1) * sd / sqrt(n) <= target
    assert n == 2 or stats.t.ppf(0.975, n - 2) * sd / sqrt(n - 1) > target


def test_a_measure_that_never_varies_needs_two_replications():
    assert replications_needed([0.1, 0.1, 0.1], 0.001) == 2


def test_a_pilot_of_one_or_a_precision_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 2"):
        replications_needed([1.0, nan], 0.1)
    with pytest.raises(ValueError, match="half_width"):
        replications_needed([1.0, 2.0], 0.0)


def test_mser5_cuts_exactly_the_batches_of_a_step():
    """Four batches of 10, then sixteen that alternate about 0: any kept tenth batch swamps the variance."""
    settled = np.repeat(np.tile([0.5, -0.5], 8), 5)
    cut = mser5(np.concatenate([np.full(20, 10.0), settled]))
    assert (cut.n_observations, cut.reliable) == (20, True)
    assert cut.statistic == pytest.approx(0.25 / 16)


def test_mser5_deletes_nothing_from_a_level_series():
    assert mser5(np.full(60, 0.1)).n_observations == 0


def test_mser5_leaves_out_an_incomplete_last_batch():
    step = np.concatenate([np.full(20, 10.0), np.repeat(np.tile([0.5, -0.5], 8), 5)])
    assert mser5(np.concatenate([step, [1e6] * 4])) == mser5(step)


def test_mser5_does_not_trust_a_series_that_never_settles():
    assert not mser5(np.arange(100.0)).reliable


def test_mser5_refuses_a_short_or_broken_series():
    with pytest.raises(ValueError, match="needs 50"):
        mser5(np.zeros(49))
    with pytest.raises(ValueError, match="NaN"):
        mser5(np.append(np.zeros(60), nan))


def test_the_warm_up_is_rounded_up_to_whole_weeks():
    """The step ends after day 20, so three weeks."""
    step = np.concatenate([np.full(20, 10.0), np.repeat(np.tile([0.5, -0.5], 8), 5)])
    found = daily_warm_up(step)
    assert (found.n_weeks, found.n_observations, found.reliable) == (3, 20, True)
    assert daily_warm_up(np.full(70, 2.0)).n_weeks == 0


def test_the_warm_up_is_read_from_the_average_over_replications_and_their_gaps():
    step = np.concatenate([np.full(20, 10.0), np.repeat(np.tile([0.5, -0.5], 8), 5)])
    wobble = np.random.default_rng(115).normal(0.0, 5.0, step.size)
    pair = np.vstack([step + wobble, step - wobble, step])
    pair[2, 7] = nan
    assert daily_warm_up(pair).n_weeks == 3


def test_a_period_undefined_in_every_replication_is_refused():
    series = np.zeros((2, 70))
    series[:, 3] = nan
    with pytest.raises(ValueError, match="NaN"):
        daily_warm_up(series)


# --- return curves --------------------------------------------------------------------------------

# Remission in weeks under 6-mercaptopurine (Freireich et al. 1963), the textbook Kaplan-Meier example.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def remission_curve() -> SurvivalCurve:
    observed = [True] * len(REMISSION) + [False] * len(STILL_IN_REMISSION)
    return kaplan_meier(REMISSION + STILL_IN_REMISSION, observed)


def test_kaplan_meier_reproduces_the_textbook_remission_curve():
    curve = remission_curve()
    falls = np.diff(curve.survival, prepend=1.0) < 0.0
    assert curve.times[falls].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival[falls] == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    greenwood = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert curve.standard_error[falls] == pytest.approx(greenwood, abs=5e-5)


def test_a_return_curve_can_be_read_at_any_day_that_was_followed():
    read = remission_curve().at([0.0, 5.9, 6.0, 9.5, 35.0, 36.0])
    assert read[:4] == pytest.approx([1.0, 1.0, 18 / 21, 18 / 21 * 16 / 17])
    assert read[4] == pytest.approx(0.448, abs=5e-4)
    assert isnan(read[5])


def test_without_censoring_the_curve_is_the_share_still_waiting():
    curve = kaplan_meier([3.0, 1.0, 2.0, 2.0], [True] * 4)
    assert curve.times.tolist() == [1.0, 2.0, 3.0]
    assert curve.survival == pytest.approx([0.75, 0.25, 0.0])
    assert curve.standard_error[:2] == pytest.approx([sqrt(0.75 * 0.25 / 4)] * 2)
    assert isnan(curve.standard_error[2])


def test_a_cohort_without_a_single_return_stays_at_one():
    curve = kaplan_meier([30.0, 30.0, 12.0], [False] * 3)
    assert curve.survival.tolist() == [1.0, 1.0]
    assert curve.standard_error.tolist() == [0.0, 0.0]


def test_follow_up_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="one of each"):
        kaplan_meier([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="one of each"):
        kaplan_meier([], [])
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier([1.0, -2.0], [True, True])


def test_results_cannot_be_written_to():
    with pytest.raises(AttributeError):
        kaplan_meier([1.0, 2.0], [True, False]).survival = np.zeros(2)  # type: ignore[misc]
