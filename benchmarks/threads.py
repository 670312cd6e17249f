"""Replications side by side in one process, on one thread and on two."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sim
from benchmarks.departments import department
from benchmarks.runs import SEED, WARM_UP_SEED


def threads(given: dict[str, Any]) -> dict[str, Any]:
    """Wall time of the same replications on one thread and on two, in turn.

    Each round plays replications of its own, so that nothing is remembered from the round before.
    """
    scenario, engine, runs = department(given["weeks"]), given["engine"], given["runs"]

    def seconds(n_threads: int, first: int, seed: int = SEED) -> float:
        with ThreadPoolExecutor(n_threads) as pool:
            started = time.perf_counter()
            for _ in pool.map(lambda number: n_visits(scenario, seed, number, engine), range(first, first + runs)):
                pass
            return time.perf_counter() - started

    for n_threads in (1, 2):
        seconds(n_threads, 0, WARM_UP_SEED)
    found: dict[str, list[float]] = {"one": [], "two": []}
    for number in range(given["rounds"]):
        first = (given["repetition"] * given["rounds"] + number) * 2 * runs
        # Which of the two comes first changes from round to round.
        for name, n_threads in (("one", 1), ("two", 2))[:: 1 if number % 2 == 0 else -1]:
            found[name].append(seconds(n_threads, first))
    return {"wall_seconds": found}


def n_visits(scenario: Any, seed: int, replication: int, engine: str) -> int:
    """Play one replication and let go of it."""
    return sim.simulate(scenario, seed=seed, replication=replication, engine=engine).n_visits
