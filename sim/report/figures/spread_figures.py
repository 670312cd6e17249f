"""Figures of how visits spread: waits by acuity, minutes without staff, and the share of patients back by the day.

The bins and curves are made in `sim.runs.comparison_runs`.
"""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import inside
from sim.department.quantities import ACUITIES
from sim.engine.measures.number_text import part_text
from sim.engine.measures.waits import CTAS_TARGETS
from sim.report.figures.axes_parts import End, band, light_grid, limit, name_ends, no_data, per_cent, positive_top
from sim.report.figures.frame import EDGE, WIDTH, Frame, Grid
from sim.report.figures.theme import BASELINE, QUIET, colours, wrapped
from sim.report.words.caveats import footer

KEY_LINE = 0.22
LONGEST_WAIT, LONGEST_WITHOUT_STAFF, LONGEST_RETURN = 360.0, 720.0, 180.0


def waits_figure(comparison: Comparison) -> Frame:
    """Share seen within so many minutes of arrival, by stream and CTAS level, one line per staffing."""
    there = set() if comparison.waits.empty else set(comparison.waits["stream"])
    streams = [name for name in ("medical", "mental_health") if name in there]
    places = key_places(comparison)
    top = KEY_LINE * (1 + max(line for _, line in places.values()))
    grid = Grid(len(streams) * 5, 1.35, 5, right=0.27, between=0.12, above=0.54, below=0.5, top=top)
    frame = Frame(
        grid.total_height,
        "How long visits wait for a physician, by acuity",
        "Share seen within so many minutes of arrival, of the visits seen. Dotted: CTAS target. Lines that lie on each "
        "other are staffings that do not differ.",
        footer(comparison, intervals=False),
    )
    hues = colours(comparison.staffings, comparison.baseline)
    for name, (left, line) in places.items():
        frame.head(left, KEY_LINE * line, comparison.label(name), size=9, color=hues[name])
    panels = [(stream, acuity) for stream in streams for acuity in ACUITIES]
    for number, ((stream, acuity), axes) in enumerate(zip(panels, frame.panels(grid), strict=True)):
        draw_waits(axes, comparison, stream, acuity)
        if acuity == ACUITIES[0]:
            frame.head(EDGE, grid.top_of(number) - 0.46, part_text(stream).capitalize(), size=10)
            below = grid.top_of(number) + grid.height + 0.22
            frame.write(WIDTH - 0.25, below, "minutes from arrival", ha="right", size=8.5, color=QUIET)
    return frame


def key_places(comparison: Comparison) -> dict[str, tuple[float, int]]:
    """Where the name of each staffing stands above the panels: inches from the left, and its line."""
    places: dict[str, tuple[float, int]] = {}
    left, line = EDGE, 0
    for name in comparison.staffings:
        width = 0.093 * len(comparison.label(name)) + 0.2
        if left + width > WIDTH:
            left, line = EDGE, line + 1
        places[name] = (left, line)
        left += width
    return places


def cumulative(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Upper edges of the bins and the share up to there; a start at zero."""
    if table.empty or not table["share"].sum() > 0.0:
        return np.zeros(1), np.zeros(1)
    ordered = table.sort_values("from_minute")
    edges = np.append(0.0, ordered["to_minute"])
    shares = np.append(0.0, np.cumsum(ordered["share"]) / table["share"].sum())
    return edges[np.isfinite(edges)], shares[np.isfinite(edges)]


def draw_waits(axes: Axes, comparison: Comparison, stream: str, acuity: int) -> None:
    """One stream at one acuity; the baseline broad and pale below the others."""
    hues = colours(comparison.staffings, comparison.baseline)
    limit(axes, CTAS_TARGETS[acuity - 1])
    for name in (comparison.baseline, *comparison.others):
        table = comparison.of_staffing(comparison.waits, name)
        edges, shares = cumulative(table[(table["stream"] == stream) & (table["acuity"] == acuity)])
        width, alpha = (2.6, 0.45) if name == comparison.baseline else (1.1, 1.0)
        axes.plot(edges, 100 * shares, color=hues[name], linewidth=width, alpha=alpha)
    axes.set_xlim(0, LONGEST_WAIT)
    axes.set_ylim(0, 101)
    axes.set_xticks([0, 120, 240, 360] if acuity == ACUITIES[-1] else [0, 120, 240])
    percents = ["0", "25", "50", "75", "100 %"] if acuity == ACUITIES[0] else []
    axes.set_yticks([0, 25, 50, 75, 100], percents or [""] * 5)
    light_grid(axes, "both")
    axes.set_title(f"CTAS {acuity}", fontsize=8.5)


def without_staff_figure(comparison: Comparison) -> Frame:
    """Histogram of minutes without staff, one row per staffing, the baseline's outline on each."""
    names = (comparison.baseline, *comparison.others)
    grid = Grid(len(names), 0.8, above=0.22, below=0.2)
    frame = Frame(
        grid.total_height + 0.35,
        "Minutes without staff, eligible mental-health visits",
        "Share of visits by minutes without a task of their own path, an escalation response or a peer's company. "
        f"Family may be there. Outline: {inside(comparison.label(comparison.baseline))}. Last bar: 12 h and more.",
        footer(comparison, intervals=False),
    )
    hues = colours(names, comparison.baseline)
    bars = {name: folded(comparison.of_staffing(comparison.alone, name)) for name in names}
    top = 1.12 * positive_top(100 * float(max(shares.max() for _, shares in bars.values())))
    base_edges, base = bars[comparison.baseline]
    for number, (name, axes) in enumerate(zip(names, frame.panels(grid), strict=True)):
        edges, shares = bars[name]
        axes.stairs(100 * shares, edges, fill=True, color=hues[name], alpha=0.55)
        axes.stairs(100 * base, base_edges, color=BASELINE, linewidth=1.2)
        axes.set_ylim(0, top)
        minutes_axis(axes, is_named=number == len(names) - 1)
        words = without_staff_words(comparison, name)
        frame.head(grid.left, grid.top_of(number) - grid.above, comparison.label(name), words, color=hues[name])
    return frame


def minutes_axis(axes: Axes, is_named: bool) -> None:
    """Two hours a tick; the last stands for all that is longer."""
    axes.set_xlim(0, LONGEST_WITHOUT_STAFF)
    minutes = range(0, int(LONGEST_WITHOUT_STAFF) + 1, 120)
    axes.set_xticks(minutes, [*(f"{minute}" for minute in minutes[:-1]), f"{LONGEST_WITHOUT_STAFF:g} +"])
    axes.tick_params(axis="x", labelbottom=is_named)
    axes.set_xlabel("minutes of the stay without staff" if is_named else "")
    per_cent(axes)
    axes.locator_params(axis="y", nbins=3)
    light_grid(axes)


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
    n_bars = max(int(np.searchsorted(starts, LONGEST_WITHOUT_STAFF)), 1)
    folded_shares = np.append(shares[: n_bars - 1], shares[n_bars - 1 :].sum())
    return np.append(starts[:n_bars], LONGEST_WITHOUT_STAFF), folded_shares


DENOMINATORS = {
    "patient": ("Per patient", "share back, of first mental-health visits of a patient"),
    "visit": ("Per visit", "share back, of all mental-health visits"),
}


def returns_figure(comparison: Comparison) -> Frame:
    """Kaplan-Meier share with an unplanned return by days since departure, per patient and per visit."""
    grid = Grid(len(DENOMINATORS), 3.1, 2, left=0.75, right=1.5, between=1.95, above=0.25)
    frame = Frame(
        grid.total_height,
        "Unplanned returns after a mental-health visit",
        "Kaplan-Meier: visits count until they return, or as long as the run went on after they came. "
        "Bands: 95 % pointwise, from the curve's standard error.",
        footer(comparison, intervals=False),
    )
    for index, axes in zip(DENOMINATORS, frame.panels(grid), strict=True):
        draw_returns(axes, comparison, index)
    return frame


def draw_returns(axes: Axes, comparison: Comparison, index: str) -> None:
    """A curve and its band for each staffing, with name and last value at its end."""
    hues = colours(comparison.staffings, comparison.baseline)
    ends: list[End] = []
    last_day = 1.0
    for name in (comparison.baseline, *comparison.others):
        curve = comparison.of_staffing(comparison.returns, name)
        if not curve.empty:
            curve = curve[(curve["index"] == index) & (curve["days"] <= LONGEST_RETURN)].sort_values("days")
        if curve.empty:
            continue
        days, back = curve["days"].to_numpy(dtype=float), 100 * curve["returned"].to_numpy(dtype=float)
        reach = 196 * np.nan_to_num(curve["standard_error"].to_numpy(dtype=float))
        band(axes, days, back - reach, back + reach, hues[name], alpha=0.35 / len(comparison.staffings))
        width = 2.4 if name == comparison.baseline else 1.3
        axes.plot(days, back, color=hues[name], linewidth=width, marker=".", markersize=4)
        end, last_day = float(np.nan_to_num(back[-1])), max(last_day, float(days[-1]))
        ends.append((end, wrapped(f"{comparison.label(name)} {end:.1f}\u00a0%", 19), hues[name]))
    if not ends:
        no_data(axes, "nobody was followed")
    returns_axis(axes, index, last_day)
    name_ends(axes, ends, 0.1, lowest=0.03, highest=0.97)


def returns_axis(axes: Axes, index: str, last_day: float) -> None:
    """Days to the right, per cent upwards."""
    title, denominator = DENOMINATORS[index]
    axes.set_title(title)
    axes.set_ylabel(denominator)
    axes.set_xlabel("days since departure")
    axes.set_xlim(0, last_day)
    axes.set_ylim(0.0, positive_top(axes.get_ylim()[1]))
    per_cent(axes)
    step = 30 if last_day > 60 else 7 if last_day > 7 else 1
    axes.set_xticks(np.arange(0, math.floor(last_day) + 1, step))
    light_grid(axes)
