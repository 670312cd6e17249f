"""What is to be played: scenarios by label on the same seeds, and the tasks that are made of them.

How tasks are played is `sim.runs.playing`, where their results are kept `sim.runs.run_store`.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.department.scenario import Scenario
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import Trajectory
from sim.runs.engines import COMPILED
from sim.runs.event_export import EVENT_SUFFIXES
from sim.runs.stopping_rules import StoppingRules
from sim.statistics.arrays import IntArray


class RunKey(NamedTuple):
    """A run of one seed and version of the code: hash of the scenario's content, and the replication."""

    scenario: str
    replication: int


class EventLog(NamedTuple):
    """An event log to write: its format, folder and name, and the Monday of week 0."""

    kind: str
    folder: Path
    name: str
    first_monday: date

    @property
    def path(self) -> Path:
        """The file it is written to."""
        return self.folder / f"{self.name}{EVENT_SUFFIXES[self.kind]}"


@dataclass(frozen=True)
class RunFiles:
    """What of a run is written beside its measures: all visits, with `columns` of one value each, and its events."""

    visits: Path
    columns: Mapping[str, float | str] = field(default_factory=dict)
    events: EventLog | None = None

    def are_there(self) -> bool:
        """Whether all of them were written."""
        return self.visits.is_file() and (self.events is None or self.events.path.is_file())


FilesOfRun = Callable[[str, int], RunFiles | None]
"""What is written of the run of a label and a replication, if anything."""


def no_files(*_: object) -> None:
    """Nothing is written of any run."""


class Reduced(NamedTuple):
    """What is kept of a trajectory: values by name, further tables, and what later runs of a task are matched with."""

    values: Mapping[str, float]
    summary: Any = None
    outcomes: Mapping[str, np.ndarray] | None = None


Reduce = Callable[[Trajectory, Scenario, Mapping[str, np.ndarray] | None], Reduced]
"""Reduces a run; the last argument holds the outcomes of the first run of the task, None in that run itself."""


def measures_alone(trajectory: Trajectory, scenario: Scenario, _: object = None) -> Reduced:
    """Every measure of a run, and nothing else."""
    return Reduced(measure(trajectory, scenario))


class PlannedRun(NamedTuple):
    """One replication of one scenario. `files`: what to write of it, if anything.

    `repeats`: it cannot differ from the first run of its task, whose results are taken for it.
    """

    key: RunKey
    label: str
    scenario: Scenario
    files: RunFiles | None = None
    repeats: bool = False


@dataclass(frozen=True)
class RunTask:
    """One replication of one scenario, or of several that are matched patient by patient with the first."""

    name: str
    runs: tuple[PlannedRun, ...]
    replication: int
    seed: int
    engine: str = COMPILED
    reduce: Reduce = measures_alone

    def __str__(self) -> str:
        return f"{self.name}, replication {self.replication + 1}"


_Group = tuple[str, ...]
"""Labels of scenarios that are played together."""


@dataclass(frozen=True)
class Design:
    """Scenarios by label, the baseline first, and how many replications of each are played, where and with what seed.

    `groups`: scenarios that one task plays on the same patients, by the name of the group, the first of each being the
    one that the others are matched with; None: each by itself. Groups named in `first_groups` are played before the
    others. `seeds`: of groups that have one of their own. `rules`: what decides how many replications there are beyond
    the first `replications`. `hashed`: the `keys`, if they are known; `matters`: the `result_keys`, likewise.
    """

    scenarios: Mapping[str, Scenario]
    replications: int
    seed: int
    engine: str = COMPILED
    executor: str = "threads"
    workers: int | None = None
    address: str | None = None
    confidence: float = 0.95
    rules: StoppingRules = field(default_factory=StoppingRules)
    keep_visits: bool = False
    groups: Mapping[str, _Group] | None = None
    seeds: Mapping[str, int] = field(default_factory=dict)
    first_groups: Set[str] = frozenset()
    reduce: Reduce = measures_alone
    hashed: Mapping[str, str] | None = None
    matters: Mapping[str, str] | None = None

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Hash of the content of each scenario, by label."""
        return self.hashed or {label: scenario.content_hash() for label, scenario in self.scenarios.items()}

    @cached_property
    def result_keys(self) -> Mapping[str, str]:
        """Hash of what can matter in each scenario, by label: of those with the same one is played."""
        return self.matters or {label: scenario.result_key() for label, scenario in self.scenarios.items()}

    @cached_property
    def played_together(self) -> Mapping[str, _Group]:
        """Labels of which one task plays a replication, by the name of the task.

        Without groups they are those that cannot differ, of which the first is played, unless the visits of each are
        to be written.
        """
        if self.groups is not None:
            return self.groups
        if self.keep_visits:
            return {label: (label,) for label in self.labels.values()}
        found: dict[str, list[str]] = {}
        for label in self.labels.values():
            found.setdefault(self.result_keys[label], []).append(label)
        return {labels[0]: tuple(labels) for labels in found.values()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels by hash, the baseline first; of scenarios with the same content the first."""
        found: dict[str, str] = {}
        for label, key in self.keys.items():
            found.setdefault(key, label)
        return found

    @property
    def families(self) -> list[_Group]:
        """Scenarios that stopping rules look at together, each with its baseline first."""
        return [tuple(self.scenarios)] if self.groups is None else list(self.groups.values())

    @property
    def n_runs(self) -> int:
        """Runs of the first round; there is no other unless a precision or the best is asked for."""
        return self.replications * len(self.scenarios)

    @property
    def n_tasks(self) -> int:
        """Tasks of the first round."""
        return self.replications * len(self.played_together)

    def n_tasks_for(self, numbers: IntArray) -> int:
        """Tasks of so many replications of each scenario."""
        wanted = dict(zip(self.scenarios, map(int, numbers), strict=True))
        return sum(max(wanted[label] for label in group) for group in self.played_together.values())

    def with_warm_up(self, weeks: int) -> "Design":
        """The same with so many weeks of warm-up in every scenario."""
        scenarios = {
            label: scenario.model_copy(update={"period": scenario.period.model_copy(update={"warm_up_weeks": weeks})})
            for label, scenario in self.scenarios.items()
        }
        return replace(self, scenarios=scenarios, hashed=None, matters=None)

    def table(self) -> pd.DataFrame:
        """The scenarios in their order: scenario (hash), label, place, content (JSON)."""
        contents = [self.scenarios[label].model_dump_json() for label in self.labels.values()]
        named = {"scenario": list(self.labels), "label": list(self.labels.values())}
        return pd.DataFrame({**named, "place": np.arange(len(contents)), "content": contents})

    def tasks(
        self,
        done: Set[RunKey] = frozenset(),
        numbers: IntArray | None = None,
        files: FilesOfRun = no_files,
    ) -> list[RunTask]:
        """What is not done yet, first replications first, so that a study cut short has all scenarios.

        Inputs: `numbers`, replications of each scenario (None: the first ones); `files`, what to write of the run of
        a label and replication. A group of which a run is missing is played whole.
        """
        if numbers is None:
            numbers = np.full(len(self.scenarios), self.replications)
        wanted = dict(zip(self.scenarios, map(int, numbers), strict=True))
        groups = self.played_together
        last = {name: max(wanted[label] for label in labels) for name, labels in groups.items()}
        order = sorted(
            (name not in self.first_groups, replication, place, name)
            for place, name in enumerate(groups)
            for replication in range(last[name])
        )
        found = []
        for _, replication, _, name in order:
            keys = {label: RunKey(self.keys[label], replication) for label in groups[name]}
            if self.groups is None:
                keys = {label: key for label, key in keys.items() if key not in done and replication < wanted[label]}
            if not done >= set(keys.values()):
                runs = tuple(
                    PlannedRun(key, label, self.scenarios[label], files(label, replication), self._repeats(place))
                    for place, (label, key) in enumerate(keys.items())
                )
                seed = self.seeds.get(name, self.seed)
                of_task = name if self.groups is not None else runs[0].label
                found.append(RunTask(of_task, runs, replication, seed, self.engine, self.reduce))
        return found

    def _repeats(self, place: int) -> bool:
        """Whether a run at this place of its task is taken from the first."""
        return self.groups is None and place > 0


def at_demand(scenario: Scenario, level: float) -> Scenario:
    """The scenario with growth multiplied."""
    if level == 1.0:
        return scenario
    factors = {"growth": scenario.demand.growth * level}
    mental = getattr(scenario.demand, "mh_growth", None)
    if mental is not None:
        factors["mh_growth"] = mental * level
    return scenario.model_copy(update={"demand": scenario.demand.model_copy(update=factors)})
