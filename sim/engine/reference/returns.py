"""Returns: when a patient comes again, drawn at departure, and drawn anew when a call reaches the family.

The law is docs/law.md, Returns; the hazard and the time are `sim.department.patients`.
"""

from collections.abc import Callable
from math import inf

from sim.department.patients import ReturnVisits, Stream, hazard_of_return
from sim.department.scenario import Scenario
from sim.department.support import return_factors
from sim.engine.calendar_entries import ARRIVAL
from sim.engine.draw_numbers import CALL_ID
from sim.engine.reference.calendar import Calendar, Entry
from sim.engine.reference.entities import Visit
from sim.engine.trajectory import DISPOSITIONS
from sim.engine.workload import Arrival, Workload, return_gap, return_time


class Returns:
    """The next unplanned visit of every patient. `comes_in` is called with it when its time has come."""

    def __init__(
        self, scenario: Scenario, workload: Workload, calendar: Calendar, comes_in: Callable[[Arrival], None]
    ) -> None:
        self.streams: list[Stream] = list(scenario.department.streams.values())
        self.factors = return_factors(scenario.effects)
        self.call_reached_share = scenario.support.call_reached_share
        self.horizon = scenario.period.horizon
        self.workload, self.calendar, self.comes_in = workload, calendar, comes_in

    def plan(self, visit: Visit, call_reached: bool) -> None:
        """The next unplanned visit of the patient, by one uniform; an earlier plan for it is crossed out."""
        returns = self.streams[visit.stream].returns
        if returns is None:
            visit.next_visit = inf
            return
        u, hour = visit.return_uniforms
        hazard = self._hazard(visit, returns, call_reached)
        gap = return_gap(returns.susceptible, returns.shape, returns.scale_days, hazard, u)
        if visit.pending_return is not None:
            visit.pending_return.subject = None
            visit.pending_return = None
        hours = self.workload.draws[visit.stream].day_cumulated
        back = return_time(visit.departure, gap, hours, hour)
        visit.next_visit = max(self.calendar.time, back)
        if visit.next_visit < self.horizon:
            visit.pending_return = self.calendar.at(visit.next_visit, ARRIVAL, visit.patient, self._comes_again, visit)

    def _hazard(self, visit: Visit, returns: ReturnVisits, call_reached: bool) -> float:
        reached, bridged = visit.is_met, visit.bridged or call_reached
        return hazard_of_return(
            self.workload.frailty(visit.patient, returns),
            returns.hazard_by_disposition.get(DISPOSITIONS[visit.disposition], 1.0),
            self.factors.direct if reached else 1.0,
            self.factors.linkage if reached and visit.follow_up else 1.0,
            self.factors.bridging if bridged else 1.0,
        )

    def _comes_again(self, entry: Entry) -> None:
        before: Visit | None = entry.subject
        if before is not None:
            before.pending_return = None
            self.comes_in(Arrival(self.calendar.time, before.patient, before.number + 1, before.stream))

    def call_ends(self, visit: Visit) -> None:
        """A call back that reaches the family counts as bridging for what follows."""
        visit.called = True
        u = self.workload.uniform(visit.patient, visit.number, CALL_ID)
        visit.call_reached = u < self.call_reached_share
        if visit.call_reached and self.factors.bridging != 1.0 and visit.next_visit > self.calendar.time:
            self.plan(visit, call_reached=True)
