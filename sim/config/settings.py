"""What is chosen beside the study: the engine, and what stands outside every group.

The settings of a study and of the executor stand in `sim.studies.question`.
"""

from typing import Annotated

from pydantic import Field

from sim.department.quantities import Frozen


class EngineSettings(Frozen):
    """The engine by name."""

    name: str


class Root(Frozen):
    """What stands outside every group."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    output: str | None = None
