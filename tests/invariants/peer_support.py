"""Invariants of peer support: company, wishes, quiet hours, recovery, bridging and calls."""

import itertools
from collections.abc import Iterator

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.support import (
    DEBRIEF_MINUTES,
    FIRST_BAND,
    RECOVERY_MINUTES,
    REPEAT_BAND,
    WALK_MINUTES,
    after_quiet_hours,
)
from sim.engine.trajectory import (
    AMA,
    BRIDGING,
    CALL,
    CONTACT,
    CONTINUING,
    DISCHARGED,
    FIRST,
    LWBS,
    MAIN,
    RECOVERY,
    RESPONSE,
    TASK_KINDS,
)
from tests.invariants.checked_run import (
    TOLERANCE,
    CheckedRun,
    open_end,
    overlaps,
    rows,
)

PEER_TASK_KINDS = (CONTACT, RECOVERY, BRIDGING, CALL)


def peers_do_peer_work(run: CheckedRun) -> Iterator[str]:
    """Peers do contacts, bridging, calls and their own recovery; and nobody else does those."""
    peers = [member.index for member in run.members if member.role == run.scenario.support.role]
    by_peer = np.isin(run.tasks["member"], peers)
    peer_kind = np.isin(run.tasks["kind"], PEER_TASK_KINDS)
    for row in rows(run.worked & (by_peer != peer_kind)):
        kind, name = TASK_KINDS[run.tasks["kind"][row]], run.trajectory.members[run.tasks["member"][row]]
        yield f"task row {row}: {name} does a task of kind {kind}"


def visits_tell_of_their_company(run: CheckedRun) -> Iterator[str]:
    """First start, last end, number and minutes of a visit's spells of company are those of the tasks."""
    spell = run.spells
    visit, start, end = run.tasks["visit"][spell], run.tasks["started"][spell], run.task_end[spell]
    n_visits = run.trajectory.n_visits
    first, last = np.full(n_visits, np.inf), np.full(n_visits, -np.inf)
    np.minimum.at(first, visit, start)
    np.maximum.at(last, visit, end)
    for row in rows(first != open_end(run.visits["peer_started"])):
        yield f"visit {row}: peer_started {run.visits['peer_started'][row]}, first spell of company {first[row]}"
    for row in rows(np.isfinite(last) & (last != run.visits["peer_ended"])):
        yield f"visit {row}: peer_ended {run.visits['peer_ended'][row]}, last spell of company ends at {last[row]}"
    n_spells = np.bincount(visit, minlength=n_visits)
    for row in rows(n_spells != run.visits["n_peer_spells"]):
        yield f"visit {row}: {run.visits['n_peer_spells'][row]} spells of company told, {n_spells[row]} done"
    gone, unmet = ~np.isnan(run.visits["departure"]), np.isnan(run.visits["peer_met"])
    missed = run.visits["peer_offered"] & run.visits["peer_consented"] & gone & unmet
    for row in rows(missed != run.visits["peer_missed"]):
        yield f"visit {row}: peer_missed {run.visits['peer_missed'][row]}, met at {run.visits['peer_met'][row]}"
    given = np.maximum(0.0, np.minimum(end, run.horizon) - run.tasks["company_since"][spell])
    minutes = np.bincount(visit, weights=given, minlength=n_visits)
    for row in rows(~(np.abs(minutes - run.visits["minutes_accompanied"]) <= TOLERANCE)):
        told = run.visits["minutes_accompanied"][row]
        yield f"visit {row}: accompanied {told} minutes, its spells of company gave {minutes[row]}"


def company_begins_after_the_walk(run: CheckedRun) -> Iterator[str]:
    """Handover and the walk come before company; other tasks have none."""
    since, is_spell = run.tasks["company_since"], run.worked & (run.tasks["kind"] == CONTACT)
    due = run.tasks["started"] + (run.tasks["handover"] + WALK_MINUTES)
    for row in rows(np.where(is_spell, since != due, ~np.isnan(since))):
        yield f"task row {row}: company since {since[row]}, of a {TASK_KINDS[run.tasks['kind'][row]]} at {due[row]}"


def visits_are_met_when_the_meeting_is_over(run: CheckedRun) -> Iterator[str]:
    """Company until *met* is the meeting drawn, in spells of which one goes on to then; who is not met had less."""
    spell = run.spells
    visit, since = run.tasks["visit"][spell], run.tasks["company_since"][spell]
    met, end = open_end(run.visits["peer_met"]), np.minimum(run.task_end[spell], run.horizon)
    given = np.maximum(0.0, np.minimum(end, met[visit]) - since)
    minutes = np.bincount(visit, weights=given, minlength=run.trajectory.n_visits)
    inside = np.bincount(visit[(since <= met[visit]) & (met[visit] <= end)], minlength=run.trajectory.n_visits)
    for row in rows(np.isfinite(met) & (inside != 1)):
        yield f"visit {row}: met at {met[row]}, in {inside[row]} spells of company"
    for row in np.unique(visit).tolist():
        meeting = run.meeting_of(row)
        early, late = minutes[row] < meeting - TOLERANCE, minutes[row] > meeting + TOLERANCE
        if late or (early and np.isfinite(met[row])):
            yield f"visit {row}: met at {met[row]} after {minutes[row]} minutes of company, the meeting is {meeting}"


def clinicians_and_company_take_turns(run: CheckedRun) -> Iterator[str]:
    """No spell runs beside a main-path task, unless the patient wants it, or while an escalation is answered."""
    with_company = np.flatnonzero(run.visits["n_peer_spells"] > 0)
    stays = np.zeros(run.trajectory.n_visits, dtype=np.bool_)
    stays[with_company] = [run.stays_with_clinician(row) for row in with_company.tolist()]
    kind, visit = run.tasks["kind"], run.tasks["visit"]
    beside = np.flatnonzero((run.worked & (kind == MAIN) & ~stays[visit]) | (kind == RESPONSE))
    begins = np.where(kind == RESPONSE, run.tasks["requested"], run.tasks["started"])
    of_company = np.concatenate([np.ones(len(run.spells), np.bool_), np.zeros(len(beside), np.bool_)])
    row_of = np.concatenate([run.spells, beside])
    for first, second in overlaps(visit[row_of], begins[row_of], run.task_end[row_of]):
        if of_company[first] != of_company[second]:
            pair = f"task rows {row_of[first]} and {row_of[second]}"
            yield f"visit {visit[row_of[first]]}: company beside a clinician, {pair}"


def contacts_of(run: CheckedRun) -> list[list[int]]:
    """Rows of the contacts of each visit that has any, in the order they were asked for."""
    contacts = np.flatnonzero(run.tasks["kind"] == CONTACT)
    order = contacts[np.lexsort((run.tasks["slot"][contacts], run.tasks["visit"][contacts]))]
    return [list(rows_of) for _, rows_of in itertools.groupby(order.tolist(), lambda row: run.tasks["visit"][row])]


def wishes_come_again(run: CheckedRun) -> Iterator[str]:
    """One contact at a time: a rest at once, or after the night; the next wish the stated hours after the last."""
    requested, end, band = run.tasks["requested"], run.task_end, run.tasks["band"]
    for asked in contacts_of(run):
        if [run.tasks["contact"][row] for row in asked] != [FIRST] + [CONTINUING] * (len(asked) - 1):
            yield f"visit {run.tasks['visit'][asked[0]]}: its first contact is not first, or a later one is"
        for row, following in itertools.zip_longest(asked, asked[1:]):
            if following is None:
                yield from nothing_follows(run, row)
            elif requested[following] not in moments_after(run, row):
                yield f"task row {following}: a contact asked at {requested[following]}, the last ended at {end[row]}"
            elif band[following] != (FIRST_BAND if is_unmet_after(run, row) else REPEAT_BAND):
                yield f"task row {following}: a contact at band {band[following]}"


def is_unmet_after(run: CheckedRun, row: int) -> bool:
    """Whether the visit of a contact has not been met by its end."""
    return bool(open_end(run.visits["peer_met"])[run.tasks["visit"][row]] > run.task_end[row])


def moments_after(run: CheckedRun, row: int) -> tuple[float, ...]:
    """When what follows a contact may be asked for: its rest, and the next wish."""
    end = float(run.task_end[row])
    if not run.worked[row] or np.isinf(end):
        return ()
    if is_unmet_after(run, row):
        return (end,)
    again = after_quiet_hours(end + run.scenario.support.again_hours * MINUTES_PER_HOUR)
    return (after_quiet_hours(end), again) if run.tasks["interrupted"][row] else (again,)


def nothing_follows(run: CheckedRun, row: int) -> Iterator[str]:
    """After its last contact a visit departs, or the run ends, before another is due."""
    due = max(moments_after(run, row), default=np.inf)
    if due < min(run.departure[run.tasks["visit"][row]], run.horizon):
        yield f"task row {row}: ended at {run.task_end[row]}, and no contact is asked for by {due}"


def nights_are_quiet(run: CheckedRun) -> Iterator[str]:
    """Company is not asked for in the quiet hours, but for a child not met yet."""
    contact = run.tasks["kind"] == CONTACT
    for row in rows(contact & ~np.isin(run.tasks["band"], (FIRST_BAND, REPEAT_BAND))):
        yield f"task row {row}: a contact at band {run.tasks['band'][row]}"
    for row in rows(contact & (run.tasks["band"] == REPEAT_BAND)):
        requested = float(run.tasks["requested"][row])
        if requested != after_quiet_hours(requested):
            yield f"task row {row}: company asked for at {requested}, in the quiet hours"


def peers_recover(run: CheckedRun) -> Iterator[str]:
    """A wish used up is followed by recovery; recovery and debriefs take their minutes, and have their ground."""
    kind, visit, end = run.tasks["kind"], run.tasks["visit"], run.task_end
    recovery = kind == RECOVERY
    asked = set(zip(visit[recovery].tolist(), run.tasks["requested"][recovery].tolist(), strict=True))
    spell = run.spells
    used_up = spell[
        ~run.tasks["interrupted"][spell] & (end[spell] < np.minimum(run.departure[visit[spell]], run.horizon))
    ]
    for row in used_up.tolist():
        if (int(visit[row]), float(end[row])) not in asked:
            yield f"task row {row}: a wish is over at {end[row]} and no recovery is asked for"
    grounds = set(zip(visit[spell].tolist(), end[spell].tolist(), strict=True))
    grounds |= set(enumerate(run.departure.tolist()))
    for row in rows(recovery):
        minutes = end[row] - run.tasks["started"][row]
        if (int(visit[row]), float(run.tasks["requested"][row])) not in grounds:
            yield f"task row {row}: recovery asked for at {run.tasks['requested'][row]}, when no company ends"
        if np.isfinite(minutes) and min(abs(minutes - RECOVERY_MINUTES), abs(minutes - DEBRIEF_MINUTES)) > TOLERANCE:
            yield f"task row {row}: recovery of {minutes} minutes"


def exposures_are_debriefed(run: CheckedRun) -> Iterator[str]:
    """Each escalation in the presence of a peer puts company down and is followed by a debrief."""
    n_visits, visit = run.trajectory.n_visits, run.tasks["visit"]
    minutes = run.task_end - run.tasks["started"]
    own = run.tasks["kind"] == RECOVERY
    debriefs = np.bincount(visit[own & (np.abs(minutes - DEBRIEF_MINUTES) <= TOLERANCE)], minlength=n_visits)
    open_still = np.bincount(visit[own & ~np.isfinite(minutes)], minlength=n_visits)
    told = run.visits["n_peer_exposures"]
    cut = run.spells[run.tasks["interrupted"][run.spells]]
    in_company = cut[run.tasks["company_since"][cut] <= run.task_end[cut]]
    possible = np.minimum(np.bincount(visit[in_company], minlength=n_visits), run.visits["n_escalations"])
    for row in rows((told < debriefs) | (told > np.minimum(debriefs + open_still, possible))):
        yield f"visit {row}: {told[row]} exposures told, {debriefs[row]} debriefs, {possible[row]} possible"


def bridging_and_calls_have_their_ground(run: CheckedRun) -> Iterator[str]:
    """Bridging is for who was met and asked for once; calls are for who was missed, or left before it began."""
    kind, visit = run.tasks["kind"], run.tasks["visit"]
    n_visits = run.trajectory.n_visits
    bridging, calls = (np.bincount(visit[kind == which], minlength=n_visits) for which in (BRIDGING, CALL))
    withdrawn = np.bincount(visit[(kind == BRIDGING) & run.tasks["withdrawn"]], minlength=n_visits)
    goes_home = np.isin(run.visits["disposition"], (DISCHARGED, LWBS, AMA))
    for row in rows((bridging > 1) | ((bridging == 1) & np.isnan(run.visits["peer_met"]))):
        yield f"visit {row}: {bridging[row]} times bridging, met at {run.visits['peer_met'][row]}"
    due = withdrawn + (run.visits["peer_missed"] & goes_home)
    for row in rows(calls != due):
        yield f"visit {row}: {calls[row]} calls, {due[row]} are due"


def only_the_eligible_are_accompanied(run: CheckedRun) -> Iterator[str]:
    """Company needs consent, an offer eligibility, a call reached a call."""
    visits = run.visits
    for claim, ground in (
        ("peer_offered", "peer_eligible"),
        ("peer_missed", "peer_consented"),
        ("call_reached", "called"),
    ):
        for row in rows(visits[claim] & ~visits[ground]):
            yield f"visit {row}: {claim} but not {ground}"
    for row in rows(~np.isnan(visits["peer_started"]) & ~visits["peer_consented"]):
        yield f"visit {row}: company without consent"
