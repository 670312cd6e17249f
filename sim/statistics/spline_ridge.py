"""Smooth regressions without tuning: ridge regression with its penalty by generalised cross-validation (GCV), on spline
features that make it an additive P-spline.

A P-spline is a B-spline whose coefficients are held together by a penalty on their second differences (Eilers & Marx
1996, Statistical Science 11:89-121). Here it holds first differences too, a hundredth as much: a large penalty then
leaves a straight line, a larger one nothing. Features are turned so that the penalty is one number on all of them; the
same code so serves one input, many, and plain linear terms.
"""

from typing import NamedTuple

import numpy as np
from scipy.interpolate import BSpline
from scipy.stats import rankdata

from sim.statistics.arrays import BoolArray, FloatArray, IntArray

DEGREE, PIECES = 3, 5
"""Cubic splines of so many pieces between quantiles: eight functions an input, as many as a thousand draws can bear."""
OF_SLOPES = 0.01
"""Weight of first differences in the penalty, beside second differences: far less than a curve costs a line."""
PENALTIES = np.logspace(-6.0, 3.0, 28)
"""Looked at, as multiples of the largest eigenvalue of the features: from hardly any to as good as nothing left."""


class RidgeFit(NamedTuple):
    """Fits of m columns: `fitted` (n, m), and what they are made of.

    `directions` (p, p) turn the features, `eigenvalues` (p,) are those of their squares, `turned` (p, m) coefficients
    of the turned features, `penalty`, `edf` (effective degrees of freedom, the mean counted) and `noise` (variance of
    the residuals) are by column.
    """

    fitted: FloatArray
    directions: FloatArray
    eigenvalues: FloatArray
    turned: FloatArray
    penalty: FloatArray
    edf: FloatArray
    noise: FloatArray

    @property
    def coefficients(self) -> FloatArray:
        """Of the features as they were given, (p, m)."""
        return self.directions @ self.turned


def spline_features(inputs: FloatArray) -> FloatArray:
    """Features (n, d x 7) of inputs (n, d), centred: ridge on them is an additive P-spline in the inputs' ranks."""
    return np.hstack([_features_of_one(column) for column in inputs.T])


def _features_of_one(column: FloatArray) -> FloatArray:
    shares = (rankdata(column) - 0.5) / len(column)
    knots = np.r_[[0.0] * DEGREE, np.linspace(0.0, 1.0, PIECES + 1), [1.0] * DEGREE]
    basis = BSpline.design_matrix(shares, knots, DEGREE).toarray()
    n_functions = basis.shape[1]
    slopes, bends = (np.diff(np.eye(n_functions), order, axis=0) for order in (1, 2))
    penalty = bends.T @ bends + OF_SLOPES * slopes.T @ slopes
    values, vectors = np.linalg.eigh(penalty)
    features: FloatArray = (basis - basis.mean(axis=0)) @ (vectors[:, 1:] / np.sqrt(values[1:]))
    return features  # the first vector is the constant, which centring takes out


def ridge_fit(features: FloatArray, outcomes: FloatArray) -> RidgeFit:
    """Each column of the outcomes (n, m) on centred features (n, p), with the penalty of least GCV."""
    n, centre = len(outcomes), outcomes.mean(axis=0)
    apart = outcomes - centre
    eigenvalues, directions = np.linalg.eigh(features.T @ features)
    eigenvalues = np.maximum(eigenvalues, 0.0)
    moments = directions.T @ (features.T @ apart)
    penalties = PENALTIES * max(float(eigenvalues[-1]), 1e-12)
    shares = 1.0 / (eigenvalues[:, None] + penalties)  # (p, penalties)
    edf = 1.0 + (eigenvalues[:, None] * shares).sum(axis=0)
    explained = 2.0 * shares - eigenvalues[:, None] * shares**2
    residual = np.maximum((apart**2).sum(axis=0) - explained.T @ moments**2, 0.0)  # (penalties, m)
    left = n - edf
    usable = left > n / 10.0  # a fit through every point predicts nothing
    gcv = np.where(usable[:, None], residual / np.where(usable, left, 1.0)[:, None] ** 2, np.inf)
    best = gcv.argmin(axis=0)
    turned = moments * shares[:, best]
    fitted = centre + features @ (directions @ turned)
    columns = np.arange(outcomes.shape[1])
    noise = residual[best, columns] / left[best]
    return RidgeFit(fitted, directions, eigenvalues, turned, penalties[best], edf[best], noise)


def predicted(features: FloatArray, outcomes: FloatArray, training: BoolArray, test: BoolArray) -> FloatArray:
    """What a fit to the rows of `training` says of those of `test` (masks of the rows)."""
    centre = features[training].mean(axis=0)
    fit = ridge_fit(features[training] - centre, outcomes[training])
    found: FloatArray = outcomes[training].mean(axis=0) + (features[test] - centre) @ fit.coefficients
    return found


def cross_fitted(features: FloatArray, outcomes: FloatArray, folds: IntArray) -> FloatArray:
    """Each outcome as fits to the other folds say; `folds` (n,) numbers the fold of each row."""
    found = np.empty_like(outcomes)
    for fold in np.unique(folds):
        test = folds == fold
        found[test] = predicted(features, outcomes, ~test, test)
    return found
