"""Whether what is asked of measures makes sense: that there are such measures, and that the question fits them.

What may be asked stands in `sim.runs.design`.
"""

from collections.abc import Iterable, Iterator, Mapping

from sim.analysis.measures_that_apply import absent_from, measures_that_apply, peers_apply
from sim.analysis.valuation import EVERYTHING, problems_of_presets
from sim.department.arrivals import Replay
from sim.department.scenario import Problem, Scenario, ScenarioError, steps_with_paths
from sim.engine.measures.catalogue import MEASURE_BY_KEY, MEASURES
from sim.engine.measures.cohort import REPORTED_STREAMS
from sim.io.suggest import did_you_mean
from sim.runs.stopping_rules import faults_of_rules
from sim.studies.question import Question
from sim.studies.settings import (
    REPORT_MEASURES,
    AgainstBaselineSettings,
    MeasuredSettings,
    PlayedSettings,
    StudySettings,
)

_ONLY_SWEPT = ("select", "best", "controls")
"""Fields of a study that mean something in a sweep only."""
FOR_SWEEPS = "it is for sweeps: peered -m …"


def measures_of(scenarios: Iterable[Scenario]) -> set[str]:
    """Names of the measures that runs of the scenarios may have."""
    found: set[str] = set()
    for parts in {id(scenario.department): scenario for scenario in scenarios}.values():
        streams = ("all", *REPORTED_STREAMS, *parts.department.streams)
        steps = [name for _, step in steps_with_paths(parts) if (name := getattr(step, "name", None))]
        of_each = {
            "stream": streams,
            "run": ("all",),
            "zone": tuple(parts.department.zones),
            "step": (*steps, *(f"{step}.{stream}" for step in steps for stream in streams[1:])),
        }
        found |= {f"{item.key}.{part}" for item in MEASURES for part in of_each.get(item.by, ())}
    roles = {role for scenario in scenarios for role in scenario.staffing.roles}
    return found | {f"{item.key}.{role}" for item in MEASURES if item.by == "role" for role in roles}


def measures_to_name(scenarios: Iterable[Scenario]) -> set[str]:
    """Those of them that say something about one of the scenarios, so that they may be named."""
    played = tuple(scenarios)
    return set(filter(measures_that_apply(played).has, measures_of(played)))


def faults_of_measures_named(study: MeasuredSettings, scenarios: list[Scenario]) -> Iterator[Problem]:
    """What is wrong with what a study asks of its measures."""
    rules = study.rules
    known = measures_to_name(scenarios) if rules.precision or rules.ranked_by else set()
    yield from faults_of_rules(rules, study.replications, lambda name: "" if name in known else no_measure(name, known))
    yield from faults_of_warm_up(study, scenarios)


def faults_of_shown(measures: Iterable[str], scenarios: Iterable[Scenario]) -> Iterator[Problem]:
    """Names among the measures that are to be shown which no run has."""
    known = measures_to_name(scenarios) if measures else set()
    for name in measures:
        if name not in known:
            yield Problem(REPORT_MEASURES, repr(name), no_measure(name, known))


def no_measure(measure: str, known: set[str]) -> str:
    """That it is none, or says nothing of the department, with a close name; of hundreds of them not all."""
    if measure.partition(".")[0] in MEASURE_BY_KEY.keys() - {name.partition(".")[0] for name in known}:
        return "nothing of what it measures is in this department: name another, as lwbs_or_ama.all"
    remedy = did_you_mean(measure, sorted(known))
    listed = "a measure and its part, such as wait_triage_to_pia_mean.all; all stand in docs/data-dictionary.md"
    return f"no such measure; {remedy if remedy.startswith('did you mean') else listed}"


def refuse_without_published(question: Question, place: str, value: str, instead: str) -> None:
    """Raise ScenarioError where the question needs published figures, and none is of such a department; `instead`:
    what serves there."""
    if "children" in absent_from(question.played.values()):
        remedy = (
            "published figures are of children's emergency departments, and "
            f"department={question.choices['department']} has neither of their streams, "
            f"{' and '.join(REPORTED_STREAMS)}: {instead}"
        )
        raise ScenarioError([Problem(place, value, remedy)])


def faults_without_peers(study: str, scenarios: Mapping[str, Scenario], further: str = "") -> Iterator[Problem]:
    """That a study is about peer support, where no scenario has peers or a stream in which they are offered; `further`:
    what else serves there."""
    if not any(map(peers_apply, scenarios.values())):
        name, scenario = next(iter(scenarios.items()))
        remedy = (
            "it is about peer support workers, and this department is no place for them: no role "
            f"{scenario.support.role} and no stream of support.streams ({', '.join(scenario.support.streams)}); what "
            f"staffings change beside what they cost is study=compare: study.staffing=[{name},ANOTHER]{further}"
        )
        yield Problem("study", study, remedy)


SWEPT_INSTEAD = "sweep what may be otherwise, as in peered -m demand.growth=0.9,1,1.1"
"""What shows how far an answer depends on what is assumed, in any department."""


def faults_alone(study: MeasuredSettings) -> Iterator[Problem]:
    """What is asked of a sweep of one scenario, and needs another to compare it with."""
    remedy = "there is only one scenario: let something vary"
    for place, measure in study.rules.ranked_by.items():
        yield Problem(f"study.{place}", repr(measure), remedy)
    for measure, asked in study.precision.items():
        if asked.of == "differences":
            yield Problem(f"study.precision.{measure}.of", "'differences'", remedy)
    if study.assumptions:
        yield Problem("study.assumptions", "True", remedy)


def faults_of_warm_up(study: PlayedSettings, scenarios: list[Scenario]) -> Iterator[Problem]:
    """A list of visits ends, so that its days after are empty whatever the warm-up."""
    if study.warm_up_weeks == "auto" and any(isinstance(scenario.demand, Replay) for scenario in scenarios):
        remedy = "a replayed list of visits has no warm-up to find: give a number of weeks"
        yield Problem("study.warm_up_weeks", "'auto'", remedy)


def faults_outside_sweeps(study: StudySettings, shown: Iterable[str] = ()) -> Iterator[Problem]:
    """What is asked of one scenario, or of a comparison, and only a sweep answers; `shown`: measures to be shown."""
    if not isinstance(study, MeasuredSettings):
        return
    for name in shown:
        yield Problem(REPORT_MEASURES, repr(name), f"{FOR_SWEEPS}; a whole answer shows every measure")
    if study.warm_up_weeks == "auto":
        yield Problem("study.warm_up_weeks", "'auto'", f"{FOR_SWEEPS}; give a number of weeks")
    for name in _ONLY_SWEPT:
        value = getattr(study, name)
        if value:
            yield Problem(f"study.{name}", repr(getattr(value, "measure", value)), FOR_SWEEPS)


def presets_of(study: AgainstBaselineSettings | None) -> tuple[str, ...]:
    """The presets of worth that are answered, the leading one first; one that counts all where none is named."""
    return (study.presets if study is not None else ()) or (EVERYTHING,)


def problems_of_worth(study: AgainstBaselineSettings, scenarios: Iterable[Scenario]) -> list[Problem]:
    """What is wrong with what a study values, and with the presets that count it."""
    return [*faults_of_valued(study, scenarios), *problems_of_presets(study.presets, study.worth)]


def faults_of_valued(study: AgainstBaselineSettings, scenarios: Iterable[Scenario]) -> Iterator[Problem]:
    """Measures that are valued and that no run has."""
    measures = measures_of(scenarios) if study.worth else set()
    for item in study.worth:
        if item.measure not in measures:
            yield Problem(f"study.worth.{item.name}.measure", repr(item.measure), no_measure(item.measure, measures))


def several_currencies(scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Scenarios, by name, whose money is of another currency than that of the first: nothing is converted."""
    named: dict[str, str] = {}
    for name, scenario in scenarios.items():
        named.setdefault(scenario.staffing.currency, name)
    (first, one), *others = named.items()
    for currency, name in others:
        remedy = (
            f"{one} is in {first}, and nothing is converted: write the money of both in one currency, and say the same "
            f"in both, or compare {name} with another in {currency}"
        )
        yield Problem(f"staffing.currency ({name})", repr(currency), remedy)
