"""Which results must be read with care: many visits leave, or the department has no steady state.

Where many leave, differences are shown with a warning: those who would have waited longest are gone. Without a steady
state the means depend on how long the run was, so numbers are shown and no sentence claims a difference.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.statistics.intervals import mean_intervals

LEAVING, UNFINISHED_SHARE = "lwbs_or_ama.all", "unfinished_share.all"
WAIT_FIRST, WAIT_LAST, MEASURED_DAYS = "wait_first_third.all", "wait_last_third.all", "measured_days.all"
GUARDS = (LEAVING, UNFINISHED_SHARE, WAIT_FIRST, WAIT_LAST, MEASURED_DAYS)
"""Measures that the guards look at."""

LEAVING_LIMIT = 0.05
"""Share of visits leaving of their own accord above which many leave."""
UNFINISHED_LIMIT = 0.02
"""Share of the window's visits unfinished at its end above which there is no steady state ..."""
UNFINISHED_DAYS = 0.5
"""... but never fewer than so many days of arrivals: in a short window the visits of the last hours are that many."""
GROWTH_LIMIT = 0.25
"""Growth of the wait from the first third of the window to the last above which, beyond chance, it is not steady."""


def guard_values(measures: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Values of the `GUARDS`, shape (scenarios, guards, replications); NaN of those that are not among the measures.

    values: shape (scenarios, measures, replications), NaN where a replication is missing.
    """
    found = np.full((len(values), len(GUARDS), values.shape[2] if values.ndim == 3 else 0), np.nan)
    for number, name in enumerate(GUARDS):
        if name in measures:
            found[:, number] = values[:, list(measures).index(name)]
    return found


def cautions_table(guards: np.ndarray, confidence: float) -> pd.DataFrame:
    """A row for each scenario: what the guards saw (means over replications), and their verdicts.

    leaving, unfinished (shares of visits), unfinished_limit, wait_first_third, wait_last_third (minutes), many_leave,
    no_steady_state. What is not known raises no caution. A growing wait needs two replications: it must lie beyond
    chance at the confidence. guards: as `guard_values` gives them.
    """
    n_scenarios, _, n = guards.shape
    if n == 0:
        return pd.DataFrame({name: np.zeros(n_scenarios, dtype=kind) for name, kind in CAUTION_COLUMNS.items()})
    means = mean_intervals(guards.reshape(-1, n), confidence)["mean"].reshape(n_scenarios, len(GUARDS))
    leaving, unfinished, first, last, days = means.T
    limit = np.fmax(UNFINISHED_LIMIT, UNFINISHED_DAYS / days)
    growth = mean_intervals(guards[:, GUARDS.index(WAIT_LAST)] - guards[:, GUARDS.index(WAIT_FIRST)], confidence)
    grows = (growth["low"] > 0.0) & (last > (1.0 + GROWTH_LIMIT) * first)
    return pd.DataFrame(
        {
            "leaving": leaving,
            "unfinished": unfinished,
            "unfinished_limit": limit,
            "wait_first_third": first,
            "wait_last_third": last,
            "many_leave": leaving > LEAVING_LIMIT,
            "no_steady_state": (unfinished > limit) | grows,
        }
    )


CAUTION_COLUMNS = {
    "leaving": float,
    "unfinished": float,
    "unfinished_limit": float,
    "wait_first_third": float,
    "wait_last_third": float,
    "many_leave": bool,
    "no_steady_state": bool,
}
"""Columns of `cautions_table` and their types."""
FLAGS = ("many_leave", "no_steady_state")
_Rows = Sequence[int] | NDArray[np.int64]


def flags_of_pairs(cautions: pd.DataFrame, ours: _Rows, baseline: _Rows) -> dict[str, np.ndarray]:
    """Of each difference between two rows of the cautions, whether a flag is raised in either."""
    flags = {name: cautions[name].to_numpy(bool) for name in FLAGS}
    return {name: flag[np.asarray(ours)] | flag[np.asarray(baseline)] for name, flag in flags.items()}
