"""What is chosen beside the study: the engine, the executor, and what stands outside every group.

The settings of a study stand in `sim.studies.settings`.
"""

import re
from typing import Annotated

from pydantic import Field, model_validator

from sim.department.quantities import Frozen
from sim.studies.settings import WholePositive


class EngineSettings(Frozen):
    """The engine by name."""

    name: str


class ExecutorSettings(Frozen):
    """Where replications run: `auto` leaves it to the engine. `workers` None: as many as there are cores.

    `address` of a Dask scheduler; None: a cluster of this machine.
    """

    name: str
    workers: WholePositive | None = None
    address: str | None = None

    @model_validator(mode="after")
    def _address_of_a_cluster(self) -> "ExecutorSettings":
        if self.address is not None and self.name != "dask":
            raise ValueError(f"executor={self.name} has no address: leave it out, or choose executor=dask")
        if self.address is not None and not re.fullmatch(r"(tcp|tls)://[^\s:]+:\d+", self.address):
            raise ValueError(
                f"address {self.address!r} is none of a scheduler: write it as tls://HOST:PORT or tcp://HOST:PORT"
            )
        return self


class Root(Frozen):
    """What stands outside every group."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    output: str | None = None
