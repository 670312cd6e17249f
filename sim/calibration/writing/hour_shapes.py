"""Hours of the week as a demand can hold them: composed of the streams' own, or those of all with room for both.

The department takes mental-health arrivals, in one shape for all weekdays, away from all arrivals to get the medical
ones. Where each stream's hours are known, all are composed so that this gives them back. Of a file without streams no
hour may be left with fewer than no medical arrivals: a small file has hours without a visit, and would be refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.calibration.estimators.demand_by_stream import DayByStream, WeekByStream
from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares, round_to_total
from sim.calibration.writing.arrival_lines import Rates
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Demand, Profile
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


Rake = Callable[[FloatArray], FloatArray]
"""Scales the hours of a week, (7, 24), of all visits; each stream's are scaled alike."""


def hours_written_by_weekday(
    shapes: WeekByStream, rates: Rates, rake: Rake | None, mental_share: float | None, base: Demand | None
) -> HourShapes:
    """Composed of the streams', those of a stream that the file lacks being the base's; or those of all visits.

    Where a stream with hours of its own has rates they are in the shape chosen for them. `mental_share` is the part of
    mental health that is written, None where it is the base's.
    """
    everyone = shapes.everyone.hour_of_week.share.reshape(7, HOURS_PER_DAY)
    if shapes.parts.is_pooled and MEDICAL in rates:
        everyone = everyone.sum(axis=1, keepdims=True) * rates[MEDICAL].hour_shares.value
    raked = everyone if rake is None else rake(everyone)
    if shapes.parts.is_pooled:
        return hour_shapes(raked, base)
    chosen = {stream: each.hour_shares.value for stream, each in rates.items() if shapes.has_own_hours(stream)}
    factor = _ratio(raked, everyone)
    medical, mental = shapes.by_stream.get(MEDICAL), shapes.by_stream.get(MENTAL_HEALTH)
    of_medical, of_mental = None, None
    if medical is not None:
        of_medical = chosen.get(MEDICAL, np.array([day.share for day in medical.hour_by_weekday])) * factor
    if mental is not None:
        week = mental.hour_of_week.share.reshape(7, HOURS_PER_DAY)
        if MENTAL_HEALTH in chosen:
            week = week.sum(axis=1, keepdims=True) * chosen[MENTAL_HEALTH]
        of_mental = (week * factor).sum(axis=0)
    return _composed(of_medical, of_mental, mental_share, base)


def hours_written_alike(
    shapes: DayByStream, hours: Shares, rake: Rake | None, mental_share: float | None, base: Demand | None
) -> HourShapes:
    """The same of a file without weekdays, whose `hours` are those of all visits; of any day if a stream has none."""
    raked = hours.share if rake is None else rake(np.tile(hours.share / 7, (7, 1)))[0]
    of_streams = {stream: each.hour_of_day for stream, each in shapes.by_stream.items()}
    if shapes.parts.is_pooled or None in of_streams.values():
        return hour_shapes(np.tile(raked / 7, (7, 1)), base)
    factor = _ratio(raked, hours.share)
    scaled = {stream: each.share * factor for stream, each in of_streams.items() if each is not None}
    return _composed(scaled.get(MEDICAL), scaled.get(MENTAL_HEALTH), mental_share, base)


def _ratio(raked: FloatArray, found: FloatArray) -> FloatArray:
    """By what raking scaled hours, 1 where there are no visits."""
    return np.where(found > 0.0, raked / np.where(found > 0.0, found, 1.0), 1.0)


def _composed(
    medical: FloatArray | None, mental: FloatArray | None, mental_share: float | None, base: Demand | None
) -> HourShapes:
    """Hours of all visits from those of medical, (7, 24) or of a day, and of mental health, (24,); None: the base's."""
    of_medical = _profile(base).medical_shares() if medical is None else medical / medical.sum(axis=-1, keepdims=True)
    of_mental = _profile(base).mh_shares_of_default() if mental is None else mental / mental.sum()
    share = _profile(base).mental_health_share if mental_share is None else mental_share
    return hours_by_stream(np.broadcast_to(of_medical, (7, 24)), of_mental, share, keep_mental=mental is None)


def _profile(base: Demand | None) -> Profile:
    assert isinstance(base, Profile), "obstacles refuse a file of one stream without a profile to stand beside it"
    return base


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
