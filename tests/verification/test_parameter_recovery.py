"""Calibration finds the parameters PeerED was run with, as often as its intervals say.

Law: an interval of 95 % covers its parameter in 95 of 100 runs. Of some 70 parameters over 100 replications the pooled
share covered lies between 93 and 97 %, and no parameter is covered in fewer than 88 (a chance of 0.0015 each if its
interval is right). Intervals of hours are wider by design where a smooth shape is right (`test_hour_recovery`), and are
not pooled. Seeds are fixed.
"""

from collections import Counter

import pytest

from tests.calibration_worlds import recovered

pytestmark = [pytest.mark.slow, pytest.mark.verification]

REPLICATIONS = 100


def test_intervals_of_a_hundred_calibrations_cover_the_parameters_the_visits_were_simulated_with() -> None:
    covered: Counter[str] = Counter()
    for replication in range(REPLICATIONS):
        for parameter in recovered(replication):
            covered[parameter.name] += parameter.is_covered
    pooled = [n for name, n in covered.items() if not name.startswith("hour_share")]
    assert 0.93 <= sum(pooled) / (REPLICATIONS * len(pooled)) <= 0.97
    assert {name: n for name, n in covered.items() if n < 88} == {}
