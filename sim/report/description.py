"""What a study found, described once: a finding, a table for the screen, sections of a page, sheets of a workbook.

Each study describes its answer in a function of its own: `describe_comparison`, `describe_sweep`,
`describe_break_even`. It is laid out here as a page of Markdown, by `sim.report.screen` on the terminal and by
`sim.report.tables.answer_workbook` as `answer.xlsx`.
"""

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.io.clean_text import for_markdown, one_line
from sim.io.workbook import Sheet

GOING_ON = (
    "With `output=` and this folder it goes on here: nothing is played twice, and more replications "
    "(`study.replications=`) only add to those there are."
)
"""How a study whose runs are kept goes on, as Markdown."""


def without_output(command: Iterable[str]) -> list[str]:
    """A command without its folder of results, as anybody may give it."""
    return [word for word in command if not word.startswith("output=")]


IN_MIND, TO_REPEAT = "Read this with the numbers", "To go on, or to repeat it"
"""Titles of sections that every page has."""

CHANGES = "What changes"
UNCHANGED = "What does not"
WHAT_IT_COSTS = "What it costs"
SAME_MONEY = "The same money elsewhere"
CERTAINTY = "How sure"
WHO_IS_LEFT_OUT = "Who is left out"
GIVES_WAY = frozenset({WHO_IS_LEFT_OUT})
"""Lines of a finding that the terminal leaves to the page where the table had no room beside them."""


class FindingLine(NamedTuple):
    """One of the five: a few words that say what it is about, and one or two plain sentences."""

    label: str
    text: str


class Finding(NamedTuple):
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


class TextTable(NamedTuple):
    """A table of a page; a head alone is left out. `headings`: numbers of rows that head those below them; `is_words`:
    its cells are words, not numbers."""

    rows: TextRows
    headings: Collection[int] = ()
    is_words: bool = False


class Points(NamedTuple):
    """Lines of a list; none is left out."""

    lines: Iterable[str]


class Typed(NamedTuple):
    """A command, as its words."""

    words: Sequence[str]


class Written(NamedTuple):
    """Text that is Markdown already."""

    text: str


Block = str | TextTable | Points | Typed | Written


class Section(NamedTuple):
    """A part of a page below its title; it is left out where nothing but text is wanted in it and nothing is there."""

    title: str
    blocks: Sequence[Block]


class ScreenTable(NamedTuple):
    """A table of the terminal and the lines below it, its legend first."""

    rows: TextRows
    below: Sequence[str] = ()


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


# --- as a page of Markdown

ANSWER_PAGE = "answer.md"

TYPED = re.compile(r'("study\.[^"`\n]*")')
"""A word to be typed, in the quotes that shells want."""


def answer_markdown(answer: Description) -> str:
    """The whole answer as a page."""
    finding = answer.whole_finding
    intro = [answer.intro] if answer.intro else []
    return page(finding.question, [*intro, Written(finding_markdown(finding))], answer.sections())


def page(title: str, blocks: Sequence[Block], sections: Iterable[Section]) -> str:
    """A page: its title, what stands below it, and its sections."""
    parts = [f"# {for_markdown(title)}", *map(block_markdown, blocks)]
    for section in sections:
        parts += section_parts(section)
    return "\n\n".join(filter(None, parts)) + "\n"


def section_parts(section: Section) -> Iterator[str]:
    """A section, or nothing where its first block is empty."""
    first, *rest = map(block_markdown, section.blocks)
    if first:
        yield from [f"## {for_markdown(section.title)}"] if section.title else []
        yield first
        yield from rest


def block_markdown(block: Block) -> str:
    """A paragraph, table, list or command; empty where there is nothing in it."""
    match block:
        case TextTable(rows, headings, _):
            return markdown_table(rows, headings) if len(rows) > 1 else ""
        case Points(lines):
            return "\n".join(f"- {for_markdown(line)}" for line in lines)
        case Typed(words):
            return f"    {one_line(shlex.join(words))}"
        case Written(text):
            return text
    return for_markdown(block)


def finding_markdown(finding: Finding) -> str:
    """The five lines as a list; the question is the title of its page."""
    return "\n".join(f"- **{line.label}**: {with_code(line.text)}" for line in finding.lines)


def markdown_table(rows: TextRows, headings: Collection[int] = ()) -> str:
    """The first row as head, the first column left and the others right; `headings`: numbers of rows set in bold."""
    lines = []
    for number, (first, *rest) in enumerate(rows):
        name = for_markdown(first.strip())
        cells = [f"**{name}**" if number in headings else name, *(for_markdown(text.strip()) for text in rest)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([lines[0], f"|---|{'---:|' * (len(rows[0]) - 1)}", *lines[1:]])


def with_code(text: str) -> str:
    """Text for Markdown, words to be typed as code: they can be copied out of the file as they are."""
    return "".join(f"`{part}`" if TYPED.fullmatch(part) else for_markdown(part) for part in TYPED.split(text))
