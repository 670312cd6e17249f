"""`study=breakeven`: how large an effect must be for a staffing to pay, and how likely that is.

Runs are played and stored as those of a sweep (`sim.studies.sweep`); what they say is `sim.analysis.breakeven`.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from sim.analysis.assumption_spread import Draws, drawn_runs, draws_design
from sim.analysis.breakeven import BreakEvenAnswer, BreakEvenFacts, BreakEvenPlan, answer_of_runs, effects_played
from sim.analysis.breakeven_spread import paying_table, scenarios_at_ends
from sim.analysis.design_needs import check_design
from sim.analysis.early_looks import EarlyLooks
from sim.analysis.estimates import GUARDS
from sim.analysis.scenario_facts import peer_hours
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.department.support import Effects
from sim.engine.measures.number_text import counted
from sim.io.suggest import did_you_mean
from sim.report.breakeven_answer import describe_break_even, early_break_even
from sim.report.console import say
from sim.report.figures.breakeven_figure import draw_break_even
from sim.report.study_report import ReportFacts, pictures_of, swept_report
from sim.runs.design import Design
from sim.runs.output_folder import results_place
from sim.runs.received_sweep import AS_WRITTEN, ReceivedSweep, read_facts, refuse_all, shortened_value
from sim.runs.run_store import FACTS, RunStore, foreign_to_sweeps
from sim.runs.tables_on_disk import write_or_remove
from sim.studies.check_settings import faults_of_valued, faults_without_peers, presets_of, problems_of_worth
from sim.studies.draws import draws_of, draws_text
from sim.studies.question import Question
from sim.studies.settings_by_study import BreakevenSettings
from sim.studies.study import Study, Watch, design_for, tell_design
from sim.studies.sweep import Answered, opened_folder, received_design


class BreakevenStudy(Study):
    """Each staffing at each value of one effect, on common seeds."""

    name = "breakeven"
    settings = BreakevenSettings

    def dry_run(self, question: Question, console: Console) -> int:
        plan = break_even_plan_of(question)
        say(console, f"break-even: {what_is_played(plan)}, {', '.join(plan.staffings)} beside {plan.baseline}")
        assert isinstance(question.study, BreakevenSettings)
        if beside := draws_text(draws_of(question.study, question), len(scenarios_at_ends(plan))):
            say(console, beside)
        return tell_design(plan.design, question.scenarios, (1.0,), console)

    def run(self, question: Question, console: Console) -> int:
        plan = break_even_plan_of(question)
        place = results_place(question.output, self.name, foreign_to_sweeps)
        with opened_folder(place, plan.design.seed, console) as folder:
            assert isinstance(question.study, BreakevenSettings)
            draws = draws_of(question.study, question)
            further = (
                None if draws is None else draws_design(plan.design, scenarios_at_ends(plan), draws, {plan.effect})
            )
            own, answer = (
                plan.facts() | {"study": self.name},
                partial(answer_of, plan, folder.store, question, draws, further),
            )
            watch = watch_of_effects(plan, console)
            return folder.play_and_answer(plan.design, question, own, answer, what_is_played(plan), further, watch)


def watch_of_effects(plan: BreakEvenPlan, console: Console) -> Watch:
    """What watches the net benefit at each effect."""
    keys = {label: key for key, label in plan.design.labels.items()}
    measures = [*dict.fromkeys([*(item.measure for item in plan.worth), *GUARDS])]
    looks = EarlyLooks(plan.design, keys, measures, most=len(keys))
    return Watch(looks, partial(early_break_even, plan), console)


def answer_of(
    plan: BreakEvenPlan, store: RunStore, question: Question, draws: Draws | None, further: Design | None
) -> Answered:
    """What the runs say, and those in draws of the assumptions."""
    found = answer_of_store(plan, store)
    if draws is not None and further is not None:
        drawn = drawn_runs(store, further, list(scenarios_at_ends(plan)), draws)
        found = replace(found, paying=paying_table(plan, drawn))
    tables = {"curves": found.curves, "cautions": found.cautions, "worth": found.parts, "paying": found.paying}
    return Answered(
        described=describe_break_even(found, question.command(elsewhere=True)),
        report=partial(break_even_page, found),
        files={f"{name}.parquet": partial(write_or_remove, table) for name, table in tables.items()},
        figures=[partial(draw_break_even, found, store.folder / "figures")] if found.staffings else [],
        facts={"replications_done": found.n},
        said=f"{counted(found.n, 'replication')} of all scenarios",
        is_whole=found.is_whole,
    )


def break_even_page(found: BreakEvenAnswer, facts: ReportFacts, drawn: Mapping[str, str]) -> str:
    """The report of a break-even study."""
    pictures = pictures_of({"breakeven": "Net benefit over the effect assumed"}, drawn)
    return swept_report(describe_break_even(found), found.cautions, list(found.cautions["label"]), facts, pictures)


def what_is_played(plan: BreakEvenPlan) -> str:
    """The scenarios in words; of one staffing `8 effects and the baseline`, as many as the table has rows, and one."""
    n_effects = len(plan.effects)
    if len(plan.design.scenarios) == n_effects + 1:
        return f"{counted(n_effects, 'effect')} and the baseline"
    return counted(len(plan.design.scenarios), "scenario")


def answer_of_store(plan: BreakEvenPlan, store: RunStore) -> BreakEvenAnswer:
    """What the runs in a store say. Raises ScenarioError where something is valued that no run has."""
    return answer_of_runs(plan, *store.values(list(plan.design.labels), plan.design.replications))


def break_even_plan_of(question: Question) -> BreakEvenPlan:
    """The scenarios of a break-even study: each staffing at each effect, and the baseline beside it.

    Raises ScenarioError with every problem.
    """
    study = question.study
    assert isinstance(study, BreakevenSettings)
    baseline = study.baseline or study.staffing[0]
    others = [name for name in question.scenarios if name != baseline]
    problems = break_even_problems(study, question.scenarios, baseline, others)
    if problems or study.range is None:
        raise ScenarioError(problems)
    effects = effects_played(study.range, study.points)
    own, scenarios = question.scenarios, dict[str, Scenario]()

    def label_of(staffing: str, effect: float) -> str:
        """A staffing in which the effect is not in force is the same at all of them."""
        if not in_force(study.effect, own[staffing]):
            scenarios[f"staffing={staffing}"] = own[staffing]
            return f"staffing={staffing}"
        label = f"staffing={staffing} {study.effect}={effect:g}"
        scenarios[label] = with_effect(own[staffing], study.effect, effect)
        return label

    beside = tuple(label_of(baseline, effect) for effect in effects)
    labels = {staffing: tuple(label_of(staffing, effect) for effect in effects) for staffing in others}
    design = design_for(question, scenarios)
    check_design(design)
    return BreakEvenPlan(
        design=design,
        effect=study.effect,
        effects=effects,
        staffings={name: own[name].staffing.shown_name for name in others},
        labels=labels,
        beside=beside,
        worth=study.worth,
        presets=presets_of(study),
        prior=study.prior,
        baseline=own[baseline].staffing.shown_name,
    )


def received_plan(received: ReceivedSweep, folder: Path) -> BreakEvenPlan:
    """The plan of a break-even study that was played, from its folder. Raises ScenarioError where it cannot be read."""
    file = folder / FACTS
    facts = read_facts(file, BreakEvenFacts)
    design = received_design(received, file)
    named = (label for labels in (facts.beside, *facts.labels.values()) for label in labels)
    wrong = f"no scenario of this study: {AS_WRITTEN}"
    unknown = [shortened_value(label) for label in named if label not in design.scenarios]
    refuse_all([Problem(f"{file}, labels", label, wrong) for label in unknown])
    return BreakEvenPlan(design=design, **dict(facts))


def break_even_problems(
    study: BreakevenSettings, scenarios: Mapping[str, Scenario], baseline: str, others: list[str]
) -> list[Problem]:
    """What a break-even study cannot do; of effects of peers only that, where there is no place for peers."""
    if not study.effect.startswith(OF_CLINICIANS) and (alone := list(faults_without_peers("breakeven", scenarios))):
        return alone
    problems = list[Problem]()
    known = effects_known()
    if study.effect not in known:
        remedy = f"no such effect; {did_you_mean(study.effect, known)}"
        problems.append(Problem("study.effect", repr(study.effect), remedy))
    elif others and not any(in_force(study.effect, scenarios[name]) for name in others):
        whose = "a team that it enhances" if study.effect.startswith(OF_CLINICIANS) else "peer support workers on duty"
        remedy = f"in force in none of {', '.join(others)}: choose a staffing that has {whose}"
        problems.append(Problem("study.effect", repr(study.effect), remedy))
    if study.range is None:
        problems.append(Problem("study.range", "null", "give the smallest and the largest effect: [0.6,1.2]"))
    if not others:
        remedy = f"nothing beside the baseline {baseline}: name another, as in study.staffing=[{baseline},ANOTHER]"
        problems.append(Problem("study.staffing", repr(list(study.staffing)), remedy))
    if study.replications < 2:
        problems.append(Problem("study.replications", repr(study.replications), "an interval needs 2 or more"))
    if not any(item.cad_per_unit for item in study.worth):
        problems.append(Problem("study.worth", "nothing", "give at least one measure a worth that is not 0"))
        return [*problems, *faults_of_valued(study, scenarios.values())]
    return [*problems, *problems_of_worth(study, scenarios.values())]


OF_CLINICIANS = "effects.clinician."


def effects_known() -> list[str]:
    """Keys of effects that are factors, 1 meaning none."""
    neutral: dict[str, Any] = Effects().model_dump()
    of_roles = ((role, name) for role in ("peer", "clinician") for name in neutral[role] if neutral[role][name] == 1.0)
    return ["effects.total_return_hr", *(f"effects.{role}.{name}" for role, name in of_roles)]


def in_force(effect: str, scenario: Scenario) -> bool:
    """Whether an effect would move anything in a scenario."""
    if effect.startswith(OF_CLINICIANS):
        return scenario.effects.clinician.role in scenario.staffing.enhances
    return peer_hours(scenario) > 0.0


def with_effect(scenario: Scenario, key: str, value: float) -> Scenario:
    """The scenario with one of its effects set."""
    _, *way, last = key.split(".")
    data: dict[str, Any] = scenario.effects.model_dump()
    here: Any = data
    for name in way:
        here = here[name]
    here[last] = value
    return scenario.model_copy(update={"effects": Effects.model_validate(data)})
