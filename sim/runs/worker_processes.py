"""Worker processes of this machine, each with one block in hand; one that ends is replaced and its block played again.

Which blocks there are, and in what order, is `sim.runs.worker_pool`.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from sim.runs.worker_errors import MOST_LOST, Lost, Notice, NoWorkers


class WorkerProcesses(ThreadPoolExecutor):
    """A thread for each process. A process has one block at a time, so that it is known which block it ended with."""

    def __init__(self, n_workers: int, notice: Notice) -> None:
        super().__init__(n_workers, thread_name_prefix="peered")
        self._notice = notice
        self._own = threading.local()
        self._lock = threading.Lock()
        self._started: list[tuple[ProcessPoolExecutor, BaseProcess]] = []
        self._is_ended = False

    def submit(self, play: Callable[..., Any], /, *what: Any, **named: Any) -> Future[Any]:
        return super().submit(self._played, play, *what, **named)

    def end(self) -> None:
        """End all processes at once, whatever they are at."""
        with self._lock:
            self._is_ended = True
            for _, process in self._started:
                process.kill()
        self.shutdown(wait=True, cancel_futures=True)
        # Those who looked after the processes give back what they shared with them, and must not be cut short in it.
        for pool, _ in self._started:
            pool.shutdown(wait=True)

    def _played(self, play: Callable[..., Any], *what: Any, **named: Any) -> Any:
        ends = []
        for _ in range(MOST_LOST):
            begun = self._begun(play, *what, **named)
            try:
                return begun.result()
            except BrokenProcessPool:
                if self._is_ended:
                    raise
                self._drop()
                ends.append(end_of(self._own.process))
                self._notice(f"a worker process {ends[-1]} while it played {what[0] if what else play.__name__}")
        raise Lost(f"{len(ends)} worker processes ended one after the other while they played it: {', '.join(ends)}")

    def _begun(self, play: Callable[..., Any], *what: Any, **named: Any) -> Future[Any]:
        """Hand a block to this thread's process, or to another if that has ended while it had nothing to do."""
        if getattr(self._own, "pool", None) is not None:
            with suppress(BrokenProcessPool):
                begun: Future[Any] = self._own.pool.submit(play, *what, **named)
                return begun
            self._drop()
        self._start()
        return self._own.pool.submit(play, *what, **named)  # type: ignore[no-any-return]

    def _start(self) -> None:
        """A process that has shown that it can work."""
        with self._lock:
            if self._is_ended:
                raise BrokenProcessPool
            context = multiprocessing.get_context("spawn")
            self._own.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_live_with_the_parent)
            ready = self._own.pool.submit(os.getpid)
            (self._own.process,) = self._own.pool._processes.values()
            self._started.append((self._own.pool, self._own.process))
        try:
            ready.result()
        except BrokenProcessPool as error:
            process = self._own.process
            self._drop()
            remedy = "a script calls this under `if __name__ == '__main__':`; else see what it said above"
            raise NoWorkers(f"worker processes cannot be started (the process {end_of(process)}): {remedy}") from error

    def _drop(self) -> None:
        self._own.pool.shutdown(wait=True)
        self._own.pool = None


def end_of(process: BaseProcess) -> str:
    """How a process that has been waited for ended, in words."""
    code = process.exitcode
    if code is not None and code < 0:
        with suppress(ValueError):
            name = signal.Signals(-code).name
            return f"was ended by {name}" + (" (as when memory runs out)" if name == "SIGKILL" else "")
    return f"ended with exit code {code}"


def _live_with_the_parent() -> None:
    """Leave interrupts to the parent, and end when it does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
