"""What stands in the folder of a sweep, checked before anything is done with it: somebody else may have written it.

Files are read through the models and column types below. What the tables mean is `sim.runs.run_store`.
"""

import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import duckdb
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, Json, TypeAdapter, ValidationError, model_validator

from sim.department.scenario import Problem, ScenarioError
from sim.department.short_text import cut_end
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.number_text import counted
from sim.io import sql
from sim.io.bounded_reader import MIB, UnreadableFile, open_regular, read_bytes
from sim.runs.output_folder import entries_below
from sim.runs.stopping_rules import StoppingRules, faults_of_rules

_MOST_ENTRIES: Final = 10_000_000
"""Files and folders below a results folder."""
MOST_FACTS: Final = 16 * MIB
"""Bytes of run.json; the command of a sweep may name many values."""
MOST_TABLE: Final = 512 * MIB
"""Bytes of a table that is read into memory."""
_MOST_ROWS: Final = 5_000_000
MOST_TEXT: Final = 1024 * MIB
"""Characters of a table, unpacked."""
_MOST_SCENARIOS: Final = 100_000
_LONGEST_LABEL: Final = 20_000
MOST_REPLICATIONS_READ: Final = 100_000
MOST_VALUES_READ: Final = 2**29
"""Measures of runs held in memory at once: 4 GiB."""
_MOST_NAMED: Final = 10
"""Problems named; the rest is counted."""
AS_WRITTEN: Final = "take the folder as peered wrote it, or play the sweep again"
_LONGEST_SHOWN: Final = 80
_LONGEST_SHOWN_WITH_REASON: Final = 30
"""Of a value in a sentence that goes on with what is wrong, and is cut as a whole."""

ColumnKind = Literal["text", "whole numbers", "numbers", "true or false"]
TYPES_OF_KIND: Final[Mapping[ColumnKind, frozenset[str]]] = {
    "text": frozenset({"VARCHAR", "ENUM"}),
    "whole numbers": frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}),
    "numbers": frozenset({"DOUBLE", "FLOAT"}),
    "true or false": frozenset({"BOOLEAN"}),
}
PART_COLUMNS: Final[Mapping[str, ColumnKind]] = {
    "scenario": "text", "label": "text", "seed": "whole numbers", "replication": "whole numbers", "code": "text",
    "status": "text", "measure": "text", "value": "numbers", "traceback": "text",
}  # fmt: skip
"""Of a part: a row for each measure of a run that is `done`, one row for a run that `failed`."""
SCENARIOS, CONTROLLED = "scenarios.parquet", "controlled.parquet"
WARM_UP, WARM_UP_DAYS = "warm_up.parquet", "warm_up_days.parquet"
COLUMNS_READ: Final[Mapping[str, Mapping[str, ColumnKind]]] = {
    SCENARIOS: {"scenario": "text", "label": "text", "place": "whole numbers", "content": "text"},
    CONTROLLED: {"of": "text", "measure": "text", "variance_ratio": "numbers", "loss_factor": "numbers"},
    WARM_UP: {
        "pilot": "text", "label": "text", "series": "text", "n_weeks": "whole numbers", "n_days": "whole numbers",
        "reliable": "true or false", "seed": "whole numbers", "code": "text",
    },
    WARM_UP_DAYS: {"label": "text", "series": "text", "day": "whole numbers", "mean": "numbers"},
}  # fmt: skip
"""Of each table of a sweep that a later command reads, the columns that are looked at."""


# --- the folder ---


def check_entries(folder: Path) -> None:
    """Refuse a folder that holds a link, a pipe or a device: through them others would be read or written.

    Raises ScenarioError. A folder that is not there yet is left to those who make it.
    """
    problems = []
    try:
        for number, (name, entry) in enumerate(entries_below(folder) if folder.exists() else ()):
            mode = entry.stat(follow_symlinks=False).st_mode
            if number >= _MOST_ENTRIES:
                remedy = f"more than {_MOST_ENTRIES:,} files: give the results folder of one sweep"
                raise ScenarioError([Problem(str(folder), "too many files", remedy)])
            if stat.S_ISLNK(mode):
                remedy = "a results folder holds no links: put the file itself there"
                problems.append(Problem(str(folder / name), "a link", remedy))
            elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                remedy = "no file of a sweep: take it out"
                problems.append(Problem(str(folder / name), "a pipe, a socket or a device", remedy))
    except OSError as error:
        place = Path(error.filename or folder)
        remedy = f"cannot be read ({error.strerror}): {AS_WRITTEN}"
        raise ScenarioError([Problem(str(place), repr(place.name), remedy)]) from error
    refuse_all(problems)


def refuse_all(problems: Sequence[Problem]) -> None:
    """Raise ScenarioError with the first problems and the number of the others, if there are any."""
    if not problems:
        return
    named = list(problems[:_MOST_NAMED])
    if len(problems) > _MOST_NAMED:
        last = named[-1]
        more = f"; and {counted(len(problems) - _MOST_NAMED, 'more problem')} of this kind"
        named[-1] = Problem(last.path, last.value, last.remedy + more)
    raise ScenarioError(named)


@contextmanager
def refuse_unreadable(place: Path | str, what: str = "no Parquet that can be read") -> Iterator[None]:
    """Raise ScenarioError for a file that cannot be read in the block, or in which the database finds no table.

    `place` and `what` say where and what that is, if the database does not.
    """
    try:
        yield
    except UnreadableFile as error:
        raise ScenarioError([Problem(str(error.path), error.value, error.remedy)]) from error
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise ScenarioError([Problem(str(place), what, f"{sql.first_line(error)}: {AS_WRITTEN}")]) from error


# --- run.json ---


class SweepFacts(BaseModel):
    """What run.json says of a sweep, as far as its results depend on it; other keys are not looked at."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    seed: Annotated[int, Field(ge=0, lt=2**63)]
    code: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS_READ)]
    confidence: Annotated[float, Field(gt=0, lt=1)]
    command: Annotated[list[str], Field(max_length=10_000)]
    asked: StoppingRules = Field(default_factory=StoppingRules)
    study: str = "sweep"
    draw_weeks: Annotated[int, Field(ge=0)] = 0
    shown: Annotated[list[str], Field(max_length=1_000)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _can_be_asked(self) -> "SweepFacts":
        for problem in faults_of_rules(
            self.asked, self.replications, lambda name: "" if is_known(name) else "no measure"
        ):
            value = cut_end(problem.value, _LONGEST_SHOWN_WITH_REASON)
            raise ValueError(f"asked, {problem.path} = {value}: {problem.remedy}")
        if self.asked.in_rounds and not self.replications <= self.asked.most_replications <= MOST_REPLICATIONS_READ:
            raise ValueError(f"asked: most_replications is not between replications and {MOST_REPLICATIONS_READ}")
        return self


@dataclass(frozen=True)
class ReceivedSweep:
    """A sweep read from its folder. `labels`: by hash of the scenario, the baseline first; `scenarios`: the rows of
    `scenarios.parquet` in the same order."""

    facts: SweepFacts
    labels: Mapping[str, str]
    scenarios: pd.DataFrame


_Facts = TypeVar("_Facts", bound=BaseModel)


def read_facts(file: Path, kind: type[_Facts]) -> _Facts:
    """What run.json says, as far as `kind` asks for it. Raises ScenarioError with all that is wrong with it."""
    with refuse_unreadable(file), refuse_invalid(lambda place: ".".join([str(file), *map(str, place)])):
        return kind.model_validate_json(read_bytes(file, MOST_FACTS))


@contextmanager
def refuse_invalid(place_of: Callable[[tuple[int | str, ...]], str]) -> Iterator[None]:
    """Raise ScenarioError with everything that a model of pydantic found wrong in the block, each at its place."""
    try:
        yield
    except ValidationError as error:
        problems = []
        for one in error.errors(include_url=False):
            value = "no JSON" if one["type"] == "json_invalid" else shortened_value(one["input"])
            problems.append(Problem(place_of(one["loc"]), value, f"{shortened_text(one['msg'])}: {AS_WRITTEN}"))
        refuse_all(problems)


def shortened_value(value: object) -> str:
    """The repr of a value, cut where it is long."""
    try:
        return shortened_text(repr(value))
    except ValueError:  # a whole number of thousands of digits
        return f"a {type(value).__name__} of great length"


def shortened_text(text: str) -> str:
    return cut_end(text, _LONGEST_SHOWN)


# --- tables ---


def check_columns(
    connection: duckdb.DuckDBPyConnection, file: Path, columns: Mapping[str, ColumnKind]
) -> Iterator[Problem]:
    """What keeps a Parquet file from being read as a table with these columns."""
    try:
        with refuse_unreadable(file), open_regular(file, 2**62):
            relation = sql.parquet(connection, [file])
    except ScenarioError as error:
        yield from error.problems
        return
    there = dict(zip(relation.columns, map(str, relation.types), strict=True))
    for name, kind in columns.items():
        if name not in there:
            yield Problem(f"{file}, column {name}", "not there", AS_WRITTEN)
        elif there[name].partition("(")[0] not in TYPES_OF_KIND[kind]:
            remedy = f"{kind} should stand there: {AS_WRITTEN}"
            yield Problem(f"{file}, column {name}", f"of type {shortened_text(there[name])}", remedy)


def check_parts(folder: Path, parts: Sequence[Path]) -> None:
    """Refuse parts below a folder that are no tables of runs, whatever the hash in their names says.

    Raises ScenarioError.
    """
    if not parts:
        return
    with sql.connection_in(folder) as connection:
        refuse_all([problem for part in parts for problem in check_columns(connection, part, PART_COLUMNS)])


def read_checked(file: Path) -> pd.DataFrame:
    """The `COLUMNS_READ` of a table of a sweep, of bounded size, their types checked. Raises ScenarioError."""
    columns = COLUMNS_READ[file.name]
    listed = ", ".join(columns)  # names of our own
    texts = [name for name, kind in columns.items() if kind == "text"]
    length = " + ".join(f"coalesce(sum(length({name})), 0)" for name in texts) or "0"
    with refuse_unreadable(file):
        open_regular(file, MOST_TABLE).close()
        with sql.connection_in(file.parent) as connection:
            refuse_all(list(check_columns(connection, file, columns)))
            received = sql.parquet(connection, [file])
            ((rows, characters),) = received.aggregate(f"count(*), {length}").fetchall()
            if rows > _MOST_ROWS or characters > MOST_TEXT:
                found = f"{rows:,} rows with {characters:,} characters"
                raise ScenarioError([Problem(str(file), found, f"larger than such a table is: {AS_WRITTEN}")])
            table: pd.DataFrame = received.project(listed).df()
    empty = [name for name, kind in columns.items() if kind != "numbers" and table[name].isna().any()]
    refuse_all([Problem(f"{file}, column {name}", "an empty cell", AS_WRITTEN) for name in empty])
    return table


class SweptRow(BaseModel):
    """A row of the scenarios; `place` -1: not of the last command; `content`: the scenario in JSON."""

    model_config = ConfigDict(strict=True)

    scenario: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    label: Annotated[str, Field(min_length=1, max_length=_LONGEST_LABEL)]
    place: Annotated[int, Field(ge=-1, lt=_MOST_SCENARIOS)]
    content: Json[dict[str, object]]


_ROWS: Final = TypeAdapter(list[SweptRow])


def read_scenarios(file: Path) -> pd.DataFrame:
    """Every scenario a sweep was ever asked for: scenario, label, place (-1: not of the last command), content (JSON).

    Raises ScenarioError where what stands there cannot be such.
    """
    table = read_checked(file)
    if len(table) > _MOST_SCENARIOS:
        found = f"{len(table):,} scenarios"
        raise ScenarioError([Problem(str(file), found, f"at most {_MOST_SCENARIOS:,} are read: {AS_WRITTEN}")])
    with refuse_invalid(lambda place: f"{file}, " + ", ".join(map(str, (f"row {int(place[0]) + 1}", *place[1:])))):
        _ROWS.validate_python(table.to_dict("records"))
    wanted = table[table["place"] >= 0]
    if wanted.empty:
        raise ScenarioError([Problem(str(file), "no scenario", f"a sweep has one at least: {AS_WRITTEN}")])
    refuse_all(
        [
            Problem(f"{file}, {column}", shortened_value(value), f"twice: {AS_WRITTEN}")
            for column in ("scenario", "label")
            for value in wanted[column][wanted[column].duplicated()]
        ]
    )
    return table


def is_known(name: object) -> bool:
    """Whether this version has a measure."""
    return isinstance(name, str) and name.partition(".")[0] in MEASURE_BY_KEY


def check_measures(names: Sequence[object], folder: Path) -> None:
    """Refuse measures that are not in the catalogue. Raises ScenarioError."""
    remedy = f"no measure of this version of PeerED: {AS_WRITTEN}"
    unknown = [shortened_value(name) for name in names if not is_known(name)]
    refuse_all([Problem(f"{folder}, measure", name, remedy) for name in unknown])


def check_size(n_scenarios: int, n_measures: int, replications: int, folder: Path) -> None:
    """Refuse more values than fit into memory. Raises ScenarioError."""
    n = n_scenarios * n_measures * replications
    if n > MOST_VALUES_READ:
        found = f"{n_scenarios:,} scenarios of {replications:,} replications with {n_measures:,} measures"
        most = f"{MOST_VALUES_READ * 8 / 2**30:.3g} GiB"
        remedy = f"{n * 8 / 2**30:.3g} GiB of values, {most} are read at most: split the sweep"
        raise ScenarioError([Problem(str(folder), found, remedy)])
