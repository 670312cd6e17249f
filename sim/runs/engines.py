"""The engines by name, each loaded when it is first asked for.

What they play is the law of the department, the same to the last bit; where is `sim.runs.worker_pool`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sim.department.scenario import Scenario
    from sim.engine.trajectory import Trajectory


class Engine(Protocol):
    """Plays one replication of a scenario."""

    def __call__(self, scenario: "Scenario", seed: int, replication: int = 0) -> "Trajectory": ...


def compiled(scenario: "Scenario", seed: int, replication: int = 0) -> "Trajectory":
    """One compiled loop."""
    from sim.engine.compiled import simulate

    return simulate(scenario, seed, replication)


def simpy(scenario: "Scenario", seed: int, replication: int = 0) -> "Trajectory":
    """The reference, in SimPy."""
    from sim.engine.reference.model import simulate

    return simulate(scenario, seed, replication)


COMPILED = "compiled"
ENGINES: Mapping[str, Engine] = {COMPILED: compiled, "simpy": simpy}


def prepare(engine: str, tell: Callable[[str], None]) -> None:
    """Make what an engine needs before its first replication.

    `tell` is called only if that takes a while, or will take as long again since there is no place to keep it.
    """
    from sim.engine.machine_code import notices

    if engine == COMPILED:
        from sim.engine.compiled import prepare as make

        make(tell)
    for notice in notices():
        tell(notice)


def releases_gil(engine: str) -> bool:
    """Whether other threads run while it plays; the SimPy model holds the interpreter's lock (GIL)."""
    return engine == COMPILED
