"""Peer support beside the path of a visit: the offer, contacts, the huddle, recovery, bridging and the call.

Peers never do what a clinician does; a contact's clock stands while a clinician is with the patient (`tasks`).
"""

from sim.department.pathway import DEFAULT_BAND
from sim.engine.compiled.budgets import start_accompanying
from sim.engine.compiled.calendar import enter
from sim.engine.compiled.draws import FIRST_CONTACT, REPEAT_CONTACT, of_class, value
from sim.engine.compiled.memory import Row, bit, compiled
from sim.engine.compiled.requests import ask, bind, side_request, withdraw
from sim.engine.compiled.stays import REPEAT_IS_DUE
from sim.engine.compiled.tables import NONE, member_at, number_at, request_at, stream_at
from sim.engine.compiled.tasks import cut_contact
from sim.engine.constants import BRIDGING_BAND, CALL_ID, DELAY_ENDS, HUDDLE_ID, RECOVERY_BAND, REPEAT_ID
from sim.engine.trajectory import (
    AMA,
    BRIDGING,
    CALL,
    CONTACT,
    CONTINUING,
    DISCHARGED,
    FIRST,
    HUDDLE,
    LWBS,
    RECOVERY,
)
from sim.engine.workload import uniform_of

DONE = -2
"""Stands for a bridging that has begun or been taken back, where its request stood."""


@compiled
def offer_peer(ed: Row, v: Row) -> None:
    """A peer is offered to who may want one, and asked for by who does."""
    v.offered = v.eligible and ed.has_peers
    if v.offered and v.consented:
        ask_contact(ed, v, FIRST, ed.first_band, minutes_of_company(ed, v, ed.first_contact, FIRST_CONTACT))


@compiled
def minutes_of_company(ed: Row, v: Row, distributions: int, quantity: int) -> float:
    """Minutes of a contact: longer or shorter by the visit's class of severity."""
    longer = of_class(ed, v, stream_at(ed.streams, v.stream).wish)
    return longer * value(ed, v, distributions, quantity)


@compiled
def ask_contact(ed: Row, v: Row, contact: int, band: int, minutes: float) -> None:
    """A peer is asked for."""
    r = side_request(ed, v, CONTACT, ed.peer_role, band, minutes)
    r.contact = contact
    v.contact_task = r.number
    ask(ed, r, v)


@compiled
def contact_begins(ed: Row, r: Row, v: Row) -> None:
    """A peer is with the patient."""
    v.contacts += 1
    v.peer_member = r.member
    if v.contacts == 1:
        v.peer_started = ed.now
    start_accompanying(ed, v)


@compiled
def after_contact(ed: Row, v: Row, contact: int) -> None:
    """Perhaps a huddle with the team, perhaps a second contact after a gap; if none is to follow the peer recovers."""
    if v.departed:
        return
    if contact == FIRST:
        if uniform_of(v.key, HUDDLE_ID, 0) < ed.huddle_share:
            ask_huddle(ed, v)
        if uniform_of(v.key, REPEAT_ID, 0) < ed.repeat_share:
            enter(ed, ed.now + ed.repeat_gap, DELAY_ENDS, 2 * v.row + 1, REPEAT_IS_DUE, v.row)
            return
    ask_recovery(ed, v)


@compiled
def repeat_is_due(ed: Row, v: Row) -> None:
    """The gap before the second contact is over."""
    if not v.departed:
        ask_contact(ed, v, CONTINUING, ed.repeat_band, minutes_of_company(ed, v, ed.repeat_contact, REPEAT_CONTACT))


@compiled
def ask_huddle(ed: Row, v: Row) -> None:
    """The peer tells the team: the first of the huddle roles with an open case, else the last of them."""
    if ed.n_huddle_roles == 0:
        return
    role = NONE
    for number in range(ed.n_huddle_roles):
        candidate = int(number_at(ed.numbers, ed.huddle_roles + number).value)
        if role == NONE and v.open_cases & bit(candidate) != 0:
            role = candidate
    if role == NONE:
        role = int(number_at(ed.numbers, ed.huddle_roles + ed.n_huddle_roles - 1).value)
    ask(ed, side_request(ed, v, HUDDLE, role, DEFAULT_BAND, ed.huddle_minutes), v)


@compiled
def ask_recovery(ed: Row, v: Row) -> None:
    """The peer's own time after a patient, before anything else."""
    if v.recovery_asked or v.peer_member == NONE:
        return
    peer = member_at(ed.members, v.peer_member)
    if not peer.on_duty:
        return
    v.recovery_asked = True
    r = side_request(ed, v, RECOVERY, ed.peer_role, RECOVERY_BAND, ed.recovery_minutes)
    r.contact = CONTINUING
    bind(ed, r, peer)
    peer.n_recoveries += 1
    ask(ed, r, v)


@compiled
def ask_bridging(ed: Row, v: Row) -> None:
    """Who goes home after meeting a peer is bridged to what follows."""
    if v.contacts == 0 or v.bridging != NONE:
        return
    r = side_request(ed, v, BRIDGING, ed.peer_role, BRIDGING_BAND, ed.bridging_minutes)
    r.contact = CONTINUING
    v.bridging = r.number
    ask(ed, r, v)


@compiled
def ask_call(ed: Row, v: Row) -> None:
    """Who was missed, or not bridged, is called."""
    ask(ed, side_request(ed, v, CALL, ed.peer_role, ed.call_band, ed.call_minutes), v)


@compiled
def call_reaches(ed: Row, v: Row) -> bool:
    """Whether a call back that is over reached the family."""
    v.called = True
    v.call_reached = uniform_of(v.key, CALL_ID, 0) < ed.call_reached_share
    return v.call_reached


@compiled
def peer_takes_leave(ed: Row, v: Row) -> None:
    """The patient goes: a contact ends, who was missed is called, the peer recovers."""
    if v.contact_task != NONE:
        contact = request_at(ed.requests, v.contact_task)
        if contact.member != NONE:
            cut_contact(ed, v)
        else:
            withdraw(ed, contact, v)
        v.contact_task = NONE
    if v.contacts > 0:
        ask_recovery(ed, v)
    goes_home = v.disposition == DISCHARGED or v.disposition == LWBS or v.disposition == AMA
    if v.bridging >= 0:
        withdraw(ed, request_at(ed.requests, v.bridging), v)
        v.bridging = DONE
        ask_call(ed, v)
    elif v.offered and v.consented and v.contacts == 0 and goes_home:
        ask_call(ed, v)
