"""Functions of the engine, printed as one file of C: those with a way in from Python, and all that these call.

A function is printed once for every combination of types it is called with; annotations of numbers fix a type, rows,
arrays and tuples are taken as they come. Every statement carries the line of the Python source it comes from, so that
a debugger, a profiler and the compiler's own messages speak of that.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

from engine_build.c_types import (
    BOOL,
    INT,
    STORED,
    VOID,
    Array,
    CType,
    Number,
    Row,
    Tuple,
    Unprintable,
    annotations_of,
    wider,
)
from engine_build.expressions import Expressions, Value, as_type, in_c, operation

PRELUDE = Path(__file__).with_name("prelude.h")
ROOT = Path(__file__).parents[1]


@dataclass
class Printed:
    """A function in C. While it is being printed what it returns is known only if Python says so."""

    name: str
    parameters: list[CType]
    declared: CType | None
    head: str = ""
    body: list[str] = field(default_factory=list)
    found: CType | None = None
    writes: bool = True

    @property
    def returns(self) -> CType:
        known = self.declared or self.found
        if known is None:
            raise Unprintable(f"{self.name} calls itself before it is known what it returns: annotate that")
        return known


class Program:
    """All that is printed: functions, the structs of rows and tuples, constant tuples."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.reserved = frozenset(reserved)
        self.functions: dict[tuple[Any, tuple[CType, ...]], Printed] = {}
        self.constants: dict[tuple[Any, ...], Value] = {}
        self.lines_of_constants: list[str] = []
        self.types: dict[str, str] = {}
        self.ways_in: list[str] = []

    def function(self, function: Any, arguments: Sequence[CType]) -> Printed:
        """A function for arguments of these types, printed now if it has not been."""
        plain = inspect.unwrap(function)
        if not isinstance(plain, FunctionType):
            raise Unprintable(f"{function!r} is no function of Python")
        source = Source(plain)
        with_kinds = source.parameters(arguments)
        key = plain, tuple(with_kinds.values())
        if key not in self.functions:
            taken = self.reserved | {each.name for each in self.functions.values()}
            printed = Printed(free_name(plain, taken), list(with_kinds.values()), source.annotations.get("return"))
            self.functions[key] = printed
            Body(self, source, printed, with_kinds).print()
        return self.functions[key]

    def way_in(self, name: str, function: Any) -> None:
        """A function that Python calls: arrays come as where they stand, their lengths and their steps."""
        kinds = annotations_of(inspect.unwrap(function))
        declared = [kinds.get(parameter) for parameter in inspect.signature(function).parameters]
        if None in declared:
            raise Unprintable(f"{name} is called from Python: every parameter has to be annotated")
        kinds_given = [kind for kind in declared if kind is not None]
        printed = self.function(function, kinds_given)
        if not isinstance(printed.returns, Number):
            raise Unprintable(f"{name} is called from Python: it can return one number, and fill arrays")
        parameters, given = [], []
        for number, kind in enumerate(kinds_given):
            if isinstance(kind, Array):
                n = kind.n_dimensions
                names = [f"a{number}_{what}{at}" for what in ("n", "step") for at in range(n)]
                parameters += [f"char *a{number}", *(f"int64_t {each}" for each in names)]
                given.append(f"({kind.c}){{a{number}, {{{', '.join(names[:n])}}}, {{{', '.join(names[n:])}}}}}")
            else:
                parameters.append(f"{kind.c} a{number}")
                given.append(f"a{number}")
        call = f"{printed.name}({', '.join(given)})"
        result = "" if printed.returns == VOID else "return "
        self.ways_in.append(
            f"EXPORT {printed.returns.c} {name}({', '.join(parameters) or 'void'}) {{ {result}{call}; }}"
        )

    def constant(self, value: tuple[Any, ...]) -> Value:
        """A tuple of constants, of tuples of one length too."""
        if value not in self.constants:
            kind, initial = self.of_constant(value)
            self.known(kind)
            name = f"constant{len(self.constants)}"
            self.lines_of_constants.append(f"static const {kind.c} {name} = {initial};")
            self.constants[value] = Value(name, kind, fixed=True)
        return self.constants[value]

    def of_constant(self, value: Any) -> tuple[CType, str]:
        """Type and text of a constant."""
        if isinstance(value, tuple):
            kinds, texts = zip(*map(self.of_constant, value), strict=True)
            return Tuple(kinds), Tuple(kinds).initial(texts)
        literal = Expressions({}, {}, self.function, self).literal(value)
        return literal.type, literal.c

    def known(self, kind: CType) -> None:
        """Print the struct of a type, if it has one."""
        if isinstance(kind, Row):
            of: Any = kind.of
            fields = of.dtype.fields
            members = "".join(f"    {STORED[fields[n][0].str[1:]][0]} {in_c(n)};\n" for n in of.dtype.names)
            checks = "".join(
                f'_Static_assert(offsetof({of.name}, {in_c(n)}) == {fields[n][1]}, "{of.name}.{n}");\n'
                for n in of.dtype.names
            )
            checks += f'_Static_assert(sizeof({of.name}) == {of.dtype.itemsize}, "{of.name}");\n'
            self.types.setdefault(of.name, f"typedef struct {{\n{members}}} {of.name};\n{checks}")
        elif isinstance(kind, Tuple):
            for item in kind.items:
                self.known(item)
            if kind.is_even:
                members = f"{kind.items[0].c} item[{len(kind.items)}];"
            else:
                members = " ".join(f"{item.c} item{number};" for number, item in enumerate(kind.items))
            self.types.setdefault(kind.c, f"typedef struct {{ {members} }} {kind.c};\n")

    def text(self) -> str:
        """The file of C."""
        for printed in self.functions.values():
            for kind in (*printed.parameters, printed.returns):
                self.known(kind)
        heads = [f"{printed.head};" for printed in self.functions.values()]
        bodies = ["\n".join([f"{each.head} {{", *each.body, "}"]) for each in self.functions.values()]
        parts = [
            PRELUDE.read_text(encoding="utf-8"),
            "#ifdef _WIN32\n#define EXPORT __declspec(dllexport)\n#else\n"
            '#define EXPORT __attribute__((visibility("default")))\n#endif\n',
            *self.types.values(), *self.lines_of_constants, *heads, "", *bodies, *self.ways_in, "",
        ]  # fmt: skip
        return "\n".join(parts)


def free_name(function: FunctionType, taken: Iterable[str]) -> str:
    """The name of a function, with that of its module or a number where another one has it."""
    name = in_c(function.__name__)
    candidates = [name, f"{function.__module__.rpartition('.')[2]}_{name}", *(f"{name}_{n}" for n in range(2, 99))]
    return next(each for each in candidates if each not in taken)


class Source:
    """The source of a function."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        lines, self.first_line = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            raise Unprintable(f"{function.__qualname__} is no function of Python")
        self.tree = tree
        self.annotations = annotations_of(function)

    @cached_property
    def path(self) -> str:
        """Where it stands, from the root of the project."""
        path = Path(inspect.getsourcefile(self.function) or "")
        return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()

    def line_of(self, node: ast.AST) -> int:
        """The line of the file on which something stands."""
        return self.first_line + int(getattr(node, "lineno", 1)) - 1

    def parameters(self, arguments: Sequence[CType]) -> dict[str, CType]:
        """Parameters by name with their types, for arguments of these types."""
        names = [each.arg for each in self.tree.args.args]
        if len(names) != len(arguments):
            raise Unprintable(f"{self.function.__qualname__} takes {len(names)} arguments, not {len(arguments)}")
        return {name: self.annotations.get(name) or kind for name, kind in zip(names, arguments, strict=True)}


class Body:
    """Prints the statements of a function."""

    def __init__(self, program: Program, source: Source, printed: Printed, parameters: Mapping[str, CType]) -> None:
        self.program, self.source, self.printed = program, source, printed
        self.parameters = parameters
        self.variables = dict(parameters)
        self.lines: list[str] = []
        self.n_names = 0
        self.writes = False
        names = source.function.__globals__
        self.expressions = Expressions(names, self.variables, self.callee, program)

    def callee(self, function: Any, arguments: Sequence[CType]) -> Printed:
        """A function that this one calls."""
        called = self.program.function(function, arguments)
        self.writes |= called.writes
        return called

    def print(self) -> None:
        """Print all, and say what the function returns and whether it writes."""
        self.block(self.source.tree.body)
        local = [f"    {kind.c} {in_c(name)};" for name, kind in self.variables.items() if name not in self.parameters]
        printed = self.printed
        printed.found = printed.found or VOID
        given = ", ".join(f"{kind.c} {in_c(name)}" for name, kind in self.parameters.items())
        printed.head = f"static {printed.returns.c} {printed.name}({given or 'void'})"
        printed.body, printed.writes = [*local, *self.lines], self.writes

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Statements one after the other. What cannot be printed is said with its place."""
        for statement in statements:
            line = self.source.line_of(statement)
            try:
                printer = getattr(self, f"_{type(statement).__name__.lower()}", None)
                if printer is None:
                    raise Unprintable(f"{type(statement).__name__} is not known to the printer")
                self.lines.append(f'#line {line} "{self.source.path}"')
                printer(statement)
            except Unprintable as error:
                if str(error).startswith("sim/"):
                    raise
                text = ast.unparse(statement).partition("\n")[0]
                raise Unprintable(f"{self.source.path}:{line}: {text}\n    {error}") from error

    def say(self, text: str) -> None:
        """A line of C."""
        self.lines.append(f"    {text}")

    def new_name(self, kind: CType) -> str:
        """A name for a value that has none in Python."""
        self.n_names += 1
        self.variables[f"_{self.n_names}"] = kind
        return f"_{self.n_names}"

    # --- statements -------------------------------------------------------------------------------------------------

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.say(f"{self.expressions.value(node.value).c};")

    def _pass(self, node: ast.Pass) -> None:
        self.say(";")

    def _break(self, node: ast.Break) -> None:
        self.say("break;")

    def _continue(self, node: ast.Continue) -> None:
        self.say("continue;")

    def _return(self, node: ast.Return) -> None:
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.say("return;")
            return
        value = self.expressions.value(node.value)
        declared = self.printed.declared
        if declared is None:
            self.printed.found = value.type if self.printed.found is None else wider(self.printed.found, value.type)
        self.say(f"return {as_type(value, declared) if declared is not None else value.c};")

    def _assign(self, node: ast.Assign) -> None:
        targets = node.targets
        if len(targets) == 1 and isinstance(targets[0], ast.Tuple):
            self.take_apart(targets[0].elts, node.value)
            return
        value = self.expressions.value(node.value)
        if len(targets) > 1:
            name = self.new_name(value.type)
            self.say(f"{name} = {value.c};")
            value = Value(name, value.type)
        for target in targets:
            self.store(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            raise Unprintable("a name is given with its value")
        self.store(node.target, self.expressions.value(node.value))

    def take_apart(self, targets: Sequence[ast.expr], node: ast.expr) -> None:
        """Several targets get the parts of a tuple, all worked out before the first is stored."""
        if isinstance(node, ast.Tuple):
            values = self.expressions.in_any_order(node.elts)
        else:
            value = self.expressions.value(node)
            if not isinstance(value.type, Tuple):
                raise Unprintable(f"{ast.unparse(node)} is no tuple")
            whole = self.new_name(value.type)
            self.say(f"{whole} = {value.c};")
            values = [Value(value.type.part(whole, n), item) for n, item in enumerate(value.type.items)]
        if len(values) != len(targets):
            raise Unprintable(f"{len(targets)} targets for {len(values)} values")
        named = []
        for value in values:
            named.append(Value(self.new_name(value.type), value.type))
            self.say(f"{named[-1].c} = {value.c};")
        for target, value in zip(targets, named, strict=True):
            self.store(target, value)

    def store(self, target: ast.expr, value: Value) -> None:
        """A value is kept under a name, in a column of a row or as an element of an array."""
        if isinstance(target, ast.Name):
            kind = self.variables.setdefault(target.id, value.type)
            try:
                self.say(f"{in_c(target.id)} = {as_type(value, kind)};")
            except Unprintable as error:
                raise Unprintable(f"{target.id} was {kind} before; {error}") from error
            return
        self.writes = True
        place, kind = self.place(target)
        self.say(f"{place} = {as_stored(value, kind)};")

    def place(self, target: ast.expr) -> tuple[str, CType]:
        """Where a column or an element stands in memory, and what it is computed with as."""
        found = self.expressions.value(target)
        if not isinstance(target, ast.Attribute | ast.Subscript) or not isinstance(found.type, Number):
            raise Unprintable(f"{ast.unparse(target)} cannot be written to")
        return found.c.removeprefix(f"({found.type.c})"), found.type

    def _augassign(self, node: ast.AugAssign) -> None:
        value = self.expressions.value(node.value)
        if isinstance(node.target, ast.Name):
            self.store(node.target, operation(self.expressions.value(node.target), node.op, value))
            return
        if value.writes:
            raise Unprintable("what is added may change what it is added to: give it a name first")
        self.writes = True
        place, kind = self.place(node.target)
        result = operation(Value(place, kind), node.op, value)
        self.say(f"{place} = {as_stored(result, kind)};")

    def _if(self, node: ast.If) -> None:
        self.say(f"if ({self.expressions.condition(node.test).c}) {{")
        self.block(node.body)
        if node.orelse:
            self.say("} else {")
            self.block(node.orelse)
        self.say("}")

    def _while(self, node: ast.While) -> None:
        if node.orelse:
            raise Unprintable("else of a loop is not known to the printer")
        self.say(f"while ({self.expressions.condition(node.test).c}) {{")
        self.block(node.body)
        self.say("}")

    def _for(self, node: ast.For) -> None:
        if node.orelse or not isinstance(node.target, ast.Name):
            raise Unprintable("a loop is over one name, without else")
        at, end = self.new_name(INT), self.new_name(INT)
        if isinstance(node.iter, ast.Call) and self.is_range(node.iter.func):
            first, last, step = self.bounds(node.iter.args)
            each = Value(at, INT)
        else:
            array = self.expressions.value(node.iter)
            if not isinstance(array.type, Array):
                raise Unprintable("a loop is over a range or an array")
            whole = self.new_name(array.type)
            self.say(f"{whole} = {array.c};")
            first, last, step = "0", f"{whole}.n[0]", "1"
            each = self.element(Value(whole, array.type), at)
        self.say(f"{end} = {last};")
        self.say(f"for ({at} = {first}; {at} < {end}; {at} += {step}) {{")
        self.store(node.target, each)
        self.block(node.body)
        self.say("}")

    def is_range(self, function: ast.expr) -> bool:
        return isinstance(function, ast.Name) and function.id == "range"

    def bounds(self, arguments: Sequence[ast.expr]) -> tuple[str, str, str]:
        """First, end and step of a range; the step goes up."""
        values = [as_type(each, INT) for each in self.expressions.in_any_order(arguments)]
        if len(values) == 1:
            return "0", values[0], "1"
        return values[0], values[1], values[2] if len(values) == 3 else "1"

    def element(self, array: Value, at: str) -> Value:
        """An element of an array by the name of its number."""
        inside = Expressions({}, {"a": array.type, "i": INT}, self.callee, self.program)
        found = inside.value(ast.parse("a[i]", mode="eval").body)
        return Value(found.c.replace("(a, i)", f"({array.c}, {at})"), found.type)


def as_stored(value: Value, kind: CType) -> str:
    """A value to be written to memory, where whole numbers may be cut and true is 1."""
    if value.type == kind or (kind == BOOL and value.type == INT):
        return value.c
    if isinstance(value.type, Number) and isinstance(kind, Number):
        if kind in (INT, BOOL) and value.type.c == "double":
            raise Unprintable("a double is kept as a whole number: write int(...)")
        return f"({kind.c}){value.c}"
    raise Unprintable(f"{value.type} cannot be kept as {kind}")


def program_of(functions: Mapping[str, Callable[..., Any]]) -> str:
    """The file of C for functions that Python calls, by the names it calls them by."""
    program = Program(reserved=functions)
    for name, function in functions.items():
        program.way_in(name, function)
    return program.text()
