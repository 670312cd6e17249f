"""Every closed form of queueing theory that the engines must reproduce, at full length.

Law: numerator - target x denominator of a replication has mean zero in the stationary state; z is its mean over
independent replications in standard errors (Student's t: with 39 degrees of freedom |t| > 4 has a chance of 3e-4 a
measure, with 159 one of 1e-4; seeds are fixed). The SimPy model plays forty replications: the 95 % half-width stays
under 5 % of the target, and the same check refuses a mean service time that is 5 % too long or too short. The compiled
engine plays four times as many, for half of either.

Seven members at one arrival every 4 minutes wait 2 seconds on average, and 98 in 100 not at all: that case plays 1.4
million customers for a half-width of 4 %. All cases together play some 7 million, three times over (as they are, too
short, too long); the SimPy model plays some 18,000 of these small visits a second on one core of 2026, which makes
about twenty minutes, and the compiled engine its 28 million, three times over, in less.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from sim.runs.engines import ENGINES
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


@dataclass(frozen=True)
class Power:
    """Replications of a case, the half-width they reach, and the error in the mean service time they find."""

    n_replications: int
    half_width_limit: float
    error: float


POWER = {"simpy": Power(40, HALF_WIDTH_LIMIT, 0.05), "compiled": Power(160, HALF_WIDTH_LIMIT / 2.0, 0.025)}
"""By engine."""


def test_every_engine_has_its_power():
    assert set(POWER) == set(ENGINES)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_each_engine_agrees_with_theory(engine: str, case: Case):
    power = POWER[engine]
    for name, verdict in verdicts(ENGINES[engine], case, n_replications=power.n_replications).items():
        assert abs(verdict.z) < Z_LIMIT, f"{name}: {verdict}"
        assert verdict.half_width < power.half_width_limit, f"{name}: {verdict}"


@pytest.mark.parametrize("sign", [-1.0, 1.0], ids=["too short", "too long"])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_small_error_in_the_mean_service_time_would_be_noticed(engine: str, case: Case, sign: float):
    power = POWER[engine]
    found = verdicts(ENGINES[engine], case, 1.0 + sign * power.error, power.n_replications)
    assert max(abs(verdict.z) for verdict in found.values()) >= Z_LIMIT


def test_the_number_in_an_infinite_server_queue_is_poisson_at_every_hour(engine: str):
    """Law: sum of (N - m)^2 / m over independent Poisson counts has mean n and variance 2 n + sum of 1 / m."""
    case = infinite_servers(2)
    dispersion, variance, n_counts = 0.0, 0.0, 0
    for trajectory in case.trajectories(ENGINES[engine], n_replications=POWER[engine].n_replications):
        for stream in trajectory.streams:
            for hour in HOURS_LOOKED_AT:
                mean = case.targets[f"{stream} at {hour:g} h"]
                counts = counts_at(trajectory, stream, hour, 2)
                dispersion += float(((counts - mean) ** 2 / mean).sum())
                variance += len(counts) * (2.0 + 1.0 / mean)
                n_counts += len(counts)
    assert abs(dispersion - n_counts) < Z_LIMIT * np.sqrt(variance)
