"""The column map a calibration names: found in the folders, read and checked, every problem named.

What a map means is said by `sim.visits.column_map`; composing the command is `sim.config.composition`.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from sim.config.checking import Fault, faults_in, words_beside
from sim.config.files import choices_of, folders_of, read_mapping
from sim.config.key_paths import Plain, typed_path
from sim.config.remedies import remedy_of, value_of
from sim.department.scenario import Problem, ScenarioError
from sim.io.suggest import did_you_mean
from sim.studies.question import CalibrateSettings, Question
from sim.visits.column_map import ColumnMap

_GROUP = "visits"


def column_map_of(composed: Question) -> ColumnMap:
    """The column map `study.map` names, from `configs/visits` or that folder of the user's own.

    Raises ScenarioError with every problem of the map.
    """
    assert isinstance(composed.study, CalibrateSettings)
    read = column_map_in(folders_of(composed.config_dir), composed.study.map)
    if isinstance(read, list):
        raise ScenarioError(read)
    return read


def column_map_in(folders: Sequence[Path], name: object) -> ColumnMap | list[Problem]:
    """The column map of this name, or what is wrong with the name or the file."""
    known = choices_of(_GROUP, folders)
    if not isinstance(name, str) or name not in known:
        remedy = f"no such column map; {did_you_mean(str(name), known)}"
        return [Problem("study.map", repr(name), remedy)]
    files = [file for folder in folders if (file := folder / _GROUP / f"{name}.yaml").exists()]
    if len(files) > 1:
        remedy = f"study.map={name} is shipped and would be taken instead of this file: give the file another name"
        return [Problem(str(files[-1]), repr(name), remedy)]
    data = read_mapping(files[0])
    return [data] if isinstance(data, Problem) else _validated(files[0], data)


def _validated(file: Path, data: Plain) -> ColumnMap | list[Problem]:
    """The map the data describes, or its problems with the file and the key as their place."""
    try:
        return ColumnMap.model_validate(data)
    except ValidationError as error:
        return [problem_in(file, data, fault) for fault in faults_in(data, error)]


def problem_in(file: Path, data: Plain, fault: Fault) -> Problem:
    """One fault of a column map."""
    path = f"{file} {typed_path(data, fault.place)}".strip()
    known = words_beside(ColumnMap, data, fault.place)
    return Problem(path, value_of(fault.details), remedy_of(fault.details, known))


def faults_of_visits(file: Path, column_map: ColumnMap) -> list[Problem]:
    """Why a visits file is refused, in the form of other problems; empty where it is not."""
    from sim.visits.data_quality import VisitsFileError  # a heavy reader, needed for a calibration alone
    from sim.visits.visits_table import read_visits

    try:
        read_visits(file, column_map)
    except VisitsFileError as error:
        return [problem_from(file, line) for line in error.lines]
    return []


def problem_from(file: Path, line: str) -> Problem:
    """A line 'what is wrong; what to do' of the quality report."""
    wrong, _, remedy = line.partition("; ")
    return Problem(str(file), wrong, remedy or "correct the file")
