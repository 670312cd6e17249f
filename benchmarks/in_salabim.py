"""A network in salabim: customers are components that claim a `Resource` at every stop; no trace, no monitors.

Processes are written with yield, which is as fast as salabim's other way (with greenlets) and needs nothing else.
"""

import random
from collections.abc import Generator
from typing import Any

import salabim

from benchmarks.in_simpy import gaps, minutes_of, ways_of
from benchmarks.networks import Network, Outcome, Player


class Arrivals(salabim.Component):  # type: ignore[misc]
    """Lets customers come."""

    def setup(self, network: Network, ways: list[Any], rng: random.Random, stays: list[float]) -> None:
        self.network, self.ways, self.rng, self.stays = network, ways, rng, stays

    def process(self) -> Generator[Any, Any, None]:
        for gap in gaps(self.network, self.rng):
            yield self.hold(gap)
            way = self.rng.choices(self.ways, self.network.mix)[0]
            Customer(env=self.env, way=way, rng=self.rng, stays=self.stays)


class Customer(salabim.Component):  # type: ignore[misc]
    """Asks for a server at each stop, is served, and goes."""

    def setup(self, way: Any, rng: random.Random, stays: list[float]) -> None:
        self.way, self.rng, self.stays = way, rng, stays

    def process(self) -> Generator[Any, Any, None]:
        came = self.env.now()
        for desk, minutes, share in self.way:
            if share == 1.0 or self.rng.random() < share:
                yield self.request(desk)
                yield self.hold(minutes())
                self.release(desk)
        self.stays.append(self.env.now() - came)


def player(network: Network) -> Player:
    """A function that plays a replication for each of some seeds."""
    return lambda seeds: [play(network, seed) for seed in seeds]


def play(network: Network, seed: int) -> Outcome:
    rng, env = random.Random(seed), salabim.Environment(trace=False, yieldless=False)
    desks = [
        (salabim.Resource(stop.name, capacity=stop.heads, monitor=False, env=env), minutes_of(stop, rng))
        for stop in network.stops
    ]
    stays: list[float] = []
    Arrivals(env=env, network=network, ways=ways_of(network, desks), rng=rng, stays=stays)
    env.run(till=network.minutes)
    return len(stays), sum(stays) / len(stays)
