"""The text of every column that a column map names, one row a visit.

A file is loaded; a log with one row an event becomes a row a visit by the marks of the map; a second file is joined;
rows are chosen by `only`; the rows that share their `visit` become one. Nothing is interpreted here: `visit_fields`
decides what the text means.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb

from sim.io import sql
from sim.visits.cell_text import readings
from sim.visits.column_map import ColumnMap, EventMark, Events, JoinedFile, columns_of
from sim.visits.column_names import names_a_site
from sim.visits.data_quality import DataFinding, FindingLevel, closest_name, note
from sim.visits.file_error import VisitsFileError
from sim.visits.raw_table import PACKED_SUFFIXES, SourceFile
from sim.visits.visits_query import N_WORDS, VisitsQuery

_SHORT: Final = "fewer cells than the header"
_ROWS_AT_ONCE: Final = 100_000
_FEWEST: Final = 20
"""Rows below which a share of their visits says nothing."""


def load_source(connection: duckdb.DuckDBPyConnection, path: Path, column_map: ColumnMap, scratch: Path) -> VisitsQuery:
    """A query on the text of the file, with what was found wrong before any value was looked at."""
    mapped, events, joined = column_map.columns(), column_map.events, column_map.join
    wanted = [*mapped, *(_log_columns(events) if events else []), *([joined.key] if joined else [])]
    file = SourceFile(path, connection, scratch, column_map.separator, column_map.encoding)
    raw = file.load(wanted, "raw", names_a_site if events is None else lambda _: False)
    query, made = VisitsQuery(connection, column_map, raw), set[str]()
    _note_short_and_blank_rows(query)
    if events is not None:
        if absent := [_absent(name, raw.header) for name in _log_columns(events) if name not in raw.column_of]:
            raise VisitsFileError(str(path), tuple(each.line() for each in absent))
        _make_visits_of_log(query, events, [name for name in mapped if name in raw.column_of])
        made = set(events.marks()) | ({"disposition"} if events.disposition else set())
    if joined is not None:
        _join(query, file, joined, mapped)
    query.findings += [_absent(name, query.raw.header) for name in mapped if not query.has(name) and name not in made]
    if not query.raw.n_rows:
        query.error("".join(query.raw.header[:1]), "the file has no rows", "give a file with visits")
    _keep_only(query)
    if query.has(column_map.visit) and query.raw.n_rows:
        _join_rows_of_visits(query, str(column_map.visit))
    return query


def source_files(path: Path, column_map: ColumnMap) -> list[Path]:
    """The files a column map reads: the one given and the one it is joined with."""
    return [path] if column_map.join is None else [path, _joined_path(path, column_map.join)]


def _note_short_and_blank_rows(query: VisitsQuery) -> None:
    """Note rows with too few cells, each listed among the oddities of a table of visits, and empty lines."""
    raw = query.raw
    if raw.short_rows:
        query.connection.execute("CREATE TABLE short_rows (row BIGINT)")
        for first in range(0, len(raw.short_rows), _ROWS_AT_ONCE):
            part = raw.short_rows[first : first + _ROWS_AT_ONCE].tolist()
            query.connection.execute("INSERT INTO short_rows SELECT unnest(?)", [part])
        remedy = "cells lost at the end of a row are taken as missing; see whether the file is cut"
        query.note_rows("short_rows", "", _SHORT, remedy, is_listed=query.column_map.events is None)
    if raw.blank:
        kind = f"{raw.blank:,} empty line{'s' if raw.blank != 1 else ''}"
        query.findings.append(note("", kind, "passed over, not counted as rows"))


def _absent(column: str, present: Sequence[str]) -> DataFinding:
    if len(present) == 1:
        remedy = f"the header is the single column {present[0]!r}: check `separator` in the column map"
    else:
        remedy = closest_name(column, present) or f"the file has {_some(list(map(repr, present)), ' columns')}"
    return DataFinding(FindingLevel.ERROR, column, "not in the file", remedy)


def _some(names: Sequence[str], unit: str = "") -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - N_WORDS:,} more{unit}" if len(names) > N_WORDS else ""
    return ", ".join(names[:N_WORDS]) + more


# --- a second file ---


def _join(query: VisitsQuery, file: SourceFile, joined: JoinedFile, mapped: list[str]) -> None:
    """Put the columns of the second file beside the rows of the first."""
    raw, second = query.raw, replace(file, path=_joined_path(file.path, joined))
    other = second.load([joined.key, *(name for name in mapped if name not in raw.column_of)], "beside")
    lost = [(each, table) for each, table in ((file, raw), (second, other)) if joined.key not in table.column_of]
    if lost:
        raise lost[0][0].refusal(*(_absent(joined.key, table.header).line() for _, table in lost))
    first, key, other_key = raw.name, raw.column_of[joined.key], other.column_of[joined.key]
    added = {name: text for name, text in other.column_of.items() if name not in raw.column_of}
    columns = "".join(f", first.{text} AS j_{text}" for text in added.values())
    query.connection.execute(
        f"CREATE TABLE together AS SELECT {first}.*{columns}, first.row IS NULL AS alone "
        f"FROM {first} LEFT JOIN (SELECT * FROM beside QUALIFY row_number() OVER "
        f"(PARTITION BY {other_key} ORDER BY row) = 1) AS first ON {first}.{key} = first.{other_key} "
        f"ORDER BY {first}.row"
    )
    name, known = second.path.name, f"SELECT {key} FROM {first} WHERE {key} IS NOT NULL"
    for count, kind, remedy in (
        ("SELECT count(*) FROM together WHERE alone", f"visits not in {name}", "what it tells is missing there"),
        (
            f"SELECT count(*) FROM beside WHERE {other_key} NOT IN ({known})",
            f"rows of {name} of no visit here", "passed over",
        ),
        (
            f"SELECT count({other_key}) - count(DISTINCT {other_key}) FROM beside",
            f"further rows of {name} for a visit", "the first is taken",
        ),
    ):  # fmt: skip
        query.note_count(count, joined.key, kind, remedy)
    raw.name = "together"
    raw.header += [name for name in other.header if name not in raw.header]
    raw.column_of |= {name: f"j_{text}" for name, text in added.items()}


def _joined_path(path: Path, joined: JoinedFile) -> Path:
    """The second file, packed or not, in the folder of the first."""
    packed = path.suffix.lower() if path.suffix.lower() in PACKED_SUFFIXES else ""
    places = [path.with_name(joined.file + suffix) for suffix in dict.fromkeys((packed, "", ".gz"))]
    return next((place for place in places if place.exists()), places[0])


# --- a log ---


def _log_columns(events: Events) -> list[str]:
    """Each column of the log that its marks need."""
    return [name for name in (events.case, events.activity, events.time, events.lifecycle, events.resource) if name]


def _make_visits_of_log(query: VisitsQuery, events: Events, attributes: list[str]) -> None:
    """One row a case in the order of their first events, the marks under the names of their fields.

    Rows of findings are those of the log. Needs every column of `_log_columns` to be there.
    """
    log, connection, column_map = query.raw, query.connection, query.column_map
    of = log.column_of
    case, activity, time = (of[name] for name in (events.case, events.activity, events.time))
    lifecycle = f"lower({of[events.lifecycle]})" if events.lifecycle in of else "NULL"
    when = f"coalesce({', '.join(readings('the_time', column_map.time_format, column_map.time_zone or 'UTC'))})"
    connection.execute(
        f"CREATE TABLE marked AS SELECT *, {when} AS the_instant FROM (SELECT *, {case} AS the_case, "
        f"{activity} AS the_activity, {time} AS the_time, {lifecycle} AS the_lifecycle FROM {log.name})"
    )
    _note_lost_events(query, events)
    _refuse_marks_without_event(query, events)
    made = {field: _time_of_mark(mark) for field, mark in events.marks().items()}
    if events.disposition:
        start = events.disposition[:-1]
        last = f"arg_max(the_activity, (the_instant, row)) FILTER (starts_with(the_activity, {sql.literal(start)}))"
        made["disposition"] = f"substr({last}, {len(start) + 1})"
    chosen = [f"{expression} AS m_{field}" for field, expression in made.items()]
    for column in attributes:
        ours = of[column]
        chosen.append(f"arg_min({ours}, row) FILTER ({ours} IS NOT NULL) AS {ours}")
        differing = f"{ours} IS NOT NULL GROUP BY the_case HAVING min({ours}) <> max({ours})"
        query.note_count(_cases(differing), column, "events of one visit say different things", "the first is taken")
    connection.execute(
        "CREATE TABLE visits_of_log AS SELECT * REPLACE (row_number() OVER (ORDER BY row) AS row) FROM (SELECT "
        f"min(row) AS row, min(twin) AS twin, the_case, {', '.join(chosen)} FROM marked WHERE the_case IS NOT NULL "
        "GROUP BY the_case) ORDER BY row"
    )
    columns = {field: f"m_{field}" for field in made} | {name: of[name] for name in attributes}
    n_visits = sql.whole_number(connection, "SELECT count(*) FROM visits_of_log")
    query.raw = replace(log, name="visits_of_log", column_of=columns, header=list(log.header), n_rows=n_visits)
    for field, mark in events.marks().items():
        never = f"SELECT count(*) FROM visits_of_log WHERE m_{field} IS NULL"
        query.note_count(never, field, "visits without the event of this mark", "missing in those visits")
        again = _cases(f"{_is_marked(mark)} GROUP BY the_case HAVING count(*) > 1")
        query.note_count(again, field, "visits with the event more than once", f"the {mark.which} is taken")
    kind = f"{log.n_rows:,} events of {n_visits:,} visits"
    query.findings.append(note("", kind, "rows below count visits, in the order of their first events"))
    connection.execute("DROP TABLE marked")


def _cases(condition: str) -> str:
    """The SQL of the number of cases whose events, grouped, meet a condition."""
    return f"SELECT count(*) FROM (SELECT 1 FROM marked WHERE the_case IS NOT NULL AND {condition})"


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


def _note_lost_events(query: VisitsQuery, events: Events) -> None:
    """Events that name no case, no activity or no time belong to no visit, or give no time of one."""
    for name, column, what, remedy in (
        ("the_case", events.case, "of no case", "give the event its case, or delete it"),
        ("the_activity", events.activity, "without activity", "name the activity"),
        ("the_time", events.time, "without a time", "give its time, or delete it"),
    ):
        lost = f"marked WHERE {name} IS NULL"
        query.note_rows(lost, column, f"an event {what}, left out", remedy, is_listed=False)


def _refuse_marks_without_event(query: VisitsQuery, events: Events) -> None:
    """Note the activities of the log; a mark that no event meets is a slip in the map."""
    counted = "SELECT the_activity, count(*) AS n FROM marked WHERE the_activity IS NOT NULL GROUP BY 1"
    known = dict(query.connection.execute(f"{counted} ORDER BY n DESC, 1").fetchall())
    kind = f"{len(known)} activities: {_some([f'{name!r} {n:,}' for name, n in known.items()])}"
    query.findings.append(note(events.activity, kind, "those the marks do not name are passed over"))
    for field, mark in events.marks().items():
        if not sql.whole_number(query.connection, f"SELECT count(*) FROM marked WHERE {_is_marked(mark)}"):
            what = " or ".join(repr(name) for name in mark.activity)
            what += f" with lifecycle {mark.lifecycle!r}" if mark.lifecycle else ""
            listed = f"the log has {', '.join(map(repr, list(known)[:N_WORDS]))}"
            known_name = closest_name(mark.activity[0], known) or listed
            remedy = f"correct `events.{events.place_of(field)}`; {known_name}"
            query.error(events.activity, f"no event {what}", remedy)


# --- only ---


def _keep_only(query: VisitsQuery) -> None:
    """Keep the rows whose columns hold one of the values chosen; a value that no row has is an error."""
    chosen = {column: values for column, values in query.column_map.only.items() if query.has(column)}
    are_lacking = [_lacks_values(query, column, values) for column, values in chosen.items()]
    if not chosen or any(are_lacking):
        return
    raw, execute = query.raw, query.connection.execute
    kept = " AND ".join(f"{raw.column_of[name]} IN ({sql.literals(values)})" for name, values in chosen.items())
    execute(f"CREATE TABLE chosen AS SELECT * FROM {raw.name} WHERE {kept} ORDER BY row")
    n_before, raw.name = raw.n_rows, "chosen"
    raw.n_rows = sql.whole_number(query.connection, "SELECT count(*) FROM chosen")
    kind = f"rows of another {' or '.join(repr(name) for name in chosen)} than `only` names"
    query.findings.append(note("", kind, "left out, not counted as rows", n_before - raw.n_rows))
    if not raw.n_rows:
        query.error(next(iter(chosen)), "no row has all that `only` names", "choose values that stand in one row")


def _lacks_values(query: VisitsQuery, column: str, values: tuple[str, ...]) -> bool:
    """Whether no row has one of the values: an error, with a close one or the few that there are."""
    text, table = query.raw.column_of[column], query.raw.name
    found = query.connection.execute(
        f"SELECT {text} FROM {table} WHERE {text} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    ).fetchall()
    known = [str(row[0]) for row in found]
    is_few = 0 < len(known) <= N_WORDS
    few = f"the column has {', '.join(map(repr, known))}" if is_few else f"it has {len(known):,} others"
    absent = [value for value in values if value not in set(known)]
    for value in absent:
        query.error(column, f"no row has {value!r}, which `only` names", closest_name(value, known) or few)
    return bool(absent)


# --- rows of one visit ---


def _join_rows_of_visits(query: VisitsQuery, visit: str) -> None:
    """One row a visit, in each column the first value that is not missing; what differs is told."""
    raw, connection, column_map = query.raw, query.connection, query.column_map
    missing = sql.literals(column_map.missing_codes) or "''"
    key = query.known_text(visit)
    connection.execute(
        f"CREATE TABLE keyed AS SELECT *, {key} AS the_visit, CASE WHEN ({key}) IS NULL THEN row END AS alone_in_row "
        f"FROM {raw.name}"
    )
    cells = ", ".join(f"{_first(text, missing)} AS {text}" for text in raw.column_of.values())
    connection.execute(
        "CREATE TABLE a_row_a_visit AS SELECT min(row) AS row, arg_min(twin, row) AS twin, "
        f"count(*) AS n_rows, {cells} FROM keyed GROUP BY the_visit, alone_in_row ORDER BY row"
    )
    n_rows, raw.name = raw.n_rows, "a_row_a_visit"
    raw.n_rows = sql.whole_number(connection, "SELECT count(*) FROM a_row_a_visit")
    if n_rows > raw.n_rows:
        kind = f"{n_rows:,} rows of {raw.n_rows:,} visits"
        remedy = "one visit a row from here on; its number is that of its first row"
        query.findings.append(note(visit, kind, remedy))
    _note_differences(query, visit, missing, n_rows)
    _note_unnumbered(query, visit)


def _first(text: str, missing: str) -> str:
    """The first value of a column in the rows of a visit; a code for missing only where there is nothing else."""
    known = f"arg_min({text}, row) FILTER ({text} NOT IN ({missing}))"
    return f"coalesce({known}, arg_min({text}, row) FILTER ({text} IS NOT NULL))"


def _note_differences(query: VisitsQuery, visit: str, missing: str, n_rows: int) -> None:
    """Tell the columns that differ between the rows of one visit; refuse visits that differ in arrival or site."""
    telling = [*columns_of(query.column_map.arrival), query.column_map.site]
    for number, (column, text) in enumerate(query.raw.column_of.items()):
        table = f"differing_{number}"
        query.connection.execute(
            f"CREATE TABLE {table} AS SELECT min(row) AS row FROM keyed WHERE {text} NOT IN ({missing}) AND "
            f"the_visit IS NOT NULL GROUP BY the_visit HAVING min({text}) <> max({text})"
        )
        kind = "the rows of one visit say different things"
        n, n_visits = sql.whole_number(query.connection, f"SELECT count(*) FROM {table}"), query.raw.n_rows
        if column in telling and n_rows >= _FEWEST and n > query.column_map.tolerated_share * n_visits:
            kind = f"{n:,} of {n_visits:,} values stand in rows that differ in {column!r}"
            remedy = "name the column of the visit, not of the patient; of several sites choose one with `only`"
            query.error(visit, kind, remedy)
        query.note_rows(table, column, kind, "the first is taken")


def _note_unnumbered(query: VisitsQuery, visit: str) -> None:
    """Rows that name no visit stand for a visit each."""
    query.connection.execute("CREATE TABLE unnumbered AS SELECT row FROM keyed WHERE the_visit IS NULL")
    query.note_rows("unnumbered", visit, "no number of the visit", "such a row is a visit of its own")
    query.connection.execute("DROP TABLE keyed")
