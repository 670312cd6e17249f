"""A demand from a file that does not know weekdays: its hours of the day, its acuity mix, or one of the two.

For files without arrival times, or with dates moved to hide patients; the whole profile is `calibration`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares, estimate_shares, rake_to_blocks, round_to_total
from sim.calibration.writing.demand_file import ConfigLine, DemandFile, Estimate, weekday_name
from sim.statistics.arrays import FloatArray, IntArray
from sim.visits.column_map import Sources

N_ACUITIES: Final = 5


@dataclass(frozen=True, slots=True)
class PartialEstimates:
    """Shares of arrivals by hour of the day (24,) and of acuity (5,), each None if the file does not tell."""

    hour_of_day: Shares | None
    acuity: Shares | None


def knows_no_weekday(frame: pd.DataFrame) -> bool:
    """Whether the file gives no weekday at all, but an hour or an acuity level."""
    told = frame["minute_of_day"].notna() | frame["acuity"].notna()
    return bool(frame["weekday"].isna().all() and told.any())


def clusters_of(frame: pd.DataFrame) -> IntArray | None:
    """A number per cluster; a row without one is its own; None when the file names at most one."""
    if frame["cluster"].nunique() < 2:
        return None
    codes = pd.factorize(frame["cluster"])[0].astype(np.int64)
    return np.where(codes < 0, codes.max() + 1 + np.arange(len(codes)), codes).astype(np.int64)


def estimate_in_part(frame: pd.DataFrame) -> PartialEstimates:
    """What can be estimated without weekdays."""
    timed, levelled = frame[frame["minute_of_day"].notna()], frame[frame["acuity"].notna()]
    hours = acuity = None
    if len(timed):
        cell = (timed["minute_of_day"] // 60).to_numpy(np.int64)
        hours = estimate_shares(cell, HOURS_PER_DAY, cluster=clusters_of(timed))
    if len(levelled):
        cell = levelled["acuity"].to_numpy(np.int64) - 1
        acuity = estimate_shares(cell, N_ACUITIES, cluster=clusters_of(levelled))
    return PartialEstimates(hours, acuity)


def demand_in_part(
    name: str, about: tuple[str, ...], cited: Sources, found: PartialEstimates, blocks: FloatArray | None
) -> DemandFile:
    """The configuration of what was estimated; with `blocks` the hours are raked to them. The rest is the default's."""
    hours = None if found.hour_of_day is None else round_to_total(raked(found.hour_of_day.share, blocks), 1)
    mix = None if found.acuity is None else round_to_total(found.acuity.share, 1)
    lines: tuple[ConfigLine, ...] = ()
    if hours is not None and found.hour_of_day is not None:
        said = f"{cited.hour_shares}; hours of all weekdays alike, {sample(found.hour_of_day)}"
        lines = tuple(ConfigLine(hours, f"{said}; {weekday_name(day)}") for day in range(7))
    acuity = None
    if mix is not None and found.acuity is not None:
        acuity = ConfigLine(mix, f"{cited.acuity_mix}, {sample(found.acuity)}")
    return DemandFile(name, about, lines, None, acuity, tuple(table(found, hours, mix)))


def raked(share: FloatArray, blocks: FloatArray | None) -> FloatArray:
    if blocks is None:
        return share
    return np.asarray(rake_to_blocks(np.tile(share / 7, (7, 1)), blocks)[0], dtype=np.float64)


def sample(shares: Shares) -> str:
    return f"n = {shares.n:,}, largest SE {shares.standard_error.max():.4f}"


def table(found: PartialEstimates, hours: tuple[float, ...] | None, mix: tuple[float, ...] | None) -> list[Estimate]:
    """Every estimate with its error, beside the value written."""
    rows = []
    if found.hour_of_day is not None and hours is not None:
        shares = found.hour_of_day
        for hour, (share, error, value) in enumerate(zip(shares.share, shares.standard_error, hours, strict=True)):
            rows.append(
                Estimate("hour_of_day_share", "", f"{hour:02d}", "", shares.n, float(share), float(error), value)
            )
    if found.acuity is not None and mix is not None:
        shares = found.acuity
        for level, (share, error, value) in enumerate(zip(shares.share, shares.standard_error, mix, strict=True), 1):
            rows.append(Estimate("acuity_share", "", "", str(level), shares.n, float(share), float(error), value))
    return rows
