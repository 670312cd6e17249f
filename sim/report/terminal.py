"""Consoles on streams that may take no `≤`, be full, closed or missing: to show something can never fail a run.

What is printed comes from labels, files and errors of others too: a console shows control characters in it as a
replacement sign. What is shown is `sim.report.console`.
"""

import codecs
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import StringIO, TextIOBase, TextIOWrapper
from typing import IO, Any, TextIO, TypeVar, cast

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook, RenderResult
from rich.segment import Segment

from sim.io.clean_text import for_terminal

LINE_WIDTH = 100
"""Columns where there is no terminal to ask."""
SUBSTITUTES = {
    "−": "-", "–": "-", "—": "-", "‑": "-", "±": "+/-", "×": "x", "·": ".", "≤": "<=", "≥": ">=", "≈": "~",
    "≠": "!=", "†": "+", "‡": "++", "…": "...", "→": "->", "←": "<-", "•": "*", "²": "2", "³": "3", "½": "1/2",
    "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": "<<", "»": ">>", "°": " deg", "µ": "u", "€": "EUR",
    "ß": "ss", "æ": "ae", "ø": "o", "\u00a0": " ", "\u2009": " ", "\u202f": " ",
    "━": "-", "─": "-", "│": "|", "╸": "-", "╺": "-", "█": "#", "▏": "|",
}  # fmt: skip
"""ASCII for the signs we write, where a stream has none of its own."""
UNKNOWN = "?"
STANDARD_OUTPUTS = (1, 2)
LINES_ON_TERMINAL = 3
"""Lines before an answer where they cannot be counted: the progress bar, and what is said before it."""
ERRORS = "peered-substitute"


def substitute(sign: str) -> str:
    """ASCII for one character: of the table, or without its accent, or `?`."""
    if sign in SUBSTITUTES:
        return SUBSTITUTES[sign]
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return plain or UNKNOWN


def substituted(error: UnicodeError) -> tuple[str, int]:
    """What an encoder writes in place of what it cannot encode."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(substitute, error.object[error.start : error.end])), error.end


codecs.register_error(ERRORS, substituted)


class PatientStream(TextIOBase):
    """A text stream in front of another; from the first error in writing on it swallows what is written.

    `n_lines`: lines written so far, so that an answer can keep within a screen.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.is_lost = False
        self.n_lines = 0
        if isinstance(stream, TextIOWrapper):
            with suppress(OSError, ValueError):
                stream.reconfigure(errors=ERRORS)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """As rich asks, to choose what it draws lines with."""
        return getattr(self.stream, "encoding", None) or "utf-8"

    def writable(self) -> bool:
        """Always, though what is written may go nowhere."""
        return True

    def isatty(self) -> bool:
        """Whether somebody sits in front of it."""
        try:
            return not self.is_lost and self.stream.isatty()
        except (OSError, ValueError):
            return False

    def fileno(self) -> int:
        """Of the stream itself: its terminal is asked for its width."""
        return self.stream.fileno()

    def write(self, text: str) -> int:
        """Pass the text on, as long as that can be done."""
        self.n_lines += text.count("\n")
        if not self.is_lost:
            try:
                self.stream.write(text)
            except (OSError, ValueError):
                self.lose()
        return len(text)

    def flush(self) -> None:
        """Pass on what is buffered, as long as that can be done."""
        if not self.is_lost:
            try:
                self.stream.flush()
            except (OSError, ValueError):
                self.lose()

    def lose(self) -> None:
        """Give the stream up, and let what it still buffers go nowhere: Python fails a process that cannot flush."""
        self.is_lost = True
        with suppress(OSError, ValueError):
            if self.stream.fileno() in STANDARD_OUTPUTS:
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self.stream.fileno())
                os.close(nowhere)


AnyConsole = TypeVar("AnyConsole", bound=Console)


class Cleaned:
    """Something printable, every piece of its text cleaned; codes that move the cursor are those of the console."""

    def __init__(self, content: RenderableType) -> None:
        self.content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return map(cleaned_segment, console.render(self.content, options))


def cleaned_segment(segment: Segment) -> Segment:
    """A piece of text without control characters."""
    text, style, control = segment
    return segment if control or text == "\n" else Segment(for_terminal(text), style)


class CleanText(RenderHook):
    """Has everything that is printed cleaned on its way out."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [Cleaned(content) for content in renderables]


def with_clean_text(console: AnyConsole) -> AnyConsole:
    """The same console, from which nothing but clean text comes."""
    console.push_render_hook(CleanText())
    return console


class QuietConsole(Console):
    """Prints nothing but what is said `aloud`."""

    is_loud = False

    def print(self, *objects: Any, **how: Any) -> None:
        if self.is_loud:
            super().print(*objects, **how)


@contextmanager
def aloud(console: Console) -> Iterator[None]:
    """What is printed meanwhile is printed on a quiet console too."""
    if not isinstance(console, QuietConsole):
        yield
        return
    before, console.is_loud = console.is_loud, True
    try:
        yield
    finally:
        console.is_loud = before


def patient_console(stream: TextIO | None, kind: type[Console] = Console) -> Console:
    """A console on a stream that may not be able to take it all, of a fixed width where there is no terminal."""
    if stream is None:
        return Console(quiet=True, file=StringIO())
    patient = PatientStream(stream)
    return with_clean_text(kind(file=cast(IO[str], patient), width=None if patient.isatty() else LINE_WIDTH))


def lines_written(console: Console) -> int:
    """Lines on a console of ours so far; of a terminal, where the progress bar is drawn over itself, a few."""
    return LINES_ON_TERMINAL if console.is_terminal else getattr(console.file, "n_lines", 0)


def show_finished(show: Callable[[], None], errors: Console, where: object) -> None:
    """Show what a finished run has found; what goes wrong in showing is said, and costs nothing else."""
    try:
        show()
    except Exception as error:  # whatever it is, the results stand
        text = f"peered: the answer could not be shown ({type(error).__name__}: {error}); the results are in {where}"
        with suppress(Exception):
            errors.print(text, markup=False, highlight=False, soft_wrap=True)
