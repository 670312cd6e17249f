"""The calendar of the compiled engine: three heaps in the one order (time, kind, id), and the arrivals from outside.

Entries that lie far ahead (duties, patience, returns) stand apart from those of the next minutes, so that these find
their place in few steps. The kinds and their order are those of `sim.engine.calendar`.
"""

from math import inf

from sim.engine.calendar import ARRIVAL, CARE_DUE, CLEANED, DELAY_ENDS, SETTLE, TASK_ENDS
from sim.engine.compiled.memory import Row, compiled, inlined
from sim.engine.compiled.tables import NONE, entry_at, heap_at, outside_at

N_HEAPS = 3
NEAR, FAR, RETURNS, OUTSIDE = range(4)
"""Where the next entry may stand; the last is no heap but the list of arrivals from outside."""

KIND_BITS = 59
ID_BITS = 32
RUNNING_NUMBER = (1 << ID_BITS) - 1
SETTLE_KEY = (SETTLE - TASK_ENDS) << KIND_BITS
ARRIVAL_KEY = (ARRIVAL - TASK_ENDS) << KIND_BITS


@inlined
def key_of(kind: int, ident: int, running_number: int) -> int:
    """What orders entries of equal time: kind, id, then order of creation."""
    return ((kind - TASK_ENDS) << KIND_BITS) + (ident << ID_BITS) + (running_number & RUNNING_NUMBER)


@inlined
def comes_before(time: float, key: int, other_time: float, other_key: int) -> bool:
    """The total order of the calendar. Both sides are looked at, for a branch here is a guess that is often wrong."""
    return (time < other_time) | ((time == other_time) & (key < other_key))


@compiled
def push(ed: Row, heap: int, time: float, key: int, what: int, subject: int) -> None:
    """One more entry of a heap."""
    h = heap_at(ed.heaps, heap)
    place = h.n
    h.n += 1
    if h.n > h.room:
        ed.needs_memory = True
    while place > 0:
        parent = entry_at(h.entries, (place - 1) >> 1)
        if comes_before(parent.time, parent.key, time, key):
            break
        put(h, place, parent.time, parent.key, parent.what, parent.subject)
        place = (place - 1) >> 1
    put(h, place, time, key, what, subject)


@inlined
def put(h: Row, place: int, time: float, key: int, what: int, subject: int) -> None:
    """An entry takes a place in a heap."""
    entry = entry_at(h.entries, place)
    entry.time = time
    entry.key = key
    entry.what = what
    entry.subject = subject


@compiled
def drop_first(ed: Row, heap: int) -> None:
    """The first entry of a heap goes: the hole sinks to the bottom, the last entry rises from there."""
    h = heap_at(ed.heaps, heap)
    h.n -= 1
    n = h.n
    hole, child = 0, 1
    while child < n:
        least, other = entry_at(h.entries, child), entry_at(h.entries, child + 1)
        child += (child + 1 < n) & comes_before(other.time, other.key, least.time, least.key)
        least = entry_at(h.entries, child)
        put(h, hole, least.time, least.key, least.what, least.subject)
        hole, child = child, 2 * child + 1
    last = entry_at(h.entries, n)
    while hole > 0:
        parent = entry_at(h.entries, (hole - 1) >> 1)
        if comes_before(parent.time, parent.key, last.time, last.key):
            break
        put(h, hole, parent.time, parent.key, parent.what, parent.subject)
        hole = (hole - 1) >> 1
    put(h, hole, last.time, last.key, last.what, last.subject)


@compiled
def enter(ed: Row, time: float, kind: int, ident: int, what: int, subject: int) -> int:
    """Enter something in the calendar; its running number tells later whether it is still good."""
    ed.n_created += 1
    near = kind == TASK_ENDS or kind == DELAY_ENDS or kind == CLEANED or kind == CARE_DUE
    push(ed, NEAR if near else FAR, time, key_of(kind, ident, ed.n_created), what, subject)
    return ed.n_created & RUNNING_NUMBER  # type: ignore[no-any-return]


@compiled
def enter_return(ed: Row, time: float, patient: int, row: int) -> int:
    """Enter the next visit of a patient; `what` carries the running number."""
    ed.n_created += 1
    push(ed, RETURNS, time, ARRIVAL_KEY + patient, ed.n_created, row)
    return ed.n_created  # type: ignore[no-any-return]


@compiled
def next_entry(ed: Row) -> tuple[float, int, int]:
    """Time and key of the next entry and where it stands; at infinity if there is none."""
    time, key, where = inf, 0, NONE
    if ed.next_outside < ed.n_outside:
        arrival = outside_at(ed.outside, ed.next_outside)
        time, key, where = arrival.time, ARRIVAL_KEY + arrival.patient, OUTSIDE
    for heap in range(N_HEAPS):
        h = heap_at(ed.heaps, heap)
        if h.n > 0:
            first = entry_at(h.entries, 0)
            if comes_before(first.time, first.key, time, key):
                time, key, where = first.time, first.key, heap
    return time, key, where


@inlined
def kind_of(key: int) -> int:
    """The kind of an entry by its key."""
    return (key >> KIND_BITS) + TASK_ENDS
