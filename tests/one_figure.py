"""A comparison that draws one of its figures, and other studies that draw none, in a thread of the test's own process.

Every figure is drawn and read in `test_report`, and by processes of their own in `test_cli`. Where a test asks
something else of a comparison, processes that load a drawing library and draw ten figures would be most of its time.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.analysis import sweeping
from sim.report.figures import draw_all, figure_workers
from sim.studies import breakeven


def draw_one_figure(patch: pytest.MonkeyPatch) -> None:
    """From here on."""
    patch.setattr(figure_workers, "POOLS", {"processes": lambda _: ThreadPoolExecutor(1)})
    patch.setattr(draw_all, "FIGURE_MAKERS", {"finding": draw_all.FIGURE_MAKERS["finding"]})
    patch.setattr(sweeping, "MOST_COMPARED", 0)
    patch.setattr(breakeven, "draw_break_even", lambda *_: [])
