"""The scorecard: one row per staffing, one column per question a manager asks, with the difference from the baseline.

The numbers are looked up in the comparison.
"""

import math

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.sentences import inside
from sim.engine.measures.number_text import (
    bare,
    decimals_shown,
    half_width_text,
    is_share,
    label_and_part,
    measure_and_part,
    scale,
    within_scale,
)
from sim.report.figures.theme import ASSUMED, INK, QUIET, WIDTH, FigureSheet, colours, wrapped
from sim.report.words.cautions import marked
from sim.report.words.caveats import footer

SHOWN_MEASURES = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health",
    "minutes_without_staff_mean.mental_health", "longest_unseen_mean.mental_health",
    "went_home_empty_handed.mental_health", "staff_cost_per_week.all",
)  # fmt: skip
_NAMES, _HEAD, _ROW, INTERVAL = 1.42, 0.84, 0.84, 0.22


def scorecard(comparison: Comparison) -> FigureSheet:
    """One row per staffing, baseline first."""
    names = (comparison.baseline, *(name for name in comparison.staffings if name != comparison.baseline))
    baseline = comparison.label(comparison.baseline)
    sheet = FigureSheet(
        _HEAD + _ROW * len(names),
        "What changes, staffing by staffing",
        f"Large: mean. Below: paired difference from {inside(baseline)} with its interval if it has one, on one scale "
        f"per column; the line marks no difference.{grey_words(comparison)}",
        footer(comparison),
    )
    measures = comparison.known_measures(SHOWN_MEASURES)
    width = (WIDTH - 0.3 - _NAMES) / max(len(measures), 1)
    paint = colours(names, comparison.baseline)
    write_names(sheet, comparison, names, paint)
    for number, name in enumerate(measures):
        write_column(sheet, comparison, name, names, _NAMES + number * width, width)
    return sheet


def grey_words(comparison: Comparison) -> str:
    if comparison.moved_topics():
        return " Grey: moved by an assumed effect."
    return " All values are computed."


def write_names(sheet: FigureSheet, comparison: Comparison, names: tuple[str, ...], paint: dict[str, str]) -> None:
    for row, name in enumerate(names):
        top = _HEAD + _ROW * row
        sheet.rule(top - 0.05)
        text = wrapped(marked(comparison.label(name), *comparison.flags_of(name)), 14)
        sheet.write(0.2, top + 0.06, text, weight="bold", size=9, color=paint[name])


def write_column(
    sheet: FigureSheet, comparison: Comparison, name: str, names: tuple[str, ...], left: float, width: float
) -> None:
    """Head, values and intervals of one measure."""
    measure, _ = measure_and_part(name)
    unit = "%, difference in points" if is_share(measure) else measure.unit
    sheet.write(left, 0.0, wrapped(label_and_part(name), 16), size=8, weight="bold")
    sheet.write(left, 0.47, wrapped(unit, 16), size=7.5, color=QUIET, linespacing=1.05)
    reach = widest(comparison, name, names)
    ink = ASSUMED if comparison.is_assumed(name) else INK
    for row, staffing in enumerate(names):
        top = _HEAD + _ROW * row
        here = comparison.estimate(staffing, name)
        change = comparison.difference(staffing, name)
        if here is not None:
            sheet.write(left, top + 0.04, bare(measure, here.mean), size=11.5, color=ink)
        if staffing == comparison.baseline:
            if here is not None:
                sheet.write(left, top + 0.29, plus_minus_of(name, here), size=8, color=QUIET)
        elif change is not None:
            sheet.write(left, top + 0.29, difference_words(name, change), size=8, color=ink)
            draw_interval(sheet, left, top + 0.47, width - 0.22, change, reach, ink)


def plus_minus_of(name: str, found: FoundValue) -> str:
    measure, _ = measure_and_part(name)
    return half_width_text(measure, found.half_width)


def difference_words(name: str, change: FoundValue) -> str:
    """`−1.2 ± 0.4`, marked where there is no steady state; of one replication `−1.2`."""
    measure, _ = measure_and_part(name)
    if change.identical:
        return "identical"
    text = bare(measure, change.mean, signed=True)
    if change.has_interval:
        text = f"{text} {half_width_text(measure, change.half_width)}"
    return marked(text, False, change.no_steady_state)


def widest(comparison: Comparison, name: str, names: tuple[str, ...]) -> float:
    """The largest distance of an interval's end from zero, at least one in the last decimal shown."""
    measure, _ = measure_and_part(name)
    smallest = 10.0 ** -decimals_shown(measure) / scale(measure)
    found = [comparison.difference(staffing, name, comparison.central_level) for staffing in names]
    ends = [
        abs(within_scale(measure, end))
        for item in found
        if item is not None
        for end in (item.mean, item.low, item.high)
        if math.isfinite(end)
    ]
    return max([smallest, *ends])


def draw_interval(
    sheet: FigureSheet, left: float, top: float, width: float, change: FoundValue, reach: float, ink: str
) -> None:
    """A dot with its interval around the line of no difference."""
    middle, half, unit = left + width / 2, INTERVAL / 2, width / (2.16 * reach)
    sheet.line([middle, middle], [top, top + INTERVAL], color="#a0a0a0", linewidth=0.9)
    if not math.isfinite(change.mean):
        return
    if change.has_interval:
        ends = [middle + unit * end for end in (max(change.low, -reach), min(change.high, reach))]
        sheet.line(ends, [top + half, top + half], color=ink, linewidth=2.2, solid_capstyle="butt")
    sheet.line([middle + unit * change.mean], [top + half], color=ink, marker="o", markersize=4.5)
