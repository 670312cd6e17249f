"""The calendar of the compiled engine in the one order (time, kind, id): a line, two heaps, the arrivals from outside.

Entries of the next minutes stand in line, the first of them last, so that taking it costs nothing; those that lie far
ahead (duties, patience, returns) stand in heaps. Which of these is the first is known and looked for anew only when it
has gone. The kinds and their order are those of `sim.engine.reference.calendar`.
"""

from math import inf

from sim.engine.calendar_entries import ARRIVAL, CARE_DUE, CLEANED, DELAY_ENDS, SETTLE, TASK_ENDS, delay_id
from sim.engine.compiled.memory import Row, instant_of, is_less
from sim.engine.compiled.tables import NONE
from sim.engine.step_plans import MAIN_PATH

N_HEAPS = 3
NEAR, FAR, RETURNS, OUTSIDE = range(4)
"""Where the next entry may stand: the line is kept as the heaps are, the arrivals from outside are a list."""
MOST_NEAR = 128
"""So many entries stand in line at most; what comes to a full line goes to the far heap, which is slower."""

KIND_BITS = 59
ID_BITS = 32
RUNNING_NUMBER = (1 << ID_BITS) - 1
SUBJECT_BITS = 32
SUBJECT = (1 << SUBJECT_BITS) - 1
SETTLE_KEY = (SETTLE - TASK_ENDS) << KIND_BITS
ARRIVAL_KEY = (ARRIVAL - TASK_ENDS) << KIND_BITS

IDS_OF_VISIT = delay_id(1, MAIN_PATH)
"""So many ids a visit has for what ends on its main path, in the branches of a fork, and for a wish for company."""
MOST_VISITS = (1 << (KIND_BITS - ID_BITS)) // IDS_OF_VISIT
"""So many visits have ids of their own in a key."""


def key_of(kind: int, ident: int, running_number: int) -> int:
    """What orders entries of equal time: kind, id, then order of creation."""
    return ((kind - TASK_ENDS) << KIND_BITS) + (ident << ID_BITS) + (running_number & RUNNING_NUMBER)


def id_on_path(ed: Row, v: Row, path: int) -> int:
    """The id of what a visit enters in a branch of a fork, row `path`, or on the main path (NONE)."""
    return delay_id(v.row, MAIN_PATH if path == NONE else ed.paths[path].number)


def branch_of_key(key: int) -> int:
    """The number of the branch that an entry was made in, of those with ids by visit and branch."""
    return (key >> ID_BITS) & (IDS_OF_VISIT - 1)


def comes_before(instant: int, key: int, other_instant: int, other_key: int) -> bool:
    """The total order of the calendar, as that of one number: a branch here is a guess that is often wrong."""
    return is_less(instant, key, other_instant, other_key)


def push(ed: Row, heap: int, time: float, key: int, what: int, subject: int) -> None:
    """One more entry of a heap: it rises until its parent comes before it."""
    h = ed.heaps[heap]
    h.n += 1
    if h.n > h.room:
        ed.needs_memory = True
    rises(h, h.n - 1, instant_of(time), key, (what << SUBJECT_BITS) + subject)


def rises(h: Row, place: int, instant: int, key: int, meaning: int) -> None:
    """An entry finds its place on the way up from an empty one."""
    while place > 0:
        parent = h.entries[(place - 1) >> 1]
        if comes_before(parent.instant, parent.key, instant, key):
            break
        put(h, place, parent.instant, parent.key, parent.meaning)
        place = (place - 1) >> 1
    put(h, place, instant, key, meaning)


def put(h: Row, place: int, instant: int, key: int, meaning: int) -> None:
    """An entry takes a place in a heap."""
    entry = h.entries[place]
    entry.instant = instant
    entry.key = key
    entry.meaning = meaning


def stands_in_line(near: Row, instant: int, key: int, meaning: int) -> None:
    """An entry takes its place in the line: those that come before it move up."""
    place = near.n
    near.n = place + 1
    while place > 0:
        sooner = near.entries[place - 1]
        if not comes_before(sooner.instant, sooner.key, instant, key):
            break
        put(near, place, sooner.instant, sooner.key, sooner.meaning)
        place -= 1
    put(near, place, instant, key, meaning)


def take_nearest(ed: Row) -> int:
    """The first of the line goes. What it meant."""
    near = ed.heaps[NEAR]
    near.n -= 1
    return near.entries[near.n].meaning


def take_first(ed: Row, heap: int) -> int:
    """The first entry of a heap goes: the hole sinks to the bottom, the last entry rises from there. What it meant."""
    h = ed.heaps[heap]
    meaning = h.entries[0].meaning
    h.n -= 1
    n = h.n
    hole, child = 0, 1
    while child < n:
        left, right = h.entries[child], h.entries[child + 1]
        child += (child + 1 < n) & comes_before(right.instant, right.key, left.instant, left.key)
        least = h.entries[child]
        put(h, hole, least.instant, least.key, least.meaning)
        hole, child = child, 2 * child + 1
    last = h.entries[n]
    rises(h, hole, last.instant, last.key, last.meaning)
    look_further(ed)
    return meaning


def enter(ed: Row, time: float, kind: int, ident: int, what: int, subject: int) -> int:
    """Enter something in the calendar; its running number tells later whether it is still good."""
    ed.n_created += 1
    key = key_of(kind, ident, ed.n_created)
    near = ed.heaps[NEAR]
    if (kind == TASK_ENDS or kind == DELAY_ENDS or kind == CLEANED or kind == CARE_DUE) and near.n < MOST_NEAR:
        stands_in_line(near, instant_of(time), key, (what << SUBJECT_BITS) + subject)
    else:
        push(ed, FAR, time, key, what, subject)
        may_be_first(ed, instant_of(time), key, FAR)
    return ed.n_created & RUNNING_NUMBER


def enter_return(ed: Row, time: float, patient: int, row: int) -> int:
    """Enter the next visit of a patient; what is entered with it is its running number."""
    ed.n_created += 1
    push(ed, RETURNS, time, ARRIVAL_KEY + patient, ed.n_created, row)
    may_be_first(ed, instant_of(time), ARRIVAL_KEY + patient, RETURNS)
    return ed.n_created


def may_be_first(ed: Row, instant: int, key: int, where: int) -> None:
    """Of what stands outside the line the first is kept in sight."""
    if comes_before(instant, key, ed.later_instant, ed.later_key):
        ed.later_instant, ed.later_key, ed.later_where = instant, key, where


def look_further(ed: Row) -> None:
    """The first of what stands outside the line is looked for; at infinity if there is none."""
    ed.later_instant, ed.later_key, ed.later_where = instant_of(inf), 0, NONE
    if ed.next_outside < ed.n_outside:
        arrival = ed.outside[ed.next_outside]
        may_be_first(ed, instant_of(arrival.time), ARRIVAL_KEY + arrival.patient, OUTSIDE)
    for heap in range(FAR, N_HEAPS):
        h = ed.heaps[heap]
        if h.n > 0:
            first = h.entries[0]
            may_be_first(ed, first.instant, first.key, heap)


def next_entry(ed: Row) -> tuple[int, int, int]:
    """Instant and key of the next entry and where it stands; at infinity if there is none."""
    near = ed.heaps[NEAR]
    if near.n > 0:
        first = near.entries[near.n - 1]
        if comes_before(first.instant, first.key, ed.later_instant, ed.later_key):
            return first.instant, first.key, NEAR
    return ed.later_instant, ed.later_key, ed.later_where


def kind_of(key: int) -> int:
    """The kind of an entry by its key."""
    return (key >> KIND_BITS) + TASK_ENDS
