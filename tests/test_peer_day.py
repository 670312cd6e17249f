"""A peer's day, the longest time unseen and what children take home, by hand."""

import numpy as np
import pytest

from sim.department.roster import Role, Shift
from sim.engine.measures.intervals import covered_and_longest_gap, outside_covers
from sim.engine.measures.measuring import measure
from sim.engine.measures.peer_day import PEER_TIME
from sim.engine.trajectory import ADMITTED, BRIDGING, CALL, CONTACT, MAIN, RECOVERY, Trajectory
from tests.test_measures import NAN, PSW, peer_visit, played, scenario, spell

PEER = {"role": PSW, "member": 2}


def test_the_longest_gap_is_found_at_the_start_between_and_at_the_end() -> None:
    group = np.array([0, 0, 1, 2, 2])
    starts = np.array([10.0, 14.0, 2.0, 0.0, 20.0])
    ends = np.array([12.0, 16.0, 5.0, 8.0, 30.0])
    covered, longest = covered_and_longest_gap(group, starts, ends, np.array([20.0, 30.0, 30.0, 7.0]))
    assert covered.tolist() == [4.0, 3.0, 18.0, 0.0]
    assert longest.tolist() == [10.0, 25.0, 12.0, 7.0]


def test_an_interval_of_no_length_does_not_part_a_gap() -> None:
    covered, longest = covered_and_longest_gap(np.array([0]), np.array([30.0]), np.array([30.0]), np.array([60.0]))
    assert (covered[0], longest[0]) == (0.0, 60.0)


def test_what_covers_leave_of_a_span_is_in_order_and_of_its_own_group() -> None:
    spans = (np.array([0, 1]), np.array([0.0, 0.0]), np.array([100.0, 50.0]))
    covers = (np.array([0, 0, 0, 2]), np.array([40.0, 10.0, 45.0, 0.0]), np.array([60.0, 20.0, 70.0, 99.0]))
    starts, ends = outside_covers(spans, covers, 3)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [
        (0.0, 10.0),
        (20.0, 40.0),
        (70.0, 100.0),
        (0.0, 50.0),
    ]


def test_a_covered_span_leaves_nothing() -> None:
    one = np.array([0])
    starts, _ = outside_covers((one, np.array([5.0]), np.array([9.0])), (one, np.array([0.0]), np.array([9.0])), 1)
    assert starts.size == 0


@pytest.mark.parametrize("n", [1, 50])
def test_cover_and_gap_agree_with_a_count_minute_by_minute(n: int) -> None:
    dice = np.random.default_rng(n)
    group, starts = dice.integers(0, 5, n), dice.integers(0, 90, n).astype(float)
    ends, lengths = np.minimum(starts + dice.integers(0, 20, n), 100.0), np.full(5, 100.0)
    covered, longest = covered_and_longest_gap(group, starts, ends, lengths)
    for number in range(5):
        minutes = np.zeros(100, dtype=bool)
        for start, end in zip(starts[group == number], ends[group == number], strict=True):
            minutes[int(start) : int(end)] = True
        gaps = "".join("x" if busy else "." for busy in minutes).split("x")
        assert covered[number] == minutes.sum()
        assert longest[number] == max(map(len, gaps))


def contact(started: float, ended: float, **more: float) -> dict[str, float]:
    """A spell that began at once, its walk three minutes long."""
    return spell(started, ended, kind=CONTACT, company_since=started + 3.0, **(PEER | more))


def a_shift(*tasks: dict[str, float], **visit: float) -> Trajectory:
    """A peer on duty for 500 minutes, ten of them protected, and one consenting child there from 100 to 400."""
    return played(
        [peer_visit(100.0, 400.0, **visit)],
        tasks=list(tasks),
        duties=[{"member": 2, "role": PSW, "scheduled_start": 0.0, "scheduled_end": 500.0, "left": 500.0}],
        breaks=[(2, 50.0, 50.0, 60.0, True)],
    )


def test_the_parts_of_a_peers_paid_time_add_up_and_are_what_was_done() -> None:
    run = a_shift(
        contact(130.0, 160.0, requested=120.0),
        spell(160.0, 170.0, kind=RECOVERY, **PEER),
        contact(300.0, 302.0),  # put down on the way
        spell(380.0, 395.0, kind=BRIDGING, **PEER),
        spell(450.0, 465.0, kind=CALL, **PEER),
        peer_met=150.0,
    )
    values = measure(run, scenario())
    minutes = {part: 500.0 * values[f"peer_time_{part}.all"] for part in PEER_TIME}
    there, before, after = 300.0, 100.0, 100.0
    at_work = 27.0 + 3.0 + 2.0 + 10.0 + 15.0
    assert minutes == pytest.approx(
        {
            "company": 27.0,
            "walking": 5.0,
            "calls": 15.0,
            "bridging": 15.0,
            "recovery": 10.0,
            "other_work": 0.0,
            "protected": 10.0,
            "break": 0.0,
            "idle_child_waits": 10.0,
            "idle_no_child_asks": there - at_work - 10.0,
            "idle_nobody_there": before - 10.0 + after - 15.0,
        }
    )


def test_a_child_with_a_clinician_does_not_wait_for_a_peer() -> None:
    clinician = spell(120.0, 145.0, kind=MAIN)
    values = measure(a_shift(contact(150.0, 170.0, requested=110.0), clinician), scenario())
    assert 500.0 * values["peer_time_idle_child_waits.all"] == pytest.approx(10.0 + 5.0)


def test_work_after_the_shift_is_no_paid_time() -> None:
    values = measure(a_shift(spell(490.0, 520.0, kind=CALL, overtime=20.0, **PEER)), scenario())
    assert 500.0 * values["peer_time_calls.all"] == pytest.approx(10.0)
    assert sum(values[f"peer_time_{part}.all"] for part in PEER_TIME) == pytest.approx(1.0)


def test_a_department_without_peers_has_no_peers_day() -> None:
    values = measure(played([peer_visit(0.0, 60.0)]), scenario())
    assert np.isnan([values[f"peer_time_{part}.all"] for part in PEER_TIME]).all()
    assert np.isnan(values["cost_per_child_met.all"])


def test_cost_is_shared_by_the_children_met_and_the_hours_of_company() -> None:
    monday = Shift(start="00:00", minutes=500, days=("mon",))
    team = scenario(psw=Role(kind="peer", hourly_cost=30.0, shifts={"day": monday}))
    values = measure(a_shift(contact(130.0, 163.0), peer_met=150.0), team)
    assert values["cost_per_child_met.all"] == pytest.approx(250.0)
    assert values["cost_per_company_hour.all"] == pytest.approx(500.0)


def test_the_walk_of_a_peer_is_time_unseen() -> None:
    values = measure(a_shift(contact(200.0, 250.0), spell(300.0, 310.0, kind=MAIN)), scenario())
    assert values["minutes_without_staff_mean.mental_health"] == pytest.approx(300.0 - 47.0 - 10.0)
    assert values["longest_unseen_mean.mental_health"] == pytest.approx(103.0)


def test_a_spell_put_down_on_the_way_does_not_part_a_time_unseen() -> None:
    values = measure(a_shift(contact(200.0, 201.0)), scenario())
    assert values["longest_unseen_mean.mental_health"] == pytest.approx(300.0)


@pytest.mark.parametrize(("caregiver", "minutes"), [(True, 0.0), (False, 300.0)])
def test_a_caregiver_ends_the_minutes_without_anybody(caregiver: bool, minutes: float) -> None:
    values = measure(a_shift(caregiver=caregiver), scenario())
    assert values["minutes_without_staff_or_caregiver_mean.mental_health"] == minutes
    assert values["minutes_without_staff_mean.mental_health"] == 300.0


def test_company_of_boarders_counts_ten_minutes_and_more_of_those_who_board_long() -> None:
    long = peer_visit(0.0, 1500.0, ADMITTED, boarding_start=60.0, boarding_end=1500.0)
    short = peer_visit(0.0, 600.0, ADMITTED, boarding_start=60.0, boarding_end=600.0)
    run = played(
        [long, short],
        tasks=[
            contact(10.0, 40.0),  # before boarding
            contact(100.0, 113.0),
            contact(200.0, 212.0),  # nine minutes
            contact(300.0, 390.0),
            contact(100.0, 160.0, visit=1),
        ],
        duties=[{"member": 2, "role": PSW, "scheduled_start": 0.0, "scheduled_end": 1500.0, "left": NAN}],
    )
    assert measure(run, scenario())["boarder_company_per_24h.all"] == pytest.approx(2.0)


def test_exposures_are_counted_per_thousand_paid_hours() -> None:
    values = measure(a_shift(n_peer_exposures=2), scenario())
    assert values["peer_exposures_per_1000_hours.all"] == pytest.approx(2.0 * 1000.0 / (500.0 / 60.0))
