"""Survey weights of visits: what they are used in, and the clusters that errors respect."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray, IntArray
from sim.statistics.weighted import quantile_errors, weighted_mean, weighted_quantile

REPORTED_CHANCES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles of waits and stays that are reported of a weighted file."""
_FEWEST: Final = 50
"""Visits of a level for its mean and quantiles."""
REFUSED_WITH_DATES: Final = (
    "weight: survey weights are not used with dated arrivals, where rates count visits; leave `weight` out of the map"
)
USED_IN: Final = (
    "Survey weights are used in every share, mean and quantile; rates, patience, returns and families of distributions "
    "have no weighted estimate here and are left out."
)


def has_weights(frame: pd.DataFrame) -> bool:
    """Whether visits stand for others."""
    return "weight" in frame.columns and bool(frame["weight"].notna().any())


def weights_of(frame: pd.DataFrame) -> FloatArray | None:
    """A weight per visit; None where the file has none."""
    return frame["weight"].to_numpy(np.float64) if has_weights(frame) else None


def with_usable_weights(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Visits that can be counted, and what was done; every visit where the file has no weights."""
    if not has_weights(frame):
        return frame, ()
    usable = frame["weight"].notna() & (frame["weight"] > 0.0)
    n_left_out = int((~usable).sum())
    left_out = (f"{n_left_out:,} visits without a weight over 0 are left out of every estimate.",) if n_left_out else ()
    return frame[usable], (USED_IN, *left_out)


def clusters_of(frame: pd.DataFrame) -> IntArray | None:
    """A number per sampling unit, else per patient, whose visits are alike; None where the file names at most one.

    A visit without a unit is its own.
    """
    for column in ("cluster", "patient"):
        if column not in frame.columns:
            continue
        known = frame[column].notna()
        if frame[column].nunique() < 2 or (column == "patient" and not known.all()):
            continue
        codes = pd.factorize(frame[column])[0].astype(np.int64)
        return np.where(codes < 0, codes.max() + 1 + np.arange(len(codes)), codes).astype(np.int64)
    return None


@dataclass(frozen=True, slots=True)
class WeightedMinutes:
    """Minutes of a kind at one level, of `n` visits: mean and quantiles at `REPORTED_CHANCES`, each with its error."""

    name: str
    level: int
    n: int
    mean: float
    mean_error: float
    quantiles: FloatArray
    quantile_errors: FloatArray

    def line(self) -> str:
        """As it is told."""
        middle = REPORTED_CHANCES.index(0.5)
        return (
            f"{self.name} level {self.level}: mean {self.mean:.1f} (SE {self.mean_error:.2g}), median "
            f"{self.quantiles[middle]:.1f} (SE {self.quantile_errors[middle]:.2g}), weighted, n = {self.n:,}"
        )


def weighted_minutes(frame: pd.DataFrame) -> tuple[WeightedMinutes, ...]:
    """Of waits and stays at each level with enough visits."""
    found = []
    for name in ("wait_minutes", "stay_minutes"):
        for level in ACUITIES:
            known = frame[frame[name].notna() & (frame["acuity"] == level)]
            if len(known) < _FEWEST:
                continue
            values, weight = known[name].to_numpy(np.float64), known["weight"].to_numpy(np.float64)
            cluster = clusters_of(known)
            quantiles = weighted_quantile(values, weight, REPORTED_CHANCES)
            errors = quantile_errors(values, weight, REPORTED_CHANCES, cluster)
            mean, error = weighted_mean(values, weight, cluster)
            found.append(WeightedMinutes(name, level, len(known), mean, error, quantiles, errors))
    return tuple(found)
