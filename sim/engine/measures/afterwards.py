"""What comes after a visit: returns within several spans, follow-up, and what a child who goes home has in hand."""

from functools import partial
from typing import Any

from sim.department.quantities import MINUTES_PER_DAY
from sim.engine.measures.array_loops import Flags
from sim.engine.measures.cohort import Cohort, Share
from sim.engine.measures.entry import DEPARTED, IF_ARRIVED, LONG_BEFORE_THE_END, Entries, Headline, share_of
from sim.engine.trajectory import DISCHARGED

AFTERWARDS = Entries()
SPANS = {"72h": ("72 h", 3.0), "7d": ("7 days", 7.0), "30d": ("30 days", 30.0), "180d": ("180 days", 180.0)}
"""Follow-up spans of return rates: name in words and days."""
INDEX_VISITS = {"patient": "First visits of a patient", "visit": "Visits, the patient's first or not"}
PLACES = {"72h": 80, "30d": 90, "180d": 100}
"""Place on the first screen of returns per patient; those within 7 days are not on it."""


def returned(cohort: Cohort, days: float, first: bool) -> Share:
    """Whether each index visit was followed by another within so many days of its departure; `first`: per patient.

    A visit is an index visit by when it arrives, so that first visits, which arrive at the same times under every
    staffing, are the same patients under every staffing. Those still present at the end have no departure to count
    from and are left out; they have stayed at least a whole span.
    """
    minutes = days * MINUTES_PER_DAY
    index = cohort.departed & (cohort.minutes_followed >= minutes)
    if first:
        index &= cohort["visit_number"] == 1
    return Share(index, cohort.minutes_to_return <= minutes)


def of_patients(span: str) -> dict[str, Any]:
    """How a rate of returns per patient is shown, on the first screen and in a sentence."""
    words, after = SPANS[span][0], "after first {who}"
    phrase = share_of(f"the share of patients back within {words.replace(' h', ' hours')} {after}")
    if span not in PLACES:
        return {"phrase": phrase}
    says = f"{{amount}} {{way}} were back within {words}"
    shown = Headline(PLACES[span], ("mental_health",), f"Return within {words}", says, "fewer", of_patients=True)
    return {"phrase": phrase, "headline": shown}


for _span, (_words, _days) in SPANS.items():
    for _unit, _whom in INDEX_VISITS.items():
        _further = of_patients(_span) if _unit == "patient" else {}
        AFTERWARDS.share(
            f"Return within {_words}, per {_unit}",
            f"Index visits followed by an unplanned visit within {_words} of departure", _whom, LONG_BEFORE_THE_END,
            key=f"return_{_span}_per_{_unit}", moved_by=("returns",), **_further,
        )(partial(returned, days=_days, first=_unit == "patient"))  # fmt: skip


@AFTERWARDS.share(
    "Visits that are not the patient's first", "Visits with a visit number above 1", "Visits", IF_ARRIVED,
    better="neutral", moved_by=("returns",),
)  # fmt: skip
def repeat_visit(cohort: Cohort) -> Share:
    return Share(cohort.everyone, cohort["visit_number"] > 1)


@AFTERWARDS.share(
    "Follow-up within 7 days", "Visits with a follow-up booked and kept within 7 days", "Visits discharged",
    better="high", moved_by=("follow-up",),
)  # fmt: skip
def follow_up_7d(cohort: Cohort) -> Share:
    return Share(cohort.departed & cohort.ended_as(DISCHARGED), cohort.codes("follow_up") == 1)


@AFTERWARDS.share(
    "Follow-up within 30 days", "Visits with a follow-up booked and kept within 30 days", "Visits discharged",
    better="high", moved_by=("follow-up",),
)  # fmt: skip
def follow_up_30d(cohort: Cohort) -> Share:
    # Within 7 days is within 30 days too.
    return Share(cohort.departed & cohort.ended_as(DISCHARGED), cohort.codes("follow_up") >= 1)


# --- going home


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
    headline=Headline(70, ("mental_health",), "Home empty-handed", "{amount} {way} went home empty-handed", "fewer"),
    moved_by=("follow-up",),
)  # fmt: skip
def went_home_empty_handed(cohort: Cohort) -> Share:
    in_hand = cohort.flags("safety_plan") | (cohort.codes("follow_up") > 0)
    in_hand |= cohort.flags("bridged") | cohort.called | has_company(cohort)
    return Share(went_home(cohort), ~in_hand)


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
