"""Numbers of an answer as text: means with their intervals, differences with their marks, measures with their unit.

The digits of a measure are those of `sim.engine.measures.number_text`.
"""

import math

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.engine.measures.entry import Measure
from sim.engine.measures.number_text import (
    NO_INTERVAL,
    NOTHING,
    bare,
    half_width_text,
    measure_and_part,
    part_text,
    plain_number,
    short_unit_of_difference,
    unit_of_value,
    value_text,
    within_scale,
)
from sim.report.words.cautions import marked


def whole_percent(share: float) -> str:
    """`95 %`."""
    return f"{100 * share:g} %"


def measure_text(name: str, all_named: bool = True) -> str:
    """Label and part of a measure; `all_named`: of all visits too."""
    measure, part = measure_and_part(name)
    return f"{measure.label}, {part_text(part)}" if all_named or part != "all" else measure.label


def labelled(name: str) -> str:
    """Label and unit of a measure."""
    measure, _ = measure_and_part(name)
    return f"{measure.label} ({unit_of_value(measure)})"


def mean_text(name: str, found: FoundValue | None, n: int, with_interval: bool = True) -> str:
    """`87.2 ± 2.1`, of one replication `87.2`; with its own number of replications where it has a value in some only
    of the `n`."""
    if found is None:
        return NOTHING
    measure, _ = measure_and_part(name)
    reach = half_width_text(measure, found.half_width) if with_interval else NO_INTERVAL
    text = bare(measure, found.mean) + (f" {reach}" if reach != NO_INTERVAL else "")
    return text if found.n == n else f"{text} (n = {found.n})"


def difference_text(name: str, found: FoundValue | None) -> str:
    """`−1.2 ± 0.4 *`, marked where there is no steady state; of one replication `−1.2`.

    That many leave is a warning on a whole staffing, and stands once, beside its name.
    """
    if found is None:
        return NOTHING
    if found.identical:
        return "="
    text = change_text(name, found.mean, found.half_width if found.has_interval else None, with_unit=False)
    return marked(f"{text} *" if found.has_interval and found.beyond_chance else text, False, found.no_steady_state)


def change_text(name: str, change: float, half_width: float | None = None, with_unit: bool = True) -> str:
    """`−9.0 min`, `−9.0 ± 1.1 min`."""
    measure, _ = measure_and_part(name)
    parts = [bare(measure, change, signed=True)]
    parts += [half_width_text(measure, half_width)] if half_width is not None else []
    parts += [short_unit_of_difference(measure)] if with_unit else []
    return " ".join(parts)


def interval_words(measure: Measure, low: float, high: float) -> str:
    """Both ends with their unit, those of shares of visits within 0 and 100 %."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NO_INTERVAL
    return " to ".join(value_text(measure, within_scale(measure, end, 0.0)) for end in (low, high))


def hours_text(comparison: Comparison, hours: object) -> str:
    """`+108 peer support, −40 nurse` from `+108 psw, -40 nurse`, or a bare number of hours."""
    if not isinstance(hours, str):
        return plain_number(float(str(hours)), 0, signed=True)
    added = (item.partition(" ") for item in hours.split(", "))
    return ", ".join(f"{number}{blank}{comparison.role_text(role)}" for number, blank, role in added).replace("-", "−")
