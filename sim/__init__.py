"""PeerED: what changes in a children's emergency department when peer support workers join or replace part of the team.

`load` composes a scenario, `simulate` plays one replication of it, `compare` answers the founding question.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.department.scenario import Scenario
    from sim.engine.trajectory import Trajectory
    from sim.study.comparison import Comparison

__all__ = ["compare", "load", "simulate"]


def load(*overrides: str) -> "Scenario":
    """The scenario that overrides such as `"staffing=peer_added"` describe, checked.

    Raises ScenarioError with every problem at once.
    """
    from sim.config import compose

    return compose(["study=run", *overrides]).scenario


def simulate(scenario: "Scenario", seed: int = 1, replication: int = 0, engine: str = "simpy") -> "Trajectory":
    """Play one replication: `.visits`, `.tasks`, `.staff` and `.census` of the result are DataFrames.

    Raises ValueError for an unknown engine.
    """
    from sim.study.experiment import ENGINES

    if engine not in ENGINES:
        raise ValueError(f"engine = {engine!r}: use one of {', '.join(ENGINES)}")
    return ENGINES[engine](scenario, seed, replication)


def compare(
    staffings: Sequence[str],
    *overrides: str,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> "Comparison":
    """Compare staffings on the same patients; the first is the baseline. Overrides are those of the command line.

    `workers` None: all cores. In a script, call it under `if __name__ == "__main__":`.
    """
    from sim.config import compose
    from sim.config.plans import plan_of
    from sim.study.comparing import compare_composed

    settings = [f"study.staffing=[{','.join(staffings)}]", f"study.baseline={staffings[0]}", *overrides]
    if replications is not None:
        settings.append(f"study.replications={replications}")
    if seed is not None:
        settings.append(f"seed={seed}")
    return compare_composed(plan_of(compose(["study=compare", *settings])), workers=workers)
