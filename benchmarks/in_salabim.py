"""The queues in salabim: customers are components, made by generators, that claim a `Resource`; no trace, no monitors.

Processes are written with yield, which is as fast as salabim's other way (with greenlets) and needs nothing else.
"""

from collections.abc import Callable, Generator
from typing import Any

import salabim

from benchmarks.queues import Queue, Served


class Customer(salabim.Component):  # type: ignore[misc]
    """Asks for a server, is served, and goes: what it holds is given back when its process ends."""

    def setup(self, servers: Any, service: Any, served: list[tuple[float, float]], rank: int) -> None:
        self.servers, self.service, self.served, self.rank = servers, service, served, rank

    def process(self) -> Generator[Any, Any, None]:
        arrived = self.env.now()
        yield self.request((self.servers, 1, self.rank))
        self.served.append((arrived, self.env.now() - arrived))
        yield self.hold(self.service)


def player(queue: Queue) -> Callable[[float, int], Served]:
    """A function that plays so many minutes with a seed."""
    return lambda minutes, seed: play(queue, minutes, seed)


def play(queue: Queue, minutes: float, seed: int) -> Served:
    env = salabim.Environment(trace=False, random_seed=seed, yieldless=False)
    servers = salabim.Resource("servers", capacity=queue.servers, monitor=False, env=env)
    service = salabim.Exponential(queue.mean_service, env=env)
    served: Served = {number: [] for number in range(len(queue.rates))}
    for number, rate in enumerate(queue.rates):
        salabim.ComponentGenerator(
            Customer,
            iat=salabim.Exponential(1.0 / rate, env=env),
            env=env,
            servers=servers,
            service=service,
            served=served[number],
            rank=number,
        )
    env.run(till=minutes)
    return served
