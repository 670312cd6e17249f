"""Rows of text for the console and for Markdown: one wording of each table, laid out elsewhere.

Numbers are looked up in `sim.report.tables.lookups` and written by `sim.engine.measures.number_text`.
"""

import math
from collections.abc import Collection

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import alone, inside, no_difference_claimed
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINE, PROTOCOL_OUTCOMES, PROTOCOL_RANKS
from sim.engine.measures.entry import Measure
from sim.engine.measures.number_text import (
    NO_INTERVAL,
    NOTHING,
    bare,
    half_width_text,
    joined,
    measure_and_part,
    part_text,
    plain_number,
    short_unit_of_difference,
    unit_of_value,
    value_text,
    within_scale,
)
from sim.report.tables.lookups import (
    Found,
    central_level,
    difference,
    estimate,
    flags_of,
    known_measures,
    label,
    n_replications,
    of_staffing,
    others,
    role_text,
)
from sim.report.words.cautions import LEGEND, marked
from sim.report.words.question_text import central_demand, effects_text, played_text

Rows = list[tuple[str, ...]]
QUANTITIES = {"time_to_pia": ("Time to physician", "min", 1), "length_of_stay": ("Stay", "h", 2)}


def question(comparison: Comparison) -> str:
    """What was compared, in one line."""
    names = ", ".join(label(comparison, name) for name in others(comparison))
    baseline = label(comparison, comparison.baseline)
    against = f"{names} beside {inside(baseline)}" if names else baseline
    return f"{against}: {played_text(comparison)}, {central_demand(comparison)}, {effects_text(comparison)}"


def groups_of_measures(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Headline measures by part: all, medical, mental health."""
    names = known_measures(comparison, HEADLINE)
    parts = dict.fromkeys(name.partition(".")[2] for name in names)
    return [(part, [name for name in names if name.partition(".")[2] == part]) for part in parts]


def labelled(name: str) -> str:
    """Label and unit of a measure."""
    measure, _ = measure_and_part(name)
    return f"{measure.label} ({unit_of_value(measure)})"


def estimate_cell(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> str:
    """The mean; with its own number of replications where it has a value in some only."""
    measure, _ = measure_and_part(name)
    found = estimate(comparison, staffing, name, level)
    if found is None:
        return NOTHING
    some_only = found.n < n_replications(comparison, level)
    return f"{bare(measure, found.mean)} (n = {found.n})" if some_only else bare(measure, found.mean)


def difference_cell(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> str:
    """`−1.2 ± 0.4 *`, of one replication `−1.2`; for the baseline the half-width of its own interval."""
    measure, _ = measure_and_part(name)
    if staffing == comparison.baseline:
        own = estimate(comparison, staffing, name, level)
        return NOTHING if own is None else half_width_text(measure, own.half_width)
    found = difference(comparison, staffing, name, level)
    return NOTHING if found is None else difference_text(name, found)


def difference_text(name: str, found: Found) -> str:
    """`−1.2 ± 0.4 *`, marked where there is no steady state; of one replication `−1.2`.

    That many leave is a warning on a whole staffing, and stands once, beside its name.
    """
    measure, _ = measure_and_part(name)
    if found.identical:
        return "="
    text = bare(measure, found.mean, signed=True)
    if found.has_interval:
        star = " *" if found.beyond_chance else ""
        text = f"{text} {half_width_text(measure, found.half_width)}{star}"
    return marked(text, False, found.no_steady_state)


def demand_rows(comparison: Comparison) -> Rows:
    """Value and difference of the main measures at every level of demand; none if there is one level."""
    levels = sorted(comparison.levels)
    if len(levels) < 2:
        return []
    rows: Rows = [("", *(level_head(comparison, level) for level in levels))]
    for name in known_measures(comparison, PROTOCOL_OUTCOMES):
        measure, part = measure_and_part(name)
        rows.append((f"{measure.label}, {part_text(part)} ({unit_of_value(measure)})", *[""] * len(levels)))
        for staffing in (comparison.baseline, *others(comparison)):
            cells = [level_cell(comparison, staffing, name, level) for level in levels]
            rows.append((f"  {label(comparison, staffing)}", *cells))
    return rows


def level_head(comparison: Comparison, level: float) -> str:
    """`demand × 1.05 (n = 20) †`: a level of demand with the marks of all its staffings."""
    flags = [flags_of(comparison, staffing, level) for staffing in comparison.staffings]
    text = f"demand × {level:g} (n = {n_replications(comparison, level)})"
    return marked(text, *(any(of_each) for of_each in zip(*flags, strict=True)))


def level_cell(comparison: Comparison, staffing: str, name: str, level: float) -> str:
    value = estimate_cell(comparison, staffing, name, level)
    change = difference_cell(comparison, staffing, name, level)
    return f"{value} {change}" if staffing == comparison.baseline else f"{value} ({change})"


def change_rows(comparison: Comparison) -> Rows:
    """How simulated patients' own waits and stays changed, at the central level of demand."""
    table = comparison.changes
    if table.empty:
        return []
    rows: Rows = [("", "sooner", "same", "later", "P10", "median", "P90", "mean", "patients")]
    central = table[table["demand"] == central_level(comparison)]
    for (stream, quantity), group in central.groupby(["stream", "quantity"], sort=False):
        words, unit, decimals = QUANTITIES[str(quantity)]
        rows.append((f"{words}, {str(stream).replace('_', ' ')} ({unit})", *[""] * 8))
        for row in group.to_dict("records"):
            shares = [f"{100 * row[key]:.0f} %" for key in ("sooner", "same", "later")]
            changes = [plain_number(row[key], decimals, signed=True) for key in ("p10", "p50", "p90", "mean")]
            staffing = str(row["staffing"])
            name = marked(f"  {label(comparison, staffing)}", *flags_of(comparison, staffing))
            rows.append((name, *shares, *changes, f"{int(row['n']):,}"))
    return rows


def cost_rows(comparison: Comparison) -> Rows:
    """Rostered hours and money of each staffing."""
    rows: Rows = [("", "hours a week, against the baseline", "CAD a week", "difference")]
    for row in comparison.costs.to_dict("records"):
        added = hours_text(comparison, row["hours_added"])
        money = (
            plain_number(float(row["weekly_cost"]), 0),
            plain_number(float(row["weekly_difference"]), 0, signed=True),
        )
        rows.append((str(row["label"]), added, *money))
    return rows


def hours_text(comparison: Comparison, hours: object) -> str:
    """`+108 peer support, −40 nurse` from `+108 psw, -40 nurse`, or a bare number of hours."""
    if not isinstance(hours, str):
        return plain_number(float(str(hours)), 0, signed=True)
    added = (item.partition(" ") for item in hours.split(", "))
    return ", ".join(f"{number}{blank}{role_text(comparison, role)}" for number, blank, role in added).replace("-", "−")


def legend(comparison: Comparison) -> str:
    """What stands in the cells."""
    baseline = inside(label(comparison, comparison.baseline))
    return (
        f"Mean over replications; in brackets the paired difference from {baseline} "
        f"± half-width of its {100 * comparison.confidence:g} % interval, in {unit_words()} for shares. "
        "\\*: beyond chance when all headline measures are judged together. =: identical to the last bit. "
        f"{LEGEND}"
    )


def name_of_outcome(name: str) -> str:
    """`minutes without staff`: the label of a mean as the protocol has it."""
    return inside(measure_and_part(name)[0].label.removesuffix(", mean"))


def rank_line(measures: Collection[str]) -> str:
    """Which headline is primary and which was chosen late; empty where the late one is not among the measures shown."""
    late = joined([name_of_outcome(name) for name in CHOSEN_LATE if name in measures])
    if not late:
        return ""
    primary = joined([name_of_outcome(name) for name, outcome in PROTOCOL_RANKS.items() if outcome.rank == "primary"])
    return (
        f"{late[0].upper()}{late[1:]} is a secondary outcome, chosen after results were seen; the primary outcome is "
        f"{primary} (docs/protocol.md of PeerED)."
    )


def unit_words() -> str:
    return short_unit_of_difference(measure_and_part("lwbs.all")[0])


def sentences(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """What the headline differences mean at the central level of demand, by staffing; identical ones in one."""
    if comparison.differences.empty:
        return []
    return [(label(comparison, name), sentences_of(comparison, name)) for name in others(comparison)]


def sentences_of(comparison: Comparison, staffing: str) -> list[str]:
    _, no_steady_state = flags_of(comparison, staffing)
    if no_steady_state:
        return [no_difference_claimed(label(comparison, staffing))]
    found = headline_differences(comparison, staffing)
    return [*(item.sentence for item in found.values() if not item.identical), *identical_line(comparison, found)]


def headline_differences(comparison: Comparison, staffing: str) -> dict[str, Found]:
    names = known_measures(comparison, HEADLINE)
    return {name: item for name in names if (item := difference(comparison, staffing, name)) is not None}


def identical_line(comparison: Comparison, found: dict[str, Found]) -> list[str]:
    same = [spoken(name) for name, item in found.items() if item.identical]
    baseline = alone(label(comparison, comparison.baseline))
    return [f"Identical to the last bit to {baseline}: {'; '.join(same)}."] if same else []


def spoken(name: str) -> str:
    """A measure and its part inside a sentence."""
    measure, part = measure_and_part(name)
    return inside(measure.label) if measure.by == "run" else f"{inside(measure.label)} ({part_text(part)})"


def estimate_rows(comparison: Comparison, staffing: str) -> Rows:
    """Every estimate of a staffing at the central level of demand: mean over replications, interval, replications."""
    rows: Rows = [("Measure", "Part", "Mean", f"{100 * comparison.confidence:g} % interval", "n")]
    for row in of_staffing(comparison, comparison.estimates, staffing).to_dict("records"):
        measure, part = measure_and_part(str(row["measure"]))
        interval = interval_words(measure, row["low"], row["high"])
        rows.append((measure.label, part_text(part), value_text(measure, row["mean"]), interval, str(int(row["n"]))))
    return rows


def interval_words(measure: Measure, low: float, high: float) -> str:
    """Both ends with their unit, those of shares of visits within 0 and 100 %."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NO_INTERVAL
    return " to ".join(value_text(measure, within_scale(measure, end, 0.0)) for end in (low, high))
