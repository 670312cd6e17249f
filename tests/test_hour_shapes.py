"""Hours that a calibrated demand can hold: as the file shows them where medical visits stay possible, else pooled."""

import numpy as np
import pytest

from sim.calibration.writing.hour_shapes import AS_EVERYONE, POOLED, HourShapes, hour_shapes, hours_by_stream
from sim.config import compose
from sim.department.arrivals import Profile

EVEN = np.full((7, 24), 1 / 168)
EVENING = np.r_[np.zeros(16), np.full(8, 1 / 8)]


@pytest.fixture(scope="module")
def shipped() -> Profile:
    demand = compose(["study=run"]).scenario.demand
    assert isinstance(demand, Profile)
    return demand


def composed(found: HourShapes, share: float, shipped: Profile) -> Profile:
    """The demand as a configuration would be read; refused if medical arrivals are negative anywhere."""
    told = shipped.model_dump() | {"hour_shares": found.everyone, "mental_health_share": share}
    if found.mental_health is not None:
        told["mh_hour_shares"] = {**shipped.mh_hour_shares, "default": found.mental_health}
    return Profile.model_validate(told)


def test_hours_that_leave_room_are_written_as_they_are(shipped: Profile) -> None:
    found = hour_shapes(EVEN, shipped)
    assert found.notes == ()
    assert found.mental_health is None
    assert np.allclose(found.everyone, 1 / 24, atol=1e-5)


def test_hours_of_mental_health_are_those_of_its_visits(shipped: Profile) -> None:
    found = hours_by_stream(7 * EVEN, EVENING, 0.2, keep_mental=False)
    assert found.mental_health == pytest.approx(tuple(EVENING))
    late = composed(found, 0.2, shipped).arrivals_of("mental_health", 1.0).rate_per_hour
    assert sum(late[:16]) == 0.0


def test_hours_composed_of_the_streams_give_each_its_own_back_even_where_one_has_none(shipped: Profile) -> None:
    medical = np.tile(np.r_[0.0, np.full(23, 1 / 23)], (7, 1))
    medical[6] = np.r_[np.zeros(12), np.full(12, 1 / 12)]
    found = hours_by_stream(medical, EVENING, 0.3, keep_mental=False)
    assert composed(found, 0.3, shipped).medical_shares() == pytest.approx(medical, abs=1e-7)


def test_an_empty_hour_of_one_weekday_is_filled_from_the_others(shipped: Profile) -> None:
    week = EVEN.copy()
    week[6, 3] = 0.0
    found = hour_shapes(week / week.sum(), shipped)
    assert found.notes == (POOLED,)
    assert found.everyone[6] == found.everyone[0]
    assert found.everyone[0][3] == pytest.approx(6 / 167, abs=1e-5)
    composed(found, shipped.mental_health_share, shipped)


def test_an_hour_empty_on_all_days_has_no_mental_health_visit_either(shipped: Profile) -> None:
    week = EVEN.copy()
    week[:, 3] = 0.0
    found = hour_shapes(week / week.sum(), shipped)
    assert found.notes == (POOLED, AS_EVERYONE)
    assert found.mental_health == found.everyone[0]
    composed(found, shipped.mental_health_share, shipped)


def test_without_a_profile_to_fit_into_nothing_is_changed() -> None:
    week = EVEN.copy()
    week[:, 3] = 0.0
    assert hour_shapes(week / week.sum(), None).notes == ()
