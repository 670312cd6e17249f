"""`study=journey`: one child's visit under two staffings, the same patient and the same draws, in words and drawn."""

import shlex
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from sim.analysis.design_needs import check_run
from sim.analysis.journeys import SharedVisit, eligible_of_first_week, shared_visits, standing_of, typical_visit
from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.short_lists import few_of
from sim.io.suggest import did_you_mean
from sim.report.console import say
from sim.report.journey_answer import TwoJourneys, journeys_markdown, print_journeys
from sim.report.progress import teller
from sim.runs.engines import ENGINES
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import provenance, write_json, write_text
from sim.studies.question import JourneySettings, Question
from sim.studies.study import Study, write_each

MOST_NUMBERS = 20
"""Numbers of patients named where another was asked for."""


class JourneyStudy(Study):
    """Plays one replication of each staffing and shows one visit of both; writes only where `output` says."""

    name = "journey"
    settings = JourneySettings

    def dry_run(self, question: Question, console: Console) -> int:
        first, second = (scenario.staffing.name for scenario in scenarios_of(question))
        say(console, f"study=journey: one visit under {first} and {second}")
        say(
            console, f"runs: 1 of each, {question.study.period.horizon / MINUTES_PER_WEEK:.3g} weeks long, some seconds"
        )
        return 0

    def run(self, question: Question, console: Console) -> int:
        started = time.monotonic()
        place = None if question.output is None else results_place(question.output, self.name)
        answer = journeys_of(question)
        print_journeys(answer, console)
        if place is not None:
            self.write(answer, question, place, started)
            teller(console)(f"results are in {place}: journey.md, journey.png, journey.svg")
        return 0

    def write(self, answer: TwoJourneys, question: Question, place: Path, started: float) -> None:
        """Put words, picture and provenance into the folder of results. Raises OutputError, CannotKeep."""
        from sim.report.figures.journey_figure import draw_journeys  # loads a drawing library

        facts = facts_of_journeys(answer, question) | {"seconds": round(time.monotonic() - started, 1)}
        page = journeys_markdown(answer, shlex.join(question.command(elsewhere=True)))
        with results_folder(place, self.name) as draft:
            files = {"run.json": partial(write_json, facts), "journey.md": partial(write_text, page)}
            write_each(files, draft.folder, draft.errors)
            with draft.errors.noted(draft.folder / "journey.png"):
                draw_journeys(answer, draft.folder)


def scenarios_of(question: Question) -> tuple[Scenario, Scenario]:
    """Baseline and the other staffing. Raises ScenarioError with everything that is wrong with the question."""
    study = question.study
    assert isinstance(study, JourneySettings)
    if problems := list(faults_of_journey(study, question.scenario)):
        raise ScenarioError(problems)
    baseline = study.baseline or study.staffing[0]
    other = next(name for name in study.staffing if name != baseline)
    return question.scenarios[baseline], question.scenarios[other]


def faults_of_journey(study: JourneySettings, scenario: Scenario) -> Iterator[Problem]:
    """Other than two staffings, or a stream that the department does not have."""
    if len(study.staffing) != 2:
        remedy = "a journey is shown under two staffings, the baseline first: write [traditional,peer_added]"
        yield Problem("study.staffing", repr(list(study.staffing)), remedy)
    streams = scenario.department.streams
    if study.stream not in streams:
        yield Problem("study.stream", repr(study.stream), f"no such stream; {did_you_mean(study.stream, streams)}")


def journeys_of(question: Question) -> TwoJourneys:
    """Both runs, and the visit that is asked for or that the rule chooses. Raises ScenarioError."""
    study, scenarios = question.study, scenarios_of(question)
    assert isinstance(study, JourneySettings)
    for scenario in scenarios:
        check_run(scenario, question.engine)
    first, second = (ENGINES[question.engine](scenario, question.seed, 0) for scenario in scenarios)
    visits = shared_visits((first, second), scenarios, study.stream)
    eligible = eligible_of_first_week(visits, first.warm_up)
    visit = chosen_visit(study, visits, eligible)
    return TwoJourneys(
        labels=(scenarios[0].staffing.label, scenarios[1].staffing.label),
        runs=(first, second),
        visit=visit,
        stream=study.stream,
        by_rule=study.patient is None,
        standing=standing_of(visit, eligible) if visit in eligible else None,
    )


def chosen_visit(study: JourneySettings, visits: Sequence[SharedVisit], eligible: Sequence[SharedVisit]) -> SharedVisit:
    """The first visit of the patient asked for, or the typical one. Raises ScenarioError with the numbers there are."""
    numbers = [str(number) for number in dict.fromkeys(visit.patient for visit in visits)]
    there = f"those who come and leave under both staffings: {few_of(numbers, MOST_NUMBERS, ', ') or 'nobody'}"
    if study.patient is None:
        if not eligible:
            remedy = f"no {study.stream} visit of the first week is eligible for peer support: name one of {there}"
            raise ScenarioError([Problem("study.patient", "null", remedy)])
        return typical_visit(eligible)
    found = next((visit for visit in visits if visit.patient == study.patient), None)
    if found is None:
        remedy = f"no patient of this number comes and leaves under both staffings in the {study.stream} stream"
        raise ScenarioError([Problem("study.patient", str(study.patient), f"{remedy}; {there}")])
    return found


def facts_of_journeys(answer: TwoJourneys, question: Question) -> dict[str, Any]:
    """What is needed to have the same again, and which child it is."""
    return provenance(
        study=question.study.name, command=question.command(), choices=question.choices, seed=question.seed,
        engine=question.engine, staffings=list(answer.labels), stream=answer.stream, patient=answer.visit.patient,
        by_rule=answer.by_rule, minutes_without_staff=[round(minutes, 3) for minutes in answer.visit.alone],
    )  # fmt: skip
