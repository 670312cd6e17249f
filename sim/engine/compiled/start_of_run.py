"""The state of a department at time 0, ready to be copied for each replication."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.engine.compiled.calendar import N_HEAPS
from sim.engine.compiled.tables import ED, NONE, STATIC_TABLES


class StartOfRun:
    """The root and all tables that a run writes into, in one piece of memory: a copy of it is a run that begins.

    `offsets` says where each table stands in it, and the root where its own address is to be written.
    """

    def __init__(
        self, scalars: Mapping[str, Any], shared: Mapping[str, np.ndarray], changing: Mapping[str, np.ndarray]
    ) -> None:
        root = np.zeros(1, ED)
        for name, value in {**scalars, "first_free_request": NONE, "first_free_path": NONE}.items():
            root[name] = value
        for name, table in shared.items():
            root[name] = table.ctypes.data
        changing = {**changing, "heaps": np.zeros(N_HEAPS, STATIC_TABLES["heaps"])}
        ends = np.cumsum([rounded_up(table.nbytes) for table in (root, *changing.values())])
        self.offsets = dict(zip(changing, ends.tolist(), strict=False))
        self.memory = np.zeros(ends[-1], np.uint8)
        for table, offset in zip((root, *changing.values()), (0, *self.offsets.values()), strict=True):
            self.memory[offset : offset + table.nbytes] = table.view(np.uint8)
        self.sizes = {name: table.nbytes for name, table in changing.items()}
        self.address_columns = np.array([COLUMN[name] for name in changing])
        self.address_offsets = np.array(list(self.offsets.values()))

    def under(self, address: int) -> np.ndarray:
        """A copy in which the root knows where its tables stand once all of it is written to an address."""
        memory = self.memory.copy()
        memory[: ED.itemsize].view(np.int64)[self.address_columns] = self.address_offsets + address
        return memory

    def table(self, memory: np.ndarray, name: str) -> np.ndarray:
        """A table in the memory of a run."""
        first = self.offsets[name]
        return memory[first : first + self.sizes[name]].view(STATIC_TABLES[name])


COLUMN = {name: offset // 8 for name, (_, offset, *_) in (ED.fields or {}).items()}
"""Where the columns of the root stand that have eight bytes, in numbers of eight bytes."""


def rounded_up(n_bytes: int) -> int:
    """So many bytes that what follows begins where numbers of eight bytes may."""
    return -(-n_bytes // 8) * 8
