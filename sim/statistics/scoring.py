"""Proper scores of predictions: on average the true distribution scores best.

Source: Gneiting & Raftery (2007), JASA 102:359-378.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sim.statistics.arrays import FloatArray


def negative_binomial(mean: ArrayLike, variance: ArrayLike, most: int) -> FloatArray:
    """Chances of 0 .. most of counts with these means and variances, a row each; Poisson where variance <= mean.

    Counts with a gamma factor of mean 1 and variance v on their mean m have variance m + v m^2.
    """
    m, k = np.atleast_1d(np.asarray(mean, dtype=np.float64))[:, None], np.arange(most + 1.0)
    extra = np.maximum(np.atleast_1d(np.asarray(variance, dtype=np.float64))[:, None] - m, 0.0) / m**2
    size = 1.0 / np.maximum(extra, 1e-12)
    log_poisson = k * np.log(m) - m - special.gammaln(k + 1.0)
    log_gamma = special.gammaln(k + size) - special.gammaln(size) - special.gammaln(k + 1.0)
    log_mixed = log_gamma + size * np.log(size / (size + m)) + k * np.log(m / (size + m))
    return np.asarray(np.exp(np.where(extra < 1e-9, log_poisson, log_mixed)))


def crps_of_counts(chances: FloatArray, observed: ArrayLike) -> FloatArray:
    """Continuous ranked probability score of each count, in visits: 0 is perfect, and of a point its absolute error.

    `chances` has a row per count with the chances of 0, 1, 2 ..
    """
    y = np.asarray(observed, dtype=np.float64)[:, None]
    below = np.cumsum(chances, axis=1)
    return np.asarray(((below - (y <= np.arange(chances.shape[1]))) ** 2).sum(axis=1))


def log_score(chances: FloatArray, observed: ArrayLike) -> FloatArray:
    """Minus the logarithm of the chance given to what happened (Good 1952): smaller is better."""
    y = np.asarray(observed, dtype=np.int64)
    return np.asarray(-np.log(np.maximum(chances[np.arange(y.size), y], 1e-300)))


def central_interval(chances: FloatArray, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest count of the central interval of each row, which covers at least that often."""
    below, tail = np.cumsum(chances, axis=1), (1.0 - confidence) / 2.0
    low = (below < tail).sum(axis=1)
    high = (below < 1.0 - tail).sum(axis=1)
    return low.astype(np.float64), high.astype(np.float64)


def pinball(quantile: ArrayLike, q: ArrayLike, observed: ArrayLike) -> FloatArray:
    """Mean loss of predicted quantiles, one per q (Koenker & Bassett 1978; Gneiting 2011, JASA 106:746-762)."""
    x, p = np.atleast_1d(np.asarray(quantile, dtype=np.float64)), np.atleast_1d(np.asarray(q, dtype=np.float64))
    over = np.asarray(observed, dtype=np.float64)[None, :] - x[:, None]
    return np.asarray(np.maximum(p[:, None] * over, (p[:, None] - 1.0) * over).mean(axis=1))
