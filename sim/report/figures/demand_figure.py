"""Demand against waits, leaving and stays: where the knee is, and where interpretation stops.

The numbers are looked up in the comparison.
"""

import math
from typing import Any

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.estimates import LEAVING, LEAVING_LIMIT
from sim.engine.measures.number_text import label_and_part, measure_and_part, scale, unit_of_value
from sim.report.figures.axes_parts import End, light_grid, limit, name_ends, positive_top
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.theme import colours, wrapped
from sim.report.words.caveats import footer
from sim.report.words.question_text import of_what

PANELS = ("wait_triage_to_pia_mean.all", LEAVING, "length_of_stay_mean.mental_health")
NAME_HEIGHT = 0.29
"""Inches that a name of two lines needs."""


def demand_figure(comparison: Comparison) -> Frame:
    """One line per staffing over the levels of demand."""
    measures = comparison.known_measures(PANELS)
    height = max(2.3, NAME_HEIGHT * len(comparison.staffings))
    grid = Grid(len(measures), height, max(len(measures), 1), left=0.55, right=1.45, between=0.55, above=0.42)
    few = "Waits, leaving and stays at the one demand played"
    frame = Frame(
        grid.total_height,
        "The same comparison with a little less and a little more demand" if len(comparison.levels) > 1 else few,
        f"Mean with its interval. Where more than {100 * LEAVING_LIMIT:g} % leave, those who would have waited longest "
        f"are not in the waits.{steadiness_note(comparison)}",
        footer(comparison, level=False),
    )
    ends: list[End] = []
    for name, axes in zip(measures, frame.panels(grid), strict=True):
        ends = draw_levels(axes, comparison, name)
    if measures:
        name_ends(frame.figure.axes[-1], ends, NAME_HEIGHT / height, highest=0.95)
    return frame


def steadiness_note(comparison: Comparison) -> str:
    """At which demand there is no steady state."""
    table = comparison.cautions
    levels = sorted(set(table.loc[table["no_steady_state"].astype(bool), "demand"]))
    return f" No steady state at × {', × '.join(f'{level:g}' for level in levels)}." if levels else ""


def draw_levels(axes: Axes, comparison: Comparison, name: str) -> list[End]:
    """The lines of one measure; returns where each ends."""
    measure, _ = measure_and_part(name)
    hues, times, levels = colours(comparison.staffings, comparison.baseline), scale(measure), sorted(comparison.levels)
    ends: list[End] = []
    for number, staffing in enumerate(comparison.staffings):
        found = [(level, comparison.estimate(staffing, name, level)) for level in levels]
        known = [(level, item) for level, item in found if item is not None and math.isfinite(item.mean)]
        beside = [level + 0.0016 * (number - len(comparison.staffings) / 2) for level, _ in known]
        means = [item.mean * times for _, item in known]
        bars = [item.half_width * times if item.has_interval else 0.0 for _, item in known]
        look: Any = {"color": hues[staffing], "linewidth": 1.5, "marker": "o", "markersize": 3.5, "elinewidth": 1.0}
        axes.errorbar(beside, means, bars, **look)
        if means:
            ends.append((means[-1], wrapped(comparison.label(staffing), 17), hues[staffing]))
    axes.set_title(wrapped(label_and_part(name), 24), fontsize=9)
    axes.set_xticks(levels, [f"× {level:g}" for level in levels])
    axes.set_xlim(levels[0] - 0.012, levels[-1] + 0.012)
    axes.set_xlabel("demand, × what was asked" if of_what(comparison) else "demand")
    axes.set_ylabel(unit_of_value(measure), labelpad=1)
    top = positive_top(1.04 * axes.get_ylim()[1])
    light_grid(axes)
    if name == LEAVING:
        limit(axes, 100 * LEAVING_LIMIT, "y")
        top = max(top, 110 * LEAVING_LIMIT)
    axes.set_ylim(0.0, top)
    return ends
