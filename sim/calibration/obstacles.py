"""Why a calibration cannot be made, a line for each reason: the place, what was found, what to do."""

import re
from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators import shares
from sim.calibration.estimators.step_minutes import IfNoneFits, unknown_steps
from sim.calibration.estimators.streams import stream_parts
from sim.calibration.estimators.survey_weights import REFUSED_WITH_DATES, has_weights
from sim.calibration.matching.match_visits import outcomes_in
from sim.calibration.matching.quantities import EACH_LEVEL, quantities_of, steps_of
from sim.department.arrivals import Profile
from sim.department.scenario import Scenario
from sim.visits.column_map import ColumnMap

MOST_UNNAMED: Final = 0.1
"""Part of the visits that may name no stream in a file that names one alone: more are not of this stream by chance."""
MOST_DAYS: Final = 36_525
"""From the first visit to the last, a hundred years: arrays with a value per day stay small."""
_FEWEST_VISITS_A_DAY: Final = 0.5
_GAP_CHANCE: Final = 1e-6
"""Chance of a gap among visits at the file's own rate below which dates are taken for mistyped."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def obstacles_without_file(
    column_map: ColumnMap, name: str, base: Scenario | None, matched: Collection[str]
) -> Iterator[str]:
    """What stands in the way of a calibration whatever the file holds: its name, what is matched, steps measured."""
    if not _NAME.fullmatch(name):
        yield f"name: {name!r} is no configuration name; use lower-case letters, digits and _, a letter first"
    if name == "default":
        yield "name: 'default' is the built-in demand; choose another name"
    if base is None:
        return
    measured = frozenset(column_map.steps())
    known = quantities_of(base, measured)
    for each in matched:
        if each not in (*known, *EACH_LEVEL, *steps_of(base.department, measured)):
            yield (
                f"study.match: {each!r} cannot be matched; choose of {', '.join(known)}, levels.1 to levels.5, "
                f"or a step as steps.NAME"
            )
    yield from unknown_steps(base.department, column_map.steps())


def obstacles_in_file(
    frame: pd.DataFrame,
    column_map: ColumnMap,
    base: Scenario | None,
    matched: Collection[str],
    *,
    rake: bool = False,
    if_none_fits: IfNoneFits = "empirical",
) -> Iterator[str]:
    """Everything in a file that stands in the way of a calibration, within a scenario if one is given."""
    if (obstacle := arrival_obstacle(frame, column_map)) is not None:
        yield obstacle
    if base is not None and matched and not outcomes_in(frame):
        yield "study.match: no waits or stays with acuity levels to match; name their columns in the column map"
    yield from _weight_obstacles(frame, matched, if_none_fits)
    yield from _stream_obstacles(frame, base, rake=rake)


def _weight_obstacles(frame: pd.DataFrame, matched: Collection[str], if_none_fits: IfNoneFits) -> Iterator[str]:
    """Weights are used in every estimate or refused."""
    if not has_weights(frame):
        return
    if frame["arrival"].notna().any():
        yield REFUSED_WITH_DATES
    if not (frame["weight"] > 0.0).any():
        yield "weight: no visit has a weight over 0; correct them, or leave `weight` out of the column map"
    if matched:
        yield "study.match: means that are matched have no survey weights; leave `match` or `weight` out"
    if if_none_fits == "nearest":
        yield "study.if_none_fits: no family is fitted to weighted minutes; leave it at `empirical`, or `weight` out"


def _stream_obstacles(frame: pd.DataFrame, base: Scenario | None, *, rake: bool) -> Iterator[str]:
    """A file of one stream stands beside the other of a demand by profile."""
    parts = stream_parts(frame)
    only = parts.only
    if only is None:
        return
    if parts.n_unnamed > MOST_UNNAMED * len(frame):
        yield (
            f"stream: {parts.n_unnamed:,} of {len(frame):,} visits name no stream, and all others are of {only}: if no "
            "word means another stream write its name into the column, or leave `stream` out to pool all visits"
        )
    if base is None or not isinstance(base.demand, Profile) or base.demand.name != "default":
        yield f"stream: every visit is of {only}, and the other stream is that of demand=default: choose this demand"
    if rake:
        yield f"study.rake: the published blocks are of all visits, the file has {only} alone; leave raking off"


def arrival_obstacle(frame: pd.DataFrame, column_map: ColumnMap) -> str | None:
    """Why no profile by hour of the week can be estimated from these visits, None if it can."""
    if shares.has_no_weekday(frame):
        return None
    if column_map.arrival is None:
        return "column map: no `arrival` and no usable acuity, so no demand can be estimated; name their columns"
    timed = shares.with_weekday_and_time(frame)
    if timed.empty:
        return "arrival: no row has a usable weekday and time; check `arrival` in the column map"
    if shares.is_dated(timed) and (found := _date_obstacle(timed)):
        return f"arrival: {found}"
    absent = sorted(set(range(7)) - set(timed["weekday"].astype(int)))
    if absent:
        return f"arrival: no visit on weekdays {absent} (0 = Monday); give a file with visits on all seven"
    return None


def _date_obstacle(timed: pd.DataFrame) -> str | None:
    period, days = shares.period_text(timed), shares.n_days(timed)
    if days > MOST_DAYS:
        found = f"{period} is {days:,} days, more than the {MOST_DAYS:,} read of a file"
        return f"{found}; dates look mistyped, correct them or cut the file"
    if shares.hours_covered(shares.hour_slots(timed)).min() < 1:
        return f"{period} is less than a week; give a file that covers every hour of the week"
    empty = len(shares.days_without_visits(timed))
    if 2 * empty > days and _has_impossible_gap(timed, days):
        found = f"{empty:,} of the {days:,} days from {period} have no visit"
        return f"{found}; dates look mistyped or shifted, correct them or cut the file"
    return None


def _has_impossible_gap(timed: pd.DataFrame, days: int) -> bool:
    """Whether visits are too few a day, or leave a gap that visits at the file's own rate would hardly ever leave."""
    n = len(timed)
    gap = float(timed["arrival"].sort_values().diff().max() / pd.Timedelta(days=1))
    return n < _FEWEST_VISITS_A_DAY * days or bool(n * np.exp(-gap * n / days) < _GAP_CHANCE)
