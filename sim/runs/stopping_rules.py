"""What a study may ask for beyond its estimates: a precision, the best of all, a choice of intervals.

The estimators are `sim.statistics`'; which replications are played next is `sim.analysis.sequential_sampling`'s.
"""

from collections.abc import Iterator
from math import nan
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sim.department.quantities import Frozen, Positive
from sim.statistics.arrays import FloatArray

Of = Literal["estimates", "differences"]
Simultaneous = Literal["bonferroni", "max_t"]
MOST_REPLICATIONS = 200
"""Nothing is played more often unless a higher cap is given."""


class Precision(Frozen):
    """The half-width asked of a measure: in its unit, or `relative`, a share of the absolute mean.

    `of` the scenario's own mean, or of its paired difference from the baseline; `relative` is then a share of the
    baseline's mean, for a difference may well be nothing.
    """

    half_width: Positive | None = None
    relative: Positive | None = None
    of: Of = "estimates"

    def _wrong(self) -> Iterator[str]:
        if (self.half_width is None) == (self.relative is None):
            yield "give half_width (in the unit of the measure) or relative (a share of the mean), one of them"

    def widest(self, means: FloatArray) -> FloatArray:
        """Largest half-width that meets the precision, beside each of these means."""
        if self.half_width is not None:
            return np.full(means.shape, self.half_width)
        return np.abs(means) * (self.relative or nan)


class Selecting(Frozen):
    """The best scenario by a measure is to be selected; differences smaller than `indifference` do not matter."""

    measure: str
    indifference: Positive


class StoppingRules(Frozen):
    """When to stop playing, and what else to estimate.

    `precision` by measure; `select` plays on only those that may be best; `best` compares all with the best;
    `controls` adds estimates that take the arrivals expected as known.

    Without `precision` and `select` every scenario has the same number of replications.
    """

    precision: dict[str, Precision] = Field(default_factory=dict)
    select: Selecting | None = None
    best: str | None = None
    simultaneous: Simultaneous = "bonferroni"
    controls: bool = False
    most_replications: Annotated[int, Field(ge=1)] = MOST_REPLICATIONS

    @property
    def in_rounds(self) -> bool:
        """Whether the number of replications depends on what they say."""
        return bool(self.precision) or self.select is not None

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures looked at between rounds."""
        return tuple(self.precision) or (() if self.select is None else (self.select.measure,))
