"""Playing designs and plans in tests, and planted runs in place of played ones."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

from sim.analysis.compare import Plan
from sim.department.scenario import Scenario
from sim.runs import playing
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import RunKey, RunTask
from sim.runs.playing import play_task, play_tasks, workers_for
from sim.runs.run_store import RunResult

__all__ = ["STUCK_AFTER_THREE_RUNS", "PlantedRun", "by_run", "played", "playing"]

STUCK_AFTER_THREE_RUNS = """
import sys, threading
from sim.cli import main
from sim.runs import playing
played, play = [], playing.play_task
def slow(task):
    played.append(task)
    if len(played) > 3:
        threading.Event().wait()
    return play(task)
playing.play_task, playing.MOST_PER_PART = slow, 1
main(sys.argv[1:])
"""
"""A command, in a process of its own, that keeps three runs one by one and can then be killed."""


def played(plan: Plan, n_tasks: int | None = None) -> RunsInMemory:
    """The runs of the first tasks of a plan, or of all."""
    runs, tasks = RunsInMemory(), plan.design.tasks()[:n_tasks]
    with workers_for(plan.design, len(tasks)) as pool, closing(play_tasks(tasks, pool)) as results:
        for _, of_task in results:
            runs.add(of_task)
    return runs


class PlantedRun(NamedTuple):
    """A run of a sweep that is about to be played."""

    key: RunKey
    label: str
    scenario: Scenario
    seed: int
    task: RunTask

    def __str__(self) -> str:
        return str(self.task)

    def values(self) -> Mapping[str, float]:
        """What playing it gives."""
        (result,) = play_task(self.task)
        assert not result.traceback, result.traceback
        return result.values


def by_run(planted: Callable[[PlantedRun], Mapping[str, float] | str | None]) -> Callable[[RunTask], list[RunResult]]:
    """A way to play_tasks tasks of one run each: by values, by the traceback of a failure, or None to play_tasks it."""

    def play_planted(task: RunTask) -> list[RunResult]:
        alone = (replace(task, runs=(run._replace(repeats=False),)) for run in task.runs)
        return [result for one in alone for result in play_one(one)]

    def play_one(task: RunTask) -> list[RunResult]:
        (run,) = task.runs
        found = planted(PlantedRun(run.key, run.label, run.scenario, task.seed, task))
        if found is None:
            return play_task(task)
        if isinstance(found, str):
            return [RunResult(run.key, run.label, {}, found)]
        return [RunResult(run.key, run.label, found)]

    return play_planted
