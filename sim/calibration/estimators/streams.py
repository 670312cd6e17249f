"""The streams of a visits file: the parts that are estimated apart, and how many visits name no stream.

A file that names streams is never estimated together and written for one of them; one that names none is pooled, and
says so. The words are the department's, `medical` and `mental_health`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import pandas as pd

from sim.department.arrivals import MEDICAL, MENTAL_HEALTH

STREAMS: Final = (MEDICAL, MENTAL_HEALTH)
EVERY_STREAM: Final = ""
"""The stream of what is estimated from all visits for all streams."""
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class StreamParts:
    """Visits by stream.

    `by_stream` holds the streams that have visits, `named` the visits of all of them; of a file that names no stream
    `by_stream` is empty and `named` every visit. `n_unnamed` visits name none where others do; `scale` is all visits
    with a date over those that name a stream, by which a volume of these alone is too small.
    """

    by_stream: Mapping[str, pd.DataFrame]
    named: pd.DataFrame
    n_unnamed: int
    scale: float

    @property
    def is_pooled(self) -> bool:
        return not self.by_stream

    @property
    def only(self) -> str | None:
        """The stream of a file that has one alone."""
        return next(iter(self.by_stream)) if len(self.by_stream) == 1 else None

    def first_line(self) -> str:
        """What the estimates are estimates of."""
        if self.is_pooled:
            return (
                "pooled: the file names no streams; what it tells of hours and volume is of all visits, of which "
                "mental health keeps its share and its hours of demand=default; what it tells of weekdays, acuity, "
                "months, ages, modes and returns is written for medical, mental health keeping its own; what it tells "
                "of admission, patience and minutes of steps is written for both"
            )
        if self.only is not None:
            other = next(stream for stream in STREAMS if stream != self.only)
            return (
                f"{self.only} alone: every visit that names a stream is of {self.only}, and it alone is estimated; "
                f"{other} keeps all of its own, its volume and hours of demand=default among them"
            )
        counts = " and ".join(f"{len(part):,} of {stream}" for stream, part in self.by_stream.items())
        return f"by stream: {counts}; each is estimated from its own visits"

    def lines(self) -> tuple[str, ...]:
        """The first line, and what was done about visits without a stream."""
        if not self.n_unnamed:
            return (self.first_line(),)
        n = self.n_unnamed + len(self.named)
        volume = f"; the volume is theirs too: times {self.scale:.4f}, as if they were shared out like the others"
        return (
            self.first_line(),
            f"{self.n_unnamed:,} of {n:,} visits ({100.0 * self.n_unnamed / n:.1f} %) name no stream and are left out "
            f"of what is estimated by stream{volume if self.scale > 1.0 else ''}",
        )


def stream_parts(frame: pd.DataFrame) -> StreamParts:
    """The table by stream."""
    found = {stream: frame[frame["stream"] == stream] for stream in STREAMS}
    found = {stream: part for stream, part in found.items() if len(part)}
    named = frame[frame["stream"].isin(STREAMS)] if found else frame
    n_dated = int(named["arrival"].notna().sum())
    scale = int(frame["arrival"].notna().sum()) / n_dated if n_dated else 1.0
    return StreamParts(found, named, len(frame) - len(named), scale)


def name_of(stream: str) -> str:
    """As a note begins."""
    return stream or "all streams"


def of_stream(found: Mapping[str, _Found], stream: str) -> _Found | None:
    """What was estimated for a stream, or else for all; None if neither was."""
    return found.get(stream, found.get(EVERY_STREAM))


def estimate_by_stream(
    parts: StreamParts,
    what: str,
    estimate: Callable[[str, pd.DataFrame, list[str]], _Found | None],
    notes: list[str],
    *,
    may_pool: Callable[[pd.DataFrame], bool] = lambda _: True,
    of_all: str = EVERY_STREAM,
) -> dict[str, _Found]:
    """The estimate of each stream that has one; of a pooled file that of all visits, under the name `of_all`.

    A stream that is too thin for its own has that of all streams together where `may_pool` says so of its visits; that
    is noted by name.
    """
    streams = parts.by_stream or {of_all: parts.named}
    found: dict[str, _Found] = {}
    for stream, part in streams.items():
        mine: list[str] = []
        own = estimate(stream, part, mine)
        if own is None and len(streams) > 1 and may_pool(part):
            own = estimate(EVERY_STREAM, parts.named, [])
            if own is not None:
                why = f" ({mine[-1].removeprefix(f'{stream}: ')})" if mine else ""
                mine = [f"{stream}: too few visits for {what} of its own{why}: pooled, that of all streams is taken"]
        if own is not None:
            found[stream] = own
        notes += mine
    return found
