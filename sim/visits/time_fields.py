"""Times of a visit, added to the query: clock times in one column or two, and the arrival from its parts.

Dates that cannot be meant are faults: those that stand for a time not known, and arrivals far from all others.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.io.calendar_days import WEEKDAY_NAMES
from sim.visits import cell_text
from sim.visits import column_map as maps
from sim.visits.column_map import DateAndTime, LeftOut, TimeColumns, WeekdayCode
from sim.visits.number_and_word_fields import add_number
from sim.visits.visits_query import NOT_A_TIME, VisitsQuery

_TWO_WAYS: Final = "can be read in two ways"
_FEWEST_HOURS: Final = 8
_FEWEST_DIFFERENT: Final = 3
_SHARE_OF_HOURS: Final = 0.9
"""Of the values of a time of day, and how many different ones, that may be the first 24 minutes of a day by chance."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_NOT_KNOWN: Final = (
    "1900-01-01", "1900-01-02", "1901-01-01", "1904-01-01", "1960-01-01", "1970-01-01", "2079-06-06", "2099-12-31",
    "2222-02-22", "2999-12-31",
)  # fmt: skip
"""Dates that programs and people write for a time not known: zeros of calendars, and the last date of a field."""
_NOT_KNOWN_YEARS: Final = (1, 1753, 1899, 8888, 9998, 9999)
"""Years of which any date is one. 1753 and 1899 are the first of SQL Server and of spreadsheets."""
_OF_SHIFTED_DATES: Final = frozenset({"1900-01-01", "1900-01-02", "2999-12-31"})
"""Those that a date moved by years may not be by chance: such files lie between 1970 and 2250."""
_MOST_OFFSET: Final = "INTERVAL 14 HOUR"
"""By which the local date may differ from the one written."""

_FEWEST_DATED: Final = 20
"""Dated arrivals needed before one can be far from the others."""
_FAR_SHARE: Final = 0.05
"""Of the rows that may lie far from the others and be taken for mistyped; beyond the tolerated share they refuse the
file, with their rows."""
_GAP_CHANCE: Final = 1e-6
"""Chance of a gap among visits at the file's own rate below which dates are taken for mistyped."""
_LONGEST_GAP_TIMES: Final = 3.0
"""Times the longest gap among the others: nights and weekends without visits are no sign of a slip."""
_SHORTEST_GAP: Final = np.timedelta64(2, "D")


def add_time(query: VisitsQuery, name: str, time: TimeColumns, patterns: tuple[str, ...] = ()) -> None:
    """Local clock times of the columns, which the file has, by `patterns` (strptime) or the map's `time_format`."""
    if isinstance(time, DateAndTime):
        _add_date_and_time(query, name, time)
    else:
        _add_clock_time(query, name, time, patterns or query.column_map.time_format)
        _check_dates(query, name)


def _add_clock_time(query: VisitsQuery, name: str, column: str, patterns: tuple[str, ...]) -> None:
    """Times in one column: a text has to fit one pattern, or several that say the same."""
    zone, text = query.column_map.time_zone, query.text(column)
    mistakes = [cell_text.pattern_mistake(query.connection, pattern) for pattern in patterns]
    for mistake in filter(None, mistakes):
        query.error(column, *mistake)
    patterns = tuple(each for each, mistake in zip(patterns, mistakes, strict=True) if mistake is None)
    if any(mistakes) and not patterns:
        query.add_field(name, column, "NULL::TIMESTAMP")
        return
    read = cell_text.readings(text, patterns, zone)
    query.add_field(name, column, read[0] if len(read) == 1 else f"least({', '.join(read)})")
    unreadable = f"{text} IS NOT NULL AND f_{name} IS NULL"
    if zone is None and (not patterns or any(map(cell_text.is_instant, patterns))):
        remedy = "write local clock time without it, or set `time_zone` in the column map"
        with_offset = f"CASE WHEN {unreadable} THEN {cell_text.matches(text, cell_text.UTC_OFFSET)} END"
        has_offset = query.fault(column, with_offset, "a time with a UTC offset", remedy, selective=True)
        unreadable += f" AND NOT {has_offset}"
    unreadable = query.unless_formula(column, unreadable)
    remedy = f"write it as {' or '.join(patterns) or 'YYYY-MM-DD HH:MM'}"
    query.fault(column, unreadable, NOT_A_TIME, remedy, selective=True)
    if len(read) > 1:
        remedy = f"leave one of {', '.join(patterns)} in `time_format`, or write all in one way"
        query.fault_of_field(name, f"greatest({', '.join(read)}) <> f_{name}", _TWO_WAYS, remedy, selective=True)


def _add_date_and_time(query: VisitsQuery, name: str, time: DateAndTime) -> None:
    """One time from the columns of its date and its time of day."""
    remedy = "give HHMM or HH:MM; the hour alone is read for the arrival only"
    _add_time_of_day(query, f"minute_{name}", time.time, remedy)
    del query.origin[f"minute_{name}"]
    join_date_and_minute(query, name, time.date, f"f_minute_{name}", time.time)


def join_date_and_minute(query: VisitsQuery, name: str, date: str, minute: str, origin: str) -> None:
    """A time from the column of its date and the SQL of its minute of the day."""
    _add_clock_time(query, f"day_{name}", date, query.column_map.time_format)
    del query.origin[f"day_{name}"]
    minutes = f"to_microseconds(({minute} * 60e6)::BIGINT)"
    query.add_field(name, origin, f"date_trunc('day', f_day_{name}) + {minutes}")
    _check_dates(query, name)


# --- arrival ---


def add_arrival(query: VisitsQuery) -> None:
    """The arrival of each visit, or what is given of it: its weekday, year, month and time of day."""
    arrival = query.column_map.arrival
    if isinstance(arrival, maps.PartsArrival):
        _add_arrival_from_parts(query, arrival)
        return
    column, patterns = "arrival", query.column_map.time_format
    if isinstance(arrival, maps.TimestampArrival):
        column, patterns = arrival.column, arrival.format
    if arrival is not None and query.has(column):
        add_time(query, "arrival", column, patterns)
        _check_isolated_arrivals(query)
        add_parts_of_arrival(query, column)


def add_parts_of_arrival(query: VisitsQuery, column: str) -> None:
    """Weekday, year, month and time of day of a full arrival time; of a shifted date the time of day alone."""
    if query.column_map.calendar == "real":
        query.add_field("weekday", column, "(isodow(f_arrival) - 1)::DOUBLE")
        query.add_field("year", column, "year(f_arrival)::DOUBLE")
        query.add_field("month", column, "month(f_arrival)::DOUBLE")
    query.add_field("minute_of_day", column, cell_text.minutes_apart("date_trunc('day', f_arrival)", "f_arrival"))
    _note_missing_arrival(query, column, "f_arrival")


def _add_arrival_from_parts(query: VisitsQuery, parts: maps.PartsArrival) -> None:
    column = parts.time or parts.hour
    if column is not None and query.has(column):
        if parts.hour is None:
            _add_time_of_day(query, "minute_of_day", column, f"write `hour: {column}` in place of `time`")
        else:
            add_hour_alone(query, column)
        if parts.date is None:
            _note_missing_arrival(query, column, "f_minute_of_day")
        elif query.has(parts.date):
            join_date_and_minute(query, "arrival", parts.date, "f_minute_of_day", column)
            _check_isolated_arrivals(query)
            add_parts_of_arrival(query, column)
    if parts.weekday and query.has(parts.weekday.column):
        _add_weekday(query, parts.weekday)
    add_number(query, "year", parts.year, 1900, 2999)
    add_number(query, "month", parts.month, 1, 12)


def _add_time_of_day(query: VisitsQuery, name: str, column: str, remedy: str) -> None:
    """Minutes after midnight, from HHMM or HH:MM; `remedy` is for a column of hours."""
    minute = cell_text.minute_of_day(query.text(column))
    query.read_field(name, column, minute, "not a time of day", "write 0000 to 2359 as HHMM or HH:MM")
    _refuse_hours_as_times(query, column, remedy)


def add_hour_alone(query: VisitsQuery, column: str) -> None:
    """`minute_of_day` from the hour, 0 to 23."""
    minute = cell_text.minute_of_hour_alone(query.text(column))
    remedy = "write 0 to 23 (24 is 0 of the next day); HHMM and HH:MM belong under `time`"
    query.read_field("minute_of_day", column, minute, "not an hour of the day", remedy)


def _refuse_hours_as_times(query: VisitsQuery, column: str, remedy: str) -> None:
    """Refuse whole numbers up to 23 as HHMM, of which they would be the first minutes of the day."""
    text = query.raw.column_of[column]
    n, n_hours, n_different = query.numbers(
        f"WITH hours AS (SELECT {cell_text.minute_of_hour_alone(text)} AS hour, "
        f"{cell_text.minute_of_day(text)} AS minute FROM {query.raw.name}) "
        "SELECT count(*), count(hour), count(DISTINCT hour) FROM hours WHERE minute IS NOT NULL"
    )
    if n >= _FEWEST_HOURS and n_different >= _FEWEST_DIFFERENT and n_hours >= _SHARE_OF_HOURS * n:
        kind = f"{n_hours:,.0f} of {n:,.0f} values are whole numbers from 0 to 23: these look like hours, not like HHMM"
        query.error(column, kind, remedy)


def _add_weekday(query: VisitsQuery, code: WeekdayCode) -> None:
    """0 = Monday .. 6 = Sunday."""
    add_number(query, "weekday", code.column, code.first_code, code.first_code + 6)
    query.fault_of_field("weekday", "f_weekday % 1 <> 0", "not a whole-number weekday code", "correct it")
    shift = WEEKDAY_NAMES.index(code.first_day) - code.first_code
    query.add("f_weekday", f"(f_weekday + {shift} + 7) % 7")


def leave_out_periods(query: VisitsQuery) -> None:
    """Leave out the visits of the periods that the map excludes."""
    excluded = query.column_map.exclude
    if not excluded or not query.knows("arrival"):
        return
    inside = " OR ".join(f"f_arrival::DATE BETWEEN DATE '{one.first}' AND DATE '{one.last}'" for one in excluded)
    kind = "an arrival in a period that `exclude` leaves out"
    query.leave_out(query.origin["arrival"], inside, kind, "the row is left out; these hours count as not covered")


def _note_missing_arrival(query: VisitsQuery, column: str, arrival: str) -> None:
    remedy = "left out of arrival estimates"
    query.note(column, f"{arrival} IS NULL", "no usable arrival time", remedy, is_listed=False)


# --- dates that cannot be meant ---


def _check_dates(query: VisitsQuery, name: str) -> None:
    """Make a time missing, as a fault, whose date stands for one not known or lies beyond believable years."""
    value, year = f"f_{name}", f"year(f_{name})"
    dates = [value, *([f"({value} {sign} {_MOST_OFFSET})" for sign in "+-"] if query.column_map.time_zone else [])]
    is_shifted = query.column_map.calendar == "shifted"
    known = ", ".join(f"DATE '{each}'" for each in _NOT_KNOWN if not is_shifted or each in _OF_SHIFTED_DATES)
    years = ", ".join(map(str, _NOT_KNOWN_YEARS))
    stands_for = " OR ".join(f"{each}::DATE IN ({known}) OR year({each}) IN ({years})" for each in dates)
    remedy = "leave such a time blank, or list its text under `missing_codes`"
    query.fault_of_field(name, f"({stands_for})", "a date that stands for a time not known", remedy)
    beyond = f"({year} < {_FIRST_YEAR} OR {year} > {_LAST_YEAR})"
    query.fault_of_field(name, beyond, f"a year outside {_FIRST_YEAR} to {_LAST_YEAR}", "correct it")


def _check_isolated_arrivals(query: VisitsQuery) -> None:
    """Make arrivals missing, as faults, that lie before or after a gap that no such file has by chance."""
    if query.column_map.calendar != "real":
        return
    select = f"SELECT f_arrival AS t FROM ({query.sql}) WHERE f_arrival IS NOT NULL ORDER BY 1"
    times = query.connection.execute(select).fetchnumpy()["t"].astype("datetime64[us]")
    most = int(max(query.column_map.tolerated_share, _FAR_SHARE) * query.raw.n_rows)
    first, last = _main_part(np.asarray(times), max(most, 1), query.column_map.exclude)
    if first == 0 and last == len(times) - 1:
        return
    edges = [(times[first - 1], times[first])] if first > 0 else []
    edges += [(times[last], times[last + 1])] if last < len(times) - 1 else []
    outside = f"(f_arrival < TIMESTAMP '{times[first]}' OR f_arrival > TIMESTAMP '{times[last]}')"
    kind = f"a date far from all others, which lie from {str(times[first])[:10]} to {str(times[last])[:10]}"
    gaps = ", ".join(f"{before + 1}..{after - 1}" for before, after in np.array(edges).astype("datetime64[D]"))
    remedy = f"mistyped? correct it; if it is right, the file does not cover the gap: `exclude: [{gaps}]`"
    query.fault_of_field("arrival", outside, kind, remedy)


def _main_part(times: np.ndarray, most: int, excluded: Sequence[LeftOut]) -> tuple[int, int]:
    """First and last place of the arrivals (in order) that belong together; at most `most` lie beyond either end.

    Beyond lies what is separated by a gap that visits at the rate of the others would hardly ever leave, three times as
    long as any gap among those. Excluded periods count as no time.
    """
    n = len(times)
    if n < max(_FEWEST_DATED, 4 * most):
        most = min(most, n // 4)
    if n < _FEWEST_DATED or most < 1:
        return 0, n - 1
    gaps = _gaps(times, excluded)
    inner = gaps[most : n - 1 - most]
    rate = len(inner) / max(float(inner.sum()), 1.0)
    long = (gaps > float(_SHORTEST_GAP / np.timedelta64(1, "m"))) & (gaps > _LONGEST_GAP_TIMES * inner.max())
    impossible = np.flatnonzero(long & (n * np.exp(-rate * gaps) < _GAP_CHANCE))
    before, after = impossible[impossible < most], impossible[impossible >= n - 1 - most]
    return int(before.max()) + 1 if before.size else 0, int(after.min()) if after.size else n - 1


def _gaps(times: np.ndarray, excluded: Sequence[LeftOut]) -> np.ndarray:
    """Minutes between arrivals, without those of excluded periods."""
    minutes = times.astype("datetime64[us]").astype(np.int64) / 60e6
    for period in excluded:
        begins, ends = np.array([period.first, period.last], "datetime64[D]").astype(np.float64) * 1440.0 + (
            0.0,
            1440.0,
        )
        minutes = minutes - np.clip(minutes - begins, 0.0, ends - begins)
    return np.diff(minutes)
