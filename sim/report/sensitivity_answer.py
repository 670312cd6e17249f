"""The answer of a sensitivity study in words: what decides, what knowing it would be worth, what to measure first.

Its tables are made in `sim.analysis.sensitivity`, its figures in `sim.report.figures.sensitivity_figures`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from sim.analysis.sensitivity import RANKED_DIFFERENCE, ROW, ROW_GROUP, Sensitivity, pairs_of
from sim.analysis.sentences import capital, inside
from sim.analysis.trial_worth import RETURN_HAZARD
from sim.analysis.valuation import STAFF_COST, Worth, preset_text, unconverted_text
from sim.engine.measures import number_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import counted, plain_number, three_digits
from sim.io.workbook import Column, Sheet
from sim.register.draws import shipped_cube
from sim.register.groups import LEARNED_BY, group_of_row
from sim.report.description import CERTAINTY, Finding, FindingLine, Points, Section, TextRows, TextTable
from sim.report.html_page import Picture
from sim.report.screen import print_answer
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.tables.answer_workbook import CHANCE, MONEY, NUMBER_CELL, WHOLE, table_sheet
from sim.report.terminal import lines_written
from sim.report.words.assumption_words import LIKE_PUBLISHED
from sim.report.words.caveats import RESPECT
from sim.report.words.measure_words import short_measure
from sim.report.words.worth_text import counted_text, not_counted_text

DECIDES, WORTH_KNOWING, MEASURE_FIRST, NEEDS_TRIAL = (
    "What decides", "What knowing more is worth", "Measure this first", "What needs a trial",
)  # fmt: skip
MOST_ROWS_NAMED, MOST_ROWS_TABLED = 3, 20
"""Rows named in a sentence, and shown in a table."""


def question_text(found: Sensitivity) -> str:
    """What is asked, in one line."""
    names = [inside(found.played.labels[name]) for name in found.played.drawn.staffings]
    return f"What decides between {number_text.joined(names)}, and what to measure first"


# --- words


def row_text(row: str) -> str:
    """A row of the register in a sentence: `consent to peer contact (SUPA02)`."""
    return f"{row_words(row)} ({row})"


def row_words(row: str) -> str:
    """Its quantity without brackets and what every row has."""
    words = re.sub(r"\s*\([^()]*\)|, (default|base case|no effect)\b", "", shipped_cube().register[row].quantity)
    words = re.sub(r"\bMH\b", "mental-health", words.replace("mental_health", "mental-health").replace("_", " "))
    return inside(words.partition(" (")[0].strip())


def named_rows(rows: Sequence[str]) -> str:
    """Several of them."""
    return number_text.joined([row_text(row) for row in rows])


def pair_text(found: Sensitivity, staffing: str, against: str) -> str:
    """`between peers added and traditional`; the difference is the first minus the second."""
    one, other = (inside(found.played.labels[name]) for name in (staffing, against))
    return f"between {one} and {other}"


def money(amount: float) -> str:
    """An amount to three digits; a dash where it is not known."""
    return three_digits(amount, decimals=0)


def worth_at(found: Sensitivity, times: float) -> str:
    """What outcomes are worth at a multiple: `3,700 CAD a mental health visit avoided`."""
    item = leading_worth(found)
    return f"{times:g} times what is valued" if item is None else f"{amount_at(found, times)} {worth_words(item)}"


def leading_worth(found: Sensitivity) -> Worth | None:
    """The first outcome that the leading account counts beside the cost of staff."""
    worth = (item for item in found.asked.worth if item.counts_in(found.preset) and item.measure != STAFF_COST)
    return next(worth, None)


def worth_words(item: Worth) -> str:
    """`a mental health visit avoided`."""
    return f"a {item.name.replace('_', ' ')} {'avoided' if item.cad_per_unit < 0.0 else 'gained'}"


def amount_at(found: Sensitivity, times: float) -> str:
    """`3,700 CAD`; where nothing but staff is valued `10 times`."""
    item = leading_worth(found)
    return f"{times:g} times" if item is None else f"{money(abs(item.cad_per_unit) * times)} {in_currency('CAD')}"


def beyond_noise(table: pd.DataFrame) -> pd.DataFrame:
    """Ranks above their noise line."""
    return table[table["coefficient"].abs() > table["noise"]]


# --- five lines


def sensitivity_finding(found: Sensitivity) -> Finding:
    """The question and its five lines."""
    lines = {
        DECIDES: decides_text(found),
        WORTH_KNOWING: worth_text(found),
        MEASURE_FIRST: first_text(found),
        NEEDS_TRIAL: trial_text(found),
        CERTAINTY: sureness_text(found),
    }
    return Finding(question_text(found), tuple(FindingLine(label, text) for label, text in lines.items()))


def decides_text(found: Sensitivity) -> str:
    """Rows that move the leading difference of each pair, with how much is explained."""
    drawn = found.played.drawn
    texts = []
    for one, other in pairs_of(drawn.staffings)[-1:] + pairs_of(drawn.staffings)[:1]:
        table = found.difference_ranks(drawn.staffings[one], drawn.staffings[other])
        who = pair_text(found, drawn.staffings[one], drawn.staffings[other])
        text = ranked_text(found, table)
        if text and (who, text) not in texts:
            texts.append((who, text))
    if not texts:
        return f"Too few draws are there to rank anything in {short_measure(found.asked.outcome)}."
    return (
        f"In {short_measure(found.asked.outcome)} "
        + ". ".join(f"{capital(who) if number else who}: {text}" for number, (who, text) in enumerate(texts))
        + "."
    )


def ranked_text(found: Sensitivity, table: pd.DataFrame) -> str:
    """`consent (SUPA02; −15 to −9 min), ... and 4 more of 162; R² 0.61`."""
    if table.empty:
        return ""
    above, r_squared = beyond_noise(table), float(table["r_squared"].iloc[0])
    if above.empty:
        return f"none of {len(table)} rows is beyond noise (R² {r_squared:.2f})"
    named = [row_with_span(found, row) for _, row in above.head(MOST_ROWS_NAMED).iterrows()]
    more = f" and {len(above) - MOST_ROWS_NAMED} more" if len(above) > MOST_ROWS_NAMED else ""
    return f"{', '.join(named)}{more}; the rest of {len(table)} rows is noise (R² {r_squared:.2f})"


def row_with_span(found: Sensitivity, row: "pd.Series[Any]") -> str:
    """A row and the difference where it is low and where it is high."""
    name = found.asked.outcome
    low, high = (number_text.bare(name, float(row[end]), signed=True) for end in ("at_low", "at_high"))
    unit = number_text.short_unit_of_difference(name)
    words = row_text(str(row["row"]))
    return f"{words[:-1]}: {low} to {high} {unit})"


def worth_text(found: Sensitivity) -> str:
    """The value of knowing everything over the range of worths."""
    table = found.everything
    if table.empty:
        return "Nothing can be said in money: too few draws have all that is valued."
    own = table[table["preset"] == found.preset].sort_values("times")
    some = own[own["value"] > 1.96 * own["standard_error"]]
    counted_by = f" ({preset_text(found.preset)})"
    if some.empty:
        most = own.iloc[-1]
        return (
            f"Knowing all that is drawn would change no choice up to {worth_at(found, float(most['times']))}"
            f"{counted_by}: {inside(found.played.labels[str(most['best'])])} it is."
        )
    parts = [
        f"at least {money(row['value'])} ± {money(1.96 * row['standard_error'])} and at most {money(row['highest'])} "
        f"{in_currency('CAD a year and site')} at {worth_at(found, float(row['times']))}"
        for row in some.iloc[[0, -1] if len(some) > 1 else [0]].to_dict("records")
    ]
    none = own[own["times"] < some["times"].iloc[0]]
    nothing = f"; nothing beyond chance up to {worth_at(found, float(none['times'].max()))}" if len(none) else ""
    return (
        f"Knowing all that is drawn would be worth {', '.join(parts)}{nothing}{counted_by}.{as_set_text(table, found)}"
    )


def as_set_text(table: pd.DataFrame, found: Sensitivity) -> str:
    """The value at what outcomes are set to be worth, by the other accounts, where there is any beyond chance."""
    others = table[(table["preset"] != found.preset) & (table["value"] > 1.96 * table["standard_error"])]
    parts = [f"{money(row['value'])} {preset_text(row['preset'])}" for row in others.to_dict("records")]
    return f" At the worths as set: at least {number_text.joined(parts)}." if parts else ""


def first_text(found: Sensitivity) -> str:
    """What a site can measure itself in weeks, in order, and whether knowing it could change the choice."""
    table = first_table(found)
    own = table[~table["needs_trial"]] if len(table) else table
    if own.empty:
        return "Nothing that a site can measure itself is beyond noise in the differences."
    ways: dict[str, list[str]] = {}
    for row in own.head(MOST_ROWS_NAMED + 2).to_dict("records"):
        ways.setdefault(str(row["learned_by"]), []).append(str(row["row"]))
    texts = [f"{LEARNED_BY[way]}: {named_rows(rows)}" for way, rows in ways.items()]
    real = own[own["value"] > 0.0]
    in_money = (
        f"knowing {named_rows(list(real['row']))} would be worth something in money too"
        if len(real)
        else "in money none is worth anything beyond chance, as none of them alone turns the choice"
    )
    return f"A site can find out in weeks, {'; '.join(texts)}. They move the difference; {in_money}."


def trial_text(found: Sensitivity) -> str:
    """What only a trial can say, its worth and that of trials by size."""
    learning = found.learning
    if learning.empty:
        return "Nothing can be said in money."
    real = learning[learning["is_real"] & (learning["what"] == ROW)]
    real = real[np.array([group_of_row(name).needs_trial for name in real["name"]], dtype=bool)]
    own = real[real["preset"] == found.preset]
    if own.empty:
        accounts = sorted(set(real["preset"]))
        also = f"; by the account {preset_text(accounts[0])} something is" if accounts else ""
        return f"Nothing is worth a trial by what is valued ({preset_text(found.preset)}){also}."
    times = float(own["times"].min())
    best = own[own["times"] == times].nlargest(1, "value").iloc[0]
    beside = sorted(set(own["name"]) - {best["name"]})
    others = f"{counted(len(beside), 'other row')} ({', '.join(beside)}) would tell of it" if beside else ""
    together = f" Knowing {others}, as effects of peers are drawn to go together." if beside else ""
    return (
        f"{capital(row_text(str(best['name'])))}: knowing it is worth "
        f"{money(best['value'])} ± {money(1.96 * best['standard_error'])} {in_currency('CAD a year and site')} from "
        f"{worth_at(found, times)} on (cross-fitted {money(best['crossed'])}; chance alone stays below "
        f"{money(best['limit'])}){accounts_text(found, str(best['name']))}.{sizes_text(found, times)}{together}"
    )


def accounts_text(found: Sensitivity, row: str) -> str:
    """What knowing a row is worth by the other accounts, at the worths as set."""
    table = found.learning
    own = table[(table["name"] == row) & (table["preset"] != found.preset) & table["is_real"]]
    parts = [f"{money(each['value'])} {preset_text(each['preset'])}" for each in own.to_dict("records")]
    return f", and at the worths as set {number_text.joined(parts)}" if parts else ""


def sizes_text(found: Sensitivity, times: float) -> str:
    """What trials of some sizes would be worth."""
    table = found.trials
    if table.empty:
        return ""
    own = table[(table["preset"] == found.preset) & (table["times"] == times)].sort_values("n_patients")
    shown = own.iloc[[0, len(own) // 2, -1] if len(own) > 2 else list(range(len(own)))]
    parts = [f"{money(row['value'])} of {row['n_patients']:,} patients" for row in shown.to_dict("records")]
    return f" A trial is worth, {in_currency('CAD a year and site')}, {', '.join(parts)}."


def sureness_text(found: Sensitivity) -> str:
    """How many draws, of what length, and what the numbers are not."""
    drawn = found.played.drawn
    twice = int(np.isfinite(drawn.again).any(axis=(1, 2)).sum())
    return (
        f"{counted(drawn.n_draws, 'draw')} of {counted(len(found.played.rows), 'row')}, {LIKE_PUBLISHED}, each played "
        f"once for {counted(drawn.weeks, 'week')} and {twice} of them twice. Ranks and worths are those of this model "
        "and of the ranges of its register: what it does not hold, they cannot name. Effects of peers are drawn around "
        "what is set, not found."
    )


# --- tables


def first_table(found: Sensitivity) -> pd.DataFrame:
    """Rows beyond noise in a leading difference, or worth something: what a site can measure first, then trials.

    Columns: row, quantity, learned_by, needs_trial, coefficient (the largest of the pairs), at_low, at_high, of (the
    pair), value (money a year and site at the largest worth, where it is real).
    """
    rows: dict[str, dict[str, object]] = {}
    drawn = found.played.drawn
    for one, other in pairs_of(drawn.staffings) if len(found.ranks) else ():
        pair = (drawn.staffings[one], drawn.staffings[other])
        for each in beyond_noise(found.difference_ranks(*pair)).to_dict("records"):
            name = str(each["row"])
            if name not in rows or abs(float(str(rows[name]["coefficient"]))) < abs(each["coefficient"]):
                ends = {end: each[end] for end in ("coefficient", "at_low", "at_high")}
                rows[name] = ends | {"of": pair_text(found, *pair)}
    for each in real_rows(found).to_dict("records"):
        empty = {"coefficient": np.nan, "at_low": np.nan, "at_high": np.nan, "of": ""}
        rows.setdefault(str(each["name"]), empty)
        rows[str(each["name"])] |= {"value": each["value"]}
    table = pd.DataFrame([
        {"row": name, "quantity": row_text(name), "learned_by": group_of_row(name).learned_by,
         "needs_trial": group_of_row(name).needs_trial, "value": 0.0, **each}
        for name, each in rows.items()
    ])  # fmt: skip
    if table.empty:
        return table
    order = np.lexsort((-table["coefficient"].abs().fillna(0.0), -table["value"], table["needs_trial"]))
    return table.iloc[order].reset_index(drop=True)


def real_rows(found: Sensitivity) -> pd.DataFrame:
    """Rows worth something by the leading account at the largest worth of outcomes."""
    table = found.learning
    if table.empty:
        return table
    own = table[table["is_real"] & (table["what"] == ROW) & (table["preset"] == found.preset)]
    found_rows: pd.DataFrame = own[own["times"] == table.loc[table["preset"] == found.preset, "times"].max()]
    return found_rows


def first_rows(found: Sensitivity) -> TextRows:
    """The same as text."""
    most = found.learning.loc[found.learning["preset"] == found.preset, "times"].max() if len(found.learning) else 0.0
    worth = f"Worth, {in_currency('CAD a year and site')}, at {amount_at(found, float(most))}"
    rows: TextRows = [("Row of the register", "How it is learned", "Low to high", "Difference between", worth)]
    name = found.asked.outcome
    for each in first_table(found).head(MOST_ROWS_TABLED).to_dict("records"):
        span = "–"
        if np.isfinite(each["at_low"]):
            low, high = (number_text.bare(name, each[end], signed=True) for end in ("at_low", "at_high"))
            span = f"{low} to {high} {number_text.short_unit_of_difference(name)}"
        value = money(each["value"]) if each["value"] else "–"
        pair = each["of"].removeprefix("between ") or "–"
        rows.append((cut_row(each["quantity"]), LEARNED_BY[each["learned_by"]], span, pair, value))
    return rows


def cut_row(text: str) -> str:
    """A row's name as a table has room for it, its id kept."""
    words, _, row = text.rpartition(" (")
    return (
        text if len(text) <= LONGEST_ROW_NAME else f"{words[: LONGEST_ROW_NAME - 3 - len(row)].rstrip(' ,:')}… ({row}"
    )


LONGEST_ROW_NAME = 46
"""Characters of a row's name in a table or figure."""


def rank_rows(found: Sensitivity, staffing: str, against: str) -> TextRows:
    """The rows that move a difference most, and where the noise line lies."""
    rows: TextRows = [("Row of the register", "Rank coefficient", "Low", "High", "Beyond noise")]
    name = found.asked.outcome
    for each in found.difference_ranks(staffing, against).head(MOST_ROWS_TABLED).to_dict("records"):
        ends = [number_text.bare(name, each[end], signed=True) for end in ("at_low", "at_high")]
        is_beyond = abs(each["coefficient"]) > each["noise"]
        coefficient = plain_number(each["coefficient"], 2, signed=True)
        rows.append((row_text(each["row"]), coefficient, *ends, "yes" if is_beyond else "no"))
    return rows


def everything_rows(found: Sensitivity) -> TextRows:
    """Choice by the mean and the value of knowing everything, at every worth."""
    rows: TextRows = [("Account", "Outcomes at", "Best on average", "Worth at least", "±", "At most")]
    for each in found.everything.to_dict("records"):
        best = found.played.labels[each["best"]]
        error = money(1.96 * each["standard_error"])
        cells = (f"{each['times']:g} times", best, money(each["value"]), error, money(each["highest"]))
        rows.append((preset_text(each["preset"]), *cells))
    return rows


def learning_rows_text(found: Sensitivity, what: str) -> TextRows:
    """What is worth most to know, at every worth: at most three of each, and what chance gives."""
    head = "Group of rows" if what == ROW_GROUP else "Row of the register"
    rows: TextRows = [("Account", "Outcomes at", head, "Worth", "±", "Cross-fitted", "Limit of chance", "Real")]
    table = found.learning[found.learning["what"] == what] if len(found.learning) else found.learning
    for (preset, times), each in table.groupby(["preset", "times"], sort=False) if len(table) else ():
        for row in each[each["value"] > 0.0].nlargest(3, "value").to_dict("records"):
            name = row["name"] if what == ROW_GROUP else row_text(row["name"])
            numbers = (row["value"], 1.96 * row["standard_error"], row["crossed"], row["limit"])
            real = "yes" if row["is_real"] else "no"
            rows.append((preset_text(str(preset)), f"{times:g} times", name, *map(money, numbers), real))
    return rows


def trial_rows(found: Sensitivity) -> TextRows:
    """What trials of all sizes are worth, at worths at which one of them is worth anything."""
    head = ("Account", "Outcomes at", "Patients", "Error of ln(hazard ratio)", "Worth", "±", "By regression")
    rows: TextRows = [head]
    table = found.trials
    if len(table):
        table = table[table.groupby(["preset", "times"])["value"].transform("max") > 0.0]
    for each in table.to_dict("records"):
        numbers = (each["value"], 1.96 * each["standard_error"], each["by_regression"])
        cells = (f"{each['n_patients']:,}", f"{each['error']:.3f}", *map(money, numbers))
        rows.append((preset_text(each["preset"]), f"{each['times']:g} times", *cells))
    return rows


def sections_of(found: Sensitivity) -> Iterator[Section]:
    """All parts of the page."""
    drawn = found.played.drawn
    yield Section(MEASURE_FIRST, [TextTable(first_rows(found), is_words=True)])
    for one, other in pairs_of(drawn.staffings):
        pair = (drawn.staffings[one], drawn.staffings[other])
        yield Section(f"What moves the difference {pair_text(found, *pair)}", [TextTable(rank_rows(found, *pair))])
    yield Section(WORTH_KNOWING, [TextTable(everything_rows(found))])
    yield Section("What is worth knowing, row by row", [TextTable(learning_rows_text(found, ROW))])
    yield Section("What is worth knowing, by group", [TextTable(learning_rows_text(found, ROW_GROUP))])
    yield Section("What a trial is worth", [TextTable(trial_rows(found))])
    yield Section("How to read this", [Points(reading_notes(found))])


def reading_notes(found: Sensitivity) -> Iterator[str]:
    """What the numbers are, and are not."""
    yield (
        "Rank coefficients are of a ridge regression of ranks on all rows at once; R² is of draws that were not "
        "fitted. The noise line is what the largest of as many dummies exceeds in 1 of 20: every draw has a seed of "
        "its own, so that dummies meet the chance that rows meet. Low and high: where a row is at its 10 % and 90 % "
        "point in the draws, all others as they come."
    )
    yield in_currency(
        "Worth knowing is in CAD a year and site, less what permuted draws give. It is called real if it is beyond "
        "what chance gives the largest of all rows, and choices made by fits to other draws are better too. ±: 1.96 "
        "standard errors. Knowing everything is given at least (chosen by one run of a draw, valued on the other) and "
        "at most (chance taken for knowledge)."
    )
    valued = found.asked.worth, found.asked.presets
    yield f"{counted_text(*valued)} {not_counted_text(*valued)}"
    yield from filter(None, [unconverted_text(worth=found.asked.worth)])
    if found.asked.errors is not None and RETURN_HAZARD in found.played.rows:
        yield found.asked.errors.source
    elif RETURN_HAZARD not in found.played.rows:
        yield "The effect on returns is set to a value of its own and is not drawn: no trial of it is valued."
    yield "Who can learn what is a judgement of this project (sim/data/assumption_groups.csv)."
    yield RESPECT


def sensitivity_answer(found: Sensitivity, pictures: Sequence[Picture] = ()) -> StoredAnswer:
    """The whole answer, with its drawings where they were made."""
    drawn = found.played.drawn
    finding = sensitivity_finding(found)
    words = {
        "scenarios": f"{counted(len(drawn.staffings), 'staffing')} in {counted(drawn.n_draws, 'draw')} of the register",
        "played": f"1 replication of {counted(drawn.weeks, 'week')} of each draw, a quarter of the draws twice",
        "replications": "1 or 2 of each draw",
        "sensitivity": decides_text(found),
        "warm_up": "weeks of warm-up are not measured.",
    }
    return stored_answer(finding, list(sections_of(found)), pictures, words)


def print_sensitivity(answer: StoredAnswer, console: Console) -> None:
    """The five lines, and what to measure first."""
    print_answer(answer.on_screen(answer.table(MEASURE_FIRST)), console, lines_written(console))


# --- workbook

_NAMES = {"preset": Column("Account"), "times": Column("Outcomes at so many times their worth", NUMBER_CELL)}
SENSITIVITY_COLUMNS = {
    "first": {
        "quantity": Column("Row of the register"), "learned_by": Column("How it is learned"),
        "needs_trial": Column("Needs a trial"), "of": Column("Difference of"),
        "coefficient": Column("Rank coefficient", NUMBER_CELL), "at_low": Column("Difference where low", NUMBER_CELL),
        "at_high": Column("Difference where high", NUMBER_CELL),
        "value": Column("Worth at the largest worth of outcomes (CAD a year and site)", MONEY),
    },
    "ranks": {
        "staffing": Column("Staffing"), "against": Column("Beside"), "row": Column("Row"),
        "coefficient": Column("Rank coefficient", NUMBER_CELL), "noise": Column("Noise line", NUMBER_CELL),
        "at_low": Column("Difference where low", NUMBER_CELL), "at_high": Column("Difference where high", NUMBER_CELL),
        "r_squared": Column("R² (other draws)", NUMBER_CELL), "n": Column("Draws", WHOLE),
    },
    "everything": {
        **_NAMES, "best": Column("Best on average"), "value": Column("Worth at least (CAD a year and site)", MONEY),
        "standard_error": Column("Standard error", MONEY), "highest": Column("At most", MONEY),
        "n": Column("Draws", WHOLE),
    },
    "learning": {
        **_NAMES, "what": Column("Row or group"), "name": Column("Which"),
        "value": Column("Worth (CAD a year and site)", MONEY), "standard_error": Column("Standard error", MONEY),
        "crossed": Column("Cross-fitted", MONEY), "null": Column("By chance, on average", MONEY),
        "limit": Column("Limit of chance", MONEY), "is_real": Column("Real"),
    },
    "trials": {
        **_NAMES, "n_patients": Column("Patients", WHOLE), "error": Column("Error of ln(hazard ratio)", NUMBER_CELL),
        "value": Column("Worth (CAD a year and site)", MONEY), "standard_error": Column("Standard error", MONEY),
        "by_regression": Column("By regression", MONEY),
    },
    "benefit": {
        **_NAMES, "staffing": Column("Staffing"), "mean": Column("Net benefit, mean (CAD a week)", MONEY),
        "probability": Column("Probability of being best", CHANCE), "regret": Column("Regret (CAD a week)", MONEY),
    },
}  # fmt: skip
"""Headers of the sheets."""


def sensitivity_sheets(found: Sensitivity) -> Iterator[Sheet]:
    """A sheet a table; of the ranks those of the leading outcome's differences."""
    ranks = found.ranks
    if len(ranks):
        ranks = ranks[(ranks["kind"] == RANKED_DIFFERENCE) & (ranks["measure"] == found.asked.outcome)]
    tables = {"first": first_table(found), "ranks": ranks} | {
        name: getattr(found, name) for name in ("everything", "learning", "trials", "benefit")
    }
    for name, table in tables.items():
        if len(table):
            yield table_sheet(name, table, SENSITIVITY_COLUMNS[name])
