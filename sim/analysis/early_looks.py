"""What the first replications of a design say while the rest is played, at the looks of `sim.statistics.watching`.

A look is a function of its first n replications alone: of when and in what order they ended nothing depends. It
changes no result; what is stored and answered is made of all runs by `sim.analysis.compare` and its like.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.comparison_result import FoundValue
from sim.runs.design import Design, RunKey
from sim.runs.run_store import RunResult
from sim.statistics.arrays import FloatArray
from sim.statistics.watching import intervals_at_look, look_levels, look_numbers

MOST_WATCHED = 12
"""Scenarios of a table that is drawn again at each look; it has to fit on a terminal above the progress bar."""


class EarlyLook(NamedTuple):
    """The first `n` of so many `planned` replications: values of shape (scenarios, measures, n).

    `beside`: of each scenario the row of the one that it is compared with, its own if with none. `confidence` of the
    answer when all is played; `level` of the intervals at this look.
    """

    labels: tuple[str, ...]
    measures: tuple[str, ...]
    values: FloatArray
    beside: tuple[int, ...]
    planned: int
    confidence: float
    level: float

    @property
    def n(self) -> int:
        """Replications looked at."""
        return int(self.values.shape[2])


class EarlyLooks:
    """Takes results as they come, and has a look whenever the first replications of all scenarios are there.

    Inputs: a `design` whose scenarios all have the replications planned; hashes of those to look at by label; the
    `measures` wanted; `beside`, of each scenario the row of the one that it is compared with, for all the first unless
    given. More than so many scenarios (`most`) are not looked at.
    """

    def __init__(
        self,
        design: Design,
        keys: Mapping[str, str],
        measures: Sequence[str],
        beside: Sequence[int] = (),
        most: int = MOST_WATCHED,
    ) -> None:
        self._keys, self._measures = dict(keys), tuple(measures)
        self._beside = tuple(beside) or (0,) * len(keys)
        self._planned, self._confidence = design.replications, design.confidence
        is_fixed = not design.rules.in_rounds  # stopping rules have looks of their own
        levels = look_levels(look_numbers(self._planned), self._confidence) if is_fixed and len(keys) <= most else {}
        self._levels = {n: level for n, level in levels.items() if n < self._planned}
        self._values: dict[RunKey, Mapping[str, float]] = {}

    def add(self, results: Iterable[RunResult]) -> EarlyLook | None:
        """Take results over. Returns the latest look that they complete, if they complete one."""
        self._values |= {result.key: result.values for result in results if not result.traceback}
        reached = [n for n in self._levels if self._are_there(n)]
        if not reached:
            return None
        n = reached[-1]
        level = self._levels[n]
        self._levels = {later: each for later, each in self._levels.items() if later > n}
        values = self._values_of_first(n)
        return EarlyLook(
            tuple(self._keys), self._measures, values, self._beside, self._planned, self._confidence, level
        )

    def _are_there(self, n: int) -> bool:
        return all(RunKey(key, number) in self._values for number in reversed(range(n)) for key in self._keys.values())

    def _values_of_first(self, n: int) -> FloatArray:
        found = np.full((len(self._keys), len(self._measures), n), np.nan)
        for row, key in enumerate(self._keys.values()):
            for number in range(n):
                values = self._values[RunKey(key, number)]
                found[row, :, number] = [values.get(name, np.nan) for name in self._measures]
        return found


def found_at(look: EarlyLook) -> dict[tuple[str, str], FoundValue]:
    """By label and measure: the mean of what others are compared with, of those the paired difference from it.

    What nobody has is not there. There is no verdict: nothing is judged before all is played.
    """
    rows = enumerate(zip(look.values, look.beside, strict=True))
    shown = np.stack([values if base == row else values - look.values[base] for row, (values, base) in rows])
    table = shown.reshape(-1, look.n)
    found = intervals_at_look(table, look_numbers(look.planned), look.confidence)
    places = [(label, name) for label in look.labels for name in look.measures]
    numbers = zip(*(found[name].tolist() for name in ("mean", "low", "high", "half_width", "sd", "n")), strict=True)
    return {place: FoundValue(*row) for place, row in zip(places, numbers, strict=True) if row[-1]}
