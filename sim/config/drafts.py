"""What was typed, sorted into choices of files, paths and values; nothing is composed or checked yet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.config.files import choices_of, default_choices, faults_of_folder, folders_of, where_it_lies
from sim.config.key_paths import Plain
from sim.config.overrides import PATH_KEYS, Override, read_overrides
from sim.department.scenario import Problem
from sim.io.suggest import did_you_mean
from sim.studies.question import studies_with
from sim.visits.column_map import ColumnMap

PLANNED = ("sensitivity", "optimise", "report")
"""Studies that are promised and not there yet, unless a file of their name is in the study group."""


_ONLY_SWEPT = {
    "experiment": "an experiment is a sweep: peered -m experiment=NAME",
    "sweep": "it is for a sweep of many scenarios: peered -m ...",
    "hydra": "Hydra's sweepers and launchers are not used: choose executor=processes or dask, and scenarios by sweep.*",
}
"""First words of keys that say how a sweep is made."""


@dataclass(slots=True)
class Draft:
    """A command on its way to being checked."""

    folders: tuple[Path, ...]
    choices: dict[str, str]
    values: list[Override]
    paths: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    column_map: ColumnMap | None = None

    @property
    def typed(self) -> set[str]:
        """Keys whose values were typed."""
        return {item.key for item in self.values}

    def refuse(self, path: str, value: str, remedy: str) -> None:
        """Take down what is wrong."""
        self.problems.append(Problem(path, value, remedy))


def drafted(overrides: Sequence[str], config_dir: Path | None) -> Draft:
    """Sort what was typed into choices of files, paths and values."""
    return draft_of(*read_overrides(overrides), config_dir)


def draft_of(read: Sequence[Override], problems: list[Problem], config_dir: Path | None) -> Draft:
    """Sort overrides that could be read; `problems` are those of the others."""
    paths = {item.key: str(item.value) for item in read if item.key in PATH_KEYS and item.value is not None}
    folder = Path(paths["configs"]) if "configs" in paths else config_dir
    if folder is not None and (faults := faults_of_folder(folder)):
        problems += faults
        folder = None
    draft = Draft(folders_of(folder), default_choices(), [], paths, problems)
    for item in read:
        group = re.split(r"[./]", item.key)[0]
        if group in _ONLY_SWEPT:
            draft.refuse(item.key, repr(item.value), _ONLY_SWEPT[group])
        elif item.key in draft.choices:
            _choose(draft, item)
        elif item.key not in PATH_KEYS:
            draft.values.append(item)
    if any(problem.path == "study" for problem in draft.problems):
        draft.values = [item for item in draft.values if not of_another_study(item.key, draft.choices["study"])]
    return draft


def of_another_study(key: str, study: str) -> bool:
    """Whether a key may belong to the study that was meant, where that one could not be taken."""
    group, _, inner = key.partition(".")
    studies = studies_with(inner.partition(".")[0])
    return group == "study" and bool(studies) and study not in studies


def _choose(draft: Draft, item: Override) -> None:
    """Take a typed choice if there is a file of its name."""
    known = choices_of(item.key, draft.folders)
    name = "none" if item.value is None else str(item.value)
    if name in known:
        draft.choices[item.key] = name
    elif item.key == "study" and name in PLANNED:
        draft.refuse(item.key, repr(name), f"not available in this version; use one of: {', '.join(known)}")
    else:
        remedy = where_it_lies(draft.folders, item.key, name) or f"no such choice; {did_you_mean(name, known)}"
        draft.refuse(item.key, repr(name), remedy)


def reported(draft: Draft, composed: Plain | Problem) -> Plain | None:
    """The data, or None after taking down the problem."""
    if isinstance(composed, Problem):
        draft.problems.append(composed)
        return None
    return composed
