"""The few numbers of a scenario, a run or a comparison as small tables, in the units in which they are read.

They are what `.summary()` returns in Python and the sheet `summary` of a workbook; nothing is estimated here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.department.roster import Staffing
from sim.engine.measures.catalogue import HEADLINE, MEASURE_BY_KEY
from sim.engine.measures.number_text import measure_and_part, part_text, scale, unit_of_value

DIFFERENCE = ("difference", "low", "high", "beyond_chance")
"""What a summary says of a staffing beside the baseline."""

NOT_COMPARED = FoundValue(math.nan, math.nan, math.nan, math.nan, math.nan, 0)
"""The difference of a baseline from itself."""


def staffing_summary(staffing: Staffing) -> pd.DataFrame:
    """A row for each role, one for what comes with the roster, and the total.

    Columns: kind, heads (people on the roster), hours_per_week (rostered), cost_per_hour, cost_per_week.
    """
    rows: list[tuple[object, ...]] = []
    for name, role in staffing.roles.items():
        heads = sum(map(role.heads_of, role.shifts.values()))
        hours = role.hours_per_week()
        rows.append((name, role.kind, heads, hours, role.hourly_cost, hours * role.hourly_cost))
    total_heads, total_hours = sum(int(str(row[2])) for row in rows), sum(float(str(row[3])) for row in rows)
    if staffing.weekly_extra_cost:
        rows.append(("extras", "", 0, 0.0, math.nan, staffing.weekly_extra_cost))
    rows.append(("total", "", total_heads, total_hours, math.nan, staffing.weekly_cost()))
    columns = ["role", "kind", "heads", "hours_per_week", "cost_per_hour", "cost_per_week"]
    return pd.DataFrame(rows, columns=columns).set_index("role")


def measures_table(values: Mapping[str, float], names: Iterable[str]) -> pd.DataFrame:
    """Values of measures by name: label, part, value, unit; shares in percent."""
    rows = []
    for name in names:
        measure, part = measure_and_part(name)
        rows.append((name, measure.label, part_text(part), values[name] * scale(measure), unit_of_value(measure)))
    return pd.DataFrame(rows, columns=["measure", "label", "part", "value", "unit"]).set_index("measure")


def run_summary(values: Mapping[str, float]) -> pd.DataFrame:
    """The headline measures of one run, those it has: label, part, value, unit; shares in percent."""
    return measures_table(values, [name for name in HEADLINE if not math.isnan(values.get(name, math.nan))])


def comparison_summary(comparison: Comparison, demand: float | None = None) -> pd.DataFrame:
    """One row for each headline measure, at one level of demand: 1, or the nearest to it, unless another is given.

    Columns: label, part, unit; the mean of the baseline under its name; and for every other staffing NAME the paired
    difference `NAME: difference`, its interval `NAME: low` and `NAME: high`, and `NAME: beyond_chance` (all headline
    measures judged together). A staffing that nothing is compared with has its own interval instead, `NAME: low` and
    `NAME: high`. Shares are in percent, their differences in percentage points. Raises ValueError for a level that was
    not played.
    """
    level = level_of(comparison, demand)
    alone = not comparison.others
    rows = []
    for name in comparison.known_measures(HEADLINE):
        measure, part = measure_and_part(name)
        own = comparison.estimate(comparison.baseline, name, level)
        row: list[object] = [name, measure.label, part_text(part), unit_of_value(measure)]
        row += shown_numbers(own, name)[: 3 if alone else 1]
        for staffing in comparison.others:
            found = comparison.difference(staffing, name, level)
            row += [*shown_numbers(found, name), found is not None and found.beyond_chance]
        rows.append(row)
    compared = [f"{name}: {what}" for name in comparison.others for what in DIFFERENCE]
    own_interval = [f"{comparison.baseline}: {end}" for end in ("low", "high")] if alone else []
    columns = ["measure", "label", "part", "unit", comparison.baseline, *own_interval, *compared]
    return pd.DataFrame(rows, columns=columns).set_index("measure")


def measure_by_staffing(comparison: Comparison, name: str) -> pd.DataFrame:
    """What is known of one measure: a row for each staffing, by name, at each level of demand; shares from 0 to 1.

    Columns: demand, mean, low, high, difference, difference_low, difference_high, beyond_chance, sentence; the
    difference of the baseline is nan, and its sentence empty.
    """
    rows = []
    for level in comparison.levels:
        for staffing in comparison.staffings:
            if (own := comparison.estimate(staffing, name, level)) is None:
                continue
            other = comparison.difference(staffing, name, level) or NOT_COMPARED
            judged = not math.isnan(other.simultaneous)
            beyond = other.beyond_chance if judged else other.beyond_own_interval
            numbers = (own.mean, own.low, own.high, other.mean, other.low, other.high)
            rows.append((staffing, level, *numbers, beyond, other.sentence))
    columns = ["staffing", "demand", "mean", "low", "high", *(f"difference{end}" for end in ("", "_low", "_high"))]
    return pd.DataFrame(rows, columns=[*columns, "beyond_chance", "sentence"]).set_index("staffing")


def shown_numbers(found: FoundValue | None, name: str) -> list[float]:
    """Mean and both ends of the interval of a measure in the unit in which it is shown; nan where there is none."""
    if found is None:
        return [math.nan] * 3
    return [value * scale(name) for value in (found.mean, found.low, found.high)]


def level_of(comparison: Comparison, demand: float | None) -> float:
    """The level of demand asked for. Raises ValueError if it was not played."""
    if demand is None:
        return comparison.central_level
    for level in comparison.levels:
        if math.isclose(level, demand, rel_tol=1e-5):
            return level
    levels = ", ".join(f"{level:g}" for level in comparison.levels)
    raise ValueError(f"demand = {demand:g}: was not played, use one of {levels}")


def with_labels(table: pd.DataFrame, scaled: Sequence[str]) -> pd.DataFrame:
    """A long table of measures with label, part and unit instead of the key, and columns in the unit shown."""
    names = table["measure"].unique()
    known = {name: measure_and_part(name) for name in names if name.partition(".")[0] in MEASURE_BY_KEY}
    by = {
        "label": {name: measure.label for name, (measure, _) in known.items()},
        "part": {name: part_text(part) for name, (_, part) in known.items()},
        "unit": {name: unit_of_value(measure) for name, (measure, _) in known.items()},
    }
    factor = table["measure"].map({name: scale(measure) for name, (measure, _) in known.items()})
    words = {column: table["measure"].map(texts) for column, texts in by.items()}
    return table.assign(**words, **{column: table[column] * factor for column in scaled if column in table})
