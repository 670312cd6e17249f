"""Probability and regret of one of two options: those of Student's t, integrated."""

import numpy as np
import pytest
from scipy import integrate, stats

from sim.statistics.two_options import one_or_other


@pytest.mark.parametrize(("shift", "n"), [(0.4, 5), (-1.3, 20), (6.0, 20), (-60.0, 20)])
def test_probability_and_losses_are_those_of_t_around_the_mean_seen(shift: float, n: int) -> None:
    seen = np.random.default_rng(4).normal(shift, 2.0, n)
    found = one_or_other(seen)
    believed = stats.t(n - 1, loc=seen.mean(), scale=seen.std(ddof=1) / np.sqrt(n))
    assert found.chance == pytest.approx(believed.sf(0.0))
    near = {"points": [seen.mean()], "limit": 500}
    below = integrate.quad(lambda x: -x * believed.pdf(x), -500.0, 0.0, **near)[0]
    above = integrate.quad(lambda x: x * believed.pdf(x), 0.0, 500.0, **near)[0]
    assert found.loss_of_first == pytest.approx(below, abs=1e-4)
    assert found.loss_of_second == pytest.approx(above, abs=1e-4)
    assert found.loss_of_second - found.loss_of_first == pytest.approx(seen.mean())


def test_differences_that_are_all_equal_leave_no_doubt() -> None:
    assert one_or_other(np.full(5, 2.0)) == (1.0, 0.0, 2.0)
    assert one_or_other(np.full(5, -2.0)) == (0.0, 2.0, 0.0)
    assert one_or_other(np.zeros(5)) == (0.5, 0.0, 0.0)


def test_the_probability_is_right_as_often_as_it_says() -> None:
    """Where nothing is known before, of those said to be better with 80 to 90 % so many are."""
    draws = np.random.default_rng(11)
    truths = draws.normal(0.0, 0.5, 4000)  # wide beside an error of 0.22: little is known before
    said = np.array([one_or_other(draws.normal(truth, 1.0, 20)).chance for truth in truths])
    asked = (said > 0.8) & (said < 0.9)
    assert 0.75 < (truths[asked] > 0.0).mean() < 0.92


def test_two_differences_are_too_few() -> None:
    with pytest.raises(ValueError, match="three or more"):
        one_or_other(np.array([1.0, 2.0]))
