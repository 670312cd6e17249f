"""KN chooses the best scenario as often as it says, where that is hardest: all others worse by the indifference.

Kim & Nelson (2001) prove at least the stated probability for normal values, whatever the correlation; Bonferroni's
inequality and what a jump over the boundary overshoots make it more, so only the lower side is a law. Law, seeds and
limit are those of `experiments`: z > -4 against the stated 95 %, a false-alarm chance under 1e-4 where it is exactly
so. For skewed values nothing is proved; what is asked of them is 93 %.
"""

from functools import partial

import numpy as np
import pytest

from sim.analysis.best import contenders
from sim.analysis.roster_choice import choose_best
from sim.analysis.roster_search_objectives import RosterObjective
from sim.statistics.stopping import select_best
from tests.verification.experiments import Z_LIMIT, correlated, z_of

pytestmark = pytest.mark.verification

CONFIDENCE = 0.95


def chosen_right(draw, experiments: int, k: int, first: int, indifference: float, n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    right = np.empty(experiments, dtype=bool)
    for number in range(experiments):
        values = draw(rng, k, n)
        values[0] -= indifference
        choice = select_best(values, "low", indifference, first, CONFIDENCE)
        assert choice.selected is not None
        right[number] = choice.selected == 0
    return right


def alone(rng: np.random.Generator, k: int, n: int) -> np.ndarray:
    return rng.normal(size=(k, n))


def on_common_numbers(rng: np.random.Generator, k: int, n: int) -> np.ndarray:
    return correlated(rng, (k, n), 0.8)


def skewed_on_common_numbers(rng: np.random.Generator, k: int, n: int) -> np.ndarray:
    """Gamma values of skewness 1 to 1.4 that share half their variance."""
    return np.asarray(rng.gamma(2.0, size=(1, n)) + rng.gamma(2.0, size=(k, n))) / 2.0


CASES = [
    (alone, 2, 10, 0.316, 1200, 0.95, 401),
    (alone, 5, 10, 0.316, 2400, 0.95, 402),
    (on_common_numbers, 5, 10, 0.2, 1600, 0.95, 403),
    (skewed_on_common_numbers, 5, 20, 0.316, 900, 0.93, 404),
]


@pytest.mark.parametrize(("draw", "k", "first", "indifference", "n", "at_least", "seed"), CASES)
def test_the_best_is_chosen_as_often_as_stated(draw, k, first, indifference, n, at_least, seed):
    assert z_of(chosen_right(draw, 400, k, first, indifference, n, seed), at_least) > -Z_LIMIT


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "k", "first", "indifference", "n", "at_least", "seed"), CASES)
def test_the_best_is_chosen_as_often_as_stated_in_many_experiments(draw, k, first, indifference, n, at_least, seed):
    assert z_of(chosen_right(draw, 4000, k, first, indifference, n, seed + 10), at_least) > -Z_LIMIT


DAYS, CUSTOMERS = 6, 15
OF_BEST, OF_OTHERS = 0.60, 0.68
"""Mean service times of five queues with a mean of 1 between arrivals."""


def waits(arrivals: np.random.Generator, services: np.random.Generator, mean: float, n: int) -> np.ndarray:
    """Mean wait and service of the first customers of some days of a queue with one server, in n replications."""
    gaps = arrivals.exponential(1.0, (CUSTOMERS, n, DAYS))
    wait, total = np.zeros((2, n, DAYS))
    for gap, service in zip(gaps, services.exponential(mean, (CUSTOMERS, n, DAYS)), strict=True):
        wait = np.maximum(wait + service - gap, 0.0)
        total += wait
    return np.asarray(total.mean(axis=1) / CUSTOMERS)


def best_queue_is_chosen(experiments: int, seed: int) -> np.ndarray:
    """Whether the quickest of five queues with the same arrivals is chosen, as a search of rosters chooses."""
    apart = [
        waits(np.random.default_rng(1), np.random.default_rng(2), mean, 100_000).mean() for mean in (OF_BEST, OF_OTHERS)
    ]
    goal = RosterObjective("wait", "Wait", "low", apart[1] - apart[0], "min", "min")
    right = np.empty(experiments, dtype=bool)
    for number in range(experiments):
        table = np.array([
            waits(np.random.default_rng([seed, number, 1]), np.random.default_rng([seed, number, 2 + queue]), mean, 400)
            for queue, mean in enumerate((OF_BEST, *[OF_OTHERS] * 4))
        ])  # fmt: skip
        played = partial(played_of, table)
        right[number] = choose_best(played, len(table), goal, CONFIDENCE, most=400).place == 0
    return right


def played_of(table: np.ndarray, places, replications) -> np.ndarray:
    return table[np.ix_(list(places), list(replications))]


@pytest.mark.parametrize("experiments", [100, pytest.param(500, marks=pytest.mark.slow)])
def test_the_best_of_some_small_queues_is_chosen_as_often_as_stated(experiments):
    assert z_of(best_queue_is_chosen(experiments, 441), CONFIDENCE) > -Z_LIMIT


@pytest.mark.slow
def test_the_best_of_a_dozen_is_chosen_as_often_as_stated_over_500_searches():
    """As many as a search of rosters tells apart, all others worse by just what matters, on common numbers."""
    right = chosen_right(on_common_numbers, 500, 12, 10, 0.25, 1600, 442)
    assert z_of(right, CONFIDENCE) > -Z_LIMIT


@pytest.mark.slow
def test_two_alike_are_told_apart_with_equal_chances_and_at_a_known_cost():
    """No best: each of two is chosen half of the time, and never after more replications than the spread allows."""
    rng = np.random.default_rng(421)
    first_chosen = np.empty(4000, dtype=bool)
    for number in range(first_chosen.size):
        choice = select_best(rng.normal(size=(2, 1500)), "high", 0.3, 10, CONFIDENCE)
        first_chosen[number] = choice.selected == 0
        assert choice.n <= max(choice.most, 10)
    assert abs(z_of(first_chosen, 0.5)) < Z_LIMIT


def unequal(rng: np.random.Generator, k: int, n: int) -> np.ndarray:
    """Scenarios that vary once to three times as much, on common numbers."""
    return correlated(rng, (k, n), 0.5) * np.linspace(1.0, 3.0, k)[:, np.newaxis]


@pytest.mark.parametrize(
    ("draw", "k", "n", "at_least", "seed"),
    [
        (alone, 2, 5, 0.95, 431),
        (on_common_numbers, 8, 5, 0.95, 432),
        (unequal, 8, 5, 0.95, 433),
        pytest.param(unequal, 60, 10, 0.95, 434, marks=pytest.mark.slow),
        (skewed_on_common_numbers, 8, 10, 0.93, 435),
    ],
)
def test_the_best_is_among_the_contenders_as_often_as_stated(draw, k, n, at_least, seed):
    """The best is one of many that are all alike, where it is ruled out most often; for skewed values 93 % is asked."""
    rng = np.random.default_rng(seed)
    kept = np.array([contenders(draw(rng, k, n), "low", CONFIDENCE)[0] for _ in range(600)])
    assert z_of(kept, at_least) > -Z_LIMIT


def test_of_two_alike_one_is_wrongly_ruled_out_as_often_as_allowed():
    """With two scenarios there is one interval, and the law is exact: 5 % leave out 0, half of them on either side."""
    rng = np.random.default_rng(436)
    kept = np.array([contenders(alone(rng, 2, 6), "high", CONFIDENCE)[0] for _ in range(2000)])
    assert abs(z_of(kept, 0.975)) < Z_LIMIT
