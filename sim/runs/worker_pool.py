"""Run independent tasks side by side and hand back each answer as it comes; an interrupt keeps what is done.

Answers depend neither on the executor nor on the number of workers. Processes that are replaced when they end are
`sim.runs.worker_processes`, workers of a cluster `sim.runs.dask_workers`.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, TypeVar

from sim.runs.interrupts import uninterrupted
from sim.runs.worker_errors import Notice, TaskLost, ignore_notice
from sim.runs.worker_processes import WorkerProcesses

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
