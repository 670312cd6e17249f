"""XES is read as the standard writes it, in bounded memory, and what we write reads back as it was."""

import datetime
import io
import string
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.visits.xes import NotXes, Value, element_of, is_value_of, xes_events, xes_lines

UTC = datetime.UTC

STANDARD = b"""<?xml version="1.0" encoding="UTF-8" ?>
<!-- a log as the standard writes it -->
<log xes.version="1849.2023" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><string key="concept:name" value="name"/></global>
  <global scope="event">
    <string key="concept:name" value="name"/><date key="time:timestamp" value="2000-01-01T00:00:00Z"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="the log"/>
  <trace>
    <string key="concept:name" value="visit 1"/>
    <int key="acuity" value="3"/>
    <list key="notes"><values><string key="note" value="of the list"/></values></list>
    <event>
      <string key="concept:name" value="triage &amp; care &lt;1&gt;"><string key="lang" value="en"/></string>
      <date key="time:timestamp" value="2024-03-10T01:59:00.000-05:00"/>
      <float key="cost" value="1.5E2"/>
      <boolean key="urgent" value="true"/>
      <id key="identity:id" value="3a9f2c1e-0000-4000-8000-000000000001"/>
      <container key="vitals"><int key="pulse" value="80"/></container>
    </event>
    <event><string key="concept:name" value="departure"/></event>
  </trace>
  <trace><string key="concept:name" value="visit 2"/></trace>
  <event><string key="concept:name" value="of no trace"/></event>
</log>"""


def events(text: bytes) -> list[dict[str, str]]:
    return list(xes_events(io.BytesIO(text)))


def log_of(body: str) -> bytes:
    return f"<log><trace>{body}</trace></log>".encode()


def test_every_type_of_the_standard_is_read_and_nested_ones_are_passed_over() -> None:
    of_case = {"case:concept:name": "visit 1", "case:acuity": "3"}
    assert events(STANDARD) == [
        of_case
        | {
            "concept:name": "triage & care <1>",
            "time:timestamp": "2024-03-10T01:59:00.000-05:00",
            "cost": "1.5E2",
            "urgent": "true",
            "identity:id": "3a9f2c1e-0000-4000-8000-000000000001",
        },
        of_case | {"concept:name": "departure"},
        {"case:concept:name": "visit 2"},
        {"concept:name": "of no trace"},
    ]


def test_a_prefix_of_the_namespace_changes_nothing() -> None:
    prefixed = b'<x:log xmlns:x="http://www.xes-standard.org/"><x:trace>'
    prefixed += b'<x:event><x:int key="n" value="1"/></x:event></x:trace></x:log>'
    assert events(prefixed) == [{"n": "1"}]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", ["0", "-7", "+12", " 5 "], ["1.0", "", "x", "1e3"]),
        ("float", ["1", "-1.5", ".5", "1e-3", "INF", "-INF", "NaN"], ["1,5", "", "inf", "0x1"]),
        ("boolean", ["true", "false", "1", "0"], ["True", "yes", ""]),
        ("date", ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123+05:30"], ["2024-01-01", "2024-01-01 00:00"]),
        ("id", ["3a9f2c1e-0000-4000-8000-000000000001"], ["", "a b"]),
        ("string", ["", "anything at all"], []),
    ],
)  # fmt: skip
def test_a_value_must_be_of_its_type(kind: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if not is_value_of(kind, value)] == []
    assert [value for value in bad if is_value_of(kind, value)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'<!DOCTYPE log SYSTEM "http://x/y.dtd"><log/>', "declares a document type"),
        (b'<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><log>&b;</log>', "declares a document type"),
        (b"<log>&nothing;</log>", "no well-formed XML"),
        (b"<logs/>", "outermost element is <logs>"),
        (b"", "no well-formed XML"),
        (log_of('<event><int key="n" value="1.5"/></event>'), "trace 1, event 1: 'n' = '1.5' is no int"),
        (log_of('<event><int value="1"/></event>'), "has no key"),
        (log_of('<event><string key="n"/></event>'), "has no value"),
        (log_of('<int key="n" value="1"/><int key="n" value="2"/>'), "trace 1: 'n' stands there twice"),
        (b"<log>" + b"<list>" * 70, "64 deep"),
        pytest.param(
            b"<log><trace><event>" + b'<string key="k" value="' + b"x" * (17 << 20),
            "is longer than",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_is_no_log_is_refused_with_its_place(text: bytes, words: str) -> None:
    with pytest.raises(NotXes, match=words):
        events(text)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\t\n\r<>&\"'"), max_size=20)
KEYS = st.text(string.ascii_letters + ":_", min_size=1, max_size=8)
VALUES = st.one_of(
    WORDS,
    st.integers(-(10**18), 10**18),
    st.floats(),
    st.booleans(),
    st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)).map(
        lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000, tzinfo=UTC)
    ),
)
ATTRIBUTES = st.dictionaries(KEYS, VALUES, max_size=4)


def as_read(value: Value) -> str:
    element = ElementTree.fromstring(element_of("key", value))
    return element.attrib["value"]


@given(st.lists(st.tuples(ATTRIBUTES, st.lists(ATTRIBUTES, min_size=1, max_size=3)), max_size=4))
def test_what_is_written_reads_back_as_it_was(traces: list[tuple[dict[str, Value], list[dict[str, Value]]]]) -> None:
    text = "".join(xes_lines(traces, "a log")).encode()
    expected = [
        {f"case:{key}": as_read(value) for key, value in about.items()} | {k: as_read(v) for k, v in event.items()}
        for about, of_case in traces
        for event in of_case
    ]
    assert events(text) == expected


@given(VALUES)
def test_the_text_of_a_value_is_one_of_its_type_and_means_the_value(value: Value) -> None:
    element = ElementTree.fromstring(element_of("key", value))
    text = element.attrib["value"]
    assert is_value_of(element.tag, text)
    if isinstance(value, bool):
        assert text == ("true" if value else "false")
    elif isinstance(value, datetime.datetime):
        assert datetime.datetime.fromisoformat(text) == value
    elif isinstance(value, float):
        assert repr(float(text)) == repr(value)
    else:
        assert type(value)(text) == value


def test_a_character_that_xml_cannot_hold_is_refused_not_written() -> None:
    with pytest.raises(ValueError, match="XML cannot"):
        element_of("key", "a\x00b")


def test_what_is_written_declares_the_extensions_it_uses() -> None:
    root = ElementTree.fromstring("".join(xes_lines([], "x")))
    space = "{http://www.xes-standard.org/}"
    assert root.tag == f"{space}log"
    assert {e.attrib["prefix"] for e in root.iter(f"{space}extension")} == {"concept", "lifecycle", "time", "org"}
    assert {e.attrib["scope"] for e in root.iter(f"{space}global")} == {"trace", "event"}


class Endless(io.RawIOBase):
    """A log of many events that is nowhere whole."""

    def __init__(self, n: int) -> None:
        self.parts = self.made(n)

    @staticmethod
    def made(n: int) -> Iterator[bytes]:
        yield b"<log><trace>"
        for k in range(n):
            yield b'<event><string key="concept:name" value="x%d"/></event>' % k
        yield b"</trace></log>"

    def read(self, size: int = -1) -> bytes:
        return next(self.parts, b"")


def test_memory_does_not_grow_with_the_log() -> None:
    peaks = []
    for n in (2_000, 20_000):
        stream: IO[bytes] = Endless(n)  # type: ignore[assignment]
        tracemalloc.start()
        assert sum(1 for _ in xes_events(stream)) == n
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 200_000


def test_a_file_of_ours_is_a_text_of_one_element_a_line(tmp_path: Path) -> None:
    lines = "".join(xes_lines([({"concept:name": "1"}, [{"concept:name": "a\nb"}])], "x")).splitlines()
    assert '      <string key="concept:name" value="a&#10;b"/>' in lines
