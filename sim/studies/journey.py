"""`study=journey`: one child's visit under two staffings, the same patient and the same draws, in words and drawn."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from rich.console import Console

from sim.analysis.design_needs import check_run
from sim.analysis.journeys import PairOfRuns, SharedVisit, pair_of_runs, standing_of
from sim.department.forks import branches_of_forks
from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.short_lists import few_of
from sim.io.suggest import did_you_mean
from sim.report.console import say
from sim.report.description import ANSWER_PAGE
from sim.report.journey_answer import JOURNEY_COLUMNS, TwoJourneys, journeys_answer, journeys_table, print_journeys
from sim.report.progress import tell_results
from sim.report.study_report import REPORT
from sim.report.tables.answer_workbook import ANSWER, table_sheet
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import write_table
from sim.studies.check_settings import faults_without_peers
from sim.studies.question import Question
from sim.studies.settings_by_study import JourneySettings
from sim.studies.stored import files_of_answer
from sim.studies.study import Study, facts_of_question, write_each

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
        found = journeys_of(question)
        if place is None:
            print_journeys(journeys_answer(found), console)
            return 0
        with results_folder(place, self.name) as draft:
            from sim.report.figures.journey_figure import draw_journeys  # loads a drawing library

            with draft.errors.noted(draft.folder / "journey.png"):
                draw_journeys(found, draft.folder)
            drawing = draft.folder / "journey.svg"
            answer = journeys_answer(found, drawing.read_text(encoding="utf-8") if drawing.is_file() else "")
            facts = facts_of_journeys(found, question, time.monotonic() - started)
            table = journeys_table(answer)
            files = files_of_answer(answer, facts, [table_sheet("journey", table, JOURNEY_COLUMNS)])
            write_each({**files, "journey.csv": partial(write_table, table)}, draft.folder, draft.errors)
        print_journeys(answer, console)
        tell_results(console, place, (REPORT, ANSWER_PAGE, ANSWER, "journey.csv", "journey.png"))
        return 0


def scenarios_of(question: Question) -> tuple[Scenario, Scenario]:
    """Baseline and the other staffing. Raises ScenarioError with everything that is wrong with the question."""
    study = question.study
    assert isinstance(study, JourneySettings)
    further = "; study.event_log=csv with it writes what happens in each visit"
    without_peers = list(faults_without_peers("journey", question.scenarios, further))
    if problems := without_peers or list(faults_of_journey(study, question.scenario)):
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
    pair = pair_of_runs(scenarios, question.engine, question.seed, study.stream)
    visit = chosen_visit(study, pair)
    return TwoJourneys(
        labels=(scenarios[0].staffing.shown_name, scenarios[1].staffing.shown_name),
        runs=pair.runs,
        visit=visit,
        stream=study.stream,
        by_rule=study.patient is None,
        forks=branches_of_forks(scenarios[0].department.streams[study.stream].pathway),
        standing=standing_of(visit, pair.eligible) if visit in pair.eligible else None,
    )


def chosen_visit(study: JourneySettings, pair: PairOfRuns) -> SharedVisit:
    """The first visit of the patient asked for, or the typical one. Raises ScenarioError with the numbers there are."""
    if (found := pair.visit_of(study.patient)) is not None:
        return found
    numbers = [str(number) for number in dict.fromkeys(visit.patient for visit in pair.visits)]
    there = f"those who come and leave under both staffings: {few_of(numbers, MOST_NUMBERS, ', ') or 'nobody'}"
    if study.patient is None:
        remedy = f"no {study.stream} visit of the first week is eligible for peer support: name one of {there}"
        raise ScenarioError([Problem("study.patient", "null", remedy)])
    remedy = f"no patient of this number comes and leaves under both staffings in the {study.stream} stream"
    raise ScenarioError([Problem("study.patient", str(study.patient), f"{remedy}; {there}")])


def facts_of_journeys(answer: TwoJourneys, question: Question, seconds: float) -> dict[str, Any]:
    """What is needed to have the same again, and which child it is."""
    return facts_of_question(question, question.command(), seconds) | {
        "staffings": list(answer.labels),
        "stream": answer.stream,
        "patient": answer.visit.patient,
        "by_rule": answer.by_rule,
        "minutes_without_staff": [round(minutes, 3) for minutes in answer.visit.alone],
    }
