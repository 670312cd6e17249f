"""The quality report of a visits file: findings with counts and example rows, and when they are too many to use it."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import pandas as pd

from sim.io.clean_text import for_csv
from sim.io.suggest import closest

N_EXAMPLES: Final = 5


class FindingLevel(Enum):
    """NOTE: reported only. FAULT: untrue, tolerated up to a share of rows. ERROR: the file cannot be used."""

    NOTE = "note"
    FAULT = "fault"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class DataFinding:
    """One kind of trouble in one column, or in whole rows when `column` is empty, and what to do about it.

    `rows` are the first of the `count` rows concerned (1 = first row below the header), `value` the first of
    their values. Of a `selective` fault the rows lost are not like the others (all of some days, all of one word).
    """

    level: FindingLevel
    column: str
    kind: str
    remedy: str
    count: int = 0
    rows: tuple[int, ...] = ()
    value: str = ""
    selective: bool = False

    def line(self) -> str:
        place = f"column {self.column!r}" if self.column else "whole rows"
        counted = f", {self.count:,} row{'s' if self.count != 1 else ''}" if self.count else ""
        more = ", ..." if self.count > len(self.rows) else ""
        listed = f" ({', '.join(map(str, self.rows))}{more})" if self.rows else ""
        value = f" (such as {self.value!r})" if self.value else ""
        return f"{place}{counted}{listed}: {self.kind}{value}; {self.remedy}"


def note(column: str, kind: str, remedy: str, count: int = 0, rows: tuple[int, ...] = ()) -> DataFinding:
    """A finding that is reported only."""
    return DataFinding(FindingLevel.NOTE, column, kind, remedy, count, rows)


def closest_name(name: str, known: Iterable[str]) -> str | None:
    """`did you mean 'NAME'?` for the known name written most alike, upper and lower case aside; None if none is."""
    written = {each.lower(): each for each in known}
    close = closest(name.lower(), written)
    return None if close is None else f"did you mean {written[close]!r}?"


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """Of one field read: the column it comes from, and how many of the rows gave a usable value, were blank, or held
    one of the codes for missing (by code).
    """

    field: str
    column: str
    n_usable: int
    n_blank: int = 0
    coded: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def missing(self) -> str:
        """What was missing, in words; empty when nothing was."""
        blank = [f"{self.n_blank:,} blank"] if self.n_blank else []
        coded = [f"{n:,} coded {code!r}" for code, n in self.coded.items()]
        return "".join(f", {part}" for part in (*blank, *coded))


@dataclass(frozen=True, slots=True)
class DataQuality:
    """The quality report of one file. `n_faulty` counts rows with at least one fault."""

    path: str
    n_rows: int
    n_faulty: int
    tolerated_share: float
    columns: tuple[ColumnUse, ...]
    findings: tuple[DataFinding, ...]

    def errors(self) -> tuple[str, ...]:
        """One line per reason to refuse the file; none when it may be used."""
        faults = tuple(p.line() for p in self.findings if p.level is FindingLevel.FAULT)
        unusable = tuple(p.line() for p in self.findings if p.level is FindingLevel.ERROR)
        is_faulty = self.n_faulty > self.tolerated_share * self.n_rows
        is_masked = any("masked_days" in p.kind for p in self.findings if p.level is FindingLevel.ERROR)
        return unusable + ((*faults, self._share_line(is_masked)) if is_faulty else ())

    def report_lines(self) -> tuple[str, ...]:
        """The report as plain lines: rows read, usable values per field, then each problem."""
        head = f"{self.path}: {self.n_rows:,} rows read, {self.n_faulty:,} with an untrue value"
        uses = (
            f"  {use.field} from {use.column!r}: {use.n_usable:,} usable ({self._percent(use.n_usable)}){use.missing()}"
            for use in self.columns
        )
        found = (f"  {p.level.value}: {p.line()}" for p in self.findings)
        return (head, *uses, *found)

    def table_text(self) -> str:
        """The report as CSV: a row for every field read, then for every problem."""
        columns = ["what", "field_or_column", "found", "rows", "share", "first_rows", "first_value", "remedy"]
        rows: list[tuple[object, ...]] = [
            ("rows", "", "rows read", self.n_rows, "", "", "", ""),
            ("rows", "", "rows with an untrue value", *self._counted(self.n_faulty), "", "", ""),
        ]
        for use in self.columns:
            place = f"{use.field} from {use.column}"
            found = [("usable", "usable", use.n_usable), ("missing", "blank", use.n_blank)]
            found += [("missing", f"coded {code}", n) for code, n in use.coded.items()]
            rows += [(what, place, how, *self._counted(n), "", "", "") for what, how, n in found]
        for one in self.findings:
            first = " ".join(map(str, one.rows))
            counted = self._counted(one.count)
            rows.append((one.level.value, one.column, one.kind, *counted, first, one.value, one.remedy))
        return csv_text(pd.DataFrame(rows, columns=columns, dtype=object))

    def _counted(self, n: int) -> tuple[int, str]:
        return n, f"{n / self.n_rows:.6f}" if self.n_rows else ""

    def _share_line(self, is_masked: bool) -> str:
        """Why the faults are too many; a larger share is offered only where what would be lost is lost at random."""
        faults = [each for each in self.findings if each.level is FindingLevel.FAULT]
        selective = ", ".join(dict.fromkeys(repr(each.column) for each in faults if each.selective))
        remedy = "correct the file, or raise `tolerated_share` in the column map to have them set to missing"
        if is_masked or selective:
            lost = f": what would be lost of {selective} is not lost at random" if selective else ""
            remedy = f"correct the file or the column map{lost}"
        return (
            f"{self.n_faulty:,} of {self.n_rows:,} rows ({self._percent(self.n_faulty)}) hold such values, "
            f"more than the tolerated {100 * self.tolerated_share:g} %; {remedy}"
        )

    def _percent(self, n: int) -> str:
        return f"{100 * n / self.n_rows:.2f} %" if self.n_rows else "no rows"


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV, in which no cell is a formula."""
    safe = table.map(lambda value: for_csv(value) if isinstance(value, str) else value)
    return str(safe.to_csv(index=False, lineterminator="\n"))
