"""Workbooks of tests that look at something else hold the first rows of each table.

They are written by every study, and writing all their rows is a tenth of what whole commands take in tests. What is in
them is tested with `whole_workbooks`, and by commands in processes of their own, which know nothing of this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from sim.io import workbook
from sim.io.workbook import Sheet

MOST_ROWS = 50
write_whole_sheet = workbook._write_sheet


def write_first_rows(book: Any, sheet: Sheet, formats: dict[str, Any]) -> int:
    """A sheet cut after some rows; how many it then has."""
    return write_whole_sheet(book, replace(sheet, rows=islice(sheet.rows, MOST_ROWS)), formats)


@contextmanager
def sheets_written_by(write: Any) -> Iterator[None]:
    """Sheets are written this way in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "_write_sheet", write)
        yield
