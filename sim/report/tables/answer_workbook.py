"""An answer as a workbook, `answer.xlsx`: what `answer.md` says and the tables behind it, for Excel.

Sheets are written by `sim.io.workbook`; numbers stand in the unit that their row or header names, shares in percent.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.engine.measures.number_text import decimals_shown, measure_and_part
from sim.io.workbook import Column, Sheet, write_workbook
from sim.report.description import Description
from sim.runs.interrupts import uninterrupted
from sim.runs.tables_on_disk import whole_file

ANSWER = "answer.xlsx"
LONGEST_TEXT = 2_000
WHOLE, NUMBER_CELL, MONEY, CHANCE = "#,##0", "#,##0.000", "#,##0.00", "0.0000"

CAUTION_HEADERS = {
    "leaving": Column("Visits that leave (share)", NUMBER_CELL),
    "unfinished": Column("Visits unfinished at the end (share)", NUMBER_CELL),
    "unfinished_limit": Column("Limit of unfinished visits (share)", NUMBER_CELL),
    "wait_first_third": Column("Wait in the first third (min)", NUMBER_CELL),
    "wait_last_third": Column("Wait in the last third (min)", NUMBER_CELL),
    "many_leave": Column("Many leave (†)"),
    "no_steady_state": Column("No steady state (‡)"),
}
ESTIMATE_HEADERS = {
    "label": Column("Measure"),
    "part": Column("Of which visits, role or place"),
    "unit": Column("Unit"),
    "mean": Column("Mean (in the unit of the row)", NUMBER_CELL),
    "low": Column("Interval from", NUMBER_CELL),
    "high": Column("Interval to", NUMBER_CELL),
    "n": Column("Replications", WHOLE),
    "measure": Column("Key"),
}
DIFFERENCE_HEADERS = {
    **ESTIMATE_HEADERS,
    "mean": Column("Paired difference (% points for shares, else the unit of the row)", NUMBER_CELL),
    "simultaneous_half_width": Column("Half-width, headline measures judged together", NUMBER_CELL),
    "p_holm": Column("p-value (Holm)", CHANCE),
}


def write_answer_workbook(sheets: Sequence[Sheet], file: Path) -> None:
    """Write the sheets; the file appears only when it is whole. Raises OSError."""
    with uninterrupted() as interrupts, whole_file(file) as partial:
        write_workbook(sheets, partial)
    if interrupts.came:
        raise KeyboardInterrupt


def number_format(name: str) -> str:
    """As many decimals as the measure is shown with."""
    places = decimals_shown(measure_and_part(name)[0])
    return f"#,##0.{'0' * places}" if places else "#,##0"


_WORDS = (Column("What"), Column("Text", wrap=True))
WHAT_SHEETS_ARE = {
    "summary": "The headline measures",
    "estimates": "Mean of every measure over replications, with its interval",
    "differences": "Paired differences from the baseline on the same patients, with intervals",
    "peer_day": "How the paid time of peers was spent, what it cost, and who had company",
    "costs": "What each roster costs",
    "worth": "What the paired differences would be worth in money, by what is counted",
    "cautions": "What must be read with care: many visits leave (†), no steady state (‡)",
    "failed": "Runs that failed",
    "curves": "Net benefit at each assumed effect",
    "parts": "What the net benefit is made of",
    "roles": "Hours and cost of every role",
    "shifts": "The shifts of every role",
    "settings": "Every setting of the scenario",
    "measures": "Every measure of the run",
    "visits": "One row for each visit",
    "tasks": "One row for each spell of work",
    "staff": "One row for each spell of duty",
    "census": "Visits present, every 15 minutes",
    "changes": "How each simulated patient's own wait and stay changed",
}
"""What a sheet holds, by its name."""
EMPTY_CELLS = (
    "There is no value, or it is infinite: an interval has no bound where there is one replication, a time never comes"
)


def answer_sheets(answer: Description, facts: Mapping[str, Any]) -> list[Sheet]:
    """An answer as sheets, its finding first; `facts` are those of run.json."""
    finding = answer.whole_finding
    lines = [("Question", finding.question), *((line.label, line.text) for line in finding.lines)]
    in_mind, left_out = list(answer.keep_in_mind()), answer.left_out()
    return [Sheet("finding", _WORDS, lines), *with_readme(answer.title, answer.sheets(), in_mind, facts, left_out)]


def with_readme(
    title: str, sheets: Sequence[Sheet], said: Sequence[str], facts: Mapping[str, Any], left_out: Sequence[str] = ()
) -> list[Sheet]:
    """The sheets behind one that says what was asked, what each holds, and what must be kept in mind."""
    rows: list[tuple[str, object]] = [("Question", title)]
    rows += [(what, value) for what, value in facts_in_words(facts) if value not in (None, "")]
    rows += [(f"Sheet {sheet.name}", WHAT_SHEETS_ARE.get(sheet.name, "")) for sheet in sheets]
    rows.append(("Empty cells", EMPTY_CELLS))
    rows += [("Left out", text) for text in left_out]
    rows += [("Keep in mind", text) for text in said]
    return [Sheet("README", _WORDS, [(what, cut_for_cell(value)) for what, value in rows]), *sheets]


def facts_in_words(facts: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What run.json says that a reader of a workbook needs in order to repeat the study.

    When and where it was written is left out, so that the same study writes the same bytes.
    """
    words = [str(word) for word in facts.get("command", ()) if not str(word).startswith("output=")]
    yield "Command", shlex.join(words)
    yield "PeerED version", facts.get("versions", {}).get("peered")
    yield "Code", facts.get("code")
    yield "Seed", facts.get("seed")
    yield "Engine", facts.get("engine")


def table_sheet(name: str, table: pd.DataFrame, headers: Mapping[str, Column]) -> Sheet:
    """The columns of a table that have a header, in the order of the headers."""
    there = [column for column in headers if column in table]
    return Sheet(name, [headers[column] for column in there], sheet_rows(table[there]))


def relabelled(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Staffings by their labels."""
    return table.assign(staffing=table["staffing"].map(labels)) if "staffing" in table else table


def sheet_rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    """TextRows with texts cut to a length that can be read, yes and no in words."""
    columns: dict[object, list[object]] = {}
    for name in table:
        column = table[name]
        if column.dtype == bool:
            columns[name] = ["yes" if value else "no" for value in column]
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.tolist()
        else:
            columns[name] = [cut_for_cell(value) for value in column]
    return list(zip(*columns.values(), strict=True))


def cut_for_cell(value: object) -> object:
    """A text that is not too long for a cell; numbers as they are."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
