"""`peered -m`: many scenarios, each compared with the first.

How scenarios are made of words is `sim.config.sweeps`, what their runs say `sim.analysis.sweeping`.
"""

import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from sim.analysis.best import Contenders, contenders_by
from sim.analysis.comparison_result import Comparison
from sim.analysis.dominated import dominated_table
from sim.analysis.memory_check import check_design
from sim.analysis.rounds import missing
from sim.analysis.sweeping import (
    SweepAnswer,
    as_comparison,
    controlled_answer,
    sweep_answer,
    values_that_count,
    write_controlled,
    write_sweep_tables,
)
from sim.analysis.swept_scenarios import SweptScenarios, swept_scenarios
from sim.analysis.warm_up import PILOT_WEEKS, find_warm_up, pilot_of, read_warm_up, write_warm_up
from sim.department.scenario import Scenario
from sim.engine.code_version import code_version
from sim.engine.measures.number_text import counted
from sim.io.short_lists import few_of
from sim.report.comparison_answer import sentences_by_staffing
from sim.report.console import say
from sim.report.description import Description, answer_markdown
from sim.report.progress import progress, teller
from sim.report.screen import print_answer
from sim.report.sweep_answer import SCREEN_MEASURES, describe_sweep
from sim.report.tables.answer_workbook import ANSWER, answer_sheets, write_answer_workbook
from sim.report.terminal import lines_written, patient_console, show_finished
from sim.report.words.sweep_finding import SweepReport
from sim.runs.design import Design, FilesOfRun, RunFiles, RunKey, RunTask, no_files
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import results_place
from sim.runs.run_log import SweepLog
from sim.runs.run_store import (
    FEW_PARTS,
    RunResult,
    RunStore,
    cannot_keep,
    foreign_to_sweeps,
    locked,
    log_and_raise_if_unwritable,
    visits_file,
    write_facts,
    write_scenarios,
)
from sim.runs.tables_on_disk import WriteErrors, write_table, write_text
from sim.runs.worker_errors import NoWorkers
from sim.statistics.arrays import FloatArray
from sim.studies.compare import rules_of
from sim.studies.question import SweepQuestion
from sim.studies.study import Files, all_drawn, design_for, facts_of, play_missing, tell_design, write_each

ANSWER_PAGE = "answer.md"
LINES_AFTER = 3
"""Lines printed below the answer: where the results are, and how to go on."""

_MOST_NAMED = 5
"""Series or damaged parts named in one line."""


def sweep_design(question: SweepQuestion) -> Design:
    """Scenarios and replications of a sweep. Raises ScenarioError if they would need more memory than there is."""
    study = question.study
    design = design_for(
        question.first,
        question.scenarios,
        keep_visits=study.visits,
        rules=rules_of(study),
        hashed=question.keys,
    )
    check_design(design)
    return design


def sweep(question: SweepQuestion, dry: bool, console: Console) -> int:
    """Play many scenarios, or what is missing of them, and compare each with the first; `dry`: say what would run."""
    design = sweep_design(question)
    for line in (*repeated_lines(question.same), *question.notes):
        say(console, line)
    if not dry:
        return play_in(results_place(question.first.output, "sweep", foreign_to_sweeps), design, question, console)
    say(console, f"sweep: {counted(len(design.scenarios), 'scenario')}, baseline {next(iter(design.scenarios))}")
    rosters: dict[str, Scenario] = {}
    for scenario in design.scenarios.values():
        rosters.setdefault(scenario.staffing.name, scenario)
    most, rules = design.rules.most_replications, design.rules
    further = f" in the first round, at most {most} where what is asked for takes more" if rules.in_rounds else ""
    return tell_design(design, rosters, (1.0,), console, further=further)


def repeated_lines(same: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Scenarios that another one repeats: one by name, the others counted."""
    for label, earlier in same[:1]:
        more = f", and {counted(len(same) - 1, 'further scenario')} likewise" if len(same) > 1 else ""
        yield f"{label} is the same as {earlier}: played once{more}"


def play_in(place: Path, design: Design, question: SweepQuestion, console: Console) -> int:
    """Play what is missing in a folder, and show the answer."""
    with opened_store(place, design.seed, console) as (store, log):
        if question.study.warm_up_weeks == "auto":
            weeks = warm_up_of(design, store, console)
            if weeks is None:
                return 1
            design = design.with_warm_up(weeks)
        return play_sweep(design, store, question, log, console)


@contextmanager
def opened_store(place: Path, seed: int, console: Console) -> Iterator[tuple[RunStore, SweepLog]]:
    """The runs and the log of a folder that is ours alone meanwhile; what cannot be written is named in the log too."""
    with locked(place):
        store, log = RunStore(place, seed, code_version()), SweepLog(place)
        tell_store(store, console)
        with log_and_raise_if_unwritable(place, log.say):
            store.put_in_order()
            yield store, log


def warm_up_of(design: Design, store: RunStore, console: Console) -> int | None:
    """Weeks of warm-up, found by a pilot or by an earlier command from the same; None if the user ends it."""
    pilot = pilot_of(design)
    found = read_warm_up(pilot, store.folder)
    if found is None:
        try:
            with progress(pilot.n_tasks, f"pilot of {counted(PILOT_WEEKS, 'week')}", console) as advance:
                found = find_warm_up(pilot, advance)
        except KeyboardInterrupt:
            say(console, "interrupted: nothing was decided on the warm-up, and nothing is kept")
            return None
        write_warm_up(found, store.folder)
    n_settled = len(found.evidence) - len(found.unsettled)
    say(console, f"warm-up: {counted(found.weeks, 'week')}, the largest of {n_settled} daily series (MSER-5)")
    if found.unsettled:
        named = few_of(found.unsettled, _MOST_NAMED)
        say(console, f"not shown to settle within {counted(PILOT_WEEKS - 1, 'week')}, and left out: {named}")
    return found.weeks


def tell_store(store: RunStore, console: Console) -> None:
    """Say what in the folder cannot be used."""
    if store.damaged:
        verb = "is" if len(store.damaged) == 1 else "are"
        names = few_of([part.name for part in store.damaged], _MOST_NAMED)
        say(console, f"{names} {verb} damaged and left out; the runs have to be played again")
    others = store.n_of_other_code()
    if others:
        say(console, f"{counted(others, 'run')} of another version of the code are kept, and are not in the answer")


@contextmanager
def played_into(
    store: RunStore,
    log: SweepLog,
    design: Design,
    command: Sequence[str],
    choices: Mapping[str, str],
    own_facts: Mapping[str, object],
    console: Console,
    what: str = "",
) -> Iterator[tuple[Callable[..., dict[str, object]], WriteErrors]]:
    """Play what is missing of a design into a store, with all of it in the log; then no interrupt ends the block.

    Inputs: `own_facts` of the study, for run.json; `what` is played, in words. Yields what makes the facts, given
    further ones, and the files that could not be written so far.
    """
    started, folder = time.monotonic(), store.folder
    write_scenarios(design.table(), folder)

    def facts(**further: object) -> dict[str, object]:
        known = facts_of(design, command, choices, time.monotonic() - started)
        return {**known, **own_facts, "runs_planned": design.n_runs, **further}

    write_facts(facts(), folder)
    files = visits_in(design, store) if design.keep_visits else no_files
    tasks, n_wanted = missing(design, store, files)
    again = len(store.failed(design.labels, design.replications))
    state = {
        "played": f"{design.engine}, {design.executor}, workers {design.workers or 'all'}, seed {design.seed}",
        "scenarios": len(design.scenarios),
        "runs": f"{len(tasks)} of {n_wanted} to play, {again} of them failed before",
        "set aside": ", ".join(part.name for part in store.damaged) or "nothing",
    }
    log.start(shlex.join(command), facts(), state)
    unwritten = WriteErrors()

    def tell(line: str) -> None:
        log.say(line)
        say(console, line)

    def tell_round(number: int, line: str) -> None:
        # All rounds are in the log; on the screen ever fewer, so that the finding stays on it.
        (tell if number.bit_count() == 1 else log.say)(line)

    def on_played(_: RunTask, results: Sequence[RunResult]) -> None:
        for result in results:
            unwritten.add(result.unwritten)
            if result.traceback:
                log.failed(result)

    what = what or counted(len(design.scenarios), "scenario")
    try:
        play_missing(design, store, store, files, unwritten, console, tell, what, "run", on_played, tell_round)
    except NoWorkers as error:
        log.say(str(error))
        raise
    with uninterrupted():
        store.put_together(FEW_PARTS)
        yield facts, unwritten


def visits_in(design: Design, store: RunStore) -> FilesOfRun:
    """Where the visits of each run are written."""
    folder = store.folder_of_visits()
    return lambda label, replication: RunFiles(visits_file(folder, RunKey(design.keys[label], replication)))


def play_sweep(design: Design, store: RunStore, question: SweepQuestion, log: SweepLog, console: Console) -> int:
    """Play what is missing, write and show the answer; what has been played is kept, come what may."""
    folder, labels, command = store.folder, design.labels, question.command(store.folder)
    own = {"study": "sweep", "asked": design.rules.model_dump(mode="json")}
    with played_into(store, log, design, command, question.first.choices, own, console) as (facts, unwritten):
        answer = sweep_answer(store, labels, design.replications, design.confidence, design.rules)
        numbers = answer.plan.n_replications.tolist()
        scenarios = swept_scenarios(design.scenarios, design.table())
        report = report_of(store, labels, scenarios, answer, question.command())
        is_one_world = len(set(scenarios.worlds)) == 1
        compared = as_comparison(answer, design.scenarios, report.names) if is_one_world else None
        if compared is not None:
            report = replace(report, sentences=list(sentences_by_staffing(compared)), figures=_FIGURES)
        known = facts(runs_done=answer.n_done, runs_planned=answer.n_runs)
        files: Files = {
            "estimates.parquet": lambda _: write_sweep_tables(answer, folder),
            "replications.parquet": partial(store.write_replications, labels, numbers),
            "dominated.parquet": partial(write_table, report.dominated),
            "run.json": lambda _: write_facts(known, folder),
            ANSWER_PAGE: partial(write_text, answer_markdown(describe_sweep(report))),
            ANSWER: partial(write_answer_workbook, answer_sheets(describe_sweep(report), known)),
        }
        write_each(files, folder, unwritten)
        draw_sweep(compared, folder / "figures", unwritten, log.say)
    log.say(
        f"end: {answer.n_done} of {answer.n_runs} runs are there, {len(answer.failed)} failed, {known['seconds']} s"
    )
    controlled = controlled_answer(design, store, answer)
    with unwritten.noted(folder):
        write_controlled(controlled, folder)
    if design.rules.controls:
        report = replace(report, controlled=controlled)
        with unwritten.noted(folder):
            write_text(answer_markdown(describe_sweep(report)), folder / ANSWER_PAGE)
    show_answer(describe_sweep(report), console, folder)
    return ended(folder, unwritten, log, answer.is_whole, command, console)


def show_answer(answer: Description, console: Console, folder: Path) -> None:
    """The answer on the terminal, in the lines that are left of it."""
    shown = partial(print_answer, answer, console, lines_written(console) + LINES_AFTER)
    show_finished(shown, patient_console(sys.stderr), folder)


_FIGURES = (
    ("What the scenarios change beside the first", "figures/finding.png"),
    ("Paired differences of the headline measures", "figures/differences.png"),
)
"""Captions and files of the figures of a sweep."""


def draw_sweep(compared: Comparison | None, folder: Path, unwritten: WriteErrors, tell: Callable[[str], None]) -> None:
    """Draw the figures of a sweep of few scenarios that differ in nothing but what can be chosen, as those of a
    comparison do; or remove those of an earlier command that asked for such.
    """
    names = [Path(file).stem for _, file in _FIGURES]
    if compared is None:
        for name in names:
            for kind in ("png", "svg"):
                (folder / f"{name}.{kind}").unlink(missing_ok=True)
        return
    from sim.report.figures.draw_all import draw_figure  # loads a drawing library

    all_drawn([partial(draw_figure, name, compared, folder) for name in names], tell, unwritten)


def ended(
    folder: Path, unwritten: WriteErrors, log: SweepLog, is_whole: bool, command: Sequence[str], console: Console
) -> int:
    """Say where the results are, and how to go on if runs are missing. Raises CannotKeep for what was not written."""
    if unwritten.found:
        log.say(f"ended: {unwritten.text()}")
        raise cannot_keep(folder, unwritten.text())
    tell = teller(console)
    tell(f"\nresults are in {folder}, the whole answer in {ANSWER_PAGE}")
    if not is_whole:
        tell(f"to go on: {shlex.join(command)}")
    return 0 if is_whole else 1


def report_of(
    store: RunStore,
    labels: Mapping[str, str],
    scenarios: SweptScenarios,
    answer: SweepAnswer,
    command: Sequence[str],
) -> SweepReport:
    """All that is shown of a sweep but its controls, from the replications that the answer is made of."""
    measures, values = values_that_count(store, labels, answer.plan)
    names, worlds = list(labels.values()), scenarios.worlds
    contenders = contenders_of(names, measures, values, answer) if len(set(worlds)) == 1 else {}
    dominated = dominated_table(names, worlds, measures, values, answer.confidence)
    return SweepReport(answer, scenarios, contenders, dominated, command)


def contenders_of(
    names: Sequence[str], measures: Sequence[str], values: FloatArray, answer: SweepAnswer
) -> dict[str, Contenders]:
    """Who may be the best by each measure that is shown, of scenarios that differ in nothing but what can be chosen.

    Others, in demand for example, have no best in common. Those without a steady state are left out.
    """
    steady = ~answer.cautions["no_steady_state"].to_numpy(bool)
    shown = [name for name in SCREEN_MEASURES if name in measures]
    of_shown = values[steady][:, [measures.index(name) for name in shown]]
    steady_names = [name for name, is_steady in zip(names, steady, strict=True) if is_steady]
    return contenders_by(steady_names, shown, of_shown, answer.confidence)
