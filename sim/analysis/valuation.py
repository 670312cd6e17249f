"""What a difference between two staffings is worth in money, and what is believed of an effect beforehand.

Both are values of a study; `sim.analysis.breakeven` reckons with them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.department.quantities import Frozen, Positive
from sim.department.scenario import Problem
from sim.io.suggest import did_you_mean

STAFF_COST = "staff_cost_per_week.all"
"""The measure that is money itself."""
SHIPPED_PRESETS = {
    "staff_only": "staff time only",
    "with_admissions": "with admissions",
    "with_boarding": "with admissions and boarding",
}
"""Presets of worth that are shipped, by name, and how they are called in a sentence."""
EVERYTHING = ""
"""The preset of a study that names none: all that has a worth is counted."""


class Worth(Frozen):
    """One line of a net benefit: what one unit more of a measure is worth, in CAD; a cost is below 0.

    `measure` is the key of a value of the catalogue with its part (`staff_cost_per_week.all`). Measures per week add up
    to CAD a week. With `cad_per_unit` 0 an outcome is shown and not valued. `presets` names those that count it; empty:
    every one does.
    """

    name: str
    measure: str
    cad_per_unit: float
    presets: tuple[str, ...] = ()

    def counts_in(self, preset: str) -> bool:
        """Whether a preset counts it: it has a worth, and the preset is among those that count it."""
        return self.cad_per_unit != 0.0 and (preset == EVERYTHING or not self.presets or preset in self.presets)


def preset_text(preset: str) -> str:
    """A preset in a sentence: `with admissions`."""
    return SHIPPED_PRESETS.get(preset, preset.replace("_", " ") or "all that is valued")


def net_benefit(worth: Iterable[Worth], preset: str, apart: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """CAD a week by one preset: differences (staffing minus baseline) times what one more is worth.

    `apart` holds the difference in each counted measure, by name of the worth, all of one shape. What is not counted
    adds nothing, whatever its difference. Raises ValueError where nothing is counted.
    """
    counted = [item.cad_per_unit * apart[item.name] for item in worth if item.counts_in(preset)]
    if not counted:
        raise ValueError(f"preset {preset!r} counts nothing: give a measure a worth that is not 0")
    total = counted[0].copy()
    for part in counted[1:]:
        total += part
    return total


def problems_of_presets(presets: Sequence[str], worth: Sequence[Worth]) -> Iterator[Problem]:
    """Presets that count nothing or that nobody knows, and entries that name such a one."""
    named = {name for item in worth for name in item.presets}
    known = sorted({*SHIPPED_PRESETS, *named})
    for preset in presets:
        if preset not in known:
            remedy = (
                f"no such preset; {did_you_mean(preset, known)}; or name it in `presets` of an entry of study.worth"
            )
            yield Problem("study.presets", repr(preset), remedy)
        elif not any(item.counts_in(preset) for item in worth):
            yield Problem("study.presets", repr(preset), "counts nothing: give a measure a worth that is not 0")
    asked_for = sorted({*SHIPPED_PRESETS, *presets})
    for item in worth:
        for name in item.presets:
            if name not in asked_for:
                remedy = f"no preset that is answered; {did_you_mean(name, asked_for)}; or add it to study.presets"
                yield Problem(f"study.worth.{item.name}.presets", repr(name), remedy)


class Prior(Frozen):
    """A lognormal belief about an effect that is a factor: its median, and the standard deviation of its logarithm."""

    median: Positive
    log_sd: Positive

    def below(self, effect: float) -> float:
        """Probability that the effect is smaller."""
        return 0.5 * math.erfc(-self._standard(effect) / math.sqrt(2.0))

    def density(self, effect: float) -> float:
        """Probability per unit of the effect."""
        height = math.exp(-0.5 * self._standard(effect) ** 2)
        return height / (effect * self.log_sd * math.sqrt(2.0 * math.pi))

    def within(self, low: float, high: float) -> float:
        """Probability of an effect between the two."""
        return self.below(high) - self.below(low)

    def _standard(self, effect: float) -> float:
        return math.log(effect / self.median) / self.log_sd
