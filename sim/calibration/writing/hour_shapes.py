"""Which hours of the week a calibrated demand can hold: those of all visits, and of mental health among them.

The department takes mental-health arrivals away from all arrivals to get the medical ones, so that no hour may be left
with fewer than none. A small file has hours without a visit, and would be refused with the shapes it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares, round_to_total
from sim.department.arrivals import Demand, Profile
from sim.statistics.arrays import FloatArray

POOLED = (
    "The hours are those of all weekdays together: too few visits by hour of the week to take mental-health visits out."
)
AS_EVERYONE = (
    "Assumption: mental-health visits come at the hours of all visits, because no other shape leaves room for them."
)


@dataclass(frozen=True, slots=True)
class HourShapes:
    """Shares of each day's arrivals, rounded as they are written.

    `everyone` seven days of 24, Monday first; `mental_health` 24, None where the default's shape is kept. `notes` say
    what had to be done so that medical arrivals are nowhere negative.
    """

    everyone: tuple[tuple[float, ...], ...]
    mental_health: tuple[float, ...] | None
    notes: tuple[str, ...] = ()


def hour_shapes(week: FloatArray, mental: Shares | None, share: float | None, base: Demand | None) -> HourShapes:
    """The shapes to write.

    `week` (7, 24) shares of the week's arrivals. `mental` (24) are the hours of mental-health visits and `share` is
    their part of all, None where the file does not separate them; then it is that of `base`. Without a
    profile as base there is nothing to fit into, and the hours are taken as they are.
    """
    by_day = tuple(round_to_total(day, 1) for day in week)
    own = None if mental is None else round_to_total(mental.share, 1)
    if not isinstance(base, Profile):
        return HourShapes(by_day, own)
    part = base.mental_health_share if share is None else share
    return next(found for found in _candidates(week, by_day, own, base) if _leaves_room(found, part, base))


def _candidates(
    week: FloatArray, by_day: tuple[tuple[float, ...], ...], own: tuple[float, ...] | None, base: Profile
) -> Iterator[HourShapes]:
    """The plainest first; the last one always leaves room."""
    pooled = round_to_total(week.reshape(7, HOURS_PER_DAY).sum(axis=0), 1)
    yield HourShapes(by_day, own)
    yield HourShapes((pooled,) * 7, own, (POOLED,))
    yield HourShapes((pooled,) * 7, pooled, (POOLED, AS_EVERYONE))


def _leaves_room(found: HourShapes, share: float, base: Profile) -> bool:
    """Whether medical arrivals are nowhere negative."""
    changed = {"hour_shares": found.everyone, "mental_health_share": share}
    if found.mental_health is not None:
        changed["mh_hour_shares"] = {**base.mh_hour_shares, "default": found.mental_health}
    return bool(np.all(base.model_copy(update=changed).medical_shares() >= 0.0))
