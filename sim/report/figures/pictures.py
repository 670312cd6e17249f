"""One picture of a scenario, a run or a comparison, for a notebook or a slide: its title states what it shows.

Figures of a results folder are drawn in the other modules of this package; these are returned as Axes to go on with.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.sentences import inside
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.roster import Role, Staffing, heads_by_minute
from sim.engine.measures.number_text import bare, part_text, range_text, unit_of_difference
from sim.io.clean_text import for_figure
from sim.io.suggest import did_you_mean
from sim.report.figures.axes_parts import End, hour_of_week_axis, name_ends, positive_top, steps
from sim.report.figures.captions import NOBODY
from sim.report.figures.forest import draw_forest, forest_table, key_of_table
from sim.report.figures.theme import HUES, QUIET, styled, wrapped
from sim.report.figures.week_figures import PEERS_INK, WITHOUT_PEER_INK, draw_presence, without_peer_share
from sim.report.tables.summaries import level_of
from sim.report.words.measure_words import measure_text

_TITLE_CHARACTERS, _NOTE_CHARACTERS = 74, 100
"""On one line above and below a picture."""
INKS = tuple(hue for hue in (*HUES, WITHOUT_PEER_INK) if hue != PEERS_INK)
MOST_SERIES = 10
"""Roles drawn; further ones are named below the picture."""


@contextmanager
def axes_for(axes: Axes | None, width: float, height: float) -> Iterator[Axes]:
    """The Axes given, or new ones on a figure of that size in inches, in the style of our figures."""
    if not isinstance(axes, Axes | None):
        raise TypeError(f"ax = {axes!r}: give Matplotlib axes, as plt.subplots() makes them, or leave it out")
    if axes is None:
        # Load the backend now: that of a notebook turns displaying on when it is loaded, and the end of the style would
        # turn it off again, for all figures of the reader's own.
        pyplot.draw_if_interactive()  # type: ignore[no-untyped-call]
    with styled():
        yield pyplot.subplots(figsize=(width, height), layout="constrained")[1] if axes is None else axes


def set_words(axes: Axes, finding: str, below: str) -> None:
    """The finding as title, and under the picture what must be known to read it."""
    axes.set_title(wrapped(finding, _TITLE_CHARACTERS), loc="left", weight="bold", size=11)
    axes.set_xlabel(wrapped(below, _NOTE_CHARACTERS), loc="left", size=8.5, color=QUIET)


# --- a comparison -----------------------------------------------------------------------------------


def plot_differences(comparison: Comparison, name: str, demand: float | None = None, axes: Axes | None = None) -> Axes:
    """The paired differences of one measure from the baseline, each with its intervals.

    Raises ValueError for a measure that has no differences, or a level of demand that was not played.
    """
    level = level_of(comparison, demand)
    found = {staffing: comparison.difference(staffing, name, level) for staffing in comparison.others}
    known = {staffing: item for staffing, item in found.items() if item is not None}
    if not known:
        names = sorted({measure for _, measure in comparison.difference_rows})
        raise ValueError(f"measure = {name!r}: no differences of it; {did_you_mean(name, names[:300])}")
    part = part_text(name.partition(".")[2])
    table = forest_table(comparison, list(known), [name], level)
    with axes_for(axes, 9.0, 1.5 + 0.32 * len(found)) as drawn:
        draw_forest(table, drawn)
        baseline, level_text = inside(comparison.label(comparison.baseline)), f"{100 * comparison.confidence:g} %"
        below = (
            f"Difference from {baseline} in {unit_of_difference(name)}, {part}, demand × {level:g}. "
            f"Thick bar: {level_text} interval of this measure alone. Thin bar: all headline measures judged together. "
            f"{key_of_table(table)}."
        )
        set_words(drawn, differences_title(comparison, name, known), below)
    return drawn


def differences_title(comparison: Comparison, name: str, found: dict[str, FoundValue]) -> str:
    """What the differences of one measure show, in one sentence that claims nothing beyond them."""
    what = measure_text(name)
    baseline = inside(comparison.label(comparison.baseline))
    if not any(item.has_interval for item in found.values()):
        return f"{what}: a difference of one replication cannot be distinguished from chance"
    if all(item.identical for item in found.values()):
        return f"{what}: identical to {baseline} under every staffing"
    shown = {staffing: item for staffing, item in found.items() if is_shown(item)}
    if not shown:
        return f"{what}: no difference from {baseline} could be shown"
    staffing = max(shown, key=lambda each: abs(shown[each].mean))
    item = shown[staffing]
    number = f"{bare(name, item.mean, signed=True)} {unit_of_difference(name)}"
    n_same = sum(each.mean * item.mean > 0.0 for each in shown.values())
    place = f", the largest of {n_same} beyond chance" if n_same > 1 else ""
    if len(shown) > n_same:
        place += f"; {len(shown) - n_same} the other way beyond chance"
    elif len(found) > len(shown) == 1:
        place = f", the only one of {len(found)} beyond chance"
    return f"{what}: {number} with {inside(comparison.label(staffing))}{interval_of(item, name, len(found))}{place}"


def interval_of(item: FoundValue, name: str, n_picked_from: int) -> str:
    """The interval of a difference picked from several: that of all judged together, or none.

    Its own would be too narrow, as the pick is the largest.
    """
    if math.isfinite(item.simultaneous):
        low, high = item.mean - item.simultaneous, item.mean + item.simultaneous
        return f" ({range_text(name, low, high)}, all headline measures judged together)"
    return f" ({range_text(name, item.low, item.high)})" if n_picked_from == 1 else ""


def is_shown(item: FoundValue) -> bool:
    """Whether a difference is beyond chance: judged with the other headline measures where it is one of them."""
    return item.beyond_chance if math.isfinite(item.simultaneous) else item.beyond_own_interval


# --- a run ------------------------------------------------------------------------------------------


def plot_week(week: pd.DataFrame, weeks: float, axes: Axes | None = None) -> Axes:
    """Mental-health visits present and peers on duty by hour of the week, mean over the measured weeks of a run.

    `week`: as `hour_of_week_table` gives it.
    """
    week = week.sort_values("hour_of_week")
    present, peers = (np.nan_to_num(week[column]) for column in ("mh_present", "peers_on_duty"))
    top = 1.1 * positive_top(float(max(present.max(), peers.max())))
    has_peers = peers.max() > NOBODY
    with axes_for(axes, 9.0, 3.2) as drawn:
        end, _, ink = draw_presence(drawn, week if has_peers else week.assign(peers_on_duty=1.0))
        ends: list[End] = [(end, "mental-health\nvisits present", ink)]
        if has_peers:
            steps(drawn, peers, color=PEERS_INK, linewidth=1.8, baseline=None)
            ends.append((float(peers[-12:].mean()), "peers on duty", PEERS_INK))
        drawn.set_ylim(0.0, top)
        drawn.set_ylabel("visits, heads")
        hour_of_week_axis(drawn)
        name_ends(drawn, ends, 0.2, lowest=0.08, highest=0.9, size=8.5)
        nobody = f"{present.mean():.1f} mental-health visits present on average, and no peer on the roster"
        finding = without_peer_share(week) if has_peers else nobody
        shaded = " Shaded: no peer on duty." if has_peers else ""
        below = f"Mean of the measured weeks ({weeks:.4g}), one run.{shaded}"
        set_words(drawn, finding or "No mental-health visit", below)
    return drawn


# --- a scenario -------------------------------------------------------------------------------------


def plot_roster(staffing: Staffing, axes: Axes | None = None) -> Axes:
    """Heads on duty by hour of the week, a line for each role; breaks are not taken off."""
    heads = {name: hourly_rostered(role) for name, role in staffing.roles.items() if role.shifts}
    peers = [name for name in heads if staffing.roles[name].kind == "peer"]
    chosen = dict(list(heads.items())[:MOST_SERIES])
    with axes_for(axes, 9.0, 3.6) as drawn:
        top = positive_top(float(max((line.max() for line in chosen.values()), default=0.0)))
        ends: list[End] = []
        for number, (name, line) in enumerate(chosen.items()):
            is_peer = name in peers
            ink, width = (PEERS_INK, 2.2) if is_peer else (INKS[number % len(INKS)], 1.3)
            steps(drawn, line, color=ink, linewidth=width, baseline=None)
            words = "peer support" if peers == [name] else name.replace("_", " ")
            ends.append((float(line[-1]), for_figure(words), ink))
        drawn.set_ylim(0.0, top)
        placed = name_ends(drawn, ends, 0.075, lowest=0.0, size=8.5)
        drawn.set_ylim(0.0, 1.08 * max(top, *placed, 1.0))
        drawn.set_ylabel("heads on duty")
        hour_of_week_axis(drawn)
        more = [name for name in heads if name not in chosen]
        below = "Rostered heads, breaks not taken off." + (f" Not drawn: {', '.join(more)}." if more else "")
        set_words(drawn, roster_finding(staffing), below)
    return drawn


def hourly_rostered(role: Role) -> np.ndarray:
    """Mean heads of each hour of the week, shape (168,)."""
    return np.asarray(heads_by_minute(role).reshape(-1, int(MINUTES_PER_HOUR)).mean(axis=1))


def roster_finding(staffing: Staffing) -> str:
    """Who is there how much, and what it costs."""
    hours = sum(role.hours_per_week() for role in staffing.roles.values())
    money = f"{hours:,.0f} h and {staffing.weekly_cost():,.0f} {staffing.currency} a week"
    peers = [heads_by_minute(role) for role in staffing.roles.values() if role.kind == "peer"]
    name = staffing.shown_name
    if not peers:
        return f"{name}: no peer on the roster; {money}"
    covered = float(np.mean(np.sum(peers, axis=0) > 0))
    return f"{name}: a peer on duty in {100 * covered:.0f} % of the week; {money}"
