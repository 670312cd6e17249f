"""The plausibility gate: rules on a file as a whole, judged before anything is estimated or written.

Each finds what would mislead in silence: rows that are no visits of their own, a patient in two places, several
hospitals, minutes that are hours, leavers whose time of leaving is unknown, hours and days nobody came. A broken rule
is an error that names the remedy; `waive` in the column map makes it a note.
"""

from collections.abc import Iterator
from typing import Final

from sim.visits.counts import arrivals_counted
from sim.visits.data_quality import DataFinding
from sim.visits.gate_findings import FEWEST, broken, first_rows, numbers
from sim.visits.plausible_sites import several_sites
from sim.visits.plausible_times import empty_times
from sim.visits.plausible_units import other_units
from sim.visits.source_text import TIME_FIELDS, mapped_columns
from sim.visits.visits_query import VisitsQuery

_REPEATED_SHARE: Final = 0.05
"""Of rows that repeat another, beyond what chance gives. A row per diagnosis repeats about half of them."""
_REPEATED_TIMES: Final = 1.5
"""Times what chance gives. Instants shared by chance are counted within each hour, so a busy hour is allowed for."""
_TWICE_SHARE: Final = 0.01
_FEWEST_TWICE: Final = 5
_FEWEST_OF_PLACEHOLDER: Final = 100
"""Visits of one identity that overlap, or one a day for so long: nobody's; frequent attenders come every few days."""
_LEAVERS_AT_ONCE: Final = 0.1
_AT_ONCE_MINUTES: Final = 2
"""Nobody waits for so short a time that most have left before it is over."""
_LEFT: Final = "lwbs"
_ONE_VISIT: Final = "rows that are one visit (a row a diagnosis, say) share its number: name it as `visit: COLUMN`"
_FEW_WORDS: Final = ("acuity", "stream", "disposition", "mode", "seen_recently")


def gate(query: VisitsQuery) -> list[DataFinding]:
    """Every rule that the file breaks; needs the table `visits`."""
    rules = (_repeated_visits, _present_twice, several_sites, other_units, _departure_at_arrival, empty_times)
    return [found for rule in rules for found in rule(query)]


# --- rows that are no visits of their own ---


def _repeated_visits(query: VisitsQuery) -> Iterator[DataFinding]:
    """Rows equal to an earlier one in every column the map names, far more of them than chance gives."""
    column_map = query.column_map
    columns = [query.raw.column_of[name] for name in mapped_columns(column_map) if query.has(name)]
    if column_map.events is not None or arrivals_counted(column_map) is not None or not columns:
        return  # a log has one row a case, counts one an hour
    told = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    query.connection.execute(
        f"CREATE OR REPLACE TABLE repeats AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY "
        f"{', '.join(columns)} ORDER BY row) AS nth FROM visits WHERE {told}) WHERE nth > 1"
    )
    n, repeated = numbers(query, "SELECT (SELECT count(*) FROM visits), (SELECT count(*) FROM repeats)")
    if n < FEWEST or repeated <= _REPEATED_SHARE * n:
        return
    expected = _repeats_of_chance(query, columns)
    if repeated > _REPEATED_TIMES * expected + _REPEATED_SHARE * n:
        chance = f", {expected:,.0f} expected of chance" if expected >= 1.0 else ""
        kind = f"{100 * repeated / n:.0f} % of the rows repeat another in every column of the map{chance}"
        yield broken(column_map, "repeated_visits", "", kind, _ONE_VISIT, int(repeated), first_rows(query, "repeats"))


def _repeats_of_chance(query: VisitsQuery, columns: list[str]) -> float:
    """Rows expected to equal an earlier one among visits that have nothing to do with each other.

    With the time of arrival, an identity, another time or a number no two visits agree; with words alone beside the
    arrival those agree that share its instant and every word. Without an arrival each column counts by itself.
    """
    telling = ("patient", "visit", *TIME_FIELDS, "triage_minutes", "wait_minutes", "stay_minutes", "age")
    column_map = query.column_map
    if query.knows("arrival"):
        if any(getattr(column_map, name) is not None for name in telling) or column_map.step_minutes:
            return 0.0
        alike = 1.0
        for name in (name for name in _FEW_WORDS if query.knows(name)):
            alike *= _chance_alike(query, f"f_{name}")
        return alike * _shared_instants(query)
    (n,) = numbers(query, "SELECT count(*) FROM visits")
    pairs = n
    for column in columns:
        pairs *= _chance_alike(query, column)
    return min(pairs, n)


def _chance_alike(query: VisitsQuery, column: str) -> float:
    """The chance that two visits agree in a column."""
    (chance,) = numbers(
        query,
        f"SELECT sum(k * (k - 1)) / nullif(sum(k) * (sum(k) - 1), 0) FROM "
        f"(SELECT count(*)::DOUBLE AS k FROM visits GROUP BY {column})",
    )
    return chance


def _shared_instants(query: VisitsQuery) -> float:
    """Arrivals expected to repeat an earlier instant: within each hour by how the file's own times spread over it."""
    (expected,) = numbers(
        query,
        "WITH instants AS (SELECT DISTINCT f_arrival AS t FROM visits WHERE f_arrival IS NOT NULL), "
        "offsets AS (SELECT count(*)::DOUBLE AS k FROM instants GROUP BY epoch_us(t) % 3600000000), "
        "alike AS (SELECT sum(k * (k - 1)) / nullif(sum(k) * (sum(k) - 1), 0) AS p FROM offsets), "
        "hours AS (SELECT count(*) AS k FROM visits WHERE f_arrival IS NOT NULL GROUP BY epoch_us(f_arrival) "
        "// 3600000000) "
        "SELECT sum(k - CASE WHEN p > 0 THEN (1 - power(1 - least(p, 1), k)) / p ELSE k END) FROM hours, alike",
    )
    return expected


def _present_twice(query: VisitsQuery) -> Iterator[DataFinding]:
    """One patient in two visits at once, and identities that are nobody's."""
    if not query.knows("patient", "arrival"):
        return
    stay = "coalesce(f_stay_minutes, 0)" if query.knows("stay_minutes") else "0"
    query.connection.execute(
        "CREATE OR REPLACE TABLE twice AS SELECT row, who FROM (SELECT row, f_patient AS who, f_arrival AS came, "
        f"max(f_arrival + to_microseconds(({stay} * 60e6)::BIGINT)) OVER earlier AS gone, "
        "lag(f_arrival) OVER (PARTITION BY f_patient ORDER BY f_arrival, row) AS before FROM visits "
        "WHERE f_patient IS NOT NULL AND f_arrival IS NOT NULL WINDOW earlier AS (PARTITION BY f_patient "
        "ORDER BY f_arrival, row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) WHERE came < gone OR came = before"
    )
    column, column_map = query.origin["patient"], query.column_map
    n, twice = numbers(query, "SELECT (SELECT count(f_patient) FROM visits), (SELECT count(*) FROM twice)")
    nobody = _placeholders(query)
    if nobody:
        verb = "stands" if nobody == 1 else "stand"
        kind = f"{nobody} of its values {verb} for nobody: visits of one overlap by the hundred, or come every day"
        remedy = "add what stands for an unknown patient to `missing_codes`"
        rows = first_rows(query, "nobodies")
        (count,) = numbers(query, "SELECT count(*) FROM nobodies")
        yield broken(column_map, "present_twice", column, kind, remedy, int(count), rows)
        (twice,) = numbers(query, "SELECT count(*) FROM twice WHERE row NOT IN (SELECT row FROM nobodies)")
        n -= count
    if twice >= _FEWEST_TWICE and twice > _TWICE_SHARE * n:
        kind = f"{100 * twice / n:.1f} % of the visits begin while the same patient is in another"
        remedy = f"{_ONE_VISIT}, or leave `patient` out if the column does not say who came"
        where = "twice WHERE row NOT IN (SELECT row FROM nobodies)"
        yield broken(column_map, "present_twice", column, kind, remedy, int(twice), first_rows(query, where))


def _placeholders(query: VisitsQuery) -> int:
    """How many identities have visits that overlap by the hundred, or more than one a day; makes `nobodies`."""
    days = "(SELECT date_diff('day', min(f_arrival), max(f_arrival)) + 1 FROM visits)"
    query.connection.execute(
        "CREATE OR REPLACE TABLE nobodies AS SELECT row, f_patient AS who FROM visits WHERE f_patient IN "
        f"(SELECT who FROM twice GROUP BY who HAVING count(*) >= {_FEWEST_OF_PLACEHOLDER} UNION "
        "SELECT f_patient FROM visits WHERE f_patient IS NOT NULL GROUP BY f_patient "
        f"HAVING count(*) >= {_FEWEST_OF_PLACEHOLDER} AND count(*) > {days} AND "
        f"count(*) > date_diff('day', min(f_arrival), max(f_arrival)) + 1)"
    )
    return int(numbers(query, "SELECT count(DISTINCT who) FROM nobodies")[0])


# --- leavers ---


def _departure_at_arrival(query: VisitsQuery) -> Iterator[DataFinding]:
    """Patients who left unseen at the instant of arrival: when they left is not known."""
    column_map = query.column_map
    if column_map.zero_stay == "kept" or not query.knows("disposition", "stay_minutes"):
        return
    leavers = f"visits WHERE f_disposition = '{_LEFT}' AND f_stay_minutes IS NOT NULL"
    n, at_once, shortly = numbers(
        query,
        "SELECT count(*), count(*) FILTER (f_stay_minutes = 0), "
        f"count(*) FILTER (f_stay_minutes <= {_AT_ONCE_MINUTES}) FROM {leavers}",
    )
    if n < FEWEST:
        return
    if at_once > _LEAVERS_AT_ONCE * n:
        kind = f"{100 * at_once / n:.0f} % of those who left unseen have a stay of 0: when they left is not known"
        remedy = "say so with `zero_stay: missing`, or `zero_stay: kept` if they left at once"
        rows = first_rows(query, f"{leavers} AND f_stay_minutes = 0")
    elif 2 * shortly > n:
        kind = f"{100 * shortly / n:.0f} % of those who left unseen did so within {_AT_ONCE_MINUTES} minutes"
        remedy = "see whether that is the time of leaving; leave the departure of leavers blank, or `zero_stay: kept`"
        rows = first_rows(query, f"{leavers} AND f_stay_minutes <= {_AT_ONCE_MINUTES}")
    else:
        return
    count = int(at_once if at_once > _LEAVERS_AT_ONCE * n else shortly)
    yield broken(column_map, "departure_at_arrival", query.origin["stay_minutes"], kind, remedy, count, rows)
