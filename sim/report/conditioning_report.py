"""The answer of a conditioning: how many draws look like the published departments, and which rows they meet."""

from collections.abc import Iterator
from math import isnan

import numpy as np
import pandas as pd
from rich.console import Console

from sim.calibration.conditioning import LEAST_INSIDE, MANY_LOST, Conditioned
from sim.engine.measures.number_text import NOTHING, counted, plain_number
from sim.io.workbook import Column, Sheet
from sim.report.console import say, show
from sim.report.description import CERTAINTY, Finding, FindingLine, Section, TextRows, TextTable
from sim.report.screen import MOST_LINES, rich_table, say_finding, shown_briefly
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.tables.answer_workbook import NUMBER_CELL, WHOLE, table_sheet
from sim.report.validation_report import accepted_text, in_unit, percent_sign

LOOK_PUBLISHED = "Departments that look like the published ones"
ROW_BY_ROW = "Row by row"
CONDITIONING_COLUMNS = {
    "row": Column("Row"),
    "value": Column("Key of the measure"),
    "unit": Column("Unit"),
    "accept_low": Column("Accepted from", NUMBER_CELL),
    "accept_high": Column("Accepted to", NUMBER_CELL),
    "low": Column("Draws: 2.5 % point", NUMBER_CELL),
    "median": Column("Draws: median", NUMBER_CELL),
    "high": Column("Draws: 97.5 % point", NUMBER_CELL),
    "inside": Column("Draws inside (share)", NUMBER_CELL),
    "n": Column("Draws with a value", WHOLE),
}


def conditioning_finding(found: Conditioned) -> Finding:
    """What was played and accepted, and what the draws are like."""
    n_played = sum(wave.n_played for wave in found.waves)
    n_impossible = sum(wave.n_impossible for wave in found.waves)
    draws, waves = counted(len(found.places), "draw"), counted(len(found.waves), "wave")
    medians = dict(zip(found.rows, found.medians.tolist(), strict=True))
    judged = {row: value for row, value in medians.items() if not isnan(value)}
    missed = [row.row for row, value in judged.items() if not row.accept_low <= value <= row.accept_high]
    outside = f"; not inside: {', '.join(missed)}" if missed else ""
    undefined = [row.row for row in medians if row not in judged]
    left_out = f" Not judged, because runs of this length have no value: {', '.join(undefined)}." if undefined else ""
    lines = {
        "What was accepted": (
            f"{draws} of {len(found.dimensions)} assumptions, accepted of {n_played} that were played in {waves}; "
            f"{n_impossible} contradicted themselves."
        ),
        "By which rule": (
            f"A draw is accepted if it is inside at least {100 * LEAST_INSIDE:.0f} % of the published rows "
            "it has a value for."
        ),
        "The median draw": f"It is inside {len(judged) - len(missed)} of {len(judged)} rows{outside}.{left_out}",
        "How many lose many": (
            f"{100 * found.share_losing_many:.1f} % of the draws lose more than {100 * MANY_LOST:.0f} % of visits."
        ),
        CERTAINTY: "One run of each draw: its chance is part of what was accepted.",
    }
    return Finding(LOOK_PUBLISHED, tuple(FindingLine(label, text) for label, text in lines.items()))


def conditioning_table(found: Conditioned) -> pd.DataFrame:
    """A row for each published row: its key and range, median and middle 95 % of the draws, the share inside."""
    rows = []
    for number, row in enumerate(found.rows):
        known = found.values[:, number][np.isfinite(found.values[:, number])]
        low, median, high = np.quantile(known, (0.025, 0.5, 0.975)) if known.size else (np.nan, np.nan, np.nan)
        limits = {"accept_low": row.accept_low, "accept_high": row.accept_high}
        of_draws = {"low": low, "median": median, "high": high, "inside": found.inside[:, number].mean()}
        rows.append({"row": row.row, "value": row.value, "unit": row.unit, **limits, **of_draws, "n": known.size})
    return pd.DataFrame(rows)


def conditioning_rows(found: Conditioned) -> TextRows:
    """Every published row: its range, the median of the draws, the middle 95 % of them, the share inside."""
    rows: TextRows = [("Row", "Measure", "Range", "Median", "95 % of draws", "Inside")]
    for row, of_draws in zip(found.rows, conditioning_table(found).to_dict("records"), strict=True):
        texts = [NOTHING] * 3
        if of_draws["n"]:
            low, median, high = (
                plain_number(float(in_unit(row, of_draws[end])), 2) for end in ("low", "median", "high")
            )
            sign = percent_sign(row)
            texts = [f"{median}{sign}", f"{low} to {high}{sign}", f"{100 * of_draws['inside']:.0f} %"]
        rows.append((row.row, row.measure, accepted_text(row), *texts))
    return rows


def wave_rows(found: Conditioned) -> TextRows:
    """How many draws each wave played and accepted."""
    rows: TextRows = [("Wave", "Played", "Contradicted themselves", "Accepted")]
    return [*rows, *((str(n), *map(str, wave)) for n, wave in enumerate(found.waves, start=1))]


def conditioning_answer(found: Conditioned, weeks: int) -> StoredAnswer:
    """The whole answer; `weeks` were measured of each draw."""
    finding = conditioning_finding(found)
    texts = {line.label: line.text for line in finding.lines}
    words = {
        "scenarios": f"one staffing under {counted(len(found.places), 'accepted draw')} of the register",
        "played": f"1 replication of {counted(weeks, 'week')} of each draw",
        "replications": "1 of each draw",
        "validated": texts["The median draw"],
        "sensitivity": "The draws are themselves of what is not known; how they are used is study.assumptions=true.",
        "warm_up": "weeks of warm-up are not measured.",
    }
    sections = [
        Section(ROW_BY_ROW, [TextTable(conditioning_rows(found), is_words=True)]),
        Section("Wave by wave", [TextTable(wave_rows(found))]),
    ]
    return stored_answer(finding, sections, words=words)


def conditioning_sheets(found: Conditioned) -> Iterator[Sheet]:
    """Published rows with the draws, values in the unit of the row, shares as proportions; and the waves."""
    yield table_sheet("rows", conditioning_table(found), CONDITIONING_COLUMNS)
    waves = pd.DataFrame([{"wave": n, **wave._asdict()} for n, wave in enumerate(found.waves, start=1)])
    heads = {"wave": "Wave", "n_played": "Draws played", "n_impossible": "Contradicted themselves"}
    heads["n_accepted"] = "Accepted"
    yield table_sheet("waves", waves, {name: Column(head, WHOLE) for name, head in heads.items()})


def print_conditioning(answer: StoredAnswer, console: Console) -> None:
    """The lines, then every row."""
    if shown_briefly(answer.finding, console):
        return
    n_said = say_finding(answer.finding, console)
    if rows := answer.table(ROW_BY_ROW):
        console.print()
        n_shown = MOST_LINES - LINES_AROUND_WAVES - n_said
        show(console, rich_table([rows[0], *least_inside(rows[1:], n_shown)], (0, 1, 2, 4)))
        if len(rows) - 1 > n_shown:
            say(console, f"The {n_shown} of {len(rows) - 1} rows that fewest draws are inside; all in answer.md.")


LINES_AROUND_WAVES = 9
"""Lines for waves, the head of the table, what is left out, and where the results are."""


def least_inside(rows: TextRows, n: int) -> TextRows:
    """So many rows that the fewest draws are inside, in their order."""

    def share(row: tuple[str, ...]) -> float:
        return float(row[-1].strip(" %")) if row[-1].strip(" %").isdigit() else 0.0

    chosen = sorted(rows, key=share)[:n]
    return [row for row in rows if row in chosen]
