"""Who is met by a peer and who is left out: being met by group, staffings with peers beside each other."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, ResultRow
from sim.analysis.subgroups import HIDING_RULE
from sim.report.figures.axes_parts import DOTTED, light_grid, positive_top
from sim.report.figures.frame import EDGE, WIDTH, Frame
from sim.report.figures.theme import FAINT, QUIET, colours, wrapped
from sim.report.words.caveats import footer
from sim.report.words.left_out_text import REACH, attribute_words, gaps_title, name_of_group, staffings_that_meet

PANELS_ACROSS = 3
NAME_WIDTH, BETWEEN = 1.05, 0.2
GROUP_HEIGHT, STAFFING_HEIGHT = 0.16, 0.15
"""Inches of a group apart from its staffings, and of each of these, where there are more panels than fit on a slide."""
ABOVE, BELOW, KEY_HEIGHT = 0.27, 0.32, 0.26


def left_out_figure(comparison: Comparison) -> Frame:
    """A panel an attribute, a row a group, a dot and its interval a staffing; on a slide, if one row of panels does."""
    table = comparison.at_level(comparison.left_out)
    table = table[table["measure"] == REACH] if len(table) else table
    names = staffings_that_meet(comparison)
    by = [str(each) for each, rows in table.groupby("by", sort=False) if rows["group"].nunique() > 1] if names else []
    lines = [by[start : start + PANELS_ACROSS] for start in range(0, len(by), PANELS_ACROSS)]
    heights = [
        _height(max(table.loc[table["by"] == each, "group"].nunique() for each in line), names) for line in lines
    ]
    frame = Frame(
        KEY_HEIGHT + sum(ABOVE + height + BELOW for height in heights) if len(lines) > 1 else None,
        gaps_title(comparison, names[0]) if names else "Who is met by a peer: nobody, no peer was on duty",
        "Share of eligible mental-health visits that a peer met, with its interval. Filled: the gap to all other "
        "groups is beyond chance, all judged together. Dotted: all visits.",
        f"{footer(comparison)} Not drawn: {HIDING_RULE}.",
    )
    if len(lines) == 1:
        heights = [frame.room - KEY_HEIGHT - ABOVE - BELOW]
    _write_key(frame, comparison, names)
    top, highest = KEY_HEIGHT, _highest(table, names)
    width = (WIDTH - 2 * EDGE - BETWEEN * (PANELS_ACROSS - 1)) / PANELS_ACROSS
    for line, height in zip(lines, heights, strict=True):
        for column, each in enumerate(line):
            left = EDGE + column * (width + BETWEEN)
            frame.write(left, top, f"By {attribute_words(each)}", weight="bold", size=9.5)
            axes = frame.panel(left + NAME_WIDTH, top + ABOVE, width - NAME_WIDTH, height)
            _draw(axes, comparison, table[table["by"] == each], names)
            axes.set_xlim(0.0, highest)
        top += ABOVE + height + BELOW
    return frame


def _height(n_groups: int, names: Sequence[str]) -> float:
    """Of a panel of so many groups."""
    return n_groups * (GROUP_HEIGHT + STAFFING_HEIGHT * len(names))


def _write_key(frame: Frame, comparison: Comparison, names: Sequence[str]) -> None:
    """The staffings in their colours, in one line."""
    hues = colours(comparison.staffings, comparison.baseline)
    each = (WIDTH - 2 * EDGE) / max(len(names), 1)
    for number, name in enumerate(names):
        label = wrapped(comparison.label(name), int(each * 13)).partition("\n")[0]
        frame.write(EDGE + number * each, 0.0, f"● {label}", size=9, weight="bold", color=hues[name])


def _highest(table: pd.DataFrame, names: Sequence[str]) -> float:
    """The end of the scale, the same for all panels, in per cent."""
    known = table[table["staffing"].isin(names) & table["mean"].notna()] if names else table
    ends = [float(row["high"] if math.isfinite(row["high"]) else row["mean"]) for row in known.to_dict("records")]
    return min(105.0, 105.0 * positive_top(max(ends, default=0.0)))


def _draw(axes: Axes, comparison: Comparison, table: pd.DataFrame, names: Sequence[str]) -> None:
    """The rows of one attribute, from the top."""
    groups = list(dict.fromkeys(table["group"]))
    cells: Mapping[tuple[str, str], ResultRow] = {
        (row["staffing"], row["group"]): row for row in table.to_dict("records")
    }
    hues, by = colours(comparison.staffings, comparison.baseline), str(table["by"].iloc[0])
    step = STAFFING_HEIGHT / (GROUP_HEIGHT + STAFFING_HEIGHT * len(names))
    for name in names:
        whole = comparison.estimate(name, REACH)
        if whole is not None:
            axes.axvline(100.0 * whole.mean, color=hues[name], linewidth=1.0, linestyle=DOTTED, zorder=1)
    for row, group in enumerate(groups):
        axes.axhline(row + 0.5, color=FAINT, linewidth=0.6, zorder=0.5)
        known = [(place, cells[name, group], hues[name]) for place, name in enumerate(names)]
        if all(cell["hidden"] for _, cell, _ in known):
            axes.text(0.0, row, " too few visits", va="center", size=8, color=QUIET)
        for place, cell, hue in known:
            if not cell["hidden"]:
                _draw_dot(axes, row + step * (place - (len(names) - 1) / 2), cell, hue)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.set_yticks(range(len(groups)), [wrapped(name_of_group(by, group), 16) for group in groups])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    light_grid(axes, "x")
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")


def _draw_dot(axes: Axes, row: float, cell: ResultRow, hue: str) -> None:
    """Interval and mean; hollow where the gap is not beyond chance."""
    mean, low, high = (100.0 * float(cell[name]) for name in ("mean", "low", "high"))
    if math.isfinite(low) and math.isfinite(high):
        ends = [max(low, 0.0), min(high, 100.0)]
        axes.plot(ends, [row, row], color=hue, linewidth=2.0, solid_capstyle="butt", zorder=2)
    is_shown = abs(cell["gap"]) > cell["gap_simultaneous"]
    axes.plot(
        [mean], [row], marker="o", markersize=5.0, color=hue if is_shown else "white", markeredgecolor=hue,
        markeredgewidth=1.3, zorder=3,
    )  # fmt: skip
