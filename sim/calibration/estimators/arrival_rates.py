"""Arrival rates by hour of the week with months, growth, special days, day-to-day and slow variation, with errors.

Poisson counts factorise: totals of days (`day_totals`), and given them the hours of the day (`hour_profiles`). Where
patients are known, errors allow for returns too: visits of one patient come together, as in a compound Poisson process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.calibration.estimators.day_totals import (
    DayFit,
    DayTotals,
    Interval,
    fit_days,
    special_estimates,
    with_returns,
)
from sim.calibration.estimators.hour_profiles import HourProfile, HourShape, day_shares_covered, fit_profile
from sim.calibration.estimators.hourly_counts import MONTHS_PER_YEAR, Counts
from sim.calibration.estimators.shares import HOURS_PER_DAY
from sim.calibration.estimators.unusual_days import LevelShift, UnusualDay, level_shifts, unusual_days
from sim.department.arrivals import DAYS_PER_YEAR
from sim.statistics import weekly_effects
from sim.statistics.arrays import FloatArray

_MOST_NAMED: Final = 8
"""Days that a note names one by one."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Values of one kind with their standard errors; intervals are made in logarithms, for all are positive."""

    value: FloatArray
    standard_error: FloatArray

    def interval(self, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
        z = special.ndtri(0.5 + confidence / 2.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.exp(z * self.standard_error / self.value)
        return self.value / spread, self.value * spread


@dataclass(frozen=True, slots=True)
class DayVariation:
    """Daily totals against Poisson given their means: `index` is 1 for Poisson, `p_value` its upper tail.

    `cv` is the coefficient of variation of the gamma factor of whole days, beside the slow level; 0 where days are no
    more uneven than Poisson's.
    """

    index: float
    degrees: int
    p_value: float
    cv: float
    cv_standard_error: float

    @property
    def is_over_dispersed(self) -> bool:
        return self.index > 1.0 and self.p_value < 0.01


@dataclass(frozen=True, slots=True)
class LevelVariation:
    """The slow level of weeks: its coefficient of variation, 0 where there is none, and its memory with the ends of its
    95 % interval (weeks; NaN where unknown). `is_estimated` is false where the file has too few weeks to tell.
    """

    cv: float
    cv_standard_error: float
    memory_weeks: float
    memory_low: float
    memory_high: float
    is_estimated: bool = True


@dataclass(frozen=True, slots=True)
class SpecialFactor:
    """What a special day does to arrivals, and how many such days the file covers."""

    factor: float
    standard_error: float
    n_days: int


@dataclass(frozen=True, eq=False)
class ArrivalRates:
    """The model fitted to counts.

    `per_hour` (168,) is of an average month at the end of the file, on days that are not special and at the mean level;
    `visits_per_year` (1,) that over a year. `weekday` (7,) has mean 1, `hour_shares` (7, 24) sums to 1 over each day;
    `months` (12,) has mean 1, None where the file lacks a month; `growth` (1,) is the factor over a year, None under a
    year and a half. `special_days` are those of the calendar that the file covers, `absent` the names of the others, of
    which it has no day or no visit.
    """

    per_hour: Estimates
    visits_per_year: Estimates
    weekday: Estimates
    hour_shares: Estimates
    months: Estimates | None
    growth: Estimates | None
    days: DayVariation
    level: LevelVariation
    special_days: dict[str, SpecialFactor]
    absent: tuple[str, ...]
    profile: HourProfile
    hourly_index: float
    n: int
    n_days: int
    of_days: DayFit
    seed: int = 1

    @cached_property
    def unusual(self) -> tuple[UnusualDay, ...]:
        """Days that stand out beyond chance."""
        return unusual_days(self.of_days)

    @cached_property
    def shifts(self) -> tuple[LevelShift, ...]:
        """Dates from which on the level is another, judged by draws of the `seed`."""
        return level_shifts(self.of_days, seed=self.seed)

    def notes(self) -> tuple[str, ...]:
        """What could not be estimated, and what a reader must be warned of."""
        found = []
        if self.months is None:
            found.append("no month factors: the file does not cover every month; neutral ones (1) are written")
        if self.growth is None:
            found.append("no growth: the file covers under a year and a half; 1 is assumed")
        found += self._notes_of_variation()
        found += [f"special day {name}: no visit on such a day, so no factor is written" for name in self.absent]
        found.append(self.profile.note())
        if np.any(self.per_hour.value == 0.0):
            found.append(f"nobody came in {int((self.per_hour.value == 0.0).sum())} hours of the week; their rate is 0")
        if self.unusual:
            few = ", ".join(str(each) for each in self.unusual[:_MOST_NAMED])
            more = f" and {len(self.unusual) - _MOST_NAMED} more" if len(self.unusual) > _MOST_NAMED else ""
            remedy = "name those that come again in `special_days`, leave faults out with `exclude`"
            found.append(f"days that stand out beyond chance: {few}{more}; {remedy}")
        for shift in self.shifts:
            found.append(f"the level changed: {shift}; cut the file there, or leave a period out with `exclude`")
        return tuple(found)

    def _notes_of_variation(self) -> list[str]:
        found, days, level = [], self.days, self.level
        if days.is_over_dispersed:
            parts = [f"a factor on whole days of CV {days.cv:.3f}"] if days.cv > 0.0 else []
            if level.cv > 0.0:
                parts.append(f"a level of weeks of CV {level.cv:.3f} with a memory of {level.memory_weeks:.1f} weeks")
            written = f"; {' and '.join(parts)} written, errors widened for it" if parts else ""
            found.append(
                f"arrivals are over-dispersed: daily totals vary {days.index:.2f} times as much as Poisson's "
                f"(p {'under 0.001' if days.p_value < 0.001 else format(days.p_value, '.3f')}){written}"
            )
        if not level.is_estimated:
            found.append("no slow level: the file covers too few weeks to tell it from the volume")
        return found

    def expected_hours(self, like: Counts) -> FloatArray:
        """Arrivals expected in each hour of other days (n, 24), covered or not, at the mean level."""
        return np.asarray(self.of_days.means(like.days)[:, None] * self.profile.share[like.weekday])

    def expected_days(self, like: Counts) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of the totals of other days, of the hours covered.

        Included are Poisson, the factor of days, the level of weeks given the last ones, and the errors of coefficients
        and variances.
        """
        return self.of_days.expected_days(like.days, day_shares_covered(like, self.profile.share))

    def expected_total(self, days: npt.NDArray[np.datetime64], confidence: float = 0.95) -> Interval:
        """The total of some whole days, with its central interval."""
        return self.of_days.expected_total(days, confidence)


def fit_arrivals(counts: Counts, *, shape: HourShape | None = None, seed: int = 1) -> ArrivalRates:
    """Fit days and hours, with months, growth and a slow level where the file is long enough.

    `shape` is that of the hours where it is not to be chosen by prediction; `seed` is that of the draws with which
    shifts of the level are judged. Raises ValueError unless every hour of the week is covered at least once.
    """
    profile = fit_profile(counts, shape)
    totals = day_totals(counts, profile)
    try:
        found = fit_days(totals)
    except np.linalg.LinAlgError:
        raise ValueError(f"{counts.n_visits:,} visits are too few for weekdays, months and special days") from None
    if counts.place is not None and counts.patient is not None:
        found = with_returns(found, counts.place // HOURS_PER_DAY, counts.patient)
    return _summed_up(counts, profile, found, seed)


def day_totals(counts: Counts, profile: HourProfile) -> DayTotals:
    """Totals of the hours covered, and the share of the day's visits that these hold."""
    total = np.where(counts.inside, counts.by_hour, 0.0).sum(axis=1)
    covered = np.where(counts.inside.all(axis=1), 1.0, day_shares_covered(counts, profile.share))
    return DayTotals(counts.first_day, total, covered, counts.calendar)


def _summed_up(counts: Counts, profile: HourProfile, found: DayFit, seed: int) -> ArrivalRates:
    observed = np.where(counts.inside, counts.by_hour, 0.0)
    n = int(observed.sum())
    expected = np.where(counts.inside, found.means(counts.days)[:, None] * profile.share[counts.weekday], 0.0)
    squares = (observed - expected) ** 2 / np.where(expected > 0.0, expected, 1.0)
    degrees = int((expected > 0.0).sum()) - profile.shape.n_parameters - int(found.free.sum())
    of_hours = profile.share.ravel()
    error_of_hours = profile.standard_error.ravel() / np.where(of_hours > 0.0, of_hours, 1.0)
    day_rates = _with_error(_week_rates, found)
    per_hour = (day_rates.value[:, None] * profile.share).ravel()
    relative = np.hypot(np.repeat(day_rates.standard_error / np.maximum(day_rates.value, 1e-300), 24), error_of_hours)
    names = counts.calendar.special_days
    return ArrivalRates(
        per_hour=Estimates(per_hour, np.where(per_hour > 0.0, per_hour * relative, 0.0)),
        visits_per_year=_with_error(
            lambda fit, theta: _week_rates(fit, theta).mean(keepdims=True) * DAYS_PER_YEAR, found
        ),
        weekday=_with_error(lambda fit, theta: _of_mean_one(_week_rates(fit, theta)), found),
        hour_shares=Estimates(profile.share, profile.standard_error),
        months=_with_error(lambda fit, theta: _of_mean_one(_months(fit, theta)), found)
        if found.design.with_months
        else None,
        growth=None if found.design.growth_at is None else _with_error(_growth, found),
        days=_day_variation(counts, found),
        level=level_variation(found),
        special_days=_special_days(counts, found),
        absent=tuple(name for name in names if name not in found.design.specials),
        profile=profile,
        hourly_index=float(squares.sum()) / max(degrees, 1),
        n=n,
        n_days=len(observed),
        of_days=found,
        seed=seed,
    )


def _week_rates(found: DayFit, theta: FloatArray) -> FloatArray:
    """Visits of each weekday (7,) in an average month."""
    return np.asarray(np.exp(theta[:7]) * _months(found, theta).mean())


def _months(found: DayFit, theta: FloatArray) -> FloatArray:
    if not found.design.with_months:
        return np.ones(MONTHS_PER_YEAR)
    return np.exp(np.concatenate(([0.0], theta[found.design.months_at])))


def _growth(found: DayFit, theta: FloatArray) -> FloatArray:
    at = found.design.growth_at
    assert at is not None
    return np.asarray(np.exp(theta[at : at + 1]))


def _of_mean_one(values: FloatArray) -> FloatArray:
    return np.asarray(values / values.mean())


def _with_error(what: Callable[[DayFit, FloatArray], FloatArray], found: DayFit) -> Estimates:
    """A function of the coefficients and its error by the delta method, derivatives by central differences."""
    step, theta = 1e-5, found.log_mean
    value = what(found, theta)
    slopes = np.zeros((value.size, theta.size))
    for place in np.flatnonzero(found.free):
        there, here = theta.copy(), theta.copy()
        there[place] += step
        here[place] -= step
        slopes[:, place] = ((what(found, there) - what(found, here)) / (2.0 * step)).ravel()
    variance = ((slopes @ found.covariance) * slopes).sum(axis=1)
    return Estimates(value, np.sqrt(np.maximum(variance, 0.0)))


def _day_variation(counts: Counts, found: DayFit) -> DayVariation:
    """Against Poisson from the days that lie wholly in the file; the factor from all."""
    whole = counts.inside.all(axis=1) & found.in_fit
    total, expected = counts.by_hour[whole].sum(axis=1), found.means(counts.days[whole])
    degrees = int(whole.sum()) - int(found.free.sum())
    if degrees < 2:
        return DayVariation(np.nan, 0, np.nan, 0.0, np.nan)
    pearson = float(((total - expected) ** 2 / expected).sum())
    cv = float(np.sqrt(found.variances.of_days))
    error = _error_of_root(found.variances.of_days, weekly_effects.variance_errors(found.fit).of_days)
    return DayVariation(pearson / degrees, degrees, float(special.chdtrc(degrees, pearson)), cv, error)


def _error_of_root(variance: float, error: float) -> float:
    """Error of the root of a variance: half of what its error spans, as error / (2 root) has no bound near 0."""
    if variance == 0.0:
        return float("nan")
    return float(np.sqrt(variance + error) - np.sqrt(max(variance - error, 0.0))) / 2.0


def level_variation(found: DayFit) -> LevelVariation:
    variances = found.variances
    if variances.of_weeks == 0.0:
        return LevelVariation(0.0, np.nan, np.nan, np.nan, np.nan, found.with_level)
    errors, cv = weekly_effects.variance_errors(found.fit), float(np.sqrt(variances.of_weeks))
    told = errors.log_memory < _VAGUE
    spread = float(np.exp(special.ndtri(0.975) * errors.log_memory)) if told else np.nan
    memory = variances.memory_weeks
    return LevelVariation(cv, _level_error(found, cv), memory, memory / spread, memory * spread)


def _level_error(found: DayFit, cv: float) -> float:
    """Of the CV, about its estimate, over the variances that the file leaves plausible: the likelihood is skewed, and
    its curvature at the top tells too small an error."""
    squares = (weight * (each.variances.of_weeks**0.5 - cv) ** 2 for each, weight in found.plausible)
    return float(np.sqrt(sum(squares)))


_VAGUE: Final = 3.0
"""A standard error of the logarithm of the memory above this says nothing: from a hundredth to a hundredfold."""


def _special_days(counts: Counts, found: DayFit) -> dict[str, SpecialFactor]:
    table = found.design.table(counts.days[found.in_fit])
    return {
        name: SpecialFactor(factor, error, int(table[:, found.design.special_at(name)].sum()))
        for name, (factor, error) in special_estimates(found).items()
    }
