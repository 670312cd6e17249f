"""Counts made by the product under a known slow level, factor of days and special days, with a growth thinned in.

Twenty-one months are fitted; the three months after them are there to be predicted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.calibration.estimators.arrival_rates import day_totals
from sim.calibration.estimators.day_totals import DayFit, DayTotals, fit_days
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.hour_profiles import FREE_HOURS, fit_profile
from sim.calibration.estimators.hourly_counts import Counts
from sim.config import compose
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, SlowLevel, SpecialDay
from sim.department.scenario import Period, Scenario
from sim.engine.workload import Workload, draw_base

FITTED_DAYS, LATER_DAYS = 640, 91
START = np.datetime64("2024-01-01")
DAY_CV, LEVEL_CV, MEMORY_WEEKS, GROWTH = 0.07, 0.06, 5.0, 1.06
FACTORS = {"christmas": 0.73, "thanksgiving": 0.73, "independence_day": 0.86}
DATES = {
    "christmas": ("12-25",), "thanksgiving": ("4th thursday of november",), "independence_day": ("07-04",),
}  # fmt: skip
SEED = 61803
"""Chosen once, before anything was looked at under it: bounds and method were settled under others."""
MINUTES_PER_DAY = 1440.0


@cache
def known_demand(level_cv: float = LEVEL_CV, memory_weeks: float = MEMORY_WEEKS) -> Scenario:
    """The default medical stream, without returns, uneven as said above."""
    scenario = compose(["study=run"]).scenario
    streams = {
        name: stream.model_copy(update={"returns": None}) for name, stream in scenario.department.streams.items()
    }
    special = {name: SpecialDay(dates=DATES[name], medical=factor) for name, factor in FACTORS.items()}
    demand = {
        "day_factor_cv": {MEDICAL: DAY_CV, MENTAL_HEALTH: 0.0},
        "slow_level": {MEDICAL: SlowLevel(cv=level_cv, memory_weeks=memory_weeks)},
        "special_days": special,
    }
    return scenario.model_copy(
        update={
            "department": scenario.department.model_copy(update={"streams": streams, "calendar_start": START.item()}),
            "demand": scenario.demand.model_copy(update=demand),
            "period": Period(minutes=(FITTED_DAYS + LATER_DAYS) * MINUTES_PER_DAY, month_factors=True),
        }
    )


def made_counts(replication: int, scenario: Scenario | None = None) -> Counts:
    """Hourly counts of one replication, thinned so that arrivals grow by `GROWTH` a year up to the last day."""
    scenario = known_demand() if scenario is None else scenario
    rows = Workload(scenario, SEED, 0).arrivals_under(draw_base(SEED, replication))
    minutes = rows["time"][rows["stream"] == 0]
    days = FITTED_DAYS + LATER_DAYS
    kept = GROWTH ** ((minutes / MINUTES_PER_DAY - days) / 365.0)
    rng = np.random.default_rng([SEED, replication])
    hours = (minutes[rng.random(minutes.size) < kept] // 60.0).astype(np.int64)
    table = np.bincount(hours, minlength=24 * days).astype(np.float64).reshape(days, 24)
    return Counts(START, table, calendar=FileCalendar(special_days=DATES))


def fitted(counts: Counts) -> DayFit:
    """Days alone, their hours free."""
    return fit_days(day_totals(counts, fit_profile(counts, FREE_HOURS)))


@dataclass(frozen=True)
class Found:
    """One number as estimated, its standard error, and the truth."""

    name: str
    value: float
    error: float
    truth: float

    @property
    def z(self) -> float:
        return (self.value - self.truth) / self.error


def covered_totals(counts: Counts, n_fitted: int) -> Iterator[tuple[int, bool]]:
    """Days ahead and whether the 95 % interval of their total held it, from the first `n_fitted` days."""
    found = fitted(counts.between(0, n_fitted))
    for ahead in (28, LATER_DAYS):
        later = counts.between(n_fitted, n_fitted + ahead)
        interval = found.expected_total(later.days)
        yield ahead, interval.low <= float(later.by_hour.sum()) <= interval.high


def as_day_totals(counts: Counts) -> DayTotals:
    """What a file of daily counts has."""
    total = counts.by_hour.sum(axis=1)
    return DayTotals(counts.first_day, total, np.ones(total.size), counts.calendar)
