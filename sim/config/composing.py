"""Files of a group put together: each over those it inherits from, and references replaced by what they refer to.

A reference, `${group.key}`, leads to a plain value of the files and to nothing outside them. Files have been vetted
before (`sim.config.files`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path

from sim.config.key_paths import KeyPath, Plain, copied, entries_in
from sim.io.strict_yaml import read_checked_yaml

LIST_AND_MAPPING = (
    "a list stands where a mapping is inherited, or the other way round: write entries as name: {…}, without -"
)
REFERENCE = re.compile(r"\$\{(?P<dots>\.*)(?P<entry>[A-Za-z_][\w-]*(?:\.[\w-]+)*)\}", re.ASCII)
"""An entry by its key, or by its key from where the reference stands: `${demand.growth}`, `${.growth}`."""
MOST_REPEATED = 2**20
"""Characters that references may repeat, so that a small file cannot stand for more than memory holds."""


class ComposeFault(ValueError):
    """Files that cannot be put together, and why."""


def merge_files(files: Sequence[Path]) -> dict[str, Plain]:
    """The data of files, each over those before it; data that are shared with no other answer.

    Raises ComposeFault. Mappings are merge_files, everything else is replaced: a list by a list, a value by a value.
    """
    data: dict[str, Plain] = {}
    for file in files:
        own = read_checked_yaml(file) or {}
        put_over(data, {key: value for key, value in own.items() if key != "defaults"}, ())
    return data


def put_over(below: dict[str, Plain], above: Mapping[str, Plain], place: KeyPath) -> None:
    """Merge a mapping into another one. Raises ComposeFault."""
    for key, value in above.items():
        here, old = (*place, key), below.get(key)
        if not isinstance(key, str | int | float):
            raise ComposeFault(f"{written(here)}: a key is a text or a number")
        if {type(value), type(old)} == {dict, list}:
            raise ComposeFault(f"{written(here)}: {LIST_AND_MAPPING}")
        if isinstance(value, dict):
            below[key] = old if isinstance(old, dict) else {}
            put_over(below[key], value, here)
        else:
            below[key] = value


def resolved(data: Plain) -> Plain:
    """The data with references replaced by what they refer to; the data themselves without any. Raises ComposeFault."""
    if not has_references(data):
        return data
    check_references(data)
    return _replaced(data, data, ())


def _replaced(root: Plain, data: Plain, place: KeyPath) -> Plain:
    """A copy of some data, which stand at a place of the whole, with what its references lead to."""
    if isinstance(data, dict):
        return {key: _replaced(root, inner, (*place, key)) for key, inner in data.items()}
    if isinstance(data, list):
        return [_replaced(root, inner, (*place, number)) for number, inner in enumerate(data)]
    if not isinstance(data, str):
        return data
    if alone := REFERENCE.fullmatch(data):
        return copied(referred_to(root, place, alone))
    return REFERENCE.sub(lambda match: str(referred_to(root, place, match)), data)


def looks_elsewhere(text: str) -> bool:
    """The text has a reference to something else than an entry: the environment, the clock, one made by another."""
    return "${" in REFERENCE.sub("", text)


def has_references(data: Plain) -> bool:
    """A text in the data refers to something."""
    return any(True for _ in references_in(data))


def references_in(data: Plain) -> Iterator[tuple[KeyPath, str]]:
    """Every text with a reference, after its place."""
    return ((place, text) for place, text in entries_in(data) if isinstance(text, str) and "${" in text)


def check_references(data: Plain) -> None:
    """Raise ComposeFault unless every reference leads to an entry without references, and all repeat little."""
    repeated, sizes = 0, dict[int, int]()
    for place, text in references_in(data):
        if looks_elsewhere(text):
            raise ComposeFault(f"{written(place)} = {text!r} refers to something outside the files")
        for match in REFERENCE.finditer(text):
            target = referred_to(data, place, match)
            if id(target) not in sizes:
                if has_references(target):
                    remedy = "refers to an entry that refers to others: write that one's value"
                    raise ComposeFault(f"{written(place)} = {text!r} {remedy}")
                sizes[id(target)] = len(repr(target))
            repeated += sizes[id(target)]
            if repeated > MOST_REPEATED:
                raise ComposeFault(f"references repeat more than {MOST_REPEATED:,} characters: write fewer")


def referred_to(data: Plain, place: KeyPath, match: "re.Match[str]") -> Plain:
    """What a reference leads to. Raises ComposeFault where that is nothing."""
    n_dots = len(match["dots"])
    start = place[:-n_dots] if 0 < n_dots <= len(place) else ()
    try:
        return reduce(entry_of, (*start, *match["entry"].split(".")), data)
    except (KeyError, IndexError, ValueError, TypeError):
        raise ComposeFault(f"{written(place)} = {match.group()!r}: no such entry") from None


def entry_of(data: Plain, segment: str | int) -> Plain:
    """One entry of a mapping or a list."""
    return data[int(segment)] if isinstance(data, list) else data[segment]


def written(place: KeyPath) -> str:
    """A place as a key."""
    return ".".join(map(str, place))
