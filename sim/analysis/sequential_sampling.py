"""How many replications each scenario of a sweep has and is to have, read off the runs that are kept.

Everything follows from values in order of replication, so that it is the same after any interruption and on any number
of workers. Rules are those of `precision` and `selection`; runs are played by `sweeping`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.runs.run_store import RunKey, RunStore
from sim.runs.stopping_rules import Asked, Precision, Selecting
from sim.statistics.arrays import BoolArray, FloatArray, IntArray
from sim.statistics.selection import Direction, Selection, select_best
from sim.statistics.sequential_precision import looked_ahead, next_number, paths, stops_after

MET, MISSED, UNDEFINED, PLAYING = "met", "missed", "undefined", "playing"


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a sweep stands. `numbers`: replications of each scenario, those to have before the next look, or, once
    `is_decided`, those the answer is made of.

    `reached`: of each precision asked for, scenario (hash), label, measure, of, asked, n, mean, half_width, status
    (`met`, `missed`, `undefined` where the measure has no value, `playing`). `selection`: of the best, among
    `candidates`, the places of scenarios that have the measure. `is_capped`: it ended at the cap.
    """

    numbers: IntArray
    is_decided: bool
    reached: pd.DataFrame = field(default_factory=pd.DataFrame)
    selection: Selection | None = None
    candidates: IntArray | None = None
    is_capped: bool = False


def standing(store: RunStore, labels: Mapping[str, str], first: int, confidence: float, asked: Asked) -> Standing:
    """Look at the runs that are kept; `labels` by hash, the baseline first; `first` replications come in any case."""
    fixed = np.full(len(labels), first, dtype=np.int64)
    if not asked.in_rounds:
        return Standing(fixed, True)
    there = played_from_the_first(store, labels, asked.most_replications)
    if (there < first).any():
        return Standing(fixed, False)
    measures, values = store.values(list(labels), int(there.max()), asked.measures)
    found = dict(zip(measures, np.moveaxis(values, 1, 0), strict=True))
    nothing = np.full((len(labels), int(there.max())), np.nan)
    of_each = {measure: found.get(measure, nothing) for measure in asked.measures}
    if asked.select is not None:
        return choosing(of_each[asked.select.measure], there, asked.select, first, asked.most_replications, confidence)
    return narrowing(of_each, labels, there, first, confidence, asked)


def played_from_the_first(store: RunStore, labels: Mapping[str, str], most: int) -> IntArray:
    """Replications of each scenario without a gap, at most so many; one that failed is there, without values."""
    failed = store.failed(labels, most)
    key_of = {label: key for key, label in labels.items()}
    tried = {
        RunKey(key_of[label], int(number)) for label, number in zip(failed["label"], failed["replication"], strict=True)
    }
    there = store.done() | tried
    return np.array([next(n for n in range(most + 1) if n == most or RunKey(key, n) not in there) for key in labels])


def narrowing(
    values: Mapping[str, FloatArray],
    labels: Mapping[str, str],
    there: IntArray,
    first: int,
    confidence: float,
    asked: Asked,
) -> Standing:
    """Rounds until what is asked of each scenario is narrow enough; the baseline has as many as any other."""
    looks = [Look(measure, one, values[measure], there, first, confidence) for measure, one in asked.precision.items()]
    n = int(there.max())
    narrow = np.ones((len(labels), n), dtype=bool)
    for look in looks:
        narrow &= look.is_narrow
    narrow[np.arange(n) >= there[:, np.newaxis]] = False
    stops: IntArray = stops_after(narrow, first)
    stops[np.all([~look.applies for look in looks], axis=0)] = first
    capped: BoolArray = (stops == 0) & (there >= asked.most_replications)
    is_open: BoolArray = (stops == 0) & ~capped
    numbers = np.where(capped, asked.most_replications, stops)
    for row in np.flatnonzero(is_open):
        numbers[row] = max(look.next_number(int(row), asked.most_replications) for look in looks if look.applies[row])
    numbers[0] = numbers.max()
    is_decided = not is_open.any() and bool((there >= numbers).all())
    keys, names = list(labels), list(labels.values())
    rows = [row for look in looks for row in look.rows(keys, names, numbers, is_open, capped)]
    return Standing(numbers, is_decided, pd.DataFrame(rows), is_capped=bool(capped.any()))


class Look:
    """One precision asked for, and how near to it all scenarios are after each number of replications.

    `applies`: whether the scenario has the measure at all, as told by its first replications.
    """

    def __init__(
        self, measure: str, asked: Precision, values: FloatArray, there: IntArray, first: int, confidence: float
    ) -> None:
        self.measure, self.asked, self.confidence = measure, asked, confidence
        self.there = there if asked.of == "estimates" else np.minimum(there, there[0])
        self.values = values if asked.of == "estimates" else values - values[0]
        self.applies: BoolArray = np.asarray((~np.isnan(self.values[:, :first])).any(axis=1))
        if asked.of == "differences":
            self.applies[0] = False
        self.means, self.half_widths = paths(self.values, confidence, first)
        beside = (
            self.means
            if asked.of == "estimates"
            else np.tile(paths(values[:1], confidence, first)[0], (len(values), 1))
        )
        self.widest = asked.widest(beside)
        self.is_narrow: BoolArray = (self.half_widths <= self.widest) | ~self.applies[:, np.newaxis]

    def next_number(self, row: int, cap: int) -> int:
        """Replications of a scenario to have before looking again."""
        n = int(self.there[row])
        return next_number(self.values[row, :n], float(self.widest[row, n - 1]), self.confidence, cap)

    def rows(
        self,
        keys: Sequence[str],
        labels: Sequence[str],
        numbers: IntArray,
        is_open: np.ndarray,
        capped: np.ndarray,
    ) -> list[dict[str, object]]:
        """What was reached, a row for each scenario it was asked of."""
        found: list[dict[str, object]] = []
        for row, (key, label) in enumerate(zip(keys, labels, strict=True)):
            n = int(min(numbers[row], self.there[row]))
            if self.asked.of == "differences" and row == 0:
                continue
            looked_at = slice(max(0, n - 1 - int(looked_ahead(n))) if capped[row] else n - 1, n)
            is_met = bool(self.is_narrow[row, looked_at].all())
            status = PLAYING if is_open[row] else MET if is_met else MISSED
            found.append(
                {
                    "scenario": key,
                    "label": label,
                    "measure": self.measure,
                    "of": self.asked.of,
                    "asked": float(self.widest[row, n - 1]),
                    "n": n,
                    "mean": float(self.means[row, n - 1]),
                    "half_width": float(self.half_widths[row, n - 1]),
                    "status": status if self.applies[row] else UNDEFINED,
                }
            )
        return found


def choosing(
    values: FloatArray, there: IntArray, asked: Selecting, first: int, cap: int, confidence: float
) -> Standing:
    """Rounds until one scenario is left; only those that may be the best are played on."""
    candidates = np.flatnonzero(~np.isnan(values[:, :first]).all(axis=1))
    numbers = np.full(len(values), first)
    if candidates.size < 2:
        return Standing(numbers, True, candidates=candidates)
    better = direction_of(asked.measure)
    choice = select_best(values[candidates], better, asked.indifference, first, confidence)
    gone, n = choice.left_after > 0, int(there[candidates][choice.surviving].min())
    is_capped = choice.selected is None and n >= cap
    if choice.selected is not None:
        last = max(first, choice.n + choice.n_undefined)
    else:
        last = cap if is_capped else min(cap, n + max(FEWEST_FURTHER, n // 4))
    numbers[candidates] = np.where(gone, choice.left_after, last)
    is_decided = is_capped or choice.selected is not None
    return Standing(numbers, is_decided, selection=choice, candidates=candidates, is_capped=is_capped)


FEWEST_FURTHER = 5
"""Replications of a round at least; a quarter of those there are, if that is more: some of them may be in vain."""


def direction_of(measure: str) -> Direction:
    """Whether low or high is better of a measure."""
    better = MEASURE_BY_KEY[measure.partition(".")[0]].better
    if better == "neutral":
        raise ValueError(f"{measure} has no better direction: choose a measure that has one")
    return better
