"""A day on the floor says at every whole minute what the run says, and nobody is in two places at once."""

import json
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest

import sim
from sim.department.pathway import Task
from sim.department.scenario import Scenario
from sim.engine import floor_day as floor_days
from sim.engine.floor_day import (
    ELSEWHERE,
    FOR_A_PLACE,
    FOR_A_WARD_BED,
    KINDS_ELSEWHERE,
    NOWHERE,
    TOGETHER,
    WALKING,
    WITH_CHILD,
    FloorDay,
    NoSuchDay,
    Row,
    floor_day,
)  # fmt: skip
from sim.engine.trajectory import CONTACT, MAIN, Trajectory
from sim.runs.engines import COMPILED, ENGINES
from tests.worlds import always, one_stream, random_scenario, staffed, visits_at

SEEDS = [seed for seed in range(24) if random_scenario(seed).period.horizon >= 1440.0][:10]
MINUTES = (0, 1, 187, 480, 733, 1020, 1439)


def day_and_run(scenario: Scenario, weekday: int = 0) -> tuple[FloorDay, Trajectory]:
    run = ENGINES[COMPILED](scenario, 1, 0)
    return floor_day(run, scenario, weekday), run


def at(rows: list[Row], minute: int) -> list[Row]:
    """Rows that hold at a minute."""
    return [row for row in rows if row[-2] <= minute < row[-1]]


def holds(starts: np.ndarray, ends: np.ndarray, time: float) -> np.ndarray:
    """Which spells of a run hold at a time; those without an end last."""
    return (starts <= time) & ~(ends <= time)


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_at_any_minute_are_those_of_the_run(seed: int) -> None:
    day, run = day_and_run(random_scenario(seed))
    visits, places, staff = run.visit_columns, run.place_columns, run.staff_columns
    for minute in MINUTES:
        time = day.start + minute
        present = holds(visits["arrival"], visits["departure"], time)
        roomed = holds(places["start"], places["end"], time) & present[places["visit"]]
        stays = at(day.stays, minute)
        assert len(at(day.visits, minute)) == present.sum() == len(stays)
        for number in range(len(run.zones)):
            assert sum(stay[1] == number for stay in stays) == (roomed & (places["zone"] == number)).sum()
        on_duty = holds(staff["scheduled_start"], staff["left"], time)
        for number in range(len(run.roles)):
            duties = [duty for duty in at(day.duties, minute) if duty[1] == number]
            assert len(duties) == (on_duty & (staff["role"] == number)).sum()
        resting = holds(run.break_columns["start"], run.break_columns["end"], time)
        assert len(at(day.breaks, minute)) == resting.sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_work_and_company_at_any_minute_are_those_of_the_run(seed: int) -> None:
    day, run = day_and_run(random_scenario(seed))
    tasks = run.task_columns
    is_contact, departure = tasks["kind"] == CONTACT, run.visit_columns["departure"][tasks["visit"]]
    for minute in MINUTES:
        time = day.start + minute
        is_away = np.isin(tasks["kind"], KINDS_ELSEWHERE) | (departure <= time)
        worked = holds(tasks["started"], tasks["ended"], time)
        together = worked & is_contact & ~is_away & (tasks["company_since"] <= time)
        doing = [work[2] for work in at(day.work, minute)]
        assert doing.count(ELSEWHERE) == (worked & is_away).sum()
        assert doing.count(TOGETHER) == together.sum()
        assert doing.count(WALKING) == (worked & is_contact & ~is_away & ~together).sum()
        assert doing.count(WITH_CHILD) == (worked & ~is_contact & ~is_away).sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_who_waits_at_any_minute_is_who_waits_in_the_run(seed: int) -> None:
    day, run = day_and_run(random_scenario(seed))
    places, visits, tasks = run.place_columns, run.visit_columns, run.task_columns
    main = tasks["kind"] == MAIN
    for minute in MINUTES:
        time, waiting = day.start + minute, at(day.waits, minute)
        leaves = np.fmin(places["start"], visits["departure"][places["visit"]])
        assert sum(row[1] == FOR_A_PLACE for row in waiting) == holds(places["requested"], leaves, time).sum()
        boarding = holds(visits["boarding_start"], np.fmin(visits["boarding_end"], visits["departure"]), time)
        assert sum(row[1] == FOR_A_WARD_BED for row in waiting) == boarding.sum()
        worked = main & holds(tasks["started"], tasks["ended"], time)
        asked = main & holds(tasks["requested"], np.where(np.isnan(tasks["started"]), tasks["ended"], np.inf), time)
        asked &= ~(tasks["started"] <= time)
        steps = list(zip(tasks["visit"].tolist(), tasks["step"].tolist(), strict=True))  # branches of a fork wait each
        in_hand = {steps[row] for row in np.flatnonzero(worked)}
        for number in range(len(run.roles)):
            n_waiting = len({steps[row] for row in np.flatnonzero(asked & (tasks["role"] == number))} - in_hand)
            assert len([row for row in waiting if row[1] == number]) == n_waiting


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_in_two_places_at_once(seed: int) -> None:
    day, _ = day_and_run(random_scenario(seed))
    one_after_another(day.stays, lambda stay: stay[0])
    one_after_another(day.stays, lambda stay: (stay[1], stay[2]))  # nor two in one spot
    one_after_another(day.duties, lambda duty: duty[0])
    one_after_another([*day.work, *day.breaks], lambda work: work[0])
    for _, zone, spot, *_ in day.stays:
        places = day.places[zone] if zone != NOWHERE else None
        assert places is None or spot < places


def one_after_another(rows: list[Row], whose: object) -> None:
    """No two rows of one owner overlap."""
    assert callable(whose)
    ordered = sorted(rows, key=lambda row: (whose(row), row[-2]))
    for before, after in pairwise(ordered):
        assert whose(before) != whose(after) or before[-1] <= after[-2], (before, after)


@pytest.mark.parametrize("seed", SEEDS)
def test_work_with_a_child_is_where_the_child_is_by_somebody_on_duty(seed: int) -> None:
    day, _ = day_and_run(random_scenario(seed))
    on_duty = {(person, minute) for person, _, begin, end in day.duties for minute in range(begin, end)}
    for person, visit, doing, begin, end in day.work:
        assert 0 <= begin < end <= 1440
        assert (visit == NOWHERE) == (doing == ELSEWHERE)
        assert all((person, minute) in on_duty for minute in (begin, end - 1))
        if visit != NOWHERE:
            _, _, comes, leaves = day.visits[visit]
            assert comes <= begin < end <= leaves


def test_nothing_of_a_day_says_who_the_children_are() -> None:
    scenario = random_scenario(SEEDS[0])
    day, run = day_and_run(scenario)
    hidden = ("patient", "visit_number", "age_years", "age_group", "severity", "held", "caregiver")
    others = dict(run.visit_columns) | {name: np.zeros_like(run.visit_columns[name]) for name in hidden}
    assert floor_day(replace(run, visit_columns=others), scenario, 0) == day


def test_a_department_without_zones_and_peers_has_everybody_without_a_place() -> None:
    steps = [Task(name="look", role="nurse", minutes=always(20.0))]
    day, _ = day_and_run(one_stream(steps, {"nurse": staffed()}, visits_at(60.0, 65.0), minutes=1440.0))
    assert day.zones == ()
    assert day.stays == [(0, NOWHERE, 0, 60, 80), (1, NOWHERE, 1, 65, 100)]
    assert day.waits == [(1, 0, 65, 80)]
    assert [work[1:] for work in day.work] == [(0, WITH_CHILD, 60, 80), (1, WITH_CHILD, 80, 100)]


def test_a_day_of_the_shipped_department_is_small() -> None:
    scenario = sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=1")
    run = ENGINES[COMPILED](scenario, 1, 0)
    sizes = [len(json.dumps(asdict(floor_day(run, scenario, day)), separators=(",", ":"))) for day in range(7)]
    assert max(sizes) < 80_000
    assert sum(sizes) / 7 < 55_000


def test_a_day_that_the_run_has_not_is_refused() -> None:
    steps = [Task(name="look", role="nurse", minutes=always(20.0))]
    scenario = one_stream(steps, {"nurse": staffed()}, visits_at(60.0), minutes=2000.0)
    with pytest.raises(NoSuchDay, match="no whole tue after its warm-up: play more weeks"):
        day_and_run(scenario, 1)


def test_a_day_with_too_many_children_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor_days, "MOST_VISITS", 1)
    steps = [Task(name="look", role="nurse", minutes=always(20.0))]
    with pytest.raises(NoSuchDay, match="2 children"):
        day_and_run(one_stream(steps, {"nurse": staffed()}, visits_at(60.0, 65.0), minutes=1440.0))
