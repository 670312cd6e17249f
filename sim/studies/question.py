"""The question that a command makes of what it is asked: its settings, scenarios, files and where its answer goes.

`STUDIES` maps the name of a study to the class of its settings, `AnySettings` is their tagged union on `name`.
Questions are made by `sim.config`, and answered by the studies.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Union

from pydantic import BeforeValidator, Field

from sim.analysis.subgroups import AttributeName
from sim.department.quantities import Frozen
from sim.department.scenario import Scenario
from sim.studies import REGISTERED, study_named
from sim.studies.settings import REPORT_BY, Names, StudySettings, WholePositive, as_list, named_twice
from sim.studies.settings_by_study import (
    AssumptionsSettings,
    BreakevenSettings,
    CalibrateSettings,
    CompareSettings,
    ConditioningSettings,
    JourneySettings,
    OptimiseSettings,
    ReportSettings,
    ResultsSettings,
    RunSettings,
    SensitivitySettings,
    TrialSettings,
    ValidateSettings,
)
from sim.visits.column_map import ColumnMap


class ReportContents(Frozen):
    """What answers show: groups of visits `by` attributes of `sim.analysis.subgroups`, and which `measures` of a sweep;
    of none those of `sim.report.words.shown_measures`."""

    name: str
    by: Annotated[tuple[AttributeName, ...], BeforeValidator(as_list)] = ()
    measures: Names = ()

    def _wrong(self) -> Iterator[str]:
        yield from named_twice(by=self.by, measures=self.measures)


class ExecutorSettings(Frozen):
    """Where replications run: `auto` leaves it to the engine. `workers` None: as many as there are cores.

    `address` of a Dask scheduler; None: a cluster of this machine.
    """

    name: str
    workers: WholePositive | None = None
    address: str | None = None

    def _wrong(self) -> Iterator[str]:
        if self.address is not None and self.name != "dask":
            yield f"executor={self.name} has no address: leave it out, or choose executor=dask"
        elif self.address is not None and not re.fullmatch(r"(tcp|tls)://[^\s:]+:\d+", self.address):
            yield f"address {self.address!r} is none of a scheduler: write it as tls://HOST:PORT or tcp://HOST:PORT"


NOT_THE_QUESTION = (
    "output", "engine", "executor", "study=", "study.staffing", "configs", "study.visits", "study.event_log", "report=",
    "report.",
)  # fmt: skip
"""Overrides that change where and how an answer is made, or that it shows anyway, not what was asked."""


def overrides_of_question(overrides: Sequence[str]) -> tuple[str, ...]:
    """What was typed that differs from the shipped question."""
    return tuple(text for text in overrides if not text.startswith(NOT_THE_QUESTION))


@dataclass(frozen=True, slots=True)
class Question:
    """What a command asks for. `scenario` has the chosen staffing, `scenarios` those the study plays, by staffing.

    `choices` maps groups to files, `files` are all files read, `chosen` those of them chosen by name and not only
    inherited from, `overridden` the keys set on the command line, `column_map` that of a file of visits. The answer
    shows groups of visits `by` attributes.
    """

    scenario: Scenario
    study: StudySettings
    seed: int
    output: Path | None
    engine: str
    executor: ExecutorSettings
    choices: dict[str, str]
    scenarios: dict[str, Scenario]
    overrides: tuple[str, ...]
    overridden: tuple[str, ...]
    files: tuple[Path, ...]
    visits: Path | None = None
    run: Path | None = None
    config_dir: Path | None = None
    chosen: tuple[Path, ...] = ()
    query: str | None = None
    table: str | None = None
    export: Path | None = None
    column_map: ColumnMap | None = None
    by: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def asks_by(self) -> bool:
        """Whether the command says what visits are grouped by."""
        return REPORT_BY in self.overridden or self.choices.get("report", "default") != "default"

    @property
    def played(self) -> dict[str, Scenario]:
        """The scenarios that are played, by staffing: those compared, or the one chosen and those beside it."""
        if self.scenarios and not self.study.beside:
            return self.scenarios
        return {self.scenario.staffing.name: self.scenario} | self.scenarios

    @property
    def currency(self) -> str:
        """That of the money of every scenario that is played."""
        return next(iter(self.played.values())).staffing.currency

    def command(self, output: Path | None = None, elsewhere: bool = False) -> list[str]:
        """What to type to have the same played again; with another folder of results, or `elsewhere` with none."""
        return command_words(self.overrides, self.config_dir, elsewhere=elsewhere or output is not None, output=output)


def command_words(
    words: Sequence[str], config_dir: Path | None, *flags: str, elsewhere: bool = False, output: Path | None = None
) -> list[str]:
    """What to type to have the same played again, with the folder of one's own settings as an option.

    `flags` come first; `elsewhere`: without the folder of results; `output`: the folder to name.
    """
    own = [] if config_dir is None else ["--config-dir", str(config_dir)]
    left_out = ("configs=", "output=") if elsewhere else ("configs=",)
    place = [] if output is None else [f"output={output}"]
    return ["peered", *flags, *own, *(word for word in words if not word.startswith(left_out)), *place]


@dataclass(frozen=True, slots=True)
class SweepQuestion:
    """A checked sweep.

    `scenarios` by label, the baseline first, `keys`, hashes of their content, and `matters`, hashes of what can matter
    in them; `same`: labels left out, with the one they repeat; `notes`: what else the user should know.

    `first` is the command of the first scenario, whose study, seed, engine and output are those of all.
    """

    first: Question
    scenarios: dict[str, Scenario]
    keys: dict[str, str]
    matters: dict[str, str]
    same: tuple[tuple[str, str], ...]
    overrides: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def study(self) -> RunSettings:
        """The study of every scenario, which is not one of several staffings."""
        assert isinstance(self.first.study, RunSettings)
        return self.first.study

    def command(self, output: Path | None = None) -> list[str]:
        """What to type for the sweep to go on in its folder, or without it to play it in another."""
        return command_words(self.overrides, self.first.config_dir, "-m", elsewhere=True, output=output)

    @property
    def choices(self) -> dict[str, str]:
        """Groups and files of the first scenario."""
        return self.first.choices


# Last: a study that brings its own settings imports what stands above.
_WITHOUT_STUDY: dict[str, type[StudySettings]] = {
    kind.model_fields["name"].default: kind
    for kind in (
        CompareSettings, RunSettings, ValidateSettings, AssumptionsSettings, CalibrateSettings, ResultsSettings,
        ReportSettings, BreakevenSettings, ConditioningSettings, JourneySettings, OptimiseSettings, TrialSettings,
        SensitivitySettings,
    )
}  # fmt: skip
"""Classes of `sim.studies.settings_by_study`: so a command loads no study but its own."""
STUDIES: dict[str, type[StudySettings]] = {
    name: _WITHOUT_STUDY.get(name) or study_named(name).settings for name in REGISTERED
}
AnySettings: Any = Annotated[Union[tuple(STUDIES.values())], Field(discriminator="name")]  # noqa: UP007


def studies_with(key: str) -> list[str]:
    """Studies that have a key of the group `study`, by its first word."""
    return [name for name, kind in STUDIES.items() if key in kind.model_fields]


def studies_using(key: str) -> list[str]:
    """Studies that use a key outside the group `study`."""
    return [name for name, kind in STUDIES.items() if key in kind.uses]
