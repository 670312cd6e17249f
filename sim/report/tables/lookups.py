"""Look things up in the tables of a comparison: one level, one staffing, one measure.

Nothing is estimated here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.comparison_result import Comparison, Row, central_of
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.entry import TOPICS, Topic


@dataclass(frozen=True, slots=True)
class Found:
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


def central_level(comparison: Comparison) -> float:
    """Demand as it is, or the level nearest to it."""
    return central_of(comparison.levels)


def others(comparison: Comparison) -> tuple[str, ...]:
    """The staffings compared with the baseline."""
    return tuple(name for name in comparison.staffings if name != comparison.baseline)


def estimate(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> Found | None:
    """The estimate of `measure.part`, None where there is none."""
    rows = comparison.estimate_rows.get((staffing, name), ())
    return found_in(rows, central_level(comparison) if level is None else level)


def difference(comparison: Comparison, staffing: str, name: str, level: float | None = None) -> Found | None:
    """The paired difference of `measure.part` from the baseline, None where there is none."""
    rows = comparison.difference_rows.get((staffing, name), ())
    return found_in(rows, central_level(comparison) if level is None else level)


def found_in(rows: Sequence[Row], level: float) -> Found | None:
    """The first row at a level of demand."""
    return next((as_found(row) for row in rows if math.isclose(row["demand"], level, rel_tol=1e-5)), None)


def as_found(row: Row) -> Found:
    return Found(
        mean=float(row["mean"]),
        low=float(row["low"]),
        high=float(row["high"]),
        half_width=float(row["half_width"]),
        sd=float(row["sd"]),
        n=int(row["n"]),
        simultaneous=float(row.get("simultaneous_half_width", float("nan"))),
        many_leave=bool(row.get("many_leave", False)),
        no_steady_state=bool(row.get("no_steady_state", False)),
        sentence=str(row.get("sentence", "")),
    )


def n_replications(comparison: Comparison, level: float | None = None) -> int:
    """Replications finished at a level of demand, the central one unless another is given."""
    table = comparison.estimates
    if table.empty:
        return 0
    chosen = table[np.isclose(table["demand"], central_level(comparison) if level is None else level)]
    return int(chosen["n"].max()) if len(chosen) else 0


def of_staffing(comparison: Comparison, table: pd.DataFrame, staffing: str, level: float | None = None) -> pd.DataFrame:
    """Rows of a staffing at a level of demand, the central one unless another is given; an empty table stays one."""
    if table.empty:
        return table
    demand = central_level(comparison) if level is None else level
    return table[(table["staffing"] == staffing) & np.isclose(table["demand"], demand)]


def known_measures(comparison: Comparison, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that the catalogue and the estimates know."""
    there = {measure for _, measure in comparison.estimate_rows}
    return tuple(name for name in names if name in there and name.partition(".")[0] in MEASURE_BY_KEY)


def is_assumed(comparison: Comparison, name: str) -> bool:
    """Moved directly by an effect that was assumed."""
    measure = MEASURE_BY_KEY[name.partition(".")[0]]
    return not set(measure.moved_by).isdisjoint(moved_topics(comparison))


def moved_topics(comparison: Comparison) -> list[Topic]:
    """What the effects in force in any of the staffings were told to move."""
    table = comparison.costs
    if not comparison.effects_assumed or "moved_by_effects" not in table:
        return []
    told = {topic for text in table["moved_by_effects"] for topic in str(text).split(", ")}
    return [topic for topic in TOPICS if topic in told]


def flags_of(comparison: Comparison, staffing: str, level: float | None = None) -> tuple[bool, bool]:
    """Whether many leave, and whether there is no steady state, in a staffing or in the baseline beside it, at a level
    of demand, the central one unless another is given."""
    rows = of_staffing(comparison, comparison.cautions, staffing, level)
    base = of_staffing(comparison, comparison.cautions, comparison.baseline, level)
    both = pd.concat([rows, base])
    return bool(both["many_leave"].any()), bool(both["no_steady_state"].any())


def role_text(comparison: Comparison, role: str) -> str:
    """`peer support` for its role, any other by its name."""
    return "peer support" if role in comparison.peer_roles[:1] else role.replace("_", " ")


def label(comparison: Comparison, staffing: str) -> str:
    return comparison.labels.get(staffing, staffing)
