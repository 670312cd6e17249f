"""The answer of a validation: on the terminal, as `answer.md`, and as a table and sheets with the same columns.

Verdicts and distances are those of `sim.analysis.validation`, by docs/protocol.md; here they are only laid out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any

import pandas as pd
from rich.console import Console

from sim.analysis.validation import USES, VERDICTS, PublishedRow, ValidatedRow, Validation
from sim.department.short_text import cut_end
from sim.engine.measures.number_text import NOTHING, counted, plain_number
from sim.io.short_lists import few_of
from sim.io.workbook import Column, Sheet
from sim.report.console import say, show
from sim.report.description import CERTAINTY, Finding, FindingLine, Points, Section, TextRows, TextTable, Typed, page
from sim.report.screen import MOST_LINES, rich_table, say_finding, shown_briefly
from sim.report.tables.answer_workbook import NUMBER_CELL, WHOLE, table_sheet, with_readme
from sim.report.terminal import LINE_WIDTH
from sim.report.words.caveats import CHANCE_ONLY
from sim.report.words.measure_words import whole_percent

TITLE = "Does the department look like a real one?"
PROTOCOL = "docs/protocol.md"
SHARE = "proportion"
_Row = tuple[str, ...]
WHAT_VERDICTS_MEAN = (
    "inside: the whole interval lies in the accepted range; near: it overlaps; else miss. Distance: from the "
    "published value, in half-widths of the accepted range"
)
USE_WORDS = {
    "calibrate": "numbers may be tuned to it",
    "check": "none was moved for it",
    "input": "put in, verified",
}
WHAT_USES_MEAN = "; ".join(f"{use}: {words}" for use, words in USE_WORDS.items())


def published_text(row: PublishedRow) -> str:
    """What is published, with its sources: `90 (TIM12)`, `29-45 % (REV02, ARR15)`; a dash for nothing."""
    value = row.published_range or ("" if isnan(row.published) else in_unit(row, row.published))
    if not value:
        return NOTHING
    # Row 11 has its source in the register's page of evidence, which has no id.
    ids = ", ".join(name for name in row.source_ids.split() if name != "evidence")
    return f"{value}{percent_sign(row)}{f' ({ids})' if ids else ''}"


def accepted_text(row: PublishedRow) -> str:
    """The accepted range: `72-108`, `1.3-6.7 %`, `-48 to 10`."""
    between = " to " if row.accept_low < 0.0 else "-"
    return f"{in_unit(row, row.accept_low)}{between}{in_unit(row, row.accept_high)}{percent_sign(row)}"


def simulated_text(row: ValidatedRow) -> str:
    """The mean with its interval: `88.2 (86.1 to 90.3)`, `2.31 % (2.20 to 2.42)`."""
    unit = row.published.unit
    times, decimals = (100.0 if unit == SHARE else 1.0), (1 if unit in ("min", "h/day") else 2)
    mean, low, high = (plain_number(value * times, decimals) for value in (row.simulated, row.low, row.high))
    if mean == NOTHING:
        return NOTHING
    interval = f" ({low} to {high})" if row.verdict else ""
    return f"{mean}{percent_sign(row.published)}{interval}"


def in_unit(row: PublishedRow, value: float) -> str:
    """A published number or limit as the protocol writes it, shares times 100."""
    return f"{value * (100.0 if row.unit == SHARE else 1.0):.10g}"


def percent_sign(row: PublishedRow) -> str:
    return " %" if row.unit == SHARE else ""


CELLS: Mapping[str, Callable[[ValidatedRow], str]] = {
    "Row": lambda row: row.published.row,
    "Measure": lambda row: row.published.measure,
    "Published": lambda row: published_text(row.published),
    "Range": lambda row: accepted_text(row.published),
    "Basis": lambda row: row.published.basis,
    "Simulated": simulated_text,
    "Verdict": lambda row: row.verdict or NOTHING,
    "Dist.": lambda row: plain_number(row.distance, 2),
    "Use": lambda row: row.published.use,
}
"""Columns of the table of rows, and the text of a judged row in each; shares in percent."""


def text_rows(rows: Iterable[ValidatedRow]) -> TextRows:
    """The rows as text below their head."""
    return [tuple(CELLS), *(tuple(cell(row) for cell in CELLS.values()) for row in rows)]


# --- the head of the answer


def count_rows(validation: Validation) -> TextRows:
    """How many rows of each use are inside, near, missed."""
    rows: TextRows = [("Use", *VERDICTS)]
    rows += [(use, *(str(validation.counts[use][verdict]) for verdict in VERDICTS)) for use in USES]
    return rows


def distance_sentence(validation: Validation) -> str:
    """The median distance in words."""
    distance = plain_number(validation.median_distance, 2)
    return (
        f"Median distance from the published value: {distance} half-widths of the accepted range, over the "
        f"{counted(len(validation.distances), 'row')} with a published value."
    )


def missed_sentences(validation: Validation) -> Iterator[str]:
    """Every row that is near or missed with the trade that would cure it; last, in one line, those without one."""
    unknown = []
    for row in validation.rows:
        published = row.published
        if row.verdict not in ("near", "miss"):
            continue
        if not published.trade:
            unknown.append(f"{published.row} {row.verdict}")
            continue
        figures = f"{simulated_text(row)}, accepted {accepted_text(published)}"
        yield f"{published.row} {row.verdict}. {published.measure}: {figures}. {published.trade}"
    if unknown:
        yield f"Not inside, and no trade is known that would cure it: {', '.join(unknown)}."


# --- the terminal


SCREEN_HEAD = ("Row", "Not inside", "Accepted", "Simulated", "Verdict")
LINES_AROUND_ROWS, FEWEST_OUTSIDE = 10, 3
"""Lines for progress, the head of the table, its legend and where the results are; rows that there are always."""
WIDTH_BESIDE_MEASURE = 56
"""Columns of the terminal for the cells beside the name of a measure."""


def print_validation(validation: Validation, console: Console) -> None:
    """The finding, and as many rows that are not inside as fit, those that miss first."""
    finding, notes = validation_finding(validation), [*missed_sentences(validation), *validation.notes]
    if shown_briefly(finding, console, remarks=notes):
        return
    room = MOST_LINES - LINES_AROUND_ROWS - say_finding(finding, console)
    outside = [row for verdict in ("miss", "near") for row in validation.rows if row.verdict == verdict]
    shown = outside[: max(FEWEST_OUTSIDE, room)]
    if not shown:
        return
    width = min(LINE_WIDTH, console.width) - WIDTH_BESIDE_MEASURE
    console.print()
    show(console, rich_table([SCREEN_HEAD, *(screen_cells(row, width) for row in shown)], (0, 1, 4)))
    more = f"{len(outside) - len(shown)} more rows that are near, and what" if outside[len(shown) :] else "What"
    legend = f"near: the interval overlaps the accepted range ({PROTOCOL})."
    say(console, f"{legend} {more} would cure a miss, in answer.md.", "dim")


def screen_cells(row: ValidatedRow, width: int) -> tuple[str, ...]:
    """A row on the terminal, in one line, its measure cut to a width."""
    published = row.published
    measure = cut_end(published.measure, width)
    return published.row, measure, accepted_text(published), simulated_text(row), row.verdict or NOTHING


# --- the folder


def validation_markdown(validation: Validation, command: Sequence[str], seed: int) -> str:
    """The whole answer as a page; `command` repeats it."""
    n = max((row.n for row in validation.rows), default=0)
    played = f"{counted(n, 'replication')} of {counted(validation.weeks, 'week')}, seed {seed}"
    judged = f"{played}; {whole_percent(validation.confidence)} intervals. Judged by {PROTOCOL}."
    counts, *sections = validation_page_sections(validation)
    return page(TITLE, [judged, *counts.blocks], [*sections, Section("To repeat it", [Typed(command)])])


def validation_page_sections(validation: Validation) -> list[Section]:
    """The counts, which have no title, rows that are not inside, and every row."""
    meaning = f"{WHAT_VERDICTS_MEAN}. {WHAT_USES_MEAN}."
    return [
        Section("", [TextTable(count_rows(validation)), distance_sentence(validation)]),
        Section("Not inside", [Points([*missed_sentences(validation), *validation.notes])]),
        Section("Every row", [TextTable(text_rows(validation.rows), is_words=True), meaning, CHANCE_ONLY]),
    ]


def validation_finding(validation: Validation) -> Finding:
    """The question and what came of it, in five lines."""
    judged = [row for row in validation.rows if row.verdict is not None]
    n_of = {verdict: sum(row.verdict == verdict for row in judged) for verdict in VERDICTS}
    missed = [row for row in judged if row.verdict == "miss"]
    looks = (
        f"of {counted(len(judged), 'row')} set beside published figures or a judgement {n_of['inside']} lie inside the "
        f"accepted range, {n_of['near']} overlap it, {n_of['miss']} miss it. {distance_sentence(validation)}"
    )
    named = [
        f"{row.published.measure}: {simulated_text(row)}, accepted {accepted_text(row.published)}" for row in missed
    ]
    n = max((row.n for row in validation.rows), default=0)
    percent = whole_percent(validation.confidence)
    sure = f"{counted(n, 'replication')} of {counted(validation.weeks, 'week')}, {percent} intervals. {CHANCE_ONLY}"
    texts = {
        "What looks real": looks,
        "What does not": f"{few_of(named, MISSES_NAMED, '; ') or 'nothing misses its range'}.",
        "The fair test": f"of rows that nothing was moved for {counts_text(validation, 'check')}.",
        "Tuned or put in": f"{counts_text(validation, 'calibrate')} of rows that numbers may be tuned to; "
        f"{counts_text(validation, 'input')} of what was put in.",
        CERTAINTY: sure,
    }
    return Finding(TITLE, tuple(FindingLine(label, text) for label, text in texts.items()))


MISSES_NAMED = 3
"""Rows that miss which the finding names."""


def counts_text(validation: Validation, use: str) -> str:
    """`8 inside, 0 near, 6 miss`."""
    return ", ".join(f"{validation.counts[use][verdict]} {verdict}" for verdict in VERDICTS)


COLUMNS: Mapping[str, Column] = {
    "row": Column("Row"),
    "measure": Column("Measure"),
    "unit": Column("Unit"),
    "published": Column("Published", NUMBER_CELL),
    "published_range": Column("Published range"),
    "accept_low": Column("Accepted from", NUMBER_CELL),
    "accept_high": Column("Accepted to", NUMBER_CELL),
    "basis": Column("Basis"),
    "simulated": Column("Simulated mean", NUMBER_CELL),
    "low": Column("Interval from", NUMBER_CELL),
    "high": Column("Interval to", NUMBER_CELL),
    "n": Column("Replications", WHOLE),
    "verdict": Column("Verdict"),
    "distance": Column("Distance (half-widths of the accepted range)", NUMBER_CELL),
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
        line = {name: getattr(row.published, name) for name in COLUMNS if hasattr(row.published, name)}
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
