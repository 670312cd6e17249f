"""The invariants and the referee are awake: each of many one-line faults in the engine is caught by one of them."""

from collections.abc import Callable
from itertools import chain

import pytest

from sim.department import arrivals
from sim.department.arrivals import Hourly, Profile, SlowLevel, StreamArrivals
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.runs.engines import Engine
from tests.faults import ARRIVAL_FAULTS, ATTRIBUTES, FAULTS, FORK_FAULTS, MODEL, SEVERITY, Fault, planted
from tests.invariants import violations
from tests.referee import referee
from tests.referee.arrivals import wrong_arrivals
from tests.referee.traits import wrong_traits
from tests.test_differences_found import MADE_FOR_TIES
from tests.worlds import changed, random_scenario


def objections(simulate: Callable[..., Trajectory], scenario: Scenario, seed: int) -> list[str]:
    """What is found wrong with a run; an engine that breaks down is found out too."""
    try:
        trajectory = simulate(scenario, seed=seed)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    return violations(trajectory, scenario) or [str(found) for found in referee(trajectory, scenario)]


def what_visits_bring(simulate: Callable[..., Trajectory], scenario: Scenario, seed: int) -> list[str]:
    """What the referee finds wrong with the visits of a run before it looks at any choice."""
    return [str(found) for found in wrong_traits(simulate(scenario, seed=seed), scenario)]


def test_there_are_at_least_25_faults_of_different_lines() -> None:
    assert len({(fault.file, fault.old) for fault in FAULTS}) == len(FAULTS) >= 25


def test_the_engine_as_it_stands_is_not_objected_to() -> None:
    """In the very departments that show the faults below."""
    seeds = {fault.shown_by for fault in FAULTS if fault.shown_by is not None}
    assert len(seeds) >= 10
    with planted(Fault("nothing", MODEL, "Play one replication", "Play one replication")) as simulate:
        found = {seed: objections(simulate, random_scenario(seed, forks=False), seed) for seed in sorted(seeds)}
    assert not any(found.values()), found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault) -> None:
    look = what_visits_bring if fault.file in (SEVERITY, ATTRIBUTES) else objections
    with planted(fault) as simulate:
        worlds = ((seed, random_scenario(seed, forks=False)) for seed in fault.departments())
        assert any(look(simulate, world, seed) for seed, world in worlds), fault.name


BEGINS_IN_ANOTHER_ORDER = "the last branch begins first"


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FORK_FAULTS if fault.shown_by is not None and fault.name != BEGINS_IN_ANOTHER_ORDER],
    ids=lambda fault: fault.name,
)
def test_a_fault_of_forks_is_caught(fault: Fault) -> None:
    """Faults of ties between branches are left to the other engine and to departments played by hand."""
    with planted(fault) as simulate:
        assert any(objections(simulate, random_scenario(seed), seed) for seed in fault.departments(())), fault.name


@pytest.mark.parametrize("fault", FORK_FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_of_forks_is_caught_without_the_other_engine(fault: Fault) -> None:
    seeds = [fault.shown_by] if fault.shown_by is not None else []
    at_random = ((random_scenario(seed, forks=True), seed) for seed in (*seeds, *range(10)))
    worlds = chain(((world, 1) for world in MADE_FOR_TIES), at_random)
    with planted(fault) as simulate:
        assert any(objections(simulate, world, seed) for world, seed in worlds), fault.name


def test_forks_as_they_are_played_are_not_objected_to() -> None:
    with planted(Fault("nothing", MODEL, "Play one replication", "Play one replication")) as simulate:
        worlds = [(world, 1) for world in MADE_FOR_TIES]
        worlds += [(random_scenario(seed, forks=True), seed) for seed in (7, 86)]
        assert [objections(simulate, world, seed) for world, seed in worlds] == [[]] * len(worlds)


@pytest.mark.parametrize("fault", ARRIVAL_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_in_who_comes_when_is_caught(fault: Fault) -> None:
    with planted(fault) as simulate:
        worlds = (random_scenario(seed) for seed in fault.departments())
        by_rates = (world for world in worlds if isinstance(world.demand, Profile | Hourly))
        assert any(wrong_arrivals(simulate(world, seed=1), world) for world in by_rates)


BROKEN_RATES: dict[str, Callable[[StreamArrivals, Profile | Hourly], StreamArrivals]] = {
    "of Monday on every day": lambda right, _: changed(right, rate_per_hour=right.rate_per_hour[:24] * 7),
    "an hour late": lambda right, _: changed(right, rate_per_hour=right.rate_per_hour[-1:] + right.rate_per_hour[:-1]),
    "without growth": lambda right, demand: changed(
        right, rate_per_hour=tuple(rate / demand.growth for rate in right.rate_per_hour)
    ),
    "without busier days": lambda right, _: changed(right, day_factor_cv=0.0),
    "without months": lambda right, _: changed(right, month_index=(1.0,) * 12),
    "without levels of weeks": lambda right, _: changed(right, slow_level=SlowLevel()),
}


@pytest.mark.parametrize("how", BROKEN_RATES)
def test_rates_by_hour_that_are_read_wrongly_are_noticed(
    how: str, monkeypatch: pytest.MonkeyPatch, simulate: Engine
) -> None:
    right = arrivals.arrivals_at_rates
    monkeypatch.setattr(arrivals, "arrivals_at_rates", lambda of, name: BROKEN_RATES[how](right(of, name), of))
    limit = 29_000 + list(BROKEN_RATES).index(how)  # a scenario of its own: engines keep what they have lowered
    worlds = (world for world in map(random_scenario, range(200)) if world.demand.kind == "hourly")
    of_its_own = (changed(world, period=changed(world.period, step_limit=limit)) for world in worlds)
    assert any(wrong_arrivals(simulate(world, seed=1), world) for world in of_its_own)
