"""How compiled code reaches its tables: a row by the table's address, and bits of a mask.

What stands in the tables is `tables`. Arrays handed from one compiled function to the next are counted, which costs
more than everything else together; an address is a number and costs nothing. With `COMPILE` False the same sources run
as plain Python on the same memory, a thousand times slower, for debuggers and for tests that change a line.
"""

import ctypes
import os
import struct
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import carray, extending, njit, types  # type: ignore[attr-defined]
from numba.core.cgutils import raw_memcpy
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, models, register_model
from numba.np.numpy_support import from_dtype

from sim.engine.compiled.linking import CompilerOfParts

COMPILE = os.environ.get("PEERED_UNCOMPILED", "") != "1"

OPTIONS: dict[str, Any] = {
    "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "pipeline_class": CompilerOfParts,
}  # fmt: skip
"""No part is called from Python, so none needs a way in from there."""

Row = Any
"""A row of a table: its columns are attributes, read and written in place."""
Dtype = np.dtype[Any]
RowOf = Callable[[int, int], Row]
intrinsic: Any = extending.intrinsic
F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """A part of the engine: compiled into the loop that calls it."""
    if not COMPILE:
        return function
    return made_once(njit(**OPTIONS)(function))


def inlined(function: F) -> F:
    """A part of the engine so small or so often called that it stands in its callers."""
    if not COMPILE:
        return function
    return made_once(njit(**OPTIONS, forceinline=True)(function))


def made_once(dispatcher: Any) -> Any:
    """The same function, compiled for whole numbers and not anew for every constant it is called with."""
    call_template = dispatcher.get_call_template

    def of_plain_types(arguments: Any, keywords: Any) -> Any:
        plain = tuple(types.unliteral(argument) for argument in arguments)
        return call_template(plain, {name: types.unliteral(argument) for name, argument in keywords.items()})

    dispatcher.get_call_template = of_plain_types
    return dispatcher


class RowType(types.Type):
    """The type of a row in compiled code: its table's name, and where each column stands in it."""

    def __init__(self, name: str, dtype: Dtype) -> None:
        self.dtype = dtype
        super().__init__(name=name)


@register_model(RowType)
class RowModel(models.OpaqueModel):
    """A row is its address."""


@infer_getattr
class ColumnsOfRow(AttributeTemplate):
    """The columns of a row are its attributes."""

    key = RowType

    def generic_resolve(self, row: Any, column: str) -> Any:  # type: ignore[override]
        return type_of_column(row, column) if column in row.dtype.fields else None


def type_of_column(row: Any, column: str) -> Any:
    """The type of a column as compiled code sees it: small integers are widened, so that no function is made twice."""
    stored = stored_type(row, column)
    return types.int64 if stored in (types.int8, types.int32) else stored


def stored_type(row: Any, column: str) -> Any:
    """The type of a column in memory."""
    return from_dtype(row.dtype.fields[column][0])


def column_pointer(context: Any, builder: Any, row: Any, address: Any, column: str) -> Any:
    """Where a column of a row stands."""
    offset = row.dtype.fields[column][1]
    place = builder.gep(address, [ir.Constant(ir.IntType(32), offset)])
    return builder.bitcast(place, context.get_data_type(stored_type(row, column)).as_pointer())


def tag(module: Any, row: Any, column: str) -> Any:
    """What tells the optimiser that a column shares its memory with no other column, so that a value read from one
    is still good after another has been written."""
    root = module.add_metadata([ir.MetaDataString(module, "columns")])
    name = ir.MetaDataString(module, f"{row.name}.{column}")
    at_start = ir.Constant(ir.IntType(64), 0)
    kind = module.add_metadata([name, root, at_start])
    return module.add_metadata([kind, kind, at_start])


@lower_getattr_generic(RowType)
def read_column(context, builder, row, address, column):
    """Load a column of a row."""
    stored = stored_type(row, column)
    loaded = builder.load(column_pointer(context, builder, row, address, column))
    loaded.set_metadata("tbaa", tag(builder.module, row, column))
    value = context.data_model_manager[stored].from_data(builder, loaded)
    return context.cast(builder, value, stored, type_of_column(row, column))


@lower_setattr_generic(RowType)
def write_column(context, builder, signature, arguments, column):
    """Store a column of a row."""
    row, given = signature.args
    stored = stored_type(row, column)
    value = context.cast(builder, arguments[1], given, stored)
    data = context.data_model_manager[stored].as_data(builder, value)
    kept = builder.store(data, column_pointer(context, builder, row, arguments[0], column))
    kept.set_metadata("tbaa", tag(builder.module, row, column))


def row_of(name: str, dtype: Dtype) -> RowOf:
    """The function (address of a table, row number) -> row, for tables of one type of row."""
    return compiled_row_of(RowType(name, dtype)) if COMPILE else plain_row_of(dtype)


def compiled_row_of(row_type: RowType) -> RowOf:
    """`row_of` inside compiled code."""

    @intrinsic
    def row(typing_context, address, index):
        def generated(context, builder, signature, arguments):
            start, number = arguments
            number = context.cast(builder, number, signature.args[1], types.int64)
            offset = builder.mul(number, ir.Constant(ir.IntType(64), row_type.dtype.itemsize))
            return builder.inttoptr(builder.add(start, offset), context.get_value_type(row_type))

        return row_type(types.int64, index), generated

    return row


class PlainRow:
    """A row in plain Python: its columns are plain numbers, read and written in place."""

    __slots__ = ("columns", "memory")

    def __init__(self, columns: dict[str, tuple[struct.Struct, int]], memory: Any) -> None:
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "memory", memory)

    def __getattr__(self, column: str) -> Any:
        form, offset = self.columns[column]
        return form.unpack_from(self.memory, offset)[0]

    def __setattr__(self, column: str, value: Any) -> None:
        form, offset = self.columns[column]
        form.pack_into(self.memory, offset, value)


STRUCT_CODES = {"f8": "d", "i8": "q", "u8": "Q", "i4": "i", "i1": "b", "b1": "?"}


def plain_row_of(dtype: Dtype) -> RowOf:
    """`row_of` in plain Python."""
    fields: Any = dtype.fields
    columns = {name: (struct.Struct(STRUCT_CODES[fields[name][0].str[1:]]), fields[name][1]) for name in fields}
    memory_of_row: Any = ctypes.c_char * dtype.itemsize

    def row(address: int, index: int) -> Row:
        return PlainRow(columns, memory_of_row.from_address(address + index * dtype.itemsize))

    return row


@intrinsic
def pointer_to(typing_context, address):
    """An address as a pointer to doubles."""

    def generated(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.CPointer(types.float64)(types.int64), generated


if COMPILE:

    @inlined
    def numbers_at(address: int, shape: tuple[int, ...]) -> np.ndarray:
        """The doubles at an address as an array that owns nothing."""
        return carray(pointer_to(address), shape)

else:

    def numbers_at(address: int, shape: tuple[int, ...]) -> np.ndarray:
        """The doubles at an address as an array that owns nothing."""
        memory: Any = (ctypes.c_double * int(np.prod(shape))).from_address(int(address))
        return np.frombuffer(memory, dtype=np.float64).reshape(shape)


@intrinsic
def copied(typing_context, to, source, n_bytes):
    """Bytes copied from one address to another."""

    def generated(context, builder, signature, arguments):
        to, source = (builder.inttoptr(address, ir.IntType(8).as_pointer()) for address in arguments[:2])
        raw_memcpy(builder, to, source, arguments[2], 1)
        return context.get_dummy_value()

    return types.none(types.int64, types.int64, types.int64), generated


if COMPILE:

    @inlined
    def copy_bytes(to: int, source: int, n_bytes: int) -> None:
        """So many bytes from one address to another."""
        copied(to, source, n_bytes)

else:

    def copy_bytes(to: int, source: int, n_bytes: int) -> None:
        """So many bytes from one address to another."""
        ctypes.memmove(int(to), int(source), int(n_bytes))


@intrinsic
def as_whole(typing_context, number):
    """The bits of a double as a whole number."""

    def generated(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generated


@intrinsic
def as_double(typing_context, whole):
    """The double that has these bits."""

    def generated(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generated


if COMPILE:

    @inlined
    def instant_of(time: float) -> int:
        """A time as a whole number: times are never negative, and such doubles are in the order of their bits."""
        return as_whole(time)

    @inlined
    def time_of(instant: int) -> float:
        """The time of an instant."""
        return as_double(instant)

else:

    def instant_of(time: float) -> int:
        """A time as a whole number: times are never negative, and such doubles are in the order of their bits."""
        return int(np.float64(time).view(np.int64))

    def time_of(instant: int) -> float:
        """The time of an instant."""
        return float(np.int64(instant).view(np.float64))


@intrinsic
def two_words_less(typing_context, high, low, other_high, other_low):
    """Whether one number of two words is less than another."""

    def generated(context, builder, signature, arguments):
        words, width = [builder.zext(word, ir.IntType(128)) for word in arguments], ir.Constant(ir.IntType(128), 64)
        mine, theirs = (builder.or_(builder.shl(words[at], width), words[at + 1]) for at in (0, 2))
        return builder.icmp_unsigned("<", mine, theirs)

    return types.boolean(types.int64, types.int64, types.int64, types.int64), generated


if COMPILE:

    @inlined
    def is_less(high: int, low: int, other_high: int, other_low: int) -> bool:
        """Order of two pairs of words that are not negative, without a branch."""
        return two_words_less(high, low, other_high, other_low)

else:

    def is_less(high: int, low: int, other_high: int, other_low: int) -> bool:
        """Order of two pairs of words that are not negative."""
        return (high, low) < (other_high, other_low)


@intrinsic
def n_trailing_zeros(typing_context, mask):
    """Position of the lowest bit set."""

    def generated(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generated


if COMPILE:

    @inlined
    def lowest(mask: int) -> int:
        """Position of the lowest bit set in a mask that is not 0."""
        return n_trailing_zeros(mask)

else:

    def lowest(mask: int) -> int:
        """Position of the lowest bit set in a mask that is not 0."""
        mask = int(mask)
        return (mask & -mask).bit_length() - 1


@inlined
def bit(position: int) -> int:
    """The mask with one bit set."""
    return 1 << int(position)
