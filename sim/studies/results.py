"""`study=results`: the answer of a study again, or what is asked of the tables of a sweep."""

import shlex

from rich.console import Console

from sim.analysis.scenario_facts import received_scenarios
from sim.analysis.stored_comparison import is_comparison, stored_comparison
from sim.analysis.sweep_query import TABLE, export, problems_of_asking, queried
from sim.analysis.sweeping import sweep_answer
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.number_text import counted
from sim.report.breakeven_answer import describe_break_even
from sim.report.comparison_answer import print_comparison
from sim.report.description import without_output
from sim.report.progress import teller
from sim.report.screen import print_answer
from sim.report.sweep_answer import describe_sweep, print_query
from sim.report.terminal import lines_written
from sim.runs.received_sweep import CONTROLLED, read_checked
from sim.runs.run_store import RunStore, read_sweep
from sim.studies.breakeven import answer_of_store, received_plan
from sim.studies.question import Question, ResultsSettings
from sim.studies.study import Study
from sim.studies.sweep import report_of, tell_store


class ResultsStudy(Study):
    """The answer of a comparison, a sweep or a break-even study again, from what is kept, or what is asked of a sweep.

    Nothing in its folder is changed.
    """

    name = "results"
    settings = ResultsSettings

    def run(self, question: Question, console: Console) -> int:
        problems = problems_of_asking(question.query, question.table, question.export)
        if question.run is None:
            remedy = "study=results needs run=FOLDER, the results folder of a study"
            problems.insert(0, Problem("run", "nothing", remedy))
        if problems or question.run is None:
            raise ScenarioError(problems)
        wants_answer = question.query is None and question.table is None and question.export is None
        if wants_answer and is_comparison(question.run):
            print_comparison(stored_comparison(question.run), console)
            return 0
        received = read_sweep(question.run)
        facts, labels = received.facts, received.labels
        store = RunStore(question.run, facts.seed, facts.code)
        tell_store(store, console)
        if wants_answer:
            teller(console)(shlex.join(facts.command))
        if wants_answer and facts.study == "breakeven":
            described = describe_break_even(answer_of_store(received_plan(received, question.run), store))
            print_answer(described, console, lines_written(console))
            return 0
        answer = sweep_answer(store, labels, facts.replications, facts.confidence, facts.asked)
        if wants_answer:
            controlled = question.run / CONTROLLED
            table = read_checked(controlled) if controlled.is_file() else None
            report = report_of(
                store, labels, received_scenarios(received.scenarios), answer, without_output(facts.command), table
            )
            print_answer(describe_sweep(report), console, lines_written(console))
            return 0
        query = question.query or f"SELECT * FROM {question.table or TABLE}"
        with queried(store, labels, answer, query) as found:
            if question.export is None:
                print_query(found, console)
            else:
                rows = counted(export(found, question.export), "row")
                teller(console)(f"{rows} in {question.export}")
        return 0
