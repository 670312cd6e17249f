"""Checks across the fields of a visit: the order of its times, its durations, visits that occur twice."""

from __future__ import annotations

from typing import Final

from sim.visits.event_table import rows_noted
from sim.visits.visits_query import VisitsQuery

_MINUTES_PER_DAY: Final = 1440.0
_ORDER: Final = (
    ("arrival", "triage_time", "triage before arrival"),
    ("arrival", "physician_time", "first physician before arrival"),
    ("arrival", "departure_time", "departure before arrival"),
    ("triage_time", "departure_time", "departure before triage"),
    ("physician_time", "departure_time", "departure before first physician"),
)
_DURATIONS: Final = {"wait_minutes": "physician_time", "stay_minutes": "departure_time"}
"""Each duration from arrival, and the time it ends at."""


def check_intervals(query: VisitsQuery) -> None:
    """Check the order of times, derive durations that are not given, and check those."""
    for earlier, later, kind in _ORDER:
        _check_order(query, earlier, later, kind)
    for duration, end in _DURATIONS.items():
        _derive_duration(query, end, duration)
    for duration in _DURATIONS:
        check_longest(query, duration)
    _check_wait_within_stay(query)


def _check_order(query: VisitsQuery, earlier: str, later: str, kind: str) -> None:
    """A later time before the earlier is a fault. Where a day more would mend it, midnight may have been passed."""
    if not query.knows(earlier, later):
        return
    column = query.origin[later]
    remedy = f"correct it or {query.origin[earlier]!r}"
    bad = query.fault(column, f"f_{later} < f_{earlier}", kind, remedy)
    minutes = f"(epoch_us(f_{earlier}) - epoch_us(f_{later})) / 60e6"
    shifted = f"{bad} AND {minutes} > 720 AND {minutes} < 1440"
    query.note(column, shifted, f"{kind}, right if a day later", "see whether midnight was passed")
    query.set_missing(later, bad)


def _derive_duration(query: VisitsQuery, end: str, duration: str) -> None:
    """Minutes from arrival to a time, where the file gives no duration; a note where it gives one that differs."""
    if not query.knows("arrival", end):
        return
    minutes = f"(epoch_us(f_{end}) - epoch_us(f_arrival)) / 60e6"
    if not query.knows(duration):
        query.add_field(duration, query.origin[end], minutes)
        return
    differs = f"abs(f_{duration} - {minutes}) > 1"
    remedy = f"the minutes given are taken, not those to {query.origin[end]!r}"
    query.note(query.origin[duration], differs, f"{duration} is not the time between", remedy)


def check_longest(query: VisitsQuery, duration: str) -> None:
    """A duration over the map's `longest_stay_days` is a fault, one of 0 minutes a note; none if it is not a field."""
    if not query.knows(duration):
        return
    days = query.column_map.longest_stay_days
    remedy = "correct the dates, or set `longest_stay_days` in the column map"
    too_long = f"f_{duration} > {days * _MINUTES_PER_DAY}"
    query.fault_of_field(duration, too_long, f"{duration} over {days:g} days", remedy)
    remedy = "kept; a stay of no time is often one never closed" if duration == "stay_minutes" else "kept"
    query.note(query.origin[duration], f"f_{duration} = 0", f"{duration} of 0 minutes", remedy)


def _check_wait_within_stay(query: VisitsQuery) -> None:
    """Of a wait longer than the stay neither is believed; those from times have had their order checked."""
    if not query.knows("wait_minutes", "stay_minutes"):
        return
    wait, stay = query.origin["wait_minutes"], query.origin["stay_minutes"]
    remedy = f"correct it or {stay!r}; both are set to missing"
    longer = query.fault(wait, "f_wait_minutes > f_stay_minutes + 1", "a wait longer than the stay", remedy)
    shorter = query.fault(stay, longer, "a stay shorter than the wait", f"correct it or {wait!r}")
    query.set_missing("wait_minutes", longer)
    query.set_missing("stay_minutes", shorter)


def note_duplicates(query: VisitsQuery) -> None:
    """Note rows that repeat another, and patients who arrive twice at once; needs the table `visits`."""
    query.connection.execute(
        "CREATE TABLE copies AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY twin ORDER BY row) AS nth "
        "FROM visits WHERE twin IN (SELECT twin FROM visits GROUP BY twin HAVING count(*) > 1)) WHERE nth > 1"
    )
    if query.column_map.events is None:
        remedy = "kept, as two visits may look alike; remove copies from the file if they are copies"
        query.findings += rows_noted(query.connection, "copies", "", "the whole row repeats an earlier one", remedy)
    if query.knows("patient", "arrival"):
        query.connection.execute(
            "CREATE TABLE again AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY f_patient, f_arrival "
            "ORDER BY row) AS nth FROM visits WHERE f_patient IS NOT NULL AND f_arrival IS NOT NULL) "
            "WHERE nth > 1 AND row NOT IN (SELECT row FROM copies)"
        )
        kind = "the same patient arrives twice at the same time"
        remedy = "kept, as two visits may look alike"
        query.findings += rows_noted(query.connection, "again", query.origin["patient"], kind, remedy)
