"""Boarding and observation: waiting for an inpatient bed, and one-to-one observation by aide after aide.

Both ask for care by the hour: of boarders, and where no aide is there. The law is docs/law.md, Steps.
"""

from math import inf, nan

import simpy

from sim.department.pathway import DEFAULT_BAND, Board, Observe
from sim.department.scenario import Scenario
from sim.engine.calendar_entries import DELAY_ENDS, delay_id
from sim.engine.reference.bed_pool import BedQueue
from sim.engine.reference.dispatcher import Dispatcher
from sim.engine.reference.entities import Request, Visit, request_beside
from sim.engine.reference.hourly_care import HourlyCare
from sim.engine.step_plans import StepPlan
from sim.engine.trajectory import CARE, OBSERVATION, ONE_OFF
from sim.engine.workload import Workload

OF_BOARDING, OF_OBSERVATION = 0, 1
"""What care by the hour is for, as it stands in the ids of its entries."""


class BoardingAndObservation:
    """What lasts longer than a step, beside the rest of the stay."""

    def __init__(self, scenario: Scenario, workload: Workload, dispatcher: Dispatcher) -> None:
        self.boarding = scenario.boarding
        self.workload, self.dispatcher = workload, dispatcher
        self.calendar = dispatcher.calendar
        self.role_of = dispatcher.staff.role_of
        self.beds: BedQueue | None = None
        if scenario.boarding.kind == "pool" and scenario.boarding.pool is not None:
            self.beds = BedQueue(scenario.boarding.pool, workload, self.calendar, scenario.period.horizon)

    def board(self, visit: Visit, plan: StepPlan, step: Board) -> simpy.Event:
        """Cases close, nurses care hour by hour, until there is a bed upstairs."""
        now = self.calendar.time
        visit.times[3 * plan.index + 1] = visit.boarding_start = now
        for role in [role for role in visit.cases if role != self.dispatcher.staff.peer_role]:
            self.dispatcher.cases.close(visit, role)
        time = self.boarding.times[step.time]
        nurse = self.role_of.get(self.boarding.nurse_role, -1)
        care = self._hourly_care(visit, nurse, time.nurse_minutes_per_hour, OF_BOARDING)
        if self.beds is not None and time.pooled:
            bed = self.beds.ask(visit)
        else:
            bed = self.calendar.at(
                now + self._boarding_minutes(visit, plan, step), DELAY_ENDS, delay_id(visit.row, plan.strand)
            )

        def goes_upstairs(_: simpy.Event) -> None:
            visit.boarding_end = self.calendar.time
            care.stop()

        bed.callbacks.append(goes_upstairs)
        return bed

    def _boarding_minutes(self, visit: Visit, plan: StepPlan, step: Board) -> float:
        if visit.given is not None and step.name in visit.given:
            return visit.given[step.name]
        value_at = self.workload.draws[visit.stream].value_at
        is_long = visit.draws[plan.value_at] < self.boarding.times[step.time].long_share
        return visit.draws[value_at[f"{'long_' if is_long else ''}boarding/{step.name}"]]

    def _hourly_care(self, visit: Visit, role: int, minutes_per_hour: float, of_what: int) -> HourlyCare:
        """Tasks of a role for as long as something lasts."""

        def ask(minutes: float) -> None:
            self.dispatcher.ask(request_beside(visit, CARE, role, DEFAULT_BAND, self.calendar.time, minutes))

        return HourlyCare(self.calendar, 2 * visit.row + of_what, minutes_per_hour, ask)

    # --- observation --------------------------------------------------------------------------------------------

    def observe(self, visit: Visit, plan: StepPlan, step: Observe) -> None:
        """One-to-one observation until departure: aide after aide, and a nurse pulled while there is none."""
        visit.needs_observation = True
        request = Request(visit, OBSERVATION, plan.index, step.band, self.calendar.time, visit.next_slot())
        request.plan = plan
        request.role, request.contact, request.minutes = self.role_of[step.role], ONE_OFF, inf
        visit.observation = request
        self._nobody_observes(visit, step)

    def _nobody_observes(self, visit: Visit, step: Observe) -> None:
        """Until an aide comes the minutes are unmet."""
        visit.observation_since = self.calendar.time
        fallback = self.role_of[step.fallback_role]
        visit.observation_care = self._hourly_care(visit, fallback, step.fallback_minutes_per_hour, OF_OBSERVATION)
        assert visit.observation is not None
        self.dispatcher.ask(visit.observation)

    def aide_comes(self, visit: Visit) -> None:
        """An aide has come, or nobody has to any more."""
        visit.unmet += self.calendar.time - visit.observation_since
        visit.observation_since = self.calendar.time
        visit.observation_care.stop()

    def aide_goes(self, visit: Visit) -> None:
        """Shift end, break or departure ends an aide's spell; if the visit goes on the next aide is asked for."""
        visit.observed += self.calendar.time - visit.observation_since
        if not visit.departed:
            request = visit.observation
            assert request is not None
            assert request.plan is not None
            step = request.plan.step
            assert isinstance(step, Observe)
            request.started = nan
            self._nobody_observes(visit, step)

    def observation_ends(self, visit: Visit) -> None:
        """The visit departs."""
        if visit.observation is not None and visit.observation.is_running:
            self.dispatcher.finish(visit.observation)
        elif visit.observation is not None:
            self.aide_comes(visit)
            self.dispatcher.withdraw(visit.observation)
