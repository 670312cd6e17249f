"""The answer of a comparison, or of one scenario, on the terminal: the five lines, one table, and where to be careful.

At most `MOST_LINES` lines with what is said before and after it; the whole answer is `sim.report.markdown`.
"""

import textwrap
from collections.abc import Callable, Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from sim.analysis.comparison_result import Comparison
from sim.analysis.interpretability import LEAVING_LIMIT
from sim.department.short_text import cut_end
from sim.engine.measures.catalogue import HEADLINE, HEADLINES
from sim.engine.measures.number_text import NO_INTERVAL, counted, measure_and_part, unit_of_value
from sim.report.console import WIDTH, say, show
from sim.report.tables.lookups import central_level, flags_of, known_measures, label, n_replications, others
from sim.report.tables.plain_table import PlainTable, width_of
from sim.report.tables.table_cells import Rows, difference_cell, estimate_cell, unit_words
from sim.report.words.cautions import MANY_LEAVE, NO_STEADY_STATE, marked
from sim.report.words.caveats import cautions_of, stress_test_lines, unfinished_lines
from sim.report.words.comparison_finding import N_PARTS, OTHER_DEMAND, finding_of, other_levels_line
from sim.report.words.finding import MOST_LINES, n_lines, print_finding
from sim.report.words.question_text import changed_line

FIRST = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "minutes_without_staff_mean.mental_health",
    "longest_unseen_mean.mental_health", "return_30d_per_patient.mental_health", "staff_cost_per_week.all",
    "length_of_stay_mean.mental_health", "went_home_empty_handed.mental_health", "reach.mental_health",
)  # fmt: skip
"""Measures that are shown before others where there is not room for all, the most important first."""
LAST = ("wait_triage_to_pia_mean.medical", "length_of_stay_mean.medical", "cost_per_visit.all")
"""Those left out first: a column or a row like them is there."""
PART_WORDS = {"all": "all", "medical": "medical", "mental_health": "mental health"}


def print_comparison(comparison: Comparison, console: Console, more_to_come: bool = False) -> None:
    """The five lines, the table, and where to be careful, at the central level of demand; `more_to_come`: other levels
    are still being played, and lines are left for what they add."""
    width = min(WIDTH, console.width)
    finding, rows, careful = finding_of(comparison), table_rows(comparison, width), remarks(comparison)

    def print_finding_and_table(page: Console) -> None:
        print_finding(finding, page)
        if comparison.changed:
            say(page, cut_end(changed_line(comparison), LONGEST_CHANGES), style="dim")
        show(page, PlainTable(rows, dense=True))
        say(page, legend(comparison, rows), style="dim")

    around = LINES_AROUND + LINES_OF_LEVELS * more_to_come
    needed = lines_of_remarks(careful, console)
    room = room_after(print_finding_and_table, console) - around
    while room < needed and len(rows) > FEWEST_ROWS:
        rows = table_rows(comparison, width, most=len(rows) - 2)
        room = room_after(print_finding_and_table, console) - around
    print_finding_and_table(console)
    print_remarks(careful, console, max(room, FEWEST_REMARK_LINES))


LINES_AROUND = 5
"""Lines left for progress and where the results are."""
LINES_OF_LEVELS = 3
"""The same for what other levels of demand add."""
MOST_REMARK_LINES = 7
"""Lines for remarks to which rows of the table give way."""
FEWEST_REMARK_LINES = 2
"""Lines for remarks that there are always, and for those on further levels of demand."""
MOST_NAMED = 2
"""Staffings named in a caution; all of them are in `answer.md`."""
FEWEST_ROWS = 5
"""Rows of the table with its head that are shown, however long the rest is."""


def lines_of_remarks(lines: Sequence[str], console: Console) -> int:
    """Lines of the terminal that the weightiest remarks take, as far as rows of the table give way to them, with one
    for how many are left."""
    taken = 0
    for text in lines:
        if taken + n_lines(f"• {text}", console) > MOST_REMARK_LINES:
            break
        taken += n_lines(f"• {text}", console)
    return taken + 1


def room_after(print_it: Callable[[Console], None], console: Console) -> int:
    """Lines left for remarks below what is printed."""
    page = StringIO()
    print_it(Console(file=page, width=console.width))
    return MOST_LINES - page.getvalue().count("\n")


def print_other_levels(comparison: Comparison, console: Console) -> None:
    """What further levels of demand add to the answer at the central one, and whether some were not played whole."""
    further = [level for level in comparison.levels if level != central_level(comparison)]
    if text := other_levels_line(comparison):
        say(console, Text.assemble("• ", (OTHER_DEMAND, "bold"), f": {text}"))
    print_remarks(
        [*unfinished_lines(comparison), *cautions_of(comparison, further, MOST_NAMED)], console, FEWEST_REMARK_LINES
    )


LONGEST_CHANGES = 180
"""Characters of what was changed; all of it is in `answer.md`."""


def table_rows(comparison: Comparison, width: int, most: int = 99) -> Rows:
    """Measures down and staffings across; if they are wider than `width` columns of the terminal, staffings down and as
    many measures across as fit.

    Of more than `most` rows the least important measures, or the last staffings, are left out.
    """
    names = (comparison.baseline, *others(comparison))
    measures = known_measures(comparison, HEADLINE)
    ranked = sorted(measures, key=lambda name: (name not in FIRST, name in LAST, measures.index(name)))
    rows = measure_by_staffing(comparison, names, [name for name in measures if name in ranked[:most]])
    if width_of_rows(rows) <= width:
        return rows
    shown = names if len(names) <= most else names[: most - 1]
    rows = []
    for n_columns in range(1, 1 + len(FIRST)):
        chosen = [name for name in measures if name in FIRST[:n_columns]]
        wider = staffing_by_measure(comparison, shown, chosen)
        if rows and width_of_rows(wider) > width:
            break
        rows = wider
    left_out = len(names) - len(shown)
    return [*rows, (f"… {left_out} more, in answer.md", *[""] * (len(rows[0]) - 1))] if left_out else rows


def measure_by_staffing(comparison: Comparison, names: Sequence[str], measures: Sequence[str]) -> Rows:
    """A row for each measure, a column for each staffing."""
    heads = [marked(label(comparison, name), *flags_of(comparison, name)) for name in names]
    rows: Rows = [("", *heads)]
    return rows + [(short_label(name), *(cell(comparison, staffing, name) for staffing in names)) for name in measures]


def staffing_by_measure(comparison: Comparison, names: Sequence[str], measures: Sequence[str]) -> Rows:
    """A row for each staffing, a column for each measure."""
    rows: Rows = [("", *(in_lines(short_label(name), HEAD_WIDTH) for name in measures))]
    for staffing in names:
        head = marked(label(comparison, staffing), *flags_of(comparison, staffing))
        rows.append((head, *(cell(comparison, staffing, name) for name in measures)))
    return rows


HEAD_WIDTH = 12
"""Columns of the terminal that the heads of a page of many staffings are folded to."""


def in_lines(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))


def width_of_rows(rows: Rows) -> int:
    """Columns of the terminal that a table takes without wrapping a cell."""
    return sum(max(map(width_of, column)) + 2 for column in zip(*rows, strict=True))


def cell(comparison: Comparison, staffing: str, name: str) -> str:
    """Of the baseline its mean and half-width, of another staffing the difference from it."""
    change = difference_cell(comparison, staffing, name)
    if staffing != comparison.baseline:
        return change
    value = estimate_cell(comparison, staffing, name)
    return value if change == NO_INTERVAL else f"{value} {change}"


def short_label(name: str) -> str:
    """`Wait, all (min)`: topic, part where the headline measures have several, and unit."""
    measure, part = measure_and_part(name)
    headline = HEADLINES[name]
    whose = f", {PART_WORDS[part]}" if N_PARTS[headline.topic] > 1 else ""
    unit = unit_of_value(measure).removesuffix("/week").removesuffix("/visit")  # the topic says per what
    return f"{headline.head or headline.short}{whose} ({unit})"


def legend(comparison: Comparison, rows: Rows) -> str:
    """What the cells hold, the marks that are among them, and where the measures are that are not."""
    percent = f"{100 * comparison.confidence:g} %"
    any_flag = any(any(flags_of(comparison, name)) for name in comparison.staffings)
    if not others(comparison):
        mean = f"Mean ± half-width of its {percent} interval." if n_replications(comparison) > 1 else "One replication."
        return f"{mean} More measures in answer.md.{marks_legend(any_flag)}"
    baseline = label(comparison, comparison.baseline)
    n_shown = len(rows) - 1 if rows[0][1].startswith(baseline) else len(rows[0]) - 1
    more = " More measures in answer.md." if n_shown < len(known_measures(comparison, HEADLINE)) else ""
    return (
        f"{baseline}: mean ± half-width of its {percent} interval; else difference from it, same patients, shares in "
        f"{unit_words()}. *: beyond chance, all measures judged together. =: identical.{marks_legend(any_flag)}{more}"
    )


def marks_legend(any_flag: bool) -> str:
    """What the marks mean, shorter than where there is room for why."""
    if not any_flag:
        return ""
    limit = f"{100 * LEAVING_LIMIT:g} %"
    return f" {MANY_LEAVE}: over {limit} of visits leave. {NO_STEADY_STATE}: no steady state, no difference claimed."


def remarks(comparison: Comparison) -> list[str]:
    """Where to be careful, the weightiest first."""
    return [
        *unfinished_lines(comparison),
        *cautions_of(comparison, [central_level(comparison)], MOST_NAMED),
        *stress_test_lines(comparison),
        *comparison.notes,
    ]


def print_remarks(lines: Sequence[str], console: Console, room: int) -> None:
    """As many whole as fit into `room` lines of the terminal, then how many are left for `answer.md`."""
    for number, text in enumerate(lines):
        is_last = number == len(lines) - 1
        taken = n_lines(f"• {text}", console)
        if taken > room - (not is_last):
            beginnings = "; ".join(f"{beginning(line)} …" for line in lines[number:])
            left = f"• {counted(len(lines) - number, 'remark')} more in answer.md: {beginnings}"
            say(console, cut_end(left, min(WIDTH, console.width) - 2))
            return
        room -= taken
        say(console, f"• {text}")


def beginning(text: str) -> str:
    """The first few words of a remark."""
    return " ".join(text.split()[:4])
