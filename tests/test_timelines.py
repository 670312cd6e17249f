"""Small departments played by hand: every time is worked out on paper from the law and must come out exactly.

The docstring of a test is the law it shows. Random departments are judged elsewhere, by invariants and a referee.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.department.arrivals import GivenVisit, Hourly, Replay
from sim.department.boarding import Boarding, BoardingTime
from sim.department.department import Department
from sim.department.discipline import Discipline, Disciplines, PlaceDiscipline
from sim.department.pathway import Board, Delay, Dispose, FreePlace, Observe, Place, Release, Route, SideTask, Task
from sim.department.patients import ReturnVisits, Stream
from sim.department.places import Zone
from sim.department.roster import Break, Role, Shift, Staffing
from sim.department.scenario import Period, Scenario
from sim.department.support import Effects, Support
from sim.engine.draw_numbers import GAP_ID, quantity_id
from sim.engine.keyed_uniforms import visit_uniform
from sim.engine.trajectory import DISPOSITIONS, Trajectory
from sim.engine.workload import Workload, draw_base, return_gap, return_time
from sim.runs.engines import Engine
from tests.worlds import ALL, always, one_stream, shift, staffed, visits_at

NAN = float("nan")

Player = Callable[..., Trajectory]
"""Plays the department that `one_stream` builds of the same arguments."""


def replay(*visits: tuple[float, float] | dict[str, Any]) -> Replay:
    """Visits as (arrival, minutes of the step `care`), or as the fields of a given visit."""
    given = [visit if isinstance(visit, dict) else {"at": visit[0], "minutes": {"care": visit[1]}} for visit in visits]
    return Replay(visits=tuple(GivenVisit.model_validate({"stream": "medical"} | visit) for visit in given))


def care(role: str = "nurse", minutes: float = 10.0, name: str = "care", **more: Any) -> Task:
    return Task(name=name, role=role, minutes=always(minutes), **more)


@pytest.fixture
def played(simulate: Engine) -> Player:
    return lambda *args, **kwargs: simulate(one_stream(*args, **kwargs), seed=1)


def times(trajectory: Trajectory, step: str, moment: str) -> list[float]:
    number = ("requested", "started", "ended").index(moment)
    return trajectory.step_times[:, trajectory.steps.index(step), number].tolist()


def started(trajectory: Trajectory, step: str = "care") -> list[float]:
    return times(trajectory, step, "started")


def ended(trajectory: Trajectory, step: str = "care") -> list[float]:
    return times(trajectory, step, "ended")


def departures(trajectory: Trajectory) -> list[float]:
    return trajectory.visit_columns["departure"].tolist()


def dispositions(trajectory: Trajectory) -> list[str]:
    return [DISPOSITIONS[code] for code in trajectory.visit_columns["disposition"]]


def same(a: list[float], b: list[float]) -> bool:
    """Equal to the last bit, nan where nan."""
    return np.array_equal(a, b, equal_nan=True)


# --- arrivals at rates by hour -------------------------------------------------------------------------------------


def test_each_stream_comes_at_its_own_hours_of_the_week(simulate: Engine):
    """Two streams about the clock and a third on Tuesdays from 10 to 12 alone, at 3 and then 6 an hour.

    Its first visits are where unit exponential gaps, laid along 3 units from 10 to 11 and 6 from 11 to 12, end. A
    clinic of one member takes each in 10 minutes, in their order.
    """
    tuesday = (0.0,) * 10 + (3.0, 6.0) + (0.0,) * 12
    rates = {"medical": 1.0, "night": (0.5,) * 8 + (0.0,) * 16, "clinic": ((0.0,) * 24, tuesday) + ((0.0,) * 24,) * 5}
    pathways = {name: (care(name, name=name),) for name in rates}
    scenario = Scenario(
        department=Department(name="small", streams={name: Stream(pathway=steps) for name, steps in pathways.items()}),
        demand=Hourly(per_hour=rates),
        staffing=Staffing(name="small", roles=dict.fromkeys(rates, staffed())),
        period=Period(minutes=9 * 1440.0),
    ).checked()
    trajectory = simulate(scenario, seed=5)
    gaps = [-math.log(visit_uniform(draw_base(5, 0), quantity_id("clinic"), 0, GAP_ID, n)) for n in range(40)]
    due = []
    for reached in np.cumsum(gaps).tolist():
        week, left = divmod(reached, 9.0)  # nine first visits in each of the two Tuesdays
        minutes = left / 3.0 * 60.0 if left < 3.0 else 60.0 + (left - 3.0) / 6.0 * 60.0
        due.append((week * 7 + 1) * 1440.0 + 600.0 + minutes)
    due = [time for time in due if time < 9 * 1440.0]
    visits = trajectory.visit_columns
    clinic = visits["stream"] == 2
    assert visits["arrival"][clinic].tolist() == pytest.approx(due, abs=1e-9)
    free, begun = 0.0, []
    for arrival in visits["arrival"][clinic].tolist():
        begun.append(max(arrival, free))
        free = begun[-1] + 10.0
    assert [time for time in started(trajectory, "clinic") if time == time] == begun
    of_night = visits["arrival"][visits["stream"] == 1] % 1440.0
    assert len(of_night) > 20
    assert of_night.max() < 480.0
    assert (visits["stream"] == 0).sum() > 150


# --- shifts and leaving, as published -------------------------------------------------------------------------------


def test_members_finish_the_task_in_hand_and_their_overtime_is_recorded(played: Player):
    """Three heads until 7, two until 11, one until 20: five tasks run past the shift by 0, 1, 3, 2 and 3 minutes."""
    shifts = {"first": shift(0.0, 7.0, heads=3), "second": shift(7.0, 4.0, heads=2), "third": shift(11.0, 9.0)}
    trajectory = played(
        [care()],
        {"nurse": Role(shifts=shifts)},
        replay((1, 5), (1, 7), (1, 9), (9, 4), (9, 5), (12, 5)),
        minutes=30.0,
    )
    assert started(trajectory) == [1.0, 1.0, 1.0, 9.0, 9.0, 12.0]
    assert ended(trajectory) == [6.0, 8.0, 10.0, 13.0, 14.0, 17.0]
    assert trajectory.staff_columns["overtime"].tolist() == [0.0, 1.0, 3.0, 2.0, 3.0, 0.0]
    assert trajectory.staff_columns["left"].tolist() == [7.0, 8.0, 10.0, 13.0, 14.0, 20.0]
    assert trajectory.task_columns["overtime"].tolist() == [0.0, 1.0, 3.0, 2.0, 3.0, 0.0]


def leaving(
    played: Player, at: list[float], service: float, patience: list[float], role: Role, minutes: float
) -> Trajectory:
    visits = [{"at": time, "patience": budget} for time, budget in zip(at, patience, strict=True)]
    return played(
        [care(minutes=service, may_leave=True, purpose="physician")], {"nurse": role}, replay(*visits), minutes=minutes
    )


def test_every_second_patient_leaves_when_the_wait_is_too_long(played: Player):
    """Arrivals every 7, service 11, patience 3: the second and the fourth leave after waiting 3."""
    trajectory = leaving(played, [7.0, 14.0, 21.0, 28.0, 35.0], 11.0, [3.0] * 5, staffed(), 60.0)
    assert dispositions(trajectory) == ["discharge", "lwbs", "discharge", "lwbs", "discharge"]
    assert departures(trajectory) == [18.0, 17.0, 32.0, 31.0, 46.0]
    assert same(started(trajectory), [7.0, NAN, 21.0, NAN, 35.0])


def test_after_the_end_of_the_only_shift_a_task_is_finished_and_then_everybody_leaves(played: Player):
    """The same with the member's shift ending at 16: the first is finished at 18, the third leaves at 24."""
    trajectory = leaving(played, [7.0, 14.0, 21.0, 28.0], 11.0, [3.0] * 4, Role(shifts={"day": shift(0.0, 16.0)}), 60.0)
    assert departures(trajectory) == [18.0, 17.0, 24.0, 31.0]
    assert dispositions(trajectory) == ["discharge", "lwbs", "lwbs", "lwbs"]
    assert trajectory.staff_columns["left"].tolist() == [18.0]


def test_two_patients_leave_at_the_same_instant(played: Player):
    """Arrivals 3, 4, 5, 20 with patience 100, 7, 6, 100: both in the middle leave at 11, the last is served 23-43."""
    trajectory = leaving(played, [3.0, 4.0, 5.0, 20.0], 20.0, [100.0, 7.0, 6.0, 100.0], staffed(), 60.0)
    assert departures(trajectory) == [23.0, 11.0, 11.0, 43.0]
    assert dispositions(trajectory) == ["discharge", "lwbs", "lwbs", "discharge"]
    assert started(trajectory)[3] == 23.0


def test_a_task_offered_at_the_instant_patience_is_used_up_wins(played: Player):
    """The member is free at 10, the patience of the second is used up at 10: served."""
    trajectory = leaving(played, [0.0, 4.0], 10.0, [100.0, 6.0], staffed(), 60.0)
    assert dispositions(trajectory) == ["discharge", "discharge"]
    assert started(trajectory) == [0.0, 10.0]


# --- queues, bands and disciplines -----------------------------------------------------------------------------------


def three_waiting(played: Player, discipline: Discipline) -> list[float]:
    """A member busy until 20 with the first; CTAS 4, 3, 2 come at 1, 2 and 13; starts of these three."""
    visits = [{"at": at, "acuity": acuity} for at, acuity in ((0, 3), (1, 4), (2, 3), (13, 2))]
    trajectory = played([care(minutes=20.0)], {"nurse": staffed()}, replay(*visits), discipline=discipline)
    return started(trajectory)[1:]


def test_each_discipline_takes_the_waiting_in_its_own_order(played: Player):
    """At 20 they have waited 19, 18 and 7; with slopes 2, 1, 0.5 (CTAS 2-4) priorities are 9.5, 18 and 14, at 40 the
    two left have 19.5 and 54. Of their targets 60, 30 and 15 min from arrival 41, 12 and 8 are left."""
    assert three_waiting(played, Discipline(rule="fifo")) == [20.0, 40.0, 60.0]
    assert three_waiting(played, Discipline(rule="acuity_fifo")) == [60.0, 40.0, 20.0]
    assert three_waiting(played, Discipline(rule="accumulating", slopes=(4.0, 2.0, 1.0, 0.5, 0.25))) == [
        60.0,
        20.0,
        40.0,
    ]
    assert three_waiting(played, Discipline(rule="target")) == [60.0, 40.0, 20.0]


def test_a_lower_band_goes_first_under_every_discipline(played: Player):
    """The reassessment of the first (band 1, waiting since 15) goes before the second, who waits since 1."""
    trajectory = played(
        [care(), Delay(name="test", minutes=always(5.0)), care(name="reassess", band=1)],
        {"nurse": staffed()},
        replay({"at": 0.0}, {"at": 1.0, "minutes": {"care": 6.0}}, {"at": 2.0}),
    )
    assert started(trajectory)[:2] == [0.0, 10.0]
    assert started(trajectory, "reassess")[0] == 16.0
    assert started(trajectory)[2] > 16.0


def test_arrivals_of_one_instant_are_taken_in_order_of_patient(played: Player):
    trajectory = played([care()], {"nurse": staffed()}, replay({"at": 5.0}, {"at": 5.0}, {"at": 5.0}))
    assert started(trajectory) == [5.0, 15.0, 25.0]
    assert trajectory.visit_columns["patient"].tolist() == [0, 1, 2]


def test_a_limited_delay_is_first_come_first_served_and_waiting_for_it_uses_up_patience(played: Player):
    """One scanner, 10 minutes: the second goes in at 10, the third leaves at 12 after 9 minutes."""
    trajectory = played(
        [Delay(name="scan", minutes=always(10.0), capacity=1, may_leave=True)],
        {},
        replay({"at": 0.0}, {"at": 2.0, "patience": 9.0}, {"at": 3.0, "patience": 9.0}, {"at": 15.0}),
    )
    assert same(started(trajectory, "scan"), [0.0, 10.0, NAN, 20.0])
    assert departures(trajectory) == [10.0, 20.0, 12.0, 30.0]


# --- who does it -----------------------------------------------------------------------------------------------------


def members(trajectory: Trajectory, step: str = "care") -> list[int]:
    return trajectory.step_members[:, trajectory.steps.index(step)].tolist()


def test_the_member_is_chosen_by_the_rule_of_the_role_then_by_index(played: Player):
    """Two free members; the first has just been used and holds the first visit's case."""
    pathway = [care(contact="first"), Delay(name="rest", minutes=always(100.0))]
    chosen = {
        rule: members(
            played(
                pathway,
                {"nurse": staffed(2)},
                replay({"at": 0.0}, {"at": 20.0}),
                discipline=Discipline(member=rule),
            )
        )
        for rule in ("least_loaded", "longest_idle", "listed_order")
    }
    assert chosen == {"least_loaded": [0, 1], "longest_idle": [0, 1], "listed_order": [0, 0]}


def test_longest_idle_and_least_loaded_part_ways(played: Player):
    """One-off tasks leave no load: at 12 member 0 is idle since 10 and member 1 since 11."""
    for rule, third in (("longest_idle", 0), ("least_loaded", 0)):
        trajectory = played(
            [care()],
            {"nurse": staffed(2)},
            replay((0, 10), (0, 11), (12, 5)),
            discipline=Discipline(member=rule),
        )
        assert members(trajectory) == [0, 1, third]
    trajectory = played(
        [care()], {"nurse": staffed(2)}, replay((0, 11), (0, 10), (12, 5)), discipline=Discipline(member="longest_idle")
    )
    assert members(trajectory) == [0, 1, 1]


def test_a_skill_list_is_gone_through_level_by_level(played: Player):
    """The nurse helps with triage only while no nursing task is startable."""
    roles = {"triage_nurse": staffed(), "nurse": staffed(also_serves=(("triage_nurse",),))}
    pathway = [care("triage_nurse", 10.0, "triage"), care("nurse", 10.0)]
    trajectory = played(pathway, roles, replay({"at": 0.0}, {"at": 0.0}, {"at": 0.0}))
    # 0: triage of the first by the triage nurse, of the second by the nurse; 10: both ready for care, one nurse.
    assert members(trajectory, "triage") == [0, 1, 0]
    assert started(trajectory, "triage") == [0.0, 0.0, 10.0]
    assert started(trajectory) == [10.0, 20.0, 30.0]


def test_nobody_helps_who_is_not_asked_to(played: Player):
    pathway = [care("triage_nurse", 10.0, "triage"), care("nurse", 10.0)]
    trajectory = played(pathway, {"triage_nurse": staffed(), "nurse": staffed()}, replay({"at": 0.0}, {"at": 0.0}))
    assert started(trajectory, "triage") == [0.0, 10.0]


# --- cases -----------------------------------------------------------------------------------------------------------


SEEN_TWICE = [
    care("physician", 10.0, "first", contact="first"),
    Delay(name="test", minutes=always(60.0)),
    care("physician", 10.0, "second", contact="continuing"),
]


def two_physicians(first: Shift, second: Shift, **more: Any) -> dict[str, Role]:
    return {"physician": Role(shifts={"first": first, "second": second}, **more)}


def cases(trajectory: Trajectory) -> list[tuple[int, int, float, float]]:
    """(visit, member, start, end) in order of start."""
    columns = trajectory.case_columns
    rows = zip(*(columns[name].tolist() for name in ("visit", "member", "start", "end")), strict=True)
    return sorted(rows, key=lambda row: (row[0], row[2]))


def test_a_case_is_handed_over_when_its_holder_goes_home(played: Player):
    """Five minutes are added once, to the new holder's first task with the case."""
    trajectory = played(
        [*SEEN_TWICE, care("physician", 10.0, "third", contact="continuing")],
        two_physicians(shift(0.0, 60.0), shift(30.0, 400.0)),
        replay({"at": 0.0}),
        department={"handover_minutes": 5.0},
    )
    assert members(trajectory, "second") == [1]
    assert (started(trajectory, "second"), ended(trajectory, "second")) == ([70.0], [85.0])
    assert ended(trajectory, "third") == [95.0]
    assert cases(trajectory) == [(0, 0, 0.0, 60.0), (0, 1, 60.0, 95.0)]


def test_a_case_nobody_has_room_for_is_unheld_until_its_next_task(played: Player):
    """The colleague holds the second visit's case until 110; caseloads of one."""
    trajectory = played(
        SEEN_TWICE,
        two_physicians(shift(0.0, 60.0), shift(30.0, 400.0), caseload=1),
        replay({"at": 0.0}, {"at": 30.0}),
        department={"handover_minutes": 5.0},
    )
    assert members(trajectory, "first") == [0, 1]
    assert started(trajectory, "second") == [110.0, 100.0]
    assert ended(trajectory, "second") == [125.0, 110.0]
    assert cases(trajectory) == [(0, 0, 0.0, 60.0), (0, -1, 60.0, 110.0), (0, 1, 110.0, 125.0), (1, 1, 30.0, 110.0)]


def test_a_continuing_task_waits_for_the_holder_while_a_colleague_is_free(played: Player):
    """The holder is with the second visit from 65 to 95; the colleague is idle."""
    trajectory = played(
        SEEN_TWICE,
        {"physician": staffed(2)},
        replay({"at": 0.0}, {"at": 65.0, "minutes": {"first": 30.0}}),
        discipline=Discipline(member="listed_order"),
    )
    assert members(trajectory, "first") == [0, 0]
    assert started(trajectory, "second") == [95.0, 155.0]


def test_a_full_caseload_keeps_a_free_member_from_new_cases_until_departure_or_release(played: Player):
    """Caseload one: the first visit's case is open until 80, or only until 10 if it is released then."""
    one = {"physician": staffed(caseload=1)}
    visits = replay({"at": 0.0}, {"at": 5.0})
    kept = played(SEEN_TWICE, one, visits)
    assert started(kept, "first") == [0.0, 80.0]
    released = played([SEEN_TWICE[0], Release(name="release", roles=("physician",)), SEEN_TWICE[1]], one, visits)
    assert started(released, "first") == [0.0, 10.0]


def test_last_pickup_leaves_new_cases_to_a_colleague_unless_it_is_ctas_1_or_there_is_none(played: Player):
    """The first physician ends at 60 and takes no new case from 40 on."""
    roles = two_physicians(shift(0.0, 60.0), shift(0.0, 400.0), last_pickup_minutes=20.0)
    alone = {"physician": Role(shifts={"first": shift(0.0, 60.0)}, last_pickup_minutes=20.0)}
    listed = Discipline(member="listed_order")

    def who(roles: dict[str, Role], at: float, acuity: int) -> list[int]:
        return members(played(SEEN_TWICE, roles, replay({"at": at, "acuity": acuity}), discipline=listed), "first")

    assert who(roles, 39.0, 3) == [0]
    assert who(roles, 40.0, 3) == [1]
    assert who(roles, 40.0, 1) == [0]
    assert who(alone, 45.0, 3) == [0]


def test_a_side_task_goes_to_the_holder_and_holds_nobody_up(played: Player):
    """Charting of 15 % of 10 minutes; the second visit waits longer and is seen first."""
    charting = SideTask(
        name="charting", role="physician", contact="continuing", minutes=always(1.0), share_of_minutes=0.15
    )
    trajectory = played(
        [care("physician", 10.0, "first", contact="first"), charting],
        {"physician": staffed(2)},
        replay({"at": 0.0}, {"at": 8.0, "minutes": {"first": 4.0}}),
        discipline=Discipline(member="listed_order"),
    )
    assert departures(trajectory) == [10.0, 12.0]
    tasks = trajectory.tasks[trajectory.tasks.kind == "side"]
    assert tasks[["member", "started", "ended"]].to_numpy().tolist() == [[0, 10.0, 11.5], [1, 12.0, 12.0 + 0.15 * 4.0]]


# --- shifts, breaks, interruptions -----------------------------------------------------------------------------------


def test_a_break_falls_due_in_a_task_starts_late_and_lasts_its_full_length(played: Player):
    """Due at 10 in a task until 12: off the floor 12-17."""
    resting = {"nurse": staffed(breaks=(Break(minutes=5.0, after=10.0),))}
    trajectory = played([care()], resting, replay((0, 12), (13, 3)), minutes=120.0)
    assert started(trajectory) == [0.0, 17.0]
    columns = trajectory.break_columns
    assert (columns["due"].tolist(), columns["start"].tolist(), columns["end"].tolist()) == ([10.0], [12.0], [17.0])


URGENT_SECOND = ({"at": 0.0, "acuity": 3}, {"at": 5.0, "acuity": 1, "minutes": {"care": 10.0}})


def test_ctas_1_interrupts_a_preemptible_task_and_the_rest_follows_with_the_same_member(played: Player):
    """20 minutes from 0, interrupted at 5 for 10: the rest of 15 runs 15-30."""
    trajectory = played([care("physician", 20.0, preemptible=True)], {"physician": staffed()}, replay(*URGENT_SECOND))
    assert started(trajectory) == [0.0, 5.0]
    assert ended(trajectory) == [30.0, 15.0]
    spells = trajectory.tasks[trajectory.tasks.visit == 0].sort_values("started")
    assert spells[["requested", "started", "ended", "interrupted"]].to_numpy().tolist() == [
        [0.0, 0.0, 5.0, True],
        [0.0, 15.0, 30.0, False],
    ]


def test_without_the_mark_a_task_is_not_interrupted(played: Player):
    trajectory = played([care("physician", 20.0)], {"physician": staffed()}, replay(*URGENT_SECOND))
    assert started(trajectory) == [0.0, 20.0]


def test_the_rest_of_an_interrupted_task_passes_to_anyone_when_its_member_goes_home(played: Player):
    """The first physician's shift ends at 12; the colleague, idle since 10, waits until the first leaves at 15."""
    trajectory = played(
        [care("physician", 20.0, preemptible=True)],
        two_physicians(shift(0.0, 12.0), shift(10.0, 400.0)),
        replay(*URGENT_SECOND),
    )
    assert trajectory.tasks.sort_values("started")[["member", "started", "ended"]].to_numpy().tolist() == [
        [0, 0.0, 5.0],
        [0, 5.0, 15.0],
        [1, 15.0, 30.0],
    ]


def test_a_step_that_needs_nobody_when_nobody_is_there(played: Player):
    """The consultant is in until 60: one is seen until 70, one waits for that and then takes 25 minutes by telephone,
    one comes when nobody is in."""
    trajectory = played(
        [care("consultant", 20.0, unstaffed=always(25.0))],
        {"consultant": Role(shifts={"day": shift(0.0, 60.0)})},
        replay({"at": 50.0}, {"at": 55.0}, {"at": 100.0}),
        minutes=300.0,
    )
    assert departures(trajectory) == [70.0, 95.0, 125.0]
    assert members(trajectory) == [0, -1, -1]


# --- places ----------------------------------------------------------------------------------------------------------


def place(*zones: str, name: str = "place", **more: Any) -> Place:
    return Place(name=name, routes=(Route(acuities=ALL, zones=zones),), **more)


STAY = Delay(name="stay", minutes=always(30.0))


def held(trajectory: Trajectory) -> list[tuple[int, str, float, float]]:
    """(visit, zone, start, end) in order of visit and start."""
    columns = trajectory.place_columns
    rows = zip(*(columns[name].tolist() for name in ("visit", "zone", "start", "end")), strict=True)
    return sorted((visit, trajectory.zones[zone], start, end) for visit, zone, start, end in rows)


def test_a_place_is_cleaned_before_the_next_visit(played: Player):
    trajectory = played(
        [place("room"), STAY],
        {},
        replay({"at": 0.0}, {"at": 1.0}),
        zones={"room": Zone(places=1, cleaning_minutes=5.0)},
    )
    assert held(trajectory) == [(0, "room", 0.0, 30.0), (1, "room", 35.0, 65.0)]


def test_a_visit_takes_the_first_free_zone_of_its_route(played: Player):
    trajectory = played(
        [place("a", "b"), STAY],
        {},
        replay({"at": 0.0}, {"at": 1.0}, {"at": 2.0}),
        zones={"a": Zone(places=1), "b": Zone(places=1)},
    )
    assert held(trajectory) == [(0, "a", 0.0, 30.0), (1, "b", 1.0, 31.0), (2, "a", 30.0, 60.0)]


def test_the_nurses_on_duty_bound_the_places_and_ctas_1_is_exempt(played: Player):
    """A third of a nurse a place, one nurse until 20 and two after: the fourth waits, CTAS 1 does not, and counts."""
    nurse = Role(shifts={"always": Shift(start=0.0, minutes=1440.0), "more": shift(20.0, 400.0)})
    visits = [{"at": float(at), "acuity": acuity} for at, acuity in enumerate((3, 3, 3, 3, 1))]
    trajectory = played(
        [place("acute"), STAY, care("nurse", 0.0)],
        {"nurse": nurse},
        replay(*visits),
        zones={"acute": Zone(places=9, nurse_twelfths=4)},
        department={"ratio_role": "nurse"},
    )
    assert [row[2] for row in held(trajectory)] == [0.0, 1.0, 2.0, 20.0, 4.0]


RULES_OF_PLACES = ("fifo", "acuity_fifo", "accumulating", "target")


def given_a_place(played: Player, acuities: dict[float, int], band: Any = 2, **discipline: Any) -> list[int]:
    """Visits in the order in which they got the one room; each keeps it for half an hour."""
    visits = [{"at": at, "acuity": acuity} for at, acuity in acuities.items()]
    trajectory = played(
        [place("room", band=band), STAY],
        {},
        replay(*visits),
        zones={"room": Zone(places=1)},
        places=PlaceDiscipline(**discipline),
    )
    return [visit for visit, *_ in sorted(held(trajectory), key=lambda row: row[2])]


def test_each_discipline_of_places_takes_the_waiting_in_its_own_order(played: Player):
    """CTAS 4, 3 and 2 have waited 29, 26 and 10 minutes at 30; with slopes 1, 1 and 2 priorities are 29, 26 and 20, at
    60 the two left have 56 and 80. Of their targets 31, 4 and 5 min are left, at 60 the two left have 1 and -25."""
    waiting = {0.0: 3, 1.0: 4, 4.0: 3, 20.0: 2}
    assert given_a_place(played, waiting, rule="fifo") == [0, 1, 2, 3]
    assert given_a_place(played, waiting, rule="acuity_fifo") == [0, 3, 2, 1]
    assert given_a_place(played, waiting, rule="accumulating", slopes=(9.0, 2.0, 1.0, 1.0, 1.0)) == [0, 1, 3, 2]
    assert given_a_place(played, waiting, rule="target") == [0, 2, 3, 1]


@pytest.mark.parametrize("rule", RULES_OF_PLACES)
def test_ctas_1_gets_the_next_place_under_every_discipline_whatever_its_slope_and_target(played: Player, rule: str):
    never = {"slopes": (0.0, 9.0, 9.0, 9.0, 9.0), "targets": (1e6, 0.0, 0.0, 0.0, 0.0)}
    assert given_a_place(played, {0.0: 3, 1.0: 2, 2.0: 5, 29.0: 1}, rule=rule, **never)[1] == 3


@pytest.mark.parametrize("rule", RULES_OF_PLACES)
def test_a_lower_band_gets_the_next_place_before_ctas_1(played: Player, rule: str):
    assert given_a_place(played, {0.0: 3, 1.0: 1, 29.0: 5}, band=(2, 2, 2, 2, 1), rule=rule)[1] == 2


@pytest.mark.parametrize(("rule", "second"), [("acuity_fifo", 3), ("accumulating", 2), ("fifo", 2), ("target", 3)])
def test_visits_of_two_routes_compete_for_a_zone_by_the_discipline_of_places(played: Player, rule: str, second: int):
    """Acute is left at 30 and 60; a CTAS 4 whose own zone is full has waited for 28 minutes, a CTAS 3 for 1: of their
    targets 32 and 29 minutes are left."""
    routes = (Route(acuities=(1, 2, 3), zones=("acute",)), Route(acuities=(4, 5), zones=("fast_track", "acute")))
    visits = [{"at": at, "acuity": acuity} for at, acuity in ((0.0, 3), (1.0, 4), (2.0, 4), (29.0, 3))]
    visits[1]["minutes"] = {"stay": 200.0}
    trajectory = played(
        [Place(name="place", routes=routes), STAY],
        {},
        replay(*visits),
        zones={"acute": Zone(places=1), "fast_track": Zone(places=1)},
        places=PlaceDiscipline(rule=rule, slopes=(9.0, 6.0, 1.5, 1.0, 1.0)),
    )
    in_acute = [(start, visit) for visit, zone, start, _ in held(trajectory) if zone == "acute"]
    assert sorted(in_acute) == [(0.0, 0), (30.0, second), (60.0, 5 - second)]


@pytest.mark.parametrize("rule", RULES_OF_PLACES)
def test_who_gives_up_a_place_may_pass_one_of_the_same_class_where_the_nurses_bind(simulate: Engine, rule: str):
    """One nurse for three places of a third each. A child who comes straight to the lounge would add to the load and
    waits since 3; who changes to it from acute does not, and goes first. When one leaves, the other comes in."""
    look = Delay(name="look", minutes=always(10.0))
    pathways = {
        "roomed": (place("acute"), look, place("lounge", name="chair"), STAY),
        "direct": (place("lounge"), STAY),
    }
    arrivals = zip((0.0, 1.0, 2.0, 3.0), ("roomed", "roomed", "roomed", "direct"), strict=True)
    scenario = Scenario(
        department=Department(
            name="two",
            streams={name: Stream(pathway=pathway) for name, pathway in pathways.items()},
            zones={name: Zone(places=4, nurse_twelfths=4) for name in ("acute", "lounge")},
            ratio_role="nurse",
        ),
        demand=Replay(visits=tuple(GivenVisit(at=at, stream=stream, acuity=3) for at, stream in arrivals)),
        staffing=Staffing(name="one", roles={"nurse": staffed()}),
        discipline=Disciplines(places=PlaceDiscipline(rule=rule)),
        period=Period(minutes=300.0),
    ).checked()
    in_lounge = [row for row in held(simulate(scenario, 1)) if row[1] == "lounge"]
    assert [(visit, start) for visit, _, start, _ in in_lounge] == [(0, 10.0), (1, 11.0), (2, 12.0), (3, 40.0)]


def test_a_freed_place_is_free_although_the_visit_goes_on(played: Player):
    trajectory = played(
        [place("room"), STAY, FreePlace(name="free"), Delay(name="rest", minutes=always(50.0))],
        {},
        replay({"at": 0.0}, {"at": 1.0}),
        zones={"room": Zone(places=1)},
    )
    assert held(trajectory) == [(0, "room", 0.0, 30.0), (1, "room", 30.0, 60.0)]
    assert departures(trajectory) == [80.0, 110.0]


# --- patience and escalation -----------------------------------------------------------------------------------------


def test_only_waiting_uses_up_patience_and_what_is_left_is_kept(played: Player):
    """Patience 10: six minutes of waiting for the nurse, service, four for the physician, who is busy until 50."""
    trajectory = played(
        [care("nurse", 5.0, may_leave=True), care("physician", 50.0, "seen", may_leave=True, purpose="physician")],
        {"nurse": staffed(), "physician": staffed()},
        replay((0, 0), (0, 6), {"at": 0.0, "patience": 10.0}),
    )
    assert started(trajectory) == [0.0, 0.0, 6.0]
    assert departures(trajectory)[2] == 15.0
    assert dispositions(trajectory)[2] == "lwbs"


def test_who_leaves_after_the_first_physician_contact_leaves_against_advice(played: Player):
    pathway = [
        care("physician", 10.0, "seen", purpose="physician"),
        care("nurse", 30.0, may_leave=True),
    ]
    trajectory = played(
        pathway, {"physician": staffed(), "nurse": staffed()}, replay({"at": 0.0}, {"at": 0.0, "patience": 4.0})
    )
    assert dispositions(trajectory) == ["discharge", "ama"]
    assert departures(trajectory)[1] == 24.0


def test_a_held_visit_cannot_leave_and_its_attempt_becomes_an_escalation(played: Player):
    """Patience 3 is used up at 4; security responds 4-19, and care, possible from 10, begins when it is calm again."""
    escalation = {"mean_hours": 1e9, "response": [{"role": "security", "minutes": 15.0}]}
    roles = {"nurse": staffed(), "security": staffed()}
    visits = replay((0, 10), {"at": 1.0, "patience": 3.0, "held": True}, (2, 5))
    pathway = [care("nurse", 10.0, may_leave=True)]
    trajectory = played(pathway, roles, visits, stream={"escalation": escalation})
    assert dispositions(trajectory) == ["discharge"] * 3
    assert started(trajectory) == [0.0, 19.0, 10.0]
    assert trajectory.visit_columns["n_escalations"].tolist() == [0, 1, 0]
    calm = played(pathway, {"nurse": staffed()}, visits)
    assert started(calm) == [0.0, 10.0, 20.0]
    assert calm.visit_columns["n_escalations"].tolist() == [0, 0, 0]


# --- boarding, observation ------------------------------------------------------------------------------------


def spells(trajectory: Trajectory, kind: str) -> list[list[float]]:
    """[requested, started, ended] of all tasks of a kind, in order."""
    chosen = trajectory.tasks[trajectory.tasks.kind == kind].sort_values(["requested", "started"])
    return chosen[["requested", "started", "ended"]].to_numpy().tolist()


def test_each_full_hour_of_boarding_and_the_last_part_ask_for_nursing(played: Player):
    """150 minutes at 12 a boarding hour: 12 at 60 and 120 minutes, 6 at the end."""
    times_of_boarding = {"ward": BoardingTime(minutes=always(150.0), nurse_minutes_per_hour=12.0)}
    trajectory = played(
        [Dispose(name="dispose", admission=1.0), Board(name="board", time="ward")],
        {"nurse": staffed()},
        replay({"at": 10.0}),
        boarding=Boarding(times=times_of_boarding),
    )
    assert departures(trajectory) == [160.0]
    assert dispositions(trajectory) == ["admission"]
    assert spells(trajectory, "care") == [[70.0, 70.0, 82.0], [130.0, 130.0, 142.0], [160.0, 160.0, 166.0]]


def test_observation_without_an_aide_is_unmet_and_pulls_a_nurse(played: Player):
    """The aide is in from 90 to 150; the visit is there from 0 to 200: 60 minutes met, 90 + 50 unmet."""
    observe = Observe(name="observe", role="aide", fallback_role="nurse", fallback_minutes_per_hour=20.0)
    trajectory = played(
        [observe, Delay(name="stay", minutes=always(200.0))],
        {"aide": Role(shifts={"day": shift(90.0, 60.0)}), "nurse": staffed()},
        replay({"at": 0.0}),
        minutes=400.0,
    )
    assert trajectory.visit_columns["minutes_observed"].tolist() == [60.0]
    assert trajectory.visit_columns["minutes_observation_unmet"].tolist() == [140.0]
    assert spells(trajectory, "observation")[0] == [0.0, 90.0, 150.0]
    minutes = [end - start for _, start, end in spells(trajectory, "care")]
    assert minutes == pytest.approx([20.0, 10.0, 20.0 * 50.0 / 60.0], abs=1e-9)


TRIAGE = Task(name="triage", role="nurse", minutes=always(5.0), purpose="triage")


# --- returns ---------------------------------------------------------------------------------------------------------


COMES_BACK = ReturnVisits(susceptible=0.9, shape=0.8, scale_days=30.0)


def called_back(simulate: Engine, reached: float) -> tuple[list[float], list[tuple[float, float]]]:
    """Next visits of ten patients who left unreached and were called, and the two uniforms each of them drew."""
    halved = Effects(total_return_hr=0.5, linkage_share=0.0, bridging_share=1.0, default_bridged=1.0)
    scenario = one_stream(
        [TRIAGE, Delay(name="stay", minutes=always(10.0))],
        {"nurse": staffed(), "psw": Role(kind="peer", shifts={"late": shift(600.0, 400.0)})},
        replay(*({"at": 20.0 * number, "stream": "mental_health"} for number in range(10))),
        name="mental_health",
        stream={"returns": COMES_BACK},
        support=Support(consent=1.0, call_reached_share=reached),
        effects=halved,
    )
    trajectory, workload = simulate(scenario, seed=1), Workload(scenario, 1, 0)
    first = trajectory.visit_columns["visit_number"] == 1
    assert trajectory.visit_columns["called"][first].all()
    at = workload.draws[0].uniform_at
    draws = [workload.visit(0, patient, 1) for patient in range(10)]
    uniforms = [(values[at["return"]], values[at["return_hour"]]) for values in draws]
    return trajectory.visit_columns["next_visit"][first].tolist(), uniforms


@pytest.mark.parametrize(("reached", "hazard"), [(1.0, 0.5), (0.0, 1.0)])
def test_a_call_that_reaches_the_family_moves_the_return_by_the_same_uniform(
    simulate: Engine, reached: float, hazard: float
):
    """The whole effect of 0.5 is put on bridging; visits depart 15 minutes after arrival and are called after 600.

    A return that has come before the call is not moved.
    """
    got, uniforms = called_back(simulate, reached)
    cumulated = visits_at(0.0).arrivals_of("mental_health", 1.0).day_cumulated()  # nobody else comes: even over the day
    for number, (time, (u, hour)) in enumerate(zip(got, uniforms, strict=True)):
        departure = 20.0 * number + 15.0
        expected = [return_time(departure, return_gap(0.9, 0.8, 30.0, h, u), cumulated, hour) for h in (1.0, hazard)]
        assert time == (expected[0] if expected[0] < 600.0 else expected[1])
    assert sum(np.isfinite(got)) >= 3
