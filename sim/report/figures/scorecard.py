"""The scorecard: one row per staffing, one column per question a manager asks, with the difference from the baseline.

The numbers are looked up in the comparison.
"""

import math

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.sentences import inside
from sim.engine.measures.number_text import bare, half_width_text, is_share, label_and_part, measure_and_part
from sim.report.figures.frame import EDGE, WIDTH, Frame, Grid
from sim.report.figures.interval_rows import beyond_chance_words, draw_bar, draw_dot, grey_words, widen_around_zero
from sim.report.figures.theme import ASSUMED, FAINT, INK, QUIET, colours, wrapped
from sim.report.tables.comparison_rows import marked_label
from sim.report.words.cautions import marked
from sim.report.words.caveats import footer

SHOWN_MEASURES = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health",
    "minutes_without_staff_mean.mental_health", "longest_unseen_mean.mental_health",
    "went_home_empty_handed.mental_health", "staff_cost_per_week.all",
)  # fmt: skip
_ROW_HEIGHT, _NAME_WIDTH = 0.66, 1.42
_VALUE, _CHANGE, _INTERVAL, _HALF_LINE = 0.06, 0.42, 0.79, 0.13
"""In rows from the upper edge of a row: upper edges of value and difference, the middle of the interval; half the
height of the line of no difference."""


def scorecard(comparison: Comparison) -> Frame:
    """One row per staffing, baseline first."""
    names = (comparison.baseline, *comparison.others)
    measures = comparison.known_measures(SHOWN_MEASURES)
    grid = Grid(
        len(measures), _ROW_HEIGHT * len(names), max(len(measures), 1), left=_NAME_WIDTH, right=EDGE + 0.1, between=0.2,
        above=0.79, below=0.0,
    )  # fmt: skip
    frame = Frame(
        grid.total_height,
        f"What changes, staffing by staffing{beyond_chance_words(comparison, measures)}",
        f"Large: mean. Below: paired difference from {inside(comparison.label(comparison.baseline))} with its "
        "interval if it has one, on one scale per column; the line marks no difference."
        + grey_words(comparison, otherwise=" All values are computed."),
        footer(comparison),
    )
    draw_names(frame.panel(EDGE, grid.top_of(0), WIDTH - 2 * EDGE, grid.height), comparison, names)
    for number, (name, axes) in enumerate(zip(measures, frame.panels(grid), strict=True)):
        measure, _ = measure_and_part(name)
        unit = "%, difference in points" if is_share(measure) else measure.unit
        frame.write(grid.left_of(number), 0.0, wrapped(label_and_part(name), 16), size=8, weight="bold")
        frame.write(grid.left_of(number), 0.47, wrapped(unit, 16), size=7.5, color=QUIET, linespacing=1.05)
        draw_card_column(axes, comparison, names, name)
    return frame


def draw_names(axes: Axes, comparison: Comparison, names: tuple[str, ...]) -> None:
    """Staffings on the left and lines between them, in rows."""
    hues = colours(names, comparison.baseline)
    in_rows(axes, len(names))
    for row, name in enumerate(names):
        axes.axhline(row, color=FAINT, linewidth=0.9)
        text = wrapped(marked_label(comparison, name), 14)
        axes.text(0.0, row + _VALUE, text, va="top", weight="bold", linespacing=1.25, color=hues[name])


def in_rows(axes: Axes, n_rows: int) -> None:
    """Rows from the top, without a scale to read."""
    axes.set_axis_off()
    axes.set_ylim(n_rows, 0.0)


def draw_card_column(axes: Axes, comparison: Comparison, names: tuple[str, ...], name: str) -> None:
    """Values, differences and intervals of one measure."""
    measure, _ = measure_and_part(name)
    ink, place = ASSUMED if comparison.is_assumed(name) else INK, axes.get_yaxis_transform()
    in_rows(axes, len(names))
    for row, staffing in enumerate(names):
        here, change = comparison.estimate(staffing, name), comparison.difference(staffing, name)
        is_baseline = staffing == comparison.baseline
        if here is not None:
            axes.text(0.0, row + _VALUE, bare(measure, here.mean), va="top", size=11.5, color=ink, transform=place)
            if is_baseline:
                own = half_width_text(measure, here.half_width)
                axes.text(0.0, row + _CHANGE, own, va="top", size=8, color=QUIET, transform=place)
        if change is not None and not is_baseline:
            words = paired_text(name, change)
            axes.text(0.0, row + _CHANGE, words, va="top", size=8, color=ink, transform=place)
            middle = row + _INTERVAL
            axes.plot([0.0, 0.0], [middle - _HALF_LINE, middle + _HALF_LINE], color="#a0a0a0", linewidth=0.9, zorder=1)
            draw_bar(axes, middle, measure, change.low, change.high, color=ink, linewidth=2.2)
            if math.isfinite(change.mean):
                draw_dot(axes, middle, measure, change, markersize=4.5, color=ink)
    widen_around_zero(axes, measure)
    reach = max(map(abs, axes.get_xlim()))
    axes.set_xlim(-reach, reach)


def paired_text(name: str, change: FoundValue) -> str:
    """`−1.2 ± 0.4`, marked where there is no steady state; of one replication `−1.2`."""
    measure, _ = measure_and_part(name)
    if change.identical:
        return "identical"
    text = bare(measure, change.mean, signed=True)
    if change.has_interval:
        text = f"{text} {half_width_text(measure, change.half_width)}"
    return marked(text, False, change.no_steady_state)
