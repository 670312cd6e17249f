"""Number of replications at which confidence intervals are narrow enough, and stay so.

The rule is that of Hoad, Robinson & Davies (Automated selection of the number of replications for a discrete-event
simulation, Journal of the Operational Research Society 61, 2010): the half-width is checked after each replication, and
a precision is reached when it holds for further replications too. It is a function of the values in order of
replication alone, so that it does not depend on the order in which they were computed.

An interval that is checked until it is narrow covers a little less often than it says: a sample that happens to vary
little stops early, the more so the sooner it is checked. `tests/verification/test_precision_coverage.py` measures it.
"""

from math import ceil, inf, nan, sqrt

import numpy as np
import scipy  # each part of it is loaded when first called
from numpy.typing import ArrayLike

from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.intervals import mean_interval, mean_intervals, t_point

LOOK_AHEAD = 5
"""Further replications for which a precision has to hold, up to a hundred of them; 5 % of them beyond (kLimit)."""
MOST_GROWTH = 2
"""A round at most doubles the replications: the sd of a few is a poor prediction."""
FIRST_LOOK = 20
"""First replications from which an interval stopped when narrow still covers 93 % at a skewness of 1."""


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


def stops_after(is_narrow: BoolArray, first: int, look_ahead: int = LOOK_AHEAD) -> IntArray:
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


def replications_needed(values: ArrayLike, half_width: float, confidence: float = 0.95) -> int:
    """Smallest total number of replications whose t half-width would be at most `half_width`, never below 2.

    Takes the sd of the pilot `values`, shape (n,), as true (Law, Simulation Modeling and Analysis; Hoad,
    Robinson & Davies 2010 repeat it as replications come in). For a relative precision pass a share of the
    absolute mean. Raises ValueError for fewer than two defined values or a half-width that is not positive.
    """
    if not half_width > 0.0:
        raise ValueError(f"half_width is {half_width}: give a positive precision in the unit of the values")
    pilot = mean_interval(values, confidence)
    if pilot.n < 2:
        raise ValueError("values has one defined replication: at least 2 are needed to know the spread")
    normal = float(scipy.special.ndtri(0.5 + confidence / 2.0)) * pilot.sd / half_width
    n = max(2, ceil(normal * normal))  # t is wider than normal, so the answer is here or a little above
    while t_point(n - 1, confidence) * pilot.sd / sqrt(n) > half_width:
        n += 1
    return n


def next_number(values: FloatArray, allowed: float, confidence: float, cap: int) -> int:
    """Replications to have before looking again: as many as the present spread asks for, never over `cap`.

    values: shape (n,), those so far. Any number would do for the answer; a good one spares rounds.
    """
    n, defined = values.size, values[~np.isnan(values)]
    least = n + int(looked_ahead(n))
    if defined.size < 2 or not 0.0 < allowed < inf:
        return min(cap, max(least, MOST_GROWTH * n))
    needed = -(-replications_needed(defined, allowed, confidence) * n // defined.size)
    return min(cap, max(least, min(needed + int(looked_ahead(needed)), MOST_GROWTH * n)))
