"""Why a calibration cannot be made: one line per reason, with the place, what was found and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.demand_shares import (
    days_without_visits,
    has_no_weekday,
    hour_slots,
    is_dated,
    n_days,
    period_text,
    with_weekday_and_time,
)
from sim.calibration.estimators.shares import hours_covered
from sim.calibration.estimators.step_minutes import unknown_steps
from sim.calibration.matching.service_times import outcomes_in, roles_to_match
from sim.department.scenario import Scenario
from sim.visits.column_map import ColumnMap

MOST_DAYS: Final = 36_525
"""From the first visit to the last, a hundred years: arrays with a value per day stay small."""
_FEWEST_VISITS_A_DAY: Final = 0.5
_GAP_CHANCE: Final = 1e-6
"""Chance of a gap among visits at the file's own rate below which dates are taken for mistyped."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def obstacles(
    frame: pd.DataFrame, column_map: ColumnMap, name: str, base: Scenario | None, matched: tuple[str, ...]
) -> Iterator[str]:
    """Everything that stands in the way of a calibration of that name, within a scenario if one is given."""
    if not _NAME.fullmatch(name):
        yield f"name: {name!r} is no configuration name; use lower-case letters, digits and _, a letter first"
    if name == "default":
        yield "name: 'default' is the built-in demand; choose another name"
    if (obstacle := arrival_obstacle(frame, column_map)) is not None:
        yield obstacle
    if base is not None:
        yield from _match_obstacles(base, matched, frame)
        yield from unknown_steps(base.department, column_map.steps())


def _match_obstacles(base: Scenario, matched: tuple[str, ...], frame: pd.DataFrame) -> Iterator[str]:
    known = roles_to_match(base.department)
    for role in matched:
        if role not in known:
            yield f"study.match: {role!r} has no minutes to match; choose of {', '.join(known)}"
    if matched and not outcomes_in(frame):
        yield "study.match: no waits or stays with acuity levels to match; name their columns in the column map"


def arrival_obstacle(frame: pd.DataFrame, column_map: ColumnMap) -> str | None:
    """Why no profile by hour of the week can be estimated from these visits, None if it can."""
    if has_no_weekday(frame):
        return None
    if column_map.arrival is None:
        return "column map: no `arrival` and no usable acuity, so no demand can be estimated; name their columns"
    timed = with_weekday_and_time(frame)
    if timed.empty:
        return "arrival: no row has a usable weekday and time; check `arrival` in the column map"
    if is_dated(timed) and (found := _date_obstacle(timed)):
        return f"arrival: {found}"
    absent = sorted(set(range(7)) - set(timed["weekday"].astype(int)))
    if absent:
        return f"arrival: no visit on weekdays {absent} (0 = Monday); give a file with visits on all seven"
    return None


def _date_obstacle(timed: pd.DataFrame) -> str | None:
    period, days = period_text(timed), n_days(timed)
    if days > MOST_DAYS:
        found = f"{period} is {days:,} days, more than the {MOST_DAYS:,} read of a file"
        return f"{found}; dates look mistyped, correct them or cut the file"
    if hours_covered(hour_slots(timed)).min() < 1:
        return f"{period} is less than a week; give a file that covers every hour of the week"
    empty = len(days_without_visits(timed))
    if 2 * empty > days and _has_impossible_gap(timed, days):
        found = f"{empty:,} of the {days:,} days from {period} have no visit"
        return f"{found}; dates look mistyped or shifted, correct them or cut the file"
    return None


def _has_impossible_gap(timed: pd.DataFrame, days: int) -> bool:
    """Whether visits are too few a day, or leave a gap that visits at the file's own rate would hardly ever leave."""
    n = len(timed)
    gap = float(timed["arrival"].sort_values().diff().max() / pd.Timedelta(days=1))
    return n < _FEWEST_VISITS_A_DAY * days or bool(n * np.exp(-gap * n / days) < _GAP_CHANCE)
