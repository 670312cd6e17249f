"""Arrival rates by hour of the week with month factors, growth and day-to-day variation, each with its error.

A Poisson log-linear model of the counts of clock hours (McCullagh & Nelder 1989, Generalized Linear Models, ch. 6): a
rate per hour of the week, a factor per month of the year, a yearly growth. Days may be busier or quieter as a whole by
a gamma factor of mean 1, as the department's are: its spread comes from daily totals by equating Pearson's statistic to
its degrees of freedom (Breslow 1984, Applied Statistics 33:38-44), and standard errors allow for it, day by day. Where
patients are known they allow for returns too: visits of one patient come together, as in a compound Poisson process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from sim.department.arrivals import DAYS_PER_YEAR, HOURS_PER_WEEK
from sim.statistics.arrays import BoolArray, FloatArray, IntArray

_MONTHS: Final = 12
_MONDAY: Final = np.datetime64("1900-01-01", "D")
_DAYS_IN_MONTH: Final = 20
"""A month with fewer days in the file has no factor."""
VISITS_AT_A_TIME: Final = 200_000
"""Of visits whose patients are known, so that memory does not grow with the file."""
_DAYS_FOR_GROWTH: Final = 728
"""Two years of whole weeks: with less, growth and months cannot be separated."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Arrivals per clock hour: rows are the days from `first_day` on, columns their hours, NaN outside the file.

    `place` is the hour of each visit after the first midnight and `patient` a number of who came, where that is known.
    """

    first_day: np.datetime64
    by_hour: FloatArray
    place: IntArray | None = None
    patient: IntArray | None = None

    @property
    def days(self) -> npt.NDArray[np.datetime64]:
        return self.first_day + np.arange(len(self.by_hour))

    @property
    def weekday(self) -> IntArray:
        """0 is Monday."""
        return np.asarray((self.days - _MONDAY).astype(np.int64) % 7)

    @property
    def month(self) -> IntArray:
        """0 is January."""
        return np.asarray(self.days.astype("datetime64[M]").astype(np.int64) % _MONTHS)

    @property
    def years(self) -> FloatArray:
        """Years before the last day, so 0 there."""
        return np.asarray((np.arange(len(self.by_hour)) - len(self.by_hour) + 1) / DAYS_PER_YEAR)

    @property
    def inside(self) -> BoolArray:
        """Whether each hour lies in the file."""
        return ~np.isnan(self.by_hour)

    def sums_by_weekday(self, table: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Sums of a table with a row a day, shape (7, columns), Monday first."""
        return np.array([table[self.weekday == day].sum(axis=0) for day in range(7)])

    def between(self, first: int, last: int) -> "Counts":
        """Days first, first + 1 .. last - 1."""
        first_day = self.first_day + np.timedelta64(first, "D")
        if self.place is None or self.patient is None:
            return Counts(first_day, self.by_hour[first:last])
        kept = (self.place >= 24 * first) & (self.place < 24 * last)
        return Counts(first_day, self.by_hour[first:last], self.place[kept] - 24 * first, self.patient[kept])


def count_arrivals(arrivals: npt.ArrayLike, patient: npt.ArrayLike | None = None) -> Counts:
    """Counts from the hour of the first arrival to that of the last; NaN before and after."""
    hour = np.asarray(arrivals, dtype="datetime64[h]")
    if hour.size == 0:
        raise ValueError("no arrival to count")
    day = hour.astype("datetime64[D]")
    first = day.min()
    place = (hour - first.astype("datetime64[h]")).astype(np.int64)
    table = np.bincount(place, minlength=24 * (int(place.max()) // 24 + 1)).astype(np.float64)
    table[: int(place.min())] = np.nan
    table[int(place.max()) + 1 :] = np.nan
    who = None if patient is None else np.unique(np.asarray(patient), return_inverse=True)[1].ravel().astype(np.int64)
    return Counts(first, table.reshape(-1, 24), place, who)


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
    """Daily totals against Poisson given the model: `index` is 1 for Poisson, `p_value` its upper tail.

    `cv` is the coefficient of variation of the gamma factor of whole days, 0 where totals are as even as Poisson's.
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
class ArrivalRates:
    """The model fitted to counts.

    `per_hour` (168,) is of an average month at the end of the file, `visits_per_year` (1,) that over a year; `weekday`
    (7,) has mean 1, `hour_shares` (7, 24) sums to 1 over each day, `hour_of_day` (24,) over all; `months` (12,) has
    mean 1, None where the file lacks a month; `growth` (1,) is the factor over a year, None under two years.
    """

    per_hour: Estimates
    visits_per_year: Estimates
    weekday: Estimates
    hour_shares: Estimates
    hour_of_day: Estimates
    months: Estimates | None
    growth: Estimates | None
    days: DayVariation
    hourly_index: float
    n: int
    n_days: int
    theta: FloatArray
    covariance: FloatArray

    def notes(self) -> tuple[str, ...]:
        """What could not be estimated, and what a reader must be warned of."""
        found = []
        if self.months is None:
            found.append("no month factors: the file does not cover every month; they are left at 1")
        if self.growth is None:
            found.append("no growth: the file covers under two years; it is left at 1")
        if self.days.is_over_dispersed:
            found.append(
                f"arrivals are over-dispersed: daily totals vary {self.days.index:.2f} times as much as Poisson's "
                f"(p {'under 0.001' if self.days.p_value < 0.001 else format(self.days.p_value, '.3f')}); "
                f"a factor on whole days of CV {self.days.cv:.3f} is written and errors are widened for it"
            )
        if np.any(self.per_hour.value == 0.0):
            found.append(f"nobody came in {int((self.per_hour.value == 0.0).sum())} hours of the week; their rate is 0")
        return tuple(found)

    def expected(self, like: Counts, years: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Arrivals expected in each hour of other days (n, 24), and the variance of each day's total of the estimate.

        `years` counts from the end of the file fitted, positive after it.
        """
        design = _Design(like, self.months is not None, None if self.growth is None else years)
        mean = design.means(self.theta)
        by_day = design.day_sums(np.where(np.isnan(like.by_hour), 0.0, mean))
        return mean, ((by_day @ self.covariance) * by_day).sum(axis=1)


@dataclass(frozen=True, slots=True)
class _Design:
    """Which parameters each hour has: 168 log rates, 11 log factors of months after January, growth a year.

    `years` of each day, counted from the end of the file fitted; None without growth.
    """

    counts: Counts
    with_months: bool
    years: FloatArray | None

    @property
    def size(self) -> int:
        return HOURS_PER_WEEK + int(self.beside.shape[1])

    @property
    def beside(self) -> FloatArray:
        """Columns of the months and of growth, a row per day."""
        columns = [np.zeros((len(self.counts.by_hour), 0))]
        if self.with_months:
            columns.append((self.counts.month[:, None] == np.arange(1, _MONTHS)).astype(np.float64))
        if self.years is not None:
            columns.append(self.years[:, None])
        return np.hstack(columns)

    def means(self, theta: FloatArray) -> FloatArray:
        by_week = np.exp(theta[:HOURS_PER_WEEK]).reshape(7, 24)
        return np.asarray(by_week[self.counts.weekday] * np.exp(self.beside @ theta[HOURS_PER_WEEK:])[:, None])

    def means_inside(self, theta: FloatArray) -> FloatArray:
        """The same, 0 where the hour is not in the file."""
        return np.where(self.counts.inside, self.means(theta), 0.0)

    def day_sums(self, mean: FloatArray) -> FloatArray:
        """Derivative of each day's total by each parameter, shape (days, size)."""
        table = np.zeros((len(mean), self.size))
        place = 24 * self.counts.weekday[:, None] + np.arange(24)
        table[np.arange(len(mean))[:, None], place] = mean
        table[:, HOURS_PER_WEEK:] = mean.sum(axis=1)[:, None] * self.beside
        return table

    def information(self, mean: FloatArray) -> FloatArray:
        """Fisher information of Poisson counts: X' diag(mean) X."""
        matrix, beside, daily = np.zeros((self.size, self.size)), self.beside, mean.sum(axis=1)
        weekday = self.counts.weekday
        np.fill_diagonal(matrix[:HOURS_PER_WEEK, :HOURS_PER_WEEK], self.counts.sums_by_weekday(mean).ravel())
        cross = np.concatenate([mean[weekday == day].T @ beside[weekday == day] for day in range(7)])
        matrix[:HOURS_PER_WEEK, HOURS_PER_WEEK:], matrix[HOURS_PER_WEEK:, :HOURS_PER_WEEK] = cross, cross.T
        matrix[HOURS_PER_WEEK:, HOURS_PER_WEEK:] = beside.T @ (daily[:, None] * beside)
        return matrix

    def returns(self) -> FloatArray:
        """What visits of the same patient add to the variance of the scores: x_i x_j' over pairs of them."""
        counts = self.counts
        if counts.place is None or counts.patient is None:
            return np.zeros((self.size, self.size))
        total = np.zeros((self.size, self.size))
        edges = np.cumsum(np.bincount(counts.patient)) // VISITS_AT_A_TIME
        for batch in range(int(edges[-1]) + 1):  # a patient's visits are of one batch
            chosen = edges[counts.patient] == batch
            total += self._of_batch(counts.place[chosen], counts.patient[chosen])
        return total

    def _of_batch(self, place: IntArray, patient: IntArray) -> FloatArray:
        """The same of some visits, by their hours and who came."""
        n, day = place.size, place // 24
        beside = self.beside
        week = 24 * self.counts.weekday[day] + place % 24
        columns = np.concatenate((week, np.tile(np.arange(HOURS_PER_WEEK, self.size), n)))
        values = np.concatenate((np.ones(n), beside[day].ravel()))

        def products(group: IntArray) -> FloatArray:
            rows = np.concatenate((group, np.repeat(group, beside.shape[1])))
            summed = sparse.csr_array((values, (rows, columns)), shape=(int(group.max()) + 1, self.size))
            return np.asarray((summed.T @ summed).todense(), dtype=np.float64)

        return products(patient) - products(np.arange(n)) if n else np.zeros((self.size, self.size))

    def score(self, residual: FloatArray) -> FloatArray:
        """Derivative of the log likelihood by each parameter."""
        return np.concatenate((self.counts.sums_by_weekday(residual).ravel(), self.beside.T @ residual.sum(axis=1)))


def fit_arrivals(counts: Counts) -> ArrivalRates:
    """The maximum-likelihood fit of the model, with months and growth where the file is long enough.

    Raises ValueError unless every hour of the week is covered at least once.
    """
    if counts.sums_by_weekday(counts.inside).min() < 1:
        raise ValueError("counts do not cover every hour of the week: give at least one whole week")
    days_of_month = np.bincount(counts.month, minlength=_MONTHS)
    with_months = bool(days_of_month.min() >= _DAYS_IN_MONTH)
    design = _Design(counts, with_months, counts.years if len(counts.by_hour) >= _DAYS_FOR_GROWTH else None)
    theta, free = _maximised(design)
    mean = design.means_inside(theta)
    variation = _day_variation(design, mean)
    return _summed_up(design, theta, _covariance(design, mean, variation.cv, free), variation, free)


def _maximised(design: _Design) -> tuple[FloatArray, BoolArray]:
    """Parameters by Newton's method, and which are free: the log rate of an hour in which nobody ever came is not."""
    counts, inside = design.counts, design.counts.inside
    observed = np.where(inside, counts.by_hour, 0.0)
    total, exposure = counts.sums_by_weekday(observed).ravel(), counts.sums_by_weekday(inside).ravel()
    none_came = total == 0.0
    theta = np.zeros(design.size)
    with np.errstate(divide="ignore"):
        theta[:HOURS_PER_WEEK] = np.where(none_came, -np.inf, np.log(total / exposure))
    free = np.concatenate((~none_came, np.ones(design.size - HOURS_PER_WEEK, dtype=np.bool_)))
    for _ in range(50):
        mean = design.means_inside(theta)
        step = np.zeros(design.size)
        score = design.score(observed - mean)[free]
        step[free] = np.linalg.solve(design.information(mean)[np.ix_(free, free)], score)
        theta = theta + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < 1e-9:
            break
    return theta, free


def _day_variation(design: _Design, mean: FloatArray) -> DayVariation:
    """From the days that lie wholly in the file."""
    whole = design.counts.inside.all(axis=1)
    total, expected = design.counts.by_hour[whole].sum(axis=1), mean[whole].sum(axis=1)
    degrees = int(whole.sum()) - 7 - (design.size - HOURS_PER_WEEK)
    if degrees < 2:
        return DayVariation(np.nan, 0, np.nan, 0.0, np.nan)
    squares = (total - expected) ** 2

    def pearson(variance_of_factor: float) -> float:
        return float((squares / (expected + variance_of_factor * expected**2)).sum())

    index = pearson(0.0) / degrees
    low, high = 0.0, 1.0 if index > 1.0 else 0.0
    while high and pearson(high) > degrees:
        high *= 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if pearson(middle) > degrees else (low, middle)
    found = (low + high) / 2.0
    variance = expected + found * expected**2
    slope = float((expected**2 / variance).sum()) * degrees / whole.sum()
    cv = float(np.sqrt(found))
    error = float(np.sqrt(2.0 * degrees) / slope / (2.0 * cv)) if cv > 0.0 else np.nan
    return DayVariation(index, degrees, float(special.chdtrc(degrees, index * degrees)), cv, error)


def _covariance(design: _Design, mean: FloatArray, cv: float, free: BoolArray) -> FloatArray:
    """Inverse information, widened for factors of whole days: J^-1 (J + cv^2 sum of v v' + R) J^-1."""
    information = design.information(mean)[np.ix_(free, free)]
    by_day = design.day_sums(mean)[:, free]
    inverse = np.linalg.inv(information)
    spread = cv**2 * (by_day.T @ by_day) + design.returns()[np.ix_(free, free)]
    covariance = np.zeros((design.size, design.size))
    covariance[np.ix_(free, free)] = inverse + inverse @ spread @ inverse
    return covariance


def _summed_up(
    design: _Design, theta: FloatArray, covariance: FloatArray, variation: DayVariation, free: BoolArray
) -> ArrivalRates:
    def of(what: Callable[[FloatArray], FloatArray]) -> Estimates:
        return _with_error(what, theta, covariance)

    def rates(t: FloatArray) -> FloatArray:
        """By weekday and hour."""
        return _per_hour(t, design.with_months).reshape(7, 24)

    def shares(t: FloatArray) -> FloatArray:
        total = rates(t).sum(axis=1, keepdims=True)
        return np.asarray(rates(t) / np.where(total > 0.0, total, 1.0))

    def hours(t: FloatArray) -> FloatArray:
        by_hour = rates(t).sum(axis=0)
        return np.asarray(by_hour / by_hour.sum())

    inside, mean = design.counts.inside, design.means_inside(theta)
    observed = np.where(inside, design.counts.by_hour, 0.0)
    squares = (observed - mean) ** 2 / np.where(mean > 0.0, mean, 1.0)
    return ArrivalRates(
        per_hour=of(lambda t: rates(t).ravel()),
        visits_per_year=of(lambda t: rates(t).ravel().sum(keepdims=True) * DAYS_PER_YEAR / 7.0),
        weekday=of(lambda t: _of_mean_one(rates(t).sum(axis=1))),
        hour_shares=of(shares),
        hour_of_day=of(hours),
        months=of(lambda t: _of_mean_one(_factors(t))) if design.with_months else None,
        growth=None if design.years is None else of(lambda t: np.exp(t[-1:])),
        days=variation,
        hourly_index=float(squares.sum()) / max(int(inside.sum()) - int(free.sum()), 1),
        n=int(observed.sum()),
        n_days=len(observed),
        theta=theta,
        covariance=covariance,
    )


def _factors(theta: FloatArray) -> FloatArray:
    return np.exp(np.concatenate(([0.0], theta[HOURS_PER_WEEK : HOURS_PER_WEEK + _MONTHS - 1])))


def _per_hour(theta: FloatArray, with_months: bool) -> FloatArray:
    return np.asarray(np.exp(theta[:HOURS_PER_WEEK]) * (float(_factors(theta).mean()) if with_months else 1.0))


def _of_mean_one(values: FloatArray) -> FloatArray:
    return np.asarray(values / values.mean())


def _with_error(what: Callable[[FloatArray], FloatArray], theta: FloatArray, covariance: FloatArray) -> Estimates:
    """A function of the parameters and its error by the delta method, derivatives by central differences."""
    step, value = 1e-5, what(theta)
    slopes = np.zeros((value.size, theta.size))
    for place in np.flatnonzero(np.isfinite(theta)):
        there, here = theta.copy(), theta.copy()
        there[place] += step
        here[place] -= step
        slopes[:, place] = ((what(there) - what(here)) / (2.0 * step)).ravel()
    variance = ((slopes @ covariance) * slopes).sum(axis=1).reshape(value.shape)
    return Estimates(value, np.sqrt(np.maximum(variance, 0.0)))
