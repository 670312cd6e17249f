"""Short names of scenarios for the lines and tables of a terminal, and long texts cut.

The whole names are the words of the command.
"""

from collections import Counter
from collections.abc import Sequence

from sim.analysis.swept_factors import words_of_label
from sim.engine.measures.number_text import joined

_LONGEST_NAME = 60
"""Characters of a scenario's name in a sentence."""


def varied_keys(labels: Sequence[str]) -> dict[str, int]:
    """Keys that differ between scenarios, and how many values of each there are."""
    values: dict[str, set[str]] = {}
    for label in labels:
        for word in words_of_label(label):
            key, equals, value = word.partition("=")
            if equals:
                values.setdefault(key.lstrip("+~"), set()).add(value)
    return {key: len(found) for key, found in values.items() if len(found) > 1}


def short_labels(labels: Sequence[str]) -> dict[str, str]:
    """Names by label: words that all labels share dropped, keys by their last part, of a staffing the name alone.

    The labels themselves where two names would be the same.
    """
    words = {label: words_of_label(label) for label in labels}
    common = set.intersection(*map(set, words.values())) if len(words) > 1 else set[str]()
    keys = {word.partition("=")[0].lstrip("+~") for each in words.values() for word in each}
    last_parts = Counter(key.rpartition(".")[2] for key in keys)

    def short(word: str) -> str:
        key, equals, value = word.partition("=")
        key = key.lstrip("+~")
        if not equals or key == "staffing":
            return value or key
        last = key.rpartition(".")[2]
        return f"{last if last_parts[last] == 1 else key}={value}"

    names = {label: " ".join(short(word) for word in each if word not in common) for label, each in words.items()}
    return names if len(set(names.values())) == len(names) and all(names.values()) else {name: name for name in labels}


def short_names(labels: Sequence[str]) -> dict[str, str]:
    """The same, none longer than a line of a table has room for."""
    return {label: cut_middle(name) for label, name in short_labels(labels).items()}


def cut_middle(text: str, width: int = _LONGEST_NAME) -> str:
    """The text, or its beginning and end around an ellipsis: what differs often stands at the end."""
    if len(text) <= width:
        return text
    front = (width - 1) // 2
    return f"{text[:front]}…{text[len(text) - (width - 1 - front) :]}"


def some(words: Sequence[str], most: int) -> str:
    """`a and b`, or `a, b and 3 more`."""
    return joined([*words[:most], f"{len(words) - most} more"] if len(words) > most else list(words))
