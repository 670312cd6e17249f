"""From values of runs to estimates and paired differences, for comparisons and sweeps alike.

Values have the shape (scenarios, measures, replications), nan where a run or a measure is missing. Estimators are those
of `sim.statistics`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.cautions import flags_of_pairs
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
