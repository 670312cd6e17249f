"""DuckDB connections that reach the files they are given, and nothing else: no network, no extension, no other file.

Values go into SQL as parameters, variables or registered tables; elsewhere by `literal` and `identifier`.
"""

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

Setting: TypeAlias = str | int | bool

_CLOSED: Mapping[str, str] = {
    "python_enable_replacements": "false",  # a query may not read the variables of this program
    "python_scan_all_frames": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
"""How every connection starts; which files it reaches is added, and then nothing can be changed any more."""
_MOST_FOLDERS = 8
"""Connections cached, each for a folder of its own."""
_SECONDS_BETWEEN_INTERRUPTS = 0.05


def connect(
    files: Sequence[Path] = (),
    folder: Path | None = None,
    database: Path | None = None,
    read_only: bool = False,
    settings: Mapping[str, Setting] | None = None,
) -> DuckDBPyConnection:
    """Open a database that reaches `files` and everything below `folder`, and no other file, network or extension.

    `database`: its file, in memory without; `settings` are those of DuckDB, and are locked like the access to files.
    What does not fit into memory is written to `temp_directory`, if that is set and inside `folder`, else refused.
    """
    place = ":memory:" if database is None else str(database)
    connection = duckdb.connect(place, read_only=read_only, config=dict(_CLOSED))
    try:
        # A query that names `a[*].parquet` is let through by that name, and finds only files that are let through.
        names = {name for file in files for name in (_absolute(file), exact_path(file))}
        connection.execute("SET allowed_paths = ?", [sorted(names)])
        if folder is not None:
            connection.execute("SET allowed_directories = ?", [[_absolute(folder)]])
        for name, value in ({"temp_directory": ""} | dict(settings or {})).items():
            connection.execute(f"SET {name} = ?", [value])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _absolute(file: Path) -> str:
    """The name by which a file is let through."""
    return os.path.abspath(file)


def exact_path(file: Path) -> str:
    """The path of one file for `read_parquet` and the like: `*`, `?` and `[` in it mean themselves."""
    return glob.escape(_absolute(file))


def literal(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """String literals with commas between."""
    return ", ".join(map(literal, texts))


def identifier(name: str) -> str:
    """A quoted name of a table or column."""
    return '"' + name.replace('"', '""') + '"'


def whole_number(connection: DuckDBPyConnection, query: str, parameters: object = None) -> int:
    """The whole number in the only row of a query; NULL is 0."""
    row = connection.execute(query, parameters).fetchone()
    return int(row[0] or 0) if row else 0


def numbers(connection: DuckDBPyConnection, query: str) -> tuple[float, ...]:
    """The numbers in the only row of a query; NULL is 0."""
    return tuple(float(value or 0.0) for value in connection.execute(query).fetchone() or ())


def parquet(connection: DuckDBPyConnection, files: Sequence[Path]) -> DuckDBPyRelation:
    """The rows of Parquet files, their columns brought together by name. Raises duckdb.Error."""
    return connection.read_parquet([exact_path(file) for file in files], union_by_name=True)


def parquet_text(files: Sequence[Path]) -> str:
    """The same as part of a query."""
    return f"read_parquet([{literals(exact_path(file) for file in files)}], union_by_name = true)"


def copy_to_parquet(connection: DuckDBPyConnection, table: str, file: Path) -> None:
    """Write a table or view of a connection into a file that it reaches; `table` is a name of our own."""
    copy = f"COPY {table} TO $file (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    connection.execute(copy, {"file": _absolute(file)})


def copy_to_csv(connection: DuckDBPyConnection, table: str, file: Path) -> None:
    """Write a table or view of a connection as text with commas, names in the first line."""
    connection.execute(f"COPY {table} TO $file (FORMAT csv, HEADER, USE_TMP_FILE false)", {"file": _absolute(file)})


_by_folder: dict[tuple[int, str], DuckDBPyConnection] = {}
_by_folder_lock = Lock()


def connection_in(folder: Path) -> DuckDBPyConnection:
    """A connection of the caller's own that reaches everything below a folder; opening the first takes far longer.

    Serves questions of our own. Whatever somebody else has worded gets a `connect`, which reaches the files named only.
    """
    path = Path(_absolute(folder))
    process = os.getpid()  # a process that was split off can neither use nor close the connections of its parent
    with _by_folder_lock:
        for place in (path, *path.parents):
            if (found := _by_folder.get((process, str(place)))) is not None:
                return found.cursor()
        mine = [key for key in _by_folder if key[0] == process]
        for key in mine[: len(mine) + 1 - _MOST_FOLDERS]:
            del _by_folder[key]
        made = _by_folder[process, str(path)] = connect(folder=path)
        return made.cursor()


def set_variables(connection: DuckDBPyConnection, **values: str | int) -> None:
    """Values a query reads with getvariable('name'); the names are our own."""
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])


InterruptibleCall: TypeAlias = Callable[[Callable[[], Any]], Any]
"""Does work on a connection and hands back what came of it."""


@contextmanager
def interruptible(connection: DuckDBPyConnection) -> Iterator[InterruptibleCall]:
    """What to run work on a connection with, so that Ctrl-C ends a query, which would not hear it by itself.

    An interrupt is lost on a query that is about to begin, so it is sent until the thread is free again.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="peered-query") as apart:
        apart.submit(bool).result()  # the one thread stands: an interrupt while it starts would leave two

        def run(work: Callable[[], Any]) -> Any:
            try:
                return apart.submit(work).result()
            except KeyboardInterrupt:
                is_free = apart.submit(bool)
                while not is_free.done():
                    connection.interrupt()
                    wait([is_free], _SECONDS_BETWEEN_INTERRUPTS)
                raise

        yield run


def first_line(error: Exception) -> str:
    """What went wrong, without where in the text."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".:!")
