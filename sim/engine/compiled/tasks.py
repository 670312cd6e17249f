"""Work: a task starts with a member, takes the case if it needs one, ends.

What a visit does when its task has ended is told in `pathway`; how a spell of company goes, in `company`.
"""

from math import inf

from sim.engine.calendar_entries import TASK_ENDS
from sim.engine.compiled.calendar import enter
from sim.engine.compiled.cases import begin_case_spell, end_case_spell, is_busy, is_free, open_case
from sim.engine.compiled.memory import Row
from sim.engine.compiled.requests import (
    case_of,
    leave_line,
    look_again,
    opens_cases,
    owner_present,
    put_back,
    waits_no_more,
)
from sim.engine.compiled.row_writers import write_of_team, write_task
from sim.engine.compiled.tables import NONE
from sim.engine.trajectory import MAIN, ONE_OFF, RECOVERY, TEAM

# --- a task starts --------------------------------------------------------------------------------------------------


def take_task(ed: Row, r: Row, v: Row, m: Row) -> None:
    """A member takes a task in hand: it leaves its queue, and its case is opened or adopted if it needs that."""
    leave_line(ed, r, v)
    if r.kind == RECOVERY:
        m.n_recoveries -= 1
    r.opened_case = take_case(ed, r, v, m)
    m.task = r.number
    is_busy(ed, m)


def is_in_hand(ed: Row, r: Row, v: Row, m: Row) -> None:
    """A task begins with the member who does it, or leads it."""
    waits_no_more(ed, r, v)
    r.member = m.index
    r.started = ed.now


def take_case(ed: Row, r: Row, v: Row, m: Row) -> bool:
    """Open or adopt the case if the request needs that, and add the minutes of taking it over."""
    if r.contact == ONE_OFF or owner_present(ed, r) != NONE:
        return False
    case = case_of(ed, v, r.role)
    is_open = case.number > 0
    opened = False
    if opens_cases(r.kind) and (not is_open or case.holder == NONE):
        if is_open:
            end_case_spell(ed, v, r.role)
        else:
            open_case(ed, v, r.role)
            opened = True
        begin_case_spell(ed, v, r.role, m.index, is_open)
        look_again(ed, v, r.role)
        is_open = True
    if is_open and case.taken_over and case.holder == m.index:
        case.taken_over = False
        r.handover = ed.handover_minutes
    return opened


def task_runs(ed: Row, r: Row, m: Row) -> None:
    """The end of a task begun is entered in the calendar, once its minutes are known."""
    minutes = r.minutes + r.handover
    r.ends = ed.now + minutes
    if minutes < inf:
        r.ending = enter(ed, r.ends, TASK_ENDS, m.index, 0, r.number)


# --- a task ends ----------------------------------------------------------------------------------------------------


def count_minutes(ed: Row, m: Row, start: float, end: float) -> None:
    """Minutes at work, inside the scheduled time and after it."""
    scheduled_end = inf if m.duty == NONE else ed.duties[m.duty].end
    m.overtime += max(0.0, end - max(start, scheduled_end))
    m.busy += max(0.0, min(end, scheduled_end) - start)


def spell_ends(ed: Row, r: Row, v: Row, interrupted: bool) -> None:
    """A spell of work is over: it is written down and its member is free."""
    m = ed.members[r.member]
    r.ending = NONE
    write_task(ed, r, r.started, ed.now, interrupted, False)
    lets_go(ed, m, r.started)
    if r.first_in_team != NONE:
        others_go(ed, r, ed.members[r.first_in_team].next_in_team, interrupted)
        r.first_in_team = NONE
    r.member = NONE
    if r.kind == MAIN:
        clinician_goes(ed, v)
    ed.settle_due = True


def others_go(ed: Row, r: Row, member: int, interrupted: bool) -> None:
    """Those who were at a task beside its lead, from one of them on, have nothing in hand any more."""
    while member != NONE:
        m = ed.members[member]
        member = m.next_in_team
        write_of_team(ed, r, m, TEAM, ed.now, interrupted)
        lets_go(ed, m, m.joined)


def lets_go(ed: Row, m: Row, since: float) -> None:
    """A member has nothing in hand any more."""
    count_minutes(ed, m, since, ed.now)
    m.task = NONE
    m.idle_since = ed.now
    if m.on_duty and not m.on_break:
        is_free(ed, m)


def clinician_goes(ed: Row, v: Row) -> None:
    """A main-path task is over: a contact that was set aside may begin."""
    v.n_clinicians -= 1
    if v.contact_task != NONE:
        contact = ed.requests[v.contact_task]
        if contact.member == NONE:
            put_back(ed, contact, v)
