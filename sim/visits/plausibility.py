"""The plausibility gate: rules on a file as a whole, judged before anything is estimated or written.

Each finds what would mislead in silence: rows that are no visits of their own, a patient in two places, several
hospitals, minutes that are hours, leavers whose time of leaving is unknown, hours and days nobody came. A broken rule
is an error that names the remedy; `waive` in the column map makes it a note.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sim.visits import cell_text
from sim.visits.column_map import END_OF_MINUTES, MINUTES_IN, TIME_FIELDS, WORD_FIELDS, ColumnWithUnit
from sim.visits.column_names import names_a_site
from sim.visits.data_quality import DataFinding
from sim.visits.empty_times import empty_times
from sim.visits.visits_query import VisitsQuery

_FEWEST: Final = 20
"""Values needed before a median or a share is judged."""
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
_YES_OR_NO: Final = frozenset(("0", "1", "y", "n", "yes", "no", "true", "false", "t", "f", "ja", "nej"))
_MOST_SITES: Final = 200
_MOST_CLUSTERS: Final = 5_000
_FEWEST_OF_A_SITE: Final = 20
"""Visits of a value on average; identities of patients and of visits have fewer."""
_COMPARED: Final = 8
"""Values with most visits, of which each pair is compared."""
_FEWEST_DAYS: Final = 14
_FEWEST_SHARED_DAYS: Final = 5
_AS_OFTEN: Final = 0.5
"""Shared days as a part of those that two sites with nothing to do with each other share."""
_EVERY_DAY: Final = 0.75
"""Days with visits as a part of those expected at a value's own rate. A hospital is open every day; a physician has
shifts and about half."""
_SAME_HOURS: Final = 0.5
"""Overlap of the hours of the day of two values: shifts share none."""
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


def gate(query: VisitsQuery) -> list[DataFinding]:
    """Every rule that the file breaks; needs the table `visits`."""
    rules = (_repeated_visits, _present_twice, _several_sites, _other_units, _departure_at_arrival, empty_times)
    return [found for rule in rules for found in rule(query)]


# --- rows that are no visits of their own ---


def _repeated_visits(query: VisitsQuery) -> Iterator[DataFinding]:
    """Rows equal to an earlier one in every column the map names, far more of them than chance gives."""
    column_map = query.column_map
    columns = [query.raw.column_of[name] for name in column_map.columns() if query.has(name)]
    if column_map.events is not None or column_map.counts is not None or not columns:
        return  # a log has one row a case, counts one an hour
    told = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    query.connection.execute(
        f"CREATE OR REPLACE TABLE repeats AS SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY "
        f"{', '.join(columns)} ORDER BY row) AS nth FROM visits WHERE {told}) WHERE nth > 1"
    )
    n, repeated = query.numbers("SELECT (SELECT count(*) FROM visits), (SELECT count(*) FROM repeats)")
    if n < _FEWEST or repeated <= _REPEATED_SHARE * n:
        return
    expected = _repeats_of_chance(query, columns)
    if repeated > _REPEATED_TIMES * expected + _REPEATED_SHARE * n:
        chance = f", {expected:,.0f} expected of chance" if expected >= 1.0 else ""
        kind = f"{100 * repeated / n:.0f} % of the rows repeat another in every column of the map{chance}"
        yield query.broken("repeated_visits", "", kind, _ONE_VISIT, int(repeated), query.first_rows("repeats"))


def _repeats_of_chance(query: VisitsQuery, columns: list[str]) -> float:
    """Rows expected to equal an earlier one among visits that have nothing to do with each other.

    With the time of arrival, an identity, another time or a number no two visits agree; with words alone beside the
    arrival those agree that share its instant and every word. Without an arrival each column counts by itself.
    """
    telling = ("patient", "visit", *TIME_FIELDS, *END_OF_MINUTES, "age")
    column_map = query.column_map
    if query.knows("arrival"):
        if any(getattr(column_map, name) is not None for name in telling) or column_map.step_minutes:
            return 0.0
        alike = 1.0
        for name in filter(query.knows, ("acuity", *WORD_FIELDS)):
            alike *= _chance_alike(query, f"f_{name}")
        return alike * _shared_instants(query)
    (n,) = query.numbers("SELECT count(*) FROM visits")
    pairs = n
    for column in columns:
        pairs *= _chance_alike(query, column)
    return min(pairs, n)


def _chance_alike(query: VisitsQuery, column: str) -> float:
    """The chance that two visits agree in a column."""
    (chance,) = query.numbers(
        f"SELECT sum(k * (k - 1)) / nullif(sum(k) * (sum(k) - 1), 0) FROM "
        f"(SELECT count(*)::DOUBLE AS k FROM visits GROUP BY {column})",
    )
    return chance


def _shared_instants(query: VisitsQuery) -> float:
    """Arrivals expected to repeat an earlier instant: within each hour by how the file's own times spread over it."""
    (expected,) = query.numbers(
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
    column = query.origin["patient"]
    n, twice = query.numbers("SELECT (SELECT count(f_patient) FROM visits), (SELECT count(*) FROM twice)")
    nobody = _placeholders(query)
    if nobody:
        verb = "stands" if nobody == 1 else "stand"
        kind = f"{nobody} of its values {verb} for nobody: visits of one overlap by the hundred, or come every day"
        remedy = "add what stands for an unknown patient to `missing_codes`"
        rows = query.first_rows("placeholders")
        (count,) = query.numbers("SELECT count(*) FROM placeholders")
        yield query.broken("present_twice", column, kind, remedy, int(count), rows)
        (twice,) = query.numbers("SELECT count(*) FROM twice WHERE row NOT IN (SELECT row FROM placeholders)")
        n -= count
    if twice >= _FEWEST_TWICE and twice > _TWICE_SHARE * n:
        kind = f"{100 * twice / n:.1f} % of the visits begin while the same patient is in another"
        remedy = f"{_ONE_VISIT}, or leave `patient` out if the column does not say who came"
        where = "twice WHERE row NOT IN (SELECT row FROM placeholders)"
        yield query.broken("present_twice", column, kind, remedy, int(twice), query.first_rows(where))


def _placeholders(query: VisitsQuery) -> int:
    """How many identities have visits that overlap by the hundred, or more than one a day; makes `placeholders`."""
    days = "(SELECT date_diff('day', min(f_arrival), max(f_arrival)) + 1 FROM visits)"
    query.connection.execute(
        "CREATE OR REPLACE TABLE placeholders AS SELECT row, f_patient AS who FROM visits WHERE f_patient IN "
        f"(SELECT who FROM twice GROUP BY who HAVING count(*) >= {_FEWEST_OF_PLACEHOLDER} UNION "
        "SELECT f_patient FROM visits WHERE f_patient IS NOT NULL GROUP BY f_patient "
        f"HAVING count(*) >= {_FEWEST_OF_PLACEHOLDER} AND count(*) > {days} AND "
        f"count(*) > date_diff('day', min(f_arrival), max(f_arrival)) + 1)"
    )
    return int(query.numbers("SELECT count(DISTINCT who) FROM placeholders")[0])


# --- several hospitals ---


def _several_sites(query: VisitsQuery) -> Iterator[DataFinding]:
    """`site` with several values, or another column whose values are open side by side as hospitals are."""
    column_map = query.column_map
    site = column_map.site
    if site is not None:
        if query.has(site) and site not in column_map.only:
            n_sites = int(query.numbers(f"SELECT count(DISTINCT {query.raw.column_of[site]}) FROM visits")[0])
            if n_sites > 1:
                yield _one_site(query, site, f"{n_sites:,} sites in one file", f"`only: {{{site}: VALUE}}`")
        return
    if not query.is_dated:
        return
    chosen = set(column_map.only)
    if query.knows("cluster") and not chosen & set(column_map.cluster):
        spread = _Spread(query, "f_cluster")
        if spread.is_of_sites(_MOST_CLUSTERS):
            named = " + ".join(column_map.cluster)
            kind = f"{spread.n:,} values of `cluster` have visits side by side, as hospitals have"
            yield _one_site(query, named, kind, f"`only: {{{column_map.cluster[-1]}: VALUE}}`")
            return
    for name in query.raw.header:
        if query.has(name) and names_a_site(name) and name not in chosen | set(column_map.cluster):
            spread = _Spread(query, query.raw.column_of[name])
            if spread.is_of_sites(_MOST_SITES) and not spread.is_yes_or_no():
                kind = f"{spread.n:,} values have visits side by side, as hospitals have"
                yield _one_site(query, name, kind, f"`site: {name}` and `only: {{{name}: VALUE}}`")


def _one_site(query: VisitsQuery, column: str, kind: str, keys: str) -> DataFinding:
    return query.broken("several_sites", column, kind, f"one department is calibrated: choose one with {keys}")


@dataclass(frozen=True)
class _Spread:
    """How the visits of each value of a column spread over days and hours."""

    query: VisitsQuery
    column: str

    @property
    def n(self) -> int:
        """How many values there are."""
        return int(self.query.numbers(f"SELECT count(DISTINCT {self.column}) FROM visits")[0])

    def is_yes_or_no(self) -> bool:
        """Whether the values say yes or no, not which."""
        found = self.query.connection.execute(
            f"SELECT DISTINCT lower({self.column}) FROM visits WHERE {self.column} IS NOT NULL LIMIT 9"
        ).fetchall()
        return {str(row[0]) for row in found} <= _YES_OR_NO

    def is_of_sites(self, most: int) -> bool:
        """Whether there are at most so many values, each open every day, some of them at once."""
        n_values = self.n
        (n,) = self.query.numbers(f"SELECT count({self.column}) FROM visits WHERE f_arrival IS NOT NULL")
        if not 2 <= n_values <= most or n < max(_FEWEST, _FEWEST_OF_A_SITE * n_values):
            return False
        return self._are_open_every_day() and self._are_open_at_once()

    def _are_open_every_day(self) -> bool:
        open_days, expected = self.query.numbers(
            "SELECT sum(n * days), sum(n * span * (1 - exp(-n / span))) FROM (SELECT count(*)::DOUBLE AS n, "
            "count(DISTINCT f_arrival::DATE) AS days, date_diff('day', min(f_arrival), max(f_arrival)) + 1.0 AS span "
            f"FROM visits WHERE {self.column} IS NOT NULL AND f_arrival IS NOT NULL GROUP BY {self.column})",
        )
        return open_days > _EVERY_DAY * expected

    def _are_open_at_once(self) -> bool:
        """Whether two of the largest share days over a common span, and hours of the day."""
        (pairs,) = self.query.numbers(
            f"WITH v AS (SELECT {self.column} AS place, f_arrival AS t FROM visits WHERE {self.column} IS NOT NULL AND "
            "f_arrival IS NOT NULL), "
            f"largest AS (SELECT place, count(*)::DOUBLE AS n, min(t)::DATE AS a, max(t)::DATE AS b FROM v GROUP BY 1 "
            f"ORDER BY n DESC, 1 LIMIT {_COMPARED}), "
            "days AS (SELECT DISTINCT place, t::DATE AS day FROM v SEMI JOIN largest USING (place)), "
            "hours AS (SELECT place, hour(t) AS h, count(*) / any_value(n) AS p FROM v JOIN largest USING (place) "
            "GROUP BY 1, 2), "
            "pairs AS (SELECT x.place AS x, y.place AS y, greatest(x.a, y.a) AS a, least(x.b, y.b) AS b, "
            "least(date_diff('day', x.a, x.b), date_diff('day', y.a, y.b)) + 1.0 AS shorter "
            "FROM largest x JOIN largest y ON x.place < y.place), "
            "seen AS (SELECT *, date_diff('day', a, b) + 1.0 AS span, "
            "(SELECT count(*) FROM days WHERE place = x AND day BETWEEN a AND b) AS of_x, "
            "(SELECT count(*) FROM days WHERE place = y AND day BETWEEN a AND b) AS of_y, "
            "(SELECT count(*) FROM days d SEMI JOIN (SELECT day FROM days WHERE place = y) e ON d.day = e.day "
            "WHERE d.place = x AND d.day BETWEEN a AND b) AS shared, "
            "(SELECT sum(least(p.p, q.p)) FROM hours p JOIN hours q ON p.h = q.h AND p.place = x AND q.place = y) "
            "AS alike FROM pairs) "
            f"SELECT count(*) FROM seen WHERE span >= {_FEWEST_DAYS} AND span >= 0.5 * shorter AND "
            f"shared >= {_FEWEST_SHARED_DAYS} AND shared > {_AS_OFTEN} * of_x * of_y / span AND alike > {_SAME_HOURS}",
        )
        return pairs > 0


# --- other units ---


def _other_units(query: VisitsQuery) -> Iterator[DataFinding]:
    """Numbers whose medians are of another unit than that of their field, or as the map says."""
    proven = {name: found for name in END_OF_MINUTES if (found := _unit_by_times(query, name)) is not None}
    for name, (of, ratio) in proven.items():
        kind = f"{name} are {ratio:.3g} times the minutes between the times given: they are of {of}"
        yield _of_unit(query, name, kind, of)
    for name in ("stay_minutes", "wait_minutes"):
        if name not in proven and (likely := _unit_by_median(query, name)) is not None:
            yield _of_unit(query, name, *likely)
    if (likely := _unit_of_ages(query)) is not None:
        yield _of_unit(query, "age", *likely)


def _of_unit(query: VisitsQuery, name: str, kind: str, unit: str) -> DataFinding:
    column = query.origin[name]
    remedy = f"say so with `{name}: {{column: {column}, unit: {unit}}}`"
    return query.broken("other_unit", column, kind, remedy)


def _is_number(query: VisitsQuery, name: str) -> bool:
    """Whether the file gives the field as a number, rather than by times."""
    given = getattr(query.column_map, name)
    return given is not None and query.knows(name)


def _unit_by_times(query: VisitsQuery, name: str) -> tuple[str, float] | None:
    """The unit by the time between arrival and the end, where the file has both, and the ratio found."""
    end = END_OF_MINUTES[name]
    if not _is_number(query, name) or not query.knows("arrival", end):
        return None
    between = cell_text.minutes_apart("f_arrival", f"f_{end}")
    n, ratio = query.numbers(
        f"SELECT count(*), median(v / m) FROM (SELECT {_written(query, name)} AS v, {between} AS m FROM visits) "
        "WHERE v > 0 AND m > 0",
    )
    if n < _FEWEST:
        return None
    others = ((unit, 1.0 / minutes) for unit, minutes in MINUTES_IN.items() if unit != "minutes")
    return next(((unit, ratio) for unit, of in others if of / _NEAR < ratio < of * _NEAR), None)


def _written(query: VisitsQuery, name: str) -> str:
    """The number as written, in the map's unit: values that were set to missing as untrue count here."""
    given = getattr(query.column_map, name)
    if isinstance(given, ColumnWithUnit):
        return f"f_{name}"
    return cell_text.decimal_number(f"({query.known_text(query.origin[name])})", query.column_map.decimal)


def _unit_by_median(query: VisitsQuery, name: str) -> tuple[str, str] | None:
    """What the median says, and the unit it is of; None where it can be of minutes, or the map says the unit."""
    if not _is_number(query, name) or isinstance(getattr(query.column_map, name), ColumnWithUnit):
        return None
    n, median, most, fractions = _summary(query, name)
    if n < _FEWEST:
        return None
    kind = f"the median of {name} is {median:.3g}"
    if median > (_LONGEST_STAY if name == "stay_minutes" else _LONGEST_WAIT):
        return f"{kind}, which as minutes is {median / 60.0:,.0f} hours: it seems to be of seconds", "seconds"
    if name == "stay_minutes":
        waits = _summary(query, "wait_minutes") if _is_number(query, "wait_minutes") else (0.0,) * 4
        is_of_hours = 0.0 < median < _SHORTEST_STAY and (waits[0] < _FEWEST or waits[1] < _SHORTEST_WAIT)
    else:
        is_of_hours = 0.0 < median < _SHORT_WAIT and most < _MOST_SHORT_WAIT and fractions > 0.5
    return (f"{kind}, hardly of minutes: it seems to be of hours", "hours") if is_of_hours else None


def _summary(query: VisitsQuery, name: str) -> tuple[float, ...]:
    """Of numbers of at least 0 as written: how many, median, 95 % quantile, share that are not whole."""
    return query.numbers(
        "SELECT count(v), median(v), quantile_cont(v, 0.95), avg((v % 1 <> 0)::INTEGER) FROM "
        f"(SELECT {_written(query, name)} AS v FROM visits) WHERE v >= 0",
    )


def _unit_of_ages(query: VisitsQuery) -> tuple[str, str] | None:
    """Ages beyond any life are of months or days, unless they are a code for missing."""
    if not _is_number(query, "age") or isinstance(query.column_map.age, ColumnWithUnit):
        return None
    age = _written(query, "age")
    n, median, old, different = query.numbers(
        f"SELECT count(v), median(v), count(*) FILTER (v > {_OLDEST}), count(DISTINCT v) FILTER (v > {_OLDEST}) "
        f"FROM (SELECT {age} AS v FROM visits) WHERE v >= 0",
    )
    if n < _FEWEST or old <= _SHARE_TOO_OLD * n or different < _FEWEST_OLD_AGES or median <= _MEDIAN_MONTHS:
        return None
    unit = "days" if median > _MEDIAN_DAYS else "months"
    kind = f"{int(old):,} ages are over {_OLDEST:g} and the median is {median:.3g}: they seem to be of {unit}"
    return kind, unit


# --- leavers ---


def _departure_at_arrival(query: VisitsQuery) -> Iterator[DataFinding]:
    """Patients who left unseen at the instant of arrival: when they left is not known."""
    column_map = query.column_map
    if column_map.zero_stay == "kept" or not query.knows("disposition", "stay_minutes"):
        return
    leavers = f"visits WHERE f_disposition = '{_LEFT}' AND f_stay_minutes IS NOT NULL"
    n, at_once, shortly = query.numbers(
        "SELECT count(*), count(*) FILTER (f_stay_minutes = 0), "
        f"count(*) FILTER (f_stay_minutes <= {_AT_ONCE_MINUTES}) FROM {leavers}",
    )
    if n < _FEWEST:
        return
    if at_once > _LEAVERS_AT_ONCE * n:
        kind = f"{100 * at_once / n:.0f} % of those who left unseen have a stay of 0: when they left is not known"
        remedy = "say so with `zero_stay: missing`, or `zero_stay: kept` if they left at once"
        rows = query.first_rows(f"{leavers} AND f_stay_minutes = 0")
    elif 2 * shortly > n:
        kind = f"{100 * shortly / n:.0f} % of those who left unseen did so within {_AT_ONCE_MINUTES} minutes"
        remedy = "see whether that is the time of leaving; leave the departure of leavers blank, or `zero_stay: kept`"
        rows = query.first_rows(f"{leavers} AND f_stay_minutes <= {_AT_ONCE_MINUTES}")
    else:
        return
    count = int(at_once if at_once > _LEAVERS_AT_ONCE * n else shortly)
    yield query.broken("departure_at_arrival", query.origin["stay_minutes"], kind, remedy, count, rows)
