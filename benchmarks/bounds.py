"""What must hold, and what is aimed at.

A broken limit makes the benchmark fail: limits are ratios of figures of one run, so that they mean the same on every
machine. A missed target is only shown: seconds and rates depend on the machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.machine import n_cores
from benchmarks.plan import COMPILED, REFERENCE

COST_LIMIT = 2.2
"""The longest runs may cost so many times those half as long."""
MEMORY_LIMIT = 1.1
"""So many times the peak memory of few replications is what many may take."""
THREADS_LIMIT = 1.7
"""Two threads do at least so many times the work of one, where there are two cores."""
P_LIMIT = 1e-4
"""Below this the model in another library is another model: Welch's test of customers and mean stay."""
TIMES_TARGETS = {"year": 100.0, "treatment_centre": 50.0}
"""So many times SimPy: the law's model of a year, a plain model of a short day."""

ENTRIES_TARGET = 3.5e6
START_TARGET = 3.0
COMPOSED_TARGET = 30.0
FLOOR_TARGET = 3.0


@dataclass(frozen=True)
class Bound:
    """A figure with the most or the least it may be. `is_limit`: the benchmark fails when it does not hold."""

    what: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    is_limit: bool = True

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def words(self) -> str:
        """The figure, its bound, and what has become of it."""
        side, bound = ("at most", self.at_most) if self.at_most is not None else ("at least", self.at_least)
        kind = "limit" if self.is_limit else "target"
        verdict = "holds" if self.holds else ("BROKEN" if self.is_limit else "missed")
        return f"{self.what}: {figure(self.value)} ({kind}: {side} {figure(bound or 0.0)}) {verdict}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "holds": self.holds}


def figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def judged(short: Mapping[str, Any], engine: str) -> list[Bound]:
    """Every bound of what was measured."""
    return [*limits(short, engine), *targets(short)]


def limits(short: Mapping[str, Any], engine: str) -> Iterator[Bound]:
    """Ratios. Those that only a compiled engine can meet are left out for the reference beside itself."""
    if engine != REFERENCE and "threads" in short and n_cores() >= 2:
        ratio = short["threads"]["ratio"]["of_minima"]
        yield Bound("throughput of two threads by one", ratio, at_least=THREADS_LIMIT)
    if "cost_ratio" in short:
        ratio = short["cost_ratio"]
        what = f"cost of {ratio['long']} weeks by {ratio['short']}"
        yield Bound(what, ratio["of_minima"], at_most=COST_LIMIT)
    for name, found in short.get("memory", {}).items():
        what = f"peak memory of {found['many']} replications by {found['few']} ({name})"
        yield Bound(what, found["ratio"], at_most=MEMORY_LIMIT)
    for network, players in short.get("ratios", {}).items():
        for player, row in players.items():
            p = row["p"] if "p" in row else float(row["same_bits"])
            yield Bound(f"{network} in {player} agrees", p, at_least=P_LIMIT)


def targets(short: Mapping[str, Any]) -> Iterator[Bound]:
    """What is aimed at on the machine of the stored results."""
    if "weeks" in short:
        best = max(row["entries_per_second"]["best"] for row in short["weeks"])
        yield Bound("calendar entries a second on one core", best, at_least=ENTRIES_TARGET, is_limit=False)
    if "start" in short:
        seconds = short["start"]["command_seconds"]["min"]
        yield Bound("seconds of a command with one replication", seconds, at_most=START_TARGET, is_limit=False)
    for name, way in short.get("sweep", {}).get("composed", {}).items():
        if way["scenarios"] >= 5000:
            what = f"seconds until {way['scenarios']:,} scenarios are composed and checked ({name})"
            yield Bound(what, way["wall_seconds"], at_most=COMPOSED_TARGET, is_limit=False)
    for network, target in TIMES_TARGETS.items():
        if network in short.get("ratios", {}):
            times = short["ratios"][network][COMPILED]["times_simpy"]
            yield Bound(f"{network}, times bare SimPy", times, at_least=target, is_limit=False)
    if "floor" in short:
        ratio = short["floor"]["ratio"]["of_minima"]
        yield Bound("run time by the floor", ratio, at_most=FLOOR_TARGET, is_limit=False)


def broken(bounds: Sequence[Bound]) -> list[str]:
    """One line for every limit that does not hold."""
    return [f"limit broken: {bound.words}" for bound in bounds if bound.is_limit and not bound.holds]
