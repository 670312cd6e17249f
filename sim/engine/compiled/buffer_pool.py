"""Memory lent to a trajectory: it comes back, to be written to anew, when the last array that stands in it is gone.

Memory the system gives for the first time is cleared page by page, which takes as long as a tenth of a run. What is
lent and when it is taken again is `replication`.
"""

from collections import deque

import numpy as np

ReturnedBuffers = deque[tuple[np.ndarray, int]]
"""Where memory comes back to with its address, in any thread. It holds one table, so that who drops many trajectories
frees the rest."""


def returned_buffers() -> ReturnedBuffers:
    """Room for the one buffer that comes back; others are freed."""
    return deque(maxlen=1)


def borrowed(table: np.ndarray, address: int, returned: ReturnedBuffers) -> np.ndarray:
    """The table, which comes back when this array and all made of it are gone."""
    return np.asarray(BorrowedBuffer(table, address, returned)).view(table.dtype)


class BorrowedBuffer:
    """What arrays hold on to that stand in lent memory."""

    __slots__ = ("__array_interface__", "address", "returned", "table")

    def __init__(self, table: np.ndarray, address: int, returned: ReturnedBuffers) -> None:
        self.table, self.address, self.returned = table, address, returned
        # As bytes, because padding between columns has no name.
        self.__array_interface__ = {"data": (address, False), "shape": (table.nbytes,), "typestr": "|u1", "version": 3}

    def __del__(self) -> None:
        self.returned.append((self.table, self.address))
