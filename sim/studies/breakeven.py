"""`study=breakeven`: from a composed command to its folder, its answer and its figure.

Runs are played and kept as those of a sweep (`sim.studies.sweep`); what they say is `sim.analysis.breakeven`.
"""

import shlex
import sys
import time
from pathlib import Path

from rich.console import Console

from sim.analysis.breakeven import BreakEvenAnswer, BreakEvenPlan, UnknownMeasures, answer_of_runs
from sim.config import Composed
from sim.config.breakeven_plans import break_even_plan_of
from sim.config.overrides import command_words
from sim.department.scenario import Problem, ScenarioError, did_you_mean
from sim.engine.measures.number_text import counted
from sim.report.breakeven_answer import break_even_markdown, break_even_sheets, print_break_even
from sim.report.console import say
from sim.report.progress import teller
from sim.report.tables.answer_workbook import ANSWER, write_answer_workbook
from sim.report.terminal import patient_console, show_finished
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import results_place
from sim.runs.run_log import SweepLog
from sim.runs.run_store import (
    FEW_PARTS,
    RunStore,
    cannot_keep,
    foreign_to_sweeps,
    write_facts,
    write_scenarios,
)
from sim.runs.tables_on_disk import WriteErrors, provenance, write_table, write_text
from sim.studies.sweep import LINES_AFTER, PAGE, kept_in, play_rounds, standing_of, tell_sweep


def tell_break_even(composed: Composed, console: Console) -> int:
    """Say how many runs there would be and about how long they take, and the rosters they compare."""
    return tell_sweep(break_even_plan_of(composed).sweep, composed.scenarios, console)


def break_even_study(composed: Composed, console: Console) -> int:
    """Play what is missing, answer, draw. Stopped, it goes on in its folder like a sweep."""
    plan = break_even_plan_of(composed)
    place = results_place(composed.output, "breakeven", foreign_to_sweeps)
    with kept_in(place, plan.sweep.seed, console) as (store, log):
        return play_and_answer(plan, store, composed, log, console)


def play_and_answer(plan: BreakEvenPlan, store: RunStore, composed: Composed, log: SweepLog, console: Console) -> int:
    """Play the runs that are not there, write what they say, show it."""
    started = time.monotonic()
    write_scenarios(plan.sweep.table(), store.folder)
    facts = facts_of(plan, composed, store.folder)
    write_facts(facts, store.folder)
    log.start(shlex.join(command_of(composed, store.folder)), facts, standing_of(plan.sweep, store))
    unwritten = WriteErrors()
    play_rounds(plan.sweep, store, log, unwritten, console, what_is_played(plan))
    with uninterrupted():
        store.put_together(FEW_PARTS)
        answer = answer_of(plan, store)
        write_answer(answer, store.folder, unwritten)
        with unwritten.noted(store.folder):
            write_text(break_even_markdown(answer, command_of(composed)), store.folder / PAGE)
        drawn = drew(answer, store.folder, unwritten, console)
        seconds = round(time.monotonic() - started, 1)
        facts = facts_of(plan, composed, store.folder, replications_done=answer.n, seconds=seconds)
        with unwritten.noted(store.folder):
            write_facts(facts, store.folder)
        with unwritten.noted(store.folder / ANSWER):
            write_answer_workbook(break_even_sheets(answer, facts), store.folder / ANSWER)
    log.say(f"end: {counted(answer.n, 'replication')} of all scenarios, {seconds} s")
    show_finished(lambda: print_break_even(answer, console, LINES_AFTER), patient_console(sys.stderr), store.folder)
    if unwritten.found:
        log.say(f"ended: {unwritten.text()}")
        raise cannot_keep(store.folder, unwritten.text())
    tell = teller(console)
    tell(f"\nresults are in {store.folder}, the whole answer in {PAGE}")
    if not answer.is_whole:
        tell(f"to go on: {shlex.join(command_of(composed, store.folder))}")
    return 0 if answer.is_whole and drawn else 1


def what_is_played(plan: BreakEvenPlan) -> str:
    """The scenarios in words; of one staffing `8 effects and the baseline`, as many as the table has rows, and one."""
    n_effects = len(plan.effects)
    if len(plan.sweep.scenarios) == n_effects + 1:
        return f"{counted(n_effects, 'effect')} and the baseline"
    return counted(len(plan.sweep.scenarios), "scenario")


def answer_of(plan: BreakEvenPlan, store: RunStore) -> BreakEvenAnswer:
    """What the runs that are kept say. Raises ScenarioError where something is valued that no run has."""
    measures, values = store.values(list(plan.sweep.labels), plan.sweep.replications)
    try:
        return answer_of_runs(plan, measures, values)
    except UnknownMeasures as error:
        problems = [
            Problem(f"study.worth.{item.name}.measure", repr(item.measure), did_you_mean(item.measure, error.names))
            for item in plan.worth
            if item.measure in error.unknown
        ]
        raise ScenarioError(problems) from error


def write_answer(answer: BreakEvenAnswer, folder: Path, unwritten: WriteErrors) -> None:
    """The tables of the answer; what cannot be written is noted."""
    for name, table in (("curves", answer.curves), ("cautions", answer.cautions), ("worth", answer.parts)):
        if len(table):
            with unwritten.noted(folder):
                write_table(table, folder / f"{name}.parquet")


def drew(answer: BreakEvenAnswer, folder: Path, unwritten: WriteErrors, console: Console) -> bool:
    """Draw the figure; one that fails costs the figure, not the tables."""
    if not answer.staffings:
        return True
    from sim.report.figures.breakeven_figure import draw_break_even  # loads a drawing library

    try:
        with unwritten.noted(folder / "figures"):
            draw_break_even(answer, folder / "figures")
    except Exception as error:
        say(console, f"the figure could not be drawn ({type(error).__name__}: {error}); the tables are complete")
        return False
    return True


def command_of(composed: Composed, place: Path | None = None) -> list[str]:
    """What to type for the study to go on in its folder, or to play it in another."""
    words = command_words(composed.overrides, composed.config_dir, elsewhere=True)
    return [*words, *([] if place is None else [f"output={place}"])]


def facts_of(plan: BreakEvenPlan, composed: Composed, folder: Path, **facts: object) -> dict[str, object]:
    """Provenance of the study, and what the runs in its folder are."""
    return provenance(
        study="breakeven",
        command=command_of(composed, folder),
        choices=composed.choices,
        seed=plan.sweep.seed,
        engine=plan.sweep.engine,
        replications=plan.sweep.replications,
        confidence=plan.sweep.confidence,
        runs_planned=plan.sweep.n_runs,
        effect=plan.effect,
        effects=list(plan.effects),
        prior=None if plan.prior is None else plan.prior.model_dump(),
        presets=list(plan.presets),
        worth=[item.model_dump() for item in plan.worth],
        **facts,
    )
