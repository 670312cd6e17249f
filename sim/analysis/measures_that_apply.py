"""Which measures say something about a department: a place without peers, boarding or returns is not asked about them.

Measures are computed for every run (`sim.engine.measures`); what no scenario of an answer has is left out of the answer
by `measures_that_apply`, before estimates are made. A department that may have it and does not now, such as one whose
staffing is without peers, is still asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.assumed_effects import assumes_effects
from sim.department.arrivals import MENTAL_HEALTH
from sim.department.pathway import Board, Dispose, FollowUp, Observe, Place
from sim.department.scenario import Scenario
from sim.engine.measures.cohort import REPORTED_STREAMS, roles_for
from sim.engine.measures.company import COMPANY
from sim.engine.measures.peer_day import PEER_DAY
from sim.engine.measures.waits import WAITS


def peers_apply(scenario: Scenario) -> bool:
    """Somebody works in the role of peer support, or a stream of the department is one in which it is offered."""
    department, support = scenario.department, scenario.support
    return support.role in scenario.staffing.roles or any(name in department.streams for name in support.streams)


def has_step(*kinds: type) -> Callable[[Scenario], bool]:
    """Whether a pathway has a step of one of these kinds."""
    return lambda scenario: any(
        isinstance(step, kinds) for stream in scenario.department.streams.values() for step in stream.pathway
    )


def somebody_returns(scenario: Scenario) -> bool:
    """A stream has a law of return."""
    return any(stream.returns is not None for stream in scenario.department.streams.values())


def somebody_escalates(scenario: Scenario) -> bool:
    """A stream has escalations."""
    return any(stream.escalation is not None for stream in scenario.department.streams.values())


def has_physicians(scenario: Scenario) -> bool:
    """A task is that of a physician."""
    return bool(roles_for(scenario, "physician"))


def acuity_differs(scenario: Scenario) -> bool:
    """Visits are of several levels of acuity: where none is given all are of one, CTAS 3, which means nothing there."""
    mixes = (scenario.acuity_mix_of(name) for name in scenario.department.streams)
    return len({level for mix in mixes for level, share in enumerate(mix) if share > 0.0}) > 1


NEEDS: Mapping[Callable[[Scenario], bool], tuple[str, ...]] = {
    peers_apply: (
        *(item.key for item in (*COMPANY, *PEER_DAY)), "cost_per_child_met", "cost_per_company_hour", "home_bridged",
        "home_call_reached", "home_with_company", "bridged_of_met_home",
    ),
    has_step(Board): (
        *(f"length_of_stay_without_boarding_{name}" for name in ("mean", "sd", "median", "p25", "p75", "p90")),
        "boarding_hours_per_admitted", "boarding_hours_per_week", "census_boarding_mean",
    ),
    has_step(Dispose): (
        *(f"length_of_stay_discharged_{name}" for name in ("mean", "median", "p90")),
        *(f"length_of_stay_admitted_{name}" for name in ("mean", "median", "p90")),
        "admission", "admissions_per_week", "admitted_stay_over_12h",
    ),
    has_step(Observe): ("observation_unmet_share", "observation_unmet_hours_per_week"),
    has_step(FollowUp): ("follow_up_7d", "follow_up_30d", "home_with_follow_up"),
    somebody_returns: (
        *(f"return_{span}_per_{whom}" for span in ("72h", "7d", "30d", "180d") for whom in ("patient", "visit")),
        "repeat_visit",
    ),
    somebody_escalates: ("escalations_per_100", "restraint"),
    has_physicians: (
        "physician_hours_demanded_per_day", "patients_per_physician_hour", "pia_within_target",
        "ama",  # who left is against advice once a physician has seen them
    ),
    has_step(Place): ("census_waiting_mean", "census_zone_mean", "occupancy"),
    acuity_differs: (
        "ctas3_of_leavers", "pia_within_target",
        *(item.key for item in WAITS if "_ctas" in item.key),
    ),
}  # fmt: skip
"""Keys of measures by what a department must have for them to say something."""


@dataclass(frozen=True)
class MeasuresThatApply:
    """What says nothing in any of some scenarios: keys of measures, and parts, such as a stream that none has."""

    no_keys: frozenset[str] = frozenset()
    no_parts: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether a measure, by key and part, says something about one of the scenarios."""
        return name.partition(".")[0] not in self.no_keys and name.rpartition(".")[2] not in self.no_parts

    def among(self, measures: Sequence[str], values: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
        """Those of the measures that do, and their values (by scenario, measure and run)."""
        kept = [place for place, name in enumerate(measures) if self.has(name)]
        return tuple(measures[place] for place in kept), values if len(kept) == len(measures) else values[:, kept]


ALL_APPLY = MeasuresThatApply()
"""Where nothing is known of the scenarios."""


def measures_that_apply(scenarios: Iterable[Scenario]) -> MeasuresThatApply:
    """Which measures say something about one of the scenarios; of none of them nothing is known, and all do."""
    asked = tuple(scenarios)
    if not asked:
        return ALL_APPLY
    streams = set().union(*(scenario.department.streams for scenario in asked))
    parts = {name for name in REPORTED_STREAMS if name not in streams}
    if not any(map(peers_apply, asked)):
        parts |= {scenario.support.role for scenario in asked}
    keys = {key for has, of in NEEDS.items() if not any(map(has, asked)) for key in of}
    return MeasuresThatApply(frozenset(keys), frozenset(parts))


def absent_from(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """Topics that no scenario is a place for, so that a report says nothing general of them.

    `peers`, `mental_health`, `boarding`, `places`; `children`: no stream is one of those whose published figures are
    known.
    """
    asked = tuple(scenarios)
    if not asked:
        return ()
    streams = set().union(*(scenario.department.streams for scenario in asked))
    there = {
        "peers": any(peers_apply(scenario) or assumes_effects(scenario.effects) for scenario in asked),
        "mental_health": MENTAL_HEALTH in streams,
        "boarding": any(map(has_step(Board), asked)),
        "places": any(map(has_step(Place), asked)),
        "children": not streams.isdisjoint(REPORTED_STREAMS),
    }
    return tuple(topic for topic, is_there in there.items() if not is_there)
