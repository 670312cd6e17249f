"""Figures of a comparison by name, in the order of a report, and which of them there is something to draw for.

What draws them is `sim.report.figures.draw_all`, which is slow to load.
"""

from sim.analysis.comparison_result import LEFT_OUT, Comparison
from sim.report.tables.comparison_rows import with_peers

FIGURE_CAPTIONS = {
    "finding": "The finding as one picture",
    "hour_of_week": "Mental-health visits present and peers on duty by the hour of the week",
    "scorecard": "what changes, staffing by staffing",
    "differences": "paired differences, every headline measure",
    "cost": "cost against the primary outcome, with its cloud",
    "minutes_without_staff": "minutes without staff",
    "not_met": "who is not met by a peer, by hour and day",
    LEFT_OUT: "who is met, and who is left out",
    "peer_day": "a peer's day",
    "waits_by_acuity": "waits by acuity",
    "return_curves": "returns over time",
    "heads_and_load": "staff on duty and the work that arrives",
    "utilisation": "how busy each role is",
    "demand": "levels of demand",
}
"""What each figure of `sim.report.figures.draw_all` shows, by its name there; it stands below it and in links."""


NOBODY = 1e-6
"""Heads below which nobody is there; sums of minutes leave a trace of rounding."""


def staffings_with_peers(comparison: Comparison) -> list[str]:
    """Those with a peer on duty at some hour."""
    if "peers_on_duty" not in comparison.week:
        return []
    most = {name: comparison.of_staffing(comparison.week, name)["peers_on_duty"].max() for name in comparison.staffings}
    return [name for name, heads in most.items() if heads > NOBODY]


def figures_drawn(comparison: Comparison) -> tuple[str, ...]:
    """Names of the figures that there is something to draw for."""
    mental_health = comparison.speaks_of(".mental_health")
    there = {
        "hour_of_week": mental_health,
        "minutes_without_staff": mental_health,
        "return_curves": comparison.speaks_of("return_", "repeat_visit."),
        "waits_by_acuity": comparison.speaks_of("time_to_pia_", "wait_triage_to_pia_"),
        "cost": len(comparison.cloud) > 0,
        "not_met": bool(staffings_with_peers(comparison)),
        LEFT_OUT: len(comparison.left_out) > 0,
        "peer_day": bool(with_peers(comparison)),
        "demand": len(comparison.levels) > 1,
    }
    return tuple(name for name in FIGURE_CAPTIONS if there.get(name, True))
