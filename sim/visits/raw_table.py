"""Load a CSV, Parquet or XES file into DuckDB as a table of text, in bounded memory.

Nothing is interpreted. A file that is no readable table raises VisitsFileError with what is wrong and what to do.
"""

import csv
import gzip
import io
import zipfile
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import duckdb

from sim.io import sql
from sim.io.bounded_reader import UnreadableFile, open_regular
from sim.visits.file_error import VisitsFileError
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

    `short_rows` have fewer cells than the header; `blank` counts empty lines, no rows.
    """

    name: str
    header: list[str]
    column_of: dict[str, str] = field(default_factory=dict)
    n_rows: int = 0
    short_rows: "array[int]" = field(default_factory=lambda: array("q"))
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
        # It makes a join of each list of words; rewriting the joins takes six times what a small file does without.
        "disabled_optimizers": "in_clause",
    }
    return sql.connect(files, folder, folder / "scratch.duckdb", settings=settings)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to load: its path and form, the database, and the scratch folder that lies in the database's reach."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    scratch: Path
    separator: str = ","
    encoding: str = "utf-8"

    def load(self, wanted: Sequence[str], name: str, too: Callable[[str], bool] = lambda _: False) -> RawTable:
        """The wanted columns, those it has, as table `name`; `VisitsFileError` if it is no readable table.

        Of a table those are loaded `too` whose names it is true of.
        """
        suffixes = [suffix.lower() for suffix in self.path.suffixes[-2:]]
        last = suffixes[-1] if suffixes else ""
        kind = suffixes[0] if last in PACKED_SUFFIXES and len(suffixes) == 2 else last
        with self._refusing_what_cannot_be_read():
            open_regular(self.path, MOST_FILE_BYTES).close()
            if last in PARQUET_SUFFIXES:
                return self._load_parquet(wanted, name, too)
            if kind == ".xes":
                return self._load_xes(wanted, name)
            if kind in TEXT_SUFFIXES or last == ".zip":
                return self._load_csv(wanted, name, too)
        raise self.refusal(f"file type {self.path.suffix!r} is not read; save it as {READABLE_TYPES}")

    def head(self, n_bytes: int) -> bytes:
        """The first bytes of the text of a file, unpacked; none of Parquet. `VisitsFileError` if there is no text."""
        if self.path.suffix.lower() in PARQUET_SUFFIXES:
            return b""
        with self._refusing_what_cannot_be_read(), self._unpacked() as stream:
            return stream.read(n_bytes)

    def refusal(self, *lines: str) -> VisitsFileError:
        """Why the file cannot be used."""
        return VisitsFileError(str(self.path), lines)

    @contextmanager
    def _refusing_what_cannot_be_read(self) -> Iterator[None]:
        """What the library that reads a file raises becomes a VisitsFileError with what to do."""
        try:
            yield
        except VisitsFileError:
            raise
        except UnreadableFile as error:
            raise self.refusal(f"{error.value}; {error.remedy}") from error
        except UnicodeDecodeError as error:
            raise self.refusal(self._encoding_line(error)) from error
        except LookupError as error:
            raise self.refusal(f"{error}; set `encoding` in the column map to one Python knows, as latin-1") from error
        except NotXes as error:
            raise self.refusal(str(error)) from error
        except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
            remedy = "pack it again or give it unpacked"
            raise self.refusal(f"cannot be unpacked ({str(error).strip()}); {remedy}") from error
        except (csv.Error, duckdb.Error, OSError, ValueError) as error:
            remedy = "check that it is a table with a header, and `separator` in the column map"
            words = str(error).strip().splitlines() or [type(error).__name__]
            raise self.refusal(f"{words[0]}; {remedy}") from error

    def _encoding_line(self, error: UnicodeDecodeError) -> str:
        with open_regular(self.path, MOST_FILE_BYTES) as file:
            likely = "utf-16" if file.read(2) in BYTE_ORDER_MARKS else "latin-1 or windows-1252"
        byte = error.object[error.start]
        wrong = f"the byte 0x{byte:02x} is no {error.encoding}" if error.encoding else str(error)
        return f"{wrong} ({error.reason}); set `encoding` in the column map, perhaps to {likely}"

    # --- bytes ---

    @contextmanager
    def _unpacked(self) -> Iterator[IO[bytes]]:
        """The bytes of the file, unpacked where its name says that it is packed."""
        last = self.path.suffix.lower()
        with open_regular(self.path, MOST_FILE_BYTES) as file, ExitStack() as opened:
            if last == ".gz":
                packed: IO[bytes] | gzip.GzipFile = opened.enter_context(gzip.open(file))
                yield io.BufferedReader(Unpacked(packed, self), 1 << 20)
            elif last == ".zip":
                archive = opened.enter_context(zipfile.ZipFile(file))
                packed = opened.enter_context(archive.open(self._only_member(archive)))
                yield io.BufferedReader(Unpacked(packed, self), 1 << 20)
            else:
                start = file.read(4)
                found = next((what for magic, what in MAGIC if start.startswith(magic)), None)
                if found is not None:
                    remedy = f"its name should say so, or save it as {READABLE_TYPES}"
                    raise self.refusal(f"is {found}, not text; {remedy}")
                file.seek(0)
                yield file

    def _only_member(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        """The one file of an archive."""
        members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX")]
        if len(members) != 1:
            raise self.refusal(f"holds {len(members)} files; pack one table alone, or give it unpacked")
        if members[0].flag_bits & 1:
            raise self.refusal("is locked by a password; give it unpacked")
        if Path(members[0].filename).suffix.lower() not in TEXT_SUFFIXES | {".xes"}:
            raise self.refusal(f"holds {members[0].filename!r}, which is no table of text; pack a .csv")
        return members[0]

    # --- text ---

    def _lines(self, stream: IO[bytes]) -> Iterator[str]:
        """Lines of text, each of believable length and without NUL."""
        is_utf8 = self.encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        text = io.TextIOWrapper(stream, encoding="utf-8-sig" if is_utf8 else self.encoding, newline="")
        try:
            number = 0
            while line := text.readline(MOST_LINE_CHARACTERS):
                number += 1
                if "\0" in line:
                    cause = "perhaps it is UTF-16: set `encoding` in the column map, else save it as text again"
                    raise self.refusal(f"line {number} holds NUL characters, as text does not; {cause}")
                if len(line) == MOST_LINE_CHARACTERS:
                    remedy = "check that it is a table with a header and line ends"
                    raise self.refusal(f"line {number} is longer than {MOST_LINE_CHARACTERS:,} characters; {remedy}")
                yield line
        finally:
            with suppress(ValueError):  # the stream may be closed before this generator is
                text.detach()

    def _load_csv(self, wanted: Sequence[str], name: str, too: Callable[[str], bool]) -> RawTable:
        """Check every row of a CSV and hand the wanted cells on to DuckDB in one plain form."""
        with self._unpacked() as stream:
            rows = csv.reader(self._lines(stream), delimiter=self.separator, strict=False)
            table = RawTable(name, self._header_of(next(rows, None)))
            places = [place for place, column in enumerate(table.header) if column in wanted or too(column)]
            return self._loaded(table, self._plain_rows(rows, table, places), [table.header[place] for place in places])

    def _header_of(self, row: list[str] | None) -> list[str]:
        """Names of the columns; refuses a file without them, or with one twice."""
        if row is None:
            raise self.refusal("the file is empty; check that it is a table with a header")
        header = [cell.strip() for cell in row]
        if len(header) > MOST_COLUMNS:
            raise self.refusal(f"has {len(header):,} columns; keep those of the column map, at most {MOST_COLUMNS:,}")
        twice = [name for name, n in Counter(header).items() if n > 1 and name]
        if twice:
            shown = ", ".join(repr(name) for name in twice[:N_NAMES])
            raise self.refusal(f"the header names {shown} more than once; give each column a name of its own")
        return header

    def _plain_rows(
        self, rows: Iterator[list[str]], table: RawTable, places: Sequence[int]
    ) -> Iterator[tuple[object, ...]]:
        """Row number, a number equal for equal rows, and the cells at these places of every row that is not empty."""
        width = len(table.header)
        for row in rows:
            n_cells = len(row)
            if not row:
                table.blank += 1
                continue
            if n_cells > width:
                if any(cell.strip() for cell in row[width:]):  # they have lost their column
                    remedy = "check that it is a table with a header, quotes around cells that hold it, and `separator`"
                    found = f"row {table.n_rows + 1:,} has {n_cells} cells, the header {width}"
                    raise self.refusal(f"{found}; {remedy} in the column map")
                row = row[:width]
            elif n_cells < width:
                row = row + [""] * (width - n_cells)
                table.short_rows.append(table.n_rows + 1)
            table.n_rows += 1
            yield (table.n_rows, hash(tuple(row)), *(row[place].strip() for place in places))

    def _loaded(self, table: RawTable, rows: Iterator[tuple[object, ...]], columns: Sequence[str]) -> RawTable:
        """Take rows into DuckDB, through a file in plain form."""
        plain = self.scratch / f"{table.name}.csv"
        with plain.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        table.column_of = {column: f"c{number}" for number, column in enumerate(columns)}
        kinds = {"row": "BIGINT", "twin": "BIGINT"} | dict.fromkeys(table.column_of.values(), "VARCHAR")
        self.connection.execute(
            f"CREATE TABLE {table.name} AS SELECT * FROM read_csv(?, columns = {kinds}, header = false, "
            "auto_detect = false, nullstr = '', allow_quoted_nulls = true, delim = ',', quote = '\"', escape = '\"', "
            "parallel = false, max_line_size = 8000000)",
            [sql.exact_path(plain)],
        )
        plain.unlink()
        return table

    # --- Parquet and XES ---

    def _load_parquet(self, wanted: Sequence[str], name: str, too: Callable[[str], bool]) -> RawTable:
        """Every value as text; whole numbers stored as floats (for missing values beside them) lose their `.0`."""
        execute, file = self.connection.execute, [sql.exact_path(self.path)]
        described = execute("DESCRIBE SELECT * FROM read_parquet(?)", file).fetchall()
        kinds = {str(row[0]): str(row[1]) for row in described}
        columns = [column for column in kinds if column in wanted or too(column)]
        nested = [each for each in columns if kinds[each].endswith(("]", ")")) and "DECIMAL(" not in kinds[each]]
        if nested:
            raise self.refusal(f"column {nested[0]!r} holds lists or records; flatten it to one value a row")
        leaves = "SELECT name FROM parquet_schema(?) WHERE num_children IS NULL OR num_children = 0"
        stored = execute(leaves, file).fetchall()
        if len(stored) == len(kinds):
            self._header_of([str(row[0]) for row in stored])
        n_rows = sql.whole_number(self.connection, "SELECT sum(num_rows) FROM parquet_file_metadata(?)", file)
        if n_rows > MOST_PARQUET_ROWS:
            raise self.refusal(f"has {n_rows:,} rows, at most {MOST_PARQUET_ROWS:,} are read; split it by year")
        table = RawTable(name, list(kinds))
        table.column_of = {column: f"c{number}" for number, column in enumerate(columns)}
        cells = [f"{_as_text(column, kinds[column])} AS {ours}" for column, ours in table.column_of.items()]
        listed = ", ".join(["row_number() OVER () AS row", "hash(file)::HUGEINT AS twin", *cells])
        execute(f"CREATE TABLE {name} AS SELECT {listed} FROM read_parquet(?) AS file", file)
        table.n_rows = sql.whole_number(self.connection, f"SELECT count(*) FROM {name}")
        return table

    def _load_xes(self, wanted: Sequence[str], name: str) -> RawTable:
        """A row an event, with the attributes of its trace under `case:` and the key of the attribute."""
        table, seen = RawTable(name, []), dict[str, None]()

        def rows(stream: IO[bytes]) -> Iterator[tuple[object, ...]]:
            for event in xes_events(stream):
                seen.update(dict.fromkeys(event))
                table.n_rows += 1
                yield (table.n_rows, hash(tuple(event.items())), *(event.get(column, "").strip() for column in wanted))

        with self._unpacked() as stream:
            self._loaded(table, rows(stream), wanted)
        table.header = list(seen)
        table.column_of = {column: ours for column, ours in table.column_of.items() if column in seen}
        return table


class Unpacked(io.RawIOBase):
    """Bytes of a packed file, up to a limit: a small file can unpack to more than any disk holds."""

    def __init__(self, packed: gzip.GzipFile | IO[bytes], source: SourceFile) -> None:
        self.packed, self.source = packed, source
        self.limit = max(UNPACKED_ANYHOW, UNPACKED_TIMES * source.path.stat().st_size)
        self.seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self.packed.read(len(buffer))
        self.seen += len(chunk)
        if self.seen > self.limit:
            times = f"more than {UNPACKED_TIMES} times its size ({self.limit >> 20} MiB)"
            raise self.source.refusal(f"unpacks to {times}, as no table does; unpack and look at it yourself")
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _as_text(column: str, kind: str) -> str:
    """The SQL of a column of Parquet as text."""
    text = f"{sql.identifier(column)}::VARCHAR"
    if kind in ("FLOAT", "DOUBLE"):
        text = f"regexp_replace({text}, '\\.0$', '')"
    return f"nullif(trim({text}), '')"
