"""The finding as one picture: what the first staffing, and others for the same money, do to waits, company and cost.

The title is the finding. Which differences count as shown is decided as in `sim.report.words.comparison_finding`.
"""

import math

from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.scenario_facts import is_same_money
from sim.analysis.sentences import inside
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINE
from sim.engine.measures.entry import Measure
from sim.engine.measures.number_text import bare, label_and_part, measure_and_part, plain_number, scale
from sim.report.figures.frame import EDGE, Frame, Grid
from sim.report.figures.interval_rows import draw_bar, draw_dot, note_above, row_axes
from sim.report.figures.theme import INK, QUIET, colours, wrapped
from sim.report.tables.comparison_rows import marked_label
from sim.report.words.caveats import footer
from sim.report.words.comparison_finding import amount_of_change, costs_row

WAIT, WEEKLY_COST = "wait_triage_to_pia_mean.all", "staff_cost_per_week.all"
_WITHOUT_STAFF = "minutes_without_staff_mean.mental_health"
MEASURES_SHOWN = (WAIT, _WITHOUT_STAFF, *CHOSEN_LATE, WEEKLY_COST)
_ROW_HEIGHT = 0.5
_MOST_STAFFINGS = 6


def finding_figure(comparison: Comparison) -> Frame:
    """A panel a measure, a row a staffing: difference from the baseline with its interval."""
    names = staffings_shown(comparison)
    measures = [name for name in comparison.known_measures(HEADLINE) if name in MEASURES_SHOWN]
    rows_height = _ROW_HEIGHT * max(len(names), 1)
    grid = Grid(
        len(measures), rows_height, max(len(measures), 1), EDGE + 1.65, EDGE, between=0.3, above=0.62, below=0.3
    )
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame(
        grid.total_height,
        finding_title(comparison),
        f"Difference from {baseline} on the same patients with its interval. Left of the line is less. "
        "Grey: not beyond chance when all headline measures are judged together.",
        footer(comparison),
    )
    for number, (name, axes) in enumerate(zip(measures, frame.panels(grid), strict=True)):
        frame.write(grid.left_of(number), 0.0, measure_head(name), size=9, weight="bold")
        draw_measure_column(axes, comparison, names, name, with_names=number == 0)
    return frame


def measure_head(name: str) -> str:
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
    return f"{amount_of_change(measure_and_part(name)[0], found.mean)} {way} {CHANGED_WORDS[name]}"


def draw_measure_column(axes: Axes, comparison: Comparison, names: list[str], name: str, with_names: bool) -> None:
    """Differences of one measure; grey where not beyond chance."""
    measure, _ = measure_and_part(name)
    hues = colours(comparison.staffings, comparison.baseline)
    for row, staffing in enumerate(names):
        found = comparison.difference(staffing, name)
        if found is not None and math.isfinite(found.mean):
            draw_numbered(axes, row, measure, found, hues[staffing] if found.beyond_chance else QUIET)
    heads = [wrapped(marked_label(comparison, staffing), 22) if with_names else "" for staffing in names]
    row_axes(axes, measure, heads, size=10, n_ticks=4, margin=0.25)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.xaxis.set_major_formatter(lambda value, _: plain_number(value, decimals_of_ticks(axes)))


def decimals_of_ticks(axes: Axes) -> int:
    """As few as tell the ticks of a scale apart."""
    ticks = axes.get_xticks()
    step = float(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return max(0, -math.floor(math.log10(step) + 1e-9))


def draw_numbered(axes: Axes, row: int, measure: Measure, found: FoundValue, ink: str) -> None:
    """Interval, dot and the number above it."""
    draw_bar(axes, row, measure, found.low, found.high, color=ink, linewidth=3.0)
    draw_dot(axes, row, measure, found, markersize=6.5, color=ink, markeredgecolor="white")
    number = "identical" if found.identical else bare(measure, found.mean, signed=True)
    over_lines = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    text = INK if found.beyond_chance else QUIET
    note_above(axes, row, found.mean * scale(measure), number, size=9, color=text, bbox=over_lines)
