"""From the rows a run has written to the columns of a trajectory, in one pass over each table, at once or when asked.

Which columns there are is the schema of `sim.engine.trajectory`; where rows stand is `running`.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.backend import machine_code
from sim.engine.trajectory import Columns, RowsOrColumns

Integers2 = Annotated[npt.NDArray[np.int64], 2]
Rows2 = Annotated[npt.NDArray[np.int32], 2]
Shorts2 = Annotated[npt.NDArray[np.int16], 2]
Bytes2 = Annotated[npt.NDArray[np.int8], 2]

AT_ONCE = 256
"""Rows taken through all their columns before the next: so many are read once and found again in the nearest cache."""


class ColumnsOfRows(RowsOrColumns):
    """Columns of a schema that are made when the first of them is asked for; until then the rows are kept."""

    def __init__(self, rows: np.ndarray, schema: Mapping[str, type]) -> None:
        self.rows: np.ndarray | None = rows
        self.schema = schema
        self.columns: Columns = {}
        self.lock = threading.Lock()

    def __getitem__(self, name: str) -> np.ndarray:
        return self.made()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.schema)

    def __len__(self) -> int:
        return len(self.schema)

    def __reduce__(self) -> tuple[type, tuple[Columns]]:
        return dict, (self.made(),)

    def made(self) -> Columns:
        """The columns; the rows are let go."""
        with self.lock:  # so that all threads get the same arrays
            if self.rows is not None:
                self.columns, self.rows = columns_of_rows(self.rows, self.schema), None
            return self.columns

    def as_it_stands(self, name: str) -> np.ndarray:
        rows = self.rows
        return self[name] if rows is None else rows[name]


def columns_of_rows(rows: np.ndarray, schema: Mapping[str, type], named: Mapping[str, str] | None = None) -> Columns:
    """Columns of a schema, each in one piece of its own. `named` tells those with another name in the rows."""
    names = {name: name for name in schema} | dict(named or {})
    fields: Mapping[str, Any] = rows.dtype.fields or {}
    n_columns = dict.fromkeys((8, 4, 2, 1), 0)
    moves = []
    for name, kind in schema.items():
        stored, offset = fields[names[name]][:2]
        width = np.dtype(kind).itemsize
        moves.append((stored.itemsize, offset // stored.itemsize, width, n_columns[width]))
        n_columns[width] += 1
    # Values of a width are moved as whole numbers whatever they mean; few large arrays cost less than many small ones.
    targets = {width: np.empty((n, len(rows)), f"i{width}") for width, n in n_columns.items()}
    sources = [rows.view(f"i{width}").reshape(len(rows), rows.dtype.itemsize // width) for width in (8, 4, 1)]
    whole = (*sources, *targets.values(), np.array(moves, dtype=np.int64))
    move(*whole)
    return {
        name: targets[width][place].view(kind)
        for (name, kind), (_, _, width, place) in zip(schema.items(), moves, strict=True)
    }


@machine_code
def move(
    rows8: Integers2, rows4: Rows2, rows1: Bytes2, columns8: Integers2, columns4: Rows2, columns2: Shorts2,
    columns1: Bytes2, moves: Integers2,
) -> None:  # fmt: skip
    """Move columns of rows to where they stand alone: as they are stored, from which column, as how wide, to which."""
    for first in range(0, len(rows8), AT_ONCE):
        last = min(first + AT_ONCE, len(rows8))
        for number in range(len(moves)):
            stored, source, width, target = moves[number, 0], moves[number, 1], moves[number, 2], moves[number, 3]
            if stored == 8:
                move_column(rows8, source, columns8[target], first, last)
            elif stored == 1:
                move_column(rows1, source, columns1[target], first, last)
            elif width == 8:
                move_column(rows4, source, columns8[target], first, last)
            elif width == 4:
                move_column(rows4, source, columns4[target], first, last)
            elif width == 2:
                move_column(rows4, source, columns2[target], first, last)
            else:
                move_column(rows4, source, columns1[target], first, last)


def move_column(rows: np.ndarray, source: int, column: np.ndarray, first: int, last: int) -> None:
    """Some rows of one column."""
    for row in range(first, last):
        column[row] = rows[row, source]
