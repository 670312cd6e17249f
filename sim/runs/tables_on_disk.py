"""Tables on disk: Parquet through DuckDB, written whole or not at all, with their provenance.

Large ones, of visits, take longer to write than a run takes to play: a process that has opened a `background_writer`
writes them on a thread. What the tables hold is decided by the study; the folders they stand in are
`sim.runs.output_folder`.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sim.engine.code_version import code_version
from sim.runs.interrupts import interrupted_after, uninterrupted

if TYPE_CHECKING:  # loaded by the first table, since a run can be played before there is one
    import pandas as pd


LIBRARIES = ("peered", "simpy", "numpy", "scipy", "pandas", "duckdb", "pydantic", "hydra-core", "matplotlib")


Table: TypeAlias = "pd.DataFrame | dict[str, np.ndarray]"
"""Columns by name; as arrays where a frame would only be made to be written."""


def write_table(table: Table, path: Path) -> None:
    """Write a table as Parquet, or as text with commas where the name ends in `.csv`; the file appears only when it is
    complete. Raises TableNotWritten, OSError.
    """
    with interrupted_after(), whole_file(path) as partial:
        copy_out(table, partial, as_csv=path.suffix == ".csv")


def write_or_remove(table: "pd.DataFrame", path: Path) -> None:
    """Write a table that has rows; of one that has none, take away what an earlier command wrote."""
    if len(table):
        write_table(table, path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name to write to, which becomes `path` when the block ends; after an error nothing of it is left."""
    partial = partial_of(path)
    try:
        yield partial
        os.replace(partial, path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            error.filename = str(path)  # the name a reader knows
        raise


def partial_of(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_name(f".{path.name}.partial")


def write_text(text: str, path: Path) -> None:
    """Write a text; the file appears only when it is complete."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")  # the same bytes on every system


def copy_out(table: Table, path: Path, as_csv: bool = False) -> None:
    """Write a table as Parquet, or as CSV, where nobody looks for it yet. Raises TableNotWritten."""
    import duckdb

    from sim.io import sql

    with sql.connection_in(path.parent) as connection:
        connection.register("rows", table)
        try:
            (sql.copy_to_csv if as_csv else sql.copy_to_parquet)(connection, "rows", path)
        except duckdb.Error as error:
            raise TableNotWritten(str(error)) from error


def read_table(path: Path, *more: Path) -> "pd.DataFrame":
    """Read one Parquet file, several of one folder and table one after the other, or a folder of parts."""
    from sim.io import sql

    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path, *more]
    with sql.connection_in(path if path.is_dir() else path.parent) as connection:
        table: pd.DataFrame = sql.parquet(connection, files).df()
    return table


class CannotKeep(Exception):
    """Something of a sweep could not be written."""


class OutputError(ValueError):
    """A folder that results cannot be written to."""


class TableNotWritten(OSError):
    """A table that could not be written, in the words of the database."""

    def __str__(self) -> str:
        # An OSError that is given a file name shows its error number instead, and this one has none.
        return str(self.args[0]) if self.args else ""


@dataclass
class WriteErrors:
    """Files that could not be written, each with the reason: whoever meets one notes it and writes the others.

    `partial`: why the result is only a part of what was asked for, though all its files were written.
    """

    found: dict[str, str] = field(default_factory=dict)
    partial: str = ""

    def note(self, file: Path, error: OSError) -> None:
        """Remember a file, or the one that the error names, and the first reason."""
        self.found.setdefault(Path(error.filename or file).name, reason_of(error))

    def add(self, others: "WriteErrors") -> None:
        """Note what others have noted."""
        self.found = {**others.found, **self.found}

    @contextmanager
    def noted(self, file: Path) -> Iterator[None]:
        """Note an OSError of the block, and go on after it."""
        try:
            yield
        except OSError as error:
            self.note(file, error)

    def text(self) -> str:
        """`estimates.parquet (No space left on device) and 3 more files could not be written`."""
        name, reason = next(iter(self.found.items()))
        others = len(self.found) - 1
        more = f" and {others} more file{'s' if others > 1 else ''}" if others else ""
        return f"{name} ({reason}){more} could not be written"


def reason_of(error: OSError) -> str:
    """What went wrong with a file, in one line."""
    return error.strerror or str(error).strip().partition("\n")[0]


def provenance(**facts: Any) -> dict[str, Any]:
    """What is needed to repeat a run: versions, code, time, and the given facts."""
    return {
        "code": code_version(),
        "versions": versions(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
    }


@cache
def versions() -> dict[str, str]:
    """Versions of what results may depend on; to look them up takes as long as to write a table."""
    return {name: installed(name) for name in LIBRARIES}


def installed(name: str) -> str:
    """Version of an installed distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def write_json(facts: Mapping[str, Any], path: Path) -> None:
    """Write facts as JSON; the file appears only when it is complete."""
    write_text(json_text(facts), path)


def json_text(facts: Mapping[str, Any]) -> str:
    """Facts as they stand in a file."""
    return json.dumps(facts, indent=2, default=str) + "\n"


class BackgroundWriter:
    """Writes one table at a time; if the thread is busy, `write` writes on the caller's thread, so that at most one
    table is queued in memory.

    `errors`: tables that the thread could not write; the others are written all the same.
    """

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread, self._lock = thread, Lock()
        self._writing: Future[None] | None = None
        self.errors = WriteErrors()

    def write(self, table: Table, path: Path) -> None:
        """Write a table, now or in the background. Raises OSError if it is written now and cannot be."""
        with self._lock:
            if is_free := self._writing is None or self._writing.done():
                self._writing = self._thread.submit(self._write, table, path)
        if not is_free:
            write_table(table, path)

    def _write(self, table: Table, path: Path) -> None:
        with self.errors.noted(path):
            write_table(table, path)

    def flush(self) -> None:
        """Wait until all is written."""
        if self._writing is not None:
            self._writing.result()


OPEN_WRITERS: list[BackgroundWriter] = []


@contextmanager
def background_writer() -> Iterator[BackgroundWriter]:
    """Have large tables of this process written in the background. At the end of the block all are; if it fails, none
    are any more.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="peered-tables")
    writer = BackgroundWriter(thread)
    OPEN_WRITERS.append(writer)
    try:
        yield writer
        writer.flush()
    finally:
        OPEN_WRITERS.remove(writer)
        with uninterrupted():
            thread.shutdown(wait=True, cancel_futures=True)


def write_large_table(table: Table, path: Path) -> None:
    """Write a table, in the background if this process has a writer open."""
    if OPEN_WRITERS:
        OPEN_WRITERS[-1].write(table, path)
    else:
        write_table(table, path)
