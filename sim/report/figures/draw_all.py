"""Draw the figures of a comparison into a folder.

What each shows is in its own module; how they look in `theme`, where things stand on their pages in `frame`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from sim.analysis.comparison_result import Comparison
from sim.report.figures.frame import FORMATS, Frame
from sim.report.figures.headline_figures import demand_figure, differences_figure, finding_figure, scorecard
from sim.report.figures.spread_figures import returns_figure, waits_figure, without_staff_figure
from sim.report.figures.theme import styled
from sim.report.figures.week_figures import heads_and_load_figure, hour_of_week_figure, utilisation_figure

FIGURE_MAKERS: dict[str, Callable[[Comparison], Frame]] = {
    "finding": finding_figure,
    "scorecard": scorecard,
    "differences": differences_figure,
    "hour_of_week": hour_of_week_figure,
    "heads_and_load": heads_and_load_figure,
    "waits_by_acuity": waits_figure,
    "return_curves": returns_figure,
    "utilisation": utilisation_figure,
    "minutes_without_staff": without_staff_figure,
    "demand": demand_figure,
}
"""File name without suffix, and what draws it."""


def draw_figure(name: str, comparison: Comparison, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure in every format and return the files; the same comparison gives the same bytes."""
    with styled():
        return FIGURE_MAKERS[name](comparison).save(folder, name, formats)
