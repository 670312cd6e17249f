"""What is measured: one `Measurement` for every fresh process, and how often each is repeated.

How a process is run is `processes`; what it does stands in the file that `child` names for its measurement.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

REFERENCE = "simpy"
LIBRARIES = ("simpy", "ciw", "salabim")
QUEUES = ("plain", "priority")


@dataclass(frozen=True)
class Measurement:
    """One process, repeated. `group` is the question it belongs to; `what` and `given` are what `child` is told."""

    group: str
    what: str
    given: dict[str, Any] = field(default_factory=dict)
    repetitions: int = 1

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return json.dumps([self.group, self.what, self.given])


@dataclass(frozen=True)
class Plan:
    """Sizes of all measurements. The last two of `weeks` give the cost ratio, 1 to 2; `main_weeks` is one of them.

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
    kept_weeks: int = 13
    few_swept: int = 10
    many_swept: int = 100
    cold_starts: int = 1
    started_weeks: int = 52
    customers: int = 20_000
    libraries: tuple[str, ...] = LIBRARIES
    queues: tuple[str, ...] = QUEUES
    calendar_weeks: int = 13
    sweep: tuple[tuple[str, int], ...] = (("scenarios", 1000), ("replications", 5), ("weeks", 4))
    composed: tuple[str, ...] = ("ours_50", "stock_50", "ours_5000", "ours_5000_sampled")
    rows: int = 1_000_000
    fresh: bool = True


FULL = Plan()
QUICK = Plan(
    weeks=(1, 2), main_weeks=2, repetitions=1, variant_weeks=1, staff=(), zones=(6,), growth=(1.1,), thread_weeks=1,
    runs_of_a_fast_process=1, thread_runs=1, thread_rounds=1, few=1, many=2, kept_weeks=1, few_swept=1, many_swept=2,
    cold_starts=0, started_weeks=1, customers=600, calendar_weeks=1, fresh=False,
    sweep=(("scenarios", 5), ("replications", 1), ("weeks", 1)), composed=("ours_50",), rows=1000,
)  # fmt: skip
"""Shows that everything runs; its numbers mean nothing."""


def measurements(plan: Plan, engine: str) -> list[Measurement]:
    """Everything a plan measures with an engine set beside the reference."""
    engines = tuple(dict.fromkeys((REFERENCE, engine)))
    return [
        *(speed(plan, name, weeks) for weeks in plan.weeks for name in engines),
        *variants(plan, engine),
        threads(plan, engine),
        *starts(plan, engine),
        *queues(plan, engines),
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
    ]


def speed(plan: Plan, engine: str, weeks: int) -> Measurement:
    """Runs of the default department; each repetition of the reference plays the next replication, the others all."""
    return Measurement(
        "speed", "speed", {"engine": engine, "weeks": weeks, **replications(plan, engine)}, plan.repetitions
    )


def replications(plan: Plan, engine: str) -> dict[str, Any]:
    """How many replications a process plays, and whether each repetition goes on to the next."""
    return {"runs": 1, "next": True} if engine == REFERENCE else {"runs": plan.runs_of_a_fast_process, "next": False}


def variants(plan: Plan, engine: str) -> Iterator[Measurement]:
    """The same department with more staff, more zones, more patients."""
    for key in ("staff", "zones", "growth"):
        for value in getattr(plan, key):
            given = {"engine": engine, "weeks": plan.variant_weeks, key: value, **replications(plan, engine)}
            yield Measurement(key, "speed", given, plan.repetitions)


def threads(plan: Plan, engine: str) -> Measurement:
    return Measurement(
        "threads",
        "threads",
        {"engine": engine, "weeks": plan.thread_weeks, "runs": plan.thread_runs, "rounds": plan.thread_rounds},
        plan.repetitions,
    )


def starts(plan: Plan, engine: str) -> Iterator[Measurement]:
    """The command from a shell, and what an engine needs until it can play; cold ones have an empty cache."""
    command = {"engine": engine, "weeks": plan.started_weeks}
    yield Measurement("start", "command", command, plan.repetitions)
    yield Measurement("start", "ready", {"engine": engine}, plan.repetitions)
    if plan.cold_starts:
        yield Measurement("start", "command", command | {"cold": True}, plan.cold_starts)
        yield Measurement("start", "ready", {"engine": engine, "cold": True}, plan.cold_starts)


def queues(plan: Plan, engines: tuple[str, ...]) -> Iterator[Measurement]:
    """The same customers in every library."""
    for queue in plan.queues:
        for player in (*(f"peered/{engine}" for engine in engines), *plan.libraries):
            given = {"queue": queue, "player": player, "customers": plan.customers, "next": True}
            yield Measurement("queues", "queue", given, plan.repetitions)


def memory(plan: Plan, engine: str) -> Iterator[Measurement]:
    """Peak memory of studies with few and with many replications."""
    for what, weeks, numbers in (
        ("played", plan.played_weeks, (plan.few, plan.many)),
        ("kept", plan.kept_weeks, (plan.few, plan.many)),
        ("swept", plan.played_weeks, (plan.few_swept, plan.many_swept)),
    ):
        for replications in numbers:
            yield Measurement("memory", what, {"engine": engine, "weeks": weeks, "replications": replications})
