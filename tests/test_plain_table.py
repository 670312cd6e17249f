"""Tables of plain cells look as Rich's own."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.report.tables.plain_table import PlainTable

WORDS = (
    "a",
    "wait",
    "triage,",
    "−3.2",
    "longerwordthanmost",
    "患者",
    "é",
    "[b]",
    " ",
    "two\nlines",
    "tab\tstop",
    "\x1b[1m",
)


def by_rich(rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for number, head in enumerate(rows[0]):
        table.add_column(Text(head), justify="right" if number else "left")
    for row in rows[1:]:
        table.add_row(*map(Text, row))
    return table


def shown(table: Table | PlainTable, width: int) -> list[tuple[str, bool]]:
    """Every character, and whether it is bold where that can be seen."""
    console = Console(file=io.StringIO(), width=width)
    return [
        (character, character != " " and bool(segment.style and segment.style.bold))
        for segment in console.render(table)
        for character in segment.text
    ]


cells = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
tables = st.integers(2, 6).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=5))


@settings(max_examples=150, deadline=None)
@given(rows=tables, width=st.sampled_from((40, 60, 80, 100)))
def test_it_looks_as_rich_would_have_it(rows: list[list[str]], width: int) -> None:
    assert shown(PlainTable(rows), width) == shown(by_rich(rows), width)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_it_is_written_with_what_the_terminal_can_show(encoding: str) -> None:
    def page(table: Table | PlainTable) -> bytes:
        written = io.BytesIO()
        with io.TextIOWrapper(written, encoding, write_through=True) as stream:
            Console(file=stream, width=40).print(table)
            return written.getvalue()

    rows = [("Measure", "Mean"), ("Wait", "3 min")]
    assert page(PlainTable(rows)) == page(by_rich(rows))
