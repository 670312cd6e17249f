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


def figures_drawn(comparison: Comparison) -> tuple[str, ...]:
    """Names of the figures that there is something to draw for."""
    week = comparison.week
    on_duty = "peers_on_duty" in week and week["peers_on_duty"].max() > 0.0
    mental_health = comparison.speaks_of(".mental_health")
    there = {
        "hour_of_week": mental_health,
        "minutes_without_staff": mental_health,
        "return_curves": comparison.speaks_of("return_", "repeat_visit."),
        "waits_by_acuity": comparison.speaks_of("time_to_pia_", "wait_triage_to_pia_"),
        "cost": len(comparison.cloud) > 0,
        "not_met": bool(on_duty),
        LEFT_OUT: len(comparison.left_out) > 0,
        "peer_day": bool(with_peers(comparison)),
        "demand": len(comparison.levels) > 1,
    }
    return tuple(name for name in FIGURE_CAPTIONS if there.get(name, True))
