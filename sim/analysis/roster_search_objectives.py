"""What a roster can be searched for: shares met by a peer at all hours, on Sundays and by night, company, time unseen.

Each objective is a number of one run. Any measure of the catalogue that has a better direction is one too, by its name
and part (`minutes_without_staff_mean.mental_health`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from sim.department.roster import WEEKDAYS
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import Flags
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.cohort import Cohort, hours_of_day, hours_of_week
from sim.engine.measures.currency import in_currency
from sim.engine.measures.measuring import measure
from sim.engine.measures.number_text import (
    decimals_shown,
    is_share,
    label_and_part,
    plain_number,
    scale,
    short_unit_of_difference,
    unit_of_value,
)
from sim.engine.measures.visit_groups import HOUR_BLOCKS, HOURS_PER_BLOCK
from sim.engine.trajectory import Trajectory
from sim.runs.design import Reduce, Reduced

NIGHT_FROM, NIGHT_UNTIL = 23, 7
"""Hours of the shipped night shifts."""


@dataclass(frozen=True)
class RosterObjective:
    """A number of a run that a roster is searched for.

    `matters`: the smallest difference that does, in the unit of the value, None where only the user can say; it is the
    scale on which objectives are set against each other. `shown_times`: what a value is multiplied by to be shown.
    """

    name: str
    label: str
    better: Literal["low", "high"]
    matters: float | None
    unit: str
    unit_of_differences: str
    decimals: int = 1
    shown_times: float = 1.0

    @property
    def sign(self) -> float:
        """Times this, more is better."""
        return 1.0 if self.better == "high" else -1.0

    def number(self, value: float, *, signed: bool = False) -> str:
        """A value as it is shown, without its unit."""
        return plain_number(value * self.shown_times, self.decimals, signed=signed)

    def text(self, value: float) -> str:
        """A value with its unit."""
        return f"{self.number(value)} {in_currency(self.unit)}"

    def amount(self, value: float) -> str:
        """The size of a difference with its unit."""
        return f"{self.number(abs(value))} {in_currency(self.unit_of_differences)}"


def _share(name: str, label: str, matters: float) -> RosterObjective:
    return RosterObjective(name, label, "high", matters, "%", "% points", shown_times=100.0)


class _OfPeers(NamedTuple):
    objective: RosterObjective
    value: Callable[[Cohort], float]


def _met(cohort: Cohort, among: Flags) -> float:
    """Share of mental-health visits that departed and are `among` these who were met by a peer; nan without any."""
    visits = cohort.departed & cohort.mental_health & among
    return float(cohort.met[visits].mean()) if visits.any() else np.nan


def _on_sunday(cohort: Cohort) -> Flags:
    found: Flags = hours_of_week(cohort.arrival) // 24 == WEEKDAYS.index("sun")
    return found


def _by_night(cohort: Cohort) -> Flags:
    hours = hours_of_day(cohort.arrival)
    found: Flags = (hours >= NIGHT_FROM) | (hours < NIGHT_UNTIL)
    return found


def _longest_unseen(cohort: Cohort) -> float:
    """Mean minutes of the longest stretch without staff, of eligible mental-health visits."""
    visits, minutes = cohort.alone.longest
    of_them = minutes[cohort.mental_health[visits]]
    return float(of_them.mean()) if of_them.size else np.nan


def _hours_of_company(cohort: Cohort) -> float:
    """Hours a week that peers were with eligible mental-health visits."""
    run = cohort.trajectory
    weeks = (run.measured_until - run.warm_up) / MINUTES_PER_WEEK
    minutes = cohort.times("minutes_accompanied")[cohort.eligible & cohort.mental_health]
    return float(minutes.sum()) / MINUTES_PER_HOUR / weeks


def _of_block(place: int) -> _OfPeers:
    """Those who come within a few hours of the day."""
    name = HOUR_BLOCKS[place]

    def come(cohort: Cohort) -> Flags:
        found: Flags = hours_of_day(cohort.arrival) // HOURS_PER_BLOCK == place
        return found

    share = _share(f"arrival_{name.replace('-', '_')}", f"Met by a peer, {name.replace('-', ' to ')} h", 0.02)
    return _OfPeers(share, lambda cohort: _met(cohort, come(cohort)))


_BY_HOUR = tuple(map(_of_block, range(len(HOUR_BLOCKS))))
_OF_PEERS = (
    _OfPeers(_share("reach", "Met by a peer", 0.01), lambda cohort: _met(cohort, cohort.everyone)),
    _OfPeers(RosterObjective("longest_unseen", "Longest time unseen", "low", 2.0, "min", "min"), _longest_unseen),
    _OfPeers(RosterObjective("company", "Company of peers", "high", 1.0, "h a week", "h a week"), _hours_of_company),
    _OfPeers(_share("sunday", "Met by a peer, Sundays", 0.02), lambda cohort: _met(cohort, _on_sunday(cohort))),
    _OfPeers(_share("night", "Met by a peer, nights", 0.02), lambda cohort: _met(cohort, _by_night(cohort))),
    *_BY_HOUR,
)
OBJECTIVES: Mapping[str, RosterObjective] = {each.objective.name: each.objective for each in _OF_PEERS}
"""Objectives that have a name of their own."""
BY_HOUR = tuple(each.objective for each in _BY_HOUR)
"""Those by the hour of arrival: hours that a roster gains are taken from others."""


def objective_named(name: str, matters: float | None = None) -> RosterObjective:
    """The objective of a name, or of a measure and its part. Raises KeyError for one that is none, or has no better
    direction; `matters` replaces the smallest difference that does."""
    if name in OBJECTIVES:
        found = OBJECTIVES[name]
        return found if matters is None else RosterObjective(**{**vars(found), "matters": matters})
    item = MEASURE_BY_KEY[name.partition(".")[0]]
    if item.better == "neutral":
        raise KeyError(name)
    return RosterObjective(
        name, label_and_part(name), item.better, matters, unit_of_value(name), short_unit_of_difference(name),
        max(decimals_shown(name), 1 if is_share(name) else 0), scale(name),
    )  # fmt: skip


def objectives_reduced(names: Iterable[str]) -> Reduce:
    """What reduces a run to these objectives; all measures of it are worked out only where one of them is asked for."""
    return partial(_reduced, tuple(names))


def _reduced(names: Sequence[str], trajectory: Trajectory, scenario: Scenario, _: object) -> Reduced:
    cohort = Cohort(trajectory, scenario)
    values = {each.objective.name: each.value(cohort) for each in _OF_PEERS if each.objective.name in names}
    others = [name for name in names if name not in OBJECTIVES]
    measured = measure(trajectory, scenario) if others else {}
    return Reduced({name: values.get(name, measured.get(name, np.nan)) for name in names})
