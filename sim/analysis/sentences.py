"""A difference between two staffings as one sentence that a manager understands and a statistician accepts.

Numbers are written by `sim.engine.measures.number_text`; which differences exist is for `sim.analysis.compare`.
"""

import math

from sim.analysis.comparison_result import FoundValue
from sim.analysis.estimates import LEAVING_LIMIT
from sim.engine.measures.currency import in_currency
from sim.engine.measures.entry import Measure, Phrase, share_of
from sim.engine.measures.number_text import amount_text, bare, counted, is_share, part_text, range_text, within_scale

LEAVING_NOTE = f"more than {100 * LEAVING_LIMIT:g} % of visits leave"


UNITS = {"min": "minutes", "h": "hours", "CAD/week": "CAD a week", "CAD/visit": "CAD"}


def difference_sentence(
    measure: Measure, part: str, found: FoundValue, staffing: str, baseline: str, confidence: float = 0.95
) -> str:
    """The paired difference that was `found` (staffing minus baseline) with its interval, in words.

    `staffing` and `baseline` are labels; values are in the measure's own unit. A finite simultaneous half-width is
    spoken of where judging all headline measures together changes the verdict. Where many leave the sentence says so;
    without a steady state it claims no difference.
    """
    mean, low, high = found.mean, found.low, found.high
    phrase = phrase_of(measure)
    topic = phrase_text(phrase.topic, who=part_text(part))
    if found.no_steady_state:
        return f"{under(staffing)}, no difference in {topic} is claimed: there is no steady state."
    if math.isnan(mean):
        return f"{under(staffing)}, {topic} cannot be compared: it is not defined in one of the staffings."
    if mean == low == high == 0.0:
        return f"{under(staffing)}, {topic} was identical to the last bit to that with {alone(baseline)}."
    if not found.has_interval:
        if mean == 0.0:
            return f"{under(staffing)}, {topic} was the same as with {alone(baseline)} in one replication."
        clause = difference_clause(measure, part, staffing, baseline, mean)
        return f"{clause} in one replication; an interval needs two or more."
    level, times = f"{100 * confidence:g} % CI", counted(found.n, "replication")
    if found.many_leave:
        times = f"{times}, {LEAVING_NOTE}"
    if low <= 0.0 <= high:
        span = in_spoken_units(range_text(measure, low, high), measure)
        return f"{under(staffing)}, no difference in {topic} could be shown ({span}, {level}, {times})."
    sentence = (
        f"{difference_clause(measure, part, staffing, baseline, mean)} ({sizes(measure, low, high, level)}, {times})"
    )
    return f"{sentence}{_together(measure, found)}."


def no_difference_claimed(staffing: str) -> str:
    """One sentence for all differences of a staffing where there is no steady state."""
    return f"{under(staffing)}, no difference is claimed: there is no steady state."


def phrase_of(measure: Measure) -> Phrase:
    """The measure's own phrase, or one made of its label."""
    name = f"{measure.label[0].lower()}{measure.label[1:]}"
    fallback = f"{name} ({{who}})" if measure.by != "run" else name
    return measure.phrase or share_of(fallback)


def difference_clause(measure: Measure, part: str, staffing: str, baseline: str, mean: float) -> str:
    """The sentence up to its interval."""
    phrase = phrase_of(measure)
    clause = phrase_text(
        phrase.clause,
        who=part_text(part),
        amount=in_spoken_units(amount_text(measure, mean), measure),
        way=phrase.less if mean < 0.0 else phrase.more,
    )
    return f"{under(staffing)}, {clause} than with {alone(baseline)}"


def phrase_text(text: str, **told: str) -> str:
    """The words of a phrase filled in; `all` goes before what narrows the visits down."""
    said = text.format(**told)
    return said.replace("eligible all visits", "all eligible visits").replace("first all visits", "first visits")


def sizes(measure: Measure, low: float, high: float, level: str) -> str:
    """The interval as sizes, for the direction is already said; both ends have the same sign."""
    if low == high:
        return "the same in every replication"
    small, large = sorted((abs(within_scale(measure, low)), abs(within_scale(measure, high))))
    return f"{level} {bare(measure, small)} to {bare(measure, large)}"


FEWEST_TOGETHER = 3
"""Replications below which an interval for all headline measures at once is too wide to be told."""


def _together(measure: Measure, found: FoundValue) -> str:
    """What is left of a difference when all headline measures are judged together, if that is nothing."""
    mean, half_width = found.mean, found.simultaneous
    if math.isnan(half_width) or abs(mean) > half_width:
        return ""
    said = "; judged together with the other headline measures it could be chance"
    if found.n < FEWEST_TOGETHER:
        return said
    return f"{said} ({in_spoken_units(range_text(measure, mean - half_width, mean + half_width), measure)})"


def in_spoken_units(text: str, measure: Measure) -> str:
    """The unit in words."""
    words = UNITS.get(measure.unit)
    if words is None or is_share(measure):
        return text
    return f"{text.removesuffix(in_currency(measure.unit))}{in_currency(words)}"


def under(label: str) -> str:
    """`With a crisis clinician added`, `With peers added`."""
    one = label.endswith(" added") and not label.removesuffix(" added").endswith("s")
    return f"With a {inside(label)}" if one else f"With {inside(label)}"


def inside(label: str) -> str:
    """A staffing's label inside a sentence."""
    return label if label[:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return f"{text[:1].upper()}{text[1:]}"


def alone(label: str) -> str:
    """The same where one word would be too little: `traditional staffing`."""
    return inside(label) if " " in label else f"{inside(label)} staffing"
