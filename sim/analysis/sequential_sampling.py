"""How many replications each scenario needs next, read off the runs played so far; and the rounds that play them.

Everything follows from values in order of replication, so that it is the same after any interruption and on any number
of workers. Rules are those of `sim.statistics.stopping`.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design, FilesOfRun, RunKey, RunTask, no_files
from sim.runs.playing import play_tasks, workers_for
from sim.runs.run_store import RunResult, RunStore
from sim.runs.stopping_rules import Precision, Selecting, StoppingRules
from sim.runs.worker_pool import Notice, ignore_notice
from sim.statistics import stopping
from sim.statistics.arrays import BoolArray, FloatArray, IntArray

MET, MISSED, UNDEFINED, PLAYING = "met", "missed", "undefined", "playing"


Runs = RunStore | RunsInMemory
"""Runs that have been played, on disk or in memory."""


@dataclass(frozen=True, eq=False)
class ReplicationPlan:
    """How many replications each scenario needs next, or, once it `is_final`, how many the answer is made of.

    `precision_reached`: of each precision asked for, scenario (hash), label, measure, of, asked, n, mean, half_width,
    status (`met`, `missed`, `undefined` where the measure has no value, `playing`). `selection`: of the best, among
    `candidates`, the places of scenarios that have the measure. `hit_cap`: it ended at the cap.
    """

    n_replications: IntArray
    is_final: bool
    precision_reached: pd.DataFrame = field(default_factory=pd.DataFrame)
    selection: stopping.Selection | None = None
    candidates: IntArray | None = None
    hit_cap: bool = False


def next_replications_of(design: Design, runs: Runs) -> ReplicationPlan:
    """The same for a design, in the order of its scenarios; those of a group that is played together need as many."""
    keys = design.keys
    plans = [
        next_replications(
            runs, {keys[label]: label for label in family}, design.replications, design.confidence, design.rules
        )
        for family in design.families
    ]
    if design.groups is None:
        return plans[0]
    needed = {
        label: int(plan.n_replications.max())
        for family, plan in zip(design.families, plans, strict=True)
        for label in family
    }
    return ReplicationPlan(
        np.array([needed[label] for label in design.scenarios]),
        all(plan.is_final for plan in plans),
        pd.concat([plan.precision_reached for plan in plans], ignore_index=True),
        hit_cap=any(plan.hit_cap for plan in plans),
    )


def next_replications(
    runs: Runs, labels: Mapping[str, str], first: int, confidence: float, rules: StoppingRules
) -> ReplicationPlan:
    """Look at the runs there are; `labels` by hash, the baseline first; `first` replications come in any case."""
    fixed = np.full(len(labels), first, dtype=np.int64)
    if not rules.in_rounds:
        return ReplicationPlan(fixed, True)
    most, tried = rules.most_replications, runs.tried()
    # Replications of each scenario without a gap; one that failed is there, without values.
    there = np.array([next(n for n in range(most + 1) if n == most or RunKey(key, n) not in tried) for key in labels])
    if (there < first).any():
        return ReplicationPlan(fixed, False)
    measures, values = runs.values(list(labels), int(there.max()), rules.measures)
    found = dict(zip(measures, np.moveaxis(values, 1, 0), strict=True))
    nothing = np.full((len(labels), int(there.max())), np.nan)
    of_each = {measure: found.get(measure, nothing) for measure in rules.measures}
    if rules.select is not None:
        return choosing(of_each[rules.select.measure], there, rules.select, first, most, confidence)
    return narrowing(of_each, labels, there, first, confidence, rules)


def narrowing(
    values: Mapping[str, FloatArray],
    labels: Mapping[str, str],
    there: IntArray,
    first: int,
    confidence: float,
    rules: StoppingRules,
) -> ReplicationPlan:
    """Rounds until what is asked of each scenario is narrow enough; the baseline has as many as any other."""
    looks = [Look(measure, one, values[measure], there, first, confidence) for measure, one in rules.precision.items()]
    n = int(there.max())
    narrow = np.ones((len(labels), n), dtype=bool)
    for look in looks:
        narrow &= look.is_narrow
    narrow[np.arange(n) >= there[:, np.newaxis]] = False
    stops: IntArray = stopping.stops_after(narrow, first)
    stops[np.all([~look.applies for look in looks], axis=0)] = first
    capped: BoolArray = (stops == 0) & (there >= rules.most_replications)
    is_open: BoolArray = (stops == 0) & ~capped
    numbers = np.where(capped, rules.most_replications, stops)
    for row in np.flatnonzero(is_open):
        numbers[row] = max(look.next_number(int(row), rules.most_replications) for look in looks if look.applies[row])
    numbers[0] = numbers.max()
    is_final = not is_open.any() and bool((there >= numbers).all())
    rows = [row for look in looks for row in look.rows(labels, numbers, is_open, capped)]
    return ReplicationPlan(numbers, is_final, pd.DataFrame(rows), hit_cap=bool(capped.any()))


class Look:
    """One precision asked for, and how near to it all scenarios are after each number of replications.

    `applies`: whether the scenario has the measure at all, as told by its first replications.
    """

    def __init__(
        self, measure: str, asked: Precision, values: FloatArray, there: IntArray, first: int, confidence: float
    ) -> None:
        self.measure, self.asked, self.confidence = measure, asked, confidence
        self.there = there if asked.of == "estimates" else np.minimum(there, there[0])
        self.values = values if asked.of == "estimates" else values - values[0]
        self.applies: BoolArray = np.asarray((~np.isnan(self.values[:, :first])).any(axis=1))
        if asked.of == "differences":
            self.applies[0] = False
        self.means, self.half_widths = stopping.paths(self.values, confidence, first)
        beside = (
            self.means
            if asked.of == "estimates"
            else np.tile(stopping.paths(values[:1], confidence, first)[0], (len(values), 1))
        )
        self.widest = asked.widest(beside)
        self.is_narrow: BoolArray = (self.half_widths <= self.widest) | ~self.applies[:, np.newaxis]

    def next_number(self, row: int, cap: int) -> int:
        """Replications of a scenario to have before looking again."""
        n = int(self.there[row])
        return stopping.next_number(self.values[row, :n], float(self.widest[row, n - 1]), self.confidence, cap)

    def rows(
        self, labels: Mapping[str, str], numbers: IntArray, is_open: np.ndarray, capped: np.ndarray
    ) -> list[dict[str, object]]:
        """What was reached, a row for each scenario it was asked of."""
        found: list[dict[str, object]] = []
        for row, (key, label) in enumerate(labels.items()):
            n = int(min(numbers[row], self.there[row]))
            if self.asked.of == "differences" and row == 0:
                continue
            looked_at = slice(max(0, n - 1 - int(stopping.looked_ahead(n))) if capped[row] else n - 1, n)
            is_met = bool(self.is_narrow[row, looked_at].all())
            status = PLAYING if is_open[row] else MET if is_met else MISSED
            found.append(
                {
                    "scenario": key,
                    "label": label,
                    "measure": self.measure,
                    "of": self.asked.of,
                    "asked": float(self.widest[row, n - 1]),
                    "n": n,
                    "mean": float(self.means[row, n - 1]),
                    "half_width": float(self.half_widths[row, n - 1]),
                    "status": status if self.applies[row] else UNDEFINED,
                }
            )
        return found


def choosing(
    values: FloatArray, there: IntArray, asked: Selecting, first: int, cap: int, confidence: float
) -> ReplicationPlan:
    """Rounds until one scenario is left; only those that may be the best are played on."""
    candidates = np.flatnonzero(~np.isnan(values[:, :first]).all(axis=1))
    numbers = np.full(len(values), first)
    if candidates.size < 2:
        return ReplicationPlan(numbers, True, candidates=candidates)
    better = direction_of(asked.measure)
    choice = stopping.select_best(values[candidates], better, asked.indifference, first, confidence)
    gone, n = choice.left_after > 0, int(there[candidates][choice.surviving].min())
    hit_cap = choice.selected is None and n >= cap
    if choice.selected is not None:
        last = max(first, choice.n + choice.n_undefined)
    else:
        last = cap if hit_cap else min(cap, n + max(FEWEST_FURTHER, n // 4))
    numbers[candidates] = np.where(gone, choice.left_after, last)
    is_final = hit_cap or choice.selected is not None
    return ReplicationPlan(numbers, is_final, selection=choice, candidates=candidates, hit_cap=hit_cap)


FEWEST_FURTHER = 5
"""Replications of a round at least; a quarter of those there are, if that is more: some of them may not be needed."""


def direction_of(measure: str) -> stopping.Direction:
    """Whether low or high is better of a measure."""
    better = MEASURE_BY_KEY[measure.partition(".")[0]].better
    if better == "neutral":
        raise ValueError(f"{measure} has no better direction: choose a measure that has one")
    return better


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
    store: RunStore | None = None,
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
