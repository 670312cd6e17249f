"""A visit told in words: lines of small departments that were worked out on paper, and what is never said."""

from collections import Counter
from typing import Any

import pytest

import sim
from sim.department.boarding import Boarding, BoardingTime
from sim.department.forks import branches_of_forks
from sim.department.pathway import Board, Delay, Dispose, Fork, Observe, Place, Route, Task
from sim.department.patients import Escalation, ResponseTask
from sim.department.places import Zone
from sim.department.roster import Break, Role
from sim.department.support import Support, YouthPeer
from sim.engine.trajectory import Trajectory
from sim.report.figures.journey_figure import STEPS_ROW, bars_of
from sim.report.journey import clock, journey, since
from sim.runs.engines import ENGINES
from tests.worlds import ALL, always, one_stream, shift, staffed, visits_at

SEED = 1
EIGHT = 480.0
TRIAGE = Task(name="triage", role="triage_nurse", minutes=always(5.0), purpose="triage", may_leave=True)
ASSESSMENT = Task(name="first_assessment", role="physician", minutes=always(20.0), purpose="physician", contact="first")
PEER = Role(kind="peer", shifts={"day": shift(0.0, 1440.0)})
WANTED = Support(
    consent=1.0,
    huddle_share=0.0,
    youth_peer=YouthPeer(without_caregiver=1, under_12=1, from_12=1),
    wish_minutes=1e9,  # never used up
)


def played(pathway: list[Any], roles: dict[str, Role], at: tuple[float, ...] = (EIGHT,), **more: Any) -> Trajectory:
    """Children who come for mental health on a Monday, at the minutes given."""
    given = {"stream": "mental_health"} | more.pop("given", {})
    world = one_stream(pathway, roles, visits_at(*at, **given), name="mental_health", **{"minutes": 1440.0} | more)
    return ENGINES["compiled"](world, SEED, 0)


def texts(run: Trajectory, visit: int = 0) -> list[str]:
    """The lines without their times."""
    return [line.split("  ", 2)[2] for line in journey(run, visit)]


ROOM = Place(name="place", routes=(Route(acuities=ALL, zones=("mh_safe",)),), may_leave=True)


def test_two_children_one_room_and_one_peer_are_told_minute_by_minute() -> None:
    """The physician comes at 08:30; once the first child is met, the peer goes to the second, who waits for a room."""
    roles = {"triage_nurse": staffed(), "physician": Role(shifts={"day": shift(EIGHT + 30.0, 300.0)}), "psw": PEER}
    pathway = [TRIAGE, ROOM, ASSESSMENT, Delay(name="tests_wait", minutes=always(15.0))]
    zones = {"mh_safe": Zone(places=1)}
    run = played(pathway, roles, (EIGHT, EIGHT + 2.0), zones=zones, support=WANTED)
    assert journey(run, 0) == [
        "Mon 08:00  +0:00  walks in: 2 years old, with a caregiver, mental health, CTAS 3",
        "Mon 08:00  +0:00  triage (triage nurse), 5 min",
        "Mon 08:05  +0:05  has a place: mental-health safe room",
        "Mon 08:05  +0:05  company (peer), 18 min together, breaks off",
        "Mon 08:25  +0:25  company (peer): nobody comes by Mon 09:05",
        "Mon 08:25  +0:25  the first meeting with a peer is complete",
        "Mon 08:30  +0:30  first assessment (physician), 20 min, after a wait of 25",
        "Mon 08:50  +0:50  tests wait, 15 min",
        "Mon 09:05  +1:05  recovery of their own (peer), 10 min, away from the child",
        "Mon 09:05  +1:05  goes home",
    ]
    assert journey(run, 1) == [
        "Mon 08:02  +0:00  walks in: under 1 year old, with a caregiver, mental health, CTAS 3",
        "Mon 08:05  +0:03  triage (triage nurse), 5 min, after a wait of 3",
        "Mon 08:25  +0:23  company (peer), 36 min together, makes room, after a wait of 16",
        "Mon 09:05  +1:03  has a place: mental-health safe room, after a wait of 55",
        "Mon 09:05  +1:03  first assessment (physician), 20 min",
        "Mon 09:25  +1:23  tests wait, 15 min",
        "Mon 09:25  +1:23  company (peer), 12 min together, after a wait of 20",
        "Mon 09:40  +1:38  recovery of their own (peer), 10 min, away from the child",
        "Mon 09:40  +1:38  goes home",
        "Mon 09:50  +1:48  call to the family (peer), 15 min, after a wait of 10, no answer",
    ]


def test_an_aide_who_comes_back_is_waited_for_since_the_break_and_a_nurse_looks_in() -> None:
    """The aide is there from 09:30, on a break from 10:00 to 10:20, gone at 11:10; a nurse gives 20 minutes an hour."""
    observation = Observe(
        name="observation", role="observation_aide", fallback_role="nurse", fallback_minutes_per_hour=20.0
    )
    aide = Role(shifts={"day": shift(EIGHT + 90.0, 100.0)}, breaks=(Break(minutes=20.0, after=30.0),))
    stay = Delay(name="stay", minutes=always(200.0))
    run = played([observation, stay], {"observation_aide": aide, "nurse": staffed()})
    assert journey(run, 0)[2:] == [
        "Mon 09:00  +1:00  looks in for the aide (nurse), 20 min",
        "Mon 09:30  +1:30  observation (observation aide), 30 min, after a wait of 90",
        "Mon 09:30  +1:30  looks in for the aide (nurse), 10 min",
        "Mon 10:20  +2:20  observation (observation aide) goes on, 50 min, after a wait of 20",
        "Mon 10:20  +2:20  looks in for the aide (nurse), 7 min",
        "Mon 11:10  +3:10  observation (observation aide) goes on: nobody comes by Mon 11:20",
        "Mon 11:20  +3:20  looks in for the aide (nurse), 3 min",
        "Mon 11:20  +3:20  goes home",
    ]


def test_boarding_is_told_with_the_nurse_s_care_of_each_hour() -> None:
    ward = BoardingTime(minutes=always(90.0), nurse_minutes_per_hour=8.0)
    admitted = [Dispose(name="dispose", admission=1.0), Board(name="board", only_if="admission", time="ward")]
    run = played(admitted, {"nurse": staffed()}, boarding=Boarding(times={"ward": ward}))
    assert journey(run, 0)[1:] == [
        "Mon 08:00  +0:00  is to be admitted, and waits for a bed on the ward",
        "Mon 09:00  +1:00  care while waiting for the bed (nurse), 8 min",
        "Mon 09:30  +1:30  care while waiting for the bed (nurse), 4 min",
        "Mon 09:30  +1:30  the bed is free",
        "Mon 09:30  +1:30  goes to the ward",
    ]


def test_who_leaves_unseen_is_told_with_what_nobody_came_for() -> None:
    run = played([TRIAGE], {"triage_nurse": Role(shifts={"late": shift(900.0, 60.0)})}, given={"patience": 45.0})
    assert journey(run, 0)[1:] == [
        "Mon 08:00  +0:00  triage (triage nurse): nobody comes by Mon 08:45",
        "Mon 08:45  +0:45  leaves before a physician has come",
    ]


def test_an_escalation_names_who_is_called_and_departure_says_what_has_no_minute_of_its_own() -> None:
    called = (ResponseTask(role="security", minutes=30.0), ResponseTask(role="nurse", minutes=20.0))
    escalation = Escalation(mean_hours=1.0, response=called, restraint_share=1.0)
    roles = {"security": staffed(), "nurse": staffed()}
    run = played([Delay(name="stay", minutes=always(60.0))], roles, stream={"escalation": escalation})
    lines = texts(run)
    assert run.visit_columns["n_escalations"].tolist() == [1], "another seed, please"
    at = lines.index("distress escalates; called: nurse, security")
    assert sorted(lines[at + 1 : at + 3]) == ["helps to calm (nurse), 20 min", "helps to calm (security), 30 min"]
    assert lines[-1] == "goes home; was restrained"
    often = escalation.model_copy(update={"mean_hours": 0.5})
    run = played([Delay(name="stay", minutes=always(60.0))], roles, stream={"escalation": often})
    assert texts(run)[-1] == "goes home; was restrained in 2 of 2 escalations"


def test_a_peer_who_is_declined_is_said_to_be() -> None:
    roles = {"triage_nurse": staffed(), "psw": PEER}
    run = played(
        [TRIAGE, Delay(name="stay", minutes=always(30.0))], roles, support=Support(consent=0.0, huddle_share=0.0)
    )
    assert texts(run)[-1] == "goes home; did not want the peer who was offered"


def test_a_step_that_nobody_is_there_for_is_told_as_what_it_becomes() -> None:
    call = Task(name="psychiatrist", role="psychiatrist", minutes=always(60.0), unstaffed=always(40.0))
    roles = {"psychiatrist": Role(shifts={"day": shift(EIGHT + 120.0, 300.0)})}
    run = played([call], roles, (EIGHT, EIGHT + 150.0))
    assert texts(run)[1] == "psychiatrist, 40 min, nobody of the role on duty"
    assert texts(run, 1)[1] == "psychiatrist (psychiatrist), 60 min"


def test_a_row_that_the_run_has_not_is_refused() -> None:
    run = played([TRIAGE], {"triage_nurse": staffed()})
    for row in (-1, 1):
        with pytest.raises(IndexError, match="rows 0 to 0"):
            journey(run, row)


def test_times_are_told_by_the_week_and_since_arrival() -> None:
    assert clock(8 * 1440.0 + 65.5) == "Tue 01:05"
    assert (since(127.9), since(-3.0)) == ("+2:07", "-0:03")


@pytest.fixture(scope="module")
def week() -> Trajectory:
    return sim.simulate(sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=0"), seed=3)


def test_in_the_default_department_every_task_has_one_line_and_lines_follow_each_other(week: Trajectory) -> None:
    in_crisis = week.visits[week.visits["stream"] == "mental_health"].index
    n_tasks = Counter(week.tasks["visit"])
    for visit in in_crisis:
        lines = journey(week, visit)
        assert sum("(" in line and "(held)" not in line for line in lines) == n_tasks[visit]
        minutes = [int(hours) * 60 + int(rest) for hours, rest in (line[12:].split()[0].split(":") for line in lines)]
        assert minutes == sorted(minutes)
        assert not any("nan" in line for line in lines)
    assert len(in_crisis) > 30


def test_nobody_is_told_a_class_of_severity(week: Trajectory) -> None:
    classes = {name.replace("_", " ") for name in week.severities[week.streams.index("mental_health")]}
    assert classes == {"brief", "at risk", "agitated"}
    told = " ".join(" ".join(journey(week, visit)) for visit in range(0, week.n_visits, 10))
    assert [name for name in classes if name in told] == []


def test_a_fork_is_told_by_its_branches_and_no_minute_counts_twice() -> None:
    """The tests wait 15 minutes beside an assessment of 20."""
    fork = Fork(name="at_once", branches=("tests", "assessment"))
    delay = Delay(name="tests_wait", branch="tests", minutes=always(15.0))
    pathway = [fork, delay, ASSESSMENT.model_copy(update={"branch": "assessment"})]
    run, forks = played(pathway, {"physician": staffed()}), branches_of_forks(tuple(pathway))
    assert [line.split("  ", 2)[2] for line in journey(run, 0, forks)][1:4] == [
        "at once: tests and assessment side by side",
        "tests wait, 15 min",
        "first assessment (physician), 20 min",
    ]
    bars = bars_of(run, 0, forks)
    assert bars.loc[bars["row"] == STEPS_ROW, "what"].tolist() == ["tests_wait"]
