"""Plain data, as YAML gives it or a model is dumped to, and the places of its entries.

Entries of lists are found by number, or by the `name` they have.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

Plain = Any
"""Nested dicts, lists and scalars."""

KeyPath = tuple[str | int, ...]


def copied(data: Plain) -> Plain:
    """A copy that shares nothing that can be changed, tuples as lists; many times faster than `copy.deepcopy`."""
    if isinstance(data, dict):
        return {key: copied(inner) for key, inner in data.items()}
    return [copied(inner) for inner in data] if isinstance(data, list | tuple) else data


def with_values(data: Plain, values: Iterable[tuple[KeyPath, Plain]]) -> Plain:
    """The data with other values at places that are there, each below the top; the rest is shared with `data`."""
    copies: dict[KeyPath, Plain] = {(): copy(data)}
    for place, value in values:
        for depth in range(1, len(place)):
            if place[:depth] not in copies:
                around = copies[place[: depth - 1]]
                around[place[depth - 1]] = copies[place[:depth]] = copy(around[place[depth - 1]])
        copies.pop(place, None)  # what was copied there is there no more
        copies[place[:-1]][place[-1]] = value
    return copies[()]


def entry_named(here: Plain, segment: str) -> str | int | None:
    """The key or number a typed word means here; None where there is no such entry."""
    if isinstance(here, dict):
        return segment if segment in here else None
    if isinstance(here, list):
        if segment.isdigit() and int(segment) < len(here):
            return int(segment)
        return next((n for n, item in enumerate(here) if isinstance(item, dict) and item.get("name") == segment), None)
    return None


def has_entry(here: Plain, found: str | int) -> bool:
    """Something stands under this key or number."""
    if isinstance(here, list):
        return isinstance(found, int) and found < len(here)
    return isinstance(here, dict) and found in here


def keys_at(here: Plain) -> list[str | int]:
    """Keys of a mapping, numbers of a list."""
    if isinstance(here, dict):
        return list(here)
    return list(range(len(here))) if isinstance(here, list) else []


def entries_in(data: Plain, place: KeyPath = ()) -> Iterator[tuple[KeyPath, Plain]]:
    """The data and all that is in them, with their places."""
    yield place, data
    for key in keys_at(data):
        yield from entries_in(data[key], (*place, key))


def value_at(data: Plain, place: KeyPath) -> Plain:
    """What stands at a place; KeyError or IndexError where nothing does."""
    for segment in place:
        if not isinstance(data, dict | list):
            raise KeyError(segment)
        data = data[segment]  # type: ignore[index]
    return data


def value_or(data: Plain, place: KeyPath, default: Plain) -> Plain:
    """What stands at a place, or the default where nothing does."""
    try:
        return value_at(data, place)
    except (KeyError, IndexError, TypeError):
        return default


def typed_path(data: Plain, place: KeyPath) -> str:
    """A place as users write it: steps by their names."""
    words: list[str] = []
    here: Plain = data
    for segment in place:
        listed = isinstance(here, list) and not isinstance(segment, int)
        here = here[segment] if not listed and has_entry(here, segment) else None
        name = here.get("name") if isinstance(segment, int) and isinstance(here, dict) else None
        words.append(name if isinstance(name, str) else str(segment))
    return ".".join(words)
