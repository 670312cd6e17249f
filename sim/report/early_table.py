"""The table that is shown while a study is still played, above its progress bar: provisional, without a verdict.

What it says is a look of `sim.analysis.early_looks`. It has no mark of significance and no sentence: whoever watches
would stop at the first that pleases.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sim.analysis.early_looks import EarlyLook, found_at
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import NOTHING, joined
from sim.report.comparison_answer import FIRST_SHOWN, head_in_lines
from sim.report.console import wrapped_lines
from sim.report.description import TextRows
from sim.report.screen import rich_table, width_of_rows
from sim.report.terminal import LINE_WIDTH, Cleaned
from sim.report.words.measure_words import difference_text, mean_text, short_label
from sim.report.words.short_names import cut_middle
from sim.statistics.watching import look_numbers

LONGEST_LABEL = 28
"""Characters of a scenario at the head of its row or column."""
EARLY_MEASURES = tuple(name for name in HEADLINE if name in FIRST_SHOWN)
"""Measures of the table, in their order; those that stand first in `FIRST_SHOWN` are left out last."""


@dataclass(frozen=True)
class EarlyTable:
    """A look laid out: `rows` gives the table for a width, `legend` says what its cells hold, `facts` are the same for
    a program."""

    look: EarlyLook
    rows: Callable[[int], TextRows]
    legend: str
    facts: Sequence[Mapping[str, object]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(LINE_WIDTH, options.max_width)
        yield Text(self.title, "bold yellow")
        yield Cleaned(rich_table(self.rows(width)))
        yield from (Text(line.plain, "dim") for line in wrapped_lines(self.legend, console))

    @property
    def title(self) -> str:
        """How far it is."""
        return f"So far, {self.look.n} of {self.look.planned} replications: provisional, the answer may differ"


def early_differences(names: Mapping[str, str], look: EarlyLook) -> EarlyTable:
    """Means of what is compared with, and differences of the others from it; `names` by label, as they are shown."""
    found = found_at(look)
    bases = {look.labels[row] for row in look.beside}
    labels = [cut_middle(names.get(label, label), LONGEST_LABEL) for label in look.labels]
    ranked = [name for name in FIRST_SHOWN if any((label, name) in found for label in look.labels)]

    def cell(label: str, name: str) -> str:
        if (label, name) not in found:
            return NOTHING
        one = found[label, name]
        return mean_text(name, one, look.n) if label in bases else difference_text(name, one)

    def across(measures: Sequence[str], head: Callable[[str], str]) -> TextRows:
        in_order = [name for name in EARLY_MEASURES if name in measures]
        cells = [(head(name), *(cell(label, name) for label in look.labels)) for name in in_order]
        return [("", *labels), *cells]

    def rows(width: int) -> TextRows:
        """Measures down, or where that is too wide scenarios down and as many measures as fit."""
        table, n_shown = across(ranked, short_label), len(ranked)
        while n_shown and width_of_rows(table) > width:
            table = list(zip(*across(ranked[:n_shown], head_in_lines), strict=True))
            n_shown -= 1
        return table

    first = names.get(look.labels[0], look.labels[0])
    from_it = "it" if len(bases) == 1 else "the first that differs in staffing alone"
    beside = f"{first}: mean; else difference from {from_it}, same patients. " if len(look.labels) > 1 else "Mean. "
    facts = [
        {"scenario": label, "measure": name, "of": "mean" if label in bases else "difference",
         "mean": one.mean, "low": one.low, "high": one.high}
        for (label, name), one in found.items()
    ]  # fmt: skip
    return EarlyTable(look, rows, beside + width_of_look(look), facts)


def width_of_look(look: EarlyLook) -> str:
    """How wide the intervals are, why, and when they are drawn next."""
    later = [str(n) for n in look_numbers(look.planned) if n > look.n]
    return (
        f"±: half-width of a {100 * look.level:.1f} % interval, wide so that watching does not deceive. "
        f"Drawn again after {joined(later)}."
    )
