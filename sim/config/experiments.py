"""Finished sweeps by name: what a file of the experiment group holds, as the words that would ask for the same.

What the words mean is read in `designs`; the file is data, nothing in it is looked up elsewhere or run.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sim.config.designs import DESIGN_KEYS
from sim.config.files import PLAIN_NAME, choices_of, file_of, lies_in, read_mapping, shadowing
from sim.config.overrides import PATH_KEYS, TYPED_ONLY, folders_typed, quoted_value, typed_only
from sim.config.remedies import short_repr
from sim.department.scenario import Problem
from sim.io.plain_data import Plain
from sim.io.suggest import did_you_mean

_GROUP = "experiment"
ENTRIES = ("description", "values", "vary", "sweep")
SETTINGS = tuple(key.removeprefix("sweep.") for key in DESIGN_KEYS)
BARE = re.compile(r"(?!(?:true|false|null|nan|inf)$)[A-Za-z_][\w\-]*", re.ASCII | re.IGNORECASE)
"""Texts that mean themselves without quotes."""


@dataclass(slots=True)
class SweepWords:
    """The words of a sweep, those of an experiment file first; `origin`: the file, by key, of those it brought."""

    words: list[str]
    origin: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def with_origin(self, problem: Problem) -> Problem:
        """A problem of a word that nobody typed says in which file it stands."""
        key = max((key for key in self.origin if begins(problem.path, key)), key=len, default=None)
        return problem if key is None else Problem(f"{self.origin[key]} {problem.path}", problem.value, problem.remedy)


def begins(path: str, key: str) -> bool:
    """The place is this key's, or lies below it."""
    return re.match(rf"{re.escape(key)}(?![\w-])", path) is not None


def with_experiment(typed: Sequence[str], config_dir: Path | None) -> SweepWords:
    """What was typed, after the words of the experiment it names; what is typed wins."""
    named = [word.partition("=")[2] for word in typed if _key_of(word) == _GROUP]
    wanted = SweepWords([word for word in typed if _key_of(word) != _GROUP])
    if not named:
        return wanted
    file = file_named(named[-1], folders_typed(typed, config_dir))
    data = file if isinstance(file, Problem) else read_mapping(file)
    if isinstance(file, Problem) or isinstance(data, Problem):
        wanted.problems += [data] if isinstance(data, Problem) else []
        return wanted
    reading = _Experiment(file, {_key_of(word) for word in wanted.words}, wanted.problems)
    words = list(reading.words_in(data))
    wanted.origin = {_key_of(key): file for key, _ in words if _key_of(key) not in reading.typed}
    wanted.words = [*(f"{key}={text}" for key, text in words), *wanted.words]
    return wanted


def _key_of(word: str) -> str:
    """The key of a word."""
    return word.partition("=")[0].lstrip("+")


def file_named(name: str, folders: Sequence[Path]) -> Path | Problem:
    """The file of an experiment, or why there is none."""
    known = choices_of(_GROUP, folders)
    if re.search(r"[,(\[]", name):
        remedy = "a file says a whole sweep, and two have no product: play one experiment after the other"
        return Problem(_GROUP, repr(name), remedy)
    if name not in known or not PLAIN_NAME.fullmatch(name):
        return Problem(_GROUP, repr(name), f"no such choice; {did_you_mean(name, known)}")
    return shadowing(folders, _GROUP, name) or file_of(folders, _GROUP, name)


@dataclass(frozen=True, slots=True)
class _Experiment:
    """A file that is read: the keys that were `typed` beside it, and what is found wrong with it."""

    file: Path
    typed: set[str]
    problems: list[Problem]

    def refuse(self, place: str, value: Plain, remedy: str) -> None:
        """Take down what is wrong at a place of the file."""
        self.problems.append(Problem(f"{self.file} {place}", "nothing" if value is None else short_repr(value), remedy))

    def words_in(self, data: Mapping[str, Plain]) -> Iterator[tuple[str, str]]:
        """Key and text of every word the file stands for."""
        for entry in data:
            if entry not in ENTRIES:
                self.refuse(entry, data[entry], f"no such entry of an experiment; {did_you_mean(str(entry), ENTRIES)}")
        if not isinstance(data.get("description"), str):
            self.refuse("description", data.get("description"), "say in a sentence what the experiment asks")
        vary, settings = self.part(data, "vary"), self.part(data, "sweep")
        if not vary and "csv" not in settings and not self.problems:
            self.refuse("vary", None, "name what varies, as in vary: {staffing: [traditional, peer_247]}")
        for key, value in self.part(data, "values").items():
            yield from self.word("values", key, value, [value])
        for key, value in vary.items():
            if isinstance(value, dict) and set(value) == {"low", "high"}:
                yield key, f"interval({value['low']},{value['high']})"
            elif isinstance(value, list) and value:
                yield from self.word("vary", key, value, value)
            else:
                remedy = "give a list of values, [a, b], or a range for samples, {low: 1, high: 2}"
                self.refuse(f"vary.{key}", value, remedy)
        for key, value in settings.items():
            yield from self.baseline(value) if key == "baseline" else self.setting(key, value)

    def part(self, data: Mapping[str, Plain], name: str) -> dict[str, Plain]:
        """One of the mappings the file consists of, without keys that mean nothing in it."""
        found = {} if data.get(name) is None else data[name]
        if not isinstance(found, dict):
            self.refuse(name, found, "write lines of the form key: value below it")
            return {}
        refused = {key: why for key in found if (why := why_not(name, key))}
        for key, why in refused.items():
            self.refuse(f"{name}.{key}", found[key], why)
        return {key: value for key, value in found.items() if key not in refused}

    def word(self, part: str, key: str, written: Plain, values: Iterable[Plain]) -> Iterator[tuple[str, str]]:
        """The word that gives a key these values."""
        try:
            yield key, ",".join(as_typed(value) for value in values)
        except ValueError as error:
            self.refuse(f"{part}.{key}", written, str(error))

    def baseline(self, value: Plain) -> Iterator[tuple[str, str]]:
        """The word for a baseline; keys that were typed have what was typed there too."""
        if not isinstance(value, dict):
            self.refuse("sweep.baseline", value, "write a mapping: {staffing: traditional}")
            return
        for key in filter(typed_only, map(str, value)):
            self.refuse(f"sweep.baseline.{key}", value.get(key), TYPED_ONLY)
        entries = [(str(key), one) for key, one in value.items() if key not in self.typed]
        words = [word for key, one in entries for word in self.word("sweep.baseline", key, one, [one])]
        if words:
            yield "sweep.baseline", " ".join(f"{key}={text}" for key, text in words)

    def setting(self, key: str, value: Plain) -> Iterator[tuple[str, str]]:
        """A word about the sweep itself; a file of rows lies beside the experiment."""
        beside = self.file.parent / str(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.refuse(f"sweep.{key}", value, "give a text or a whole number")
        elif key == "csv" and not lies_in(self.file.parent.parent, beside):
            remedy = "lies outside the folder of the experiment: put the table beside it, or type sweep.csv=FILE"
            self.refuse("sweep.csv", value, remedy)
        else:
            yield f"sweep.{key}", str(beside if key == "csv" else value)


def why_not(name: str, key: object) -> str | None:
    """Why a key cannot stand in this part of the file; None if it can."""
    if not isinstance(key, str):
        return "keys are texts, as in demand.growth"
    if name == "sweep":
        return None if key in SETTINGS else f"no such key; {did_you_mean(key, SETTINGS)}"
    if key in PATH_KEYS or key == _GROUP:
        return "not part of an experiment: give it when typing"
    if typed_only(key):
        return TYPED_ONLY
    if key.startswith("sweep."):
        return f"write it below sweep, as {key.removeprefix('sweep.')}"
    return None


def as_typed(value: Plain) -> str:
    """A value of a file as it would be typed."""
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        if "${" in value:
            raise ValueError("nothing is looked up elsewhere: write the value itself")
        return value if BARE.fullmatch(value) else quoted_value(value)
    if isinstance(value, list):
        return f"[{','.join(map(as_typed, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{as_typed(key)}:{as_typed(inner)}' for key, inner in value.items())}}}"
    raise ValueError("give numbers, texts, lists or mappings")
