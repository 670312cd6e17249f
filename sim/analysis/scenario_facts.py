"""What scenarios are, beside what their runs say: rostered hours and money, and which assumed effects are in force.

Of a sweep that is being played the scenarios are known; of one that is read from its folder they are validated again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pydantic_core import from_json, to_json

from sim.analysis.assumed_effects import NO_EFFECTS, assumes_effects, assumes_of_clinicians, assumes_of_peers
from sim.analysis.comparison_result import LEAST_ADDED
from sim.analysis.measures_that_apply import ALL_APPLY, MeasuresThatApply, absent_from, measures_that_apply
from sim.analysis.valuation import unconverted_text
from sim.department.department import Calibration
from sim.department.scenario import LABELS, Period, Scenario, part_json
from sim.department.what_matters import that_matters
from sim.engine.measures.entry import Topic

EQUAL_MONEY = 0.02
"""Added weekly costs within this share of each other count as the same money."""


def costs_of(scenarios: Mapping[str, Scenario], baseline: str) -> pd.DataFrame:
    """Rostered hours and weekly cost of each staffing beside the baseline, overtime apart.

    `is_swap` tells whether other roles give up hours for peers; `moved_by_effects` names, separated by commas, what
    the effects in force in this staffing are set to move.
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


def calibrations_of(scenarios: Iterable[Scenario]) -> tuple[Calibration, ...]:
    """Of each department that was made from a file of visits, its file and whether it plays like it."""
    found = (scenario.department.calibration for scenario in scenarios)
    return tuple(dict.fromkeys(each for each in found if each is not None))


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


def moved_by_effects(scenario: Scenario) -> tuple[Topic, ...]:
    """What the effects in force in a staffing are set to move: any of the topics of `MOVED_BY`."""
    effects, found = scenario.effects, []
    if peers_in_force(scenario):
        found += [topic for topic, fields in MOVED_BY.items() if differ_in(effects.peer, NO_EFFECTS.peer, fields)]
        found += ["returns"] * (effects.total_return_hr != 1.0)
    if clinicians_in_force(scenario):
        found += [
            topic for topic, fields in MOVED_BY.items() if differ_in(effects.clinician, NO_EFFECTS.clinician, fields)
        ]
    return tuple(topic for topic in MOVED_BY if topic in found)


MOVED_BY: Mapping[Topic, tuple[str, ...]] = {
    "returns": (),
    "leaving": ("patience_while", "patience_after"),
    "follow-up": ("linkage_odds",),
    "escalation": ("escalation_while", "escalation_after"),
    "minutes of assessments": ("assessment_minutes",),
}
"""Topics, and the effects of a role that move them; returns are moved by the total."""


def differ_in(one: object, other: object, fields: Iterable[str]) -> bool:
    """In any of the fields that both have."""
    return any(getattr(one, name, None) != getattr(other, name, None) for name in fields)


def notes_on_money(scenarios: Mapping[str, Scenario], baseline: str) -> tuple[str, ...]:
    """What a reader must know about money before comparing."""
    costs = costs_of(scenarios, baseline)
    added = costs[costs["weekly_difference"] > LEAST_ADDED]
    if len(added) < 2:
        return ()
    groups = groups_of_same_money(dict(zip(added["label"], added["weekly_difference"], strict=True)))
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


def is_same_money(one: float, other: float) -> bool:
    """Whether two added weekly costs are within `EQUAL_MONEY` of the smaller one."""
    cheaper, dearer = sorted((one, other))
    return cheaper > 0.0 and dearer <= (1.0 + EQUAL_MONEY) * cheaper


def groups_of_same_money(costs: Mapping[str, float]) -> list[dict[str, float]]:
    """Added costs by staffing, cheapest first, in groups within `EQUAL_MONEY` of their cheapest."""
    groups: list[dict[str, float]] = []
    for name, cost in sorted(costs.items(), key=lambda item: item[1]):
        if groups and is_same_money(min(groups[-1].values()), cost):
            groups[-1][name] = cost
        else:
            groups.append({name: cost})
    return groups


def spread_of_costs(group: Mapping[str, float]) -> float:
    return max(group.values()) / min(group.values()) - 1.0


WORLD = ("department", "demand", "boarding", "effects", "period")
"""What nobody chooses when a roster is chosen."""


def worlds_of(scenarios: pd.DataFrame) -> list[str]:
    """Of each scenario (rows of `scenarios.parquet`), everything in it that is no choice."""
    contents = (from_json(content) for content in scenarios["content"])
    return [json.dumps([content.get(part) for part in WORLD], sort_keys=True) for content in contents]


def groups_of_alike(matters: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Labels of scenarios that cannot differ, of which there are several; `matters`: by label, what can matter."""
    found: dict[str, list[str]] = {}
    for label, key in matters.items():
        found.setdefault(key, []).append(label)
    return [tuple(labels) for labels in found.values() if len(labels) > 1]


def matters_of(scenarios: Mapping[str, Scenario], table: pd.DataFrame) -> dict[str, str]:
    """Of each scenario that could be read, the JSON of everything that can matter in it, by label."""
    found = {}
    for label, content in zip(table["label"], table["content"], strict=True):
        if label in scenarios:
            used = that_matters(scenarios[label])
            parts = from_json(content) | {"support": part_json(used.support), "effects": part_json(used.effects)}
            staffing = {key: value for key, value in parts["staffing"].items() if key not in LABELS}
            found[label] = json.dumps(parts | {"staffing": staffing}, sort_keys=True)
    return found


READ = ("staffing", "effects", "support", "period", "department")
"""Parts of a scenario that are looked at, beside who comes; scenarios that agree in them are validated once."""
LEVEL_KEYS = {"growth"}
"""Keys of a demand that say how many come, and not who."""


@dataclass(frozen=True)
class SweptScenarios:
    """Facts of the scenarios, by label; those whose content could not be read have none.

    `worlds`: of each scenario in order, the JSON of everything that is no choice of roster. `weekly_cost`: of the
    roster (money a week, no overtime). `periods`: how long is played, each length once. `effects`: what the effects
    assumed are set to move in a scenario; `assumes_effects`: labels whose effects are other than none, in force or
    not. `swaps`: labels that give up hours of other roles for peers. `with_peers`: labels with peers on the roster.
    `calibrations`: of the departments, those made from files of visits. `alike`: labels of scenarios that cannot
    differ, whatever is drawn, in groups. `unconverted`: what must be said of a currency other than the shipped one.
    `measures`: which say something about one of them; `absent`: topics that none of them is a place for.
    """

    worlds: tuple[str, ...]
    weekly_cost: Mapping[str, float]
    periods: frozenset[Period]
    effects: Mapping[str, tuple[str, ...]]
    assumes_effects: frozenset[str]
    swaps: frozenset[str]
    with_peers: frozenset[str]
    calibrations: tuple[Calibration, ...] = ()
    alike: Sequence[tuple[str, ...]] = ()
    unconverted: str = ""
    measures: MeasuresThatApply = ALL_APPLY
    absent: tuple[str, ...] = ()

    @property
    def speak_of_peers(self) -> bool:
        """Peers are on duty in one of them, or could be."""
        return "peers" not in self.absent

    def like_the_first(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Scenarios that differ from the first in nothing but what can be chosen, the first among them."""
        return tuple(label for label, world in zip(labels, self.worlds, strict=True) if world == self.worlds[0])


def swept_scenarios(scenarios: Mapping[str, Scenario | None], table: pd.DataFrame) -> SweptScenarios:
    """The facts. `scenarios`: by label in order, None where unreadable; `table`: as in `scenarios.parquet`."""
    known = {label: scenario for label, scenario in scenarios.items() if scenario is not None}
    first = next(iter(scenarios.values()), None)
    return SweptScenarios(
        worlds=tuple(worlds_of(table)),
        weekly_cost={label: scenario.staffing.weekly_cost() for label, scenario in known.items()},
        periods=frozenset(scenario.period for scenario in known.values()),
        effects={label: moved_by_effects(scenario) for label, scenario in known.items()},
        assumes_effects=frozenset(label for label, scenario in known.items() if assumes_effects(scenario.effects)),
        swaps=frozenset(label for label, each in known.items() if first is not None and is_swap(each, first)),
        with_peers=frozenset(label for label, scenario in known.items() if peer_hours(scenario) > 0.0),
        calibrations=calibrations_of(known.values()),
        alike=groups_of_alike(matters_of(known, table)),
        unconverted=unconverted_text(known.values()),
        measures=measures_that_apply(known.values()),
        absent=absent_from(known.values()),
    )


def received_scenarios(table: pd.DataFrame) -> SweptScenarios:
    """The same from the rows of `scenarios.parquet`, which another version may have written."""
    read: dict[bytes, Scenario | None] = {}
    scenarios: dict[str, Scenario | None] = {}
    for label, content in zip(table["label"], table["content"], strict=True):
        parts = from_json(content)
        who = {key: value for key, value in (parts.get("demand") or {}).items() if key not in LEVEL_KEYS}
        key = to_json([*(parts.get(part) for part in READ), who])
        if key not in read:
            read[key] = scenario_of(content)
        scenarios[str(label)] = read[key]
    return swept_scenarios(scenarios, table)


def scenario_of(content: str) -> Scenario | None:
    """A scenario from its JSON; None where this version cannot read it."""
    try:
        return Scenario.model_validate_json(content)
    except (ValueError, RecursionError):
        return None
