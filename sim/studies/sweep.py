"""`peered -m`: a sweep from its words to its folder and its table, and `study=results`, the table again.

How scenarios are made of words is `sim.config.sweeps`, how they are played and kept `sim.analysis.sweeping`.
"""

import itertools
import shlex
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
from rich.console import Console

from sim.analysis.best import Contenders, contenders_by
from sim.analysis.controlled_estimates import CONTROLLED, read_controlled
from sim.analysis.dominated import dominated_table
from sim.analysis.expected_time import expected_time, expected_visits
from sim.analysis.sweep_query import TABLE, export, problems_of_asking, tables_of
from sim.analysis.sweeping import (
    SweepAnswer,
    SweepPlan,
    Task,
    answer_of,
    controlled_answer,
    play_missing,
    values_of,
    workers_for,
    write_answer,
    write_controlled,
)
from sim.analysis.swept_scenarios import SweptScenarios, received_scenarios, swept_scenarios
from sim.analysis.warm_up import PILOT_WEEKS, find_warm_up, kept_warm_up, pilots_of, write_warm_up
from sim.config import Composed
from sim.config.overrides import command_words
from sim.config.sweep_plans import sweep_plan_of
from sim.config.sweeps import ComposedSweep, compose_sweep
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.code_version import code_version
from sim.engine.measures.number_text import counted
from sim.report.console import say
from sim.report.progress import duration, progress, teller
from sim.report.sweep_answer import SHOWN, print_query, print_sweep, sweep_markdown, sweep_sheets
from sim.report.tables.answer_workbook import ANSWER, write_answer_workbook
from sim.report.terminal import patient_console, show_finished
from sim.report.words.cautions import named
from sim.report.words.roster_text import print_rosters
from sim.report.words.stopping_text import MOST_NAMED
from sim.report.words.sweep_finding import SweepReport
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import results_place
from sim.runs.run_log import SweepLog
from sim.runs.run_store import (
    FEW_PARTS,
    PARTS,
    RunKey,
    RunStore,
    cannot_keep,
    foreign_to_sweeps,
    locked,
    read_sweep,
    told_if_not_kept,
    write_facts,
    write_scenarios,
)
from sim.runs.tables_on_disk import WriteErrors, provenance, reason_of, write_table, write_text
from sim.runs.worker_errors import NoWorkers, WorkersGone
from sim.runs.worker_pool import Pool

PAGE = "answer.md"
LINES_AFTER = 3
"""Lines printed below the answer: where the results are, and how to go on."""


def sweep(overrides: Sequence[str], config_dir: Path | None, dry: bool, console: Console) -> int:
    """Play many scenarios, or what is missing of them, and compare each with the first; `dry`: say what would run."""
    composed = compose_sweep(overrides, config_dir)
    plan = sweep_plan_of(composed)
    for line in (*repeated_lines(composed.same), *composed.notes):
        say(console, line)
    if dry:
        baseline = next(iter(plan.scenarios.values()))
        return tell_sweep(plan, {baseline.staffing.name: baseline}, console)
    return play_in(results_place(composed.first.output, "sweep", foreign_to_sweeps), plan, composed, console)


def repeated_lines(same: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Scenarios that another one repeats: one by name, the others counted."""
    for label, earlier in same[:1]:
        more = f", and {counted(len(same) - 1, 'further scenario')} likewise" if len(same) > 1 else ""
        yield f"{label} is the same as {earlier}: played once{more}"


def play_in(place: Path, plan: SweepPlan, composed: ComposedSweep, console: Console) -> int:
    """Play what is missing in a folder, and show the answer."""
    with kept_in(place, plan.seed, console) as (store, log):
        if composed.study.warm_up_weeks == "auto":
            weeks = warm_up_of(plan, store, console)
            if weeks is None:
                return 1
            plan = plan.warmed_up(weeks)
        return play_sweep(plan, store, composed, log, console)


@contextmanager
def kept_in(place: Path, seed: int, console: Console) -> Iterator[tuple[RunStore, SweepLog]]:
    """The runs and the log of a folder that is ours alone meanwhile; what cannot be written is named in the log too."""
    with locked(place):
        store, log = RunStore(place, seed, code_version()), SweepLog(place)
        tell_store(store, console)
        with told_if_not_kept(place, log.say):
            store.put_in_order()
            yield store, log


def tell_sweep(plan: SweepPlan, rosters: Mapping[str, Scenario], console: Console) -> int:
    """Say how many runs there would be and about how long they take, and the rosters of some of the scenarios."""
    visits = plan.replications * sum(map(expected_visits, plan.scenarios.values()))
    expected = expected_time(visits, plan, plan.n_runs)
    say(console, f"sweep: {counted(len(plan.scenarios), 'scenario')}, baseline {next(iter(plan.scenarios))}")
    say(console, f"runs: {plan.n_runs} ({counted(plan.replications, 'replication')} of each{further_rounds(plan)})")
    print_rosters(rosters, (1.0,), console)
    if expected.remark is not None:
        say(console, expected.remark)
    say(console, f"about {duration(expected.seconds)}; nothing was run, nothing was written")
    return 0


def warm_up_of(plan: SweepPlan, store: RunStore, console: Console) -> int | None:
    """Weeks of warm-up, found by a pilot or by an earlier command from the same; None if the user ends it."""
    pilots = pilots_of(plan.scenarios, plan.seed, plan.engine)
    found = kept_warm_up(pilots, store.folder)
    if found is None:
        try:
            with progress(len(pilots), f"pilot of {counted(PILOT_WEEKS, 'week')}", console) as advance:
                found = find_warm_up(pilots, plan.executor, plan.workers, plan.address, advance)
        except KeyboardInterrupt:
            say(console, "interrupted: nothing was decided on the warm-up, and nothing is kept")
            return None
        write_warm_up(found, store.folder)
    n_settled = len(found.evidence) - len(found.unsettled)
    say(console, f"warm-up: {counted(found.weeks, 'week')}, the largest of {n_settled} daily series (MSER-5)")
    if found.unsettled:
        more = f"; and {len(found.unsettled) - MOST_NAMED} more" if len(found.unsettled) > MOST_NAMED else ""
        named = "; ".join(found.unsettled[:MOST_NAMED])
        say(console, f"not shown to settle within {counted(PILOT_WEEKS - 1, 'week')}, and left out: {named}{more}")
    return found.weeks


def further_rounds(plan: SweepPlan) -> str:
    """What may come after the first round."""
    if not plan.asked.in_rounds:
        return ""
    return f" in the first round, at most {plan.asked.most_replications} where what is asked for takes more"


def tell_store(store: RunStore, console: Console) -> None:
    """Say what in the folder cannot be used."""
    if store.damaged:
        verb = "is" if len(store.damaged) == 1 else "are"
        names = named([part.name for part in store.damaged], MOST_NAMED)
        say(console, f"{names} {verb} damaged and left out; the runs have to be played again")
    others = store.n_of_other_code()
    if others:
        say(console, f"{counted(others, 'run')} of another version of the code are kept, and are not in the answer")


def play_sweep(plan: SweepPlan, store: RunStore, composed: ComposedSweep, log: SweepLog, console: Console) -> int:
    """Play what is missing, write and show the answer; what has been played is kept, come what may."""
    started = time.monotonic()
    write_scenarios(plan.table(), store.folder)
    facts = sweep_facts(plan, composed, store.folder)
    write_facts(facts, store.folder)
    log.start(shlex.join(command_of(composed, store.folder)), facts, standing_of(plan, store))
    unwritten = WriteErrors()
    play_rounds(plan, store, log, unwritten, console)
    with uninterrupted():
        store.put_together(FEW_PARTS)
        answer = answer_of(store, plan.labels, plan.replications, plan.confidence, plan.asked)
        with unwritten.noted(store.folder):
            write_answer(answer, store.folder)
        numbers = answer.standing.numbers.tolist()
        with unwritten.noted(store.folder):
            store.write_replications(plan.labels, numbers, store.folder / "replications.parquet")
        scenarios = swept_scenarios(plan.scenarios, plan.table())
        report = report_of(store, plan.labels, scenarios, answer, command_of(composed))
        with unwritten.noted(store.folder):
            write_table(report.dominated, store.folder / "dominated.parquet")
        seconds = round(time.monotonic() - started, 1)
        facts = sweep_facts(plan, composed, store.folder, runs_done=answer.n_done, seconds=seconds)
        with unwritten.noted(store.folder):
            write_facts(facts | {"runs_planned": answer.n_runs}, store.folder)
        with unwritten.noted(store.folder):
            write_text(sweep_markdown(report), store.folder / PAGE)
        with unwritten.noted(store.folder / ANSWER):
            write_answer_workbook(sweep_sheets(report, facts), store.folder / ANSWER)
    log.say(f"end: {answer.n_done} of {answer.n_runs} runs are there, {len(answer.failed)} failed, {seconds} s")
    controlled = controlled_answer(plan, store, answer)
    with unwritten.noted(store.folder):
        write_controlled(controlled, store.folder)
    if plan.asked.controls:
        report = replace(report, controlled=controlled)
        with unwritten.noted(store.folder):
            write_text(sweep_markdown(report), store.folder / PAGE)
    show_finished(lambda: print_sweep(report, console, LINES_AFTER), patient_console(sys.stderr), store.folder)
    if unwritten.found:
        log.say(f"ended: {unwritten.text()}")
        raise cannot_keep(store.folder, unwritten.text())
    tell = teller(console)
    tell(f"\nresults are in {store.folder}, the whole answer in {PAGE}")
    if not answer.is_whole:
        tell(f"to go on: {shlex.join(command_of(composed, store.folder))}")
    return 0 if answer.is_whole else 1


def report_of(
    store: RunStore,
    labels: Mapping[str, str],
    scenarios: SweptScenarios,
    answer: SweepAnswer,
    command: Sequence[str],
) -> SweepReport:
    """All that is shown of a sweep but its controls."""
    contenders = contenders_of(store, labels, scenarios.worlds, answer)
    return SweepReport(answer, scenarios, contenders, dominated_of(store, labels, scenarios.worlds, answer), command)


def contenders_of(
    store: RunStore, labels: Mapping[str, str], worlds: Sequence[str], answer: SweepAnswer
) -> dict[str, Contenders]:
    """Who may be the best by each measure that is shown, from the replications that the answer is made of.

    Scenarios that differ in more than what can be chosen, in demand for example, have no best in common: nothing then.
    Those without a steady state are left out.
    """
    if len(set(worlds)) != 1 or len(labels) < 2:
        return {}
    measures, values = values_of(store, labels, answer.standing, only=SHOWN)
    steady = ~answer.cautions["no_steady_state"].to_numpy(bool)
    names = [name for name, is_steady in zip(labels.values(), steady, strict=True) if is_steady]
    found = contenders_by(names, measures, values[steady], answer.confidence)
    return {name: found[name] for name in SHOWN if name in found}


def dominated_of(
    store: RunStore, labels: Mapping[str, str], worlds: Sequence[str], answer: SweepAnswer
) -> pd.DataFrame:
    """Scenarios that another is shown to beat in everything, from the replications that the answer is made of."""
    measures, values = values_of(store, labels, answer.standing)
    return dominated_table(list(labels.values()), worlds, measures, values, answer.confidence)


def standing_of(plan: SweepPlan, store: RunStore) -> dict[str, object]:
    """What the log says of a sweep before it goes on."""
    tasks, n_wanted = missing(plan, store, set())
    again = len(store.failed(plan.labels, plan.replications))
    return {
        "played": f"{plan.engine}, {plan.executor}, workers {plan.workers or 'all'}, seed {plan.seed}",
        "scenarios": len(plan.scenarios),
        "runs": f"{len(tasks)} of {n_wanted} to play, {again} of them failed before",
        "set aside": ", ".join(part.name for part in store.damaged) or "nothing",
    }


def missing(plan: SweepPlan, store: RunStore, tried: Collection[RunKey]) -> tuple[list[Task], int]:
    """Runs to be played that have not been tried, and how many there are to be in all."""
    numbers = plan.standing(store).numbers
    visits = store.folder_of_visits() if plan.keep_visits else None
    tasks = [task for task in plan.tasks(store.done(visits), numbers, visits) if task.key not in tried]
    return tasks, int(numbers.sum())


def play_rounds(
    plan: SweepPlan, store: RunStore, log: SweepLog, unwritten: WriteErrors, console: Console, what: str = ""
) -> None:
    """Play what is missing, or as much as the user has the patience for, in as many rounds as what is asked takes.

    Runs that cannot be written end it, and are noted in `unwritten`. `what`: what is played, in words, instead of a
    number of scenarios.
    """
    what = what or counted(len(plan.scenarios), "scenario")
    tasks, n_wanted = missing(plan, store, set())
    if len(tasks) < n_wanted:
        say(console, f"{n_wanted - len(tasks)} of {counted(n_wanted, 'run')} are there already")
    if not tasks:
        return

    def tell(line: str) -> None:
        log.say(line)
        say(console, line)

    most = plan.n_runs if plan.asked.in_rounds else len(tasks)
    tried: set[RunKey] = set()
    try:
        with workers_for(plan, most, tell) as pool:
            for number in itertools.count(1):
                play_round(tasks, store, pool, log, console, what, is_first=number == 1)
                tried |= {task.key for task in tasks}
                tasks, _ = missing(plan, store, tried)
                if not tasks:
                    break
                scenarios = counted(len({task.label for task in tasks}), "scenario")
                # All rounds are in the log; on the screen ever fewer, so that the finding stays on it.
                report = tell if number.bit_count() == 1 else log.say
                report(f"{scenarios} played on: {counted(len(tasks), 'further run')}")
    except KeyboardInterrupt:
        tell("interrupted: the runs that had finished are kept")
    except WorkersGone as gone:
        tell(f"{gone}: the runs that had finished are kept")
    except OSError as error:
        unwritten.note(store.folder / PARTS, error)
        tell(f"the runs could not all be written ({reason_of(error)}): no more are played")
    except NoWorkers as none:
        log.say(str(none))
        raise


def play_round(
    tasks: Sequence[Task],
    store: RunStore,
    pool: Pool,
    log: SweepLog,
    console: Console,
    what: str,
    is_first: bool = True,
) -> None:
    """Play some runs and keep them."""
    with (
        progress(len(tasks), what, console, brief=not is_first) as advance,
        closing(play_missing(tasks, store, pool)) as runs,
    ):
        for played in runs:
            if played.traceback:
                log.failed(played)
            advance(f"{played.label}, replication {played.key.replication + 1}")


def command_of(composed: ComposedSweep, place: Path | None = None) -> list[str]:
    """What to type for the sweep to go on in its folder, or to play it in another."""
    words = command_words(composed.overrides, composed.first.config_dir, "-m", elsewhere=True)
    return [*words, *([] if place is None else [f"output={place}"])]


def sweep_facts(plan: SweepPlan, composed: ComposedSweep, folder: Path, **facts: object) -> dict[str, object]:
    """Provenance of a sweep."""
    return provenance(
        study="sweep",
        command=command_of(composed, folder),
        choices=composed.first.choices,
        seed=plan.seed,
        engine=plan.engine,
        replications=plan.replications,
        confidence=plan.confidence,
        asked=plan.asked.model_dump(mode="json"),
        runs_planned=plan.n_runs,
        **facts,
    )


def show_results(composed: Composed, console: Console) -> int:
    """The answer of a sweep again, from what is kept, or what is asked of its tables; nothing in it is changed."""
    check_question(composed)
    assert composed.run is not None
    received = read_sweep(composed.run)
    facts, labels = received.facts, received.labels
    store = RunStore(composed.run, facts.seed, facts.code)
    tell_store(store, console)
    answer = answer_of(store, labels, facts.replications, facts.confidence, facts.asked)
    if composed.query is None and composed.table is None and composed.export is None:
        teller(console)(shlex.join(facts.command))
        command = [word for word in facts.command if not word.startswith("output=")]
        report = report_of(store, labels, received_scenarios(received.scenarios), answer, command)
        if (composed.run / CONTROLLED).is_file():
            report = replace(report, controlled=read_controlled(composed.run))
        print_sweep(report, console)
        return 0
    query = composed.query or f"SELECT * FROM {composed.table or TABLE}"
    with tables_of(store, labels, answer.standing.numbers.tolist(), answer, query) as tables:
        found = tables.ask(query)
        if composed.export is None:
            print_query(found, console)
        else:
            rows = counted(export(found, composed.export), "row")
            teller(console)(f"{rows} in {composed.export}")
    return 0


def check_question(composed: Composed) -> None:
    """Raise ScenarioError with all that is wrong with what is asked of a sweep."""
    problems = problems_of_asking(composed.query, composed.table, composed.export)
    if composed.run is None:
        problems.insert(0, Problem("run", "nothing", "study=results needs run=FOLDER, the results folder of a sweep"))
    if problems:
        raise ScenarioError(problems)
