"""The answer of a sweep on the terminal: the finding, one table of what matters, who may be best, what failed.

Together with what was said before it, it keeps to `MOST_LINES`. The whole answer is `sim.report.sweep_page`; all
measures of all scenarios are in the tables on disk.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis.comparison_result import Row
from sim.analysis.sweep_query import QueryResult
from sim.analysis.sweeping import SweepAnswer
from sim.department.short_text import cut_end
from sim.engine.measures.catalogue import CHOSEN_LATE
from sim.engine.measures.number_text import (
    NOTHING,
    bare,
    counted,
    half_width_text,
    label_and_part,
    measure_and_part,
    unit_of_value,
)
from sim.report.console import WIDTH, say, show, table_width, two_lines
from sim.report.tables.lookups import as_found
from sim.report.tables.table_cells import difference_text
from sim.report.terminal import lines_written
from sim.report.words.cautions import MANY_LEAVE, NO_STEADY_STATE, marked
from sim.report.words.finding import MOST_LINES, n_lines, print_finding
from sim.report.words.short_names import cut_middle, short_measure, some
from sim.report.words.stopping_text import asked_lines, controls_line
from sim.report.words.sweep_finding import (
    OUTCOMES,
    SweepReport,
    cheapest_and_dearest,
    groups_of_the_same_money,
    most_changed_of,
    strength,
    sweep_finding,
)

SHOWN = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "minutes_without_staff_mean.mental_health", *CHOSEN_LATE,
    "staff_cost_per_week.all",
)  # fmt: skip
"""Measures in the table of the terminal."""
LINES_OF_A_HEAD = 3
FIRST_LEFT_OUT = (*CHOSEN_LATE, *reversed(SHOWN))
"""Measures in the order in which they give way on a narrow terminal: the secondary outcome before all others."""
TABLE_FRAME = 6
"""Lines of the table beside its rows: three of the head, the rule, and a blank line above and below."""
WIDEST_NAME = 28
NO_LIMIT = 1000
"""Columns that no table needs, where it is asked how wide one would be."""
FEWEST_LINES_OF_ROWS = 5
"""Lines that rows have in any case: the first scenario and two others."""
MOST_ROWS = 40
"""Rows of a query on the terminal; nobody reads a thousand lines of it."""
MOST_FAILURES = 2
MOST_MISSED = 1
"""Precisions named that were not reached."""
LONGEST_REASON = 160
"""Characters of what went wrong in a run."""
WHERE_THE_REST_IS = "estimates.parquet and differences.parquet have them"

Cells = Mapping[tuple[str, str], Row]


def print_sweep(report: SweepReport, console: Console, lines_after: int = 0) -> None:
    """The finding, the table, and what else there is to say, in at most `MOST_LINES`.

    `lines_after`: lines that will be printed below.
    """
    finding = sweep_finding(report)
    fixed = [finding.question, *(f"• {line.label}: {line.text}" for line in finding.lines), legend(report)]
    used = lines_written(console) + lines_after + TABLE_FRAME + sum(n_lines(text, console) for text in fixed)
    room = MOST_LINES - used
    below = list(lines_that_fit(list(lines_below(report)), room - FEWEST_LINES_OF_ROWS, console))
    print_finding(finding, console)
    if report.answer.n_done:
        room -= sum(n_lines(text, console) for text in below)
        print_table(report, max(room, FEWEST_LINES_OF_ROWS), console)
    for line in below:
        say(console, line)


def lines_that_fit(lines: Sequence[str], room: int, console: Console) -> Iterator[str]:
    """The first lines that take no more than the room; the page has all of them."""
    for text in lines:
        room -= n_lines(text, console)
        if room < 0:
            return
        yield text


def legend(report: SweepReport) -> str:
    """What stands in the table."""
    percent = f"{100 * report.answer.confidence:g} %"
    marks = f"{MANY_LEAVE}: many leave. {NO_STEADY_STATE}: no steady state."
    if len(report.answer.labels) < 2:
        return f"Mean ± half-width of its {percent} interval. {marks}"
    return (
        f"Mean ± half-width of its {percent} interval; below it the paired difference from the first scenario. "
        f"*: beyond chance, all judged together. =: identical. {marks}"
    )


def print_table(report: SweepReport, room: int, console: Console) -> None:
    """As many scenarios as there is room for, the legend, and how many scenarios and measures are left out."""
    labels = fitting(report, room)
    measures = measures_that_fit(report, labels, console)
    n_measures = len(measures_there(report, labels))
    if len(measures) < n_measures:
        room -= 1
        labels = fitting(report, room)
    if left_out := len(report.answer.labels) - len(labels):
        labels = fitting(report, room - 1)
        left_out = len(report.answer.labels) - len(labels)
    console.print()
    show(console, table_of(report, labels, measures))
    console.print()
    say(console, legend(report), style="dim")
    if len(measures) < n_measures:
        where = "a wider terminal shows more" if console.width < WIDTH else "answer.md has the others"
        say(console, f"{len(measures)} of {n_measures} measures: {where}.", style="dim")
    if left_out:
        say(console, f"{counted(left_out, 'scenario')} not shown here: {WHERE_THE_REST_IS}.")


def measures_there(report: SweepReport, labels: Sequence[str]) -> list[str]:
    """Measures of the table that these scenarios have."""
    there = {measure for _, measure in rows_by_place(report.answer.estimates, labels)}
    return [measure for measure in SHOWN if measure in there]


def measures_that_fit(report: SweepReport, labels: Sequence[str], console: Console) -> list[str]:
    """Measures of the table, as many as are shown without losing a digit; at least one."""
    measures = measures_there(report, labels)
    unbounded = console.options.update(max_width=NO_LIMIT)
    while len(measures) > 1:
        needed = table_of(report, labels, measures).__rich_measure__(console, unbounded).maximum
        if needed <= table_width(console):
            break
        measures.remove(next(name for name in FIRST_LEFT_OUT if name in measures))
    return measures


def fitting(report: SweepReport, room: int) -> list[str]:
    """The most informative scenarios that take so many lines, in their order."""
    chosen: list[str] = []
    for label in most_informative(report):
        room -= height(report, label)
        if room < 0 and chosen:
            break
        chosen.append(label)
    return in_order(report, chosen)


def in_order(report: SweepReport, chosen: Sequence[str]) -> list[str]:
    """Scenarios as they were asked for."""
    wanted = set(chosen)
    return [label for label in report.answer.labels if label in wanted]


def height(report: SweepReport, label: str) -> int:
    """Lines that a scenario takes in the table."""
    return max(1 if label == report.answer.labels[0] else 2, len(name_lines(report, label)))


def most_informative(report: SweepReport) -> list[str]:
    """All scenarios: the first, those that the finding names, those that may be best, and by size of what changes."""
    first, *others = report.answer.labels
    largest = [beyond for name in OUTCOMES if (beyond := report.beyond_chance(name))]
    largest.sort(key=lambda beyond: -strength(next(iter(beyond.values()))))
    named = [next(iter(beyond)) for beyond in largest]
    for _, group in groups_of_the_same_money(report)[:1]:
        named[3:3] = most_changed_of(report, group)
    for ends in filter(None, (cheapest_and_dearest(report.staff_cost),)):
        named += [label for label, _ in ends]
    for found in report.contenders.values():
        named += found.labels[:2]
    sizes = dict.fromkeys(others, 0.0)
    for name in SHOWN:
        for label, item in report.differences.get(name, {}).items():
            if item.beyond_chance:
                sizes[label] = max(sizes[label], strength(item))
    return list(dict.fromkeys([first, *named, *sorted(others, key=lambda label: -sizes[label])]))


def lines_below(report: SweepReport) -> Iterator[str]:
    """What is said below the table, the weightiest first: what is missing, what was asked for, who may be best."""
    answer = report.answer
    if not answer.is_whole:
        yield f"{answer.n_done} of {counted(answer.n_runs, 'run')} are there."
    yield from failure_lines(answer, MOST_FAILURES)
    yield from asked_lines(answer, MOST_MISSED)
    yield from filter(None, [contenders_text(report), dominated_text(report)])
    if report.controlled is not None:
        yield controls_line(report.controlled, brief=True)


def contenders_text(report: SweepReport) -> str:
    """Who is shown best by each measure, or may be, in one paragraph; empty where scenarios have no best in common."""
    if not report.contenders:
        return ""
    parts, open_ = [], []
    for name, found in report.contenders.items():
        measure = short_measure(name).removesuffix(" (all visits)")
        names = [report.names[label] for label in found.labels]
        if not found.n_ruled_out:
            open_.append(measure)
            continue
        who = " or ".join(names) if len(names) < 3 else f"one of {len(names)}, {found.n_ruled_out} ruled out"
        parts.append(f"{measure}: {who}")
    parts += [f"undecided by {', '.join(open_)}"] if open_ else []
    return f"Best, each measure by itself at {100 * report.answer.confidence:g} %: {'; '.join(parts)}."


def dominated_text(report: SweepReport) -> str:
    """Which scenarios another beats in everything that counts."""
    rows = report.dominated.to_dict("records")
    if not rows:
        return ""
    who = some([f"{report.names[row['label']]} by {report.names[row['by']]}" for row in rows], 2)
    return f"Beaten in cost and every headline outcome: {counted(len(rows), 'scenario')} ({who})."


def print_rows(found: QueryResult, console: Console) -> None:
    """The answer to a query, as many rows as anybody reads."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name, kind in found.columns:
        is_number = any(word in kind for word in ("NUMBER", "DOUBLE", "INT", "DECIMAL"))
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    rows = found.fetch(MOST_ROWS + 1)
    for row in rows[:MOST_ROWS]:
        table.add_row(*(Text(cell_text(value)) for value in row))
    show(console, table)
    if len(rows) > MOST_ROWS:
        say(console, f"The first {MOST_ROWS} rows; all of them with export=FILE.csv or FILE.xlsx.", style="dim")


def cell_text(value: object) -> str:
    """A value as short as it says something."""
    if value is None or value != value:
        return NOTHING
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def head_text(name: str) -> str:
    """Label, part and unit of a measure in as narrow a column as three lines allow."""
    measure, _ = measure_and_part(name)
    text = f"{label_and_part(name).removesuffix(', all visits')} ({unit_of_value(measure)})"
    widths = (textwrap.wrap(text, width, break_long_words=False) for width in range(8, len(text) + 1))
    return "\n".join(next(lines for lines in widths if len(lines) <= LINES_OF_A_HEAD))


def table_of(report: SweepReport, labels: Sequence[str], measures: Sequence[str]) -> Table:
    """A row for each of these scenarios, a column for each of these measures."""
    answer = report.answer
    estimates, differences = rows_by_place(answer.estimates, labels), rows_by_place(answer.differences, labels)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for measure in measures:
        table.add_column(Text(head_text(measure)), justify="right", no_wrap=True)
    for label in labels:
        found = [(measure, estimates.get((label, measure)), differences.get((label, measure))) for measure in measures]
        n = max((int(estimated["n"]) for _, estimated, _ in found if estimated is not None), default=0)
        cells = [cell(*of_measure, n) for of_measure in found]
        table.add_row(Text("\n".join(name_lines(report, label))), str(n), *cells)
    return table


def name_lines(report: SweepReport, label: str) -> list[str]:
    """The short name of a scenario with its marks, broken between words; a word too long for a line is cut."""
    words = [cut_middle(word, WIDEST_NAME - 3) for word in report.names[label].split()]
    marks = marked("", *report.flags[label]).strip()
    if marks:
        words[-1] += f"\u00a0{marks}"
    return textwrap.wrap(" ".join(words), WIDEST_NAME, break_long_words=False, break_on_hyphens=False) or [NOTHING]


def rows_by_place(table: pd.DataFrame, labels: Sequence[str]) -> Cells:
    """Rows of the measures shown, by label and measure."""
    chosen = table[table["measure"].isin(SHOWN) & table["label"].isin(labels)]
    return {(str(row["label"]), str(row["measure"])): row for row in chosen.to_dict("records")}


def cell(name: str, estimated: Row | None, differs: Row | None, n: int) -> Text:
    """Mean and half-width, with its own number of replications if it is not `n`; the difference below.

    The marks of a difference stand beside the name of its scenario.
    """
    measure, _ = measure_and_part(name)
    if estimated is None:
        return Text(NOTHING)
    found = as_found(estimated)
    reach = f" {half_width_text(measure, found.half_width)}" if found.has_interval else ""
    value = f"{bare(measure, found.mean)}{reach}" + (f" (n = {found.n})" if found.n != n else "")
    return Text(value) if differs is None else two_lines(value, unmarked_difference(name, differs))


def unmarked_difference(name: str, row: Row) -> str:
    """The difference with its star; without a steady state it has none."""
    found = as_found(row)
    judged = float("nan") if found.no_steady_state else found.simultaneous
    return difference_text(name, replace(found, no_steady_state=False, simultaneous=judged))


def failure_lines(answer: SweepAnswer, most: int) -> Iterator[str]:
    """Which runs failed and why, a line each; the whole traceback is kept with the run."""
    rows = answer.failed.to_dict("records")
    if not rows:
        return
    yield f"{counted(len(rows), 'run')} failed and are not in the answer; the same command tries them again:"
    for row in rows[:most]:
        yield f"  {row['label']}, replication {int(row['replication']) + 1}: {last_line(row['traceback'])}"
    if len(rows) > most:
        reasons = Counter(last_line(row["traceback"]) for row in rows).most_common(3)
        yield f"  and {len(rows) - most} more; of all: {'; '.join(f'{n} × {why}' for why, n in reasons)}"


def last_line(traceback: object) -> str:
    """What went wrong, in one line."""
    return cut_end(str(traceback).strip().splitlines()[-1], LONGEST_REASON)
