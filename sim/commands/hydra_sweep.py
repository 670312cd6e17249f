"""`peered -m` with a sweeper or a launcher of Hydra's own named: the sweep is Hydra's, each scenario is played as ours.

What may be handed over is decided in `sim.config.multirun`.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sim.config import compose_jobs
from sim.config.multirun import Handed, Job, One, handed, run_by_hydra
from sim.config.overrides import folder_typed
from sim.department.scenario import ScenarioError
from sim.report.console import say
from sim.report.terminal import patient_console
from sim.runs.output_folder import MARK, Mark, foreign_by_name, is_marked_for, results_place, write_mark
from sim.runs.tables_on_disk import OutputError, reason_of
from sim.studies.sweep import play_in, sweep_design

MULTIRUN, TRACE = "multirun", "multirun.yaml"
"""The study of the mark, and what Hydra leaves in the folder of a sweep."""


def hydra_sweep(overrides: Sequence[str], config_dir: Path | None, dry: bool, one: One, console: Console) -> int:
    """Play a sweep through Hydra, each job in a folder of its own; `one` plays a scenario. `dry`: only check."""
    words = handed(overrides, config_dir)
    if dry:
        say(console, "the words can be handed to Hydra; nothing was run, nothing was written")
        return 0
    folder = results_place(place_asked_for(words), MULTIRUN, foreign_to_multiruns)
    others = [word for word in words.others if not word.startswith("output=")]
    job = Job(tuple(others), folder_typed(others, config_dir), one, play_jobs)
    mark(folder)
    try:
        run_by_hydra(words, job, folder)
    except (ScenarioError, OutputError):
        unmark(folder)
        raise
    except Exception as error:  # of any kind: it comes from a job, or from a launcher that is not ours
        say(console, f"the sweep ended early: {type(error).__name__}: {error}; jobs that had finished are in {folder}")
        return 1
    say(console, f"jobs of the sweep are in {folder}")
    return 0


class Unfinished(Exception):
    """Not every run was played."""


def place_asked_for(words: Handed) -> Path | None:
    """The folder that was named, in our word or in Hydra's."""
    ours = [word.partition("=")[2] for word in words.others if word.startswith("output=")]
    theirs = words.hydra.get("hydra.sweep.dir")
    if ours and theirs is not None:
        raise OutputError(f"output = {ours[-1]}: hydra.sweep.dir = {theirs} names a folder too; give one of them")
    named = [*ours, *([] if theirs is None else [theirs.strip("'\"")])]
    return Path(named[-1]) if named else None


OURS = re.compile(
    rf"{re.escape(TRACE)}|optimization_results\.yaml|\d+/(?:\.hydra/\w+\.yaml|[\w.-]+\.log|run/.*)|sweep(?:_\d+)?/.*"
    r"|\.submitit/.*|(?:.*/)?\.\w+\.lock"
)
"""Names of all files that Hydra, its launchers and our jobs write; results of jobs in it are guarded by their own."""


def foreign_to_multiruns(folder: Path) -> list[str]:
    """Names in a folder that no sweep of Hydra's has written: all, if it does not bear the mark of one."""
    if is_marked_for(folder, (MULTIRUN,)):
        return foreign_by_name(folder, lambda name: OURS.fullmatch(name) is not None)
    return sorted(path.name for path in folder.iterdir())


def mark(folder: Path) -> None:
    """Make the folder and mark it as ours, before Hydra writes to it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_mark(Mark(study=MULTIRUN), folder)
    except OSError as error:
        remedy = f"cannot be written to ({reason_of(error)}); name a folder elsewhere"
        raise OutputError(f"output = {folder}: {remedy}") from error


def unmark(folder: Path) -> None:
    """Take the mark away again where Hydra has refused the words and there is nothing else."""
    if [path.name for path in folder.iterdir()] == [MARK]:
        (folder / MARK).unlink()
        folder.rmdir()


def play_jobs(jobs: list[list[str]], job: Job, folder: Path) -> None:
    """Play jobs that Hydra's sweeper made as one sweep; a run that fails fails the sweep, after the others."""
    composed = compose_jobs(jobs, job.words, job.config_dir)
    if play_in(folder, sweep_design(composed), composed, patient_console(sys.stdout)):
        raise Unfinished(f"not every run in {folder} was played")
