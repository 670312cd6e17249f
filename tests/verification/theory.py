"""Queueing theory in closed form, written from the formulas alone: no line of the simulator is used.

Times are in any one unit; rates are per that unit. What the simulator makes of the same queues is in `queues`.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, factorial, log

from scipy.integrate import quad
from scipy.special import ndtr


def birth_death(birth: float, deaths: Sequence[float]) -> list[float]:
    """Stationary probabilities of 0, 1, ... for births at one rate and death rates of states 1, 2, ..."""
    weights = [1.0]
    for death in deaths:
        weights.append(weights[-1] * birth / death)
    total = sum(weights)
    return [weight / total for weight in weights]


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c (Erlang 1917): load is arrival rate times mean service."""
    last = load**servers / factorial(servers) * servers / (servers - load)
    return last / (sum(load**n / factorial(n) for n in range(servers)) + last)


def mmc_wait(arrival_rate: float, mean_service: float, servers: int) -> float:
    """Mean wait in M/M/c."""
    load = arrival_rate * mean_service
    return erlang_c(servers, load) * mean_service / (servers - load)


def erlang_a(
    arrival_rate: float, service_rate: float, servers: int, patience_rate: float
) -> tuple[float, float, float]:
    """(P(leave), mean queue, utilisation) of M/M/c+M (Palm 1957), as a birth-and-death chain cut far out."""
    deaths = [min(n, servers) * service_rate + max(0, n - servers) * patience_rate for n in range(1, 400)]
    p = birth_death(arrival_rate, deaths)
    queue = sum(max(0, n - servers) * p_n for n, p_n in enumerate(p))
    busy = sum(min(n, servers) * p_n for n, p_n in enumerate(p))
    return patience_rate * queue / arrival_rate, queue, busy / servers


def mmck(arrival_rate: float, service_rate: float, servers: int, places: int) -> tuple[float, float]:
    """(mean number, P(block)) of M/M/c/K."""
    p = birth_death(arrival_rate, [min(n, servers) * service_rate for n in range(1, places + 1)])
    return sum(n * p_n for n, p_n in enumerate(p)), p[-1]


def priority_waits(arrival_rates: Sequence[float], mean_service: float, servers: int = 1) -> list[float]:
    """Mean waits in M/M/c under non-preemptive priority, first class first (Cobham 1954)."""
    residual = erlang_c(servers, sum(arrival_rates) * mean_service) * mean_service / servers
    sigma = [sum(arrival_rates[:k]) * mean_service / servers for k in range(len(arrival_rates) + 1)]
    return [residual / ((1.0 - sigma[k]) * (1.0 - sigma[k + 1])) for k in range(len(arrival_rates))]


def accumulating_waits(arrival_rates: Sequence[float], mean_service: float, slopes: Sequence[float]) -> list[float]:
    """Mean waits in M/M/1 when priority grows with waiting at falling slopes (Kleinrock 1964, theorem 1).

    W_p = (W0/(1-rho) - sum over i > p of rho_i W_i (1 - b_i/b_p)) / (1 - sum over i < p of rho_i (1 - b_p/b_i)),
    solved from the last class up.
    """
    rho = [rate * mean_service for rate in arrival_rates]
    fifo = sum(rho) * mean_service / (1.0 - sum(rho))
    waits = [0.0] * len(rho)
    for p in reversed(range(len(rho))):
        later = sum(rho[i] * waits[i] * (1.0 - slopes[i] / slopes[p]) for i in range(p + 1, len(rho)))
        earlier = sum(rho[i] * (1.0 - slopes[p] / slopes[i]) for i in range(p))
        waits[p] = (fifo - later) / (1.0 - earlier)
    return waits


def pollaczek_khinchine(arrival_rate: float, mean_service: float, cv: float) -> float:
    """Mean wait in M/G/1: lambda E[S^2] / (2 (1 - rho)), E[S^2] = mean^2 (1 + cv^2)."""
    second_moment = mean_service**2 * (1.0 + cv**2)
    return arrival_rate * second_moment / (2.0 * (1.0 - arrival_rate * mean_service))


def exponential_stay_up_to(mean: float, x: float) -> float:
    """E[min(S, x)] of an exponential stay."""
    return mean * (1.0 - exp(-x / mean))


def lognormal_stay_up_to(mean: float, cv: float, x: float) -> float:
    """E[min(S, x)] of a lognormal stay given by mean and coefficient of variation."""
    variance = log(1.0 + cv**2)
    sigma = variance**0.5
    score = (log(x) - log(mean) + variance / 2.0) / sigma
    return mean * float(ndtr(score - sigma)) + x * float(ndtr(-score))


def mean_in_system(rate_per_hour: Sequence[float], stay_up_to, time: float) -> float:  # type: ignore[no-untyped-def]
    """Mean number in Mt/G/infinity at a time of the week after infinitely many weeks.

    Eick, Massey and Whitt 1993 (Operations Research 41:731-742), equation (3): the number is Poisson with mean
    integral of rate(t - u) P(S > u) du, here summed over past hours of constant rate; `stay_up_to(x)` is E[min(S, x)].
    Twelve weeks back are enough for stays of hours.
    """
    total = 0.0
    hour = int(time // 60.0)
    for back in range(12 * 168):
        start, end = (hour - back) * 60.0, min((hour - back + 1) * 60.0, time)
        if end > start:
            nearest = stay_up_to(time - end) if time > end else 0.0
            total += rate_per_hour[(hour - back) % 168] / 60.0 * (stay_up_to(time - start) - nearest)
    return total


def mean_in_system_by_quadrature(rate_per_hour: Sequence[float], survival, time: float) -> float:  # type: ignore[no-untyped-def]
    """The same integral by quadrature over one hour after the other: a second way for the tests of `mean_in_system`."""

    def integrand(u: float) -> float:
        return rate_per_hour[int((time - u) // 60.0) % 168] / 60.0 * survival(u)

    edges = [0.0, *(time % 60.0 + 60.0 * hour for hour in range(400))]
    return sum(quad(integrand, a, b)[0] for a, b in pairwise(edges) if b > a)
