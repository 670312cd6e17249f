"""What a rule of the plausibility gate says: an error with its remedy, or a note where the map waives the rule."""

from typing import Final

from sim.visits.column_map import ColumnMap, GateRule
from sim.visits.data_quality import N_EXAMPLES, DataFinding, FindingLevel, note
from sim.visits.visits_query import VisitsQuery

FEWEST: Final = 20
"""Values needed before a median or a share is judged."""


def broken(
    column_map: ColumnMap,
    rule: GateRule,
    column: str,
    kind: str,
    remedy: str,
    count: int = 0,
    rows: tuple[int, ...] = (),
) -> DataFinding:
    """A rule that the file breaks. Values are never shown: they may be identities."""
    if rule in column_map.waive:
        return note(column, f"{rule}: {kind}", "kept: the column map waives this rule", count, rows)
    remedy = f"{remedy}, or `waive: [{rule}]` in the column map if it is true"
    return DataFinding(FindingLevel.ERROR, column, f"{rule}: {kind}", remedy, count, rows)


def first_rows(query: VisitsQuery, table: str) -> tuple[int, ...]:
    """The first rows of a table or a part of it that has a column `row`."""
    found = query.connection.execute(f"SELECT row FROM {table} ORDER BY row LIMIT {N_EXAMPLES}").fetchall()
    return tuple(int(row[0]) for row in found)


def numbers(query: VisitsQuery, select: str) -> tuple[float, ...]:
    """The numbers of one row; a missing one is 0."""
    found = query.connection.execute(select).fetchone() or ()
    return tuple(float(value or 0.0) for value in found)
