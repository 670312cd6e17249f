"""Who works when: roles, shifts, breaks, caseload limits, pay; and the roster expanded over the weeks of a run.

Which task a member takes is decided in `sim.department.discipline`; filling of shifts is drawn by the workload.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from sim.department import quantities

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIPPED_CURRENCY = "CAD"
MOST_LABEL_CHARACTERS = 200
"""A label stands in headers of tables and in figures."""
"""Of all money in the shipped files, and of a staffing that says nothing else."""


def currency_code(code: str) -> str:
    """Three capital letters. Raises ValueError."""
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise ValueError(f"{code!r} is no code of a currency: write three capital letters, such as EUR")
    return code


WRITTEN_BY_PEOPLE = {"written": True}
"""Validation context of what people write: clock times and weekdays are words there, for YAML reads 0700 as 448.

Without it numbers pass too: minutes after midnight and days from Monday 0, as a model is built in Python and as its
JSON holds it.
"""


def is_written(info: ValidationInfo) -> bool:
    """Whether people wrote what is validated."""
    return bool(info.context and info.context.get("written"))


def minutes_of_clock(value: Any, info: ValidationInfo) -> Any:
    """'07:30' as minutes after midnight; numbers pass through unless people wrote them."""
    if not isinstance(value, str):
        if is_written(info) and isinstance(value, int | float):
            raise ValueError("a number is not a time of day (YAML reads 0700 as 448), write it like '07:30', in quotes")
        return value
    hours, colon, minutes = value.partition(":")
    digits = value.isascii() and hours.isdecimal() and minutes.isdecimal()
    if not (colon and digits and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(f"{value!r} is not a time of day: write it like '07:30' (in quotes)")
    return float(int(hours) * 60 + int(minutes))


def weekday_numbers(value: Any, info: ValidationInfo) -> Any:
    """['mon', 'fri'] or 'daily' as numbers with Monday 0; numbers pass through unless people wrote them."""
    if value == "daily":
        return tuple(range(7))
    if not isinstance(value, list | tuple):
        raise ValueError(f"{value!r} is no list of days: write {days_meant(value)}, or daily")
    unknown = [day for day in value if (day not in WEEKDAYS if isinstance(day, str) else is_written(info))]
    if unknown:
        raise ValueError(f"unknown day {unknown[0]!r}: use {', '.join(WEEKDAYS)} or daily")
    twice = list(dict.fromkeys(day_name(day) for place, day in enumerate(value) if day in value[:place]))
    if twice:
        raise ValueError(f"days names {', '.join(twice)} twice: name each day once, and set heads=2 for two people")
    return tuple(WEEKDAYS.index(day) if isinstance(day, str) else day for day in value)


def days_meant(value: object) -> str:
    """The list of days that a word such as `weekdays`, `sat` or `mon-thu` means, as people write it."""
    text = {"weekdays": "mon-fri", "weekend": "sat-sun", "weekends": "sat-sun"}.get(str(value), str(value)).lower()
    first, _, last = text.partition("-")
    if first in WEEKDAYS and (last or first) in WEEKDAYS:
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days = WEEKDAYS[begin : end + 1] if begin <= end else (*WEEKDAYS[begin:], *WEEKDAYS[: end + 1])
        return f"[{', '.join(days)}]"
    return "a list such as [mon, fri]"


def day_name(day: str | int) -> str:
    """A day as people write it."""
    return WEEKDAYS[day] if isinstance(day, int) and 0 <= day < len(WEEKDAYS) else str(day)


def clock_text(minutes: float) -> str:
    """Minutes after midnight, of any day, as a clock shows them."""
    hour, minute = divmod(int(minutes % quantities.MINUTES_PER_DAY), 60)
    return f"{hour:02d}:{minute:02d}"


ClockTime = Annotated[float, BeforeValidator(minutes_of_clock), Field(ge=0, lt=quantities.MINUTES_PER_DAY)]
Days = Annotated[
    tuple[Annotated[int, Field(ge=0, le=6)], ...], BeforeValidator(weekday_numbers), Field(min_length=1, max_length=7)
]
MOST_HEADS = 200
"""At once in a shift: far above any department's, so that a mistyped number is refused."""
Heads = Annotated[int, Field(ge=0, le=MOST_HEADS)]


class Break(quantities.Frozen):
    """Time off the floor inside a shift, in minutes. Without `after` it is staggered over colleagues.

    `protected` time (supervision, debriefing, training) is paid and off the floor too, and is counted apart.
    """

    minutes: quantities.Positive
    after: quantities.NonNegative | None = None
    protected: bool = False


Currency = Annotated[str, AfterValidator(currency_code)]


class Shift(quantities.Frozen):
    """The same hours on some days of every week, worked by `heads` members. `minutes` is the length."""

    start: ClockTime
    minutes: Annotated[float, Field(gt=0, le=quantities.MINUTES_PER_WEEK)]
    days: Days = tuple(range(7))
    heads: Heads = 1
    breaks: tuple[Break, ...] | None = None
    peer_kind: Literal["youth", "family", "adult"] | None = None

    def _wrong(self) -> Iterator[str]:
        yield from wrong_breaks(self.breaks or (), self.minutes)
        starts = self.starts_in_week()
        for start, following in itertools.pairwise((*starts, starts[0] + quantities.MINUTES_PER_WEEK)):
            if self.minutes > following - start:
                day, again = (WEEKDAYS[int(at // quantities.MINUTES_PER_DAY) % 7] for at in (start, following))
                clock = clock_text(self.start)
                yield (
                    f"minutes {self.minutes:g} from {day} {clock} run into {again} {clock}, when it starts again: "
                    f"give at most {following - start:g}, and set heads=2 for two people"
                )
                return

    def starts_in_week(self) -> tuple[float, ...]:
        """Start of each occurrence in a week, in minutes after Monday 00:00, in order.

        Duties, cover, hours and cost are all made of these.
        """
        return tuple(sorted(day * quantities.MINUTES_PER_DAY + self.start for day in self.days))


def wrong_breaks(breaks: tuple[Break, ...], shift_minutes: float) -> Iterator[str]:
    """Breaks that overlap or run past the shift."""
    placed = sorted((item.after, item.after + item.minutes) for item in breaks if item.after is not None)
    for (start, end), (following, _) in itertools.pairwise(placed):
        if following < end:
            yield f"breaks overlap: {start:g}-{end:g} and one from {following:g} minutes: move one of them"
    for start, end in placed:
        if end > shift_minutes:
            yield f"the break at {start:g} ends after the shift of {shift_minutes:g} minutes: move it earlier"
    if sum(item.minutes for item in breaks) >= shift_minutes:
        yield f"breaks fill the whole shift of {shift_minutes:g} minutes: shorten them"


class Role(quantities.Frozen):
    """A kind of staff: members, limits and pay.

    `also_serves` lists further levels of the skill list: `[[a, b], [c]]` takes tasks of a and b when the own queue
    offers nothing, then c. `caseload` is the limit of open cases at once (None: no limit).
    `hourly_cost` is money per rostered hour, loaded, in the currency of the staffing. `protected_share` of each shift
    is off the floor.
    """

    kind: Literal["clinical", "support", "peer"] = "clinical"
    shifts: dict[str, Shift] = Field(default_factory=dict)
    heads: Heads | None = None
    caseload: Annotated[int, Field(ge=0)] | None = None
    last_pickup_minutes: quantities.NonNegative = 0.0
    hourly_cost: quantities.NonNegative = 0.0
    breaks: tuple[Break, ...] = ()
    also_serves: tuple[tuple[str, ...], ...] = ()
    absence_share: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    protected_share: Annotated[float, Field(ge=0, le=0.5)] = 0.0

    def _wrong(self) -> Iterator[str]:
        for shift in self.shifts.values():
            yield from wrong_breaks(self.breaks_of(shift), shift.minutes)

    def breaks_of(self, shift: Shift) -> tuple[Break, ...]:
        """The shift's own breaks or the role's, with the protected block of the shift."""
        breaks = self.breaks if shift.breaks is None else shift.breaks
        if self.protected_share == 0.0:
            return breaks
        return (*breaks, Break(minutes=self.protected_share * shift.minutes, protected=True))

    def heads_of(self, shift: Shift) -> int:
        """Members who work the shift: as many as the role has, where it says so, else as the shift says."""
        return shift.heads if self.heads is None else self.heads

    def hours_per_week(self, until_minutes: float | None = None) -> float:
        """Rostered hours in a week, breaks and protected time included.

        `until_minutes`: of a time that ends, those rostered in it, at the pace of a week.
        """
        shifts = self.shifts.values()
        if until_minutes is None:
            minutes = (self.heads_of(shift) * len(shift.starts_in_week()) * shift.minutes for shift in shifts)
            return quantities.sum_in_order(minutes) / 60.0
        inside = (
            self.heads_of(shift) * (min(start + shift.minutes, until_minutes) - max(start, 0.0))
            for shift in shifts
            for start in shift_starts(shift, until_minutes)
        )
        return quantities.sum_in_order(inside) / 60.0 * (quantities.MINUTES_PER_WEEK / until_minutes)


class OffFloor(NamedTuple):
    """A break or protected block of one duty: due at `at`, lasting `minutes`, starting late if a task is in hand."""

    at: float
    minutes: float
    protected: bool


class Duty(NamedTuple):
    """One uninterrupted spell of duty, absolute minutes; abutting and overlapping shifts are merged."""

    start: float
    end: float
    off_floor: tuple[OffFloor, ...] = ()


@dataclass(frozen=True, slots=True)
class RosteredMember:
    """One person of a role with a place in the roster. `name` is stable when other shifts are added or removed."""

    index: int
    name: str
    role: str
    peer_kind: str | None
    shift: Shift
    breaks: tuple[Break, ...]
    rank: int
    colleagues: int


def members_of(roles: dict[str, Role]) -> tuple[RosteredMember, ...]:
    """Every member of every role, in the order of roles, shifts and heads."""
    members: list[RosteredMember] = []
    for role_name, role in roles.items():
        for shift_name, shift in role.shifts.items():
            heads = role.heads_of(shift)
            for rank in range(heads):
                name = f"{role_name}/{shift_name}/{rank + 1}"
                kind, breaks = shift.peer_kind, role.breaks_of(shift)
                members.append(RosteredMember(len(members), name, role_name, kind, shift, breaks, rank, heads))
    return tuple(members)


def shift_starts(shift: Shift, horizon: float) -> list[float]:
    """Starts of every occurrence that touches [0, horizon), from the week before the run on."""
    weeks = range(-2, int(horizon // quantities.MINUTES_PER_WEEK) + 1)
    starts = [week * quantities.MINUTES_PER_WEEK + start for week in weeks for start in shift.starts_in_week()]
    return [start for start in starts if start + shift.minutes > 0.0 and start < horizon]


def off_floor_of(member: RosteredMember, start: float) -> tuple[OffFloor, ...]:
    """Breaks of one shift in time order.

    Breaks without a given time are staggered: the shift is cut into as many windows as it has such breaks, and in
    each window the k-th of n colleagues who start together rests around the fraction (k + 1) / (n + 1) of it.
    """
    floating = [item for item in member.breaks if item.after is None]
    placed = [(item.after, item) for item in member.breaks if item.after is not None]
    fixed = [OffFloor(start + after, item.minutes, item.protected) for after, item in placed]
    window = member.shift.minutes / max(1, len(floating))
    fraction = (member.rank + 1) / (member.colleagues + 1)
    for number, item in enumerate(floating):
        middle = start + number * window + fraction * window
        latest = start + member.shift.minutes - item.minutes
        fixed.append(OffFloor(min(max(start, middle - item.minutes / 2.0), latest), item.minutes, item.protected))
    return tuple(sorted(fixed, key=lambda block: block.at))


def duties_of(member: RosteredMember, starts: list[float]) -> tuple[Duty, ...]:
    """Spells of duty from the starts of the filled shifts, merged where they touch."""
    duties: list[Duty] = []
    for start in starts:
        duty = Duty(start, start + member.shift.minutes, off_floor_of(member, start))
        if duties and start <= duties[-1].end:
            last = duties.pop()
            duty = Duty(last.start, max(last.end, duty.end), last.off_floor + duty.off_floor)
        duties.append(duty)
    return tuple(duties)


def heads_by_minute(role: Role) -> np.ndarray:
    """Rostered heads for each minute of the week, shape (10080,); nobody is taken off for breaks."""
    week = int(quantities.MINUTES_PER_WEEK)
    heads = np.zeros(week, dtype=np.int64)
    for shift in role.shifts.values():
        present = role.heads_of(shift)
        for start in shift.starts_in_week():
            at, end = int(np.ceil(start)), int(np.ceil(start + shift.minutes))
            while at < end:  # what goes beyond the week begins it
                here = at % week
                length = min(end - at, week - here)
                heads[here : here + length] += present
                at += length
    return heads


class Staffing(quantities.Frozen):
    """A roster and what it costs besides hours.

    `weekly_extra_cost` (money) is what comes with the roster and is not anybody's hour here, such as a coordinator.
    `currency` is the label that all money of the staffing is shown with; no result depends on it, nothing is converted.
    `enhances` names roles whose evidence of effect applies to this staffing.
    `roles` may be written at the level of the staffing itself in a config file.
    """

    name: str
    label: Annotated[str, Field(max_length=MOST_LABEL_CHARACTERS)] = ""
    currency: Currency = SHIPPED_CURRENCY
    weekly_extra_cost: quantities.NonNegative = 0.0
    enhances: tuple[str, ...] = ()
    roles: dict[str, Role]

    @model_validator(mode="before")
    @classmethod
    def _gather_roles(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "roles" in data:
            return data
        own = {key: value for key, value in data.items() if key in cls.model_fields}
        return own | {"roles": {key: value for key, value in data.items() if key not in cls.model_fields}}

    @model_serializer(mode="wrap")
    def _without_the_usual_currency(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """In the shipped currency as when there was no other."""
        data: dict[str, Any] = plain(self)
        return {key: value for key, value in data.items() if key != "currency" or value != SHIPPED_CURRENCY}

    @property
    def shown_name(self) -> str:
        """What answers call it: its label, or its name where it has none."""
        return self.label or self.name

    def weekly_cost(self, until_minutes: float | None = None) -> float:
        """Money a week of rostered hours and extras, without overtime.

        `until_minutes`: of a time that ends, that of who is rostered in it, at the pace of a week.
        """
        by_role = (role.hours_per_week(until_minutes) * role.hourly_cost for role in self.roles.values())
        return self.weekly_extra_cost + quantities.sum_in_order(by_role)
