"""The text of every column that a column map names, one row a visit: loaded, made of a log, joined with a second file.

A log with one row an event becomes a table with one row a visit by the marks of the map. Nothing is interpreted here;
`visit_fields` decides what the text means.
"""

from array import array
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb

from sim.io import sql
from sim.visits import column_map as maps
from sim.visits.clock_text import readings
from sim.visits.column_map import (
    CodedColumn,
    ColumnMap,
    ColumnWithUnit,
    DateAndTime,
    EventMark,
    Events,
    JoinedFile,
    NumberColumn,
    TimeColumns,
    WordColumns,
)
from sim.visits.column_names import names_a_site
from sim.visits.data_quality import N_EXAMPLES, DataFinding, FindingLevel, closest_name, note
from sim.visits.file_error import VisitsFileError
from sim.visits.raw_table import N_NAMES, PACKED_SUFFIXES, RawTable, SourceFile
from sim.visits.row_selection import select_rows
from sim.visits.visits_query import VisitsQuery

_SHORT: Final = "fewer cells than the header"
_ROWS_AT_ONCE: Final = 100_000
WORD_FIELDS = ("stream", "disposition", "mode", "seen_recently")
TIME_FIELDS = ("triage_time", "physician_time", "departure_time")
NUMBER_FIELDS = ("triage_minutes", "wait_minutes", "stay_minutes", "age", "weight")


def load_source(connection: duckdb.DuckDBPyConnection, path: Path, column_map: ColumnMap, scratch: Path) -> VisitsQuery:
    """A query on the text of the file, with what was found wrong before any value was looked at."""
    mapped = mapped_columns(column_map)
    events, joined = column_map.events, column_map.join
    wanted = [*mapped, *(log_columns(events) if events else []), *([joined.key] if joined else [])]
    file = SourceFile(path, connection, scratch, column_map.separator, column_map.encoding)
    raw = file.load(wanted, "raw", names_a_site if events is None else lambda _: False)
    findings = _row_findings(raw)
    short_rows = raw.short_rows
    if events is not None:
        if absent := [_absent(name, raw.header) for name in log_columns(events) if name not in raw.column_of]:
            raise VisitsFileError(str(path), tuple(each.line() for each in absent))
        raw, found = visits_of_log(connection, raw, column_map, [name for name in mapped if name in raw.column_of])
        findings += found
    if joined is not None:
        findings += _join(file, joined, raw, mapped)
    query = VisitsQuery(connection, column_map, raw, findings)
    if short_rows and events is None:
        _list_short_rows(query, short_rows)
    marks = set(events.marks()) | ({"disposition"} if events.disposition else set()) if events else set()
    query.findings += [_absent(name, raw.header) for name in mapped if name not in raw.column_of and name not in marks]
    if not raw.n_rows:
        query.error(raw.header[0] if raw.header else "", "the file has no rows", "give a file with visits")
    select_rows(query)
    return query


def _list_short_rows(query: VisitsQuery, rows: "array[int]") -> None:
    """List the rows that lost cells among the oddities."""
    query.connection.execute("CREATE TABLE short_rows (row BIGINT)")
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[first : first + _ROWS_AT_ONCE].tolist()
        query.connection.execute("INSERT INTO short_rows SELECT unnest(?)", [part])
    query.listed_elsewhere.append(f"SELECT row, '' AS \"column\", '{_SHORT}' AS kind, '' AS value FROM short_rows")


def source_files(path: Path, column_map: ColumnMap) -> list[Path]:
    """The files a column map reads: the one given and the one it is joined with."""
    return [path] if column_map.join is None else [path, _joined_path(path, column_map.join)]


def mapped_columns(column_map: ColumnMap) -> list[str]:
    """Each column the map names, once, in the order of the map."""
    names: list[str | None] = [*_arrival_columns(column_map.arrival), column_map.visit, column_map.patient]
    names += [column_map.site, *column_map.only, *column_map.cluster]
    names += [column_map.acuity.column if column_map.acuity else None]
    for field in WORD_FIELDS:
        names += columns_of_words(getattr(column_map, field))
    for field in TIME_FIELDS:
        names += columns_of_time(getattr(column_map, field))
    names += [column_of_number(getattr(column_map, field)) for field in NUMBER_FIELDS]
    for step in column_map.step_minutes.values():
        if isinstance(step, maps.TimesOfStep):
            names += [*columns_of_time(step.begins), *columns_of_time(step.ends)]
        else:
            names.append(column_of_number(step))
    return list(dict.fromkeys(name for name in names if name is not None))


def _arrival_columns(arrival: maps.ArrivalColumns | None) -> list[str | None]:
    """The columns that an arrival, or a count of arrivals, is made of."""
    if isinstance(arrival, maps.TimestampArrival):
        return [arrival.column]
    if isinstance(arrival, maps.PartsArrival):
        weekday = arrival.weekday.column if arrival.weekday else None
        return [arrival.time, arrival.hour, weekday, arrival.date, arrival.year, arrival.month]
    if isinstance(arrival, maps.CountsArrival):
        return [arrival.count, arrival.time, arrival.date, arrival.hour]
    return []


def columns_of_time(time: TimeColumns | None) -> list[str]:
    """The columns that a time is written in: one, or those of its date and its time of day."""
    if isinstance(time, DateAndTime):
        return [time.date, time.time]
    return [] if time is None else [time]


def column_of_number(number: NumberColumn | None) -> str | None:
    """The column of a number, with or without its unit."""
    return number.column if isinstance(number, ColumnWithUnit) else number


def columns_of_words(words: WordColumns | None) -> list[str]:
    """The columns that a field of words is made of."""
    if isinstance(words, maps.FlagColumns):
        return list(words.flags)
    column = words.column if isinstance(words, CodedColumn) else words
    return [] if column is None else [column]


def _row_findings(raw: RawTable) -> list[DataFinding]:
    """Rows with too few cells, and empty lines."""
    found = []
    if raw.short:
        remedy = "cells lost at the end of a row are taken as missing; see whether the file is cut"
        found.append(note("", _SHORT, remedy, raw.short, tuple(raw.short_rows[:N_EXAMPLES])))
    if raw.blank:
        kind = f"{raw.blank:,} empty line{'s' if raw.blank != 1 else ''}"
        found.append(note("", kind, "passed over, not counted as rows"))
    return found


# --- a second file ---


def _join(file: SourceFile, joined: JoinedFile, raw: RawTable, mapped: list[str]) -> list[DataFinding]:
    """Put the columns of the second file beside the rows of the first; changes `raw` to the table of both."""
    connection, second = file.connection, replace(file, path=_joined_path(file.path, joined))
    other = second.load([joined.key, *(name for name in mapped if name not in raw.column_of)], "beside")
    lost = [(each, table) for each, table in ((file, raw), (second, other)) if joined.key not in table.column_of]
    if lost:
        raise lost[0][0].refusal(*(_absent(joined.key, table.header).line() for _, table in lost))
    key, other_key = raw.column_of[joined.key], other.column_of[joined.key]
    added = {name: text for name, text in other.column_of.items() if name not in raw.column_of}
    columns = "".join(f", first.{text} AS j_{text}" for text in added.values())
    connection.execute(
        f"CREATE TABLE together AS SELECT {raw.name}.*{columns}, first.row IS NULL AS alone "
        f"FROM {raw.name} LEFT JOIN (SELECT * FROM beside QUALIFY row_number() OVER "
        f"(PARTITION BY {other_key} ORDER BY row) = 1) AS first ON "
        f"{raw.name}.{key} = first.{other_key} "
        f"ORDER BY {raw.name}.row"
    )
    unmatched = (
        f"SELECT count(*) FROM beside WHERE {other_key} NOT IN (SELECT {key} FROM {raw.name} WHERE {key} IS NOT NULL)"
    )
    repeated = f"SELECT count({other_key}) - count(DISTINCT {other_key}) FROM beside"
    name = second.path.name
    counts = (
        ("SELECT count(*) FROM together WHERE alone", f"visits not in {name}", "what it tells is missing there"),
        (unmatched, f"rows of {name} of no visit here", "passed over"),
        (repeated, f"further rows of {name} for a visit", "the first is taken"),
    )
    raw.name = "together"
    raw.header += [name for name in other.header if name not in raw.header]
    raw.column_of |= {name: f"j_{text}" for name, text in added.items()}
    found = [note(joined.key, kind, remedy, sql.whole_number(connection, query)) for query, kind, remedy in counts]
    return [each for each in found if each.count]


def _joined_path(path: Path, joined: JoinedFile) -> Path:
    """The second file, packed or not, in the folder of the first."""
    packed = path.suffix.lower() if path.suffix.lower() in PACKED_SUFFIXES else ""
    places = [path.with_name(joined.file + suffix) for suffix in dict.fromkeys((packed, "", ".gz"))]
    return next((place for place in places if place.exists()), places[0])


def _absent(column: str, present: list[str]) -> DataFinding:
    if len(present) == 1:
        remedy = f"the header is the single column {present[0]!r}: check `separator` in the column map"
    else:
        more = f" and {len(present) - N_NAMES:,} more columns" if len(present) > N_NAMES else ""
        listed = f"the file has {', '.join(repr(name) for name in present[:N_NAMES])}{more}"
        remedy = closest_name(column, present) or listed
    return DataFinding(FindingLevel.ERROR, column, "not in the file", remedy)


N_LISTED: Final = 12


def log_columns(events: Events) -> list[str]:
    """Each column of the log that its marks need."""
    return [name for name in (events.case, events.activity, events.time, events.lifecycle, events.resource) if name]


def visits_of_log(
    connection: duckdb.DuckDBPyConnection, log: RawTable, column_map: ColumnMap, attributes: list[str]
) -> tuple[RawTable, list[DataFinding]]:
    """One row a case in the order of their first events, the marks under the names of their fields.

    Rows of findings are those of the log. Needs every column of `log_columns` to be there.
    """
    events = column_map.events
    assert events is not None
    of = log.column_of
    case, activity, time = (of[name] for name in (events.case, events.activity, events.time))
    lifecycle = f"lower({of[events.lifecycle]})" if events.lifecycle in of else "NULL"
    when = f"coalesce({', '.join(readings('the_time', column_map.time_format, column_map.time_zone or 'UTC'))})"
    connection.execute(
        f"CREATE TABLE marked AS SELECT *, {when} AS the_instant FROM (SELECT *, {case} AS the_case, "
        f"{activity} AS the_activity, {time} AS the_time, {lifecycle} AS the_lifecycle FROM {log.name})"
    )
    findings = [*_lost_events(connection, events), *_marks_without_event(connection, events)]
    table = replace(log, name="visits_of_log", column_of={}, header=list(log.header))
    made = {field: _time_of_mark(mark) for field, mark in events.marks().items()}
    if events.disposition:
        start = events.disposition[:-1]
        last = f"arg_max(the_activity, (the_instant, row)) FILTER (starts_with(the_activity, {sql.literal(start)}))"
        made["disposition"] = f"substr({last}, {len(start) + 1})"
    table.column_of |= {field: f"m_{field}" for field in made} | {name: of[name] for name in attributes}
    chosen = [f"{expression} AS m_{field}" for field, expression in made.items()]
    for column in attributes:
        chosen.append(f"arg_min({of[column]}, row) FILTER ({of[column]} IS NOT NULL) AS {of[column]}")
        findings += _contradictions(connection, column, of[column])
    connection.execute(
        f"CREATE TABLE {table.name} AS SELECT * REPLACE (row_number() OVER (ORDER BY row) AS row) FROM (SELECT "
        f"min(row) AS row, min(twin) AS twin, the_case, {', '.join(chosen)} FROM marked WHERE the_case IS NOT NULL "
        "GROUP BY the_case) ORDER BY row"
    )
    table.n_rows = sql.whole_number(connection, f"SELECT count(*) FROM {table.name}")
    findings += _visits_per_mark(connection, table, events)
    kind = f"{log.n_rows:,} events of {table.n_rows:,} visits"
    findings.append(note("", kind, "rows below count visits, in the order of their first events"))
    connection.execute("DROP TABLE marked")
    return table, findings


def _time_of_mark(mark: EventMark) -> str:
    """The time, as text, of the first or last event that a mark names."""
    function = "arg_min" if mark.which == "first" else "arg_max"
    return f"{function}(the_time, (the_instant, row)) FILTER ({_is_marked(mark)})"


def _is_marked(mark: EventMark) -> str:
    """Whether an event is one of the mark."""
    named = " OR ".join(
        f"the_activity GLOB {sql.literal(_escaped(name))}" if "*" in name else f"the_activity = {sql.literal(name)}"
        for name in mark.activity
    )
    if mark.lifecycle is None:
        return f"({named})"
    return f"({named}) AND (the_lifecycle = {sql.literal(mark.lifecycle.lower())})"


def _escaped(name: str) -> str:
    """A GLOB pattern in which only `*` is a wildcard."""
    return "".join(f"[{sign}]" if sign in "?[" else sign for sign in name)


def _lost_events(connection: duckdb.DuckDBPyConnection, events: Events) -> list[DataFinding]:
    """Events that name no case, no activity or no time belong to no visit, or give no time of one."""
    lost = (
        ("the_case", events.case, "an event of no case, left out", "give the event its case, or delete it"),
        ("the_activity", events.activity, "an event without activity, left out", "name the activity"),
        ("the_time", events.time, "an event without a time, left out", "give its time, or delete it"),
    )
    return [found for name, *told in lost for found in rows_noted(connection, f"marked WHERE {name} IS NULL", *told)]


def rows_noted(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, kind: str, remedy: str
) -> list[DataFinding]:
    """A note on the rows of a table, or of a part of it; none where there are no rows."""
    n = sql.whole_number(connection, f"SELECT count(*) FROM {table}")
    rows = connection.execute(f"SELECT row FROM {table} ORDER BY row").fetchmany(N_EXAMPLES)
    return [note(column, kind, remedy, n, tuple(int(row[0]) for row in rows))] if n else []


def _marks_without_event(connection: duckdb.DuckDBPyConnection, events: Events) -> list[DataFinding]:
    """A mark that no event meets is a slip in the map."""
    counted = "SELECT the_activity, count(*) AS n FROM marked WHERE the_activity IS NOT NULL GROUP BY 1"
    known = dict(connection.execute(f"{counted} ORDER BY n DESC, 1").fetchall())
    shown, names = list(known.items())[:N_LISTED], list(known)
    listed = f"the log has {', '.join(repr(name) for name, _ in shown)}"
    more = f" and {len(known) - N_LISTED} more" if len(known) > N_LISTED else ""
    kind = f"{len(known)} activities: {', '.join(f'{name!r} {n:,}' for name, n in shown)}{more}"
    found = [note(events.activity, kind, "those the marks do not name are passed over")]
    for field, mark in events.marks().items():
        if not sql.whole_number(connection, f"SELECT count(*) FROM marked WHERE {_is_marked(mark)}"):
            what = " or ".join(repr(name) for name in mark.activity)
            what += f" with lifecycle {mark.lifecycle!r}" if mark.lifecycle else ""
            remedy = f"correct `events.{events.place_of(field)}`; {closest_name(mark.activity[0], names) or listed}"
            found.append(DataFinding(FindingLevel.ERROR, events.activity, f"no event {what}", remedy))
    return found


def _contradictions(connection: duckdb.DuckDBPyConnection, column: str, ours: str) -> list[DataFinding]:
    """Note attributes whose values differ between the events of one case."""
    n = sql.whole_number(
        connection,
        f"SELECT count(*) FROM (SELECT 1 FROM marked WHERE {ours} IS NOT NULL AND the_case IS NOT NULL "
        f"GROUP BY the_case HAVING min({ours}) <> max({ours}))",
    )
    remedy = "the first is taken"
    return [note(column, "events of one visit say different things", remedy, n)] if n else []


def _visits_per_mark(connection: duckdb.DuckDBPyConnection, table: RawTable, events: Events) -> list[DataFinding]:
    """Visits in which a marked event never happens, or happens more than once."""
    found = []
    for field, mark in events.marks().items():
        n = sql.whole_number(connection, f"SELECT count(*) FROM {table.name} WHERE m_{field} IS NULL")
        found.append(note(field, "visits without the event of this mark", "missing in those visits", n))
        n = sql.whole_number(
            connection,
            f"SELECT count(*) FROM (SELECT 1 FROM marked WHERE {_is_marked(mark)} AND the_case IS NOT NULL "
            "GROUP BY the_case HAVING count(*) > 1)",
        )
        found.append(note(field, "visits with the event more than once", f"the {mark.which} is taken", n))
    return [each for each in found if each.count]
