"""A few of many words on one line, and how many there are besides."""

from collections.abc import Sequence


def few_of(words: Sequence[str], most: int, between: str = "; ", noun: str = "more") -> str:
    """The first `most` of the words, and the number of the others: `a; b; and 3 more`."""
    others = [f"and {len(words) - most:,} {noun}"] if len(words) > most else []
    return between.join([*words[:most], *others])
