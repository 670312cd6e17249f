"""The interval of one measure, where a test looks at no more."""

from types import SimpleNamespace

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.intervals import mean_intervals


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> SimpleNamespace:
    """What `mean_intervals` says of one measure."""
    found = mean_intervals(np.asarray(values, dtype=float)[np.newaxis], confidence)
    return SimpleNamespace(**{name: column.item() for name, column in found.items()})
