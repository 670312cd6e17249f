"""Where a department loses so many visits that differences say nothing: those who would wait longest are gone.

What is then not said is up to whoever asks.
"""

from collections.abc import Sequence

import numpy as np

LEAVING = "lwbs_or_ama.all"
LWBS_LIMIT = 0.05
"""Above this share of visits leaving, a department is off its knee and differences are not interpreted."""


def share_leaving(measures: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Mean share of visits that leave, of each scenario; NaN where it is not known.

    values: shape (scenarios, measures, replications), NaN where a replication is not there.
    """
    if LEAVING not in measures:
        return np.full(len(values), np.nan)
    left = values[:, list(measures).index(LEAVING)]
    there = ~np.isnan(left)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, left, 0.0).sum(axis=1) / there.sum(axis=1))
