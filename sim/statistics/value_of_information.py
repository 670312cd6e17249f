"""Value of information: what it would be worth to know more before choosing.

Draws of what is not known come with the benefit of every choice (n, k), in which chance may still be. What each of
them says of the benefit is found by regression (Strong, Oakley & Brennan 2014, Med. Decis. Making 34:311-326; terms as
in Rothery et al. 2020, Value in Health 23:277-286). A regression finds something in noise too: from every value that of
permuted draws is taken off, and a second value, of choices made by fits to other draws, stands beside it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.spline_ridge import RidgeFit, cross_fitted, ridge_fit, spline_features

VALUE_FOLDS = 10
PERMUTED_DRAWS = 100
"""Of the draws; the limit of chance is the 95 % point of so many largest values."""
LIMIT = 0.95
SIMULATED_FITS = 100
"""Sets of coefficients that a standard error is of."""


class PartialValues(NamedTuple):
    """Worth of knowing each of several inputs, in the order of their names.

    `value`: by regression, less what chance alone gives (`null`); `standard_error` of it; `crossed`: of choices by
    fits to other draws, below the truth on average; `limit`: what chance alone exceeds for none of them in 19 of 20.
    """

    names: tuple[str, ...]
    value: FloatArray
    standard_error: FloatArray
    crossed: FloatArray
    null: FloatArray
    limit: float

    @property
    def is_real(self) -> BoolArray:
        """Beyond what chance gives the largest of all, and confirmed by choices for draws that were not fitted."""
        real: BoolArray = (self.crossed > 0.0) & (self.value + self.null > self.limit)
        return real


class LowerValue(NamedTuple):
    """A value that is too low on average, and its standard error."""

    value: float
    standard_error: float


def gain_of_choosing(benefits: FloatArray) -> float:
    """How much more choosing the best in every draw (n, k) brings than the choice that is best on average."""
    return float(benefits.max(axis=1).mean() - benefits.mean(axis=0).max())


def value_of_everything(first: FloatArray, again: FloatArray) -> LowerValue:
    """Worth of knowing all that is drawn, from benefits (n, k) of a run of each draw and of a second, nan where there
    was none.

    Chosen by one run and valued on the other: chance makes some of these choices wrong and none of them look better
    than they are, so it is a lower value. How much lower than the plain one is seen in draws that were played twice,
    and taken off that of all draws.
    """
    usual = int(first.mean(axis=0).argmax())
    plain = first.max(axis=1) - first[:, usual]
    twice = np.isfinite(again).all(axis=1)
    one, other = first[twice], again[twice]
    rows = np.arange(len(one))
    best = one.max(axis=1) + other.max(axis=1)
    too_high = (best - other[rows, one.argmax(axis=1)] - one[rows, other.argmax(axis=1)]) / 2.0
    error = np.hypot(plain.std(ddof=1) / np.sqrt(len(plain)), too_high.std(ddof=1) / np.sqrt(len(too_high)))
    return LowerValue(max(float(plain.mean() - too_high.mean()), 0.0), float(error))


def fitted_benefits(features: FloatArray, benefits: FloatArray) -> tuple[FloatArray, RidgeFit]:
    """Benefits (n, k) as far as an input says, all against the first choice, and the fit of the others."""
    apart = benefits[:, 1:] - benefits[:, :1]
    fit = ridge_fit(features, apart)
    return _beside_first(fit.fitted), fit


def partial_values(
    features: Mapping[str, FloatArray],
    benefits: FloatArray,
    rng: np.random.Generator,
    permutations: int = PERMUTED_DRAWS,
) -> PartialValues:
    """The worth of knowing each input, given by its `features` (n, p) under its name, for a choice by benefits (n, k).

    All are judged by the same permutations of the draws, so that the largest of them is judged rightly.
    """
    n = len(benefits)
    apart = benefits[:, 1:] - benefits[:, :1]
    orders = [rng.permutation(n) for _ in range(permutations)]
    permuted = np.hstack([apart[order] for order in orders])
    folds = rng.permutation(n) % VALUE_FOLDS
    found = [_of_one(each, apart, permuted, folds, rng) for each in features.values()]
    raw, errors, crossed = (np.array([each[number] for each in found]) for number in range(3))
    nulls = np.array([each[3] for each in found])
    null = nulls.mean(axis=1)
    limit = float(np.quantile(nulls.max(axis=0), LIMIT))
    return PartialValues(tuple(features), np.maximum(raw - null, 0.0), errors, crossed, null, limit)


def _of_one(
    features: FloatArray, apart: FloatArray, permuted: FloatArray, folds: IntArray, rng: np.random.Generator
) -> tuple[float, float, float, FloatArray]:
    """Value by regression, its standard error, the cross-fitted value, and the values of permuted draws."""
    fit = ridge_fit(features, apart)
    (value,) = gains_of_choosing(fit.fitted[:, None])
    n, k = apart.shape
    nulls = gains_of_choosing(ridge_fit(features, permuted).fitted.reshape(n, -1, k))
    return float(value), standard_error(fit, features, apart, rng), crossed_value(features, apart, folds), nulls


def gains_of_choosing(apart: FloatArray) -> FloatArray:
    """`gain_of_choosing` of several sets (n, sets, k) of benefits that are told from that of the first choice."""
    columns = [apart[:, :, number] for number in range(apart.shape[2])]  # a maximum along a short axis is slow
    best = np.maximum.reduce([np.zeros(apart.shape[:2]), *columns])
    found: FloatArray = best.mean(axis=0) - np.maximum(apart.mean(axis=0).max(axis=1), 0.0)
    return found


def crossed_value(features: FloatArray, apart: FloatArray, folds: IntArray) -> float:
    """Chosen by fits to other draws, valued on the outcomes of one's own; `apart` (n, k) from the first choice."""
    chosen = _beside_first(cross_fitted(features, apart, folds)).argmax(axis=1)
    own = _beside_first(apart)
    return float(own[np.arange(len(own)), chosen].mean() - own.mean(axis=0).max())


def standard_error(fit: RidgeFit, features: FloatArray, apart: FloatArray, rng: np.random.Generator) -> float:
    """Of a value by regression: by simulated coefficients, and of the mean over so many draws."""
    n, k = apart.shape
    residual = apart - fit.fitted
    spread = root_of_correlations(residual)
    scale = np.sqrt(fit.noise / (fit.eigenvalues[:, None] + fit.penalty))  # (p, k)
    moved = scale[:, None] * (rng.standard_normal((len(scale), SIMULATED_FITS, k)) @ spread.T)
    shifted = np.sqrt(fit.noise / n) * (rng.standard_normal((SIMULATED_FITS, k)) @ spread.T)
    around = (features @ fit.directions) @ moved.reshape(len(scale), -1)
    values = gains_of_choosing(fit.fitted[:, None] + around.reshape(n, SIMULATED_FITS, k) + shifted)
    fitted = _beside_first(fit.fitted)
    gains = fitted.max(axis=1) - fitted[:, int(fitted.mean(axis=0).argmax())]
    return float(np.hypot(values.std(), gains.std(ddof=1) / np.sqrt(n)))


def root_of_correlations(residual: FloatArray) -> FloatArray:
    """A root (k, k) of the correlations of columns (n, k); one without differences goes with none."""
    sizes = np.sqrt((residual**2).mean(axis=0))
    scaled = residual / np.where(sizes > 0.0, sizes, 1.0)
    correlations = scaled.T @ scaled / len(scaled)
    np.fill_diagonal(correlations, 1.0 + 1e-9)  # else the root of two columns that are the same does not exist
    return np.asarray(np.linalg.cholesky(correlations), dtype=np.float64)


def _beside_first(apart: FloatArray) -> FloatArray:
    """Benefits of all choices, those of the first being 0."""
    return np.column_stack((np.zeros(len(apart)), apart))


# --- worth of a sample


MEASUREMENTS = 100
"""Results of a study that posteriors are computed for: enough for the mean of their variances."""
REPEATS = 30
"""Simulated studies of every draw that a regression is averaged over."""


def sampled_by_moments(truth: FloatArray, fitted: FloatArray, error: float, rng: np.random.Generator) -> float:
    """Worth of a study that measures `truth` (n,) with a standard error, by moment matching.

    `fitted` (n, k) are benefits as far as the truth says. What is learned of them has their mean, and their variance
    less what is left of it after the study; its shape is taken to be theirs (Heath, Manolopoulou & Baio 2018, Med.
    Decis. Making 38:163-173). What is left is computed from the draws, weighted by how well they fit each of
    `MEASUREMENTS` results.
    """
    some = np.argsort(truth)[np.linspace(0, len(truth) - 1, min(MEASUREMENTS, len(truth))).astype(int)]
    results = truth[some] + error * rng.standard_normal(len(some))
    logs = -0.5 * ((results[:, None] - truth) / error) ** 2
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    middle = weights @ fitted
    left = np.maximum(weights @ fitted**2 - middle**2, 0.0).mean(axis=0)
    spread = fitted.var(axis=0)
    learned = np.clip(1.0 - left / np.where(spread > 0.0, spread, 1.0), 0.0, 1.0)
    mean = fitted.mean(axis=0)
    return gain_of_choosing(mean + np.sqrt(learned) * (fitted - mean))


def sampled_by_regression(truth: FloatArray, benefits: FloatArray, error: float, rng: np.random.Generator) -> float:
    """The same by regression of the benefits (n, k) on results of studies simulated for every draw (Strong, Oakley,
    Brennan & Breeze 2015, Med. Decis. Making 35:570-583)."""
    values = []
    for _ in range(REPEATS):
        results = truth + error * rng.standard_normal(len(truth))
        values.append(gain_of_choosing(fitted_benefits(spline_features(results[:, None]), benefits)[0]))
    return float(np.mean(values))
