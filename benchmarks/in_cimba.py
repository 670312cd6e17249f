"""A network in Cimba Python, compiled by Numba: a spawned model for every customer, a `Resource` for every stop.

One stop without hours is written as Cimba's own M/M/1 is: arrivals put their times into a `Store`, a server takes them.
"""

# No `from __future__`: Cimba reads annotations as they are.
from collections.abc import Sequence
from typing import Any

import cimba
import cimba.random as draw

from benchmarks.networks import Network, Outcome, Player

FAMILIES = ("exponential", "lognormal", "uniform", "triangular")


class Desk(cimba.Model):  # type: ignore[misc]
    """A stop."""

    heads: cimba.Resource
    family: cimba.Param[int]
    a: cimba.Param[float]
    b: cimba.Param[float]
    c: cimba.Param[float]
    shares: cimba.Array[float]


class Counted(cimba.Model):  # type: ignore[misc]
    """How many have gone home, and how long they stayed together."""

    home: cimba.Output[int]
    stayed: cimba.Output[float]

    @cimba.on_start
    def begin(self):  # type: ignore[no-untyped-def]
        self.home = 0
        self.stayed = 0.0


class Customer(cimba.Model):  # type: ignore[misc]
    """Comes, stops where they have to, and goes."""

    centre: cimba.Ref["Centre"]

    @cimba.process
    def stay(self):  # type: ignore[no-untyped-def]
        came = cimba.now()
        u, kind = draw.uniform(0.0, 1.0), 0
        while u >= self.centre.mix[kind]:
            u -= self.centre.mix[kind]
            kind += 1
        for number in range(len(self.centre.desks)):
            desk = self.centre.desks[number]
            share = desk.shares[kind]
            if share >= 1.0 or (share > 0.0 and draw.uniform(0.0, 1.0) < share):
                desk.heads.acquire()
                if desk.family == 0:
                    cimba.hold(draw.exponential(desk.a))
                elif desk.family == 1:
                    cimba.hold(draw.lognormal(desk.a, desk.b))
                elif desk.family == 2:
                    cimba.hold(draw.uniform(desk.a, desk.b))
                else:
                    cimba.hold(draw.triangular(desk.a, desk.b, desk.c))
                desk.heads.release()
        self.centre.home += 1
        self.centre.stayed += cimba.now() - came


class Centre(Counted):  # type: ignore[misc]
    """The network: customers come by the hour, or always at the first rate where there is only one."""

    desks: list[Desk]
    rates: cimba.Array[float]
    mix: cimba.Array[float]

    @cimba.process
    def arrivals(self):  # type: ignore[no-untyped-def]
        hour, last = 0, len(self.rates) - 1
        while True:
            rate, end = self.rates[hour] / 60.0, 60.0 * (hour + 1)
            if last == 0:
                end = 1e300
            while rate > 0.0:
                gap = draw.exponential(1.0 / rate)
                if cimba.now() + gap >= end:
                    break
                cimba.hold(gap)
                cimba.spawn(Customer, centre=self)
            if hour == last:
                break
            cimba.hold(end - cimba.now())
            hour += 1


class Queue(Counted):  # type: ignore[misc]
    """One server, exponential gaps and service."""

    gap: cimba.Param[float]
    service: cimba.Param[float]
    waiting: cimba.Store[float]

    @cimba.process
    def arrivals(self):  # type: ignore[no-untyped-def]
        while True:
            cimba.hold(draw.exponential(self.gap))
            self.waiting.put(cimba.now())

    @cimba.process
    def server(self):  # type: ignore[no-untyped-def]
        while True:
            came = self.waiting.get()
            cimba.hold(draw.exponential(self.service))
            self.home += 1
            self.stayed += cimba.now() - came


def player(network: Network) -> Player:
    """A function that plays a replication for each of some seeds, on one thread."""
    model: Any = queue_of(network) if is_queue(network) else centre_of(network)

    def play(seeds: Sequence[int]) -> list[Outcome]:
        window = cimba.Window(duration=network.minutes)
        found = cimba.Experiment(model, replications=len(seeds), window=window, seed=seeds[0]).run(workers=1)[model]
        home, stayed = found.home[0], found.stayed[0]
        return [(int(n), float(minutes / n)) for n, minutes in zip(home, stayed, strict=True)]

    return play


def is_queue(network: Network) -> bool:
    stop = network.stops[0]
    return (len(network.stops), len(network.rates), stop.heads, stop.family) == (1, 1, 1, "exponential")


def queue_of(network: Network) -> Queue:
    model = Queue()
    model.gap, model.service = 60.0 / network.rates[0], network.stops[0].parameters[0]
    return model


def centre_of(network: Network) -> Centre:
    model = Centre()
    model.desks, model.rates = [Desk() for _ in network.stops], cimba.Array(list(network.rates))
    model.mix = cimba.Array(list(network.mix))
    for desk, stop in zip(model.desks, network.stops, strict=True):
        desk.heads, desk.shares = cimba.Resource(capacity=stop.heads), cimba.Array(list(stop.shares))
        desk.family = FAMILIES.index(stop.family)
        desk.a, desk.b, desk.c = (*stop.parameters, 0.0, 0.0)[:3]
    return model
