"""The assumptions in use as an answer: how many there are of each grade, and every row with its key."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache

import pandas as pd
from rich.console import Console
from rich.text import Text

from sim.analysis.sentences import capital
from sim.engine.measures.number_text import counted
from sim.io.short_lists import few_of
from sim.io.workbook import Column, Sheet
from sim.register.rows import GRADES, ROLES, Assumption, read_keys
from sim.report.console import say, say_unbroken
from sim.report.description import CERTAINTY, Finding, FindingLine, Section, TextRows, TextTable
from sim.report.screen import MOST_LINES, n_lines, say_finding, shown_briefly
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.tables.answer_workbook import table_sheet

REGISTER_FILE = "register.csv"
REGISTER_ROWS = "Rows of the register"
REGISTER_HEAD = ("Id", "Assumption and key", "Value and range", "Grade", "Source")
MOST_KEYS = 2
"""Keys named in a row; `register.csv` has all."""
REGISTER_COLUMNS = {
    "id": Column("Id"),
    "quantity": Column("Assumption", wrap=True),
    "key": Column("Key", wrap=True),
    "value": Column("Value"),
    "low": Column("From"),
    "high": Column("To"),
    "unit": Column("Unit"),
    "distribution": Column("Drawn as"),
    "role": Column("What kind of number"),
    "grade": Column("Grade"),
    "source": Column("Source", wrap=True),
    "doi": Column("DOI"),
    "replaced_by": Column("Replaced on the command line by", wrap=True),
    "file": Column("File", wrap=True),
    "note": Column("Note", wrap=True),
}


def register_table(rows: Sequence[Assumption]) -> pd.DataFrame:
    """A row for each assumption; several keys or files in one cell are set apart by blanks. All is text."""
    cells = []
    for row in rows:
        several = {"key": keys_of_row(row), "replaced_by": row.overridden, "file": row.files}
        joined = {name: " ".join(texts) for name, texts in several.items()}
        cells.append({name: joined[name] if name in joined else getattr(row, name) for name in REGISTER_COLUMNS})
    return pd.DataFrame(cells, columns=list(REGISTER_COLUMNS), dtype=object)


def register_sheet(table: pd.DataFrame) -> Sheet:
    """The same as a sheet."""
    return table_sheet("register", table, REGISTER_COLUMNS)


def register_answer(
    rows: Sequence[Assumption],
    n_used: int,
    asked: str,
    staffing: str,
    absent: Collection[str] = (),
    own_files: Sequence[str] = (),
) -> StoredAnswer:
    """What is in use, or what was requested of it; `n_used` rows are in use under the staffing, in a department without
    the topics that are `absent`. Numbers of the user's `own_files` stand in no row."""
    which = f"{counted(n_used, 'row')} of the register in use with staffing={staffing}"
    shown = f"{counted(len(rows), 'row')} of {which} ({asked})" if asked else which
    grades = Counter(row.grade for row in rows)
    roles = Counter(row.role for row in rows)
    replaced = sum(bool(row.overridden) for row in rows)
    in_draws, in_a_sweep = "study.assumptions=true plays draws of them", "a sweep plays several: peered -m KEY=LOW,HIGH"
    of_rows = {
        "How well known": f"{'; '.join(f'{grades[grade]} {grade} ({words})' for grade, words in GRADES.items())}.",
        "What kind": f"{'; '.join(f'{roles[role]} {role} ({words})' for role, words in ROLES.items() if roles[role])}.",
        "Replaced": f"The command replaced the value of {replaced}." if replaced else "None by the command.",
    }
    new = "numbers that are new there have no row; where they come from belongs beside them"
    lines = {
        "How many": f"{capital(shown)}.",
        **(of_rows if rows else {}),
        **({"Your own files": f"{few_of(own_files, MOST_KEYS, ', ')}: {new}."} if own_files else {}),
        CERTAINTY: f"Ranges are how far a value may be wrong; {in_a_sweep if 'children' in absent else in_draws}.",
    }
    counts: TextRows = [("Grade", "Means", "Rows")]
    counts += [(grade, words, str(grades[grade])) for grade, words in GRADES.items()]
    every: TextRows = [REGISTER_HEAD, *map(register_cells, rows)]
    sections = [
        Section("Grades", [TextTable(counts, is_words=True)]),
        *([Section(REGISTER_ROWS, [TextTable(every, is_words=True)])] if rows else []),
    ]
    finding = Finding("What is assumed?", tuple(FindingLine(label, text) for label, text in lines.items()))
    return stored_answer(finding, sections)


def register_cells(row: Assumption) -> tuple[str, ...]:
    """A row as text: its keys below the quantity."""
    source = f"{row.source}, doi {row.doi}" if row.doi else row.source
    keys = few_of(keys_of_row(row), MOST_KEYS, ", ")
    return row.id, f"{row.quantity}\n{keys}", assumed_value(row), row.grade, source


_ENTRY = re.compile(r"\.\d+$")


@cache
def _holders() -> dict[str, list[str]]:
    """Keys that hold the values of rows, by id."""
    found: dict[str, list[str]] = {}
    for each in read_keys():
        found.setdefault(each.id, []).append(each.key)
    return found


def keys_of_row(row: Assumption) -> tuple[str, ...]:
    """The keys that hold a row's value, or else those that name it, a list by its own key; each once."""
    named = (_ENTRY.sub("", place) for place in row.places)
    return tuple(dict.fromkeys(_holders().get(row.id) or named))


def assumed_value(item: Assumption) -> str:
    """Value, unit, range, and whether it was replaced."""
    reach = f" ({item.low} to {item.high})" if item.low and item.high else ""
    replaced = f"; replaced by {', '.join(item.overridden)}" if item.overridden else ""
    return f"{item.value} {item.unit}{reach}{replaced}"


def print_register(answer: StoredAnswer, console: Console) -> None:
    """The lines, then the rows with their keys, which are not broken so that they can be copied.

    Of more than `MOST_PRINTED` those that fit on a screen: nobody reads three hundred there.
    """
    if shown_briefly(answer.finding, console):
        return
    n_said = say_finding(answer.finding, console)
    rows = [row for row in answer.table(REGISTER_ROWS)[1:] if len(row) == len(REGISTER_HEAD)]
    room = MOST_LINES - LINES_OF_HOW - n_said
    for place, (number, quantity, value, grade, source) in enumerate(rows):
        what, _, keys = quantity.partition("\n")
        text = Text.assemble("\u2022 ", (number, "bold"), f" {grade}  {what}: {value}. {source}")
        room -= n_lines(text, console) + bool(keys)
        if len(rows) > MOST_PRINTED and room < 0:
            say(console, f"{len(rows) - place} more rows. {HOW_TO_SEE_ALL}")
            return
        say(console, text)
        if keys:
            say_unbroken(console, f"  {keys}", "dim")


MOST_PRINTED, LINES_OF_HOW = 60, 3
HOW_TO_SEE_ALL = (
    "Those about something: study.word=wait, study.grade=[A]. All of them in one file: output=FOLDER writes "
    "report.html and answer.xlsx."
)
