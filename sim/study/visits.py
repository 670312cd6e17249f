"""Read a hospital's visits file through a column map into one tidy, typed table, with a quality report.

Estimates nothing (`calibration` does) and drops no row: an untrue value becomes missing and is counted.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.study.column_map import WEEKDAYS, ColumnMap, PartsArrival, TimestampArrival, WeekdayCode
from sim.study.data_quality import N_EXAMPLES, ColumnUse, DataQuality, Problem, Severity, VisitsFileError

MINUTES_PER_DAY: Final = 1440.0
PARQUET_SUFFIXES: Final = frozenset({".parquet", ".pq"})
TEXT_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt"})
_CLOCK: Final = re.compile(r"^(?:(?P<h>\d{1,2}):(?P<m>\d{2})(?::\d{2}(?:\.\d+)?)?|(?P<hhmm>\d{1,4})(?:\.0)?)$")
_UTC_OFFSET: Final = re.compile(r"\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$")

_UNREADABLE: Final = (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, duckdb.Error)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VisitsFile:
    """A file as read. `frame` has one row per row of the file, in its order, with columns

    `row` (1 = first below the header), `arrival` (datetime or missing), `weekday` (0 = Monday .. 6),
    `minute_of_day` (0 to 1440), `year`, `month`, `patient`, `cluster`, `stream`, `acuity` (1 most urgent
    .. 5), `triage_time`, `physician_time`, `departure_time`, `triage_min`, `wait_min`, `stay_min` (minutes),
    `disposition`, `age` (years); numbers are float64 with NaN for missing, and a field the column map does
    not name is all missing.
    """

    frame: pd.DataFrame
    quality: DataQuality


def read_visits(path: Path, column_map: ColumnMap) -> VisitsFile:
    """Read and judge a file; `VisitsFileError` names all its problems when it cannot be trusted."""
    read = inspect_visits(path, column_map)
    read.quality.raise_errors()
    return read


def inspect_visits(path: Path, column_map: ColumnMap) -> VisitsFile:
    """Read a file and report on it without refusing it; `VisitsFileError` only if it is no readable table."""
    reading = _Reading(_read_text(path, column_map), column_map)
    _find_columns(reading)
    _read_arrival(reading)
    _read_other_fields(reading)
    _check_intervals(reading)
    _note_duplicates(reading)
    return VisitsFile(frame=_tidy(reading), quality=_quality(path, reading))


# --- the file as text ---


def _read_text(path: Path, column_map: ColumnMap) -> pd.DataFrame:
    """Every value as the text in the file, so that nothing is interpreted before it is checked."""
    if not path.is_file():
        raise VisitsFileError(str(path), ("no such file; give the path of a CSV or Parquet file",))
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PARQUET_SUFFIXES:
        return _guarded(path, lambda: _read_parquet(path))
    if TEXT_SUFFIXES & set(suffixes[-2:]):
        return _guarded(path, lambda: _read_csv(path, column_map))
    kind = f"file type {path.suffix!r} is not read"
    raise VisitsFileError(str(path), (f"{kind}; save it as .csv, .csv.gz or .parquet",))


def _read_csv(path: Path, column_map: ColumnMap) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header would lose values
        return pd.read_csv(
            path,
            sep=column_map.separator,
            encoding=column_map.encoding,
            dtype=str,
            keep_default_na=False,
            index_col=False,
            skip_blank_lines=False,
        )


def _read_parquet(path: Path) -> pd.DataFrame:
    with duckdb.connect() as connection:
        query = "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)"
        return connection.execute(query, [str(path)]).df()


def _guarded(path: Path, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    try:
        return read()
    except (UnicodeDecodeError, LookupError) as error:
        raise VisitsFileError(str(path), (f"{error}; set `encoding` in the column map",)) from error
    except (*_UNREADABLE, OSError) as error:
        remedy = "check that it is a table with a header, and `separator` in the column map"
        raise VisitsFileError(str(path), (f"{str(error).strip()}; {remedy}",)) from error


# --- collecting typed columns and problems ---


@dataclass
class _Reading:
    """One file under way: text columns in, typed columns and problems out."""

    text: pd.DataFrame
    column_map: ColumnMap
    typed: dict[str, pd.Series] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.faulty = np.zeros(len(self.text), dtype=np.bool_)

    def has(self, column: str | None) -> bool:
        return column is not None and column in self.text.columns

    def values(self, column: str) -> pd.Series:
        """The text of a column, trimmed; blanks and the map's missing codes are missing."""
        text = self.text[column].astype(object).where(self.text[column].notna(), "").str.strip()
        return text.mask(text.isin(["", *self.column_map.missing_codes]))

    def keep(self, name: str, column: str, values: pd.Series) -> None:
        self.typed[name] = values
        self.origin[name] = column

    def report(self, severity: Severity, column: str, mask: pd.Series | Mask, kind: str, remedy: str) -> None:
        """Add a problem if any row of `mask` has it; rows of a fault count towards the tolerated share."""
        where = np.asarray(mask, dtype=np.bool_)
        if not where.any():
            return
        if severity is Severity.FAULT:
            self.faulty |= where
        rows = np.flatnonzero(where)
        value = str(self.text[column].iloc[rows[0]]) if column in self.text.columns else ""
        examples = tuple(int(row) + 1 for row in rows[:N_EXAMPLES])
        self.problems.append(Problem(severity, column, kind, remedy, len(rows), examples, value))

    def refuse(self, column: str, kind: str, remedy: str) -> None:
        self.problems.append(Problem(Severity.ERROR, column, kind, remedy))


def _mapped_columns(column_map: ColumnMap) -> list[str]:
    """Each column the map names, once, in the order of the map."""
    arrival, acuity = column_map.arrival, column_map.acuity
    names: list[str | None] = [acuity.column if acuity else None, *column_map.cluster]
    if isinstance(arrival, TimestampArrival):
        names.insert(0, arrival.column)
    elif isinstance(arrival, PartsArrival):
        weekday = arrival.weekday.column if arrival.weekday else None
        names = [arrival.time, weekday, arrival.date, arrival.year, arrival.month, *names]
    names += [getattr(column_map, name) for name in (*_TEXT_FIELDS, *_TIME_FIELDS, *_NUMBER_FIELDS)]
    return list(dict.fromkeys(name for name in names if name is not None))


def _find_columns(reading: _Reading) -> None:
    present = [str(column) for column in reading.text.columns]
    for column in _mapped_columns(reading.column_map):
        if column not in present:
            reading.refuse(column, "not in the file", _column_remedy(column, present))
    if reading.text.empty:
        reading.refuse(present[0] if present else "", "the file has no rows", "give a file with visits")


def _column_remedy(column: str, present: list[str]) -> str:
    if len(present) == 1:
        return f"the header is the single column {present[0]!r}: check `separator` in the column map"
    lowered = {name.lower(): name for name in present}
    close = difflib.get_close_matches(column.lower(), list(lowered), n=1)
    if close:
        return f"did you mean {lowered[close[0]]!r}?"
    return f"the file has {', '.join(repr(name) for name in present)}"


# --- single columns ---

_TEXT_FIELDS: Final = ("patient", "stream", "disposition")
_TIME_FIELDS: Final = ("triage_time", "physician_time", "departure_time")
_NUMBER_FIELDS: Final = ("triage_min", "wait_min", "stay_min", "age")


def _timestamps(reading: _Reading, column: str, pattern: str | None = None) -> pd.Series:
    """Local clock times; what is no such time is a fault and missing."""
    text = reading.values(column)
    offset = text.str.contains(_UTC_OFFSET, na=False).astype(bool) & (pattern is None)
    reading.report(Severity.FAULT, column, offset, "a time with a UTC offset", "write local clock time without it")
    parsed = pd.to_datetime(text.mask(offset), format=pattern or "ISO8601", errors="coerce")
    unreadable = text.notna() & ~offset & parsed.isna()
    remedy = f"write it as {pattern or 'YYYY-MM-DD HH:MM'}"
    reading.report(Severity.FAULT, column, unreadable, "not a date and time", remedy)
    return parsed.astype("datetime64[us]")


def _minutes_of_day(reading: _Reading, column: str) -> pd.Series:
    """Minutes after midnight from HHMM (5 = 00:05) or HH:MM."""
    text = reading.values(column)
    parts = text.str.extract(_CLOCK)
    hhmm = pd.to_numeric(parts["hhmm"])
    hour = pd.to_numeric(parts["h"]).fillna(hhmm // 100)
    minute = pd.to_numeric(parts["m"]).fillna(hhmm % 100)
    possible = hour.between(0, 23) & minute.between(0, 59)
    remedy = "write 0000 to 2359 as HHMM or HH:MM"
    reading.report(Severity.FAULT, column, text.notna() & ~possible, "not a time of day", remedy)
    return (60.0 * hour + minute).where(possible).astype(float)


def _numbers(reading: _Reading, column: str, *, least: float = -np.inf, most: float = np.inf) -> pd.Series:
    text = reading.values(column)
    if reading.column_map.decimal == ",":
        text = text.str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    finite = pd.Series(np.isfinite(numbers), index=numbers.index)
    remedy = "correct it, list it under `missing_codes`, or set `decimal` in the column map"
    reading.report(Severity.FAULT, column, text.notna() & ~finite, "not a number", remedy)
    within = numbers.between(least, most)
    kind = f"under {least:g}" if most == np.inf else f"outside {least:g} to {most:g}"
    remedy = "correct it or list it under `missing_codes`"
    reading.report(Severity.FAULT, column, finite & ~within, kind, remedy)
    return numbers.where(within)


def _weekdays(reading: _Reading, code: WeekdayCode) -> pd.Series:
    """0 = Monday .. 6 = Sunday."""
    codes = _numbers(reading, code.column, least=code.first_code, most=code.first_code + 6)
    whole = codes.isna() | (codes % 1 == 0)
    reading.report(Severity.FAULT, code.column, ~whole, "not a whole-number weekday code", "correct it")
    return (codes.where(whole) - code.first_code + WEEKDAYS.index(code.first_day)) % 7


def _acuity(reading: _Reading, column: str, recode: dict[str, int | None]) -> pd.Series:
    text = reading.values(column)
    unknown = text.notna() & ~text.isin(list(recode))
    remedy = f"add it to `acuity.recode` (known: {', '.join(recode)})"
    reading.report(Severity.FAULT, column, unknown, "an unknown acuity code", remedy)
    levels = {code: float(level) for code, level in recode.items() if level is not None}
    acuity = text.map(levels).astype(float)
    remedy = "left out of the acuity mix, kept elsewhere"
    reading.report(Severity.NOTE, column, acuity.isna() & ~unknown, "no acuity level given", remedy)
    return acuity


# --- fields of a visit ---


def _read_arrival(reading: _Reading) -> None:
    arrival = reading.column_map.arrival
    if isinstance(arrival, TimestampArrival) and reading.has(arrival.column):
        _keep_arrival(reading, arrival.column, _timestamps(reading, arrival.column, arrival.format))
    elif isinstance(arrival, PartsArrival):
        _read_arrival_parts(reading, arrival)


def _keep_arrival(reading: _Reading, column: str, arrival: pd.Series) -> None:
    """A full arrival time gives every part of it."""
    reading.keep("arrival", column, arrival)
    reading.keep("weekday", column, arrival.dt.day_of_week.astype(float))
    reading.keep("minute_of_day", column, (arrival - arrival.dt.normalize()).dt.total_seconds() / 60.0)
    reading.keep("year", column, arrival.dt.year.astype(float))
    reading.keep("month", column, arrival.dt.month.astype(float))
    _note_missing_arrival(reading, column, arrival)


def _read_arrival_parts(reading: _Reading, parts: PartsArrival) -> None:
    minutes = _minutes_of_day(reading, parts.time) if reading.has(parts.time) else None
    days = _timestamps(reading, parts.date).dt.normalize() if parts.date and reading.has(parts.date) else None
    if minutes is not None and parts.date and days is not None:
        _keep_arrival(reading, parts.time, days + pd.to_timedelta(minutes, unit="m"))
    if parts.weekday and reading.has(parts.weekday.column):
        reading.keep("weekday", parts.weekday.column, _weekdays(reading, parts.weekday))
    if minutes is not None and parts.date is None:
        reading.keep("minute_of_day", parts.time, minutes)
        _note_missing_arrival(reading, parts.time, minutes)
    _read_calendar(reading, parts)


def _read_calendar(reading: _Reading, parts: PartsArrival) -> None:
    if parts.year and reading.has(parts.year):
        reading.keep("year", parts.year, _numbers(reading, parts.year, least=1900, most=2999))
    if parts.month and reading.has(parts.month):
        reading.keep("month", parts.month, _numbers(reading, parts.month, least=1, most=12))


def _note_missing_arrival(reading: _Reading, column: str, arrival: pd.Series) -> None:
    kind, remedy = "no usable arrival time", "left out of arrival estimates"
    reading.report(Severity.NOTE, column, arrival.isna(), kind, remedy)


def _read_other_fields(reading: _Reading) -> None:
    column_map = reading.column_map
    for name in _TEXT_FIELDS:
        if reading.has(column := getattr(column_map, name)):
            reading.keep(name, column, reading.values(column))
    for name in _TIME_FIELDS:
        if reading.has(column := getattr(column_map, name)):
            reading.keep(name, column, _timestamps(reading, column))
    for name in _NUMBER_FIELDS:
        if reading.has(column := getattr(column_map, name)):
            reading.keep(name, column, _numbers(reading, column, least=0.0))
    if column_map.acuity and reading.has(column_map.acuity.column):
        column = column_map.acuity.column
        reading.keep("acuity", column, _acuity(reading, column, column_map.acuity.recode))
    _read_cluster(reading, column_map.cluster)


def _read_cluster(reading: _Reading, columns: tuple[str, ...]) -> None:
    """Several columns name a cluster together; a row that lacks one of them has none."""
    if not columns or not all(reading.has(column) for column in columns):
        return
    parts = [reading.values(column) for column in columns]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "/" + part
    reading.keep("cluster", " + ".join(columns), joined)
    remedy = "each such row counts as a cluster of its own"
    reading.report(Severity.NOTE, columns[0], joined.isna(), "no cluster", remedy)


# --- checks across columns ---

_ORDER: Final = (
    ("arrival", "triage_time", "triage before arrival"),
    ("arrival", "physician_time", "first physician before arrival"),
    ("arrival", "departure_time", "departure before arrival"),
    ("triage_time", "departure_time", "departure before triage"),
    ("physician_time", "departure_time", "departure before first physician"),
)
_DURATION: Final = (("physician_time", "wait_min"), ("departure_time", "stay_min"))


def _check_intervals(reading: _Reading) -> None:
    for earlier, later, kind in _ORDER:
        _check_order(reading, earlier, later, kind)
    for end, duration in _DURATION:
        _derive_duration(reading, end, duration)
    for duration in ("wait_min", "stay_min"):
        _check_longest(reading, duration)


def _check_order(reading: _Reading, earlier: str, later: str, kind: str) -> None:
    if not {earlier, later} <= reading.typed.keys():
        return
    wrong = reading.typed[later] < reading.typed[earlier]
    remedy = f"correct it or {reading.origin[earlier]!r}"
    reading.report(Severity.FAULT, reading.origin[later], wrong, kind, remedy)
    reading.typed[later] = reading.typed[later].mask(wrong)


def _derive_duration(reading: _Reading, end: str, duration: str) -> None:
    """Minutes from arrival, where the file gives two times and no duration."""
    if duration in reading.typed or not {"arrival", end} <= reading.typed.keys():
        return
    minutes = (reading.typed[end] - reading.typed["arrival"]).dt.total_seconds() / 60.0
    reading.keep(duration, reading.origin[end], minutes)


def _check_longest(reading: _Reading, duration: str) -> None:
    if duration not in reading.typed:
        return
    days = reading.column_map.longest_stay_days
    too_long = reading.typed[duration] > days * MINUTES_PER_DAY
    kind = f"{duration} over {days:g} days"
    remedy = "correct the dates, or set `longest_stay_days` in the column map"
    reading.report(Severity.FAULT, reading.origin[duration], too_long, kind, remedy)
    reading.typed[duration] = reading.typed[duration].mask(too_long)


def _note_duplicates(reading: _Reading) -> None:
    remedy = "kept, as two visits may look alike; remove copies from the file if they are copies"
    copies = reading.text.duplicated()
    reading.report(Severity.NOTE, "", copies, "the whole row repeats an earlier one", remedy)
    if {"patient", "arrival"} <= reading.typed.keys():
        visits = pd.DataFrame({name: reading.typed[name] for name in ("patient", "arrival")})
        again = visits.duplicated() & visits.notna().all(axis=1) & ~copies
        kind = "the same patient arrives twice at the same time"
        reading.report(Severity.NOTE, reading.origin["patient"], again, kind, remedy)


# --- results ---

_DATETIMES: Final = frozenset({"arrival", *_TIME_FIELDS})
_STRINGS: Final = frozenset({"cluster", *_TEXT_FIELDS})
_FIELDS: Final = (
    "arrival", "weekday", "minute_of_day", "year", "month", "patient", "cluster", "stream", "acuity",
    *_TIME_FIELDS, "triage_min", "wait_min", "stay_min", "disposition", "age",
)  # fmt: skip


def _tidy(reading: _Reading) -> pd.DataFrame:
    n_rows = len(reading.text)
    columns = {"row": pd.Series(np.arange(1, n_rows + 1))}
    for name in _FIELDS:
        columns[name] = reading.typed.get(name, _all_missing(name, n_rows))
    return pd.DataFrame(columns)


def _all_missing(name: str, n_rows: int) -> pd.Series:
    if name in _DATETIMES:
        return pd.Series(pd.NaT, index=range(n_rows), dtype="datetime64[us]")
    if name in _STRINGS:
        return pd.Series(None, index=range(n_rows), dtype=object)
    return pd.Series(np.nan, index=range(n_rows), dtype=float)


def _quality(path: Path, reading: _Reading) -> DataQuality:
    uses = tuple(
        ColumnUse(name, reading.origin[name], int(reading.typed[name].notna().sum()))
        for name in _FIELDS
        if name in reading.typed
    )
    return DataQuality(
        path=str(path),
        n_rows=len(reading.text),
        n_faulty=int(reading.faulty.sum()),
        tolerated_share=reading.column_map.tolerated_share,
        columns=uses,
        problems=tuple(reading.problems),
    )
