"""What comes after a visit: unplanned returns within several spans, repeat visits, follow-up."""

from functools import partial

from sim.department.quantities import MINUTES_PER_DAY
from sim.engine.measures.cohort import Cohort, Share
from sim.engine.measures.entry import IF_ARRIVED, LONG_BEFORE_THE_END, Entries, Further, Headline, share_of
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


def of_patients(span: str) -> Further:
    """How a rate of returns per patient is shown, on the first screen and in a sentence."""
    words, after = SPANS[span][0], "after first {who}"
    phrase = share_of(f"the share of patients back within {words.replace(' h', ' hours')} {after}")
    if span not in PLACES:
        return {"phrase": phrase}
    back = f"were back within {words}"
    headline = Headline(
        PLACES[span], ("mental_health",), f"Return within {words}", f"{{}} fewer {back}", f"{{}} more {back}",
        of_patients=True,
    )  # fmt: skip
    return {"phrase": phrase, "headline": headline}


for _span, (_words, _days) in SPANS.items():
    for _unit, _whom in INDEX_VISITS.items():
        _further: Further = of_patients(_span) if _unit == "patient" else {}
        _further |= {"key": f"return_{_span}_per_{_unit}", "moved_by": ("returns",)}
        AFTERWARDS.share(
            f"Return within {_words}, per {_unit}",
            f"Index visits followed by an unplanned visit within {_words} of departure", _whom, LONG_BEFORE_THE_END,
            **_further,
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
