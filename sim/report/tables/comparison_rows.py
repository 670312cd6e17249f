"""Tables of a comparison as rows of text: one wording of each cell, laid out elsewhere.

Numbers are looked up in the comparison and written by `sim.report.words.numbers`.
"""

from collections.abc import Callable, Sequence

from sim.analysis.comparison_result import Comparison
from sim.analysis.valuation import STAFF_COST, preset_text
from sim.engine.measures.catalogue import HEADLINE, PROTOCOL_OUTCOMES
from sim.engine.measures.number_text import measure_and_part, part_text, plain_number, unit_of_value, value_text
from sim.report.description import TextRows
from sim.report.words.cautions import marked
from sim.report.words.measures import short_measure
from sim.report.words.numbers import difference_text, hours_text, interval_words, mean_text, measure_text, whole_percent
from sim.report.words.worth_text import capital, money_text

_QUANTITIES = {"time_to_pia": ("Time to physician", "min", 1), "length_of_stay": ("Stay", "h", 2)}
_Cell = Callable[[Comparison, str, str], str]
"""Text for a staffing and a measure."""


# --- cells


def own_cell(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> str:
    """The mean with its interval."""
    return mean_text(name, comparison.estimate(staffing, name, level), comparison.n_replications(level))


def change_cell(comparison: Comparison, staffing: str, name: str) -> str:
    """Of the baseline its mean, of another staffing the difference from it."""
    if staffing == comparison.baseline:
        return own_cell(comparison, staffing, name)
    return difference_text(name, comparison.difference(staffing, name))


def whole_cell(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> str:
    """The mean, of the baseline with its interval and of another staffing with the difference from it."""
    if staffing == comparison.baseline:
        return own_cell(comparison, staffing, name, level)
    n = comparison.n_replications(level)
    value = mean_text(name, comparison.estimate(staffing, name, level), n, with_interval=False)
    return f"{value} ({difference_text(name, comparison.difference(staffing, name, level))})"


def marked_label(comparison: Comparison, staffing: str, level: float | None = None) -> str:
    """The label of a staffing with its marks at a level of demand, the central one unless another is given."""
    return marked(comparison.label(staffing), *comparison.flags_of(staffing, level))


# --- tables


def all_staffings(comparison: Comparison) -> tuple[str, ...]:
    """The baseline and those compared with it."""
    return (comparison.baseline, *comparison.others)


def measure_rows(
    comparison: Comparison, staffings: Sequence[str], measures: Sequence[str], words: Callable[[str], str], cell: _Cell
) -> TextRows:
    """A row for each measure, a column for each staffing."""
    rows: TextRows = [("", *(marked_label(comparison, name) for name in staffings))]
    return rows + [(words(name), *(cell(comparison, staffing, name) for staffing in staffings)) for name in measures]


def groups_of_measures(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Headline measures by part: all, medical, mental health."""
    names = comparison.known_measures(HEADLINE)
    parts = dict.fromkeys(name.partition(".")[2] for name in names)
    return [(part, [name for name in names if name.partition(".")[2] == part]) for part in parts]


def demand_rows(comparison: Comparison) -> TextRows:
    """Value and difference of the outcomes of the protocol at every level of demand; none if there is one level."""
    levels = sorted(comparison.levels)
    if len(levels) < 2:
        return []
    rows: TextRows = [("", *(level_head(comparison, level) for level in levels))]
    for name in comparison.known_measures(PROTOCOL_OUTCOMES):
        rows.append((f"{measure_text(name)} ({unit_of_value(measure_and_part(name)[0])})", *[""] * len(levels)))
        for staffing in all_staffings(comparison):
            cells = [whole_cell(comparison, staffing, name, level) for level in levels]
            rows.append((f"  {comparison.label(staffing)}", *cells))
    return rows


def level_head(comparison: Comparison, level: float) -> str:
    """`demand × 1.05 (n = 20) †`: a level of demand with the marks of all its staffings."""
    flags = [comparison.flags_of(staffing, level) for staffing in comparison.staffings]
    text = f"demand × {level:g} (n = {comparison.n_replications(level)})"
    return marked(text, *(any(of_each) for of_each in zip(*flags, strict=True)))


def change_rows(comparison: Comparison) -> TextRows:
    """How simulated patients' own waits and stays changed, at the central level of demand."""
    table = comparison.changes
    if table.empty:
        return []
    rows: TextRows = [("", "sooner", "same", "later", "P10", "median", "P90", "mean", "patients")]
    central = table[table["demand"] == comparison.central_level]
    for (stream, quantity), group in central.groupby(["stream", "quantity"], sort=False):
        words, unit, decimals = _QUANTITIES[str(quantity)]
        rows.append((f"{words}, {str(stream).replace('_', ' ')} ({unit})", *[""] * 8))
        for row in group.to_dict("records"):
            shares = [f"{100 * row[key]:.0f} %" for key in ("sooner", "same", "later")]
            changes = [plain_number(row[key], decimals, signed=True) for key in ("p10", "p50", "p90", "mean")]
            rows.append((f"  {marked_label(comparison, row['staffing'])}", *shares, *changes, f"{int(row['n']):,}"))
    return rows


def cost_rows(comparison: Comparison) -> TextRows:
    """Rostered hours and money of each staffing."""
    rows: TextRows = [("", "hours a week, against the baseline", "CAD a week", "difference")]
    for row in comparison.costs.to_dict("records"):
        cost, added = float(row["weekly_cost"]), float(row["weekly_difference"])
        money = plain_number(cost, 0), plain_number(added, 0, signed=True)
        rows.append((str(row["label"]), hours_text(comparison, row["hours_added"]), *money))
    return rows


def worth_rows(comparison: Comparison) -> TextRows:
    """Paired differences in what is valued beside staff cost, and what all are worth by each preset, at the central
    level of demand.
    """
    table = comparison.worth
    if table.empty:
        return []
    presets = list(dict.fromkeys(table["preset"]))
    measures = [item.measure for item in comparison.valued if item.cad_per_unit and item.measure != STAFF_COST]
    heads = [f"{capital(preset_text(preset))} (CAD a week)" for preset in presets]
    rows: TextRows = [("Difference, and net benefit", *map(capital, map(short_measure, measures)), *heads)]
    for staffing in comparison.others:
        found = comparison.of_staffing(table, staffing).set_index("preset")
        if len(found):
            apart = [change_cell(comparison, staffing, measure) for measure in measures]
            cells = [money_text(*found.loc[preset, ["mean", "half_width"]]) for preset in presets]
            rows.append((marked_label(comparison, staffing), *apart, *cells))
    return rows


def estimate_rows(comparison: Comparison) -> TextRows:
    """Every estimate of the baseline at the central level of demand: mean over replications, interval, replications."""
    rows: TextRows = [("Measure", "Part", "Mean", f"{whole_percent(comparison.confidence)} interval", "n")]
    for row in comparison.of_staffing(comparison.estimates, comparison.baseline).to_dict("records"):
        measure, part = measure_and_part(str(row["measure"]))
        interval = interval_words(measure, row["low"], row["high"])
        rows.append((measure.label, part_text(part), value_text(measure, row["mean"]), interval, str(int(row["n"]))))
    return rows
