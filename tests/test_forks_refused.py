"""What is no fork: each fault is named with its place and a remedy, all of a pathway at once."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.department.expected_work import weekly_minutes
from sim.department.forks import block_after, steps_side_by_side
from sim.department.pathway import (
    Branch,
    Choose,
    Delay,
    Dispose,
    Fork,
    FreePlace,
    Observe,
    Place,
    Release,
    Route,
    Task,
)
from sim.department.patients import Stream
from tests.worlds import ALL, always, one_stream, staffed, visits_at

FORK = Fork(name="at_once", branches=("a", "b"))
CHOOSE = Choose(name="way", branch="b", branches=(Branch(name="c", share=0.5), Branch(name="d", share=0.5)))


def task(name: str, branch: str | None = None, minutes: float = 10.0, **more: Any) -> Task:
    return Task(name=name, role=more.pop("role", "nurse"), minutes=always(minutes), branch=branch, **more)


def delay(name: str, branch: str | None = None, minutes: float = 10.0) -> Delay:
    return Delay(name=name, minutes=always(minutes), branch=branch)


def refusal(*steps: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Stream(pathway=steps)
    return str(caught.value)


def test_steps_of_choices_in_a_branch_are_of_that_branch() -> None:
    pathway = (delay("door"), FORK, CHOOSE, task("x", "a"), task("y", "d"), delay("z", "c"), task("last"))

    assert Stream(pathway=pathway)
    assert steps_side_by_side(pathway) == dict.fromkeys(("way", "y", "z"), ("at_once", 2)) | {"x": ("at_once", 1)}
    assert block_after(pathway, FORK) == 4


def test_a_fork_may_be_in_a_branch_of_a_choice_and_end_the_pathway() -> None:
    choose = Choose(name="way", branches=(Branch(name="c", share=0.5), Branch(name="d", share=0.5)))
    fork = Fork(name="at_once", branches=("a", "b"), branch="c")
    pathway = (choose, fork, task("x", "a"), task("y", "b"))

    assert Stream(pathway=pathway)
    assert steps_side_by_side(pathway) == {"x": ("at_once", 1), "y": ("at_once", 2)}
    assert block_after(pathway, fork) == 2


@pytest.mark.parametrize(
    "step",
    [
        Place(name="room", branch="a", routes=(Route(acuities=ALL, zones=("z",)),)),
        FreePlace(name="leave", branch="c"),
        Release(name="let_go", branch="a", roles=("nurse",)),
        Dispose(name="dispose", branch="b", admission=0.5),
        Observe(name="watch", branch="d", role="aide", fallback_role="nurse", fallback_minutes_per_hour=10.0),
        Fork(name="again", branch="a", branches=("e", "f")),
    ],
    ids=lambda step: step.kind,
)
def test_what_an_emergency_department_does_one_after_the_other_is_refused(step: Any) -> None:
    found = refusal(FORK, task("x", "a"), CHOOSE, task("y", "d"), step)
    assert f"step {step.name!r} ({step.kind}) is in a branch of fork 'at_once': tasks, side tasks, delays and" in found


def test_steps_that_do_not_stand_with_their_fork_and_branches_without_steps_are_named_at_once() -> None:
    found = refusal(FORK, task("x", "a"), task("between"), task("late", "a"), task("later", "a"))

    assert "step 'late' is in a branch of fork 'at_once' and does not stand with it" in found
    assert "step 'later' is in a branch of fork 'at_once' and does not stand with it" in found
    assert "no step is in branch 'b' of fork 'at_once': give it one, or take the branch out" in found
    assert "'x'" not in found


def test_a_case_is_of_one_branch() -> None:
    found = refusal(FORK, task("x", "a", contact="first"), task("y", "b", contact="continuing"))

    assert "tasks of nurse with contact first or continuing are in branches 'a', 'b' of fork 'at_once'" in found
    assert Stream(pathway=(FORK, task("x", "a", contact="first"), task("z", "a", contact="continuing"), task("y", "b")))
    assert Stream(pathway=(FORK, task("x", "a", contact="first"), task("y", "b", contact="first", role="other")))


def test_names_of_branches_are_of_one_step_and_begin_before_their_steps() -> None:
    found = refusal(task("early", "a"), FORK, task("x", "a"), task("y", "b"), Fork(name="two", branches=("b", "b")))

    assert "step 'early' is in branch 'a'; branches of choose and fork steps before it: none" in found
    assert found.count("branch 'b' is named twice") == 2


@pytest.mark.parametrize("branches", [("a",), tuple("abcdefg"), ("a", "")])
def test_a_fork_has_two_to_six_branches_with_names(branches: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="branches"):
        Fork(name="at_once", branches=branches)


def test_work_expected_of_a_role_counts_all_branches_and_a_stay_its_longest() -> None:
    """Half of 100 visits have 10 + 30 minutes of a nurse side by side, then 5: watched for 0.5 x 30 + 5 minutes."""
    fork = Fork(name="at_once", branches=("a", "b"), share=0.5)
    watch = Observe(name="watch", role="aide", fallback_role="nurse", fallback_minutes_per_hour=0.0)
    steps = [watch, fork, task("x", "a"), task("y", "b", 30.0), task("last", minutes=5.0)]
    staff = {"nurse": staffed(), "aide": staffed()}
    work = weekly_minutes(one_stream(steps, staff, visits_at(*[0.0] * 100), minutes=10080.0))

    assert work["nurse"] == pytest.approx(100 * (0.5 * 40.0 + 5.0))
    assert work["aide"] == pytest.approx(100 * (0.5 * 30.0 + 5.0))
