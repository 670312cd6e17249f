"""The command to give after another, written so that a shell takes it as it stands."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

_BARE = re.compile(r"[\w@%+=:,./\\-]+", re.ASCII)
_ALIKE_IN_DOUBLE_QUOTES = re.compile(r"[^\"$`!%\n\r]*[^\"$`!%\n\r\\]")
"""What stands for itself in double quotes in bash, zsh, PowerShell and the prompt of Windows; a backslash before the
closing quote would take it away."""


def shell_text(words: Iterable[str]) -> str:
    """Words as one line for a shell, in double quotes where they need any: the prompt of Windows knows no others."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if _BARE.fullmatch(word) and ("\\" not in word or re.match(r"[A-Za-z]:\\", word)):
        return word
    return f'"{word}"' if _ALIKE_IN_DOUBLE_QUOTES.fullmatch(word) else shlex.quote(word)


def comparison_words(folder: Path, name: str, staffings: Iterable[str], kept: Iterable[str]) -> list[str]:
    """What compares staffings in a calibrated department; `kept` are other words to be said again."""
    choices = [f"demand={name}", f"department={name}", *kept]
    return ["peered", "--config-dir", str(folder), *choices, f"study.staffing=[{','.join(staffings)}]"]


def run_words(folder: Path, name: str) -> list[str]:
    """What plays a calibrated demand in the default department."""
    return ["peered", "--config-dir", str(folder), f"demand={name}"]


_REPLACED = ("study", "visits", "output", "configs", "demand", "department", "staffing")
"""Groups and keys of a calibration that its comparison has of its own, or has no use for."""


def words_kept(overrides: Iterable[str]) -> list[str]:
    """What was typed for a calibration and holds in what is made of it too, such as another boarding or a seed."""
    return [word for word in overrides if re.split(r"[./=]", word.lstrip("+"))[0] not in _REPLACED]
