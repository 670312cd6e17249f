"""The census: who waits, is roomed or boards, counted on a grid of time after a run.

Time averages without a grid are made in `sim.engine.measures.staff_time` and `sim.engine.measures.week`.
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.department.arrivals import MENTAL_HEALTH
from sim.engine.measures import array_loops
from sim.engine.measures.array_loops import Flags, Floats
from sim.engine.measures.intervals import running_at
from sim.engine.trajectory import Trajectory, as_it_stands

if TYPE_CHECKING:
    import pandas as pd

GRID_MINUTES = 15.0
OTHER_COLUMNS = ("time", "waiting", "boarding", "present")


def census_of(trajectory: Trajectory) -> "pd.DataFrame":
    """Visits in each state every 15 minutes from 0 up to, not including, the horizon.

    Columns: `time` (minutes), `waiting` (arrived, no place yet, not departed), one per zone (places held, cleaning
    not counted), `boarding`, `present`, and the same of mental-health visits as `mh_…`. A zone whose name is one of
    the other columns is called `zone_…`. Who arrives or enters at a grid time counts, who leaves at it does not.
    """
    import pandas as pd  # slow to load, and measures need no table

    times = np.arange(0.0, trajectory.horizon, GRID_MINUTES)
    everyone = np.ones(trajectory.n_visits, dtype=np.bool_)
    columns: dict[str, np.ndarray] = {"time": times}
    columns |= counts(trajectory, times, everyone, "")
    columns |= counts(trajectory, times, is_mental_health(trajectory), "mh_")
    return pd.DataFrame(columns)


def is_mental_health(trajectory: Trajectory) -> Flags:
    """Whether each visit is of the mental-health stream."""
    if MENTAL_HEALTH not in trajectory.streams:
        return np.zeros(trajectory.n_visits, dtype=np.bool_)
    return np.asarray(trajectory.visit_columns["stream"] == trajectory.streams.index(MENTAL_HEALTH))


def first_place(trajectory: Trajectory) -> Floats:
    """When each visit got its first place, nan if it never had one."""
    first = np.full(trajectory.n_visits, np.nan)
    visit, start = (as_it_stands(trajectory.place_columns, name) for name in ("visit", "start"))
    array_loops.put_first(array_loops.as_rows(visit), start, first)
    return first


def end_of_waiting(trajectory: Trajectory) -> Floats:
    """When each visit stopped waiting for its first place: roomed or departed, nan if neither happened."""
    departure: Floats = trajectory.visit_columns["departure"]
    return np.fmin(first_place(trajectory), departure)


def counts(trajectory: Trajectory, times: Floats, chosen: Flags, prefix: str) -> dict[str, np.ndarray]:
    """Census of the chosen visits at the given times, one array per state."""
    visits, places = trajectory.visit_columns, trajectory.place_columns
    arrival = visits["arrival"][chosen]
    found = {f"{prefix}waiting": running_at(arrival, end_of_waiting(trajectory)[chosen], times)}
    for number, zone in enumerate(trajectory.zones):
        held = (places["zone"] == number) & chosen[places["visit"]]
        column = f"zone_{zone}" if zone in OTHER_COLUMNS else zone
        found[prefix + column] = running_at(places["start"][held], places["end"][held], times)
    boarding_end = np.fmin(visits["boarding_end"], visits["departure"])[chosen]
    found[f"{prefix}boarding"] = running_at(visits["boarding_start"][chosen], boarding_end, times)
    found[f"{prefix}present"] = running_at(arrival, visits["departure"][chosen], times)
    return found
