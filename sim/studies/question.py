"""What a command asks for, composed and checked: made by `sim.config`, answered by the studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.department.scenario import Scenario
from sim.studies.settings import ExecutorSettings, RunSettings, StudySettings
from sim.visits.column_map import ColumnMap


@dataclass(frozen=True, slots=True)
class Question:
    """What a command asks for. `scenario` has the chosen staffing, `scenarios` those the study plays, by staffing.

    `choices` maps groups to files, `files` are all files read, `chosen` those of them chosen by name and not only
    inherited from, `overridden` the keys set on the command line, `column_map` that of a file of visits.
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

    @property
    def played(self) -> dict[str, Scenario]:
        """The scenarios that are played, by staffing: those compared, or the one chosen and those beside it."""
        if self.scenarios and not self.study.beside:
            return self.scenarios
        return {self.scenario.staffing.name: self.scenario} | self.scenarios

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

    `scenarios` by label, the baseline first, and `keys`, hashes of their content; `same`: labels left out, with the
    one they repeat; `notes`: what else the user should know.

    `first` is the command of the first scenario, whose study, seed, engine and output are those of all.
    """

    first: Question
    scenarios: dict[str, Scenario]
    keys: dict[str, str]
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
