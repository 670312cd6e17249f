"""What a comparison keeps of each run: measures and small tables, in memory, and a journal of them on disk.

A run is reduced to counts in bins, returns by day and how patients changed from the baseline, all of which can be added
up over replications. From the journal, which lies beside the parts of `sim.runs.run_store`, a comparison goes on after
an interruption.
"""

import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from sim.department.quantities import ACUITIES, MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import Cells, Floats, Integers, count_in_bins, whole_minutes
from sim.engine.measures.cohort import Cohort
from sim.engine.measures.measuring import measure_cohort, per_visit_outcomes
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.visit_groups import group_sums
from sim.engine.measures.week import mean_week_of
from sim.engine.trajectory import Trajectory
from sim.runs.design import Design, FilesOfRun, Reduced, RunFiles, RunKey, RunTask, no_files
from sim.runs.interrupts import interrupted_after
from sim.runs.output_folder import DraftFolder
from sim.runs.run_store import PARTS, RunResult, RunStore, is_damaged, named_by_content
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
        with interrupted_after(), suppress(OSError):
            for table in RunSummary.TABLES:
                rows = [self._rows_of_summary(result, table) for result in results if result.summary is not None]
                if rows := [each for each in rows if each is not None]:
                    self._write_part(table, pd.concat(rows, ignore_index=True))
            super().write(list({result.key: result for result in results}.values()))

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
        values = self.values_by_run()
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

    def values_by_run(self) -> dict[RunKey, dict[str, float]]:
        """Values of every run that is there."""
        rows = self._ask("SELECT scenario, replication, measure, value FROM runs WHERE status = 'done'")
        found: dict[RunKey, dict[str, float]] = {}
        for scenario, replication, measure, value in rows.itertuples(index=False, name=None):
            found.setdefault(RunKey(scenario, int(replication)), {})[measure] = value
        return found

    def _tables_by_run(self, table: str) -> Mapping[tuple[str, int, str], pd.DataFrame]:
        files = [file for file in sorted((self.folder / PARTS / table).glob("*.parquet")) if not is_damaged(file)]
        if not files:
            return {}
        groups = read_table(*files).groupby(_KEYS, sort=False)
        return {tuple(key): rows.drop(columns=_KEYS) for key, rows in groups}  # type: ignore[misc]


def recovered(
    draft: DraftFolder, journal: RunJournal, designs: Callable[[], Sequence[Design]], files: FilesOfRun
) -> RunsInMemory:
    """Runs of designs that earlier commands have finished, with their files; they are written to the new journal.

    Inputs: the `draft` with the folders that may hold them; `designs` makes the designs, where one does; `files` of
    each run of the first design in the draft.
    """
    runs = RunsInMemory()
    for folder in draft.earlier:
        if not (folder / PARTS).is_dir():
            continue
        earlier = RunJournal(folder, journal.seed, journal.code)
        n_replications = 1 + max((key.replication for key in earlier.done()), default=-1)
        tasks = [
            task
            for design, of_run in zip(designs(), (files, no_files), strict=False)
            for task in design.tasks(runs.done(), np.full(len(design.scenarios), n_replications), of_run)
        ]
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


SAME_MINUTES = 5
"""A patient's wait or stay that moves by at most so many whole minutes is counted as the same."""
IN_MINUTES = {"time_to_pia": 1.0, "length_of_stay": 60.0}
"""Minutes in the unit of each quantity that is matched."""


@dataclass(frozen=True)
class RunSummary:
    """Small tables of one run, and how its patients changed from the baseline, None in the baseline itself.

    Hundreds of these are in memory at once.
    """

    TABLES: ClassVar = ("week", "waits", "returns", "alone", "groups", "changes")

    week: pd.DataFrame
    waits: pd.DataFrame
    returns: pd.DataFrame
    alone: pd.DataFrame
    groups: pd.DataFrame
    changes: pd.DataFrame | None


def summarised(trajectory: Trajectory, scenario: Scenario, baseline: Mapping[str, Any] | None) -> Reduced:
    """Reduce a trajectory to all measures and the tables of a comparison; `baseline`: outcomes of the baseline."""
    outcomes = per_visit_outcomes(trajectory)
    changes = None if baseline is None else matched_changes(baseline, outcomes, trajectory.streams)
    time = PeerDay(trajectory, scenario)
    values = {sys.intern(name): value for name, value in measure_cohort(time).items()}
    tables = mean_week_of(time), wait_counts(time), return_table(time), alone_counts(time), group_sums(time), changes
    return Reduced(values, RunSummary(*tables), outcomes)


def matched_changes(
    before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray], streams: tuple[str, ...]
) -> pd.DataFrame:
    """Simulated patients by their own change from the baseline: columns stream, quantity, change, n.

    Changes are whole minutes, so that counts and not patients leave the worker. First visits only, seen (for waits) or
    departed (for stays) under both staffings.
    """
    before, after = matched(before, after)
    groups = [(name, quantity) for name in sorted(streams) for quantity in sorted(IN_MINUTES)]
    counted = []
    for name, quantity in groups:
        minutes = np.empty(before["patient"].size + 1, dtype=np.int32)
        columns = before["stream"], before[quantity], after[quantity]
        n_known = whole_minutes(*columns, streams.index(name), IN_MINUTES[quantity], minutes)
        counted.append(counts_of(minutes[:n_known]))
    sizes = [changes.size for changes, _ in counted]
    return pd.DataFrame(
        {
            "stream": np.repeat(np.asarray([name for name, _ in groups], dtype=object), sizes),
            "quantity": np.repeat(np.asarray([quantity for _, quantity in groups], dtype=object), sizes),
            "change": np.concatenate([changes for changes, _ in counted]),
            "n": np.concatenate([n for _, n in counted]),
        }
    )


def counts_of(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different whole numbers in ascending order, and how often each occurs."""
    lowest, highest = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    if highest - lowest > 4 * numbers.size:
        return np.unique(numbers, return_counts=True)
    n = np.bincount(numbers - lowest)
    found = np.flatnonzero(n)
    return (found + lowest).astype(numbers.dtype), n[found]


def matched(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> tuple[Mapping[str, np.ndarray], ...]:
    """Both with the patients they share alone, in one order."""
    if np.array_equal(before["patient"], after["patient"]):
        # The rule: who comes, and when, is no business of the staffing.
        return before, after
    _, left, right = np.intersect1d(before["patient"], after["patient"], assume_unique=True, return_indices=True)
    return {key: values[left] for key, values in before.items()}, {key: values[right] for key, values in after.items()}


WAIT_EDGES = np.append(np.arange(0.0, 481.0, 10.0), np.inf)
ALONE_EDGES = np.append(np.arange(0.0, 961.0, 20.0), np.inf)


def wait_counts(cohort: Cohort) -> pd.DataFrame:
    """Visits seen, by stream, CTAS level and minutes from arrival to the physician: columns as `Comparison.waits`."""
    streams, n_bins = cohort.trajectory.streams, len(WAIT_EDGES) - 1
    n_cells = len(streams) * len(ACUITIES)
    cell = len(ACUITIES) * cohort.codes("stream").astype(np.int16) + cohort.codes("acuity") - 1
    n = counts_in_bins(cell, n_cells, cohort.times("pia") - cohort.arrival, WAIT_EDGES)
    return pd.DataFrame(
        {
            "stream": pd.Categorical.from_codes(
                np.repeat(np.arange(len(streams)), n_bins * len(ACUITIES)), pd.Index(streams)
            ),
            "acuity": np.tile(np.repeat(np.asarray(ACUITIES, dtype=np.int8), n_bins), len(streams)),
            **bins(WAIT_EDGES, n_cells),
            "n": n.ravel().astype(np.int32),
        }
    )


def alone_counts(cohort: Cohort) -> pd.DataFrame:
    """Eligible mental-health visits by minutes without staff."""
    minutes = cohort.alone.without_staff.values
    n = counts_in_bins(np.zeros(minutes.size, dtype=np.int16), 1, minutes, ALONE_EDGES)
    return pd.DataFrame({**bins(ALONE_EDGES, 1), "n": n[0]})


def bins(edges: Floats, n_times: int) -> dict[str, np.ndarray]:
    """Columns from_minute and to_minute (inf for the last), as often as asked."""
    whole = edges.astype(np.float32)  # whole minutes, so that nothing is lost
    return {"from_minute": np.tile(whole[:-1], n_times), "to_minute": np.tile(whole[1:], n_times)}


def counts_in_bins(cells: Cells, n_cells: int, values: Floats, edges: Floats) -> Integers:
    """How many of the known values of each cell lie from one edge up to, not including, the next: a row a cell.

    Edges stand evenly from 0, the last is inf.
    """
    counts = np.zeros((n_cells, edges.size - 1), dtype=np.int64)
    count_in_bins(cells, values, edges, counts)
    return counts


def return_table(cohort: Cohort) -> pd.DataFrame:
    """Mental-health visits of the window that departed: columns first (first visit of the patient), days, observed.

    `days` since departure run to the return, or (censored) for as long as the visit is followed. How long that is does
    not depend on when it departs.
    """
    chosen = np.flatnonzero(cohort.mental_health & cohort.departed)
    to_return, followed = cohort.minutes_to_return[chosen], cohort.minutes_followed[chosen]
    return pd.DataFrame(
        {
            "first": cohort["visit_number"][chosen] == 1,
            "days": np.minimum(to_return, followed) / MINUTES_PER_DAY,
            "observed": to_return <= followed,
        }
    )
