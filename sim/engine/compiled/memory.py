"""How the engine reaches its tables: a row by the table's address, and bits of a mask.

What stands in the tables is `tables`. Here is what plain Python does on the same memory; in the machine code a row is a
pointer to a struct, and the functions below stand in `engine_build/prelude.h`.
"""

import ctypes
import struct
from typing import Any

import numpy as np

Row = Any
"""A row of a table: its columns are attributes, read and written in place."""
Dtype = np.dtype[Any]

STRUCT_CODES = {"f8": "d", "i8": "q", "u8": "Q", "i4": "i", "i2": "h", "i1": "b", "b1": "?"}


class RowOf:
    """The function (address of a table, row number) -> row, for tables of one type of row.

    `tables` are columns that hold the address of another table, with what its rows are.
    """

    def __init__(self, name: str, dtype: Dtype) -> None:
        self.name, self.dtype = name, dtype
        self.tables: dict[str, RowOf] = {}
        fields: Any = dtype.fields
        self.columns = {
            name: (struct.Struct(STRUCT_CODES[fields[name][0].str[1:]]), fields[name][1]) for name in fields
        }
        self.memory_of_row: Any = ctypes.c_char * dtype.itemsize

    def __call__(self, address: int, index: int) -> Row:
        return PlainRow(self, self.memory_of_row.from_address(address + index * self.dtype.itemsize))


class RowTable(int):
    """The address of a table, whose rows are reached by their number."""

    rows: RowOf

    def __getitem__(self, number: int) -> Row:
        if number < 0:  # machine code would read what is before the table
            raise IndexError(f"{self.rows.name} has no row {number}")
        return self.rows(self, number)


class PlainRow:
    """A row in plain Python: its columns are plain numbers, read and written in place."""

    __slots__ = ("memory", "of")

    def __init__(self, of: RowOf, memory: Any) -> None:
        object.__setattr__(self, "of", of)
        object.__setattr__(self, "memory", memory)

    def __getattr__(self, column: str) -> Any:
        form, offset = self.of.columns[column]
        value = form.unpack_from(self.memory, offset)[0]
        if column not in self.of.tables:
            return value
        table = RowTable(value)
        table.rows = self.of.tables[column]
        return table

    def __setattr__(self, column: str, value: Any) -> None:
        form, offset = self.of.columns[column]
        form.pack_into(self.memory, offset, value)


def numbers_at(address: int, shape: tuple[int, ...]) -> np.ndarray:
    """The doubles at an address as an array that owns nothing."""
    memory: Any = (ctypes.c_double * int(np.prod(shape))).from_address(int(address))
    return np.frombuffer(memory, dtype=np.float64).reshape(shape)


def copy_bytes(to: int, source: int, n_bytes: int) -> None:
    """So many bytes from one address to another."""
    ctypes.memmove(int(to), int(source), int(n_bytes))


def instant_of(time: float) -> int:
    """A time as a whole number: times are never negative, and such doubles are in the order of their bits."""
    return int(np.float64(time).view(np.int64))


def time_of(instant: int) -> float:
    """The time of an instant."""
    return float(np.int64(instant).view(np.float64))


def is_less(high: int, low: int, other_high: int, other_low: int) -> bool:
    """Order of two pairs of words that are not negative; in machine code without a branch."""
    return (high, low) < (other_high, other_low)


def lowest(mask: int) -> int:
    """Position of the lowest bit set in a mask that is not 0."""
    mask = int(mask)
    return (mask & -mask).bit_length() - 1


def bit(position: int) -> int:
    """The mask with one bit set."""
    return 1 << int(position)
