"""The state of a replay, its calendar, and what is objected to.

What the entries do is told in the other parts; `replay` puts them together.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sim.department.arrivals import Replay
from sim.department.roster import Duty, duties_of, members_of, shift_starts
from sim.department.scenario import Scenario
from sim.engine.trajectory import (
    CALL,
    TASK_KINDS,
    Trajectory,
)
from sim.engine.workload import Workload
from tests.referee.facts import Facts, Spell
from tests.referee.objection import Foul, Objection
from tests.referee.state import Case, DelayRequest, Person, PlaceRequest, Request, Visit

TASK_ENDS, DELAY_ENDS, BED, CARE_DUE, CLEANED, ON_DUTY, OFF_DUTY, ARRIVAL, SETTLE, PATIENCE, ESCALATION = range(11)
GATHERING_ENDS, UNSEEN = 11, 12
"""After all others at an instant: what shows in the tables by its consequences alone."""
CLOSE = 1e-7
"""Minutes within which a computed deadline and the table must agree; sums may be formed in another order."""


def minutes_given(workload: Workload) -> dict[tuple[int, int], Mapping[str, float]]:
    """Minutes that came with a replayed visit, by patient and visit number."""
    if not isinstance(workload.scenario.demand, Replay):
        return {}
    return {(come.patient, come.number): come.given.minutes for come in workload.arrivals() if come.given is not None}


def returns_by_call(trajectory: Trajectory) -> dict[int, int]:
    """Visits that begin as a call to the same patient ends, by the row of the visit called for.

    Such a return is entered in the calendar when the call has ended, and not before: a call may begin and end at one
    instant.
    """
    visits, tasks = trajectory.visit_columns, trajectory.task_columns
    keys = zip(visits["patient"].tolist(), visits["visit_number"].tolist(), strict=True)
    row_of = {key: row for row, key in enumerate(keys)}
    found = {}
    for task in (tasks["kind"] == CALL).nonzero()[0]:
        called = int(tasks["visit"][task])
        row = row_of.get((int(visits["patient"][called]), int(visits["visit_number"][called]) + 1))
        if row is not None and visits["arrival"][row] == tasks["ended"][task]:
            found[called] = row
    return found


class Clock:
    """One run in the course of being played again: state, calendar, objections."""

    def __init__(
        self, trajectory: Trajectory, scenario: Scenario, escalates_first: Mapping[float, int] = MappingProxyType({})
    ) -> None:
        self.t, self.scenario, self.escalates_first = trajectory, scenario, escalates_first
        self.may_escalate_at: dict[float, set[int]] = defaultdict(set)
        self.facts = Facts(trajectory, scenario)
        self.workload = Workload(scenario, trajectory.seed, trajectory.replication)
        self.given = minutes_given(self.workload)
        self.objections: list[Objection] = []
        self.now = 0.0
        self.heap: list[tuple[float, int, int, int, Callable[[], None]]] = []
        self.n_pushed = 0
        self.people = [self.person(number) for number in range(len(trajectory.members))]
        self.visits: dict[int, Visit] = {}
        self.waiting: dict[str, list[Request]] = {role: [] for role in trajectory.roles}
        self.gatherings: list[Request] = []
        self.place_requests: list[PlaceRequest] = []
        self.delay_requests: list[DelayRequest] = []
        self.n_in_delay: dict[str, int] = defaultdict(int)
        self.cases: dict[tuple[int, str], Case] = {}
        self.last_holder: dict[tuple[int, str], int] = {}
        self.case_spells: list[tuple[int, str, int, float, float]] = []
        self.n_cases = 0
        self.used: dict[str, int] = defaultdict(int)
        self.cleaning: dict[str, int] = defaultdict(int)
        self.place_rows = self.rows_by_visit(trajectory.place_columns["visit"])
        self.break_rows = self.rows_by_visit(trajectory.break_columns["member"])
        self.starts = sorted((spell.started, spell.row) for spell in self.facts.spells if spell.begun)
        self.next_start = 0
        self.begun: set[int] = set()
        self.asked_times = sorted((spell.requested, spell.row) for spell in self.facts.spells)
        self.next_asked = 0
        self.known: set[int] = set()
        self.lay_out_calendar()

    def push(self, time: float, kind: int, ident: int, action: Callable[[], None]) -> None:
        if time < self.t.horizon:
            self.n_pushed += 1
            heapq.heappush(self.heap, (time, kind, ident, self.n_pushed, action))

    def play(self) -> None:
        """Entry by entry; a settling before later kinds of the instant and before time moves on."""
        changed = False
        while self.heap or changed:
            later = not self.heap or self.heap[0][0] > self.now or self.heap[0][1] > SETTLE
            if changed and later:
                self.settle()
                changed = False
                continue
            time, _, _, _, action = heapq.heappop(self.heap)
            if time > self.now:
                self.instant_is_complete()
                self.now = time
            action()
            changed = True
        self.instant_is_complete()

    def lay_out_calendar(self) -> None:
        for row in range(len(self.t.staff_columns["member"])):
            self.lay_out_duty(row)
        for person in self.people:
            self.lay_out_breaks(person)
        self.returns_by_call = returns_by_call(self.t)
        brought = set(self.returns_by_call.values())
        for row in range(self.t.n_visits):
            if row not in brought:
                self.lay_out_arrival(row)

    def lay_out_arrival(self, row: int) -> None:
        visits = self.t.visit_columns
        self.push(float(visits["arrival"][row]), ARRIVAL, int(visits["patient"][row]), lambda: self.arrive(row))

    def lay_out_duty(self, row: int) -> None:
        staff = self.t.staff_columns
        person = self.people[int(staff["member"][row])]
        start, end = float(staff["scheduled_start"][row]), float(staff["scheduled_end"][row])
        self.push(start, ON_DUTY, person.index, lambda: self.comes_on_duty(person, end, row))
        if end < self.t.horizon:
            self.push(end, OFF_DUTY, person.index, lambda: self.shift_ends(person))
        last_pickup = self.true_end(person, start, end) - person.last_pickup
        if person.last_pickup and start < last_pickup:
            self.push(last_pickup, OFF_DUTY, person.index, lambda: None)

    def true_end(self, person: Person, start: float, end: float) -> float:
        """The shift's end, also beyond the horizon, where the table is clipped."""
        if end < self.t.horizon:
            return end
        return next((duty.end for duty in self.duties(person) if duty.start <= start < duty.end), end)

    def lay_out_breaks(self, person: Person) -> None:
        for duty in self.duties(person):
            for block in duty.off_floor:
                if block.at >= 0.0:
                    self.push(block.at, OFF_DUTY, person.index, lambda block=block: self.break_is_due(person, block))

    def duties(self, person: Person) -> tuple[Duty, ...]:
        """Duties of the shifts that were filled, as the staff table shows them."""
        member = members_of(self.scenario.staffing.roles)[person.index]
        staff = self.t.staff_columns
        mine = [row for row in range(len(staff["member"])) if staff["member"][row] == person.index]
        filled = [
            start
            for start in shift_starts(member.shift, self.t.horizon)
            if any(
                staff["scheduled_start"][row] <= max(start, 0.0)
                and min(start + member.shift.minutes, self.t.horizon) <= staff["scheduled_end"][row]
                for row in mine
            )
        ]
        return duties_of(member, filled)

    def person(self, number: int) -> Person:
        member = members_of(self.scenario.staffing.roles)[number]
        role = self.scenario.staffing.roles[member.role]
        levels: dict[str, int] = {member.role: 0}
        for level, served in enumerate(role.also_serves, start=1):
            for name in served:
                levels.setdefault(name, level)
        peer = member.role == self.scenario.support.role
        caseload = self.scenario.support.caseload if peer else role.caseload
        return Person(number, member.role, member.peer_kind, levels, caseload, role.last_pickup_minutes)

    @staticmethod
    def rows_by_visit(owners: object) -> dict[int, list[int]]:
        rows: dict[int, list[int]] = defaultdict(list)
        for row, owner in enumerate(owners.tolist()):  # type: ignore[attr-defined]
            rows[owner].append(row)
        return rows

    def object(self, place: str, done: str, law: str) -> None:
        self.objections.append(Objection(self.now, place, done, law))

    def foul(self, place: str, done: str, law: str) -> Foul:
        return Foul(Objection(self.now, place, done, law))

    def told(self, spell: Spell) -> str:
        return (
            f"task row {spell.row} (visit {spell.visit}, {TASK_KINDS[spell.kind]} {spell.step or '-'} of {spell.role})"
        )

    def instant_is_complete(self) -> None:
        """Nothing began or was asked for at this instant but what the law lets begin and be asked for."""
        while self.next_start < len(self.starts) and self.starts[self.next_start][0] <= self.now:
            row = self.starts[self.next_start][1]
            if row not in self.begun:
                spell = self.facts.spells[row]
                raise self.foul(
                    self.told(spell), f"member {spell.member} began it at {spell.started!r}", self.why_not(spell)
                )
            self.next_start += 1
        while self.next_asked < len(self.asked_times) and self.asked_times[self.next_asked][0] <= self.now:
            row = self.asked_times[self.next_asked][1]
            if row not in self.known:
                spell = self.facts.spells[row]
                raise self.foul(self.told(spell), f"was asked for at {spell.requested!r}", "nothing asks for it then")
            self.next_asked += 1

    def why_not(self, spell: Spell) -> str:
        waiting = [r for r in self.waiting[spell.role] if r.asked.first.visit == spell.visit and r.kind == spell.kind]
        if not waiting:
            return "it does not wait at that moment, or had begun"
        request = waiting[0]
        could = [p.index for p in self.able(request, self.serving(spell.role), self.owing()) if p.free]
        return f"it waits since {request.since!r} and is not startable or not first; could be done by {could}"
