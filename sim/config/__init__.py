"""From overrides and YAML files to checked values.

What the values mean is said by `sim.department`; what is done with them is decided by the studies.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.config.composition import compose
from sim.config.files import shipped_choices, shipped_configs
from sim.studies.question import Question, SweepQuestion
from sim.studies.settings import ExecutorSettings

if TYPE_CHECKING:
    from sim.config.column_maps import column_map_of
    from sim.config.sweeps import compose_sweep

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


LATER = {"compose_sweep": "sweeps", "column_map_of": "column_maps"}
"""What a single scenario does without, and the module of each: loaded when it is asked for."""


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)
