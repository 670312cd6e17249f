"""The loop: the next entry of the calendar is taken and what it means happens, until the horizon.

`play` is the one function Python calls. It stops when a table is nearly full and goes on where it stood when called
again, so that memory can grow outside of it.
"""

from math import inf, nan

from sim.engine.calendar_entries import (
    BED_POOL,
    CARE_DUE,
    CLEANED,
    DELAY_ENDS,
    ESCALATION_DUE,
    GATHERING_ENDS,
    OFF_DUTY,
    ON_DUTY,
    PATIENCE,
    TASK_ENDS,
)
from sim.engine.compiled.backend import machine_code
from sim.engine.compiled.boarding_and_observation import (
    BED_FALLS_FREE,
    BED_IS_THERE,
    COMPANY_IS_DUE,
    LEAVES_LIMITED_DELAY,
    bed_falls_free,
    boarding_ends,
    hour_is_full,
    open_pool,
    outside_request,
)
from sim.engine.compiled.calendar import (
    NEAR,
    OUTSIDE,
    RETURNS,
    RUNNING_NUMBER,
    SETTLE_KEY,
    SUBJECT,
    SUBJECT_BITS,
    branch_of_key,
    kind_of,
    look_further,
    next_entry,
    take_first,
    take_nearest,
)
from sim.engine.compiled.cases import first_case_of
from sim.engine.compiled.company import company_is_due, company_runs
from sim.engine.compiled.memory import Row, bit, copy_bytes, time_of
from sim.engine.compiled.pathway import (
    SAFETY_PLAN,
    comes_in,
    escalates,
    goes_on,
    is_calm,
    leaves,
    path_of,
    plan_return,
)
from sim.engine.compiled.patience_and_calm import enter_escalation, enter_patience, wait_ends
from sim.engine.compiled.patient_attributes import new_visit
from sim.engine.compiled.peers import call_reaches, contact_entry_is_due
from sim.engine.compiled.places import place_is_clean
from sim.engine.compiled.requests import case_of, forget
from sim.engine.compiled.row_writers import (
    write_break,
    write_case,
    write_duty,
    write_of_team,
    write_place,
    write_task,
)
from sim.engine.compiled.settling import (
    BREAK_IS_OVER,
    DUTY_BEGINS,
    LAST_PICKUP_BEGINS,
    SHIFT_ENDS,
    break_is_due,
    break_is_over,
    comes_on_duty,
    looks_ahead_to_duty,
    settles,
    shift_ends,
)
from sim.engine.compiled.tables import NONE, ed_at
from sim.engine.compiled.tasks import count_minutes, spell_ends
from sim.engine.compiled.teams import gathered_long_enough
from sim.engine.step_plans import MAIN_PATH
from sim.engine.trajectory import AMA, CALL, CONTACT, GATHERING, LWBS, MAIN, PRESENT, RESPONSE, TEAM

FINISHED, NEEDS_MEMORY, STEP_LIMIT = range(3)
"""Why `play` stopped."""


@machine_code
def play_from_start(address: int, start: int, n_bytes: int) -> int:
    """`play` from time 0, with a copy of the state then, which stands at `start` and has so many bytes."""
    copy_bytes(address, start, n_bytes)
    return play(address)


@machine_code
def play(address: int) -> int:
    """Play a department until the horizon, or until more memory is needed. `address` is that of the root row."""
    ed = ed_at(address, 0)
    if not ed.is_open:
        opens(ed)
    while not ed.needs_memory:
        if ed.settling:
            settle_once(ed)
            continue
        if ed.n_created + ed.n_settlings > ed.step_limit:
            return STEP_LIMIT
        instant, key, where = next_entry(ed)
        time = time_of(instant)
        if ed.settle_due and (time > ed.now or key >= SETTLE_KEY):
            ed.settling = True
            ed.n_settlings += 1
        elif time >= ed.horizon:
            closes(ed)
            return FINISHED
        else:
            ed.now = time
            ed.n_processed += 1
            happen(ed, key, where)
    return NEEDS_MEMORY


def opens(ed: Row) -> None:
    """Time 0: everybody's first duty and the first arrival are entered, and beds in the region are taken."""
    ed.is_open = True
    count_next_from_outside(ed)
    look_further(ed)
    for number in range(ed.n_members):
        looks_ahead_to_duty(ed, ed.members[number])
    if ed.pooled:
        open_pool(ed)


def settle_once(ed: Row) -> None:
    """One move of a settling; it ends when nothing moves."""
    if not settles(ed):
        ed.settling = False
        ed.settle_due = False


def happen(ed: Row, key: int, where: int) -> None:
    """What the next entry means."""
    if where == OUTSIDE:
        comes_from_outside(ed)
        return
    meaning = take_nearest(ed) if where == NEAR else take_first(ed, where)
    what, subject = meaning >> SUBJECT_BITS, meaning & SUBJECT
    if where == RETURNS:
        comes_again(ed, ed.visits[subject], what)
        return
    kind, running_number = kind_of(key), key & RUNNING_NUMBER
    if kind == TASK_ENDS:
        r = ed.requests[subject]
        if r.ending == running_number:
            task_ends(ed, r)
    elif kind == DELAY_ENDS:
        delay_ends(ed, ed.visits[subject], what, branch_of_key(key))
    elif kind == CARE_DUE:
        hour_is_full(ed, ed.visits[subject], what, running_number)
    elif kind == CLEANED:
        place_is_clean(ed, subject)
    elif kind == PATIENCE:
        patience_entry_is_due(ed, ed.visits[subject])
    elif kind == ESCALATION_DUE:
        escalation_entry_is_due(ed, ed.visits[subject])
    elif kind == ON_DUTY:
        on_duty(ed, ed.members[subject], what, running_number)
    elif kind == OFF_DUTY:
        off_duty(ed, ed.members[subject], what)
    elif kind == GATHERING_ENDS:
        r = ed.requests[subject]
        if r.gathering_ends == running_number:
            gathered_long_enough(ed, r, ed.visits[r.visit])
    elif kind == BED_POOL:
        bed_pool_moves(ed, what)


# --- patients come --------------------------------------------------------------------------------------------------


def comes_from_outside(ed: Row) -> None:
    """The next arrival from outside."""
    arrival = ed.outside[ed.next_outside]
    ed.next_outside += 1
    count_next_from_outside(ed)
    look_further(ed)
    comes_in(ed, new_visit(ed, arrival.patient, arrival.number, arrival.stream, arrival.given))


def count_next_from_outside(ed: Row) -> None:
    """The next arrival stands in no heap, but counts towards the step limit like any other entry."""
    if ed.next_outside < ed.n_outside and ed.outside[ed.next_outside].time < ed.horizon:
        ed.n_created += 1


def comes_again(ed: Row, before: Row, running_number: int) -> None:
    """A patient returns, unless a call has moved the return."""
    if before.pending_return == running_number:
        before.pending_return = NONE
        comes_in(ed, new_visit(ed, before.patient, before.number + 1, before.stream, NONE))


# --- work and delays end --------------------------------------------------------------------------------------------


def task_ends(ed: Row, r: Row) -> None:
    """A task in hand is done; what waited for it goes on."""
    v = ed.visits[r.visit]
    kind = r.kind
    if kind == CONTACT:
        contact_entry_is_due(ed, r, v)
        return
    spell_ends(ed, r, v, False)
    if kind == MAIN and ed.plans[r.plan].purpose == SAFETY_PLAN:
        v.safety_plan = True
    forget(ed, r)
    if kind == MAIN:
        goes_on(ed, v, r.path)
    elif kind == RESPONSE:
        v.responding -= 1
        if v.responding == 0:
            is_calm(ed, v)
    elif kind == CALL:
        call_ends(ed, v)


def call_ends(ed: Row, v: Row) -> None:
    """A call back that reaches the family counts as bridging for what follows."""
    if call_reaches(ed, v) and ed.factor_bridging != 1.0 and v.next_visit > ed.now:
        plan_return(ed, v, True)


def delay_ends(ed: Row, v: Row, what: int, branch: int) -> None:
    """A delay or a boarding time is over, on the main path or in the branch of a number, or a wish falls due."""
    if what == COMPANY_IS_DUE:
        company_is_due(ed, v)
        return
    path = NONE
    if branch != MAIN_PATH:
        path = path_of(ed, v, branch)
        if path == NONE:
            return  # the visit has left
    if what == LEAVES_LIMITED_DELAY:
        r = ed.requests[v.main if path == NONE else ed.paths[path].main]
        ed.lines[r.queue].room += 1
        ed.delays_changed = True
        ed.settle_due = True
        forget(ed, r)
    elif what == BED_IS_THERE:
        boarding_ends(ed, v)
    goes_on(ed, v, path)


def bed_pool_moves(ed: Row, what: int) -> None:
    """A bed falls free, or somebody from elsewhere asks for one."""
    if what != BED_FALLS_FREE:
        outside_request(ed)
        return
    row = bed_falls_free(ed)
    if row != NONE:
        v = ed.visits[row]
        boarding_ends(ed, v)
        goes_on(ed, v, NONE)


# --- budgets are used up --------------------------------------------------------------------------------------------


def patience_entry_is_due(ed: Row, v: Row) -> None:
    """The visit leaves if its patience is used up; one that is held escalates instead, once."""
    if ed.now != v.patience_entry:
        return
    v.patience_entry = inf
    if v.patience_deadline > ed.now:
        enter_patience(ed, v)
        return
    wait_ends(ed, v)
    if v.held:
        v.tried_to_leave = True
        if ed.streams[v.stream].escalates and v.responding == 0:
            escalates(ed, v)
        return
    v.disposition = LWBS if v.pia != v.pia else AMA
    leaves(ed, v)


def escalation_entry_is_due(ed: Row, v: Row) -> None:
    """Distress escalates if calm is used up."""
    if ed.now != v.escalation_entry:
        return
    v.escalation_entry = inf
    if v.departed:
        return
    if v.escalation_deadline > ed.now:
        enter_escalation(ed, v)
        return
    escalates(ed, v)


# --- duties ---------------------------------------------------------------------------------------------------------


def on_duty(ed: Row, m: Row, what: int, running_number: int) -> None:
    """A duty begins, or a break is over."""
    if what == DUTY_BEGINS:
        comes_on_duty(ed, m)
    elif what == BREAK_IS_OVER and m.resting_entry == running_number:
        break_is_over(ed, m)


def off_duty(ed: Row, m: Row, what: int) -> None:
    """A shift ends, last pickup begins, or a break is due."""
    if what == SHIFT_ENDS:
        shift_ends(ed, m)
    elif what == LAST_PICKUP_BEGINS:
        ed.roles_changed |= m.serves
        ed.settle_due = True
    else:
        break_is_due(ed, m)


# --- the run ends ---------------------------------------------------------------------------------------------------


def closes(ed: Row) -> None:
    """What is under way when the run ends is written down."""
    ed.now = ed.horizon
    for row in range(ed.n_visits):
        v = ed.visits[row]
        write_unfinished_requests(ed, v)
        if not v.departed:
            v.disposition = PRESENT
            close_clocks(ed, v)
    for number in range(ed.n_members):
        write_unfinished_duty(ed, ed.members[number])


def write_unfinished_requests(ed: Row, v: Row) -> None:
    """What a visit has waiting, its place and its cases."""
    number = v.first_waiting
    while number != NONE:
        r = ed.requests[number]
        number = r.later
        if r.role != NONE:
            write_task(ed, r, nan, nan, False, False)
    if v.zone != NONE:
        write_place(ed, v, nan)
    write_unfinished_cases(ed, v)


def write_unfinished_cases(ed: Row, v: Row) -> None:
    """The visit's open cases, in the order in which they were opened."""
    written = 0
    while v.open_cases & ~written != 0:
        role = first_case_of(ed, v, ~written)
        case = case_of(ed, v, role)
        write_case(ed, v, role, case.holder, case.since, nan)
        written |= bit(role)


def close_clocks(ed: Row, v: Row) -> None:
    """Minutes accompanied, observed and unmet up to the end of the run."""
    if company_runs(ed, v):
        v.accompanied += max(0.0, ed.now - ed.requests[v.contact_task].company_since)
    if v.observation != NONE:
        if ed.requests[v.observation].member != NONE:
            v.observed += ed.now - v.observation_since
        else:
            v.unmet += ed.now - v.observation_since


def write_unfinished_duty(ed: Row, m: Row) -> None:
    """A spell of duty that the end of the run cuts short, with the task in hand counted up to it."""
    if not m.on_duty:
        return
    if m.on_break:
        write_break(ed, m, nan)
    if m.task != NONE:
        r = ed.requests[m.task]
        if r.member == m.index:
            count_minutes(ed, m, r.started, ed.horizon)
            write_task(ed, r, r.started, nan, False, False)
        else:
            count_minutes(ed, m, m.joined, ed.horizon)
            write_of_team(ed, r, m, GATHERING if r.gathers else TEAM, nan, False)
    write_duty(ed, m, nan, 0, 0)
