"""A peer's company: wishes, spells, the meeting, kept minutes, putting down, and what is asked for afterwards.

Minutes of company are not believed but drawn and reckoned anew. Who comes, and who is called away from whom, is
decided in `settling`.
"""

import math
from collections.abc import Callable

from sim.department.pathway import FollowUp, Task
from sim.engine.draw_numbers import quantity_id
from sim.engine.trajectory import (
    ADMITTED,
    AMA,
    BRIDGING,
    CALL,
    CONTACT,
    CONTACTS,
    CONTINUING,
    DISCHARGED,
    FIRST,
    GATHERING,
    HUDDLE,
    LWBS,
    ONE_OFF,
    PRESENT,
    RECOVERY,
    TASK_KINDS,
    TRANSFERRED,
)
from tests.referee.clock import CLOSE, DELAY_ENDS, TASK_ENDS, UNSEEN
from tests.referee.state import Company, Person, Request, Visit, Wish, Work
from tests.referee.traits import law_of

LEAST, WALK, RECOVERS, DEBRIEF = 10.0, 3.0, 10.0, 20.0
QUIET_FROM, QUIET_TO, DAY = 1380.0, 420.0, 1440.0
BANDS = {BRIDGING: 1, CALL: 4}
UNMET_BAND, MET_BAND = 2, 3


def out_of_quiet_hours(time: float) -> float:
    """This minute, or 07:00 of the night it lies in."""
    midnight = DAY * math.floor(time / DAY)
    if time - midnight < QUIET_TO:
        return midnight + QUIET_TO
    return midnight + DAY + QUIET_TO if time - midnight >= QUIET_FROM else time


class Companionship:
    """What a visit wishes for, and what peers make of it."""

    # --- wishes

    def wish_of(self, row: int) -> Wish:
        """The wishes of a visit as the draws have them."""
        columns = self.t.visit_columns
        stream, patient, number = (int(columns[name][row]) for name in ("stream", "patient", "visit_number"))
        drawn = self.workload.visit(stream, patient, number)
        meeting = drawn[self.workload.draws[stream].value_at["peer/first"]]
        stays = self.workload.uniform(patient, number, quantity_id("peer_stays"))
        share = self.scenario.support.stays_with_clinician_share
        first = max(self.wish_minutes(row, 1), meeting)
        return Wish(bool(columns["peer_consented"][row]), stays < share, meeting, first)

    def wish_minutes(self, row: int, number: int) -> float:
        columns = self.t.visit_columns
        patient, visit_number = int(columns["patient"][row]), int(columns["visit_number"][row])
        name = self.t.streams[int(columns["stream"][row])]
        factor = law_of(self.scenario, name).wish_factor(int(columns["severity"][row]))
        mean = self.scenario.support.wish_minutes * factor
        return self.workload.exponential(patient, visit_number, quantity_id("peer/wish"), number - 1, mean)

    def offer_peer(self, visit: Visit) -> None:
        """At the trigger, once."""
        wish = visit.wish
        peers = any(person.role == self.scenario.support.role for person in self.people)
        if wish.offered or not peers or not self.t.visit_columns["peer_eligible"][visit.row]:
            return
        wish.offered = True
        if wish.consents:
            self.is_asked_for(visit, CONTACT, FIRST, UNMET_BAND)

    def wish_falls_due(self, visit: Visit) -> None:
        wish = visit.wish
        if not visit.gone:
            wish.number += 1
            wish.minutes = max(self.wish_minutes(visit.row, wish.number), LEAST)
            self.is_asked_for(visit, CONTACT, CONTINUING, MET_BAND)

    def is_asked_for(self, visit: Visit, kind: int, contact: int | None, band: int) -> Request:
        """What must be in the table now, in its turn among the further requests of the visit; None: as it likes."""
        role = self.scenario.support.role
        rows = sorted(self.asked_now(visit, kind), key=lambda asked: asked.first.slot)
        if not rows:
            place, done = f"visit {visit.row}", f"asks for no {TASK_KINDS[kind]} at {self.now!r}"
            raise self.foul(place, done, f"{TASK_KINDS[kind]} is asked for now at band {band}")
        request = self.admit(visit, rows[0])
        if (request.role, request.band) != (role, band) or contact not in (None, request.contact):
            done = f"asked of {request.role} as {CONTACTS[request.contact]} at band {request.band}"
            expected = "any" if contact is None else CONTACTS[contact]
            self.object(self.told(request.spell), done, f"asked of {role} as {expected} at band {band}")
        if request.slot <= visit.wish.last_slot:
            self.object(self.told(request.spell), f"slot {request.slot}", f"it comes after {visit.wish.last_slot}")
        visit.wish.last_slot = request.slot
        return request

    # --- a spell

    def company_starts(self, work: Work) -> None:
        visit, spell = work.request.visit, work.request.spell
        wish = visit.wish
        since = self.now + (spell.handover + WALK)
        kept = min(LEAST, wish.minutes) if wish.met else wish.meeting
        work.company = Company(since, since + kept, since + wish.minutes)
        if spell.company_since != since:
            self.object(self.told(spell), f"company since {spell.company_since!r}", f"it begins at {since!r}")
        wish.contact, wish.last_peer, wish.recovery_owed = work, work.member.index, True
        wish.n_spells += 1
        if wish.n_spells == 1 and self.facts.value("peer_started", visit.row) != self.now:
            self.object(f"visit {visit.row}", "peer_started is another time", f"the first spell starts at {self.now!r}")
        self.repace(visit)
        self.push(work.company.kept_until, TASK_ENDS, work.member.index, lambda: self.kept_minutes_are_over(work))

    def kept_minutes_are_over(self, work: Work) -> None:
        visit, company = work.request.visit, work.company
        if work.member.work is not work or company is None:
            return
        company.kept_over = True
        if not visit.wish.met:
            self.is_met(visit)
        if company.used_up <= self.now:
            self.wish_is_used_up(work)
        elif work.member.shift_over or work.member.due:
            self.puts_down(work)
        else:
            self.push(company.used_up, TASK_ENDS, work.member.index, lambda: self.wish_is_used_up(work))

    def is_met(self, visit: Visit) -> None:
        visit.wish.met = True
        if self.facts.value("peer_met", visit.row) != self.now:
            shown = self.facts.value("peer_met", visit.row)
            raise self.foul(f"visit {visit.row}", f"peer_met {shown!r}", f"its meeting is over at {self.now!r}")
        self.repace(visit)
        self.huddle_fits(visit)
        if visit.wish.goes_home:
            self.asks_for_bridging(visit)

    def huddle_fits(self, visit: Visit) -> None:
        """For a share, and with whom the law says."""
        support = self.scenario.support
        roles = [role for role in support.huddle_roles if role in self.t.roles]
        if not roles:
            return
        asked = self.ask(visit, HUDDLE)
        with_case = [role for role in roles if (visit.row, role) in self.cases]
        expected = with_case[0] if with_case else roles[-1]
        if len(asked) > 1 or (support.huddle_share in (0.0, 1.0) and len(asked) != support.huddle_share):
            self.object(f"visit {visit.row}", f"{len(asked)} huddles", f"for a share of {support.huddle_share}")
        for request in asked:
            if request.role != expected:
                self.object(self.told(request.spell), f"with {request.role}", f"with {expected}")
            visit.wish.last_slot = max(visit.wish.last_slot, request.slot)

    def wish_is_used_up(self, work: Work) -> None:
        if work.member.work is work:
            self.ends_here(work, interrupted=False)
            self.wish_is_over(work.request.visit)

    def puts_down(self, work: Work) -> None:
        """The rest is asked for, now or in the morning, or the wish is over."""
        visit, wish = work.request.visit, work.request.visit.wish
        given = self.ends_here(work, interrupted=True)
        wish.minutes = max(0.0, wish.minutes - given)
        if not wish.met:
            wish.meeting = max(0.0, wish.meeting - given)
            self.is_asked_for(visit, CONTACT, CONTINUING, UNMET_BAND)
        elif wish.minutes < LEAST:
            self.wish_is_over(visit)
        elif out_of_quiet_hours(self.now) == self.now:
            self.is_asked_for(visit, CONTACT, CONTINUING, MET_BAND)
        else:
            self.push(out_of_quiet_hours(self.now), DELAY_ENDS, 8 * visit.row + 7, lambda: self.night_is_over(visit))

    def night_is_over(self, visit: Visit) -> None:
        if not visit.gone:
            self.is_asked_for(visit, CONTACT, CONTINUING, MET_BAND)

    def ends_here(self, work: Work, *, interrupted: bool) -> float:
        """The spell ends now; minutes of company it has given."""
        visit, spell, company = work.request.visit, work.request.spell, work.company
        if spell.ended != self.now:
            raise self.foul(self.told(spell), f"ends at {spell.ended!r}", f"it ends at {self.now!r}")
        if spell.interrupted != interrupted:
            done = f"interrupted {spell.interrupted}"
            self.object(self.told(spell), done, "it was put down" if interrupted else "it was not put down")
        self.lay_down(work)
        given = max(0.0, self.now - (self.now if company is None else company.since))
        visit.wish.accompanied += given
        visit.wish.contact = None
        self.repace(visit)
        return given

    def wish_is_over(self, visit: Visit) -> None:
        self.asks_for_recovery(visit)
        due = out_of_quiet_hours(self.now + self.scenario.support.again_hours * 60.0)
        self.push(due, DELAY_ENDS, 8 * visit.row + 7, lambda: self.wish_falls_due(visit))

    def asks_for_recovery(self, visit: Visit, minutes: float = RECOVERS) -> None:
        """The peer's own time, of the member of the last spell; it lapses if they are not on duty."""
        wish = visit.wish
        if minutes == RECOVERS:
            wish.recovery_owed = False
        if not self.people[wish.last_peer].on_duty:
            return
        request = self.is_asked_for(visit, RECOVERY, None, 0)
        request.only_for = wish.last_peer
        spell = request.spell
        if abs(spell.ended - spell.started - minutes) > CLOSE:
            self.object(self.told(spell), f"takes {spell.ended - spell.started!r} minutes", f"it takes {minutes}")

    # --- what ends a spell

    def company_yields(self, person: Person) -> None:
        """A break falls due or the shift ends: company whose kept minutes are over is put down."""
        work = person.work
        if work is not None and work.company is not None and work.company.kept_over:
            self.puts_down(work)

    def clinician_comes(self, visit: Visit) -> None:
        if visit.wish.contact is not None and not visit.wish.stays:
            self.puts_down(visit.wish.contact)

    def peer_leaves_the_room(self, visit: Visit) -> None:
        """Distress escalates: company is put down, and who was there is debriefed."""
        work = visit.wish.contact
        if work is None or work.company is None:
            return
        self.puts_down(work)
        if work.company.since <= self.now:
            visit.wish.n_exposures += 1
            self.asks_for_recovery(visit, DEBRIEF)

    def lay_out_unanswered(self, visit: Visit) -> None:
        """An escalation that nobody answers is seen in the table only where it puts down company or parts a team."""
        for asked in self.facts.asked[visit.row]:
            for spell in asked.spells if asked.first.kind == GATHERING else ():
                self.unseen_at(spell.ended, visit, lambda row=spell.row: self.parts_unanswered(visit, row))
            if asked.first.kind == CONTACT and asked.first.interrupted:
                moment = asked.first.ended
                self.unseen_at(moment, visit, lambda row=asked.first.row: self.unanswered(visit, row))

    def unseen_at(self, time: float, visit: Visit, action: Callable[[], None]) -> None:
        """Which of several visits escalates first at one instant is not in the tables: the lowest row or as guessed."""
        self.may_escalate_at[time].add(visit.row)
        order = -1 if self.escalates_first.get(time) == visit.row else visit.row
        self.push(time, UNSEEN, order, action)

    def unanswered(self, visit: Visit, row: int) -> None:
        work = visit.wish.contact
        if not visit.gone and work is not None and work.request.spell.row == row:
            self.escalates(visit, attempted=False)

    def parts_unanswered(self, visit: Visit, row: int) -> None:
        """A team that parts though its time is not up has met an escalation."""
        for request in self.gatherings:
            if request.visit is visit and request.team[0].spell.row == row and request.limit_at != self.now:
                self.escalates(visit, attempted=False)
                return

    # --- going home

    def is_disposed(self, visit: Visit) -> None:
        """Whether to discharge is known from how the visit ends; of who is still there, from what is asked for."""
        disposition = int(self.t.visit_columns["disposition"][visit.row])
        visit.wish.goes_home = disposition not in (ADMITTED, TRANSFERRED)
        if disposition == PRESENT:
            visit.wish.goes_home = any(asked.first.kind == BRIDGING for asked in self.facts.asked[visit.row])
        if visit.wish.goes_home and visit.wish.met:
            self.asks_for_bridging(visit)

    def asks_for_bridging(self, visit: Visit) -> None:
        if not visit.wish.bridging_asked:
            visit.wish.bridging_asked = True
            visit.wish.bridging = self.is_asked_for(visit, BRIDGING, CONTINUING, BANDS[BRIDGING])

    def peer_takes_leave(self, visit: Visit) -> None:
        """Departure: company ends, the peer recovers, who was missed is called. What waits is withdrawn before."""
        wish = visit.wish
        if wish.contact is not None:
            self.ends_here(wish.contact, interrupted=False)
        if wish.recovery_owed:
            self.asks_for_recovery(visit)
        disposition = int(self.t.visit_columns["disposition"][visit.row])
        missed = wish.offered and wish.consents and not wish.met and disposition in (DISCHARGED, LWBS, AMA)
        unbridged = wish.bridging is not None and wish.bridging.spell.row not in self.begun
        if missed or unbridged:
            self.is_asked_for(visit, CALL, ONE_OFF, BANDS[CALL])

    # --- effects

    def assessment_takes_its_minutes(self, request: Request, step: Task) -> None:
        """As drawn, times what is assumed of peers if the visit had been met before it began, and of clinicians."""
        if step.purpose != "assessment":
            return
        minutes = self.drawn_or_given(request.visit, step.name)
        if minutes is None:
            return
        effects = self.scenario.effects
        if request.begun_met:
            minutes *= effects.peer.assessment_minutes
        if effects.clinician.role in self.scenario.staffing.enhances:
            minutes *= effects.clinician.assessment_minutes
        spells = [spell for spell in request.asked.spells if spell.begun]
        taken = sum(spell.ended - spell.started - spell.handover for spell in spells)
        if abs(taken - minutes) > CLOSE:
            self.object(self.told(spells[0]), f"takes {taken!r} minutes", f"{minutes!r}, met: {request.begun_met}")

    def follow_up_is_right(self, visit: Visit, step: FollowUp) -> None:
        """Its odds are multiplied by what is assumed of peers if the visit has been met by now."""
        columns, effects = self.t.visit_columns, self.scenario.effects
        patient, number = int(columns["patient"][visit.row]), int(columns["visit_number"][visit.row])
        odds = self.scenario.department.groups[int(columns["group"][visit.row])].linkage
        odds *= effects.peer.linkage_odds if visit.wish.met else 1.0
        odds *= effects.clinician.linkage_odds if effects.clinician.role in self.scenario.staffing.enhances else 1.0
        u = self.workload.uniform(patient, number, quantity_id("follow_up"))
        kept = [u < p * odds / (1.0 - p + p * odds) for p in (step.within_7_days, step.within_30_days)]
        expected = 1 if kept[0] else 2 * kept[1]
        if self.facts.value("follow_up", visit.row) != expected:
            shown = self.facts.value("follow_up", visit.row)
            self.object(f"visit {visit.row}", f"follow_up {shown}", f"{expected}, met: {visit.wish.met}")

    def drawn_or_given(self, visit: Visit, step: str) -> float | None:
        """Minutes of a step before any factor; None where they came with the visit and are taken as they are."""
        columns = self.t.visit_columns
        stream, patient, number = (int(columns[name][visit.row]) for name in ("stream", "patient", "visit_number"))
        if step in self.given.get((patient, number), {}):
            return None
        drawn = self.workload.visit(stream, patient, number, visit.acuity)
        return drawn[self.workload.draws[stream].value_at[f"step/{step}"]]

    # --- the end of the run

    def company_agrees(self) -> None:
        """What visits tell of their company is what the replay has seen."""
        for visit in self.visits.values():
            wish, row = visit.wish, visit.row
            if wish.contact is not None:
                self.goes_on_to_the_end(wish.contact)
            missed = wish.offered and wish.consents and visit.gone and not wish.met
            told = {
                "peer_offered": wish.offered,
                "peer_missed": missed,
                "n_peer_spells": wish.n_spells,
                "n_peer_exposures": wish.n_exposures,
            }
            for name, value in told.items():
                if self.facts.value(name, row) != value:
                    self.object(f"visit {row}", f"{name} {self.facts.value(name, row)}", f"the law: {value}")
            if math.isnan(self.facts.value("peer_met", row)) == wish.met:
                self.object(f"visit {row}", f"peer_met {self.facts.value('peer_met', row)!r}", f"met: {wish.met}")
            if abs(self.facts.value("minutes_accompanied", row) - wish.accompanied) > CLOSE:
                minutes = self.facts.value("minutes_accompanied", row)
                self.object(f"visit {row}", f"accompanied {minutes!r} minutes", f"the law: {wish.accompanied!r}")

    def goes_on_to_the_end(self, work: Work) -> None:
        """A spell under way at the end of the run gives company until then."""
        spell, company = work.request.spell, work.company
        if not math.isnan(spell.ended):
            self.object(self.told(spell), f"ended at {spell.ended!r}", "it goes on to the end of the run")
        if company is not None:
            work.request.visit.wish.accompanied += max(0.0, self.t.horizon - company.since)
