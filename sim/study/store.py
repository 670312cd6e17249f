"""Tables on disk: Parquet through DuckDB, written whole or not at all, in one results folder with its provenance.

What the tables hold is decided by the study.
"""

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sim.engine.sources import code_version
from sim.study.interrupts import uninterrupted

if TYPE_CHECKING:  # loaded by the first table, since a run can be played before there is one
    import pandas as pd

LIBRARIES = ("peered", "simpy", "numpy", "scipy", "numba", "pandas", "duckdb", "pydantic", "hydra-core", "matplotlib")


Table: TypeAlias = "pd.DataFrame | dict[str, np.ndarray]"
"""Columns by name; as arrays where a frame would only be made to be written."""


def write_table(table: Table, path: Path) -> None:
    """Write a table as Parquet; the file appears only when it is complete."""
    partial = path.with_name(f".{path.name}.partial")
    with uninterrupted() as interrupts:
        copy_out(table, partial)
        os.replace(partial, path)
    if interrupts.came:
        raise KeyboardInterrupt


def copy_out(table: Table, path: Path) -> None:
    """Write a table as Parquet where nobody looks for it yet."""
    from sim.io import sql

    with sql.writer_in(path.parent) as connection:
        connection.register("rows", table)
        sql.write_parquet(connection, "rows", path)


def read_table(path: Path) -> "pd.DataFrame":
    """Read one Parquet file or a folder of parts."""
    from sim.io import sql

    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    with sql.connect(files) as connection:
        table: pd.DataFrame = sql.parquet(connection, files).df()
    return table


class CannotKeep(Exception):
    """Something of a sweep could not be written."""


class OutputError(ValueError):
    """A folder that results cannot be written to."""


OURS = {"answer.md", "run.json", "scenarios.json", "figures", "visits", "events"}
"""What a results folder holds besides Parquet tables."""


def foreign_files(place: Path) -> list[str]:
    """Names in a folder that are no part of an earlier result."""
    return sorted(path.name for path in place.iterdir() if not is_ours(path))


def results_place(wanted: Path | None, study: str, foreign: Callable[[Path], list[str]] = foreign_files) -> Path:
    """Where results will stand: the wanted folder, or a new one under `results/` named after study and time.

    Raises OutputError if that is a file, cannot be made, is where the command was started, or holds anything that is
    not an earlier result, as told by `foreign`.
    """
    place = (wanted or Path("results") / f"{study}-{datetime.now(UTC):%Y%m%d-%H%M%S}").resolve()
    here = Path.cwd().resolve()
    if place == here or place in here.parents:
        raise OutputError(f"output = {wanted}: that is the folder you are in, or above it; name a folder of its own")
    if place.exists() and not place.is_dir():
        raise OutputError(f"output = {wanted}: there is a file of that name; name a folder")
    others = foreign(place) if place.is_dir() else []
    if others:
        raise OutputError(
            f"output = {wanted}: the folder holds other files ({', '.join(others[:3])}); name an empty or new folder"
        )
    nearest = next(path for path in [place.parent, *place.parent.parents] if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise OutputError(f"output = {wanted or place}: {nearest} cannot be written to; name a folder elsewhere")
    return place


def is_ours(path: Path) -> bool:
    """Whether an entry of a folder is part of an earlier result."""
    return path.name in OURS or path.suffix == ".parquet"


@contextmanager
def results_folder(place: Path) -> Iterator[Path]:
    """A draft folder that takes the place of the results when the block ends without an error; else it is dropped.

    An earlier result is moved aside and removed only when the new one stands.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    draft.chmod(0o755)
    try:
        yield draft
        old = draft.with_name(f"{draft.name}.old")
        if place.exists():
            os.replace(place, old)
        os.replace(draft, place)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


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
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(facts, indent=2, default=str) + "\n", encoding="utf-8")
    os.replace(partial, path)
