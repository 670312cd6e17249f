"""What the assumptions do to every difference: staffings played in departments that look like the published ones.

Each draw of the register is played once with every staffing on the same patients, and some draws twice, so that chance
and assumptions can be told apart (`sim.statistics.two_sources`). What comes of it are the second interval of each
difference, how often each staffing is the best, and what is lost by choosing it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product

import numpy as np
import pandas as pd

from sim.analysis.comparison_result import BEST_OF_ALL, CLOUD_MEASURES
from sim.analysis.sequential_sampling import Runs
from sim.analysis.valuation import STAFF_COST, Worth, net_benefit
from sim.department.scenario import Period, Scenario
from sim.engine.measures.catalogue import HEADLINE, MEASURE_BY_KEY
from sim.engine.measures.entry import Better
from sim.register.drawn_scenarios import drawn_scenarios, keys_with_own_values
from sim.register.draws import shipped_cube
from sim.runs.design import Design
from sim.runs.stopping_rules import StoppingRules
from sim.statistics.arrays import FloatArray
from sim.statistics.two_sources import FEWEST_DRAWS, chances_of_being_best, expected_regrets, split_of

TWICE = 0.25
"""Share of the draws that are played twice."""
WORTH_TIMES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""What outcomes are worth, as multiples of what `study.worth` says; money stays money."""


@dataclass(frozen=True)
class DrawnRuns:
    """Values of `measures` of one run of each draw and staffing, `first` (draws, staffings, measures), and of a second
    run, `again`, nan where there was none. The baseline is the first of the `staffings`.
    """

    staffings: tuple[str, ...]
    measures: tuple[str, ...]
    first: FloatArray
    again: FloatArray
    weeks: int
    confidence: float

    @property
    def n_draws(self) -> int:
        """Draws that were played."""
        return int(np.isfinite(self.first).any(axis=(1, 2)).sum())

    def values(self, measure: str) -> tuple[FloatArray, FloatArray]:
        """Of a measure (draws, staffings), of the first runs and of the second."""
        place = self.measures.index(measure)
        return self.first[:, :, place], self.again[:, :, place]

    def differences(self, measure: str) -> tuple[FloatArray, FloatArray]:
        """The same, staffings minus baseline."""
        first, again = self.values(measure)
        return first - first[:, :1], again - again[:, :1]

    def without(self, left_out: Collection[str]) -> "DrawnRuns":
        """The same without some of the staffings."""
        kept = [number for number, name in enumerate(self.staffings) if name not in left_out]
        names = tuple(self.staffings[number] for number in kept)
        return replace(self, staffings=names, first=self.first[:, kept], again=self.again[:, kept])

    def known(self, measures: Iterable[str]) -> list[str]:
        """Those of the measures that enough draws have a difference of."""
        return [
            name
            for name in measures
            if name in self.measures and np.isfinite(self.differences(name)[0]).all(axis=1).sum() >= FEWEST_DRAWS
        ]

    def can_value(self, worth: Sequence[Worth]) -> bool:
        """Whether something has a worth, and enough draws have a difference of all that has."""
        valued = {item.measure for item in worth if item.cad_per_unit}
        return bool(valued) and set(self.known(sorted(valued))) == valued

    def shrunk(self, measure: str) -> FloatArray:
        """Differences of a measure with the spread of the assumptions alone, (draws, staffings)."""
        first, again = self.differences(measure)
        return np.column_stack([split_of(one, other).values for one, other in zip(first.T, again.T, strict=True)])


@dataclass(frozen=True)
class Draws:
    """Draws of the register: `places` (n, dimensions) in its cube, and the measured `weeks` of each run."""

    places: FloatArray
    weeks: int


def draws_design(
    base: Design, scenarios: Mapping[str, Scenario], draws: Draws, left_alone: Collection[str] = ()
) -> Design:
    """A design that plays every staffing (the baseline first) in every draw once, and in some draws twice.

    Every draw, and every second run, has a seed of its own, which does not depend on how many others there are. A draw
    that contradicts itself in any staffing is left out of all. Keys that one of the scenarios sets to a value of its
    own are drawn in none; `left_alone` are further ones.
    """
    cube, places = shipped_cube(), draws.places
    apart = keys_with_own_values(scenarios.values(), cube) | set(left_alone)
    of_staffing = [drawn_scenarios(shorter(one, draws.weeks), cube, places, apart) for one in scenarios.values()]
    drawn: dict[str, Scenario] = {}
    hashed: dict[str, str] = {}
    groups: dict[str, tuple[str, ...]] = {}
    seeds: dict[str, int] = {}
    for number, family in enumerate(zip(*of_staffing, strict=True)):
        if any(one is None for one in family):
            continue
        for again in (False, True) if number < TWICE * len(places) else (False,):
            group = draw_name(number, again)
            groups[group] = labels = tuple(label_in_draw(name, number, again) for name in scenarios)
            seeds[group] = base.seed + 1 + 2 * number + again
            for label, one in zip(labels, family, strict=True):
                if one is not None:
                    drawn[label], hashed[label] = one, f"{one.content_hash()} {seeds[group]}"
    return replace(
        base, scenarios=drawn, hashed=hashed, groups=groups, seeds=seeds, replications=1, rules=StoppingRules()
    )


def draw_name(number: int, again: bool) -> str:
    """A draw, as it is told while it is played."""
    return f"draw {number + 1}{', again' * again}"


def label_in_draw(staffing: str, number: int, again: bool) -> str:
    """A staffing in a draw."""
    return f"{staffing}, {draw_name(number, again)}"


def drawn_runs(runs: Runs, design: Design, staffings: Sequence[str], draws: Draws) -> DrawnRuns:
    """What has been played of a `draws_design`."""
    n_draws = len(draws.places)
    played = product((False, True), range(n_draws), staffings)
    keys = [design.keys.get(label_in_draw(name, number, again), "") for again, number, name in played]
    measures, values = runs.values(keys, 1)
    first, again = values[:, :, 0].reshape(2, n_draws, len(staffings), len(measures))
    return DrawnRuns(tuple(staffings), measures, first, again, draws.weeks, design.confidence)


def shorter(scenario: Scenario, weeks: int) -> Scenario:
    """The scenario for so many measured weeks, without month factors: part of a year would not be a year."""
    period: Period = scenario.period.model_copy(update={"weeks": weeks, "follow_up_days": 0, "month_factors": False})
    return scenario.model_copy(update={"period": period})


# --- tables


def spread_table(drawn: DrawnRuns) -> pd.DataFrame:
    """A row for each headline measure and staffing: the mean difference over the draws, its interval, and of what.

    Columns: staffing, measure, mean, low, high, of_chance and of_assumptions (variances of one run of a draw),
    beyond_chance (whether draws vary beyond chance; if not, the interval is an upper limit), n.
    """
    rows = []
    for measure in drawn.known(HEADLINE):
        first, again = drawn.differences(measure)
        for number, staffing in enumerate(drawn.staffings[1:], start=1):
            split = split_of(first[:, number], again[:, number])
            low, high = split.interval(drawn.confidence)
            rows.append({
                "staffing": staffing, "measure": measure, "mean": float(np.nanmean(split.values)), "low": low,
                "high": high, "of_chance": split.of_chance, "of_assumptions": split.of_assumptions,
                "beyond_chance": split.beyond_chance,
                "n": int(np.isfinite(split.values).sum()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def cloud_table(source: str, apart: Mapping[str, Mapping[str, FloatArray]]) -> pd.DataFrame:
    """Differences by staffing and measure, one by one, where they are known.

    Columns: staffing, source, number, measure, value.
    """
    rows = [
        (staffing, source, number, measure, float(value))
        for staffing, of_measures in apart.items()
        for measure, values in of_measures.items()
        for number, value in enumerate(values)
        if np.isfinite(value)
    ]
    return pd.DataFrame(rows, columns=["staffing", "source", "number", "measure", "value"]) if rows else pd.DataFrame()


def drawn_cloud(drawn: DrawnRuns) -> pd.DataFrame:
    """Differences in cost and primary outcome of the first run of every draw, chance among them."""
    apart: dict[str, dict[str, FloatArray]] = {name: {} for name in drawn.staffings[1:]}
    for measure in drawn.known(CLOUD_MEASURES):
        for name, values in zip(drawn.staffings[1:], drawn.differences(measure)[0].T[1:], strict=True):
            apart[name][measure] = values
    return cloud_table("draw", apart)


def chances_table(drawn: DrawnRuns) -> pd.DataFrame:
    """Of each headline measure of which less or more is better: in which share of the draws a staffing is the best.

    Columns: measure, staffing, against (another staffing, or `BEST_OF_ALL`), probability.
    """
    rows = []
    for measure in drawn.known(HEADLINE):
        sign = {"low": -1.0, "high": 1.0}.get(better(measure))
        if sign is None:
            continue
        best = chances_of_being_best(sign * drawn.shrunk(measure))
        rows += [(measure, name, BEST_OF_ALL, float(one)) for name, one in zip(drawn.staffings, best, strict=True)]
        for one, other in permutations(range(len(drawn.staffings)), 2):
            chance = chance_of_being_better(drawn, measure, one, other, sign)
            rows.append((measure, drawn.staffings[one], drawn.staffings[other], chance))
    return pd.DataFrame(rows, columns=["measure", "staffing", "against", "probability"])


def chance_of_being_better(drawn: DrawnRuns, measure: str, one: int, other: int, sign: float) -> float:
    """Share of the draws in which a staffing has the better value than another; half of those in which they tie."""
    apart = split_of(*(each[:, one] - each[:, other] for each in drawn.differences(measure))).values
    known = sign * apart[np.isfinite(apart)]
    return float((known > 0.0).mean() + (known == 0.0).mean() / 2.0)


def better(measure: str) -> Better:
    """Whether low or high values of a measure are."""
    return MEASURE_BY_KEY[measure.partition(".")[0]].better


def benefit_table(drawn: DrawnRuns, worth: Sequence[Worth], presets: Sequence[str]) -> pd.DataFrame:
    """How often each staffing has the largest net benefit, and what choosing it loses, over a range of worths.

    Columns: preset, times (what outcomes are worth, as a multiple of `study.worth`), staffing, mean (CAD a week),
    probability, regret (CAD a week), beyond_chance (whether the net benefit of the draws varies beyond chance).
    """
    if not drawn.can_value(worth):
        return pd.DataFrame()
    return pd.DataFrame([row for preset in presets for row in benefit_rows(drawn, worth, preset)])


def benefit_rows(drawn: DrawnRuns, worth: Sequence[Worth], preset: str) -> Iterator[dict[str, object]]:
    """Rows of one preset. Chance is taken out of the net benefit as a whole, not out of its parts."""
    for times in WORTH_TIMES:
        first, again = benefits_of(drawn, worth, preset, times)
        splits = [split_of(one, other) for one, other in zip(first.T, again.T, strict=True)]
        benefit = np.column_stack([split.values for split in splits])
        chances, regrets = chances_of_being_best(benefit), expected_regrets(benefit)
        for number, staffing in enumerate(drawn.staffings):
            yield {
                "preset": preset, "times": times, "staffing": staffing, "mean": float(np.nanmean(benefit[:, number])),
                "probability": float(chances[number]), "regret": float(regrets[number]),
                "beyond_chance": number == 0 or splits[number].beyond_chance,
            }  # fmt: skip


def benefits_of(drawn: DrawnRuns, worth: Sequence[Worth], preset: str, times: float) -> tuple[FloatArray, FloatArray]:
    """Net benefit (draws, staffings) beside the baseline, CAD a week, of the first runs and of the second.

    `times` multiplies what outcomes are worth.
    """
    scaled = [item if item.measure == STAFF_COST else times_worth(item, times) for item in worth]
    both = [{item.name: drawn.differences(item.measure)[run] for item in worth if item.cad_per_unit} for run in (0, 1)]
    first, again = (net_benefit(scaled, preset, differences) for differences in both)
    return first, again


def times_worth(item: Worth, times: float) -> Worth:
    """The worth of an outcome multiplied."""
    return item.model_copy(update={"cad_per_unit": item.cad_per_unit * times})
