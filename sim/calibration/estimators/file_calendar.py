"""Which hours a visits file does not cover, and which of its days have names of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sim.io.calendar_days import dates_named

Hours = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class FileCalendar:
    """`uncovered_hours` (datetime64[h]) are hours between the first and the last arrival that the file leaves out, and
    `special_days` the dates, as people name them, of days whose level is estimated by itself. `period` are the first
    and the last hour that the file covers, None where they are those of the arrivals.
    """

    uncovered_hours: Hours = field(default_factory=lambda: np.empty(0, "datetime64[h]"))
    special_days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: tuple[np.datetime64, np.datetime64] | None = None

    def covers(self, hours: Hours) -> npt.NDArray[np.bool_]:
        """Whether the file covers each of some hours, all of them between its first and last arrival."""
        return ~np.isin(hours.astype("datetime64[h]"), self.uncovered_hours)

    def over(self, arrivals: npt.ArrayLike) -> "FileCalendar":
        """The same of a file with these arrivals, all of them: a part of it covers no other hours than the whole."""
        hours = np.asarray(arrivals, dtype="datetime64[h]")
        hours = hours[~np.isnat(hours)]
        return replace(self, period=(hours.min(), hours.max()) if hours.size else None)


def is_one_of(days: npt.NDArray[np.datetime64], dates: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Whether each of some days (datetime64[D]) is one that the texts name."""
    if days.size == 0:
        return np.zeros(0, dtype=np.bool_)
    years = range(int(str(days.min())[:4]), int(str(days.max())[:4]) + 1)
    named = sorted({date for text in dates for date in dates_named(text, years)})
    return np.asarray(np.isin(days, np.array(named, dtype="datetime64[D]")))
