"""Factors on service times that a file's waits and stays do not rule out, by history matching.

The unknowns are factors on the minutes of a role's main tasks and of delays. Staffing is taken as known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.calibration.matching.history_matching import Region, Target, Unknown, match
from sim.calibration.play import simulated_visits
from sim.department.department import Department
from sim.department.quantities import ACUITIES, Distribution
from sim.department.scenario import Scenario
from sim.statistics.arrays import FloatArray

DELAYS: Final = "delays"
_DISCREPANCY: Final = 0.05
"""Relative error granted to the model, one standard deviation: waits depend on things it does not have, and with none
granted a good region is soon empty.
"""
_WAIT, _STAY, _AFTER = "wait_minutes", "stay_minutes", "after_minutes"
"""Minutes to the physician, of stay, and from physician to departure, which are less alike than waits and stays."""
_IN_MINUTES: Final = {
    "constant": ("value",),
    "exponential": ("mean",),
    "lognormal": ("mean",),
    "lognormal_median": ("median",),
    "gamma": ("mean",),
    "weibull": ("scale",),
    "empirical": ("scale",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
}
"""Parameters of each family that a factor multiplies."""


def scaled(minutes: Distribution, factor: float) -> Distribution:
    """The same distribution with every value times a factor."""
    found = {}
    for name in _IN_MINUTES[minutes.family]:
        value = getattr(minutes, name)
        found[name] = tuple(each * factor for each in value) if isinstance(value, tuple) else value * factor
    return minutes.model_copy(update=found)


def with_factors(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    """The scenario with the minutes of each named role's main tasks, and of `delays`, times its factor."""
    streams = {}
    for name, stream in scenario.department.streams.items():
        steps = tuple(_changed(step, factors) for step in stream.pathway)
        streams[name] = stream.model_copy(update={"pathway": steps})
    department = scenario.department.model_copy(update={"streams": streams})
    return scenario.model_copy(update={"department": department})


def _changed(step: Any, factors: Mapping[str, float]) -> Any:
    key = DELAYS if step.kind == "delay" else step.role if step.kind == "task" else ""
    if key not in factors:
        return step
    return step.model_copy(update={"minutes": scaled(step.minutes, factors[key])})


def roles_to_match(department: Department) -> tuple[str, ...]:
    """What can have a factor: the roles with main tasks, and delays."""
    steps = [step for stream in department.streams.values() for step in stream.pathway]
    roles = dict.fromkeys(step.role for step in steps if step.kind == "task")
    return (*roles, *((DELAYS,) if any(step.kind == "delay" for step in steps) else ()))


@dataclass(frozen=True, slots=True)
class MatchedMean:
    """A logarithm of a mean duration at one acuity level."""

    name: str
    level: int

    def of(self, visits: pd.DataFrame) -> float:
        """From a tidy table; NaN under twenty visits."""
        values = _minutes(visits[visits["acuity"] == self.level], self.name)
        return float(np.log(max(values.mean(), 1e-3))) if len(values) >= 20 else np.nan


def _minutes(visits: pd.DataFrame, name: str) -> pd.Series:
    values = visits[_STAY] - visits[_WAIT] if name == _AFTER else visits[name]
    return values.dropna()


def outcomes_in(visits: pd.DataFrame, fewest: int = 200) -> tuple[MatchedMean, ...]:
    """Means of the levels with enough visits: waits and what follows them, or stays where waits are not known."""
    found = []
    for level in ACUITIES:
        here = visits[visits["acuity"] == level]
        enough = [name for name in (_WAIT, _AFTER, _STAY) if len(_minutes(here, name)) >= fewest]
        found += [MatchedMean(name, level) for name in enough if name != _STAY or _AFTER not in enough]
    return tuple(found)


def match_service_times(
    visits: pd.DataFrame,
    scenario: Scenario,
    unknowns: tuple[Unknown, ...],
    *,
    seed: int,
    points: int = 40,
    replications: int = 4,
    most_waves: int = 3,
) -> Region:
    """The factors not ruled out by the means of waits and stays of a tidy table.

    `scenario` is played over its own period, which should be as long as the file's so that a replication varies as the
    file does: that is the variance of what was observed, to which clocks that round add next to nothing.
    """
    outcomes = outcomes_in(visits)
    targets = tuple(Target(f"{each.name} {each.level}", each.of(visits), _DISCREPANCY**2) for each in outcomes)

    def simulate(point: FloatArray) -> FloatArray:
        """The outcomes of each replication under the factors of a point."""
        factors = {unknown.name: float(factor) for unknown, factor in zip(unknowns, point, strict=True)}
        tables = simulated_visits(with_factors(scenario, factors), seed, replications)
        return np.array([[outcome.of(table) for outcome in outcomes] for table in tables])

    return match(simulate, unknowns, targets, seed=seed, points=points, most_waves=most_waves)


def region_table(region: Region) -> pd.DataFrame:
    """The points not ruled out, the least implausible first."""
    table = pd.DataFrame(region.points, columns=[unknown.name for unknown in region.unknowns])
    table["implausibility"] = region.implausibility
    return table
