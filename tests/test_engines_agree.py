"""The engines leave the same behind to the last bit, on departments that meet every event of the law.

`make agree` plays thousands more; the faults below show that a difference of one line is found.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings

from sim.config import compose
from sim.department.pathway import Task
from sim.department.scenario import Period, Scenario
from sim.engine.model import simulate
from sim.engine.trajectory import Trajectory
from sim.study.experiment import ENGINES
from tests.agree import OTHER, Played, main, play, shortfalls
from tests.agreement import disagreement, played
from tests.faults import FAULTS, MODEL, Fault, planted
from tests.smallest import smallest, text_of
from tests.test_metamorphic import STAFFINGS
from tests.worlds import always, one_stream, random_scenario, random_scenarios, staffed, visits_at

DEPARTMENTS, CHUNK = 200, 25
CHUNKS = range(DEPARTMENTS // CHUNK)
SEED = 20240101


# --- the same to the last bit ---------------------------------------------------------------------------------------


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


def shipped(staffing: str, weeks: int) -> Scenario:
    composed = compose([f"staffing={staffing}", "boarding=pool", "effects=both"]).scenario
    return composed.model_copy(update={"period": Period(weeks=weeks, step_limit=400_000 * weeks)})


@pytest.mark.parametrize("staffing", STAFFINGS)
def test_the_engines_agree_on_a_week_of_the_default_department(staffing: str) -> None:
    assert disagreement(shipped(staffing, 1), SEED, simulate, ENGINES[OTHER]) is None


@pytest.mark.slow
@pytest.mark.parametrize("replication", range(10))
@pytest.mark.parametrize("staffing", STAFFINGS)
def test_the_engines_agree_on_a_year_of_the_default_department(staffing: str, replication: int) -> None:
    def one(scenario: Scenario, seed: int) -> Trajectory:
        return simulate(scenario, seed, replication)

    def other(scenario: Scenario, seed: int) -> Trajectory:
        return ENGINES[OTHER](scenario, seed, replication)

    assert disagreement(shipped(staffing, 52), SEED, one, other) is None


# --- a difference is found, and told --------------------------------------------------------------------------------

WORLDS = range(60)


@cache
def healthy(seed: int) -> Trajectory | str:
    return played(simulate, random_scenario(seed), seed)


def first_that_differs(faulty: object) -> int | None:
    """The first random department on which an engine is not the SimPy engine as it stands."""

    def as_it_stands(scenario: Scenario, seed: int) -> Trajectory:
        run = healthy(seed)
        assert not isinstance(run, str), run
        return run

    found = (seed for seed in WORLDS if disagreement(random_scenario(seed), seed, as_it_stands, faulty))  # type: ignore[arg-type]
    return next(found, None)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_in_one_engine_is_a_difference(fault: Fault) -> None:
    with planted(fault) as faulty:
        assert first_that_differs(faulty) is not None, fault.name


def test_an_engine_rebuilt_without_a_fault_is_no_difference() -> None:
    with planted(Fault("nothing", MODEL, "Play one replication", "Play one replication")) as rebuilt:
        assert [disagreement(random_scenario(seed), seed, simulate, rebuilt) for seed in range(5)] == [None] * 5


@pytest.fixture(scope="module")
def two_children() -> Scenario:
    """One nurse, ten minutes each, the second waits for the first."""
    return one_stream(
        [Task(name="care", role="nurse", minutes=always(10.0))], {"nurse": staffed()}, visits_at(5.0, 6.0)
    )


def test_a_difference_is_told_with_its_arrays_its_first_rows_and_its_time(two_children: Scenario) -> None:
    def hasty(scenario: Scenario, seed: int) -> Trajectory:
        run = simulate(scenario, seed)
        run.task_columns["ended"][1] = 24.0
        return replace(run, n_entries=run.n_entries + 1)

    found = disagreement(two_children, 1, simulate, hasty)

    assert found is not None
    assert found.what == ("n_entries", "task.ended")
    assert found.time == 24.0
    assert "task[1]: visit 1, step 0, role 0, member 0, kind 0, ended 25.0 | 24.0" in str(found)


def test_a_row_too_many_is_told(two_children: Scenario) -> None:
    def longer(scenario: Scenario, seed: int) -> Trajectory:
        run = simulate(scenario, seed)
        return replace(run, case_columns={name: np.zeros(1, values.dtype) for name, values in run.case_columns.items()})

    found = disagreement(two_children, 1, simulate, longer)

    assert found is not None
    assert "case[0]: only in the second: visit 0" in str(found)


def test_an_engine_that_breaks_down_or_does_not_get_on_is_a_difference(two_children: Scenario) -> None:
    hurried = two_children.model_copy(update={"period": Period(minutes=60.0, step_limit=5)})

    found = disagreement(two_children, 1, simulate, lambda _, seed: simulate(hurried, seed))

    assert found is not None
    assert found.what[0].startswith("the second engine: RuntimeError: 5 calendar entries")


def test_a_difference_shrinks_to_a_department_of_a_few_visits() -> None:
    fault = next(fault for fault in FAULTS if fault.name == "last pickup never lapses")
    with planted(fault) as faulty:
        seed = first_that_differs(faulty)
        assert seed is not None
        tree = smallest(random_scenario(seed), seed, lambda s: disagreement(s, seed, simulate, faulty), tries=400)
        pasted = eval(text_of(tree), {"Scenario": Scenario})
        assert disagreement(pasted, seed, simulate, faulty) is not None
    assert len(pasted.demand.visits) <= 3


def test_make_agree_prints_a_table_and_fails_where_events_are_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--departments", "2", "--workers", "1"]) == 1
    printed = capsys.readouterr().out
    assert "a case is handed over" in printed
    assert "0 of 2 departments differ" in printed
    assert "too seldom: " in printed
