"""Play the replications of a comparison: the same patients under every staffing, block by block.

A block is one demand level and one replication under all staffings, so that patients are matched inside the worker
and only small tables leave it. What is made of them is `sim.study.comparing`.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sim.department.quantities import MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.engine.intervals import Floats
from sim.engine.machine_code import machine_code
from sim.engine.measure_tables import mean_week_of
from sim.engine.measures import measures_of, per_visit_outcomes
from sim.engine.run_measures import StaffTime
from sim.engine.trajectory import Trajectory
from sim.engine.visit_outcomes import Cohort
from sim.study.behind import write_large_table
from sim.study.distributions import alone_counts, return_table, wait_counts
from sim.study.engines import COMPILED, ENGINES, lets_go, prepare

SAME_MINUTES = 5
"""A patient's wait or stay that moves by at most so many whole minutes is counted as the same."""
EVENTS = "events"
"""The folder of event logs among the results."""
IN_MINUTES = {"time_to_pia": 1.0, "length_of_stay": 60.0}
"""Minutes in the unit of each quantity that is matched."""


@dataclass(frozen=True)
class Block:
    """One demand level and replication of all staffings. `visits_folder`: where to keep every visit, if anywhere;
    `event_log`: the format of the event log to write beside that folder, if any.
    """

    demand: float
    replication: int
    seed: int
    scenarios: Mapping[str, Scenario]
    baseline: str
    engine: str = COMPILED
    visits_folder: Path | None = None
    event_log: str | None = None

    def __str__(self) -> str:
        return f"demand {self.demand:g}, replication {self.replication + 1}"


@dataclass(frozen=True)
class Played:
    """What one replication of one staffing leaves: all measures with the number of each, and small tables.

    Hundreds of these are kept at once, so that they are written compactly.
    """

    measures: tuple[str, ...]
    numbers: Floats
    week: pd.DataFrame
    waits: pd.DataFrame
    returns: pd.DataFrame
    alone: pd.DataFrame
    changes: pd.DataFrame | None
    n_visits: int
    n_entries: int

    @property
    def values(self) -> dict[str, float]:
        """The number of each measure."""
        return dict(zip(self.measures, self.numbers.tolist(), strict=True))


@dataclass(frozen=True)
class BlockAnswer:
    """Played staffings of a block, by name."""

    demand: float
    replication: int
    played: dict[str, Played] = field(default_factory=dict)


def at_demand(scenario: Scenario, level: float) -> Scenario:
    """The scenario with growth multiplied."""
    if level == 1.0:
        return scenario
    factors = {"growth": scenario.demand.growth * level}
    mental = getattr(scenario.demand, "mh_growth", None)
    if mental is not None:
        factors["mh_growth"] = mental * level
    return scenario.model_copy(update={"demand": scenario.demand.model_copy(update=factors)})


def get_ready(scenario: Scenario, engine: str, tell: Callable[[str], None]) -> None:
    """Make what an engine needs before any block is played; `tell` is called only if that takes a while."""
    prepare(engine, tell)
    if lets_go(engine):
        rehearse(scenario, engine)


def rehearse(scenario: Scenario, engine: str) -> None:
    """Play and measure one day, so that threads find all machine code made and need not wait for each other."""
    day = {"minutes": MINUTES_PER_DAY, "warm_up_weeks": 0, "step_limit": None}
    scenario = scenario.model_copy(update={"period": scenario.period.model_copy(update=day)})
    block = Block(1.0, 0, 0, {"": scenario}, "", engine)
    _, outcomes = play_staffing(block, "", None)
    play_staffing(block, "", outcomes)


def play_block(block: Block) -> BlockAnswer:
    """Play every staffing of a block on the same patients."""
    answer = BlockAnswer(block.demand, block.replication)
    answer.played[block.baseline], outcomes = play_staffing(block, block.baseline, None)
    for name in block.scenarios:
        if name != block.baseline:
            answer.played[name], _ = play_staffing(block, name, outcomes)
    return answer


def play_staffing(
    block: Block, name: str, of_baseline: dict[str, np.ndarray] | None
) -> tuple[Played, dict[str, np.ndarray]]:
    """Play one staffing and reduce it, so that its trajectory is gone before the next one is played."""
    scenario = at_demand(block.scenarios[name], block.demand)
    trajectory = ENGINES[block.engine](scenario, block.seed, block.replication)
    outcomes = per_visit_outcomes(trajectory)
    changes = None if of_baseline is None else matched_changes(of_baseline, outcomes, trajectory.streams)
    if block.visits_folder is not None:
        keep_visits(trajectory, name, block)
        keep_events(trajectory, name, block)
    return played(trajectory, scenario, changes), outcomes


def played(trajectory: Trajectory, scenario: Scenario, changes: pd.DataFrame | None) -> Played:
    """Reduce a trajectory to what a comparison needs."""
    cohort = Cohort(trajectory, scenario)
    time = StaffTime(cohort)
    values = measures_of(cohort, time)
    return Played(
        measures=tuple(map(sys.intern, values)),
        numbers=np.array(list(values.values())),
        week=mean_week_of(time),
        waits=wait_counts(cohort),
        returns=return_table(cohort),
        alone=alone_counts(cohort),
        changes=changes,
        n_visits=trajectory.n_visits,
        n_entries=trajectory.n_entries,
    )


def keep_visits(trajectory: Trajectory, name: str, block: Block) -> None:
    """Write every visit of a run."""
    assert block.visits_folder is not None
    n = trajectory.n_visits
    table = {"demand": np.full(n, block.demand), "staffing": np.full(n, name, dtype=object)}
    table |= trajectory.columns_of_visits()
    write_large_table(table, block.visits_folder / f"{name}-demand{block.demand:g}-{block.replication:04d}.parquet")


def keep_events(trajectory: Trajectory, name: str, block: Block) -> None:
    """Write the event log of a run, if one is asked for."""
    if block.visits_folder is None or block.event_log is None:
        return
    from sim.study.event_export import write_event_log  # few ask for one

    folder = block.visits_folder.with_name(EVENTS)
    folder.mkdir(exist_ok=True)
    first_monday = block.scenarios[name].department.calendar_start
    write_event_log(trajectory, block.event_log, folder, name, first_monday)


def matched_changes(
    before: dict[str, np.ndarray], after: dict[str, np.ndarray], streams: tuple[str, ...]
) -> pd.DataFrame:
    """Simulated patients by their own change from the baseline: columns stream, quantity, change, n.

    Changes are whole minutes, so that counts and not patients leave the worker. First visits only, seen (for waits) or
    departed (for stays) under both staffings.
    """
    before, after = matched(before, after)
    groups = [(name, quantity) for name in sorted(streams) for quantity in sorted(IN_MINUTES)]
    counted = []
    for name, quantity in groups:
        minutes = np.empty(before["patient"].size + 1, dtype=np.int32)
        columns = before["stream"], before[quantity], after[quantity]
        n_known = _whole_minutes(*columns, streams.index(name), IN_MINUTES[quantity], minutes)
        counted.append(counts_of(minutes[:n_known]))
    sizes = [changes.size for changes, _ in counted]
    return pd.DataFrame(
        {
            "stream": np.repeat(np.asarray([name for name, _ in groups], dtype=object), sizes),
            "quantity": np.repeat(np.asarray([quantity for _, quantity in groups], dtype=object), sizes),
            "change": np.concatenate([changes for changes, _ in counted]),
            "n": np.concatenate([n for _, n in counted]),
        }
    )


@machine_code(nogil=True)
def _whole_minutes(streams, before, after, stream, in_minutes, minutes):  # type: ignore[no-untyped-def]
    n = np.uint64(0)
    for row in range(streams.size):
        change = (after[row] - before[row]) * in_minutes
        known = (streams[row] == stream) and not np.isnan(change)
        minutes[n] = np.rint(change) if known else 0.0
        n += np.uint64(known)
    return n


def counts_of(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different whole numbers in ascending order, and how often each occurs."""
    lowest, highest = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    if highest - lowest > 4 * numbers.size:
        return np.unique(numbers, return_counts=True)
    n = np.bincount(numbers - lowest)
    found = np.flatnonzero(n)
    return (found + lowest).astype(numbers.dtype), n[found]


def matched(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], ...]:
    """Both with the patients they share alone, in one order."""
    if np.array_equal(before["patient"], after["patient"]):
        # The rule: who comes, and when, is no business of the staffing.
        return before, after
    _, left, right = np.intersect1d(before["patient"], after["patient"], assume_unique=True, return_indices=True)
    return {key: values[left] for key, values in before.items()}, {key: values[right] for key, values in after.items()}
