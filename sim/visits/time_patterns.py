"""Time patterns guessed from texts: for the draft of a map, and as a remedy where texts could not be read."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

import duckdb

_TIME: Final = (
    r"(?:(?P<gap>T|,? +|:|)(?P<hour>\d{1,2})(?P<mark>[:.h]?)\d{2}(?P<second>(?P=mark)\d{2}(?P<fraction>\.\d+)?)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<offset> ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?$"
)
_DATES: Final = (
    (re.compile(r"(?P<a>\d{1,4})(?P<s>[-/. ])(?P<b>\d{1,2})(?P=s)(?P<c>\d{1,4})" + _TIME), "{a}{s}{b}{s}{c}"),
    (re.compile(r"(?P<a>\d{1,4})(?P<s>[-/. ]?)(?P<b>[A-Za-z]{3,9})(?P=s)(?P<c>\d{2,4})" + _TIME), "{a}{s}{b}{s}{c}"),
    (re.compile(r"(?P<a>[A-Za-z]{3,9}) (?P<b>\d{1,2})(?P<s>,?) ?(?P<c>\d{4})" + _TIME), "{a} {b}{s} {c}"),
    (re.compile(r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})(?P<s>)" + _TIME), "{a}{b}{c}"),
)
_SERIAL: Final = re.compile(r"\d{5}([.,]\d+)?")
_EPOCH: Final = re.compile(r"\d{10}(\d{3})?(\.\d+)?")


def proposal(
    connection: duckdb.DuckDBPyConnection,
    groups: Sequence[Sequence[str]],
    read: Sequence[Sequence[str]],
    given: Sequence[str],
    alone: str,
) -> str:
    """What to write as `time_format` so that these texts, a group for each way of writing, are read too.

    `read` are groups of texts that are read without a pattern, and need one beside others. `given` are the patterns of
    the map, `alone` is a query for the texts of the column that a pattern does not read: one that reads them all takes
    the place of the others. Empty where nothing fits. Where the day and the month cannot be told apart, both patterns
    are named.
    """
    texts = list(itertools.chain(*groups))
    if texts and all(_SERIAL.fullmatch(text) for text in texts):
        return "; they look like serial numbers of a spreadsheet: format the cells as date and time, export again"
    if texts and all(_EPOCH.fullmatch(text) for text in texts):
        return "; they look like seconds since 1970: export them as dates and times"
    fitting = [_fitting(connection, group, given) for group in groups]
    if any(fitting):
        fitting += [_fitting(connection, group, given) for group in read]
    new = dict.fromkeys(found[0] for found in fitting if found and found[0] not in given)
    if not new:
        return ""
    read_all = [each for each in new if connection.execute(alone, [each]).fetchone() == (0,)]
    patterns = read_all[:1] or [*given, *new]
    listed = ", ".join(f'"{pattern}"' for pattern in patterns)
    said = f"; or set `time_format: [{listed}]` in the column map"
    others = dict.fromkeys(f"{both[1]} in place of {both[0]}" for both in fitting if len(both) > 1)
    return said + (f"; see which stands first, day or month: if it is the other, {', '.join(others)}" if others else "")


def _fitting(connection: duckdb.DuckDBPyConnection, texts: Sequence[str], given: Sequence[str]) -> list[str]:
    """The patterns that read all the texts, those first whose order of day and month the map has already."""
    possible = list(patterns_of(texts[0])) if texts else []
    fitting = [each for each in possible if _reads_all(connection, each, texts)]
    return sorted(fitting, key=lambda each: bool(given) and not any(_order(each) == _order(one) for one in given))


def _order(pattern: str) -> list[str]:
    """The order of day, month and year."""
    return [letter.lower() for letter in re.findall("%-?([dmyYbB])", pattern.replace("%b", "%m").replace("%B", "%m"))]


def _reads_all(connection: duckdb.DuckDBPyConnection, pattern: str, texts: Sequence[str]) -> bool:
    read = connection.execute(
        "SELECT count(*) FROM unnest(?) AS t(x) WHERE try_strptime(x, ?) IS NULL", [list(texts), pattern]
    )
    (n_unread,) = read.fetchone() or (1,)
    return int(n_unread) == 0


def patterns_of(text: str) -> Iterator[str]:
    """Every pattern that the form of a text allows."""
    for form, template in _DATES:
        if (found := form.fullmatch(text)) is not None:
            for a, b, c in _dates(found["a"], found["b"], found["c"]):
                yield template.format(a=a, b=b, c=c, s=found["s"]) + _time_of(found)
            return


def _dates(a: str, b: str, c: str) -> Iterator[tuple[str, str, str]]:
    """What the three parts of a date may be."""
    year = "%Y" if 4 in (len(a), len(c)) else "%y"
    if a.isalpha():
        yield "%b" if len(a) == 3 else "%B", "%d", year
    elif b.isalpha():
        name = "%b" if len(b) == 3 else "%B"
        yield (year, name, "%d") if len(a) == 4 else ("%d", name, year)
    elif len(a) == 4:
        yield year, "%m", "%d"
    else:
        yield "%d", "%m", year
        yield "%m", "%d", year


def _time_of(found: re.Match[str]) -> str:
    if found["hour"] is None:
        return ""
    mark = found["mark"]
    second = f"{mark}%S" if found["second"] else ""
    fraction = ".%f" if found["fraction"] else ""
    half = "" if not found["half"] else " %p" if found["half"][0] == " " else "%p"
    offset = "" if not found["offset"] else " %z" if found["offset"][0] == " " else "%z"
    return f"{found['gap']}{'%I' if half else '%H'}{mark}%M{second}{fraction}{half}{offset}"
