"""Emulator of a slow, noisy function: quadratic regression with a Gaussian process for its residuals.

Inputs lie in the unit cube. (O'Hagan 2006, Reliab. Eng. Syst. Saf. 91:1290-1300; Rasmussen &
Williams 2006, Gaussian Processes for Machine Learning, ch. 2.7 for the regression inside.)
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, optimize

from sim.statistics.arrays import FloatArray

_SHORTEST, _LONGEST = 0.05, 5.0
_JITTER = 1e-8


@dataclass(frozen=True, slots=True)
class Emulator:
    """Fitted to points `x` (n, d) and values `y` (n,) whose errors have variances `noise` (n,).

    `centre` and `unit` standardise the values; `signal` is the variance and `lengths` (d,) are the correlation lengths
    of the Gaussian process of the standardised values.
    """

    x: FloatArray
    y: FloatArray
    noise: FloatArray
    centre: float
    unit: float
    signal: float
    lengths: FloatArray

    def predict(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and variance of the function, noise not counted, at points (m, d)."""
        y, noise = (self.y - self.centre) / self.unit, self.noise / self.unit**2
        root, basis, inner, beta, weights = _regressed(self.x, y, noise, self.signal, self.lengths)
        cross = self.signal * _correlation(at, self.x, self.lengths)
        new = _basis(at, basis.shape[1])
        mean = new @ beta + cross @ weights
        solved = linalg.solve_triangular(root, cross.T, lower=True, check_finite=False)
        left = new.T - linalg.solve_triangular(root, basis, lower=True, check_finite=False).T @ solved
        more = linalg.solve_triangular(inner, left, lower=True, check_finite=False)
        variance = self.signal - (solved**2).sum(axis=0) + (more**2).sum(axis=0)
        return self.centre + self.unit * mean, self.unit**2 * np.maximum(variance, 0.0)

    def left_out_errors(self) -> FloatArray:
        """Each point predicted from the others, in standard errors (Bastos & O'Hagan 2009, Technometrics 51:425)."""
        errors = np.empty(self.y.size)
        for row in range(self.y.size):
            others = np.arange(self.y.size) != row
            less = replace(self, x=self.x[others], y=self.y[others], noise=self.noise[others])
            mean, variance = less.predict(self.x[row : row + 1])
            errors[row] = (self.y[row] - mean[0]) / np.sqrt(variance[0] + self.noise[row])
        return errors


def fit_emulator(x: FloatArray, y: FloatArray, noise: FloatArray) -> Emulator:
    """Signal and lengths where their marginal likelihood is largest, from two starts."""
    centre, unit = float(y.mean()), float(y.std()) or 1.0
    scaled, errors = (y - centre) / unit, noise / unit**2

    def cost(theta: FloatArray) -> float:
        return _minus_log_likelihood(x, scaled, errors, float(np.exp(theta[0])), np.exp(theta[1:]))

    bounds = [(np.log(1e-6), np.log(10.0)), *[(np.log(_SHORTEST), np.log(_LONGEST))] * x.shape[1]]
    starts = [np.log([signal, *[length] * x.shape[1]]) for signal, length in ((0.01, 1.0), (0.3, 0.3))]
    found = min(
        (optimize.minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda r: r.fun
    )
    return Emulator(x, y, noise, centre, unit, float(np.exp(found.x[0])), np.exp(found.x[1:]))


def _basis(x: FloatArray, width: int) -> FloatArray:
    """1, x and where there is room for it the squares and products."""
    linear = np.hstack((np.ones((len(x), 1)), x))
    if width == linear.shape[1]:
        return linear
    products = [x[:, a] * x[:, b] for a in range(x.shape[1]) for b in range(a, x.shape[1])]
    return np.hstack((linear, np.column_stack(products)))


def _width(n: int, d: int) -> int:
    quadratic = 1 + d + d * (d + 1) // 2
    return quadratic if n >= 2 * quadratic else 1 + d


def _correlation(a: FloatArray, b: FloatArray, lengths: FloatArray) -> FloatArray:
    u, v = a / lengths, b / lengths
    squares = (u**2).sum(axis=1)[:, None] + (v**2).sum(axis=1)[None, :] - 2.0 * u @ v.T
    return np.asarray(np.exp(-0.5 * np.maximum(squares, 0.0)), dtype=np.float64)


def _regressed(
    x: FloatArray, y: FloatArray, noise: FloatArray, signal: float, lengths: FloatArray
) -> tuple[FloatArray, ...]:
    """The regression of y on the basis, with the Gaussian process and the noise as its errors.

    Root of the covariance, basis, root of its information, coefficients, weights of the points.
    """
    covariance = signal * _correlation(x, x, lengths) + np.diag(noise + _JITTER)
    root = np.linalg.cholesky(covariance)
    basis = _basis(x, _width(*x.shape))
    half = linalg.solve_triangular(root, basis, lower=True, check_finite=False)
    right = linalg.solve_triangular(root, y, lower=True, check_finite=False)
    inner = np.linalg.cholesky(half.T @ half + _JITTER * np.eye(basis.shape[1]))
    beta = linalg.cho_solve((inner, True), half.T @ right, check_finite=False)
    weights = linalg.cho_solve((root, True), y - basis @ beta, check_finite=False)
    return tuple(np.asarray(each, dtype=np.float64) for each in (root, basis, inner, beta, weights))


def _minus_log_likelihood(x: FloatArray, y: FloatArray, noise: FloatArray, signal: float, lengths: FloatArray) -> float:
    try:
        root, basis, inner, beta, weights = _regressed(x, y, noise, signal, lengths)
    except np.linalg.LinAlgError:
        return 1e12
    residual = y - basis @ beta
    return float(0.5 * residual @ weights + np.log(np.diag(root)).sum() + np.log(np.diag(inner)).sum())
