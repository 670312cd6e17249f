"""Figures over the hours: the census of a mean week with peers on duty, heads against offered load, utilisation.

The mean week itself is made in `sim.engine.measures.week`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.report.figures.theme import (
    BASELINE,
    FAINT,
    INK,
    NIGHT,
    QUIET,
    WIDTH,
    FigureSheet,
    colours,
    positive_top,
    spread_apart,
    wrapped,
)
from sim.report.words.caveats import footer

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOBODY = 1e-6
"""Heads below which nobody is there; sums of minutes leave a trace of rounding."""
ALONE_INK = "#b35900"
NOTHING_KNOWN = "Nothing was recorded."


def staffings_with_peers(comparison: Comparison) -> list[str]:
    """Those with a peer on duty at some hour."""
    if comparison.week.empty:
        return []
    duty = {name: comparison.of_staffing(comparison.week, name)["peers_on_duty"] for name in comparison.staffings}
    return [name for name, heads in duty.items() if heads.max() > NOBODY]


def hour_of_week(comparison: Comparison) -> FigureSheet:
    """Mental-health census by the hour, those no peer has met, and peers on duty; one panel per staffing with peers."""
    groups = distinct_weeks(comparison, staffings_with_peers(comparison)) or [[comparison.baseline]]
    names = [group[0] for group in groups]
    panel, strip, gap = 1.45, 0.42, 0.78
    sheet = FigureSheet(
        len(names) * (panel + strip + gap) - 0.1,
        "Mental-health visits present, and peers on duty, by the hour of the week",
        "Mean number of visits. Shaded: no peer on duty, where nights and days without a shift show.",
        footer(comparison, intervals=False),
    )
    if comparison.week.empty:
        sheet.write(0.55, 0.0, NOTHING_KNOWN, color=QUIET)
        return sheet
    highest = max(np.nan_to_num(comparison.of_staffing(comparison.week, name)["mh_present"]).max() for name in names)
    top_of_scale = 1.15 * positive_top(float(highest))
    for number, name in enumerate(names):
        week = comparison.of_staffing(comparison.week, name).sort_values("hour_of_week")
        top = number * (panel + strip + gap) + 0.26
        share = without_peer_share(week)
        title = comparison.label(name) + same_hours(comparison, groups[number][1:])
        sheet.write(0.55, top - 0.26, title, weight="bold", size=9.5)
        sheet.write(WIDTH - 0.2, top - 0.26, share, ha="right", size=8.5, color=QUIET)
        census = sheet.panel(0.55, top, WIDTH - 2.05, panel)
        draw_census(census, week, top_of_scale)
        draw_peers(sheet.panel(0.55, top + panel + 0.06, WIDTH - 2.05, strip, census), week)
    return sheet


def distinct_weeks(comparison: Comparison, names: list[str]) -> list[list[str]]:
    """Staffings grouped by their pattern of peer hours."""
    heads = {
        name: comparison.of_staffing(comparison.week, name).sort_values("hour_of_week")["peers_on_duty"].to_numpy()
        for name in names
    }
    return alike(heads, lambda a, b: bool(np.nan_to_num(np.abs(a - b)).mean() < 0.1))


def alike(profiles: dict[str, np.ndarray], same: Callable[[np.ndarray, np.ndarray], bool]) -> list[list[str]]:
    """Names grouped by profiles that are the same as the first of their group."""
    groups: list[list[str]] = []
    for name, profile in profiles.items():
        group = next((group for group in groups if same(profiles[group[0]], profile)), None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return groups


def same_hours(comparison: Comparison, names: list[str]) -> str:
    """Who else has these peer hours."""
    return f" (the same hours: {', '.join(comparison.label(name) for name in names)})" if names else ""


def without_peer_share(week: pd.DataFrame) -> str:
    """How much of the presence falls into hours without a peer."""
    present = week["mh_present"].sum()
    if not present > 0.0:
        return ""
    return f"{100 * week['mh_no_peer_on_duty'].sum() / present:.0f} % of mental-health hours with no peer on duty"


def steps(axes: Axes, hours: np.ndarray, values: np.ndarray, **look: object) -> None:
    axes.stairs(values, np.append(hours, hours[-1] + 1), **look)  # type: ignore[arg-type]


def draw_census(axes: Axes, week: pd.DataFrame, top: float) -> None:
    hours = week["hour_of_week"].to_numpy()
    present, waiting = np.nan_to_num(week["mh_present"]), np.nan_to_num(week["mh_without_peer"])
    shade_without_peers(axes, week)
    steps(axes, hours, present, color="#9db8cc", fill=True, alpha=0.55)
    steps(axes, hours, present, color="#3f6f91", linewidth=1.2, baseline=None)
    steps(axes, hours, waiting, color=ALONE_INK, linewidth=1.4, baseline=None)
    axes.set_ylim(0.0, top)
    axes.set_ylabel("visits")
    frame_week(axes)
    axes.tick_params(axis="x", labelbottom=False)
    ends = spread_apart([waiting[-12:].mean(), present[-12:].mean()], 0.24 * top, 0.95 * top)
    name_line(axes, ends[0], "not (yet) met\nby a peer", ALONE_INK)
    name_line(axes, ends[1], "present", "#3f6f91")


def draw_peers(axes: Axes, week: pd.DataFrame) -> None:
    hours, heads = week["hour_of_week"].to_numpy(), np.nan_to_num(week["peers_on_duty"])
    shade_without_peers(axes, week)
    steps(axes, hours, heads, color="#007a5a", fill=True)
    axes.set_ylim(0.0, max(np.ceil(heads.max()), 1.0) * 1.1)
    axes.set_yticks(range(int(max(np.ceil(heads.max()), 1.0)) + 1))
    axes.set_ylabel("heads")
    frame_week(axes)
    name_line(axes, 0.45 * axes.get_ylim()[1], "peers on duty", "#007a5a")


def name_line(axes: Axes, height: float, text: str, ink: str) -> None:
    """The name of a line at its right end."""
    axes.annotate(
        text, (168, height), (6, 0), textcoords="offset points", va="center", color=ink, size=8.5, annotation_clip=False
    )


def shade_without_peers(axes: Axes, week: pd.DataFrame) -> None:
    nobody = (week["peers_on_duty"] < NOBODY).to_numpy(dtype=int)
    turns = np.flatnonzero(np.diff(nobody, prepend=0, append=0))
    hours = np.append(week["hour_of_week"], week["hour_of_week"].max() + 1)
    for begin, end in turns.reshape(-1, 2):
        axes.axvspan(hours[begin], hours[end], color=NIGHT, linewidth=0, zorder=0)


def frame_week(axes: Axes) -> None:
    """Days as ticks in their middle, midnights as lines."""
    axes.set_xlim(0, 168)
    for day in range(1, 7):
        axes.axvline(24 * day, color=FAINT, linewidth=0.8, zorder=0.5)
    axes.set_xticks([24 * day + 12 for day in range(7)], _DAYS)
    axes.tick_params(axis="x", length=0)


def by_hour_of_day(week: pd.DataFrame, column: str) -> np.ndarray:
    """Mean over the days, 24 values; nan where the column is not there."""
    if column not in week or week.empty:
        return np.full(24, np.nan)
    return week.groupby("hour")[column].mean().reindex(range(24)).to_numpy(dtype=float)


def heads_and_load(comparison: Comparison) -> FigureSheet:
    """Heads on the floor against offered load by the hour of day, one panel per role."""
    roles = [role for role in comparison.main_roles if f"heads_{role}" in comparison.week]
    width, panel, gap = (WIDTH - 0.4) / 2, 1.75, 0.78
    n_rows = -(-max(len(roles), 1) // 2)
    sheet = FigureSheet(
        n_rows * (panel + gap),
        "Heads on the floor against the work that arrives, by the hour of day",
        "Line: mean heads on duty, breaks and protected time taken off. Area: offered load, the hours of this role's "
        "work brought by the visits that arrive in an hour. Mean over the days of the week.",
        footer(comparison, intervals=False),
    )
    for number, role in enumerate(roles):
        row, column = divmod(number, 2)
        axes = sheet.panel(0.6 + column * width, 0.3 + row * (panel + gap), width - 1.4, panel)
        draw_role(axes, comparison, role)
    return sheet


def draw_role(axes: Axes, comparison: Comparison, role: str) -> None:
    """The load under the first staffing that has the role, the baseline if it does, and the heads of each roster."""
    paint = colours(comparison.staffings, comparison.baseline)
    rosters = distinct_rosters(comparison, role)
    axes.set_title(comparison.role_text(role).capitalize() + " (contact load)" * (role in comparison.peer_roles))
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 6), [f"{hour:02d}:00" for hour in range(0, 25, 6)])
    axes.set_ylabel("heads")
    if not rosters:
        axes.text(12, 0.5, "none on the roster", ha="center", color=QUIET, transform=axes.get_xaxis_transform())
        return
    first = comparison.of_staffing(comparison.week, rosters[0][0])
    load = np.nan_to_num(by_hour_of_day(first, f"load_{role}"))
    axes.stairs(load, range(25), fill=True, color="#c9c9c9", zorder=1)
    top = load.max()
    ends: list[tuple[float, list[str]]] = []
    for group in reversed(rosters):
        name = group[0]
        heads = np.nan_to_num(by_hour_of_day(comparison.of_staffing(comparison.week, name), f"heads_{role}"))
        axes.stairs(
            heads, range(25), color=paint[name], linewidth=1.9 if group is rosters[0] else 1.5, zorder=2, baseline=None
        )
        top = max(top, heads.max())
        ends.append((float(heads[-1]), group))
    axes.set_ylim(0.0, positive_top(top) * 1.1)
    name_rosters(axes, comparison, ends, paint, float(load[-1]), role)


def distinct_rosters(comparison: Comparison, role: str) -> list[list[str]]:
    """Staffings grouped by their heads, the baseline first; those without anybody in the role left out."""
    names = (comparison.baseline, *comparison.others)
    heads = {name: by_hour_of_day(comparison.of_staffing(comparison.week, name), f"heads_{role}") for name in names}
    there = {name: profile for name, profile in heads.items() if np.nansum(profile) > 0.0}
    # A break taken a little later moves some tenths of a head from one hour to the next.
    return alike(there, lambda a, b: bool(np.nan_to_num(np.abs(a - b)).max() < 0.35))


def name_rosters(
    axes: Axes,
    comparison: Comparison,
    ends: list[tuple[float, list[str]]],
    paint: dict[str, str],
    load: float,
    role: str,
) -> None:
    """Labels at the right edge, pushed apart."""
    several = len(ends) > 1 or role in comparison.peer_roles
    words = [roster_words(comparison, group) if several else "heads, every\nstaffing" for _, group in ends]
    inks = [paint[group[0]] for _, group in ends]
    words, inks, heights = [*words, "offered load"], [*inks, "#7a7a7a"], [*(height for height, _ in ends), load]
    top = axes.get_ylim()[1]
    placed = spread_apart(heights, 0.205 * top, lowest=0.02 * top)
    for word, ink, height in zip(words, inks, placed, strict=True):
        axes.annotate(
            word,
            (24, height),
            (5, 0),
            textcoords="offset points",
            va="center",
            color=ink,
            size=8,
            annotation_clip=False,
            linespacing=1.0,
        )


def roster_words(comparison: Comparison, group: list[str]) -> str:
    """The first staffing of a group, and how many more have the same heads."""
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return wrapped(f"{comparison.label(group[0])}{more}", 14)


def utilisation_map(comparison: Comparison) -> FigureSheet:
    """Share of heads at work by hour of day and role, one panel per staffing."""
    roles = [column.removeprefix("busy_") for column in comparison.week.columns if column.startswith("busy_")]
    names = list(comparison.staffings)
    cell, gap, width = 0.21, 0.66, (WIDTH - 1.75) / 2
    panel = cell * max(len(roles), 1)
    n_rows = -(-len(names) // 2)
    sheet = FigureSheet(
        n_rows * (panel + gap) + 0.45,
        "Utilisation by the hour of day and role",
        "Share of the heads on the floor with a task in hand; number: whole day. For peer support it is contact load, "
        "not a target: unhurried time is the work.",
        footer(comparison, intervals=False),
    )
    for number, name in enumerate(names):
        row, column = divmod(number, 2)
        axes = sheet.panel(1.65 + column * width, 0.3 + row * (panel + gap), width - 0.6, panel)
        draw_map(axes, comparison, name, roles)
        if column:
            axes.set_yticklabels([])
    draw_scale(sheet.panel(1.65, n_rows * (panel + gap) + 0.05, 2.6, 0.13))
    return sheet


def used_share(week: pd.DataFrame, role: str) -> tuple[np.ndarray, float]:
    """Busy per head by the hour of day, and over all hours; nan where nobody is on the floor."""
    busy, heads = by_hour_of_day(week, f"busy_{role}"), by_hour_of_day(week, f"heads_{role}")
    there = heads > 1e-9
    share = np.divide(busy, heads, out=np.full(24, np.nan), where=there)
    return share, float(np.nansum(busy[there]) / np.nansum(heads[there])) if there.any() else float("nan")


def draw_map(axes: Axes, comparison: Comparison, staffing: str, roles: list[str]) -> None:
    week = comparison.of_staffing(comparison.week, staffing)
    found = [used_share(week, role) for role in roles]
    if not found:
        axes.set_axis_off()
        return
    grid = np.ma.masked_invalid(np.array([share for share, _ in found]).reshape(len(roles), 24))
    axes.pcolormesh(np.arange(25), np.arange(len(roles) + 1), grid, cmap="YlGnBu", vmin=0.0, vmax=1.0, rasterized=True)
    axes.set_facecolor(NIGHT)
    axes.set_ylim(len(roles), 0)
    words = [comparison.role_text(role) + " (contact)" * (role in comparison.peer_roles) for role in roles]
    axes.set_yticks(np.arange(len(roles)) + 0.5, words, fontsize=8)
    axes.set_xticks(range(0, 25, 6), [f"{hour:02d}" for hour in range(0, 25, 6)])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(comparison.label(staffing))
    for row, (_, whole) in enumerate(found):
        text = "none" if np.isnan(whole) else f"{100 * whole:.0f} %"
        axes.text(24.3, row + 0.5, text, va="center", size=8, color=QUIET if np.isnan(whole) else INK)


def draw_scale(axes: Axes) -> None:
    """The colours from idle to always busy."""
    axes.imshow(np.linspace(0.0, 1.0, 256)[None, :], aspect="auto", cmap="YlGnBu", extent=(0.0, 100.0, 0.0, 1.0))
    axes.set_yticks([])
    axes.set_xticks([0, 50, 100], ["0 %", "50 %", "100 % of heads at work"])
    axes.tick_params(length=2)
    axes.spines["left"].set_color(BASELINE)
