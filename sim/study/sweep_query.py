"""The tables of a sweep for whoever asks in SQL, finished or not, and as files of other programs.

Nothing in the folder of a sweep is changed. What the tables hold is decided by `sim.study.sweeping`.
"""

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from sim.department.scenario import Problem, ScenarioError, did_you_mean
from sim.study.run_store import REPLICATIONS_IN_WORDS, RunStore, places_of
from sim.study.store import quoted
from sim.study.sweeping import SweepAnswer

TABLES = ("scenarios", "replications", "estimates", "differences", "failed", "visits")
TABLE = "estimates"
"""What is exported unless another is named."""
ROWS_AT_ONCE = 10_000
MOST_ROWS_OF_A_SHEET, LONGEST_CELL = 1_048_575, 32_767
"""What a sheet of a spreadsheet program takes, below its head."""


def problems_of_asking(query: str | None, table: str | None, file: Path | None) -> list[Problem]:
    """What can be said of a question before the sweep is read."""
    problems = []
    if table is not None and table not in TABLES:
        problems.append(Problem("table", repr(table), f"no such table; {did_you_mean(table, TABLES)}"))
    if table is not None and query is not None:
        problems.append(Problem("table", repr(table), "the query says what is wanted: leave one of the two out"))
    if query is not None:
        problems += problems_of_query(query)
    if file is not None:
        problems += problems_of_file(file)
    return problems


def problems_of_query(query: str) -> list[Problem]:
    """A query has to be one question, which changes nothing."""
    try:
        with duckdb.connect() as connection:
            statements = connection.extract_statements(query)
    except duckdb.Error as error:
        return [Problem("query", repr(query), first_line(error))]
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        return [Problem("query", repr(query), "give one SELECT: tables of a sweep are read, never written")]
    return []


def problems_of_file(file: Path) -> list[Problem]:
    """A file has to be of a known kind, in a folder that is there."""
    problems = []
    if file.suffix not in WRITERS:
        problems.append(Problem("export", repr(str(file)), f"give a name that ends in {' or '.join(WRITERS)}"))
    elif file.suffix == ".xlsx" and find_spec("xlsxwriter") is None:
        remedy = "XlsxWriter is not installed: pip install 'peered[xlsx]', or export a .csv"
        problems.append(Problem("export", repr(str(file)), remedy))
    if os.path.lexists(file) and not file.is_dir():
        remedy = "there is a file of that name, which may not be an earlier export: remove it, or name another"
        problems.append(Problem("export", repr(str(file)), remedy))
    if file.is_dir() or not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        problems.append(Problem("export", repr(str(file)), "name a file in a folder that is there and can be written"))
    return problems


@contextmanager
def tables_of(
    store: RunStore, labels: Mapping[str, str], numbers: Sequence[int], answer: SweepAnswer
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A place to ask: every table by its name."""
    frames = {
        "scenarios": with_swept_keys(labels),
        "estimates": answer.estimates,
        "differences": answer.differences,
        "failed": answer.failed,
    }
    with store.connected({**places_of(labels, numbers), **frames}) as connection:
        connection.execute(f"CREATE VIEW replications AS {REPLICATIONS_IN_WORDS}")
        visits = store.folder_of_visits()
        if any(visits.glob("*/*.parquet")):
            pattern = quoted(str(visits / "*" / "*.parquet"))
            connection.execute(
                "CREATE VIEW visits AS SELECT scenario, * EXCLUDE (scenario, seed, code) FROM read_parquet("
                f"{pattern}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
            )
        yield connection


def with_swept_keys(labels: Mapping[str, str]) -> pd.DataFrame:
    """Scenarios in their order, with a column for each key that tells them apart; numbers as numbers."""
    swept = [dict(word.split("=", 1) for word in words_of(label)) for label in labels.values()]
    keys = dict.fromkeys(key for words in swept for key in words)
    table = pd.DataFrame({"scenario": list(labels), "label": list(labels.values()), "place": range(len(labels))})
    for key in keys:
        column = pd.Series([words.get(key) for words in swept], dtype=object)
        numbers = pd.to_numeric(column, errors="coerce")
        table[key] = numbers if numbers.notna().equals(column.notna()) else column
    return table


def words_of(label: str) -> list[str]:
    """The keys and values that a label is made of; none if it is made of something else."""
    words = re.split(r" (?=\+{0,2}[A-Za-z_][\w.\-/]*=)", label)
    return words if all("=" in word for word in words) else []


def asked(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyConnection:
    """The answer to a query, ready to be fetched. Raises ScenarioError."""
    try:
        return connection.execute(query)
    except duckdb.Error as error:
        there = ", ".join(name for (name,) in connection.execute("SHOW TABLES").fetchall() if name in TABLES)
        remedy = f"{first_line(error)}; the tables are {there}"
        raise ScenarioError([Problem("query", repr(query), remedy)]) from error


def export(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write the answer to a query into a file, whole or not at all; how many rows it has. Raises ScenarioError."""
    asked(connection, f"CREATE TEMP TABLE asked AS {query.rstrip().rstrip(';')}")
    found = connection.execute("SELECT count(*) FROM asked").fetchone()
    n_rows = int(found[0]) if found else 0
    partial = file.with_name(f".{file.name}.partial")
    try:
        WRITERS[file.suffix](connection, n_rows, partial)
        os.replace(partial, file)
    except (OSError, duckdb.Error) as error:
        remedy = f"could not be written ({first_line(error)})"
        raise ScenarioError([Problem("export", repr(str(file)), remedy)]) from error
    finally:
        partial.unlink(missing_ok=True)
    return n_rows


def write_csv(connection: duckdb.DuckDBPyConnection, _: int, file: Path) -> None:
    """Text with commas, names in the first line."""
    connection.execute(f"COPY asked TO {quoted(str(file))} (FORMAT csv, HEADER)")


def write_xlsx(connection: duckdb.DuckDBPyConnection, n_rows: int, file: Path) -> None:
    """One sheet. Text stays text: nothing in it is taken for a formula, a number or a link."""
    from xlsxwriter import Workbook

    if n_rows > MOST_ROWS_OF_A_SHEET:
        raise OSError(f"{n_rows:,} rows, a sheet takes {MOST_ROWS_OF_A_SHEET:,}: export a .csv, or ask for less")
    with Workbook(str(file), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        rows = connection.execute("SELECT * FROM asked")
        for column, described in enumerate(rows.description or ()):
            sheet.write_string(0, column, str(described[0]))
        number = 0
        while several := rows.fetchmany(ROWS_AT_ONCE):
            for number, row in enumerate(several, number + 1):  # noqa: B020 -- goes on where the last ones ended
                for column, value in enumerate(row):
                    write_cell(sheet, number, column, value)


def write_cell(sheet: Any, row: int, column: int, value: object) -> None:
    """A number as a number, everything else as text; what is not there is left empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        sheet.write_number(row, column, value)
        return
    text = str(value)
    if len(text) > LONGEST_CELL:
        raise OSError(f"{len(text):,} characters in one cell, a sheet takes {LONGEST_CELL:,}: export a .csv")
    sheet.write_string(row, column, text)


WRITERS: dict[str, Callable[[duckdb.DuckDBPyConnection, int, Path], None]] = {".csv": write_csv, ".xlsx": write_xlsx}


def first_line(error: Exception) -> str:
    """What went wrong, without where in the text."""
    return str(error).strip().splitlines()[0].rstrip(".:!")
