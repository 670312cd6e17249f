"""The typed fields of a visit, added to the query: arrival, times, minutes, words, acuity, cluster, steps.

What cannot be read is a fault and becomes missing; what is not given is a note. Below are the checks across fields:
the order of a visit's times, its durations, visits that occur twice.
"""

from collections.abc import Mapping
from typing import Final

import duckdb

from sim.io import sql
from sim.io.calendar_days import WEEKDAY_NAMES
from sim.visits import column_map as maps
from sim.visits import visits_query as texts
from sim.visits.column_map import STEP_ENDS, CodedColumn, FlagColumns, TimesOfStep, WeekdayCode, WordColumns
from sim.visits.source_text import NUMBER_FIELDS, TIME_FIELDS, WORD_FIELDS, columns_of_words, rows_noted
from sim.visits.visits_query import NOT_A_TIME, VisitsQuery

_FORMULA: Final = ("a spreadsheet formula", "export values, not formulas")


def add_fields(query: VisitsQuery) -> None:
    """Add every field that the column map names and the file has."""
    _add_arrival(query)
    _add_other_fields(query)
    _add_step_minutes(query)


# --- single columns ---


def _unless_formula(query: VisitsQuery, column: str, unreadable: str) -> str:
    """The condition for a text that is merely unreadable; formulas and error texts of spreadsheets are faults apart."""
    text = query.text(column)
    formula = query.fault(column, f"{unreadable} AND {texts.is_formula(text)}", *_FORMULA)
    remedy = "correct it, or list it under `missing_codes`"
    error = query.fault(column, f"{unreadable} AND {texts.is_spreadsheet_error(text)}", "a spreadsheet error", remedy)
    return f"{unreadable} AND NOT {formula} AND NOT {error}"


def _add_time(query: VisitsQuery, name: str, column: str, patterns: tuple[str, ...] = ()) -> None:
    """Local clock times of a column the file has, by `pattern` (strptime) or else the map's `time_format`."""
    zone = query.column_map.time_zone
    pattern = next(iter(patterns or query.column_map.time_format), None)
    if pattern is not None and not _is_time_format(query.connection, pattern):
        remedy = "correct `time_format` in the column map, as in %d/%m/%Y %H:%M"
        query.error(column, f"{pattern[:40]!r} is not a format of strptime", remedy)
        pattern = None
    text = query.text(column)
    query.add_field(name, column, texts.clock_time(text, pattern, zone))
    unreadable = f"{text} IS NOT NULL AND f_{name} IS NULL"
    if pattern is None and zone is None:
        remedy = "write local clock time without it, or set `time_zone` in the column map"
        with_offset = f"CASE WHEN {unreadable} THEN {texts.matches(text, texts.UTC_OFFSET)} END"
        unreadable += f" AND NOT {query.fault(column, with_offset, 'a time with a UTC offset', remedy)}"
    unreadable = _unless_formula(query, column, unreadable)
    query.fault(column, unreadable, NOT_A_TIME, f"write it as {pattern or 'YYYY-MM-DD HH:MM'}")


def _is_time_format(connection: duckdb.DuckDBPyConnection, pattern: str) -> bool:
    """Whether times can be read by this format."""
    try:
        connection.execute("SELECT try_strptime('', ?)", [pattern]).fetchall()
    except duckdb.Error:
        return False
    return True


def _add_number(
    query: VisitsQuery, name: str, column: str | None, least: float = 0.0, most: float | None = None
) -> None:
    """Numbers, if the file has the column, those under `least` or over `most` a fault."""
    if column is None or not query.has(column):
        return
    text = query.text(column)
    query.add_field(name, column, texts.decimal_number(text, query.column_map.decimal))
    unreadable = _unless_formula(query, column, f"{text} IS NOT NULL AND f_{name} IS NULL")
    remedy = "correct it, list it under `missing_codes`, or set `decimal` in the column map"
    query.fault(column, unreadable, "not a number", remedy)
    kind = f"under {least:g}" if most is None else f"outside {least:g} to {most:g}"
    outside = f"(f_{name} < {least}{'' if most is None else f' OR f_{name} > {most}'})"
    query.fault_of_field(name, outside, kind, "correct it or list it under `missing_codes`")


def _add_weekday(query: VisitsQuery, code: WeekdayCode) -> None:
    """0 = Monday .. 6 = Sunday."""
    _add_number(query, "weekday", code.column, code.first_code, code.first_code + 6)
    query.fault_of_field("weekday", "f_weekday % 1 <> 0", "not a whole-number weekday code", "correct it")
    shift = WEEKDAY_NAMES.index(code.first_day) - code.first_code
    query.add("f_weekday", f"(f_weekday + {shift} + 7) % 7")


def _add_codes(query: VisitsQuery, name: str, column: str, recode: Mapping[str, object | None], kind: str) -> None:
    """A field of DuckDB's type `kind` by the map's codes, if the file has the column."""
    if not query.has(column):
        return
    text = query.text(column)
    given = [(code, meaning) for code, meaning in recode.items() if meaning is not None]
    cases = " ".join(f"WHEN {sql.literal(code)} THEN {sql.literal(str(meaning))}" for code, meaning in given)
    query.add_field(name, column, f"(CASE {text} {cases} END)::{kind}" if cases else f"NULL::{kind}")
    listed = ", ".join(sql.literal(code) for code in recode)
    unknown = _unless_formula(query, column, f"{text} IS NOT NULL AND {text} NOT IN ({listed})")
    remedy = f"add it to `{name}.recode` (known: {', '.join(recode)})"
    query.fault(column, unknown, f"an unknown code of {name}", remedy)
    not_given = f"f_{name} IS NULL AND NOT coalesce({text} NOT IN ({listed}), false)"
    query.note(column, not_given, f"no {name} given", "missing there, kept elsewhere")


def _add_words(query: VisitsQuery, name: str, words: WordColumns) -> None:
    """A field of words, if the file has its columns: the text as it is, recoded, or said by flag columns."""
    if not all(query.has(column) for column in columns_of_words(words)):
        return
    if isinstance(words, FlagColumns):
        _add_flag_words(query, name, words)
    elif isinstance(words, CodedColumn):
        _add_codes(query, name, words.column, words.recode, "VARCHAR")
    else:
        _add_text(query, name, words)


def _add_flag_words(query: VisitsQuery, name: str, words: FlagColumns) -> None:
    found = {column: query.text(column) for column in words.flags}
    chosen = " ".join(
        f"WHEN {found[column]} = {sql.literal(words.code)} THEN {sql.literal(word)}"
        for column, word in words.flags.items()
    )
    known = " AND ".join(f"{text} IS NOT NULL" for text in found.values())
    other = f"WHEN {known} THEN {sql.literal(words.otherwise)}" if words.otherwise else ""
    query.add_field(name, " + ".join(words.flags), f"CASE {chosen} {other} END")


def _add_text(query: VisitsQuery, name: str, column: str) -> None:
    """The text as it is; a spreadsheet formula is a fault."""
    query.add_field(name, column, query.text(column))
    query.fault_of_field(name, texts.is_formula(query.text(column)), *_FORMULA)


# --- arrival ---


def _add_arrival(query: VisitsQuery) -> None:
    arrival = query.column_map.arrival
    if isinstance(arrival, maps.TimestampArrival) and query.has(arrival.column):
        _add_time(query, "arrival", arrival.column, arrival.format)
        _add_parts_of_arrival(query, arrival.column)
    elif isinstance(arrival, maps.EventsArrival) and query.has("arrival"):
        _add_time(query, "arrival", "arrival")
        _add_parts_of_arrival(query, "arrival")
    elif isinstance(arrival, maps.PartsArrival):
        _add_arrival_from_parts(query, arrival)


def _add_parts_of_arrival(query: VisitsQuery, column: str) -> None:
    """Weekday, year, month and time of day of a full arrival time; of a shifted date the time of day alone."""
    if query.column_map.calendar == "real":
        query.add_field("weekday", column, "(isodow(f_arrival) - 1)::DOUBLE")
        query.add_field("year", column, "year(f_arrival)::DOUBLE")
        query.add_field("month", column, "month(f_arrival)::DOUBLE")
    day = "date_trunc('day', f_arrival)"
    query.add_field("minute_of_day", column, f"(epoch_us(f_arrival) - epoch_us({day})) / 60e6")
    _note_missing_arrival(query, column, "f_arrival")


def _add_arrival_from_parts(query: VisitsQuery, parts: maps.PartsArrival) -> None:
    if query.has(parts.time):
        text = query.text(parts.time)
        query.add_field("minute_of_day", parts.time, texts.minute_of_day(text))
        unreadable = _unless_formula(query, parts.time, f"{text} IS NOT NULL AND f_minute_of_day IS NULL")
        query.fault(parts.time, unreadable, "not a time of day", "write 0000 to 2359 as HHMM or HH:MM")
        if parts.date is None:
            _note_missing_arrival(query, parts.time, "f_minute_of_day")
        elif query.has(parts.date):
            _add_arrival_from_date(query, parts.date, parts.time)
    if parts.weekday and query.has(parts.weekday.column):
        _add_weekday(query, parts.weekday)
    _add_number(query, "year", parts.year, 1900, 2999)
    _add_number(query, "month", parts.month, 1, 12)


def _add_arrival_from_date(query: VisitsQuery, date: str, time: str) -> None:
    """One arrival time from columns of its date and its time of day."""
    _add_time(query, "day", date)
    del query.origin["day"]
    minutes = "to_microseconds((f_minute_of_day * 60e6)::BIGINT)"
    query.add_field("arrival", time, f"date_trunc('day', f_day) + {minutes}")
    _add_parts_of_arrival(query, time)


def _note_missing_arrival(query: VisitsQuery, column: str, arrival: str) -> None:
    query.note(column, f"{arrival} IS NULL", "no usable arrival time", "left out of arrival estimates")


# --- all else ---


def _add_other_fields(query: VisitsQuery) -> None:
    column_map = query.column_map
    marks = column_map.events.marks() if column_map.events else {}
    if column_map.patient:
        _add_words(query, "patient", column_map.patient)
    for name in WORD_FIELDS:
        words = getattr(column_map, name)
        if words is None and name == "disposition" and column_map.events and column_map.events.disposition:
            words = "disposition"
        if words is not None:
            _add_words(query, name, words)
    for name in TIME_FIELDS:
        column = name if name in marks else getattr(column_map, name)
        if query.has(column):
            _add_time(query, name, column)
    for name in NUMBER_FIELDS:
        _add_number(query, name, getattr(column_map, name))
    if column_map.acuity:
        _add_codes(query, "acuity", column_map.acuity.column, column_map.acuity.recode, "DOUBLE")
    _add_cluster(query, column_map.cluster)


def _add_cluster(query: VisitsQuery, columns: tuple[str, ...]) -> None:
    """Several columns name a cluster together; a row that lacks one of them has none."""
    if not columns or not all(query.has(column) for column in columns):
        return
    joined = " || '/' || ".join(query.text(column) for column in columns)
    query.add_field("cluster", " + ".join(columns), joined)
    query.note(columns[0], "f_cluster IS NULL", "no cluster", "each such row counts as a cluster of its own")


def _add_step_minutes(query: VisitsQuery) -> None:
    """Minutes of steps, as given or between two times; an end before its begin is a fault."""
    for step, columns in query.column_map.steps().items():
        name = f"minutes_{step}"
        if not isinstance(columns, TimesOfStep):
            _add_number(query, name, columns)
        elif query.has(columns.begins) and query.has(columns.ends):
            begins, ends = (_time_field(query, f"{end}_{step}", getattr(columns, end)) for end in STEP_ENDS)
            query.add_field(name, columns.ends, f"(epoch_us(f_{ends}) - epoch_us(f_{begins})) / 60e6")
            kind, remedy = f"{step} ends before it begins", f"correct it or {columns.begins!r}"
            query.fault_of_field(name, f"f_{name} < 0", kind, remedy)
        check_longest(query, name)


def _time_field(query: VisitsQuery, name: str, column: str) -> str:
    """The field with the times of a column: one that is there already, or else a new one."""
    known = next((field for field in ("arrival", *TIME_FIELDS) if query.origin.get(field) == column), None)
    if known is None:
        _add_time(query, name, column)
        del query.origin[name]
    return known or name


_MINUTES_PER_DAY: Final = 1440.0
_ORDER: Final = (
    ("arrival", "triage_time", "triage before arrival"),
    ("arrival", "physician_time", "first physician before arrival"),
    ("arrival", "departure_time", "departure before arrival"),
    ("triage_time", "departure_time", "departure before triage"),
    ("physician_time", "departure_time", "departure before first physician"),
)
_DURATIONS: Final = {"wait_minutes": "physician_time", "stay_minutes": "departure_time"}
"""Each duration from arrival, and the time it ends at."""


def check_intervals(query: VisitsQuery) -> None:
    """Check the order of times, derive durations that are not given, and check those."""
    for earlier, later, kind in _ORDER:
        _check_order(query, earlier, later, kind)
    for duration, end in _DURATIONS.items():
        _derive_duration(query, end, duration)
    for duration in _DURATIONS:
        check_longest(query, duration)
    _check_wait_within_stay(query)


def _check_order(query: VisitsQuery, earlier: str, later: str, kind: str) -> None:
    """A later time before the earlier is a fault. Where a day more would mend it, midnight may have been passed."""
    if not query.knows(earlier, later):
        return
    column = query.origin[later]
    remedy = f"correct it or {query.origin[earlier]!r}"
    bad = query.fault(column, f"f_{later} < f_{earlier}", kind, remedy)
    minutes = f"(epoch_us(f_{earlier}) - epoch_us(f_{later})) / 60e6"
    shifted = f"{bad} AND {minutes} > 720 AND {minutes} < 1440"
    query.note(column, shifted, f"{kind}, right if a day later", "see whether midnight was passed")
    query.set_missing(later, bad)


def _derive_duration(query: VisitsQuery, end: str, duration: str) -> None:
    """Minutes from arrival to a time, where the file gives no duration; a note where it gives one that differs."""
    if not query.knows("arrival", end):
        return
    minutes = f"(epoch_us(f_{end}) - epoch_us(f_arrival)) / 60e6"
    if not query.knows(duration):
        query.add_field(duration, query.origin[end], minutes)
        return
    differs = f"abs(f_{duration} - {minutes}) > 1"
    remedy = f"the minutes given are taken, not those to {query.origin[end]!r}"
    query.note(query.origin[duration], differs, f"{duration} is not the time between", remedy)


def check_longest(query: VisitsQuery, duration: str) -> None:
    """A duration over the map's `longest_stay_days` is a fault, one of 0 minutes a note; none if it is not a field."""
    if not query.knows(duration):
        return
    days = query.column_map.longest_stay_days
    remedy = "correct the dates, or set `longest_stay_days` in the column map"
    too_long = f"f_{duration} > {days * _MINUTES_PER_DAY}"
    query.fault_of_field(duration, too_long, f"{duration} over {days:g} days", remedy)
    remedy = "kept; a stay of no time is often one never closed" if duration == "stay_minutes" else "kept"
    query.note(query.origin[duration], f"f_{duration} = 0", f"{duration} of 0 minutes", remedy)


def _check_wait_within_stay(query: VisitsQuery) -> None:
    """Of a wait longer than the stay neither is believed; those from times have had their order checked."""
    if not query.knows("wait_minutes", "stay_minutes"):
        return
    wait, stay = query.origin["wait_minutes"], query.origin["stay_minutes"]
    remedy = f"correct it or {stay!r}; both are set to missing"
    longer = query.fault(wait, "f_wait_minutes > f_stay_minutes + 1", "a wait longer than the stay", remedy)
    shorter = query.fault(stay, longer, "a stay shorter than the wait", f"correct it or {wait!r}")
    query.set_missing("wait_minutes", longer)
    query.set_missing("stay_minutes", shorter)


def note_duplicates(query: VisitsQuery) -> None:
    """Note rows that repeat another, and patients who arrive twice at once; needs the table `visits`."""
    query.connection.execute(
        "CREATE TABLE copies AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY twin ORDER BY row) AS nth "
        "FROM visits WHERE twin IN (SELECT twin FROM visits GROUP BY twin HAVING count(*) > 1)) WHERE nth > 1"
    )
    if query.column_map.events is None:
        remedy = "kept, as two visits may look alike; remove copies from the file if they are copies"
        query.findings += rows_noted(query.connection, "copies", "", "the whole row repeats an earlier one", remedy)
    if query.knows("patient", "arrival"):
        query.connection.execute(
            "CREATE TABLE again AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY f_patient, f_arrival "
            "ORDER BY row) AS nth FROM visits WHERE f_patient IS NOT NULL AND f_arrival IS NOT NULL) "
            "WHERE nth > 1 AND row NOT IN (SELECT row FROM copies)"
        )
        kind = "the same patient arrives twice at the same time"
        remedy = "kept, as two visits may look alike"
        query.findings += rows_noted(query.connection, "again", query.origin["patient"], kind, remedy)
