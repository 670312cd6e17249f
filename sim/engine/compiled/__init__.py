"""Stands in for the compiled engine until it is there: plays the reference model under its name.

What the model does is `sim.engine.model`.
"""

from collections.abc import Callable
from dataclasses import replace

from sim.department.scenario import Scenario
from sim.engine import model
from sim.engine.trajectory import Trajectory


def simulate(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
    """Play one replication."""
    return replace(model.simulate(scenario, seed, replication), engine="compiled")


def prepare(tell: Callable[[str], None] | None = None) -> None:
    """Nothing has to be compiled."""
