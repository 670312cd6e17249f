"""Forks in small departments played by hand: branches side by side, joined when the last has ended.

The docstring of a test is the law it shows (docs/law.md, Forks), where the name does not say it all. Random departments
have forks too, and are judged by invariants, the referee and the other engine.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.department.pathway import Branch, Choose, Delay, Fork, SideTask, Task
from sim.department.roster import Break, Role
from sim.engine.trajectory import Trajectory
from sim.runs.engines import Engine
from tests.invariants import violations
from tests.referee import referee
from tests.test_company import ENDLESS, GUARD, Player, escalates_at, near, play, rows, spells
from tests.test_timelines import TRIAGE, departures, dispositions, ended, replay, same, started, times
from tests.worlds import always, one_stream, shift, staffed

__all__ = ["play"]  # a fixture

NAN = float("nan")
FORK = Fork(name="at_once", branches=("a", "b"))
NURSE = {"nurse": staffed()}
BOTH = {"nurse": staffed(), "physician": staffed()}


@pytest.fixture
def played(simulate: Engine) -> Callable[..., Trajectory]:
    """The run of a department of one stream; the referee has nothing to object to, and no invariant is broken."""

    def run(*args: Any, **kwargs: Any) -> Trajectory:
        scenario = one_stream(*args, **kwargs)
        trajectory = simulate(scenario, seed=1)
        assert [str(found) for found in referee(trajectory, scenario)] == []
        assert violations(trajectory, scenario) == []
        return trajectory

    return run


def care(name: str, branch: str | None = None, minutes: float = 10.0, role: str = "nurse", **more: Any) -> Task:
    return Task(name=name, role=role, minutes=always(minutes), branch=branch, **more)


def wait(name: str, branch: str | None = None, minutes: float = 10.0, **more: Any) -> Delay:
    return Delay(name=name, minutes=always(minutes), branch=branch, **more)


def spans(run: Trajectory, *steps: str, visit: int = 0) -> list[list[float]]:
    """Requested, started, ended of steps of a visit."""
    return [run.step_times[visit, run.steps.index(step)].tolist() for step in steps]


def slots(run: Trajectory, visit: int = 0) -> dict[str, int]:
    """The slot of each step's request."""
    tasks = run.task_columns
    mine = tasks["visit"] == visit
    return {run.steps[step]: slot for step, slot in zip(tasks["step"][mine], tasks["slot"][mine].tolist(), strict=True)}


# --- side by side, and joined ---------------------------------------------------------------------------------------


def test_tests_run_while_the_child_is_assessed_and_both_are_over_before_treatment(played: Any) -> None:
    """Blood is taken to 5 and in the laboratory to 25; the physician is there to 15. Treatment is at 25."""
    pathway = [
        Fork(name="side_by_side", branches=("tests", "assessment")),
        care("bloods", "tests", 5.0),
        wait("laboratory", "tests", 20.0),
        care("first_look", "assessment", 15.0, "physician", contact="first", purpose="physician"),
        care("treatment"),
    ]
    run = played(pathway, BOTH, replay({"at": 0.0}))

    assert spans(run, "side_by_side") == [[0.0, 0.0, 25.0]]
    assert spans(run, "bloods", "laboratory", "first_look") == [[0.0, 0.0, 5.0], [5.0, 5.0, 25.0], [0.0, 0.0, 15.0]]
    assert spans(run, "treatment") == [[25.0, 25.0, 35.0]]
    assert departures(run) == [35.0]
    assert run.visit_columns["pia"].tolist() == [0.0]
    assert slots(run) == {"bloods": 1, "first_look": 2, "treatment": 0}


def test_branches_that_need_the_same_nurse_have_her_in_their_order(played: Any) -> None:
    """They stand in the file the other way round: what counts is the order in which the fork names them."""
    run = played([FORK, care("y", "b", 7.0), care("x", "a")], NURSE, replay({"at": 0.0}))

    assert spans(run, "x", "y", "at_once") == [[0.0, 0.0, 10.0], [0.0, 10.0, 17.0], [0.0, 0.0, 17.0]]


def test_delays_that_end_at_one_instant_end_in_order_of_branches(played: Any) -> None:
    """That of the second branch is older. The first asks for the nurse first all the same, and has her."""
    pathway = [FORK, wait("p", "a", 4.0), wait("q", "a", 6.0), wait("r", "b"), care("y", "b", 7.0), care("x", "a")]
    run = played(pathway, NURSE, replay({"at": 0.0}))

    assert ended(run, "q") == ended(run, "r") == [10.0]
    assert spans(run, "x", "y") == [[10.0, 10.0, 20.0], [10.0, 20.0, 27.0]]


def test_a_task_and_a_delay_that_end_together_join_the_visit_once(played: Any) -> None:
    run = played([FORK, care("x", "a"), wait("y", "b"), care("last")], NURSE, replay({"at": 0.0}))

    assert spans(run, "at_once", "last") == [[0.0, 0.0, 10.0], [10.0, 10.0, 20.0]]


def test_a_branch_of_which_no_step_applies_ends_at_once(played: Any) -> None:
    never, nowhere = wait("x", "a", share=0.0), wait("y", "b", share=0.0)
    run = played([FORK, never, wait("y", "b"), wait("z")], {}, replay({"at": 1.0}))
    assert spans(run, "at_once", "y", "z") == [[1.0, 1.0, 11.0], [1.0, 1.0, 11.0], [11.0, 11.0, 21.0]]

    run = played([FORK, never, nowhere, wait("z")], {}, replay({"at": 1.0}))
    assert spans(run, "at_once", "z") == [[1.0, 1.0, 1.0], [1.0, 1.0, 11.0]]


def test_a_choice_in_a_branch_sends_the_branch_one_way(played: Any) -> None:
    choose = Choose(name="way", branch="b", branches=(Branch(name="c", share=0.0), Branch(name="d", share=1.0)))
    pathway = [FORK, choose, wait("left", "c", 90.0), wait("right", "d", 6.0), wait("after", "b", 1.0), care("x", "a")]
    run = played(pathway, NURSE, replay({"at": 0.0}))

    assert same([at for row in spans(run, "way", "left") for at in row], [0.0, 0.0, 0.0, NAN, NAN, NAN])
    assert spans(run, "right", "after", "at_once") == [[0.0, 0.0, 6.0], [6.0, 6.0, 7.0], [0.0, 0.0, 10.0]]


def test_a_fork_in_a_branch_of_a_choice_is_for_who_is_sent_there(played: Any) -> None:
    """CTAS 2 has both at once; CTAS 4 is sent elsewhere, and passes the fork and the steps of its branches."""
    urgent, others = (1.0, 1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0, 1.0)
    choose = Choose(name="way", branches=(Branch(name="c", share=urgent), Branch(name="d", share=others)))
    pathway = [
        choose, FORK.model_copy(update={"branch": "c"}), wait("x", "a", 5.0), wait("y", "b", 8.0),
        wait("z", "d", 1.0), wait("all", None, 2.0),
    ]  # fmt: skip
    run = played(pathway, {}, replay({"at": 0.0, "acuity": 2}, {"at": 0.0, "acuity": 4}))

    assert departures(run) == [10.0, 3.0]
    assert same(started(run, "at_once"), [0.0, NAN])
    assert same(started(run, "x"), [0.0, NAN])
    assert same(started(run, "y"), [0.0, NAN])


def test_six_branches_are_joined_by_the_last(played: Any) -> None:
    names = tuple("abcdef")
    delays = [wait(f"x_{name}", name, 60.0 / number) for number, name in enumerate(names, start=1)]
    run = played([Fork(name="at_once", branches=names), *delays], {}, replay({"at": 0.0}, {"at": 60.0}))

    assert departures(run) == [60.0, 120.0]
    assert [started(run, delay.name) for delay in delays] == [[0.0, 60.0]] * 6


def test_the_next_fork_of_a_visit_begins_where_the_first_is_joined(played: Any) -> None:
    again = Fork(name="again", branches=("c", "d", "e"))
    pathway = [FORK, wait("x", "a", 5.0), wait("y", "b", 8.0), again] + [wait(f"{b}1", b, 3.0) for b in "cde"]
    run = played([*pathway, wait("last")], {}, replay({"at": 0.0}))

    assert spans(run, "at_once", "again", "last") == [[0.0, 0.0, 8.0], [8.0, 8.0, 11.0], [11.0, 11.0, 21.0]]


def test_charting_is_a_share_of_what_all_branches_have_begun(played: Any) -> None:
    """At 20 the second branch charts half of its own 20 minutes and of the 10 of the first, which is at the bedside."""
    chart = SideTask(name="chart", role="nurse", branch="b", minutes=always(1.0), share_of_minutes=0.5)
    pathway = [FORK, wait("p", "a", 19.0), care("x", "a"), care("y", "b", 20.0), chart]
    run = played(pathway, {"nurse": staffed(3)}, replay({"at": 0.0}))

    tasks = run.task_columns
    charting = tasks["step"] == run.steps.index("chart")
    assert (tasks["ended"] - tasks["started"])[charting].tolist() == [15.0]


# --- patience and leaving --------------------------------------------------------------------------------------------


def test_nobody_leaves_while_somebody_is_with_them(played: Any) -> None:
    """Patience is 8. The nurse is elsewhere; the physician is there to 20; what is left of patience ends at 28."""
    pathway = [
        FORK,
        care("seen", "a", 20.0, "physician", purpose="physician"),
        care("x", "b", may_leave=True),
    ]
    visits = replay({"at": 0.0, "minutes": {"seen": 0.0, "x": 90.0}}, {"at": 0.0, "patience": 8.0})
    run = played(pathway, BOTH, visits)

    assert started(run, "seen") == [0.0, 0.0]
    assert departures(run) == [90.0, 28.0]
    assert dispositions(run)[1] == "ama"
    assert same(spans(run, "at_once", visit=1)[0], [0.0, 0.0, NAN])
    assert same(spans(run, "x", visit=1)[0], [0.0, NAN, NAN])


def test_patience_used_up_in_part_before_and_in_part_after_a_task_beside(played: Any) -> None:
    """Three minutes of eight are gone at 3, when the physician comes; five more are gone at 28."""
    pathway = [FORK, wait("p", "a", 3.0), care("seen", "a", 20.0, "physician"), care("x", "b", may_leave=True)]
    visits = replay({"at": 0.0, "minutes": {"seen": 0.0, "p": 500.0, "x": 90.0}}, {"at": 0.0, "patience": 8.0})
    run = played(pathway, BOTH, visits)

    assert departures(run)[1] == 28.0
    assert dispositions(run)[1] == "lwbs"


def test_a_limited_delay_beside_holds_patience_and_an_unlimited_one_does_not(played: Any) -> None:
    def leaves_at(capacity: int | None) -> float:
        pathway = [FORK, wait("scan", "a", 20.0, capacity=capacity), care("x", "b", may_leave=True)]
        visits = replay({"at": 0.0, "minutes": {"scan": 0.0, "x": 90.0}}, {"at": 0.0, "patience": 8.0})
        return departures(played(pathway, NURSE, visits))[1]

    assert leaves_at(None) == 8.0
    assert leaves_at(2) == 28.0


def test_two_waits_at_once_use_up_patience_once_and_end_with_both_withdrawn(played: Any) -> None:
    """Patience of 20 from 0 on, whether or not the second branch begins to wait at 5."""
    pathway = [FORK, care("y", "a", may_leave=True), wait("p", "b", 5.0), care("x", "b", may_leave=True)]
    visits = replay({"at": 0.0, "minutes": {"y": 90.0, "x": 0.0}}, {"at": 0.0, "patience": 20.0})
    run = played(pathway, NURSE, visits)

    assert departures(run)[1] == 20.0
    tasks = run.task_columns
    mine = tasks["visit"] == 1
    assert tasks["withdrawn"][mine].tolist() == [True, True]
    assert [run.steps[step] for step in tasks["step"][mine]] == ["y", "x"]
    assert tasks["ended"][mine].tolist() == [20.0, 20.0]


def test_who_leaves_while_a_test_runs_is_gone_and_its_end_changes_nothing(played: Any) -> None:
    """The laboratory would be ready at 60; the visit leaves at 8, and no step after that is reached."""
    pathway = [FORK, wait("laboratory", "a", 60.0), care("x", "b", may_leave=True), care("last")]
    visits = replay({"at": 0.0, "minutes": {"x": 90.0, "laboratory": 1.0}}, {"at": 0.0, "patience": 8.0})
    run = played(pathway, NURSE, visits)

    assert departures(run)[1] == 8.0
    assert same(spans(run, "laboratory", visit=1)[0], [0.0, 0.0, NAN])
    assert same([at for row in spans(run, "at_once", "last", visit=1) for at in row], [0.0, 0.0, NAN, NAN, NAN, NAN])


# --- interrupts, teams, and nobody there -----------------------------------------------------------------------------


def test_ctas_1_interrupts_a_task_of_a_branch_and_the_rest_joins_later(played: Any) -> None:
    """At 5 the nurse goes to CTAS 1 for 7 minutes; 15 of 20 are left, from 12 to 27, in the slot it had."""
    pathway = [FORK, care("x", "a", 20.0, preemptible=True), wait("y", "b")]
    visits = replay({"at": 0.0, "acuity": 3}, {"at": 5.0, "acuity": 1, "minutes": {"x": 7.0}})
    run = played(pathway, NURSE, visits)

    assert ended(run, "x") == [27.0, 12.0]
    assert ended(run, "at_once") == [27.0, 15.0]
    tasks = run.task_columns
    mine = tasks["visit"] == 0
    assert list(zip(tasks["started"][mine], tasks["ended"][mine], tasks["slot"][mine].tolist(), strict=True)) == [
        (0.0, 5.0, 1),
        (12.0, 27.0, 1),
    ]


def test_what_is_left_of_an_interrupted_task_neither_waits_nor_is_with_the_child(played: Any) -> None:
    """From 0 to 5 the nurse is there and patience stands still; then CTAS 1 takes her, and its 6 minutes end at 11."""
    pathway = [
        FORK, care("x", "a", 20.0, preemptible=True, may_leave=True), care("y", "b", 0.0, "physician", may_leave=True),
    ]  # fmt: skip
    visits = replay(
        {"at": 0.0, "acuity": 4, "minutes": {"x": 0.0, "y": 400.0}},
        {"at": 0.0, "acuity": 3, "patience": 6.0},
        {"at": 5.0, "acuity": 1, "minutes": {"x": 50.0}},
    )
    run = played(pathway, BOTH, visits)

    assert departures(run)[1] == 11.0
    tasks = run.task_columns
    rest = (tasks["visit"] == 1) & tasks["withdrawn"]
    assert [run.steps[step] for step in tasks["step"][rest]] == ["x", "y"]


def test_a_team_gathers_in_one_branch_while_the_other_goes_on(played: Any) -> None:
    """The physician leads from 0 on and lacks the nurse, who is with the other branch to 10. Patience, of 5 minutes,
    is not used up meanwhile, for she is with the child."""
    pathway = [
        FORK,
        care("resus", "a", 20.0, "physician", team={"nurse": 1}, may_leave=True),
        care("y", "b"),
        wait("z", "b", 50.0),
    ]
    run = played(pathway, BOTH, replay({"at": 0.0, "patience": 5.0}))

    assert spans(run, "y", "resus", "at_once") == [[0.0, 0.0, 10.0], [0.0, 10.0, 30.0], [0.0, 0.0, 60.0]]


def test_two_teams_of_a_visit_part_in_order_of_branches(played: Any) -> None:
    """Each lacks a porter. Both have gathered for 12 minutes at 12, and are apart to 24, when they gather anew."""
    pathway = [
        FORK,
        care("x", "a", 20.0, "physician", team={"porter": 1}, gather_minutes=12.0),
        care("y", "b", 20.0, "nurse", team={"porter": 1}, gather_minutes=12.0),
    ]
    roles = BOTH | {"porter": Role(shifts={"late": shift(30.0, 600.0)})}
    run = played(pathway, roles, replay({"at": 0.0}))

    assert spans(run, "x", "y") == [[0.0, 30.0, 50.0], [0.0, 50.0, 70.0]]
    tasks = run.task_columns
    gathering = [
        (run.steps[step], start, end)
        for step, start, end, kind in zip(tasks["step"], tasks["started"], tasks["ended"], tasks["kind"], strict=True)
        if kind == 10 and end <= 12.0
    ]
    assert gathering == [("x", 0.0, 12.0), ("y", 0.0, 12.0)]


def test_the_rest_of_a_shift_is_worked_and_what_waits_in_a_branch_passes_as_a_delay(played: Any) -> None:
    """The only nurse goes home at 10, with the task of the first branch done; the second has its other way to 40."""
    pathway = [FORK, care("x", "a"), care("y", "b", 7.0, unstaffed=always(30.0))]
    run = played(pathway, {"nurse": Role(shifts={"day": shift(0.0, 5.0)})}, replay({"at": 0.0}))

    assert spans(run, "x", "y", "at_once") == [[0.0, 0.0, 10.0], [0.0, 10.0, 40.0], [0.0, 0.0, 40.0]]


def test_a_break_falls_due_in_a_task_of_a_branch_and_begins_after_it(played: Any) -> None:
    pathway = [FORK, care("x", "a"), care("y", "b")]
    nurse = Role(shifts={"day": shift(0.0, 600.0)}, breaks=(Break(after=5.0, minutes=15.0),))
    run = played(pathway, {"nurse": nurse}, replay({"at": 0.0}))

    assert spans(run, "x", "y") == [[0.0, 0.0, 10.0], [0.0, 25.0, 35.0]]


def test_what_has_not_happened_when_the_run_ends_is_blank(played: Any) -> None:
    pathway = [FORK, wait("p", "a"), care("x", "a", 50.0), care("y", "b", 50.0), wait("z", "b"), wait("last")]
    run = played(pathway, {"nurse": staffed()}, replay({"at": 0.0}), minutes=12.0)

    assert same(spans(run, "at_once")[0], [0.0, 0.0, NAN])
    assert same(spans(run, "x")[0], [10.0, NAN, NAN])
    assert same(spans(run, "y")[0], [0.0, 0.0, NAN])
    assert np.isnan(spans(run, "z", "last")).all()
    assert np.isnan(departures(run)).all()
    assert dispositions(run) == ["present"]


# --- escalation and company -----------------------------------------------------------------------------------------


def test_an_escalation_lets_run_what_runs_and_sets_aside_what_waits(play: Player) -> None:
    """At 30: the physician goes on to 60. Two wait for the nurse who comes at 35; calm is at 45, then the first branch
    has her and the second follows. The third comes to its next step at 40, which begins at 45 too."""
    pathway = [
        Fork(name="at_once", branches=tuple("abcd")),
        care("x", "a", 8.0),
        care("y", "b", 9.0),
        wait("p", "c", 40.0),
        wait("q", "c", 5.0),
        care("seen", "d", 60.0, "physician"),
    ]
    roles = GUARD | {"physician": staffed(), "nurse": Role(shifts={"day": shift(8 * 60.0 + 35.0, 600.0)})}
    run = play(pathway, None, roles=roles, scenario=escalates_at(30.0, 15.0), minutes=70.0)

    assert run.visit_columns["n_escalations"].tolist() == [1], "another seed, please"
    found = np.array(spans(run, "x", "y", "q", "seen", "at_once")) - 480.0
    assert found.tolist() == near([
        [0.0, 45.0, 53.0], [0.0, 53.0, 62.0], [45.0, 45.0, 50.0], [0.0, 0.0, 60.0], [0.0, 0.0, 62.0],
    ])  # fmt: skip


def test_an_escalation_sets_aside_what_is_left_of_an_interrupted_task(played: Any) -> None:
    """CTAS 1 has the nurse from 5 to 45. The first escalates at 30 and is calm at 75: then come the 15 minutes left of
    20, which could have gone on from 45."""
    pathway = [FORK, care("x", "a", 20.0, preemptible=True), wait("y", "b", 60.0)]
    visits = replay({"at": 0.0, "acuity": 3}, {"at": 5.0, "acuity": 1, "minutes": {"x": 40.0, "y": 1.0}})
    run = played(pathway, GUARD | NURSE, visits, minutes=120.0, **escalates_at(30.0, 45.0))

    assert run.visit_columns["n_escalations"].tolist() == [1, 0], "another seed, please"
    assert spans(run, "x", "at_once") == near([[0.0, 0.0, 90.0], [0.0, 0.0, 90.0]])


def test_branches_that_wait_to_begin_a_step_go_on_in_their_order(play: Player) -> None:
    """Delays end at 35 and 33, within the escalation from 30 to 45; both then ask for the one nurse."""
    pathway = [FORK, wait("p", "a", 35.0), care("x", "a"), wait("q", "b", 33.0), care("y", "b", 9.0)]
    run = play(pathway, None, roles=GUARD | NURSE, scenario=escalates_at(30.0, 15.0), minutes=70.0)

    assert run.visit_columns["n_escalations"].tolist() == [1], "another seed, please"
    assert (np.array(spans(run, "x", "y")) - 480.0).tolist() == near([[45.0, 45.0, 55.0], [45.0, 55.0, 64.0]])


def test_a_held_visit_that_waits_in_two_branches_escalates_and_both_are_asked_for_again(played: Any) -> None:
    """Patience 4 is used up at 4; security is there to 19, the nurse free from 10 on."""
    pathway = [FORK, care("x", "a", may_leave=True), care("y", "b", 5.0, may_leave=True)]
    escalation = {"mean_hours": 1e9, "response": [{"role": "security", "minutes": 15.0}]}
    visits = replay({"at": 0.0, "minutes": {"y": 0.0}}, {"at": 0.0, "patience": 4.0, "held": True})
    run = played(pathway, NURSE | {"security": staffed()}, visits, stream={"escalation": escalation})

    assert run.visit_columns["n_escalations"].tolist() == [0, 1]
    assert spans(run, "x", "y", visit=1) == [[0.0, 19.0, 29.0], [0.0, 29.0, 34.0]]


def test_company_is_put_down_when_the_first_task_begins_and_taken_up_when_the_last_has_ended(play: Player) -> None:
    """Tasks from 10 to 20 and from 15 to 40: nobody takes company up at 20."""
    pathway = [wait("stay"), FORK, care("x", "a"), wait("p", "b", 5.0), care("y", "b", 25.0), wait("last", None, 90.0)]
    run = play(pathway, wish=ENDLESS)

    assert spells(run, "contact") == near([[0.0, 0.0, 10.0], [10.0, 40.0, 130.0]])


def test_company_begins_beside_delays_of_a_fork(play: Player) -> None:
    run = play([FORK, wait("x", "a", 50.0), care("never", "a", share=0.0), wait("y", "b", 60.0)], wish=ENDLESS)

    assert spells(run, "contact") == near([[0.0, 0.0, 60.0]])


def test_a_peer_is_offered_when_the_branch_has_passed_its_trigger(play: Player) -> None:
    """Triage in the second branch ends at 5, while the first goes on to 200."""
    run = play([FORK, wait("x", "a", 200.0), TRIAGE.model_copy(update={"branch": "b"}), wait("y", "b", 9.0)])

    assert spells(run, "contact")[0][:2] == [5.0, 5.0]
    assert rows(run, "contact").shape[0] == 1


def test_a_skipped_fork_is_passed_with_its_branches_and_the_offer_in_them_is_made(play: Player) -> None:
    fork = FORK.model_copy(update={"share": 0.0})
    triage = TRIAGE.model_copy(update={"branch": "b"})
    run = play([wait("first"), fork, wait("x", "a", 200.0), triage, wait("last", None, 90.0)])

    assert np.isnan(spans(run, "at_once", "x", "triage")).all()
    assert times(run, "last", "requested") == [490.0]
    assert spells(run, "contact")[0][:2] == [10.0, 10.0]
