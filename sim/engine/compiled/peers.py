"""Peer support beside the path of a visit: the offer, the meeting, the huddle, bridging, departure and the call.

Peers never do what a clinician does. How a spell of company goes is `company`.
"""

from sim.department.pathway import DEFAULT_BAND
from sim.department.support import BRIDGING_BAND, CALL_BAND
from sim.engine.compiled.company import (
    ask_recovery,
    company_ends,
    company_goes_on,
    company_runs,
    first_wish,
    wish_ends,
    wish_is_over,
)
from sim.engine.compiled.memory import Row, bit
from sim.engine.compiled.patience_and_calm import is_met, pace_changes
from sim.engine.compiled.requests import ask, side_request, withdraw
from sim.engine.compiled.tables import NONE
from sim.engine.draw_numbers import CALL_ID, HUDDLE_ID
from sim.engine.keyed_uniforms import uniform_of
from sim.engine.trajectory import AMA, BRIDGING, CALL, CONTINUING, DISCHARGED, HUDDLE, LWBS

DONE = -2
"""Stands for a bridging that has begun or been taken back, where its request stood."""


def offer_peer(ed: Row, v: Row) -> None:
    """A peer is offered to who may want one, and asked for by who does."""
    v.offered = v.eligible and ed.has_peers
    if v.offered and v.consented:
        first_wish(ed, v)


def contact_entry_is_due(ed: Row, r: Row, v: Row) -> None:
    """The kept minutes of a spell are over, or the wish is used up, or both."""
    if not r.kept_over:
        r.kept_over = True
        ed.n_callable += 1
        ed.settle_due = True
        if not is_met(v):
            is_met_now(ed, v)
    if wish_ends(r, v) <= ed.now:
        company_ends(ed, v, False)
        wish_is_over(ed, v)
    else:
        company_goes_on(ed, r, v)


def is_met_now(ed: Row, v: Row) -> None:
    """The meeting is over: from now on effects count; perhaps a huddle with the team, perhaps bridging."""
    v.peer_met = ed.now
    pace_changes(ed, v, True)
    if uniform_of(v.key, HUDDLE_ID, 0) < ed.huddle_share:
        ask_huddle(ed, v)
    if v.disposition == DISCHARGED:
        ask_bridging(ed, v)


def ask_huddle(ed: Row, v: Row) -> None:
    """The peer tells the team: the first of the huddle roles with an open case, else the last of them."""
    if ed.n_huddle_roles == 0:
        return
    role = NONE
    for number in range(ed.n_huddle_roles):
        candidate = int(ed.numbers[ed.huddle_roles + number].value)
        if role == NONE and v.open_cases & bit(candidate) != 0:
            role = candidate
    if role == NONE:
        role = int(ed.numbers[ed.huddle_roles + ed.n_huddle_roles - 1].value)
    ask(ed, side_request(ed, v, HUDDLE, role, DEFAULT_BAND, ed.huddle_minutes), v)


def ask_bridging(ed: Row, v: Row) -> None:
    """Who goes home after meeting a peer is bridged to what follows."""
    if not is_met(v) or v.bridging != NONE:
        return
    r = side_request(ed, v, BRIDGING, ed.peer_role, BRIDGING_BAND, ed.bridging_minutes)
    r.contact = CONTINUING
    v.bridging = r.number
    ask(ed, r, v)


def ask_call(ed: Row, v: Row) -> None:
    """Who was missed, or not bridged, is called."""
    ask(ed, side_request(ed, v, CALL, ed.peer_role, CALL_BAND, ed.call_minutes), v)


def call_reaches(ed: Row, v: Row) -> bool:
    """Whether a call back that is over reached the family."""
    v.called = True
    v.call_reached = uniform_of(v.key, CALL_ID, 0) < ed.call_reached_share
    return v.call_reached


def peer_takes_leave(ed: Row, v: Row) -> None:
    """The patient goes: company ends, the peer recovers, who was missed is called."""
    if company_runs(ed, v):
        company_ends(ed, v, False)
    elif v.contact_task != NONE:
        withdraw(ed, ed.requests[v.contact_task], v)
        v.contact_task = NONE
    if v.recovery_owed:
        ask_recovery(ed, v)
    goes_home = v.disposition == DISCHARGED or v.disposition == LWBS or v.disposition == AMA
    if v.bridging >= 0:
        withdraw(ed, ed.requests[v.bridging], v)
        v.bridging = DONE
        ask_call(ed, v)
    elif v.offered and v.consented and not is_met(v) and goes_home:
        ask_call(ed, v)
