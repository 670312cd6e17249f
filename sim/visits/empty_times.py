"""Hours of the day and days of the file with nobody: refused where chance would not leave them, else noted.

They are the file's, and then it says so, or of our own making, where arrivals were set to missing.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.visits.column_map import columns_of
from sim.visits.data_quality import DataFinding, note
from sim.visits.visits_query import VisitsQuery

_FEWEST_TIMED: Final = 100
_EMPTY_RUN, _EMPTY_HOURS = 8, 12
"""Hours of the day with nobody, in one run round midnight, and in all."""
_QUIET: Final = 0.25
"""Of the usual rate: nights, seasons and feasts are quieter, not that quiet."""
_SURE: Final = 14.0
"""Expected visits a run must have missed, with ln(visits) for the many runs looked at: a chance of one in a million."""
_OWN_MAKING: Final = 0.3
"""Arrivals set to missing, as a part of those expected where nobody came, from which they are taken for the cause."""
_MOST_MASKED: Final = 0.05
"""Of all arrivals: with more of them set to missing the volume is too low by more than its error."""
_OVERDISPERSED: Final = 1.5
_FEWEST_EMPTY: Final = 5
_LISTED: Final = 12
_N_DATES: Final = 5
_BUSY_DAY: Final = 8
_HARDLY_ANY: Final = 0.25
_HOURS_A_DAY: Final = 24


def empty_times(query: VisitsQuery) -> Iterator[DataFinding]:
    """Empty hours of the day, then empty days."""
    yield from _empty_hours(query)
    if query.is_dated:
        days, counts = _counted_days(query)
        yield from _empty_days(query, days, counts)
        if counts.any() and query.column_map.resolution != "day":
            yield from _noted_days(query, days, counts)


def _masked(query: VisitsQuery, field: str) -> int:
    """Rows whose arrival was set to missing as untrue."""
    columns = {query.origin[name] for name in ("arrival", "minute_of_day", "weekday", "month") if query.knows(name)}
    columns |= set(columns_of(query.column_map.arrival))
    faults = " OR ".join(query.faults_of(*columns)) or "false"
    return int(query.numbers(f"SELECT count(*) FROM {query.row_table} WHERE ({faults}) AND f_{field} IS NULL")[0])


def _runs(empty: np.ndarray) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], empty, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


# --- hours of the day ---


def _empty_hours(query: VisitsQuery) -> Iterator[DataFinding]:
    """Hours of the day with nobody: a clock misread, a date without a time, or a department that closes."""
    if not query.knows("minute_of_day") or query.is_refused(query.origin["minute_of_day"]):
        return
    found = query.connection.execute(
        "SELECT floor(f_minute_of_day / 60)::INTEGER % 24, count(*) FROM visits WHERE f_minute_of_day >= 0 GROUP BY 1"
    ).fetchall()
    by_hour = np.zeros(24, dtype=np.int64)
    for hour, count in found:
        by_hour[int(hour)] = count
    n, empty = int(by_hour.sum()), by_hour == 0
    if n == 0 or not empty.any():
        return
    start, end = max(_runs(np.tile(empty, 2)), key=lambda run: run[1] - run[0])  # twice, for a run past midnight
    length = end - start
    column, masked = query.origin["minute_of_day"], _masked(query, "minute_of_day")
    named = f"{start:02d}:00 to {(start + length) % 24:02d}:00"
    missed = length * n / 24.0
    if masked >= _OWN_MAKING * missed and _QUIET * missed > _SURE + np.log(n):
        kind = f"nobody came from {named}, and {masked:,} arrivals were set to missing: what is empty is made by that"
        yield _masked_finding(query, column, kind, masked)
    elif n >= _FEWEST_TIMED and (length >= _EMPTY_RUN or int(empty.sum()) >= _EMPTY_HOURS):
        likely, remedy = _likely_cause(query, by_hour)
        kind = f"nobody of {n:,} came in {int(empty.sum())} hours of the day ({named}): {likely}"
        yield query.broken("empty_hours", column, kind, remedy)


def _likely_cause(query: VisitsQuery, by_hour: np.ndarray) -> tuple[str, str]:
    """What most likely left hours empty, and what to do about it."""
    (midnight,) = query.numbers("SELECT count(*) FROM visits WHERE f_minute_of_day = 0")
    if midnight == by_hour.sum():
        return "all are at 00:00, so dates without a time", "name the column of the time of day, or count by day"
    if by_hour[1:13].any() and not by_hour[13:].any():
        remedy = "export hours from 0 to 23, or name AM and PM in the pattern (%I and %p)"
        return "a 12-hour clock without AM and PM, it seems", remedy
    return "a department that closes, or a clock misread", "correct the times"


# --- days ---


@dataclass(frozen=True)
class _EmptyRun:
    """Days in a row with nobody, both ends in; those that the map excludes are passed over."""

    first: datetime.date
    last: datetime.date
    n_days: int

    def text(self) -> str:
        """As `exclude` has it."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


def _counted_days(query: VisitsQuery) -> tuple[np.ndarray, np.ndarray]:
    """Every day from the first to the last arrival that the file covers, and the arrivals on it."""
    found = query.connection.execute(
        "SELECT f_arrival::DATE, count(*) FROM visits WHERE f_arrival IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if not found:
        return np.empty(0, "datetime64[D]"), np.empty(0, np.int64)
    seen = np.array([row[0] for row in found], dtype="datetime64[D]")
    days = np.arange(seen[0], seen[-1] + 1)
    counts = np.zeros(len(days), dtype=np.int64)
    counts[(seen - seen[0]).astype(np.int64)] = [row[1] for row in found]
    left_out, n_hours = np.unique(query.uncovered_hours.astype("datetime64[D]"), return_counts=True)
    covered = ~np.isin(days, left_out[n_hours == _HOURS_A_DAY])
    return days[covered], counts[covered]


def _improbable(runs: Sequence[_EmptyRun], counts: np.ndarray) -> list[_EmptyRun]:
    """Runs that visits at a quarter of the usual rate would hardly ever leave. The run itself does not lower it."""
    n, n_days = int(counts.sum()), len(counts)
    return [run for run in runs if _QUIET * run.n_days * n / max(n_days - run.n_days, 1) > _SURE + np.log(max(n, 1))]


def _empty_days(query: VisitsQuery, days: np.ndarray, counts: np.ndarray) -> Iterator[DataFinding]:
    """Days with nobody, beyond chance: of our own making, or not in the file."""
    runs = [_EmptyRun(days[a].item(), days[b - 1].item(), b - a) for a, b in _runs(counts == 0)]
    column, masked = query.origin["arrival"], _masked(query, "arrival")
    n_all = int(counts.sum()) + masked
    found = _improbable(runs, counts)
    looked_at = found or runs
    n_empty = sum(run.n_days for run in looked_at)
    rate = n_all / max(len(counts), 1)
    if n_empty and masked >= _OWN_MAKING * n_empty * rate and (found or _are_too_many(n_empty, len(counts), rate)):
        kind = f"{n_empty:,} days without a visit, and {masked:,} arrivals were set to missing: they are made by that"
        yield _masked_finding(query, column, kind, masked)
    elif n_all >= _FEWEST_TIMED and masked > _MOST_MASKED * n_all:
        kind = f"{masked:,} of {n_all:,} arrivals were set to missing: each day is short of them, and so is the volume"
        yield _masked_finding(query, column, kind, masked)
    elif found:
        listed = ", ".join(run.text() for run in found[:_LISTED]) + (", ..." if len(found) > _LISTED else "")
        kind = f"{n_empty:,} days without a visit, which chance would not leave: they are not in the file, it seems"
        yield query.broken("empty_days", column, kind, f"leave them out with `exclude: [{listed}]`")


def _noted_days(query: VisitsQuery, days: np.ndarray, counts: np.ndarray) -> Iterator[DataFinding]:
    """Days with no visit, or hardly any."""
    column, gaps = query.origin["arrival"], [days[start] for start, _ in _runs(counts == 0)]
    if gaps:
        listed = ", ".join(map(str, gaps[:_N_DATES]))
        period = f"of the {len(days):,} days from {days[0]} to {days[-1]}"
        kind = f"{int((counts == 0).sum()):,} {period} have no visit (gaps begin {listed})"
        yield note(column, kind, "counted as really empty; name them under `exclude` if they are not in the file")
    median = float(np.median(counts[counts > 0]))
    few = days[(counts > 0) & (counts < _HARDLY_ANY * median)]
    if median >= _BUSY_DAY and few.size:
        listed = ", ".join(map(str, few[:_N_DATES]))
        kind = f"{few.size:,} days with under a quarter of the usual {median:g} visits ({listed})"
        yield note(column, kind, "kept; the first and the last day of a file are often cut")


def _are_too_many(n_empty: int, n_days: int, rate: float) -> bool:
    """Whether there are many more empty days than visits at this rate a day leave."""
    return n_empty > 3.0 * n_days * float(np.exp(-rate / _OVERDISPERSED)) + _FEWEST_EMPTY


def _masked_finding(query: VisitsQuery, column: str, kind: str, masked: int) -> DataFinding:
    remedy = "correct the times or give `time_format` every pattern they have; `tolerated_share` does not mend it"
    return query.broken("masked_days", column, kind, remedy, masked)
