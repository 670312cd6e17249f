"""Files of numbers of arrivals, a row for each hour or each day: read as a table of counts, then as one row a visit.

Hours or days without a row are not covered by the file. Where a row counts 0 nobody came.
"""

from typing import Final

import numpy as np

from sim.io import sql
from sim.visits import cell_text
from sim.visits.column_map import CountsArrival
from sim.visits.data_quality import DataFinding, note
from sim.visits.number_and_word_fields import add_number
from sim.visits.time_fields import add_hour_alone, add_parts_of_arrival, add_time, join_date_and_minute
from sim.visits.visits_query import VisitsQuery

MOST_COUNTED: Final = 50_000_000
"""Arrivals of a file. A department has some hundred thousand a year: more are sums of sums, or of a country."""
_FEWEST_ZEROS: Final = 10.0
_OF_THE_ZEROS: Final = 1.0 / 3.0
"""Hours that Poisson counts at the file's own rates would leave empty, and the part of them that may have no row."""
COUNTED: Final = "counted"


def add_counts(query: VisitsQuery, counts: CountsArrival) -> None:
    """The time that each row counts, and its number of arrivals."""
    if not query.has_all(counts):
        return
    column = counts.time or counts.hour or str(counts.date)
    if counts.hour is not None:
        add_hour_alone(query, counts.hour)
        join_date_and_minute(query, "arrival", str(counts.date), "f_minute_of_day", counts.hour)
    else:
        add_time(query, "arrival", column)
        _refuse_parts(query, counts)
    add_parts_of_arrival(query, column)
    if counts.is_by_day:
        query.set_missing("minute_of_day", "true")
    add_number(query, "count", counts.count)
    query.fault_of_field("count", "f_count % 1 <> 0", "not a whole number of arrivals", "correct it")
    query.note(counts.count, "f_count IS NULL", "no count", "the row covers nothing", is_listed=False)
    del query.origin["count"]


def _refuse_parts(query: VisitsQuery, counts: CountsArrival) -> None:
    """A time that does not begin the hour or the day it counts is a fault."""
    unit, kind, remedy = "hour", "not the beginning of an hour", "write the time at which each hour begins"
    if counts.is_by_day:
        unit, kind = "day", "not the beginning of a day"
        remedy = "a row counts a whole day: name a time within it as `time`, or give the date alone"
    query.fault_of_field("arrival", f"f_arrival <> date_trunc('{unit}', f_arrival)", kind, remedy)


def check_counts(query: VisitsQuery, counts: CountsArrival) -> None:
    """A second row for the same hour (or day) and stream is a fault; needs every other field.

    But not for the hour that comes twice when the clock goes back, where UTC offsets tell the rows apart.
    """
    if not query.knows("arrival"):
        return
    stream = ", f_stream" if query.knows("stream") else ""
    again = f"f_arrival IS NOT NULL AND row_number() OVER (PARTITION BY f_arrival{stream} ORDER BY row) > 1"
    if counts.time is not None and query.column_map.time_zone is not None:
        text = query.text(counts.time)
        is_new = f"row_number() OVER (PARTITION BY f_arrival, {text}{stream} ORDER BY row) = 1"
        came_twice = f"{again} AND {is_new} AND {_is_twice_in(query.column_map.time_zone)}"
        came_twice += f" AND {cell_text.matches(text, cell_text.UTC_OFFSET)}"
        kind = "a second row for the hour that came twice when the clock went back"
        added = query.note(counts.time, came_twice, kind, "its count is added to that of the first", is_listed=False)
        again += f" AND NOT {added}"
    kind = f"a second row for the same {'day' if counts.is_by_day else 'hour'}{' and stream' if stream else ''}"
    remedy = "add the rows up, choose some with `only`, or name what tells them apart as `stream`"
    query.fault_of_field("arrival", again, kind, remedy)


def _is_twice_in(zone: str) -> str:
    """The SQL of whether the zone's clock shows the time of `f_arrival` twice, an hour apart."""
    named = sql.literal(zone)
    instant = f"timezone({named}, f_arrival)"
    others = (f"timezone({named}, {instant} {sign} INTERVAL 1 HOUR) = f_arrival" for sign in "+-")
    return f"({' OR '.join(others)})"


# --- one row a visit ---


def expand_counts(query: VisitsQuery, counts: CountsArrival) -> None:
    """Make `visits` a row a visit, at the time that its row counts; the rows of the file stay as `counted`."""
    execute = query.connection.execute
    execute(f"ALTER TABLE visits RENAME TO {COUNTED}")
    query.row_table = COUNTED
    if not query.knows("arrival"):
        execute(f"CREATE TABLE visits AS SELECT * FROM {COUNTED} LIMIT 0")
        return
    usable = "f_arrival IS NOT NULL AND f_count IS NOT NULL"
    total, n_rows = query.numbers(f"SELECT sum(f_count) FILTER ({usable}), count(*) FROM {COUNTED}")
    if total > MOST_COUNTED:
        kind = f"{total:,.0f} arrivals in all, more than the {MOST_COUNTED:,} read of a file"
        query.error(counts.count, kind, "see whether the column counts arrivals of one department")
        usable = "false"
    elif n_rows and not total:
        query.error(counts.count, "no arrival is counted", "see whether `arrival.count` names the right column")
    execute(
        f"CREATE TABLE visits AS SELECT *, unnest(range(f_count::BIGINT)) AS nth FROM {COUNTED} "
        f"WHERE {usable} AND f_count > 0 ORDER BY row"
    )
    if total and usable != "false":
        query.findings += _coverage(query, counts)


def _coverage(query: VisitsQuery, counts: CountsArrival) -> list[DataFinding]:
    """What the file does not cover, told and kept in the query."""
    step, unit = ("D", "day") if counts.is_by_day else ("h", "hour")
    streams = ["true"]
    if query.knows("stream"):
        found = query.connection.execute(
            f"SELECT DISTINCT f_stream FROM {COUNTED} WHERE f_stream IS NOT NULL"
        ).fetchall()
        streams = [f"f_stream = {sql.literal(str(row[0]))}" for row in found] or streams
    seen = [_counted_times(query, each, step) for each in streams]
    every = np.unique(np.concatenate([times for times, _ in seen]))
    span = np.arange(every[0], every[-1] + 1)
    findings = [each for times, n in seen for each in _zeros_left_out(query, counts, span, times, n)]
    lacking = sum(len(every) - len(times) for times, _ in seen)
    if lacking:
        kind = f"{lacking:,} {unit}s have a row of one stream and none of another"
        remedy = "taken as 0; write a row of 0 where nobody of a stream came"
        findings.append(note(counts.count, kind, remedy))
    missing = np.setdiff1d(span, every)
    if missing.size:
        kind = f"{missing.size:,} of the {span.size:,} {unit}s from {span[0]} to {span[-1]} have no row"
        findings.append(note(query.origin["arrival"], kind, "not covered: they count neither as empty nor as usual"))
    day_start, day_end = every[0].astype("datetime64[D]"), every[-1].astype("datetime64[D]") + 1
    hours = np.arange(day_start.astype("datetime64[h]"), day_end.astype("datetime64[h]"))
    query.uncovered_hours = hours[~np.isin(hours.astype(f"datetime64[{step}]"), every)]
    return findings


def _counted_times(query: VisitsQuery, which: str, step: str) -> tuple[np.ndarray, np.ndarray]:
    """Hours or days with a usable count, in order, and the counts."""
    found = query.connection.execute(
        f"SELECT f_arrival, sum(f_count) AS f_count FROM {COUNTED} "
        f"WHERE f_arrival IS NOT NULL AND f_count IS NOT NULL AND {which} GROUP BY 1 ORDER BY 1"
    ).fetchnumpy()
    times = np.asarray(found["f_arrival"], dtype="datetime64[us]").astype(f"datetime64[{step}]")
    return times, np.asarray(found["f_count"], dtype=np.float64)


def _zeros_left_out(
    query: VisitsQuery, counts: CountsArrival, span: np.ndarray, times: np.ndarray, n: np.ndarray
) -> list[DataFinding]:
    """Refuse a file that counts nowhere 0 where its own rates would: rows with nobody seem to be left out."""
    if (n == 0).any() or not times.size:
        return []
    per_week = 7 if counts.is_by_day else 168
    place, all_places = times.astype(np.int64) % per_week, span.astype(np.int64) % per_week
    seen = np.bincount(place, minlength=per_week)
    n_weeks = np.maximum(np.bincount(all_places, minlength=per_week), 1)
    rate = np.bincount(place, weights=n, minlength=per_week) / n_weeks
    expected = float(np.exp(-rate[all_places]).sum())
    missing = span.size - int(seen.sum())
    if expected < _FEWEST_ZEROS or missing < _OF_THE_ZEROS * expected:
        return []
    kind = f"no row counts 0, and {missing:,} have no row where {expected:,.0f} are expected to have nobody"
    remedy = "rows with nobody seem to be left out: write them with 0, as what has no row counts as not covered"
    return [query.broken("empty_hours", counts.count, kind, remedy)]
