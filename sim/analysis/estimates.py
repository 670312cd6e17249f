"""From values of runs to estimates and paired differences, for comparisons and sweeps alike.

Values have the shape (scenarios, measures, replications), nan where a run or a measure is missing. Estimators are those
of `sim.statistics`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.measures.catalogue import HEADLINE
from sim.runs.stopping_rules import Simultaneous
from sim.statistics.arrays import IntArray
from sim.statistics.intervals import mean_intervals, paired_differences
from sim.statistics.multiple_comparisons import holm, simultaneous_half_widths

MOST_BY_MAX_T = 500
"""Members of a family of which 20,000 draws fit in memory."""


def with_measures(keys: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """A row for each scenario (rows of `keys`) and measure."""
    repeated = keys.loc[np.repeat(keys.index.to_numpy(), len(measures))].reset_index(drop=True)
    return repeated.assign(measure=np.tile(np.asarray(measures, dtype=object), len(keys)))


def estimates_table(keys: pd.DataFrame, measures: Sequence[str], values: np.ndarray, confidence: float) -> pd.DataFrame:
    """Mean and interval of every measure of every scenario that has it: `keys`, measure, mean, low, high, ..."""
    if not values.size:
        return pd.DataFrame(columns=["label", "measure"])
    found = mean_intervals(values.reshape(-1, values.shape[2]), confidence)
    table = with_measures(keys, measures).assign(**found)
    return table[table["n"] > 0].reset_index(drop=True)


def paired_table(
    keys: pd.DataFrame,
    pairs: Sequence[tuple[int, int]],
    measures: Sequence[str],
    values: np.ndarray,
    cautions: pd.DataFrame,
    confidence: float,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Paired differences of measures that both have, and of each row those of its replications.

    Inputs: `keys` and `cautions`, a row for each scenario; `pairs`, rows of a scenario and of its baseline.
    Simultaneous half-widths and Holm's p-values are nan until `judge_family` has seen their family.
    """
    if not pairs or not values.size:
        return pd.DataFrame(columns=["label", "measure"]), np.empty((0, 0))
    ours, theirs = (np.array(rows) for rows in zip(*pairs, strict=True))
    n = values.shape[2]
    a, b = values[ours].reshape(-1, n), values[theirs].reshape(-1, n)
    found = paired_differences(a, b, confidence)
    found.pop("variance_ratio")
    rows, base = np.repeat(ours, len(measures)), np.repeat(theirs, len(measures))
    table = with_measures(keys.loc[ours].reset_index(drop=True), measures)
    table = table.assign(**found, **flags_of_pairs(cautions, rows, base))
    there = (table["n"] > 0).to_numpy()
    table = table[there].reset_index(drop=True).assign(simultaneous_half_width=np.nan, p_holm=np.nan)
    return table, (a - b)[there]


def judge_family(
    table: pd.DataFrame,
    apart: np.ndarray,
    together: IntArray | pd.Series,
    confidence: float,
    method: Simultaneous = "bonferroni",
) -> None:
    """Write simultaneous half-widths and Holm's p-values of the headline measures of rows that are judged together.

    Inputs: `apart`, the differences of each row of the table, one column per replication; `together`, which rows. Where
    max-t is asked for, the column `judged_by` says what was done: it needs every replication of every member, and a
    family that is not too large for it.
    """
    chosen = table.index[together & table["measure"].isin(HEADLINE)]
    if not len(chosen):
        return
    if method == "max_t":
        method = "max_t" if len(chosen) <= MOST_BY_MAX_T and not np.isnan(apart[chosen]).any() else "bonferroni"
        table.loc[chosen, "judged_by"] = method
    table.loc[chosen, "simultaneous_half_width"] = simultaneous_half_widths(apart[chosen].T, confidence, method)
    p_values = table.loc[chosen, "p_value"].to_numpy(float)
    known = ~np.isnan(p_values)
    if known.any():
        table.loc[chosen[known], "p_holm"] = holm(p_values[known])


def differences_of_pairs(
    keys: pd.DataFrame,
    pairs: Sequence[tuple[int, int]],
    measures: Sequence[str],
    values: np.ndarray,
    cautions: pd.DataFrame,
    confidence: float,
    simultaneous: Simultaneous = "bonferroni",
) -> pd.DataFrame:
    """Paired differences of scenarios from a baseline each, one pair a scenario; headline measures of all pairs are
    judged together. Columns as those of `paired_table`, with the label of the `baseline`."""
    table, apart = paired_table(keys, pairs, measures, values, cautions, confidence)
    if len(table):
        labels = keys["label"].tolist()
        table.insert(3, "baseline", table["label"].map({labels[ours]: labels[theirs] for ours, theirs in pairs}))
        judge_family(table, apart, table["n"] > 0, confidence, simultaneous)
    return table


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
    if not guards.shape[2]:  # nothing was played
        guards = np.full((*guards.shape[:2], 1), np.nan)
    means = mean_intervals(guards.reshape(-1, guards.shape[2]), confidence)["mean"].reshape(guards.shape[:2])
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


FLAGS = ("many_leave", "no_steady_state")
_Rows = Sequence[int] | NDArray[np.int64]


def flags_of_pairs(cautions: pd.DataFrame, ours: _Rows, baseline: _Rows) -> dict[str, np.ndarray]:
    """Of each difference between two rows of the cautions, whether a flag is raised in either."""
    flags = {name: cautions[name].to_numpy(bool) for name in FLAGS}
    return {name: flag[np.asarray(ours)] | flag[np.asarray(baseline)] for name, flag in flags.items()}
