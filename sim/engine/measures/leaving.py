"""How visits end badly: leaving of one's own accord, observation without an aide, escalations, restraint."""

from sim.department.quantities import MINUTES_PER_HOUR
from sim.engine.measures.cohort import Cohort, Share, among
from sim.engine.measures.entry import DEPARTED, WEEKS, Entries, Headline, Protocol, share_of
from sim.engine.measures.intervals import Floats
from sim.engine.trajectory import AMA, LWBS

LEFT_EARLY = Entries()
SAFETY = Entries()


@LEFT_EARLY.share(
    "Left without being seen", "Visits that left before the first physician contact",
    phrase=share_of("the share of {who} left without being seen"), moved_by=("leaving",),
)  # fmt: skip
def lwbs(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.ended_as(LWBS))


@LEFT_EARLY.share("Left against advice", "Visits that left after the first physician contact", moved_by=("leaving",))
def ama(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.ended_as(AMA))


@LEFT_EARLY.share(
    "Left without being seen or against advice", "Visits that left of their own accord",
    phrase=share_of("the share of {who} that left unseen or against advice"),
    headline=Headline(
        20, ("all",), "Left unseen or against advice", "{} fewer left unseen or against advice",
        "{} more left unseen or against advice", as_topic="leaving", protocol=Protocol(4, "secondary", "all"),
    ),
    moved_by=("leaving",),
)  # fmt: skip
def lwbs_or_ama(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.ended_as(LWBS, AMA))


@LEFT_EARLY.share(
    "CTAS 3 among those who left", "CTAS 3 visits", f"{DEPARTED} that left without being seen or against advice",
    better="neutral", moved_by=("leaving",),
)  # fmt: skip
def ctas3_of_leavers(cohort: Cohort) -> Share:
    return Share(cohort.departed & cohort.ended_as(LWBS, AMA), cohort.codes("acuity") == 3)


def observation_unmet(cohort: Cohort) -> Floats:
    """Minutes of each departed visit in which one-to-one observation was needed and no aide was there."""
    return among(cohort.departed, cohort.times("minutes_observation_unmet"))


def observation_needed(cohort: Cohort) -> Floats:
    """Minutes of each departed visit in which one-to-one observation was needed."""
    return observation_unmet(cohort) + cohort.times("minutes_observed")


SAFETY.visits(
    "Observation unmet", "proportion", "Minutes without an observation aide",
    "Minutes one-to-one observation was needed, with an aide or without", key="observation_unmet_share",
    statistic="ratio", per=observation_needed, kind="rate", decimals=4, better="low",
    phrase=share_of("the share of observation time of {who} without an aide"),
    headline=Headline(
        110, ("mental_health",), "Observation unmet", "had no aide for {} less of their observation",
        "had no aide for {} more of their observation",
    ),
)(observation_unmet)  # fmt: skip


@SAFETY.visits(
    "Observation unmet", "h/week", "Hours without an observation aide", WEEKS, statistic="per_week", kind="rate",
    better="low",
)  # fmt: skip
def observation_unmet_hours_per_week(cohort: Cohort) -> Floats:
    return observation_unmet(cohort) / MINUTES_PER_HOUR


@SAFETY.visits(
    "Escalations per 100 visits", "per 100 visits", "Escalations times 100", DEPARTED, better="low",
    moved_by=("escalation",),
)  # fmt: skip
def escalations_per_100(cohort: Cohort) -> Floats:
    return among(cohort.departed, 100.0 * cohort["n_escalations"])


@SAFETY.share("Restraint", "Visits with a restraint recorded", moved_by=("escalation",))
def restraint(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort["n_restraints"] > 0)
