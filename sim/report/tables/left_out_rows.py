"""Tables of who is met and who is left out: of one staffing with its gaps, and what every staffing changes for whom."""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from sim.analysis.comparison_result import Comparison, ResultRow
from sim.analysis.sentences import capital, inside
from sim.analysis.subgroups import MEASURES_OF_GROUPS
from sim.engine.measures.number_text import label_and_part, unit_of_value
from sim.report.description import Section, TextRows, TextTable
from sim.report.tables.comparison_rows import all_staffings, marked_label
from sim.report.words.left_out_text import (
    attribute_words,
    found_in,
    left_out_line,
    legend_lines,
    name_of_group,
    subject_of,
)
from sim.report.words.measure_words import difference_text, mean_text

WHO = "Who is met, and who is left out"
FOR_WHOM = "What each staffing changes for whom"
HIDDEN = "·"
_HEADS = {
    "reach_of_eligible.mental_health": "Met by a peer",
    "wait_triage_to_pia_mean.mental_health": "Wait",
    "lwbs_or_ama.mental_health": "Leaving",
    "minutes_without_staff_mean.mental_health": "Without staff",
    "longest_unseen_mean.mental_health": "Longest unseen",
}


def head(measure: str) -> str:
    """`Met by a peer (%)`."""
    return f"{_HEADS.get(measure) or label_and_part(measure)} ({unit_of_value(measure)})"


class _Cells(NamedTuple):
    """Rows of the breakdown by staffing, group and measure."""

    rows: dict[tuple[str, str, str, str], ResultRow]

    @classmethod
    def of(cls, table: pd.DataFrame) -> "_Cells":
        keys = ("staffing", "by", "group", "measure")
        return cls({tuple(str(row[key]) for key in keys): row for row in table.to_dict("records")})  # type: ignore[misc]


def left_out_sections(comparison: Comparison) -> Iterator[Section]:
    """Who is met in the first staffing with peers, and what each staffing changes for whom; nothing without groups."""
    table = comparison.at_level(comparison.left_out)
    if table.empty:
        return
    cells = _Cells.of(table)
    subject = subject_of(comparison) or next(iter(comparison.others), comparison.baseline)
    groups = {str(by): list(dict.fromkeys(of_by["group"])) for by, of_by in table.groupby("by", sort=False)}
    tables = [TextTable(_gap_rows(comparison, cells, subject, by, names)) for by, names in groups.items()]
    line = left_out_line(comparison)
    said = [capital(line.text)] if line else []
    yield Section(f"{WHO}: {comparison.label(subject)}", [*tables, *said, *legend_lines(comparison)])
    if comparison.others:
        changed = [_change_table(comparison, cells, by, names) for by, names in groups.items()]
        yield Section(FOR_WHOM, [*changed, _unchanged_text(cells, groups), CHANGES_LEGEND])


CHANGES_LEGEND = "Of the baseline the mean, else the paired difference from it on the same patients; marks as above."


def _gap_rows(comparison: Comparison, cells: _Cells, staffing: str, by: str, groups: list[str]) -> TextRows:
    """A row for each group, a column for each measure: mean, interval, gap."""
    rows: TextRows = [(f"By {attribute_words(by)} (visits)", *map(head, MEASURES_OF_GROUPS))]
    for group in groups:
        found = [cells.rows[staffing, by, group, measure] for measure in MEASURES_OF_GROUPS]
        texts = [_gap_cell(comparison, row) for row in found]
        rows.append((f"{name_of_group(by, group)} ({found[0]['visits']:,.0f})", *texts))
    return rows


def _gap_cell(comparison: Comparison, row: ResultRow) -> str:
    """`12.7 ± 3.6 (−32.4 ± 3.9 *)`."""
    if row["hidden"]:
        return HIDDEN
    measure = str(row["measure"])
    text = mean_text(measure, found_in(row), comparison.n_replications())
    return text if math.isnan(row["gap"]) else f"{text} ({difference_text(measure, found_in(row, 'gap'))})"


def _change_table(comparison: Comparison, cells: _Cells, by: str, groups: list[str]) -> TextTable:
    """Groups below each measure that changes for any of them, a column for each staffing: of the baseline the mean,
    else the paired difference."""
    names = all_staffings(comparison)
    rows: TextRows = [(f"By {attribute_words(by)}", *(marked_label(comparison, name) for name in names))]
    headings = set()
    for measure in _changed_measures(cells, by):
        headings.add(len(rows))
        rows.append((head(measure), *[""] * len(names)))
        for group in groups:
            of_each = [_change_cell(comparison, cells.rows[name, by, group, measure]) for name in names]
            rows.append((name_of_group(by, group), *of_each))
    return TextTable(rows, headings)


def _changed_measures(cells: _Cells, by: str) -> list[str]:
    """Measures of which a difference is beyond chance in any group of an attribute under any staffing."""
    rows = [
        row
        for row in cells.rows.values()
        if row["by"] == by and abs(row["difference"]) > row["difference_simultaneous"]
    ]
    return [measure for measure in MEASURES_OF_GROUPS if any(row["measure"] == measure for row in rows)]


def _unchanged_text(cells: _Cells, groups: Iterable[str]) -> str:
    """What no staffing changes beyond chance for any group, in one line."""
    texts = []
    for by in groups:
        changed = _changed_measures(cells, by)
        if same := [inside(_HEADS[measure]) for measure in MEASURES_OF_GROUPS if measure not in changed]:
            texts.append(f"by {attribute_words(by)} in {', '.join(same)}")
    return (
        f"No difference beyond chance in any group: {'; '.join(texts)}. Their numbers are in left_out.parquet."
        * bool(texts)
    )


def _change_cell(comparison: Comparison, row: ResultRow) -> str:
    """Of the baseline its mean, of another staffing its paired difference."""
    if row["hidden"]:
        return HIDDEN
    measure = str(row["measure"])
    if row["staffing"] == comparison.baseline:
        return mean_text(measure, found_in(row), comparison.n_replications())
    return difference_text(measure, found_in(row, "difference"))
