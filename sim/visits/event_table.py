"""Turn a log with one row an event into a table with one row a visit, by the marks of a column map.

Works on text in DuckDB; the result is read as any table of visits is.
"""

from __future__ import annotations

from typing import Final

import duckdb

from sim.io import sql
from sim.visits.column_map import ColumnMap, EventMark, Events
from sim.visits.data_quality import N_EXAMPLES, DataFinding, FindingLevel, closest_name, note
from sim.visits.raw_table import RawTable
from sim.visits.text_values import clock_time

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
    when = clock_time("the_time", column_map.time_format, column_map.time_zone or "UTC")
    connection.execute(
        f"CREATE TABLE marked AS SELECT *, {when} AS the_instant FROM (SELECT *, {case} AS the_case, "
        f"{activity} AS the_activity, {time} AS the_time, {lifecycle} AS the_lifecycle FROM {log.name})"
    )
    findings = [*_lost_events(connection, events), *_marks_without_event(connection, events)]
    chosen = ["min(row) AS row, min(twin) AS twin, the_case"]
    table = RawTable("visits_of_log", list(log.header), {}, 0, log.short, log.short_rows, log.blank)
    for field, mark in events.marks().items():
        table.column_of[field] = f"m_{field}"
        chosen.append(f"{_time_of_mark(mark)} AS m_{field}")
    if events.disposition:
        table.column_of["disposition"] = "m_disposition"
        start = events.disposition[:-1]
        ending = f"starts_with(the_activity, {sql.literal(start)})"
        chosen.append(
            f"substr(arg_max(the_activity, (the_instant, row)) FILTER ({ending}), {len(start) + 1}) AS m_disposition"
        )
    for column in attributes:
        ours = of.get(column)
        if ours is not None:
            table.column_of[column] = ours
            chosen.append(f"arg_min({ours}, row) FILTER ({ours} IS NOT NULL) AS {ours}")
            findings += _contradictions(connection, column, ours)
    connection.execute(
        f"CREATE TABLE {table.name} AS SELECT * REPLACE (row_number() OVER (ORDER BY row) AS row) FROM "
        f"(SELECT {', '.join(chosen)} FROM marked WHERE the_case IS NOT NULL GROUP BY the_case) ORDER BY row"
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
    found = []
    for condition, column, kind, remedy in (
        ("the_case IS NULL", events.case, "an event of no case, left out", "give the event its case, or delete it"),
        ("the_activity IS NULL", events.activity, "an event without activity, left out", "name the activity"),
        ("the_time IS NULL", events.time, "an event without a time, left out", "give its time, or delete it"),
    ):
        found += rows_noted(connection, f"marked WHERE {condition}", column, kind, remedy)
    return found


def rows_noted(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, kind: str, remedy: str
) -> list[DataFinding]:
    """A note on the rows of a table, or of a part of it; none where there are no rows."""
    n = sql.whole_number(connection, f"SELECT count(*) FROM {table}")
    rows = connection.execute(f"SELECT row FROM {table} ORDER BY row").fetchmany(N_EXAMPLES)
    return [note(column, kind, remedy, n, tuple(int(row[0]) for row in rows))] if n else []


def _marks_without_event(connection: duckdb.DuckDBPyConnection, events: Events) -> list[DataFinding]:
    """A mark that no event meets is a slip in the map."""
    known = dict(
        connection.execute(
            "SELECT the_activity, count(*) AS n FROM marked WHERE the_activity IS NOT NULL "
            "GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchall()
    )
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
