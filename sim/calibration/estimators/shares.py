"""Shares with standard errors, Poisson dispersion by hour of the week, raking and exact rounding.

Standard errors of clustered shares are those of linearisation; raking is that of Deming & Stephan (1940), Annals of
Mathematical Statistics 11:427-444.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from sim.department.arrivals import HOURS_PER_WEEK
from sim.statistics.arrays import FloatArray, IntArray

HOURS_PER_DAY: Final = 24
BLOCK_HOURS: Final = 8


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of `n` visits over categories, summing to 1, each with its standard error."""

    n: int
    share: FloatArray
    standard_error: FloatArray


def estimate_shares(
    category: IntArray, n_categories: int, *, weight: FloatArray | None = None, cluster: IntArray | None = None
) -> Shares:
    """Weighted shares of visits by category, as a ratio of totals.

    `category` (n,) holds 0 .. n_categories - 1. Without `cluster` (n,) visits are independent and the errors
    are the multinomial ones, sqrt(p(1-p)/n) at equal weights; with it they are the linearised ("sandwich")
    errors of a ratio of cluster totals, with the factor G/(G-1) for G clusters (NaN for a single one).
    """
    n = len(category)
    weight = np.ones(n) if weight is None else weight
    group = np.unique(np.arange(n) if cluster is None else cluster, return_inverse=True)[1]
    pairs, member = np.unique(group * n_categories + category, return_inverse=True)
    pair_category, pair_group = pairs % n_categories, pairs // n_categories
    total, base = _sums(member, weight), _sums(group, weight)

    def by_category(values: FloatArray) -> FloatArray:
        return _sums(pair_category, values, n_categories)

    share = by_category(total) / base.sum()
    squares = by_category(total**2) - 2 * share * by_category(total * base[pair_group]) + share**2 * (base**2).sum()
    correction = 1.0 if cluster is None else len(base) / (len(base) - 1) if len(base) > 1 else np.nan
    return Shares(n, share, np.sqrt(np.maximum(squares, 0.0) * correction) / base.sum())


def _sums(group: npt.NDArray[np.integer], values: FloatArray, n_groups: int = 0) -> FloatArray:
    return np.bincount(group, weights=values, minlength=n_groups).astype(np.float64)


def hours_covered(slot: IntArray) -> IntArray:
    """How often each hour of the week (168,) lies between the first and the last arrival.

    `slot` (n,) counts whole hours since some Monday 00:00, local clock.
    """
    covered = np.arange(slot.min(), slot.max() + 1) % HOURS_PER_WEEK
    return np.bincount(covered, minlength=HOURS_PER_WEEK).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Are counts in the same hour of different weeks as even as Poisson's?

    `index` is Pearson's chi-square over its `degrees` of freedom (1 = Poisson, above 1 = more uneven),
    `p_value` its upper tail; `by_hour` (168,) is the index of each hour of the week (NaN where nobody came),
    `n_uneven` of `n_hours` have a p-value under 0.05.
    """

    index: float
    degrees: int
    p_value: float
    by_hour: FloatArray
    n_hours: int
    n_uneven: int


def dispersion(slot: IntArray) -> Dispersion | None:
    """Test counts per clock hour against Poisson, a mean per hour of the week; None under two full weeks."""
    covered = hours_covered(slot)
    if covered.min() < 2:
        return None
    counts = np.bincount(slot - slot.min()).astype(np.float64)
    hour_of_week = np.arange(slot.min(), slot.max() + 1) % HOURS_PER_WEEK
    mean = _sums(hour_of_week, counts, HOURS_PER_WEEK) / covered
    seen = mean > 0
    pearson = _sums(hour_of_week, (counts - mean[hour_of_week]) ** 2, HOURS_PER_WEEK)[seen] / mean[seen]
    degrees = covered[seen] - 1
    by_hour = np.full(HOURS_PER_WEEK, np.nan)
    by_hour[seen] = pearson / degrees
    return Dispersion(
        index=float(pearson.sum() / degrees.sum()),
        degrees=int(degrees.sum()),
        p_value=float(stats.chi2.sf(pearson.sum(), degrees.sum())),
        by_hour=by_hour,
        n_hours=int(seen.sum()),
        n_uneven=int(np.sum(stats.chi2.sf(pearson, degrees) < 0.05)),
    )


def rake_to_blocks(profile: FloatArray, blocks: FloatArray) -> FloatArray:
    """Scale a week's shares (7, 24) until its 8-hour blocks hold `blocks` (3,), weekday shares unchanged.

    Iterative proportional fitting: hours keep their proportions within each block of each day. `ValueError`
    if a block with no visits should hold some.
    """
    target_days, target_blocks = profile.sum(axis=1), blocks / blocks.sum() * profile.sum()
    raked = profile.reshape(7, 3, BLOCK_HOURS).copy()
    if (raked.sum(axis=(0, 2))[target_blocks > 0] == 0).any():
        raise ValueError("an 8-hour block without visits cannot be raked; leave raking off")
    for _ in range(1000):
        raked *= (target_blocks / raked.sum(axis=(0, 2)))[None, :, None]
        raked *= (target_days / raked.sum(axis=(1, 2)))[:, None, None]
        if np.allclose(raked.sum(axis=(0, 2)), target_blocks, rtol=0, atol=1e-13):
            return raked.reshape(7, HOURS_PER_DAY)
    raise ValueError("raking to the 8-hour blocks did not converge: some day lacks a whole block; leave it off")


def round_to_total(values: FloatArray, total: int, decimals: int = 5) -> tuple[float, ...]:
    """Values rounded to `decimals` so that they still sum to `total` (largest remainders are rounded up)."""
    units = values / values.sum() * total * 10**decimals
    whole = np.floor(units).astype(np.int64)
    short = total * 10**decimals - int(whole.sum())
    whole[np.argsort(whole - units, kind="stable")[:short]] += 1
    return tuple(int(unit) / 10**decimals for unit in whole)
