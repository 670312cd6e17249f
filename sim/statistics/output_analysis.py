"""Turns replication results into estimates, intervals and tests: numbers in, numbers out.

Leaves to others which measure is asked for, how runs are played (`experiment`) and what is said about them
(`report`).

A value here is one number per replication unless a function says otherwise. NaN means "undefined in that
replication": such values are dropped and counted in `n_undefined`, never read as zero. Infinite values are
refused. Distributions are those of `scipy.special`: `scipy.stats` gives the same values, but takes longer to load
than a run takes to play, and is asked for rare things only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf, isnan, nan, sqrt
from typing import Any, Literal

import numpy as np
import scipy  # each part of it is loaded when first called
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]
"""Estimates of many measures: a name, and a value per measure."""

# Numerical integration, not simulation: a fixed seed makes the max-t point a function of its arguments alone.
_MAX_T_SEED = 20_230_016
_MAX_T_DRAWS = 20_000
_MAX_T_LARGEST_DF = 200
_MSER_BATCH = 5
_MSER_FEWEST_BATCHES = 10


# --- results --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications and its confidence interval, in the unit of the values.

    With n = 1 the spread is unknown: `sd` is NaN, `half_width` infinite, `low` and `high` minus and plus
    infinity.
    """

    mean: float
    low: float
    high: float
    half_width: float
    sd: float
    n: int
    n_undefined: int
    confidence: float


@dataclass(frozen=True, slots=True)
class QuantileInterval:
    """A sample quantile and its interval; a bound the sample is too small for is minus or plus infinity."""

    quantile: float
    low: float
    high: float
    q: float
    n: int
    n_undefined: int
    confidence: float


@dataclass(frozen=True, slots=True)
class ProportionInterval:
    """A proportion and its interval, both between 0 and 1."""

    proportion: float
    low: float
    high: float
    n_events: int
    n: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Mean of a - b over replications on common random numbers, with its interval and two-sided p-value.

    `variance_ratio` is var(a - b) / (var(a) + var(b)): below 1, pairing beat independent runs; 0 is a
    perfect match. `correlation` is NaN when a or b does not vary, `variance_ratio` is NaN when neither does.
    """

    mean: float
    low: float
    high: float
    half_width: float
    sd: float
    n: int
    n_undefined: int
    correlation: float
    variance_ratio: float
    p_value: float
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class BestOfMany:
    """Each scenario against the best of the others: arrays of length k in the order of the columns given.

    `difference` is the scenario's mean minus the best other mean; `low` <= 0 <= `high` bound it
    simultaneously. `may_be_best` marks scenarios the data cannot rule out; `is_best` the one shown best, if
    there is one.
    """

    better: Literal["low", "high"]
    mean: FloatArray
    difference: FloatArray
    low: FloatArray
    high: FloatArray
    may_be_best: BoolArray
    is_best: BoolArray
    half_width: float
    n: int
    n_undefined: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Truncation:
    """How many leading observations to delete, and whether the series was long enough to tell."""

    n_observations: int
    n_batches: int
    statistic: float
    reliable: bool


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Warm-up in whole weeks; `reliable` is False when the series is too short to show that it settled."""

    n_weeks: int
    n_observations: int
    reliable: bool


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """Kaplan-Meier curve: at each distinct time, the share still event-free just after it.

    Arrays of one length; times in the unit of the durations. `standard_error` is Greenwood's, NaN once the
    curve is 0.
    """

    times: FloatArray
    survival: FloatArray
    standard_error: FloatArray
    n_at_risk: IntArray
    n_events: IntArray

    def at(self, times: ArrayLike) -> FloatArray:
        """Survival at any times: 1 before the first, NaN after the last (nobody was followed so long)."""
        asked = np.asarray(times, dtype=np.float64)
        steps = np.concatenate(([1.0], self.survival))[np.searchsorted(self.times, asked, side="right")]
        return np.where(asked > self.times[-1], nan, steps)


@dataclass(frozen=True, slots=True)
class DispersionTest:
    """Fisher's index of dispersion: `index` is 1 for Poisson counts, above 1 over-dispersed, below 1 too
    even.
    """

    index: float
    statistic: float
    degrees_of_freedom: int
    p_over: float
    p_under: float
    p_value: float


# --- one scenario ---------------------------------------------------------------------------------


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Student-t interval of a mean over independent replications (Law, Simulation Modeling and Analysis).

    values: shape (n,). Raises ValueError when no value is defined, or one is infinite.
    """
    defined, n_undefined = _defined(values, "values")
    found = mean_intervals(defined[np.newaxis], confidence)
    return Interval(**_only(found), n_undefined=n_undefined, confidence=confidence)


def mean_intervals(table: ArrayLike, confidence: float = 0.95) -> Columns:
    """The same of many measures at once: mean, low, high, half_width, sd and n, each of shape (m,).

    table: shape (m, n), a row per measure. Of a row without a defined value n is 0 and the rest NaN.
    """
    _check_confidence(confidence)
    x = _rows(table, "table")
    mean, sd, n = np.full(len(x), nan), np.full(len(x), nan), np.zeros(len(x), dtype=np.int64)
    for rows, defined in _by_number_defined(x):
        mean[rows], sd[rows], n[rows] = defined[0].mean(axis=1), _sds(defined[0]), defined[0].shape[1]
    half = np.where(n > 0, _half_widths(sd, n, confidence), nan)
    return {"mean": mean, "low": mean - half, "high": mean + half, "half_width": half, "sd": sd, "n": n}


def quantile_interval(values: ArrayLike, q: float, confidence: float = 0.95) -> QuantileInterval:
    """Distribution-free interval of a quantile from order statistics (David & Nagaraja, Order Statistics,
    2003).

    values: shape (n,), independent of each other. Visits of one run are not: take the quantile in every
    replication and give those to `mean_interval` instead. Binomial ranks are whole numbers, so coverage is
    at least `confidence`. The estimate is the type-7 sample quantile (NumPy's default). Raises ValueError
    for q outside (0, 1) or no value.
    """
    _check_confidence(confidence)
    if not 0.0 < q < 1.0:
        raise ValueError(f"q is {q}: give a quantile strictly between 0 and 1")
    defined, n_undefined = _defined(values, "values")
    from scipy import stats

    low, high = np.asarray(stats.quantile_test(defined, q=0.0, p=q).confidence_interval(confidence))
    return QuantileInterval(
        quantile=float(np.quantile(defined, q)),
        low=-inf if isnan(low) else float(low),
        high=inf if isnan(high) else float(high),
        q=q,
        n=defined.size,
        n_undefined=n_undefined,
        confidence=confidence,
    )


def proportion_interval(n_events: int, n: int, confidence: float = 0.95) -> ProportionInterval:
    """Wilson score interval of a proportion (Wilson 1927), for the rate of one run.

    It takes trials as independent. Visits that queue together are not, so over several replications
    `mean_interval` of the rates is the honest one. Raises ValueError unless 0 <= n_events <= n and n >= 1.
    """
    _check_confidence(confidence)
    if n < 1 or not 0 <= n_events <= n:
        raise ValueError(f"n_events is {n_events} of n {n}: give 0 <= n_events <= n with n at least 1")
    from scipy import stats

    bounds = stats.binomtest(n_events, n).proportion_ci(confidence, method="wilson")
    return ProportionInterval(n_events / n, float(bounds.low), float(bounds.high), n_events, n, confidence)


# --- scenarios compared ---------------------------------------------------------------------------


def paired_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> PairedDifference:
    """Paired-t interval of a - b, replication by replication (Law, Simulation Modeling and Analysis).

    a, b: shape (n,), same replications in the same order; a pair with NaN on either side is dropped and
    counted. From two pairs on, identical samples give exactly zero mean and half-width, p-value 1 and (if
    they vary) correlation 1. A constant difference other than zero gives half-width 0 and p-value 0. With
    one pair the half-width is infinite and the p-value NaN, even if the two agree. Raises ValueError for
    unequal shapes or no defined pair.
    """
    first, second = _vector(a, "a"), _vector(b, "b")
    if first.size != second.size:
        raise ValueError(f"a has {first.size} replications, b has {second.size}: give the same replications of both")
    _, n_undefined = _defined(first - second, "values")
    found = paired_differences(first[np.newaxis], second[np.newaxis], confidence)
    return PairedDifference(**_only(found), n_undefined=n_undefined, confidence=confidence)


def paired_differences(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Columns:
    """The same of many measures at once: what `mean_intervals` gives of a - b, correlation, variance_ratio, p_value.

    a, b: shape (m, n), a row per measure, a column per replication of both.
    """
    first, second = _rows(a, "a"), _rows(b, "b")
    difference = first - second
    found = mean_intervals(difference, confidence)
    correlation, variance_ratio = np.full(len(difference), nan), np.full(len(difference), nan)
    for rows, defined in _by_number_defined(difference, first, second):
        correlation[rows] = _correlations(*defined[1:])
        variance_ratio[rows] = _variance_ratios(*defined)
    told = {"correlation": correlation, "variance_ratio": variance_ratio, "p_value": _t_tests(found)}
    return found | told


def simultaneous_half_widths(
    differences: ArrayLike, confidence: float = 0.95, method: Literal["bonferroni", "max_t"] = "bonferroni"
) -> FloatArray:
    """Half-widths that hold for all members of a family at once, shape (n_family,).

    differences: shape (n_replications, n_family), one column per member of the family (measure by scenario),
    paired by row. Centre each interval on its column's mean. Members whose column never varies get
    half-width 0 (they still count in the Bonferroni family); members with fewer than two defined
    replications get infinity.

    "bonferroni": t at 1 - alpha / (2 n_family), any dependence; undefined values are dropped column by
    column. "max_t": quantile of the largest |t| of normal columns with the estimated correlations, by Monte
    Carlo with a fixed seed. Each correlation is first drawn towards zero to its one-sided 95 % Fisher bound,
    since weaker dependence means wider intervals (Šidák 1967) and correlations from ten replications
    flatter. Never wider than Bonferroni, never narrower than single intervals. Needs complete rows: raises
    ValueError for a NaN.
    """
    _check_confidence(confidence)
    table = _table(differences, "differences", fewest_columns=1)
    alpha = 1.0 - confidence
    found = mean_intervals(table.T, 1.0 - alpha / table.shape[1])
    bonferroni = np.where(found["n"] < 2, inf, found["half_width"])
    if method == "bonferroni":
        return bonferroni
    if method == "max_t":
        return np.minimum(bonferroni, _max_t_half_widths(table, confidence))
    raise ValueError(f"method is {method!r}: choose 'bonferroni' or 'max_t'")


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's step-down adjusted p-values, in the order given (Holm 1979).

    p_values: shape (m,). Raises ValueError for values outside [0, 1] or NaN: leave undefined comparisons out.
    """
    p = _vector(p_values, "p_values")
    if not np.all((p >= 0.0) & (p <= 1.0)):
        raise ValueError("p_values holds a number outside 0 to 1 or NaN: leave undefined comparisons out of the family")
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def nelson_matejcik(values: ArrayLike, better: Literal["low", "high"], confidence: float = 0.95) -> BestOfMany:
    """Multiple comparisons with the best under common random numbers (Nelson & Matejcik 1995).

    values: shape (n, k), a row per replication, a column per scenario; rows with a NaN are dropped and
    counted. Assumes sphericity: all pairwise differences have one variance, pooled over (k - 1)(n - 1)
    degrees of freedom. Where scenarios share numbers very unequally, Bonferroni intervals of paired
    differences are the safer reading. Raises ValueError for fewer than two scenarios or two complete
    replications.
    """
    _check_confidence(confidence)
    if better not in ("low", "high"):
        raise ValueError(f"better is {better!r}: choose 'low' or 'high'")
    table = _table(values, "values", fewest_columns=2)
    complete = table[~np.isnan(table).any(axis=1)]
    if len(complete) < 2:
        raise ValueError(f"values has {len(complete)} complete replications: at least 2 are needed")
    mean = complete.mean(axis=0)
    half = _nelson_matejcik_half_width(complete, confidence)
    difference = mean - _best_of_others(mean, better)
    low, high = np.minimum(0.0, difference - half), np.maximum(0.0, difference + half)
    may_be_best, is_best = (high > 0.0, low == 0.0) if better == "high" else (low < 0.0, high == 0.0)
    # Exact ties with no spread leave all bounds at zero: nobody is ruled out, nobody is shown best.
    tied = (low == 0.0) & (high == 0.0)
    return BestOfMany(
        better=better,
        mean=_frozen(mean),
        difference=_frozen(difference),
        low=_frozen(low),
        high=_frozen(high),
        may_be_best=_frozen_flags(may_be_best | tied),
        is_best=_frozen_flags(is_best & ~tied),
        half_width=half,
        n=len(complete),
        n_undefined=len(table) - len(complete),
        confidence=confidence,
    )


# --- how much to run ------------------------------------------------------------------------------


def replications_needed(values: ArrayLike, half_width: float, confidence: float = 0.95) -> int:
    """Smallest total number of replications whose t half-width would be at most `half_width`, never below 2.

    Takes the sd of the pilot `values`, shape (n,), as true (Law, Simulation Modeling and Analysis; Hoad,
    Robinson & Davies 2010 repeat it as replications come in). For a relative precision pass a share of the
    absolute mean. Raises ValueError for fewer than two defined values or a half-width that is not positive.
    """
    if not half_width > 0.0:
        raise ValueError(f"half_width is {half_width}: give a positive precision in the unit of the values")
    pilot = mean_interval(values, confidence)
    if pilot.n < 2:
        raise ValueError("values has one defined replication: at least 2 are needed to know the spread")
    normal = float(scipy.special.ndtri(0.5 + confidence / 2.0)) * pilot.sd / half_width
    n = max(2, ceil(normal * normal))  # t is wider than normal, so the answer is here or a little above
    while t_point(n - 1, confidence) * pilot.sd / sqrt(n) > half_width:
        n += 1
    return n


def mser5(series: ArrayLike) -> Truncation:
    """MSER-5 truncation point (White 1997; White, Cobb & Spratt 2000): the d least var(tail) / length(tail).

    series: shape (n,), equally spaced, no NaN; batched in fives, an incomplete last batch is left out. At
    least five batches are kept, because very short tails look quiet by chance. `reliable` is False when the
    best d lies in the second half of the series: it has not been shown to settle, run longer. Raises
    ValueError under 50 observations.
    """
    x = _vector(series, "series")
    n_batches = x.size // _MSER_BATCH
    if n_batches < _MSER_FEWEST_BATCHES:
        shortest = _MSER_BATCH * _MSER_FEWEST_BATCHES
        raise ValueError(f"series has {x.size} observations: MSER-5 needs {shortest}, run longer or record finer")
    if np.isnan(x).any():
        raise ValueError(
            "series holds NaN: average over replications or record coarser, so that each period has a value"
        )
    batches = (x[: n_batches * _MSER_BATCH] - x[0]).reshape(n_batches, _MSER_BATCH).mean(axis=1)
    last = n_batches - _MSER_FEWEST_BATCHES // 2
    statistic = [float(batches[d:].var()) / (n_batches - d) for d in range(last + 1)]
    best = int(np.argmin(statistic))
    return Truncation(best * _MSER_BATCH, n_batches, statistic[best], best <= n_batches // 2)


def warm_up_weeks(series: ArrayLike, observations_per_week: int = 7) -> WarmUp:
    """MSER-5 warm-up rounded up to whole weeks, so that measured time starts on a Monday 00:00.

    series: shape (n,) or (n_replications, n), averaged over replications as in Welch's method (NaN left out
    of the average); observations_per_week is 7 for daily, 168 for hourly, 1 for weekly values. Ask for every
    measure and scenario and use the largest for all. Raises ValueError as `mser5` does, and for no
    observations per week.
    """
    if observations_per_week < 1:
        raise ValueError(
            f"observations_per_week is {observations_per_week}: give 1 (weekly), 7 (daily) or 168 (hourly)"
        )
    table = np.atleast_2d(np.asarray(series, dtype=np.float64))
    _refuse_infinite(table, "series")
    n_defined = (~np.isnan(table)).sum(axis=0)
    average = np.divide(np.nansum(table, axis=0), n_defined, out=np.full(table.shape[1], nan), where=n_defined > 0)
    cut = mser5(average)
    return WarmUp(ceil(cut.n_observations / observations_per_week), cut.n_observations, cut.reliable)


# --- visits and counts ----------------------------------------------------------------------------


def kaplan_meier(durations: ArrayLike, observed: ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier (1958) survival with Greenwood's (1926) standard error.

    durations: shape (n,), at least 0; observed: shape (n,) of booleans, True where the event (a return)
    happened, False where follow-up ended first. Events at a time count before endings at it. The standard
    error takes patients as independent. Raises ValueError for no patient, unequal shapes, NaN or negative
    durations.
    """
    duration, event = _vector(durations, "durations"), np.asarray(observed, dtype=np.bool_)
    if duration.shape != event.shape or duration.size == 0:
        raise ValueError(f"durations has {duration.size} values, observed {event.size}: give one of each per patient")
    if not np.all(duration >= 0.0):
        raise ValueError("durations holds a negative number or NaN: measure from the start of follow-up")
    times = np.unique(duration)
    at_risk = duration.size - np.searchsorted(np.sort(duration), times, side="left")
    happened = np.sort(duration[event])
    events = np.searchsorted(happened, times, side="right") - np.searchsorted(happened, times, side="left")
    survival = np.asarray(np.cumprod((at_risk - events) / at_risk), dtype=np.float64)
    return SurvivalCurve(
        times=_frozen(times),
        survival=_frozen(survival),
        standard_error=_frozen(_greenwood(survival, at_risk, events)),
        n_at_risk=_frozen_counts(at_risk),
        n_events=_frozen_counts(events),
    )


def poisson_dispersion_test(counts: ArrayLike) -> DispersionTest:
    """Chi-squared test that counts are Poisson, by the index of dispersion (Fisher 1925; Cochran 1954).

    counts: shape (n,), repeated counts of one mean; or (n, n_cells), such as weeks by hours of the week,
    each cell with its own mean, statistics and degrees of freedom added up. Cells that are all zero say
    nothing and are left out. `p_over` is small for over-dispersion, `p_under` for counts that are too even,
    `p_value` is two-sided. The law is approximate: keep most cell means above about 1, if need be with wider
    cells. Raises ValueError for fewer than two rows, no events, negative or fractional counts.
    """
    table = np.asarray(counts, dtype=np.float64)
    table = table[:, np.newaxis] if table.ndim == 1 else table
    if table.ndim != 2 or len(table) < 2:
        raise ValueError(f"counts has shape {table.shape}: give at least two rows of counts")
    if not np.all((table >= 0.0) & (table == np.floor(table)) & np.isfinite(table)):
        raise ValueError("counts holds a negative, fractional or undefined number: give whole counts")
    table = table[:, table.any(axis=0)]
    if table.shape[1] == 0:
        raise ValueError("counts are all zero: nothing to test, leave this stream out")
    mean = table.mean(axis=0)
    statistic = float(((table - mean) ** 2 / mean).sum())
    df = (len(table) - 1) * table.shape[1]
    over, under = float(scipy.special.chdtrc(df, statistic)), float(scipy.special.chdtr(df, statistic))
    return DispersionTest(statistic / df, statistic, df, over, under, min(1.0, 2.0 * min(over, under)))


# --- reading arguments ----------------------------------------------------------------------------


def _check_confidence(confidence: float) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}: give a share strictly between 0 and 1, such as 0.95")


def _vector(values: ArrayLike, name: str) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1:
        raise ValueError(f"{name} has shape {x.shape}: give one number per replication, shape (n,)")
    _refuse_infinite(x, name)
    return x


def _table(values: ArrayLike, name: str, fewest_columns: int) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] < fewest_columns:
        raise ValueError(f"{name} has shape {x.shape}: give a row per replication and {fewest_columns} or more columns")
    _refuse_infinite(x, name)
    return x


def _rows(values: ArrayLike, name: str) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"{name} has shape {x.shape}: give a row per measure and a column per replication")
    _refuse_infinite(x, name)
    return x


def _only(columns: Columns) -> dict[str, Any]:
    """The one row of columns, as plain numbers."""
    return {name: column.item() for name, column in columns.items()}


def _refuse_infinite(x: FloatArray, name: str) -> None:
    if np.isinf(x).any():
        raise ValueError(
            f"{name} holds an infinite number at {np.argwhere(np.isinf(x))[0].tolist()}: correct the measure"
        )


def _defined(values: ArrayLike, name: str) -> tuple[FloatArray, int]:
    x = _vector(values, name)
    defined = x[~np.isnan(x)]
    if defined.size == 0:
        raise ValueError(f"{name} has no defined value among {x.size}: run more replications or leave the measure out")
    return defined, x.size - defined.size


def _frozen(x: FloatArray) -> FloatArray:
    x.setflags(write=False)
    return x


def _frozen_flags(x: BoolArray) -> BoolArray:
    x.setflags(write=False)
    return x


def _frozen_counts(x: ArrayLike) -> IntArray:
    counts = np.asarray(x, dtype=np.int64)
    counts.setflags(write=False)
    return counts


# --- formulas -------------------------------------------------------------------------------------


def _by_number_defined(table: FloatArray, *beside: FloatArray) -> Iterator[tuple[IntArray, list[FloatArray]]]:
    """Rows with equally many defined values, and these alone: of the table, and of others where it is defined."""
    undefined = np.isnan(table)
    number, order = (~undefined).sum(axis=1), np.argsort(undefined, axis=1, kind="stable")
    for size in np.unique(number[number > 0]):
        rows = np.flatnonzero(number == size)
        chosen = rows[:, np.newaxis], order[rows, :size]
        yield rows, [each[chosen] for each in (table, *beside)]


def _sds(x: FloatArray) -> FloatArray:
    """Sample sd of each row; exactly 0 for equal values, where rounding in the mean would leave dust; NaN under two."""
    if x.shape[1] < 2:
        return np.full(len(x), nan)
    return np.where(np.ptp(x, axis=1) > 0.0, x.std(axis=1, ddof=1), 0.0)


def _half_widths(sd: FloatArray, n: IntArray, confidence: float) -> FloatArray:
    known = n > 1
    half = np.full(n.size, inf)
    if known.any():
        half[known] = scipy.special.stdtrit(n[known] - 1, 0.5 + confidence / 2.0) * sd[known] / np.sqrt(n[known])
    return half


@lru_cache(maxsize=1024)
def t_point(df: int, confidence: float) -> float:
    """Point c with P(|T| <= c) = confidence. Kept, for a search asks for the same ones again."""
    return float(scipy.special.stdtrit(df, 0.5 + confidence / 2.0))


def _t_tests(found: Columns) -> FloatArray:
    mean, sd, n = found["mean"], found["sd"], found["n"]
    p_value = np.where(n < 2, nan, np.where(mean == 0.0, 1.0, 0.0))
    varies = sd > 0.0
    t = np.abs(mean[varies]) * np.sqrt(n[varies]) / sd[varies]
    p_value[varies] = 2.0 * scipy.special.stdtr(n[varies] - 1, -t)
    return p_value


def _correlations(a: FloatArray, b: FloatArray) -> FloatArray:
    """Of each row; exactly 1 of equal rows, NaN where one of the two does not vary."""
    found = np.full(len(a), nan)
    if a.shape[1] < 2:
        return found
    vary = (np.ptp(a, axis=1) > 0.0) & (np.ptp(b, axis=1) > 0.0)
    both = np.stack((a[vary], b[vary]), axis=1)
    both -= both.mean(axis=2, keepdims=True)
    covariance = both @ both.swapaxes(1, 2) * (1.0 / (a.shape[1] - 1))
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    same = (a[vary] == b[vary]).all(axis=1)
    found[vary] = np.where(same, 1.0, np.clip(covariance[:, 0, 1] / sd[:, 0] / sd[:, 1], -1.0, 1.0))
    return found


def _variance_ratios(difference: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    independent = _sds(a) ** 2 + _sds(b) ** 2
    found = np.full(len(a), nan)
    np.divide(_sds(difference) ** 2, independent, out=found, where=independent > 0.0)
    return found


def _max_t_half_widths(table: FloatArray, confidence: float) -> FloatArray:
    if np.isnan(table).any():
        raise ValueError("differences holds NaN: max_t needs every replication defined, use method='bonferroni'")
    n = len(table)
    sd = _sds(np.ascontiguousarray(table.T))
    if n < 2 or not sd.any():
        return np.full(sd.size, inf) if n < 2 else sd
    varying = table[:, sd > 0.0]
    largest = _max_t_point(_cautious_correlation(varying), n - 1, confidence)
    single = float(scipy.special.stdtrit(n - 1, 0.5 + confidence / 2.0))
    return max(single, largest) * sd / sqrt(n)


def _cautious_correlation(table: FloatArray) -> FloatArray:
    """Correlations drawn towards zero to their one-sided 95 % Fisher bounds, made a correlation matrix
    again.
    """
    n, m = table.shape
    if n <= 3 or m == 1:
        return np.eye(m)
    z = np.arctanh(np.clip(np.corrcoef(table, rowvar=False), -1.0 + 1e-12, 1.0 - 1e-12))
    bound = np.sign(z) * np.tanh(np.maximum(0.0, np.abs(z) - scipy.special.ndtri(0.95) / sqrt(n - 3)))
    np.fill_diagonal(bound, 1.0)
    root = _root(bound)
    covariance = root @ root.T
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale), dtype=np.float64)


def _root(matrix: FloatArray) -> FloatArray:
    """A square root of the nearest positive semi-definite matrix."""
    weights, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.maximum(weights, 0.0)), dtype=np.float64)


def _max_t_point(correlation: FloatArray, df: int, confidence: float) -> float:
    """Quantile of the largest |t| of correlated normal columns, each studentised by its own sd."""
    rng = np.random.default_rng(_MAX_T_SEED)
    root = _root(correlation)
    used = min(df, _MAX_T_LARGEST_DF)  # fewer degrees of freedom only widen
    squares = np.zeros((_MAX_T_DRAWS, len(root)))
    for _ in range(used):
        squares += (rng.standard_normal(squares.shape) @ root.T) ** 2
    t = np.abs(rng.standard_normal(squares.shape) @ root.T) / np.sqrt(squares / used)
    return float(np.quantile(t.max(axis=1), confidence))


def _nelson_matejcik_half_width(table: FloatArray, confidence: float) -> float:
    n, k = table.shape
    # Pairing by row removes what scenarios share, so a column minus the first is what may be exactly zero.
    contrast = table - table[:, :1]
    residual = contrast - contrast.mean(axis=0) - contrast.mean(axis=1, keepdims=True) + contrast.mean()
    df = (k - 1) * (n - 1)
    pooled = 2.0 * float((residual**2).sum()) / df  # variance of a difference of two scenarios
    return _one_sided_dunnett_point(k - 1, df, confidence) * sqrt(pooled / n)


def _best_of_others(mean: FloatArray, better: Literal["low", "high"]) -> FloatArray:
    best = np.max if better == "high" else np.min
    return np.array([best(np.delete(mean, i)) for i in range(mean.size)])


@lru_cache(maxsize=256)
def _one_sided_dunnett_point(m: int, df: int, confidence: float) -> float:
    """Point c with P(all T_i <= c) = confidence, T multivariate t of m dimensions, correlations 1/2, by
    quadrature.

    T_i = (Z_i - Z_0) / (sqrt(2) s) with s^2 = chi^2_df / df, so given Z_0 and s the m events are
    independent.
    """
    if m == 1:
        return float(scipy.special.stdtrit(df, confidence))
    from scipy import optimize

    z, z_weight = np.polynomial.hermite_e.hermegauss(64)
    u, u_weight = np.polynomial.legendre.leggauss(200)
    s = np.sqrt(2.0 * scipy.special.gammaincinv(df / 2.0, (u + 1.0) / 2.0) / df)
    weight = np.outer(u_weight / 2.0, z_weight / z_weight.sum())

    def shortfall(c: float) -> float:
        below = scipy.special.ndtr(z[np.newaxis, :] + sqrt(2.0) * c * s[:, np.newaxis]) ** m
        return float((weight * below).sum()) - confidence

    single = float(scipy.special.stdtrit(df, confidence))
    bonferroni = float(scipy.special.stdtrit(df, 1.0 - (1.0 - confidence) / m))
    return float(optimize.brentq(shortfall, single - 0.5, bonferroni + 0.5))


def _greenwood(survival: FloatArray, at_risk: IntArray, events: IntArray) -> FloatArray:
    left = at_risk - events
    terms = np.divide(events, at_risk * left, out=np.full(left.size, nan), where=left > 0)
    return np.asarray(survival * np.sqrt(np.cumsum(terms)), dtype=np.float64)
