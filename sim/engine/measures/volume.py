"""How many come, when, how many are there at a time, and whether a queue grows over the measured window."""

from functools import partial

import numpy as np

from sim.department.arrivals import Hourly, Profile, Replay
from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import Floats
from sim.engine.measures.census import end_of_waiting
from sim.engine.measures.cohort import Cohort, Share, hours_of_day, parts_and_streams
from sim.engine.measures.entry import IF_ARRIVED, WEEKS, Entries, NamedValues, quotient
from sim.engine.measures.intervals import minutes_between, minutes_by_code
from sim.engine.measures.staff_time import StaffTime

VOLUME = Entries()
CENSUS_MINUTES = "Minutes of the window"
ARRIVAL_BLOCKS = {"00_08": (0, 8), "08_16": (8, 16), "16_24": (16, 24)}
"""Blocks of the day for shares of arrivals, in hours."""


@VOLUME.visits("Visits", "visits", "Visits", "", IF_ARRIVED, statistic="count", kind="count", decimals=0)
def n_visits(cohort: Cohort) -> Share:
    return Share(cohort.everyone, cohort.everyone)


@VOLUME.visits(
    "Still present at the end", "visits", "Visits not departed", "", IF_ARRIVED, statistic="count", kind="count",
    decimals=0,
)  # fmt: skip
def n_present_at_end(cohort: Cohort) -> Share:
    return Share(~cohort.departed, cohort.everyone)


@VOLUME.share(
    "Unfinished when the window ended", "Visits not departed by the end of the measured window", "Visits", IF_ARRIVED
)
def unfinished_share(cohort: Cohort) -> Share:
    return Share(cohort.everyone, ~(cohort.times("departure") <= cohort.trajectory.measured_until))


def wait_of_third(time: StaffTime, third: str) -> float:
    """Minutes waited per arrival in the first or the last third of the window, which differ if a queue grows.

    Minutes count when they are waited, so that visits still waiting when the window ends do not make the late ones look
    short. Thirds are whole weeks, so that both have the same days of the week; nan where the window has no three weeks,
    or where demand changes over the weeks by itself.
    """
    run, length = time.trajectory, time.weeks // 3 * MINUTES_PER_WEEK
    if not length > 0.0 or changes_over_weeks(time.scenario):
        return np.nan
    start = run.warm_up if third == "first" else run.measured_until - length
    end = start + length
    visits = run.visit_columns
    over = np.fmin(visits["pia"], visits["departure"])
    minutes = minutes_between(visits["arrival"], over, np.array([start, end]))[0]
    first, last = np.searchsorted(visits["arrival"], (start, end))
    return quotient(float(minutes), float(last - first))


def changes_over_weeks(scenario: Scenario) -> bool:
    """Whether demand itself changes over the weeks: by month, by the level of weeks, or as in a list of visits."""
    if isinstance(scenario.demand, Profile | Hourly):
        levels = scenario.demand.slow_level.values()
        return scenario.period.uses_month_factors or any(level.cv > 0.0 for level in levels)
    return isinstance(scenario.demand, Replay)


for _third in ("first", "last"):
    VOLUME.run(
        f"Minutes waited per arrival, {_third} third of the window", "min",
        f"Minutes waited for a first physician contact in the {_third} third of the window, whoever waits them",
        "Visits arriving in that third (whole weeks; nan in windows under 3 weeks, or where demand changes by "
        "month, by the level of weeks, or as in a list)",
        key=f"wait_{_third}_third", kind="mean", decimals=1, better="low",
    )(partial(wait_of_third, third=_third))  # fmt: skip


@VOLUME.run("Length of the window", "days", "Days of the measured window", "", kind="count")
def measured_days(time: StaffTime) -> float:
    return time.days


VOLUME.visits(
    "Visits a week", "visits/week", "Visits", WEEKS, IF_ARRIVED, key="visits_per_week", statistic="per_week",
    kind="rate", decimals=1,
)(n_visits)  # fmt: skip


def arrival_between(cohort: Cohort, first: int, last: int) -> Share:
    """Whether each visit arrives between two hours of the day."""
    hour = hours_of_day(cohort.arrival)
    return Share(cohort.everyone, (hour >= first) & (hour < last))


for _block, (_first, _last) in ARRIVAL_BLOCKS.items():
    VOLUME.share(
        f"Arrivals {_first:02d}:00-{_last:02d}:00", "Visits arriving in these hours", "Visits", IF_ARRIVED,
        key=f"arrivals_{_block}", better="neutral",
    )(partial(arrival_between, first=_first, last=_last))  # fmt: skip


@VOLUME.run("Present, mean", "visits", "Minutes present", CENSUS_MINUTES, by="stream", kind="mean")
def census_present_mean(time: StaffTime) -> NamedValues:
    visits = time.trajectory.visit_columns
    return mean_by_stream(time, visits["arrival"], visits["departure"])


@VOLUME.run(
    "Waiting for a place, mean", "visits", "Minutes from arrival to the first place or departure", CENSUS_MINUTES,
    by="stream", kind="mean", better="low",
)  # fmt: skip
def census_waiting_mean(time: StaffTime) -> NamedValues:
    return mean_by_stream(time, time.trajectory.visit_columns["arrival"], end_of_waiting(time.trajectory))


@VOLUME.run("Boarding, mean", "visits", "Minutes boarding", CENSUS_MINUTES, by="stream", kind="mean", better="low")
def census_boarding_mean(time: StaffTime) -> NamedValues:
    visits = time.trajectory.visit_columns
    return mean_by_stream(time, visits["boarding_start"], np.fmin(visits["boarding_end"], visits["departure"]))


def mean_by_stream(time: StaffTime, starts: Floats, ends: Floats) -> NamedValues:
    """Mean number of visits in a state that lasts from start to end, over all visits and by stream."""
    run, length = time.trajectory, time.trajectory.measured_until - time.trajectory.warm_up
    minutes = minutes_by_code(run.visit_columns["stream"], len(run.streams), starts, ends, time.window)[:, 0]
    return {part: float(minutes[streams].sum()) / length for part, streams in parts_and_streams(run)}


@VOLUME.run(
    "Places in use, mean", "places", "Minutes places of the zone are held, cleaning left out", CENSUS_MINUTES,
    by="zone", kind="mean",
)  # fmt: skip
def census_zone_mean(time: StaffTime) -> NamedValues:
    return dict(zip(time.trajectory.zones, time.places_in_use.tolist(), strict=True))


@VOLUME.run(
    "Occupancy of the zone", "proportion", "Mean places in use", "Places of the zone (nan without a limit)", by="zone",
    decimals=4,
)  # fmt: skip
def occupancy(time: StaffTime) -> NamedValues:
    zones = time.scenario.department.zones
    places = {name: zones[name].places if name in zones else None for name in time.trajectory.zones}
    return {name: quotient(in_use, places[name] or 0.0) for name, in_use in census_zone_mean(time).items()}
