"""Scenarios of a sweep that another one is shown to beat in everything that counts: cost and every headline outcome.

Only scenarios that are choices in the same world are set against each other: same department, demand, boarding, assumed
effects and weeks. What is no more than likely is not said.
"""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic_core import from_json
from scipy import special

from sim.analysis.cautions import cautions_table, guard_values
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import measure_and_part

WORLD = ("department", "demand", "boarding", "effects", "period")
"""What nobody chooses when a roster is chosen."""
SIGNS = {"low": 1.0, "high": -1.0}


def worlds_of(scenarios: pd.DataFrame) -> list[str]:
    """Of each scenario (rows of `scenarios.parquet`), everything in it that is no choice."""
    contents = (from_json(content) for content in scenarios["content"])
    return [json.dumps([content.get(part) for part in WORLD], sort_keys=True) for content in contents]


def dominated_table(
    labels: Sequence[str], worlds: Sequence[str], measures: Sequence[str], values: np.ndarray, confidence: float
) -> pd.DataFrame:
    """label, by (label of the first that beats it), n_worse, n_identical, n (replications that both have).

    One scenario is dominated by another if every headline measure with a better direction is identical in all
    replications or worse beyond chance, and at least one is worse: each measure is tested one-sided, so that all
    together err no more often than one does, at a level shared by all pairs (Bonferroni). Not judged without a steady
    state, nor where one has a measure that the other has not. `values`: shape (scenarios, measures, replications).
    """
    chosen = [name for name in HEADLINE if name in measures and measure_and_part(name)[0].better in SIGNS]
    signs = np.array([SIGNS[measure_and_part(name)[0].better] for name in chosen])
    worse = values[:, [list(measures).index(name) for name in chosen]] * signs[:, np.newaxis]
    has = ~np.isnan(worse).all(axis=2)
    judgeable = ~cautions_table(guard_values(measures, values), confidence)["no_steady_state"].to_numpy(bool)
    rivals = [
        [other for other in range(len(worlds)) if other != row and judgeable[other] and worlds[other] == worlds[row]]
        if judgeable[row]
        else []
        for row in range(len(worlds))
    ]
    n_pairs = sum(map(len, rivals))
    rows = []
    for row, others in enumerate(rivals):
        others = [other for other in others if (has[other] == has[row]).all()]
        if not others or not has[row].any():
            continue
        of_both = worse[:, has[row]]
        identical, is_worse, n = _judged(of_both[row] - of_both[others], (1 - confidence) / n_pairs)
        beaten = np.flatnonzero((identical | is_worse).all(axis=1) & is_worse.any(axis=1))
        if beaten.size:
            first = beaten[0]
            found = int(is_worse[first].sum()), int(identical[first].sum()), int(n[first])
            rows.append((labels[row], labels[others[first]], *found))
    return pd.DataFrame(rows, columns=["label", "by", "n_worse", "n_identical", "n"])


def _judged(apart: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each pair and measure, whether all replications are identical, and whether it is worse beyond chance; of each
    pair the fewest replications that a measure has. Shape of `apart`: (pairs, measures, replications).
    """
    there = ~np.isnan(apart)
    n = there.sum(axis=2)
    known = np.where(there, apart, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = known.sum(axis=2) / n
        squares = np.where(there, (apart - mean[:, :, np.newaxis]) ** 2, 0.0).sum(axis=2)
        error = np.sqrt(squares / (n - 1) / n)
        p_values = np.where(error > 0, special.stdtr(n - 1, -mean / error), np.where(mean > 0, 0.0, 1.0))
    enough = n >= 2
    identical = enough & (known == 0.0).all(axis=2)
    return identical, enough & ~identical & (p_values < level), n.min(axis=1)
