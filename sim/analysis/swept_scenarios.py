"""What the scenarios of a sweep are, beside what their runs say: rostered cost, length, effects assumed.

Of a sweep that is being played the scenarios are known; of one that is read from its folder they are validated again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from pydantic_core import from_json, to_json

from sim.analysis.dominated import worlds_of
from sim.analysis.scenario_facts import assumes_effects, is_swap, moved_by_effects, peer_hours
from sim.department.scenario import Scenario

READ = ("staffing", "effects", "support", "period")
"""Parts of a scenario that are looked at; scenarios that agree in them are validated once."""


@dataclass(frozen=True)
class SweptScenarios:
    """Facts of the scenarios, by label; those whose content could not be read have none.

    `worlds`: of each scenario in order, the JSON of everything that is no choice of roster. `weekly_cost`: of the
    roster (CAD a week, no overtime). `weeks`: weeks of the measured window, by label. `effects`: what the effects
    assumed are set to move in a scenario; `assumes_effects`: labels whose effects are other than none, in force or
    not. `swaps`: labels that give up hours of other roles for peers. `with_peers`: labels with peers on the roster.
    """

    worlds: tuple[str, ...]
    weekly_cost: Mapping[str, float]
    weeks: Mapping[str, float]
    effects: Mapping[str, tuple[str, ...]]
    assumes_effects: frozenset[str]
    swaps: frozenset[str]
    with_peers: frozenset[str]

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
        weeks={label: scenario.period.weeks for label, scenario in known.items()},
        effects={label: moved_by_effects(scenario) for label, scenario in known.items()},
        assumes_effects=frozenset(label for label, scenario in known.items() if assumes_effects(scenario.effects)),
        swaps=frozenset(label for label, each in known.items() if first is not None and is_swap(each, first)),
        with_peers=frozenset(label for label, scenario in known.items() if peer_hours(scenario) > 0.0),
    )


def received_scenarios(table: pd.DataFrame) -> SweptScenarios:
    """The same from the rows of `scenarios.parquet`, which another version may have written."""
    read: dict[bytes, Scenario | None] = {}
    scenarios: dict[str, Scenario | None] = {}
    for label, content in zip(table["label"], table["content"], strict=True):
        parts = from_json(content)
        key = to_json([parts.get(part) for part in READ])
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
