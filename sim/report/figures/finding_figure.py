"""The finding as one picture: what the first staffing, and others for the same money, do to waits, company and cost.

The title is the finding. Which differences count as shown is decided as in `sim.report.words.comparison_finding`.
"""

import math

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.scenario_facts import is_same_money
from sim.analysis.sentences import inside
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINE
from sim.engine.measures.number_text import bare, label_and_part, measure_and_part, plain_number, scale, within_scale
from sim.report.figures.forest import widen_around_zero
from sim.report.figures.theme import FAINT, INK, LEFT, QUIET, RIGHT, WIDTH, FigureSheet, colours, wrapped
from sim.report.words.cautions import marked
from sim.report.words.caveats import footer
from sim.report.words.comparison_finding import amount_of_change, costs_row

WAIT, _COST = "wait_triage_to_pia_mean.all", "staff_cost_per_week.all"
WITHOUT_STAFF = "minutes_without_staff_mean.mental_health"
MEASURES_SHOWN = (WAIT, WITHOUT_STAFF, *CHOSEN_LATE, _COST)
_NAMES, _GAP, _ROW, _HEAD, FOOT = 1.65, 0.3, 0.5, 0.62, 0.3
"""Inches: names of staffings, between panels, a row, above the panels, below them."""
MOST_ROWS = 6


def finding_picture(comparison: Comparison) -> FigureSheet:
    """A panel a measure, a row a staffing: difference from the baseline with its interval."""
    names = staffings_shown(comparison)
    measures = [name for name in comparison.known_measures(HEADLINE) if name in MEASURES_SHOWN]
    baseline = inside(comparison.label(comparison.baseline))
    sheet = FigureSheet(
        _HEAD + _ROW * max(len(names), 1) + FOOT,
        title(comparison),
        f"Difference from {baseline} on the same patients with its interval. Left of the line is less. "
        "Grey: not beyond chance when all headline measures are judged together.",
        footer(comparison),
    )
    width = (WIDTH - LEFT - RIGHT - _NAMES - _GAP * (len(measures) - 1)) / max(len(measures), 1)
    for number, name in enumerate(measures):
        left = LEFT + _NAMES + number * (width + _GAP)
        sheet.write(left, 0.0, head_text(name), size=9, weight="bold")
        axes = sheet.panel(left, _HEAD, width, _ROW * max(len(names), 1))
        _draw_measure(axes, comparison, names, name, with_names=number == 0)
    return sheet


def head_text(name: str) -> str:
    """Label, part and unit of a measure, and whether it was chosen late, in lines."""
    unit = measure_and_part(name)[0].unit.removesuffix("/week")
    late = ", a secondary outcome" if name in CHOSEN_LATE else ""
    return wrapped(f"{label_and_part(name)} ({unit}){late}", 22)


def staffings_shown(comparison: Comparison) -> list[str]:
    """The first staffing and those that add the same weekly cost; where there are none, the first few."""
    names = list(comparison.others)
    if not names:
        return []
    added = [float(costs_row(comparison, name)["weekly_difference"]) for name in names]
    equal = [name for name, cost in zip(names, added, strict=True) if is_same_money(added[0], cost)]
    return (equal if len(equal) > 1 else names)[:MOST_ROWS]


def title(comparison: Comparison) -> str:
    """What the first staffing does to time without staff and to waits, in one line."""
    if not comparison.others:
        return f"{comparison.label(comparison.baseline)}: nothing is compared"
    subject = comparison.others[0]
    who = comparison.label(subject)
    if comparison.flags_of(subject)[1]:
        return f"{who}: no difference is claimed, there is no steady state"
    if comparison.n_replications() < 2:
        return f"{who}: one replication, so nothing can be distinguished from chance"
    found = {name: comparison.difference(subject, name) for name in (WITHOUT_STAFF, WAIT)}
    measured = {name: item for name, item in found.items() if item is not None and item.has_interval}
    shown = [_change_text(name, item) for name, item in measured.items() if item.beyond_chance]
    rest = [UNCHANGED_WORDS[name] for name, item in measured.items() if not item.beyond_chance]
    if not measured:
        return f"{who}: neither time without staff nor waits were measured"
    if not shown:
        return f"{who}: no difference beyond chance in {' or '.join(rest)}"
    return f"{who}: {', '.join([*shown, *(f'no difference in {words} beyond chance' for words in rest)])}"


CHANGED_WORDS = {WITHOUT_STAFF: "without staff", WAIT: "of waiting"}
UNCHANGED_WORDS = {WITHOUT_STAFF: "time without staff", WAIT: "waits"}


def _change_text(name: str, found: FoundValue) -> str:
    """`12.8 minutes less without staff`."""
    way = "less" if found.mean < 0.0 else "more"
    return f"{amount_of_change(measure_and_part(name)[0], found.mean)} {way} {CHANGED_WORDS[name]}"


def _draw_measure(axes: Axes, comparison: Comparison, names: list[str], name: str, with_names: bool) -> None:
    """Differences of one measure."""
    paint = colours(comparison.staffings, comparison.baseline)
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    for row, staffing in enumerate(names):
        found = comparison.difference(staffing, name)
        if found is not None and math.isfinite(found.mean):
            _draw_row(axes, row, name, found, paint[staffing] if found.beyond_chance else QUIET)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    labels = [wrapped(marked(comparison.label(staffing), *comparison.flags_of(staffing)), 22) for staffing in names]
    axes.set_yticks(range(len(names)), labels if with_names else [""] * len(names), fontsize=10, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.25)
    widen_around_zero(axes, measure_and_part(name)[0])
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: plain_number(value, decimals_of_ticks(axes)))


def decimals_of_ticks(axes: Axes) -> int:
    """As few as tell the ticks of a scale apart."""
    ticks = axes.get_xticks()
    step = float(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _draw_row(axes: Axes, row: int, name: str, found: FoundValue, ink: str) -> None:
    """Interval, dot and the number above it."""
    measure, _ = measure_and_part(name)
    if found.has_interval:
        ends = [within_scale(measure, end) * scale(measure) for end in (found.low, found.high)]
        axes.plot(ends, [row, row], color=ink, linewidth=3.0, solid_capstyle="butt", zorder=2)
    mean = found.mean * scale(measure)
    axes.plot([mean], [row], marker="o", markersize=6.5, color=ink, markeredgecolor="white", zorder=3)
    number = "identical" if found.identical else bare(measure, found.mean, signed=True)
    over_lines = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    text = INK if found.beyond_chance else QUIET
    axes.annotate(
        number, (mean, row), (0, 6), textcoords="offset points", ha="center", size=9, color=text, bbox=over_lines
    )
