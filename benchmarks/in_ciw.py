"""A network in Ciw: a node for every stop, a customer class with its own routing for every class, its records."""

from typing import Any

import ciw

from benchmarks.networks import Network, Outcome, Player, Stop


def player(network: Network) -> Player:
    """A function that plays a replication for each of some seeds."""
    return lambda seeds: [play(network, seed) for seed in seeds]


def play(network: Network, seed: int) -> Outcome:
    ciw.seed(seed)
    simulation = ciw.Simulation(model_of(network))  # anew: arrivals by the hour are drawn when it is made
    simulation.simulate_until_max_time(network.minutes)
    stays = [
        records[-1].exit_date - records[0].arrival_date
        for records in (person.data_records for person in simulation.nodes[-1].all_individuals)
    ]
    return len(stays), sum(stays) / len(stays)


def model_of(network: Network) -> Any:
    """The network as Ciw has it: everybody comes to the first stop."""
    names = [f"Class {number}" for number in range(len(network.mix))]
    none = [None] * (len(network.stops) - 1)
    return ciw.create_network(
        arrival_distributions={
            name: [arrivals(network, share), *none] for name, share in zip(names, network.mix, strict=True)
        },
        service_distributions={name: [minutes_of(stop) for stop in network.stops] for name in names},
        number_of_servers=[stop.heads for stop in network.stops],
        routing={name: routing(network, kind) for kind, name in enumerate(names)},
    )


def arrivals(network: Network, share: float) -> Any:
    rates = [rate * share / 60.0 for rate in network.rates]
    if len(rates) == 1:
        return ciw.dists.Exponential(rate=rates[0])
    ends = [60.0 * (hour + 1) for hour in range(len(rates))]
    return ciw.dists.PoissonIntervals(rates=rates, endpoints=ends, max_sample_date=network.minutes)


def minutes_of(stop: Stop) -> Any:
    if stop.family == "exponential":
        return ciw.dists.Exponential(rate=1.0 / stop.parameters[0])
    families = {"lognormal": ciw.dists.Lognormal, "uniform": ciw.dists.Uniform, "triangular": ciw.dists.Triangular}
    return families[stop.family](*stop.parameters)


def routing(network: Network, kind: int) -> list[list[float]]:
    """From each stop to each: the first later one at which somebody of the class stops."""
    shares = [stop.shares[kind] for stop in network.stops]
    rows = []
    for here in range(len(shares)):
        row, still = [0.0] * len(shares), 1.0
        for there in range(here + 1, len(shares)):
            row[there] = still * shares[there]
            still -= row[there]
        rows.append(row)
    return rows
