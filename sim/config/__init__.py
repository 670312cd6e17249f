"""From overrides and YAML files to checked values: the only part that knows Hydra.

What the values mean is said by `sim.department`; what is done with them is decided by the studies.
"""

from typing import TYPE_CHECKING, Any

from sim.config.composition import Composed, compose, staffing_scenarios
from sim.config.files import shipped_choices, shipped_configs
from sim.config.settings import ExecutorSettings, StudySettings

if TYPE_CHECKING:
    from sim.config.column_maps import column_map_of
    from sim.config.sweeps import ComposedSweep, compose_jobs, compose_sweep

__all__ = [
    "Composed",
    "ComposedSweep",
    "ExecutorSettings",
    "StudySettings",
    "column_map_of",
    "compose",
    "compose_jobs",
    "compose_sweep",
    "shipped_choices",
    "shipped_configs",
    "staffing_scenarios",
]


def __getattr__(name: str) -> Any:
    """What a single scenario does without is loaded when it is asked for."""
    from sim.config import column_maps, sweeps

    for module in (sweeps, column_maps):
        if name in __all__ and hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
