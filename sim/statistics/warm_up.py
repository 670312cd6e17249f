"""How long a simulation takes to settle: the MSER-5 truncation point, in whole weeks.

Sources: White (1997); White, Cobb & Spratt (2000); the average over replications is Welch's.
"""

from dataclasses import dataclass
from math import ceil, nan

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.arrays import refuse_infinite, vector

_BATCH = 5
"""Observations averaged before the rule looks at them; the 5 of its name."""
_FEWEST_BATCHES = 10


@dataclass(frozen=True, slots=True)
class Truncation:
    """How many leading observations to delete, and whether the series was long enough to show that it settled."""

    n_observations: int
    statistic: float
    reliable: bool

    @property
    def n_weeks(self) -> int:
        """Whole weeks of a daily series, so that measured time starts on a Monday 00:00."""
        return ceil(self.n_observations / 7)


def mser5(series: ArrayLike) -> Truncation:
    """MSER-5 truncation point (White 1997; White, Cobb & Spratt 2000): the d least var(tail) / length(tail).

    series: shape (n,), equally spaced, no NaN; batched in fives, an incomplete last batch is left out. At
    least five batches are kept, because very short tails look quiet by chance. `reliable` is False when the
    best d lies in the second half of the series: it has not been shown to settle, run longer. Raises
    ValueError under 50 observations.
    """
    x = vector(series, "series")
    n_batches = x.size // _BATCH
    if n_batches < _FEWEST_BATCHES:
        shortest = _BATCH * _FEWEST_BATCHES
        raise ValueError(f"series has {x.size} observations: MSER-5 needs {shortest}, run longer or record finer")
    if np.isnan(x).any():
        raise ValueError(
            "series holds NaN: average over replications or record coarser, so that each period has a value"
        )
    batches = (x[: n_batches * _BATCH] - x[0]).reshape(n_batches, _BATCH).mean(axis=1)
    last = n_batches - _FEWEST_BATCHES // 2
    statistic = [float(batches[d:].var()) / (n_batches - d) for d in range(last + 1)]
    best = int(np.argmin(statistic))
    return Truncation(best * _BATCH, statistic[best], best <= n_batches // 2)


def daily_warm_up(series: ArrayLike) -> Truncation:
    """MSER-5 of a daily series, averaged over replications as in Welch's method (NaN left out of the average).

    series: shape (n,) or (n_replications, n). Ask for every measure and scenario and use the largest for all. Raises
    ValueError as `mser5` does.
    """
    table = np.atleast_2d(np.asarray(series, dtype=np.float64))
    refuse_infinite(table, "series")
    n_defined = (~np.isnan(table)).sum(axis=0)
    return mser5(np.divide(np.nansum(table, axis=0), n_defined, out=np.full(table.shape[1], nan), where=n_defined > 0))
