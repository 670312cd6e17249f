"""The engines leave the same behind to the last bit, on departments that meet every event of the law.

`make agree` plays thousands more; that a difference would be found is shown by `tests/test_differences_found.py`.
"""

from functools import cache

import pytest
from hypothesis import given, settings

from sim.config import compose
from sim.department.scenario import Period, Scenario
from sim.engine.reference.model import simulate
from sim.engine.trajectory import Trajectory
from sim.runs.engines import ENGINES
from tests.agree import OTHER, Played, play, shortfalls
from tests.agreement import disagreement
from tests.test_metamorphic import STAFFINGS
from tests.worlds import random_scenarios

DEPARTMENTS, CHUNK = 200, 25
CHUNKS = range(DEPARTMENTS // CHUNK)
SEED = 20240101


@cache
def departments(chunk: int) -> tuple[Played, ...]:
    return tuple(play(seed) for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK))


@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_engines_agree_on_random_departments(chunk: int) -> None:
    assert [f"random_scenario({one.seed}): {one.found}" for one in departments(chunk) if one.found is not None] == []


def test_the_random_departments_are_large_and_busy_and_meet_every_event() -> None:
    assert shortfalls([one for chunk in CHUNKS for one in departments(chunk)]) == []


@settings(max_examples=15)
@given(random_scenarios())
def test_the_engines_agree_on_any_department(scenario: Scenario) -> None:
    assert disagreement(scenario, 1, simulate, ENGINES[OTHER]) is None


def shipped(weeks: int, *choices: str) -> Scenario:
    period = Period(weeks=weeks, step_limit=400_000 * weeks)
    return compose(choices).scenario.model_copy(update={"period": period})


@pytest.mark.parametrize("staffing", STAFFINGS)
def test_the_engines_agree_on_a_week_of_the_default_department(staffing: str) -> None:
    scenario = shipped(1, f"staffing={staffing}", "boarding=pool", "effects=both")
    assert disagreement(scenario, SEED, simulate, ENGINES[OTHER]) is None


@pytest.mark.slow
@pytest.mark.parametrize("replication", range(10))
@pytest.mark.parametrize("staffing", STAFFINGS)
def test_the_engines_agree_on_a_year_of_the_default_department(staffing: str, replication: int) -> None:
    def one(scenario: Scenario, seed: int) -> Trajectory:
        return simulate(scenario, seed, replication)

    def other(scenario: Scenario, seed: int) -> Trajectory:
        return ENGINES[OTHER](scenario, seed, replication)

    assert disagreement(shipped(52, f"staffing={staffing}"), SEED, one, other) is None
