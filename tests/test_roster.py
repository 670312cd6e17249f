"""From shifts to duties: expansion over weeks, the wrap of the week, staggered breaks, merging, hours and cost."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.department.roster import (
    MOST_LABEL_CHARACTERS,
    Break,
    Duty,
    OffFloor,
    Role,
    RosteredMember,
    Shift,
    Staffing,
    duties_of,
    heads_by_minute,
    members_of,
    off_floor_of,
    shift_starts,
)

DAY, WEEK = 1440.0, 10080.0


def shift(**more: Any) -> Shift:
    return Shift.model_validate({"start": "07:00", "minutes": 480} | more)


def member(rank: int = 0, colleagues: int = 1, **more: Any) -> RosteredMember:
    role = Role(shifts={"day": shift(**more)})
    return RosteredMember(
        0, "nurse/day/1", "nurse", None, role.shifts["day"], role.breaks_of(role.shifts["day"]), rank, colleagues
    )


# --- writing a shift ------------------------------------------------------------------------------------------------


def test_clock_times_and_days_may_be_written_as_people_write_them():
    written = shift(start="07:30", days=["mon", "fri"])
    assert (written.start, written.days) == (450.0, (0, 4))
    assert shift(days="daily").days == tuple(range(7))
    assert shift(start=90).start == 90.0


@pytest.mark.parametrize("start", ["25:00", "07:60", "7", "half past", -1, 1440])
def test_an_impossible_time_of_day_is_refused(start: Any):
    with pytest.raises(ValidationError):
        shift(start=start)


def test_an_unknown_day_is_named():
    with pytest.raises(ValidationError, match="unknown day 'sunday'"):
        shift(days=["sunday"])


@pytest.mark.parametrize(
    ("breaks", "remedy"),
    [
        ([{"minutes": 30, "after": 100}, {"minutes": 30, "after": 120}], "overlap"),
        ([{"minutes": 30, "after": 460}], "ends after the shift"),
        ([{"minutes": 240}, {"minutes": 240}], "fill the whole shift"),
    ],
)
def test_breaks_that_cannot_be_are_refused_with_a_remedy(breaks: list[dict[str, float]], remedy: str):
    with pytest.raises(ValidationError, match=remedy):
        shift(breaks=breaks)


# --- expansion ------------------------------------------------------------------------------------------------------


def test_a_daily_shift_starts_every_day_of_the_run():
    assert shift_starts(shift(), 2 * DAY) == [420.0, 420.0 + DAY]


def test_a_shift_under_way_at_time_zero_began_the_day_before():
    night = shift(start="23:00", minutes=480)
    assert shift_starts(night, DAY) == [1380.0 - DAY, 1380.0]


def test_the_week_wraps_a_sunday_night_shift_into_monday():
    night = shift(start="23:00", minutes=480, days=["sun"])
    sunday = 6 * DAY + 1380.0
    assert shift_starts(night, 2 * WEEK) == [sunday - WEEK, sunday, sunday + WEEK]
    assert heads_by_minute(Role(shifts={"night": night}))[:420].tolist() == [1] * 420


def test_a_shift_that_ends_at_time_zero_or_starts_at_the_horizon_is_not_of_the_run():
    assert shift_starts(shift(start="16:00"), DAY) == [960.0]
    assert shift_starts(shift(start="00:00"), DAY) == [0.0]


def test_shifts_that_abut_or_overlap_merge_into_one_duty():
    one = member(minutes=480)
    assert duties_of(one, [0.0, 480.0, 900.0]) == (Duty(0.0, 1380.0),)
    assert duties_of(one, [0.0, 480.5]) == (Duty(0.0, 480.0), Duty(480.5, 960.5))


def test_always_on_is_a_daily_shift_of_a_whole_day():
    always = member(start=0, minutes=1440)
    (duty,) = duties_of(always, shift_starts(always.shift, 3 * DAY))
    assert (duty.start, duty.end) == (0.0, 3 * DAY)


def test_a_merged_duty_keeps_the_breaks_of_its_shifts():
    one = member(breaks=[{"minutes": 30, "after": 200}])
    (duty,) = duties_of(one, [0.0, 480.0])
    assert duty.off_floor == (OffFloor(200.0, 30.0, False), OffFloor(680.0, 30.0, False))


DAYS_OF_THE_WEEK = st.sets(st.integers(0, 6), min_size=1)


def longest(days: set[int]) -> float:
    """Minutes from one of the days to the next of them, where that is shortest."""
    in_order = sorted(days)
    return min(b - a for a, b in pairwise([*in_order, in_order[0] + 7])) * DAY


@given(start=st.integers(0, 1439), share=st.floats(0.0, 1.0), days=DAYS_OF_THE_WEEK, weeks=st.integers(1, 3))
def test_duties_cover_exactly_the_rostered_minutes_and_never_touch(
    start: int, share: float, days: set[int], weeks: int
):
    """Against the minute-by-minute count of the week, for every length up to the next start."""
    minutes = max(1.0, round(share * longest(days)))
    one = member(start=float(start), minutes=minutes, days=tuple(days))
    horizon = weeks * WEEK
    duties = duties_of(one, shift_starts(one.shift, horizon))
    covered = np.zeros(int(horizon), dtype=bool)
    for duty in duties:
        covered[max(0, int(duty.start)) : min(int(horizon), int(duty.end))] = True
    rostered = heads_by_minute(Role(shifts={"day": one.shift})) > 0
    assert np.array_equal(covered, np.tile(rostered, weeks))
    assert all(a.end < b.start for a, b in pairwise(duties))


# --- breaks ---------------------------------------------------------------------------------------------------------


def test_breaks_of_colleagues_are_staggered_over_the_shift():
    """One break of 30 in 480 minutes: three colleagues rest around a quarter, the half and three quarters."""
    starts = [off_floor_of(member(rank, 3, breaks=[{"minutes": 30}]), 420.0)[0].at for rank in range(3)]
    assert starts == [420.0 + 105.0, 420.0 + 225.0, 420.0 + 345.0]


def test_two_floating_breaks_stand_in_the_two_halves_of_the_shift():
    blocks = off_floor_of(member(breaks=[{"minutes": 20}, {"minutes": 40}]), 0.0)
    assert blocks == (OffFloor(110.0, 20.0, False), OffFloor(340.0, 40.0, False))


def test_protected_time_is_a_share_of_the_shift_and_marked():
    role = Role(shifts={"day": shift()}, breaks=(Break(minutes=30, after=60),), protected_share=0.1)
    (one,) = members_of({"psw": role})
    assert off_floor_of(one, 0.0) == (OffFloor(60.0, 30.0, False), OffFloor(216.0, 48.0, True))


def test_a_shift_may_have_breaks_of_its_own():
    role = Role(shifts={"day": shift(breaks=[]), "late": shift()}, breaks=(Break(minutes=30),))
    assert [len(one.breaks) for one in members_of({"nurse": role})] == [0, 1]


@given(
    rank=st.integers(0, 9),
    more=st.integers(0, 9),
    minutes=st.lists(st.floats(1.0, 60.0), min_size=1, max_size=4),
    length=st.floats(300.0, 1440.0),
)
def test_every_break_lies_inside_its_shift_in_order_of_time(rank: int, more: int, minutes: list[float], length: float):
    one = member(rank, rank + 1 + more, minutes=length, breaks=[{"minutes": m} for m in minutes])
    blocks = off_floor_of(one, 1000.0)
    assert sorted(block.minutes for block in blocks) == sorted(minutes)
    assert [block.at for block in blocks] == sorted(block.at for block in blocks)
    for block in blocks:
        assert block.at >= 1000.0
        assert block.at + block.minutes <= 1000.0 + length + 1e-9


# --- members, hours, cost -------------------------------------------------------------------------------------------


def test_members_are_numbered_by_role_shift_and_head_and_keep_their_names():
    nurses = Role(shifts={"day": shift(heads=2), "night": shift(start="19:00")})
    physicians = Role(shifts={"day": shift()})
    names = [one.name for one in members_of({"nurse": nurses, "physician": physicians})]
    assert names == ["nurse/day/1", "nurse/day/2", "nurse/night/1", "physician/day/1"]
    assert [one.index for one in members_of({"nurse": nurses})] == [0, 1, 2]
    more = nurses.model_copy(update={"shifts": {"early": shift(start="05:00"), **nurses.shifts}})
    assert set(names[:3]) <= {one.name for one in members_of({"nurse": more})}


def test_heads_of_a_role_replace_those_of_its_shifts():
    role = Role(shifts={"day": shift(heads=2)}, heads=3, hourly_cost=10.0)
    assert len(members_of({"nurse": role})) == 3
    assert role.hours_per_week() == 3 * 7 * 8
    assert heads_by_minute(role)[430] == 3


def test_cost_is_hours_and_extras():
    """Seven days of eight hours by two heads at 10, and 5 on top."""
    staffing = Staffing.model_validate(
        {
            "name": "s",
            "weekly_extra_cost": 5,
            "nurse": {"hourly_cost": 10, "shifts": {"day": {"start": 0, "minutes": 480, "heads": 2}}},
        }
    )
    assert staffing.weekly_cost() == 2 * 7 * 8 * 10 + 5


@given(start=st.integers(0, 1439), share=st.floats(0.0, 1.0), days=DAYS_OF_THE_WEEK, heads=st.integers(0, 3))
def test_duty_cover_hours_and_cost_count_the_same_roster(start: int, share: float, days: set[int], heads: int):
    """Hours on duty of one week out of three, hours of cover, hours paid: one number."""
    minutes = max(1.0, round(share * longest(days)))
    one = Shift(start=float(start), minutes=minutes, days=tuple(days), heads=heads)
    role = Role(shifts={"day": one}, hourly_cost=60.0)
    on_duty = sum(
        min(duty.end, 2 * WEEK) - max(duty.start, WEEK)
        for member in members_of({"nurse": role})
        for duty in duties_of(member, shift_starts(one, 3 * WEEK))
        if duty.end > WEEK and duty.start < 2 * WEEK
    )
    assert on_duty == pytest.approx(60.0 * role.hours_per_week())
    assert heads_by_minute(role).sum() == pytest.approx(60.0 * role.hours_per_week())
    assert Staffing(name="s", roles={"nurse": role}).weekly_cost() == pytest.approx(60.0 * role.hours_per_week())


def test_a_day_named_twice_is_refused():
    with pytest.raises(ValidationError, match="days names mon twice: name each day once, and set heads=2"):
        shift(days=["mon", "tue", "mon"])
    with pytest.raises(ValidationError, match="days names tue twice"):
        shift(days=(1, 1))


@pytest.mark.parametrize(
    ("minutes", "days", "said"),
    [
        (1500, "daily", "minutes 1500 from mon 07:00 run into tue 07:00, when it starts again: give at most 1440"),
        (
            3000,
            ["tue", "thu"],
            "minutes 3000 from tue 07:00 run into thu 07:00, when it starts again: give at most 2880",
        ),
        (
            1441,
            ["sun", "mon"],
            "minutes 1441 from sun 07:00 run into mon 07:00, when it starts again: give at most 1440",
        ),
    ],
)
def test_a_shift_longer_than_the_time_to_its_next_start_is_refused(minutes: float, days: Any, said: str):
    with pytest.raises(ValidationError, match=said):
        shift(minutes=minutes, days=days)


@pytest.mark.parametrize(("minutes", "days"), [(1440, "daily"), (2880, ["tue", "thu"]), (10080, ["wed"])])
def test_a_shift_may_end_as_it_starts_again(minutes: float, days: Any):
    assert shift(minutes=minutes, days=days).minutes == minutes


def test_a_label_that_no_table_and_no_figure_has_room_for_is_refused() -> None:
    assert Staffing(name="s", label="a" * MOST_LABEL_CHARACTERS, roles={}).label
    with pytest.raises(ValidationError, match="at most 200 characters"):
        Staffing(name="s", label="a" * (MOST_LABEL_CHARACTERS + 1), roles={})
