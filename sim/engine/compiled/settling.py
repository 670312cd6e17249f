"""Settling: who goes home, who rests, who gets a place, which task starts with whom, until nothing moves.

One call of `settles` makes the first move of the law's list that can be made (docs/law.md, "Settling").
"""

from sim.engine.calendar_entries import DELAY_ENDS, OFF_DUTY, ON_DUTY
from sim.engine.compiled.boarding_and_observation import LEAVES_LIMITED_DELAY, observer_leaves
from sim.engine.compiled.calendar import enter, id_on_path
from sim.engine.compiled.cases import hand_over, is_busy, is_free, is_held_back, roomy
from sim.engine.compiled.company import peer_stops, put_down_company
from sim.engine.compiled.memory import Row, lowest
from sim.engine.compiled.pathway import goes_on, note_start, takes_other_way
from sim.engine.compiled.patience_and_calm import wait_is_over
from sim.engine.compiled.places import move_into, open_zone
from sim.engine.compiled.queues import (
    EVERY_CLASS,
    best_of,
    exclude,
    first_member,
    free_set,
    include,
    mask_of,
    own_set,
    ranks_before,
    stands_before,
)
from sim.engine.compiled.requests import (
    calls_away,
    forget,
    leave_line,
    line_up,
    queue_for_anyone,
    queue_of_member,
    queue_of_new_cases,
    waits_no_more,
)
from sim.engine.compiled.row_writers import write_break, write_duty
from sim.engine.compiled.starting import somebody_joins, starts, team_interrupts
from sim.engine.compiled.tables import N_CLASSES, NONE, URGENT_CLASSES
from sim.engine.compiled.teams import is_at_preemptible_task, is_better, put_down
from sim.engine.trajectory import BRIDGING, CALL, CONTACT, MAIN

DUTY_BEGINS, BREAK_IS_OVER = range(2)
"""What an entry of kind on duty means."""
SHIFT_ENDS, LAST_PICKUP_BEGINS, BREAK_IS_DUE = range(3)
"""What an entry of kind off duty means."""


def settles(ed: Row) -> bool:
    """Make one move; False when nothing moves any more."""
    if ed.n_going > 0 and someone_goes_home(ed):
        return True
    if ed.n_resting > 0 and someone_rests(ed):
        return True
    if ed.places_changed and gives_place(ed):
        return True
    if ed.delays_changed and starts_delay(ed):
        return True
    if ed.first_gathering != NONE and somebody_joins(ed):
        return True
    if ed.roles_changed != 0 and starts_task(ed):
        return True
    if ed.n_waiting_urgent > 0 and interrupts(ed):
        return True
    if ed.first_gathering != NONE and team_interrupts(ed):
        return True
    return ed.n_calling > 0 and ed.n_callable > 0 and calls_peer_away(ed)


# --- duty and rest --------------------------------------------------------------------------------------------------


def comes_on_duty(ed: Row, m: Row) -> None:
    """A spell of duty begins; its end is entered in the calendar."""
    m.duty = m.next_duty
    m.next_duty += 1
    duty = ed.duties[m.duty]
    m.on_duty = True
    m.shift_over = m.on_break = False
    m.next_block = duty.first_block
    m.break_block = NONE
    m.idle_since = ed.now
    m.busy = m.overtime = 0.0
    ed.roles[m.role].n_on_duty += 1
    ed.places_changed = True
    is_free(ed, m)
    enter(ed, duty.end, OFF_DUTY, m.index, SHIFT_ENDS, m.index)
    if m.last_pickup > 0.0 and duty.end - m.last_pickup > ed.now:
        enter(ed, duty.end - m.last_pickup, OFF_DUTY, m.index, LAST_PICKUP_BEGINS, m.index)
    ed.settle_due = True
    looks_ahead_to_break(ed, m, duty)


def looks_ahead_to_break(ed: Row, m: Row, duty: Row) -> None:
    """The next break of the duty that did not begin before the run is entered in the calendar."""
    while m.next_block < duty.first_block + duty.n_blocks:
        block = ed.blocks[m.next_block]
        if block.at >= duty.start and block.at >= 0.0:
            enter(ed, max(block.at, ed.now), OFF_DUTY, m.index, BREAK_IS_DUE, m.index)
            return
        m.next_block += 1


def shift_ends(ed: Row, m: Row) -> None:
    """The member goes home as soon as nothing is in hand."""
    m.shift_over = True
    ed.roles_changed |= m.serves  # colleagues may now be all there is
    include(ed, ed.going_from, m)
    ed.n_going += 1
    observer_leaves(ed, m)
    peer_stops(ed, m)
    ed.settle_due = True


def break_is_due(ed: Row, m: Row) -> None:
    """The member rests as soon as no task is in hand."""
    if not m.on_duty or m.shift_over:
        return
    m.break_block = m.next_block
    m.next_block += 1
    m.due_at = ed.blocks[m.break_block].at
    include(ed, ed.resting_from, m)
    ed.n_resting += 1
    observer_leaves(ed, m)
    peer_stops(ed, m)
    ed.settle_due = True


def break_is_over(ed: Row, m: Row) -> None:
    """Back on the floor; the next break may be due already."""
    write_break(ed, m, ed.now)
    m.on_break = False
    m.break_block = NONE
    m.resting_entry = NONE
    m.idle_since = ed.now
    is_free(ed, m)
    ed.settle_due = True
    looks_ahead_to_break(ed, m, ed.duties[m.duty])


def someone_goes_home(ed: Row) -> bool:
    """The first member whose shift is over and who has nothing in hand leaves."""
    for word in range(ed.n_words):
        going = mask_of(ed, ed.going_from, word)
        while going != 0:
            m = ed.members[first_member(word, going)]
            going &= going - 1
            if m.task == NONE and m.n_recoveries == 0:
                goes_home(ed, m)
                return True
    return False


def someone_rests(ed: Row) -> bool:
    """The first member whose break is due and who has nothing in hand begins it."""
    for word in range(ed.n_words):
        resting = mask_of(ed, ed.resting_from, word)
        while resting != 0:
            m = ed.members[first_member(word, resting)]
            resting &= resting - 1
            if m.task == NONE and m.n_recoveries == 0 and not m.shift_over:
                begins_break(ed, m)
                return True
    return False


def begins_break(ed: Row, m: Row) -> None:
    """A break begins, at full length."""
    exclude(ed, ed.resting_from, m)
    ed.n_resting -= 1
    m.on_break = True
    m.break_start = ed.now
    is_busy(ed, m)
    minutes = ed.blocks[m.break_block].minutes
    m.resting_entry = enter(ed, ed.now + minutes, ON_DUTY, m.index, BREAK_IS_OVER, m.index)


def goes_home(ed: Row, m: Row) -> None:
    """Cases are handed over, the duty is written down, the next one is looked ahead to."""
    if m.on_break:
        write_break(ed, m, ed.now)
        m.resting_entry = NONE
    elif m.break_block != NONE:
        exclude(ed, ed.resting_from, m)
        ed.n_resting -= 1
    m.break_block = NONE
    exclude(ed, ed.going_from, m)
    ed.n_going -= 1
    is_busy(ed, m)
    m.on_duty = m.on_break = False
    ed.roles_changed |= m.serves
    role = ed.roles[m.role]
    role.n_on_duty -= 1
    ed.places_changed = True
    n_handed_over, n_unheld = hand_over(ed, m)
    for number in range(ed.n_roles):
        own_tasks_look_again(ed, queue_of_member(ed, m.index, number))
    write_duty(ed, m, ed.now, n_handed_over, n_unheld)
    m.duty = NONE
    if role.n_on_duty == 0:
        role_goes_home(ed, m.role)
    looks_ahead_to_duty(ed, m)


def looks_ahead_to_duty(ed: Row, m: Row) -> None:
    """The next spell of duty that is not over yet is entered in the calendar."""
    while m.next_duty < m.first_duty + m.n_duties:
        duty = ed.duties[m.next_duty]
        if duty.end > ed.now:
            enter(ed, max(duty.start, ed.now), ON_DUTY, m.index, DUTY_BEGINS, m.index)
            return
        m.next_duty += 1


def own_tasks_look_again(ed: Row, queue: int) -> None:
    """Tasks that waited for a member who has gone find another queue."""
    while ed.lines[queue].n > 0:
        of_class = lowest(ed.lines[queue].classes)
        r = ed.requests[ed.classes[queue * N_CLASSES + of_class].first]
        v = ed.visits[r.visit]
        leave_line(ed, r, v)
        line_up(ed, r, v)


def role_goes_home(ed: Row, role: int) -> None:
    """Nobody of the role is left: steps that have another way take it, in order of waiting."""
    while True:
        first = first_with_other_way(
            ed, queue_for_anyone(role), first_with_other_way(ed, queue_of_new_cases(role), NONE)
        )
        if first == NONE:
            return
        r = ed.requests[first]
        takes_other_way(ed, r, ed.visits[r.visit])


def first_with_other_way(ed: Row, queue: int, best: int) -> int:
    """Of `best` and the requests of a queue that need not wait for the role, the one that stands first."""
    classes = ed.lines[queue].classes
    while classes != 0:
        number = ed.classes[queue * N_CLASSES + lowest(classes)].first
        classes &= classes - 1
        while number != NONE:
            r = ed.requests[number]
            if r.unstaffed == r.unstaffed and (best == NONE or stands_before(r, ed.requests[best])):
                best = number
            number = r.next
    return best


# --- places and limited delays --------------------------------------------------------------------------------------


def gives_place(ed: Row) -> bool:
    """The best-ranked place request that can be met is met; that visit moves on at once."""
    best, best_zone = NONE, NONE
    at = 0
    while at < ed.n_listed_place_lines:
        places = ed.place_lines[ed.listed_place_lines[at].place_line]
        if ed.lines[places.line].n == 0:
            strike_out(ed, places, at)
            continue
        best, best_zone = best_to_place(ed, places, best, best_zone)
        at += 1
    if best == NONE:
        ed.places_changed = False
        return False
    is_placed(ed, ed.requests[best], best_zone)
    return True


def strike_out(ed: Row, places: Row, at: int) -> None:
    """Nobody waits in a place line any more: the last one listed takes its place in the list."""
    places.listed = False
    ed.n_listed_place_lines -= 1
    last = ed.listed_place_lines[ed.n_listed_place_lines]
    ed.listed_place_lines[at].place_line = last.place_line


def best_to_place(ed: Row, places: Row, best: int, best_zone: int) -> tuple[int, int]:
    """Of `best` and the requests of a place line, the best-ranked that can be met, and with which zone."""
    line = ed.lines[places.line]
    classes = line.classes
    while classes != 0:
        candidate = ed.classes[places.line * N_CLASSES + lowest(classes)].first
        classes &= classes - 1
        if ed.places_are_exchanged and ed.ratio_role != NONE:
            candidate = first_to_place(ed, places, candidate)
        if candidate == NONE:
            continue
        r = ed.requests[candidate]
        if best == NONE or goes_first(ed, line, r, ed.requests[best]):
            zone = open_zone(ed, places.first_zone, places.n_zones, ed.visits[r.visit])
            if zone != NONE:
                best, best_zone = candidate, zone
    return best, best_zone


def first_to_place(ed: Row, places: Row, candidate: int) -> int:
    """The first of a class that can be met: the ratio rule may let one who gives up a place pass others."""
    while candidate != NONE:
        r = ed.requests[candidate]
        if open_zone(ed, places.first_zone, places.n_zones, ed.visits[r.visit]) != NONE:
            return candidate
        candidate = r.next
    return NONE


def goes_first(ed: Row, line: Row, r: Row, other: Row) -> bool:
    """Ranking of places: band; CTAS 1; the score of the discipline of places; waiting since; row."""
    if r.band != other.band:
        return r.band < other.band
    urgent = ed.visits[r.visit].acuity == 1
    if urgent != (ed.visits[other.visit].acuity == 1):
        return urgent
    return ranks_before(ed, line, r, other)


def is_placed(ed: Row, r: Row, zone: int) -> None:
    """A visit gets its place and goes on."""
    v = ed.visits[r.visit]
    leave_line(ed, r, v)
    waits_no_more(ed, r, v)
    move_into(ed, v, zone, r.since)
    wait_is_over(ed, r, v)
    note_start(ed, v, r.step)
    forget(ed, r)
    goes_on(ed, v, NONE)


def starts_delay(ed: Row) -> bool:
    """The best-ranked visit waiting for a limited delay with room begins it."""
    for number in range(ed.n_delay_lines):
        queue = ed.delay_lines_from + number
        line = ed.lines[queue]
        if line.n > 0 and line.room > 0:
            r = ed.requests[best_of(ed, queue, EVERY_CLASS, NONE)]
            v = ed.visits[r.visit]
            leave_line(ed, r, v)
            waits_no_more(ed, r, v)
            line.room -= 1
            wait_is_over(ed, r, v)
            note_start(ed, v, r.step)
            enter(ed, ed.now + r.minutes, DELAY_ENDS, id_on_path(ed, v, r.path), LEAVES_LIMITED_DELAY, v.row)
            return True
    ed.delays_changed = False
    return False


# --- tasks ----------------------------------------------------------------------------------------------------------


def starts_task(ed: Row) -> bool:
    """Level by level, role by role, the best-ranked startable task starts."""
    looked_at = ed.roles_changed & ed.roles_waiting
    for level in range(ed.n_levels if looked_at != 0 else 0):
        roles = looked_at & ed.levels[level].free_roles
        while roles != 0:
            role = lowest(roles)
            roles &= roles - 1
            free = free_set(ed, level, role)
            best = best_startable(ed, role, free)
            if best != NONE:
                r = ed.requests[best]
                starts(ed, r, ed.members[preferred(ed, r, free)])
                return True
    ed.roles_changed = 0
    return False


def best_startable(ed: Row, role: int, free: int) -> int:
    """The best-ranked task of a role that one of the free members may start."""
    best = best_of(ed, queue_for_anyone(role), EVERY_CLASS, NONE)
    new_cases = queue_of_new_cases(role)
    if ed.lines[new_cases].n > 0:
        best = best_of(ed, new_cases, openable(ed, role, free), best)
    own = own_set(ed, role)
    for word in range(ed.n_words):
        members = mask_of(ed, free, word) & mask_of(ed, own, word)
        while members != 0:
            member = first_member(word, members)
            members &= members - 1
            best = best_of(ed, queue_of_member(ed, member, role), EVERY_CLASS, best)
    return best


def openable(ed: Row, role: int, free: int) -> int:
    """Classes of new cases that one of the free members may take on: all, those of CTAS 1, or none."""
    classes = 0
    for word in range(ed.n_words):
        members = mask_of(ed, free, word)
        while members != 0:
            m = ed.members[first_member(word, members)]
            members &= members - 1
            if roomy(m):
                if not is_held_back(ed, m, role):
                    return EVERY_CLASS
                classes = URGENT_CLASSES
    return classes


def may_take(ed: Row, m: Row, r: Row) -> bool:
    """Whether a member, were they free, may start a waiting request."""
    if r.line == queue_of_new_cases(r.role):
        return roomy(m) and (ed.visits[r.visit].acuity == 1 or not is_held_back(ed, m, r.role))
    return r.line == queue_for_anyone(r.role) or r.line == queue_of_member(ed, m.index, r.role)


def preferred(ed: Row, r: Row, candidates: int) -> int:
    """Of a set of members who may take a task, the one wished, then the best by the role's rule, then the first."""
    best = NONE
    for word in range(ed.n_words):
        members = mask_of(ed, candidates, word)
        while members != 0:
            member = first_member(word, members)
            members &= members - 1
            m = ed.members[member]
            if may_take(ed, m, r) and (best == NONE or is_preferred(ed, r, m, ed.members[best])):
                best = member
    return best


def is_preferred(ed: Row, r: Row, m: Row, other: Row) -> bool:
    """Whether a member is chosen before another who comes first in the roster."""
    if r.kind == CONTACT or r.kind == BRIDGING or r.kind == CALL:
        wished = ed.visits[r.visit].peer_kind
        if (m.peer_kind == wished) != (other.peer_kind == wished):
            return m.peer_kind == wished
    return is_better(ed, r.role, m, other)


# --- CTAS 1 interrupts ----------------------------------------------------------------------------------------------


def interrupts(ed: Row) -> bool:
    """A waiting CTAS 1 task of the main path interrupts a preemptible task."""
    for number in range(ed.n_roles):
        if ed.roles[number].n_urgent > 0:
            r = ed.requests[most_urgent(ed, number)]
            member = who_may_be_interrupted(ed, r)
            if member != NONE:
                m = ed.members[member]
                put_down(ed, m)
                starts(ed, r, m)
                return True
    return False


def most_urgent(ed: Row, role: int) -> int:
    """The best-ranked main-path CTAS 1 task that waits for a role, in any of its queues."""
    best = first_urgent(ed, queue_of_new_cases(role), NONE)
    best = first_urgent(ed, queue_for_anyone(role), best)
    of_role = ed.roles[role]
    for number in range(of_role.n_servers):
        member = ed.servers[of_role.first_server + number].member
        best = first_urgent(ed, queue_of_member(ed, member, role), best)
    return best


def first_urgent(ed: Row, queue: int, best: int) -> int:
    """The best-ranked of `best` and the main-path CTAS 1 tasks of a queue."""
    line = ed.lines[queue]
    classes = line.classes & URGENT_CLASSES
    while classes != 0:
        number = ed.classes[queue * N_CLASSES + lowest(classes)].first
        classes &= classes - 1
        while number != NONE:
            r = ed.requests[number]
            if r.kind == MAIN:
                if best == NONE or ranks_before(ed, line, r, ed.requests[best]):
                    best = number
                break
            number = r.next
    return best


def who_may_be_interrupted(ed: Row, r: Row) -> int:
    """Of the role's own members at a preemptible task, the preferred one; NONE if nobody may be interrupted."""
    best = NONE
    of_role = ed.roles[r.role]
    for number in range(of_role.n_servers):
        member = ed.servers[of_role.first_server + number].member
        m = ed.members[member]
        if may_be_interrupted(ed, m, r) and (best == NONE or is_preferred(ed, r, m, ed.members[best])):
            best = member
    return best


def may_be_interrupted(ed: Row, m: Row, r: Row) -> bool:
    """Whether a member could put down the task in hand for an urgent one."""
    return is_at_preemptible_task(ed, m, r.role) and may_take(ed, m, r)


# --- a peer is called away from company -----------------------------------------------------------------------------


def calls_peer_away(ed: Row) -> bool:
    """A child not yet met, or one who goes home, calls a peer away from a child who has had the least minutes."""
    best = best_calling(ed, queue_of_new_cases(ed.peer_role), NONE)
    of_role = ed.roles[ed.peer_role]
    for number in range(of_role.n_servers):
        member = ed.servers[of_role.first_server + number].member
        if is_callable(ed, ed.members[member]):
            best = best_calling(ed, queue_of_member(ed, member, ed.peer_role), best)
    if best == NONE:
        return False
    r = ed.requests[best]
    m = ed.members[who_is_called_away(ed, r)]
    put_down_company(ed, ed.visits[ed.requests[m.task].visit])
    starts(ed, r, m)
    return True


def best_calling(ed: Row, queue: int, best: int) -> int:
    """Of `best` and the heads of a queue that call a peer away, the best-ranked for which somebody is able."""
    line = ed.lines[queue]
    classes = line.classes
    while classes != 0:
        head = ed.classes[queue * N_CLASSES + lowest(classes)].first
        classes &= classes - 1
        r = ed.requests[head]
        if (
            calls_away(r, ed.visits[r.visit])
            and (best == NONE or ranks_before(ed, line, r, ed.requests[best]))
            and who_is_called_away(ed, r) != NONE
        ):
            best = head
    return best


def is_callable(ed: Row, m: Row) -> bool:
    """Whether a member is with a child whose kept minutes are over; that ends with the shift (`peer_stops`)."""
    if m.task == NONE:
        return False
    task = ed.requests[m.task]
    return task.kind == CONTACT and task.kept_over


def who_is_called_away(ed: Row, r: Row) -> int:
    """Of those who are able, the peer kind wished, then the spell begun earliest, then the first; NONE if nobody is."""
    best = NONE
    of_role = ed.roles[r.role]
    for number in range(of_role.n_servers):
        member = ed.servers[of_role.first_server + number].member
        m = ed.members[member]
        if is_callable(ed, m) and may_take(ed, m, r) and (best == NONE or is_called_before(ed, r, m, ed.members[best])):
            best = member
    return best


def is_called_before(ed: Row, r: Row, m: Row, other: Row) -> bool:
    """Whether a member is called away before another who comes first in the roster."""
    wished = ed.visits[r.visit].peer_kind
    if (m.peer_kind == wished) != (other.peer_kind == wished):
        return m.peer_kind == wished
    return ed.requests[m.task].started < ed.requests[other.task].started
