"""Company and time alone: whom a peer meets, misses, meets again and for how long; how long nobody is with a child.

Which work counts as somebody being there is said in `sim.engine.measures.cohort` (`Cohort.alone`).
"""

import numpy as np

from sim.engine.measures.array_loops import Floats
from sim.engine.measures.cohort import Cohort, Few, Share, few, kept_company_by_one
from sim.engine.measures.entry import DEPARTED, IF_ARRIVED, IF_DEPARTED, Entries, Headline, Phrase, Protocol, share_of

COMPANY = Entries()
MET_BY_A_PEER = "Visits met by a peer: the first conversation came to its end"
ELIGIBLE = f"{DEPARTED} that were eligible"
ANY_DAY = "Days of the window, worked by peers or not"


@COMPANY.share(
    "Met by a peer", MET_BY_A_PEER, better="high", phrase=share_of("the share of {who} met by a peer"),
    headline=Headline(60, ("mental_health",), "Met by a peer", "{amount} {way} were met by a peer", "fewer"),
)  # fmt: skip
def reach(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.met)


@COMPANY.share("Met by a peer, of the eligible", MET_BY_A_PEER, ELIGIBLE, better="high")
def reach_of_eligible(cohort: Cohort) -> Share:
    return Share(cohort.eligible, cohort.met)


@COMPANY.share("Met by a peer, of the consenting", MET_BY_A_PEER, f"{ELIGIBLE} and consented", better="high")
def reach_of_consenting(cohort: Cohort) -> Share:
    return Share(cohort.eligible & cohort.flags("peer_consented"), cohort.met)


@COMPANY.share(
    "Declined a peer", "Visits that did not consent", f"{DEPARTED} that were offered a peer", better="neutral"
)
def peer_declined(cohort: Cohort) -> Share:
    return Share(cohort.departed & cohort.flags("peer_offered"), ~cohort.flags("peer_consented"))


@COMPANY.share(
    "Wanted a peer, left without", "Visits that consented and departed without being met",
    f"{DEPARTED} that were offered a peer and consented",
)  # fmt: skip
def peer_missed(cohort: Cohort) -> Share:
    wanted = cohort.departed & cohort.flags("peer_offered") & cohort.flags("peer_consented")
    return Share(wanted, cohort.flags("peer_missed"))


@COMPANY.share(
    "Same peer again", "Visits all of whose spells of company were with one member",
    f"{DEPARTED} with two spells of company or more", better="high",
)  # fmt: skip
def peer_continuity(cohort: Cohort) -> Share:
    n_spells, by_one = kept_company_by_one(cohort)
    return Share((n_spells >= 2) & cohort.departed, by_one)


@COMPANY.share("Bridging begun before leaving", "Visits with bridging begun", ELIGIBLE, better="high")
def bridged(cohort: Cohort) -> Share:
    return Share(cohort.eligible, cohort.flags("bridged"))


@COMPANY.share("Reached by a call after leaving", "Visits whose call was answered", ELIGIBLE, better="high")
def call_reached(cohort: Cohort) -> Share:
    return Share(cohort.eligible, cohort.called)


@COMPANY.visits(
    "Patients met by a peer a day", "patients/day", MET_BY_A_PEER, ANY_DAY, IF_ARRIVED, statistic="per_day",
    kind="rate", better="high",
)  # fmt: skip
def children_met_per_day(cohort: Cohort) -> Share:
    return Share(cohort.everyone, cohort.met)


@COMPANY.visits(
    "Spells of a peer's company a day", "spells/day", "Spells of company begun, walks that come to nothing included",
    ANY_DAY, IF_ARRIVED, statistic="per_day", kind="rate", better="high",
)  # fmt: skip
def peer_spells_per_day(cohort: Cohort) -> Floats:
    return np.asarray(cohort["n_peer_spells"], dtype=np.float64)


@COMPANY.spread(
    "Minutes accompanied by a peer", "minutes a peer was with the patient, walks not counted", ELIGIBLE, IF_DEPARTED,
    ("mean",), better="high",
)  # fmt: skip
def minutes_accompanied(cohort: Cohort) -> Few:
    return few(cohort.eligible, cohort.times("minutes_accompanied"))


# --- time without staff


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
        40, ("mental_health",), "Time without staff", "spent {amount} {way} without staff",
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
        50, ("mental_health",), "Longest time unseen", "had a longest time unseen {amount} {way}", "shorter",
        "longer", protocol=Protocol(2, "secondary", "mental_health", after_results=True),
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
