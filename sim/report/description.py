"""What a study found, described once: a finding, a table for the screen, sections of a page, sheets of a workbook.

Each study describes its answer in a function of its own: `describe_comparison`, `describe_sweep`,
`describe_break_even`. It is laid out by `sim.report.screen` (terminal), `sim.report.markdown` (`answer.md`) and
`sim.report.tables.answer_workbook` (`answer.xlsx`).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sim.io.workbook import Sheet

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


# --- the parts of a page

TextRows = list[tuple[str, ...]]
"""Cells of a table as text, the head first."""


@dataclass(frozen=True)
class TextTable:
    """A table of a page; a head alone is left out. `headings`: numbers of rows that head those below them."""

    rows: TextRows
    headings: Collection[int] = ()


@dataclass(frozen=True)
class Points:
    """Lines of a list; none is left out."""

    lines: Iterable[str]


@dataclass(frozen=True)
class Typed:
    """A command, as its words."""

    words: Sequence[str]


@dataclass(frozen=True)
class Written:
    """Text that is Markdown already."""

    text: str


Block = str | TextTable | Points | Typed | Written


@dataclass(frozen=True)
class Section:
    """A part of a page below its title; it is left out where nothing but text is wanted in it and nothing is there."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class ScreenTable:
    """A table of the terminal and the lines below it, its legend first."""

    rows: TextRows
    below: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Description:
    """An answer, independent of where it is shown.

    `finding`: the question and the five lines that answer it; `whole_finding` the same for the page and the workbook,
    which may say more; `title`: the question as the workbook tells it. On the terminal: `n_rows` are the most rows that
    its table can have, none where there is nothing to show; `screen_table` gives it with so many rows, the most
    important, and as many columns as a width in characters takes; at least `fewest_rows` are shown; `intro` is said
    above it, `remarks` below it, the weightiest first. On the page: `sections` below the finding; one without a title
    goes on with the one before. In the workbook: `sheets`, `keep_in_mind` beside the numbers, and what is `left_out`.
    """

    finding: Finding
    n_rows: int
    screen_table: Callable[[int, int], ScreenTable]
    remarks: Iterable[str]
    sections: Callable[[], Iterable[Section]]
    sheets: Callable[[], list[Sheet]]
    keep_in_mind: Iterable[str]
    whole_finding: Finding
    title: str
    intro: str = ""
    fewest_rows: int = 4
    left_out: Callable[[], Sequence[str]] = tuple
