"""The floor: the same number of calendar pushes and pops and of keyed draws as a run needs, and nothing else.

How many draws a run needs is counted in `draws`; how large its calendar is, and how many of its entries are pushed and
popped, is watched in the SimPy model: `n_entries` of a trajectory counts settlings too, which have their place in the
order without being in the calendar.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import sim
from benchmarks.departments import department
from benchmarks.draws import Draws, draws_needed
from benchmarks.runs import SEED, timed
from engine_build.build import machine_code_of
from sim.engine import calendar_entries
from sim.engine.compiled.backend import Floats2
from sim.engine.keyed_uniforms import keyed, uniform_of
from sim.engine.measures.array_loops import Cells, Floats, Integers
from sim.engine.reference import calendar as reference_calendar
from sim.engine.workload import drawn

TIMES = 5
KIND_SHIFT = 40


def floor(given: dict[str, Any]) -> dict[str, Any]:
    """Time the floor of one run beside the run itself, in turn, in one process."""
    engine, replication = given["engine"], given["repetition"]
    met = calendar_met(given["calendar_weeks"])
    scenario = department(given["weeks"])
    run = sim.simulate(scenario, seed=SEED, replication=replication, engine=engine)
    draws = draws_needed(run, scenario)
    pushes = round(run.n_entries * met.pushed_share)
    seconds_of_floor(draws, 1000, met.size)
    found: dict[str, list[float]] = {"engine": [], "floor": []}
    for _ in range(TIMES if engine != "simpy" else 1):
        found["engine"].append(timed(scenario, replication, engine)["cpu_seconds"])
        found["floor"].append(seconds_of_floor(draws, pushes, met.size))
    return {
        "visits": run.n_visits,
        "entries": run.n_entries,
        "pushes": pushes,
        "calendar_size": met.size,
        "draws": draws.by_kind(),
        "cpu_seconds": found,
    }


@dataclass(frozen=True)
class CalendarMet:
    """Share of all entries that were popped, and mean number of entries at a pop, arrivals yet to come left out."""

    pushed_share: float
    size: int


def calendar_met(weeks: int) -> CalendarMet:
    """Play the default department on the SimPy model and watch its calendar.

    Raises RuntimeError if the model no longer takes its entries out with `heappop`.
    """
    taken_out = reference_calendar.heappop
    sizes: list[int] = []
    n_popped = 0

    def watched(queue: list[Any]) -> Any:
        nonlocal n_popped
        entry = taken_out(queue)
        if entry[1] >= calendar_entries.TASK_ENDS:
            n_popped += 1
            if n_popped % 100 == 0:
                sizes.append(1 + sum(waiting[1] != calendar_entries.ARRIVAL for waiting in queue))
        return entry

    reference_calendar.heappop = watched  # type: ignore[assignment]
    try:
        n_entries = sim.simulate(department(weeks), seed=SEED, engine="simpy").n_entries
    finally:
        reference_calendar.heappop = taken_out
    if not sizes:
        raise RuntimeError("sim.engine.reference.calendar no longer pops through heappop: watch it another way here")
    return CalendarMet(pushed_share=n_popped / n_entries, size=round(sum(sizes) / len(sizes)))


def seconds_of_floor(draws: Draws, n_pushes: int, size: int) -> float:
    """CPU time of one floor; the families follow each other as they come in a run, not sorted."""
    rows = np.repeat(np.arange(len(draws.counts), dtype=np.int16), draws.counts)
    np.random.default_rng(SEED).shuffle(rows)
    heap = np.empty(size + 1), np.empty(size + 1, dtype=np.int64), np.ones(64)
    compiled = compiled_hold()
    started = time.process_time()
    compiled(SEED, draws.visits, draws.uniforms, rows, draws.parameters, draws.tables, n_pushes, size, *heap)
    return time.process_time() - started


def comes_before(time_a: float, id_a: int, time_b: float, id_b: int) -> bool:
    """The order of the law: time, then kind and id, which share one number."""
    return time_a < time_b or (time_a == time_b and id_a < id_b)


def push(times: Floats, ids: Integers, n: int, time: float, ident: int) -> None:
    """Put an entry in a binary heap of n: those that come after it move down until its place is found."""
    at = n
    while at > 0:
        parent = (at - 1) >> 1
        if not comes_before(time, ident, times[parent], ids[parent]):
            break
        times[at], ids[at] = times[parent], ids[parent]
        at = parent
    times[at], ids[at] = time, ident


def take_first(times: Floats, ids: Integers, n: int) -> None:
    """Take the first entry out of a binary heap of n: the gap sinks to the bottom, where the last one is put in."""
    n -= 1
    at = 0
    while 2 * at + 2 < n:
        child = 2 * at + 1
        child += int(comes_before(times[child + 1], ids[child + 1], times[child], ids[child]))
        times[at], ids[at] = times[child], ids[child]
        at = child
    if 2 * at + 1 < n:
        child = 2 * at + 1
        times[at], ids[at] = times[child], ids[child]
        at = child
    push(times, ids, at, times[n], ids[n])


def hold(
    seed: int, n_visits: int, n_uniforms: int, rows: Cells, parameters: Floats2, tables: Floats, n_pushes: int,
    size: int, times: Floats, ids: Integers, later: Floats,
) -> float:  # fmt: skip
    """Visit by visit its share of all draws and of all pushes and pops; an entry comes back after a drawn time.

    The calendar keeps its size. What is returned depends on every draw and every entry, so that none is optimised away.
    """
    base = base_of(seed)
    for n in range(size):
        push(times, ids, n, float(n), n)
    total = 0.0
    for visit in range(n_visits):
        key = keyed(base, visit, 1)
        for n in range(visit * n_uniforms // n_visits, (visit + 1) * n_uniforms // n_visits):
            total += uniform_of(key, n, 0)
        for n in range(visit * len(rows) // n_visits, (visit + 1) * len(rows) // n_visits):
            value = drawn(parameters[rows[n]], tables, uniform_of(key, n, 0))
            later[n & 63] = value
            total += value
        for n in range(visit * n_pushes // n_visits, (visit + 1) * n_pushes // n_visits):
            now = times[0]
            total += now
            take_first(times, ids, size)
            push(times, ids, size - 1, now + later[n & 63], (n % 11 << KIND_SHIFT) + n)
    return total


def base_of(seed: int) -> int:
    """What the draws are keyed with."""
    return int(keyed(seed, 0, 0) >> 1)


@cache
def compiled_hold() -> Callable[..., float]:
    """`hold` as machine code, by the compiler of the engine."""
    return machine_code_of(hold)[0]
