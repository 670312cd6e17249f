"""From the rows a run has written to the columns of a trajectory, in one pass over each table, at once or when asked.

Which columns there are is the schema of `sim.engine.trajectory`; where rows stand is `running`.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.engine.machine_code import machine_code
from sim.engine.trajectory import Columns, RowsOrColumns

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
    _move(*whole)
    return {
        name: targets[width][place].view(kind)
        for (name, kind), (_, _, width, place) in zip(schema.items(), moves, strict=True)
    }


@machine_code(nogil=True)
def _move(rows8, rows4, rows1, columns8, columns4, columns2, columns1, moves):  # type: ignore[no-untyped-def]
    for first in range(0, len(rows8), AT_ONCE):
        last = min(first + AT_ONCE, len(rows8))
        for move in range(len(moves)):
            stored, source, width, target = moves[move, 0], moves[move, 1], moves[move, 2], moves[move, 3]
            if stored == 8:
                _move_column(rows8, source, columns8, target, first, last)
            elif stored == 1:
                _move_column(rows1, source, columns1, target, first, last)
            elif width == 8:
                _move_column(rows4, source, columns8, target, first, last)
            elif width == 4:
                _move_column(rows4, source, columns4, target, first, last)
            elif width == 2:
                _move_column(rows4, source, columns2, target, first, last)
            else:
                _move_column(rows4, source, columns1, target, first, last)


@machine_code(nogil=True)
def _move_column(rows, source, columns, target, first, last):  # type: ignore[no-untyped-def]
    here, there = rows[first:last, source], columns[target, first:last]
    for row in range(last - first):
        there[row] = here[row]
