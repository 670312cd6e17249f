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
from sim.studies.settings import file_name

TEMPLATES = Path(__file__).resolve().parents[1] / "data" / "new"
USUAL_FOLDER = "mine"
LONGEST_NAME = 60
RUN = {
    "staffing": "staffing={name}",
    "demand": 'demand={name} "study.staffing=[traditional,peer_added]"',
    "department": 'department={name} "study.staffing=[traditional,peer_added]"',
}
"""What to choose in the command that is to be run next, by group."""
USAGE = "peered new staffing|demand|department NAME [--config-dir DIR], as in peered new staffing ours"


class NotWritten(Exception):
    """Why no file was written, and what to do."""


def new_command(words: Sequence[str], console: Console, errors: Console) -> int:
    """Write the file that the words ask for, and say what to run next. Returns the exit code."""
    try:
        group, name, folder = read(words)
        file = write(group, name, folder)
    except NotWritten as why:
        errors.print(f"peered new: {why}; nothing was written", markup=False, highlight=False, soft_wrap=True)
        return 2
    console.print(f"written: {file}", markup=False, highlight=False, soft_wrap=True)
    command = f"peered --config-dir {shlex.quote(str(folder))} {RUN[group].format(name=name)}"
    console.print(f"change it, then run it: {command}", markup=False, highlight=False, soft_wrap=True)
    return 0


def read(words: Sequence[str]) -> tuple[str, str, Path]:
    """Group, name and folder; raises NotWritten for what is none."""
    given, folder = [], USUAL_FOLDER
    rest = iter(words)
    for word in rest:
        if word == "--config-dir" or word.startswith("--config-dir="):
            _, equals, value = word.partition("=")
            folder = value if equals else next(rest, "")
        else:
            given.append(word)
    if not folder:
        raise NotWritten("--config-dir needs a folder: --config-dir DIR")
    if len(given) != 2 or any(word.startswith("-") for word in given):
        raise NotWritten(f"write {USAGE}")
    group, name = given
    if group not in RUN:
        raise NotWritten(f"{group!r} has no file to begin from; {did_you_mean(group, RUN)}")
    check_name(group, name)
    return group, name, Path(folder)


def check_name(group: str, name: str) -> None:
    """Raise NotWritten for a name that no file of the user's own may have."""
    if len(name) > LONGEST_NAME:
        raise NotWritten(f"{name[:LONGEST_NAME]!r}... is too long: use at most {LONGEST_NAME} letters")
    try:
        file_name(name)
    except ValueError as error:
        raise NotWritten(f"{error}, as in evening_team") from error
    if name in shipped_choices(group):
        raise NotWritten(f"{group}={name} is shipped, and would be taken instead of your file: give it another name")


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
