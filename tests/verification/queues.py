"""Queues of the textbooks, written as departments, and what theory says of them.

Each case is a configuration like any other: the engine has no path of its own for it. The formulas are in `theory`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any
from zlib import crc32

import numpy as np

from sim.department.arrivals import Profile, Steady
from sim.department.department import Department
from sim.department.discipline import Discipline, Disciplines
from sim.department.pathway import Delay, Place, Route, Task
from sim.department.patients import Patience, Stream
from sim.department.places import Zone
from sim.department.quantities import Constant, Exponential, Gamma, Lognormal
from sim.department.roster import Role, Shift, Staffing
from sim.department.scenario import Period, Scenario
from sim.engine.trajectory import LWBS, Trajectory
from sim.runs.engines import Engine
from tests.verification import theory

Z_LIMIT = 4.0
HALF_WIDTH_LIMIT = 0.05
"""95 % half-width as a share of the target."""

Measured = Mapping[str, tuple[float, float]]
"""Numerator and denominator of each measure in one replication: their expectations stand in the ratio of the target."""


@dataclass(frozen=True)
class Case:
    """A queue, its measures and their values in theory.

    `scenario(factor)` is the queue with its mean service time multiplied by the factor; `targets` are for factor 1.
    """

    name: str
    scenario: Callable[[float], Scenario]
    measure: Callable[[Trajectory], Measured]
    targets: Mapping[str, float]

    @property
    def seed(self) -> int:
        """Its own, so that the cases are independent of each other: on common draws all would err the same way."""
        return crc32(self.name.encode())

    def trajectories(self, simulate: Engine, service: float = 1.0, n_replications: int = 40) -> Iterator[Trajectory]:
        scenario = self.scenario(service)
        for replication in range(n_replications):
            yield simulate(scenario, self.seed, replication)


@dataclass(frozen=True)
class Verdict:
    """How far a measure is from theory, in standard errors, and its relative 95 % half-width."""

    estimate: float
    target: float
    z: float
    half_width: float


def verdicts(simulate: Engine, case: Case, service: float = 1.0, n_replications: int = 40) -> dict[str, Verdict]:
    """One verdict for each measure of the case, from independent replications.

    In the stationary state numerator - target x denominator has mean zero, so z is its mean over its standard error.
    """
    replications = [
        in_balance(trajectory, case.measure) for trajectory in case.trajectories(simulate, service, n_replications)
    ]
    return {
        name: verdict(np.array([measured[name] for measured in replications]), target)
        for name, target in case.targets.items()
    }


def in_balance(trajectory: Trajectory, measure: Callable[[Trajectory], Measured]) -> Measured:
    """The measures of a run for which Little's law holds exactly."""
    assert littles_gap(trajectory) < 1e-9
    return measure(trajectory)


def verdict(pairs: np.ndarray, target: float) -> Verdict:
    numerators, denominators = pairs[:, 0], pairs[:, 1]
    estimate = numerators.sum() / denominators.sum()
    return Verdict(
        estimate=float(estimate),
        target=target,
        z=float((numerators - target * denominators).mean() / standard_error(numerators - target * denominators)),
        half_width=float(
            1.96 * standard_error(numerators - estimate * denominators) / denominators.mean() / abs(target)
        ),
    )


def standard_error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / sqrt(len(values)))


# --- worlds ---------------------------------------------------------------------------------------------------------


def servers(heads: int) -> dict[str, Role]:
    """Heads always on duty, without breaks."""
    return {"server": Role(shifts={"always": Shift(start=0.0, minutes=1440.0, heads=heads)})}


def queue(
    pathway: tuple[Any, ...],
    heads: int,
    per_hour: float,
    n_customers: float,
    warm_up: float,
    *,
    acuity_mix: tuple[float, ...] = (0.0, 0.0, 1.0, 0.0, 0.0),
    discipline: Discipline | None = None,
    zones: dict[str, Zone] | None = None,
    **stream: Any,
) -> Scenario:
    """One stream of Poisson arrivals; the run lasts for `n_customers` inter-arrival times and twice the warm-up."""
    return Scenario(
        department=Department(name="queue", streams={"medical": Stream(pathway=pathway, **stream)}, zones=zones or {}),
        demand=Steady(per_hour={"medical": per_hour}, acuity_mix={"medical": acuity_mix}),
        staffing=Staffing(name="queue", roles=servers(heads)),
        discipline=Disciplines(default=discipline or Discipline()),
        period=Period(minutes=2.0 * warm_up + n_customers * 60.0 / per_hour),
    ).checked()


def service(distribution: Any, **more: Any) -> Task:
    return Task(name="service", role="server", minutes=distribution, **more)


# --- what is measured -----------------------------------------------------------------------------------------------


def step(trajectory: Trajectory, name: str, moment: int) -> np.ndarray:
    """Requested (0), started (1) or ended (2) times of a step, one per visit."""
    return trajectory.step_times[:, trajectory.steps.index(name), moment]


def whole_stay_seen(trajectory: Trajectory, warm_up: float) -> np.ndarray:
    """Visits that came after the warm-up and, by the same length, before the end: every one of them has departed.

    The cut does not depend on the visits themselves, so that long stays count as much as short ones.
    """
    arrival = trajectory.visit_columns["arrival"]
    chosen = (arrival >= warm_up) & (arrival < trajectory.horizon - warm_up)
    assert not np.isnan(trajectory.visit_columns["departure"][chosen]).any(), "run longer after the last arrival"
    return chosen


def overlap(starts: np.ndarray, ends: np.ndarray, low: float, high: float) -> float:
    """Minutes of all spells inside a window; a spell without end goes on."""
    ends = np.where(np.isnan(ends), high, ends)
    return float(np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0.0, None).sum())


def waits_of(warm_up: float, acuity: int | None = None) -> Callable[[Trajectory], tuple[float, float]]:
    """Total wait for service and number of visits, of one acuity or all."""

    def measure(trajectory: Trajectory) -> tuple[float, float]:
        chosen = whole_stay_seen(trajectory, warm_up)
        if acuity is not None:
            chosen &= trajectory.visit_columns["acuity"] == acuity
        waits = step(trajectory, "service", 1) - step(trajectory, "service", 0)
        return float(waits[chosen].sum()), float(chosen.sum())

    return measure


def queue_length(trajectory: Trajectory, warm_up: float) -> tuple[float, float]:
    """Minutes waited inside the window by anybody, and its length: their ratio is the mean queue."""
    requested, started = step(trajectory, "service", 0), step(trajectory, "service", 1)
    began = np.where(np.isnan(started), trajectory.visit_columns["departure"], started)
    return overlap(requested, began, warm_up, trajectory.horizon), trajectory.horizon - warm_up


def share_that_left(trajectory: Trajectory, warm_up: float) -> tuple[float, float]:
    chosen = whole_stay_seen(trajectory, warm_up)
    left = trajectory.visit_columns["disposition"][chosen] == LWBS
    return float(left.sum()), float(chosen.sum())


def utilisation(trajectory: Trajectory, warm_up: float) -> tuple[float, float]:
    tasks = trajectory.task_columns
    started = ~np.isnan(tasks["started"])
    busy = overlap(tasks["started"][started], tasks["ended"][started], warm_up, trajectory.horizon)
    return busy, (trajectory.horizon - warm_up) * len(trajectory.members)


def littles_gap(trajectory: Trajectory) -> float:
    """Relative gap in Little's law over the whole run, the largest of: the department, each zone, the queue.

    The area under the counted number present is set against the sum of the times of those counted: the former is
    built from events in order of time, the latter visit by visit.
    """
    visits, places = trajectory.visit_columns, trajectory.place_columns
    spells = [(visits["arrival"], visits["departure"])]
    for zone in range(len(trajectory.zones)):
        held = places["zone"] == zone
        spells.append((places["start"][held], places["end"][held]))
    if "service" in trajectory.steps:
        requested, started = step(trajectory, "service", 0), step(trajectory, "service", 1)
        asked = ~np.isnan(requested)
        until = np.where(np.isnan(started), visits["departure"], started)
        spells.append((requested[asked], until[asked]))
    return max(relative_gap(starts, ends, trajectory.horizon) for starts, ends in spells)


def relative_gap(starts: np.ndarray, ends: np.ndarray, horizon: float) -> float:
    stays = float((np.where(np.isnan(ends), horizon, ends) - starts).sum())
    return abs(area_under_count(starts, ends, horizon) - stays) / max(stays, 1.0)


def area_under_count(starts: np.ndarray, ends: np.ndarray, horizon: float) -> float:
    """Integral over [0, horizon] of the number of spells under way."""
    ended = ends[~np.isnan(ends)]
    times = np.concatenate([starts, ended])
    changes = np.concatenate([np.ones(len(starts)), -np.ones(len(ended))])
    order = np.argsort(times, kind="stable")
    times = np.append(times[order], horizon)
    return float((np.cumsum(changes[order]) * np.diff(times)).sum())


# --- cases ----------------------------------------------------------------------------------------------------------


def mmc(heads: int, every: float, n_customers: int, *, lq: bool = False) -> Case:
    """M/M/c with mean service 10 min and one arrival `every` so many minutes."""
    warm_up, mean = 3000.0, 10.0
    wait = theory.mmc_wait(1.0 / every, mean, heads)
    targets = {"Wq": wait} | ({"Lq": wait / every} if lq else {})

    def measure(trajectory: Trajectory) -> Measured:
        return {"Wq": waits_of(warm_up)(trajectory), "Lq": queue_length(trajectory, warm_up)}

    def scenario(factor: float) -> Scenario:
        return queue((service(Exponential(mean=mean * factor)),), heads, 60.0 / every, n_customers / 40, warm_up)

    return Case(f"M/M/{heads}, an arrival every {every:g} min", scenario, measure, targets)


def erlang_a(per_hour: float, mean: float, heads: int, patience: float, n_customers: int) -> Case:
    """M/M/c+M: means in minutes; who waits too long leaves without being seen."""
    warm_up = 20.0 * mean
    leave, length, busy = theory.erlang_a(per_hour / 60.0, 1.0 / mean, heads, 1.0 / patience)

    def measure(trajectory: Trajectory) -> Measured:
        return {
            "P(leave)": share_that_left(trajectory, warm_up),
            "Lq": queue_length(trajectory, warm_up),
            "utilisation": utilisation(trajectory, warm_up),
        }

    def scenario(factor: float) -> Scenario:
        return queue(
            (service(Exponential(mean=mean * factor), may_leave=True, purpose="physician"),),
            heads,
            per_hour,
            n_customers / 40,
            warm_up,
            patience=Patience(minutes=Exponential(mean=patience)),
        )

    targets = {"P(leave)": leave, "Lq": length, "utilisation": busy}
    return Case(f"M/M/{heads}+M, {per_hour:g} an hour", scenario, measure, targets)


TWO_CLASSES = (0.0, 0.25, 0.75, 0.0, 0.0)
"""Of 0.8 arrivals a minute 0.2 are CTAS 2 and 0.6 CTAS 3."""


def two_classes(discipline: Discipline, warm_up: float, n_customers: int) -> Callable[[float], Scenario]:
    def scenario(factor: float) -> Scenario:
        return queue(
            (service(Exponential(mean=factor)),),
            1,
            48.0,
            n_customers / 40,
            warm_up,
            acuity_mix=TWO_CLASSES,
            discipline=discipline,
        )

    return scenario


def priority(n_customers: int) -> Case:
    """M/M/1 with two classes under non-preemptive priority; time in system."""
    warm_up = 600.0
    high, low = (wait + 1.0 for wait in theory.priority_waits((0.2, 0.6), 1.0))

    def stay(trajectory: Trajectory, acuity: int) -> tuple[float, float]:
        chosen = whole_stay_seen(trajectory, warm_up) & (trajectory.visit_columns["acuity"] == acuity)
        stays = trajectory.visit_columns["departure"] - trajectory.visit_columns["arrival"]
        return float(stays[chosen].sum()), float(chosen.sum())

    def measure(trajectory: Trajectory) -> Measured:
        return {"W high": stay(trajectory, 2), "W low": stay(trajectory, 3)}

    scenario = two_classes(Discipline(rule="acuity_fifo"), warm_up, n_customers)
    return Case("M/M/1 with priority", scenario, measure, {"W high": high, "W low": low})


def accumulating(n_customers: int) -> Case:
    """M/M/1 with two classes whose priority grows with waiting, slopes 2:1; and the conservation law."""
    warm_up = 600.0
    steep, flat = theory.accumulating_waits((0.2, 0.6), 1.0, (2.0, 1.0))

    def measure(trajectory: Trajectory) -> Measured:
        first, second = waits_of(warm_up, 2)(trajectory), waits_of(warm_up, 3)(trajectory)
        minutes = trajectory.horizon - 2.0 * warm_up
        return {"Wq steep": first, "Wq flat": second, "conservation": (first[0] + second[0], minutes)}

    rule = Discipline(rule="accumulating", slopes=(4.0, 2.0, 1.0, 0.5, 0.25))
    targets = {"Wq steep": steep, "Wq flat": flat, "conservation": 0.2 * steep + 0.6 * flat}
    return Case("M/M/1 with accumulating priority", two_classes(rule, warm_up, n_customers), measure, targets)


def places(n_customers: int) -> Case:
    """M/M/2/3: three places, two members, and nobody who waits for a place; rates 3 and 4 an hour."""
    warm_up = 600.0
    number, block = theory.mmck(3.0, 4.0, 2, 3)

    def measure(trajectory: Trajectory) -> Measured:
        held = trajectory.place_columns
        present = overlap(held["start"], held["end"], warm_up, trajectory.horizon)
        return {"L": (present, trajectory.horizon - warm_up), "P(block)": share_that_left(trajectory, warm_up)}

    def scenario(factor: float) -> Scenario:
        place = Place(name="place", routes=(Route(acuities=(1, 2, 3, 4, 5), zones=("room",)),), may_leave=True)
        return queue(
            (place, service(Exponential(mean=15.0 * factor))),
            2,
            3.0,
            n_customers / 40,
            warm_up,
            zones={"room": Zone(places=3)},
            patience=Patience(minutes=Constant(value=0.0)),
        )

    return Case("M/M/2/3", scenario, measure, {"L": number, "P(block)": block})


def mg1(name: str, distribution: Callable[[float], Any], cv: float, n_customers: int) -> Case:
    """M/G/1 at load 0.5: mean service 10 min, an arrival every 20 min."""
    warm_up, rate = 3000.0, 0.05

    def measure(trajectory: Trajectory) -> Measured:
        return {"Wq": waits_of(warm_up)(trajectory), "utilisation": utilisation(trajectory, warm_up)}

    def scenario(factor: float) -> Scenario:
        return queue((service(distribution(10.0 * factor)),), 1, 60.0 * rate, n_customers / 40, warm_up)

    targets = {"Wq": theory.pollaczek_khinchine(rate, 10.0, cv), "utilisation": 0.5}
    return Case(f"M/G/1, {name} service", scenario, measure, targets)


# --- Mt/G/infinity --------------------------------------------------------------------------------------------------

MEAN_STAY, LOGNORMAL_CV = 480.0, 0.5
VISITS_A_DAY = 110.0
HOUR_SHARES = tuple(hour / 276.0 for hour in range(24))
"""Nobody at midnight, most before it: a sawtooth, far from the mean at every hour."""
WEEKDAYS = (1.6, 1.0, 0.7, 0.7, 0.7, 1.0, 1.3)
HOURS_LOOKED_AT = (0.5, 20.0, 25.0, 167.9)
WEEK = 10080.0


def weekly_rates() -> list[float]:
    """Arrivals an hour of either stream, Monday 00:00 first."""
    return [VISITS_A_DAY / 2.0 * day * share for day in WEEKDAYS for share in HOUR_SHARES]


def infinite_servers(weeks: int) -> Case:
    """Mt/G/infinity: two streams that only wait for time to pass, at a rate that follows the hour of the week."""
    rates = weekly_rates()

    def lognormal(x: float) -> float:
        return theory.lognormal_stay_up_to(MEAN_STAY, LOGNORMAL_CV, x)

    def exponential(x: float) -> float:
        return theory.exponential_stay_up_to(MEAN_STAY, x)

    targets = dict.fromkeys(("medical, mean", "mental_health, mean"), sum(rates) / 168.0 * MEAN_STAY / 60.0)
    for hour in HOURS_LOOKED_AT:
        targets[f"medical at {hour:g} h"] = theory.mean_in_system(rates, lognormal, 60.0 * hour)
        targets[f"mental_health at {hour:g} h"] = theory.mean_in_system(rates, exponential, 60.0 * hour)

    def measure(trajectory: Trajectory) -> Measured:
        at_hours = {
            f"{name} at {hour:g} h": (float(counts_at(trajectory, name, hour, weeks).sum()), float(weeks))
            for name in trajectory.streams
            for hour in HOURS_LOOKED_AT
        }
        return at_hours | {f"{name}, mean": mean_present(trajectory, name) for name in trajectory.streams}

    return Case("Mt/G/infinity", lambda factor: delays_only(factor, weeks), measure, targets)


def counts_at(trajectory: Trajectory, stream: str, hour: float, weeks: int) -> np.ndarray:
    """Visits of a stream present at an hour of each week after the first."""
    columns = trajectory.visit_columns
    ours = columns["stream"] == trajectory.streams.index(stream)
    arrival, departure = columns["arrival"][ours], columns["departure"][ours]
    times = [week * WEEK + 60.0 * hour for week in range(1, weeks + 1)]
    return np.array([((arrival <= time) & ~(departure <= time)).sum() for time in times])


def mean_present(trajectory: Trajectory, stream: str) -> tuple[float, float]:
    """Minutes spent by all visits of a stream after the first week, and its length."""
    columns = trajectory.visit_columns
    ours = columns["stream"] == trajectory.streams.index(stream)
    stayed = overlap(columns["arrival"][ours], columns["departure"][ours], WEEK, trajectory.horizon)
    return stayed, trajectory.horizon - WEEK


def delays_only(factor: float, weeks: int) -> Scenario:
    stays = {
        "medical": Lognormal(mean=MEAN_STAY * factor, cv=LOGNORMAL_CV),
        "mental_health": Exponential(mean=MEAN_STAY * factor),
    }
    both = {"medical": 1.0, "mental_health": 1.0}
    demand = Profile(
        name="sawtooth",
        visits_per_year=VISITS_A_DAY * 365.0,
        mental_health_share=0.5,
        hour_shares=HOUR_SHARES,
        mh_hour_shares={"default": HOUR_SHARES},
        weekday_index=dict.fromkeys(both, WEEKDAYS),
        month_index=dict.fromkeys(both, (1.0,) * 12),
        acuity_mix=dict.fromkeys(both, (0.0, 0.0, 1.0, 0.0, 0.0)),
        day_factor_cv=dict.fromkeys(both, 0.0),
        visits_per_patient=both,
    )
    streams = {name: Stream(pathway=(Delay(name="stay", minutes=stay),)) for name, stay in stays.items()}
    return Scenario(
        department=Department(name="delays", streams=streams),
        demand=demand,
        staffing=Staffing(name="nobody", roles={}),
        period=Period(weeks=weeks + 1),
    ).checked()


def every_case() -> tuple[Case, ...]:
    """All stochastic cases; the numbers are customers after warm-up, over forty replications."""
    return (
        *QUICK_CASES,
        mmc(4, 4.0, 400_000, lq=True),
        mmc(5, 4.0, 400_000),
        mmc(6, 4.0, 800_000),
        mmc(7, 4.0, 1_400_000),
        mmc(4, 3.0, 800_000),
        mmc(5, 3.0, 400_000),
        mmc(6, 3.0, 500_000),
        mmc(7, 3.0, 700_000),
        erlang_a(10.0, 60.0, 10, 120.0, 140_000),
        priority(400_000),
        accumulating(400_000),
        mg1("lognormal", lambda mean: Lognormal(mean=mean, cv=1.0), 1.0, 200_000),
    )


QUICK_CASES = (
    mg1("gamma", lambda mean: Gamma(mean=mean, cv=0.5), 0.5, 60_000),
    erlang_a(12.0, 30.0, 5, 60.0, 60_000),
    places(80_000),
    infinite_servers(2),
)
"""The four that every test run plays."""
