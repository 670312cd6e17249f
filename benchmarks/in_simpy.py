"""The queues in SimPy: a process for every customer, a `Resource` for the servers."""

import random
from collections.abc import Callable, Generator
from typing import Any

import simpy

from benchmarks.queues import Queue, Served


def player(queue: Queue) -> Callable[[float, int], Served]:
    """A function that plays so many minutes with a seed."""
    return lambda minutes, seed: play(queue, minutes, seed)


def play(queue: Queue, minutes: float, seed: int) -> Served:
    draw = random.Random(seed).expovariate
    env = simpy.Environment()
    served: Served = {number: [] for number in range(len(queue.rates))}
    if len(queue.rates) == 1:
        servers = simpy.Resource(env, capacity=queue.servers)
        env.process(source(env, queue.rates[0], lambda: customer(env, servers, queue, draw, served[0]), draw))
    else:
        desk = simpy.PriorityResource(env, capacity=queue.servers)
        for number, rate in enumerate(queue.rates):
            env.process(source(env, rate, lambda n=number: ranked_customer(env, desk, queue, draw, served[n], n), draw))
    env.run(until=minutes)
    return served


def source(
    env: simpy.Environment, rate: float, somebody: Callable[[], Any], draw: Callable[[float], float]
) -> Generator[Any, Any, None]:
    while True:
        yield env.timeout(draw(rate))
        env.process(somebody())


def customer(
    env: simpy.Environment,
    servers: simpy.Resource,
    queue: Queue,
    draw: Callable[[float], float],
    served: list[tuple[float, float]],
) -> Generator[Any, Any, None]:
    arrived = env.now
    with servers.request() as turn:
        yield turn
        served.append((arrived, env.now - arrived))
        yield env.timeout(draw(1.0 / queue.mean_service))


def ranked_customer(
    env: simpy.Environment,
    servers: simpy.PriorityResource,
    queue: Queue,
    draw: Callable[[float], float],
    served: list[tuple[float, float]],
    number: int,
) -> Generator[Any, Any, None]:
    arrived = env.now
    with servers.request(priority=number) as turn:
        yield turn
        served.append((arrived, env.now - arrived))
        yield env.timeout(draw(1.0 / queue.mean_service))
