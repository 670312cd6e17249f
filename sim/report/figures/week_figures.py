"""Figures over the hours of a week: who is there when peers are, and who has not been met.

The mean week itself is made in `sim.engine.measures.week`.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.io.calendar_days import WEEKDAY_NAMES
from sim.report.figures import axes_parts
from sim.report.figures.captions import NOBODY, staffings_with_peers
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.marks import group_label, grouped
from sim.report.figures.theme import EMPTY, HUES, INK, QUIET, readable
from sim.report.words.caveats import footer

PRESENT_INK, WITHOUT_PEER_INK, PEERS_INK = "#3f6f91", HUES[1], HUES[0]
PEERS_HEIGHT = 0.6
"""Inches of the strip of peers on duty below a census."""
MOST_MAPS = 3
"""Maps on one slide."""


def hour_of_week_figure(comparison: Comparison) -> Frame:
    """Mental-health census by the hour, those no peer has met, and peers on duty, of the first staffing with peers."""
    name = next(iter(staffings_with_peers(comparison)), comparison.baseline)
    frame = Frame.slide(
        week_title(comparison, name),
        f"{comparison.label(name)}: mental-health visits present, and peers on duty, by the hour of the week: mean "
        "numbers. Shaded: no peer on duty, where nights and days without a shift show.",
        footer(comparison, intervals=False),
    )
    if comparison.week.empty:
        frame.write(0.55, 0.1, "Nothing was recorded.", color=QUIET)
        return frame
    week = comparison.of_staffing(comparison.week, name).sort_values("hour_of_week")
    height = frame.room - 0.15 - 0.1 - PEERS_HEIGHT - 0.3
    grid = Grid(1, height, left=0.55, right=1.5, above=0.15, below=0.0)
    (axes,) = frame.panels(grid)
    draw_census(axes, week, 1.15 * axes_parts.positive_top(float(np.nan_to_num(week["mh_present"]).max())))
    draw_peers(frame.panel(grid.left, 0.25 + height, grid.width, PEERS_HEIGHT, axes), week)
    return frame


def week_title(comparison: Comparison, staffing: str) -> str:
    """How much of the presence falls into hours without a peer, under a staffing."""
    week = comparison.of_staffing(comparison.week, staffing)
    share = "" if week.empty else without_peer_share(week)
    return f"{comparison.label(staffing)}: {share or 'no mental-health visit was recorded'}"


# --- who is not met


def not_met_figure(comparison: Comparison) -> Frame:
    """A map of day and hour for each pattern of peer hours: the share of those present whom no peer has met."""
    groups = distinct_weeks(comparison, staffings_with_peers(comparison))
    weeks = [comparison.of_staffing(comparison.week, group[0]).sort_values("hour_of_week") for group in groups]
    shown, more = groups[:MOST_MAPS], groups[MOST_MAPS:]
    left_out = f" Not drawn: {', '.join(comparison.label(group[0]) for group in more)}." if more else ""
    frame = Frame.slide(
        not_met_title(comparison.label(groups[0][0]), weeks[0]) if groups else "No peer is on any roster",
        "Of mental-health visits present at an hour, the share whom no peer has met (yet), by day and hour; right: "
        f"whole day. Lines: hours with a peer on duty.{left_out}",
        footer(comparison, intervals=False),
    )
    n = max(len(shown), 1)
    grid = Grid(n, frame.room - 1.0, n, left=0.55, right=0.65, between=0.6, above=0.24, below=0.76)
    for number, (axes, group, week) in enumerate(zip(frame.panels(grid), shown, weeks, strict=False)):
        draw_not_met(week, axes)
        axes.tick_params(axis="y", labelleft=number == 0)
        label = group_label([comparison.label(name) for name in group], 20 if n > 2 else 40)
        axes.set_title(label, fontsize=9)
    scale = frame.panel(grid.left, frame.room - 0.3, 2.4, 0.12)
    draw_scale(scale, NOT_MET_COLOURS, "of those present not met")
    return frame


NOT_MET_COLOURS = "Oranges"


def by_day(week: pd.DataFrame, name: str) -> np.ndarray:
    """A column of the hours of the week, shape (7, 24)."""
    return np.asarray(week[name].to_numpy(float).reshape(7, 24))


def present_and_not_met(week: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Those present, and those of them whom no peer has met, each (7, 24)."""
    return by_day(week, "mh_present"), by_day(week, "mh_without_peer")


def share_not_met(week: pd.DataFrame) -> np.ndarray:
    """Of those present, the share whom no peer has met: (7, 24), nan where nobody is there."""
    present, waiting = present_and_not_met(week)
    return np.asarray(np.divide(waiting, present, out=np.full((7, 24), np.nan), where=present > NOBODY))


def draw_not_met(week: pd.DataFrame, axes: Axes) -> Axes:
    """The map of one staffing, from rows of `Comparison.week` in the order of hours."""
    heads = by_day(week, "peers_on_duty")
    present, waiting = (each.sum(axis=1) for each in present_and_not_met(week))
    cells = np.ma.masked_invalid(share_not_met(week))
    axes.pcolormesh(np.arange(25), np.arange(8), cells, cmap=NOT_MET_COLOURS, vmin=0, vmax=1, rasterized=True)
    for day in range(7):
        on_duty = np.flatnonzero(np.diff((heads[day] > NOBODY).astype(int), prepend=0, append=0)).reshape(-1, 2)
        for begin, end in on_duty:
            axes.plot([begin + 0.1, end - 0.1], [day + 0.5] * 2, color=INK, linewidth=1.6, solid_capstyle="butt")
        share = f"{100 * waiting[day] / present[day]:.0f} %" if present[day] > 0 else "nobody"
        axes.text(24.2, day + 0.5, share, va="center", size=8, color=INK)
    axes.set_ylim(7, 0)
    axes.set_yticks(np.arange(7) + 0.5, axes_parts.DAYS, fontsize=8)
    axes_parts.hour_of_day_axis(axes, ":00")
    axes.tick_params(length=0, labelsize=8, labelcolor=readable(QUIET))
    axes.spines[:].set_visible(False)
    return axes


def not_met_title(label: str, week: pd.DataFrame) -> str:
    """The day on which most are not met, and the day on which fewest are."""
    present, waiting = (each.sum(axis=1) for each in present_and_not_met(week))
    if not present.min() > 0.0:
        return f"{label}: no mental-health visit on some day"
    share = 100 * waiting / present
    worst, best = int(share.argmax()), int(share.argmin())
    return (
        f"{label}: {share[worst]:.0f} % of those present on {DAY_NAMES[worst]}, {share[best]:.0f} % on "
        f"{DAY_NAMES[best]} have met no peer"
    )


DAY_NAMES = tuple(map(str.capitalize, WEEKDAY_NAMES))


def draw_scale(axes: Axes, colours_of: str, words: str) -> Axes:
    """The colours of a map from none to all."""
    axes.imshow(np.linspace(0.0, 1.0, 256)[None, :], aspect="auto", cmap=colours_of, extent=(0.0, 100.0, 0.0, 1.0))
    axes.set_yticks([])
    axes.set_xticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    axes.tick_params(length=2, labelsize=8)
    axes.annotate(words, (1.0, 0.5), (20, 0), xycoords="axes fraction", textcoords="offset points", va="center", size=8,
                  color=QUIET, annotation_clip=False)  # fmt: skip
    return axes


# --- what they share


def distinct_weeks(comparison: Comparison, names: list[str]) -> list[list[str]]:
    """Staffings grouped by their pattern of peer hours."""
    weeks = {name: comparison.of_staffing(comparison.week, name).sort_values("hour_of_week") for name in names}
    heads = {name: week["peers_on_duty"].to_numpy() for name, week in weeks.items()}
    return grouped(list(heads), lambda a, b: bool(np.nan_to_num(np.abs(heads[a] - heads[b])).mean() < 0.1))


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
