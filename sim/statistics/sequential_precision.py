"""How many replications a precision asked for takes: played until intervals are narrow enough, and stay so.

The rule is that of Hoad, Robinson & Davies (Automated selection of the number of replications for a discrete-event
simulation, Journal of the Operational Research Society 61, 2010): after each replication the half-width is looked at,
and a precision counts as reached when it holds for further replications too. It is a function of values in order of
replication alone, so that nothing depends on how they came about. Intervals are those of `output_analysis`; which runs
are played in which order is `rounds`' business.

An interval looked at until it is narrow covers a little less often than it says: a sample that happens to vary little
stops early, the more so the sooner it is looked at. How much, `tests/verification/test_precision_coverage.py` says.
"""

from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.statistics.output_analysis import BoolArray, FloatArray, IntArray, mean_intervals, replications_needed
from sim.statistics.stopping_rules import LOOK_AHEAD, Precision

AT_MOST_TIMES = 2
"""A round at most doubles the replications: the sd of a few is a poor prophet."""
FIRST_LOOK = 20
"""First replications from which an interval stopped when narrow still covers 93 % at a skewness of 1."""


def allowed(asked: Precision, means: FloatArray) -> FloatArray:
    """Widest half-width that will do, beside these means."""
    if asked.half_width is not None:
        return np.full(means.shape, asked.half_width)
    return np.abs(means) * (asked.relative or nan)


def paths(values: ArrayLike, confidence: float, first: int = 2) -> tuple[FloatArray, FloatArray]:
    """Mean and half-width after 1, 2, ... n replications, each of shape (m, n); NaN before the `first`.

    values: shape (m, n), a row per mean; NaN is undefined in that replication, and dropped as everywhere.
    """
    table = np.asarray(values, dtype=np.float64)
    means, half_widths = np.full(table.shape, nan), np.full(table.shape, nan)
    for n in range(first, table.shape[1] + 1):
        found = mean_intervals(table[:, :n], confidence)
        means[:, n - 1], half_widths[:, n - 1] = found["mean"], found["half_width"]
    return means, half_widths


def looked_ahead(n: ArrayLike, look_ahead: int = LOOK_AHEAD) -> IntArray:
    """Replications beyond the n-th for which a precision reached at the n-th has to hold."""
    return np.asarray(look_ahead * np.maximum(np.asarray(n), 100) // 100, dtype=np.int64)


def stops_after(is_narrow: NDArray[np.bool_], first: int, look_ahead: int = LOOK_AHEAD) -> IntArray:
    """Replications after which the rule stops, those looked ahead at included, shape (m,); 0 where it does not yet.

    is_narrow: shape (m, n), whether the precision is there after 1, 2, ... n replications. Never before `first`.
    """
    m, n = is_narrow.shape
    place = np.arange(n)
    next_wide = np.where(is_narrow, n, place)
    lasts = np.minimum.accumulate(next_wide[:, ::-1], axis=1)[:, ::-1] - place
    ahead = looked_ahead(place + 1, look_ahead)
    holds: BoolArray = (lasts > ahead) & (place + 1 >= first)
    reached = holds.argmax(axis=1) if n else np.zeros(m, dtype=np.int64)
    return np.where(holds.any(axis=1), reached + 1 + ahead[reached], 0) if n else np.zeros(m, dtype=np.int64)


def next_number(values: FloatArray, allowed: float, confidence: float, cap: int) -> int:
    """Replications to have before looking again: as many as the present spread asks for, never over `cap`.

    values: shape (n,), those so far. Any number would do for the answer; a good one spares rounds.
    """
    n, defined = values.size, values[~np.isnan(values)]
    least = n + int(looked_ahead(n))
    if defined.size < 2 or not 0.0 < allowed < inf:
        return min(cap, max(least, AT_MOST_TIMES * n))
    needed = -(-replications_needed(defined, allowed, confidence) * n // defined.size)
    return min(cap, max(least, min(needed + int(looked_ahead(needed)), AT_MOST_TIMES * n)))
