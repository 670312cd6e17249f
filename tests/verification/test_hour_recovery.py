"""Hours of the week are found as often as their intervals say, whatever shape predicts the file best.

Law: an interval of 95 % covers its share in at least 95 of 100 files; more where a smooth shape is right, for errors
are those of free hours. Of 200 files fewer than 176 hold with a chance of 3e-5 for one hour. Seeds are fixed. A short
version is in `tests/test_uneven_days.py`.
"""

import numpy as np
import pytest

from sim.calibration.estimators.arrival_rates import Estimates
from sim.calibration.estimators.hour_profiles import fit_profile
from sim.calibration.estimators.hourly_counts import Counts
from sim.statistics.arrays import FloatArray
from tests.calibration_worlds import DAY_CV, HOUR_SHARES, WEEKDAYS

pytestmark = [pytest.mark.slow, pytest.mark.verification]

FILES = 200
VISITS_PER_DAY = 44.0
LEAST_HELD = 176
STEEP = np.array([6, 4, 3, 3, 2, 2, 3, 8, 20, 60, 80, 85, 80, 75, 70, 72, 76, 85, 90, 85, 60, 40, 20, 10], dtype=float)
SHAPES = {
    "flat": np.full(24, 1 / 24),
    "known": HOUR_SHARES,
    "steep": STEEP / STEEP.sum(),
    "one busy hour": np.where(np.arange(24) == 8, 1.25, 1.0) / 24.25,
}


def simulated(rng: np.random.Generator, shares: FloatArray, weeks: int) -> Counts:
    """Visits by hour, of days with a factor of their own."""
    n_days = 7 * weeks
    factor = rng.gamma(1.0 / DAY_CV**2, DAY_CV**2, n_days)
    of_day = VISITS_PER_DAY * np.resize(np.array(WEEKDAYS) / np.mean(WEEKDAYS), n_days) * factor
    return Counts(np.datetime64("2024-01-01"), rng.poisson(of_day[:, None] * shares).astype(np.float64))


@pytest.mark.parametrize("weeks", [8, 26, 52, 104])
@pytest.mark.parametrize("name", SHAPES)
def test_intervals_of_every_hour_hold(name: str, weeks: int) -> None:
    rng, shares, held = np.random.default_rng(58), SHAPES[name], np.zeros((7, 24))
    for _ in range(FILES):
        profile = fit_profile(simulated(rng, shares, weeks))
        low, high = Estimates(profile.share, profile.standard_error).interval()
        held += (low <= shares) & (shares <= high)
    print(f"{name}, {weeks} weeks: all {held.mean() / FILES:.3f}, least hour {held.min() / FILES:.3f}")
    assert held.min() >= LEAST_HELD, np.argwhere(held < LEAST_HELD)
