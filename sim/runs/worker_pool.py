"""Run independent blocks of work side by side and hand back each answer as it comes; an interrupt keeps what is done.

What a block is, is the study's business. Answers depend neither on the executor nor on the number of workers.
Processes that are replaced when they end are `sim.runs.worker_processes`, those of a cluster `sim.runs.dask_workers`.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, TypeVar

from sim.runs.interrupts import uninterrupted
from sim.runs.worker_errors import Lost, Notice, nobody_told
from sim.runs.worker_processes import WorkerProcesses

Block = TypeVar("Block")
Answer = TypeVar("Answer")


SECONDS_BETWEEN_LOOKS = 10.0
"""How long to wait for an answer before looking whether there is still somebody to give one."""


def n_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool(NamedTuple):
    """What blocks are handed to, and how many may be with it at the moment, so that memory does not grow with all.

    `room` is asked now and then, and raises WorkersGone if there is nobody left.
    """

    executor: Executor
    room: Callable[[], int]


def run_blocks(
    play: Callable[[Block], Answer],
    blocks: Sequence[Block],
    workers: int | None,
    executor: str,
    address: str | None = None,
    lost: Callable[[Block, Lost], Answer] | None = None,
) -> Generator[tuple[Block, Answer], None, None]:
    """Yield (block, answer) in order of completion; `executor` is one of `POOLS`, `workers` None all cores.

    With one worker everything runs in this thread, unless a cluster is named. Closing the iterator, or an interrupt,
    drops what has not been started; an exception in a block is raised here with its traceback. Processes are ended at
    once. A thread is not to be ended from outside: what is in flight, a block a worker, is waited for and dropped.
    A block whose workers end again and again has the answer that `lost` makes, or Lost is raised.
    """
    n_workers = min(workers or n_cores(), len(blocks))
    alone = n_workers <= 1 and executor != DASK
    with here() if alone else opened(executor, workers, address, at_most=len(blocks)) as pool:
        yield from played_by(pool, play, blocks, lost)


@contextmanager
def opened(
    executor: str,
    workers: int | None,
    address: str | None = None,
    at_most: int | None = None,
    notice: Notice = nobody_told,
) -> Iterator[Pool]:
    """Workers that stay for several rounds of blocks; no more than `at_most` are needed. Raises NoWorkers.

    `notice` is told, from whatever thread, of workers that are lost.
    """
    n_workers = max(1, min(workers or n_cores(), at_most or n_cores()))
    if executor == DASK:
        from sim.runs.dask_workers import cluster

        with cluster(n_workers if address is None else workers, address, notice) as pool:
            yield Pool(*pool)
    elif executor == "threads" and n_workers == 1:
        with here() as pool:
            yield pool
    else:
        with POOLS[executor](n_workers, notice) as hands:
            yield Pool(hands, lambda: 2 * n_workers)


def played_by(
    pool: Pool,
    play: Callable[[Block], Answer],
    blocks: Sequence[Block],
    lost: Callable[[Block, Lost], Answer] | None = None,
) -> Generator[tuple[Block, Answer], None, None]:
    """The same as `run_blocks` in a pool that stays open; when this is closed nothing more is started."""
    waiting = list(reversed(range(len(blocks))))
    running: dict[Future[Answer], int] = {}
    try:
        while waiting or running:
            room = pool.room()
            while waiting and len(running) < room:
                number = waiting.pop()
                running[pool.executor.submit(play, blocks[number])] = number
            done, _ = wait(running, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=running.__getitem__):
                block = blocks[running.pop(future)]
                yield block, answer_of(future, block, lost)
    finally:
        for future in running:
            future.cancel()


def answer_of(future: Future[Answer], block: Block, lost: Callable[[Block, Lost], Answer] | None) -> Answer:
    """What came of a block; what stands for it if no worker could finish it."""
    try:
        return future.result()
    except Lost as why:
        if lost is None:
            raise
        return lost(block, why)


class Here(Executor):
    """Plays a block in this thread at the moment it is handed over."""

    def submit(self, play: Callable[..., Any], /, *what: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(play(*what, **named))
        except Exception as error:
            done.set_exception(error)
        return done


@contextmanager
def here() -> Iterator[Pool]:
    """This thread, one block after another."""
    yield Pool(Here(), lambda: 1)


@contextmanager
def threads(n_workers: int, _: Notice = nobody_told) -> Iterator[Executor]:
    """Threads of this process, for an engine that lets go of the interpreter."""
    pool = ThreadPoolExecutor(n_workers, thread_name_prefix="peered")
    try:
        yield pool
    finally:
        # Blocks in flight write into folders of the study, so nothing may go on before they end, however often
        # the user interrupts.
        with uninterrupted():
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def processes(n_workers: int, notice: Notice = nobody_told) -> Iterator[Executor]:
    """Processes of their own, for an engine that holds the interpreter."""
    pool = WorkerProcesses(n_workers, notice)
    try:
        yield pool
    finally:
        with uninterrupted():
            pool.end()


DASK = "dask"
POOLS: dict[str, Callable[..., AbstractContextManager[Executor]]] = {
    "threads": threads,
    "processes": processes,
}
"""Workers of this machine, so many, and who is told of those lost; `DASK` asks a cluster."""
