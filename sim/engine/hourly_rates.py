"""How many first visits are expected in each hour: the profile times the factors of the calendar, of days and of weeks.

The factor of a day and the level of a week are drawn by their number alone: neither the horizon nor the prelude nor a
staffing changes them. Arrival times at these rates are drawn by `sim.engine.workload`.
"""

import datetime
import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from sim.department.arrivals import HOURS_PER_WEEK, DatesWithFactor, SlowLevel, StreamArrivals
from sim.department.quantities import MINUTES_PER_DAY, gamma_table, normal_quantile, table_quantile
from sim.engine.compiled.backend import Floats, Integers, machine_code
from sim.engine.draw_numbers import DAY_ID, FIRST_DAY, PERSON, WEEK_ID
from sim.engine.keyed_uniforms import visit_uniform
from sim.io.calendar_days import dates_named


class HourlyRates:
    """First visits expected in each hour from `first_day` (0 is the Monday of week 0) to the horizon's day.

    `certain` are those without factors of single days and levels of weeks. With `month_factors` the calendar counts:
    months, and special days too.
    """

    def __init__(
        self,
        arrivals: StreamArrivals,
        calendar_start: datetime.date,
        month_factors: bool,
        first_day: int,
        horizon: float,
    ) -> None:
        self.days = np.arange(first_day, math.ceil(horizon / MINUTES_PER_DAY))
        self.by_day = np.asarray(arrivals.rate_per_hour).reshape(7, HOURS_PER_WEEK // 7)[self.days % 7]
        self.of_calendar = np.ones(len(self.days))
        self.cv, self.slow_level = arrivals.day_factor_cv, arrivals.slow_level
        if month_factors:
            dates = np.datetime64(calendar_start) + self.days
            months = dates.astype("datetime64[M]").astype(np.int64) % 12
            self.of_calendar = np.asarray(arrivals.month_index)[months]  # 0 is January
            if arrivals.special_days:
                self.of_calendar = self.of_calendar * special_day_factors(arrivals.special_days, dates)
        self.certain = self._times(self.of_calendar)
        self.address: int = self.certain.ctypes.data

    def drawn(self, stream_id: int, base: int) -> tuple[np.ndarray, int]:
        """The rates of a stream with the factors of its days and the levels of its weeks, and where they stand; not to
        be written to."""
        factors = self.of_calendar
        if self.cv == 0.0 and self.slow_level.cv == 0.0:
            return self.certain, self.address
        if self.cv != 0.0:
            factors = day_factors(self.days, self.cv, stream_id, base) * factors
        if self.slow_level.cv != 0.0:
            factors = factors * week_levels(self.days // 7, self.slow_level, stream_id, base)
        rates = self._times(factors)
        return rates, rates.ctypes.data

    def _times(self, factors: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray((self.by_day * factors[:, None]).ravel())


def special_day_factors(special_days: Sequence[DatesWithFactor], dates: np.ndarray) -> np.ndarray:
    """The product, in the order written, of the factors of special days on each of some dates (datetime64[D])."""
    factors = np.ones(len(dates))
    years = range(int(str(dates[0])[:4]), int(str(dates[-1])[:4]) + 1) if len(dates) else range(0)
    for special in special_days:
        named = {date for text in special.dates for date in dates_named(text, years)}
        factors[np.isin(dates, np.array(sorted(named), dtype="datetime64[D]"))] *= special.factor
    return factors


def day_factors(days: np.ndarray, cv: float, stream_id: int, base: int) -> np.ndarray:
    """Gamma factors on whole days of one stream, mean 1."""
    factors = np.ones(len(days))
    if cv != 0.0:
        draw_day_factors(base, stream_id, days, gamma_table(cv), factors)
    return factors


@machine_code
def draw_day_factors(base: int, stream_id: int, days: Integers, table: Floats, out: Floats) -> None:
    """Fill `out` with the factor of each day."""
    for i in range(len(days)):
        out[i] = table_quantile(table, visit_uniform(base, stream_id, PERSON, DAY_ID, FIRST_DAY + days[i]))


FORGOTTEN = 1e-4
"""Shocks of weeks whose weight has fallen below this are left out: correlations are exact to within it."""


@lru_cache(maxsize=64)
def shock_weights(memory_weeks: float) -> np.ndarray:
    """Weights of the shocks of a week and of those before it, falling as exp(-weeks / memory); their squares sum to 1.

    The moving average of independent standard normals with these weights has variance 1 and, at a lag of j weeks, a
    correlation that is exp(-j / memory) to within `FORGOTTEN`.
    """
    n = max(1, math.ceil(memory_weeks * -math.log(FORGOTTEN)))
    weights = np.exp(np.arange(n) / -memory_weeks)
    return np.ascontiguousarray(weights / math.sqrt(float((weights * weights).sum())))


def week_levels(weeks: np.ndarray, slow_level: SlowLevel, stream_id: int, base: int) -> np.ndarray:
    """Level of the stream in each of some weeks in order, which may come several times; lognormal, mean 1."""
    levels = np.ones(len(weeks))
    if slow_level.cv != 0.0 and len(weeks):
        weights = shock_weights(slow_level.memory_weeks)
        first, n = int(weeks[0]), int(weeks[-1] - weeks[0]) + 1
        each, shocks = np.empty(n), np.empty(n + len(weights) - 1)
        draw_week_levels(base, stream_id, first, math.sqrt(math.log1p(slow_level.cv**2)), weights, shocks, each)
        levels = each[weeks - first]
    return levels


@machine_code
def draw_week_levels(
    base: int, stream_id: int, first_week: int, log_sd: float, weights: Floats, shocks: Floats, out: Floats
) -> None:
    """Fill `out` with the level of each week from the first on; `shocks` is room for theirs and those before them.

    The shock of a week is drawn by its number alone and sums run from the newest shock to the oldest, so that a level
    is the same bits wherever the weeks begin and end.
    """
    before = len(weights) - 1
    for i in range(len(shocks)):
        u = visit_uniform(base, stream_id, PERSON, WEEK_ID, FIRST_DAY + first_week - before + i)
        shocks[i] = normal_quantile(u)
    for i in range(len(out)):
        z = 0.0
        for k in range(len(weights)):
            z += weights[k] * shocks[i + before - k]
        out[i] = math.exp(log_sd * z - 0.5 * log_sd * log_sd)
