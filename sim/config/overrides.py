"""Reading what was typed: `key=value` into a key and a plain value, every slip reported, none raised.

Whether the key exists is decided in `sim.config.places`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.department.scenario import Problem

PATH_KEYS = ("output", "visits", "run", "configs")
"""Keys whose value is a path, taken as typed."""

SHAPE = re.compile(r"(?P<plus>\+{0,2})(?P<key>[A-Za-z_][\w.\-/]*)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Override:
    """One typed override. `adds`: written with a plus, a new entry of a mapping is wanted."""

    key: str
    value: object
    text: str
    adds: bool = False


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
        return Problem(text.split("=")[0] or "command line", repr(text), "write key=value, without spaces around =")
    key, value, adds = shape["key"], shape["value"], bool(shape["plus"])
    if key in PATH_KEYS:
        return Override(key, value if value not in ("", "null") else None, text, adds)
    if value == "":
        return Problem(key, "nothing", "give a value after =, or null for none")
    return parsed(key, value, text, adds)


def parsed(key: str, value: str, text: str, adds: bool) -> Override | Problem:
    """The value by the grammar Hydra users know."""
    from hydra.core.override_parser.overrides_parser import OverridesParser  # slow to load
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(f"{key}={value}")
    except HydraException:
        remedy = "cannot be read: put text in quotes, as in '\"text\"', and close every bracket"
        return Problem(key, repr(value), remedy)
    if override.is_sweep_override():
        return Problem(key, repr(value), "several values: give one here; a list is written [a,b], a sweep needs -m")
    return Override(key, override.value(), text, adds)
