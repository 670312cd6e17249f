"""Figures of how visits spread: waits by acuity, minutes without staff, and the share of patients back by the day.

The bins and curves are made in `sim.runs.run_histograms`.
"""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import inside
from sim.engine.measures.number_text import part_text
from sim.engine.measures.waits import CTAS_TARGETS
from sim.report.figures.theme import (
    BASELINE,
    FAINT,
    QUIET,
    WIDTH,
    FigureSheet,
    colours,
    positive_top,
    spread_apart,
    wrapped,
)
from sim.report.words.caveats import footer

KEY_LINE = 0.22
LONGEST_WAIT, LONGEST_WITHOUT_STAFF, LONGEST_RETURN = 360.0, 720.0, 180.0


def waits_by_acuity(comparison: Comparison) -> FigureSheet:
    """Share seen within so many minutes of arrival, by stream and CTAS level, one line per staffing."""
    there = set() if comparison.waits.empty else set(comparison.waits["stream"])
    streams = [name for name in ("medical", "mental_health") if name in there]
    panel, gap = 1.45, 0.9
    key = KEY_LINE * (1 + max(line for _, line in key_places(comparison).values()))
    sheet = FigureSheet(
        key + len(streams) * (panel + gap) + 0.1,
        "How long visits wait for a physician, by acuity",
        "Share seen within so many minutes of arrival, of the visits seen. Dotted: CTAS target. Lines that lie on each "
        "other are staffings that do not differ.",
        footer(comparison, intervals=False),
    )
    write_key(sheet, comparison)
    width = (WIDTH - 0.75) / 5
    for row, stream in enumerate(streams):
        top = key + row * (panel + gap) + 0.5
        for acuity in range(1, 6):
            axes = sheet.panel(0.6 + (acuity - 1) * width, top, width - 0.12, panel - 0.1)
            draw_waits(axes, comparison, stream, acuity)
            axes.set_title(f"CTAS {acuity}", fontsize=8.5)
            if acuity > 1:
                axes.set_yticklabels([])
        sheet.write(0.2, top - 0.46, part_text(stream).capitalize(), size=10, weight="bold")
        sheet.write(WIDTH - 0.25, top + panel + 0.12, "minutes from arrival", ha="right", size=8.5, color=QUIET)
    return sheet


def write_key(sheet: FigureSheet, comparison: Comparison) -> None:
    """Names of the staffings in their colours."""
    paint = colours(comparison.staffings, comparison.baseline)
    for name, (left, line) in key_places(comparison).items():
        sheet.write(left, KEY_LINE * line, comparison.label(name), size=9, weight="bold", color=paint[name])


def key_places(comparison: Comparison) -> dict[str, tuple[float, int]]:
    """Where each name stands: inches from the left, and its line."""
    places: dict[str, tuple[float, int]] = {}
    left, line = 0.2, 0
    for name in comparison.staffings:
        width = 0.093 * len(comparison.label(name)) + 0.2
        if left + width > WIDTH:
            left, line = 0.2, line + 1
        places[name] = (left, line)
        left += width
    return places


def cumulative(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Upper edges of the bins and the share up to there; a start at zero."""
    if table.empty:
        return np.zeros(1), np.zeros(1)
    ordered = table.sort_values("from_minute")
    total = ordered["share"].sum()
    shares = np.append(0.0, np.cumsum(ordered["share"].to_numpy(dtype=float)) / total if total > 0.0 else [])
    edges = np.append(0.0, ordered["to_minute"].to_numpy(dtype=float) if total > 0.0 else [])
    return edges[np.isfinite(edges)], shares[np.isfinite(edges)]


def draw_waits(axes: Axes, comparison: Comparison, stream: str, acuity: int) -> None:
    paint = colours(comparison.staffings, comparison.baseline)
    axes.axvline(CTAS_TARGETS[acuity - 1], color=QUIET, linewidth=1.0, linestyle=(0, (1, 2)))
    for number, name in enumerate((comparison.baseline, *comparison.others)):
        table = comparison.of_staffing(comparison.waits, name)
        chosen = table[(table["stream"] == stream) & (table["acuity"] == acuity)]
        edges, shares = cumulative(chosen)
        base = name == comparison.baseline
        axes.plot(
            edges,
            100 * shares,
            color=paint[name],
            linewidth=2.6 if base else 1.1,
            alpha=0.45 if base else 1.0,
            zorder=2 + 0.1 * number,
        )
    axes.set_xlim(0, LONGEST_WAIT)
    axes.set_ylim(0, 101)
    axes.set_xticks([0, 120, 240, 360] if acuity == 5 else [0, 120, 240])
    axes.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    axes.grid(color=FAINT, linewidth=0.6)


def minutes_without_staff(comparison: Comparison) -> FigureSheet:
    """Histogram of minutes without staff, one row per staffing, the baseline's outline on each."""
    names = (comparison.baseline, *comparison.others)
    panel, gap = 0.8, 0.42
    sheet = FigureSheet(
        len(names) * (panel + gap) + 0.35,
        "Minutes without staff, eligible mental-health visits",
        "Share of visits by minutes without a task of their own path, an escalation response or a peer's company. "
        f"Family may be there. Outline: {inside(comparison.label(comparison.baseline))}. Last bar: 12 h and more.",
        footer(comparison, intervals=False),
    )
    paint = colours(names, comparison.baseline)
    base_edges, base = folded(comparison.of_staffing(comparison.alone, comparison.baseline))
    highest = max(folded(comparison.of_staffing(comparison.alone, name))[1].max() for name in names)
    top = 1.12 * positive_top(100 * float(highest))
    for number, name in enumerate(names):
        edges, shares = folded(comparison.of_staffing(comparison.alone, name))
        axes = sheet.panel(0.6, 0.22 + number * (panel + gap), WIDTH - 0.85, panel)
        axes.stairs(100 * shares, edges, fill=True, color=paint[name], alpha=0.55)
        axes.stairs(100 * base, base_edges, color=BASELINE, linewidth=1.2)
        frame_without_staff(axes, top, last=number == len(names) - 1)
        above = number * (panel + gap)
        sheet.write(0.6, above, comparison.label(name), size=9.5, weight="bold", color=paint[name])
        sheet.write(WIDTH - 0.25, above, without_staff_words(comparison, name), ha="right", size=8.5, color=QUIET)
    return sheet


def frame_without_staff(axes: Axes, top: float, *, last: bool) -> None:
    axes.set_xlim(0, LONGEST_WITHOUT_STAFF)
    axes.set_ylim(0, top)
    minutes = range(0, int(LONGEST_WITHOUT_STAFF) + 1, 120)
    axes.set_xticks(minutes, [*(f"{minute}" for minute in minutes[:-1]), f"{LONGEST_WITHOUT_STAFF:g} +"])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    axes.locator_params(axis="y", nbins=3)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel("minutes of the stay without staff")


def without_staff_words(comparison: Comparison, staffing: str) -> str:
    """Mean and 90th percentile, as estimated."""
    mean = comparison.estimate(staffing, "minutes_without_staff_mean.mental_health")
    p90 = comparison.estimate(staffing, "minutes_without_staff_p90.mental_health")
    reach = f" ± {mean.half_width:.1f}" if mean is not None and mean.has_interval else ""
    words = [] if mean is None else [f"mean {mean.mean:.0f}{reach} min"]
    return ", ".join(words + ([] if p90 is None else [f"one in ten above {p90.mean:.0f} min"]))


def folded(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Edges up to the longest shown, and shares with everything beyond in the last bar."""
    if table.empty:
        return np.array([0.0, LONGEST_WITHOUT_STAFF]), np.zeros(1)
    ordered = table.sort_values("from_minute")
    starts, shares = ordered["from_minute"].to_numpy(dtype=float), np.nan_to_num(ordered["share"].to_numpy(dtype=float))
    inside = starts < LONGEST_WITHOUT_STAFF
    kept = shares[inside].copy()
    if kept.size:
        kept[-1] += shares[~inside].sum()
        return np.append(starts[inside], LONGEST_WITHOUT_STAFF), kept
    return np.array([0.0, LONGEST_WITHOUT_STAFF]), np.zeros(1)


DENOMINATORS = {
    "patient": ("Per patient", "share back, of first mental-health visits of a patient"),
    "visit": ("Per visit", "share back, of all mental-health visits"),
}


def return_curves(comparison: Comparison) -> FigureSheet:
    """Kaplan-Meier share with an unplanned return by days since departure, per patient and per visit."""
    height, half = 3.1, (WIDTH - 0.3) / 2
    sheet = FigureSheet(
        height + 0.75,
        "Unplanned returns after a mental-health visit",
        "Kaplan-Meier: visits count until they return, or as long as the run went on after they came. "
        "Bands: 95 % pointwise, from the curve's standard error.",
        footer(comparison, intervals=False),
    )
    for number, index in enumerate(DENOMINATORS):
        axes = sheet.panel(0.75 + number * half, 0.25, half - 1.95, height)
        draw_returns(axes, comparison, index)
    return sheet


def draw_returns(axes: Axes, comparison: Comparison, index: str) -> None:
    paint = colours(comparison.staffings, comparison.baseline)
    title, axis = DENOMINATORS[index]
    ends: dict[str, float] = {}
    last_day = 0.0
    for number, name in enumerate((comparison.baseline, *comparison.others)):
        table = comparison.of_staffing(comparison.returns, name)
        if table.empty:
            continue
        curve = table[(table["index"] == index) & (table["days"] <= LONGEST_RETURN)].sort_values("days")
        if curve.empty:
            continue
        days, back = curve["days"].to_numpy(dtype=float), 100 * curve["returned"].to_numpy(dtype=float)
        reach = 196 * np.nan_to_num(curve["standard_error"].to_numpy(dtype=float))
        base = name == comparison.baseline
        axes.fill_between(
            days, back - reach, back + reach, color=paint[name], alpha=0.35 / len(comparison.staffings), linewidth=0
        )
        axes.plot(
            days,
            back,
            color=paint[name],
            linewidth=2.4 if base else 1.3,
            marker=".",
            markersize=4,
            zorder=2 + 0.1 * number,
        )
        ends[name], last_day = float(np.nan_to_num(back[-1])), max(last_day, float(days[-1]))
    frame_returns(axes, title, axis, last_day)
    if not ends:
        axes.text(0.5, 0.5, "nobody was followed", ha="center", color=QUIET, transform=axes.transAxes)
    name_ends(axes, comparison, ends, paint)


def frame_returns(axes: Axes, title: str, axis: str, last_day: float) -> None:
    axes.set_title(title)
    axes.set_ylabel(axis)
    axes.set_xlabel("days since departure")
    axes.set_xlim(0, max(last_day, 1.0))
    axes.set_ylim(0.0, positive_top(axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    step = 30 if last_day > 60 else 7 if last_day > 7 else 1
    axes.set_xticks(np.arange(0, math.floor(max(last_day, 1.0)) + 1, step))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def name_ends(axes: Axes, comparison: Comparison, ends: dict[str, float], paint: dict[str, str]) -> None:
    """Name and last value at the end of each curve; curves that end alike share a line of text."""
    top = axes.get_ylim()[1]
    placed = spread_apart(list(ends.values()), 0.1 * top, 0.97 * top, 0.03 * top)
    for (name, value), height in zip(ends.items(), placed, strict=True):
        axes.annotate(
            wrapped(f"{comparison.label(name)} {value:.1f}\u00a0%", 19),
            (1.0, height),
            (5, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            va="center",
            size=8,
            color=paint[name],
            annotation_clip=False,
        )
