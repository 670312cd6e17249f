"""Worlds in which the value of information is known: by a closed form, or by nested simulation of brute force.

The second is an oracle of its own: it knows the benefit as a function and averages over what is not known, without any
regression. A third, values in R of the same draws, is `tests/test_values_beside_r.py`.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import norm

from sim.statistics.arrays import FloatArray

MEAN, SLOPE, NOISE = -0.1, 0.3, 1.4
"""Of the closed form: benefit = mean + slope x theta + noise, theta standard normal."""


def normal_gain(mean: float, spread: float) -> float:
    """E max(0, N(mean, spread)) - max(0, mean): what knowing a normal benefit is worth."""
    z = mean / spread
    return float(spread * norm.pdf(z) + mean * norm.cdf(z) - max(mean, 0.0))


def linear_world(seed: int, n: int, n_inputs: int = 1, slope: float = SLOPE) -> tuple[FloatArray, FloatArray]:
    """Inputs (n, n_inputs), the first of which matters, and benefits (n, 2) of nothing and of a choice."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((n, n_inputs))
    benefit = MEAN + slope * inputs[:, 0] + NOISE * rng.standard_normal(n)
    return inputs, np.column_stack((np.zeros(n), benefit))


def curved_benefits(theta: FloatArray, other: FloatArray) -> FloatArray:
    """Benefits (n, 3) of three choices that bend in one unknown and meet another."""
    second = -0.2 + 0.5 * theta + 0.25 * theta**2 + 0.4 * theta * other
    third = 0.1 - 0.4 * theta + 0.6 * other
    return np.column_stack((np.zeros(len(theta)), second, third))


def curved_world(seed: int, n: int) -> tuple[FloatArray, FloatArray]:
    """Inputs (n, 2) and benefits with noise (n, 3)."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((n, 2))
    benefits = curved_benefits(*inputs.T)
    benefits[:, 1:] += rng.standard_normal((n, 2))
    return inputs, benefits


def nested(
    outer: int, inner: int, seed: int, theta_given: Callable[[np.random.Generator, int], FloatArray]
) -> tuple[float, float]:
    """E max of the mean benefits less max of their mean, by brute force, and its standard error.

    `theta_given` draws the first unknown `inner` times, as it is known after each of the `outer` results.
    """
    rng = np.random.default_rng(seed)
    means = np.array([
        curved_benefits(theta_given(rng, inner), rng.standard_normal(inner)).mean(axis=0) for _ in range(outer)
    ])  # fmt: skip
    best = int(means.mean(axis=0).argmax())
    gains = means.max(axis=1) - means[:, best]
    return float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(outer))


def known_for_sure(rng: np.random.Generator, inner: int) -> FloatArray:
    """The first unknown, once it is known."""
    return np.full(inner, rng.standard_normal())


def known_by_study(error: float) -> Callable[[np.random.Generator, int], FloatArray]:
    """The first unknown after a study with a standard error: normal prior, normal result, normal posterior."""

    def posterior(rng: np.random.Generator, inner: int) -> FloatArray:
        result = rng.standard_normal() + error * rng.standard_normal()
        share = 1.0 / (1.0 + error**2)
        draws: FloatArray = share * result + np.sqrt(1.0 - share) * rng.standard_normal(inner)
        return draws

    return posterior
