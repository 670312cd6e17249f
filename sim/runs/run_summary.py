"""What a run leaves when it is reduced: all measures, small tables, and how patients changed from the baseline.

Runs are played by `sim.runs.playing`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import whole_minutes
from sim.engine.measures.measuring import measure_cohort, per_visit_outcomes
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.week import mean_week_of
from sim.engine.trajectory import Trajectory
from sim.runs.design import Reduced
from sim.runs.run_histograms import alone_counts, return_table, wait_counts

SAME_MINUTES = 5
"""A patient's wait or stay that moves by at most so many whole minutes is counted as the same."""
IN_MINUTES = {"time_to_pia": 1.0, "length_of_stay": 60.0}
"""Minutes in the unit of each quantity that is matched."""


@dataclass(frozen=True)
class RunSummary:
    """Small tables of one run, and how its patients changed from the baseline, None in the baseline itself.

    Hundreds of these are in memory at once.
    """

    TABLES: ClassVar = ("week", "waits", "returns", "alone", "changes")

    week: pd.DataFrame
    waits: pd.DataFrame
    returns: pd.DataFrame
    alone: pd.DataFrame
    changes: pd.DataFrame | None


def summarised(trajectory: Trajectory, scenario: Scenario, baseline: Mapping[str, Any] | None) -> Reduced:
    """Reduce a trajectory to all measures and the tables of a comparison; `baseline`: outcomes of the baseline."""
    outcomes = per_visit_outcomes(trajectory)
    changes = None if baseline is None else matched_changes(baseline, outcomes, trajectory.streams)
    time = PeerDay(trajectory, scenario)
    values = {sys.intern(name): value for name, value in measure_cohort(time).items()}
    tables = mean_week_of(time), wait_counts(time), return_table(time), alone_counts(time), changes
    return Reduced(values, RunSummary(*tables), outcomes)


def matched_changes(
    before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray], streams: tuple[str, ...]
) -> pd.DataFrame:
    """Simulated patients by their own change from the baseline: columns stream, quantity, change, n.

    Changes are whole minutes, so that counts and not patients leave the worker. First visits only, seen (for waits) or
    departed (for stays) under both staffings.
    """
    before, after = matched(before, after)
    groups = [(name, quantity) for name in sorted(streams) for quantity in sorted(IN_MINUTES)]
    counted = []
    for name, quantity in groups:
        minutes = np.empty(before["patient"].size + 1, dtype=np.int32)
        columns = before["stream"], before[quantity], after[quantity]
        n_known = whole_minutes(*columns, streams.index(name), IN_MINUTES[quantity], minutes)
        counted.append(counts_of(minutes[:n_known]))
    sizes = [changes.size for changes, _ in counted]
    return pd.DataFrame(
        {
            "stream": np.repeat(np.asarray([name for name, _ in groups], dtype=object), sizes),
            "quantity": np.repeat(np.asarray([quantity for _, quantity in groups], dtype=object), sizes),
            "change": np.concatenate([changes for changes, _ in counted]),
            "n": np.concatenate([n for _, n in counted]),
        }
    )


def counts_of(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different whole numbers in ascending order, and how often each occurs."""
    lowest, highest = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    if highest - lowest > 4 * numbers.size:
        return np.unique(numbers, return_counts=True)
    n = np.bincount(numbers - lowest)
    found = np.flatnonzero(n)
    return (found + lowest).astype(numbers.dtype), n[found]


def matched(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> tuple[Mapping[str, np.ndarray], ...]:
    """Both with the patients they share alone, in one order."""
    if np.array_equal(before["patient"], after["patient"]):
        # The rule: who comes, and when, is no business of the staffing.
        return before, after
    _, left, right = np.intersect1d(before["patient"], after["patient"], assume_unique=True, return_indices=True)
    return {key: values[left] for key, values in before.items()}, {key: values[right] for key, values in after.items()}
