"""Confidence intervals of means and of paired differences over replications, by Student's t.

A value is one number per replication. NaN means undefined in that replication: such values are dropped and not counted
in `n`, never read as zero. Infinite values raise ValueError. Distributions are those of `scipy.special`:
`scipy.stats` gives the same values, but takes longer to load than a run takes to play.

Source: Law, Simulation Modeling and Analysis.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import inf, nan
from typing import Any

import numpy as np
import scipy  # each part of it is loaded when first called
from numpy.typing import ArrayLike, NDArray

from sim.statistics.arrays import FloatArray, IntArray, check_confidence, rows_of_measures

EstimateColumns = dict[str, NDArray[Any]]
"""Estimates of many measures: the name of an estimate, and an array with a value per measure."""


def mean_intervals(table: ArrayLike, confidence: float = 0.95) -> EstimateColumns:
    """Student-t intervals of many measures: mean, low, high, half_width, sd and n, each of shape (m,).

    table: shape (m, n), a row per measure. Of a row without a defined value n is 0 and the rest NaN. With n = 1 the
    spread is unknown: `sd` is NaN, `half_width` infinite, `low` and `high` minus and plus infinity.
    """
    check_confidence(confidence)
    x = rows_of_measures(table, "table")
    mean, sd, n = np.full(len(x), nan), np.full(len(x), nan), np.zeros(len(x), dtype=np.int64)
    for rows, defined in _by_number_defined(x):
        mean[rows], sd[rows], n[rows] = defined[0].mean(axis=1), sample_sds(defined[0]), defined[0].shape[1]
    half = np.where(n > 0, _half_widths(sd, n, confidence), nan)
    return {"mean": mean, "low": mean - half, "high": mean + half, "half_width": half, "sd": sd, "n": n}


def paired_differences(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> EstimateColumns:
    """Paired-t intervals of a - b over replications on common random numbers, of many measures.

    a, b: shape (m, n), a row per measure, a column per replication of both; a pair with NaN on either side is dropped.
    Returns what `mean_intervals` gives of a - b, and `correlation` (NaN where a or b does not vary), `variance_ratio`
    = var(a - b) / (var(a) + var(b)) (below 1 pairing beat independent runs; NaN where neither varies) and the two-sided
    `p_value`. From two pairs on, equal samples give exactly zero mean and half-width, p-value 1 and correlation 1; a
    constant difference other than zero gives half-width 0 and p-value 0. One pair gives an infinite half-width and a
    p-value of NaN. Raises ValueError for unequal shapes.
    """
    first, second = rows_of_measures(a, "a"), rows_of_measures(b, "b")
    if first.shape != second.shape:
        raise ValueError(f"a has shape {first.shape}, b {second.shape}: give the same replications of both")
    difference = first - second
    found = mean_intervals(difference, confidence)
    correlation, variance_ratio = np.full(len(difference), nan), np.full(len(difference), nan)
    for rows, defined in _by_number_defined(difference, first, second):
        correlation[rows] = _correlations(*defined[1:])
        variance_ratio[rows] = _variance_ratios(*defined)
    return found | {"correlation": correlation, "variance_ratio": variance_ratio, "p_value": _t_tests(found)}


def _by_number_defined(table: FloatArray, *beside: FloatArray) -> Iterator[tuple[IntArray, list[FloatArray]]]:
    """Groups of rows with equally many defined values: their numbers, and the defined values of every table."""
    undefined = np.isnan(table)
    number, order = (~undefined).sum(axis=1), np.argsort(undefined, axis=1, kind="stable")
    for size in np.unique(number[number > 0]):
        rows = np.flatnonzero(number == size)
        chosen = rows[:, np.newaxis], order[rows, :size]
        yield rows, [each[chosen] for each in (table, *beside)]


def sample_sds(x: FloatArray) -> FloatArray:
    """Sample sd of each row; exactly 0 for equal values, where rounding in the mean would leave dust; NaN under two."""
    if x.shape[1] < 2:
        return np.full(len(x), nan)
    return np.where(np.ptp(x, axis=1) > 0.0, x.std(axis=1, ddof=1), 0.0)


def _half_widths(sd: FloatArray, n: IntArray, confidence: float) -> FloatArray:
    """Half-width of each t interval; infinite under two values."""
    known = n > 1
    half = np.full(n.size, inf)
    if known.any():
        half[known] = scipy.special.stdtrit(n[known] - 1, 0.5 + confidence / 2.0) * sd[known] / np.sqrt(n[known])
    return half


@lru_cache(maxsize=1024)
def t_point(df: int, confidence: float) -> float:
    """Point c with P(|T| <= c) = confidence for Student's t; cached, since a search needs the same points again."""
    return float(scipy.special.stdtrit(df, 0.5 + confidence / 2.0))


def _t_tests(found: EstimateColumns) -> FloatArray:
    """Two-sided p-value of a mean of zero, per measure."""
    mean, sd, n = found["mean"], found["sd"], found["n"]
    p_value = np.where(n < 2, nan, np.where(mean == 0.0, 1.0, 0.0))
    varies = sd > 0.0
    t = np.abs(mean[varies]) * np.sqrt(n[varies]) / sd[varies]
    p_value[varies] = 2.0 * scipy.special.stdtr(n[varies] - 1, -t)
    return p_value


def _correlations(a: FloatArray, b: FloatArray) -> FloatArray:
    """Of each row; exactly 1 of equal rows, NaN where one of the two does not vary."""
    found = np.full(len(a), nan)
    if a.shape[1] < 2:
        return found
    vary = (np.ptp(a, axis=1) > 0.0) & (np.ptp(b, axis=1) > 0.0)
    both = np.stack((a[vary], b[vary]), axis=1)
    both -= both.mean(axis=2, keepdims=True)
    covariance = both @ both.swapaxes(1, 2) * (1.0 / (a.shape[1] - 1))
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    same = (a[vary] == b[vary]).all(axis=1)
    found[vary] = np.where(same, 1.0, np.clip(covariance[:, 0, 1] / sd[:, 0] / sd[:, 1], -1.0, 1.0))
    return found


def _variance_ratios(difference: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """var(a - b) / (var(a) + var(b)) of each row."""
    independent = sample_sds(a) ** 2 + sample_sds(b) ** 2
    found = np.full(len(a), nan)
    np.divide(sample_sds(difference) ** 2, independent, out=found, where=independent > 0.0)
    return found
