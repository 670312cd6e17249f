"""From the words after `-m` to every scenario of a sweep, checked, or one error with all that is wrong in any of them.

What varies is said by `designs`; one scenario is put together by `composition`.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sim.config.checking import CheckCache
from sim.config.chosen_files import composed_files
from sim.config.composition import Composition, finished, put_together
from sim.config.designs import ONE_FOR_ALL, SweepDesign, Varied, design_of
from sim.config.experiments import with_experiment
from sim.config.key_paths import is_whole
from sim.config.overrides import Draft, Override, Range, draft_of
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.plain_data import Plain
from sim.io.short_lists import few_of
from sim.studies.check_settings import faults_alone, faults_of_measures_named, faults_of_shown, several_currencies
from sim.studies.question import Question, SweepQuestion
from sim.studies.settings_by_study import RunSettings

PERIOD_KEYS = ("study.weeks", "study.warm_up_weeks", "study.follow_up_days", "study.month_factors", "study.minutes")
"""What may vary of a study: it belongs to the scenario."""
NOT_SWEPT = {
    "run": "it is for study=results, study=report and study=sensitivity: leave it out",
    "visits": "it is for study=calibrate: leave it out",
    "query": "it is for study=results: leave it out",
    "table": "it is for study=results: leave it out",
    "export": "it is for study=results and study=report: leave it out",
    "question": "a question of the planners' page is a comparison: peered question=NAME, without -m",
    "study.staffing": "a sweep varies the group itself: staffing=a,b",
    "study.baseline": "the first scenario is the baseline: put it first",
    "study.demand_levels": "a sweep varies demand itself: demand.growth=0.95,1,1.05",
    "study.event_log": "a sweep keeps measures, no events: play the scenario by itself, with study=run",
    "report.by": "a sweep keeps measures, no groups: compare staffings instead, study.staffing=[a,b] report.by=[c]",
}
_MOST_NAMED = 3
"""Values or scenarios named where there are many."""


def compose_sweep(overrides: Sequence[str], config_dir: Path | None = None) -> SweepQuestion:
    """Compose and check every scenario of a sweep. Raises ScenarioError with every problem of any, each once."""
    words = with_experiment(overrides, config_dir)
    design = design_of(["study=run", *words.words])
    design.problems = [*words.problems, *design.problems]
    try:
        return composed_of(design, overrides, config_dir)
    except ScenarioError as error:
        raise ScenarioError(map(words.with_origin, error.problems)) from None


def composed_of(design: SweepDesign, overrides: Sequence[str], config_dir: Path | None) -> SweepQuestion:
    """The scenarios of a design, composed and checked."""
    design.problems += refused(design)
    cache = CheckCache()
    leave_out_unfit(design, cache, config_dir)
    found: dict[Problem, list[Varied]] = {problem: [] for problem in design.problems}
    scenarios: list[tuple[str, Scenario]] = []
    first: Question | None = None
    composed: list[Scenario] = []
    study: RunSettings | None = None
    for varied, items in design.scenarios():
        draft = draft_like(items, config_dir, cache)
        parts = parts_of(draft, cache)
        for problem in dict.fromkeys((*draft.problems, *unfit(parts))):
            found.setdefault(problem, []).append(varied)
        if parts is not None:
            study = study or (parts.study if isinstance(parts.study, RunSettings) else None)
            composed += [value for name, value in parts.scenarios.items() if name == draft.choices["staffing"]]
        if not found and parts is not None:
            scenarios.append((" ".join(varied), parts.scenarios[draft.choices["staffing"]]))
            first = first or question_of_first(items, overrides, config_dir)
    found.update((problem, []) for problem in (faults_of_measures_named(study, composed) if study and composed else ()))
    asked = () if first is None else first.measures
    found.update((problem, []) for problem in (faults_of_shown(asked, composed) if composed else ()))
    found.update((problem, []) for problem in (several_currencies(dict(scenarios)) if scenarios else ()))
    if found or first is None:
        raise ScenarioError(collect_problems(found, design))
    keys, same = each_once(scenarios, cache)
    if len(keys) < 2 and study is not None and (alone := list(faults_alone(study))):
        raise ScenarioError(alone)
    by_label = dict(reversed(scenarios))  # of two with one label the first, which is the same anyhow
    different = {label: by_label[label] for label in keys}
    matters = {label: cache.result_key(scenario) for label, scenario in different.items()}
    return SweepQuestion(first, different, keys, matters, same, tuple(overrides), tuple(design.notes))


def refused(design: SweepDesign) -> list[Problem]:
    """What a sweep cannot vary, and keys that mean nothing in one, which are left out of its scenarios."""
    problems = []
    for key, texts in design.texts().items():
        values = few_of([text.partition("=")[2] for text in texts], _MOST_NAMED, ",", "others")
        value = repr(design.ranges[key].text if key in design.ranges else values)
        if key in NOT_SWEPT:
            problems.append(Problem(key, value, NOT_SWEPT[key]))
            design.rows = [[item for item in items if item.key != key] for items in design.rows]
        elif len(texts) > 1 and key.split(".")[0] in ONE_FOR_ALL and key not in PERIOD_KEYS:
            problems.append(Problem(key, value, "one for the whole sweep: give one value"))
        elif key == "study.warm_up_weeks" and len(texts) > 1 and f"{key}=auto" in texts:
            problems.append(Problem(key, value, "what is found holds for all scenarios: give auto alone, or numbers"))
    return problems


def leave_out_unfit(design: SweepDesign, cache: CheckCache, config_dir: Path | None) -> None:
    """Ranges of keys that take no such number are reported once and left out, not reported again for each sample."""
    if not design.ranges:
        return
    draft = draft_of(design.rows[0], [], config_dir)
    base, _ = base_of(draft, cache)
    reported = {problem.path for problem in design.problems}
    for one in design.ranges.values():
        remedy = why_no_range(one, draft, base)
        if remedy is None and one.key not in reported:
            continue
        if remedy is not None and one.key not in reported:
            design.problems.append(Problem(one.key, repr(one.text), remedy))
        design.rows = [[item for item in items if item.key != one.key] for items in design.rows]


def why_no_range(one: Range, draft: Draft, base: Plain | None) -> str | None:
    """What to write instead of a range where no number of it can stand; None where it can."""
    if one.key in draft.choices:
        return f"a name is wanted: give the choices, {one.key}=a,b"
    if base is not None and is_whole(base, one.key, bool(one.plus)):
        return "a whole number is wanted: write range(1,6) for 1 to 5, or a,b,c; a sample spreads them evenly"
    return None


def draft_like(items: Sequence[Override], config_dir: Path | None, cache: CheckCache) -> Draft:
    """The draft of a scenario; files are looked for once for each combination of choices."""
    chosen = [item for item in items if "." not in item.key or item.key.startswith("hydra")]
    values = [item for item in items if "." in item.key and not item.key.startswith("hydra")]
    drafted = cache.get_or_compute(("draft", *(item.text for item in chosen)), lambda: draft_of(chosen, [], config_dir))
    return Draft(drafted.folders, dict(drafted.choices), [*drafted.values, *values], drafted.paths, [*drafted.problems])


def parts_of(draft: Draft, cache: CheckCache) -> Composition | None:
    """The scenario of a draft; files are composed once for each combination of choices."""
    base, files = base_of(draft, cache)
    draft.problems += files.problems
    faulty = [group for group, name in draft.choices.items() if files.choices[group] != name]
    draft.values = [item for item in draft.values if item.key.split(".")[0] not in faulty]
    draft.choices = dict(files.choices)
    return None if base is None else put_together(draft, base, cache)


def base_of(draft: Draft, cache: CheckCache) -> tuple[Plain | None, Draft]:
    """The chosen files put together, apart from what was typed in; and the draft of them, with what was wrong."""

    def composed() -> tuple[Plain | None, Draft]:
        files = Draft(draft.folders, dict(draft.choices), [], {})
        return composed_files(files), files

    return cache.get_or_compute(("files", draft.folders, *draft.choices.items()), composed)


def unfit(parts: Composition | None) -> list[Problem]:
    """A study that does not play one scenario by itself, or asks more of it than a sweep does."""
    study = None if parts is None else parts.study
    if study is None:
        return []
    if not isinstance(study, RunSettings):
        remedy = "a sweep plays each scenario by itself and compares it with the first: leave study out, or study=run"
        return [Problem("study", repr(study.name), remedy)]
    values = study.model_dump(mode="json")
    odd = [key for key, usual in (("demand_levels", [1.0]), ("event_log", None)) if values[key] != usual]
    return [Problem(f"study.{key}", repr(values[key]), NOT_SWEPT[f"study.{key}"]) for key in odd]


def question_of_first(items: Sequence[Override], overrides: Sequence[str], config_dir: Path | None) -> Question:
    """The command of the first scenario by itself."""
    draft = draft_of(items, [], config_dir)
    base = composed_files(draft)
    assert base is not None
    return finished(draft, base, tuple(overrides))


def collect_problems(found: dict[Problem, list[Varied]], design: SweepDesign) -> list[Problem]:
    """Every problem once; one of some scenarios only says of how many, and which."""
    of_each = Counter(text for varied, _ in design.scenarios() for text in varied)
    together = merge_alike(found, len(design))
    return [with_scenario_names(problem, scenarios, of_each, len(design)) for problem, scenarios in together.items()]


def merge_alike(found: dict[Problem, list[Varied]], n: int) -> dict[Problem, list[Varied]]:
    """Many values that are wrong at one place in the same way, or all values there are, make one problem."""
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in found:
        alike.setdefault((problem.path, problem.remedy), []).append(problem)
    together: dict[Problem, list[Varied]] = {}
    for (path, remedy), problems in alike.items():
        everywhere = list(dict.fromkeys(varied for problem in problems for varied in found[problem]))
        if len(problems) == 1 or (len(problems) <= _MOST_NAMED and len(everywhere) < n):
            together |= {problem: found[problem] for problem in problems}
        else:
            values = few_of([problem.value for problem in problems], _MOST_NAMED, ", ", "other values")
            together[Problem(path, values, remedy)] = everywhere
    return together


def with_scenario_names(problem: Problem, scenarios: list[Varied], of_each: Counter[str], n: int) -> Problem:
    """The problem with the scenarios that have it: those with one value, if it is all of them, else by name."""
    if len(scenarios) in (0, n):
        return problem
    shared = set(scenarios[0]).intersection(*scenarios)
    cause = next((text for text in scenarios[0] if text in shared and of_each[text] == len(scenarios)), None)
    which = f"those with {cause}" if cause else few_of([" ".join(varied) for varied in scenarios], _MOST_NAMED)
    return Problem(f"{problem.path} (in {len(scenarios)} of {n} scenarios: {which})", problem.value, problem.remedy)


def each_once(
    scenarios: Sequence[tuple[str, Scenario]], cache: CheckCache
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Labels of scenarios of different content, with its hash, and those that repeat an earlier one."""
    labels: dict[str, str] = {}
    same = []
    for label, scenario in scenarios:
        content = cache.content_hash(scenario)
        if content in labels:
            same.append((label, labels[content]))
        labels.setdefault(content, label)
    return {label: content for content, label in labels.items()}, tuple(same)
