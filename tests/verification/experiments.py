"""Experiments on estimators, many at once: how often what should happen happened, as a z-value of the law.

Law: N independent coin tosses with chance p, so z = (successes - N p) / sqrt(N p (1 - p)).
"""

from math import sqrt

import numpy as np

Z_LIMIT = 4.0
"""|z| beyond it comes about by chance once in 16,000 seeds, on one side once in 32,000."""


def z_of(happened: np.ndarray, chance: float) -> float:
    return float((happened.sum() - happened.size * chance) / sqrt(happened.size * chance * (1.0 - chance)))


def correlated(rng: np.random.Generator, shape: tuple[int, ...], rho: float) -> np.ndarray:
    """Normal values of unit variance, scenarios along the axis before the last, that all correlate by rho."""
    shared = rng.normal(size=(*shape[:-2], 1, shape[-1]))
    return np.asarray(sqrt(rho) * shared + sqrt(1.0 - rho) * rng.normal(size=shape))
