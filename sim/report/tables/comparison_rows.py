"""Tables of a comparison as rows of text, a peer's day among them: one wording of each cell, laid out elsewhere.

Numbers are looked up in the comparison and written by `sim.report.words.measure_words`.
"""

import math
from collections.abc import Callable, Sequence

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import capital
from sim.analysis.valuation import STAFF_COST, preset_text
from sim.engine.measures.catalogue import HEADLINE, PROTOCOL_OUTCOMES
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import (
    measure_and_part,
    measure_of,
    part_text,
    plain_number,
    unit_of_value,
    value_text,
)
from sim.engine.measures.peer_day import PEER_TIME
from sim.report.description import TextRows
from sim.report.words import measure_words
from sim.report.words.caveats import marked
from sim.report.words.worth_text import money_text

_QUANTITIES = {"time_to_pia": ("Time to physician", "min", 1), "length_of_stay": ("Stay", "h", 2)}
_Cell = Callable[[Comparison, str, str], str]
"""Text for a staffing and a measure."""


# --- cells


def own_cell(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> str:
    """The mean with its interval."""
    return measure_words.mean_text(name, comparison.estimate(staffing, name, level), comparison.n_replications(level))


def change_cell(comparison: Comparison, staffing: str, name: str) -> str:
    """Of the baseline its mean, of another staffing the difference from it."""
    if staffing == comparison.baseline:
        return own_cell(comparison, staffing, name)
    return measure_words.difference_text(name, comparison.difference(staffing, name))


def whole_cell(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> str:
    """The mean, of the baseline with its interval and of another staffing with the difference from it."""
    if staffing == comparison.baseline:
        return own_cell(comparison, staffing, name, level)
    n = comparison.n_replications(level)
    value = measure_words.mean_text(name, comparison.estimate(staffing, name, level), n, with_interval=False)
    return f"{value} ({measure_words.difference_text(name, comparison.difference(staffing, name, level))})"


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
        rows.append((f"{measure_words.measure_text(name)} ({unit_of_value(name)})", *[""] * len(levels)))
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
    rows: TextRows = [("", "hours a week, against the baseline", in_currency("CAD a week"), "difference")]
    for row in comparison.costs.to_dict("records"):
        cost, added = float(row["weekly_cost"]), float(row["weekly_difference"])
        money = plain_number(cost, 0), plain_number(added, 0, signed=True)
        rows.append((str(row["label"]), measure_words.hours_text(comparison, row["hours_added"]), *money))
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
    heads = [f"{capital(preset_text(preset))} ({in_currency('CAD a week')})" for preset in presets]
    names = [capital(measure_words.short_measure(measure)) for measure in measures]
    rows: TextRows = [("Difference, and net benefit", *names, *heads)]
    for staffing in comparison.others:
        found = comparison.of_staffing(table, staffing).set_index("preset")
        if len(found):
            apart = [change_cell(comparison, staffing, measure) for measure in measures]
            cells = [money_text(*found.loc[preset, ["mean", "half_width"]]) for preset in presets]
            rows.append((marked_label(comparison, staffing), *apart, *cells))
    return rows


def estimate_rows(comparison: Comparison) -> TextRows:
    """Every estimate of the baseline at the central level of demand: mean over replications, interval, replications."""
    percent = measure_words.whole_percent(comparison.confidence)
    rows: TextRows = [("Measure", "Part", "Mean", f"{percent} interval", "n")]
    for row in comparison.of_staffing(comparison.estimates, comparison.baseline).to_dict("records"):
        measure, part = measure_and_part(str(row["measure"]))
        interval = measure_words.interval_words(measure, row["low"], row["high"])
        rows.append((measure.label, part_text(part), value_text(measure, row["mean"]), interval, str(int(row["n"]))))
    return rows


# --- a peer's day, and what children take home


DAY = "A peer's day"
TAKEN_HOME = "What children take home"
PAID_SHARES = {f"peer_time_{part}.all": row for part, (row, *_) in PEER_TIME.items()}
"""TextRows of the table by the parts of a peer's paid time."""
PEER_RESULTS = (
    "cost_per_child_met.all",
    "cost_per_company_hour.all",
    "boarder_company_per_24h.all",
    "peer_exposures_per_1000_hours.all",
)
"""What stands below the parts of the paid time, above the overtime."""
IDLE_WORDS = (
    "Idle while a child waits: the peer who is free may not take that child, because a colleague holds the case or "
    "because the caseload is full, with children asleep counted in it.",
    "Idle while no child asks (those who consented have had company, sleep in the quiet hours, or are with a "
    "clinician) and idle while nobody is there (no child who consented is present) come from the hours of the roster "
    "and from what children consent to and wish for, not from the peers.",
)
HOME = (
    "went_home_empty_handed.mental_health",
    "home_with_safety_plan.mental_health",
    "home_with_follow_up.mental_health",
    "home_bridged.mental_health",
    "home_call_reached.mental_health",
    "home_with_company.mental_health",
)
HOME_WORDS = (
    "Of mental-health visits eligible for a peer that went home, neither admitted nor transferred. Empty-handed is who "
    "has none of the parts below it; who has several counts in each.",
    "The call is something a clinician could make too: the comparator clinician_callback is a clinician who does, for "
    "the money of peer_added (peered -m experiment=comparators).",
)


def with_peers(comparison: Comparison) -> tuple[str, ...]:
    """Staffings in which peers were paid at the central level of demand."""
    return tuple(name for name in all_staffings(comparison) if has_peers(comparison, name))


def has_peers(comparison: Comparison, staffing: str) -> bool:
    """Whether the paid time of peers was measured in any replication."""
    found = comparison.estimate(staffing, next(iter(PAID_SHARES)))
    return found is not None and math.isfinite(found.mean)


def peer_day_measures(comparison: Comparison) -> tuple[str, ...]:
    """Measures of a peer's day that were estimated, in the order of the table."""
    overtime = (f"overtime_hours_per_week.{role}" for role in comparison.peer_roles[:1])
    return comparison.known_measures((*PAID_SHARES, *PEER_RESULTS, *overtime))


def peer_day_rows(comparison: Comparison) -> TextRows:
    """Parts of the paid time, cost, company of boarders, exposures and overtime: a column for each staffing with peers,
    the mean with the half-width of its interval. Empty without peers.
    """
    names = with_peers(comparison)
    measures = peer_day_measures(comparison)
    rows = measure_rows(comparison, names, measures, lambda name: "{} ({})".format(*peer_day_words(name)), own_cell)
    return rows if names else []


def peer_day_words(name: str) -> tuple[str, str]:
    """What a row of the table is about, and its unit."""
    if name in PAID_SHARES:
        return PAID_SHARES[name], "% of paid time"
    return measure_of(name).label, unit_of_value(name)


def peer_day_lines(comparison: Comparison) -> list[str]:
    """What the idle parts mean; nothing without peers."""
    return list(IDLE_WORDS) if with_peers(comparison) else []


def taken_home_rows(comparison: Comparison) -> TextRows:
    """Who went home empty-handed, and its parts: a column for each staffing, the mean and the difference from the
    baseline. Empty where it was not measured.
    """
    names = all_staffings(comparison)
    if not any(comparison.estimate(name, HOME[0]) for name in names):
        return []
    return measure_rows(comparison, names, comparison.known_measures(HOME), measure_words.labelled, whole_cell)
