"""Which hours a visits file does not cover, and which of its days have names of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.io.calendar_days import dates_named

Hours = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class FileCalendar:
    """`uncovered_hours` (datetime64[h]) are hours between the first and the last arrival that the file leaves out, and
    `special_days` the dates, as people name them, of days whose level is estimated by itself.
    """

    uncovered_hours: Hours = field(default_factory=lambda: np.empty(0, "datetime64[h]"))
    special_days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def covers(self, hours: Hours) -> npt.NDArray[np.bool_]:
        """Whether the file covers each of some hours, all of them between its first and last arrival."""
        return ~np.isin(hours.astype("datetime64[h]"), self.uncovered_hours)

    def without(self, name: str) -> "FileCalendar":
        """The same without one of the special days."""
        others = {each: dates for each, dates in self.special_days.items() if each != name}
        return FileCalendar(self.uncovered_hours, others)


def is_one_of(days: npt.NDArray[np.datetime64], dates: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Whether each of some days (datetime64[D]) is one that the texts name."""
    if days.size == 0:
        return np.zeros(0, dtype=np.bool_)
    years = range(int(str(days.min())[:4]), int(str(days.max())[:4]) + 1)
    named = sorted({date for text in dates for date in dates_named(text, years)})
    return np.asarray(np.isin(days, np.array(named, dtype="datetime64[D]")))
