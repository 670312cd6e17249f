"""Types of printed code: numbers, rows of tables, arrays and tuples, and how Python annotations name them."""

import types
import typing
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sim.engine.compiled.backend import Word, array_of_annotation
from sim.engine.compiled.memory import RowOf


class Unprintable(Exception):
    """Python that has no counterpart in C."""


@dataclass(frozen=True)
class Number:
    """A number as it is computed with: `c` is its name in C."""

    c: str

    def __str__(self) -> str:
        return self.c


BOOL, INT, WORD, REAL = Number("bool"), Number("int64_t"), Number("uint64_t"), Number("double")
VOID = Number("void")
BY_WIDTH = (BOOL, INT, WORD, REAL)
"""Of two numbers the later one is what an operation gives."""

STORED = {
    "b1": ("bool", BOOL), "i1": ("int8_t", INT), "i2": ("int16_t", INT), "i4": ("int32_t", INT), "i8": ("int64_t", INT),
    "u8": ("uint64_t", WORD), "f8": ("double", REAL),
}  # fmt: skip
"""Numbers as they lie in memory, by their NumPy code: their name in C, and what they are computed with as."""


@dataclass(frozen=True)
class Row:
    """A row of a table, by its address."""

    of: RowOf

    @property
    def c(self) -> str:
        return f"{self.of.name} *"

    def __str__(self) -> str:
        return f"a row of {self.of.name}"

    def column(self, name: str) -> "Number | Table":
        """What a column is computed with as. Raises Unprintable for a column that is not there."""
        fields: Any = self.of.dtype.fields
        if name not in fields:
            raise Unprintable(f"a row of {self.of.name} has no column {name}")
        return Table(self.of.tables[name]) if name in self.of.tables else STORED[fields[name][0].str[1:]][1]


@dataclass(frozen=True)
class Table:
    """A table by its address, which is a number too."""

    of: RowOf

    @property
    def c(self) -> str:
        return INT.c

    def __str__(self) -> str:
        return f"a table of {self.of.name}"


@dataclass(frozen=True)
class Array:
    """An array of numbers, with a distance of its own from each to the next in every dimension."""

    stored: str
    n_dimensions: int

    @property
    def c(self) -> str:
        return f"array{self.n_dimensions}"

    def __str__(self) -> str:
        return f"an array of {self.n_dimensions} x {self.stored}"

    @property
    def element(self) -> "CType":
        return STORED[self.stored][1] if self.n_dimensions == 1 else Array(self.stored, self.n_dimensions - 1)


@dataclass(frozen=True)
class Tuple:
    """Values side by side. Those of one type can be reached by a number."""

    items: "tuple[CType, ...]"

    @property
    def c(self) -> str:
        return "tuple_" + "_".join(item.c.replace(" *", "").removesuffix("_t") for item in self.items)

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"

    @property
    def is_even(self) -> bool:
        """Whether all are of one type, so that they stand in an array."""
        return len(set(self.items)) == 1

    def part(self, whole: str, number: int) -> str:
        """One of the values of a tuple."""
        return f"{whole}.item[{number}]" if self.is_even else f"{whole}.item{number}"

    def initial(self, items: Iterable[str]) -> str:
        """The values in braces."""
        return f"{{{{{', '.join(items)}}}}}" if self.is_even else f"{{{', '.join(items)}}}"

    @property
    def item(self) -> "CType":
        """The one type of all. Raises Unprintable if there are several."""
        if not self.is_even:
            raise Unprintable("a tuple of several types can only be taken apart, not reached by a number")
        return self.items[0]


CType = Number | Row | Table | Array | Tuple

PLAIN: dict[Any, Number] = {bool: BOOL, int: INT, float: REAL, types.NoneType: VOID, None: VOID}


def type_of_annotation(annotation: Any) -> CType | None:
    """The type that an annotation fixes; None where it takes that of the argument, or of what is returned."""
    if annotation == Word:
        return WORD
    with suppress(TypeError):  # not everything can be looked up
        return PLAIN[annotation] if annotation in PLAIN else array_or_tuple(annotation)
    return None


def array_or_tuple(annotation: Any) -> CType | None:
    """The same for what is not a number."""
    array = array_of_annotation(annotation)
    if array is not None:
        return Array(array[0].str[1:], array[1])
    if typing.get_origin(annotation) is tuple:
        items = [type_of_annotation(item) for item in typing.get_args(annotation) if item is not ...]
        if ... not in typing.get_args(annotation) and None not in items:
            return Tuple(tuple(item for item in items if item is not None))
    return None


def annotations_of(function: Callable[..., Any]) -> dict[str, CType | None]:
    """What a function says of its parameters and, as `return`, of what it returns."""
    hints = typing.get_type_hints(function, include_extras=True)
    return {name: type_of_annotation(hint) for name, hint in hints.items()}


def wider(first: CType, second: CType) -> CType:
    """The type of a value that is one of two. Raises Unprintable if there is none."""
    if first == second:
        return first
    if isinstance(first, Number) and isinstance(second, Number) and VOID not in (first, second):
        if {first, second} == {INT, WORD}:
            raise Unprintable("a whole number with a sign meets one without: write & with a mask of 64 bits")
        return max(first, second, key=BY_WIDTH.index)
    raise Unprintable(f"one value is {first}, the other {second}")
