"""A DuckDB query over the text of a visits file that grows by a typed column or a flag at a time.

`visit_fields` adds to it; `run` evaluates it once into the table `visits`. `cell_text` has the SQL of values.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import duckdb
import numpy as np

from sim.io import sql
from sim.visits import cell_text
from sim.visits.column_map import ColumnMap, GateRule, columns_of
from sim.visits.data_quality import N_EXAMPLES, DataFinding, FindingLevel, note
from sim.visits.raw_table import RawTable
from sim.visits.time_patterns import proposal

NOT_A_TIME: Final = "not a date and time"
FORMULA: Final = ("a spreadsheet formula", "export values, not formulas")
A_WORD: Final = "WORD"
"""Stands in a remedy for the word that it is about."""
N_WORDS: Final = 12
"""Unknown words that are reported one by one."""
MOST_CODES: Final = 50
"""Different unknown words up to which a column holds codes; with more it is free text, which may name people. So is a
column of fewer where most rows hold none of the words and most of its words stand once.
"""
N_GUESSED_FROM: Final = 200
"""Texts of one form from which a time pattern is guessed."""
_QUERY_COLUMNS: Final = re.compile(r"\b(?:[fb]_[a-z0-9_]+|t_[a-z0-9_]+)\b")


@dataclass(frozen=True, slots=True)
class Flag:
    """A kind of trouble of rows: what it reports, whether each row is listed among the exclusions, and whether it is
    reported word by word of its column.
    """

    finding: DataFinding
    is_listed: bool = True
    by_word: bool = False


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
    flags: list[Flag] = field(default_factory=list)
    """Kinds of trouble; the column `b_N` of the N-th is true in the rows that have it."""
    private: set[str] = field(default_factory=set)
    """Columns whose values no report may hold: identities, and text that is no code."""
    flagged: list[int] = field(default_factory=list)
    """Rows of each flag, known after `run`."""
    listed_elsewhere: list[str] = field(default_factory=list)
    """Selects of (row, column, kind, value) of oddities that have no flag."""
    row_table: str = "visits"
    """The table with a row a row of the file; another than `visits` where the file counts arrivals."""
    uncovered_hours: np.ndarray = field(default_factory=lambda: np.empty(0, "datetime64[h]"))
    """Hours that no row of counts covers, or that the map excludes."""
    _left_out: list[int] = field(default_factory=list)
    _levels: list[list[str]] = field(default_factory=list)
    _level_of: dict[str, int] = field(default_factory=dict)
    _version: dict[str, str] = field(default_factory=dict)

    def has(self, column: str | None) -> bool:
        """Whether the file has the column."""
        return column is not None and column in self.raw.column_of

    def has_all(self, part: object) -> bool:
        """Whether the file has every column that a part of the map names, and it names some."""
        columns = columns_of(part)
        return bool(columns) and all(map(self.has, columns))

    def knows(self, *fields: str) -> bool:
        """Whether the file gives all these fields."""
        return self.origin.keys() >= set(fields)

    @property
    def is_dated(self) -> bool:
        """Whether the file gives arrivals with their true dates."""
        return self.knows("arrival") and self.column_map.calendar == "real"

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
        name = f"t_{self.raw.column_of[column]}"
        if name not in self._version:
            self.add(name, self.known_text(column))
        return name

    def known_text(self, column: str) -> str:
        """The SQL of the text of a column of the file, from its table; blanks and the missing codes are NULL."""
        text, codes = self.raw.column_of[column], sql.literals(self.column_map.missing_codes)
        return f"CASE WHEN {text} NOT IN ({codes}) THEN {text} END" if codes else text

    def add_field(self, name: str, column: str, expression: str) -> None:
        """Add the typed column of a field that comes from a column of the file."""
        self.add(f"f_{name}", expression)
        self.origin[name] = column

    def read_field(
        self, name: str, column: str, expression: str, kind: str, remedy: str, *, selective: bool = True
    ) -> None:
        """Add a field; a text of the column that the expression does not read is a fault."""
        self.add_field(name, column, expression)
        unreadable = self.unless_formula(column, f"{self.text(column)} IS NOT NULL AND f_{name} IS NULL")
        self.fault(column, unreadable, kind, remedy, selective=selective)

    def set_missing(self, name: str, condition: str) -> None:
        """Make a field missing where the condition holds."""
        self.add(f"f_{name}", f"CASE WHEN {condition} THEN NULL ELSE f_{name} END")

    def note(self, column: str, condition: str, kind: str, remedy: str, *, is_listed: bool = True) -> str:
        """Add a flag that is reported only; returns its name."""
        return self._flag(Flag(DataFinding(FindingLevel.NOTE, column, kind, remedy), is_listed), condition)

    def fault(self, column: str, condition: str, kind: str, remedy: str, *, selective: bool = False) -> str:
        """Add a flag whose rows count towards the tolerated share; returns its name."""
        finding = DataFinding(FindingLevel.FAULT, column, kind, remedy, selective=selective)
        return self._flag(Flag(finding), condition)

    def fault_by_word(self, column: str, condition: str, kind: str, remedy: str) -> str:
        """Add a flag of words that mean nothing, each reported with its rows; returns its name."""
        finding = DataFinding(FindingLevel.FAULT, column, kind, remedy, selective=True)
        return self._flag(Flag(finding, by_word=True), condition)

    def fault_of_field(self, name: str, condition: str, kind: str, remedy: str, *, selective: bool = False) -> None:
        """Flag a fault of a field, and make the field missing there."""
        self.set_missing(name, self.fault(self.origin[name], condition, kind, remedy, selective=selective))

    def unless_formula(self, column: str, unreadable: str) -> str:
        """The condition for a text that is merely unreadable; spreadsheets' formulas and errors are faults apart."""
        text = self.text(column)
        formula = self.fault(column, f"{unreadable} AND {cell_text.is_formula(text)}", *FORMULA)
        remedy = "correct it, or list it under `missing_codes`"
        is_error = f"{unreadable} AND {cell_text.is_spreadsheet_error(text)}"
        return f"{unreadable} AND NOT {formula} AND NOT {self.fault(column, is_error, 'a spreadsheet error', remedy)}"

    def note_count(self, select: str, column: str, kind: str, remedy: str) -> None:
        """Note a number of rows that a query gives, unless it is 0."""
        if n := sql.whole_number(self.connection, select):
            self.findings.append(note(column, kind, remedy, n))

    def note_rows(self, table: str, column: str, kind: str, remedy: str, *, is_listed: bool = True) -> None:
        """Note the rows of a table or of a part of it, if there are any, each listed among the exclusions.

        A table whose rows are listed has to stay until the exclusions are made.
        """
        n = sql.whole_number(self.connection, f"SELECT count(*) FROM {table}")
        if not n:
            return
        self.findings.append(note(column, kind, remedy, n, self.first_rows(table)))
        if is_listed:
            self.listed_elsewhere.append(oddities(table, column, kind, "''"))

    def list_where(self, column: str, condition: str, kind: str) -> None:
        """List the rows of `visits` that meet a condition among the exclusions."""
        self.listed_elsewhere.append(oddities(f"visits WHERE {condition}", column, kind, self.shown_value(column)))

    def numbers(self, select: str) -> tuple[float, ...]:
        """The numbers of one row; a missing one is 0."""
        return sql.numbers(self.connection, select)

    def first_rows(self, table: str) -> tuple[int, ...]:
        """The first rows of a table, or a part of it, that has a column `row`."""
        found = self.connection.execute(f"SELECT row FROM {table} ORDER BY row LIMIT {N_EXAMPLES}").fetchall()
        return tuple(int(row[0]) for row in found)

    def broken(
        self, rule: GateRule, column: str, kind: str, remedy: str, count: int = 0, rows: tuple[int, ...] = ()
    ) -> DataFinding:
        """A rule of the gate that the file breaks: an error, a note where the map waives it. It shows no values."""
        if rule in self.column_map.waive:
            return note(column, f"{rule}: {kind}", "kept: the column map waives this rule", count, rows)
        remedy = f"{remedy}, or `waive: [{rule}]` in the column map if it is true"
        return DataFinding(FindingLevel.ERROR, column, f"{rule}: {kind}", remedy, count, rows)

    def faults_of(self, *columns: str) -> list[str]:
        """The flags of these columns, of all if none is given, whose rows hold an untrue value."""
        found = [(number, flag.finding) for number, flag in enumerate(self.flags)]
        faults = [(number, one) for number, one in found if one.level is FindingLevel.FAULT]
        return [f"b_{number}" for number, one in faults if not columns or one.column in columns]

    def _flag(self, flag: Flag, condition: str) -> str:
        name = f"b_{len(self.flags)}"
        self.add(name, f"coalesce({condition}, false)")
        self.flags.append(flag)
        return name

    def leave_out(self, column: str, condition: str, kind: str, remedy: str) -> None:
        """Leave rows out of the table; they are counted in a note, and nothing else is told of them."""
        self.note(column, condition, kind, remedy, is_listed=False)
        self._left_out.append(len(self.flags) - 1)

    def error(self, column: str, kind: str, remedy: str) -> None:
        """Report why the file cannot be used."""
        self.findings.append(DataFinding(FindingLevel.ERROR, column, kind, remedy))

    def is_refused(self, column: str) -> bool:
        """Whether an error was found in the column."""
        return any(each.level is FindingLevel.ERROR and each.column == column for each in self.findings)

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
                self.findings.append(self._finding(number, n))
                self.connection.execute(f"DELETE FROM visits WHERE b_{number}")
                self.raw.n_rows -= n
        if self._left_out and not self.raw.n_rows:
            column = self.flags[self._left_out[0]].finding.column
            self.error(column, "every row is left out", "leave visits in the file outside `exclude`")
        self.flagged = self._counts(range(len(self.flags)))
        for number, (flag, n) in enumerate(zip(self.flags, self.flagged, strict=True)):
            if n:
                self.findings += self._findings_by_word(number) if flag.by_word else [self._finding(number, n)]

    def _counts(self, numbers: Sequence[int]) -> list[int]:
        """The rows that have each of these flags."""
        if not numbers:
            return []
        counted = ", ".join(f"count(*) FILTER (b_{number})" for number in numbers)
        return [int(n) for n in self.numbers(f"SELECT {counted} FROM visits")]

    def _finding(self, number: int, n: int) -> DataFinding:
        """What a flag reports, with the first rows and the first value."""
        flag = self.flags[number].finding
        self._hide_free_text(number, flag)
        value = self.shown_value(flag.column)
        rows = self.connection.execute(f"SELECT row, {value} FROM visits WHERE b_{number} ORDER BY row")
        examples = rows.fetchmany(N_EXAMPLES)
        more = self._ways_written(number, flag.column) if flag.kind == NOT_A_TIME and self.has(flag.column) else ""
        listed = tuple(int(row[0]) for row in examples)
        return replace(flag, remedy=flag.remedy + more, count=n, rows=listed, value=examples[0][1])

    def _findings_by_word(self, number: int) -> list[DataFinding]:
        """A finding for each of the most frequent words of a flag; one without words where they are free text."""
        flag = self.flags[number].finding
        text = self.raw.column_of[flag.column]
        words = self.connection.execute(
            f"SELECT {text}, count(*) AS n, min(row, {N_EXAMPLES}) FROM visits "
            f"WHERE b_{number} GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchmany(MOST_CODES + 1)
        if self._is_free_text([int(n) for _, n, _ in words], self.flagged[number]):
            self.private.add(flag.column)
            n_words = sql.whole_number(self.connection, f"SELECT count(DISTINCT {text}) FROM visits WHERE b_{number}")
            free = replace(flag, kind=f"{flag.kind}: {n_words:,} different texts, too many for codes and not shown")
            return [replace(free, count=self.flagged[number], rows=self.first_rows(f"visits WHERE b_{number}"))]
        found = [
            replace(flag, remedy=flag.remedy.replace(A_WORD, repr(word)), count=n, rows=tuple(rows), value=word)
            for word, n, rows in words[:N_WORDS]
        ]
        if rest := words[N_WORDS:]:
            kind = f"{flag.kind}: {len(rest)} more"
            found.append(replace(flag, kind=kind, count=sum(n for _, n, _ in rest), rows=tuple(rest[0][2])))
        return found

    def _hide_free_text(self, number: int, flag: DataFinding) -> None:
        """Show no value of a column whose untrue values are many different words: it may name people."""
        if flag.level is not FindingLevel.FAULT or not self.has(flag.column):
            return
        text = self.raw.column_of[flag.column]
        words = (
            f"SELECT count(DISTINCT {text}) FROM visits WHERE b_{number} AND {cell_text.matches(text, cell_text.WORDS)}"
        )
        if sql.whole_number(self.connection, words) > N_WORDS:
            self.private.add(flag.column)

    def _is_free_text(self, counts: list[int], n: int) -> bool:
        """Whether so many words, by how often they stand in `n` rows, are no codes."""
        are_rare = 2 * counts.count(1) > len(counts) and 2 * n > self.raw.n_rows
        return len(counts) > MOST_CODES or (len(counts) > N_WORDS and are_rare)

    def shown_value(self, column: str) -> str:
        """The SQL of the text in the file; empty where it is blank, private, or of no column of the file."""
        if column in self.private:
            return "''"
        text = self.raw.column_of.get(column)
        return f"coalesce({text}, '')" if text else "''"

    def _ways_written(self, number: int, column: str) -> str:
        """How the unreadable times are written, and the patterns that read them."""
        text = self.raw.column_of[column]
        found = self.connection.execute(
            f"SELECT {cell_text.shape(text)} AS way, count(*) AS n, arg_min({text}, hash(row), {N_GUESSED_FROM}), "
            f"count(*) OVER () FROM visits WHERE b_{number} GROUP BY 1 ORDER BY n DESC, 1 LIMIT 3"
        ).fetchall()
        listed, n_ways = ", ".join(f"{way!r} in {n:,}" for way, n, *_ in found), int(found[0][3])
        ways = f" (they are written in {n_ways:,} ways, 9 a digit: {listed})" if n_ways > 1 else ""
        given, groups = self.column_map.time_format, [texts for *_, texts, _ in found]
        if all(cell_text.is_clock(each) for texts in groups for each in texts):
            return f"{ways}; a time of day alone: name the column of its date too, as {self._with_date(column)}"
        read = [] if given else self._iso_texts(text)
        alone = f"SELECT count(*) FROM visits WHERE {text} IS NOT NULL AND try_strptime({text}, ?) IS NULL"
        return ways + proposal(self.connection, groups, read, given, alone)

    def _iso_texts(self, text: str) -> list[list[str]]:
        """Texts of a column that are read without a pattern, a group for each way of writing."""
        found = self.connection.execute(
            f"SELECT arg_min({text}, hash(row), {N_GUESSED_FROM}) FROM visits "
            f"WHERE {cell_text.is_iso_time(text)} GROUP BY {cell_text.shape(text)} ORDER BY count(*) DESC LIMIT 3"
        ).fetchall()
        return [texts for (texts,) in found]

    def _with_date(self, column: str) -> str:
        """How a time in two columns is named in the map; by its name the column of the date may be known."""
        likely = (column.replace(time, date) for time, date in (("TIME", "DATE"), ("Time", "Date"), ("time", "date")))
        date = next((name for name in likely if name != column and name in self.raw.header), "COLUMN")
        return f"`{{date: {date}, time: {column}}}`"

    @property
    def is_faulty(self) -> str:
        """The SQL condition for a row with at least one fault."""
        return " OR ".join(self.faults_of()) or "false"


def oddities(table: str, column: str, kind: str, value: str) -> str:
    """The SQL of a list of odd rows of a table or a part of it, each with its column, kind and value."""
    return f'SELECT row, {sql.literal(column)} AS "column", {sql.literal(kind)} AS kind, {value} AS value FROM {table}'
