"""How compiled code reaches its tables: a row by the table's address, and bits of a mask.

What stands in the tables is `tables`. Arrays handed from one compiled function to the next are counted, which costs more
than everything else together; an address is a number and costs nothing. With `COMPILE` False the same sources run as
plain Python on the same memory, a thousand times slower, for debuggers and for tests that change a line.
"""

import ctypes
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import carray, njit, types
from numba.extending import intrinsic
from numba.np.numpy_support import from_dtype

COMPILE = os.environ.get("PEERED_UNCOMPILED", "") != "1"

Row = Any
"""A row of a table: its columns are attributes, read and written in place."""
RowOf = Callable[[int, int], Row]
F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """A part of the engine: compiled into the loop that calls it."""
    if not COMPILE:
        return function
    return njit(error_model="numpy")(function)  # type: ignore[no-any-return]


def inlined(function: F) -> F:
    """A part of the engine so small or so often called that it stands in its callers."""
    if not COMPILE:
        return function
    return njit(error_model="numpy", forceinline=True)(function)  # type: ignore[no-any-return]


def row_of(dtype: np.dtype[Any]) -> RowOf:
    """The function (address of a table, row number) -> row, for tables of one type of row."""
    return compiled_row_of(dtype) if COMPILE else plain_row_of(dtype)


def compiled_row_of(dtype: np.dtype[Any]) -> RowOf:
    """`row_of` inside compiled code."""
    record = from_dtype(dtype)

    @intrinsic
    def row(typing_context, address, index):  # type: ignore[no-untyped-def]
        def generated(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            start, number = arguments
            number = context.cast(builder, number, signature.args[1], types.int64)
            offset = builder.mul(number, ir.Constant(ir.IntType(64), dtype.itemsize))
            return builder.inttoptr(builder.add(start, offset), context.get_value_type(record))

        return record(types.int64, index), generated

    return row  # type: ignore[no-any-return]


def plain_row_of(dtype: np.dtype[Any]) -> RowOf:
    """`row_of` in plain Python."""

    def row(address: int, index: int) -> Row:
        start = int(address) + int(index) * dtype.itemsize
        memory = (ctypes.c_char * dtype.itemsize).from_address(start)
        return np.frombuffer(memory, dtype=dtype).view(np.recarray)[0]

    return row


@intrinsic
def pointer_to(typing_context, address):  # type: ignore[no-untyped-def]
    """An address as a pointer to doubles."""

    def generated(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.CPointer(types.float64)(types.int64), generated


if COMPILE:

    @inlined
    def numbers_at(address: int, shape: tuple[int, ...]) -> np.ndarray:
        """The doubles at an address as an array that owns nothing."""
        return carray(pointer_to(address), shape)  # type: ignore[no-any-return]

else:

    def numbers_at(address: int, shape: tuple[int, ...]) -> np.ndarray:
        """The doubles at an address as an array that owns nothing."""
        memory = (ctypes.c_double * int(np.prod(shape))).from_address(int(address))
        return np.frombuffer(memory, dtype=np.float64).reshape(shape)


@intrinsic
def n_trailing_zeros(typing_context, mask):  # type: ignore[no-untyped-def]
    """Position of the lowest bit set."""

    def generated(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generated


if COMPILE:

    @inlined
    def lowest(mask: int) -> int:
        """Position of the lowest bit set in a mask that is not 0."""
        return n_trailing_zeros(mask)  # type: ignore[no-any-return]

else:

    def lowest(mask: int) -> int:
        """Position of the lowest bit set in a mask that is not 0."""
        mask = int(mask)
        return (mask & -mask).bit_length() - 1


@inlined
def bit(position: int) -> int:
    """The mask with one bit set."""
    return 1 << int(position)
