"""Loops over the tables of a run that measures are made of, as machine code: each is one pass where NumPy takes many.

What the numbers mean is said where each loop is called. Arrays that are filled come last.
"""

import math
from typing import Annotated, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.backend import Floats as Floats
from sim.engine.compiled.backend import Floats2, Floats3, machine_code
from sim.engine.compiled.backend import Integers as Integers
from sim.engine.trajectory import CONTACT

Codes: TypeAlias = npt.NDArray[np.int8]
Cells: TypeAlias = npt.NDArray[np.int16]
Flags: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.int32]
Integers2 = Annotated[Integers, 2]

HOURS_OF_WEEK = 168


def as_rows(column: npt.NDArray[np.integer]) -> Rows:
    """Numbers of rows in 32 bits, as the compiled engine writes them; a column of a trajectory has more."""
    return column.astype(np.int32, copy=False)


# --- minutes of intervals -------------------------------------------------------------------------------------------


def up_to(edge: float, start: float, end: float) -> float:
    """Minutes from the start to the end, or to the edge if that comes first."""
    # Written so that a nan end is past the edge.
    return max((end if end < edge else edge) - start, 0.0)


def add_interval(
    code: int, start: float, end: float, edges: Floats, spans_per_minute: float, minutes: Floats2
) -> None:  # fmt: skip
    """Add the minutes of an interval inside each span between edges to those of a code."""
    if not start < edges[-1] or end <= edges[0]:
        return
    start = max(start, edges[0])
    # Edges stand almost evenly, so that the span is near where it would be if they did.
    final = edges.size - 2
    span = min(int((start - edges[0]) * spans_per_minute), final)
    while edges[span] > start:
        span -= 1
    while edges[span + 1] <= start:
        span += 1
    edge = edges[span + 1]
    minutes[code, span] += up_to(edge, start, end)
    # To add nothing to the next span costs less than to guess whether there is something to add. The last has none.
    span = min(span + 1, final)
    start, edge = edge, edges[span + 1]
    minutes[code, span] += up_to(edge, start, end)
    # Written so that a nan end is past every edge.
    while not end <= edge and span < final:
        span += 1
        start, edge = edge, edges[span + 1]
        minutes[code, span] += up_to(edge, start, end)


@machine_code
def add_minutes(codes: Rows, starts: Floats, ends: Floats, edges: Floats, minutes: Floats2) -> None:
    """Minutes by code and span; a negative code drops the interval."""
    spans_per_minute = (edges.size - 1) / (edges[-1] - edges[0])
    for row in range(codes.size):
        if codes[row] >= 0:
            add_interval(codes[row], starts[row], ends[row], edges, spans_per_minute, minutes)


@machine_code
def add_minutes_inside(
    codes: Rows, starts: Floats, ends: Floats, low: float, high: float, minutes: Floats
) -> None:  # fmt: skip
    """Minutes between two moments by code; a negative code drops the interval."""
    for row in range(codes.size):
        start = starts[row]
        if codes[row] >= 0 and start < high and not ends[row] <= low:
            minutes[codes[row]] += up_to(high, max(start, low), ends[row])


@machine_code
def read_spells(
    visits: Rows, queues: Codes, kinds: Codes, members: Rows, starts: Floats, ends: Floats, overtimes: Floats,
    role_of_member: Codes, kinds_asked: Flags, cells: Cells, edges: Floats, horizon: float,
    about: Flags, kinds_beside: Flags, other_kinds: Flags,
    in_shift: Floats2, late: Floats, asked: Floats, caused: Floats2, beside: Rows, others: Rows, counts: Integers,
) -> None:  # fmt: skip
    """What `Work` holds; `counts` are how many there are of `beside` and `others`."""
    low, high = edges[0], edges[-1]
    spans_per_minute = (edges.size - 1) / (high - low)
    n_beside = n_others = 0
    for row in range(visits.size):
        start, ended = starts[row], ends[row]
        if math.isnan(start):
            continue
        visit, queue, kind = visits[row], queues[row], kinds[row]
        # No branch: whether a visit is asked about cannot be guessed.
        beside[n_beside] = row
        n_beside += int(about[visit] & kinds_beside[kind])
        others[n_others] = row
        n_others += int(other_kinds[kind])
        # Written so that a nan end is the horizon.
        end = ended if ended < horizon else horizon
        overtime = overtimes[row]
        end_in_shift = end - overtime
        cell = cells[visit]
        if cell >= 0:
            caused[queue, cell] += end - start
        if kinds_asked[kind]:
            asked[queue] += up_to(high, max(start, low), ended)
        role = role_of_member[members[row]] if members[row] >= 0 else role_of_member[-1]
        if role >= 0:
            add_interval(role, start, end_in_shift, edges, spans_per_minute, in_shift)
            if overtime > 0.0:
                late[role] += up_to(high, max(end_in_shift, low), end)
    counts[0] = n_beside
    counts[1] = n_others


# --- intervals by group ---------------------------------------------------------------------------------------------


def put_in_order(group: np.ndarray, starts: Floats, order: Integers, first: Integers) -> None:
    """Rows by group and start, and where in that order each group begins; both come as zeros, `first` twice over: its
    second row is where the next of each group goes."""
    n_groups = first.size // 2 - 1
    after = n_groups + 1
    for row in range(group.size):
        first[group[row] + 1] += 1
    for number in range(n_groups):
        first[number + 1] += first[number]
    for number in range(n_groups + 1):
        first[after + number] = first[number]
    # Intervals of a group come almost in order, so that each finds its place within a few steps.
    for row in range(group.size):
        place = first[after + group[row]]
        while place > first[group[row]] and starts[order[place - 1]] > starts[row]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = row
        first[after + group[row]] += 1


@machine_code
def cover(
    group: Integers, starts: Floats, ends: Floats, lengths: Floats, order: Integers, first: Integers,
    covered: Floats, longest: Floats,
) -> None:  # fmt: skip
    """Minutes of each group's union, and the longest stretch of its length outside it."""
    put_in_order(group, starts, order, first)
    for number in range(lengths.size):
        reach = 0.0
        for row in order[first[number] : first[number + 1]]:
            if ends[row] > max(starts[row], reach):
                longest[number] = max(longest[number], starts[row] - reach)
                covered[number] += ends[row] - max(starts[row], reach)
                reach = ends[row]
        longest[number] = max(longest[number], lengths[number] - reach)


@machine_code
def uncover(
    group: Integers, starts: Floats, ends: Floats, cover_group: Integers, cover_starts: Floats, cover_ends: Floats,
    order: Integers, first: Integers, left: Floats2,
) -> int:  # fmt: skip
    """Starts and ends of what is left of each span; how many."""
    put_in_order(cover_group, cover_starts, order, first)
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


@machine_code
def find_ends(
    group: Rows, starts: Floats, ends: Floats, of_group: Rows, moments: Floats, apart: float, order: Integers,
    first: Integers, found: Floats,
) -> None:  # fmt: skip
    """The end of the interval that began last before each moment, if one has."""
    put_in_order(group, starts, order, first)
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


# --- visits ---------------------------------------------------------------------------------------------------------


@machine_code
def put_first(visits: Rows, starts: Floats, first: Floats) -> None:
    """The earliest start of each visit."""
    for row in range(visits.size):
        if not math.isnan(starts[row]) and not first[visits[row]] <= starts[row]:
            first[visits[row]] = starts[row]


@machine_code
def choose(condition: Flags, values: Floats, chosen: Floats) -> None:
    """Values where the condition holds, else nan."""
    for row in range(values.size):
        chosen[row] = values[row] if condition[row] else math.nan


@machine_code
def read_steps(
    times: Floats3, visits: Integers, queueing: Integers, wanted: Integers2, minutes: Floats, n_waits: Integers,
    found: Floats2,
) -> None:  # fmt: skip
    """Minutes waited and waits by step, and the moments of the steps wanted."""
    for place in range(visits.size):
        visit = visits[place]
        for number in range(queueing.size):
            step = queueing[number]
            wait = times[visit, step, 1] - times[visit, step, 0]
            # No branch: whether a visit has waited for a step cannot be guessed.
            known = not math.isnan(wait)
            minutes[step] += wait if known else 0.0
            n_waits[step] += int(known)
        for number in range(len(wanted)):
            step, moment, column = wanted[number, 0], wanted[number, 1], wanted[number, 2]
            found[column, visit] = np.fmin(times[visit, step, moment], found[column, visit])


@machine_code
def mark_within_targets(waits: Floats, targets: Floats, acuity: Codes, within: Flags) -> None:
    """Whether each wait is within the target of its acuity."""
    for row in range(waits.size):
        within[row] = waits[row] <= targets[acuity[row]]


@machine_code
def meet(contacts: Rows, visits: Rows, members: Rows, n_spells: Rows, first: Rows, same: Flags) -> None:
    """Spells of company of each visit, who came first, and whether it was the same member every time."""
    for row in contacts:
        visit, member = visits[row], members[row]
        if member >= 0:
            if n_spells[visit] == 0:
                first[visit] = member
            n_spells[visit] += 1
            same[visit] &= member == first[visit]


@machine_code
def stretches(
    rows: Rows, visits: Rows, kinds: Codes, starts: Floats, company_since: Floats, ends: Floats, number: Rows,
    arrival: Floats, stay: Floats,
    visit: Integers, kind: Codes, started: Floats, ended: Floats,
) -> None:  # fmt: skip
    """Spells as parts of the stay of visits, which have a number each."""
    for place in range(rows.size):
        row = rows[place]
        this = number[visits[row]]
        visit[place], kind[place] = this, kinds[row]
        start = company_since[row] if kinds[row] == CONTACT else starts[row]
        started[place] = min(max(start - arrival[this], 0.0), stay[this])
        until = ends[row] - arrival[this]
        # Written so that a nan end is that of the stay.
        ended[place] = max(started[place], until if until < stay[this] else stay[this])


@machine_code
def tell_hours(times: Floats, hours: Cells) -> None:
    """Hour of the week of each time."""
    for row in range(times.size):
        hour = math.floor(times[row]) // 60
        hours[row] = hour - HOURS_OF_WEEK * (hour // HOURS_OF_WEEK)


# --- known values ---------------------------------------------------------------------------------------------------


@machine_code
def gather_known(values: Floats, rows: Rows, known: Floats) -> int:
    """The values of some rows that are known, one after the other; how many. `known` has room for one more."""
    n = 0
    for number in range(rows.size):
        value = values[rows[number]]
        known[n] = value
        # No branch: whether a value is known cannot be guessed.
        n += int(not math.isnan(value))
    return n


@machine_code
def gather_few(visits: Rows, values: Floats, chosen: Flags, known: Floats) -> int:
    """The same for values that only some visits have."""
    n = 0
    for number in range(visits.size):
        value = values[number]
        known[n] = value
        n += int(chosen[visits[number]] and not math.isnan(value))
    return n


@machine_code
def count_in_bins(cells: Cells, values: Floats, edges: Floats, counts: Integers2) -> None:
    """How many known values of each cell lie from one edge up to the next. Edges stand evenly from 0."""
    last, bins_per_minute = edges.size - 2, 1.0 / edges[1]
    for row in range(values.size):
        value = values[row]
        if not math.isnan(value):
            place = min(int(value * bins_per_minute), last)
            # A product of rounded numbers may be one too low or too high.
            if value < edges[place]:
                place -= 1
            elif value >= edges[place + 1]:
                place += 1
            counts[cells[row], place] += 1


@machine_code
def whole_minutes(
    streams: Codes, before: Floats, after: Floats, stream: int, in_minutes: float, minutes: Rows
) -> int:  # fmt: skip
    """Known changes of the visits of a stream as whole minutes; how many. `minutes` has room for one more."""
    n = 0
    for row in range(streams.size):
        change = (after[row] - before[row]) * in_minutes
        known = streams[row] == stream and not math.isnan(change)
        minutes[n] = int(np.rint(change)) if known else 0
        n += int(known)
    return n
