"""Rows with intervals: a row a staffing, its difference from the baseline as a dot with bars.

The numbers are looked up in the comparison.
"""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.engine.measures.entry import Measure
from sim.engine.measures.number_text import counted, measure_and_part, scale, short_unit_of_difference, within_scale
from sim.report.figures.axes_parts import light_grid
from sim.report.figures.theme import ASSUMED, QUIET, colours, wrapped
from sim.report.tables.comparison_rows import marked_label
from sim.report.words.cautions import mark_of


def grey_words(comparison: Comparison, otherwise: str = "") -> str:
    """What grey means on a figure, if anything on it is grey."""
    return " Grey: moved by an assumed effect." if comparison.moved_topics() else otherwise


def beyond_chance_words(comparison: Comparison, names: Sequence[str]) -> str:
    """How many differences in some measures are beyond chance, of those judged together; nothing where none is."""
    found = [comparison.difference(staffing, name) for staffing in comparison.others for name in names]
    judged = [item for item in found if item is not None and math.isfinite(item.simultaneous)]
    n_shown = sum(item.beyond_chance for item in judged)
    return f": {n_shown} of {counted(len(judged), 'difference')} beyond chance" if judged else ""


def row_axes(axes: Axes, measure: Measure, names: Sequence[str], size: float, n_ticks: int, margin: float) -> None:
    """Lay out rows from the top, named on the left, on a scale that has no difference in sight."""
    axes.axvline(0.0, color=ASSUMED, linewidth=1.0, zorder=1)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    light_grid(axes, "x")
    axes.margins(x=margin)
    widen_around_zero(axes, measure)
    axes.locator_params(axis="x", nbins=n_ticks)


def widen_around_zero(axes: Axes, measure: Measure) -> None:
    """Zero stays in sight, and a scale is never finer than the last decimal of the measure."""
    low, high = axes.get_xlim()
    finest = 2.0 * 10.0**-measure.decimals * scale(measure)
    axes.set_xlim(min(low, -finest), max(high, finest))


def draw_bar(axes: Axes, row: float, measure: Measure, low: float, high: float, **look: Any) -> None:
    """From end to end if both are known, shares of visits no further than they can go."""
    if math.isfinite(low) and math.isfinite(high):
        ends = [within_scale(measure, end) * scale(measure) for end in (low, high)]
        axes.plot(ends, [row, row], solid_capstyle="butt", **look)


def draw_dot(axes: Axes, row: float, measure: Measure, found: FoundValue, **look: Any) -> None:
    """The mean."""
    axes.plot([found.mean * scale(measure)], [row], marker="o", zorder=4, **look)


def note_above(axes: Axes, row: float, x: float, text: str, **look: Any) -> None:
    """A text above a dot."""
    axes.annotate(text, (x, row), (0, 5), textcoords="offset points", ha="center", **look)


def draw_differences(axes: Axes, comparison: Comparison, name: str, level: float | None = None) -> None:
    """One measure, a row for each staffing, at the central level of demand unless another is given."""
    measure, _ = measure_and_part(name)
    names, hues = comparison.others, colours(comparison.staffings, comparison.baseline)
    for row, staffing in enumerate(names):
        found = comparison.difference(staffing, name, level)
        if found is not None and math.isfinite(found.mean):
            draw_difference(axes, row, found, measure, ASSUMED if comparison.is_assumed(name) else hues[staffing])
    heads = [wrapped(marked_label(comparison, staffing, level), 24) for staffing in names]
    row_axes(axes, measure, heads, size=8, n_ticks=5, margin=0.08)
    for text, staffing in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(hues[staffing])
    axes.tick_params(axis="x", labelsize=8, length=2.5, pad=1.5)
    axes.set_xlabel(short_unit_of_difference(measure), fontsize=8, labelpad=0.5, loc="right")


def draw_difference(axes: Axes, row: int, found: FoundValue, measure: Measure, ink: str) -> None:
    """Dot and both bars, those of one replication left out, with a mark where there is no steady state."""
    reach = found.simultaneous
    draw_bar(axes, row, measure, found.mean - reach, found.mean + reach, color=ink, linewidth=1.0, zorder=2)
    draw_bar(axes, row, measure, found.low, found.high, color=ink, linewidth=3.4)
    hollow = {"color": "white", "markeredgecolor": ink, "markeredgewidth": 1.4}
    draw_dot(axes, row, measure, found, markersize=4.6, **hollow)
    if found.identical:
        axes.annotate("identical", (0.0, row), (6, 0), textcoords="offset points", va="center", size=8, color=QUIET)
    elif mark := mark_of(False, found.no_steady_state):
        note_above(axes, row, found.mean * scale(measure), mark, size=8, color=QUIET)
