"""The tables of a sweep for whoever asks in SQL, finished or not, and as files of other programs.

Nothing in the folder of a sweep is changed. What the tables hold is decided by `sim.analysis.sweeping`.
"""

import csv
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd

from sim.analysis.sweeping import SweepAnswer
from sim.analysis.swept_factors import words_of_label
from sim.department.scenario import Problem, ScenarioError
from sim.io import sql
from sim.io.clean_text import for_csv
from sim.io.sql import first_line
from sim.io.suggest import did_you_mean
from sim.io.workbook import Column, Sheet, write_workbook
from sim.runs.received_sweep import refuse_unreadable
from sim.runs.run_store import REPLICATIONS_IN_WORDS, RunStore, places_of

TABLES_OF_SWEEP = ("scenarios", "replications", "estimates", "differences", "failed", "visits")
TABLE = "estimates"
"""What is exported unless another is named."""
ON_DEMAND = ("replications", "visits")
"""Tables that may be large: copied only for a query that names them."""
LIMITS: Mapping[str, sql.Setting] = {"memory_limit": "2GB", "max_temp_directory_size": "20GB"}
"""What a query may hold in memory, and write into a scratch folder beyond that."""
MOST_ROWS_COPIED = 200_000_000
ROWS_AT_ONCE = 10_000
MOST_ROWS_OF_A_FILE = 100_000_000


def problems_of_asking(
    query: str | None, table: str | None, file: Path | None, tables: Sequence[str] = TABLES_OF_SWEEP
) -> list[Problem]:
    """What is wrong with a question about `tables`."""
    problems = []
    if table is not None and table not in tables:
        problems.append(Problem("table", repr(table), f"no such table; {did_you_mean(table, tables)}"))
    if table is not None and query is not None:
        problems.append(Problem("table", repr(table), "the query says what is wanted: leave one of the two out"))
    if query is not None:
        problems += problems_of_query(query)
    if file is not None:
        asks = table is not None or query is not None
        problems += problems_of_file(file, tuple(WRITERS) if asks else (*WRITERS, EXPLORER))
    return problems


EXPLORER = ".html"
"""Ending of a file that holds the whole answer, to be explored, and no table."""


def problems_of_query(query: str) -> list[Problem]:
    """A query has to be one question, which changes nothing."""
    try:
        with sql.connect() as connection:
            statements = connection.extract_statements(query)
    except duckdb.Error as error:
        return [Problem("query", repr(query), first_line(error))]
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        return [Problem("query", repr(query), "give one SELECT: tables are read, never written")]
    return []


def problems_of_file(file: Path, endings: Sequence[str]) -> list[Problem]:
    """A file has to be of a known kind, in a folder that is there."""
    problems = []
    if file.suffix not in endings:
        whole = f"; {EXPLORER} is for the whole answer, without query and table" * (file.suffix == EXPLORER)
        problems.append(Problem("export", repr(str(file)), f"give a name that ends in {' or '.join(endings)}{whole}"))
    if os.path.lexists(file) and not file.is_dir():
        remedy = "there is a file of that name, which may not be an earlier export: remove it, or name another"
        problems.append(Problem("export", repr(str(file)), remedy))
    if file.is_dir() or not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        problems.append(Problem("export", repr(str(file)), "name a file in a folder that is there and can be written"))
    return problems


_Row = Sequence[object]


@dataclass(frozen=True)
class QueryResult:
    """The answer to a query: names and types of its columns; its rows as they are fetched, so many at once."""

    columns: Sequence[tuple[str, str]]
    fetch: Callable[[int], Sequence[_Row]]


@contextmanager
def queried(store: RunStore, labels: Mapping[str, str], answer: SweepAnswer, query: str) -> Iterator[QueryResult]:
    """The answer to a query of a sweep: every table by its name is copied into a database of its own."""
    with database_of_tables() as (database, settings):
        names = copy_tables(store, labels, answer, query, database, settings)
        with asked(query, names, database, settings) as found:
            yield found


@contextmanager
def database_of_tables() -> Iterator[tuple[Path, Mapping[str, sql.Setting]]]:
    """A file for tables to be copied into, and what a query of them may take."""
    with TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "tables.duckdb", {**LIMITS, "temp_directory": str(Path(folder) / "spilled")}


@contextmanager
def asked(
    query: str, names: Sequence[str], database: Path, settings: Mapping[str, sql.Setting]
) -> Iterator[QueryResult]:
    """The answer of a database, which is shut in; `names` of its tables are said where the query finds none.

    What the query takes is bounded. Raises ScenarioError, then and while rows are fetched.
    """

    def guarded(work: Callable[[], Any]) -> Any:
        try:
            return run(work)
        except (duckdb.Error, ValueError, OverflowError) as error:
            remedy = f"{first_line(error)}; the tables are {', '.join(names)}"
            raise ScenarioError([Problem("query", repr(query), remedy)]) from error

    with (
        sql.connect((), database.parent, database, read_only=True, settings=settings) as connection,
        sql.interruptible(connection) as run,
    ):
        found = guarded(lambda: connection.execute(query))
        columns = [(str(name), str(kind)) for name, kind, *_ in found.description or ()]
        yield QueryResult(columns, lambda n: guarded(lambda: found.fetchmany(n)))


def copy_tables(
    store: RunStore,
    labels: Mapping[str, str],
    answer: SweepAnswer,
    query: str,
    database: Path,
    settings: Mapping[str, sql.Setting],
) -> list[str]:
    """Copy what a query may ask for into a new database; the names of all tables of the sweep, in order."""
    frames = {
        "scenarios": with_swept_keys(labels),
        "estimates": answer.estimates,
        "differences": answer.differences,
        "failed": answer.failed,
    }
    visits = sorted(store.folder_of_visits().glob("*/*.parquet"))
    given = {f"given_{name}": frame for name, frame in frames.items()} | places_of(
        labels, answer.plan.n_replications.tolist()
    )
    named = [name for name in ON_DEMAND if re.search(rf"\b{name}\b", query, re.IGNORECASE)]
    with (
        refuse_unreadable(store.folder, "tables that cannot be copied"),
        store.connected(given, visits if "visits" in named else (), database.parent, settings, database) as connection,
        sql.interruptible(connection) as run,
    ):
        for name in frames:
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")
        if "replications" in named:
            refuse_too_many("replications", run(lambda: connection.execute("SELECT count(*) FROM runs").fetchone()))
            run(lambda: connection.execute(f"CREATE TABLE replications AS {REPLICATIONS_IN_WORDS}"))
        if "visits" in named and visits:
            files = [[sql.exact_path(file) for file in visits]]
            refuse_too_many("visits", run(lambda: connection.execute(N_VISITS, files).fetchone()))
            run(lambda: connection.execute(f"CREATE TABLE visits AS {VISITS_OF_ALL}", files))
        for view in ("runs", "every_run", "parts"):
            connection.execute(f"DROP VIEW {view}")
    return sorted([*frames, "replications", *(["visits"] if visits else [])])


N_VISITS = "SELECT count(*) FROM read_parquet(?, hive_partitioning = false, union_by_name = true)"
VISITS_OF_ALL = (
    "SELECT regexp_extract(filename, 'scenario=([^/\\\\]*)[/\\\\][^/\\\\]*$', 1) AS scenario, * EXCLUDE (filename) "
    "FROM read_parquet(?, hive_partitioning = false, union_by_name = true, filename = true)"
)
"""The visits of every run, with the scenario from the name of their folder."""


def refuse_too_many(table: str, counted: Sequence[Any] | None) -> None:
    """Raise ScenarioError for more rows than are copied."""
    n_rows = counted[0] if counted else 0
    if n_rows > MOST_ROWS_COPIED:
        remedy = f"more than the {MOST_ROWS_COPIED:,} that can be asked: ask for less scenarios, or read the files"
        raise ScenarioError([Problem(table, f"{n_rows:,} rows", remedy)])


def with_swept_keys(labels: Mapping[str, str]) -> pd.DataFrame:
    """Scenarios in their order, with a column for each key that tells them apart; numbers as numbers."""
    swept = [dict(word.split("=", 1) for word in words_of_label(label) if "=" in word) for label in labels.values()]
    keys = dict.fromkeys(key for words in swept for key in words)
    table = pd.DataFrame({"scenario": list(labels), "label": list(labels.values()), "place": range(len(labels))})
    for key in keys:
        column = pd.Series([words.get(key) for words in swept], dtype=object)
        numbers = pd.to_numeric(column, errors="coerce")
        table[key] = numbers if numbers.notna().equals(column.notna()) else column
    return table


def export(found: QueryResult, file: Path) -> int:
    """Write the answer to a query into a file, whole or not at all; how many rows it has. Raises ScenarioError."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.unlink(missing_ok=True)  # not written through a link that somebody left there
        n_rows = WRITERS[file.suffix](found, partial)
        os.replace(partial, file)
    except OSError as error:
        remedy = f"could not be written ({first_line(error)})"
        raise ScenarioError([Problem("export", repr(str(file)), remedy)]) from error
    finally:
        partial.unlink(missing_ok=True)
    return n_rows


def _rows_of(found: QueryResult) -> Iterator[_Row]:
    """All rows, so many fetched at once."""
    while several := found.fetch(ROWS_AT_ONCE):
        yield from several


def _write_csv(found: QueryResult, file: Path) -> int:
    """Text with commas, names in the first line; nothing in it is taken for a formula by a spreadsheet program."""
    with file.open("x", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([for_csv(name) for name, _ in found.columns])
        n_rows = 0
        for n_rows, row in enumerate(_rows_of(found), start=1):
            if n_rows > MOST_ROWS_OF_A_FILE:
                most = f"{MOST_ROWS_OF_A_FILE:,}"
                raise OSError(f"more than {most} rows, a file is written of {most}: ask for less")
            writer.writerow([csv_cell(value) for value in row])
    return n_rows


def csv_cell(value: object) -> object:
    """A value as DuckDB writes it, text without what would be a formula."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None or isinstance(value, int | float) else for_csv(str(value))


def write_xlsx(found: QueryResult, file: Path) -> int:
    """One sheet. Text stays text: nothing in it is taken for a formula, a number or a link."""
    columns = [Column(name) for name, _ in found.columns]
    sheet = Sheet("answer", columns, _rows_of(found), too_long="export a .csv, or ask for less")
    (n_rows,) = write_workbook([sheet], file)
    return n_rows


WRITERS: dict[str, Callable[[QueryResult, Path], int]] = {".csv": _write_csv, ".xlsx": write_xlsx}
