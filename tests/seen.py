"""What a finished run shows: its tables with what is asked of them again and again, such as who was idle when.

Which events are looked for stands in `tests.events_met`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

import numpy as np

from sim.department.arrivals import Replay
from sim.department.forks import steps_side_by_side
from sim.department.pathway import Fork, Place, Route
from sim.department.patients import Stream
from sim.department.quantities import of_acuity
from sim.department.roster import Shift, members_of, off_floor_of, shift_starts
from sim.department.scenario import Scenario
from sim.engine.trajectory import CONTACT, LWBS, MAIN, PRESENT, Trajectory
from sim.engine.workload import Workload

Mask = np.ndarray
Pairs = set[tuple[int, float]]


@dataclass(frozen=True)
class ForkTaken:
    """A fork that a visit has begun: until it is joined, left or the run ends. `branch_of`: its steps, by number."""

    visit: int
    step: Fork
    begun: float
    joined: float
    until: float
    branch_of: dict[int, int]
    main_rows: list[int]

    def branch(self, step: int) -> int:
        """The number of the branch of one of its steps."""
        return self.branch_of[step]


Answer = TypeVar("Answer")


def once(question: Callable[..., Answer]) -> Callable[..., Answer]:
    """What is reckoned once for a run, or for one of its forks, and is not to be changed by those who read it."""

    @wraps(question)
    def answered(seen: "Seen", *forks: ForkTaken) -> Answer:
        key = (question, *map(id, forks))  # the forks of a run live as long as what is seen of it
        if key not in seen.answers:
            seen.answers[key] = question(seen, *forks)
        return cast(Answer, seen.answers[key])

    return answered


class Seen:
    """One run of one scenario. `visit`, `task`, `place`, `case`, `staff`, `rest` are the columns of its tables."""

    def __init__(self, scenario: Scenario, run: Trajectory) -> None:
        self.scenario, self.run = scenario, run
        self.visit, self.task, self.place = run.visit_columns, run.task_columns, run.place_columns
        self.case, self.staff, self.rest = run.case_columns, run.staff_columns, run.break_columns
        self.requested, self.started, self.ended = (run.step_times[:, :, moment] for moment in range(3))
        self.streams = [scenario.department.streams[name] for name in run.streams]
        self.roster = members_of(scenario.staffing.roles)
        self.role_of = {name: number for number, name in enumerate(run.roles)}
        self.own_role = np.array([self.role_of[member.role] for member in self.roster], dtype=int)
        self.begun = ~np.isnan(self.task["started"])
        self.waited = self.begun & (self.task["started"] > self.task["requested"])
        self.departure = until_the_end(self.visit["departure"])
        self.met = until_the_end(self.visit["peer_met"])
        self.left = self.visit["disposition"] >= LWBS
        self.gone = self.visit["disposition"] != PRESENT
        self._of_kinds: dict[tuple[int, ...], Mask] = {}
        self.answers: dict[tuple[Any, ...], Any] = {}

    # --- tasks

    def tasks(self, *kinds: int) -> Mask:
        """Tasks of these kinds that began."""
        if kinds not in self._of_kinds:
            self._of_kinds[kinds] = self.begun & np.isin(self.task["kind"], kinds)
            self._of_kinds[kinds].flags.writeable = False
        return self._of_kinds[kinds]

    def of_its_visit(self, column: np.ndarray) -> np.ndarray:
        """A column of visits, for every task."""
        return column[self.task["visit"]]

    def stream_of(self, visit: int) -> Stream:
        """The stream of a visit."""
        return self.streams[self.visit["stream"][visit]]

    def steps_where(self, holds: Callable[[Any], bool]) -> Mask:
        """Which steps of which streams are of a kind, shape (streams, steps)."""
        found = np.zeros((len(self.streams), len(self.run.steps)), dtype=bool)
        for number, stream in enumerate(self.streams):
            for step in stream.pathway:
                found[number, self.run.steps.index(step.name)] = holds(step)
        return found

    def visit_steps_where(self, holds: Callable[[Any], bool]) -> Mask:
        """The same for the steps of every visit, shape (visits, steps)."""
        return self.steps_where(holds)[self.visit["stream"]]

    def tasks_of_steps_where(self, holds: Callable[[Any], bool]) -> Mask:
        """Tasks that play such a step."""
        step = self.task["step"]
        return (step >= 0) & self.steps_where(holds)[self.of_its_visit(self.visit["stream"]), step]

    def tasks_by_setting(self, setting: Callable[[Any], Any], wanted: Any) -> Mask:
        """Tasks of the roles whose discipline has this setting."""
        fits = [setting(self.scenario.discipline.of(name)) == wanted for name in self.run.roles]
        return np.array(fits)[self.task["role"]]

    @cached_property
    def level(self) -> np.ndarray:
        """Level of the skill list at which each task was served, -1 where it never began."""
        served = np.full((len(self.roster) + 1, len(self.run.roles)), -1)
        for member in self.roster:
            lists = ((member.role,), *self.scenario.staffing.roles[member.role].also_serves)
            for level, names in reversed(list(enumerate(lists))):
                served[member.index, [self.role_of[name] for name in names]] = level
        return served[self.task["member"], self.task["role"]]

    @cached_property
    def next_spell(self) -> np.ndarray:
        """For every row of tasks the next row of the same request, -1 where there is none."""
        following = np.full(len(self.begun), -1)
        before: dict[tuple[int, ...], int] = {}
        keys = zip(*(self.task[name].tolist() for name in ("visit", "kind", "slot", "step")), strict=True)
        for row, key in enumerate(keys):
            if key in before:
                following[before[key]] = row
            before[key] = row
        return following

    @cached_property
    def next_contact(self) -> dict[int, int]:
        """The row of the next contact of the same visit, by row."""
        contacts = np.flatnonzero(self.task["kind"] == CONTACT)
        order = contacts[np.lexsort((self.task["slot"][contacts], self.task["visit"][contacts]))]
        visit = self.task["visit"]
        return {a: b for a, b in zip(order.tolist(), order[1:].tolist(), strict=False) if visit[a] == visit[b]}

    def ends(self, which: Mask | slice = slice(None)) -> Pairs:
        """(member, time) of the ends of tasks."""
        return pairs(self.task["member"][which], self.task["ended"][which])

    def visit_ends(self, which: Mask) -> Pairs:
        """(visit, time) of the ends of tasks."""
        return pairs(self.task["visit"][which], self.task["ended"][which])

    def running_at(self, which: Mask, visits: np.ndarray, times: np.ndarray) -> Mask:
        """Whether one of the tasks in question runs for the visit just after the time."""
        spells: dict[int, list[tuple[float, float]]] = {}
        ends = until_the_end(self.task["ended"])
        for row in np.flatnonzero(which):
            spells.setdefault(int(self.task["visit"][row]), []).append((self.task["started"][row], ends[row]))
        return np.array(
            [
                any(start <= time < end for start, end in spells.get(visit, ()))
                for visit, time in zip(visits.tolist(), times.tolist(), strict=True)
            ],
            dtype=bool,
        )

    @cached_property
    def forks(self) -> list[ForkTaken]:
        """Every fork that a visit has begun, with the rows of the main-path tasks of its branches."""
        rows: dict[tuple[int, int], list[int]] = {}
        for row in np.flatnonzero(self.task["kind"] == MAIN).tolist():
            rows.setdefault((int(self.task["visit"][row]), int(self.task["step"][row])), []).append(row)
        found = []
        numbers = {name: number for number, name in enumerate(self.run.steps)}
        of_streams = [(stream.pathway, steps_side_by_side(stream.pathway)) for stream in self.streams]
        for visit, stream in enumerate(self.visit["stream"].tolist()):
            pathway, inside = of_streams[stream]
            for step in pathway:
                if not isinstance(step, Fork) or np.isnan(self.started[visit, numbers[step.name]]):
                    continue
                joined = float(self.ended[visit, numbers[step.name]])
                steps = {numbers[name]: branch for name, (fork, branch) in inside.items() if fork == step.name}
                end = joined if joined == joined else min(float(self.departure[visit]), self.run.horizon)
                of_fork = sorted(row for one in steps for row in rows.get((visit, one), ()))
                begun = float(self.started[visit, numbers[step.name]])
                found.append(ForkTaken(visit, step, begun, joined, end, steps, of_fork))
        return found

    # --- members

    def idle(self, times: np.ndarray) -> Mask:
        """Who is on duty with nothing in hand just after these times, shape (members, times)."""
        on_duty = self._covered(self.staff["member"], self.staff["scheduled_start"], self.staff["left"], times)
        resting = self._covered(self.rest["member"], self.rest["start"], self.rest["end"], times)
        working = self._covered(self.task["member"], self.task["started"], self.task["ended"], times)
        return on_duty & ~resting & ~working

    def on_duty(self, role: int, times: np.ndarray) -> np.ndarray:
        """Heads of a role on duty just after these times."""
        covered = self._covered(self.staff["member"], self.staff["scheduled_start"], self.staff["left"], times)
        return covered[self.own_role == role].sum(axis=0)

    def n_cases(self, times: np.ndarray) -> np.ndarray:
        """Open cases of every member just after these times, shape (members, times)."""
        return self._covered(self.case["member"], self.case["start"], self.case["end"], times, count=True)

    def _covered(
        self, members: np.ndarray, starts: np.ndarray, ends: np.ndarray, times: np.ndarray, count: bool = False
    ) -> np.ndarray:
        found = np.zeros((len(self.roster), len(times)), dtype=int if count else bool)
        ends = until_the_end(ends)
        for member in range(len(self.roster)):
            own = members == member
            if own.any():
                inside = (starts[own, None] <= times) & (times < ends[own, None])
                found[member] = inside.sum(axis=0) if count else inside.any(axis=0)
        return found

    def in_last_pickup(self, times: np.ndarray) -> Mask:
        """Who is on duty and in last pickup, shape (members, times). Duties that outlast the run are left out."""
        found = np.zeros((len(self.roster), len(times)), dtype=bool)
        for member, start, end in zip(
            *(self.staff[name].tolist() for name in ("member", "scheduled_start", "scheduled_end")), strict=True
        ):
            minutes = self.scenario.staffing.roles[self.roster[member].role].last_pickup_minutes
            if minutes > 0.0 and end < self.run.horizon:
                found[member] |= (times >= max(start, end - minutes)) & (times < end)
        return found

    @cached_property
    def shifts(self) -> list[tuple[int, float, Shift]]:
        """(member, start, shift) of everything rostered that begins within the run."""
        return [
            (member.index, start, member.shift)
            for member in self.roster
            for start in shift_starts(member.shift, self.run.horizon)
            if start >= 0.0
        ]

    @cached_property
    def duties(self) -> dict[int, list[tuple[float, float]]]:
        """Scheduled spells of duty by member."""
        found: dict[int, list[tuple[float, float]]] = {}
        for row, member in enumerate(self.staff["member"].tolist()):
            spell = self.staff["scheduled_start"][row], self.staff["scheduled_end"][row]
            found.setdefault(member, []).append(spell)
        return found

    def works(self, member: int, start: float) -> bool:
        """Whether the member came to a shift that starts then."""
        return any(begins <= start < ends for begins, ends in self.duties.get(member, ()))

    @cached_property
    def blocks(self) -> dict[tuple[int, float], float]:
        """Minutes of every break that fell due in a spell of duty that was worked, by (member, due)."""
        return {
            (member, block.at): block.minutes
            for member, start, _ in self.shifts
            if self.works(member, start)
            for block in off_floor_of(self.roster[member], start)
            if block.at < self.run.horizon
        }

    # --- cases and places

    def spells(self, table: dict[str, np.ndarray], *keys: str) -> list[tuple[int, int]]:
        """Rows of a table that follow each other without a gap under the same keys."""
        order = np.lexsort([np.arange(len(table["visit"])), *(table[key] for key in reversed(keys))])
        return [
            (a, b)
            for a, b in zip(order.tolist(), order[1:].tolist(), strict=False)
            if all(table[key][a] == table[key][b] for key in keys) and table["end"][a] == table["start"][b]
        ]

    @cached_property
    def case_spells(self) -> list[tuple[int, int]]:
        """Pairs of rows of cases in which a case passed from one holder (or nobody) to the next."""
        return self.spells(self.case, "visit", "role")

    def holds(self, visits: np.ndarray, role: int, times: np.ndarray) -> Mask:
        """Whether the visit has an open case with the role at the time."""
        own, ends = self.case["role"] == role, until_the_end(self.case["end"])
        return np.array(
            [
                bool(np.any(own & (self.case["visit"] == v) & (self.case["start"] <= t) & (t < ends)))
                for v, t in zip(visits, times, strict=True)
            ],
            dtype=bool,
        )

    def free_again(self, zone: int) -> np.ndarray:
        """When each place of a zone could be used again after each of its spells."""
        minutes = self.scenario.department.zones[self.run.zones[zone]].cleaning_minutes
        return until_the_end(self.place["end"][self.place["zone"] == zone]) + minutes

    def of_its_place(self, column: np.ndarray) -> np.ndarray:
        """A column of visits, for every place given."""
        return column[self.place["visit"]]

    def has_room(self, zone: str, time: float) -> bool:
        """Whether a zone has a place that is neither held nor being cleaned just after the time."""
        number, places = self.run.zones.index(zone), self.scenario.department.zones[zone].places
        starts = self.place["start"][self.place["zone"] == number]
        return places is None or int(((starts <= time) & (time < self.free_again(number))).sum()) < places

    @cached_property
    def place_steps(self) -> list[list[tuple[Place, Route]]]:
        """For every place given, the steps (mostly one) that may have asked for it, with the route of the visit."""
        acuities, streams = self.of_its_place(self.visit["acuity"]), self.of_its_place(self.visit["stream"])
        rows = zip(self.place["visit"], self.place["requested"], acuities, streams, strict=True)
        return [
            [
                (step, route)
                for step in self.streams[stream].pathway
                if isinstance(step, Place) and self.requested[visit, self.run.steps.index(step.name)] == since
                for route in step.routes
                if acuity in route.acuities
            ]
            for visit, since, acuity, stream in rows
        ]

    @cached_property
    def place_waits(self) -> "PlaceWaits":
        """Who waited for a place while somebody else got one."""
        return PlaceWaits(self)

    def occupied(self, times: np.ndarray, without_visits: np.ndarray | None = None) -> np.ndarray:
        """Twelfths of a nurse that the places held just after these times ask for."""
        weights = np.array([zone.nurse_twelfths for zone in self.scenario.department.zones.values()], dtype=int)
        inside = (self.place["start"][:, None] <= times) & (times < until_the_end(self.place["end"])[:, None])
        if without_visits is not None:
            inside &= self.place["visit"][:, None] != without_visits
        return (inside * weights[self.place["zone"], None]).sum(axis=0)

    # --- arrivals and draws

    @cached_property
    def given(self) -> list[tuple[int, Any]]:
        """(row, given visit) of a replayed list."""
        if not isinstance(self.scenario.demand, Replay):
            return []
        numbered = [(v.at, self.run.streams.index(v.stream), n, v) for n, v in enumerate(self.scenario.demand.visits)]
        rows = np.flatnonzero(self.visit["visit_number"] == 1).tolist()
        return list(zip(rows, [v for *_, v in sorted(numbered, key=lambda item: item[:3])], strict=False))

    @cached_property
    def workload(self) -> Workload:
        """The draws of the run."""
        return Workload(self.scenario, self.run.seed, self.run.replication)


class PlaceWaits:
    """Pairs of places given, shape (places, places): the row waited while the column was given.

    Left out are waits of visits that escalated (they may have been set aside), and places of which the step is not
    known for sure. Two waits for one place are told apart by `asked_before`.
    """

    def __init__(self, seen: Seen) -> None:
        place = seen.place
        zones = {name: number for number, name in enumerate(seen.run.zones)}
        numbers: dict[tuple[str, ...], int] = {}
        rows = len(place["zone"])
        self.acuity = seen.of_its_place(seen.visit["acuity"])
        self.band, self.route = np.zeros(rows), np.zeros(rows, dtype=int)
        on_route = np.zeros((rows, len(zones)), dtype=bool)
        known = seen.of_its_place(seen.visit["n_escalations"]) == 0
        for row, steps in enumerate(seen.place_steps):
            known[row] &= len(steps) == 1
            for step, route in steps:
                self.band[row] = of_acuity(step.band, int(self.acuity[row]))
                self.route[row] = numbers.setdefault(route.zones, len(numbers))
                on_route[row, [zones[name] for name in route.zones]] = True
        self.gave_up = np.zeros(rows, dtype=bool)
        self.gave_up[[after for _, after in seen.spells(place, "visit")]] = True
        since, start = place["requested"], place["start"]
        self.waited_while = (since[:, None] < start) & (start < start[:, None]) & on_route[:, place["zone"]]
        self.waited_while &= known[:, None] & known
        self.asked_before = since[:, None] < since
        self.same_band = self.band[:, None] == self.band
        self.same_class = self.same_band & (self.acuity[:, None] == self.acuity) & (self.route[:, None] == self.route)

    @property
    def could_have_had(self) -> np.ndarray:
        """Pairs in which the ratio rule does not tell the two apart: who got the place gave up none."""
        return self.waited_while & ~self.gave_up


def until_the_end(ends: np.ndarray) -> np.ndarray:
    """Ends, inf where there is none yet."""
    return np.where(np.isnan(ends), np.inf, ends)


def pairs(who: np.ndarray, times: np.ndarray) -> Pairs:
    """(who, time) of rows as a set, nan left out."""
    return {pair for pair in zip(who.tolist(), times.tolist(), strict=True) if pair[1] == pair[1]}
