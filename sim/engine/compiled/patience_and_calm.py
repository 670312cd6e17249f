"""Patience and calm: budgets of minutes that waiting uses up, at a pace that company may change.

What happens when one is used up is told in `pathway`.
"""

from math import inf, nan

from sim.department.discipline import patience_left, used_up_at
from sim.department.support import pace
from sim.engine.calendar_entries import ESCALATION_DUE, PATIENCE
from sim.engine.compiled.calendar import enter
from sim.engine.compiled.memory import Row
from sim.engine.compiled.tables import NONE

# --- patience -------------------------------------------------------------------------------------------------------


def wait_begins(ed: Row, v: Row) -> None:
    """Patience is being used up from now on."""
    if v.patience_left < inf and not v.tried_to_leave:
        v.patience_since = ed.now
        v.patience_deadline = used_up_at(v.patience_since, v.patience_left, v.patience_pace)
        enter_patience(ed, v)


def enter_patience(ed: Row, v: Row) -> None:
    """One entry a visit is enough: if it comes too early it is entered anew then."""
    if v.patience_deadline < v.patience_entry:
        v.patience_entry = v.patience_deadline
        enter(ed, v.patience_deadline, PATIENCE, v.row, 0, v.row)


def wait_ends(ed: Row, v: Row) -> None:
    """What is left of the patience is kept for the next wait."""
    if v.patience_since == v.patience_since:
        v.patience_left = patience_left(v.patience_left, ed.now - v.patience_since, v.patience_pace)
        v.patience_since = nan
        v.patience_deadline = inf


def wait_is_over(ed: Row, r: Row, v: Row) -> None:
    """What was waited for has begun, or will not any more."""
    if r.path != NONE:
        patience_in_branches(ed, v)
    elif r.may_leave:
        wait_ends(ed, v)


def patience_in_branches(ed: Row, v: Row) -> None:
    """What a branch of the visit waits for or does has changed: patience is used up, or rests, from now on."""
    if somebody_may_leave(ed, v):
        if v.patience_since != v.patience_since:
            wait_begins(ed, v)
    else:
        wait_ends(ed, v)


def somebody_may_leave(ed: Row, v: Row) -> bool:
    """Whether a branch waits for what may be left, while no branch has a task or a limited delay under way."""
    waits = False
    path = v.first_path
    while path != NONE:
        p = ed.paths[path]
        path = p.next
        if p.main != NONE:
            r = ed.requests[p.main]
            if not r.waiting:
                return False
            waits = waits or (r.may_leave and not r.resumed)
    return waits


# --- escalation -----------------------------------------------------------------------------------------------------


def calm_runs(ed: Row, v: Row) -> None:
    """The escalation budget is being used up from now on."""
    v.escalation_since = ed.now
    v.escalation_deadline = used_up_at(v.escalation_since, v.escalation_left, v.escalation_pace)
    enter_escalation(ed, v)


def enter_escalation(ed: Row, v: Row) -> None:
    """One entry a visit, as for patience."""
    if v.escalation_deadline < v.escalation_entry:
        v.escalation_entry = v.escalation_deadline
        enter(ed, v.escalation_deadline, ESCALATION_DUE, v.row, 0, v.row)


# --- company --------------------------------------------------------------------------------------------------------


def is_met(v: Row) -> bool:
    """Whether the first meeting with a peer is over: effects hang on that."""
    return v.peer_met == v.peer_met


def pace_changes(ed: Row, v: Row, in_company: bool) -> None:
    """A spell of company begins or ends, or the visit is met: from then on patience and calm are used up at another
    pace, if the scenario assumes one."""
    patience = pace(ed.patience_while, ed.patience_after, in_company, is_met(v))
    if patience != v.patience_pace:
        waiting = v.patience_since == v.patience_since
        if waiting:
            wait_ends(ed, v)
        v.patience_pace = patience
        if waiting:
            wait_begins(ed, v)
    calm = pace(ed.escalation_while, ed.escalation_after, in_company, is_met(v))
    if calm != v.escalation_pace:
        running = v.escalation_left < inf and v.responding == 0 and not v.departed
        if running:
            v.escalation_left = patience_left(v.escalation_left, ed.now - v.escalation_since, v.escalation_pace)
        v.escalation_pace = calm
        if running:
            calm_runs(ed, v)
