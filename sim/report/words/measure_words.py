"""Measures and their numbers in words: topics, heads, ranks of the protocol; means, differences and marks as text.

The digits of a measure are those of `sim.engine.measures.number_text`.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence

from sim.analysis.comparison_result import Comparison, FoundValue
from sim.analysis.sentences import capital, inside
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINES, PROTOCOL_RANKS
from sim.engine.measures.entry import Measure
from sim.report.words.caveats import marked

HINT = "secondary"
"""Beside a change in the outcome that was chosen after results were seen; `answer.md` says it at length."""


def named_topics(names: Sequence[str], before: str) -> str:
    """Topics of measures, with their parts where a measure has several."""
    if not names:
        return ""
    topics: dict[str, list[str]] = {}
    for name in names:
        topics.setdefault(HEADLINES[name].topic, []).append(name.partition(".")[2])
    times = [topic.removeprefix(RETURN) for topic in topics if topic.startswith(RETURN)]
    texts = [topic_of(topic, parts) for topic, parts in topics.items() if not topic.startswith(RETURN)]
    return before + number_text.joined([*texts, *([RETURN + " or ".join(times)] if times else [])])


RETURN = "return within "
"""Said once for several times within which patients come back."""


N_PARTS = Counter(headline.topic for headline in HEADLINES.values())
"""Of each topic, the parts of which it is a headline measure."""


def topic_of(topic: str, parts: Sequence[str]) -> str:
    """`stay (medical visits)`; without the part where there is but one, or all are meant."""
    if len(parts) == N_PARTS[topic]:
        return topic
    return f"{topic} ({number_text.joined([number_text.part_text(part) for part in parts])})"


def short_measure(name: str) -> str:
    """`stay (medical visits)`, `left empty-handed`; in a sentence, by its topic where it has one."""
    measure, part = number_text.measure_and_part(name)
    if measure.headline:
        return topic_of(measure.headline.topic, [part])
    label = inside(measure.label)
    return label if measure.by == "run" or part == "all" else f"{label} ({number_text.part_text(part)})"


def _outcome_text(name: str) -> str:
    """`minutes without staff`: the label of a mean as the protocol has it."""
    return inside(number_text.measure_of(name).label.removesuffix(", mean"))


def rank_line(measures: Collection[str]) -> str:
    """Which headline is primary and which was chosen late; empty where the late one is not among the measures shown."""
    late = number_text.joined([_outcome_text(name) for name in CHOSEN_LATE if name in measures])
    if not late:
        return ""
    primary = [_outcome_text(name) for name, outcome in PROTOCOL_RANKS.items() if outcome.rank == "primary"]
    return (
        f"{capital(late)} is a secondary outcome, chosen after results were seen; the primary outcome is "
        f"{number_text.joined(primary)} (docs/protocol.md of PeerED)."
    )


PART_WORDS = {"all": "all", "medical": "medical", "mental_health": "mental health"}


def short_label(name: str) -> str:
    """`Wait, all (min)`: topic, part where the headline measures have several, unit, and the rank of a late one."""
    headline = HEADLINES.get(name)
    if headline is None:
        return f"{measure_text(name, all_named=False).removesuffix(', mean')} ({number_text.unit_of_value(name)})"
    whose = f", {PART_WORDS[name.partition('.')[2]]}" if N_PARTS[headline.topic] > 1 else ""
    rank = f", {HINT}" if name in CHOSEN_LATE else ""
    unit = number_text.unit_of_value(name).removesuffix("/week").removesuffix("/visit")  # the topic says per what
    return f"{headline.head or headline.short}{whose} ({unit}){rank}"


def hint(name: str) -> str:
    """The rank of an outcome that was chosen after results were seen."""
    return f"; {HINT}" if name in CHOSEN_LATE else ""


# --- numbers of an answer


def whole_percent(share: float) -> str:
    """`95 %`."""
    return f"{100 * share:g} %"


def measure_text(name: str, all_named: bool = True) -> str:
    """Label and part of a measure; `all_named`: of all visits too."""
    measure, part = number_text.measure_and_part(name)
    return f"{measure.label}, {number_text.part_text(part)}" if all_named or part != "all" else measure.label


def labelled(name: str) -> str:
    """Label and unit of a measure."""
    return f"{number_text.measure_of(name).label} ({number_text.unit_of_value(name)})"


def mean_text(name: str, found: FoundValue | None, n: int, with_interval: bool = True) -> str:
    """`87.2 ± 2.1`, of one replication `87.2`; with its own number of replications where it has a value in some only
    of the `n`."""
    if found is None:
        return number_text.NOTHING
    reach = number_text.half_width_text(name, found.half_width) if with_interval else number_text.NO_INTERVAL
    text = number_text.bare(name, found.mean) + (f" {reach}" if reach != number_text.NO_INTERVAL else "")
    return text if found.n == n else f"{text} (n = {found.n})"


def difference_text(name: str, found: FoundValue | None, with_interval: bool = True) -> str:
    """`−1.2 ± 0.4 *`, marked where there is no steady state; of one replication `−1.2`.

    That many leave is a warning on a whole staffing, and stands once, beside its name.
    """
    if found is None:
        return number_text.NOTHING
    if found.identical:
        return "="
    half_width = found.half_width if with_interval and found.has_interval else None
    text = change_text(name, found.mean, half_width, with_unit=False)
    return marked(f"{text} *" if found.has_interval and found.beyond_chance else text, False, found.no_steady_state)


def change_text(name: str, change: float, half_width: float | None = None, with_unit: bool = True) -> str:
    """`−9.0 min`, `−9.0 ± 1.1 min`."""
    parts = [number_text.bare(name, change, signed=True)]
    parts += [number_text.half_width_text(name, half_width)] if half_width is not None else []
    parts += [number_text.short_unit_of_difference(name)] if with_unit else []
    return " ".join(parts)


def interval_words(measure: Measure, low: float, high: float) -> str:
    """Both ends with their unit, those of shares of visits within 0 and 100 %."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return number_text.NO_INTERVAL
    ends = (number_text.within_scale(measure, end, 0.0) for end in (low, high))
    return " to ".join(number_text.value_text(measure, end) for end in ends)


def hours_text(comparison: Comparison, hours: object) -> str:
    """`+108 peer support, −40 nurse` from `+108 psw, -40 nurse`, or a bare number of hours."""
    if not isinstance(hours, str):
        return number_text.plain_number(float(str(hours)), 0, signed=True)
    added = (item.partition(" ") for item in hours.split(", "))
    return ", ".join(f"{number}{blank}{comparison.role_text(role)}" for number, blank, role in added).replace("-", "−")
