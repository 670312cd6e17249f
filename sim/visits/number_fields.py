"""Numbers of a visit, added to the query, each in the unit of its field."""

from typing import Final

from sim.visits import visits_query as texts
from sim.visits.column_map import ColumnWithUnit, NumberColumn
from sim.visits.visits_query import VisitsQuery

FORMULA: Final = ("a spreadsheet formula", "export values, not formulas")
_MINUTES: Final = {"seconds": 1.0 / 60.0, "minutes": 1.0, "hours": 60.0, "days": 1440.0}
_YEARS: Final = {"days": 1.0 / 365.25, "months": 1.0 / 12.0, "years": 1.0}
"""What a unit is in minutes, and in years."""


def unless_formula(query: VisitsQuery, column: str, unreadable: str) -> str:
    """The condition for a text that is merely unreadable; formulas and error texts of spreadsheets are faults apart."""
    text = query.text(column)
    formula = query.fault(column, f"{unreadable} AND {texts.is_formula(text)}", *FORMULA)
    remedy = "correct it, or list it under `missing_codes`"
    error = query.fault(column, f"{unreadable} AND {texts.is_spreadsheet_error(text)}", "a spreadsheet error", remedy)
    return f"{unreadable} AND NOT {formula} AND NOT {error}"


def add_number(
    query: VisitsQuery, name: str, number: NumberColumn | None, least: float = 0.0, most: float | None = None
) -> None:
    """Numbers, if the file has the column, those under `least` or over `most` a fault."""
    column = number.column if isinstance(number, ColumnWithUnit) else number
    if column is None or not query.has(column):
        return
    text = query.text(column)
    plain = texts.decimal_number(text, query.column_map.decimal)
    units = _YEARS if name == "age" else _MINUTES
    factor = units[number.unit] if isinstance(number, ColumnWithUnit) else 1.0
    query.add_field(name, column, plain if factor == 1.0 else f"{plain} * {factor!r}::DOUBLE")
    unreadable = unless_formula(query, column, f"{text} IS NOT NULL AND f_{name} IS NULL")
    remedy = "correct it, list it under `missing_codes`, or set `decimal` in the column map"
    query.fault(column, unreadable, "not a number", remedy)
    kind = f"under {least:g}" if most is None else f"outside {least:g} to {most:g}"
    outside = f"(f_{name} < {least}{'' if most is None else f' OR f_{name} > {most}'})"
    query.fault_of_field(name, outside, kind, "correct it or list it under `missing_codes`")
