"""A large table is written while the study goes on; nothing of the study stands before it is whole.

How a table is written is `sim.runs.tables_on_disk`. In a process that does not open this, each table is written at
once.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sim.runs.interrupts import uninterrupted
from sim.runs.tables_on_disk import Table, WriteErrors, write_table


class Behind:
    """One thread that writes. Who comes while it is busy writes for themselves, so that tables never pile up.

    `errors`: tables that the thread could not write; the others are written all the same.
    """

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread, self._lock = thread, Lock()
        self._writing: Future[None] | None = None
        self.errors = WriteErrors()

    def write(self, table: Table, path: Path) -> None:
        """Write the table, now or behind. Raises OSError if it is written now and cannot be."""
        with self._lock:
            if free := self._writing is None or self._writing.done():
                self._writing = self._thread.submit(self._write, table, path)
        if not free:
            write_table(table, path)

    def _write(self, table: Table, path: Path) -> None:
        with self.errors.noted(path):
            write_table(table, path)

    def finish(self) -> None:
        """Wait until all is written."""
        if self._writing is not None:
            self._writing.result()


OPEN: list[Behind] = []


@contextmanager
def written_behind() -> Iterator[Behind]:
    """Have large tables of this process written behind. At the end of the block all are; if it fails, none any more."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="peered-tables")
    behind = Behind(thread)
    OPEN.append(behind)
    try:
        yield behind
        behind.finish()
    finally:
        OPEN.remove(behind)
        with uninterrupted():
            thread.shutdown(wait=True, cancel_futures=True)


def write_large_table(table: Table, path: Path) -> None:
    """Write a table, behind if this process has opened that."""
    if OPEN:
        OPEN[-1].write(table, path)
    else:
        write_table(table, path)
