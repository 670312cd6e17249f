"""What an unknown word may have meant: the most similar of the known ones, and the sentence that says so."""

import difflib
from collections.abc import Iterable


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like this one; None where none is alike enough (`cutoff`: 1 is equal, 0 anything)."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for an unknown word: the one that may have been meant, or all there are."""
    names = list(known)
    close = closest(word, names)
    return f"did you mean {close}?" if close else f"use one of: {', '.join(names) or 'none is defined'}"
