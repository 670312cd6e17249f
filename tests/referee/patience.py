"""Budgets of patience and calm, and the pace at which they are used up.

Which waits use them up is told by the way of the visit in `journey`.
"""

import math

from sim.engine.trajectory import (
    AMA,
    DISPOSITIONS,
    LWBS,
    RESPONSE,
)
from tests.referee.clock import (
    CLOSE,
    PATIENCE,
)
from tests.referee.state import Request, Visit, Way


class Patience:
    """Leaving, escalating, and becoming calm."""

    def begins_waiting(self, way: Way, may_leave: bool) -> None:
        if may_leave:
            way.visit.waiting.add(way)
            self.waiting_changes(way.visit)

    def ends_waiting(self, way: Way) -> None:
        way.visit.waiting.discard(way)
        self.waiting_changes(way.visit)

    def waiting_changes(self, visit: Visit) -> None:
        """Patience is used up while it waits in some branch and nobody is with it, nor a limited delay, in another."""
        alone = not visit.n_main_tasks and not visit.n_limited_delays
        if visit.waiting and alone and visit.waiting_since is None:
            visit.waiting_since = self.now
            self.set_deadline(visit)
        elif visit.waiting_since is not None and not (visit.waiting and alone):
            self.reckon_patience(visit)
            visit.waiting_since = None

    def reckon_patience(self, visit: Visit) -> None:
        if visit.waiting_since is not None:
            visit.patience_left = max(0.0, visit.patience_left - (self.now - visit.waiting_since) * visit.pace)
            visit.waiting_since = self.now

    def set_deadline(self, visit: Visit) -> None:
        if visit.waiting_since is None or visit.pace == 0.0 or math.isinf(visit.patience_left) or visit.attempted:
            return
        since = visit.waiting_since
        deadline = since + visit.patience_left / visit.pace
        for known in self.moments_of_leaving(visit):
            if abs(known - deadline) < CLOSE:
                deadline = known
        deadline = max(deadline, self.now)
        stamp = (since, visit.patience_left, visit.pace)
        self.push(deadline, PATIENCE, visit.row, lambda: self.runs_out(visit, stamp))

    def moments_of_leaving(self, visit: Visit) -> list[float]:
        departure = self.facts.value("departure", visit.row)
        responses = [a.first.requested for a in self.facts.asked[visit.row] if a.first.kind == RESPONSE]
        return responses if visit.held else [departure]

    def runs_out(self, visit: Visit, stamp: tuple[float, float, float]) -> None:
        if visit.gone or (visit.waiting_since, visit.patience_left, visit.pace) != stamp or visit.attempted:
            return
        if visit.held:
            visit.attempted = True
            if visit.stream.escalation is not None and visit.n_responses == 0:
                self.escalates(visit, attempted=True)
            return
        disposition = AMA if visit.seen else LWBS
        shown = int(self.t.visit_columns["disposition"][visit.row])
        if shown != disposition or self.facts.value("departure", visit.row) != self.now:
            raise self.foul(
                f"visit {visit.row}",
                f"{DISPOSITIONS[shown]} at {self.facts.value('departure', visit.row)!r}",
                f"its patience is used up now: {DISPOSITIONS[disposition]}",
            )
        self.departs(visit)

    def repace(self, visit: Visit) -> None:
        """New paces when a visit is met, and when a spell of company of one that is met starts or ends."""
        effects = self.scenario.effects.peer
        if not visit.wish.met:
            patience = calm = 1.0
        elif visit.wish.contact is not None:
            patience, calm = effects.patience_while, effects.escalation_while
        else:
            patience, calm = effects.patience_after, effects.escalation_after
        if patience != visit.pace:
            self.reckon_patience(visit)
            visit.pace = patience
            self.set_deadline(visit)
        if calm != visit.calm_pace:
            self.reckon_calm(visit)
            visit.calm_pace = calm

    def reckon_calm(self, visit: Visit) -> None:
        if visit.calm_since is not None:
            visit.calm_used += (self.now - visit.calm_since) * visit.calm_pace
            visit.calm_since = self.now

    def escalates(self, visit: Visit, *, attempted: bool) -> None:
        """Response tasks are asked for; what waits is set aside."""
        if visit.gone or visit.n_responses:
            return
        n_asked = len(self.asked_now(visit, RESPONSE))
        response = visit.stream.escalation.response if visit.stream.escalation else ()
        if n_asked != len(response):
            if attempted or n_asked:
                raise self.foul(f"visit {visit.row}", f"{n_asked} response tasks", f"{len(response)} are listed")
            return
        self.teams_part(visit)
        self.peer_leaves_the_room(visit)
        asked = self.ask(visit, RESPONSE)
        if any(request.slot <= visit.wish.last_slot for request in asked):
            self.object(f"visit {visit.row}", "asks for the response first", "company and debrief come before it")
        self.reckon_calm(visit)
        if not attempted and not visit.escalated and response:  # others may have come and gone unseen
            self.budget_is_right(visit, exactly=True)
        visit.escalated, visit.calm_since = True, self.now if not asked else None
        visit.n_responses = len(asked)
        visit.set_aside = bool(asked)

    def budget_is_right(self, visit: Visit, *, exactly: bool) -> None:
        budget = self.facts.value("escalation_budget", visit.row)
        over = visit.calm_used - budget
        if over > CLOSE or (exactly and over < -CLOSE):
            self.object(f"visit {visit.row}", f"calm for {visit.calm_used!r}", f"it escalates at {budget!r}")

    def is_calm(self, visit: Visit) -> None:
        visit.set_aside = False
        visit.calm_since = self.now
        for way in visit.ways:
            if isinstance(way.wait, Request):
                self.unstaff(way.wait.role)
        for way in visit.ways:
            if way.stopped and not visit.gone:
                way.stopped = False
                self.advance(way)
