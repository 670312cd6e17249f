"""Overrides and files into one checked scenario and study, or one error with everything that is wrong.

What was typed is sorted in `overrides`, files are read in `chosen_files`, keys found in `key_paths`, groups checked in
`checking`. Nothing is written and nothing simulated.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.config import chosen_files
from sim.config.changed_steps import ADDED, CHANGED, Changes, applied
from sim.config.checking import CheckCache, Checked
from sim.config.chosen_files import MISSING_COST, tasks_without_purpose, without_cost
from sim.config.column_maps import column_map_in, faults_of_lists, faults_of_name, faults_of_visits
from sim.config.files import choices_of, default_choices, file_of, where_it_lies
from sim.config.follow_ons import collapsed, completed
from sim.config.key_paths import MODELS, Root, locate, put_value, without_nulls
from sim.config.overrides import Draft, Override, drafted
from sim.config.page_questions import with_question
from sim.config.roster_shorthand import remedy_of_typed, written_out
from sim.department.pathway import roles_named
from sim.department.roster import Staffing
from sim.department.scenario import Problem, Scenario, ScenarioError, steps_with_paths
from sim.io.plain_data import KeyPath, Plain, copied, value_or
from sim.io.strict_yaml import read_checked_yaml
from sim.io.suggest import did_you_mean
from sim.studies.check_settings import faults_outside_sweeps, several_currencies
from sim.studies.question import STUDIES, Question, studies_using
from sim.studies.settings import KEYS_OUTSIDE, REPORT_KEYS, StaffingsSettings, StudySettings
from sim.studies.settings_by_study import CalibrateSettings


def compose(overrides: Sequence[str] = (), config_dir: Path | None = None) -> Question:
    """Compose and check everything the overrides ask for.

    `config_dir` (or the key `configs`) is a further folder with groups of the user's own. Raises ScenarioError with
    every problem found.
    """
    words = with_question(overrides, config_dir)
    draft = drafted(words.words, config_dir)
    draft.problems += words.problems
    draft.rosters = words.rosters
    base = chosen_files.composed_files(draft)
    if base is None:
        raise ScenarioError(draft.problems)
    composed = finished(draft, base, tuple(overrides))
    problems = list(faults_outside_sweeps(composed.study, composed.measures))
    if isinstance(composed.study, StaffingsSettings):  # a back test plays two staffings and compares no money
        problems += several_currencies(composed.played)
    if problems:
        raise ScenarioError(problems)
    return composed


_PARTS = frozenset(Scenario.model_fields)
_OTHERS = [group for group in MODELS if group != "staffing"]
"""Groups of which a command has one choice, in their order; of staffings it may compare several."""


def finished(draft: Draft, base: Plain, overrides: tuple[str, ...]) -> Question:
    """The whole command, checked; raises all that is wrong with it."""
    parts = put_together(draft, base, CheckCache())
    root, study, groups, scenarios = parts.root, parts.study, parts.groups, parts.scenarios
    if draft.problems or study is None:
        raise ScenarioError(dict.fromkeys(draft.problems))
    compared = {name: scenarios[name] for name in staffings_named(study) if name in scenarios}
    in_files = [name for name in compared if name not in draft.rosters]
    wanted = chosen_files.files_wanted(draft, in_files)
    outside: dict[str, Any] = {"output": root.output} | draft.paths
    for key in ("output", "visits", "run", "export"):
        outside[key] = None if outside.get(key) is None else Path(outside[key])
    return Question(
        scenario=scenarios[draft.choices["staffing"]],
        study=study,
        seed=root.seed,
        engine=groups["engine"].value.name,
        executor=groups["executor"].value,
        by=groups["report"].value.by,
        measures=groups["report"].value.measures,
        choices=dict(draft.choices),
        scenarios=compared,
        overrides=overrides,
        overridden=tuple(item.key for item in draft.values),
        files=tuple(chosen_files.files_read(draft, in_files)),
        chosen=tuple(file_of(draft.folders, group, name) for group, name in wanted),
        column_map=draft.column_map,
        config_dir=draft.folders[1] if len(draft.folders) > 1 else None,
        **{key: outside.get(key) for key in KEYS_OUTSIDE},
    )


def put_together(draft: Draft, base: Plain, cache: CheckCache) -> "Composition":
    """Apply the values, check every group and every staffing asked for; what is wrong is added to the draft."""
    shipped = cache.get_or_compute(("shipped", draft.folders), lambda: chosen_files.shipped_default(draft))
    parts = Composition(draft, base, cache, shipped)
    parts.check()
    return parts


@dataclass(slots=True)
class Composition:
    """What a draft comes to over the data of its files; what is wrong with it is added to the draft's problems.

    `shipped` are the default choices of the shipped folder, empty where only that is used.
    """

    draft: Draft
    base: Plain
    cache: CheckCache
    shipped: Plain
    root: Root = field(default_factory=Root)
    study: StudySettings | None = None
    groups: dict[str, Checked] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)

    def check(self) -> None:
        """Fill `root`, `study`, `groups` and `scenarios`."""
        draft = self.draft
        for key in set(self.base) - set(MODELS) - set(Root.model_fields):
            draft.refuse(key, repr(key), f"no such group; {did_you_mean(key, MODELS)}")
        self.base = self.with_typed_changes()
        data = self.changed()
        choices = ("own", draft.folders, *draft.choices.items())
        own = self.cache.get_or_compute(
            choices, lambda: chosen_files.own_files(draft.folders, draft.choices, self.shipped)
        )
        for group in _OTHERS:
            data[group], lacking = completed(group, data[group], own.get(group))
            draft.problems += lacking
        if "department" in own:
            draft.problems += tasks_without_purpose(data["department"])
        named = self.names_a_study(data["study"])
        for group in _OTHERS:
            if named or group != "study":
                self.groups[group] = self.cache.checked(group, data[group], self.references(group, self.base[group]))
        self.root = self.root_of(data)
        self.check_programs()
        self.study = self.study_asked_for(self.groups["study"].value if named else None)
        staffings = self.staffings()
        for part in self.groups.values():
            draft.problems += collapsed(part.problems, {}, draft.typed)
        self.make_scenarios(staffings)
        self.check_calibration(data["study"])
        self.check_unused()

    def references(self, group: str, base: Plain) -> list[Plain]:
        """Where an entry that is not faulty can be had from."""
        return [base, self.shipped[group]] if group in self.shipped else [base]

    def with_typed_changes(self) -> Plain:
        """The files with the steps changed that were typed to be, so that other values may name the new ones."""
        changes = [Changes(stream, item.value, item.key) for item in self.draft.values if (stream := stream_of(item))]
        if not changes:
            return self.base
        department = dict(self.base["department"])
        self.draft.problems += applied(department, changes)
        return self.base | {"department": department}

    def changed(self) -> Plain:
        """The data with the overrides applied; what has no place is reported. Groups that do not change are shared."""
        data = dict(self.base)
        for item in self.draft.values:
            if item.key.startswith("staffing.") or stream_of(item):
                continue
            place = placed(self.base, item)
            if isinstance(place, Problem):
                self.draft.problems.append(place)
                continue
            group = str(place[0])
            if data.get(group) is self.base.get(group):
                data[group] = copied(self.base.get(group))
            put_value(data, place, item.value)
            if item.value is None:
                data[group] = without_nulls(MODELS[group], data[group], [self.base[group]])
        return data

    def check_unused(self) -> None:
        """Keys outside the groups that the study would pass over in silence."""
        study, given = self.study, {"output": self.root.output, **self.draft.paths}
        given |= {item.key: str(item.value) for item in self.draft.values if item.key in REPORT_KEYS}
        for key in (*KEYS_OUTSIDE, *REPORT_KEYS):
            if study is None or given.get(key) is None or key in study.uses:
                continue
            users = " and ".join(f"study={name}" for name in studies_using(key))
            remedy = f"it is for {users}: leave it out of study={study.name}"
            nothing = f"study={study.name} writes no files: leave it out"
            self.draft.refuse(key, str(given[key]), nothing if key == "output" else remedy)

    def names_a_study(self, study: Plain) -> bool:
        """Whether the name in the file of a study is one of ours; one that is not is reported, and the rest left."""
        name = study.get("name") if isinstance(study, dict) else None
        if not isinstance(name, str) or name in STUDIES:
            return True
        self.refuse_program("study", name, STUDIES)
        return False

    def check_programs(self) -> None:
        """The name of an engine or an executor says which of the programs there are is meant."""
        for group in ("engine", "executor"):
            value, known = self.groups[group].value, self.names_in(group, self.draft.folders[:1])
            if value is not None and value.name not in known:
                self.refuse_program(group, value.name, known)

    def refuse_program(self, group: str, name: str, known: Iterable[str]) -> None:
        """A file whose name is no study, engine or executor that there is."""
        file = file_of(self.draft.folders, group, self.draft.choices[group])
        remedy = f"the name in the file says what is done; {did_you_mean(name, known)}"
        self.draft.refuse(f"{file} name", repr(name), remedy)

    def names_in(self, group: str, folders: tuple[Path, ...]) -> tuple[str, ...]:
        """Names of the files of a group, looked up once for all scenarios."""
        return self.cache.get_or_compute(("names", group, folders), lambda: choices_of(group, folders))

    def check_calibration(self, study: Plain) -> None:
        """What a calibration writes, its lists, its column map; and the visits where the command is refused anyhow."""
        draft = self.draft
        if not isinstance(study, dict) or STUDIES.get(study.get("name", "")) is not CalibrateSettings:
            return
        draft.problems += faults_of_name(study.get("demand_name"), draft.folders)
        if (base := self.scenarios.get(draft.choices["staffing"])) is not None:
            draft.problems += faults_of_lists(study, base)
        if study.get("map") is None:  # a draft of one is printed
            return
        read = column_map_in(draft.folders, study.get("map"))
        if isinstance(read, list):
            draft.problems += read
            return
        draft.column_map = read
        if draft.problems and "visits" in draft.paths:
            draft.problems += faults_of_visits(Path(draft.paths["visits"]), read)

    def root_of(self, data: Plain) -> Root:
        """The keys outside every group."""
        seed = data.get("seed")
        try:
            if not isinstance(seed, bool):
                return Root(**{key: data[key] for key in Root.model_fields if key in data})
        except ValueError:
            pass
        self.draft.refuse("seed", repr(seed), "give a whole number of at least 0 and less than 2**63")
        return Root()

    def study_asked_for(self, study: StudySettings | None) -> StudySettings | None:
        """The study with its staffings by name, `all` spelled out, and a baseline among them.

        Unless staffings are listed on the command line, one that is chosen there is compared with the baseline alone.
        """
        if not isinstance(study, StaffingsSettings):
            return study
        if not study.staffing:
            self.draft.refuse("study.staffing", "[]", "a comparison needs staffings: name them as [a,b], or give all")
            return study
        chosen, typed, names = self.draft.choices["staffing"], self.draft.typed, study.staffing
        baselines = () if study.baseline is None else (study.baseline,)
        stands_alone = chosen not in (default_choices()["staffing"], study.baseline)
        if names == ("all",):
            names = tuple(dict.fromkeys((*baselines, *staffings_in_order(self.draft.folders))))
        elif "study.staffing" not in typed and stands_alone:
            names = (*baselines, chosen)
        if stands_alone and chosen not in names:
            listed = f"study.staffing=[{','.join((*names, chosen))}]"
            remedy = f"what is compared is study.staffing: {listed}, or change keys such as staffing.nurse"
            self.draft.refuse("staffing", chosen, remedy)
        baseline = study.baseline if study.baseline in names or "study.baseline" in typed else names[0]
        if baseline not in (*names, None):
            remedy = f"not among the staffings compared; {did_you_mean(str(baseline), names)}"
            self.draft.refuse("study.baseline", repr(baseline), remedy)
        return study.model_copy(update={"staffing": names, "baseline": baseline})

    def staffings(self) -> dict[str, Checked]:
        """Every staffing asked for, by name. An override of a role that only some of them have applies to those."""
        draft, compared = self.draft, staffings_compared(self.study)
        bases = {draft.choices["staffing"]: self.base["staffing"]}
        if compared and self.default_team_stands_aside(compared):
            draft.choices["staffing"], bases = compared[0], {}
        beside = () if self.study is None or self.is_own(draft.choices["staffing"]) else self.study.beside
        names = dict.fromkeys((draft.choices["staffing"], *compared, *beside))
        known = (*self.names_in("staffing", draft.folders), *draft.rosters)
        for name in names:
            if name not in known:
                remedy = where_it_lies(draft.folders, "staffing", name)
                draft.refuse("study.staffing", repr(name), remedy or f"no such staffing; {did_you_mean(name, known)}")
        in_files = [name for name in names if name in known and name not in (*bases, *draft.rosters)]
        bases |= chosen_files.staffing_files(draft, in_files) | draft.rosters
        items = [item for item in draft.values if item.key.startswith("staffing.")]
        for item in items:
            places = [placed({"staffing": own}, item) for own in bases.values()]
            unmatched = [place for place in places if isinstance(place, Problem)]
            if len(unmatched) == len(places):
                draft.problems.append(with_holders(unmatched[0], bases.values(), draft.folders))
        return {name: self.roster_checked(roster_with(own, items), own) for name, own in bases.items()}

    @property
    def has_own_department(self) -> bool:
        """The department is a file of the user's own."""
        return chosen_files.is_own(self.draft.folders, "department", self.draft.choices["department"])

    def default_team_stands_aside(self, compared: Collection[str]) -> bool:
        """Staffings of a department of the user's own are compared, and the default one, which nobody chose, is none of
        them: whether it fits there is no matter."""
        choices, usual = self.draft.choices, default_choices()["staffing"]
        return self.has_own_department and choices["staffing"] == usual and usual not in compared

    def is_own(self, staffing: str) -> bool:
        """The staffing is the user's own: nothing that is shipped is of its size."""
        return staffing in self.draft.rosters or chosen_files.is_own(self.draft.folders, "staffing", staffing)

    def is_shipped_beside_own(self, name: str) -> bool:
        """A shipped staffing, in a department of the user's own."""
        return self.has_own_department and not self.is_own(name)

    def is_of_another_place(self, name: str) -> bool:
        """A shipped staffing with none of the roles that the steps of the user's own department ask for."""
        made = self.scenarios.get(name)
        if made is None or not self.is_shipped_beside_own(name):
            return False
        asked = roles_of_steps(made)
        return bool(asked) and asked.isdisjoint(made.staffing.roles)

    def teams_of_another_place(self, names: Sequence[str]) -> Problem:
        """One problem for staffings that do not fit the department at all, with those of the user's own that may."""
        draft, one = self.draft, self.scenarios[names[0]]
        asked = ", ".join(sorted(roles_of_steps(one)))
        own = [name for name in self.names_in("staffing", draft.folders) if not self.is_shipped_beside_own(name)]
        mine = [*own, "YOURS"][:1]
        remedy = f"shipped, with none of the roles that department={draft.choices['department']} asks for ({asked}): "
        if isinstance(self.study, StaffingsSettings):
            mine = [*mine, *[*own[1:], "ANOTHER"][:1]]
            return Problem(
                "study.staffing", ", ".join(names), f"{remedy}name your own: study.staffing=[{','.join(mine)}]"
            )
        return Problem("staffing", ", ".join(names), f"{remedy}choose your own: staffing={mine[0]}")

    def roster_checked(self, roster: Plain, base: Plain) -> Checked:
        """A staffing, checked, and that each of its roles says what it costs."""
        found = self.cache.checked("staffing", roster, self.references("staffing", base))
        unpriced = without_cost(roster) if found.value is not None else ()
        missing = tuple(problem for problem in unpriced if problem.path not in found.misspelt)
        return replace(found, problems=(*found.problems, *missing)) if missing else found

    def make_scenarios(self, staffings: dict[str, Checked]) -> None:
        """The scenarios that could be put together; their problems are added to the draft, each once."""
        draft, found, foreign = self.draft, dict[Problem, list[str]](), list[str]()
        for name, staffing in staffings.items():
            contradictions = self.contradictions(name, staffing)
            if self.is_of_another_place(name):
                foreign.append(name)
                contradictions = []
            problems = [*staffing.problems, *contradictions]
            if problems:
                choices = draft.choices if name in draft.rosters else {**draft.choices, "staffing": name}
                own = chosen_files.own_files(draft.folders, choices, self.shipped)
                problems = collapsed(problems, own, draft.typed)
            for problem in problems:
                found.setdefault(problem, []).append(name)
        for problem, names in found.items():
            everywhere = len(names) == len(staffings) - len(foreign)
            path = problem.path if everywhere else f"{problem.path} (staffing={','.join(names)})"
            draft.problems.append(replace(problem, path=path))
        if foreign:
            draft.problems.append(self.teams_of_another_place(foreign))

    def contradictions(self, name: str, staffing: Checked) -> list[Problem]:
        """Make the scenario of a staffing, if all its parts could be had; what does not fit among them."""
        parts = {group: part for group, part in self.groups.items() if group in _PARTS} | {"staffing": staffing}
        if any(part.value is None for part in parts.values()):
            return []
        period = {} if self.study is None else {"period": self.study.period}
        made = Scenario(**{group: part.value for group, part in parts.items()}, **period)
        self.scenarios[name] = made
        doubts = {group: list(filter(is_doubt, part.problems)) for group, part in parts.items()}
        unsure = frozenset(one.path.split(".")[1] for one in doubts["staffing"] if "." in one.path)
        reported = {problem.path for problem in staffing.problems}  # what stands there by now is not the user's
        reported |= staffing.misspelt.union(*(part.misspelt for part in self.groups.values()))
        faulty = frozenset(group for group, doubtful in doubts.items() if doubtful)
        found = [as_typed_key(item, made) for item in self.cache.contradictions(made, unsure, faulty)]
        return [item for item in found if item.path not in reported]


def roles_of_steps(scenario: Scenario) -> set[str]:
    """Roles that steps of the department ask for."""
    return {role for _, step in steps_with_paths(scenario) for role in roles_named(step)}


def stream_of(item: Override) -> str | None:
    """The stream whose steps an override changes, `department.streams.STREAM.changed_steps`; None for any other."""
    group, *inner = item.key.split(".")
    changes = group == "department" and len(inner) == 3 and inner[0] == "streams" and inner[2] in (CHANGED, ADDED)
    return inner[1] if changes else None


def placed(base: Plain, item: Override) -> KeyPath | Problem:
    """The place an override names, or what is wrong with it."""
    group, _, entry = item.key.partition(".")
    place = locate(base, item.key, item.adds)
    if item.key.startswith("department.minimum_cover"):
        remedy = "minimum cover cannot be bought out: it is a value of the department, set in its file only"
    elif group in MODELS and entry == "name":
        remedy = f"a name goes with its file: choose the file instead, {group}=…"
    elif isinstance(place, str):
        remedy = remedy_of_typed(item.key, item.value) or place
    elif item.value == {} and isinstance(value_or(base, place, None), dict):  # merged into it
        remedy = "an empty mapping changes nothing: name the entry to set, one key each"
    else:
        return place
    return Problem(item.key, repr(item.value), remedy)


def staffings_compared(study: StudySettings | None) -> tuple[str, ...]:
    """The staffings that a study compares."""
    return study.staffing if isinstance(study, StaffingsSettings) else ()


def staffings_named(study: StudySettings | None) -> tuple[str, ...]:
    """The staffings that a study plays besides the one chosen."""
    return (*staffings_compared(study), *(() if study is None else study.beside))


def staffings_in_order(folders: tuple[Path, ...]) -> list[str]:
    """The staffings of the shipped comparison in its order, then those of folders of the user's own, by name.

    The finding is about the first staffing after the baseline, which the alphabet should not decide. Other shipped
    staffings are for a question of their own, with a department or a sweep that goes with them.
    """
    comparison = read_checked_yaml(file_of(folders[:1], "study", "compare"))["staffing"]
    known, shipped = choices_of("staffing", folders), choices_of("staffing", folders[:1])
    return [*(name for name in comparison if name in known), *(name for name in known if name not in shipped)]


def with_holders(problem: Problem, rosters: Iterable[Plain], folders: tuple[Path, ...]) -> Problem:
    """A key of a role that none of the rosters has, with the shipped staffings that do have it."""
    group, role, *inner = problem.path.split(".")
    if not inner or role in Staffing.model_fields or any(role in roster for roster in rosters):
        return problem
    files = {name: file_of(folders[:1], group, name) for name in choices_of(group, folders[:1])}
    holders = [name for name, file in files.items() if role in (read_checked_yaml(file) or {})]
    if not holders:
        return problem
    remedy = f"no role {role} in this staffing; choose one that has it: staffing={' or '.join(holders)}"
    return replace(problem, remedy=remedy)


def roster_with(own: Plain, items: list[Override]) -> Plain:
    """One staffing with the overrides that have a place in it; without any it is the staffing itself."""
    placed_items = [(placed({"staffing": own}, item), item.value) for item in items]
    sound = [(place, value) for place, value in placed_items if not isinstance(place, Problem)]
    if not sound:
        return own
    data = {"staffing": copied(own)}
    for place, value in sound:
        put_value(data, place, value)
    return written_out(without_nulls(Staffing, data["staffing"], [own]))


def is_doubt(problem: Problem) -> bool:
    """The part does not stand as it was written."""
    return problem.about is None or problem.about[0] != MISSING_COST


# --- problems of cross-checks by keys that can be typed ---

STEP = re.compile(r"department\.streams\.(?P<stream>[^\[]+)\.pathway\[(?P<number>\d+)\]")


def as_typed_key(problem: Problem, scenario: Scenario) -> Problem:
    """A problem of a cross-check with its path as a key, and a remedy that names keys."""
    key, _, _ = problem.path.partition(" (")
    remedy = problem.remedy.replace(f" in staffing.{scenario.staffing.name};", ";")
    if key.startswith("staffing.") and remedy.startswith("minimum cover"):
        remedy = f"{remedy}; {_heads_key(scenario, key.split('.')[1])}"
    if step := STEP.fullmatch(key):
        planned = scenario.department.streams[step["stream"]].pathway[int(step["number"])]
        key = f"department.streams.{step['stream']}.pathway.{planned.name}{_entry_naming(planned, problem.value)}"
    return replace(problem, path=key.replace("[", ".").replace("]", ""), remedy=remedy)


def _heads_key(scenario: Scenario, role_name: str) -> str:
    """The key that changes how many of a role are rostered."""
    role = scenario.staffing.roles[role_name]
    if role.heads is not None:
        return f"set staffing.{role_name}.heads"
    if not role.shifts:
        return f"add a shift: +staffing.{role_name}.shifts.NAME={{start: '07:00', minutes: 720, heads: 1}}"
    return f"set staffing.{role_name}.shifts.NAME.heads, NAME being the shift"


def _entry_naming(step: object, value: str) -> str:
    """The entry of a step that names this role, with its dot; nothing where none does."""
    for entry in ("role", "fallback_role", "roles"):
        named = getattr(step, entry, None)
        if value == repr(named) or (isinstance(named, tuple) and value in map(repr, named)):
            return f".{entry}"
    in_team = [role for role in getattr(step, "team", ()) if value == repr(role)]
    return f".team.{in_team[0]}" if in_team else ""
