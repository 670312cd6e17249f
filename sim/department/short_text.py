"""Short texts of values for whoever looks at one in a notebook, a debugger or an error message.

Which rows an object shows is its own business; this cuts, escapes and lays them out.
"""

import html
from collections.abc import Iterable, Mapping, Sequence, Set

NameAndText = tuple[str, str]
"""Name and text of one line."""

LONGEST_VALUE = 40
LONGEST_SHORT_LINE, LONGEST_ARGUMENTS = 110, 90
LONGEST_ITEM = 800
"""Characters of one sentence of a finding."""


class Verbatim(str):
    """A text whose repr is the text itself, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def cut_end(text: str, most: int) -> str:
    """The text on one line of at most so many characters; what would steer a terminal is written as an escape."""
    plain = text if text.isprintable() else repr(text)[1:-1]
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip(' ,')}…"


def short_value(value: object) -> str:
    """One value: numbers and short texts as they are, collections by their size, objects by their class."""
    if isinstance(value, str):
        return cut_end(repr(value), LONGEST_VALUE)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return cut_end(f"{{{', '.join(map(str, value))}}}", LONGEST_VALUE)
    if isinstance(value, Sequence | Set):
        simple = cut_end(repr(value), LONGEST_VALUE) if len(value) <= 3 else ""
        return simple if simple and not simple.endswith("…") else f"[{len(value)} values]"
    written = repr(value)
    return written if written.isprintable() and len(written) <= LONGEST_VALUE else f"{type(value).__name__}(…)"


def arguments_within(
    arguments: Iterable[NameAndText], most: int = LONGEST_ARGUMENTS
) -> Iterable[tuple[str | None, Verbatim]]:
    """Names and texts of the values that fit into a line; an ellipsis stands for the others."""
    length, left_out = 0, False
    for name, text in arguments:
        size = len(name) + len(text) + 3
        if length + size > most:
            left_out = True
        else:
            length += size
            yield name, Verbatim(text)
    if left_out:
        yield None, Verbatim("…")


def lines_text(title: str, rows: Iterable[NameAndText]) -> str:
    """A title, and below it a line for each row, names in one column."""
    shown = list(rows)
    width = max((len(name) for name, _ in shown), default=0)
    lines = [title, *(f"  {name:<{width}}  {text}" for name, text in shown)]
    return "\n".join(cut_end(line, LONGEST_SHORT_LINE) for line in lines)


def lines_html(title: str, rows: Iterable[NameAndText], below: Sequence[str] = ()) -> str:
    """The same as a small HTML table with a caption and row headers, and a list `below`; every text is escaped."""
    left = ' style="text-align:left"'
    head = f"<caption{left}>{html.escape(cut_end(title, LONGEST_SHORT_LINE))}</caption>"
    texts = ((cut_end(name, LONGEST_VALUE), cut_end(text, LONGEST_SHORT_LINE)) for name, text in rows)
    cells = ((html.escape(name), html.escape(text)) for name, text in texts)
    body = "".join(f'<tr><th scope="row"{left}>{name}</th><td{left}>{text}</td></tr>' for name, text in cells)
    items = "".join(f"<li>{html.escape(cut_end(text, LONGEST_ITEM))}</li>" for text in below)
    return f"<table>{head}{body}</table>{f'<ul>{items}</ul>' if items else ''}"
