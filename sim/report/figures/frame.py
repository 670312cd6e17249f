"""Where things stand on the page of a figure: title, subtitle, panels, footer. All places are in inches."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from sim.io.clean_text import for_figure
from sim.report.figures.theme import QUIET, readable
from sim.runs.tables_on_disk import whole_file

WIDTH = 9.0
"""Twice the pixels of a README column at `DPI`."""
SLIDE_HEIGHT = WIDTH * 720 / 1280
"""Of a figure that fills a slide."""
DPI = 200
PNG_COMPRESSION = 3
"""Of 9: a PNG takes half the time of the usual 6 and a sixth more room."""
FORMATS = ("png", "svg")
EDGE = 0.2
"""Left and right of everything."""
TITLE_CHARACTERS, SUBTITLE_CHARACTERS, FOOTER_CHARACTERS = 80, 122, 140
"""On one line."""


@dataclass(frozen=True)
class Grid:
    """Panels of one size in rows and columns, with room around each for its head, its axis and names of lines."""

    n_panels: int
    height: float
    n_columns: int = 1
    left: float = 0.6
    right: float = 0.25
    between: float = 0.0
    above: float = 0.3
    below: float = 0.48
    top: float = 0.0

    @property
    def width(self) -> float:
        """Of one panel."""
        return (WIDTH - self.left - self.right - self.between * (self.n_columns - 1)) / self.n_columns

    @property
    def row_height(self) -> float:
        """Of a panel with what is above and below it."""
        return self.above + self.height + self.below

    @property
    def total_height(self) -> float:
        """Of all rows, at least one, with what is above the first."""
        return self.top + self.row_height * max(-(-self.n_panels // self.n_columns), 1)

    def left_of(self, number: int) -> float:
        """Left edge of a panel; they are numbered by rows."""
        return self.left + number % self.n_columns * (self.width + self.between)

    def top_of(self, number: int) -> float:
        """Upper edge of a panel, from the top of the body."""
        return self.top + self.above + number // self.n_columns * self.row_height


class FrameText(NamedTuple):
    """Title, subtitle and footer broken into lines, and the inches that they take above and below the body."""

    titles: Sequence[str]
    subtitles: Sequence[str]
    footers: Sequence[str]

    @classmethod
    def of(cls, title: str, subtitle: str, footer: str) -> "FrameText":
        """Break the texts into lines; a number keeps its per cent sign."""
        titles = textwrap.wrap(title.replace(" %", "\u00a0%"), TITLE_CHARACTERS)
        return cls(
            [line.replace("\u00a0", " ") for line in titles],
            textwrap.wrap(subtitle, SUBTITLE_CHARACTERS, break_on_hyphens=False),
            textwrap.wrap(footer, FOOTER_CHARACTERS, break_on_hyphens=False),
        )

    @property
    def below_title(self) -> float:
        return 0.49 + 0.24 * (len(self.titles) - 1)

    @property
    def above(self) -> float:
        return self.below_title + 0.13 + 0.17 * len(self.subtitles)

    @property
    def below(self) -> float:
        return 0.22 + 0.155 * len(self.footers)

    @property
    def room(self) -> float:
        """Inches for the body of a figure that fills a slide."""
        return SLIDE_HEIGHT - self.above - self.below


def slide_room(title: str, subtitle: str, footer: str) -> float:
    """Inches for the body of a figure that fills a slide."""
    return FrameText.of(title, subtitle, footer).room


class Frame:
    """A figure of the standard width with title, subtitle and footer; places in its body count from the top.

    The title states the finding, the subtitle how to read the picture; a screen reader is told both. `height` is that
    of the body, `room` once it is made; None for a figure that fills a slide.
    """

    def __init__(self, height: float | None, title: str, subtitle: str, footer: str) -> None:
        text = FrameText.of(title, subtitle, footer)
        self.top, self.room = text.above, text.room if height is None else height
        self.title, self.description = title, f"{subtitle} {footer}".strip()
        self.height = self.top + self.room + text.below
        self.figure = Figure(figsize=(WIDTH, self.height))
        self.write(EDGE, 0.18 - self.top, "\n".join(text.titles), size=13, weight="bold")
        self.write(EDGE, text.below_title - self.top, "\n".join(text.subtitles), size=9, color=QUIET)
        self.write(EDGE, self.room + 0.12, "\n".join(text.footers), size=8, color=QUIET)

    @classmethod
    def slide(cls, title: str, subtitle: str, footer: str, needed: float = math.inf) -> "Frame":
        """A figure as high as a slide, or lower where the body needs less; `room` is what there is for it."""
        return cls(min(slide_room(title, subtitle, footer), needed), title, subtitle, footer)

    def panel(self, left: float, top: float, width: float, height: float, share_x: Axes | None = None) -> Axes:
        """Axes at a place in the body."""
        bottom = self.height - self.top - top - height
        place = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(place, sharex=share_x)

    def panels(self, grid: Grid) -> list[Axes]:
        """Axes of every panel of a grid, row by row."""
        numbers = range(grid.n_panels)
        return [self.panel(grid.left_of(each), grid.top_of(each), grid.width, grid.height) for each in numbers]

    def write(self, left: float, top: float, text: str, **look: Any) -> None:
        """Text at a place in the body; `top` is the upper edge."""
        y = 1.0 - (self.top + top) / self.height
        drawn: Any = {"va": "top", "ha": "left", "linespacing": 1.3} | look
        self.figure.text(left / WIDTH, y, text, **drawn)

    def head(self, left: float, top: float, name: str, note: str = "", **look: Any) -> None:
        """A bold name above a panel, and a quiet note at the right end of its line."""
        self.write(left, top, name, **{"weight": "bold", "size": 9.5} | look)
        self.write(WIDTH - 0.25, top, note, ha="right", size=8.5, color=QUIET)

    def save(self, folder: Path, name: str, formats: Sequence[str] = FORMATS, dpi: float = DPI) -> list[Path]:
        """Write the figure in each format, suffixes that matplotlib knows, into a folder that is made if need be.

        Returns the files; the same figure gives the same bytes.
        """
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{name}.{kind}" for kind in formats]
        for axes in self.figure.axes:
            clean_names(axes.xaxis)
            clean_names(axes.yaxis)
        for text in self.figure.findobj(Text):
            clean(text)
            text.set_color(readable(text.get_color()))
        for path in paths:
            with whole_file(path) as partial:
                form = path.suffix.removeprefix(".")
                self.figure.savefig(partial, format=form, dpi=dpi, facecolor="white", **options_of(path.suffix))
                if form == "svg":
                    name_drawing(partial, self.title, self.description)
        return paths


def name_drawing(file: Path, title: str, description: str) -> None:
    """Give an SVG file an accessible name and description."""
    drawn = file.read_text(encoding="utf-8")
    begin = drawn.index(">", drawn.index("<svg")) + 1
    opened = f'{drawn[: begin - 1]} role="img" aria-labelledby="title desc">'
    name, text = (escape(for_figure(said)) for said in (title, description))
    named = f'{opened}\n <title id="title">{name}</title>\n <desc id="desc">{text}</desc>{drawn[begin:]}'
    file.write_text(named, encoding="utf-8", newline="\n")


def clean(text: Any) -> None:
    """Take what cannot be drawn out of a text of a figure."""
    found = text.get_text()
    if not (found.isascii() and found.isprintable()) and (cleaned := for_figure(found)) != found:
        text.set_text(cleaned)


def clean_names(axis: Any) -> None:
    """The same for names at places of an axis, which are written into its texts anew whenever it is drawn."""
    if isinstance(axis.get_major_locator(), FixedLocator):
        names = [text.get_text() for text in axis.get_ticklabels()]
        cleaned = [name if name.isascii() and name.isprintable() else for_figure(name) for name in names]
        if cleaned != names:
            axis.set_ticklabels(cleaned)


def options_of(suffix: str) -> dict[str, Any]:
    """Options for the writer of a format: no dates or versions, and how much to compress."""
    if suffix == ".png":
        return {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": PNG_COMPRESSION}}
    return {"metadata": {"Date": None, "Creator": None} if suffix == ".svg" else {"Software": None}}
