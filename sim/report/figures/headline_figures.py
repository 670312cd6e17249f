"""Figures of the headline measures: the finding as one picture, the scorecard, all differences, levels of demand.

The numbers are looked up in the comparison. Which differences count as shown is decided as in
`sim.report.words.comparison_finding`.
"""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.estimates import LEAVING, LEAVING_LIMIT
from sim.analysis.scenario_facts import is_same_money
from sim.analysis.sentences import inside
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINE
from sim.report.figures.axes_parts import End, light_grid, limit, name_ends, positive_top
from sim.report.figures.frame import EDGE, WIDTH, Frame, Grid
from sim.report.figures.theme import ASSUMED, FAINT, INK, QUIET, colours, wrapped
from sim.report.tables.comparison_rows import marked_label
from sim.report.words.caveats import footer, mark_of, marked, of_what
from sim.report.words.comparison_finding import amount_of_change, costs_row
from sim.report.words.measure_words import change_text


def grey_words(comparison: Comparison, otherwise: str = "") -> str:
    """What grey means on a figure, if anything on it is grey."""
    return " Grey: moved by an assumed effect." if comparison.moved_topics() else otherwise


def beyond_chance_words(comparison: Comparison, names: Sequence[str]) -> str:
    """How many differences in some measures are beyond chance, of those judged together; nothing where none is."""
    found = [comparison.difference(staffing, name) for staffing in comparison.others for name in names]
    judged = [item for item in found if item is not None and math.isfinite(item.simultaneous)]
    n_shown = sum(item.beyond_chance for item in judged)
    return f": {n_shown} of {number_text.counted(len(judged), 'difference')} beyond chance" if judged else ""


def row_axes(axes: Axes, name: str, names: Sequence[str], size: float, n_ticks: int, margin: float) -> None:
    """Lay out rows from the top, named on the left, on a scale that has no difference in sight."""
    axes.axvline(0.0, color=ASSUMED, linewidth=1.0, zorder=1)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    light_grid(axes, "x")
    axes.margins(x=margin)
    widen_around_zero(axes, name)
    axes.locator_params(axis="x", nbins=n_ticks)


def widen_around_zero(axes: Axes, name: str) -> None:
    """Zero stays in sight, and a scale is never finer than the last decimal of the measure."""
    low, high = axes.get_xlim()
    finest = 2.0 * 10.0 ** -number_text.measure_of(name).decimals * number_text.scale(name)
    axes.set_xlim(min(low, -finest), max(high, finest))


def draw_bar(axes: Axes, row: float, name: str, low: float, high: float, **look: Any) -> None:
    """From end to end if both are known, shares of visits no further than they can go."""
    if math.isfinite(low) and math.isfinite(high):
        ends = [number_text.within_scale(name, end) * number_text.scale(name) for end in (low, high)]
        axes.plot(ends, [row, row], solid_capstyle="butt", **look)


def draw_dot(axes: Axes, row: float, name: str, found: FoundValue, **look: Any) -> None:
    """The mean."""
    axes.plot([found.mean * number_text.scale(name)], [row], marker="o", zorder=4, **look)


def note_above(axes: Axes, row: float, x: float, text: str, points: float = 5, **look: Any) -> None:
    """A text so many points above a dot."""
    axes.annotate(text, (x, row), (0, points), textcoords="offset points", ha="center", **look)


def draw_differences(axes: Axes, comparison: Comparison, name: str, level: float | None = None) -> None:
    """One measure, a row for each staffing, at the central level of demand unless another is given."""
    names, hues = comparison.others, colours(comparison.staffings, comparison.baseline)
    for row, staffing in enumerate(names):
        found = comparison.difference(staffing, name, level)
        if found is not None and math.isfinite(found.mean):
            draw_difference(axes, row, found, name, ASSUMED if comparison.is_assumed(name) else hues[staffing])
    heads = [wrapped(marked_label(comparison, staffing, level), 24) for staffing in names]
    row_axes(axes, name, heads, size=8, n_ticks=5, margin=0.08)
    for text, staffing in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(hues[staffing])
    axes.tick_params(axis="x", labelsize=8, length=2.5, pad=1.5)
    axes.set_xlabel(number_text.short_unit_of_difference(name), fontsize=8, labelpad=0.5, loc="right")


def draw_difference(axes: Axes, row: int, found: FoundValue, name: str, ink: str) -> None:
    """Dot and both bars, those of one replication left out, with a mark where there is no steady state."""
    reach = found.simultaneous
    draw_bar(axes, row, name, found.mean - reach, found.mean + reach, color=ink, linewidth=1.0, zorder=2)
    draw_bar(axes, row, name, found.low, found.high, color=ink, linewidth=3.4)
    hollow = {"color": "white", "markeredgecolor": ink, "markeredgewidth": 1.4}
    draw_dot(axes, row, name, found, markersize=4.6, **hollow)
    if found.identical:
        axes.annotate("identical", (0.0, row), (6, 0), textcoords="offset points", va="center", size=8, color=QUIET)
    elif mark := mark_of(False, found.no_steady_state):
        note_above(axes, row, found.mean * number_text.scale(name), mark, size=8, color=QUIET)


# --- every difference


SIDES = ((("Mental health", "mental_health"),), (("Medical", "medical"), ("All visits", "all")))
"""Heads and parts on the left and on the right."""
_NAME_WIDTH, _ROW_HEIGHT, _ABOVE, _BELOW, _HEAD_HEIGHT = 1.22, 0.21, 0.26, 0.42, 0.34


def differences_figure(comparison: Comparison) -> Frame:
    """Mental health on the left, medical and all visits on the right."""
    measures = comparison.known_measures(HEADLINE)
    rows_height = _ROW_HEIGHT * max(len(comparison.others), 1)
    each = _ABOVE + rows_height + _BELOW
    of_part = {part: [name for name in measures if name.endswith(f".{part}")] for side in SIDES for _, part in side}
    sides = [[(head, of_part[part]) for head, part in side] for side in SIDES]
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame(
        max(sum(_HEAD_HEIGHT + each * len(names) for _, names in side) for side in sides),
        f"Headline measures beside {baseline}{beyond_chance_words(comparison, measures)}",
        "Dot: mean paired difference on the same patients. Thick bar: interval of this one measure. Thin bar: interval "
        f"when all headline measures are judged together. Left of zero is less.{grey_words(comparison)}",
        footer(comparison),
    )
    width = (WIDTH - 2 * EDGE) / 2
    for number, side in enumerate(sides):
        left, top = EDGE + number * width, 0.0
        for head, names in side:
            if names:
                frame.head(left, top, head, size=11)
                top += _HEAD_HEIGHT
            for name in names:
                title = wrapped(number_text.measure_of(name).label, 48).partition("\n")[0]
                frame.head(left + _NAME_WIDTH, top, title, size=8.5)
                axes = frame.panel(left + _NAME_WIDTH, top + _ABOVE, width - _NAME_WIDTH - 0.15, rows_height)
                draw_differences(axes, comparison, name)
                top += each
    return frame


# --- the finding


WAIT, WEEKLY_COST = "wait_triage_to_pia_mean.all", "staff_cost_per_week.all"
_WITHOUT_STAFF = "minutes_without_staff_mean.mental_health"
MEASURES_SHOWN = (WAIT, _WITHOUT_STAFF, *CHOSEN_LATE, WEEKLY_COST)
FINDING_ROW_HEIGHT = 0.5
_MOST_STAFFINGS = 6


def finding_figure(comparison: Comparison) -> Frame:
    """A panel a measure, a row a staffing: difference from the baseline with its interval."""
    names = staffings_shown(comparison)
    measures = [name for name in comparison.known_measures(HEADLINE) if name in MEASURES_SHOWN]
    rows_height = FINDING_ROW_HEIGHT * max(len(names), 1)
    grid = Grid(
        len(measures), rows_height, max(len(measures), 1), EDGE + 1.65, EDGE, between=0.3, above=0.62, below=0.3
    )
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame(
        grid.total_height,
        finding_title(comparison),
        f"Difference from {baseline} on the same patients with its interval{second_interval_words(comparison)}. "
        "Left of the line is less. "
        "Grey: not beyond chance when all headline measures are judged together.",
        footer(comparison, pale=not comparison.assumptions.empty),
    )
    for number, (name, axes) in enumerate(zip(measures, frame.panels(grid), strict=True)):
        frame.write(grid.left_of(number), 0.0, measure_head(name), size=9, weight="bold")
        draw_measure_column(axes, comparison, names, name, with_names=number == 0)
    return frame


def second_interval_words(comparison: Comparison) -> str:
    """What the pale bars are."""
    return "" if comparison.assumptions.empty else ": dark by chance, pale with the assumptions"


PALE, PALE_WIDTH = 0.3, 9.0
"""How much of its colour the interval with the assumptions has, and how wide its bar is, in points."""


def measure_head(name: str) -> str:
    """Label, part and unit of a measure, and whether it was chosen late, in lines."""
    unit = number_text.measure_of(name).unit.removesuffix("/week")
    late = ", a secondary outcome" if name in CHOSEN_LATE else ""
    return wrapped(f"{number_text.label_and_part(name)} ({unit}){late}", 22)


def staffings_shown(comparison: Comparison) -> list[str]:
    """The first staffing and those that add the same weekly cost; where there are none, the first few."""
    names = list(comparison.others)
    if not names:
        return []
    added = [float(costs_row(comparison, name)["weekly_difference"]) for name in names]
    equal = [name for name, cost in zip(names, added, strict=True) if is_same_money(added[0], cost)]
    return (equal if len(equal) > 1 else names)[:_MOST_STAFFINGS]


def finding_title(comparison: Comparison) -> str:
    """What the first staffing does to time without staff and to waits, in one line."""
    if not comparison.others:
        return f"{comparison.label(comparison.baseline)}: nothing is compared"
    subject = comparison.others[0]
    who = comparison.label(subject)
    if comparison.flags_of(subject)[1]:
        return f"{who}: no difference is claimed, there is no steady state"
    if comparison.n_replications() < 2:
        return f"{who}: one replication, so nothing can be distinguished from chance"
    found = {name: comparison.difference(subject, name) for name in (_WITHOUT_STAFF, WAIT)}
    measured = {name: item for name, item in found.items() if item is not None and item.has_interval}
    shown = [change_words(name, item) for name, item in measured.items() if item.beyond_chance]
    rest = [UNCHANGED_WORDS[name] for name, item in measured.items() if not item.beyond_chance]
    if not measured:
        return f"{who}: neither time without staff nor waits were measured"
    if not shown:
        return f"{who}: no difference beyond chance in {' or '.join(rest)}"
    return f"{who}: {', '.join([*shown, *(f'no difference in {words} beyond chance' for words in rest)])}"


CHANGED_WORDS = {_WITHOUT_STAFF: "without staff", WAIT: "of waiting"}
UNCHANGED_WORDS = {_WITHOUT_STAFF: "time without staff", WAIT: "waits"}


def change_words(name: str, found: FoundValue) -> str:
    """`12.8 minutes less without staff`."""
    way = "less" if found.mean < 0.0 else "more"
    return f"{amount_of_change(name, found.mean)} {way} {CHANGED_WORDS[name]}"


def draw_measure_column(axes: Axes, comparison: Comparison, names: list[str], name: str, with_names: bool) -> None:
    """Differences of one measure; grey where not beyond chance."""
    hues = colours(comparison.staffings, comparison.baseline)
    for row, staffing in enumerate(names):
        found = comparison.difference(staffing, name)
        second = comparison.second_interval(staffing, name)
        if second is not None:
            draw_bar(axes, row, name, *second, color=hues[staffing], linewidth=PALE_WIDTH, alpha=PALE, zorder=1)
        if found is not None and math.isfinite(found.mean):
            above = 5.0 if second is None else PALE_WIDTH / 2.0 + 4.0
            draw_numbered(axes, row, name, found, hues[staffing] if found.beyond_chance else QUIET, above)
    heads = [wrapped(marked_label(comparison, staffing), 22) if with_names else "" for staffing in names]
    row_axes(axes, name, heads, size=10, n_ticks=4, margin=0.25)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.xaxis.set_major_formatter(lambda value, _: number_text.plain_number(value, decimals_of_ticks(axes)))


def decimals_of_ticks(axes: Axes) -> int:
    """As few as tell the ticks of a scale apart."""
    ticks = axes.get_xticks()
    step = float(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return max(0, -math.floor(math.log10(step) + 1e-9))


def draw_numbered(axes: Axes, row: int, name: str, found: FoundValue, ink: str, above: float) -> None:
    """Interval, dot and the number above it."""
    draw_bar(axes, row, name, found.low, found.high, color=ink, linewidth=3.0)
    draw_dot(axes, row, name, found, markersize=6.5, color=ink, markeredgecolor="white")
    number = "identical" if found.identical else number_text.bare(name, found.mean, signed=True)
    over_lines = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    text = INK if found.beyond_chance else QUIET
    note_above(axes, row, found.mean * number_text.scale(name), number, above, size=9, color=text, bbox=over_lines)


# --- the scorecard


SHOWN_MEASURES = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health",
    "minutes_without_staff_mean.mental_health", "longest_unseen_mean.mental_health",
    "went_home_empty_handed.mental_health", "staff_cost_per_week.all",
)  # fmt: skip
CARD_HEIGHT, CARD_NAME_WIDTH = 0.66, 1.42
_VALUE, _CHANGE, _INTERVAL, _HALF_LINE = 0.06, 0.42, 0.79, 0.13
"""In rows from the upper edge of a row: upper edges of value and difference, the middle of the interval; half the
height of the line of no difference."""


def scorecard(comparison: Comparison) -> Frame:
    """One row per staffing, baseline first."""
    names = (comparison.baseline, *comparison.others)
    measures = comparison.known_measures(SHOWN_MEASURES)
    grid = Grid(
        len(measures), CARD_HEIGHT * len(names), max(len(measures), 1), left=CARD_NAME_WIDTH, right=EDGE + 0.1,
        between=0.2, above=0.79, below=0.0,
    )  # fmt: skip
    frame = Frame(
        grid.total_height,
        f"What changes, staffing by staffing{beyond_chance_words(comparison, measures)}",
        f"Large: mean. Below: paired difference from {inside(comparison.label(comparison.baseline))} with its "
        "interval if it has one, on one scale per column; the line marks no difference."
        + grey_words(comparison, otherwise=" All values are computed."),
        footer(comparison),
    )
    draw_names(frame.panel(EDGE, grid.top_of(0), WIDTH - 2 * EDGE, grid.height), comparison, names)
    for number, (name, axes) in enumerate(zip(measures, frame.panels(grid), strict=True)):
        unit = "%, difference in points" if number_text.is_share(name) else number_text.measure_of(name).unit
        frame.write(grid.left_of(number), 0.0, wrapped(number_text.label_and_part(name), 16), size=8, weight="bold")
        frame.write(grid.left_of(number), 0.47, wrapped(unit, 16), size=7.5, color=QUIET, linespacing=1.05)
        draw_card_column(axes, comparison, names, name)
    return frame


def draw_names(axes: Axes, comparison: Comparison, names: tuple[str, ...]) -> None:
    """Staffings on the left and lines between them, in rows."""
    hues = colours(names, comparison.baseline)
    in_rows(axes, len(names))
    for row, name in enumerate(names):
        axes.axhline(row, color=FAINT, linewidth=0.9)
        text = wrapped(marked_label(comparison, name), 14)
        axes.text(0.0, row + _VALUE, text, va="top", weight="bold", linespacing=1.25, color=hues[name])


def in_rows(axes: Axes, n_rows: int) -> None:
    """Rows from the top, without a scale to read."""
    axes.set_axis_off()
    axes.set_ylim(n_rows, 0.0)


def draw_card_column(axes: Axes, comparison: Comparison, names: tuple[str, ...], name: str) -> None:
    """Values, differences and intervals of one measure."""
    ink, place = ASSUMED if comparison.is_assumed(name) else INK, axes.get_yaxis_transform()
    in_rows(axes, len(names))
    for row, staffing in enumerate(names):
        here, change = comparison.estimate(staffing, name), comparison.difference(staffing, name)
        is_baseline = staffing == comparison.baseline
        if here is not None:
            value = number_text.bare(name, here.mean)
            axes.text(0.0, row + _VALUE, value, va="top", size=11.5, color=ink, transform=place)
            if is_baseline:
                own = number_text.half_width_text(name, here.half_width)
                axes.text(0.0, row + _CHANGE, own, va="top", size=8, color=QUIET, transform=place)
        if change is not None and not is_baseline:
            words = paired_text(name, change)
            axes.text(0.0, row + _CHANGE, words, va="top", size=8, color=ink, transform=place)
            middle = row + _INTERVAL
            axes.plot([0.0, 0.0], [middle - _HALF_LINE, middle + _HALF_LINE], color="#a0a0a0", linewidth=0.9, zorder=1)
            draw_bar(axes, middle, name, change.low, change.high, color=ink, linewidth=2.2)
            if math.isfinite(change.mean):
                draw_dot(axes, middle, name, change, markersize=4.5, color=ink)
    widen_around_zero(axes, name)
    reach = max(map(abs, axes.get_xlim()))
    axes.set_xlim(-reach, reach)


def paired_text(name: str, change: FoundValue) -> str:
    """`−1.2 ± 0.4`, marked where there is no steady state; of one replication `−1.2`."""
    if change.identical:
        return "identical"
    half_width = change.half_width if change.has_interval else None
    return marked(change_text(name, change.mean, half_width, with_unit=False), False, change.no_steady_state)


# --- levels of demand


PANELS = ("wait_triage_to_pia_mean.all", LEAVING, "length_of_stay_mean.mental_health")
NAME_HEIGHT = 0.29
"""Inches that a name of two lines needs."""


def demand_figure(comparison: Comparison) -> Frame:
    """One line per staffing over the levels of demand."""
    measures = comparison.known_measures(PANELS)
    height = max(2.3, NAME_HEIGHT * len(comparison.staffings))
    grid = Grid(len(measures), height, max(len(measures), 1), left=0.55, right=1.45, between=0.55, above=0.42)
    few = "Waits, leaving and stays at the one demand played"
    frame = Frame(
        grid.total_height,
        "The same comparison with a little less and a little more demand" if len(comparison.levels) > 1 else few,
        f"Mean with its interval. Where more than {100 * LEAVING_LIMIT:g} % leave, those who would have waited longest "
        f"are not in the waits.{steadiness_note(comparison)}",
        footer(comparison, level=False),
    )
    ends: list[End] = []
    for name, axes in zip(measures, frame.panels(grid), strict=True):
        ends = draw_levels(axes, comparison, name)
    if measures:
        name_ends(frame.figure.axes[-1], ends, NAME_HEIGHT / height, highest=0.95)
    return frame


def steadiness_note(comparison: Comparison) -> str:
    """At which demand there is no steady state."""
    table = comparison.cautions
    levels = sorted(set(table.loc[table["no_steady_state"].astype(bool), "demand"]))
    return f" No steady state at × {', × '.join(f'{level:g}' for level in levels)}." if levels else ""


def draw_levels(axes: Axes, comparison: Comparison, name: str) -> list[End]:
    """The lines of one measure; returns where each ends."""
    hues, levels = colours(comparison.staffings, comparison.baseline), sorted(comparison.levels)
    times = number_text.scale(name)
    ends: list[End] = []
    for number, staffing in enumerate(comparison.staffings):
        found = [(level, comparison.estimate(staffing, name, level)) for level in levels]
        known = [(level, item) for level, item in found if item is not None and math.isfinite(item.mean)]
        beside = [level + 0.0016 * (number - len(comparison.staffings) / 2) for level, _ in known]
        means = [item.mean * times for _, item in known]
        bars = [item.half_width * times if item.has_interval else 0.0 for _, item in known]
        look: Any = {"color": hues[staffing], "linewidth": 1.5, "marker": "o", "markersize": 3.5, "elinewidth": 1.0}
        axes.errorbar(beside, means, bars, **look)
        if means:
            ends.append((means[-1], wrapped(comparison.label(staffing), 17), hues[staffing]))
    axes.set_title(wrapped(number_text.label_and_part(name), 24), fontsize=9)
    axes.set_xticks(levels, [f"× {level:g}" for level in levels])
    axes.set_xlim(levels[0] - 0.012, levels[-1] + 0.012)
    axes.set_xlabel("demand, × what was asked" if of_what(comparison) else "demand")
    axes.set_ylabel(number_text.unit_of_value(name), labelpad=1)
    top = positive_top(1.04 * axes.get_ylim()[1])
    light_grid(axes)
    if name == LEAVING:
        limit(axes, 100 * LEAVING_LIMIT, "y")
        top = max(top, 110 * LEAVING_LIMIT)
    axes.set_ylim(0.0, top)
    return ends
