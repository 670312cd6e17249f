"""About how long a study takes, for those who ask before they start it.

What is measured stands in `benchmarks`; this is a rough reckoning from it.
"""

from typing import NamedTuple

from sim.runs.design import Design
from sim.runs.engines import releases_gil
from sim.runs.worker_errors import NoWorkers
from sim.runs.worker_pool import DASK, n_cores

VISITS_PER_SECOND = {"compiled": 140_000.0, "simpy": 2000.0}
"""What is reckoned with on one core, measures included; `make bench` measures the engines alone."""


class Expected(NamedTuple):
    """Seconds, and a sentence on what they rest on where that is not the cores of this machine."""

    seconds: float
    remark: str | None = None


def expected_time(visits: float, design: Design, n_tasks: int) -> Expected:
    """How long so many visits in so many tasks take where a design plays them; asks a Dask scheduler it names."""
    n_at_once, remark = n_cores(), None
    if design.executor == DASK and design.address is not None:
        n_at_once, remark = threads_of_scheduler(design.address)
    elif design.executor == "threads" and not releases_gil(design.engine):
        n_at_once = 1
    elif design.workers is not None:
        n_at_once = design.workers
    if remark is not None and design.workers is not None:
        n_at_once = min(n_at_once, design.workers)
    return Expected(visits / VISITS_PER_SECOND[design.engine] / max(1, min(n_at_once, n_tasks)), remark)


def threads_of_scheduler(address: str) -> tuple[int, str]:
    """Threads of a Dask scheduler's workers, or if it does not answer this machine's; and a sentence on them."""
    from sim.runs.dask_workers import n_threads_at  # loads Dask

    try:
        n_threads = n_threads_at(address)
    except NoWorkers as error:
        return n_cores(), f"{error}; the time is that of the {n_cores()} cores of this machine"
    if n_threads == 0:
        return 1, f"no worker has come to the scheduler at {address} yet; the time is that of one thread"
    return n_threads, f"the workers of the scheduler at {address} have {n_threads} threads"
