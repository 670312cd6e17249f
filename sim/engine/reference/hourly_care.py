"""Care by the hour: staff minutes that a stay causes at each full hour, and for the part of the last one.

What it is for (boarders, observation without an aide) is `sim.engine.reference.boarding_and_observation`.
"""

from collections.abc import Callable

from sim.department.quantities import MINUTES_PER_HOUR
from sim.engine.calendar_entries import CARE_DUE
from sim.engine.reference.calendar import Calendar, Entry


class HourlyCare:
    """Calls `ask` with the minutes due at each full hour from now on, and once more when it stops.

    `ident` is the entry's id in the calendar; with 0 minutes per hour `ask` is never called.
    """

    def __init__(self, calendar: Calendar, ident: int, minutes_per_hour: float, ask: Callable[[float], None]) -> None:
        self.calendar, self.ident, self.minutes_per_hour, self.ask = calendar, ident, minutes_per_hour, ask
        self.since = calendar.time
        self.entry: Entry | None = None
        self._next_hour()

    def _next_hour(self) -> None:
        if self.minutes_per_hour > 0.0:
            due = self.since + MINUTES_PER_HOUR
            self.entry = self.calendar.at(due, CARE_DUE, self.ident, self._hour_is_full, self)

    def _hour_is_full(self, entry: Entry) -> None:
        if entry.subject is not None:
            self.since = self.calendar.time
            self.ask(self.minutes_per_hour)
            self._next_hour()

    def stop(self) -> None:
        """No more hours; the part since the last full one is asked for."""
        if self.entry is not None:
            self.entry.subject = None
            minutes = (self.calendar.time - self.since) * self.minutes_per_hour / MINUTES_PER_HOUR
            if minutes > 0.0:
                self.ask(minutes)
