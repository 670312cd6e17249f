"""The files a command chooses, put together and read as their users mean them, before any value is changed.

Looked for in own files are purposes of tasks and costs of roles: without a purpose waits would be measured for no
visit, without a cost a role would work for nothing, and nobody would be told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from sim.config import files as group_files
from sim.config.files import choices_of, default_choices, file_of, shipped_configs, with_inherited
from sim.config.follow_ons import OwnFile
from sim.config.key_paths import MODELS, without_nulls
from sim.config.overrides import Draft, reported
from sim.config.roster_shorthand import faults_of_grouping, faults_of_heads, without_faulty_roles, written_out
from sim.department.roster import Staffing
from sim.department.scenario import Problem
from sim.io.plain_data import Plain
from sim.io.strict_yaml import read_checked_yaml

PROGRAMS = ("study", "engine", "executor")
"""Groups in whose files the name says which of the programs there are is meant."""


def composed_files(draft: Draft) -> Plain | None:
    """The chosen files put together, no value changed yet; None after reporting why not."""
    usual = default_choices()
    for group, name in list(draft.choices.items()):
        faults = group_files.faults_of_file(draft.folders, group, name)
        if faults:  # look at the rest as if this file had not been chosen
            draft.problems += faults
            draft.choices[group] = usual[group]
            draft.values = [item for item in draft.values if not item.key.startswith(f"{group}.")]
    composed = reported(draft, put_beside(draft.folders, draft.choices, group_files.root_data()))
    if composed is None:
        return None
    draft.problems += group_files.faults_of_changes(draft.folders, draft.choices["department"])
    draft.problems += faults_of_roles(draft.folders, draft.choices["staffing"])
    return as_meant(draft.folders, draft.choices, composed)


def put_beside(folders: tuple[Path, ...], choices: Mapping[str, str], root: Plain) -> Plain | Problem:
    """Sound choices with what each inherits, references among them replaced, or what is in the way."""
    data = dict(root)
    for group, name in choices.items():
        data[group] = group_files.group_data(folders, group, name)
        if isinstance(data[group], Problem):
            return data[group]
    try:
        return group_files.resolved(data)
    except group_files.ComposeFault as fault:
        return group_files.fault_of(folders, choices, fault)


def faults_of_roles(folders: tuple[Path, ...], name: str) -> list[Problem]:
    """What is wrong with how a staffing of the user's own groups its roles and staffs their shifts; its files are
    sound by themselves.
    """
    if not is_own(folders, "staffing", name):
        return []
    files = {file.name: read_checked_yaml(file) for file in with_inherited(folders, "staffing", name)}
    return [*faults_of_grouping(files), *faults_of_heads(list(files.values()))]


def as_meant(folders: tuple[Path, ...], choices: Mapping[str, str], composed: Plain) -> Plain:
    """Groups by name as files mean them: without what they take out, shifts in full, named as files."""
    meant = dict(composed)
    for group, name in choices.items():
        if not is_own(folders, group, name) or not isinstance(meant.get(group), dict):
            continue
        files = [read_checked_yaml(file) for file in with_inherited(folders, group, name)]
        meant[group] = without_nulls(MODELS.get(group), meant[group], files)
        if group == "staffing":
            meant[group] = written_out(without_faulty_roles(meant[group]), files)
        said = read_checked_yaml(file_of(folders, group, name)) or {}  # an inherited name or label is not its own
        if group not in PROGRAMS and "name" not in said:
            meant[group] = {**meant[group], "name": name}
        if group == "staffing" and "label" not in said:
            meant[group] = {**meant[group], "label": ""}
    return meant


def is_own(folders: tuple[Path, ...], group: str, name: str) -> bool:
    """The choice is a file of the user's own, not a shipped one."""
    return len(folders) > 1 and not file_of(folders, group, name).is_relative_to(folders[0])


def own_files(folders: tuple[Path, ...], choices: Mapping[str, str], shipped: Plain) -> dict[str, OwnFile]:
    """The user's own files among the choices, by group."""
    usual, found = default_choices(), dict[str, OwnFile]()
    for group, name in choices.items():
        if is_own(folders, group, name) and group in shipped:
            file = file_of(folders, group, name)
            found[group] = OwnFile(file, bool(group_files.defaults_in(file)), usual[group], shipped[group])
    return found


def shipped_default(draft: Draft) -> Plain:
    """The default choices of the shipped folder, to look past faults of a user's files; empty without any."""
    if len(draft.folders) == 1:
        return {}
    return put_beside(draft.folders[:1], default_choices(), group_files.root_data())


def staffing_files(draft: Draft, names: Iterable[str]) -> dict[str, Plain]:
    """Staffings with what each inherits; those that cannot be had are reported."""
    faults = {name: group_files.faults_of_file(draft.folders, "staffing", name) for name in names}
    sound = [name for name, found in faults.items() if not found]
    faults |= {name: faults_of_roles(draft.folders, name) for name in sound}
    draft.problems += [fault for found in faults.values() for fault in found]
    composed = {name: reported(draft, put_beside(draft.folders, {"staffing": name}, {})) for name in sound}
    return {
        name: as_meant(draft.folders, {"staffing": name}, read)["staffing"]
        for name, read in composed.items()
        if read is not None
    }


def files_read(draft: Draft, compared: Iterable[str]) -> list[Path]:
    """Every file the scenarios come from, inherited ones before their heirs, each once."""
    files = [draft.folders[0] / "config.yaml"]
    for group, name in files_wanted(draft, compared):
        files += with_inherited(draft.folders, group, name)
    return list(dict.fromkeys(files))


def files_wanted(draft: Draft, compared: Iterable[str]) -> list[tuple[str, str]]:
    """Group and name of every file chosen, the staffings compared among them."""
    wanted = [(group, name) for group, name in draft.choices.items() if group != "staffing"]
    return wanted + [("staffing", name) for name in dict.fromkeys((draft.choices["staffing"], *compared))]


BY_NAME = re.compile("(?P<triage>triage)|(?P<physician>physician)|(?P<clearance>clearance_.*)", re.DOTALL)
"""Names of tasks, with the purpose of each as the name of its group."""


def tasks_without_purpose(department: Plain) -> Iterator[Problem]:
    """A problem for each task, as written, whose name says what it is for and that says no purpose."""
    streams = department.get("streams") if isinstance(department, dict) else None
    for stream_name, stream in streams.items() if isinstance(streams, dict) else ():
        pathway = stream.get("pathway") if isinstance(stream, dict) else None
        for step in pathway if isinstance(pathway, list) else ():
            if purpose := _purpose_meant(step):
                remedy = (
                    f"measures find it by its purpose: add purpose: {purpose}, or purpose: none if it is no {purpose}"
                )
                place = f"department.streams.{stream_name}.pathway.{step['name']}.purpose"
                yield Problem(place, "nothing", remedy, ("purpose", purpose))


def _purpose_meant(step: Plain) -> str | None:
    """The purpose that a task without one has by its name; None for any other entry."""
    if not isinstance(step, Mapping) or step.get("kind") != "task" or "purpose" in step:
        return None
    named = BY_NAME.fullmatch(str(step.get("name", "")))
    return named and named.lastgroup


MISSING_COST = "cost"
"""Kind of these problems: nothing else about the roster is in doubt because of them."""


def without_cost(roster: Plain) -> Iterator[Problem]:
    """A problem for each role, as written, without an hourly cost, with the shipped one as an example."""
    for name, role in roster.items() if isinstance(roster, dict) else ():
        if name not in Staffing.model_fields and isinstance(role, dict) and "hourly_cost" not in role:
            remedy = f"say what an hour costs, with benefits{example_of(name)}; without it the role works for nothing"
            yield Problem(f"staffing.{name}.hourly_cost", "nothing", remedy, (MISSING_COST, name))


def example_of(role: str) -> str:
    """The cost in the shipped rosters, and where it comes from; nothing for a role they do not have."""
    line = shipped_costs().get(role)
    return "" if line is None else f" (shipped: hourly_cost: {line})"


@lru_cache(maxsize=1)
def shipped_costs() -> dict[str, str]:
    """Hourly cost of each shipped role, with the comment that names its row of the register."""
    from sim.analysis.assumptions import numbers_in  # only where something is wrong

    folder, found = shipped_configs(), dict[str, str]()
    for name in choices_of("staffing", (folder,)):
        for number in numbers_in(file_of((folder,), "staffing", name)):
            role, _, key = number.key.partition(".")
            if key == "hourly_cost":
                found.setdefault(role, f"{number.text}  # {number.comment}")
    return found
