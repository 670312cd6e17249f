"""The typed fields of a visit, added to the query: arrival, times, minutes, words, acuity, cluster, steps.

What cannot be read is a fault and becomes missing; what is not given is a note. Below are the checks across fields:
the order of a visit's times, its durations, visits that occur twice.
"""

from collections.abc import Mapping
from typing import Final

from sim.io import sql
from sim.visits import column_map as maps
from sim.visits import visits_query as texts
from sim.visits.column_map import STEP_ENDS, CodedColumn, FlagColumns, TimeColumns, TimesOfStep, WordColumns
from sim.visits.number_fields import FORMULA, add_number, unless_formula
from sim.visits.source_text import (
    NUMBER_FIELDS,
    TIME_FIELDS,
    WORD_FIELDS,
    columns_of_time,
    columns_of_words,
    rows_noted,
)
from sim.visits.time_fields import add_arrival, add_time, has_time, leave_out_periods
from sim.visits.visits_query import VisitsQuery


def add_fields(query: VisitsQuery) -> None:
    """Add every field that the column map names and the file has."""
    add_arrival(query)
    leave_out_periods(query)
    _add_other_fields(query)
    _add_step_minutes(query)


# --- single columns ---


def _add_codes(query: VisitsQuery, name: str, column: str, recode: Mapping[str, object | None], kind: str) -> None:
    """A field of DuckDB's type `kind` by the map's codes, if the file has the column."""
    if not query.has(column):
        return
    text = query.text(column)
    given = [(code, meaning) for code, meaning in recode.items() if meaning is not None]
    cases = " ".join(f"WHEN {sql.literal(code)} THEN {sql.literal(str(meaning))}" for code, meaning in given)
    query.add_field(name, column, f"(CASE {text} {cases} END)::{kind}" if cases else f"NULL::{kind}")
    listed = ", ".join(sql.literal(code) for code in recode)
    unknown = unless_formula(query, column, f"{text} IS NOT NULL AND {text} NOT IN ({listed})")
    remedy = f"add it to `{name}.recode` (known: {', '.join(recode)})"
    query.fault(column, unknown, f"an unknown code of {name}", remedy)
    not_given = f"f_{name} IS NULL AND NOT coalesce({text} NOT IN ({listed}), false)"
    query.note(column, not_given, f"no {name} given", "missing there, kept elsewhere", is_listed=False)


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
    query.fault_of_field(name, texts.is_formula(query.text(column)), *FORMULA)


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
        time = name if name in marks else getattr(column_map, name)
        if has_time(query, time):
            add_time(query, name, time)
    for name in NUMBER_FIELDS:
        add_number(query, name, getattr(column_map, name))
    if column_map.acuity:
        _add_codes(query, "acuity", column_map.acuity.column, column_map.acuity.recode, "DOUBLE")
    _add_cluster(query, column_map.cluster)


def _add_cluster(query: VisitsQuery, columns: tuple[str, ...]) -> None:
    """Several columns name a cluster together; a row that lacks one of them has none."""
    if not columns or not all(query.has(column) for column in columns):
        return
    joined = " || '/' || ".join(query.text(column) for column in columns)
    query.add_field("cluster", " + ".join(columns), joined)
    remedy = "each such row counts as a cluster of its own"
    query.note(columns[0], "f_cluster IS NULL", "no cluster", remedy, is_listed=False)


def _add_step_minutes(query: VisitsQuery) -> None:
    """Minutes of steps, as given or between two times; an end before its begin is a fault."""
    for step, columns in query.column_map.steps().items():
        name = f"minutes_{step}"
        if not isinstance(columns, TimesOfStep):
            add_number(query, name, columns)
        elif has_time(query, columns.begins) and has_time(query, columns.ends):
            begins, ends = (_time_field(query, f"{end}_{step}", getattr(columns, end)) for end in STEP_ENDS)
            last = columns_of_time(columns.ends)[-1]
            query.add_field(name, last, f"(epoch_us(f_{ends}) - epoch_us(f_{begins})) / 60e6")
            kind, remedy = f"{step} ends before it begins", f"correct it or {columns_of_time(columns.begins)[-1]!r}"
            query.fault_of_field(name, f"f_{name} < 0", kind, remedy)
        check_longest(query, name)


def _time_field(query: VisitsQuery, name: str, time: TimeColumns) -> str:
    """The field with the times of these columns: one that is there already, or else a new one."""
    column_map = query.column_map
    known = {field: getattr(column_map, field) for field in TIME_FIELDS}
    if isinstance(column_map.arrival, maps.TimestampArrival):
        known["arrival"] = column_map.arrival.column
    same = next((field for field, columns in known.items() if columns == time and query.knows(field)), None)
    if same is None:
        add_time(query, name, time)
        del query.origin[name]
    return same or name


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
    hint = "see whether midnight was passed"
    query.note(column, shifted, f"{kind}, right if a day later", hint, is_listed=False)
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
