"""A rule of the gate: minutes that are hours, seconds or days, and years of age that are months or days."""

from collections.abc import Iterator
from typing import Final

from sim.io import sql
from sim.visits import visits_query as texts
from sim.visits.column_map import ColumnWithUnit
from sim.visits.data_quality import DataFinding
from sim.visits.gate_findings import FEWEST, broken, numbers
from sim.visits.visits_query import VisitsQuery

_BETWEEN: Final = {"wait_minutes": "physician_time", "stay_minutes": "departure_time", "triage_minutes": "triage_time"}
"""Minutes from arrival, and the time they end at."""
_RATIOS: Final = {"seconds": 60.0, "hours": 1.0 / 60.0, "days": 1.0 / 1440.0}
"""What a number of another unit is, as a multiple of the minutes."""
_NEAR: Final = 1.2
_SHORTEST_STAY, _SHORTEST_WAIT = 15.0, 3.0
"""Minutes: no department's median stay is shorter, and where the median wait is longer it is not in hours."""
_SHORT_WAIT, _MOST_SHORT_WAIT = 1.5, 15.0
"""Minutes: a median and a 95 % quantile of waits, with decimals, that are of hours."""
_LONGEST_STAY, _LONGEST_WAIT = 2880.0, 720.0
"""Minutes: medians over two days of stay or half a day of wait are of seconds."""
_OLDEST: Final = 120.0
_FEWEST_OLD_AGES: Final = 5
_SHARE_TOO_OLD: Final = 0.01
_MEDIAN_MONTHS, _MEDIAN_DAYS = 25.0, 1500.0
"""Median numbers over which ages that nobody reaches are of months, or of days."""


def other_units(query: VisitsQuery) -> Iterator[DataFinding]:
    """Numbers whose medians are of another unit than that of their field, or as the map says."""
    proven = {name: found for name in _BETWEEN if (found := _unit_by_times(query, name)) is not None}
    for name, (of, ratio) in proven.items():
        kind = f"{name} are {ratio:.3g} times the minutes between the times given: they are of {of}"
        yield _finding(query, name, kind, of)
    for name in ("stay_minutes", "wait_minutes"):
        if name not in proven and (likely := _unit_by_median(query, name)) is not None:
            yield _finding(query, name, *likely)
    if (likely := _unit_of_ages(query)) is not None:
        yield _finding(query, "age", *likely)


def _finding(query: VisitsQuery, name: str, kind: str, unit: str) -> DataFinding:
    column = query.origin[name]
    remedy = f"say so with `{name}: {{column: {column}, unit: {unit}}}`"
    return broken(query.column_map, "other_unit", column, kind, remedy)


def _is_number(query: VisitsQuery, name: str) -> bool:
    """Whether the file gives the field as a number, rather than by times."""
    given = getattr(query.column_map, name)
    return given is not None and query.knows(name)


def _unit_by_times(query: VisitsQuery, name: str) -> tuple[str, float] | None:
    """The unit by the time between arrival and the end, where the file has both, and the ratio found."""
    end = _BETWEEN[name]
    if not _is_number(query, name) or not query.knows("arrival", end):
        return None
    between = f"(epoch_us(f_{end}) - epoch_us(f_arrival)) / 60e6"
    n, ratio = numbers(
        query,
        f"SELECT count(*), median(v / m) FROM (SELECT {_written(query, name)} AS v, {between} AS m FROM visits) "
        "WHERE v > 0 AND m > 0",
    )
    if n < FEWEST:
        return None
    return next(((unit, ratio) for unit, of in _RATIOS.items() if of / _NEAR < ratio < of * _NEAR), None)


def _written(query: VisitsQuery, name: str) -> str:
    """The number as written, in the map's unit: values that were set to missing as untrue count here."""
    given = getattr(query.column_map, name)
    if isinstance(given, ColumnWithUnit):
        return f"f_{name}"
    text = query.raw.column_of[query.origin[name]]
    codes = query.column_map.missing_codes
    known = " AND ".join(f"{text} <> {sql.literal(code)}" for code in codes) or "true"
    return f"CASE WHEN {known} THEN {texts.decimal_number(text, query.column_map.decimal)} END"


def _unit_by_median(query: VisitsQuery, name: str) -> tuple[str, str] | None:
    """What the median says, and the unit it is of; None where it can be of minutes, or the map says the unit."""
    if not _is_number(query, name) or isinstance(getattr(query.column_map, name), ColumnWithUnit):
        return None
    n, median, most, fractions = _summary(query, name)
    if n < FEWEST:
        return None
    kind = f"the median of {name} is {median:.3g}"
    if median > (_LONGEST_STAY if name == "stay_minutes" else _LONGEST_WAIT):
        return f"{kind}, which as minutes is {median / 60.0:,.0f} hours: it seems to be of seconds", "seconds"
    if name == "stay_minutes":
        waits = _summary(query, "wait_minutes") if _is_number(query, "wait_minutes") else (0.0,) * 4
        is_of_hours = 0.0 < median < _SHORTEST_STAY and (waits[0] < FEWEST or waits[1] < _SHORTEST_WAIT)
    else:
        is_of_hours = 0.0 < median < _SHORT_WAIT and most < _MOST_SHORT_WAIT and fractions > 0.5
    return (f"{kind}, hardly of minutes: it seems to be of hours", "hours") if is_of_hours else None


def _summary(query: VisitsQuery, name: str) -> tuple[float, ...]:
    """Of numbers of at least 0 as written: how many, median, 95 % quantile, share that are not whole."""
    return numbers(
        query,
        "SELECT count(v), median(v), quantile_cont(v, 0.95), avg((v % 1 <> 0)::INTEGER) FROM "
        f"(SELECT {_written(query, name)} AS v FROM visits) WHERE v >= 0",
    )


def _unit_of_ages(query: VisitsQuery) -> tuple[str, str] | None:
    """Ages beyond any life are of months or days, unless they are a code for missing."""
    if not _is_number(query, "age") or isinstance(query.column_map.age, ColumnWithUnit):
        return None
    age = _written(query, "age")
    n, median, old, different = numbers(
        query,
        f"SELECT count(v), median(v), count(*) FILTER (v > {_OLDEST}), count(DISTINCT v) FILTER (v > {_OLDEST}) "
        f"FROM (SELECT {age} AS v FROM visits) WHERE v >= 0",
    )
    if n < FEWEST or old <= _SHARE_TOO_OLD * n or different < _FEWEST_OLD_AGES or median <= _MEDIAN_MONTHS:
        return None
    unit = "days" if median > _MEDIAN_DAYS else "months"
    kind = f"{int(old):,} ages are over {_OLDEST:g} and the median is {median:.3g}: they seem to be of {unit}"
    return kind, unit
