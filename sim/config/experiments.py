"""Finished sweeps by name: what a file of the experiment group holds, as the words that would ask for the same.

What the words mean is read in `designs`; the file is data, nothing in it is looked up elsewhere or run.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sim.config.designs import DESIGN_KEYS
from sim.config.files import PLAIN_NAME, choices_of, file_of, folders_of, lies_in, read_mapping, shadowing
from sim.config.key_paths import Plain
from sim.config.overrides import PATH_KEYS, TYPED_ONLY, folder_typed, quoted_value, typed_only
from sim.config.remedies import short_repr
from sim.department.scenario import Problem
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
    named = [word.partition("=")[2] for word in typed if word.partition("=")[0].lstrip("+") == _GROUP]
    others = [word for word in typed if word.partition("=")[0].lstrip("+") != _GROUP]
    if not named:
        return SweepWords(others)
    wanted = SweepWords(others)
    name, folders = named[-1], folders_in_use(typed, config_dir)
    found = file_named(name, folders)
    if isinstance(found, Problem):
        wanted.problems.append(found)
        return wanted
    data = read_mapping(found)
    if isinstance(data, Problem):
        wanted.problems.append(data)
        return wanted
    ours = {word.partition("=")[0].lstrip("+") for word in others}
    words = list(words_in(found, data, ours, wanted.problems))
    wanted.origin = {key.lstrip("+"): found for key, _ in words if key.lstrip("+") not in ours}
    wanted.words = [*(f"{key}={text}" for key, text in words), *others]
    return wanted


def folders_in_use(typed: Sequence[str], config_dir: Path | None) -> tuple[Path, ...]:
    """Folders with experiments; one that is not there is reported elsewhere."""
    folder = folder_typed(typed, config_dir)
    return folders_of(folder if folder is not None and folder.is_dir() else None)


def file_named(name: str, folders: Sequence[Path]) -> Path | Problem:
    """The file of an experiment, or why there is none."""
    known = choices_of(_GROUP, folders)
    if not PLAIN_NAME.fullmatch(name):
        several = "," in name or "(" in name or "[" in name
        remedy = "a file says a whole sweep, and two have no product: play one experiment after the other"
        return Problem(_GROUP, repr(name), remedy if several else f"no such choice; {did_you_mean(name, known)}")
    if name not in known:
        return Problem(_GROUP, repr(name), f"no such choice; {did_you_mean(name, known)}")
    return shadowing(folders, _GROUP, name) or file_of(folders, _GROUP, name)


def words_in(
    file: Path, data: Mapping[str, Plain], typed: set[str], problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    """Key and text of every word the file stands for; what is wrong with it is added to the problems."""
    for entry in data:
        if entry not in ENTRIES:
            remedy = f"no such entry of an experiment; {did_you_mean(str(entry), ENTRIES)}"
            problems.append(Problem(f"{file} {entry}", short_repr(data[entry]), remedy))
    if not isinstance(data.get("description"), str):
        remedy = "say in a sentence what the experiment asks"
        problems.append(Problem(f"{file} description", short_repr(data.get("description")), remedy))
    vary, settings = part(file, data, "vary", problems), part(file, data, "sweep", problems)
    if not vary and "csv" not in settings and not problems:
        remedy = "name what varies, as in vary: {staffing: [traditional, peer_247]}"
        problems.append(Problem(f"{file} vary", "nothing", remedy))
    for key, value in part(file, data, "values", problems).items():
        yield from word_of(file, "values", key, value, [value], problems)
    for key, value in vary.items():
        several = value if isinstance(value, list) and value else None
        if isinstance(value, dict) and set(value) == {"low", "high"}:
            yield key, f"interval({value['low']},{value['high']})"
        elif several is None:
            remedy = "give a list of values, [a, b], or a range for samples, {low: 1, high: 2}"
            problems.append(Problem(f"{file} vary.{key}", short_repr(value), remedy))
        else:
            yield from word_of(file, "vary", key, value, several, problems)
    for key, value in settings.items():
        if key == "baseline":
            yield from _baseline_of(file, value, typed, problems)
        else:
            yield from setting_of(file, key, value, problems)


def part(file: Path, data: Mapping[str, Plain], name: str, problems: list[Problem]) -> dict[str, Plain]:
    """One of the mappings the file consists of, without keys that mean nothing in it."""
    found = data.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        problems.append(Problem(f"{file} {name}", short_repr(found), "write lines of the form key: value below it"))
        return {}
    refused = {key: why for key in found if (why := why_not(name, key))}
    problems += [Problem(f"{file} {name}.{key}", short_repr(found[key]), why) for key, why in refused.items()]
    return {key: value for key, value in found.items() if key not in refused}


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


def word_of(
    file: Path, name: str, key: str, written: Plain, values: Iterable[Plain], problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    """The word that gives a key these values."""
    try:
        yield key, ",".join(as_typed(value) for value in values)
    except ValueError as error:
        problems.append(Problem(f"{file} {name}.{key}", short_repr(written), str(error)))


def _baseline_of(file: Path, value: Plain, typed: set[str], problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """The word for a baseline; keys that were typed have what was typed there too."""
    if not isinstance(value, dict):
        problems.append(
            Problem(f"{file} sweep.baseline", short_repr(value), "write a mapping: {staffing: traditional}")
        )
        return
    for key in filter(typed_only, map(str, value)):
        problems.append(Problem(f"{file} sweep.baseline.{key}", short_repr(value.get(key)), TYPED_ONLY))
    entries = {str(key): one for key, one in value.items() if key not in typed}
    words = [
        word for key, one in entries.items() for word in word_of(file, "sweep.baseline", key, one, [one], problems)
    ]
    if words:
        yield "sweep.baseline", " ".join(f"{key}={text}" for key, text in words)


def setting_of(file: Path, key: str, value: Plain, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """A word about the sweep itself; a file of rows lies beside the experiment."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        problems.append(Problem(f"{file} sweep.{key}", short_repr(value), "give a text or a whole number"))
    elif key != "csv":
        yield f"sweep.{key}", str(value)
    elif not lies_in(file.parent.parent, file.parent / str(value)):
        remedy = "lies outside the folder of the experiment: put the table beside it, or type sweep.csv=FILE"
        problems.append(Problem(f"{file} sweep.csv", short_repr(value), remedy))
    else:
        yield "sweep.csv", str(file.parent / str(value))


def as_typed(value: Plain) -> str:
    """A value of a file as it would be typed."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
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
