"""The compiled engine where its own making could betray it: words of members, memory that grows, threads, huge numbers.

That it plays the law is told by the tests both engines share, and by their agreement on random departments.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.department.arrivals import GivenVisit, Replay, Steady
from sim.department.boarding import BedPool, Boarding, BoardingTime
from sim.department.discipline import Discipline
from sim.department.pathway import Board, Delay, Dispose, Fork, SideTask, Task
from sim.department.patients import Patience, ReturnVisits
from sim.department.quantities import Exponential
from sim.department.roster import Break, Role
from sim.department.scenario import Scenario
from sim.department.support import Support
from sim.engine.compiled import replication as running
from sim.engine.compiled import simulate
from sim.engine.compiled.calendar import MOST_NEAR
from sim.engine.compiled.pathway import ENDED, STARTED
from sim.engine.compiled.tables import MEMBERS_PER_WORD, MOST_ROLES
from sim.engine.reference import model
from sim.engine.trajectory import CONTACT, Trajectory, differences
from tests.test_metamorphic import fingerprint
from tests.worlds import always, one_stream, random_scenario, shift, staffed, visits_at

ROOT = Path(__file__).resolve().parent.parent


def disagreement(scenario: Scenario, seed: int = 1) -> Any:
    """What the engines leave differently."""
    return differences(model.simulate(scenario, seed), simulate(scenario, seed))


def outcome(engine: Any, scenario: Scenario) -> str:
    """What a run ends in: everything it left, or the words of its error."""
    try:
        return fingerprint(engine(scenario, 1))
    except RuntimeError as error:
        return str(error)


def nursing(nurse: Role, n_visits: int, minutes: float = 1440.0, **more: Any) -> Scenario:
    """Cases of three tasks each, more of them in the first hours than nurses."""
    return one_stream(
        [
            Task(
                name="care",
                role="nurse",
                contact="first",
                minutes=Exponential(mean=200.0),
                may_leave=True,
                preemptible=True,
            ),
            Delay(name="rest", minutes=Exponential(mean=30.0)),
            Task(name="again", role="nurse", contact="continuing", minutes=Exponential(mean=60.0), band=1),
            SideTask(name="notes", role="nurse", contact="continuing", minutes=Exponential(mean=10.0)),
        ],
        {"nurse": nurse},
        Steady(per_hour={"medical": n_visits * 60.0 / minutes}, acuity_mix={"medical": (0.1, 0.2, 0.4, 0.2, 0.1)}),
        minutes=minutes,
        stream={"patience": Patience(minutes=Exponential(mean=120.0))},
        **more,
    )


# --- sets of members and roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["least_loaded", "longest_idle", "listed_order"])
@pytest.mark.parametrize("heads", [MEMBERS_PER_WORD, MEMBERS_PER_WORD + 1, 2 * MEMBERS_PER_WORD, 130])
def test_members_of_several_words_are_chosen_as_those_of_one(heads: int, member: str):
    nurse = staffed(heads, caseload=2, breaks=(Break(minutes=15.0),), last_pickup_minutes=30.0)
    scenario = nursing(nurse, 4 * heads, 480.0, discipline=Discipline(rule="accumulating", member=member))
    assert disagreement(scenario) == []
    assert max(simulate(scenario, 1).task_columns["member"]) == heads - 1


def test_peers_of_several_words_are_called_away_as_those_of_one():
    peers = Role(
        kind="peer",
        shifts={"day": shift(0.0, 900.0, MEMBERS_PER_WORD), "late": shift(600.0, 900.0, 8)},
        breaks=(Break(minutes=30.0),),
    )
    scenario = one_stream(
        [Delay(name="stay", minutes=Exponential(mean=300.0)), Task(name="care", role="nurse", minutes=always(5.0))],
        {"nurse": staffed(20), "psw": peers},
        Steady(per_hour={"mental_health": 40.0}),
        name="mental_health",
        minutes=1400.0,
        support=Support(trigger="at_arrival", consent=1.0, wish_minutes=400.0, again_hours=1.0),
    )
    assert disagreement(scenario) == []
    run = simulate(scenario, 1)
    assert n_called_away(run) >= 100
    assert max(run.task_columns["member"][run.task_columns["kind"] == CONTACT]) >= MEMBERS_PER_WORD


def n_called_away(run: Trajectory) -> int:
    """Spells put down at the instant at which their peer sets out to another child."""
    tasks = run.task_columns
    rows = np.flatnonzero(tasks["kind"] == CONTACT)
    member, visit, started, ended = (tasks[name][rows].tolist() for name in ("member", "visit", "started", "ended"))
    sets_out = {(member[row], started[row]): visit[row] for row in range(len(rows))}
    put_down = np.flatnonzero(tasks["interrupted"][rows]).tolist()
    return sum(sets_out.get((member[row], ended[row]), visit[row]) != visit[row] for row in put_down)


def test_many_shifts_hand_over_to_each_other_and_some_go_unfilled():
    shifts = {f"from {hour}": shift(60.0 * hour, 480.0, 6) for hour in range(24)}
    nurse = Role(shifts=shifts, caseload=3, last_pickup_minutes=60.0, breaks=(Break(minutes=30.0),), absence_share=0.3)
    assert disagreement(nursing(nurse, 400)) == []


def roles_in_a_ring(n: int) -> Scenario:
    """Every role serves some others too; each has a step."""
    names = [f"role {number}" for number in range(n)]
    roles = {
        name: staffed(2, also_serves=((names[number - 1],), (names[(number + 5) % n],)), caseload=number % 3 or None)
        for number, name in enumerate(names)
    }
    steps = [
        Task(name=f"by {name}", role=name, contact="first" if number % 2 else "one_off", minutes=Exponential(mean=20.0))
        for number, name in enumerate(names)
    ]
    return one_stream(steps, roles, Steady(per_hour={"medical": 3.0}), minutes=2400.0)


def test_as_many_roles_as_a_mask_holds_are_played():
    assert disagreement(roles_in_a_ring(MOST_ROLES - 1)) == []  # and the peer role


def test_more_roles_than_a_mask_holds_are_refused_in_words():
    with pytest.raises(ValueError, match="takes 62; merge some or use engine=simpy"):
        simulate(roles_in_a_ring(MOST_ROLES), 1)


@pytest.mark.parametrize("nurse", [Role(shifts={}), staffed(3, caseload=0)], ids=["no members", "a caseload of none"])
def test_nobody_there_and_nobody_allowed_to_come_are_the_same_on_both(nurse: Role):
    assert disagreement(nursing(nurse, 40)) == []


# --- times and numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1e-9, 0.5, 5.0, 10.0, 15.0, 20.0, 60.0])
def test_a_run_may_end_at_once_or_on_an_event(minutes: float):
    nurse = Role(shifts={"first": shift(0.0, 60.0), "next": shift(15.0, 600.0)}, breaks=(Break(minutes=30.0),))
    scenario = one_stream(
        [Task(name="care", role="nurse", minutes=always(5.0)), Delay(name="rest", minutes=always(0.0))],
        {"nurse": nurse},
        visits_at(0.0, 0.5, 5.0, 5.0, 10.0),
        minutes=minutes,
    )
    assert disagreement(scenario) == []


@pytest.mark.parametrize("minutes", [always(20.0), Exponential(mean=30.0)], ids=["at one instant", "at any time"])
def test_more_that_is_under_way_than_stands_in_line_ends_in_its_order(minutes: Any):
    scenario = one_stream(
        [
            Delay(name="rest", minutes=minutes),
            Delay(name="more rest", minutes=always(1.0)),
            Task(name="care", role="nurse", minutes=Exponential(mean=1.0)),
        ],
        {"nurse": staffed(2)},
        visits_at(*(float(number // 50) for number in range(600))),
        minutes=400.0,
    )
    times = simulate(scenario, 1).step_times
    resting = np.count_nonzero((times[:, 0, STARTED] <= 15.0) & (times[:, 0, ENDED] > 15.0))
    assert resting > 2 * MOST_NEAR
    assert disagreement(scenario) == []


@pytest.mark.parametrize("patient", [2**27, 2**32 + 5, 2**53, 2**59 - 1])
def test_patients_keep_their_order_and_draws_whatever_their_numbers(patient: int):
    given = [GivenVisit(at=1.0, stream="medical", patient=number) for number in (patient, 3, patient - 1)]
    scenario = one_stream(
        [Task(name="care", role="nurse", minutes=Exponential(mean=5.0))],
        {"nurse": staffed()},
        Replay(visits=tuple(given)),
        minutes=40 * 1440.0,
        stream={"returns": ReturnVisits(susceptible=0.8, shape=0.8, scale_days=1.0)},
    )
    assert simulate(scenario, 1).n_visits > len(given)
    assert disagreement(scenario) == []


def test_a_patient_number_too_large_for_the_order_of_arrivals_is_refused():
    with pytest.raises(ValueError, match="patient"):
        GivenVisit(at=1.0, stream="medical", patient=2**59)


def test_more_visits_than_the_calendar_has_ids_for_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, little_memory: list[int]
):
    monkeypatch.setattr(running, "MOST_VISITS", 5)
    minutes = 60.0
    for times in ((1.0, 2.0, 3.0, 4.0, 5.0), (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)):
        scenario = one_stream([Delay(name="stay", minutes=always(9.0))], {}, visits_at(*times), minutes=minutes)
        if len(times) == 5:
            assert simulate(scenario, 1).n_visits == 5
            continue
        with pytest.raises(RuntimeError, match="more than 5 visits in one run"):
            simulate(scenario, 1)


@pytest.mark.slow
def test_a_visit_may_leave_any_number_of_pieces_of_work_behind_at_one_go():
    work = [SideTask(name=f"note {number}", role="nurse", minutes=always(0.0)) for number in range(12_000)]
    scenario = one_stream(work, {"nurse": staffed()}, visits_at(1.0, 2.0), minutes=60.0)
    run = simulate(scenario, 1)
    assert run.n_visits == 2
    assert len(run.tasks) == 2 * len(work)


FEW_ENTRIES = (97, 86, 107, 98, 37, 93)
"""Random departments of fewer than 1,500 calendar entries, with forks and without, of given and of drawn visits."""


@pytest.mark.parametrize("seed", FEW_ENTRIES)
def test_the_step_limit_ends_both_engines_at_the_same_minute_with_the_same_words(seed: int):
    scenario = random_scenario(seed)
    n_entries = simulate(scenario, 1).n_entries
    told = set()
    for limit in (1, 2, 5, n_entries // 3, n_entries // 2, *range(n_entries - 3, n_entries + 60, 7)):
        limited = scenario.model_copy(update={"period": scenario.period.model_copy(update={"step_limit": limit})})
        ends = outcome(simulate, limited)
        assert ends == outcome(model.simulate, limited), limit
        told.add(ends)
    assert any("does not get on" in ends for ends in told)


# --- memory ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every table begins with room for two steps; the list grows by one when more is taken."""
    monkeypatch.setattr(running, "MOST_NEW_ROWS", 64)
    monkeypatch.setattr(running, "FIRST_ROWS", 128)
    monkeypatch.setattr(running, "MEMORY", running.Memory())
    taken, take = [], running.Player.take_memory

    def counted(player: running.Player, state: np.ndarray) -> None:
        taken.append(1)
        take(player, state)

    monkeypatch.setattr(running.Player, "take_memory", counted)
    return taken


@pytest.mark.parametrize("seed", range(12))
def test_memory_that_grows_in_the_middle_of_a_run_changes_nothing(seed: int, little_memory: list[int]):
    scenario = random_scenario(seed)
    found = simulate(scenario, 1)
    assert len(little_memory) > 1
    assert differences(model.simulate(scenario, 1), found) == []


def side_by_side(n_visits: int, minutes: Any) -> Scenario:
    """Six branches for each of many visits that come at one instant: five delays, and a task of one nurse for all."""
    fork = Fork(name="at_once", branches=("a", "b", "c", "d", "e", "f"))
    delays = [Delay(name=f"delay_{way}", branch=way, minutes=minutes) for way in reversed(fork.branches[:-1])]
    look = Task(name="look", role="nurse", minutes=always(1.0), branch="f", may_leave=True)
    again = Task(name="again", role="nurse", minutes=always(1.0))
    return one_stream(
        [fork, look, *delays, again],
        {"nurse": staffed()},
        visits_at(*(1.0 for _ in range(n_visits))),
        stream={"patience": Patience(minutes=Exponential(mean=60.0))},
    )


@pytest.mark.parametrize("minutes", [always(30.0), Exponential(mean=50.0)], ids=("at one instant", "one by one"))
def test_many_branches_at_once_find_room_and_make_room(minutes: Any, little_memory: list[int]):
    scenario = side_by_side(100, minutes)
    taken = len(little_memory)
    run = simulate(scenario, 1)
    assert len(little_memory) > taken + 1
    assert 0 < np.isnan(run.step_times[:, run.steps.index("at_once"), ENDED]).sum() < 100
    assert disagreement(scenario) == []


def test_what_comes_all_at_once_finds_room(little_memory: list[int]):
    """More beds taken at first and more members than a step adds rows otherwise."""
    pool = BedPool(beds=2000, mean_stay_hours=48.0, outside_requests_per_day=900.0)
    scenario = one_stream(
        [
            Task(name="care", role="nurse", minutes=always(5.0)),
            Dispose(name="decision", admission=1.0),
            Board(name="board", time="ward", only_if="admission"),
        ],
        {"nurse": staffed(200)},
        visits_at(1.0, 2.0, 3.0),
        boarding=Boarding(
            kind="pool", mean_hours=6.0, times={"ward": BoardingTime(minutes=always(60.0), pooled=True)}, pool=pool
        ),
    )
    assert len(simulate(scenario, 1).staff_columns["member"]) == 200
    assert disagreement(scenario) == []


def test_runs_in_one_thread_leave_nothing_to_each_other():
    """Departments of all sizes one after the other, each twice: what a run gives does not change when others follow."""
    seeds = [3, 1, 7, 2, 3, 5, 1, 7, 2, 5]
    found = [(seed, simulate(random_scenario(seed), 1)) for seed in seeds]
    alone = {seed: fingerprint(model.simulate(random_scenario(seed), 1)) for seed in set(seeds)}
    assert [fingerprint(run) for _, run in found] == [alone[seed] for seed, _ in found]


def test_threads_side_by_side_play_what_each_would_alone():
    scenarios = [random_scenario(seed) for seed in range(24)]
    alone = [fingerprint(simulate(scenario, 1)) for scenario in scenarios]

    def play(scenario: Scenario) -> Trajectory:
        return simulate(scenario, 1)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(play, scenarios * 3))
    assert [fingerprint(run) for run in together] == alone * 3


# --- the same sources without a compiler ----------------------------------------------------------------------------

TINY = """
import sys, warnings
sys.path.insert(0, sys.argv[1])
from tests.test_compiled import tiny, fingerprint
from sim.engine.compiled import simulate
from sim.engine.compiled.backend import COMPILE
warnings.simplefilter("error")
print(COMPILE, fingerprint(simulate(tiny(), 1)))
"""


def tiny() -> Scenario:
    """Three nurses for twenty visits, with breaks, cases and leaving."""
    return nursing(staffed(3, caseload=2, breaks=(Break(minutes=15.0),)), 20, 600.0)


def test_uncompiled_it_plays_the_same():
    environment = os.environ | {"PEERED_UNCOMPILED": "1"}
    command = [sys.executable, "-c", TINY, str(ROOT)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", fingerprint(simulate(tiny(), 1))]
