"""The answer of a sweep as a page: the finding, every headline measure, cost, cautions, and how to go on.

The first lines are those of the terminal (`sim.report.words.sweep_finding`). Of thousands of scenarios the page holds
the most informative ones and the command that writes all of them into a file.
"""

import shlex
from collections.abc import Iterator, Sequence

import pandas as pd

from sim.analysis.comparison_result import Row
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import (
    NOTHING,
    bare,
    counted,
    half_width_text,
    joined,
    measure_and_part,
    part_text,
    plain_number,
)
from sim.io.clean_text import for_markdown, one_line
from sim.report.markdown import markdown_table
from sim.report.sweep_answer import failure_lines, in_order, most_informative
from sim.report.tables.lookups import as_found
from sim.report.tables.table_cells import Rows, difference_text, labelled, rank_line
from sim.report.words.cautions import LEGEND, caution_lines, marked
from sim.report.words.caveats import (
    CHANCE_ONLY,
    ENOUGH_REPLICATIONS,
    FEW_REPLICATIONS,
    NO_BENEFIT,
    ONE_REPLICATION,
    RESPECT,
    ROSTERED_COST,
    STRESS_TEST,
)
from sim.report.words.finding import finding_markdown
from sim.report.words.short_names import cut_middle
from sim.report.words.stopping_text import asked_lines, contenders_line, controls_line
from sim.report.words.sweep_finding import SweepReport, of_all, sweep_finding

MOST_SCENARIOS = 60
"""Scenarios in the tables of the page."""
MOST_LISTED = 20
"""Failures and dominated scenarios that are listed."""
LONGEST_LABEL = 200
EXPORT = "peered study=results run=FOLDER table=differences export=differences.csv"


def sweep_markdown(report: SweepReport) -> str:
    """The page."""
    finding = sweep_finding(report)
    parts = [f"# {for_markdown(finding.question)}", finding_markdown(finding)]
    parts += [f"![{caption}]({file})" for caption, file in report.figures]
    if report.answer.n_done:
        parts += scenario_parts(report)
    parts += titled("Cost", markdown_table(cost_rows(report)) if report.scenarios.weekly_cost else "")
    parts += titled("Which may be the best", listed(best_lines(report)))
    parts += titled("Beaten in cost and every headline outcome", dominated_part(report))
    for name, lines in report.sentences:
        parts += titled(for_markdown(name), listed(iter(lines)))
    parts += titled("What was asked", listed(asked_for(report)))
    parts += titled("Runs that failed", listed(line.strip() for line in failure_lines(report.answer, MOST_LISTED)))
    parts += titled("Read this with the numbers", listed(honesty_of(report)))
    parts += titled("To go on, or to repeat it", repeat_part(report))
    return "\n\n".join(parts) + "\n"


def titled(title: str, text: str) -> list[str]:
    """A section, or nothing where there is nothing to say."""
    return [f"## {title}", text] if text else []


def listed(lines: Iterator[str]) -> str:
    """Lines as a list."""
    return "\n".join(f"- {for_markdown(line)}" for line in lines)


def label_text(label: str) -> str:
    """A scenario's label, which may be very long."""
    return cut_middle(label, LONGEST_LABEL)


# --- tables ---


def scenario_parts(report: SweepReport) -> list[str]:
    """Headline measures by part of the visits, the legend, and how to have the rest."""
    chosen = in_order(report, most_informative(report)[:MOST_SCENARIOS])
    estimates = by_label(report.answer.estimates, chosen)
    differences = by_label(report.answer.differences, chosen)
    there = {measure for _, measure in estimates}
    parts = []
    for part in dict.fromkeys(name.partition(".")[2] for name in HEADLINE):
        names = [name for name in HEADLINE if name.partition(".")[2] == part and name in there]
        if names:
            rows: Rows = [("Scenario", "n", *map(labelled, names))]
            rows += [scenario_row(report, label, names, estimates, differences) for label in chosen]
            parts += titled(part_text(part).capitalize(), markdown_table(rows))
    confidence = f"{100 * report.answer.confidence:g} %"
    parts.append(
        f"Mean ± half-width of its {confidence} interval over n replications; in brackets the paired difference from "
        "the first scenario, on the same patients, in % points for shares. \\*: beyond chance when the headline "
        f"measures of all scenarios are judged together. =: identical to the last bit. {LEGEND}"
    )
    parts += filter(None, [rank_line(there)])
    if left_out := len(report.answer.labels) - len(chosen):
        parts.append(
            f"{counted(left_out, 'further scenario')} not shown: those with the largest differences and those that may "
            f"be best are above. All measures of all scenarios, with FOLDER for this folder (`.xlsx` works too):"
        )
        parts.append(f"    {EXPORT}")
    return parts


Cells = dict[tuple[str, str], Row]


def by_label(table: pd.DataFrame, labels: Sequence[str]) -> Cells:
    """Rows of headline measures of some scenarios, by label and measure."""
    chosen = table[table["measure"].isin(HEADLINE) & table["label"].isin(labels)]
    return {(str(row["label"]), str(row["measure"])): row for row in chosen.to_dict("records")}


def scenario_row(
    report: SweepReport, label: str, names: Sequence[str], estimates: Cells, differences: Cells
) -> tuple[str, ...]:
    """Values of a scenario with their differences."""
    found = [estimates.get((label, name)) for name in names]
    n = max((int(row["n"]) for row in found if row is not None), default=0)
    cells = [cell_text(name, row, differences.get((label, name)), n) for name, row in zip(names, found, strict=True)]
    return marked(label_text(label), *report.flags[label]), str(n), *cells


def cell_text(name: str, row: Row | None, differs: Row | None, n: int) -> str:
    """Mean with its half-width, and the difference in brackets."""
    if row is None:
        return NOTHING
    measure, _ = measure_and_part(name)
    found = as_found(row)
    reach = f" {half_width_text(measure, found.half_width)}" if found.has_interval else ""
    value = f"{bare(measure, found.mean)}{reach}" + (f" (n = {found.n})" if found.n != n else "")
    return value if differs is None else f"{value} ({difference_text(name, as_found(differs))})"


def cost_rows(report: SweepReport) -> Rows:
    """Cost of the roster, beside that of the first scenario, and with overtime."""
    costs, first = report.scenarios.weekly_cost, report.answer.labels[0]
    rows: Rows = [("Scenario", "Roster (CAD/week)", "beside the first", "with overtime (CAD/week)")]
    for label in in_order(report, most_informative(report)[:MOST_SCENARIOS]):
        cost = costs.get(label, float("nan"))
        beside = cost - costs.get(first, float("nan"))
        whole = report.staff_cost.get(label, float("nan"))
        numbers = (plain_number(cost, 0), plain_number(beside, 0, signed=True), plain_number(whole, 0))
        rows.append((label_text(label), *numbers))
    return rows


# --- words ---


def best_lines(report: SweepReport) -> Iterator[str]:
    """Who is shown best by each measure, or may be."""
    for name, found in report.contenders.items():
        yield contenders_line(name, found)


def dominated_part(report: SweepReport) -> str:
    """Scenarios that another beats in everything that counts."""
    rows = report.dominated.to_dict("records")
    if not rows:
        return ""
    lines = [f"{label_text(row['label'])}: by {label_text(row['by'])}" for row in rows[:MOST_LISTED]]
    if len(rows) > MOST_LISTED:
        lines.append(f"and {len(rows) - MOST_LISTED} more: dominated.parquet")
    meaning = "Identical to another in all that counts, or worse beyond chance, all pairs judged together."
    return f"{meaning}\n\n{listed(iter(lines))}"


def asked_for(report: SweepReport) -> Iterator[str]:
    """What came of a precision, a best or controls."""
    yield from asked_lines(report.answer)
    if report.controlled is not None:
        yield controls_line(report.controlled)


def honesty_of(report: SweepReport) -> Iterator[str]:
    """What was assumed, what cannot be seen, where interpretation stops."""
    answer = report.answer
    yield effects_text(report)
    found = list(caution_lines(answer.cautions, map(label_text, answer.labels)))
    yield from [*found, ROSTERED_COST] if found else ()
    fewest = int(answer.estimates.groupby("label")["n"].max().min()) if answer.n_done else 0
    if fewest == 1:
        yield ONE_REPLICATION
    elif 1 < fewest < ENOUGH_REPLICATIONS and len(answer.labels) > 1:
        yield FEW_REPLICATIONS
    if not answer.is_whole:
        yield f"{answer.n_done} of {counted(answer.n_runs, 'run')} are there, and only these are counted."
    for label in in_order(report, sorted(report.scenarios.swaps))[:MOST_LISTED]:
        yield STRESS_TEST.format(label=label_text(label))
    yield CHANCE_ONLY
    yield RESPECT


def effects_text(report: SweepReport) -> str:
    """What was assumed of peers and clinicians."""
    assuming = report.scenarios.assumes_effects
    if not assuming:
        return NO_BENEFIT
    topics = list(
        dict.fromkeys(topic for label in report.answer.labels for topic in report.scenarios.effects.get(label, ()))
    )
    where = of_all(sorted(assuming), len(report.answer.labels))
    if not topics:
        return f"Effects were assumed in {where}, but are in force in none: nothing moves because of them."
    return (
        f"Effects were assumed in {where}: a difference in {joined(topics)} may be the assumption itself; everything "
        "else follows from it and from the work and time computed."
    )


def repeat_part(report: SweepReport) -> str:
    """What to type."""
    return (
        f"    {one_line(shlex.join(report.command))}\n\n"
        "With `output=` and this folder it goes on here: nothing is played twice, and more replications "
        "(`study.replications=`) only add to those there are. The answer on the terminal again, or a table: "
        "`peered study=results run=FOLDER`."
    )
