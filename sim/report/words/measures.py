"""Words for measures: topics, what visits did less or more of, heads of columns, ranks of the protocol's outcomes."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sim.analysis.comparison_result import HEADLINE
from sim.analysis.sentences import inside
from sim.engine.measures.number_text import joined, measure_and_part, part_text, unit_of_value

SECONDARY = "longest_unseen_mean.mental_health"
"""A headline whose rank has to be said wherever there is room: `docs/protocol.md`."""
PROTOCOL_OUTCOMES = (
    "minutes_without_staff_mean.mental_health", SECONDARY, "wait_triage_to_pia_mean.all", "lwbs_or_ama.all",
    "length_of_stay_mean.mental_health",
)  # fmt: skip
"""Outcomes of `docs/protocol.md` in its order: shown at every level of demand, and named before others that change."""


def protocol_place(name: str) -> int:
    """Place of a measure among the outcomes of the protocol; after all of them for any other."""
    return PROTOCOL_OUTCOMES.index(name) if name in PROTOCOL_OUTCOMES else len(PROTOCOL_OUTCOMES)


@dataclass(frozen=True, slots=True)
class Brief:
    """A headline measure in a few words: its topic, and what visits or patients did less or more of, with an amount.

    Words that begin with the amount are about some of them (`of medical visits, 2 fewer ...`). `head`: the topic in a
    table.
    """

    topic: str
    less: str
    more: str
    head: str = ""
    of_patients: bool = False


BRIEFS = {
    "wait_triage_to_pia_mean": Brief(
        "wait for a physician", "waited {} less for a physician", "waited {} longer for a physician", head="wait"
    ),
    "length_of_stay_mean": Brief("stay", "stayed {} less", "stayed {} longer"),
    "minutes_without_staff_mean": Brief(
        "time without staff", "spent {} less without staff", "spent {} more without staff"
    ),
    "longest_unseen_mean": Brief(
        "longest time unseen",
        "had a longest time unseen shorter by {}",
        "had a longest time unseen longer by {}",
        head="longest unseen",
    ),
    "went_home_empty_handed": Brief(
        "home empty-handed", "{} fewer went home empty-handed", "{} more went home empty-handed"
    ),
    "reach": Brief("met by a peer", "{} fewer were met by a peer", "{} more were met by a peer"),
    "lwbs_or_ama": Brief(
        "leaving", "{} fewer left unseen or against advice", "{} more left unseen or against advice",
        head="left unseen or against advice",
    ),
    "return_72h_per_patient": Brief(
        "return within 72 h", "{} fewer were back within 72 h", "{} more were back within 72 h", of_patients=True
    ),
    "return_30d_per_patient": Brief(
        "return within 30 days", "{} fewer were back within 30 days", "{} more were back within 30 days",
        of_patients=True,
    ),
    "return_180d_per_patient": Brief(
        "return within 180 days", "{} fewer were back within 180 days", "{} more were back within 180 days",
        of_patients=True,
    ),
    "observation_unmet_share": Brief(
        "observation unmet", "had no aide for {} less of their observation",
        "had no aide for {} more of their observation",
    ),
    "staff_cost_per_week": Brief("staff cost a week", "cost {} less a week", "cost {} more a week"),
    "cost_per_visit": Brief("staff cost per visit", "cost {} less a visit", "cost {} more a visit"),
}  # fmt: skip
COSTS = ("staff_cost_per_week.all", "cost_per_visit.all")
HINT = "secondary"
"""Beside a change in the outcome that was chosen after results were seen; `answer.md` says it at length."""


def named_topics(names: Sequence[str], before: str) -> str:
    """Topics of measures, with their parts where a measure has several."""
    if not names:
        return ""
    topics: dict[str, list[str]] = {}
    for name in names:
        measure, part = measure_and_part(name)
        topics.setdefault(BRIEFS[measure.key].topic, []).append(part)
    times = [topic.removeprefix(RETURN) for topic in topics if topic.startswith(RETURN)]
    texts = [topic_of(topic, parts) for topic, parts in topics.items() if not topic.startswith(RETURN)]
    return before + joined([*texts, *([RETURN + " or ".join(times)] if times else [])])


RETURN = "return within "
"""Said once for several times within which patients come back."""


N_PARTS = Counter(BRIEFS[name.partition(".")[0]].topic for name in HEADLINE)
"""Of each topic, the parts of which it is a headline measure."""


def topic_of(topic: str, parts: Sequence[str]) -> str:
    """`stay (medical visits)`; without the part where there is but one, or all are meant."""
    if len(parts) == N_PARTS[topic]:
        return topic
    return f"{topic} ({joined([part_text(part) for part in parts])})"


def short_measure(name: str) -> str:
    """`stay (medical visits)`, `left empty-handed`; in a sentence, by its topic where it has one."""
    measure, part = measure_and_part(name)
    if measure.key in BRIEFS:
        return topic_of(BRIEFS[measure.key].topic, [part])
    label = inside(measure.label)
    return label if measure.by == "run" or part == "all" else f"{label} ({part_text(part)})"


RANKS = (
    "Longest time unseen is a secondary outcome, chosen after results were seen; the primary outcome is minutes "
    "without staff (docs/protocol.md of PeerED)."
)


def rank_line(measures: Collection[str]) -> str:
    """Which headline is primary and which was chosen late; empty where the late one is not among the measures shown."""
    return RANKS if SECONDARY in measures else ""


PART_WORDS = {"all": "all", "medical": "medical", "mental_health": "mental health"}


def short_label(name: str) -> str:
    """`Wait, all (min)`: topic, part where the headline measures have several, unit, and the rank of a late one."""
    measure, part = measure_and_part(name)
    brief = BRIEFS[measure.key]
    whose = f", {PART_WORDS[part]}" if N_PARTS[brief.topic] > 1 else ""
    rank = f", {HINT}" if name == SECONDARY else ""
    head = brief.head or brief.topic
    unit = unit_of_value(measure).removesuffix("/week").removesuffix("/visit")  # the topic says per what
    return f"{head[0].upper()}{head[1:]}{whose} ({unit}){rank}"


def hint(name: str) -> str:
    """The rank of an outcome that was chosen after results were seen."""
    return f"; {HINT}" if name == SECONDARY else ""
