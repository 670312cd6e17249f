"""How a trial is analysed and how large it must be: differences of means with robust errors, permutation, power.

Errors of an arm respect that visits of one patient are alike: residuals are summed by patient before they are squared.
Where times are alike too, as in a before-after comparison, both are reckoned with (Cameron, Gelbach & Miller 2011,
J. Bus. Econ. Stat. 29:238-249): the variance by patient plus that by block of weeks, less that by patient within
block. Several sites are pooled as strata, each with weight n1 n2 / (n1 + n2), its visits in the two arms. Power is
that of the normal approximation, two-sided.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sim.statistics.arrays import FloatArray, IntArray, check_confidence

FEW_PATIENTS, FEW_EVENTS = 30, 10
"""With fewer patients in an arm, or fewer events or non-events in both, a trial is judged by permutation."""
MOST_FLIPPED = 12
"""Weeks up to which every pattern of signs is gone through: 4,096 of them."""
PERMUTATIONS = 999
LONGEST_BLOCK_WEEKS, FEWEST_BLOCKS = 4, 13
"""Weeks taken together in errors, because queues and who comes last from one into the next: 4 if blocks are enough."""


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


def flipped_p(differences: FloatArray) -> float:
    """Two-sided p-value of the mean of at most `MOST_FLIPPED` paired differences over all patterns of their signs."""
    signs = np.array(list(product((1.0, -1.0), repeat=differences.size)))
    found = np.abs(signs @ differences)
    return float((found >= found[0] * (1.0 - 1e-12)).mean())


def block_of_week(n_weeks: int) -> IntArray:
    """The block each week of a period is in, shape (weeks,); weeks left over belong to the last one."""
    length = max(1, min(LONGEST_BLOCK_WEEKS, n_weeks // FEWEST_BLOCKS))
    return np.minimum(np.arange(n_weeks) // length, n_weeks // length - 1)


def paired_variance(
    before: FloatArray, after: FloatArray, block: IntArray, of_patients: float, of_cells: float
) -> float:
    """Variance of the difference of two means whose weeks are paired.

    Inputs: visits and total of each week, shape (2, weeks), of either period; the block of each week; the variance of
    the difference by patient and that by patient within block. Where the sum of the three is less than one of the first
    two, that one is taken.
    """
    residual = np.zeros(before.shape[1])
    for sign, (n, total) in ((-1.0, before), (1.0, after)):
        residual += sign * (total - n * (total.sum() / n.sum())) / n.sum()
    of_blocks = cluster_variance(residual, block)
    return float(np.fmax(np.fmax(of_blocks, of_patients), of_blocks + of_patients - of_cells))


def t_p(estimate: ArrayLike, variance: ArrayLike, freedom: ArrayLike) -> FloatArray:
    """Two-sided p-values by Student's t; 1 where nothing differs and nothing varies."""
    difference, error = np.abs(np.asarray(estimate, float)), np.sqrt(np.asarray(variance, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2.0 * special.stdtr(np.asarray(freedom, float), -difference / error)
    return np.asarray(np.where((difference == 0.0) & (error == 0.0), 1.0, p))


def pooled(estimate: FloatArray, variance: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Estimates of trials with a stratum for each site, shape (trials, sites): weighted mean and its variance."""
    share = weight / weight.sum(axis=1, keepdims=True)
    return (share * estimate).sum(axis=1), (share**2 * variance).sum(axis=1)


def power(effect: ArrayLike, error: ArrayLike, confidence: float) -> FloatArray:
    """Chance that a two-sided test finds a difference, whichever its sign."""
    check_confidence(confidence)
    z, shift = special.ndtri(0.5 + confidence / 2.0), np.asarray(effect, float) / np.asarray(error, float)
    return np.asarray(special.ndtr(shift - z) + special.ndtr(-shift - z))


def times_as_large(effect: ArrayLike, error: ArrayLike, confidence: float, wanted: float) -> FloatArray:
    """How many times as large a trial must be for a power `wanted`; infinite for no effect."""
    check_confidence(confidence)
    z = special.ndtri(0.5 + confidence / 2.0) + special.ndtri(wanted)
    with np.errstate(divide="ignore"):
        return np.asarray((z * np.asarray(error, float) / np.asarray(effect, float)) ** 2)


def wilson(n_found: ArrayLike, n: ArrayLike, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Limits of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209-212); 0 and 1 of no trials."""
    check_confidence(confidence)
    found, of = np.asarray(n_found, float), np.asarray(n, float)
    z2 = special.ndtri(0.5 + confidence / 2.0) ** 2
    middle, half = (found + z2 / 2.0) / (of + z2), np.sqrt(z2 * (found * (of - found) / np.fmax(of, 1.0) + z2 / 4.0))
    low, high = middle - half / (of + z2), middle + half / (of + z2)
    # At the ends exactly, where rounding would put a limit on the wrong side of the share.
    return np.where(found == 0.0, 0.0, low), np.where(found == of, 1.0, high)
