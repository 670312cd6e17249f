"""When visits come and how urgent they are, by stream where a file names streams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

import numpy as np
import pandas as pd

from sim.calibration.estimators.arrival_rates import ArrivalRates
from sim.calibration.estimators.shares import (
    WHEN,
    DemandEstimates,
    PartialEstimates,
    Shares,
    estimate_demand,
    estimate_without_weekdays,
    shares_of_visits,
    with_weekday_and_time,
)
from sim.calibration.estimators.streams import STREAMS, StreamParts, stream_parts
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH

_USED: Final = (*WHEN, "stream", "acuity")
"""Columns of the parts by stream: the others would be copied for nothing."""
_FEWEST: Final = 50
"""Visits for hours, weekdays or an acuity mix of a stream's own."""


_Found = TypeVar("_Found", DemandEstimates, PartialEstimates)


@dataclass(frozen=True, slots=True)
class SharesByStream(Generic[_Found]):
    """Shares of arrivals of `everyone` and of each stream that is named; none where the file is pooled.

    `mental_share` is the part of mental health among visits that name a stream, (medical, mental health), None unless
    both come. `notes` say which stream has what of all streams together.
    """

    parts: StreamParts
    everyone: _Found
    by_stream: Mapping[str, _Found]
    mental_share: Shares | None
    notes: tuple[str, ...] = ()

    @property
    def written(self) -> Mapping[str, _Found]:
        """Whose weekdays and levels are written for which stream."""
        return self.by_stream or {MEDICAL: self.everyone}

    def has_own_hours(self, stream: str) -> bool:
        """Whether the stream's hours are not those of all visits."""
        return stream in self.by_stream and self.by_stream[stream].hour_of_day is not self.everyone.hour_of_day


WeekByStream = SharesByStream[DemandEstimates]
"""Of a file with weekdays."""
DayByStream = SharesByStream[PartialEstimates]
"""Of a file without weekdays."""


def estimate_week(frame: pd.DataFrame, uncovered_hours: np.ndarray | None = None) -> WeekByStream:
    """Of a table with weekdays; `uncovered_hours` (datetime64[h]) are those that the file does not cover."""
    parts = stream_parts(frame)
    everyone = estimate_demand(frame, uncovered_hours=uncovered_hours)
    notes: list[str] = []
    found: dict[str, DemandEstimates] = {}
    for stream, part in stream_parts(frame[[name for name in _USED if name in frame.columns]]).by_stream.items():
        timed = with_weekday_and_time(part)
        is_alone = parts.only is not None
        if is_alone or (len(timed) >= _FEWEST and timed["weekday"].nunique() == 7):
            found[stream] = estimate_demand(part, whole=frame, uncovered_hours=uncovered_hours)
        else:
            found[stream] = everyone
            notes.append(_pooled(stream, "hours and weekdays", f"{len(timed):,} arrivals"))
        found[stream] = replace(found[stream], acuity=_acuity(stream, part, everyone.acuity, is_alone, notes))
    return SharesByStream(parts, everyone, found, mental_share(parts), tuple(notes))


def with_weekdays_of(week: WeekByStream, rates: Mapping[str, ArrivalRates]) -> WeekByStream:
    """The same with weekdays of the model of days where a stream has rates: their errors allow for busy weeks."""
    if week.parts.is_pooled:
        return replace(week, everyone=_weekdays_replaced(week.everyone, rates.get(MEDICAL)))
    own = {
        stream: _weekdays_replaced(each, rates.get(stream) if week.has_own_hours(stream) else None)
        for stream, each in week.by_stream.items()
    }
    return replace(week, by_stream=own)


def _weekdays_replaced(found: DemandEstimates, rates: ArrivalRates | None) -> DemandEstimates:
    if rates is None:
        return found
    index = rates.weekday
    return replace(
        found, weekday=replace(found.weekday, share=index.value / 7, standard_error=index.standard_error / 7)
    )


def estimate_day(frame: pd.DataFrame) -> DayByStream:
    """Of a table without weekdays."""
    parts = stream_parts(frame)
    everyone = estimate_without_weekdays(frame)
    notes: list[str] = []
    found: dict[str, PartialEstimates] = {}
    for stream, part in parts.by_stream.items():
        own, is_alone = estimate_without_weekdays(part), parts.only is not None
        hours, n = own.hour_of_day, 0 if own.hour_of_day is None else own.hour_of_day.n
        if everyone.hour_of_day is not None and n < _FEWEST and not is_alone:
            hours = everyone.hour_of_day
            notes.append(_pooled(stream, "hours", f"{n:,} arrivals"))
        found[stream] = PartialEstimates(hours, _acuity(stream, part, everyone.acuity, is_alone, notes))
    return SharesByStream(parts, everyone, found, mental_share(parts), tuple(notes))


def _acuity(stream: str, part: pd.DataFrame, of_all: Shares | None, is_alone: bool, notes: list[str]) -> Shares | None:
    own = estimate_without_weekdays(part).acuity
    n = 0 if own is None else own.n
    if of_all is None or n >= _FEWEST or is_alone:
        return own
    notes.append(_pooled(stream, "the acuity mix", f"{n:,} levels"))
    return of_all


def _pooled(stream: str, what: str, few: str) -> str:
    return f"{stream}: {few}, under {_FEWEST}: {what} pooled, those of all visits are taken."


def mental_share(parts: StreamParts) -> Shares | None:
    """Parts of medical and mental health among visits that name a stream; None unless both come."""
    if len(parts.by_stream) < len(STREAMS):
        return None
    is_mental = (parts.named["stream"] == MENTAL_HEALTH).to_numpy().astype(np.int64)
    return shares_of_visits(is_mental, 2, parts.named)
