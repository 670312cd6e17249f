"""What a study may ask for beyond its estimates: a precision, the best of all, a choice of intervals.

The estimators are `sim.statistics`'; which replications are played next is `sim.analysis.sequential_sampling`'s.
"""

from collections.abc import Callable, Iterator
from math import nan
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from sim.department.quantities import Frozen, Positive
from sim.department.scenario import Problem
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.statistics.arrays import FloatArray
from sim.statistics.stopping import LOOK_AHEAD

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

    @model_validator(mode="after")
    def _one_of_two(self) -> "Precision":
        if (self.half_width is None) == (self.relative is None):
            raise ValueError(
                "give half_width (in the unit of the measure) or relative (a share of the mean), one of them"
            )
        return self

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

    @property
    def ranked_by(self) -> dict[str, str]:
        """Measures by which a best is asked for, by the rule that asks."""
        asked = {"best": self.best, "select.measure": None if self.select is None else self.select.measure}
        return {place: measure for place, measure in asked.items() if measure is not None}


def faults_of_rules(rules: StoppingRules, first: int, unknown: Callable[[str], str]) -> Iterator[Problem]:
    """What cannot be asked, with `first` replications before anything is looked at; places are those of a study.

    `unknown` says what is wrong with a name that is no measure, and nothing of one that is.
    """
    named = {f"precision.{name}": name for name in rules.precision} | rules.ranked_by
    for place, name in named.items():
        if remedy := unknown(name):
            yield Problem(f"study.{place}", repr(name), remedy)
            continue
        entry, precision = MEASURE_BY_KEY[name.partition(".")[0]], rules.precision.get(name)
        if place in rules.ranked_by:
            if entry.better == "neutral":
                remedy = "neither high nor low is better of it: ask for the best by a measure that has a direction"
                yield Problem(f"study.{place}", repr(name), remedy)
        elif precision is not None and precision.relative is not None and entry.kind == "rate":
            remedy = "a rate may be near zero: give half_width, as a share of visits (0.002)"
            yield Problem(f"study.{place}", f"relative {precision.relative:g}", remedy)
    if rules.precision and rules.most_replications < first + LOOK_AHEAD:
        remedy = f"a precision must hold for {LOOK_AHEAD} replications after the first ones: give at least "
        yield Problem("study.most_replications", repr(rules.most_replications), f"{remedy}{first + LOOK_AHEAD}")
    if rules.select is not None:
        chosen = repr(rules.select.measure)
        if rules.precision:
            remedy = "rounds play for a precision or for the best: leave study.precision or study.select out"
            yield Problem("study.select", chosen, remedy)
        if rules.best is not None:
            yield Problem("study.best", repr(rules.best), "study.select names the best: leave one of the two out")
        if first < 2:
            remedy = "the first round must show how much replications vary: give at least 2, better 10"
            yield Problem("study.replications", repr(first), remedy)
