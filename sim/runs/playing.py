"""Play tasks side by side: the one way in which a replication of any study is played.

What is played is a `sim.runs.design.Design`, by whom is `sim.runs.worker_pool`, where results are kept
`sim.runs.run_store`.
"""

import time
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import replace

import numpy as np

from sim.department.quantities import MINUTES_PER_WEEK
from sim.engine.trajectory import Trajectory
from sim.runs.design import Design, RunFiles, RunTask
from sim.runs.engines import ENGINES, releases_gil
from sim.runs.event_export import write_event_log
from sim.runs.interrupts import uninterrupted
from sim.runs.run_store import RunResult, RunStore
from sim.runs.tables_on_disk import WriteErrors, write_large_table
from sim.runs.worker_pool import Notice, Pool, TaskLost, ignore_notice, run_in_pool, worker_pool

SECONDS_PER_PART, MOST_PER_PART, SHARE_PER_PART = 5.0, 100, 0.01
"""Results are written after so long, or so many runs, or the share of what was played, if that is more: an end without
warning costs little, and of weeks of playing there are some hundred parts, not a hundred thousand."""


def play_task(task: RunTask) -> list[RunResult]:
    """The results of a task; what goes wrong in it is told with them, and stops no other."""
    try:
        return results_of(task)
    except Exception:
        return all_failed(task, traceback.format_exc())


def results_of(task: RunTask) -> list[RunResult]:
    """Play and reduce the runs of a task, one after the other; of those that cannot differ the first is played."""
    results: list[RunResult] = []
    outcomes, baseline = None, task.runs[0].key.scenario
    for run in task.runs:
        if run.repeats:
            results.append(replace(results[0], key=run.key, label=run.label))
            continue
        unwritten = WriteErrors()
        trajectory = ENGINES[task.engine](run.scenario, task.seed, task.replication)
        if run.files is not None:
            write_run_files(trajectory, run.files, unwritten)
        reduced = task.reduce(trajectory, run.scenario, outcomes)
        outcomes = reduced.outcomes if outcomes is None else outcomes
        results.append(RunResult(run.key, run.label, reduced.values, "", reduced.summary, baseline, unwritten))
    return results


def all_failed(task: RunTask, why: str) -> list[RunResult]:
    """The results of a task that could not be played."""
    return [RunResult(run.key, run.label, {}, why) for run in task.runs]


def task_lost(task: RunTask, why: TaskLost) -> list[RunResult]:
    """The results of a task that no worker could finish."""
    return all_failed(task, f"{TaskLost.__name__}: {why}")


def write_run_files(trajectory: Trajectory, files: RunFiles, unwritten: WriteErrors) -> None:
    """Write every visit of a run, and its event log if one is wanted; what cannot be written is noted."""
    with unwritten.noted(files.visits):
        files.visits.parent.mkdir(parents=True, exist_ok=True)
        n = trajectory.n_visits
        columns = {
            name: np.full(n, value, dtype=object if isinstance(value, str) else np.float64)
            for name, value in files.columns.items()
        }
        write_large_table(columns | trajectory.columns_of_visits(), files.visits)
    if files.events is not None:
        events = files.events
        with unwritten.noted(events.path):
            events.folder.mkdir(exist_ok=True)
            write_event_log(trajectory, events.kind, events.folder, events.name, events.first_monday)


def play_tasks(
    tasks: Sequence[RunTask],
    pool: Pool,
    store: RunStore | None = None,
    write_last: Callable[[], bool] = lambda: True,
) -> Generator[tuple[RunTask, list[RunResult]], None, None]:
    """Play tasks and yield each with its results, in the order in which they end.

    Results go to the `store` every few seconds, and what is left when this ends in any way, unless `write_last` says
    no: the caller has then all it needs.
    """
    written_at = started = time.monotonic()
    unwritten, n_played = list[RunResult](), 0
    running = run_in_pool(pool, play_task, tasks, task_lost)
    try:
        for task, results in running:
            if store is not None:
                unwritten += results
                n_played += len(results)
                is_many = len(unwritten) >= max(MOST_PER_PART, SHARE_PER_PART * n_played)
                now = time.monotonic()
                if is_many or now - written_at >= max(SECONDS_PER_PART, SHARE_PER_PART * (now - started)):
                    store.write(unwritten)
                    unwritten = []  # not before they are written: what could not be is tried once more at the end
                    written_at = now
            yield task, results
    finally:
        with uninterrupted():
            running.close()
            if unwritten and store is not None and write_last():
                store.write(unwritten)


def workers_for(design: Design, n_tasks: int, notice: Notice = ignore_notice) -> AbstractContextManager[Pool]:
    """Who plays the tasks of a design; they stay for as many rounds as there are. Raises NoWorkers."""
    return worker_pool(design.executor, design.workers, design.address, most_workers(design, n_tasks), notice)


WEEKS_A_PROCESS = 3.0
"""Starting a process and loading the program in it takes as long as the SimPy model plays so many weeks of the default
department: some 1.8 s of CPU, and 0.6 s a week."""


def most_workers(design: Design, n_tasks: int) -> int:
    """How many workers so many tasks are worth; 1 is this thread.

    One for each task; of processes that play in SimPy fewer, so that each plays for longer than it takes to start. A
    number that the user gives is not changed, nor that of a study whose first round does not say how much is played.
    """
    is_known = design.workers is None and not design.rules.in_rounds
    if design.executor != "processes" or releases_gil(design.engine) or not is_known:
        return n_tasks
    runs_a_task = max(map(len, design.played_together.values()))
    longest = max(scenario.period.horizon for scenario in design.scenarios.values())
    weeks = n_tasks * runs_a_task * longest / MINUTES_PER_WEEK
    return min(n_tasks, max(1, int(weeks / WEEKS_A_PROCESS)))


def play_all(
    tasks: Sequence[RunTask], executor: str = "threads", workers: int | None = 1, address: str | None = None
) -> list[list[RunResult]]:
    """Results of all tasks, in their order, in memory alone. Raises RunFailed for the first that failed."""
    place = {id(task): number for number, task in enumerate(tasks)}
    found: list[list[RunResult]] = [[] for _ in tasks]
    with worker_pool(executor, workers, address, len(tasks)) as pool, closing(play_tasks(tasks, pool)) as played:
        for task, results in played:
            refuse_failed(task, results)
            found[place[id(task)]] = results
    return found


class RunFailed(RuntimeError):
    """A run that failed, with the traceback of what went wrong in the worker."""


def refuse_failed(task: RunTask, results: Sequence[RunResult]) -> None:
    """Raise RunFailed if a run of the task failed."""
    for result in results:
        if result.traceback:
            raise RunFailed(f"{task} failed:\n{result.traceback}")
