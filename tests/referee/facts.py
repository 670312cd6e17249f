"""The tables of a trajectory as rows with names, grouped by what asks for them.

Chance stands in them already: how long a task took, which steps a visit has. Choices are judged in `replay`.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field

from sim.department.pathway import Place, Route
from sim.department.scenario import Scenario
from sim.engine.trajectory import GATHERING, MAIN, OBSERVATION, TEAM, Trajectory


@dataclass(frozen=True)
class Spell:
    """One row of `tasks`."""

    row: int
    visit: int
    role: str
    step: str
    kind: int
    contact: int
    slot: int
    band: int
    member: int
    requested: float
    started: float
    ended: float
    company_since: float
    interrupted: bool
    withdrawn: bool
    opened_case: bool
    handover: float
    overtime: float

    @property
    def begun(self) -> bool:
        return not math.isnan(self.started)


@dataclass
class Asked:
    """All rows of one request: the spells of work in order of time, and at the end what never began."""

    spells: list[Spell] = field(default_factory=list)
    taken: bool = False

    @property
    def first(self) -> Spell:
        return self.spells[0]


@dataclass
class Facts:
    """A trajectory by visit, request, member."""

    trajectory: Trajectory
    scenario: Scenario
    spells: list[Spell] = field(init=False)
    asked: dict[int, list[Asked]] = field(init=False)

    def __post_init__(self) -> None:
        self.spells = spells_of(self.trajectory)
        groups: dict[object, Asked] = {}
        self.asked = defaultdict(list)
        for spell in sorted(self.spells, key=order_in_request):
            key = (spell.visit, spell.slot, spell.kind, spell.step, spell.role, spell.requested)
            if spell.kind == OBSERVATION:
                key = (spell.visit, spell.kind, spell.step)
            if key not in groups:
                groups[key] = Asked()
                self.asked[spell.visit].append(groups[key])
            groups[key].spells.append(spell)

    def step_times(self, visit: int, step: str) -> tuple[float, float, float]:
        """Requested, started, ended."""
        times = self.trajectory.step_times[visit, self.trajectory.steps.index(step)]
        return float(times[0]), float(times[1]), float(times[2])

    def happened(self, visit: int, step: str) -> bool:
        return not math.isnan(self.step_times(visit, step)[0])

    def value(self, name: str, visit: int) -> float:
        return float(self.trajectory.visit_columns[name][visit])

    def main_request(self, visit: int, step: str) -> Asked | None:
        return next((a for a in self.asked[visit] if a.first.kind == MAIN and a.first.step == step), None)

    def rows_of_team(self, main: Spell) -> list[int]:
        """Rows of those who wait with the lead of a task for several, and who are at it besides."""
        beside = [a for a in self.asked[main.visit] if a.first.kind in (GATHERING, TEAM)]
        task = main.step, main.requested
        return [spell.row for asked in beside for spell in asked.spells if (spell.step, spell.requested) == task]

    def route(self, step: Place, acuity: int, shown: set[str]) -> Route | None:
        """The visit's route, None if more than one fits the zones that the table shows at its start."""
        routes = [route for route in step.routes if acuity in route.acuities and route.share > 0.0]
        fitting = [route for route in routes if not shown or shown & set(route.zones)]
        return fitting[0] if len(fitting) == 1 else None


def order_in_request(spell: Spell) -> tuple[int, bool, float, int]:
    return spell.visit, not spell.begun, spell.started if spell.begun else 0.0, spell.row


def spells_of(trajectory: Trajectory) -> list[Spell]:
    c = {name: values.tolist() for name, values in trajectory.task_columns.items()}
    return [
        Spell(
            row,
            c["visit"][row],
            trajectory.roles[c["role"][row]],
            trajectory.steps[c["step"][row]] if c["step"][row] >= 0 else "",
            c["kind"][row],
            c["contact"][row],
            c["slot"][row],
            c["band"][row],
            c["member"][row],
            c["requested"][row],
            c["started"][row],
            c["ended"][row],
            c["company_since"][row],
            c["interrupted"][row],
            c["withdrawn"][row],
            c["opened_case"][row],
            c["handover"][row],
            c["overtime"][row],
        )
        for row in range(len(c["visit"]))
    ]
