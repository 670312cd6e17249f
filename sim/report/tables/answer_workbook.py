"""The answer of a comparison as a workbook, `answer.xlsx`: what `answer.md` says and the tables behind it, for Excel.

Workbooks of sweeps and break-even studies are made in `sim.report.tables.sweep_workbook` of the same parts.

Sheets are written by `sim.io.workbook`; numbers stand in the unit that their row or header names, shares in percent.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.comparison_result import Comparison
from sim.analysis.valuation import preset_text
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import decimals_shown, measure_and_part, scale
from sim.io.workbook import Column, Sheet, write_workbook
from sim.report.tables.lookups import estimate, known_measures, label, others
from sim.report.tables.peer_day import peer_day_lines, peer_day_measures, peer_day_words, with_peers
from sim.report.tables.summaries import comparison_summary, with_labels
from sim.report.tables.table_cells import hours_text, rank_line
from sim.report.words.caveats import honesty_lines
from sim.report.words.comparison_finding import finding_of, with_other_levels
from sim.report.words.finding import Finding
from sim.report.words.question_text import changed_line
from sim.report.words.worth_text import worth_lines
from sim.runs.interrupts import uninterrupted
from sim.runs.tables_on_disk import whole_file

ANSWER = "answer.xlsx"
LONGEST_TEXT = 2_000
WHOLE, NUMBER, MONEY, CHANCE = "#,##0", "#,##0.000", "#,##0.00", "0.0000"

CAUTION_HEADERS = {
    "leaving": Column("Visits that leave (share)", NUMBER),
    "unfinished": Column("Visits unfinished at the end (share)", NUMBER),
    "unfinished_limit": Column("Limit of unfinished visits (share)", NUMBER),
    "wait_first_third": Column("Wait in the first third (min)", NUMBER),
    "wait_last_third": Column("Wait in the last third (min)", NUMBER),
    "many_leave": Column("Many leave (†)"),
    "no_steady_state": Column("No steady state (‡)"),
}
ESTIMATE_HEADERS = {
    "label": Column("Measure"),
    "part": Column("Of which visits, role or place"),
    "unit": Column("Unit"),
    "mean": Column("Mean (in the unit of the row)", NUMBER),
    "low": Column("Interval from", NUMBER),
    "high": Column("Interval to", NUMBER),
    "n": Column("Replications", WHOLE),
    "measure": Column("Key"),
}
WORTH_HEADERS = {
    "preset": Column("Counted"),
    "mean": Column("Worth of the differences (CAD a week)", MONEY),
    "low": Column("Interval from (CAD a week)", MONEY),
    "high": Column("Interval to (CAD a week)", MONEY),
    "n": Column("Replications", WHOLE),
}
DIFFERENCE_HEADERS = {
    **ESTIMATE_HEADERS,
    "mean": Column("Paired difference (% points for shares, else the unit of the row)", NUMBER),
    "simultaneous_half_width": Column("Half-width, headline measures judged together", NUMBER),
    "p_holm": Column("p-value (Holm)", CHANCE),
}


def write_answer_workbook(sheets: Sequence[Sheet], file: Path) -> None:
    """Write the sheets; the file appears only when it is whole. Raises OSError."""
    with uninterrupted() as interrupts, whole_file(file) as partial:
        write_workbook(sheets, partial)
    if interrupts.came:
        raise KeyboardInterrupt


# --- a comparison ---------------------------------------------------------------------------


def comparison_sheets(comparison: Comparison, facts: Mapping[str, Any] | None = None) -> list[Sheet]:
    """Sheets of a comparison, its finding first; `facts` are those of run.json, where there is one."""
    names = {"demand": Column("Demand (factor)", "0.00"), "staffing": Column("Staffing")}
    label_of = {name: label(comparison, name) for name in comparison.staffings}
    estimates = with_labels(comparison.estimates, ("mean", "low", "high"))
    sheets = [
        comparison_summary_sheet(comparison),
        table_sheet("estimates", relabelled(estimates, label_of), names | ESTIMATE_HEADERS),
    ]
    if len(comparison.differences):
        differences = with_labels(comparison.differences, ("mean", "low", "high", "simultaneous_half_width"))
        headers = names | DIFFERENCE_HEADERS | {"sentence": Column("In words")}
        sheets.append(table_sheet("differences", relabelled(differences, label_of), headers))
    sheets += peer_day_sheets(comparison)
    sheets.append(costs_sheet(comparison))
    if len(comparison.worth):
        worth = relabelled(comparison.worth, label_of).assign(preset=comparison.worth["preset"].map(preset_text))
        sheets.append(table_sheet("worth", worth, names | WORTH_HEADERS))
    sheets.append(table_sheet("cautions", relabelled(comparison.cautions, label_of), names | CAUTION_HEADERS))
    notes = (
        rank_line(known_measures(comparison, HEADLINE)),
        *peer_day_lines(comparison),
        *worth_lines(comparison),
        *comparison.notes,
    )
    said = [line for line in (changed_line(comparison), *notes, *honesty_lines(comparison)) if line]
    finding = with_other_levels(finding_of(comparison), comparison)
    return with_readme(finding.question, sheets, said, facts or {}, finding)


# --- single sheets ----------------------------------------------------------------------------------

WORDS = (Column("What"), Column("Text", wrap=True))
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


def with_readme(
    title: str,
    sheets: Sequence[Sheet],
    said: Sequence[str],
    facts: Mapping[str, Any],
    finding: Finding | None = None,
    left_out: Sequence[str] = (),
) -> list[Sheet]:
    """The sheets behind one that says what was asked, what each holds, and what must be kept in mind.

    The five lines of a finding come before all others.
    """
    rows: list[tuple[str, object]] = [("Question", title)]
    rows += [(what, value) for what, value in facts_told(facts) if value not in (None, "")]
    rows += [(f"Sheet {sheet.name}", WHAT_SHEETS_ARE.get(sheet.name, "")) for sheet in sheets]
    rows.append(("Empty cells", EMPTY_CELLS))
    rows += [("Left out", text) for text in left_out]
    rows += [("Keep in mind", text) for text in said]
    cells = [(what, cut_for_cell(value)) for what, value in rows]
    return [*finding_sheets(finding), Sheet("README", WORDS, cells), *sheets]


def facts_told(facts: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What run.json says that a reader of a workbook needs in order to repeat the study.

    When and where it was written is left out, so that the same study writes the same bytes.
    """
    words = [str(word) for word in facts.get("command", ()) if not str(word).startswith("output=")]
    yield "Command", shlex.join(words)
    yield "PeerED version", facts.get("versions", {}).get("peered")
    yield "Code", facts.get("code")
    yield "Seed", facts.get("seed")
    yield "Engine", facts.get("engine")


def finding_sheets(finding: Finding | None) -> list[Sheet]:
    """The five lines, if there are any."""
    if finding is None:
        return []
    lines = [("Question", finding.question), *((line.label, line.text) for line in finding.lines)]
    return [Sheet("finding", WORDS, lines)]


def comparison_summary_sheet(comparison: Comparison) -> Sheet:
    """The headline measures: baseline, and for each other staffing difference, interval and verdict.

    A staffing that nothing is compared with has its own interval.
    """
    table = comparison_summary(comparison)
    headers = [Column("Measure"), Column("Of which visits"), Column("Unit")]
    own = ("mean",) if others(comparison) else ("mean", "interval from", "interval to")
    headers += [Column(f"{label(comparison, comparison.baseline)}: {word}") for word in own]
    words = ("difference (% points for shares)", "interval from", "interval to", "beyond chance")
    headers += [Column(f"{label(comparison, name)}: {word}") for name in others(comparison) for word in words]
    return Sheet("summary", headers, sheet_rows(table), [number_format(str(name)) for name in table.index])


def peer_day_sheets(comparison: Comparison) -> list[Sheet]:
    """A row for each part of the peers' day, mean and interval of each staffing with peers; no sheet without peers."""
    names, measures = with_peers(comparison), peer_day_measures(comparison)
    if not names:
        return []
    words = ("mean", "interval from", "interval to")
    headers = [Column("Measure"), Column("Unit")]
    headers += [Column(f"{label(comparison, name)}: {word}") for name in names for word in words]
    rows = [(*peer_day_words(measure), *peer_day_numbers(comparison, names, measure)) for measure in measures]
    return [Sheet("peer_day", headers, rows, [number_format(measure) for measure in measures])]


def peer_day_numbers(comparison: Comparison, staffings: Sequence[str], name: str) -> list[object]:
    """Mean and both ends of the interval of each staffing, in the unit of the row."""
    factor = scale(measure_and_part(name)[0])
    found = [estimate(comparison, staffing, name) for staffing in staffings]
    ends = [(None,) * 3 if item is None else (item.mean, item.low, item.high) for item in found]
    return [None if value is None else factor * value for of_each in ends for value in of_each]


def number_format(name: str) -> str:
    """As many decimals as the measure is shown with."""
    places = decimals_shown(measure_and_part(name)[0])
    return f"#,##0.{'0' * places}" if places else "#,##0"


def costs_sheet(comparison: Comparison) -> Sheet:
    """What each roster costs, and what it adds to the baseline where there is something to compare."""
    headers = {"label": Column("Staffing"), "weekly_cost": Column("Staff cost (CAD a week)", MONEY)}
    if others(comparison):
        headers |= {
            "hours_added": Column("Hours a week against the baseline"),
            "weekly_difference": Column("Difference from the baseline (CAD a week)", MONEY),
            "is_swap": Column("Gives up clinical hours"),
        }
    headers["moved_by_effects"] = Column("Moved by assumed effects")
    hours = [hours_text(comparison, added) for added in comparison.costs["hours_added"]]
    return table_sheet("costs", comparison.costs.assign(hours_added=hours), headers)


def table_sheet(name: str, table: pd.DataFrame, headers: Mapping[str, Column]) -> Sheet:
    """The columns of a table that have a header, in the order of the headers."""
    there = [column for column in headers if column in table]
    return Sheet(name, [headers[column] for column in there], sheet_rows(table[there]))


def relabelled(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Staffings by their labels."""
    return table.assign(staffing=table["staffing"].map(labels)) if "staffing" in table else table


def sheet_rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    """Rows with texts cut to a length that can be read, yes and no in words."""
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
