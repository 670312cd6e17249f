"""A comparison read back from the folder it was written into, with every number of its tables.

What its tables and scenarios do not tell stands in run.json under `comparison`. The folder may come from somebody else:
what cannot be such a comparison is refused, with its file and place.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from sim.analysis.compare import fields_of_scenarios
from sim.analysis.comparison_result import TABLES, Comparison, no_rows
from sim.analysis.scenario_facts import scenario_of
from sim.analysis.subgroups import AttributeName
from sim.analysis.valuation import Worth
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.measures.visit_groups import SUMS
from sim.io.bounded_reader import MIB, read_bytes
from sim.runs.received_sweep import (
    AS_WRITTEN,
    check_measures,
    read_facts,
    refuse_all,
    refuse_unreadable,
    shortened_text,
    shortened_value,
)
from sim.runs.result_tables import Results
from sim.runs.run_store import FACTS

SCENARIOS_FILE = "scenarios.json"
_MOST_SCENARIOS = 256 * MIB
"""Bytes of scenarios.json; nine staffings take half a million."""
_TEXTS = frozenset({
    "staffing", "baseline", "measure", "sentence", "stream", "quantity", "weekday", "index", "preset", "against",
    "by", "group", "source",
})  # fmt: skip
"""Columns of text; all others hold numbers."""
_COLUMNS: Mapping[str, str] = {
    "estimates": "demand staffing measure mean low high half_width sd n",
    "differences": "demand staffing baseline measure mean low high half_width sd n correlation many_leave "
    "no_steady_state simultaneous_half_width sentence",
    "cautions": "demand staffing leaving unfinished unfinished_limit wait_first_third wait_last_third many_leave "
    "no_steady_state",
    "changes": "demand staffing stream quantity n sooner same later p10 p50 p90 mean",
    "week": "demand staffing hour_of_week weekday hour present mh_present peers_on_duty",
    "waits": "demand staffing stream acuity from_minute to_minute share",
    "returns": "demand staffing index days returned standard_error",
    "followed": "demand staffing index days at_risk",
    "alone": "demand staffing from_minute to_minute share",
    "worth": "demand staffing preset mean low high half_width",
    "assumptions": "staffing measure mean low high beyond_chance n",
    "chances": "measure staffing against probability",
    "paying": "staffing preset at_low at_none at_high turn_low turn turn_high",
    "cloud": "staffing source number measure value",
    "benefit": "staffing preset times mean probability regret beyond_chance",
    "groups": f"demand staffing replication by group {' '.join(SUMS)}",
}
"""Columns of each table that an answer is made of."""
_ALWAYS = ("estimates", "cautions")


class ComparisonFacts(BaseModel):
    """What run.json says of a comparison beyond its tables and scenarios; the names are fields of `Comparison`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    baseline: str
    levels: Annotated[tuple[float, ...], Field(min_length=1)]
    replications: int
    n_finished: int
    n_planned: int
    draw_weeks: int
    changed: tuple[str, ...]
    notes: tuple[str, ...]
    money_notes: tuple[str, ...]
    valued: tuple[Worth, ...]
    by: tuple[AttributeName, ...] = ()


class _Facts(BaseModel):
    """The parts of run.json that a comparison is read from."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    confidence: float
    comparison: ComparisonFacts


def facts_of_comparison(comparison: Comparison) -> dict[str, Any]:
    """What `stored_comparison` needs from run.json beside the confidence."""
    found = {name: getattr(comparison, name) for name in ComparisonFacts.model_fields}
    return {"comparison": ComparisonFacts(**found).model_dump(mode="json")}


def stored_comparison(folder: Path) -> Comparison:
    """The comparison of a results folder. Raises FileNotFoundError, and ScenarioError with what is wrong with it."""
    results = Results(folder)  # refuses links, pipes and what is no folder of results
    facts = read_facts(folder / FACTS, _Facts)
    scenarios = _scenarios(folder / SCENARIOS_FILE)
    if facts.comparison.baseline not in scenarios:
        value = shortened_value(facts.comparison.baseline)
        raise ScenarioError([Problem(f"{folder / FACTS}, baseline", value, f"not in {SCENARIOS_FILE}: {AS_WRITTEN}")])
    of_scenarios = fields_of_scenarios(scenarios, facts.comparison.baseline)  # costs among them
    refuse_all([Problem(f"{folder}, table {name}", "not there", AS_WRITTEN) for name in _ALWAYS if name not in results])
    tables: dict[str, Any] = stored_tables(results, [name for name in TABLES if name not in of_scenarios], scenarios)
    tables.setdefault("differences", no_rows())
    return Comparison(
        **{**of_scenarios, **{name: getattr(facts.comparison, name) for name in ComparisonFacts.model_fields}},
        labels={name: scenario.staffing.label or name for name, scenario in scenarios.items()},
        confidence=facts.confidence,
        **tables,
    )


def stored_tables(results: Results, names: Iterable[str], staffings: Container[str]) -> dict[str, pd.DataFrame]:
    """Those of the named tables that are in a folder and have rows, their columns checked. Raises ScenarioError."""
    read = {name: results.read(name) for name in names if name in results}
    tables = {name: table for name, table in read.items() if len(table)}  # without rows no column has a type
    wrong = (_wrong_columns(results.folder, name, table, staffings) for name, table in tables.items())
    refuse_all([problem for problems in wrong for problem in problems])
    measures = {name for table in tables.values() if "measure" in table for name in table["measure"].unique()}
    check_measures(sorted(measures), results.folder)
    return tables


def _scenarios(file: Path) -> dict[str, Scenario]:
    """The scenarios of a comparison by staffing. Raises ScenarioError."""
    with refuse_unreadable(file):
        text = read_bytes(file, _MOST_SCENARIOS)
    try:
        contents = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError([Problem(str(file), "no JSON", f"{shortened_text(str(error))}: {AS_WRITTEN}")]) from error
    if not isinstance(contents, dict) or not contents:
        raise ScenarioError([Problem(str(file), shortened_value(contents), f"no scenarios by staffing: {AS_WRITTEN}")])
    found = {name: scenario_of(json.dumps(content)) for name, content in contents.items()}
    wrong = f"no scenario of this version of PeerED: {AS_WRITTEN}"
    refuse_all([Problem(str(file), shortened_value(name), wrong) for name, each in found.items() if each is None])
    return {name: each for name, each in found.items() if each is not None}


def _wrong_columns(folder: Path, name: str, table: pd.DataFrame, staffings: Container[str]) -> Iterator[Problem]:
    """What keeps a table from being one of a comparison of these scenarios."""
    for column in _COLUMNS[name].split():
        place = f"{folder}, table {name}, column {column}"
        if column not in table:
            yield Problem(place, "not there", AS_WRITTEN)
        elif column in _TEXTS and not all(isinstance(value, str) for value in table[column].unique()):
            yield Problem(place, "not all text", AS_WRITTEN)
        elif column not in _TEXTS and not pd.api.types.is_numeric_dtype(table[column]):
            yield Problem(place, f"of type {shortened_text(str(table[column].dtype))}", f"no numbers: {AS_WRITTEN}")
    if "staffing" in table and (unknown := [each for each in table["staffing"].unique() if each not in staffings]):
        place = f"{folder}, table {name}, column staffing"
        yield Problem(place, shortened_value(unknown[0]), f"not among the scenarios: {AS_WRITTEN}")
