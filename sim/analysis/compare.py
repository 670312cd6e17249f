"""From played blocks to the answer of a comparison: estimates, paired differences with intervals, added-up tables.

Estimators are those of `sim.statistics`; words are made by `sim.analysis.sentences`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.comparison_result import EQUAL_MONEY, HEADLINE, LEAST_ADDED, Comparison
from sim.analysis.interpretability import GUARDS, cautions_table, flags_of_pairs
from sim.analysis.plan import Plan
from sim.analysis.price_years import price_years_text
from sim.analysis.sentences import difference_sentence
from sim.analysis.staffing_notes import notes_on_staffing
from sim.analysis.valuation import net_benefit
from sim.department.arrivals import Profile
from sim.department.scenario import Scenario
from sim.department.support import Effects
from sim.engine.measures.measuring import measure_of
from sim.engine.measures.staff_time import main_roles, peer_roles
from sim.runs.blocks import BlockAnswer, play_block
from sim.runs.run_summary import IN_MINUTES, SAME_MINUTES, Played
from sim.runs.stopping_rules import Simultaneous
from sim.runs.worker_pool import run_blocks
from sim.statistics.intervals import mean_intervals, paired_differences
from sim.statistics.multiple_comparisons import holm, simultaneous_half_widths
from sim.statistics.survival import kaplan_meier

Table = Any
"""A pandas table; its columns are told in the docstrings."""


def compare_composed(plan: Plan, workers: int | None = None, visits_folder: Path | None = None) -> Comparison:
    """Play a whole plan and compare. An interrupt ends it."""
    started = time.monotonic()
    blocks = plan.blocks(visits_folder)
    played = run_blocks(play_block, blocks, workers or plan.workers, plan.executor, plan.address)
    answers = [answer for _, answer in played]
    return compared(answers, plan, time.monotonic() - started)


def compared(
    answers: Sequence[BlockAnswer],
    plan: Plan,
    seconds: float,
) -> Comparison:
    """The comparison that the finished blocks allow. Raises ValueError if no block has finished."""
    if not answers:
        raise ValueError("no replication has finished: nothing to compare")
    scenarios, baseline, confidence = plan.scenarios, plan.baseline, plan.confidence
    ordered = sorted(answers, key=lambda answer: (answer.demand, answer.replication))
    first = scenarios[baseline]
    values = values_table(ordered)
    estimates = estimates_of(values, confidence)
    cautions = cautions_of(values, confidence)
    return Comparison(
        baseline=baseline,
        staffings=tuple(scenarios),
        labels={name: scenario.staffing.label or name for name, scenario in scenarios.items()},
        levels=plan.levels,
        weeks=first.period.weeks,
        warm_up_weeks=first.period.warm_up_weeks,
        replications=plan.replications,
        n_finished=len(ordered),
        confidence=confidence,
        effects=first.effects.name,
        effects_assumed=assumes_effects(first.effects),
        one_sided=is_one_sided(scenarios.values()),
        estimates=estimates,
        differences=differences_of(values, cautions, scenarios, baseline, confidence, plan.simultaneous),
        cautions=cautions,
        changes=changes_of(ordered),
        week=mean_week(ordered),
        waits=shares_of(ordered, "waits", ["stream", "acuity"]),
        returns=return_curves(ordered),
        alone=shares_of(ordered, "alone", []),
        costs=costs_of(scenarios, baseline),
        seconds=seconds,
        money_notes=(*notes_on_money(scenarios, baseline), price_years_text(scenarios.values(), plan.worth)),
        worth=worth_of(values, plan),
        valued=plan.worth,
        peer_roles=of_any(peer_roles, scenarios.values()),
        main_roles=of_any(main_roles, scenarios.values()),
        notes=(
            *notes_on_volume(first),
            *notes_on_staffing(scenarios, plan.levels, estimates),
        ),
        changed=plan.changed,
    )


def of_any(roles_of: Callable[[Scenario], tuple[str, ...]], scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """Roles of any of the scenarios, each once, in order of appearance."""
    return tuple(dict.fromkeys(role for scenario in scenarios for role in roles_of(scenario)))


def each_played(answers: Sequence[BlockAnswer]) -> list[tuple[float, int, str, Played]]:
    """(demand, replication, staffing, what was played)."""
    return [
        (answer.demand, answer.replication, name, played)
        for answer in answers
        for name, played in answer.played.items()
    ]


def of_each_staffing(answers: Sequence[BlockAnswer]) -> dict[tuple[float, str], list[Played]]:
    """What was played at each demand level under each staffing."""
    found: dict[tuple[float, str], list[Played]] = {}
    for demand, _, staffing, played in each_played(answers):
        found.setdefault((demand, staffing), []).append(played)
    return found


def values_table(answers: Sequence[BlockAnswer]) -> Table:
    """The value of every measure: columns demand, replication, staffing, measure, value."""
    parts = each_played(answers)
    demands, replications, staffings, _ = zip(*parts, strict=True)
    sizes = [len(played.measures) for *_, played in parts]
    return pd.DataFrame(
        {
            "demand": np.repeat(demands, sizes),
            "replication": np.repeat(replications, sizes),
            "staffing": np.repeat(np.asarray(staffings, dtype=object), sizes),
            "measure": [measure for *_, played in parts for measure in played.measures],
            "value": np.concatenate([played.numbers for *_, played in parts]),
        }
    )


def estimates_of(values: Table, confidence: float) -> Table:
    """Mean and interval of every measure over replications; measures defined in no replication are left out."""
    keys, numbers = by_replication(values)
    table = keys.assign(**mean_intervals(numbers, confidence))
    return table[table["n"] > 0].reset_index(drop=True)


def by_replication(values: Table) -> tuple[Table, np.ndarray]:
    """Demand, staffing and measure in order of appearance, and of each its values, one column per replication."""
    keys = ["demand", "staffing", "measure"]
    row = values.groupby(keys, sort=False).ngroup().to_numpy()
    replications, column = np.unique(values["replication"], return_inverse=True)
    numbers = np.full((row.max() + 1, replications.size), np.nan)
    numbers[row, column] = values["value"]
    return values[keys].drop_duplicates(ignore_index=True), numbers


def cautions_of(values: Table, confidence: float) -> Table:
    """What must be read with care: demand, staffing and the columns of `cautions_table`."""
    keys, numbers = by_replication(values)
    scenarios = keys[["demand", "staffing"]].drop_duplicates(ignore_index=True)
    row = keys.groupby(["demand", "staffing"], sort=False).ngroup().to_numpy()
    guards = np.full((len(scenarios), len(GUARDS), numbers.shape[1]), np.nan)
    for number, name in enumerate(GUARDS):
        chosen = (keys["measure"] == name).to_numpy()
        guards[row[chosen], number] = numbers[chosen]
    return pd.concat([scenarios, cautions_table(guards, confidence)], axis=1)


def differences_of(
    values: Table,
    cautions: Table,
    scenarios: Mapping[str, Scenario],
    baseline: str,
    confidence: float,
    simultaneous: Simultaneous = "bonferroni",
) -> Table:
    """Paired differences from the baseline, one row per demand level, staffing and measure."""
    labels = {name: scenario.staffing.label or name for name, scenario in scenarios.items()}
    table, apart = paired_table(values, [name for name in scenarios if name != baseline], baseline, confidence)
    if table.empty:
        return pd.DataFrame()
    row_of = {key: row for row, key in enumerate(zip(cautions["demand"], cautions["staffing"], strict=True))}
    ours = [row_of[key] for key in zip(table["demand"], table["staffing"], strict=True)]
    table = table.assign(**flags_of_pairs(cautions, ours, [row_of[demand, baseline] for demand in table["demand"]]))
    table["simultaneous_half_width"] = np.nan
    table["p_holm"] = np.nan
    for demand in table["demand"].unique():
        add_family(table, apart, table["demand"] == demand, confidence, simultaneous)
    table["sentence"] = [sentence_of(row, labels, confidence) for row in table.to_dict("records")]
    return table


def paired_table(values: Table, others: Sequence[str], baseline: str, confidence: float) -> tuple[Table, np.ndarray]:
    """Differences of the staffings played, by demand and measure, and of each row those of its replications."""
    keys, numbers = by_replication(values)
    places = keys.reset_index().pivot(index=["demand", "measure"], columns="staffing", values="index")
    tables, apart = [pd.DataFrame()], [np.empty((0, numbers.shape[1]))]
    for name in others:
        if name in places:
            both = places[[name, baseline]].dropna().astype(int)
            a, b = numbers[both[name]], numbers[both[baseline]]
            found = paired_differences(a, b, confidence)
            tables.append(both.index.to_frame(index=False).assign(staffing=name, baseline=baseline, **found))
            apart.append(a - b)
    table = pd.concat(tables, ignore_index=True)
    if table.empty:
        return table, apart[0]
    table = table[table["n"] > 0].sort_values(["demand", "measure"], kind="stable")
    return table[PAIRED].reset_index(drop=True), np.concatenate(apart)[table.index]


def worth_of(values: Table, plan: Plan) -> Table:
    """What the paired differences of each staffing are worth by each preset: demand, staffing, preset, mean, low, high,
    half_width, sd, n. Replications are summed up one by one, so that what goes up and down together is told together.
    """
    keys, numbers = by_replication(values)
    row_of = {key: row for row, key in enumerate(keys.itertuples(index=False, name=None))}
    names, sums = [], []
    for demand in keys["demand"].unique():
        for staffing in plan.scenarios:
            pairs = {
                item.name: (
                    row_of.get((demand, staffing, item.measure)),
                    row_of.get((demand, plan.baseline, item.measure)),
                )
                for item in plan.worth
            }
            if staffing == plan.baseline or not pairs or any(None in pair for pair in pairs.values()):
                continue
            apart = {name: numbers[ours] - numbers[base] for name, (ours, base) in pairs.items()}
            for preset in plan.presets:
                names.append((demand, staffing, preset))
                sums.append(net_benefit(plan.worth, preset, apart))
    if not names:
        return pd.DataFrame()
    table = pd.DataFrame(names, columns=["demand", "staffing", "preset"])
    return table.assign(**mean_intervals(np.array(sums), plan.confidence))


PAIRED = [
    "demand", "staffing", "baseline", "measure", "mean", "low", "high", "half_width", "sd", "n", "correlation",
    "p_value",
]  # fmt: skip


def add_family(
    table: Table, apart: np.ndarray, together: Table, confidence: float, method: Simultaneous = "bonferroni"
) -> None:
    """Simultaneous half-widths and Holm's p-values over the headline measures of the rows that are judged together.

    `apart`: the differences of each row of the table, one column per replication. Where max-t is asked for, the column
    `judged_by` says what was done: it needs every replication of every member, and a family not too large for it.
    """
    chosen = table.index[together & table["measure"].isin(HEADLINE)]
    if not len(chosen):
        return
    if method == "max_t":
        method = "max_t" if len(chosen) <= MOST_BY_MAX_T and not np.isnan(apart[chosen]).any() else "bonferroni"
        table.loc[chosen, "judged_by"] = method
    table.loc[chosen, "simultaneous_half_width"] = simultaneous_half_widths(apart[chosen].T, confidence, method)
    p_values = table.loc[chosen, "p_value"].to_numpy(float)
    known = ~np.isnan(p_values)
    if known.any():
        table.loc[chosen[known], "p_holm"] = holm(p_values[known])


MOST_BY_MAX_T = 500
"""Members of a family of which 20,000 draws fit in memory."""


def sentence_of(row: Mapping[Any, Any], labels: Mapping[str, str], confidence: float) -> str:
    """The difference in words."""
    key = str(row["measure"])
    return difference_sentence(
        measure_of(key),
        key.split(".", 1)[1],
        staffing=labels[row["staffing"]],
        baseline=labels[row["baseline"]],
        mean=row["mean"],
        low=row["low"],
        high=row["high"],
        n=int(row["n"]),
        simultaneous_half_width=row["simultaneous_half_width"],
        confidence=confidence,
        many_leave=bool(row["many_leave"]),
        no_steady_state=bool(row["no_steady_state"]),
    )


def changes_of(answers: Sequence[BlockAnswer]) -> Table:
    """How each simulated patient's own wait and stay changed, over all replications."""
    names = ["demand", "staffing", "stream", "quantity"]
    rows = []
    for (demand, staffing), several in of_each_staffing(answers).items():
        tables = [played.changes for played in several if played.changes is not None]
        if tables:
            added = pd.concat(tables).groupby([*names[2:], "change"], sort=False)["n"].sum().reset_index()
            for (stream, quantity), counts in added.groupby(names[2:], sort=False):
                rows.append((demand, staffing, stream, quantity, *spread_of(counts, str(quantity))))
    if not rows:
        return pd.DataFrame()
    return pd.DataFrame(rows, columns=[*names, "n", "sooner", "same", "later", "p10", "p50", "p90", "mean"])


def spread_of(counts: Table, quantity: str) -> tuple[float, ...]:
    """Number, shares sooner, same and later, quantiles (in the unit of the quantity) and mean of counted changes."""
    ordered = counts.sort_values("change")
    change, n = ordered["change"].to_numpy(float), ordered["n"].to_numpy(float)
    total = n.sum()
    reached = np.cumsum(n) / total
    low, middle, high = (change[np.searchsorted(reached, q - 1e-12)] / IN_MINUTES[quantity] for q in (0.1, 0.5, 0.9))
    sooner, later = n[change < -SAME_MINUTES].sum() / total, n[change > SAME_MINUTES].sum() / total
    mean = float(change @ n / total) / IN_MINUTES[quantity]
    return int(total), sooner, 1.0 - sooner - later, later, low, middle, high, mean


def mean_week(answers: Sequence[BlockAnswer]) -> Table:
    """The mean hour of the week over replications."""
    keys = ["hour_of_week", "weekday", "hour"]
    return by_staffing(answers, "week", lambda weeks: weeks.groupby(keys, sort=False).mean().reset_index())


def shares_of(answers: Sequence[BlockAnswer], which: str, keys: list[str]) -> Table:
    """Counts in bins added up over replications and divided by their sum: column `share`."""
    edges = ["from_minute", "to_minute"]
    groups = ["demand", "staffing", *keys]
    kinds = {"acuity": np.int64, "n": np.int64} | dict.fromkeys(edges, np.float64) | {"stream": object}

    def together(counts: Table) -> Table:
        counts = counts.astype({name: kind for name, kind in kinds.items() if name in counts})
        return counts.groupby([*keys, *edges], sort=False)["n"].sum().reset_index()

    added = by_staffing(answers, which, together)
    totals = added.groupby(groups, sort=False)["n"].transform("sum")
    added["share"] = np.where(totals > 0, added["n"] / totals.where(totals > 0, 1), np.nan)
    return added


def by_staffing(answers: Sequence[BlockAnswer], which: str, added: Callable[[Table], Table]) -> Table:
    """One of the tables of all that was played, added up over replications for one demand and staffing at a time."""
    rows = []
    for (demand, staffing), several in of_each_staffing(answers).items():
        table = added(pd.concat([getattr(played, which) for played in several]))
        table.insert(0, "staffing", staffing)
        table.insert(0, "demand", demand)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


DAYS = np.array([1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 270, 365], dtype=float)


def return_curves(answers: Sequence[BlockAnswer]) -> Table:
    """Kaplan-Meier share returned by day, per patient (first visits) and per visit, as far as anybody was followed."""
    rows: list[Table] = []
    for (demand, staffing), several in of_each_staffing(answers).items():
        visits: Table = pd.concat([played.returns for played in several], ignore_index=True)
        indexed: list[tuple[str, Table]] = [("patient", visits[visits["first"]]), ("visit", visits)]
        for index, chosen in indexed:
            if len(chosen):
                rows.append(curve(chosen).assign(demand=demand, staffing=staffing, index=index))
    names = ["demand", "staffing", "index", "days", "returned", "standard_error"]
    return pd.concat(rows, ignore_index=True)[names] if rows else pd.DataFrame(columns=names)


def curve(visits: Table) -> Table:
    """Share returned at the days of the curve."""
    found = kaplan_meier(visits["days"].to_numpy(float), visits["observed"].to_numpy(bool))
    days = np.append(0.0, DAYS[visits["days"].max() >= DAYS])
    at = np.searchsorted(found.times, days, side="right") - 1
    survival = np.where(at >= 0, np.asarray(found.survival)[np.maximum(at, 0)], 1.0)
    error = np.where(at >= 0, np.asarray(found.standard_error)[np.maximum(at, 0)], 0.0)
    return pd.DataFrame({"days": days, "returned": 1.0 - survival, "standard_error": error})


def costs_of(scenarios: Mapping[str, Scenario], baseline: str) -> Table:
    """Rostered hours and weekly cost of each staffing beside the baseline, overtime apart.

    `is_swap` tells whether other roles give up hours for peers; `moved_by_effects` names, separated by commas, what
    the effects in force in this staffing were told to move.
    """
    base = scenarios[baseline].staffing
    rows = []
    for name, scenario in scenarios.items():
        staffing = scenario.staffing
        hours = {role: value.hours_per_week() for role, value in staffing.roles.items()}
        changed = {
            role: hours.get(role, 0.0) - (base.roles[role].hours_per_week() if role in base.roles else 0.0)
            for role in {*hours, *base.roles}
        }
        rows.append(
            {
                "staffing": name,
                "label": staffing.label or name,
                "hours_added": ", ".join(f"{h:+g} {r}" for r, h in sorted(changed.items()) if abs(h) > 1e-9) or "none",
                "weekly_cost": staffing.weekly_cost(),
                "weekly_difference": staffing.weekly_cost() - base.weekly_cost(),
                "is_swap": is_swap(scenario, scenarios[baseline]),
                "moved_by_effects": ", ".join(moved_by_effects(scenario)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


NO_EFFECTS = Effects()


def assumes_effects(effects: Effects) -> bool:
    """Whether anything but no effect is assumed, in force in a staffing or not."""
    return assumes_of_peers(effects) or assumes_of_clinicians(effects)


def assumes_of_peers(effects: Effects) -> bool:
    """How a total of 1 would be split does not matter."""
    return effects.total_return_hr != 1.0 or effects.peer != NO_EFFECTS.peer


def assumes_of_clinicians(effects: Effects) -> bool:
    neutral = NO_EFFECTS.clinician.model_copy(update={"role": effects.clinician.role})
    return effects.clinician != neutral


def is_one_sided(scenarios: Iterable[Scenario]) -> bool:
    """Whether effects are in force for peers only, or for clinicians only, in the staffings compared.

    Those of peers are in force in a staffing with rostered hours in the role of peer support, those of clinicians in a
    staffing that `enhances` their role. In force nowhere is not one-sided.
    """
    compared_ones = list(scenarios)
    return any(map(peers_in_force, compared_ones)) != any(map(clinicians_in_force, compared_ones))


def peers_in_force(scenario: Scenario) -> bool:
    return assumes_of_peers(scenario.effects) and peer_hours(scenario) > 0.0


def clinicians_in_force(scenario: Scenario) -> bool:
    return assumes_of_clinicians(scenario.effects) and scenario.effects.clinician.role in scenario.staffing.enhances


def peer_hours(scenario: Scenario) -> float:
    """Rostered hours a week in the role of peer support."""
    return hours_by_role(scenario).get(scenario.support.role, 0.0)


def hours_by_role(scenario: Scenario) -> dict[str, float]:
    return {role: value.hours_per_week() for role, value in scenario.staffing.roles.items()}


def is_swap(scenario: Scenario, baseline: Scenario) -> bool:
    """Whether hours of another role are given up while peer hours are added."""
    before, now, peer = hours_by_role(baseline), hours_by_role(scenario), scenario.support.role
    fewer = any(now.get(role, 0.0) < hours - 1e-9 for role, hours in before.items() if role != peer)
    return fewer and now.get(peer, 0.0) > before.get(peer, 0.0) + 1e-9


def moved_by_effects(scenario: Scenario) -> tuple[str, ...]:
    """What the effects in force in a staffing were told to move: any of the topics of `TOLD`."""
    effects, found = scenario.effects, []
    if peers_in_force(scenario):
        found += [topic for topic, fields in TOLD.items() if differs(effects.peer, NO_EFFECTS.peer, fields)]
        found += ["returns"] * (effects.total_return_hr != 1.0)
    if clinicians_in_force(scenario):
        found += [topic for topic, fields in TOLD.items() if differs(effects.clinician, NO_EFFECTS.clinician, fields)]
    return tuple(topic for topic in TOLD if topic in found)


TOLD = {
    "returns": (),
    "leaving": ("patience_while", "patience_after"),
    "follow-up": ("linkage_odds",),
    "escalation": ("escalation_while", "escalation_after"),
    "minutes of assessments": ("assessment_minutes",),
}
"""Topics, and the effects of a role that move them; returns are moved by the total."""


def differs(one: object, other: object, fields: Iterable[str]) -> bool:
    """In any of the fields that both have."""
    return any(getattr(one, name, None) != getattr(other, name, None) for name in fields)


APART = 0.01
"""Relative difference between visits per patient as given and as the law of return has them that is told."""


def notes_on_volume(scenario: Scenario) -> Iterator[str]:
    """Where a law of return was changed and first visits were not: another volume comes than was asked for."""
    if not isinstance(scenario.demand, Profile):
        return
    for stream, given in scenario.demand.visits_per_patient.items():
        by_law = scenario.department.streams[stream].visits_per_patient
        if given is not None and abs(by_law / given - 1.0) > APART:
            more_or_fewer = "more" if by_law > given else "fewer"
            yield (
                f"First {stream} visits are all visits divided by {given:g} a patient, but the law of return gives "
                f"{by_law:.4g}: about {100 * abs(by_law / given - 1.0):.0f} % {more_or_fewer} come than "
                f"visits_per_year says. demand.visits_per_patient.{stream}=null keeps the volume instead."
            )


def notes_on_money(scenarios: Mapping[str, Scenario], baseline: str) -> tuple[str, ...]:
    """What a reader must know about money before comparing."""
    costs = costs_of(scenarios, baseline)
    added = costs[costs["weekly_difference"] > LEAST_ADDED]
    if len(added) < 2:
        return ()
    groups = same_money(dict(zip(added["label"], added["weekly_difference"], strict=True)))
    told = [
        f"Same money: {', '.join(group)} add the same cost a week within {100 * spread_of_costs(group):.1f} %, "
        "supervision included."
        for group in groups
        if len(group) > 1
    ]
    if len(groups) > 1:
        spread = added["weekly_difference"].max() / added["weekly_difference"].min() - 1.0
        names = ", ".join(added["label"])
        told.append(f"Not the same money: the added weekly costs of {names} differ by up to {100 * spread:.0f} %.")
    return tuple(told)


def same_money(costs: Mapping[str, float]) -> list[dict[str, float]]:
    """Added costs by staffing, cheapest first, in groups within `EQUAL_MONEY` of their cheapest."""
    groups: list[dict[str, float]] = []
    for name, cost in sorted(costs.items(), key=lambda item: item[1]):
        if groups and cost <= (1.0 + EQUAL_MONEY) * min(groups[-1].values()):
            groups[-1][name] = cost
        else:
            groups.append({name: cost})
    return groups


def spread_of_costs(group: Mapping[str, float]) -> float:
    return max(group.values()) / min(group.values()) - 1.0
