"""Shares of arrivals by hour, weekday and acuity from a tidy visits table, each with its standard error.

The frames are `VisitsFile.frame`. For a file without weekdays: `estimate_without_weekdays`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.shares import (
    BLOCK_HOURS,
    HOURS_PER_DAY,
    Dispersion,
    Shares,
    dispersion,
    estimate_shares,
    hours_covered,
)
from sim.department.arrivals import HOURS_PER_WEEK
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray, IntArray

_EPOCH_MONDAY: Final = pd.Timestamp("1900-01-01")


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


def estimate_demand(frame: pd.DataFrame) -> DemandEstimates:
    """Shares of arrivals by hour of the week and of acuity.

    Where arrivals have dates, each hour of the week is weighted by how often the file covers it; without
    dates every hour counts as equally covered. Visits without a usable arrival or level are left out of that
    estimate.
    """
    timed = with_weekday_and_time(frame)
    dated = is_dated(timed)
    cell = _hour_of_week(timed)
    weight = 1.0 / hours_covered(hour_slots(timed))[cell] if dated else np.ones(len(cell))
    cluster = _clusters(timed)
    hour_of_day = estimate_shares(cell % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight, cluster=cluster)
    return DemandEstimates(
        hour_of_day=hour_of_day,
        hour_by_weekday=tuple(_hours_of(day, cell, weight, cluster) for day in range(7)),
        weekday=estimate_shares(cell // HOURS_PER_DAY, 7, weight=weight, cluster=cluster),
        hour_of_week=estimate_shares(cell, HOURS_PER_WEEK, weight=weight, cluster=cluster),
        blocks=estimate_shares(cell % HOURS_PER_DAY // BLOCK_HOURS, 3, weight=weight, cluster=cluster),
        acuity=_acuity_shares(frame),
        dispersion=dispersion(hour_slots(timed)) if dated else None,
        n_clusters=None if cluster is None else len(np.unique(cluster)),
        design_effect=_design_effect(hour_of_day, cell, weight) if cluster is not None else None,
        period=period_text(timed),
        n_days_without_visits=len(days_without_visits(timed)) if dated else None,
    )


def estimate_without_weekdays(frame: pd.DataFrame) -> PartialEstimates:
    """Shares by hour of the day and of acuity, as far as the file has them."""
    timed = frame[frame["minute_of_day"].notna()]
    hours = None
    if len(timed):
        cell = (timed["minute_of_day"] // 60).to_numpy(np.int64)
        hours = estimate_shares(cell, HOURS_PER_DAY, cluster=_clusters(timed))
    return PartialEstimates(hours, _acuity_shares(frame))


# --- which visits, and when ---


def has_no_weekday(frame: pd.DataFrame) -> bool:
    """Whether the file gives no weekday at all, but an hour or an acuity level."""
    known = frame["minute_of_day"].notna() | frame["acuity"].notna()
    return bool(frame["weekday"].isna().all() and known.any())


def with_weekday_and_time(frame: pd.DataFrame) -> pd.DataFrame:
    """Visits whose arrival is known by weekday and time of day."""
    return frame[frame["weekday"].notna() & frame["minute_of_day"].notna()]


def is_dated(timed: pd.DataFrame) -> bool:
    """Whether every arrival has a date."""
    return bool(timed["arrival"].notna().all())


def n_days(timed: pd.DataFrame) -> int:
    """Days from the first to the last arrival, both counted."""
    days = timed["arrival"].dt.normalize()
    return int((days.max() - days.min()).days) + 1


def days_without_visits(timed: pd.DataFrame) -> pd.DatetimeIndex:
    """Days between the first and the last arrival without one."""
    days = timed["arrival"].dt.normalize()
    return pd.date_range(days.min(), days.max(), freq="D").difference(pd.DatetimeIndex(days))


def hour_slots(timed: pd.DataFrame) -> IntArray:
    """Whole hours since a Monday 00:00."""
    return np.asarray((timed["arrival"] - _EPOCH_MONDAY) // pd.Timedelta(hours=1), dtype=np.int64)


def period_text(timed: pd.DataFrame) -> str:
    """The first and the last day, or year, of the arrivals."""
    if is_dated(timed):
        first, last = timed["arrival"].min(), timed["arrival"].max()
        return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    years = timed["year"].dropna()
    return f"years {int(years.min())} to {int(years.max())}" if len(years) else "no dates"


# --- arithmetic ---


def _hour_of_week(timed: pd.DataFrame) -> IntArray:
    """0 = Monday 00:00-00:59 .. 167."""
    hour: IntArray = (timed["minute_of_day"] // 60).to_numpy(np.int64)
    day: IntArray = timed["weekday"].to_numpy(np.int64)
    return day * HOURS_PER_DAY + hour


def _clusters(frame: pd.DataFrame) -> IntArray | None:
    """A number per cluster; a row without one is its own; None when the file names at most one."""
    if frame["cluster"].nunique() < 2:
        return None
    codes = pd.factorize(frame["cluster"])[0].astype(np.int64)
    return np.where(codes < 0, codes.max() + 1 + np.arange(len(codes)), codes).astype(np.int64)


def _hours_of(day: int, cell: IntArray, weight: FloatArray, cluster: IntArray | None) -> Shares:
    here = cell // HOURS_PER_DAY == day
    within = None if cluster is None else cluster[here]
    return estimate_shares(cell[here] % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight[here], cluster=within)


def _acuity_shares(frame: pd.DataFrame) -> Shares | None:
    known = frame[frame["acuity"].notna()]
    if known.empty:
        return None
    return estimate_shares(known["acuity"].to_numpy(np.int64) - 1, len(ACUITIES), cluster=_clusters(known))


def _design_effect(clustered: Shares, cell: IntArray, weight: FloatArray) -> float:
    simple = estimate_shares(cell % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight)
    seen = simple.standard_error > 0
    return float(np.median((clustered.standard_error[seen] / simple.standard_error[seen]) ** 2))
