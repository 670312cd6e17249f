"""Run independent blocks of work on all cores and hand back each answer as it comes; an interrupt keeps what is done.

What a block is, is the study's business. Answers depend neither on the executor nor on the number of workers.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from sim.study.interrupts import uninterrupted

Block = TypeVar("Block")
Answer = TypeVar("Answer")


def n_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_blocks(
    play: Callable[[Block], Answer], blocks: Sequence[Block], workers: int | None, executor: str
) -> Generator[tuple[Block, Answer], None, None]:
    """Yield (block, answer) in order of completion; `executor` is one of `POOLS`, `workers` None all cores.

    With one worker everything runs in this thread. Closing the iterator, or an interrupt, drops what has not been
    started; an exception in a block is raised here with its traceback. Processes are ended at once. A thread is not to
    be ended from outside: what is in flight, a block a worker, is waited for and dropped.
    """
    n_workers = min(workers or n_cores(), len(blocks))
    if n_workers <= 1:
        for block in blocks:
            yield block, play(block)
        return
    with POOLS[executor](n_workers) as pool:
        yield from _as_completed(pool, play, blocks, n_workers)


def _as_completed(
    pool: Executor, play: Callable[[Block], Answer], blocks: Sequence[Block], n_workers: int
) -> Iterator[tuple[Block, Answer]]:
    """Two blocks a worker are in flight at most, so that memory does not grow with their number."""
    waiting = list(reversed(range(len(blocks))))
    running: dict[Future[Answer], int] = {}
    while waiting or running:
        while waiting and len(running) < 2 * n_workers:
            number = waiting.pop()
            running[pool.submit(play, blocks[number])] = number
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=running.__getitem__):
            yield blocks[running.pop(future)], future.result()


@contextmanager
def threads(n_workers: int) -> Iterator[Executor]:
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
def processes(n_workers: int) -> Iterator[Executor]:
    """Processes of their own, for an engine that holds the interpreter."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(n_workers, mp_context=context, initializer=_leave_interrupts_to_the_parent)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list((pool._processes or {}).values()):
            process.terminate()


POOLS: dict[str, Callable[[int], AbstractContextManager[Executor]]] = {"threads": threads, "processes": processes}


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
