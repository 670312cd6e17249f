"""The command `peered`: read what was typed, have it checked, pick the study, run it.

Exit codes: 0 done, 1 a run failed or was interrupted with nothing finished, 2 the question was not understood.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from sim.commands.subcommands import remedy_of_option, subcommand, without_folder
from sim.config import compose, compose_sweep, shipped_choices
from sim.config.overrides import with_lists_joined
from sim.department.scenario import ScenarioError
from sim.engine.measures.currency import money_in
from sim.report.console import print_problems, say_unbroken
from sim.report.json_lines import SCHEMA, EventConsole
from sim.report.terminal import QuietConsole, patient_console
from sim.runs.tables_on_disk import CannotKeep, OutputError
from sim.runs.worker_pool import NoWorkers
from sim.studies import study_named
from sim.visits.file_error import VisitsFileError

USAGE = Path(__file__).resolve().parent / "data" / "usage.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = with_lists_joined(sys.argv[1:] if arguments is None else arguments)
    console, errors = patient_console(sys.stdout), patient_console(sys.stderr)
    if any(word in ("-h", "--help") for word in words):
        return print_help(console)
    try:
        words, folder = readable_words(words)
        if (command := subcommand(words)) is not None:
            return command(folder, console, errors)
        line = read_command_line(words, folder)
    except Misunderstood as error:
        say_unbroken(errors, str(error))
        return 2
    shown = console_of(line, console)
    if isinstance(shown, EventConsole):
        shown.event("start", schema=SCHEMA, command=["peered", *words])
    exit_code = answer(line, shown, errors)
    if isinstance(shown, EventConsole):
        shown.event("end", exit_code=exit_code)
    return exit_code


def answer(line: "CommandLine", console: Console, errors: Console) -> int:
    """Have the question checked and its study run; what is wrong with it is said. Returns the exit code."""
    try:
        for warning in warnings_of(line.overrides):
            say_unbroken(errors, warning)
        if line.is_sweep:
            return run_sweep(line, console)
        question = compose(line.overrides, line.folder)
        study = study_named(question.study.name)
        with money_in(question.currency):
            return study.dry_run(question, console) if line.is_dry else study.run(question, console)
    except (ScenarioError, VisitsFileError) as error:
        print_problems(error, errors)
        return 2
    except (CannotKeep, OutputError, NoWorkers) as error:
        say_unbroken(errors, f"peered: {error}")
        return 1 if isinstance(error, CannotKeep) else 2
    except KeyboardInterrupt:
        errors.print("peered: interrupted; nothing had finished, nothing was written", markup=False)
        return 1


class Misunderstood(Exception):
    """The command line is not one of ours."""


@dataclass
class CommandLine:
    """What the words ask for: overrides, a folder of the user's own, only the plan, many scenarios; and of what is
    shown the answer alone, or JSON lines instead."""

    overrides: list[str] = field(default_factory=list)
    folder: Path | None = None
    is_dry: bool = False
    is_sweep: bool = False
    is_quiet: bool = False
    as_json_lines: bool = False


def readable_words(words: Sequence[str]) -> tuple[list[str], Path | None]:
    """The words without `--config-dir DIR`, and that folder. Raises Misunderstood."""
    for word in words:
        if any("\ud800" <= letter <= "\udfff" for letter in word):  # how Python hands on bytes it cannot read
            raise Misunderstood(f"peered: {word!r} holds bytes that are no UTF-8: write it, or name the file, in UTF-8")
    others, folder = without_folder(words)
    if folder == "":
        raise Misunderstood("peered: --config-dir needs a folder: --config-dir DIR")
    return others, None if folder is None else Path(folder)


def read_command_line(words: Sequence[str], folder: Path | None) -> CommandLine:
    """Options and overrides apart. Raises Misunderstood."""
    line = CommandLine(folder=folder)
    for word in words:
        if word == "--dry-run":
            line.is_dry = True
        elif word in ("-m", "--multirun"):
            line.is_sweep = True
        elif word == "--quiet":
            line.is_quiet = True
        elif word == "--json-progress":
            line.as_json_lines = True
        elif word.startswith("-"):
            raise Misunderstood(f"peered: unknown option {word}; {remedy_of_option(word)}")
        else:
            line.overrides.append(word)
    if line.is_quiet and line.as_json_lines:
        raise Misunderstood("peered: --quiet and --json-progress: one of them; JSON lines hold the answer too")
    return line


def console_of(line: CommandLine, console: Console) -> Console:
    """What the answer is shown on. What would be played is shown in any case: it is all that was asked for."""
    if line.as_json_lines:
        return EventConsole(sys.stdout)
    return patient_console(sys.stdout, QuietConsole) if line.is_quiet and not line.is_dry else console


def warnings_of(overrides: Sequence[str]) -> Iterator[str]:
    """What is done as it was asked, and should be thought over."""
    key = "executor.address"
    for word in overrides:
        name, _, address = word.lstrip("+").partition("=")
        if name == key and address != "null" and not address.strip("'\"").startswith("tls://"):
            remedy = "use tls://HOST:PORT, or a network that nobody else can reach"
            yield f"peered: {key} = {address}: whoever can reach or imitate that scheduler can run code here: {remedy}"


def print_help(console: Console) -> int:
    """Usage, and what can be chosen."""
    say_unbroken(console, USAGE.read_text(encoding="utf-8").rstrip())
    for group in ("staffing", "experiment"):
        console.print(f"\n{group}s: {', '.join(shipped_choices(group))}", markup=False, highlight=False, end="")
    console.print()
    return 0


def run_sweep(line: CommandLine, console: Console) -> int:
    """Compose and play every scenario of a sweep."""
    from sim.studies.sweep import sweep

    question = compose_sweep(line.overrides, line.folder)
    with money_in(question.first.currency):
        return sweep(question, line.is_dry, console)
