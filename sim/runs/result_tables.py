"""The tables of a results folder, opened by name, each when it is first asked for.

A folder may come from somebody else: nothing in it is run, links are not followed, and what a table may hold in memory
is bounded. What the tables mean is said by the study that wrote them and by the data dictionary.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation, FunctionExpression
from pydantic import BaseModel, ConfigDict

from sim.department.roster import SHIPPED_CURRENCY, Currency
from sim.department.scenario import Problem, ScenarioError
from sim.department.short_text import lines_html, lines_text
from sim.engine.trajectory import with_ordered_labels
from sim.io import sql
from sim.io.bounded_reader import UnreadableFile, open_regular, read_bytes
from sim.io.suggest import did_you_mean
from sim.runs import received_sweep
from sim.runs.run_store import FACTS, PARTS, VISITS, read_sweep

EVENTS = "events"
"""The folder of event logs among the results."""
_MOST_BYTES = 2**40
FILENAME = "filename"
COUNTING: Mapping[str, sql.Setting] = {"memory_limit": "2GB"}
"""For looking at how much there is, before it is read."""
_TEXTS = received_sweep.TYPES_OF_KIND["text"]
SCALARS = frozenset().union(*received_sweep.TYPES_OF_KIND.values()) | {
    "UBIGINT", "HUGEINT", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
    "TIMESTAMP WITH TIME ZONE", '"NULL"',
}  # fmt: skip
"""Types of columns that are read: a value takes as much memory as a number or, as text, can be measured."""
VALUES_PER_TEXT = 8
"""A short text takes about as much memory as this many numbers."""


class Results(Mapping[str, pd.DataFrame]):
    """The tables of a results folder by name, as items (`results["estimates"]`) or attributes (`results.estimates`).

    A table is read when it is first asked for, and kept. `read` gives some columns or rows of a large one.
    """

    __eq__ = object.__eq__  # that of Mapping would read every table, only to find that tables are not true or false
    __hash__ = object.__hash__

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = _files_in(folder)
        self._tables: dict[str, pd.DataFrame] = {}
        # Opening a connection takes longer than reading a table, so all tables share two, by process (a fork can
        # neither use nor close those of its parent).
        self._connections: dict[tuple[int, bool], DuckDBPyConnection] = {}

    @property
    def facts(self) -> dict[str, Any]:
        """What run.json says: command, seed, versions and more; empty where there is none."""
        file = self.folder / FACTS
        if not file.is_file():
            return {}
        try:
            facts = json.loads(read_bytes(file, received_sweep.MOST_FACTS))
        except (UnreadableFile, ValueError, RecursionError) as error:
            remedy = f"{sql.first_line(error)}: {received_sweep.AS_WRITTEN}"
            raise ScenarioError([Problem(str(file), "no JSON", remedy)]) from error
        return facts if isinstance(facts, dict) else {}

    def read(self, table: str, columns: Sequence[str] | None = None, **equal: str | float) -> pd.DataFrame:
        """A table, or some of it: only these columns, only rows where a column equals a value.

        `results.read("visits", columns=["hour", "pia"], staffing="peer_added", in_window=True)`. Raises KeyError for
        a table or column that is not there, ScenarioError where it cannot be read or is too large for memory.
        """
        if table not in self._files:
            raise KeyError(self._unknown(table))
        files = self._files[table]
        with received_sweep.refuse_unreadable(f"{self.folder}, table {table}", "cannot be read"):
            for file in files:
                open_regular(file, _MOST_BYTES).close()
            with self._cursor(counting=True) as connection:
                check_memory(table, some_of(table, connection, files, columns, equal), self.folder)
            with self._cursor() as connection:
                rows = some_of(table, connection, files, columns, equal).df()
        return named_by_file(table, rows, self.folder)

    def size_of(self, table: str) -> tuple[int, int, int, str]:
        """Rows and columns of a table, how many files it is read from, and the names of its columns."""
        files = self._files[table]
        with (
            received_sweep.refuse_unreadable(f"{self.folder}, table {table}", "cannot be read"),
            self._cursor(counting=True) as connection,
        ):
            rows = relation(connection, files)
            names = [name for name in rows.columns if name != FILENAME]
            ((n_rows,),) = rows.aggregate([FunctionExpression("count")]).fetchall()
        return int(n_rows), len(names), len(files), ", ".join(names)

    def _cursor(self, counting: bool = False) -> DuckDBPyConnection:
        """A connection that reaches the files of all tables; `counting` within bounded memory."""
        key = os.getpid(), counting
        if key not in self._connections:
            files = [file for files in self._files.values() for file in files]
            self._connections[key] = sql.connect(files, settings=COUNTING if counting else None)
        return self._connections[key].cursor()

    def text_of(self, name: str) -> str:
        """A text file of the folder. Raises FileNotFoundError where it has none, ScenarioError if it is no text."""
        file = self.folder / name
        if not file.is_file():
            raise FileNotFoundError(f"{file}: this folder has none")
        with received_sweep.refuse_unreadable(str(file)):
            return read_bytes(file, received_sweep.MOST_FACTS).decode()

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._files)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = self.read(name)
        return self._tables[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in self._files:
            raise AttributeError(name if name.startswith("_") else self._unknown(name))
        return self[name]

    def __contains__(self, name: object) -> bool:  # that of Mapping would read the table
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._files]

    def __repr__(self) -> str:
        return lines_text(type(self).__name__, self._facts_in_words())

    def _repr_html_(self) -> str:
        return lines_html(type(self).__name__, self._facts_in_words())

    def _facts_in_words(self) -> Iterator[tuple[str, str]]:
        yield "folder", str(self.folder)
        names = list(self._files)
        for start in range(0, len(names), 8):
            yield "" if start else "tables", ", ".join(f".{name}" for name in names[start : start + 8])

    def _unknown(self, name: str) -> str:
        return f"{self.folder} has no table {name!r}; {did_you_mean(name, self._files)}"


class _StudyNamed(BaseModel):
    """The name of the study in run.json and its currency; folders of earlier versions have none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    study: object = None
    currency: Currency = SHIPPED_CURRENCY


def study_of(folder: Path) -> object:
    """The study that a folder of results names, None where it names none. Raises ScenarioError for links and pipes."""
    if not folder.is_dir():
        return None
    received_sweep.check_entries(folder)
    if (folder / FACTS).is_file():
        return received_sweep.read_facts(folder / FACTS, _StudyNamed).study
    return CALIBRATE if calibrations_in(folder) else None


def currency_of(folder: Path) -> str:
    """The currency of the money in a folder of results. Raises ScenarioError for what is none."""
    file = folder / FACTS
    return received_sweep.read_facts(file, _StudyNamed).currency if file.is_file() else SHIPPED_CURRENCY


CALIBRATE = "calibrate"


def calibrations_in(folder: Path) -> list[str]:
    """Names of the calibrations of a folder, which may hold several and other files; none in other folders."""
    return sorted(file.name.removesuffix(f"_{FACTS}") for file in folder.glob(f"*_{FACTS}"))


def _files_in(folder: Path) -> dict[str, list[Path]]:
    """The files of each table of a results folder, in order of their names. Raises FileNotFoundError, ScenarioError."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; give the results folder of a study (output=FOLDER)")
    received_sweep.check_entries(folder)
    found = {file.stem: [file] for file in sorted(folder.iterdir()) if file.suffix in (".parquet", ".csv")}
    visits = sorted((folder / VISITS).glob("*.parquet")) or visits_of_sweep(folder)
    events = [file for file in sorted((folder / EVENTS).glob("*")) if file.suffix in (".parquet", ".csv")]
    parts = sorted((folder / PARTS).glob("*.parquet"))
    found |= ({VISITS: visits} if visits else {}) | ({PARTS: parts} if parts else {})
    # One format a table; the log for vidigi is of other columns.
    kinds = {file.suffix: [each for each in events if each.suffix == file.suffix] for file in events}
    plain = [file for file in next(iter(kinds.values()), []) if not file.stem.endswith("-vidigi")]
    found |= {EVENTS: plain} if plain else {}
    if not found:
        remedy = "it is still being written, or is not the results folder of a study"
        raise FileNotFoundError(f"{folder}: holds no table; {remedy}")
    return dict(sorted(found.items()))


def visits_of_sweep(folder: Path) -> list[Path]:
    """Files of visits of the runs that the last command of a sweep played, if it kept them."""
    if not (folder / PARTS).is_dir() or not (folder / VISITS).is_dir():
        return []
    facts = read_sweep(folder).facts
    return sorted((folder / VISITS / f"seed={facts.seed}" / f"code={facts.code}").glob("*/*.parquet"))


def some_of(
    name: str,
    connection: DuckDBPyConnection,
    files: Sequence[Path],
    columns: Sequence[str] | None,
    equal: Mapping[str, str | float],
) -> DuckDBPyRelation:
    """The columns and rows that are wanted, the name of the file last; not read yet. Raises KeyError."""
    received = relation(connection, files)
    there = [column for column in received.columns if column != FILENAME]
    for column in (*(columns or ()), *equal):
        if column not in there:
            raise KeyError(f"table {name} has no column {column!r}; {did_you_mean(column, there)}")
    for column, value in equal.items():
        received = received.filter(ColumnExpression(column) == ConstantExpression(value))
    return received.select(*map(ColumnExpression, [*(columns or there), FILENAME]))


def check_memory(table: str, wanted: DuckDBPyRelation, folder: Path) -> None:
    """Refuse more values or text than is held in memory, and columns whose size cannot be told. Raises ScenarioError.

    A small file can unpack to very much: what counts is what it holds, and that is counted without holding it.
    """
    types = dict(zip(wanted.columns, map(str, wanted.types), strict=True))
    place = f"{folder}, table {table}"
    odd = [name for name, kind in types.items() if kind.endswith("]") or kind.partition("(")[0] not in SCALARS]
    remedy = "numbers, text or times should stand there: read the other columns, with columns=[...]"
    shown = received_sweep.shortened_text
    received_sweep.refuse_all(
        [Problem(f"{place}, column {shown(name)}", f"of type {shown(types[name])}", remedy) for name in odd]
    )
    texts = [name for name, kind in types.items() if kind.partition("(")[0] in _TEXTS]
    as_text = [ColumnExpression(name).cast(duckdb.sqltypes.VARCHAR) for name in texts]
    lengths = [FunctionExpression("sum", FunctionExpression("strlen", text)) for text in as_text]
    ((n_rows, *n_characters),) = wanted.aggregate([FunctionExpression("count"), *lengths]).fetchall()
    in_all = sum(filter(None, n_characters))
    some = f'read some of it, as in read("{table}", columns=[...], staffing="traditional")'
    if n_rows * (len(types) + (VALUES_PER_TEXT - 1) * len(texts)) > received_sweep.MOST_VALUES_READ:
        raise ScenarioError(
            [Problem(place, f"{n_rows:,} rows of {len(types) - 1} columns", f"too many for memory: {some}")]
        )
    if in_all > received_sweep.MOST_TEXT:
        raise ScenarioError([Problem(place, f"{in_all:,} characters of text", f"too much for memory: {some}")])


def relation(connection: DuckDBPyConnection, files: Sequence[Path]) -> DuckDBPyRelation:
    """The rows of files of one kind, their columns brought together by name, with the name of the file."""
    names = [sql.exact_path(file) for file in files]
    if files[0].suffix == ".csv":
        return connection.read_csv(names, union_by_name=True, filename=True, hive_partitioning=False)  # type: ignore[arg-type]
    return connection.read_parquet(names, union_by_name=True, filename=True, hive_partitioning=False)


SCENARIO_FOLDER = re.compile(r"scenario=(\w+)[/\\][^/\\]*$")


def named_by_file(name: str, table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The table without the names of its files, which say of events and of a sweep's visits whose they are."""
    files = table.pop(FILENAME)
    if name == EVENTS and "staffing" not in table:
        table.insert(0, "staffing", files.map({file: Path(file).stem for file in files.unique()}))
    elif name == VISITS and "staffing" not in table and (folder / received_sweep.SCENARIOS).is_file():
        keys = files.map({file: SCENARIO_FOLDER.search(file) for file in files.unique()})
        scenarios = keys.map(lambda match: match[1] if match else "")
        labels = received_sweep.read_scenarios(folder / received_sweep.SCENARIOS).set_index("scenario")["label"]
        table.insert(0, "label", scenarios.map(labels[~labels.index.duplicated()]))
        table.insert(0, "scenario", scenarios)
    return with_ordered_labels(table) if name == VISITS else table
