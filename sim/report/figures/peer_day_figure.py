"""A peer's day: how the paid time of peer support workers is spent, a column for each staffing with peers."""

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison
from sim.engine.measures.peer_day import IDLE
from sim.report.figures.axes_parts import light_grid
from sim.report.figures.frame import EDGE, Frame, Grid
from sim.report.figures.marks import group_label, grouped
from sim.report.figures.theme import ASSUMED, HUES, INK, wrapped
from sim.report.tables.comparison_rows import PAID_SHARES, with_peers
from sim.report.words.caveats import footer

IN_COMPANY_SHARE, CHILD_WAITS = "peer_time_company.all", "peer_time_idle_child_waits.all"
MOST_PEER_COLUMNS = 4
LEAST_SHOWN = 0.0005
"""Share of the paid time below which a part is left out if it is so under every staffing."""


def peer_day_table(comparison: Comparison) -> pd.DataFrame:
    """Parts of the paid time: staffing, label (of staffings with the same day, of all), measure, part, share, and
    half_width (nan without an interval), in per cent."""
    found = {
        name: {each: comparison.estimate(name, each) for each in comparison.known_measures(PAID_SHARES)}
        for name in with_peers(comparison)
    }
    rows = []
    for group in grouped(list(found), lambda one, other: found[one] == found[other]):
        label = group_label([comparison.label(name) for name in group])
        for name, item in found[group[0]].items():
            if item is not None and math.isfinite(item.mean):
                half_width = 100 * item.half_width if item.has_interval else math.nan
                rows.append((group[0], label, name, PAID_SHARES[name], 100 * item.mean, half_width))
    table = pd.DataFrame(rows, columns=["staffing", "label", "measure", "part", "share", "half_width"])
    largest = table.groupby("measure")["share"].transform("max")
    return table[largest >= 100 * LEAST_SHOWN].reset_index(drop=True)


def peer_day_figure(comparison: Comparison) -> Frame:
    """A column for each staffing with peers, a bar for each part of their paid time."""
    table = peer_day_table(comparison)
    labels = list(dict.fromkeys(table["label"]))
    left_out = f" Not drawn: {', '.join(labels[MOST_PEER_COLUMNS:])}." if len(labels) > MOST_PEER_COLUMNS else ""
    frame = Frame.slide(
        peer_day_title(comparison, table),
        "Per cent of the paid time of peers, overtime not counted. Hatched: idle. A child waits: the peer who is free "
        f"may not take that child (a colleague holds the case, or the caseload is full).{left_out}",
        footer(comparison, intervals=False),
        0.3 + 0.32 * max(table["measure"].nunique(), 1) + 0.4,
    )
    shown = labels[:MOST_PEER_COLUMNS]
    n = max(len(shown), 1)
    grid = Grid(n, frame.room - 0.3 - 0.1, n, EDGE + 2.15, EDGE + 0.35, between=0.45, above=0.3, below=0.1)
    for number, (label, axes) in enumerate(zip(shown, frame.panels(grid), strict=False)):
        draw_peer_day(table[table["label"] == label], axes, is_named=number == 0)
        axes.set_title(wrapped(label, 22), fontsize=9)
        axes.set_xlim(0, 1.02 * float(table["share"].max()))
    return frame


def draw_peer_day(table: pd.DataFrame, axes: Axes, *, is_named: bool = True) -> Axes:
    """The rows of a `peer_day_table` of one staffing, as bars with their numbers."""
    idle = {f"peer_time_{part}.all" for part in IDLE}
    for row, each in enumerate(table.to_dict("records")):
        name = each["measure"]
        colour = HUES[0] if name == IN_COMPANY_SHARE else HUES[1] if name == CHILD_WAITS else ASSUMED
        look: dict[str, Any] = (
            {"color": "white", "edgecolor": colour, "hatch": "////"} if name in idle else {"color": colour}
        )
        axes.barh(row, each["share"], 0.62, linewidth=0.8, **look)
        axes.annotate(
            f"{each['share']:.1f}", (each["share"], row), (3, 0), textcoords="offset points", va="center", size=8.5,
            color=INK, weight="bold" if name in (IN_COMPANY_SHARE, CHILD_WAITS) else "normal", annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_yticks(range(len(table)), table["part"].tolist() if is_named else [""] * len(table), fontsize=8.5)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    light_grid(axes, "x")
    return axes


def peer_day_title(comparison: Comparison, table: pd.DataFrame) -> str:
    """How much of the paid time is company, and how much is idle while a child waits."""
    if table.empty:
        return "A peer's day: no peer was on any roster"
    first = table[table["staffing"] == table["staffing"].iloc[0]].set_index("measure")["share"]
    idle = sum(first.get(f"peer_time_{part}.all", 0.0) for part in IDLE)
    who, company, waits = str(table["staffing"].iloc[0]), first.get(IN_COMPANY_SHARE, 0.0), first.get(CHILD_WAITS, 0.0)
    of_time = f"{company:.0f} % of a peer's paid time is company, {idle:.0f} % idle ({waits:.1f} % while a child waits)"
    return f"{comparison.label(who)}: {of_time}"
