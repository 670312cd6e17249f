"""What stands behind an answer, as sections of a page: how precise it is, whether the department had settled, which
published figures it misses, and which assumptions it rests on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from sim.analysis.comparison_result import Comparison
from sim.analysis.validation import VERDICTS, Validation
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import NOTHING, counted, half_width_text, plain_number, short_unit_of_difference
from sim.register.rows import GRADES, Assumption
from sim.report.assumptions_report import assumed_value
from sim.report.description import Block, Points, Section, TextRows, TextTable
from sim.report.validation_report import WHAT_VERDICTS_MEAN, missed_sentences, text_rows
from sim.report.words.caveats import exact_percent, half_width_lines, mark_of, replication_lines
from sim.report.words.measure_words import measure_text

# --- precision and warm-up


def precision_sections(comparison: Comparison) -> Iterator[Section]:
    """How wide the intervals of the headline measures are, and whether each staffing had settled."""
    said = [*half_width_lines(comparison), *replication_lines(comparison.n_replications(), bool(comparison.others))]
    yield Section("Precision", [TextTable(precision_rows(comparison)), *said])
    central = comparison.at_level(comparison.cautions)
    yield from settled_sections(central, [comparison.label(name) for name in central["staffing"]])


def precision_rows(comparison: Comparison) -> TextRows:
    """A row for each headline measure: half-width of the baseline's mean, and the widest of the paired differences."""
    apart = ("Widest paired difference", "Judged together", "Least correlation") if comparison.others else ()
    rows: TextRows = [("Measure", "Unit", "Baseline's mean", *apart, "Replications")]
    for name in comparison.known_measures(HEADLINE):
        own = comparison.estimate(comparison.baseline, name)
        if own is None:
            continue
        cells = [half_width_text(name, own.half_width)]
        if comparison.others:
            found = [item for each in comparison.others if (item := comparison.difference(each, name)) is not None]
            widths = ([item.half_width for item in found], [item.simultaneous for item in found])
            cells += [half_width_text(name, max(width)) if width else NOTHING for width in widths]
            cells.append(plain_number(least_correlation(comparison, name), 2))
        rows.append((measure_text(name), short_unit_of_difference(name), *cells, str(own.n)))
    return rows


def least_correlation(comparison: Comparison, name: str) -> float:
    """Of values of a measure under the baseline and under another staffing, over replications: what pairing is for."""
    table = comparison.at_level(comparison.differences)
    return float(table.loc[table["measure"] == name, "correlation"].min()) if len(table) else float("nan")


SETTLED = (
    "The department starts empty. Had the warm-up been too short, or were there too few staff for a steady state, the "
    "minutes waited per arrival would grow from the first third of the measured weeks to the last, or many visits "
    "would be unfinished at their end. Where they do, beyond the limits, a scenario has a mark."
)


def settled_sections(cautions: pd.DataFrame, names: Sequence[str]) -> Iterator[Section]:
    """What the guards saw in each scenario; `names` in the order of the rows."""
    rows: TextRows = [
        ("Scenario", "Waited per arrival, first third (min)", "last third (min)", "Unfinished at the end", "limit",
         "Leave unseen", "Mark")
    ]  # fmt: skip
    for name, row in zip(names, cautions.to_dict("records"), strict=True):
        waits = [plain_number(row[column], 1) for column in ("wait_first_third", "wait_last_third")]
        shares = [exact_percent(row[column]) for column in ("unfinished", "unfinished_limit", "leaving")]
        rows.append((name, *waits, *shares, mark_of(row["many_leave"], row["no_steady_state"]) or "none"))
    yield Section("Warm-up and steady state", [TextTable(rows), SETTLED])


# --- published figures


def validation_sections(validation: Validation, whose: str) -> Iterator[Section]:
    """Rows that are not inside their accepted range; `whose` values they are."""
    judged = [row for row in validation.rows if row.verdict]
    not_inside = [row for row in judged if row.verdict != "inside"]
    said: list[Block] = [f"{validation_text(validation)} {whose}", *validation.notes]
    table = TextTable(text_rows(not_inside), is_words=True)
    yield Section("", said)
    yield Section("Rows that are near or miss", [table, f"{WHAT_VERDICTS_MEAN}.", Points(missed_sentences(validation))])


def validation_text(validation: Validation) -> str:
    """How many rows are inside, near, missed, and how many of those that nothing was tuned to."""

    def numbers(of_uses: Sequence[str]) -> str:
        return ", ".join(f"{sum(validation.counts[use][each] for use in of_uses)} {each}" for each in VERDICTS)

    every = numbers(tuple(validation.counts))
    return f"Beside published figures, by docs/protocol.md: {every}; of those that no number was moved for, " + (
        f"{numbers(('check',))}."
    )


# --- assumptions


def assumption_sections(used: Sequence[Assumption]) -> Iterator[Section]:
    """Every row of the register in use with its value, range, source and grade."""
    rows: TextRows = [("Id", "Assumption", "Value and range", "Grade", "Source")]
    for row in used:
        source = f"{row.source}, doi {row.doi}" if row.doi else row.source
        rows.append((row.id, row.quantity, assumed_value(row), row.grade, source))
    yield Section("", [assumptions_text(used), GRADE_WORDS, TextTable(rows, is_words=True)])


GRADE_WORDS = f"{'; '.join(f'{grade}: {words}' for grade, words in GRADES.items())}."


def assumptions_text(used: Sequence[Assumption]) -> str:
    """How many numbers of the register are in use, and of which grades."""
    counts = Counter(row.grade for row in used)
    grades = ", ".join(f"{counts[grade]} of grade {grade}" for grade in GRADES)
    changed = sum(bool(row.overridden) for row in used)
    replaced = f" The command replaced the value of {changed}." if changed else ""
    return f"{counted(len(used), 'row')} of the register in use: {grades}.{replaced}"


def used_assumptions(named: Mapping[str, Sequence[str]], register: Mapping[str, Assumption]) -> list[Assumption]:
    """Rows of the register that are named, with the keys of the command that replaced their values."""
    return [replace(row, overridden=tuple(named[name])) for name, row in register.items() if name in named]
