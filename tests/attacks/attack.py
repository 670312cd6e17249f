"""One hostile input: the files it consists of, the command it is given to, and what is expected to come of it.

How an input is tried, and what must hold for each of them, is the business of `harness`.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = "ROOT"
"""Stands in words and environments for the folder in which everything of an attempt lies."""
HOUR = "[0-9][0-9]:[0-9][0-9]"


@dataclass(frozen=True)
class Place:
    """The folder of one attempt. `work`: where the command is started; `received`: what somebody has sent, in it."""

    root: Path
    sweep: Path | None = None

    @property
    def work(self) -> Path:
        return self.root / "desk"

    @property
    def received(self) -> Path:
        return self.work / "received"

    @property
    def outside(self) -> Path:
        return self.root / "outside"

    @property
    def out(self) -> Path:
        return self.work / "out"

    @property
    def planted_file(self) -> Path:
        """What planted code would make; it lies outside every folder that may be written to."""
        return self.outside / "planted_code_ran"


@dataclass(frozen=True)
class Answer:
    """What came of a command."""

    code: int | None
    out: str
    err: str
    seconds: float = 0.0
    hung: bool = False

    @property
    def text(self) -> str:
        """All that was shown, on one line."""
        return " ".join(f"{self.out} {self.err}".split())

    def lacks(self, texts: Sequence[str]) -> list[str]:
        """Texts that were not shown, in whatever case and wherever lines were broken."""
        shown = unbroken(self.text)
        return [text for text in texts if unbroken(text) not in shown]


def unbroken(text: str) -> str:
    """A text without blanks and capitals."""
    return "".join(text.split()).lower()


Build = Callable[[Place], None]
Expected = Callable[[Answer, Place, "Attack"], list[str]]


@dataclass(frozen=True)
class Attack:
    """One input. `words` after `peered`; `environment`: variables beside the usual ones, None for one that is unset.

    `seconds`: how long it may take. `writes`: what it may write beside `desk/out` and the caches, as patterns below the
    root. `stdout`: `read`, `full` (no space is left), `closed` or `unread`. `file_kib`: size at which writing a file
    fails. `apart`: only in a process of its own. `interrupted_after`: seconds until the user has had enough (Ctrl-C).
    """

    family: str
    name: str
    words: tuple[str, ...]
    expected: Expected
    build: Build = lambda place: None
    environment: Mapping[str, str | None] = field(default_factory=dict)
    seconds: float = 60.0
    writes: tuple[str, ...] = ()
    stdout: str = "read"
    file_kib: int | None = None
    apart: bool = False
    interrupted_after: float | None = None

    @property
    def is_quick(self) -> bool:
        """Can be tried in this process: nothing is played and nothing of the process is under attack."""
        plain = (
            not (self.apart or self.environment or self.file_kib or self.interrupted_after) and self.stdout == "read"
        )
        return plain and "--dry-run" in self.words


def family(name: str) -> Callable[..., Attack]:
    """A maker of attacks of one family: name, command as typed in a shell, expectation, and the rest by name."""

    def made(
        what: str, command: str | Sequence[str], expected: Expected, build: Build | None = None, **more: Any
    ) -> Attack:
        words = tuple(shlex.split(command)) if isinstance(command, str) else tuple(command)
        return Attack(name, what, words, expected, build or (lambda place: None), **more)

    return made


# --- what is expected


def refused(*texts: str) -> Expected:
    """Exit code 2, nothing written, and a message that holds all these texts and a remedy."""

    def complaints(answer: Answer, place: Place, attack: Attack) -> list[str]:
        found = [] if answer.code == 2 else [f"exit code {answer.code}, expected 2"]
        found += [f"the message does not say {text!r}" for text in answer.lacks(texts)]
        if not has_remedy(answer.err):
            found.append("the message has no remedy")
        return found

    return complaints


def refused_with_number(*texts: str) -> Expected:
    """The same, and the message names a number that was not typed: what is needed, or what is there at most."""
    plainly = refused(*texts)

    def complaints(answer: Answer, place: Place, attack: Attack) -> list[str]:
        found = plainly(answer, place, attack)
        return found if numbers_not_typed(answer.err, attack.words) else [*found, "the message names no number"]

    return complaints


def accepted(*texts: str, also: Callable[[Answer, Place], list[str]] | None = None) -> Expected:
    """Exit code 0, these texts shown, and whatever else is looked at."""

    def complaints(answer: Answer, place: Place, attack: Attack) -> list[str]:
        found = [] if answer.code == 0 else [f"exit code {answer.code}, expected 0"]
        found += [f"does not say {text!r}" for text in answer.lacks(texts)]
        return found + (also(answer, place) if also is not None and answer.code == 0 else [])

    return complaints


warned = accepted
"""Accepted, with a sentence that holds these texts."""


def failed(*texts: str) -> Expected:
    """Exit code 1: understood, begun and not finished, with a sentence that holds these texts."""

    def complaints(answer: Answer, place: Place, attack: Attack) -> list[str]:
        found = [] if answer.code == 1 else [f"exit code {answer.code}, expected 1"]
        return found + [f"does not say {text!r}" for text in answer.lacks(texts)]

    return complaints


def refused_or_accepted(*texts: str) -> Expected:
    """Either is right, as long as nothing bad comes of it and, where it is refused, these texts and a remedy are said."""

    def complaints(answer: Answer, place: Place, attack: Attack) -> list[str]:
        return [] if answer.code == 0 else refused(*texts)(answer, place, attack)

    return complaints


def has_remedy(message: str) -> bool:
    """Something is said to do: below every place, or behind it on the same line."""
    lines = message.splitlines()
    places = [number for number, line in enumerate(lines) if re.match(r"  \S.* = ", line)]
    if not places:
        return bool(re.search(r"[:;] *\S+ \S+", message))
    below = [" ".join(lines[place + 1 :]) for place in places]
    return all(re.search(r"\w+ \w+", text) for text in below)


def numbers_not_typed(message: str, words: Sequence[str]) -> list[str]:
    """Numbers of a message that stand in none of the words of the command."""
    typed = set(numbers_in(" ".join(words)))
    return [number for number in numbers_in(re.sub(r"^\d+ problems?", "", message.strip())) if number not in typed]


def numbers_in(text: str) -> list[str]:
    """The numbers of a text, without separators of thousands."""
    return [number.replace(",", "").rstrip(".") for number in re.findall(r"\d[\d,]*\.?\d*", text)]


# --- building files


def nothing(place: Place) -> None:
    """No file is part of it."""


def both(*builds: Build) -> Build:
    """One after the other."""

    def build(place: Place) -> None:
        for each in builds:
            each(place)

    return build


def file(name: str, content: str | bytes | Callable[[Place], str | bytes]) -> Build:
    """A file in the folder where the command is started."""

    def build(place: Place) -> None:
        path = place.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        made = content(place) if callable(content) else content
        path.write_bytes(made.encode("utf-8", "surrogateescape") if isinstance(made, str) else made)

    return build


def link(name: str, target: str) -> Build:
    """A symbolic link; ROOT stands in the target for the folder of the attempt."""

    def build(place: Place) -> None:
        path = place.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target.replace(ROOT, str(place.root)))

    return build


def pipe(name: str) -> Build:
    """A named pipe to which nobody writes."""

    def build(place: Place) -> None:
        import os

        path = place.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)

    return build


def folder(name: str) -> Build:
    """An empty folder."""

    def build(place: Place) -> None:
        (place.work / name).mkdir(parents=True, exist_ok=True)

    return build


def sparse(name: str, n_bytes: int, start: bytes = b"") -> Build:
    """A file that is long without taking space on the disk."""

    def build(place: Place) -> None:
        path = place.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as written:
            written.write(start)
            written.truncate(n_bytes)

    return build
