"""How a trial is analysed and how large it must be: differences of means with robust errors, permutation, power.

Errors of an arm respect that visits of one patient are alike: residuals are summed by patient before they are squared.
Where weeks are alike too, as in a before-after comparison, both are reckoned with (Cameron, Gelbach & Miller 2011,
J. Bus. Econ. Stat. 29:238-249): the variance by week plus that by patient, less that by patient within weeks. Weeks
that follow each other are taken together with Bartlett weights (Newey & West 1987, Econometrica 55:703-708), and the
test has the degrees of freedom that this leaves (Satterthwaite 1946, Biometrics Bull. 2:110-114). Several sites are
pooled as strata, each with weight n1 n2 / (n1 + n2), its visits in the two arms. Power is that of the test itself,
two-sided: noncentral t.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import brentq

from sim.statistics.arrays import FloatArray, IntArray, check_confidence

FEW_PATIENTS, FEW_EVENTS = 30, 10
"""With fewer patients in an arm, or fewer events or non-events in both, a trial is judged by permutation."""
MOST_FREEDOM, MOST_SHIFT = 1e6, 37.0
"""Degrees of freedom from which an error is as good as known; differences, in errors, from which power is 1."""
FARTHEST = 6.0
"""How far, as a logarithm, a trial may have to be larger than the normal approximation says."""
PERMUTATIONS = 999


class ArmMean(NamedTuple):
    """The mean of an arm: visits, their total, patients, and the robust variance of the mean (nan of one patient)."""

    n: float
    total: float
    n_patients: float
    variance: float


def cluster_variance(residual: FloatArray, cluster: IntArray) -> float:
    """Variance of the sum of residuals whose clusters are independent, with the factor g / (g - 1); nan of one."""
    _, number = np.unique(cluster, return_inverse=True)
    sums = np.bincount(number, weights=residual)
    return float((sums**2).sum() * sums.size / (sums.size - 1)) if sums.size > 1 else np.nan


def arm_mean(values: FloatArray, patient: IntArray) -> ArmMean:
    """Of visits and whose they are; zeros and nan of none."""
    n = values.size
    if n == 0:
        return ArmMean(0.0, 0.0, 0.0, np.nan)
    variance = cluster_variance(values - values.mean(), patient) / n**2
    return ArmMean(float(n), float(values.sum()), float(np.unique(patient).size), variance)


def is_few(values: FloatArray, n_patients: ArrayLike, is_share: bool) -> bool:
    """Whether normal errors are not to be trusted: few patients in an arm, or, of a share, few events or others."""
    n_events = float(values.sum())
    few_events = is_share and min(n_events, values.size - n_events) < FEW_EVENTS
    return bool(np.min(n_patients) < FEW_PATIENTS or few_events)


def permuted_p(values: FloatArray, patient: IntArray, offered: np.ndarray, seed: list[int]) -> float:
    """Two-sided p-value of the difference of means when patients, with all their visits, change arms at random.

    The observed one counts among the `PERMUTATIONS`; nan where an arm is empty. The same `seed` gives the same value.
    """
    _, number = np.unique(patient, return_inverse=True)
    n, total = np.bincount(number).astype(np.float64), np.bincount(number, weights=values)
    in_arm = np.zeros(n.size, dtype=bool)
    in_arm[number] = offered
    if in_arm.all() or not in_arm.any():
        return np.nan
    places = np.random.default_rng(seed).permuted(np.tile(in_arm, (PERMUTATIONS, 1)), axis=1)
    chosen = np.vstack([in_arm, places]).astype(np.float64)
    in_n, in_total = chosen @ n, chosen @ total
    found = np.abs(in_total / in_n - (total.sum() - in_total) / (n.sum() - in_n))
    return float((found >= found[0] * (1.0 - 1e-12)).mean())


class WeekWeights(NamedTuple):
    """How products of residuals of two weeks count in a variance: `by_lag`, shape (lags,), both orders together.

    `scale` makes it unbiased for weeks that are independent, whose variance it then finds with `freedom` degrees.
    """

    by_lag: FloatArray
    scale: float
    freedom: float


@cache
def week_weights(n_weeks: int) -> WeekWeights:
    """Bartlett weights that reach as far as the root of the number of weeks.

    A variance of residuals from a mean is a quadratic form of the weeks: its expectation gives the scale, and with its
    own variance the degrees of freedom (Satterthwaite 1946). One week tells no variance; its freedom is 1.
    """
    reach = max(1, round(n_weeks**0.5))
    weight = 1.0 - np.arange(reach) / reach
    lags = np.abs(np.subtract.outer(np.arange(n_weeks), np.arange(n_weeks)))
    centre = np.eye(n_weeks) - 1.0 / n_weeks
    form = centre @ np.fmax(1.0 - lags / reach, 0.0) @ centre
    trace = float(np.trace(form))
    by_lag = np.where(np.arange(reach) == 0, 1.0, 2.0) * weight
    if n_weeks < 2:
        return WeekWeights(by_lag, np.nan, 1.0)
    return WeekWeights(by_lag, n_weeks / trace, trace**2 / float((form * form).sum()))


def variance_of_cells(residual: FloatArray, patient: IntArray, week: IntArray, n_weeks: int) -> float:
    """Of the sum of residuals, as far as it is of one patient within weeks that are taken together.

    `week` is from 0; unlike that of all residuals of a week it is of many patients, and needs no scale.
    """
    weights, (_, number) = week_weights(n_weeks).by_lag, np.unique(patient, return_inverse=True)
    sums = np.bincount(number * n_weeks + week, weights=residual, minlength=(number.max() + 1) * n_weeks)
    by_patient = sums.reshape(-1, n_weeks)
    lags = [(by_patient[:, : n_weeks - lag] * by_patient[:, lag:]).sum() for lag in range(weights.size)]
    return float(weights @ lags)


def paired_variance(before: FloatArray, after: FloatArray, of_patients: float, of_cells: float) -> tuple[float, float]:
    """Variance of the difference of two means whose weeks are paired, and its degrees of freedom.

    Inputs: visits and total of each week, shape (2, weeks), of either period; the variance of the difference by patient
    and that by patient within weeks that are taken together. Where the sum by week and by patient, less that by both,
    is not positive, the larger of the first two is taken. The part by week alone is taken to be uncertain: degrees of
    freedom grow with the square of the whole over it, but never shrink.
    """
    residual = np.zeros(before.shape[1])
    for sign, (n, total) in ((-1.0, before), (1.0, after)):
        residual += sign * (total - n * (total.sum() / n.sum())) / n.sum()
    by_lag, scale, freedom = week_weights(residual.size)
    lags = [(residual[: residual.size - lag] * residual[lag:]).sum() for lag in range(by_lag.size)]
    of_weeks = scale * float(by_lag @ lags)
    both = of_weeks + of_patients - of_cells
    variance = both if both > 0.0 else float(np.fmax(of_weeks, of_patients))
    return variance, freedom * max(1.0, variance / of_weeks) ** 2 if of_weeks > 0.0 else freedom


def t_p(estimate: ArrayLike, variance: ArrayLike, freedom: ArrayLike) -> FloatArray:
    """Two-sided p-values by Student's t; 1 where nothing differs and nothing varies."""
    difference, error = np.abs(np.asarray(estimate, float)), np.sqrt(np.asarray(variance, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2.0 * special.stdtr(np.asarray(freedom, float), -difference / error)
    return np.asarray(np.where((difference == 0.0) & (error == 0.0), 1.0, p))


def pooled(
    estimate: FloatArray, variance: FloatArray, freedom: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of trials with a stratum for each site, shape (trials, sites): weighted mean, its variance, degrees of freedom.

    The last are those of a sum of variances that are known as well as each site's (Satterthwaite 1946).
    """
    share = weight / weight.sum(axis=1, keepdims=True)
    parts = share**2 * variance
    whole = parts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        together = whole**2 / (parts**2 / freedom).sum(axis=1)
    return (share * estimate).sum(axis=1), whole, together


def power(effect: ArrayLike, error: ArrayLike, confidence: float, freedom: ArrayLike = MOST_FREEDOM) -> FloatArray:
    """Chance that a two-sided t test finds a difference, whichever its sign, if its stated error is unbiased.

    With the error estimated from so many degrees of `freedom`: noncentral t.
    """
    check_confidence(confidence)
    degrees = np.fmin(np.asarray(freedom, float), MOST_FREEDOM)
    limit, shift = special.stdtrit(degrees, 0.5 + confidence / 2.0), np.abs(effect) / np.asarray(error, float)
    # Far from zero the lower end underflows to nan, where it is 0.
    below, far_below = (np.nan_to_num(special.nctdtr(degrees, shift, end)) for end in (limit, -limit))
    return np.asarray(np.where(shift < MOST_SHIFT, 1.0 - below + far_below, 1.0))


def times_as_large(
    effect: ArrayLike, error: ArrayLike, confidence: float, wanted: float, freedom: float = MOST_FREEDOM
) -> FloatArray:
    """How many times as large a trial must be for a power `wanted`; infinite for no effect.

    Degrees of `freedom` are those of once as large, and grow in proportion.
    """
    check_confidence(confidence)
    z = special.ndtri(0.5 + confidence / 2.0) + special.ndtri(wanted)
    effects, errors = np.broadcast_arrays(np.abs(np.asarray(effect, float)), np.asarray(error, float))

    def one(size: float, stated: float) -> float:
        if not (size > 0.0 and stated > 0.0):
            return np.inf if size == 0.0 else 0.0 * size * stated

        def short(log_times: float) -> float:
            times = np.exp(log_times)
            return float(power(size, stated / np.sqrt(times), confidence, freedom * times)) - wanted

        normal = 2.0 * np.log(z * stated / size)
        return float(np.exp(brentq(short, normal - 1.0, normal + FARTHEST)))

    return np.array([one(*each) for each in zip(effects.flat, errors.flat, strict=True)]).reshape(effects.shape)


def wilson(n_found: ArrayLike, n: ArrayLike, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Limits of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209-212); 0 and 1 of no trials."""
    check_confidence(confidence)
    found, of = np.asarray(n_found, float), np.asarray(n, float)
    z2 = special.ndtri(0.5 + confidence / 2.0) ** 2
    middle, half = (found + z2 / 2.0) / (of + z2), np.sqrt(z2 * (found * (of - found) / np.fmax(of, 1.0) + z2 / 4.0))
    low, high = middle - half / (of + z2), middle + half / (of + z2)
    # At the ends exactly, where rounding would put a limit on the wrong side of the share.
    return np.where(found == 0.0, 0.0, low), np.where(found == of, 1.0, high)
