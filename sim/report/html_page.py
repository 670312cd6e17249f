"""An answer as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.

The blocks are those of `sim.report.description`; the template in sim/data/report.html lays them out. Every text is
escaped there, and cleaned of signs that turn or hide what is read; the drawings are ours.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape, unescape
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.io.clean_text import one_line
from sim.report.description import TYPED, Block, Finding, Points, Section, TextRows, TextTable, Typed, Written
from sim.report.safe_drawing import trimmed_drawing

if TYPE_CHECKING:
    from jinja2 import Template


class Picture(NamedTuple):
    """A figure: a short name, what it shows in a few words, its drawing, SVG that we made ourselves, and the file of
    the same picture beside the page, where there is one."""

    name: str
    caption: str
    svg: str
    file: str = ""


class Part(NamedTuple):
    """A chapter of the page below the five lines; it is left out where it holds nothing."""

    title: str
    sections: Iterable[Section] = ()
    pictures: Sequence[Picture] = ()


def html_page(kind: str, finding: Finding, quiet: Iterable[str], parts: Iterable[Part]) -> str:
    """The page: `kind` says what study it reports, `quiet` paragraphs stand below the five lines."""
    laid_out = finding_laid_out(finding, quiet)
    return page_template("report.html").render(kind=kind, **laid_out, parts=parts_laid_out(parts))


def finding_laid_out(finding: Finding, quiet: Iterable[str]) -> dict[str, Any]:
    """The five lines and what stands below them, as templates take them."""
    lines = [(line.label, _pieces(line.text)) for line in finding.lines]
    return {"question": finding.question, "lines": lines, "quiet": list(quiet)}


def parts_laid_out(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """The chapters of a page that hold anything, as templates take them."""
    numbers = count(1)
    chapters = [
        {
            "id": f"part-{number}",
            "title": part.title,
            "sections": [
                {"title": section.title, "blocks": blocks}
                for section in part.sections
                if (blocks := list(_laid_out(section, part.title, numbers)))
            ],
            "pictures": [
                {"id": f"figure-{picture.name}", "caption": picture.caption, "svg": inline_svg(picture)}
                for picture in part.pictures
            ],
        }
        for number, part in enumerate(parts, start=1)
    ]
    return [chapter for chapter in chapters if chapter["sections"] or chapter["pictures"]]


def shipped_text(name: str) -> str:
    """A file of sim/data as text."""
    return resources.files("sim.data").joinpath(name).read_text(encoding="utf-8")


@cache
def page_template(name: str) -> "Template":
    """A template of sim/data; whatever it prints is escaped, and text is cleaned before."""

    def cleaned(value: Any) -> Any:
        is_markup = hasattr(value, "__html__")  # a drawing of ours
        return value if is_markup else one_line(str(value))

    from jinja2 import Environment, FunctionLoader, StrictUndefined  # when a page is written, not at the start

    environment = Environment(
        loader=FunctionLoader(shipped_text), autoescape=True, undefined=StrictUndefined, finalize=cleaned,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


# --- blocks


def _laid_out(section: Section, part_title: str, numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
    """The blocks of a section as the template takes them; none where its first block is empty."""
    for place, block in enumerate(section.blocks):
        found = _block(block, section.title or part_title, numbers)
        if found is None and not place:
            return
        if found is not None:
            yield found


def _block(block: Block, title: str, numbers: Iterator[int]) -> dict[str, Any] | None:
    """A block by its kind; None for an empty one."""
    match block:
        case TextTable(rows, headings, is_words):
            if len(rows) < 2:
                return None
            number = next(numbers)
            named = {"id": f"table-{number}", "title": f"Table {number}: {title}", "is_words": is_words}
            return {"kind": "table", **named, "head": rows[0], "groups": _groups(rows, headings)}
        case Points(lines):
            found = [_pieces(line) for line in lines]
            return {"kind": "points", "lines": found} if found else None
        case Typed(words):
            return {"kind": "typed", "text": shlex.join(words)}
        case Written(text):
            return {"kind": "text", "pieces": written} if (written := _written(text)) else None
        case str(text):
            return {"kind": "text", "pieces": _pieces(text)} if text else None


def _groups(rows: TextRows, headings: Iterable[int]) -> list[dict[str, Any]]:
    """Rows below the head, those below a heading together; a row that has a first cell only is a heading too."""
    groups: list[dict[str, Any]] = [{"title": "", "rows": []}]
    for number, row in enumerate(rows[1:], start=1):
        cells = [cell.strip() for cell in row]
        if len(cells) > 1 and (number in set(headings) or not any(cells[1:])):
            groups.append({"title": cells[0], "rows": []})
        else:
            groups[-1]["rows"].append(cells)
    return [group for group in groups if group["rows"]]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """A text in pieces, and whether each is to be typed as it is."""
    return [(part, TYPED.fullmatch(part) is not None) for part in TYPED.split(text) if part]


_CODE, _LINK, _PICTURE = re.compile(r"(`[^`]*`)"), re.compile(r"\[([^\]]*)\]\([^)]*\)"), re.compile(r"!\[.*?\]\(.*?\)")


def _written(text: str) -> list[tuple[str, bool]]:
    """The same of a text of ours that is Markdown: pictures are drawn elsewhere, links lead out of the file."""
    plain = _LINK.sub(r"\1", _PICTURE.sub("", text)).strip()
    return [(part.strip("`"), part.startswith("`")) for part in _CODE.split(plain) if part]


# --- drawings

_SAID = re.compile(r"<title\b.*?</title>|<desc\b.*?</desc>", re.DOTALL)
_NAMED = re.compile(r"<title\b[^>]*>(.*?)</title>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ID, _REFERENCE = re.compile(r"\bid=\"([^\"]+)\""), re.compile(r"(href=\"#|url\(#)")
_TEXT = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_OPENED = re.compile(r"<svg\b[^>]*?\bviewBox=\"([^\"]+)\"[^>]*>")


def inline_svg(picture: Picture) -> str:
    """A drawing that stands in the page: its ids are its own, and a screen reader is told what it shows."""
    name = picture.name
    words = (unescape(_TAG.sub(" ", text)).strip() for text in _TEXT.findall(picture.svg))
    found = _NAMED.search(picture.svg)
    named = unescape(found[1]) if found else picture.caption
    title, desc = (escape(one_line(text)) for text in (named, " ".join(filter(None, words))))

    def own(tag: re.Match[str]) -> str:
        """A tag with ids that no other drawing of the page has."""
        return _REFERENCE.sub(rf"\g<1>{name}-", _ID.sub(rf'id="{name}-\g<1>"', tag[0]))

    def opened(tag: re.Match[str]) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{tag[1]}" '
            f'role="img" aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title>'
            f'<desc id="{name}-desc">{desc}</desc>'
        )

    return _OPENED.sub(opened, _TAG.sub(own, _SAID.sub("", trimmed_drawing(picture.svg))), count=1)
