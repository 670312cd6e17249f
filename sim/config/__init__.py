"""From overrides and YAML files to checked values: the only part that knows Hydra.

What the values mean is said by `sim.department`; what is done with them is decided by the studies.
"""

from sim.config.column_maps import column_map_of
from sim.config.composition import Composed, compose, staffing_scenarios
from sim.config.files import shipped_choices, shipped_configs
from sim.config.settings import ExecutorSettings, StudySettings
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
