"""Patience from waits that ended with the physician before it was used up, or with leaving.

The likelihood is `lifetimes`. A wait that ended with being seen is a patience censored there: it was at least as long
(Mandelbaum & Zeltyn 2013, Service engineering of call centers; Brown et al. 2005, JASA 100:36-50).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.lifetimes import LifetimeFit, TooFewDurations, durations, fit_families, fixed_never
from sim.statistics.survival import SurvivalCurve, kaplan_meier


@dataclass(frozen=True, slots=True)
class PatienceFit:
    """Patience by acuity level.

    `levels` (1 most urgent) are those with enough leavers to have a scale of their own, in the order of `fit.scale`; of
    the others nothing is known. `fit.never` is the share that never leaves; `never_is_known` is False when the waits
    are too short to tell it, and then it is the share that was given. `distance` is the largest one between the
    Kaplan-Meier curve of everybody and the fitted curve, up to the longest wait that ended with leaving.
    """

    levels: tuple[int, ...]
    fit: LifetimeFit
    never_is_known: bool
    curve: SurvivalCurve
    n_left: int
    n_by_level: IntArray
    distance: float
    notes: tuple[str, ...]

    def survival(self, minutes: ArrayLike) -> FloatArray:
        """Fitted share of everybody not yet out of patience, by the levels' shares of visits."""
        share = self.n_by_level / self.n_by_level.sum()
        return np.asarray(sum(s * self.fit.survival(minutes, g) for g, s in enumerate(share)), dtype=np.float64)


def fit_patience(
    waited: ArrayLike,
    left: ArrayLike,
    level: ArrayLike,
    *,
    left_by: ArrayLike | None = None,
    grid: float = 0.0,
    never: float | None = None,
    fewest: int = 10,
) -> PatienceFit:
    """Patience in minutes of visits that waited and then were seen, or `left`.

    `waited` (n,) is the wait until the physician, or until leaving; of one who left unnoticed give the last time they
    were known to be there, and in `left_by` (n,) the first they were known to be gone. Those without a usable wait or
    level must be left out. With `never` None the share that never leaves is estimated, 0 where nothing tells it.
    Levels with under `fewest` leavers are left out, and named in the notes.
    """
    wait, gone = np.asarray(waited, dtype=np.float64), np.asarray(left, dtype=np.bool_)
    levels = np.asarray(level, dtype=np.int64)
    leavers = {each: int(gone[levels == each].sum()) for each in np.unique(levels).tolist()}
    known = tuple(each for each, n in leavers.items() if n >= fewest)
    if not known:
        raise TooFewDurations(f"leavers by level: {leavers}; give a file with at least {fewest} at some level")
    rows = np.isin(levels, known)
    wait, gone, group = wait[rows], gone[rows], np.searchsorted(known, levels[rows])
    until = wait if left_by is None else np.asarray(left_by, dtype=np.float64)[rows]
    low, high = np.where(gone, wait, np.maximum(wait, 0.0)), np.where(gone, until, np.inf)
    fit, told = _fitted(low, high, group, grid, never)
    curve = kaplan_meier(np.where(gone, (low + np.where(gone, high, 0.0)) / 2.0, wait), gone)
    counts = np.bincount(group, minlength=len(known)).astype(np.int64)
    left_out = [f"CTAS {each} ({n})" for each, n in leavers.items() if each not in known]
    notes = [f"too few leavers for a patience of their own: {', '.join(left_out)}"] if left_out else []
    if never is None and not told:
        notes.append("waits are too short to tell a share that never leaves from long patience: it is taken as 0")
    found = PatienceFit(known, fit, told, curve, int(gone.sum()), counts, np.nan, tuple(notes))
    return replace(found, distance=_distance(found, gone, wait))


def _fitted(
    low: FloatArray, high: FloatArray, group: IntArray, grid: float, never: float | None
) -> tuple[LifetimeFit, bool]:
    data = durations(low, high, group, grid)
    if never is not None:
        name = fit_families(data)[0].family
        return fixed_never(data, name, never), False
    plain = fit_families(data)
    mixed = [fit for fit in fit_families(data, with_never=True) if fit.identified and _is_told(fit)]
    if mixed and mixed[0].aic < plain[0].aic:
        return mixed[0], True
    return plain[0], False


def _is_told(fit: LifetimeFit) -> bool:
    """Whether the interval of the share that never ends leaves most of 0 to 1 out."""
    never = fit.parameters()[-1]
    return never.high - never.low < 0.5


def _distance(found: PatienceFit, gone: BoolArray, wait: FloatArray) -> float:
    times = found.curve.times[found.curve.times <= wait[gone].max()]
    return float(np.abs(found.curve.at(times) - found.survival(times)).max())
