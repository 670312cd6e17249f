"""A DuckDB query over the text of a visits file that grows by a typed column or a flag at a time.

`visit_fields` adds to it; `run` evaluates it once into the table `visits`. The functions below it take the SQL of a
text and return the SQL of its value, NULL where the text is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import duckdb

from sim.io import sql
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import N_EXAMPLES, DataFinding, FindingLevel
from sim.visits.raw_table import RawTable

NOT_A_TIME: Final = "not a date and time"
_QUERY_COLUMNS: Final = re.compile(r"\b(?:[fb]_[a-z0-9_]+|t_[a-z0-9_]+)\b")


@dataclass
class VisitsQuery:
    """The query, what each field comes from (`origin`), and the findings so far.

    DuckDB columns: `t_` texts, `f_` fields, `b_` flags. An expression may name any of them; it is put at the first
    nesting level of the query at which all that it names exist, so that the levels stay few.
    """

    connection: duckdb.DuckDBPyConnection
    column_map: ColumnMap
    raw: RawTable
    findings: list[DataFinding] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    flags: list[DataFinding] = field(default_factory=list)
    """Kinds of trouble; the column `b_N` of the N-th is true in the rows that have it."""
    flagged: list[int] = field(default_factory=list)
    """Rows of each flag, known after `run`."""
    _left_out: list[int] = field(default_factory=list)
    _levels: list[list[str]] = field(default_factory=list)
    _level_of: dict[str, int] = field(default_factory=dict)
    _version: dict[str, str] = field(default_factory=dict)

    def has(self, column: str | None) -> bool:
        """Whether the file has the column."""
        return column is not None and column in self.raw.column_of

    def knows(self, *fields: str) -> bool:
        """Whether the file gives all these fields."""
        return self.origin.keys() >= set(fields)

    def add(self, name: str, expression: str) -> None:
        """Add a column to the query, or a new version of one."""
        expression = _QUERY_COLUMNS.sub(lambda found: self._version.get(found[0], found[0]), expression)
        level = 1 + max((self._level_of.get(found[0], -1) for found in _QUERY_COLUMNS.finditer(expression)), default=-1)
        alias = name if name not in self._version else f"{self._version[name]}x"
        self._version[name], self._level_of[alias] = alias, level
        while len(self._levels) <= level:
            self._levels.append([])
        self._levels[level].append(f"{expression} AS {alias}")

    def text(self, column: str) -> str:
        """The query's column with the text of a column of the file; blanks and the map's missing codes are NULL."""
        text = self.raw.column_of[column]
        name = f"t_{text}"
        if name not in self._version:
            codes = ", ".join(sql.literal(code) for code in self.column_map.missing_codes)
            self.add(name, f"CASE WHEN {text} NOT IN ({codes}) THEN {text} END" if codes else text)
        return name

    def add_field(self, name: str, column: str, expression: str) -> None:
        """Add the typed column of a field that comes from a column of the file."""
        self.add(f"f_{name}", expression)
        self.origin[name] = column

    def set_missing(self, name: str, condition: str) -> None:
        """Make a field missing where the condition holds."""
        self.add(f"f_{name}", f"CASE WHEN {condition} THEN NULL ELSE f_{name} END")

    def note(self, column: str, condition: str, kind: str, remedy: str) -> str:
        """Add a flag that is reported only; returns its name."""
        return self._flag(FindingLevel.NOTE, column, condition, kind, remedy)

    def fault(self, column: str, condition: str, kind: str, remedy: str) -> str:
        """Add a flag whose rows count towards the tolerated share; returns its name."""
        return self._flag(FindingLevel.FAULT, column, condition, kind, remedy)

    def fault_of_field(self, name: str, condition: str, kind: str, remedy: str) -> None:
        """Flag a fault of a field, and make the field missing there."""
        self.set_missing(name, self.fault(self.origin[name], condition, kind, remedy))

    def _flag(self, level: FindingLevel, column: str, condition: str, kind: str, remedy: str) -> str:
        name = f"b_{len(self.flags)}"
        self.add(name, f"coalesce({condition}, false)")
        self.flags.append(DataFinding(level, column, kind, remedy))
        return name

    def leave_out(self, column: str, condition: str, kind: str, remedy: str) -> None:
        """Leave rows out of the table; they are counted in a note, and nothing else is told of them."""
        self.note(column, condition, kind, remedy)
        self._left_out.append(len(self.flags) - 1)

    def error(self, column: str, kind: str, remedy: str) -> None:
        """Report why the file cannot be used."""
        self.findings.append(DataFinding(FindingLevel.ERROR, column, kind, remedy))

    @property
    def sql(self) -> str:
        """The whole query, level by level; of a column with several versions the last."""
        inner = self.raw.name
        for level in self._levels:
            inner = f"(SELECT *, {', '.join(level)} FROM {inner})"
        last = [f"{alias} AS {name}" for name, alias in self._version.items() if not name.startswith("t_")]
        columns = ["row", "twin", *self.raw.column_of.values(), *last]
        return f"SELECT {', '.join(dict.fromkeys(columns))} FROM {inner}"

    def run(self) -> None:
        """Evaluate the query into the table `visits`, and report every flag that some row has."""
        self.connection.execute(f"CREATE TABLE visits AS {self.sql}")
        for number in self._left_out:
            (n,) = self._counts([number])
            if n:
                self.findings.append(self._finding(number, self.flags[number], n))
                self.connection.execute(f"DELETE FROM visits WHERE b_{number}")
                self.raw.n_rows -= n
        self.flagged = self._counts(range(len(self.flags)))
        for number, (flag, n) in enumerate(zip(self.flags, self.flagged, strict=True)):
            if n:
                self.findings.append(self._finding(number, flag, n))

    def _counts(self, numbers: Sequence[int]) -> list[int]:
        """The rows that have each of these flags."""
        if not numbers:
            return []
        counted = ", ".join(f"count(*) FILTER (b_{number})" for number in numbers)
        row = self.connection.execute(f"SELECT {counted} FROM visits").fetchone()
        return [int(n) for n in row or ()]

    def _finding(self, number: int, flag: DataFinding, n: int) -> DataFinding:
        """What a flag reports, with the first rows and the first value."""
        value = self.file_value(flag.column)
        rows = self.connection.execute(f"SELECT row, {value} FROM visits WHERE b_{number} ORDER BY row")
        examples = rows.fetchmany(N_EXAMPLES)
        shapes = self._shapes(number, flag.column) if flag.kind == NOT_A_TIME and self.has(flag.column) else ""
        listed = tuple(int(row[0]) for row in examples)
        return replace(flag, remedy=flag.remedy + shapes, count=n, rows=listed, value=examples[0][1])

    def file_value(self, column: str) -> str:
        """The text in the file, empty where it is blank or where the column is none of the file."""
        text = self.raw.column_of.get(column)
        return f"coalesce({text}, '')" if text else "''"

    def _shapes(self, number: int, column: str) -> str:
        """How the unreadable times are written, where they are written in more than one way."""
        way = shape(self.raw.column_of[column])
        found = self.connection.execute(
            f"SELECT {way} AS way, count(*) AS n FROM visits WHERE b_{number} GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchall()
        if len(found) < 2:
            return ""
        listed = ", ".join(f"{way!r} in {n:,}" for way, n in found[:3])
        return f" (they are written in {len(found)} ways, 9 a digit: {listed}; write all alike)"

    @property
    def is_faulty(self) -> str:
        """The SQL condition for a row with at least one fault."""
        faults = [f"b_{number}" for number, flag in enumerate(self.flags) if flag.level is FindingLevel.FAULT]
        return " OR ".join(faults) or "false"


_NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
_FORMULA: Final = r"^(=|@|[+-][A-Za-z_.]*\(|[+-][A-Za-z]{1,3}\d|[+-][\d.]+[-+*/])"
"""A cell that a spreadsheet would evaluate, or was to."""
_SPREADSHEET_ERROR: Final = r"^#([A-Z0-9/]{2,8}[!?]|N/A|\pL{2,8}!)$"


def matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {sql.literal(pattern)})"


def _is_all(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {sql.literal(pattern)})"


def decimal_number(text: str, decimal: str) -> str:
    if decimal == ",":
        text = f"replace({text}, ',', '.')"
    return f"CASE WHEN {_is_all(text, _NUMBER)} THEN try_cast({text} AS DOUBLE) END"


def is_formula(text: str) -> str:
    """Whether a spreadsheet would evaluate the text. Few texts begin so; only those are matched."""
    return f"CASE WHEN {text}[1] IN ('=', '@', '+', '-') THEN {matches(text, _FORMULA)} END"


def is_spreadsheet_error(text: str) -> str:
    return f"CASE WHEN {text}[1] = '#' THEN {matches(text, _SPREADSHEET_ERROR)} END"


def shape(text: str) -> str:
    """The text with its digits and letters made alike, so that one way of writing is one shape."""
    digits = f"regexp_replace({text}, '[0-9]', '9', 'g')"
    return f"left(regexp_replace({digits}, '[[:alpha:]]+', 'x', 'g'), 40)"
