"""What a run leaves when it is reduced: all measures, small tables, and how patients changed from the baseline.

Distributions come as counts in bins and returns by day, which can be added up over replications.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim.department.quantities import ACUITIES, MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import count_in_bins, whole_minutes
from sim.engine.measures.cohort import Cohort
from sim.engine.measures.intervals import Cells, Floats, Integers
from sim.engine.measures.measuring import measure_cohort, per_visit_outcomes
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.week import mean_week_of
from sim.engine.trajectory import Trajectory
from sim.runs.design import Reduced

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
    cohort = Cohort(trajectory, scenario)
    time = PeerDay(cohort)
    values = {sys.intern(name): value for name, value in measure_cohort(time).items()}
    tables = mean_week_of(time), wait_counts(cohort), return_table(cohort), alone_counts(cohort), changes
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


WAIT_EDGES = np.append(np.arange(0.0, 481.0, 10.0), np.inf)
ALONE_EDGES = np.append(np.arange(0.0, 961.0, 20.0), np.inf)


def wait_counts(cohort: Cohort) -> pd.DataFrame:
    """Visits seen, by stream, CTAS level and minutes from arrival to the physician: columns as `Comparison.waits`."""
    streams, n_bins = cohort.trajectory.streams, len(WAIT_EDGES) - 1
    n_cells = len(streams) * len(ACUITIES)
    cell = len(ACUITIES) * cohort.codes("stream").astype(np.int16) + cohort.codes("acuity") - 1
    n = counts_in_bins(cell, n_cells, cohort.times("pia") - cohort.arrival, WAIT_EDGES)
    return pd.DataFrame(
        {
            "stream": pd.Categorical.from_codes(
                np.repeat(np.arange(len(streams)), n_bins * len(ACUITIES)), pd.Index(streams)
            ),
            "acuity": np.tile(np.repeat(np.asarray(ACUITIES, dtype=np.int8), n_bins), len(streams)),
            **bins(WAIT_EDGES, n_cells),
            "n": n.ravel().astype(np.int32),
        }
    )


def alone_counts(cohort: Cohort) -> pd.DataFrame:
    """Eligible mental-health visits by minutes without staff."""
    minutes = cohort.alone.without_staff.values
    n = counts_in_bins(np.zeros(minutes.size, dtype=np.int16), 1, minutes, ALONE_EDGES)
    return pd.DataFrame({**bins(ALONE_EDGES, 1), "n": n[0]})


def bins(edges: Floats, n_times: int) -> dict[str, np.ndarray]:
    """Columns from_minute and to_minute (inf for the last), as often as asked."""
    whole = edges.astype(np.float32)  # whole minutes, so that nothing is lost
    return {"from_minute": np.tile(whole[:-1], n_times), "to_minute": np.tile(whole[1:], n_times)}


def counts_in_bins(cells: Cells, n_cells: int, values: Floats, edges: Floats) -> Integers:
    """How many of the known values of each cell lie from one edge up to, not including, the next: a row a cell.

    Edges stand evenly from 0, the last is inf.
    """
    counts = np.zeros((n_cells, edges.size - 1), dtype=np.int64)
    count_in_bins(cells, values, edges, counts)
    return counts


def return_table(cohort: Cohort) -> pd.DataFrame:
    """Mental-health visits of the window that departed: columns first (first visit of the patient), days, observed.

    `days` since departure run to the return, or (censored) for as long as the visit is followed. How long that is does
    not depend on when it departs.
    """
    chosen = np.flatnonzero(cohort.mental_health & cohort.departed)
    to_return, followed = cohort.minutes_to_return[chosen], cohort.minutes_followed[chosen]
    return pd.DataFrame(
        {
            "first": cohort["visit_number"][chosen] == 1,
            "days": np.minimum(to_return, followed) / MINUTES_PER_DAY,
            "observed": to_return <= followed,
        }
    )
