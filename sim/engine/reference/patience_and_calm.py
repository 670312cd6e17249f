"""Patience and calm: two budgets of minutes that waiting uses up, and what follows when one is gone.

When patience is gone the visit leaves; when calm is gone distress escalates and staff respond. The law is
docs/law.md, Patience and escalation.
"""

from collections.abc import Callable
from math import inf, nan

from sim.department.discipline import patience_left, used_up_at
from sim.department.pathway import RESPONSE_BAND
from sim.department.patients import Stream
from sim.department.scenario import Scenario
from sim.department.support import pace
from sim.engine.calendar_entries import ESCALATION_DUE, PATIENCE
from sim.engine.draw_numbers import RESTRAINT_ID
from sim.engine.reference.calendar import Entry
from sim.engine.reference.company import Company
from sim.engine.reference.dispatcher import Dispatcher
from sim.engine.reference.entities import WITHDRAWN, Request, Visit, request_beside
from sim.engine.reference.patient_attributes import PatientAttributes
from sim.engine.trajectory import AMA, LWBS, RESPONSE
from sim.engine.workload import Workload


class PatienceAndCalm:
    """The budgets of every visit. `take_other_way` is called with a task that nobody is there for any more."""

    def __init__(
        self,
        scenario: Scenario,
        workload: Workload,
        attributes: PatientAttributes,
        dispatcher: Dispatcher,
        take_other_way: Callable[[Request], None],
    ) -> None:
        self.effects = scenario.effects.peer
        self.streams: list[Stream] = list(scenario.department.streams.values())
        self.workload, self.attributes, self.dispatcher = workload, attributes, dispatcher
        self.calendar = dispatcher.calendar
        self.take_other_way = take_other_way
        self.company: Company  # set when there is one: each of the two tells the other
        dispatcher.on_interrupted = self.look_again

    # --- patience -----------------------------------------------------------------------------------------------

    def look_again(self, visit: Visit) -> None:
        """Something was asked for, began or ended: patience may be used up from now on, or no longer."""
        waits = visit.patience_since == visit.patience_since
        if waits != visit.uses_up_patience:
            if waits:
                self._wait_ends(visit)
            else:
                self._wait_begins(visit)

    def _wait_begins(self, visit: Visit) -> None:
        """Patience is being used up from now on."""
        if visit.patience_left < inf and not visit.tried_to_leave:
            visit.patience_since = self.calendar.time
            visit.patience_deadline = used_up_at(visit.patience_since, visit.patience_left, visit.patience_pace)
            self._enter_patience(visit)

    def _wait_ends(self, visit: Visit) -> None:
        """What is left of the patience is kept for the next wait."""
        if visit.patience_since == visit.patience_since:
            waited = self.calendar.time - visit.patience_since
            visit.patience_left = patience_left(visit.patience_left, waited, visit.patience_pace)
            visit.patience_since = nan
            visit.patience_deadline = inf

    def _enter_patience(self, visit: Visit) -> None:
        """One entry a visit is enough: if it comes too early it is entered anew then."""
        if visit.patience_deadline < visit.patience_entry:
            visit.patience_entry = visit.patience_deadline
            self.calendar.at(visit.patience_deadline, PATIENCE, visit.row, self._patience_is_up, visit)

    def _patience_is_up(self, entry: Entry) -> None:
        """The visit leaves; a held one escalates instead, once."""
        visit: Visit = entry.subject
        if entry.time != visit.patience_entry:
            return
        visit.patience_entry = inf
        if visit.patience_deadline > self.calendar.time:
            self._enter_patience(visit)
            return
        self._wait_ends(visit)
        if visit.held:
            visit.tried_to_leave = True
            if self.streams[visit.stream].escalation is not None and not visit.responding:
                self._escalates(visit)
            return
        visit.disposition = LWBS if visit.pia != visit.pia else AMA
        self._leaves(visit)

    def _leaves(self, visit: Visit) -> None:
        """What has not begun is taken back; branches of a fork end where they are."""
        for strand in visit.strands:
            if strand.request is not None:
                self.dispatcher.withdraw(strand.request)
        if visit.joined is not None:
            visit.joined.succeed(WITHDRAWN)

    # --- calm ---------------------------------------------------------------------------------------------------

    def calm_runs(self, visit: Visit) -> None:
        """The escalation budget is being used up from now on."""
        visit.escalation_since = self.calendar.time
        visit.escalation_deadline = used_up_at(visit.escalation_since, visit.escalation_left, visit.escalation_pace)
        self._enter_escalation(visit)

    def _calm_rests(self, visit: Visit) -> None:
        waited = self.calendar.time - visit.escalation_since
        visit.escalation_left = patience_left(visit.escalation_left, waited, visit.escalation_pace)

    def _enter_escalation(self, visit: Visit) -> None:
        if visit.escalation_deadline < visit.escalation_entry:
            visit.escalation_entry = visit.escalation_deadline
            self.calendar.at(visit.escalation_deadline, ESCALATION_DUE, visit.row, self._calm_is_up, visit)

    def _calm_is_up(self, entry: Entry) -> None:
        visit: Visit = entry.subject
        if entry.time != visit.escalation_entry:
            return
        visit.escalation_entry = inf
        if visit.departed:
            return
        if visit.escalation_deadline > self.calendar.time:
            self._enter_escalation(visit)
            return
        self._escalates(visit)

    def _escalates(self, visit: Visit) -> None:
        """Distress escalates: staff respond at once, and nothing else begins for the visit until it is calm."""
        rules = self.streams[visit.stream].escalation
        assert rules is not None
        visit.escalation_deadline = visit.escalation_left = inf
        visit.escalations += 1
        drawn = self.workload.uniform(visit.patient, visit.number, RESTRAINT_ID, visit.escalations)
        visit.restraints += drawn < rules.restraint_share
        visit.responding = len(rules.response)
        for request in self._not_begun(visit):
            self.dispatcher.set_aside(request)
        self.company.distress_escalates(visit)
        for task in rules.response:
            role = self.dispatcher.staff.role_of[task.role]
            self.dispatcher.ask(request_beside(visit, RESPONSE, role, RESPONSE_BAND, self.calendar.time, task.minutes))
        if not rules.response:
            self._is_calm(visit)

    def response_ends(self, visit: Visit) -> None:
        """One member has responded; when the last has, the visit is calm."""
        visit.responding -= 1
        if visit.responding == 0:
            self._is_calm(visit)

    def _is_calm(self, visit: Visit) -> None:
        """The response is over; a new budget runs and the visit goes on."""
        if visit.departed:
            return
        visit.escalation_left = self.attributes.escalation_budget(visit, visit.escalations)
        self.calm_runs(visit)
        for request in self._not_begun(visit):
            if request.unstaffed is not None and self.dispatcher.staff.n_on_duty[request.role] == 0:
                self.take_other_way(request)
            else:
                self.dispatcher.put_back(request)
        self.company.is_calm(visit)
        for strand in visit.strands:
            if strand.calm is not None:
                strand.calm.succeed()
                strand.calm = None

    @staticmethod
    def _not_begun(visit: Visit) -> list[Request]:
        """What its main path, or the branches of its fork, wait for."""
        asked = [strand.request for strand in visit.strands if strand.request is not None]
        return [request for request in asked if request in visit.waiting]

    # --- both ---------------------------------------------------------------------------------------------------

    def pace_changes(self, visit: Visit) -> None:
        """A child is met, a peer comes or goes: patience and calm are used up at another pace, if one is assumed."""
        effects = self.effects
        patience = pace(effects.patience_while, effects.patience_after, visit.has_company, visit.is_met)
        if patience != visit.patience_pace:
            waiting = visit.patience_since == visit.patience_since
            if waiting:
                self._wait_ends(visit)
            visit.patience_pace = patience
            if waiting:
                self._wait_begins(visit)
        calm = pace(effects.escalation_while, effects.escalation_after, visit.has_company, visit.is_met)
        if calm != visit.escalation_pace:
            running = visit.escalation_left < inf and not visit.responding and not visit.departed
            if running:
                self._calm_rests(visit)
            visit.escalation_pace = calm
            if running:
                self.calm_runs(visit)
