"""The answer of a sweep: one table of what matters, who may be best, what failed, and the sections of its page.

The five lines are written in `sim.report.words.sweep_finding`. Of thousands of scenarios the page holds the most
informative ones and the command that writes all of them into a file.
"""

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from rich.console import Console

from sim.analysis.sweep_query import QueryResult
from sim.analysis.sweeping import SweepAnswer
from sim.department.short_text import cut_end
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINE
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import NOTHING, counted, part_text, plain_number
from sim.report.console import say, show
from sim.report.description import (
    GOING_ON,
    IN_MIND,
    TO_REPEAT,
    Description,
    Points,
    ScreenTable,
    Section,
    TextRows,
    TextTable,
    Typed,
    Written,
)
from sim.report.screen import in_lines, rich_table, width_of_rows
from sim.report.sweep_pivots import n_pivot_rows, pivot_sections, pivot_sheet, screen_pivots
from sim.report.tables.answer_workbook import left_out_of_sweep, sheets_of_sweep
from sim.report.terminal import LINE_WIDTH
from sim.report.words import caveats, measure_words
from sim.report.words.short_names import cut_middle, some
from sim.report.words.stopping_text import contenders_line, controls_line, rules_lines
from sim.report.words.sweep_finding import (
    OUTCOMES,
    SweepReport,
    alike_lines,
    as_sentence,
    beside_text,
    cheapest_and_dearest,
    groups_of_the_same_money,
    most_changed_of,
    strength,
    sweep_finding,
    topics_moved,
)

WIDEST_NAME = 28
_HEAD_WIDTH = 13
"""Columns of the terminal that heads of the table are folded to."""
MOST_QUERY_ROWS = 40
"""TextRows of a query on the terminal; nobody reads a thousand lines of it."""
NUMBER_KINDS = ("NUMBER", "DOUBLE", "INT", "DECIMAL")
"""Parts of names of DuckDB's types of numbers."""
MOST_FAILURES = 2
MOST_MISSED = 1
"""Precisions named on the terminal that were not reached."""
LONGEST_REASON = 160
"""Characters of what went wrong in a run."""
MOST_SCENARIOS = 60
"""Scenarios in the tables of the page."""
MOST_LISTED = 20
"""Failures and dominated scenarios that the page lists."""
_LONGEST_LABEL = 200
EXPORT = "peered study=results run=FOLDER table=differences export=differences.csv"


def describe_sweep(report: SweepReport) -> Description:
    """A sweep described."""
    answer = report.answer
    finding = caveats.with_calibrations(sweep_finding(report), report.scenarios.calibrations)
    return Description(
        finding=finding,
        whole_finding=finding,
        title=f"Sweep of {len(answer.labels)} scenarios, each beside {beside_text(report)}, on the same patients",
        n_rows=n_pivot_rows(report) or (len(answer.labels) if answer.n_done else 0),
        screen_table=partial(_screen_table, report),
        fewest_rows=3,
        remarks=remarks(report),
        sections=partial(_page_sections, report),
        sheets=lambda: [*sheets_of_sweep(answer), *pivot_sheet(report)],
        keep_in_mind=[
            *caveats.calibration_lines(report.scenarios.calibrations),
            f"{answer.n_done} of {answer.n_runs} runs are there.",
        ],
        left_out=partial(left_out_of_sweep, answer),
    )


# --- the terminal


def _screen_table(report: SweepReport, n_rows: int, width: int) -> ScreenTable:
    """Pivots of two factors, or the most informative scenarios, and as many measures as are shown without losing a
    digit; at least one."""
    if n_pivot_rows(report) and (pivots := screen_pivots(report, n_rows, width)) is not None:
        return pivots
    labels = chosen_labels(report, n_rows)
    measures = [name for name in report.shown if any((name, label) in report.means for label in labels)]
    n_measures = len(measures)
    rows = scenario_rows(report, labels, measures)
    while width_of_rows(rows) > width and len(measures) > 1:
        measures.remove(next((name for name in CHOSEN_LATE if name in measures), measures[-1]))
        rows = scenario_rows(report, labels, measures)
    below = [_legend(report)]
    if len(measures) < n_measures:
        where = "a wider terminal shows more" if width < LINE_WIDTH else "answer.md has the others"
        below.append(f"{len(measures)} of {n_measures} measures: {where}.")
    if left_out := len(report.answer.labels) - len(labels):
        where = "estimates.parquet and differences.parquet have them"
        below.append(f"{counted(left_out, 'scenario')} not shown here: {where}.")
    return ScreenTable(rows, below)


def remarks(report: SweepReport) -> Iterator[str]:
    """What is missing, what came of the stopping rules, who may be best."""
    answer = report.answer
    if not answer.is_whole:
        by_hand = f" {caveats.STOPPED_BY_HAND}" if answer.n_done + len(answer.failed) < answer.n_runs else ""
        yield f"{answer.n_done} of {counted(answer.n_runs, 'run')} are there.{by_hand}"
    yield from failure_lines(answer, MOST_FAILURES)
    yield from rules_lines(answer, MOST_MISSED)
    yield from filter(None, [contenders_text(report), dominated_text(report)])
    yield from alike_lines(report.scenarios.alike, report.names)
    if report.controlled is not None:
        yield controls_line(report.controlled, brief=True)


# --- the page


def _page_sections(report: SweepReport) -> Iterator[Section]:
    """Every headline measure, cost, the best, cautions, and how to go on."""
    chosen = chosen_labels(report, MOST_SCENARIOS)
    pictures = "\n\n".join(f"![{caption}]({file})" for caption, file in report.figures)
    yield Section("", [Written(pictures)])
    yield Section("What was asked by varying these", [Points(list(map(as_sentence, report.answers)))])
    yield from pivot_sections(report)
    yield from measure_sections(report, chosen) if report.answer.n_done else ()
    yield Section("Cost", [TextTable(_cost_rows(report, chosen) if report.scenarios.weekly_cost else [])])
    best = [contenders_line(name, found) for name, found in report.contenders.items()]
    yield Section("Which may be the best", [Points(best)])
    yield dominated_section(report)
    for title, rows, lines in report.second:
        yield Section(title, [TextTable(rows), " ".join(lines)])
    for name, lines in report.sentences:
        yield Section(name, [Points(lines)])
    controls = [] if report.controlled is None else [controls_line(report.controlled)]
    yield Section("What came of the stopping rules", [Points([*rules_lines(report.answer), *controls])])
    yield Section("Runs that failed", [Points(failure_lines(report.answer, MOST_LISTED))])
    yield Section(IN_MIND, [Points(_in_mind(report))])
    again = "The answer on the terminal again, or a table: `peered study=results run=FOLDER`."
    yield Section(TO_REPEAT, [Typed(report.command), Written(f"{GOING_ON} {again}")])


def chosen_labels(report: SweepReport, most: int) -> list[str]:
    """The most informative scenarios, in the order in which they were asked for."""
    wanted = set(most_informative(report)[:most])
    return [label for label in report.answer.labels if label in wanted]


def most_informative(report: SweepReport) -> list[str]:
    """All scenarios: the first, those that the finding names, those that may be best, and by size of what changes."""
    first, *others = report.answer.labels
    largest = [beyond for name in OUTCOMES if (beyond := report.beyond_chance(name))]
    largest.sort(key=lambda beyond: -strength(next(iter(beyond.values()))))
    named = [next(iter(beyond)) for beyond in largest]
    for _, group in groups_of_the_same_money(report)[:1]:
        named[3:3] = most_changed_of(report, group)
    named += [label for label, _ in cheapest_and_dearest(report.staff_cost) or ()]
    for found in report.contenders.values():
        named += found.labels[:2]
    sizes = dict.fromkeys(others, 0.0)
    for name in report.shown:
        for label, item in report.differences.get(name, {}).items():
            if item.beyond_chance:
                sizes[label] = max(sizes[label], strength(item))
    return list(dict.fromkeys([first, *named, *sorted(others, key=lambda label: -sizes[label])]))


# --- tables


def scenario_rows(report: SweepReport, labels: Sequence[str], measures: Sequence[str]) -> TextRows:
    """A row for each of these scenarios, a column for each of these measures, differences below the means."""
    rows: TextRows = [("", "n", *(in_lines(measure_words.short_label(name), _HEAD_WIDTH) for name in measures))]
    return rows + [_row_of(report, label, measures, name_in_lines(report, label), unmarked_below) for label in labels]


def _row_of(
    report: SweepReport, label: str, measures: Sequence[str], name: str, with_difference: Callable[[str, str, Any], str]
) -> tuple[str, ...]:
    """Name, replications, and means with their differences; a mean of fewer replications says so."""
    found = [report.means.get((measure, label)) for measure in measures]
    n = max((item.n for item in found if item is not None), default=0)
    cells = []
    for measure, item in zip(measures, found, strict=True):
        change = report.differences.get(measure, {}).get(label)
        text = measure_words.mean_text(measure, item, n)
        cells.append(text if change is None or item is None else with_difference(text, measure, change))
    return name, str(n), *cells


def unmarked_below(text: str, measure: str, change: Any) -> str:
    """The difference below its mean; its marks stand beside the name of its scenario, and marked it has no star."""
    return f"{text}\n{measure_words.difference_text(measure, change.without_mark())}"


def in_brackets(text: str, measure: str, change: Any) -> str:
    """The difference after its mean."""
    return f"{text} ({measure_words.difference_text(measure, change)})"


def name_in_lines(report: SweepReport, label: str) -> str:
    """The short name of a scenario with its marks, broken between words; a word too long for a line is cut."""
    words = [cut_middle(word, WIDEST_NAME - 3) for word in report.names[label].split()]
    marks = caveats.marked("", *report.flags[label]).strip()
    if marks:
        words[-1] += f"\u00a0{marks}"
    lines = textwrap.wrap(" ".join(words), WIDEST_NAME, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) or NOTHING


def _legend(report: SweepReport) -> str:
    """What stands in the table of the terminal."""
    mean = f"Mean ± half-width of its {measure_words.whole_percent(report.answer.confidence)} interval"
    if len(report.answer.labels) < 2:
        return f"{mean}.{caveats.short_marks(True)}"
    return (
        f"{mean}; below it the paired difference from {beside_text(report)}. *: beyond chance, all judged together. "
        f"=: identical.{caveats.short_marks(True)}"
    )


def measure_sections(report: SweepReport, chosen: Sequence[str]) -> Iterator[Section]:
    """Headline measures by part of the visits, the legend, and how to have the rest."""
    there = [name for name in HEADLINE if any((name, label) in report.means for label in chosen)]
    for part in dict.fromkeys(name.partition(".")[2] for name in there):
        names = [name for name in there if name.partition(".")[2] == part]
        rows: TextRows = [("Scenario", "n", *map(measure_words.labelled, names))]
        for label in chosen:
            name = caveats.marked(long_name(label), *report.flags[label])
            rows.append(_row_of(report, label, names, name, in_brackets))
        yield Section(part_text(part).capitalize(), [TextTable(rows)])
    percent = measure_words.whole_percent(report.answer.confidence)
    page_legend = (
        f"Mean ± half-width of its {percent} interval over n replications; in brackets the paired difference from "
        f"{beside_text(report)}, on the same patients, in % points for shares. *: beyond chance when the "
        f"headline measures of all scenarios are judged together. =: identical to the last bit. {caveats.LEGEND}"
    )
    yield Section("", [page_legend, measure_words.rank_line(there)])
    if left_out := len(report.answer.labels) - len(chosen):
        rest = (
            f"{counted(left_out, 'further scenario')} not shown: those with the largest differences and those that may "
            "be best are above. All measures of all scenarios, with FOLDER for this folder (`.xlsx` works too):"
        )
        yield Section("", [Written(rest), Typed(EXPORT.split())])


def _cost_rows(report: SweepReport, labels: Sequence[str]) -> TextRows:
    """Cost of the roster, beside that of the first scenario, and with overtime."""
    costs, unknown = report.scenarios.weekly_cost, float("nan")
    first = costs.get(report.answer.labels[0], unknown)
    unit = in_currency("CAD/week")
    rows: TextRows = [("Scenario", f"Roster ({unit})", "beside the first", f"with overtime ({unit})")]
    for label in labels:
        cost = costs.get(label, unknown)
        beside, whole = plain_number(cost - first, 0, signed=True), report.staff_cost.get(label, unknown)
        rows.append((long_name(label), plain_number(cost, 0), beside, plain_number(whole, 0)))
    return rows


def dominated_section(report: SweepReport) -> Section:
    """Scenarios that another beats in everything that counts."""
    rows = report.dominated.to_dict("records")
    lines = [f"{long_name(row['label'])}: by {long_name(row['by'])}" for row in rows[:MOST_LISTED]]
    lines += [f"and {len(rows) - MOST_LISTED} more: dominated.parquet"] * (len(rows) > MOST_LISTED)
    meaning = "Identical to another in all that counts, or worse beyond chance, all pairs judged together."
    return Section("Beaten in cost and every headline outcome", [meaning if rows else "", Points(lines)])


def long_name(label: str) -> str:
    """A scenario's label, which may be very long."""
    return cut_middle(label, _LONGEST_LABEL)


# --- words


def contenders_text(report: SweepReport) -> str:
    """Who is shown best by each measure, or may be, in one paragraph; empty where scenarios have no best in common."""
    if not report.contenders:
        return ""
    parts, undecided = [], []
    for name, found in report.contenders.items():
        measure = measure_words.short_measure(name).removesuffix(" (all visits)")
        names = [report.names[label] for label in found.labels]
        if not found.n_ruled_out:
            undecided.append(measure)
            continue
        who = " or ".join(names) if len(names) < 3 else f"one of {len(names)}, {found.n_ruled_out} ruled out"
        parts.append(f"{measure}: {who}")
    parts += [f"undecided by {', '.join(undecided)}"] if undecided else []
    return (
        f"Best, each measure by itself at {measure_words.whole_percent(report.answer.confidence)}: {'; '.join(parts)}."
    )


def dominated_text(report: SweepReport) -> str:
    """Which scenarios another beats in everything that counts."""
    rows = report.dominated.to_dict("records")
    if not rows:
        return ""
    who = some([f"{report.names[row['label']]} by {report.names[row['by']]}" for row in rows], 2)
    return f"Beaten in cost and every headline outcome: {counted(len(rows), 'scenario')} ({who})."


def failure_lines(answer: SweepAnswer, most: int) -> Iterator[str]:
    """Which runs failed and why, a line each; the whole traceback is kept with the run."""
    rows = answer.failed.to_dict("records")
    if not rows:
        return
    yield f"{counted(len(rows), 'run')} failed and are not in the answer; the same command tries them again:"
    for row in rows[:most]:
        yield f"{row['label']}, replication {int(row['replication']) + 1}: {_last_line(row['traceback'])}"
    if len(rows) > most:
        reasons = Counter(_last_line(row["traceback"]) for row in rows).most_common(3)
        yield f"and {len(rows) - most} more; of all: {'; '.join(f'{n} × {why}' for why, n in reasons)}"


def _last_line(traceback: object) -> str:
    """What went wrong, in one line."""
    return cut_end(str(traceback).strip().splitlines()[-1], LONGEST_REASON)


def _in_mind(report: SweepReport) -> Iterator[str]:
    """What was assumed, what cannot be seen, where interpretation stops."""
    answer, assuming = report.answer, report.scenarios.assumes_effects
    yield from caveats.calibration_lines(report.scenarios.calibrations)
    yield from filter(None, [report.scenarios.unconverted])
    where = f" in {len(assuming)} of {counted(len(answer.labels), 'scenario')}"
    topics = topics_moved(report)
    assumed = f"{caveats.assumed_text(topics, where)}{caveats.COMPUTED if topics else '.'}"
    speaks = report.scenarios.speak_of_peers
    yield from [assumed] if assuming else [caveats.NO_BENEFIT] * speaks
    found = list(caveats.caution_lines(answer.cautions, map(long_name, answer.labels)))
    yield from [*found, caveats.ROSTERED_COST] if found else ()
    fewest = int(answer.estimates.groupby("label")["n"].max().min()) if answer.n_done else 0
    yield from caveats.replication_lines(fewest, len(answer.labels) > 1)
    if not answer.is_whole:
        yield f"{answer.n_done} of {counted(answer.n_runs, 'run')} are there, and only these are counted."
    swaps = [label for label in answer.labels if label in report.scenarios.swaps]
    yield from (caveats.STRESS_TEST.format(label=long_name(label)) for label in swaps[:MOST_LISTED])
    yield caveats.CHANCE_ONLY
    yield from [caveats.RESPECT] * speaks


# --- a query


def print_query(found: QueryResult, console: Console) -> None:
    """The answer to a query, as many rows as anybody reads."""
    fetched = found.fetch(MOST_QUERY_ROWS + 1)
    rows: TextRows = [tuple(name for name, _ in found.columns)]
    rows += [tuple(map(_value_text, row)) for row in fetched[:MOST_QUERY_ROWS]]
    texts = [place for place, (_, kind) in enumerate(found.columns) if not any(word in kind for word in NUMBER_KINDS)]
    show(console, rich_table(rows, texts))
    if len(fetched) > MOST_QUERY_ROWS:
        say(console, f"The first {MOST_QUERY_ROWS} rows; all of them with export=FILE.csv or FILE.xlsx.", style="dim")


def _value_text(value: object) -> str:
    """A value as short as it says something."""
    if value is None or value != value:
        return NOTHING
    return f"{value:.6g}" if isinstance(value, float) else str(value)
