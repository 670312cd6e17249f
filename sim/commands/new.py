"""`peered new staffing NAME`: a commented file to begin from, in a folder of the user's own.

The texts are in `sim/data/new`; what may stand in such a file is checked when it is chosen.
"""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sim.config import shipped_choices
from sim.io.suggest import did_you_mean
from sim.report.console import say_unbroken
from sim.studies.question import file_name

TEMPLATES = Path(__file__).resolve().parents[1] / "data" / "new"
USUAL_FOLDER = "mine"
LONGEST_NAME = 60
RUN = {
    "staffing": "staffing={name}",
    "demand": 'demand={name} "study.staffing=[traditional,peer_added]"',
    "department": 'department={name} "study.staffing=[traditional,peer_added]"',
}
"""What to choose in the command that is to be run next, by group."""
_USAGE = "peered new staffing|demand|department NAME [--config-dir DIR], as in peered new staffing ours"


class NotWritten(Exception):
    """Why no file was written, and what to do."""


def new_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Write the file that the words ask for, and say what to run next. Returns the exit code."""
    try:
        group, name = checked_group_and_name(words)
        folder = folder or Path(USUAL_FOLDER)
        file = write(group, name, folder)
    except NotWritten as why:
        say_unbroken(errors, f"peered new: {why}; nothing was written")
        return 2
    say_unbroken(console, f"written: {file}")
    command = f"peered --config-dir {shlex.quote(str(folder))} {RUN[group].format(name=name)}"
    say_unbroken(console, f"change it, then run it: {command}")
    return 0


def checked_group_and_name(words: Sequence[str]) -> tuple[str, str]:
    """Group and name of the file that is to be written; raises NotWritten for what is none, or may be none of ours."""
    if len(words) != 2 or any(word.startswith("-") for word in words):
        raise NotWritten(f"write {_USAGE}")
    group, name = words
    if group not in RUN:
        raise NotWritten(f"{group!r} has no file to begin from; {did_you_mean(group, RUN)}")
    if len(name) > LONGEST_NAME:
        raise NotWritten(f"{name[:LONGEST_NAME]!r}... is too long: use at most {LONGEST_NAME} letters")
    if name in shipped_choices(group):
        raise NotWritten(f"{group}={name} is shipped, and would be taken instead of your file: give it another name")
    try:
        return group, file_name(name)
    except ValueError as error:
        raise NotWritten(f"{error}, as in evening_team") from error


def write(group: str, name: str, folder: Path) -> Path:
    """Write the file, over nothing. Raises NotWritten."""
    file = folder / group / f"{name}.yaml"
    text = (TEMPLATES / f"{group}.yaml").read_text(encoding="utf-8").replace("NAME", name)
    if os.path.lexists(file):
        raise NotWritten(f"{file} is there already: give another name, or move the file away")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except OSError as error:
        raise NotWritten(f"{file}: {error.strerror}: name a folder to write into, --config-dir DIR") from error
    return file
