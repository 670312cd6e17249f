"""A table of draws that were accepted as looking like the published departments, in one small file.

Places in the unit cube are kept as whole 65,536ths, a column a dimension, and where they come from as metadata of the
Parquet file. A table belongs to the register it was made with: others are refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from sim.department.scenario import Problem, ScenarioError
from sim.io.bounded_reader import read_bytes
from sim.register.draws import Cube, leader_of
from sim.register.rows import DATA
from sim.statistics.arrays import FloatArray

SHIPPED = DATA / "draws.parquet"
STEPS = 65_536
MOST_BYTES, MOST_DRAWS = 32 * 2**20, 20_000
_ORIGIN = b"peered draws"
MAKE_ANEW = "make it with `peered study=conditioning`"


@dataclass(frozen=True)
class DrawTable:
    """`places` (draws, dimensions) of the cube, and their `origin`: how they were made, as plain values."""

    dimensions: tuple[str, ...]
    places: FloatArray
    origin: Mapping[str, Any]

    def first(self, n: int) -> FloatArray:
        """The first n places. Raises ValueError for more than there are."""
        if n > len(self.places):
            raise ValueError(f"{n} draws: there are {len(self.places)}")
        return self.places[:n]


def on_steps(places: FloatArray) -> FloatArray:
    """The nearest places that a table can hold."""
    found: FloatArray = (np.clip(np.floor(places * STEPS), 0, STEPS - 1) + 0.5) / STEPS
    return found


def digest_of_register(cube: Cube) -> str:
    """Of all that says how draws are made of places."""
    said = [
        (row.id, row.value, row.low, row.high, row.distribution, row.drawn)
        for row in cube.register.values()
        if leader_of(row)
    ]
    return sha256(json.dumps(said).encode()).hexdigest()[:16]


def write_draws(table: DrawTable, path: Path) -> None:
    """Write a table. Raises OSError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = np.floor(table.places * STEPS).astype(np.uint16)
    columns = {name: whole[:, number] for number, name in enumerate(table.dimensions)}
    arrow = pa.table(columns).replace_schema_metadata({_ORIGIN: json.dumps(dict(table.origin))})
    pq.write_table(arrow, path, compression="zstd")


def read_draws(path: Path, cube: Cube) -> DrawTable:
    """Read a table that fits the register. Raises ScenarioError for a file that is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pq.read_table(pa.BufferReader(read_bytes(path, MOST_BYTES)))
        origin = json.loads((arrow.schema.metadata or {})[_ORIGIN])
    except (pa.ArrowException, OSError, ValueError, KeyError, RecursionError) as error:
        raise refused(path, f"no table of draws ({type(error).__name__})") from None
    if not isinstance(origin, dict) or origin.get("register") != digest_of_register(cube):
        raise refused(path, "made with another assumption register")
    if tuple(arrow.column_names) != cube.dimensions or not 0 < len(arrow) <= MOST_DRAWS:
        raise refused(path, f"{len(arrow)} draws of {arrow.num_columns} dimensions, not of {len(cube.dimensions)}")
    if any(column.type != pa.uint16() or column.null_count for column in arrow.columns):
        raise refused(path, "its columns are not whole numbers of 16 bits")
    places = np.column_stack([column.to_numpy() for column in arrow.columns])
    return DrawTable(cube.dimensions, (places + 0.5) / STEPS, origin)


def refused(path: Path, why: str) -> ScenarioError:
    """The error of a file that is no table for this register."""
    return ScenarioError([Problem(str(path), why, MAKE_ANEW)])


@cache
def shipped_draws(cube: Cube) -> DrawTable:
    """The draws that come with the project, conditioned on the shipped department."""
    return read_draws(SHIPPED, cube)
