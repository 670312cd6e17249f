"""An answer as a page of Markdown, `answer.md`: its finding, then its sections."""

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence

from sim.io.clean_text import for_markdown, one_line
from sim.report.description import Block, Description, Finding, Points, Section, TextRows, TextTable, Typed, Written

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
        case TextTable(rows, headings):
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
