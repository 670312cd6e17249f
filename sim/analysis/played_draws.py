"""The draws of the assumptions that a study has played, kept as two tables: what was drawn, and what came of it.

`draws`: a row a draw, and for each row of the register that moved in it the quantile drawn, between 0 and 1.
`drawn_runs`: draw, again (whether it is the second run of the draw), staffing, measure, value. What else is needed to
read them stands in run.json under `drawn`. The folder may come from somebody else: what cannot be such tables, or was
drawn with another register, is refused with its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from sim.analysis.assumption_spread import DrawnRuns
from sim.analysis.scenario_facts import is_swap
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.plain_data import copied
from sim.register.draw_table import digest_of_register
from sim.register.drawn_scenarios import keys_with_own_values, places_of_rows
from sim.register.draws import DERIVED, AssumptionCube, dimension_of, shipped_cube
from sim.runs.received_sweep import AS_WRITTEN, check_measures, read_facts, refuse_all
from sim.runs.result_tables import Results
from sim.runs.run_store import FACTS
from sim.statistics.arrays import BoolArray, FloatArray

DRAWS, DRAWN_RUNS = "draws", "drawn_runs"
"""Names of the two tables."""
LOW_QUANTILE, HIGH_QUANTILE = 0.02, 0.98
"""Quantiles between which a row is moved to see what is derived from it."""


@dataclass(frozen=True)
class PlayedDraws:
    """Draws and what came of them: `quantiles` (draws, rows) of the `rows` of the register that moved, the runs,
    `labels` of staffings, and which of these are stress tests, `swaps`, and no choice."""

    rows: tuple[str, ...]
    quantiles: FloatArray
    drawn: DrawnRuns
    labels: Mapping[str, str]
    swaps: tuple[str, ...] = ()

    def numbers(self, row: str) -> FloatArray:
        """The first number of a row in each draw, in the row's unit."""
        places = np.full((len(self.quantiles), len(shipped_cube().dimensions)), 0.5)
        places[:, shipped_cube().dimensions.index(row)] = self.quantiles[:, self.rows.index(row)]
        return shipped_cube().values_at(places)[row][:, 0]

    def where(self, kept: BoolArray) -> "PlayedDraws":
        """The same with some of the draws only."""
        runs = replace(self.drawn, first=self.drawn.first[kept], again=self.drawn.again[kept])
        return replace(self, quantiles=self.quantiles[kept], drawn=runs)

    @property
    def choices(self) -> DrawnRuns:
        """The runs without stress tests."""
        return self.drawn.without(self.swaps)


class _Drawn(BaseModel):
    """What run.json says of draws."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    register_digest: str
    weeks: int
    confidence: float
    labels: Annotated[dict[str, str], Field(min_length=2)]
    swaps: tuple[str, ...] = ()


class _Facts(BaseModel):
    """The part of run.json that draws are read with; folders without draws have none."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    drawn: _Drawn | None = None


def played_draws(drawn: DrawnRuns, places: FloatArray, scenarios: Mapping[str, Scenario]) -> PlayedDraws:
    """Draws at places (n, dimensions) of the cube that were played with scenarios by staffing, the baseline first."""
    cube = shipped_cube()
    rows = rows_moved(list(scenarios.values()), cube)
    columns = [cube.dimensions.index(row) for row in rows]
    base = scenarios[drawn.staffings[0]]
    labels = {name: scenarios[name].staffing.label or name for name in drawn.staffings}
    swaps = tuple(name for name in drawn.staffings[1:] if is_swap(scenarios[name], base))
    known = np.asarray(np.isfinite(drawn.first).any(axis=(1, 2)), dtype=np.bool_)
    return PlayedDraws(rows, cube.correlated(places)[:, columns], drawn, labels, swaps).where(known)


def rows_moved(scenarios: Sequence[Scenario], cube: AssumptionCube) -> tuple[str, ...]:
    """Rows whose draw moves a number of one of the scenarios, by itself or by what is derived from it."""
    apart = keys_with_own_values(scenarios, cube)
    held = {
        one.key.id
        for scenario in scenarios
        for one in places_of_rows(copied(scenario.model_dump()), cube)
        if one.is_as_assumed and one.key.key not in apart
    }
    moving = {dimension_of(cube.register[row]) for row in held if row not in DERIVED}
    n = len(cube.dimensions)
    places = np.vstack([np.full((1, n), LOW_QUANTILE), np.where(np.eye(n, dtype=bool), HIGH_QUANTILE, LOW_QUANTILE)])
    values = cube.values_at(places)
    for row in held & DERIVED.keys():
        changed = (values[row][1:] != values[row][:1]).any(axis=1)
        moving |= {cube.dimensions[number] for number in np.flatnonzero(changed)}
    return tuple(row for row in cube.dimensions if row in moving)


def tables_of_draws(played: PlayedDraws) -> dict[str, pd.DataFrame]:
    """Both tables, by name."""
    numbers = np.arange(1, len(played.quantiles) + 1)
    draws = pd.DataFrame(played.quantiles, columns=list(played.rows))
    draws.insert(0, "draw", numbers)
    runs = pd.concat(
        [runs_table(played.drawn, values, numbers).assign(again=again) for again, values in enumerate_runs(played)],
        ignore_index=True,
    )
    return {DRAWS: draws, DRAWN_RUNS: runs[["draw", "again", "staffing", "measure", "value"]]}


def enumerate_runs(played: PlayedDraws) -> Iterable[tuple[bool, FloatArray]]:
    """Values of the first runs and of the second."""
    return ((False, played.drawn.first), (True, played.drawn.again))


def runs_table(drawn: DrawnRuns, values: FloatArray, numbers: np.ndarray) -> pd.DataFrame:
    """Values (draws, staffings, measures) that are known, a row each."""
    n_staffings, n_measures = len(drawn.staffings), len(drawn.measures)
    table = pd.DataFrame({
        "draw": np.repeat(numbers, n_staffings * n_measures),
        "staffing": np.tile(np.repeat(np.asarray(drawn.staffings, dtype=object), n_measures), len(numbers)),
        "measure": np.tile(np.asarray(drawn.measures, dtype=object), len(numbers) * n_staffings),
        "value": values.ravel(),
    })  # fmt: skip
    return table[np.isfinite(values.ravel())]


def facts_of_draws(played: PlayedDraws) -> dict[str, Any]:
    """What `read_played_draws` needs from run.json."""
    found = _Drawn(
        register_digest=digest_of_register(shipped_cube()), weeks=played.drawn.weeks, swaps=played.swaps,
        confidence=played.drawn.confidence, labels=dict(played.labels),
    )  # fmt: skip
    return {"drawn": found.model_dump(mode="json")}


def read_played_draws(folder: Path) -> PlayedDraws:
    """The draws of a results folder. Raises ScenarioError with what is wrong with it."""
    if not folder.is_dir():
        raise ScenarioError([Problem("run", str(folder), f"no such folder; {PLAY_DRAWS}")])
    facts = read_facts(folder / FACTS, _Facts).drawn if (folder / FACTS).is_file() else None
    if facts is None:
        raise ScenarioError([Problem("run", str(folder), f"holds no draws of the assumptions; {PLAY_DRAWS}")])
    if facts.register_digest != digest_of_register(shipped_cube()):
        remedy = f"its ranges are those of another assumption register than this version has: {PLAY_ANEW}"
        raise ScenarioError([Problem(f"{folder / FACTS}, drawn", facts.register_digest, remedy)])
    results = Results(folder)
    refuse_all(
        [Problem(f"{folder}, table {name}", "not there", AS_WRITTEN) for name in TABLES_NEEDED if name not in results]
    )
    draws, runs = results.read(DRAWS), results.read(DRAWN_RUNS)
    refuse_all(faults_of_tables(folder, draws, runs, facts))
    rows = tuple(str(name) for name in draws if name != "draw")
    drawn = DrawnRuns(tuple(facts.labels), *_values(draws, runs, tuple(facts.labels)), facts.weeks, facts.confidence)
    check_measures(list(drawn.measures), folder)
    return PlayedDraws(rows, draws[list(rows)].to_numpy(float), drawn, facts.labels, facts.swaps)


TABLES_NEEDED = (DRAWS, DRAWN_RUNS)
PLAY_DRAWS = "play a comparison with study.assumptions=true, or study=sensitivity without run="
PLAY_ANEW = "play it again"
_COLUMNS_OF_RUNS = ("draw", "again", "staffing", "measure", "value")


def faults_of_tables(folder: Path, draws: pd.DataFrame, runs: pd.DataFrame, facts: _Drawn) -> list[Problem]:
    """What keeps two tables from being those of `tables_of_draws`."""

    def fault(table: str, column: str, value: object) -> Problem:
        return Problem(f"{folder}, table {table}, column {column}", str(value), AS_WRITTEN)

    missing = [fault(DRAWN_RUNS, name, "not there") for name in _COLUMNS_OF_RUNS if name not in runs]
    missing += [fault(DRAWS, "draw", "not there")] if "draw" not in draws else []
    if missing:
        return missing
    known = set(shipped_cube().dimensions)
    found = [fault(DRAWS, str(name), "no drawn row of the register") for name in draws if name not in {*known, "draw"}]
    for name in known & set(draws):
        values = pd.to_numeric(draws[name], errors="coerce").to_numpy(float)
        if not ((values >= 0.0) & (values <= 1.0)).all():
            found.append(fault(DRAWS, name, "holds what is no number from 0 to 1"))
    foreign = sorted(set(runs["staffing"].astype(str)) - set(facts.labels))
    found += [fault(DRAWN_RUNS, "staffing", name) for name in foreign]
    if not set(runs["draw"]) <= set(draws["draw"]) or draws["draw"].duplicated().any():
        found.append(fault(DRAWN_RUNS, "draw", "numbers that are not those of the draws"))
    if not pd.api.types.is_numeric_dtype(runs["value"]):
        found.append(fault(DRAWN_RUNS, "value", "holds what is no number"))
    return found


def _values(
    draws: pd.DataFrame, runs: pd.DataFrame, staffings: tuple[str, ...]
) -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Measures, and values (draws, staffings, measures) of the first runs and of the second."""
    measures = tuple(dict.fromkeys(runs["measure"].astype(str)))
    places = [
        pd.Categorical(column, categories=list(known)).codes
        for column, known in ((runs["draw"], draws["draw"]), (runs["staffing"], staffings), (runs["measure"], measures))
    ]
    values = np.full((2, len(draws), len(staffings), len(measures)), np.nan)
    values[(runs["again"].to_numpy(int), *places)] = runs["value"].to_numpy(float)
    return measures, values[0], values[1]
