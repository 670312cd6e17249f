"""Shares of arrivals by hour, weekday and acuity, each with its standard error; their dispersion, raking, rounding.

Tables of visits are `VisitsFile.frame`. For a file without weekdays: `estimate_without_weekdays`.

Standard errors of clustered shares are those of linearisation; of none and of all that of Agresti & Coull (1998), The
American Statistician 52:119-126, on as many visits as carry the information; intervals are Wilson's (1927), JASA
22:209-212. Raking is that of Deming & Stephan (1940), Annals of Mathematical Statistics 11:427-444.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from sim.calibration.estimators.survey_weights import clusters_of, weights_of
from sim.department.arrivals import HOURS_PER_WEEK
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray, IntArray

HOURS_PER_DAY: Final = 24
BLOCK_HOURS: Final = 8


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of `n` visits over categories, summing to 1, each with its standard error.

    `n_effective` is how many independent visits of equal weight say as much of a share of 0 or 1; `n` if not given.
    """

    n: int
    share: FloatArray
    standard_error: FloatArray
    n_effective: float | None = None

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Wilson's of 95 %, on the visits that have each share's standard error."""
        z = float(special.ndtri(0.975))
        p, spread = self.share, self.share * (1.0 - self.share)
        whole = float(self.n) if self.n_effective is None else self.n_effective
        squared = np.where(spread > 0.0, self.standard_error**2, 1.0)
        n = np.where(spread > 0.0, spread / squared, whole)
        centre = (p + z**2 / (2.0 * n)) / (1.0 + z**2 / n)
        half = z / (1.0 + z**2 / n) * np.sqrt(spread / n + z**2 / (4.0 * n**2))
        return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def estimate_shares(
    category: IntArray, n_categories: int, *, weight: FloatArray | None = None, cluster: IntArray | None = None
) -> Shares:
    """Weighted shares of visits by category, as a ratio of totals.

    `category` (n,) holds 0 .. n_categories - 1. Without `cluster` (n,) visits are independent and the errors
    are the multinomial ones, sqrt(p(1-p)/n) at equal weights; with it they are the linearised ("sandwich")
    errors of a ratio of cluster totals, with the factor G/(G-1) for G clusters (NaN for a single one).

    A share of 0 or 1 has no such error: that of Agresti & Coull stands there, on the visits left when `n` is divided
    by the median design effect of the other shares. Where there is no other share each cluster counts as one visit.
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
    error = np.sqrt(np.maximum(squares, 0.0) * correction) / base.sum()
    effective = _n_effective(share, error, weight, None if cluster is None else len(base))
    all_or_none = (share <= 0.0) | (share >= 1.0 - _ROUNDED)
    of_none = _error_of_none(effective) if np.isfinite(correction) else np.nan
    return Shares(n, share, np.where(all_or_none, of_none, error), effective)


def shares_of_visits(category: IntArray, n_categories: int, visits: pd.DataFrame) -> Shares:
    """Shares of visits by category, with the weights and the clusters of the visits."""
    return estimate_shares(category, n_categories, weight=weights_of(visits), cluster=clusters_of(visits))


_ROUNDED: Final = 1e-12
"""A sum of weights may miss the whole by as much."""
_Z2: Final = 1.959964**2
"""Of a 95 % interval."""


def _n_effective(share: FloatArray, error: FloatArray, weight: FloatArray, n_clusters: int | None) -> float:
    """Independent visits of equal weight that say as much: Kish's (1965) for the weights, fewer for clusters."""
    if not weight.size:
        return 0.0
    by_weights = float(weight.sum() ** 2 / (weight**2).sum())
    if n_clusters is None:
        return by_weights
    inside = (share > 0.0) & (share < 1.0 - _ROUNDED) & (error > 0.0)
    if not inside.any():
        return min(by_weights, float(n_clusters))
    return min(by_weights, float(np.median(share[inside] * (1.0 - share[inside]) / error[inside] ** 2)))


def _error_of_none(n: float) -> float:
    """Standard error of 0 of n, or of all: that of (x + z^2/2) of (n + z^2)."""
    near = 0.5 * _Z2 / (n + _Z2)
    return float(np.sqrt(near * (1.0 - near) / (n + _Z2)))


def _sums(group: npt.NDArray[np.integer], values: FloatArray, n_groups: int = 0) -> FloatArray:
    return np.bincount(group, weights=values, minlength=n_groups).astype(np.float64)


def hours_covered(slot: IntArray, uncovered: IntArray | None = None) -> IntArray:
    """How often each hour of the week (168,) lies between the first and the last arrival.

    `slot` (n,) counts whole hours since some Monday 00:00, local clock; `uncovered` those that the file leaves out.
    """
    return np.bincount(_covered_slots(slot, uncovered) % HOURS_PER_WEEK, minlength=HOURS_PER_WEEK).astype(np.int64)


def _covered_slots(slot: IntArray, uncovered: IntArray | None) -> IntArray:
    """Hours from the first to the last arrival, in order, without those left out."""
    every = np.arange(slot.min(), slot.max() + 1, dtype=np.int64)
    return every if uncovered is None or not uncovered.size else np.setdiff1d(every, uncovered)


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


def dispersion(slot: IntArray, uncovered: IntArray | None = None) -> Dispersion | None:
    """Test counts per clock hour against Poisson, a mean per hour of the week; None under two full weeks."""
    covered = hours_covered(slot, uncovered)
    if covered.min() < 2:
        return None
    hours = _covered_slots(slot, uncovered)
    counts = np.bincount(slot - slot.min()).astype(np.float64)[hours - slot.min()]
    hour_of_week = hours % HOURS_PER_WEEK
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


_EPOCH_MONDAY: Final = pd.Timestamp("1900-01-01")


WHEN: Final = ("arrival", "weekday", "minute_of_day", "year", "cluster", "weight")
"""Columns of when somebody came, and of whom a visit stands for."""


@dataclass(frozen=True, slots=True)
class DemandEstimates:
    """What the file says about arrivals and acuity.

    Shares: `hour_of_day` (24,), `hour_by_weekday` seven of (24,), Monday first, `weekday` (7,) of a week,
    `hour_of_week` (168,), `blocks` (3,) of 8 hours, `acuity` (5,) or None when no level is usable.
    `design_effect` is the median over the 24 hours of the clustered over the multinomial variance, None
    without clusters. `period` is the first to the last arrival; `n_days_without_visits` within it counts as
    really empty, None without dates. `dispersion` is None when the file has no dates or covers under two weeks.
    """

    hour_of_day: Shares
    hour_by_weekday: tuple[Shares, ...]
    weekday: Shares
    hour_of_week: Shares
    blocks: Shares
    acuity: Shares | None
    dispersion: Dispersion | None
    n_clusters: int | None
    design_effect: float | None
    period: str
    n_days_without_visits: int | None


@dataclass(frozen=True, slots=True)
class PartialEstimates:
    """Shares of arrivals by hour of the day (24,) and of acuity (5,), each None where the file has none."""

    hour_of_day: Shares | None
    acuity: Shares | None


def estimate_demand(
    frame: pd.DataFrame, whole: pd.DataFrame | None = None, uncovered_hours: np.ndarray | None = None
) -> DemandEstimates:
    """Shares of arrivals by hour of the week and of acuity, with the weights of a survey if it has them.

    Where arrivals have dates, each hour of the week is weighted by how often the file covers it; without
    dates every hour counts as equally covered. Visits without a usable arrival or level are left out of that
    estimate. Of a part of a file, `whole` is the table that says what it covers, and `uncovered_hours` (datetime64[h])
    are those between the first and the last arrival that it does not.
    """
    timed = with_weekday_and_time(frame)
    dated = is_dated(timed)
    cell: IntArray = (24 * timed["weekday"] + timed["minute_of_day"] // 60).to_numpy(np.int64)
    covering = timed if whole is None else with_weekday_and_time(whole, ("arrival",))
    left_out = None if uncovered_hours is None else slots_of(uncovered_hours)
    weight = 1.0 / hours_covered(hour_slots(covering), left_out)[cell] if dated else np.ones(len(cell))
    of_survey = weights_of(timed)
    weight = weight if of_survey is None else weight * of_survey
    cluster = clusters_of(timed)
    hour_of_day = estimate_shares(cell % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight, cluster=cluster)
    return DemandEstimates(
        hour_of_day=hour_of_day,
        hour_by_weekday=tuple(_hours_of(day, cell, weight, cluster) for day in range(7)),
        weekday=estimate_shares(cell // HOURS_PER_DAY, 7, weight=weight, cluster=cluster),
        hour_of_week=estimate_shares(cell, HOURS_PER_WEEK, weight=weight, cluster=cluster),
        blocks=estimate_shares(cell % HOURS_PER_DAY // BLOCK_HOURS, 3, weight=weight, cluster=cluster),
        acuity=_acuity_shares(frame),
        dispersion=dispersion(hour_slots(timed), left_out) if dated else None,
        n_clusters=None if cluster is None else len(np.unique(cluster)),
        design_effect=_design_effect(hour_of_day) if cluster is not None else None,
        period=period_text(timed),
        n_days_without_visits=len(days_without_visits(timed, uncovered_hours)) if dated else None,
    )


def estimate_without_weekdays(frame: pd.DataFrame) -> PartialEstimates:
    """Shares by hour of the day and of acuity, as far as the file has them."""
    timed = frame.loc[frame["minute_of_day"].notna(), [name for name in WHEN if name in frame.columns]]
    hours = None
    if len(timed):
        hours = shares_of_visits((timed["minute_of_day"] // 60).to_numpy(np.int64), HOURS_PER_DAY, timed)
    return PartialEstimates(hours, _acuity_shares(frame))


# --- which visits, and when ---


def has_no_weekday(frame: pd.DataFrame) -> bool:
    """Whether the file gives no weekday at all, but an hour or an acuity level."""
    known = frame["minute_of_day"].notna() | frame["acuity"].notna()
    return bool(frame["weekday"].isna().all() and known.any())


def with_weekday_and_time(frame: pd.DataFrame, wanted: Sequence[str] = WHEN) -> pd.DataFrame:
    """Visits whose arrival is known by weekday and time of day: when they came, and whom they stand for.

    Further columns are left out: a copy of a table of a million visits is a quarter of a gigabyte.
    """
    columns = [name for name in wanted if name in frame.columns]
    return frame.loc[frame["weekday"].notna() & frame["minute_of_day"].notna(), columns]


def is_dated(timed: pd.DataFrame) -> bool:
    """Whether every arrival has a date."""
    return bool(timed["arrival"].notna().all())


def n_days(timed: pd.DataFrame) -> int:
    """Days from the first to the last arrival, both counted."""
    days = timed["arrival"].dt.normalize()
    return int((days.max() - days.min()).days) + 1


def days_without_visits(timed: pd.DataFrame, uncovered_hours: np.ndarray | None = None) -> pd.DatetimeIndex:
    """Days between the first and the last arrival without one, of those that the file covers some hour of."""
    days = pd.DatetimeIndex(np.unique(timed["arrival"].to_numpy().astype("datetime64[D]")))
    empty = pd.date_range(days.min(), days.max(), freq="D").difference(days)
    if uncovered_hours is None or not uncovered_hours.size:
        return empty
    left_out, n_hours = np.unique(uncovered_hours.astype("datetime64[D]"), return_counts=True)
    return empty.difference(pd.DatetimeIndex(left_out[n_hours == HOURS_PER_DAY]))


def hour_slots(timed: pd.DataFrame) -> IntArray:
    """Whole hours since a Monday 00:00."""
    return np.asarray((timed["arrival"] - _EPOCH_MONDAY) // pd.Timedelta(hours=1), dtype=np.int64)


def slots_of(hours: np.ndarray) -> IntArray:
    """The same of hours as datetime64."""
    monday = np.datetime64(_EPOCH_MONDAY, "h")
    return np.asarray((hours.astype("datetime64[h]") - monday).astype(np.int64), dtype=np.int64)


def period_text(timed: pd.DataFrame) -> str:
    """The first and the last day, or year, of the arrivals."""
    if is_dated(timed):
        first, last = timed["arrival"].min(), timed["arrival"].max()
        return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    years = timed["year"].dropna()
    return f"years {int(years.min())} to {int(years.max())}" if len(years) else "no dates"


# --- arithmetic ---


def _hours_of(day: int, cell: IntArray, weight: FloatArray, cluster: IntArray | None) -> Shares:
    here = cell // HOURS_PER_DAY == day
    within = None if cluster is None else cluster[here]
    return estimate_shares(cell[here] % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight[here], cluster=within)


def _acuity_shares(frame: pd.DataFrame) -> Shares | None:
    columns = [name for name in ("acuity", "cluster", "weight") if name in frame.columns]
    known = frame.loc[frame["acuity"].notna(), columns]
    if known.empty:
        return None
    return shares_of_visits(known["acuity"].to_numpy(np.int64) - 1, len(ACUITIES), known)


def _design_effect(clustered: Shares) -> float:
    """Median variance of an hour's share over that of as many independent visits of equal weight."""
    seen = (clustered.share > 0.0) & (clustered.share < 1.0)
    p = clustered.share[seen]
    return float(np.median(clustered.standard_error[seen] ** 2 / (p * (1.0 - p) / clustered.n)))
