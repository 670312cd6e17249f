"""Memory lent to a trajectory: it comes back, to be written to anew, when the last array that stands in it is gone.

Memory the system gives for the first time is cleared page by page, which takes as long as a tenth of a run. What is
lent and when it is taken again is `running`.
"""

from collections import deque

import numpy as np

Home = deque[tuple[np.ndarray, int]]
"""Where memory comes back to with its address, in any thread. It holds one table, so that who drops many trajectories
frees the rest."""


def home() -> Home:
    """A home to which nothing has come back yet."""
    return deque(maxlen=1)


def lent(table: np.ndarray, address: int, to: Home) -> np.ndarray:
    """The table, which comes back when this array and all made of it are gone."""
    return np.asarray(Loan(table, address, to)).view(table.dtype)


class Loan:
    """What arrays hold on to that stand in lent memory."""

    __slots__ = ("__array_interface__", "address", "home", "table")

    def __init__(self, table: np.ndarray, address: int, home: Home) -> None:
        self.table, self.address, self.home = table, address, home
        # As bytes, because padding between columns has no name.
        self.__array_interface__ = {"data": (address, False), "shape": (table.nbytes,), "typestr": "|u1", "version": 3}

    def __del__(self) -> None:
        self.home.append((self.table, self.address))
