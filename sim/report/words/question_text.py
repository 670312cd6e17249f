"""The question of a comparison in words: the demand a level is a factor on, what was changed, which effects.

What follows from it for the reader is `sim.report.words.caveats`.
"""

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import inside
from sim.department.short_text import cut_end
from sim.engine.measures.number_text import counted

LONGEST_SHORT = 70
"""Characters of what was changed in the footer of a figure."""
IN_OTHER_WORDS = ("study.", "seed", "effects")
"""Beginnings of what a footer says in other words or leaves to run.json."""


def changed_words(comparison: Comparison) -> list[str]:
    """What was changed, without the signs that mark how."""
    return [text.lstrip("+~") for text in comparison.changed]


def changed_line(comparison: Comparison) -> str:
    """Everything that was changed; empty if nothing was."""
    return f"Changed from the shipped question: {', '.join(comparison.changed)}." if comparison.changed else ""


def changed_shortly(comparison: Comparison) -> str:
    """The same for a footer: shortened, without study size and effects."""
    texts = [text for text in changed_words(comparison) if not text.startswith(IN_OTHER_WORDS)]
    if not texts:
        return ""
    return f" Changed: {cut_end(', '.join(texts), LONGEST_SHORT)}."


def of_what(comparison: Comparison) -> str:
    """That a level of demand is a factor on a demand which was itself changed; empty if it was not."""
    changed = any(text.startswith(("demand=", "demand.", "demand@")) for text in changed_words(comparison))
    return " of what was asked" if changed else ""


def demand_text(comparison: Comparison, level: float) -> str:
    """`demand × 1`, or `demand × 1 of what was asked`."""
    return f"demand × {level:g}{of_what(comparison)}"


def demand_title(comparison: Comparison) -> str:
    """Heading of the table of demand levels."""
    return f"Demand a little lower and higher{' than asked' if of_what(comparison) else ''}"


def effects_text(comparison: Comparison) -> str:
    """`effects=none`, or `effects none, changed: total_return_hr=0.5` if it is no longer the named set."""
    changed = [text.removeprefix("effects.") for text in changed_words(comparison) if text.startswith("effects.")]
    if changed:
        return f"effects {comparison.effects}, changed: {', '.join(changed)}"
    return f"effects={comparison.effects}"


def played_text(comparison: Comparison) -> str:
    """`10 replications of 13 weeks after 2 of warm-up`."""
    warm_up = f" after {comparison.warm_up_weeks} of warm-up" if comparison.warm_up_weeks else ""
    n, weeks = comparison.n_replications(), comparison.weeks
    return f"{counted(n, 'replication')} of {counted(weeks, 'week')}{warm_up}"


def central_demand(comparison: Comparison) -> str:
    return demand_text(comparison, comparison.central_level)


def question(comparison: Comparison) -> str:
    """What was compared, in one line."""
    names = ", ".join(comparison.label(name) for name in comparison.others)
    baseline = comparison.label(comparison.baseline)
    against = f"{names} beside {inside(baseline)}" if names else baseline
    return f"{against}: {played_text(comparison)}, {central_demand(comparison)}, {effects_text(comparison)}"
