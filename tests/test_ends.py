"""The ends of the register's ranges as values of keys, and that a department can be played at each of them."""

from dataclasses import replace

import pytest

from benchmarks.ends import at_end, ends_of, with_a_head_more
from benchmarks.influence import exists, is_possible, rows_varied, whole
from sim.register.rows import KeyOf, assumed_numbers, read_register

REGISTER = read_register()
NOBODY_TO_SPARE = {("ROSA02", "low"), ("ROSA04", "low"), ("ROSA12", "low")}
"""A head less where there are most, and the roster is under minimum cover."""


def end(name: str, side: int) -> tuple[float, ...]:
    row = REGISTER[name]
    return at_end(row, assumed_numbers(row) or (), row.low if side < 0 else row.high, side)


def test_a_factor_multiplies_a_vector_and_a_share_stays_a_share() -> None:
    assert end("TIMA07", 1) == pytest.approx((39, 18.2, 13, 7.8, 6.5))
    assert end("TIMA23", -1) == pytest.approx((0.8, 0.8, 0.8, 0.44, 0.36))
    assert end("TIMA14", 1) == pytest.approx((0.9975, 0.84, 0.525, 0.294, 0.126))
    assert max(end("TIMA47", 1)) == pytest.approx(0.99)


def test_a_departure_factor_keeps_the_mean() -> None:
    for name in ("ARRA01", "ARRA06", "ARRA08"):
        values = assumed_numbers(REGISTER[name]) or ()
        low, high = end(name, -1), end(name, 1)
        assert sum(low) == pytest.approx(sum(values)) == pytest.approx(sum(high))
        assert max(low) < max(values) < max(high)


def test_shifts_start_earlier_and_later_round_the_clock() -> None:
    keys = [KeyOf("ROSA07", f"staffing.x.shifts.{place}.start", place, 60) for place in range(3)]
    early, late = ends_of(REGISTER["ROSA07"], keys)
    assert [value for _, value in early.settings] == ["06:00", "14:00", "22:00"]
    assert [value for _, value in late.settings] == ["08:00", "16:00", "00:00"]


def test_a_mix_leans_until_one_of_its_parts_is_at_its_limit() -> None:
    urgent, mild = end("ARRA16", -1), end("ARRA16", 1)
    assert sum(urgent) == pytest.approx(1, abs=1e-5) == pytest.approx(sum(mild), abs=1e-5)
    assert urgent[0] == pytest.approx(0.01)
    assert mild[3] == pytest.approx(0.3)


def test_heads_are_one_more_or_less_where_there_are_most() -> None:
    assert with_a_head_more((6.0, 1.0, 3.0), -1) == (5.0, 1.0, 3.0)
    assert end("ROSA08", 1) == (1.0, 3.0, 1.0)


def test_a_row_without_a_range_has_no_ends() -> None:
    assert ends_of(REGISTER["REV06"], [KeyOf("REV06", "x", None, 1)]) == []
    assert ends_of(REGISTER["DISA02"], [KeyOf("DISA02", "x", None, 1)]) == []
    assert ends_of(replace(REGISTER["REV06"], low="0.2", high="0.4"), [KeyOf("REV06", "x", None, 1)]) != []


@pytest.mark.slow
def test_a_department_can_be_played_at_either_end_of_every_range() -> None:
    """But for a roster with nobody to spare; a range whose end is refused could not be drawn from."""
    found = [one for row, keys in rows_varied() if exists(keys) for one in map(whole, ends_of(row, keys))]
    refused = {(one.id, one.side) for one in found if not is_possible(one)}
    assert refused == NOBODY_TO_SPARE
    assert len(found) > 300
