"""The SQL of what a text says, from the SQL of the text: times, numbers, formulas; NULL where it is none."""

import re
from typing import Final

import duckdb

from sim.io import sql

_ISO_TIME: Final = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?"
_ISO_INSTANT: Final = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)"
UTC_OFFSET: Final = r"\d{1,2}:?\d{2}.*?( ?Z| ?(UTC|GMT)| ?[+-]\d{2}(:?\d{2})?| [A-Z]{3,4}| [A-Z][a-z]+/\w+)$"
"""How a text with an offset or the name of a zone ends."""
_CLOCK: Final = r"(\d{1,2}):(\d{2})(:\d{2}(\.\d+)?)?"
_HHMM: Final = r"(\d{1,4})(\.0)?"
_UTC_LITERAL: Final = re.compile(r"(?<=%[HIMSfgTXc]) ?(Z|UTC|GMT)$|(?<=%-[HIMS]) ?(Z|UTC|GMT)$")
"""Letters at the end of a pattern that say UTC without being read as such."""
_OFFSET_LITERAL: Final = re.compile(r"(?P<before>%-?[HIMSfgTXc] ?)[+-]\d{2}:?\d{2}$")


def readings(text: str, patterns: tuple[str, ...], zone: str | None) -> list[str]:
    """The local clock time that a text has by each pattern (strptime); by ISO 8601 where there are no patterns.

    A time with a UTC offset needs the zone, and is NULL without it.
    """
    return [_by_pattern(text, each, zone) for each in patterns] or [_by_iso(text, zone)]


def _by_iso(text: str, zone: str | None) -> str:
    plain = f"WHEN {_is_all(text, _ISO_TIME)} THEN try_cast(replace({text}, ',', '.') AS TIMESTAMP)"
    if zone is None:
        return f"CASE {plain} END"
    instant = f"try_cast(replace({text}, ',', '.') AS TIMESTAMPTZ)"
    return f"CASE {plain} WHEN {_is_all(text, _ISO_INSTANT)} THEN {_local(instant, zone)} END"


def _by_pattern(text: str, pattern: str, zone: str | None) -> str:
    """By a pattern; one with an offset, the name of a zone or a Z at its end gives an instant."""
    if not is_instant(pattern):
        return f"try_strptime({text}, {sql.literal(pattern)})"
    if zone is None:
        return "NULL::TIMESTAMP"
    pattern = _OFFSET_LITERAL.sub(r"\g<before>%z", pattern)
    if "%z" in pattern:
        text = f"regexp_replace({text}, ' ?(Z|UTC|GMT)$', '{' ' if ' %z' in pattern else ''}+00:00')"
    return _local(f"try_strptime({text}, {sql.literal(pattern)})::TIMESTAMPTZ", zone)


def is_instant(pattern: str) -> bool:
    """Whether a pattern's times stand apart from any clock: with an offset or the name of a zone, or ended by Z."""
    written = pattern.replace("%%", "")
    return "%z" in written or "%Z" in written or bool(_UTC_LITERAL.search(written) or _OFFSET_LITERAL.search(written))


def _local(instant: str, zone: str) -> str:
    """The clock time of an instant in a zone; NULL beyond the years that have one."""
    return f"TRY(timezone({sql.literal(zone)}, {instant}))"


def pattern_mistake(connection: duckdb.DuckDBPyConnection, pattern: str) -> tuple[str, str] | None:
    """What is wrong with a time pattern and what to write; None if times can be read by it."""
    written = pattern.replace("%%", "")
    if re.search("%-?I", written) and "%p" not in written:
        kind = f"{pattern[:40]!r} reads hours of a 12-hour clock without AM or PM, and 3:00 may be 03:00 or 15:00"
        return kind, "write %H for hours from 0 to 23, or %p where AM and PM stand in the text"
    try:
        connection.execute("SELECT try_strptime('', ?)", [pattern]).fetchall()
    except duckdb.Error:
        return f"{pattern[:40]!r} is not a format of strptime", "correct `time_format`, as in %d/%m/%Y %H:%M"
    return None


def minute_of_day(text: str) -> str:
    """Minutes after midnight from HHMM (5 = 00:05) or HH:MM."""
    colon = f"regexp_extract({text}, {sql.literal('^' + _CLOCK + '$')}, "
    plain = f"try_cast(regexp_extract({text}, {sql.literal('^' + _HHMM + '$')}, 1) AS INTEGER)"
    hour = f"coalesce(try_cast({colon}1) AS INTEGER), {plain} // 100)"
    minute = f"coalesce(try_cast({colon}2) AS INTEGER), {plain} % 100)"
    possible = f"{hour} BETWEEN 0 AND 23 AND {minute} BETWEEN 0 AND 59"
    return f"CASE WHEN {possible} THEN 60.0::DOUBLE * {hour} + {minute} END"


def minute_of_hour_alone(text: str) -> str:
    """Minutes after midnight at which an hour from 0 to 23 begins."""
    hour = f"try_cast(regexp_extract({text}, '^0*(\\d{{1,2}})([.,]0)?$', 1) AS INTEGER)"
    return f"CASE WHEN {hour} BETWEEN 0 AND 23 THEN 60.0::DOUBLE * {hour} END"


def minutes_apart(earlier: str, later: str) -> str:
    """Minutes from one time to another."""
    return f"((epoch_us({later}) - epoch_us({earlier})) / 60e6)"


def is_iso_time(text: str) -> str:
    """The SQL of whether a text is a local time of ISO 8601."""
    return _is_all(text, _ISO_TIME)


def is_clock(text: str) -> bool:
    """Whether a text is a time of day alone, as HHMM or HH:MM."""
    return re.fullmatch(f"{_CLOCK}|\\d{{3,4}}", text) is not None


def _is_all(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {sql.literal(pattern)})"


# --- numbers and what else a cell may hold ---

WORDS: Final = r"\pL{4,}|\pL{2,} +\pL{2,}"
"""Words beyond short codes, months in short, and AM or PM."""
_NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
_FORMULA: Final = r"^(=|@|[+-][A-Za-z_.]*\(|[+-][A-Za-z]{1,3}\d|[+-][\d.]+[-+*/])"
"""A cell that a spreadsheet would evaluate, or was to."""
_SPREADSHEET_ERROR: Final = r"^#([A-Z0-9/]{2,8}[!?]|N/A|\pL{2,8}!)$"


def matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {sql.literal(pattern)})"


def decimal_number(text: str, decimal: str) -> str:
    if decimal == ",":
        text = f"replace({text}, ',', '.')"
    return f"CASE WHEN {_is_all(text, _NUMBER)} THEN try_cast({text} AS DOUBLE) END"


def is_formula(text: str) -> str:
    """Whether a spreadsheet would evaluate the text. Few texts begin so; only those are matched."""
    return f"CASE WHEN {text}[1] IN ('=', '@', '+', '-') THEN {matches(text, _FORMULA)} END"


def is_spreadsheet_error(text: str) -> str:
    return f"CASE WHEN {text}[1] = '#' THEN {matches(text, _SPREADSHEET_ERROR)} END"


def shape(text: str) -> str:
    """The text with its digits and letters made alike, so that one way of writing is one shape."""
    digits = f"regexp_replace({text}, '[0-9]', '9', 'g')"
    return f"left(regexp_replace({digits}, '[[:alpha:]]+', 'x', 'g'), 40)"
