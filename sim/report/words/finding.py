"""The finding of a study: five short lines, the same on the console and in `answer.md`.

The lines of a comparison are written in `sim.report.words.comparison_finding`, those of the other studies beside their
tables. Everything a study shows on the console, progress included, is at most `MOST_LINES` lines; what is left over
is in `answer.md`.
"""

import re
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from sim.io.clean_text import for_markdown

MOST_LINES = 40
"""Lines of a terminal of 100 columns that the answer of any study may take."""

CHANGES = "What changes"
UNCHANGED = "What does not"
COST = "What it costs"
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


def print_finding(finding: Finding, console: Console) -> None:
    """The question, then the five lines."""
    from sim.report.console import say  # loads what figures, which need the finding too, do without

    say(console, finding.question, style="bold cyan")
    for line in finding.lines:
        say(console, Text.assemble("• ", (line.label, "bold"), f": {line.text}"))


def n_lines(text: str, console: Console) -> int:
    """Lines that a paragraph takes, as `say` breaks it."""
    from sim.report.console import WIDTH  # loads more than figures need

    hang = len(text) - len(text.lstrip(" •"))
    return len(Text(text).wrap(console, min(WIDTH, console.width) - hang))


def finding_markdown(finding: Finding) -> str:
    """The five lines as a Markdown list; the question is the title of its page."""
    return "\n".join(f"- **{line.label}**: {with_code(line.text)}" for line in finding.lines)


TYPED = re.compile(r'("study\.[^"`\n]*")')
"""A word to be typed, in the quotes that shells want."""


def with_code(text: str) -> str:
    """Text for Markdown, words to be typed as code: they can be copied out of the file as they are."""
    return "".join(f"`{part}`" if TYPED.fullmatch(part) else for_markdown(part) for part in TYPED.split(text))
