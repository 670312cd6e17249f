"""The streams of a visits file: the parts that are estimated apart, and how many visits name no stream.

A file that names streams is never estimated together and written for one of them; one that names none is pooled, and
says so. The words are the department's, `medical` and `mental_health`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.statistics.arrays import BoolArray

STREAMS: Final = (MEDICAL, MENTAL_HEALTH)
EVERY_STREAM: Final = ""
"""The stream of what is estimated from all visits for all streams."""
_Found = TypeVar("_Found")


class _PartsOnDemand(Mapping[str, pd.DataFrame]):
    """Parts of a table, each taken out when it is asked for, so that none lies in memory beside the whole."""

    def __init__(self, frame: pd.DataFrame, rows: Mapping[str, BoolArray]) -> None:
        self.frame, self.rows = frame, rows

    def __getitem__(self, stream: str) -> pd.DataFrame:
        rows = self.rows[stream]
        return self.frame if rows.all() else self.frame[rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class StreamParts:
    """Visits by stream: the table, and which of its rows are of each stream that has visits; none of a pooled file."""

    frame: pd.DataFrame
    rows: Mapping[str, BoolArray]

    @property
    def by_stream(self) -> Mapping[str, pd.DataFrame]:
        """The visits of each stream that has any; empty where the file names no stream."""
        return _PartsOnDemand(self.frame, self.rows)

    def with_columns(self, *names: str) -> "StreamParts":
        """The same visits with these columns alone, so that no more is copied with a part."""
        return replace(self, frame=self.frame[[name for name in ("stream", *names) if name in self.frame.columns]])

    @property
    def named(self) -> pd.DataFrame:
        """The visits of all streams; of a file that names no stream every visit."""
        return self.frame if not self.n_unnamed else self.frame[self.frame["stream"].isin(STREAMS)]

    @property
    def n_named(self) -> int:
        """How many visits that are."""
        return sum(int(rows.sum()) for rows in self.rows.values()) if self.rows else len(self.frame)

    @property
    def n_unnamed(self) -> int:
        """Visits that name no stream where others do."""
        return len(self.frame) - self.n_named

    @property
    def is_pooled(self) -> bool:
        return not self.rows

    @property
    def only(self) -> str | None:
        """The stream of a file that has one alone."""
        return next(iter(self.rows)) if len(self.rows) == 1 else None

    @property
    def scale(self) -> float:
        """All visits with a date over those that name a stream: by it a volume is too small that counts these alone."""
        if not self.n_unnamed:
            return 1.0
        dated = self.frame["arrival"].notna().to_numpy()
        n_named = sum(int((rows & dated).sum()) for rows in self.rows.values())
        return int(dated.sum()) / n_named if n_named else 1.0

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
        counts = " and ".join(f"{int(rows.sum()):,} of {stream}" for stream, rows in self.rows.items())
        return f"by stream: {counts}; each is estimated from its own visits"

    def lines(self) -> tuple[str, ...]:
        """The first line, and what was done about visits without a stream."""
        if not self.n_unnamed:
            return (self.first_line(),)
        n = len(self.frame)
        volume = f"; the volume is theirs too: times {self.scale:.4f}, as if they were shared out like the others"
        return (
            self.first_line(),
            f"{self.n_unnamed:,} of {n:,} visits ({100.0 * self.n_unnamed / n:.1f} %) name no stream and are left out "
            f"of what is estimated by stream{volume if self.scale > 1.0 else ''}",
        )


def stream_parts(frame: pd.DataFrame) -> StreamParts:
    """The table by stream."""
    found = {stream: (frame["stream"] == stream).to_numpy(np.bool_) for stream in STREAMS}
    return StreamParts(frame, {stream: rows for stream, rows in found.items() if rows.any()})


def name_of(stream: str) -> str:
    """As a note begins."""
    return stream or "all streams"


def of_stream(found: Mapping[str, _Found], stream: str) -> _Found | None:
    """What was estimated for a stream, or else for all; None if neither was."""
    return found.get(stream, found.get(EVERY_STREAM))


def estimate_by_stream(
    parts: StreamParts,
    what: str,
    estimate: Callable[[pd.DataFrame, list[str]], _Found | None],
    notes: list[str],
    *,
    may_pool: Callable[[pd.DataFrame], bool] = lambda _: True,
    of_all: str = EVERY_STREAM,
) -> dict[str, _Found]:
    """The estimate of each stream that has one; of a pooled file that of all visits, under the name `of_all`.

    `estimate` is given visits and notes on them, which are kept under the name of the stream. A stream that is too thin
    for its own has that of all streams together where `may_pool` says so of its visits; that is noted.
    """
    streams = parts.by_stream or {of_all: parts.named}
    found: dict[str, _Found] = {}
    for stream, part in streams.items():
        mine: list[str] = []
        own = estimate(part, mine)
        if own is None and len(streams) > 1 and may_pool(part):
            own = estimate(parts.named, [])
            if own is not None:
                why = f" ({mine[-1]})" if mine else ""
                mine = [f"too few visits for {what} of its own{why}: pooled, that of all streams is taken"]
        if own is not None:
            found[stream] = own
        notes += [f"{name_of(stream)}: {note}" for note in mine]
    return found
