"""The answer of a comparison as tables: estimates, paired differences, per-patient change, mean weeks, distributions.

Runs are played by `sim.runs.playing`; how the answer is shown is the report's business.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.department.short_text import lines_html, lines_text

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.valuation import Worth

Row = Mapping[Any, Any]
"""A row of a table, by column."""

TABLES = ("estimates", "differences", "cautions", "changes", "week", "waits", "returns", "alone", "costs", "worth")
"""Tables of a comparison, in the order in which they are written."""

LEAST_ADDED = 100.0
"""CAD a week by the roster up to which a staffing costs what the one it is compared with costs, and adds no money."""


def central_of(levels: Iterable[float]) -> float:
    """1, or of levels of demand the one nearest to it."""
    return min(levels, key=lambda level: (abs(level - 1.0), level))


def no_rows() -> "pd.DataFrame":
    """A table without rows and columns."""
    import pandas as pd  # slow to load

    return pd.DataFrame()


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
    `alone`: demand, staffing, from_minute, to_minute, share of eligible mental-health visits by minutes without staff.
    `worth` (net benefit in CAD a week by each preset: paired differences times what `valued` says): demand, staffing,
    preset, mean, low, high, half_width, sd, n; without rows where nothing is valued.
    `money_notes`: which staffings add the same weekly cost, and which do not. `notes`: where volume, demand and
    staffing do not fit.
    `peer_roles`: roles of peers, that of peer support first. `main_roles`: those whose heads and work are shown beside
    each other (`sim.engine.measures.staff_time.main_roles`).
    `n_finished` of `n_planned` tasks (a level of demand and a replication) were played.
    `changed`: what was typed that differs from the shipped question, as on the command line (`demand.growth=1.2`).
    `costs`: staffing, label, hours_added per week, weekly_cost (CAD), weekly_difference, is_swap (clinical hours given
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
    alone: "pd.DataFrame" = field(default_factory=no_rows)
    seconds: float = 0.0
    money_notes: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    changed: tuple[str, ...] = field(default=())
    worth: "pd.DataFrame" = field(default_factory=no_rows)
    valued: "tuple[Worth, ...]" = field(default=())
    peer_roles: tuple[str, ...] = field(default=())
    main_roles: tuple[str, ...] = field(default=())
    n_planned: int = 0

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
        yield "period", f"{self.weeks} week{'s' * (self.weeks != 1)}, after {self.warm_up_weeks} of warm-up"
        yield "effects", f"{self.effects}{' (assumed)' if self.effects_assumed else ''}"
        yield "tables", ", ".join(f".{name}" for name in TABLES)

    @cached_property
    def estimate_rows(self) -> Mapping[tuple[str, str], Sequence[Row]]:
        """Rows of `estimates` by staffing and measure."""
        return rows_by_cell(self.estimates)

    @cached_property
    def difference_rows(self) -> Mapping[tuple[str, str], Sequence[Row]]:
        """Rows of `differences` by staffing and measure."""
        return rows_by_cell(self.differences)


def rows_by_cell(table: "pd.DataFrame") -> dict[tuple[str, str], list[Row]]:
    """A row for each level of demand: reports look up thousands of cells, and filtering a table takes long."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in table.to_dict("records"):
        found.setdefault((row["staffing"], row["measure"]), []).append(row)
    return found
