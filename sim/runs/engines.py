"""The engines by name, each loaded when it is first asked for.

What they play is the law of the department, the same to the last bit; where their blocks run is `sim.runs.worker_pool`.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sim.department.scenario import Scenario
    from sim.engine.reference.own_rules import StepRules
    from sim.engine.trajectory import Trajectory


class Engine(Protocol):
    """Plays one replication of a scenario."""

    def __call__(self, scenario: "Scenario", seed: int, replication: int = 0) -> "Trajectory": ...


def compiled(scenario: "Scenario", seed: int, replication: int = 0) -> "Trajectory":
    """One compiled loop."""
    return loaded_compiled()(scenario, seed, replication)


@cache
def loaded_compiled() -> Engine:
    """The same, loaded: an `import` takes a microsecond before every run, even if there is nothing left to load."""
    from sim.engine.compiled.replication import simulate

    return simulate


def simpy(scenario: "Scenario", seed: int, replication: int = 0, rules: "StepRules | None" = None) -> "Trajectory":
    """The reference, in SimPy, which alone can ask `rules` of one's own."""
    from sim.engine.reference.model import simulate

    return simulate(scenario, seed, replication, rules)


COMPILED = "compiled"
ENGINES: Mapping[str, Engine] = {COMPILED: compiled, "simpy": simpy}


def releases_gil(engine: str) -> bool:
    """Whether threads of Python go on while it plays; the SimPy model holds the interpreter."""
    return engine == COMPILED
