"""Two factors of a sweep as rows and columns, one measure a table: mean with its interval, and the paired difference.

Differences are from the first scenario, or where scenarios are of several worlds (demand, boarding, effects) from the
first of the same world. How each number is written is `sim.report.words.measure_words`.
"""

from collections.abc import Iterator, Sequence

from sim.analysis.swept_factors import Factor
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import NOTHING, counted, scale
from sim.io.workbook import Column, Sheet
from sim.report.description import ScreenTable, Section, TextRows, TextTable
from sim.report.screen import width_of_rows
from sim.report.words import caveats, measure_words
from sim.report.words.sweep_finding import SweepReport, beside_text

MOST_ROWS_ON_SCREEN = 12
"""Rows of a pivot on the terminal; a longer one is shown as a list of the most informative scenarios."""
SHEET = "pivots"
_CELL = ("mean", "half-width", "difference", "half-width of difference")


def has_pivots(report: SweepReport) -> bool:
    """Whether anything was played of two factors that make rows and columns."""
    return report.factors.is_pivot and bool(report.answer.n_done)


def n_pivot_rows(report: SweepReport) -> int:
    """Rows that all pivots of an answer have; 0 where it is shown as a list of scenarios."""
    if not has_pivots(report):
        return 0
    n_rows = len(report.factors.rows_and_columns[0].values)
    return n_rows * len(report.shown) if n_rows <= MOST_ROWS_ON_SCREEN else 0


def screen_pivots(report: SweepReport, n_rows: int, width: int) -> ScreenTable | None:
    """As many pivots as have so many rows, at least one; None where none is as narrow as the terminal."""
    rows_factor, columns_factor = report.factors.rows_and_columns
    most = max(1, n_rows // len(rows_factor.values))
    for rows_of, columns_of in ((rows_factor, columns_factor), (columns_factor, rows_factor)):
        for with_intervals in (True, False):
            shown = report.shown[:most]
            tables = [pivot_rows(report, name, rows_of, columns_of, with_intervals) for name in shown]
            rows = [tables[0][0], *(row for name, table in zip(shown, tables, strict=True) for row in table[1:])]
            if width_of_rows(rows) <= width:
                return ScreenTable(below_one_head(shown, tables), list(lines_below(report, shown, with_intervals)))
    return None


def below_one_head(shown: Sequence[str], tables: Sequence[TextRows]) -> TextRows:
    """Several pivots below one head; a row with the name of its measure stands above each but the first."""
    (corner, *columns), *first = tables[0]
    rows: TextRows = [(f"{measure_words.short_label(shown[0])}\n{corner}", *columns), *first]
    for name, table in zip(shown[1:], tables[1:], strict=True):
        rows += [(f"\n{measure_words.short_label(name)}", *[""] * len(columns)), *table[1:]]
    return rows


def lines_below(report: SweepReport, shown: Sequence[str], with_intervals: bool) -> Iterator[str]:
    """What stands in the cells, of how many replications, and what is not shown."""
    numbers = sorted({item.n for (name, _), item in report.means.items() if name in shown})
    n = f"n = {numbers[0]} in each cell" if len(numbers) == 1 else "n in each cell beside it"
    percent = measure_words.whole_percent(report.answer.confidence)
    mean = f"Mean ± half-width of its {percent} interval" if with_intervals else "Mean (intervals: answer.md)"
    yield (
        f"{mean}, {n}; below it the paired difference from {beside_text(report)}. *: beyond chance, all judged "
        f"together{unjudged(shown)}. =: identical.{caveats.short_marks(True)}"
    )
    if len(shown) < len(report.shown):
        n_all = counted(len(report.shown), "measure")
        yield f"{len(shown)} of {n_all} shown: answer.md and report.html have the others."


def unjudged(shown: Sequence[str]) -> str:
    """Which measures have no star, for they are no headline measures."""
    others = [measure_words.short_measure(name) for name in shown if name not in HEADLINE]
    return f" (not {', '.join(others)})" if others else ""


def pivot_rows(
    report: SweepReport,
    name: str,
    rows_of: Factor,
    columns_of: Factor,
    with_intervals: bool = True,
    differs: str = "\n{}",
) -> TextRows:
    """A measure at every value of two factors; how a difference stands behind its mean is `differs`."""
    rows: TextRows = [(f"{rows_of.name} \\ {columns_of.name}", *columns_of.in_order)]
    n = max((item.n for (measure, _), item in report.means.items() if measure == name), default=0)
    for value in rows_of.in_order:
        labels = [report.factors.at(rows_of, value, columns_of, other) for other in columns_of.in_order]
        rows.append((value, *(pivot_cell(report, name, label, n, with_intervals, differs) for label in labels)))
    return rows


def pivot_cell(report: SweepReport, name: str, label: str | None, n: int, with_intervals: bool, differs: str) -> str:
    """Mean and difference of one scenario, with its marks."""
    if label is None or (name, label) not in report.means:
        return NOTHING
    mean = measure_words.mean_text(name, report.means[name, label], n, with_intervals)
    text, change = caveats.marked(mean, *report.flags[label]), report.differences.get(name, {}).get(label)
    if change is None:
        return text
    return text + differs.format(measure_words.difference_text(name, change.without_mark(), with_intervals))


def pivot_sections(report: SweepReport) -> Iterator[Section]:
    """A table for each measure that is shown, on the page."""
    if not has_pivots(report):
        return
    rows_of, columns_of = report.factors.rows_and_columns
    for name in report.shown:
        found = {item.n for (measure, _), item in report.means.items() if measure == name}
        n = f"n = {found.pop()} in each cell. " if len(found) == 1 else "n beside the means that have fewer. "
        legend = (
            f"{n}Mean ± half-width of its {measure_words.whole_percent(report.answer.confidence)} interval; in "
            f"brackets the paired difference from {beside_text(report)}{unjudged([name])}."
        )
        rows = pivot_rows(report, name, rows_of, columns_of, differs=" ({})")
        title = f"{measure_words.short_label(name)} by {rows_of.name} and {columns_of.name}"
        yield Section(title, [TextTable(rows), legend])


def pivot_sheet(report: SweepReport) -> list[Sheet]:
    """The same numbers for a workbook: rows as on the page, of every column four numbers."""
    if not has_pivots(report):
        return []
    rows_of, columns_of = report.factors.rows_and_columns
    heads = [Column("Measure"), Column(rows_of.key)]
    heads += [Column(f"{columns_of.name}={value}, {what}") for value in columns_of.in_order for what in (*_CELL, "n")]
    rows = []
    for name in report.shown:
        for value in rows_of.in_order:
            labels = [report.factors.at(rows_of, value, columns_of, other) for other in columns_of.in_order]
            numbers = (each for label in labels for each in numbers_of(report, name, label))
            rows.append((measure_words.short_label(name), value, *numbers))
    return [Sheet(SHEET, heads, rows)]


def numbers_of(report: SweepReport, name: str, label: str | None) -> tuple[float | None, ...]:
    """Mean, half-width, difference, its half-width and n of one cell, as they are shown."""
    mean = None if label is None else report.means.get((name, label))
    if mean is None or label is None:
        return (None,) * (len(_CELL) + 1)
    change = report.differences.get(name, {}).get(label)
    unit = scale(name)
    differ = (None, None) if change is None else (unit * change.mean, unit * change.half_width)
    return (unit * mean.mean, unit * mean.half_width, *differ, mean.n)
