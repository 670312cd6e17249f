"""What a study is: its settings, what it plays, what it answers, how the answer is shown; and how it is carried out.

A study is an instance of `Study` or of `PlayedStudy`. `sim.studies` lists the modules in which they are.
"""

import platform
import sys
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rich.console import Console

from sim.analysis.assumptions import assumptions_in_use
from sim.analysis.design_needs import expected_time, memory_of_machine, visits_per_run
from sim.analysis.early_looks import EarlyLook, EarlyLooks
from sim.analysis.measures_that_apply import absent_from
from sim.analysis.sequential_sampling import Runs, missing, play_in_rounds
from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.roster import SHIPPED_CURRENCY
from sim.department.scenario import Period, Problem, Scenario, ScenarioError, length_text
from sim.engine.code_version import code_version
from sim.engine.measures.number_text import counted
from sim.register.rows import read_register
from sim.report.console import say
from sim.report.early_table import EarlyTable
from sim.report.json_lines import EventConsole
from sim.report.progress import Early, duration, nothing_early, progress, tell_results, teller
from sim.report.study_report import REPORT, ReportFacts
from sim.report.terminal import patient_console, show_finished
from sim.report.words.roster_text import print_rosters
from sim.runs.comparison_runs import RunJournal, RunsInMemory, recovered
from sim.runs.design import Design, FilesOfRun, RunTask, no_files
from sim.runs.engines import releases_gil
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import results_folder, results_place
from sim.runs.run_store import PARTS, RunResult, RunStore
from sim.runs.tables_on_disk import WriteErrors, background_writer, json_text, provenance, reason_of, write_text
from sim.runs.worker_pool import DASK, WorkersGone, n_cores
from sim.studies.question import Question, overrides_of_question
from sim.studies.settings import PlayedSettings, StudySettings

Files = Mapping[str, Callable[[Path], None]]
"""Names of files, and what writes each; it raises OSError."""


DRAWS_PLAYED = "the same in draws of the assumptions"
"""What is played, where progress is shown."""


class Study:
    """A question that can be asked. `name` is what is typed, `study=NAME`, `settings` what it can be asked."""

    name: ClassVar[str]
    settings: ClassVar[type[StudySettings]]

    def dry_run(self, question: Question, console: Console) -> int:
        """Say what would be done and about how long it takes; write nothing. Returns the exit code."""
        console.print(f"study={self.name}: nothing is simulated, a few seconds", highlight=False)
        return 0

    @abstractmethod
    def run(self, question: Question, console: Console) -> int:
        """Answer the question. Returns the exit code: 0, or 1 where something is missing."""


class HasDesign(Protocol):
    """What a study has made of its question."""

    @property
    def design(self) -> Design: ...


P = TypeVar("P", bound=HasDesign)
A = TypeVar("A")
Waits = Sequence[Callable[[], object]]
"""Calls that wait for figures, and raise what went wrong with them."""


class Watch:
    """Has a look at the first replications while the rest is played, if somebody sees it: on a terminal, or as events.

    `table` lays a look out; `early` is the latest, None before the first and once the answer is there.
    """

    def __init__(self, looks: EarlyLooks, table: Callable[[EarlyLook], EarlyTable], console: Console) -> None:
        self._looks, self._table = looks, table
        self._is_seen = console.is_terminal or isinstance(console, EventConsole)
        self.early: EarlyTable | None = None

    def add(self, results: Iterable[RunResult]) -> None:
        """More runs are there. What goes wrong in showing them ends the watching, and nothing else."""
        if not self._is_seen:
            return
        try:
            if look := self._looks.add(results):
                self.early = self._table(look)
        except Exception as error:
            self.end()
            text = f"peered: early results could not be shown ({type(error).__name__}: {error})"
            say(patient_console(sys.stderr), text)

    def end(self) -> None:
        """The answer takes the place of what was shown early."""
        self.early, self._is_seen = None, False


class AnswerScreen(Generic[A]):
    """Shows an answer once all is played, and until then what `watch` sees, if anything watches."""

    def __init__(self, show: Callable[[A, Console], None], console: Console, watch: Watch | None = None) -> None:
        self.show, self.console, self.watch = show, console, watch

    def played(self, results: Iterable[RunResult]) -> None:
        """More runs are there."""
        if self.watch is not None:
            self.watch.add(results)

    def early(self) -> EarlyTable | None:
        """What is shown before the answer."""
        return None if self.watch is None else self.watch.early

    def show_all(self, answer: A) -> None:
        """All runs are there."""
        self.show(answer, self.console)


class PlayedStudy(Study, Generic[P, A]):
    """A study that plays replications and puts its answer into a folder, whole or not at all.

    Stopped by an interrupt it answers with what has finished; the same command goes on from there.
    """

    shown_files: ClassVar[Sequence[str]] = (REPORT, "answer.md", "answer.xlsx")

    @abstractmethod
    def plan(self, question: Question) -> P:
        """What is to be played. Raises ScenarioError with every problem."""

    @abstractmethod
    def answer(self, plan: P, runs: RunsInMemory, seconds: float) -> A:
        """What the runs say that have been played."""

    @abstractmethod
    def files(self, plan: P, answer: A, runs: RunsInMemory, facts: dict[str, Any], question: Question) -> Files:
        """The files of the answer by name; those that are small and cannot be made of others first."""

    def own_facts(self, answer: A) -> dict[str, Any]:
        """What run.json says of the answer, so that it can be made again from its folder."""
        return {}

    def report(self, answer: A, facts: ReportFacts, figures: Path) -> str:
        """The whole answer as one HTML file, with the drawings in a folder; empty: this study has none."""
        return ""

    @abstractmethod
    def show(self, answer: A, console: Console) -> None:
        """Print the answer."""

    def designs(self, plan: P) -> Sequence[Design]:
        """All that is played: the design of the plan, and what else its answer needs."""
        return (plan.design,)

    def beside(self, plan: P) -> str:
        """What is played beside the design of the plan, for a dry run."""
        return ""

    def run_files(self, plan: P, folder: Path) -> FilesOfRun:
        """What is written of each run below the folder of results."""
        return no_files

    def what(self, plan: P) -> str:
        """What is played, in a few words."""
        return counted(len(plan.design.scenarios), "scenario")

    @contextmanager
    def drawing(self, plan: P, folder: Path) -> Iterator[Callable[[A], Waits]]:
        """Yields what begins the figures of an answer."""
        yield lambda _: ()

    def screen(self, plan: P, runs: RunsInMemory, console: Console, place: Path) -> AnswerScreen[A]:
        """Shows the answer, and what can be shown before all is played."""
        return AnswerScreen(self.show, console)

    def dry_run(self, question: Question, console: Console) -> int:
        plan = self.plan(question)
        say(console, f"study={self.name}: {', '.join(question.played)}")
        levels = getattr(plan, "levels", (1.0,))
        if beside := self.beside(plan):
            say(console, beside)
        several = f" at {len(levels)} levels of demand" if len(levels) > 1 else ""
        what = f"{counted(len(question.played), 'staffing')}{several}"
        return tell_design(plan.design, question.played, levels, console, what)

    def run(self, question: Question, console: Console) -> int:
        plan, started = self.plan(question), time.monotonic()
        place, design = results_place(question.output, self.name), plan.design
        with (
            ExitStack() as at_end,
            results_folder(place, self.name) as draft,
            background_writer() as writer,
        ):
            unwritten, files = draft.errors, self.run_files(plan, draft.folder)
            journal = RunJournal.opened(draft.folder, design.seed, code_version())
            runs = recovered(draft, journal, partial(self.designs, plan), files)
            screen = self.screen(plan, runs, console, place)
            tell = teller(console)

            def on_played(task: RunTask, results: Sequence[RunResult]) -> None:
                runs.add(results)
                for result in results[:1]:
                    if result.traceback:
                        tell(f"{task} is left out: {result.traceback.strip().splitlines()[-1]}")
                screen.played(results)

            screen.played(runs.results.values())
            what = self.what(plan)
            goes_on = play_missing(
                design, runs, journal, files, unwritten, console, tell, what, "block", on_played, early=screen.early
            )
            if not runs.done():
                raise KeyboardInterrupt
            designs = self.designs(plan)  # made only now: to compose thousands of scenarios takes seconds
            for each in designs[1:] if goes_on else ():
                play_missing(each, runs, journal, no_files, unwritten, console, tell, DRAWS_PLAYED, "block", on_played)
            left = [missing(each, runs) for each in designs]
            tasks, n_wanted = [task for each in left for task in each.tasks], sum(each.n_wanted for each in left)
            n_finished = n_wanted - len(tasks)
            with uninterrupted() as interrupted, self.drawing(plan, draft.folder / "figures") as begin_figures:
                seconds = time.monotonic() - started
                answer = self.answer(plan, runs, seconds)
                figures = begin_figures(answer)
                facts = facts_of(design, question.command(), question, seconds) | self.own_facts(answer)
                facts |= {"blocks_finished": n_finished, "blocks_planned": n_wanted}
                write_each(self.files(plan, answer, runs, facts, question), draft.folder, unwritten)
                at_end.enter_context(console)  # what is shown is printed when all of it stands
                show_finished(partial(screen.show_all, answer), patient_console(sys.stderr), place)
                drawn = not interrupted.is_set() and all_drawn(figures, tell, unwritten)
                report = self.report(
                    answer, ReportFacts.model_validate_json(json_text(facts)), draft.folder / "figures"
                )
                write_each({REPORT: partial(write_text, report)} if report else {}, draft.folder, unwritten)
                writer.flush()
                for errors in (writer.errors, *(result.unwritten for result in runs.results.values())):
                    unwritten.add(errors)
                if tasks:
                    unwritten.partial = f"{n_finished} of {n_wanted} blocks have finished"
                else:
                    journal.remove()
        tell_results(console, place, self.shown_files)
        return 0 if drawn and not tasks else 1


def facts_of(design: Design, command: Sequence[str], question: Question, seconds: float) -> dict[str, Any]:
    """Provenance of a study that has been played; `question`: of a sweep that of its first scenario."""
    study = question.study
    assert isinstance(study, PlayedSettings)
    played = {
        "seed": design.seed,
        "engine": design.engine,
        "replications": design.replications,
        "confidence": design.confidence,
        "simultaneous": design.rules.simultaneous,
        "scenario_hashes": design.keys,
        "weeks": study.weeks,
        "warm_up_weeks": study.warm_up_weeks,
        "follow_up_days": study.follow_up_days,
    }
    if question.scenario.period.minutes is not None:
        played["minutes"] = question.scenario.period.minutes
    return facts_of_question(question, command, seconds, design.scenarios.values()) | played


def facts_of_question(
    question: Question, command: Sequence[str], seconds: float, scenarios: Iterable[Scenario] = ()
) -> dict[str, Any]:
    """Provenance of any study: what was asked, what it changed, and the rows of the register behind it.

    `scenarios`: all that are played, where they are others than those of the question.
    """
    absent = absent_from(tuple(scenarios) or question.played.values())
    used = assumptions_in_use(question.files, read_register(), question.overridden, question.chosen)
    return provenance(
        **({"currency": currency} if (currency := question.currency) != SHIPPED_CURRENCY else {}),
        **({"absent": list(absent)} if absent else {}),
        study=question.study.name,
        command=command,
        changed=list(overrides_of_question(question.overrides)),
        choices=question.choices,
        seed=question.seed,
        engine=question.engine,
        seconds=round(seconds, 1),
        system=system_played_on(),
        assumptions={row.id: list(row.overridden) for row in used},
    )


GB = 10**9


def system_played_on() -> dict[str, object]:
    """Operating system, cores that may be used, and memory in GB."""
    return {"name": platform.system(), "cores": n_cores(), "memory_gb": round(memory_of_machine() / GB, 1)}


def write_each(files: Files, folder: Path, unwritten: WriteErrors) -> None:
    """Write files by name; one that cannot be written is noted, and costs no other."""
    for name, write in files.items():
        with unwritten.noted(folder / name):
            write(folder / name)


def all_drawn(figures: Waits, tell: Callable[[str], None], unwritten: WriteErrors) -> bool:
    """Wait for the figures; a figure that fails costs the figures, not the tables."""
    try:
        for wait in figures:
            with unwritten.noted(Path("figures")):
                wait()
    except Exception as error:
        tell(f"figures could not be drawn ({type(error).__name__}: {error}); the tables are complete")
        return False
    return True


def play_missing(
    design: Design,
    runs: Runs,
    store: RunStore,
    files: FilesOfRun,
    unwritten: WriteErrors,
    console: Console,
    tell: Callable[[str], None],
    what: str,
    noun: str,
    on_played: Callable[[RunTask, Sequence[RunResult]], None],
    tell_round: Callable[[int, str], None] = lambda *_: None,
    early: Early = nothing_early,
) -> bool:
    """Play what is missing, or as much as the user has the patience for, in as many rounds as what is asked takes.

    Returns whether all of it was tried.

    Inputs: `runs` and `store`, where results are known and written; `tell` says a line; `what` is played, in words, and
    a task is called a `noun`; `on_played` takes the results of each task, and has to make them known to `runs`;
    `early` gives what is shown meanwhile.
    Results that cannot be written end it, and are noted in `unwritten`.
    """
    tasks, n_wanted = missing(design, runs, files)
    if len(tasks) < n_wanted:
        say(console, f"{n_wanted - len(tasks)} of {counted(n_wanted, noun)} are there already")
    if not tasks:
        return True

    def finished() -> str:
        left, wanted = missing(design, runs)
        return f"{wanted - len(left)} of {counted(wanted, noun)} are kept"

    try:
        rounds = play_in_rounds(design, runs, store, files, tell, lambda: bool(missing(design, runs).tasks))
        for number, (tasks, played) in enumerate(rounds, start=1):
            if number > 1:
                tell_round(
                    number,
                    f"{counted(len({task.name for task in tasks}), 'scenario')} played on: "
                    f"{counted(len(tasks), f'further {noun}')}",
                )
            with progress(len(tasks), what, console, brief=number > 1, early=early) as advance:
                for task, results in played:
                    on_played(task, results)
                    advance(str(task))
        return True
    except KeyboardInterrupt:
        tell(f"interrupted: {finished()}")
    except WorkersGone as gone:
        tell(f"{gone}: {finished()}")
    except OSError as error:
        unwritten.note(Path(PARTS), error)
        tell(f"the runs could not all be written ({reason_of(error)}): no more are played")
    return False


def tell_design(
    design: Design,
    scenarios: Mapping[str, Scenario],
    levels: Sequence[float],
    console: Console,
    what: str = "",
    further: str = "",
) -> int:
    """Say how many runs there would be and about how long they take, and the rosters they compare.

    `what` is played, in words, instead of a number of scenarios; `further` rounds may come after the first.
    """
    tasks = design.tasks()
    runs = [run for task in tasks for run in task.runs if not run.repeats]
    lengths = dict.fromkeys(played_length(run.scenario.period) for run in runs)
    times = counted(design.replications, "replication")
    say(
        console,
        f"runs: {len(runs)} of {' or '.join(lengths)} each ({what or counted(len(design.scenarios), 'scenario')}, "
        f"{times} of each{further})",
    )
    print_rosters(scenarios, levels, console)
    visits = sum(visits_per_run(run.scenario) for run in runs)
    expected = expected_time(visits, design, len(tasks))
    if expected.remark:
        say(console, expected.remark)
    say(console, f"about {duration(expected.seconds)}; nothing was run, nothing was written")
    return 0


def played_length(period: Period) -> str:
    """How long a replication is from its beginning to its end, in words."""
    return length_text(period.horizon / MINUTES_PER_WEEK, period.minutes)


def design_for(question: Question, scenarios: Mapping[str, Scenario], **further: Any) -> Design:
    """A design of scenarios by label that is played as the question says. Raises ScenarioError as `executor_of`."""
    study, executor = question.study, question.executor
    assert isinstance(study, PlayedSettings)
    return Design(
        scenarios=scenarios,
        replications=study.replications,
        seed=question.seed,
        engine=question.engine,
        executor=executor_of(question),
        workers=executor.workers,
        address=executor.address,
        confidence=study.confidence,
        **further,
    )


def executor_of(question: Question) -> str:
    """The executor named, or the one that suits the engine. Raises ScenarioError if it is not installed."""
    name = question.executor.name
    needed = ("distributed",) if question.executor.address else ("distributed", "cryptography")
    if name == DASK and any(find_spec(library) is None for library in needed):
        remedy = "Dask is not installed whole: pip install 'peered[dask]', or use threads or processes"
        raise ScenarioError([Problem("executor", repr(name), remedy)])
    if name != "auto":
        return str(name)
    return "threads" if releases_gil(question.engine) else "processes"
