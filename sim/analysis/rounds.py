"""Play what a design still needs, in as many rounds as its stopping rules take."""

from collections.abc import Callable, Generator, Iterator, Set
from contextlib import closing
from typing import NamedTuple

from sim.analysis.sequential_sampling import Runs, next_replications_of
from sim.runs.design import Design, FilesOfRun, RunKey, RunTask, no_files
from sim.runs.playing import ResultSink, play_tasks, workers_for
from sim.runs.run_store import RunResult
from sim.runs.worker_errors import Notice, ignore_notice


class Missing(NamedTuple):
    """Tasks to be played, and how many there are to be in all."""

    tasks: list[RunTask]
    n_wanted: int


def missing(
    design: Design,
    runs: Runs,
    files: FilesOfRun = no_files,
    tried: Set[RunKey] = frozenset(),
) -> Missing:
    """What a design needs next. A run is played again if it failed, or lacks a file, but not if it was `tried`."""
    numbers = next_replications_of(design, runs).n_replications
    done = runs.done() | tried
    if files is no_files:
        return Missing(design.tasks(done, numbers), design.n_tasks_for(numbers))
    lacking = {
        run.key
        for task in design.tasks(tried, numbers, files)
        for run in task.runs
        if run.files is not None and not run.files.are_there()
    }
    return Missing(design.tasks(done - (lacking - tried), numbers, files), design.n_tasks_for(numbers))


class Round(NamedTuple):
    """Tasks, and their results as they come."""

    tasks: list[RunTask]
    played: Iterator[tuple[RunTask, list[RunResult]]]


def play_in_rounds(
    design: Design,
    runs: Runs,
    store: ResultSink | None = None,
    files: FilesOfRun = no_files,
    notice: Notice = ignore_notice,
    write_last: Callable[[], bool] = lambda: True,
) -> Generator[Round, None, None]:
    """Yield rounds of tasks; the caller sees to it that `runs` know their results before it asks for the next round."""
    tasks, _ = missing(design, runs, files)
    if not tasks:
        return
    tried: set[RunKey] = set()
    with workers_for(design, design.n_tasks if design.rules.in_rounds else len(tasks), notice) as pool:
        while tasks:
            with closing(play_tasks(tasks, pool, store, write_last=write_last)) as played:
                yield Round(tasks, played)
            tried |= {run.key for task in tasks for run in task.runs}
            tasks, _ = missing(design, runs, files, tried)
