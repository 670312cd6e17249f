"""What the draws say about a patient and a visit: age, needs, wishes, patience. Rules are the department's.

The draws themselves are made in `sim.engine.workload`; what becomes of the visit is told in `sim.engine.model`.
"""

from math import inf
from typing import TYPE_CHECKING

from sim.department.patients import OLDER_CHILD_FROM, Stream, age_of, arrival_mode_of, never_leaves_of_the_free
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.scenario import Scenario
from sim.department.support import eligible
from sim.engine.workload import UNIFORM_AT, Arrival, Workload, quantity_id

if TYPE_CHECKING:  # the compiled engine, which reads this file too, does without SimPy
    from sim.engine.people import Visit

ESCALATION_ID = quantity_id("escalation")


class Meeting:
    """Fills in what is known of a visit when it comes in."""

    def __init__(self, scenario: Scenario, workload: Workload) -> None:
        self.workload = workload
        self.support = scenario.support
        self.groups = scenario.department.groups
        self.streams: list[Stream] = list(scenario.department.streams.values())
        self.supported = [name in scenario.support.streams for name in scenario.department.streams]

    def meet(self, visit: "Visit", arrival: Arrival) -> None:
        """What the draws say about the patient and this visit."""
        given = arrival.given
        stream = self.streams[visit.stream]
        acuity = given.acuity if given is not None else None
        visit.draws = self.workload.visit(visit.stream, visit.patient, visit.number, acuity)
        visit.given = given.minutes if given is not None and given.minutes else None
        visit.acuity = int(visit.draws[0])
        visit.return_uniforms = self._uniform(visit, "return"), self._uniform(visit, "return_hour")
        visit.age, visit.age_group = age_of(self._uniform(visit, "age"), stream.age_shares)
        mode = self._uniform(visit, "arrival_mode")
        visit.arrival_mode = arrival_mode_of(mode, stream.ambulance_share, stream.police_share)
        visit.group = self.workload.group(visit.patient)
        visit.caregiver = self._uniform(visit, "caregiver") < stream.caregiver_share[visit.age >= OLDER_CHILD_FROM]
        visit.held = self._uniform(visit, "held") < stream.held_share
        if given is not None and given.held is not None:
            visit.held = given.held
        self._meet_peer_wishes(visit)
        visit.patience = self._patience(visit, stream)
        if given is not None and given.patience is not None:
            visit.patience = given.patience
        visit.patience_left = visit.patience
        visit.escalation_budget = visit.escalation_left = self.escalation_budget(visit, 0)

    def _meet_peer_wishes(self, visit: "Visit") -> None:
        support = self.support
        group = self.groups[visit.group]
        screened = self._uniform(visit, "peer_screen") < support.positive_screen_share
        in_stream = self.supported[visit.stream]
        visit.eligible = eligible(in_stream, screened, visit.age, support.minimum_age, visit.caregiver)
        visit.consented = visit.eligible and self._uniform(visit, "peer_consent") < support.consent * group.consent
        visit.peer_kind = "youth" if self._uniform(visit, "peer_kind") < support.youth_peer_share else "family"
        visit.peer_stays = self._uniform(visit, "peer_stays") < support.stays_with_clinician_share

    def _patience(self, visit: "Visit", stream: Stream) -> float:
        rules = stream.patience
        if rules.minutes is None or (visit.acuity == 1 and rules.ctas1_never_leaves):
            return inf
        never = never_leaves_of_the_free(rules.never_leaves, stream.held_share)
        if self._uniform(visit, "never_leaves") < never:
            return inf
        drawn = visit.draws[self.workload.draws[visit.stream].value_at["patience"]]
        return drawn * self.groups[visit.group].patience

    def escalation_budget(self, visit: "Visit", counter: int) -> float:
        """Minutes until distress escalates; inf where the stream has no escalation. `counter` numbers the budgets."""
        rules = self.streams[visit.stream].escalation
        if rules is None:
            return inf
        mean = rules.mean_hours * MINUTES_PER_HOUR
        return self.workload.exponential(visit.patient, visit.number, ESCALATION_ID, counter, mean)

    @staticmethod
    def _uniform(visit: "Visit", name: str) -> float:
        return visit.draws[UNIFORM_AT[name]]
