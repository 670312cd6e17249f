"""Dates that cannot be meant: those that stand for a time not known, and arrivals far from all others."""

import datetime
from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.visits.column_map import LeftOut
from sim.visits.visits_query import VisitsQuery

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_NOT_KNOWN: Final = (
    "1900-01-01", "1900-01-02", "1901-01-01", "1904-01-01", "1960-01-01", "1970-01-01", "2079-06-06", "2099-12-31",
    "2222-02-22", "2999-12-31",
)  # fmt: skip
"""Dates that programs and people write for a time not known: zeros of calendars, and the last date of a field."""
_NOT_KNOWN_YEARS: Final = (1, 1753, 1899, 8888, 9998, 9999)
"""Years of which any date is one. 1753 and 1899 are the first of SQL Server and of spreadsheets."""
_OF_SHIFTED_DATES: Final = frozenset({"1900-01-01", "1900-01-02", "2999-12-31"})
"""Those that a date moved by years may not be by chance: such files lie between 1970 and 2250."""
_MOST_OFFSET: Final = "INTERVAL 14 HOUR"
"""By which the local date may differ from the one written."""

_FEWEST: Final = 20
"""Dated arrivals needed before one can be far from the others."""
_FAR_SHARE: Final = 0.05
"""Of the rows that may lie far from the others and be taken for mistyped; beyond the tolerated share they refuse the
file, with their rows."""
_GAP_CHANCE: Final = 1e-6
"""Chance of a gap among visits at the file's own rate below which dates are taken for mistyped."""
_LONGEST_GAP_TIMES: Final = 3.0
"""Times the longest gap among the others: nights and weekends without visits are no sign of a slip."""
_SHORTEST_GAP: Final = np.timedelta64(2, "D")


def check_dates(query: VisitsQuery, name: str) -> None:
    """Make a time missing, as a fault, whose date stands for one not known or lies beyond believable years."""
    value, year = f"f_{name}", f"year(f_{name})"
    dates = [value, *([f"({value} {sign} {_MOST_OFFSET})" for sign in "+-"] if query.column_map.time_zone else [])]
    is_shifted = query.column_map.calendar == "shifted"
    known = ", ".join(f"DATE '{each}'" for each in _NOT_KNOWN if not is_shifted or each in _OF_SHIFTED_DATES)
    years = ", ".join(map(str, _NOT_KNOWN_YEARS))
    stands_for = " OR ".join(f"{each}::DATE IN ({known}) OR year({each}) IN ({years})" for each in dates)
    remedy = "leave such a time blank, or list its text under `missing_codes`"
    query.fault_of_field(name, f"({stands_for})", "a date that stands for a time not known", remedy)
    beyond = f"({year} < {_FIRST_YEAR} OR {year} > {_LAST_YEAR})"
    query.fault_of_field(name, beyond, f"a year outside {_FIRST_YEAR} to {_LAST_YEAR}", "correct it")


def check_isolated_arrivals(query: VisitsQuery) -> None:
    """Make arrivals missing, as faults, that lie before or after a gap that no such file has by chance."""
    if query.column_map.calendar != "real":
        return
    select = f"SELECT f_arrival AS t FROM ({query.sql}) WHERE f_arrival IS NOT NULL ORDER BY 1"
    times = query.connection.execute(select).fetchnumpy()["t"].astype("datetime64[us]")
    most = int(max(query.column_map.tolerated_share, _FAR_SHARE) * query.raw.n_rows)
    first, last = main_part(np.asarray(times), max(most, 1), query.column_map.exclude)
    if first == 0 and last == len(times) - 1:
        return
    edges = [(times[first - 1], times[first])] if first > 0 else []
    edges += [(times[last], times[last + 1])] if last < len(times) - 1 else []
    outside = f"(f_arrival < TIMESTAMP '{times[first]}' OR f_arrival > TIMESTAMP '{times[last]}')"
    kind = f"a date far from all others, which lie from {str(times[first])[:10]} to {str(times[last])[:10]}"
    gaps = ", ".join(f"{_day_from(before, 1)}..{_day_from(after, -1)}" for before, after in edges)
    remedy = f"mistyped? correct it; if it is right, the file does not cover the gap: `exclude: [{gaps}]`"
    query.fault_of_field("arrival", outside, kind, remedy)


def main_part(times: np.ndarray, most: int, excluded: Sequence[LeftOut]) -> tuple[int, int]:
    """First and last place of the arrivals (in order) that belong together; at most `most` lie beyond either end.

    Beyond lies what is separated by a gap that visits at the rate of the others would hardly ever leave, three times as
    long as any gap among those. Excluded periods count as no time.
    """
    n = len(times)
    if n < max(_FEWEST, 4 * most):
        most = min(most, n // 4)
    if n < _FEWEST or most < 1:
        return 0, n - 1
    gaps = _gaps(times, excluded)
    inner = gaps[most : n - 1 - most]
    rate = len(inner) / max(float(inner.sum()), 1.0)
    long = (gaps > float(_SHORTEST_GAP / np.timedelta64(1, "m"))) & (gaps > _LONGEST_GAP_TIMES * inner.max())
    impossible = np.flatnonzero(long & (n * np.exp(-rate * gaps) < _GAP_CHANCE))
    before, after = impossible[impossible < most], impossible[impossible >= n - 1 - most]
    return int(before.max()) + 1 if before.size else 0, int(after.min()) if after.size else n - 1


def _day_from(time: np.datetime64, n: int) -> str:
    """The date `n` days after that of a time."""
    return str(time.astype("datetime64[D]") + n)


def _gaps(times: np.ndarray, excluded: Sequence[LeftOut]) -> np.ndarray:
    """Minutes between arrivals, without those of excluded periods."""
    minutes = times.astype("datetime64[us]").astype(np.int64) / 60e6
    for period in excluded:
        begins, ends = (_minutes(day) for day in (period.first, period.last + datetime.timedelta(days=1)))
        minutes = minutes - np.clip(minutes - begins, 0.0, ends - begins)
    return np.diff(minutes)


def _minutes(day: datetime.date) -> float:
    return float(np.datetime64(day, "m").astype(np.int64))
