"""How long scenarios take to be composed and checked. Nothing is played."""

import time
from collections.abc import Sequence
from typing import Any

from sim.config import compose, compose_sweep, files
from sim.runs.engines import COMPILED

FEW = ["staffing=traditional,peer_247", "demand.growth=range(0.9,1.15,0.05)", "support.consent=range(0.5,0.75,0.05)"]
MANY = [
    "staffing=traditional,peer_247,peer_added,peer_evening",
    "demand.growth=range(0.9,1.15,0.01)",
    "support.consent=range(0.4,0.9,0.01)",
]
SAMPLES = [MANY[0], "demand.growth=interval(0.9,1.15)", "support.consent=interval(0.4,0.9)"]
N_FEW, N_MANY = 50, 5_000
SAMPLING = ["sweep.design=lhs", f"sweep.samples={N_MANY - 1}"]


def composed(given: dict[str, Any]) -> dict[str, dict[str, float]]:
    """CPU and wall seconds of each way that is asked for, by its name in `WAYS`, and how many scenarios it makes."""
    compose(["study=run", f"engine={COMPILED}"])  # what has to be loaded by either is loaded
    return {"ways": {name: timed(*WAYS[name]) for name in given["ways"]}}


def timed(n: int, words: Sequence[str]) -> dict[str, float]:
    """Seconds until so many scenarios are composed and checked by `peered -m`, starting from files not yet read."""
    files.composed_once.cache_clear()
    files.composed_together.cache_clear()
    wall, cpu = time.perf_counter(), time.process_time()
    made = len(compose_sweep(words).scenarios)
    seconds = {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall}
    assert made == n, f"{made} scenarios, not {n}"
    return {"scenarios": n, **seconds}


WAYS: dict[str, tuple[int, Sequence[str]]] = {
    "grid_50": (N_FEW, FEW),
    "grid_5000": (N_MANY, MANY),
    "sample_5000": (N_MANY, [*SAMPLING, *SAMPLES]),
}
"""Grids, and a Latin hypercube of thousands in which no two scenarios share a varied value."""
