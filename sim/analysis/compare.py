"""What a comparison plays, and from its runs to its answer: estimates, paired differences, added-up tables.

It plays scenarios by staffing at levels of demand, as a design of blocks of matched patients; settings make its plan
(`sim.studies.compare`).

Estimates are made in `sim.analysis.estimates`, words in `sim.analysis.sentences`, what scenarios are beside their runs
in `sim.analysis.scenario_facts`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.assumed_effects import assumes_effects
from sim.analysis.assumption_spread import Draws, cloud_table, draws_design
from sim.analysis.comparison_result import CLOUD_MEASURES, Comparison, as_found, central_of
from sim.analysis.estimates import cautions_table, estimates_table, guard_values, judge_family, paired_table
from sim.analysis.measures_that_apply import measures_that_apply, peers_apply
from sim.analysis.scenario_facts import calibrations_of, costs_of, is_one_sided, notes_on_money
from sim.analysis.sentences import difference_sentence
from sim.analysis.sequential_sampling import next_replications_of
from sim.analysis.staffing_notes import notes_on_purposes, notes_on_staffing
from sim.analysis.valuation import Worth, net_benefit, price_years_text, unconverted_text
from sim.department.arrivals import Profile
from sim.department.scenario import Scenario
from sim.engine.measures.number_text import measure_and_part
from sim.engine.measures.staff_time import main_roles, peer_roles
from sim.runs.comparison_runs import IN_MINUTES, SAME_MINUTES, RunsInMemory, RunSummary, summarised
from sim.runs.design import Design, EventLog, RunFiles, RunKey, at_demand
from sim.runs.result_tables import EVENTS
from sim.runs.run_store import VISITS, RunResult
from sim.statistics.intervals import mean_intervals
from sim.statistics.survival import kaplan_meier

Cell = tuple[float, str]
"""A level of demand and a staffing."""


@dataclass(frozen=True)
class Plan:
    """The scenarios of `base` by name of staffing, at levels of demand; one of them is the baseline.

    `worth` and `presets`: what differences are worth in money, and the accounts of it that are shown. `changed`: what
    was typed that differs from the shipped question. `keep_all_visits`, `event_log`: what is written beside measures.
    `draws` of the assumptions that all staffings are played in too. `by`: what visits are grouped by in the answer.
    """

    base: Design
    baseline: str
    levels: tuple[float, ...]
    keep_all_visits: bool = False
    event_log: str | None = None
    changed: tuple[str, ...] = ()
    worth: tuple[Worth, ...] = ()
    presets: tuple[str, ...] = ()
    draws: Draws | None = None
    by: tuple[str, ...] = ()

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios by name of staffing, at demand as it is."""
        return self.base.scenarios

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Level and staffing of each scenario of the design, by its label; levels rising, the baseline first."""
        return {f"{name}-demand{level:g}": (level, name) for level in sorted(self.levels) for name in self.staffings}

    @cached_property
    def design(self) -> Design:
        """One task a level of demand and replication: all staffings on the same patients.

        The central level comes first: its answer can be shown while the others are played. Of the others first
        replications come first, so that an interrupted study has all of them.
        """
        groups = {
            group_name(level): tuple(label for label, (of, _) in self.cells.items() if of == level)
            for level in self.levels
        }
        return replace(
            self.base,
            scenarios={label: at_demand(self.scenarios[name], level) for label, (level, name) in self.cells.items()},
            groups=groups,
            first_groups={group_name(self.central_level)},
            reduce=summarised,
        )

    @cached_property
    def draws_design(self) -> Design | None:
        """Every staffing in every draw of the assumptions, at demand as it is; None where none is asked for."""
        if self.draws is None:
            return None
        return draws_design(self.base, {name: self.scenarios[name] for name in self.staffings}, self.draws)

    @property
    def staffings(self) -> list[str]:
        """Names of the staffings, the baseline first."""
        return [self.baseline, *(name for name in self.scenarios if name != self.baseline)]

    def files_in(self, folder: Path) -> Callable[[str, int], RunFiles | None]:
        """What is written of each run below a folder: the visits of replication 0 at the central level, or of all if
        asked for, and the event log of that replication.
        """

        def files(label: str, replication: int) -> RunFiles | None:
            level, name = self.cells[label]
            is_first = replication == 0 and level == self.central_level
            if not (self.keep_all_visits or is_first):
                return None
            monday = self.scenarios[name].department.calendar_start
            wanted = is_first and self.event_log is not None
            events = EventLog(str(self.event_log), folder / EVENTS, name, monday) if wanted else None
            visits = folder / VISITS / f"{label}-{replication:04d}.parquet"
            return RunFiles(visits, {"demand": level, "staffing": name}, events)

        return files

    @property
    def central_level(self) -> float:
        """Demand as it is, or the level nearest to it."""
        return central_of(self.levels)


def group_name(level: float) -> str:
    """How the tasks of a level of demand are called."""
    return f"demand {level:g}"


Played = dict[Cell, list[RunResult]]
"""Results of each level and staffing, in order of replication."""


def comparison_of(runs: RunsInMemory, plan: Plan, seconds: float) -> Comparison:
    """The comparison that the runs allow. Raises ValueError if no task has finished."""
    played, n_planned = played_of(runs, plan)
    if not played:
        raise ValueError("no replication has finished: nothing to compare")
    scenarios, confidence = plan.scenarios, plan.base.confidence
    first = scenarios[plan.baseline]
    keys, measures, values = values_of_cells(runs, plan, played)
    measures, values = measures_that_apply(scenarios.values()).among(measures, values)
    estimates = estimates_table(keys, measures, values, confidence)
    cautions = pd.concat([keys, cautions_table(guard_values(measures, values), confidence)], axis=1)
    summaries = {cell: [result.summary for result in results] for cell, results in played.items()}
    return Comparison(
        **fields_of_scenarios(scenarios, plan.baseline),
        labels={name: scenario.staffing.label or name for name, scenario in scenarios.items()},
        levels=plan.levels,
        replications=plan.base.replications,
        n_finished=sum(len(played[level, plan.baseline]) for level in plan.levels if (level, plan.baseline) in played),
        confidence=confidence,
        estimates=estimates,
        differences=differences_of_cells(keys, measures, values, cautions, plan),
        cautions=cautions,
        changes=changes_of_patients(summaries),
        week=mean_week(summaries),
        waits=shares_of(summaries, "waits", ["stream", "acuity"]),
        returns=return_curves_of(summaries),
        followed=followed_of(summaries),
        alone=shares_of(summaries, "alone", []),
        cloud=cloud_of(keys, measures, values, plan),
        groups=sums_of_groups(played),
        by=plan.by,
        seconds=seconds,
        money_notes=(
            *notes_on_money(scenarios, plan.baseline),
            price_years_text(scenarios.values(), plan.worth),
            *filter(None, [unconverted_text(scenarios.values(), plan.worth)]),
        ),
        worth=worth_of(keys, measures, values, plan),
        valued=plan.worth,
        notes=(
            *notes_on_volume(first),
            *notes_on_purposes(scenarios.values()),
            *notes_on_staffing(scenarios, plan.levels, estimates),
        ),
        changed=plan.changed,
        n_planned=n_planned,
    )


def fields_of_scenarios(scenarios: Mapping[str, Scenario], baseline: str) -> dict[str, Any]:
    """Fields of a comparison that its scenarios, by staffing, tell without a run."""
    first = scenarios[baseline]

    def of_any(roles_of: Callable[[Scenario], Iterable[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(role for scenario in scenarios.values() for role in roles_of(scenario)))

    peers = of_any(peer_roles) if any(map(peers_apply, scenarios.values())) else ()
    main = of_any(main_roles) if peers else of_any(lambda scenario: scenario.staffing.roles)
    return {
        "baseline": baseline,
        "staffings": tuple(scenarios),
        "weeks": first.period.weeks,
        "warm_up_weeks": first.period.warm_up_weeks,
        "minutes": first.period.minutes,
        "currency": first.staffing.currency,
        "effects": first.effects.name,
        "effects_assumed": any(assumes_effects(scenario.effects) for scenario in scenarios.values()),
        "one_sided": is_one_sided(scenarios.values()),
        "costs": costs_of(scenarios, baseline),
        "peer_roles": peers,
        "main_roles": main,
        "calibrations": calibrations_of(scenarios.values()),
    }


def played_of(runs: RunsInMemory, plan: Plan) -> tuple[Played, int]:
    """Results of the replications that count, of tasks that are whole; and how many tasks there are to be in all."""
    needed = next_replications_of(plan.design, runs).n_replications
    n_of, done, keys = dict(zip(plan.design.scenarios, map(int, needed), strict=True)), runs.done(), plan.design.keys
    found: Played = {}
    for labels in (plan.design.groups or {}).values():
        for replication in range(n_of[labels[0]]):
            block = {label: RunKey(keys[label], replication) for label in labels}
            for label, key in block.items() if done.issuperset(block.values()) else ():
                found.setdefault(plan.cells[label], []).append(runs.results[key])
    return {cell: found[cell] for cell in plan.cells.values() if cell in found}, plan.design.n_tasks_for(needed)


def values_of_cells(runs: RunsInMemory, plan: Plan, played: Played) -> tuple[pd.DataFrame, tuple[str, ...], np.ndarray]:
    """Demand and staffing of each scenario, the measures, and the values of the replications that count."""
    labels = [label for label, cell in plan.cells.items() if cell in played]
    counted = [{result.key.replication for result in played[plan.cells[label]]} for label in labels]
    replications = sorted(set().union(*counted))
    measures, values = runs.values([plan.design.keys[label] for label in labels], replications[-1] + 1)
    values = values[:, :, replications]
    for row, those in enumerate(counted):
        values[row][:, [number not in those for number in replications]] = np.nan
    keys = pd.DataFrame([plan.cells[label] for label in labels], columns=["demand", "staffing"])
    return keys, measures, values


def values_table(played: Played) -> pd.DataFrame:
    """The value of every measure: columns demand, replication, staffing, measure, value."""
    parts = sorted(
        ((cell, result) for cell, results in played.items() for result in results),
        key=lambda part: (part[0][0], part[1].key.replication),
    )
    sizes = [len(result.values) for _, result in parts]
    return pd.DataFrame(
        {
            "demand": np.repeat([cell[0] for cell, _ in parts], sizes),
            "replication": np.repeat([result.key.replication for _, result in parts], sizes),
            "staffing": np.repeat(np.asarray([cell[1] for cell, _ in parts], dtype=object), sizes),
            "measure": [measure for _, result in parts for measure in result.values],
            "value": np.array([value for _, result in parts for value in result.values.values()]),
        }
    )


def differences_of_cells(
    keys: pd.DataFrame, measures: tuple[str, ...], values: np.ndarray, cautions: pd.DataFrame, plan: Plan
) -> pd.DataFrame:
    """Paired differences from the baseline, one row per demand level, staffing and measure."""
    row_of = {cell: row for row, cell in enumerate(keys.itertuples(index=False, name=None))}
    pairs = [
        (row, row_of[demand, plan.baseline])
        for (demand, name), row in row_of.items()
        if name != plan.baseline and (demand, plan.baseline) in row_of
    ]
    in_order = sorted(pairs, key=lambda pair: list(plan.scenarios).index(keys["staffing"][pair[0]]))
    table, apart = paired_table(keys, in_order, measures, values, cautions, plan.base.confidence)
    if table.empty:
        return pd.DataFrame()
    order = table.sort_values(["demand", "measure"], kind="stable").index
    table, apart = table.loc[order].reset_index(drop=True).assign(baseline=plan.baseline), apart[order]
    for demand in table["demand"].unique():
        judge_family(table, apart, table["demand"] == demand, plan.base.confidence, plan.base.rules.simultaneous)
    labels = {name: scenario.staffing.label or name for name, scenario in plan.scenarios.items()}
    sentences = [sentence_of(row, labels, plan.base.confidence) for row in table.to_dict("records")]
    others = [name for name in table if name not in DIFFERENCE_COLUMNS]
    return table[[*DIFFERENCE_COLUMNS, *others]].assign(sentence=sentences)


DIFFERENCE_COLUMNS = [
    "demand", "staffing", "baseline", "measure", "mean", "low", "high", "half_width", "sd", "n", "correlation",
    "p_value", "many_leave", "no_steady_state", "simultaneous_half_width", "p_holm",
]  # fmt: skip


def cloud_of(keys: pd.DataFrame, measures: tuple[str, ...], values: np.ndarray, plan: Plan) -> pd.DataFrame:
    """Paired differences in cost and primary outcome of every replication, at the central level of demand."""
    row_of = {cell: row for row, cell in enumerate(keys.itertuples(index=False, name=None))}
    base = row_of.get((plan.central_level, plan.baseline))
    apart = {
        name: {
            measure: values[row, measures.index(measure)] - values[base, measures.index(measure)]
            for measure in CLOUD_MEASURES
            if measure in measures
        }
        for (demand, name), row in row_of.items()
        if base is not None and demand == plan.central_level and name != plan.baseline
    }
    return cloud_table("replication", apart)


def worth_of(keys: pd.DataFrame, measures: tuple[str, ...], values: np.ndarray, plan: Plan) -> pd.DataFrame:
    """What the paired differences of each staffing are worth by each preset: demand, staffing, preset, mean, low, high,
    half_width, sd, n. Replications are summed up one by one, so that what goes up and down together is told together.
    """
    row_of = {cell: row for row, cell in enumerate(keys.itertuples(index=False, name=None))}
    has = ~np.isnan(values).all(axis=2)
    if not plan.worth or any(item.measure not in measures for item in plan.worth):
        return pd.DataFrame()
    place_of = {item.name: measures.index(item.measure) for item in plan.worth}
    names, sums, order = [], [], list(plan.scenarios)
    for (demand, staffing), row in sorted(row_of.items(), key=lambda item: (item[0][0], order.index(item[0][1]))):
        base = row_of.get((demand, plan.baseline))
        if row == base or base is None or not has[np.ix_([row, base], list(place_of.values()))].all():
            continue
        apart = {name: values[row, place] - values[base, place] for name, place in place_of.items()}
        for preset in plan.presets:
            names.append((demand, staffing, preset))
            sums.append(net_benefit(plan.worth, preset, apart))
    if not names:
        return pd.DataFrame()
    table = pd.DataFrame(names, columns=["demand", "staffing", "preset"])
    return table.assign(**mean_intervals(np.array(sums), plan.base.confidence))


def sentence_of(row: Mapping[Any, Any], labels: Mapping[str, str], confidence: float) -> str:
    """The difference in words."""
    measure, part = measure_and_part(str(row["measure"]))
    return difference_sentence(
        measure, part, as_found(row), labels[row["staffing"]], labels[row["baseline"]], confidence
    )


def sums_of_groups(played: Played) -> pd.DataFrame:
    """Counts and sums of groups of every replication that counts: demand, staffing, replication, by, group, ..."""
    parts = [
        result.summary.groups.assign(demand=demand, staffing=staffing, replication=result.key.replication)
        for (demand, staffing), results in played.items()
        for result in results
    ]
    keys = ["demand", "staffing", "replication"]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table.loc[:, [*keys, *(name for name in table if name not in keys)]]


Summaries = Mapping[Cell, list[RunSummary]]
"""Summaries of each level and staffing, in order of replication."""


def changes_of_patients(summaries: Summaries) -> pd.DataFrame:
    """How each simulated patient's own wait and stay changed, over all replications."""
    names = ["demand", "staffing", "stream", "quantity"]
    rows = []
    for (demand, staffing), several in summaries.items():
        tables = [summary.changes for summary in several if summary.changes is not None]
        if tables:
            added = pd.concat(tables).groupby([*names[2:], "change"], sort=False)["n"].sum().reset_index()
            for (stream, quantity), counts in added.groupby(names[2:], sort=False):
                rows.append((demand, staffing, stream, quantity, *spread_of(counts, str(quantity))))
    if not rows:
        return pd.DataFrame()
    return pd.DataFrame(rows, columns=[*names, "n", "sooner", "same", "later", "p10", "p50", "p90", "mean"])


def spread_of(counts: pd.DataFrame, quantity: str) -> tuple[float, ...]:
    """Number, shares sooner, same and later, quantiles (in the unit of the quantity) and mean of counted changes."""
    ordered = counts.sort_values("change")
    change, n = ordered["change"].to_numpy(float), ordered["n"].to_numpy(float)
    total = n.sum()
    reached = np.cumsum(n) / total
    low, middle, high = (change[np.searchsorted(reached, q - 1e-12)] / IN_MINUTES[quantity] for q in (0.1, 0.5, 0.9))
    sooner, later = n[change < -SAME_MINUTES].sum() / total, n[change > SAME_MINUTES].sum() / total
    mean = float(change @ n / total) / IN_MINUTES[quantity]
    return int(total), sooner, 1.0 - sooner - later, later, low, middle, high, mean


def mean_week(summaries: Summaries) -> pd.DataFrame:
    """The mean hour of the week over replications."""
    keys = ["hour_of_week", "weekday", "hour"]
    return by_staffing(summaries, "week", lambda weeks: weeks.groupby(keys, sort=False).mean().reset_index())


def shares_of(summaries: Summaries, which: str, keys: list[str]) -> pd.DataFrame:
    """Counts in bins added up over replications and divided by their sum: column `share`."""
    edges = ["from_minute", "to_minute"]
    groups = ["demand", "staffing", *keys]
    kinds = {"acuity": np.int64, "n": np.int64} | dict.fromkeys(edges, np.float64) | {"stream": object}

    def together(counts: pd.DataFrame) -> pd.DataFrame:
        counts = counts.astype({name: kind for name, kind in kinds.items() if name in counts})
        return counts.groupby([*keys, *edges], sort=False)["n"].sum().reset_index()

    added = by_staffing(summaries, which, together)
    totals = added.groupby(groups, sort=False)["n"].transform("sum")
    added["share"] = np.where(totals > 0, added["n"] / totals.where(totals > 0, 1), np.nan)
    return added


def by_staffing(summaries: Summaries, which: str, added: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """One of the tables of all runs, added up over replications for one demand and staffing at a time."""
    rows = []
    for (demand, staffing), several in summaries.items():
        table = added(pd.concat([getattr(summary, which) for summary in several]))
        table.insert(0, "staffing", staffing)
        table.insert(0, "demand", demand)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


CURVE_DAYS = np.array([1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 270, 365], dtype=float)


def return_curves_of(summaries: Summaries) -> pd.DataFrame:
    """Kaplan-Meier share returned by day, per patient (first visits) and per visit, as far as anybody was followed."""
    return of_returns(summaries, returned_by_day, ["days", "returned", "standard_error"])


def followed_of(summaries: Summaries) -> pd.DataFrame:
    """How many visits of each curve were not back and still followed, by day."""
    return of_returns(summaries, followed_by_day, ["days", "at_risk"])


def of_returns(
    summaries: Summaries, by_day: Callable[[pd.DataFrame], pd.DataFrame], columns: list[str]
) -> pd.DataFrame:
    """A table of the returns of each level and staffing, of first visits (`patient`) and of all (`visit`)."""
    rows: list[pd.DataFrame] = []
    for (demand, staffing), several in summaries.items():
        visits: pd.DataFrame = pd.concat([summary.returns for summary in several], ignore_index=True)
        indexed: list[tuple[str, pd.DataFrame]] = [("patient", visits[visits["first"]]), ("visit", visits)]
        for index, chosen in indexed:
            if len(chosen):
                rows.append(by_day(chosen).assign(demand=demand, staffing=staffing, index=index))
    names = ["demand", "staffing", "index", *columns]
    return pd.concat(rows, ignore_index=True)[names] if rows else pd.DataFrame(columns=names)


def days_of_curve(visits: pd.DataFrame) -> np.ndarray:
    """Day 0 and those of the curve up to which somebody was followed."""
    return np.append(0.0, CURVE_DAYS[visits["days"].max() >= CURVE_DAYS])


def returned_by_day(visits: pd.DataFrame) -> pd.DataFrame:
    """Share returned at the days of the curve."""
    found, days = kaplan_meier(visits["days"].to_numpy(float), visits["observed"].to_numpy(bool)), days_of_curve(visits)
    at = np.searchsorted(found.times, days, side="right") - 1
    survival = np.where(at >= 0, np.asarray(found.survival)[np.maximum(at, 0)], 1.0)
    error = np.where(at >= 0, np.asarray(found.standard_error)[np.maximum(at, 0)], 0.0)
    return pd.DataFrame({"days": days, "returned": 1.0 - survival, "standard_error": error})


def followed_by_day(visits: pd.DataFrame) -> pd.DataFrame:
    """Visits at the days of the curve that had neither come back nor left the view before."""
    days, lasted = days_of_curve(visits), np.sort(visits["days"].to_numpy(float))
    return pd.DataFrame({"days": days, "at_risk": len(lasted) - np.searchsorted(lasted, days)})


APART = 0.01
"""Relative difference between visits per patient as given and as the law of return has them that is told."""


def notes_on_volume(scenario: Scenario) -> Iterator[str]:
    """Where a law of return was changed and first visits were not: another volume comes than was asked for."""
    if not isinstance(scenario.demand, Profile):
        return
    for stream, given in scenario.demand.visits_per_patient.items():
        if stream not in scenario.department.streams:
            continue
        by_law = scenario.department.streams[stream].visits_per_patient
        if given is not None and abs(by_law / given - 1.0) > APART:
            more_or_fewer = "more" if by_law > given else "fewer"
            yield (
                f"First {stream} visits are all visits divided by {given:g} a patient, but the law of return gives "
                f"{by_law:.4g}: about {100 * abs(by_law / given - 1.0):.0f} % {more_or_fewer} come than "
                f"visits_per_year says. demand.visits_per_patient.{stream}=null keeps the volume instead."
            )
