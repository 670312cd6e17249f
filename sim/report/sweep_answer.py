"""The answer of a sweep on the terminal: scenarios with a few headline measures, beside the first of them; what failed.

All measures of all scenarios are in the tables on disk.
"""

from collections import Counter
from collections.abc import Mapping

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.report.cautions import LEGEND, caution_lines, marked
from sim.report.cells import difference_text, labelled
from sim.report.console import say, show, two_lines
from sim.report.sweep_asked import asked_lines, contenders_line
from sim.report.tables import as_found
from sim.study.best import Contenders
from sim.study.comparison import Row
from sim.study.number_text import NOTHING, bare, counted, half_width_text, measure_and_part
from sim.study.sweep_query import Found
from sim.study.sweeping import SweepAnswer

SHOWN = (
    "wait_triage_to_pia_mean.all",
    "lwbs_or_ama.all",
    "minutes_alone_mean.mental_health",
    "staff_cost_per_week.all",
)
MOST_SHOWN = 40
"""Scenarios on the terminal; nobody reads a thousand lines of it."""
MOST_FAILURES = 5

Cells = Mapping[tuple[str, str], Row]


def print_sweep(answer: SweepAnswer, console: Console) -> None:
    """The table of scenarios with its legend, and what failed."""
    console.print()
    if answer.n_done:
        show(console, table_of(answer))
        say(
            console,
            f"Mean ± half-width of the {100 * answer.confidence:g} % interval; below it the paired difference from the "
            "first scenario, on the same patients, in % points for shares. *: beyond chance when the headline measures "
            f"of all scenarios are judged together. =: identical to the last bit. n: replications. {LEGEND}",
            style="dim",
        )
        for line in caution_lines(answer.cautions, answer.labels):
            say(console, line, style="bold")
    more = len(answer.labels) - MOST_SHOWN
    if more > 0:
        say(console, f"{counted(more, 'further scenario')}: in estimates.parquet and differences.parquet.")
    for line in asked_lines(answer):
        say(console, line)
    if not answer.is_whole:
        say(console, f"{answer.n_done} of {counted(answer.n_runs, 'run')} are there.", style="bold")
    print_failures(answer, console)


def print_rows(found: Found, console: Console) -> None:
    """The answer to a query, as many rows as anybody reads."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name, kind in found.columns:
        is_number = any(word in kind for word in ("NUMBER", "DOUBLE", "INT", "DECIMAL"))
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    rows = found.fetch(MOST_SHOWN + 1)
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(Text(cell_text(value)) for value in row))
    show(console, table)
    if len(rows) > MOST_SHOWN:
        say(console, f"The first {MOST_SHOWN} rows; all of them with export=FILE.csv or FILE.xlsx.", style="dim")


def cell_text(value: object) -> str:
    """A value as short as it says something."""
    if value is None or value != value:
        return NOTHING
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def table_of(answer: SweepAnswer) -> Table:
    """A row for each scenario, the baseline first."""
    estimates, differences = rows_by_place(answer.estimates), rows_by_place(answer.differences)
    there = {measure for _, measure in estimates}
    measures = [measure for measure in SHOWN if measure in there]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("", width=24, overflow="fold")
    table.add_column("n", justify="right", min_width=4, no_wrap=True)
    for measure in measures:
        table.add_column(Text(heading_of(measure)), justify="right", width=15)
    for label, caution in zip(answer.labels[:MOST_SHOWN], answer.cautions.to_dict("records"), strict=False):
        found = [(measure, estimates.get((label, measure)), differences.get((label, measure))) for measure in measures]
        n = max((int(estimated["n"]) for _, estimated, _ in found if estimated is not None), default=0)
        name = marked(label.replace(" ", "\n"), bool(caution["many_leave"]), bool(caution["no_steady_state"]))
        table.add_row(Text(name), str(n), *(cell(*of_measure, n) for of_measure in found))
    return table


def rows_by_place(table: pd.DataFrame) -> Cells:
    """Rows of the measures shown, by label and measure."""
    chosen = table[table["measure"].isin(SHOWN)]
    return {(str(row["label"]), str(row["measure"])): row for row in chosen.to_dict("records")}


def heading_of(measure: str) -> str:
    """Label, unit and part, broken to be narrow."""
    _, part = measure_and_part(measure)
    return f"{labelled(measure)}, {part.replace('_', ' ')}" if part != "all" else labelled(measure)


def cell(name: str, estimated: Row | None, differs: Row | None, n: int) -> Text:
    """Mean and half-width, with its own number of replications if it is not `n`; the difference below."""
    measure, _ = measure_and_part(name)
    if estimated is None:
        return Text(NOTHING)
    found = as_found(estimated)
    reach = f" {half_width_text(measure, found.half_width)}" if found.has_interval else ""
    value = f"{bare(measure, found.mean)}{reach}" + (f" (n = {found.n})" if found.n != n else "")
    return two_lines(value, "" if differs is None else difference_text(name, as_found(differs)))


def print_contenders(found: Mapping[str, Contenders], console: Console) -> None:
    """Who is shown best by each measure, or may be."""
    for name, contenders in found.items():
        say(console, contenders_line(name, contenders))


def print_dominated(dominated: pd.DataFrame, console: Console) -> None:
    """Which scenarios another is shown to beat in everything that counts."""
    rows = dominated.to_dict("records")
    if not rows:
        return
    say(
        console,
        f"{counted(len(rows), 'scenario')} dominated: in cost and every headline outcome identical to another, or "
        "worse beyond chance, all pairs judged together; all of them in dominated.parquet.",
    )
    for row in rows[:MOST_FAILURES]:
        say(console, f"  {row['label']}: by {row['by']}")


def print_failures(answer: SweepAnswer, console: Console) -> None:
    """Which runs failed and why, a line each; the whole traceback is kept with the run."""
    rows = answer.failed.to_dict("records")
    if not rows:
        return
    told = f"{counted(len(rows), 'run')} failed and are not in the answer; the same command tries them again:"
    say(console, told, style="bold")
    for row in rows[:MOST_FAILURES]:
        say(console, f"  {row['label']}, replication {int(row['replication']) + 1}: {last_line(row['traceback'])}")
    if len(rows) > MOST_FAILURES:
        reasons = Counter(last_line(row["traceback"]) for row in rows).most_common(3)
        say(
            console,
            f"  and {len(rows) - MOST_FAILURES} more; of all: {'; '.join(f'{n} × {why}' for why, n in reasons)}",
        )


def last_line(traceback: object) -> str:
    """What went wrong, in one line."""
    return str(traceback).strip().splitlines()[-1]
