"""A day on the floor: who is in which room, who waits for whom, and who works with whom, at every whole minute.

Times are whole minutes after the day's midnight, from 0 to 1440. A spell from a to b counts at the minutes a to b - 1:
both are rounded up, so that it counts at a whole minute exactly where it does in the run. Nobody is named: children and
staff are numbered anew for the day.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.department.quantities import MINUTES_PER_DAY
from sim.department.roster import WEEKDAYS
from sim.department.scenario import Scenario
from sim.engine.trajectory import BRIDGING, CALL, CONTACT, GATHERING, HUDDLE, MAIN, RECOVERY, SIDE, Trajectory

MOST_VISITS = 1_000
"""On the floor in a day; a drawing of more would be read by nobody."""
NOWHERE = -1
"""In place of a zone: without a place. In place of a visit: work away from the children."""
FOR_A_PLACE, FOR_A_WARD_BED = -1, -2
"""In place of the role that is waited for."""
WITH_CHILD, TOGETHER, WALKING, ELSEWHERE = range(4)
"""What a member does: a task with the child, company, the walk to it, or work away from the children."""
KINDS_ELSEWHERE = (SIDE, RECOVERY, HUDDLE, BRIDGING, CALL, GATHERING)

Row = tuple[int, ...]


class NoSuchDay(ValueError):
    """The run has no such day, or too much happens in it to be drawn; the text says what to do."""


@dataclass(frozen=True, slots=True)
class FloorDay:
    """Rows of whole numbers; the last two of each are the minutes from and until which it holds.

    `zones` with their `places` (None: no limit) and `roles` by number. `visits`: stream, acuity. `stays`: visit, zone
    or `NOWHERE`, spot (each spot of a zone is taken by one visit at a time), so that a visit is always in one. `waits`
    for staff of its own path, for a place or for a bed on the ward: visit, role or one of `FOR_...`. `duties`: person,
    role. `work`: person, visit or `NOWHERE`, what is done. `breaks`: person.
    """

    start: float
    streams: tuple[str, ...]
    zones: tuple[str, ...]
    places: tuple[int | None, ...]
    roles: tuple[str, ...]
    visits: list[Row]
    stays: list[Row]
    waits: list[Row]
    duties: list[Row]
    work: list[Row]
    breaks: list[Row]


def floor_day(run: Trajectory, scenario: Scenario, weekday: int) -> FloorDay:
    """The first whole day of the measured window that is so many days after a Monday. Raises NoSuchDay."""
    first = int(np.ceil(run.warm_up / MINUTES_PER_DAY))
    start = (first + (weekday - first) % 7) * MINUTES_PER_DAY
    if start + MINUTES_PER_DAY > run.measured_until:
        raise NoSuchDay(
            f"the run has no whole {WEEKDAYS[weekday % 7]} after its warm-up: play more weeks (study.weeks)"
        )
    clock = _Clock(float(start))
    visits, present = clock.spells(run.visit_columns["arrival"], run.visit_columns["departure"])
    if visits.size > MOST_VISITS:
        raise NoSuchDay(f"{visits.size} children come in a day, more than the {MOST_VISITS} that can be drawn")
    numbers = {row: number for number, row in enumerate(visits.tolist())}
    zones = tuple(scenario.department.zones)
    columns = (run.visit_columns["stream"][visits].tolist(), run.visit_columns["acuity"][visits].tolist())
    stays = _stays(run, clock, numbers, present)
    duties, people = _duties(run, clock)
    return FloorDay(
        start=clock.start,
        streams=run.streams,
        zones=run.zones,
        places=tuple(scenario.department.zones[zone].places if zone in zones else None for zone in run.zones),
        roles=run.roles,
        visits=[(*of_visit, *when) for *of_visit, when in zip(*columns, present, strict=True)],
        stays=sorted(_with_spots(stays), key=lambda row: (row[0], row[3])),
        waits=sorted(_waits(run, clock, numbers)),
        duties=duties,
        work=sorted(_work(run, clock, numbers, people)),
        breaks=sorted(_breaks(run, clock, people)),
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """Minutes of a run as whole minutes of the day that starts at `start`."""

    start: float

    def minutes(self, times: np.ndarray) -> np.ndarray:
        """Whole minutes of the day; what has no end yet (nan) lasts beyond it."""
        late = np.where(np.isnan(times), np.inf, times)
        return np.clip(np.ceil(late) - self.start, 0.0, MINUTES_PER_DAY)

    def spells(self, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, list[Row]]:
        """Rows of the spells that some whole minute of the day sees, and from and until when; a nan start is none."""
        first = np.where(np.isnan(starts), MINUTES_PER_DAY, self.minutes(starts))
        last = self.minutes(ends)
        rows = np.flatnonzero(first < last)
        found = zip(first[rows].astype(int).tolist(), last[rows].astype(int).tolist(), strict=True)
        return rows, list(found)


def _stays(run: Trajectory, clock: _Clock, numbers: dict[int, int], present: list[Row]) -> list[Row]:
    """visit, zone, from, until: each visit in a place, and without one in between."""
    places = run.place_columns
    rows, spells = clock.spells(places["start"], places["end"])
    of_visit: dict[int, list[Row]] = {number: [] for number in numbers.values()}
    for row, (begin, end) in zip(rows.tolist(), spells, strict=True):
        number = numbers.get(int(places["visit"][row]))
        if number is not None:
            until = min(end, present[number][1])
            of_visit[number] += [(int(places["zone"][row]), begin, until)] * (begin < until)
    found: list[Row] = []
    for number, stays in of_visit.items():
        at, leaves = present[number]
        for zone, begin, end in sorted(stays, key=lambda stay: stay[1]):
            found += [(number, NOWHERE, at, begin)] * (at < begin)
            found.append((number, zone, begin, end))
            at = end
        found += [(number, NOWHERE, at, leaves)] * (at < leaves)
    return found


def _with_spots(stays: Iterable[Row]) -> Iterator[Row]:
    """visit, zone, spot, from, until: the lowest spot of the zone that is free, in order of coming."""
    free: dict[int, list[int]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    n_spots: dict[int, int] = {}
    for visit, zone, begin, end in sorted(stays, key=lambda stay: (stay[2], stay[0])):
        spots, leaving = free.setdefault(zone, []), taken.setdefault(zone, [])
        while leaving and leaving[0][0] <= begin:
            heapq.heappush(spots, heapq.heappop(leaving)[1])
        if spots:
            spot = heapq.heappop(spots)
        else:
            spot = n_spots.get(zone, 0)
            n_spots[zone] = spot + 1
        heapq.heappush(leaving, (end, spot))
        yield visit, zone, spot, begin, end


def _waits(run: Trajectory, clock: _Clock, numbers: dict[int, int]) -> Iterator[Row]:
    """visit, role or what is waited for, from, until."""
    tasks, places, visits = run.task_columns, run.place_columns, run.visit_columns
    since = _waiting_since(run)
    until = np.where(np.isnan(tasks["started"]), tasks["ended"], tasks["started"])
    until = np.where(tasks["kind"] == MAIN, until, -np.inf)
    placed = np.fmin(places["start"], visits["departure"][places["visit"]])
    every = np.arange(run.n_visits)
    ward = np.full(run.n_visits, FOR_A_WARD_BED)
    for visit, what, starts, ends in (
        (tasks["visit"], tasks["role"], since, until),
        (places["visit"], np.full(len(places["visit"]), FOR_A_PLACE), places["requested"], placed),
        (every, ward, visits["boarding_start"], np.fmin(visits["boarding_end"], visits["departure"])),
    ):
        rows, spells = clock.spells(starts, ends)
        for row, spell in zip(rows.tolist(), spells, strict=True):
            if int(visit[row]) in numbers:
                yield numbers[int(visit[row])], int(what[row]), *spell


def _waiting_since(run: Trajectory) -> np.ndarray:
    """Since when each task waits: one that goes on, since it was cut; else since it was requested."""
    tasks = run.task_columns
    since = tasks["requested"].copy()
    keys = (tasks["started"], tasks["requested"], tasks["step"], tasks["slot"], tasks["kind"], tasks["visit"])
    order = np.lexsort(keys)
    before, after = order[:-1], order[1:]
    goes_on = np.logical_and.reduce([key[before] == key[after] for key in keys[1:]])
    since[after[goes_on]] = tasks["ended"][before[goes_on]]
    return since


def _duties(run: Trajectory, clock: _Clock) -> tuple[list[Row], dict[int, int]]:
    """person, role, from, until; and the number of each member who is on duty in the day."""
    staff = run.staff_columns
    rows, spells = clock.spells(staff["scheduled_start"], staff["left"])
    people: dict[int, int] = {}
    duties: list[Row] = []
    for row, spell in zip(rows.tolist(), spells, strict=True):
        person = people.setdefault(int(staff["member"][row]), len(people))
        duties.append((person, int(staff["role"][row]), *spell))
    return duties, people


def _work(run: Trajectory, clock: _Clock, numbers: dict[int, int], people: dict[int, int]) -> Iterator[Row]:
    """person, visit, what, from, until; what goes on after the child has left is work away from the children."""
    tasks = run.task_columns
    started, ended, kind = tasks["started"], tasks["ended"], tasks["kind"]
    leaves = np.where(np.isin(kind, KINDS_ELSEWHERE), -np.inf, run.visit_columns["departure"][tasks["visit"]])
    is_contact = kind == CONTACT
    together = np.where(is_contact, tasks["company_since"], started)
    leaves = np.where(np.isnan(leaves), np.inf, leaves)
    until = np.fmin(ended, leaves)
    parts = (
        (started, np.where(is_contact, np.fmin(together, until), -np.inf), WALKING),
        (together, np.where(is_contact, until, -np.inf), TOGETHER),
        (started, np.where(is_contact, -np.inf, until), WITH_CHILD),
        (np.maximum(started, leaves), ended, ELSEWHERE),
    )
    for starts, ends, doing in parts:
        rows, spells = clock.spells(starts, ends)
        for row, spell in zip(rows.tolist(), spells, strict=True):
            person = people.get(int(tasks["member"][row]))
            if person is not None:
                visit = NOWHERE if doing == ELSEWHERE else numbers[int(tasks["visit"][row])]
                yield person, visit, doing, *spell


def _breaks(run: Trajectory, clock: _Clock, people: dict[int, int]) -> Iterator[Row]:
    """person, from, until."""
    breaks = run.break_columns
    rows, spells = clock.spells(breaks["start"], breaks["end"])
    for row, spell in zip(rows.tolist(), spells, strict=True):
        person = people.get(int(breaks["member"][row]))
        if person is not None:
            yield person, *spell
