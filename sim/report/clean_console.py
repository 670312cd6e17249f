"""Text on a console does nothing but stand there: control characters in it are shown as a replacement sign.

What is printed comes from labels, files and errors of others too. Markup in it is left off where it is printed.
"""

from typing import TypeVar

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook, RenderResult
from rich.segment import Segment

from sim.io.clean_text import for_terminal

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
