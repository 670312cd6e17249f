"""What the explorer holds of a sweep or a comparison: numbers as they are stored, and the words shown of them.

Every word and every rounded number is written here, by the functions of the reports, so that the page computes nothing:
it looks up. Numbers go along as 64-bit floats, for its picture.
"""

import base64
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.analysis.comparison_result import Comparison, FoundValue, ResultRow
from sim.analysis.sentences import inside
from sim.analysis.swept_factors import Factor, factors_of
from sim.department.roster import SHIPPED_CURRENCY
from sim.engine.measures.catalogue import HEADLINE, MEASURE_BY_KEY
from sim.engine.measures.currency import in_currency
from sim.engine.measures.entry import TOPICS
from sim.engine.measures.number_text import decimals_shown, measure_of, plain_number, scale
from sim.io.clean_text import one_line
from sim.report.explorer_commands import comparison_commands, sweep_commands
from sim.report.words.assumption_words import second_text
from sim.report.words.caveats import NO_BENEFIT, assumed_text, speaks_of_peers
from sim.report.words.measure_words import difference_text, mean_text, measure_text, short_label
from sim.report.words.sweep_finding import SweepReport, beside_text, topics_moved

MOST_FACTORS = 40
"""Keys that have a slider or a list; scenarios that differ in more are picked from one list."""
SCENARIO = "scenario"
ELLIPSIS = "…"
"""In a name that was too long."""
NOT_SET = "not set"
"""Shown of a key that some scenarios have and others have not."""
NUMBERS = ("mean", "low", "high", "difference", "difference low", "difference high", "second low", "second high")
"""What is stored of each measure and scenario, in this order."""
_Cell = tuple[str, str]
"""A measure and the label of a scenario."""


@dataclass(frozen=True)
class Explored:
    """What can be explored, by label of a scenario in its order.

    `beside`: what each is compared with, in words, and `baseline_of` which that is; `factors`: what varies, with the
    values of each scenario in `values_of`; `commands`: what plays it, empty where that cannot be told; `costs`: of the
    roster, money a week; `moved`: topics that assumed effects are set to move, and `assumed` what was assumed in words;
    `flags`: many leave, no steady state;
    `telling`: measures to begin with; `means`, `differences` and `second` (with the assumptions): found values;
    `first_of`: scenarios of which one is shown first, none: of all.
    """

    labels: tuple[str, ...]
    names: Mapping[str, str]
    factors: tuple[Factor, ...]
    values_of: Mapping[str, Mapping[str, str]]
    beside: str
    baseline_of: Mapping[str, str]
    commands: Callable[[str], str]
    costs: Mapping[str, float]
    moved: Mapping[str, Sequence[str]]
    assumed: str
    flags: Mapping[str, tuple[bool, bool]]
    telling: tuple[str, ...]
    means: Mapping[_Cell, FoundValue]
    differences: Mapping[_Cell, FoundValue]
    second: Mapping[_Cell, ResultRow]
    first_of: Sequence[str] = ()

    @cached_property
    def start(self) -> str:
        """The scenario that is shown first: one that is compared with another, where there is such."""
        compared = [label for label in (*self.first_of, *self.labels) if self.baseline_of[label] != label]
        return next(iter(compared), self.labels[0])

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The telling ones, then those of the first screen that were measured."""
        there = {measure for measure, _ in self.means}
        return tuple(name for name in dict.fromkeys((*self.telling, *HEADLINE)) if name in there)

    def columns(self) -> dict[str, Any]:
        """Everything as lists by measure and by scenario, to be written as JSON."""
        place = {label: number for number, label in enumerate(self.labels)}
        return {
            "keys": [self._key(factor) for factor in self.factors],
            "names": [one_line(self.names[label]) for label in self.labels],
            "baselines": [place[self.baseline_of[label]] for label in self.labels],
            "beside": one_line(self.beside),
            "start": place[self.start],
            "commands": [one_line(self.commands(label)) for label in self.labels],
            "currency": in_currency(SHIPPED_CURRENCY),
            "costs": [plain_number(self.costs.get(label, math.nan), 0) for label in self.labels],
            "runs": [self._replications(label) for label in self.labels],
            "flags": [leave + 2 * unsteady for leave, unsteady in map(self.flags.__getitem__, self.labels)],
            "assumed": [self._assumed(label) for label in self.labels],
            "topics": list(TOPICS),
            "telling": sum(name in self.telling for name in self.measures),
            "measures": [self._measure(name) for name in self.measures],
            "kinds": list(NUMBERS),
            "numbers": packed([[self._numbers(name, label) for label in self.labels] for name in self.measures]),
        }

    def _key(self, factor: Factor) -> dict[str, Any]:
        """A key: its values in order, as numbers too where they are, and the place of each scenario's among them."""
        texts = list(factor.in_order)
        found = [self.values_of[label].get(factor.key) for label in self.labels]
        has_gaps = None in found
        texts += [NOT_SET] * has_gaps
        place = {text: number for number, text in enumerate(factor.in_order)}
        numbers = None if factor.numbers is None or has_gaps else sorted(factor.numbers)
        return {
            "key": one_line(factor.key),
            "values": list(map(one_line, texts)),
            "numbers": numbers,
            "places": [len(texts) - 1 if value is None else place[value] for value in found],
        }

    def _measure(self, name: str) -> dict[str, Any]:
        """A measure: what it is called and how it is scaled, and the texts of every scenario."""
        moved = MEASURE_BY_KEY[name.partition(".")[0]].moved_by
        return {
            "name": name,
            "label": one_line(short_label(name)),
            "about": one_line(measure_text(name)),
            "scale": scale(name),
            "decimals": decimals_shown(measure_of(name)),
            "moved": bits_of(moved),
            "means": [self._mean_text(name, label) for label in self.labels],
            "differences": [self._difference_text(name, label) for label in self.labels],
            "second": [self._second_text(name, label) for label in self.labels] if self.second else [],
        }

    def _assumed(self, label: str) -> int:
        """What effects are set to move in a scenario, or in the one it is compared with."""
        return bits_of([*self.moved.get(label, ()), *self.moved.get(self.baseline_of[label], ())])

    def _replications(self, label: str) -> int:
        """Replications that count."""
        found = (self.means.get((name, label)) for name in self.measures)
        return max((item.n for item in found if item is not None), default=0)

    def _mean_text(self, name: str, label: str) -> str:
        """The mean as the reports write it."""
        return mean_text(name, self.means.get((name, label)), self._runs[label])

    @cached_property
    def _runs(self) -> dict[str, int]:
        """Replications by scenario."""
        return {label: self._replications(label) for label in self.labels}

    def _difference_text(self, name: str, label: str) -> str:
        """The paired difference as the reports write it; nothing beside itself."""
        if self.baseline_of[label] == label:
            return ""
        return difference_text(name, self.differences.get((name, label)))

    def _second_text(self, name: str, label: str) -> str:
        """The difference with the assumptions."""
        row = self.second.get((name, label))
        return "" if row is None else second_text(name, row)

    def _numbers(self, name: str, label: str) -> tuple[float, ...]:
        """`NUMBERS` of a measure and a scenario, nan where there is none."""
        mean, change = self.means.get((name, label)), self.differences.get((name, label))
        second = self.second.get((name, label))
        ends = (math.nan, math.nan) if second is None else (float(second["low"]), float(second["high"]))
        return (*ends_of(mean), *ends_of(change), *ends)


def ends_of(found: FoundValue | None) -> tuple[float, float, float]:
    """Mean, low and high."""
    return (math.nan,) * 3 if found is None else (found.mean, found.low, found.high)


def bits_of(topics: Sequence[str]) -> int:
    """Topics as bits of a number, in the order of `TOPICS`."""
    return sum(1 << place for place, topic in enumerate(TOPICS) if topic in topics)


def packed(numbers: Sequence[Sequence[Sequence[float]]]) -> str:
    """Numbers of shape (measures, scenarios, kinds) as base64 of 64-bit floats, kind by kind, measure by measure."""
    array = np.asarray(numbers, dtype="<f8")
    return base64.b64encode(np.moveaxis(array, 2, 0).tobytes()).decode() if array.size else ""


def assumed_in(n_assuming: int, n: int, topics: Sequence[str], of_peers: bool) -> str:
    """What is assumed of effects, the first thing to be known of the numbers; nothing where there are no peers."""
    if not n_assuming:
        return NO_BENEFIT * of_peers
    return f"{assumed_text(topics, f' in {n_assuming} of {n} scenarios')}."


# --- a sweep


def explored_sweep(report: SweepReport, second: Mapping[_Cell, ResultRow]) -> Explored:
    """A sweep, with what is stored of its differences with the assumptions."""
    labels = report.answer.labels
    factors, values_of = factors_in(labels)
    command_of = sweep_commands(report.command, [factor.key for factor in factors])
    names, beside = report.names, beside_text(report)
    if any(ELLIPSIS in name for name in names.values()):  # the keys say the rest
        names = {label: f"scenario {number}" for number, label in enumerate(labels, start=1)}
        beside = beside if report.within is not None else f"the first, {names[labels[0]]}"
    return Explored(
        labels=labels,
        names=names,
        factors=factors,
        values_of=values_of,
        beside=beside,
        baseline_of=report.baseline_of,
        commands=lambda label: command_of(label, report.baseline_of[label]),
        costs=report.scenarios.weekly_cost,
        moved=report.scenarios.effects,
        assumed=assumed_in(
            len(report.scenarios.assumes_effects), len(labels), topics_moved(report), report.scenarios.speak_of_peers
        ),
        flags=report.flags,
        telling=report.shown,
        means=report.means,
        differences={(name, label): item for name, of in report.differences.items() for label, item in of.items()},
        second=second,
    )


def factors_in(labels: tuple[str, ...]) -> tuple[tuple[Factor, ...], Mapping[str, Mapping[str, str]]]:
    """What varies and the values of each label; one list of scenarios where keys do not tell them apart."""
    swept = factors_of(labels)
    if len(swept.label_at) == len(labels) and 0 < len(swept.factors) <= MOST_FACTORS:
        return swept.factors, swept.value_of
    return (Factor(SCENARIO, labels),), {label: {SCENARIO: label} for label in labels}


# --- a comparison

STAFFING, DEMAND = "staffing", "demand"


def explored_comparison(comparison: Comparison, command: Sequence[str], asked: Sequence[str] = ()) -> Explored:
    """A comparison: its staffings, and its levels of demand where there are several; measures `asked` come first."""
    texts = texts_of_staffings(comparison)
    cells = {
        f"{texts[name]} × {level:g}": (name, level) for level in comparison.levels for name in comparison.staffings
    }
    label_of = {cell: label for label, cell in cells.items()}
    factors = (
        Factor(STAFFING, tuple(texts.values())),
        Factor(DEMAND, tuple(f"{each:g}" for each in comparison.levels)),
    )
    command_of = comparison_commands(command, comparison.baseline)
    of_staffing = {str(row["staffing"]): row for row in comparison.costs.to_dict("records")}
    telling, measures = comparison.known_measures(asked), dict.fromkeys((*asked, *HEADLINE))
    found = list(found_in_comparison(comparison, cells, comparison.known_measures(measures)))
    return Explored(
        labels=tuple(cells),
        names=dict(zip(cells, cells if len(comparison.levels) > 1 else texts.values(), strict=True)),
        factors=tuple(each for each in factors if len(each.values) > 1) or factors[:1],
        values_of={label: {STAFFING: texts[name], DEMAND: f"{level:g}"} for label, (name, level) in cells.items()},
        beside=inside(texts[comparison.baseline]),
        baseline_of={label: label_of[comparison.baseline, level] for label, (_, level) in cells.items()},
        commands=lambda label: command_of(*cells[label]),
        costs={label: float(of_staffing[name]["weekly_cost"]) for label, (name, _) in cells.items()},
        moved={label: str(of_staffing[name]["moved_by_effects"]).split(", ") for label, (name, _) in cells.items()},
        assumed=assumed_in(
            len(cells) * comparison.effects_assumed,
            len(cells),
            comparison.moved_topics(),
            speaks_of_peers(comparison),
        ),
        flags={label: comparison.flags_of(name, level) for label, (name, level) in cells.items()},
        telling=telling,
        means={key: item for key, item, _ in found if item is not None},
        differences={key: item for key, _, item in found if item is not None},
        second={
            (str(row["measure"]), label_of[str(row["staffing"]), comparison.central_level]): row
            for row in comparison.assumptions.to_dict("records")
        },
        first_of=[label for label, (_, level) in cells.items() if level == comparison.central_level],
    )


def texts_of_staffings(comparison: Comparison) -> dict[str, str]:
    """Labels of the staffings by name; the names where two have one label."""
    labels = {name: comparison.label(name) for name in comparison.staffings}
    return labels if len(set(labels.values())) == len(labels) else {name: name for name in labels}


def found_in_comparison(
    comparison: Comparison, cells: Mapping[str, tuple[str, float]], measures: Iterable[str]
) -> Iterator[tuple[_Cell, FoundValue | None, FoundValue | None]]:
    """Mean and difference of each measure in each cell."""
    for measure in measures:
        for label, (name, level) in cells.items():
            change = None if name == comparison.baseline else comparison.difference(name, measure, level)
            yield (measure, label), comparison.estimate(name, measure, level), change
