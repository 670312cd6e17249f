"""The column map a calibration names: found in the folders, read and checked, every problem named.

What a map means is said by `sim.visits.column_map`; composing the command is `sim.config.composition`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from sim.config.checking import faults_in, problem_from_fault
from sim.config.files import choices_of, file_of, folders_of, read_mapping, shadowing
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.suggest import did_you_mean
from sim.studies.question import Question
from sim.studies.settings_by_study import CalibrateSettings
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
    file = file_of(folders, _GROUP, name)
    data = shadowing(folders, _GROUP, name, "study.map") or read_mapping(file)
    if isinstance(data, Problem):
        return [data]
    try:
        return ColumnMap.model_validate(data)
    except ValidationError as error:
        return [problem_from_fault(f"{file} ", ColumnMap, data, fault) for fault in faults_in(data, error)]


WRITTEN_GROUPS = ("demand", "department", "staffing")
"""Groups of which a calibration writes a file."""


def faults_of_name(name: object, folders: Sequence[Path]) -> list[Problem]:
    """A name under which files would be written that a shipped choice hides."""
    taken = [group for group in WRITTEN_GROUPS if name in choices_of(group, folders[:1])]
    if not taken:
        return []
    remedy = f"{' and '.join(taken)}={name} is shipped, and would be taken instead of what is written: choose another"
    return [Problem("study.demand_name", repr(name), remedy)]


def faults_of_lists(study: Mapping[str, object], base: Scenario) -> list[Problem]:
    """What is wrong with the lists of staff and places that a calibration names; `base`: what they are read beside."""
    staff, places = (study[key] if isinstance(study.get(key), str) else None for key in ("staff", "places"))
    if staff is None and places is None:
        return []
    from sim.calibration.resources.own_resources import read_resource_lists  # loads DuckDB, as the next reader does

    try:
        read_resource_lists(str(staff) if staff else None, str(places) if places else None, base)
    except ScenarioError as error:
        return list(error.problems)
    return []


def faults_of_visits(file: Path, column_map: ColumnMap) -> list[Problem]:
    """Why a visits file is refused, in the form of other problems; empty where it is not."""
    from sim.visits.file_error import VisitsFileError  # a heavy reader, needed for a calibration alone
    from sim.visits.visits_table import read_visits

    try:
        read_visits(file, column_map)
    except VisitsFileError as error:
        parts = [line.partition("; ") for line in error.lines]  # what is wrong; what to do
        return [Problem(str(file), wrong, remedy or "correct the file") for wrong, _, remedy in parts]
    return []
