"""A peer's day and what children take home, as tables of `answer.md` and of the workbook, with what they mean.

The numbers are looked up in the comparison; what each part counts is in `sim.engine.measures.catalogue`.
"""

import math

from sim.analysis.comparison_result import Comparison
from sim.engine.measures.number_text import measure_and_part, unit_of_value
from sim.engine.measures.peer_day import PEER_TIME
from sim.report.description import TextRows
from sim.report.tables.comparison_rows import all_staffings, measure_rows, own_cell, whole_cell
from sim.report.words.numbers import labelled

DAY = "A peer's day"
TAKEN_HOME = "What children take home"
PAID_SHARES = {f"peer_time_{part}.all": row for part, (row, *_) in PEER_TIME.items()}
"""TextRows of the table by the parts of a peer's paid time."""
PEER_RESULTS = (
    "cost_per_child_met.all",
    "cost_per_company_hour.all",
    "boarder_company_per_24h.all",
    "peer_exposures_per_1000_hours.all",
)
"""What stands below the parts of the paid time, above the overtime."""
IDLE_WORDS = (
    "Idle while a child waits: the peer who is free may not take that child, because a colleague holds the case or "
    "because the caseload is full, with children asleep counted in it.",
    "Idle while no child asks (those who consented have had company, sleep in the quiet hours, or are with a "
    "clinician) and idle while nobody is there (no child who consented is present) come from the hours of the roster "
    "and from what children consent to and wish for, not from the peers.",
)
HOME = (
    "went_home_empty_handed.mental_health",
    "home_with_safety_plan.mental_health",
    "home_with_follow_up.mental_health",
    "home_bridged.mental_health",
    "home_call_reached.mental_health",
    "home_with_company.mental_health",
)
HOME_WORDS = (
    "Of mental-health visits eligible for a peer that went home, neither admitted nor transferred. Empty-handed is who "
    "has none of the parts below it; who has several counts in each.",
    "The call is something a clinician could make too: the comparator clinician_callback is a clinician who does, for "
    "the money of peer_added (peered -m experiment=comparators).",
)


# --- a peer's day


def with_peers(comparison: Comparison) -> tuple[str, ...]:
    """Staffings in which peers were paid at the central level of demand."""
    return tuple(name for name in all_staffings(comparison) if has_peers(comparison, name))


def has_peers(comparison: Comparison, staffing: str) -> bool:
    """Whether the paid time of peers was measured in any replication."""
    found = comparison.estimate(staffing, next(iter(PAID_SHARES)))
    return found is not None and math.isfinite(found.mean)


def peer_day_measures(comparison: Comparison) -> tuple[str, ...]:
    """Measures of a peer's day that were estimated, in the order of the table."""
    overtime = (f"overtime_hours_per_week.{role}" for role in comparison.peer_roles[:1])
    return comparison.known_measures((*PAID_SHARES, *PEER_RESULTS, *overtime))


def peer_day_rows(comparison: Comparison) -> TextRows:
    """Parts of the paid time, cost, company of boarders, exposures and overtime: a column for each staffing with peers,
    the mean with the half-width of its interval. Empty without peers.
    """
    names = with_peers(comparison)
    measures = peer_day_measures(comparison)
    rows = measure_rows(comparison, names, measures, lambda name: "{} ({})".format(*peer_day_words(name)), own_cell)
    return rows if names else []


def peer_day_words(name: str) -> tuple[str, str]:
    """What a row of the table is about, and its unit."""
    measure, _ = measure_and_part(name)
    words = PAID_SHARES.get(name)
    return (measure.label, unit_of_value(measure)) if words is None else (words, "% of paid time")


def peer_day_lines(comparison: Comparison) -> list[str]:
    """What the idle parts mean; nothing without peers."""
    return list(IDLE_WORDS) if with_peers(comparison) else []


# --- what children take home


def taken_home_rows(comparison: Comparison) -> TextRows:
    """Who went home empty-handed, and its parts: a column for each staffing, the mean and the difference from the
    baseline. Empty where it was not measured.
    """
    names = all_staffings(comparison)
    if not any(comparison.estimate(name, HOME[0]) for name in names):
        return []
    return measure_rows(comparison, names, comparison.known_measures(HOME), labelled, whole_cell)


def taken_home_lines(comparison: Comparison) -> list[str]:
    """Of whom the table speaks, and who else could make the call."""
    return list(HOME_WORDS) if taken_home_rows(comparison) else []
