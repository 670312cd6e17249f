"""An answer as it was described, kept as data in the folder of results: `answer.json`.

Some answers cannot be made again from tables: one child's visit needs two runs, a calibration the file of visits. What
was said of them is kept block by block, their drawings as drawn. Terminal, `answer.md` and `report.html` are laid out
from this one value, live and from the folder. The folder may come from somebody else: texts are escaped where they are
laid out, and a drawing that holds anything but shapes and text is refused.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.io.bounded_reader import MIB, read_bytes
from sim.io.clean_text import for_markdown
from sim.report.description import (
    Block,
    Description,
    Finding,
    FindingLine,
    Points,
    ScreenTable,
    Section,
    TextRows,
    TextTable,
    Typed,
    Written,
    finding_markdown,
    page,
    without_output,
)
from sim.report.html_page import Picture
from sim.report.safe_drawing import refuse_unsafe, trimmed_drawing
from sim.runs.received_sweep import refuse_invalid, refuse_unreadable

STORED = "answer.json"
MOST_ANSWER_BYTES = 32 * MIB
"""Bytes of a stored answer; that of a calibration with its figures takes half a million."""


class _Kept(BaseModel):
    """What may stand in the file: nothing else, of these types."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class _Table(_Kept):
    kind: Literal["table"] = "table"
    rows: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    headings: tuple[int, ...] = ()
    is_words: bool = False

    @model_validator(mode="after")
    def _is_even(self) -> "_Table":
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("rows of a table differ in length")
        return self


class _Points(_Kept):
    kind: Literal["points"] = "points"
    lines: tuple[str, ...]


class _Typed(_Kept):
    kind: Literal["typed"] = "typed"
    words: tuple[str, ...]


class _Text(_Kept):
    kind: Literal["text", "markdown"] = "text"
    text: str


_Block = Annotated[_Table | _Points | _Typed | _Text, Field(discriminator="kind")]


class _Section(_Kept):
    title: str
    blocks: Annotated[tuple[_Block, ...], Field(min_length=1)]


class _Line(_Kept):
    label: str
    text: str


class _Picture(_Kept):
    name: Annotated[str, Field(pattern=r"^[A-Za-z][\w-]*$", max_length=100)]
    caption: str
    svg: str
    file: Annotated[str, Field(pattern=r"^[\w./-]*$")] = ""

    @model_validator(mode="after")
    def _is_safe(self) -> "_Picture":
        refuse_unsafe(self.svg)
        return self


class StoredAnswer(_Kept):
    """Question, the lines that answer it, sections, drawings.

    `words` are those of the reporting items; without any, these are no study that the items are for, and are left out.
    """

    question: str
    lines: tuple[_Line, ...]
    intro: str = ""
    sections: tuple[_Section, ...]
    pictures: tuple[_Picture, ...] = ()
    words: dict[str, str] = Field(default_factory=dict)

    @property
    def finding(self) -> Finding:
        """The question and the lines that answer it."""
        return Finding(self.question, tuple(FindingLine(line.label, line.text) for line in self.lines))

    def described(self) -> list[Section]:
        """The sections as they are laid out."""
        return [Section(each.title, [_shown(block) for block in each.blocks]) for each in self.sections]

    def drawn(self) -> list[Picture]:
        """The drawings."""
        return [Picture(each.name, each.caption, each.svg, each.file) for each in self.pictures]

    def table(self, title: str) -> TextRows:
        """The first table of the section of a title, its head first; none where there is no such section."""
        tables = (block for each in self.sections if each.title == title for block in each.blocks)
        return next((list(block.rows) for block in tables if isinstance(block, _Table)), [])

    def on_screen(self, rows: TextRows | None = None) -> Description:
        """The finding for a terminal, and above the fold as much of a table as there is room for."""
        found = rows or []

        def table(n_rows: int, _: int) -> ScreenTable:
            return ScreenTable(found[: n_rows + 1])

        n_rows = max(len(found) - 1, 0)
        return Description(
            self.finding, n_rows, table, (), self.described, list, (), self.finding, self.question, self.intro
        )


def stored_answer(
    finding: Finding,
    sections: Sequence[Section],
    pictures: Sequence[Picture] = (),
    words: Mapping[str, str] | None = None,
    intro: str = "",
) -> StoredAnswer:
    """An answer ready to be kept; drawings without what a page does not need."""
    return StoredAnswer(
        question=finding.question,
        lines=tuple(_Line(label=line.label, text=line.text) for line in finding.lines),
        intro=intro,
        sections=tuple(
            _Section(title=each.title, blocks=tuple(_kept(block) for block in each.blocks)) for each in sections
        ),
        pictures=tuple(
            _Picture(name=each.name, caption=each.caption, svg=trimmed_drawing(each.svg), file=each.file)
            for each in pictures
        ),
        words=dict(words or {}),
    )


def answer_text(answer: StoredAnswer) -> str:
    """The answer as it stands in its file."""
    return answer.model_dump_json(indent=1) + "\n"


def read_answer(file: Path) -> StoredAnswer:
    """The answer of a file. Raises ScenarioError with all that is wrong with it."""
    with refuse_unreadable(file), refuse_invalid(lambda place: ".".join([str(file), *map(str, place)])):
        return StoredAnswer.model_validate_json(read_bytes(file, MOST_ANSWER_BYTES))


def stored_markdown(answer: StoredAnswer, command: Sequence[str]) -> str:
    """The answer as a page, with the pictures beside it; the command repeats it."""
    links = [f"![{for_markdown(each.caption)}]({each.file})" for each in answer.pictures if each.file]
    intro: list[Block] = [answer.intro] if answer.intro else []
    sections = [*answer.described(), Section("Figures", [Written("\n".join(links))])]
    return page(
        answer.question,
        [*intro, Written(finding_markdown(answer.finding))],
        [*sections, Section("To repeat it", [Typed(without_output(command))])],
    )


# --- blocks


def _kept(block: Block) -> _Block:
    """A block as it is kept."""
    match block:
        case TextTable(rows, headings, is_words):
            return _Table(rows=tuple(rows), headings=tuple(sorted(headings)), is_words=is_words)
        case Points(lines):
            return _Points(lines=tuple(lines))
        case Typed(words):
            return _Typed(words=tuple(words))
        case Written(text):
            return _Text(kind="markdown", text=text)
    return _Text(text=block)


def _shown(block: _Block) -> Block:
    """A kept block as it is laid out."""
    match block:
        case _Table(rows=rows, headings=headings, is_words=is_words):
            return TextTable(list(rows), headings, is_words)
        case _Points(lines=lines):
            return Points(lines)
        case _Typed(words=words):
            return Typed(words)
        case _Text(kind="markdown", text=text):
            return Written(text)
    return block.text
