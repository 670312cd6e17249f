"""Whether what is asked of measures makes sense: that there are such measures, and that the question fits them.

What may be asked stands in `sim.runs.stopping_rules`.
"""

from collections.abc import Iterable, Iterator

from sim.analysis.valuation import EVERYTHING, problems_of_presets
from sim.department.arrivals import Replay
from sim.department.scenario import Problem, Scenario, steps_with_paths
from sim.engine.measures.catalogue import MEASURE_BY_KEY, MEASURES
from sim.engine.measures.cohort import REPORTED_STREAMS
from sim.io.suggest import did_you_mean
from sim.statistics.sequential_precision import LOOK_AHEAD
from sim.studies.settings import AgainstBaselineSettings, MeasuredSettings, PlayedSettings, StudySettings

_ONLY_SWEPT = ("select", "best", "controls")
"""Fields of a study that mean something in a sweep only."""


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


def measures_named_by(study: MeasuredSettings) -> dict[str, str]:
    """Where each measure is asked about, by its name."""
    asked = {measure: f"study.precision.{measure}" for measure in study.precision}
    if study.best is not None:
        asked.setdefault(study.best, "study.best")
    if study.select is not None:
        asked.setdefault(study.select.measure, "study.select.measure")
    return asked


def faults_of_measures_named(study: MeasuredSettings, scenarios: list[Scenario]) -> Iterator[Problem]:
    """What is wrong with what a study asks of its measures."""
    asked = measures_named_by(study)
    known = measures_of(scenarios) if asked else set()
    for measure, place in asked.items():
        if measure not in known:
            yield Problem(place, repr(measure), f"no such measure; {close_measure(measure, known)}")
        elif not place.startswith("study.precision") and MEASURE_BY_KEY[measure.partition(".")[0]].better == "neutral":
            remedy = "neither high nor low is better of it: ask for the best by a measure that has a direction"
            yield Problem(place, repr(measure), remedy)
        elif place.startswith("study.precision"):
            yield from faults_of_precision(study, measure, place)
    yield from faults_together(study)
    yield from faults_of_warm_up(study, scenarios)


def close_measure(measure: str, known: set[str]) -> str:
    """A close name; of hundreds of them not all."""
    remedy = did_you_mean(measure, sorted(known))
    listed = "a measure and its part, such as wait_triage_to_pia_mean.all; all stand in docs/data-dictionary.md"
    return remedy if remedy.startswith("did you mean") else listed


def faults_of_precision(study: MeasuredSettings, measure: str, place: str) -> Iterator[Problem]:
    """A share of a rate near zero is nothing."""
    if study.precision[measure].relative is not None and MEASURE_BY_KEY[measure.partition(".")[0]].kind == "rate":
        remedy = "a rate may be near zero: give half_width, as a share of visits (0.002)"
        yield Problem(place, f"relative {study.precision[measure].relative:g}", remedy)


def faults_together(study: MeasuredSettings) -> Iterator[Problem]:
    """What cannot be asked at once."""
    room = study.replications + LOOK_AHEAD
    if study.precision and study.most_replications is not None and study.most_replications < room:
        remedy = f"a precision must hold for {LOOK_AHEAD} replications after the first ones: give at least {room}"
        yield Problem("study.most_replications", repr(study.most_replications), remedy)
    if study.select is None:
        return
    if study.precision:
        remedy = "rounds play for a precision or for the best: leave study.precision or study.select out"
        yield Problem("study.select", repr(study.select.measure), remedy)
    if study.best is not None:
        yield Problem("study.best", repr(study.best), "study.select names the best: leave one of the two out")
    if study.replications < 2:
        remedy = "the first round must show how much replications vary: give at least 2, better 10"
        yield Problem("study.replications", repr(study.replications), remedy)


def faults_alone(study: MeasuredSettings) -> Iterator[Problem]:
    """What is asked of a sweep of one scenario, and needs another to compare it with."""
    remedy = "there is only one scenario: let something vary"
    if study.select is not None:
        yield Problem("study.select", repr(study.select.measure), remedy)
    if study.best is not None:
        yield Problem("study.best", repr(study.best), remedy)
    for measure, asked in study.precision.items():
        if asked.of == "differences":
            yield Problem(f"study.precision.{measure}.of", "'differences'", remedy)


def faults_of_warm_up(study: PlayedSettings, scenarios: list[Scenario]) -> Iterator[Problem]:
    """A list of visits ends, so that its days after are empty whatever the warm-up."""
    if study.warm_up_weeks == "auto" and any(isinstance(scenario.demand, Replay) for scenario in scenarios):
        remedy = "a replayed list of visits has no warm-up to find: give a number of weeks"
        yield Problem("study.warm_up_weeks", "'auto'", remedy)


def faults_outside_sweeps(study: StudySettings) -> Iterator[Problem]:
    """What is asked of one scenario, or of a comparison, and only a sweep answers."""
    if not isinstance(study, MeasuredSettings):
        return
    if study.warm_up_weeks == "auto":
        yield Problem("study.warm_up_weeks", "'auto'", "it is for sweeps: peered -m …; give a number of weeks")
    for name in _ONLY_SWEPT:
        value = getattr(study, name)
        if value:
            yield Problem(f"study.{name}", repr(getattr(value, "measure", value)), "it is for sweeps: peered -m …")


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
            remedy = f"no such measure; {close_measure(item.measure, measures)}"
            yield Problem(f"study.worth.{item.name}.measure", repr(item.measure), remedy)
