"""Days that stand out, and dates at which the level of arrivals shifts: what a fitted model of days does not expect.

Both are noticed, not acted upon: whoever knows the hospital names the days or leaves the period out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import stats

from sim.calibration.estimators.day_totals import DayFit, fit_days, longest_memory
from sim.statistics import weekly_effects
from sim.statistics.arrays import FloatArray
from sim.statistics.weekly_effects import DaysInWeeks, Fit

_CHANCE: Final = 0.05
"""Of naming any day of a file in which none stands out (Bonferroni)."""
_ROUNDS: Final = 4
_MOST_DAYS: Final = 40
_MOST_OF_DAYS: Final = 0.05
"""More than this share of the days are no exceptions."""


@dataclass(frozen=True, slots=True)
class UnusualDay:
    """A day with `observed` visits where `expected` came on days like it in weeks like its own."""

    date: np.datetime64
    observed: float
    expected: float

    @property
    def factor(self) -> float:
        return self.observed / self.expected

    def __str__(self) -> str:
        return f"{self.date} (x {self.factor:.2f})"


def unusual_days(found: DayFit) -> tuple[UnusualDay, ...]:
    """Days beyond chance, in order of date: each is taken out, the model is fitted again, and the rest looked at."""
    totals, current, out = found.totals, found, np.zeros(found.totals.total.size, dtype=np.bool_)
    n = int(found.in_fit.sum())
    for _ in range(_ROUNDS):
        new = _beyond_chance(current, _CHANCE / n)
        if not new.any() or (out | new).sum() > min(_MOST_DAYS, max(1.0, _MOST_OF_DAYS * n)):
            break
        out |= new
        covered = np.where(out, 0.0, totals.covered)
        try:
            current = fit_days(replace(totals, covered=covered), found.design)
        except (ValueError, np.linalg.LinAlgError):
            break
    if not out.any():
        return ()
    days = totals.days[out]
    expected, _ = current.expected_days(days, totals.covered[out])
    return tuple(
        UnusualDay(day, float(total), float(mean))
        for day, total, mean in zip(days, totals.total[out], expected, strict=True)
        if mean > 0.0
    )


def _beyond_chance(found: DayFit, chance: float) -> np.ndarray:
    """Days of the file whose total has less than this chance, both ends together, given all the others.

    A day left out is predicted with mean and variance from the inverse of the covariance; its total is taken for
    negative binomial.
    """
    days, v = found.fit.days, found.fit.days.under(found.variances)
    solved, diagonal = v.solve(found.fit.residuals()), _inverse_diagonal(v, days)
    mean_all = 1.0 / days.noise
    left_out = days.response - solved / diagonal
    mean = np.maximum(mean_all * (1.0 + left_out), 1e-3 * mean_all)
    variance = np.maximum(mean_all**2 / diagonal - mean_all, 0.0) + mean
    observed = found.totals.total[found.in_fit]
    extra = np.maximum((variance - mean) / mean**2, 1e-9)
    law = stats.nbinom(1.0 / extra, 1.0 / (1.0 + extra * mean))
    tail = np.minimum(law.cdf(observed), law.sf(observed - 1.0))
    flags = np.zeros(found.in_fit.size, dtype=np.bool_)
    flags[np.flatnonzero(found.in_fit)[2.0 * tail < chance]] = True
    return flags


def _inverse_diagonal(v: weekly_effects.Covariance, days: DaysInWeeks) -> FloatArray:
    """Diagonal of V^-1, some columns at a time."""
    found = np.empty(days.week.size)
    for start in range(0, days.week.size, _COLUMNS):
        rows = np.arange(start, min(start + _COLUMNS, days.week.size))
        unit = np.zeros((days.week.size, rows.size))
        unit[rows, np.arange(rows.size)] = 1.0
        found[rows] = v.solve(unit)[rows, np.arange(rows.size)]
    return found


_COLUMNS: Final = 128
"""Columns solved at once, so that memory stays small."""

# --- shifts of the level --------------------------------------------------------------------------------------------

_DRAWS: Final = 199
_RARE: Final = 0.01
_MOST_SHIFTS: Final = 3
_WEEKS_BESIDE: Final = 4
"""Weeks on either side of a shift: a level that lasts for less is a spell, for which there is the slow level."""
_MOST_CANDIDATES: Final = 150


@dataclass(frozen=True, slots=True)
class LevelShift:
    """The level of arrivals is another from `date` on, a Monday, by a `factor`; `chance` of one as large in a file
    that has none."""

    date: np.datetime64
    factor: float
    chance: float

    def __str__(self) -> str:
        return f"from about {self.date} on arrivals are x {self.factor:.2f} (p {self.chance:.3f})"


def level_shifts(found: DayFit, *, seed: int = 1) -> tuple[LevelShift, ...]:
    """Shifts that the fitted model, with its slow level and a trend, does not expect; the clearest first.

    The largest statistic over all weeks is compared with those of files drawn under the model, by `seed`.
    """
    return tuple(_shifts(found, np.random.default_rng(seed)))


def _shifts(found: DayFit, rng: np.random.Generator) -> Iterator[LevelShift]:
    days, dates = _with_trend(found), found.totals.days[found.in_fit]
    mondays = _candidates(days)
    if not found.with_level or mondays.size == 0:
        return
    steps = (days.week[:, None] >= mondays[None, :]).astype(np.float64)
    for _ in range(_MOST_SHIFTS):
        fit = weekly_effects.estimated(days, None, True, longest_memory(days.n_weeks))
        observed, drawn = _largest(fit, steps, rng)
        best = int(observed.argmax())
        chance = float((1 + (drawn >= observed[best]).sum()) / (1 + _DRAWS))
        if chance > _RARE:
            return
        days = replace(days, design=np.hstack((days.design, steps[:, [best]])))
        after = weekly_effects.estimated(days, None, True, longest_memory(days.n_weeks))
        before = 1.0 + float((days.design[:, :7] @ after.coefficients[:7]).mean())
        first = int(np.flatnonzero(days.week >= mondays[best])[0])
        factor = max(before + float(after.coefficients[-1]), 0.0) / max(before, 1e-3)
        yield LevelShift(dates[first], factor, chance)


def _with_trend(found: DayFit) -> DaysInWeeks:
    """The days with a trend in the design, where the fit has no growth."""
    days = found.fit.days
    if found.design.with_growth:
        return days
    trend = (np.arange(days.week.size) - days.week.size / 2.0)[:, None] / days.week.size
    return replace(days, design=np.hstack((days.design, trend)))


def _candidates(days: DaysInWeeks) -> np.ndarray:
    """Weeks before which a shift is looked for."""
    weeks = np.arange(_WEEKS_BESIDE, days.n_weeks - _WEEKS_BESIDE + 1)
    return weeks[:: max(1, -(-weeks.size // _MOST_CANDIDATES))]


def _largest(fit: Fit, steps: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Score statistic of each step, and the largest of each file drawn under the fit."""
    days, v = fit.days, fit.days.under(fit.variances)
    of_steps, of_design = v.solve(steps), v.solve(days.design)
    across = steps.T @ of_design
    spread = (steps * of_steps).sum(axis=0) - ((across @ fit.covariance) * across).sum(axis=1)
    spread = np.where(spread > 1e-9 * (steps * of_steps).sum(axis=0), spread, np.inf)

    def statistic(response: FloatArray) -> FloatArray:
        score = of_steps.T @ response - across @ (fit.covariance @ (of_design.T @ response))
        return np.asarray(score**2 / (spread if response.ndim == 1 else spread[:, None]))

    return statistic(days.response), statistic(_drawn(fit, rng)).max(axis=0)


def _drawn(fit: Fit, rng: np.random.Generator) -> FloatArray:
    """Residuals of files without a shift, a column each."""
    days, variances = fit.days, fit.variances
    own = fit.days.under(variances).own
    found = np.sqrt(own)[:, None] * rng.standard_normal((own.size, _DRAWS))
    if variances.of_weeks > 0.0:
        phi = float(np.exp(-1.0 / variances.memory_weeks))
        shocks = rng.standard_normal((days.n_weeks, _DRAWS))
        level = shocks.copy()
        for week in range(1, days.n_weeks):
            level[week] = phi * level[week - 1] + np.sqrt(1.0 - phi * phi) * shocks[week]
        found += np.sqrt(variances.of_weeks) * level[days.week]
    return found
