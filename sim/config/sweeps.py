"""From the words after `-m` to every scenario of a sweep, checked, or one error with all that is wrong in any of them.

What varies is told by `designs`; one scenario is put together by `composition`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from sim.config.composition import Composed, Draft, Parts, composed_files, draft_of, finished, put_together
from sim.config.designs import ONE_FOR_ALL, Design, Varied, design_of
from sim.config.known import Known
from sim.config.overrides import Override
from sim.config.places import Plain
from sim.department.scenario import Problem, Scenario, ScenarioError

PERIOD_KEYS = ("study.weeks", "study.warm_up_weeks", "study.follow_up_days", "study.month_factors")
"""What may vary of a study: it belongs to the scenario."""
NOT_SWEPT = {
    "run": "it is for study=results: leave it out",
    "visits": "it is for study=calibrate: leave it out",
    "study.staffing": "a sweep varies the group itself: staffing=a,b",
    "study.baseline": "the first scenario is the baseline: put it first",
    "study.demand_levels": "a sweep varies demand itself: demand.growth=0.95,1,1.05",
    "study.visits": "a sweep keeps measures, no visits: play the scenario by itself, with study=run",
    "study.event_log": "a sweep keeps measures, no events: play the scenario by itself, with study=run",
}
MOST_NAMED = 3
"""Scenarios named with a problem that is not everybody's."""


@dataclass(frozen=True, slots=True)
class ComposedSweep:
    """A checked sweep. `scenarios` by label, the baseline first; `labels` in the same order by hash of the content;
    `same`: labels left out, with the one they repeat.

    `first` is the command of the first scenario, whose study, seed, engine and output are those of all.
    """

    first: Composed
    scenarios: dict[str, Scenario]
    labels: dict[str, str]
    same: tuple[tuple[str, str], ...]
    overrides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """Files composed for one combination of choices: what came of them, and what was wrong."""

    data: Plain | None
    choices: dict[str, str]
    problems: tuple[Problem, ...]


def compose_sweep(overrides: Sequence[str], config_dir: FilePath | None = None) -> ComposedSweep:
    """Compose and check every scenario of a sweep. Raises ScenarioError with every problem of any, each once."""
    design = design_of(["study=run", *overrides])
    design.problems += refused(design)
    known = Known()
    found: dict[Problem, list[Varied]] = {problem: [] for problem in design.problems}
    scenarios: list[tuple[str, Scenario]] = []
    first: Composed | None = None
    for varied, items in design.scenarios():
        draft = draft_of(items, [], config_dir)
        parts = parts_of(draft, known)
        for problem in dict.fromkeys((*draft.problems, *unfit(parts))):
            found.setdefault(problem, []).append(varied)
        if not found and parts is not None:
            scenarios.append((" ".join(varied), parts.scenarios[draft.choices["staffing"]]))
            first = first or first_of(items, overrides, config_dir)
    if found or first is None:
        raise ScenarioError(said_of_all(found, design))
    labels, same = each_once(scenarios)
    by_label = dict(reversed(scenarios))  # of two with one label the first, which is the same anyhow
    return ComposedSweep(first, {label: by_label[label] for label in labels.values()}, labels, same, tuple(overrides))


def refused(design: Design) -> list[Problem]:
    """What a sweep cannot vary, and keys that mean nothing in one."""
    problems = []
    for key, texts in design.texts().items():
        value = repr(",".join(text.partition("=")[2] for text in texts))
        if key in NOT_SWEPT:
            problems.append(Problem(key, value, NOT_SWEPT[key]))
        elif len(texts) > 1 and key.split(".")[0] in ONE_FOR_ALL and key not in PERIOD_KEYS:
            problems.append(Problem(key, value, "one for the whole sweep: give one value"))
    return problems


def parts_of(draft: Draft, known: Known) -> Parts | None:
    """The scenario of a draft; files are composed once for each combination of choices."""
    base = known.once(("files", draft.folders, *draft.choices.items()), lambda: base_of(draft))
    draft.problems += base.problems
    faulty = [group for group, name in draft.choices.items() if base.choices[group] != name]
    draft.values = [item for item in draft.values if item.key.split(".")[0] not in faulty]
    draft.choices = dict(base.choices)
    return None if base.data is None else put_together(draft, base.data, known)


def base_of(draft: Draft) -> Base:
    """The chosen files put together, apart from what was typed in."""
    files = Draft(draft.folders, dict(draft.choices), [], {})
    return Base(composed_files(files), files.choices, tuple(files.problems))


def unfit(parts: Parts | None) -> list[Problem]:
    """A study that does not play one scenario by itself, or asks more of it than a sweep does."""
    study = None if parts is None else parts.study
    if study is None:
        return []
    if study.name != "run":
        remedy = "a sweep plays each scenario by itself and compares it with the first: leave study out, or study=run"
        return [Problem("study", repr(study.name), remedy)]
    odd = {
        "study.staffing": study.staffing != (),
        "study.demand_levels": study.demand_levels != (1.0,),
        "study.visits": study.visits,
        "study.event_log": study.event_log is not None,
    }
    values = study.model_dump(mode="json")
    return [Problem(key, repr(values[key.split(".")[1]]), NOT_SWEPT[key]) for key, is_odd in odd.items() if is_odd]


def first_of(items: Sequence[Override], overrides: Sequence[str], config_dir: FilePath | None) -> Composed:
    """The command of the first scenario by itself."""
    draft = draft_of(items, [], config_dir)
    base = composed_files(draft)
    assert base is not None
    return finished(draft, base, tuple(overrides))


def said_of_all(found: dict[Problem, list[Varied]], design: Design) -> list[Problem]:
    """Every problem once; one of some scenarios only says of how many, and which."""
    of_each = Counter(text for varied, _ in design.scenarios() for text in varied)
    return [said_of(problem, scenarios, of_each, len(design)) for problem, scenarios in found.items()]


def said_of(problem: Problem, scenarios: list[Varied], of_each: Counter[str], n: int) -> Problem:
    """The problem with the scenarios that have it: those with one value, if it is all of them, else by name."""
    if len(scenarios) in (0, n):
        return problem
    shared = set(scenarios[0]).intersection(*scenarios)
    cause = next((text for text in scenarios[0] if text in shared and of_each[text] == len(scenarios)), None)
    named = "; ".join(" ".join(varied) for varied in scenarios[:MOST_NAMED])
    more = f"; and {len(scenarios) - MOST_NAMED} more" if len(scenarios) > MOST_NAMED else ""
    which = f"those with {cause}" if cause else f"{named}{more}"
    return Problem(f"{problem.path} (in {len(scenarios)} of {n} scenarios: {which})", problem.value, problem.remedy)


def each_once(scenarios: Sequence[tuple[str, Scenario]]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Labels of scenarios of different content, by its hash, and those that repeat an earlier one."""
    labels: dict[str, str] = {}
    same = []
    for label, scenario in scenarios:
        content = scenario.content_hash()
        if content in labels:
            same.append((label, labels[content]))
        else:
            labels[content] = label
    return labels, tuple(same)
