"""Tables on disk: Parquet through DuckDB, written whole or not at all, in one results folder with its provenance.

What the tables hold is decided by the study.
"""

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

LIBRARIES = ("peered", "simpy", "numpy", "scipy", "numba", "pandas", "duckdb", "pydantic", "hydra-core", "matplotlib")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet; the file appears only when it is complete."""
    partial = path.with_name(f".{path.name}.partial")
    with duckdb.connect() as connection:
        connection.register("rows", table)
        connection.execute(f"COPY rows TO {quoted(str(partial))} (FORMAT parquet, COMPRESSION zstd)")
    os.replace(partial, path)


def read_table(path: Path) -> pd.DataFrame:
    """Read one Parquet file or a folder of parts."""
    pattern = str(path / "*.parquet") if path.is_dir() else str(path)
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM read_parquet({quoted(pattern)}, union_by_name=true)").df()


def quoted(text: str) -> str:
    """A string literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def results_folder(wanted: Path | None, study: str) -> Iterator[Path]:
    """A folder to write into that becomes the results folder when the block ends without an error.

    Without a wanted folder a new one under `results/` is named after study and time. A folder that already holds
    something else than an earlier result is not touched: FileExistsError.
    """
    final = wanted or Path("results") / f"{study}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if final.exists() and any(final.iterdir()) and not (final / "run.json").exists():
        raise FileExistsError(f"output = {final}: the folder holds other files; give an empty or new folder")
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
    draft.chmod(0o755)
    try:
        yield draft
        if final.exists():
            shutil.rmtree(final)
        os.replace(draft, final)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def final_folder(draft: Path, wanted: Path | None) -> Path:
    """Where a draft folder will stand."""
    return wanted or draft.parent / draft.name[1 : draft.name.rindex("-")]


def code_version() -> str:
    """Hash of the sources of the department and engine rings: what results depend on."""
    root = Path(__file__).parents[1]
    digest = sha256()
    for ring in ("department", "engine"):
        for path in sorted((root / ring).glob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def provenance(**facts: Any) -> dict[str, Any]:
    """What is needed to repeat a run: versions, code, time, and the given facts."""
    return {
        "code": code_version(),
        "versions": {name: installed(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
    }


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
