"""A report as tests read it: its tables, lines, points, paragraphs, and the text of its drawings."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

from sim.cli import main
from sim.report.figures import figure_workers

STAFFINGS = {"traditional": "Traditional", "peer_added": "Peers added", "nurse_added": "Nurse added"}
LEVELS, REPLICATIONS = (1.0, 1.1), 8
"""Of the comparison of the fixture `compared`; of fewer replications hardly anything is beyond chance."""
COMPARED = (
    f"study.replications={REPLICATIONS}",
    "study.weeks=3",
    "study.warm_up_weeks=1",
    "study.demand_levels=[1.0,1.1]",
)


def play_compared(folder: Path) -> Path:
    """The staffings beside each other, with report and figures, in a folder.

    The figures are drawn by a thread: processes of their own, which load the drawing library first, are tested in
    `test_cli`.
    """
    by_thread = {"processes": lambda _: ThreadPoolExecutor(1)}
    with mock.patch.object(figure_workers, "POOLS", by_thread):
        assert main([f"study.staffing=[{','.join(STAFFINGS)}]", *COMPARED, f"output={folder}"]) == 0
    return folder


def made_again(folder: Path, file: Path) -> bytes:
    """The report or page of a folder, by the ending of the file's name, as `study=report` makes it."""
    assert main(["study=report", f"run={folder}", f"export={file}"]) == 0
    return file.read_bytes()


SHORT = ("study.weeks=1", "study.replications=3", "study.warm_up_weeks=1")
SWEPT = (
    "-m", "staffing=traditional,peer_added,nurse_added", "demand.growth=0.8,0.9,1.0", "effects=evidence",
    "sweep.filter=staffing != 'nurse_added' or demand.growth > 0.8", *SHORT,
)  # fmt: skip
"""A grid without one of its combinations."""


def play_swept(folder: Path) -> Path:
    """A short sweep of staffings and demands, in a folder."""
    assert main([*SWEPT, f"output={folder}"]) == 0
    return folder


@dataclass
class Table:
    """A table of a page: the text of its caption, head and rows, and the scope of each heading cell."""

    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """What a test looks at in a page: points, paragraphs by the heading above them, texts of drawings by their name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.headings: list[tuple[int, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: dict[str, str] = {}
        self.points: dict[str, list[str]] = {}
        self.paragraphs: dict[str, list[str]] = {}
        self.drawings: dict[str, list[str]] = {}
        self._text, self._term, self._figure = "", "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append(Table())
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag == "br":
            self._text += " "
        elif tag == "th":
            self.tables[-1].scopes.append(dict(attrs).get("scope") or "")
        elif tag == "figure":
            self._figure = (dict(attrs).get("id") or "").removeprefix("figure-")
        if tag in ("th", "td", "caption", "h1", "h2", "h3", "dt", "dd", "li", "p", "text"):
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if tag in ("th", "td"):
            self.tables[-1].rows[-1].append(text)
        elif tag == "caption":
            self.tables[-1].caption = text
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), text))
        elif tag == "dt":
            self._term = text
        elif tag == "dd":
            self.lines[self._term] = text
        elif tag == "text":
            self.drawings.setdefault(self._figure, []).append(text)
        elif tag in ("li", "p") and self.headings:
            found = self.points if tag == "li" else self.paragraphs
            found.setdefault(self.headings[-1][1], []).append(text)

    def tables_of(self, caption: str) -> list[Table]:
        return [table for table in self.tables if table.caption.partition(": ")[2] == caption]

    def table(self, *, caption: str) -> Table:
        (found,) = self.tables_of(caption)
        return found
