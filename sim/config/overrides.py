"""Reading what was typed: `key=value` into a key and a plain value, or several; every slip reported, none raised.

A draft sorts it into choices of files, paths and values; nothing is composed or checked yet. Whether the key exists is
decided in `sim.config.key_paths`.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sim.config.files import choices_of, default_choices, faults_of_folder, folders_of, where_it_lies
from sim.config.hydra_bridge import OneValue, SeveralValues, TypedInterval, read_value
from sim.department.scenario import Problem
from sim.io.plain_data import Plain
from sim.io.suggest import did_you_mean
from sim.studies.question import studies_with
from sim.visits.column_map import ColumnMap

PATH_KEYS = ("output", "visits", "run", "configs", "query", "table", "export")
"""Keys whose value is a path, or a question in SQL, taken as typed."""

PATHS_OF_STUDIES = ("study.staff", "study.places", "study.test")
"""Keys of a study whose value is a path, taken as typed too: a path has blanks, brackets and commas that a list has."""

TYPED_ONLY = "says where runs are sent, and is typed, never read from a file: take it out"
NOTHING_LOOKED_UP = "nothing is looked up elsewhere: write the value itself"

SHAPE = re.compile(r"(?P<plus>\+{0,2})(?P<key>[A-Za-z_][\w.\-/]*)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Override:
    """One typed override. `adds`: written with a plus, a new entry of a mapping is wanted."""

    key: str
    value: object
    text: str
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Any number from `low` to `high`, as `key=interval(low,high)` asks for; `plus` as typed before the key."""

    key: str
    low: float
    high: float
    text: str
    plus: str = ""

    def holding(self, value: float) -> Override:
        """The override that takes one number of it, which can be typed again to the last digit."""
        return Override(self.key, value, f"{self.plus}{self.key}={value!r}", bool(self.plus))


def with_lists_joined(words: Sequence[str]) -> list[str]:
    """Put together again a list that a shell has taken apart: PowerShell at each comma, every shell at each space."""
    joined: list[str] = []
    for word in words:
        if joined and "=" not in word and lacks_bracket(joined[-1]):
            has_comma = joined[-1].endswith((",", "[")) or word.startswith((",", "]"))
            joined[-1] += word if has_comma else f",{word}"
        else:
            joined.append(word)
    return joined


def lacks_bracket(word: str) -> bool:
    """Whether a word is an override whose list has not been closed yet."""
    shape = SHAPE.fullmatch(word)
    return shape is not None and not is_path(shape["key"]) and shape["value"].count("[") > shape["value"].count("]")


def is_path(key: str) -> bool:
    """Whether the value of a key is taken as typed."""
    return key in PATH_KEYS or key in PATHS_OF_STUDIES


def read_overrides(texts: Sequence[str]) -> tuple[list[Override], list[Problem]]:
    """All overrides that can be read, and a problem for each that cannot."""
    read = [read_override(text) for text in texts]
    return [item for item in read if isinstance(item, Override)], [item for item in read if isinstance(item, Problem)]


def read_override(text: str) -> Override | Problem:
    """One override, or what is wrong with its form."""
    shape = SHAPE.fullmatch(text)
    if text.startswith("~"):
        return Problem(text.lstrip("~"), repr(text), "nothing can be taken out: set heads or a share to 0 instead")
    if shape is None:
        return Problem(text.split("=")[0] or "command line", repr(text), remedy_of_word(text))
    key, value, adds = shape["key"], shape["value"], bool(shape["plus"])
    if is_path(key):
        return Override(key, value if value not in ("", "null") else None, text, adds)
    if value == "":
        return Problem(key, "nothing", "give a value after =, or null for none")
    read = by_grammar(key, value)
    if isinstance(read, OneValue):
        return Override(key, read.value, text, adds)
    remedy = "several values: give one here; a list is written [a,b], a sweep needs -m"
    return read if isinstance(read, Problem) else Problem(key, repr(value), remedy)


def remedy_of_word(text: str) -> str:
    """What to write instead of a word that is no override: an option, or the study of that name."""
    if text in ("help", "version"):
        return f"did you mean peered --{text}?"
    if text in choices_of("study", folders_of(None)):
        return f"did you mean study={text}?"
    return "write key=value, without spaces around ="


def by_grammar(key: str, value: str) -> OneValue | TypedInterval | SeveralValues | Problem:
    """The reading of a value by the grammar that users of Hydra know, or what is wrong with its form."""
    if "${" in value:
        return Problem(key, repr(value), NOTHING_LOOKED_UP)
    remedy = "cannot be read: put text in quotes, as in '\"text\"', and close every bracket"
    return read_value(key, value) or Problem(key, repr(value), remedy)


def quoted_value(text: str) -> str:
    """A text of any characters as one value of the grammar."""
    return '"' + text.replace('"', '\\"') + '"'


def typed_only(key: str) -> bool:
    """The key names a cluster: whoever answers there can have anything run here."""
    return re.split(r"[./]", key.lstrip("+"))[0] == "executor"


def folders_typed(words: Sequence[str], config_dir: Path | None) -> tuple[Path, ...]:
    """The folders searched: the shipped one, and the user's own that `configs=` names last, else the one given.

    One that is not there is left out, and reported elsewhere.
    """
    named = [word.removeprefix("configs=") for word in words if word.startswith("configs=")]
    folder = Path(named[-1]) if named and named[-1] not in ("", "null") else config_dir
    return folders_of(folder if folder is not None and folder.is_dir() else None)


MOST_VALUES = 100_000


def read_several(text: str) -> list[Override] | Range | Problem:
    """An override for each value of a word of a sweep (`a,b`, `choice(a,b)`, `range(1,4)`, one value), or its range."""
    shape = SHAPE.fullmatch(text)
    if shape is None or is_path(shape["key"]) or not shape["value"]:
        one = read_override(text)
        return one if isinstance(one, Problem) else [one]
    key, value, plus = shape["key"], shape["value"], shape["plus"]
    match by_grammar(key, value):
        case Problem() as problem:
            return problem
        case TypedInterval(low, high) if low < high and math.isfinite(high - low):
            return Range(key, low, high, value, plus)
        case TypedInterval():
            return Problem(key, repr(value), "not a range: write interval(low,high), the smaller number first")
        case SeveralValues(texts):
            return each_of(texts, plus, key, value)
        case _:
            one = read_override(text)
            return one if isinstance(one, Problem) else [one]


def each_of(given: Iterator[str] | None, plus: str, key: str, value: str) -> list[Override] | Problem:
    """The values of a sweep, in their order."""
    if given is None:
        return Problem(key, repr(value), "write the values in their order: a,b,c or choice(a,b,c) or range(1,4)")
    texts = list(islice(given, MOST_VALUES + 1))
    if not texts:
        remedy = "no value in it: a step leads from the start to the stop, which is not part of it"
        return Problem(key, repr(value), remedy)
    if len(texts) > MOST_VALUES:
        return Problem(key, repr(value), f"more than {MOST_VALUES:,} values: give fewer")
    read = [read_override(f"{plus}{key}={text}") for text in texts]
    return next((item for item in read if isinstance(item, Problem)), None) or [
        item for item in read if isinstance(item, Override)
    ]


_ONLY_SWEPT = {
    "experiment": "an experiment is a sweep: peered -m experiment=NAME",
    "sweep": "it is for a sweep of many scenarios: peered -m ...",
    "hydra": "Hydra's sweepers and launchers are not used: choose executor=processes or dask, and scenarios by sweep.*",
}
"""First words of keys that say how a sweep is made."""


@dataclass(slots=True)
class Draft:
    """A command on its way to being checked; `rosters` are staffings by name that have no file of their own."""

    folders: tuple[Path, ...]
    choices: dict[str, str]
    values: list[Override]
    paths: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    column_map: ColumnMap | None = None
    rosters: dict[str, Plain] = field(default_factory=dict)

    @property
    def typed(self) -> set[str]:
        """Keys whose values were typed."""
        return {item.key for item in self.values}

    def refuse(self, path: str, value: str, remedy: str) -> None:
        """Take down what is wrong."""
        self.problems.append(Problem(path, value, remedy))


def drafted(overrides: Sequence[str], config_dir: Path | None) -> Draft:
    """Sort what was typed into choices of files, paths and values."""
    return draft_of(*read_overrides(overrides), config_dir)


def draft_of(read: Sequence[Override], problems: list[Problem], config_dir: Path | None) -> Draft:
    """Sort overrides that could be read; `problems` are those of the others."""
    paths = {item.key: str(item.value) for item in read if item.key in PATH_KEYS and item.value is not None}
    folder = Path(paths["configs"]) if "configs" in paths else config_dir
    if folder is not None and (faults := faults_of_folder(folder)):
        problems += faults
        folder = None
    draft = Draft(folders_of(folder), default_choices(), [], paths, problems)
    for item in read:
        group = re.split(r"[./]", item.key)[0]
        if group in _ONLY_SWEPT:
            draft.refuse(item.key, repr(item.value), _ONLY_SWEPT[group])
        elif item.key in draft.choices:
            _choose(draft, item)
        elif item.key not in PATH_KEYS:
            draft.values.append(item)
    if any(problem.path == "study" for problem in draft.problems):
        draft.values = [item for item in draft.values if not of_another_study(item.key, draft.choices["study"])]
    return draft


def of_another_study(key: str, study: str) -> bool:
    """Whether a key may belong to the study that was meant, where that one could not be taken."""
    group, _, inner = key.partition(".")
    studies = studies_with(inner.partition(".")[0])
    return group == "study" and bool(studies) and study not in studies


def _choose(draft: Draft, item: Override) -> None:
    """Take a typed choice if there is a file of its name."""
    known = choices_of(item.key, draft.folders)
    name = "none" if item.value is None else str(item.value)
    if name in known:
        draft.choices[item.key] = name
    else:
        remedy = where_it_lies(draft.folders, item.key, name) or f"no such choice; {did_you_mean(name, known)}"
        draft.refuse(item.key, repr(name), remedy)


def reported(draft: Draft, composed: Plain | Problem) -> Plain | None:
    """The data, or None after taking down the problem."""
    if isinstance(composed, Problem):
        draft.problems.append(composed)
        return None
    return composed
