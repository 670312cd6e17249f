"""What is measured: one `Measurement` for every fresh process, and how often each is repeated.

How a process is run is `processes`; what it does stands in the file that `child` names for its measurement.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

REFERENCE = "simpy"
COMPILED, LAW_IN_SIMPY = "peered/compiled", "peered/simpy"
NETWORKS = ("treatment_centre", "call_centre", "mm1")
OTHERS = ("simpy", "ciw", "salabim", "cimba")
RUNS = {
    ("treatment_centre", COMPILED): 1000, ("treatment_centre", "cimba"): 1000, ("treatment_centre", "simpy"): 200,
    ("treatment_centre", "ciw"): 100, ("treatment_centre", LAW_IN_SIMPY): 50, ("treatment_centre", "salabim"): 15,
    ("call_centre", COMPILED): 500, ("call_centre", "cimba"): 500, ("call_centre", "simpy"): 60,
    ("call_centre", "ciw"): 20, ("call_centre", LAW_IN_SIMPY): 10, ("call_centre", "salabim"): 3,
    ("week", COMPILED): 40, ("week", LAW_IN_SIMPY): 2,
}  # fmt: skip
"""Replications that a process plays in a loop, 1 where nothing is said: a second or two."""
PARTS = {("mm1", "ciw"): 0.1, ("mm1", LAW_IN_SIMPY): 0.02, ("mm1", "salabim"): 0.005}
"""Of the million customers, for those who would take minutes."""


@dataclass(frozen=True)
class Measurement:
    """One process, repeated. `group` is the question it belongs to; `what` and `given` are what `child` is told."""

    group: str
    what: str
    given: dict[str, Any] = field(default_factory=dict)
    repetitions: int = 1

    @property
    def name(self) -> str:
        """What it is asked for by: `ratios`, or `ratios year` alone."""
        return f"{self.group} {self.given.get('network', '')}"

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return json.dumps([self.group, self.what, self.given])


@dataclass(frozen=True)
class Plan:
    """Sizes of all measurements. The last two of `weeks` give the cost ratio, 1 to 2; the floor is of `main_weeks`.

    `fresh`: every measurement is a process of its own, as it must be where figures count.
    """

    weeks: tuple[int, ...] = (13, 52, 104)
    main_weeks: int = 52
    repetitions: int = 3
    variant_weeks: int = 13
    staff: tuple[int, ...] = (1, 2, 4)
    zones: tuple[int, ...] = (5, 10, 20)
    growth: tuple[float, ...] = (0.8, 0.9, 1.0, 1.1)
    runs_of_a_fast_process: int = 3
    thread_weeks: int = 26
    thread_runs: int = 8
    thread_rounds: int = 2
    few: int = 4
    many: int = 40
    played_weeks: int = 1
    few_swept: int = 10
    many_swept: int = 100
    started_weeks: int = 52
    ratio_repetitions: int = 5
    ratio_runs: int | None = None
    ratio_part: float = 1.0
    defaults: tuple[str, ...] = ("week", "year")
    calendar_weeks: int = 13
    sweep: tuple[tuple[str, int], ...] = (("scenarios", 1000), ("replications", 5), ("weeks", 4))
    composed: tuple[str, ...] = ("grid_5000", "sample_5000")
    rows: int = 1_000_000
    fresh: bool = True


FULL = Plan()
QUICK = Plan(
    weeks=(1, 2), main_weeks=2, repetitions=1, variant_weeks=1, staff=(), zones=(6,), growth=(1.1,), thread_weeks=1,
    runs_of_a_fast_process=1, thread_runs=1, thread_rounds=1, few=1, many=2, few_swept=1, many_swept=2,
    started_weeks=1, ratio_repetitions=2, ratio_runs=2, ratio_part=0.02, defaults=("week",),
    calendar_weeks=1, fresh=False,
    sweep=(("scenarios", 5), ("replications", 1), ("weeks", 1)), composed=("grid_20",), rows=1000,
)  # fmt: skip
"""Shows that everything runs; its numbers mean nothing."""


def measurements(plan: Plan, engine: str) -> list[Measurement]:
    """Everything a plan measures with an engine."""
    return [
        *variants(plan, engine),
        threads(plan, engine),
        Measurement("start", "command", {"engine": engine, "weeks": plan.started_weeks}, plan.repetitions),
        *ratios(plan),
        Measurement(
            "floor",
            "floor",
            {"engine": engine, "weeks": plan.main_weeks, "calendar_weeks": plan.calendar_weeks},
            plan.repetitions,
        ),
        *memory(plan, engine),
        Measurement("sweep", "sweep", {"engine": engine, **dict(plan.sweep)}),
        Measurement("sweep", "composed", {"ways": list(plan.composed)}),
        Measurement("reading", "read_visits_file", {"rows": plan.rows}),
        Measurement("calibrating", "calibrate_file", {"rows": plan.rows}),
    ]


def replications(plan: Plan, engine: str) -> dict[str, Any]:
    """How many replications a process plays, and whether each repetition goes on to the next."""
    return {"runs": 1, "next": True} if engine == REFERENCE else {"runs": plan.runs_of_a_fast_process, "next": False}


def variants(plan: Plan, engine: str) -> Iterator[Measurement]:
    """The default department for longer, with more staff, more zones, more patients."""
    for key in ("weeks", "staff", "zones", "growth"):
        for value in getattr(plan, key):
            given = {"engine": engine, "weeks": plan.variant_weeks, **replications(plan, engine), key: value}
            yield Measurement(key, "speed", given, plan.repetitions)


def threads(plan: Plan, engine: str) -> Measurement:
    return Measurement(
        "threads",
        "threads",
        {"engine": engine, "weeks": plan.thread_weeks, "runs": plan.thread_runs, "rounds": plan.thread_rounds},
        plan.repetitions,
    )


def ratios(plan: Plan) -> Iterator[Measurement]:
    """The same network in every library that is installed, and the default department in both engines."""
    others = tuple(name for name in OTHERS if find_spec(name) is not None)
    for name in (*NETWORKS, *plan.defaults):
        for player in (COMPILED, LAW_IN_SIMPY, *(others if name in NETWORKS else ())):
            runs = plan.ratio_runs or RUNS.get((name, player), 1)
            part = PARTS.get((name, player), 1.0) * (plan.ratio_part if name == "mm1" else 1.0)
            given = {"network": name, "player": player, "runs": runs, "part": part}
            yield Measurement("ratios", "ratio", given, plan.ratio_repetitions)


def memory(plan: Plan, engine: str) -> Iterator[Measurement]:
    """Peak memory of studies with few and with many replications."""
    for what, numbers in (("played", (plan.few, plan.many)), ("swept", (plan.few_swept, plan.many_swept))):
        for replications in numbers:
            given = {"engine": engine, "weeks": plan.played_weeks, "replications": replications}
            yield Measurement("memory", what, given)
