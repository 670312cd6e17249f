"""A difference between two engines is found, told, and shrunk: each of many one-line faults in either is one.

That the engines do not differ is tested in `tests/test_engines_agree.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.department.pathway import Delay, Fork, Task
from sim.department.patients import Escalation, ResponseTask
from sim.department.scenario import Period, Scenario
from sim.engine.reference.model import simulate
from sim.engine.trajectory import Trajectory
from sim.runs.engines import ENGINES
from tests.agree import main
from tests.agreement import Engine, disagreement, played
from tests.faults import COMPILED_FAULTS, COMPILED_FORK_FAULTS, FAULTS, FORK_FAULTS, MODEL, Fault, planted
from tests.smallest import smallest, text_of
from tests.worlds import always, one_stream, random_scenario, staffed, visits_at

FEW_ENTRIES = 3_000
"""Calendar entries of a department that the compiled engine plays as plain Python in about a second."""


@cache
def healthy(seed: int) -> Trajectory | str:
    return played(simulate, random_scenario(seed, forks=False), seed)


def first_that_differs(faulty: Engine, worlds: Iterable[int]) -> int | None:
    """The first random department on which an engine is not the SimPy engine as it stands."""

    def as_it_stands(scenario: Scenario, seed: int) -> Trajectory:
        run = healthy(seed)
        assert not isinstance(run, str), run
        return run

    found = (seed for seed in worlds if disagreement(random_scenario(seed, forks=False), seed, as_it_stands, faulty))
    return next(found, None)


def in_make_verify(faults: Iterable[Fault]) -> list[Any]:
    """Faults for the long checks: an engine as plain Python takes seconds a department."""
    return [pytest.param(fault, marks=pytest.mark.slow) for fault in faults]


def name_of(fault: Fault) -> str:
    return fault.name


MANY_WORLDS = range(300)
"""Among them are some eighty that do not take long."""


def small_worlds() -> Iterator[int]:
    """Seeds of departments that do not take long; the SimPy engine plays one only when it is asked for."""
    for seed in MANY_WORLDS:
        run = healthy(seed)
        if not isinstance(run, str) and run.n_entries < FEW_ENTRIES:
            yield seed


def test_there_are_at_least_25_faults_of_each_engine_in_different_lines() -> None:
    for faults in (FAULTS, COMPILED_FAULTS):
        assert len({(fault.file, fault.old) for fault in faults}) == len(faults) >= 25


@pytest.mark.parametrize("fault", [*COMPILED_FAULTS[:5], *in_make_verify(COMPILED_FAULTS[5:])], ids=name_of)
def test_a_fault_in_the_compiled_engine_is_a_difference(fault: Fault) -> None:
    with planted(fault) as faulty:
        assert first_that_differs(faulty, fault.departments(small_worlds())) is not None, fault.name


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_a_fault_in_one_engine_is_a_difference(fault: Fault) -> None:
    with planted(fault) as faulty:
        assert first_that_differs(faulty, fault.departments()) is not None, fault.name


def side_by_side(*minutes: tuple[float, ...], **more: Any) -> Scenario:
    """Some visits with two branches, each of some delays and then a task of a nurse."""
    fork = Fork(name="at_once", branches=("a", "b"))
    delays = [
        Delay(name=f"{branch}_{number}", branch=branch, minutes=always(spell))
        for branch, of_branch in zip(fork.branches, minutes, strict=True)
        for number, spell in enumerate(of_branch)
    ]
    tasks = [Task(name=f"{branch}_care", branch=branch, role="nurse", minutes=always(3.0)) for branch in fork.branches]
    staff = {"nurse": staffed(), **({"security": staffed(9)} if more else {})}
    return one_stream([fork, *delays, *tasks], staff, visits_at(*(30.0 * n for n in range(40))), **more)


ENDS_OF_ONE_INSTANT = side_by_side((5.0, 20.0), (25.0,))
"""The delay that ends in the second branch has been entered first."""
DISTRESS = side_by_side(
    (5.0,),
    (6.0,),
    stream={"escalation": Escalation(mean_hours=0.2, response=(ResponseTask(role="security", minutes=30.0),))},
)
"""Delays of both branches are over before many a child is calm."""
MADE_FOR_TIES = (ENDS_OF_ONE_INSTANT, DISTRESS)


def is_shown_by_forks(fault: Fault, faulty: Engine) -> bool:
    """Whether an engine is not the SimPy engine as it stands on a department with forks."""
    ties = () if fault.shown_by is not None else MADE_FOR_TIES
    worlds = (*ties, *(random_scenario(seed) for seed in fault.departments(())))
    return any(disagreement(world, fault.shown_by or 1, simulate, faulty) for world in worlds)


@pytest.mark.parametrize("fault", FORK_FAULTS, ids=name_of)
def test_a_fault_of_forks_is_a_difference(fault: Fault) -> None:
    with planted(fault) as faulty:
        assert is_shown_by_forks(fault, faulty), fault.name


@pytest.mark.parametrize("fault", [*COMPILED_FORK_FAULTS[:3], *in_make_verify(COMPILED_FORK_FAULTS[3:])], ids=name_of)
def test_a_fault_of_forks_in_the_compiled_engine_is_a_difference(fault: Fault) -> None:
    with planted(fault) as faulty:
        assert is_shown_by_forks(fault, faulty), fault.name


def test_departments_with_forks_show_no_difference_without_a_fault() -> None:
    for world in MADE_FOR_TIES:
        assert disagreement(world, 1, simulate, ENGINES["compiled"]) is None
    with planted(Fault("nothing", MODEL, "Play one replication", "Play one replication")) as rebuilt:
        for seed in {fault.shown_by for fault in (*FORK_FAULTS, *COMPILED_FORK_FAULTS)} - {None}:
            assert disagreement(random_scenario(seed), seed, simulate, rebuilt) is None


def test_an_engine_rebuilt_without_a_fault_is_no_difference() -> None:
    with planted(Fault("nothing", MODEL, "Play one replication", "Play one replication")) as rebuilt:
        assert [disagreement(random_scenario(seed, forks=False), seed, simulate, rebuilt) for seed in range(5)] == [
            None
        ] * 5


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
    fault = replace(next(fault for fault in FAULTS if fault.name == "last pickup never lapses"), shown_by=37)
    with planted(fault) as faulty:
        seed = first_that_differs(faulty, fault.departments())
        assert seed is not None
        tree = smallest(
            random_scenario(seed, forks=False), seed, lambda s: disagreement(s, seed, simulate, faulty), tries=400
        )
        pasted = eval(text_of(tree), {"Scenario": Scenario})
        assert disagreement(pasted, seed, simulate, faulty) is not None
    assert len(pasted.demand.visits) <= 3


def test_make_agree_prints_a_table_and_fails_where_events_are_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--departments", "2", "--workers", "1"]) == 1
    printed = capsys.readouterr().out
    assert "a case is handed over" in printed
    assert "0 of 2 departments differ" in printed
    assert "too seldom: " in printed
