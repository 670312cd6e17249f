"""What a run leaves when it is reduced: all measures, small tables, and how patients changed from the baseline.

Runs are played by `sim.runs.blocks`, which begins without this: to load all that measures and makes tables takes
as long as a run.
"""

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import Floats, whole_minutes
from sim.engine.measures.measuring import measures_of
from sim.engine.measures.outcomes import Cohort
from sim.engine.measures.staff_time import StaffTime
from sim.engine.measures.week import mean_week_of
from sim.engine.trajectory import Trajectory
from sim.runs.run_histograms import alone_counts, return_table, wait_counts

SAME_MINUTES = 5
"""A patient's wait or stay that moves by at most so many whole minutes is counted as the same."""
IN_MINUTES = {"time_to_pia": 1.0, "length_of_stay": 60.0}
"""Minutes in the unit of each quantity that is matched."""


@dataclass(frozen=True)
class Played:
    """What one replication of one staffing leaves: all measures with the number of each, and small tables.

    Hundreds of these are kept at once, so that they are written compactly.
    """

    measures: tuple[str, ...]
    numbers: Floats
    week: pd.DataFrame
    waits: pd.DataFrame
    returns: pd.DataFrame
    alone: pd.DataFrame
    changes: pd.DataFrame | None
    n_visits: int
    n_entries: int

    @property
    def values(self) -> dict[str, float]:
        """The number of each measure."""
        return dict(zip(self.measures, self.numbers.tolist(), strict=True))


def played(trajectory: Trajectory, scenario: Scenario, changes: pd.DataFrame | None) -> Played:
    """Reduce a trajectory to what a comparison needs."""
    cohort = Cohort(trajectory, scenario)
    time = StaffTime(cohort)
    values = measures_of(cohort, time)
    return Played(
        measures=tuple(map(sys.intern, values)),
        numbers=np.array(list(values.values())),
        week=mean_week_of(time),
        waits=wait_counts(cohort),
        returns=return_table(cohort),
        alone=alone_counts(cohort),
        changes=changes,
        n_visits=trajectory.n_visits,
        n_entries=trajectory.n_entries,
    )


def matched_changes(
    before: dict[str, np.ndarray], after: dict[str, np.ndarray], streams: tuple[str, ...]
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


def matched(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], ...]:
    """Both with the patients they share alone, in one order."""
    if np.array_equal(before["patient"], after["patient"]):
        # The rule: who comes, and when, is no business of the staffing.
        return before, after
    _, left, right = np.intersect1d(before["patient"], after["patient"], assume_unique=True, return_indices=True)
    return {key: values[left] for key, values in before.items()}, {key: values[right] for key, values in after.items()}
