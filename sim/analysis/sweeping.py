"""From the runs of a sweep to its answer: every scenario by itself, and beside the first on the same seeds.

Estimates are made in `sim.analysis.estimates`; runs are in a `sim.runs.run_store`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from sim.analysis.best import best_table, selection_table
from sim.analysis.compare import fields_of_scenarios, sentence_of
from sim.analysis.comparison_result import Comparison
from sim.analysis.estimates import cautions_table, differences_of_pairs, estimates_table, guard_values
from sim.analysis.measures_that_apply import MeasuresThatApply
from sim.analysis.sequential_sampling import ReplicationPlan, next_replications
from sim.analysis.swept_factors import factors_of, firsts_of_worlds, step_pairs
from sim.department.arrivals import Replay
from sim.department.quantities import MINUTES_PER_HOUR, TABLE_HIGH, TABLE_LOW, TABLE_POINTS, gamma_table
from sim.department.scenario import Scenario
from sim.engine.hourly_rates import HourlyRates
from sim.engine.workload import Workload, draw_base
from sim.runs.design import Design
from sim.runs.run_store import RunStore
from sim.runs.stopping_rules import Simultaneous, StoppingRules
from sim.statistics.arrays import FloatArray, IntArray
from sim.statistics.control_variates import controlled_means


@dataclass(frozen=True)
class SweepAnswer:
    """What the runs played so far say; `first` are the replications every scenario has before anything is looked at.

    `estimates`: scenario (hash), label, measure, mean, low, high, half_width, sd, n (replications).
    `differences` (scenario minus baseline on the same patients): scenario, label, baseline, measure, mean, low, high,
    half_width, simultaneous_half_width (nan but for headline measures, which are judged together over all scenarios),
    sd, n, correlation, p_value, p_holm, many_leave, no_steady_state (in either of the two).
    `cautions`: label and the columns of `cautions_table`: scenarios to be read with care, and why.
    `failed`: label, replication, traceback. `plan`: how many replications each has, and what came of the `rules`.
    `best`: every scenario against the best of the others (`best_table`).
    """

    labels: tuple[str, ...]
    first: int
    estimates: pd.DataFrame
    differences: pd.DataFrame
    cautions: pd.DataFrame
    failed: pd.DataFrame
    n_done: int
    n_runs: int
    confidence: float
    plan: ReplicationPlan
    rules: StoppingRules
    best: pd.DataFrame

    @property
    def is_whole(self) -> bool:
        return self.n_done == self.n_runs and self.plan.is_final


def sweep_answer(
    store: RunStore,
    labels: Mapping[str, str],
    replications: int,
    confidence: float,
    rules: StoppingRules,
    there: MeasuresThatApply,
) -> SweepAnswer:
    """Estimates and paired differences of the runs in a store; `labels` by hash, the baseline first.

    `replications`: of every scenario, or the first ones where further rounds are asked for; `there`: measures that say
    something about one of the scenarios.
    """
    plan = next_replications(store, labels, replications, confidence, rules)
    most = int(plan.n_replications.max())
    measures, values = values_that_count(store, labels, plan, there)
    played = ~np.isnan(values).all(axis=1) if measures else np.zeros((len(labels), most), dtype=bool)
    failed = store.failed(labels, most)
    counted = failed["replication"] < failed["label"].map(dict(zip(labels.values(), plan.n_replications, strict=True)))
    keys = pd.DataFrame({"scenario": list(labels), "label": list(labels.values())}, dtype=object)
    cautions = cautions_table(guard_values(measures, values), confidence)
    unsteady = cautions["no_steady_state"].to_numpy(bool)[:, np.newaxis, np.newaxis]
    steady = np.where(unsteady, np.nan, values)  # of the others nothing is claimed
    return SweepAnswer(
        labels=tuple(labels.values()),
        first=replications,
        estimates=estimates_table(keys, measures, values, confidence),
        differences=differences_from_first(keys, measures, values, cautions, confidence, rules.simultaneous),
        cautions=pd.concat([keys[["label"]], cautions], axis=1),
        failed=failed[counted].reset_index(drop=True),
        n_done=int(played.sum()),
        n_runs=int(plan.n_replications.sum()),
        confidence=confidence,
        plan=plan,
        rules=rules,
        best=best_table(labels, measures, steady, rules.best, confidence),
    )


def differences_from_first(
    keys: pd.DataFrame,
    measures: Sequence[str],
    values: np.ndarray,
    cautions: pd.DataFrame,
    confidence: float,
    simultaneous: Simultaneous = "bonferroni",
) -> pd.DataFrame:
    """Paired differences from the first scenario; headline measures of all scenarios are judged together."""
    pairs = [(row, 0) for row in range(1, len(keys))]
    return differences_of_pairs(keys, pairs, measures, values, cautions, confidence, simultaneous)


def further_differences(
    labels: Mapping[str, str],
    worlds: Sequence[str],
    measures: Sequence[str],
    values: np.ndarray,
    answer: SweepAnswer,
) -> tuple[pd.DataFrame | None, dict[str, pd.DataFrame]]:
    """Differences from the first scenario of the same world (None where all are of one), and by key of each factor
    those of neighbours along it; headline measures of each table are judged together."""
    keys = pd.DataFrame({"scenario": list(labels), "label": list(labels.values())}, dtype=object)
    cautions = answer.cautions.drop(columns="label")

    def table(pairs: Sequence[tuple[int, int]]) -> pd.DataFrame:
        return differences_of_pairs(
            keys, pairs, measures, values, cautions, answer.confidence, answer.rules.simultaneous
        )  # fmt: skip

    firsts = firsts_of_worlds(worlds)
    within = None if firsts is None else table([(place, first) for place, first in enumerate(firsts) if place != first])
    return within, {key: table(pairs) for key, pairs in step_pairs(factors_of(answer.labels)).items()}


def values_that_count(
    store: RunStore, labels: Mapping[str, str], plan: ReplicationPlan, there: MeasuresThatApply
) -> tuple[tuple[str, ...], np.ndarray]:
    """Values of the replications that count and the measures that are `there`; nan in those that do not count."""
    most = int(plan.n_replications.max())
    measures, values = store.values(list(labels), most)
    counts = np.arange(most) < plan.n_replications[:, np.newaxis]
    values[np.broadcast_to(~counts[:, np.newaxis], values.shape)] = np.nan
    return there.among(measures, values)


def controlled_answer(design: Design, store: RunStore, answer: SweepAnswer, there: MeasuresThatApply) -> pd.DataFrame:
    """Estimates adjusted for the arrivals each replication happened to have; empty unless they are asked for."""
    if not design.rules.controls or not answer.n_done:
        return pd.DataFrame()
    in_order = {label: design.scenarios[label] for label in design.labels.values()}
    measures, values = values_that_count(store, design.labels, answer.plan, there)
    numbers = answer.plan.n_replications
    return controlled_table(in_order, measures, values, numbers, design.seed, design.confidence)


def tables_of_sweep(answer: SweepAnswer) -> dict[str, pd.DataFrame]:
    """The tables of an answer by name; those that were not asked for have no rows."""
    return {
        "estimates": answer.estimates,
        "differences": answer.differences,
        "cautions": answer.cautions,
        "precision": answer.plan.precision_reached,
        "selection": selection_table(answer.labels, answer.plan),
        "best": answer.best,
    }


MOST_COMPARED = 9
"""Scenarios of a sweep that have the figures and sentences of a comparison; of more they would fill no page that
anybody reads, and the table, who may be the best and what is beaten say it shorter."""


def as_comparison(
    answer: SweepAnswer, scenarios: Mapping[str, Scenario], names: Mapping[str, str]
) -> Comparison | None:
    """A sweep read as a comparison of its scenarios with the first; None where there is nothing to compare, or more
    than `MOST_COMPARED`. `scenarios` and `names` (how a reader knows them) by label.
    """
    if not 2 <= len(answer.labels) <= MOST_COMPARED or answer.differences.empty:
        return None
    baseline, *_ = answer.labels
    ours = {name: table.rename(columns={"label": "staffing"}).assign(demand=1.0) for name, table in (
        ("estimates", answer.estimates), ("differences", answer.differences), ("cautions", answer.cautions)
    )}  # fmt: skip
    labels = {label: names[label] for label in answer.labels}
    rows = ours["differences"].to_dict("records")
    sentences = [sentence_of(row, labels, answer.confidence) for row in rows]
    played = {label: scenarios[label] for label in answer.labels}
    of_scenarios = fields_of_scenarios(played, baseline)
    costs = of_scenarios["costs"].assign(label=list(labels.values()))
    return Comparison(
        **{**of_scenarios, "costs": costs},
        labels=labels,
        levels=(1.0,),
        replications=answer.first,
        n_finished=answer.n_done,
        confidence=answer.confidence,
        estimates=ours["estimates"],
        differences=ours["differences"].assign(sentence=sentences),
        cautions=ours["cautions"],
        n_planned=answer.n_runs,
    )


def controlled_table(
    scenarios: Mapping[str, Scenario],
    measures: Sequence[str],
    values: FloatArray,
    numbers: IntArray,
    seed: int,
    confidence: float,
) -> pd.DataFrame:
    """Adjusted estimates and paired differences: of, scenario label, measure and the columns of `controlled_means`.

    `scenarios` by label, the baseline first; values: shape (scenarios, measures, replications), of which the first
    `numbers` count. Without a row: measures without a value, and scenarios of which no expectation is known, or with
    too few replications for their controls.
    """
    tables = [
        pd.DataFrame({"of": of, "label": label, "measure": list(measures), **found})
        for of, label, found in adjusted_rows(scenarios, values, numbers, seed, confidence)
    ]
    if not tables:
        return pd.DataFrame()
    table = pd.concat(tables, ignore_index=True)
    there = np.isfinite(table["half_width"].to_numpy()) & (table["n_controls"].to_numpy() > 0)
    kept: pd.DataFrame = table[there].reset_index(drop=True)
    return kept


def adjusted_rows(
    scenarios: Mapping[str, Scenario], values: FloatArray, numbers: IntArray, seed: int, confidence: float
) -> Iterator[tuple[str, str, Mapping[str, np.ndarray]]]:
    """Of each scenario its own means, then its differences from the first."""
    known = {  # a replayed list has no expectation but itself
        label: (counted_arrivals(scenario, seed, int(n)), expected_arrivals(scenario))
        for (label, scenario), n in zip(scenarios.items(), numbers, strict=True)
        if not isinstance(scenario.demand, Replay)
    }
    baseline = next(iter(scenarios))
    for place, label in enumerate(scenarios):
        if label not in known:
            continue
        (counted, expected), n = known[label], int(numbers[place])
        yield "estimates", label, controlled_means(values[place, :, :n], counted, expected, confidence)
        if place and baseline in known:
            pairs, (of_baseline, beside) = min(n, int(numbers[0])), known[baseline]
            both = np.vstack((counted[:, :pairs], of_baseline[:, :pairs]))
            apart = values[place, :, :pairs] - values[0, :, :pairs]
            yield "differences", label, controlled_means(apart, both, np.concatenate((expected, beside)), confidence)


def window_of(scenario: Scenario) -> tuple[float, float]:
    """Start and end of what is measured, in minutes."""
    return scenario.period.warm_up, scenario.period.horizon - scenario.period.follow_up


def expected_arrivals(scenario: Scenario) -> FloatArray:
    """Expected first visits of each stream in the measured weeks."""
    start, end = window_of(scenario)
    period, department = scenario.period, scenario.department
    found = []
    for name in department.streams:
        arrivals = scenario.arrivals_of(name)
        months = department.calendar_start, period.uses_month_factors
        rates = HourlyRates(arrivals, *months, first_day=0, horizon=period.horizon).certain
        hours = np.arange(rates.size + 1) * MINUTES_PER_HOUR
        inside = np.clip(np.minimum(hours[1:], end) - np.maximum(hours[:-1], start), 0.0, None) / MINUTES_PER_HOUR
        found.append(float(rates @ inside) * mean_day_factor(arrivals.day_factor_cv))
    return np.array(found)


@lru_cache(maxsize=64)
def mean_day_factor(cv: float) -> float:
    """Mean of the day factors as they are drawn: of a table of gamma quantiles, linear in the normal score between."""
    from scipy import special  # takes 0.2 s to load, and few ask for controls

    if cv == 0.0:
        return 1.0
    table = gamma_table(cv)
    scores = np.linspace(TABLE_LOW, TABLE_HIGH, TABLE_POINTS)
    below, density = special.ndtr(scores), np.exp(-0.5 * scores**2) / np.sqrt(2.0 * np.pi)
    slope = np.diff(table) / np.diff(scores)
    between = (table[:-1] - slope * scores[:-1]) @ np.diff(below) - slope @ np.diff(density)
    return float(between + table[0] * below[0] + table[-1] * special.ndtr(-scores[-1]))


def counted_arrivals(scenario: Scenario, seed: int, replications: int) -> FloatArray:
    """First visits of each stream in the measured weeks of each replication, shape (streams, replications)."""
    start, end = window_of(scenario)
    workload, n_streams = Workload(scenario, seed, 0), len(scenario.department.streams)
    found = np.empty((n_streams, replications))
    for replication in range(replications):
        coming = workload.arrivals_under(draw_base(seed, replication))
        counted = (coming["number"] == 1) & (coming["time"] >= start) & (coming["time"] < end)
        found[:, replication] = np.bincount(coming["stream"][counted], minlength=n_streams)
    return found
