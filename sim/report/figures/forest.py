"""Differences of one measure from the baseline, a row for each staffing, with their intervals.

The numbers are looked up in the comparison. Which differences count as shown is decided as in
`sim.report.words.comparison_finding`.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.engine.measures import number_text
from sim.report.figures.axes_parts import light_grid
from sim.report.figures.marks import MARKS, DifferenceMark, better_side, grouped, key_of_marks, mark_of_difference
from sim.report.figures.theme import ASSUMED, INK, QUIET, readable, wrapped
from sim.report.tables.comparison_rows import marked_label
from sim.report.words.caveats import mark_of

PALE, PALE_WIDTH = 0.3, 9.0
"""How much of its colour the interval with the assumptions has, and how wide its bar is, in points."""
_UNKNOWN = float("nan")


def forest_table(
    comparison: Comparison, staffings: Sequence[str], measures: Iterable[str], level: float | None = None
) -> pd.DataFrame:
    """A row for each measure and staffing that has a difference, at a level of demand (the central one).

    Columns: measure, staffing, label (of several staffings that are the same in all measures, of all of them), row
    (from the top), mean, low, high, joint_low and joint_high (all headline measures judged together), second_low and
    second_high (with the assumptions), mark (a key of `MARKS`), caution (a sign, where there is no steady state),
    is_assumed. Values are as shown: shares in per cent.
    """
    names = list(measures)
    rows = []
    for row, group in enumerate(same_in_all(comparison, staffings, names, level)):
        label = " = ".join(marked_label(comparison, staffing, level) for staffing in group)
        for name in names:
            found = comparison.difference(group[0], name, level)
            if found is not None and math.isfinite(found.mean):
                second = comparison.second_interval(group[0], name) if level is None else None
                known = {"measure": name, "staffing": group[0], "label": label, "row": row}
                rows.append(known | shown_values(name, found, second) | {"is_assumed": comparison.is_assumed(name)})
    return pd.DataFrame(rows)


def shown_values(name: str, found: FoundValue, second: tuple[float, float] | None) -> dict[str, Any]:
    """Mean, ends of the three intervals, nan where there is none, and marks."""
    ends = {
        "low": found.low if found.has_interval else _UNKNOWN,
        "high": found.high if found.has_interval else _UNKNOWN,
        "joint_low": found.mean - found.simultaneous,
        "joint_high": found.mean + found.simultaneous,
        "second_low": second[0] if second else _UNKNOWN,
        "second_high": second[1] if second else _UNKNOWN,
    }
    shown = {
        key: number_text.within_scale(name, end) * number_text.scale(name) if math.isfinite(end) else _UNKNOWN
        for key, end in ends.items()
    }
    marks = {"mark": mark_of_difference(found, name).word, "caution": mark_of(False, found.no_steady_state)}
    return {"mean": found.mean * number_text.scale(name)} | shown | marks


def same_in_all(
    comparison: Comparison, staffings: Sequence[str], measures: Sequence[str], level: float | None = None
) -> list[list[str]]:
    """Staffings grouped by equal differences in all measures; one replication alone groups nothing."""
    found = {name: [comparison.difference(name, each, level) for each in measures] for name in staffings}
    values = {name: [(item.mean, item.sd) for item in items if item is not None] for name, items in found.items()}
    return grouped(staffings, lambda one, other: bool(values[one]) and values[one] == values[other])


def draw_forest(table: pd.DataFrame, axes: Axes, *, is_named: bool = True, is_numbered: bool = False) -> Axes:
    """One measure of a `forest_table`: dot, interval (thick), interval judged together (thin) and with the assumptions
    (pale), better and worse by colour and sign; `is_numbered`: with the number above, and without the thin interval.
    """
    name = str(table["measure"].iloc[0])
    for each in table.to_dict("records"):
        _draw_row(axes, each, is_numbered)
    labels = table["label"] if is_named else [""] * len(table)
    _row_axes(axes, name, table["row"].tolist(), list(labels), size=10.0 if is_numbered else 8.0)
    axes.margins(x=0.22 if is_numbered else 0.06)
    widen_around_zero(axes, name)
    axes.locator_params(axis="x", nbins=4 if is_numbered else 3)
    axes.xaxis.set_major_formatter(lambda value, _: number_text.plain_number(value, decimals_of_ticks(axes)))
    if is_numbered:
        better_side(axes, name)
    return axes


def _draw_row(axes: Axes, each: dict[Any, Any], is_numbered: bool) -> None:
    mark, row = MARKS[each["mark"]], each["row"]
    ink = ASSUMED if each["is_assumed"] else mark.colour
    wide = 3.0 if is_numbered else 2.6
    _bar(axes, row, each["second_low"], each["second_high"], color=ink, linewidth=PALE_WIDTH, alpha=PALE, zorder=1)
    if not is_numbered:
        _bar(axes, row, each["joint_low"], each["joint_high"], color=ink, linewidth=0.9, zorder=2)
    _bar(axes, row, each["low"], each["high"], color=ink, linewidth=wide, zorder=3)
    if mark.word == "identical":
        axes.text(each["mean"], row, mark.sign, ha="center", va="center", size=9, color=readable(ink), zorder=4)
    else:
        look = mark.marker_look(6.0 if is_numbered else 4.4) | {"color": ink, "zorder": 4}
        axes.plot([each["mean"]], [row], **look | ({"markerfacecolor": ink} if mark.is_filled else {}))
    if is_numbered:
        _write_number(axes, each, mark)
    elif each["caution"]:
        _note_above(axes, row, each["mean"], each["caution"], 2.0, size=8, color=QUIET)


def _write_number(axes: Axes, each: dict[Any, Any], mark: DifferenceMark) -> None:
    """Above the dot; bold beyond chance."""
    number = "identical" if mark.word == "identical" else number_text.plain_number(
        each["mean"], number_text.decimals_shown(each["measure"]), signed=True
    )  # fmt: skip
    look: dict[str, Any] = {"size": 9.5, "color": INK if mark.is_filled else QUIET}
    look |= {"weight": "bold"} if mark.is_filled else {}
    over_lines = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    above = PALE_WIDTH / 2.0 + 4.0 if math.isfinite(each["second_low"]) else 5.5
    text = f"{number} {each['caution']}".strip()
    _note_above(axes, each["row"], each["mean"], text, above, bbox=over_lines, **look)


def _note_above(axes: Axes, row: float, x: float, text: str, points: float, **look: Any) -> None:
    axes.annotate(text, (x, row), (0, points), textcoords="offset points", ha="center", **look)


def _bar(axes: Axes, row: float, low: float, high: float, **look: Any) -> None:
    """From end to end if both are known."""
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [row, row], solid_capstyle="butt", **look)


def _row_axes(axes: Axes, name: str, rows: Sequence[int], labels: Sequence[str], size: float) -> None:
    """Rows from the top, named on the left, beside a line of no difference."""
    axes.axvline(0.0, color=ASSUMED, linewidth=1.0, zorder=1)
    axes.set_ylim(max([*rows, 0]) + 0.6, -0.6)
    axes.set_yticks(list(rows), [wrapped(label, 24 if size < 9.0 else 23) for label in labels], fontsize=size)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.tick_params(axis="x", length=2.5, pad=2, labelsize=8, labelcolor=readable(QUIET))
    axes.spines["left"].set_visible(False)
    light_grid(axes, "x")


def widen_around_zero(axes: Axes, name: str) -> None:
    """Zero stays in sight, and a scale is never finer than the last decimal of the measure."""
    low, high = axes.get_xlim()
    finest = 2.0 * 10.0 ** -number_text.measure_of(name).decimals * number_text.scale(name)
    axes.set_xlim(min(low, -finest), max(high, finest))


def decimals_of_ticks(axes: Axes) -> int:
    """As few as tell the ticks of a scale apart."""
    ticks = axes.get_xticks()
    step = float(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return max(0, -math.floor(math.log10(step) + 1e-9))


def key_of_table(table: pd.DataFrame) -> str:
    """The marks of a table in words."""
    return key_of_marks(MARKS[word] for word in dict.fromkeys(table["mark"])) if len(table) else ""
