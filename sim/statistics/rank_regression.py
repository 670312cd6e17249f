"""Which inputs move an outcome: ridge regression of its ranks on theirs, with the line below which all is noise.

The line comes from dummies, inputs that do nothing. A dummy under the same seeds has no effect to the last bit and
proves nothing: here every draw has a seed of its own, so that a dummy, which differs from draw to draw too, meets the
chance that real inputs meet.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from sim.statistics.arrays import FloatArray
from sim.statistics.spline_ridge import RidgeFit, cross_fitted, ridge_fit

DUMMIES = 400
FALSE_ALARM = 0.05
"""Chance that any of the inputs is above the line though none does anything."""
FOLDS_OF_RANKS = 10


class RankEffects(NamedTuple):
    """By outcome: standardised coefficients (inputs, outcomes) between -1 and 1, the `noise` line of their sizes, and
    `r_squared`, the share of the variance of the ranks that fits to other draws foretell."""

    coefficients: FloatArray
    noise: FloatArray
    r_squared: FloatArray


def rank_effects(inputs: FloatArray, outcomes: FloatArray, rng: np.random.Generator) -> RankEffects:
    """Of inputs (n, p) on outcomes (n, m)."""
    x, y = standard_ranks(inputs), standard_ranks(outcomes)
    fit = ridge_fit(x, y)
    folds = rng.permutation(len(y)) % FOLDS_OF_RANKS
    left: FloatArray = ((y - cross_fitted(x, y, folds)) ** 2).mean(axis=0)
    dummies = dummy_coefficients(x, y, fit, standard_ranks(rng.random((len(x), DUMMIES))))
    line = dummies.std(axis=0) * float(ndtri(1.0 - FALSE_ALARM / (2 * x.shape[1])))
    return RankEffects(fit.coefficients, line, np.maximum(1.0 - left, 0.0))


def standard_ranks(values: FloatArray) -> FloatArray:
    """Ranks of each column with mean 0 and variance 1; a column without differences is 0."""
    ranks = rankdata(values, axis=0)
    ranks -= ranks.mean(axis=0)
    spread = ranks.std(axis=0)
    found: FloatArray = ranks / np.where(spread > 0.0, spread, 1.0)
    return found


def dummy_coefficients(x: FloatArray, y: FloatArray, fit: RidgeFit, dummies: FloatArray) -> FloatArray:
    """The coefficient (dummies, outcomes) that each dummy has, if it alone is added to the inputs of a fit.

    By the formula of a partitioned regression: what the fit leaves of the outcome, on what it leaves of the dummy.
    """
    seen = fit.directions.T @ (x.T @ dummies)  # (p, dummies)
    shares = 1.0 / (fit.eigenvalues[:, None] + fit.penalty)  # (p, outcomes)
    of_outcome = dummies.T @ (y - fit.fitted)
    of_dummy = (dummies**2).sum(axis=0)[:, None] - (seen**2).T @ shares
    found: FloatArray = of_outcome / (of_dummy + fit.penalty)
    return found
