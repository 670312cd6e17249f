"""Who comes and when: yearly volume and profile, or rates by hour, by stream; acuity mix; or a given list of visits.

Random arrival times are drawn from these values by `sim.engine.workload`.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, Discriminator, Field, SerializerFunctionWrapHandler, Tag, model_serializer

from sim.department import quantities
from sim.io.calendar_days import SpecialDates
from sim.io.suggest import did_you_mean

HOURS_PER_WEEK = 168
DAYS_PER_YEAR = 365.0
MENTAL_HEALTH = "mental_health"
MEDICAL = "medical"

Seven = Annotated[tuple[quantities.NonNegative, ...], Field(min_length=7, max_length=7)]
MonthFactor = Annotated[
    quantities.NonNegative, AfterValidator(quantities.not_a_percentage(quantities.LARGEST_DEMAND_FACTOR))
]
Twelve = Annotated[tuple[MonthFactor, ...], Field(min_length=12, max_length=12)]
DayShape = Annotated[tuple[quantities.NonNegative, ...], Field(min_length=24, max_length=24)]
WeekShape = Annotated[tuple[DayShape, ...], Field(min_length=7, max_length=7)]


LARGEST_LEVEL_CV = 1.0
LONGEST_MEMORY_WEEKS = 520.0
"""Ten years: beyond it a level is as good as constant, and a growth or another volume."""


class SlowLevel(quantities.Frozen):
    """How whole weeks of a stream differ from what the profile says, with a memory.

    The factor of a week is lognormal with mean 1 and coefficient of variation `cv`; its logarithm is an autoregression
    of order 1 over weeks whose correlation falls to 1/e in `memory_weeks`.
    """

    cv: Annotated[quantities.NonNegative, AfterValidator(quantities.not_a_percentage(LARGEST_LEVEL_CV))] = 0.0
    memory_weeks: Annotated[quantities.Positive, Field(le=LONGEST_MEMORY_WEEKS)] = 4.0


class SpecialDay(quantities.Frozen):
    """Dates of a year on which more or fewer come, and the factor on each stream's arrivals of these days."""

    dates: SpecialDates
    medical: MonthFactor = 1.0
    mental_health: MonthFactor = 1.0


class DatesWithFactor(NamedTuple):
    """The dates of one special day as people name them, and its factor on a stream's arrivals."""

    dates: tuple[str, ...]
    factor: float


def not_one(values: tuple[float, ...], what: str) -> Iterator[str]:
    """What is wrong with values that do not sum to one within `ROUNDING`."""
    total = sum(values)
    if abs(total - 1.0) > quantities.ROUNDING:
        yield f"{what} sum to {total:.6g}, not 1: divide each by {total:.6g}"


class StreamArrivals(quantities.Frozen):
    """First visits of one stream from outside, ready for drawing.

    `rate_per_hour` has 168 entries, Monday 00:00 first, in first visits per hour of an average month. Factors of
    special days that share a date are multiplied.
    """

    rate_per_hour: tuple[quantities.NonNegative, ...]
    month_index: Twelve
    day_factor_cv: quantities.NonNegative
    acuity_mix: quantities.FiveProbabilities
    slow_level: SlowLevel = SlowLevel()
    special_days: tuple[DatesWithFactor, ...] = ()

    def day_cumulated(self) -> np.ndarray:
        """Share of each weekday's arrivals before each hour, shape (7, 25); even over the day where none come."""
        rates = np.asarray(self.rate_per_hour).reshape(7, 24)
        totals = rates.sum(axis=1, keepdims=True)
        shares = np.where(totals > 0.0, rates / np.where(totals > 0.0, totals, 1.0), 1.0 / 24.0)
        cumulated = np.zeros((7, 25))
        cumulated[:, 1:] = np.cumsum(shares, axis=1)
        cumulated[:, 24] = 1.0
        to_come = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
        cumulated[:, :24][to_come == 0.0] = 1.0  # hours after the last arrivals of a day are empty, not nearly so
        return cumulated


EVERYBODY_CTAS_3 = (0.0, 0.0, 1.0, 0.0, 0.0)


def steady_arrivals(per_hour: float, acuity_mix: tuple[float, ...] | None) -> StreamArrivals:
    """First visits at one rate in every hour, of CTAS 3 where no mix of acuities is given."""
    return StreamArrivals(
        rate_per_hour=(per_hour,) * HOURS_PER_WEEK,
        month_index=(1.0,) * 12,
        day_factor_cv=0.0,
        acuity_mix=EVERYBODY_CTAS_3 if acuity_mix is None else acuity_mix,
    )


def shape_of_rates(value: object) -> str:
    """One rate, those of a day, or those of a week."""
    return quantities.nesting_of(value) if isinstance(value, list | tuple) else "single"


RatePerHour = Annotated[
    Annotated[quantities.NonNegative, Tag("single")]
    | Annotated[DayShape, Tag("flat")]
    | Annotated[WeekShape, Tag("nested")],
    Discriminator(shape_of_rates),
]
"""First visits an hour: one rate, 24 of every day, or 7 days of 24 with Monday first."""


def rates_of_week(per_hour: float | tuple[float, ...] | tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The 168 rates of a week, Monday 00:00 first."""
    if not isinstance(per_hour, tuple):
        return (per_hour,) * HOURS_PER_WEEK
    days = per_hour if isinstance(per_hour[0], tuple) else (per_hour,) * 7
    return tuple(rate for day in days for rate in day)


# Every kind of demand answers `streams`, those anybody comes to, and `arrivals_of`, the first visits of one stream;
# `by_law`: visits a patient makes by its law of return, if open.


class Profile(quantities.Frozen):
    """Arrivals by an hour-of-week profile, for the two streams `medical` and `mental_health`, and for further streams
    at the rates of `per_hour`, in first visits, to which `growth` applies, and `acuity_mix` and the rest where named.

    `visits_per_year` counts every visit, returns included; outside first visits are that over `visits_per_patient`,
    which follows from the law of return where it is None, so that the volume stays when the law is changed.
    `hour_shares` (all visits) is one day of 24 shares or seven days of 24, each day summing to one. The medical
    shape is what remains of all visits when mental health is taken away.
    `mh_growth`, when set, replaces `growth` for mental health. A stream without `slow_level` has none.
    """

    kind: Literal["profile"] = "profile"
    name: str
    visits_per_year: quantities.Positive
    mental_health_share: Annotated[float, Field(ge=0, lt=1)]
    growth: quantities.DemandFactor = 1.0
    mh_growth: quantities.DemandFactor | None = None
    mh_shape: str = "default"
    hour_shares: Annotated[Annotated[WeekShape, Tag("nested")] | Annotated[DayShape, Tag("flat")], quantities.NESTING]
    mh_hour_shares: dict[str, DayShape]
    weekday_index: dict[str, Seven]
    month_index: dict[str, Twelve]
    acuity_mix: dict[str, quantities.FiveProbabilities]
    day_factor_cv: dict[str, quantities.NonNegative]
    slow_level: dict[str, SlowLevel] = Field(default_factory=dict)
    special_days: dict[str, SpecialDay] = Field(default_factory=dict)
    visits_per_patient: dict[str, Annotated[float, Field(ge=1.0)] | None]
    per_hour: dict[str, RatePerHour] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _as_before_there_were_rates(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without further streams as when there could be none, so that the hash of such a scenario stays."""
        data: dict[str, Any] = plain(self)
        return data if self.per_hour else {key: value for key, value in data.items() if key != "per_hour"}

    def _wrong(self) -> Iterator[str]:
        for day, shares in enumerate(self._week_of_shares()):
            yield from not_one(shares, f"hour_shares of day {day} (0 is Monday)")
        for name, shares in self.mh_hour_shares.items():
            yield from not_one(shares, f"mh_hour_shares.{name}")
        for stream, mix in self.acuity_mix.items():
            yield from not_one(mix, f"acuity_mix.{stream}")
        for stream in (MEDICAL, MENTAL_HEALTH):
            if stream in self.per_hour:
                yield f"per_hour.{stream} is in the profile: leave it out, or write a demand of kind hourly"
        for field in ("weekday_index", "month_index", "acuity_mix", "day_factor_cv", "visits_per_patient"):
            further = set(self.per_hour) if field in OF_RATES else set[str]()
            if not {MEDICAL, MENTAL_HEALTH} <= set(getattr(self, field)) <= {MEDICAL, MENTAL_HEALTH} | further:
                yield f"{field} must have exactly the keys {MEDICAL} and {MENTAL_HEALTH}"
        for stream in self.slow_level:
            if stream not in (MEDICAL, MENTAL_HEALTH, *self.per_hour):
                known = " and ".join((MEDICAL, MENTAL_HEALTH, *self.per_hour))
                yield f"slow_level.{stream}: no such stream; its keys are {known}"
        if self.mh_shape not in self.mh_hour_shares:
            yield f"mh_shape {self.mh_shape!r} is not one of {', '.join(sorted(self.mh_hour_shares))}"
        elif np.any(self.medical_shares() < 0.0):  # what is within rounding of 0 is 0 there
            yield "mental health takes more than all arrivals of some hour: lower mental_health_share"

    def streams(self) -> tuple[str, ...]:
        mental = (MENTAL_HEALTH,) if self.mental_health_share > 0.0 else ()
        return MEDICAL, *mental, *self.per_hour

    def arrivals_of(self, stream: str, by_law: float) -> StreamArrivals:
        """First visits of one stream, per hour of the week; `by_law`: visits per patient, where they are left open."""
        if stream not in (MEDICAL, MENTAL_HEALTH):
            return arrivals_at_rates(self, stream)
        given = self.visits_per_patient[stream]
        mental = stream == MENTAL_HEALTH
        share = self.mental_health_share if mental else 1.0 - self.mental_health_share
        growth = self.mh_growth if mental and self.mh_growth is not None else self.growth
        per_day = self.visits_per_year * share * growth / DAYS_PER_YEAR / (by_law if given is None else given)
        weekdays = np.asarray(self.weekday_index[stream])
        weekdays = weekdays / weekdays.mean()
        by_hour = self._mh_shares() if mental else self.medical_shares()
        rates = per_day * weekdays[:, None] * by_hour
        return StreamArrivals(
            rate_per_hour=tuple(float(rate) for rate in rates.ravel()),
            month_index=self.month_index[stream],
            day_factor_cv=self.day_factor_cv[stream],
            acuity_mix=self.acuity_mix[stream],
            slow_level=self.slow_level.get(stream, SlowLevel()),
            special_days=tuple(
                DatesWithFactor(day.dates, day.mental_health if mental else day.medical)
                for day in self.special_days.values()
            ),
        )

    def _week_of_shares(self) -> tuple[tuple[float, ...], ...]:
        first = self.hour_shares[0]
        return self.hour_shares if isinstance(first, tuple) else (self.hour_shares,) * 7  # type: ignore[return-value]

    def _mh_shares(self) -> np.ndarray:
        return np.tile(np.asarray(self.mh_hour_shares[self.mh_shape]), (7, 1))

    def mh_shares_of_default(self) -> np.ndarray:
        """Hour shares (24,) of mental health as they are among those of all visits, whatever shape is played."""
        return np.asarray(self.mh_hour_shares.get("default", self.mh_hour_shares[self.mh_shape]))

    def medical_shares(self) -> np.ndarray:
        """Hour shares of medical arrivals: all visits in the default shape minus mental health in its own."""
        everyone = np.asarray(self._week_of_shares())
        shares = (everyone - self.mental_health_share * self.mh_shares_of_default()) / (1.0 - self.mental_health_share)
        return np.where((shares < 0.0) & (shares >= -quantities.ROUNDING), 0.0, shares)


class Steady(quantities.Frozen):
    """Arrivals at a constant rate, for small worlds and queueing theory; no months, no day factor."""

    kind: Literal["steady"] = "steady"
    name: str = "steady"
    growth: quantities.DemandFactor = 1.0
    per_hour: dict[str, quantities.NonNegative]
    acuity_mix: dict[str, quantities.FiveProbabilities] = Field(default_factory=dict)

    def streams(self) -> tuple[str, ...]:
        return tuple(self.per_hour)

    def arrivals_of(self, stream: str, by_law: float) -> StreamArrivals:
        return steady_arrivals(self.per_hour.get(stream, 0.0) * self.growth, self.acuity_mix.get(stream))

    def _wrong(self) -> Iterator[str]:
        for stream, mix in self.acuity_mix.items():
            yield from not_one(mix, f"acuity_mix.{stream}")


class Hourly(quantities.Frozen):
    """First visits of any streams at rates by hour, in an average month; what is said of no stream is as in `steady`.

    `day_factor_cv` and `slow_level` make days and weeks differ, `month_index` months, as in a profile.
    """

    kind: Literal["hourly"] = "hourly"
    name: str = "hourly"
    growth: quantities.DemandFactor = 1.0
    per_hour: Annotated[dict[str, RatePerHour], Field(min_length=1)]
    acuity_mix: dict[str, quantities.FiveProbabilities] = Field(default_factory=dict)
    month_index: dict[str, Twelve] = Field(default_factory=dict)
    day_factor_cv: dict[str, quantities.NonNegative] = Field(default_factory=dict)
    slow_level: dict[str, SlowLevel] = Field(default_factory=dict)

    def streams(self) -> tuple[str, ...]:
        return tuple(self.per_hour)

    def arrivals_of(self, stream: str, by_law: float) -> StreamArrivals:
        return arrivals_at_rates(self, stream)

    def _wrong(self) -> Iterator[str]:
        for stream, mix in self.acuity_mix.items():
            yield from not_one(mix, f"acuity_mix.{stream}")
        for field in OF_RATES:
            for stream in set(getattr(self, field)) - set(self.per_hour):
                yield f"{field}.{stream} is of a stream without per_hour: {did_you_mean(stream, self.per_hour)}"


OF_RATES = ("acuity_mix", "month_index", "day_factor_cv", "slow_level")
"""What may be said of a stream whose rates are given."""


def arrivals_at_rates(demand: Profile | Hourly, stream: str) -> StreamArrivals:
    """First visits of a stream whose rates are given; none of one that is not named."""
    steady = steady_arrivals(0.0, demand.acuity_mix.get(stream))
    rates = tuple(rate * demand.growth for rate in rates_of_week(demand.per_hour.get(stream, 0.0)))
    said = {key: getattr(demand, key)[stream] for key in OF_RATES if stream in getattr(demand, key)}
    return steady.model_copy(update={"rate_per_hour": rates} | said)


class GivenVisit(quantities.Frozen):
    """One visit of a replayed list. What is None is drawn as usual; `minutes` gives service by step name."""

    at: quantities.NonNegative
    stream: str
    patient: Annotated[int, Field(ge=0, lt=2**59)] | None = None
    acuity: Annotated[int, Field(ge=1, le=5)] | None = None
    patience: quantities.NonNegative | None = None
    held: bool | None = None
    minutes: dict[str, quantities.NonNegative] = Field(default_factory=dict)


class Replay(quantities.Frozen):
    """Arrivals at given times; no visits besides these and the returns they cause."""

    kind: Literal["replay"] = "replay"
    name: str = "replay"
    growth: Annotated[float, Field(ge=1.0, le=1.0)] = 1.0
    visits: tuple[GivenVisit, ...]
    acuity_mix: dict[str, quantities.FiveProbabilities] = Field(default_factory=dict)

    def streams(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(visit.stream for visit in self.visits))

    def arrivals_of(self, stream: str, by_law: float) -> StreamArrivals:
        return steady_arrivals(0.0, self.acuity_mix.get(stream))

    def _wrong(self) -> Iterator[str]:
        times = [visit.at for visit in self.visits]
        if times != sorted(times):
            yield "visits are not in order of time: sort them by `at`"
        named = [visit.patient for visit in self.visits if visit.patient is not None]
        if len(named) != len(set(named)):
            yield "a patient comes twice: replayed lists hold first visits only, returns come from the model"


Demand = Annotated[Profile | Steady | Hourly | Replay, Field(discriminator="kind")]
