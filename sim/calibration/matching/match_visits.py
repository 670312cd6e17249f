"""The outcomes of a visits file that a department is matched to, and the matching itself.

Outcomes are means and medians of waits and stays by acuity level, and the share that left unseen. The unknowns are the
factors of `quantities`; what is not named stays as it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.matching.history_matching import (
    CUTOFF,
    MOST_WAVES,
    POINTS_OF_A_WAVE,
    Region,
    Target,
    Unknown,
    match,
)
from sim.calibration.matching.quantities import with_factors
from sim.calibration.play import simulated_visits
from sim.calibration.verdict import MOST_LOSS, SCORED_QUANTILES, loss_of
from sim.department.quantities import ACUITIES
from sim.department.scenario import Scenario, ScenarioError
from sim.runs.worker_pool import n_cores
from sim.statistics.arrays import FloatArray

RUNS_A_POINT: Final = 2
"""Of a point: the fewest that tell a variance."""
_DISCREPANCY: Final = 0.05
"""Relative error granted to the model, one standard deviation: waits depend on things it does not have, and with none
granted a good region is soon empty.
"""
_LEFT_DISCREPANCY: Final = 0.2
"""The same of the share that left unseen, which moves several times as fast as the waits do."""
_WAIT, _STAY, _AFTER = "wait_minutes", "stay_minutes", "after_minutes"
"""Minutes to the physician, of stay, and from physician to departure, which are less alike than waits and stays."""
_WORDS: Final = {_WAIT: "wait", _STAY: "stay", _AFTER: "physician to departure"}
_FEWEST, _FEWEST_PLAYED = 200, 20
_LEAST_MEDIAN: Final = 5.0
"""Minutes; the logarithm of a shorter median is one of how the clock was read."""
_LEAST_SHARE: Final = 0.005
"""Added to the share that left, so that the logarithm of none is not minus infinity."""
_LEFT: Final = "lwbs"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A logarithm of something in a tidy table of visits: `of` gives it, NaN where it is undefined.

    `discrepancy` is its variance that is granted to the model; `in_unit` brings a value back to `unit`.
    """

    name: str
    of: Callable[[pd.DataFrame], float]
    unit: str = "min"
    discrepancy: float = _DISCREPANCY**2
    in_unit: Callable[[float], float] = np.exp


def _at_level(duration: str, level: int, number: Callable[[pd.Series], float]) -> Callable[[pd.DataFrame], float]:
    """The logarithm of a number of the minutes at a level; NaN under twenty visits."""

    def of(visits: pd.DataFrame) -> float:
        minutes = _minutes(visits[visits["acuity"] == level], duration)
        return float(np.log(number(minutes))) if len(minutes) >= _FEWEST_PLAYED else np.nan

    return of


def _mean(duration: str, level: int) -> Outcome:
    of = _at_level(duration, level, lambda minutes: max(minutes.mean(), 1e-3))
    return Outcome(f"mean {_WORDS[duration]} at level {level}", of)


def _median(duration: str, level: int) -> Outcome:
    of = _at_level(duration, level, lambda minutes: max(minutes.median(), 1e-3))
    return Outcome(f"median {_WORDS[duration]} at level {level}", of)


def _losses(duration: str, level: int, observed: FloatArray) -> Iterator[Outcome]:
    """The pinball loss of the played quantiles, in units of the least there can be; of the file itself 1.

    For durations of which half are nearly 0, as waits of the most urgent: their mean is that of a few exceptions. None
    where all are equal, so that no loss can be compared with the least.
    """
    least = loss_of(np.quantile(observed, SCORED_QUANTILES), observed)

    def ratio(minutes: pd.Series) -> float:
        return loss_of(np.quantile(minutes.to_numpy(np.float64), SCORED_QUANTILES), observed) / least

    if least > 0.0:
        of, granted = _at_level(duration, level, ratio), (np.log(MOST_LOSS) / CUTOFF) ** 2
        yield Outcome(f"loss of {_WORDS[duration]} at level {level}", of, "times the least", granted)


def _log_share_left(visits: pd.DataFrame) -> float:
    """Of all visits whose end is known."""
    ends = visits["disposition"].dropna()
    return float(np.log((ends == _LEFT).mean() + _LEAST_SHARE)) if len(ends) else np.nan


_LEFT_UNSEEN: Final = Outcome(
    "left unseen", _log_share_left, "%", _LEFT_DISCREPANCY**2, lambda value: 100.0 * (np.exp(value) - _LEAST_SHARE)
)


def _minutes(visits: pd.DataFrame, name: str) -> pd.Series:
    values = visits[_STAY] - visits[_WAIT] if name == _AFTER else visits[name]
    return values.dropna()


def outcomes_in(visits: pd.DataFrame) -> tuple[Outcome, ...]:
    """What a file can be matched on, of the levels with enough visits.

    Means of waits and of what follows them, or of stays where waits are not known; medians of waits and stays, or the
    loss of those that are mostly 0; the share that left unseen, where the file tells any.
    """
    found: list[Outcome] = []
    for level in ACUITIES:
        here = visits[visits["acuity"] == level]
        enough = {name: minutes for name in (_WAIT, _AFTER, _STAY) if len(minutes := _minutes(here, name)) >= _FEWEST}
        for name, minutes in enough.items():
            is_long = minutes.median() >= _LEAST_MEDIAN
            if not is_long:
                found += _losses(name, level, minutes.to_numpy(np.float64))
            elif name != _STAY or _AFTER not in enough:
                found.append(_mean(name, level))
            if is_long and name != _AFTER:
                found.append(_median(name, level))
    if found and (visits["disposition"] == _LEFT).any():
        found.append(_LEFT_UNSEEN)
    return tuple(found)


def match_visits(
    visits: pd.DataFrame,
    scenario: Scenario,
    unknowns: tuple[Unknown, ...],
    *,
    seed: int,
    points: int = POINTS_OF_A_WAVE,
    replications: int = RUNS_A_POINT,
    most_waves: int = MOST_WAVES,
    rounds: int = 0,
    measured: frozenset[str] = frozenset(),
    tell: Callable[[str], None] = lambda _: None,
) -> Region:
    """The factors not ruled out by the waits and stays of a tidy table, and the nearest point of all that was played.

    `scenario` is played over its own period, which should be as long as the file's so that a replication varies as the
    file does: that is the variance of what was observed, to which clocks that round add next to nothing. A point that
    makes no department (nobody left to do a task) has no outcomes. Steps that are `measured` keep their minutes.
    """
    outcomes = outcomes_in(visits)
    targets = tuple(Target(each.name, each.of(visits), each.discrepancy, each.unit, each.in_unit) for each in outcomes)

    def simulate(point: FloatArray) -> FloatArray:
        """The outcomes of each replication under the factors of a point."""
        factors = {unknown.name: float(factor) for unknown, factor in zip(unknowns, point, strict=True)}
        try:
            changed = with_factors(scenario, factors, measured).checked()
        except ScenarioError:
            return np.full((replications, len(outcomes)), np.nan)
        tables = simulated_visits(changed, seed, replications)
        return np.array([[outcome.of(table) for outcome in outcomes] for table in tables])

    return match(
        simulate,
        unknowns,
        targets,
        seed=seed,
        points=points,
        most_waves=most_waves,
        rounds=rounds,
        workers=n_cores(),
        tell=tell,
    )


def region_table(region: Region) -> pd.DataFrame:
    """The points not ruled out, the least implausible first."""
    table = pd.DataFrame(region.points, columns=[unknown.name for unknown in region.unknowns])
    table["implausibility"] = region.implausibility
    return table
