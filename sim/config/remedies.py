"""What pydantic says, as a value and a remedy a planner can act on.

Which place is meant is found in `sim.config.checking`.
"""

from pydantic_core import ErrorDetails

from sim.config.retired import remedy_of_retired
from sim.config.roster_shorthand import remedy_of_key
from sim.io.suggest import did_you_mean

_LONGEST = 60

BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
    "multiple_of": ("a multiple of", "multiple_of"),
}
_KINDS = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "a text",
    "tuple": "a list: [a, b]",
    "list": "a list: [a, b]",
    "dict": "a mapping: {key: value}",
    "model": "a mapping: {key: value}",
    "date": "a date: 2024-01-01",
    "finite": "a finite number",
}


def short_repr(value: object) -> str:
    """A value in a few characters."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def value_of(details: ErrorDetails) -> str:
    """What stands there; for a contradiction between entries, the contradiction."""
    if details["type"] == "missing":
        return "nothing"
    if details["type"] == "value_error":
        return contradiction(details)[0]
    return short_repr(details["input"])


def remedy_of(details: ErrorDetails, known: list[str]) -> str:
    """What to do about an error."""
    kind, context = details["type"], details.get("ctx", {})
    if kind in BOUNDS:
        words, bound = BOUNDS[kind]
        return f"give {words} {context[bound]:g}"
    if kind == "extra_forbidden":
        word = str(details["loc"][-1])
        instead = remedy_of_retired(word, known) or remedy_of_key(word, details["input"], known)
        return instead or f"no such key; {did_you_mean(word, known)}"
    if kind == "missing":
        return "missing: add it"
    if kind == "value_error":
        return contradiction(details)[1]
    if kind == "literal_error":
        return f"use one of {context['expected']}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return tag_remedy(details)
    if kind.endswith(("too_short", "too_long")):
        return length_remedy(details)
    return other_remedy(details)


def length_remedy(details: ErrorDetails) -> str:
    """How many entries, or characters, are wanted."""
    least = details["type"].endswith("too_short")
    count = details["ctx"]["min_length" if least else "max_length"]
    one, many = ("character", "characters") if details["type"].startswith("string") else ("entry", "entries")
    return f"give at {'least' if least else 'most'} {count} {one if count == 1 else many}"


def tag_remedy(details: ErrorDetails) -> str:
    """Which kinds or families there are."""
    context = details.get("ctx", {})
    key = str(context["discriminator"]).strip("'")
    if "tag" not in context:
        return f"add {key}"
    return f"{key} {context['tag']!r} is not one of {context['expected_tags'].replace(chr(39), '')}"


def other_remedy(details: ErrorDetails) -> str:
    """What kind of value is wanted."""
    kind, value = details["type"], details["input"]
    if isinstance(value, str) and ".." in value and kind.startswith(("float", "int")):
        return "a range is not a number: give one number here; a list is written [0.6,1.2]"
    wanted = _KINDS.get(kind.split("_")[0])
    if wanted is not None:
        return f"give {wanted}"
    return details["msg"][:1].lower() + details["msg"][1:]


def contradiction(details: ErrorDetails) -> tuple[str, str]:
    """Our own messages read 'what is wrong: what to do'."""
    message = details["msg"].removeprefix("Value error, ")
    wrong, colon, remedy = message.rpartition(": ")
    return (wrong, remedy) if colon else (short_repr(details["input"]), message)
