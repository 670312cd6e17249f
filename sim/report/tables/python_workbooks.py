"""Workbooks of a scenario and of a run, as `.to_excel()` writes them: every table on a sheet of its own.

That of a comparison is `sim.report.tables.answer_workbook`, from which the parts come.
"""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.department.roster import WEEKDAYS, clock_text
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.io.workbook import Column, Sheet
from sim.report.journey_answer import JOURNEY_COLUMNS
from sim.report.tables.answer_workbook import MONEY, NUMBER_CELL, WHOLE, sheet_rows, table_sheet, with_readme
from sim.report.tables.summaries import measures_table, run_summary, staffing_summary

MOST_TABLE_CELLS = 2_000_000
"""Cells of a table that is written to a sheet; more take minutes."""
_MEASURES = {
    "label": Column("Measure"),
    "part": Column("Of which visits, role or place"),
    "value": Column("Value (in the unit of the row)", NUMBER_CELL),
    "unit": Column("Unit"),
    "measure": Column("Key"),
}
NEVER = {
    "patience": ["empty: never"],
    "escalation_budget": ["empty: never"],
    "next_visit": ["empty: never, or still present"],
}
"""What an empty cell says in columns that are infinite for what never happens: a sheet cannot hold that."""
TIMES_OF_JOURNEY = "Times are minutes after arrival"
TIMES = "Times are minutes since Monday 00:00 of week 0; docs/data-dictionary.md tells every column"


def scenario_sheets(scenario: Scenario) -> list[Sheet]:
    """Roles with hours and cost, shifts, and every setting of a scenario."""
    staffing = scenario.staffing
    roles = {
        "role": Column("Role"),
        "kind": Column("Kind"),
        "heads": Column("People on the roster", WHOLE),
        "hours_per_week": Column("Hours a week", "#,##0.0"),
        "cost_per_hour": Column("Cost of an hour (CAD)", MONEY),
        "cost_per_week": Column("Cost (CAD a week)", MONEY),
    }
    shifts = pd.DataFrame(shift_rows(scenario), columns=["role", "shift", "start", "hours", "days", "heads"])
    of_shifts = {
        "role": Column("Role"),
        "shift": Column("Shift"),
        "start": Column("Start (clock)"),
        "hours": Column("Length (h)", "0.0"),
        "days": Column("Days"),
        "heads": Column("People", WHOLE),
    }
    settings = pd.DataFrame(settings_of(scenario.model_dump(mode="json")), columns=["key", "value"])
    sheets = [
        table_sheet("roles", staffing_summary(staffing).reset_index(), roles),
        table_sheet("shifts", shifts, of_shifts),
        table_sheet("settings", settings, {"key": Column("Key"), "value": Column("Value")}),
    ]
    return with_readme(f"Scenario with staffing {staffing.shown_name}", sheets, [], {})


def shift_rows(scenario: Scenario) -> Iterator[tuple[object, ...]]:
    """Role, shift, start, hours, days and heads of every shift."""
    for role_name, role in scenario.staffing.roles.items():
        for name, shift in role.shifts.items():
            days = " ".join(WEEKDAYS[day] for day in sorted(shift.days))
            yield role_name, name, clock_text(shift.start), shift.minutes / 60.0, days, role.heads_of(shift)


def settings_of(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Key and value of every setting, keys joined by dots; lists as JSON."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from settings_of(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, json.dumps(value) if isinstance(value, list | bool) or value is None else value


def run_sheets(run: Trajectory, values: Mapping[str, float]) -> list[Sheet]:
    """Measures, visits, tasks, staff and census of a run; a table that is too large is left out, and this is said."""
    known = [name for name, value in values.items() if not np.isnan(value)]
    sheets = [
        table_sheet("summary", run_summary(values).reset_index(), _MEASURES),
        table_sheet("measures", measures_table(values, known).reset_index(), _MEASURES),
    ]
    left_out = []
    for name in ("visits", "tasks", "staff", "census"):
        table: pd.DataFrame = getattr(run, name)
        if table.size > MOST_TABLE_CELLS:
            size = f"{len(table):,} rows of {table.shape[1]} columns take minutes to write"
            left_out.append(f"{name}: {size}; play fewer weeks, or keep .{name} as it is in Python")
            warnings.warn(f"sheet {left_out[-1]}", stacklevel=3)
        else:
            sheets.append(Sheet(name, [headed(table, column) for column in table], sheet_rows(table)))
    facts: dict[str, Any] = {"seed": run.seed, "engine": run.engine}
    said = [TIMES, "One run of random weeks: nothing in it can be distinguished from chance"]
    return with_readme(f"Run of replication {run.replication}", sheets, said, facts, left_out=left_out)


def journey_sheets(
    question: str, said: Sequence[str], summary: pd.DataFrame, bars: pd.DataFrame, words: pd.DataFrame
) -> list[Sheet]:
    """What differs in a journey, everything in it that lasts, and its words."""
    table = summary.rename_axis("what").reset_index()
    sheets = [
        table_sheet("summary", table, {"what": Column("What")} | {str(name): Column(str(name)) for name in summary}),
        Sheet("bars", [headed(bars, column) for column in bars], sheet_rows(bars)),
        table_sheet("journey", words, JOURNEY_COLUMNS),
    ]
    return with_readme(question, sheets, [*said, TIMES_OF_JOURNEY], {})


def headed(table: pd.DataFrame, column: object) -> Column:
    """The name of a column with its unit: what is no whole number in these tables is minutes."""
    if table[column].dtype.kind != "f":
        return Column(str(column))
    return Column(f"{column} ({', '.join(['min', *NEVER.get(str(column), [])])})", "0.00")
