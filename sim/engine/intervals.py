"""Arithmetic of time intervals in bulk: how many run at an instant, how many minutes fall into a span.

What the intervals are of (stays, places, tasks, duties) is the caller's business.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int8]
Flags: TypeAlias = npt.NDArray[np.bool_]


def until(ends: Floats, latest: float) -> Floats:
    """Ends with `latest` where an interval is still open (nan)."""
    return np.fmin(ends, latest)


def running_at(starts: Floats, ends: Floats, times: Floats) -> Integers:
    """How many of the intervals [start, end) hold at each time; nan starts never begin, nan ends never end."""
    begun = np.sort(starts[~np.isnan(starts)])
    over = np.sort(ends[~np.isnan(starts) & ~np.isnan(ends)])
    count = np.searchsorted(begun, times, side="right") - np.searchsorted(over, times, side="right")
    return count.astype(np.int64)


def minutes_between(starts: Floats, ends: Floats, edges: Floats) -> Floats:
    """Minutes of all intervals inside each span of consecutive edges, shape (len(edges) - 1,).

    A nan start drops the interval, a nan end means it runs on past the last edge.
    """
    everyone = np.zeros(starts.size, dtype=np.int8)
    return minutes_by_code(everyone, 1, starts, ends, edges).ravel()


def minutes_by_code(codes: Codes, n_codes: int, starts: Floats, ends: Floats, edges: Floats) -> Floats:
    """`minutes_between` of the intervals of each code 0 to n_codes - 1, a row each; a negative code drops."""
    minutes = np.zeros((n_codes, edges.size - 1))
    _add_minutes(codes, starts, ends, edges, minutes)
    return minutes


@njit(cache=True, nogil=True)
def _add_minutes(codes, starts, ends, edges, minutes):  # type: ignore[no-untyped-def]
    last, low, high = edges.size - 1, edges[0], edges[-1]
    spans_per_minute = last / (high - low)
    for row in range(codes.size):
        start, end, code = starts[row], ends[row], codes[row]
        if code < 0 or not start < high or end <= low:
            continue
        start = max(start, low)
        # Edges stand almost evenly, so that the span is near where it would be if they did.
        span = min(int((start - low) * spans_per_minute), last - 1)
        while edges[span] > start:
            span -= 1
        while edges[span + 1] <= start:
            span += 1
        # Written so that a nan end is past every edge.
        while not end <= edges[span + 1] and span + 1 < last:
            minutes[code, span] += edges[span + 1] - start
            span += 1
            start = edges[span]
        stop = end if end < edges[span + 1] else edges[span + 1]
        if stop > start:
            minutes[code, span] += stop - start


def covered_minutes(group: Integers, starts: Floats, ends: Floats, n_groups: int) -> Floats:
    """Minutes of the union of each group's intervals, shape (n_groups,); overlaps count once."""
    minutes = np.zeros(n_groups)
    _add_covered(group, starts, ends, minutes)
    return minutes


@njit(cache=True, nogil=True)
def _add_covered(group, starts, ends, minutes):  # type: ignore[no-untyped-def]
    first = np.zeros(minutes.size + 1, dtype=np.int64)
    for row in range(group.size):
        first[group[row] + 1] += 1
    first = np.cumsum(first)
    # Intervals of a group come almost in order, so that each finds its place within a few steps.
    order, after = np.empty(group.size, dtype=np.int64), first.copy()
    for row in range(group.size):
        place = after[group[row]]
        while place > first[group[row]] and starts[order[place - 1]] > starts[row]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = row
        after[group[row]] += 1
    for number in range(minutes.size):
        reach = -np.inf
        for row in order[first[number] : first[number + 1]]:
            minutes[number] += max(0.0, ends[row] - max(starts[row], reach))
            reach = max(reach, ends[row])
