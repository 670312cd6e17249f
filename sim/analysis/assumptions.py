"""Which rows of the assumption register stand behind a set of config files.

Files are read as text with their comments; composing them is left to `sim.config`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml

from sim.department.scenario import Problem, ScenarioError
from sim.io.bounded_reader import read_text
from sim.io.strict_yaml import MOST_YAML_BYTES, QuickLoader, nodes_of_checked
from sim.register.rows import Assumption

ID = re.compile(r"\b[A-Z]{3,4}\d\d\b")
RANGE = re.compile(r"\b([A-Z]{3,4})(\d\d)-(\d\d)\b")
CLOCK = re.compile(r"\d\d:\d\d")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
STRUCTURAL = "structural"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a config file: its key in the file, its text, and the comment that ends its line."""

    file: Path
    line: int
    key: str
    text: str
    comment: str

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids the comment names, ranges like ARR17-21 written out."""
        return ids_in(self.comment)

    @property
    def own_ids(self) -> tuple[str, ...]:
        """Ids whose value this is; those in brackets are what it comes from."""
        return ids_in(re.sub(r"\([^)]*\)", "", self.comment))

    @property
    def structural(self) -> bool:
        """The comment says that this is a choice of form, not a fact."""
        return STRUCTURAL in self.comment


def ids_in(text: str) -> tuple[str, ...]:
    """Ids of the register named in a text, in order, each once."""
    spelled = RANGE.sub(_written_out, text)
    return tuple(dict.fromkeys(ID.findall(spelled)))


def _written_out(match: re.Match[str]) -> str:
    """ARR17-19 as ARR17 ARR18 ARR19."""
    letters, first, last = match.groups()
    return " ".join(f"{letters}{number:02d}" for number in range(int(first), int(last) + 1))


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a config file holds: its numbers, the keys it sets (lists as wholes), what it names in its defaults."""

    numbers: tuple[Number, ...]
    settings: tuple[str, ...]
    defaults: tuple[str, ...]


def config_file(file: Path) -> ConfigFile:
    """What stands in a file that is shipped or that has been read strictly."""
    return _config_file(file, read_text(file, MOST_YAML_BYTES))


@lru_cache(maxsize=512)  # every study asks for the same dozen files, a sweep of files of one's own for some more
def _config_file(file: Path, text: str) -> ConfigFile:
    root = nodes_of_checked(file, text)
    if root is None:
        return ConfigFile((), (), ())
    comments = comments_of(text)
    numbers = (
        Number(file, node.start_mark.line + 1, ".".join(key), node.value, comments.get(node.start_mark.line, ""))
        for key, node in scalars(root, ())
        if is_number(node)
    )
    return ConfigFile(tuple(numbers), tuple(".".join(key) for key in keys_set(root, ())), tuple(defaults_of(root)))


def numbers_in(file: Path) -> tuple[Number, ...]:
    """Every number of a YAML file with its key; times of day in quotes count, numbers in other text do not."""
    return config_file(file).numbers


def is_number(node: yaml.ScalarNode) -> bool:
    """A YAML number, a date, or a time of day."""
    numeric = node.tag.rpartition(":")[2] in ("int", "float")
    return numeric or any(form.fullmatch(node.value) for form in (CLOCK, DATE))


def scalars(node: yaml.Node, key: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    """Scalar values below a node with their keys; entries of lists by `name`, else by number."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from scalars(value, (*key, str(name.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from scalars(value, (*key, _name_of(value) or str(number)))
    elif isinstance(node, yaml.ScalarNode):
        yield key, node


def _name_of(node: yaml.Node) -> str | None:
    """The `name` of a mapping."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((str(value.value) for name, value in node.value if name.value == "name"), None)


def comments_of(text: str) -> dict[int, str]:
    """The comment that ends each line, by line number from 0; a # inside quoted text is none.

    A comment starts at the first # that follows blank space behind the last token of its line.
    """
    ends: dict[int, int] = {}
    for token in yaml.scan(text, Loader=QuickLoader):
        if not isinstance(token, yaml.BlockEndToken | yaml.StreamEndToken):
            mark = token.end_mark
            ends[mark.line] = max(ends.get(mark.line, 0), mark.column)
    found = {}
    for number, line in enumerate(text.splitlines()):
        _, mark_found, comment = line[ends.get(number, 0) :].partition("#")
        if mark_found:
            found[number] = comment.strip()
    return found


def assumptions_in_use(
    files: Iterable[Path],
    register: dict[str, Assumption],
    overridden: Collection[str] = (),
    chosen: Collection[Path] = (),
) -> list[Assumption]:
    """Rows named by the numbers of these files, in order of the register, with the keys that name them.

    `files` as `Composed.files`: a group's key is its folder. A number that an heir's file replaces is not in use,
    unless another file keeps it; `chosen` (`Composed.chosen`) are files in use for themselves although others inherit
    from them. `overridden` are keys set on the command line; a row in use there is kept and says so. Raises
    ScenarioError for ids the register does not hold.
    """
    files = list(files)
    places: dict[str, list[str]] = {}
    named_in: dict[str, list[str]] = {}
    unknown: list[Problem] = []
    for number in numbers_in_use(files, frozenset(chosen)):
        folder = number.file.parent.name
        group = "" if folder == "configs" else f"{folder}."
        for name in number.ids:
            places.setdefault(name, []).append(group + number.key)
            named_in.setdefault(name, []).append(f"{folder}/{number.file.name}")
            if name not in register:
                remedy = "not in the assumption register: correct the comment"
                unknown.append(Problem(f"{number.file} line {number.line}", name, remedy))
    if unknown:
        raise ScenarioError(unknown)
    rows = {name: in_use(row, places[name], overridden) for name, row in register.items() if name in places}
    return [replace(row, files=tuple(dict.fromkeys(named_in[name]))) for name, row in rows.items()]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are wanted: each of the `words` in its id, text or key, one of the `sources` in its source, one of the
    `grades`, in one of the `files`. What is empty asks for nothing."""

    words: Sequence[str] = ()
    sources: Sequence[str] = ()
    grades: Sequence[str] = ()
    files: Sequence[str] = ()

    def holds(self, row: Assumption) -> bool:
        """Whether a row is one of those."""
        text = " ".join((row.id, row.quantity, row.value, row.unit, row.note, *row.places)).casefold()
        source = f"{row.source} {row.doi}".casefold()
        return (
            all(word.casefold() in text for word in self.words)
            and (not self.sources or any(name.casefold() in source for name in self.sources))
            and (not self.grades or row.grade in self.grades)
            and (not self.files or any(name in file for name in self.files for file in row.files))
        )

    def text(self) -> str:
        """`words nurse, grade C`; empty where nothing is asked for."""
        asked = {"words": self.words, "source": self.sources, "grade": self.grades, "file": self.files}
        return ", ".join(
            f"{name} {(' and ' if name == 'words' else ' or ').join(values)}"
            for name, values in asked.items()
            if values
        )


def numbers_in_use(files: Sequence[Path], chosen: frozenset[Path]) -> list[Number]:
    """Numbers that stand in at least one of the final files or reach it unchanged, in the order of the files."""
    parents = {file: parents_of(file, files) for file in files}
    inherited = {parent for found in parents.values() for parent in found}
    finals = [file for file in files if file not in inherited or file in chosen]
    kept: dict[Path, set[int]] = {file: set() for file in files}
    numbers = {file: numbers_in(file) for file in files}
    for final in finals:
        later = SettingsLater(set(), set())
        for file in reversed(lineage(final, parents)):
            kept[file] |= {n for n, number in enumerate(numbers[file]) if not later.replace(number.key)}
            later.add(config_file(file).settings)
    return [number for file in files for n, number in enumerate(numbers[file]) if n in kept[file]]


def lineage(file: Path, parents: dict[Path, tuple[Path, ...]]) -> list[Path]:
    """A file after those it inherits from, each once, at its last place."""
    found = [one for parent in parents[file] for one in lineage(parent, parents)] + [file]
    return list(dict.fromkeys(reversed(found)))[::-1]


def parents_of(file: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """The files of its own group that a file names in its defaults."""
    group = {other.stem: other for other in files if other.parent.name == file.parent.name}
    return tuple(group[entry] for entry in config_file(file).defaults if entry in group)


def defaults_of(root: yaml.Node) -> Iterator[str]:
    """Texts in the list of defaults of a file."""
    entries = dict(root.value) if isinstance(root, yaml.MappingNode) else {}
    for name, node in entries.items():
        if name.value == "defaults" and isinstance(node, yaml.SequenceNode):
            yield from (str(entry.value) for entry in node.value if isinstance(entry, yaml.ScalarNode))


def keys_set(node: yaml.Node, key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Keys below a node that are set and not merged."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from keys_set(value, (*key, str(name.value)))
    else:
        yield key


@dataclass(frozen=True, slots=True)
class SettingsLater:
    """Keys that later files set, and the keys `above` them, of which they are a part."""

    keys: set[str]
    above: set[str]

    def add(self, keys: Iterable[str]) -> None:
        """Further keys that are set later."""
        for key in keys:
            self.keys.add(key)
            self.above.update(keys_above(key))

    def replace(self, key: str) -> bool:
        """Whether one of them replaces this key, or a list it stands in: whether one `touches` it."""
        return key in self.above or key in self.keys or any(above in self.keys for above in keys_above(key))


def keys_above(key: str) -> Iterator[str]:
    """`a` and `a.b` of `a.b.c`."""
    end = key.find(".")
    while end >= 0:
        yield key[:end]
        end = key.find(".", end + 1)


def in_use(row: Assumption, places: Iterable[str], overridden: Collection[str]) -> Assumption:
    """The row with where it is used and where its value was replaced."""
    keys = tuple(dict.fromkeys(places))
    changed = tuple(key for key in overridden if any(touches(key, place) for place in keys))
    return replace(row, places=keys, overridden=changed)


def touches(override: str, place: str) -> bool:
    """Setting a key sets everything below it, and changes what it is part of."""
    return f"{place}.".startswith(f"{override}.") or f"{override}.".startswith(f"{place}.")
