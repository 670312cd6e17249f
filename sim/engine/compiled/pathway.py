"""A visit goes along its pathway, step by step, until it has to wait; it leaves, escalates, departs and may come again.

`walks` is the visit's story: it is called whenever what the visit waited for is there. In a fork each of the branches
has a story of its own, a row of PATH, told by `walks_in_branch`; a visit that is not in a fork has none.
"""

from math import inf, nan

from sim.department.pathway import RESPONSE_BAND
from sim.department.patients import hazard_of_return, minutes_to_return, time_of_return
from sim.department.support import linked
from sim.engine.calendar_entries import DELAY_ENDS
from sim.engine.compiled.boarding_and_observation import STEP_GOES_ON, boards, observation_ends, observe
from sim.engine.compiled.calendar import enter, enter_return, id_on_path
from sim.engine.compiled.cases import close_cases
from sim.engine.compiled.company import distress_ends_company
from sim.engine.compiled.draws import FOLLOW_UP, given_minutes, happens, uniform, uniform_for_life, value
from sim.engine.compiled.memory import Row, bit, numbers_at
from sim.engine.compiled.patience_and_calm import (
    calm_runs,
    is_met,
    patience_in_branches,
    wait_begins,
    wait_is_over,
)
from sim.engine.compiled.patient_attributes import disposition_of, escalation_budget, has_need
from sim.engine.compiled.peers import ask_bridging, offer_peer, peer_takes_leave
from sim.engine.compiled.places import give_up_place
from sim.engine.compiled.requests import (
    ask,
    case_of,
    forget,
    leave_line,
    new_request,
    put_back,
    set_aside,
    side_request,
    waits_no_more,
    withdraw,
)
from sim.engine.compiled.row_writers import write_task
from sim.engine.compiled.tables import MOMENTS, N_ACUITIES, NONE
from sim.engine.compiled.teams import parts
from sim.engine.draw_numbers import FRAILTY_ID, RESTRAINT_ID, RETURN_HOUR_ID, RETURN_ID
from sim.engine.keyed_uniforms import uniform_of
from sim.engine.trajectory import DISCHARGED, MAIN, PRESENT, RESPONSE, SIDE

DELAY, TASK, SIDE_TASK, PLACE, FREE_PLACE, RELEASE, DISPOSE, BOARD, OBSERVE, FOLLOW_UP_STEP, CHOOSE, FORK = range(12)
"""Kinds of step."""
TRIAGE, PHYSICIAN, ASSESSMENT, SAFETY_PLAN = range(1, 5)
"""Purposes of a task that rules refer to; 0 is none of them."""
REQUESTED, STARTED, ENDED = range(3)
"""Moments of a step."""

HOURS_OF_WEEK = (7, 25)
"""Shape of the cumulated shares of arrivals by weekday and hour."""

# --- along the pathway ----------------------------------------------------------------------------------------------


def note_time(ed: Row, v: Row, step: int, moment: int) -> None:
    """When a step was requested, started or ended."""
    ed.step_times[(v.row * ed.n_steps + step) * MOMENTS + moment].at = ed.now


def note_start(ed: Row, v: Row, step: int) -> None:
    """When a step first started."""
    moment = ed.step_times[(v.row * ed.n_steps + step) * MOMENTS + STARTED]
    if moment.at != moment.at:
        moment.at = ed.now


def comes_in(ed: Row, v: Row) -> None:
    """A visit starts on its pathway."""
    if v.escalation_left < inf:
        calm_runs(ed, v)
    if ed.streams[v.stream].trigger == 0:
        offer_peer(ed, v)
    walks(ed, v)


def goes_on(ed: Row, v: Row, path: int) -> None:
    """What the visit waited for, or the branch in row `path`, is there: the step has ended."""
    if path != NONE:
        branch_goes_on(ed, v, path)
        return
    s = ed.streams[v.stream]
    v.main = NONE
    note_time(ed, v, ed.plans[s.first_plan + v.step - 1].index, ENDED)
    step_is_behind(ed, v, v, s)
    walks(ed, v)


def step_is_behind(ed: Row, v: Row, on: Row, s: Row) -> None:
    """The next step is looked at, after the offer of a peer if this is the moment. `on` is the visit or a branch."""
    if on.step == s.trigger:
        offer_peer(ed, v)
    on.step += 1


def walks(ed: Row, v: Row) -> None:
    """Step by step along the pathway, up to the next wait or to departure."""
    s = ed.streams[v.stream]
    while v.step <= s.n_plans:
        number = s.first_plan + v.step - 1
        plan = ed.plans[number]
        if not is_played(ed, v, v, plan, number, NONE):
            return
        if plan.kind == FORK and v.branches & bit(plan.branches) != 0:
            v.step += plan.block + 1
        else:
            step_is_behind(ed, v, v, s)
    departs(ed, v)


def is_played(ed: Row, v: Row, on: Row, plan: Row, number: int, path: int) -> bool:
    """Play a step of the visit, or of a branch, if it applies. False: it has to be waited for."""
    if on.begins_when_calm or applies(ed, v, plan):
        if v.responding > 0:
            on.begins_when_calm = True
            return False
        on.begins_when_calm = False
        note_time(ed, v, plan.index, REQUESTED)
        if not take_step(ed, v, plan, number, path):
            return False
        note_time(ed, v, plan.index, ENDED)
    return True


def applies(ed: Row, v: Row, plan: Row) -> bool:
    """Whether the visit takes a step: its branch, its disposition, its share, its need."""
    if plan.branch != 0 and v.branches & plan.branch == 0:
        return False
    if plan.only_if != NONE and plan.only_if != v.disposition:
        return False
    if not happens(ed, v, plan.shares, plan.share_id):
        return False
    return plan.need_shares == NONE or has_need(ed, v, plan)


def take_step(ed: Row, v: Row, plan: Row, number: int, path: int) -> bool:
    """Play one step, row `number` of the plans, on the main path or in a branch. False: it has to be waited for."""
    if plan.kind == TASK:
        have_task(ed, v, plan, number, path)
        return False
    if plan.kind == DELAY:
        spend_delay(ed, v, plan, number, path)
        return False
    if plan.kind == PLACE:
        want_place(ed, v, plan, number)
        return False
    note_time(ed, v, plan.index, STARTED)
    if plan.kind == BOARD:
        boards(ed, v, plan, number)
        return False
    if plan.kind == SIDE_TASK:
        cause_side_task(ed, v, plan)
    elif plan.kind == DISPOSE:
        dispose(ed, v, plan)
    elif plan.kind == FOLLOW_UP_STEP:
        book_follow_up(ed, v, plan)
    elif plan.kind == RELEASE:
        release(ed, v, plan)
    elif plan.kind == FREE_PLACE:
        give_up_place(ed, v)
    elif plan.kind == OBSERVE:
        observe(ed, v, plan, number)
    elif plan.kind == CHOOSE:
        choose(ed, v, plan)
    elif plan.kind == FORK:
        return begins_branches(ed, v, plan)
    return True


# --- steps ----------------------------------------------------------------------------------------------------------


def minutes_of(ed: Row, v: Row, plan: Row) -> float:
    """Minutes of a step, given with a replayed visit or drawn."""
    given = given_minutes(ed, v, plan)
    return given if given == given else value(ed, v, plan.minutes, plan.value_id)


def is_given(ed: Row, v: Row, plan: Row) -> bool:
    """Whether the minutes of a step come with the visit: then nothing multiplies them."""
    given = given_minutes(ed, v, plan)
    return given == given


def request_of(ed: Row, v: Row, kind: int, plan: Row, number: int, slot: int) -> Row:
    """A request of a step."""
    r = new_request(ed, v, kind, plan.index, ed.bands[plan.band + v.acuity - 1].band, slot)
    r.plan = number
    return r


def slot_in(v: Row, path: int) -> int:
    """The slot of a request: 0 on the main path, one of its own in a branch."""
    if path == NONE:
        return 0
    v.n_slots += 1
    return v.n_slots


def wait_for(ed: Row, r: Row, v: Row, path: int) -> None:
    """Ask, on the main path or in a branch; patience may be used up until the request is met."""
    r.path = path
    if path != NONE:
        ed.paths[path].main = r.number
        ask(ed, r, v)
        patience_in_branches(ed, v)
        return
    v.main = r.number
    ask(ed, r, v)
    if r.may_leave:
        wait_begins(ed, v)


def have_task(ed: Row, v: Row, plan: Row, number: int, path: int) -> None:
    """Wait for a member of the role; where nobody is on duty there may be another way."""
    unstaffed = nan
    if plan.unstaffed != NONE:
        unstaffed = value(ed, v, plan.unstaffed, plan.unstaffed_id)
        if ed.roles[plan.role].n_on_duty == 0:
            pass_time(ed, v, plan, unstaffed, path)
            return
    slot = slot_in(v, path)
    r = request_of(ed, v, MAIN, plan, number, slot)
    r.role, r.contact = plan.role, plan.contact
    r.minutes = minutes_of(ed, v, plan)
    if plan.purpose == TRIAGE and not is_given(ed, v, plan):
        r.minutes *= ed.groups[v.group].triage
    r.preemptible, r.may_leave, r.unstaffed = plan.preemptible, plan.may_leave, unstaffed
    r.n_in_team = plan.n_in_team
    wait_for(ed, r, v, path)


def spend_delay(ed: Row, v: Row, plan: Row, number: int, path: int) -> None:
    """Let the time pass; a limited delay has to be waited for."""
    minutes = minutes_of(ed, v, plan)
    if plan.delay_line == NONE:
        pass_time(ed, v, plan, minutes, path)
        return
    slot = slot_in(v, path)
    r = new_request(ed, v, MAIN, plan.index, 0, slot)
    r.plan, r.queue = number, plan.delay_line
    r.minutes, r.may_leave = minutes, plan.may_leave
    wait_for(ed, r, v, path)


def pass_time(ed: Row, v: Row, plan: Row, minutes: float, path: int) -> None:
    """A delay that needs nobody."""
    note_time(ed, v, plan.index, STARTED)
    enter(ed, ed.now + minutes, DELAY_ENDS, id_on_path(ed, v, path), STEP_GOES_ON, v.row)


def want_place(ed: Row, v: Row, plan: Row, number: int) -> None:
    """Wait for a place on the visit's route."""
    r = request_of(ed, v, MAIN, plan, number, 0)
    r.place_line = place_line_of(ed, v, plan)
    r.queue = ed.place_lines[r.place_line].line
    r.may_leave = plan.may_leave
    wait_for(ed, r, v, NONE)


def place_line_of(ed: Row, v: Row, plan: Row) -> int:
    """The route of a visit, by its uniform."""
    routes = ed.routes_of[plan.first_route + v.acuity - 1]
    u = uniform(v, plan.value_id)
    number = routes.first
    while number < routes.first + routes.n - 1 and u >= ed.routes[number].up_to:
        number += 1
    return ed.routes[number].line


def cause_side_task(ed: Row, v: Row, plan: Row) -> None:
    """Work for later that the visit does not wait for."""
    v.n_slots += 1
    r = request_of(ed, v, SIDE, plan, NONE, v.n_slots)
    r.role, r.contact, r.preemptible = plan.role, plan.contact, plan.preemptible
    r.minutes = minutes_of(ed, v, plan)
    if plan.share_of_minutes == plan.share_of_minutes and not is_given(ed, v, plan):
        r.minutes *= plan.share_of_minutes * case_of(ed, v, plan.role).minutes
    ask(ed, r, v)


def choose(ed: Row, v: Row, plan: Row) -> None:
    """The visit is sent into one branch, by its uniform."""
    first = plan.up_to + (max(v.severity, 0) * N_ACUITIES + v.acuity - 1) * plan.n_branches
    u = uniform(v, plan.value_id)
    number = 0
    while u >= ed.numbers[first + number].value:
        number += 1
    v.branches |= bit(plan.branches + number)


def dispose(ed: Row, v: Row, plan: Row) -> None:
    """Admission, transfer or discharge; who goes home after meeting a peer is bridged to what follows."""
    v.disposition = disposition_of(ed, v, plan)
    if v.disposition == DISCHARGED:
        ask_bridging(ed, v)


def book_follow_up(ed: Row, v: Row, plan: Row) -> None:
    """Linkage, with the odds the scenario assumes."""
    odds = ed.groups[v.group].linkage
    if is_met(v):
        odds *= ed.peer_odds
    odds *= ed.clinician_odds
    found = linked(uniform(v, FOLLOW_UP), plan.within_7_days, plan.within_30_days, odds)
    if found > 0:
        v.follow_up = found


def release(ed: Row, v: Row, plan: Row) -> None:
    """The visit's cases with some roles close, in the order in which the step names them."""
    for number in range(plan.n_released):
        close_cases(ed, v, bit(int(ed.numbers[plan.released + number].value)))


def departs(ed: Row, v: Row) -> None:
    """Everything held is given back; the next visit is drawn."""
    v.departed = True
    v.departure = ed.now
    if v.disposition == PRESENT:
        v.disposition = DISCHARGED
    peer_takes_leave(ed, v)
    v.peer_missed = v.offered and v.consented and not is_met(v)
    observation_ends(ed, v)
    give_up_place(ed, v)
    close_cases(ed, v, v.open_cases)
    plan_return(ed, v, False)


# --- branches of a fork ---------------------------------------------------------------------------------------------


def begins_branches(ed: Row, v: Row, plan: Row) -> bool:
    """The branches of a fork begin in order, each as far as its first wait. Whether all have ended at once."""
    for branch in range(plan.n_branches):
        v.branches |= bit(plan.branches + branch)
        v.first_path = new_path(ed, plan.n_branches - branch, v.step + 1, v.first_path)
    path = v.first_path
    while path != NONE:
        p = ed.paths[path]
        walks_in_branch(ed, v, p, path)
        path = p.next
    if not have_ended(ed, v):
        return False
    forgets_branches(ed, v)
    return True


def new_path(ed: Row, number: int, step: int, following: int) -> int:
    """A row for a branch under way, before another."""
    path = ed.first_free_path
    if path != NONE:
        ed.first_free_path = ed.paths[path].next
    else:
        path = ed.n_paths
        ed.n_paths += 1
        if ed.n_paths > ed.room_for_paths:
            ed.needs_memory = True
    p = ed.paths[path]
    p.number, p.step, p.main, p.next = number, step, NONE, following
    p.begins_when_calm = p.ended = False
    return path


def path_of(ed: Row, v: Row, number: int) -> int:
    """The row of a branch that the visit is in; NONE once it has left."""
    path = v.first_path
    while path != NONE and ed.paths[path].number != number:
        path = ed.paths[path].next
    return path


def walks_in_branch(ed: Row, v: Row, p: Row, path: int) -> None:
    """Step by step along a branch, up to its next wait or to its end."""
    s = ed.streams[v.stream]
    last = v.step + ed.plans[s.first_plan + v.step - 1].block
    while p.step <= last:
        number = s.first_plan + p.step - 1
        plan = ed.plans[number]
        if plan.strand != p.number:
            p.step += 1
            continue
        if not is_played(ed, v, p, plan, number, path):
            return
        step_is_behind(ed, v, p, s)
    p.ended = True


def branch_goes_on(ed: Row, v: Row, path: int) -> None:
    """What a branch waited for is there; after the last step of the last branch the visit goes on."""
    s = ed.streams[v.stream]
    p = ed.paths[path]
    p.main = NONE
    note_time(ed, v, ed.plans[s.first_plan + p.step - 1].index, ENDED)
    patience_in_branches(ed, v)
    step_is_behind(ed, v, p, s)
    walks_in_branch(ed, v, p, path)
    joins_branches(ed, v)


def have_ended(ed: Row, v: Row) -> bool:
    """Whether every branch of the visit has ended."""
    path = v.first_path
    while path != NONE and ed.paths[path].ended:
        path = ed.paths[path].next
    return path == NONE


def joins_branches(ed: Row, v: Row) -> None:
    """Once every branch has ended the fork has too, and the visit goes on behind it."""
    if have_ended(ed, v):
        forgets_branches(ed, v)
        fork = ed.plans[ed.streams[v.stream].first_plan + v.step - 1]
        note_time(ed, v, fork.index, ENDED)
        v.step += fork.block + 1
        walks(ed, v)


def forgets_branches(ed: Row, v: Row) -> None:
    """Branches that are over make room for others."""
    path = v.first_path
    while path != NONE:
        p = ed.paths[path]
        following = p.next
        p.next = ed.first_free_path
        ed.first_free_path = path
        path = following
    v.first_path = NONE


# --- returns --------------------------------------------------------------------------------------------------------


def plan_return(ed: Row, v: Row, call_reached: bool) -> None:
    """The next unplanned visit of the patient, by one uniform; an earlier plan for it is crossed out."""
    s = ed.streams[v.stream]
    if not s.returns:
        v.next_visit = inf
        return
    gap = minutes_to_return(
        s.susceptible, s.shape, s.scale_days, return_hazard(ed, v, s, call_reached), uniform(v, RETURN_ID)
    )
    v.pending_return = NONE
    v.next_visit = inf
    if gap < inf:
        hours = numbers_at(ed.numbers + s.day_cumulated * 8, HOURS_OF_WEEK)
        v.next_visit = max(ed.now, time_of_return(v.departure, gap, hours, uniform(v, RETURN_HOUR_ID)))
    if v.next_visit < ed.horizon:
        v.pending_return = enter_return(ed, v.next_visit, v.patient, v.row)


def return_hazard(ed: Row, v: Row, s: Row, call_reached: bool) -> float:
    """Factors on the hazard of return: frailty, disposition, and what the scenario assumes of peers."""
    frail = uniform_for_life(ed, v, FRAILTY_ID) < s.frail_share
    met = is_met(v)
    return hazard_of_return(
        s.frailty if frail else 1.0,
        ed.numbers[s.hazard_of_disposition + v.disposition].value,
        ed.factor_direct if met else 1.0,
        ed.factor_linkage if met and v.follow_up > 0 else 1.0,
        ed.factor_bridging if v.bridged or call_reached else 1.0,
    )


# --- leaving and escalating -----------------------------------------------------------------------------------------


def escalates(ed: Row, v: Row) -> None:
    """Distress escalates: staff respond at once, and nothing else begins for the visit until it is calm."""
    s = ed.streams[v.stream]
    v.escalation_deadline = inf
    v.escalations += 1
    if uniform_of(v.key, RESTRAINT_ID, v.escalations) < s.restraint_share:
        v.restraints += 1
    v.responding = s.n_responses
    v.escalation_left = inf  # no budget runs until it is calm, whatever peers do
    teams_part(ed, v)
    distress_ends_company(ed, v)
    wait_until_calm(ed, v, v.main)
    path = v.first_path
    while path != NONE:
        wait_until_calm(ed, v, ed.paths[path].main)
        path = ed.paths[path].next
    for number in range(s.n_responses):
        response = ed.responses[s.first_response + number]
        ask(ed, side_request(ed, v, RESPONSE, response.role, RESPONSE_BAND, response.minutes), v)
    if s.n_responses == 0:
        is_calm(ed, v)


def teams_part(ed: Row, v: Row) -> None:
    """Teams that gather for the visit part."""
    if v.main != NONE:
        parts(ed, ed.requests[v.main])
    path = v.first_path
    while path != NONE:
        p = ed.paths[path]
        path = p.next
        if p.main != NONE:
            parts(ed, ed.requests[p.main])


def wait_until_calm(ed: Row, v: Row, main: int) -> None:
    """What the visit or a branch waits for, if anything, is set aside."""
    if main != NONE and ed.requests[main].waiting:
        set_aside(ed, ed.requests[main], v)


def is_calm(ed: Row, v: Row) -> None:
    """The response is over; a new budget runs, what waited is put back, and what stood still goes on."""
    if v.departed:
        return
    v.escalation_left = escalation_budget(ed, v, v.escalations)
    calm_runs(ed, v)
    if v.contact_task != NONE:
        put_back(ed, ed.requests[v.contact_task], v)
    wait_goes_on(ed, v, v.main)
    path = v.first_path
    while path != NONE:
        wait_goes_on(ed, v, ed.paths[path].main)
        path = ed.paths[path].next
    if v.begins_when_calm:
        walks(ed, v)
    elif v.first_path != NONE:
        branches_go_on(ed, v)


def wait_goes_on(ed: Row, v: Row, main: int) -> None:
    """What the visit or a branch waited for, if anything, is put back, or takes another way."""
    if main == NONE or not ed.requests[main].waiting:
        return
    r = ed.requests[main]
    if r.unstaffed == r.unstaffed and ed.roles[r.role].n_on_duty == 0:
        takes_other_way(ed, r, v)
    else:
        put_back(ed, r, v)


def branches_go_on(ed: Row, v: Row) -> None:
    """Branches that stood still go on, in order."""
    path = v.first_path
    while path != NONE:
        p = ed.paths[path]
        if p.begins_when_calm:
            walks_in_branch(ed, v, p, path)
        path = p.next
    joins_branches(ed, v)


def takes_other_way(ed: Row, r: Row, v: Row) -> None:
    """A task nobody is there for becomes the delay its step names."""
    waits_no_more(ed, r, v)
    leave_line(ed, r, v)
    ed.settle_due = True
    write_task(ed, r, nan, ed.now, False, True)
    if r.path == NONE:
        v.main = NONE
    else:
        ed.paths[r.path].main = NONE
    wait_is_over(ed, r, v)
    note_time(ed, v, r.step, STARTED)
    enter(ed, ed.now + r.unstaffed, DELAY_ENDS, id_on_path(ed, v, r.path), STEP_GOES_ON, v.row)
    forget(ed, r)


def leaves(ed: Row, v: Row) -> None:
    """Nothing is waited for any more, in any branch: the visit departs, and a fork it was in is never joined."""
    takes_back(ed, v, v.main)
    v.main = NONE
    path = v.first_path
    while path != NONE:
        takes_back(ed, v, ed.paths[path].main)
        path = ed.paths[path].next
    forgets_branches(ed, v)
    departs(ed, v)


def takes_back(ed: Row, v: Row, main: int) -> None:
    """What the visit or a branch waits for, if anything, is withdrawn; its team parts."""
    if main != NONE:
        parts(ed, ed.requests[main])
        withdraw(ed, ed.requests[main], v)
