"""The queues in Ciw: a network of one node, its customer classes by priority, its records."""

from collections.abc import Callable

import ciw

from benchmarks.queues import Queue, Served


def player(queue: Queue) -> Callable[[float, int], Served]:
    """A function that plays so many minutes with a seed."""
    names = [f"Class {number}" for number in range(len(queue.rates))]
    network = ciw.create_network(
        arrival_distributions={
            name: [ciw.dists.Exponential(rate=rate)] for name, rate in zip(names, queue.rates, strict=True)
        },
        service_distributions={name: [ciw.dists.Exponential(rate=1.0 / queue.mean_service)] for name in names},
        number_of_servers=[queue.servers],
        priority_classes={name: number for number, name in enumerate(names)},
    )

    def play(minutes: float, seed: int) -> Served:
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(minutes)
        served: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for record in simulation.get_all_records():
            served[record.customer_class].append((record.arrival_date, record.waiting_time))
        return {number: served[name] for number, name in enumerate(names)}

    return play
