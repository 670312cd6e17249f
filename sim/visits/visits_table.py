"""Read a hospital's visits file through a column map into one tidy, typed table, with a quality report.

No row is dropped unless the map says so: an untrue value becomes missing and is counted.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.io import sql
from sim.visits.column_map import TIME_FIELDS, WORD_FIELDS, ColumnMap, Resolution
from sim.visits.counts import expand_counts
from sim.visits.data_quality import ColumnUse, DataQuality
from sim.visits.file_error import VisitsFileError
from sim.visits.plausibility import gate
from sim.visits.quality_checks import table_findings
from sim.visits.raw_table import scratch_database
from sim.visits.visit_fields import add_fields, check_intervals, note_duplicates
from sim.visits.visit_rows import load_source, source_files
from sim.visits.visits_query import VisitsQuery, oddities

MOST_WORDS: Final = 10_000
"""Different words of a text column up to which each is one object in memory."""
_COLUMNS_AT_ONCE: Final = 4
_FIELDS: Final = (
    "arrival", "weekday", "minute_of_day", "year", "month", "patient", "site", "cluster", "stream", "acuity",
    *TIME_FIELDS, "triage_minutes", "wait_minutes", "stay_minutes", "disposition", "age", "mode", "seen_recently",
    "weight",
)  # fmt: skip
_COLUMN_TYPES: Final = dict.fromkeys(("arrival", *TIME_FIELDS), "TIMESTAMP") | dict.fromkeys(
    ("patient", "site", "cluster", *WORD_FIELDS), "VARCHAR"
)
"""DuckDB type of each field that is no number."""


@dataclass(frozen=True, slots=True)
class VisitsFile:
    """A file as read. `frame` has one row per row of the file (of a log: per case), in its order, with columns

    `row` (1 = first below the header), `arrival` (datetime or missing), `weekday` (0 = Monday .. 6),
    `minute_of_day` (0 to 1440), `year`, `month`, `patient`, `site`, `cluster`, `stream`, `acuity` (1 most urgent
    .. 5), `triage_time`, `physician_time`, `departure_time`, `triage_minutes`, `wait_minutes`, `stay_minutes`,
    `disposition`, `age` (years), `mode`, `seen_recently`, `weight`; numbers are float64 with NaN for missing, and a
    field the column map does not name is all missing. Each step it measures has a column `minutes_STEP`. `exclusions`
    lists every odd value or row, set to missing or kept: row, column, kind, value (none of identities and free text).

    `uncovered_hours` (datetime64[h], in order) are the hours from the first to the last day of arrivals that the file
    does not cover. `resolution` says how finely it tells an arrival.
    """

    frame: pd.DataFrame
    quality: DataQuality
    exclusions: pd.DataFrame
    uncovered_hours: np.ndarray = field(default_factory=lambda: np.empty(0, "datetime64[h]"))
    resolution: Resolution = "minute"


def read_visits(path: Path, column_map: ColumnMap) -> VisitsFile:
    """Read and judge a file; `VisitsFileError` names all its problems when it cannot be trusted."""
    read = inspect_visits(path, column_map)
    if errors := read.quality.errors():
        raise VisitsFileError(str(path), errors)
    return read


def inspect_visits(path: Path, column_map: ColumnMap) -> VisitsFile:
    """Read a file and report on it without refusing it; `VisitsFileError` only if it is no readable table."""
    with tempfile.TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        with scratch_database(scratch, source_files(path, column_map)) as connection:
            query = load_source(connection, path, column_map, scratch)
            add_fields(query)
            check_intervals(query)
            query.run()
            if counts := column_map.counts:
                expand_counts(query, counts)
            query.uncovered_hours = np.union1d(query.uncovered_hours, _excluded_hours(query))
            query.findings += [*gate(query), *table_findings(query)]
            if counts is None:
                note_duplicates(query)
            frame = _tidy(query)
            return VisitsFile(
                frame=frame,
                quality=_quality(path, query),
                exclusions=_exclusions(query),
                uncovered_hours=query.uncovered_hours,
                resolution=column_map.resolution,
            )


def _excluded_hours(query: VisitsQuery) -> np.ndarray:
    """The hours, from the first to the last day of arrivals, that the map excludes."""
    hours = [np.empty(0, "datetime64[h]")]
    if query.knows("arrival") and query.column_map.exclude:
        days = "SELECT min(f_arrival)::DATE, max(f_arrival)::DATE FROM visits HAVING count(f_arrival) > 0"
        for first, last in query.connection.execute(days).fetchall():
            periods = [(max(one.first, first), min(one.last, last)) for one in query.column_map.exclude]
            hours += [np.arange(np.datetime64(a, "h"), np.datetime64(b, "h") + 24) for a, b in periods if a <= b]
    return np.concatenate(hours)


def _table_fields(column_map: ColumnMap) -> tuple[str, ...]:
    """Every field of the tidy table."""
    return (*_FIELDS, *(f"minutes_{step}" for step in column_map.steps()))


def _tidy(query: VisitsQuery) -> pd.DataFrame:
    """Every field of every row, in the order of the file."""
    cells = [
        f"f_{name}{_enumeration(query, name)} AS {name}"
        if query.knows(name)
        else f"NULL::{_COLUMN_TYPES.get(name, 'DOUBLE')} AS {name}"
        for name in _table_fields(query.column_map)
    ]
    cells = ["row", *cells]
    parts = [
        _columns(query, cells[first : first + _COLUMNS_AT_ONCE]) for first in range(0, len(cells), _COLUMNS_AT_ONCE)
    ]
    return pd.concat(parts, axis=1)


def _columns(query: VisitsQuery, cells: list[str]) -> pd.DataFrame:
    """Some columns of the table; what the database makes of all at once takes as much memory as they do."""
    frame = query.connection.execute(f"SELECT {', '.join(cells)} FROM visits ORDER BY row").df()
    texts = [str(name) for name in frame if _COLUMN_TYPES.get(str(name)) == "VARCHAR"]
    many = [name for name in texts if not isinstance(frame[name].dtype, pd.CategoricalDtype)]
    frame = frame.astype(dict.fromkeys(texts, object))
    return frame.assign(**{name: _shared(frame[name]) for name in many})


def _shared(texts: pd.Series) -> pd.Series:
    """Texts with equal ones as one object: identities of patients come several times."""
    codes, different = pd.factorize(texts)
    objects = np.empty(len(different) + 1, dtype=object)  # the last stands for a missing one, whose code is -1
    objects[:-1] = different
    missing = texts[codes < 0]
    objects[-1] = missing.iloc[0] if len(missing) else None
    return pd.Series(objects[codes], dtype=object)


def _enumeration(query: VisitsQuery, name: str) -> str:
    """A cast of a text field to an enumeration of its words, unless they are many: equal words share their memory."""
    if _COLUMN_TYPES.get(name) != "VARCHAR":
        return ""
    if not 0 < sql.whole_number(query.connection, f"SELECT count(DISTINCT f_{name}) FROM visits") <= MOST_WORDS:
        return ""
    query.connection.execute(
        f"CREATE TYPE words_{name} AS ENUM (SELECT DISTINCT f_{name} FROM visits WHERE f_{name} IS NOT NULL ORDER BY 1)"
    )
    return f"::words_{name}"


def _exclusions(query: VisitsQuery) -> pd.DataFrame:
    """Every odd value or row, set to missing or kept, in the order of the file."""
    parts = [
        oddities(f"{query.row_table} WHERE b_{number}", one.column, one.kind, query.shown_value(one.column))
        for number, (flag, n) in enumerate(zip(query.flags, query.flagged, strict=True))
        for one in [flag.finding]
        if n and flag.is_listed
    ]
    parts += query.listed_elsewhere
    if not parts:
        return pd.DataFrame({"row": [], "column": [], "kind": [], "value": []})
    return query.connection.execute(f"{' UNION ALL '.join(parts)} ORDER BY row, 2, 3").df()


def _quality(path: Path, query: VisitsQuery) -> DataQuality:
    return DataQuality(
        path=str(path),
        n_rows=query.raw.n_rows,
        n_faulty=sql.whole_number(query.connection, f"SELECT count(*) FROM {query.row_table} WHERE {query.is_faulty}"),
        tolerated_share=query.column_map.tolerated_share,
        columns=tuple(_column_uses(query)),
        findings=tuple(query.findings),
    )


def _column_uses(query: VisitsQuery) -> Iterator[ColumnUse]:
    """Of each field, how many values are usable, blank, or one of the missing codes."""
    codes = query.column_map.missing_codes
    for name in filter(query.knows, _table_fields(query.column_map)):
        text = query.raw.column_of.get(query.origin[name], "''")
        counts = [f"count(f_{name})", f"count(*) FILTER ({text} IS NULL)"]
        counts += [f"count(*) FILTER ({text} = {sql.literal(code)})" for code in codes]
        usable, blank, *coded = (
            query.connection.execute(f"SELECT {', '.join(counts)} FROM {query.row_table}").fetchone() or ()
        )
        by_code = {code: n for code, n in zip(codes, coded, strict=True) if n}
        yield ColumnUse(name, query.origin[name], usable, blank, by_code)
