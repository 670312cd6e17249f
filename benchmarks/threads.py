"""Replications side by side in one process, on one thread and on two."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sim
from benchmarks.departments import department
from benchmarks.runs import SEED, WARM_UP_SEED


def threads(given: dict[str, Any]) -> dict[str, Any]:
    """Wall time of the same replications on one thread and on two, in turn; the threads stay, as in a study.

    Each round plays replications of its own, so that nothing is remembered from the round before.
    """
    scenario, engine, runs = department(given["weeks"]), given["engine"], given["runs"]
    found: dict[str, list[float]] = {"one": [], "two": []}
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        pools = {"one": one, "two": two}

        def seconds(name: str, first: int, n: int, seed: int = SEED) -> float:
            started = time.perf_counter()
            list(pools[name].map(lambda number: n_visits(scenario, seed, number, engine), range(first, first + n)))
            return time.perf_counter() - started

        for name in pools:
            seconds(name, 0, 2, WARM_UP_SEED)
        for number in range(given["rounds"]):
            first = (given["repetition"] * given["rounds"] + number) * runs
            # Which of the two comes first changes from round to round.
            for name in list(pools)[:: 1 if number % 2 == 0 else -1]:
                found[name].append(seconds(name, first, runs))
    return {"wall_seconds": found}


def n_visits(scenario: Any, seed: int, replication: int, engine: str) -> int:
    """Play one replication and let go of it."""
    return sim.simulate(scenario, seed=seed, replication=replication, engine=engine).n_visits
