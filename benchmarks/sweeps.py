"""How long scenarios take to be composed and checked. Nothing is played."""

import time
from collections.abc import Sequence
from typing import Any

from sim.config import compose, compose_sweep

MANY = [
    "staffing=traditional,peer_247,peer_added,peer_evening",
    "demand.growth=range(0.9,1.15,0.01)",
    "support.consent=range(0.4,0.9,0.01)",
]
SAMPLES = [MANY[0], "demand.growth=interval(0.9,1.15)", "support.consent=interval(0.4,0.9)"]
WAYS = {
    "grid_20": [MANY[0], "demand.growth=range(0.9,1.15,0.05)"],
    "grid_5000": MANY,
    "sample_5000": [*SAMPLES, "sweep.design=lhs", "sweep.samples=4999"],
}
"""Grids, and a Latin hypercube of thousands in which no two scenarios share a varied value."""


def composed(given: dict[str, Any]) -> dict[str, dict[str, float]]:
    """CPU and wall seconds of each way that is asked for, by its name in `WAYS`, and how many scenarios it makes."""
    compose(["study=run"])  # what has to be loaded is loaded
    return {"ways": {name: timed(WAYS[name]) for name in given["ways"]}}


def timed(words: Sequence[str]) -> dict[str, float]:
    """Seconds until scenarios are composed and checked by `peered -m`."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = len(compose_sweep(words).scenarios)
    return {
        "scenarios": made,
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": time.perf_counter() - wall,
    }
