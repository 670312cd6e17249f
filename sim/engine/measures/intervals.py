"""Arithmetic of time intervals in bulk: how many run at an instant, how many minutes fall into a span.

What the intervals are of (stays, places, tasks, duties) is the caller's business.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.backend import Floats, Integers
from sim.engine.measures import array_loops
from sim.engine.measures.array_loops import Codes, Rows


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


def minutes_by_code(codes: Codes | Rows, n_codes: int, starts: Floats, ends: Floats, edges: Floats) -> Floats:
    """`minutes_between` of the intervals of each code 0 to n_codes - 1, a row each; a negative code drops."""
    minutes, codes = np.zeros((n_codes, edges.size - 1)), codes.astype(np.int32, copy=False)
    if edges.size == 2:
        array_loops.add_minutes_inside(codes, starts, ends, edges[0], edges[1], minutes[:, 0])
    else:
        array_loops.add_minutes(codes, starts, ends, edges, minutes)
    return minutes


def covered_and_longest_gap(group: Integers, starts: Floats, ends: Floats, lengths: Floats) -> tuple[Floats, Floats]:
    """Minutes of the union of each group's intervals, and the longest stretch of [0, its length] outside them.

    `lengths` has one entry per group. Overlaps count once; intervals of no length count for nothing.
    """
    covered, longest = np.zeros(lengths.size), np.zeros(lengths.size)
    array_loops.cover(group, starts, ends, lengths, *room_for_order(group, lengths.size), covered, longest)
    return covered, longest


def room_for_order(group: npt.NDArray[Any], n_groups: int) -> tuple[Integers, Integers]:
    """Memory in which a loop puts intervals in the order of their groups."""
    return np.zeros(group.size, dtype=np.int64), np.zeros(2 * (n_groups + 1), dtype=np.int64)


Spans: TypeAlias = tuple[Integers, Floats, Floats]
"""Group, start and end of intervals."""


def outside_covers(spans: Spans, covers: Spans, n_groups: int) -> tuple[Floats, Floats]:
    """Starts and ends of what is left of each span outside the covers of its group."""
    group, starts, ends = spans
    n_covers = np.bincount(covers[0], minlength=n_groups)
    left = np.empty((2, starts.size + int(n_covers[group].sum())))
    n = array_loops.uncover(group, starts, ends, *covers, *room_for_order(covers[0], n_groups), left)
    return left[0, :n], left[1, :n]


def end_of_last_begun(
    n_groups: int, apart: float, group: Rows, starts: Floats, ends: Floats, of_group: Rows, moments: Floats
) -> Floats:
    """Of each moment of a group the end of the interval that began last, inf where none has begun.

    The groups stand one after the other on one line of time, `apart` from each other.
    """
    found = np.full(moments.size, np.inf)
    order = room_for_order(group, n_groups)
    array_loops.find_ends(group, starts, ends, of_group, moments, apart, *order, found)
    return found
