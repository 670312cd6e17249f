"""Tables beside the flat measures: breakdowns by a trait of the visit, and a mean week by the hour for figures.

The measures themselves are in `sim.engine.measures.measuring`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.department.quantities import MINUTES_PER_HOUR, MINUTES_PER_WEEK
from sim.department.roster import WEEKDAYS
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import HOURS_OF_WEEK, Cells, Codes, Flags, Floats, Integers
from sim.engine.measures.census import is_mental_health
from sim.engine.measures.cohort import Cohort, Few, Share, VisitOutcome, hours_of_day, one_of, parts_and_streams
from sim.engine.measures.entry import Measure, OfVisits
from sim.engine.measures.intervals import minutes_between, minutes_by_code
from sim.engine.measures.measuring import OF_VISITS, check_window, summaries, visit_outcomes
from sim.engine.measures.staff_time import StaffTime
from sim.engine.measures.visit_groups import FEWEST_IN_GROUP, VISIT_ATTRIBUTES, checked_attributes
from sim.engine.trajectory import Trajectory


def breakdown(trajectory: Trajectory, scenario: Scenario, by: str) -> pd.DataFrame:
    """Means, shares and quantiles by a trait of the visit (an attribute of `sim.engine.measures.visit_groups`; the hour
    of arrival by single hours) and stream, one row per cell and measure.

    Columns: `by`, `cell` (the trait's value), `stream`, `measure`, `n` (visits in the measure's denominator), `value`,
    `hidden`. A value over fewer than 10 visits is hidden: nan, with `hidden` true.
    """
    check_window(trajectory)
    time = StaffTime(trajectory, scenario)
    codes, cells = trait_of(time, by)
    outcomes = dict(visit_outcomes(time))
    chosen_measures = [item for item in OF_VISITS if item.statistic not in ("count", "per_week", "per_day")]
    rows: list[tuple[str, str, str, int, float]] = []
    for number, cell in enumerate(cells):
        streams = np.where(codes == number, time.codes("stream"), np.int8(-1))
        values = summaries(chosen_measures, outcomes.items(), streams, time)
        for stream, numbers in parts_and_streams(trajectory):
            chosen = one_of(streams, numbers)
            sizes = denominators(chosen_measures, outcomes, chosen)
            rows += [(cell, stream, item.key, sizes[item.key], values[stream][item.key]) for item in chosen_measures]
    table = pd.DataFrame(rows, columns=["cell", "stream", "measure", "n", "value"])
    table.insert(0, "by", by)
    table["hidden"] = table["n"] < FEWEST_IN_GROUP
    table.loc[table["hidden"], "value"] = np.nan
    return table


def trait_of(cohort: Cohort, by: str) -> tuple[Codes | Cells, tuple[str, ...]]:
    """Code of each visit of the cohort, -1 for none, and the names of the codes. Raises ValueError for an unknown
    trait."""
    (name,) = checked_attributes(by)
    if name == "arrival_hour":
        return hours_of_day(cohort.arrival), tuple(f"{hour:02d}" for hour in range(24))
    return VISIT_ATTRIBUTES[name].codes(cohort), VISIT_ATTRIBUTES[name].groups(cohort.trajectory)


def denominators(measures: list[Measure], outcomes: Mapping[OfVisits, VisitOutcome], chosen: Flags) -> dict[str, int]:
    """Visits in the denominator of each measure; of a ratio of sums those with anything below the line."""
    return {item.key: _size(item, outcomes, chosen) for item in measures}


def _size(item: Measure, outcomes: Mapping[OfVisits, VisitOutcome], chosen: Flags) -> int:
    below = item.per or item.of_visits
    assert below is not None, item.key
    outcome = outcomes[below]
    if isinstance(outcome, Share):
        return int(np.count_nonzero(outcome.whom & chosen))
    values, chosen = (outcome.values, chosen[outcome.visits]) if isinstance(outcome, Few) else (outcome, chosen)
    return int(np.count_nonzero((values > 0.0 if item.statistic == "ratio" else ~np.isnan(values)) & chosen))


def hour_of_week_table(trajectory: Trajectory, scenario: Scenario) -> pd.DataFrame:
    """The mean week of the measured window by the hour, 168 rows from Monday 00:00.

    Columns: `hour_of_week`, `weekday`, `hour`; mean numbers of visits `present` and `mh_present`; `peers_on_duty`
    (heads on the floor); `mh_without_peer` (mental-health visits present that no peer has met yet, whether one will
    or not) and `mh_no_peer_on_duty` (those present while no peer is on the floor); per role `heads_ROLE` (rostered,
    breaks and protected time off), `busy_ROLE` (members of it with a task inside their shift) and `load_ROLE` (offered
    load: hours of the role's tasks per hour, at the hour the visit arrived). nan for hours outside the window.
    """
    return mean_week_of(StaffTime(trajectory, scenario))


def mean_week_of(time: StaffTime) -> pd.DataFrame:
    """The same of a run whose staff others look at too."""
    check_window(time.trajectory)
    week = MeanWeek(time)
    heads, busy = heads_on_floor(week, time), week.mean_of_rows(time.busy)
    load = time.work.caused / week.minutes
    hours = np.arange(HOURS_OF_WEEK)
    weekdays = np.asarray(WEEKDAYS, dtype=object)[hours // 24]
    columns: dict[str, np.ndarray] = {"hour_of_week": hours, "weekday": weekdays, "hour": hours % 24}
    columns |= visits_by_hour(week, time, heads[time.peers].sum(axis=0))
    for number, role in enumerate(time.trajectory.roles):
        columns |= {f"heads_{role}": heads[number], f"load_{role}": load[number], f"busy_{role}": busy[number]}
    return pd.DataFrame(columns)


class MeanWeek:
    """The measured window cut into the hours of the week; `edges` are the cuts, `hour` that of each span."""

    def __init__(self, time: StaffTime) -> None:
        self.trajectory = time.trajectory
        self.edges = time.hours
        self.hour = self.hours_of(self.edges)
        minutes = np.bincount(self.hour, weights=np.diff(self.edges), minlength=HOURS_OF_WEEK)
        self.minutes = np.where(minutes > 0.0, minutes, np.nan)

    @staticmethod
    def hours_of(edges: Floats) -> Integers:
        """Hour of the week of each span between edges."""
        return (edges[:-1] % MINUTES_PER_WEEK // MINUTES_PER_HOUR).astype(np.int64)

    def mean(self, sums: Floats, hour: Integers) -> Floats:
        """Sums of minutes over spans as mean number by hour of the week."""
        return np.asarray(np.bincount(hour, weights=sums, minlength=HOURS_OF_WEEK) / self.minutes, dtype=np.float64)

    def mean_running(self, starts: Floats, ends: Floats) -> Floats:
        """Mean number of intervals running, by hour of the week."""
        return self.mean(minutes_between(starts, ends, self.edges), self.hour)

    def mean_of_rows(self, minutes: Floats) -> Floats:
        """Minutes over the hours of the window as mean number by hour of the week, row by row."""
        return np.reshape([self.mean(row, self.hour) for row in minutes], (-1, HOURS_OF_WEEK))


def visits_by_hour(week: MeanWeek, time: StaffTime, peers: Floats) -> dict[str, np.ndarray]:
    """Visits present, mental-health visits present, not yet met or with no peer there, and peers on the floor."""
    visits = week.trajectory.visit_columns
    mental = is_mental_health(week.trajectory)
    arrival, departure = visits["arrival"][mental], visits["departure"][mental]
    met = np.fmin(visits["peer_met"][mental], departure)
    return {
        "present": week.mean_running(visits["arrival"], visits["departure"]),
        "mh_present": week.mean_running(arrival, departure),
        "peers_on_duty": peers,
        "mh_without_peer": week.mean_running(arrival, met),
        "mh_no_peer_on_duty": present_without(week, time, arrival, departure),
    }


def heads_on_floor(week: MeanWeek, time: StaffTime) -> Floats:
    """Mean heads of each role on duty and not on a break, by hour of the week."""
    n_roles = len(week.trajectory.roles)
    on = minutes_by_code(time.duty_role, n_roles, *time.duties, week.edges)
    return week.mean_of_rows(on - minutes_by_code(time.rest_role, n_roles, *time.rests, week.edges))


def present_without(week: MeanWeek, time: StaffTime, arrival: Floats, departure: Floats) -> Floats:
    """Mean visits present at moments when no peer is on the floor, by hour of the week."""
    chosen = np.append(time.peers, False)  # a member without duty is of the role -1, and no peer
    duty, resting = chosen[time.duty_role], chosen[time.rest_role] & ~np.isnan(time.rests[0])
    start, end = (np.fmin(moments[duty], week.trajectory.horizon) for moments in time.duties)
    rest, back = (np.fmin(moments[resting], week.trajectory.horizon) for moments in time.rests)
    moments = np.concatenate([start, end, rest, back])
    inside = (moments > week.edges[0]) & (moments < week.edges[-1])
    edges = np.union1d(week.edges, moments[inside])
    heads = minutes_between(start, end, edges) - minutes_between(rest, back, edges)
    nobody = heads < 0.5 * np.diff(edges)
    present = minutes_between(arrival, departure, edges)
    return week.mean(np.where(nobody, present, 0.0), week.hours_of(edges))
