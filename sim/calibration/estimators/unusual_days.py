"""Days that stand out, and dates at which the level of arrivals shifts: what a fitted model of days does not expect.

Both are noticed, not acted upon: whoever knows the hospital names the days or leaves the period out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import stats

from sim.calibration.estimators.day_totals import Dates, DayFit, fit_days, longest_memory
from sim.department.arrivals import DAYS_PER_YEAR
from sim.statistics import weekly_effects
from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.weekly_effects import DaysInWeeks, Fit, Variances

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


def _beyond_chance(found: DayFit, chance: float) -> BoolArray:
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

_QUICK_DRAWS: Final = 199
_QUICK_CHANCE: Final = 0.02
"""Above it under the variances at hand nothing is drawn anew: a shift would have to be clearer."""
_DRAWS: Final = 59
_RARE: Final = 0.02
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
    """Shifts that the fitted model, with its slow level, a trend and a season, does not expect; the clearest first.

    The largest statistic over all weeks is compared with those of files drawn without a shift, by `seed`. Under two
    years no file tells a season from a shift by itself: the fit has one wave a year, and draws have faster ones.
    """
    return tuple(_shifts(found, np.random.default_rng(seed)))


def _shifts(found: DayFit, rng: np.random.Generator) -> Iterator[LevelShift]:
    days, dates = _with_trend(found), found.totals.days[found.in_fit]
    mondays = _candidates(days)
    if not found.with_level or mondays.size == 0:
        return
    steps = (days.week[:, None] >= mondays[None, :]).astype(np.float64)
    season = _season_beyond_a_wave(found, dates)
    for _ in range(_MOST_SHIFTS):
        after, observed = _stepped(days, steps)
        best = int(observed.argmax())
        fit = weekly_effects.fitted(days, after)
        drawn = _statistics(fit, steps, _drawn(fit, season, _QUICK_DRAWS, rng)).max(axis=0)
        if (1 + (drawn >= observed[best]).sum()) / (1 + _QUICK_DRAWS) > _QUICK_CHANCE:
            return
        chance = _chance(fit, season, steps, float(observed[best]), rng)
        if chance > _RARE:
            return
        days = replace(days, design=np.hstack((days.design, steps[:, [best]])))
        fit = weekly_effects.fitted(days, after)
        before = 1.0 + float((days.design[:, :7] @ fit.coefficients[:7]).mean())
        first = int(np.flatnonzero(days.week >= mondays[best])[0])
        factor = max(before + float(fit.coefficients[-1]), 0.0) / max(before, 1e-3)
        yield LevelShift(dates[first], factor, chance)


def _stepped(days: DaysInWeeks, steps: FloatArray, start: Variances | None = None) -> tuple[Variances, FloatArray]:
    """Variances with the step that explains most, and the statistic of each step under them. A shift left in would
    pass for a slow level with a long memory, and hide behind it; step and variances are looked for in turn."""
    variances = Variances(_BROAD) if start is None else start
    for _ in range(2):
        observed = _statistics(weekly_effects.fitted(days, variances), steps, days.response)
        stepped = replace(days, design=np.hstack((days.design, steps[:, [int(observed.argmax())]])))
        variances = weekly_effects.estimated(
            stepped, start, True, min(_LONGEST_MEMORY, longest_memory(days.n_weeks))
        ).variances
    return variances, _statistics(weekly_effects.fitted(days, variances), steps, days.response)


_BROAD: Final = 0.01
"""Variance of days at which a first step is looked for."""


def _chance(fit: Fit, season: FloatArray, steps: FloatArray, observed: float, rng: np.random.Generator) -> float:
    """Of as large a statistic in files drawn under the fit, which has no shift, each treated as the file was."""
    start = fit.variances if fit.variances.of_weeks > 0.0 else None
    reached = [
        float(_stepped(replace(fit.days, response=each), steps, start)[1].max()) >= observed
        for each in _drawn(fit, season, _DRAWS, rng).T
    ]
    return float((1 + sum(reached)) / (1 + _DRAWS))


def _with_trend(found: DayFit) -> DaysInWeeks:
    """The days with a trend in the design, and one wave of the year for months that were seen once: these would take up
    any shift, and without any a season would pass for one."""
    seen_once = _seen_once(found)
    if seen_once and found.design.with_months:
        found = fit_days(found.totals, replace(found.design, with_months=False))
    days = found.fit.days
    columns = [days.design]
    if seen_once:
        columns.append(_waves(found.totals.days[found.in_fit], 1))
    if not found.design.with_growth:
        columns.append((np.arange(days.week.size) - days.week.size / 2.0)[:, None] / days.week.size)
    return replace(days, design=np.hstack(columns))


def _seen_once(found: DayFit) -> bool:
    return found.fit.days.week.size < _DAYS_FOR_MONTHS


def _season_beyond_a_wave(found: DayFit, dates: Dates) -> FloatArray:
    """What one wave a year leaves of a season: faster waves times the standard deviations of their coefficients."""
    if not _seen_once(found):
        return np.zeros((dates.size, 0))
    return np.hstack([_waves(dates, k) * sd for k, sd in _FASTER_WAVES.items()])


def _waves(dates: Dates, per_year: int) -> FloatArray:
    angle = 2.0 * np.pi * per_year * (dates - dates[0]).astype(np.int64) / DAYS_PER_YEAR
    return np.column_stack((np.cos(angle), np.sin(angle)))


_DAYS_FOR_MONTHS: Final = 730
_FASTER_WAVES: Final = {2: 0.02, 3: 0.013}
"""Standard deviation of the coefficients of two and three waves a year: about what the default's months have."""
_LONGEST_MEMORY: Final = 6.0
"""Weeks: what lasts for longer is looked upon as a shift, and told."""


def _candidates(days: DaysInWeeks) -> IntArray:
    """Weeks before which a shift is looked for."""
    weeks = np.arange(_WEEKS_BESIDE, days.n_weeks - _WEEKS_BESIDE + 1)
    return weeks[:: max(1, -(-weeks.size // _MOST_CANDIDATES))]


def _statistics(fit: Fit, steps: FloatArray, response: FloatArray) -> FloatArray:
    """Score statistic of each step; of a table of responses a column each."""
    days, v = fit.days, fit.days.under(fit.variances)
    of_steps, of_design = v.solve(steps), v.solve(days.design)
    across = steps.T @ of_design
    information = (steps * of_steps).sum(axis=0)
    spread = information - ((across @ fit.covariance) * across).sum(axis=1)
    spread = np.where(spread > 1e-9 * information, spread, np.inf)
    score = of_steps.T @ response - across @ (fit.covariance @ (of_design.T @ response))
    return np.asarray(score**2 / (spread if response.ndim == 1 else spread[:, None]))


def _drawn(fit: Fit, season: FloatArray, n: int, rng: np.random.Generator) -> FloatArray:
    """Residuals of files without a shift, a column each, with a season each."""
    days, variances = fit.days, fit.variances
    own = fit.days.under(variances).own
    found = np.sqrt(own)[:, None] * rng.standard_normal((own.size, n))
    found += season @ rng.standard_normal((season.shape[1], n))
    if variances.of_weeks > 0.0:
        phi = float(np.exp(-1.0 / variances.memory_weeks))
        shocks = rng.standard_normal((days.n_weeks, n))
        level = shocks.copy()
        for week in range(1, days.n_weeks):
            level[week] = phi * level[week - 1] + np.sqrt(1.0 - phi * phi) * shocks[week]
        found += np.sqrt(variances.of_weeks) * level[days.week]
    return found
