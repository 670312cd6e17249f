"""Means and quantiles of weighted values with errors that respect clusters.

A mean is a ratio of totals with its linearised error; a quantile is the least value with at least that share of the
weight at or below it, and its error is Woodruff's (1952), JASA 47:635-646: the interval of the share at or below it,
read back as values, over twice the normal quantile. Sampling is taken as with replacement; strata are not known.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.arrays import FloatArray, IntArray

_Z: Final = 1.959964
"""Of a 95 % interval."""
_ROUNDED: Final = 1e-12
"""Sums of weights may miss a share by as much."""


def weighted_mean(values: FloatArray, weight: FloatArray, cluster: IntArray | None = None) -> tuple[float, float]:
    """The mean and its linearised standard error, NaN for a single cluster."""
    mean = float((weight * values).sum() / weight.sum())
    return mean, _linearised(values - mean, weight, cluster)


def weighted_quantile(values: FloatArray, weight: FloatArray, chances: ArrayLike) -> FloatArray:
    """The least of the values with at least each share of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) / weight.sum()
    place = np.searchsorted(below, np.asarray(chances, dtype=np.float64) - _ROUNDED, side="left")
    return np.asarray(values[order][np.minimum(place, len(order) - 1)], dtype=np.float64)


def quantile_errors(
    values: FloatArray, weight: FloatArray, chances: ArrayLike, cluster: IntArray | None = None
) -> FloatArray:
    """Woodruff's standard errors of those quantiles."""
    at = np.asarray(chances, dtype=np.float64)
    errors = np.empty(at.size)
    for place, (chance, value) in enumerate(zip(at, weighted_quantile(values, weight, at), strict=True)):
        is_below = (values <= value).astype(np.float64)
        share = float((weight * is_below).sum() / weight.sum())
        half = _Z * _linearised(is_below - share, weight, cluster)
        low, high = weighted_quantile(values, weight, np.clip([chance - half, chance + half], 0.0, 1.0))
        errors[place] = (high - low) / (2.0 * _Z)
    return errors


def _linearised(residual: FloatArray, weight: FloatArray, cluster: IntArray | None) -> float:
    """Standard error of a ratio from what each value, or each cluster of them, misses it by."""
    parts = weight * residual / weight.sum()
    if cluster is not None:
        parts = np.bincount(np.unique(cluster, return_inverse=True)[1].ravel(), weights=parts)
    n = parts.size
    return float(np.sqrt((parts**2).sum() * n / (n - 1))) if n > 1 else float("nan")
