"""The two ends of an assumption's range as values of the config keys that hold it.

Which keys these are stands in `assumption_keys.csv`; what the department makes of the ends is left to `influence`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.register.distributions import DISTRIBUTIONS, FACTOR, quantiles
from sim.register.rows import Assumption, KeyOf, assumed_numbers

Values = tuple[float, ...]
ENDS_OF_TWO_PIECE = 0.475
"""Low and high of a two-piece distribution are its 2.5 and 97.5 % points, those of others its ends."""
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
    if row.distribution in DISTRIBUTIONS:
        two_piece = row.distribution.startswith("two-piece")
        share = 0.5 + sign * (ENDS_OF_TWO_PIECE if two_piece else 0.5)
        return tuple(float(f"{part:.8g}") for part in quantiles(row, np.array([share]))[0])
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
