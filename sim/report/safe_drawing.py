"""Drawings that may stand in a page: shapes and text, nothing that runs, and nothing that is fetched.

Ours are such by their making. One from a folder of results may be anybody's, and is refused if it holds anything else;
the policy of the page, which forbids scripts and requests, is a second guard and not the first.
"""

import re
from xml.etree import ElementTree

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
DRAWING_ELEMENTS = frozenset(
    {"svg", "g", "defs", "clipPath", "path", "rect", "use", "text", "tspan", "image", "pattern", "title", "desc"}
)
TEXT_ONLY = frozenset({"title", "desc"})
"""What a browser reads as HTML again."""
DRAWING_ATTRIBUTES = frozenset(
    {
        "id", "class", "style", "d", "x", "y", "dx", "dy", "width", "height", "viewBox", "version", "transform",
        "clip-path", "fill", "stroke", "opacity", "preserveAspectRatio", "points", "rx", "ry", "href", "patternUnits",
    }
)  # fmt: skip
_LEFT_OUT = re.compile(r"^.*?(?=<svg\b)|<metadata>.*?</metadata>|<style\b.*?</style>|<!--.*?-->", re.DOTALL)
_OPENED = re.compile(r"<svg\b[^>]*?\bviewBox=\"([^\"]+)\"[^>]*>")
_NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
_TAG, _LONG_NUMBER = re.compile(r"<[^>]*>"), re.compile(r"(?<=\d\.\d\d)\d+")
_FETCHED = re.compile(r"url\((?!#)|[\\@]|&|expression|javascript", re.IGNORECASE)
"""In a value: an address that is not of the same page, or what could hide one."""
_WITHIN = re.compile(r"#[\w-]+|data:image/png;base64,[A-Za-z0-9+/=\s]*")


def trimmed_drawing(svg: str) -> str:
    """A drawing without what a page does not need: its head, styles, comments, digits that cannot be seen."""
    shorter = _TAG.sub(lambda tag: _LONG_NUMBER.sub("", tag[0]), _LEFT_OUT.sub("", svg)).strip()
    return _OPENED.sub(rf'<svg {_NAMES} viewBox="\g<1>">', shorter, count=1)


def refuse_unsafe(svg: str) -> None:
    """Raise ValueError for a trimmed drawing that holds anything but shapes and text."""
    if "<!" in svg or "<?" in svg:
        raise ValueError("a drawing with a declaration")
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"no drawing ({error})") from None
    if root.tag != f"{_SVG}svg":
        raise ValueError(f"no drawing, but {root.tag[:40]}")
    for element in root.iter():
        name = element.tag.removeprefix(_SVG)
        if name not in DRAWING_ELEMENTS:
            raise ValueError(f"a drawing with an element {name[:40]}")
        if name in TEXT_ONLY and len(element):
            raise ValueError(f"a drawing whose {name} holds more than text")
        for key, value in element.attrib.items():
            _refuse_attribute(key.removeprefix(_XLINK), value)


def _refuse_attribute(name: str, value: str) -> None:
    """Raise ValueError for an attribute that no drawing of ours has."""
    if name not in DRAWING_ATTRIBUTES:
        raise ValueError(f"a drawing with an attribute {name[:40]}")
    if name == "href":
        if not _WITHIN.fullmatch(value):
            raise ValueError("a drawing that refers to another place")
    elif _FETCHED.search(value):
        raise ValueError(f"a drawing that may fetch something ({name})")
