"""Tables about the best of many scenarios: all against the best of the others, and the course of a selection.

Bounds are those of `output_analysis.nelson_matejcik`, the choice that of `selection`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.study.output_analysis import FloatArray, nelson_matejcik
from sim.study.rounds import Standing, direction_of


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
