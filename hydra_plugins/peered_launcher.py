"""`hydra/launcher=peered`: the jobs of a sweeper of Hydra's, checked, played and kept as `peered -m` does.

All of that is done by `sim`. Hydra loads this file whenever it starts, so it imports nothing heavy and keeps its
annotations as they are.
"""

from inspect import signature
from pathlib import Path
from typing import Optional, Sequence

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class PeeredLauncher(Launcher):
    """Plays all jobs of a batch as one sweep; for PeerED's own task only, since no other is called."""

    def __init__(self) -> None:
        self.config: Optional[DictConfig] = None
        self.task_function: Optional[TaskFunction] = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.config, self.task_function = config, task_function

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from sim.config.multirun import play_together

        assert self.config is not None
        folder = Path(str(self.config.hydra.sweep.dir))
        play_together(self.task_function, job_overrides, folder, initial_job_idx)
        return [JobReturn(overrides=list(words), status=JobStatus.COMPLETED) for words in job_overrides]


# Hydra loads this file more than once in a process; from 1.4 on it wants to hear that this is meant.
AGAIN = {"replace": True} if "replace" in signature(ConfigStore.store).parameters else {}
ConfigStore.instance().store(
    group="hydra/launcher",
    name="peered",
    node={"_target_": "hydra_plugins.peered_launcher.PeeredLauncher"},
    provider="peered",
    **AGAIN,
)
