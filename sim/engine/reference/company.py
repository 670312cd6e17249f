"""A peer's company: who is asked for it, how a spell of it goes, when it is put down, and when a wish comes again.

The law is docs/law.md, Peer support. Who is chosen and who calls a peer away is settled in
`sim.engine.reference.dispatcher`.
"""

from collections.abc import Callable

from sim.department import support
from sim.department.pathway import DEFAULT_BAND
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.scenario import Scenario
from sim.engine import trajectory
from sim.engine.calendar_entries import DELAY_ENDS, TASK_ENDS, WISH_FALLS_DUE, delay_id
from sim.engine.draw_numbers import HUDDLE_ID, WISH_ID
from sim.engine.reference.calendar import Entry
from sim.engine.reference.dispatcher import Dispatcher
from sim.engine.reference.entities import Member, Request, Visit, request_beside
from sim.engine.reference.patient_attributes import PatientAttributes
from sim.engine.workload import Workload


class Company:
    """What peers do with every visit. `pace_changes` is called when a visit is met, and when a spell starts or ends."""

    def __init__(
        self,
        scenario: Scenario,
        workload: Workload,
        attributes: PatientAttributes,
        dispatcher: Dispatcher,
        pace_changes: Callable[[Visit], None],
    ) -> None:
        self.support = scenario.support
        self.workload, self.attributes, self.dispatcher = workload, attributes, dispatcher
        self.calendar = dispatcher.calendar
        self.pace_changes = pace_changes
        self.role = dispatcher.staff.peer_role
        self.has_peers = any(member.role == self.role for member in dispatcher.staff.members)
        dispatcher.on_put_down = self.is_put_down

    # --- wishes -------------------------------------------------------------------------------------------------

    def offer(self, visit: Visit) -> None:
        """A peer is offered to an eligible child; a child who consents wishes for company at once."""
        visit.offered = visit.eligible and self.has_peers
        if visit.offered and visit.consented:
            visit.meeting_left = visit.draws[self.workload.draws[visit.stream].value_at["peer/first"]]
            self._next_wish(visit, at_least=visit.meeting_left)
            self._ask_for_company(visit, trajectory.FIRST, support.FIRST_BAND)

    def _next_wish(self, visit: Visit, at_least: float) -> None:
        """Draw how many minutes of company the child wishes for next."""
        mean = self.support.wish_minutes * self.attributes.wish_factor(visit)
        drawn = self.workload.exponential(visit.patient, visit.number, WISH_ID, visit.wishes, mean)
        visit.wishes += 1
        visit.wish_left = max(at_least, drawn)

    def _wish_is_over(self, visit: Visit) -> None:
        """The child has had enough; the peer recovers, and hours later the child may wish for company again."""
        self._ask_recovery(visit)
        self._next_wish(visit, at_least=support.LEAST_MINUTES)
        due = self.calendar.time + self.support.again_hours * MINUTES_PER_HOUR
        self._falls_due(visit, support.after_quiet_hours(due))

    def _falls_due(self, visit: Visit, time: float) -> None:
        self.calendar.at(time, DELAY_ENDS, delay_id(visit.row, WISH_FALLS_DUE), self._company_is_due, visit)

    def _company_is_due(self, entry: Entry) -> None:
        visit: Visit = entry.subject
        if not visit.departed:
            self._ask_for_company(visit, trajectory.CONTINUING, support.REPEAT_BAND)

    def _ask_for_company(self, visit: Visit, contact: int, band: int) -> None:
        request = self._request(visit, trajectory.CONTACT, band)
        request.contact = contact
        visit.contact_task = request
        self.dispatcher.ask(request)

    # --- a spell of company -------------------------------------------------------------------------------------

    def sets_out(self, contact: Request) -> None:
        """A peer walks to the child; the first minutes there are kept for this child alone."""
        visit, peer, now = contact.visit, contact.member, self.calendar.time
        assert peer is not None
        visit.peer_member = peer
        visit.spells += 1
        visit.recovery_is_due = True
        if visit.spells == 1:
            visit.peer_started = now
        contact.company_since = now + (contact.handover + support.WALK_MINUTES)
        kept = min(support.LEAST_MINUTES, visit.wish_left) if visit.is_met else visit.meeting_left
        contact.used_up = contact.company_since + visit.wish_left
        kept_until = contact.company_since + kept
        contact.ending = self.calendar.at(kept_until, TASK_ENDS, peer.index, self._kept_minutes_are_over, contact)
        self.pace_changes(visit)

    def _kept_minutes_are_over(self, entry: Entry) -> None:
        """The child has been met; from now on the peer may be needed elsewhere."""
        contact: Request = entry.subject
        if contact.ending is not entry:
            return
        peer = contact.member
        assert peer is not None
        if not contact.visit.is_met:
            self._is_met(contact.visit)
        if contact.used_up <= self.calendar.time:
            self.dispatcher.finish(contact)
        elif peer.shift_over or peer in self.dispatcher.duties.resting:
            self.dispatcher.put_down(contact)
        else:
            contact.ending = self.calendar.at(contact.used_up, TASK_ENDS, peer.index, self._wish_is_used_up, contact)
            self.dispatcher.may_be_called_away(peer)

    def _wish_is_used_up(self, entry: Entry) -> None:
        contact: Request = entry.subject
        if contact.ending is entry:
            self.dispatcher.finish(contact)

    def _is_met(self, visit: Visit) -> None:
        """The first conversation is over: assumed effects begin, staff may huddle, who goes home gets bridging."""
        visit.met = self.calendar.time
        self.pace_changes(visit)
        if self.workload.uniform(visit.patient, visit.number, HUDDLE_ID) < self.support.huddle_share:
            self._ask_huddle(visit)
        if visit.disposition == trajectory.DISCHARGED:
            self.ask_bridging(visit)

    def is_finished(self, contact: Request) -> None:
        """The wish is used up, or the child has gone."""
        self._spell_ends(contact)
        if not contact.visit.departed:
            self._wish_is_over(contact.visit)

    def is_put_down(self, contact: Request) -> None:
        """The peer leaves before the wish is used up; what is left is asked for again, if it is worth coming back."""
        visit = contact.visit
        given = self._spell_ends(contact)
        visit.wish_left = max(0.0, visit.wish_left - given)
        if not visit.is_met:
            visit.meeting_left = max(0.0, visit.meeting_left - given)
            self._ask_for_company(visit, trajectory.CONTINUING, support.FIRST_BAND)
        elif visit.wish_left >= support.LEAST_MINUTES:
            self._ask_for_the_rest(visit)
        else:
            self._wish_is_over(visit)

    def _ask_for_the_rest(self, visit: Visit) -> None:
        """At once, or when the quiet hours end: a child who has been met is left to sleep."""
        now = self.calendar.time
        awake = support.after_quiet_hours(now)
        if awake > now:
            self._falls_due(visit, awake)
        else:
            self._ask_for_company(visit, trajectory.CONTINUING, support.REPEAT_BAND)

    def _spell_ends(self, contact: Request) -> float:
        """Minutes of company the spell gave."""
        visit, now = contact.visit, self.calendar.time
        given = max(0.0, now - contact.company_since)
        visit.contact_task = None
        visit.accompanied += given
        visit.peer_ended = now
        self.pace_changes(visit)
        return given

    # --- what else peers do -------------------------------------------------------------------------------------

    def distress_escalates(self, visit: Visit) -> None:
        """The peer leaves the room and is debriefed after company had begun. Company waits until the child is calm."""
        contact = visit.contact_task
        if contact is None:
            return
        if not contact.is_running:
            self.dispatcher.set_aside(contact)
            return
        peer, now = contact.member, self.calendar.time
        assert peer is not None
        self.dispatcher.put_down(contact)
        if contact.company_since <= now:
            visit.exposures += 1
            self._ask_of(peer, visit, support.DEBRIEF_MINUTES)

    def is_calm(self, visit: Visit) -> None:
        """A child who waits for company may have it again."""
        contact = visit.contact_task
        if contact is not None and not contact.is_running:
            self.dispatcher.put_back(contact)

    def ask_bridging(self, visit: Visit) -> None:
        """A child who has been met and goes home is bridged to what follows, once."""
        if visit.is_met and visit.bridging is None:
            minutes = self.support.bridging_minutes
            visit.bridging = self._request(visit, trajectory.BRIDGING, support.BRIDGING_BAND, minutes)
            visit.bridging.contact = trajectory.CONTINUING
            self.dispatcher.ask(visit.bridging)

    def takes_leave(self, visit: Visit) -> None:
        """The child goes: company ends, the peer recovers, and a family whose child was never met is called."""
        contact = visit.contact_task
        if contact is not None and contact.is_running:
            self.dispatcher.finish(contact)
        elif contact is not None:
            self.dispatcher.withdraw(contact)
        visit.contact_task = None
        if visit.recovery_is_due:
            self._ask_recovery(visit)
        goes_home = visit.disposition in (trajectory.DISCHARGED, trajectory.LWBS, trajectory.AMA)
        if visit.bridging is not None and visit.bridging in visit.waiting:
            self.dispatcher.withdraw(visit.bridging)
            self._ask_call(visit)
        elif visit.offered and visit.consented and not visit.is_met and goes_home:
            self._ask_call(visit)

    def _ask_huddle(self, visit: Visit) -> None:
        role_of, minutes = self.dispatcher.staff.role_of, self.support.huddle_minutes
        roles = [role_of[name] for name in self.support.huddle_roles if name in role_of]
        if roles:
            role, now = next((role for role in roles if role in visit.cases), roles[-1]), self.calendar.time
            self.dispatcher.ask(request_beside(visit, trajectory.HUDDLE, role, DEFAULT_BAND, now, minutes))

    def _ask_recovery(self, visit: Visit) -> None:
        """The peer's own time after a wish for company, before anything else."""
        assert visit.peer_member is not None
        visit.recovery_is_due = False
        self._ask_of(visit.peer_member, visit, support.RECOVERY_MINUTES)

    def _ask_of(self, peer: Member, visit: Visit, minutes: float) -> None:
        """Time of the peer's own; it lapses if they have gone home."""
        if peer.on_duty:
            request = self._request(visit, trajectory.RECOVERY, support.RECOVERY_BAND, minutes)
            request.contact = trajectory.CONTINUING
            request.bind(peer)
            peer.recoveries.append(request)
            self.dispatcher.ask(request)

    def _ask_call(self, visit: Visit) -> None:
        self.dispatcher.ask(self._request(visit, trajectory.CALL, support.CALL_BAND, self.support.call_minutes))

    def _request(self, visit: Visit, kind: int, band: int, minutes: float = 0.0) -> Request:
        return request_beside(visit, kind, self.role, band, self.calendar.time, minutes)
