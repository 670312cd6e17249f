"""From the rows a run has written to the columns of a trajectory, in one pass over each table, at once or when asked.

Which columns there are is the schema of `sim.engine.trajectory`; where rows stand is `running`.
"""

import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.backend import machine_code
from sim.engine.compiled.memory import Dtype
from sim.engine.trajectory import Columns, RowsOrColumns

Integers2 = Annotated[npt.NDArray[np.int64], 2]
Rows2 = Annotated[npt.NDArray[np.int32], 2]
Shorts2 = Annotated[npt.NDArray[np.int16], 2]
Bytes2 = Annotated[npt.NDArray[np.int8], 2]

NO_NAMES: Mapping[str, str] = {}

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


def columns_of_rows(rows: np.ndarray, schema: Mapping[str, type], named: Mapping[str, str] = NO_NAMES) -> Columns:
    """Columns of a schema, each in one piece of its own. `named` tells those with another name in the rows."""
    plan = move_plan(rows.dtype, tuple(schema.items()), tuple(named.items()))
    # Values of a width are moved as whole numbers whatever they mean; few large arrays cost less than many small ones.
    targets = {width: np.empty((n, len(rows)), f"i{width}") for width, n in plan.n_columns.items()}
    by8, by4, by1 = (rows.view(f"i{width}").reshape(len(rows), rows.dtype.itemsize // width) for width in (8, 4, 1))
    move(by8, by4, by1, targets[8], targets[4], targets[2], targets[1], plan.moves)
    found = [column for kind, first, end in plan.kinds for column in targets[kind.itemsize][first:end].view(kind)]
    return {name: found[number] for name, number in plan.columns}


class MovePlan(NamedTuple):
    """How rows become columns: what `move` takes, and how many columns of each width there are.

    `kinds` are the types of columns, with the first and the end of those of a type among the columns of their width;
    `columns` are names with their numbers when all columns stand in order of `kinds`.
    """

    moves: np.ndarray
    n_columns: dict[int, int]
    kinds: list[tuple[Dtype, int, int]]
    columns: list[tuple[str, int]]


@lru_cache(maxsize=64)
def move_plan(dtype: Dtype, schema: tuple[tuple[str, type], ...], named: tuple[tuple[str, str], ...]) -> MovePlan:
    """The plan for rows of a type and a schema."""
    fields: Mapping[str, Any] = dtype.fields or {}
    names = dict(named)
    moves: list[tuple[int, int, int, int]] = []
    numbers, kinds = {}, []
    n_columns = dict.fromkeys((8, 4, 2, 1), 0)
    for kind in dict.fromkeys(kind for _, kind in schema):
        width = np.dtype(kind).itemsize
        first = n_columns[width]
        for name in (name for name, its_kind in schema if its_kind is kind):
            stored, offset = fields[names.get(name, name)][:2]
            numbers[name] = len(moves)
            moves.append((stored.itemsize, offset // stored.itemsize, width, n_columns[width]))
            n_columns[width] += 1
        kinds.append((np.dtype(kind), first, n_columns[width]))
    return MovePlan(np.array(moves, dtype=np.int64), n_columns, kinds, [(name, numbers[name]) for name, _ in schema])


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
