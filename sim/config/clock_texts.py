"""Texts with a colon that YAML 1.1 reads as numbers: `start: 22:30` without quotes is 1350 there, in base 60.

The file of a choice says how they were written; that a clock time is a text is up to `sim.department.roster`.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from sim.config.files import stamp_of, with_inherited
from sim.config.key_paths import KeyPath, Plain, copied, value_at
from sim.io.strict_yaml import nodes_of

NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def with_texts_as_written(folders: tuple[Path, ...], choices: Mapping[str, str], composed: Plain) -> Plain:
    """Groups by name, with every number that was written with a colon as that text again.

    Only files of the user's own are looked at, those of the shipped folder have quotes.
    """
    if len(folders) == 1:
        return composed
    changed = dict(composed)
    for group, name in choices.items():
        for place, text in texts_of(folders, group, name).items():
            try:
                number = value_at(changed[group], place)
            except (KeyError, IndexError, TypeError):
                continue
            if isinstance(number, int | float):  # a reference to another entry may stand there by now
                changed[group] = copied(changed[group])
                value_at(changed[group], place[:-1])[place[-1]] = text
    return changed


def texts_of(folders: tuple[Path, ...], group: str, name: str) -> dict[KeyPath, str]:
    """Texts read as numbers, by their place in the group; what an heir writes there counts."""
    found: dict[KeyPath, str] = {}
    for file in with_inherited(folders, group, name):
        if file.is_relative_to(folders[0]):
            continue
        for place, text in scalars_once(file, stamp_of(file)):
            if text is None:
                found.pop(place, None)
            else:
                found[place] = text
    return found


@lru_cache(maxsize=256)
def scalars_once(file: Path, stamp: int) -> tuple[tuple[KeyPath, str | None], ...]:
    """Every scalar of a sound file: its place, and its text if that is a number with a colon."""
    return tuple(scalars_in(nodes_of(file)))


def scalars_in(node: yaml.Node | None, place: KeyPath = ()) -> Iterator[tuple[KeyPath, str | None]]:
    """The same of one node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars_in(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from scalars_in(value, (*place, number))
    elif isinstance(node, yaml.ScalarNode):
        yield place, node.value if node.tag in NUMBERS and ":" in node.value else None
