"""How long scenarios take to be composed and checked: by `peered -m`, and by Hydra's own sweeper and launcher.

Nothing is played. How the figures are shown is left to `table`.
"""

import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import hydra
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from sim.config import compose, compose_sweep, files, shipped_configs
from sim.config.checking import checked
from sim.config.key_paths import MODELS
from sim.department.scenario import Scenario
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


def timed(n: int, task: Callable[[], int]) -> dict[str, float]:
    """Seconds for a task that makes so many scenarios, starting from files not yet read."""
    files.composed_once.cache_clear()
    files.composed_together.cache_clear()
    wall, cpu = time.perf_counter(), time.process_time()
    made = task()
    seconds = {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall}
    assert made == n, f"{made} scenarios, not {n}"
    return {"scenarios": n, **seconds}


def ours(words: Sequence[str]) -> int:
    """Every scenario composed and checked as `peered -m` does."""
    return len(compose_sweep(words).scenarios)


def stock(words: Sequence[str]) -> int:
    """The same by Hydra's basic sweeper and launcher, which compose each job twice; each checked once, as ours are."""
    found: list[Scenario] = []

    def check(config: DictConfig) -> None:
        found.append(scenario_of(OmegaConf.to_container(config, resolve=True)))

    quiet = ["hydra/hydra_logging=disabled", "hydra/job_logging=disabled"]
    GlobalHydra.instance().clear()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with hydra.initialize_config_dir(str(shipped_configs()), version_base="1.3", job_name="stock"):
            program = GlobalHydra.instance().hydra
            assert program is not None
            program.multirun("config", check, ["study=run", *words, f"hydra.sweep.dir={folder}", *quiet])
    return len(found)


def scenario_of(data: Any) -> Scenario:
    """A scenario from what Hydra has composed, each group and the whole checked."""
    groups = {group: checked(group, data[group], [data[group]]).value for group in MODELS}
    parts = {group: value for group, value in groups.items() if group in Scenario.model_fields}
    return Scenario(**parts, period=groups["study"].period).checked()


WAYS: dict[str, tuple[int, Callable[[], int]]] = {
    "ours_50": (N_FEW, lambda: ours(FEW)),
    "stock_50": (N_FEW, lambda: stock(FEW)),
    "ours_5000": (N_MANY, lambda: ours(MANY)),
    "ours_5000_sampled": (N_MANY, lambda: ours([*SAMPLING, *SAMPLES])),
}
"""A grid and a Latin hypercube of thousands, in which no two scenarios share a varied value; fifty in both ways."""
