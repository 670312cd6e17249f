"""Estimates of a sweep with arrivals taken as the control variates whose expectation is known.

First visits from outside in the measured weeks, by stream, are read off the workload before any engine plays it. Their
expectation is exact: arrivals are Poisson around rates of the scenario, times day factors whose mean is that of the
table they are drawn from. The estimator is `sim.statistics.control_variates`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from sim.department.arrivals import Replay
from sim.department.quantities import MINUTES_PER_HOUR, TABLE_HIGH, TABLE_LOW, TABLE_POINTS, gamma_table
from sim.department.scenario import Scenario
from sim.engine.workload import HourlyRates, Workload
from sim.statistics.arrays import FloatArray, IntArray
from sim.statistics.control_variates import centred, controlled_means


def controlled_table(
    scenarios: Mapping[str, Scenario],
    measures: Sequence[str],
    values: FloatArray,
    numbers: IntArray,
    seed: int,
    confidence: float,
) -> pd.DataFrame:
    """Adjusted estimates and paired differences: of, scenario label, measure and the columns of `controlled_means`.

    `scenarios` by label, the baseline first; values: shape (scenarios, measures, replications), of which the first
    `numbers` count. Without a row: measures without a value, and scenarios of which no expectation is known, or with
    too few replications for their controls.
    """
    tables = [
        pd.DataFrame({"of": of, "label": label, "measure": list(measures), **found})
        for of, label, found in adjusted_rows(scenarios, values, numbers, seed, confidence)
    ]
    if not tables:
        return pd.DataFrame()
    table = pd.concat(tables, ignore_index=True)
    there = np.isfinite(table["half_width"].to_numpy()) & (table["n_controls"].to_numpy() > 0)
    kept: pd.DataFrame = table[there].reset_index(drop=True)
    return kept


def adjusted_rows(
    scenarios: Mapping[str, Scenario], values: FloatArray, numbers: IntArray, seed: int, confidence: float
) -> Iterator[tuple[str, str, Mapping[str, np.ndarray]]]:
    """Of each scenario its own means, then its differences from the first."""
    known = {
        label: above_expected(scenario, seed, int(n))
        for (label, scenario), n in zip(scenarios.items(), numbers, strict=True)
        if has_expectation(scenario)
    }
    baseline = next(iter(scenarios))
    for place, label in enumerate(scenarios):
        if label not in known:
            continue
        above, n = known[label], int(numbers[place])
        yield "estimates", label, controlled(values[place, :, :n], above, confidence)
        if place and baseline in known:
            pairs = min(n, int(numbers[0]))
            both = np.vstack((above[:, :pairs], known[baseline][:, :pairs]))
            apart = values[place, :, :pairs] - values[0, :, :pairs]
            yield "differences", label, controlled(apart, both, confidence)


def above_expected(scenario: Scenario, seed: int, replications: int) -> FloatArray:
    """First visits of each stream above their expectation, shape (streams, replications)."""
    return centred(counted_arrivals(scenario, seed, replications), expected_arrivals(scenario))


def controlled(values: FloatArray, above: FloatArray, confidence: float) -> Mapping[str, np.ndarray]:
    """Estimates with controls that are centred."""
    return controlled_means(values, above, np.zeros(len(above)), confidence)


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
        coming = workload.under(seed, replication).arrival_arrays()
        counted = (coming.numbers == 1) & (coming.times >= start) & (coming.times < end)
        found[:, replication] = np.bincount(coming.streams[counted], minlength=n_streams)
    return found
