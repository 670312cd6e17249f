"""Demand against waits, leaving and stays: where the knee is, and where interpretation stops.

The numbers are looked up in the comparison.
"""

import math

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.interpretability import LEAVING_LIMIT
from sim.engine.measures.number_text import label_and_part, measure_and_part, scale, unit_of_value
from sim.report.figures.theme import FAINT, QUIET, WIDTH, FigureSheet, colours, positive_top, spread_apart, wrapped
from sim.report.words.caveats import footer
from sim.report.words.question_text import of_what

PANELS = ("wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health")
LINE = 0.29
"""Inches that a name of two lines needs."""


def demand_curves(comparison: Comparison) -> FigureSheet:
    """One line per staffing over the levels of demand."""
    measures = comparison.known_measures(PANELS)
    height, names = max(2.3, LINE * len(comparison.staffings)), 1.3
    width = (WIDTH - 0.3 - names) / max(len(measures), 1)
    sheet = FigureSheet(
        height + 0.9,
        _title(comparison),
        f"Mean with its interval. Where more than {100 * LEAVING_LIMIT:g} % leave, those who would have waited longest "
        f"are not in the waits.{steadiness_note(comparison)}",
        footer(comparison, level=False),
    )
    for number, name in enumerate(measures):
        axes = sheet.panel(0.55 + number * width, 0.42, width - 0.55, height)
        ends = draw_levels(axes, comparison, name)
        if number == len(measures) - 1:
            name_lines(axes, comparison, ends, LINE / height)
    return sheet


def steadiness_note(comparison: Comparison) -> str:
    """At which demand there is no steady state."""
    table = comparison.cautions
    levels = sorted(set(table.loc[table["no_steady_state"].astype(bool), "demand"]))
    return f" No steady state at × {', × '.join(f'{level:g}' for level in levels)}." if levels else ""


def _title(comparison: Comparison) -> str:
    if len(comparison.levels) < 2:
        return "Waits, leaving and stays at the one demand played"
    return "The same comparison with a little less and a little more demand"


def draw_levels(axes: Axes, comparison: Comparison, name: str) -> dict[str, float]:
    """The lines of one measure; returns where each ends."""
    measure, _ = measure_and_part(name)
    paint, times = colours(comparison.staffings, comparison.baseline), scale(measure)
    ends: dict[str, float] = {}
    for number, staffing in enumerate(comparison.staffings):
        found = [(level, comparison.estimate(staffing, name, level)) for level in sorted(comparison.levels)]
        known = [(level, item) for level, item in found if item is not None and math.isfinite(item.mean)]
        levels = [level + 0.0016 * (number - len(comparison.staffings) / 2) for level, _ in known]
        means = [item.mean * times for _, item in known]
        bars = [item.half_width * times if item.has_interval else 0.0 for _, item in known]
        axes.errorbar(
            levels, means, bars, color=paint[staffing], linewidth=1.5, marker="o", markersize=3.5, elinewidth=1.0
        )
        if means:
            ends[staffing] = means[-1]
    axes.set_title(wrapped(label_and_part(name), 24), fontsize=9)
    axes.set_xticks(sorted(comparison.levels), [f"× {level:g}" for level in sorted(comparison.levels)])
    axes.set_xlim(min(comparison.levels) - 0.012, max(comparison.levels) + 0.012)
    axes.set_xlabel("demand, × what was asked" if of_what(comparison) else "demand")
    axes.set_ylabel(unit_of_value(measure), labelpad=1)
    axes.set_ylim(0.0, positive_top(1.04 * axes.get_ylim()[1]))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    if name.startswith("lwbs"):
        axes.axhline(100 * LEAVING_LIMIT, color=QUIET, linewidth=1.0, linestyle=(0, (1, 2)))
        axes.set_ylim(0, max(axes.get_ylim()[1], 110 * LEAVING_LIMIT))
    return ends


def name_lines(axes: Axes, comparison: Comparison, ends: dict[str, float], gap: float) -> None:
    """Names at the ends of the lines, at least `gap` of the height apart."""
    paint = colours(comparison.staffings, comparison.baseline)
    top = axes.get_ylim()[1]
    placed = spread_apart(list(ends.values()), gap * top, 0.95 * top, 0.02 * top)
    for (name, _), height in zip(ends.items(), placed, strict=True):
        axes.annotate(
            wrapped(comparison.label(name), 17),
            (1.02, height),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            size=8,
            linespacing=1.0,
            color=paint[name],
            annotation_clip=False,
        )
