"""`study=optimise`: which roster is best at what is asked for, within hours or money, and what it costs elsewhere.

Every roster is played by the ordinary engine: searched by annealing in short runs (`sim.analysis.roster_annealing`),
the best of the last ones selected by KN, the choice played beside the staffings named (`sim.analysis.roster_choice`).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from sim.analysis.assumption_spread import DrawnRuns, Draws, drawn_runs, draws_design
from sim.analysis.design_needs import check_design, expected_time, visits_per_run
from sim.analysis.roster_annealing import RosterValues, search_rosters
from sim.analysis.roster_choice import (
    FIRST_SELECTED,
    FOUND,
    MOST_ON_FRONT,
    RosterAnswer,
    RosterPlan,
    choose_best,
    confirmation_values,
    confirmed_table,
    contrasts_table,
    finalists_of,
    front_of,
    front_table,
    known_means,
    nearest_to_floors,
    search_table,
    selection_table_of,
)
from sim.analysis.roster_search import Lines, canonical, roster_in_words
from sim.analysis.roster_search_objectives import objectives_reduced
from sim.analysis.sentences import inside
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.code_version import code_version
from sim.engine.measures.number_text import counted
from sim.report.console import say
from sim.report.figures.named_frames import pictures_and_files
from sim.report.figures.roster_figures import figures_of_roster
from sim.report.optimise_answer import (
    optimise_answer,
    optimise_sheets,
    people_bound_text,
    print_optimise,
    staffing_file_text,
)
from sim.report.progress import duration, progress, tell_results, teller
from sim.report.study_report import REPORT
from sim.report.tables.answer_workbook import ANSWER
from sim.runs.comparison_runs import RunJournal, RunsInMemory
from sim.runs.design import Design, PlannedRun, RunKey, RunTask
from sim.runs.output_folder import DraftFolder, results_folder, results_place
from sim.runs.playing import play_task, refuse_failed, task_lost
from sim.runs.run_store import PARTS, RunResult
from sim.runs.tables_on_disk import write_table, write_text
from sim.runs.worker_pool import Pool, WorkersGone, run_in_pool, worker_pool
from sim.statistics.arrays import FloatArray
from sim.studies.draws import draws_of, draws_text
from sim.studies.optimise_plan import optimise_plan_of
from sim.studies.question import Question
from sim.studies.settings_by_study import OptimiseSettings
from sim.studies.stored import files_of_answer
from sim.studies.study import DRAWS_PLAYED, Files, Study, design_for, facts_of, write_each

RUNS_PER_PART = 200
"""Results that are written to the journal at a time: some seconds of playing."""
STAFFING_FILE = f"staffing/{FOUND}.yaml"


class OptimiseStudy(Study):
    """Searches, selects and confirms a roster; the same command goes on after a stop with what was played."""

    name = "optimise"
    settings = OptimiseSettings

    def dry_run(self, question: Question, console: Console) -> int:
        plan = optimise_plan_of(question)
        design, draws = confirmation_design(question, plan, plan.team), draws_of_question(question)
        n_selected = (min(plan.n_finalists, plan.n_rosters) + MOST_ON_FRONT) * FIRST_SELECTED
        n_confirmed = plan.replications * (1 + len(plan.beside))
        say(console, f"study=optimise: {', '.join(plan.space.roles)}, by: {inside(plan.goal.objective.label)}")
        say(
            console,
            f"runs: {plan.n_rosters} to search and about {n_selected} to select, of "
            f"{plan.space.team.period.weeks} weeks each; {n_confirmed} to confirm, of {plan.team.period.weeks} weeks",
        )
        if bound := people_bound_text(plan.space):
            say(console, bound)
        if beside := draws_text(draws, 1 + len(plan.beside)):
            say(console, beside)
        short, long = visits_per_run(plan.space.team), visits_per_run(plan.team)
        visits = (plan.n_rosters + n_selected) * short + n_confirmed * long
        expected = expected_time(visits, design, plan.n_rosters)
        say(console, f"about {duration(expected.seconds)}; nothing was run, nothing was written")
        return 0

    def run(self, question: Question, console: Console) -> int:
        plan, started = optimise_plan_of(question), time.monotonic()
        design = confirmation_design(question, plan, plan.team)
        check_design(design)
        draws, place, tell = draws_of_question(question), results_place(question.output, self.name), teller(console)
        with results_folder(place, self.name) as draft:
            with players(design, draft, console) as player:
                try:
                    found = roster_found(plan, player, design, draws)
                except (KeyboardInterrupt, WorkersGone) as stop:
                    kept = f"{counted(len(player.runs.results), 'run')} are kept, the same command goes on from them"
                    tell(f"{'interrupted' if isinstance(stop, KeyboardInterrupt) else stop}: {kept}")
                    draft.errors.partial = "a search of rosters that was stopped"
                    return 1
            player.journal.remove()
            facts = facts_of_roster(found, design, question, time.monotonic() - started)
            pictures, drawn = pictures_and_files(lambda: figures_of_roster(found))
            answer = optimise_answer(found, facts["command"], pictures)
            write_each({**drawn, **files_of_roster(found, answer, facts, question)}, draft.folder, draft.errors)
        print_optimise(answer, console)
        tell_results(console, place, (REPORT, "answer.md", ANSWER, STAFFING_FILE))
        return 0


def draws_of_question(question: Question) -> Draws | None:
    """The draws of the assumptions, if they are asked for."""
    assert isinstance(question.study, OptimiseSettings)
    return draws_of(question.study, question)


def confirmation_design(question: Question, plan: RosterPlan, chosen: Scenario) -> Design:
    """The chosen roster and those it is set beside, on the seed of the question."""
    return design_for(question, {FOUND: chosen, **plan.beside}, reduce=objectives_reduced(plan.names))


# --- playing


class RosterPlayer:
    """Plays runs that are not known yet, and keeps all in memory and in the journal."""

    def __init__(self, pool: Pool, design: Design, journal: RunJournal, console: Console) -> None:
        self.pool, self.design, self.journal, self.console = pool, design, journal, console
        self.runs = RunsInMemory()
        self.unwritten: list[RunResult] = []

    def take_over(self, earlier: Path) -> None:
        """Runs of the same code and seed that an earlier command has finished."""
        known = RunJournal(earlier, self.journal.seed, self.journal.code).values_by_run()
        self.runs.add(RunResult(key, "", values) for key, values in known.items())
        self.unwritten += self.runs.results.values()

    def play(self, tasks: Sequence[RunTask], advance: Callable[[str], None] = lambda _: None) -> None:
        """Play what is missing of some tasks. Raises RunFailed for a run that failed."""
        known, missing = self.runs.results, list[RunTask]()
        for task in tasks:
            if all(run.key in known for run in task.runs):
                advance(str(task))
            else:
                missing.append(task)
        with closing(run_in_pool(self.pool, play_task, missing, task_lost)) as played:
            for task, results in played:
                refuse_failed(task, results)
                self.runs.add(results)
                self.unwritten += results
                advance(str(task))
        if len(self.unwritten) >= RUNS_PER_PART:
            self.flush()

    def flush(self) -> None:
        """Write what is not in the journal yet."""
        if self.unwritten:
            self.journal.write(self.unwritten)
        self.unwritten = []

    def values(
        self,
        scenarios: Mapping[str, Scenario],
        seed: int,
        replications: range,
        names: Sequence[str],
        advance: Callable[[str], None] = lambda _: None,
    ) -> FloatArray:
        """Values of scenarios by label, shape (scenarios, names, replications)."""
        hashes = {label: f"{scenario.content_hash()} {seed}" for label, scenario in scenarios.items()}
        tasks = [
            RunTask(
                label,
                (PlannedRun(RunKey(hashes[label], number), label, scenario),),
                number,
                seed,
                self.design.engine,
                self.design.reduce,
            )
            for number in replications
            for label, scenario in scenarios.items()
        ]
        self.play(tasks, advance)
        found = np.full((len(scenarios), len(names), len(replications)), np.nan)
        for row, label in enumerate(scenarios):
            for column, number in enumerate(replications):
                values = self.runs.results[RunKey(hashes[label], number)].values
                found[row, :, column] = [values.get(name, np.nan) for name in names]
        return found


@contextmanager
def players(design: Design, draft: DraftFolder, console: Console) -> Iterator[RosterPlayer]:
    """Workers that stay for the whole study, with all that earlier commands have played."""
    journal = RunJournal.opened(draft.folder, design.seed, code_version())
    with worker_pool(design.executor, design.workers, design.address, notice=teller(console)) as pool:
        player = RosterPlayer(pool, design, journal, console)
        for folder in draft.earlier:
            if (folder / PARTS).is_dir():
                player.take_over(folder)
                draft.replaces_partial = True
        if player.runs.results:
            say(console, f"{counted(len(player.runs.results), 'run')} are there already")
        try:
            yield player
        finally:
            player.flush()


# --- from search to confirmation


def roster_found(plan: RosterPlan, player: RosterPlayer, design: Design, draws: Draws | None) -> RosterAnswer:
    """The whole study. Raises ScenarioError where no roster that was found meets the floors."""
    found = searched(plan, player)
    table = search_table(plan, found)
    rosters = within_floors(plan, found)
    seed, names = plan.seeds["selection"], plan.names
    with progress(len(rosters) * FIRST_SELECTED, f"choosing among {len(rosters)}", player.console) as advance:
        first = player.values(scenarios_of_rosters(plan, rosters), seed, range(FIRST_SELECTED), names, advance)
        rosters = still_within_floors(plan, rosters, first)
        chosen = choose_best(
            partial(selected_values, plan, player, rosters), len(rosters), plan.goal.objective, plan.probability
        )
    best = canonical(rosters[chosen.place])
    front = dict.fromkeys(front_of(plan, found, table), "") | plan.named_rosters | {best: FOUND}
    with progress(len(front) * FIRST_SELECTED, "the front", player.console, brief=True) as advance:
        of_front = player.values(scenarios_of_rosters(plan, list(front)), seed, range(FIRST_SELECTED), names, advance)
    scenario = confirmed_scenario(plan, best)
    compared = {FOUND: scenario, **plan.beside}
    n_runs = plan.replications * len(compared)
    with progress(n_runs, "confirming the choice on another seed", player.console) as advance:
        values = player.values(compared, plan.seeds["confirmation"], range(plan.replications), names, advance)
    rows = confirmation_values(names, list(compared), values)
    drawn = None if draws is None else drawn_with_assumptions(player, design, compared, draws)
    people = plan.space.people(best)
    assert people is not None
    return RosterAnswer(
        plan=plan,
        chosen=best,
        scenario=scenario,
        people=people,
        searched=table,
        front=front_table(plan, front, of_front),
        selection=selection_table_of(plan, rosters, chosen),
        is_decided=chosen.is_decided,
        values=rows,
        confirmed=confirmed_table(plan, rows),
        contrasts=contrasts_table(plan, rows, drawn),
        draw_weeks=0 if drawn is None else drawn.weeks,
        n_draws=0 if drawn is None else drawn.n_draws,
    )


def searched(plan: RosterPlan, player: RosterPlayer) -> dict[Lines, RosterValues]:
    """The values of every roster tried."""
    with progress(plan.n_rosters, "searching rosters", player.console) as advance:

        def value(several: Sequence[Lines]) -> list[RosterValues]:
            scenarios = scenarios_of_rosters(plan, several)
            found = player.values(scenarios, plan.seeds["search"], range(1), plan.names, advance)
            return [dict(zip(plan.names, map(float, of_it[:, 0]), strict=True)) for of_it in found]

        return search_rosters(plan.space, plan.starts, plan.goals, plan.n_rosters, plan.seeds["search"], value)


def scenarios_of_rosters(plan: RosterPlan, rosters: Sequence[Lines]) -> dict[str, Scenario]:
    """Rosters as scenarios of the search, by their number and words."""
    words = (roster_in_words(lines) for lines in rosters)
    return {
        f"roster {number}: {text}": plan.space.scenario(lines)
        for number, (lines, text) in enumerate(zip(rosters, words, strict=True), start=1)
    }


def selected_values(
    plan: RosterPlan, player: RosterPlayer, rosters: Sequence[Lines], places: Sequence[int], replications: range
) -> FloatArray:
    """Of the objective asked for, of rosters at places: shape (places, replications)."""
    scenarios = scenarios_of_rosters(plan, [rosters[place] for place in places])
    name = plan.goal.objective.name
    return player.values(scenarios, plan.seeds["selection"], replications, [name])[:, 0]


def within_floors(plan: RosterPlan, found: Mapping[Lines, RosterValues]) -> list[Lines]:
    """The finalists. Raises ScenarioError where no roster meets the floors, or the objective is undefined in all."""
    objective = plan.goal.objective
    if not any(np.isfinite(values[objective.name]) for values in found.values()):
        remedy = "no run has a value of it: choose another, or more study.search_weeks"
        raise ScenarioError([Problem("study.objective", repr(objective.name), remedy)])
    if rosters := finalists_of(plan, found):
        return rosters
    raise ScenarioError(floors_missed(plan, nearest_to_floors(plan, found)))


def still_within_floors(plan: RosterPlan, rosters: list[Lines], values: FloatArray) -> list[Lines]:
    """Finalists that meet the floors on another seed too: the search may have met them by luck."""
    if not plan.floors:
        return rosters
    means = [dict(zip(plan.names, map(float, of_it), strict=True)) for of_it in known_means(values)]
    kept = [lines for lines, mean in zip(rosters, means, strict=True) if all(f.is_met(mean) for f in plan.floors)]
    if not kept:
        raise ScenarioError(floors_missed(plan, nearest_to_floors(plan, dict(zip(rosters, means, strict=True)))))
    return kept


def floors_missed(plan: RosterPlan, nearest: tuple[Lines, RosterValues]) -> Iterator[Problem]:
    """The floors that even the nearest roster misses, and what it reaches."""
    lines, values = nearest
    budget = "study.hours" if plan.space.money is None else "study.money"
    for floor in plan.floors:
        if not floor.is_met(values):
            name, reached = floor.objective.name, values[floor.objective.name]
            remedy = (
                f"none of {plan.n_rosters} rosters keeps all floors; the nearest ({roster_in_words(lines)}) reaches "
                f"{reached:.3g}: lower the floor, or give more {budget}"
            )
            yield Problem(f"study.floors.{name}", f"{floor.limit:g}", remedy)


def confirmed_scenario(plan: RosterPlan, lines: Lines) -> Scenario:
    """The chosen roster in the period of the confirmation, under its own name."""
    short = plan.space.scenario(lines, FOUND, "Found roster")
    return plan.team.model_copy(update={"staffing": short.staffing})


def drawn_with_assumptions(
    player: RosterPlayer, design: Design, compared: Mapping[str, Scenario], draws: Draws
) -> DrawnRuns:
    """The choice and the others in draws of the assumptions."""
    further = draws_design(design, compared, draws)
    tasks = further.tasks()
    with progress(len(tasks), DRAWS_PLAYED, player.console) as advance:
        player.play(tasks, advance)
    return drawn_runs(player.runs, further, list(compared), draws)


# --- what is written


def facts_of_roster(found: RosterAnswer, design: Design, question: Question, seconds: float) -> dict[str, Any]:
    """Provenance, the seeds of the three parts, and what was chosen."""
    plan = found.plan
    return facts_of(design, question.command(), question, seconds) | {
        "simultaneous": "bonferroni",
        "objective": plan.goal.objective.name,
        "seeds": plan.seeds,
        "roster": roster_in_words(found.chosen, len(plan.space.roles) > 1),
        "rosters": len(found.searched),
        "people": dict(found.people),
        "decided": found.is_decided,
    }


def files_of_roster(found: RosterAnswer, answer: Any, facts: dict[str, Any], question: Question) -> Files:
    """The files of the answer, the staffing file among them."""
    tables = {
        "rosters": found.searched, "front": found.front, "selection": found.selection, "confirmed": found.confirmed,
        "contrasts": found.contrasts, "replications": found.values,
    }  # fmt: skip
    return {
        STAFFING_FILE: partial(write_staffing, staffing_file_text(found, inherited_staffing(found, question))),
        **files_of_answer(answer, facts, list(optimise_sheets(found))),
        **{f"{name}.parquet": partial(write_table, table) for name, table in tables.items()},
    }


def inherited_staffing(found: RosterAnswer, question: Question) -> str:
    """A shipped staffing that has every role of the found one but the searched ones, unchanged; empty without one."""
    roles = found.plan.space.roles
    others = {name: role for name, role in found.scenario.staffing.roles.items() if name not in roles}
    own = [] if question.config_dir is None else [file.stem for file in question.config_dir.glob("staffing/*.yaml")]
    is_changed = any(key.startswith("staffing.") for key in question.overridden)
    for name, scenario in found.plan.beside.items():
        if not is_changed and name not in own and scenario.staffing.roles == others:
            return name
    return ""


def write_staffing(text: str, file: Path) -> None:
    """The chosen roster in a folder that can be named as one of settings."""
    file.parent.mkdir(exist_ok=True)
    write_text(text, file)
