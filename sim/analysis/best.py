"""Which of many scenarios may be the best, the course of a selection, and which are shown to be beaten by another.

Bounds are those of `multiple_comparisons.nelson_matejcik`, the choice that of `stopping`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from sim.analysis.estimates import cautions_table, guard_values
from sim.analysis.sequential_sampling import ReplicationPlan, direction_of
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import measure_and_part
from sim.statistics.arrays import BoolArray, FloatArray
from sim.statistics.intervals import paired_differences
from sim.statistics.multiple_comparisons import nelson_matejcik

MOST_RIVALS = 50
"""So many of those with the best means each scenario is set against; more would rule out hardly any others."""


def contenders(values: FloatArray, better: str, confidence: float) -> BoolArray:
    """Scenarios that are not shown worse than another, shape (k,); the best is among them with the confidence.

    values: shape (k, n), a row per scenario, a column per replication on the same seeds, NaN where a scenario lacks
    it; each has at least 2. A pair is compared by the interval of its own difference over all replications that both
    have, at 1 - (1 - confidence) / (k - 1), so that neither equal variances nor independence is needed and of two
    scenarios one is best only if the interval shown beside them leaves out 0. The best is ruled out only if one of its
    k - 1 intervals errs. The screening of Nelson, Swann, Goldsman & Song 2001 (Operations Research 49:950-963), with
    Bonferroni's share of the error because of the common seeds.
    """
    k = len(values)
    means = np.nanmean(values, axis=1)
    rivals = np.argsort(means if better == "low" else -means, kind="stable")[:MOST_RIVALS]
    each = 1.0 - (1.0 - confidence) / max(k - 1, 1)
    ruled_out = np.zeros(k, dtype=bool)
    for rival in rivals:
        apart = paired_differences(values, np.broadcast_to(values[rival], values.shape), each)
        worse = apart["low"] > 0.0 if better == "low" else apart["high"] < 0.0
        ruled_out |= worse
    return ~ruled_out


@dataclass(frozen=True)
class Contenders:
    """Who may be the best by one measure.

    `labels`: of those that no other is shown to beat; `n_ruled_out`: the others; `n_replications`: fewest and most of
    a scenario; `confidence`: of all pairs together.
    """

    labels: tuple[str, ...]
    n_ruled_out: int
    n_replications: tuple[int, int]
    confidence: float


def contenders_by(
    labels: Sequence[str], measures: Sequence[str], values: FloatArray, confidence: float
) -> dict[str, Contenders]:
    """Who may be the best by each measure with a direction.

    Scenarios with fewer than two replications of the measure are left out; no measure that fewer than two have.
    values: shape (scenarios, measures, replications).
    """
    found: dict[str, Contenders] = {}
    for column, measure in enumerate(measures):
        n_values = (~np.isnan(values[:, column])).sum(axis=1)
        having = np.flatnonzero(n_values > 1)
        if having.size > 1:
            kept = contenders(values[having, column], direction_of(measure), confidence)
            reach = int(n_values[having].min()), int(n_values[having].max())
            names = tuple(labels[row] for row in having[kept])
            found[measure] = Contenders(names, int((~kept).sum()), reach, confidence)
    return found


BEST_COLUMNS = ("better", "mean", "difference", "low", "high", "may_be_best", "is_best", "n")


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
            **{name: getattr(found, name) for name in BEST_COLUMNS},
        }
    )


def selection_table(labels: Sequence[str], plan: ReplicationPlan) -> pd.DataFrame:
    """label, mean (over the replications it stayed in), n, survives, selected; empty where no best was selected."""
    choice, candidates = plan.selection, plan.candidates
    if choice is None or candidates is None:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "label": [labels[row] for row in candidates],
            "mean": choice.mean,
            "n": plan.n_replications[candidates],
            "survives": choice.surviving,
            "selected": np.arange(candidates.size) == choice.selected,
        }
    )


SIGNS = {"low": 1.0, "high": -1.0}


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
