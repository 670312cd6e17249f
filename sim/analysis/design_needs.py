"""What a design needs before it is played: whether it fits into the memory of this machine, and how long it takes.

Rough reckonings: memory from measured sizes, rather high than low; time from what `benchmarks` measures.
"""

import ctypes
import os
from pathlib import Path
from typing import NamedTuple

from sim.department.arrivals import rates_of_week
from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.io.bounded_reader import UnreadableFile, read_text
from sim.runs.comparison_runs import summarised
from sim.runs.design import Design
from sim.runs.engines import releases_gil
from sim.runs.worker_pool import DASK, NoWorkers, n_cores

GIB = 2**30
BYTES_PER_VISIT = {"compiled": 4_300, "simpy": 7_500}
"""What one run holds at its peak, measures and changes of patients included: the growth of `ru_maxrss` with a block of
two staffings of the default department, of 208 measured weeks against 52 (905 MiB for 224,000 visits), on SimPy of 20
against 5 (150 MiB for 21,400). The slow test of tests/test_design_needs.py measures it again."""
BYTES_PER_DUTY = 300
"""A duty of one member in a run: the same with 100 visits a year, from 520 to 2,080 weeks (141 MiB for 510,000)."""
BYTES_OF_PROCESS = 400 * 2**20
"""The program, the compiled engine and the libraries of tables, before a run is played."""
BYTES_PER_ANSWER, BYTES_PER_VISIT_ANSWERED = 100_000, 1
"""What a run of a comparison leaves in memory until the study is answered: pickled, 65 kB and 0.6 bytes a visit."""
BYTES_PER_SWEPT_RUN = 10_000
"""What a run of a sweep adds: its task, and its 365 measures as numbers in three tables."""
_RETURNS = 1.3
"""Visits for one that is given in a list or comes at a constant rate, with those that return, at most."""
WEEKS_PER_YEAR = 52.14
MEMORY_IF_UNKNOWN = 8 * GIB
"""Where the system does not say how much there is."""
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux says what a container may use."""


class Needs(NamedTuple):
    """Bytes: of one run at its peak, of what every worker has besides, of all that is kept until the end."""

    run: float
    worker: float
    kept: float
    at_once: int

    @property
    def total(self) -> float:
        return BYTES_OF_PROCESS + self.at_once * (self.run + self.worker) + self.kept


def check_design(design: Design) -> None:
    """Raise ScenarioError with what needs most, if a design would need more memory than this machine has."""
    needs, there = needs_of(design), memory_of_machine()
    if needs.total > there:
        raise ScenarioError([problem_with(design, needs, there)])


def check_run(scenario: Scenario, engine: str) -> None:
    """Raise ScenarioError if one run would need more memory than there is."""
    check_design(Design({"run": scenario}, replications=1, seed=0, engine=engine, workers=1))


def needs_of(design: Design) -> Needs:
    """What a design needs at its peak on this machine; runs of a cluster elsewhere need nothing here."""
    scenarios = design.scenarios.values()
    kept = float(BYTES_PER_SWEPT_RUN * design.n_runs)
    if design.reduce is summarised:
        visits = sum(map(visits_per_run, scenarios))
        kept = BYTES_PER_ANSWER * design.n_runs + BYTES_PER_VISIT_ANSWERED * design.replications * visits
    if design.address is not None:
        return Needs(0.0, 0.0, kept, 0)
    at_once = min(design.workers or n_cores(), design.n_runs)
    in_this_process = design.executor == "threads" or (at_once <= 1 and design.executor != DASK)
    worker = 0.0 if in_this_process else float(BYTES_OF_PROCESS)
    return Needs(max(bytes_of_run(scenario, design.engine) for scenario in scenarios), worker, kept, at_once)


def problem_with(design: Design, needs: Needs, there: int) -> Problem:
    """The largest part of what does not fit, and what to change."""
    much, has = f"would need about {size(needs.total)} of memory", f"this machine has {size(there)}"
    if BYTES_OF_PROCESS + needs.run > there:
        largest = max(design.scenarios.values(), key=lambda scenario: bytes_of_run(scenario, design.engine))
        weeks, visits = weeks_of(largest), visits_per_run(largest)
        remedy = f"{much}, {size(needs.run)} for each run, {has}: give fewer weeks, days of follow-up or visits"
        return Problem("study.weeks", f"{weeks:,.0f} weeks, about {visits:,.0f} visits a run", remedy)
    if needs.kept > needs.at_once * (needs.run + needs.worker):
        remedy = f"{much} for what is kept of every run, {has}: give fewer replications, scenarios or demand levels"
        return Problem("study.replications", f"{design.replications:,} of {len(design.scenarios):,} scenarios", remedy)
    fit = int((there - BYTES_OF_PROCESS - needs.kept) // (needs.run + needs.worker))
    remedy = f"{much}, {has}: give executor.workers={max(fit, 1)}, or fewer weeks"
    return Problem("executor.workers", f"{needs.at_once} runs at once of {size(needs.run)} each", remedy)


def bytes_of_run(scenario: Scenario, engine: str) -> float:
    """What one run holds at its peak."""
    return BYTES_PER_VISIT[engine] * visits_per_run(scenario) + BYTES_PER_DUTY * n_duties(scenario)


def visits_per_run(scenario: Scenario) -> float:
    """Visits of one run, warm-up and follow-up included, rather too many than too few."""
    demand: object = scenario.demand
    given = getattr(demand, "visits", None)
    if given is not None:
        return _RETURNS * len(given)
    factor = max(scenario.demand.growth, getattr(demand, "mh_growth", None) or 0.0)
    rates = getattr(demand, "per_hour", {}).values()
    of_profile = getattr(demand, "visits_per_year", 0.0) / WEEKS_PER_YEAR
    per_week = of_profile + _RETURNS * sum(sum(rates_of_week(rate)) for rate in rates)
    return float(per_week * factor * weeks_of(scenario))


def n_duties(scenario: Scenario) -> float:
    """Duties of all members in one run."""
    roles = scenario.staffing.roles.values()
    per_week = sum(role.heads_of(shift) * len(shift.days) for role in roles for shift in role.shifts.values())
    return per_week * weeks_of(scenario)


def weeks_of(scenario: Scenario) -> float:
    """Weeks that are played, measured or not."""
    return scenario.period.horizon / MINUTES_PER_WEEK


def memory_of_machine() -> int:
    """Bytes of memory that this machine has, or that the container it runs in may use."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        physical = memory_of_windows()
    return min([physical if physical > 0 else MEMORY_IF_UNKNOWN, *container_limits()])


def memory_of_windows() -> int:
    """Bytes of memory that are installed, as Windows says; 0 on another system, or if it does not answer."""
    kilobytes, windows = ctypes.c_uint64(), getattr(ctypes, "windll", None)
    if windows is None or not windows.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
        return 0
    return 1024 * kilobytes.value


def container_limits() -> list[int]:
    """Limits that are set; a container without one says `max`."""
    found = []
    for file in CGROUP_LIMITS:
        try:
            found.append(int(read_text(file, 100)))
        except (UnreadableFile, ValueError):
            continue
    return [limit for limit in found if limit > 0]


def size(n_bytes: float) -> str:
    """`310 GiB`, `1.5 GiB`."""
    return f"{n_bytes / GIB:,.0f} GiB" if n_bytes >= 10 * GIB else f"{n_bytes / GIB:.2g} GiB"


VISITS_PER_SECOND = {"compiled": 140_000.0, "simpy": 2000.0}
"""What is reckoned with on one core, measures included; `make bench` measures the engines alone."""


class Expected(NamedTuple):
    """Seconds, and a sentence on what they rest on where that is not the cores of this machine."""

    seconds: float
    remark: str | None = None


def expected_time(visits: float, design: Design, n_tasks: int) -> Expected:
    """How long so many visits in so many tasks take where a design plays them; asks a Dask scheduler it names."""
    n_at_once, remark = n_cores(), None
    if design.executor == DASK and design.address is not None:
        n_at_once, remark = threads_of_scheduler(design.address)
    elif design.executor == "threads" and not releases_gil(design.engine):
        n_at_once = 1
    elif design.workers is not None:
        n_at_once = design.workers
    if remark is not None and design.workers is not None:
        n_at_once = min(n_at_once, design.workers)
    return Expected(visits / VISITS_PER_SECOND[design.engine] / max(1, min(n_at_once, n_tasks)), remark)


def threads_of_scheduler(address: str) -> tuple[int, str]:
    """Threads of a Dask scheduler's workers, or if it does not answer this machine's; and a sentence on them."""
    from sim.runs.dask_workers import n_threads_at  # loads Dask

    try:
        n_threads = n_threads_at(address)
    except NoWorkers as error:
        return n_cores(), f"{error}; the time is that of the {n_cores()} cores of this machine"
    if n_threads == 0:
        return 1, f"no worker has come to the scheduler at {address} yet; the time is that of one thread"
    return n_threads, f"the workers of the scheduler at {address} have {n_threads} threads"
