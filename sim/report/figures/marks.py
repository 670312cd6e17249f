"""How a difference is marked: better, worse, changed, or not beyond chance; by colour, by sign and in words.

And which staffings do not differ, so that they are drawn once.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from sim.analysis.comparison_result import FoundValue
from sim.engine.measures.number_text import measure_of
from sim.report.figures.theme import BETTER, INK, QUIET, WORSE


class DifferenceMark(NamedTuple):
    """A word, a colour, and a sign: a marker of matplotlib, filled or hollow, and the same in text."""

    word: str
    colour: str
    marker: str
    is_filled: bool
    sign: str

    def marker_look(self, size: float = 6.0) -> dict[str, Any]:
        """Arguments for `Axes.plot`."""
        face = self.colour if self.is_filled else "white"
        look = {"marker": self.marker, "markersize": size, "color": self.colour, "markerfacecolor": face}
        return look | {"markeredgewidth": 1.3, "linestyle": "none"}


IS_BETTER = DifferenceMark("better", BETTER, "o", True, "●")
IS_WORSE = DifferenceMark("worse", WORSE, "D", True, "◆")
IS_CHANGED = DifferenceMark("changed", INK, "s", True, "■")
NOT_BEYOND_CHANCE = DifferenceMark("not beyond chance", QUIET, "o", False, "○")
IS_IDENTICAL = DifferenceMark("identical", QUIET, "|", True, "=")

MARKS = {mark.word: mark for mark in (IS_BETTER, IS_WORSE, IS_CHANGED, NOT_BEYOND_CHANCE, IS_IDENTICAL)}
"""By word, in the order of a key."""


def mark_of_difference(found: FoundValue, name: str) -> DifferenceMark:
    """The mark of a difference in a measure; beyond chance is judged with all headline measures together."""
    if found.identical:
        return IS_IDENTICAL
    if not found.beyond_chance:
        return NOT_BEYOND_CHANCE
    judged = {"better": IS_BETTER, "worse": IS_WORSE, "changed": IS_CHANGED}
    return judged[measure_of(name).judged(found.mean)]


def key_of_marks(marks: Iterable[DifferenceMark]) -> str:
    """`● better, ◆ worse, ○ not beyond chance`: those there are, in the order above."""
    there = set(marks)
    return ", ".join(f"{mark.sign}\u00a0{mark.word}" for mark in MARKS.values() if mark in there)


def better_side(axes: Axes, name: str, size: float = 8.0) -> None:
    """Below the scale of a measure, on which side of zero it is better."""
    better = measure_of(name).better
    if better == "neutral":
        return
    words, side, at = ("◂ better", "left", 0.0) if better == "low" else ("better ▸", "right", 1.0)
    axes.annotate(
        words, (at, 0.0), (0, -15), xycoords="axes fraction", textcoords="offset points", va="top", ha=side, size=size,
        color=BETTER, annotation_clip=False,
    )  # fmt: skip


def grouped(names: Sequence[str], same: Callable[[str, str], bool]) -> list[list[str]]:
    """Names grouped by the first one they do not differ from."""
    groups: list[list[str]] = []
    for name in names:
        group = next((group for group in groups if same(group[0], name)), None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return groups


MOST_JOINED = 2
"""Names written out of those that are the same; of more the first, and how many."""


def group_label(labels: Sequence[str], most_characters: int = 60) -> str:
    """`Peers added = Nurse added`; of many, or of long ones, `Traditional and 6 more`."""
    joined = " = ".join(labels)
    if len(labels) > MOST_JOINED or len(joined) > most_characters:
        return joined if len(labels) == 1 else f"{labels[0]} and {len(labels) - 1} more"
    return joined
