"""Arithmetic of time intervals in bulk: how many run at an instant, how many minutes fall into a span.

What the intervals are of (stays, places, tasks, duties) is the caller's business.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from sim.engine.machine_code import machine_code

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int8]
Cells: TypeAlias = npt.NDArray[np.int16]
Flags: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.int32]


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
    if edges.size == 2:
        _add_minutes_inside(codes, starts, ends, edges[0], edges[1], minutes[:, 0])
    else:
        _add_minutes(codes, starts, ends, edges, minutes)
    return minutes


@njit(forceinline=True)
def _add_interval(code, start, end, edges, low, high, spans_per_minute, minutes):  # type: ignore[no-untyped-def]
    if not start < high or end <= low:
        return
    start = max(start, low)
    # Edges stand almost evenly, so that the span is near where it would be if they did. Unsigned numbers, because
    # others are tried for being negative whenever they stand for a place.
    final, one = np.uint64(edges.size - 2), np.uint64(1)
    span = min(np.uint64(int((start - low) * spans_per_minute)), final)
    while edges[span] > start:
        span -= one
    while edges[span + one] <= start:
        span += one
    edge = edges[span + one]
    minutes[code, span] += _up_to(edge, start, end)
    # To add nothing to the next span costs less than to guess whether there is something to add. The last has none.
    span = min(span + one, final)
    start, edge = edge, edges[span + one]
    minutes[code, span] += _up_to(edge, start, end)
    # Written so that a nan end is past every edge.
    while not end <= edge and span < final:
        span += one
        start, edge = edge, edges[span + one]
        minutes[code, span] += _up_to(edge, start, end)


@njit(forceinline=True)
def _up_to(edge, start, end):  # type: ignore[no-untyped-def]
    # Written so that a nan end is past the edge.
    return max((end if end < edge else edge) - start, 0.0)


@machine_code(nogil=True)
def _add_minutes(codes, starts, ends, edges, minutes):  # type: ignore[no-untyped-def]
    low, high = edges[0], edges[-1]
    spans_per_minute = (edges.size - 1) / (high - low)
    for row in range(codes.size):
        if codes[row] >= 0:
            _add_interval(np.uint64(codes[row]), starts[row], ends[row], edges, low, high, spans_per_minute, minutes)


@machine_code(nogil=True)
def _add_minutes_inside(codes, starts, ends, low, high, minutes):  # type: ignore[no-untyped-def]
    for row in range(codes.size):
        start = starts[row]
        if codes[row] >= 0 and start < high and not ends[row] <= low:
            minutes[np.uint64(codes[row])] += _up_to(high, max(start, low), ends[row])


class Spells(NamedTuple):
    """Tasks, an entry each: for whom, in whose queue, why, who did it, when, and how much of it was late."""

    visit: npt.NDArray[Any]
    queue: Codes
    kind: Codes
    member: Rows
    started: Floats
    ended: Floats
    overtime: Floats


class Work(NamedTuple):
    """Minutes of spells: in the shift by role at work and span, late by role at work, asked for by queue, caused by
    queue and cell of the visit. And which spells are beside the visits asked about, and which are of the other kinds.
    """

    in_shift: Floats
    late: Floats
    asked: Floats
    caused: Floats
    beside: Rows
    others: Rows


def work_of(
    spells: Spells, role_of_member: Codes, kinds_asked: Flags, n_roles: int, cells: Cells, n_cells: int,
    edges: Floats, horizon: float, about: Flags, kinds_beside: Flags, other_kinds: Flags,
) -> Work:  # fmt: skip
    """All that spells tell, in one pass: there are more of them than of anything else.

    A nan start is a spell that never began, a nan end one that goes on at the horizon. `caused` counts whole spells of
    visits whose cell is not negative; all other minutes are those between the first edge and the last.
    """
    minutes = np.zeros((n_roles, edges.size - 1)), np.zeros(n_roles), np.zeros(n_roles), np.zeros((n_roles, n_cells))
    beside, others = np.empty((2, spells.visit.size + 1), dtype=np.int32)
    n_beside, n_others = _read_spells(
        *spells, role_of_member, kinds_asked, cells, edges, horizon, about, kinds_beside, other_kinds, *minutes,
        beside, others,
    )  # fmt: skip
    return Work(*minutes, beside[:n_beside], others[:n_others])


@machine_code(nogil=True)
def _read_spells(  # type: ignore[no-untyped-def]
    visits, queues, kinds, members, starts, ends, overtimes, role_of_member, kinds_asked, cells, edges, horizon,
    about, kinds_beside, other_kinds, in_shift, late, asked, caused, beside, others,
):  # fmt: skip
    low, high = edges[0], edges[-1]
    spans_per_minute = (edges.size - 1) / (high - low)
    n_beside, n_others = np.uint64(0), np.uint64(0)
    for row in range(visits.size):
        start, ended = starts[row], ends[row]
        if np.isnan(start):
            continue
        visit, queue, kind = np.uint64(visits[row]), np.uint64(queues[row]), np.uint64(kinds[row])
        # No branch: whether a visit is asked about cannot be guessed.
        beside[n_beside] = row
        n_beside += np.uint64(about[visit] & kinds_beside[kind])
        others[n_others] = row
        n_others += np.uint64(other_kinds[kind])
        # Written so that a nan end is the horizon.
        end = ended if ended < horizon else horizon
        overtime = overtimes[row]
        end_in_shift = end - overtime
        cell = cells[visit]
        if cell >= 0:
            caused[queue, np.uint64(cell)] += end - start
        if kinds_asked[kind]:
            asked[queue] += _up_to(high, max(start, low), ended)
        role = role_of_member[members[row]]
        if role >= 0:
            _add_interval(np.uint64(role), start, end_in_shift, edges, low, high, spans_per_minute, in_shift)
            if overtime > 0.0:
                late[np.uint64(role)] += _up_to(high, max(end_in_shift, low), end)
    return n_beside, n_others


def covered_and_longest_gap(group: Integers, starts: Floats, ends: Floats, lengths: Floats) -> tuple[Floats, Floats]:
    """Minutes of the union of each group's intervals, and the longest stretch of [0, its length] outside them.

    `lengths` has one entry per group. Overlaps count once; intervals of no length count for nothing.
    """
    covered, longest = np.zeros(lengths.size), np.zeros(lengths.size)
    _cover(group, starts, ends, lengths, covered, longest)
    return covered, longest


@machine_code(nogil=True)
def _cover(group, starts, ends, lengths, covered, longest):  # type: ignore[no-untyped-def]
    order, first = _in_order(group, starts, lengths.size)
    for number in range(lengths.size):
        reach = 0.0
        for row in order[first[number] : first[number + 1]]:
            if ends[row] > max(starts[row], reach):
                longest[number] = max(longest[number], starts[row] - reach)
                covered[number] += ends[row] - max(starts[row], reach)
                reach = ends[row]
        longest[number] = max(longest[number], lengths[number] - reach)


Spans: TypeAlias = tuple[Integers, Floats, Floats]
"""Group, start and end of intervals."""


def uncovered(spans: Spans, covers: Spans, n_groups: int) -> tuple[Floats, Floats]:
    """Starts and ends of what is left of each span outside the covers of its group."""
    group, starts, ends = spans
    n_covers = np.bincount(covers[0], minlength=n_groups)
    left = np.empty((2, starts.size + int(n_covers[group].sum())))
    n = _uncover(group, starts, ends, *covers, n_groups, left)
    return left[0, :n], left[1, :n]


@machine_code(nogil=True)
def _uncover(group, starts, ends, cover_group, cover_starts, cover_ends, n_groups, left):  # type: ignore[no-untyped-def]
    order, first = _in_order(cover_group, cover_starts, n_groups)
    n = 0
    for span in range(starts.size):
        number, reach = group[span], starts[span]
        for row in order[first[number] : first[number + 1]]:
            if cover_starts[row] >= ends[span]:
                break
            if cover_starts[row] > reach:
                left[0, n], left[1, n] = reach, cover_starts[row]
                n += 1
            reach = max(reach, cover_ends[row])
        if reach < ends[span]:
            left[0, n], left[1, n] = reach, ends[span]
            n += 1
    return n


@njit
def _in_order(group, starts, n_groups):  # type: ignore[no-untyped-def]
    """Rows by group and start, and where in that order each group begins."""
    first = np.zeros(n_groups + 1, dtype=np.int64)
    for row in range(group.size):
        first[group[row] + 1] += 1
    for number in range(n_groups):  # np.cumsum would load Numba's linear algebra
        first[number + 1] += first[number]
    # Intervals of a group come almost in order, so that each finds its place within a few steps.
    order, after = np.empty(group.size, dtype=np.int64), first.copy()
    for row in range(group.size):
        place = after[group[row]]
        while place > first[group[row]] and starts[order[place - 1]] > starts[row]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = row
        after[group[row]] += 1
    return order, first


class Line(NamedTuple):
    """Times of groups, one group after the other on one line of time, each as far from the next."""

    n_groups: int
    apart: float


def end_of_last_begun(line: Line, group: Rows, starts: Floats, ends: Floats, of_group: Rows, moments: Floats) -> Floats:
    """Of each moment of a group the end of the interval that began last on the line, inf where none has begun."""
    found = np.full(moments.size, np.inf)
    _find_ends(group, starts, ends, of_group, moments, line.n_groups, line.apart, found)
    return found


@machine_code(nogil=True)
def _find_ends(group, starts, ends, of_group, moments, n_groups, apart, found):  # type: ignore[no-untyped-def]
    order, first = _in_order(group, starts, n_groups)
    for row in range(moments.size):
        number = of_group[row]
        moment, low, high = number * apart + moments[row], first[number], first[number + 1]
        while low < high:
            middle = (low + high) // 2
            if number * apart + starts[order[middle]] <= moment:
                low = middle + 1
            else:
                high = middle
        if low > 0:
            found[row] = ends[order[low - 1]]
