"""`study=sensitivity`: what decides between staffings, and what it is worth to measure first.

It reads the draws of the assumptions that a comparison or an earlier sensitivity study has played (`run=FOLDER`), or
plays them in the way of a comparison. What is made of them is `sim.analysis.sensitivity`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from rich.console import Console

from sim.analysis.assumption_spread import Draws, drawn_runs, draws_design
from sim.analysis.design_needs import check_design
from sim.analysis.played_draws import (
    PlayedDraws,
    facts_of_draws,
    played_draws,
    read_played_draws,
    tables_of_draws,
)
from sim.analysis.sensitivity import Sensitivity, SensitivityAsked, sensitivity_of
from sim.analysis.trial_worth import RETURN_OUTCOME, SampleErrors, binomial_errors, read_trial_errors
from sim.analysis.valuation import problems_of_presets
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.measures.number_text import counted
from sim.io.suggest import did_you_mean
from sim.register.draws import shipped_cube
from sim.register.rows import assumed_numbers
from sim.report.console import say
from sim.report.progress import tell_results
from sim.report.sensitivity_answer import print_sensitivity, sensitivity_answer, sensitivity_sheets
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design
from sim.runs.output_folder import results_folder, results_place
from sim.runs.tables_on_disk import write_table
from sim.statistics.two_sources import FEWEST_DRAWS
from sim.studies.check_settings import SWEPT_INSTEAD, measures_of, no_measure, presets_of, refuse_without_published
from sim.studies.draws import draws_of
from sim.studies.question import Question
from sim.studies.settings_by_study import SensitivitySettings
from sim.studies.stored import SHOWN_PAGES, files_of_answer
from sim.studies.study import Files, PlayedStudy, design_for, facts_of_question, write_each

T = TypeVar("T")
OF_PLAYING = ("study.staffing", "study.baseline", "study.draws", "study.draw_weeks", "study.draws_from")
"""Keys that say what is played, and mean nothing where a folder is read."""


@dataclass(frozen=True)
class SensitivityPlan:
    """Scenarios by staffing, the baseline first, in draws of the assumptions, and what is asked of them."""

    design: Design
    draws: Draws
    scenarios: Mapping[str, Scenario]
    study: SensitivitySettings
    errors: SampleErrors | None


class SensitivityStudy(PlayedStudy[SensitivityPlan, Sensitivity]):
    """Plays draws, or reads those of a folder, and says what decides."""

    name = "sensitivity"
    settings = SensitivitySettings
    shown_files: ClassVar = SHOWN_PAGES

    def dry_run(self, question: Question, console: Console) -> int:
        if question.run is None:
            return super().dry_run(question, console)
        read_asked_draws(question)
        say(console, "study=sensitivity: nothing is simulated, some seconds")
        return 0

    def plan(self, question: Question) -> SensitivityPlan:
        study = sensitivity_settings(question)
        refuse_without_published(question, "study", self.name, SWEPT_INSTEAD)
        scenarios = scenarios_in_order(question, study)
        problems = [*faults_of_measures(study, measures_of(scenarios.values())), *faults_of_ranges(study)]
        errors, unreadable = attempted(lambda: errors_named(study))
        problems += [*problems_of_presets(study.presets, study.worth), *unreadable]
        if len(scenarios) < 2:
            remedy = "there is nothing to choose between: name two staffings or more"
            problems.append(Problem("study.staffing", repr(list(scenarios)), remedy))
        if problems:
            raise ScenarioError(problems)
        draws = draws_of(study, question)
        assert draws is not None  # `study.assumptions` is true by its type
        design = draws_design(design_for(question, scenarios), scenarios, draws)
        check_design(design)
        return SensitivityPlan(design, draws, scenarios, study, errors)

    def answer(self, plan: SensitivityPlan, runs: RunsInMemory, seconds: float) -> Sensitivity:
        drawn = drawn_runs(runs, plan.design, list(plan.scenarios), plan.draws)
        played = played_draws(drawn, plan.draws.places, plan.scenarios)
        return sensitivity_of(within_ranges(played, plan.study), asked_of(plan.study, played, plan.errors))

    def files(
        self, plan: SensitivityPlan, answer: Sensitivity, runs: RunsInMemory, facts: dict[str, Any], question: Question
    ) -> Files:
        return files_of_sensitivity(answer, facts)

    def own_facts(self, answer: Sensitivity) -> dict[str, Any]:
        return facts_of_draws(answer.played)

    def show(self, answer: Sensitivity, console: Console) -> None:
        print_sensitivity(sensitivity_answer(answer), console)

    def what(self, plan: SensitivityPlan) -> str:
        return f"{counted(len(plan.scenarios), 'staffing')} in draws of the assumptions"

    def run(self, question: Question, console: Console) -> int:
        if question.run is None:
            return super().run(question, console)
        started, study = time.monotonic(), sensitivity_settings(question)
        played, errors = read_asked_draws(question)
        place = results_place(question.output, self.name)
        found = sensitivity_of(within_ranges(played, study), asked_of(study, played, errors))
        with results_folder(place, self.name) as draft:
            facts = facts_of_question(question, question.command(), time.monotonic() - started)
            write_each(files_of_sensitivity(found, facts | facts_of_draws(found.played)), draft.folder, draft.errors)
        print_sensitivity(sensitivity_answer(found), console)
        tell_results(console, place, self.shown_files)
        return 0


def sensitivity_settings(question: Question) -> SensitivitySettings:
    """The settings of the study."""
    study = question.study
    assert isinstance(study, SensitivitySettings)
    return study


def scenarios_in_order(question: Question, study: SensitivitySettings) -> dict[str, Scenario]:
    """Scenarios by staffing in the order of the answer."""
    baseline = study.baseline if study.baseline in question.played else next(iter(question.played))
    return {baseline: question.played[baseline], **question.played}


def errors_named(study: SensitivitySettings) -> SampleErrors | None:
    """Standard errors of trials from the folder that is named, if one is. Raises ScenarioError."""
    return None if study.trial_from is None else read_trial_errors(Path(study.trial_from))


def asked_of(study: SensitivitySettings, played: PlayedDraws, errors: SampleErrors | None) -> SensitivityAsked:
    """What is asked of draws; without simulated standard errors those of the textbook."""
    if errors is None and played.drawn.known([RETURN_OUTCOME]):
        errors = binomial_errors(float(np.nanmean(played.drawn.values(RETURN_OUTCOME)[0][:, 0])))
    return SensitivityAsked(study.outcome, study.worth, presets_of(study), study.trial_sizes, errors)


def read_asked_draws(question: Question) -> tuple[PlayedDraws, SampleErrors | None]:
    """The draws of the folder that is named, and the errors of trials.

    Raises ScenarioError with all that is wrong with the question.
    """
    study, folder = sensitivity_settings(question), question.run
    assert folder is not None
    remedy = "the draws of run= are there already, nothing is played: leave it out"
    problems = [Problem(key, "set", remedy) for key in (*OF_PLAYING, "seed") if key in question.overridden]
    if question.output is not None and question.output.resolve() == folder.resolve():
        problems.append(Problem("output", str(question.output), "the folder that is read: name another one"))
    problems += faults_of_ranges(study)
    errors, unreadable = attempted(lambda: errors_named(study))
    problems += [*problems_of_presets(study.presets, study.worth), *unreadable]
    played, refused = attempted(lambda: read_played_draws(folder))
    problems += refused
    if played is None:
        raise ScenarioError(problems)
    problems += faults_of_measures(study, set(played.drawn.measures))
    problems += attempted(lambda: within_ranges(played, study))[1]
    if problems:
        raise ScenarioError(problems)
    return played, errors


def attempted(make: Callable[[], T]) -> tuple[T | None, Sequence[Problem]]:
    """What is made, or None and the problems with which that ended."""
    try:
        return make(), ()
    except ScenarioError as error:
        return None, tuple(error.problems)


def faults_of_measures(study: SensitivitySettings, known: set[str]) -> Iterator[Problem]:
    """An outcome, or a valued measure, that no run has."""
    if study.outcome not in known:
        yield Problem("study.outcome", repr(study.outcome), no_measure(study.outcome, known))
    for item in study.worth:
        if item.cad_per_unit and item.measure not in known:
            yield Problem(f"study.worth.{item.name}.measure", repr(item.measure), no_measure(item.measure, known))


def faults_of_ranges(study: SensitivitySettings) -> Iterator[Problem]:
    """Ranges of rows that are not drawn, or that contradict the register."""
    cube = shipped_cube()
    for row, (low, high) in study.ranges.items():
        place, value = f"study.ranges.{row}", f"[{low:g},{high:g}]"
        if row not in cube.dimensions:
            yield Problem(place, value, f"no drawn row of the register; {did_you_mean(row, cube.dimensions)}")
            continue
        known = cube.register[row]
        if len(assumed_numbers(known) or ()) != 1 or known.low.startswith("x"):
            yield Problem(place, value, f"{row} is no single number in the register: it cannot be held in a range")
        elif not float(known.low) <= low < high <= float(known.high):
            remedy = f"contradicts the register, where {row} lies from {known.low} to {known.high}: stay inside"
            yield Problem(place, value, remedy)


def within_ranges(played: PlayedDraws, study: SensitivitySettings) -> PlayedDraws:
    """The draws in which rows lie in the ranges asked for. Raises ScenarioError where hardly any is left."""
    kept = np.full(len(played.quantiles), True)
    for row, (low, high) in study.ranges.items():
        if row in played.rows:
            numbers = played.numbers(row)
            kept &= (low <= numbers) & (numbers <= high)
    if study.ranges and kept.sum() < FEWEST_DRAWS:
        remedy = f"{kept.sum()} of {len(kept)} draws lie in it: widen it, or play more draws (study.draws)"
        asked = ", ".join(f"{row}: [{low:g},{high:g}]" for row, (low, high) in study.ranges.items())
        raise ScenarioError([Problem("study.ranges", f"{{{asked}}}", remedy)])
    return played.where(kept) if study.ranges else played


def files_of_sensitivity(found: Sensitivity, facts: dict[str, Any]) -> Files:
    """The files of the answer: figures first, then pages, then tables."""
    from sim.report.figures.named_frames import pictures_and_files  # loads a drawing library
    from sim.report.figures.sensitivity_figures import frames_of

    pictures, drawn = pictures_and_files(lambda: frames_of(found))
    answer = sensitivity_answer(found, pictures)
    tables = {name: getattr(found, name) for name in ("ranks", "everything", "learning", "trials", "benefit")}
    tables = {name: table for name, table in tables.items() if len(table)} | tables_of_draws(found.played)
    return {
        **drawn,
        **files_of_answer(answer, facts, list(sensitivity_sheets(found))),
        **{f"{name}.parquet": partial(write_table, table) for name, table in tables.items()},
    }
