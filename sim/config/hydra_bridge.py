"""Hydra's grammar of values: what `key=value` says, one value or several. The only module that imports Hydra.

It is loaded where a value is read: a command without one does not wait for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class OneValue:
    """One value, as plain data."""

    value: Any


@dataclass(frozen=True, slots=True)
class TypedInterval:
    """`interval(a,b)`, its ends as typed."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SeveralValues:
    """`a,b`, `choice(a,b)` or `range(1,4)`: each value as it would be typed alone; None where they have no order."""

    texts: Iterator[str] | None


_one_at_a_time = Lock()
"""The parser keeps tables of what it has met, which threads would change under each other."""


def read_value(key: str, text: str) -> OneValue | TypedInterval | SeveralValues | None:
    """What a text says; None where the grammar cannot read it."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Transformer
    from hydra.errors import HydraException

    try:
        with _one_at_a_time:
            override = OverridesParser.create().parse_override(f"{key}={text}")
    except (HydraException, ValueError, RecursionError):  # too many digits for Python, brackets in brackets
        return None
    value: Any = override.value()
    if override.is_interval_sweep():
        return TypedInterval(float(value.start), float(value.end))
    if not override.is_sweep_override():
        return OneValue(value)
    if getattr(value, "shuffle", True):
        return SeveralValues(None)
    return SeveralValues(
        range_texts(value) if override.is_range_sweep() else map(str, override.sweep_iterator(Transformer.str))
    )


def range_texts(value: Any) -> Iterator[str]:
    """The numbers of a range as typed; exact, where steps in binary fractions would now and then reach the stop."""
    whole = all(isinstance(end, int) for end in (value.start, value.stop, value.step))
    at, stop, step = (Decimal(str(end)) for end in (value.start, value.stop, value.step))
    while (step > 0 and at < stop) or (step < 0 and at > stop):
        yield str(int(at) if whole else float(at))
        at += step
