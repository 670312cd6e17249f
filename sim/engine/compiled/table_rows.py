"""Tables in the making: rows added one by one, an array in the end."""

from typing import Any

import numpy as np

from sim.engine.compiled.memory import Dtype
from sim.engine.compiled.tables import NONE, STATIC_TABLES


class TableRows:
    """A table in the making: rows are added by column names, the rest is 0."""

    def __init__(self, dtype: Dtype) -> None:
        self.dtype = dtype
        self.rows: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, **values: Any) -> int:
        """One more row; its number."""
        self.rows.append(values)
        return len(self.rows) - 1

    def table(self) -> np.ndarray:
        table = np.zeros(max(1, len(self.rows)), self.dtype)
        for name in self.dtype.names or ():
            column = [row.get(name, 0) for row in self.rows]
            if column:
                table[name][: len(column)] = column
        return table


class EmptyClasses(TableRows):
    """The classes of all queues, empty."""

    def __init__(self, n: int) -> None:
        super().__init__(STATIC_TABLES["classes"])
        self.n = n

    def table(self) -> np.ndarray:
        table = np.empty(self.n, self.dtype)
        table["first"] = table["last"] = NONE
        return table
