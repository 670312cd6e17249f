"""Read a hospital's visits file through a column map into one tidy, typed table, with a quality report.

Estimates nothing (`calibration` does) and drops no row: an untrue value becomes missing and is counted.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from sim.io.suggest import closest_in_any_case
from sim.visits.column_map import (
    STEP_ENDS,
    WEEKDAYS,
    CodedColumn,
    ColumnMap,
    EventsArrival,
    FlagColumns,
    Joined,
    PartsArrival,
    TimesOfStep,
    TimestampArrival,
    WeekdayCode,
    Words,
)
from sim.visits.data_quality import (
    N_EXAMPLES,
    ColumnUse,
    DataQuality,
    Problem,
    Severity,
    VisitsFileError,
)
from sim.visits.event_table import columns_of, visits_of
from sim.visits.quality_checks import Judged, judged
from sim.visits.raw_table import N_NAMES, PACKED_SUFFIXES, RawTable, load_text, scratch_database
from sim.visits.text_values import (
    UTC_OFFSET,
    clock_time,
    is_formula,
    is_spreadsheet_error,
    literal,
    matches,
    minute_of_day,
    number,
    shape,
)

MINUTES_PER_DAY: Final = 1440.0
MOST_WORDS: Final = 10_000
NAMED: Final = re.compile(r"\b(?:[fb]_[a-z0-9_]+|t_[a-z0-9_]+)\b")


@dataclass(frozen=True, slots=True)
class VisitsFile:
    """A file as read. `frame` has one row per row of the file (of a log: per case), in its order, with columns

    `row` (1 = first below the header), `arrival` (datetime or missing), `weekday` (0 = Monday .. 6),
    `minute_of_day` (0 to 1440), `year`, `month`, `patient`, `cluster`, `stream`, `acuity` (1 most urgent
    .. 5), `triage_time`, `physician_time`, `departure_time`, `triage_min`, `wait_min`, `stay_min` (minutes),
    `disposition`, `age` (years), `mode`, `seen_recently`, `weight`; numbers are float64 with NaN for missing, and a
    field the column map does not name is all missing. Each step it measures has a column `minutes_STEP`. `exclusions`
    lists every value set to missing as untrue: row, column, kind, value.
    """

    frame: pd.DataFrame
    quality: DataQuality
    exclusions: pd.DataFrame


def read_visits(path: Path, column_map: ColumnMap) -> VisitsFile:
    """Read and judge a file; `VisitsFileError` names all its problems when it cannot be trusted."""
    read = inspect_visits(path, column_map)
    read.quality.raise_errors()
    return read


def inspect_visits(path: Path, column_map: ColumnMap) -> VisitsFile:
    """Read a file and report on it without refusing it; `VisitsFileError` only if it is no readable table."""
    with tempfile.TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        files = [path] if column_map.join is None else [path, file_beside(path, column_map.join)]
        with scratch_database(scratch, files) as connection:
            reading = begun(connection, path, column_map, scratch)
            read_arrival(reading)
            read_other_fields(reading)
            read_step_minutes(reading)
            check_intervals(reading)
            reading.settle()
            return VisitsFile(frame=tidy(reading), quality=quality_of(path, reading), exclusions=excluded(reading))


# --- the file as text ---


def begun(connection: duckdb.DuckDBPyConnection, path: Path, column_map: ColumnMap, scratch: Path) -> Reading:
    """The text of every column the map names, one row a visit."""
    mapped = mapped_columns(column_map)
    events, joined = column_map.events, column_map.join
    wanted = [*mapped, *(columns_of(events) if events else []), *([joined.key] if joined else [])]
    raw = load_text(connection, path, wanted, "raw", scratch, column_map.separator, column_map.encoding)
    problems = rows_of_text(raw)
    if events is not None:
        missing = [name for name in columns_of(events) if name not in raw.column_of]
        if missing:
            raise VisitsFileError(str(path), tuple(not_there(name, raw.header).line() for name in missing))
        raw, found = visits_of(connection, raw, column_map, [name for name in mapped if name in raw.column_of])
        problems += found
    if joined is not None:
        problems += join_beside(connection, path, column_map, raw, mapped, scratch)
    reading = Reading(connection, column_map, raw, problems)
    marks = set(events.marks()) | ({"disposition"} if events.disposition else set()) if events else set()
    reading.problems += [
        not_there(name, raw.header) for name in mapped if name not in raw.column_of and name not in marks
    ]
    if not raw.n_rows:
        reading.refuse(raw.header[0] if raw.header else "", "the file has no rows", "give a file with visits")
    return reading


def rows_of_text(raw: RawTable) -> list[Problem]:
    """What was found about rows before any value was looked at."""
    found = []
    if raw.short:
        remedy = "cells lost at the end of a row are taken as missing; see whether the file is cut"
        kind = "fewer cells than the header"
        found.append(Problem(Severity.NOTE, "", kind, remedy, raw.short, tuple(raw.short_rows)))
    if raw.blank:
        kind = f"{raw.blank:,} empty line{'s' if raw.blank != 1 else ''}"
        found.append(Problem(Severity.NOTE, "", kind, "passed over, not counted as rows"))
    return found


def join_beside(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    column_map: ColumnMap,
    raw: RawTable,
    mapped: list[str],
    scratch: Path,
) -> list[Problem]:
    """Columns of the second file set beside the rows of the first; changes `raw`."""
    joined = column_map.join
    assert joined is not None
    place = file_beside(path, joined)
    wanted = [joined.key, *(name for name in mapped if name not in raw.column_of)]
    other = load_text(connection, place, wanted, "beside", scratch, column_map.separator, column_map.encoding)
    lost = [(file, table) for file, table in ((path, raw), (place, other)) if joined.key not in table.column_of]
    if lost:
        lines = tuple(not_there(joined.key, table.header).line() for _, table in lost)
        raise VisitsFileError(str(lost[0][0]), lines)
    key, other_key = raw.column_of[joined.key], other.column_of[joined.key]
    added = {name: ours for name, ours in other.column_of.items() if name not in raw.column_of}
    columns = ", ".join(f"first.{ours} AS j_{ours}" for ours in added.values())
    connection.execute(
        f"CREATE TABLE together AS SELECT {raw.name}.*{', ' + columns if columns else ''}, first.row IS NULL AS alone "
        f"FROM {raw.name} LEFT JOIN (SELECT * FROM beside QUALIFY row_number() OVER "
        f"(PARTITION BY {other_key} ORDER BY row) = 1) AS first ON "
        f"{raw.name}.{key} = first.{other_key} "
        f"ORDER BY {raw.name}.row"
    )
    found = join_problems(connection, joined.key, place, key, other_key, raw.name)
    raw.name = "together"
    raw.header += [name for name in other.header if name not in raw.header]
    raw.column_of |= {name: f"j_{ours}" for name, ours in added.items()}
    return found


def file_beside(path: Path, joined: Joined) -> Path:
    """The second file, packed or not, as it stands beside the first."""
    packed = path.suffix.lower() if path.suffix.lower() in PACKED_SUFFIXES else ""
    places = [path.with_name(joined.file + suffix) for suffix in dict.fromkeys((packed, "", ".gz"))]
    return next((place for place in places if place.exists()), places[0])


def join_problems(
    connection: duckdb.DuckDBPyConnection, on: str, place: Path, key: str, other_key: str, name: str
) -> list[Problem]:
    """Rows of either file without the other, and visits with two rows in the second."""
    unmet = f"SELECT count(*) FROM beside WHERE {other_key} NOT IN (SELECT {key} FROM {name} WHERE {key} IS NOT NULL)"
    twice = f"SELECT count({other_key}) - count(DISTINCT {other_key}) FROM beside"
    asked = (
        ("SELECT count(*) FROM together WHERE alone", f"visits not in {place.name}", "what it tells is missing there"),
        (unmet, f"rows of {place.name} of no visit here", "passed over"),
        (twice, f"further rows of {place.name} for a visit", "the first is taken"),
    )
    counts = [(one(connection, query), kind, remedy) for query, kind, remedy in asked]
    return [Problem(Severity.NOTE, on, kind, remedy, n) for n, kind, remedy in counts if n]


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The number a query gives."""
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def mapped_columns(column_map: ColumnMap) -> list[str]:
    """Each column the map names, once, in the order of the map."""
    arrival, acuity = column_map.arrival, column_map.acuity
    names: list[str | None] = [acuity.column if acuity else None, *column_map.cluster]
    if isinstance(arrival, TimestampArrival):
        names.insert(0, arrival.column)
    elif isinstance(arrival, PartsArrival):
        weekday = arrival.weekday.column if arrival.weekday else None
        names = [arrival.time, weekday, arrival.date, arrival.year, arrival.month, *names]
    for name in WORD_FIELDS:
        names += columns_of_words(getattr(column_map, name))
    names += [getattr(column_map, name) for name in ("patient", *TIME_FIELDS, *NUMBER_FIELDS)]
    for told in column_map.step_minutes.values():
        names += [told.begins, told.ends] if isinstance(told, TimesOfStep) else [told]
    return list(dict.fromkeys(name for name in names if name is not None))


def columns_of_words(words: Words | None) -> list[str]:
    if words is None:
        return []
    if isinstance(words, FlagColumns):
        return list(words.flags)
    return [words.column if isinstance(words, CodedColumn) else words]


def not_there(column: str, present: list[str]) -> Problem:
    return Problem(Severity.ERROR, column, "not in the file", column_remedy(column, present))


def column_remedy(column: str, present: list[str]) -> str:
    if len(present) == 1:
        return f"the header is the single column {present[0]!r}: check `separator` in the column map"
    if close := closest_in_any_case(column, present):
        return f"did you mean {close!r}?"
    more = f" and {len(present) - N_NAMES:,} more columns" if len(present) > N_NAMES else ""
    return f"the file has {', '.join(repr(name) for name in present[:N_NAMES])}{more}"


# --- collecting typed columns and problems ---


@dataclass(frozen=True)
class Flag:
    """A kind of trouble, with the column of DuckDB that says of which rows."""

    severity: Severity
    column: str
    kind: str
    remedy: str


@dataclass
class Reading:
    """One file under way: a query on its text that grows by a typed column or a flag at a time, and problems.

    `t_` columns are texts, `f_` those of fields, `b_` flags. An expression may name any of them; each is put at the
    first level of the query at which all it names are there, so that the levels stay few.
    """

    connection: duckdb.DuckDBPyConnection
    column_map: ColumnMap
    raw: RawTable
    problems: list[Problem] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    flagged: list[int] = field(default_factory=list)
    levels: list[list[str]] = field(default_factory=list)
    level_of: dict[str, int] = field(default_factory=dict)
    version: dict[str, str] = field(default_factory=dict)

    def has(self, column: str | None) -> bool:
        return column is not None and column in self.raw.column_of

    def value(self, column: str) -> str:
        """The text of a column as SQL; blanks and the map's missing codes are NULL."""
        text = self.raw.column_of[column]
        codes = ", ".join(literal(code) for code in self.column_map.missing_codes)
        return f"CASE WHEN {text} NOT IN ({codes}) THEN {text} END" if codes else text

    def add(self, name: str, expression: str) -> None:
        """A column of the query, or a new version of one."""
        expression = NAMED.sub(lambda found: self.version.get(found[0], found[0]), expression)
        level = 1 + max((self.level_of.get(found[0], -1) for found in NAMED.finditer(expression)), default=-1)
        alias = name if name not in self.version else f"{self.version[name]}x"
        self.version[name], self.level_of[alias] = alias, level
        while len(self.levels) <= level:
            self.levels.append([])
        self.levels[level].append(f"{expression} AS {alias}")

    def text(self, column: str) -> str:
        """A column of DuckDB that holds the value of this column of the file."""
        name = f"t_{self.raw.column_of[column]}"
        if name not in self.version:
            self.add(name, self.value(column))
        return name

    def keep(self, name: str, column: str, expression: str) -> None:
        """Add a typed column."""
        self.add(f"f_{name}", expression)
        self.origin[name] = column

    def mask(self, name: str, wrong: str) -> None:
        """Make a typed column missing where the condition holds."""
        self.add(f"f_{name}", f"CASE WHEN {wrong} THEN NULL ELSE f_{name} END")

    def report(self, severity: Severity, column: str, condition: str, kind: str, remedy: str) -> str:
        """Add a flag for the rows where the condition holds; rows of a fault count towards the tolerated share."""
        name = f"b_{len(self.flags)}"
        self.add(name, f"coalesce({condition}, false)")
        self.flags.append(Flag(severity, column, kind, remedy))
        return name

    @property
    def query(self) -> str:
        """Everything, worked out level by level; of a column with several versions the last."""
        inner = self.raw.name
        for level in self.levels:
            inner = f"(SELECT *, {', '.join(level)} FROM {inner})"
        last = [f"{alias} AS {name}" for name, alias in self.version.items() if not name.startswith("t_")]
        ours = ["row", "twin", *self.raw.column_of.values(), *last]
        return f"SELECT {', '.join(dict.fromkeys(ours))} FROM {inner}"

    def refuse(self, column: str, kind: str, remedy: str) -> None:
        self.problems.append(Problem(Severity.ERROR, column, kind, remedy))

    def settle(self) -> None:
        """Work the query out once, count what it flagged, and look at the whole."""
        self.connection.execute(f"CREATE TABLE visits AS {self.query}")
        counted = ", ".join(f"count(*) FILTER (b_{k})" for k in range(len(self.flags)))
        if self.flags:
            row = self.connection.execute(f"SELECT {counted} FROM visits").fetchone()
            self.flagged = [int(n) for n in row] if row else []
        for place, (flag, n) in enumerate(zip(self.flags, self.flagged, strict=True)):
            if n:
                self.problems.append(self.problem(place, flag, n))
        self.problems += judged(Judged(self.connection, self.column_map, self.origin, self.raw.n_rows))
        note_duplicates(self)

    def problem(self, place: int, flag: Flag, n: int) -> Problem:
        """The problem of a flag, with the first rows and the first value."""
        ours = self.raw.column_of.get(flag.column)
        value = f"coalesce({ours}, '')" if ours else "''"
        rows = self.connection.execute(f"SELECT row, {value} FROM visits WHERE b_{place} ORDER BY row").fetchmany(
            N_EXAMPLES
        )
        shapes = self.shapes(place, ours) if flag.kind == NOT_A_TIME and ours else ""
        return Problem(
            flag.severity,
            flag.column,
            flag.kind,
            flag.remedy + shapes,
            n,
            tuple(int(row[0]) for row in rows),
            rows[0][1],
        )

    def shapes(self, place: int, ours: str) -> str:
        """How the unreadable times are written, where they are written in more than one way."""
        found = self.connection.execute(
            f"SELECT {shape(ours)} AS way, count(*) AS n FROM visits WHERE b_{place} GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchall()
        if len(found) < 2:
            return ""
        listed = ", ".join(f"{way!r} in {n:,}" for way, n in found[:3])
        return f" (they are written in {len(found)} ways, 9 a digit: {listed}; write all alike)"

    @property
    def faulty(self) -> str:
        """The condition for a row with at least one fault."""
        faults = [f"b_{k}" for k, flag in enumerate(self.flags) if flag.severity is Severity.FAULT]
        return " OR ".join(faults) or "false"


# --- single columns ---

WORD_FIELDS: Final = ("stream", "disposition", "mode", "seen_recently")
TIME_FIELDS: Final = ("triage_time", "physician_time", "departure_time")
NUMBER_FIELDS: Final = ("triage_min", "wait_min", "stay_min", "age", "weight")
NOT_A_TIME: Final = "not a date and time"


def refuse_formulas(reading: Reading, column: str, unreadable: str) -> str:
    """Cells a spreadsheet would reckon out, and its error texts, told apart from what is merely unreadable."""
    text = reading.text(column)
    remedy = "export values, not formulas"
    wrong = f"{unreadable} AND {is_formula(text)}"
    formula = reading.report(Severity.FAULT, column, wrong, "a spreadsheet formula", remedy)
    remedy = "correct it, or list it under `missing_codes`"
    wrong = f"{unreadable} AND {is_spreadsheet_error(text)}"
    error = reading.report(Severity.FAULT, column, wrong, "a spreadsheet error", remedy)
    return f"{unreadable} AND NOT {formula} AND NOT {error}"


def keep_time(reading: Reading, name: str, column: str, pattern: str | None = None) -> None:
    """Local clock times; what is no such time is a fault and missing."""
    zone = reading.column_map.time_zone
    pattern = pattern or reading.column_map.time_format
    if pattern is not None and not is_time_format(reading.connection, pattern):
        remedy = "correct `time_format` in the column map, as in %d/%m/%Y %H:%M"
        reading.refuse(column, f"{pattern[:40]!r} is not a format of strptime", remedy)
        pattern = None
    text = reading.text(column)
    reading.keep(name, column, clock_time(text, pattern, zone))
    unreadable = f"{text} IS NOT NULL AND f_{name} IS NULL"
    if pattern is None and zone is None:
        remedy = "write local clock time without it, or set `time_zone` in the column map"
        offset = reading.report(
            Severity.FAULT,
            column,
            f"CASE WHEN {unreadable} THEN {matches(text, UTC_OFFSET)} END",
            "a time with a UTC offset",
            remedy,
        )
        unreadable += f" AND NOT {offset}"
    unreadable = refuse_formulas(reading, column, unreadable)
    reading.report(Severity.FAULT, column, unreadable, NOT_A_TIME, f"write it as {pattern or 'YYYY-MM-DD HH:MM'}")


def is_time_format(connection: duckdb.DuckDBPyConnection, pattern: str) -> bool:
    """Times can be read by this format."""
    try:
        connection.execute("SELECT try_strptime('', ?)", [pattern]).fetchall()
    except duckdb.Error:
        return False
    return True


def keep_number(
    reading: Reading, name: str, column: str, least: float | None = None, most: float | None = None
) -> None:
    text = reading.text(column)
    reading.keep(name, column, number(text, reading.column_map.decimal))
    unreadable = refuse_formulas(reading, column, f"{text} IS NOT NULL AND f_{name} IS NULL")
    remedy = "correct it, list it under `missing_codes`, or set `decimal` in the column map"
    reading.report(Severity.FAULT, column, unreadable, "not a number", remedy)
    if least is not None:
        kind = f"under {least:g}" if most is None else f"outside {least:g} to {most:g}"
        outside = f"(f_{name} < {least}{'' if most is None else f' OR f_{name} > {most}'})"
        remedy = "correct it or list it under `missing_codes`"
        reading.mask(name, reading.report(Severity.FAULT, column, outside, kind, remedy))


def keep_weekday(reading: Reading, code: WeekdayCode) -> None:
    """0 = Monday .. 6 = Sunday."""
    keep_number(reading, "weekday", code.column, code.first_code, code.first_code + 6)
    wrong = reading.report(
        Severity.FAULT, code.column, "f_weekday % 1 <> 0", "not a whole-number weekday code", "correct it"
    )
    reading.mask("weekday", wrong)
    shift = WEEKDAYS.index(code.first_day) - code.first_code
    reading.add("f_weekday", f"(f_weekday + {shift} + 7) % 7")


def keep_acuity(reading: Reading, column: str, recode: dict[str, int | None]) -> None:
    text = reading.text(column)
    levels = " ".join(f"WHEN {literal(code)} THEN {level}" for code, level in recode.items() if level is not None)
    reading.keep("acuity", column, f"(CASE {text} {levels} END)::DOUBLE" if levels else "NULL::DOUBLE")
    unknown = unknown_codes(reading, column, "an unknown acuity code", "acuity", list(recode))
    remedy = "left out of the acuity mix, kept elsewhere"
    reading.report(Severity.NOTE, column, f"f_acuity IS NULL AND NOT {unknown}", "no acuity level given", remedy)


def unknown_codes(reading: Reading, column: str, kind: str, key: str, known: list[str]) -> str:
    text = reading.text(column)
    codes = ", ".join(literal(code) for code in known)
    unknown = refuse_formulas(reading, column, f"{text} IS NOT NULL AND {text} NOT IN ({codes})")
    remedy = f"add it to `{key}.recode` (known: {', '.join(known)})"
    reading.report(Severity.FAULT, column, unknown, kind, remedy)
    return f"coalesce({text} NOT IN ({codes}), false)"


def keep_words(reading: Reading, name: str, words: Words) -> None:
    """A text as it stands, recoded, or told by flags."""
    if isinstance(words, FlagColumns):
        if not all(reading.has(column) for column in words.flags):
            return
        texts = {column: reading.text(column) for column in words.flags}
        chosen = " ".join(
            f"WHEN {texts[column]} = {literal(words.code)} THEN {literal(word)}" for column, word in words.flags.items()
        )
        known = " AND ".join(f"{text} IS NOT NULL" for text in texts.values())
        other = f"WHEN {known} THEN {literal(words.otherwise)}" if words.otherwise else ""
        reading.keep(name, " + ".join(words.flags), f"CASE {chosen} {other} END")
        return
    column = words.column if isinstance(words, CodedColumn) else words
    if not reading.has(column):
        return
    if isinstance(words, CodedColumn):
        told = {code: word for code, word in words.recode.items() if word is not None}
        cases = " ".join(f"WHEN {literal(code)} THEN {literal(word)}" for code, word in told.items())
        reading.keep(name, column, f"CASE {reading.text(column)} {cases} END" if cases else "NULL::VARCHAR")
        unknown = unknown_codes(reading, column, f"an unknown code of {name}", name, list(words.recode))
        said = f"f_{name} IS NULL AND NOT {unknown}"
        reading.report(Severity.NOTE, column, said, f"no {name} given", "missing there, kept elsewhere")
        return
    keep_text(reading, name, column)


def keep_text(reading: Reading, name: str, column: str) -> None:
    """A text as it stands; a formula is not believed."""
    reading.keep(name, column, reading.text(column))
    formula = is_formula(reading.text(column))
    kind, remedy = "a spreadsheet formula", "export values, not formulas"
    reading.mask(name, reading.report(Severity.FAULT, column, formula, kind, remedy))


# --- fields of a visit ---


def read_arrival(reading: Reading) -> None:
    arrival = reading.column_map.arrival
    if isinstance(arrival, TimestampArrival) and reading.has(arrival.column):
        keep_time(reading, "arrival", arrival.column, arrival.format)
        keep_parts_of_arrival(reading, arrival.column)
    elif isinstance(arrival, EventsArrival) and reading.has("arrival"):
        keep_time(reading, "arrival", "arrival")
        keep_parts_of_arrival(reading, "arrival")
    elif isinstance(arrival, PartsArrival):
        read_arrival_parts(reading, arrival)


def keep_parts_of_arrival(reading: Reading, column: str) -> None:
    """A full arrival time gives every part of it; a date that was shifted gives the time of day alone."""
    if reading.column_map.calendar == "real":
        reading.keep("weekday", column, "(isodow(f_arrival) - 1)::DOUBLE")
        reading.keep("year", column, "year(f_arrival)::DOUBLE")
        reading.keep("month", column, "month(f_arrival)::DOUBLE")
    day = "date_trunc('day', f_arrival)"
    reading.keep("minute_of_day", column, f"(epoch_us(f_arrival) - epoch_us({day})) / 60e6")
    note_missing_arrival(reading, column, "f_arrival")


def read_arrival_parts(reading: Reading, parts: PartsArrival) -> None:
    if reading.has(parts.time):
        text = reading.text(parts.time)
        reading.keep("minute_of_day", parts.time, minute_of_day(text))
        unreadable = refuse_formulas(reading, parts.time, f"{text} IS NOT NULL AND f_minute_of_day IS NULL")
        remedy = "write 0000 to 2359 as HHMM or HH:MM"
        reading.report(Severity.FAULT, parts.time, unreadable, "not a time of day", remedy)
        if parts.date and reading.has(parts.date):
            read_arrival_date(reading, parts)
        elif parts.date is None:
            note_missing_arrival(reading, parts.time, "f_minute_of_day")
    if parts.weekday and reading.has(parts.weekday.column):
        keep_weekday(reading, parts.weekday)
    if parts.year and reading.has(parts.year):
        keep_number(reading, "year", parts.year, 1900, 2999)
    if parts.month and reading.has(parts.month):
        keep_number(reading, "month", parts.month, 1, 12)


def read_arrival_date(reading: Reading, parts: PartsArrival) -> None:
    """A date and a time of day in columns of their own make one arrival."""
    assert parts.date is not None
    keep_time(reading, "day", parts.date)
    del reading.origin["day"]
    minutes = "to_microseconds((f_minute_of_day * 60e6)::BIGINT)"
    reading.keep("arrival", parts.time, f"date_trunc('day', f_day) + {minutes}")
    keep_parts_of_arrival(reading, parts.time)


def note_missing_arrival(reading: Reading, column: str, arrival: str) -> None:
    kind, remedy = "no usable arrival time", "left out of arrival estimates"
    reading.report(Severity.NOTE, column, f"{arrival} IS NULL", kind, remedy)


def read_other_fields(reading: Reading) -> None:
    column_map = reading.column_map
    marks = column_map.events.marks() if column_map.events else {}
    if column_map.patient and reading.has(column_map.patient):
        keep_text(reading, "patient", column_map.patient)
    for name in WORD_FIELDS:
        words = getattr(column_map, name)
        if words is None and name == "disposition" and column_map.events and column_map.events.disposition:
            words = "disposition"
        if words is not None:
            keep_words(reading, name, words)
    for name in TIME_FIELDS:
        column = name if name in marks else getattr(column_map, name)
        if reading.has(column):
            keep_time(reading, name, column)
    for name in NUMBER_FIELDS:
        if reading.has(column := getattr(column_map, name)):
            keep_number(reading, name, column, 0)
    if column_map.acuity and reading.has(column_map.acuity.column):
        keep_acuity(reading, column_map.acuity.column, column_map.acuity.recode)
    read_cluster(reading, column_map.cluster)


def read_step_minutes(reading: Reading) -> None:
    """Minutes of steps, as given or between two times; what ends before it begins is a fault and missing."""
    for step, told in reading.column_map.steps().items():
        name = f"minutes_{step}"
        if not isinstance(told, TimesOfStep):
            if reading.has(told):
                keep_number(reading, name, told, 0)
        elif reading.has(told.begins) and reading.has(told.ends):
            begins, ends = (a_time(reading, f"{end}_{step}", getattr(told, end)) for end in STEP_ENDS)
            reading.keep(name, told.ends, f"(epoch_us(f_{ends}) - epoch_us(f_{begins})) / 60e6")
            kind, remedy = f"{step} ends before it begins", f"correct it or {told.begins!r}"
            reading.mask(name, reading.report(Severity.FAULT, told.ends, f"f_{name} < 0", kind, remedy))
        if name in reading.origin:
            check_longest(reading, name)


def a_time(reading: Reading, name: str, column: str) -> str:
    """The field that holds the times of a column: one there already, or a new one."""
    known = next((field for field in ("arrival", *TIME_FIELDS) if reading.origin.get(field) == column), None)
    if known is None:
        keep_time(reading, name, column)
        del reading.origin[name]
    return known or name


def read_cluster(reading: Reading, columns: tuple[str, ...]) -> None:
    """Several columns name a cluster together; a row that lacks one of them has none."""
    if not columns or not all(reading.has(column) for column in columns):
        return
    joined = " || '/' || ".join(reading.text(column) for column in columns)
    reading.keep("cluster", " + ".join(columns), joined)
    remedy = "each such row counts as a cluster of its own"
    reading.report(Severity.NOTE, columns[0], "f_cluster IS NULL", "no cluster", remedy)


# --- checks across columns ---

ORDER: Final = (
    ("arrival", "triage_time", "triage before arrival"),
    ("arrival", "physician_time", "first physician before arrival"),
    ("arrival", "departure_time", "departure before arrival"),
    ("triage_time", "departure_time", "departure before triage"),
    ("physician_time", "departure_time", "departure before first physician"),
)
DURATION: Final = (("physician_time", "wait_min"), ("departure_time", "stay_min"))


def check_intervals(reading: Reading) -> None:
    for earlier, later, kind in ORDER:
        check_order(reading, earlier, later, kind)
    for end, duration in DURATION:
        derive_duration(reading, end, duration)
    for duration in ("wait_min", "stay_min"):
        check_longest(reading, duration)
    check_wait_within_stay(reading)


def check_order(reading: Reading, earlier: str, later: str, kind: str) -> None:
    """The later time is not believed. Where a day more would mend it, midnight was jumped over; where up to an hour
    would, the clocks may have gone back.
    """
    if not {earlier, later} <= reading.origin.keys():
        return
    column = reading.origin[later]
    wrong = f"f_{later} < f_{earlier}"
    remedy = f"correct it or {reading.origin[earlier]!r}"
    bad = reading.report(Severity.FAULT, column, wrong, kind, remedy)
    minutes = f"(epoch_us(f_{earlier}) - epoch_us(f_{later})) / 60e6"
    shifted = f"{bad} AND {minutes} > 720 AND {minutes} < 1440"
    reading.report(Severity.NOTE, column, shifted, f"{kind}, right if a day later", "see whether midnight was passed")
    reading.mask(later, bad)


def derive_duration(reading: Reading, end: str, duration: str) -> None:
    """Minutes from arrival, where the file gives two times and no duration; a note where they differ."""
    if not {"arrival", end} <= reading.origin.keys():
        return
    minutes = f"(epoch_us(f_{end}) - epoch_us(f_arrival)) / 60e6"
    if duration in reading.origin:
        column = reading.origin[duration]
        differs = f"abs(f_{duration} - {minutes}) > 1"
        remedy = f"the minutes given are taken, not those to {reading.origin[end]!r}"
        reading.report(Severity.NOTE, column, differs, f"{duration} is not the time between", remedy)
        return
    reading.keep(duration, reading.origin[end], minutes)


def check_longest(reading: Reading, duration: str) -> None:
    if duration not in reading.origin:
        return
    column = reading.origin[duration]
    days = reading.column_map.longest_stay_days
    kind = f"{duration} over {days:g} days"
    remedy = "correct the dates, or set `longest_stay_days` in the column map"
    too_long = reading.report(Severity.FAULT, column, f"f_{duration} > {days * MINUTES_PER_DAY}", kind, remedy)
    reading.mask(duration, too_long)
    remedy = "kept; a stay of no time is often one never closed" if duration == "stay_min" else "kept"
    reading.report(Severity.NOTE, column, f"f_{duration} = 0", f"{duration} of 0 minutes", remedy)


def check_wait_within_stay(reading: Reading) -> None:
    """A wait longer than the stay makes neither believable; those from times have had their order checked."""
    if not {"wait_min", "stay_min"} <= reading.origin.keys():
        return
    remedy = f"correct it or {reading.origin['stay_min']!r}; both are set to missing"
    column = reading.origin["wait_min"]
    longer = reading.report(
        Severity.FAULT, column, "f_wait_min > f_stay_min + 1", "a wait longer than the stay", remedy
    )
    column, remedy = reading.origin["stay_min"], f"correct it or {reading.origin['wait_min']!r}"
    shorter = reading.report(Severity.FAULT, column, longer, "a stay shorter than the wait", remedy)
    reading.mask("wait_min", longer)
    reading.mask("stay_min", shorter)


def note_duplicates(reading: Reading) -> None:
    connection = reading.connection
    connection.execute(
        "CREATE TABLE copies AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY twin ORDER BY row) AS nth "
        "FROM visits WHERE twin IN (SELECT twin FROM visits GROUP BY twin HAVING count(*) > 1)) WHERE nth > 1"
    )
    if reading.column_map.events is None:
        remedy = "kept, as two visits may look alike; remove copies from the file if they are copies"
        note_rows(reading, "", "copies", "the whole row repeats an earlier one", remedy)
    if {"patient", "arrival"} <= reading.origin.keys():
        connection.execute(
            "CREATE TABLE again AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY f_patient, f_arrival "
            "ORDER BY row) AS nth FROM visits WHERE f_patient IS NOT NULL AND f_arrival IS NOT NULL) "
            "WHERE nth > 1 AND row NOT IN (SELECT row FROM copies)"
        )
        kind = "the same patient arrives twice at the same time"
        note_rows(reading, reading.origin["patient"], "again", kind, "kept, as two visits may look alike")


def note_rows(reading: Reading, column: str, table: str, kind: str, remedy: str) -> None:
    rows = reading.connection.execute(f"SELECT row FROM {table} ORDER BY row").fetchmany(N_EXAMPLES)
    if rows:
        n = one(reading.connection, f"SELECT count(*) FROM {table}")
        listed = tuple(int(row[0]) for row in rows)
        reading.problems.append(Problem(Severity.NOTE, column, kind, remedy, n, listed))


# --- results ---

FIELDS: Final = (
    "arrival", "weekday", "minute_of_day", "year", "month", "patient", "cluster", "stream", "acuity",
    *TIME_FIELDS, "triage_min", "wait_min", "stay_min", "disposition", "age", "mode", "seen_recently", "weight",
)  # fmt: skip
KINDS: Final = dict.fromkeys(("arrival", *TIME_FIELDS), "TIMESTAMP") | dict.fromkeys(
    ("patient", "cluster", *WORD_FIELDS), "VARCHAR"
)


def fields_of(column_map: ColumnMap) -> tuple[str, ...]:
    """Every field of the table that a map gives."""
    return (*FIELDS, *(f"minutes_{step}" for step in column_map.steps()))


def tidy(reading: Reading) -> pd.DataFrame:
    """Every field of every row, in the order of the file. Few words said often are one text each in memory."""
    cells = [
        f"f_{name}{few_words(reading, name)} AS {name}"
        if name in reading.origin
        else f"NULL::{KINDS.get(name, 'DOUBLE')} AS {name}"
        for name in fields_of(reading.column_map)
    ]
    frame = reading.connection.execute(f"SELECT row, {', '.join(cells)} FROM visits ORDER BY row").df()
    return frame.astype({name: object for name, kind in KINDS.items() if kind == "VARCHAR"})


def few_words(reading: Reading, name: str) -> str:
    """A cast of a text column to an enumeration of its words, unless they are many."""
    if KINDS.get(name) != "VARCHAR":
        return ""
    n = one(reading.connection, f"SELECT count(DISTINCT f_{name}) FROM visits")
    if not 0 < n <= MOST_WORDS:
        return ""
    reading.connection.execute(
        f"CREATE TYPE words_{name} AS ENUM (SELECT DISTINCT f_{name} FROM visits WHERE f_{name} IS NOT NULL ORDER BY 1)"
    )
    return f"::words_{name}"


def excluded(reading: Reading) -> pd.DataFrame:
    """Every value set to missing as untrue, in the order of the file."""
    parts = []
    for place, (flag, n) in enumerate(zip(reading.flags, reading.flagged, strict=True)):
        if n and flag.severity is Severity.FAULT:
            ours = reading.raw.column_of.get(flag.column)
            value = f"coalesce({ours}, '')" if ours else "''"
            parts.append(
                f'SELECT row, {literal(flag.column)} AS "column", {literal(flag.kind)} AS kind, {value} AS value '
                f"FROM visits WHERE b_{place}"
            )
    if not parts:
        return pd.DataFrame({"row": [], "column": [], "kind": [], "value": []})
    return reading.connection.execute(f"{' UNION ALL '.join(parts)} ORDER BY row, 2, 3").df()


def quality_of(path: Path, reading: Reading) -> DataQuality:
    return DataQuality(
        path=str(path),
        n_rows=reading.raw.n_rows,
        n_faulty=one(reading.connection, f"SELECT count(*) FROM visits WHERE {reading.faulty}"),
        tolerated_share=reading.column_map.tolerated_share,
        columns=uses(reading),
        problems=tuple(reading.problems),
    )


def uses(reading: Reading) -> tuple[ColumnUse, ...]:
    """Of each field, how many values are usable, blank, or one of the missing codes."""
    codes = reading.column_map.missing_codes
    names = [name for name in fields_of(reading.column_map) if name in reading.origin]
    counts = []
    for name in names:
        ours = reading.raw.column_of.get(reading.origin[name])
        text = ours or "''"
        coded = [f"count(*) FILTER ({text} = {literal(code)})" for code in codes]
        counts += [f"count(f_{name})", f"count(*) FILTER ({text} IS NULL)", *coded]
    if not counts:
        return ()
    row = reading.connection.execute(f"SELECT {', '.join(counts)} FROM visits").fetchone()
    numbers, width = [int(n) for n in row or ()], 2 + len(codes)
    found = []
    for place, name in enumerate(names):
        usable, blank, *coded_n = numbers[place * width : (place + 1) * width]
        coded_by = {code: n for code, n in zip(codes, coded_n, strict=True) if n}
        found.append(ColumnUse(name, reading.origin[name], usable, blank, coded_by))
    return tuple(found)
