"""Boarding: admitted patients who wait in the department for an inpatient bed.

Either by a distribution of boarding times or by a regional pool of beds with requests from elsewhere.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from sim.department.quantities import Distribution, Frozen, NonNegative, Positive, Probability


class BedPool(Frozen):
    """Regional inpatient beds, first come first served; stays are exponential."""

    beds: Annotated[int, Field(ge=1)]
    mean_stay_hours: Positive
    outside_requests_per_day: NonNegative

    @property
    def beds_taken_at_first(self) -> int:
        """The offered load of the outside requests, rounded, at most all beds."""
        return min(self.beds, round(self.outside_requests_per_day * self.mean_stay_hours / 24.0))


class BoardingTime(Frozen):
    """Boarding minutes of one kind of patient: a `long_share` waits `boarding.mean_hours` on average, the others
    `minutes`.

    `pooled` patients wait for the regional pool instead when `boarding.kind` is `pool`.
    """

    minutes: Distribution
    long_share: Probability = 0.0
    long_cv: Positive = 0.8
    nurse_minutes_per_hour: NonNegative = 0.0
    pooled: bool = False


class Boarding(Frozen):
    """All boarding times by name; `mean_hours` is the mean of the long boarders; `nurse_role` cares for boarders."""

    name: str = "distribution"
    kind: Literal["distribution", "pool"] = "distribution"
    mean_hours: Positive = 20.0
    nurse_role: str = "nurse"
    times: dict[str, BoardingTime] = Field(default_factory=dict)
    pool: BedPool | None = None

    def _wrong(self) -> Iterator[str]:
        if self.kind == "pool" and self.pool is None:
            yield "kind is pool but no pool is given: add beds, mean_stay_hours, outside_requests_per_day"
