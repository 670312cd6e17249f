"""Hours of the week as a demand can hold them: composed of the streams' own, or those of all with room for both.

The department takes mental-health arrivals, in one shape for all weekdays, away from all arrivals to get the medical
ones. Where each stream's hours are known, all are composed so that this gives them back. Of a file without streams no
hour may be left with fewer than no medical arrivals: a small file has hours without a visit, and would be refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.calibration.estimators.shares import HOURS_PER_DAY, round_to_total
from sim.department.arrivals import Demand, Profile
from sim.statistics.arrays import FloatArray

COMPOSED_DECIMALS: Final = 8
"""Of hours composed of the streams': what is left when one is taken away is then off by less than 1e-7."""
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


def hours_by_stream(medical: FloatArray, mental: FloatArray, mental_share: float, *, keep_mental: bool) -> HourShapes:
    """Hours of all visits that give each stream its own back.

    `medical` (7, 24) are shares of each day's medical arrivals, `mental` (24,) of the mental-health arrivals of any
    day, `mental_share` their part of all as it is written. With `keep_mental` its hours are the default's and not
    written again.
    """
    own = tuple(float(share) for share in mental) if keep_mental else round_to_total(mental, 1, COMPOSED_DECIMALS)
    everyone = (1.0 - mental_share) * medical + mental_share * np.array(own)
    by_day = tuple(round_to_total(day, 1, COMPOSED_DECIMALS) for day in everyone)
    return HourShapes(by_day, None if keep_mental else own)


def hour_shapes(week: FloatArray, base: Demand | None) -> HourShapes:
    """The shapes to write of a file without streams, from `week` (7, 24), shares of the week's arrivals.

    The share of mental health is that of `base`. Without a profile as base there is nothing to fit into, and the hours
    are taken as they are.
    """
    by_day = tuple(round_to_total(day, 1) for day in week)
    if not isinstance(base, Profile):
        return HourShapes(by_day, None)
    return next(found for found in _candidates(week, by_day) if _leaves_room(found, base))


def _candidates(week: FloatArray, by_day: tuple[tuple[float, ...], ...]) -> Iterator[HourShapes]:
    """The plainest first; the last one always leaves room."""
    pooled = round_to_total(week.reshape(7, HOURS_PER_DAY).sum(axis=0), 1)
    yield HourShapes(by_day, None)
    yield HourShapes((pooled,) * 7, None, (POOLED,))
    yield HourShapes((pooled,) * 7, pooled, (POOLED, AS_EVERYONE))


def _leaves_room(found: HourShapes, base: Profile) -> bool:
    """Whether medical arrivals are nowhere negative."""
    changed: dict[str, object] = {"hour_shares": found.everyone}
    if found.mental_health is not None:
        changed["mh_hour_shares"] = {**base.mh_hour_shares, "default": found.mental_health}
    return bool(np.all(base.model_copy(update=changed).medical_shares() >= 0.0))
