"""Cases and members: who is free, who holds whom, who could take a case over, and the handover at the end of a duty.

A case is the row of a visit with a role while its number is not 0; the cases of a member are linked in order of number.
"""

from sim.department.discipline import has_room, in_last_pickup
from sim.engine.compiled.memory import Row, bit
from sim.engine.compiled.queues import exclude, include, nobody
from sim.engine.compiled.requests import case_of, look_again
from sim.engine.compiled.row_writers import write_case
from sim.engine.compiled.tables import NONE

# --- free and busy --------------------------------------------------------------------------------------------------


def is_free(ed: Row, m: Row) -> None:
    """A member can be given work by every role they serve."""
    for number in range(m.n_services):
        service = ed.services[m.first_service + number]
        include(ed, service.free, m)
        ed.levels[service.level].free_roles |= service.role_bit
    ed.roles_changed |= m.serves


def is_busy(ed: Row, m: Row) -> None:
    """A member can be given no work."""
    for number in range(m.n_services):
        service = ed.services[m.first_service + number]
        exclude(ed, service.free, m)
        if nobody(ed, service.free):
            ed.levels[service.level].free_roles &= ~service.role_bit


def roomy(m: Row) -> bool:
    """Whether a member may open one more case."""
    return has_room(m.n_cases, m.caseload)


def near_shift_end(ed: Row, m: Row) -> bool:
    """Whether a member is in the part of a duty in which no case is taken on."""
    if m.last_pickup <= 0.0 or m.duty == NONE:
        return False
    return in_last_pickup(ed.now, ed.duties[m.duty].end, m.last_pickup)


def could_adopt(ed: Row, m: Row) -> bool:
    """Whether a colleague could take a case over, now or when free: on duty, not near its end, with room."""
    return m.on_duty and not m.shift_over and not near_shift_end(ed, m) and roomy(m)


def is_held_back(ed: Row, m: Row, role: int) -> bool:
    """Whether last pickup keeps a member from new cases: only while a colleague could take them."""
    if not near_shift_end(ed, m):
        return False
    of_role = ed.roles[role]
    for number in range(of_role.n_servers):
        other = ed.members[ed.servers[of_role.first_server + number].member]
        if other.index != m.index and could_adopt(ed, other):
            return True
    return False


# --- cases ----------------------------------------------------------------------------------------------------------


def begin_case_spell(ed: Row, v: Row, role: int, holder: int, taken_over: bool) -> None:
    """A member holds the visit's case from now on, or nobody does. Its number is known."""
    case = case_of(ed, v, role)
    case.holder, case.since, case.taken_over = holder, ed.now, taken_over
    if holder == NONE:
        return
    m = ed.members[holder]
    insert_case(ed, m, case, v.row * ed.n_roles + role)
    case.last_holder, case.last_duty = holder, m.duty
    if not roomy(m):
        ed.roles_changed |= m.serves  # one colleague fewer who could take a case


def insert_case(ed: Row, m: Row, case: Row, place: int) -> None:
    """A case among those of a member, in order of number; `place` is its row."""
    before, after = m.last_case, NONE
    while before != NONE and ed.visit_roles[before].number > case.number:
        after = before
        before = ed.visit_roles[before].previous
    case.previous, case.next = before, after
    if before == NONE:
        m.first_case = place
    else:
        ed.visit_roles[before].next = place
    if after == NONE:
        m.last_case = place
    else:
        ed.visit_roles[after].previous = place
    m.n_cases += 1


def remove_case(ed: Row, m: Row, case: Row) -> None:
    """A case is no longer among those of a member."""
    if case.previous == NONE:
        m.first_case = case.next
    else:
        ed.visit_roles[case.previous].next = case.next
    if case.next == NONE:
        m.last_case = case.previous
    else:
        ed.visit_roles[case.next].previous = case.previous
    m.n_cases -= 1


def end_case_spell(ed: Row, v: Row, role: int) -> None:
    """The holder of a case gives it up; the case itself goes on until it is closed."""
    case = case_of(ed, v, role)
    write_case(ed, v, role, case.holder, case.since, ed.now)
    if case.holder != NONE:
        m = ed.members[case.holder]
        remove_case(ed, m, case)
        ed.roles_changed |= m.serves  # room again, for the holder or in the eyes of colleagues


def open_case(ed: Row, v: Row, role: int) -> None:
    """A case gets its number; the next spell begins it."""
    ed.n_cases += 1
    ed.n_cases_open += 1
    if ed.n_case_rows + ed.n_cases_open > ed.room_for_case_rows:
        ed.needs_memory = True
    v.open_cases |= bit(role)
    case_of(ed, v, role).number = ed.n_cases


def close_case(ed: Row, v: Row, role: int) -> None:
    """A case ends; requests that waited for its holder look for their place anew."""
    if v.open_cases & bit(role) == 0:
        return
    end_case_spell(ed, v, role)
    ed.n_cases_open -= 1
    v.open_cases &= ~bit(role)
    case = case_of(ed, v, role)
    case.number, case.holder = 0, NONE
    look_again(ed, v, role)
    ed.settle_due = True


def first_case_of(ed: Row, v: Row, roles: int) -> int:
    """Of the visit's open cases with some roles, the role of the one opened first; NONE if there is none."""
    first = NONE
    for role in range(ed.n_roles):
        if v.open_cases & roles & bit(role) != 0 and (
            first == NONE or case_of(ed, v, role).number < case_of(ed, v, first).number
        ):
            first = role
    return first


def close_cases(ed: Row, v: Row, roles: int) -> None:
    """All the visit's cases with some roles close, in the order in which they were opened."""
    while v.open_cases & roles != 0:
        close_case(ed, v, first_case_of(ed, v, roles))


# --- handover -------------------------------------------------------------------------------------------------------


def colleague_for(ed: Row, role: int) -> int:
    """Who takes a case over: lowest level, then fewest cases, then first in the roster; NONE if nobody can."""
    best, best_level, best_cases = NONE, 0, 0
    of_role = ed.roles[role]
    for number in range(of_role.n_servers):
        server = ed.servers[of_role.first_server + number]
        m = ed.members[server.member]
        if could_adopt(ed, m) and (
            best == NONE or server.level < best_level or (server.level == best_level and m.n_cases < best_cases)
        ):
            best, best_level, best_cases = server.member, server.level, m.n_cases
    return best


def hand_over(ed: Row, m: Row) -> tuple[int, int]:
    """Every open case of a member goes to a colleague or to nobody, in order of opening; how many each."""
    n_handed_over = n_unheld = 0
    while m.first_case != NONE:
        place = m.first_case
        v = ed.visits[place // ed.n_roles]
        role = place % ed.n_roles
        end_case_spell(ed, v, role)
        colleague = colleague_for(ed, role)
        begin_case_spell(ed, v, role, colleague, colleague != NONE)
        if colleague == NONE:
            n_unheld += 1
        else:
            n_handed_over += 1
    return n_handed_over, n_unheld
