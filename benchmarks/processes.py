"""Runs measurements as fresh processes, in turn, and reads the line of JSON each of them prints.

On Linux the peak memory a child is told starts at its parent's size, so nothing heavy is imported here.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.plan import Measurement

ROOT = Path(__file__).resolve().parents[1]
Line = dict[str, Any]
"""What a process found, what it was given, and which repetition it was."""
Turn = tuple[Measurement, int]
"""A measurement and its repetition."""


def lines_of(measurements: Sequence[Measurement], fresh: bool = True) -> list[Line]:
    """All lines of all repetitions. Not `fresh`: one process does what needs none of its own, to show that all runs."""
    turns = list(in_turn(measurements))
    shared = {} if fresh else shared_lines([turn for turn in turns if turn[0].what not in COMMANDS])
    lines = []
    for measurement, repetition in turns:
        print(told(measurement, repetition), file=sys.stderr, flush=True)
        found = shared.get((measurement.key, repetition)) or measured(measurement, repetition)
        given = {"group": measurement.group, "what": measurement.what, **measurement.given, "repetition": repetition}
        lines.append({**given, **found})
    return lines


def in_turn(measurements: Sequence[Measurement]) -> Iterator[Turn]:
    """Every measurement once, then every one a second time: a slow spell of the machine hits all alike."""
    for repetition in range(max((one.repetitions for one in measurements), default=0)):
        for measurement in measurements:
            if repetition < measurement.repetitions:
                yield measurement, repetition


def told(measurement: Measurement, repetition: int) -> str:
    given = ", ".join(f"{key} {value}" for key, value in measurement.given.items())
    return f"{measurement.what}: {given}; repetition {repetition + 1} of {measurement.repetitions}"


def measured(measurement: Measurement, repetition: int) -> Line:
    """One repetition."""
    if measurement.what in COMMANDS:
        return {"wall_seconds": seconds_of_command(measurement)}
    return children([(measurement, repetition)])[0]


def shared_lines(turns: Sequence[Turn]) -> dict[tuple[str, int], Line]:
    """What one process found in all of them."""
    found = children(turns)
    return {(measurement.key, repetition): line for (measurement, repetition), line in zip(turns, found, strict=True)}


def children(turns: Sequence[Turn]) -> list[Line]:
    """What a fresh process finds."""
    asked = [[measurement.what, {**measurement.given, "repetition": n}] for measurement, n in turns]
    output = output_of(["benchmarks.child", json.dumps(asked)])
    return [json.loads(line) for line in output.splitlines()[-len(turns) :]] if turns else []


def seconds_of_command(measurement: Measurement) -> float:
    """Wall time of a command, from its start to its end."""
    words = COMMANDS[measurement.what](measurement.given)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        output_of(["sim", *words, f"output={folder}/answer"])
        return time.perf_counter() - started


def one_run(given: dict[str, Any]) -> list[str]:
    """A year of one scenario, played once."""
    return ["study=run", "study.replications=1", f"study.weeks={given['weeks']}", f"engine={given['engine']}"]


def many_scenarios(given: dict[str, Any]) -> list[str]:
    """A sweep of every demand from 0.9 to 1.1 times the default under each of some staffings."""
    n = given["scenarios"] // len(SWEPT)
    growths = ",".join(f"{0.9 + 0.2 * number / max(n - 1, 1):.6f}" for number in range(n))
    return [
        "-m",
        f"staffing={','.join(SWEPT)}",
        f"demand.growth={growths}",
        *(f"study.{key}={given[key]}" for key in ("replications", "weeks")),
        f"engine={given['engine']}",
    ]


SWEPT = ("traditional", "peer_added", "peer_evening", "clinician_added", "nurse_added")
COMMANDS: dict[str, Callable[[dict[str, Any]], list[str]]] = {"command": one_run, "sweep": many_scenarios}
"""Measurements that are commands of the user's, not children of ours."""


def output_of(words: Sequence[str]) -> str:
    """What a module run as a fresh process prints. Raises RuntimeError if it fails; its own message stands above."""
    process = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if process.returncode:
        raise RuntimeError(f"a measurement failed: {' '.join(words)}")
    return process.stdout
