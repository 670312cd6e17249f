"""The finding of a study: five short lines, the same on the console and in `answer.md`.

The lines of a comparison are written in `sim.report.words.comparison_finding`, those of the other studies beside their
tables. Everything a study shows on the console, progress included, is at most `MOST_LINES` lines; what is left over
is in `answer.md`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.io.clean_text import for_markdown

MOST_LINES = 40
"""Lines of a terminal of 100 columns that the answer of any study may take."""

GOING_ON = (
    "With `output=` and this folder it goes on here: nothing is played twice, and more replications "
    "(`study.replications=`) only add to those there are."
)
"""How a study whose runs are kept goes on, as Markdown."""

CHANGES = "What changes"
UNCHANGED = "What does not"
WHAT_IT_COSTS = "What it costs"
SAME_MONEY = "The same money elsewhere"
CERTAINTY = "How sure"


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One of the five: a few words that say what it is about, and one or two plain sentences."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The question in one line, and the five lines that answer it."""

    question: str
    lines: tuple[FindingLine, ...]


def five_lines(question: str, texts: Sequence[str]) -> Finding:
    """A finding with the five lines that every study has."""
    labels = (CHANGES, UNCHANGED, WHAT_IT_COSTS, SAME_MONEY, CERTAINTY)
    return Finding(question, tuple(map(FindingLine, labels, texts)))


TYPED = re.compile(r'("study\.[^"`\n]*")')
"""A word to be typed, in the quotes that shells want."""


def with_code(text: str) -> str:
    """Text for Markdown, words to be typed as code: they can be copied out of the file as they are."""
    return "".join(f"`{part}`" if TYPED.fullmatch(part) else for_markdown(part) for part in TYPED.split(text))
