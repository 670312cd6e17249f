"""Rules of one's own: a Python function that is asked when a visit comes to a step, and says what becomes of it.

It sees the visit and the floor as they are at that moment, and draws by keys as all draws are, so that other visits and
other staffings meet the same numbers. What it answers is taken by `model`; the compiled engine cannot ask it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.department.pathway import Delay, SideTask, Task
from sim.engine.draw_numbers import quantity_id
from sim.engine.trajectory import DISPOSITIONS
from sim.io.suggest import did_you_mean

if TYPE_CHECKING:
    from sim.department.scenario import Scenario
    from sim.engine.reference.entities import Visit
    from sim.engine.reference.model import EmergencyDepartment
    from sim.engine.step_plans import StepPlan

StepRule = Callable[["VisitSeen", "Floor"], float | bool | None]
"""None or True: the step is as written; False: the visit passes it over; a number: it takes so many minutes."""
StepRules = Mapping[str, StepRule]
"""Rules by the name of the step they are asked at."""
WITH_MINUTES = (Task, SideTask, Delay)


class RuleError(ValueError):
    """A rule that cannot be asked, or an answer that cannot be taken."""


def check_rules(rules: StepRules, scenario: "Scenario") -> None:
    """Raise RuleError for a rule of a step that no pathway has, and for what is no function."""
    steps = dict.fromkeys(step.name for stream in scenario.department.streams.values() for step in stream.pathway)
    for name, rule in rules.items():
        if name not in steps:
            raise RuleError(f"rules[{name!r}]: no pathway has such a step; {did_you_mean(str(name), steps)}")
        if not callable(rule):
            raise RuleError(f"rules[{name!r}] = {rule!r}: give a function of a visit and the floor")


@dataclass(frozen=True, slots=True)
class VisitSeen:
    """What a rule may know of the visit: who came, when, and how far it is. Nothing of it can be changed."""

    _visit: "Visit"
    _department: "EmergencyDepartment"
    _step: str

    @property
    def patient(self) -> int:
        """Number of the patient, the same in every scenario under one seed."""
        return self._visit.patient

    @property
    def number(self) -> int:
        """The patient's first visit is 1."""
        return self._visit.number

    @property
    def stream(self) -> str:
        """Name of the stream."""
        return list(self._department.scenario.department.streams)[self._visit.stream]

    @property
    def acuity(self) -> int:
        """CTAS level, 1 to 5."""
        return self._visit.acuity

    @property
    def age(self) -> float:
        """Years."""
        return self._visit.age

    @property
    def arrival(self) -> float:
        """Minutes since Monday 00:00 of week 0."""
        return self._visit.arrival

    @property
    def zone(self) -> str | None:
        """Zone of the place held; None without one."""
        zone = self._visit.zone
        return None if zone < 0 else list(self._department.scenario.department.zones)[zone]

    @property
    def disposition(self) -> str:
        """`present` until it is decided, then `discharge`, `admission` or `transfer`."""
        return DISPOSITIONS[self._visit.disposition]

    @property
    def seen_by_physician(self) -> bool:
        """A first physician contact has begun."""
        return self._visit.pia == self._visit.pia

    def uniform(self, name: str, counter: int = 0) -> float:
        """A number in (0, 1) of this visit, the same whenever it is asked for by this name and counter: in every
        staffing, and whatever else is drawn. Names are the rule's own; two steps share none.
        """
        quantity = quantity_id(f"rule {self._step} {name}")
        return self._department.workload.uniform(self._visit.patient, self._visit.number, quantity, counter)


@dataclass(frozen=True, slots=True)
class Floor:
    """What a rule may know of the department at this moment."""

    _department: "EmergencyDepartment"

    @property
    def now(self) -> float:
        """Minutes since Monday 00:00 of week 0."""
        return self._department.calendar.time

    @property
    def n_present(self) -> int:
        """Visits that have come and not left."""
        return self._department.n_present

    def on_duty(self, role: str) -> int:
        """Members of a role on duty."""
        return int(self._department.staff.n_on_duty[self._number(role)])

    def waiting_for(self, role: str) -> int:
        """Tasks of any kind that wait for a role."""
        return len(self._department.dispatcher.waiting_for(self._number(role)))

    def places_taken(self, zone: str) -> int:
        """Places of a zone that are held or being cleaned."""
        zones = self._department.places.zone_of
        if zone not in zones:
            raise RuleError(f"{zone!r}: no such zone; {did_you_mean(zone, zones)}")
        return int(self._department.places.n_taken[zones[zone]])

    def _number(self, role: str) -> int:
        roles = self._department.staff.role_of
        if role not in roles:
            raise RuleError(f"{role!r}: no such role; {did_you_mean(role, roles)}")
        return roles[role]


def takes_step(department: "EmergencyDepartment", rule: StepRule, visit: "Visit", plan: "StepPlan") -> bool:
    """Ask a rule; whether the visit takes the step. Minutes it gives stand as if the visit had come with them."""
    name = plan.step.name
    said = rule(VisitSeen(visit, department, name), Floor(department))
    if said is None or isinstance(said, bool):
        return said is not False
    if not isinstance(plan.step, WITH_MINUTES):
        raise RuleError(
            f"rule of {name}: {said!r} minutes, and a {plan.step.kind} has none: return None, True or False"
        )
    try:
        minutes = float(said)
    except (TypeError, ValueError):
        minutes = math.nan
    if not 0.0 <= minutes < math.inf:
        raise RuleError(f"rule of {name}: returned {said!r}; return None, True, False or minutes of at least 0")
    visit.given = {**(visit.given or {}), name: minutes}
    return True
