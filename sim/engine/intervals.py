"""Arithmetic of time intervals in bulk: how many run at an instant, how many minutes fall into a span.

What the intervals are of (stays, places, tasks, duties) is the caller's business.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


def until(ends: Floats, latest: float) -> Floats:
    """Ends with `latest` where an interval is still open (nan)."""
    return np.where(np.isnan(ends), latest, np.minimum(ends, latest))


def running_at(starts: Floats, ends: Floats, times: Floats) -> Integers:
    """How many of the intervals [start, end) hold at each time; nan starts never begin, nan ends never end."""
    begun = np.sort(starts[~np.isnan(starts)])
    over = np.sort(ends[~np.isnan(starts) & ~np.isnan(ends)])
    count = np.searchsorted(begun, times, side="right") - np.searchsorted(over, times, side="right")
    return count.astype(np.int64)


def minutes_before(starts: Floats, ends: Floats, times: Floats) -> Floats:
    """Minutes of all intervals that lie before each time, shape of `times`."""
    return _elapsed_since(starts, times) - _elapsed_since(ends, times)


def _elapsed_since(moments: Floats, times: Floats) -> Floats:
    ordered = np.sort(moments)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    n_past = np.searchsorted(ordered, times, side="right")
    return np.asarray(n_past * times - sums[n_past], dtype=np.float64)


def minutes_between(starts: Floats, ends: Floats, edges: Floats) -> Floats:
    """Minutes of all intervals inside each span of consecutive edges, shape (len(edges) - 1,).

    A nan start drops the interval, a nan end means it runs on past the last edge.
    """
    kept = ~np.isnan(starts)
    first = starts[kept]
    last = np.maximum(until(ends[kept], float(edges[-1])), first)
    return np.diff(minutes_before(first, last, edges))


def minutes_inside(starts: Floats, ends: Floats, low: float, high: float) -> Floats:
    """Minutes of each interval inside [low, high); nan starts count 0, nan ends run on."""
    inside = until(ends, high) - np.maximum(starts, low)
    return np.where(np.isnan(starts), 0.0, np.maximum(inside, 0.0))


def covered_minutes(group: Integers, starts: Floats, ends: Floats, n_groups: int) -> Floats:
    """Minutes of the union of each group's intervals, shape (n_groups,); overlaps count once."""
    if group.size == 0:
        return np.zeros(n_groups)
    order = np.lexsort((starts, group))
    group, starts, ends = group[order], starts[order], ends[order]
    origin, span = starts.min(), ends.max() - starts.min() + 1.0
    # One axis for all groups, each on a stretch of its own, so that one running maximum serves them all.
    shift = group * span - origin
    reach = np.maximum.accumulate(ends + shift)
    seen = np.concatenate([[-np.inf], reach[:-1]])
    gained = np.maximum(ends + shift - np.maximum(starts + shift, seen), 0.0)
    return np.bincount(group, weights=gained, minlength=n_groups).astype(np.float64)
