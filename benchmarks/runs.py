"""The speed of runs: on one core with the peak memory of the process, side by side on threads, and from a cold start.

Which departments there are to play is `departments`.
"""

import platform
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sim
from benchmarks.departments import department

KIB_OR_BYTES = 1 if platform.system() == "Darwin" else 1024
"""`ru_maxrss` is in KiB on Linux, in bytes on macOS."""
CHANGES = ("staff", "zones", "growth")
WARM_UP_SEED, SEED = 2, 1


def peak_mib() -> float:
    """Largest resident size this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_OR_BYTES / 2**20


def speed(given: dict[str, Any]) -> dict[str, Any]:
    """Play runs after a short one that loads what is compiled; every run is a replication of its own."""
    changes = {key: given[key] for key in CHANGES if key in given}
    sim.simulate(department(1, **changes), seed=WARM_UP_SEED, engine=given["engine"])
    scenario = department(given["weeks"], **changes)
    first = given["repetition"] * given["runs"] if given["next"] else 0
    runs = [timed(scenario, replication, given["engine"]) for replication in range(first, first + given["runs"])]
    return {"played": runs, "peak_mib": peak_mib()}


def timed(scenario: Any, replication: int, engine: str) -> dict[str, float]:
    """One run: CPU time for the figures, wall time beside it to show that nothing was waited for."""
    cpu, wall = time.process_time(), time.perf_counter()
    trajectory = sim.simulate(scenario, seed=SEED, replication=replication, engine=engine)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "replication": replication,
        "visits": trajectory.n_visits,
        "entries": trajectory.n_entries,
        "cpu_seconds": cpu,
        "wall_seconds": wall,
    }


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
