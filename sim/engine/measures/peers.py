"""Peer support as visits meet it: who is met, how long anybody is alone, and what a child who goes home has in hand."""

import numpy as np

from sim.engine.measures.entry import (
    DEPARTED,
    IF_ARRIVED,
    IF_DEPARTED,
    Entries,
    Headline,
    Phrase,
    Protocol,
    share_of,
)
from sim.engine.measures.intervals import Flags, Floats
from sim.engine.measures.outcomes import Cohort, Few, Share, few, kept_company_by_one

PEERS = Entries()
MET_BY_A_PEER = "Visits met by a peer: the first conversation came to its end"
ELIGIBLE = f"{DEPARTED} that were eligible"
ELIGIBLE_FOR_PEERS = f"{ELIGIBLE} for peer support"
WENT_HOME = f"{ELIGIBLE_FOR_PEERS} and neither admitted nor transferred"
ANY_DAY = "Days of the window, worked by peers or not"
ENOUGH_COMPANY_MINUTES = 15.0
"""Company below which a child who goes home counts as without any. An assumption of the measure."""


@PEERS.share(
    "Met by a peer", MET_BY_A_PEER, better="high", phrase=share_of("the share of {who} met by a peer"),
    headline=Headline(
        60, ("mental_health",), "Met by a peer", "{} fewer were met by a peer", "{} more were met by a peer"
    ),
)  # fmt: skip
def reach(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.met)


@PEERS.share("Met by a peer, of the eligible", MET_BY_A_PEER, ELIGIBLE, better="high")
def reach_of_eligible(cohort: Cohort) -> Share:
    return Share(cohort.eligible, cohort.met)


@PEERS.share("Met by a peer, of the consenting", MET_BY_A_PEER, f"{ELIGIBLE} and consented", better="high")
def reach_of_consenting(cohort: Cohort) -> Share:
    return Share(cohort.eligible & cohort.flags("peer_consented"), cohort.met)


@PEERS.share("Declined a peer", "Visits that did not consent", f"{DEPARTED} that were offered a peer", better="neutral")
def peer_declined(cohort: Cohort) -> Share:
    return Share(cohort.departed & cohort.flags("peer_offered"), ~cohort.flags("peer_consented"))


@PEERS.share(
    "Wanted a peer, left without", "Visits that consented and departed without being met",
    f"{DEPARTED} that were offered a peer and consented",
)  # fmt: skip
def peer_missed(cohort: Cohort) -> Share:
    wanted = cohort.departed & cohort.flags("peer_offered") & cohort.flags("peer_consented")
    return Share(wanted, cohort.flags("peer_missed"))


@PEERS.share(
    "Same peer again", "Visits all of whose spells of company were with one member",
    f"{DEPARTED} with two spells of company or more", better="high",
)  # fmt: skip
def peer_continuity(cohort: Cohort) -> Share:
    n_spells, by_one = kept_company_by_one(cohort)
    return Share((n_spells >= 2) & cohort.departed, by_one)


@PEERS.share("Bridging begun before leaving", "Visits with bridging begun", ELIGIBLE, better="high")
def bridged(cohort: Cohort) -> Share:
    return Share(cohort.eligible, cohort.flags("bridged"))


@PEERS.share("Reached by a call after leaving", "Visits whose call was answered", ELIGIBLE, better="high")
def call_reached(cohort: Cohort) -> Share:
    return Share(cohort.eligible, cohort.called)


@PEERS.visits(
    "Patients met by a peer a day", "patients/day", MET_BY_A_PEER, ANY_DAY, IF_ARRIVED, statistic="per_day",
    kind="rate", better="high",
)  # fmt: skip
def children_met_per_day(cohort: Cohort) -> Share:
    return Share(cohort.everyone, cohort.met)


@PEERS.visits(
    "Spells of a peer's company a day", "spells/day", "Spells of company begun, walks that come to nothing included",
    ANY_DAY, IF_ARRIVED, statistic="per_day", kind="rate", better="high",
)  # fmt: skip
def peer_spells_per_day(cohort: Cohort) -> Floats:
    return np.asarray(cohort["n_peer_spells"], dtype=np.float64)


@PEERS.spread(
    "Minutes accompanied by a peer", "minutes a peer was with the patient, walks not counted", ELIGIBLE, IF_DEPARTED,
    ("mean",), better="high",
)  # fmt: skip
def minutes_accompanied(cohort: Cohort) -> Few:
    return few(cohort.eligible, cohort.times("minutes_accompanied"))


@PEERS.spread(
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


@PEERS.spread(
    "Minutes without staff or caregiver", "minutes without staff of visits without a caregiver; 0 for those with one",
    ELIGIBLE_FOR_PEERS, IF_DEPARTED, ("mean",),
)  # fmt: skip
def minutes_without_staff_or_caregiver(cohort: Cohort) -> Few:
    visits, minutes = cohort.alone.without_staff
    return Few(visits, np.where(cohort.flags("caregiver")[visits], 0.0, minutes))


@PEERS.spread(
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


@PEERS.spread(
    "Minutes without staff or a watch",
    "minutes without staff, less those with an observation aide or a nurse caring for a boarder", ELIGIBLE_FOR_PEERS,
    IF_DEPARTED, ("mean", "p90"),
)  # fmt: skip
def minutes_unattended(cohort: Cohort) -> Few:
    return cohort.alone.without_watch


def went_home(cohort: Cohort) -> Flags:
    """Departed, eligible, and neither admitted nor transferred."""
    return cohort.eligible & ~cohort.admitted


def has_company(cohort: Cohort) -> Flags:
    """Whether a peer was with each visit long enough to count."""
    return cohort.times("minutes_accompanied") >= ENOUGH_COMPANY_MINUTES


@PEERS.share(
    "Went home empty-handed",
    "Visits without any of: safety plan, booked follow-up, bridging, answered call, 15 minutes of a peer's company",
    WENT_HOME, phrase=share_of("the share of eligible {who} that went home empty-handed"),
    headline=Headline(
        70, ("mental_health",), "Home empty-handed", "{} fewer went home empty-handed", "{} more went home empty-handed"
    ),
    moved_by=("follow-up",),
)  # fmt: skip
def went_home_empty_handed(cohort: Cohort) -> Share:
    plan_or_appointment = cohort.flags("safety_plan") | (cohort.codes("follow_up") > 0)
    return Share(
        went_home(cohort), ~(plan_or_appointment | cohort.flags("bridged") | cohort.called | has_company(cohort))
    )


@PEERS.share("Home with a safety plan", "Visits with a completed safety plan", WENT_HOME, better="high")
def home_with_safety_plan(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.flags("safety_plan"))


@PEERS.share(
    "Home with a follow-up", "Visits with a follow-up booked and kept within 30 days", WENT_HOME, better="high",
    moved_by=("follow-up",),
)  # fmt: skip
def home_with_follow_up(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.codes("follow_up") > 0)


@PEERS.share("Home with bridging", "Visits with bridging by a peer begun before leaving", WENT_HOME, better="high")
def home_bridged(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.flags("bridged"))


@PEERS.share("Home and reached by a call", "Visits with an answered call after leaving", WENT_HOME, better="high")
def home_call_reached(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.called)


@PEERS.share("Home after company", "Visits with 15 minutes or more of a peer's company", WENT_HOME, better="high")
def home_with_company(cohort: Cohort) -> Share:
    return Share(went_home(cohort), has_company(cohort))


@PEERS.share(
    "Bridged in person, of those met who went home", "Visits with bridging begun before leaving",
    f"{WENT_HOME}, and met by a peer", better="high",
)  # fmt: skip
def bridged_of_met_home(cohort: Cohort) -> Share:
    return Share(went_home(cohort) & cohort.met, cohort.flags("bridged"))
