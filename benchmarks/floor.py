"""The floor: the same number of calendar pushes and pops and of keyed draws as a run needs, and nothing else.

How many draws a run needs is counted in `draws`; how many entries its calendar has, and how large it is, in `calendar`.
"""

import time
from typing import Any

import numpy as np
from numba import njit

import sim
from benchmarks.calendar import calendar_met
from benchmarks.departments import department
from benchmarks.draws import Draws, draws_needed
from benchmarks.runs import SEED, timed
from sim.department.quantities import GAMMA, TABLE_POINTS, knot_quantile, quantile, table_quantile
from sim.engine.workload import keyed, uniform_of

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
    found: dict[str, list[float]] = {"engine": [], "floor": [], "with_settlings": []}
    for _ in range(TIMES if engine != "simpy" else 1):
        found["engine"].append(timed(scenario, replication, engine)["cpu_seconds"])
        found["floor"].append(seconds_of_floor(draws, pushes, met.size))
        found["with_settlings"].append(seconds_of_floor(draws, run.n_entries, met.size))
    return {
        "visits": run.n_visits,
        "entries": run.n_entries,
        "pushes": pushes,
        "calendar_size": met.size,
        "draws": draws.by_kind(),
        "cpu_seconds": found,
    }


def seconds_of_floor(draws: Draws, n_pushes: int, size: int) -> float:
    """CPU time of one floor; the families follow each other as they come in a run, not sorted."""
    rows = np.repeat(np.arange(len(draws.counts), dtype=np.int16), draws.counts)
    np.random.default_rng(SEED).shuffle(rows)
    started = time.process_time()
    hold(SEED, draws.visits, draws.uniforms, rows, draws.parameters, draws.tables, n_pushes, size)
    return time.process_time() - started


@njit(inline="always")
def comes_before(time_a, id_a, time_b, id_b):  # type: ignore[no-untyped-def]
    """The order of the law: time, then kind and id, which share one number."""
    return time_a < time_b or (time_a == time_b and id_a < id_b)


@njit(inline="always")
def push(times, ids, n, time, ident):  # type: ignore[no-untyped-def]
    """Put an entry in a binary heap of n: those that come after it move down until its place is found."""
    at = n
    while at > 0:
        parent = (at - 1) >> 1
        if not comes_before(time, ident, times[parent], ids[parent]):
            break
        times[at], ids[at] = times[parent], ids[parent]
        at = parent
    times[at], ids[at] = time, ident


@njit(inline="always")
def take_first(times, ids, n):  # type: ignore[no-untyped-def]
    """Take the first entry out of a binary heap of n: the gap sinks to the bottom, where the last one is put in."""
    n -= 1
    at = 0
    while 2 * at + 2 < n:
        child = 2 * at + 1
        child += comes_before(times[child + 1], ids[child + 1], times[child], ids[child])
        times[at], ids[at] = times[child], ids[child]
        at = child
    if 2 * at + 1 < n:
        child = 2 * at + 1
        times[at], ids[at] = times[child], ids[child]
        at = child
    push(times, ids, at, times[n], ids[n])


@njit(inline="always")
def value_of(parameters, row, tables, u):  # type: ignore[no-untyped-def]
    """As `workload.drawn`, without making a view of the parameters."""
    family = int(parameters[row, 0])
    if family < GAMMA:
        return quantile(family, parameters[row, 1], parameters[row, 2], parameters[row, 3], u)
    first = int(parameters[row, 2])
    if family == GAMMA:
        return parameters[row, 1] * table_quantile(tables[first : first + TABLE_POINTS], u)
    return parameters[row, 1] * knot_quantile(tables[first : first + 2 * int(parameters[row, 3])], u)


@njit(cache=True)
def hold(seed, n_visits, n_uniforms, rows, parameters, tables, n_pushes, size):  # type: ignore[no-untyped-def]
    """Visit by visit its share of all draws and of all pushes and pops; an entry comes back after a drawn time.

    The calendar keeps its size. What is returned depends on every draw and every entry, so that none is optimised away.
    """
    base = keyed(seed, 0, 0) >> np.uint64(1)
    times, ids = np.empty(size + 1), np.empty(size + 1, dtype=np.int64)
    later = np.ones(64)
    for n in range(size):
        push(times, ids, n, float(n), n)
    total = 0.0
    for visit in range(n_visits):
        key = keyed(base, visit, 1)
        for n in range(visit * n_uniforms // n_visits, (visit + 1) * n_uniforms // n_visits):
            total += uniform_of(key, n, 0)
        for n in range(visit * len(rows) // n_visits, (visit + 1) * len(rows) // n_visits):
            value = value_of(parameters, rows[n], tables, uniform_of(key, n, 0))
            later[n & 63] = value
            total += value
        for n in range(visit * n_pushes // n_visits, (visit + 1) * n_pushes // n_visits):
            now = times[0]
            total += now
            take_first(times, ids, size)
            push(times, ids, size - 1, now + later[n & 63], (n % 11 << KIND_SHIFT) + n)
    return total
