"""Kaplan-Meier survival of durations that may be censored, with Greenwood's standard error.

Sources: Kaplan & Meier (1958), JASA 53:457-481; Greenwood (1926).
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.arrays import FloatArray, IntArray, vector


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """Kaplan-Meier curve: at each distinct time, the share still event-free just after it.

    Arrays of one length; times in the unit of the durations. `standard_error` is Greenwood's, NaN once the
    curve is 0.
    """

    times: FloatArray
    survival: FloatArray
    standard_error: FloatArray

    def at(self, times: ArrayLike) -> FloatArray:
        """Survival at any times: 1 before the first, NaN after the last (nobody was followed so long)."""
        at = np.asarray(times, dtype=np.float64)
        steps = np.concatenate(([1.0], self.survival))[np.searchsorted(self.times, at, side="right")]
        return np.where(at > self.times[-1], nan, steps)


def kaplan_meier(durations: ArrayLike, observed: ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier (1958) survival with Greenwood's (1926) standard error.

    durations: shape (n,), at least 0; observed: shape (n,) of booleans, True where the event (a return)
    happened, False where follow-up ended first. Events at a time count before endings at it. The standard
    error takes patients as independent. Raises ValueError for no patient, unequal shapes, NaN or negative
    durations.
    """
    duration, event = vector(durations, "durations"), np.asarray(observed, dtype=np.bool_)
    if duration.shape != event.shape or duration.size == 0:
        raise ValueError(f"durations has {duration.size} values, observed {event.size}: give one of each per patient")
    if not np.all(duration >= 0.0):
        raise ValueError("durations holds a negative number or NaN: measure from the start of follow-up")
    times = np.unique(duration)
    at_risk = duration.size - np.searchsorted(np.sort(duration), times, side="left")
    happened = np.sort(duration[event])
    events = np.searchsorted(happened, times, side="right") - np.searchsorted(happened, times, side="left")
    survival = np.asarray(np.cumprod((at_risk - events) / at_risk), dtype=np.float64)
    return SurvivalCurve(
        times=times,
        survival=survival,
        standard_error=_greenwood(survival, at_risk, events),
    )


def _greenwood(survival: FloatArray, at_risk: IntArray, events: IntArray) -> FloatArray:
    left = at_risk - events
    terms = np.divide(events, at_risk * left, out=np.full(left.size, nan), where=left > 0)
    return np.asarray(survival * np.sqrt(np.cumsum(terms)), dtype=np.float64)
