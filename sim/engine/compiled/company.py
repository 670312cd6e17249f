"""Company: wishes of a child, spells in which a peer is there, and what is left of them when a spell is put down.

A contact is one spell; what a wish has left when a spell is put down is asked for as another contact. The offer, the
meeting and what departure does are in `peers`.
"""

from sim.department.support import (
    DEBRIEF_MINUTES,
    FIRST_BAND,
    LEAST_MINUTES,
    RECOVERY_BAND,
    RECOVERY_MINUTES,
    REPEAT_BAND,
    WALK_MINUTES,
    after_quiet_hours,
)
from sim.engine.calendar_entries import DELAY_ENDS, TASK_ENDS, WISH_FALLS_DUE, delay_id
from sim.engine.compiled.boarding_and_observation import COMPANY_IS_DUE
from sim.engine.compiled.calendar import enter
from sim.engine.compiled.draws import MEETING_MINUTES, exponential, of_class, value
from sim.engine.compiled.memory import Row
from sim.engine.compiled.patience_and_calm import is_met, pace_changes
from sim.engine.compiled.requests import ask, bind, forget, set_aside, side_request
from sim.engine.compiled.tables import NONE
from sim.engine.compiled.tasks import spell_ends
from sim.engine.draw_numbers import WISH_ID
from sim.engine.trajectory import CONTACT, CONTINUING, FIRST, RECOVERY

# --- wishes ---------------------------------------------------------------------------------------------------------


def first_wish(ed: Row, v: Row) -> None:
    """Company is wished for from now on, at least for the meeting."""
    v.meeting_left = value(ed, v, ed.meeting, MEETING_MINUTES)
    minutes = wish_minutes(ed, v)
    v.wish_left = max(v.meeting_left, minutes)
    ask_contact(ed, v, FIRST, FIRST_BAND)


def wish_minutes(ed: Row, v: Row) -> float:
    """Minutes of the next wish as drawn; the wishes of a visit are numbered from 1."""
    v.wishes += 1
    factor = of_class(ed, v, ed.streams[v.stream].wish)
    return exponential(v.key, WISH_ID, v.wishes - 1, ed.wish_minutes * factor)


def wish_is_over(ed: Row, v: Row) -> None:
    """The peer recovers; the next wish falls due later, never in the quiet hours."""
    ask_recovery(ed, v)
    v.wish_left = max(LEAST_MINUTES, wish_minutes(ed, v))
    company_falls_due(ed, v, after_quiet_hours(ed.now + ed.again_minutes))


def company_falls_due(ed: Row, v: Row, time: float) -> None:
    """A wish, or what is left of one, is to be asked for at a time."""
    enter(ed, time, DELAY_ENDS, delay_id(v.row, WISH_FALLS_DUE), COMPANY_IS_DUE, v.row)


def company_is_due(ed: Row, v: Row) -> None:
    """A child who has been met wishes for company again."""
    if not v.departed:
        ask_contact(ed, v, CONTINUING, REPEAT_BAND)


def ask_contact(ed: Row, v: Row, contact: int, band: int) -> None:
    """A spell of company is asked for."""
    r = side_request(ed, v, CONTACT, ed.peer_role, band, v.wish_left)
    r.contact = contact
    v.contact_task = r.number
    ask(ed, r, v)


# --- spells ---------------------------------------------------------------------------------------------------------


def company_begins(ed: Row, r: Row, v: Row, m: Row) -> None:
    """A peer sets out; the end of the minutes kept for the child is entered in the calendar."""
    v.spells += 1
    v.peer_member = m.index
    v.recovery_owed = True
    if v.spells == 1:
        v.peer_started = ed.now
    r.company_since = ed.now + (r.handover + WALK_MINUTES)
    r.ending = enter(ed, r.company_since + kept_minutes(v), TASK_ENDS, m.index, 0, r.number)
    pace_changes(ed, v, True)


def kept_minutes(v: Row) -> float:
    """Minutes of company in which nobody calls the peer away."""
    return min(LEAST_MINUTES, v.wish_left) if is_met(v) else v.meeting_left


def wish_ends(r: Row, v: Row) -> float:
    """When the wish is used up if the spell goes on."""
    return r.company_since + v.wish_left


def company_goes_on(ed: Row, r: Row, v: Row) -> None:
    """The kept minutes are over; company goes on until the wish is used up, unless the peer has to stop."""
    m = ed.members[r.member]
    if has_to_stop(m):
        put_down_company(ed, v)
    else:
        r.ending = enter(ed, wish_ends(r, v), TASK_ENDS, m.index, 0, r.number)


def has_to_stop(m: Row) -> bool:
    """Whether the shift of a member is over, or a break is due."""
    return m.shift_over or m.break_block != NONE


def company_ends(ed: Row, v: Row, interrupted: bool) -> None:
    """A running spell is over; the company it gave is taken off what was wished for."""
    r = ed.requests[v.contact_task]
    minutes = max(0.0, ed.now - r.company_since)
    v.accompanied += minutes
    v.wish_left = max(0.0, v.wish_left - minutes)
    if not is_met(v):
        v.meeting_left = max(0.0, v.meeting_left - minutes)
    if r.kept_over:
        ed.n_callable -= 1
    v.contact_task = NONE
    v.peer_ended = ed.now
    spell_ends(ed, r, v, interrupted)
    forget(ed, r)
    pace_changes(ed, v, False)


def put_down_company(ed: Row, v: Row) -> None:
    """A running spell stops before the wish is used up: what is left is asked for, unless it is too little."""
    company_ends(ed, v, True)
    if not is_met(v):
        ask_contact(ed, v, CONTINUING, FIRST_BAND)
    elif v.wish_left < LEAST_MINUTES:
        wish_is_over(ed, v)
    elif after_quiet_hours(ed.now) > ed.now:
        company_falls_due(ed, v, after_quiet_hours(ed.now))
    else:
        ask_contact(ed, v, CONTINUING, REPEAT_BAND)


def company_runs(ed: Row, v: Row) -> bool:
    """Whether a peer is with the child, or on the way."""
    return v.contact_task != NONE and ed.requests[v.contact_task].member != NONE


# --- what puts a spell down -----------------------------------------------------------------------------------------


def keeps_company_out(ed: Row, v: Row) -> None:
    """A contact that runs is put down; one that waits is set aside."""
    if company_runs(ed, v):
        put_down_company(ed, v)
    elif v.contact_task != NONE:
        set_aside(ed, ed.requests[v.contact_task], v)


def clinician_comes(ed: Row, v: Row) -> None:
    """A main-path task starts: the peer goes, unless the patient wants the peer there."""
    v.n_clinicians += 1
    if not v.peer_stays:
        keeps_company_out(ed, v)


def peer_stops(ed: Row, m: Row) -> None:
    """The duty or break of a member is due: company whose kept minutes are over is put down."""
    if m.task != NONE:
        r = ed.requests[m.task]
        if r.kind == CONTACT and r.kept_over:
            put_down_company(ed, ed.visits[r.visit])


def distress_ends_company(ed: Row, v: Row) -> None:
    """An escalation: a peer who is with the child has to go, and is debriefed."""
    exposed = company_runs(ed, v) and ed.requests[v.contact_task].company_since <= ed.now
    keeps_company_out(ed, v)
    if exposed:
        v.exposures += 1
        ask_own_time(ed, v, DEBRIEF_MINUTES)


# --- the peer's own time --------------------------------------------------------------------------------------------


def ask_recovery(ed: Row, v: Row) -> None:
    """The peer's own time after a wish for company, or after a patient."""
    v.recovery_owed = False
    ask_own_time(ed, v, RECOVERY_MINUTES)


def ask_own_time(ed: Row, v: Row, minutes: float) -> None:
    """Time of the member of the last spell, before anything else; it lapses if they are not on duty."""
    peer = ed.members[v.peer_member]
    if not peer.on_duty:
        return
    r = side_request(ed, v, RECOVERY, ed.peer_role, RECOVERY_BAND, minutes)
    r.contact = CONTINUING
    bind(ed, r, peer)
    peer.n_recoveries += 1
    ask(ed, r, v)
