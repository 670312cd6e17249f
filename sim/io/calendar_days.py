"""Days of the calendar as people name them: `12-25`, `4th thursday of november`, `2023-04-07`."""

import datetime
import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

WEEKDAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NTH: Final = {"1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4, "last": -1}
_OF_MONTH: Final = re.compile(r"(1st|2nd|3rd|4th|5th|last) ([a-z]+) of ([a-z]+)")


def dates_named(text: str, years: range) -> Iterator[datetime.date]:
    """Each date of these years that a text names; ValueError where it names none in any year."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        date = _date(text, text)
        yield from (date,) if date.year in years else ()
    elif re.fullmatch(r"\d{2}-\d{2}", text):
        _date(f"2024-{text}", text)  # a leap year, which has every day
        for year in years:
            if not (text == "02-29" and not _is_leap(year)):
                yield datetime.date.fromisoformat(f"{year:04d}-{text}")
    else:
        found = _OF_MONTH.fullmatch(text.lower())
        if found is None or found[2] not in WEEKDAY_NAMES or found[3] not in _MONTHS:
            raise _no_day(text)
        weekday, month = WEEKDAY_NAMES.index(found[2]), _MONTHS.index(found[3]) + 1
        for year in years:
            first = datetime.date(year, month, 1)
            days = [first + datetime.timedelta(days=day) for day in range(31)]
            alike = [day for day in days if day.month == month and day.weekday() == weekday]
            if (place := _NTH[found[1]]) < len(alike):
                yield alike[place]


def _date(iso: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(iso)
    except ValueError:
        raise _no_day(text) from None


def _no_day(text: str) -> ValueError:
    return ValueError(f"{text!r} is no day: write 12-25, 2023-04-07, or 4th thursday of november")


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _names_days(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        list(dates_named(text, range(2024, 2025)))
    return texts


def _as_texts(value: object) -> object:
    """One day as a list of one; what YAML has read as a date as its text."""
    each = value if isinstance(value, list | tuple) else [value]
    return tuple(one.isoformat() if isinstance(one, datetime.date) else one for one in each)


SpecialDates = Annotated[tuple[str, ...], BeforeValidator(_as_texts), AfterValidator(_names_days), Field(min_length=1)]
"""One day as people name it, or several (a feast whose date moves, year by year)."""
