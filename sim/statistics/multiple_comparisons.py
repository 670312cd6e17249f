"""Statements that hold for several comparisons at once: simultaneous intervals, adjusted p-values, the best of many.

Sources: Bonferroni; max-t after Šidák (1967); Holm (1979), Scandinavian Journal of Statistics 6:65-70; Nelson &
Matejcik (1995), Management Science 41:1935 (https://doi.org/10.1287/mnsc.41.12.1935).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import inf, sqrt
from typing import Literal

import numpy as np
import scipy  # each part of it is loaded when first called
from numpy.typing import ArrayLike

from sim.statistics.arrays import BoolArray, FloatArray, check_confidence, replications_table, vector
from sim.statistics.intervals import mean_intervals, sample_sds

# Numerical integration, not simulation: a fixed seed makes the max-t point a function of its arguments alone.
_MAX_T_SEED = 20_230_016
_MAX_T_DRAWS = 20_000
_MAX_T_LARGEST_DF = 200
"""More degrees of freedom hardly move the point, and each is a round of draws."""


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
    check_confidence(confidence)
    table = replications_table(differences, "differences", fewest_columns=1)
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
    p = vector(p_values, "p_values")
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
    check_confidence(confidence)
    if better not in ("low", "high"):
        raise ValueError(f"better is {better!r}: choose 'low' or 'high'")
    table = replications_table(values, "values", fewest_columns=2)
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
        mean=mean,
        difference=difference,
        low=low,
        high=high,
        may_be_best=may_be_best | tied,
        is_best=is_best & ~tied,
        half_width=half,
        n=len(complete),
        n_undefined=len(table) - len(complete),
    )


def _max_t_half_widths(table: FloatArray, confidence: float) -> FloatArray:
    if np.isnan(table).any():
        raise ValueError("differences holds NaN: max_t needs every replication defined, use method='bonferroni'")
    n = len(table)
    sd = sample_sds(np.ascontiguousarray(table.T))
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
