"""SQL expressions that read a text: clock times, times of day, numbers, spreadsheet formulas.

Each function takes the SQL of a text and returns the SQL of its value, NULL where the text is none.
"""

from typing import Final

from sim.io import sql

_ISO_TIME: Final = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?"
_NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
UTC_OFFSET: Final = r"\d{2}:\d{2}.*(Z|[+-]\d{2}(:?\d{2})?)$"
_ISO_INSTANT: Final = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)"
_CLOCK: Final = r"(\d{1,2}):(\d{2})(:\d{2}(\.\d+)?)?"
_HHMM: Final = r"(\d{1,4})(\.0)?"
_FORMULA: Final = r"^(=|@|[+-][A-Za-z_.]*\(|[+-][A-Za-z]{1,3}\d|[+-][\d.]+[-+*/])"
"""A cell that a spreadsheet would evaluate, or was to."""
_SPREADSHEET_ERROR: Final = r"^#([A-Z0-9/]{2,8}[!?]|N/A|\pL{2,8}!)$"


def matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {sql.literal(pattern)})"


def _is_all(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {sql.literal(pattern)})"


def clock_time(text: str, pattern: str | None, zone: str | None) -> str:
    """Local clock time; a time with a UTC offset needs the zone, and is NULL without it."""
    if pattern is not None:
        return f"try_strptime({text}, {sql.literal(pattern)})"
    plain = f"WHEN {_is_all(text, _ISO_TIME)} THEN try_cast(replace({text}, ',', '.') AS TIMESTAMP)"
    if zone is None:
        return f"CASE {plain} END"
    instant = f"try_cast(replace({text}, ',', '.') AS TIMESTAMPTZ)"
    return f"CASE {plain} WHEN {_is_all(text, _ISO_INSTANT)} THEN timezone({sql.literal(zone)}, {instant}) END"


def minute_of_day(text: str) -> str:
    """Minutes after midnight from HHMM (5 = 00:05) or HH:MM."""
    colon = f"regexp_extract({text}, {sql.literal('^' + _CLOCK + '$')}, "
    plain = f"try_cast(regexp_extract({text}, {sql.literal('^' + _HHMM + '$')}, 1) AS INTEGER)"
    hour = f"coalesce(try_cast({colon}1) AS INTEGER), {plain} // 100)"
    minute = f"coalesce(try_cast({colon}2) AS INTEGER), {plain} % 100)"
    possible = f"{hour} BETWEEN 0 AND 23 AND {minute} BETWEEN 0 AND 59"
    return f"CASE WHEN {possible} THEN 60.0::DOUBLE * {hour} + {minute} END"


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
