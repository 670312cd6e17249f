"""The compiled engine: the same department as one loop over tables, the same trajectory as the SimPy model's.

Read `sim.engine.reference.model` first. Here the law stands in short functions by its parts: `pathway` and `peers` a
visit, `settling` and `tasks` the floor, `event_loop` the calendar; `scenario_tables` turns a scenario into tables.
`backend` loads the machine code that is made of all this when the package is built.
"""

from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory

__all__ = ["simulate"]


def simulate(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
    """Play one replication of a scenario and return everything that happened, as `sim.engine.reference.model.simulate`
    does.

    The result is a pure function of scenario, seed and replication. Raises ScenarioError for a scenario with
    contradictions, ValueError for one with more roles than the engine takes, RuntimeError when `period.step_limit` is
    exceeded, and NoMachineCode where the library is missing or older than its sources.
    """
    # Here, because what is imported needs `backend`, a module of this package.
    from sim.engine.compiled.replication import simulate as played

    return played(scenario, seed, replication)
