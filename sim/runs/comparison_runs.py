"""Results of a comparison in memory, and their journal on disk from which it goes on after an interruption.

A comparison needs more of each run than its measures: small tables (`sim.runs.run_summary`), which are written beside
the parts of `sim.runs.run_store`.
"""

import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from sim.runs.design import Design, FilesOfRun, RunFiles, RunKey, RunTask
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import DraftFolder
from sim.runs.run_store import PARTS, RunResult, RunStore, is_damaged, named_by_content
from sim.runs.run_summary import RunSummary, summarised
from sim.runs.tables_on_disk import copy_out, read_table

_KEYS = ["scenario", "replication", "baseline"]
"""Columns of a table of the journal beside those of the summary: the hash of the run's scenario, its replication, and
the hash of the baseline it was matched with."""


class RunsInMemory:
    """Results of runs by key, with the questions that a `RunStore` answers."""

    def __init__(self) -> None:
        self.results: dict[RunKey, RunResult] = {}

    def add(self, results: Iterable[RunResult]) -> None:
        """Take results over; one that is there already stays, unless it failed."""
        for result in results:
            if result.key not in self.results or self.results[result.key].traceback:
                self.results[result.key] = result

    def done(self) -> set[RunKey]:
        """Runs that need not be played again; those that failed are not among them."""
        return {key for key, result in self.results.items() if not result.traceback}

    def tried(self) -> set[RunKey]:
        """Runs that were played, whether they failed or not."""
        return set(self.results)

    def values(
        self, scenarios: Sequence[str], replications: int, only: Sequence[str] | None = None
    ) -> tuple[tuple[str, ...], np.ndarray]:
        """Measures in order of appearance, and values, shape (scenarios, measures, replications); nan where not played.

        `only`: these measures, if there are such.
        """
        keys = [RunKey(scenario, replication) for replication in range(replications) for scenario in scenarios]
        names = _in_common_order([self.results[key].values for key in keys if key in self.results])
        measures = tuple(name for name in names if only is None or name in only)
        row_of = {name: row for row, name in enumerate(measures)}
        values = np.full((len(scenarios), len(measures), replications), np.nan)
        for place, scenario in enumerate(scenarios):
            for replication in range(replications):
                result = self.results.get(RunKey(scenario, replication))
                for name, value in result.values.items() if result is not None else ():
                    if name in row_of:
                        values[place, row_of[name], replication] = value
        return measures, values


def _in_common_order(several: Iterable[Collection[str]]) -> list[str]:
    """Every word once, in an order that keeps that of each of them."""
    order: list[str] = []
    known: set[str] = set()
    for words in several:
        if known.issuperset(words):
            continue
        at = 0
        for word in words:
            if word in known:
                at = order.index(word) + 1
            else:
                order.insert(at, word)
                known.add(word)
                at += 1
    return order


class RunJournal(RunStore):
    """A store that keeps summaries too. A run is there if its measures are, and each of its tables is whole."""

    @classmethod
    def opened(cls, folder: Path, seed: int, code: str) -> Self:
        """The journal of a folder, begun if there is none."""
        with suppress(OSError):
            (folder / PARTS).mkdir(exist_ok=True)
        return cls(folder, seed, code)

    def remove(self) -> None:
        """Remove it: all is played, and the tables of the study hold what it held."""
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)

    def write(self, results: Sequence[RunResult]) -> None:
        """Write results, their tables first: runs count as done only when all of them stand.

        Where they cannot be written the study goes on without: the journal only saves time.
        """
        with uninterrupted() as interrupts, suppress(OSError):
            for table in RunSummary.TABLES:
                rows = [self._rows_of_summary(result, table) for result in results if result.summary is not None]
                if rows := [each for each in rows if each is not None]:
                    self._write_part(table, pd.concat(rows, ignore_index=True))
            super().write(list({result.key: result for result in results}.values()))
        if interrupts.came:
            raise KeyboardInterrupt

    def _rows_of_summary(self, result: RunResult, table: str) -> pd.DataFrame | None:
        frame: pd.DataFrame | None = getattr(result.summary, table)
        if frame is None:
            return None
        scenario, replication = result.key
        return frame.assign(scenario=scenario, replication=replication, baseline=result.baseline)

    def _write_part(self, table: str, rows: pd.DataFrame) -> None:
        folder = self.folder / PARTS / table
        folder.mkdir(exist_ok=True)
        copy_out(rows, folder / ".new")
        named_by_content(folder / ".new", len(list(folder.glob("*.parquet"))) + 1)

    def results(self, tasks: Sequence[RunTask]) -> list[RunResult]:
        """Results of the runs of these tasks that are there, matched with the same baseline."""
        tables = {table: self._tables_by_run(table) for table in RunSummary.TABLES}
        values = self._values_by_run()
        found = []
        for task in tasks:
            baseline = task.runs[0].key.scenario
            for run in task.runs:
                of_run: dict[str, Any] = {table: tables[table].get((*run.key, baseline)) for table in RunSummary.TABLES}
                is_summed_up = of_run["week"] is not None
                if run.key in values and (is_summed_up or task.reduce is not summarised):
                    summary = RunSummary(**of_run) if is_summed_up else None
                    found.append(RunResult(run.key, run.label, values[run.key], "", summary, baseline))
        return found

    def _values_by_run(self) -> dict[RunKey, dict[str, float]]:
        rows = self._ask("SELECT scenario, replication, measure, value FROM runs WHERE status = 'done'")
        found: dict[RunKey, dict[str, float]] = {}
        for scenario, replication, measure, value in rows.itertuples(index=False, name=None):
            found.setdefault(RunKey(scenario, int(replication)), {})[measure] = value
        return found

    def _tables_by_run(self, table: str) -> Mapping[tuple[str, int, str], pd.DataFrame]:
        files = [file for file in sorted((self.folder / PARTS / table).glob("*.parquet")) if not is_damaged(file)]
        frames = [read_table(file) for file in files]
        if not frames:
            return {}
        groups = pd.concat(frames, ignore_index=True).groupby(_KEYS, sort=False)
        return {tuple(key): rows.drop(columns=_KEYS) for key, rows in groups}  # type: ignore[misc]


def recovered(draft: DraftFolder, journal: RunJournal, design: Design, files: FilesOfRun) -> RunsInMemory:
    """Runs of a design that earlier commands have finished, with their files; they are written to the new journal.

    Inputs: the `draft` with the folders that may hold them, `files` of each run in the draft.
    """
    runs = RunsInMemory()
    for folder in draft.earlier:
        if not (folder / PARTS).is_dir():
            continue
        earlier = RunJournal(folder, journal.seed, journal.code)
        n_replications = 1 + max((key.replication for key in earlier.done()), default=-1)
        tasks = design.tasks(runs.done(), np.full(len(design.scenarios), n_replications), files)
        whole = [task for task in tasks if all(_copied(run.files, folder, draft.folder) for run in task.runs)]
        runs.add(earlier.results(whole))
        if folder == draft.place:
            draft.replaces_partial = earlier.done() <= runs.done()
    if runs.results:
        journal.write(list(runs.results.values()))
    return runs


def _copied(files: RunFiles | None, earlier: Path, draft: Path) -> bool:
    """Whether all files of a run are in the draft, or could be copied there from an earlier folder."""
    if files is None or files.are_there():
        return True
    with suppress(OSError):
        for path in (files.visits, *([] if files.events is None else [files.events.path])):
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(earlier / path.relative_to(draft), path)
    return files.are_there()
