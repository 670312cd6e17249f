"""A table of draws that were accepted as looking like the published departments, in one small file.

Places in the unit cube are kept as whole 65,536ths, a column a dimension, and how they were made beside them. A table
belongs to the register it was made with: with another one it is refused.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from sim.department.scenario import Problem, ScenarioError
from sim.io.bounded_reader import UnreadableFile, read_bytes
from sim.register.draws import AssumptionCube, shipped_cube
from sim.register.rows import DATA
from sim.statistics.arrays import FloatArray

DRAWS_FILE = "draws.npz"
SHIPPED = DATA / DRAWS_FILE
STEPS = 65_536
MOST_TABLE_BYTES = 32 * 2**20
UNREADABLE = (
    BadZipFile, zlib.error, OSError, ValueError, LookupError, AttributeError, RuntimeError, MemoryError,
)  # fmt: skip
"""What libraries raise at bytes that are none of such a table."""
MAKE_ANEW = "make it with `peered study=conditioning`"


@dataclass(frozen=True)
class DrawTable:
    """`places` (draws, dimensions) of the cube, and their `origin`: how they were made, as plain values."""

    dimensions: tuple[str, ...]
    places: FloatArray
    origin: Mapping[str, Any]


def on_steps(places: FloatArray) -> FloatArray:
    """The nearest places that a table can hold."""
    found: FloatArray = (np.clip(np.floor(places * STEPS), 0, STEPS - 1) + 0.5) / STEPS
    return found


def digest_of_register(cube: AssumptionCube) -> str:
    """Of all that says how draws are made of places."""
    columns = ("id", "value", "low", "high", "distribution", "drawn")
    rows = [[getattr(row, name) for name in columns] for row in cube.register.values()]
    return sha256(json.dumps([rows, [astuple(key) for key in cube.keys]]).encode()).hexdigest()[:16]


def write_draws(table: DrawTable, path: Path) -> None:
    """Write a table. Raises OSError."""
    whole = np.floor(table.places * STEPS).astype(np.uint16)
    with path.open("wb") as file:
        np.savez_compressed(file, places=whole, origin=np.array(json.dumps(dict(table.origin))))


def read_draws(path: Path, cube: AssumptionCube) -> DrawTable:
    """Read a table that fits the register. Raises ScenarioError for a file that is none."""
    try:
        content = BytesIO(read_bytes(path, MOST_TABLE_BYTES))
        if sum(entry.file_size for entry in ZipFile(content).infolist()) > MOST_TABLE_BYTES:
            raise ValueError("larger than any table of draws")
        with np.load(content, allow_pickle=False) as arrays:
            whole, origin = arrays["places"], json.loads(str(arrays["origin"]))
    except UnreadableFile as error:
        raise ScenarioError([Problem(str(error.path), error.value, error.remedy)]) from None
    except UNREADABLE as error:
        raise no_table(path, f"no table of draws ({type(error).__name__}: {error})") from None
    if not isinstance(origin, dict) or origin.get("register") != digest_of_register(cube):
        raise no_table(path, "made with another assumption register")
    if whole.dtype != np.uint16 or whole.ndim != 2 or whole.shape[1] != len(cube.dimensions) or not len(whole):
        raise no_table(path, f"draws of {whole.shape} {whole.dtype}, not of {len(cube.dimensions)} dimensions")
    return DrawTable(cube.dimensions, (whole + 0.5) / STEPS, origin)


def no_table(path: Path, why: str) -> ScenarioError:
    """The error of a file that is no table for this register."""
    return ScenarioError([Problem(str(path), why, MAKE_ANEW)])


@cache
def shipped_draws() -> DrawTable:
    """The draws that come with the project, conditioned on the shipped department."""
    return read_draws(SHIPPED, shipped_cube())
