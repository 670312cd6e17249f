"""At which hours of its day the visits come: several shapes of the week, of which the file chooses.

Given the total of a day its hours are multinomial, whatever made the day busy. Shapes differ in which weekdays share
one and in how smooth it is: cyclic harmonics in the logarithm, or free hours. The one is chosen that predicts blocks of
weeks left out best, by the mean log score of their visits (Gneiting & Raftery 2007, JASA 102:359-378). What predicts
best is biased in single hours, by as much as chance hides (Leeb & Poetscher 2005, Econometric Theory 21:21-59): errors
are those of free hours, and how far these lie from the shape is added (Buckland, Burnham & Augustin 1997, Biometrics
53:603-618).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import linalg

from sim.calibration.estimators.hourly_counts import Counts, week_of
from sim.calibration.estimators.shares import HOURS_PER_DAY
from sim.statistics.arrays import FloatArray, IntArray

_ALL, _WEEKEND, _EACH = (0,) * 7, (0, 0, 0, 0, 0, 1, 1), tuple(range(7))
_SHARED: Final = {_ALL: "one shape for all days", _WEEKEND: "weekdays and weekend", _EACH: "each weekday its own"}
_HARMONICS: Final = (2, 3, 4, 6)
_DEVIATIONS: Final = (1, 2)
_FREE: Final = 0
_BLOCKS: Final = 8
_PSEUDO: Final = 0.5
"""Added to every hour of a free shape when it is scored: an hour in which nobody came may not be impossible."""


@dataclass(frozen=True, slots=True)
class HourShape:
    """Which weekdays share a shape (`group` of each), and how smooth it is: so many `harmonics`, 0 for free hours.

    With `deviations` the shape is free and the same for all, and each group departs from it by so many harmonics.
    """

    group: tuple[int, ...]
    harmonics: int
    deviations: int = 0

    @property
    def n_groups(self) -> int:
        return max(self.group) + 1

    @property
    def n_parameters(self) -> int:
        if self.deviations:
            return HOURS_PER_DAY - 1 + 2 * self.deviations * self.n_groups
        return self.n_groups * (2 * self.harmonics or HOURS_PER_DAY - 1)

    def __str__(self) -> str:
        if self.deviations:
            return f"one free shape, {_SHARED[self.group]} apart by {_harmonics(self.deviations)}"
        smooth = f"{_harmonics(self.harmonics)}" if self.harmonics else f"{24 * self.n_groups} free hours"
        return f"{_SHARED[self.group]}, {smooth}"


def _harmonics(n: int) -> str:
    return f"{n} harmonic{'s' if n > 1 else ''}"


SHAPES: Final = (
    *(HourShape(group, n) for group in _SHARED for n in (*_HARMONICS, _FREE)),
    *(HourShape(group, _FREE, n) for group in (_WEEKEND, _EACH) for n in _DEVIATIONS),
)
"""Every shape that is tried, of few parameters to many."""
FREE_HOURS: Final = HourShape(_EACH, _FREE)


@dataclass(frozen=True, eq=False)
class HourProfile:
    """Shares of the hours of each weekday (7, 24), each day summing to 1, in the chosen shape.

    `slopes` (168, parameters) are derivatives of the log shares, `covariance` that of the parameters. A shape chosen
    for its smoothness is never quite true: errors are no smaller than those of free hours of the same weekdays
    (`of_free`, the variance of their logarithm), and two squares are added: `bias`, how far these free hours lie from
    the shape, and `misfit`, by which weekdays depart beyond chance.
    `scores` are mean log scores of visits left out, by shape; empty where too few weeks are there to leave any out.
    `index` is Pearson's of the hours within their days, 1 for a multinomial.
    """

    shape: HourShape
    share: FloatArray
    slopes: FloatArray
    covariance: FloatArray
    of_free: FloatArray
    bias: FloatArray
    misfit: FloatArray
    scores: tuple[tuple[HourShape, float], ...]
    index: float

    @property
    def standard_error(self) -> FloatArray:
        """Of the shares, shape (7, 24)."""
        variance = ((self.slopes @ self.covariance) * self.slopes).sum(axis=1).reshape(7, HOURS_PER_DAY)
        return np.asarray(self.share * np.sqrt(np.maximum(variance, self.of_free) + self.bias + self.misfit))

    def note(self) -> str:
        """Which shape was chosen, and what it is worth against free cells."""
        if not self.scores:
            return f"hours: {self.shape}; too few weeks to try others"
        found = dict(self.scores)
        free = found[FREE_HOURS]
        worth = f"{1000.0 * (found[self.shape] - free):.2f}" if self.shape != FREE_HOURS else ""
        gain = f"; in weeks left out it predicts 1,000 visits better than 168 free hours by {worth} in log score"
        return f"hours: {self.shape}, the best of {len(found)} shapes tried{gain if worth else ''}"


@dataclass(frozen=True, slots=True)
class _Table:
    """Visits (7, 24) by weekday and hour, and the visits of a usual such day times how often the hour is covered."""

    visits: FloatArray
    exposure: FloatArray

    def __sub__(self, other: "_Table") -> "_Table":
        return _Table(self.visits - other.visits, self.exposure - other.exposure)


def day_shares_covered(counts: Counts, share: FloatArray) -> FloatArray:
    """Share of each day's visits that the covered hours hold, under a profile (7, 24)."""
    return np.asarray((counts.inside * share[counts.weekday]).sum(axis=1))


def fit_profile(counts: Counts, shape: HourShape | None = None) -> HourProfile:
    """The profile in a given shape, or in the one that predicts best. Raises ValueError where an hour of the week is
    not covered."""
    if counts.sums_by_weekday(counts.inside).min() < 1:
        raise ValueError("counts do not cover every hour of the week: give at least one whole week")
    table = _tabled(counts, np.full((7, HOURS_PER_DAY), 1.0 / HOURS_PER_DAY))
    for _ in range(_PASSES if not counts.inside.all() else 0):
        table = _tabled(counts, _shares(table, FREE_HOURS)[0])
    scores = () if shape is not None else tuple(_scores(counts, table))
    best = shape or max(scores, key=lambda each: each[1], default=(HourShape(_ALL, _FREE), 0.0))[0]
    share, slopes, covariance = _shares(table, best)
    index = _index(counts, share, best)
    of_free, bias, misfit = _least_variance(table, share, best)
    of_free = of_free * max(index, 1.0)
    return HourProfile(best, share, slopes, covariance * max(index, 1.0), of_free, bias, misfit, scores, index)


_SMALL: Final = 1e-9
_PASSES: Final = 8
"""Of filling in what the hours not covered would have held, which are few: the error falls by their share each time."""


def _tabled(counts: Counts, share: FloatArray, days: IntArray | None = None) -> _Table:
    """Of all days, or of some."""
    rows = np.arange(len(counts.by_hour)) if days is None else days
    inside, weekday = counts.inside[rows], counts.weekday[rows]
    visits = np.where(inside, counts.by_hour[rows], 0.0)
    covered = np.bincount(weekday, weights=(inside * share[weekday]).sum(axis=1), minlength=7)
    table, exposure = np.zeros((7, HOURS_PER_DAY)), np.zeros((7, HOURS_PER_DAY))
    np.add.at(table, weekday, visits)
    np.add.at(exposure, weekday, inside.astype(np.float64))
    came = table.sum(axis=1)
    usual = came.sum() / covered.sum() if covered.sum() > 0.0 else 1.0
    a_day = np.where(came > 0.0, came / np.where(covered > 0.0, covered, 1.0), max(usual, _SMALL))
    return _Table(table, exposure * a_day[:, None])


def _basis(harmonics: int) -> FloatArray:
    """Cosines and sines of the hour, shape (24, 2 x harmonics)."""
    angle = 2.0 * np.pi * np.outer(np.arange(HOURS_PER_DAY) + 0.5, np.arange(1, harmonics + 1)) / HOURS_PER_DAY
    return np.hstack((np.cos(angle), np.sin(angle)))


def _shares(table: _Table, shape: HourShape) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shares (7, 24), slopes of their logarithms by the parameters, and the covariance of these."""
    base = _shares(table, HourShape(_ALL, _FREE)) if shape.deviations else None
    offset = np.ones(HOURS_PER_DAY) if base is None else base[0][0]
    parts = [_group_shape(table, np.array(shape.group) == group, shape, offset) for group in range(shape.n_groups)]
    share = np.array([parts[group][0] for group in shape.group])
    widths = [part[1].shape[1] for part in parts]
    starts = np.concatenate(([0], np.cumsum(widths)))
    slopes, covariance = np.zeros((7, HOURS_PER_DAY, starts[-1])), linalg.block_diag(*(part[2] for part in parts))
    for group, (_, of_group, _) in enumerate(parts):
        place = slice(starts[group], starts[group + 1])
        for day in np.flatnonzero(np.array(shape.group) == group):
            slopes[day, :, place] = of_group
    flat = slopes.reshape(7 * HOURS_PER_DAY, -1)
    if base is not None:
        flat = np.hstack((flat, base[1]))
        covariance = linalg.block_diag(covariance, base[2])
    return share, flat, covariance


def _group_shape(
    table: _Table, days: np.ndarray, shape: HourShape, offset: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shares (24,) of the days of a group, slopes of their logarithms, covariance of the parameters.

    Days of a group without a visit have the shares of all days.
    """
    visits, exposure = table.visits[days].sum(axis=0), table.exposure[days].sum(axis=0)
    if visits.sum() == 0.0 or exposure.min() <= 0.0:
        visits, exposure = table.visits.sum(axis=0), table.exposure.sum(axis=0)
    if not shape.harmonics and not shape.deviations:
        return _free_shape(visits, exposure)
    basis = np.hstack((np.ones((HOURS_PER_DAY, 1)), _basis(shape.deviations or shape.harmonics)))
    gamma = np.zeros(basis.shape[1])
    gamma[0] = np.log(visits.sum() / (exposure * offset).sum())
    for _ in range(_NEWTON_STEPS):
        mean = exposure * offset * np.exp(basis @ gamma)
        score = basis.T @ (visits - mean) - _RIDGE * gamma
        step = np.linalg.solve(basis.T @ (mean[:, None] * basis) + _RIDGE * np.eye(gamma.size), score)
        gamma = gamma + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < _SETTLED:
            break
    mean = exposure * offset * np.exp(basis @ gamma)
    rate = offset * np.exp(basis @ gamma)
    share = rate / rate.sum()
    covariance = np.linalg.inv(basis.T @ (mean[:, None] * basis) + _RIDGE * np.eye(gamma.size))
    return share, basis - (share @ basis)[None, :], covariance


_RIDGE: Final = 0.01
"""Precision of a prior on log shares, of standard deviation 10: it keeps the shapes of a few visits finite."""
_NEWTON_STEPS: Final = 50
_SETTLED: Final = 1e-9


def _free_shape(visits: FloatArray, exposure: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """An hour in which nobody came has the error of one visit: its share is 0, its slope stands for 1 / visits."""
    rate = visits / exposure
    share = rate / rate.sum()
    variance = 1.0 / np.maximum(visits, 1.0)
    return share, np.eye(HOURS_PER_DAY) - share[None, :], np.diag(variance)


def _scores(counts: Counts, table: _Table) -> Iterator[tuple[HourShape, float]]:
    """Mean log score of each shape over visits of the blocks left out; none where there are not two whole weeks."""
    whole = np.flatnonzero(counts.inside.all(axis=1))
    week = week_of(counts.days)
    full = [one for one in np.unique(week[whole]) if (week[whole] == one).sum() == 7]
    if len(full) < 2:
        return
    week = week - int(full[0])
    place = np.clip(np.searchsorted(np.array(full) - int(full[0]), week, side="right") - 1, 0, len(full) - 1)
    block = place * min(_BLOCKS, len(full)) // len(full)
    share = _shares(table, FREE_HOURS)[0]
    parts = [_tabled(counts, share, np.flatnonzero(block == each)) for each in np.unique(block)]
    for shape in SHAPES:
        total = 0.0
        for part in parts:
            found = _scored_shares(table - part, shape)
            came = part.visits
            total += float((came * np.log(np.where(came > 0.0, found, 1.0))).sum())
        yield shape, total / float(table.visits.sum())


def _scored_shares(table: _Table, shape: HourShape) -> FloatArray:
    """Shares without zeros."""
    if table.visits.sum() <= 0.0:
        return np.full_like(table.visits, 1.0 / HOURS_PER_DAY)
    n_days = np.bincount(shape.group)[list(shape.group)]
    added = _PSEUDO / (7.0 if shape.deviations else n_days[:, None])
    return _shares(table if shape.harmonics else _Table(table.visits + added, table.exposure), shape)[0]


def _least_variance(table: _Table, share: FloatArray, shape: HourShape) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of log shares (7, 24): that of free hours of the same weekdays together, the square by which these lie from the
    shape, and what weekdays depart from it beyond chance: Pearson's statistic over its degrees of freedom, in units of
    what free hours vary by chance."""
    scale = table.visits.sum() / (table.exposure * share).sum()
    expected = np.maximum(table.exposure * share * scale, 1e-9)
    group = np.array(shape.group)
    member = (np.arange(shape.n_groups)[:, None] == group[None, :]).astype(np.float64)
    together = np.maximum(member @ expected, 1.0)
    bias = ((member @ (table.visits - expected) / together) ** 2)[group]
    of_free = (1.0 / together - 1.0 / together.sum(axis=1, keepdims=True))[group]
    beyond = _beyond_chance(table.visits, expected, 7 * (HOURS_PER_DAY - 1) - shape.n_parameters)
    return of_free, bias, np.asarray(beyond / np.maximum(expected, 1.0))


def _beyond_chance(visits: FloatArray, expected: FloatArray, degrees: int) -> float:
    return max(float(((visits - expected) ** 2 / expected).sum()) / degrees - 1.0, 0.0) if degrees > 0 else 0.0


def _index(counts: Counts, share: FloatArray, shape: HourShape) -> float:
    """Pearson's statistic of the hours of whole days over its degrees of freedom, given the days' totals."""
    whole = counts.inside.all(axis=1)
    visits, weekday = counts.by_hour[whole], counts.weekday[whole]
    expected = visits.sum(axis=1, keepdims=True) * share[weekday]
    kept = expected > 0.0
    squares = float(((visits - expected)[kept] ** 2 / expected[kept]).sum())
    degrees = int(kept.sum()) - int((visits.sum(axis=1) > 0.0).sum()) - shape.n_parameters
    return squares / degrees if degrees > 0 else 1.0
