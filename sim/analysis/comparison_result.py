"""The answer of a comparison as tables: estimates, paired differences, per-patient change, mean weeks, distributions.

Runs are played by `sim.runs.playing`; how the answer is shown is the report's business.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.subgroups import compared_groups
from sim.department.roster import SHIPPED_CURRENCY
from sim.department.scenario import length_text
from sim.department.short_text import lines_html, lines_text
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.entry import TOPICS, Topic

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.valuation import Worth
    from sim.department.department import Calibration

ResultRow = Mapping[Any, Any]
"""A row of a table, by column."""

TABLES = ("estimates", "differences", "cautions", "changes", "week", "waits", "returns", "followed", "alone", "costs",
    "worth", "assumptions", "chances", "benefit", "cloud", "groups",
)  # fmt: skip
"""Tables of a comparison, in the order in which they are written."""

LEFT_OUT = "left_out"
"""A table made of another, `groups`, and written beside it to be read."""

CLOUD_MEASURES = ("staff_cost_per_week.all", "minutes_without_staff_mean.mental_health")
"""Cost and primary outcome, which a figure sets against each other."""

BEST_OF_ALL = ""
"""In the column `against` of `chances`: all staffings there are."""

LEAST_ADDED = 100.0
"""Money a week by the roster up to which a staffing costs what the one it is compared with costs, and adds no money."""


def central_of(levels: Iterable[float]) -> float:
    """1, or of levels of demand the one nearest to it."""
    return min(levels, key=lambda level: (abs(level - 1.0), level))


def no_rows() -> "pd.DataFrame":
    """A table without rows and columns."""
    import pandas as pd  # slow to load

    return pd.DataFrame()


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value with its interval; of a difference also the simultaneous half-width and what to be careful about."""

    mean: float
    low: float
    high: float
    half_width: float
    sd: float
    n: int
    simultaneous: float = float("nan")
    many_leave: bool = False
    no_steady_state: bool = False
    sentence: str = ""

    @property
    def identical(self) -> bool:
        """Not a bit of difference in any replication, of two or more."""
        return self.mean == 0.0 and self.sd == 0.0

    @property
    def has_interval(self) -> bool:
        """One replication has none."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def beyond_own_interval(self) -> bool:
        """The interval of this one measure excludes zero."""
        excludes_zero = self.low > 0.0 or self.high < 0.0
        return self.has_interval and not self.identical and excludes_zero and not self.no_steady_state

    @property
    def beyond_chance(self) -> bool:
        """The simultaneous interval excludes zero; in one replication nothing is."""
        return bool(abs(self.mean) > self.simultaneous) and not self.no_steady_state

    def without_mark(self) -> "FoundValue":
        """The same where the mark of its scenario stands elsewhere; what was marked stays within chance."""
        return replace(self, no_steady_state=False, simultaneous=math.nan) if self.no_steady_state else self


def as_found(row: ResultRow) -> FoundValue:
    """A row of estimates or of differences; what a table does not have stays unknown."""
    named = {("simultaneous" if name == "simultaneous_half_width" else name): value for name, value in row.items()}
    return FoundValue(**{item.name: named[item.name] for item in fields(FoundValue) if item.name in named})


@dataclass(frozen=True, repr=False)
class Comparison:
    """Everything a comparison found out.

    `estimates`: demand, staffing, measure, mean, low, high, half_width, sd, n.
    `differences` (staffing minus baseline on the same patients): demand, staffing, baseline, measure, mean, low, high,
    half_width, simultaneous_half_width (nan outside the family of `HEADLINE` measures), sd, n, correlation, p_value,
    p_holm, many_leave, no_steady_state (in either of the two), sentence.
    `cautions`: demand, staffing and the columns of `cautions_table`: what must be read with care, and why.
    `changes` (matched simulated patients, first visits): demand, staffing, stream, quantity (`time_to_pia` minutes,
    `length_of_stay` hours), n, sooner, same, later (shares), p10, p50, p90, mean.
    `week`: demand, staffing and the columns of `hour_of_week_table`, mean over replications.
    `waits`: demand, staffing, stream, acuity, from_minute, to_minute, share (of visits seen) of the wait to physician.
    `returns`: demand, staffing, index (`patient` or `visit`), days, returned, standard_error (Kaplan-Meier).
    `followed`: demand, staffing, index, days, at_risk: how many visits of a curve of `returns` were not back and still
    followed at that day, over all replications.
    `alone`: demand, staffing, from_minute, to_minute, share of eligible mental-health visits by minutes without staff.
    `worth` (net benefit in money a week by each preset: paired differences times what `valued` says): demand, staffing,
    preset, mean, low, high, half_width, sd, n; without rows where nothing is valued.
    `assumptions`, `chances` and `benefit`: the second interval of each difference, how often each staffing is the best,
    and what choosing it loses, of draws of `draw_weeks` (`sim.analysis.assumption_spread`); no rows if not asked for.
    `cloud`: staffing, source (`replication` or `draw`), number, measure, value: the paired difference from the baseline
    of each of `CLOUD_MEASURES`, one by one, at the central level of demand.
    `money_notes`: which staffings add the same weekly cost, and which do not. `notes`: where volume, demand and
    staffing do not fit.
    `peer_roles`: roles of peers, that of peer support first. `main_roles`: those whose heads and work are shown beside
    each other (`sim.engine.measures.staff_time.main_roles`).
    `calibrations`: of the departments played, those made from files of visits.
    `n_finished` of `n_planned` tasks (a level of demand and a replication) were played.
    `changed`: what was typed that differs from the shipped question, as on the command line (`demand.growth=1.2`).
    `currency`: that of all money in it, as its staffings say.
    `minutes`: how long a replication lasts where that is a time that ends, else None and `weeks` say it.
    `groups` (sums of groups of eligible mental-health visits): demand, staffing, replication and the columns of
    `sim.engine.measures.visit_groups.group_sums`; `by`: attributes that the answer shows; `left_out` is made of both.
    `costs`: staffing, label, hours_added per week, weekly_cost, weekly_difference, is_swap (clinical hours given
    up for peer hours), moved_by_effects (what the assumed effects move by themselves).
    """

    baseline: str
    staffings: tuple[str, ...]
    labels: dict[str, str]
    levels: tuple[float, ...]
    weeks: int
    warm_up_weeks: int
    replications: int
    n_finished: int
    confidence: float
    effects: str
    effects_assumed: bool
    one_sided: bool
    estimates: "pd.DataFrame"
    differences: "pd.DataFrame"
    cautions: "pd.DataFrame"
    costs: "pd.DataFrame"
    changes: "pd.DataFrame" = field(default_factory=no_rows)
    week: "pd.DataFrame" = field(default_factory=no_rows)
    waits: "pd.DataFrame" = field(default_factory=no_rows)
    returns: "pd.DataFrame" = field(default_factory=no_rows)
    followed: "pd.DataFrame" = field(default_factory=no_rows)
    alone: "pd.DataFrame" = field(default_factory=no_rows)
    seconds: float = 0.0
    money_notes: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    changed: tuple[str, ...] = field(default=())
    worth: "pd.DataFrame" = field(default_factory=no_rows)
    assumptions: "pd.DataFrame" = field(default_factory=no_rows)
    chances: "pd.DataFrame" = field(default_factory=no_rows)
    benefit: "pd.DataFrame" = field(default_factory=no_rows)
    cloud: "pd.DataFrame" = field(default_factory=no_rows)
    draw_weeks: int = 0
    valued: "tuple[Worth, ...]" = field(default=())
    peer_roles: tuple[str, ...] = field(default=())
    main_roles: tuple[str, ...] = field(default=())
    calibrations: "tuple[Calibration, ...]" = field(default=())
    n_planned: int = 0
    groups: "pd.DataFrame" = field(default_factory=no_rows)
    by: tuple[str, ...] = field(default=())
    minutes: float | None = None
    currency: str = SHIPPED_CURRENCY

    def __repr__(self) -> str:
        return lines_text(type(self).__name__, self._facts_in_words())

    def _repr_html_(self) -> str:
        return lines_html(type(self).__name__, self._facts_in_words())

    def _facts_in_words(self) -> Iterator[tuple[str, str]]:
        yield "baseline", self.baseline
        yield "staffings", ", ".join(name for name in self.staffings if name != self.baseline) or "no other"
        yield "demand", ", ".join(f"× {level:g}" for level in self.levels)
        finished = "all" if self.n_finished == self.n_planned else f"{self.n_finished} of {self.n_planned}"
        yield "replications", f"{self.replications} at each level of demand ({finished} finished)"
        yield "period", self.length + (f", after {self.warm_up_weeks} of warm-up" if self.minutes is None else "")
        yield "effects", f"{self.effects}{' (assumed)' if self.effects_assumed else ''}"
        yield "tables", ", ".join(f".{name}" for name in TABLES)

    def breakdown(self, by: str | Iterable[str] | None = None) -> "pd.DataFrame":
        """Who is met and who is left out: groups of eligible mental-health visits `by` attributes such as
        "arrival_hour", those that the answer shows if none are given.

        A row for each demand, staffing, group and measure; columns as `sim.analysis.subgroups.compared_groups`. Raises
        ValueError for an attribute that visits do not have, and where nothing was counted.
        """
        if self.groups.empty:
            raise ValueError("by: this comparison has counted no groups; a sweep has none, compare staffings instead")
        return compared_groups(self.groups, self.by if by is None else by, self.baseline, self.confidence)

    @cached_property
    def left_out(self) -> "pd.DataFrame":
        """The breakdown that the answer shows; without rows where it shows none."""
        return self.breakdown() if self.by and not self.groups.empty else no_rows()

    @cached_property
    def estimate_rows(self) -> Mapping[tuple[str, str], Sequence[ResultRow]]:
        """Rows of `estimates` by staffing and measure."""
        return rows_by_cell(self.estimates)

    @cached_property
    def difference_rows(self) -> Mapping[tuple[str, str], Sequence[ResultRow]]:
        """Rows of `differences` by staffing and measure."""
        return rows_by_cell(self.differences)

    @cached_property
    def assumption_rows(self) -> Mapping[tuple[str, str], Sequence[ResultRow]]:
        """Rows of `assumptions` by staffing and measure."""
        return rows_by_cell(self.assumptions)

    # --- looked up: one level of demand (the central one unless another is given), one staffing, one measure

    @property
    def central_level(self) -> float:
        """Demand as it is, or the level nearest to it."""
        return central_of(self.levels)

    @property
    def others(self) -> tuple[str, ...]:
        """The staffings compared with the baseline."""
        return tuple(name for name in self.staffings if name != self.baseline)

    @property
    def length(self) -> str:
        """How long each replication measures, in words."""
        return length_text(self.weeks, self.minutes)

    def label(self, staffing: str) -> str:
        """The label of a staffing, its name where it has none."""
        return self.labels.get(staffing, staffing)

    def estimate(self, staffing: str, name: str, level: float | None = None) -> FoundValue | None:
        """The estimate of `measure.part`, None where there is none."""
        return self._found_in(self.estimate_rows.get((staffing, name), ()), level)

    def difference(self, staffing: str, name: str, level: float | None = None) -> FoundValue | None:
        """The paired difference of `measure.part` from the baseline, None where there is none."""
        return self._found_in(self.difference_rows.get((staffing, name), ()), level)

    def second_interval(self, staffing: str, name: str) -> tuple[float, float] | None:
        """Ends of the interval of a difference with the assumptions, None where there is none."""
        (row,) = self.assumption_rows.get((staffing, name), ()) or (None,)
        return None if row is None else (float(row["low"]), float(row["high"]))

    def _found_in(self, rows: Sequence[ResultRow], level: float | None) -> FoundValue | None:
        wanted = self.central_level if level is None else level
        return next((as_found(row) for row in rows if math.isclose(row["demand"], wanted, rel_tol=1e-5)), None)

    def at_level(self, table: "pd.DataFrame", level: float | None = None) -> "pd.DataFrame":
        """Rows of one of the tables at a level of demand; an empty table stays one."""
        if table.empty:
            return table
        return table[np.isclose(table["demand"], self.central_level if level is None else level)]

    def of_staffing(self, table: "pd.DataFrame", staffing: str, level: float | None = None) -> "pd.DataFrame":
        """Rows of a staffing at a level of demand; an empty table stays one."""
        rows = self.at_level(table, level)
        return rows if rows.empty else rows[rows["staffing"] == staffing]

    def n_replications(self, level: float | None = None) -> int:
        """Replications finished at a level of demand."""
        wanted = self.central_level if level is None else level
        return max((n for at, n in self._n_at if math.isclose(at, wanted, rel_tol=1e-5)), default=0)

    @cached_property
    def _n_at(self) -> Sequence[tuple[float, int]]:
        """Levels of demand and replications finished at each: they are asked for by every cell of a table."""
        if self.estimates.empty:
            return ()
        most = self.estimates.groupby("demand")["n"].max()
        return [(float(level), int(n)) for level, n in zip(most.index, most, strict=True)]

    def known_measures(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those that the catalogue and the estimates know."""
        there = {measure for _, measure in self.estimate_rows}
        return tuple(name for name in names if name in there and name.partition(".")[0] in MEASURE_BY_KEY)

    def speaks_of(self, *texts: str) -> bool:
        """Whether a measure that was estimated has one of these texts in its name: the department has such a thing."""
        return any(text in measure for _, measure in self.estimate_rows for text in texts)

    def flags_of(self, staffing: str, level: float | None = None) -> tuple[bool, bool]:
        """Whether many leave, and whether there is no steady state, in a staffing or in the baseline beside it."""
        wanted = self.central_level if level is None else level
        rows = [
            row
            for name in (staffing, self.baseline)
            for row in self._caution_rows.get(name, ())
            if math.isclose(row["demand"], wanted, rel_tol=1e-5)
        ]
        return any(row["many_leave"] for row in rows), any(row["no_steady_state"] for row in rows)

    @cached_property
    def _caution_rows(self) -> Mapping[str, Sequence[ResultRow]]:
        """Rows of `cautions` by staffing: they are looked up for every cell of a table."""
        found: dict[str, list[ResultRow]] = {}
        for row in self.cautions.to_dict("records"):
            found.setdefault(row["staffing"], []).append(row)
        return found

    def moved_topics(self) -> list[Topic]:
        """What the effects in force in any of the staffings were set to move."""
        if not self.effects_assumed or "moved_by_effects" not in self.costs:
            return []
        moved = {topic for text in self.costs["moved_by_effects"] for topic in str(text).split(", ")}
        return [topic for topic in TOPICS if topic in moved]

    def is_assumed(self, name: str) -> bool:
        """Whether a measure is moved directly by an effect that was assumed."""
        return not set(MEASURE_BY_KEY[name.partition(".")[0]].moved_by).isdisjoint(self.moved_topics())

    def role_text(self, role: str) -> str:
        """`peer support` for its role, any other by its name."""
        return "peer support" if role in self.peer_roles[:1] else role.replace("_", " ")


def rows_by_cell(table: "pd.DataFrame") -> dict[tuple[str, str], list[ResultRow]]:
    """A row for each level of demand: reports look up thousands of cells, and filtering a table takes long."""
    found: dict[tuple[str, str], list[ResultRow]] = {}
    for row in table.to_dict("records"):
        found.setdefault((row["staffing"], row["measure"]), []).append(row)
    return found
