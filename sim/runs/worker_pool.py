"""Run independent tasks side by side and hand back each answer as it comes; an interrupt keeps what is done.

Answers depend neither on the executor nor on the number of workers. A process that ends is replaced and its task run
again. Workers of a cluster are `sim.runs.dask_workers`; what becomes of a task that no worker could finish is for
`sim.runs.playing`.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, TypeVar

from sim.runs.interrupts import uninterrupted

MOST_WORKERS_LOST = 2
"""Workers that a task may cost before it is given up."""

Notice = Callable[[str], None]
"""Is called with one line about a lost worker, from whatever thread."""


def ignore_notice(_: str) -> None:
    """For callers that need to know of lost workers only when a task cannot be finished."""


class TaskLost(Exception):
    """No worker could finish a task: each that tried ended."""


class NoWorkers(Exception):
    """Workers cannot be started, cannot be reached, or are of another version of the code."""


class WorkersGone(NoWorkers):
    """There were workers, and all of them are gone in the middle of the work."""


Item = TypeVar("Item")
Answer = TypeVar("Answer")

SECONDS_BETWEEN_CHECKS = 10.0
"""How long to wait for an answer before checking whether there are workers left to give one."""


def n_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool(NamedTuple):
    """An executor, and how many tasks it may have at the moment, so that memory does not grow with all of them.

    `room` raises WorkersGone if there is no worker left.
    """

    executor: Executor
    room: Callable[[], int]


@contextmanager
def worker_pool(
    executor: str,
    workers: int | None = None,
    address: str | None = None,
    at_most: int | None = None,
    notice: Notice = ignore_notice,
) -> Iterator[Pool]:
    """Workers that stay for several rounds of tasks; no more than `at_most` are needed. Raises NoWorkers.

    Inputs: `executor`, one of `POOLS` or `DASK`; `workers` None for all cores; the `address` of a Dask scheduler;
    `notice` is called with each worker that is lost. One worker is this thread, unless a cluster is named.

    At the end, or when the user interrupts, tasks that were not started are dropped. Processes are ended at once. A
    thread cannot be ended from outside: what it has in hand is waited for and dropped.
    """
    n_workers = max(1, min(workers or n_cores(), n_cores() if at_most is None else at_most))
    if executor == DASK:
        from sim.runs.dask_workers import cluster  # loads Dask

        with cluster(n_workers if address is None else workers, address, notice) as pool:
            yield Pool(*pool)
    elif n_workers == 1:
        yield Pool(SerialExecutor(), lambda: 1)
    else:
        with POOLS[executor](n_workers, notice) as several:
            yield Pool(several, lambda: 2 * n_workers)


def run_in_pool(
    pool: Pool,
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    when_lost: Callable[[Item, TaskLost], Answer] | None = None,
) -> Generator[tuple[Item, Answer], None, None]:
    """Yield each item with its answer, in order of completion; when this is closed nothing more is started.

    An exception is raised here with its traceback. An item whose workers end again and again has the answer that
    `when_lost` makes, or TaskLost is raised.
    """
    waiting = list(reversed(range(len(items))))
    running: dict[Future[Answer], int] = {}
    try:
        while waiting or running:
            room = pool.room()
            while waiting and len(running) < room:
                number = waiting.pop()
                running[pool.executor.submit(work, items[number])] = number
            done, _ = wait(running, timeout=SECONDS_BETWEEN_CHECKS, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=running.__getitem__):
                item = items[running.pop(future)]
                try:
                    answer = future.result()
                except TaskLost as why:
                    if when_lost is None:
                        raise
                    answer = when_lost(item, why)
                yield item, answer
    finally:
        for future in running:
            future.cancel()


class SerialExecutor(Executor):
    """Runs a task in this thread at the moment it is submitted."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


@contextmanager
def threads(n_workers: int, _: Notice = ignore_notice) -> Iterator[Executor]:
    """Threads of this process, for an engine that releases the interpreter's lock."""
    pool = ThreadPoolExecutor(n_workers, thread_name_prefix="peered")
    try:
        yield pool
    finally:
        # Tasks in hand write into folders of the study, so nothing may go on before they end, however often the user
        # interrupts.
        with uninterrupted():
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def processes(n_workers: int, notice: Notice = ignore_notice) -> Iterator[Executor]:
    """Processes of their own, for an engine that holds the interpreter's lock."""
    pool = WorkerProcesses(n_workers, notice)
    try:
        yield pool
    finally:
        with uninterrupted():
            pool.end()


DASK = "dask"
POOLS: dict[str, Callable[..., AbstractContextManager[Executor]]] = {"threads": threads, "processes": processes}
"""Workers of this machine: takes their number, and who is told of those lost. `DASK` asks a cluster."""


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
        connection.wait([parent.sentinel])
        os._exit(1)
