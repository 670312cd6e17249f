"""What the lines of all processes say in short: the fastest and the median of repetitions, and ratios of them.

Whether that is good enough is judged in `bounds`; how it looks is `table`. A measurement that was not made is left out.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.plan import COMPILED, LAW_IN_SIMPY, REFERENCE, Plan

Line = Mapping[str, Any]
Short = dict[str, Any]
VARIANTS = ("weeks", "staff", "zones", "growth")


def summary(lines: Sequence[Line], plan: Plan) -> Short:
    """All figures of a run."""
    found: Short = {key: costs(of(lines, key), key) for key in VARIANTS if of(lines, key)}
    found |= {key: make(of(lines, key)) for key, make in MADE.items() if of(lines, key)}
    if "weeks" in found:
        found["cost_ratio"] = cost_ratio(found["weeks"], plan)
    return found


def sweep(lines: Sequence[Line]) -> Short:
    """How long many scenarios take to be composed and checked, and from the command to their table."""
    played, composed = (next(line for line in lines if line["what"] == what) for what in ("sweep", "composed"))
    runs, seconds, ways = played["scenarios"] * played["replications"], played["wall_seconds"], dict(composed["ways"])
    sizes = {key: played[key] for key in ("scenarios", "replications", "weeks")}
    return {**sizes, "runs": runs, "wall_seconds": seconds, "runs_per_second": runs / seconds, "composed": ways}


def reading(lines: Sequence[Line]) -> Short:
    """A large file of visits read and profiled."""
    (line,) = lines
    return {key: line[key] for key in ("rows", "file_mib", "wall_seconds", "cpu_seconds", "peak_mib", "before_mib")}


def calibrating(lines: Sequence[Line]) -> Short:
    """A demand and a department from a large file with planted oddities."""
    (line,) = lines
    return {key: line[key] for key in ("rows", "planted", "listed", "wall_seconds", "peak_mib", "together_mib")}


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
    """Wall time of a command from its start to its end."""
    return {"command_seconds": spread(line["wall_seconds"] for line in lines)}


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


# --- ratios and the floor -------------------------------------------------------------------------------------------


def ratios(lines: Sequence[Line]) -> Short:
    """For each network and player: CPU time of one replication, how many times bare SimPy, and whether they agree."""
    found: Short = {}
    for network in dict.fromkeys(line["network"] for line in lines):
        of_network = [line for line in lines if line["network"] == network]
        by_player = {name: [line for line in of_network if line["player"] == name] for name in players(of_network)}
        rows = {name: played(own) for name, own in by_player.items()}
        bare = rows.get(REFERENCE, rows[LAW_IN_SIMPY])["cpu_seconds"]["median"]
        for name, row in rows.items():
            row["times_simpy"] = bare / row["cpu_seconds"]["median"]
            row |= agreement(by_player[COMPILED], by_player[name])
        found[network] = rows
    return found


def players(lines: Sequence[Line]) -> list[str]:
    return list(dict.fromkeys(line["player"] for line in lines))


def played(lines: Sequence[Line]) -> Short:
    """One player's repetitions of one network; where a part was played, CPU time and customers are scaled up."""
    part, stays = lines[0]["part"], values(lines, "stay")
    return {
        "part": part,
        "runs": len(stays),
        "cpu_seconds": spread(line["cpu_seconds"] / part for line in lines),
        "home": statistics.mean(values(lines, "home")),
        "stay": statistics.mean(stays),
        "stay_half_width": 1.96 * statistics.stdev(stays) / math.sqrt(len(stays)),
    }


def values(lines: Sequence[Line], what: str) -> list[float]:
    """What each replication came to; a number of customers as if all of the time had been played."""
    return [value / (line["part"] if what == "home" else 1.0) for line in lines for value in line[what]]


def agreement(ours: Sequence[Line], theirs: Sequence[Line]) -> Short:
    """Both engines: whether the replications that both have played are the same to the last bit. Others: the smaller
    p of two Welch tests, of how many went home and of their mean stay."""
    if theirs[0]["player"].startswith("peered/") and theirs[0]["part"] == ours[0]["part"]:
        pairs = zip(ours, theirs, strict=True)
        same = all(ours_[what][: len(own[what])] == own[what] for ours_, own in pairs for what in ("home", "stay"))
        return {"same_bits": same}
    from scipy.stats import ttest_ind  # when all is measured: see `processes`

    tests = [ttest_ind(values(ours, what), values(theirs, what), equal_var=False) for what in ("home", "stay")]
    return {"p": float(min(test.pvalue for test in tests))}


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
        },
    }


MADE = {
    "threads": threads,
    "start": start,
    "ratios": ratios,
    "floor": floor,
    "memory": memory,
    "sweep": sweep,
    "reading": reading,
    "calibrating": calibrating,
}
"""What is made of the lines of a question that is no run of the department."""
