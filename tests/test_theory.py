"""Both engines against queueing theory, in the four cases every test run plays; the others are in `verification`.

The formulas themselves are held against the published values first, to all digits printed.
"""

from math import erfc, exp, log, sqrt

import pytest

from sim.runs.engines import COMPILED, ENGINES, Engine
from tests.verification import queues, theory
from tests.verification.queues import HALF_WIDTH_LIMIT, QUICK_CASES, Z_LIMIT, Case, verdicts

pytestmark = pytest.mark.verification

QUICK_NAMES = [case.name for case in QUICK_CASES]


@pytest.mark.parametrize(
    ("every", "waits"),
    [(4.0, ("2.1324", "0.5215", "0.13556", "0.03432")), (3.0, ("9.8658", "1.9600", "0.5558", "0.16708"))],
)
def test_erlang_c_gives_the_published_waits(every: float, waits: tuple[str, ...]):
    for servers, published in zip((4, 5, 6, 7), waits, strict=True):
        digits = len(published.partition(".")[2])
        assert f"{theory.mmc_wait(1.0 / every, 10.0, servers):.{digits}f}" == published


@pytest.mark.parametrize(
    ("rates", "published"),
    [((12.0, 2.0, 5, 1.0), (0.22639, 2.71664, 0.92834)), ((10.0, 1.0, 10, 0.5), (0.10391, 2.07826, 0.89609))],
)
def test_erlang_a_gives_the_published_values(rates, published):
    assert theory.erlang_a(*rates) == pytest.approx(published, abs=5e-6)


def test_the_loss_of_three_places_and_both_priority_rules_are_the_published_ones():
    assert theory.mmck(3.0, 4.0, 2, 3) == pytest.approx((0.76234, 0.04936), abs=5e-6)
    assert [wait + 1.0 for wait in theory.priority_waits((0.2, 0.6), 1.0)] == pytest.approx([2.0, 6.0])
    assert theory.accumulating_waits((0.2, 0.6), 1.0, (2.0, 1.0)) == pytest.approx([2.6667, 4.4444], abs=5e-5)


def test_a_single_server_without_priority_is_the_limit_of_all_formulas():
    fifo = theory.pollaczek_khinchine(0.8, 1.0, 1.0)
    assert theory.mmc_wait(0.8, 1.0, 1) == pytest.approx(fifo)
    assert theory.accumulating_waits((0.2, 0.6), 1.0, (1.0, 1.0)) == pytest.approx([fifo, fifo])
    strict = theory.accumulating_waits((0.2, 0.6), 1.0, (1e12, 1.0))
    assert strict == pytest.approx(theory.priority_waits((0.2, 0.6), 1.0))


@pytest.mark.parametrize("hour", queues.HOURS_LOOKED_AT)
def test_the_infinite_server_sum_is_the_integral(hour: float):
    """Against quadrature of rate(t - u) P(S > u), two weeks back."""
    rates = queues.weekly_rates()
    mean, cv = queues.MEAN_STAY, queues.LOGNORMAL_CV
    sigma = sqrt(log(1.0 + cv**2))

    def lognormal_survival(u: float) -> float:
        return 1.0 if u <= 0.0 else 0.5 * erfc((log(u / mean) + sigma**2 / 2.0) / sigma / sqrt(2.0))

    by_sum = theory.mean_in_system(rates, lambda x: theory.lognormal_stay_up_to(mean, cv, x), 60.0 * hour)
    assert by_sum == pytest.approx(theory.mean_in_system_by_quadrature(rates, lognormal_survival, 60.0 * hour))
    by_sum = theory.mean_in_system(rates, lambda x: theory.exponential_stay_up_to(mean, x), 60.0 * hour)
    assert by_sum == pytest.approx(theory.mean_in_system_by_quadrature(rates, lambda u: exp(-u / mean), 60.0 * hour))


LONGEST = ("M/M/2/3", "M/M/5+M, 12 an hour", "Mt/G/infinity", "M/G/1, gamma service")
"""Cases that take the SimPy model over four seconds each."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.slow_on_simpy if case.name in LONGEST else (), id=case.name)
        for case in QUICK_CASES
    ],
)
def test_each_engine_agrees_with_theory(simulate: Engine, case: Case):
    """Forty replications, fixed seed, |z| < 4 for every measure and a 95 % half-width under 5 % of its target."""
    for name, verdict in verdicts(simulate, case).items():
        assert abs(verdict.z) < Z_LIMIT, f"{name}: {verdict}"
        assert verdict.half_width < HALF_WIDTH_LIMIT, f"{name}: {verdict}"


@pytest.mark.parametrize("case", QUICK_CASES, ids=QUICK_NAMES)
def test_a_service_five_per_cent_too_long_would_be_noticed(case: Case):
    """This is about the check, so the fast engine will do; `make verify` holds both to it."""
    assert max(abs(verdict.z) for verdict in verdicts(ENGINES[COMPILED], case, 1.05).values()) >= Z_LIMIT
