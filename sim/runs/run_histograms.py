"""Distributions of one replication in a form that can be added up over replications: counts in bins, returns by day.

Estimates and intervals are made elsewhere.
"""

import numpy as np
import pandas as pd

from sim.department.quantities import ACUITIES, MINUTES_PER_DAY
from sim.engine.measures.array_loops import Cells, Floats, Integers, count_in_bins
from sim.engine.measures.cohort import Cohort

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
