"""Notes on a visits file as a whole: rounded times, midnights, long waits, repeated instants, clock changes.

No value becomes missing here.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.visits.column_map import END_OF_MINUTES, TIME_FIELDS
from sim.visits.data_quality import DataFinding, note
from sim.visits.visits_query import VisitsQuery

_FEWEST: Final = 100
"""Values needed before a share says anything."""
_MARGIN: Final = 4.0
"""Standard errors by which a share must exceed what is expected."""
_HEAP: Final = 0.05
_REPEATED_TIMES: Final = 1.5
_REPEATED: Final = 0.02
_MIDNIGHT_TIMES: Final = 3.0
_FEWEST_AT_MIDNIGHT: Final = 10
_LONG_WAIT_HOURS: Final = 24
_SHORT_FILE_DAYS: Final = 14

_FIRST_OF_CLOCKS, _LAST_OF_CLOCKS = datetime.datetime(1900, 1, 1), datetime.datetime(2199, 12, 31)
"""Clock changes are looked for between these: 9999-12-31, a date for unknown, is past what is known of them."""
_CLOCKS: Final = ("arrival", *TIME_FIELDS)


def table_findings(query: VisitsQuery) -> list[DataFinding]:
    """Every note about the whole, in the order in which a reader needs it."""
    is_counted, resolution = query.column_map.counts is not None, query.column_map.resolution
    notes = [] if is_counted else [*_heaps(query), *_midnight(query), *_long_waits(query)]
    if resolution != "day" and query.is_dated:
        notes += [*_repeated_instants(query), *_clock_changes(query)]
    return notes


def _is_given(query: VisitsQuery, field: str) -> bool:
    """Whether the file gives a field itself, rather than times it is derived from."""
    return query.knows(field) and query.origin[field] not in [query.origin.get(clock) for clock in _CLOCKS]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _heaps(query: VisitsQuery) -> Iterator[DataFinding]:
    """Times and durations written in round minutes more often than they can happen; not arrivals told by the hour."""
    by_minute = [each for each in _CLOCKS if each != "arrival" or query.column_map.resolution == "minute"]
    clocks = [(field, f"(epoch_us(f_{field}) / 60e6)") for field in by_minute if field in query.origin]
    if query.column_map.resolution == "minute" and "arrival" not in query.origin and query.knows("minute_of_day"):
        clocks.append(("minute_of_day", "f_minute_of_day"))
    minutes = [(field, f"f_{field}") for field in END_OF_MINUTES if _is_given(query, field)]
    for field, value in (*clocks, *minutes):
        n, fives, hours = query.numbers(
            "SELECT count(v), count(*) FILTER (v % 5 = 0), count(*) FILTER (v % 60 = 0) FROM "
            f"(SELECT {value} AS v FROM visits WHERE f_{field} IS NOT NULL) WHERE v <> 0",
        )
        if n >= _FEWEST and fives / n > 0.2 + max(_HEAP, _MARGIN * (0.16 / n) ** 0.5):
            shares = f"{_percent(fives / n)} are whole fives of minutes (20 % expected)"
            shares += f", {_percent(hours / n)} full hours (1.7 %)"
            remedy = "rounded by hand: what is finer than five minutes is not in the file"
            yield note(query.origin[field], f"a heap on round minutes: {shares}", remedy, int(fives))


def _midnight(query: VisitsQuery) -> Iterator[DataFinding]:
    """Times that were not known are often written as midnight."""
    for field in ("minute_of_day", *_CLOCKS[1:]):
        if field not in query.origin:
            continue
        minute = "f_minute_of_day" if field == "minute_of_day" else f"((epoch_us(f_{field}) / 60e6) % 1440)"
        at, other_hours = query.numbers(
            "SELECT count(*) FILTER (v = 0), count(*) FILTER (v % 60 = 0 AND v <> 0) / 23.0 FROM "
            f"(SELECT {minute} AS v FROM visits WHERE f_{field} IS NOT NULL)",
        )
        if at >= _FEWEST_AT_MIDNIGHT and at > _MIDNIGHT_TIMES * (other_hours + 1.0):
            kind = f"exactly at midnight, {other_hours:.1f} on another full hour"
            yield note(query.origin[field], kind, "see whether midnight stands for a time not known", int(at))


def _long_waits(query: VisitsQuery) -> Iterator[DataFinding]:
    """Waits that are possible and hard to believe."""
    if query.knows("wait_minutes"):
        too_long = f"f_wait_minutes > {60 * _LONG_WAIT_HOURS}"
        (n,) = query.numbers(f"SELECT count(*) FROM visits WHERE {too_long}")
        if n:
            kind = f"waits over {_LONG_WAIT_HOURS} hours"
            query.list_where(query.origin["wait_minutes"], too_long, kind)
            yield note(query.origin["wait_minutes"], kind, "kept; see whether they are true", int(n))


def _repeated_instants(query: VisitsQuery) -> Iterator[DataFinding]:
    """Arrivals that share their instant with another, beside what chance would give within each hour."""
    if query.column_map.resolution != "minute":
        return
    (seconds,) = query.numbers("SELECT count(*) FROM visits WHERE second(f_arrival) <> 0")
    instants = 3600.0 if seconds else 60.0
    n, shared, expected = query.numbers(
        "WITH a AS (SELECT f_arrival AS t FROM visits WHERE f_arrival IS NOT NULL), "
        "same AS (SELECT t, count(*) AS k FROM a GROUP BY t), "
        "hours AS (SELECT date_trunc('hour', t) AS h, sum(k) AS k FROM same GROUP BY 1) "
        "SELECT (SELECT count(*) FROM a), (SELECT sum(k) FROM same WHERE k > 1), "
        f"(SELECT sum(k * (1 - power(1 - 1 / {instants}, k - 1))) FROM hours)",
    )
    if n >= _FEWEST and shared / n > _REPEATED_TIMES * expected / n + _REPEATED:
        kind = f"arrivals at the instant of another, {expected:,.0f} expected of chance"
        remedy = "kept; arrivals in batches or copied rows make hourly counts uneven: do not trust the dispersion"
        yield note(query.origin["arrival"], kind, remedy, int(shared))


# --- clock changes ---


@dataclass(frozen=True)
class ClockChange:
    """Local clock times between which the clock jumped: `forward` from `start` to `end`, or back from `end`."""

    start: datetime.datetime
    end: datetime.datetime
    forward: bool


def changes_between(zone: str, first: datetime.datetime, last: datetime.datetime) -> list[ClockChange]:
    """Every change of the zone's offset from UTC between two local times."""
    day = datetime.timedelta(days=1)
    first, last = max(first, _FIRST_OF_CLOCKS), min(last, _LAST_OF_CLOCKS)
    instants = pd.date_range((first - day).date(), last + day, freq="15min", tz="UTC")
    universal, local = instants.tz_localize(None), instants.tz_convert(zone).tz_localize(None)
    offset = local - universal
    found = []
    for place in np.flatnonzero(offset[1:] != offset[:-1]).tolist():
        before, after = universal[place + 1] + offset[place], local[place + 1]
        change = ClockChange(min(before, after), max(before, after), after > before)
        if first <= change.end and change.start <= last:
            found.append(change)
    return found


def _clock_changes(query: VisitsQuery) -> Iterator[DataFinding]:
    """Visits in the hour that was not and in the hour that came twice, beside what is usual in that hour."""
    column, zone = query.origin["arrival"], query.column_map.time_zone
    first, last = query.connection.execute("SELECT min(f_arrival), max(f_arrival) FROM visits").fetchone() or ()
    if first is None:
        return
    if zone is not None:
        yield from (_change_finding(query, change, column) for change in changes_between(zone, first, last))
    elif last.date() - first.date() >= datetime.timedelta(days=_SHORT_FILE_DAYS):
        yield note(column, "clock changes were not looked for", "set `time_zone` in the column map, as America/Toronto")


def _change_finding(query: VisitsQuery, change: ClockChange, column: str) -> DataFinding:
    """What the file shows of one clock change."""
    between = f"f_arrival >= TIMESTAMP '{change.start}' AND f_arrival < TIMESTAMP '{change.end}'"
    (inside,) = query.numbers(f"SELECT count(*) FROM visits WHERE {between}")
    usual = _usual_arrivals(query, change)
    when = f"{change.start:%Y-%m-%d}"
    counted = f"{inside:g} arrivals between {change.start:%H:%M} and {change.end:%H:%M}"
    crossing = _stays_across(query, change)
    too_much = "long" if change.forward else "short"
    across = f"; {crossing:,.0f} stays across it look an hour too {too_much}" if crossing else ""
    if change.forward:
        kind = f"the clock went forward on {when}: {counted}, which were not ({usual:.1f} usual)"
        remedy = "correct them" if inside else "as it should be"
        query.list_where(column, between, "an arrival in the hour that the clock left out")
    else:
        kind = f"the clock went back on {when}: {counted}, which came twice ({usual:.1f} usual)"
        remedy = "kept; the hour counts as one"
    return note(column, kind + across, remedy, int(inside))


def _usual_arrivals(query: VisitsQuery, change: ClockChange) -> float:
    """Arrivals at these hours of the same weekday in the weeks within the file, the week of the change left out."""
    day = change.start.date()
    (mean,) = query.numbers(
        "WITH span AS (SELECT min(f_arrival)::DATE AS a, max(f_arrival)::DATE AS b FROM visits), "
        f"days AS (SELECT unnest(generate_series(a, b, INTERVAL 1 DAY))::DATE AS day FROM span), "
        f"alike AS (SELECT day FROM days WHERE isodow(day) = {day.isoweekday()} AND day <> DATE '{day}') "
        "SELECT (SELECT count(*) FROM visits WHERE f_arrival::DATE IN (SELECT day FROM alike) AND "
        f"f_arrival::TIME >= TIME '{change.start.time()}' AND f_arrival::TIME < TIME '{change.end.time()}')"
        " / nullif((SELECT count(*) FROM alike), 0)",
    )
    return mean


def _stays_across(query: VisitsQuery, change: ClockChange) -> float:
    if "departure_time" not in query.origin:
        return 0.0
    (n,) = query.numbers(
        f"SELECT count(*) FROM visits WHERE f_arrival < TIMESTAMP '{change.start}' "
        f"AND f_departure_time >= TIMESTAMP '{change.end}'",
    )
    return n
