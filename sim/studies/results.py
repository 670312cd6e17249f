"""`study=results`: the answer of a study again, or what is asked of its tables."""

import shlex
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rich.console import Console

from sim.analysis.scenario_facts import received_scenarios
from sim.analysis.stored_comparison import stored_comparison
from sim.analysis.sweep_query import (
    EXPLORER,
    TABLE,
    TABLES_OF_SWEEP,
    QueryResult,
    export,
    problems_of_asking,
    queried,
)
from sim.analysis.table_query import queried_tables, table_exported
from sim.analysis.validation import stored_validation
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.currency import money_in
from sim.engine.measures.number_text import counted
from sim.io import sql
from sim.report.assumptions_report import print_register
from sim.report.breakeven_answer import describe_break_even
from sim.report.calibration_report import COMPARED
from sim.report.comparison_answer import print_comparison
from sim.report.conditioning_report import print_conditioning
from sim.report.journey_answer import print_journeys
from sim.report.optimise_answer import print_optimise
from sim.report.progress import teller
from sim.report.screen import print_answer
from sim.report.sensitivity_answer import print_sensitivity
from sim.report.stored_answer import STORED, StoredAnswer, read_answer
from sim.report.study_report import ReportFacts
from sim.report.sweep_answer import describe_sweep, print_query
from sim.report.terminal import lines_written
from sim.report.trial_report import print_trial
from sim.report.validation_report import print_validation
from sim.runs.received_sweep import read_facts
from sim.runs.result_tables import Results, calibrations_in, currency_of, study_of
from sim.runs.run_store import FACTS, RunStore, read_sweep
from sim.studies.breakeven import answer_of_store, received_plan
from sim.studies.explorer import answer_in, report_in, write_explorer
from sim.studies.question import Question
from sim.studies.settings_by_study import ResultsSettings
from sim.studies.stored import pages_of
from sim.studies.study import Study
from sim.studies.sweep import tell_store
from sim.studies.validate import VALIDATION_FILE


class ResultsStudy(Study):
    """The answer of a study again, from what is kept, or what is asked of its tables.

    Nothing in its folder is changed.
    """

    name = "results"
    settings = ResultsSettings

    def run(self, question: Question, console: Console) -> int:
        study = None if question.run is None else study_of(question.run)
        results = Results(question.run) if question.run is not None and study in SHOWN else None
        tables = TABLES_OF_SWEEP if results is None else list(results)
        problems = problems_of_asking(question.query, question.table, question.export, tables)
        if question.run is None:
            remedy = "study=results needs run=FOLDER, the results folder of a study"
            problems.insert(0, Problem("run", "nothing", remedy))
        if problems or question.run is None:
            raise ScenarioError(problems)
        wants_answer = question.query is None and question.table is None and question.export is None
        with money_in(currency_of(question.run)):
            if question.export is not None and question.export.suffix == EXPLORER:
                write_explorer(question.run, question.export, question.measures, console)
            elif results is None:  # a sweep or a break-even study, or no folder of ours
                results_of_sweep(question.run, question, wants_answer, console)
            elif wants_answer:
                SHOWN[str(study)](question.run, console)
            else:
                query = question.query or f"SELECT * FROM {sql.identifier(question.table or table_exported(results))}"
                with queried_tables(results, query) as found:
                    tell_found(found, question.export, console)
        return 0


def show_comparison(folder: Path, console: Console) -> None:
    """The answer of a comparison, or of one scenario."""
    print_comparison(stored_comparison(folder), console)


def show_validation(folder: Path, console: Console) -> None:
    """The verdicts of a validation."""
    facts = read_facts(folder / FACTS, ReportFacts)
    print_validation(stored_validation(folder / VALIDATION_FILE, facts.weeks, facts.confidence), console)


def show_kept(show: Callable[[StoredAnswer, Console], None], folder: Path, console: Console) -> None:
    """An answer that is kept as it was described."""
    show(read_answer(folder / STORED), console)


def show_calibrations(folder: Path, console: Console) -> None:
    """The finding of each calibration of a folder, and what was compared with its file."""
    for name in calibrations_in(folder):
        answer = read_answer(folder / pages_of(name)[STORED])
        print_answer(answer.on_screen(answer.table(COMPARED)), console, lines_written(console))


SHOWN: Mapping[str, Callable[[Path, Console], None]] = {
    "compare": show_comparison,
    "run": show_comparison,
    "validate": show_validation,
    "assumptions": partial(show_kept, print_register),
    "calibrate": show_calibrations,
    "conditioning": partial(show_kept, print_conditioning),
    "journey": partial(show_kept, print_journeys),
    "sensitivity": partial(show_kept, print_sensitivity),
    "trial": partial(show_kept, print_trial),
    "optimise": partial(show_kept, print_optimise),
}
"""What shows the answer of each study again from its folder; those of the others are made from their runs."""


def results_of_sweep(folder: Path, question: Question, wants_answer: bool, console: Console) -> None:
    """The answer of a sweep or a break-even study again, or what is asked of its tables."""
    received = read_sweep(folder)
    facts, labels = received.facts, received.labels
    store = RunStore(folder, facts.seed, facts.code)
    tell_store(store, console)
    if wants_answer:
        teller(console)(shlex.join(facts.command))
    if wants_answer and facts.study == "breakeven":
        described = describe_break_even(answer_of_store(received_plan(received, folder), store))
        print_answer(described, console, lines_written(console))
        return
    if wants_answer:
        print_answer(describe_sweep(report_in(received, store, question.measures)), console, lines_written(console))
        return
    answer = answer_in(received, store, received_scenarios(received.scenarios))
    query = question.query or f"SELECT * FROM {question.table or TABLE}"
    with queried(store, labels, answer, query) as found:
        tell_found(found, question.export, console)


def tell_found(found: QueryResult, file: Path | None, console: Console) -> None:
    """The answer to a query, shown or written."""
    if file is None:
        print_query(found, console)
    else:
        teller(console)(f"{counted(export(found, file), 'row')} in {file}")
