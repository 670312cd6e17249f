"""The folder of a sweep: measures of runs kept by what they were played from, so that nothing is played twice.

A run is known by the content of its scenario, seed, replication and code version, whatever command asked for it.
Rows come in parts, each written whole; one process writes at a time. Rows that stand in two parts, because parts were
copied in, count once. What is played is `sim.runs.design`.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from sim.department.scenario import Problem, ScenarioError
from sim.io import sql
from sim.io.clean_text import for_terminal
from sim.io.file_lock import exclusive_lock
from sim.runs import output_folder, received_sweep
from sim.runs.design import RunKey
from sim.runs.interrupts import interrupted_after
from sim.runs.tables_on_disk import (
    CannotKeep,
    TableNotWritten,
    WriteErrors,
    copy_out,
    whole_file,
    write_table,
)

PARTS, FACTS, _LOCK = "parts", "run.json", ".lock"
PART = re.compile(r"(\d{6})(?:-\d{6})?-([0-9a-f]{16})\.parquet")
"""Number of a part (earlier versions put several into one: the first and the last), and the hash of its bytes, so that
all damage is seen."""
PART_IN_WORK, DAMAGED = ".new", ".damaged"
VISITS = "visits"


@dataclass(frozen=True)
class RunResult:
    """One run as it is stored: values of its measures, or the traceback of what went wrong.

    `summary`: further tables of the run, where the study wants them; `baseline`: hash of the scenario that its
    patients were matched with; `unwritten`: files of its visits and events that could not be written.
    """

    key: RunKey
    label: str
    values: Mapping[str, float]
    traceback: str = ""
    summary: Any = None
    baseline: str = ""
    unwritten: WriteErrors = field(default_factory=WriteErrors)


class RunStore:
    """The runs in a folder, of one seed and one version of the code; others are kept aside.

    `damaged`: parts that are not what was written; their runs count as not played. Raises ScenarioError where one
    is whole and no table of runs.
    """

    def __init__(self, folder: Path, seed: int, code: str) -> None:
        self.folder, self.seed, self.code = folder, seed, code
        parts = sorted(
            path for path in (folder / PARTS).glob("*.parquet") if PART.fullmatch(path.name) and path.is_file()
        )
        self.damaged = [part for part in parts if is_damaged(part)]
        self.parts = [part for part in parts if part not in self.damaged]
        received_sweep.check_parts(folder, self.parts)
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._parts_asked: tuple[Path, ...] = ()
        """The parts that the views of the connection are of."""

    def set_damaged_aside(self) -> None:
        """Rename parts that are damaged, so that nobody takes them for whole."""
        for part in self.damaged:
            part.rename(part.with_name(part.name + DAMAGED))

    def done(self) -> set[RunKey]:
        """Runs that need not be played again; those that failed are not among them."""
        return self._keys("SELECT DISTINCT scenario, replication FROM runs WHERE status = 'done'")

    def folder_of_visits(self) -> Path:
        """Where visits of runs of this seed and code stand, by scenario and replication."""
        return self.folder / VISITS / f"seed={self.seed}" / f"code={self.code}"

    def visits_of(self, run: RunKey) -> Path:
        """Where the visits of a run stand."""
        return self.folder_of_visits() / f"scenario={run.scenario}" / f"replication={run.replication}.parquet"

    def failed(self, scenarios: Mapping[str, str], replications: int) -> pd.DataFrame:
        """Runs of these scenarios (label by hash) that were played and failed: label, replication, traceback.

        Ordered by replication, then by scenario as given: hashes mean nothing to a reader.
        """
        found = self._ask(
            "SELECT scenario, replication, any_value(traceback) AS traceback FROM runs GROUP BY scenario, replication "
            "HAVING bool_and(status = 'failed')"
        )
        wanted = found[found["scenario"].isin(list(scenarios)) & (found["replication"] < replications)]
        place = wanted["scenario"].map({key: number for number, key in enumerate(scenarios)})
        ordered = wanted.iloc[np.lexsort((place, wanted["replication"]))]
        return ordered.assign(label=[scenarios[key] for key in ordered["scenario"]]).reset_index(drop=True)

    def tried(self) -> set[RunKey]:
        """Runs that were played, whether they failed or not."""
        return self._keys("SELECT DISTINCT scenario, replication FROM runs")

    def _keys(self, question: str) -> set[RunKey]:
        found = self._ask(question)
        return set(map(RunKey, found["scenario"], found["replication"].astype(int)))

    def n_of_other_code(self) -> int:
        """Runs of this seed by another version of the code."""
        distinct = "SELECT count(DISTINCT (scenario, replication, code)) AS n FROM every_run"
        found = self._ask(f"{distinct} WHERE code <> getvariable('code')")
        return int(found["n"].iloc[0])

    def values(
        self, scenarios: Sequence[str], replications: int, only: Sequence[str] | None = None
    ) -> tuple[tuple[str, ...], np.ndarray]:
        """Measures in order of name, and values, shape (scenarios, measures, replications); nan where not played.

        `only`: these measures, if there are such.
        """
        found = self._ask("SELECT DISTINCT measure FROM runs WHERE status = 'done'")["measure"]
        received_sweep.check_measures(found.tolist(), self.folder)
        measures = [measure for measure in sorted(found) if only is None or measure in only]
        received_sweep.check_size(len(scenarios), len(measures), replications, self.folder)
        rows = self._ask(
            "SELECT place, number, replication, value FROM runs JOIN places USING (scenario) "
            "JOIN numbers USING (measure) WHERE status = 'done' AND replication < getvariable('replications')",
            {"replications": replications},
            places=pd.DataFrame({"scenario": list(scenarios), "place": np.arange(len(scenarios))}),
            numbers=pd.DataFrame({"measure": np.asarray(measures, dtype=object), "number": np.arange(len(measures))}),
        )
        values = np.full((len(scenarios), len(measures), replications), np.nan)
        values[tuple(rows[axis].to_numpy(int) for axis in ("place", "number", "replication"))] = rows["value"]
        if np.isinf(values).any():
            raise ScenarioError(
                [Problem(str(self.folder / PARTS), "an infinite value", f"no measure is: {received_sweep.AS_WRITTEN}")]
            )
        return tuple(measures), values

    def write(self, results: Sequence[RunResult]) -> None:
        """Write results: they are all there afterwards, or none is."""
        rows = self._rows_of(results)
        with interrupted_after():
            fresh = self.folder / PARTS / PART_IN_WORK
            copy_out(rows, fresh)
            self.parts.append(named_by_content(fresh, self._next_number()))

    def write_replications(self, scenarios: Mapping[str, str], numbers: Sequence[int], file: Path) -> None:
        """Write every measure of the first so many replications of scenarios (label by hash), in order."""
        scratch = self.folder / ".sorting"
        # With several threads, the order in the file is theirs.
        settings: dict[str, sql.Setting] = {"threads": 1, "temp_directory": str(scratch)}
        places = places_of(scenarios, numbers)
        with (
            interrupted_after(),
            whole_file(file) as partial,
            self.connected(places, [partial], scratch, settings) as connection,
        ):
            for name, words in _WORDS.items():
                connection.execute(f"CREATE TYPE {name} AS ENUM (SELECT word FROM ({words}) ORDER BY word)")
            # A table first: how rows are packed would tell what parts they came from.
            connection.execute(f"CREATE TABLE ordered AS {REPLICATIONS.format_map({name: name for name in _WORDS})}")
            try:
                sql.copy_to_parquet(connection, "ordered", partial)
            except duckdb.Error as error:
                raise TableNotWritten(str(error)) from error

    def _rows_of(self, results: Sequence[RunResult]) -> pd.DataFrame:
        """A row for each measure of a run, one for a run that failed; made by columns, a tenth of the room of rows."""
        n_rows = [1 if run.traceback else len(run.values) for run in results]
        of_each = {
            "scenario": [run.key.scenario for run in results],
            "label": [run.label for run in results],
            "seed": self.seed,
            "replication": [run.key.replication for run in results],
            "code": self.code,
            "status": ["failed" if run.traceback else "done" for run in results],
            "traceback": [run.traceback for run in results],
        }
        rows = pd.DataFrame(of_each, index=range(len(results))).loc[np.repeat(np.arange(len(results)), n_rows)]
        rows["measure"] = [name for run in results for name in ([""] if run.traceback else run.values)]
        rows["value"] = [value for run in results for value in ([np.nan] if run.traceback else run.values.values())]
        return rows[list(received_sweep.PART_COLUMNS)]

    def _next_number(self) -> int:
        """After all there have been, damaged ones too."""
        taken = [int(named[1]) for path in (self.folder / PARTS).glob("*") if (named := PART.match(path.name))]
        return max(taken, default=0) + 1

    def _ask(self, question: str, values: Mapping[str, int] | None = None, **tables: pd.DataFrame) -> pd.DataFrame:
        """The answer to a question of ours; `values` are what it reads by getvariable."""
        parts, connection = tuple(self.parts), self._connection
        if connection is None or parts != self._parts_asked:
            connection = self._connection = connection or sql.connection_in(self.folder)
            self._make_views(connection)
            self._parts_asked = parts
        sql.set_variables(connection, **(values or {}))
        try:
            for name, table in tables.items():
                connection.register(name, table)
            return connection.execute(question).df()
        finally:
            for name in tables:
                connection.unregister(name)

    @contextmanager
    def connected(
        self,
        tables: Mapping[str, pd.DataFrame],
        files: Sequence[Path] = (),
        folder: Path | None = None,
        settings: Mapping[str, sql.Setting] | None = None,
        database: Path | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A place to ask about `runs`, those of this code, or `every_run` of the seed, with further tables.

        It reaches the parts, and what else is given as for `sql.connect`.
        """
        with sql.connect([*self.parts, *files], folder, database, settings=settings) as connection:
            self._make_views(connection)
            for name, table in tables.items():
                connection.register(name, table)
            yield connection

    def _make_views(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Views only this connection sees: of the parts there are now, `every_run` of the seed, `runs` of the code."""
        sql.set_variables(connection, seed=self.seed, code=self.code)
        parts = f"SELECT * FROM {sql.parquet_text(self.parts)}" if self.parts else NO_RUN
        runs = "SELECT * FROM every_run WHERE code = getvariable('code')"
        for name, query in (("parts", parts), ("every_run", EVERY_RUN), ("runs", runs)):
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


EVERY_RUN = (
    f"SELECT {', '.join(received_sweep.PART_COLUMNS)} FROM parts "
    f"WHERE seed = getvariable('seed') AND replication BETWEEN 0 AND {received_sweep.MOST_REPLICATIONS_READ} "
    "AND scenario IS NOT NULL AND status IS NOT NULL"
)
NO_RUN = (
    "SELECT '' AS scenario, '' AS label, 0 AS seed, 0 AS replication, '' AS code, '' AS status, '' AS measure, "
    "0.0 AS value, '' AS traceback WHERE false"
)


REPLICATIONS = """
WITH asked AS (
    SELECT place, replication::INTEGER AS replication, measure::{measures} AS measure, value,
        status::{statuses} AS status
    FROM runs JOIN places USING (scenario) WHERE replication < n
), done AS (
    SELECT DISTINCT * FROM asked WHERE status = 'done'
), failed AS (
    SELECT DISTINCT place, replication, ''::{measures} AS measure, NULL::DOUBLE AS value, status FROM asked
    WHERE status = 'failed' AND (place, replication) NOT IN (SELECT DISTINCT (place, replication) FROM done)
)
SELECT scenario::{scenarios} AS scenario, label::{labels} AS label, replication, measure, value, status
FROM (FROM done UNION ALL FROM failed) JOIN places USING (place) ORDER BY place, replication, measure"""
"""Every measure of every run of the scenarios in `places`; of a run that failed and was never done, one row."""
_WORDS = {
    "scenarios": "SELECT DISTINCT scenario AS word FROM places",
    "labels": "SELECT DISTINCT label AS word FROM places",
    "measures": "SELECT '' AS word UNION SELECT measure FROM runs",
    "statuses": "SELECT unnest(['done', 'failed']) AS word",
}
"""The words of each column of which there are few, so that a number stands for a word while rows are put in order."""
REPLICATIONS_IN_WORDS = REPLICATIONS.format_map(dict.fromkeys(_WORDS, "VARCHAR"))


def places_of(scenarios: Mapping[str, str], numbers: Sequence[int]) -> dict[str, pd.DataFrame]:
    """Scenarios in their order, with their labels and how many replications of them are meant."""
    columns = {"scenario": list(scenarios), "label": list(scenarios.values()), "place": range(len(scenarios))}
    return {"places": pd.DataFrame({**columns, "n": list(numbers)})}


def named_by_content(fresh: Path, number: int) -> Path:
    """Give a part that is written its name, when it is on the disk."""
    flush(fresh)
    part = fresh.with_name(f"{number:06d}-{name_hash(fresh)}.parquet")
    os.replace(fresh, part)
    flush(fresh.parent)
    return part


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlast a power cut; Windows opens no folder for that."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows flushes only what may be written
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_damaged(part: Path) -> bool:
    """Whether the bytes of a part are not those its name tells."""
    named = PART.fullmatch(part.name)
    return named is None or name_hash(part) != named[2]


def name_hash(file: Path) -> str:
    """Hash of the bytes of a file, as short as it stands in the name of a part."""
    return output_folder.file_hash(file)[:16]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder of a sweep, made if need be, for this process alone to write to.

    Raises OutputError, and ScenarioError where it holds links, through which other folders would be written to.
    """
    received_sweep.check_entries(folder)
    with ExitStack() as stack:
        with output_folder.refusing_the_folder(folder, "sweep"):
            folder.mkdir(parents=True, exist_ok=True)
            if output_folder.read_mark(folder) is None:
                output_folder.write_mark(output_folder.Mark(study=SWEEP), folder)
            (folder / PARTS).mkdir(exist_ok=True)
            stack.enter_context(exclusive_lock(folder / _LOCK))
        yield


@contextmanager
def log_and_raise_if_unwritable(folder: Path, log: Callable[[str], None]) -> Iterator[None]:
    """Raise CannotKeep for whatever cannot be written in the block, and log it."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        log(f"ended: {error}")
        raise cannot_keep(folder, str(error)) from error


def cannot_keep(folder: Path, why: str) -> CannotKeep:
    """What is said of a folder that takes no more."""
    remedy = "runs written before are kept; make room and give the same command again, and it goes on"
    return CannotKeep(f"{folder}: cannot be written to ({why}); {remedy}")


_TABLES = (
    "scenarios", "estimates", "differences", "replications", "precision", "selection", "best", "controlled",
    "dominated", "assumptions", "chances", "paying", "cautions", "curves", "worth", "warm_up", "warm_up_days",
    "within", "steps",
)  # fmt: skip
"""Tables that a sweep or a break-even study writes into its folder."""
LOG = "sweep.log"
_TEXTS = (FACTS, "report.html", "answer.md", "answer.xlsx", LOG)
FILES = "|".join([*map(re.escape, _TEXTS), rf"(?:{'|'.join(_TABLES)})\.parquet"])
_OURS = re.compile(
    rf"{re.escape(_LOCK)}|{FILES}|\.(?:{FILES})\.partial|\.\.peered\.json\.partial|\.sorting/.*"
    rf"|{PARTS}/(?:{PART.pattern}(?:\.damaged)?|\.new)"
    rf"|{VISITS}/seed=\d+/code=[\w.-]+/scenario=\w+/(?:replication=\d+\.parquet|\.replication=\d+\.parquet\.partial)"
    r"|figures/(?:FIGURE|\.FIGURE\.partial)".replace("FIGURE", r"(?:breakeven|finding|differences|sweep)\.(?:png|svg)")
)
"""Names of all files that a sweep or a break-even study writes, relative to its folder."""
SWEEP, BREAK_EVEN = "sweep", "breakeven"


def foreign_to_sweeps(folder: Path) -> list[str]:
    """Names in a folder that no sweep has written; a sweep goes on in a folder with nothing else in it."""
    if output_folder.is_marked_for(folder, SWEEP, BREAK_EVEN):
        return output_folder.foreign_by_name(folder, lambda name: _OURS.fullmatch(name) is not None)
    return sorted(path.name for path in folder.iterdir())


def write_scenarios(table: pd.DataFrame, folder: Path) -> None:
    """Write the scenarios asked for, in order; those of earlier commands stay below them, without a place."""
    file = folder / received_sweep.SCENARIOS
    earlier = received_sweep.read_scenarios(file) if file.exists() else table.iloc[:0]
    others = earlier[~earlier["scenario"].isin(table["scenario"])].assign(place=-1)
    write_table(pd.concat([table, others], ignore_index=True) if len(others) else table, file)


def read_sweep(folder: Path) -> received_sweep.ReceivedSweep:
    """What run.json and the scenarios say of a sweep. Raises ScenarioError where there is none that can be read."""
    if not folder.is_dir():
        remedy = "holds no sweep that can be read: give the results folder of a sweep (peered -m ...)"
        raise ScenarioError([Problem("run", repr(str(folder)), remedy)])
    received_sweep.check_entries(folder)
    facts = received_sweep.read_facts(folder / FACTS, received_sweep.SweepFacts)
    scenarios = received_sweep.read_scenarios(folder / received_sweep.SCENARIOS)
    wanted = scenarios[scenarios["place"] >= 0].sort_values("place")
    labels = dict(zip(wanted["scenario"], wanted["label"], strict=True))
    return received_sweep.ReceivedSweep(facts, labels, wanted)


class SweepLog:
    """Adds lines to the log, each with its time; may be used from any thread."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / LOG

    def say(self, text: str) -> None:
        """One event; further lines of its text are set in below the first."""
        first, *rest = (for_terminal(line) for line in text.rstrip().splitlines() or [""])
        lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {first}", *(f"    {line}" for line in rest)]
        # In one piece, so that lines of several threads do not mix.
        with suppress(OSError), self.file.open("ab", buffering=0) as log:
            log.write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))

    def start(self, command: str, facts: Mapping[str, Any], told: Mapping[str, object]) -> None:
        """A command begins: what was typed, with what, and where it stands."""
        versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
        described = "\n".join(f"{name}: {value}" for name, value in told.items())
        self.say(f"start: {command}\ncode {facts['code']}, Python {facts['python']}, {versions}\n{described}")

    def failed(self, result: RunResult) -> None:
        """A run that failed, with all that is known of it."""
        self.say(f"failed: {result.label}, replication {result.key.replication + 1}\n{result.traceback}")
