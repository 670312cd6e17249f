"""What a study found, described once: a finding, a table for the screen, sections of a page, sheets of a workbook.

Each study describes its answer in a class of its own: `ComparisonDescription`, `SweepDescription`,
`BreakEvenDescription`. It is laid out by `sim.report.screen` (terminal), `sim.report.markdown` (`answer.md`) and
`sim.report.tables.answer_workbook` (`answer.xlsx`).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sim.io.workbook import Sheet
from sim.report.words.finding import Finding

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


class Description(ABC):
    """An answer, independent of where it is shown."""

    fewest_rows = 4
    """TextRows of the table of the terminal that are shown, however long the rest is."""

    @property
    def intro(self) -> str:
        """Said between the finding and the table."""
        return ""

    @property
    @abstractmethod
    def finding(self) -> Finding:
        """The question and the five lines that answer it."""

    @property
    def whole_finding(self) -> Finding:
        """The same for the page and the workbook, which may say more."""
        return self.finding

    @property
    def title(self) -> str:
        """The question as the workbook tells it."""
        return self.whole_finding.question

    @abstractmethod
    def n_rows(self) -> int:
        """The most rows that the table of the terminal can have; none where there is nothing to show."""

    @abstractmethod
    def screen_table(self, n_rows: int, width: int) -> ScreenTable:
        """The table with its `n_rows` most important rows, and as many columns as `width` characters take."""

    @abstractmethod
    def remarks(self) -> Iterable[str]:
        """Where to be careful, the weightiest first, for the terminal."""

    @abstractmethod
    def sections(self) -> Iterator[Section]:
        """The page below the finding; a section without a title goes on with the one before."""

    @abstractmethod
    def sheets(self) -> list[Sheet]:
        """Tables of the workbook."""

    @abstractmethod
    def keep_in_mind(self) -> Iterable[str]:
        """What must be said beside the numbers, in the workbook."""

    def left_out(self) -> Sequence[str]:
        """What the sheets do not hold, and where it is."""
        return ()
