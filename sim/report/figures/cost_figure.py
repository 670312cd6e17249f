"""What each staffing costs against what it changes, with the cloud that the mean stands in."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import CLOUD_MEASURES, Comparison
from sim.analysis.sentences import capital, inside
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import HEADLINES
from sim.engine.measures.currency import in_currency
from sim.report.figures.axes_parts import light_grid, spread_apart
from sim.report.figures.captions import staffings_with_peers
from sim.report.figures.forest import decimals_of_ticks
from sim.report.figures.frame import Frame, Grid
from sim.report.figures.headline_figures import staffings_shown
from sim.report.figures.marks import mark_of_difference
from sim.report.figures.theme import ASSUMED, colours, wrapped
from sim.report.words.caveats import footer
from sim.report.words.comparison_finding import amount_of_change

COST, OUTCOME = CLOUD_MEASURES
SOURCES = {"draw": ("x", 9.0, 0.35), "replication": ("o", 9.0, 0.55)}
"""Marker, size and strength of the points of a cloud."""


def cost_table(comparison: Comparison) -> pd.DataFrame:
    """A row for each staffing: staffing, label, hue, cost and outcome (differences from the baseline), and
    is_beyond_chance (the outcome)."""
    hues, rows = colours(comparison.staffings, comparison.baseline), []
    for name in comparison.others:
        cost, outcome = comparison.difference(name, COST), comparison.difference(name, OUTCOME)
        if cost is not None and outcome is not None and math.isfinite(cost.mean + outcome.mean):
            rows.append((name, comparison.label(name), hues[name], cost.mean, outcome.mean, outcome.beyond_chance))
    return pd.DataFrame(rows, columns=["staffing", "label", "hue", "cost", "outcome", "is_beyond_chance"])


def points_of(cloud: pd.DataFrame, staffing: str, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Cost and outcome of the points of a cloud that have both."""
    if cloud.empty:
        return np.zeros(0), np.zeros(0)
    own = cloud[(cloud["staffing"] == staffing) & (cloud["source"] == source)]
    wide = own.pivot(index="number", columns="measure", values="value").reindex(columns=[COST, OUTCOME]).dropna()
    return wide[COST].to_numpy(float), wide[OUTCOME].to_numpy(float)


def cost_figure(comparison: Comparison) -> Frame:
    """Staff cost to the right, the primary outcome upwards, both as differences from the baseline."""
    table, cloud = cost_table(comparison), comparison.cloud
    drawn = set() if cloud.empty else set(cloud["source"])
    said = [words for source, words in WORDS_OF_CLOUDS.items() if source in drawn]
    frame = Frame.slide(
        cost_title(comparison, table),
        f"Difference from {inside(comparison.label(comparison.baseline))}. Large: mean, hollow where not beyond chance "
        f"when all headline measures are judged together. {' '.join(said)}",
        footer(comparison, intervals=False),
    )
    grid = Grid(1, frame.room - 0.1 - 0.5, left=0.85, right=1.75, above=0.1, below=0.5)
    (axes,) = frame.panels(grid)
    draw_cost(table, cloud, axes)
    return frame


WORDS_OF_CLOUDS = {
    "replication": "Dots: replications, how much chance moves both.",
    "draw": "Crosses: draws of the assumptions.",
}


def draw_cost(table: pd.DataFrame, cloud: pd.DataFrame, axes: Axes) -> Axes:
    """The rows of a `cost_table` over the points of `cloud`."""
    axes.axhline(0.0, color=ASSUMED, linewidth=1.0, zorder=1)
    axes.axvline(0.0, color=ASSUMED, linewidth=1.0, zorder=1)
    for each in table.to_dict("records"):
        for source, (marker, size, alpha) in SOURCES.items():
            x, y = points_of(cloud, each["staffing"], source)
            axes.scatter(
                x,
                y,
                s=size,
                color=each["hue"],
                marker=marker,
                alpha=alpha,
                linewidth=0.7 if marker == "x" else 0,
                zorder=2,
            )
        face = each["hue"] if each["is_beyond_chance"] else "white"
        axes.plot(
            [each["cost"]], [each["outcome"]], "D", markersize=9, color=face, markeredgecolor=each["hue"],
            markeredgewidth=1.8, zorder=4,
        )  # fmt: skip
    axes.margins(0.07)
    light_grid(axes, "both")
    _name_points(axes, table)
    axes.set_xlabel(in_currency("staff cost, CAD a week more"))
    axes.set_ylabel(f"{HEADLINES[OUTCOME].topic}, minutes\n(lower is better)")
    axes.xaxis.set_major_formatter(lambda value, _: number_text.plain_number(value, 0, signed=True))
    axes.yaxis.set_major_formatter(
        lambda value, _: number_text.plain_number(value, decimals_of_ticks(axes), signed=True)
    )
    return axes


def _name_points(axes: Axes, table: pd.DataFrame) -> None:
    """Names at the right edge, each with a thin line to its mean."""
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height / axes.figure.dpi
    gap = 0.3 * (high - low) / height
    placed = spread_apart(list(table["outcome"]), gap, highest=high - gap / 2, lowest=low + gap / 2)
    right = axes.get_xlim()[1]
    for each, at in zip(table.to_dict("records"), placed, strict=True):
        axes.plot([each["cost"], right], [each["outcome"], at], color=each["hue"], linewidth=0.7, zorder=1.5)
        name = f"{each['label']} {number_text.bare(OUTCOME, each['outcome'], signed=True)}"
        axes.annotate(
            wrapped(name, 22), (1.0, at), (4, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va="center", size=8.5, linespacing=1.0, color=each["hue"], annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(right=right)


def cost_title(comparison: Comparison, table: pd.DataFrame) -> str:
    """What the same money buys of the primary outcome: by the first staffing, and by the best without peers."""
    known = [name for name in staffings_shown(comparison) if name in set(table["staffing"])]
    if not known:
        return "What each staffing costs, and what it changes"
    change = dict(zip(table["staffing"], table["outcome"], strict=True))
    first, peers = known[0], staffings_with_peers(comparison)
    beside = sorted((name for name in known[1:] if name not in peers), key=lambda name: change[name])
    text = f"{_bought(comparison, first)} without staff"
    return f"For the same money: {text}, {_bought(comparison, beside[0])}" if beside else capital(text)


def _bought(comparison: Comparison, name: str) -> str:
    """`peers added 18.6 minutes less`, `nurse added: no difference beyond chance`."""
    found = comparison.difference(name, OUTCOME)
    who = inside(comparison.label(name))
    if found is None or mark_of_difference(found, OUTCOME).word not in ("better", "worse"):
        return f"{who} no change beyond chance"
    return f"{who} {amount_of_change(OUTCOME, found.mean)} {'less' if found.mean < 0.0 else 'more'}"
