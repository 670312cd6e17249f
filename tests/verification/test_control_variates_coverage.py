"""Means adjusted for known controls cover exactly as often as they say, and lose what Lavenberg & Welch say they lose.

Law, seeds and limit are those of `experiments`: values and controls are jointly normal, so coverage is exactly 95 % and
|z| < 4 on both sides, a false-alarm chance under 1e-4.
"""

from math import sqrt

import numpy as np
import pytest

from sim.statistics.control_variates import controlled_means
from tests.verification.experiments import Z_LIMIT, z_of

pytestmark = pytest.mark.verification

CONFIDENCE = 0.95
EXPERIMENTS = 2000


def experiment(rng: np.random.Generator, n: int, q: int, explained: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A measure of mean 3 and variance 1, a share of it explained by q correlated controls, and their means."""
    mixing = np.tril(np.ones((q, q)))
    controls = mixing @ rng.normal(size=(q, n))
    weights = np.linalg.solve(mixing.T, np.full(q, sqrt(explained / q)))
    values = 3.0 + weights @ controls + sqrt(1.0 - explained) * rng.normal(size=n)
    expected = np.arange(q) * 100.0
    return values, controls + expected[:, np.newaxis], expected


@pytest.mark.parametrize(
    ("n", "q", "explained", "seed"),
    [
        (10, 2, 0.8, 501),
        pytest.param(5, 1, 0.5, 502, marks=pytest.mark.slow),
        pytest.param(10, 2, 0.0, 503, marks=pytest.mark.slow),
        pytest.param(30, 4, 0.3, 504, marks=pytest.mark.slow),
    ],
)
def test_adjusted_intervals_are_exact_for_normal_values(n, q, explained, seed):
    rng = np.random.default_rng(seed)
    covered = np.empty(EXPERIMENTS, dtype=bool)
    for number in range(EXPERIMENTS):
        values, controls, expected = experiment(rng, n, q, explained)
        found = controlled_means(values[np.newaxis], controls, expected, CONFIDENCE)
        covered[number] = found["low"][0] <= 3.0 <= found["high"][0]
    assert abs(z_of(covered, CONFIDENCE)) < Z_LIMIT


@pytest.mark.slow
@pytest.mark.parametrize(("n", "q", "explained", "seed"), [(10, 2, 0.0, 511), (10, 2, 0.6, 512), (30, 4, 0.3, 513)])
def test_variance_falls_by_what_controls_explain_and_grows_by_the_loss_factor(n, q, explained, seed):
    """Variance of the adjusted mean: (1 - R²) (n - 2) / (n - q - 2) / n.

    Law: z of the mean of squared errors, normal by the central limit over 20,000 experiments; |z| < 4.
    """
    rng = np.random.default_rng(seed)
    squares = np.empty(20_000)
    for number in range(squares.size):
        values, controls, expected = experiment(rng, n, q, explained)
        found = controlled_means(values[np.newaxis], controls, expected, CONFIDENCE)
        squares[number] = (found["mean"][0] - 3.0) ** 2
    truth = (1.0 - explained) / n * (n - 2) / (n - q - 2)
    assert found["loss_factor"][0] == (n - 2) / (n - q - 2)
    assert abs(squares.mean() - truth) / (squares.std() / sqrt(squares.size)) < Z_LIMIT
