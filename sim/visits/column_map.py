"""The column map: which columns of a hospital's visits file hold which fields of a visit, and in what form."""

import datetime
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from sim.io.calendar_days import SpecialDates

VOCABULARY: Final[Mapping[str, tuple[str, ...]]] = {
    "stream": ("medical", "mental_health"),
    "disposition": ("discharge", "admission", "transfer", "lwbs", "ama", "died", "other"),
    "mode": ("walk_in", "ambulance", "police", "other"),
    "seen_recently": ("within_72h", "not_within_72h"),
}
"""The words of each field of words; a file says them, or the map recodes what it says.

`lwbs`: left before the first physician contact, `ama`: left after it against advice.
"""

Resolution = Literal["minute", "hour", "day"]
WORD_FIELDS = ("stream", "disposition", "mode", "seen_recently")
TIME_FIELDS = ("triage_time", "physician_time", "departure_time")
NUMBER_FIELDS = ("triage_minutes", "wait_minutes", "stay_minutes", "age", "weight")
END_OF_MINUTES: Final[Mapping[str, str]] = {
    "triage_minutes": "triage_time",
    "wait_minutes": "physician_time",
    "stay_minutes": "departure_time",
}
"""The time at which each number of minutes from the arrival ends."""
Acuity = Annotated[int, Field(ge=1, le=5)]
GateRule = Literal[
    "repeated_visits", "present_twice", "several_sites", "other_unit", "departure_at_arrival", "empty_hours",
    "empty_days", "masked_days",
]  # fmt: skip
"""Rules of the plausibility gate (`plausibility`); each can be waived in the map."""


def without_spelling(word: str) -> str:
    """A word without regard to capitals, blanks, hyphens, and the `.0` of a whole number."""
    return re.sub(r"[\s_-]+", "_", re.sub(r"\.0+$", "", word.strip())).lower()


def as_names(value: object) -> object:
    """A single name, or number that is one, as a list of one."""
    return [value] if isinstance(value, str | int | float) else value


class Strict(BaseModel):
    """A frozen value that refuses keys it does not know; numbers where text is meant become text (codes)."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


Formats = Annotated[tuple[str, ...], BeforeValidator(as_names)]
"""strptime patterns; a text has to fit exactly one of them."""


class TimestampArrival(Strict):
    """Arrival in one column: local clock time, ISO 8601 unless `format` (strptime patterns) says otherwise."""

    kind: Literal["timestamp"]
    column: str
    format: Formats = ()


class DateAndTime(Strict):
    """A time written in two columns: its calendar date, and its time of day (HHMM or HH:MM)."""

    date: str
    time: str


TimeColumns = str | DateAndTime


class WeekdayCode(Strict):
    """A weekday column of seven consecutive whole-number codes, starting with `first_code` on `first_day`."""

    column: str
    first_code: int = 1
    first_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class PartsArrival(Strict):
    """Arrival in parts: a time of day (HHMM or HH:MM), or its `hour` alone, with a weekday code or a calendar date."""

    kind: Literal["parts"]
    time: str | None = None
    hour: str | None = None
    weekday: WeekdayCode | None = None
    date: str | None = None
    year: str | None = None
    month: str | None = None

    @model_validator(mode="after")
    def _one_day_column(self) -> Self:
        if (self.weekday is None) == (self.date is None):
            raise ValueError("time needs one day column: give either weekday or date, not both, not neither")
        if (self.time is None) == (self.hour is None):
            raise ValueError("give either time (HHMM or HH:MM) or hour (0 to 23), not both, not neither")
        return self


class CountsArrival(Strict):
    """Numbers of arrivals, one row for each hour or each day: `count` of the hour of `time`, or of `date` and `hour`.

    Without `hour` and `time` a row counts a whole day. Hours or days without a row are not covered by the file; with a
    count of 0 nobody came.
    """

    kind: Literal["counts"]
    count: str
    time: str | None = None
    date: str | None = None
    hour: str | None = None

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.time is None) == (self.date is None):
            raise ValueError("a count needs its time: give either time, or date with or without hour")
        if self.hour is not None and self.date is None:
            raise ValueError("hour stands beside date: give date too, or time alone")
        return self

    @property
    def is_by_day(self) -> bool:
        """Whether a row counts a whole day."""
        return self.time is None and self.hour is None


class EventsArrival(Strict):
    """Arrival as an event of a log: the mark `arrival` of `events`."""

    kind: Literal["events"]


ArrivalColumns = Annotated[TimestampArrival | PartsArrival | CountsArrival | EventsArrival, Field(discriminator="kind")]


class EventMark(Strict):
    """The event that gives one time of a visit.

    `activity` names one or more activities, `*` standing for any text. `lifecycle` is the transition that counts
    (any if not given), `which` the one taken of several.
    """

    activity: Annotated[tuple[str, ...], BeforeValidator(as_names), Field(min_length=1)]
    lifecycle: str | None = None
    which: Literal["first", "last"] = "first"


class LeftOut(Strict):
    """A period that the file does not cover, both days included; written `2023-03-01..2023-03-14`, or one date."""

    first: datetime.date
    last: datetime.date

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, datetime.date):
            return {"first": value, "last": value}
        if not isinstance(value, str):
            return value
        first, _, last = value.partition("..")
        return {"first": first, "last": last or first}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the period ends before it begins: write {self.last}..{self.first}")
        return self


StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class TimesOfStep(Strict):
    """The columns of the times at which a step of a visit began and ended."""

    begins: TimeColumns
    ends: TimeColumns


class MarksOfStep(Strict):
    """The events of a log at which a step of a visit began and ended."""

    begins: EventMark
    ends: EventMark


class Events(Strict):
    """The columns of a log with one row an event, and which events are the times of a visit.

    In an XES file the columns are named by the keys of the standard: `case:concept:name` for that of the trace,
    `concept:name`, `time:timestamp`, `lifecycle:transition`, `org:resource`. With `disposition` the text that `*`
    stands for in the last event of these activities says how the visit ended. Any other column the map names
    (acuity, age, ...) is taken from the first event of the case that has it. `step_minutes` are as in `ColumnMap`.
    """

    case: str
    activity: str
    time: str
    lifecycle: str | None = None
    resource: str | None = None
    arrival: EventMark
    triage_time: EventMark | None = None
    physician_time: EventMark | None = None
    departure_time: EventMark | None = None
    disposition: str | None = Field(default=None, pattern=r"^[^*]*\*$")
    step_minutes: dict[StepName, MarksOfStep] = {}

    @model_validator(mode="after")
    def _lifecycle_to_look_at(self) -> Self:
        asking = [name for name, mark in self.marks().items() if mark.lifecycle is not None]
        if asking and self.lifecycle is None:
            raise ValueError(f"{asking[0]} asks for a lifecycle: name the column `lifecycle` of the log too")
        return self

    def marks(self) -> dict[str, EventMark]:
        """The marks given, by the field they fill."""
        named = {name: getattr(self, name) for name in ("arrival", "triage_time", "physician_time", "departure_time")}
        steps = {f"{end}_{step}": getattr(marks, end) for step, marks in self.step_minutes.items() for end in STEP_ENDS}
        return {name: mark for name, mark in named.items() if mark is not None} | steps

    def place_of(self, field: str) -> str:
        """The key below `events` of the mark that fills a field."""
        end, _, step = field.partition("_")
        return f"step_minutes.{step}.{end}" if end in STEP_ENDS and step in self.step_minutes else field


STEP_ENDS = ("begins", "ends")


class CodedColumn(Strict):
    """A column of codes and the word for each; null for a code that means nothing."""

    column: str
    recode: dict[str, str | None] = Field(min_length=1)


class FlagColumns(Strict):
    """One word given by several yes-or-no columns: that of the first that holds `code`; `otherwise` if none does."""

    flags: dict[str, str] = Field(min_length=1)
    code: str = "1"
    otherwise: str | None = None


class JoinedFile(Strict):
    """A second file in the same folder with at most one row for each visit, found by the column `key` of both."""

    file: str = Field(pattern=r"^[^/\\]+$")
    key: str


WordColumns = str | CodedColumn | FlagColumns


class ColumnWithUnit(Strict):
    """A column of numbers in another unit than the field's own (minutes, years of age)."""

    column: str
    unit: Literal["seconds", "minutes", "hours", "days", "months", "years"]


NumberColumn = str | ColumnWithUnit
MINUTES_IN: Final = {"seconds": 1.0 / 60.0, "minutes": 1.0, "hours": 60.0, "days": 1440.0}
YEARS_IN: Final = {"days": 1.0 / 365.25, "months": 1.0 / 12.0, "years": 1.0}
"""What a unit is in minutes, and in years."""


class AcuityColumn(Strict):
    """A triage column and what each of its codes means: 1 (most urgent) to 5, or null for no level given."""

    column: str
    recode: dict[str, Acuity | None] = Field(min_length=1)


def columns_of(part: object) -> list[str]:
    """The columns of the file that a part of the map names, in its order; none of None and of events."""
    match part:
        case str():
            return [part]
        case tuple() | dict():
            return list(part)
        case FlagColumns():
            return list(part.flags)
        case CodedColumn() | ColumnWithUnit() | AcuityColumn() | WeekdayCode() | TimestampArrival():
            return [part.column]
        case DateAndTime() | TimesOfStep() | PartsArrival() | CountsArrival():
            return [name for key, value in part if key != "kind" for name in columns_of(value)]
        case _:
            return []


class Sources(Strict):
    """What the trailing comments of the written configuration cite; the file's name when empty."""

    hour_shares: str = ""
    weekday_index: str = ""
    acuity_mix: str = ""


def _words_meant(words: WordColumns | None) -> list[tuple[str, str | None]]:
    """The words that a map gives to codes and flags, each with its key."""
    if isinstance(words, CodedColumn):
        return [(f"recode.{code}", word) for code, word in words.recode.items()]
    if isinstance(words, FlagColumns):
        return [*((f"flags.{flag}", word) for flag, word in words.flags.items()), ("otherwise", words.otherwise)]
    return []


class ColumnMap(Strict):
    """Everything needed to read one kind of visits file.

    `tolerated_share` is the share of rows (0 to 1) that may hold a faulty value before the file is refused;
    the faulty values of an accepted file are set to missing and counted. `longest_stay_days` is the longest
    believable stay, in days. `cluster` columns together name the sampling unit (say, hospital and year) that
    standard errors respect. `notes` are limits of the file that belong beside every number taken from it.

    `time_zone` (a name as `America/Toronto`) is that of the department: times with a UTC offset become its local clock
    time, and its clock changes are looked for. `time_format` (strptime, one pattern or several) is for all times that
    are not ISO 8601.
    `calendar: shifted` says that each patient's dates were moved by an amount of their own, as in data made
    anonymous: times of day and intervals are true, weekdays, months and years are not. `mode` is how the patient
    came, `seen_recently` whether the patient was here in the days before, `weight` the survey weight of the visit.
    `step_minutes` names steps of the department's pathways that the file measures, each by a column of minutes or by
    the columns of two times: the work or the delay itself, without waiting for it to begin.

    `visit` identifies a visit: rows that share it are one. `site` names the column of the hospital; of a file of
    several one is chosen with `only`, which keeps the rows whose columns hold these texts. `exclude` leaves periods out
    as not covered (`2023-03-01..2023-03-14`, both ends in), `special_days` names days whose level is estimated, and
    `waive` switches rules of the plausibility gate off. `zero_stay` says what a departure at the instant of arrival is:
    refused where many who left unseen have one, `missing` (the time was not known), or `kept`.
    """

    separator: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8"
    missing_codes: tuple[str, ...] = ()
    tolerated_share: float = Field(default=0.01, ge=0, le=1)
    longest_stay_days: float = Field(default=30.0, gt=0)
    time_zone: str | None = None
    time_format: Formats = ()
    calendar: Literal["real", "shifted"] = "real"
    exclude: tuple[LeftOut, ...] = ()
    special_days: dict[str, SpecialDates] = {}
    only: dict[str, Annotated[tuple[str, ...], BeforeValidator(as_names)]] = {}
    waive: tuple[GateRule, ...] = ()
    zero_stay: Literal["refused", "missing", "kept"] = "refused"

    events: Events | None = None
    join: JoinedFile | None = None
    arrival: ArrivalColumns | None = None
    visit: str | None = None
    patient: str | None = None
    site: str | None = None
    cluster: tuple[str, ...] = ()
    stream: WordColumns | None = None
    acuity: AcuityColumn | None = None
    triage_time: TimeColumns | None = None
    physician_time: TimeColumns | None = None
    departure_time: TimeColumns | None = None
    triage_minutes: NumberColumn | None = None
    wait_minutes: NumberColumn | None = None
    stay_minutes: NumberColumn | None = None
    disposition: WordColumns | None = None
    mode: WordColumns | None = None
    seen_recently: WordColumns | None = None
    age: NumberColumn | None = None
    weight: str | None = None
    step_minutes: dict[StepName, NumberColumn | TimesOfStep] = {}

    sources: Sources = Sources()
    notes: tuple[str, ...] = ()

    @field_validator("stream", "disposition", "mode", "seen_recently")
    @classmethod
    def _words_of_the_field(cls, value: WordColumns | None, info: ValidationInfo) -> WordColumns | None:
        name = str(info.field_name)
        unknown = [place for place, word in _words_meant(value) if word is not None and word not in VOCABULARY[name]]
        if unknown:
            listed = ", ".join(f"{name}.{place}" for place in unknown)
            raise ValueError(f"{listed}: no word of {name}; write {', '.join(VOCABULARY[name])} or null")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"no such time zone: {value!r}; name it as America/Toronto or UTC")
        return value

    @model_validator(mode="after")
    def _units_of_numbers(self) -> Self:
        numbers = {name: getattr(self, name) for name in ("triage_minutes", "wait_minutes", "stay_minutes", "age")}
        numbers |= {f"step_minutes.{step}": each for step, each in self.step_minutes.items()}
        for name, number in numbers.items():
            known = YEARS_IN if name == "age" else MINUTES_IN
            if isinstance(number, ColumnWithUnit) and number.unit not in known:
                raise ValueError(f"{name}.unit: {number.unit} is no unit of it; give {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _dates_to_leave_out(self) -> Self:
        is_weekday = isinstance(self.arrival, PartsArrival) and self.arrival.weekday is not None
        if self.exclude and (self.calendar == "shifted" or is_weekday):
            raise ValueError("exclude: the arrivals have no true dates; leave it out")
        return self

    @model_validator(mode="after")
    def _arrival_of_a_log(self) -> Self:
        of_events = isinstance(self.arrival, EventsArrival)
        if of_events != (self.events is not None):
            raise ValueError("a log needs both `events` and `arrival: {kind: events}`: give both or neither")
        if of_events and self.join is not None:
            raise ValueError("`join` is for tables of visits: leave it out beside `events`")
        if of_events and self.visit is not None:
            raise ValueError("`visit` is for tables of visits: a log has its `case`")
        twice = set(self.step_minutes) & set(self.events.step_minutes if self.events else ())
        if twice:
            raise ValueError(f"step_minutes.{min(twice)} stands in `events` too: name it once")
        return self

    @property
    def counts(self) -> CountsArrival | None:
        """How arrivals are counted, None where the file has a row a visit."""
        return self.arrival if isinstance(self.arrival, CountsArrival) else None

    @property
    def resolution(self) -> Resolution:
        """How finely the file tells an arrival."""
        if self.counts is not None:
            return "day" if self.counts.is_by_day else "hour"
        return "hour" if isinstance(self.arrival, PartsArrival) and self.arrival.hour is not None else "minute"

    def columns(self) -> list[str]:
        """Each column of the file that the map names, once; those of `events` and `join` aside."""
        fields = ("arrival", "visit", "patient", "site", "only", "cluster", "acuity", *WORD_FIELDS, *TIME_FIELDS)
        parts = [getattr(self, name) for name in (*fields, *NUMBER_FIELDS)]
        return list(dict.fromkeys(name for part in (*parts, *self.step_minutes.values()) for name in columns_of(part)))

    def steps(self) -> dict[str, NumberColumn | TimesOfStep]:
        """Every step that is measured, those of a log by the names their marks have in the table made of it."""
        marked = self.events.step_minutes if self.events else {}
        return self.step_minutes | {step: TimesOfStep(begins=f"begins_{step}", ends=f"ends_{step}") for step in marked}
