"""The answer on the terminal: tables of at most 100 columns, plain sentences and what must be said with them.

The words are those of `sim.study.sentences` and `sim.report.honesty`; the same as Markdown is `sim.report.markdown`.
What is said before there is an answer is `sim.report.progress`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.department.scenario import ScenarioError
from sim.engine.measure_catalogue import Measure
from sim.report.asked import changed_line, demand_title
from sim.report.cautions import LEGEND, marked
from sim.report.cells import (
    change_rows,
    cost_rows,
    demand_rows,
    difference_cell,
    estimate_cell,
    groups_of_measures,
    headlines,
    labelled,
    money_line,
    question,
)
from sim.report.honesty import honesty_lines
from sim.report.plain_table import PlainTable
from sim.report.tables import flags_of, label, n_replications, others
from sim.study.comparison import Comparison
from sim.study.data_quality import VisitsFileError
from sim.study.number_text import (
    NO_INTERVAL,
    NOTHING,
    counted,
    measure_and_part,
    part_text,
    plain_number,
    value_text,
    within_scale,
)
from sim.study.sentences import inside

if TYPE_CHECKING:
    from sim.study.assumptions import Assumption
    from sim.study.validation import ValidatedRow

WIDTH = 100
N_SIDE_BY_SIDE = 3
"""Staffings beside the baseline in one table; more go into a table below."""


def print_comparison(comparison: Comparison, console: Console) -> None:
    """The whole answer: main tables, demand levels, patients' own change, cost, sentences, what must be said."""
    heading(console, question(comparison))
    if comparison.changed:
        say(console, changed_line(comparison))
    for line in honesty_lines(comparison)[:1]:
        say(console, line, style="bold")
    names = others(comparison)
    for first in range(0, max(len(names), 1), N_SIDE_BY_SIDE):
        show(console, main_table(comparison, names[first : first + N_SIDE_BY_SIDE]))
    if names:
        say(
            console,
            f"Below each value: paired difference from {inside(label(comparison, comparison.baseline))} ± half-width "
            f"of its {100 * comparison.confidence:g} % interval, in % points for shares. *: beyond chance when all "
            f"headline measures are judged together. =: identical to the last bit. {LEGEND}",
            style="dim",
        )
    for title, rows in (
        (demand_title(comparison), demand_rows(comparison)),
        ("Matched simulated patients, first visits: how their own visit changed", change_rows(comparison)),
        ("Cost", cost_rows(comparison)),
    ):
        if len(rows) > 1:
            heading(console, title)
            show(console, PlainTable(rows))
    for line in money_lines(comparison):
        say(console, line)
    print_sentences(comparison, console)
    heading(console, "Read this with the numbers")
    for line in honesty_lines(comparison):
        say(console, f"• {line}")


def money_lines(comparison: Comparison) -> list[str]:
    """Notes of the comparison, or the line on equal money made here."""
    return list(comparison.notes) or [line for line in [money_line(comparison)] if line]


def print_sentences(comparison: Comparison, console: Console) -> None:
    """What differs beyond its own interval, by staffing; the rest in a line."""
    for name, told in headlines(comparison):
        heading(console, name)
        for sentence in told:
            say(console, f"• {sentence}")
    if len(comparison.staffings) > 1:
        say(console, "All sentences are in answer.md.", style="dim")


def main_table(comparison: Comparison, names: Sequence[str]) -> Table:
    """Headline measures by part; estimate and difference of the baseline and some other staffings."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("", width=26)
    for name in (comparison.baseline, *names):
        heads = marked(label(comparison, name), *flags_of(comparison, name))
        table.add_column(Text(heads), justify="right", width=16)
    table.add_row(Text("Replications"), *[str(n_replications(comparison))] * (len(names) + 1))
    for part, measures in groups_of_measures(comparison):
        table.add_row(Text(part_text(part).capitalize(), style="bold"), *[""] * (len(names) + 1))
        for measure in measures:
            cells = [
                two_lines(estimate_cell(comparison, name, measure), difference_cell(comparison, name, measure))
                for name in (comparison.baseline, *names)
            ]
            table.add_row(Text(labelled(measure)), *cells)
    return table


def two_lines(value: str, change: str) -> Text:
    """The value, and the difference below it."""
    return Text.assemble(value, ("\n" + change, "bold" if "*" in change else "dim"))


def print_estimates(comparison: Comparison, console: Console) -> None:
    """Every estimate of one scenario: the mean over replications and its interval."""
    for name in comparison.staffings:
        heading(console, f"{label(comparison, name)}, mean over replications")
        rows = [("Measure", "Part", "Mean", f"{100 * comparison.confidence:g} % interval", "n")]
        chosen = comparison.estimates[comparison.estimates["staffing"] == name]
        for row in chosen.to_dict("records"):
            measure, part = measure_and_part(str(row["measure"]))
            ends = interval_words(measure, row["low"], row["high"])
            rows.append((measure.label, part_text(part), value_text(measure, row["mean"]), ends, str(int(row["n"]))))
        show(console, PlainTable(rows))
    for line in comparison.notes:
        say(console, line)
    for line in honesty_lines(comparison):
        say(console, f"• {line}")


def interval_words(measure: Measure, low: float, high: float) -> str:
    """Both ends with their unit, those of shares of visits within 0 and 100 %."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NO_INTERVAL
    return " to ".join(value_text(measure, within_scale(measure, end, 0.0)) for end in (low, high))


def print_problems(error: ScenarioError | VisitsFileError, console: Console) -> None:
    """Every problem with its place, value and remedy."""
    if isinstance(error, VisitsFileError):
        say_unbroken(console, f"{error.path}: {counted(len(error.lines), 'problem')}; nothing was written", "bold")
        for text in error.lines:
            say(console, f"  {text}")
        return
    say(console, f"{counted(len(error.problems), 'problem')}; nothing was run, nothing was written", style="bold")
    for problem in error.problems:
        say_unbroken(console, f"  {shortened(problem.path)} = {shortened(problem.value)}")
        say(console, f"    {shortened(problem.remedy)}")


LONGEST_SHOWN = 2_000
"""Characters of a place, a value or a remedy that are shown: a slip can be megabytes long."""


def shortened(text: str) -> str:
    """A text, or its beginning and end with how many characters are left out between them."""
    if len(text) <= LONGEST_SHOWN:
        return text
    half = LONGEST_SHOWN // 2
    return f"{text[:half]} … {len(text) - 2 * half:,} characters … {text[-half:]}"


def print_assumptions(assumptions: "Sequence[Assumption]", console: Console) -> None:
    """Every assumption in use with its range, source and grade, and how many there are of each grade."""
    from sim.study.assumptions import GRADES

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), width=WIDTH)
    table.add_column("Id", no_wrap=True)
    table.add_column("Quantity", ratio=4)
    table.add_column("Value", ratio=2)
    table.add_column("", justify="center", no_wrap=True)
    table.add_column("Source", ratio=3)
    for item in assumptions:
        table.add_row(Text(item.id), Text(item.quantity), Text(assumed_value(item)), item.grade, Text(item.source))
    show(console, table)
    counts = Counter(item.grade for item in assumptions)
    said = "; ".join(f"{counts[grade]} {grade} ({words})" for grade, words in GRADES.items())
    say(console, f"{counted(len(assumptions), 'assumption')} in use: {said}.")


def assumed_value(item: "Assumption") -> str:
    """Value, unit, range, and whether it was replaced."""
    reach = f" ({item.low} to {item.high})" if item.low and item.high else ""
    replaced = f"; replaced by {', '.join(item.overridden)}" if item.overridden else ""
    return f"{item.value} {item.unit}{reach}{replaced}"


def print_validation(rows: "Sequence[ValidatedRow]", console: Console, notes: Sequence[str] = ()) -> None:
    """Simulated beside published values, and which are outside; `notes` say why rows miss."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), width=WIDTH)
    table.add_column("#", no_wrap=True)
    table.add_column("Measure", ratio=5)
    table.add_column("Simulated", justify="right", ratio=3)
    table.add_column("Published", ratio=4)
    table.add_column("Accepted", justify="right", ratio=2)
    table.add_column("", no_wrap=True)
    table.add_column("Use", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell, style="bold" if row.is_inside is False else "") for cell in validation_cells(row)))
    show(console, table)
    misses = [row.published.row for row in rows if row.is_inside is False]
    unknown = [row.published.row for row in rows if row.is_inside is None]
    inside = sum(row.is_inside is True for row in rows)
    say(console, f"{inside} of {len(rows)} inside; missed: {', '.join(misses) or 'none'}.", style="bold")
    if unknown:
        say(console, f"Not estimated: {', '.join(unknown)}.")
    say(
        console,
        "calibrate: may be tuned to it; check: must not be; input: put in, verified. Sources are named by the ids",
    )
    for note in notes:
        say(console, f"• {note}")


def validation_cells(row: "ValidatedRow") -> tuple[str, ...]:
    """One row of the validation table."""
    told = row.published
    share = told.unit == "proportion"
    decimals, times = (1, 100.0) if share else (2 if told.unit in ("h", "patients/h", "patients/day") else 1, 1.0)
    unit = "%" if share else told.unit

    def number(value: float) -> str:
        return plain_number(value * times, decimals)

    interval = f" ({number(row.low)} to {number(row.high)})" if row.n > 1 else ""
    simulated = f"{number(row.simulated)} {unit}{interval}" if row.n else NOTHING
    accepted = f"{plain_range(told.accept_low * times)} to {plain_range(told.accept_high * times)}"
    verdict = {True: "in", False: "MISS", None: NOTHING}[row.is_inside]
    what = f"{told.measure}, {told.statistic}" + ("" if told.stream == "all" else f" ({part_text(told.stream)})")
    published = f"{published_words(told.published, share)} [{told.source_ids}]"
    return told.row, what, simulated, published, accepted, verdict, told.use


def plain_range(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def published_words(text: str, share: bool) -> str:
    """A bare share as percent; everything else as it stands."""
    try:
        return f"{100 * float(text):g} %" if share else text
    except ValueError:
        return text


def heading(console: Console, text: str) -> None:
    console.print()
    say(console, text, style="bold cyan")


def say(console: Console, text: str, style: str = "") -> None:
    """A paragraph, wrapped, with nothing in it taken for markup."""
    hang = len(text) - len(text.lstrip(" •"))
    first, *rest = Text(text).wrap(console, min(WIDTH, console.width) - hang) if text else [Text("")]
    console.print(Text("\n").join([first, *(Text(" " * hang) + line for line in rest)]), style=style, highlight=False)


def say_unbroken(console: Console, text: str, style: str = "") -> None:
    """A line that is not wrapped here, so that paths and keys in it can be searched for and copied."""
    console.print(Text(text), style=style, soft_wrap=True, highlight=False)


def show(console: Console, table: Table | PlainTable) -> None:
    """A table no wider than a page, nor than the terminal."""
    console.print(table, width=min(WIDTH, console.width), highlight=False)
