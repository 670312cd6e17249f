"""Stays that cost care by the hour: boarding for an inpatient bed, and one-to-one observation.

The regional pool of beds is here too; nothing else of the law looks into it.
"""

from math import inf, nan

from sim.department.pathway import DEFAULT_BAND
from sim.department.quantities import MINUTES_PER_HOUR
from sim.engine.calendar_entries import BED_POOL, CARE_DUE, DELAY_ENDS
from sim.engine.compiled.calendar import enter, id_on_path
from sim.engine.compiled.cases import close_cases
from sim.engine.compiled.draws import exponential, given_minutes, uniform, value
from sim.engine.compiled.memory import Row, bit
from sim.engine.compiled.requests import ask, forget, new_request, side_request, withdraw
from sim.engine.compiled.tables import NONE
from sim.engine.compiled.tasks import spell_ends
from sim.engine.draw_numbers import FIRST_STAY_ID, OUR_STAY_ID, OUTSIDE_GAP_ID, OUTSIDE_STAY_ID, POOL
from sim.engine.keyed_uniforms import keyed
from sim.engine.trajectory import CARE, OBSERVATION, ONE_OFF

BOARDING_CARE, OBSERVATION_CARE = range(2)
"""What an hour of care is for."""
BED_FALLS_FREE, OUTSIDE_REQUEST = range(2)
"""What an entry of the bed pool means."""
STEP_GOES_ON, LEAVES_LIMITED_DELAY, BED_IS_THERE, COMPANY_IS_DUE = range(4)
"""What the end of a delay means."""

# --- care by the hour -----------------------------------------------------------------------------------------------


def ask_care(ed: Row, v: Row, role: int, minutes: float) -> None:
    """Minutes of a role that a stay causes."""
    ask(ed, side_request(ed, v, CARE, role, DEFAULT_BAND, minutes), v)


def hour_begins(ed: Row, v: Row, which: int, minutes_per_hour: float) -> int:
    """The next full hour of care is entered, if care takes any minutes."""
    if minutes_per_hour <= 0.0:
        return NONE
    return enter(ed, ed.now + MINUTES_PER_HOUR, CARE_DUE, 2 * v.row + which, which, v.row)


def care_stops(ed: Row, v: Row, role: int, since: float, minutes_per_hour: float) -> None:
    """The part since the last full hour is asked for."""
    minutes = (ed.now - since) * minutes_per_hour / MINUTES_PER_HOUR
    if minutes > 0.0:
        ask_care(ed, v, role, minutes)


def hour_is_full(ed: Row, v: Row, which: int, running_number: int) -> None:
    """An hour of boarding, or of observation without an aide, is full."""
    if which == BOARDING_CARE:
        if v.boarding_hour == running_number:
            plan = ed.plans[v.boarding_plan]
            v.boarding_care_since = ed.now
            ask_care(ed, v, ed.nurse_role, plan.minutes_per_hour)
            v.boarding_hour = hour_begins(ed, v, which, plan.minutes_per_hour)
    elif v.observation_hour == running_number:
        plan = ed.plans[v.observation_plan]
        v.observation_care_since = ed.now
        ask_care(ed, v, plan.fallback_role, plan.minutes_per_hour)
        v.observation_hour = hour_begins(ed, v, which, plan.minutes_per_hour)


# --- boarding -------------------------------------------------------------------------------------------------------


def boards(ed: Row, v: Row, plan: Row, number: int) -> None:
    """Cases close, nurses care hour by hour, until there is a bed upstairs. `number` is the row of the plan."""
    v.boarding_start = ed.now
    close_cases(ed, v, ~bit(ed.peer_role))
    v.boarding_plan = number
    v.boarding_care_since = ed.now
    v.boarding_hour = hour_begins(ed, v, BOARDING_CARE, plan.minutes_per_hour)
    if ed.pooled and plan.pooled:
        asks_for_bed(ed, v)
    else:
        enter(ed, ed.now + boarding_minutes(ed, v, plan), DELAY_ENDS, id_on_path(ed, v, NONE), BED_IS_THERE, v.row)


def boarding_minutes(ed: Row, v: Row, plan: Row) -> float:
    """Minutes until there is a bed, long for a share of visits."""
    given = given_minutes(ed, v, plan)
    if given == given:
        return given
    if uniform(v, plan.value_id) < plan.long_share:
        return value(ed, v, plan.long_boarding, plan.long_boarding_id)
    return value(ed, v, plan.boarding, plan.boarding_id)


def boarding_ends(ed: Row, v: Row) -> None:
    """There is a bed upstairs; the last part of an hour is cared for."""
    plan = ed.plans[v.boarding_plan]
    v.boarding_end = ed.now
    if v.boarding_hour != NONE:
        v.boarding_hour = NONE
        care_stops(ed, v, ed.nurse_role, v.boarding_care_since, plan.minutes_per_hour)


# --- the pool of beds -----------------------------------------------------------------------------------------------


def pool_stay(ed: Row, quantity: int, counter: int) -> float:
    """The stay of somebody who is not ours."""
    return exponential(keyed(ed.base, POOL, POOL), quantity, counter, ed.bed_stay)


def enter_pool(ed: Row, time: float, what: int) -> None:
    """An entry of the bed pool; those after the run are numbered too."""
    ed.n_bed_entries += 1
    if time < ed.horizon:
        enter(ed, time, BED_POOL, ed.n_bed_entries, what, 0)


def open_pool(ed: Row) -> None:
    """Beds already taken at time 0, and the first request from outside."""
    for bed in range(ed.n_beds_first):
        take_bed(ed, pool_stay(ed, FIRST_STAY_ID, bed))
    next_outside_request(ed)


def take_bed(ed: Row, stay: float) -> None:
    """A bed is taken for a stay."""
    ed.n_beds_taken += 1
    enter_pool(ed, ed.now + stay, BED_FALLS_FREE)


def asks_for_bed(ed: Row, v: Row) -> None:
    """A free bed is there after a delay of no minutes; else the visit waits its turn."""
    stay = exponential(v.key, OUR_STAY_ID, 0, ed.bed_stay)
    if ed.n_beds_taken < ed.n_beds:
        take_bed(ed, stay)
        enter(ed, ed.now, DELAY_ENDS, id_on_path(ed, v, NONE), BED_IS_THERE, v.row)
    else:
        waits_for_bed(ed, stay, v.row)


def waits_for_bed(ed: Row, stay: float, row: int) -> None:
    """One more in the queue for beds; `row` NONE: somebody from elsewhere."""
    w = ed.waiting_for_bed[ed.n_waiting_for_bed]
    ed.n_waiting_for_bed += 1
    if ed.n_waiting_for_bed > ed.room_for_waiting_for_bed:
        ed.needs_memory = True
    w.stay, w.visit = stay, row


def bed_falls_free(ed: Row) -> int:
    """The first in the queue gets the bed; the visit that goes on, NONE if it is not one of ours."""
    ed.n_beds_taken -= 1
    if ed.next_for_bed == ed.n_waiting_for_bed:
        return NONE
    w = ed.waiting_for_bed[ed.next_for_bed]
    ed.next_for_bed += 1
    take_bed(ed, w.stay)
    return w.visit


def next_outside_request(ed: Row) -> None:
    """When the next request from elsewhere comes."""
    if ed.outside_gap == ed.outside_gap:
        gap = exponential(keyed(ed.base, POOL, POOL), OUTSIDE_GAP_ID, ed.n_outside_requests, ed.outside_gap)
        enter_pool(ed, ed.now + gap, OUTSIDE_REQUEST)


def outside_request(ed: Row) -> None:
    """Somebody from elsewhere needs a bed."""
    stay = pool_stay(ed, OUTSIDE_STAY_ID, ed.n_outside_requests)
    ed.n_outside_requests += 1
    if ed.n_beds_taken < ed.n_beds:
        take_bed(ed, stay)
    else:
        waits_for_bed(ed, stay, NONE)
    next_outside_request(ed)


# --- observation ----------------------------------------------------------------------------------------------------


def observe(ed: Row, v: Row, plan: Row, number: int) -> None:
    """One-to-one observation until departure: aide after aide, and a nurse pulled while there is none."""
    v.needs_observation = True
    v.n_slots += 1
    r = new_request(ed, v, OBSERVATION, plan.index, ed.bands[plan.band].band, v.n_slots)
    r.role, r.contact, r.minutes = plan.role, ONE_OFF, inf
    v.observation = r.number
    v.observation_plan = number
    nobody_observes(ed, v)


def nobody_observes(ed: Row, v: Row) -> None:
    """Until an aide comes the minutes are unmet."""
    v.observation_since = v.observation_care_since = ed.now
    plan = ed.plans[v.observation_plan]
    v.observation_hour = hour_begins(ed, v, OBSERVATION_CARE, plan.minutes_per_hour)
    ask(ed, ed.requests[v.observation], v)


def observation_is_met(ed: Row, v: Row) -> None:
    """An aide has come, or nobody has to any more."""
    v.unmet += ed.now - v.observation_since
    v.observation_since = ed.now
    if v.observation_hour != NONE:
        plan = ed.plans[v.observation_plan]
        v.observation_hour = NONE
        care_stops(ed, v, plan.fallback_role, v.observation_care_since, plan.minutes_per_hour)


def aide_goes(ed: Row, v: Row) -> None:
    """Shift end, break or departure ends an aide's spell; if the visit goes on the next aide is asked for."""
    r = ed.requests[v.observation]
    spell_ends(ed, r, v, False)
    v.observed += ed.now - v.observation_since
    if not v.departed:
        r.started = nan
        nobody_observes(ed, v)


def observation_ends(ed: Row, v: Row) -> None:
    """Departure ends observation, with an aide or without."""
    if v.observation == NONE:
        return
    r = ed.requests[v.observation]
    if r.member != NONE:
        aide_goes(ed, v)
        forget(ed, r)
    else:
        observation_is_met(ed, v)
        withdraw(ed, r, v)


def observer_leaves(ed: Row, m: Row) -> None:
    """A member whose duty or break is due leaves the patient observed."""
    if m.task != NONE:
        r = ed.requests[m.task]
        if r.kind == OBSERVATION:
            aide_goes(ed, ed.visits[r.visit])
