"""Escape text from files and users for the medium it is shown in: terminal, Markdown, figure, CSV.

One function for each medium, applied where text leaves the program and nowhere else, so that nothing is escaped twice.
"""

import re
import unicodedata

_REPLACEMENT = "\ufffd"
"""Stands for a character that would steer the terminal or turn the direction of reading."""
_STEERING = frozenset({"Cc", "Cs"})
"""Unicode categories: control characters (ESC among them), halves of surrogate pairs."""
_INVISIBLE = re.compile("[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
"""Marks that reorder text, line separators, and tags that nobody sees."""
_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""Beginnings a spreadsheet program takes for a formula."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MARKDOWN = re.compile(r"[\\`*\[\]|]|(?<!\w)_|_(?!\w)")
"""What would make emphasis, code, a link or a cell; an underscore inside a word makes nothing."""


def for_terminal(text: str) -> str:
    """Without control characters (line ends and tabs stay) and marks that reorder text; markup is left to the caller.

    A console must print it with markup off.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if is_harmless(character) else _REPLACEMENT for character in text)


def one_line(text: str) -> str:
    """The same with line ends and tabs shown as blanks."""
    return for_terminal(re.sub(r"[\t\r\n\v\f\x85]+", " ", text))


def is_harmless(character: str) -> bool:
    """Whether a character is shown and does nothing else."""
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in _STEERING and not _INVISIBLE.match(character)


def for_markdown(text: str) -> str:
    """A line of Markdown in which text means itself: no tags, links, code or table cells are made of it."""
    plain = one_line(text)
    return _MARKDOWN.sub(r"\\\g<0>", plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def for_figure(text: str) -> str:
    """Text of a figure; whoever draws it has mathtext off, so that a dollar sign is a dollar sign."""
    return for_terminal(text).replace("\t", " ")


def for_csv(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula: an apostrophe stands before what looks like one."""
    plain = for_terminal(text)
    return f"'{plain}" if _FORMULA.match(plain) and not _NUMBER.fullmatch(plain.strip()) else plain
