"""An answer as a workbook, `answer.xlsx`: what `answer.md` says and the tables behind it, for Excel.

Sheets are written by `sim.io.workbook`; numbers stand in the unit that their row or header names, shares in percent.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.breakeven import BreakEvenAnswer
from sim.analysis.comparison_result import Comparison
from sim.analysis.sweeping import SweepAnswer
from sim.analysis.valuation import preset_text
from sim.engine.measures import catalogue, number_text
from sim.engine.measures.currency import in_currency
from sim.io.workbook import Column, Sheet, write_workbook
from sim.report.description import Description, Finding, without_output
from sim.report.tables.comparison_rows import peer_day_measures, peer_day_words, with_peers
from sim.report.tables.summaries import comparison_summary, shown_numbers, with_labels
from sim.report.words.breakeven_finding import effect_text
from sim.report.words.measure_words import hours_text, measure_text
from sim.runs.interrupts import interrupted_after
from sim.runs.tables_on_disk import whole_file

ANSWER = "answer.xlsx"
LONGEST_TEXT = 2_000
WHOLE, NUMBER_CELL, MONEY, CHANCE = "#,##0", "#,##0.000", "#,##0.00", "0.0000"

CAUTION_HEADERS = {
    "leaving": Column("Visits that leave (share)", NUMBER_CELL),
    "unfinished": Column("Visits unfinished at the end (share)", NUMBER_CELL),
    "unfinished_limit": Column("Limit of unfinished visits (share)", NUMBER_CELL),
    "wait_first_third": Column("Wait in the first third (min)", NUMBER_CELL),
    "wait_last_third": Column("Wait in the last third (min)", NUMBER_CELL),
    "many_leave": Column("Many leave (†)"),
    "no_steady_state": Column("No steady state (‡)"),
}
ESTIMATE_HEADERS = {
    "label": Column("Measure"),
    "part": Column("Of which visits, role or place"),
    "unit": Column("Unit"),
    "mean": Column("Mean (in the unit of the row)", NUMBER_CELL),
    "low": Column("Interval from", NUMBER_CELL),
    "high": Column("Interval to", NUMBER_CELL),
    "n": Column("Replications", WHOLE),
    "measure": Column("Key"),
}
DIFFERENCE_HEADERS = {
    **ESTIMATE_HEADERS,
    "mean": Column("Paired difference (% points for shares, else the unit of the row)", NUMBER_CELL),
    "simultaneous_half_width": Column("Half-width, headline measures judged together", NUMBER_CELL),
    "p_holm": Column("p-value (Holm)", CHANCE),
}


SECOND_INTERVAL_HEADERS = {
    "label": Column("Measure"),
    "part": Column("Of which visits, role or place"),
    "unit": Column("Unit"),
    "mean": Column("Mean difference over the draws (% points for shares, else the unit of the row)", NUMBER_CELL),
    "low": Column("Interval with the assumptions from", NUMBER_CELL),
    "high": Column("Interval to", NUMBER_CELL),
    "beyond_chance": Column("Draws vary beyond chance (if not, the interval is the most it can be)"),
    "of_assumptions": Column("Variance by assumptions (shares as proportions)", NUMBER_CELL),
    "of_chance": Column("Variance of one run by chance", NUMBER_CELL),
    "n": Column("Draws", WHOLE),
    "measure": Column("Key"),
}
CHANCE_HEADERS = {
    "label": Column("Measure"),
    "part": Column("Of which visits, role or place"),
    "against": Column("Better than (nothing: the best of all)"),
    "probability": Column("Share of the draws", NUMBER_CELL),
    "measure": Column("Key"),
}
BENEFIT_HEADERS = {
    "preset": Column("Counted"),
    "times": Column("Outcomes worth so many times study.worth", "0.0"),
    "mean": Column("Net benefit, mean over the draws (CAD a week)", MONEY),
    "probability": Column("Share of the draws in which it brings most", NUMBER_CELL),
    "regret": Column("Lost on average by choosing it (CAD a week)", MONEY),
    "beyond_chance": Column("Its net benefit in the draws varies beyond chance"),
}
LEFT_OUT_HEADERS = {
    "by": Column("Grouped by"),
    "group": Column("Group"),
    "visits": Column("Visits of the group a replication", "#,##0.0"),
    **{name: ESTIMATE_HEADERS[name] for name in ("label", "unit", "mean", "low", "high")},
    "gap": Column("Gap to all other groups (% points for shares, else the unit of the row)", NUMBER_CELL),
    "gap_low": Column("Interval of the gap from", NUMBER_CELL),
    "gap_high": Column("Interval of the gap to", NUMBER_CELL),
    "gap_simultaneous": Column("Half-width of the gap, the attribute judged together", NUMBER_CELL),
    "difference": Column("Paired difference from the baseline", NUMBER_CELL),
    "difference_low": Column("Interval of the difference from", NUMBER_CELL),
    "difference_high": Column("Interval of the difference to", NUMBER_CELL),
    "difference_simultaneous": Column("Half-width of the difference, the attribute judged together", NUMBER_CELL),
    "hidden": Column("Hidden: too few visits"),
    "n": ESTIMATE_HEADERS["n"],
    "measure": ESTIMATE_HEADERS["measure"],
}
SCALED_OF_GROUPS = tuple(name for name, column in LEFT_OUT_HEADERS.items() if column.number_format == NUMBER_CELL)


def write_answer_workbook(sheets: Sequence[Sheet], file: Path) -> None:
    """Write the sheets; the file appears only when it is whole. Raises OSError."""
    with interrupted_after(), whole_file(file) as partial:
        write_workbook(sheets, partial)


def number_format(name: str) -> str:
    """As many decimals as the measure is shown with."""
    places = number_text.decimals_shown(name)
    return f"#,##0.{'0' * places}" if places else "#,##0"


_WORDS = (Column("What"), Column("Text", wrap=True))
WHAT_SHEETS_ARE = {
    "summary": "The headline measures",
    "estimates": "Mean of every measure over replications, with its interval",
    "differences": "Paired differences from the baseline on the same patients, with intervals",
    "peer_day": "How the paid time of peers was spent, what it cost, and who had company",
    "costs": "What each roster costs",
    "assumptions": "The second interval of each difference: with the assumptions, in draws that look published",
    "chances": "In which share of the draws each staffing has the best value of a measure",
    "benefit": "In which share of the draws each staffing brings most, and what choosing it loses",
    "worth": "What the paired differences would be worth in money, by what is counted",
    "cautions": "What must be read with care: many visits leave (†), no steady state (‡)",
    "failed": "Runs that failed",
    "curves": "Net benefit at each assumed effect",
    "parts": "What the net benefit is made of",
    "roles": "Hours and cost of every role",
    "shifts": "The shifts of every role",
    "settings": "Every setting of the scenario",
    "measures": "Every measure of the run",
    "visits": "One row for each visit",
    "tasks": "One row for each spell of work",
    "staff": "One row for each spell of duty",
    "census": "Visits present, every 15 minutes",
    "changes": "How each simulated patient's own wait and stay changed",
    "validation": "Each published figure with what was simulated, and the verdict",
    "verdicts": "How many published figures are inside, near, missed",
    "rows": "Each published figure with the draws that look like it",
    "waves": "How many draws were played and accepted, wave by wave",
    "sizes": "What trials take for the power asked for: visits, patients, months, peers",
    "power": "How often simulated trials find something, beside the formula",
    "false_positives": "How often they find something where nobody is offered a peer",
    "seen": "What an offer to half the patients sees beside what always having peers changes",
    "trial_errors": "Standard errors of a trial by its size",
    "journey": "The visit under each staffing, minute by minute",
    "contrasts": "The found roster minus each other one, with its intervals",
    "front": "Rosters of which none is better in everything, and the shipped ones",
    "selection": "The last rosters, and which of them were ruled out",
    "rosters": "Every roster that was tried, in its one short run",
    "register": "Each row of the register in use, with key, range, source and grade",
    "quality": "What was found in the file of visits",
    "exclusions": "Which rows of the file were left out, and why",
    "region": "Factors that are not ruled out by matching",
    "verdict": "What was compared with the file, and whether it is near enough",
}
"""What a sheet holds, by its name."""
EMPTY_CELLS = (
    "There is no value, or it is infinite: an interval has no bound where there is one replication, a time never comes"
)


def answer_sheets(answer: Description, facts: Mapping[str, Any]) -> list[Sheet]:
    """An answer as sheets, its finding first; `facts` are those of run.json."""
    in_mind, left_out = list(answer.keep_in_mind), answer.left_out()
    readme = with_readme(answer.title, answer.sheets(), in_mind, facts, left_out)
    return [finding_sheet(answer.whole_finding), *readme]


def finding_sheet(finding: Finding) -> Sheet:
    """The question and the lines that answer it."""
    lines = [("Question", finding.question), *((line.label, line.text) for line in finding.lines)]
    return Sheet("finding", _WORDS, lines)


def with_readme(
    title: str, sheets: Sequence[Sheet], said: Sequence[str], facts: Mapping[str, Any], left_out: Sequence[str] = ()
) -> list[Sheet]:
    """The sheets behind one that says what was asked, what each holds, and what must be kept in mind."""
    rows: list[tuple[str, object]] = [("Question", title)]
    rows += [(what, value) for what, value in facts_in_words(facts) if value not in (None, "")]
    rows += [(f"Sheet {sheet.name}", WHAT_SHEETS_ARE.get(sheet.name, "")) for sheet in sheets]
    rows.append(("Empty cells", EMPTY_CELLS))
    rows += [("Left out", text) for text in left_out]
    rows += [("Keep in mind", text) for text in said]
    return [Sheet("README", _WORDS, [(what, cut_for_cell(value)) for what, value in rows]), *sheets]


def facts_in_words(facts: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What run.json says that a reader of a workbook needs in order to repeat the study.

    When and where it was written is left out, so that the same study writes the same bytes.
    """
    yield "Command", shlex.join(without_output(map(str, facts.get("command", ()))))
    yield "PeerED version", facts.get("versions", {}).get("peered")
    yield "Code", facts.get("code")
    yield "Seed", facts.get("seed")
    yield "Engine", facts.get("engine")


def table_sheet(name: str, table: pd.DataFrame, headers: Mapping[str, Column]) -> Sheet:
    """The columns of a table that have a header, in the order of the headers."""
    there = [column for column in headers if column in table]
    shown = [in_shown_currency(headers[column]) for column in there]
    return Sheet(name, shown, sheet_rows(table[there]))


def in_shown_currency(column: Column) -> Column:
    """A column of money with its currency in the header."""
    return replace(column, header=in_currency(column.header)) if column.number_format == MONEY else column


def relabelled(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Staffings by their labels."""
    return table.assign(staffing=table["staffing"].map(labels)) if "staffing" in table else table


def sheet_rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    """TextRows with texts cut to a length that can be read, yes and no in words."""
    columns: dict[object, list[object]] = {}
    for name in table:
        column = table[name]
        if column.dtype == bool:
            columns[name] = ["yes" if value else "no" for value in column]
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.tolist()
        else:
            columns[name] = [cut_for_cell(value) for value in column]
    return list(zip(*columns.values(), strict=True))


def cut_for_cell(value: object) -> object:
    """A text that is not too long for a cell; numbers as they are."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


# --- a comparison

MONEY_INTERVAL = {
    "low": Column("Interval from (CAD a week)", MONEY),
    "high": Column("Interval to (CAD a week)", MONEY),
    "n": Column("Replications", WHOLE),
}
WORTH_HEADERS = {
    "preset": Column("Counted"),
    "mean": Column("Worth of the differences (CAD a week)", MONEY),
    **MONEY_INTERVAL,
}


def sheets_of(comparison: Comparison) -> list[Sheet]:
    """Tables of a comparison, those that are not empty."""
    names = {"demand": Column("Demand (factor)", "0.00"), "staffing": Column("Staffing")}
    label_of = {name: comparison.label(name) for name in comparison.staffings}
    estimates = with_labels(comparison.estimates, ("mean", "low", "high"))
    sheets = [comparison_summary_sheet(comparison)]
    sheets.append(table_sheet("estimates", relabelled(estimates, label_of), names | ESTIMATE_HEADERS))
    if len(comparison.differences):
        differences = with_labels(comparison.differences, ("mean", "low", "high", "simultaneous_half_width"))
        headers = names | DIFFERENCE_HEADERS | {"sentence": Column("In words")}
        sheets.append(table_sheet("differences", relabelled(differences, label_of), headers))
    sheets += peer_day_sheets(comparison)
    if len(comparison.left_out):
        groups = relabelled(with_labels(comparison.left_out, SCALED_OF_GROUPS), label_of)
        sheets.append(table_sheet("left_out", groups, names | LEFT_OUT_HEADERS))
    sheets.append(costs_sheet(comparison))
    if len(comparison.worth):
        worth = relabelled(comparison.worth, label_of).assign(preset=comparison.worth["preset"].map(preset_text))
        sheets.append(table_sheet("worth", worth, names | WORTH_HEADERS))
    sheets += assumption_sheets(comparison, label_of)
    sheets.append(table_sheet("cautions", relabelled(comparison.cautions, label_of), names | CAUTION_HEADERS))
    return sheets


def assumption_sheets(comparison: Comparison, label_of: dict[str, str]) -> list[Sheet]:
    """The second intervals, how often each staffing is the best, and what choosing it loses; none where not played."""
    if comparison.assumptions.empty:
        return []
    staffing = {"staffing": Column("Staffing")}
    spread = with_labels(comparison.assumptions, ("mean", "low", "high"))
    sheets = [table_sheet("assumptions", relabelled(spread, label_of), staffing | SECOND_INTERVAL_HEADERS)]
    chances = with_labels(comparison.chances, ())
    sheets.append(table_sheet("chances", relabelled(chances, label_of), staffing | CHANCE_HEADERS))
    if len(comparison.benefit):
        benefit = relabelled(comparison.benefit, label_of).assign(preset=comparison.benefit["preset"].map(preset_text))
        sheets.append(table_sheet("benefit", benefit, staffing | BENEFIT_HEADERS))
    return sheets


def comparison_summary_sheet(comparison: Comparison) -> Sheet:
    """The headline measures: baseline, and for each other staffing difference, interval and verdict.

    A staffing that nothing is compared with has its own interval.
    """
    table = comparison_summary(comparison)
    headers = [Column("Measure"), Column("Of which visits"), Column("Unit")]
    own = ("mean",) if comparison.others else ("mean", "interval from", "interval to")
    headers += [Column(f"{comparison.label(comparison.baseline)}: {word}") for word in own]
    words = ("difference (% points for shares)", "interval from", "interval to", "beyond chance")
    headers += [Column(f"{comparison.label(name)}: {word}") for name in comparison.others for word in words]
    return Sheet("summary", headers, sheet_rows(table), [number_format(str(name)) for name in table.index])


def peer_day_sheets(comparison: Comparison) -> list[Sheet]:
    """A row for each part of the peers' day, mean and interval of each staffing with peers; no sheet without peers."""
    names, measures = with_peers(comparison), peer_day_measures(comparison)
    if not names:
        return []
    words = ("mean", "interval from", "interval to")
    headers = [Column("Measure"), Column("Unit")]
    headers += [Column(f"{comparison.label(name)}: {word}") for name in names for word in words]
    rows = []
    for measure in measures:
        found = [number for name in names for number in shown_numbers(comparison.estimate(name, measure), measure)]
        rows.append((*peer_day_words(measure), *found))
    return [Sheet("peer_day", headers, rows, [number_format(measure) for measure in measures])]


def costs_sheet(comparison: Comparison) -> Sheet:
    """What each roster costs, and what it adds to the baseline where there is something to compare."""
    headers = {"label": Column("Staffing"), "weekly_cost": Column("Staff cost (CAD a week)", MONEY)}
    if comparison.others:
        headers |= {
            "hours_added": Column("Hours a week against the baseline"),
            "weekly_difference": Column("Difference from the baseline (CAD a week)", MONEY),
            "is_swap": Column("Gives up clinical hours"),
        }
    headers["moved_by_effects"] = Column("Moved by assumed effects")
    hours = [hours_text(comparison, added) for added in comparison.costs["hours_added"]]
    return table_sheet("costs", comparison.costs.assign(hours_added=hours), headers)


# --- a sweep

MOST_SHEET_CELLS = 400_000
"""Cells of a sheet of all measures: writing more takes longer than many sweeps, so that headline measures must do."""


def sheets_of_sweep(answer: SweepAnswer) -> list[Sheet]:
    """Tables of a sweep; of a large one long sheets hold headline measures, or a part of them."""
    sheets = [summary_sheet(answer)] if len(answer.estimates) else []
    for name, headers in LONG_SHEETS.items():
        table = getattr(answer, name)
        if len(table):
            chosen, _ = as_much_as_fits(table, len(headers) + 1)
            # "label" is the scenario in the tables of a sweep, and the measure in those with labels.
            words = with_labels(chosen.assign(scenario_label=chosen["label"]), SCALED)
            sheets.append(table_sheet(name, words, _SCENARIO | headers))
    cautions = answer.cautions.assign(scenario_label=answer.cautions["label"])
    sheets.append(table_sheet("cautions", cautions, _SCENARIO | CAUTION_HEADERS))
    failed = {"label": Column("Scenario"), "replication": Column("Replication", WHOLE), "traceback": Column("Why")}
    return sheets + [table_sheet("failed", answer.failed, failed)] * bool(len(answer.failed))


def left_out_of_sweep(answer: SweepAnswer) -> list[str]:
    """What the long sheets hold where they do not hold all."""
    held = {name: as_much_as_fits(getattr(answer, name), len(headers) + 1) for name, headers in LONG_SHEETS.items()}
    return [f"Sheet {name} holds {what}; all of it is in {name}.parquet" for name, (_, what) in held.items() if what]


LONG_SHEETS = {"estimates": ESTIMATE_HEADERS, "differences": DIFFERENCE_HEADERS}
SCALED = ("mean", "low", "high", "simultaneous_half_width")
_SCENARIO = {"scenario_label": Column("Scenario")}


def as_much_as_fits(table: pd.DataFrame, n_columns: int) -> tuple[pd.DataFrame, str]:
    """The rows of a long table that a sheet can hold, and in words which they are, if they are not all."""
    most_rows = MOST_SHEET_CELLS // n_columns
    if len(table) <= most_rows:
        return table, ""
    headline = table[table["measure"].isin(catalogue.HEADLINE)]
    if len(headline) <= most_rows:
        return headline, "the headline measures"
    return headline.head(most_rows), f"the first {most_rows:,} rows of the headline measures"


def summary_sheet(answer: SweepAnswer) -> Sheet:
    """A row for each scenario: the mean of each headline measure, and its difference from the first scenario."""
    headers, columns = [Column("Scenario")], [pd.Series(answer.labels, index=answer.labels, dtype=object)]
    means, apart = by_scenario(answer.estimates), by_scenario(answer.differences)
    for name in catalogue.HEADLINE:
        if name not in means:
            continue
        number, words = number_format(name), measure_text(name)
        headers.append(Column(f"{words} ({number_text.unit_of_value(name)})", number))
        columns.append(means[name] * number_text.scale(name))
        if name in apart:
            headers.append(
                Column(f"{words}: difference from the first ({number_text.short_unit_of_difference(name)})", number)
            )
            columns.append(apart[name] * number_text.scale(name))
    table = pd.concat(columns, axis=1).reindex(list(answer.labels)).head(MOST_SHEET_CELLS // len(headers))
    table.columns = pd.RangeIndex(len(columns))
    return Sheet("summary", headers, sheet_rows(table))


def by_scenario(table: pd.DataFrame) -> pd.DataFrame:
    """Means of the headline measures, a row for each scenario and a column for each measure."""
    if "mean" not in table:
        return pd.DataFrame()
    return table[table["measure"].isin(catalogue.HEADLINE)].pivot(index="label", columns="measure", values="mean")


def sheets_of_break_even(answer: BreakEvenAnswer) -> list[Sheet]:
    """Tables of a break-even study."""
    staffing, effect = Column("Staffing"), Column(f"Effect ({effect_text(answer)})", NUMBER_CELL)
    curves = {
        "staffing": staffing,
        "preset": Column("Counted"),
        "effect": effect,
        "mean": Column("Net benefit, mean (CAD a week)", MONEY),
        **MONEY_INTERVAL,
        "many_leave": CAUTION_HEADERS["many_leave"],
        "no_steady_state": CAUTION_HEADERS["no_steady_state"],
    }
    parts = {
        "staffing": staffing,
        "effect": effect,
        "label": Column("Valued"),
        "part": Column("Of which visits, role or place"),
        "unit": Column("Unit"),
        "difference": Column("Difference from the baseline (in the unit of the row)", NUMBER_CELL),
        "half_width": Column("Half-width of its interval", NUMBER_CELL),
        "cad_per_unit": Column("Worth of one unit more (CAD)", MONEY),
        "worth": Column("Worth (CAD a week)", MONEY),
        "presets": Column("Counted in (study.presets)"),
        "name": Column("Key under study.worth"),
        "measure": Column("Key of the measure"),
    }
    return [
        table_sheet("curves", curves_table(answer), curves),
        table_sheet("parts", parts_table(answer), parts),
        table_sheet("cautions", answer.cautions, {"label": Column("Scenario")} | CAUTION_HEADERS),
    ]


def curves_table(answer: BreakEvenAnswer) -> pd.DataFrame:
    """Net benefit of each staffing by each preset, with presets in words."""
    table = relabelled(answer.curves, labels_of(answer))
    return table if table.empty else table.assign(preset=table["preset"].map(preset_text))


def parts_table(answer: BreakEvenAnswer) -> pd.DataFrame:
    """What the net benefit is made of, in the units of answer.md: differences of shares in percentage points."""
    if answer.parts.empty:
        return answer.parts
    valued = {worth.measure for worth in answer.plan.worth}
    table = relabelled(with_labels(answer.parts, ("difference", "half_width")), labels_of(answer))
    factor = answer.parts["measure"].map({name: number_text.scale(name) for name in valued})
    units = {name: number_text.short_unit_of_difference(name) for name in valued}
    return table.assign(unit=table["measure"].map(units), cad_per_unit=table["cad_per_unit"] / factor)


def labels_of(answer: BreakEvenAnswer) -> dict[str, str]:
    """Labels of the staffings, by name."""
    return {name: label or name for name, label in answer.plan.staffings.items()}
