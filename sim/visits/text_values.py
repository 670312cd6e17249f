"""What a text in a file means, as expressions of SQL: clock times, times of day, numbers, formulas.

Each expression takes the SQL of a text and gives a value or NULL; who asks, and what a NULL means, is left to `visits`.
"""

from typing import Final

ISO_TIME: Final = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?"
NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
UTC_OFFSET: Final = r"\d{2}:\d{2}.*(Z|[+-]\d{2}(:?\d{2})?)$"
ISO_INSTANT: Final = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)"
CLOCK: Final = r"(\d{1,2}):(\d{2})(:\d{2}(\.\d+)?)?"
HHMM: Final = r"(\d{1,4})(\.0)?"
FORMULA: Final = r"^(=|@|[+-][A-Za-z_.]*\(|[+-][A-Za-z]{1,3}\d|[+-][\d.]+[-+*/])"
"""A cell that a spreadsheet would reckon out, or was to."""
SPREADSHEET_ERROR: Final = r"^#([A-Z0-9/]{2,8}[!?]|N/A|\pL{2,8}!)$"


def literal(text: str) -> str:
    """A string literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {literal(pattern)})"


def is_all(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def clock_time(text: str, pattern: str | None, zone: str | None) -> str:
    """Local clock time; a time with a UTC offset needs the zone, and is NULL without it."""
    if pattern is not None:
        return f"try_strptime({text}, {literal(pattern)})"
    plain = f"WHEN {is_all(text, ISO_TIME)} THEN try_cast(replace({text}, ',', '.') AS TIMESTAMP)"
    if zone is None:
        return f"CASE {plain} END"
    instant = f"try_cast(replace({text}, ',', '.') AS TIMESTAMPTZ)"
    return f"CASE {plain} WHEN {is_all(text, ISO_INSTANT)} THEN timezone({literal(zone)}, {instant}) END"


def minute_of_day(text: str) -> str:
    """Minutes after midnight from HHMM (5 = 00:05) or HH:MM."""
    colon = f"regexp_extract({text}, {literal('^' + CLOCK + '$')}, "
    plain = f"try_cast(regexp_extract({text}, {literal('^' + HHMM + '$')}, 1) AS INTEGER)"
    hour = f"coalesce(try_cast({colon}1) AS INTEGER), {plain} // 100)"
    minute = f"coalesce(try_cast({colon}2) AS INTEGER), {plain} % 100)"
    possible = f"{hour} BETWEEN 0 AND 23 AND {minute} BETWEEN 0 AND 59"
    return f"CASE WHEN {possible} THEN 60.0::DOUBLE * {hour} + {minute} END"


def number(text: str, decimal: str) -> str:
    if decimal == ",":
        text = f"replace({text}, ',', '.')"
    return f"CASE WHEN {is_all(text, NUMBER)} THEN try_cast({text} AS DOUBLE) END"


def is_formula(text: str) -> str:
    """Whether a spreadsheet would reckon the text out. Few texts begin so; only those are looked at closely."""
    return f"CASE WHEN {text}[1] IN ('=', '@', '+', '-') THEN {matches(text, FORMULA)} END"


def is_spreadsheet_error(text: str) -> str:
    return f"CASE WHEN {text}[1] = '#' THEN {matches(text, SPREADSHEET_ERROR)} END"


def shape(text: str) -> str:
    """The text with its digits and letters made alike, so that one way of writing is one shape."""
    digits = f"regexp_replace({text}, '[0-9]', '9', 'g')"
    return f"left(regexp_replace({digits}, '[[:alpha:]]+', 'x', 'g'), 40)"
