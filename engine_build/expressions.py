"""Expressions of Python as expressions of C, each with its type.

What is printed gives the same bits as plain Python, with these differences: whole numbers have 64 bits and wrap, a
division by zero is inf or nan, and a negative number does not count from the end of an array unless it is written so.
"""

import ast
import builtins
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from engine_build.c_types import (
    BOOL,
    INT,
    REAL,
    STORED,
    VOID,
    WORD,
    Array,
    CType,
    Number,
    Row,
    Table,
    Tuple,
    Unprintable,
    wider,
)
from sim.engine.compiled import memory
from sim.engine.compiled.memory import RowOf


@dataclass(frozen=True)
class Value:
    """An expression in C. `writes`: to work it out may change what others read; `fixed`: nothing changes it."""

    c: str
    type: CType
    writes: bool = False
    fixed: bool = False


class Callee(Protocol):
    """A function that can be called: its name in C, what it takes and gives, and whether it writes to memory."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> Sequence[CType]: ...

    @property
    def returns(self) -> CType: ...

    @property
    def writes(self) -> bool: ...


class Surroundings(Protocol):
    """What is printed beside functions: structs, and tuples of constants."""

    def known(self, kind: CType) -> None: ...

    def constant(self, value: tuple[Any, ...]) -> Value: ...


OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>",
}  # fmt: skip
OF_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
SHIFTS = (ast.LShift, ast.RShift)
COMPARISONS: dict[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip

REAL_FUNCTIONS = {
    math.log: "log", math.log1p: "log1p", math.exp: "exp", math.sqrt: "sqrt", np.rint: "rint", np.fmin: "fmin",
    np.floor: "floor",
}  # fmt: skip
"""Functions from doubles to a double, and their names in C."""
INTRINSICS: dict[Any, tuple[str, CType]] = {
    memory.lowest: ("lowest", INT), memory.instant_of: ("instant_of", INT), memory.time_of: ("time_of", REAL),
    memory.is_less: ("is_less", BOOL), memory.copy_bytes: ("copy_bytes", VOID),
}  # fmt: skip
"""Functions that plain Python has to write otherwise; in C they stand in `prelude.h`."""


class Expressions:
    """Prints the expressions of one function."""

    def __init__(
        self,
        names: dict[str, Any],
        variables: dict[str, CType],
        callee: Callable[[Any, Sequence[CType]], Callee],
        program: Surroundings,
    ) -> None:
        self.names, self.variables = names, variables
        self.callee, self.program = callee, program

    def value(self, node: ast.expr) -> Value:
        """An expression in C. Raises Unprintable."""
        printer = getattr(self, f"_{type(node).__name__.lower()}", None)
        if printer is None:
            raise Unprintable(f"{type(node).__name__} is not known to the printer")
        found: Value = printer(node)
        self.program.known(found.type)
        return found

    def condition(self, node: ast.expr) -> Value:
        """An expression that is true or false."""
        found = self.value(node)
        if found.type != BOOL:
            raise Unprintable(f"{ast.unparse(node)} is a number: compare it, != 0")
        return found

    # --- names and constants ----------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Value:
        return self.literal(node.value)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.variables:
            return Value(in_c(node.id), self.variables[node.id])
        return self.literal(self.object_of(node))

    def object_of(self, node: ast.expr) -> Any:
        """What a name of the module, or a dotted name, stands for in Python."""
        if isinstance(node, ast.Attribute):
            return getattr(self.object_of(node.value), node.attr)
        if isinstance(node, ast.Name) and node.id not in self.variables:
            if node.id in self.names:
                return self.names[node.id]
            if hasattr(builtins, node.id):
                return getattr(builtins, node.id)
            raise Unprintable(f"{node.id} is no name of the module and has no value yet")
        raise Unprintable(f"{ast.unparse(node)} is not known before the run")

    def literal(self, value: Any) -> Value:
        """A constant."""
        if isinstance(value, bool | np.bool_):
            return Value("true" if value else "false", BOOL, fixed=True)
        if isinstance(value, int | np.integer):
            return whole_literal(int(value))
        if isinstance(value, float | np.floating):
            return Value(real_literal(float(value)), REAL, fixed=True)
        if isinstance(value, tuple):
            return self.program.constant(value)
        raise Unprintable(f"{value!r} is no number")

    def _attribute(self, node: ast.Attribute) -> Value:
        if isinstance(node.value, ast.Name) and node.value.id not in self.variables:
            return self.literal(self.object_of(node))
        of = self.value(node.value)
        if isinstance(of.type, Array) and node.attr == "size":
            return Value(f"({of.c}).n[0]", INT, of.writes)
        if not isinstance(of.type, Row):
            raise Unprintable(f"{ast.unparse(node.value)} is no row")
        kind = of.type.column(node.attr)
        return Value(f"({kind.c})({of.c})->{in_c(node.attr)}", kind, of.writes)

    def _tuple(self, node: ast.Tuple) -> Value:
        items = self.in_any_order(node.elts)
        kind = Tuple(tuple(item.type for item in items))
        return Value(f"({kind.c}){kind.initial(item.c for item in items)}", kind, any(item.writes for item in items))

    def _subscript(self, node: ast.Subscript) -> Value:
        of = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._slice(of, node.slice)
        places = self.in_any_order(node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice])
        if isinstance(of.type, Table):
            return row_of(of.type.of, of, places[0])
        if isinstance(of.type, Tuple):
            return Value(f"({of.c}).item[{places[0].c}]", of.type.item, of.writes, of.fixed)
        if not isinstance(of.type, Array):
            raise Unprintable(f"{ast.unparse(node.value)} has no elements")
        for place in places:
            of = element_of(of, place)
        if isinstance(of.type, Array):
            return of
        return Value(f"({of.type.c}){of.c}", of.type, of.writes)

    def _slice(self, of: Value, bounds: ast.Slice) -> Value:
        if not isinstance(of.type, Array) or of.type.n_dimensions != 1 or bounds.lower is None or bounds.upper is None:
            raise Unprintable("a slice is taken of an array of one dimension, from one number to another")
        low, high = self.in_any_order([bounds.lower, bounds.upper])
        return Value(f"part1({of.c}, {low.c}, {high.c})", of.type)

    # --- operations -------------------------------------------------------------------------------------------------

    def _binop(self, node: ast.BinOp) -> Value:
        left, right = self.in_any_order([node.left, node.right])
        return operation(left, node.op, right)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            operand = self.condition(node.operand)
            return Value(f"(!{operand.c})", BOOL, operand.writes)
        operand = self.value(node.operand)
        sign = {ast.USub: "-", ast.Invert: "~", ast.UAdd: "+"}[type(node.op)]
        if operand.type == BOOL:
            raise Unprintable(f"{sign} of true or false: write not")
        return Value(f"({sign}{operand.c})", operand.type, operand.writes, operand.fixed)

    def _boolop(self, node: ast.BoolOp) -> Value:
        operands = [self.condition(each) for each in node.values]
        sign = " && " if isinstance(node.op, ast.And) else " || "
        return Value(f"({sign.join(each.c for each in operands)})", BOOL, any(each.writes for each in operands))

    def _compare(self, node: ast.Compare) -> Value:
        if len(node.ops) > 1 and not all(isinstance(each, ast.Name | ast.Constant) for each in node.comparators[:-1]):
            raise Unprintable("what stands in the middle of a comparison is worked out twice: give it a name")
        operands = self.in_any_order([node.left, *node.comparators])
        parts = [
            compared(left, COMPARISONS[type(sign)], right)
            for left, sign, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return Value(f"({' && '.join(parts)})", BOOL, any(each.writes for each in operands))

    def _ifexp(self, node: ast.IfExp) -> Value:
        test, first, second = self.condition(node.test), self.value(node.body), self.value(node.orelse)
        kind = wider(first.type, second.type)
        writes = test.writes or first.writes or second.writes
        return Value(f"({test.c} ? {as_type(first, kind)} : {as_type(second, kind)})", kind, writes)

    # --- calls ------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Value:
        if node.keywords:
            raise Unprintable("arguments are printed by their place: leave the names out")
        called = self.object_of(node.func)
        if called is memory.numbers_at:
            return self._numbers_at(*node.args)
        arguments = self.in_any_order(node.args)
        if isinstance(called, RowOf):
            return row_of(called, *arguments)
        if called in INTRINSICS:
            name, kind = INTRINSICS[called]
            return Value(f"{name}({', '.join(each.c for each in arguments)})", kind, kind == VOID)
        if called in REAL_FUNCTIONS:
            return Value(f"{REAL_FUNCTIONS[called]}({', '.join(each.c for each in arguments)})", REAL)
        if called in BUILTINS:
            return BUILTINS[called](*arguments)
        return self._own(called, arguments)

    def _own(self, function: Any, arguments: Sequence[Value]) -> Value:
        if isinstance(function, type | ModuleType) or not callable(function):
            raise Unprintable(f"{function!r} cannot be called in C")
        callee = self.callee(function, [each.type for each in arguments])
        given = [as_type(each, kind) for each, kind in zip(arguments, callee.parameters, strict=True)]
        return Value(f"{callee.name}({', '.join(given)})", callee.returns, callee.writes)

    def _numbers_at(self, address: ast.expr, shape: ast.expr) -> Value:
        if isinstance(shape, ast.Tuple):
            lengths = [self.value(each) for each in shape.elts]
        else:
            lengths = [self.literal(each) for each in self.object_of(shape)]
        numbers = ", ".join([self.value(address).c, *(each.c for each in lengths)])
        return Value(f"numbers_at{len(lengths)}({numbers})", Array("f8", len(lengths)))

    def in_any_order(self, nodes: Sequence[ast.expr]) -> list[Value]:
        """Several expressions that C may work out in any order. Raises Unprintable if that could make a difference."""
        values = [self.value(node) for node in nodes]
        if any(value.writes for value in values):
            moving = [
                node
                for node, value in zip(nodes, values, strict=True)
                if value.writes or not (value.fixed or isinstance(node, ast.Name))
            ]
            if len(moving) > 1:
                texts = ", ".join(map(ast.unparse, moving))
                raise Unprintable(f"C works these out in an order of its own: give them names first: {texts}")
        return values


def row_of(rows: RowOf, address: Value, number: Value) -> Value:
    """A row of a table by its number."""
    return Value(
        f"((({rows.name} *)({address.c})) + {as_type(number, INT)})", Row(rows), address.writes or number.writes
    )


def as_number(value: Value) -> Value:
    """A value to be reckoned with: of a table its address."""
    return Value(value.c, INT, value.writes) if isinstance(value.type, Table) else value


def operation(left: Value, sign: ast.operator, right: Value) -> Value:
    """An operation of two numbers."""
    left, right = as_number(left), as_number(right)
    if not isinstance(left.type, Number) or not isinstance(right.type, Number):
        raise Unprintable("only numbers can be reckoned with")
    writes, fixed = left.writes or right.writes, left.fixed and right.fixed
    if isinstance(sign, ast.Div | ast.Pow):
        left_c, right_c = as_type(left, REAL), as_type(right, REAL)
        c = f"({left_c} / {right_c})" if isinstance(sign, ast.Div) else f"pow({left_c}, {right_c})"
        return Value(c, REAL, writes, fixed)
    if {left.type, right.type} == {INT, WORD}:
        if isinstance(sign, SHIFTS):
            return Value(f"({left.c} {OPERATORS[type(sign)]} {right.c})", left.type, writes, fixed)
        if type(sign) not in OPERATORS:
            raise Unprintable("a whole number with a sign meets one without")
        return Value(f"((uint64_t){left.c} {OPERATORS[type(sign)]} (uint64_t){right.c})", WORD, writes, fixed)
    kind = wider(left.type, right.type)
    if kind == BOOL and not isinstance(sign, OF_BITS):
        kind = INT
    if isinstance(sign, ast.FloorDiv | ast.Mod):
        return floored(left, sign, right, kind)
    if kind == REAL and type(sign) in (*OF_BITS, *SHIFTS):
        raise Unprintable("a double has no bits to reckon with")
    return Value(f"({as_type(left, kind)} {OPERATORS[type(sign)]} {as_type(right, kind)})", kind, writes, fixed)


def floored(left: Value, sign: ast.operator, right: Value, kind: CType) -> Value:
    """Division without a rest, or the rest, rounded down as Python does."""
    if isinstance(sign, ast.FloorDiv) and kind == REAL:
        raise Unprintable("// of doubles: write math.floor")
    name = "floor_div" if isinstance(sign, ast.FloorDiv) else "floor_mod_real" if kind == REAL else "floor_mod"
    if kind == WORD:
        return Value(f"({left.c} {'/' if name == 'floor_div' else '%'} {right.c})", WORD)
    return Value(f"{name}({as_type(left, kind)}, {as_type(right, kind)})", kind, left.writes or right.writes)


def compared(left: Value, sign: str, right: Value) -> str:
    """A comparison of two numbers."""
    if {left.type, right.type} == {INT, WORD}:
        raise Unprintable("a whole number with a sign is compared with one without")
    kind = wider(left.type, right.type)
    return f"({as_type(left, kind)} {sign} {as_type(right, kind)})"


def element_of(of: Value, place: Value) -> Value:
    """An element of an array, as it stands in memory, or a row of one of more dimensions."""
    if not isinstance(of.type, Array):
        raise Unprintable("too many numbers for this array")
    if place.type not in (INT, WORD):
        raise Unprintable("an element is reached by a whole number")
    at = f"(({of.c}).n[0] {place.c[1:-1]})" if place.fixed and place.c.startswith("(-") else place.c
    kind = of.type.element
    if isinstance(kind, Array):
        return Value(f"row_of{of.type.n_dimensions}({of.c}, {at})", kind, place.writes)
    stored = STORED[of.type.stored][0]
    return Value(f"(*({stored} *)place_of({of.c}, {at}))", kind, place.writes)


def as_type(value: Value, kind: CType) -> str:
    """A value brought to a type. Raises Unprintable where a value would be lost."""
    value = as_number(value) if kind == INT else value
    if value.type == kind:
        return value.c
    if isinstance(value.type, Number) and isinstance(kind, Number) and wider(value.type, kind) == kind:
        return f"({kind.c}){value.c}"
    raise Unprintable(f"{value.c} is {value.type}, where {kind} is wanted")


def whole_literal(value: int) -> Value:
    """A whole number: without a sign if it needs all 64 bits."""
    if -(2**63) < value < 2**63:
        text = f"INT64_C({value})" if value >= 0 else f"(-INT64_C({-value}))"
        return Value(text, INT, fixed=True)
    if value < 2**64:
        return Value(f"UINT64_C({value})", WORD, fixed=True)
    raise Unprintable(f"{value} needs more than 64 bits")


def real_literal(value: float) -> str:
    """A double, to the last bit."""
    if math.isnan(value):
        return '__builtin_nan("")'
    if math.isinf(value):
        return "__builtin_inf()" if value > 0.0 else "(-__builtin_inf())"
    return repr(value) if value >= 0.0 else f"({value!r})"


# --- what Python brings along ----------------------------------------------------------------------------------------


def extreme(name: str) -> Callable[..., Value]:
    """`max` or `min`: of two that are equal or cannot be compared the first, as in Python."""

    def of(first: Value, second: Value, *more: Value) -> Value:
        kind = wider(first.type, second.type)
        suffix = "real" if kind == REAL else "whole"
        writes = first.writes or second.writes
        found = Value(f"{name}_{suffix}({as_type(first, kind)}, {as_type(second, kind)})", kind, writes)
        return of(found, *more) if more else found

    return of


def whole(value: Value) -> Value:
    """`int`: towards zero. The upper half of the numbers without a sign becomes negative."""
    return Value(f"((int64_t){value.c})", INT, value.writes, value.fixed)


def real(value: Value) -> Value:
    """`float`."""
    return Value(f"((double){value.c})", REAL, value.writes, value.fixed)


def size(value: Value) -> Value:
    """`len`."""
    if isinstance(value.type, Tuple):
        return whole_literal(len(value.type.items))
    return Value(f"({value.c}).n[0]", INT)


def absolute(value: Value) -> Value:
    """`abs` of a double."""
    return Value(f"fabs({as_type(value, REAL)})", REAL, value.writes)


def floor(value: Value) -> Value:
    """`math.floor`: a whole number, unlike `np.floor`."""
    return Value(f"((int64_t)floor({as_type(value, REAL)}))", INT, value.writes)


def is_nan(value: Value) -> Value:
    """`isnan`."""
    return Value(f"is_nan({as_type(value, REAL)})", BOOL, value.writes)


BUILTINS: dict[Any, Callable[..., Value]] = {
    max: extreme("max"), min: extreme("min"), int: whole, float: real, len: size, abs: absolute, math.floor: floor,
    math.isnan: is_nan, np.isnan: is_nan,
}  # fmt: skip

RESERVED = {
    "auto", "bool", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "false", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "true", "typedef", "union", "unsigned", "void", "volatile", "while",
}  # fmt: skip


def in_c(name: str) -> str:
    """A name that C does not keep for itself."""
    return f"{name}_" if name in RESERVED else name
