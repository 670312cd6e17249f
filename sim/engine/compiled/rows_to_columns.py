"""From the rows a run has written to the columns of a trajectory, in one pass over each table, at once or when asked.

Which columns there are is the schema of `sim.engine.trajectory`; where rows stand is `replication`.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from sim.engine.compiled.backend import machine_code
from sim.engine.compiled.memory import Dtype, Row, RowOf
from sim.engine.compiled.tables import columns
from sim.engine.trajectory import Columns, RowsOrColumns

NO_NAMES: Mapping[str, str] = {}

FEW = 1000
"""Of so many rows at most each column is made alone: all of them would take longer than the rest of a short run."""

ONE_AT_A_TIME = threading.Lock()
"""Held while rows become columns."""

AT_ONCE = 256
"""Rows taken through all their columns before the next: so many are read once and found again in the nearest cache."""


class ColumnsOfRows(RowsOrColumns):
    """Columns of a schema, made when asked for; of many rows all together, and then the rows are let go."""

    def __init__(self, rows: np.ndarray, schema: Mapping[str, type], named: Mapping[str, str] = NO_NAMES) -> None:
        self.rows: np.ndarray | None = rows
        self.schema, self.named = schema, named
        self.columns: Columns = {}

    def __getitem__(self, name: str) -> np.ndarray:
        rows = self.rows
        if rows is None or len(rows) > FEW:
            return self.made()[name]
        if name not in self.columns:
            self.columns.setdefault(name, np.array(rows[self.named.get(name, name)], self.schema[name]))
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.schema)

    def __len__(self) -> int:
        return len(self.schema)

    def __reduce__(self) -> tuple[type, tuple[Columns]]:
        return dict, (self.made(),)

    def made(self) -> Columns:
        """The columns; the rows are let go."""
        if self.rows is not None:
            with ONE_AT_A_TIME:  # so that all threads get the same arrays
                if self.rows is not None:
                    made = columns_of_rows(self.rows, self.schema, self.named)
                    self.columns, self.rows = made | self.columns, None
        return self.columns

    def as_it_stands(self, name: str) -> np.ndarray:
        rows = self.rows
        return self[name] if rows is None or name in self.columns else rows[self.named.get(name, name)]


def columns_of_rows(rows: np.ndarray, schema: Mapping[str, type], named: Mapping[str, str] = NO_NAMES) -> Columns:
    """Columns of a schema, each in one piece of its own. `named` tells those with another name in the rows."""
    n = len(rows)
    if not n:
        return {name: np.empty(0, kind) for name, kind in schema.items()}
    plan = move_plan(rows.dtype, tuple(schema.items()), tuple(named.items()))
    memory = np.empty(n * plan.bytes_per_row, np.uint8)  # one large array costs less than many small ones
    move(rows.ctypes.data, n, rows.dtype.itemsize, memory.ctypes.data, plan.address, len(plan.moves))
    of_kinds = [memory[n * first : n * end].view(kind).reshape(-1, n) for kind, first, end in plan.kinds]
    found = [column for of_kind in of_kinds for column in of_kind]
    return {name: found[number] for name, number in plan.columns}


@dataclass(frozen=True)
class MovePlan:
    """How rows become columns: the moves, one after the other, and what comes of them.

    `kinds` are the types of columns, widest first, with where those of a type begin and end in the bytes of a row;
    `columns` are names with their numbers when all columns stand in order of `kinds`.
    """

    moves: np.ndarray
    bytes_per_row: int
    kinds: list[tuple[Dtype, int, int]]
    columns: list[tuple[str, int]]

    @cached_property
    def address(self) -> int:
        """Where the moves stand."""
        return int(self.moves.ctypes.data)


@lru_cache(maxsize=64)
def move_plan(dtype: Dtype, schema: tuple[tuple[str, type], ...], named: tuple[tuple[str, str], ...]) -> MovePlan:
    """The plan for rows of a type and a schema."""
    fields: Mapping[str, Any] = dtype.fields or {}
    names = dict(named)
    moves: list[tuple[int, int, int, int]] = []
    numbers, kinds, end = {}, [], 0
    for kind in sorted(dict.fromkeys(np.dtype(kind) for _, kind in schema), key=lambda kind: -kind.itemsize):
        first = end
        for name in (name for name, its_kind in schema if its_kind == kind):
            stored, offset = fields[names.get(name, name)][:2]
            numbers[name] = len(moves)
            moves.append((offset, stored.itemsize, end, kind.itemsize))
            end += kind.itemsize
        kinds.append((kind, first, end))
    return MovePlan(np.array(moves, dtype=MOVE), end, kinds, [(name, numbers[name]) for name, _ in schema])


MOVE = columns(i8="offset stored target width")
"""A column: where it stands in a row, how many bytes wide; where it goes, in bytes for each row, and how wide."""

move_at = RowOf("MOVE", MOVE)
eight_at, four_at = RowOf("EIGHT", columns(i8="value")), RowOf("FOUR", columns(i4="value"))
two_at, one_at = RowOf("TWO", columns(i2="value")), RowOf("ONE", columns(i1="value"))
"""Values of so many bytes. They are moved as whole numbers whatever they mean."""


@machine_code
def move(rows: int, n_rows: int, row_bytes: int, memory: int, moves: int, n_moves: int) -> None:
    """Move columns of rows to where they stand alone, some rows at a time. All but the numbers are addresses."""
    for first in range(0, n_rows, AT_ONCE):
        last = min(first + AT_ONCE, n_rows)
        for number in range(n_moves):
            one = move_at(moves, number)
            move_column(one, rows + one.offset, row_bytes, memory + one.target * n_rows, first, last)


def move_column(one: Row, source: int, step: int, target: int, first: int, last: int) -> None:
    """Some rows of one column."""
    if one.stored == 8:
        for row in range(first, last):
            eight_at(target, row).value = eight_at(source + row * step, 0).value
    elif one.stored == 1:
        for row in range(first, last):
            one_at(target, row).value = one_at(source + row * step, 0).value
    elif one.width == 8:
        for row in range(first, last):
            eight_at(target, row).value = four_at(source + row * step, 0).value
    elif one.width == 4:
        for row in range(first, last):
            four_at(target, row).value = four_at(source + row * step, 0).value
    elif one.width == 2:
        for row in range(first, last):
            two_at(target, row).value = four_at(source + row * step, 0).value
    else:
        for row in range(first, last):
            one_at(target, row).value = four_at(source + row * step, 0).value
