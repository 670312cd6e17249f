"""Load a CSV, Parquet or XES file into DuckDB as a table of text, in bounded memory.

Nothing is interpreted. A file that is no readable table raises VisitsFileError with what is wrong and what to do.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import duckdb

from sim.io import sql
from sim.io.bounded_reader import UnreadableFile, open_regular
from sim.visits.data_quality import N_EXAMPLES, VisitsFileError
from sim.visits.xes import NotXes, xes_events

MEMORY_LIMIT: Final = "512MB"
"""What DuckDB may hold in memory; it goes on in a scratch file beyond that."""
MOST_LINE_CHARACTERS: Final = 1 << 20
"""Characters of the longest line believed, so that a file without line ends cannot fill the memory."""
MOST_COLUMNS: Final = 10_000
UNPACKED_TIMES: Final = 200
UNPACKED_ANYHOW: Final = 64 << 20
"""A packed file may unpack to so many times its size, or to so many bytes if that is more."""
MOST_FILE_BYTES: Final = 64 << 30
"""Of a file of visits, packed or not: what DuckDB makes of it has to find room on the disk a second time. A million
visits of a hundred columns are a gigabyte."""
MOST_PARQUET_ROWS: Final = 1_000_000_000
"""Of a Parquet file, in which a row may take no room at all."""
N_NAMES: Final = 12
"""Column names a message lists."""

PARQUET_SUFFIXES: Final = frozenset({".parquet", ".pq"})
TEXT_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt"})
PACKED_SUFFIXES: Final = frozenset({".gz", ".zip"})
READABLE_TYPES: Final = ".csv, .csv.gz, .csv.zip, .parquet or .xes"
MAGIC: Final = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"\x1f\x8b", "compressed"),
    (b"PAR1", "Parquet"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
)
BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class RawTable:
    """A table `name` in DuckDB: `row` from 1, `twin` equal where whole rows are equal, a column of ours for each wanted
    one of the file (`column_of`), text without blanks around it, NULL where nothing is left.

    `short` counts rows with fewer cells than the header and gives the first, `blank` counts empty lines, no rows.
    """

    name: str
    header: list[str]
    column_of: dict[str, str] = field(default_factory=dict)
    n_rows: int = 0
    short: int = 0
    short_rows: list[int] = field(default_factory=list)
    blank: int = 0


def scratch_database(folder: Path, files: Sequence[Path]) -> duckdb.DuckDBPyConnection:
    """A database in a scratch folder, of bounded memory, in which times have no zone of the machine's own.

    It reaches the scratch folder and the `files` it is to be filled from.
    """
    settings: dict[str, sql.Setting] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder),
        "threads": 2,
        "TimeZone": "UTC",
        "enable_progress_bar": False,
    }
    return sql.connect(files, folder, folder / "scratch.duckdb", settings=settings)


def load_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    wanted: Sequence[str],
    name: str,
    scratch: Path,
    separator: str = ",",
    encoding: str = "utf-8",
) -> RawTable:
    """Load the wanted columns of a file, those it has; `VisitsFileError` if it is no readable table."""
    refuse_what_is_no_file(path)
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    last = suffixes[-1] if suffixes else ""
    kind = suffixes[0] if last in PACKED_SUFFIXES and len(suffixes) == 2 else last
    with _refusing_what_cannot_be_read(path):
        if last in PARQUET_SUFFIXES:
            return load_parquet(connection, path, wanted, name)
        if kind == ".xes":
            return load_xes(connection, path, wanted, name, scratch)
        if kind in TEXT_SUFFIXES or last == ".zip":
            return load_csv(connection, path, wanted, name, scratch, separator, encoding)
    raise refusal(path, f"file type {path.suffix!r} is not read; save it as {READABLE_TYPES}")


def refusal(path: Path, *lines: str) -> VisitsFileError:
    return VisitsFileError(str(path), lines)


def refuse_what_is_no_file(path: Path) -> None:
    """Only a plain file that may be read is opened: a pipe would wait for ever."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise refusal(path, "no such file; give the path of a CSV, Parquet or XES file") from None
    except (OSError, ValueError) as error:
        raise refusal(path, f"cannot be looked at ({error}); check the path") from None
    mode = found.st_mode
    if stat.S_ISDIR(mode):
        raise refusal(path, f"is a folder; give the path of a file in it, {READABLE_TYPES}")
    if not stat.S_ISREG(mode):
        raise refusal(path, f"is a pipe or a device, not a file; write it to a file first, {READABLE_TYPES}")
    if not os.access(path, os.R_OK):
        raise refusal(path, "may not be read; ask its owner for permission, or copy it to where you may")
    if found.st_size > MOST_FILE_BYTES:
        too_many = f"has {found.st_size >> 30} GiB, at most {MOST_FILE_BYTES >> 30} are read"
        raise refusal(path, f"{too_many}; keep the columns of the column map, or split it by year")


@contextmanager
def _refusing_what_cannot_be_read(path: Path) -> Iterator[None]:
    """What the library that reads a file raises becomes a VisitsFileError with what to do."""
    remedy = "check that it is a table with a header, and `separator` in the column map"
    try:
        yield
    except VisitsFileError:
        raise
    except UnreadableFile as error:  # it is no more what it was when it was looked at
        raise refusal(path, f"{error.value}: {error.remedy}") from error
    except UnicodeDecodeError as error:
        raise refusal(path, encoding_line(path, error)) from error
    except LookupError as error:
        raise refusal(path, f"{error}; set `encoding` in the column map to one Python knows, as latin-1") from error
    except NotXes as error:
        raise refusal(path, str(error)) from error
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        raise refusal(path, f"cannot be unpacked ({str(error).strip()}); pack it again or give it unpacked") from error
    except (csv.Error, duckdb.Error, OSError, ValueError) as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise refusal(path, f"{words[0]}; {remedy}") from error


def encoding_line(path: Path, error: UnicodeDecodeError) -> str:
    with open_regular(path, MOST_FILE_BYTES) as file:
        start = file.read(2)
    likely = "utf-16" if start in BYTE_ORDER_MARKS else "latin-1 or windows-1252"
    byte = error.object[error.start]
    wrong = f"the byte 0x{byte:02x} is no {error.encoding}" if error.encoding else str(error)
    return f"{wrong} ({error.reason}); set `encoding` in the column map, perhaps to {likely}"


# --- bytes ---


class Unpacked(io.RawIOBase):
    """Bytes of a packed file, up to a limit: a small file can unpack to more than any disk holds."""

    def __init__(self, source: gzip.GzipFile | IO[bytes], path: Path) -> None:
        self.source, self.path = source, path
        self.limit = max(UNPACKED_ANYHOW, UNPACKED_TIMES * path.stat().st_size)
        self.seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self.source.read(len(buffer))
        self.seen += len(chunk)
        if self.seen > self.limit:
            times = f"more than {UNPACKED_TIMES} times its size ({self.limit >> 20} MiB)"
            raise refusal(self.path, f"unpacks to {times}, as no table does; unpack and look at it yourself")
        buffer[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def open_unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where its name says that it is packed."""
    last = path.suffix.lower()
    if last == ".gz":
        with open_regular(path, MOST_FILE_BYTES) as file, gzip.open(file) as packed:
            yield io.BufferedReader(Unpacked(packed, path), 1 << 20)
    elif last == ".zip":
        with (
            open_regular(path, MOST_FILE_BYTES) as file,
            zipfile.ZipFile(file) as archive,
            archive.open(only_member(archive, path)) as packed,
        ):
            yield io.BufferedReader(Unpacked(packed, path), 1 << 20)
    else:
        with open_regular(path, MOST_FILE_BYTES) as plain:
            start = plain.read(4)
            found = next((what for magic, what in MAGIC if start.startswith(magic)), None)
            if found is not None:
                remedy = f"its name should say so, or save it as {READABLE_TYPES}"
                raise refusal(path, f"is {found}, not text; {remedy}")
            plain.seek(0)
            yield plain


def only_member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """The one file of an archive."""
    members = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX")]
    if len(members) != 1:
        raise refusal(path, f"holds {len(members)} files; pack one table alone, or give it unpacked")
    if members[0].flag_bits & 1:
        raise refusal(path, "is locked by a password; give it unpacked")
    if Path(members[0].filename).suffix.lower() not in TEXT_SUFFIXES | {".xes"}:
        raise refusal(path, f"holds {members[0].filename!r}, which is no table of text; pack a .csv")
    return members[0]


# --- text ---


def text_lines(stream: IO[bytes], encoding: str, path: Path) -> Iterator[str]:
    """Lines of text, each of believable length and without NUL."""
    name = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    text = io.TextIOWrapper(stream, encoding=name, newline="")
    try:
        number = 0
        while line := text.readline(MOST_LINE_CHARACTERS):
            number += 1
            if "\0" in line:
                cause = "perhaps it is UTF-16: set `encoding` in the column map, else save it as text again"
                raise refusal(path, f"line {number} holds NUL characters, as text does not; {cause}")
            if len(line) == MOST_LINE_CHARACTERS:
                remedy = "check that it is a table with a header and line ends"
                raise refusal(path, f"line {number} is longer than {MOST_LINE_CHARACTERS:,} characters; {remedy}")
            yield line
    finally:
        with suppress(ValueError):  # the stream may be closed before this generator is
            text.detach()


def load_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    wanted: Sequence[str],
    name: str,
    scratch: Path,
    separator: str,
    encoding: str,
) -> RawTable:
    """Check every row of a CSV and hand the wanted cells on to DuckDB in one plain form."""
    with open_unpacked(path) as stream:
        lines = text_lines(stream, encoding, path)
        rows = csv.reader(lines, delimiter=separator, strict=False)
        header = header_of(next(rows, None), path)
        table = RawTable(name, header)
        places = [place for place, column in enumerate(header) if column in wanted]
        plain = scratch / f"{name}.csv"
        with plain.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(plain_rows(rows, table, places, path))
    return loaded(connection, table, plain, [header[place] for place in places])


def header_of(row: list[str] | None, path: Path) -> list[str]:
    """Names of the columns; refuses a file without them, or with one twice."""
    if row is None:
        raise refusal(path, "the file is empty; check that it is a table with a header")
    header = [cell.strip() for cell in row]
    if len(header) > MOST_COLUMNS:
        raise refusal(path, f"has {len(header):,} columns; keep those of the column map, at most {MOST_COLUMNS:,}")
    twice = [name for name, n in Counter(header).items() if n > 1 and name]
    if twice:
        shown = ", ".join(repr(name) for name in twice[:N_NAMES])
        raise refusal(path, f"the header names {shown} more than once; give each column a name of its own")
    return header


def plain_rows(
    rows: Iterator[list[str]], table: RawTable, places: Sequence[int], path: Path
) -> Iterator[tuple[object, ...]]:
    """Row number, a number equal for equal rows, and the cells at these places of every row that is not empty."""
    width = len(table.header)
    for row in rows:
        n_cells = len(row)
        if n_cells != width:
            if not row:
                table.blank += 1
                continue
            if n_cells > width:
                refuse_extra_cells(row, width, table.n_rows + 1, path)
                row = row[:width]
            else:
                row = row + [""] * (width - n_cells)
                table.short += 1
                if len(table.short_rows) < N_EXAMPLES:
                    table.short_rows.append(table.n_rows + 1)
        table.n_rows += 1
        yield (table.n_rows, hash(tuple(row)), *(row[place].strip() for place in places))


def refuse_extra_cells(row: list[str], width: int, number: int, path: Path) -> None:
    """Refuse a row whose cells beyond the header are not all empty: they have lost their column."""
    if any(cell.strip() for cell in row[width:]):
        remedy = "check that it is a table with a header, quotes around cells that hold it, and `separator`"
        raise refusal(path, f"row {number:,} has {len(row)} cells, the header {width}; {remedy} in the column map")


def loaded(connection: duckdb.DuckDBPyConnection, table: RawTable, plain: Path, columns: Sequence[str]) -> RawTable:
    """Take the plain form into DuckDB, and delete it."""
    table.column_of = {column: f"c{number}" for number, column in enumerate(columns)}
    kinds = {"row": "BIGINT", "twin": "BIGINT"} | dict.fromkeys(table.column_of.values(), "VARCHAR")
    connection.execute(
        f"CREATE TABLE {table.name} AS SELECT * FROM read_csv(?, columns = {kinds}, header = false, "
        "auto_detect = false, nullstr = '', allow_quoted_nulls = true, delim = ',', quote = '\"', escape = '\"', "
        "parallel = false, max_line_size = 8000000)",
        [sql.exact_path(plain)],
    )
    plain.unlink()
    return table


# --- Parquet and XES ---


def load_parquet(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str], name: str) -> RawTable:
    """Every value as text; whole numbers stored as floats (for missing values beside them) lose their `.0`."""
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [sql.exact_path(path)]).fetchall()
    kinds = {str(row[0]): str(row[1]) for row in described}
    columns = [column for column in kinds if column in wanted]
    nested = [each for each in columns if kinds[each].endswith(("]", ")")) and not kinds[each].startswith("DECIMAL")]
    if nested:
        raise refusal(path, f"column {nested[0]!r} holds lists or records; flatten it to one value a row")
    stored = connection.execute(
        "SELECT name FROM parquet_schema(?) WHERE num_children IS NULL OR num_children = 0", [sql.exact_path(path)]
    ).fetchall()
    if len(stored) == len(kinds):
        header_of([str(row[0]) for row in stored], path)
    n_rows = sql.whole_number(connection, "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [sql.exact_path(path)])
    if n_rows > MOST_PARQUET_ROWS:
        raise refusal(path, f"has {n_rows:,} rows, at most {MOST_PARQUET_ROWS:,} are read; split it by year")
    table = RawTable(name, list(kinds))
    table.column_of = {column: f"c{number}" for number, column in enumerate(columns)}
    cells = [f"{as_text(column, kinds[column])} AS {ours}" for column, ours in table.column_of.items()]
    listed = ", ".join(["row_number() OVER () AS row", "hash(file)::HUGEINT AS twin", *cells])
    connection.execute(f"CREATE TABLE {name} AS SELECT {listed} FROM read_parquet(?) AS file", [sql.exact_path(path)])
    table.n_rows = sql.whole_number(connection, f"SELECT count(*) FROM {name}")
    return table


def as_text(column: str, kind: str) -> str:
    text = f"{sql.identifier(column)}::VARCHAR"
    if kind in ("FLOAT", "DOUBLE"):
        text = f"regexp_replace({text}, '\\.0$', '')"
    return f"nullif(trim({text}), '')"


def load_xes(
    connection: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str], name: str, scratch: Path
) -> RawTable:
    """A row an event, with the attributes of its trace under `case:` and the key of the attribute."""
    table, seen = RawTable(name, []), dict[str, None]()
    plain = scratch / f"{name}.csv"

    def rows(stream: IO[bytes]) -> Iterator[tuple[object, ...]]:
        for event in xes_events(stream):
            seen.update(dict.fromkeys(event))
            table.n_rows += 1
            yield (table.n_rows, hash(tuple(event.items())), *(event.get(column, "").strip() for column in wanted))

    with open_unpacked(path) as stream, plain.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows(stream))
    table.header = list(seen)
    loaded(connection, table, plain, wanted)
    table.column_of = {column: ours for column, ours in table.column_of.items() if column in seen}
    return table
