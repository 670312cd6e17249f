"""Draw the figures of a comparison into a folder.

What each shows is in its own module; how they look in `theme`, where things stand on their pages in `frame`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from sim.analysis.comparison_result import Comparison
from sim.report.figures import (
    cost_figure,
    demand_figure,
    headline_figures,
    left_out_figure,
    peer_day_figure,
    spread_figures,
    staff_figures,
    theme,
    week_figures,
)
from sim.report.figures.frame import FORMATS, Frame

FIGURE_MAKERS: dict[str, Callable[[Comparison], Frame]] = {
    "finding": headline_figures.finding_figure,
    "scorecard": headline_figures.scorecard,
    "differences": headline_figures.differences_figure,
    "cost": cost_figure.cost_figure,
    "minutes_without_staff": spread_figures.without_staff_figure,
    "hour_of_week": week_figures.hour_of_week_figure,
    "not_met": week_figures.not_met_figure,
    "left_out": left_out_figure.left_out_figure,
    "peer_day": peer_day_figure.peer_day_figure,
    "waits_by_acuity": spread_figures.waits_figure,
    "return_curves": spread_figures.returns_figure,
    "heads_and_load": staff_figures.heads_and_load_figure,
    "utilisation": staff_figures.utilisation_figure,
    "demand": demand_figure.demand_figure,
}
"""File name without suffix, and what draws it."""


def draw_figure(name: str, comparison: Comparison, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure in every format and return the files; the same comparison gives the same bytes."""
    with theme.styled():
        return FIGURE_MAKERS[name](comparison).save(folder, name, formats)
