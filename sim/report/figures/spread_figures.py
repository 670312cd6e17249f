"""Figures of how visits spread: waits by acuity, minutes without staff, and the share of patients back by the day.

The bins and curves are made in `sim.runs.comparison_runs`. Staffings whose curves cannot be told apart on a page are
drawn once.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import capital, inside
from sim.department.quantities import ACUITIES
from sim.engine.measures.number_text import part_text
from sim.engine.measures.waits import CTAS_TARGETS
from sim.report.figures.axes_parts import End, band, light_grid, name_ends, no_data, per_cent, positive_top
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.marks import group_label, grouped
from sim.report.figures.theme import BASELINE, HUES, INK, colours, wrapped
from sim.report.words.caveats import footer

LONGEST_WAIT, LONGEST_WITHOUT_STAFF, LONGEST_RETURN = 300.0, 720.0, 180.0
LEAST_GAP_POINTS = 3.0
"""Percentage points by which a curve of waits has to leave that of the baseline to be drawn beside it: less is a line
on a line, and in small groups it is chance."""
FEWEST_IN_CURVE = 1_000
"""Of a curve that may be drawn beside the baseline's, where counts are known: 1.36 times the root of 2 / 1,000 is 6
percentage points, the largest gap that chance opens between two samples of that size once in twenty."""


# --- waits


ACUITY_HUES = (HUES[4], HUES[1], HUES[3], HUES[5], HUES[0])
"""From resuscitation, dark, to blue."""
WaitGaps = Mapping[tuple[str, int], Mapping[str, float]]
"""By stream and CTAS level, the distance of each staffing's curve from the baseline's."""


def waits_table(comparison: Comparison, gaps: WaitGaps) -> pd.DataFrame:
    """Curves of the baseline by stream and CTAS level, and of the staffing that leaves them furthest, if any does.

    Columns: stream, acuity, staffing, label, minutes, share (per cent seen by then), target (minutes).
    """
    parts, furthest = [], moved_waits(gaps)[:1]
    for stream in WAIT_STREAMS:
        for acuity in ACUITIES:
            beside = [name for name in furthest if gaps[stream, acuity].get(name, 0.0) > LEAST_GAP_POINTS]
            for name in (comparison.baseline, *beside):
                minutes, shares = wait_curve(comparison, name, stream, acuity)
                if len(minutes) > 1:
                    shown = {"minutes": minutes, "share": 100 * shares, "target": CTAS_TARGETS[acuity - 1]}
                    curve = pd.DataFrame(shown).assign(stream=stream, acuity=acuity, staffing=name)
                    parts.append(curve.assign(label=comparison.label(name)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


WAIT_STREAMS = ("medical", "mental_health")


def wait_gaps(comparison: Comparison) -> WaitGaps:
    """The distances of all curves."""
    return {(stream, acuity): gaps_of(comparison, stream, acuity) for stream in WAIT_STREAMS for acuity in ACUITIES}


def moved_waits(gaps: WaitGaps) -> list[str]:
    """Staffings that leave the baseline further than a line is broad, the furthest first."""
    names = dict.fromkeys(name for of_level in gaps.values() for name in of_level)
    most = {name: max(of_level.get(name, 0.0) for of_level in gaps.values()) for name in names}
    return sorted((name for name in most if most[name] > LEAST_GAP_POINTS), key=lambda name: -most[name])


def gaps_of(comparison: Comparison, stream: str, acuity: int) -> dict[str, float]:
    """The largest distance of each staffing's curve from the baseline's, in percentage points; none of few visits."""
    table = comparison.of_staffing(comparison.waits, comparison.baseline)
    if table.empty:
        return {}
    rows = table[(table["stream"] == stream) & (table["acuity"] == acuity)]
    if "n" in rows and rows["n"].sum() < FEWEST_IN_CURVE:
        return {}
    minutes, base = wait_curve(comparison, comparison.baseline, stream, acuity)
    curves = {name: wait_curve(comparison, name, stream, acuity) for name in comparison.others}
    return {
        name: 100 * float(np.abs(np.interp(minutes, own, shares) - base).max())
        for name, (own, shares) in curves.items()
        if len(own) > 1 and len(minutes) > 1
    }


def wait_curve(comparison: Comparison, staffing: str, stream: str, acuity: int) -> tuple[np.ndarray, np.ndarray]:
    """Minutes and the share seen by then."""
    table = comparison.of_staffing(comparison.waits, staffing)
    return cumulative(table if table.empty else table[(table["stream"] == stream) & (table["acuity"] == acuity)])


def cumulative(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Upper edges of the bins and the share up to there; a start at zero."""
    if table.empty or not table["share"].sum() > 0.0:
        return np.zeros(1), np.zeros(1)
    ordered = table.sort_values("from_minute")
    edges = np.append(0.0, ordered["to_minute"])
    shares = np.append(0.0, np.cumsum(ordered["share"]) / table["share"].sum())
    return edges[np.isfinite(edges)], shares[np.isfinite(edges)]


def waits_figure(comparison: Comparison) -> Frame:
    """Share seen within so many minutes of arrival, a panel a stream and a curve a CTAS level."""
    gaps = wait_gaps(comparison)
    table = waits_table(comparison, gaps)
    streams = list(dict.fromkeys(table["stream"])) if len(table) else []
    frame = Frame.slide(
        waits_title(comparison, table, len(moved_waits(gaps))),
        "Share seen by a physician within so many minutes of arrival, of visits seen, by CTAS level; ◆ at the target "
        f"of the level. {waits_note(comparison, gaps)}",
        footer(comparison, intervals=False),
    )
    n = max(len(streams), 1)
    grid = Grid(n, frame.room - 0.3 - 0.5, n, left=0.65, right=1.0, between=1.45, above=0.3, below=0.5)
    for stream, axes in zip(streams, frame.panels(grid), strict=False):
        draw_waits(table[table["stream"] == stream], axes)
        axes.set_title(capital(part_text(stream)))
    return frame


def draw_waits(table: pd.DataFrame, axes: Axes) -> Axes:
    """One stream of a `waits_table`: solid the baseline, dashed what leaves it, a diamond at each target."""
    ends: list[End] = []
    for (level, label), curve in table.groupby(["acuity", "label"], sort=False):
        acuity = int(str(level))
        hue, first = ACUITY_HUES[acuity - 1], table[table["acuity"] == acuity]["label"].iloc[0]
        minutes, shares = curve["minutes"].to_numpy(float), curve["share"].to_numpy(float)
        look: Any = "-" if label == first else (0, (3, 1.5))
        axes.plot(minutes, shares, color=hue, linewidth=1.9 if label == first else 1.2, linestyle=look)
        at_end = float(np.interp(LONGEST_WAIT, minutes, shares))
        if label != first:
            continue
        target = float(curve["target"].iloc[0])
        seen = float(np.interp(target, minutes, shares))
        if target:
            axes.plot([target], [seen], "D", color=hue, markersize=6.5, markeredgecolor="white", zorder=5)
        words = f"CTAS {acuity}: {seen:.0f} %\nin {target:g} min" if target else f"CTAS {acuity}"
        ends.append((at_end, words, hue))
    axes.set_xlim(0, LONGEST_WAIT)
    axes.set_ylim(0, 101)
    axes.set_xticks(range(0, int(LONGEST_WAIT) + 1, 60))
    axes.set_xlabel("minutes from arrival")
    per_cent(axes)
    light_grid(axes, "both")
    height = axes.get_window_extent().height / axes.figure.dpi
    name_ends(axes, ends, 0.3 / height, highest=0.98)
    return axes


def waits_title(comparison: Comparison, table: pd.DataFrame, n_moved: int) -> str:
    """Whether any staffing moves a curve, and the largest group that is not seen in time."""
    base = table[(table["staffing"] == comparison.baseline) & (table["acuity"] == 3)] if len(table) else table
    if base.empty:
        return "Waits by acuity: none was measured"
    said = []
    for stream, curve in base.groupby("stream", sort=False):
        share = float(np.interp(curve["target"].iloc[0], curve["minutes"], curve["share"]))
        said.append(f"{share:.0f} % of {inside(part_text(str(stream)))}")
    text = f"CTAS 3: {' and '.join(said)} are seen within {CTAS_TARGETS[2]:g} minutes"
    if not comparison.others:
        return text
    n = len(comparison.others)
    return f"{text}, {f'with {n_moved} of {n} staffings that move waits' if n_moved else 'under every staffing'}"


def waits_note(comparison: Comparison, gaps: WaitGaps) -> str:
    """Which staffings are drawn once, and how far they are apart at most."""
    if not comparison.others:
        return ""
    moved = moved_waits(gaps)
    small = max((gap for of_level in gaps.values() for name, gap in of_level.items() if name not in moved), default=0.0)
    who = inside(comparison.label(comparison.baseline))
    beside = f" Dashed: {comparison.label(moved[0])}, furthest from it." if moved else ""
    return f"Solid: {who}, and staffings nowhere more than {small:.1f} percentage points from it.{beside}"


# --- minutes without staff


def without_staff_table(comparison: Comparison) -> pd.DataFrame:
    """Share of visits with more than so many minutes without staff, and its difference from the baseline.

    Columns: staffing, label (of staffings that are the same, of all), hue, minutes, share (per cent), difference
    (percentage points).
    """
    hues = colours(comparison.staffings, comparison.baseline)
    names = (comparison.baseline, *comparison.others)
    curves = {name: above_curve(comparison.of_staffing(comparison.alone, name)) for name in names}
    minutes, base = curves[comparison.baseline]
    shares = {name: np.interp(minutes, own, share) for name, (own, share) in curves.items() if len(own) > 1}
    parts = []
    for group in grouped(list(shares), lambda one, other: bool(np.abs(shares[one] - shares[other]).max() < 1e-9)):
        label = group_label([comparison.label(name) for name in group])
        shown = {"minutes": minutes, "share": 100 * shares[group[0]], "difference": 100 * (shares[group[0]] - base)}
        parts.append(pd.DataFrame(shown).assign(staffing=group[0], label=label, hue=hues[group[0]]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def above_curve(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Minutes, and the share of visits with more."""
    edges, shares = cumulative(table)
    return edges[edges <= LONGEST_WITHOUT_STAFF], 1.0 - shares[edges <= LONGEST_WITHOUT_STAFF]


def without_staff_figure(comparison: Comparison) -> Frame:
    """The baseline's curve, and below it how far each staffing leaves it."""
    table = without_staff_table(comparison)
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame.slide(
        without_staff_title(comparison, table),
        "Eligible mental-health visits with more than so many minutes without a task of their own path, an escalation "
        f"response or a peer's company; family may be there. Above: {baseline}. Below: difference from it.",
        footer(comparison, intervals=False),
    )
    has_others = len(table) and table["staffing"].nunique() > 1
    upper = 0.95 if has_others else frame.room - 0.6
    left, width = 0.75, 9.0 - 0.75 - 1.6
    share = frame.panel(left, 0.1, width, upper)
    draw_without_staff(table[table["staffing"] == comparison.baseline] if len(table) else table, share)
    if has_others:
        lower = frame.panel(left, 0.1 + upper + 0.2, width, frame.room - upper - 0.8, share_x=share)
        share.tick_params(labelbottom=False)
        draw_without_staff_difference(table[table["staffing"] != comparison.baseline], lower)
    frame.figure.axes[-1].set_xlabel("hours without staff")
    return frame


def draw_without_staff(table: pd.DataFrame, axes: Axes) -> Axes:
    """The share of visits above each time, of one staffing."""
    if table.empty:
        no_data(axes, "nobody was eligible")
        return axes
    axes.plot(table["minutes"], table["share"], color=BASELINE, linewidth=2.2)
    axes.fill_between(table["minutes"], 0.0, table["share"], color=BASELINE, alpha=0.12, linewidth=0)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100])
    axes.set_ylabel("of visits")
    per_cent(axes)
    _hours_axis(axes)
    label = wrapped(str(table["label"].iloc[0]), 18)
    name_ends(axes, [(float(table["share"].iloc[-1]), label, BASELINE)], 0.3, lowest=0.1)
    return axes


def draw_without_staff_difference(table: pd.DataFrame, axes: Axes) -> Axes:
    """Percentage points more or fewer above each time, a line a staffing, named at its lowest or highest point."""
    axes.axhline(0.0, color=INK, linewidth=0.9)
    ends: list[End] = []
    for label, line in table.groupby("label", sort=False):
        axes.plot(line["minutes"], line["difference"], color=line["hue"].iloc[0], linewidth=1.8)
        ends.append((float(line["difference"].iloc[-1]), wrapped(str(label), 19), str(line["hue"].iloc[0])))
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.5), max(high, 0.5))
    axes.set_ylabel("percentage points")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    _hours_axis(axes)
    _name_lines(axes, ends)
    return axes


def _name_lines(axes: Axes, ends: Sequence[End]) -> None:
    """Names right of lines on a scale that goes below zero."""
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height / axes.figure.dpi
    gap = min(0.27 / height, 1.0 / max(len(ends), 1))
    above = [((end - low) / (high - low), text, colour) for end, text, colour in ends]
    twin = axes.inset_axes((0.0, 0.0, 1.0, 1.0), zorder=-1)
    twin.set_axis_off()
    name_ends(twin, above, gap, lowest=0.03, highest=0.97)


def _hours_axis(axes: Axes) -> None:
    """Two hours a tick."""
    axes.set_xlim(0, LONGEST_WITHOUT_STAFF)
    minutes = range(0, int(LONGEST_WITHOUT_STAFF) + 1, 120)
    axes.set_xticks(minutes, [f"{minute / 60:g}" for minute in minutes])
    light_grid(axes, "both")


def without_staff_title(comparison: Comparison, table: pd.DataFrame) -> str:
    """Where the first staffing leaves the baseline furthest."""
    base = table[table["staffing"] == comparison.baseline] if len(table) else table
    if base.empty:
        return "Minutes without staff: nobody was eligible"
    first = table[table["staffing"] == (comparison.others or (comparison.baseline,))[0]]
    at = 240.0
    share = float(np.interp(at, base["minutes"], base["share"]))
    if first.empty or not comparison.others:
        return f"{share:.0f} % of mental-health visits spend more than {at / 60:g} hours without staff"
    own = float(np.interp(at, first["minutes"], first["share"]))
    who = comparison.label(comparison.others[0])
    return f"{who}: {own:.0f} % of visits spend more than {at / 60:g} hours without staff, not {share:.0f} %"


# --- returns


DENOMINATORS = {
    "patient": ("Per patient", "share back, of first mental-health visits of a patient"),
    "visit": ("Per visit", "share back, of all mental-health visits"),
}
SAME_RETURNS = 0.25
"""Percentage points within which curves of returns lie on each other all along."""


def returns_table(comparison: Comparison, index: str) -> pd.DataFrame:
    """Curves of returns per patient or per visit; staffings that lie on each other are one.

    Columns: staffing, label, hue, days, returned and reach (per cent; reach is half of a 95 % pointwise interval),
    at_risk (nan where it was not counted).
    """
    hues = colours(comparison.staffings, comparison.baseline)
    curves = dict(_return_curves(comparison, index))
    back = {name: curve.set_index("days")["returned"] for name, curve in curves.items()}
    same = lambda one, other: bool((back[one] - back[other]).abs().max() < SAME_RETURNS)  # noqa: E731
    parts = []
    for group in grouped(list(curves), same):
        label = group_label([comparison.label(name) for name in group])
        parts.append(curves[group[0]].assign(staffing=group[0], label=label, hue=hues[group[0]]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


NOT_FOLLOWED = "nobody was followed for a day"


def _return_curves(comparison: Comparison, index: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Days, returned, reach and at_risk of each staffing that has a curve, the baseline first."""
    for name in (comparison.baseline, *comparison.others):
        curve = comparison.of_staffing(comparison.returns, name)
        if not curve.empty:
            curve = curve[(curve["index"] == index) & (curve["days"] <= LONGEST_RETURN)].sort_values("days")
        if curve.empty or not curve["days"].max() > 0.0:  # a time that ends within a day
            continue
        shown = pd.DataFrame(
            {"days": curve["days"].to_numpy(float), "returned": 100 * curve["returned"].to_numpy(float)}
        )
        shown["reach"] = 196 * np.nan_to_num(curve["standard_error"].to_numpy(float))
        followed = comparison.of_staffing(comparison.followed, name)
        if followed.empty:
            yield name, shown.assign(at_risk=math.nan)
        else:
            counts = followed[followed["index"] == index].set_index("days")["at_risk"]
            yield name, shown.assign(at_risk=shown["days"].map(counts))


def returns_figure(comparison: Comparison) -> Frame:
    """Kaplan-Meier share with an unplanned return by days since departure, per patient and per visit."""
    tables = {index: returns_table(comparison, index) for index in DENOMINATORS}
    frame = Frame.slide(
        returns_title(comparison, tables["patient"]),
        "Kaplan-Meier: visits count until they return, or as long as the run went on after they came. Band: 95 % "
        f"pointwise. Curves within {SAME_RETURNS:g} percentage points of each other all along are drawn once.",
        footer(comparison, intervals=False),
    )
    grid = Grid(2, frame.room - 0.25 - 0.85, 2, left=0.75, right=1.1, between=1.75, above=0.25, below=0.85)
    for index, axes in zip(DENOMINATORS, frame.panels(grid), strict=True):
        draw_returns(tables[index], axes)
        title, denominator = DENOMINATORS[index]
        axes.set_title(title)
        axes.set_ylabel(denominator, size=8)
    return frame


def draw_returns(table: pd.DataFrame, axes: Axes) -> Axes:
    """The curves of a `returns_table`: name and last value at their ends, on the axis how many are followed."""
    ends: list[End] = []
    for label, curve in table.groupby("label", sort=False) if len(table) else ():
        hue, days, back = str(curve["hue"].iloc[0]), curve["days"].to_numpy(), curve["returned"].to_numpy()
        if not ends:
            band(axes, days, back - curve["reach"], back + curve["reach"], hue, alpha=0.2)
        axes.plot(days, back, color=hue, linewidth=2.0 if not ends else 1.4, marker=".", markersize=5)
        end = float(np.nan_to_num(back[-1]))
        ends.append((end, wrapped(f"{label} {end:.1f}\u00a0%", 15), hue))
    if not ends:
        no_data(axes, NOT_FOLLOWED)
        return axes
    last_day = float(table["days"].max())
    axes.set_xlim(0, last_day)
    axes.set_ylim(0.0, positive_top(axes.get_ylim()[1]))
    per_cent(axes)
    light_grid(axes)
    _days_axis(axes, table[table["label"] == table["label"].iloc[0]], last_day)
    height = axes.get_window_extent().height / axes.figure.dpi
    name_ends(axes, ends, 0.42 / height, lowest=0.05, highest=0.95)
    return axes


def _days_axis(axes: Axes, first: pd.DataFrame, last_day: float) -> None:
    """Days, and below each how many visits of the first curve are still followed and not back."""
    step = 60 if last_day > 120 else 30 if last_day > 60 else 7 if last_day > 7 else 1
    ticks = [day for day in first["days"] if day % step == 0 or (day == last_day and day % step > step / 4)]
    counts = first.set_index("days")["at_risk"]
    words = [f"{day:g}\n{counts[day]:,.0f}" if math.isfinite(counts[day]) else f"{day:g}" for day in ticks]
    axes.set_xticks(ticks, words)
    known = bool(np.isfinite(counts).any())
    axes.set_xlabel("days since departure" + ("\nbelow: followed and not yet back" if known else ""))


def returns_title(comparison: Comparison, table: pd.DataFrame) -> str:
    """How many are back by when, and whether staffings differ."""
    base = table[table["staffing"] == comparison.baseline] if len(table) else table
    if base.empty:
        return f"Unplanned returns: {NOT_FOLLOWED}"
    day, share = float(base["days"].iloc[-1]), float(base["returned"].iloc[-1])
    text = f"{share:.1f} % of patients are back within {day:g} days"
    if not comparison.others:
        return text
    n_lines = table["label"].nunique()
    return f"{text}, {'under every staffing' if n_lines == 1 else f'with {n_lines} different curves'}"
