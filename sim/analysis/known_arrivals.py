"""First visits from outside in the measured weeks, by stream: how many a replication has, and how many are expected.

Both are read off the workload, before any engine plays it. The expectation is exact: arrivals are Poisson around rates
of the scenario, times day factors whose mean is that of the table they are drawn from. What is made of it is
`control_variates`' business.
"""

from functools import lru_cache

import numpy as np

from sim.department.arrivals import Replay
from sim.department.quantities import MINUTES_PER_HOUR, TABLE_HIGH, TABLE_LOW, TABLE_POINTS, gamma_table
from sim.department.scenario import Scenario
from sim.engine.workload import HourlyRates, Workload, draw_base
from sim.statistics.arrays import FloatArray


def window_of(scenario: Scenario) -> tuple[float, float]:
    """Start and end of what is measured, in minutes."""
    return scenario.period.warm_up, scenario.period.horizon - scenario.period.follow_up


def has_expectation(scenario: Scenario) -> bool:
    """Whether arrivals are drawn from rates; a replayed list has no expectation but itself."""
    return not isinstance(scenario.demand, Replay)


def expected_arrivals(scenario: Scenario) -> FloatArray:
    """Expected first visits of each stream in the measured weeks."""
    start, end = window_of(scenario)
    period, department = scenario.period, scenario.department
    found = []
    for name in department.streams:
        arrivals = scenario.arrivals_of(name)
        months = department.calendar_start, period.uses_month_factors
        rates = HourlyRates(arrivals, *months, first_day=0, horizon=period.horizon).certain
        hours = np.arange(rates.size + 1) * MINUTES_PER_HOUR
        inside = np.clip(np.minimum(hours[1:], end) - np.maximum(hours[:-1], start), 0.0, None) / MINUTES_PER_HOUR
        found.append(float(rates @ inside) * mean_day_factor(arrivals.day_factor_cv))
    return np.array(found)


@lru_cache(maxsize=64)
def mean_day_factor(cv: float) -> float:
    """Mean of the day factors as they are drawn: of a table of gamma quantiles, linear in the normal score between."""
    from scipy import special  # takes 0.2 s to load, and few ask for controls

    if cv == 0.0:
        return 1.0
    table = gamma_table(cv)
    scores = np.linspace(TABLE_LOW, TABLE_HIGH, TABLE_POINTS)
    below, density = special.ndtr(scores), np.exp(-0.5 * scores**2) / np.sqrt(2.0 * np.pi)
    slope = np.diff(table) / np.diff(scores)
    between = (table[:-1] - slope * scores[:-1]) @ np.diff(below) - slope @ np.diff(density)
    return float(between + table[0] * below[0] + table[-1] * special.ndtr(-scores[-1]))


def counted_arrivals(scenario: Scenario, seed: int, replications: int) -> FloatArray:
    """First visits of each stream in the measured weeks of each replication, shape (streams, replications)."""
    start, end = window_of(scenario)
    workload, n_streams = Workload(scenario, seed, 0), len(scenario.department.streams)
    found = np.empty((n_streams, replications))
    for replication in range(replications):
        coming = workload.arrivals_under(draw_base(seed, replication))
        counted = (coming["number"] == 1) & (coming["time"] >= start) & (coming["time"] < end)
        found[:, replication] = np.bincount(coming["stream"][counted], minlength=n_streams)
    return found
