"""Means adjusted by control variates: numbers of each replication whose expectation is known exactly.

The regression-adjusted interval is that of Lavenberg & Welch (A perspective on the use of control variables to increase
the efficiency of Monte Carlo simulations, Management Science 27, 1981), exact where values and controls are jointly
normal. Each control takes a degree of freedom: with few replications controls that explain little cost precision, by
the loss factor (n - 2) / (n - q - 2) of the variance.
"""

from collections.abc import Iterator
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sim.statistics.arrays import BoolArray, FloatArray, IntArray, check_confidence
from sim.statistics.intervals import EstimateColumns

_ROUNDING = 1e-8
"""What is left of a control that is a combination of others, relative to its largest value, is rounding."""


def controlled_means(
    values: ArrayLike, controls: ArrayLike, expected: ArrayLike, confidence: float = 0.95
) -> EstimateColumns:
    """Adjusted means of many measures: mean, low, high, half_width, n, n_controls, variance_ratio, loss_factor.

    values: shape (m, n), a row per measure; controls: shape (q, n); expected: shape (q,), their true means. A
    replication with a NaN in a measure is dropped for that measure; fewer than q + 3 left give an infinite interval.
    Controls that do not vary, or repeat others, are left out and not counted in `n_controls`.
    `variance_ratio`: estimated variance of the adjusted mean over that of the plain mean, loss included; below 1 it
    helped, above 1 it harmed. `loss_factor`: what the same number of controls costs where they explain nothing.
    Raises ValueError for shapes that do not fit, or a control or expectation that is undefined.
    """
    check_confidence(confidence)
    table, above = np.asarray(values, dtype=np.float64), centred(controls, expected)
    if table.ndim != 2 or table.shape[1] != above.shape[1]:
        raise ValueError(f"values has shape {table.shape}, controls {above.shape}: give the same replications of both")
    found = {name: np.full(len(table), np.nan) for name in ("mean", "half_width", "variance_ratio", "loss_factor")}
    numbers = {name: np.zeros(len(table), dtype=np.int64) for name in ("n", "n_controls")}
    for rows, kept in _by_defined(~np.isnan(table)):
        some = _adjusted(table[rows][:, kept], _independent(above[:, kept]), confidence)
        for name, column in some.items():
            (found if name in found else numbers)[name][rows] = column
    mean, half = found["mean"], found["half_width"]
    ends = {"mean": mean, "low": mean - half, "high": mean + half, "half_width": half}
    return ends | numbers | {name: found[name] for name in ("variance_ratio", "loss_factor")}


def _by_defined(defined: BoolArray) -> Iterator[tuple[IntArray, BoolArray]]:
    """Rows that are defined in the same replications, and these; rows that are defined in none are left out."""
    patterns: dict[bytes, list[int]] = {}
    for row, kept in enumerate(defined):
        patterns.setdefault(kept.tobytes(), []).append(row)
    for rows in patterns.values():
        if defined[rows[0]].any():
            yield np.array(rows), defined[rows[0]]


def centred(controls: ArrayLike, expected: ArrayLike) -> FloatArray:
    """Controls minus their expectations, shape (q, n)."""
    drawn, known = np.asarray(controls, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if drawn.ndim != 2 or known.shape != drawn.shape[:1]:
        raise ValueError(f"controls has shape {drawn.shape}, expected {known.shape}: give a row and a mean per control")
    above: FloatArray = drawn - known[:, np.newaxis]
    if not np.isfinite(above).all():
        raise ValueError("controls or expected hold an undefined number: use controls that every replication has")
    return above


def _independent(above: FloatArray) -> FloatArray:
    """Controls that vary and are no combination of those before them."""
    kept: list[FloatArray] = []
    directions: list[FloatArray] = []
    for row in above:
        rest = row - row.mean()
        for direction in directions:
            rest = rest - (rest @ direction) * direction
        left = float(np.linalg.norm(rest))
        if left > _ROUNDING * float(np.abs(row).max()):
            directions.append(rest / left)
            kept.append(row)
    return np.array(kept).reshape(len(kept), above.shape[1])


def _adjusted(y: FloatArray, above: FloatArray, confidence: float) -> dict[str, FloatArray | float | int]:
    """Intercept of the regression on centred controls, with its half-width, for rows defined everywhere."""
    n, q = y.shape[1], len(above)
    plain_mean, enough = y.mean(axis=1), n >= q + 3
    counts: dict[str, FloatArray | float | int] = {"n": n, "n_controls": q}
    if not enough:
        return counts | {"mean": plain_mean, "half_width": np.full(len(y), inf)}
    off = above.mean(axis=1)
    spread = above - off[:, np.newaxis]
    scatter = spread @ spread.T
    slopes = np.linalg.solve(scatter, spread @ (y - plain_mean[:, np.newaxis]).T) if q else np.zeros((0, len(y)))
    residual = y - plain_mean[:, np.newaxis] - slopes.T @ spread
    flat = np.ptp(y, axis=1) == 0.0
    residual_variance = np.where(flat, 0.0, (residual**2).sum(axis=1) / (n - q - 1))
    variance = residual_variance * (1.0 / n + (off @ np.linalg.solve(scatter, off) if q else 0.0))
    plain = np.where(flat, 0.0, y.var(axis=1, ddof=1) / n)
    ratio = np.full(len(y), np.nan)
    np.divide(variance, plain, out=ratio, where=plain > 0.0)
    return counts | {
        "mean": np.where(flat, plain_mean, plain_mean - slopes.T @ off),
        "half_width": special.stdtrit(n - q - 1, 0.5 + confidence / 2.0) * np.sqrt(variance),
        "variance_ratio": ratio,
        "loss_factor": (n - 2) / (n - q - 2),
    }
