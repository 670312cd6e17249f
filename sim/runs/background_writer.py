"""Write large Parquet tables on a background thread.

Used for tables of visits, which take longer to write than a run takes to play. A process that has not opened a
`background_writer` writes each table at once.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sim.runs.interrupts import uninterrupted
from sim.runs.tables_on_disk import Table, WriteErrors, write_table


class BackgroundWriter:
    """Writes one table at a time; if the thread is busy, `write` writes on the caller's thread, so that at most one
    table is queued in memory.

    `errors`: tables that the thread could not write; the others are written all the same.
    """

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread, self._lock = thread, Lock()
        self._writing: Future[None] | None = None
        self.errors = WriteErrors()

    def write(self, table: Table, path: Path) -> None:
        """Write a table, now or in the background. Raises OSError if it is written now and cannot be."""
        with self._lock:
            if is_free := self._writing is None or self._writing.done():
                self._writing = self._thread.submit(self._write, table, path)
        if not is_free:
            write_table(table, path)

    def _write(self, table: Table, path: Path) -> None:
        with self.errors.noted(path):
            write_table(table, path)

    def flush(self) -> None:
        """Wait until all is written."""
        if self._writing is not None:
            self._writing.result()


OPEN_WRITERS: list[BackgroundWriter] = []


@contextmanager
def background_writer() -> Iterator[BackgroundWriter]:
    """Have large tables of this process written in the background. At the end of the block all are; if it fails, none
    are any more.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="peered-tables")
    writer = BackgroundWriter(thread)
    OPEN_WRITERS.append(writer)
    try:
        yield writer
        writer.flush()
    finally:
        OPEN_WRITERS.remove(writer)
        with uninterrupted():
            thread.shutdown(wait=True, cancel_futures=True)


def write_large_table(table: Table, path: Path) -> None:
    """Write a table, in the background if this process has a writer open."""
    if OPEN_WRITERS:
        OPEN_WRITERS[-1].write(table, path)
    else:
        write_table(table, path)
