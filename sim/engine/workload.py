"""The random weeks of a department: who comes, when, and what each visit needs. The only place with random numbers.

Every quantity is a pure function of (seed, replication, patient, visit number, quantity name, counter), so that two
scenarios see the same patients whatever their queues do. Nothing here knows what becomes of a visit.
"""

import copy
import datetime
import itertools
import math
import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from sim.department.arrivals import GivenVisit, Replay, StreamArrivals
from sim.department.patients import ReturnVisits, minutes_to_return, time_of_return
from sim.department.quantities import (
    EXPONENTIAL,
    GAMMA,
    MINUTES_PER_DAY,
    TABLE_POINTS,
    knot_quantile,
    quantile,
    table_quantile,
)
from sim.department.scenario import Scenario
from sim.engine.compiled.backend import Floats, Floats2, Floats3, Integers, Word, machine_code
from sim.engine.compiled.memory import Row, numbers_at
from sim.engine.compiled.tables import NONE, OUTSIDE_ARRIVAL, ROWS
from sim.engine.draw_numbers import (
    ABSENCE_ID,
    ACUITY_ID,
    FIRST_DAY,
    FRAILTY_ID,
    GAP_ID,
    GROUP_ID,
    PATIENTS_PER_STREAM,
    PERSON,
    RETURN_HOUR_ID,
    RETURN_ID,
    quantity_id,
)
from sim.engine.hourly_rates import HourlyRates
from sim.engine.keyed_uniforms import keyed, mixed, uniform_at, uniform_of, visit_uniform
from sim.engine.stream_draws import QuantileTables, StreamDraws


@machine_code
def drawn(parameters: Floats, tables: Floats, u: float) -> float:
    """Quantile of lowered parameters; gamma and empirical look into their tables and scale what they find."""
    family = int(parameters[0])
    if family < GAMMA:
        return quantile(family, parameters[1], parameters[2], parameters[3], u)
    first = int(parameters[2])
    if family == GAMMA:
        return float(parameters[1] * table_quantile(tables[first : first + TABLE_POINTS], u))
    return float(parameters[1] * knot_quantile(tables[first : first + 2 * int(parameters[3])], u))


@machine_code
def visit_exponential(base: int, patient: int, number: int, quantity: int, counter: int, mean: float) -> float:
    """One exponential value of one visit."""
    return quantile(EXPONENTIAL, mean, 0.0, 0.0, visit_uniform(base, patient, number, quantity, counter))


@machine_code
def return_time(departure: float, gap: float, day_cumulated: Floats2, u: float) -> float:
    """`time_of_return` as machine code."""
    return time_of_return(departure, gap, day_cumulated, u)


@machine_code
def return_gap(susceptible: float, shape: float, scale_days: float, hazard: float, u: float) -> float:
    """`minutes_to_return` as machine code."""
    return minutes_to_return(susceptible, shape, scale_days, hazard, u)


@machine_code
def draw_visit(
    base: int, patient: int, number: int, acuity_id: int, acuity_cumulated: Floats,
    uniform_ids: Integers, flag_ids: Integers, flag_shares: Floats2,
    dist_ids: Integers, dist_flags: Integers, dist_parameters: Floats3, tables: Floats, out: Floats,
) -> None:  # fmt: skip
    """Fill `out` with all quantities of a visit: acuity, uniforms, flags (0 or 1), drawn values (0 where flag is 0)."""
    key = keyed(base, patient, number)
    u = uniform_of(key, acuity_id, 0)
    acuity = 0
    while acuity < 4 and u >= acuity_cumulated[acuity]:
        acuity += 1
    fill_visit(key, acuity, uniform_ids, flag_ids, flag_shares, dist_ids, dist_flags, dist_parameters, tables, out)


@machine_code
def draw_visit_as(
    base: int, patient: int, number: int, acuity: int,
    uniform_ids: Integers, flag_ids: Integers, flag_shares: Floats2,
    dist_ids: Integers, dist_flags: Integers, dist_parameters: Floats3, tables: Floats, out: Floats,
) -> None:  # fmt: skip
    """As `draw_visit`, with a given acuity (1 to 5)."""
    key = keyed(base, patient, number)
    fill_visit(key, acuity - 1, uniform_ids, flag_ids, flag_shares, dist_ids, dist_flags, dist_parameters, tables, out)


def fill_visit(
    key: Word, acuity: int, uniform_ids: Integers, flag_ids: Integers, flag_shares: Floats2,
    dist_ids: Integers, dist_flags: Integers, dist_parameters: Floats3, tables: Floats, out: Floats,
) -> None:  # fmt: skip
    """The same for a known acuity (0 for CTAS 1 to 4)."""
    out[0] = acuity + 1
    place = 1
    for i in range(len(uniform_ids)):
        out[place + i] = uniform_of(key, uniform_ids[i], 0)
    place += len(uniform_ids)
    for i in range(len(flag_ids)):
        share = flag_shares[i, acuity]
        if share >= 1.0:
            out[place + i] = 1.0
        elif share <= 0.0:
            out[place + i] = 0.0
        else:
            out[place + i] = 1.0 if uniform_of(key, flag_ids[i], 0) < share else 0.0
    flags = place
    place += len(flag_ids)
    for i in range(len(dist_ids)):
        if dist_flags[i] >= 0 and out[flags + dist_flags[i]] == 0.0:
            out[place + i] = 0.0
        else:
            out[place + i] = drawn(dist_parameters[i, acuity], tables, uniform_of(key, dist_ids[i], 0))


arrival_at = ROWS[id(OUTSIDE_ARRIVAL)]


@machine_code
def draw_first_visits(
    base: int, stream: int, stream_id: int, rates: int, n_hours: int, start: float, horizon: float, rows: int, room: int
) -> int:  # fmt: skip
    """First visits of a stream from `start` to the horizon, at an hourly rate constant in each hour, by inversion.

    `rates` and `rows` are the addresses of numbers and of rows of OUTSIDE_ARRIVAL. Unit exponential gaps are laid along
    the cumulated rate. Returns the number of rows written, or -1 if there is no room for all.
    """
    rate_per_hour = numbers_at(rates, (n_hours,))
    key = mixed(keyed(base, stream_id, PERSON) ^ GAP_ID)
    cumulated = 0.0
    n = hour = 0
    last = start
    target = -math.log(uniform_at(key, 0))
    while hour < n_hours:
        rate = rate_per_hour[hour]
        if cumulated + rate <= target:
            cumulated += rate
            hour += 1
            continue
        last = max(last, start + (hour + (target - cumulated) / rate) * 60.0)  # whatever is rounded, they are in order
        if last >= horizon:
            break
        if n == room:
            return -1
        set_arrival(arrival_at(rows, n), last, stream * PATIENTS_PER_STREAM + n, 1, stream)
        n += 1
        target += -math.log(uniform_at(key, n))
    return n


def set_arrival(row: Row, time: float, patient: int, number: int, stream: int) -> None:
    """An arrival that is drawn, not given."""
    row.time, row.patient, row.number, row.stream, row.given = time, patient, number, stream, NONE


@machine_code
def play_prelude(
    base: int, first_visits: int, n_visits: int, horizon: float, susceptible: float, shape: float, scale_days: float,
    frail_share: float, frailty: float, hazard: float, day_cumulated: Floats2, returns: int,
) -> int:  # fmt: skip
    """Returns due from time 0 to the horizon of patients first seen before it; visits take no time.

    `first_visits` and `returns` are addresses of rows of OUTSIDE_ARRIVAL. Returns the number of rows written.
    """
    n = 0
    for i in range(n_visits):
        first = arrival_at(first_visits, i)
        time = first.time
        patient = first.patient
        frail = frail_share > 0.0 and uniform_of(keyed(base, patient, 0), FRAILTY_ID, 0) < frail_share
        h = (frailty if frail else 1.0) * hazard
        number = 1
        while time < 0.0:
            key = keyed(base, patient, number)
            gap = minutes_to_return(susceptible, shape, scale_days, h, uniform_of(key, RETURN_ID, 0))
            if gap == math.inf:
                time = math.inf
                break
            time = time_of_return(time, gap, day_cumulated, uniform_of(key, RETURN_HOUR_ID, 0))
            number += 1
        if time < horizon:
            set_arrival(arrival_at(returns, n), time, patient, number, first.stream)
            n += 1
    return n


class Arrival(NamedTuple):
    """A visit that is to come: a first visit from outside, a return left by the prelude, or a given one."""

    time: float
    patient: int
    number: int
    stream: int
    given: GivenVisit | None = None


class Prelude(NamedTuple):
    """What the returns before time 0 depend on, as one key; 0 days where a stream has no returns."""

    days: int
    susceptible: float
    shape: float
    scale_days: float
    frail_share: float
    frailty: float
    hazard: float


NO_PRELUDE = Prelude(0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0)


def prelude_of(returns: ReturnVisits | None) -> Prelude:
    """The prelude of a stream: every visit in it ends as a discharge."""
    if returns is None:
        return NO_PRELUDE
    return Prelude(
        math.ceil(returns.prelude_days), returns.susceptible, returns.shape, returns.scale_days, returns.frail_share,
        returns.frailty, returns.hazard_by_disposition.get("discharge", 1.0),
    )  # fmt: skip


def draw_base(seed: int, replication: int) -> int:
    """What every draw of a replication is keyed with."""
    return int(keyed(seed, replication, 0)) >> 1


class Workload:
    """The random weeks of one scenario under one seed and replication.

    Scenarios with equal department, demand, support, boarding and period see the same visits, bit for bit.
    """

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.base = draw_base(seed, replication)
        self.stream_names = tuple(scenario.department.streams)
        self.coming = [scenario.arrivals_of(name) for name in self.stream_names]
        tables = QuantileTables()
        self.draws = [
            StreamDraws(stream, scenario, coming, tables)
            for stream, coming in zip(scenario.department.streams.values(), self.coming, strict=True)
        ]
        self.tables = tables.array()
        self.buffers = [np.zeros(draws.size) for draws in self.draws]
        self.group_cumulated = np.cumsum([group.share for group in scenario.department.groups]).tolist()

    def under(self, seed: int, replication: int) -> "Workload":
        """The same scenario under another seed and replication: what is lowered stays as it is."""
        other = copy.copy(self)
        other.base = draw_base(seed, replication)
        other.buffers = [np.zeros(draws.size) for draws in self.draws]
        return other

    def arrivals(self) -> list[Arrival]:
        """All arrivals from outside and from the prelude, in order of time and patient."""
        demand = self.scenario.demand
        visits = demand.visits if isinstance(demand, Replay) else ()
        rows: list[tuple[float, int, int, int, int]] = self.arrivals_under(self.base).tolist()
        return [
            Arrival(time, patient, number, stream, None if given == NONE else visits[given])
            for time, patient, number, stream, given in rows
        ]

    def arrivals_under(self, base: int) -> np.ndarray:
        """The same under another base, as rows of OUTSIDE_ARRIVAL.

        They are not to be written to: the next staffing on the same patients gets them too.
        """
        return self.addressed_arrivals(base).rows

    def addressed_arrivals(self, base: int) -> "AddressedArrivals":
        """The same with their address."""
        given = self.given_arrivals
        return LAST_DRAWN.drawn_arrivals(self.arrival_plan, base) if given is None else given

    @cached_property
    def given_arrivals(self) -> "AddressedArrivals | None":
        """The visits of a replayed list, None where they are drawn."""
        demand = self.scenario.demand
        return in_order([self._replayed(demand)]) if isinstance(demand, Replay) else None

    @cached_property
    def arrival_plan(self) -> "ArrivalPlan":
        """What is known of the arrivals before any draw."""
        department, period = self.scenario.department, self.scenario.period
        preludes = tuple(prelude_of(stream.returns) for stream in department.streams.values())
        streams = tuple(zip(self.stream_names, self.coming, preludes, strict=True))
        return arrival_plan(streams, department.calendar_start, period.uses_month_factors, period.horizon)

    def visit(self, stream: int, patient: int, number: int, given_acuity: int | None = None) -> list[float]:
        """Every quantity of one visit; positions are in `draws[stream]`."""
        draws, out = self.draws[stream], self.buffers[stream]
        if given_acuity is None:
            draw_visit(self.base, patient, number, ACUITY_ID, draws.acuity_cumulated, *draws.arrays, self.tables, out)
        else:
            draw_visit_as(self.base, patient, number, given_acuity, *draws.arrays, self.tables, out)
        return out.tolist()

    def uniform(self, patient: int, number: int, quantity: int, counter: int = 0) -> float:
        """One further uniform of a visit; `quantity` is a `quantity_id`."""
        return visit_uniform(self.base, patient, number, quantity, counter)

    def exponential(self, patient: int, number: int, quantity: int, counter: int, mean: float) -> float:
        """One further exponential value of a visit."""
        return visit_exponential(self.base, patient, number, quantity, counter, mean)

    def group(self, patient: int) -> int:
        """Index of the patient's equity group."""
        u = self.uniform(patient, PERSON, GROUP_ID)
        return min(bisect_right(self.group_cumulated, u), len(self.group_cumulated) - 1)

    def frailty(self, patient: int, returns: ReturnVisits) -> float:
        """The patient's own factor on the hazard of return."""
        return returns.frailty if self.is_frail(patient, returns) else 1.0

    def is_frail(self, patient: int, returns: ReturnVisits) -> bool:
        """Whether the patient is one of the share who come back more often."""
        return self.uniform(patient, PERSON, FRAILTY_ID) < returns.frail_share

    def is_absent(self, member_name: str, shift_start: float, share: float) -> bool:
        """Whether a member's shift goes unfilled."""
        if share == 0.0:
            return False
        minute = FIRST_DAY * int(MINUTES_PER_DAY) + int(shift_start)
        return self.uniform(quantity_id(member_name), PERSON, ABSENCE_ID, minute) < share

    def _replayed(self, demand: Replay) -> np.ndarray:
        """The given visits; who has no number of their own gets the next free one."""
        named = {given.patient for given in demand.visits}
        free = (serial for serial in itertools.count() if serial not in named)
        rows = np.empty(len(demand.visits), OUTSIDE_ARRIVAL)
        for number, given in enumerate(demand.visits):
            stream = self.stream_names.index(given.stream)
            serial = given.patient if given.patient is not None else next(free)
            rows[number] = given.at, stream * PATIENTS_PER_STREAM + serial, 1, stream, number
        return rows


class AddressedArrivals(NamedTuple):
    """Rows of OUTSIDE_ARRIVAL and their address: to ask NumPy for it takes as long as to draw a hundred."""

    rows: np.ndarray
    address: int


def in_order(parts: Sequence[np.ndarray]) -> AddressedArrivals:
    """Arrivals of all parts together, by time and patient."""
    rows = np.concatenate([np.empty(0, OUTSIDE_ARRIVAL), *parts])
    rows = rows[np.lexsort((rows["patient"], rows["time"]))]
    return AddressedArrivals(rows, rows.ctypes.data)


@dataclass(frozen=True, eq=False)
class ArrivalPlan:
    """Arrivals of all streams, as far as they are known before any draw: one object for all scenarios they belong to,
    so that a thread finds at once what it drew last."""

    streams: "tuple[StreamPlan, ...]"

    def drawn(self, base: int) -> AddressedArrivals:
        """All arrivals under a base."""
        if len(self.streams) == 1 and not self.streams[0].prelude.days:
            arrivals = self.streams[0].first_visits(base)  # they are drawn in order
        else:
            arrivals = in_order([part for stream in self.streams for part in stream.drawn(base)])
        arrivals.rows.setflags(write=False)
        return arrivals


@lru_cache(maxsize=64)
def arrival_plan(
    streams: tuple[tuple[str, StreamArrivals, Prelude], ...],
    calendar_start: datetime.date,
    month_factors: bool,
    horizon: float,
) -> ArrivalPlan:
    """The plan of streams, each given by its name, its rates and its prelude."""
    plans = []
    for number, (name, arrivals, prelude) in enumerate(streams):
        rates = HourlyRates(arrivals, calendar_start, month_factors, -prelude.days, horizon)
        if rates.certain.any():
            plans.append(StreamPlan(number, name, arrivals.day_cumulated(), prelude, rates, horizon))
    return ArrivalPlan(tuple(plans))


@dataclass(frozen=True, eq=False)
class StreamPlan:
    """First visits of one stream and its prelude, as far as they are known before any draw."""

    number: int
    name: str
    day_cumulated: np.ndarray
    prelude: Prelude
    rates: "HourlyRates"
    horizon: float

    @cached_property
    def stream_id(self) -> int:
        return quantity_id(self.name)

    @cached_property
    def room(self) -> int:
        """Rows that are nearly always enough: ten standard deviations more than are expected."""
        expected = float(self.rates.certain.sum())
        return int(expected + 10.0 * math.sqrt(expected) + 20.0)

    def drawn(self, base: int) -> list[np.ndarray]:
        """First visits from time 0 to the horizon, and the returns that the prelude leaves, if there are any."""
        rows = self.first_visits(base).rows
        n_before = int(np.searchsorted(rows["time"], 0.0)) if self.prelude.days else 0
        return [rows[n_before:], self.returns_of_prelude(base, rows[:n_before])] if n_before else [rows]

    def first_visits(self, base: int) -> AddressedArrivals:
        """First visits from the first day of the prelude to the horizon."""
        rates, rates_at = self.rates.drawn(self.stream_id, base)
        start, room = -self.prelude.days * MINUTES_PER_DAY, self.room
        while True:
            rows = np.empty(room, OUTSIDE_ARRIVAL)
            address = rows.ctypes.data
            n = draw_first_visits(
                base, self.number, self.stream_id, rates_at, len(rates), start, self.horizon, address, room
            )
            if n >= 0:
                return AddressedArrivals(rows[:n], address)
            room *= 2  # the factors of days have made more of them than fit

    def returns_of_prelude(self, base: int, first_visits: np.ndarray) -> np.ndarray:
        """Returns due from time 0 to the horizon of those first seen before it."""
        prelude, returns = self.prelude, np.empty_like(first_visits)
        n_returns = play_prelude(
            base, first_visits.ctypes.data, len(first_visits), self.horizon, prelude.susceptible, prelude.shape,
            prelude.scale_days, prelude.frail_share, prelude.frailty, prelude.hazard, self.day_cumulated,
            returns.ctypes.data,
        )  # fmt: skip
        return returns[:n_returns]


class LastDrawn(threading.local):
    """Keeps the arrivals a thread drew last: it plays one staffing after another on the same patients.

    A cache shared by threads would have to hold a year of arrivals for each of them, or lose them all.
    """

    def __init__(self) -> None:
        self.drawn_arrivals = lru_cache(maxsize=2)(ArrivalPlan.drawn)


LAST_DRAWN = LastDrawn()
