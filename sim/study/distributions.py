"""Distributions of one replication in a form that can be added up over replications: counts in bins, returns by day.

Estimates and intervals are made elsewhere.
"""

import numpy as np
import pandas as pd

from sim.department.quantities import MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.engine.visit_outcomes import Cohort, visit_outcomes

WAIT_EDGES = np.append(np.arange(0.0, 481.0, 10.0), np.inf)
ALONE_EDGES = np.append(np.arange(0.0, 961.0, 20.0), np.inf)


def wait_counts(trajectory: Trajectory) -> pd.DataFrame:
    """Visits seen, by stream, CTAS level and minutes from arrival to the physician: columns as `Comparison.waits`."""
    visits = trajectory.visit_columns
    wait = visits["pia"] - visits["arrival"]
    counted = in_window(trajectory) & ~np.isnan(wait)
    tables = []
    for stream, name in enumerate(trajectory.streams):
        for acuity in range(1, 6):
            chosen = counted & (visits["stream"] == stream) & (visits["acuity"] == acuity)
            table = counts_in_bins(wait[chosen], WAIT_EDGES)
            table.insert(0, "acuity", acuity)
            table.insert(0, "stream", name)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def alone_counts(trajectory: Trajectory, scenario: Scenario) -> pd.DataFrame:
    """Eligible mental-health visits by minutes alone."""
    cohort = Cohort(trajectory, scenario)
    minutes = visit_outcomes(cohort)["minutes_alone"]
    return counts_in_bins(minutes[~np.isnan(minutes)], ALONE_EDGES)


def counts_in_bins(values: np.ndarray, edges: np.ndarray) -> pd.DataFrame:
    """Columns from_minute, to_minute (inf for the last), n."""
    n, _ = np.histogram(np.minimum(values, 1e9), np.where(np.isinf(edges), 1e12, edges))
    return pd.DataFrame({"from_minute": edges[:-1], "to_minute": edges[1:], "n": n})


def return_table(trajectory: Trajectory) -> pd.DataFrame:
    """Mental-health visits departed in the window: columns first (first visit of the patient), days, observed.

    `days` runs to the return if it falls before the end of the run, else to that end (censored).
    """
    visits = trajectory.visit_columns
    if "mental_health" not in trajectory.streams:
        return pd.DataFrame({"first": np.empty(0, bool), "days": np.empty(0), "observed": np.empty(0, bool)})
    stream = trajectory.streams.index("mental_health")
    chosen = in_window(trajectory) & (visits["stream"] == stream) & ~np.isnan(visits["departure"])
    departure, following = visits["departure"][chosen], visits["next_visit"][chosen]
    observed = following < trajectory.horizon
    days = (np.where(observed, following, trajectory.horizon) - departure) / MINUTES_PER_DAY
    return pd.DataFrame({"first": visits["visit_number"][chosen] == 1, "days": days, "observed": observed})


def in_window(trajectory: Trajectory) -> np.ndarray:
    """Visits that arrive after the warm-up."""
    arrival = trajectory.visit_columns["arrival"]
    return (arrival >= trajectory.warm_up) & (arrival < trajectory.measured_until)
