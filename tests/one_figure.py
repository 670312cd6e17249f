"""A comparison that draws one figure with a title alone, and other studies that draw none, in the test's own process.

Every figure is drawn and read in `test_report`, and by processes of their own in `test_cli`. Where a test asks
something else of a comparison, processes that load a drawing library and draw ten figures would be most of its time.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.analysis import sweeping
from sim.analysis.comparison_result import Comparison
from sim.report.figures import draw_all, figure_workers
from sim.report.figures.frame import Frame
from sim.studies import breakeven


def draw_one_figure(patch: pytest.MonkeyPatch) -> None:
    """From here on."""
    patch.setattr(figure_workers, "POOLS", {"processes": lambda _: ThreadPoolExecutor(1)})
    patch.setattr(draw_all, "FIGURE_MAKERS", {"finding": title_alone})
    patch.setattr(sweeping, "MOST_COMPARED", 0)
    patch.setattr(breakeven, "draw_break_even", lambda *_: [])


def title_alone(comparison: Comparison) -> Frame:
    """A page with what is compared on it."""
    return Frame(0.1, ", ".join(comparison.staffings), "", "")
