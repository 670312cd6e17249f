"""Which scenarios of a sweep are kept: a condition over its keys, read into a tree and worked out by hand, never run.

Which scenarios there are is said in `designs`.
"""

import ast
import operator
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from sim.config.remedies import short
from sim.department.scenario import Problem
from sim.io.suggest import did_you_mean

KEY = "sweep.filter"
EXAMPLE = "demand.growth <= 1.1 or staffing == 'traditional'"
WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
LONGEST = 2_000
"""Characters; a longer condition would be too deep a tree to walk."""

ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
SUMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class Undecided(Exception):
    """A part of the condition has no answer for the values of a scenario."""

    def __init__(self, node: ast.AST, remedy: str) -> None:
        super().__init__(remedy)
        self.node, self.remedy = node, remedy


@dataclass(frozen=True)
class Condition:
    """A condition that can be worked out. `keys`: the key that each stand-in of the tree means."""

    text: str
    tree: ast.expr
    keys: Mapping[str, str]

    def problem(self, node: ast.AST, remedy: str) -> Problem:
        """Something wrong with a part of it, with its place."""
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", None)
        written = self.text.encode()
        place = len(written[:start].decode()) + 1
        return Problem(f"{KEY}, character {place}", repr(written[start:end].decode()), remedy)

    def keeps(self, values: Mapping[str, object]) -> bool | Problem:
        """Whether a scenario with these values, by key, is kept; or why that cannot be said."""
        try:
            return self.truth(self.tree, values)
        except Undecided as error:
            return self.problem(error.node, error.remedy)

    def truth(self, node: ast.expr, values: Mapping[str, object]) -> bool:
        """What must be true or false."""
        value = self.value(node, values)
        if not isinstance(value, bool):
            raise Undecided(node, f"{short(value)} is neither true nor false: compare it, as in {EXAMPLE}")
        return value

    def value(self, node: ast.expr, values: Mapping[str, object]) -> object:
        """What a part of the tree comes to."""
        match node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name(id=name):
                return values[self.keys[name]] if name in self.keys else WORDS[name]
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return [self.value(part, values) for part in parts]
            case ast.BoolOp(op=ast.And(), values=parts):
                return all(self.truth(part, values) for part in parts)
            case ast.BoolOp(values=parts):
                return any(self.truth(part, values) for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return not self.truth(part, values)
            case ast.UnaryOp(op=sign, operand=part):
                number = as_number(part, self.value(part, values))
                return -number if isinstance(sign, ast.USub) else number
            case ast.BinOp(left=left, op=sign, right=right):
                return worked_out(node, sign, *(as_number(part, self.value(part, values)) for part in (left, right)))
            case ast.Compare():
                sides = [self.value(part, values) for part in (node.left, *node.comparators)]
                return all(
                    compared(node, how, one, other) for how, one, other in zip(node.ops, sides, sides[1:], strict=False)
                )
        raise AssertionError(f"{type(node).__name__} was let through")  # `faults_of` refuses all others


def as_number(node: ast.expr, value: object) -> float:
    """A number to reckon with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Undecided(node, f"{short(value)} is no number: only numbers are added, subtracted, multiplied or divided")
    return value


def worked_out(node: ast.expr, sign: ast.operator, left: float, right: float) -> object:
    """Two numbers made one."""
    try:
        return SUMS[type(sign)](left, right)
    except ArithmeticError as error:
        raise Undecided(node, f"cannot be worked out for {left!r} and {right!r} ({error})") from error


def compared(node: ast.expr, how: ast.cmpop, one: object, other: object) -> bool:
    """One comparison."""
    if isinstance(how, ast.Eq | ast.NotEq):
        return (one == other) is isinstance(how, ast.Eq)
    if isinstance(how, ast.In | ast.NotIn):
        if not isinstance(other, list) and not (isinstance(other, str) and isinstance(one, str)):
            raise Undecided(node, f"{short(other)} holds nothing: write a list after in, as in staffing in ['a', 'b']")
        return (one in other) is isinstance(how, ast.In)
    if not (are(one, other, int | float) or are(one, other, str)):
        raise Undecided(node, f"{short(one)} and {short(other)} have no order: compare two numbers")
    return ORDERS[type(how)](one, other)


def are(one: object, other: object, kind: Any) -> bool:
    """Both are of a kind; true and false are no numbers."""
    return all(isinstance(value, kind) and not isinstance(value, bool) for value in (one, other))


def condition_of(text: str, given: Mapping[str, Sequence[object]]) -> Condition | list[Problem]:
    """The condition that was written; `given`: the values of each key of the sweep."""
    text = " ".join(text.split("\n")).strip()
    if not text:
        return [Problem(KEY, "nothing", f"give a condition, as in {EXAMPLE}")]
    if len(text) > LONGEST:
        return [Problem(KEY, f"{len(text)} characters", f"give a condition of at most {LONGEST}")]
    written, keys = with_stand_ins(text, given)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own advice on what is refused below
            tree = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f", character {offset}" if (offset := getattr(error, "offset", None)) else ""
        why = getattr(error, "msg", None) or str(error)
        return [Problem(f"{KEY}{place}", repr(text), f"cannot be read ({why}): write it as in {EXAMPLE}")]
    condition = Condition(text, tree, keys)
    try:
        faults = [condition.problem(node, remedy) for node, remedy in faults_of(condition, tree, given)]
    except RecursionError:
        return [Problem(KEY, repr(text), "brackets too deep: write it more simply")]
    return faults or condition


def with_stand_ins(text: str, given: Mapping[str, Sequence[object]]) -> tuple[str, dict[str, str]]:
    """The text with a name as long for each key, since a key (`routes.2.share`) need not be an expression."""
    if not given:
        return text, {}
    longest_first = sorted(given, key=len, reverse=True)
    stand_ins = {key: f"k{number}".ljust(len(key), "_") for number, key in enumerate(longest_first)}
    quoted = r"'[^']*'|\"[^\"]*\""
    known = "|".join(re.escape(key) for key in longest_first)
    pattern = re.compile(rf"{quoted}|(?<![\w.])(?P<key>{known})(?![\w]|\.\w)")
    written = pattern.sub(lambda found: stand_ins[found["key"]] if found["key"] else found[0], text)
    return written, {stand_in: key for key, stand_in in stand_ins.items()}


def faults_of(
    condition: Condition, node: ast.AST, given: Mapping[str, Sequence[object]]
) -> Iterator[tuple[ast.AST, str]]:
    """Parts that have no meaning here, and words that no scenario has."""
    match node:
        case ast.Constant(value=value) if not isinstance(value, str | int | float | None):
            yield node, "write numbers, texts in quotes, true, false or null"
        case ast.Constant():
            return
        case ast.Name(id=name) if name in condition.keys or name in WORDS:
            return
        case ast.Name() | ast.Attribute():
            yield node, unknown(ast.unparse(node), given)
        case ast.Compare():
            yield from words_not_met(condition, node, given)
            yield from faults_below(condition, node, given)
        case ast.BinOp(op=sign) if type(sign) not in SUMS:
            yield node, "reckon with + - * / // and % only"
        case ast.UnaryOp(op=ast.Invert()):
            yield node, "write not before what must not hold"
        case ast.BoolOp() | ast.UnaryOp() | ast.BinOp() | ast.Tuple() | ast.List() | ast.Set():
            yield from faults_below(condition, node, given)
        case _:
            yield node, f"not part of a condition: compare keys with values, as in {EXAMPLE}"


def faults_below(
    condition: Condition, node: ast.AST, given: Mapping[str, Sequence[object]]
) -> Iterator[tuple[ast.AST, str]]:
    """Faults of the parts of a part."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from faults_of(condition, child, given)
        elif isinstance(child, ast.Is | ast.IsNot):
            yield node, "write == or !="


def unknown(word: str, given: Mapping[str, Sequence[object]]) -> str:
    """What to write for a word that is no key of the sweep."""
    texts = {value for values in given.values() for value in values if isinstance(value, str)}
    if word in texts:
        return f"a text stands in quotes: '{word}'"
    return f"no key of this sweep; {did_you_mean(word, given)}"


def words_not_met(
    condition: Condition, node: ast.Compare, given: Mapping[str, Sequence[object]]
) -> Iterator[tuple[ast.AST, str]]:
    """Texts compared with a key that never has them: a slip of the pen would keep or drop everything in silence."""
    sides = [node.left, *node.comparators]
    for how, one, other in zip(node.ops, sides, sides[1:], strict=False):
        pairs = {ast.Eq: [(one, other), (other, one)], ast.In: [(one, other)]}
        pairs |= {ast.NotEq: pairs[ast.Eq], ast.NotIn: pairs[ast.In]}
        for key_side, text_side in pairs.get(type(how), []):
            values = given[condition.keys[key_side.id]] if is_key(key_side, condition) else [None]
            if all(isinstance(value, str) for value in values):
                known = dict.fromkeys(str(value) for value in values)
                for part in parts_of(text_side):
                    if part.value not in known:
                        yield part, f"no scenario has it; {did_you_mean(str(part.value), known)}"


def is_key(node: ast.expr, condition: Condition) -> TypeGuard[ast.Name]:
    """The part is a key of the sweep."""
    return isinstance(node, ast.Name) and node.id in condition.keys


def parts_of(node: ast.expr) -> list[ast.Constant]:
    """Texts written here, or in the list written here."""
    listed = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [part for part in listed if isinstance(part, ast.Constant) and isinstance(part.value, str)]
