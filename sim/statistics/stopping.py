"""When to stop: where confidence intervals are narrow enough and stay so, or the best of many scenarios is selected.

The rule of precision is that of Hoad, Robinson & Davies (Automated selection of the number of replications for a
discrete-event simulation, Journal of the Operational Research Society 61, 2010): the half-width is checked after each
replication, and a precision is reached when it holds for further replications too. It is a function of the values in
order of replication alone, so that it does not depend on the order in which they were computed.

An interval that is checked until it is narrow covers a little less often than it says: a sample that happens to vary
little stops early, the more so the sooner it is checked. `tests/verification/test_precision_coverage.py` measures it.

Selection is the procedure KN of Kim & Nelson (A fully sequential procedure for indifference-zone selection in
simulation, ACM Transactions on Modeling and Computer Simulation 11, 2001), with c = 1 and the error shared out over the
k - 1 others, so that scenarios may share random numbers. What is promised: normal values, and a best scenario that is
better than every other by the indifference or more, is chosen with at least the confidence. Of scenarios closer than
that either may be chosen.
"""

from dataclasses import dataclass
from math import ceil, inf, nan, sqrt
from typing import Literal

import numpy as np
import scipy  # each part of it is loaded when first called
from numpy.typing import ArrayLike

from sim.statistics.arrays import BoolArray, FloatArray, IntArray, vector
from sim.statistics.intervals import mean_intervals, t_point

LOOK_AHEAD = 5
"""Further replications for which a precision has to hold, up to a hundred of them; 5 % of them beyond (kLimit)."""
MOST_GROWTH = 2
"""A round at most doubles the replications: the sd of a few is a poor prediction."""
FIRST_LOOK = 20
"""First replications from which an interval stopped when narrow still covers 93 % at a skewness of 1."""


def paths(values: ArrayLike, confidence: float, first: int = 2) -> tuple[FloatArray, FloatArray]:
    """Mean and half-width after 1, 2, ... n replications, each of shape (m, n); NaN before the `first`.

    values: shape (m, n), a row per mean; NaN is undefined in that replication, and dropped as everywhere.
    """
    table = np.asarray(values, dtype=np.float64)
    means, half_widths = np.full(table.shape, nan), np.full(table.shape, nan)
    for n in range(first, table.shape[1] + 1):
        found = mean_intervals(table[:, :n], confidence)
        means[:, n - 1], half_widths[:, n - 1] = found["mean"], found["half_width"]
    return means, half_widths


def looked_ahead(n: ArrayLike, look_ahead: int = LOOK_AHEAD) -> IntArray:
    """Replications beyond the n-th for which a precision reached at the n-th has to hold."""
    return np.asarray(look_ahead * np.maximum(np.asarray(n), 100) // 100, dtype=np.int64)


def stops_after(is_narrow: BoolArray, first: int, look_ahead: int = LOOK_AHEAD) -> IntArray:
    """Replications after which the rule stops, those looked ahead at included, shape (m,); 0 where it does not yet.

    is_narrow: shape (m, n), whether the precision is there after 1, 2, ... n replications. Never before `first`.
    """
    m, n = is_narrow.shape
    place = np.arange(n)
    next_wide = np.where(is_narrow, n, place)
    lasts = np.minimum.accumulate(next_wide[:, ::-1], axis=1)[:, ::-1] - place
    ahead = looked_ahead(place + 1, look_ahead)
    holds: BoolArray = (lasts > ahead) & (place + 1 >= first)
    reached = holds.argmax(axis=1) if n else np.zeros(m, dtype=np.int64)
    return np.where(holds.any(axis=1), reached + 1 + ahead[reached], 0) if n else np.zeros(m, dtype=np.int64)


def replications_needed(values: ArrayLike, half_width: float, confidence: float = 0.95) -> int:
    """Smallest total number of replications whose t half-width would be at most `half_width`, never below 2.

    Takes the sd of the pilot `values`, shape (n,), as true (Law, Simulation Modeling and Analysis; Hoad,
    Robinson & Davies 2010 repeat it as replications come in). For a relative precision pass a share of the
    absolute mean. Raises ValueError for fewer than two defined values or a half-width that is not positive.
    """
    if not half_width > 0.0:
        raise ValueError(f"half_width is {half_width}: give a positive precision in the unit of the values")
    pilot = mean_intervals(vector(values, "values")[np.newaxis], confidence)
    sd = float(pilot["sd"][0])
    if pilot["n"][0] < 2:
        raise ValueError("values has fewer than two defined replications: at least 2 are needed to know the spread")
    normal = float(scipy.special.ndtri(0.5 + confidence / 2.0)) * sd / half_width
    n = max(2, ceil(normal * normal))  # t is wider than normal, so the answer is here or a little above
    while t_point(n - 1, confidence) * sd / sqrt(n) > half_width:
        n += 1
    return n


def next_number(values: FloatArray, allowed: float, confidence: float, cap: int) -> int:
    """Replications to have before looking again: as many as the present spread asks for, never over `cap`.

    values: shape (n,), those so far. Any number would do for the answer; a good one spares rounds.
    """
    n, defined = values.size, values[~np.isnan(values)]
    least = n + int(looked_ahead(n))
    if defined.size < 2 or not 0.0 < allowed < inf:
        return min(cap, max(least, MOST_GROWTH * n))
    needed = -(-replications_needed(defined, allowed, confidence) * n // defined.size)
    return min(cap, max(least, min(needed + int(looked_ahead(needed)), MOST_GROWTH * n)))


Direction = Literal["low", "high"]

_MOST_AT_ONCE, _MOST_COLUMNS_AT_ONCE = 2**18, 64
"""Pairs of scenarios by replications, and replications, that are looked at in one go."""


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The selection after the replications so far: arrays in the order of the scenarios.

    `selected`: the scenario chosen, None until it is. `surviving`: may still be chosen. `left_after`: replications
    after which a scenario was ruled out, 0 while it is not; `n`: replications of the survivors that were looked at.
    `most`: replications after which it is decided at the latest. `mean`: over the replications each scenario stayed in.
    """

    selected: int | None
    surviving: BoolArray
    left_after: IntArray
    mean: FloatArray
    n: int
    n_undefined: int
    most: int


def select_best(
    values: ArrayLike, better: Direction, indifference: float, first: int, confidence: float = 0.95
) -> Selection:
    """Go through the replications in order, ruling scenarios out, as far as those that survive have been played.

    values: shape (k, n), a row per scenario, a column per replication on the same seeds; NaN where a scenario was not
    played or the measure is undefined. A replication that is undefined in a survivor is left out for all, and counted.
    Raises ValueError for an indifference that is not positive, fewer than two scenarios or a `first` under 2.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2:
        raise ValueError(
            f"values has shape {table.shape}: give a row per scenario, at least 2, a column per replication"
        )
    if not indifference > 0.0:
        raise ValueError(f"indifference is {indifference}: give the smallest difference that matters, above 0")
    if first < 2:
        raise ValueError(f"first is {first}: at least 2 replications are needed to know the spread")
    if better not in ("low", "high"):
        raise ValueError(f"better is {better!r}: choose 'low' or 'high'")
    signed = table if better == "high" else -table
    whole = np.flatnonzero(~np.isnan(signed).any(axis=0))[:first]
    if whole.size < first:
        k = len(table)  # nothing is decided before the first replications are there
        return Selection(None, np.ones(k, dtype=bool), np.zeros(k, dtype=np.int64), np.full(k, nan), 0, 0, first)
    race = _Race(signed, whole, _squared_reach(signed[:, whole], indifference, confidence), indifference)
    race.run()
    surviving = np.zeros(len(table), dtype=bool)
    surviving[race.alive] = True
    return Selection(
        selected=int(race.alive[0]) if race.alive.size == 1 else None,
        surviving=surviving,
        left_after=race.left_after,
        mean=(1.0 if better == "high" else -1.0) * race.sums / race.counts,
        n=race.n,
        n_undefined=race.column - race.n,
        most=race.most,
    )


def _squared_reach(first_values: FloatArray, indifference: float, confidence: float) -> FloatArray:
    """h² S²_il / δ² of every pair, shape (k, k): after so many replications a pair is decided whatever they show."""
    k, n = first_values.shape
    eta = 0.5 * ((2.0 * (1.0 - confidence) / (k - 1)) ** (-2.0 / (n - 1)) - 1.0)
    apart = first_values[:, np.newaxis] - first_values[np.newaxis]
    return np.asarray(2.0 * eta * (n - 1) * apart.var(axis=2, ddof=1) / indifference**2, dtype=np.float64)


class _Race:
    """Scenarios that are still in, and their sums so far; in `signed` more is better.

    `column`: replications gone through, `n`: those of them that were defined in all that were in.
    """

    def __init__(self, signed: FloatArray, whole: IntArray, reach: FloatArray, indifference: float) -> None:
        self.signed, self.reach, self.indifference = signed, reach, indifference
        self.alive, self.most = np.arange(len(signed)), int(reach.max()) + 1
        self.column, self.n = int(whole[-1]) + 1, whole.size
        self.sums = signed[:, whole].sum(axis=1)
        self.counts = np.full(len(signed), self.n)
        self.left_after = np.zeros(len(signed), dtype=np.int64)

    def run(self) -> None:
        """To the end, or as far as there are replications."""
        columns = np.array([self.column - 1])
        totals = self.sums[:, np.newaxis]
        while columns.size:
            numbers = self.n + np.arange(columns.size) + (columns[0] >= self.column)
            is_out = self.ruled_out(totals, numbers)
            last = int(is_out.any(axis=0).argmax()) if is_out.any() else columns.size - 1
            self.column, self.n = int(columns[last]) + 1, int(numbers[last])
            self.sums[self.alive], self.counts[self.alive] = totals[:, last], self.n
            self.left_after[self.alive[is_out[:, last]]] = self.column
            self.alive = self.alive[~is_out[:, last]]
            columns, totals = self.further()

    def further(self) -> tuple[IntArray, FloatArray]:
        """The next replications that are defined in all that are in, and the sums after each; none if it is decided."""
        ahead = self.signed[self.alive, self.column :]
        several = min(_MOST_COLUMNS_AT_ONCE, max(1, _MOST_AT_ONCE // self.alive.size**2)) if self.alive.size > 1 else 0
        columns = np.flatnonzero(~np.isnan(ahead).any(axis=0))[:several]
        totals = self.sums[self.alive, np.newaxis] + np.cumsum(ahead[:, columns], axis=1)
        return columns + self.column, totals

    def ruled_out(self, totals: FloatArray, numbers: IntArray) -> BoolArray:
        """Who is shown worse than another after so many replications; once it has to be decided, all but one."""
        reach = self.reach[np.ix_(self.alive, self.alive)]
        margin = np.maximum(0.0, 0.5 * self.indifference * (reach[:, :, np.newaxis] - numbers))
        is_out: BoolArray = np.any(totals[np.newaxis] - totals[:, np.newaxis] > margin, axis=1)
        leader = np.arange(len(totals))[:, np.newaxis] == totals.argmax(axis=0)
        return np.where(numbers >= self.most, ~leader, is_out)
