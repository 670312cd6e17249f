"""The text of every column that a column map names, one row a visit: loaded, made of a log, joined with a second file.

Nothing is interpreted here; `visit_fields` decides what the text means.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sim.io import sql
from sim.visits.column_map import (
    CodedColumn,
    ColumnMap,
    FlagColumns,
    JoinedFile,
    PartsArrival,
    TimesOfStep,
    TimestampArrival,
    WordColumns,
)
from sim.visits.data_quality import DataFinding, FindingLevel, VisitsFileError, closest_name, note
from sim.visits.event_table import log_columns, visits_of_log
from sim.visits.raw_table import N_NAMES, PACKED_SUFFIXES, RawTable, load_text
from sim.visits.visits_query import VisitsQuery

WORD_FIELDS = ("stream", "disposition", "mode", "seen_recently")
TIME_FIELDS = ("triage_time", "physician_time", "departure_time")
NUMBER_FIELDS = ("triage_minutes", "wait_minutes", "stay_minutes", "age", "weight")


def load_source(connection: duckdb.DuckDBPyConnection, path: Path, column_map: ColumnMap, scratch: Path) -> VisitsQuery:
    """A query on the text of the file, with what was found wrong before any value was looked at."""
    mapped = mapped_columns(column_map)
    events, joined = column_map.events, column_map.join
    wanted = [*mapped, *(log_columns(events) if events else []), *([joined.key] if joined else [])]
    raw = load_text(connection, path, wanted, "raw", scratch, column_map.separator, column_map.encoding)
    findings = _row_findings(raw)
    if events is not None:
        if absent := [_absent(name, raw.header) for name in log_columns(events) if name not in raw.column_of]:
            raise VisitsFileError(str(path), tuple(each.line() for each in absent))
        raw, found = visits_of_log(connection, raw, column_map, [name for name in mapped if name in raw.column_of])
        findings += found
    if joined is not None:
        findings += _join(connection, path, column_map, joined, raw, mapped, scratch)
    query = VisitsQuery(connection, column_map, raw, findings)
    marks = set(events.marks()) | ({"disposition"} if events.disposition else set()) if events else set()
    query.findings += [_absent(name, raw.header) for name in mapped if name not in raw.column_of and name not in marks]
    if not raw.n_rows:
        query.error(raw.header[0] if raw.header else "", "the file has no rows", "give a file with visits")
    return query


def source_files(path: Path, column_map: ColumnMap) -> list[Path]:
    """The files a column map reads: the one given and the one it is joined with."""
    return [path] if column_map.join is None else [path, _joined_path(path, column_map.join)]


def mapped_columns(column_map: ColumnMap) -> list[str]:
    """Each column the map names, once, in the order of the map."""
    arrival, acuity = column_map.arrival, column_map.acuity
    names: list[str | None] = [acuity.column if acuity else None, *column_map.cluster]
    if isinstance(arrival, TimestampArrival):
        names.insert(0, arrival.column)
    elif isinstance(arrival, PartsArrival):
        weekday = arrival.weekday.column if arrival.weekday else None
        names = [arrival.time, weekday, arrival.date, arrival.year, arrival.month, *names]
    for name in WORD_FIELDS:
        names += columns_of_words(getattr(column_map, name))
    names += [getattr(column_map, name) for name in ("patient", *TIME_FIELDS, *NUMBER_FIELDS)]
    for step in column_map.step_minutes.values():
        names += [step.begins, step.ends] if isinstance(step, TimesOfStep) else [step]
    return list(dict.fromkeys(name for name in names if name is not None))


def columns_of_words(words: WordColumns | None) -> list[str]:
    """The columns that a field of words is made of."""
    if isinstance(words, FlagColumns):
        return list(words.flags)
    column = words.column if isinstance(words, CodedColumn) else words
    return [] if column is None else [column]


def _row_findings(raw: RawTable) -> list[DataFinding]:
    """Rows with too few cells, and empty lines."""
    found = []
    if raw.short:
        remedy = "cells lost at the end of a row are taken as missing; see whether the file is cut"
        found.append(note("", "fewer cells than the header", remedy, raw.short, tuple(raw.short_rows)))
    if raw.blank:
        kind = f"{raw.blank:,} empty line{'s' if raw.blank != 1 else ''}"
        found.append(note("", kind, "passed over, not counted as rows"))
    return found


# --- a second file ---


def _join(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    column_map: ColumnMap,
    joined: JoinedFile,
    raw: RawTable,
    mapped: list[str],
    scratch: Path,
) -> list[DataFinding]:
    """Put the columns of the second file beside the rows of the first; changes `raw` to the table of both."""
    other_path = _joined_path(path, joined)
    wanted = [joined.key, *(name for name in mapped if name not in raw.column_of)]
    other = load_text(connection, other_path, wanted, "beside", scratch, column_map.separator, column_map.encoding)
    lost = [(file, table) for file, table in ((path, raw), (other_path, other)) if joined.key not in table.column_of]
    if lost:
        lines = tuple(_absent(joined.key, table.header).line() for _, table in lost)
        raise VisitsFileError(str(lost[0][0]), lines)
    key, other_key = raw.column_of[joined.key], other.column_of[joined.key]
    added = {name: text for name, text in other.column_of.items() if name not in raw.column_of}
    columns = "".join(f", first.{text} AS j_{text}" for text in added.values())
    connection.execute(
        f"CREATE TABLE together AS SELECT {raw.name}.*{columns}, first.row IS NULL AS alone "
        f"FROM {raw.name} LEFT JOIN (SELECT * FROM beside QUALIFY row_number() OVER "
        f"(PARTITION BY {other_key} ORDER BY row) = 1) AS first ON "
        f"{raw.name}.{key} = first.{other_key} "
        f"ORDER BY {raw.name}.row"
    )
    unmatched = (
        f"SELECT count(*) FROM beside WHERE {other_key} NOT IN (SELECT {key} FROM {raw.name} WHERE {key} IS NOT NULL)"
    )
    repeated = f"SELECT count({other_key}) - count(DISTINCT {other_key}) FROM beside"
    name = other_path.name
    counts = (
        ("SELECT count(*) FROM together WHERE alone", f"visits not in {name}", "what it tells is missing there"),
        (unmatched, f"rows of {name} of no visit here", "passed over"),
        (repeated, f"further rows of {name} for a visit", "the first is taken"),
    )
    raw.name = "together"
    raw.header += [name for name in other.header if name not in raw.header]
    raw.column_of |= {name: f"j_{text}" for name, text in added.items()}
    found = [note(joined.key, kind, remedy, sql.whole_number(connection, query)) for query, kind, remedy in counts]
    return [each for each in found if each.count]


def _joined_path(path: Path, joined: JoinedFile) -> Path:
    """The second file, packed or not, in the folder of the first."""
    packed = path.suffix.lower() if path.suffix.lower() in PACKED_SUFFIXES else ""
    places = [path.with_name(joined.file + suffix) for suffix in dict.fromkeys((packed, "", ".gz"))]
    return next((place for place in places if place.exists()), places[0])


def _absent(column: str, present: list[str]) -> DataFinding:
    if len(present) == 1:
        remedy = f"the header is the single column {present[0]!r}: check `separator` in the column map"
    else:
        more = f" and {len(present) - N_NAMES:,} more columns" if len(present) > N_NAMES else ""
        listed = f"the file has {', '.join(repr(name) for name in present[:N_NAMES])}{more}"
        remedy = closest_name(column, present) or listed
    return DataFinding(FindingLevel.ERROR, column, "not in the file", remedy)
