"""The two ends of an assumption's range as values of the config keys that hold it.

Which keys these are stands in `assumption_keys.csv`; what the department makes of the ends is left to `influence`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from sim.analysis.assumptions import Assumption, KeyOf, assumed_numbers

Values = tuple[float, ...]
FACTOR = re.compile(r"x([\d.]+)")
DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class End:
    """One end of the range of a row: what each of its keys is set to, as it would be typed."""

    id: str
    side: str
    settings: tuple[tuple[str, str], ...]


def ends_of(row: Assumption, keys: Sequence[KeyOf]) -> list[End]:
    """The low and the high end; none of a row without a range, or that is never drawn."""
    values = assumed_numbers(row)
    if values is None or not row.low or row.low == row.value == row.high:
        return []
    sides = [("low", row.low, -1), ("high", row.high, 1)]
    found = [(side, at_end(row, values, text, sign)) for side, text, sign in sides]
    return [End(row.id, side, settings_of(end, keys)) for side, end in found if end != values]


def at_end(row: Assumption, values: Values, text: str, sign: int) -> Values:
    """The row's value at one end, as the register's word for its distribution reads."""
    if all(key in row.quantity for key in ("Heads", "shift start")):
        return with_a_head_more(values, sign)
    if row.distribution == "common shift, uniform":
        return tuple((value + float(text)) % DAY_HOURS for value in values)
    if row.distribution == "dirichlet":
        low, high = (tuple(float(part) for part in limit.split("/")) for limit in (row.low, row.high))
        return tilted(values, low, high, sign)
    if (factor := FACTOR.fullmatch(text)) is None:
        return tuple(float(part) for part in text.split("/"))
    if row.unit.startswith("index") or row.distribution.startswith("departure"):
        mean = sum(values) / len(values)
        return tuple(mean + float(factor[1]) * (value - mean) for value in values)
    most = 1.0 if row.unit == "proportion" else float("inf")
    whole = row.unit.startswith("twelfths")
    scaled = (min(value * float(factor[1]), most) for value in values)
    return tuple(float(round(value)) if whole else value for value in scaled)


def with_a_head_more(values: Values, sign: int) -> Values:
    """Heads are whole: one more, or one less, where there are most."""
    place = values.index(max(values))
    return (*values[:place], values[place] + sign, *values[place + 1 :])


def tilted(values: Values, low: Values, high: Values, sign: int) -> Values:
    """A mix tilted to its later parts (to its earlier ones if `sign` is negative) until one of them is at a limit."""
    least, most = 0.0, 8.0
    for _ in range(60):
        middle = (least + most) / 2
        parts = leaning(values, sign * middle)
        inside = all(a <= part <= b for a, part, b in zip(low, parts, high, strict=True))
        least, most = (middle, most) if inside else (least, middle)
    return tuple(round(part, 6) for part in leaning(values, sign * least))


def leaning(values: Values, slope: float) -> Values:
    """Each part times exp(slope x place), brought back to their total."""
    weights = [value * exp(slope * place) for place, value in enumerate(values)]
    return tuple(sum(values) * weight / sum(weights) for weight in weights)


def settings_of(values: Values, keys: Sequence[KeyOf]) -> tuple[tuple[str, str], ...]:
    """The value of each key of a row."""
    return tuple((key.key, typed(key, values)) for key in keys)


def typed(key: KeyOf, values: Values) -> str:
    """One value, or a list, as it stands in a config file; times of day as such."""
    if key.key.endswith(".start"):
        minutes = round(values[key.entry or 0] * key.scale)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if key.entry is not None or len(values) == 1:
        return number(values[key.entry or 0] * key.scale)
    return f"[{','.join(number(value * key.scale) for value in values)}]"


def number(value: float) -> str:
    """Whole numbers as such; the others as short as they are the same."""
    return f"{value:.0f}" if value == round(value) else f"{value:.8g}"
