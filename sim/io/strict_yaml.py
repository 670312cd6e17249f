"""Read YAML strictly: plain data of bounded size, and nothing that two readers could take in two ways.

Refused are a key that occurs twice in a mapping, tags, entries nested too deeply, and more entries than a file of
settings has, those that aliases repeat counted each time. Words mean what they do to PyYAML's safe loader (YAML 1.1),
but that clock times are texts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import yaml

from sim.io.bounded_reader import UnreadableFile, read_text
from sim.io.plain_data import Plain

MOST_YAML_BYTES = 4 * 2**20
"""The shipped files have 16 kB at most; PyYAML reads some 700 kB a second, so that a file is read or refused in 6 s."""
MOST_YAML_ENTRIES = 100_000
"""Keys, values and containers of a file. The shipped files have 1,500 at most."""
MOST_NESTED = 40
"""Containers in containers. The shipped files nest 8 deep; composing a node calls itself, and 200 would be too many."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_CURES = (
    (r"character '\\t'", "indent with spaces, not tabs"),
    ("cannot start any token", "put the text in quotes"),
    ("end of stream", "a text that begins with a quote ends with the same quote: add the one that is missing"),
    (r"expected ',' or|found '[\]}]'", "close each [ with ] and each { with }, with commas between the entries"),
    (
        "mapping values are not allowed|expected ':'|expected <block end>",
        "look at this line and the one above: write key: value with a space after the colon, "
        "indent keys of one level alike, and put a text with a colon in quotes",
    ),
)
"""Patterns of PyYAML's messages, and the remedy for each; the first that matches is given."""
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
Resolvers = dict[str, list[tuple[str, "re.Pattern[str]"]]]
"""Patterns of plain words by their first character, each with the tag of what it is read as."""


def _without_base_60(resolvers: Resolvers) -> Resolvers:
    """The same, but for `22:30`: a clock time is a text, and not the 1,350 that YAML 1.1 reads."""
    return {
        first: [
            (tag, re.compile(rf"(?!.*:)(?:{pattern.pattern})", pattern.flags) if tag in _NUMBERS else pattern)
            for tag, pattern in several
        ]
        for first, several in resolvers.items()
    }


class QuickLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Ten times faster, but crashes on deep nesting: for files that are shipped or have been read strictly.

    `1e3` is a number, as in YAML 1.2 and everywhere else, and a date is a text.
    """


QuickLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[eE][-+]?\d+$"), list("-+.0123456789")
)
QuickLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in _without_base_60(QuickLoader.yaml_implicit_resolvers).items()
}


def read_yaml(file: Path) -> Plain:
    """The data of a YAML file, None if it is empty. Raises UnreadableFile."""
    return parsed_yaml(file, read_text(file, MOST_YAML_BYTES))


def parsed_yaml(file: Path, text: str) -> Plain:
    """The data of a text; `file` is named in errors. Raises UnreadableFile."""
    with _loader(file, text) as loader:
        return loader.get_single_data()


def nodes_of_checked(file: Path, text: str) -> yaml.Node | None:
    """The nodes of a text, which know their lines, None if it is empty; of a file that is shipped or that `read_yaml`
    has accepted, which is named in errors. Raises UnreadableFile."""
    try:
        return yaml.compose(text, QuickLoader)
    except yaml.YAMLError as error:
        raise _not_yaml(file, error) from error


@contextmanager
def _loader(file: Path, text: str) -> Iterator["StrictLoader"]:
    """A loader for a text, whose errors become UnreadableFile."""
    try:
        loader = StrictLoader(text, file)
        try:
            yield loader
        finally:
            loader.dispose()
    except UnreadableFile:
        raise
    except yaml.YAMLError as error:
        raise _not_yaml(file, error) from error
    except (ValueError, OverflowError) as error:  # a date that does not exist, a number of too many digits
        raise UnreadableFile(file, repr(file.name), f"cannot be read ({error}): correct the file") from error


def read_checked_yaml(file: Path) -> Plain:
    """The same as `read_yaml`, quickly, of a file that is shipped or that `read_yaml` has accepted."""
    return yaml.load(read_text(file, MOST_YAML_BYTES), QuickLoader)


def _not_yaml(file: Path, error: yaml.YAMLError) -> UnreadableFile:
    """PyYAML's error as an UnreadableFile with line and remedy."""
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}" if mark is not None else "its text"
    why = getattr(error, "problem", None) or "a character that YAML does not allow"
    cure = next((cure for found, cure in _CURES if re.search(found, why)), "correct the file")
    return UnreadableFile(file, line, f"not valid YAML ({why}): {cure}")


class StrictLoader(yaml.SafeLoader):
    """Checks nodes while they are composed, so that nothing large or deep is ever made."""

    yaml_implicit_resolvers = _without_base_60(yaml.SafeLoader.yaml_implicit_resolvers)

    def __init__(self, text: str, file: Path) -> None:
        super().__init__(text)
        self.file = file
        self.depth = 0
        self.n_entries = 0
        self.entries_below: dict[int, int] = {}
        """Entries of each node that has an anchor, itself and what aliases in it repeat included, by its identity."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return self.repeated(super().compose_node(parent, index), str(event.anchor), line)
        if getattr(event, "tag", None) is not None:
            remedy = "a tag (!) is not read here: write the value itself, a text in quotes"
            self.refuse(f"{event.tag!r} in line {line}", remedy)
        if isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            self.refuse(f"line {line}", r"half of a character (\ud800 to \udfff): write the whole character")
        before = self.n_entries
        self.count(1, line)
        self.depth += 1
        if self.depth > MOST_NESTED:
            self.refuse(f"line {line}", f"nested more than {MOST_NESTED} deep, as no settings are: correct the file")
        node = super().compose_node(parent, index)
        self.depth -= 1
        if event.anchor is not None:
            self.entries_below[id(node)] = self.n_entries - before
        return node

    def repeated(self, node: yaml.Node | None, name: str, line: int) -> yaml.Node | None:
        """The node an alias repeats, counted again."""
        if id(node) not in self.entries_below:
            self.refuse(f"'*{name}' in line {line}", "repeats what it stands in, without end: write the entries out")
        self.count(self.entries_below[id(node)], line)
        return node

    def count(self, n: int, line: int) -> None:
        """So many entries more."""
        self.n_entries += n
        if self.n_entries > MOST_YAML_ENTRIES:
            found = f"{self.n_entries:,} entries up to line {line}, repeated ones included"
            self.refuse(
                found, f"at most {MOST_YAML_ENTRIES:,} are read: check that it is the right file, and its aliases"
            )

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        first: dict[object, yaml.Node] = {}
        for key, _ in node.value:
            for meaning in self.meanings(key):
                earlier = first.setdefault(meaning, key)
                if earlier is not key:
                    where = f"first in line {earlier.start_mark.line + 1}"
                    remedy = f"this key stands there twice, {where}: keep one of the two"
                    self.refuse(f"{key.value!r} in line {key.start_mark.line + 1}", remedy)
        return node

    def meanings(self, key: yaml.Node) -> tuple[object, ...]:
        """What must not be the same for two keys of a mapping: how they are written, and what they are read as."""
        if not isinstance(key, yaml.ScalarNode):
            return ()
        if key.tag == "tag:yaml.org,2002:merge":
            return (("written", key.value),)
        return (("written", key.value), ("read", self.construct_object(key)))

    def refuse(self, value: str, remedy: str) -> NoReturn:
        """Raise what is wrong with the file."""
        raise UnreadableFile(self.file, value, remedy)
