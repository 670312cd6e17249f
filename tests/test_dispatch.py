"""The pure rules of giving out work, one clause of the law after the other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.department.discipline import (
    ACCUMULATING,
    ACUITY_FIFO,
    CHOICES,
    FIFO,
    LEAST_LOADED,
    LISTED_ORDER,
    LONGEST_IDLE,
    RULES,
    TARGET,
    Discipline,
    Disciplines,
    has_room,
    in_last_pickup,
    order_within_class,
    patience_left,
    preference,
    score,
)
from sim.department.places import may_open
from sim.department.support import pace

MINUTES = st.floats(0.0, 10_000.0)
ACUITY = st.integers(1, 5)


def rank(
    rule: int,
    *,
    slope: float = 1.0,
    target: float = 0.0,
    acuity: int = 3,
    since: float,
    arrival: float = 0.0,
    now: float = 100.0,
):
    return score(rule, slope, target, acuity, since, arrival, now)


@given(a=MINUTES, b=MINUTES, acuities=st.tuples(ACUITY, ACUITY))
def test_first_come_first_served_ranks_by_nothing_but_the_tie_rule(a: float, b: float, acuities: tuple[int, int]):
    assert rank(FIFO, acuity=acuities[0], since=a) == rank(FIFO, acuity=acuities[1], since=b)


@given(a=MINUTES, b=MINUTES, acuities=st.tuples(ACUITY, ACUITY))
def test_acuity_goes_before_waiting_under_acuity_fifo(a: float, b: float, acuities: tuple[int, int]):
    first, second = acuities
    before = rank(ACUITY_FIFO, acuity=first, since=a) < rank(ACUITY_FIFO, acuity=second, since=b)
    assert before == (first < second)


def test_priority_accumulates_with_waiting_at_the_slope_of_the_acuity():
    """With slopes 3 and 1 a CTAS 2 of 20 minutes stands level with a CTAS 4 of 60, and passes it a minute later."""
    assert rank(ACCUMULATING, slope=3.0, since=80.0) == rank(ACCUMULATING, slope=1.0, since=40.0) == -60.0
    assert rank(ACCUMULATING, slope=3.0, since=80.0, now=101.0) < rank(ACCUMULATING, slope=1.0, since=40.0, now=101.0)
    assert rank(ACCUMULATING, slope=3.0, since=80.0, now=99.0) > rank(ACCUMULATING, slope=1.0, since=40.0, now=99.0)


def test_the_least_time_left_to_target_counts_from_arrival():
    """At minute 100 a CTAS 3 that came at 80 has 10 minutes left, a CTAS 5 that came at 0 has 20."""
    assert rank(TARGET, target=30.0, since=99.0, arrival=80.0) == 10.0
    assert rank(TARGET, target=120.0, since=1.0, arrival=0.0) == 20.0
    assert rank(TARGET, target=15.0, since=99.0, arrival=10.0) == -75.0


@given(since=MINUTES, arrival=MINUTES)
def test_within_a_class_waiting_since_orders_except_under_target(since: float, arrival: float):
    for rule in (FIFO, ACUITY_FIFO, ACCUMULATING):
        assert order_within_class(rule, since, arrival) == since
    assert order_within_class(TARGET, since, arrival) == arrival


@given(
    rule=st.sampled_from(sorted(RULES.values())),
    times=st.tuples(MINUTES, MINUTES),
    now=MINUTES,
    slope=st.floats(0.0, 1000.0),
)
def test_the_first_of_a_class_is_never_outranked_by_a_later_one(
    rule: int, times: tuple[float, float], now: float, slope: float
):
    """So that only the first of each class has to be compared, at any instant."""
    early, late = sorted(times)
    now = max(now, late)
    assert score(rule, slope, 30.0, 3, early, early, now) <= score(rule, slope, 30.0, 3, late, late, now)


@pytest.mark.parametrize(
    ("n_open", "caseload", "room"),
    [(0, 0, False), (0, 1, True), (1, 1, False), (2, 3, True), (3, 3, False), (4, 3, False), (10**6, -1, True)],
)
def test_room_is_open_cases_below_the_caseload_and_negative_is_no_limit(n_open: int, caseload: int, room: bool):
    assert has_room(n_open, caseload) == room


@pytest.mark.parametrize(
    ("now", "minutes", "inside"),
    [(449.999, 30.0, False), (450.0, 30.0, True), (480.0, 30.0, True), (479.9, 0.0, False), (480.0, 0.0, True)],
)
def test_last_pickup_begins_on_its_minute(now: float, minutes: float, inside: bool):
    assert in_last_pickup(now, 480.0, minutes) == inside


def test_members_are_preferred_by_load_by_idleness_or_by_the_list_alone():
    assert preference(LEAST_LOADED, 1, 5.0) < preference(LEAST_LOADED, 2, 0.0)
    assert preference(LONGEST_IDLE, 2, 0.0) < preference(LONGEST_IDLE, 1, 5.0)
    assert preference(LISTED_ORDER, 2, 0.0) == preference(LISTED_ORDER, 1, 5.0)
    assert set(CHOICES.values()) == {LEAST_LOADED, LONGEST_IDLE, LISTED_ORDER}


@pytest.mark.parametrize(
    ("left", "waited", "at_pace", "expected"),
    [(30.0, 10.0, 1.0, 20.0), (30.0, 10.0, 0.5, 25.0), (30.0, 10.0, 0.0, 30.0), (30.0, 40.0, 1.0, 0.0)],
)
def test_patience_is_used_up_at_its_pace_and_never_falls_below_zero(
    left: float, waited: float, at_pace: float, expected: float
):
    assert patience_left(left, waited, at_pace) == expected


def test_who_never_leaves_has_the_same_patience_for_ever():
    assert patience_left(math.inf, 1e6, 1.0) == math.inf


def test_the_pace_is_one_until_a_child_is_met_and_then_one_of_two():
    assert pace(0.2, 0.7, accompanied=False, is_met=False) == 1.0
    assert pace(0.2, 0.7, accompanied=True, is_met=False) == 1.0
    assert pace(0.2, 0.7, accompanied=True, is_met=True) == 0.2
    assert pace(0.2, 0.7, accompanied=False, is_met=True) == 0.7


@pytest.mark.parametrize(
    ("occupied", "place", "nurses", "acuity", "opens"),
    [
        (0, 4, 1, 3, True),
        (8, 4, 1, 3, True),  # three acute places for one nurse
        (9, 4, 1, 3, False),
        (12, 3, 1, 5, False),
        (12, 0, 1, 5, True),  # a place without nursing
        (0, 4, 0, 3, False),
        (100, 12, 0, 1, True),  # CTAS 1 is exempt
    ],
)
def test_a_place_opens_if_the_nurses_on_duty_can_take_it(
    occupied: int, place: int, nurses: int, acuity: int, opens: bool
):
    assert may_open(occupied, place, nurses, acuity) == opens


def test_a_role_without_a_discipline_of_its_own_has_the_default():
    own = Discipline(rule="target")
    disciplines = Disciplines(default=Discipline(rule="acuity_fifo"), roles={"physician": own})
    assert disciplines.of("physician") == own
    assert disciplines.of("nurse").rule == "acuity_fifo"
    assert RULES == {"fifo": FIFO, "acuity_fifo": ACUITY_FIFO, "accumulating": ACCUMULATING, "target": TARGET}
