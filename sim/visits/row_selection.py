"""Which rows of a table are visits of the department: those of the site chosen, and one for all rows of a visit."""

from typing import Final

from sim.io import sql
from sim.visits import column_map as maps
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import DataFinding, FindingLevel, closest_name, note
from sim.visits.visits_query import N_WORDS, VisitsQuery

_ARRIVAL_COLUMNS: Final = ("column", "date", "time", "hour")
_FEWEST: Final = 20
"""Rows below which a share of their visits says nothing."""


def select_rows(query: VisitsQuery) -> None:
    """Keep the rows that `only` chooses, then make one row of all that share their `visit`. Rows keep their numbers."""
    _keep_only(query)
    visit = query.column_map.visit
    if query.has(visit) and visit is not None and query.raw.n_rows:
        _join_rows_of_visits(query, visit)


# --- only ---


def _keep_only(query: VisitsQuery) -> None:
    """Keep the rows whose columns hold one of the values chosen; a value that no row has is an error."""
    chosen = {column: values for column, values in query.column_map.only.items() if query.has(column)}
    absent = [each for column, values in chosen.items() for each in _values_of_no_row(query, column, values)]
    query.findings += absent
    if absent or not chosen:
        return
    raw, execute = query.raw, query.connection.execute
    kept = " AND ".join(f"{raw.column_of[name]} IN ({_listed(values)})" for name, values in chosen.items())
    execute(f"CREATE TABLE chosen AS SELECT * FROM {raw.name} WHERE {kept} ORDER BY row")
    n_before, raw.name = raw.n_rows, "chosen"
    raw.n_rows = sql.whole_number(query.connection, "SELECT count(*) FROM chosen")
    kind = f"rows of another {' or '.join(repr(name) for name in chosen)} than `only` names"
    query.findings.append(note("", kind, "left out, not counted as rows", n_before - raw.n_rows))
    if not raw.n_rows:
        query.error(next(iter(chosen)), "no row has all that `only` names", "choose values that stand in one row")


def _values_of_no_row(query: VisitsQuery, column: str, values: tuple[str, ...]) -> list[DataFinding]:
    """An error for each value that no row has, with a close one or the few that there are."""
    text, table = query.raw.column_of[column], query.raw.name
    found = query.connection.execute(
        f"SELECT {text} FROM {table} WHERE {text} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    ).fetchall()
    known = [str(row[0]) for row in found]
    few = (
        f"the column has {', '.join(map(repr, known))}"
        if 0 < len(known) <= N_WORDS
        else f"it has {len(known):,} others"
    )
    return [
        DataFinding(
            FindingLevel.ERROR, column, f"no row has {value!r}, which `only` names", closest_name(value, known) or few
        )
        for value in values
        if value not in set(known)
    ]


# --- rows of one visit ---


def _join_rows_of_visits(query: VisitsQuery, visit: str) -> None:
    """One row a visit, in each column the first value that is not missing; what differs is told."""
    raw, connection, column_map = query.raw, query.connection, query.column_map
    missing = _listed(column_map.missing_codes) or "''"
    key = f"CASE WHEN {raw.column_of[visit]} NOT IN ({missing}) THEN {raw.column_of[visit]} END"
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
    telling = [*_columns_of_arrival(query.column_map), query.column_map.site]
    for number, (column, text) in enumerate(query.raw.column_of.items()):
        table = f"differing_{number}"
        query.connection.execute(
            f"CREATE TABLE {table} AS SELECT min(row) AS row FROM keyed WHERE {text} NOT IN ({missing}) AND "
            f"the_visit IS NOT NULL GROUP BY the_visit HAVING min({text}) <> max({text})"
        )
        kind = "the rows of one visit say different things"
        found = query.rows_noted(table, column, kind, "the first is taken")
        n, n_visits = sum(each.count for each in found), query.raw.n_rows
        if column in telling and n_rows >= _FEWEST and n > query.column_map.tolerated_share * n_visits:
            kind = f"{n:,} of {n_visits:,} values stand in rows that differ in {column!r}"
            remedy = "name the column of the visit, not of the patient; of several sites choose one with `only`"
            query.error(visit, kind, remedy)
        query.findings += found


def _note_unnumbered(query: VisitsQuery, visit: str) -> None:
    """Rows that name no visit stand for a visit each."""
    query.connection.execute("CREATE TABLE unnumbered AS SELECT row FROM keyed WHERE the_visit IS NULL")
    query.findings += query.rows_noted(
        "unnumbered", visit, "no number of the visit", "such a row is a visit of its own"
    )
    query.connection.execute("DROP TABLE keyed")


def _columns_of_arrival(column_map: ColumnMap) -> list[str | None]:
    arrival = column_map.arrival
    is_timed = isinstance(arrival, maps.TimestampArrival | maps.PartsArrival)
    return [getattr(arrival, part, None) for part in _ARRIVAL_COLUMNS] if is_timed else []


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(sql.literal(text) for text in texts)
