"""The answer of a validation: on the terminal, as `answer.md`, and as a table and sheets with the same columns.

Verdicts and distances are those of `sim.analysis.validation`, by docs/protocol.md; here they are only laid out.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from math import isnan
from typing import Any, Literal

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis.validation import USES, VERDICTS, PublishedRow, ValidatedRow, Validation
from sim.engine.measures.number_text import NOTHING, counted, plain_number
from sim.io.clean_text import for_markdown, one_line
from sim.io.workbook import Column, Sheet
from sim.report.console import WIDTH, say, show
from sim.report.markdown import markdown_table
from sim.report.tables.answer_workbook import NUMBER, WHOLE, table_sheet, with_readme
from sim.report.tables.table_cells import Rows
from sim.report.words.caveats import CHANCE_ONLY

TITLE = "Does the department look like a real one?"
PROTOCOL = "docs/protocol.md"
SHARE = "proportion"
WHAT_VERDICTS_MEAN = (
    "inside: the whole interval lies in the accepted range; near: it overlaps; else miss. Distance: from the "
    "published value, in half-widths of the accepted range"
)
WHAT_USES_MEAN = "calibrate: numbers may be tuned to it; check: none was moved for it; input: put in, verified"


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of the table, as text."""

    row: str
    measure: str
    published: str
    accepted: str
    basis: str
    simulated: str
    verdict: str
    distance: str
    use: str


HEADERS = Cells("Row", "Measure", "Published", "Range", "Basis", "Simulated", "Verdict", "Dist.", "Use")


def cells_of(row: ValidatedRow) -> Cells:
    """A judged row as text, shares in percent."""
    told = row.published
    return Cells(
        told.row,
        told.measure,
        published_text(told),
        accepted_text(told),
        told.basis,
        simulated_text(row),
        row.verdict or NOTHING,
        plain_number(row.distance, 2),
        told.use,
    )


def published_text(row: PublishedRow) -> str:
    """What is published, with its sources: `90 (TIM12)`, `29-45 % (REV02, ARR15)`; a dash for nothing."""
    value = row.published_range or ("" if isnan(row.published) else in_unit(row, row.published))
    if not value:
        return NOTHING
    # Row 11 has its source in the register's page of evidence, which has no id.
    ids = ", ".join(name for name in row.source_ids.split() if name != "evidence")
    return f"{value}{percent(row)}{f' ({ids})' if ids else ''}"


def accepted_text(row: PublishedRow) -> str:
    """The accepted range: `72-108`, `1.3-6.7 %`, `-48 to 10`."""
    between = " to " if row.accept_low < 0.0 else "-"
    return f"{in_unit(row, row.accept_low)}{between}{in_unit(row, row.accept_high)}{percent(row)}"


def simulated_text(row: ValidatedRow) -> str:
    """The mean with its interval: `88.2 (86.1 to 90.3)`, `2.31 % (2.20 to 2.42)`."""
    told = row.published
    times, decimals = (100.0 if told.unit == SHARE else 1.0), (1 if told.unit in ("min", "h/day") else 2)
    mean, low, high = (plain_number(value * times, decimals) for value in (row.simulated, row.low, row.high))
    if mean == NOTHING:
        return NOTHING
    interval = f" ({low} to {high})" if row.verdict else ""
    return f"{mean}{percent(told)}{interval}"


def in_unit(row: PublishedRow, value: float) -> str:
    """A published number or limit as the protocol writes it, shares times 100."""
    return f"{value * (100.0 if row.unit == SHARE else 1.0):.10g}"


def percent(row: PublishedRow) -> str:
    return " %" if row.unit == SHARE else ""


# --- the head of the answer -------------------------------------------------------------------------


def count_rows(validation: Validation) -> Rows:
    """How many rows of each use are inside, near, missed."""
    rows: Rows = [("Use", *VERDICTS)]
    rows += [(use, *(str(validation.counts[use][verdict]) for verdict in VERDICTS)) for use in USES]
    return rows


def distance_sentence(validation: Validation) -> str:
    """The median distance in words."""
    distance = plain_number(validation.median_distance, 2)
    return (
        f"Median distance from the published value: {distance} half-widths of the accepted range, over the "
        f"{counted(validation.n_distances, 'row')} with a published value."
    )


def missed_sentences(validation: Validation) -> Iterator[str]:
    """Every row that is near or missed with the trade that would cure it; last, in one line, those without one."""
    unknown = []
    for row in validation.rows:
        told = row.published
        if row.verdict not in ("near", "miss"):
            continue
        if not told.trade:
            unknown.append(f"{told.row} {row.verdict}")
            continue
        figures = f"{simulated_text(row)}, accepted {accepted_text(told)}"
        yield f"{told.row} {row.verdict}. {told.measure}: {figures}. {told.trade}"
    if unknown:
        yield f"Not inside, and no trade is known that would cure it: {', '.join(unknown)}."


# --- the terminal -----------------------------------------------------------------------------------


def print_validation(validation: Validation, console: Console) -> None:
    """Counts, the median distance, rows that are not inside with their trades; then every row."""
    for use in USES:
        counts = validation.counts[use]
        say(console, f"{use}: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), "bold")
    say(console, distance_sentence(validation), "bold")
    for line in (*missed_sentences(validation), *validation.notes):
        say(console, f"• {line}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), width=WIDTH)
    for name in SHOWN:
        side: Literal["left", "right"] = "right" if name in NUMBERS else "left"
        table.add_column(name, justify=side, ratio=SHARES_OF_WIDTH.get(name), no_wrap=name not in SHARES_OF_WIDTH)
    for row in validation.rows:
        style = "bold" if row.verdict in ("near", "miss") else ""
        table.add_row(*(Text(cell, style=style) for cell in shown_cells(row)))
    show(console, table)
    say(console, f"{WHAT_VERDICTS_MEAN}. {WHAT_USES_MEAN}. Sources are named by their ids. The rule: {PROTOCOL}.")


SHOWN = ("Row", "Measure", "Published", "Range\nBasis", "Simulated", "Verdict", "Dist.", "Use")
"""Columns of the terminal, which has no room for all side by side."""
SHARES_OF_WIDTH: Mapping[str, int] = {"Measure": 2, "Published": 1}
"""Columns that are wrapped, and what they get of the room that the others leave."""
NUMBERS = ("Simulated", "Dist.")
"""Columns that stand to the right."""


def shown_cells(row: ValidatedRow) -> tuple[str, ...]:
    """The cells of a row on the terminal: the basis below the range, the interval below the mean."""
    cells = cells_of(row)
    accepted, simulated = f"{cells.accepted}\n{cells.basis}", cells.simulated.replace(" (", "\n(")
    return (
        cells.row, cells.measure, cells.published, accepted, simulated, cells.verdict, cells.distance, cells.use,
    )  # fmt: skip


# --- the folder -------------------------------------------------------------------------------------


def validation_markdown(validation: Validation, command: Sequence[str], seed: int) -> str:
    """The whole answer as a page; `command` repeats it."""
    n = max((row.n for row in validation.rows), default=0)
    played = f"{counted(n, 'replication')} of {counted(validation.weeks, 'week')}, seed {seed}"
    rows: Rows = [astuple(HEADERS), *(astuple(cells_of(row)) for row in validation.rows)]
    listed = [*missed_sentences(validation), *validation.notes]
    parts = [
        f"# {TITLE}",
        f"{played}; {100.0 * validation.confidence:g} % intervals. Judged by {PROTOCOL}.",
        markdown_table(count_rows(validation)),
        distance_sentence(validation),
        *(["## Not inside", "\n".join(f"- {for_markdown(line)}" for line in listed)] if listed else []),
        "## Every row",
        markdown_table(rows),
        f"{WHAT_VERDICTS_MEAN}. {WHAT_USES_MEAN}.",
        CHANCE_ONLY,
        "## To repeat it",
        f"    {one_line(shlex.join(command))}",
    ]
    return "\n\n".join(parts) + "\n"


COLUMNS: Mapping[str, Column] = {
    "row": Column("Row"),
    "measure": Column("Measure"),
    "unit": Column("Unit"),
    "published": Column("Published", NUMBER),
    "published_range": Column("Published range"),
    "accept_low": Column("Accepted from", NUMBER),
    "accept_high": Column("Accepted to", NUMBER),
    "basis": Column("Basis"),
    "simulated": Column("Simulated mean", NUMBER),
    "low": Column("Interval from", NUMBER),
    "high": Column("Interval to", NUMBER),
    "n": Column("Replications", WHOLE),
    "verdict": Column("Verdict"),
    "distance": Column("Distance (half-widths of the accepted range)", NUMBER),
    "use": Column("Use"),
    "source_ids": Column("Sources (ids of the register)"),
    "trade": Column("What would cure it", wrap=True),
    "key": Column("Key"),
}
"""Columns of `validation.csv` and of the sheet, with the headers of the sheet."""


def validation_table(validation: Validation) -> pd.DataFrame:
    """A line for each row; values in the row's unit, shares as proportions. An empty verdict: it cannot be judged."""
    lines = []
    for row in validation.rows:
        told = row.published
        line = {name: getattr(told, name) for name in COLUMNS if hasattr(told, name)}
        judged = {name: getattr(row, name) for name in ("simulated", "low", "high", "n", "distance")}
        lines.append(line | judged | {"verdict": row.verdict or ""})
    return pd.DataFrame(lines, columns=list(COLUMNS))


IN_UNIT = ("published", "accept_low", "accept_high", "simulated", "low", "high")
"""Columns in the unit of the row."""


def validation_sheets(validation: Validation, facts: Mapping[str, Any]) -> list[Sheet]:
    """Sheets of `answer.xlsx`: the counts and every row, shares in percent; `facts` are those of run.json."""
    table = validation_table(validation)
    shares = table["unit"] == SHARE
    table.loc[shares, list(IN_UNIT)] *= 100.0
    table.loc[shares, "unit"] = "%"
    table["published_range"] = table["published_range"].where(table["published_range"] != "", NOTHING)
    head, *counts = count_rows(validation)
    verdicts = Sheet("verdicts", [Column(name) for name in head], counts)
    said = [distance_sentence(validation), WHAT_VERDICTS_MEAN, WHAT_USES_MEAN, *validation.notes, CHANCE_ONLY]
    return with_readme(TITLE, [table_sheet("validation", table, COLUMNS), verdicts], said, facts)
