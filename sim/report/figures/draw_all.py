"""Draw every figure of a comparison into a folder.

What each shows is in its own module; how they look in `sim.report.figures.theme`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from sim.analysis.comparison_result import Comparison
from sim.report.figures.demand_figure import demand_curves
from sim.report.figures.finding_figure import finding_picture
from sim.report.figures.forest import forest
from sim.report.figures.scorecard import scorecard
from sim.report.figures.spread_figures import minutes_without_staff, return_curves, waits_by_acuity
from sim.report.figures.theme import FigureSheet, styled
from sim.report.figures.week_figures import heads_and_load, hour_of_week, utilisation_map

FIGURES: dict[str, Callable[[Comparison], FigureSheet]] = {
    "finding": finding_picture,
    "scorecard": scorecard,
    "differences": forest,
    "hour_of_week": hour_of_week,
    "heads_and_load": heads_and_load,
    "waits_by_acuity": waits_by_acuity,
    "return_curves": return_curves,
    "utilisation": utilisation_map,
    "minutes_without_staff": minutes_without_staff,
    "demand": demand_curves,
}
"""File name without suffix, and what draws it."""


FORMATS = ("png", "svg")


def draw_figures(comparison: Comparison, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write every figure in every format and return the files; the same comparison gives the same bytes.

    `folder` is made if need be. `formats` are suffixes that matplotlib writes.
    """
    return [path for name in FIGURES for path in draw_figure(name, comparison, folder, formats)]


def draw_figure(name: str, comparison: Comparison, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """The same of one figure."""
    folder.mkdir(parents=True, exist_ok=True)
    with styled():
        return FIGURES[name](comparison).save(folder, name, formats)
