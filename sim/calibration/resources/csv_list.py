"""A short list that a hospital keeps as a CSV file, read strictly: a faulty cell is named by file, row, column, value.

Rows are counted from 1 after the header, as in a file of visits; the line of the file is given beside them. Names of
columns are compared without case, blanks and hyphens. What a spreadsheet may put into such a file is named:
formulas and errors, semicolons for commas, another encoding, a byte order mark.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from sim.calibration.resources.cell_text import name_in
from sim.department.scenario import Problem
from sim.department.short_text import cut_end
from sim.engine.measures.number_text import counted
from sim.io.bounded_reader import MIB, UnreadableFile, read_bytes
from sim.io.clean_text import one_line
from sim.io.suggest import closest
from sim.visits.raw_table import BYTE_ORDER_MARKS, MAGIC

MOST_LIST_BYTES: Final = 4 * MIB
MOST_LIST_ROWS: Final = 5_000
"""Of a list of staff or places. A roster of twenty roles with ten shifts on each weekday has 1,400 rows."""
SEPARATORS: Final = (",", ";", "\t")
LONGEST_CELL: Final = 40
"""Characters of a faulty value that are shown."""
N_ROWS_NAMED: Final = 3
"""Rows that are named of many with the same problem."""
MOST_PROBLEMS: Final = 40
"""Different problems of a file that are named one by one."""
FOR_PEOPLE: Final = frozenset({"note", "notes", "comment", "comments", "remark", "remarks", "source"})
"""Columns that are for people and are not read."""
ERRORS_OF_SPREADSHEETS: Final = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")

CellValue = TypeVar("CellValue")


class UnreadableCell(ValueError):
    """Why a cell cannot be read: what to write instead."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its number from 1 after the header, its line in the file, and its cells by our names of the columns."""

    number: int
    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class FaultyCell:
    """Something wrong in a cell, or in a row as a whole where `column` is empty."""

    row: CsvRow
    column: str
    value: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CsvList:
    """The rows of a list, and what was wrong or read another way so far.

    `header` maps our names of the columns to those of the file. `problems` are about the file as a whole. `readings`
    count what was read another way than it is written.
    """

    path: Path
    separator: str = ","
    header: dict[str, str] = field(default_factory=dict)
    rows: list[CsvRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    faulty_cells: list[FaultyCell] = field(default_factory=list)
    readings: Counter[str] = field(default_factory=Counter)

    @property
    def file(self) -> str:
        """The name of the file, on one line."""
        return one_line(self.path.name)

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong so far."""
        return not self.problems and not self.faulty_cells

    def refuse(self, value: str, remedy: str, place: str = "") -> None:
        """Something is wrong with the file, or with a `place` in it."""
        self.problems.append(Problem(f"{self.path} {place}".rstrip(), value, remedy))

    def refuse_cell(self, row: CsvRow, column: str, remedy: str, value: str | None = None) -> None:
        """Something is wrong in a cell, whose text is shown unless another value is."""
        shown = repr(cut_end(row.cells.get(column, ""), LONGEST_CELL)) if value is None else value
        self.faulty_cells.append(FaultyCell(row, column, shown, remedy))

    def note_reading(self, column: str, text: str, meaning: str) -> None:
        """A cell was read as it must have been meant, which is said."""
        if text != meaning:
            self.readings[f"{self.header[column]} {cut_end(text, LONGEST_CELL)!r} read as {meaning}"] += 1

    def read(self, row: CsvRow, column: str, reader: Callable[[str], CellValue]) -> CellValue | None:
        """A cell as `reader` reads it; None where it is empty, no column, or not readable, which is a problem then."""
        text = row.cells.get(column, "")
        if not text:
            return None
        if text.startswith("=") or text.upper() in ERRORS_OF_SPREADSHEETS:
            self.refuse_cell(row, column, "a formula or an error of a spreadsheet: save the values alone")
            return None
        try:
            return reader(text)
        except UnreadableCell as why:
            self.refuse_cell(row, column, str(why))
            return None

    def needed(self, row: CsvRow, column: str, reader: Callable[[str], CellValue]) -> CellValue | None:
        """The same of a cell that may not be empty."""
        if column in self.header and not row.cells.get(column):
            self.refuse_cell(row, column, "give each row one", "nothing")
        return self.read(row, column, reader)

    def all_problems(self) -> list[Problem]:
        """Problems of the file, then its faulty cells, those alike together, each with file, rows and column."""
        alike: dict[tuple[str, str, str], list[CsvRow]] = {}
        for cell in self.faulty_cells:
            alike.setdefault((cell.column, cell.value, cell.remedy), []).append(cell.row)
        found = list(self.problems)
        for (column, value, remedy), rows in alike.items():
            place = f", {self.header[column]}" if column else ""
            found.append(Problem(f"{self.path} {rows_text(rows)}{place}", value, remedy))
        more = len(found) - MOST_PROBLEMS
        if more > 0:
            found[MOST_PROBLEMS:] = [Problem(str(self.path), f"{more:,} problems more", "correct those above first")]
        return found

    def notes(self) -> Iterator[str]:
        """What was read another way than it is written."""
        for text, n in self.readings.items():
            yield f"{self.file}: {text}" + (f", {counted(n, 'row')}" if n else "")


def rows_text(rows: Sequence[CsvRow]) -> str:
    """`row 3 (line 4)`; `rows 3, 5, 8 (lines 4, 6, 9) and 20 more`."""
    shown, more = rows[:N_ROWS_NAMED], len(rows) - N_ROWS_NAMED
    numbers, lines = ", ".join(str(row.number) for row in shown), ", ".join(str(row.line) for row in shown)
    several = "s" if len(shown) > 1 else ""
    return f"row{several} {numbers} (line{several} {lines})" + (f" and {more:,} more" if more > 0 else "")


def read_csv_list(
    path: Path, needed: Sequence[str], optional: Sequence[str], named: Callable[[str], str] = str
) -> CsvList:
    """The rows of a list with its columns by our names; whatever is wrong stands in the answer.

    `named` may know further spellings of a column, and is given its name as `name_in` has it.
    """
    try:
        text = _text_of(path)
    except UnreadableFile as error:
        return CsvList(path, problems=[Problem(str(path), error.value, error.remedy)])
    separator, text, skipped = _separated(text)
    found = CsvList(path, separator)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num + skipped, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        line = reader.line_num + skipped
        found.refuse(f"line {line}", f"not a table ({error}): close each quote, and save the list as CSV again")
        return found
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        found.refuse("nothing", f"the list is empty: write a header ({', '.join(needed)}) and its rows")
        return found
    (line, written), *rows = rows
    while not written[-1]:  # a spreadsheet may put separators behind the last column
        written.pop()
    header = [named(name_in(cell)) for cell in written]
    if not set(header) & set(needed):
        shown = cut_end(", ".join(written), LONGEST_CELL)
        found.refuse(f"{shown!r} in line {line}", f"no header: name the columns first, {', '.join(needed)}")
        return found
    _take_header(found, header, written, needed, optional)
    _take_rows(found, header, rows)
    return found


def _text_of(path: Path) -> str:
    """The text of the file. Raises UnreadableFile."""
    content = read_bytes(path, MOST_LIST_BYTES)
    save = "save the list as CSV (comma-separated values, UTF-8)"
    what = next((what for magic, what in MAGIC if content.startswith(magic)), None)
    if what is not None:
        raise UnreadableFile(path, what, f"not text: {save}")
    if content.startswith(BYTE_ORDER_MARKS):
        raise UnreadableFile(path, "UTF-16", f"not in UTF-8: {save}")
    if b"\0" in content:
        raise UnreadableFile(path, "NUL characters", f"text has none: {save}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(path, f"byte {content[error.start]:#x} in line {line}", f"not in UTF-8: {save}") from error


def _separated(text: str) -> tuple[str, str, int]:
    """The separator, the text without the line in which a spreadsheet names it, and how many lines that are."""
    first, _, rest = text.partition("\n")
    stated = first.strip().strip('"').lower()
    if stated.startswith("sep=") and stated.removeprefix("sep=") in SEPARATORS:
        return stated.removeprefix("sep="), rest, 1
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=header.count), text, 0


def _take_header(
    found: CsvList, header: Sequence[str], written: Sequence[str], needed: Sequence[str], optional: Sequence[str]
) -> None:
    """Known columns by our names; what is unknown, twice or not there."""
    known = (*needed, *optional)
    for name, text in zip(header, written, strict=True):
        if name in known and name not in found.header:
            found.header[name] = text
        elif name in known:
            found.refuse(repr(cut_end(text, LONGEST_CELL)), f"two columns are {name}: keep one of them", "header")
        elif name in FOR_PEOPLE:
            found.readings[f"column {text} is for people and is not read"] += 0
        else:
            close = closest(name, [one for one in known if one not in header])
            remedy = f"did you mean {close}?" if close else f"only {', '.join(known)} are read, and note for people"
            found.refuse(repr(cut_end(text, LONGEST_CELL)), f"no such column: {remedy}", "header")
    for name in needed:
        if name not in header:
            found.refuse("nothing", f"the list needs a column {name}", "header")


def _take_rows(found: CsvList, header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> None:
    """Put the rows into the list, each with its line, and what is wrong with them."""
    if len(rows) > MOST_LIST_ROWS:
        remedy = f"at most {MOST_LIST_ROWS:,} are read: check that it is the right file, with a row for each shift"
        found.refuse(f"{len(rows):,} rows", remedy)
        return
    if not rows:
        found.refuse("no rows", "write a row for each, below the header")
    for number, (line, cells) in enumerate(rows, 1):
        row = CsvRow(number, line, {name: cell for name, cell in zip(header, cells, strict=False) if name})
        if any(cells[len(header) :]):
            remedy = "quote cells that hold the separator"
            found.refuse_cell(row, "", remedy, f"{len(cells)} cells where the header has {len(header)}")
        found.rows.append(row)
