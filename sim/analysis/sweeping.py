"""Play the scenarios of a sweep on the same seeds, keep the measures of each run, and compare with the first scenario.

Runs are kept by `sim.runs.run_store`; estimators are those of `sim.statistics`.
"""

import time
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.best import best_table, selection_table
from sim.analysis.compare import add_family
from sim.analysis.controlled_estimates import CONTROLLED, controlled_table
from sim.analysis.interpretability import cautions_table, flags_of_pairs, guard_values
from sim.analysis.sequential_sampling import Standing, standing
from sim.department.scenario import Scenario
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import Trajectory
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.interrupts import uninterrupted
from sim.runs.run_store import Played, RunKey, RunStore, visits_file
from sim.runs.stopping_rules import Asked, Simultaneous
from sim.runs.tables_on_disk import write_table
from sim.runs.worker_errors import Lost, Notice
from sim.runs.worker_pool import Pool, opened, played_by
from sim.statistics.arrays import IntArray
from sim.statistics.intervals import mean_intervals, paired_differences

SECONDS_PER_PART, MOST_PER_PART = 5.0, 100
"""Runs are written after so long, or so many."""


@dataclass(frozen=True)
class SweepPlan:
    """Scenarios by label, the first of which is the baseline, and their labels by hash of the content."""

    scenarios: Mapping[str, Scenario]
    labels: Mapping[str, str]
    replications: int
    seed: int
    engine: str = COMPILED
    executor: str = "threads"
    confidence: float = 0.95
    workers: int | None = None
    address: str | None = None
    keep_visits: bool = False
    asked: Asked = field(default_factory=Asked)

    @property
    def n_runs(self) -> int:
        """Runs of the first round; there is no other unless a precision or the best is asked for."""
        return self.replications * len(self.scenarios)

    def warmed_up(self, weeks: int) -> "SweepPlan":
        """The same with so many weeks of warm-up in every scenario."""
        scenarios = {
            label: scenario.model_copy(update={"period": scenario.period.model_copy(update={"warm_up_weeks": weeks})})
            for label, scenario in self.scenarios.items()
        }
        labels = {scenarios[label].content_hash(): label for label in self.labels.values()}
        return replace(self, scenarios=scenarios, labels=labels)

    def standing(self, store: RunStore) -> Standing:
        """How many replications each scenario is to have, as far as the runs that are kept tell."""
        return standing(store, self.labels, self.replications, self.confidence, self.asked)

    def table(self) -> pd.DataFrame:
        """The scenarios in their order: scenario (hash), label, place, content (JSON)."""
        contents = [self.scenarios[label].model_dump_json() for label in self.labels.values()]
        named = {"scenario": list(self.labels), "label": list(self.labels.values())}
        return pd.DataFrame({**named, "place": np.arange(len(contents)), "content": contents})

    def tasks(self, done: set[RunKey], numbers: IntArray, visits: Path | None = None) -> list["Task"]:
        """Runs not done yet, first replications first, so that a sweep cut short has all scenarios.

        `numbers`: replications of each scenario; `visits`: a folder to keep every visit in, if any.
        """
        return [
            Task(RunKey(key, replication), label, self.scenarios[label], self.seed, self.engine, visits)
            for replication in range(int(numbers.max()))
            for number, (key, label) in zip(numbers.tolist(), self.labels.items(), strict=True)
            if replication < number and RunKey(key, replication) not in done
        ]


@dataclass(frozen=True)
class Task:
    """One replication of one scenario. `visits`: a folder to keep every visit in, if any."""

    key: RunKey
    label: str
    scenario: Scenario
    seed: int
    engine: str
    visits: Path | None = None

    def __str__(self) -> str:
        return f"{self.label}, replication {self.key.replication + 1}"


@dataclass(frozen=True)
class SweepAnswer:
    """What the runs played so far say; `first` are the replications every scenario has before anything is looked at.

    `estimates`: scenario (hash), label, measure, mean, low, high, half_width, sd, n (replications).
    `differences` (scenario minus baseline on the same patients): scenario, label, baseline, measure, mean, low, high,
    half_width, simultaneous_half_width (nan but for headline measures, which are judged together over all scenarios),
    sd, n, correlation, p_value, p_holm, many_leave, no_steady_state (in either of the two).
    `cautions`: label and the columns of `cautions_table`: scenarios to be read with care, and why.
    `failed`: label, replication, traceback. `standing`: what came of a precision or a best that was asked for.
    `best`: every scenario against the best of the others (`best_table`).
    """

    labels: tuple[str, ...]
    first: int
    estimates: pd.DataFrame
    differences: pd.DataFrame
    cautions: pd.DataFrame
    failed: pd.DataFrame
    n_done: int
    n_runs: int
    confidence: float
    standing: Standing
    asked: Asked
    best: pd.DataFrame

    @property
    def is_whole(self) -> bool:
        return self.n_done == self.n_runs and self.standing.is_decided


def play_task(task: Task) -> Played:
    """Play and measure one run; what goes wrong is told with it and stops no other."""
    try:
        trajectory = ENGINES[task.engine](task.scenario, task.seed, task.key.replication)
        if task.visits is not None:
            keep_visits(trajectory, task.key, task.visits)
        return Played(task.key, task.label, measure(trajectory, task.scenario))
    except Exception:
        return Played(task.key, task.label, {}, traceback.format_exc())


def keep_visits(trajectory: Trajectory, key: RunKey, folder: Path) -> None:
    """Write every visit of a run; it counts as done only afterwards."""
    file = visits_file(folder, key)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_table(trajectory.columns_of_visits(), file)


def given_up(task: Task, why: Lost) -> Played:
    """A run that no worker could finish."""
    return Played(task.key, task.label, {}, f"{Lost.__name__}: {why}")


def workers_for(plan: SweepPlan, n_tasks: int, notice: Notice) -> AbstractContextManager[Pool]:
    """Who plays the runs of a sweep; they stay for as many rounds as there are. Raises NoWorkers."""
    return opened(plan.executor, plan.workers, plan.address, n_tasks, notice)


def play_missing(
    tasks: Sequence[Task], store: RunStore, pool: Pool, clock: Callable[[], float] = time.monotonic
) -> Generator[Played, None, None]:
    """Play what is missing and yield each run; they are kept every few seconds, and when this ends in any way."""
    kept_at, unkept = clock(), list[Played]()
    running = played_by(pool, play_task, tasks, given_up)
    try:
        for _, played in running:
            unkept.append(played)
            if len(unkept) >= MOST_PER_PART or clock() - kept_at >= SECONDS_PER_PART:
                store.write(unkept)
                unkept = []  # not before they are kept: what could not be written is tried once more at the end
                kept_at = clock()
            yield played
    finally:
        with uninterrupted():
            running.close()
            if unkept:
                store.write(unkept)


def answer_of(
    store: RunStore, labels: Mapping[str, str], replications: int, confidence: float, asked: Asked
) -> SweepAnswer:
    """Estimates and paired differences of the runs that are kept; `labels` by hash, the baseline first.

    `replications`: of every scenario, or the first ones where further rounds are asked for.
    """
    state = standing(store, labels, replications, confidence, asked)
    most = int(state.numbers.max())
    measures, values = values_of(store, labels, state)
    played = ~np.isnan(values).all(axis=1) if measures else np.zeros((len(labels), most), dtype=bool)
    failed = store.failed(labels, most)
    number_of = dict(zip(labels.values(), state.numbers, strict=True))
    counted = np.array(
        [row < number_of[label] for label, row in zip(failed["label"], failed["replication"], strict=True)]
    )
    cautions = cautions_table(guard_values(measures, values), confidence)
    return SweepAnswer(
        labels=tuple(labels.values()),
        first=replications,
        estimates=estimates_of(labels, measures, values, confidence),
        differences=differences_of(labels, measures, values, cautions, confidence, asked.simultaneous),
        cautions=pd.concat([pd.DataFrame({"label": list(labels.values())}), cautions], axis=1),
        failed=failed[counted.astype(bool)].reset_index(drop=True),
        n_done=int(played.sum()),
        n_runs=int(state.numbers.sum()),
        confidence=confidence,
        standing=state,
        asked=asked,
        best=best_table(labels, measures, of_steady(values, cautions), asked.best, confidence),
    )


def of_steady(values: np.ndarray, cautions: pd.DataFrame) -> np.ndarray:
    """Values of scenarios with a steady state; nan of the others, of which nothing is claimed."""
    unsteady = cautions["no_steady_state"].to_numpy(bool)
    return np.where(unsteady[:, np.newaxis, np.newaxis], np.nan, values) if unsteady.any() else values


def values_of(
    store: RunStore, labels: Mapping[str, str], state: Standing, only: Sequence[str] | None = None
) -> tuple[tuple[str, ...], np.ndarray]:
    """Values of the replications that count; nan in those of a scenario that do not. `only`: these measures."""
    most = int(state.numbers.max())
    measures, values = store.values(list(labels), most, only)
    values[np.broadcast_to((np.arange(most) >= state.numbers[:, np.newaxis])[:, np.newaxis], values.shape)] = np.nan
    return measures, values


def controlled_answer(plan: SweepPlan, store: RunStore, answer: SweepAnswer) -> pd.DataFrame:
    """Estimates adjusted for the arrivals each replication happened to have; empty unless they are asked for."""
    if not plan.asked.controls or not answer.n_done:
        return pd.DataFrame()
    in_order = {label: plan.scenarios[label] for label in plan.labels.values()}
    measures, values = values_of(store, plan.labels, answer.standing)
    return controlled_table(in_order, measures, values, answer.standing.numbers, plan.seed, plan.confidence)


def write_controlled(table: pd.DataFrame, folder: Path) -> None:
    """Write it, or take away that of an earlier command."""
    if len(table):
        write_table(table, folder / CONTROLLED)
    else:
        (folder / CONTROLLED).unlink(missing_ok=True)


def estimates_of(
    labels: Mapping[str, str], measures: Sequence[str], values: np.ndarray, confidence: float
) -> pd.DataFrame:
    """Mean and interval of every measure of every scenario."""
    if not values.size:
        return pd.DataFrame(columns=["label", "measure"])
    found = mean_intervals(values.reshape(-1, values.shape[2]), confidence)
    table = pd.DataFrame({**keys_of(labels, measures), **found})
    return table[table["n"] > 0].reset_index(drop=True)


def differences_of(
    labels: Mapping[str, str],
    measures: Sequence[str],
    values: np.ndarray,
    cautions: pd.DataFrame,
    confidence: float,
    simultaneous: Simultaneous = "bonferroni",
) -> pd.DataFrame:
    """Paired differences from the first scenario; headline measures of all scenarios are judged together."""
    if not values[1:].size:
        return pd.DataFrame(columns=["label", "measure"])
    baseline, *others = labels
    n = values.shape[2]
    ours = values[1:].reshape(-1, n)
    theirs = np.broadcast_to(values[0], values[1:].shape).reshape(-1, n)
    keys = keys_of({key: labels[key] for key in others}, measures)
    found = paired_differences(ours, theirs, confidence)
    found.pop("variance_ratio")
    rows = np.repeat(np.arange(1, len(labels)), len(measures))
    flags = flags_of_pairs(cautions, rows, np.zeros_like(rows))
    table = pd.DataFrame({**keys, "baseline": labels[baseline], **found, **flags})
    there = (table["n"] > 0).to_numpy()
    table, apart = table[there].reset_index(drop=True), (ours - theirs)[there]
    table["simultaneous_half_width"] = np.nan
    table["p_holm"] = np.nan
    add_family(table, apart, table["n"] > 0, confidence, simultaneous)
    return table


def keys_of(labels: Mapping[str, str], measures: Sequence[str]) -> dict[str, np.ndarray]:
    """Scenario, label and measure of each row."""
    of_each = {"scenario": list(labels), "label": list(labels.values())}
    keys = {name: np.repeat(np.asarray(words, dtype=object), len(measures)) for name, words in of_each.items()}
    return keys | {"measure": np.tile(np.asarray(measures, dtype=object), len(labels))}


def write_answer(answer: SweepAnswer, folder: Path) -> None:
    """Write the tables, those that have rows."""
    tables = {
        "estimates": answer.estimates,
        "differences": answer.differences,
        "cautions": answer.cautions,
        "precision": answer.standing.reached,
        "selection": selection_table(answer.labels, answer.standing),
        "best": answer.best,
    }
    for name, table in tables.items():
        if len(table):
            write_table(table, folder / f"{name}.parquet")
        elif name not in ("estimates", "differences"):
            (folder / f"{name}.parquet").unlink(missing_ok=True)  # an earlier command asked for it
