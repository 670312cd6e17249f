"""`study=compare` and `study=run`: staffings on the same patients, or one scenario by itself."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console

from sim.analysis.assumption_spread import drawn_runs
from sim.analysis.compare import Plan, comparison_of, played_of, values_table
from sim.analysis.comparison_result import LEFT_OUT, TABLES, Comparison
from sim.analysis.design_needs import check_design
from sim.analysis.early_looks import EarlyLooks
from sim.analysis.measures_that_apply import peers_apply
from sim.analysis.played_draws import PlayedDraws, facts_of_draws, played_draws, tables_of_draws
from sim.analysis.scenario_facts import peer_hours
from sim.analysis.sequential_sampling import next_replications_of, play_in_rounds
from sim.analysis.stored_comparison import SCENARIOS_FILE, facts_of_comparison
from sim.department.scenario import Problem, ScenarioError
from sim.engine.measures.number_text import counted
from sim.report.comparison_answer import (
    LINES_OF_DRAWS,
    LINES_OF_LEVELS,
    describe_comparison,
    print_comparison,
    print_other_levels,
)
from sim.report.description import answer_markdown
from sim.report.early_table import EARLY_MEASURES, early_differences
from sim.report.figures.captions import figures_drawn
from sim.report.figures.figure_workers import begin_figures, drawers
from sim.report.progress import progress
from sim.report.study_report import ReportFacts, comparison_report, drawings
from sim.report.tables.answer_workbook import ANSWER, answer_sheets, write_answer_workbook
from sim.report.terminal import patient_console, show_finished
from sim.report.words.stopping_text import PrecisionOutcome, precision_lines
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design, FilesOfRun
from sim.runs.playing import refuse_failed
from sim.runs.run_store import FACTS, RunResult
from sim.runs.tables_on_disk import write_json, write_table, write_text
from sim.runs.worker_pool import n_cores
from sim.studies.check_settings import faults_alone, faults_of_measures_named, presets_of, problems_of_worth
from sim.studies.draws import draws_of, draws_text, with_assumptions
from sim.studies.question import Question, overrides_of_question
from sim.studies.settings import REPORT_BY, MeasuredSettings, StudySettings
from sim.studies.settings_by_study import CompareSettings, RunSettings
from sim.studies.study import AnswerScreen, Files, PlayedStudy, Waits, Watch, design_for

_MOST_NAMED = 4
"""Staffings named where progress is shown."""


def faults_of_groups(question: Question) -> Iterator[Problem]:
    """Groups of visits requested in a department of which no visit is counted in any."""
    if question.asks_by and question.by and not any(map(peers_apply, question.played.values())):
        remedy = "groups are of visits that may be offered peer support, and this department has none: leave it out"
        yield Problem(REPORT_BY, ", ".join(question.by), remedy)


def plan_of(question: Question) -> Plan:
    """Scenarios by staffing, levels and replications of a command; a single scenario is its own baseline.

    Raises ScenarioError if something is valued that no run has, or if it would need more memory than this machine has.
    """
    study = question.study
    assert isinstance(study, MeasuredSettings)
    against = study if isinstance(study, CompareSettings) else None
    scenarios = list(question.played.values())
    problems = [*faults_of_measures_named(study, scenarios), *(faults_alone(study) if len(scenarios) == 1 else ())]
    problems += [] if against is None else problems_of_worth(against, scenarios)
    problems += faults_of_groups(question)
    if problems:
        raise ScenarioError(problems)
    plan = Plan(
        base=design_for(question, question.played, rules=study.rules),
        baseline=(against and against.baseline) or next(iter(question.played)),
        levels=study.demand_levels,
        keep_all_visits=study.visits,
        event_log=study.event_log,
        worth=() if against is None else against.worth,
        presets=presets_of(against),
        changed=overrides_of_question(question.overrides),
        draws=None if against is None else draws_of(against, question),
        by=question.by if question.asks_by or any(peer_hours(scenario) > 0.0 for scenario in scenarios) else (),
    )
    check_design(plan.design)
    return plan


def designs_of(plan: Plan) -> list[Design]:
    """The comparison, and if asked for the same in draws of the assumptions."""
    return [plan.design, *([] if plan.draws_design is None else [plan.draws_design])]


def compare_in_memory(plan: Plan, console: Console | None = None) -> Comparison:
    """Play a whole plan and compare, progress on a console. Raises RunFailed for the first run that fails."""
    started, runs = time.monotonic(), RunsInMemory()
    for design in designs_of(plan):
        for tasks, played in play_in_rounds(design, runs):
            with progress(
                len(tasks), counted(len(plan.scenarios), "staffing"), console or Console(quiet=True)
            ) as advance:
                for task, results in played:
                    refuse_failed(task, results)
                    runs.add(results)
                    advance(str(task))
    return answered(plan, runs, time.monotonic() - started)


def answered(plan: Plan, runs: RunsInMemory, seconds: float) -> Comparison:
    """The comparison, with what came of the precision that was asked for among its notes, and with the assumptions."""
    comparison = comparison_of(runs, plan, seconds)
    if plan.draws is not None and plan.draws_design is not None:
        drawn = drawn_runs(runs, plan.draws_design, plan.staffings, plan.draws)
        comparison = with_assumptions(comparison, drawn, plan.worth, plan.presets)
    if not plan.base.rules.precision:
        return comparison
    return replace(comparison, notes=(*precision_lines(precision_of(plan, runs)), *comparison.notes))


def draws_played_of(plan: Plan, runs: RunsInMemory) -> PlayedDraws | None:
    """The draws of the assumptions that were played beside the comparison, if any were asked for."""
    if plan.draws is None or plan.draws_design is None:
        return None
    drawn = drawn_runs(runs, plan.draws_design, plan.staffings, plan.draws)
    return played_draws(drawn, plan.draws.places, plan.scenarios) if drawn.n_draws else None


def precision_of(plan: Plan, runs: RunsInMemory) -> PrecisionOutcome:
    """What came of a precision, with staffings by their labels and levels of demand."""
    found = next_replications_of(plan.design, runs)
    names = {
        label: (plan.scenarios[name].staffing.label or name) + (f" at demand {level:g}" if len(plan.levels) > 1 else "")
        for label, (level, name) in plan.cells.items()
    }
    reached = found.precision_reached
    if len(reached):
        reached = reached.assign(label=reached["label"].map(names))
    found = replace(found, precision_reached=reached)
    return PrecisionOutcome(tuple(names.values()), plan.base.replications, found, plan.base.rules)


class FirstAnswer(AnswerScreen[Comparison]):
    """Shows the answer at the central level of demand as soon as that has been played, while other levels are; and
    before it what the first replications say."""

    def __init__(self, plan: Plan, runs: RunsInMemory, console: Console, place: Path) -> None:
        super().__init__(print_comparison, console, watch_of(plan, console))
        self.plan, self.runs, self.place = replace(plan, levels=(plan.central_level,)), runs, place
        self.has_other_levels = len(plan.levels) > 1
        self.started, self.is_shown = time.monotonic(), False

    def played(self, results: Iterable[RunResult]) -> None:
        super().played(results)
        if self.is_shown or not self.has_other_levels or len(self.runs.done()) < self.plan.design.n_runs:
            return
        finished, n_planned = played_of(self.runs, self.plan)
        if sum(map(len, finished.values())) < n_planned * len(self.plan.scenarios):
            return
        if self.watch is not None:
            self.watch.end()
        answer = partial(comparison_of, self.runs, self.plan, time.monotonic() - self.started)
        errors = patient_console(sys.stderr)
        lines = LINES_OF_LEVELS + (0 if self.plan.draws is None else LINES_OF_DRAWS)
        show_finished(lambda: print_comparison(answer(), self.console, lines), errors, self.place)
        self.is_shown = True

    def show_all(self, answer: Comparison) -> None:
        """The whole answer, or what the other levels add to what has been shown."""
        (print_other_levels if self.is_shown else print_comparison)(answer, self.console)


def watch_of(plan: Plan, console: Console) -> Watch:
    """What watches the central level of demand."""
    central = {name: label for label, (level, name) in plan.cells.items() if level == plan.central_level}
    names = {name: scenario.staffing.label or name for name, scenario in plan.scenarios.items()}
    keys = {name: plan.design.keys[central[name]] for name in plan.staffings}
    return Watch(EarlyLooks(plan.design, keys, EARLY_MEASURES), partial(early_differences, names), console)


class CompareStudy(PlayedStudy[Plan, Comparison]):
    """Staffings on the same patients at each level of demand."""

    name = "compare"
    settings: ClassVar[type[StudySettings]] = CompareSettings
    has_figures = True

    def plan(self, question: Question) -> Plan:
        return plan_of(question)

    def beside(self, plan: Plan) -> str:
        return draws_text(plan.draws, len(plan.scenarios), next(iter(plan.scenarios.values())).period.minutes)

    def designs(self, plan: Plan) -> list[Design]:
        return designs_of(plan)

    def answer(self, plan: Plan, runs: RunsInMemory, seconds: float) -> Comparison:
        return answered(plan, runs, seconds)

    def run_files(self, plan: Plan, folder: Path) -> FilesOfRun:
        return plan.files_in(folder)

    def what(self, plan: Plan) -> str:
        several = len(plan.scenarios) > _MOST_NAMED
        names = counted(len(plan.scenarios), "staffing") if several else ", ".join(plan.scenarios)
        return f"{names} on the same patients"

    def screen(self, plan: Plan, runs: RunsInMemory, console: Console, place: Path) -> AnswerScreen[Comparison]:
        return FirstAnswer(plan, runs, console, place)

    def show(self, answer: Comparison, console: Console) -> None:
        print_comparison(answer, console)

    @contextmanager
    def drawing(self, plan: Plan, folder: Path) -> Iterator[Callable[[Comparison], Waits]]:
        if not self.has_figures:
            yield lambda _: ()
            return
        with drawers(plan.base.workers or n_cores()) as pool:
            yield lambda comparison: [
                figure.result for figure in begin_figures(comparison, folder, pool, figures_drawn(comparison))
            ]

    def own_facts(self, answer: Comparison) -> dict[str, Any]:
        return facts_of_comparison(answer)

    def report(self, answer: Comparison, facts: ReportFacts, figures: Path) -> str:
        return comparison_report(answer, facts, drawings(figures) if self.has_figures else {})

    def files(
        self, plan: Plan, answer: Comparison, runs: RunsInMemory, facts: dict[str, Any], question: Question
    ) -> Files:
        scenarios = {name: scenario.model_dump(mode="json") for name, scenario in plan.scenarios.items()}
        described = describe_comparison(answer, self.has_figures)
        tables = {name: table for name in (*TABLES, LEFT_OUT) if len((table := getattr(answer, name)).columns)}
        if len(reached := precision_of(plan, runs).plan.precision_reached):
            tables["precision"] = reached
        if (played := draws_played_of(plan, runs)) is not None:
            tables, facts = tables | tables_of_draws(played), facts | facts_of_draws(played)
        return {
            FACTS: partial(write_json, facts),
            "answer.md": partial(write_text, answer_markdown(described)),
            SCENARIOS_FILE: partial(write_json, scenarios),
            "replications.parquet": partial(write_table, values_table(played_of(runs, plan)[0])),
            **{f"{name}.parquet": partial(write_table, table) for name, table in tables.items()},
            ANSWER: partial(write_answer_workbook, answer_sheets(described, facts)),
        }


class RunStudy(CompareStudy):
    """One scenario, played and measured."""

    name = "run"
    settings = RunSettings
    has_figures = False
