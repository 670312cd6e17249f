"""Which family of distributions fits durations, or none, by AIC and bootstrapped tests; and the quantiles if none does.

Uniform and triangular laws are for judgement without data: their likelihood is not regular, and they are not fitted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics import lifetimes
from sim.statistics.arrays import FloatArray, IntArray
from sim.statistics.lifetimes import FAMILIES, LifetimeFit, durations, fit_lifetimes
from sim.statistics.monte_carlo import p_text
from sim.statistics.weighted import weighted_mean, weighted_quantile

_STEPS: Final = (60.0, 30.0, 15.0, 10.0, 5.0, 1.0)
"""Minutes to which clocks and people round."""
_ON_THE_STEP: Final = 0.995
_MOST_TESTED: Final = 1000
"""With more, any law of two parameters is found wrong, however near it is."""
_TAIL: Final = (0.0, 0.001, 0.0025, 0.005)
TABLE_CHANCES: Final = (
    *_TAIL, *(round(0.01 * place, 2) for place in range(1, 100)), *(1.0 - chance for chance in reversed(_TAIL))
)  # fmt: skip
"""Chances of the quantile table that stands in for a family, closer in the tails: half of a mean may lie there."""
_MEAN_ERROR: Final = 2e-4
"""Part of a mean that a straight line between two chances may miss before a chance between them is added."""
_EDGE: Final = 1e-12
QuantileFunction = Callable[[ArrayLike], FloatArray]


@dataclass(frozen=True, slots=True)
class Rounding:
    """`step` (minutes) to which nearly all values are rounded, 0 if none; `share_on_five` of multiples of five."""

    step: float
    share_on_five: float

    @property
    def is_heaped(self) -> bool:
        """Whole minutes with more than half again the fifth that multiples of five should be."""
        return 0.0 < self.step < 5.0 and self.share_on_five > 0.3

    def note(self) -> str:
        """What a reader must know, empty if nothing."""
        if self.is_heaped:
            return (
                f"{100 * self.share_on_five:.0f} % of values are multiples of 5 minutes, 20 % expected: heaped; "
                "estimates hold, tests of fit reject too often"
            )
        return f"values are rounded to {self.step:g} minutes; the likelihood counts each as within half of it"


def rounding_of(values: ArrayLike) -> Rounding:
    """How values in minutes were rounded (Heitjan 1989, Statistical Science 4:164-183, on why it matters)."""
    x = np.asarray(values, dtype=np.float64)
    on = {step: float(np.mean(np.abs(x / step - np.round(x / step)) < 1e-6)) for step in _STEPS} if x.size else {}
    step = next((step for step in _STEPS if on.get(step, 0.0) >= _ON_THE_STEP), 0.0)
    return Rounding(step, on.get(5.0, 0.0))


def kolmogorov_smirnov(u: ArrayLike) -> float:
    """Largest distance between the values' distribution and the uniform one (Kolmogorov 1933)."""
    x = np.sort(np.asarray(u, dtype=np.float64))
    steps = np.arange(1, x.size + 1) / x.size
    return float(max((steps - x).max(), (x - steps + 1.0 / x.size).max()))


def anderson_darling(u: ArrayLike) -> float:
    """A-squared of values against the uniform distribution (Anderson & Darling 1954, JASA 49:765-769)."""
    x = np.clip(np.sort(np.asarray(u, dtype=np.float64)), _EDGE, 1.0 - _EDGE)
    odd = 2.0 * np.arange(1, x.size + 1) - 1.0
    return float(-x.size - np.mean(odd * (np.log(x) + np.log1p(-x[::-1]))))


def uniforms_of(
    fit: LifetimeFit, values: FloatArray, group: IntArray, step: float, rng: np.random.Generator
) -> FloatArray:
    """Where each value lies in its fitted distribution, uniform if the fit is right.

    A rounded value is put at random within its step (Dunn & Smyth 1996, J. Comput. Graph. Stat. 5:236-244).
    """
    if step > 0.0:
        below, above = np.empty(values.size), np.empty(values.size)
        for number in np.unique(group):
            mine = group == number
            rounded, place = np.unique(values[mine], return_inverse=True)  # equal ones are looked at once
            of = np.full(rounded.size, number)
            below[mine] = fit.share_below(np.maximum(rounded - step / 2, 0.0), of)[place]
            above[mine] = fit.share_below(rounded + step / 2, of)[place]
        return below + rng.random(values.size) * (above - below)
    return fit.share_below(values, group)


@dataclass(frozen=True, slots=True)
class FitTest:
    """One family on `n` of the values, its p-value from `draws` bootstrapped files.

    `distance` is the largest between curves; where there is `a_squared`, which sees the tails, the p-value is of that.
    """

    family: str
    distance: float
    p: float
    n: int
    draws: int
    a_squared: float = float("nan")

    @property
    def is_rejected(self) -> bool:
        """At the 5 % level."""
        return self.p <= 0.05

    @property
    def p_text(self) -> str:
        """As it is printed."""
        return p_text(self.p, self.draws)


def bootstrap_p(found: float, drawn: FloatArray) -> float:
    """The observed value counts among the draws."""
    return float((1 + (drawn >= found).sum()) / (drawn.size + 1))


def bootstrap_test(
    values: ArrayLike, group: ArrayLike, fit: LifetimeFit, *, step: float, seed: int, draws: int = 39
) -> FitTest:
    """Is the family right, its parameters estimated from the same values?

    Parametric bootstrap: values are drawn from the fit, rounded as the file's, and fitted anew, so that the p-value
    allows for the estimation (Stute, Gonzales Manteiga & Presedo Quindimil 1993, Metrika 40:243-256; tables for known
    parameters would accept nearly anything).
    """
    x, groups = np.asarray(values, dtype=np.float64), np.asarray(group, dtype=np.int64)
    rng = np.random.default_rng(seed)
    u = uniforms_of(fit, x, groups, step, rng)
    squared = anderson_darling(u)
    drawn = np.empty(draws)
    for draw in range(draws):
        sample = _drawn(fit, groups, step, rng)
        again = fit_lifetimes(durations(sample, sample, groups, step), fit.family, start=fit, with_errors=False)
        drawn[draw] = anderson_darling(uniforms_of(again, sample, groups, step, rng))
    return FitTest(fit.family, kolmogorov_smirnov(u), bootstrap_p(squared, drawn), x.size, draws, squared)


def _drawn(fit: LifetimeFit, group: IntArray, step: float, rng: np.random.Generator) -> FloatArray:
    values = fit.scale[group] * fit.unit_quantiles(rng.random(group.size))
    return np.round(values / step) * step if step > 0.0 else np.maximum(values, 1e-9)


@dataclass(frozen=True, slots=True)
class Choice:
    """Families in order of AIC with their tests, and what is to be used.

    `chosen` is the first family in that order which is not rejected, None if all are: then `table`, the quantiles of
    each group at the chances `at`, zeros among them, is what the values say, and `nearest` the family of least AIC. To
    values with survey weights none is fitted: `fits` is empty.
    """

    fits: tuple[LifetimeFit, ...]
    tests: tuple[FitTest, ...]
    rounding: Rounding
    n_zero: int
    at: tuple[float, ...]
    table: FloatArray

    @property
    def chosen(self) -> LifetimeFit | None:
        passed = [test.family for test in self.tests if not test.is_rejected]
        return next((fit for fit in self.fits if fit.family in passed), None)

    @property
    def nearest(self) -> LifetimeFit:
        return self.fits[0]

    def test_of(self, family: str) -> FitTest | None:
        return next((test for test in self.tests if test.family == family), None)

    def verdict(self) -> str:
        """One sentence."""
        if not self.fits:
            return "no family is fitted to weighted minutes, the weighted quantiles hold"
        used = self.chosen or self.nearest
        test = self.test_of(used.family)
        found = "not tested"
        if test is not None:
            found = f"A-squared {test.a_squared:.2f}, p {test.p_text}; largest distance {test.distance:.3f}"
        if self.chosen is not None:
            return f"{used.family} fits ({found})"
        nearest = f"the nearest is {used.family} ({found}), the empirical quantiles hold"
        return f"none of {', '.join(FAMILIES)} fits; {nearest}"


def choose_distribution(values: ArrayLike, group: ArrayLike, *, seed: int, draws: int = 39) -> Choice:
    """Fit every family to durations by group, test in order of AIC until one is not rejected.

    Zeros that no rounding explains are left out and counted.
    """
    x, groups = np.asarray(values, dtype=np.float64), np.asarray(group, dtype=np.int64)
    rounding = rounding_of(x)
    zero = (x == 0.0) & (rounding.step == 0.0)
    by_group = [x[groups == g] for g in range(int(groups.max(initial=-1)) + 1)]
    at, table = quantile_table(by_group, None)
    x, groups = x[~zero], groups[~zero]
    fits = lifetimes.fit_families(durations(x, x, groups, rounding.step))
    some = _at_most(x.size, _MOST_TESTED, groups, seed)
    sample, of = x[some], groups[some]
    tests: list[FitTest] = []
    for fit in fits:
        mine = fit_lifetimes(durations(sample, sample, of, rounding.step), fit.family, start=fit)
        tests.append(bootstrap_test(sample, of, mine, step=rounding.step, seed=seed, draws=draws))
        if not tests[-1].is_rejected:
            break
    return Choice(fits, tuple(tests), rounding, int(zero.sum()), at, table)


def quantile_table(
    by_group: list[FloatArray], weights: list[FloatArray] | None
) -> tuple[tuple[float, ...], FloatArray]:
    """Chances that tell the values of every group, and their quantiles, a row per group; weighted if weights are."""
    if weights is None:
        functions: list[QuantileFunction] = [partial(np.quantile, values) for values in by_group]
        means = [float(values.mean()) for values in by_group]
    else:
        pairs = list(zip(by_group, weights, strict=True))
        functions = [partial(weighted_quantile, values, weight) for values, weight in pairs]
        means = [weighted_mean(values, weight)[0] for values, weight in pairs]
    at = _chances_for(functions, means, max((values.size for values in by_group), default=1))
    return at, np.array([quantiles(at) for quantiles in functions])


def _chances_for(functions: list[QuantileFunction], means: list[float], most: int) -> tuple[float, ...]:
    """`TABLE_CHANCES`, and more where some group's quantiles leap: lines across a gap would fill it with values."""
    at = np.array(TABLE_CHANCES)
    while True:
        middle, width = (at[1:] + at[:-1]) / 2.0, np.diff(at)
        missed = np.zeros(middle.size)
        for quantiles, mean in zip(functions, means, strict=True):
            ends = quantiles(at)
            bend = np.abs(quantiles(middle) - (ends[1:] + ends[:-1]) / 2.0)
            missed = np.maximum(missed, width * bend / max(mean, 1e-9))
        leaps = middle[(missed > _MEAN_ERROR) & (width > 1.0 / most)]
        if not leaps.size:
            return tuple(float(f"{chance:.8g}") for chance in at)
        at = np.sort(np.append(at, leaps))


def _at_most(n: int, most: int, group: IntArray, seed: int) -> IntArray:
    """Rows of a sample that keeps at least two of each group."""
    if n <= most:
        return np.arange(n)
    order = np.random.default_rng(seed).permutation(n)
    firsts = np.concatenate([order[group[order] == g][:2] for g in np.unique(group)])
    rest = order[~np.isin(order, firsts)][: most - firsts.size]
    return np.sort(np.concatenate((firsts, rest)))


def quantile_pairs(fit: LifetimeFit, values: ArrayLike, group: int) -> tuple[FloatArray, FloatArray]:
    """Fitted and observed quantiles of one group at 99 even chances, for a quantile-quantile plot."""
    chances = (np.arange(99) + 0.5) / 99
    return fit.quantiles(chances, group), np.quantile(np.asarray(values, dtype=np.float64), chances)


def ties_apart(values: FloatArray, table: FloatArray, at: tuple[float, ...], weight: FloatArray | None = None) -> float:
    """Kolmogorov distance of a quantile table from the values it was made of, at each value that occurs."""
    seen, place = np.unique(values, return_inverse=True)
    below = np.cumsum(np.bincount(place, weights=weight)) / (values.size if weight is None else weight.sum())
    return float(np.abs(below - _share_up_to(seen, table, np.array(at))).max())


def _share_up_to(values: FloatArray, table: FloatArray, at: FloatArray) -> FloatArray:
    """Share of a quantile table up to and with each value: of several shares at one quantile the last."""
    after = np.searchsorted(table, values, side="right")
    before, end = np.maximum(after - 1, 0), np.minimum(after, table.size - 1)
    width = table[end] - table[before]
    part = np.where(width > 0.0, (values - table[before]) / np.where(width > 0.0, width, 1.0), 0.0)
    found = at[before] + part * (at[end] - at[before])
    return np.asarray(np.where(after == 0, 0.0, np.where(after == table.size, 1.0, found)))
