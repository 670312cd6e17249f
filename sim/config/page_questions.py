"""Questions of the planners' page: a file of the group `question`, as the words that would ask the same.

A file holds a roster beside the words, since a roster of the page has no file of its own. Nothing in it is looked up
elsewhere or run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.config.experiments import as_typed
from sim.config.files import PLAIN_NAME, choices_of, file_of, read_mapping
from sim.config.overrides import folders_typed, typed_only
from sim.config.remedies import short_repr
from sim.department.scenario import Problem
from sim.io.plain_data import Plain
from sim.io.suggest import did_you_mean

QUESTION = "question"
ENTRIES_OF_QUESTION = ("baseline", "effects", "values", "roster")
SIMULATED_GROUPS = ("demand", "support", "effects", "boarding")
"""Groups of what is simulated whose numbers may be set beside a roster."""
GROUPS_OF_VALUES = (*SIMULATED_GROUPS, "study")
"""Groups whose keys a question may set. What runs where, and files of anything else, are not its business."""


@dataclass(slots=True)
class QuestionWords:
    """The words that a question stands for, before those that were typed, and its roster by name."""

    words: list[str]
    rosters: dict[str, Plain] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def with_question(typed: Sequence[str], config_dir: Path | None) -> QuestionWords:
    """What was typed, after the words of the question it names; what is typed wins."""
    named = [word.partition("=")[2] for word in typed if word.partition("=")[0] == QUESTION]
    wanted = QuestionWords([word for word in typed if word.partition("=")[0] != QUESTION])
    if not named:
        return wanted
    folders = folders_typed(typed, config_dir)
    name, known = named[-1], choices_of(QUESTION, folders)
    if name not in known or not PLAIN_NAME.fullmatch(name):
        remedy = did_you_mean(name, known) if known else "name the folder that has it: --config-dir FOLDER"
        wanted.problems.append(Problem(QUESTION, repr(name), f"no such question; {remedy}"))
        return wanted
    data = read_question(file_of(folders, QUESTION, name))
    if isinstance(data, list):
        wanted.problems += data
    elif name in choices_of("staffing", folders):
        wanted.problems.append(Problem(QUESTION, repr(name), "a staffing has this name: give the file another one"))
    else:
        wanted.rosters[name] = {**data["roster"], "name": name}
        wanted.words = [*words_of_question(name, data), *wanted.words]
    return wanted


def read_question(file: Path) -> dict[str, Any] | list[Problem]:
    """A question as its file holds it, or everything that is wrong with its form."""
    data = read_mapping(file)
    return [data] if isinstance(data, Problem) else faults_of_question(file, data) or data


def faults_of_question(file: Path, data: Mapping[str, Plain]) -> list[Problem]:
    """Everything that is wrong with the form of a question; what it asks is checked with the rest of the command."""
    found = []

    def refuse(place: str, value: Plain, remedy: str) -> None:
        found.append(Problem(f"{file} {place}", "nothing" if value is None else short_repr(value), remedy))

    for entry in data:
        if entry not in ENTRIES_OF_QUESTION:
            close = did_you_mean(str(entry), ENTRIES_OF_QUESTION)
            refuse(str(entry), data[entry], f"no such entry of a question; {close}")
    for entry in ("baseline", "effects"):
        if not PLAIN_NAME.fullmatch(str(data.get(entry))):
            refuse(entry, data.get(entry), f"name a file of the group {'staffing' if entry == 'baseline' else entry}")
    if not isinstance(data.get("roster"), dict):
        refuse("roster", data.get("roster"), "write a roster as in a file of the group staffing")
    values = data.get("values") or {}
    if not isinstance(values, dict):
        refuse("values", values, "write lines of the form key: value below it")
        return found
    for key, value in values.items():
        if typed_only(str(key)) or str(key).partition(".")[0] not in GROUPS_OF_VALUES:
            refuse(f"values.{key}", value, f"a question sets keys of {', '.join(GROUPS_OF_VALUES)} only")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            refuse(f"values.{key}", value, "give a number")
    return found


def words_of_question(name: str, data: Mapping[str, Any]) -> list[str]:
    """The words of a question without faults; its roster is the staffing of its name."""
    values = [f"{key}={as_typed(value)}" for key, value in (data.get("values") or {}).items()]
    staffings = f"study.staffing=[{data['baseline']},{name}]"
    return [staffings, f"study.baseline={data['baseline']}", f"effects={data['effects']}", *values]
