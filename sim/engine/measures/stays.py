"""How visits go and end: how long they last, who is admitted, who leaves early, observation, escalations, restraint."""

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from sim.engine.measures import entry
from sim.engine.measures.array_loops import Codes, Flags, Floats
from sim.engine.measures.cohort import Cohort, Few, Share, among, few
from sim.engine.measures.staff_time import StaffTime
from sim.engine.measures.volume import census_boarding_mean
from sim.engine.trajectory import AMA, DISCHARGED, LWBS

STAYS = entry.Entries()
HOWEVER_ENDED, ADMITTED_OR_TRANSFERRED = "Visits departed, however they ended", "Visits admitted or transferred"
FROM_ARRIVAL = "hours from arrival to departure"
SMALLEST_GROUP = 10
"""Visits on each side below which the effect of clearance tests is not estimated."""


@STAYS.spread(
    "Length of stay", f"{FROM_ARRIVAL}, boarding included", HOWEVER_ENDED, entry.IF_DEPARTED, entry.SIX_STATISTICS,
    unit="h", decimals=2,
    phrase=entry.Phrase("{who} stayed on average {amount} {way}", "the mean stay of {who}", "less", "longer"),
    headline=entry.Headline(
        30, ("medical", "mental_health"), "Stay", "stayed {amount} {way}", more="longer",
        protocol=entry.Protocol(5, "secondary", "mental_health"),
    ),
)  # fmt: skip
def length_of_stay(cohort: Cohort) -> Floats:
    return cohort.stay_hours


@STAYS.spread(
    "Length of stay without boarding", f"{FROM_ARRIVAL} minus those boarding", HOWEVER_ENDED, entry.IF_DEPARTED,
    entry.SIX_STATISTICS, unit="h", decimals=2,
)  # fmt: skip
def length_of_stay_without_boarding(cohort: Cohort) -> Floats:
    return (cohort.stay - cohort.boarded) / MINUTES_PER_HOUR


@STAYS.spread(
    "Length of stay, discharged",
    FROM_ARRIVAL,
    "Visits discharged",
    entry.IF_DEPARTED,
    entry.MEAN_MEDIAN_P90,
    unit="h",
    decimals=2,
)
def length_of_stay_discharged(cohort: Cohort) -> Floats:
    return among(cohort.departed & cohort.ended_as(DISCHARGED), cohort.stay_hours)


@STAYS.spread(
    "Length of stay, admitted or transferred", FROM_ARRIVAL, ADMITTED_OR_TRANSFERRED, entry.IF_DEPARTED,
    entry.MEAN_MEDIAN_P90, unit="h", decimals=2,
)  # fmt: skip
def length_of_stay_admitted(cohort: Cohort) -> Few:
    return few(cohort.admitted, cohort.stay_hours)


@STAYS.share("Stay over 12 h", "Visits with a stay of more than 12 hours")
def stay_over_12h(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.stay_hours > 12.0)


@STAYS.share("Stay over 24 h", "Visits with a stay of more than 24 hours")
def stay_over_24h(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.stay_hours > 24.0)


@STAYS.share(
    "Admitted or transferred, stay of 12 h or more", "Visits with a stay of 12 hours or more", ADMITTED_OR_TRANSFERRED
)
def admitted_stay_over_12h(cohort: Cohort) -> Share:
    return Share(cohort.admitted, cohort.stay_hours >= 12.0)


@STAYS.share("Admitted or transferred", "Visits that end in admission or transfer", better="neutral")
def admission(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.admitted)


@STAYS.visits(
    "Admissions a week", "visits/week", "Visits that end in admission or transfer", entry.WEEKS, statistic="per_week",
    kind="rate",
)  # fmt: skip
def admissions_per_week(cohort: Cohort) -> Share:
    return Share(cohort.admitted, cohort.admitted)


@STAYS.visits(
    "Boarding per admission", "h", "Hours from the start to the end of boarding, 0 without any",
    ADMITTED_OR_TRANSFERRED, better="low",
)  # fmt: skip
def boarding_hours_per_admitted(cohort: Cohort) -> Few:
    return few(cohort.admitted, cohort.boarded / MINUTES_PER_HOUR)


@STAYS.run("Boarding hours", "h/week", "Hours spent boarding", entry.WEEKS, by="stream", decimals=1, better="low")
def boarding_hours_per_week(time: StaffTime) -> entry.NamedValues:
    boarding = census_boarding_mean(time)
    return {part: mean * MINUTES_PER_WEEK / MINUTES_PER_HOUR for part, mean in boarding.items()}


@STAYS.run(
    "Extra stay with clearance tests", "min",
    "Coefficient of a clearance test having started, in a least-squares regression of the stay in minutes on it, "
    "CTAS level and admission",
    "Mental-health visits departed that did not leave of their own accord; at least 10 with and 10 without",
    entry.IF_DEPARTED, kind="mean", decimals=0, better="low",
)  # fmt: skip
def clearance_extra_stay(time: StaffTime) -> float:
    chosen, tested, stay = with_and_without_clearance(time)
    acuity, admitted = time.codes("acuity")[chosen], time.admitted[chosen]
    return effect_of(tested, stay, acuity, admitted) if large_enough(tested) else np.nan


@STAYS.run(
    "Stay with minus stay without clearance tests", "min", "Mean stay in minutes with clearance tests",
    "minus that without; visits as in clearance_extra_stay", entry.IF_DEPARTED, kind="mean", decimals=0, better="low",
)  # fmt: skip
def clearance_stay_difference(time: StaffTime) -> float:
    _, tested, stay = with_and_without_clearance(time)
    return float(stay[tested].mean() - stay[~tested].mean()) if large_enough(tested) else np.nan


def with_and_without_clearance(cohort: Cohort) -> tuple[Flags, Flags, Floats]:
    """Which visits are compared, and of these whether a clearance test began, and the stay in minutes."""
    # Who walks out has a short stay and no tests: counting them would blame the tests for it.
    chosen = cohort.mental_health & cohort.departed & ~cohort.ended_as(LWBS, AMA)
    return chosen, ~np.isnan(cohort.by_step.clearance_started[chosen]), cohort.stay[chosen]


def large_enough(tested: Flags) -> bool:
    """Whether enough visits were tested, and enough were not."""
    n_tested = int(np.count_nonzero(tested))
    return min(n_tested, tested.size - n_tested) >= SMALLEST_GROUP


def effect_of(tested: Flags, stay: Floats, acuity: Codes, admitted: Flags) -> float:
    """Least-squares coefficient of tested, CTAS dummies and admission held fixed; nan if they cannot be told apart."""
    # Visits alike in all three are one row that weighs as many: the same coefficient from twenty rows at most.
    cell = 4 * acuity + 2 * admitted + tested
    n = np.bincount(cell)
    alike, n = np.flatnonzero(n), n[n > 0]
    mean_stay = np.bincount(cell, weights=stay)[alike] / n
    dummies = [alike // 4 == level for level in np.unique(alike // 4)]
    others = np.column_stack([*dummies, alike // 2 % 2]).astype(np.float64)
    design = np.column_stack([alike % 2, others]).astype(np.float64)
    if np.linalg.matrix_rank(design) == np.linalg.matrix_rank(others):
        return np.nan
    weight = np.sqrt(n)
    return float(np.linalg.lstsq(design * weight[:, np.newaxis], mean_stay * weight)[0][0])


# --- leaving


LEFT_EARLY = entry.Entries()
SAFETY = entry.Entries()


@LEFT_EARLY.share(
    "Left without being seen", "Visits that left before the first physician contact",
    phrase=entry.share_of("the share of {who} left without being seen"), moved_by=("leaving",),
)  # fmt: skip
def lwbs(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.ended_as(LWBS))


@LEFT_EARLY.share("Left against advice", "Visits that left after the first physician contact", moved_by=("leaving",))
def ama(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.ended_as(AMA))


@LEFT_EARLY.share(
    "Left without being seen or against advice", "Visits that left of their own accord",
    phrase=entry.share_of("the share of {who} that left unseen or against advice"),
    headline=entry.Headline(
        20, ("all",), "Left unseen or against advice", "{amount} {way} left unseen or against advice", "fewer",
        as_topic="leaving", protocol=entry.Protocol(4, "secondary", "all"),
    ),
    moved_by=("leaving",),
)  # fmt: skip
def lwbs_or_ama(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort.ended_as(LWBS, AMA))


@LEFT_EARLY.share(
    "CTAS 3 among those who left", "CTAS 3 visits", f"{entry.DEPARTED} that left without being seen or against advice",
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
    phrase=entry.share_of("the share of observation time of {who} without an aide"),
    headline=entry.Headline(
        110, ("mental_health",), "Observation unmet", "had no aide for {amount} {way} of their observation"
    ),
)(observation_unmet)  # fmt: skip


@SAFETY.visits(
    "Observation unmet", "h/week", "Hours without an observation aide", entry.WEEKS, statistic="per_week", kind="rate",
    better="low",
)  # fmt: skip
def observation_unmet_hours_per_week(cohort: Cohort) -> Floats:
    return observation_unmet(cohort) / MINUTES_PER_HOUR


@SAFETY.visits(
    "Escalations per 100 visits", "per 100 visits", "Escalations times 100", entry.DEPARTED, better="low",
    moved_by=("escalation",),
)  # fmt: skip
def escalations_per_100(cohort: Cohort) -> Floats:
    return among(cohort.departed, 100.0 * cohort["n_escalations"])


@SAFETY.share("Restraint", "Visits with a restraint recorded", moved_by=("escalation",))
def restraint(cohort: Cohort) -> Share:
    return Share(cohort.departed, cohort["n_restraints"] > 0)
