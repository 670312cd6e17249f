"""Settings given in Python as keywords, written as the words of a command line, which are then checked as any others.

`staffing="peer_added"` is `staffing=peer_added`, `demand={"growth": 1.1}` is `demand.growth=1.1`. Whatever a text holds
stays one text: the grammar of the command line never reads it as a list, a number or a second setting.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import TypeVar

from sim.config.overrides import SHAPE, is_path
from sim.department.scenario import Problem, ScenarioError
from sim.department.short_text import short_value

Composed = TypeVar("Composed")

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_KEYWORDS_OF_GRAMMAR = frozenset({"null", "true", "false", "nan", "inf", "infinity"})
_KEY = re.compile(r"[A-Za-z0-9_.+-]+")
"""Keys inside a mapping: names, names of measures, numbers."""
_REMEDY = "give text, a number, True, False, None, or a list or mapping of these"
_FUNCTION_REMEDY = (
    "settings are values; a rule of your own is played by sim.simulate(scenario, seed, engine='simpy', rules=...) "
    "alone, and runs are compared seed by seed"
)
_KEY_REMEDY = "keys are text, or whole numbers inside: letters, digits, _, - and ."


def composed_with(
    compose: Callable[[Sequence[str]], Composed],
    words: Sequence[str],
    settings: Mapping[str, object],
    varied: Mapping[str, object] | None = None,
) -> Composed:
    """What `compose` makes of overrides and of keywords, which come after them; `varied`: several values of each key.

    Raises ScenarioError with everything that is wrong, values that no setting can be and what `compose` finds in the
    others.
    """
    problems: list[Problem] = []
    written = [*words, *_words_of(settings, problems), *_words_varied(varied or {}, problems)]
    try:
        found = compose(written)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    if problems:
        raise ScenarioError(problems)
    return found


def text_of(value: object) -> str:
    """A value as it is typed after `key=`. Raises ValueError for what no setting can be, with the remedy."""
    if hasattr(value, "tolist"):  # numbers and arrays of numpy, columns of pandas
        value = value.tolist()
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str | PathLike):
        return _quoted(fspath(value))
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(key)}: {text_of(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(text_of, value))}]"
    if callable(value):
        raise ValueError(f"a function: {_FUNCTION_REMEDY}")
    raise ValueError(f"a value of type {type(value).__name__}: {_REMEDY}")


def _quoted(text: object) -> str:
    """A text that the grammar reads as this text, whatever is in it. Raises ValueError for bytes."""
    if not isinstance(text, str):
        raise ValueError(f"a value of type {type(text).__name__}: {_REMEDY}")
    if _BARE.fullmatch(text) and text.lower() not in _KEYWORDS_OF_GRAMMAR:
        return text
    # A quote takes a backslash, and backslashes before a quote are doubled.
    return '"' + re.sub(r'(\\*)("|\Z)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), text) + '"'


def _key(key: object) -> str:
    """A key inside a mapping. Raises ValueError."""
    if isinstance(key, bool) or not isinstance(key, int | str) or not _KEY.fullmatch(str(key)):
        raise ValueError(f"the key {short_value(key)}: {_KEY_REMEDY}")
    return str(key)


def _settings_by_key(settings: Mapping[str, object], problems: list[Problem]) -> Iterator[tuple[str, object]]:
    """Dotted keys and their values: the entries of a mapping are those of its group."""
    for group, value in settings.items():
        for key, inner in value.items() if isinstance(value, Mapping) and "." not in str(group) else [("", value)]:
            plus = "+" * (isinstance(key, str) and key.startswith("+"))
            name = f"{plus}{group}.{str(key)[len(plus) :]}" if key else str(group)
            if isinstance(key, str) and SHAPE.fullmatch(f"{name}="):
                yield name, inner
            else:
                problems.append(Problem(str(group), f"the key {short_value(key or group)}", _KEY_REMEDY))


def _words_of(settings: Mapping[str, object], problems: list[Problem]) -> Iterator[str]:
    """A word for each setting; what none can be made of is added to the problems."""
    for key, value in _settings_by_key(settings, problems):
        if is_path(key) and isinstance(value, str | PathLike):
            yield f"{key}={fspath(value)}"
        else:
            yield from _word(key, [value], problems)


def _words_varied(varied: Mapping[str, object], problems: list[Problem]) -> Iterator[str]:
    """A word for each key of a sweep, with its values in their order."""
    for key, values in _settings_by_key(varied, problems):
        if hasattr(values, "tolist"):
            values = values.tolist()
        if isinstance(values, list | tuple | range) and len(values):
            yield from _word(key, list(values), problems)
        else:
            problems.append(Problem(key, short_value(values), "give a list of the values to try, the baseline first"))


def _word(key: str, values: Sequence[object], problems: list[Problem]) -> Iterator[str]:
    """`key=value`, or `key=value,value`; nothing where a value is of a wrong type."""
    try:
        yield f"{key}={','.join(map(text_of, values))}"
    except ValueError as error:
        found, _, remedy = str(error).partition(": ")
        problems.append(Problem(key, found, remedy))
