"""Times of a visit, added to the query: clock times in one column or two, and the arrival from its parts."""

from typing import Final

from sim.io.calendar_days import WEEKDAY_NAMES
from sim.visits import clock_text
from sim.visits import column_map as maps
from sim.visits import visits_query as texts
from sim.visits.column_map import DateAndTime, TimeColumns, WeekdayCode
from sim.visits.date_checks import check_dates, check_isolated_arrivals
from sim.visits.number_fields import add_number, unless_formula
from sim.visits.source_text import columns_of_time
from sim.visits.visits_query import NOT_A_TIME, VisitsQuery

_TWO_WAYS: Final = "can be read in two ways"
_FEWEST_HOURS: Final = 8
_FEWEST_DIFFERENT: Final = 3
_SHARE_OF_HOURS: Final = 0.9
"""Of the values of a time of day, and how many different ones, that may be the first 24 minutes of a day by chance."""


def has_time(query: VisitsQuery, time: TimeColumns | None) -> bool:
    """Whether the file has every column of a time."""
    columns = columns_of_time(time)
    return bool(columns) and all(query.has(column) for column in columns)


def add_time(query: VisitsQuery, name: str, time: TimeColumns, patterns: tuple[str, ...] = ()) -> None:
    """Local clock times of the columns, which the file has, by `patterns` (strptime) or the map's `time_format`."""
    if isinstance(time, DateAndTime):
        _add_date_and_time(query, name, time)
    else:
        _add_clock_time(query, name, time, patterns or query.column_map.time_format)
    check_dates(query, name)


def _add_clock_time(query: VisitsQuery, name: str, column: str, patterns: tuple[str, ...]) -> None:
    """Times in one column: a text has to fit one pattern, or several that say the same."""
    zone, text = query.column_map.time_zone, query.text(column)
    mistakes = [clock_text.pattern_mistake(query.connection, pattern) for pattern in patterns]
    for mistake in filter(None, mistakes):
        query.error(column, *mistake)
    patterns = tuple(each for each, mistake in zip(patterns, mistakes, strict=True) if mistake is None)
    if any(mistakes) and not patterns:
        query.add_field(name, column, "NULL::TIMESTAMP")
        return
    read = clock_text.readings(text, patterns, zone)
    query.add_field(name, column, read[0] if len(read) == 1 else f"least({', '.join(read)})")
    unreadable = f"{text} IS NOT NULL AND f_{name} IS NULL"
    if zone is None and (not patterns or any(map(clock_text.is_instant, patterns))):
        remedy = "write local clock time without it, or set `time_zone` in the column map"
        with_offset = f"CASE WHEN {unreadable} THEN {texts.matches(text, clock_text.UTC_OFFSET)} END"
        has_offset = query.fault(column, with_offset, "a time with a UTC offset", remedy, selective=True)
        unreadable += f" AND NOT {has_offset}"
    unreadable = unless_formula(query, column, unreadable)
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


# --- arrival ---


def add_arrival(query: VisitsQuery) -> None:
    """The arrival of each visit, or what is given of it: its weekday, year, month and time of day."""
    arrival = query.column_map.arrival
    if isinstance(arrival, maps.TimestampArrival) and query.has(arrival.column):
        add_time(query, "arrival", arrival.column, arrival.format)
        check_isolated_arrivals(query)
        add_parts_of_arrival(query, arrival.column)
    elif isinstance(arrival, maps.EventsArrival) and query.has("arrival"):
        add_time(query, "arrival", "arrival")
        check_isolated_arrivals(query)
        add_parts_of_arrival(query, "arrival")
    elif isinstance(arrival, maps.PartsArrival):
        _add_arrival_from_parts(query, arrival)


def add_parts_of_arrival(query: VisitsQuery, column: str) -> None:
    """Weekday, year, month and time of day of a full arrival time; of a shifted date the time of day alone."""
    if query.column_map.calendar == "real":
        query.add_field("weekday", column, "(isodow(f_arrival) - 1)::DOUBLE")
        query.add_field("year", column, "year(f_arrival)::DOUBLE")
        query.add_field("month", column, "month(f_arrival)::DOUBLE")
    day = "date_trunc('day', f_arrival)"
    query.add_field("minute_of_day", column, f"(epoch_us(f_arrival) - epoch_us({day})) / 60e6")
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
            check_dates(query, "arrival")
            check_isolated_arrivals(query)
            add_parts_of_arrival(query, column)
    if parts.weekday and query.has(parts.weekday.column):
        _add_weekday(query, parts.weekday)
    add_number(query, "year", parts.year, 1900, 2999)
    add_number(query, "month", parts.month, 1, 12)


def _add_time_of_day(query: VisitsQuery, name: str, column: str, remedy: str) -> None:
    """Minutes after midnight, from HHMM or HH:MM; `remedy` is for a column of hours."""
    text = query.text(column)
    query.add_field(name, column, clock_text.minute_of_day(text))
    unreadable = unless_formula(query, column, f"{text} IS NOT NULL AND f_{name} IS NULL")
    query.fault(column, unreadable, "not a time of day", "write 0000 to 2359 as HHMM or HH:MM", selective=True)
    _refuse_hours_as_times(query, column, remedy)


def add_hour_alone(query: VisitsQuery, column: str) -> None:
    """`minute_of_day` from the hour, 0 to 23."""
    text = query.text(column)
    query.add_field("minute_of_day", column, clock_text.minute_of_hour_alone(text))
    unreadable = unless_formula(query, column, f"{text} IS NOT NULL AND f_minute_of_day IS NULL")
    remedy = "write 0 to 23 (24 is 0 of the next day); HHMM and HH:MM belong under `time`"
    query.fault(column, unreadable, "not an hour of the day", remedy, selective=True)


def _refuse_hours_as_times(query: VisitsQuery, column: str, remedy: str) -> None:
    """Refuse whole numbers up to 23 as HHMM, of which they would be the first minutes of the day."""
    text = query.raw.column_of[column]
    n, n_hours, n_different = query.numbers(
        f"WITH hours AS (SELECT {clock_text.minute_of_hour_alone(text)} / 60 AS hour, "
        f"{clock_text.minute_of_day(text)} AS minute FROM {query.raw.name}) "
        "SELECT count(minute), count(hour), count(DISTINCT hour) FROM hours WHERE minute IS NOT NULL"
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
