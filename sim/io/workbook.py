"""Write Excel workbooks: a sheet for each table, text never read as a formula, files written whole or not at all."""

import math
import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.io.clean_text import one_line

MOST_SHEET_ROWS, _LONGEST_CELL, _LONGEST_SHEET_NAME = 1_048_575, 32_767, 31
"""What a sheet of a spreadsheet program takes: rows below the header, characters in a cell and in a sheet's name."""
_NARROWEST, _WIDEST = 9, 70
"""Column widths, in characters."""
_ROWS_MEASURED = 200
"""Rows at the top of a sheet whose texts decide how wide the columns are."""

_CREATED = datetime(1980, 1, 1)
"""The creation time of every workbook: that of the run would make two equal workbooks differ."""

_HEADER_LOOK, _WRAPPED_LOOK = "header", "wrapped"
_LOOKS: Mapping[str, Mapping[str, object]] = {
    _HEADER_LOOK: {"bold": True, "text_wrap": True, "valign": "top"},
    _WRAPPED_LOOK: {"text_wrap": True, "valign": "top"},
}
"""Formats of cells that have no number format."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its header, with the unit, and the number format of its cells (None: general).

    `wrap`: long texts are broken into lines.
    """

    header: str
    number_format: str | None = None
    wrap: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table of a workbook. `row_formats`: a number format for each row, where cells of one column differ in unit.

    `too_long`: the remedy in the error for more rows than a sheet takes.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    row_formats: Sequence[str] = ()
    too_long: str = "write less into it"


def write_workbook(sheets: Sequence[Sheet], file: Path) -> list[int]:
    """Write a workbook to a new file; how many rows each sheet has below its header. Raises OSError.

    The same sheets give the same bytes. Rows wait in a temporary file, so that a long table takes little memory.
    """
    content, n_rows = _book(sheets)
    with file.open("xb") as target:
        target.write(content)
    return n_rows


def save_workbook(sheets: Sequence[Sheet], file: Path, *, overwrite: bool = False) -> None:
    """Write a workbook that a user has named: it appears only when it is whole.

    Raises FileExistsError if there is a file of that name, unless `overwrite`, which keeps the permissions it has;
    FileNotFoundError if there is no such folder, ValueError for another ending, OSError.
    """
    if file.suffix.lower() != ".xlsx":
        raise ValueError(f"{file}: give a name that ends in .xlsx")
    if not file.parent.is_dir():
        raise FileNotFoundError(f"{file.parent}: no such folder; make it, or name another")
    if os.path.lexists(file) and not overwrite:
        raise FileExistsError(f"{file}: {_EXISTS}")
    mode = stat.S_IMODE(file.stat().st_mode) if file.is_file() else None
    partial = file.with_name(f".{file.name}.partial")
    content, _ = _book(sheets)
    try:
        partial.unlink(missing_ok=True)  # not written through a link that somebody left there
        with open(partial, "xb", opener=_opener(mode)) as target:
            target.write(content)
        if mode is not None:
            partial.chmod(mode)
        if not overwrite:
            _claim(file)
        os.replace(partial, file)
    except OSError as error:
        if error.filename == str(partial):
            error.filename = str(file)  # the name the user knows
        raise
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


_EXISTS = "is there already; name another file, or give overwrite=True"


def _opener(mode: int | None) -> Callable[[str, int], int]:
    """Opens a file that from the start is open to nobody for whom the one it will replace is not."""
    return lambda name, flags: os.open(name, flags, 0o666 if mode is None else mode)


def _claim(file: Path) -> None:
    """Take a name, with an empty file, unless somebody else has taken it meanwhile. Raises FileExistsError."""
    try:
        file.open("xb").close()
    except FileExistsError:
        raise FileExistsError(f"{file}: {_EXISTS}") from None


def _book(sheets: Sequence[Sheet]) -> tuple[bytes, list[int]]:
    """The bytes of a workbook, and how many rows each sheet has below its header. Raises OSError.

    The archive is made in memory: on a full disk it could not be closed. Scratch files of sheets are in a folder of
    their own, of which nothing is left on a full disk either.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    archive = BytesIO()
    try:
        with (
            TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as scratch,
            Workbook(archive, {"constant_memory": True, "tmpdir": scratch}) as book,
        ):
            book.set_properties({"created": _CREATED})
            formats: dict[str, Any] = {}
            n_rows = [_write_sheet(book, sheet, formats) for sheet in sheets]
    except XlsxWriterException as error:
        cause = error.__cause__ or error.__context__ or error
        raise OSError(getattr(cause, "strerror", None) or str(error)) from error
    return archive.getvalue(), n_rows


def _write_sheet(book: Any, sheet: Sheet, formats: dict[str, Any]) -> int:
    """Header, widths and rows of one sheet; how many rows there are."""
    page = book.add_worksheet(sheet.name[:_LONGEST_SHEET_NAME])
    rows = iter(sheet.rows)
    first = list(islice(rows, _ROWS_MEASURED))
    for number, column in enumerate(sheet.columns):
        look = _format(book, formats, _WRAPPED_LOOK if column.wrap else column.number_format)
        page.set_column(number, number, _width(column, [row[number] for row in first]), look)
    page.freeze_panes(1, 0)
    head = _format(book, formats, _HEADER_LOOK)
    for number, column in enumerate(sheet.columns):
        page.write_string(0, number, one_line(column.header), head)
    n_rows = 0
    for n_rows, row in enumerate(chain(first, rows), 1):
        if n_rows > MOST_SHEET_ROWS:
            raise OSError(f"more than {MOST_SHEET_ROWS:,} rows, a sheet takes {MOST_SHEET_ROWS:,}: {sheet.too_long}")
        look = _format(book, formats, sheet.row_formats[n_rows - 1]) if sheet.row_formats else None
        for number, value in enumerate(row):
            _write_cell(page, n_rows, number, value, look, sheet.too_long)
    if n_rows:
        page.autofilter(0, 0, n_rows, len(sheet.columns) - 1)
    return n_rows


def _format(book: Any, formats: dict[str, Any], wanted: str | None) -> Any:
    """A look by its name or number format, made once a workbook."""
    if wanted is not None and wanted not in formats:
        formats[wanted] = book.add_format(_LOOKS.get(wanted, {"num_format": wanted}))
    return formats.get(wanted) if wanted is not None else None


def _width(column: Column, values: Sequence[object]) -> int:
    """Room for the header in two lines, and for the texts."""
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, -(-len(column.header) // 2)) + 2))


def _write_cell(page: Any, row: int, column: int, value: object, look: Any, too_long: str) -> None:
    """A number as a number, everything else as text; nothing becomes a formula.

    A missing value is left empty, and so is an infinite one, which a sheet cannot hold: as text it would keep the
    column from being sorted and averaged.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        page.write_number(row, column, value, look)
        return
    text = str(value)
    if len(text) > _LONGEST_CELL:
        raise OSError(f"{len(text):,} characters in one cell, a sheet takes {_LONGEST_CELL:,}: {too_long}")
    page.write_string(row, column, text)
