"""Sheets of a comparison: its tables, and its headline measures and peers' day as a reader wants them."""

from collections.abc import Sequence

from sim.analysis.comparison_result import Comparison
from sim.analysis.valuation import preset_text
from sim.engine.measures.number_text import measure_and_part, scale
from sim.io.workbook import Column, Sheet
from sim.report.tables.answer_workbook import (
    CAUTION_HEADERS,
    DIFFERENCE_HEADERS,
    ESTIMATE_HEADERS,
    MONEY,
    WHOLE,
    number_format,
    relabelled,
    sheet_rows,
    table_sheet,
)
from sim.report.tables.peer_day import peer_day_measures, peer_day_words, with_peers
from sim.report.tables.summaries import comparison_summary, with_labels
from sim.report.words.numbers import hours_text

WORTH_HEADERS = {
    "preset": Column("Counted"),
    "mean": Column("Worth of the differences (CAD a week)", MONEY),
    "low": Column("Interval from (CAD a week)", MONEY),
    "high": Column("Interval to (CAD a week)", MONEY),
    "n": Column("Replications", WHOLE),
}


def sheets_of(comparison: Comparison) -> list[Sheet]:
    """Tables of a comparison, those that are not empty."""
    names = {"demand": Column("Demand (factor)", "0.00"), "staffing": Column("Staffing")}
    label_of = {name: comparison.label(name) for name in comparison.staffings}
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
    return sheets


def comparison_summary_sheet(comparison: Comparison) -> Sheet:
    """The headline measures: baseline, and for each other staffing difference, interval and verdict.

    A staffing that nothing is compared with has its own interval.
    """
    table = comparison_summary(comparison)
    headers = [Column("Measure"), Column("Of which visits"), Column("Unit")]
    own = ("mean",) if comparison.others else ("mean", "interval from", "interval to")
    headers += [Column(f"{comparison.label(comparison.baseline)}: {word}") for word in own]
    words = ("difference (% points for shares)", "interval from", "interval to", "beyond chance")
    headers += [Column(f"{comparison.label(name)}: {word}") for name in comparison.others for word in words]
    return Sheet("summary", headers, sheet_rows(table), [number_format(str(name)) for name in table.index])


def peer_day_sheets(comparison: Comparison) -> list[Sheet]:
    """A row for each part of the peers' day, mean and interval of each staffing with peers; no sheet without peers."""
    names, measures = with_peers(comparison), peer_day_measures(comparison)
    if not names:
        return []
    words = ("mean", "interval from", "interval to")
    headers = [Column("Measure"), Column("Unit")]
    headers += [Column(f"{comparison.label(name)}: {word}") for name in names for word in words]
    rows = [(*peer_day_words(measure), *peer_day_numbers(comparison, names, measure)) for measure in measures]
    return [Sheet("peer_day", headers, rows, [number_format(measure) for measure in measures])]


def peer_day_numbers(comparison: Comparison, staffings: Sequence[str], name: str) -> list[object]:
    """Mean and both ends of the interval of each staffing, in the unit of the row."""
    factor = scale(measure_and_part(name)[0])
    found = [comparison.estimate(staffing, name) for staffing in staffings]
    ends = [(None,) * 3 if item is None else (item.mean, item.low, item.high) for item in found]
    return [None if value is None else factor * value for of_each in ends for value in of_each]


def costs_sheet(comparison: Comparison) -> Sheet:
    """What each roster costs, and what it adds to the baseline where there is something to compare."""
    headers = {"label": Column("Staffing"), "weekly_cost": Column("Staff cost (CAD a week)", MONEY)}
    if comparison.others:
        headers |= {
            "hours_added": Column("Hours a week against the baseline"),
            "weekly_difference": Column("Difference from the baseline (CAD a week)", MONEY),
            "is_swap": Column("Gives up clinical hours"),
        }
    headers["moved_by_effects"] = Column("Moved by assumed effects")
    hours = [hours_text(comparison, added) for added in comparison.costs["hours_added"]]
    return table_sheet("costs", comparison.costs.assign(hours_added=hours), headers)
