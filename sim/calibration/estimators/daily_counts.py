"""Files that count arrivals by day: what they tell of volume, weekdays, months and days, and nothing of hours.

The estimators know visits by their hour. Those of a day get hours in the shares of a profile, which changes no count of
a day; whatever is estimated of hours is that profile again, and is left out of all that is written.
"""

from typing import Final

import numpy as np
import pandas as pd

from sim.department.arrivals import Profile
from sim.department.scenario import Scenario
from sim.statistics.arrays import FloatArray
from sim.visits.column_map import ColumnMap

HOURS_STAY: Final = "counts by day tell no hours: the hours of the day stay the default's"
OF_HOURS: Final = frozenset(
    ("block_share", "hour_of_day_share", "hour_share", "hour_of_week_share", "dispersion_index", "rate_per_hour")
)
"""Quantities of the table of estimates that are told by hours."""
_TURN: Final = (np.sqrt(5.0) - 1.0) / 2.0
"""By which the places of a day's visits in its profile are turned from day to day: over many days they cover it evenly
(the golden ratio, whose multiples keep apart from each other)."""


def is_counted_by_day(column_map: ColumnMap) -> bool:
    """Whether a row of the file counts the arrivals of a whole day."""
    return column_map.resolution == "day"


def with_hours(frame: pd.DataFrame, base: Scenario | None) -> pd.DataFrame:
    """Visits known by their day, each at the beginning of an hour of the profile of `base`, or of any hour without."""
    day = frame["arrival"].to_numpy().astype("datetime64[D]")
    weekday = frame["weekday"].to_numpy(np.float64).astype(np.int64)
    _, number, n = np.unique(day, return_inverse=True, return_counts=True)
    order = np.argsort(number, kind="stable")
    first = np.concatenate(([0], np.cumsum(n)[:-1]))
    place = np.empty(len(frame))
    place[order] = np.arange(len(frame)) - np.repeat(first, n)
    chance = (place + number * _TURN % 1.0) / n[number]
    upto = np.cumsum(_shares_of(base), axis=1)
    hour = np.minimum((chance[:, None] >= upto[weekday]).sum(axis=1), 23)
    arrival = day.astype("datetime64[us]") + hour * np.timedelta64(3_600_000_000, "us")
    return frame.assign(arrival=arrival.astype(frame["arrival"].dtype), minute_of_day=60.0 * hour)


def _shares_of(base: Scenario | None) -> FloatArray:
    """Shares of the hours of each weekday, shape (7, 24)."""
    demand = None if base is None else base.demand
    if not isinstance(demand, Profile):
        return np.full((7, 24), 1.0 / 24.0)
    share = demand.mental_health_share
    everyone = (1.0 - share) * np.broadcast_to(demand.medical_shares(), (7, 24)) + share * demand.mh_shares_of_default()
    return np.asarray(everyone)
