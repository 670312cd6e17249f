"""`peered -m`: a sweep from its words to its folder and its table, and `study=results`, the table again.

How scenarios are made of words is `sim.config.sweeps`, how they are played and kept `sim.study.sweeping`.
"""

import shlex
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd
from rich.console import Console

from sim.config import Composed, ComposedSweep, compose_sweep
from sim.config.plans import sweep_plan_of
from sim.department.scenario import Problem, ScenarioError
from sim.report.console import duration, progress, say, teller
from sim.report.sweep_answer import print_dominated, print_rows, print_sweep
from sim.study.dominated import dominated_table, worlds_of
from sim.study.expected_time import seconds_of, side_by_side, weekly_visits
from sim.study.interrupts import uninterrupted
from sim.study.lost_workers import NoWorkers, WorkersGone
from sim.study.number_text import counted
from sim.study.run_store import (
    FEW_PARTS,
    RunStore,
    foreign_to_sweeps,
    locked,
    read_facts,
    told_if_not_kept,
    write_facts,
    write_scenarios,
)
from sim.study.store import code_version, provenance, results_place, write_table
from sim.study.sweep_log import SweepLog
from sim.study.sweep_query import TABLE, asked, export, problems_of_asking, tables_of
from sim.study.sweeping import SweepPlan, Task, answer_of, get_ready, play_missing, workers_for, write_answer


def sweep(overrides: Sequence[str], config_dir: Path | None, dry: bool, console: Console) -> int:
    """Play many scenarios, or what is missing of them, and compare each with the first; `dry`: say what would run."""
    composed = compose_sweep(overrides, config_dir)
    plan = sweep_plan_of(composed)
    for label, earlier in composed.same:
        say(console, f"{label} is the same as {earlier}: played once")
    if dry:
        return tell_sweep(plan, console)
    place = results_place(composed.first.output, "sweep", foreign_to_sweeps)
    with locked(place):
        store, log = RunStore(place, plan.seed, code_version()), SweepLog(place)
        tell_store(store, console)
        with told_if_not_kept(place, log.say):
            store.put_in_order()
            return play_sweep(plan, store, composed, log, console)


def tell_sweep(plan: SweepPlan, console: Console) -> int:
    """Say how many runs there would be and about how long they take."""
    visits = plan.replications * sum(
        weekly_visits(scenario) * (scenario.period.weeks + scenario.period.warm_up_weeks)
        for scenario in plan.scenarios.values()
    )
    seconds = seconds_of(visits, plan.engine, side_by_side(plan.engine, plan.executor, plan.workers, plan.n_runs))
    for line in (
        f"sweep: {counted(len(plan.scenarios), 'scenario')}, baseline {next(iter(plan.scenarios))}",
        f"runs: {plan.n_runs} ({counted(plan.replications, 'replication')} of each)",
        f"about {duration(seconds)}; nothing was run, nothing was written",
    ):
        say(console, line)
    return 0


def tell_store(store: RunStore, console: Console) -> None:
    """Say what in the folder cannot be used."""
    for part in store.damaged:
        say(console, f"{part.name} is damaged and is left out; its runs have to be played again")
    others = store.n_of_other_code()
    if others:
        say(console, f"{counted(others, 'run')} of another version of the code are kept, and are not in the answer")


def play_sweep(plan: SweepPlan, store: RunStore, composed: ComposedSweep, log: SweepLog, console: Console) -> int:
    """Play what is missing, write and show the answer; what has been played is kept, come what may."""
    started = time.monotonic()
    write_scenarios(plan.table(), store.folder)
    facts = sweep_facts(plan, composed, store.folder)
    write_facts(facts, store.folder)
    visits = store.folder_of_visits() if plan.keep_visits else None
    tasks = plan.tasks(store.done(visits), visits)
    if len(tasks) < plan.n_runs:
        say(console, f"{plan.n_runs - len(tasks)} of {counted(plan.n_runs, 'run')} are there already")
    log.start(shlex.join(command_of(composed, store.folder)), facts, standing_of(plan, tasks, store))
    play_all(plan, tasks, store, log, console)
    with uninterrupted():
        store.put_together(FEW_PARTS)
        answer = answer_of(store, plan.labels, plan.replications, plan.confidence)
        write_answer(answer, store.folder)
        numbers = [plan.replications] * len(plan.labels)
        store.write_replications(plan.labels, numbers, store.folder / "replications.parquet")
        dominated = dominated_of(store, plan.labels, worlds_of(plan.table()), plan.replications, plan.confidence)
        write_table(dominated, store.folder / "dominated.parquet")
        seconds = round(time.monotonic() - started, 1)
        write_facts(sweep_facts(plan, composed, store.folder, runs_done=answer.n_done, seconds=seconds), store.folder)
    log.say(f"end: {answer.n_done} of {answer.n_runs} runs are there, {len(answer.failed)} failed, {seconds} s")
    print_sweep(answer, console)
    print_dominated(dominated, console)
    tell = teller(console)
    tell(f"\nresults are in {store.folder}")
    if not answer.is_whole:
        tell(f"to go on: {shlex.join(command_of(composed, store.folder))}")
    return 0 if answer.is_whole else 1


def dominated_of(
    store: RunStore, labels: Mapping[str, str], worlds: Sequence[str], replications: int, confidence: float
) -> pd.DataFrame:
    """Scenarios that another is shown to beat in everything, from the runs that are kept."""
    measures, values = store.values(list(labels), replications)
    return dominated_table(list(labels.values()), worlds, measures, values, confidence)


def standing_of(plan: SweepPlan, tasks: Sequence[Task], store: RunStore) -> dict[str, object]:
    """What the log says of a sweep before it goes on."""
    again = len(store.failed(plan.labels, plan.replications))
    return {
        "played": f"{plan.engine}, {plan.executor}, workers {plan.workers or 'all'}, seed {plan.seed}",
        "scenarios": len(plan.scenarios),
        "runs": f"{len(tasks)} of {plan.n_runs} to play, {again} of them failed before",
        "set aside": ", ".join(part.name for part in store.damaged) or "nothing",
    }


def play_all(plan: SweepPlan, tasks: Sequence[Task], store: RunStore, log: SweepLog, console: Console) -> None:
    """Play the runs, or as many as the user has the patience for."""
    if not tasks:
        return

    def tell(line: str) -> None:
        log.say(line)
        say(console, line)

    try:
        get_ready(plan, teller(console))
        with (
            workers_for(plan, len(tasks), tell) as pool,
            progress(len(tasks), counted(len(plan.scenarios), "scenario"), console) as advance,
            closing(play_missing(tasks, store, pool)) as runs,
        ):
            for played in runs:
                if played.traceback:
                    log.failed(played)
                advance(f"{played.label}, replication {played.key.replication + 1}")
    except KeyboardInterrupt:
        tell("interrupted: the runs that had finished are kept")
    except WorkersGone as gone:
        tell(f"{gone}: the runs that had finished are kept")
    except NoWorkers as none:
        log.say(str(none))
        raise


def command_of(composed: ComposedSweep, place: Path) -> list[str]:
    """What to type for the sweep to go on in its folder."""
    words = [word for word in composed.overrides if not word.startswith(("output=", "configs="))]
    folder = composed.first.config_dir
    own = [] if folder is None else ["--config-dir", str(folder)]
    return ["peered", "-m", *own, *words, f"output={place}"]


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
        runs_planned=plan.n_runs,
        **facts,
    )


def show_results(composed: Composed, console: Console) -> int:
    """The table of a sweep again, from what is kept, or what is asked of its tables; nothing in it is changed."""
    check_question(composed)
    assert composed.run is not None
    facts = read_facts(composed.run)
    store = RunStore(composed.run, facts["seed"], facts["code"])
    tell_store(store, console)
    answer = answer_of(store, facts["labels"], facts["replications"], facts["confidence"])
    if composed.query is None and composed.table is None and composed.export is None:
        teller(console)(shlex.join(facts["command"]))
        print_sweep(answer, console)
        print_dominated(
            dominated_of(store, facts["labels"], facts["worlds"], facts["replications"], facts["confidence"]), console
        )
        return 0
    numbers = [facts["replications"]] * len(facts["labels"])
    query = composed.query or f"SELECT * FROM {composed.table or TABLE}"
    with tables_of(store, facts["labels"], numbers, answer) as connection:
        if composed.export is None:
            print_rows(asked(connection, query), console)
        else:
            rows = counted(export(connection, query, composed.export), "row")
            teller(console)(f"{rows} in {composed.export}")
    return 0


def check_question(composed: Composed) -> None:
    """Raise ScenarioError with all that is wrong with what is asked of a sweep."""
    problems = problems_of_asking(composed.query, composed.table, composed.export)
    if composed.run is None:
        problems.insert(0, Problem("run", "nothing", "study=results needs run=FOLDER, the results folder of a sweep"))
    if problems:
        raise ScenarioError(problems)
