"""Does the family fitted to patience fit? A bootstrap of the distance between its curve and Kaplan-Meier's.

The fit is `patience_fit`. Where it does not fit, no quantiles of the file can stand in: waits end before most patience
does, and nothing is known of what lies beyond.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.lifetimes import LifetimeFit, TooFewDurations, durations, fit_lifetimes
from sim.statistics.survival import kaplan_meier

MOST_TESTED: Final = 4000
"""With more, any law of two parameters is found wrong, however near it is."""
REJECTED_AT: Final = 0.05


@dataclass(frozen=True, slots=True)
class PatienceTest:
    """Largest distance on `n` visits, and its p-value under the family from `draws` bootstrapped files."""

    family: str
    distance: float
    p: float
    n: int
    draws: int

    @property
    def is_rejected(self) -> bool:
        return self.p <= REJECTED_AT

    def verdict(self) -> str:
        """One sentence."""
        told = f"largest distance {self.distance:.3f}, p {self.p:.2f}, n = {self.n:,}"
        if not self.is_rejected:
            return f"{self.family} fits ({told})"
        return (
            f"no family fits: {self.family}, the nearest by AIC, is rejected ({told}) and written all the same, for "
            "waits end before most patience does and quantiles would say nothing beyond"
        )


def patience_test(
    fit: LifetimeFit,
    levels: tuple[int, ...],
    waited: ArrayLike,
    left: ArrayLike,
    level: ArrayLike,
    *,
    grid: float = 0.0,
    seed: int = 1,
    draws: int = 39,
) -> PatienceTest | None:
    """Patience drawn from the fit, cut by waits drawn from the file's, and fitted anew each time.

    None where leavers are too few. Arguments as those of `fit_patience`. Waits are drawn by level from their own
    Kaplan-Meier curve, in which leaving is the censoring; who would wait longer than anybody did waits that long.
    """
    rows = np.isin(np.asarray(level), levels)
    wait, gone = np.asarray(waited, dtype=np.float64)[rows], np.asarray(left, dtype=np.bool_)[rows]
    group = np.searchsorted(levels, np.asarray(level)[rows]).astype(np.int64)
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(wait.size)[:MOST_TESTED])
    wait, gone, group = wait[some], gone[some], group[some]
    try:
        found = _distance(fit, wait, gone, group, grid)
        drawn = np.empty(draws)
        for draw in range(draws):
            virtual = _waits(wait, gone, group, rng)
            patience = np.where(rng.random(wait.size) < fit.never, np.inf, _patience(fit, group, rng))
            leaves = patience < virtual
            until = np.minimum(patience, virtual)
            drawn[draw] = _distance(fit, np.round(until / grid) * grid if grid else until, leaves, group, grid)
    except TooFewDurations:
        return None
    return PatienceTest(fit.family, found, float((1 + (drawn >= found).sum()) / (draws + 1)), wait.size, draws)


def _patience(fit: LifetimeFit, group: IntArray, rng: np.random.Generator) -> FloatArray:
    u, drawn = rng.random(group.size), np.empty(group.size)
    for number in range(fit.scale.size):
        mine = group == number
        drawn[mine] = fit.quantiles(u[mine], number)
    return drawn


def _waits(wait: FloatArray, gone: BoolArray, group: IntArray, rng: np.random.Generator) -> FloatArray:
    u, drawn = rng.random(group.size), np.empty(group.size)
    for number in np.unique(group):
        mine = group == number
        curve = kaplan_meier(wait[mine], ~gone[mine])
        place = np.searchsorted(-curve.survival, -u[mine], side="left")
        drawn[mine] = curve.times[np.minimum(place, curve.times.size - 1)]
    return drawn


def _distance(start: LifetimeFit, wait: FloatArray, gone: BoolArray, group: IntArray, grid: float) -> float:
    """Between Kaplan-Meier's curve of everybody and that of the family fitted to the same, up to the last leaving."""
    low, high = wait, np.where(gone, wait, np.inf)
    fit = fit_lifetimes(durations(low, high, group, grid), start.family, with_never=start.with_never, start=start)
    curve = kaplan_meier(wait, gone)
    times = curve.times[curve.times <= wait[gone].max()]
    share = np.bincount(group, minlength=fit.scale.size) / group.size
    # A rounded time stands for all within half a step of it.
    fitted = sum(part * fit.survival(times + grid / 2.0, number) for number, part in enumerate(share))
    return float(np.abs(curve.at(times) - fitted).max())
