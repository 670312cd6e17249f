"""A peer's day, the longest time unseen and what children take home, by hand."""

import numpy as np
import pytest

from sim.engine.intervals import covered_and_longest_gap, uncovered


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
    starts, ends = uncovered(spans, covers, 3)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [
        (0.0, 10.0),
        (20.0, 40.0),
        (70.0, 100.0),
        (0.0, 50.0),
    ]


def test_a_covered_span_leaves_nothing() -> None:
    one = np.array([0])
    starts, _ = uncovered((one, np.array([5.0]), np.array([9.0])), (one, np.array([0.0]), np.array([9.0])), 1)
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
