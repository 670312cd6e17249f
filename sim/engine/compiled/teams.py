"""Tasks for several: a team gathers around its lead, starts when the last has joined, or parts.

When its lead takes it is decided in `settling`; what follows when it starts is told in `starting`.
"""

from math import nan

from sim.department.discipline import preference
from sim.engine.calendar_entries import GATHERING_ENDS
from sim.engine.compiled.calendar import enter, id_on_path
from sim.engine.compiled.cases import is_busy
from sim.engine.compiled.memory import Row
from sim.engine.compiled.patience_and_calm import patience_in_branches
from sim.engine.compiled.queues import first_member, free_set, mask_of
from sim.engine.compiled.requests import ask, bind, put_back
from sim.engine.compiled.row_writers import write_of_team
from sim.engine.compiled.tables import NONE
from sim.engine.compiled.tasks import count_minutes, lets_go, spell_ends
from sim.engine.trajectory import GATHERING

# --- coming together and parting --------------------------------------------------------------------------------------


def gathers(ed: Row, r: Row, m: Row) -> None:
    """A task for several has its lead, who waits for the others for so long at most."""
    r.gathers = True
    r.first_in_team = r.last_in_team = NONE
    joins(ed, r, m, r.role)
    r.previous, r.next = ed.last_gathering, NONE
    if ed.last_gathering == NONE:
        ed.first_gathering = r.number
    else:
        ed.requests[ed.last_gathering].next = r.number
    ed.last_gathering = r.number
    gathering_ends_in(ed, r)


def gathering_ends_in(ed: Row, r: Row) -> None:
    """The end of the time that a team may gather, or is apart, is entered in the calendar."""
    at, ident = ed.now + ed.plans[r.plan].gather_minutes, id_on_path(ed, ed.visits[r.visit], r.path)
    r.gathering_ends = enter(ed, at, GATHERING_ENDS, ident, 0, r.number)


def joins(ed: Row, r: Row, m: Row, role: int) -> None:
    """A member is held by a team in one of the roles it needs."""
    if r.first_in_team == NONE:
        r.first_in_team = m.index
    else:
        ed.members[r.last_in_team].next_in_team = m.index
    r.last_in_team, m.next_in_team = m.index, NONE
    m.task, m.seat, m.joined = r.number, role, ed.now
    is_busy(ed, m)


def gathers_no_more(ed: Row, r: Row) -> None:
    """A team is complete, or parts."""
    r.gathers = False
    r.gathering_ends = NONE
    if r.previous == NONE:
        ed.first_gathering = r.next
    else:
        ed.requests[r.previous].next = r.next
    if r.next == NONE:
        ed.last_gathering = r.previous
    else:
        ed.requests[r.next].previous = r.previous
    r.previous = r.next = NONE


def have_gathered(ed: Row, r: Row) -> None:
    """The last has joined: what each has waited is written down."""
    gathers_no_more(ed, r)
    member = r.first_in_team
    while member != NONE:
        m = ed.members[member]
        write_of_team(ed, r, m, GATHERING, ed.now, False)
        count_minutes(ed, m, m.joined, ed.now)
        m.joined = ed.now
        member = m.next_in_team
    r.opened_case = False


def parts(ed: Row, r: Row) -> None:
    """A team that has not come together is free again."""
    if not r.gathers:
        return
    member = r.first_in_team
    while member != NONE:
        m = ed.members[member]
        write_of_team(ed, r, m, GATHERING, ed.now, False)
        lets_go(ed, m, m.joined)
        member = m.next_in_team
    gathers_no_more(ed, r)
    r.first_in_team = NONE
    r.opened_case = False
    ed.settle_due = True


def gathered_long_enough(ed: Row, r: Row, v: Row) -> None:
    """Who has joined is free, for as long again; then the task waits for its turn as before."""
    if r.gathers:
        parts(ed, r)
        r.is_apart = True
        gathering_ends_in(ed, r)
        return
    r.gathering_ends = NONE
    r.is_apart = False
    put_back(ed, r, v)


def put_down(ed: Row, m: Row) -> None:
    """A preemptible task is interrupted; its rest waits for the same member, the lead where there are several."""
    r = ed.requests[m.task]
    v = ed.visits[r.visit]
    if r.gathers:
        parts(ed, r)
        put_back(ed, r, v)
        return
    rest, lead = r.ends - ed.now, ed.members[r.member]
    spell_ends(ed, r, v, True)
    r.minutes, r.handover = rest, 0.0
    bind(ed, r, lead)
    r.started, r.opened_case = nan, False
    r.resumed, r.unstaffed = True, nan
    ask(ed, r, v)
    if r.path != NONE:
        patience_in_branches(ed, v)


# --- who joins --------------------------------------------------------------------------------------------------------


def lacks(ed: Row, r: Row, seat: Row) -> bool:
    """Whether a team lacks somebody of a role."""
    n = 0
    member = ed.members[r.first_in_team].next_in_team
    while member != NONE:
        m = ed.members[member]
        if m.seat == seat.role:
            n += 1
        member = m.next_in_team
    return n < seat.heads


def is_complete(ed: Row, r: Row) -> bool:
    """Whether a team lacks nobody."""
    plan = ed.plans[r.plan]
    for number in range(plan.n_seats):
        if lacks(ed, r, ed.seats[plan.first_seat + number]):
            return False
    return True


def free_for(ed: Row, role: int) -> int:
    """The free member who joins a team in a role, by level, by the rule of the role, the first; NONE without one."""
    for level in range(ed.n_levels):
        best = NONE
        free = free_set(ed, level, role)
        for word in range(ed.n_words):
            members = mask_of(ed, free, word)
            while members != 0:
                member = first_member(word, members)
                members &= members - 1
                if best == NONE or is_better(ed, role, ed.members[member], ed.members[best]):
                    best = member
        if best != NONE:
            return best
    return NONE


def is_better(ed: Row, role: int, m: Row, other: Row) -> bool:
    """Whether a member is chosen by the rule of a role before another who comes first in the roster."""
    choice = ed.roles[role].choice
    return preference(choice, m.n_cases, m.idle_since) < preference(choice, other.n_cases, other.idle_since)


def is_at_preemptible_task(ed: Row, m: Row, role: int) -> bool:
    """Whether a member of the role itself may be interrupted."""
    if m.task == NONE or m.role != role or m.shift_over:
        return False
    task = ed.requests[m.task]
    return task.preemptible and ed.visits[task.visit].acuity != 1


def interrupted_for(ed: Row, role: int) -> int:
    """The member who puts a preemptible task down to join a CTAS 1 team; NONE if nobody may."""
    best = NONE
    of_role = ed.roles[role]
    for number in range(of_role.n_servers):
        member = ed.servers[of_role.first_server + number].member
        m = ed.members[member]
        if is_at_preemptible_task(ed, m, role) and (best == NONE or is_better(ed, role, m, ed.members[best])):
            best = member
    return best
