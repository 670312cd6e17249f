"""Maximum likelihood of durations, exact, rounded or censored, with a scale per group and a share that never ends.

The families are those a configuration can hold and whose likelihood is regular: exponential, gamma, lognormal,
Weibull. Standard errors are of the observed information (Efron & Hinkley 1978, Biometrika 65:457-487) in logarithms of
scale and shape and the logit of the share; intervals are made there, so that none passes zero or one. The share
that never ends is a cure fraction (Boag 1949, JRSS B 11:15-53; Maller & Zhou 1996, Survival Analysis with Long-Term
Survivors).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sim.statistics.arrays import BoolArray, FloatArray, IntArray


class Family(StrEnum):
    """The families, by the names that configurations use."""

    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    WEIBULL = "weibull"


FAMILIES: Final = tuple(Family)
_TINY: Final = 1e-300
"""Stands for 0 in a logarithm."""
_MOST_STEPS: Final = 100
_FLAT: Final = 1e-9
"""A thousandth of it is the gain, relative to the log likelihood, under which Newton's method may stop."""
_SMALL_GAIN: Final = 1e-2
"""Gain in log likelihood of a step after which Newton's method may stop where no error is asked for: a further step
gains less still, and moves no parameter by a hundredth of its standard error."""
_LITTLE_DAMPING: Final = 1e-2
"""Above it a step is held short, and that it gains little says nothing."""
_WIDEST_LOGIT: Final = 12.0
"""Logits of a share that never ends beyond which it is taken for 0 or 1: 6 in a million."""


class TooFewDurations(ValueError):
    """Not enough durations for a likelihood with a top."""


@dataclass(frozen=True, slots=True)
class Durations:
    """What is known of durations: each lies in (`low`, `high`]; exact where the two are equal, censored where inf.

    Arrays of one length: `group` is 0 .. n_groups - 1, `weight` how many durations a row stands for.
    """

    low: FloatArray
    high: FloatArray
    group: IntArray
    weight: FloatArray

    @property
    def n_groups(self) -> int:
        return int(self.group.max()) + 1 if self.group.size else 0

    @property
    def n(self) -> float:
        return float(self.weight.sum())

    @property
    def ended(self) -> BoolArray:
        return np.isfinite(self.high)

    @property
    def n_ended(self) -> float:
        return float(self.weight[self.ended].sum())


def durations(low: ArrayLike, high: ArrayLike, group: ArrayLike | None = None, grid: float = 0.0) -> Durations:
    """Durations with equal ones counted once.

    `grid` is the step to which exact ones were rounded: such a one lies within half a step. An exact zero that was
    not rounded is refused, for no family here gives it a chance.
    """
    lows, highs = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    groups = np.zeros(lows.size, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    if not lows.shape == highs.shape == groups.shape:
        raise ValueError(f"low, high, group have {lows.size}, {highs.size}, {groups.size} values: give one each")
    if not np.all((lows >= 0.0) & (highs >= lows)):
        raise ValueError("durations hold a negative one, an end before its start or NaN: leave those out")
    exact = lows == highs
    if grid > 0.0:
        half = np.where(exact, grid / 2.0, 0.0)
        lows = np.asarray(np.maximum(lows - half, 0.0), dtype=np.float64)
        highs = np.asarray(highs + half, dtype=np.float64)
    elif np.any(lows[exact] == 0.0):
        raise ValueError("an exact duration is 0: give the grid to which durations were rounded")
    rows, inverse = np.unique(np.column_stack((lows, highs, groups)), axis=0, return_inverse=True)
    weight = np.bincount(inverse.ravel(), minlength=len(rows)).astype(np.float64)
    columns = np.asarray(rows, dtype=np.float64)
    return Durations(columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].astype(np.int64), weight)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An estimate with its standard error and interval; `group` is -1 for a parameter of all groups."""

    name: str
    group: int
    value: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LifetimeFit:
    """One family at the top of its likelihood.

    `scale` has a value per group; `shape` is 1 for the exponential; `never` is the share that never ends, 0 if it was
    not asked for. `covariance` is of the working parameters: logarithm of each scale, of the shape, logit of never.
    `identified` is False when the likelihood has no top inside or is flat there: then no error is honest and none is
    given.
    """

    family: str
    scale: FloatArray
    shape: float
    never: float
    with_never: bool
    covariance: FloatArray
    log_likelihood: float
    n: float
    n_ended: float
    identified: bool

    @property
    def n_parameters(self) -> int:
        return len(self.covariance)

    @property
    def aic(self) -> float:
        """Akaike (1974), IEEE Transactions on Automatic Control 19:716-723."""
        return 2.0 * self.n_parameters - 2.0 * self.log_likelihood

    def survival(self, x: ArrayLike, group: int = 0) -> FloatArray:
        """Share longer than x."""
        y = np.maximum(np.asarray(x, dtype=np.float64) / self.scale[group], _TINY)
        return np.asarray(self.never + (1.0 - self.never) * np.exp(self._law.log_above(y, self.shape)))

    def share_below(self, x: FloatArray, group: IntArray) -> FloatArray:
        """Share shorter than each x in its group, of those that end."""
        y = x / self.scale[group]
        return np.where(y > 0.0, np.exp(self._law.log_below(np.maximum(y, _TINY), self.shape)), 0.0)

    def quantiles(self, u: ArrayLike, group: int | IntArray = 0) -> FloatArray:
        """Of those that end, in one group, or of each in its group."""
        return self._law.quantiles(np.asarray(u, dtype=np.float64), self.scale[group], self.shape)

    def unit_quantiles(self, u: FloatArray) -> FloatArray:
        """Of those that end, for a scale of 1."""
        return self._law.quantiles(u, np.ones(1), self.shape)

    @property
    def _law(self) -> "_Law":
        return _LAWS[Family(self.family)]

    def parameters(self, confidence: float = 0.95) -> tuple[Parameter, ...]:
        """Every parameter in the units of a configuration."""
        z = float(special.ndtri(0.5 + confidence / 2.0))
        errors = np.sqrt(np.diag(self.covariance)) if self.identified else np.full(self.n_parameters, np.nan)
        found = [
            _of_logarithm(self._law.scale_name, group, float(scale), float(error), z)
            for group, (scale, error) in enumerate(zip(self.scale, errors, strict=False))
        ]
        if self.family != Family.EXPONENTIAL:
            found.append(_of_logarithm(self._law.shape_name, -1, self.shape, float(errors[self.scale.size]), z))
        if self.with_never:
            found.append(_of_logit("never", self.never, float(errors[-1]), z))
        return tuple(found)


def _of_logarithm(name: str, group: int, value: float, error: float, z: float) -> Parameter:
    spread = np.exp(z * error)
    return Parameter(name, group, value, value * error, float(value / spread), float(value * spread))


def _of_logit(name: str, value: float, error: float, z: float) -> Parameter:
    centre = float(special.logit(value))
    low, high = special.expit(centre - z * error), special.expit(centre + z * error)
    return Parameter(name, -1, value, value * (1.0 - value) * error, float(low), float(high))


# --- the families ---


class _Law(NamedTuple):
    """A family: logarithms of its density, of the share below and of the share above for scale 1, and its quantiles."""

    scale_name: str
    shape_name: str
    shape_bounds: tuple[float, float]
    log_density: Callable[[FloatArray, float], FloatArray]
    log_below: Callable[[FloatArray, float], FloatArray]
    log_above: Callable[[FloatArray, float], FloatArray]
    quantiles: Callable[[FloatArray, FloatArray, float], FloatArray]
    """Of shares below, for scales and a shape."""


def _gamma_density(y: FloatArray, cv: float) -> FloatArray:
    k = 1.0 / (cv * cv)
    return np.asarray(k * np.log(k) + (k - 1.0) * np.log(y) - k * y - special.gammaln(k))


def _lognormal_density(y: FloatArray, sd: float) -> FloatArray:
    log = np.log(y)
    return np.asarray(-0.5 * (log / sd) ** 2 - log - np.log(sd) - 0.5 * np.log(2.0 * np.pi))


def _weibull_density(y: FloatArray, k: float) -> FloatArray:
    log = np.log(y)
    return np.asarray(np.log(k) + (k - 1.0) * log - np.exp(k * log))


_LAWS: Final = {
    Family.EXPONENTIAL: _Law(
        "mean",
        "",
        (1.0, 1.0),
        lambda y, _: -y,
        lambda y, _: np.log(np.maximum(-np.expm1(-y), _TINY)),
        lambda y, _: -y,
        lambda u, scale, _: np.asarray(-scale * np.log1p(-u)),
    ),
    Family.GAMMA: _Law(
        "mean",
        "cv",
        (0.02, 3.0),  # those of `sim.department.quantities`; of the others wide enough for any duration
        _gamma_density,
        lambda y, cv: np.log(np.maximum(special.gammainc(1.0 / (cv * cv), y / (cv * cv)), _TINY)),
        lambda y, cv: np.log(np.maximum(special.gammaincc(1.0 / (cv * cv), y / (cv * cv)), _TINY)),
        lambda u, scale, cv: np.asarray(scale * cv**2 * special.gammaincinv(1.0 / cv**2, u)),
    ),
    Family.LOGNORMAL: _Law(
        "median",
        "log_sd",
        (1e-3, 10.0),
        _lognormal_density,
        lambda y, sd: np.asarray(special.log_ndtr(np.log(y) / sd)),
        lambda y, sd: np.asarray(special.log_ndtr(-np.log(y) / sd)),
        lambda u, scale, sd: np.asarray(scale * np.exp(sd * special.ndtri(u))),
    ),
    Family.WEIBULL: _Law(
        "scale",
        "shape",
        (0.05, 50.0),
        _weibull_density,
        lambda y, k: np.log(np.maximum(-np.expm1(-np.exp(k * np.log(y))), _TINY)),
        lambda y, k: -np.exp(k * np.log(y)),
        lambda u, scale, k: np.asarray(scale * (-np.log1p(-u)) ** (1.0 / k)),
    ),
}


# --- the likelihood ---

_NO_SHIFT: Final = np.zeros(3)


class _Edges(NamedTuple):
    """The ends of intervals, equal ones of a group once: of rounded durations one ends where the next begins."""

    at: FloatArray
    row: IntArray
    """A row of each edge's group."""
    low: IntArray
    """Place in `at` of where each interval begins."""
    high: IntArray


def _edges_of(data: Durations, rows: BoolArray) -> _Edges:
    row = np.flatnonzero(rows)
    ends = np.column_stack((np.tile(data.group[row], 2), np.concatenate((data.low[row], data.high[row]))))
    edges, first, place = np.unique(ends, axis=0, return_index=True, return_inverse=True)
    low, high = place.ravel()[: row.size], place.ravel()[row.size :]
    at: FloatArray = edges[:, 1].astype(np.float64)
    return _Edges(at, np.tile(row, 2)[first], low, high)


@dataclass(frozen=True)
class _Likelihood:
    """Of working parameters: a logarithm of scale per group, of the shape unless exponential, a logit if asked for.

    A row's part depends on three numbers only (its scale, the shape, the share that never ends), so derivatives are
    taken of the parts in these three directions and added up by group: central differences, however many groups.
    """

    data: Durations
    family: str
    with_never: bool

    @cached_property
    def _exact(self) -> BoolArray:
        exact: BoolArray = self.data.low == self.data.high
        return exact

    @cached_property
    def _censored(self) -> BoolArray:
        return ~self.data.ended

    @cached_property
    def _between(self) -> BoolArray:
        return self.data.ended & ~self._exact

    @cached_property
    def _edges(self) -> _Edges:
        return _edges_of(self.data, self._between)

    @cached_property
    def n_groups(self) -> int:
        return self.data.n_groups

    @property
    def directions(self) -> tuple[int, ...]:
        """0 scale, 1 shape, 2 never: those that are free."""
        return (0, *((1,) if self.family != Family.EXPONENTIAL else ()), *((2,) if self.with_never else ()))

    @property
    def size(self) -> int:
        return self.n_groups + len(self.directions) - 1

    def places(self, direction: int) -> IntArray:
        """Index of the working parameter that each row has for a direction."""
        if direction == 0:
            return self.data.group
        place = self.n_groups + self.directions.index(direction) - 1
        return np.full(self.data.group.size, place, dtype=np.int64)

    def unpacked(self, theta: FloatArray) -> tuple[FloatArray, float, float]:
        groups = self.n_groups
        shape = float(theta[groups]) if self.family != Family.EXPONENTIAL else 0.0
        never = float(theta[-1]) if self.with_never else -np.inf
        return theta[:groups][self.data.group], shape, never

    def parts(self, theta: FloatArray, shift: FloatArray = _NO_SHIFT) -> FloatArray:
        """Logarithm of the chance of each row, with `shift` added in the three directions."""
        log_scale, log_shape, logit = self.unpacked(theta)
        log_scale, shape, logit = log_scale + shift[0], float(np.exp(log_shape + shift[1])), logit + shift[2]
        log_ends, log_never = float(-np.logaddexp(0.0, logit)), float(-np.logaddexp(0.0, -logit))
        law = _LAWS[Family(self.family)]
        data, found = self.data, np.empty(self.data.low.size)
        scale = np.exp(log_scale)
        exact, censored, between = self._exact, self._censored, self._between
        if exact.any():
            y = data.low[exact] / scale[exact]
            found[exact] = log_ends + law.log_density(y, shape) - log_scale[exact]
        if censored.any():
            y = np.maximum(data.low[censored] / scale[censored], _TINY)
            found[censored] = np.logaddexp(log_never, log_ends + law.log_above(y, shape))
        if between.any():
            found[between] = log_ends + self._of_intervals(scale, shape)
        return found

    def _of_intervals(self, scale: FloatArray, shape: float) -> FloatArray:
        """Logarithm of the chance of each interval, by the tail it is nearer to; each edge is looked at once."""
        law, edges = _LAWS[Family(self.family)], self._edges
        at = np.maximum(edges.at / scale[edges.row], _TINY)
        near = at[edges.low] < law.quantiles(np.array([0.5]), np.ones(1), shape)[0]
        below, above = np.zeros(at.size, dtype=np.bool_), np.zeros(at.size, dtype=np.bool_)
        below[edges.low[near]] = below[edges.high[near]] = True
        above[edges.low[~near]] = above[edges.high[~near]] = True
        share_below, share_above = np.zeros(at.size), np.zeros(at.size)
        share_below[below] = np.exp(law.log_below(at[below], shape))
        share_above[above] = np.exp(law.log_above(at[above], shape))
        shorter = share_below[edges.high] - share_below[edges.low]
        found = np.where(near, shorter, share_above[edges.low] - share_above[edges.high])
        return np.log(np.maximum(found, _TINY))

    def value(self, theta: FloatArray) -> float:
        return float(self.data.weight @ self.parts(theta))

    def gradient_and_hessian(self, theta: FloatArray, step: float = 1e-4) -> tuple[FloatArray, FloatArray]:
        free, middle, by = self.directions, self.parts(theta), step * np.eye(3)
        gradient, hessian = np.zeros(self.size), np.zeros((self.size, self.size))
        forth = {a: self.parts(theta, by[a]) for a in free}
        back = {a: self.parts(theta, -by[a]) for a in free}
        weight = self.data.weight
        for number, a in enumerate(free):
            np.add.at(gradient, self.places(a), weight * (forth[a] - back[a]) / (2 * step))
            curve = (forth[a] - 2.0 * middle + back[a]) / step**2
            np.add.at(hessian, (self.places(a), self.places(a)), weight * curve)
            for b in free[number + 1 :]:
                both = self.parts(theta, by[a] + by[b]) + self.parts(theta, -by[a] - by[b])
                cross = (both - forth[a] - back[a] - forth[b] - back[b] + 2.0 * middle) / (2.0 * step**2)
                np.add.at(hessian, (self.places(a), self.places(b)), weight * cross)
                np.add.at(hessian, (self.places(b), self.places(a)), weight * cross)
        return gradient, hessian


def fit_lifetimes(
    data: Durations,
    family: str,
    *,
    with_never: bool = False,
    start: LifetimeFit | None = None,
    with_errors: bool = True,
) -> LifetimeFit:
    """The maximum-likelihood fit of a family, by Newton's method with Levenberg's damping, from `start` if given.

    Without `with_errors` it has no covariance and is only near the top (`_SMALL_GAIN`), enough for a bootstrapped
    sample.
    Needs in every group at least one duration that ended and over all groups at least one more than parameters; raises
    TooFewDurations.
    """
    likelihood = _Likelihood(data, family, with_never)
    _refuse_too_few(data, likelihood.size)
    theta = _first_guess(data, family, with_never) if start is None else _working(start)
    theta, top, inside = _climb(likelihood, theta, to_the_top=with_errors)
    covariance, identified = np.full((likelihood.size, likelihood.size), np.nan), False
    if with_errors:
        covariance, identified = _inverse(-likelihood.gradient_and_hessian(theta)[1])
    groups = data.n_groups
    return LifetimeFit(
        family=family,
        scale=np.exp(theta[:groups]),
        shape=float(np.exp(theta[groups])) if family != Family.EXPONENTIAL else 1.0,
        never=float(special.expit(theta[-1])) if with_never else 0.0,
        with_never=with_never,
        covariance=covariance,
        log_likelihood=top,
        n=data.n,
        n_ended=data.n_ended,
        identified=identified and inside,
    )


def fit_families(data: Durations, *, with_never: bool = False) -> tuple[LifetimeFit, ...]:
    """Every family, that of least AIC first."""
    return tuple(
        sorted((fit_lifetimes(data, name, with_never=with_never) for name in FAMILIES), key=lambda fit: fit.aic)
    )


def _refuse_too_few(data: Durations, n_parameters: int) -> None:
    ended = np.bincount(data.group, weights=data.weight * data.ended, minlength=data.n_groups)
    if data.n_groups == 0 or ended.min() < 1 or ended.sum() <= n_parameters:
        counts = ", ".join(f"{n:.0f}" for n in ended) or "none"
        raise TooFewDurations(
            f"durations that ended by group: {counts}; give at least one in each and more than {n_parameters} in all"
        )


def _first_guess(data: Durations, family: str, with_never: bool) -> FloatArray:
    middle = np.where(data.ended, (data.low + np.where(data.ended, data.high, 0.0)) / 2.0, data.low)
    log = np.log(np.maximum(middle, 1e-6))
    total = np.bincount(data.group, weights=data.weight)
    centre = np.bincount(data.group, weights=data.weight * log) / total
    spread = float(np.sqrt(np.average((log - centre[data.group]) ** 2, weights=data.weight)))
    ended = data.n_ended / data.n
    centre = centre + (0.0 if with_never else -np.log(max(ended, 1e-3)))
    shape = {
        Family.GAMMA: min(max(spread, 0.1), 1.5),
        Family.LOGNORMAL: max(spread, 0.05),
        Family.WEIBULL: 1.0 / max(spread, 0.1),
    }
    theta = [*centre, *((np.log(shape[Family(family)]),) if family != Family.EXPONENTIAL else ())]
    return np.array([*theta, *((special.logit(np.clip(0.9 * (1.0 - ended), 0.02, 0.98)),) if with_never else ())])


def _working(fit: LifetimeFit) -> FloatArray:
    shape = (np.log(fit.shape),) if fit.family != Family.EXPONENTIAL else ()
    never = (special.logit(np.clip(fit.never, 1e-6, 1.0 - 1e-6)),) if fit.with_never else ()
    return np.array([*np.log(fit.scale), *shape, *never])


def _climb(likelihood: _Likelihood, theta: FloatArray, *, to_the_top: bool) -> tuple[FloatArray, float, bool]:
    """The top, or a place near it; its height, and whether it lies inside the bounds."""
    low, high = _bounds(likelihood)
    theta = np.clip(theta, low, high)
    top, damping = likelihood.value(theta), 1e-3
    for _ in range(_MOST_STEPS):
        gradient, hessian = likelihood.gradient_and_hessian(theta)
        size = np.maximum(np.abs(np.diag(hessian)), 1e-6)
        for _ in range(30):
            step = _uphill(-hessian + np.diag(damping * size), gradient)
            tried = np.clip(theta + np.clip(step, -2.0, 2.0), low, high)
            value = likelihood.value(tried)
            if np.isfinite(value) and value >= top:
                break
            damping = max(10.0 * damping, 1e-6)
        else:
            break
        gain, theta, top, damping = value - top, tried, value, damping / 10.0
        if gain < _SMALL_GAIN and damping < _LITTLE_DAMPING and not to_the_top:
            break
        if gain < _FLAT * (1.0 + abs(top)) * 1e-3 and float(np.abs(step).max()) < 1e-5:
            break
    inside = bool(np.all(theta > low + 1e-6) and np.all(theta < high - 1e-6))
    return theta, top, inside


def _uphill(matrix: FloatArray, gradient: FloatArray) -> FloatArray:
    """The step of Newton's method, or along the gradient where the matrix is no good."""
    try:
        step = np.linalg.solve(matrix, gradient)
    except np.linalg.LinAlgError:
        step = np.zeros_like(gradient)
    ascends = float(step @ gradient) > 0.0
    return np.asarray(step if ascends else gradient / np.maximum(np.abs(np.diag(matrix)), 1e-6), dtype=np.float64)


def _bounds(likelihood: _Likelihood) -> tuple[FloatArray, FloatArray]:
    groups = likelihood.n_groups
    low, high = np.full(likelihood.size, -25.0), np.full(likelihood.size, 25.0)
    if likelihood.family != Family.EXPONENTIAL:
        low[groups], high[groups] = np.log(_LAWS[Family(likelihood.family)].shape_bounds)
    if likelihood.with_never:
        low[-1], high[-1] = -_WIDEST_LOGIT, _WIDEST_LOGIT
    return low, high


def _inverse(information: FloatArray) -> tuple[FloatArray, bool]:
    """Covariance, and whether the information says something about every parameter."""
    values = np.linalg.eigvalsh(information)
    if not np.all(np.isfinite(values)) or values[0] <= 1e-3:
        return np.full(information.shape, np.nan), False
    return np.asarray(np.linalg.inv(information), dtype=np.float64), True
