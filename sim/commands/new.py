"""`peered new staffing NAME`: a commented file to begin from, in a folder of the user's own; or those of a whole site.

The texts are in `sim/data/new`, those of a site are made by `new_site`; what may stand in such a file is checked when
it is chosen.
"""

import math
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from sim.commands.new_site import FEWEST_YEARLY_VISITS, MOST_YEARLY_VISITS, site_texts
from sim.config import shipped_choices
from sim.io.file_names import file_name
from sim.io.suggest import did_you_mean
from sim.report.console import say_unbroken

TEMPLATES = Path(__file__).resolve().parents[1] / "data" / "new"
USUAL_FOLDER = "mine"
LONGEST_NAME = 60
RUN = {
    "staffing": "staffing={name}",
    "demand": 'demand={name} "study.staffing=[traditional,peer_added]"',
    "department": 'department={name} "study.staffing=[traditional,peer_added]"',
}
"""What to choose in the command that is to be run next, by group."""
SITE, RUN_SITE = "site", 'demand={name} department={name} "study.staffing=[{name},{name}_peers]"'
_USAGE = "peered new staffing|demand|department NAME [--config-dir DIR], as in peered new staffing ours"
_USAGE_OF_SITE = "peered new site NAME VISITS [--config-dir DIR], as in peered new site small 30000"


class NotWritten(Exception):
    """Why no file was written, and what to do."""


def new_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Write the files that the words ask for, and say what to run next. Returns the exit code."""
    folder, summary = folder or Path(USUAL_FOLDER), tuple[str, ...]()
    try:
        if words[:1] == [SITE]:
            name, visits = checked_site(words[1:])
            texts, summary = site_texts(name, visits, text_to_begin_from("peers_beside"))
            run = RUN_SITE
        else:
            group, name = checked_group_and_name(words)
            texts, run = {f"{group}/{name}": text_to_begin_from(group).replace("NAME", name)}, RUN[group]
        files = write(texts, folder)
    except NotWritten as why:
        say_unbroken(errors, f"peered new: {why}; nothing was written")
        return 2
    for line in (*summary, *(f"written: {file}" for file in files)):
        say_unbroken(console, line)
    command = f"peered --config-dir {shlex.quote(str(folder))} {run.format(name=name)}"
    say_unbroken(console, f"change it, then run it: {command}")
    return 0


def text_to_begin_from(name: str) -> str:
    """A shipped file to begin from."""
    return (TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")


def checked_site(words: Sequence[str]) -> tuple[str, float]:
    """Name and visits a year of a site; raises NotWritten."""
    if len(words) != 2 or any(word.startswith("-") for word in words):
        raise NotWritten(f"write {_USAGE_OF_SITE}")
    name, typed = words
    for group in RUN:
        checked_name(group, name)
    try:
        visits = float(typed.replace("_", "").replace(",", ""))
    except ValueError:
        visits = math.nan
    if not FEWEST_YEARLY_VISITS <= visits <= MOST_YEARLY_VISITS:
        remedy = f"visits a year are a number from {FEWEST_YEARLY_VISITS:,} to {MOST_YEARLY_VISITS:,}"
        raise NotWritten(f"{typed[:LONGEST_NAME]!r}: {remedy}, as in {_USAGE_OF_SITE.partition(', as in ')[2]}")
    return name, visits


def checked_group_and_name(words: Sequence[str]) -> tuple[str, str]:
    """Group and name of the file that is to be written; raises NotWritten for what is none, or may be none of ours."""
    if len(words) != 2 or any(word.startswith("-") for word in words):
        raise NotWritten(f"write {_USAGE}; or {_USAGE_OF_SITE}")
    group, name = words
    if group not in RUN:
        raise NotWritten(f"{group!r} has no file to begin from; {did_you_mean(group, (*RUN, SITE))}")
    return group, checked_name(group, name)


def checked_name(group: str, name: str) -> str:
    """A name that a file of the group may have; raises NotWritten."""
    if len(name) > LONGEST_NAME:
        raise NotWritten(f"{name[:LONGEST_NAME]!r}... is too long: use at most {LONGEST_NAME} letters")
    if name in shipped_choices(group):
        raise NotWritten(f"{group}={name} is shipped, and would be taken instead of your file: give it another name")
    try:
        return file_name(name)
    except ValueError as error:
        raise NotWritten(f"{error}, as in evening_team") from error


def write(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write files by group and name, over nothing: none where one is there already. Raises NotWritten."""
    files = {folder / f"{where}.yaml": text for where, text in texts.items()}
    for file in files:
        if os.path.lexists(file):
            raise NotWritten(f"{file} is there already: give another name, or move the file away")
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as out:
                out.write(text)
        except OSError as error:
            raise NotWritten(f"{file}: {error.strerror}: name a folder to write into, --config-dir DIR") from error
    return list(files)
