"""From overrides and YAML files to checked values.

What the values mean is said by `sim.department`; what is done with them is decided by the studies.
"""

from sim.config.column_maps import column_map_of
from sim.config.composition import compose
from sim.config.files import shipped_choices, shipped_configs
from sim.config.sweeps import compose_sweep
from sim.studies.question import ExecutorSettings, Question, SweepQuestion

__all__ = [
    "ExecutorSettings",
    "Question",
    "SweepQuestion",
    "column_map_of",
    "compose",
    "compose_sweep",
    "shipped_choices",
    "shipped_configs",
]
