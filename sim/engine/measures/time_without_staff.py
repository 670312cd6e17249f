"""How long nobody of the staff is with a child: minutes without staff, and the longest time unseen.

Which work counts as somebody being there is said in `sim.engine.measures.cohort` (`time_alone`).
"""

import numpy as np

from sim.engine.measures.cohort import Cohort, Few
from sim.engine.measures.entry import (
    DEPARTED,
    IF_DEPARTED,
    Entries,
    Headline,
    Phrase,
    Protocol,
)

WITHOUT_STAFF = Entries()
ELIGIBLE_FOR_PEERS = f"{DEPARTED} that were eligible for peer support"


@WITHOUT_STAFF.spread(
    "Minutes without staff",
    "minutes of the stay without a task of the visit's own path, an escalation response or a peer's company; "
    "bridging is not counted as company",
    ELIGIBLE_FOR_PEERS, IF_DEPARTED, ("mean", "p90"), key="minutes_without_staff",
    phrase=Phrase(
        "eligible {who} spent on average {amount} {way} without staff", "the time eligible {who} spent without staff",
        "less", "more",
    ),
    headline=Headline(
        40, ("mental_health",), "Time without staff", "spent {} less without staff", "spent {} more without staff",
        protocol=Protocol(1, "primary", "mental_health"),
    ),
)  # fmt: skip
def time_without_staff(cohort: Cohort) -> Few:
    return cohort.alone.without_staff


@WITHOUT_STAFF.spread(
    "Minutes without staff or caregiver", "minutes without staff of visits without a caregiver; 0 for those with one",
    ELIGIBLE_FOR_PEERS, IF_DEPARTED, ("mean",),
)  # fmt: skip
def minutes_without_staff_or_caregiver(cohort: Cohort) -> Few:
    visits, minutes = cohort.alone.without_staff
    return Few(visits, np.where(cohort.flags("caregiver")[visits], 0.0, minutes))


@WITHOUT_STAFF.spread(
    "Longest time unseen", "minutes of the longest stretch of a stay without staff, as in minutes_without_staff",
    ELIGIBLE_FOR_PEERS, IF_DEPARTED, ("mean", "p90"),
    phrase=Phrase(
        "the longest time unseen of eligible {who} was on average {amount} {way}",
        "the longest time unseen of eligible {who}", "shorter", "longer",
    ),
    headline=Headline(
        50, ("mental_health",), "Longest time unseen", "had a longest time unseen shorter by {}",
        "had a longest time unseen longer by {}",
        protocol=Protocol(2, "secondary", "mental_health", after_results=True),
    ),
)  # fmt: skip
def longest_unseen(cohort: Cohort) -> Few:
    return cohort.alone.longest


@WITHOUT_STAFF.spread(
    "Minutes without staff or a watch",
    "minutes without staff, less those with an observation aide or a nurse caring for a boarder", ELIGIBLE_FOR_PEERS,
    IF_DEPARTED, ("mean", "p90"),
)  # fmt: skip
def minutes_unattended(cohort: Cohort) -> Few:
    return cohort.alone.without_watch
