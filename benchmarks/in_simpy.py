"""A network in bare SimPy: a process for every customer, a `Resource` for every stop, Python's own random numbers."""

import random
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import Any

import simpy

from benchmarks.networks import Network, Outcome, Player, Stop

Way = list[tuple[simpy.Resource, Callable[[], float], float]]
"""The stops of a class: where, for how long, and the share that stops there."""


def player(network: Network) -> Player:
    """A function that plays a replication for each of some seeds."""
    return lambda seeds: [play(network, seed) for seed in seeds]


def play(network: Network, seed: int) -> Outcome:
    rng, env = random.Random(seed), simpy.Environment()
    desks = [(simpy.Resource(env, stop.heads), minutes_of(stop, rng)) for stop in network.stops]
    stays: list[float] = []
    env.process(arrivals(env, network, ways_of(network, desks), rng, stays))
    env.run(until=network.minutes)
    return len(stays), sum(stays) / len(stays)


def ways_of(network: Network, desks: Sequence[Any]) -> list[Any]:
    """The stops of each class, without those at which nobody of it stops."""
    return [
        [(*desk, stop.shares[kind]) for desk, stop in zip(desks, network.stops, strict=True) if stop.shares[kind] > 0.0]
        for kind in range(len(network.mix))
    ]


def minutes_of(stop: Stop, rng: random.Random) -> Callable[[], float]:
    a, b, c = (*stop.parameters, 0.0, 0.0)[:3]
    return {
        "exponential": partial(rng.expovariate, 1.0 / a),
        "lognormal": partial(rng.lognormvariate, a, b),
        "uniform": partial(rng.uniform, a, b),
        "triangular": partial(rng.triangular, a, c, b),
    }[stop.family]


def gaps(network: Network, rng: random.Random) -> Iterable[float]:
    """Minutes from one arrival to the next: exponential, begun anew where an hour brings another rate."""
    if len(network.rates) == 1:
        while True:
            yield rng.expovariate(network.rates[0] / 60.0)
    now = last = 0.0
    for hour, rate in enumerate(network.rates):
        end = 60.0 * (hour + 1)
        while rate > 0.0 and (now := now + rng.expovariate(rate / 60.0)) < end:
            yield now - last
            last = now
        now = end


def arrivals(
    env: simpy.Environment, network: Network, ways: list[Way], rng: random.Random, stays: list[float]
) -> Generator[Any, Any, None]:
    for gap in gaps(network, rng):
        yield env.timeout(gap)
        way = ways[0] if len(ways) == 1 else rng.choices(ways, network.mix)[0]
        env.process(customer(env, way, rng, stays))


def customer(env: simpy.Environment, way: Way, rng: random.Random, stays: list[float]) -> Generator[Any, Any, None]:
    came = env.now
    for desk, minutes, share in way:
        if share == 1.0 or rng.random() < share:
            with desk.request() as turn:
                yield turn
                yield env.timeout(minutes())
    stays.append(env.now - came)
