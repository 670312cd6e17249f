"""Figures drawn in processes of their own: side by side, and beside the writing of tables.

What they show is `sim.report.figures.draw_all`. That module loads a drawing library, which this process does without.
"""

import pickle
from collections.abc import Collection, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path

from sim.analysis.comparison_result import Comparison
from sim.engine.measures.currency import money_in
from sim.runs.worker_pool import POOLS

MOST_DRAWERS = 4
"""More processes load the drawing library for longer than they draw."""


@contextmanager
def drawers(n_cores: int) -> Iterator[Executor]:
    """Processes that load the drawing library while the comparison is made; they end with the block."""
    with POOLS["processes"](min(n_cores, MOST_DRAWERS)) as pool:
        for _ in range(min(n_cores, MOST_DRAWERS)):
            pool.submit(figure_names)
        yield pool


def begin_figures(
    comparison: Comparison, folder: Path, pool: Executor, wanted: Collection[str] | None = None
) -> list[Future[list[Path]]]:
    """Have the figures of a comparison drawn, all or those wanted; each future holds the files of one figure, or what
    went wrong."""
    try:
        names = [name for name in pool.submit(figure_names).result() if wanted is None or name in wanted]
        # Here and once: a pool serializes in a thread of its own, while this one fills the comparison's caches.
        serialized = pickle.dumps(comparison)
        return [pool.submit(draw_serialized, name, serialized, folder) for name in names]
    except Exception as error:
        failed: Future[list[Path]] = Future()
        failed.set_exception(error)
        return [failed]


def figure_names() -> tuple[str, ...]:
    """Of all figures, in the order in which they are drawn."""
    from sim.report.figures.draw_all import FIGURE_MAKERS

    return tuple(FIGURE_MAKERS)


def draw_serialized(name: str, serialized: bytes, folder: Path) -> list[Path]:
    """Write one figure of a comparison and return the files."""
    from sim.report.figures.draw_all import draw_figure

    comparison = pickle.loads(serialized)
    with money_in(comparison.currency):
        return draw_figure(name, comparison, folder)
