"""Arrivals counted by clock hour, with the hours a file does not cover known as such."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.shares import HOURS_PER_DAY
from sim.statistics.arrays import BoolArray, FloatArray, IntArray

MONTHS_PER_YEAR: Final = 12
_MONDAY: Final = np.datetime64("1900-01-01", "D")


def weekday_of(days: npt.NDArray[np.datetime64]) -> IntArray:
    """0 is Monday."""
    return np.asarray((days - _MONDAY).astype(np.int64) % 7)


def week_of(days: npt.NDArray[np.datetime64]) -> IntArray:
    """Number of the week, Monday to Sunday, in which each day lies."""
    return np.asarray((days - _MONDAY).astype(np.int64) // 7)


def month_of(days: npt.NDArray[np.datetime64]) -> IntArray:
    """0 is January."""
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) % MONTHS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class Counts:
    """Arrivals per clock hour: rows are the days from `first_day` on, columns their hours, NaN where the file does not
    cover the hour.

    `place` is the hour of each visit after the first midnight and `patient` a number of who came, where that is known.
    Of the `calendar` the special days count; hours it leaves out are NaN already.
    """

    first_day: np.datetime64
    by_hour: FloatArray
    place: IntArray | None = None
    patient: IntArray | None = None
    calendar: FileCalendar = field(default_factory=FileCalendar)

    @property
    def days(self) -> npt.NDArray[np.datetime64]:
        return self.first_day + np.arange(len(self.by_hour))

    @property
    def weekday(self) -> IntArray:
        return weekday_of(self.days)

    @property
    def inside(self) -> BoolArray:
        """Whether each hour is covered."""
        return ~np.isnan(self.by_hour)

    @property
    def n_visits(self) -> int:
        return int(np.nansum(self.by_hour))

    def sums_by_weekday(self, table: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Sums of a table with a row a day, shape (7, columns), Monday first."""
        return np.array([table[self.weekday == day].sum(axis=0) for day in range(7)])

    def between(self, first: int, last: int) -> "Counts":
        """Days first, first + 1 .. last - 1."""
        first_day = self.first_day + np.timedelta64(first, "D")
        if self.place is None or self.patient is None:
            return Counts(first_day, self.by_hour[first:last], calendar=self.calendar)
        start, end = HOURS_PER_DAY * first, HOURS_PER_DAY * last
        kept = (self.place >= start) & (self.place < end)
        return Counts(first_day, self.by_hour[first:last], self.place[kept] - start, self.patient[kept], self.calendar)


def count_arrivals(
    arrivals: npt.ArrayLike, patient: npt.ArrayLike | None = None, calendar: FileCalendar | None = None
) -> Counts:
    """Counts over the period of the calendar, or from the hour of the first arrival to that of the last; NaN before and
    after, and where the calendar leaves hours out. Arrivals in such hours are not counted. Raises ValueError where none
    is left.
    """
    calendar = FileCalendar() if calendar is None else calendar
    hour = np.asarray(arrivals, dtype="datetime64[h]")
    covered = calendar.covers(hour)
    if calendar.period is not None:
        covered &= (hour >= calendar.period[0]) & (hour <= calendar.period[1])
    hour = hour[covered]
    if hour.size == 0:
        raise ValueError("no arrival to count")
    start, end = (hour.min(), hour.max()) if calendar.period is None else calendar.period
    first = start.astype("datetime64[D]")
    midnight = first.astype("datetime64[h]")
    place = (hour - midnight).astype(np.int64)
    start_at, end_at = (int((each - midnight).astype(np.int64)) for each in (start, end))
    table = np.bincount(place, minlength=HOURS_PER_DAY * (end_at // HOURS_PER_DAY + 1)).astype(np.float64)
    table[:start_at] = np.nan
    table[end_at + 1 :] = np.nan
    table[~calendar.covers(midnight + np.arange(len(table)))] = np.nan
    who = None
    if patient is not None:
        who = np.unique(np.asarray(patient)[covered], return_inverse=True)[1].ravel().astype(np.int64)
    return Counts(first, table.reshape(-1, HOURS_PER_DAY), place, who, calendar)
