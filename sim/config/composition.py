"""Overrides and files into one checked scenario and study, or one error with everything that is wrong.

Keys are found in `places`, values are checked in `checking`; nothing is written and nothing simulated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from sim.config.added_steps import in_their_pathways
from sim.config.check_cache import Known
from sim.config.checking import Checked
from sim.config.clock_texts import with_texts_as_written
from sim.config.composing import ComposeFault, resolved
from sim.config.files import (
    choices_of,
    default_choices,
    defaults_in,
    fault_of,
    faults_of_file,
    faults_of_folder,
    file_of,
    folders_of,
    group_data,
    root_data,
    where_it_lies,
    with_inherited,
)
from sim.config.follow_ons import OwnFile, collapsed, completed
from sim.config.key_paths import MODELS, Path, Plain, copied, locate, put, shown, value_at
from sim.config.overrides import PATH_KEYS, Override, read_overrides
from sim.config.roster_costs import COST, without_cost
from sim.config.roster_shorthand import (
    faults_of_grouping,
    faults_of_heads,
    remedy_of_typed,
    without_faulty_roles,
    written_out,
)
from sim.config.settings import Root
from sim.config.step_purposes import tasks_without_purpose
from sim.department.roster import Staffing
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.strict_yaml import read_checked_yaml
from sim.io.suggest import did_you_mean
from sim.studies.check_settings import faults_outside_sweeps
from sim.studies.question import Question
from sim.studies.settings import (
    KEYS_OUTSIDE,
    STUDIES,
    AgainstBaselineSettings,
    CalibrateSettings,
    StudySettings,
    studies_using,
    studies_with,
)
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

    folders: tuple[FilePath, ...]
    choices: dict[str, str]
    values: list[Override]
    paths: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    column_map: ColumnMap | None = None


def compose(overrides: Sequence[str] = (), config_dir: FilePath | None = None) -> Question:
    """Compose and check everything the overrides ask for.

    `config_dir` (or the key `configs`) is a further folder with groups of the user's own. Raises ScenarioError with
    every problem found.
    """
    draft = drafted(overrides, config_dir)
    base = composed_files(draft)
    if base is None:
        raise ScenarioError(draft.problems)
    composed = finished(draft, base, tuple(overrides))
    for_sweeps = list(faults_outside_sweeps(composed.study))
    if for_sweeps:
        raise ScenarioError(for_sweeps)
    return composed


def drafted(overrides: Sequence[str], config_dir: FilePath | None) -> Draft:
    """Sort what was typed into choices of files, paths and values."""
    return draft_of(*read_overrides(overrides), config_dir)


def draft_of(read: Sequence[Override], problems: list[Problem], config_dir: FilePath | None) -> Draft:
    """Sort overrides that could be read; `problems` are those of the others."""
    paths = {item.key: str(item.value) for item in read if item.key in PATH_KEYS and item.value is not None}
    folder = FilePath(paths["configs"]) if "configs" in paths else config_dir
    if folder is not None and (faults := faults_of_folder(folder)):
        problems += faults
        folder = None
    draft = Draft(folders_of(folder), default_choices(), [], paths, problems)
    for item in read:
        group = re.split(r"[./]", item.key)[0]
        if group in _ONLY_SWEPT:
            draft.problems.append(Problem(item.key, repr(item.value), _ONLY_SWEPT[group]))
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
        draft.problems.append(
            Problem(item.key, repr(name), f"not available in this version; use one of: {', '.join(known)}")
        )
    else:
        remedy = where_it_lies(draft.folders, item.key, name) or f"no such choice; {did_you_mean(name, known)}"
        draft.problems.append(Problem(item.key, repr(name), remedy))


def composed_files(draft: Draft) -> Plain | None:
    """The chosen files put together, no value changed yet; None after reporting why not."""
    usual = default_choices()
    for group, name in list(draft.choices.items()):
        faults = faults_of_file(draft.folders, group, name)
        if faults:  # look at the rest as if this file had not been chosen
            draft.problems += faults
            draft.choices[group] = usual[group]
            draft.values = [item for item in draft.values if not item.key.startswith(f"{group}.")]
    composed = reported(draft, put_beside(draft.folders, draft.choices, root_data()))
    if composed is None:
        return None
    draft.problems += faults_of_roles(draft.folders, draft.choices["staffing"])
    return as_meant(draft.folders, draft.choices, composed)


def put_beside(folders: tuple[FilePath, ...], choices: Mapping[str, str], root: Plain) -> Plain | Problem:
    """Sound choices with what each inherits, references among them replaced, or what is in the way."""
    data = dict(root)
    for group, name in choices.items():
        data[group] = group_data(folders, group, name)
        if isinstance(data[group], Problem):
            return data[group]
    try:
        return resolved(data)
    except ComposeFault as fault:
        return fault_of(folders, choices, fault)


def faults_of_roles(folders: tuple[FilePath, ...], name: str) -> list[Problem]:
    """What is wrong with how a staffing of the user's own groups its roles and staffs their shifts; its files are
    sound by themselves.
    """
    if not is_own(folders, "staffing", name):
        return []
    files = {file.name: read_checked_yaml(file) for file in with_inherited(folders, "staffing", name)}
    return [*faults_of_grouping(files), *faults_of_heads(list(files.values()))]


PROGRAMS = ("study", "engine", "executor")
"""Groups in whose files the name says which of the programs there are is meant."""


def as_meant(folders: tuple[FilePath, ...], choices: Mapping[str, str], composed: Plain) -> Plain:
    """Groups by name as files mean them: clock times as texts, steps in one list, shifts in full, named as files."""
    meant = dict(with_texts_as_written(folders, choices, composed))
    if "department" in meant:
        meant["department"] = in_their_pathways(meant["department"])
    for group, name in choices.items():
        if not is_own(folders, group, name) or not isinstance(meant.get(group), dict):
            continue
        if group == "staffing":
            files = [read_checked_yaml(file) for file in with_inherited(folders, group, name)]
            meant[group] = written_out(without_faulty_roles(meant[group]), files)
        if group not in PROGRAMS:
            meant[group] = named_after_file(meant[group], group, name, read_checked_yaml(file_of(folders, group, name)))
    return meant


def named_after_file(data: dict[str, Plain], group: str, name: str, said: Plain) -> dict[str, Plain]:
    """Data with the name of their file and no label, unless the file itself says others: inherited ones are not its."""
    said = said or {}
    own = {} if "name" in said else {"name": name}
    if group == "staffing" and "label" not in said:
        own["label"] = ""
    return {**data, **own}


def is_own(folders: tuple[FilePath, ...], group: str, name: str) -> bool:
    """The choice is a file of the user's own, not a shipped one."""
    return len(folders) > 1 and not file_of(folders, group, name).is_relative_to(folders[0])


def own_files(draft: Draft, choices: Mapping[str, str], shipped: Plain) -> dict[str, OwnFile]:
    """The user's own files among the choices, by group."""
    usual, found = default_choices(), dict[str, OwnFile]()
    for group, name in choices.items():
        if is_own(draft.folders, group, name) and group in shipped:
            file = file_of(draft.folders, group, name)
            found[group] = OwnFile(file, bool(defaults_in(file)), usual[group], shipped[group])
    return found


def shipped_default(draft: Draft) -> Plain:
    """The default choices of the shipped folder, to look past faults of a user's files."""
    return put_beside(draft.folders[:1], default_choices(), root_data())


def references(group: str, base: Plain, shipped: Plain) -> list[Plain]:
    """Where an entry that is not faulty can be had from."""
    return [base, shipped[group]] if group in shipped else [base]


def staffing_files(draft: Draft, names: Iterable[str]) -> dict[str, Plain]:
    """Staffings with what each inherits; those that cannot be had are reported."""
    faults = {name: faults_of_file(draft.folders, "staffing", name) for name in names}
    sound = [name for name, found in faults.items() if not found]
    faults |= {name: faults_of_roles(draft.folders, name) for name in sound}
    draft.problems += [fault for found in faults.values() for fault in found]
    composed = {name: reported(draft, put_beside(draft.folders, {"staffing": name}, {})) for name in sound}
    return {
        name: as_meant(draft.folders, {"staffing": name}, read)["staffing"]
        for name, read in composed.items()
        if read is not None
    }


def reported(draft: Draft, composed: Plain | Problem) -> Plain | None:
    """The data, or None after taking down the problem."""
    if isinstance(composed, Problem):
        draft.problems.append(composed)
        return None
    return composed


_PARTS = frozenset(Scenario.model_fields)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a draft came to; where something is wrong with it, the draft's problems say so."""

    root: Root
    study: StudySettings | None
    groups: dict[str, Checked]
    scenarios: dict[str, Scenario]


def put_together(draft: Draft, base: Plain, known: Known) -> Parts:
    """Apply the values, check every group and every staffing asked for; what is wrong is added to the draft."""
    for key in set(base) - set(MODELS) - set(Root.model_fields):
        draft.problems.append(Problem(key, repr(key), f"no such group; {did_you_mean(key, MODELS)}"))
    others = [item for item in draft.values if not item.key.startswith("staffing.")]
    data = changed_by(draft, base, others)
    shipped = known.once(("shipped", draft.folders), lambda: shipped_default(draft)) if len(draft.folders) > 1 else {}
    own = known.once(("own", draft.folders, *draft.choices.items()), lambda: own_files(draft, draft.choices, shipped))
    for group in MODELS:
        if group != "staffing":
            data[group], lacking = completed(group, data[group], own.get(group))
            draft.problems += lacking
    if "department" in own:
        draft.problems += tasks_without_purpose(data["department"])
    named = names_a_study(draft, data["study"])
    groups = {
        group: known.checked(group, data[group], references(group, base[group], shipped))
        for group in MODELS
        if group != "staffing" and (named or group != "study")
    }
    root = root_of(draft, data)
    check_kinds(draft, groups, known)
    study = study_asked_for(draft, groups["study"].value if named else None)
    staffings = staffings_of(draft, base, shipped, study, known)
    for part in groups.values():
        draft.problems += collapsed(part.problems, {}, {item.key for item in draft.values})
    scenarios = scenarios_of(draft, groups, staffings, study, shipped, known)
    check_calibration(draft, data["study"])
    draft.problems += unused_outside(draft, study, root.output)
    return Parts(root, study, groups, scenarios)


def finished(draft: Draft, base: Plain, overrides: tuple[str, ...]) -> Question:
    """The whole command, checked; raises all that is wrong with it."""
    parts = put_together(draft, base, Known())
    root, study, groups, scenarios = parts.root, parts.study, parts.groups, parts.scenarios
    if draft.problems or study is None:
        raise ScenarioError(dict.fromkeys(draft.problems))
    compared = {name: scenarios[name] for name in staffings_named(study)}
    return Question(
        scenario=scenarios[draft.choices["staffing"]],
        study=study,
        seed=root.seed,
        output=optional_path(draft.paths.get("output") or root.output),
        engine=groups["engine"].value.name,
        executor=groups["executor"].value,
        choices=dict(draft.choices),
        scenarios=compared,
        overrides=overrides,
        overridden=tuple(item.key for item in draft.values),
        files=tuple(files_read(draft, compared)),
        chosen=tuple(file_of(draft.folders, group, name) for group, name in files_wanted(draft, compared)),
        visits=optional_path(draft.paths.get("visits")),
        run=optional_path(draft.paths.get("run")),
        query=draft.paths.get("query"),
        table=draft.paths.get("table"),
        export=optional_path(draft.paths.get("export")),
        column_map=draft.column_map,
        config_dir=draft.folders[1] if len(draft.folders) > 1 else None,
    )


def optional_path(text: str | None) -> FilePath | None:
    """A path, or None."""
    return None if text is None else FilePath(text)


def changed_by(draft: Draft, base: Plain, items: list[Override]) -> Plain:
    """The data with the overrides applied; what has no place is reported. Groups that are not changed are shared."""
    data = dict(base)
    for item in items:
        place = placed(base, item)
        if isinstance(place, Problem):
            draft.problems.append(place)
            continue
        group = place[0]
        if data.get(group) is base.get(group):
            data[group] = copied(base.get(group))
        put(data, place, item.value)
    return data


def placed(base: Plain, item: Override) -> Path | Problem:
    """The place an override names, or what is wrong with it."""
    if item.key.startswith("department.minimum_cover"):
        remedy = "minimum cover cannot be bought out: it is a value of the department, set in its file only"
        return Problem(item.key, repr(item.value), remedy)
    group, _, entry = item.key.partition(".")
    if group in MODELS and entry == "name":
        return Problem(item.key, repr(item.value), f"a name goes with its file: choose the file instead, {group}=…")
    place = locate(base, item.key, item.adds)
    if isinstance(place, str):
        return Problem(item.key, repr(item.value), remedy_of_typed(item.key, item.value) or place)
    return vain(base, item, place) or place


def vain(base: Plain, item: Override, place: Path) -> Problem | None:
    """An empty mapping is merged into the one that stands there, and so changes nothing."""
    try:
        old = value_at(base, place)
    except (KeyError, IndexError, TypeError):
        return None
    if item.value != {} or not isinstance(old, dict):
        return None
    return Problem(item.key, "{}", "an empty mapping changes nothing: name the entry to set, one key each")


def unused_outside(draft: Draft, study: StudySettings | None, output: str | None) -> Iterator[Problem]:
    """Keys outside the groups that the study would pass over in silence."""
    given = {"output": output, **draft.paths}
    for key in KEYS_OUTSIDE:
        if study is None or given.get(key) is None or key in study.uses:
            continue
        users = " and ".join(f"study={name}" for name in studies_using(key))
        remedy = f"it is for {users}: leave it out of study={study.name}"
        nothing = f"study={study.name} writes no files: leave it out"
        yield Problem(key, str(given[key]), nothing if key == "output" else remedy)


def names_a_study(draft: Draft, study: Plain) -> bool:
    """Whether the name in the file of a study is one of ours; one that is not is reported, and the rest left alone."""
    name = study.get("name") if isinstance(study, dict) else None
    if not isinstance(name, str) or name in STUDIES:
        return True
    draft.problems.append(unknown_program(draft, "study", name, tuple(STUDIES)))
    return False


def unknown_program(draft: Draft, group: str, name: str, known: Sequence[str]) -> Problem:
    """A file whose name is no study, engine or executor that there is."""
    file = file_of(draft.folders, group, draft.choices[group])
    return Problem(f"{file} name", repr(name), f"the name in the file says what is done; {did_you_mean(name, known)}")


def check_calibration(draft: Draft, study: Plain) -> None:
    """The column map of a calibration; and the visits file with it, where the command is refused anyhow."""
    if not isinstance(study, dict) or STUDIES.get(study.get("name", "")) is not CalibrateSettings:
        return
    from sim.config.column_maps import column_map_in, faults_of_visits  # for a calibration alone

    read = column_map_in(draft.folders, study.get("map"))
    if isinstance(read, list):
        draft.problems += read
    else:
        draft.column_map = read
    visits = optional_path(draft.paths.get("visits"))
    if draft.problems and visits is not None and not isinstance(read, list):
        draft.problems += faults_of_visits(visits, read)


def check_kinds(draft: Draft, groups: dict[str, Checked], checks: Known) -> None:
    """The name of an engine or an executor says which of the programs there are is meant."""
    for group in ("engine", "executor"):
        value, known = groups[group].value, names_in(group, draft.folders[:1], checks)
        if value is not None and value.name not in known:
            draft.problems.append(unknown_program(draft, group, value.name, known))


def names_in(group: str, folders: tuple[FilePath, ...], checks: Known) -> tuple[str, ...]:
    """Names of the files of a group, looked up once for all scenarios."""
    return checks.once(("names", group, folders), lambda: choices_of(group, folders))


def root_of(draft: Draft, data: Plain) -> Root:
    """The keys outside every group."""
    seed = data.get("seed")
    try:
        root = Root(**{key: data[key] for key in Root.model_fields if key in data})
    except ValueError:
        root = None
    if root is None or isinstance(seed, bool):
        remedy = "give a whole number of at least 0 and less than 2**63"
        draft.problems.append(Problem("seed", repr(seed), remedy))
    return root or Root()


def study_asked_for(draft: Draft, study: StudySettings | None) -> StudySettings | None:
    """The study with its staffings by name, `all` spelled out, and a baseline among them.

    Unless staffings are listed on the command line, one that is chosen there is compared with the baseline alone.
    """
    if not isinstance(study, AgainstBaselineSettings):
        return study
    if not study.staffing:
        remedy = "a comparison needs staffings: name them as [a,b], or give all"
        draft.problems.append(Problem("study.staffing", "[]", remedy))
        return study
    chosen, typed = draft.choices["staffing"], {item.key for item in draft.values}
    names = study.staffing
    if names == ("all",):
        names = tuple(dict.fromkeys((*_baseline_of(study), *_all_staffings(draft.folders))))
    elif "study.staffing" not in typed and is_of_its_own(chosen, study):
        names = (*_baseline_of(study), chosen)
    if is_of_its_own(chosen, study) and chosen not in names:
        listed = ",".join((*names, chosen))
        remedy = f"what is compared is study.staffing: study.staffing=[{listed}], or change keys such as staffing.nurse"
        draft.problems.append(Problem("staffing", chosen, remedy))
    baseline = study.baseline if study.baseline in names or "study.baseline" in typed else names[0]
    if baseline not in (*names, None):
        remedy = f"not among the staffings compared; {did_you_mean(str(baseline), names)}"
        draft.problems.append(Problem("study.baseline", repr(baseline), remedy))
    return study.model_copy(update={"staffing": names, "baseline": baseline})


def staffings_named(study: StudySettings | None) -> tuple[str, ...]:
    """The staffings that a study plays besides the one chosen."""
    if study is None:
        return ()
    return (*(study.staffing if isinstance(study, AgainstBaselineSettings) else ()), *study.beside)


def _all_staffings(folders: tuple[FilePath, ...]) -> list[str]:
    """The staffings of the shipped comparison in its order, then those of folders of the user's own, by name.

    The finding is about the first staffing after the baseline, which the alphabet should not decide. Other shipped
    staffings are for a question of their own, with a department or a sweep that goes with them.
    """
    comparison = read_checked_yaml(file_of(folders[:1], "study", "compare"))["staffing"]
    known, shipped = choices_of("staffing", folders), choices_of("staffing", folders[:1])
    return [*(name for name in comparison if name in known), *(name for name in known if name not in shipped)]


def is_of_its_own(staffing: str, study: AgainstBaselineSettings) -> bool:
    """A staffing that was chosen and is not the baseline."""
    return staffing not in (default_choices()["staffing"], study.baseline)


def _baseline_of(study: AgainstBaselineSettings) -> tuple[str, ...]:
    """The baseline, as a tuple of one or none."""
    return () if study.baseline is None else (study.baseline,)


def staffings_of(
    draft: Draft, base: Plain, shipped: Plain, study: StudySettings | None, checks: Known
) -> dict[str, Checked]:
    """Every staffing asked for, by name. An override of a role that only some of them have applies to those."""
    names = dict.fromkeys((draft.choices["staffing"], *staffings_named(study)))
    known = names_in("staffing", draft.folders, checks)
    for name in names:
        if name not in known:
            remedy = where_it_lies(draft.folders, "staffing", name) or f"no such staffing; {did_you_mean(name, known)}"
            draft.problems.append(Problem("study.staffing", repr(name), remedy))
    chosen = draft.choices["staffing"]
    bases = {chosen: base["staffing"]}
    bases |= staffing_files(draft, [name for name in names if name in known and name != chosen])
    items = [item for item in draft.values if item.key.startswith("staffing.")]
    for item in items:
        places = [placed({"staffing": own}, item) for own in bases.values()]
        homeless = [place for place in places if isinstance(place, Problem)]
        if len(homeless) == len(places):
            draft.problems.append(with_holders(homeless[0], bases.values(), draft.folders))
    return {
        name: roster_checked(roster_with(own, items), references("staffing", own, shipped), checks)
        for name, own in bases.items()
    }


def roster_checked(roster: Plain, references: list[Plain], checks: Known) -> Checked:
    """A staffing, checked, and that each of its roles says what it costs."""
    found = checks.checked("staffing", roster, references)
    unpriced = tuple(without_cost(roster)) if found.value is not None else ()
    unpriced = tuple(problem for problem in unpriced if problem.path not in found.misspelt)
    return replace(found, problems=(*found.problems, *unpriced)) if unpriced else found


def with_holders(problem: Problem, rosters: Iterable[Plain], folders: tuple[FilePath, ...]) -> Problem:
    """A key of a role that none of the rosters has, with the shipped staffings that do have it."""
    group, role, *inner = problem.path.split(".")
    if not inner or role in Staffing.model_fields or any(role in roster for roster in rosters):
        return problem
    holders = [
        name
        for name in choices_of(group, folders[:1])
        if role in (read_checked_yaml(file_of(folders[:1], group, name)) or {})
    ]
    if not holders:
        return problem
    remedy = f"no role {role} in this staffing; choose one that has it: staffing={' or '.join(holders)}"
    return replace(problem, remedy=remedy)


def roster_with(own: Plain, items: list[Override]) -> Plain:
    """One staffing with the overrides that have a place in it; without any it is the staffing itself."""
    placed_items = [(placed({"staffing": own}, item), item.value) for item in items]
    sound = [(place, value) for place, value in placed_items if not isinstance(place, Problem)]
    data = {"staffing": copied(own) if sound else own}
    for place, value in sound:
        put(data, place, value)
    return written_out(data["staffing"]) if sound else own


def scenarios_of(
    draft: Draft,
    groups: dict[str, Checked],
    staffings: dict[str, Checked],
    study: StudySettings | None,
    shipped: Plain,
    known: Known,
) -> dict[str, Scenario]:
    """The scenarios that could be put together; their problems are added to the draft, each once."""
    found: dict[Problem, list[str]] = {}
    scenarios: dict[str, Scenario] = {}
    for name, staffing in staffings.items():
        problems = list(staffing.problems)
        parts = {group: part.value for group, part in groups.items() if group in Scenario.model_fields}
        if staffing.value is not None and all(part is not None for part in parts.values()):
            period = {} if study is None else {"period": study.period}
            scenarios[name] = Scenario(staffing=staffing.value, **parts, **period)
            unsure = frozenset(one.path.split(".")[1] for one in problems if "." in one.path and is_doubt(one))
            parts_and_problems = (*groups.items(), ("staffing", staffing))
            faulty = frozenset(group for group, part in parts_and_problems if any(map(is_doubt, part.problems)))
            contradictions = known.contradictions(scenarios[name], unsure, faulty & _PARTS)
            told = {problem.path for problem in problems}  # what stands there by now is not the user's
            told |= staffing.misspelt.union(*(part.misspelt for part in groups.values()))
            found_later = [readable(item, scenarios[name]) for item in contradictions]
            problems += [item for item in found_later if item.path not in told]
        if problems:
            own = own_files(draft, {**draft.choices, "staffing": name}, shipped)
            problems = collapsed(problems, own, {item.key for item in draft.values})
        for problem in problems:
            found.setdefault(problem, []).append(name)
    everywhere = len(staffings)
    draft.problems += [
        naming_staffings(problem, names, everywhere, draft.choices["staffing"]) for problem, names in found.items()
    ]
    return scenarios


def is_doubt(problem: Problem) -> bool:
    """The part does not stand as it was written."""
    return problem.about is None or problem.about[0] != COST


def naming_staffings(problem: Problem, names: list[str], everywhere: int, chosen: str) -> Problem:
    """A problem of some staffings only says of which."""
    if len(names) == everywhere or (names == [chosen] and everywhere == 1):
        return problem
    return replace(problem, path=f"{problem.path} (staffing={','.join(names)})")


def readable(problem: Problem, scenario: Scenario) -> Problem:
    """Paths of cross-checks as keys that can be typed."""
    words = problem.path.partition(" (")[0].replace("[", ".").replace("]", "").split(".")
    segments = tuple(int(word) if word.isdigit() else word for word in words)
    remedy = problem.remedy.replace(f" in staffing.{scenario.staffing.name};", ";")
    if segments[0] == "staffing" and remedy.startswith("minimum cover"):
        remedy = f"{remedy}; {heads_key(scenario, str(segments[1]))}"
    key = shown(plain_of(scenario), segments)
    return replace(problem, path=f"{key}{role_entry(scenario, segments, problem.value)}", remedy=remedy)


def heads_key(scenario: Scenario, role_name: str) -> str:
    """The key that changes how many of a role are rostered."""
    role = scenario.staffing.roles[role_name]
    if role.heads is not None:
        return f"set staffing.{role_name}.heads"
    if not role.shifts:
        return f"add a shift: +staffing.{role_name}.shifts.NAME={{start: '07:00', minutes: 720, heads: 1}}"
    return f"set staffing.{role_name}.shifts.NAME.heads, NAME being the shift"


def role_entry(scenario: Scenario, segments: Path, value: str) -> str:
    """The entry of a step that names this role, with its dot; nothing where the path is not that of a step."""
    if len(segments) != 5 or segments[3] != "pathway":
        return ""
    step = scenario.department.streams[str(segments[2])].pathway[int(segments[4])]
    for entry in ("role", "fallback_role", "roles"):
        named = getattr(step, entry, None)
        if value == repr(named) or (isinstance(named, tuple) and value in map(repr, named)):
            return f".{entry}"
    return ""


def plain_of(scenario: Scenario) -> dict[str, Any]:
    """As much of a scenario as `shown` needs to name steps."""
    streams = {
        name: {"pathway": [{"name": step.name} for step in stream.pathway]}
        for name, stream in scenario.department.streams.items()
    }
    return {"department": {"streams": streams}}


def files_read(draft: Draft, compared: Iterable[str]) -> list[FilePath]:
    """Every file the scenarios come from, inherited ones before their heirs, each once."""
    files = [draft.folders[0] / "config.yaml"]
    for group, name in files_wanted(draft, compared):
        files += with_inherited(draft.folders, group, name)
    return list(dict.fromkeys(files))


def files_wanted(draft: Draft, compared: Iterable[str]) -> list[tuple[str, str]]:
    """Group and name of every file chosen, the staffings compared among them."""
    wanted = [(group, name) for group, name in draft.choices.items() if group != "staffing"]
    return wanted + [("staffing", name) for name in dict.fromkeys((draft.choices["staffing"], *compared))]
