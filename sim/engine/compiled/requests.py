"""Asking: requests are made, stand in the queue of those who may meet them, are set aside, put back or withdrawn.

Who is chosen is `settling`; what a visit asks for is `pathway`, `peers`, `company` and `boarding_and_observation`.
"""

from math import nan

from sim.engine.compiled.memory import Row, bit
from sim.engine.compiled.patience_and_calm import is_met
from sim.engine.compiled.queues import exclude, include, join, leave, own_set
from sim.engine.compiled.row_writers import write_task
from sim.engine.compiled.tables import NONE
from sim.engine.trajectory import BRIDGING, CONTACT, MAIN, ONE_OFF, SIDE

# --- making ---------------------------------------------------------------------------------------------------------


def new_request(ed: Row, v: Row, kind: int, step: int, band: int, slot: int) -> Row:
    """A request of a visit, not yet asked."""
    number = ed.first_free_request
    if number != NONE:
        ed.first_free_request = ed.requests[number].next
    else:
        number = ed.n_requests
        ed.n_requests += 1
        if ed.n_requests > ed.room_for_requests:
            ed.needs_memory = True
    ed.n_open_requests += 1
    if ed.n_task_rows + ed.n_open_requests > ed.room_for_task_rows:
        ed.needs_memory = True
    r = ed.requests[number]
    r.number, r.visit, r.kind, r.step, r.band, r.slot = number, v.row, kind, step, band, slot
    r.since, r.order, r.minutes, r.handover = ed.now, ed.now, 0.0, 0.0
    r.unstaffed = r.started = r.ends = r.company_since = nan
    r.path = r.plan = r.role = r.contact = r.owner = r.owner_duty = r.queue = r.place_line = r.line = r.member = NONE
    r.previous = r.next = r.earlier = r.later = NONE
    r.ending = r.gathering_ends = r.first_in_team = NONE
    r.n_in_team = 0
    r.may_leave = r.preemptible = r.opened_case = r.resumed = r.waiting = r.kept_over = r.gathers = r.is_apart = False
    return r


def forget(ed: Row, r: Row) -> None:
    """A request that is over makes room for another."""
    r.next = ed.first_free_request
    r.ending = NONE
    ed.first_free_request = r.number
    ed.n_open_requests -= 1
    r.gathering_ends = NONE


def side_request(ed: Row, v: Row, kind: int, role: int, band: int, minutes: float) -> Row:
    """A one-off request beside or after the visit's own path."""
    v.n_slots += 1
    r = new_request(ed, v, kind, NONE, band, v.n_slots)
    r.role, r.contact, r.minutes = role, ONE_OFF, minutes
    return r


def opens_cases(kind: int) -> bool:
    """Whether a task of a kind opens or adopts a case."""
    return kind == MAIN or kind == CONTACT or kind == BRIDGING


def bind(ed: Row, r: Row, m: Row) -> None:
    """From now on only this member may do it, until they go home."""
    r.owner, r.owner_duty = m.index, m.duty


# --- the right queue ------------------------------------------------------------------------------------------------


def owner_present(ed: Row, r: Row) -> int:
    """The member a request is bound to, if still on the same spell of duty."""
    if r.owner == NONE:
        return NONE
    m = ed.members[r.owner]
    return r.owner if m.on_duty and m.duty == r.owner_duty else NONE


def case_of(ed: Row, v: Row, role: int) -> Row:
    """The visit's row with a role: its case, if one is open."""
    return ed.visit_roles[v.row * ed.n_roles + role]


def bound_to(ed: Row, r: Row, v: Row) -> int:
    """The only member who may do it, if there is one."""
    owner = owner_present(ed, r)
    if owner != NONE:
        return owner
    if r.contact == ONE_OFF:
        return NONE
    case = case_of(ed, v, r.role)
    if case.number > 0 and case.holder != NONE:
        return case.holder
    if r.kind == SIDE and case.last_holder != NONE:
        m = ed.members[case.last_holder]
        if m.on_duty and m.duty == case.last_duty:
            return case.last_holder
    return NONE


def queue_of_new_cases(role: int) -> int:
    """The queue of tasks that need a new holder."""
    return 2 * role


def queue_for_anyone(role: int) -> int:
    """The queue of tasks that anybody of the role may do."""
    return 2 * role + 1


def queue_of_member(ed: Row, member: int, role: int) -> int:
    """The queue of a role's tasks that only this member may do."""
    return ed.member_lines_from + member * ed.n_roles + role


def calls_away(r: Row, v: Row) -> bool:
    """Whether a waiting request calls a peer away from company: a child not yet met, or one who goes home."""
    return r.kind == BRIDGING or (r.kind == CONTACT and not is_met(v))


def is_kept_from_company(v: Row) -> bool:
    """Whether no contact may begin now: an escalation is answered, or a clinician is there and the peer stays out."""
    return v.responding > 0 or (v.n_clinicians > 0 and not v.peer_stays)


def join_task_queue(ed: Row, r: Row, v: Row) -> None:
    """A task stands where those look who may do it."""
    role = ed.roles[r.role]
    member = bound_to(ed, r, v)
    if member != NONE:
        join(ed, r, v, queue_of_member(ed, member, r.role))
        include(ed, own_set(ed, r.role), ed.members[member])
    elif r.contact != ONE_OFF and opens_cases(r.kind):
        join(ed, r, v, queue_of_new_cases(r.role))
    else:
        join(ed, r, v, queue_for_anyone(r.role))
    role.n_waiting += 1
    ed.roles_waiting |= bit(r.role)
    ed.roles_changed |= bit(r.role)
    if calls_away(r, v):
        ed.n_calling += 1
    if r.kind == MAIN and v.acuity == 1:
        role.n_urgent += 1
        ed.n_waiting_urgent += 1


def line_up(ed: Row, r: Row, v: Row) -> None:
    """A request stands in its queue, unless something keeps it from beginning."""
    if r.kind == MAIN and (v.responding > 0 or r.is_apart):
        return
    if r.kind == CONTACT and is_kept_from_company(v):
        return
    if r.role != NONE:
        join_task_queue(ed, r, v)
    elif r.place_line != NONE:
        join(ed, r, v, r.queue)
        list_place_line(ed, r.place_line)
        ed.places_changed = True
    else:
        join(ed, r, v, r.queue)
        ed.delays_changed = True
    ed.settle_due = True


def list_place_line(ed: Row, number: int) -> None:
    """A place line is among those where somebody may wait; it stays so until it is found empty."""
    places = ed.place_lines[number]
    if not places.listed:
        places.listed = True
        ed.listed_place_lines[ed.n_listed_place_lines].place_line = number
        ed.n_listed_place_lines += 1


def leave_line(ed: Row, r: Row, v: Row) -> None:
    """A request no longer stands in a queue, if it did."""
    queue = r.line
    if queue == NONE:
        return
    leave(ed, r, v)
    if r.role == NONE:
        return
    role = ed.roles[r.role]
    role.n_waiting -= 1
    if role.n_waiting == 0:
        ed.roles_waiting &= ~bit(r.role)
    if calls_away(r, v):
        ed.n_calling -= 1
    if r.kind == MAIN and v.acuity == 1:
        role.n_urgent -= 1
        ed.n_waiting_urgent -= 1
    if is_queue_of_member(ed, queue) and ed.lines[queue].n == 0:
        exclude(ed, own_set(ed, r.role), ed.members[(queue - ed.member_lines_from) // ed.n_roles])


def is_queue_of_member(ed: Row, queue: int) -> bool:
    """Whether a queue of tasks belongs to one member."""
    return queue >= ed.member_lines_from


def look_again(ed: Row, v: Row, role: int) -> None:
    """The visit's waiting tasks of a role find their queue anew: its case has changed hands."""
    number = v.first_waiting
    while number != NONE:
        r = ed.requests[number]
        number = r.later
        if r.role == role and r.line != NONE:
            leave_line(ed, r, v)
            line_up(ed, r, v)


# --- asking and taking back -----------------------------------------------------------------------------------------


def ask(ed: Row, r: Row, v: Row) -> None:
    """A request joins its queue, or is set aside while it may not begin."""
    r.waiting = True
    r.earlier, r.later = v.last_waiting, NONE
    if v.last_waiting == NONE:
        v.first_waiting = r.number
    else:
        ed.requests[v.last_waiting].later = r.number
    v.last_waiting = r.number
    line_up(ed, r, v)


def waits_no_more(ed: Row, r: Row, v: Row) -> None:
    """A request is no longer among those of the visit that wait."""
    r.waiting = False
    if r.earlier == NONE:
        v.first_waiting = r.later
    else:
        ed.requests[r.earlier].later = r.later
    if r.later == NONE:
        v.last_waiting = r.earlier
    else:
        ed.requests[r.later].earlier = r.earlier


def withdraw(ed: Row, r: Row, v: Row) -> None:
    """A request that has not begun is taken back."""
    waits_no_more(ed, r, v)
    leave_line(ed, r, v)
    ed.places_changed = True
    ed.settle_due = True
    if r.role != NONE:
        ed.roles_changed |= bit(r.role)
        write_task(ed, r, nan, ed.now, False, True)
    forget(ed, r)


def set_aside(ed: Row, r: Row, v: Row) -> None:
    """A waiting request that may not begin now; it keeps its waiting since."""
    leave_line(ed, r, v)
    ed.places_changed = True
    ed.settle_due = True


def put_back(ed: Row, r: Row, v: Row) -> None:
    """Back in its queue, if nothing else keeps it from beginning."""
    if r.line == NONE:
        line_up(ed, r, v)
