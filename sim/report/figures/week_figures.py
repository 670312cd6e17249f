"""Figures over the hours: the census of a mean week with peers on duty, heads against offered load, utilisation.

The mean week itself is made in `sim.engine.measures.week`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.report.figures import axes_parts
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.theme import BASELINE, EMPTY, INK, QUIET, colours, wrapped
from sim.report.words.caveats import footer

NOBODY = 1e-6
"""Heads below which nobody is there; sums of minutes leave a trace of rounding."""
PRESENT_INK, WITHOUT_PEER_INK, PEERS_INK, LOAD_INK = "#3f6f91", "#b35900", "#007a5a", "#7a7a7a"
PEERS_HEIGHT = 0.34
"""Inches of the strip of peers on duty below a census."""


def staffings_with_peers(comparison: Comparison) -> list[str]:
    """Those with a peer on duty at some hour."""
    if comparison.week.empty:
        return []
    duty = {name: comparison.of_staffing(comparison.week, name)["peers_on_duty"] for name in comparison.staffings}
    return [name for name, heads in duty.items() if heads.max() > NOBODY]


def hour_of_week_figure(comparison: Comparison) -> Frame:
    """Mental-health census by the hour, those no peer has met, and peers on duty; one panel per staffing with peers."""
    groups = distinct_weeks(comparison, staffings_with_peers(comparison)) or [[comparison.baseline]]
    grid = Grid(len(groups), 1.15, left=0.55, right=1.5, above=0.26, below=0.06 + PEERS_HEIGHT + 0.36)
    frame = Frame(
        grid.total_height,
        week_title(comparison, groups[0][0]),
        "Mental-health visits present, and peers on duty, by the hour of the week: mean numbers. Shaded: no peer on "
        "duty, where nights and days without a shift show.",
        footer(comparison, intervals=False),
    )
    if comparison.week.empty:
        frame.write(grid.left, 0.0, "Nothing was recorded.", color=QUIET)
        return frame
    weeks = [comparison.of_staffing(comparison.week, name).sort_values("hour_of_week") for name, *_ in groups]
    top = 1.15 * axes_parts.positive_top(float(max(np.nan_to_num(week["mh_present"]).max() for week in weeks)))
    for number, (axes, week, group) in enumerate(zip(frame.panels(grid), weeks, groups, strict=True)):
        name, *same = map(comparison.label, group)
        name += f" (the same hours: {', '.join(same)})" if same else ""
        frame.head(grid.left, grid.top_of(number) - grid.above, name, without_peer_share(week))
        draw_census(axes, week, top)
        below = grid.top_of(number) + grid.height + 0.06
        draw_peers(frame.panel(grid.left, below, grid.width, PEERS_HEIGHT, axes), week)
    return frame


def week_title(comparison: Comparison, staffing: str) -> str:
    """How much of the presence falls into hours without a peer, under a staffing."""
    week = comparison.of_staffing(comparison.week, staffing)
    share = "" if week.empty else without_peer_share(week)
    return f"{comparison.label(staffing)}: {share or 'no mental-health visit was recorded'}"


def distinct_weeks(comparison: Comparison, names: list[str]) -> list[list[str]]:
    """Staffings grouped by their pattern of peer hours."""
    weeks = {name: comparison.of_staffing(comparison.week, name).sort_values("hour_of_week") for name in names}
    heads = {name: week["peers_on_duty"].to_numpy() for name, week in weeks.items()}
    return alike(heads, lambda a, b: bool(np.nan_to_num(np.abs(a - b)).mean() < 0.1))


def alike(profiles: dict[str, np.ndarray], same: Callable[[np.ndarray, np.ndarray], bool]) -> list[list[str]]:
    """Names grouped by profiles that are the same as the first of their group."""
    groups: list[list[str]] = []
    for name, profile in profiles.items():
        group = next((group for group in groups if same(profiles[group[0]], profile)), [])
        if not group:
            groups.append(group)
        group.append(name)
    return groups


def without_peer_share(week: pd.DataFrame) -> str:
    """How much of the presence falls into hours without a peer."""
    present = week["mh_present"].sum()
    if not present > 0.0:
        return ""
    return f"{100 * week['mh_no_peer_on_duty'].sum() / present:.0f} % of mental-health hours with no peer on duty"


def draw_presence(axes: Axes, week: pd.DataFrame) -> axes_parts.End:
    """Mental-health visits present over the hours without a peer; returns where the line ends."""
    present = np.nan_to_num(week["mh_present"])
    shade_without_peers(axes, week)
    axes_parts.steps(axes, present, color="#9db8cc", fill=True, alpha=0.55)
    axes_parts.steps(axes, present, color=PRESENT_INK, linewidth=1.2, baseline=None)
    return present[-12:].mean(), "present", PRESENT_INK


def draw_census(axes: Axes, week: pd.DataFrame, top: float) -> None:
    """Visits present, and those of them no peer has met."""
    present, waiting = draw_presence(axes, week), np.nan_to_num(week["mh_without_peer"])
    axes_parts.steps(axes, waiting, color=WITHOUT_PEER_INK, linewidth=1.4, baseline=None)
    axes.set_ylim(0.0, top)
    axes.set_ylabel("visits")
    axes_parts.hour_of_week_axis(axes)
    axes.tick_params(axis="x", labelbottom=False)
    ends = [(waiting[-12:].mean(), "not (yet) met\nby a peer", WITHOUT_PEER_INK), present]
    axes_parts.name_ends(axes, ends, 0.28, highest=0.95, size=8.5)


def draw_peers(axes: Axes, week: pd.DataFrame) -> None:
    """Heads on duty in a strip."""
    heads = np.nan_to_num(week["peers_on_duty"])
    top = int(max(np.ceil(heads.max()), 1.0))
    shade_without_peers(axes, week)
    axes_parts.steps(axes, heads, color=PEERS_INK, fill=True)
    axes.set_ylim(0.0, 1.1 * top)
    axes.set_yticks(range(top + 1))
    axes.set_ylabel("heads")
    axes_parts.hour_of_week_axis(axes)
    axes_parts.name_ends(axes, [(0.5 * top, "peers on duty", PEERS_INK)], 0.0, size=8.5)


def shade_without_peers(axes: Axes, week: pd.DataFrame) -> None:
    """Grey behind each stretch of hours when no peer is there."""
    nobody = (week["peers_on_duty"] < NOBODY).to_numpy(dtype=int)
    turns = np.flatnonzero(np.diff(nobody, prepend=0, append=0))
    hours = np.append(week["hour_of_week"], week["hour_of_week"].max() + 1)
    for begin, end in turns.reshape(-1, 2):
        axes.axvspan(hours[begin], hours[end], color=EMPTY, linewidth=0, zorder=0)


def by_hour_of_day(week: pd.DataFrame, column: str) -> np.ndarray:
    """Mean over the days, 24 values; nan where the column is not there."""
    if column not in week or week.empty:
        return np.full(24, np.nan)
    return week.groupby("hour")[column].mean().reindex(range(24)).to_numpy(dtype=float)


def heads_and_load_figure(comparison: Comparison) -> Frame:
    """Heads on the floor against offered load by the hour of day, one panel per role."""
    roles = [role for role in comparison.main_roles if f"heads_{role}" in comparison.week]
    grid = Grid(len(roles), 1.75, 2, right=1.2, between=1.4)
    frame = Frame(
        grid.total_height,
        "Heads on the floor against the work that arrives, by the hour of day",
        "Line: mean heads on duty, breaks and protected time taken off. Area: offered load, the hours of this role's "
        "work brought by the visits that arrive in an hour. Mean over the days of the week.",
        footer(comparison, intervals=False),
    )
    for role, axes in zip(roles, frame.panels(grid), strict=True):
        draw_role(axes, comparison, role)
    return frame


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
    axes_parts.steps(axes, load, fill=True, color="#c9c9c9", zorder=1)
    tops, ends = [load.max()], []
    for group in reversed(rosters):
        heads, hue = hourly_heads(comparison, group[0], f"heads_{role}"), hues[group[0]]
        axes_parts.steps(axes, heads, color=hue, linewidth=1.9 if group is rosters[0] else 1.5, zorder=2, baseline=None)
        words = roster_words(comparison, group) if len(rosters) > 1 or is_peer else "heads, every\nstaffing"
        tops.append(heads.max())
        ends.append((float(heads[-1]), words, hue))
    axes.set_ylim(0.0, axes_parts.positive_top(max(tops)) * 1.1)
    axes_parts.name_ends(axes, [*ends, (float(load[-1]), "offered load", LOAD_INK)], 0.205)


def hourly_heads(comparison: Comparison, staffing: str, column: str) -> np.ndarray:
    """Of a mean day under a staffing, 0 where nothing is known."""
    return np.asarray(np.nan_to_num(by_hour_of_day(comparison.of_staffing(comparison.week, staffing), column)))


def distinct_rosters(comparison: Comparison, role: str) -> list[list[str]]:
    """Staffings grouped by their heads, the baseline first; those without anybody in the role left out."""
    names = (comparison.baseline, *comparison.others)
    heads = {name: by_hour_of_day(comparison.of_staffing(comparison.week, name), f"heads_{role}") for name in names}
    there = {name: profile for name, profile in heads.items() if np.nansum(profile) > 0.0}
    # A break taken a little later moves some tenths of a head from one hour to the next.
    return alike(there, lambda a, b: bool(np.nan_to_num(np.abs(a - b)).max() < 0.35))


def roster_words(comparison: Comparison, group: list[str]) -> str:
    """The first staffing of a group, and how many more have the same heads."""
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return wrapped(f"{comparison.label(group[0])}{more}", 14)


def utilisation_figure(comparison: Comparison) -> Frame:
    """Share of heads at work by hour of day and role, one panel per staffing."""
    roles = [column.removeprefix("busy_") for column in comparison.week.columns if column.startswith("busy_")]
    names = comparison.staffings
    grid = Grid(len(names), 0.21 * max(len(roles), 1), 2, left=1.65, right=0.7, between=0.6, below=0.36)
    frame = Frame(
        grid.total_height + 0.45,
        "Utilisation by the hour of day and role",
        "Share of the heads on the floor with a task in hand; number: whole day. For peer support it is contact load, "
        "not a target: unhurried time is the work.",
        footer(comparison, intervals=False),
    )
    for number, (name, axes) in enumerate(zip(names, frame.panels(grid), strict=True)):
        draw_map(axes, comparison, name, roles, with_names=number % grid.n_columns == 0)
    draw_scale(frame.panel(grid.left, grid.total_height + 0.05, 2.6, 0.13))
    return frame


def used_share(week: pd.DataFrame, role: str) -> tuple[np.ndarray, float]:
    """Busy per head by the hour of day, and over all hours; nan where nobody is on the floor."""
    busy, heads = by_hour_of_day(week, f"busy_{role}"), by_hour_of_day(week, f"heads_{role}")
    there = heads > 1e-9
    share = np.divide(busy, heads, out=np.full(24, np.nan), where=there)
    return share, float(np.nansum(busy[there]) / np.nansum(heads[there])) if there.any() else float("nan")


def draw_map(axes: Axes, comparison: Comparison, staffing: str, roles: list[str], with_names: bool) -> None:
    """A row a role, a cell an hour, and the share of the whole day at the end of the row."""
    week = comparison.of_staffing(comparison.week, staffing)
    found = [used_share(week, role) for role in roles]
    if not found:
        axes.set_axis_off()
        return
    grid = np.ma.masked_invalid(np.array([share for share, _ in found]))
    axes.pcolormesh(np.arange(25), np.arange(len(roles) + 1), grid, cmap="YlGnBu", vmin=0.0, vmax=1.0, rasterized=True)
    axes.set_facecolor(EMPTY)
    axes.set_ylim(len(roles), 0)
    words = [comparison.role_text(role) + " (contact)" * (role in comparison.peer_roles) for role in roles]
    axes.set_yticks(np.arange(len(roles)) + 0.5, words if with_names else [""] * len(roles), fontsize=8)
    axes_parts.hour_of_day_axis(axes)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(comparison.label(staffing))
    for row, (_, whole) in enumerate(found):
        text, ink = ("none", QUIET) if np.isnan(whole) else (f"{100 * whole:.0f} %", INK)
        axes.text(24.3, row + 0.5, text, va="center", size=8, color=ink)


def draw_scale(axes: Axes) -> None:
    """The colours from idle to always busy."""
    axes.imshow(np.linspace(0.0, 1.0, 256)[None, :], aspect="auto", cmap="YlGnBu", extent=(0.0, 100.0, 0.0, 1.0))
    axes.set_yticks([])
    axes.set_xticks([0, 50, 100], ["0 %", "50 %", "100 % of heads at work"])
    axes.tick_params(length=2)
    axes.spines["left"].set_color(BASELINE)
