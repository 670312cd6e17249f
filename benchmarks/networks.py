"""The same network of stops in every library: how it is played and timed. The models stand in `in_simpy` and the like.

What the network is stands once, in the configuration of the department that PeerED plays (`benchmarks/configs`): other
libraries take heads, minutes, shares and arrivals from there. Each hands over how many customers went home and their
mean stay; the clock stops then. PeerED has written its whole trajectory by then, Ciw its records, the others only
stays.
"""

import importlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from benchmarks.departments import department
from benchmarks.plan import COMPILED
from sim.department.pathway import Task
from sim.department.scenario import Period, Scenario
from sim.runs.engines import ENGINES

CONFIGS = Path(__file__).with_name("configs")
MINUTES = {"treatment_centre": 19 * 60.0, "call_centre": 1000.0, "mm1": 1e6 / 0.75}
"""How long each network is open: 230 visits of a day, 1,667 calls, a million customers."""
WEEKS = {"week": 1, "year": 52}
"""The default department, of which only PeerED has a model: the SimPy model of the law is beside it."""

SEEDS_APART = 10_000
"""Every repetition plays replications of its own, whoever plays it: both engines play the same."""

Outcome = tuple[int, float]
"""How many went home, and their mean stay in minutes."""
Player = Callable[[Sequence[int]], list[Outcome]]
"""Plays a replication for each of some seeds, one after the other."""


@dataclass(frozen=True)
class Stop:
    """`heads` serve one customer each, first come first served. `share`: of each class, who stops there.

    `family` and `parameters` of the minutes: exponential (mean), lognormal (mean and deviation of the logarithm),
    uniform (low, high), triangular (low, mode, high).
    """

    name: str
    heads: int
    family: str
    parameters: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Network:
    """Poisson arrivals at `rates` an hour of the run, each of a class by `mix`, at all stops in order."""

    minutes: float
    rates: tuple[float, ...]
    mix: tuple[float, ...]
    stops: tuple[Stop, ...]


def scenario_of(name: str, part: float = 1.0) -> Scenario:
    """The department of a network, open for a part of its time; or the default one for so many weeks."""
    if name in WEEKS:
        return department(WEEKS[name])
    words = [f"{group}={name}" for group in ("department", "demand", "staffing")]
    scenario = sim.load(f"configs={CONFIGS}", *words, "discipline.default.rule=fifo")
    return scenario.model_copy(update={"period": Period(minutes=part * MINUTES[name])}).checked()


def network_of(scenario: Scenario) -> Network:
    """What another library has to know of a department of tasks alone, which are done in order."""
    arrivals = scenario.demand.arrivals_of("medical", 1.0)
    minutes = scenario.period.horizon
    classes = [number for number, share in enumerate(arrivals.acuity_mix) if share > 0.0]
    rates = arrivals.rate_per_hour[: math.ceil(minutes / 60.0)] if len(set(arrivals.rate_per_hour)) > 1 else ()
    return Network(
        minutes=minutes,
        rates=rates or arrivals.rate_per_hour[:1],
        mix=tuple(arrivals.acuity_mix[number] for number in classes),
        stops=tuple(
            stop_of(step, scenario, classes)
            for step in scenario.department.streams["medical"].pathway
            if isinstance(step, Task)
        ),
    )


def stop_of(step: Task, scenario: Scenario, classes: list[int]) -> Stop:
    given: Any = step.minutes
    if given.family == "lognormal":
        variance = math.log1p(given.cv**2)
        parameters: tuple[float, ...] = (math.log(given.mean) - variance / 2.0, math.sqrt(variance))
    else:
        names = {"exponential": ("mean",), "uniform": ("low", "high"), "triangular": ("low", "mode", "high")}
        parameters = tuple(getattr(given, name) for name in names[given.family])
    heads = sum(shift.heads for shift in scenario.staffing.roles[step.role].shifts.values())
    shares = step.share if isinstance(step.share, tuple) else (step.share,) * 5
    return Stop(step.name, heads, given.family, parameters, tuple(float(shares[number]) for number in classes))


def peered(scenario: Scenario, engine: str) -> Player:
    """PeerED, as it plays the replications of a study in one process."""
    simulate = ENGINES[engine]

    def play(seeds: Sequence[int]) -> list[Outcome]:
        return [outcome(simulate(scenario, 1, seed)) for seed in seeds]

    def outcome(trajectory: Any) -> Outcome:
        visits = trajectory.visit_columns
        stays = visits["departure"] - visits["arrival"]
        home = stays[stays == stays]
        return len(home), float(home.sum() / len(home))

    return play


def ratio(given: dict[str, Any]) -> dict[str, Any]:
    """CPU time of so many replications in one process, after a first that loads and compiles what there is to."""
    library, _, engine = given["player"].partition("/")
    scenario = scenario_of(given["network"], given["part"])
    if library == "peered":
        play = peered(scenario, engine)
    else:
        play = importlib.import_module(f"benchmarks.in_{library}").player(network_of(scenario))
    n, first = given["runs"], 1 + given["repetition"] * SEEDS_APART
    if given["player"] in (COMPILED, "cimba"):  # they have something to load or to compile before the clock starts
        play(range(1))
    cpu = time.process_time()
    outcomes = play(range(first, first + n))
    cpu = time.process_time() - cpu
    return {"cpu_seconds": cpu / n, "home": [home for home, _ in outcomes], "stay": [stay for _, stay in outcomes]}
