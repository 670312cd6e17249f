"""The command `peered`: read what is asked, have it checked, run it, show the answer.

Exit codes: 0 done, 1 a run failed or was interrupted with nothing finished, 2 the question was not understood.
"""

import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TextIO

from rich.console import Console

from sim.config import Composed, ComposedSweep, column_map_of, compose, compose_sweep, shipped_choices
from sim.config.plans import executor_of, plan_of, sweep_plan_of
from sim.department.scenario import Scenario, ScenarioError
from sim.report.console import (
    duration,
    print_assumptions,
    print_comparison,
    print_estimates,
    print_problems,
    print_validation,
    progress,
    say,
)
from sim.report.drawing import begin_figures, drawers
from sim.report.markdown import comparison_markdown
from sim.report.sweep_answer import print_sweep
from sim.study.assumptions import assumptions_in_use, read_register
from sim.study.comparing import compared, values_table
from sim.study.comparison import Comparison
from sim.study.data_quality import VisitsFileError
from sim.study.engines import lets_go, prepare
from sim.study.executor import n_cores, run_blocks
from sim.study.experiment import BlockAnswer, get_ready, play_block
from sim.study.interrupts import uninterrupted
from sim.study.number_text import counted
from sim.study.plan import Plan
from sim.study.run_store import (
    CannotKeep,
    RunStore,
    foreign_to_sweeps,
    locked,
    read_facts,
    write_facts,
    write_scenarios,
)
from sim.study.store import (
    OutputError,
    code_version,
    provenance,
    results_folder,
    results_place,
    write_json,
    write_table,
)
from sim.study.sweeping import SweepPlan, Task, answer_of, play_missing, write_answer
from sim.study.sweeping import get_ready as get_engine_ready
from sim.study.validation import ValidatedRow, validated, validation_values

USAGE = """\
usage: peered [-m] [--dry-run] [--config-dir DIR] [KEY=VALUE ...]

  peered                                      compare traditional with other staffings of a children's ED
  peered study=run staffing=peer_added        play one scenario
  peered study=validate                       simulated beside published values
  peered study=assumptions                    every assumption in use, with source and grade
  peered study=calibrate visits=FILE          a demand config from a file of visits
  peered -m staffing=traditional,peer_added demand.growth=1,1.1,1.2
                                              a sweep: every combination, compared with the first
  peered study=results run=FOLDER             the table of a sweep again, finished or not

Keys are those of docs/keys.md: demand.growth=1.05, effects=evidence, study.replications=20, output=FOLDER ...
--dry-run says what would run and about how long.
In a sweep (-m) a key takes several values: a,b,c, choice(a,b), range(1,4); sweep.design=zip puts them side by side,
sweep.csv=FILE takes a scenario from each row. The same command with the same output= goes on where it was stopped."""

WIDTH = 100
"""Columns where there is no terminal to ask."""

VISITS_PER_SECOND = {"compiled": 200_000.0, "simpy": 3000.0}
"""What --dry-run reckons with on one core; `make bench` measures it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    console, errors = patient_console(sys.stdout), patient_console(sys.stderr)
    if any(word in ("-h", "--help") for word in words):
        console.print(USAGE, markup=False, highlight=False)
        console.print(f"\nstaffings: {', '.join(shipped_choices('staffing'))}", markup=False, highlight=False)
        return 0
    try:
        asked = read(words)
        if asked.many:
            return sweep(asked, console)
        composed = compose(asked.overrides, asked.folder)
        check_use(composed)
        return tell_plan(composed, console) if asked.dry else STUDIES[composed.study.name](composed, console)
    except (ScenarioError, VisitsFileError) as error:
        print_problems(error, errors)
        return 2
    except Misunderstood as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 2
    except CannotKeep as error:
        errors.print(f"peered: {error}", markup=False, highlight=False, soft_wrap=True)
        return 1
    except OutputError as error:
        errors.print(f"peered: {error}", markup=False, highlight=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        errors.print("peered: interrupted; nothing had finished, nothing was written", markup=False)
        return 1


class PatientConsole(Console):
    """A console that falls silent when nobody reads it any more, so that a study still comes to its end."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        if self.file is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def patient_console(stream: TextIO | None) -> Console:
    """A console on a stream that may be closed, of a fixed width where there is no terminal."""
    if stream is None:
        return PatientConsole(quiet=True, file=StringIO())
    return PatientConsole(file=stream, width=None if stream.isatty() else WIDTH)


class Misunderstood(Exception):
    """The command line is not one of ours."""


@dataclass
class Asked:
    """What the words ask for: overrides, a folder of the user's own, only the plan, many scenarios."""

    overrides: list[str] = field(default_factory=list)
    folder: Path | None = None
    dry: bool = False
    many: bool = False


def read(words: Sequence[str]) -> Asked:
    """Options and overrides apart."""
    asked = Asked()
    rest = iter(words)
    for word in rest:
        if word == "--dry-run":
            asked.dry = True
        elif word in ("-m", "--multirun"):
            asked.many = True
        elif word.startswith("--config-dir"):
            _, equals, value = word.partition("=")
            value = value if equals else next(rest, "")
            if not value or "=" in value:
                raise Misunderstood("peered: --config-dir needs a folder: --config-dir DIR")
            asked.folder = Path(value)
        elif word.startswith("-"):
            raise Misunderstood(f"peered: unknown option {word}; see peered --help")
        else:
            asked.overrides.append(word)
    return asked


WRITES_NOTHING = ("validate", "assumptions", "results")


def check_use(composed: Composed) -> None:
    """Refuse what would be passed over in silence."""
    name = composed.study.name
    if composed.visits is not None and name != "calibrate":
        raise Misunderstood(f"peered: visits = {composed.visits} is for study=calibrate; leave it out of study={name}")
    if composed.run is not None and name != "results":
        raise Misunderstood(f"peered: run = {composed.run} is for study=results; leave it out of study={name}")
    if composed.output is not None and name in WRITES_NOTHING:
        raise Misunderstood(f"peered: output = {composed.output}: study={name} writes no files; leave it out")


def tell_plan(composed: Composed, console: Console) -> int:
    """Say what would run and about how long; write nothing."""
    if composed.study.name in ("assumptions", "calibrate", "results"):
        console.print(f"study={composed.study.name}: nothing is simulated, a few seconds", highlight=False)
        return 0
    plan = plan_of(composed)
    first = plan.scenarios[plan.baseline]
    weeks = first.period.weeks + first.period.warm_up_weeks
    n_runs = plan.n_blocks * len(plan.scenarios)
    console.print(f"study={composed.study.name}: {', '.join(plan.scenarios)}", markup=False, highlight=False)
    console.print(
        f"runs: {n_runs} of {weeks} weeks each (staffings {len(plan.scenarios)}, demand levels {len(plan.levels)}, "
        f"replications {plan.replications})",
        highlight=False,
    )
    visits = n_runs * weeks * weekly_visits(composed.scenario)
    seconds = visits / VISITS_PER_SECOND[plan.engine] / side_by_side(plan, plan.n_blocks)
    console.print(f"about {duration(seconds)}; nothing was run, nothing was written", highlight=False)
    return 0


def side_by_side(plan: Plan | SweepPlan, n_blocks: int) -> int:
    """Blocks that get on at the same time."""
    if plan.executor == "threads" and not lets_go(plan.engine):
        return 1
    return min(plan.workers or n_cores(), n_blocks)


def weekly_visits(scenario: Scenario) -> float:
    """Visits of a week, returns included, roughly."""
    demand = scenario.demand
    return getattr(demand, "visits_per_year", 0.0) * demand.growth / 52.14


def run_compare(composed: Composed, console: Console) -> int:
    """Play every staffing at every demand level on the same patients, and answer."""
    return play_and_write(composed, console, print_comparison, with_figures=True)


def run_one(composed: Composed, console: Console) -> int:
    """One scenario, played and measured."""
    return play_and_write(composed, console, print_estimates, with_figures=False)


def play_and_write(
    composed: Composed, console: Console, show: Callable[[Comparison, Console], None], with_figures: bool
) -> int:
    """Play a plan, write what finished, show it. Once a block has finished nothing that follows can lose it."""
    plan = plan_of(composed)
    place = results_place(composed.output, composed.study.name)
    started = time.monotonic()
    with results_folder(place) as draft:
        (draft / "visits").mkdir()
        answers = finished_blocks(plan, draft / "visits", console)
        if not answers:
            raise KeyboardInterrupt
        drawing = drawers(plan.workers or n_cores()) if with_figures else nullcontext()
        with uninterrupted() as interrupts, drawing as pool:
            comparison = compared(answers, plan, time.monotonic() - started)
            figures = begin_figures(comparison, draft / "figures", pool) if pool else []
            write_comparison(comparison, answers, plan, composed, draft)
            drawn = not interrupts.came and drew(figures, console)
    show(comparison, console)
    console.print(f"\nresults are in {place}", markup=False, highlight=False, soft_wrap=True)
    return 0 if len(answers) == plan.n_blocks and drawn else 1


def drew(figures: Sequence[Future[list[Path]]], console: Console) -> bool:
    """Wait for the figures; a figure that fails costs the figures, not the tables."""
    try:
        for figure in figures:
            figure.result()
    except Exception as error:
        console.print(f"figures could not be drawn ({type(error).__name__}: {error}); the tables are complete")
        return False
    return True


def finished_blocks(plan: Plan, visits_folder: Path, console: Console) -> list[BlockAnswer]:
    """Answers of all blocks, or of those that had finished when the user interrupted."""
    answers: list[BlockAnswer] = []
    blocks = plan.blocks(visits_folder)
    what = f"{', '.join(plan.scenarios)} on the same patients"
    get_ready(plan.scenarios[plan.baseline], plan.engine, teller(console))
    with progress(len(blocks), what, console) as advance:
        running = run_blocks(play_block, blocks, plan.workers, plan.executor)
        try:
            for block, answer in running:
                answers.append(answer)
                advance(f"demand {block.demand:g}, replication {block.replication + 1}")
        except KeyboardInterrupt:
            console.print(f"interrupted: {len(answers)} of {len(blocks)} blocks are kept", highlight=False)
        finally:
            running.close()
    return sorted(answers, key=lambda answer: (answer.demand, answer.replication))


def teller(console: Console) -> Callable[[str], None]:
    """Says a line on the console."""
    return lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True)


def write_comparison(
    comparison: Comparison, answers: list[BlockAnswer], plan: Plan, composed: Composed, folder: Path
) -> None:
    """Tables, scenarios, provenance and the answer in words."""
    write_table(values_table(answers), folder / "replications.parquet")
    for name in ("estimates", "differences", "changes", "week", "waits", "returns", "alone", "costs"):
        table = getattr(comparison, name)
        if len(table.columns):
            write_table(table, folder / f"{name}.parquet")
    write_json({name: s.model_dump(mode="json") for name, s in plan.scenarios.items()}, folder / "scenarios.json")
    (folder / "answer.md").write_text(comparison_markdown(comparison), encoding="utf-8")
    write_json(run_facts(composed, plan, comparison.n_finished, comparison.seconds), folder / "run.json")


def run_facts(composed: Composed, plan: Plan, n_finished: int, seconds: float) -> dict[str, object]:
    """Provenance of a study."""
    return provenance(
        command=["peered", *composed.overrides],
        choices=composed.choices,
        seed=composed.seed,
        engine=composed.engine,
        blocks_finished=n_finished,
        blocks_planned=plan.n_blocks,
        seconds=round(seconds, 1),
        scenario_hashes={name: scenario.content_hash() for name, scenario in plan.scenarios.items()},
    )


def run_validate(composed: Composed, console: Console) -> int:
    """Simulated beside published values."""
    rows = validation_rows(composed, console)
    print_validation(rows, console)
    return 0


def validation_rows(composed: Composed, console: Console) -> tuple[ValidatedRow, ...]:
    """Play the scenario, and the peer staffing for the one row that needs it."""
    study = composed.study
    values: list[dict[str, float]] = []
    engine, workers, executor = composed.engine, composed.executor.workers, executor_of(composed)
    prepare(engine, teller(console))
    with progress(study.replications + 1, "whole years", console) as advance:
        for value in validation_values(composed.scenario, study.replications, composed.seed, engine, workers, executor):
            values.append(value)
            advance(f"replication {len(values)}")
        with_peers = compose(
            ["study=run", *kept(composed.overrides), "staffing=peer_added", f"seed={composed.seed}"],
            composed.config_dir,
        )
        peers = next(iter(validation_values(with_peers.scenario, 1, composed.seed, engine, 1, executor)))
        advance("peer_added")
    return validated(values, study.confidence, {"peer_contacts_per_day": peers["peer_contacts_per_day"]})


def kept(overrides: Sequence[str]) -> list[str]:
    """Overrides that another study and staffing can share."""
    return [text for text in overrides if not text.startswith(("study", "staffing", "seed", "output"))]


def run_assumptions(composed: Composed, console: Console) -> int:
    """Every assumption in use."""
    in_use = assumptions_in_use(composed.files, read_register(), composed.overridden, composed.chosen)
    print_assumptions(in_use, console)
    return 0


def run_calibrate(composed: Composed, console: Console) -> int:
    """A demand config from a file of visits."""
    from sim.study.calibration import calibrate

    if composed.visits is None:
        raise Misunderstood("peered: study=calibrate needs visits=FILE, and study.map=NAME of configs/visits")
    folder = composed.output or Path("results") / "calibrated"
    column_map = column_map_of(composed)
    name = composed.study.demand_name or composed.visits.name.split(".")[0]
    report = calibrate(composed.visits, column_map, name=name, output=folder, rake=composed.study.rake)
    for line in report.lines():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"\nrun it: peered --config-dir {folder} demand={name}", markup=False, highlight=False, soft_wrap=True
    )
    return 0


def sweep(asked: Asked, console: Console) -> int:
    """Play many scenarios, or what is missing of them, and compare each with the first."""
    composed = compose_sweep(asked.overrides, asked.folder)
    check_use(composed.first)
    plan = sweep_plan_of(composed)
    for label, earlier in composed.same:
        say(console, f"{label} is the same as {earlier}: played once")
    if asked.dry:
        return tell_sweep(plan, console)
    place = results_place(composed.first.output, "sweep", foreign_to_sweeps)
    with locked(place):
        store = RunStore(place, plan.seed, code_version())
        tell_store(store, console)
        store.set_aside_damaged()
        return play_sweep(plan, store, composed, console)


def tell_sweep(plan: SweepPlan, console: Console) -> int:
    """Say how many runs there would be and about how long they take."""
    visits = plan.replications * sum(
        weekly_visits(scenario) * (scenario.period.weeks + scenario.period.warm_up_weeks)
        for scenario in plan.scenarios.values()
    )
    seconds = visits / VISITS_PER_SECOND[plan.engine] / side_by_side(plan, plan.n_runs)
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


def play_sweep(plan: SweepPlan, store: RunStore, composed: ComposedSweep, console: Console) -> int:
    """Play what is missing, write and show the answer; what has been played is kept, come what may."""
    started = time.monotonic()
    write_scenarios(plan.table(), store.folder)
    write_facts(sweep_facts(plan, composed), store.folder)
    tasks = plan.tasks(store.done())
    if len(tasks) < plan.n_runs:
        say(console, f"{plan.n_runs - len(tasks)} of {counted(plan.n_runs, 'run')} are there already")
    whole = played_all(plan, tasks, store, console)
    with uninterrupted():
        answer = answer_of(store, plan.labels, plan.replications, plan.confidence)
        write_answer(answer, store.folder)
        seconds = round(time.monotonic() - started, 1)
        write_facts(sweep_facts(plan, composed, runs_done=answer.n_done, seconds=seconds), store.folder)
    print_sweep(answer, console)
    tell = teller(console)
    tell(f"\nresults are in {store.folder}")
    if not whole:
        words = [word for word in composed.overrides if not word.startswith("output=")]
        tell(f"to go on: {shlex.join(['peered', '-m', *words, f'output={store.folder}'])}")
    return 0 if answer.is_whole else 1


def played_all(plan: SweepPlan, tasks: Sequence[Task], store: RunStore, console: Console) -> bool:
    """Play the runs; False if the user interrupted."""
    if not tasks:
        return True
    get_engine_ready(plan, teller(console))
    with progress(len(tasks), counted(len(plan.scenarios), "scenario"), console) as advance:
        runs = play_missing(plan, tasks, store)
        try:
            for played in runs:
                advance(f"{played.label}, replication {played.key.replication + 1}")
        except KeyboardInterrupt:
            say(console, "interrupted: the runs that had finished are kept")
            return False
        finally:
            runs.close()
    return True


def sweep_facts(plan: SweepPlan, composed: ComposedSweep, **facts: object) -> dict[str, object]:
    """Provenance of a sweep."""
    return provenance(
        study="sweep",
        command=["peered", "-m", *composed.overrides],
        choices=composed.first.choices,
        seed=plan.seed,
        engine=plan.engine,
        replications=plan.replications,
        confidence=plan.confidence,
        runs_planned=plan.n_runs,
        **facts,
    )


def run_results(composed: Composed, console: Console) -> int:
    """The table of a sweep again, from what is kept; nothing is written."""
    if composed.run is None:
        raise Misunderstood("peered: study=results needs run=FOLDER, the results folder of a sweep")
    facts = read_facts(composed.run)
    store = RunStore(composed.run, facts["seed"], facts["code"])
    tell_store(store, console)
    teller(console)(shlex.join(facts["command"]))
    print_sweep(answer_of(store, facts["labels"], facts["replications"], facts["confidence"]), console)
    return 0


STUDIES: dict[str, Callable[[Composed, Console], int]] = {
    "compare": run_compare,
    "run": run_one,
    "validate": run_validate,
    "assumptions": run_assumptions,
    "calibrate": run_calibrate,
    "results": run_results,
}
