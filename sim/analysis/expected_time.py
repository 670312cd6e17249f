"""About how long a study takes, for those who ask before they start it.

What is measured stands in `benchmarks`; this is a rough reckoning from it.
"""

from typing import NamedTuple, Protocol

from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Scenario
from sim.runs.engines import releases_gil
from sim.runs.worker_errors import NoWorkers
from sim.runs.worker_pool import DASK, n_cores

VISITS_PER_SECOND = {"compiled": 140_000.0, "simpy": 2000.0}
"""What is reckoned with on one core, measures included; `make bench` measures the engines alone."""


MINUTES_PER_YEAR = 52.14 * MINUTES_PER_WEEK


class WhereItRuns(Protocol):
    """What of a plan decides how many blocks are played at a time."""

    @property
    def engine(self) -> str: ...
    @property
    def executor(self) -> str: ...
    @property
    def workers(self) -> int | None: ...
    @property
    def address(self) -> str | None: ...


class Expected(NamedTuple):
    """Seconds, and a sentence on what they rest on where that is not the cores of this machine."""

    seconds: float
    remark: str | None = None


def expected_time(visits: float, plan: WhereItRuns, n_blocks: int) -> Expected:
    """How long so many visits in so many blocks take where the plan has them played; asks a Dask scheduler it names."""
    n_at_once, remark = n_cores(), None
    if plan.executor == DASK and plan.address is not None:
        n_at_once, remark = threads_of_scheduler(plan.address)
    elif plan.executor == "threads" and not releases_gil(plan.engine):
        n_at_once = 1
    elif plan.workers is not None:
        n_at_once = plan.workers
    if remark is not None and plan.workers is not None:
        n_at_once = min(n_at_once, plan.workers)
    return Expected(visits / VISITS_PER_SECOND[plan.engine] / max(1, min(n_at_once, n_blocks)), remark)


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


def expected_visits(scenario: Scenario) -> float:
    """Visits of one replication, returns, warm-up and follow-up included, roughly."""
    demand = scenario.demand
    return getattr(demand, "visits_per_year", 0.0) * demand.growth * scenario.period.horizon / MINUTES_PER_YEAR
