"""Estimates of a sweep with arrivals taken as the control variates whose expectation is known.

The estimator is `control_variates`, arrivals and their expectation are `known_arrivals`'.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from sim.analysis.known_arrivals import counted_arrivals, expected_arrivals, has_expectation
from sim.department.scenario import Scenario
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
