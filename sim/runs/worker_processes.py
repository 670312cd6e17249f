"""Worker processes of this machine, each with one task at a time; one that ends is replaced and its task run again.

Which tasks there are, and in what order, is `sim.runs.worker_pool`.
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

from sim.runs.worker_errors import MOST_WORKERS_LOST, Notice, NoWorkers, TaskLost


class WorkerProcesses(ThreadPoolExecutor):
    """A thread for each process. A process has one task at a time, so that it is known which task it ended with."""

    def __init__(self, n_workers: int, notice: Notice) -> None:
        super().__init__(n_workers, thread_name_prefix="peered")
        self._notice = notice
        self._local = threading.local()
        self._lock = threading.Lock()
        self._started: list[tuple[ProcessPoolExecutor, BaseProcess]] = []
        self._is_ended = False

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(self._run, work, *args, **kwargs)

    def end(self) -> None:
        """End all processes at once, whatever they are at."""
        with self._lock:
            self._is_ended = True
            for _, process in self._started:
                process.kill()
        self.shutdown(wait=True, cancel_futures=True)
        # The pools release what they shared with their processes, and must not be cut short in it.
        for pool, _ in self._started:
            pool.shutdown(wait=True)

    def _run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        ends = []
        for _ in range(MOST_WORKERS_LOST):
            submitted = self._submit_to_process(work, *args, **kwargs)
            try:
                return submitted.result()
            except BrokenProcessPool:
                if self._is_ended:
                    raise
                self._drop()
                ends.append(end_of(self._local.process))
                self._notice(f"a worker process {ends[-1]} while it ran {args[0] if args else work.__name__}")
        raise TaskLost(f"{len(ends)} worker processes ended one after the other while they ran it: {', '.join(ends)}")

    def _submit_to_process(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to this thread's process, or to another if that has ended while it had nothing to do."""
        if getattr(self._local, "pool", None) is not None:
            with suppress(BrokenProcessPool):
                submitted: Future[Any] = self._local.pool.submit(work, *args, **kwargs)
                return submitted
            self._drop()
        self._start()
        return self._local.pool.submit(work, *args, **kwargs)  # type: ignore[no-any-return]

    def _start(self) -> None:
        """A process that has shown that it can work."""
        with self._lock:
            if self._is_ended:
                raise BrokenProcessPool
            context = multiprocessing.get_context("spawn")
            self._local.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)
            ready = self._local.pool.submit(os.getpid)
            (self._local.process,) = self._local.pool._processes.values()
            self._started.append((self._local.pool, self._local.process))
        try:
            ready.result()
        except BrokenProcessPool as error:
            process = self._local.process
            self._drop()
            remedy = "a script calls this under `if __name__ == '__main__':`; else see what it said above"
            raise NoWorkers(f"worker processes cannot be started (the process {end_of(process)}): {remedy}") from error

    def _drop(self) -> None:
        self._local.pool.shutdown(wait=True)
        self._local.pool = None


def end_of(process: BaseProcess) -> str:
    """How a process that has been waited for ended, in words."""
    code = process.exitcode
    if code is not None and code < 0:
        with suppress(ValueError):
            name = signal.Signals(-code).name
            return f"was ended by {name}" + (" (as when memory runs out)" if name == "SIGKILL" else "")
    return f"ended with exit code {code}"


def _end_with_parent() -> None:
    """Leave interrupts to the parent process, and end when it does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_when_parent_ends, daemon=True).start()


def _exit_when_parent_ends() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
