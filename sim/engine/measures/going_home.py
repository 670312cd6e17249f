"""What a child who goes home has in hand: a plan, an appointment, bridging, a call, a peer's company, or nothing."""

from sim.engine.measures.cohort import Cohort, Share
from sim.engine.measures.entry import (
    DEPARTED,
    Entries,
    Headline,
    share_of,
)
from sim.engine.measures.intervals import Flags

GOING_HOME = Entries()
WENT_HOME = f"{DEPARTED} that were eligible for peer support and neither admitted nor transferred"
ENOUGH_COMPANY_MINUTES = 15.0
"""Company below which a child who goes home counts as without any. An assumption of the measure."""


def went_home(cohort: Cohort) -> Flags:
    """Departed, eligible, and neither admitted nor transferred."""
    return cohort.eligible & ~cohort.admitted


def has_company(cohort: Cohort) -> Flags:
    """Whether a peer was with each visit long enough to count."""
    return cohort.times("minutes_accompanied") >= ENOUGH_COMPANY_MINUTES


@GOING_HOME.share(
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


@GOING_HOME.share("Home with a safety plan", "Visits with a completed safety plan", WENT_HOME, better="high")
def home_with_safety_plan(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.flags("safety_plan"))


@GOING_HOME.share(
    "Home with a follow-up", "Visits with a follow-up booked and kept within 30 days", WENT_HOME, better="high",
    moved_by=("follow-up",),
)  # fmt: skip
def home_with_follow_up(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.codes("follow_up") > 0)


@GOING_HOME.share("Home with bridging", "Visits with bridging by a peer begun before leaving", WENT_HOME, better="high")
def home_bridged(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.flags("bridged"))


@GOING_HOME.share("Home and reached by a call", "Visits with an answered call after leaving", WENT_HOME, better="high")
def home_call_reached(cohort: Cohort) -> Share:
    return Share(went_home(cohort), cohort.called)


@GOING_HOME.share("Home after company", "Visits with 15 minutes or more of a peer's company", WENT_HOME, better="high")
def home_with_company(cohort: Cohort) -> Share:
    return Share(went_home(cohort), has_company(cohort))


@GOING_HOME.share(
    "Bridged in person, of those met who went home", "Visits with bridging begun before leaving",
    f"{WENT_HOME}, and met by a peer", better="high",
)  # fmt: skip
def bridged_of_met_home(cohort: Cohort) -> Share:
    return Share(went_home(cohort) & cohort.met, cohort.flags("bridged"))
