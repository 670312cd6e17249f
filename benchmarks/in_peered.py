"""The queues in PeerED: a department without zones, with one role and one task; acuities 2 and 3 are the classes."""

from collections.abc import Callable

import numpy as np

import sim
from benchmarks.queues import Queue, Served
from sim.department.dispatch import Discipline
from sim.department.quantities import Exponential
from tests.verification import queues

FIRST_ACUITY = 2


def player(queue: Queue, engine: str) -> Callable[[float, int], Served]:
    """A function that plays so many minutes with a seed."""
    first, *others = (rate / queue.total_rate for rate in queue.rates)
    mix = (0.0, first, *(others or (0.0,)), 0.0, 0.0)

    def play(minutes: float, seed: int) -> Served:
        scenario = queues.queue(
            (queues.service(Exponential(mean=queue.mean_service)),),
            queue.servers,
            60.0 * queue.total_rate,
            minutes * queue.total_rate,
            0.0,
            acuity_mix=mix,
            discipline=Discipline(rule="acuity_fifo"),
        )
        run = sim.simulate(scenario, seed=seed, engine=engine)
        asked, began = queues.step(run, "service", 0), queues.step(run, "service", 1)
        acuity = run.visit_columns["acuity"]
        return {
            number: np.column_stack([asked, began - asked])[(acuity == FIRST_ACUITY + number) & ~np.isnan(began)]
            for number in range(len(queue.rates))
        }

    return play
