"""Which family of distributions fits durations, or none, by AIC and bootstrapped tests; and the minutes of steps.

Of the steps that a visits file measures the family that fits is written into the configuration, or their quantiles.
Uniform and triangular laws are for judgement without data: their likelihood is not regular, and they are not fitted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.calibration.estimators.streams import name_of
from sim.calibration.estimators.survey_weights import clusters_of, weights_of
from sim.department.department import Department
from sim.department.pathway import Delay, SideTask, Step, Task
from sim.department.quantities import ACUITIES, Empirical
from sim.io.suggest import did_you_mean
from sim.statistics import lifetimes
from sim.statistics.arrays import FloatArray, IntArray
from sim.statistics.lifetimes import FAMILIES, Family, LifetimeFit, durations, fit_lifetimes
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
        low, high = np.maximum(values - step / 2, 0.0), values + step / 2
        below, above = fit.share_below(low, group), fit.share_below(high, group)
        return below + rng.random(values.size) * (above - below)
    return fit.share_below(values, group)


@dataclass(frozen=True, slots=True)
class FitTest:
    """One family on `n` of the values: distance and A-squared, which has a bootstrap p-value of `draws` draws."""

    family: str
    ks: float
    ad: float
    ad_p: float
    n: int
    draws: int

    @property
    def is_rejected(self) -> bool:
        """At the 5 % level by A-squared, which sees the tails."""
        return self.ad_p <= 0.05

    @property
    def p_text(self) -> str:
        """As it is printed."""
        return p_text(self.ad_p, self.draws)


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
        again = fit_lifetimes(durations(sample, sample, groups, step), fit.family, start=fit)
        drawn[draw] = anderson_darling(uniforms_of(again, sample, groups, step, rng))
    p = float((1 + (drawn >= squared).sum()) / (draws + 1))
    return FitTest(fit.family, kolmogorov_smirnov(u), squared, p, x.size, draws)


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
        told = f"A-squared {test.ad:.2f}, p {test.p_text}; largest distance {test.ks:.3f}" if test else "not tested"
        if self.chosen is not None:
            return f"{used.family} fits ({told})"
        return (
            f"none of {', '.join(FAMILIES)} fits; the nearest is {used.family} ({told}), the empirical quantiles hold"
        )


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


QuantileFunction = Callable[[ArrayLike], FloatArray]


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


IfNoneFits = Literal["empirical", "nearest"]
_FEWEST: Final = 50
_MOST_ZEROS: Final = 0.01
"""Share of zeros, which no family gives, up to which they are taken for slips."""
_DIGITS: Final = 6
"""Of a number that is written."""


@dataclass(frozen=True, slots=True)
class StepMinutes:
    """The minutes of one step: `values` by group, one for each of `levels`, or one for everybody.

    `observed_means` of each group are (mean, standard error); `weights` are empty where the file has none. `pooled` is
    whether they are those of all streams, the stream's own being too few.
    """

    stream: str
    step: str
    levels: tuple[int, ...]
    values: tuple[FloatArray, ...]
    choice: Choice
    observed_means: tuple[tuple[float, float], ...]
    weights: tuple[FloatArray, ...] = ()
    pooled: bool = False

    @property
    def n(self) -> int:
        return sum(values.size for values in self.values)

    @property
    def has_zeros(self) -> bool:
        """More than slips."""
        return self.choice.n_zero > _MOST_ZEROS * self.n

    @property
    def fit(self) -> LifetimeFit | None:
        """The family that fits, None if none does."""
        return None if self.has_zeros else self.choice.chosen

    def used(self, if_none_fits: IfNoneFits) -> LifetimeFit | None:
        """The family that is written, None where it is the quantiles."""
        return self.fit or (self.choice.nearest if if_none_fits == "nearest" and self.choice.fits else None)

    def written(self, if_none_fits: IfNoneFits) -> dict[str, Any]:
        """The value of `minutes` in the department's configuration."""
        fit = self.used(if_none_fits)
        if fit is not None:
            return family_written(fit, self.levels)
        lists = [[rounded(value) for value in quantiles] for quantiles in self.choice.table]
        by_level = [lists[group] for group in nearest_groups(self.levels)] if self.levels else lists[0]
        return {"family": "empirical", "quantiles": by_level, "at": list(self.choice.at)}

    def statement(self, if_none_fits: IfNoneFits) -> str:
        """Where the numbers are from and what was found, for the file and the report."""
        counts = zip(self.levels, self.values, strict=True) if self.levels else ()
        by_level = ", ".join(f"CTAS {level} {values.size:,}" for level, values in counts)
        pooled = ", of all streams together" if self.pooled else ""
        sample = f"minutes, n = {self.n:,}{f' ({by_level})' if by_level else ''}{pooled}"
        if self.fit is not None:
            return f"{sample}; {self.choice.verdict()}"
        zeros = f"{self.choice.n_zero:,} are 0, which no family gives; " if self.has_zeros else ""
        if self.choice.chosen is None:
            verdict = self.choice.verdict()
        else:
            verdict = f"none of {', '.join(FAMILIES)} fits (without them {self.choice.verdict()})"
        if if_none_fits == "nearest" and self.choice.fits:
            return f"{sample}; {zeros}{verdict}; {self.choice.nearest.family} is written all the same, as asked for"
        distance = max(self.distances(if_none_fits))
        return f"{sample}; {zeros}{verdict}; written as empirical, largest distance {distance:.3f}"

    def distances(self, if_none_fits: IfNoneFits) -> list[float]:
        """Kolmogorov distance of what is written from the file's values, by group.

        Where many values are equal, the share up to and with them is compared.
        """
        fit = self.used(if_none_fits)
        if fit is None:
            weights = self.weights or tuple(np.ones(values.size) for values in self.values)
            groups = zip(self.values, weights, self.choice.table, strict=True)
            return [ties_apart(values, table, self.choice.at, weight) for values, weight, table in groups]
        return [kolmogorov_smirnov(1.0 - fit.survival(values, g)) for g, values in enumerate(self.values)]

    def means(self, if_none_fits: IfNoneFits) -> list[float]:
        """Of what is written, by group."""
        fit = self.used(if_none_fits)
        chances = (np.arange(2000) + 0.5) / 2000
        if fit is not None:
            return [float(fit.quantiles(chances, group).mean()) for group in range(len(self.values))]
        return [Empirical(quantiles=tuple(row), at=self.choice.at).mean_of(3) for row in self.choice.table.tolist()]


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


def measured(parts: Mapping[str, pd.DataFrame], seed: int, notes: list[str]) -> dict[tuple[str, str], StepMinutes]:
    """The minutes of each measured step by stream and step, from the table's columns `minutes_STEP`.

    A stream with too few has those of all streams together.
    """
    found: dict[tuple[str, str], StepMinutes] = {}
    for stream, part in parts.items():
        for step in (str(name).removeprefix("minutes_") for name in part.columns if str(name).startswith("minutes_")):
            of_step, why = _measured(stream, step, part, seed)
            if of_step is None and len(parts) > 1:
                of_step, _ = _measured(stream, step, pd.concat(parts.values()), seed)
                of_step = of_step and replace(of_step, pooled=True)
                why += ": pooled, those of all streams are taken" if of_step else ""
            if why:
                notes.append(f"{name_of(stream)}, {step}: {why}{'' if of_step else ': the step keeps its own'}")
            if of_step is not None:
                found[stream, step] = of_step
    return found


def _measured(stream: str, step: str, part: pd.DataFrame, seed: int) -> tuple[StepMinutes | None, str]:
    """The minutes of one step, or why there are none."""
    known = part[part[f"minutes_{step}"].notna()]
    counts = known["acuity"].value_counts()
    levels = tuple(level for level in ACUITIES if counts.get(level, 0) >= _FEWEST)
    if not levels and len(known) < _FEWEST:
        return None, f"{len(known):,} minutes, under {_FEWEST}"
    if levels:
        known = known[known["acuity"].isin(levels)]
    values = known[f"minutes_{step}"].to_numpy(np.float64)
    level = known["acuity"].to_numpy(np.float64) if levels else np.zeros(values.size)
    group = np.searchsorted(levels or (0,), level).astype(np.int64)
    rows = [group == number for number in range(max(len(levels), 1))]
    by_group, weight, cluster = tuple(values[mine] for mine in rows), weights_of(known), clusters_of(known)
    if weight is not None:
        weights = tuple(weight[mine] for mine in rows)
        means = tuple(
            weighted_mean(values[mine], weight[mine], None if cluster is None else cluster[mine]) for mine in rows
        )
        at, table = quantile_table(list(by_group), list(weights))
        choice = Choice((), (), rounding_of(values), int((values == 0.0).sum()), at, table)
        return StepMinutes(stream, step, levels, by_group, choice, means, weights), ""
    try:
        choice = choose_distribution(values, group, seed=seed)
    except lifetimes.TooFewDurations as error:
        return None, str(error)
    means = tuple((float(mine.mean()), float(mine.std(ddof=1) / mine.size**0.5)) for mine in by_group)
    return StepMinutes(stream, step, levels, by_group, choice, means), ""


def is_measurable(step: Step) -> bool:
    """It has minutes of its own, which are neither a share of others nor given elsewhere."""
    return isinstance(step, Delay | Task) or (isinstance(step, SideTask) and step.share_of_minutes is None)


def unknown_steps(department: Department, names: Iterable[str]) -> Iterator[str]:
    """What is wrong with the steps a column map measures: those whose minutes no file can give."""
    steps = [step for stream in department.streams.values() for step in stream.pathway]
    known = tuple(dict.fromkeys(step.name for step in steps if is_measurable(step)))
    for name in names:
        if name not in known:
            yield f"step_minutes.{name}: no step of the department with minutes of its own; {did_you_mean(name, known)}"


def family_written(fit: LifetimeFit, levels: tuple[int, ...]) -> dict[str, Any]:
    """A family as `sim.department.quantities` holds it; a level without an estimate takes its neighbour's scale.

    Without levels the scale is everybody's.
    """
    of_groups = [rounded(scale) for scale in fit.scale]
    scale = [of_groups[group] for group in nearest_groups(levels)] if levels else of_groups[0]
    shape = rounded(fit.shape)
    written: dict[Family, dict[str, Any]] = {
        Family.EXPONENTIAL: {"family": "exponential", "mean": scale},
        Family.GAMMA: {"family": "gamma", "mean": scale, "cv": shape},
        Family.LOGNORMAL: {"family": "lognormal_median", "median": scale, "log_sd": shape},
        Family.WEIBULL: {"family": "weibull", "shape": shape, "scale": scale},
    }
    return written[Family(fit.family)]


def nearest_groups(levels: tuple[int, ...]) -> Iterator[int]:
    """For CTAS 1 to 5 the group that speaks for it."""
    for level in ACUITIES:
        yield min(range(len(levels)), key=lambda group: abs(levels[group] - level))


def rounded(value: float) -> float:
    """As it is written."""
    return float(f"{value:.{_DIGITS}g}")
