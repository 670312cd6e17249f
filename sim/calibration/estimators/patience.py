"""Patience by acuity level from waits that ended with the physician or with leaving, and a test of its family.

A wait that ended with being seen is a patience censored there: it was at least as long (Mandelbaum & Zeltyn 2013,
Service engineering of call centers; Brown et al. 2005, JASA 100:36-50). The test is a bootstrap of the distance between
the fitted curve and Kaplan-Meier's. Where it rejects, no quantiles of the file can stand in: waits end before most
patience does, and nothing is known of what lies beyond.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from sim.calibration.estimators.family_choice import FitTest, bootstrap_p
from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.lifetimes import LifetimeFit, TooFewDurations, durations, fit_families, fit_lifetimes
from sim.statistics.survival import SurvivalCurve, kaplan_meier

_MOST_TESTED: Final = 4000
"""With more, any law of two parameters is found wrong, however near it is."""


@dataclass(frozen=True, slots=True)
class PatienceFit:
    """Patience by acuity level.

    `levels` (1 most urgent) are those with enough leavers to have a scale of their own, in the order of `fit.scale`; of
    the others nothing is known. `fit.never` is the share that never leaves; `never_is_known` is False when the waits
    are too short to tell it, and then it is 0. `curve` is the Kaplan-Meier curve of everybody. `test` is of the
    family of `fit`, None where leavers are too few.
    """

    levels: tuple[int, ...]
    fit: LifetimeFit
    never_is_known: bool
    curve: SurvivalCurve
    n_by_level: IntArray
    notes: tuple[str, ...]
    test: "PatienceTest | None" = None

    def survival(self, minutes: ArrayLike) -> FloatArray:
        """Fitted share of everybody not yet out of patience, by the levels' shares of visits."""
        share = self.n_by_level / self.n_by_level.sum()
        return np.asarray(sum(s * self.fit.survival(minutes, g) for g, s in enumerate(share)), dtype=np.float64)


def fit_patience(
    waited: ArrayLike, left: ArrayLike, level: ArrayLike, *, grid: float = 0.0, fewest: int = 10
) -> PatienceFit:
    """Patience in minutes of visits that waited and then were seen, or `left`.

    `waited` (n,) is the wait until the physician, or until leaving. Those without a usable wait or level must be left
    out. Levels with under `fewest` leavers are left out, and named in the notes.
    """
    wait, gone = np.asarray(waited, dtype=np.float64), np.asarray(left, dtype=np.bool_)
    levels = np.asarray(level, dtype=np.int64)
    leavers = {each: int(gone[levels == each].sum()) for each in np.unique(levels).tolist()}
    known = tuple(each for each, n in leavers.items() if n >= fewest)
    if not known:
        raise TooFewDurations(f"leavers by level: {leavers}; give a file with at least {fewest} at some level")
    rows = np.isin(levels, known)
    wait, gone, group = wait[rows], gone[rows], np.searchsorted(known, levels[rows])
    fit, never_is_known = _fitted(wait, gone, group, grid)
    counts = np.bincount(group, minlength=len(known)).astype(np.int64)
    left_out = [f"CTAS {each} ({n})" for each, n in leavers.items() if each not in known]
    notes = [f"too few leavers for a patience of their own: {', '.join(left_out)}"] if left_out else []
    if not never_is_known:
        notes.append("waits are too short to tell a share that never leaves from long patience: it is taken as 0")
    return PatienceFit(known, fit, never_is_known, kaplan_meier(wait, gone), counts, tuple(notes))


def _fitted(wait: FloatArray, gone: BoolArray, group: IntArray, grid: float) -> tuple[LifetimeFit, bool]:
    """The family of least AIC, and whether the share that never leaves is one of its parameters."""
    data = durations(wait, np.where(gone, wait, np.inf), group, grid)
    plain = fit_families(data)
    mixed = [fit for fit in fit_families(data, with_never=True) if fit.identified and _is_narrow(fit)]
    if mixed and mixed[0].aic < plain[0].aic:
        return mixed[0], True
    return plain[0], False


def _is_narrow(fit: LifetimeFit) -> bool:
    """Whether the interval of the share that never ends leaves most of 0 to 1 out."""
    never = fit.parameters()[-1]
    return never.high - never.low < 0.5


# --- does the family fit? ---


class PatienceTest(FitTest):
    """A test of the distance alone."""

    def verdict(self) -> str:
        """One sentence."""
        sample = f"largest distance {self.distance:.3f}, p {self.p_text}, n = {self.n:,}"
        if not self.is_rejected:
            return f"{self.family} fits ({sample})"
        return (
            f"no family fits: {self.family}, the nearest by AIC, is rejected ({sample}) and written all the same, for "
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
    some = np.sort(rng.permutation(wait.size)[:_MOST_TESTED])
    wait, gone, group = wait[some], gone[some], group[some]
    try:
        found = _bootstrap_distance(fit, wait, gone, group, grid)
        drawn = np.empty(draws)
        for draw in range(draws):
            virtual = _drawn_waits(wait, gone, group, rng)
            stays = rng.random(wait.size) < fit.never
            patience = np.where(stays, np.inf, fit.quantiles(rng.random(wait.size), group))
            leaves = patience < virtual
            until = np.minimum(patience, virtual)
            until = np.round(until / grid) * grid if grid else until
            drawn[draw] = _bootstrap_distance(fit, until, leaves, group, grid)
    except TooFewDurations:
        return None
    return PatienceTest(fit.family, found, bootstrap_p(found, drawn), wait.size, draws)


def _drawn_waits(wait: FloatArray, gone: BoolArray, group: IntArray, rng: np.random.Generator) -> FloatArray:
    u, drawn = rng.random(group.size), np.empty(group.size)
    for number in np.unique(group):
        mine = group == number
        curve = kaplan_meier(wait[mine], ~gone[mine])
        place = np.searchsorted(-curve.survival, -u[mine], side="left")
        drawn[mine] = curve.times[np.minimum(place, curve.times.size - 1)]
    return drawn


def _bootstrap_distance(start: LifetimeFit, wait: FloatArray, gone: BoolArray, group: IntArray, grid: float) -> float:
    """Between Kaplan-Meier's curve of everybody and that of the family fitted to the same, up to the last leaving."""
    data = durations(wait, np.where(gone, wait, np.inf), group, grid)
    fit = fit_lifetimes(data, start.family, with_never=start.with_never, start=start, with_errors=False)
    curve = kaplan_meier(wait, gone)
    times = curve.times[curve.times <= wait[gone].max()]
    share = np.bincount(group, minlength=fit.scale.size) / group.size
    # A rounded time stands for all within half a step of it.
    fitted = sum(part * fit.survival(times + grid / 2.0, number) for number, part in enumerate(share))
    return float(np.abs(curve.at(times) - fitted).max())
