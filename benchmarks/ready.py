"""How long a fresh process takes until it can play: imports, configuration, and what is compiled or loaded."""

import time
from typing import Any


def ready(given: dict[str, Any]) -> dict[str, float]:
    """Wall times one after the other: imports and configuration, the engine's own preparing, a first week played."""
    started = time.perf_counter()
    import sim

    scenario = sim.load("study.weeks=1", "study.warm_up_weeks=0")
    loaded = time.perf_counter()
    if given["engine"] == "compiled":
        from sim.engine.compiled.backend import library

        library()
    prepared = time.perf_counter()
    sim.simulate(scenario, seed=1, engine=given["engine"])
    return {
        "load_seconds": loaded - started,
        "prepare_seconds": prepared - loaded,
        "first_week_seconds": time.perf_counter() - prepared,
        "wall_seconds": time.perf_counter() - started,
    }
