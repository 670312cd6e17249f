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
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.department.arrivals import HOURS_PER_WEEK, GivenVisit, Replay, StreamArrivals
from sim.department.pathway import Board, Delay, Dispose, FollowUp, Place, SideTask, Task
from sim.department.patients import ReturnVisits, Stream, minutes_to_return, time_of_return
from sim.department.quantities import (
    ACUITIES,
    EXPONENTIAL,
    GAMMA,
    MINUTES_PER_DAY,
    MINUTES_PER_HOUR,
    TABLE_POINTS,
    Distribution,
    Empirical,
    Gamma,
    Lognormal,
    Lowered,
    Uniform,
    gamma_table,
    knot_quantile,
    of_acuity,
    quantile,
    table_quantile,
)
from sim.department.scenario import Scenario
from sim.department.support import MEETING_CV, MEETING_MINUTES
from sim.engine.compiled.backend import Floats2, Floats3, Word, machine_code

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PATIENTS_PER_STREAM = 10**9
"""Patients of stream s are numbered from s * this; serial numbers follow the first visits from the prelude on."""

PERSON = 0
"""The visit number under which what belongs to the patient for life is drawn."""

GOLDEN = 0x9E3779B97F4A7C15
MIX_A = 0xBF58476D1CE4E5B9
MIX_B = 0x94D049BB133111EB
ALL_BITS = 0xFFFFFFFFFFFFFFFF
TWO_TO_MINUS_53 = 2.0**-53
TWO_TO_MINUS_54 = 2.0**-54


def quantity_id(name: str) -> int:
    """FNV-1a hash of a quantity's name, 63 bits: draws keep their values when steps are added or moved."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value >> 1


def mixed(z: Word) -> Word:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits that leaves no visible pattern."""
    z = ((z ^ (z >> 30)) * MIX_A) & ALL_BITS
    z = ((z ^ (z >> 27)) * MIX_B) & ALL_BITS
    return z ^ (z >> 31)


@machine_code
def keyed(base: int, a: int, b: int) -> Word:
    """Key of a visit (patient, visit number) under a base, or of any pair of numbers."""
    return mixed((mixed((base + GOLDEN * (a + 1)) & ALL_BITS) + GOLDEN * (b + 1)) & ALL_BITS)


@machine_code
def uniform_of(key: Word, quantity: int, counter: int) -> float:
    """Uniform on the open interval (0, 1) of one quantity under a key."""
    bits = mixed((mixed(key ^ quantity) + GOLDEN * (counter + 1)) & ALL_BITS)
    return (bits >> 11) * TWO_TO_MINUS_53 + TWO_TO_MINUS_54


@machine_code
def visit_uniform(base: int, patient: int, number: int, quantity: int, counter: int) -> float:
    """One uniform of one visit."""
    return uniform_of(keyed(base, patient, number), quantity, counter)


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


@machine_code
def poisson_times(key: Word, gap_id: int, rate_per_hour: Floats, start: float, out: Floats) -> int:
    """Arrival times of a Poisson process with a rate constant in each hour from `start` on, by inversion.

    Unit exponential gaps are laid along the cumulated rate. Returns the number of times written to `out`, or -1 if
    `out` is too short.
    """
    cumulated = 0.0
    target = 0.0
    n = 0
    hour = 0
    target += -math.log(uniform_of(key, gap_id, 0))
    while hour < len(rate_per_hour):
        if cumulated + rate_per_hour[hour] <= target:
            cumulated += rate_per_hour[hour]
            hour += 1
            continue
        if n == len(out):
            return -1
        out[n] = start + (hour + (target - cumulated) / rate_per_hour[hour]) * 60.0
        n += 1
        target += -math.log(uniform_of(key, gap_id, n))
    return n


@machine_code
def play_prelude(
    base: int, first_patient: int, times: Floats, susceptible: float, shape: float, scale_days: float,
    frail_share: float, frailty: float, hazard: float, frail_id: int, return_id: int, hour_id: int,
    day_cumulated: Floats2, pending: Floats2,
) -> int:  # fmt: skip
    """Returns due at or after time 0 of patients first seen before it; visits take no time.

    Writes rows (time, patient, visit number) to `pending` and returns their number.
    """
    n = 0
    for i in range(len(times)):
        time = times[i]
        if time >= 0.0:
            break
        patient = first_patient + i
        frail = frail_share > 0.0 and uniform_of(keyed(base, patient, 0), frail_id, 0) < frail_share
        h = (frailty if frail else 1.0) * hazard
        number = 1
        while time < 0.0:
            key = keyed(base, patient, number)
            gap = minutes_to_return(susceptible, shape, scale_days, h, uniform_of(key, return_id, 0))
            if gap == math.inf:
                time = math.inf
                break
            time = time_of_return(time, gap, day_cumulated, uniform_of(key, hour_id, 0))
            number += 1
        if time < math.inf:
            pending[n, 0] = time
            pending[n, 1] = patient
            pending[n, 2] = number
            n += 1
    return n


UNIFORMS = (
    "severity", "age", "arrival_mode", "held", "caregiver", "peer_screen", "peer_consent", "peer_kind", "peer_stays",
    "never_leaves", "follow_up", "return", "return_hour",
)  # fmt: skip
"""Quantities handed on as uniforms; the model reads them with rules of the department."""

UNIFORM_AT = {name: 1 + i for i, name in enumerate(UNIFORMS)}
"""Their positions in the list that `Workload.visit` returns, in every stream."""

ACUITY_ID = quantity_id("acuity")
RETURN_ID = quantity_id("return")
RETURN_HOUR_ID = quantity_id("return_hour")
FRAILTY_ID = quantity_id("frailty")
GROUP_ID = quantity_id("group")
GAP_ID = quantity_id("arrival_gap")
DAY_ID = quantity_id("day_factor")
ABSENCE_ID = quantity_id("absence")
FIRST_DAY = 100_000
"""Added to day numbers, which are negative in the prelude."""


class Arrival(NamedTuple):
    """A visit that is to come: a first visit from outside, a return left by the prelude, or a given one."""

    time: float
    patient: int
    number: int
    stream: int
    given: GivenVisit | None = None


@dataclass(frozen=True, slots=True)
class ArrivalArrays:
    """All arrivals of a run but the returns it causes itself, one array a field, in order of time and patient.

    `numbers` are visit numbers, `streams` indices in `Workload.stream_names`; `given` is the index in the visits of a
    replayed list, -1 for an arrival that was drawn.
    """

    times: np.ndarray  # float64
    patients: np.ndarray  # int64, as the rest
    numbers: np.ndarray
    streams: np.ndarray
    given: np.ndarray


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


class StreamDraws:
    """What is drawn for a visit of one stream, lowered to arrays.

    `flag_of` and `value_of` give the position of a flag or drawn value in the list that `Workload.visit` returns.
    """

    def __init__(self, stream: Stream, scenario: Scenario, arrivals: StreamArrivals, tables: "Tables") -> None:
        flags: list[tuple[str, float | tuple[float, ...]]] = [(f"need/{n}", s) for n, s in stream.needs.items()]
        flags += [(f"step/{step.name}", step.share) for step in stream.pathway]
        values = values_of(stream, scenario)
        names = [name for name, _ in flags]
        first = 1 + len(UNIFORMS)
        self.uniform_at = UNIFORM_AT
        self.flag_at = {name: first + i for i, name in enumerate(names)}
        self.value_at = {name: first + len(flags) + i for i, (name, _) in enumerate(values)}
        self.size = first + len(flags) + len(values)
        self.acuity_cumulated = np.cumsum(np.asarray(arrivals.acuity_mix))
        self.day_cumulated = arrivals.day_cumulated()
        self.arrays = (
            np.array([quantity_id(name) for name in UNIFORMS], dtype=np.int64),
            np.array([flag_id(name) for name in names], dtype=np.int64),
            np.array([[of_acuity(share, a) for a in ACUITIES] for _, share in flags], dtype=float).reshape(-1, 5),
            np.array([quantity_id(name) for name, _ in values], dtype=np.int64),
            np.array([names.index(name) if name in names else -1 for name, _ in values], dtype=np.int64),
            np.array([[tables.lowered(d, a) for a in ACUITIES] for _, d in values], dtype=float).reshape(-1, 5, 4),
        )


def flag_id(name: str) -> int:
    """Key of the draw whether a step happens; a step's minutes have a draw of their own under its name."""
    return quantity_id(f"happens/{name}")


def values_of(stream: Stream, scenario: Scenario) -> list[tuple[str, Distribution]]:
    """Names and distributions of all drawn values of a stream's visits."""
    values: list[tuple[str, Distribution]] = []
    for step in stream.pathway:
        if isinstance(step, Delay | Task | SideTask):
            values.append((f"step/{step.name}", step.minutes))
        elif isinstance(step, Place | Dispose | FollowUp):
            values.append((f"step/{step.name}", UNIT))
        elif isinstance(step, Board):
            values += boarding_values(step, scenario)
        if isinstance(step, Task) and step.unstaffed is not None:
            values.append((f"unstaffed/{step.name}", step.unstaffed))
    if stream.patience.minutes is not None:
        values.append(("patience", stream.patience.minutes))
    values.append(("peer/first", MEETING))
    return values


UNIT = Uniform(low=0.0, high=1.0)
MEETING = Lognormal(mean=MEETING_MINUTES, cv=MEETING_CV)


def boarding_values(step: Board, scenario: Scenario) -> list[tuple[str, Distribution]]:
    """Two times and the uniform that chooses between them."""
    time = scenario.boarding.times[step.time]
    long_time = Lognormal(mean=scenario.boarding.mean_h * MINUTES_PER_HOUR, cv=time.long_cv)
    return [
        (f"step/{step.name}", UNIT),
        (f"boarding/{step.name}", time.minutes),
        (f"long_boarding/{step.name}", long_time),
    ]


class Tables:
    """Quantile tables end to end: of each coefficient of variation of a gamma, and the knots of empirical ones."""

    def __init__(self) -> None:
        self.size = 0
        self.places: dict[float | tuple[float, ...], int] = {}

    def lowered(self, distribution: Distribution, acuity: int) -> Lowered:
        """Lowered parameters, of which `b` is the first number of the table where there is one."""
        family, a, b, c = distribution.lowered(acuity)
        if isinstance(distribution, Gamma):
            return family, a, self._place(distribution.cv, TABLE_POINTS), c
        if isinstance(distribution, Empirical):
            knots = distribution.knots(acuity)
            return family, a, self._place(knots, len(knots)), c
        return family, a, b, c

    def _place(self, table: float | tuple[float, ...], size: int) -> float:
        if table not in self.places:
            self.places[table] = self.size
            self.size += size
        return float(self.places[table])

    def array(self) -> np.ndarray:
        """All of them, shape (size,); one number where there are none."""
        tables = [np.array(key) if isinstance(key, tuple) else gamma_table(key) for key in self.places]
        return np.concatenate(tables or [np.zeros(1)])


def base_of(seed: int, replication: int) -> int:
    """What every draw of a replication is keyed with."""
    return int(keyed(seed, replication, 0)) >> 1


class Workload:
    """The random weeks of one scenario under one seed and replication.

    Scenarios with equal department, demand, support, boarding and period see the same visits, bit for bit.
    """

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.base = base_of(seed, replication)
        self.stream_names = tuple(scenario.department.streams)
        self.coming = [scenario.arrivals_of(name) for name in self.stream_names]
        tables = Tables()
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
        other.base = base_of(seed, replication)
        other.buffers = [np.zeros(draws.size) for draws in self.draws]
        return other

    def arrivals(self) -> list[Arrival]:
        """All arrivals from outside and from the prelude, in order of time and patient."""
        coming = self.arrival_arrays()
        demand = self.scenario.demand
        given = [demand.visits[i] for i in coming.given.tolist()] if isinstance(demand, Replay) else repeat(None)
        columns = (coming.times, coming.patients, coming.numbers, coming.streams)
        return list(map(Arrival, *(column.tolist() for column in columns), given))

    def arrival_arrays(self) -> ArrivalArrays:
        """The same as arrays, which are not to be written to: the next staffing on the same patients gets them too."""
        demand = self.scenario.demand
        if isinstance(demand, Replay):
            return in_order([self._replayed(demand)])
        department, period = self.scenario.department, self.scenario.period
        preludes = tuple(prelude_of(stream.returns) for stream in department.streams.values())
        return LAST_DRAWN.drawn_arrivals(
            tuple(zip(self.stream_names, self.coming, preludes, strict=True)),
            department.calendar_start,
            period.uses_month_factors,
            period.horizon,
            self.base,
        )

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
        return self.uniform(quantity_id(member_name), PERSON, ABSENCE_ID, FIRST_DAY * 1440 + int(shift_start)) < share

    def _replayed(self, demand: Replay) -> ArrivalArrays:
        """The given visits; who has no number of their own gets the next free one."""
        named = {given.patient for given in demand.visits}
        free = (serial for serial in itertools.count() if serial not in named)
        serials = [given.patient if given.patient is not None else next(free) for given in demand.visits]
        streams = np.array([self.stream_names.index(given.stream) for given in demand.visits], dtype=np.int64)
        n = len(demand.visits)
        return ArrivalArrays(
            times=np.array([given.at for given in demand.visits], dtype=float),
            patients=streams * PATIENTS_PER_STREAM + np.array(serials, dtype=np.int64),
            numbers=np.ones(n, dtype=np.int64),
            streams=streams,
            given=np.arange(n),
        )


def in_order(parts: list[ArrivalArrays]) -> ArrivalArrays:
    """Arrivals of all parts together, by time and patient."""
    together = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(ArrivalArrays)]
    times, patients = together[:2]
    order = np.lexsort((patients, times))
    ordered = [column[order] for column in together]
    for column in ordered:
        column.flags.writeable = False
    return ArrivalArrays(*ordered)


def drawn_arrivals(
    streams: tuple[tuple[str, StreamArrivals, Prelude], ...],
    calendar_start: datetime.date,
    month_factors: bool,
    horizon: float,
    base: int,
) -> ArrivalArrays:
    """Arrivals of all streams, each given by its name, its rates and its prelude."""
    parts = []
    for number, (name, arrivals, prelude) in enumerate(streams):
        drawn = stream_times(arrivals, prelude, calendar_start, month_factors, horizon, number, quantity_id(name), base)
        parts.append(stream_arrivals(number, *drawn))
    return in_order(parts)


def stream_arrivals(stream: int, times: np.ndarray, pending: np.ndarray) -> ArrivalArrays:
    """First visits from time 0 on, then the returns of the prelude."""
    start = int(np.searchsorted(times, 0.0))
    first_visits = np.arange(start, len(times)) + stream * PATIENTS_PER_STREAM
    n = len(first_visits) + len(pending)
    return ArrivalArrays(
        times=np.concatenate((times[start:], pending[:, 0])),
        patients=np.concatenate((first_visits, pending[:, 1].astype(np.int64))),
        numbers=np.concatenate((np.ones(len(first_visits), dtype=np.int64), pending[:, 2].astype(np.int64))),
        streams=np.full(n, stream, dtype=np.int64),
        given=np.full(n, -1, dtype=np.int64),
    )


def stream_times(
    arrivals: StreamArrivals,
    prelude: Prelude,
    calendar_start: datetime.date,
    month_factors: bool,
    horizon: float,
    stream: int,
    stream_id: int,
    base: int,
) -> tuple[np.ndarray, np.ndarray]:
    """First visits of a stream from the start of its prelude to the horizon, and returns the prelude leaves.

    Shapes (n,) and (m, 3) with columns time, patient, visit number; only what falls before the horizon.
    """
    rates = hourly_rates(arrivals, calendar_start, month_factors, -prelude.days, horizon, stream_id, base)
    expected = float(rates.sum())
    out = np.empty(int(expected + 10.0 * math.sqrt(expected) + 20.0))
    key = keyed(base, stream_id, PERSON)
    n = poisson_times(key, GAP_ID, rates, -prelude.days * MINUTES_PER_DAY, out)
    times = out[:n]
    times = times[times < horizon]
    pending = np.empty((int(np.searchsorted(times, 0.0)), 3))
    n_pending = play_prelude(
        base, stream * PATIENTS_PER_STREAM, times, prelude.susceptible, prelude.shape, prelude.scale_days,
        prelude.frail_share, prelude.frailty, prelude.hazard, FRAILTY_ID, RETURN_ID, RETURN_HOUR_ID,
        arrivals.day_cumulated(), pending,
    )  # fmt: skip
    pending = pending[:n_pending]
    return times, pending[pending[:, 0] < horizon]


class LastDrawn(threading.local):
    """Keeps the arrivals a thread drew last: it plays one staffing after another on the same patients.

    A cache shared by threads would have to hold a year of arrivals for each of them, or lose them all.
    """

    def __init__(self) -> None:
        self.drawn_arrivals = lru_cache(maxsize=2)(drawn_arrivals)


LAST_DRAWN = LastDrawn()


def hourly_rates(
    arrivals: StreamArrivals,
    calendar_start: datetime.date,
    month_factors: bool,
    first_day: int,
    horizon: float,
    stream_id: int,
    base: int,
) -> np.ndarray:
    """First visits expected in each hour from `first_day` (0 is the Monday of week 0) to the horizon's day."""
    days = np.arange(first_day, math.ceil(horizon / MINUTES_PER_DAY))
    by_weekday = np.asarray(arrivals.rate_per_hour).reshape(7, HOURS_PER_WEEK // 7)
    factors = day_factors(days, arrivals.day_factor_cv, stream_id, base)
    if month_factors:
        months = (np.datetime64(calendar_start) + days).astype("datetime64[M]").astype(np.int64) % 12  # 0 is January
        factors = factors * np.asarray(arrivals.month_index)[months]
    return np.ascontiguousarray((by_weekday[days % 7] * factors[:, None]).ravel())


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
