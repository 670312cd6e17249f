"""How many come on a day: weekdays, months, growth and special days, days and weeks that vary, and totals to come.

Given its mean, the total of a day is Poisson times a factor of the day and a level of the week, both with mean 1. The
mean is log-linear; it solves the estimating equations of a model with these variances (Zeger 1988, Biometrika
75:621-629), so that errors allow for days and weeks that are busier or quieter together. Variances are those of the
largest restricted likelihood (REML) of the working residuals (total - mean) / mean. What they leave open is averaged
over in predictions, with weights in proportion to that likelihood over a grid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.calibration.estimators.file_calendar import FileCalendar, is_one_of
from sim.calibration.estimators.hourly_counts import MONTHS_PER_YEAR, month_of, week_of, weekday_of
from sim.department.arrivals import DAYS_PER_YEAR
from sim.statistics import weekly_effects
from sim.statistics.arrays import FloatArray
from sim.statistics.weekly_effects import DaysInWeeks, Fit, Variances

Dates = npt.NDArray[np.datetime64]

_DAYS_IN_MONTH: Final = 20
"""A month with fewer days in the file has no factor."""
_DAYS_FOR_GROWTH: Final = 548
"""A year and a half: half of the months are seen twice, so that growth and months can be told apart."""
_WEEKS_FOR_LEVEL: Final = 10
"""With fewer, a level with a memory cannot be told from another volume."""
_LEAST_COVERED: Final = 0.02
"""Days of which the file covers less than this share of the visits expected are left out."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Visits of each day from `first_day` on and the `covered` share of the day's visits that the file could hold.

    `covered` is 1 for whole days and 0 for days that the file leaves out, whose total does not count.
    """

    first_day: np.datetime64
    total: FloatArray
    covered: FloatArray
    calendar: FileCalendar = field(default_factory=FileCalendar)

    @property
    def days(self) -> Dates:
        return self.first_day + np.arange(self.total.size)

    @property
    def counts(self) -> npt.NDArray[np.bool_]:
        """Which days tell something."""
        return self.covered > _LEAST_COVERED


@dataclass(frozen=True, slots=True)
class DayDesign:
    """Columns of the log mean: a log level per weekday, month factors after January, growth a year, special days.

    `last_day` is that from which growth is counted, the last of the file; `specials` are the names found in it.
    """

    with_months: bool
    with_growth: bool
    specials: tuple[str, ...]
    calendar: FileCalendar
    last_day: np.datetime64

    @property
    def months_at(self) -> slice:
        """Columns of months, February first, after the seven weekdays."""
        return slice(7, 7 + (MONTHS_PER_YEAR - 1) * self.with_months)

    @property
    def growth_at(self) -> int | None:
        """The column of growth, None without."""
        return self.months_at.stop if self.with_growth else None

    def special_at(self, name: str) -> int:
        """The column of a special day."""
        return int(self.months_at.stop) + self.with_growth + self.specials.index(name)

    @property
    def n_columns(self) -> int:
        return int(self.months_at.stop) + self.with_growth + len(self.specials)

    def table(self, days: Dates) -> FloatArray:
        """A row per day."""
        columns = [(weekday_of(days)[:, None] == np.arange(7)).astype(np.float64)]
        if self.with_months:
            columns.append((month_of(days)[:, None] == np.arange(1, MONTHS_PER_YEAR)).astype(np.float64))
        if self.with_growth:
            columns.append(((days - self.last_day).astype(np.int64) / DAYS_PER_YEAR)[:, None])
        dates = self.calendar.special_days
        columns += [is_one_of(days, dates[name])[:, None].astype(np.float64) for name in self.specials]
        return np.hstack(columns)


def design_of_days(totals: DayTotals) -> DayDesign:
    """Months and growth where the file is long enough, and the special days on which somebody came."""
    covered = totals.days[totals.counts]
    n_of_month = np.bincount(month_of(covered), minlength=MONTHS_PER_YEAR)
    span = int((covered[-1] - covered[0]).astype(np.int64)) + 1
    came = totals.total[totals.counts]
    of_month = np.bincount(month_of(covered), weights=came, minlength=MONTHS_PER_YEAR)
    special = totals.calendar.special_days.items()
    names = [name for name, dates in special if came[is_one_of(covered, dates)].sum() > 0.0]
    return DayDesign(
        with_months=bool(n_of_month.min() >= _DAYS_IN_MONTH and of_month.min() > 0.0),
        with_growth=span >= _DAYS_FOR_GROWTH,
        specials=tuple(names),
        calendar=totals.calendar,
        last_day=totals.days[-1],
    )


@dataclass(frozen=True, slots=True)
class Interval:
    """A total to come: expected, its variance, and the ends of its central interval."""

    expected: float
    variance: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class DayFit:
    """The model fitted. `log_mean` are its coefficients; weekdays on which nobody came have -inf and no error.

    `covariance_of_returns` is what visits of the same patients add to the covariance of the coefficients; `free` says
    which coefficients are finite, `in_fit` which days of the totals were fitted.
    """

    totals: DayTotals
    design: DayDesign
    log_mean: FloatArray
    fit: Fit
    in_fit: npt.NDArray[np.bool_]
    free: npt.NDArray[np.bool_]
    with_level: bool
    covariance_of_returns: FloatArray

    @property
    def variances(self) -> Variances:
        return self.fit.variances

    @cached_property
    def covariance(self) -> FloatArray:
        """Of `log_mean`, over the variances that the file leaves plausible; 0 for what is not free."""
        mean = sum(weight * each.coefficients for each, weight in self.plausible)
        inside = np.array(self.covariance_of_returns)
        for each, weight in self.plausible:
            apart = each.coefficients - mean
            inside += weight * (each.covariance + np.outer(apart, apart))
        found = np.zeros((self.free.size, self.free.size))
        found[np.ix_(self.free, self.free)] = inside
        return found

    def means(self, days: Dates) -> FloatArray:
        """Expected totals of whole days, at the mean level."""
        table = self.design.table(days)
        nobody = (~self.free)[None, :] & (table != 0.0)
        return np.where(nobody.any(axis=1), 0.0, np.exp(table[:, self.free] @ self.log_mean[self.free]))

    @property
    def first_week(self) -> int:
        return int(week_of(self.totals.days[self.in_fit][:1])[0])

    @cached_property
    def plausible(self) -> tuple[tuple[Fit, float], ...]:
        """Fits under other variances of weeks and memories, and their weights, which sum to 1.

        Logarithms of the variance and of the memory are alike likely beforehand, within what is looked for.
        """
        if not self.with_level:
            return ((self.fit, 1.0),)
        found = [weekly_effects.fitted(self.fit.days, each) for each in self._grid()]
        weight = np.exp([each.log_likelihood - max(one.log_likelihood for one in found) for each in found])
        weight = np.where(weight > _NEGLIGIBLE, weight, 0.0)
        weight /= weight.sum()
        return tuple((each, float(share)) for each, share in zip(found, weight, strict=True) if share > 0.0)

    def _grid(self) -> list[Variances]:
        of_days, longest = self.variances.of_days, longest_memory(self.fit.days.n_weeks)
        memories = [each for each in _MEMORIES if each <= longest]
        return [Variances(of_days, cv**2, memory) for cv in _LEVEL_CVS for memory in memories]

    def expected_days(self, days: Dates, covered: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of the totals of some days, all of what is not known included.

        `covered` is the share of each day that counts, 1 where it is not given. Days may lie before, in or after those
        fitted; those in between are predicted as if they had not been seen again.
        """
        mean = self.means(days) * (1.0 if covered is None else covered)
        first, second = np.zeros(days.size), np.zeros((days.size, days.size))
        for weight, expected, covariance in self._predictions(days, mean):
            first += weight * expected
            second += weight * (covariance + np.outer(expected, expected))
        return first, second - np.outer(first, first)

    def _predictions(self, days: Dates, mean: FloatArray) -> Iterator[tuple[float, FloatArray, FloatArray]]:
        """Weight of each set of plausible variances, and the mean and covariance of totals under it."""
        table, week = self.design.table(days)[:, self.free], week_of(days) - self.first_week
        for fit, weight in self.plausible:
            come = weekly_effects.forecast(fit, table, week, self.covariance_of_returns)
            expected = mean * np.maximum(1.0 + come.expected + table @ fit.coefficients, 0.0)
            own = expected + fit.variances.of_days * (1.0 + fit.variances.of_weeks) * expected**2
            yield weight, expected, mean[:, None] * come.covariance * mean[None, :] + np.diag(own)

    def expected_total(self, days: Dates, confidence: float = 0.95) -> Interval:
        """The total of some whole days, with its central interval; lognormal in the mean and variance of each set of
        variances that the file leaves plausible."""
        predictions = self._predictions(days, self.means(days))
        weight, expected, variance = np.array([(share, mean.sum(), of.sum()) for share, mean, of in predictions]).T
        overall = float(weight @ expected)
        spread = float(weight @ (variance + expected**2)) - overall**2
        low, high = (_mixed_quantile(chance, weight, expected, variance) for chance in _tails(confidence))
        return Interval(overall, spread, low, high)


_LEVEL_CVS: Final = (0.0005, *(0.01 * 1.3**k for k in range(16)))
_MEMORIES: Final = (0.3, *(0.7 * 1.6**k for k in range(10)))
"""The grid over which predictions are averaged: none, then 1 % to 51 %; memories to 52 weeks."""
_NEGLIGIBLE: Final = 0.01
"""Of the weight of the most plausible: less is left out."""


def longest_memory(n_weeks: int) -> float:
    """Weeks of memory that so many weeks can tell from another volume: a quarter of them, at most a year."""
    return float(np.clip(n_weeks / 4.0, 1.0, weekly_effects.LONGEST_MEMORY))


def _tails(confidence: float) -> tuple[float, float]:
    return (1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0


def _mixed_quantile(chance: float, weight: FloatArray, mean: FloatArray, variance: FloatArray) -> float:
    """Of a mixture of lognormal distributions, by halving an interval of its logarithm."""
    log_variance = np.log1p(variance / mean**2)
    centre, sd = np.log(mean) - log_variance / 2.0, np.sqrt(log_variance)
    low, high = float((centre - 12.0 * sd).min()), float((centre + 12.0 * sd).max())
    for _ in range(80):
        middle = (low + high) / 2.0
        below = float(weight @ special.ndtr((middle - centre) / sd))
        low, high = (middle, high) if below < chance else (low, middle)
    return float(np.exp((low + high) / 2.0))


# --- fitting --------------------------------------------------------------------------------------------------------


def fit_days(totals: DayTotals, design: DayDesign | None = None) -> DayFit:
    """Fit the model to the days that the file covers. Raises ValueError unless every weekday is among them."""
    design = design_of_days(totals) if design is None else design
    days = totals.days
    by_weekday = np.bincount(weekday_of(days[totals.counts]), minlength=7)
    if by_weekday.min() < 1:
        raise ValueError("counts do not cover every weekday: give at least one whole week")
    came = np.bincount(weekday_of(days), weights=np.where(totals.counts, totals.total, 0.0), minlength=7)
    free = np.concatenate((came > 0.0, np.ones(design.n_columns - 7, dtype=np.bool_)))
    in_fit = totals.counts & (came > 0.0)[weekday_of(days)]
    if not in_fit.any():
        raise ValueError("nobody came on any day that the file covers")
    return _converged(totals, design, free, in_fit)


def _converged(
    totals: DayTotals, design: DayDesign, free: npt.NDArray[np.bool_], in_fit: npt.NDArray[np.bool_]
) -> DayFit:
    """Coefficients and variances in turn, until neither moves."""
    days, observed, covered = totals.days[in_fit], totals.total[in_fit], totals.covered[in_fit]
    table, week = design.table(days)[:, free], week_of(days) - int(week_of(days[:1])[0])
    with_level = int(week[-1]) + 1 >= _WEEKS_FOR_LEVEL
    theta = np.zeros(table.shape[1])
    theta[: int(free[:7].sum())] = np.log(observed.sum() / covered.sum())

    def working(at: FloatArray) -> DaysInWeeks:
        mean = covered * np.exp(table @ at)
        return DaysInWeeks(observed / mean - 1.0, table, 1.0 / mean, week)

    def settled(at: FloatArray, variances: Variances) -> FloatArray:
        for _ in range(_MOST_STEPS):
            step = weekly_effects.fitted(working(at), variances).coefficients
            at = at + np.clip(step, -1.0, 1.0)
            if float(np.abs(step).max()) < _SETTLED:
                break
        return at

    theta, variances = settled(theta, Variances(0.0)), None
    for _ in range(_ROUNDS):
        days_now = working(theta)
        variances = weekly_effects.estimated(
            days_now, variances, with_level, longest_memory(days_now.n_weeks)
        ).variances
        theta = settled(theta, variances)
    assert variances is not None
    log_mean = np.full(free.size, -np.inf)
    log_mean[free] = theta
    last, p = weekly_effects.fitted(working(theta), variances), table.shape[1]
    return DayFit(totals, design, log_mean, last, in_fit, free, with_level, np.zeros((p, p)))


_ROUNDS: Final = 3
"""Of variances and coefficients in turn: a third round moves a CV by less than 0.0001."""
_MOST_STEPS: Final = 40
_SETTLED: Final = 1e-8


def with_returns(found: DayFit, day: npt.NDArray[np.int64], patient: npt.NDArray[np.int64]) -> DayFit:
    """The fit with errors that allow for patients who come on several days; `day` is the row of each visit's day.

    Visits of one patient on one day are part of the variance of days.
    """
    position = np.cumsum(found.in_fit) - 1
    kept = found.in_fit[day]
    row, who = position[day[kept]], patient[kept]
    if row.size == 0 or np.unique(who).size == who.size:
        return found
    days = found.fit.days
    influence = days.under(found.variances).solve(days.design) * days.noise[:, None]  # noise is 1 / mean
    pairs, visits = np.unique(who * np.int64(days.noise.size) + row, return_counts=True)
    of_whom, on_day = pairs // days.noise.size, pairs % days.noise.size
    score = np.zeros((influence.shape[1],) * 2)
    for start in range(0, int(of_whom.max()) + 1, _PATIENTS_AT_A_TIME):
        first, last = np.searchsorted(of_whom, (start, start + _PATIENTS_AT_A_TIME))
        part = visits[first:last, None] * influence[on_day[first:last]]
        who_here = np.unique(of_whom[first:last], return_inverse=True)[1].ravel()
        of_patient = np.array([np.bincount(who_here, weights=column) for column in part.T]).T
        score += of_patient.T @ of_patient - part.T @ part
    return replace(found, covariance_of_returns=found.fit.covariance @ score @ found.fit.covariance)


_PATIENTS_AT_A_TIME: Final = 50_000
"""So that memory does not grow with the file."""


def special_estimates(found: DayFit) -> Mapping[str, tuple[float, float]]:
    """Factor and standard error of each special day of the file."""
    error = np.sqrt(np.diag(found.covariance))
    at = {name: found.design.special_at(name) for name in found.design.specials}
    factors = {name: float(np.exp(found.log_mean[place])) for name, place in at.items()}
    return {name: (factors[name], factors[name] * float(error[place])) for name, place in at.items()}
