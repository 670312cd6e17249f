"""Who comes and when, worked out anew from the law: rates hour by hour, and first visits along them.

Keyed uniforms and the table of gamma quantiles are taken as they are; all else is computed by other means than the
department's own.
"""

import datetime
import math
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri

from sim.department.arrivals import Hourly, Profile, Replay, Steady
from sim.department.quantities import gamma_table, table_quantile
from sim.department.scenario import Scenario
from sim.engine.draw_numbers import quantity_id
from sim.engine.keyed_uniforms import visit_uniform
from sim.engine.trajectory import Trajectory
from sim.engine.workload import draw_base
from sim.io.calendar_days import dates_named
from tests.referee.objection import Objection

CLOSE = 1e-5
"""Minutes within which a time must agree: rates are multiplied and summed in another order."""
NUMBERS_FROM = 100_000


def wrong_arrivals(trajectory: Trajectory, scenario: Scenario) -> list[Objection]:
    """The first of each stream's first visits that came at another time than the law gives it."""
    base = draw_base(trajectory.seed, trajectory.replication)
    streams = list(scenario.department.streams)
    return [
        found
        for number, name in enumerate(streams)
        for found in wrong_of_stream(trajectory, scenario, name, number, base)
    ]


def wrong_of_stream(
    trajectory: Trajectory, scenario: Scenario, name: str, number: int, base: int
) -> Iterator[Objection]:
    visits = trajectory.visit_columns
    mine = (visits["stream"] == number) & (visits["visit_number"] == 1) & (visits["arrival"] >= 0.0)
    if isinstance(scenario.demand, Replay):
        due = np.array([visit.at for visit in scenario.demand.visits if visit.stream == name])
        due = due[due < scenario.period.horizon]
    else:
        due = first_visits(scenario, name, base)
    shown = np.sort(visits["arrival"][mine])
    wrong = np.flatnonzero(np.abs(shown[: len(due)] - due[: len(shown)]) > CLOSE)
    if wrong.size:
        at = int(wrong[0])
        yield Objection(float(shown[at]), f"{name} {at}", f"comes at {shown[at]!r}", f"at {due[at]!r}")
    elif len(shown) != len(due):
        yield Objection(0.0, name, f"{len(shown)} first visits", f"{len(due)} of them")


def first_visits(scenario: Scenario, name: str, base: int) -> np.ndarray:
    """Times of the first visits of a stream from time 0 to the horizon: a Poisson process in operational time."""
    returns = scenario.department.streams[name].returns
    first_day = 0 if returns is None else -math.ceil(returns.prelude_days)
    days = range(first_day, math.ceil(scenario.period.horizon / 1440.0))
    rates = np.array([rate for day in days for rate in rates_of_day(scenario, name, day, base)])
    cumulated = np.concatenate(([0.0], np.cumsum(rates)))
    stream, gap = quantity_id(name), quantity_id("arrival_gap")
    reached, target, n = [], 0.0, 0
    while target <= cumulated[-1]:
        target -= math.log(visit_uniform(base, stream, 0, gap, n))
        reached.append(target)
        n += 1
    targets = np.array(reached[:-1])
    hour = np.searchsorted(cumulated, targets, side="right") - 1
    within = (targets - cumulated[hour]) / rates[hour]
    times = first_day * 1440.0 + (hour + within) * 60.0
    return np.asarray(times[(times >= 0.0) & (times < scenario.period.horizon)])


def rates_of_day(scenario: Scenario, name: str, day: int, base: int) -> list[float]:
    """First visits an hour in the 24 hours of a day."""
    demand = scenario.demand
    if isinstance(demand, Steady):
        return [demand.growth * demand.per_hour.get(name, 0.0)] * 24
    assert isinstance(demand, Profile | Hourly)
    if name not in demand.streams():
        return [0.0] * 24
    level = level_of_week(demand, name, day // 7, base)
    factor = calendar_factor(scenario, name, day) * day_factor(demand, name, day, base) * level
    return [rate * factor for rate in profile_of_day(scenario, demand, name, day % 7)]


def profile_of_day(scenario: Scenario, demand: Profile | Hourly, name: str, weekday: int) -> list[float]:
    """By hour of a weekday, of an average month."""
    if name in demand.per_hour:
        rates = demand.per_hour[name]
        if isinstance(rates, tuple):
            rates = rates[weekday] if isinstance(rates[0], tuple) else rates
            return [rate * demand.growth for rate in rates]  # type: ignore[operator]
        return [rates * demand.growth] * 24
    assert isinstance(demand, Profile)
    mental = name == "mental_health"
    share = demand.mental_health_share if mental else 1.0 - demand.mental_health_share
    growth = demand.growth if not mental or demand.mh_growth is None else demand.mh_growth
    per_patient = demand.visits_per_patient[name]
    if per_patient is None:
        per_patient = scenario.department.streams[name].visits_per_patient
    indices = demand.weekday_index[name]
    a_day = demand.visits_per_year * share * growth / 365.0 / per_patient * indices[weekday] / (sum(indices) / 7.0)
    if mental:
        return [a_day * hour for hour in demand.mh_hour_shares[demand.mh_shape]]
    everyone = demand.hour_shares[weekday] if len(demand.hour_shares) == 7 else demand.hour_shares
    taken = demand.mh_hour_shares.get("default", demand.mh_hour_shares[demand.mh_shape])
    part = demand.mental_health_share
    return [max(0.0, a_day * (all_ - part * less) / share) for all_, less in zip(everyone, taken, strict=True)]  # type: ignore[arg-type]


def calendar_factor(scenario: Scenario, name: str, day: int) -> float:
    """Of the month and of special days; 1 in a run that stands for a typical week."""
    demand, period = scenario.demand, scenario.period
    assert isinstance(demand, Profile | Hourly)
    follows = period.month_factors if period.month_factors is not None else period.weeks >= 52
    if not follows:
        return 1.0
    date = scenario.department.calendar_start + datetime.timedelta(days=day)
    factor = demand.month_index[name][date.month - 1] if name in demand.month_index else 1.0
    if isinstance(demand, Hourly) or name in demand.per_hour:
        return factor
    for special in demand.special_days.values():
        if any(date in dates_named(text, range(date.year, date.year + 1)) for text in special.dates):
            factor *= special.mental_health if name == "mental_health" else special.medical
    return factor


def day_factor(demand: Profile | Hourly, name: str, day: int, base: int) -> float:
    cv = demand.day_factor_cv.get(name, 0.0)
    if cv == 0.0:
        return 1.0
    u = visit_uniform(base, quantity_id(name), 0, quantity_id("day_factor"), NUMBERS_FROM + day)
    return float(table_quantile(gamma_table(cv), u))


def level_of_week(demand: Profile | Hourly, name: str, week: int, base: int) -> float:
    level = demand.slow_level.get(name)
    if level is None or level.cv == 0.0:
        return 1.0
    variance = math.log(1.0 + level.cv**2)
    back = np.arange(math.ceil(level.memory_weeks * math.log(10_000.0)))
    weights = np.exp(-back / level.memory_weeks)
    stream, shock = quantity_id(name), quantity_id("week_level")
    u = np.array([visit_uniform(base, stream, 0, shock, NUMBERS_FROM + week - int(k)) for k in back])
    z = float(weights @ ndtri(u)) / math.sqrt(float(weights @ weights))
    return math.exp(math.sqrt(variance) * z - variance / 2.0)
