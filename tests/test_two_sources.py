"""Chance and assumptions told apart, where the truth is known."""

import numpy as np
import pytest
from scipy.stats import norm

from sim.statistics.arrays import FloatArray
from sim.statistics.two_sources import chances_of_being_best, expected_regrets, split_of

ASSUMPTIONS = 1.5


def played(
    seed: int, n: int = 200, twice: int = 50, chance: float = 1.0, skewed: bool = False
) -> tuple[FloatArray, FloatArray, float]:
    """Runs of draws, second runs of some, and the truth of one more department of the same kind."""
    rng = np.random.default_rng(seed)
    deviations = rng.standard_normal(n + 1)
    truths = ASSUMPTIONS * ((np.exp(0.6 * deviations) - np.exp(0.18)) / 0.785 if skewed else deviations)
    first = truths[:n] + chance * rng.standard_normal(n)
    again = np.full(n, np.nan)
    again[:twice] = truths[:twice] + chance * rng.standard_normal(twice)
    return first, again, float(truths[n])


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("chance", [0.1, 0.75, 1.5])
def test_the_interval_holds_another_department_as_often_as_it_says(chance: float, skewed: bool) -> None:
    """1,000 studies of 200 draws, up to as much chance as the assumptions do."""
    held = []
    for seed in range(1000):
        first, again, truth = played(seed, chance=chance, skewed=skewed)
        low, high = split_of(first, again).interval(0.95)
        held.append(low <= truth <= high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_where_chance_hides_the_assumptions_the_interval_is_an_upper_limit_and_says_so() -> None:
    splits = [split_of(*played(seed, chance=4.0)[:2]) for seed in range(200)]
    assert np.mean([split.beyond_chance for split in splits]) < 0.3
    hidden = [split for split in splits if not split.beyond_chance]
    widths = [np.subtract(*split.interval(0.95)[::-1]) for split in hidden]
    assert np.mean(widths) > 3.92 * ASSUMPTIONS


def test_an_interval_without_chance_holds_a_skewed_truth_as_often() -> None:
    held = []
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        truths = np.exp(rng.standard_normal(201))
        first, again = truths[:200], np.full(200, np.nan)
        again[:2] = first[:2]
        low, high = split_of(first, again).interval(0.95)
        held.append(low <= truths[200] <= high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_variances_are_those_of_chance_and_of_the_assumptions() -> None:
    found = [split_of(*played(seed, 1000, 250)[:2]) for seed in range(60)]
    assert np.mean([split.of_chance for split in found]) == pytest.approx(1.0, rel=0.05)
    assert np.mean([split.of_assumptions for split in found]) == pytest.approx(ASSUMPTIONS**2, rel=0.05)


def test_values_that_never_differ_vary_by_nothing() -> None:
    split = split_of(np.full(50, 3.0), np.full(50, 3.0))
    assert split.interval(0.95) == (3.0, 3.0)
    assert split.of_chance == split.of_assumptions == 0.0


@pytest.mark.parametrize(("n", "twice"), [(39, 10), (100, 1)])
def test_too_few_draws_are_refused(n: int, twice: int) -> None:
    with pytest.raises(ValueError, match="give 40 and 2 at least"):
        split_of(*played(1, n, twice)[:2])


def test_a_draw_that_was_not_played_does_not_count() -> None:
    first, again, _ = played(3)
    first[7] = np.nan
    split = split_of(first, again)
    assert np.isnan(split.values[7])
    assert np.isfinite(np.delete(split.values, 7)).all()


def test_the_best_of_two_is_so_in_the_share_of_draws_that_theory_says() -> None:
    values = np.random.default_rng(8).standard_normal((100_000, 2)) * 1.0 + [0.0, 0.5]
    wanted = norm.cdf(0.5 / np.sqrt(2.0))
    assert chances_of_being_best(values) == pytest.approx([1 - wanted, wanted], abs=0.005)


def test_ties_are_shared_and_unknown_draws_left_out() -> None:
    values = np.array([[1.0, 1.0, 0.0], [0.0, 2.0, 1.0], [np.nan, 5.0, 1.0]])
    assert chances_of_being_best(values) == pytest.approx([0.25, 0.75, 0.0])


def test_regret_is_what_the_best_of_each_draw_would_bring_more() -> None:
    values = np.array([[0.0, 10.0], [0.0, -4.0]])
    assert expected_regrets(values) == pytest.approx([5.0, 2.0])
