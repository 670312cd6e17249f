"""What the columns of an unknown table hold: their kind, how full they are, the ways their times are written.

Values leave it only as words of columns with few of them (`ColumnProfile.words`), never of names or identities.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import duckdb

from sim.io import sql
from sim.visits import cell_text
from sim.visits.cell_text import decimal_number, is_spreadsheet_error
from sim.visits.column_names import PRIVATE, words_of_name
from sim.visits.raw_table import RawTable
from sim.visits.time_patterns import patterns_of

Kind = Literal["empty", "time", "date", "time of day", "number", "words", "text"]
MOST_OF_A_VOCABULARY: Final = 24
"""Different texts of a column up to which they are words of a vocabulary."""
MISSING: Final = (
    "NA", "N/A", "#N/A", "NULL", "null", "None", "none", "nan", "NaN", "NaT", ".", "-", "--", "?", "??", "-7", "-8",
    "-9", "-99", "-999", "missing", "Missing", "MISSING", "unknown", "Unknown", "UNKNOWN",
)  # fmt: skip
"""Texts that mean a missing value in many files. Where a column is made of words, `unknown` is one of them."""
_LONGEST_WORD: Final = 40
_MOST_OF: Final = 0.5
"""Of the texts of a column that read as a kind, from which it is of that kind: the others are faults of the file."""
_NEARLY_ALL: Final = 0.995
_SAMPLE: Final = 2_000
_MOST_FORMATS: Final = 3


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: `ours` is its name in the database.

    `formats` are the strptime patterns of times that are not ISO 8601; `is_unsure` says that another order of day and
    month reads as many. `median` and `most` are of its numbers; `words` the texts of a column with few of them.
    """

    name: str
    ours: str
    n_rows: int
    n_filled: int
    n_different: int
    kind: Kind
    formats: tuple[str, ...] = ()
    has_offset: bool = False
    is_unsure: bool = False
    is_whole: bool = True
    has_comma: bool = False
    median: float = 0.0
    least: float = 0.0
    most: float = 0.0
    missing: tuple[str, ...] = ()
    words: dict[str, int] = field(default_factory=dict)

    @property
    def tokens(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(words_of_name(self.name))

    @property
    def is_private(self) -> bool:
        """Whether its name says that it holds names, identities, birth dates or free text."""
        return bool(self.tokens & PRIVATE)

    def line(self) -> str:
        """Kind, how full, how many different; nothing of its values but what is written of times and numbers."""
        share = f"{100 * self.n_filled / max(self.n_rows, 1):.0f} % filled, {self.n_different:,} different"
        detail = ""
        if self.kind == "number":
            detail = ", whole" if self.is_whole else ""
            if not self.is_private and 2 * self.n_different < self.n_filled:  # no identity
                detail += f", median {self.median:g}"
        elif self.kind in ("time", "date"):
            detail = f", {' or '.join(self.formats) or 'ISO 8601'}{', with UTC offsets' if self.has_offset else ''}"
        return f"{self.kind}{detail}; {share}"


def profiles(connection: duckdb.DuckDBPyConnection, raw: RawTable) -> list[ColumnProfile]:
    """Every column of a table of text."""
    return [_profile(connection, raw, name) for name in raw.header if name in raw.column_of]


def _profile(connection: duckdb.DuckDBPyConnection, raw: RawTable, name: str) -> ColumnProfile:
    ours = raw.column_of[name]
    n_filled, n_different, longest = sql.numbers(
        connection, f"SELECT count({ours}), count(DISTINCT {ours}), max(length({ours})) FROM {raw.name}"
    )
    base = ColumnProfile(name, ours, raw.n_rows, int(n_filled), int(n_different), "empty")
    if not n_filled:
        return base
    missing = _missing_texts(connection, raw.name, ours)
    known = f"{ours} NOT IN ({sql.literals(missing)})" if missing else f"{ours} IS NOT NULL"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW known AS SELECT row, {ours} AS t FROM {raw.name} WHERE {known}")
    typed = replace(base, missing=missing)
    found = _as_time(connection, typed) or _as_number(connection, typed)
    if found is not None and (found.kind != "number" or n_different > MOST_OF_A_VOCABULARY):
        return found
    if n_different <= MOST_OF_A_VOCABULARY and longest <= _LONGEST_WORD and not base.is_private:
        counted = f"SELECT {ours}, count(*) FROM {raw.name} WHERE {ours} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        words = {str(word): int(n) for word, n in connection.execute(counted).fetchall()}
        return replace(found or base, kind=found.kind if found else "words", words=words)
    return found or replace(base, kind="words" if n_different <= MOST_OF_A_VOCABULARY else "text")


def _missing_texts(connection: duckdb.DuckDBPyConnection, table: str, ours: str) -> tuple[str, ...]:
    """Texts in a column that mean a missing value, most frequent first."""
    means_missing = f"{ours} IN ({sql.literals(MISSING)}) OR {is_spreadsheet_error(ours)}"
    found = connection.execute(
        f"SELECT {ours}, count(*) AS n FROM {table} WHERE {means_missing} GROUP BY 1 ORDER BY n DESC, 1 LIMIT 12"
    ).fetchall()
    return tuple(str(row[0]) for row in found)


# --- numbers ---


def _as_number(connection: duckdb.DuckDBPyConnection, base: ColumnProfile) -> ColumnProfile | None:
    """A column of numbers, with a decimal point or a comma; None if it is none."""
    for sign in (".", ","):
        n, known, median, least, most, whole = sql.numbers(
            connection,
            f"SELECT count(*), count(v), median(v), min(v), max(v), count(*) FILTER (v % 1 = 0) "
            f"FROM (SELECT {decimal_number('t', sign)} AS v FROM known)",
        )
        if known > _MOST_OF * n:
            return replace(
                base, kind="number", median=median, least=least, most=most, is_whole=whole == known,
                has_comma=sign == ",",
            )  # fmt: skip
    return None


# --- times ---


def _as_time(connection: duckdb.DuckDBPyConnection, base: ColumnProfile) -> ColumnProfile | None:
    """A column of times or dates in ISO 8601 or by patterns, or of times of day; None if it is none."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sample AS SELECT row, t FROM known ORDER BY hash(row) LIMIT {_SAMPLE}"
    )
    (plain,), (instant,) = (cell_text.readings("t", (), zone) for zone in (None, "UTC"))
    n, is_iso, with_offset, dates = sql.numbers(
        connection,
        f"SELECT count(*), count({instant}), count(*) FILTER ({instant} IS NOT NULL AND {plain} IS NULL), "
        "count(*) FILTER (length(t) = 10) FROM sample",
    )
    if is_iso >= _NEARLY_ALL * n:
        kind: Kind = "date" if dates == n else "time"
        return replace(base, kind=kind, has_offset=with_offset > 0)
    formats, read, is_unsure = _formats(connection)
    if read > max(_MOST_OF * n, is_iso):
        of_days = not any("%H" in each or "%I" in each for each in formats)
        return replace(
            base, kind="date" if of_days else "time", formats=formats, is_unsure=is_unsure,
            has_offset=any(map(cell_text.is_instant, formats)),
        )  # fmt: skip
    if is_iso > _MOST_OF * n:
        return replace(base, kind="time", has_offset=with_offset > 0)
    (of_day,) = sql.numbers(
        connection, "SELECT count(*) FROM sample WHERE regexp_full_match(t, '\\d{1,2}:\\d{2}(:\\d{2})?')"
    )
    if of_day > _MOST_OF * n or _is_hhmm(connection, base, n):
        return replace(base, kind="time of day")
    return None


def _is_hhmm(connection: duckdb.DuckDBPyConnection, base: ColumnProfile, n: float) -> bool:
    """Whether a column whose name speaks of a time holds HHMM: whole numbers to 2359 with minutes under 60."""
    if not any(word.endswith("time") or word in ("hhmm", "hour", "clock") for word in base.tokens):
        return False
    fits, most = sql.numbers(
        connection,
        "SELECT count(*) FILTER (v BETWEEN 0 AND 2359 AND v % 100 < 60), max(v) FROM "
        "(SELECT try_cast(t AS INTEGER) AS v FROM sample)",
    )
    return fits >= _NEARLY_ALL * n and most > 1259


def _formats(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], int, bool]:
    """The fewest patterns that read the most of the sample, how many they read, and whether the order is unsure."""
    texts = connection.execute("SELECT DISTINCT t FROM sample ORDER BY 1").fetchall()
    possible = list(dict.fromkeys(pattern for (text,) in texts for pattern in patterns_of(text)))
    if not possible:
        return (), 0, False
    chosen: list[str] = []
    is_unsure, read = False, 0
    for _ in range(_MOST_FORMATS):
        best = _best_patterns(connection, possible, chosen)
        if not best:
            break
        is_unsure |= len(best) > 1
        chosen.append(best[0])
        read = int(sql.numbers(connection, f"SELECT count(coalesce({_read(chosen)})) FROM sample")[0])
    return tuple(chosen), read, is_unsure


def _read(patterns: Sequence[str]) -> str:
    """Instants by each pattern; years that no file is of are none."""
    each = (f"try_strptime(t, {sql.literal(pattern)})::TIMESTAMP" for pattern in patterns)
    return ", ".join(f"CASE WHEN year({one}) BETWEEN 1900 AND 2300 THEN {one} END" for one in each)


def _best_patterns(connection: duckdb.DuckDBPyConnection, patterns: Sequence[str], chosen: list[str]) -> list[str]:
    """Patterns that read most of what the chosen ones do not; of several, that by which rows stay in order first."""
    left = f"(SELECT row, t FROM sample WHERE coalesce({_read(chosen)}) IS NULL)" if chosen else "sample"
    counts = sql.numbers(connection, f"SELECT {', '.join(f'count({_read([each])})' for each in patterns)} FROM {left}")
    most = max(counts)
    if most < max(1.0, (1.0 - _NEARLY_ALL) * sql.numbers(connection, "SELECT count(*) FROM sample")[0]):
        return []
    best = [pattern for pattern, count in zip(patterns, counts, strict=True) if count == most]
    return sorted(best, key=lambda pattern: _disorder(connection, [*chosen, pattern])) if len(best) > 1 else best


def _disorder(connection: duckdb.DuckDBPyConnection, patterns: list[str]) -> float:
    """Days between the times of rows that follow each other: small where a file in order of time is read aright."""
    (days,) = sql.numbers(
        connection,
        "SELECT sum(abs(epoch(v) - epoch(w)) / 86400) FROM (SELECT v, lag(v) OVER (ORDER BY row) AS w FROM "
        f"(SELECT row, coalesce({_read(patterns)}) AS v FROM sample))",
    )
    return days
