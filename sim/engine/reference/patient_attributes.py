"""What the draws say about a patient and a visit: age, needs, wishes, patience. Rules are the department's.

The draws themselves are made in `sim.engine.workload`; what becomes of the visit is `sim.engine.reference.model`.
"""

from math import inf
from typing import TYPE_CHECKING

from sim.department import patients
from sim.department.pathway import Choose, Dispose, disposed
from sim.department.quantities import MINUTES_PER_HOUR, of_acuity
from sim.department.scenario import Scenario
from sim.department.severity import class_at, held_always, traits_of
from sim.department.support import eligible, youth_share
from sim.engine.draw_numbers import ESCALATION_ID, UNIFORM_AT, flag_id
from sim.engine.trajectory import ADMITTED, DISCHARGED
from sim.engine.workload import Arrival, Workload

if TYPE_CHECKING:  # the compiled engine, which reads this file too, does without SimPy
    from sim.engine.reference.entities import Visit

NO_CLASS = -1
"""Severity of a visit whose stream has no classes."""
POLICE_MODE = patients.ARRIVAL_MODES.index("police")


def assessing_step(stream: patients.Stream) -> Dispose | None:
    """The step that admits nobody who was not assessed."""
    return next((step for step in stream.pathway if isinstance(step, Dispose) and step.assessed_by), None)


class PatientAttributes:
    """Fills in what is known of a visit when it comes in."""

    def __init__(self, scenario: Scenario, workload: Workload) -> None:
        self.workload = workload
        self.support = scenario.support
        self.groups = scenario.department.groups
        self.streams: list[patients.Stream] = list(scenario.department.streams.values())
        self.supported = [name in scenario.support.streams for name in scenario.department.streams]
        streams = scenario.department.streams.items()
        self.traits = [traits_of(stream, scenario.acuity_mix_of(name)) for name, stream in streams]
        self.assessing = [assessing_step(stream) for stream in self.streams]
        self.needs = [
            [(draws.flag_at[f"need/{name}"], flag_id(f"need/{name}"), rows) for name, rows in traits.needs.items()]
            for draws, traits in zip(workload.draws, self.traits, strict=True)
        ]

    def fill_in(self, visit: "Visit", arrival: Arrival) -> None:
        """What the draws say about the patient and this visit."""
        given = arrival.given
        stream = self.streams[visit.stream]
        acuity = given.acuity if given is not None else None
        visit.draws = self.workload.visit(visit.stream, visit.patient, visit.number, acuity)
        visit.given = given.minutes if given is not None and given.minutes else None
        visit.acuity = int(visit.draws[0])
        visit.severity = self._severity(visit, stream)
        traits, of_class = self.traits[visit.stream], max(visit.severity, 0)
        self._fill_in_needs(visit, stream)
        visit.return_uniforms = self._uniform(visit, "return"), self._uniform(visit, "return_hour")
        visit.age, visit.age_group = patients.age_of(self._uniform(visit, "age"), stream.age_shares)
        mode = self._uniform(visit, "arrival_mode")
        visit.arrival_mode = patients.arrival_mode_of(mode, traits.ambulance[of_class], traits.police[of_class])
        visit.group = self.workload.group(visit.patient)
        share = stream.caregiver_share[visit.age >= patients.OLDER_CHILD_FROM]
        visit.caregiver = self._uniform(visit, "caregiver") < share
        visit.held = self._is_held(visit, stream, traits.held[of_class][visit.arrival_mode == POLICE_MODE])
        if given is not None and given.held is not None:
            visit.held = given.held
        self._fill_in_peer_wishes(visit)
        visit.patience = self._patience(visit, stream)
        if given is not None and given.patience is not None:
            visit.patience = given.patience
        visit.patience_left = visit.patience
        visit.escalation_budget = visit.escalation_left = self.escalation_budget(visit, 0)

    def _severity(self, visit: "Visit", stream: patients.Stream) -> int:
        """The class of the visit, index in the classes of its stream."""
        if stream.severity is None:
            return NO_CLASS
        returns = stream.returns
        frail = returns is not None and self.workload.is_frail(visit.patient, returns)
        up_to = self.traits[visit.stream].up_to[frail][visit.acuity - 1]
        return class_at(self._uniform(visit, "severity"), up_to)

    def _fill_in_needs(self, visit: "Visit", stream: patients.Stream) -> None:
        """Needs by class, and the assessment a visit that will be admitted must have had."""
        if stream.severity is not None:
            for at, need_id, rows in self.needs[visit.stream]:
                u = self.workload.uniform(visit.patient, visit.number, need_id)
                visit.draws[at] = float(u < rows[visit.acuity - 1][visit.severity])
        step, flag_at = self.assessing[visit.stream], self.workload.draws[visit.stream].flag_at
        if step is None or visit.draws[flag_at[f"step/{step.name}"]] == 0.0:
            return
        if step.need is not None and visit.draws[flag_at[f"need/{step.need}"]] == 0.0:
            return
        needs = [flag_at[f"need/{name}"] for name in step.assessed_by]
        if self.disposition(visit, step) == ADMITTED and not any(visit.draws[at] for at in needs):
            visit.draws[needs[0]] = 1.0

    def disposition(self, visit: "Visit", step: Dispose) -> int:
        """What becomes of the visit at a step, index in DISPOSITIONS; known as soon as the visit comes in."""
        u = visit.draws[self.workload.draws[visit.stream].value_at[f"step/{step.name}"]]
        admission = self.traits[visit.stream].admission[step.name][visit.acuity - 1][max(visit.severity, 0)]
        return DISCHARGED + disposed(u, admission, of_acuity(step.transfer, visit.acuity))

    def branch(self, visit: "Visit", step: Choose) -> int:
        """The branch of a visit at a step, by number."""
        classes = self.traits[visit.stream].classes
        up_to = step.up_to(visit.acuity, classes[visit.severity] if classes else None)
        u = visit.draws[self.workload.draws[visit.stream].value_at[f"step/{step.name}"]]
        return next(number for number, most in enumerate(up_to) if u < most)

    def _is_held(self, visit: "Visit", stream: patients.Stream, share: float) -> bool:
        always = stream.held.always if stream.held is not None else None
        if always is not None and held_always(visit.age, visit.caregiver, always.under_age, always.caregiver):
            return True
        return self._uniform(visit, "held") < share

    def _fill_in_peer_wishes(self, visit: "Visit") -> None:
        support = self.support
        group = self.groups[visit.group]
        screened = self._uniform(visit, "peer_screen") < support.positive_screen_share
        in_stream = self.supported[visit.stream]
        visit.eligible = eligible(in_stream, screened, visit.age, support.minimum_age, visit.caregiver)
        visit.consented = visit.eligible and self._uniform(visit, "peer_consent") < support.consent * group.consent
        youth = support.youth_peer
        share = youth_share(youth.without_caregiver, youth.under_12, youth.from_12, visit.age, visit.caregiver)
        visit.peer_kind = "youth" if self._uniform(visit, "peer_kind") < share else "family"
        visit.peer_stays = self._uniform(visit, "peer_stays") < support.stays_with_clinician_share

    def _patience(self, visit: "Visit", stream: patients.Stream) -> float:
        rules = stream.patience
        if rules.minutes is None or (visit.acuity == 1 and rules.ctas1_never_leaves):
            return inf
        never = patients.never_leaves_of_the_free(rules.never_leaves, stream.held_share)
        if self._uniform(visit, "never_leaves") < never:
            return inf
        drawn = visit.draws[self.workload.draws[visit.stream].value_at["patience"]]
        return drawn * self.groups[visit.group].patience

    def escalation_budget(self, visit: "Visit", counter: int) -> float:
        """Minutes until distress escalates; inf where the stream has no escalation. `counter` numbers the budgets."""
        rules = self.streams[visit.stream].escalation
        if rules is None:
            return inf
        of_class = self.traits[visit.stream].escalation[max(visit.severity, 0)]
        mean = rules.mean_hours * MINUTES_PER_HOUR / of_class
        return self.workload.exponential(visit.patient, visit.number, ESCALATION_ID, counter, mean)

    def wish_factor(self, visit: "Visit") -> float:
        """Factor of the visit's class on the minutes of company."""
        return self.traits[visit.stream].wish[max(visit.severity, 0)]

    @staticmethod
    def _uniform(visit: "Visit", name: str) -> float:
        return visit.draws[UNIFORM_AT[name]]
