"""Multiple comparisons with the best, where values are not as Nelson & Matejcik take them: how often all bounds hold.

Law, seeds and limit are those of `experiments`, N = 2,000. Exactness for normal values that share their numbers equally
is tested in `test_interval_coverage`. Where all scenarios are alike the bounds always hold, as they include 0. Skewed
values (1) cover at least 93 %. Where one scenario varies three times as much as the others, pairs are not equally
variable and 95 % become 91 to 92 %: that is what we say, and `study.simultaneous` is the safer reading.
"""

import numpy as np
import pytest

from sim.statistics.multiple_comparisons import nelson_matejcik
from tests.verification.experiments import Z_LIMIT, z_of

pytestmark = pytest.mark.verification

EXPERIMENTS = 2000


def all_bounds_hold(draw, means: list[float], n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    gaps = np.array([mean - max(means[:place] + means[place + 1 :]) for place, mean in enumerate(means)])
    held = np.empty(EXPERIMENTS, dtype=bool)
    for number in range(EXPERIMENTS):
        best = nelson_matejcik(draw(rng, (n, len(means))) + means, "high", 0.95)
        held[number] = ((best.low <= gaps) & (gaps <= best.high)).all()
    return held


def skewed_on_common_numbers(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return np.asarray((rng.gamma(4.0, size=shape) - 4.0) / 2.0 + rng.normal(size=(shape[0], 1)))


def one_that_varies_more(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.normal(size=shape) * np.array([3.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("draw", "means", "at_least", "seed"),
    [
        (skewed_on_common_numbers, [0.5, 0.0, 0.0, 0.0], 0.93, 601),
        (skewed_on_common_numbers, [0.0, 0.0, 0.0, 9.0], 0.93, 602),
        (one_that_varies_more, [9.0, 0.0, 0.0, 0.0], 0.905, 603),
    ],
)
def test_bounds_hold_nearly_as_often_as_they_say(draw, means, at_least, seed):
    assert z_of(all_bounds_hold(draw, means, 15, seed), at_least) > -Z_LIMIT


@pytest.mark.slow
def test_a_scenario_that_varies_more_than_the_others_costs_coverage():
    """What is said of unequal variances is no caution for its own sake: z < -4 against 95 %."""
    assert z_of(all_bounds_hold(one_that_varies_more, [9.0, 0.0, 0.0, 0.0], 15, 604), 0.95) < -Z_LIMIT
