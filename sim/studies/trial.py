"""`study=trial`: what a trial of peer support would take, by trials that are played.

What is kept of a run is `sim.analysis.trial_runs`, what the runs say `sim.analysis.trials`, how it is shown
`sim.report.trial_report`.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from math import ceil
from typing import Any

from rich.console import Console

from sim.analysis.design_needs import check_design
from sim.analysis.scenario_facts import peer_hours
from sim.analysis.trial_runs import ReduceToArms, with_arms
from sim.analysis.trials import BEFORE, BEFORE_AFTER, NEVER_OFFERED, TrialAnswer, TrialPlan, answer_of_trials
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.measures.afterwards import SPANS
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.measuring import OF_VISITS
from sim.engine.measures.number_text import counted
from sim.io.suggest import did_you_mean
from sim.register.rows import read_keys, read_register
from sim.report.console import say
from sim.report.description import ANSWER_PAGE
from sim.report.study_report import REPORT
from sim.report.tables.answer_workbook import ANSWER
from sim.report.trial_report import print_trial, trial_answer, trial_sheets, trial_tables
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.tables_on_disk import write_or_remove
from sim.studies.breakeven import OF_CLINICIANS, effects_known, with_effect
from sim.studies.check_settings import faults_without_peers, measures_of, no_measure
from sim.studies.question import Question
from sim.studies.settings_by_study import TrialSettings
from sim.studies.stored import files_of_answer
from sim.studies.study import Files, PlayedStudy, design_for, tell_design


class TrialStudy(PlayedStudy[TrialPlan, TrialAnswer]):
    """Sites without peers, with peers for half the patients, and for all, on common seeds at each effect."""

    name = "trial"
    settings = TrialSettings
    shown_files = (REPORT, ANSWER_PAGE, ANSWER, "trial_errors.parquet")

    def dry_run(self, question: Question, console: Console) -> int:
        plan = trial_plan_of(question)
        kinds = f"{counted(len(plan.effects), 'effect')}, {' and '.join(plan.designs)}"
        say(console, f"study=trial: {plan.labels[1]} beside {plan.labels[0]}, {kinds}")
        sites = f"{counted(len(plan.design.scenarios), 'kind')} of sites"
        return tell_design(plan.design, question.scenarios, (1.0,), console, sites)

    def plan(self, question: Question) -> TrialPlan:
        return trial_plan_of(question)

    def what(self, plan: TrialPlan) -> str:
        return f"sites for {plan.weeks} weeks"

    def answer(self, plan: TrialPlan, runs: RunsInMemory, seconds: float) -> TrialAnswer:
        return answer_of_trials(plan, runs)

    def show(self, answer: TrialAnswer, console: Console) -> None:
        print_trial(trial_answer(answer), console)

    def files(
        self, plan: TrialPlan, answer: TrialAnswer, runs: RunsInMemory, facts: dict[str, Any], question: Question
    ) -> Files:
        from sim.report.figures.named_frames import pictures_and_files  # loads a drawing library
        from sim.report.figures.trial_figures import figures_of_trials

        pictures, drawn = pictures_and_files(lambda: figures_of_trials(answer))
        return {
            **drawn,
            **files_of_answer(trial_answer(answer, pictures), facts, trial_sheets(answer)),
            **{f"{name}.parquet": partial(write_or_remove, table) for name, table in trial_tables(answer).items()},
        }


def trial_plan_of(question: Question) -> TrialPlan:
    """The runs of a study of trials. Raises ScenarioError with every problem."""
    study = question.study
    assert isinstance(study, TrialSettings)
    baseline = study.baseline or study.staffing[0]
    others = [name for name in question.scenarios if name != baseline]
    if problems := list(faults_of_trial(study, question.scenarios, others)):
        raise ScenarioError(problems)
    without, with_peers = question.scenarios[baseline], question.scenarios[others[0]]
    nobody = with_arms(without, control_consents=True)
    offered, always, scenarios = {}, {}, {NEVER_OFFERED: nobody}
    if BEFORE_AFTER in study.designs:
        scenarios[BEFORE] = nobody
    for effect in study.effect_sizes:
        scenario = with_effect(with_peers, study.effect, effect)
        offered[effect], always[effect] = f"offered at {effect:g}", f"always at {effect:g}"
        scenarios[offered[effect]] = with_arms(scenario)
        scenarios[always[effect]] = with_arms(scenario, control_consents=True)
    design = design_for(
        question,
        scenarios,
        reduce=ReduceToArms(study.outcomes),
        groups={label: (label,) for label in scenarios},
        seeds={BEFORE: (question.seed + 1) % MOST_SEED},
        hashed={label: run_key(label, scenario, study.outcomes) for label, scenario in scenarios.items()},
    )
    check_design(design)
    return TrialPlan(
        design=design,
        designs=study.designs,
        outcomes=study.outcomes,
        effect=study.effect,
        effects=study.effect_sizes,
        offered=offered,
        always=always,
        power=study.power,
        sites=study.sites,
        weeks=study.weeks,
        follow_up_days=study.follow_up_days,
        hours=peer_hours(with_peers) - peer_hours(without),
        cad=with_peers.staffing.weekly_cost() - without.staffing.weekly_cost(),
        labels=(without.staffing.shown_name, with_peers.staffing.shown_name),
    )


MOST_SEED = 2**63
"""Seeds are below it; the period before has the next one, and so other patients."""


def run_key(label: str, scenario: Scenario, outcomes: tuple[str, ...]) -> str:
    """What a run is known by: its label, since that decides the seed, its scenario, and what is kept of it."""
    return sha256("\n".join([label, scenario.content_hash(), *outcomes]).encode()).hexdigest()[:16]


# --- what cannot be asked


def faults_of_trial(study: TrialSettings, scenarios: Mapping[str, Scenario], others: list[str]) -> Iterator[Problem]:
    """Everything that such a study cannot do; where there is no place for peers only that."""
    if without_peers := list(faults_without_peers("trial", scenarios)):
        yield from without_peers
        return
    yield from faults_of_trial_staffings(study, scenarios, others)
    yield from faults_of_effect(study)
    for outcome in study.outcomes:
        yield from faults_of_outcome(outcome, study, scenarios)
    if study.replications < 2:
        yield Problem("study.replications", repr(study.replications), "an interval needs 2 or more")


def faults_of_trial_staffings(
    study: TrialSettings, scenarios: Mapping[str, Scenario], others: list[str]
) -> Iterator[Problem]:
    """Other than one staffing with peers beside one without."""
    if len(others) != 1:
        remedy = "a trial is of one staffing beside the baseline: write [traditional,peer_added]"
        yield Problem("study.staffing", repr(list(study.staffing)), remedy)
        return
    (other,) = others
    if peer_hours(scenarios[other]) == 0.0:
        remedy = (
            "no peer support workers on duty, so that no child can be offered one: name a staffing that has some, as "
            "peer_added of those that are shipped"
        )
        yield Problem("study.staffing", other, remedy)
    baseline = next(scenario for name, scenario in scenarios.items() if name != other)
    if peer_hours(baseline) > 0.0:
        remedy = (
            "peers are on duty in it, so that nobody goes without: choose one without, as study.baseline=traditional"
        )
        yield Problem("study.baseline", repr(study.baseline), remedy)


def faults_of_effect(study: TrialSettings) -> Iterator[Problem]:
    """An effect that peers do not have, or of a size that the register holds for impossible."""
    known = [name for name in effects_known() if not name.startswith(OF_CLINICIANS)]
    if study.effect not in known:
        yield Problem("study.effect", repr(study.effect), f"no effect of peers; {did_you_mean(study.effect, known)}")
        return
    row = read_register()[next(each.id for each in read_keys() if each.key == study.effect)]
    for size in study.effect_sizes:
        if not float(row.low) <= size <= float(row.high):
            remedy = f"outside the register's limits, {row.low} to {row.high} ({row.id}): give one between them"
            yield Problem("study.effect_sizes", f"{size:g}", remedy)


def faults_of_outcome(outcome: str, study: TrialSettings, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """One that no run has, that no trial compares by its mean, or that is not seen within the run."""
    known = [name for name in measures_of(scenarios.values()) if name.partition(".")[0] in TRIAL_OUTCOMES]
    key = outcome.partition(".")[0]
    if outcome not in known:
        measure = MEASURE_BY_KEY.get(key)
        if measure is not None and key not in TRIAL_OUTCOMES:
            remedy = (
                "a trial compares means over visits, which this is not; choose one that is, as "
                "return_30d_per_visit.mental_health"
            )
        else:
            remedy = no_measure(outcome, set(known))
        yield Problem("study.outcomes", outcome, remedy)
        return
    days = days_followed(key)
    if days > study.follow_up_days:
        n, long = f"{days:g}-day returns", 7 * study.weeks + study.follow_up_days
        weeks = f"{n} need more than {ceil(days / 7)} weeks, and the run has {long // 7}; "
        short = weeks if days > long - 7 else ""
        remedy = f"{short}those recruited last are followed for {days:g} days: set study.follow_up_days={days:g}"
        yield Problem("study.follow_up_days", str(study.follow_up_days), remedy)


TRIAL_OUTCOMES = frozenset(item.key for item in OF_VISITS if item.statistic == "mean" and item.per is None)
"""Measures that are a mean over visits, so that two arms can be compared by it."""


def days_followed(key: str) -> float:
    """Days for which a visit must be followed before an outcome is known; 0 where it is known at departure."""
    return next((days for span, (_, days) in SPANS.items() if key.startswith(f"return_{span}_")), 0.0)
