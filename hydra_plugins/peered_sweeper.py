"""`hydra/sweeper=peered`: the designs of `peered -m` for a launcher of Hydra's.

Scenarios are made and checked by `sim.config`; the launcher plays them. Hydra loads this file whenever it starts, so it
imports nothing heavy and keeps its annotations as they are.
"""

from inspect import signature
from pathlib import Path
from typing import Any, List, Optional

from hydra.core.config_store import ConfigStore
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf


class PeeredSweeper(Sweeper):
    """Checks all scenarios first, then hands them to the launcher in one batch."""

    def __init__(self) -> None:
        self.config: Optional[DictConfig] = None
        self.launcher: Optional[Launcher] = None
        self.task_function: Optional[TaskFunction] = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        from hydra.core.plugins import Plugins

        self.config, self.task_function = config, task_function
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: List[str]) -> Any:
        from sim.config.multirun import jobs_of

        assert self.launcher is not None
        assert self.config is not None
        jobs = jobs_of(self.task_function, arguments)
        folder = Path(str(self.config.hydra.sweep.dir))
        folder.mkdir(parents=True, exist_ok=True)
        OmegaConf.save(self.config, folder / "multirun.yaml")
        returns = self.launcher.launch(jobs, initial_job_idx=0)
        for one in returns:
            _ = one.return_value  # raises what went wrong in the job
        return [returns]


# Hydra loads this file more than once in a process; from 1.4 on it wants to hear that this is meant.
AGAIN = {"replace": True} if "replace" in signature(ConfigStore.store).parameters else {}
ConfigStore.instance().store(
    group="hydra/sweeper",
    name="peered",
    node={"_target_": "hydra_plugins.peered_sweeper.PeeredSweeper"},
    provider="peered",
    **AGAIN,
)
