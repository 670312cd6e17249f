"""`make bench`: speed and memory of the SimPy engine on the default department, and whether its cost grows as promised.

Each measurement is a fresh process (`child.py`). This one imports nothing heavy: on Linux the peak memory a child is
told starts at its parent's size. Exit code 1 with a line for every limit that is broken.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LIBRARIES = ("peered", "simpy", "numpy", "numba", "pandas", "scipy")
Line = Mapping[str, float]
"""What a child prints."""

COST_LIMIT = 2.2
"""The long run of the cost ratio may cost so many times the short one, which is half as long."""
MEMORY_LIMIT = 1.1
"""So many times the peak memory of few replications is what many may take."""


@dataclass(frozen=True)
class Plan:
    """What is measured. `weeks`: lengths timed, the last two of which give the cost ratio, 1 to 2.

    Those two are repeated `repetitions` times, the others once less.
    """

    weeks: tuple[int, ...] = (13, 26, 52, 104)
    repetitions: int = 3
    few: int = 4
    many: int = 40
    played_weeks: int = 1
    kept_weeks: int = 13


QUICK = Plan(weeks=(1, 2), repetitions=1, few=1, many=2, kept_weeks=1)
"""Shows that everything runs; its numbers mean nothing."""


def begun(measurement: str, first: int, second: int) -> "subprocess.Popen[str]":
    """A fresh process at work on one measurement."""
    command = [sys.executable, str(HERE / "child.py"), measurement, str(first), str(second)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ended(process: "subprocess.Popen[str]") -> Line:
    """What it found. Raises RuntimeError if it failed; its own message stands above."""
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a measurement failed: {process.args!r}")
    found: Line = json.loads(output.splitlines()[-1])
    return found


def measured(plan: Plan) -> dict[str, Any]:
    """All measurements of a plan: speed one by one, then memory, which a neighbour does not disturb, two at a time."""
    speed = []
    for weeks, repetition in rounds(plan):
        tell(f"speed: {weeks} weeks, repetition {repetition + 1}")
        speed.append(ended(begun("speed", weeks, repetition)))
    memory: dict[str, Line] = {}
    for name, weeks in (("played", plan.played_weeks), ("kept", plan.kept_weeks)):
        tell(f"memory: {plan.few} and {plan.many} replications of {weeks} weeks, {name}")
        processes = {n: begun(name, weeks, n) for n in (plan.few, plan.many)}
        memory |= {f"{name}_{n}": ended(process) for n, process in processes.items()}
    return {"speed": speed, "memory": memory}


def rounds(plan: Plan) -> Iterator[tuple[int, int]]:
    """Lengths and repetitions in turn, so that a slow spell of the machine hits all lengths alike."""
    for repetition in range(plan.repetitions):
        last = repetition > 0 and repetition == plan.repetitions - 1
        for weeks in plan.weeks[-2:] if last else plan.weeks:
            yield weeks, repetition


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def summary(plan: Plan, found: Mapping[str, Any]) -> dict[str, Any]:
    """The measurements in short: cost by weeks, the ratios, rates of the longest run."""
    by_weeks = [cost_of(weeks, [line for line in found["speed"] if line["weeks"] == weeks]) for weeks in plan.weeks]
    short, long = by_weeks[-2:]
    return {
        "by_weeks": by_weeks,
        "cost_ratio": {
            "of_minima": long["cpu_seconds_min"] / short["cpu_seconds_min"],
            "of_medians": long["cpu_seconds_median"] / short["cpu_seconds_median"],
            "limit": COST_LIMIT,
        },
        "memory_ratio": {
            **{name: ratio(plan, found["memory"], name) for name in ("played", "kept")},
            "limit": MEMORY_LIMIT,
        },
    }


def cost_of(weeks: int, lines: Iterable[Line]) -> dict[str, float]:
    """Cost of runs of one length over repetitions; rates are those of the fastest."""
    lines = list(lines)
    seconds = [line["cpu_seconds"] for line in lines]
    best = min(lines, key=lambda line: line["cpu_seconds"] / line["entries"])
    return {
        "weeks": weeks,
        "visits": statistics.mean(line["visits"] for line in lines),
        "entries": statistics.mean(line["entries"] for line in lines),
        "cpu_seconds_min": min(seconds),
        "cpu_seconds_median": statistics.median(seconds),
        "visits_per_second": best["visits"] / best["cpu_seconds"],
        "entries_per_second": best["entries"] / best["cpu_seconds"],
        "entries_per_second_median": statistics.median(line["entries"] / line["cpu_seconds"] for line in lines),
        "peak_mib": max(line["peak_mib"] for line in lines),
        "wall_over_cpu": max(line["wall_seconds"] / line["cpu_seconds"] for line in lines),
    }


def ratio(plan: Plan, memory: Mapping[str, Line], name: str) -> float:
    """Peak memory with many replications by that with few."""
    return memory[f"{name}_{plan.many}"]["peak_mib"] / memory[f"{name}_{plan.few}"]["peak_mib"]


def broken_limits(plan: Plan, short: Mapping[str, Any]) -> list[str]:
    """One line for every limit that does not hold."""
    few, many = plan.weeks[-2:]
    cost, memory = short["cost_ratio"], short["memory_ratio"]
    broken = []
    if cost["of_minima"] > cost["limit"]:
        broken.append(
            f"limit broken: {many} weeks cost {cost['of_minima']:.2f} times {few} weeks, more than {cost['limit']:g}"
        )
    for name in ("played", "kept"):
        if memory[name] > memory["limit"]:
            broken.append(
                f"limit broken: {plan.many} replications ({name}) take {memory[name]:.2f} times the peak memory of "
                f"{plan.few}, more than {memory['limit']:g}"
            )
    return broken


def table(plan: Plan, found: Mapping[str, Any], short: Mapping[str, Any]) -> str:
    """What a person reads."""
    few, many = plan.weeks[-2:]
    cost, memory = short["cost_ratio"], short["memory_ratio"]
    return "\n".join(
        [
            "SimPy engine, default department, traditional staffing, one core, one fresh process a run",
            "",
            "weeks    visits    entries   CPU s min  median   visits/s  entries/s  (median)  peak MiB  wall/CPU",
            *(row(line) for line in short["by_weeks"]),
            "",
            f"{many} weeks cost {cost['of_minima']:.2f} times {few} weeks by the fastest of {plan.repetitions}, "
            f"{cost['of_medians']:.2f} by the median (limit {cost['limit']:g})",
            "",
            "peak memory of a study, MiB                                       "
            f"{plan.few:>4} repl. {plan.many:>4} repl.   ratio (limit {memory['limit']:g})",
            memory_row(plan, found, memory, "played", "blocks of 2 staffings played in one process"),
            memory_row(plan, found, memory, "kept", "block of the default staffings, answers kept"),
        ]
    )


def row(line: Mapping[str, float]) -> str:
    return (
        f"{line['weeks']:>5} {line['visits']:>9,.0f} {line['entries']:>10,.0f} {line['cpu_seconds_min']:>11.2f} "
        f"{line['cpu_seconds_median']:>7.2f} {line['visits_per_second']:>10,.0f} {line['entries_per_second']:>10,.0f} "
        f"{line['entries_per_second_median']:>9,.0f} {line['peak_mib']:>9.0f} {line['wall_over_cpu']:>9.2f}"
    )


def memory_row(plan: Plan, found: Mapping[str, Any], memory: Mapping[str, float], name: str, what: str) -> str:
    few, many = (found["memory"][f"{name}_{n}"] for n in (plan.few, plan.many))
    label = f"{few['weeks']} weeks: {what}"
    return f"{label:<65} {few['peak_mib']:>10.0f} {many['peak_mib']:>10.0f}   {memory[name]:.3f}"


def machine() -> dict[str, Any]:
    """Processor, cores and versions; nothing that names a computer or its folders."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": processor(),
        "cores": cores,
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
    }


def processor() -> str:
    """Model name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="only show that it runs; limits are not judged")
    parser.add_argument(
        "--output", type=Path, help="where to write (default benchmarks/results.json, not with --quick)"
    )
    asked = parser.parse_args()
    plan = QUICK if asked.quick else Plan()
    started = time.monotonic()
    found = measured(plan)
    short = summary(plan, found)
    results = {
        "machine": machine(),
        "quick": asked.quick,
        "seconds": round(time.monotonic() - started, 1),
        **short,
        **found,
    }
    print(table(plan, found, short))
    output = asked.output or (None if asked.quick else HERE / "results.json")
    if output is not None:
        output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    broken = [] if asked.quick else broken_limits(plan, short)
    for line in broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
