"""Who is met and who is left out: measures of groups of visits, their gaps, and what a staffing changes for whom.

Made of the sums of `sim.engine.measures.visit_groups`, a value a replication, so that intervals and paired differences
are those of every other measure. A cell of few visits is hidden, by a rule that does not look at its result.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from pydantic import AfterValidator

from sim.engine.measures.visit_groups import FEWEST_IN_GROUP, SUMS, attribute_name, checked_attributes
from sim.statistics.intervals import mean_intervals
from sim.statistics.multiple_comparisons import simultaneous_half_widths

if TYPE_CHECKING:
    import pandas as pd


MEASURES_OF_GROUPS = {
    "reach_of_eligible.mental_health": ("met", "visits"),
    "wait_triage_to_pia_mean.mental_health": ("wait_minutes", "seen"),
    "lwbs_or_ama.mental_health": ("left", "visits"),
    "minutes_without_staff_mean.mental_health": ("minutes_without_staff", "visits"),
    "longest_unseen_mean.mental_health": ("longest_unseen_minutes", "visits"),
}
"""Measures that groups are compared in, by their names in the catalogue, and the two sums each is the quotient of."""
SHARES = frozenset({"reach_of_eligible.mental_health", "lwbs_or_ama.mental_health"})

FEWEST_IN_ALL = 100
"""Visits of a group in all replications together below which it is hidden, beside `FEWEST_IN_GROUP` in a mean one:
one child is more than a percentage point there."""
FEWEST_EXPECTED = 5.0
"""Visits that would be met, or leave, in all replications, were the share that of all groups: with fewer a group may
have none by luck, and an interval of nothing but zeros claims to know it. Of a share that is 0 in all nothing is
hidden."""
HIDING_RULE = (
    f"fewer than {FEWEST_IN_GROUP} visits a replication or {FEWEST_IN_ALL} in all, or a share of which fewer "
    f"than {FEWEST_EXPECTED:g} cases are to be expected, so that single children decide"
)

AttributeName = Annotated[str, AfterValidator(attribute_name)]


class _Cells(NamedTuple):
    """Sums of each demand and staffing, group and replication, shape (cells, groups, replications, `SUMS`), nan where
    not played; and which cells and groups these are."""

    cells: list[tuple[float, str]]
    groups: list[tuple[str, str]]
    sums: np.ndarray


def compared_groups(
    groups: "pd.DataFrame", by: str | Iterable[str], baseline: str, confidence: float = 0.95
) -> "pd.DataFrame":
    """Each measure of each group, its gap to all other groups, and its paired difference from the baseline.

    Inputs: `groups`, the sums of each demand, staffing and replication, as in `Comparison.groups`. Returns a row for
    each demand, staffing, by, group and measure: visits (mean of a replication), mean, low, high, half_width, sd, n;
    gap (mean minus that of the other groups of the attribute together) with gap_low, gap_high and gap_simultaneous;
    difference (from the baseline in the same group, replication by replication) with difference_low, difference_high
    and difference_simultaneous; hidden. Shares are proportions. All values of hidden cells are nan, and so are those
    that there is nothing for. Simultaneous half-widths (Bonferroni) hold for all cells of an attribute together: of
    gaps those of one staffing, of differences those of all staffings at a demand. Raises ValueError for an unknown
    attribute.
    """
    import pandas as pd  # slow to load

    tables = [_of_attribute(groups[groups["by"] == name], baseline, confidence) for name in checked_attributes(by)]
    there = [table for table in tables if len(table)]
    return (
        pd.concat(there, ignore_index=True)
        if there
        else pd.DataFrame(columns=["demand", "staffing", "by", "group", "measure"])
    )


def _of_attribute(groups: "pd.DataFrame", baseline: str, confidence: float) -> "pd.DataFrame":
    """The breakdown by one attribute."""
    import pandas as pd

    if groups.empty:
        return pd.DataFrame()
    found = _cells_of(groups)
    whole = found.sums.sum(axis=1, keepdims=True)
    own, rest = _values(found.sums), _values(whole - found.sums)
    visits, is_hidden = _hidden(found.sums, whole)
    own[is_hidden], rest[_hidden(whole - found.sums, whole)[1]] = np.nan, np.nan
    at = {cell: number for number, cell in enumerate(found.cells)}
    of_baseline = own[[at.get((demand, baseline), at[demand, name]) for demand, name in found.cells]]
    is_baseline = np.array([name == baseline or (demand, baseline) not in at for demand, name in found.cells])
    apart = np.where(is_baseline[:, None, None, None], np.nan, own - of_baseline)
    shape = own.shape[:3]
    columns: dict[str, np.ndarray] = dict(_intervals(own, confidence))
    demands = np.array([demand for demand, _ in found.cells])
    families = {"gap": np.arange(len(found.cells)), "difference": np.unique(demands, return_inverse=True)[1]}
    for name, values in (("gap", own - rest), ("difference", apart)):
        of_name = _intervals(values, confidence)
        columns |= {name: of_name["mean"], f"{name}_low": of_name["low"], f"{name}_high": of_name["high"]}
        columns[f"{name}_simultaneous"] = _judged_together(values, families[name], confidence)
    cells, members, measures = np.indices(shape).reshape(3, -1)
    names = {
        "demand": demands[cells],
        "staffing": [found.cells[each][1] for each in cells],
        "by": [found.groups[each][0] for each in members],
        "group": [found.groups[each][1] for each in members],
        "measure": [list(MEASURES_OF_GROUPS)[each] for each in measures],
        "visits": visits[cells, members],
    }
    return pd.DataFrame(names | columns | {"hidden": is_hidden.reshape(-1)})


def _cells_of(groups: "pd.DataFrame") -> _Cells:
    """The sums of one attribute as an array; groups in the order in which they first stand."""
    cells = list(dict.fromkeys(zip(groups["demand"].tolist(), groups["staffing"].tolist(), strict=True)))
    members = list(dict.fromkeys(zip(groups["by"].tolist(), groups["group"].tolist(), strict=True)))
    replications = np.unique(groups["replication"].to_numpy())
    place = {cell: number for number, cell in enumerate(cells)}
    row = [place[cell] for cell in zip(groups["demand"].tolist(), groups["staffing"].tolist(), strict=True)]
    number = {member: each for each, member in enumerate(members)}
    column = [number[member] for member in zip(groups["by"].tolist(), groups["group"].tolist(), strict=True)]
    sums = np.full((len(cells), len(members), replications.size, len(SUMS)), np.nan)
    sums[row, column, np.searchsorted(replications, groups["replication"].to_numpy())] = groups[list(SUMS)].to_numpy()
    return _Cells(cells, members, sums)


def _values(sums: np.ndarray) -> np.ndarray:
    """Each measure of each cell, group and replication, shape (cells, groups, measures, replications)."""
    values = []
    for above, below in MEASURES_OF_GROUPS.values():
        number = sums[..., SUMS.index(below)]
        values.append(sums[..., SUMS.index(above)] / np.where(number > 0.0, number, np.nan))
    return np.stack(values, axis=2)


def _hidden(sums: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Visits of a mean replication, shape (cells, groups); and which measures of which groups are hidden.

    `sums` of groups, or of what is beside them; `whole`, those of all groups together.
    """
    in_all, of_whole = np.nansum(sums, axis=2), np.nansum(whole, axis=2)
    visits = in_all[..., SUMS.index("visits")]
    mean = visits / np.maximum(np.count_nonzero(~np.isnan(sums[..., 0]), axis=2), 1)
    few = (mean < FEWEST_IN_GROUP) | (visits < FEWEST_IN_ALL)
    hidden = np.repeat(few[:, :, None], len(MEASURES_OF_GROUPS), axis=2)
    for number, (name, (above, below)) in enumerate(MEASURES_OF_GROUPS.items()):
        if name in SHARES:
            cases, asked = of_whole[..., SUMS.index(above)], of_whole[..., SUMS.index(below)]
            expected = in_all[..., SUMS.index(below)] * cases / np.where(asked > 0.0, asked, 1.0)
            hidden[:, :, number] |= (expected < FEWEST_EXPECTED) & (cases > 0.0)
    return mean, hidden


def _intervals(values: np.ndarray, confidence: float) -> dict[str, Any]:
    """Mean and interval over replications of each cell, group and measure, one after the other."""
    return mean_intervals(values.reshape(-1, values.shape[-1]), confidence)


def _judged_together(values: np.ndarray, families: np.ndarray, confidence: float) -> np.ndarray:
    """Half-widths that hold for all that is known of a family at once, nan of what is not; `families`: of each cell
    the number of its family."""
    found = np.full(values.shape[:3], np.nan)
    for family in np.unique(families):
        rows = families == family
        flat = values[rows].reshape(-1, values.shape[-1])
        known = (~np.isnan(flat)).any(axis=1)
        if known.any():
            half = np.full(len(flat), np.nan)
            half[known] = simultaneous_half_widths(flat[known].T, confidence)
            found[rows] = half.reshape(-1, *values.shape[1:3])
    return found.reshape(-1)
