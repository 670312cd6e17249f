"""The regional pool of inpatient beds: first come first served, with requests from elsewhere.

Nothing else of the law looks into it; a boarding visit only waits for the event that its bed is there.
"""

from collections import deque
from math import nan
from typing import Any

import simpy

from sim.department.boarding import BedPool
from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.engine.calendar_entries import BED_POOL, DELAY_ENDS, delay_id
from sim.engine.draw_numbers import FIRST_STAY_ID, OUR_STAY_ID, OUTSIDE_GAP_ID, OUTSIDE_STAY_ID, POOL
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.entities import Visit
from sim.engine.step_plans import MAIN_PATH
from sim.engine.workload import Workload


class BedQueue:
    """Beds taken and requests waiting. Requests from outside are a Poisson stream of their own."""

    def __init__(self, pool: BedPool, workload: Workload, calendar: Calendar, horizon: float) -> None:
        self.workload, self.calendar, self.horizon = workload, calendar, horizon
        self.n_beds = pool.beds
        self.mean_stay = pool.mean_stay_hours * MINUTES_PER_HOUR
        self.outside_gap = MINUTES_PER_DAY / pool.outside_requests_per_day if pool.outside_requests_per_day else nan
        self.initially = pool.beds_taken_at_first
        self.n_taken = self.n_outside = self.n_entries = 0
        self.waiting: deque[tuple[float, simpy.Event | None]] = deque()

    def open(self) -> None:
        """Beds already taken at time 0, and the first request from outside."""
        for bed in range(self.initially):
            self._take(self._drawn(FIRST_STAY_ID, bed), None)
        self._next_outside()

    def ask(self, visit: Visit) -> simpy.Event:
        """A request of ours: the event that the bed is there; a free bed is there after a delay of no minutes."""
        stay = self.workload.exponential(visit.patient, visit.number, OUR_STAY_ID, 0, self.mean_stay)
        if self.n_taken < self.n_beds:
            self._take(stay, None)
            return self.calendar.at(self.calendar.time, DELAY_ENDS, delay_id(visit.row, MAIN_PATH))
        given = self.calendar.event()
        self.waiting.append((stay, given))
        return given

    def _take(self, stay: float, given: simpy.Event | None) -> None:
        self.n_taken += 1
        self._enter(self.calendar.time + stay, self._falls_free)
        if given is not None:
            given.succeed()

    def _falls_free(self, _: Any) -> None:
        self.n_taken -= 1
        if self.waiting:
            self._take(*self.waiting.popleft())

    def _next_outside(self) -> None:
        if self.outside_gap == self.outside_gap:
            gap = self.workload.exponential(POOL, POOL, OUTSIDE_GAP_ID, self.n_outside, self.outside_gap)
            self._enter(self.calendar.time + gap, self._outside_request)

    def _outside_request(self, _: Any) -> None:
        stay = self._drawn(OUTSIDE_STAY_ID, self.n_outside)
        self.n_outside += 1
        if self.n_taken < self.n_beds:
            self._take(stay, None)
        else:
            self.waiting.append((stay, None))
        self._next_outside()

    def _drawn(self, quantity: int, counter: int) -> float:
        return self.workload.exponential(POOL, POOL, quantity, counter, self.mean_stay)

    def _enter(self, time: float, callback: Any) -> None:
        self.n_entries += 1
        if time < self.horizon:
            self.calendar.at(time, BED_POOL, self.n_entries, callback)
