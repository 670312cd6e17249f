"""How the columns of a hospital's visits file answer to the names used here.

Only the map: `visits` reads files through it, `calibration` uses what was read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

Acuity = Annotated[int, Field(ge=1, le=5)]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Strict(BaseModel):
    """A frozen value that refuses keys it does not know; numbers where text is meant become text (codes)."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class TimestampArrival(Strict):
    """Arrival in one column: local clock time, ISO 8601 unless `format` (strptime) says otherwise."""

    kind: Literal["timestamp"]
    column: str
    format: str | None = None


class WeekdayCode(Strict):
    """A weekday column of seven consecutive whole-number codes, starting with `first_code` on `first_day`."""

    column: str
    first_code: int = 1
    first_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class PartsArrival(Strict):
    """Arrival in parts: a time of day (HHMM or HH:MM) with a weekday code, or with a calendar date."""

    kind: Literal["parts"]
    time: str
    weekday: WeekdayCode | None = None
    date: str | None = None
    year: str | None = None
    month: str | None = None

    @model_validator(mode="after")
    def _one_day_column(self) -> Self:
        if (self.weekday is None) == (self.date is None):
            raise ValueError("time needs one day column: give either weekday or date, not both, not neither")
        return self


Arrival = Annotated[TimestampArrival | PartsArrival, Field(discriminator="kind")]


class AcuityColumn(Strict):
    """A triage column and what each of its codes means: 1 (most urgent) to 5, or null for no level given."""

    column: str
    recode: dict[str, Acuity | None] = Field(min_length=1)


class Sources(Strict):
    """What the trailing comments of the written configuration cite; the file's name when empty."""

    hour_shares: str = ""
    weekday_index: str = ""
    acuity_mix: str = ""


class ColumnMap(Strict):
    """Everything needed to read one kind of visits file.

    `tolerated_share` is the share of rows (0 to 1) that may hold a faulty value before the file is refused;
    the faulty values of an accepted file are set to missing and counted. `longest_stay_days` is the longest
    believable stay, in days. `cluster` columns together name the sampling unit (say, hospital and year) that
    standard errors respect. `notes` are limits of the file that belong beside every number taken from it.
    """

    separator: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8"
    missing_codes: tuple[str, ...] = ()
    tolerated_share: float = Field(default=0.01, ge=0, le=1)
    longest_stay_days: float = Field(default=30.0, gt=0)

    arrival: Arrival | None = None
    patient: str | None = None
    cluster: tuple[str, ...] = ()
    stream: str | None = None
    acuity: AcuityColumn | None = None
    triage_time: str | None = None
    physician_time: str | None = None
    departure_time: str | None = None
    triage_min: str | None = None
    wait_min: str | None = None
    stay_min: str | None = None
    disposition: str | None = None
    age: str | None = None

    sources: Sources = Sources()
    notes: tuple[str, ...] = ()


def load_column_map(path: Path) -> ColumnMap:
    """The column map in a YAML file; `ValidationError` (a `ValueError`) names every key that does not fit."""
    return ColumnMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
