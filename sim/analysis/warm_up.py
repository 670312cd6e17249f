"""How many weeks of a run are warm-up: MSER-5 on daily series of a pilot of all scenarios, the largest for all.

The rule is `sim.statistics.warm_up.daily_warm_up`; that scenarios then have so many weeks is for `sim.studies.sweep`.

A pilot plays every scenario from its empty start, without seasons, which are no warm-up. A series that is not shown to
settle in the first half of the pilot tells no number: it is named, and left out of the decision. MSER-5 looks for the
quietest tail, and of a series that has nothing to settle it now and then cuts weeks by chance, so that the largest of
many series errs on the long side.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.department.quantities import MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.engine.code_version import code_version
from sim.engine.measures.census import is_mental_health
from sim.engine.measures.intervals import minutes_between
from sim.engine.trajectory import Trajectory
from sim.runs.design import Design, Reduced
from sim.runs.playing import play_tasks, workers_for
from sim.runs.received_sweep import WARM_UP, WARM_UP_DAYS, read_checked
from sim.runs.tables_on_disk import write_table
from sim.statistics.arrays import FloatArray
from sim.statistics.warm_up import daily_warm_up

PILOT_REPLICATIONS = 5
PILOT_WEEKS = 14
"""Long enough to see whether queues settle within some weeks; the last one is not looked at, as its waits are open."""
DAYS_SEEN = 7 * (PILOT_WEEKS - 1)
SERIES = ("wait to physician", "present", "mental-health present", "boarding")
"""By day: mean minutes from arrival to the first physician contact of visits that arrive; mean numbers of visits."""


@dataclass(frozen=True)
class WarmUpFound:
    """`weeks` for all scenarios.

    `evidence`: pilot (hash of what was played), label, series, n_weeks, n_days, reliable, seed, code; `days`: label,
    series, day, mean over replications.
    """

    weeks: int
    evidence: pd.DataFrame
    days: pd.DataFrame

    @property
    def unsettled(self) -> tuple[str, ...]:
        """Scenarios and series that are not shown to settle."""
        rows = self.evidence[~self.evidence["reliable"].astype(bool)].to_dict("records")
        return tuple(f"{row['label']}, {row['series']}" for row in rows)


def pilot_of(design: Design) -> Design:
    """The pilot of a design: every scenario from an empty start, without seasons."""
    short = {"weeks": PILOT_WEEKS, "warm_up_weeks": 0, "follow_up_days": 0, "month_factors": False}
    scenarios = {
        label: scenario.model_copy(update={"period": scenario.period.model_copy(update=short)})
        for label, scenario in design.scenarios.items()
    }
    return Design(
        scenarios=scenarios,
        replications=PILOT_REPLICATIONS,
        seed=design.seed,
        engine=design.engine,
        executor=design.executor,
        workers=design.workers,
        address=design.address,
        groups={label: (label,) for label in scenarios},
        reduce=series_alone,
    )


def series_alone(trajectory: Trajectory, scenario: Scenario, _: object = None) -> Reduced:
    """The daily series of a pilot run, and no measures."""
    return Reduced({}, daily_series(trajectory, DAYS_SEEN))


def find_warm_up(pilot: Design, advance: Callable[[str], None]) -> WarmUpFound:
    """Play the pilot and decide; a scenario of which a run fails has no say, and fails again where that is told."""
    series: dict[str, dict[int, FloatArray | None]] = {label: {} for label in pilot.scenarios}
    tasks = pilot.tasks()
    with workers_for(pilot, len(tasks)) as pool, closing(play_tasks(tasks, pool)) as played:
        for task, (result,) in played:
            series[result.label][task.replication] = result.summary
            advance(f"{result.label}, pilot {task.replication + 1}")
    of_each = {}
    for label, by_replication in series.items():
        whole = [days for _, days in sorted(by_replication.items()) if days is not None]
        if len(whole) == pilot.replications:
            of_each[label] = np.array(whole)
    found = decided(of_each)
    known = found.evidence.assign(pilot=found.evidence["label"].map(pilot.keys), seed=pilot.seed, code=code_version())
    return WarmUpFound(found.weeks, known, found.days)


def daily_series(trajectory: Trajectory, n_days: int) -> FloatArray:
    """The `SERIES` of a run, shape (series, days); nan on a day without a visit that is seen."""
    visits = trajectory.visit_columns
    edges = np.arange(n_days + 1, dtype=np.float64) * MINUTES_PER_DAY
    day = (visits["arrival"] // MINUTES_PER_DAY).astype(np.int64)
    seen = ~np.isnan(visits["pia"]) & (day < n_days)
    waited = np.bincount(day[seen], weights=(visits["pia"] - visits["arrival"])[seen], minlength=n_days)
    n_seen = np.bincount(day[seen], minlength=n_days)
    wait = np.divide(waited, n_seen, out=np.full(n_days, np.nan), where=n_seen > 0)
    mental = is_mental_health(trajectory)
    arrival, departure = visits["arrival"], visits["departure"]
    boarded = ~np.isnan(visits["boarding_start"])
    boarding_end = np.fmin(visits["boarding_end"], departure)
    present = (
        minutes_between(arrival, departure, edges),
        minutes_between(arrival[mental], departure[mental], edges),
        minutes_between(visits["boarding_start"][boarded], boarding_end[boarded], edges),
    )
    return np.array([wait, *(minutes / MINUTES_PER_DAY for minutes in present)])


def decided(of_each: Mapping[str, FloatArray]) -> WarmUpFound:
    """The largest warm-up of all scenarios and series that settle; arrays of shape (replications, series, days)."""
    evidence: list[tuple[object, ...]] = []
    days: list[pd.DataFrame] = []
    for label, values in of_each.items():
        for number, name in enumerate(SERIES):
            series = values[:, number]
            has_days = ~np.isnan(series).all(axis=0)
            if not has_days.all():  # nobody comes on some days: no series to judge
                continue
            found = daily_warm_up(series)
            evidence.append((label, name, found.n_weeks, found.n_observations, found.reliable))
            means = np.nanmean(series, axis=0)
            days.append(pd.DataFrame({"label": label, "series": name, "day": np.arange(means.size), "mean": means}))
    table = pd.DataFrame(evidence, columns=["label", "series", "n_weeks", "n_days", "reliable"])
    return WarmUpFound(largest(table), table, pd.concat(days, ignore_index=True) if days else pd.DataFrame())


def largest(evidence: pd.DataFrame) -> int:
    """Weeks of warm-up of the series that are shown to settle; 0 if none is."""
    settled = evidence["n_weeks"][evidence["reliable"].astype(bool)]
    return int(settled.max()) if len(settled) else 0


def write_warm_up(found: WarmUpFound, folder: Path) -> None:
    """Keep what was decided, and from what."""
    if len(found.evidence):
        write_table(found.days, folder / WARM_UP_DAYS)
        write_table(found.evidence, folder / WARM_UP)


def read_warm_up(pilot: Design, folder: Path) -> WarmUpFound | None:
    """What an earlier command decided from the same pilot, if it did."""
    if not (folder / WARM_UP).exists() or not (folder / WARM_UP_DAYS).exists():
        return None
    evidence, days = read_checked(folder / WARM_UP), read_checked(folder / WARM_UP_DAYS)
    wanted = {(key, pilot.seed, code_version()) for key in pilot.keys.values()}
    there = set(zip(evidence["pilot"], evidence["seed"].astype(int), evidence["code"], strict=True))
    in_reach = bool(evidence["n_weeks"].between(0, PILOT_WEEKS).all())
    return WarmUpFound(largest(evidence), evidence, days) if there == wanted and in_reach else None
