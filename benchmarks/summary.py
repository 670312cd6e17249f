"""What the lines of all processes say in short: the fastest and the median of repetitions, and ratios of them.

Whether that is good enough is judged in `bounds`; how it looks is `table`. A measurement that was not made is left out.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.plan import REFERENCE, Plan

Line = Mapping[str, Any]
Short = dict[str, Any]
VARIANTS = ("staff", "zones", "growth")


def summary(lines: Sequence[Line], plan: Plan, engine: str) -> Short:
    """All figures of a run."""
    engines = tuple(dict.fromkeys((REFERENCE, engine)))
    found: Short = {}
    by_weeks = {
        name: costs([line for line in of(lines, "speed") if line["engine"] == name], "weeks") for name in engines
    }
    if any(by_weeks.values()):
        found["weeks"] = by_weeks
        found["cost_ratio"] = {name: cost_ratio(rows, plan) for name, rows in by_weeks.items()}
        found["speed"] = speed(by_weeks, plan.main_weeks, engine)
    for key in VARIANTS:
        if of(lines, key):
            found[key] = costs(of(lines, key), key)
    for key, make in MADE.items():
        if of(lines, key):
            found[key] = make(of(lines, key))
    return found


def sweep(lines: Sequence[Line]) -> Short:
    """How long many scenarios take to be composed and checked, and from the command to their table."""
    played, composed = (next(line for line in lines if line["what"] == what) for what in ("sweep", "composed"))
    runs, seconds, ways = played["scenarios"] * played["replications"], played["wall_seconds"], dict(composed["ways"])
    sizes = {key: played[key] for key in ("scenarios", "replications", "weeks")}
    found = {**sizes, "runs": runs, "wall_seconds": seconds, "runs_per_second": runs / seconds, "composed": ways}
    if "stock_50" in ways:
        found["stock_by_ours"] = ways["stock_50"]["cpu_seconds"] / ways["ours_50"]["cpu_seconds"]
    return found


def reading(lines: Sequence[Line]) -> Short:
    """A large file of visits read and profiled."""
    (line,) = lines
    return {key: line[key] for key in ("rows", "file_mib", "wall_seconds", "cpu_seconds", "peak_mib", "before_mib")}


def of(lines: Iterable[Line], group: str) -> list[Line]:
    """The lines of one question."""
    return [line for line in lines if line["group"] == group]


def spread(values: Iterable[float]) -> dict[str, float]:
    """Smallest and median: the smallest is what the machine can do when nobody disturbs it."""
    values = list(values)
    return {"min": min(values), "median": statistics.median(values)}


# --- runs of the department -----------------------------------------------------------------------------------------


def costs(lines: Sequence[Line], key: str) -> list[Short]:
    """One row for each value of what was changed, in order."""
    values = dict.fromkeys(line[key] for line in lines)
    return [{key: value, **cost([line for line in lines if line[key] == value])} for value in values]


def cost(lines: Sequence[Line]) -> Short:
    """Runs of one department over all processes: times, and rates of the fastest and of the median run."""
    runs = [run for line in lines for run in line["played"]]
    per_second = sorted(run["entries"] / run["cpu_seconds"] for run in runs)
    visits_per_second = sorted(run["visits"] / run["cpu_seconds"] for run in runs)
    return {
        "runs": len(runs),
        "visits": statistics.mean(run["visits"] for run in runs),
        "entries": statistics.mean(run["entries"] for run in runs),
        "cpu_seconds": spread(run["cpu_seconds"] for run in runs),
        "visits_per_second": {"best": visits_per_second[-1], "median": statistics.median(visits_per_second)},
        "entries_per_second": {"best": per_second[-1], "median": statistics.median(per_second)},
        "peak_mib": max(line["peak_mib"] for line in lines),
        "wall_over_cpu": max(run["wall_seconds"] / run["cpu_seconds"] for run in runs),
    }


def cost_ratio(rows: Sequence[Short], plan: Plan) -> Short:
    """What the longest runs cost, times those half as long."""
    short, long = (next(row for row in rows if row["weeks"] == weeks) for weeks in plan.weeks[-2:])
    return {
        "short": plan.weeks[-2],
        "long": plan.weeks[-1],
        "of_minima": long["cpu_seconds"]["min"] / short["cpu_seconds"]["min"],
        "of_medians": long["cpu_seconds"]["median"] / short["cpu_seconds"]["median"],
    }


def speed(by_weeks: Mapping[str, Sequence[Short]], weeks: int, engine: str) -> Short:
    """The engines beside each other on the main length, and how many times faster one is."""
    rows = {name: next(row for row in rows if row["weeks"] == weeks) for name, rows in by_weeks.items()}
    ours, reference = rows[engine], rows[REFERENCE]
    return {
        "weeks": weeks,
        **rows,
        "ratio": {
            rate: {which: ours[rate][which] / reference[rate][which] for which in ("best", "median")}
            for rate in ("visits_per_second", "entries_per_second")
        },
        "memory_ratio": ours["peak_mib"] / reference["peak_mib"],
    }


# --- threads, start, memory -----------------------------------------------------------------------------------------


def threads(lines: Sequence[Line]) -> Short:
    """Throughput of two threads, times that of one."""
    one = [seconds for line in lines for seconds in line["wall_seconds"]["one"]]
    two = [seconds for line in lines for seconds in line["wall_seconds"]["two"]]
    return {
        "weeks": lines[0]["weeks"],
        "runs": lines[0]["runs"],
        "one": spread(one),
        "two": spread(two),
        "ratio": {
            "of_minima": min(one) / min(two),
            "median_of_rounds": statistics.median(a / b for a, b in zip(one, two, strict=True)),
        },
    }


def start(lines: Sequence[Line]) -> Short:
    """Wall times of warm and cold starts."""
    found: Short = {}
    for name, cold in (("warm", False), ("cold", True)):
        chosen = [line for line in lines if bool(line.get("cold")) == cold]
        commands = [line["wall_seconds"] for line in chosen if line["what"] == "command"]
        ready = [line for line in chosen if line["what"] == "ready"]
        if commands:
            found[name] = {"command_seconds": spread(commands)}
        if ready:
            parts = ("load_seconds", "prepare_seconds", "first_week_seconds", "wall_seconds")
            found[name] |= {f"ready_{part}": spread(line[part] for line in ready) for part in parts}
    return found


def memory(lines: Sequence[Line]) -> Short:
    """Peak memory with many replications, times that with few."""
    found: Short = {}
    for what in dict.fromkeys(line["what"] for line in lines):
        few, many = sorted((line for line in lines if line["what"] == what), key=lambda line: line["replications"])
        found[what] = {
            "weeks": few["weeks"],
            "few": few["replications"],
            "many": many["replications"],
            "peak_mib": {"few": few["peak_mib"], "many": many["peak_mib"]},
            "ratio": many["peak_mib"] / few["peak_mib"],
        }
    return found


# --- queues and the floor -------------------------------------------------------------------------------------------


def queues(lines: Sequence[Line]) -> Short:
    """For each queue and player: customers a second, times bare SimPy, and mean waits beside theory."""
    found: Short = {}
    for queue in dict.fromkeys(line["queue"] for line in lines):
        of_queue = [line for line in lines if line["queue"] == queue]
        players = dict.fromkeys(line["player"] for line in of_queue)
        found[queue] = {player: played([line for line in of_queue if line["player"] == player]) for player in players}
        for row in found[queue].values():
            bare = found[queue][REFERENCE]["customers_per_second"]
            row["times_simpy"] = {which: row["customers_per_second"][which] / bare[which] for which in bare}
    return found


def played(lines: Sequence[Line]) -> Short:
    """One player's repetitions of one queue."""
    rates = [line["served"] / line["cpu_seconds"] for line in lines]
    classes = range(len(lines[0]["expected_waits"]))
    return {
        "customers": sum(line["served"] for line in lines),
        "customers_per_second": {"best": max(rates), "median": statistics.median(rates)},
        "waits": [
            beside_theory(
                [mean for line in lines for mean in line["batch_means"][number]], lines[0]["expected_waits"][number]
            )
            for number in classes
        ],
    }


def beside_theory(batch_means: Sequence[float], expected: float) -> dict[str, float]:
    """Mean wait, and how many standard errors it is from theory."""
    mean = statistics.mean(batch_means)
    error = statistics.stdev(batch_means) / math.sqrt(len(batch_means))
    return {"mean": mean, "expected": expected, "z": (mean - expected) / error}


def floor(lines: Sequence[Line]) -> Short:
    """How many times the unavoidable a run takes."""
    times = {key: [s for line in lines for s in line["cpu_seconds"][key]] for key in lines[0]["cpu_seconds"]}
    visits = statistics.mean(line["visits"] for line in lines)
    return {
        "weeks": lines[0]["weeks"],
        "entries_per_visit": statistics.mean(line["entries"] for line in lines) / visits,
        "pushes_per_visit": statistics.mean(line["pushes"] for line in lines) / visits,
        "draws_per_visit": {
            kind: statistics.mean(line["draws"][kind] for line in lines) / visits for kind in lines[0]["draws"]
        },
        "calendar_size": lines[0]["calendar_size"],
        "cpu_seconds": {key: spread(values) for key, values in times.items()},
        "ratio": {
            "of_minima": min(times["engine"]) / min(times["floor"]),
            "of_medians": statistics.median(times["engine"]) / statistics.median(times["floor"]),
            "of_minima_with_settlings": min(times["engine"]) / min(times["with_settlings"]),
        },
    }


MADE = {
    "threads": threads,
    "start": start,
    "queues": queues,
    "floor": floor,
    "memory": memory,
    "sweep": sweep,
    "reading": reading,
}
"""What is made of the lines of a question that is no run of the department."""
