"""A rule of the gate: visits of several hospitals in one file are not one department's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import DataFinding
from sim.visits.gate_findings import FEWEST, broken, numbers
from sim.visits.visits_query import VisitsQuery

_NAMES: Final = frozenset((
    "site", "sites", "sitecode", "siteid", "hospital", "hospitals", "hosp", "hospcode", "hospid", "hospitalid",
    "facility", "facilities", "fac", "facid", "provider", "trust", "campus", "centre", "center", "institution",
    "establishment", "organisation", "organization", "org", "edid", "edcode",
))  # fmt: skip
_BESIDE: Final = frozenset((
    "id", "ids", "code", "codes", "name", "no", "nr", "num", "number", "key", "cd", "ods", "label", "short", "the",
    "of",
))  # fmt: skip
_DEPARTMENT: Final = frozenset(("ed", "er", "ae", "emergency", "department", "dept", "unit", "nhs", "health"))
_YES_OR_NO: Final = frozenset(("0", "1", "y", "n", "yes", "no", "true", "false", "t", "f", "ja", "nej"))
MOST_SITES: Final = 200
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


def words_of_name(name: str) -> list[str]:
    """The words that a column's name is made of, in lower case: `EDCode` and `ed_code` alike."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def names_a_site(name: str) -> bool:
    """Whether a column's name says that it tells hospitals apart: nothing but words for a hospital and for a code."""
    words = set(words_of_name(name))
    of_department = bool(words & {"ed", "er", "ae"}) and bool(words & {"id", "code", "name", "site"})
    return (bool(words & _NAMES) or of_department) and words <= _NAMES | _BESIDE | _DEPARTMENT


def several_sites(query: VisitsQuery) -> Iterator[DataFinding]:
    """`site` with several values, or another column whose values are open side by side as hospitals are."""
    column_map = query.column_map
    site = column_map.site
    if site is not None:
        if query.has(site) and site not in column_map.only:
            n_sites = int(numbers(query, f"SELECT count(DISTINCT {query.raw.column_of[site]}) FROM visits")[0])
            if n_sites > 1:
                yield _finding(column_map, site, f"{n_sites:,} sites in one file", f"`only: {{{site}: VALUE}}`")
        return
    if not query.knows("arrival") or column_map.calendar != "real":
        return
    chosen = set(column_map.only)
    if query.knows("cluster") and not chosen & set(column_map.cluster):
        spread = _Spread(query, "f_cluster")
        if spread.is_of_sites(_MOST_CLUSTERS):
            named = " + ".join(column_map.cluster)
            kind = f"{spread.n:,} values of `cluster` have visits side by side, as hospitals have"
            yield _finding(column_map, named, kind, f"`only: {{{column_map.cluster[-1]}: VALUE}}`")
            return
    for name in query.raw.header:
        if query.has(name) and names_a_site(name) and name not in chosen | set(column_map.cluster):
            spread = _Spread(query, query.raw.column_of[name])
            if spread.is_of_sites(MOST_SITES) and not spread.is_yes_or_no():
                kind = f"{spread.n:,} values have visits side by side, as hospitals have"
                yield _finding(column_map, name, kind, f"`site: {name}` and `only: {{{name}: VALUE}}`")


def _finding(column_map: ColumnMap, column: str, kind: str, keys: str) -> DataFinding:
    return broken(column_map, "several_sites", column, kind, f"one department is calibrated: choose one with {keys}")


@dataclass(frozen=True)
class _Spread:
    """How the visits of each value of a column spread over days and hours."""

    query: VisitsQuery
    column: str

    @property
    def n(self) -> int:
        """How many values there are."""
        return int(numbers(self.query, f"SELECT count(DISTINCT {self.column}) FROM visits")[0])

    def is_yes_or_no(self) -> bool:
        """Whether the values say yes or no, not which."""
        found = self.query.connection.execute(
            f"SELECT DISTINCT lower({self.column}) FROM visits WHERE {self.column} IS NOT NULL LIMIT 9"
        ).fetchall()
        return {str(row[0]) for row in found} <= _YES_OR_NO

    def is_of_sites(self, most: int) -> bool:
        """Whether there are at most so many values, each open every day, some of them at once."""
        n_values = self.n
        (n,) = numbers(self.query, f"SELECT count({self.column}) FROM visits WHERE f_arrival IS NOT NULL")
        if not 2 <= n_values <= most or n < max(FEWEST, _FEWEST_OF_A_SITE * n_values):
            return False
        return self._are_open_every_day() and self._are_open_at_once()

    def _are_open_every_day(self) -> bool:
        open_days, expected = numbers(
            self.query,
            "SELECT sum(n * days), sum(n * span * (1 - exp(-n / span))) FROM (SELECT count(*)::DOUBLE AS n, "
            "count(DISTINCT f_arrival::DATE) AS days, date_diff('day', min(f_arrival), max(f_arrival)) + 1.0 AS span "
            f"FROM visits WHERE {self.column} IS NOT NULL AND f_arrival IS NOT NULL GROUP BY {self.column})",
        )
        return open_days > _EVERY_DAY * expected

    def _are_open_at_once(self) -> bool:
        """Whether two of the largest share days over a common span, and hours of the day."""
        (pairs,) = numbers(
            self.query,
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
