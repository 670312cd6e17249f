"""Tasks begin: what is noted and what follows when a member, or the last of a team, takes a task in hand.

Which task begins with whom is decided in `settling`.
"""

from sim.engine.compiled.boarding_and_observation import observation_is_met
from sim.engine.compiled.company import clinician_comes, company_begins
from sim.engine.compiled.memory import Row
from sim.engine.compiled.pathway import ASSESSMENT, PHYSICIAN, is_given, note_start
from sim.engine.compiled.patience_and_calm import is_met, wait_is_over
from sim.engine.compiled.peers import DONE
from sim.engine.compiled.requests import case_of
from sim.engine.compiled.tables import NONE
from sim.engine.compiled.tasks import is_in_hand, take_task, task_runs
from sim.engine.compiled.teams import (
    free_for,
    gathers,
    have_gathered,
    interrupted_for,
    is_complete,
    joins,
    lacks,
    put_down,
)
from sim.engine.trajectory import BRIDGING, CONTACT, MAIN, OBSERVATION


def starts(ed: Row, r: Row, m: Row) -> None:
    """A task starts with a member."""
    v = ed.visits[r.visit]
    take_task(ed, r, v, m)
    if r.n_in_team > 0:
        gathers(ed, r, m)
        return
    is_in_hand(ed, r, v, m)
    if r.kind == MAIN:
        main_task_begins(ed, r, v, m)
    elif r.kind == CONTACT:
        company_begins(ed, r, v, m)
        return
    elif r.kind == BRIDGING:
        v.bridged = True
        v.bridging = DONE
    elif r.kind == OBSERVATION:
        observation_is_met(ed, v)
    task_runs(ed, r, m)
    if r.kind == MAIN:
        clinician_comes(ed, v)


def main_task_begins(ed: Row, r: Row, v: Row, m: Row) -> None:
    """The task the visit waited for begins: patience rests, and what the step is for is noted."""
    wait_is_over(ed, r, v)
    note_start(ed, v, r.step)
    ed.step_members[v.row * ed.n_steps + r.step].member = m.index
    if r.resumed:
        return
    plan = ed.plans[r.plan]
    if plan.purpose == PHYSICIAN and v.pia != v.pia:
        v.pia = ed.now
    elif plan.purpose == ASSESSMENT and not is_given(ed, v, plan):
        r.minutes *= assessment_factor(ed, v)
    case_of(ed, v, r.role).minutes += r.minutes


def assessment_factor(ed: Row, v: Row) -> float:
    """What peers and an enhanced team are assumed to do to the minutes of an assessment."""
    return (ed.peer_assessment if is_met(v) else 1.0) * ed.clinician_assessment


# --- tasks for several ------------------------------------------------------------------------------------------------


def somebody_joins(ed: Row) -> bool:
    """A free member joins the first team that lacks them."""
    team = ed.first_gathering
    while team != NONE:
        r = ed.requests[team]
        team = r.next
        plan = ed.plans[r.plan]
        for number in range(plan.n_seats):
            seat = ed.seats[plan.first_seat + number]
            if lacks(ed, r, seat):
                member = free_for(ed, seat.role)
                if member != NONE:
                    joins_in(ed, r, ed.members[member], seat.role)
                    return True
    return False


def team_interrupts(ed: Row) -> bool:
    """A CTAS 1 team that gathers interrupts a preemptible task of a role that it lacks."""
    team = ed.first_gathering
    while team != NONE:
        r = ed.requests[team]
        team = r.next
        if ed.visits[r.visit].acuity != 1:
            continue
        plan = ed.plans[r.plan]
        for number in range(plan.n_seats):
            seat = ed.seats[plan.first_seat + number]
            if lacks(ed, r, seat):
                member = interrupted_for(ed, seat.role)
                if member != NONE:
                    m = ed.members[member]
                    put_down(ed, m)
                    joins_in(ed, r, m, seat.role)
                    return True
    return False


def joins_in(ed: Row, r: Row, m: Row, role: int) -> None:
    """A member joins a team; if nobody lacks any more, the task begins."""
    joins(ed, r, m, role)
    if not is_complete(ed, r):
        return
    have_gathered(ed, r)
    v, lead = ed.visits[r.visit], ed.members[r.first_in_team]
    is_in_hand(ed, r, v, lead)
    main_task_begins(ed, r, v, lead)
    task_runs(ed, r, lead)
    clinician_comes(ed, v)
