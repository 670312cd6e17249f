"""Which of many scenarios may be the best, all of them against the best of the others, and the course of a selection.

Bounds are those of `output_analysis.nelson_matejcik`, the choice that of `selection`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.study.output_analysis import BoolArray, FloatArray, nelson_matejcik, paired_differences
from sim.study.rounds import Standing, direction_of

MOST_RIVALS = 50
"""So many of those with the best means each scenario is set against; more would rule out hardly any others."""


def contenders(values: FloatArray, better: str, confidence: float) -> BoolArray:
    """Scenarios that are not shown worse than another, shape (k,); the best is among them with the confidence.

    values: shape (k, n), a row per scenario, a column per replication on the same seeds, none missing, n at least 2.
    Pairs are tested one-sided at (1 - confidence) / (k - 1) by their own differences, so that neither equal variances
    nor independence is asked for: the best is ruled out only if one of its k - 1 tests errs. The screening of Nelson,
    Swann, Goldsman & Song 2001 (Operations Research 49:950-963), with Bonferroni's share of the error because of
    the common seeds.
    """
    k = len(values)
    means = values.mean(axis=1)
    rivals = np.argsort(means if better == "low" else -means, kind="stable")[:MOST_RIVALS]
    # Two-sided at twice the one-sided error; the sign is looked at apart.
    each = 1.0 - 2.0 * (1.0 - confidence) / max(k - 1, 1)
    ruled_out = np.zeros(k, dtype=bool)
    for rival in rivals:
        apart = paired_differences(values, np.broadcast_to(values[rival], values.shape), max(each, 0.5))
        worse = apart["low"] > 0.0 if better == "low" else apart["high"] < 0.0
        ruled_out |= worse
    return ~ruled_out


def contenders_by(
    labels: Mapping[str, str], measures: Sequence[str], values: FloatArray, confidence: float
) -> dict[str, tuple[list[str], int]]:
    """Of each measure with a direction the labels of those that may be best, and how many are ruled out.

    Scenarios without the measure are left out, and replications that one of the others lacks; nothing of a measure
    that fewer than two scenarios or replications have.
    """
    names, found = list(labels.values()), dict[str, tuple[list[str], int]]()
    for column, measure in enumerate(measures):
        of_each = values[:, column]
        having = np.flatnonzero(~np.isnan(of_each).all(axis=1))
        table = of_each[having][:, ~np.isnan(of_each[having]).any(axis=0)]
        if having.size > 1 and table.shape[1] > 1:
            kept = contenders(table, direction_of(measure), confidence)
            found[measure] = [names[row] for row in having[kept]], int((~kept).sum())
    return found


def best_table(
    labels: Mapping[str, str], measures: Sequence[str], values: FloatArray, measure: str | None, confidence: float
) -> pd.DataFrame:
    """Multiple comparisons with the best by one measure; empty where it is not asked for, or there is too little.

    scenario, label, measure, better, mean, difference (mean minus the best other mean), low, high (simultaneous),
    may_be_best, is_best, n. Replications that all scenarios have count; those without the measure are left out.
    """
    if measure is None or measure not in measures:
        return pd.DataFrame()
    of_each = values[:, list(measures).index(measure)]
    having = np.flatnonzero(~np.isnan(of_each).all(axis=1))
    whole = ~np.isnan(of_each[having]).any(axis=0)
    if having.size < 2 or whole.sum() < 2:
        return pd.DataFrame()
    found = nelson_matejcik(of_each[having].T, direction_of(measure), confidence)
    keys, names = list(labels), list(labels.values())
    return pd.DataFrame(
        {
            "scenario": [keys[row] for row in having],
            "label": [names[row] for row in having],
            "measure": measure,
            "better": found.better,
            "mean": found.mean,
            "difference": found.difference,
            "low": found.low,
            "high": found.high,
            "may_be_best": found.may_be_best,
            "is_best": found.is_best,
            "n": found.n,
        }
    )


def selection_table(labels: Sequence[str], state: Standing) -> pd.DataFrame:
    """label, mean (over the replications it stayed in), n, survives, selected; empty where no best was selected."""
    choice, candidates = state.selection, state.candidates
    if choice is None or candidates is None:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "label": [labels[row] for row in candidates],
            "mean": choice.mean,
            "n": state.numbers[candidates],
            "survives": choice.surviving,
            "selected": np.arange(candidates.size) == choice.selected,
        }
    )
