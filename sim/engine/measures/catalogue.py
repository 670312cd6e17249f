"""The catalogue of measures: what each is called, what is counted over what, and what happens at the end of a run.

The numbers themselves are made in `sim.engine.measures.measuring`; the data dictionary prints this catalogue.
"""

from dataclasses import dataclass
from typing import Literal

Better = Literal["low", "high", "neutral"]
Kind = Literal["mean", "quantile", "rate", "cost", "count"]
Part = Literal["stream", "role", "zone", "step", "run"]
Statistic = Literal["mean", "sd", "median", "p25", "p75", "p90", "p99", "max", "per_week", "per_day", "count", "ratio"]

STREAMS = ("medical", "mental_health")
"""Streams every run reports, nan where it has none of their visits."""
CTAS_TARGETS = (0.0, 15.0, 30.0, 60.0, 120.0)
"""Minutes to physician for CTAS 1 to 5 (TIM04-TIM08 of the assumption register)."""
CTAS_OF_WAITS = (2, 3, 4, 5)
"""Levels whose wait from triage to physician is told apart; CTAS 1 goes straight in."""
CTAS_OVER_CTAS3 = (4, 5)
"""Levels whose mean wait is set against that of CTAS 3."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. Its value stands under `key.part`: a stream or `all`, a role, a zone, a step; a run has `key.all`.

    `numerator` and `denominator` say what is averaged or counted and over which visits; `censoring` what is left out
    because the run ends. `outcome` names the per-visit quantity (`sim.engine.measures.outcomes`) and `statistic` what
    is
    made of it; for a ratio of sums `outcome` is divided by `per`. Both are empty where the value is not made of visits.
    """

    key: str
    label: str
    unit: str
    better: Better
    kind: Kind
    numerator: str
    denominator: str
    censoring: str
    decimals: int
    headline: bool = False
    by: Part = "stream"
    outcome: str = ""
    statistic: Statistic = "mean"
    per: str = ""


HAPPENED = (
    "Visits that arrive in the measured window and to whom it happened before the end of the run; "
    "waits still open then, or given up, are left out"
)
DEPARTED = (
    "Visits that arrive in the measured window and have departed before the end of the run; "
    "the others are counted by n_present_at_end"
)
ARRIVED = "Visits that arrive in the measured window, departed or not"
CLOCK = "Minutes inside the measured window, whenever the visit arrived; what is still going on counts up to its end"
MOMENT = "Counted if it happens inside the measured window"
RETURNS = (
    "Index visits that arrive in the measured window and at least that long before the end of the run; those still "
    "present at that end are left out, and counted by n_present_at_end"
)
BOTH = "As the two parts of the quotient"

WORDS: dict[Statistic, str] = {
    "mean": "mean",
    "sd": "standard deviation",
    "median": "median",
    "p25": "lower quartile",
    "p75": "upper quartile",
    "p90": "90th percentile",
    "p99": "99th percentile",
    "max": "longest",
    "per_week": "per week",
    "per_day": "per day",
    "count": "number",
    "ratio": "share",
}
SUM_UP: dict[Statistic, str] = {
    "mean": "Sum of the {what}",
    "sd": "Spread of the {what} (n - 1)",
    "median": "Middle of the {what} (linear interpolation)",
    "p25": "25 % point of the {what} (linear interpolation)",
    "p75": "75 % point of the {what} (linear interpolation)",
    "p90": "90 % point of the {what} (linear interpolation)",
    "p99": "99 % point of the {what} (linear interpolation)",
    "max": "Most of the {what}; grows with the length of the window",
}


def spread(
    outcome: str,
    label: str,
    what: str,
    whom: str,
    censoring: str,
    statistics: tuple[Statistic, ...],
    *,
    unit: str = "min",
    decimals: int = 1,
    better: Better = "low",
    headline: Statistic | None = None,
) -> tuple[Measure, ...]:
    """Several statistics of one duration, as `outcome_statistic`."""
    return tuple(
        Measure(
            key=f"{outcome}_{statistic}",
            label=f"{label}, {WORDS[statistic]}",
            unit=unit,
            better="neutral" if statistic == "sd" else better,
            kind="mean" if statistic in ("mean", "sd") else "quantile",
            numerator=SUM_UP[statistic].format(what=what),
            denominator=whom,
            censoring=censoring,
            decimals=decimals,
            headline=statistic == headline,
            outcome=outcome,
            statistic=statistic,
        )
        for statistic in statistics
    )


def share(
    key: str,
    label: str,
    counted: str,
    whom: str,
    *,
    better: Better = "low",
    censoring: str = DEPARTED,
    headline: bool = False,
) -> Measure:
    """The share of visits to whom something applies."""
    return Measure(key, label, "proportion", better, "rate", counted, whom, censoring, 4, headline, outcome=key)


def mean_of(
    key: str,
    label: str,
    unit: str,
    counted: str,
    whom: str,
    *,
    better: Better = "low",
    decimals: int = 1,
    headline: bool = False,
    censoring: str = DEPARTED,
) -> Measure:
    """The mean of one per-visit quantity that has no other statistic."""
    return Measure(key, label, unit, better, "mean", counted, whom, censoring, decimals, headline, outcome=key)


THREE: tuple[Statistic, ...] = ("mean", "median", "p90")
SIX: tuple[Statistic, ...] = ("mean", "sd", "median", "p25", "p75", "p90")
FROM_TRIAGE = "minutes from the end of triage (from arrival where there was none) to the first physician contact"

WAITS: tuple[Measure, ...] = (
    *spread(
        "time_to_triage",
        "Time to triage",
        "minutes from arrival to the start of triage",
        "Visits triaged",
        HAPPENED,
        THREE,
    ),
    *spread(
        "time_to_pia",
        "Time to physician initial assessment",
        "minutes from arrival to the start of the first physician contact",
        "Visits seen by a physician",
        HAPPENED,
        THREE,
        headline="mean",
    ),
    *spread(
        "wait_triage_to_pia",
        "Wait from triage to physician",
        FROM_TRIAGE,
        "Visits seen by a physician",
        HAPPENED,
        ("mean", "sd", "median", "p90", "p99", "max"),
        headline="mean",
    ),
    *spread(
        "time_to_triage_ctas3",
        "Time to triage, CTAS 3",
        "minutes from arrival to the start of triage",
        "CTAS 3 visits triaged",
        HAPPENED,
        ("median",),
    ),
    *(
        measure
        for level in CTAS_OF_WAITS
        for measure in spread(
            f"wait_triage_to_pia_ctas{level}",
            f"Wait from triage to physician, CTAS {level}",
            FROM_TRIAGE,
            f"CTAS {level} visits seen by a physician",
            HAPPENED,
            ("mean", "median"),
        )
    ),
    *(
        Measure(
            f"wait_triage_to_pia_ctas{level}_to_ctas3",
            f"Mean wait from triage to physician, CTAS {level} over CTAS 3",
            "ratio",
            "neutral",
            "mean",
            f"wait_triage_to_pia_ctas{level}_mean of all visits",
            "wait_triage_to_pia_ctas3_mean of all visits",
            HAPPENED,
            2,
            by="run",
        )
        for level in CTAS_OVER_CTAS3
    ),
    share(
        "pia_within_target",
        "Seen by a physician within the CTAS target",
        "Visits with at most 0, 15, 30, 60, 120 minutes (CTAS 1-5) from arrival to the first physician contact",
        "Visits seen by a physician",
        better="high",
        censoring=HAPPENED,
    ),
    Measure(
        "step_wait_mean",
        "Wait for a step, mean",
        "min",
        "low",
        "mean",
        "Sum of the minutes from request to start of the step",
        "Visits in which the step started (tasks, places, delays of limited capacity); "
        "`step_wait_mean.STEP` all visits, `step_wait_mean.STEP.STREAM` one stream",
        HAPPENED,
        1,
        by="step",
    ),
    Measure(
        "wait_for_nurse_mean",
        "Wait for a nurse after rooming, mean",
        "min",
        "low",
        "mean",
        "Sum of the minutes from request to start of the first task that the nurse (the role of the ratio rule) has "
        "after the first place of the pathway",
        "Visits in which that task started; nan where no pathway has one",
        HAPPENED,
        1,
    ),
    Measure(
        "mh_minus_medical_wait_ctas3_median",
        "Mental-health minus medical wait to physician, CTAS 3",
        "min",
        "neutral",
        "quantile",
        "wait_triage_to_pia_ctas3_median of mental health",
        "minus that of medical visits",
        HAPPENED,
        1,
        by="run",
    ),
)

STAYS: tuple[Measure, ...] = (
    *spread(
        "length_of_stay",
        "Length of stay",
        "hours from arrival to departure, boarding included",
        "Visits departed, however they ended",
        DEPARTED,
        SIX,
        unit="h",
        decimals=2,
        headline="mean",
    ),
    *spread(
        "length_of_stay_without_boarding",
        "Length of stay without boarding",
        "hours from arrival to departure minus those boarding",
        "Visits departed, however they ended",
        DEPARTED,
        SIX,
        unit="h",
        decimals=2,
    ),
    *spread(
        "length_of_stay_discharged",
        "Length of stay, discharged",
        "hours from arrival to departure",
        "Visits discharged",
        DEPARTED,
        THREE,
        unit="h",
        decimals=2,
    ),
    *spread(
        "length_of_stay_admitted",
        "Length of stay, admitted or transferred",
        "hours from arrival to departure",
        "Visits admitted or transferred",
        DEPARTED,
        THREE,
        unit="h",
        decimals=2,
    ),
    share("stay_over_12h", "Stay over 12 h", "Visits with a stay of more than 12 hours", "Visits departed"),
    share("stay_over_24h", "Stay over 24 h", "Visits with a stay of more than 24 hours", "Visits departed"),
    share(
        "admitted_stay_over_12h",
        "Admitted or transferred, stay of 12 h or more",
        "Visits with a stay of 12 hours or more",
        "Visits admitted or transferred",
    ),
    share(
        "admission",
        "Admitted or transferred",
        "Visits that end in admission or transfer",
        "Visits departed",
        better="neutral",
    ),
    Measure(
        "admissions_per_week",
        "Admissions a week",
        "visits/week",
        "neutral",
        "rate",
        "Visits that end in admission or transfer",
        "Weeks of the window",
        DEPARTED,
        2,
        outcome="admissions",
        statistic="per_week",
    ),
    mean_of(
        "boarding_hours_per_admitted",
        "Boarding per admission",
        "h",
        "Hours from the start to the end of boarding, 0 without any",
        "Visits admitted or transferred",
        decimals=2,
    ),
    Measure(
        "boarding_hours_per_week",
        "Boarding hours",
        "h/week",
        "low",
        "rate",
        "Hours spent boarding",
        "Weeks of the window",
        CLOCK,
        1,
    ),
    Measure(
        "clearance_extra_stay",
        "Extra stay with clearance tests",
        "min",
        "low",
        "mean",
        "Coefficient of a clearance test having started, in a least-squares regression of the stay in minutes on it, "
        "CTAS level and admission",
        "Mental-health visits departed that did not leave of their own accord; at least 10 with and 10 without",
        DEPARTED,
        0,
        by="run",
    ),
    Measure(
        "clearance_stay_difference",
        "Stay with minus stay without clearance tests",
        "min",
        "low",
        "mean",
        "Mean stay in minutes with clearance tests",
        "minus that without; visits as in clearance_extra_stay",
        DEPARTED,
        0,
        by="run",
    ),
)

LEAVING: tuple[Measure, ...] = (
    share(
        "lwbs",
        "Left without being seen",
        "Visits that left before the first physician contact",
        "Visits departed",
        headline=True,
    ),
    share("ama", "Left against advice", "Visits that left after the first physician contact", "Visits departed"),
    share(
        "lwbs_or_ama",
        "Left without being seen or against advice",
        "Visits that left of their own accord",
        "Visits departed",
    ),
    share(
        "ctas3_of_leavers",
        "CTAS 3 among those who left",
        "CTAS 3 visits",
        "Visits departed that left without being seen or against advice",
        better="neutral",
    ),
)

HOME = "Visits departed that were eligible for peer support and neither admitted nor transferred"

PEERS: tuple[Measure, ...] = (
    share(
        "reach",
        "Met by a peer",
        "Visits met by a peer: the first conversation came to its end",
        "Visits departed",
        better="high",
        headline=True,
    ),
    share(
        "reach_of_eligible",
        "Met by a peer, of the eligible",
        "Visits met by a peer: the first conversation came to its end",
        "Visits departed that were eligible",
        better="high",
    ),
    share(
        "reach_of_consenting",
        "Met by a peer, of the consenting",
        "Visits met by a peer: the first conversation came to its end",
        "Visits departed that were eligible and consented",
        better="high",
    ),
    share(
        "peer_declined",
        "Declined a peer",
        "Visits that did not consent",
        "Visits departed that were offered a peer",
        better="neutral",
    ),
    share(
        "peer_missed",
        "Wanted a peer, left without",
        "Visits that consented and departed without being met",
        "Visits departed that were offered a peer and consented",
    ),
    share(
        "peer_continuity",
        "Same peer again",
        "Visits all of whose spells of company were with one member",
        "Visits departed with two spells of company or more",
        better="high",
    ),
    share(
        "bridged",
        "Bridging begun before leaving",
        "Visits with bridging begun",
        "Visits departed that were eligible",
        better="high",
    ),
    share(
        "call_reached",
        "Reached by a call after leaving",
        "Visits whose call was answered",
        "Visits departed that were eligible",
        better="high",
    ),
    Measure(
        "children_met_per_day",
        "Patients met by a peer a day",
        "patients/day",
        "high",
        "rate",
        "Visits met by a peer: the first conversation came to its end",
        "Days of the window, worked by peers or not",
        ARRIVED,
        2,
        outcome="met_by_peer",
        statistic="per_day",
    ),
    Measure(
        "peer_spells_per_day",
        "Spells of a peer's company a day",
        "spells/day",
        "high",
        "rate",
        "Spells of company begun, walks that come to nothing included",
        "Days of the window, worked by peers or not",
        ARRIVED,
        2,
        outcome="n_peer_spells",
        statistic="per_day",
    ),
    *spread(
        "minutes_accompanied",
        "Minutes accompanied by a peer",
        "minutes a peer was with the patient, walks not counted",
        "Visits departed that were eligible",
        DEPARTED,
        ("mean",),
        better="high",
    ),
    *spread(
        "minutes_without_staff",
        "Minutes without staff",
        "minutes of the stay without a task of the visit's own path, an escalation response or a peer's company; "
        "bridging is not counted as company",
        "Visits departed that were eligible for peer support",
        DEPARTED,
        ("mean", "p90"),
        headline="mean",
    ),
    *spread(
        "minutes_without_staff_or_caregiver",
        "Minutes without staff or caregiver",
        "minutes without staff of visits without a caregiver; 0 for those with one",
        "Visits departed that were eligible for peer support",
        DEPARTED,
        ("mean",),
    ),
    *spread(
        "longest_unseen",
        "Longest time unseen",
        "minutes of the longest stretch of a stay without staff, as in minutes_without_staff",
        "Visits departed that were eligible for peer support",
        DEPARTED,
        ("mean", "p90"),
        headline="mean",
    ),
    *spread(
        "minutes_unattended",
        "Minutes without staff or a watch",
        "minutes without staff, less those with an observation aide or a nurse caring for a boarder",
        "Visits departed that were eligible for peer support",
        DEPARTED,
        ("mean", "p90"),
    ),
    share(
        "went_home_empty_handed",
        "Went home empty-handed",
        "Visits without any of: safety plan, booked follow-up, bridging, answered call, 15 minutes of a peer's company",
        HOME,
        headline=True,
    ),
    *(
        share(key, label, f"Visits with {counted}", HOME, better="high")
        for key, label, counted in (
            ("home_with_safety_plan", "Home with a safety plan", "a completed safety plan"),
            ("home_with_follow_up", "Home with a follow-up", "a follow-up booked and kept within 30 days"),
            ("home_bridged", "Home with bridging", "bridging by a peer begun before leaving"),
            ("home_call_reached", "Home and reached by a call", "an answered call after leaving"),
            ("home_with_company", "Home after company", "15 minutes or more of a peer's company"),
        )
    ),
    share(
        "bridged_of_met_home",
        "Bridged in person, of those met who went home",
        "Visits with bridging begun before leaving",
        f"{HOME}, and met by a peer",
        better="high",
    ),
)

SAFETY: tuple[Measure, ...] = (
    Measure(
        "observation_unmet_share",
        "Observation unmet",
        "proportion",
        "low",
        "rate",
        "Minutes without an observation aide",
        "Minutes one-to-one observation was needed, with an aide or without",
        DEPARTED,
        4,
        True,
        outcome="observation_unmet",
        statistic="ratio",
        per="observation_needed",
    ),
    Measure(
        "observation_unmet_hours_per_week",
        "Observation unmet",
        "h/week",
        "low",
        "rate",
        "Hours without an observation aide",
        "Weeks of the window",
        DEPARTED,
        2,
        outcome="observation_unmet_hours",
        statistic="per_week",
    ),
    mean_of(
        "escalations_per_100",
        "Escalations per 100 visits",
        "per 100 visits",
        "Escalations times 100",
        "Visits departed",
        decimals=2,
    ),
    share("restraint", "Restraint", "Visits with a restraint recorded", "Visits departed"),
)

SPANS = {"72h": ("72 h", 3.0), "7d": ("7 days", 7.0), "30d": ("30 days", 30.0), "180d": ("180 days", 180.0)}
"""Follow-up spans of return rates: name in words and days."""

AFTERWARDS: tuple[Measure, ...] = (
    *(
        share(
            f"return_{span}_per_{unit}",
            f"Return within {words}, per {unit}",
            f"Index visits followed by an unplanned visit within {words} of departure",
            "First visits of a patient" if unit == "patient" else "Visits, the patient's first or not",
            censoring=RETURNS,
            headline=span == "30d" and unit == "patient",
        )
        for span, (words, _) in SPANS.items()
        for unit in ("patient", "visit")
    ),
    share(
        "repeat_visit",
        "Visits that are not the patient's first",
        "Visits with a visit number above 1",
        "Visits",
        better="neutral",
        censoring=ARRIVED,
    ),
    share(
        "follow_up_7d",
        "Follow-up within 7 days",
        "Visits with a follow-up booked and kept within 7 days",
        "Visits discharged",
        better="high",
    ),
    share(
        "follow_up_30d",
        "Follow-up within 30 days",
        "Visits with a follow-up booked and kept within 30 days",
        "Visits discharged",
        better="high",
    ),
)

BLOCKS = {"00_08": (0, 8), "08_16": (8, 16), "16_24": (16, 24)}
"""Blocks of the day for shares of arrivals, in hours."""

VOLUME: tuple[Measure, ...] = (
    Measure(
        "n_visits",
        "Visits",
        "visits",
        "neutral",
        "count",
        "Visits",
        "",
        ARRIVED,
        0,
        outcome="visits",
        statistic="count",
    ),
    Measure(
        "n_present_at_end",
        "Still present at the end",
        "visits",
        "neutral",
        "count",
        "Visits not departed",
        "",
        ARRIVED,
        0,
        outcome="present_at_end",
        statistic="count",
    ),
    share(
        "unfinished_share",
        "Unfinished when the window ended",
        "Visits not departed by the end of the measured window",
        "Visits",
        censoring=ARRIVED,
    ),
    *(
        Measure(
            f"wait_{third}_third",
            f"Minutes waited per arrival, {third} third of the window",
            "min",
            "low",
            "mean",
            f"Minutes waited for a first physician contact in the {third} third of the window, whoever waits them",
            "Visits arriving in that third (whole weeks; nan in windows under 3 weeks, or where demand changes by "
            "month or as in a list)",
            CLOCK,
            1,
            by="run",
        )
        for third in ("first", "last")
    ),
    Measure(
        "measured_days",
        "Length of the window",
        "days",
        "neutral",
        "count",
        "Days of the measured window",
        "",
        CLOCK,
        2,
        by="run",
    ),
    Measure(
        "visits_per_week",
        "Visits a week",
        "visits/week",
        "neutral",
        "rate",
        "Visits",
        "Weeks of the window",
        ARRIVED,
        1,
        outcome="visits",
        statistic="per_week",
    ),
    *(
        share(
            f"arrivals_{block}",
            f"Arrivals {first:02d}:00-{last:02d}:00",
            "Visits arriving in these hours",
            "Visits",
            better="neutral",
            censoring=ARRIVED,
        )
        for block, (first, last) in BLOCKS.items()
    ),
    Measure(
        "census_present_mean",
        "Present, mean",
        "visits",
        "neutral",
        "mean",
        "Minutes present",
        "Minutes of the window",
        CLOCK,
        2,
    ),
    Measure(
        "census_waiting_mean",
        "Waiting for a place, mean",
        "visits",
        "low",
        "mean",
        "Minutes from arrival to the first place or departure",
        "Minutes of the window",
        CLOCK,
        2,
    ),
    Measure(
        "census_boarding_mean",
        "Boarding, mean",
        "visits",
        "low",
        "mean",
        "Minutes boarding",
        "Minutes of the window",
        CLOCK,
        2,
    ),
    Measure(
        "census_zone_mean",
        "Places in use, mean",
        "places",
        "neutral",
        "mean",
        "Minutes places of the zone are held, cleaning left out",
        "Minutes of the window",
        CLOCK,
        2,
        by="zone",
    ),
    Measure(
        "occupancy",
        "Occupancy of the zone",
        "proportion",
        "neutral",
        "rate",
        "Mean places in use",
        "Places of the zone (nan without a limit)",
        CLOCK,
        4,
        by="zone",
    ),
)

STAFF: tuple[Measure, ...] = (
    Measure(
        "utilisation",
        "Utilisation",
        "proportion",
        "neutral",
        "rate",
        "Minutes busy inside the shift",
        "Minutes rostered and filled, breaks and protected time taken off; not given for peers",
        CLOCK,
        4,
        by="role",
    ),
    Measure(
        "utilisation_raw",
        "Utilisation, breaks not taken off",
        "proportion",
        "neutral",
        "rate",
        "Minutes busy inside the shift",
        "Minutes rostered and filled; not given for peers",
        CLOCK,
        4,
        by="role",
    ),
    Measure(
        "scheduled_hours_per_week",
        "Hours on the roster and filled",
        "h/week",
        "neutral",
        "rate",
        "Hours of duty scheduled",
        "Weeks of the window",
        CLOCK,
        1,
        by="role",
    ),
    Measure(
        "busy_hours_per_week",
        "Hours of work inside shifts",
        "h/week",
        "neutral",
        "rate",
        "Hours with a task inside the shift",
        "Weeks of the window",
        CLOCK,
        1,
        by="role",
    ),
    Measure(
        "overtime_hours_per_week",
        "Overtime",
        "h/week",
        "low",
        "rate",
        "Hours of work after the end of the member's shift",
        "Weeks of the window",
        CLOCK,
        2,
        by="role",
    ),
    Measure(
        "handovers_per_week",
        "Cases handed over",
        "cases/week",
        "low",
        "rate",
        "Cases taken over by a colleague at shift end",
        "Weeks of the window",
        MOMENT,
        1,
        by="role",
    ),
    Measure(
        "unheld_per_week",
        "Cases nobody could take over",
        "cases/week",
        "low",
        "rate",
        "Cases left unheld at shift end",
        "Weeks of the window",
        MOMENT,
        2,
        by="role",
    ),
    Measure(
        "protected_time_kept",
        "Protected time kept",
        "proportion",
        "high",
        "rate",
        "Minutes of protected time taken",
        "Minutes of protected time due in the window (by the roster)",
        "Blocks due in the window; those not begun while the member is still on duty at the end are left out; "
        "a block cut by the end of the run counts in full",
        4,
        by="role",
    ),
    Measure(
        "physician_hours_demanded_per_day",
        "Physician hours demanded a day",
        "h/day",
        "neutral",
        "rate",
        "Hours of physician tasks on the visits' path and beside it (charting, notes), escalation responses left out",
        "Days of the window",
        CLOCK,
        1,
        by="run",
    ),
    Measure(
        "patients_per_physician_hour",
        "Patients per physician-hour",
        "patients/h",
        "neutral",
        "rate",
        "First physician contacts",
        "Physician hours rostered and filled",
        MOMENT,
        2,
        by="run",
    ),
)

PAID = "Minutes of peers rostered and filled, overtime not counted"
PEER_TIME = {
    "company": ("with a child", "in company"),
    "walking": ("on the way to a child", "from the start of a contact to company, handover counted"),
    "calls": ("in calls", "in calls after a visit"),
    "bridging": ("bridging", "in bridging before a child leaves"),
    "recovery": ("recovering", "in recovery, notes and debriefs"),
    "other_work": ("in other work", "in tasks of other kinds"),
    "protected": ("in protected time", "in protected time (supervision, training)"),
    "break": ("on break", "on break"),
    "idle_child_waits": (
        "idle while a child waits for a peer",
        "idle while a child asks for a peer, is with no clinician, and no idle peer may take the case",
    ),
    "idle_no_child_asks": (
        "idle while no child asks",
        "idle while consenting children are there who have had company, sleep (quiet hours) or are with a clinician",
    ),
    "idle_nobody_there": ("idle while nobody is there", "idle while no child who consented is present"),
}
"""Parts of a peer's paid time: in words, and what is counted. They add up to 1."""

PEER_DAY: tuple[Measure, ...] = (
    *(
        Measure(
            f"peer_time_{part}",
            f"Peers' paid time {words}",
            "proportion",
            "low" if part == "idle_child_waits" else "neutral",
            "rate",
            f"Minutes of peers {counted}",
            PAID,
            CLOCK,
            4,
            by="run",
        )
        for part, (words, counted) in PEER_TIME.items()
    ),
    Measure(
        "boarder_company_per_24h",
        "Company of boarders",
        "spells/24 h",
        "high",
        "rate",
        "Spells of a peer's company of 10 minutes or more that begin while boarding",
        "Days boarded by consenting children who board more than 12 h",
        DEPARTED,
        2,
        by="run",
    ),
    Measure(
        "peer_exposures_per_1000_hours",
        "Escalations in a peer's presence",
        "per 1,000 h",
        "low",
        "rate",
        "Escalations during a peer's company times 1,000",
        "Hours of peers rostered and filled",
        ARRIVED,
        2,
        by="run",
    ),
)

COSTS: tuple[Measure, ...] = (
    Measure(
        "staff_cost_per_week",
        "Staff cost a week",
        "CAD/week",
        "low",
        "cost",
        "Rostered hours at the hourly cost (absent or not), weekly extras, and overtime at the same hourly cost",
        "Weeks of the window",
        CLOCK,
        0,
        True,
        by="run",
    ),
    Measure(
        "overtime_cost_per_week",
        "of which overtime",
        "CAD/week",
        "low",
        "cost",
        "Overtime at the hourly cost",
        "Weeks of the window",
        CLOCK,
        0,
        by="run",
    ),
    Measure(
        "cost_per_visit",
        "Staff cost per visit",
        "CAD/visit",
        "low",
        "cost",
        "Staff cost a week",
        "Visits a week",
        BOTH,
        2,
        by="run",
    ),
    Measure(
        "cost_per_child_met",
        "Cost per child met by a peer",
        "CAD/child",
        "low",
        "cost",
        "Hours of peers at their hourly cost, weekly extras and overtime",
        "Visits met by a peer inside the window",
        CLOCK,
        0,
        by="run",
    ),
    Measure(
        "cost_per_company_hour",
        "Cost per hour of a peer's company",
        "CAD/h",
        "low",
        "cost",
        "As cost_per_child_met",
        "Hours of company, in shifts or after",
        CLOCK,
        0,
        by="run",
    ),
)

MEASURES: tuple[Measure, ...] = (
    *WAITS, *STAYS, *LEAVING, *PEERS, *SAFETY, *AFTERWARDS, *VOLUME, *STAFF, *PEER_DAY, *COSTS,
)  # fmt: skip
"""Every measure, in the order of the data dictionary."""

MEASURE_BY_KEY: dict[str, Measure] = {measure.key: measure for measure in MEASURES}


def catalogue_table() -> str:
    """The catalogue as a Markdown table, as the data dictionary prints it."""
    head = "| Key | Parts | Meaning | Unit | Numerator | Denominator | Censoring |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(_row(measure) for measure in MEASURES)])


def _row(measure: Measure) -> str:
    words = (measure.by, measure.label, measure.unit, measure.numerator, measure.denominator, measure.censoring)
    cells = (f"`{measure.key}`", *words)
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"
