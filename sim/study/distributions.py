"""Distributions of one replication in a form that can be added up over replications: counts in bins, returns by day.

Estimates and intervals are made elsewhere.
"""

import numpy as np
import pandas as pd

from sim.department.quantities import ACUITIES, MINUTES_PER_DAY
from sim.engine.intervals import Floats, Integers
from sim.engine.run_measures import parts
from sim.engine.visit_outcomes import Cohort, one_of

WAIT_EDGES = np.append(np.arange(0.0, 481.0, 10.0), np.inf)
ALONE_EDGES = np.append(np.arange(0.0, 961.0, 20.0), np.inf)


def wait_counts(cohort: Cohort) -> pd.DataFrame:
    """Visits seen, by stream, CTAS level and minutes from arrival to the physician: columns as `Comparison.waits`."""
    streams, n_bins = cohort.trajectory.streams, len(WAIT_EDGES) - 1
    n_cells = len(streams) * len(ACUITIES)
    cell = len(ACUITIES) * cohort.codes("stream").astype(np.int64) + cohort.codes("acuity") - 1
    n = counts_in_bins(cell, n_cells, cohort.times("pia") - cohort.arrival, WAIT_EDGES)
    return pd.DataFrame(
        {
            "stream": np.repeat(np.asarray(streams, dtype=object), n_bins * len(ACUITIES)),
            "acuity": np.tile(np.repeat(ACUITIES, n_bins), len(streams)),
            **bins(WAIT_EDGES, n_cells),
            "n": n.ravel(),
        }
    )


def alone_counts(cohort: Cohort) -> pd.DataFrame:
    """Eligible mental-health visits by minutes alone."""
    n = counts_in_bins(np.zeros(cohort.size, dtype=np.int64), 1, cohort.minutes_alone, ALONE_EDGES)
    return pd.DataFrame({**bins(ALONE_EDGES, 1), "n": n[0]})


def bins(edges: Floats, n_times: int) -> dict[str, Floats]:
    """Columns from_minute and to_minute (inf for the last), as often as asked."""
    return {"from_minute": np.tile(edges[:-1], n_times), "to_minute": np.tile(edges[1:], n_times)}


def counts_in_bins(cells: Integers, n_cells: int, values: Floats, edges: Floats) -> Integers:
    """How many of the known values of each cell lie from one edge up to, not including, the next: a row a cell."""
    known = np.flatnonzero(~np.isnan(values))
    place = np.searchsorted(edges, values[known], side="right") - 1
    n_bins = edges.size - 1
    return np.bincount(n_bins * cells[known] + place, minlength=n_cells * n_bins).reshape(n_cells, n_bins)


def return_table(cohort: Cohort) -> pd.DataFrame:
    """Mental-health visits departed in the window: columns first (first visit of the patient), days, observed.

    `days` runs to the return if it falls before the end of the run, else to that end (censored).
    """
    mental = one_of(cohort.codes("stream"), dict(parts(cohort.trajectory))["mental_health"])
    chosen, horizon = np.flatnonzero(mental & cohort.departed), cohort.trajectory.horizon
    departure, following = cohort.times("departure")[chosen], cohort.times("next_visit")[chosen]
    observed = following < horizon
    days = (np.where(observed, following, horizon) - departure) / MINUTES_PER_DAY
    return pd.DataFrame({"first": cohort["visit_number"][chosen] == 1, "days": days, "observed": observed})
