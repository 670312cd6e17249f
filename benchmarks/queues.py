"""Two queues of the textbook that every library plays: M/M/c, and M/M/c with two classes of priority.

Each library's own words for them stand in `in_peered`, `in_simpy`, `in_ciw` and `in_salabim`. Here they are timed, and
their mean waits are set beside theory, so that all have computed the same thing.
"""

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tests.verification import theory

WARM_UP = 1500.0
"""Minutes at the start that do not count: ten relaxation times of these queues."""
COOL_DOWN = 500.0
"""Customers who came so late are left out, as some of them may still be waiting."""
BATCHES = 10
Served = Mapping[int, Any]
"""Arrival and wait in minutes of everybody whose service began: pairs, by class, the first of which goes first."""


@dataclass(frozen=True)
class Queue:
    """Exponential service of one mean, Poisson arrivals a minute of each class, first come first served within it."""

    servers: int
    rates: tuple[float, ...]
    mean_service: float

    @property
    def total_rate(self) -> float:
        return sum(self.rates)

    def expected_waits(self) -> list[float]:
        """Erlang C for one class, Cobham for more."""
        return theory.priority_waits(self.rates, self.mean_service, self.servers)


QUEUES = {"plain": Queue(4, (0.3,), 10.0), "priority": Queue(4, (0.1, 0.2), 10.0)}
SHORT = 200
"""Customers of the run before the one that is timed."""


def queue(given: dict[str, Any]) -> dict[str, Any]:
    """Play a queue for as long as so many customers take to come; the clock stops when all waits are in hand."""
    asked = QUEUES[given["queue"]]
    library, _, engine = given["player"].partition("/")
    player = importlib.import_module(f"benchmarks.in_{library}")
    play = player.player(asked, engine) if engine else player.player(asked)
    minutes = given["customers"] / asked.total_rate
    play(SHORT / asked.total_rate, 0)
    cpu = time.process_time()
    served = play(minutes, 1 + given["repetition"])
    cpu = time.process_time() - cpu
    return {
        "served": sum(len(of_class) for of_class in served.values()),
        "cpu_seconds": cpu,
        "expected_waits": asked.expected_waits(),
        "batch_means": [batch_means(served[number], minutes) for number in range(len(asked.rates))],
    }


def batch_means(served: Any, minutes: float) -> list[float]:
    """Mean waits of those who came in each of several equal parts of the time, which are all but independent."""
    arrived, waited = np.asarray(served).T
    edges = np.linspace(min(WARM_UP, 0.25 * minutes), max(minutes - COOL_DOWN, 0.75 * minutes), BATCHES + 1)
    return [float(waited[(arrived >= low) & (arrived < high)].mean()) for low, high in pairwise(edges)]
