"""The forest of paired differences: each headline measure on its own scale, mental health and medical apart.

The numbers are looked up in the comparison.
"""

import math

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.sentences import inside
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.entry import Measure
from sim.engine.measures.number_text import measure_and_part, scale, short_unit_of_difference, within_scale
from sim.report.figures.theme import ASSUMED, FAINT, QUIET, WIDTH, FigureSheet, colours, wrapped
from sim.report.words.cautions import mark_of, marked
from sim.report.words.caveats import footer

BLOCKS = {
    "Mental health": ("mental_health",),
    "Medical": ("medical",),
    "All visits": ("all",),
}
_NAMES, _ROW, ABOVE, _BELOW, _HEAD = 1.22, 0.21, 0.26, 0.42, 0.34
SIDES = (("Mental health",), ("Medical", "All visits"))


def forest(comparison: Comparison) -> FigureSheet:
    """Mental health on the left, medical and all visits on the right."""
    measures = comparison.known_measures(HEADLINE)
    per_panel = panel_height(comparison)
    sides = [[(block, of_block(measures, block)) for block in blocks] for blocks in SIDES]
    body = max(sum(_HEAD + per_panel * len(names) for _, names in side) for side in sides)
    baseline = inside(comparison.label(comparison.baseline))
    sheet = FigureSheet(
        body,
        f"Paired differences from {baseline}",
        "Dot: mean difference on the same patients. Thick bar: interval of this one measure. Thin bar: interval "
        f"when all headline measures are judged together. Left of zero is less.{grey(comparison)}",
        footer(comparison),
    )
    half = (WIDTH - 0.4) / 2
    for number, side in enumerate(sides):
        draw_side(sheet, comparison, side, 0.2 + number * half, half - 0.15)
    return sheet


def grey(comparison: Comparison) -> str:
    return " Grey: moved by an assumed effect." if comparison.moved_topics() else ""


def panel_height(comparison: Comparison) -> float:
    return ABOVE + _ROW * max(len(comparison.others), 1) + _BELOW


def of_block(measures: tuple[str, ...], block: str) -> list[str]:
    return [name for name in measures if name.partition(".")[2] in BLOCKS[block]]


def draw_side(
    sheet: FigureSheet, comparison: Comparison, side: list[tuple[str, list[str]]], left: float, width: float
) -> None:
    """The blocks of one side, from the top."""
    top = 0.0
    for block, names in side:
        if not names:
            continue
        sheet.write(left, top, block, size=11, weight="bold")
        top += _HEAD
        for name in names:
            measure, _ = measure_and_part(name)
            sheet.write(left + _NAMES, top, _short(measure), size=8.5, weight="bold")
            height = _ROW * max(len(comparison.others), 1)
            draw_measure(sheet.panel(left + _NAMES, top + ABOVE, width - _NAMES, height), comparison, name, measure)
            top += panel_height(comparison)


def _short(measure: Measure) -> str:
    """The label without what stands in the panel already."""
    return wrapped(measure.label, 48).partition("\n")[0]


def draw_measure(axes: Axes, comparison: Comparison, name: str, measure: Measure, level: float | None = None) -> None:
    """One row per staffing, at the central level of demand unless another is given."""
    names = comparison.others
    paint = colours(comparison.staffings, comparison.baseline)
    axes.axvline(0.0, color="#8c8c8c", linewidth=0.9, zorder=1)
    for row, staffing in enumerate(names):
        found = comparison.difference(staffing, name, level)
        if found is not None:
            ink = ASSUMED if comparison.is_assumed(name) else paint[staffing]
            _draw_row(axes, row, found, measure, ink)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    heads = [marked(comparison.label(item), *comparison.flags_of(item, level)) for item in names]
    axes.set_yticks(range(len(names)), [wrapped(head, 24) for head in heads], fontsize=8)
    for text, staffing in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(paint[staffing])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8, length=2.5, pad=1.5)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.08)
    widen_around_zero(axes, measure)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(short_unit_of_difference(measure), fontsize=8, labelpad=0.5, loc="right")


def widen_around_zero(axes: Axes, measure: Measure) -> None:
    """Zero stays in sight, and a scale is never finer than the last decimal of the measure."""
    low, high = axes.get_xlim()
    finest = 2.0 * 10.0**-measure.decimals * scale(measure)
    axes.set_xlim(min(low, -finest), max(high, finest))


def _draw_row(axes: Axes, row: int, found: FoundValue, measure: Measure, ink: str) -> None:
    """Dot and both bars, those of one replication left out, with a mark where there is no steady state."""
    if not math.isfinite(found.mean):
        return
    mean = found.mean * scale(measure)
    mark = mark_of(False, found.no_steady_state)
    if mark and not found.identical:
        axes.annotate(mark, (mean, row), (0, 4), textcoords="offset points", ha="center", size=8, color=QUIET)
    if found.identical:
        axes.annotate("identical", (0.0, row), (6, 0), textcoords="offset points", va="center", size=8, color=QUIET)
    reach = found.simultaneous
    draw_bar(axes, row, measure, (found.mean - reach, found.mean + reach), color=ink, linewidth=1.0, zorder=2)
    draw_bar(axes, row, measure, (found.low, found.high), color=ink, linewidth=3.4, zorder=3)
    axes.plot(
        [mean], [row], marker="o", markersize=4.6, color="white", markeredgecolor=ink, markeredgewidth=1.4, zorder=4
    )


def draw_bar(axes: Axes, row: int, measure: Measure, ends: tuple[float, float], **look: object) -> None:
    """From end to end if both are known, shares of visits no further than they can go."""
    if all(map(math.isfinite, ends)):
        shown = [within_scale(measure, end) * scale(measure) for end in ends]
        axes.plot(shown, [row, row], solid_capstyle="butt", **look)  # type: ignore[arg-type]
