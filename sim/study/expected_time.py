"""About how long a study takes, for those who ask before they start it.

What is measured stands in `benchmarks`; this is a rough reckoning from it.
"""

from sim.department.scenario import Scenario
from sim.study.engines import lets_go
from sim.study.executor import n_cores

VISITS_PER_SECOND = {"compiled": 140_000.0, "simpy": 2000.0}
"""What is reckoned with on one core, measures included; `make bench` measures the engines alone."""


def seconds_of(visits: float, engine: str, at_once: int) -> float:
    """Seconds for so many visits, on so many cores."""
    return visits / VISITS_PER_SECOND[engine] / at_once


def side_by_side(engine: str, executor: str, workers: int | None, n_blocks: int) -> int:
    """Blocks that get on at the same time."""
    if executor == "threads" and not lets_go(engine):
        return 1
    return min(workers or n_cores(), n_blocks)


def weekly_visits(scenario: Scenario) -> float:
    """Visits of a week, returns included, roughly."""
    demand = scenario.demand
    return getattr(demand, "visits_per_year", 0.0) * demand.growth / 52.14
