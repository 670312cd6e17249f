"""Every closed form of queueing theory that the engine must reproduce, at full length.

Law: numerator - target x denominator of a replication has mean zero in the stationary state; z is its mean over
forty independent replications in standard errors (Student's t with 39 degrees of freedom: |t| > 4 has a chance of
3e-4 a measure, seeds are fixed). The 95 % half-width stays under 5 % of the target, and the same check refuses a mean
service time that is 5 % too long or too short.

Seven members at one arrival every 4 minutes wait 2 seconds on average, and 98 in 100 not at all: that case plays 1.4
million customers for a half-width of 4 %. All cases together play some 7 million, three times over (as they are, 5 %
too short, 5 % too long); one core of 2026 plays some 18,000 of these small visits a second, which makes about twenty
minutes, ten on two cores.
"""

import numpy as np
import pytest

from tests.verification.queues import (
    HALF_WIDTH_LIMIT,
    HOURS_LOOKED_AT,
    Z_LIMIT,
    Case,
    counts_at,
    every_case,
    infinite_servers,
    verdicts,
)

pytestmark = [pytest.mark.slow, pytest.mark.verification]

CASES = every_case()
NAMES = [case.name for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_engine_agrees_with_theory(case: Case):
    for name, verdict in verdicts(case).items():
        assert abs(verdict.z) < Z_LIMIT, f"{name}: {verdict}"
        assert verdict.half_width < HALF_WIDTH_LIMIT, f"{name}: {verdict}"


@pytest.mark.parametrize("factor", [0.95, 1.05])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_five_per_cent_in_the_mean_service_time_would_be_noticed(case: Case, factor: float):
    assert max(abs(verdict.z) for verdict in verdicts(case, factor).values()) >= Z_LIMIT


def test_the_number_in_an_infinite_server_queue_is_poisson_at_every_hour():
    """Law: sum of (N - m)^2 / m over independent Poisson counts has mean n and variance 2 n + sum of 1 / m."""
    case = infinite_servers(2)
    dispersion, variance, n_counts = 0.0, 0.0, 0
    for trajectory in case.trajectories():
        for stream in trajectory.streams:
            for hour in HOURS_LOOKED_AT:
                mean = case.targets[f"{stream} at {hour:g} h"]
                counts = counts_at(trajectory, stream, hour, 2)
                dispersion += float(((counts - mean) ** 2 / mean).sum())
                variance += len(counts) * (2.0 + 1.0 / mean)
                n_counts += len(counts)
    assert abs(dispersion - n_counts) < Z_LIMIT * np.sqrt(variance)
