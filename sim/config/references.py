"""References among the entries of files, `${group.key}`: which may be written, and that they lead to plain values.

Hydra and OmegaConf follow them; nothing outside the files can be referred to.
"""

import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

Plain = Any

REFERENCE = re.compile(r"\$\{(?P<dots>\.*)(?P<entry>[A-Za-z_][\w-]*(?:\.[\w-]+)*)\}", re.ASCII)
"""An entry by its key, or by its key from where the reference stands: `${demand.growth}`, `${.growth}`."""
MOST_REPEATED = 2**20
"""Characters and entries that references may repeat, so that a small file cannot stand for more than memory holds."""

Place = tuple[str | int, ...]


class ReferenceFault(ValueError):
    """A reference that leads nowhere or to another one, or more of them than files of settings have."""


def looks_elsewhere(text: str) -> bool:
    """The text has a reference to something else than an entry: the environment, the clock, one made by another."""
    return "${" in REFERENCE.sub("", text)


def has_references(data: Plain) -> bool:
    """A text in the data refers to something."""
    return any(True for _ in references_in(data))


def references_in(data: Plain, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text with a reference, after its place."""
    if isinstance(data, str) and "${" in data:
        yield place, data
    elif isinstance(data, dict):
        for key, inner in data.items():
            yield from references_in(inner, (*place, key))
    elif isinstance(data, list):
        for number, inner in enumerate(data):
            yield from references_in(inner, (*place, number))


def check_references(data: Plain) -> None:
    """Raise ReferenceFault unless every reference leads to an entry without references, and all repeat little."""
    repeated, sizes = 0, dict[int, int]()
    for place, text in references_in(data):
        if looks_elsewhere(text):
            raise ReferenceFault(f"{written(place)} = {text!r} refers to something outside the files")
        for match in REFERENCE.finditer(text):
            target = referred_to(data, place, match)
            if id(target) not in sizes:
                if has_references(target):
                    remedy = "refers to an entry that refers to others: write that one's value"
                    raise ReferenceFault(f"{written(place)} = {text!r} {remedy}")
                sizes[id(target)] = size_of(target)
            repeated += sizes[id(target)]
            if repeated > MOST_REPEATED:
                raise ReferenceFault(f"references repeat more than {MOST_REPEATED:,} characters: write fewer")


def referred_to(data: Plain, place: Place, match: "re.Match[str]") -> Plain:
    """What a reference leads to. Raises ReferenceFault where that is nothing."""
    n_dots = len(match["dots"])
    start = place[:-n_dots] if 0 < n_dots <= len(place) else ()
    try:
        return reduce(entry_of, (*start, *match["entry"].split(".")), data)
    except (KeyError, IndexError, ValueError, TypeError):
        raise ReferenceFault(f"{written(place)} = {match.group()!r}: no such entry") from None


def entry_of(data: Plain, segment: str | int) -> Plain:
    """One entry of a mapping or a list."""
    return data[int(segment)] if isinstance(data, list) else data[segment]


def size_of(data: Plain) -> int:
    """Entries and characters."""
    if isinstance(data, dict):
        return 1 + sum(size_of(key) + size_of(inner) for key, inner in data.items())
    if isinstance(data, list):
        return 1 + sum(map(size_of, data))
    return 1 + len(str(data))


def written(place: Place) -> str:
    """A place as a key."""
    return ".".join(map(str, place))
