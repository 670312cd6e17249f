"""A linear model of days whose weeks have a common effect with a memory: restricted likelihood, errors, prediction.

The response of day d is x_d b + u_w(d) + e_d. Errors e_d are independent, with known parts of variance plus a common
one; the effects u of weeks are an autoregression of order 1, AR(1), with a variance and a correlation exp(-lag /
memory). Coefficients b are those of generalised least squares (GLS).
Because the inverse of their covariance has three diagonals, every step takes time in proportion to days and weeks
(Rue & Held 2005, Gaussian Markov Random Fields, ch. 2). Variances are those of the largest restricted likelihood
(REML; Patterson & Thompson 1971, Biometrika 58:545-554); effects to come are predicted as in universal kriging
(Cressie 1993, Statistics for Spatial Data, sec. 3.4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import linalg, optimize

from sim.statistics.arrays import FloatArray, IntArray

_SMALLEST: Final = 1e-7
"""A variance below this is none: a coefficient of variation of 0.0003."""
_LARGEST: Final = 4.0
_FEWEST_LEFT: Final = 2
"""Degrees of freedom below which no variance is looked for."""
SHORTEST_MEMORY: Final = 0.3
"""With less, a week tells 4 % of the next, and the memory cannot be told from none."""
LONGEST_MEMORY: Final = 52.0


@dataclass(frozen=True, slots=True)
class Variances:
    """`of_days` and `of_weeks` as squared coefficients of variation, and the memory of weeks."""

    of_days: float
    of_weeks: float = 0.0
    memory_weeks: float = 1.0

    def correlation(self, lag: FloatArray | IntArray) -> FloatArray:
        """Of the effects of weeks so many weeks apart."""
        return np.asarray(np.exp(-np.abs(lag) / self.memory_weeks))


@dataclass(frozen=True, eq=False)
class DaysInWeeks:
    """Days in order: `response` (n,), `design` (n, p), `noise` (n,) the known variance of each, `week` (n,) its number
    from 0 on, not falling."""

    response: FloatArray
    design: FloatArray
    noise: FloatArray
    week: IntArray

    @property
    def n_weeks(self) -> int:
        """Weeks from the first to the last, those without a day counted."""
        return int(self.week[-1]) + 1

    @cached_property
    def _first_days(self) -> tuple[IntArray, IntArray]:
        """The weeks that have days, and the place of the first day of each."""
        weeks, first = np.unique(self.week, return_index=True)
        return weeks, first.astype(np.int64)

    def week_sums(self, table: FloatArray) -> FloatArray:
        """Sums over the days of each week of a vector (n,) or a table (n, k)."""
        weeks, first = self._first_days
        sums = np.zeros((self.n_weeks, *table.shape[1:]))
        sums[weeks] = np.add.reduceat(table, first, axis=0)
        return sums

    def under(self, variances: Variances) -> "Covariance":
        """The covariance of the days with these variances."""
        return Covariance(self, variances)


class Covariance:
    """V of the days: V^-1 times anything, and log |V|, by the identity of Woodbury."""

    def __init__(self, days: DaysInWeeks, variances: Variances) -> None:
        self.days, self.variances = days, variances
        self.own = days.noise + variances.of_days * (1.0 + variances.of_weeks)
        self.factor: FloatArray | None = None
        self.log_determinant = float(np.log(self.own).sum())
        if variances.of_weeks > 0.0:
            self._add_weeks()

    def _add_weeks(self) -> None:
        n, v = self.days.n_weeks, self.variances.of_weeks
        phi = float(np.exp(-1.0 / self.variances.memory_weeks)) if n > 1 else 0.0
        inner = v * (1.0 - phi * phi)
        band = np.zeros((2, n))
        band[1] = (1.0 + phi * phi) / inner
        band[1, [0, -1]] = (1.0 if n > 1 else 1.0 - phi * phi) / inner
        band[0, 1:] = -phi / inner
        band[1] += self.days.week_sums(1.0 / self.own)
        self.factor = linalg.cholesky_banded(band, check_finite=False)
        of_effects = n * np.log(v) + (n - 1) * np.log1p(-phi * phi)
        self.log_determinant += of_effects + 2.0 * float(np.log(self.factor[1]).sum())

    def solve(self, table: FloatArray) -> FloatArray:
        """V^-1 times a vector (n,) or a table (n, k)."""
        own = self.own if table.ndim == 1 else self.own[:, None]
        found = table / own
        if self.factor is None:
            return np.asarray(found)
        sums = self.days.week_sums(found)
        of_weeks = linalg.cho_solve_banded((self.factor, False), sums, check_finite=False)
        return np.asarray(found - of_weeks[self.days.week] / own)


@dataclass(frozen=True, eq=False)
class Fit:
    """Generalised least squares under given variances: coefficients, their covariance, the restricted likelihood."""

    days: DaysInWeeks
    variances: Variances
    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float

    def residuals(self) -> FloatArray:
        """Response less what the design makes of the coefficients."""
        return np.asarray(self.days.response - self.days.design @ self.coefficients)


def fitted(days: DaysInWeeks, variances: Variances) -> Fit:
    """The coefficients under these variances. Raises numpy.linalg.LinAlgError where the design does not tell them."""
    v = days.under(variances)
    weighted = v.solve(days.design)
    information = days.design.T @ weighted
    factor = linalg.cho_factor(information, check_finite=False)
    score = weighted.T @ days.response
    coefficients = linalg.cho_solve(factor, score, check_finite=False)
    squares = float(days.response @ v.solve(days.response) - score @ coefficients)
    log_information = 2.0 * float(np.log(np.diag(factor[0])).sum())
    covariance = linalg.cho_solve(factor, np.eye(len(score)))
    return Fit(days, variances, coefficients, covariance, -0.5 * (v.log_determinant + log_information + squares))


def estimated(days: DaysInWeeks, start: Variances | None, with_weeks: bool, longest_memory: float) -> Fit:
    """The fit at the variances of the largest restricted likelihood; an effect of weeks that adds nothing is 0.

    Memory is looked for up to `longest_memory` weeks.
    """

    def at(place: FloatArray) -> Variances:
        of_days, *rest = np.exp(place)
        return Variances(float(of_days), *(float(each) for each in rest))

    def minus_log_likelihood(place: FloatArray) -> float:
        return -fitted(days, at(place)).log_likelihood

    if days.response.size - days.design.shape[1] < _FEWEST_LEFT:
        return fitted(days, Variances(0.0))
    ends = [(np.log(_SMALLEST), np.log(_LARGEST))]
    begin = max(start.of_days if start else 0.01, 10.0 * _SMALLEST)
    alone = optimize.minimize(
        minus_log_likelihood, np.array([np.log(begin)]), method="L-BFGS-B", bounds=ends, tol=_PRECISE
    )
    best, least = at(alone.x), float(alone.fun)
    if with_weeks:
        ends += [ends[0], (np.log(SHORTEST_MEMORY), np.log(longest_memory))]
        for place in _starts(best, start, longest_memory):
            found = optimize.minimize(minus_log_likelihood, place, method="L-BFGS-B", bounds=ends, tol=_PRECISE)
            if float(found.fun) < least - 1e-6 and at(found.x).of_weeks > 10.0 * _SMALLEST:
                best, least = at(found.x), float(found.fun)
    if best.of_days <= 2.0 * _SMALLEST:
        best = Variances(0.0, best.of_weeks, best.memory_weeks)
    return fitted(days, best)


_PRECISE: Final = 1e-8
"""Likelihoods are some thousands, so to about 0.00001."""


def _starts(alone: Variances, start: Variances | None, longest_memory: float) -> list[FloatArray]:
    if start is not None and start.of_weeks > 0.0:
        return [np.log([max(start.of_days, 10.0 * _SMALLEST), start.of_weeks, start.memory_weeks])]
    of_days = max(alone.of_days / 2.0, 10.0 * _SMALLEST)
    return [np.log([of_days, of_days, min(memory, longest_memory)]) for memory in (1.5, 8.0)]


@dataclass(frozen=True, slots=True)
class VarianceErrors:
    """Standard errors of the variances of days and weeks, and of the logarithm of the memory; NaN where unknown."""

    of_days: float
    of_weeks: float
    log_memory: float


def variance_errors(fit: Fit) -> VarianceErrors:
    """From the curvature of the restricted likelihood at its top."""
    found = fit.variances
    with_weeks = found.of_weeks > 0.0
    place = np.array([found.of_days, found.of_weeks, np.log(found.memory_weeks)])[: 3 if with_weeks else 1]
    steps = np.maximum(0.02 * np.abs(place), [1e-6, 1e-6, 0.02][: place.size])
    steps[:2] = np.minimum(steps, np.maximum(place / 2.0, 1e-9))[:2]

    def likelihood(at: FloatArray) -> float:
        memory = float(np.exp(at[2])) if with_weeks else 1.0
        return fitted(fit.days, Variances(float(at[0]), float(at[1]) if with_weeks else 0.0, memory)).log_likelihood

    curvature = _second_differences(likelihood, place, steps)
    errors = np.full(3, np.nan)
    try:
        spread = np.diag(np.linalg.inv(-curvature))
    except np.linalg.LinAlgError:
        return VarianceErrors(*errors)
    errors[: place.size] = np.sqrt(np.where(spread > 0.0, spread, np.nan))
    return VarianceErrors(*(float(each) for each in errors))


def _second_differences(function: Callable[[FloatArray], float], place: FloatArray, steps: FloatArray) -> FloatArray:
    n = place.size
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            a, b = np.zeros(n), np.zeros(n)
            a[i], b[j] = steps[i], steps[j]
            above = function(place + a + b) - function(place + a - b)
            below = function(place - a + b) - function(place - a - b)
            found[i, j] = found[j, i] = (above - below) / (4.0 * steps[i] * steps[j])
    return found


@dataclass(frozen=True, eq=False)
class Forecast:
    """Effects to come, by day: expected response beyond the design's at the coefficients of the fit, and the covariance
    of its error, that of coefficients included; the days' own variance is not."""

    expected: FloatArray
    covariance: FloatArray


def forecast(fit: Fit, design: FloatArray, week: IntArray, more: FloatArray | None = None) -> Forecast:
    """Days with this design in these weeks, counted as in the fit and after it or in between.

    `more` is a covariance of coefficients to be added to that of the fit.
    """
    v, days = fit.variances, fit.days
    of_fit = fit.covariance if more is None else fit.covariance + more
    if v.of_weeks == 0.0:
        return Forecast(np.zeros(week.size), design @ of_fit @ design.T)
    weeks, at = np.unique(week, return_inverse=True)
    across = v.of_weeks * v.correlation(weeks[:, None] - days.week[None, :])
    solved = days.under(v).solve(across.T)
    inside = v.of_weeks * v.correlation(weeks[:, None] - weeks[None, :]) - across @ solved
    tilted = design - (solved.T @ days.design)[at]
    level = solved.T @ fit.residuals()
    return Forecast(level[at], inside[np.ix_(at, at)] + tilted @ of_fit @ tilted.T)
