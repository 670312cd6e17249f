"""Event logs in XES (IEEE 1849), read event by event in bounded memory, and written.

Knows the attribute types of the standard; what the events mean is given by a column map.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

CASE: Final = "case:"
"""Stands before the key of an attribute of the trace, so that it is not taken for one of the event."""
_HEAD: Final = Path(__file__).resolve().parents[1] / "data" / "xes_head.xml"
"""How every log begins: the standard extensions, what is global, and events classified by activity."""
_MOST_NESTED: Final = 64
"""Elements within elements; the standard's own nesting is a handful."""
_MOST_CHARACTERS: Final = 1 << 20
"""Characters of the longest value believed."""

_MOST_TAG_BYTES: Final = 16 << 20
_CHUNK: Final = 1 << 16
_EVENT_PARENTS: Final = (["log", "trace"], ["log"])
"""Parents of an event element; outside a trace events are those of a stream."""

_PATTERNS: Final = {
    "string": re.compile(".*", re.DOTALL),
    "int": re.compile(r"[+-]?\d{1,19}"),
    "float": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|NaN|[+-]?INF"),
    "boolean": re.compile(r"true|false|0|1"),
    "date": re.compile(r"-?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?"),
    "id": re.compile(r"[0-9A-Za-z][0-9A-Za-z._:{}-]*"),
}
"""What a value of each simple type looks like; of xs:dateTime the zone may be missing."""
# What XML 1.0 cannot hold even as a reference.
_UNWRITABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Value = str | int | float | bool | datetime.datetime
Trace = tuple[Mapping[str, Value], Iterable[Mapping[str, Value]]]
"""Attributes of a case, and those of each of its events."""


class NotXes(ValueError):
    """A file that is no event log of the standard, with place and remedy."""


# --- reading ---


def xes_events(stream: IO[bytes]) -> Iterator[dict[str, str]]:
    """The attributes of each event as text, those of its trace under `case:`; no more than one event is in memory.

    Attributes within attributes, lists and containers are passed over: no column could hold them. What is declared
    global is a promise about events, not a value of them, and adds nothing. A document type is refused, and with
    it every entity. A trace without an event gives one row with the attributes of the trace alone.
    """
    reading = _Parser()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    silent = 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            silent = 0 if reading.moved else silent + len(chunk)
            if silent > _MOST_TAG_BYTES:
                raise NotXes(f"one element is longer than {_MOST_TAG_BYTES:,} bytes; no event log holds that")
            yield from reading.taken()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotXes(f"is no well-formed XML ({error}); write the log again, or copy it again if it is cut") from error
    yield from reading.taken()


def _refuse_doctype(*_: object) -> None:
    raise NotXes("declares a document type, through which a file can grow or call on others; delete <!DOCTYPE ...>")


class _Parser:
    """Expat handlers: the path in the document, the attributes of the open trace and event, the events read so far."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.trace: dict[str, str] = {}
        self.event: dict[str, str] | None = None
        self.events: list[dict[str, str]] = []
        self.n_events = self.n_traces = 0
        self.moved = False

    def taken(self) -> list[dict[str, str]]:
        """The events read since the last call."""
        events, self.events, self.moved = self.events, [], False
        return events

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name, above, self.moved = tag.rpartition("}")[2], self.path, True  # without its namespace
        if not above and name != "log":
            raise NotXes(f"its outermost element is <{name}>, not <log>; give an XES event log")
        if len(above) >= _MOST_NESTED:
            raise NotXes(f"elements stand {_MOST_NESTED} deep in each other; no event log does that")
        if name in _PATTERNS:
            self.attribute(name, attributes)
        elif name == "trace" and above == ["log"]:
            self.trace, self.n_events = {}, 0
            self.n_traces += 1
        elif name == "event" and above in _EVENT_PARENTS:
            self.event = {}
        above.append(name)

    def attribute(self, kind: str, attributes: dict[str, str]) -> None:
        """Take an attribute of the trace or of the event; those of the log and of other attributes are passed over."""
        if self.event is not None and self.path[-1] == "event":
            _add_attribute(self.event, "", kind, attributes, f"trace {self.n_traces}, event {self.n_events + 1}")
        elif self.path == ["log", "trace"]:
            _add_attribute(self.trace, CASE, kind, attributes, f"trace {self.n_traces}")

    def end(self, tag: str) -> None:
        """An element ends."""
        name, self.moved = self.path.pop(), True
        if name == "event" and self.event is not None and self.path in _EVENT_PARENTS:
            self.n_events += 1
            self.events.append((self.trace if self.path == ["log", "trace"] else {}) | self.event)
            self.event = None
        elif name == "trace" and self.path == ["log"] and not self.n_events:
            self.events.append(dict(self.trace))


def _add_attribute(taken: dict[str, str], prefix: str, kind: str, attributes: Mapping[str, str], place: str) -> None:
    """Take a simple attribute, checked against its type."""
    key, value = attributes.get("key"), attributes.get("value")
    if key is None or value is None:
        raise NotXes(f"{place}: a <{kind}> has no {'key' if key is None else 'value'}; every attribute needs both")
    if len(value) > _MOST_CHARACTERS:
        raise NotXes(
            f"{place}: the value of {key!r} is longer than {_MOST_CHARACTERS:,} characters; leave it out of the log"
        )
    if not is_value_of(kind, value):
        raise NotXes(f"{place}: {key!r} = {value[:40]!r} is no {kind}; correct it, or write it as a string")
    if prefix + key in taken:
        raise NotXes(f"{place}: {key!r} stands there twice; an element has each key once")
    taken[prefix + key] = value


def is_value_of(kind: str, value: str) -> bool:
    """Whether a text is a value of the type, as XML Schema writes it."""
    return bool(_PATTERNS[kind].fullmatch(value.strip()))


# --- writing ---


def xes_lines(traces: Iterable[Trace], source: str) -> Iterator[str]:
    """The lines of a log, with the standard extensions declared and events classified by activity."""
    yield _HEAD.read_text(encoding="utf-8")
    yield f"  {element_of('concept:name', source)}\n"
    for attributes, events in traces:
        yield "  <trace>\n"
        yield from (f"    {element_of(key, value)}\n" for key, value in attributes.items())
        for event in events:
            yield "    <event>\n"
            yield from (f"      {element_of(key, value)}\n" for key, value in event.items())
            yield "    </event>\n"
        yield "  </trace>\n"
    yield "</log>\n"


def element_of(key: str, value: Value) -> str:
    """One attribute, of the type of its value. What XML cannot hold is refused."""
    kind, text = _typed_text(value)
    if _UNWRITABLE.search(key + text):
        raise ValueError(f"{key!r} = {text!r} holds a character that XML cannot; take it out")
    return f"<{kind} key={_quoted(key)} value={_quoted(text)}/>"


def _quoted(text: str) -> str:
    """An attribute value of XML that is read as it was."""
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _typed_text(value: Value) -> tuple[str, str]:
    """The type and the text of a value."""
    if isinstance(value, bool):
        return "boolean", "true" if value else "false"
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, float):
        special = {"nan": "NaN", "inf": "INF", "-inf": "-INF"}
        return "float", special.get(repr(value), repr(value))
    if isinstance(value, datetime.datetime):
        zoned = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
        return "date", zoned.isoformat(timespec="milliseconds")
    return "string", value
