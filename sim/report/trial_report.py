"""The answer of a study of trials: tables of sizes, power, false positives and what is seen; sheets; how to read them.

The five lines are written in `sim.report.words.trial_finding`, the numbers are those of `sim.analysis.trials`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from rich.console import Console

from sim.analysis.trials import BEFORE_AFTER, TrialAnswer
from sim.analysis.valuation import unconverted_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import counted, plain_number, three_digits
from sim.io.workbook import Column, Sheet
from sim.report.console import say, show
from sim.report.description import IN_MIND, Points, Section, TextRows, TextTable
from sim.report.html_page import Picture
from sim.report.screen import MOST_LINES, rich_table, say_finding, shown_briefly
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.tables.answer_workbook import WHOLE, table_sheet
from sim.report.words.caveats import CHANCE_ONLY, RESPECT, STOPPED_BY_HAND
from sim.report.words.measure_words import short_label, whole_percent
from sim.report.words.trial_finding import (
    NOT_IN_REGISTER,
    bare_difference,
    trial_finding,
)

SHORT_DESIGNS = {"patient_offer": "Offer by lot", "before_after": "Before and after"}
TrialRow = dict[str, Any]
WEEKS_OF_YEAR = 52
WHAT_IT_TAKES, POWER, NOBODY_OFFERED, SEEN = (
    "What it takes",
    "Power",
    "Where nobody is offered a peer",
    "What an offer sees",
)


def trial_answer(answer: TrialAnswer, pictures: Sequence[Picture] = ()) -> StoredAnswer:
    """The whole answer, with its drawings where they were made."""
    plan, finding = answer.plan, trial_finding(answer)
    sections = [
        Section(WHAT_IT_TAKES, [TextTable(size_rows(answer)), size_note(answer)]),
        Section(POWER, [TextTable(power_text_rows(answer)), POWER_NOTE]),
        Section(NOBODY_OFFERED, [TextTable(null_text_rows(answer))]),
        Section(SEEN, [TextTable(seen_text_rows(answer)), SEEN_NOTE]),
        Section("How trials are analysed", [Points(METHODS)]),
        Section(IN_MIND, [Points(care_with_trials(answer))]),
    ]
    words = {
        "scenarios": f"{plan.labels[0]}; {plan.labels[1]} offered to half the patients, and to all, at each effect",
        "played": f"{counted(answer.n, 'site')} of {counted(plan.weeks, 'week')} of each, followed for "
        f"{counted(plan.follow_up_days, 'day')} more",
        "replications": str(answer.n),
        "validated": "not by this study; the default department is judged in docs/verification.md",
        "sensitivity": CHANCE_ONLY,
        "warm_up": "weeks of warm-up are not measured.",
    }
    kept = [each for each in sections if all(block.rows[1:] for block in each.blocks if isinstance(block, TextTable))]
    return stored_answer(finding, kept, pictures, words)


# --- tables as text


def size_rows(answer: TrialAnswer) -> TextRows:
    """A row for each design, outcome and effect: difference, visits, patients, months by number of sites."""
    sites = answer.plan.sites
    rows: TextRows = [("Outcome", "Design", "Effect", "Difference", "Visits", "Patients", *map(months_head, sites))]
    for row in in_order_of_outcomes(answer, answer.sizes):
        numbers = [row[name] for name in ("n_visits", "n_patients", *(f"months_{n}" for n in sites))]
        rows.append((*cell_names(row), bare_difference(row["outcome"], row["difference"]), *map(three_digits, numbers)))
    return rows


def months_head(n_sites: int) -> str:
    """The head of a column of months."""
    return f"Months, {counted(n_sites, 'site')}"


def cell_names(row: TrialRow) -> tuple[str, str, str]:
    """Outcome, design and effect of a row."""
    return short_label(row["outcome"]), SHORT_DESIGNS[row["design"]], f"{row['effect']:g}"


def power_text_rows(answer: TrialAnswer) -> TextRows:
    """A row for each size that was played: the share that found something, its limits, and the formula."""
    rows: TextRows = [("Outcome", "Design", "Effect", "Sites", "Months", "Visits", "Trials", "Found", "Formula")]
    for row in in_order_of_outcomes(answer, answer.power):
        size = [str(row["sites"]), three_digits(row["months"]), three_digits(row["n_visits"]), str(row["n_trials"])]
        rows.append((*cell_names(row), *size, share_text(row, "share", "low", "high"), formula_text(row)))
    return rows


def formula_text(row: TrialRow) -> str:
    """The power by the formula with its limits."""
    return share_text(row, "formula", "formula_low", "formula_high")


def share_text(row: TrialRow, share: str, low: str, high: str) -> str:
    """`35 % (18 to 57)`."""
    number, *ends = (plain_number(100.0 * row[name], 0) for name in (share, low, high))
    return f"{number} % ({ends[0]} to {ends[1]})"


def null_text_rows(answer: TrialAnswer) -> TextRows:
    """A row for each size: the share of trials that found something where there was nothing to find."""
    rows: TextRows = [("Outcome", "Design", "Sites", "Months", "Visits", "Trials", "Found (%)", "Limits (%)")]
    for row in in_order_of_outcomes(answer, answer.false_positives):
        number, low, high = (plain_number(100.0 * row[name], 1) for name in ("share", "low", "high"))
        size = (str(row["sites"]), three_digits(row["months"]), three_digits(row["n_visits"]), str(row["n_trials"]))
        design = SHORT_DESIGNS[row["design"]]
        rows.append((short_label(row["outcome"]), design, *size, number, f"{low} to {high}"))
    return rows


def seen_text_rows(answer: TrialAnswer) -> TextRows:
    """A row for each outcome and effect: what an offer sees, the truth, and what moves either arm."""
    rows: TextRows = [
        ("Outcome", "Effect", "Trial sees", "Always, not never", "Beside it", "Offered move", "Control moves")
    ]
    for row in in_order_of_outcomes(answer, answer.seen):
        name, _, effect = cell_names(row)
        parts = ("sees", "truth", "beside_truth", "offered_moved", "control_moved")
        rows.append((name, effect, *(with_limits(row, part) for part in parts)))
    return rows


def with_limits(row: TrialRow, part: str) -> str:
    """`−1.97 (−2.11 to −1.83)`, in the unit of the outcome."""
    number, low, high = (bare_difference(row["outcome"], row[f"{part}{end}"]) for end in ("", "_low", "_high"))
    return f"{number} ({low} to {high})"


def in_order_of_outcomes(answer: TrialAnswer, table: pd.DataFrame) -> Iterator[TrialRow]:
    """Rows of a table, those of an outcome together, in the order in which outcomes were named."""
    for outcome in answer.plan.outcomes if len(table) else ():
        for row in table[table["outcome"] == outcome].to_dict("records"):
            yield {str(name): value for name, value in row.items()}


# --- words


SIZE_NOTE = (
    "For power {power}, two-sided at {level}. A dash: no difference beyond chance in {n} simulated sites, so that no "
    "size can be told. Months are those of recruiting, both periods of a before-after comparison together; {days} of "
    "following come after."
)
POWER_NOTE = (
    "Trials of each size were cut from the simulated sites or pooled from several; each site is in one of them. "
    "Formula: noncentral t, with the difference that the simulated sites have, the error that their trials state and "
    "its degrees of freedom, and its limits over the interval of that difference."
)
SEEN_NOTE = (
    "What an offer to half the patients sees beside what having peers always rather than never changes for all, on the "
    "same simulated patients, with limits. Offered move: peers are shared by half as many. Control moves: who is not "
    "offered a peer is in the same department; peers still join huddles, and time freed is everybody's. Shares in "
    "percentage points. A simulated before-after comparison sees the truth, because nothing else changes."
)
METHODS = (
    "Who is analysed: every visit of the outcome's part, by the arm the patient was drawn into, met by a peer or not.",
    "Patient-randomised offer: difference of means between arms; errors robust for visits of one patient. With fewer "
    "than 30 patients in an arm, or 10 events or non-events, patients are permuted between arms 999 times.",
    "Before-after comparison: weeks of one period are paired with those of the other; errors are robust for visits of "
    "one patient and of weeks that follow each other, with Bartlett weights that reach as far as the root of their "
    "number, and have the degrees of freedom that this leaves.",
    "Several sites: each is a stratum with weight n1 n2 / (n1 + n2).",
    "References: Newey & West 1987, Econometrica 55:703-708 (weeks); Satterthwaite 1946, Biometrics Bull. 2:110-114 "
    "(degrees of freedom); Cameron, Gelbach & Miller 2011, J. Bus. Econ. Stat. 29:238-249 (patients and weeks); Wilson "
    "1927, J. Am. Stat. Assoc. 22:209-212 (limits of shares).",
    "Differences are estimated beside trials of the same patients in which nobody is offered anything: these find "
    "nothing on average, and what is chance in both cancels.",
)


def size_note(answer: TrialAnswer) -> str:
    """What the table of sizes holds."""
    plan = answer.plan
    level = whole_percent(round(1.0 - plan.confidence, 6))
    days = counted(plan.follow_up_days, "day")
    return SIZE_NOTE.format(power=whole_percent(plan.power), level=level, n=answer.n, days=days)


def care_with_trials(answer: TrialAnswer) -> Iterator[str]:
    """What must be said beside it."""
    plan = answer.plan
    yield (
        "The effect is assumed, not found. A trial learns of it only what the outcome shows; hope, dignity and "
        "belonging are in no outcome here."
    )
    yield (
        "Sites are alike, and like this department. Real ones differ: patient-randomised arms share their site, but "
        "the effect itself may differ between sites, which no simulated site shows."
    )
    yield (
        "Everybody of the outcome's part is in the trial, at any hour. One that asks only while a peer is on duty "
        "needs fewer visits and more months."
    )
    if BEFORE_AFTER in plan.designs:
        yield (
            "Years and seasons differ as a whole, which no period shows from inside: the stated error of waits before "
            "and after is a little too small. Read their power beside the trials in which nobody is offered a peer."
        )
    if plan.weeks % WEEKS_OF_YEAR:
        yield (
            f"{counted(plan.weeks, 'week')} are no whole years. Both simulated periods of a before-after comparison "
            "lie in the same months; real ones that follow each other do not, unless each is a whole year."
        )
    if not answer.is_whole:
        planned = counted(plan.design.replications, "site")
        yield f"Stopped early: {answer.n} of {planned} are counted. {STOPPED_BY_HAND}"
    yield NOT_IN_REGISTER
    yield from filter(None, [unconverted_text(plan.design.scenarios.values())])
    yield CHANCE_ONLY
    yield RESPECT


# --- tables and sheets


def trial_tables(answer: TrialAnswer) -> dict[str, pd.DataFrame]:
    """The tables of the folder by name."""
    return {
        "power": answer.power,
        "false_positives": answer.false_positives,
        "sizes": answer.sizes,
        "seen": answer.seen,
        "trial_errors": answer.errors,
    }


def trial_sheets(answer: TrialAnswer) -> list[Sheet]:
    """The same as sheets of a workbook."""
    return [table_sheet(name, table, headers_of(table)) for name, table in trial_tables(answer).items() if len(table)]


def headers_of(table: pd.DataFrame) -> dict[str, Column]:
    """A head for each column: its name in words, with what its cells are."""
    return {
        name: Column(head_of(name), WHOLE if name in WHOLE_COLUMNS else number_cell(table[name]))
        for name in map(str, table)
    }


def head_of(name: str) -> str:
    """`n_patients_low` as `Patients, lower limit`."""
    for end, words in ENDS.items():
        if name.endswith(end):
            return f"{head_of(name.removesuffix(end))}, {words}"
    months = re.fullmatch(r"months_(\d+)", name)
    if months:
        return months_head(int(months[1]))
    return in_currency(TRIAL_HEADS.get(name, "")) or name.replace("_", " ").capitalize()


def number_cell(column: pd.Series) -> str | None:
    """The format of a column of numbers, none of words."""
    return PRECISE if column.dtype.kind == "f" else None


PRECISE = "#,##0.0000"
ENDS = {"_low": "lower limit", "_high": "upper limit"}
WHOLE_COLUMNS = ("sites", "n_trials", "n_found")
TRIAL_HEADS = {
    "outcome": "Outcome (key of the measure)",
    "effect_key": "Key of the effect",
    "weeks": "Weeks of recruiting at a site",
    "months": "Months until the last is recruited",
    "n_visits": "Visits",
    "n_patients": "Patients",
    "n_trials": "Trials",
    "n_found": "Trials that found something",
    "share": "Share that found something",
    "low": "Share, lower limit",
    "high": "Share, upper limit",
    "formula": "Power by the formula",
    "power": "Power asked for",
    "difference": "Difference (in the unit of the outcome, shares from 0 to 1)",
    "estimate": "Estimate on average (in the unit of the outcome)",
    "estimate_se": "Standard error of the estimate (in the unit of the outcome)",
    "freedom": "Degrees of freedom of the standard error",
    "estimate_sd": "Standard deviation of the estimates of the trials",
    "log_effect_se": "Standard error of the logarithm of the effect",
    "beyond_chance": "Difference beyond chance",
    "peer_hours": "Hours of peers",
    "peer_cad": "Peers by the roster (CAD)",
    "sees": "What the trial sees",
    "truth": "Always rather than never",
    "beside_truth": "What the trial sees less the truth",
    "offered_moved": "Offered arm, beside always",
    "control_moved": "Control arm, beside never",
}


# --- on the terminal


def print_trial(answer: StoredAnswer, console: Console) -> None:
    """The lines, then the sizes by the first outcome as far as there is room."""
    if shown_briefly(answer.finding, console):
        return
    n_said = say_finding(answer.finding, console)
    head, *rows = answer.table(WHAT_IT_TAKES) or [()]
    if rows and len(head) >= FEWEST_COLUMNS:  # the folder may be somebody else's
        first = rows[0][0]
        chosen = [on_screen(row) for row in rows if row[0] == first]
        n_shown = max(MOST_LINES - LINES_BESIDE - n_said, LEAST_ROWS)
        console.print()
        show(console, rich_table([on_screen(head), *chosen[:n_shown]]))
        left = f"; {n_shown} of {len(chosen)} rows" if n_shown < len(chosen) else ""
        said = "Below sites: months of recruiting. A dash: nothing beyond chance. Other outcomes: answer.md."
        say(console, f"By {first}{left}. {said}", style="dim")


def on_screen(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row of the sizes without its outcome, which stands below, and its patients; design and effect in one cell."""
    _, design, effect, difference, visits, _, *months = row
    return f"{design}, {effect}", difference, visits, *(cell.removeprefix("Months, ") for cell in months)


FEWEST_COLUMNS = 7
"""Of the table of sizes, with one number of sites."""
LINES_BESIDE, LEAST_ROWS = 9, 3
"""Lines for progress, the head of the table, what is left out, and where the results are; rows there are always."""
