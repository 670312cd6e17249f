"""A sweep as one picture: curves along a number, or dots of paired differences where names are varied.

What is drawn is prepared as tables (`curve_rows`, `difference_rows`); lines and dots that do not differ are drawn once.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes

from sim.analysis.comparison_result import FoundValue
from sim.analysis.estimates import LEAVING, LEAVING_LIMIT
from sim.analysis.swept_factors import Factor
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import scale, unit_of_difference, unit_of_value
from sim.report.figures.axes_parts import band, light_grid, limit, name_ends, positive_top
from sim.report.figures.frame import FORMATS, Frame, Grid
from sim.report.figures.marks import DifferenceMark, better_side, group_label, grouped, key_of_marks, mark_of_difference
from sim.report.figures.theme import FAINT, QUIET, colours, styled, wrapped
from sim.report.words import measure_words
from sim.report.words.caveats import NO_BENEFIT, RESPECT, assumed_text, lengths_text
from sim.report.words.shown_measures import PHYSICIAN_WAIT
from sim.report.words.sweep_finding import SweepReport, beside_text, topics_moved
from sim.report.words.sweep_questions import CURVES, figure_factors, kind_of_figure, knee_of, title_of

FIGURE = "sweep"
MEASURES_DRAWN = 2
"""Measures drawn: the first two that are shown."""
_NAME_GAP = 0.075
MOST_NAMES = 4
"""Names of one line that are all written out."""
MOST_MARKERS = 30
"""Means of a line that are marked one by one."""
_NAME_WIDTH = 17
"""Characters on a line of a name at the end of a line."""


def draw_sweep(report: SweepReport, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figure in every format and return the files; the same answer gives the same bytes."""
    with styled():
        return sweep_figure(report).save(folder, FIGURE, formats)


def sweep_figure(report: SweepReport) -> Frame:
    """The page of a sweep. Raises ValueError where there is nothing to draw (`kind_of_figure`)."""
    kind = kind_of_figure(report)
    if not kind:
        raise ValueError("a sweep of more than two factors, or without runs, has no figure")
    return curves_figure(report) if kind == CURVES else differences_dots(report)


def footer_of(report: SweepReport) -> str:
    """What was played, and what was assumed."""
    numbers = sorted({int(item.n) for item in report.means.values()})
    percent = measure_words.whole_percent(report.answer.confidence)
    n = str(numbers[-1]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
    played = f"Simulated: {n} replications of {lengths_text(report.scenarios.periods)}."
    played += f" {percent} intervals of simulation alone."
    if not report.scenarios.speak_of_peers:
        return played
    effects = f"{assumed_text(topics_moved(report), '')}." if report.scenarios.assumes_effects else NO_BENEFIT
    return f"{played} {effects} {RESPECT}"


def panel_grid(room: float, n: int, left: float, right: float) -> Grid:
    """One or two panels beside each other that fill the room."""
    above, below = 0.34, 0.62
    return Grid(n, room - above - below, n, left=left, right=right, between=left + right, above=above, below=below)


# --- curves -------------------------------------------------------------------------------------------------


class CurvePoint(NamedTuple):
    """One mean of a curve, in the unit that is shown."""

    x: float
    mean: float
    low: float
    high: float
    many_leave: bool


Curves = dict[str, list[CurvePoint]]


def curve_rows(report: SweepReport, name: str, along: Factor) -> Curves:
    """The points of a measure along a factor, by the value of the other; empty lines are left out."""
    unit, found = scale(name), Curves()
    flagged = set(report.labels_with("many_leave"))
    for value, labels in report.factors.lines(along):
        points = []
        for label in labels:
            if (of := report.means.get((name, label))) is not None:
                x = float(report.factors.value_of[label][along.key])
                points.append(CurvePoint(x, unit * of.mean, unit * of.low, unit * of.high, label in flagged))
        if points:
            found[value] = points
    return found


def same_lines(report: SweepReport, name: str, along: Factor) -> list[list[str]]:
    """Values of the other factor whose lines are drawn once: those that agree to the last bit, and those that differ
    nowhere beyond chance from the first they are compared with."""
    lines, curves = dict(report.factors.lines(along)), curve_rows(report, name, along)
    changes = report.differences.get(name, {})
    first = next(iter(curves), "")

    def same(one: str, other: str) -> bool:
        if curves[one] == curves[other]:
            return True
        found = [changes.get(label) for label in lines[other]]
        pairs_with_first = report.within is not None and one == first
        return pairs_with_first and all(each is not None and not is_beyond_chance(name, each) for each in found)

    return grouped(list(curves), same)


def is_beyond_chance(name: str, found: FoundValue) -> bool:
    """Whether a difference is beyond chance: of headline measures all together, of any other by its own interval."""
    return found.beyond_chance if name in HEADLINE else found.beyond_own_interval


def curves_figure(report: SweepReport) -> Frame:
    """A panel for each of two measures, a line for each value of the other factor."""
    along, other = figure_factors(report)
    shown = report.shown[:MEASURES_DRAWN]
    lines = (
        f" Lines: {other.name}; those that nowhere differ beyond chance from the first are drawn once." if other else ""
    )
    frame = Frame.slide(
        title_of(report), f"Mean along {along.name} with its interval.{lines}{_limit_words(report)}", footer_of(report)
    )
    grid = panel_grid(frame.room, len(shown), left=0.72, right=1.28 if other else 0.3)
    values = list(other.values) if other else [""]
    hues = colours(values, "traditional" if "traditional" in values else values[0])
    for number, (name, axes) in enumerate(zip(shown, frame.panels(grid), strict=True)):
        frame.write(grid.left_of(number) - 0.5, 0.0, wrapped(panel_title(name), 44), weight="bold", size=9.5)
        draw_curves(axes, curve_rows(report, name, along), same_lines(report, name, along), hues, line_words(other))
        mark_places(axes, report, name, along)
        axes.set_xlabel(along.key)
        axes.set_ylabel(unit_of_value(name))
    return frame


def panel_title(name: str) -> str:
    """`Length of stay, mental-health visits`."""
    return measure_words.measure_text(name, all_named=False).replace(", mean", "")


def _limit_words(report: SweepReport) -> str:
    leaving = "over 5 % of visits leave, and differences are not read" if report.labels_with("many_leave") else ""
    return f" Grey: {leaving}." if leaving else ""


def names_of_line(names: Sequence[str]) -> str:
    """The names of lines that are drawn once, all of them where they are few."""
    few = len(names) <= MOST_NAMES
    return wrapped(" = ".join(names), _NAME_WIDTH) if few else group_label(names, _NAME_WIDTH)


def line_words(other: Factor | None) -> str:
    """What stands before the name of a line: `caseload ` before a number, nothing before a name."""
    return f"{other.name} " if other is not None and other.numbers is not None else ""


def draw_curves(
    axes: Axes, curves: Curves, groups: Sequence[Sequence[str]], hues: dict[str, str], before: str = ""
) -> Axes:
    """Lines with their bands, named at their ends; hollow where many leave."""
    ends = []
    for group in groups:
        points, hue = curves[group[0]], hues.get(group[0], QUIET)
        x, mean = [point.x for point in points], [point.mean for point in points]
        if all(math.isfinite(point.low) for point in points):
            band(axes, x, [point.low for point in points], [point.high for point in points], hue, 0.18)
        axes.plot(x, mean, color=hue, linewidth=1.8)
        for point in points if len(points) <= MOST_MARKERS else ():
            face = "white" if point.many_leave else hue
            axes.plot([point.x], [point.mean], "o", color=hue, markerfacecolor=face, markersize=5)
        if group[0]:
            ends.append((mean[-1], names_of_line([f"{before}{each}" for each in group]), hue))
    every = [point for points in curves.values() for point in points]
    highest = max(point.high if math.isfinite(point.high) else point.mean for point in every)
    axes.set_ylim(0.0, 1.08 * positive_top(highest))
    name_ends(axes, ends, _NAME_GAP * max((1 + text.count("\n") for _, text, _ in ends), default=1), highest=0.97)
    places = sorted({point.x for point in every})
    if len(places) <= 8:
        axes.set_xticks(places, [f"{place:g}" for place in places])
    light_grid(axes)
    return axes


def mark_places(axes: Axes, report: SweepReport, name: str, along: Factor) -> None:
    """The knee of the first line, where too many leave, and the limit of leaving itself."""
    _, labels = report.factors.lines(along)[0]
    x_of = {label: float(report.factors.value_of[label][along.key]) for label in report.answer.labels}
    flagged = [x_of[label] for label in report.labels_with("many_leave")]
    low, high = axes.get_xlim()
    if flagged:
        axes.axvspan(min(flagged), high, color=FAINT, alpha=0.45, linewidth=0, zorder=0)
        axes.set_xlim(low, high)
    if name == LEAVING:
        limit(axes, 100.0 * LEAVING_LIMIT, "y")
        axes.annotate("5 %", (low, 100.0 * LEAVING_LIMIT), (3, 3), textcoords="offset points", size=8, color=QUIET)
    knee = knee_of(report, along, labels, name) if name == PHYSICIAN_WAIT and along.key.startswith("demand.") else None
    if knee is not None:
        limit(axes, float(knee.value))
        top = axes.get_ylim()[1]
        axes.annotate("knee", (float(knee.value), top), (-3, -10), textcoords="offset points", ha="right", size=8)


# --- dots of differences ------------------------------------------------------------------------------------


class DifferenceRow(NamedTuple):
    """A row of dots: who it is of, in words, and the difference."""

    block: str
    label: str
    found: FoundValue


def difference_rows(report: SweepReport, name: str) -> list[DifferenceRow]:
    """Differences of a measure by choice, and within it by what the world is; what cannot differ stands once."""
    choice, world = figure_factors(report)
    changes = report.differences.get(name, {})
    rows: list[DifferenceRow] = []
    for value in choice.values:
        labels = [label for label in report.answer.labels if report.factors.value_of[label].get(choice.key) == value]
        known = [label for label in labels if label in changes]

        def same(one: str, other: str) -> bool:
            return changes[one] == changes[other]

        for group in grouped(known, same):
            words = [report.factors.value_of[label].get(world.key, "") if world else "" for label in group]
            every = len(group) == len(known) > 1
            rows.append(DifferenceRow(value, "all the same" if every else group_label(words, 26), changes[group[0]]))
    return rows


def differences_dots(report: SweepReport) -> Frame:
    """A panel for each of two measures, a row for each choice under each belief."""
    choice, world = figure_factors(report)
    shown = [name for name in report.shown if report.differences.get(name)][:MEASURES_DRAWN]
    tables = [difference_rows(report, name) for name in shown]
    marks = {mark_of_difference(row.found, name) for name, rows in zip(shown, tables, strict=True) for row in rows}
    rows_text = f"by {choice.name}{f' and {world.name}' if world else ''}"
    subtitle = f"Paired difference from {beside_text(report)}, {rows_text}. {key_of_marks(marks)}."
    frame = Frame.slide(title_of(report), subtitle, footer_of(report))
    grid = panel_grid(frame.room, len(shown), left=1.75, right=0.3)
    for number, (name, rows, axes) in enumerate(zip(shown, tables, frame.panels(grid), strict=True)):
        frame.write(grid.left_of(number) - 1.55, 0.0, wrapped(panel_title(name), 44), weight="bold", size=9.5)
        draw_difference_dots(axes, rows, name)
        axes.set_xlabel(unit_of_difference(name))
        better_side(axes, name)
    return frame


def draw_difference_dots(axes: Axes, rows: Sequence[DifferenceRow], name: str) -> Axes:
    """Dots with intervals, one row each, the choices as blocks."""
    unit, place, places, names = scale(name), 0.0, [], []
    before = ""
    for row in rows:
        place += 1.0 if row.block == before or not before else 1.6
        if row.block != before:
            names.append(f"{row.block}\n{row.label}" if row.label else row.block)
        else:
            names.append(row.label)
        before = row.block
        places.append(place)
        mark: DifferenceMark = mark_of_difference(row.found, name)
        if row.found.has_interval:
            axes.plot([unit * row.found.low, unit * row.found.high], [place, place], color=mark.colour, linewidth=1.6)
        axes.plot([unit * row.found.mean], [place], **mark.marker_look())
    axes.axvline(0.0, color=QUIET, linewidth=0.9)
    axes.set_yticks(places, names)
    axes.set_ylim(place + 0.7, 0.2)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    light_grid(axes, "x")
    return axes
