"""Queues: requests in classes of equal band and acuity, each a linked list in order; and sets of members as masks.

Which queue a request stands in is decided in `requests`; the rules of ranking are `sim.department.discipline`.
"""

from sim.department.discipline import order_within_class, score
from sim.engine.compiled.memory import Row, bit, lowest
from sim.engine.compiled.tables import MEMBERS_PER_WORD, N_ACUITIES, N_CLASSES, NONE

EVERY_CLASS = (1 << N_CLASSES) - 1
ONE_BAND = (1 << N_ACUITIES) - 1

# --- queues ---------------------------------------------------------------------------------------------------------


def asked_before(r: Row, other: Row) -> bool:
    """Ties: waiting since, then visit row, then slot."""
    if r.since != other.since:
        return r.since < other.since
    if r.visit != other.visit:
        return r.visit < other.visit
    return r.slot < other.slot


def stands_before(r: Row, other: Row) -> bool:
    """Order of two requests within a class."""
    if r.order != other.order:
        return r.order < other.order
    return asked_before(r, other)


def join(ed: Row, r: Row, v: Row, queue: int) -> None:
    """A request takes its place in a queue, looking from the end."""
    line = ed.lines[queue]
    of_class = r.band * N_ACUITIES + v.acuity - 1
    ends = ed.classes[queue * N_CLASSES + of_class]
    r.line = queue
    r.order = order_within_class(line.rule, r.since, v.arrival)
    before = ends.last
    after = NONE
    while before != NONE and stands_before(r, ed.requests[before]):
        after = before
        before = ed.requests[before].previous
    r.previous, r.next = before, after
    if before == NONE:
        ends.first = r.number
    else:
        ed.requests[before].next = r.number
    if after == NONE:
        ends.last = r.number
    else:
        ed.requests[after].previous = r.number
    line.classes |= bit(of_class)
    line.n += 1


def leave(ed: Row, r: Row, v: Row) -> None:
    """A request leaves the queue it stands in."""
    queue = r.line
    line = ed.lines[queue]
    of_class = r.band * N_ACUITIES + v.acuity - 1
    ends = ed.classes[queue * N_CLASSES + of_class]
    if r.previous == NONE:
        ends.first = r.next
    else:
        ed.requests[r.previous].next = r.next
    if r.next == NONE:
        ends.last = r.previous
    else:
        ed.requests[r.next].previous = r.previous
    if ends.first == NONE:
        line.classes &= ~bit(of_class)
    line.n -= 1
    r.line = NONE


def worth(ed: Row, line: Row, r: Row) -> float:
    """Score of a waiting request under the discipline of its queue: lower goes first."""
    v = ed.visits[r.visit]
    weight = ed.weights[line.weights + v.acuity - 1]
    return score(line.rule, weight.slope, weight.target, v.acuity, r.since, v.arrival, ed.now)


def ranks_before(ed: Row, line: Row, r: Row, other: Row) -> bool:
    """Band, then the discipline's score, then waiting since, visit row, slot."""
    if r.band != other.band:
        return r.band < other.band
    mine, theirs = worth(ed, line, r), worth(ed, line, other)
    if mine != theirs:
        return mine < theirs
    return asked_before(r, other)


def best_of(ed: Row, queue: int, classes: int, best: int) -> int:
    """The best-ranked of `best` and the heads of some classes of a queue."""
    line = ed.lines[queue]
    heads = line.classes & classes
    if heads == 0:
        return best
    band = lowest(heads) // N_ACUITIES
    heads &= ONE_BAND << (band * N_ACUITIES)
    while heads != 0:
        of_class = lowest(heads)
        heads &= heads - 1
        head = ed.classes[queue * N_CLASSES + of_class].first
        if best == NONE or ranks_before(ed, line, ed.requests[head], ed.requests[best]):
            best = head
    return best


# --- sets of members ------------------------------------------------------------------------------------------------


def include(ed: Row, members: int, m: Row) -> None:
    """A member joins a set."""
    ed.words[members + m.word].mask |= m.bit


def exclude(ed: Row, members: int, m: Row) -> None:
    """A member leaves a set."""
    ed.words[members + m.word].mask &= ~m.bit


def mask_of(ed: Row, members: int, word: int) -> int:
    """One word of a set, the bits of its members."""
    return ed.words[members + word].mask


def nobody(ed: Row, members: int) -> bool:
    """Whether a set is empty."""
    for word in range(ed.n_words):
        if mask_of(ed, members, word) != 0:
            return False
    return True


def first_member(word: int, mask: int) -> int:
    """Index of the first member of a word's mask."""
    return word * MEMBERS_PER_WORD + lowest(mask)


def free_set(ed: Row, level: int, role: int) -> int:
    """The set of free members who serve a role at a level."""
    return ed.free_from + (level * ed.n_roles + role) * ed.n_words


def own_set(ed: Row, role: int) -> int:
    """The set of members with waiting tasks of a role that only they may do."""
    return ed.own_from + role * ed.n_words
