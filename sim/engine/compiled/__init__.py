"""The compiled engine: the same department as one loop over tables, the same trajectory as the SimPy model's.

Read `sim.engine.reference.model` first. Here the law stands in short functions by its parts: `pathway` and `peers` a
visit, `settling` and `tasks` the floor, `loop` the calendar; `lowering` turns a scenario into tables.
"""

from sim.department.scenario import Scenario
from sim.engine.compiled.backend import prepare
from sim.engine.compiled.replication import Run
from sim.engine.compiled.scenario_cache import BLUEPRINTS
from sim.engine.trajectory import Trajectory

__all__ = ["prepare", "simulate"]


def simulate(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
    """Play one replication of a scenario and return everything that happened, as `sim.engine.reference.model.simulate`
    does.

    The result is a pure function of scenario, seed and replication. Raises ScenarioError for a scenario with
    contradictions, ValueError for one with more roles than the engine takes, and RuntimeError when
    `period.step_limit` is exceeded.
    """
    prepare()
    return Run(BLUEPRINTS.of(scenario), seed, replication).play()
