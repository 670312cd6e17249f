"""Which quantities of a calibrated department are still the default's, and which of them matter most.

The rule: each quantity that neither the file, nor a list, nor matching has told is made a quarter larger, alone, and
the department is played again on the same patients. It matters as much as it moves the medians of waits and stays by
level and the share that leaves unseen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.matching.quantities import quantities_of, quantity_words, with_factors
from sim.calibration.play import simulated_visits
from sim.calibration.verdict import DURATIONS, FEWEST_JUDGED, minutes_at
from sim.department.quantities import ACUITIES
from sim.department.scenario import Scenario, ScenarioError

ENLARGED_BY: Final = 1.25
"""A quantity that nobody has measured is easily a quarter off."""
MOST_NAMED: Final = 5
RULE: Final = (
    "Rule: each is made 25 % larger, alone, for the same patients; it matters as much as the medians of waits and "
    "stays by level, and the share left unseen, move."
)
LEFT_UNSEEN: Final = "left unseen"


@dataclass(frozen=True, slots=True)
class StillDefault:
    """A quantity nobody has told. `effect` is the mean absolute relative change; `largest` says the largest one."""

    name: str
    effect: float
    largest: str

    @property
    def words(self) -> str:
        return quantity_words(self.name)

    def line(self) -> str:
        return f"{self.words} ({self.name}): {self.largest}"


def still_default(
    scenario: Scenario,
    known: frozenset[str],
    weeks: int,
    seed: int,
    measured: frozenset[str] = frozenset(),
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[StillDefault, ...]:
    """Every quantity of a calibrated scenario that is not among those `known`, the one that matters most first.

    Steps that are `measured` keep their minutes.
    """
    period = scenario.period.model_copy(update={"weeks": weeks})
    scenario = scenario.model_copy(update={"period": period})
    names = [name for name in quantities_of(scenario, measured) if name not in known]
    if names:
        tell(f"{len(names)} quantities that are still the default's: {len(names) + 1} runs of {weeks} weeks")
    before = _numbers(simulated_visits(scenario, seed)[0]) if names else {}
    found = [each for name in names if (each := _effect_of(scenario, name, measured, before, seed)) is not None]
    return tuple(sorted(found, key=lambda each: -each.effect))


def _effect_of(
    scenario: Scenario, name: str, measured: frozenset[str], before: Mapping[str, float], seed: int
) -> StillDefault | None:
    """None where the changed department cannot be played."""
    try:
        changed = with_factors(scenario, {name: ENLARGED_BY}, measured).checked()
    except ScenarioError:
        return None
    after = _numbers(simulated_visits(changed, seed)[0])
    moved = {key: _change(key, before[key], after[key]) for key in before if key in after}
    if not moved:
        return None
    most = max(moved, key=lambda key: abs(moved[key]))
    if most == LEFT_UNSEEN:
        largest = f"{LEFT_UNSEEN} {100 * before[most]:.1f} to {100 * after[most]:.1f} %"
    else:
        largest = f"median {most} {before[most]:.0f} to {after[most]:.0f} min"
    return StillDefault(name, float(np.mean([abs(value) for value in moved.values()])), largest)


def _numbers(visits: pd.DataFrame) -> dict[str, float]:
    """What is looked at: medians by level with enough visits, and the share that left unseen."""
    found = {}
    for duration, word in DURATIONS.items():
        for level in ACUITIES:
            minutes = minutes_at(visits, duration, level)
            if minutes.size >= FEWEST_JUDGED:
                found[f"{word} at level {level}"] = float(np.median(minutes))
    return found | {LEFT_UNSEEN: float((visits["disposition"] == "lwbs").mean())}


def _change(key: str, before: float, after: float) -> float:
    """Relative, of a median; of a share ten times its change, so that two points of a hundred count as a fifth."""
    return 10.0 * (after - before) if key == LEFT_UNSEEN else (after - before) / max(before, 5.0)
