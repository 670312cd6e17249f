"""The command `peered`: read what is asked, have it checked, run it, show the answer.

Exit codes: 0 done, 1 a run failed or was interrupted with nothing finished, 2 the question was not understood.
What only some studies need is loaded by them: loading takes longer than a run.
"""

import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING

from rich.console import Console

from sim.analysis.comparison_result import TABLES, Comparison
from sim.analysis.expected_time import expected_time, expected_visits
from sim.analysis.plan import Plan
from sim.commands.subcommands import remedy_of_option, subcommand, with_command_first
from sim.config import Composed, compose, shipped_choices
from sim.config.overrides import command_words, with_lists_joined
from sim.config.plans import plan_of
from sim.department.scenario import ScenarioError
from sim.engine.measures.number_text import counted
from sim.report.figures.figure_workers import begin_figures, drawers
from sim.report.progress import duration, progress, teller
from sim.report.terminal import patient_console, show_finished
from sim.runs.background_writer import written_behind
from sim.runs.blocks import Block, BlockAnswer, play_block
from sim.runs.engines import releases_gil
from sim.runs.interrupts import uninterrupted
from sim.runs.output_folder import publish, refuse_overwriting, refuse_unwritable, results_folder, results_place
from sim.runs.tables_on_disk import (
    CannotKeep,
    OutputError,
    WriteErrors,
    provenance,
    reason_of,
    versions,
    write_json,
    write_table,
    write_text,
)
from sim.runs.worker_errors import Lost, NoWorkers, WorkersGone
from sim.runs.worker_pool import n_cores, run_blocks
from sim.studies.settings import CalibrateSettings
from sim.visits.data_quality import VisitsFileError

if TYPE_CHECKING:
    from sim.calibration.report import CalibrationReport

USAGE = """\
usage: peered [-m] [--dry-run] [--config-dir DIR] [KEY=VALUE ...]

  peered                                      compare traditional with other staffings of a children's ED
  peered study=run staffing=peer_added        play one scenario
  peered study=breakeven staffing=peer_added  how large an effect must be to pay, and how likely that is
  peered study=validate                       simulated beside published values, judged by docs/protocol.md
  peered study=assumptions                    every assumption in use, with source and grade
  peered study=calibrate visits=FILE          a demand and a department from a file of visits
  peered -m staffing=traditional,peer_added demand.growth=1,1.1,1.2
                                              a sweep: every combination, compared with the first
  peered -m experiment=night_coverage         a sweep that is written in a file
  peered study=results run=FOLDER             the table of a sweep again, finished or not; query="SELECT ...",
                                              export=FILE.csv or .xlsx for what is in it
  peered new staffing NAME                    a commented file to begin from, in mine/staffing
  peered keys [WORD ...] [KEY=VALUE ...]      what can be set: meaning, value, unit, source
  peered completion bash|zsh|fish|powershell  a script that completes commands and keys
  peered --version

Keys are those of docs/keys.md: demand.growth=1.05, effects=evidence, study.replications=20,
output=FOLDER ... --dry-run says what would run and about how long.
In a sweep (-m) a key takes several values: a,b,c, choice(a,b), range(1,4); sweep.design=zip puts
them side by side, sweep.csv=FILE takes a scenario from each row, sweep.design=lhs or sobol with
sweep.samples=N takes samples of interval(a,b). sweep.filter="demand.growth<1.1" keeps the
scenarios for which it holds. The same command with the same output= goes on where it was stopped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = with_command_first(with_lists_joined(sys.argv[1:] if arguments is None else arguments))
    console, errors = patient_console(sys.stdout), patient_console(sys.stderr)
    if any(word in ("-h", "--help") for word in words):
        console.print(USAGE, markup=False, highlight=False, soft_wrap=True)
        for group in ("staffing", "experiment"):
            console.print(f"\n{group}s: {', '.join(shipped_choices(group))}", markup=False, highlight=False, end="")
        console.print()
        return 0
    try:
        if (command := subcommand(words)) is not None:
            return command(words[1:], console, errors)
        asked = read(words)
        for line in warnings_of(asked.overrides):
            errors.print(line, markup=False, highlight=False, soft_wrap=True)
        if asked.many:
            return run_many(asked, console)
        composed = compose(asked.overrides, asked.folder)
        return tell_plan(composed, console) if asked.dry else STUDIES[composed.study.name](composed, console)
    except (ScenarioError, VisitsFileError) as error:
        from sim.report.console import print_problems

        print_problems(error, errors)
        return 2
    except Misunderstood as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 2
    except CannotKeep as error:
        errors.print(f"peered: {error}", markup=False, highlight=False, soft_wrap=True)
        return 1
    except (OutputError, NoWorkers) as error:
        errors.print(f"peered: {error}", markup=False, highlight=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        errors.print("peered: interrupted; nothing had finished, nothing was written", markup=False)
        return 1


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
        if any("\ud800" <= letter <= "\udfff" for letter in word):  # how Python hands on bytes it cannot read
            raise Misunderstood(f"peered: {word!r} holds bytes that are no UTF-8: write it, or name the file, in UTF-8")
        if word == "--dry-run":
            asked.dry = True
        elif word in ("-m", "--multirun"):
            asked.many = True
        elif word == "--config-dir" or word.startswith("--config-dir="):
            _, equals, value = word.partition("=")
            folder = value if equals else next(rest, "")
            if not folder:
                raise Misunderstood("peered: --config-dir needs a folder: --config-dir DIR")
            asked.folder = Path(folder)
        elif word.startswith("-"):
            raise Misunderstood(f"peered: unknown option {word}; {remedy_of_option(word)}")
        else:
            asked.overrides.append(word)
    return asked


def warnings_of(overrides: Sequence[str]) -> Iterator[str]:
    """What is done as it was asked, and should be thought over."""
    key = "executor.address"
    for word in overrides:
        name, _, address = word.lstrip("+").partition("=")
        if name == key and address != "null" and not address.strip("'\"").startswith("tls://"):
            remedy = "use tls://HOST:PORT, or a network that nobody else can reach"
            yield f"peered: {key} = {address}: whoever can reach or imitate that scheduler can run code here: {remedy}"


def tell_plan(composed: Composed, console: Console) -> int:
    """Say what would run and about how long; write nothing."""
    if composed.study.name in ("assumptions", "results"):
        console.print(f"study={composed.study.name}: nothing is simulated, a few seconds", highlight=False)
        return 0
    if isinstance(composed.study, CalibrateSettings):
        console.print(f"study=calibrate: {calibration_steps(composed.study)}", highlight=False, soft_wrap=True)
        console.print("how long depends on the file; nothing was run, nothing was written", highlight=False)
        return 0
    if composed.study.name == "breakeven":
        from sim.studies.breakeven import tell_break_even

        return tell_break_even(composed, console)
    if composed.study.name == "validate":
        from sim.studies.validate import as_run

        plan = plan_of(as_run(composed))
    else:
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
    from sim.report.words.roster_text import print_rosters

    print_rosters(plan.scenarios, plan.levels, console)
    visits = n_runs * expected_visits(composed.scenario)
    expected = expected_time(visits, plan, plan.n_blocks)
    if expected.remark:
        console.print(expected.remark, markup=False, highlight=False, soft_wrap=True)
    console.print(f"about {duration(expected.seconds)}; nothing was run, nothing was written", highlight=False)
    return 0


def calibration_steps(study: CalibrateSettings) -> str:
    """What a calibration does with its file, as far as it takes time."""
    steps = ["the file is read and fitted"]
    if study.hold_out:
        steps.append("the days held out are predicted by playing a department")
    if study.match:
        steps.append("some hundred runs are matched to its waits and stays")
    return ", ".join(steps)


def run_many(asked: Asked, console: Console) -> int:
    """A sweep, by Hydra where one of its own sweepers or launchers is named."""
    from sim.config.multirun import is_for_hydra
    from sim.studies.hydra_sweep import hydra_sweep
    from sim.studies.sweep import sweep

    if is_for_hydra(asked.overrides):
        return hydra_sweep(asked.overrides, asked.folder, asked.dry, play_alone, console)
    return sweep(asked.overrides, asked.folder, asked.dry, console)


def run_break_even(composed: Composed, console: Console) -> int:
    """How large an effect must be to pay."""
    from sim.studies.breakeven import break_even_study

    return break_even_study(composed, console)


def run_results(composed: Composed, console: Console) -> int:
    """The table of a sweep again."""
    from sim.studies.sweep import show_results

    return show_results(composed, console)


def run_compare(composed: Composed, console: Console) -> int:
    """Play every staffing at every demand level on the same patients, and answer."""
    return play_and_write(composed, console, with_figures=True)


def run_one(composed: Composed, console: Console) -> int:
    """One scenario, played and measured."""
    return play_and_write(composed, console, with_figures=False)


def play_alone(overrides: Sequence[str], config_dir: Path | None, folder: Path) -> None:
    """One scenario into a folder, in silence: a job of somebody else's sweep."""
    composed = compose([*overrides, f"output={folder}"], config_dir)
    if run_one(composed, Console(quiet=True, file=StringIO())):
        raise RuntimeError(f"not every replication in {folder} was played")


@dataclass
class FirstAnswer:
    """The answer at the central level of demand, shown as soon as that has been played, while other levels are."""

    plan: Plan
    console: Console
    place: Path
    started: float = field(default_factory=time.monotonic)
    is_shown: bool = False

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def offer(self, answers: Sequence[BlockAnswer]) -> None:
        """Show the answer if there are other levels, and all blocks of the central one are among these."""
        central = self.plan.central_level
        of_it = [answer for answer in answers if answer.demand == central]
        if self.is_shown or len(self.plan.levels) < 2 or len(of_it) < self.plan.replications:
            return
        from sim.analysis.compare import compared
        from sim.report.comparison_answer import print_comparison

        alone = replace(self.plan, levels=(central,))
        show_finished(
            lambda: print_comparison(compared(of_it, alone, self.seconds()), self.console, more_to_come=True),
            patient_console(sys.stderr), self.place,
        )  # fmt: skip
        self.is_shown = True

    def show_all(self, comparison: Comparison) -> None:
        """The whole answer, or what the other levels add to what has been shown."""
        from sim.report.comparison_answer import print_comparison, print_other_levels

        show = print_other_levels if self.is_shown else print_comparison
        show_finished(lambda: show(comparison, self.console), patient_console(sys.stderr), self.place)


def play_and_write(composed: Composed, console: Console, with_figures: bool) -> int:
    """Play a plan, write what finished, show it. Once a block has finished nothing that follows can lose it."""
    plan = plan_of(composed)
    place = results_place(composed.output, composed.study.name)
    first = FirstAnswer(plan, console, place)
    with (
        ExitStack() as in_the_end,
        results_folder(place, composed.study.name) as (draft, unwritten),
        written_behind() as behind,
    ):
        with unwritten.noted(draft / "visits"):
            (draft / "visits").mkdir()
        answers = finished_blocks(plan, draft / "visits", console, first)
        if not answers:
            raise KeyboardInterrupt
        from sim.analysis.compare import compared

        drawing = drawers(plan.workers or n_cores()) if with_figures else nullcontext()
        with uninterrupted() as interrupts, drawing as pool:
            comparison = compared(answers, plan, first.seconds())
            figures = begin_figures(comparison, draft / "figures", pool) if pool else []
            write_comparison(comparison, answers, plan, composed, draft, unwritten, with_figures)
            in_the_end.enter_context(console)  # what is shown is printed when all of it stands
            first.show_all(comparison)
            drawn = not interrupts.came and drew(figures, console, unwritten)
            behind.finish()
            for errors in (*(answer.unwritten for answer in answers), behind.errors):
                unwritten.add(errors)
            if len(answers) < plan.n_blocks:
                unwritten.partial = f"{len(answers)} of {plan.n_blocks} blocks have finished"
    console.print(f"results are in {place}: answer.md, answer.xlsx", markup=False, highlight=False, soft_wrap=True)
    return 0 if len(answers) == plan.n_blocks and drawn else 1


def drew(figures: Sequence[Future[list[Path]]], console: Console, unwritten: WriteErrors) -> bool:
    """Wait for the figures; a figure that fails costs the figures, not the tables."""
    try:
        for figure in figures:
            with unwritten.noted(Path("figures")):
                figure.result()
    except Exception as error:
        teller(console)(f"figures could not be drawn ({type(error).__name__}: {error}); the tables are complete")
        return False
    return True


MOST_NAMED = 4
"""Staffings named where progress is shown."""


def finished_blocks(plan: Plan, visits_folder: Path, console: Console, first: FirstAnswer) -> list[BlockAnswer]:
    """Answers of all blocks, or of those that had finished when the user interrupted."""
    answers: list[BlockAnswer] = []
    blocks = plan.blocks(visits_folder)
    several = len(plan.scenarios) > MOST_NAMED
    names = counted(len(plan.scenarios), "staffing") if several else ", ".join(plan.scenarios)
    alone = len(blocks) == 1 and releases_gil(plan.engine) and n_cores() > 1
    with (
        meanwhile(partial(load_the_rest, visits_folder.parent)) if alone else nullcontext(),
        progress(len(blocks), f"{names} on the same patients", console) as advance,
    ):
        running: Generator[tuple[Block, BlockAnswer | Lost], None, None] = run_blocks(
            play_block, blocks, plan.workers, plan.executor, plan.address, lambda _, why: why
        )
        try:
            for block, answer in running:
                if isinstance(answer, Lost):
                    console.print(f"{block} is left out: {answer}", markup=False, highlight=False, soft_wrap=True)
                else:
                    answers.append(answer)
                advance(str(block))
                first.offer(answers)
        except WorkersGone as gone:
            teller(console)(f"{gone}: {len(answers)} of {len(blocks)} blocks are kept")
        except KeyboardInterrupt:
            console.print(f"interrupted: {len(answers)} of {len(blocks)} blocks are kept", highlight=False)
        finally:
            running.close()
    return sorted(answers, key=lambda answer: (answer.demand, answer.replication))


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Have something done beside the block; what goes wrong with it will be seen where it matters."""

    def done() -> None:
        with suppress(Exception):
            work()

    beside = Thread(target=done, name="peered-meanwhile", daemon=True)
    beside.start()
    try:
        yield
    finally:
        with uninterrupted():
            beside.join()


def load_the_rest(folder: Path) -> None:
    """Load what is needed when a run has been played: the only one leaves a core idle, and is as short as this."""
    from sim.io import sql

    sql.writer_in(folder)
    from sim.analysis import compare as comparing  # noqa: F401
    from sim.report import comparison_answer  # noqa: F401

    versions()


def write_comparison(
    comparison: Comparison,
    answers: list[BlockAnswer],
    plan: Plan,
    composed: Composed,
    folder: Path,
    unwritten: WriteErrors,
    with_figures: bool,
) -> None:
    """Tables, scenarios, provenance and the answer in words; a file that cannot be written costs no other."""
    from sim.analysis.compare import values_table
    from sim.report.comparison_answer import comparison_markdown, comparison_sheets
    from sim.report.tables.answer_workbook import ANSWER, write_answer_workbook

    scenarios = {name: scenario.model_dump(mode="json") for name, scenario in plan.scenarios.items()}
    facts = run_facts(composed, plan, comparison.n_finished, comparison.seconds)
    tables = {name: table for name in TABLES if len((table := getattr(comparison, name)).columns)}
    # What is small and cannot be made from the rest comes first, in case the disk becomes full.
    for file, write in (
        (folder / "run.json", partial(write_json, facts)),
        (folder / "answer.md", partial(write_text, comparison_markdown(comparison, with_figures))),
        (folder / "scenarios.json", partial(write_json, scenarios)),
        (folder / "replications.parquet", partial(write_table, values_table(answers))),
        *((folder / f"{name}.parquet", partial(write_table, table)) for name, table in tables.items()),
        (folder / ANSWER, partial(write_answer_workbook, comparison_sheets(comparison, facts))),
    ):
        with unwritten.noted(file):
            write(file)


def run_facts(composed: Composed, plan: Plan, n_finished: int, seconds: float) -> dict[str, object]:
    """Provenance of a study."""
    return provenance(
        command=command_words(composed.overrides, composed.config_dir),
        choices=composed.choices,
        seed=composed.seed,
        engine=composed.engine,
        blocks_finished=n_finished,
        blocks_planned=plan.n_blocks,
        seconds=round(seconds, 1),
        scenario_hashes={name: scenario.content_hash() for name, scenario in plan.scenarios.items()},
    )


def run_validate(composed: Composed, console: Console) -> int:
    """Simulated beside published values, judged."""
    from sim.studies.validate import validation_study

    return validation_study(composed, console)


def run_assumptions(composed: Composed, console: Console) -> int:
    """Every assumption in use."""
    from sim.analysis.assumptions import assumptions_in_use, read_register
    from sim.report.console import print_assumptions

    in_use = assumptions_in_use(composed.files, read_register(), composed.overridden, composed.chosen)
    print_assumptions(in_use, console)
    return 0


def run_calibrate(composed: Composed, console: Console) -> int:
    """A demand and a department from a file of visits, with a report and figures."""
    from sim.calibration.calibrate import OWNER, estimate_calibration
    from sim.calibration.report import always_written
    from sim.config import column_map_of

    if composed.visits is None:
        raise Misunderstood("peered: study=calibrate needs visits=FILE, and study.map=NAME of configs/visits")
    study = composed.study
    assert isinstance(study, CalibrateSettings)
    folder = composed.output or Path("results") / "calibrated"
    column_map = column_map_of(composed)
    name = study.demand_name or composed.visits.name.split(".")[0]
    refuse_unwritable(folder, folder)
    report_name = f"{name}_calibration.md"
    refuse_overwriting(folder, (*always_written(name), report_name), OWNER)
    if study.match:
        teller(console)(f"matching {', '.join(study.match)}: some hundred runs, minutes")
    report = estimate_calibration(
        composed.visits,
        column_map,
        name=name,
        output=folder,
        rake=study.rake,
        base=composed.scenario,
        seed=composed.seed,
        hold_out_share=study.hold_out,
        matched=study.match,
        if_none_fits=study.if_none_fits,
    )
    try:
        n_figures = write_calibration(report, folder, report_name)
    except (OSError, OutputError) as error:
        why = f"output = {folder}: {reason_of(error)}" if isinstance(error, OSError) else str(error)
        show_finished(lambda: tell_lines(report.findings(), console), patient_console(sys.stderr), "no file")
        remedy = "make room or name another folder (output=FOLDER), and give the same command again"
        raise CannotKeep(f"{why}: no file of the calibration was written or changed; {remedy}") from error
    department = "" if report.deeper is None else f" department={name}"
    lines = (
        *report.lines(),
        f"written: {folder / report_name}",
        f"written: {n_figures} figures in {folder / 'figures'}",
        f"\nrun it: peered --config-dir {folder} demand={name}{department}",
    )
    show_finished(lambda: tell_lines(lines, console), patient_console(sys.stderr), folder)
    return 0


def write_calibration(report: "CalibrationReport", folder: Path, report_name: str) -> int:
    """Put all files of a calibration into its folder, or none. Returns how many figures there are.

    Raises OSError, OutputError.
    """
    from sim.calibration.calibrate import OWNER
    from sim.report.calibration_report import calibration_markdown
    from sim.report.figures.calibration_figures import draw_calibration

    with TemporaryDirectory(prefix="peered-") as drawn:
        figures = draw_calibration(report, Path(drawn))
        text = calibration_markdown(report, [folder / "figures" / figure.name for figure in figures])
        contents = {f"figures/{figure.name}": figure.read_bytes() for figure in figures}
    publish(folder, {**report.files, **contents, report_name: text.encode()}, OWNER)
    return len(figures)


def tell_lines(lines: Sequence[str], console: Console) -> None:
    """Say each line as it is."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


STUDIES: dict[str, Callable[[Composed, Console], int]] = {
    "compare": run_compare,
    "run": run_one,
    "validate": run_validate,
    "assumptions": run_assumptions,
    "calibrate": run_calibrate,
    "results": run_results,
    "breakeven": run_break_even,
}
