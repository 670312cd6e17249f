"""`make agree`: two engines on thousands of random departments, a table of the events these meet, and what differs.

A difference is shrunk to the smallest department that shows it and printed so that it can be pasted into a test.
Exit code 1 for a difference, for an event met too seldom, for departments that are too small or not busy enough.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool, TimeoutError

from sim.department.scenario import Scenario
from sim.engine.reference.model import simulate
from sim.runs.engines import ENGINES
from tests.agreement import Disagreement, difference, disagreement, played
from tests.events_met import departments_with, events_of, load
from tests.smallest import smallest, text_of
from tests.worlds import random_scenario

OTHER = "compiled" if "compiled" in ENGINES else "simpy"
CHUNK = 20
SHRUNK = 3
"""So many of the departments that differ are shrunk."""

PATIENCE = 600.0
"""Seconds after which a chunk is taken to hang."""

MET_IN = 0.01
VISITS = 150.0
BUSY, BUSY_SHARE = 0.9, 1.0 / 3.0
"""What the departments must be like: every event in a hundredth of them, visits on average, load in a third."""


@dataclass(frozen=True)
class Played:
    """One department under both engines: how they differ, and what the run of the first shows."""

    seed: int
    found: Disagreement | None
    events: dict[str, int]
    n_visits: int
    load: float


def play(seed: int, other: str = OTHER) -> Played:
    """The department of a seed under the SimPy engine and another."""
    scenario = random_scenario(seed)
    run = played(simulate, scenario, seed)
    if isinstance(run, str):
        return Played(seed, Disagreement((f"the first engine: {run}",)), {}, 0, 0.0)
    again = played(ENGINES[other], scenario, seed)
    found = Disagreement((f"the second engine: {again}",)) if isinstance(again, str) else difference(run, again)
    return Played(seed, found, events_of(scenario, run), run.n_visits, load(run))


def play_chunk(seeds: range, other: str) -> list[Played]:
    return [play(seed, other) for seed in seeds]


def shortfalls(departments: list[Played]) -> list[str]:
    """What departments lack to be a test of the whole law."""
    n = len(departments)
    needed = max(1, int(MET_IN * n))
    met = departments_with(department.events for department in departments)
    lacking = [
        f"{sentence}: in {times} departments, {needed} needed" for sentence, times in met.items() if times < needed
    ]
    visits = sum(department.n_visits for department in departments) / n
    busy = sum(department.load > BUSY for department in departments) / n
    if visits < VISITS:
        lacking.append(f"{visits:.0f} visits on average, {VISITS:.0f} needed")
    if busy < BUSY_SHARE:
        lacking.append(f"a share of {busy:.3f} is busier than {BUSY}, {BUSY_SHARE:.3f} needed")
    return lacking


def table_of(departments: list[Played]) -> Iterator[str]:
    """Departments and events as lines of text, rarest first."""
    n = len(departments)
    visits = sum(department.n_visits for department in departments) / n
    busy = sum(department.load > BUSY for department in departments) / n
    yield f"{n} departments, {visits:.0f} visits on average, load above {BUSY} in {busy:.1%}"
    yield f"{'departments':>11} {'events':>9}  event"
    met = departments_with(department.events for department in departments)
    for sentence, times in sorted(met.items(), key=lambda item: item[1]):
        total = sum(department.events.get(sentence, 0) for department in departments)
        yield f"{times:>11} {total:>9}  {sentence}"


def told(department: Played, other: str, tries: int) -> Iterator[str]:
    """A department that differs, and the smallest like it."""
    yield f"\nrandom_scenario({department.seed}), seed {department.seed}\n{department.found}"
    engine = ENGINES[other]

    def wrong(scenario: Scenario) -> Disagreement | None:
        return disagreement(scenario, department.seed, simulate, engine)

    tree = smallest(random_scenario(department.seed), department.seed, wrong, tries)
    yield f"the smallest department that shows it, seed {department.seed}:\n{text_of(tree)}"
    yield str(wrong(Scenario.model_validate(tree)))


def all_played(n: int, first: int, other: str, workers: int) -> Iterator[list[Played]]:
    """Departments chunk by chunk, on several cores. An engine that does not come back ends everything."""
    chunks = [range(start, min(start + CHUNK, first + n)) for start in range(first, first + n, CHUNK)]
    if workers == 1:
        yield from (play_chunk(chunk, other) for chunk in chunks)
        return
    with Pool(workers) as pool:  # leaving it ends workers that hang
        answers = pool.imap(partial(play_chunk, other=other), chunks)
        for chunk in chunks:
            try:
                yield answers.next(timeout=PATIENCE)
            except TimeoutError:
                again = f"--first {chunk.start} --departments {len(chunk)} --workers 1"
                sys.exit(f"departments {chunk.start} to {chunk[-1]}: no answer in {PATIENCE:.0f} s; see with {again}")


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--departments", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first department")
    parser.add_argument("--engine", choices=list(ENGINES), default=OTHER, help="compared with simpy")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tries", type=int, default=4000, help="to shrink one department")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    departments: list[Played] = []
    began = time.monotonic()
    for chunk in all_played(asked.departments, asked.first, asked.engine, asked.workers):
        departments += chunk
        different = sum(department.found is not None for department in departments)
        progress = f"{len(departments)} of {asked.departments} departments, {different} differ"
        print(f"{progress}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print("\n".join(table_of(departments)))
    found = [department for department in departments if department.found is not None]
    for department in found[:SHRUNK]:
        for text in told(department, asked.engine, asked.tries):
            print(text, flush=True)
    lacking = shortfalls(departments)
    print(f"\n{len(found)} of {asked.departments} departments differ between simpy and {asked.engine}")
    print("".join(f"too seldom: {line}\n" for line in lacking), end="")
    return 1 if found or lacking else 0


if __name__ == "__main__":
    sys.exit(main())
