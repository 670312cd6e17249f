"""What several figures draw on their axes: grids, bands, hours of the day and the week, names at the ends of lines."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.theme import FAINT, QUIET

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DOTTED = (0, (1, 2))
End = tuple[float, str, str]
"""Where a line ends, its name, its colour."""


def light_grid(axes: Axes, axis: Any = "y") -> None:
    """Faint lines behind what is drawn."""
    axes.grid(axis=axis, color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def per_cent(axes: Axes) -> None:
    """Ticks upwards that say per cent."""
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")


def band(axes: Axes, x: Any, low: Any, high: Any, colour: str, alpha: float = 0.25, **look: Any) -> None:
    """An interval at each place."""
    axes.fill_between(x, low, high, color=colour, alpha=alpha, linewidth=0, **look)


def limit(axes: Axes, upright: float, direction: str = "x") -> None:
    """A dotted line at a limit or target, upright unless `direction` is `y`."""
    draw = axes.axvline if direction == "x" else axes.axhline
    draw(upright, color=QUIET, linewidth=1.0, linestyle=DOTTED)


def hour_of_week_axis(axes: Axes) -> None:
    """Days as ticks in their middle, midnights as lines."""
    axes.set_xlim(0, 168)
    for day in range(1, 7):
        axes.axvline(24 * day, color=FAINT, linewidth=0.8, zorder=0.5)
    axes.set_xticks([24 * day + 12 for day in range(7)], DAYS)
    axes.tick_params(axis="x", length=0)


def hour_of_day_axis(axes: Axes, minutes: str = "") -> None:
    """Every sixth hour."""
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 6), [f"{hour:02d}{minutes}" for hour in range(0, 25, 6)])


def steps(axes: Axes, values: np.ndarray, **look: Any) -> None:
    """One step for each hour from the first."""
    axes.stairs(values, range(len(values) + 1), **look)


def no_data(axes: Axes, text: str) -> None:
    """Why there is nothing on these axes."""
    axes.text(0.5, 0.5, text, ha="center", color=QUIET, transform=axes.transAxes)


def name_ends(
    axes: Axes, ends: Sequence[End], gap: float, lowest: float = 0.02, highest: float = math.inf, size: float = 8.0
) -> list[float]:
    """Names to the right of the ends of lines, at least `gap` of the scale apart; returns their heights."""
    top = axes.get_ylim()[1]
    placed = spread_apart([height for height, *_ in ends], gap * top, highest * top, lowest * top)
    for (_, text, colour), height in zip(ends, placed, strict=True):
        axes.annotate(
            text, (1.0, height), (5, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center",
            size=size, linespacing=1.0, color=colour, annotation_clip=False,
        )  # fmt: skip
    return placed


def spread_apart(
    heights: Sequence[float], gap: float, highest: float = math.inf, lowest: float = -math.inf
) -> list[float]:
    """Heights for labels at least `gap` apart, near the given ones and in their order, none below `lowest`, nor above
    `highest` as far as there is room.

    Of equal heights the first stays lowest.
    """
    order = sorted(range(len(heights)), key=lambda number: heights[number])
    blocks: list[tuple[float, int]] = []  # centre and size
    for number in order:
        blocks.append((heights[number], 1))
        while len(blocks) > 1:
            (low, n), (high, m) = blocks[-2], blocks[-1]
            if high - low >= gap * (n + m) / 2:
                break
            blocks[-2:] = [((low * n + high * m) / (n + m), n + m)]
    placed = [centre + gap * (place - (size - 1) / 2) for centre, size in blocks for place in range(size)]
    too_high = max([0.0, *(height - highest for height in placed)])
    too_low = max([0.0, *(lowest - (height - too_high) for height in placed)])
    return [placed[order.index(number)] - too_high + too_low for number in range(len(heights))]


def positive_top(top: float) -> float:
    """The top of a scale that starts at zero; 1 where nothing is known or everything is zero."""
    return top if math.isfinite(top) and top > 0.0 else 1.0
