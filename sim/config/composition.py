"""Overrides and files into one checked scenario and study, or one error with everything that is wrong.

What was typed is sorted in `drafts`, files are read in `chosen_files`, keys found in `key_paths`, groups checked in
`checking`. Nothing is written and nothing simulated.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.config.check_cache import CheckCache
from sim.config.checking import Checked
from sim.config.chosen_files import (
    composed_files,
    files_read,
    files_wanted,
    own_files,
    references,
    shipped_default,
    staffing_files,
)
from sim.config.column_maps import column_map_in, faults_of_visits
from sim.config.contradictions import as_typed_key
from sim.config.drafts import Draft, drafted
from sim.config.files import choices_of, default_choices, file_of, where_it_lies
from sim.config.follow_ons import collapsed, completed
from sim.config.key_paths import MODELS, KeyPath, Plain, copied, locate, put_value, value_or
from sim.config.overrides import Override
from sim.config.roster_costs import MISSING_COST, without_cost
from sim.config.roster_shorthand import remedy_of_typed, written_out
from sim.config.settings import Root
from sim.config.step_purposes import tasks_without_purpose
from sim.department.roster import Staffing
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.strict_yaml import read_checked_yaml
from sim.io.suggest import did_you_mean
from sim.studies.check_settings import faults_outside_sweeps
from sim.studies.question import (
    KEYS_OUTSIDE,
    STUDIES,
    AgainstBaselineSettings,
    CalibrateSettings,
    Question,
    StudySettings,
    studies_using,
)


def compose(overrides: Sequence[str] = (), config_dir: Path | None = None) -> Question:
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


_PARTS = frozenset(Scenario.model_fields)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a draft came to; where something is wrong with it, the draft's problems say so."""

    root: Root
    study: StudySettings | None
    groups: dict[str, Checked]
    scenarios: dict[str, Scenario]


def put_together(draft: Draft, base: Plain, cache: CheckCache) -> Parts:
    """Apply the values, check every group and every staffing asked for; what is wrong is added to the draft."""
    for key in set(base) - set(MODELS) - set(Root.model_fields):
        draft.problems.append(Problem(key, repr(key), f"no such group; {did_you_mean(key, MODELS)}"))
    others = [item for item in draft.values if not item.key.startswith("staffing.")]
    data = changed_by(draft, base, others)
    shipped = cache.get_or_compute(("shipped", draft.folders), lambda: shipped_default(draft))
    choices = ("own", draft.folders, *draft.choices.items())
    own = cache.get_or_compute(choices, lambda: own_files(draft, draft.choices, shipped))
    for group in MODELS:
        if group != "staffing":
            data[group], lacking = completed(group, data[group], own.get(group))
            draft.problems += lacking
    if "department" in own:
        draft.problems += tasks_without_purpose(data["department"])
    named = names_a_study(draft, data["study"])
    groups = {
        group: cache.checked(group, data[group], references(group, base[group], shipped))
        for group in MODELS
        if group != "staffing" and (named or group != "study")
    }
    root = root_of(draft, data)
    check_kinds(draft, groups, cache)
    study = study_asked_for(draft, groups["study"].value if named else None)
    staffings = staffings_of(draft, base, shipped, study, cache)
    for part in groups.values():
        draft.problems += collapsed(part.problems, {}, {item.key for item in draft.values})
    scenarios = scenarios_of(draft, groups, staffings, study, shipped, cache)
    check_calibration(draft, data["study"])
    draft.problems += unused_outside(draft, study, root.output)
    return Parts(root, study, groups, scenarios)


def finished(draft: Draft, base: Plain, overrides: tuple[str, ...]) -> Question:
    """The whole command, checked; raises all that is wrong with it."""
    parts = put_together(draft, base, CheckCache())
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


def optional_path(text: str | None) -> Path | None:
    """A path, or None."""
    return None if text is None else Path(text)


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
        put_value(data, place, item.value)
    return data


def placed(base: Plain, item: Override) -> KeyPath | Problem:
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
    return _problem_if_no_op(base, item, place) or place


def _problem_if_no_op(base: Plain, item: Override, place: KeyPath) -> Problem | None:
    """An empty mapping is merged into the one that stands there, and so changes nothing."""
    if item.value != {} or not isinstance(value_or(base, place, None), dict):
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
    read = column_map_in(draft.folders, study.get("map"))
    if isinstance(read, list):
        draft.problems += read
    else:
        draft.column_map = read
    visits = optional_path(draft.paths.get("visits"))
    if draft.problems and visits is not None and not isinstance(read, list):
        draft.problems += faults_of_visits(visits, read)


def check_kinds(draft: Draft, groups: dict[str, Checked], cache: CheckCache) -> None:
    """The name of an engine or an executor says which of the programs there are is meant."""
    for group in ("engine", "executor"):
        value, known = groups[group].value, names_in(group, draft.folders[:1], cache)
        if value is not None and value.name not in known:
            draft.problems.append(unknown_program(draft, group, value.name, known))


def names_in(group: str, folders: tuple[Path, ...], cache: CheckCache) -> tuple[str, ...]:
    """Names of the files of a group, looked up once for all scenarios."""
    return cache.get_or_compute(("names", group, folders), lambda: choices_of(group, folders))


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


def _all_staffings(folders: tuple[Path, ...]) -> list[str]:
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
    draft: Draft, base: Plain, shipped: Plain, study: StudySettings | None, cache: CheckCache
) -> dict[str, Checked]:
    """Every staffing asked for, by name. An override of a role that only some of them have applies to those."""
    names = dict.fromkeys((draft.choices["staffing"], *staffings_named(study)))
    known = names_in("staffing", draft.folders, cache)
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
        unmatched = [place for place in places if isinstance(place, Problem)]
        if len(unmatched) == len(places):
            draft.problems.append(with_holders(unmatched[0], bases.values(), draft.folders))
    return {
        name: roster_checked(roster_with(own, items), references("staffing", own, shipped), cache)
        for name, own in bases.items()
    }


def roster_checked(roster: Plain, references: list[Plain], cache: CheckCache) -> Checked:
    """A staffing, checked, and that each of its roles says what it costs."""
    found = cache.checked("staffing", roster, references)
    unpriced = tuple(without_cost(roster)) if found.value is not None else ()
    unpriced = tuple(problem for problem in unpriced if problem.path not in found.misspelt)
    return replace(found, problems=(*found.problems, *unpriced)) if unpriced else found


def with_holders(problem: Problem, rosters: Iterable[Plain], folders: tuple[Path, ...]) -> Problem:
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
        put_value(data, place, value)
    return written_out(data["staffing"]) if sound else own


def scenarios_of(
    draft: Draft,
    groups: dict[str, Checked],
    staffings: dict[str, Checked],
    study: StudySettings | None,
    shipped: Plain,
    cache: CheckCache,
) -> dict[str, Scenario]:
    """The scenarios that could be put_value together; their problems are added to the draft, each once."""
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
            contradictions = cache.contradictions(scenarios[name], unsure, faulty & _PARTS)
            reported = {problem.path for problem in problems}  # what stands there by now is not the user's
            reported |= staffing.misspelt.union(*(part.misspelt for part in groups.values()))
            found_later = [as_typed_key(item, scenarios[name]) for item in contradictions]
            problems += [item for item in found_later if item.path not in reported]
        if problems:
            own = own_files(draft, {**draft.choices, "staffing": name}, shipped)
            problems = collapsed(problems, own, {item.key for item in draft.values})
        for problem in problems:
            found.setdefault(problem, []).append(name)
    everywhere = len(staffings)
    draft.problems += [
        with_staffing_names(problem, names, everywhere, draft.choices["staffing"]) for problem, names in found.items()
    ]
    return scenarios


def is_doubt(problem: Problem) -> bool:
    """The part does not stand as it was written."""
    return problem.about is None or problem.about[0] != MISSING_COST


def with_staffing_names(problem: Problem, names: list[str], everywhere: int, chosen: str) -> Problem:
    """A problem of some staffings only says of which."""
    if len(names) == everywhere or (names == [chosen] and everywhere == 1):
        return problem
    return replace(problem, path=f"{problem.path} (staffing={','.join(names)})")
