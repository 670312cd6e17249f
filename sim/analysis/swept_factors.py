"""What varies in a sweep, and which of its scenarios are compared: those of one world, and neighbours along a number.

A factor is a key that has several values. Where scenarios are of several worlds (demand, boarding, effects), a
difference from the first of all mixes what was chosen with what nobody chooses: each is then compared with the first
of its own world.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_NEXT_WORD = re.compile(r" (?=[+~]{0,2}[\w@./-]+=)")
"""Where one `key=value` of a label ends and the next begins; a value may hold blanks."""
MOST_PIVOT_COLUMNS, MOST_PIVOT_ROWS = 8, 30
"""Values of the factors of a pivot; with more nobody reads it as one."""
LEAST_FILLED = 0.75
"""Share of the combinations of two factors that have to be there for a pivot of them."""
_Pair = tuple[int, int]


@dataclass(frozen=True)
class Factor:
    """A key and its values as they were typed, in their order."""

    key: str
    values: tuple[str, ...]

    @cached_property
    def numbers(self) -> tuple[float, ...] | None:
        """The values as numbers; None where one is a name."""
        try:
            return tuple(float(value) for value in self.values)
        except ValueError:
            return None

    @property
    def is_curve(self) -> bool:
        """Three numbers or more."""
        return self.numbers is not None and len(self.values) > 2

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition(".")[2]

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """Values from low to high where they are numbers, else as they were typed."""
        if self.numbers is None:
            return self.values
        return tuple(value for _, value in sorted(zip(self.numbers, self.values, strict=True)))


@dataclass(frozen=True)
class SweptFactors:
    """The factors of the scenarios with these labels, of which `value_of` has the values."""

    labels: tuple[str, ...]
    factors: tuple[Factor, ...]
    value_of: Mapping[str, Mapping[str, str]]

    @cached_property
    def label_at(self) -> Mapping[tuple[str, ...], str]:
        """The first label of each combination of values, one value for each factor."""
        found: dict[tuple[str, ...], str] = {}
        for label in self.labels:
            found.setdefault(tuple(self.value_of[label].get(factor.key, "") for factor in self.factors), label)
        return found

    @property
    def is_pivot(self) -> bool:
        """Two factors whose combinations are there, few enough for a table of rows and columns."""
        if len(self.factors) != 2:
            return False
        few, many = sorted(len(factor.values) for factor in self.factors)
        return few <= MOST_PIVOT_COLUMNS and many <= MOST_PIVOT_ROWS and len(self.label_at) >= LEAST_FILLED * few * many

    @cached_property
    def rows_and_columns(self) -> tuple[Factor, Factor]:
        """The factor of the rows of a pivot, which has no fewer values than the other, and that of its columns."""
        one, other = self.factors
        return (one, other) if len(one.values) >= len(other.values) else (other, one)

    def at(self, one: Factor, value: str, other: Factor, other_value: str) -> str | None:
        """The label at two values, of factors in either order."""
        values = {one.key: value, other.key: other_value}
        return self.label_at.get(tuple(values[factor.key] for factor in self.factors))

    def lines(self, along: Factor) -> list[tuple[str, list[str]]]:
        """Of every value of the other factor, or of none, the labels along a factor in its order."""
        rest = [factor for factor in self.factors if factor != along]
        if not rest:
            return [("", [self.label_at[(value,)] for value in along.in_order if (value,) in self.label_at])]
        (other,) = rest
        found = [(value, [self.at(along, each, other, value) for each in along.in_order]) for value in other.values]
        return [(value, [label for label in labels if label is not None]) for value, labels in found]


def words_of_label(label: str) -> list[str]:
    """The `key=value` words of a scenario's label; of a label of another kind the whole of it."""
    return _NEXT_WORD.split(label)


def factors_of(labels: Sequence[str]) -> SweptFactors:
    """What varies, read from labels of the form `key=value key=value`."""
    pairs = {label: (word.lstrip("+~").partition("=") for word in words_of_label(label)) for label in labels}
    value_of = {label: {key: value for key, equals, value in words if equals} for label, words in pairs.items()}
    keys = dict.fromkeys(key for values in value_of.values() for key in values)
    factors = []
    for key in keys:
        values = tuple(dict.fromkeys(values[key] for values in value_of.values() if key in values))
        if len(values) > 1:
            factors.append(Factor(key, values))
    return SweptFactors(tuple(labels), tuple(factors), value_of)


def places_by_world(worlds: Sequence[str]) -> list[list[int]]:
    """Places of the scenarios of each world, in order."""
    of_world: dict[str, list[int]] = {}
    for place, world in enumerate(worlds):
        of_world.setdefault(world, []).append(place)
    return list(of_world.values())


def firsts_of_worlds(worlds: Sequence[str]) -> list[int] | None:
    """Of each scenario the place of the first of its world; None where they are all of one, or some world has one."""
    of_world = places_by_world(worlds)
    if len(of_world) < 2 or min(map(len, of_world)) < 2:
        return None
    first_of = {place: places[0] for places in of_world for place in places}
    return [first_of[place] for place in range(len(worlds))]


def step_pairs(factors: SweptFactors) -> dict[str, list[_Pair]]:
    """By key of every factor of three numbers or more, places of neighbours along it, the higher and the lower, the
    other factor held. Of very many numbers the steps are too small to be seen."""
    place = {label: number for number, label in enumerate(factors.labels)}
    found = {}
    for factor in factors.factors if len(factors.factors) <= 2 else ():
        if factor.is_curve and len(factor.values) <= MOST_PIVOT_ROWS:
            along = [labels for _, labels in factors.lines(factor)]
            found[factor.key] = [(place[b], place[a]) for labels in along for a, b in itertools.pairwise(labels)]
    return found
