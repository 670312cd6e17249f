"""The finding of a sweep in five lines; every number in them stands in the tables of its folder.

What is claimed is what the table stars: differences beyond chance when the headline measures of all scenarios are
judged together. Without a steady state nothing is claimed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from sim.analysis.best import Contenders
from sim.analysis.comparison_result import LEAST_ADDED, FoundValue, as_found
from sim.analysis.scenario_facts import WORLD, SweptScenarios, groups_of_same_money
from sim.analysis.sentences import capital
from sim.analysis.sweeping import SweepAnswer
from sim.analysis.swept_factors import Factor, SweptFactors, factors_of, firsts_of_worlds
from sim.analysis.valuation import STAFF_COST
from sim.engine.measures.catalogue import COST_NAMES, HEADLINE, protocol_place
from sim.engine.measures.currency import is_of_shipped
from sim.engine.measures.number_text import as_money, counted, joined, plain_number, unit_of_value
from sim.report.description import Finding, TextRows, five_lines
from sim.report.words.caveats import (
    A_STRESS_TEST,
    NO_BENEFIT,
    assumed_text,
    cost_of_a_part_text,
    short_cautions,
    size_text,
)
from sim.report.words.measure_words import change_text, hint, mean_text, named_topics, short_measure, whole_percent
from sim.report.words.short_names import cut_middle, short_names, some, varied_keys
from sim.report.words.shown_measures import available, shown_for
from sim.report.words.stopping_text import labels_where

OUTCOMES = tuple(name for name in HEADLINE if name not in COST_NAMES)
_MOST_CHANGES = 3
"""Differences named in the first line; the others are counted."""
_MOST_ANSWERS = 2
"""Sentences on the factors that stand in the first line; all of them are on the page."""
MOST_OF_THE_SAME_MONEY = 2
WORLD_KEYS = (*WORLD, "study")
"""Groups of keys that nobody chooses when a roster is chosen."""
TO_ADD = "staffing=traditional,peer_added,clinician_added"
"""Shipped staffings that spend the same money in two ways."""


@dataclass(frozen=True)
class SweepReport:
    """Everything that the terminal and the page show of a sweep.

    `contenders`: who may be the best by each measure shown; `dominated`: rows of `dominated.parquet`; `controlled`:
    rows of `controlled.parquet`, None where it was not asked for; `command`: what plays the sweep, without a folder;
    `sentences`: of each scenario beside the first; `figures`: captions and files;
    `second`: titles, tables and lines of what holds with the assumptions, and `certainty` the sentence on it.
    `answers`: sentences on what is asked by varying these factors (`sim.report.words.sweep_questions`);
    `asked`: measures to be shown, none: those of the rule; `factors`: what varies; `within`: differences from the first
    scenario of the same world, None where all are of one; `steps`: differences of neighbours along a factor, by its
    key; `best_in`: who may be the best in each world, by the label of its first scenario.
    """

    answer: SweepAnswer
    scenarios: SweptScenarios
    contenders: Mapping[str, Contenders]
    dominated: pd.DataFrame
    command: Sequence[str]
    controlled: pd.DataFrame | None = field(default=None)
    sentences: Sequence[tuple[str, Sequence[str]]] = ()
    figures: Sequence[tuple[str, str]] = ()
    second: Sequence[tuple[str, TextRows, Sequence[str]]] = ()
    certainty: str = ""
    asked: Sequence[str] = ()
    answers: Sequence[str] = ()
    within: pd.DataFrame | None = None
    steps: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    best_in: Mapping[str, Mapping[str, Contenders]] = field(default_factory=dict)

    @cached_property
    def factors(self) -> SweptFactors:
        """What varies."""
        return factors_of(self.answer.labels)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Names of the measures that are shown."""
        rows = self.answer.estimates.drop_duplicates("measure")  # the first scenario that has a value stands first
        means = {} if rows.empty else dict(zip(rows["measure"], rows["mean"], strict=True))
        return available(shown_for([factor.key for factor in self.factors.factors], self.asked), means)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Differences that are shown: from the first scenario, or where there are several worlds from that of each."""
        return self.answer.differences if self.within is None else self.within

    @cached_property
    def baseline_of(self) -> dict[str, str]:
        """The scenario that each is compared with, by label."""
        worlds = self.scenarios.worlds
        firsts = None if self.within is None else firsts_of_worlds(worlds)
        labels = self.answer.labels
        return {label: labels[0 if firsts is None else firsts[place]] for place, label in enumerate(labels)}

    @cached_property
    def names(self) -> dict[str, str]:
        """A short name of each scenario."""
        return short_names(self.answer.labels)

    @cached_property
    def differences(self) -> dict[str, dict[str, FoundValue]]:
        """Differences of headline measures and of those shown, by measure and label."""
        found: dict[str, dict[str, FoundValue]] = {}
        table, wanted = self.compared, dict.fromkeys((*HEADLINE, *self.shown))
        for row in table[table["measure"].isin(list(wanted))].to_dict("records"):
            found.setdefault(str(row["measure"]), {})[str(row["label"])] = as_found(row)
        return {name: found[name] for name in wanted if name in found}

    @cached_property
    def means(self) -> dict[tuple[str, str], FoundValue]:
        """Estimates of the same measures by measure and label."""
        table = self.answer.estimates
        chosen = table[table["measure"].isin([*HEADLINE, *self.shown])] if len(table) else table
        return {(str(row["measure"]), str(row["label"])): as_found(row) for row in chosen.to_dict("records")}

    @cached_property
    def staff_cost(self) -> dict[str, float]:
        """Mean staff cost with overtime, CAD a week, of scenarios that have run."""
        found = {label: self.means.get((STAFF_COST, label)) for label in self.answer.labels}
        return {label: item.mean for label, item in found.items() if item is not None}

    @cached_property
    def flags(self) -> dict[str, tuple[bool, bool]]:
        """Whether many leave, and whether there is no steady state, in a scenario or in the one it is compared with."""
        table = self.answer.cautions
        own = dict(zip(self.answer.labels, table[["many_leave", "no_steady_state"]].to_numpy(bool), strict=True))
        both = {label: own[label] | own[self.baseline_of[label]] for label in self.answer.labels}
        return {label: (bool(leave), bool(unsteady)) for label, (leave, unsteady) in both.items()}

    @cached_property
    def unsteady(self) -> frozenset[str]:
        """Scenarios without a steady state."""
        return frozenset(self.labels_with("no_steady_state"))

    def labels_with(self, caution: str) -> list[str]:
        """Scenarios with a caution, `many_leave` or `no_steady_state`."""
        return labels_where(self.answer.cautions, caution)

    def beyond_chance(self, name: str) -> dict[str, FoundValue]:
        """Differences in a measure that are beyond chance, the largest first."""
        found = {label: item for label, item in self.differences.get(name, {}).items() if item.beyond_chance}
        return dict(sorted(found.items(), key=lambda pair: -abs(pair[1].mean)))


def alike_lines(alike: Sequence[tuple[str, ...]], names: Mapping[str, str], most: int = 1) -> Iterator[str]:
    """Which scenarios cannot differ, a line for each group; of more than `most` groups how many there are."""
    for group in alike[:most]:
        words = [names[label].split() for label in group]
        common = [word for word in words[0] if all(word in each for each in words)]
        others = some([" ".join(word for word in each if word not in common) for each in words], 4)
        yield (
            f"{' '.join(common) or 'The scenario'} is the same with {others}, to the last bit: nobody on the roster "
            "could make a difference between them. Played once."
        )
    if len(alike) > most:
        yield f"{counted(len(alike) - most, 'further group')} of scenarios cannot differ either, played once each."


def sweep_finding(report: SweepReport) -> Finding:
    """The question and the five lines."""
    texts = (_changes_text, _unchanged_text, _cost_text, _same_money_text, _certainty_text)
    return five_lines(question_of(report), [text(report) for text in texts])


def question_of(report: SweepReport) -> str:
    """What varies, and what each scenario is compared with."""
    labels = report.answer.labels
    if len(labels) < 2:
        return f"One scenario: {cut_middle(labels[0])}"
    varied = [f"{key} ({n} values)" for key, n in varied_keys(labels).items()]
    over = f" over {some(varied, 3)}" if varied else ""
    return f"Sweep of {len(labels)} scenarios{over}, beside {beside_text(report)}"


def is_of_the_world(factor: Factor) -> bool:
    """Whether it is an outside condition, no part of a choice of staff."""
    return factor.key.split(".")[0] in WORLD_KEYS


def beside_text(report: SweepReport) -> str:
    """What each scenario is compared with: `the first, traditional`, or `the first with the same growth`."""
    if report.within is None:
        return f"the first, {report.names[report.answer.labels[0]]}"
    worlds = [factor.name for factor in filter(is_of_the_world, report.factors.factors)]
    return f"the first with the same {joined(worlds)}"


# --- what changes, what does not ---


def _changes_text(report: SweepReport) -> str:
    """The largest differences beyond chance, outcomes of the protocol before others; or why none is named."""
    if why := why_nothing_is_claimed(report):
        return why
    found = {name: beyond for name in OUTCOMES if (beyond := report.beyond_chance(name))}
    answers = " ".join(map(as_sentence, report.answers[:_MOST_ANSWERS]))
    if not found:
        nothing = "nothing beyond chance in any headline outcome, all scenarios judged together."
        return f"{answers} {capital(nothing)}" if answers else nothing

    def place(name: str) -> tuple[int, float]:
        return protocol_place(name), -strength(next(iter(found[name].values())))

    largest = sorted(found, key=place)[: 1 if answers else _MOST_CHANGES]
    parts = [largest_text(report, name, found[name]) for name in largest]
    rest = [name for name in found if name not in largest]
    more = f"; also {named_topics(rest, '')}" if rest else ""
    interval = f"the joint {whole_percent(report.answer.confidence)} interval of all scenarios and measures"
    begin = f"{answers} Beyond" if answers else "beyond"
    return f"{begin} chance (±: {interval}): {'; '.join(parts)}{more}."


def as_sentence(text: str) -> str:
    """A part of a line as a sentence of its own."""
    return f"{capital(text)}."


def strength(found: FoundValue) -> float:
    """Size in units of what chance may make of it."""
    return abs(found.mean) / found.half_width if found.half_width > 0.0 else float("inf")


def largest_text(report: SweepReport, name: str, beyond: Mapping[str, FoundValue]) -> str:
    """`left empty-handed −20.3 ± 2.1 % points (peer_added, the largest of 2)`: of those in the same direction."""
    label, found = next(iter(beyond.items()))
    n_same = sum(item.mean * found.mean > 0.0 for item in beyond.values())
    of = f", the largest of {n_same}" if n_same > 1 else ""
    against = f"; {len(beyond) - n_same} the other way" if len(beyond) > n_same else ""
    size = change_text(name, found.mean, found.simultaneous)  # joint: it allows for its having been picked
    return f"{short_measure(name)} {size} ({report.names[label]}{of}{against}{hint(name)})"


def why_nothing_is_claimed(report: SweepReport) -> str:
    """Why there is no difference to speak of; empty if there may be."""
    answer = report.answer
    if not answer.n_done:
        return "no run has finished, so nothing can be said."
    if len(answer.labels) < 2:
        return f"nothing is compared, for there is one scenario: {means_text(report)}."
    if not report.differences:
        return "nothing can be compared yet: the runs that have finished have no replication in common."
    if report.within is None and answer.labels[0] in report.labels_with("no_steady_state"):
        return "no difference is claimed: the first scenario has no steady state."
    if all(found.no_steady_state for of_each in report.differences.values() for found in of_each.values()):
        return "no difference is claimed: no other scenario has a steady state."
    if not any(found.has_interval for of_each in report.differences.values() for found in of_each.values()):
        return "a difference cannot be distinguished from chance: one replication has no interval, play two or more."
    return ""


def means_text(report: SweepReport) -> str:
    """The main outcomes of a scenario by itself."""
    names = ("wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "length_of_stay_mean.mental_health")
    first = report.answer.labels[0]
    found = {name: report.means[name, first] for name in names if (name, first) in report.means}
    said = (
        f"{short_measure(name)} {mean_text(name, mean, mean.n)} {unit_of_value(name)}" for name, mean in found.items()
    )
    return ", ".join(said)


def _unchanged_text(report: SweepReport) -> str:
    """Outcomes without a difference beyond chance in any scenario, and those that are the same to the last bit."""
    if why_nothing_is_claimed(report):
        return "nothing can be said of that either."
    same, open_ = [], []
    for name in OUTCOMES:
        steady = [found for found in report.differences.get(name, {}).values() if not found.no_steady_state]
        if steady and all(found.identical for found in steady):
            same.append(name)
        elif steady and not any(found.beyond_chance for found in steady):
            open_.append(name)
    parts = [f"no difference beyond chance in {named_topics(open_, '')}"] if open_ else []
    parts += [f"identical to the last bit: {named_topics(same, '')}"] if same else []
    return ("; ".join(parts) or "no headline outcome: each differs beyond chance in some scenario") + "."


# --- money ---


def _cost_text(report: SweepReport) -> str:
    """The range of the weekly staff cost, of the rosters alone and with overtime."""
    rosters = cheapest_and_dearest(report.scenarios.weekly_cost)
    whole = cheapest_and_dearest(report.staff_cost)
    if report.labels_with("no_steady_state") and rosters:
        return f"{_range_text(report, rosters)} by roster; overtime depends on the queue and is left out."
    if not whole:
        return f"{_range_text(report, rosters)} by roster; nothing has run." if rosters else "nothing has run."
    if not rosters:
        return f"{_range_text(report, whole)}, overtime included."
    (_, low), (_, high) = rosters
    if len(report.answer.labels) < 2:
        return f"{_range_text(report, whole)} with overtime, {as_money(low)} by roster."
    if high - low < 1.0:
        same = f"by roster {as_money(low)} in every scenario, so they differ by overtime alone"
        return f"{_range_text(report, whole)}; {same}."
    text = f"{_range_text(report, whole)} with overtime; by roster {plain_number(low, 0)} to {plain_number(high, 0)}."
    return f"{text}{cost_of_a_part_text(period.minutes for period in report.scenarios.periods)}"


Priced = tuple[str, float]


def cheapest_and_dearest(costs: Mapping[str, float]) -> tuple[Priced, Priced] | None:
    """The first of the cheapest and the first of the dearest, with their costs; None of none."""
    if not costs:
        return None
    low, high = min(costs, key=costs.__getitem__), max(costs, key=costs.__getitem__)
    return (low, costs[low]), (high, costs[high])


def _range_text(report: SweepReport, ends: tuple[Priced, Priced] | None) -> str:
    """`339,481 (traditional) to 343,884 CAD a week (peer_added)`; one number where it is one."""
    assert ends is not None
    (cheap, low), (dear, high) = ends
    if plain_number(low, 0) == plain_number(high, 0):
        return f"{as_money(low)} a week"
    return f"{plain_number(low, 0)} ({report.names[cheap]}) to {as_money(high)} a week ({report.names[dear]})"


def _same_money_text(report: SweepReport) -> str:
    """What scenarios change whose rosters add the same cost; or how to ask."""
    groups = groups_of_the_same_money(report)
    if not groups:
        return nothing_to_compare_text(report)
    extra, labels = groups[0]
    if why_nothing_is_claimed(report):
        return f"{some([report.names[label] for label in labels], 4)} {_added_text(extra)}; nothing is claimed of them."
    if len(labels) > MOST_OF_THE_SAME_MONEY and not any(changed_in(report, label) for label in labels):
        parts = [f"none of {len(labels)} scenarios changes anything beyond chance"]
    else:
        shown = most_changed_of(report, labels)
        parts = [bought_text(report, label) for label in shown]
        parts += [f"and {len(labels) - len(shown)} more"] if len(labels) > len(shown) else []
    parts += [f"{counted(len(groups) - 1, 'further group')} of equal cost"] if len(groups) > 1 else []
    return f"{_added_text(extra)}: {'; '.join(parts)}."


def nothing_to_compare_text(report: SweepReport) -> str:
    """How to compare the same money; and what the scenarios differ in, where their rosters all cost the same."""
    keys = list(dict.fromkeys(key.rpartition(".")[2] for key in varied_keys(report.answer.labels)))
    costs = report.scenarios.weekly_cost
    if keys and len(costs) == len(report.answer.labels) and max(costs.values()) - min(costs.values()) < 1.0:
        why = f"every roster costs the same: the scenarios differ in {some(keys, 3)}. Add"
    else:
        why = "nothing of equal cost is compared; add"
    shipped = f", as in {TO_ADD}" if report.scenarios.speak_of_peers and is_of_shipped() else ""
    return f"{why} a staffing that spends the same otherwise{shipped}."


def most_changed_of(report: SweepReport, labels: Sequence[str]) -> list[str]:
    """Two scenarios of the same money, those that change most, of two rosters if there are two."""

    def size(label: str) -> float:
        return max(map(strength, changed_in(report, label).values()), default=0.0)

    ordered = sorted(labels, key=lambda label: -size(label))
    costs = report.scenarios.weekly_cost
    other = [label for label in ordered if costs[label] != costs[ordered[0]]]
    chosen = {*ordered[:1], *(other or ordered[1:])[:1]}
    return [label for label in labels if label in chosen]


def changed_in(report: SweepReport, label: str) -> dict[str, FoundValue]:
    """Outcomes of a scenario that differ beyond chance."""
    found = {name: of_each.get(label) for name, of_each in report.differences.items() if name in OUTCOMES}
    return {name: item for name, item in found.items() if item is not None and item.beyond_chance}


def _added_text(extra: float) -> str:
    """`for 3,790 CAD a week`."""
    return f"for {as_money(extra)} a week more" if extra > LEAST_ADDED else "for the money of the first scenario"


def bought_text(report: SweepReport, label: str) -> str:
    """What changes beyond chance in a scenario, the strongest first; a stress test is named as such."""
    who = report.names[label] + (f" ({A_STRESS_TEST})" if label in report.scenarios.swaps else "")
    if report.flags[label][1]:
        return f"{who} has no steady state, so nothing is claimed"
    beyond = changed_in(report, label)
    if not beyond:
        return f"{who} changes nothing beyond chance"
    strongest = sorted(beyond, key=lambda name: -strength(beyond[name]))[:2]
    sizes = [f"{short_measure(name)} {change_text(name, beyond[name].mean)}" for name in beyond if name in strongest]
    return f"{who} changes {', '.join(sizes)}" + (f" and {len(beyond) - 2} more" if len(beyond) > 2 else "")


def groups_of_the_same_money(report: SweepReport) -> list[tuple[float, list[str]]]:
    """Scenarios whose rosters add the same cost to the first, in its department and demand: the smallest added cost
    and the labels, the largest group first. Scenarios that cost what the first one does are a group by themselves."""
    costs = report.scenarios.weekly_cost
    first, *others = report.scenarios.like_the_first(report.answer.labels)
    if first not in costs:
        return []
    added = {label: costs[label] - costs[first] for label in others if label in costs}
    as_dear = [label for label, extra in added.items() if abs(extra) <= LEAST_ADDED]
    groups = [(0.0, as_dear)] if as_dear else []
    dearer = {label: extra for label, extra in added.items() if extra > LEAST_ADDED}
    groups += [(min(group.values()), sorted(group, key=list(costs).index)) for group in groups_of_same_money(dearer)
               if len(group) > 1]  # fmt: skip
    return sorted(groups, key=lambda group: -len(group[1]))


# --- how sure ---


def _certainty_text(report: SweepReport) -> str:
    """Cautions first, then what the intervals are of, and what they leave out."""
    answer = report.answer
    unsteady, leaving = (len(report.labels_with(name)) for name in ("no_steady_state", "many_leave"))
    cautions = short_cautions(unsteady, leaving, len(answer.labels))
    numbers = [int(n) for n in answer.estimates.groupby("label")["n"].max()] if answer.n_done else [0]
    unshown = "a missing star says nothing" if len(answer.labels) > 1 else ""
    size = size_text(numbers, report.scenarios.periods, unshown)
    second = [report.certainty] if report.certainty else []
    return " ".join([*cautions, size, *second, *assumption_texts(report)])


def assumption_texts(report: SweepReport) -> list[str]:
    """What was assumed of peers and clinicians."""
    assuming, n = report.scenarios.assumes_effects, len(report.answer.labels)
    if not assuming:
        return [NO_BENEFIT] if report.scenarios.with_peers else []
    where = "" if len(assuming) == n else f" in {len(assuming)} of {counted(n, 'scenario')}"
    return [f"{assumed_text(topics_moved(report), where)}."]


def topics_moved(report: SweepReport) -> list[str]:
    """What effects that are in force in any scenario are set to move."""
    effects = report.scenarios.effects
    return list(dict.fromkeys(topic for label in report.answer.labels for topic in effects.get(label, ())))
