"""The region that is not ruled out holds the service times the visits were simulated with, in at least 18 of 20 worlds.

Law: ruled out wrongly means more than three standard deviations in one of ten outcomes, by chance in 3 % of worlds; 18
of 20 leaves room for emulators that are a little wrong. The same worlds must rule out most of the box, or the region
would say nothing. Seeds are fixed.
"""

import numpy as np
import pytest

from tests.calibration_worlds import matched_world

pytestmark = [pytest.mark.slow, pytest.mark.verification]

WORLDS = 20


def test_the_region_holds_the_truth_in_at_least_18_of_20_worlds_and_is_small() -> None:
    worlds = [matched_world(seed) for seed in range(WORLDS)]
    assert sum(world.holds for world in worlds) >= 18
    assert np.median([world.share_left for world in worlds]) < 0.1
