"""What no study of this model can say; docs/reading-an-answer.md has the same sentences."""

from collections.abc import Collection, Iterator

LIMITS_OF_ALL = (
    "Mechanisms of peer support are hypotheses, drawn from a qualitative study that gives no effect size. Hope, "
    "dignity, stigma and belonging are outside the model. Minutes without staff can be counted; loneliness cannot.",
    "Evidence of effects comes from adults, mostly outside EDs. Nothing published gives an effect of ED peers on "
    "leaving, restraint or (beyond one pilot) length of stay, at any age.",
    "How long children wish for company, caseload and consent of ED peers, crisis and psychiatric minutes, most nurse "
    "minutes and the roster are assumptions; the register says which, and how far they may be wrong.",
    "What goes together in a mental-health visit (admission, observation, hold, police, escalation) is assumed: three "
    "classes without order, whose odds are ours.",
    "The department is a composite.",
    "People work at a fixed speed; staff who hurry when it is crowded, lose heart or fall ill are not there (absence "
    "is a key, 0 by default).",
    "Costs are those of rostered staff. Time freed is capacity, not money.",
)
"""Every limit, in this order."""
TOPICS_OF_LIMITS = (("peers",), ("peers",), ("peers",), ("mental_health",), ("children",), (), ())
"""What a department has to be a place for, for a limit to be one of a study of it."""


def limits_without(absent: Collection[str]) -> Iterator[str]:
    """The limits of a study whose departments are no place for the topics that are `absent`."""
    for limit, topics in zip(LIMITS_OF_ALL, TOPICS_OF_LIMITS, strict=True):
        if not set(topics) & set(absent):
            yield limit
