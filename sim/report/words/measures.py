"""Words for measures: topics, what visits did less or more of, heads of columns, ranks of the protocol's outcomes."""

from collections import Counter
from collections.abc import Collection, Sequence

from sim.analysis.sentences import inside
from sim.engine.measures.catalogue import CHOSEN_LATE, HEADLINES, PROTOCOL_RANKS
from sim.engine.measures.number_text import joined, measure_and_part, part_text, unit_of_value

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
    return before + joined([*texts, *([RETURN + " or ".join(times)] if times else [])])


RETURN = "return within "
"""Said once for several times within which patients come back."""


N_PARTS = Counter(headline.topic for headline in HEADLINES.values())
"""Of each topic, the parts of which it is a headline measure."""


def topic_of(topic: str, parts: Sequence[str]) -> str:
    """`stay (medical visits)`; without the part where there is but one, or all are meant."""
    if len(parts) == N_PARTS[topic]:
        return topic
    return f"{topic} ({joined([part_text(part) for part in parts])})"


def short_measure(name: str) -> str:
    """`stay (medical visits)`, `left empty-handed`; in a sentence, by its topic where it has one."""
    measure, part = measure_and_part(name)
    if measure.headline:
        return topic_of(measure.headline.topic, [part])
    label = inside(measure.label)
    return label if measure.by == "run" or part == "all" else f"{label} ({part_text(part)})"


def _outcome_text(name: str) -> str:
    """`minutes without staff`: the label of a mean as the protocol has it."""
    return inside(measure_and_part(name)[0].label.removesuffix(", mean"))


def rank_line(measures: Collection[str]) -> str:
    """Which headline is primary and which was chosen late; empty where the late one is not among the measures shown."""
    late = joined([_outcome_text(name) for name in CHOSEN_LATE if name in measures])
    if not late:
        return ""
    primary = joined([_outcome_text(name) for name, outcome in PROTOCOL_RANKS.items() if outcome.rank == "primary"])
    return (
        f"{late[0].upper()}{late[1:]} is a secondary outcome, chosen after results were seen; the primary outcome is "
        f"{primary} (docs/protocol.md of PeerED)."
    )


PART_WORDS = {"all": "all", "medical": "medical", "mental_health": "mental health"}


def short_label(name: str) -> str:
    """`Wait, all (min)`: topic, part where the headline measures have several, unit, and the rank of a late one."""
    measure, part = measure_and_part(name)
    headline = HEADLINES[name]
    whose = f", {PART_WORDS[part]}" if N_PARTS[headline.topic] > 1 else ""
    rank = f", {HINT}" if name in CHOSEN_LATE else ""
    unit = unit_of_value(measure).removesuffix("/week").removesuffix("/visit")  # the topic says per what
    return f"{headline.head or headline.short}{whose} ({unit}){rank}"


def hint(name: str) -> str:
    """The rank of an outcome that was chosen after results were seen."""
    return f"; {HINT}" if name in CHOSEN_LATE else ""
