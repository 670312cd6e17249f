"""The Python interface refuses what it cannot do, with the place, the value and the remedy."""

import pytest

import sim
from sim.department.scenario import ScenarioError


def test_a_scenario_is_loaded_simulated_and_read_as_tables(engine: str) -> None:
    scenario = sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0")
    run = sim.simulate(scenario, seed=2, engine=engine)
    assert len(run.visits) == run.n_visits > 1000
    assert {"visit", "role", "member", "started"} <= set(run.tasks.columns)
    assert {"psw", "nurse"} <= set(run.staff["role"])
    assert run.census["present"].max() > 10


def test_every_problem_of_a_scenario_comes_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load("nonsense=1", "demand.growth=-1")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("override", [None, 3, ["demand.growth=1"]])
def test_an_override_is_text(override: object) -> None:
    with pytest.raises(TypeError, match="write it as text"):
        sim.load(override)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"seed": -1}, "seed"), ({"seed": 2**70}, "seed"), ({"seed": 1.5}, "seed"), ({"replication": -1}, "replication"),
     ({"engine": "x"}, "use one of compiled, simpy")],
)  # fmt: skip
def test_an_impossible_run_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        sim.simulate(sim.load(), **arguments)  # type: ignore[arg-type]


def test_what_is_not_a_scenario_is_refused() -> None:
    with pytest.raises(TypeError, match=r"sim\.load"):
        sim.simulate("peer_added")  # type: ignore[arg-type]


@pytest.mark.parametrize("staffings", ["traditional", [], [sim]])
def test_staffings_are_a_list_of_names(staffings: object) -> None:
    with pytest.raises(TypeError, match="baseline first"):
        sim.compare(staffings)  # type: ignore[arg-type]


def test_workers_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="workers = 0"):
        sim.compare(["traditional", "peer_added"], workers=0)
