"""The typed fields of a visit, added to the query: arrival, times, minutes, words, acuity, cluster, steps.

What cannot be read is a fault and becomes missing; what is not given is a note. Below are the checks across fields:
the order of a visit's times, its durations, visits that occur twice.
"""

from typing import Final

from sim.visits import column_map as maps
from sim.visits.cell_text import minutes_apart
from sim.visits.counts import add_counts, check_counts
from sim.visits.number_and_word_fields import add_codes, add_number, add_text, add_words
from sim.visits.time_fields import add_arrival, add_time, leave_out_periods
from sim.visits.visits_query import VisitsQuery


def add_fields(query: VisitsQuery) -> None:
    """Add every field that the column map names and the file has."""
    counts = query.column_map.counts
    add_counts(query, counts) if counts else add_arrival(query)
    leave_out_periods(query)
    _add_other_fields(query)
    _add_step_minutes(query)
    if counts:
        check_counts(query, counts)


# --- all else ---


def _add_other_fields(query: VisitsQuery) -> None:
    column_map = query.column_map
    marks = column_map.events.marks() if column_map.events else {}
    _add_identities(query)
    for name in maps.WORD_FIELDS:
        words = getattr(column_map, name)
        if words is None and name == "disposition" and column_map.events and column_map.events.disposition:
            words = "disposition"
        if words is not None:
            add_words(query, name, words)
    for name in maps.TIME_FIELDS:
        time = name if name in marks else getattr(column_map, name)
        if query.has_all(time):
            add_time(query, name, time)
    for name in maps.NUMBER_FIELDS:
        add_number(query, name, getattr(column_map, name))
    if column_map.acuity:
        add_codes(query, "acuity", column_map.acuity.column, column_map.acuity.recode, "DOUBLE")
    _add_cluster(query, column_map.cluster)


def _add_identities(query: VisitsQuery) -> None:
    """Who came and where. Identities of patients and of visits are never shown."""
    column_map = query.column_map
    query.private |= {name for name in (column_map.patient, column_map.visit) if name is not None}
    for name in ("patient", "site"):
        column = getattr(column_map, name)
        if query.has(column):
            add_text(query, name, column)


def _add_cluster(query: VisitsQuery, columns: tuple[str, ...]) -> None:
    """Several columns name a cluster together; a row that lacks one of them has none."""
    if not query.has_all(columns):
        return
    joined = " || '/' || ".join(query.text(column) for column in columns)
    query.add_field("cluster", " + ".join(columns), joined)
    remedy = "each such row counts as a cluster of its own"
    query.note(columns[0], "f_cluster IS NULL", "no cluster", remedy, is_listed=False)


def _add_step_minutes(query: VisitsQuery) -> None:
    """Minutes of steps, as given or between two times; an end before its begin is a fault."""
    for step, columns in query.column_map.steps().items():
        name = f"minutes_{step}"
        if not isinstance(columns, maps.TimesOfStep):
            add_number(query, name, columns)
        elif query.has_all(columns):
            begins, ends = (_time_field(query, f"{end}_{step}", getattr(columns, end)) for end in maps.STEP_ENDS)
            last = maps.columns_of(columns.ends)[-1]
            query.add_field(name, last, minutes_apart(f"f_{begins}", f"f_{ends}"))
            kind, remedy = f"{step} ends before it begins", f"correct it or {maps.columns_of(columns.begins)[-1]!r}"
            query.fault_of_field(name, f"f_{name} < 0", kind, remedy)
        check_longest(query, name)


def _time_field(query: VisitsQuery, name: str, time: maps.TimeColumns) -> str:
    """The field with the times of these columns: one that is there already, or else a new one."""
    column_map = query.column_map
    known = {field: getattr(column_map, field) for field in maps.TIME_FIELDS}
    if isinstance(column_map.arrival, maps.TimestampArrival):
        known["arrival"] = column_map.arrival.column
    same = next((field for field, columns in known.items() if columns == time and query.knows(field)), None)
    if same is None:
        add_time(query, name, time)
        del query.origin[name]
    return same or name


_OLDEST_YEARS: Final = 130
_MINUTES_PER_DAY: Final = 1440.0
_ORDER: Final = (
    ("arrival", "triage_time", "triage before arrival"),
    ("arrival", "physician_time", "first physician before arrival"),
    ("arrival", "departure_time", "departure before arrival"),
    ("triage_time", "departure_time", "departure before triage"),
    ("physician_time", "departure_time", "departure before first physician"),
)
_DURATIONS: Final = ("wait_minutes", "stay_minutes")


def check_intervals(query: VisitsQuery) -> None:
    """Check the order of times, derive durations that are not given, and check those."""
    _check_age(query)
    for earlier, later, kind in _ORDER:
        _check_order(query, earlier, later, kind)
    for duration in _DURATIONS:
        _derive_duration(query, maps.END_OF_MINUTES[duration], duration)
    for duration in _DURATIONS:
        check_longest(query, duration)
    _drop_stays_of_no_time(query)
    _check_wait_within_stay(query)


def _check_order(query: VisitsQuery, earlier: str, later: str, kind: str) -> None:
    """A later time before the earlier is a fault. Where a day more would mend it, midnight may have been passed."""
    if not query.knows(earlier, later):
        return
    column = query.origin[later]
    remedy = f"correct it or {query.origin[earlier]!r}"
    bad = query.fault(column, f"f_{later} < f_{earlier}", kind, remedy)
    minutes = minutes_apart(f"f_{later}", f"f_{earlier}")
    shifted = f"{bad} AND {minutes} > 720 AND {minutes} < 1440"
    hint = "see whether midnight was passed"
    query.note(column, shifted, f"{kind}, right if a day later", hint, is_listed=False)
    query.set_missing(later, bad)


def _derive_duration(query: VisitsQuery, end: str, duration: str) -> None:
    """Minutes from arrival to a time, where the file gives no duration; a note where it gives one that differs."""
    if not query.knows("arrival", end):
        return
    minutes = minutes_apart("f_arrival", f"f_{end}")
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
    if duration == "stay_minutes" and query.column_map.zero_stay == "missing":
        return
    remedy = "kept; a stay of no time is often one never closed" if duration == "stay_minutes" else "kept"
    query.note(query.origin[duration], f"f_{duration} = 0", f"{duration} of 0 minutes", remedy)


def _check_age(query: VisitsQuery) -> None:
    """An age nobody has reached is a fault, perhaps one in months."""
    if query.knows("age"):
        remedy = f"another unit? write `age: {{column: {query.origin['age']}, unit: months}}`; else correct it"
        query.fault_of_field(
            "age", f"f_age > {_OLDEST_YEARS}", f"an age over {_OLDEST_YEARS} years", remedy, selective=True
        )


def _drop_stays_of_no_time(query: VisitsQuery) -> None:
    """With `zero_stay: missing` a departure at the instant of arrival is a time not known."""
    if query.column_map.zero_stay != "missing" or not query.knows("stay_minutes"):
        return
    remedy = "the departure and the stay are missing there, as `zero_stay: missing` says"
    at_once = query.note(query.origin["stay_minutes"], "f_stay_minutes = 0", "a departure at the arrival", remedy)
    for name in ("stay_minutes", "departure_time"):
        if query.knows(name):
            query.set_missing(name, at_once)


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
        query.note_rows("copies", "", "the whole row repeats an earlier one", remedy)
    if query.knows("patient", "arrival"):
        query.connection.execute(
            "CREATE TABLE again AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY f_patient, f_arrival "
            "ORDER BY row) AS nth FROM visits WHERE f_patient IS NOT NULL AND f_arrival IS NOT NULL) "
            "WHERE nth > 1 AND row NOT IN (SELECT row FROM copies)"
        )
        kind = "the same patient arrives twice at the same time"
        remedy = "kept, as two visits may look alike"
        query.note_rows("again", query.origin["patient"], kind, remedy)
