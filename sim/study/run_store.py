"""The folder of a sweep: measures of runs kept by what they were played from, so that nothing is played twice.

A run is known by the content of its scenario, seed, replication and code version, whatever command asked for it.
Rows come in parts, each written whole; one process writes at a time. What is played is `sim.study.sweeping`.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from sim.study.interrupts import uninterrupted
from sim.study.store import OutputError, copy_out, quoted, read_table, write_json, write_table

PARTS, FACTS, SCENARIOS, LOCK = "parts", "run.json", "scenarios.parquet", ".lock"
PART = re.compile(r"(\d{6})-([0-9a-f]{16})\.parquet")
"""Number of a part and the hash of its bytes, so that damage is seen whatever it is."""
UNFINISHED, DAMAGED = ".new", ".damaged"
COLUMNS = ["scenario", "label", "seed", "replication", "code", "status", "measure", "value", "traceback"]
"""Of a part: a row for each measure of a run that is `done`, one row for a run that `failed`."""


class RunKey(NamedTuple):
    """A run of one code version: hash of the scenario's content, and the replication."""

    scenario: str
    replication: int


@dataclass(frozen=True)
class Played:
    """One run as it is kept: values of its measures, or the traceback of what went wrong."""

    key: RunKey
    label: str
    values: Mapping[str, float]
    traceback: str = ""


class RunStore:
    """The runs in a folder, of one seed and one version of the code; others are kept aside.

    `damaged`: parts that are not what was written; their runs count as not played.
    """

    def __init__(self, folder: Path, seed: int, code: str) -> None:
        self.folder, self.seed, self.code = folder, seed, code
        parts = sorted(path for path in (folder / PARTS).glob("*.parquet") if PART.fullmatch(path.name))
        self.damaged = [part for part in parts if is_damaged(part)]
        self.parts = [part for part in parts if part not in self.damaged]

    def set_aside_damaged(self) -> None:
        """Rename parts that are damaged, so that nobody takes them for whole."""
        for part in self.damaged:
            part.rename(part.with_name(part.name + DAMAGED))

    def done(self) -> set[RunKey]:
        """Runs that need not be played again; those that failed are not among them."""
        found = self._ask("SELECT DISTINCT scenario, replication FROM runs WHERE status = 'done'")
        return set(map(RunKey, found["scenario"], found["replication"].astype(int)))

    def failed(self, scenarios: Mapping[str, str], replications: int) -> pd.DataFrame:
        """Runs of these scenarios (label by hash) that were played and failed: label, replication, traceback."""
        found = self._ask(
            "SELECT scenario, replication, any_value(traceback) AS traceback FROM runs GROUP BY scenario, replication "
            "HAVING bool_and(status = 'failed') ORDER BY replication, scenario"
        )
        wanted = found[found["scenario"].isin(list(scenarios)) & (found["replication"] < replications)]
        return wanted.assign(label=[scenarios[key] for key in wanted["scenario"]]).reset_index(drop=True)

    def n_of_other_code(self) -> int:
        """Runs of this seed by another version of the code."""
        distinct = "SELECT count(DISTINCT (scenario, replication, code)) AS n FROM every_run"
        found = self._ask(f"{distinct} WHERE code <> {quoted(self.code)}")
        return int(found["n"].iloc[0])

    def values(
        self, scenarios: Sequence[str], replications: int, only: Sequence[str] | None = None
    ) -> tuple[tuple[str, ...], np.ndarray]:
        """Measures in order of name, and values, shape (scenarios, measures, replications); nan where not played.

        `only`: these measures, if there are such.
        """
        measures = sorted(self._ask("SELECT DISTINCT measure FROM runs WHERE status = 'done'")["measure"])
        measures = measures if only is None else [measure for measure in measures if measure in only]
        rows = self._ask(
            "SELECT place, number, replication, value FROM runs JOIN places USING (scenario) "
            f"JOIN numbers USING (measure) WHERE status = 'done' AND replication < {replications}",
            places=pd.DataFrame({"scenario": list(scenarios), "place": np.arange(len(scenarios))}),
            numbers=pd.DataFrame({"measure": np.asarray(measures, dtype=object), "number": np.arange(len(measures))}),
        )
        values = np.full((len(scenarios), len(measures), replications), np.nan)
        values[tuple(rows[axis].to_numpy(int) for axis in ("place", "number", "replication"))] = rows["value"]
        return tuple(measures), values

    def write(self, played: Sequence[Played]) -> None:
        """Keep runs: they are all there afterwards, or none is."""
        rows = pd.DataFrame([row for run in played for row in self._rows_of(run)], columns=COLUMNS)
        fresh = self.folder / PARTS / UNFINISHED
        with uninterrupted() as interrupts:
            copy_out(rows, fresh)
            part = fresh.with_name(f"{self._next_number():06d}-{hash_of(fresh)}.parquet")
            os.replace(fresh, part)
            self.parts.append(part)
        if interrupts.came:
            raise KeyboardInterrupt

    def _rows_of(self, run: Played) -> Iterator[tuple[Any, ...]]:
        start = (run.key.scenario, run.label, self.seed, run.key.replication, self.code)
        if run.traceback:
            yield (*start, "failed", "", np.nan, run.traceback)
        for measure, value in run.values.items():
            yield (*start, "done", measure, value, "")

    def _next_number(self) -> int:
        """After all there have been, damaged ones too."""
        taken = [int(path.name[:6]) for path in (self.folder / PARTS).glob("*") if PART.match(path.name)]
        return max(taken, default=0) + 1

    def _ask(self, question: str, **tables: pd.DataFrame) -> pd.DataFrame:
        """Answer a question about `runs`, those of this code, or `every_run` of the seed, with further tables."""
        with duckdb.connect() as connection:
            connection.execute(f"CREATE VIEW every_run AS {every_run(self.parts)} WHERE seed = {self.seed}")
            connection.execute(f"CREATE VIEW runs AS SELECT * FROM every_run WHERE code = {quoted(self.code)}")
            for name, table in tables.items():
                connection.register(name, table)
            return connection.execute(question).df()


def every_run(parts: Sequence[Path]) -> str:
    """A query for all rows of the parts; of no part it has no row."""
    files = ", ".join(quoted(str(part)) for part in parts)
    return f"SELECT * FROM read_parquet([{files}])" if parts else f"SELECT * FROM ({NO_RUN})"


NO_RUN = (
    "SELECT '' AS scenario, '' AS label, 0 AS seed, 0 AS replication, '' AS code, '' AS status, '' AS measure, "
    "0.0 AS value, '' AS traceback WHERE false"
)


def is_damaged(part: Path) -> bool:
    """Whether the bytes of a part are not those its name tells."""
    named = PART.fullmatch(part.name)
    return named is None or hash_of(part) != named[2]


def hash_of(file: Path) -> str:
    """Hash of the bytes of a file."""
    return sha256(file.read_bytes()).hexdigest()[:16]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder of a sweep, made if need be, for this process alone to write to. Raises OutputError."""
    try:
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        remedy = f"cannot be written to ({error.strerror}); name a folder elsewhere"
        raise OutputError(f"output = {folder}: {remedy}") from error
    try:
        take_lock(handle, folder)
        yield
    finally:
        os.close(handle)


class CannotKeep(Exception):
    """Something of a sweep could not be written."""


@contextmanager
def told_if_not_kept(folder: Path) -> Iterator[None]:
    """Whatever cannot be written in the block is a CannotKeep."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        raise CannotKeep(f"{folder}: cannot be written to ({error}); runs written before are kept") from error


def take_lock(handle: int, folder: Path) -> None:
    """Hold the lock until the handle is closed, by whatever end of the process."""
    import fcntl  # not on Windows

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        remedy = "wait until it ends, or name another folder"
        raise OutputError(f"output = {folder}: another sweep is writing to it; {remedy}") from error


def foreign_to_sweeps(folder: Path) -> list[str]:
    """Names in a folder in which no sweep has been started; a sweep goes on in its own."""
    return [] if (folder / PARTS).is_dir() else sorted(path.name for path in folder.iterdir())


def write_scenarios(table: pd.DataFrame, folder: Path) -> None:
    """Write the scenarios asked for, in order; those of earlier commands stay below them, without a place."""
    file = folder / SCENARIOS
    try:
        earlier = read_table(file) if file.is_file() else table.iloc[:0]
    except duckdb.Error:
        earlier = table.iloc[:0]
    others = earlier[~earlier["scenario"].isin(table["scenario"])].assign(place=-1)
    write_table(pd.concat([table, others], ignore_index=True) if len(others) else table, file)


def read_facts(folder: Path) -> dict[str, Any]:
    """What run.json says of a sweep. Raises OutputError where there is none."""
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        scenarios = read_table(folder / SCENARIOS)
    except (OSError, ValueError, duckdb.Error) as error:
        remedy = "give the results folder of a sweep (peered -m ...)"
        raise OutputError(f"run = {folder}: holds no sweep that can be read; {remedy}") from error
    wanted = scenarios[scenarios["place"] >= 0].sort_values("place")
    return facts | {"labels": dict(zip(wanted["scenario"], wanted["label"], strict=True))}


def write_facts(facts: Mapping[str, Any], folder: Path) -> None:
    """Write run.json."""
    write_json(facts, folder / FACTS)
