"""The finding as one picture, the scorecard, and all differences: what staffings change beside the baseline."""

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.scenario_facts import is_same_money
from sim.analysis.sentences import capital, inside
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import CHOSEN_LATE, COST_NAMES, HEADLINE, HEADLINES
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import counted
from sim.report.figures.forest import draw_forest, forest_table, key_of_table
from sim.report.figures.frame import EDGE, WIDTH, Frame, Grid
from sim.report.figures.marks import MARKS, mark_of_difference
from sim.report.figures.theme import ASSUMED, FAINT, INK, QUIET, readable, wrapped
from sim.report.tables.comparison_rows import marked_label
from sim.report.words.caveats import footer, marked
from sim.report.words.comparison_finding import amount_of_change, costs_row
from sim.report.words.measure_words import change_text, short_label, short_measure


def grey_words(comparison: Comparison, otherwise: str = "") -> str:
    """What grey means on a figure, if anything on it is grey."""
    return " Grey: moved by an assumed effect." if comparison.moved_topics() else otherwise


# --- the finding


WAIT, WEEKLY_COST = "wait_triage_to_pia_mean.all", "staff_cost_per_week.all"
_WITHOUT_STAFF = "minutes_without_staff_mean.mental_health"
MEASURES_SHOWN = (WAIT, _WITHOUT_STAFF, *CHOSEN_LATE, WEEKLY_COST)
FINDING_ROW_HEIGHT = 0.62
_MOST_STAFFINGS = 6


def finding_figure(comparison: Comparison) -> Frame:
    """A panel a measure, a row a staffing: difference from the baseline with its interval."""
    measures = [name for name in comparison.known_measures(HEADLINE) if name in MEASURES_SHOWN]
    table = forest_table(comparison, staffings_shown(comparison), measures)
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame.slide(
        finding_title(comparison),
        f"Difference from {baseline} on the same patients with its interval{second_interval_words(comparison)}. "
        f"{key_of_table(table)}, when all headline measures are judged together.{grey_words(comparison)}",
        footer(comparison, pale=not comparison.assumptions.empty),
        FINDING_ROW_HEIGHT * n_rows(table) + 1.12,
    )
    rows_height = frame.room - 1.12
    n_columns = max(len(measures), 1)
    grid = Grid(n_columns, rows_height, n_columns, EDGE + 1.75, EDGE, between=0.3, above=0.62, below=0.5)
    for number, (name, axes) in enumerate(zip(measures, frame.panels(grid), strict=False)):
        frame.write(grid.left_of(number), 0.0, measure_head(name), size=9, weight="bold")
        draw_measure(axes, table, name, is_named=number == 0, is_numbered=True)
    return frame


def draw_measure(axes: Axes, table: pd.DataFrame, name: str, *, is_named: bool, is_numbered: bool = False) -> None:
    """The rows of one measure; nothing where there are none."""
    rows = table[table["measure"] == name] if len(table) else table
    if rows.empty:
        axes.set_axis_off()
    else:
        draw_forest(rows, axes, is_named=is_named, is_numbered=is_numbered)


def n_rows(table: pd.DataFrame) -> int:
    """Of a `forest_table`, one at least."""
    return int(table["row"].max()) + 1 if len(table) else 1


def second_interval_words(comparison: Comparison) -> str:
    """What the pale bars are."""
    return "" if comparison.assumptions.empty else ": dark by chance, pale with the assumptions"


def measure_head(name: str) -> str:
    """Label, part and unit of a measure, and whether it was chosen late, in lines."""
    unit = in_currency(number_text.measure_of(name).unit).removesuffix("/week")
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


# --- the scorecard


SHOWN_MEASURES = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health",
    "minutes_without_staff_mean.mental_health", "longest_unseen_mean.mental_health",
    "went_home_empty_handed.mental_health", "staff_cost_per_week.all",
)  # fmt: skip
CARD_NAME_WIDTH, CARD_ROW_HEIGHT, _HEAD_HEIGHT = 1.5, 0.46, 0.6
TINT = 0.14
"""How much of its colour is behind a cell that is better or worse."""


def card_table(comparison: Comparison, measures: Sequence[str]) -> pd.DataFrame:
    """The cells of the scorecard, baseline first: label, measure, text, mark (empty of the baseline), is_assumed."""
    rows = []
    for name in measures:
        own = comparison.estimate(comparison.baseline, name)
        base = "–" if own is None else " ".join(
            filter(None, (number_text.bare(name, own.mean), number_text.half_width_text(name, own.half_width)))
        )  # fmt: skip
        cells = [(comparison.baseline, base.replace(f" {number_text.NO_INTERVAL}", ""), "")]
        for staffing in comparison.others:
            found = comparison.difference(staffing, name)
            cells.append((staffing, paired_text(name, found), "" if found is None else _mark_word(found, name)))
        for row, (staffing, text, mark) in enumerate(cells):
            label = marked_label(comparison, staffing)
            rows.append((row, label, name, text, mark, comparison.is_assumed(name)))
    return pd.DataFrame(rows, columns=["row", "label", "measure", "text", "mark", "is_assumed"])


def _mark_word(found: FoundValue, name: str) -> str:
    return mark_of_difference(found, name).word


def scorecard(comparison: Comparison) -> Frame:
    """One row per staffing, baseline first: its values, and the differences of the others."""
    measures = comparison.known_measures(SHOWN_MEASURES)
    table = card_table(comparison, measures)
    key = key_of_table(table[table["mark"] != ""])
    frame = Frame.slide(
        scorecard_title(comparison, measures),
        f"First row: mean of {inside(comparison.label(comparison.baseline))}. Below: paired difference from it "
        f"± half-width of its interval; shares in percentage points. {key}, all headline measures judged together."
        + grey_words(comparison, otherwise=" All values are computed."),
        footer(comparison),
        _HEAD_HEIGHT + CARD_ROW_HEIGHT * len(comparison.staffings),
    )
    draw_card(table, frame.panel(EDGE, 0.0, WIDTH - 2 * EDGE, frame.room))
    return frame


def draw_card(table: pd.DataFrame, axes: Axes) -> Axes:
    """The cells of a `card_table`: a row a staffing, a column a measure."""
    inches = axes.get_window_extent().height / axes.figure.dpi
    width, n_cells = axes.get_window_extent().width / axes.figure.dpi, int(table["row"].max()) + 1 if len(table) else 1
    row_height = (inches - _HEAD_HEIGHT) / n_cells
    measures = list(dict.fromkeys(table["measure"]))
    column = (width - CARD_NAME_WIDTH) / max(len(measures), 1)
    axes.set_axis_off()
    axes.set_xlim(0.0, width)
    axes.set_ylim(inches, 0.0)
    for number, name in enumerate(measures):
        left = CARD_NAME_WIDTH + number * column
        axes.text(
            left,
            _HEAD_HEIGHT - 0.06,
            wrapped(short_label(name), 14),
            va="bottom",
            size=8,
            weight="bold",
            linespacing=1.1,
        )
        for each in table[table["measure"] == name].to_dict("records"):
            _draw_cell(axes, each, (left, _HEAD_HEIGHT + each["row"] * row_height), (column, row_height))
    for row, label in enumerate(dict.fromkeys(table["label"])):
        top = _HEAD_HEIGHT + row * row_height
        axes.plot([0.0, width], [top, top], color=FAINT, linewidth=0.8, zorder=0)
        axes.text(0.0, top + row_height / 2, wrapped(label, 20), va="center", size=8.5, weight="bold", linespacing=1.0)
    return axes


def _draw_cell(axes: Axes, each: dict[str, object], place: tuple[float, float], size: tuple[float, float]) -> None:
    """Sign and text; a ground where it is better or worse."""
    (left, top), (width, height) = place, size
    mark = MARKS.get(str(each["mark"]))
    is_strong = mark is None or mark.word in ("better", "worse", "changed")
    if mark is not None and mark.word in ("better", "worse"):
        x = [left - 0.05, left + width - 0.07]
        axes.fill_between(x, top + 0.03, top + height - 0.03, color=mark.colour, alpha=TINT, linewidth=0)
    ink = ASSUMED if each["is_assumed"] else INK if is_strong else QUIET
    middle = top + height / 2
    if mark is not None and mark.word != "identical":
        axes.text(left, middle, mark.sign, va="center", size=8, color=readable(mark.colour))
    text = str(each["text"])
    indent = 0.0 if mark is None or mark.word == "identical" else 0.12
    axes.text(left + indent, middle, text, va="center", size=8, color=readable(ink))


def scorecard_title(comparison: Comparison, measures: Sequence[str]) -> str:
    """Which measure is better under most staffings, and which does not change."""
    if not comparison.others:
        return f"{comparison.label(comparison.baseline)}: nothing is compared"
    if comparison.n_replications() < 2:
        return "One replication, so nothing can be distinguished from chance"
    outcomes = [name for name in measures if name not in COST_NAMES]
    marks = {
        name: [mark_of_difference(found, name).word for staffing in comparison.others
               if (found := comparison.difference(staffing, name)) is not None]
        for name in outcomes
    }  # fmt: skip
    n = len(comparison.others)
    better = max(outcomes, key=lambda name: marks[name].count("better"), default="")
    unmoved = [name for name in outcomes if not {"better", "worse", "changed"} & set(marks[name])]
    said = []
    if n_better := marks.get(better, []).count("better"):
        said.append(f"{HEADLINES[better].topic} is better under {n_better} of {counted(n, 'staffing')}")
    if unmoved:
        said.append(f"{HEADLINES[unmoved[0]].topic} changes beyond chance under none")
    return capital("; ".join(said)) if said else "No outcome is better beyond chance under any staffing"


def paired_text(name: str, change: FoundValue | None) -> str:
    """`−1.2 ± 0.4`, marked where there is no steady state; of one replication `−1.2`."""
    if change is None:
        return "–"
    if change.identical:
        return "identical"
    half_width = change.half_width if change.has_interval else None
    return marked(change_text(name, change.mean, half_width, with_unit=False), False, change.no_steady_state)


# --- every difference


_MOST_PANELS, _PANEL_COLUMNS = 12, 6
_PANEL_ABOVE, _PANEL_BELOW = 0.42, 0.24


def differences_figure(comparison: Comparison) -> Frame:
    """A small panel for each headline measure that changes beyond chance under a staffing, mental health first.

    Costs are in other figures; measures without a change are named.
    """
    every = [name for name in comparison.known_measures(HEADLINE) if name not in COST_NAMES]
    every.sort(key=lambda name: not name.endswith(".mental_health"))
    whole = forest_table(comparison, comparison.others, every)
    moved = [name for name in every if len(whole) and is_moved(whole[whole["measure"] == name])]
    shown = (moved or every)[:_MOST_PANELS]
    table = whole[whole["measure"].isin(shown)] if len(whole) else whole
    n_lines = -(-max(len(shown), 1) // _PANEL_COLUMNS)
    n_columns = -(-max(len(shown), 1) // n_lines)
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame.slide(
        differences_heading(comparison, every),
        f"Paired difference from {baseline}, shares in percentage points; left of zero is less. Thick bar: interval of "
        f"this measure alone; thin: all headline measures judged together. {key_of_table(table)}."
        f"{grey_words(comparison)}",
        f"{unmoved_words(every, shown, moved)}{footer(comparison)}",
        n_lines * (_PANEL_ABOVE + 0.4 * n_rows(table) + _PANEL_BELOW),
    )
    rows_height = (frame.room - 0.02) / n_lines - _PANEL_ABOVE - _PANEL_BELOW
    grid = Grid(
        max(len(shown), 1), rows_height, n_columns, EDGE + 1.55, EDGE, between=0.26, above=_PANEL_ABOVE,
        below=_PANEL_BELOW,
    )  # fmt: skip
    for number, (axes, name) in enumerate(zip(frame.panels(grid), shown, strict=False)):
        head = wrapped(short_label(name), max(14, int(grid.width / 0.072)))
        top = grid.top_of(number) - 0.05
        frame.write(grid.left_of(number), top, head, size=8, weight="bold", va="bottom", linespacing=1.05)
        draw_measure(axes, table, name, is_named=number % n_columns == 0)
    return frame


def is_moved(rows: pd.DataFrame) -> bool:
    """Whether any staffing changes a measure beyond chance."""
    return bool(rows["mark"].isin(["better", "worse", "changed"]).any())


def differences_heading(comparison: Comparison, measures: Sequence[str]) -> str:
    """How many differences are beyond chance, of those judged together."""
    found = [(comparison.difference(staffing, name), name) for staffing in comparison.others for name in measures]
    judged = [(item, name) for item, name in found if item is not None and math.isfinite(item.simultaneous)]
    if not judged:
        return f"Headline measures beside {inside(comparison.label(comparison.baseline))}: nothing to judge"
    marks = [mark_of_difference(item, name).word for item, name in judged]
    ways = [f"{marks.count(word)} {words}" for word, words in WAYS.items() if word in marks]
    return (
        f"{counted(len(judged), 'difference').capitalize()} in outcomes; beyond chance {' and '.join(ways) or 'none'}"
    )


WAYS = {"better": "for the better", "worse": "for the worse", "changed": "neither better nor worse"}


def unmoved_words(every: Sequence[str], shown: Sequence[str], moved: Sequence[str]) -> str:
    """Which measures are not drawn, and why."""
    said = ""
    if moved and (still := [short_measure(name) for name in every if name not in moved]):
        said += f"Not beyond chance under any staffing: {number_text.joined(still)}. "
    if more := [short_measure(name) for name in moved if name not in shown]:
        said += f"Not drawn: {number_text.joined(more)}. "
    return said
