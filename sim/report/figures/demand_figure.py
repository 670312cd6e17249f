"""How waits, leaving and stays go with demand, and what staffings change about it."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.estimates import LEAVING, LEAVING_LIMIT
from sim.analysis.sentences import capital
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import HEADLINES
from sim.report.figures.axes_parts import End, band, light_grid, limit, name_ends, positive_top
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.marks import group_label
from sim.report.figures.theme import QUIET, colours, wrapped
from sim.report.words.caveats import footer, of_what

PANELS = ("wait_triage_to_pia_mean.all", LEAVING, "length_of_stay_mean.mental_health")
NAME_HEIGHT = 0.29
"""Inches that a name of two lines needs."""


def demand_table(comparison: Comparison, measures: Sequence[str]) -> pd.DataFrame:
    """Mean and interval by measure, level of demand and line: the baseline, with the staffings that do not differ from
    it beyond chance at any level, and a line for each other.

    Columns: measure, staffing, label, hue, demand, mean, low, high. Values are as shown: shares in per cent.
    """
    hues, rows = colours(comparison.staffings, comparison.baseline), []
    for name in measures:
        differing = [each for each in comparison.others if leaves_baseline(comparison, each, name)]
        same = [each for each in comparison.staffings if each not in differing]
        labels = {
            comparison.baseline: group_label([comparison.label(each) for each in baseline_first(comparison, same)])
        }
        for staffing in (comparison.baseline, *differing):
            for level in sorted(comparison.levels):
                found = comparison.estimate(staffing, name, level)
                if found is None or not math.isfinite(found.mean):
                    continue
                ends = (found.mean, found.low, found.high) if found.has_interval else (found.mean,) * 3
                mean, low, high = (number_text.scale(name) * end for end in ends)
                label = labels.get(staffing, comparison.label(staffing))
                rows.append((name, staffing, label, hues[staffing], level, mean, low, high))
    return pd.DataFrame(rows, columns=["measure", "staffing", "label", "hue", "demand", "mean", "low", "high"])


def baseline_first(comparison: Comparison, names: Sequence[str]) -> list[str]:
    """The same names, that of the baseline before all others."""
    return sorted(names, key=lambda each: each != comparison.baseline)


def leaves_baseline(comparison: Comparison, staffing: str, name: str) -> bool:
    """Whether a staffing differs from the baseline beyond chance at any level of demand."""
    found = (comparison.difference(staffing, name, level) for level in comparison.levels)
    return any(item is not None and item.beyond_chance for item in found)


def demand_figure(comparison: Comparison) -> Frame:
    """A panel for waits, leaving and stays: a line for each staffing that differs from the baseline."""
    measures = comparison.known_measures(PANELS)
    table = demand_table(comparison, measures)
    frame = Frame.slide(
        demand_heading(comparison, table),
        "Mean; band: interval of the baseline. Staffings that do not differ from it beyond chance at any demand are "
        f"one line. Dotted: where more than {100 * LEAVING_LIMIT:g} % leave, those who would have waited longest are "
        f"not in the waits.{steadiness_note(comparison)}",
        footer(comparison, level=False),
    )
    n = max(len(measures), 1)
    grid = Grid(n, frame.room - 0.45 - 0.5, n, left=0.55, right=1.25, between=1.6, above=0.45, below=0.5)
    for name, axes in zip(measures, frame.panels(grid), strict=False):
        draw_demand(table[table["measure"] == name], axes)
        axes.set_xlabel("demand, × what was asked" if of_what(comparison) else "demand")
    return frame


def draw_demand(table: pd.DataFrame, axes: Axes) -> Axes:
    """One measure of a `demand_table`: the baseline broad and with its band, names at the ends of lines, and the limit
    of leaving where it is drawn."""
    name = str(table["measure"].iloc[0]) if len(table) else LEAVING
    ends: list[End] = []
    levels = sorted(table["demand"].unique())
    for number, (label, line) in enumerate(table.groupby("label", sort=False)):
        hue = str(line["hue"].iloc[0])
        if number == 0:
            band(axes, line["demand"], line["low"], line["high"], hue, 0.18)
        look: dict[str, Any] = {"linewidth": 2.4 if number == 0 else 1.6, "marker": "o", "markersize": 4}
        axes.plot(line["demand"], line["mean"], color=hue, zorder=2 if number == 0 else 3, **look)
        ends.append((float(line["mean"].iloc[-1]), wrapped(str(label), 15), hue))
    axes.set_title(wrapped(f"{number_text.label_and_part(name)} ({number_text.unit_of_value(name)})", 27), fontsize=8.5)
    axes.set_xticks(levels, [f"× {level:g}" for level in levels])
    margin = 0.06 * (levels[-1] - levels[0]) if len(levels) > 1 else 0.05
    if levels:
        axes.set_xlim(levels[0] - margin, levels[-1] + margin)
    top = positive_top(1.04 * axes.get_ylim()[1])
    light_grid(axes)
    if name == LEAVING:
        limit(axes, 100 * LEAVING_LIMIT, "y")
        top = max(top, 115 * LEAVING_LIMIT)
        mark_knee(axes, table)
    axes.set_ylim(0.0, top)
    height = axes.get_window_extent().height / axes.figure.dpi
    name_ends(axes, ends, NAME_HEIGHT / height, highest=0.95)
    return axes


def mark_knee(axes: Axes, table: pd.DataFrame) -> None:
    """An upright line at the first level of demand at which more than the limit leave under any staffing."""
    above = table[table["mean"] > 100 * LEAVING_LIMIT]
    if above.empty:
        return
    level = float(above["demand"].min())
    limit(axes, level)
    axes.annotate(
        "too many\nleave", (level, 1.0), (-4, -2), xycoords=axes.get_xaxis_transform(), textcoords="offset points",
        ha="right", va="top", size=8, color=QUIET,
    )  # fmt: skip


def demand_heading(comparison: Comparison, table: pd.DataFrame) -> str:
    """How far the first measure goes with demand, and whether staffings change it."""
    levels = sorted(comparison.levels)
    first = table[table["measure"] == table["measure"].iloc[0]] if len(table) else table
    base = first[first["staffing"] == comparison.baseline] if len(first) else first
    if len(levels) < 2 or len(base) < 2:
        return "Waits, leaving and stays at the one demand played"
    name = str(first["measure"].iloc[0])
    ends = [number_text.plain_number(float(base["mean"].iloc[place]), 0) for place in (0, -1)]
    what = HEADLINES[name].topic
    unit = number_text.unit_of_value(name)
    text = f"From × {levels[0]:g} to × {levels[-1]:g} demand, {what} goes from {ends[0]} to {ends[1]} {unit}"
    moved = first["staffing"].nunique() - 1
    n = len(comparison.others)
    if not n:
        return text
    change = f"{moved} of {number_text.counted(n, 'staffing')} change it" if moved else "no staffing changes it"
    return capital(f"{text}; {change}{'' if moved else ' beyond chance'}")


def steadiness_note(comparison: Comparison) -> str:
    """At which demand there is no steady state."""
    table = comparison.cautions
    levels = sorted(set(table.loc[table["no_steady_state"].astype(bool), "demand"]))
    return f" No steady state at × {', × '.join(f'{level:g}' for level in levels)}." if levels else ""
