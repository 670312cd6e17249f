"""Figures of staff over the hours of the day: heads against the work that arrives, and how busy they are."""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import capital
from sim.engine.measures.number_text import joined
from sim.report.figures import axes_parts
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.marks import group_label, grouped
from sim.report.figures.theme import EMPTY, INK, QUIET, colours, readable, wrapped
from sim.report.figures.week_figures import draw_scale
from sim.report.words.caveats import footer

LOAD_INK, LOAD_FILL = QUIET, "#c9c9c9"


def by_hour_of_day(week: pd.DataFrame, column: str) -> np.ndarray:
    """Mean over the days, 24 values; nan where the column is not there."""
    if column not in week or week.empty:
        return np.full(24, np.nan)
    return week.groupby("hour")[column].mean().reindex(range(24)).to_numpy(dtype=float)


def heads_and_load_figure(comparison: Comparison) -> Frame:
    """Heads on the floor against offered load by the hour of day, one panel per role."""
    roles = [role for role in comparison.main_roles if f"heads_{role}" in comparison.week]
    frame = Frame.slide(
        load_title(comparison, roles),
        "Line: mean heads on duty, breaks and protected time taken off. Area: offered load, the hours of this role's "
        "work brought by the visits that arrive in an hour. Mean over the days of the week.",
        footer(comparison, intervals=False),
    )
    n_rows = -(-max(len(roles), 1) // 2)
    grid = Grid(len(roles), frame.room / n_rows - 0.27 - 0.34, 2, right=1.4, between=1.95, above=0.27, below=0.34)
    for role, axes in zip(roles, frame.panels(grid), strict=True):
        draw_role(axes, comparison, role)
    return frame


def load_title(comparison: Comparison, roles: list[str]) -> str:
    """In how many hours of the day more work arrives than there are heads, by role, under the baseline."""
    hours = {role: _hours_over(comparison, role) for role in roles if role not in comparison.peer_roles}
    over = [f"{comparison.role_text(role)} in {n}" for role, n in hours.items() if n]
    if not hours:
        return "Heads on the floor against the work that arrives"
    if not over:
        return f"{comparison.label(comparison.baseline)}: in no hour of the day more work arrives than there are heads"
    over[0] += " hours of the day"
    return f"More work arrives than the heads on duty can do: {', '.join(over)}"


def _hours_over(comparison: Comparison, role: str) -> int:
    heads, load = (hourly_heads(comparison, comparison.baseline, f"{what}_{role}") for what in ("heads", "load"))
    return int((load > heads).sum())


def draw_role(axes: Axes, comparison: Comparison, role: str) -> None:
    """The load under the first staffing that has the role, the baseline if it does, and the heads of each roster."""
    hues, is_peer = colours(comparison.staffings, comparison.baseline), role in comparison.peer_roles
    rosters = distinct_rosters(comparison, role)
    axes.set_title(comparison.role_text(role).capitalize() + " (contact load)" * is_peer)
    axes_parts.hour_of_day_axis(axes, ":00")
    axes.set_ylabel("heads")
    if not rosters:
        axes_parts.no_data(axes, "none on the roster")
        return
    load = hourly_heads(comparison, rosters[0][0], f"load_{role}")
    axes_parts.steps(axes, load, fill=True, color=LOAD_FILL, zorder=1)
    tops, ends = [load.max()], []
    for group in reversed(rosters):
        heads, hue = hourly_heads(comparison, group[0], f"heads_{role}"), hues[group[0]]
        axes_parts.steps(axes, heads, color=hue, linewidth=1.9 if group is rosters[0] else 1.5, zorder=2, baseline=None)
        words = roster_words(comparison, group) if len(rosters) > 1 or is_peer else "heads, every\nstaffing"
        tops.append(heads.max())
        ends.append((float(heads[-1]), words, hue))
    axes.set_ylim(0.0, axes_parts.positive_top(max(tops)) * 1.1)
    height = axes.get_window_extent().height / axes.figure.dpi
    axes_parts.name_ends(axes, [*ends, (float(load[-1]), "offered load", LOAD_INK)], 0.27 / height)
    axes.tick_params(labelsize=8)


def hourly_heads(comparison: Comparison, staffing: str, column: str) -> np.ndarray:
    """Of a mean day under a staffing, 0 where nothing is known."""
    return np.asarray(np.nan_to_num(by_hour_of_day(comparison.of_staffing(comparison.week, staffing), column)))


def distinct_rosters(comparison: Comparison, role: str) -> list[list[str]]:
    """Staffings grouped by their heads, the baseline first; those without anybody in the role left out."""
    names = (comparison.baseline, *comparison.others)
    heads = {name: by_hour_of_day(comparison.of_staffing(comparison.week, name), f"heads_{role}") for name in names}
    there = {name: profile for name, profile in heads.items() if np.nansum(profile) > 0.0}
    # A break taken a little later moves some tenths of a head from one hour to the next.
    return grouped(list(there), lambda a, b: bool(np.nan_to_num(np.abs(there[a] - there[b])).max() < 0.35))


def roster_words(comparison: Comparison, group: list[str]) -> str:
    """The first staffing of a group, and how many more have the same heads."""
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return wrapped(f"{comparison.label(group[0])}{more}", 18)


LEAST_CHANGED_SHARE = 0.02
"""Share of a whole day by which a staffing has to change how busy a role is to have a row of its own."""
MOST_ROWS = 16
"""Of the map on one slide."""


def busy_table(comparison: Comparison) -> pd.DataFrame:
    """How busy each role is, as under the baseline, and below it the staffings that change it.

    Columns: label, is_own (a row of a role; else of staffings that change it), whole (share of the day), h0 to h23.
    """
    rows = list(_busy_rows(comparison))
    return pd.DataFrame(rows, columns=["label", "is_own", "whole", *(f"h{hour}" for hour in range(24))])


def _busy_rows(comparison: Comparison) -> Iterator[tuple[object, ...]]:
    roles = [column.removeprefix("busy_") for column in comparison.week.columns if column.startswith("busy_")]
    for role in roles:
        found = {
            name: used_share(comparison.of_staffing(comparison.week, name), role)
            for name in (comparison.baseline, *comparison.others)
        }
        share, whole = found[comparison.baseline]
        words = comparison.role_text(role) + CONTACT_NOTE * (role in comparison.peer_roles)
        yield capital(words), True, whole, *share
        wholes = {name: each for name, (_, each) in found.items() if not np.isnan(each)}
        changed = [name for name, each in wholes.items() if not abs(each - whole) < LEAST_CHANGED_SHARE]
        for group in grouped(changed, partial(_as_busy, wholes)):
            label = group_label([comparison.label(name) for name in group], 28)
            yield label, False, found[group[0]][1], *found[group[0]][0]


def _as_busy(wholes: Mapping[str, float], one: str, other: str) -> bool:
    """Whether a role is as busy under one staffing as under another."""
    return bool(abs(wholes[one] - wholes[other]) < LEAST_CHANGED_SHARE)


def utilisation_figure(comparison: Comparison) -> Frame:
    """Share of heads at work by hour of day and role; a row more where a staffing changes it."""
    table = busy_table(comparison)
    shown = table.iloc[:MOST_ROWS]
    baseline = comparison.label(comparison.baseline)
    more = f" {len(table) - len(shown)} rows not drawn." if len(table) > len(shown) else ""
    work = " Contact of peers is no target: unhurried time is the work." if comparison.peer_roles else ""
    frame = Frame.slide(
        busy_title(comparison, table),
        f"Share of the heads on the floor with a task in hand, by hour of the day; right: whole day. {baseline}, and "
        f"indented the staffings that change the whole day by {100 * LEAST_CHANGED_SHARE:g} points or more."
        f"{work}{more}",
        footer(comparison, intervals=False),
        0.05 + 0.28 * max(len(shown), 1) + 0.75,
    )
    grid = Grid(1, frame.room - 0.05 - 0.7, left=2.45, right=0.8, above=0.05, below=0.7)
    (axes,) = frame.panels(grid)
    draw_busy(shown, axes)
    draw_scale(frame.panel(grid.left, frame.room - 0.3, 2.6, 0.12), BUSY_COLOURS, "of heads at work")
    return frame


BUSY_COLOURS, CONTACT_NOTE = "YlGnBu", " (contact)"


def busy_title(comparison: Comparison, table: pd.DataFrame) -> str:
    """Which role is busiest."""
    own = table[table["is_own"] & table["whole"].notna()]
    if own.empty:
        return "How busy each role is: nobody was on the floor"
    busiest = own.sort_values("whole", ascending=False).iloc[0]
    owners = table["label"].where(table["is_own"]).ffill()[~table["is_own"]]
    changed = [str(role) for role in dict.fromkeys(owners) if not str(role).endswith(CONTACT_NOTE)]
    text = f"{busiest['label']}s are busiest: at work {100 * busiest['whole']:.0f} % of the day"
    if not comparison.others:
        return text
    if not changed:
        return f"{text}; no staffing changes that of any role"
    return f"{text}; staffings change {joined([role.lower() for role in changed])}"


def used_share(week: pd.DataFrame, role: str) -> tuple[np.ndarray, float]:
    """Busy per head by the hour of day, and over all hours; nan where nobody is on the floor."""
    busy, heads = by_hour_of_day(week, f"busy_{role}"), by_hour_of_day(week, f"heads_{role}")
    there = heads > 1e-9
    share = np.divide(busy, heads, out=np.full(24, np.nan), where=there)
    return share, float(np.nansum(busy[there]) / np.nansum(heads[there])) if there.any() else float("nan")


def draw_busy(table: pd.DataFrame, axes: Axes) -> Axes:
    """The rows of a `busy_table`: a cell an hour, and the share of the whole day at the end of the row."""
    if table.empty:
        axes.set_axis_off()
        return axes
    cells = np.ma.masked_invalid(table[[f"h{hour}" for hour in range(24)]].to_numpy(float))
    n_rows = len(table)
    axes.pcolormesh(np.arange(25), np.arange(n_rows + 1), cells, cmap=BUSY_COLOURS, vmin=0, vmax=1, rasterized=True)
    axes.set_facecolor(EMPTY)
    axes.set_ylim(n_rows, 0)
    axes.set_yticks(np.arange(n_rows) + 0.5, table["label"].tolist(), fontsize=8.5)
    for name, is_own in zip(axes.get_yticklabels(), table["is_own"], strict=True):
        name.set(color=INK if is_own else readable(QUIET), weight="bold" if is_own else "normal")
    axes_parts.hour_of_day_axis(axes, ":00")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for row, each in enumerate(table.to_dict("records")):
        if each["is_own"] and row:
            axes.axhline(row, color="white", linewidth=2.0)
        text, ink = ("none", QUIET) if np.isnan(each["whole"]) else (f"{100 * each['whole']:.0f} %", INK)
        axes.text(24.2, row + 0.5, text, va="center", size=8.5, color=ink)
    return axes
