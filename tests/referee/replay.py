"""The run played again from its tables: entries as they stand there, choices as the law makes them.

Every choice is compared with the table at once. What took how long, and which steps a visit has, is believed; the
tables as such are judged by `sim.engine.invariants`.
"""

import heapq
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable

from sim.department.pathway import Board, Delay, Dispose, FreePlace, Observe, Place, Release, SideTask, Task
from sim.department.places import TWELFTHS
from sim.department.quantities import of_acuity
from sim.department.roster import Duty, duties_of, members_of, shift_starts
from sim.department.scenario import Scenario
from sim.engine.trajectory import (
    AMA,
    BRIDGING,
    CALL,
    CARE,
    CONTACT,
    CONTACTS,
    DISPOSITIONS,
    FIRST,
    HUDDLE,
    LWBS,
    MAIN,
    OBSERVATION,
    RECOVERY,
    RESPONSE,
    SIDE,
    TASK_KINDS,
    Trajectory,
)
from tests.referee.choices import (
    best_task,
    could_adopt,
    follows_case,
    handover_order,
    may_open,
    member_rank,
    needs_case,
    past_shift_end,
    place_rank,
)
from tests.referee.facts import Asked, Facts, Spell
from tests.referee.objection import Foul, Objection
from tests.referee.state import Case, DelayRequest, Person, PlaceRequest, Request, Visit, Work

TASK_ENDS, DELAY_ENDS, BED, CARE_DUE, CLEANED, ON_DUTY, OFF_DUTY, ARRIVAL, SETTLE, PATIENCE, ESCALATION = range(11)
DUE = True
CLOSE = 1e-7
"""Minutes within which a computed deadline and the table must agree; sums may be formed in another order."""


class Replay:
    """One run in the course of being played again."""

    def __init__(self, trajectory: Trajectory, scenario: Scenario) -> None:
        self.t, self.scenario = trajectory, scenario
        self.facts = Facts(trajectory, scenario)
        self.objections: list[Objection] = []
        self.now = 0.0
        self.heap: list[tuple[float, int, int, int, Callable[[], None]]] = []
        self.n_pushed = 0
        self.people = [self.person(number) for number in range(len(trajectory.members))]
        self.visits: dict[int, Visit] = {}
        self.waiting: dict[str, list[Request]] = {role: [] for role in trajectory.roles}
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

    # -- the calendar -------------------------------------------------------------------------------------------

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
        visits = self.t.visit_columns
        for row in range(self.t.n_visits):
            self.push(
                float(visits["arrival"][row]), ARRIVAL, int(visits["patient"][row]), lambda row=row: self.arrive(row)
            )

    def lay_out_duty(self, row: int) -> None:
        staff = self.t.staff_columns
        person = self.people[int(staff["member"][row])]
        start, end = float(staff["scheduled_start"][row]), float(staff["scheduled_end"][row])
        self.push(start, ON_DUTY, person.index, lambda: self.comes_on_duty(person, end, row))
        if end < self.t.horizon:
            self.push(end, OFF_DUTY, person.index, lambda: self.cut_observation(person))
        if person.last_pickup and start < end - person.last_pickup:
            self.push(end - person.last_pickup, OFF_DUTY, person.index, lambda: None)

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

    # -- objections ---------------------------------------------------------------------------------------------

    def object(self, place: str, done: str, law: str) -> None:
        self.objections.append(Objection(self.now, place, done, law))

    def foul(self, place: str, done: str, law: str) -> Foul:
        return Foul(Objection(self.now, place, done, law))

    def told(self, spell: Spell) -> str:
        return f"task row {spell.row} (visit {spell.visit}, {TASK_KINDS[spell.kind]} {spell.step or '-'} of {spell.role})"

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
        able = [person.index for person in self.people if person.free and person in self.able(request)]
        return f"it waits since {request.since!r} and is not startable or not first; could be done by {able}"

    # -- duty and breaks ----------------------------------------------------------------------------------------

    def comes_on_duty(self, person: Person, end: float, row: int) -> None:
        person.on_duty, person.shift_end, person.idle_since, person.staff_row = True, end, self.now, row
        if end >= self.t.horizon:
            person.shift_end = self.true_end(person, end)

    def true_end(self, person: Person, end: float) -> float:
        """The shift's end beyond the horizon, where the table is clipped."""
        ends = [duty.end for duty in self.duties(person) if duty.start <= self.now < duty.end]
        return ends[0] if ends else end

    def break_is_due(self, person: Person, block: object) -> None:
        person.due.append(block)  # type: ignore[arg-type]
        self.cut_observation(person)

    def begins_break(self, person: Person) -> None:
        block = person.due.pop(0)
        rows = self.break_rows[person.index]
        table = self.t.break_columns
        row = next((r for r in rows if table["start"][r] == self.now and table["protected"][r] == block.protected), None)
        name = self.t.members[person.index]
        end = self.now + block.minutes
        if row is None and end < self.t.horizon:
            raise self.foul(name, "takes no break", f"the break due at {block.at!r} begins as soon as they are free")
        if row is not None and DUE and table["due"][row] != block.at:
            self.object(name, f"break said to be due at {table['due'][row]!r}", f"it was due at {block.at!r}")
        if row is not None and table["end"][row] != end and not (math.isnan(table["end"][row]) and end >= self.t.horizon):
            self.object(name, f"break ends at {table['end'][row]!r}", f"it is taken at full length, to {end!r}")
        person.resting = True
        self.push(end, ON_DUTY, person.index, lambda: self.back_from_break(person))

    def back_from_break(self, person: Person) -> None:
        person.resting, person.idle_since = False, self.now

    def goes_home(self, person: Person) -> None:
        left = float(self.t.staff_columns["left"][person.staff_row])
        name = self.t.members[person.index]
        if left != self.now:
            raise self.foul(name, f"left at {left!r}", "goes home when the shift is over and they are free")
        person.on_duty = False
        person.due.clear()
        for case in sorted(self.cases.values(), key=lambda case: case.number):
            if case.holder == person.index:
                self.hand_over(case, person)
        for queue in self.waiting.values():
            for request in list(queue):
                if request.only_for == person.index and request.kind == RECOVERY:
                    queue.remove(request)
                elif request.only_for == person.index:
                    request.only_for = None
        for key in [key for key, holder in self.last_holder.items() if holder == person.index]:
            del self.last_holder[key]
        self.unstaff(person.role)

    def hand_over(self, case: Case, person: Person) -> None:
        able = [
            other
            for other in self.people
            if other is not person and could_adopt(other, case.role, self.cases, self.now)
        ]
        heir = min(able, key=lambda other: handover_order(other, case.role, self.cases), default=None)
        self.hold(case, heir.index if heir else -1)
        case.taken_over = True

    def unstaff(self, role: str) -> None:
        """Waiting tasks with an `unstaffed` delay become it when the last of the role has gone home."""
        if any(person.on_duty and person.role == role for person in self.people):
            return
        for request in list(self.waiting[role]):
            step = self.step_of(request)
            if request.kind == MAIN and isinstance(step, Task) and step.unstaffed and not request.visit.set_aside:
                self.waiting[role].remove(request)
                self.ends_waiting(request.visit)
                self.becomes_delay(request.visit, step.name, request.since)

    def step_of(self, request: Request) -> object:
        pathway = request.visit.stream.pathway
        return next((step for step in pathway if step.name == request.asked.first.step), None)

    # -- cases --------------------------------------------------------------------------------------------------

    def open_case(self, visit: int, role: str, holder: int) -> Case:
        self.n_cases += 1
        case = self.cases[visit, role] = Case(visit, role, holder, self.n_cases, self.now)
        self.last_holder[visit, role] = holder
        return case

    def hold(self, case: Case, holder: int) -> None:
        self.case_spells.append((case.visit, case.role, case.holder, case.start, self.now))
        case.holder, case.start = holder, self.now
        if holder >= 0:
            self.last_holder[case.visit, case.role] = holder

    def close_case(self, visit: int, role: str) -> None:
        case = self.cases.pop((visit, role), None)
        if case is not None:
            self.case_spells.append((visit, role, case.holder, case.start, self.now))

    # -- patience, calm, and the peer's clock -------------------------------------------------------------------

    def begins_waiting(self, visit: Visit, may_leave: bool) -> None:
        if may_leave:
            visit.waiting_since = self.now
            self.set_deadline(visit)

    def ends_waiting(self, visit: Visit) -> None:
        self.reckon_patience(visit)
        visit.waiting_since = None

    def reckon_patience(self, visit: Visit) -> None:
        if visit.waiting_since is not None:
            visit.patience_left = max(0.0, visit.patience_left - (self.now - visit.waiting_since) * visit.pace)
            visit.waiting_since = self.now

    def set_deadline(self, visit: Visit) -> None:
        if visit.waiting_since is None or visit.pace == 0.0 or math.isinf(visit.patience_left) or visit.attempted:
            return
        since = visit.waiting_since
        deadline = since + visit.patience_left / visit.pace
        for known in self.moments_of_leaving(visit):
            if abs(known - deadline) < CLOSE:
                deadline = known
        deadline = max(deadline, self.now)
        stamp = (since, visit.patience_left, visit.pace)
        self.push(deadline, PATIENCE, visit.row, lambda: self.runs_out(visit, stamp))

    def moments_of_leaving(self, visit: Visit) -> list[float]:
        departure = self.facts.value("departure", visit.row)
        responses = [a.first.requested for a in self.facts.asked[visit.row] if a.first.kind == RESPONSE]
        return responses if visit.held else [departure]

    def runs_out(self, visit: Visit, stamp: tuple[float, float, float]) -> None:
        if visit.gone or (visit.waiting_since, visit.patience_left, visit.pace) != stamp or visit.attempted:
            return
        if visit.held:
            visit.attempted = True
            if visit.stream.escalation is not None and visit.n_responses == 0:
                self.escalates(visit, attempted=True)
            return
        disposition = AMA if visit.seen else LWBS
        shown = int(self.t.visit_columns["disposition"][visit.row])
        if shown != disposition or self.facts.value("departure", visit.row) != self.now:
            raise self.foul(
                f"visit {visit.row}",
                f"{DISPOSITIONS[shown]} at {self.facts.value('departure', visit.row)!r}",
                f"its patience is used up now: {DISPOSITIONS[disposition]}",
            )
        self.departs(visit)

    def repace(self, visit: Visit) -> None:
        """New paces when the contact's clock starts or stops."""
        effects = self.scenario.effects.peer
        if visit.clock_runs:
            patience, calm = effects.patience_while, effects.escalation_while
        elif visit.reached:
            patience, calm = effects.patience_after, effects.escalation_after
        else:
            patience = calm = 1.0
        if patience != visit.pace:
            self.reckon_patience(visit)
            visit.pace = patience
            self.set_deadline(visit)
        if calm != visit.calm_pace:
            self.reckon_calm(visit)
            visit.calm_pace = calm

    def reckon_calm(self, visit: Visit) -> None:
        if visit.calm_since is not None:
            visit.calm_used += (self.now - visit.calm_since) * visit.calm_pace
            visit.calm_since = self.now

    def escalates(self, visit: Visit, *, attempted: bool) -> None:
        """Response tasks are asked for; what waits is set aside."""
        if visit.gone or visit.n_responses:
            return
        asked = self.ask(visit, RESPONSE)
        response = visit.stream.escalation.response if visit.stream.escalation else ()
        if len(asked) != len(response):
            if attempted or asked:
                raise self.foul(f"visit {visit.row}", f"{len(asked)} response tasks", f"{len(response)} are listed")
            return
        self.reckon_calm(visit)
        if not attempted and not visit.escalated:
            self.budget_is_right(visit, exactly=True)
        visit.escalated, visit.calm_since = True, self.now if not asked else None
        visit.n_responses = len(asked)
        visit.set_aside = bool(asked)

    def budget_is_right(self, visit: Visit, *, exactly: bool) -> None:
        budget = self.facts.value("escalation_budget", visit.row)
        over = visit.calm_used - budget
        if over > CLOSE or (exactly and over < -CLOSE):
            self.object(f"visit {visit.row}", f"calm for {visit.calm_used!r}", f"it escalates at {budget!r}")

    def is_calm(self, visit: Visit) -> None:
        visit.set_aside = False
        visit.calm_since = self.now
        if isinstance(visit.wait, Request):
            self.unstaff(visit.wait.role)
        if visit.stopped and not visit.gone:
            visit.stopped = False
            self.advance(visit)

    # -- requests -----------------------------------------------------------------------------------------------

    def ask(self, visit: Visit, kind: int, step: str | None = None) -> list[Request]:
        """Requests of this kind that the table has from now on."""
        found: list[Request] = []
        for asked in self.facts.asked[visit.row]:
            first = asked.first
            if not asked.taken and first.kind == kind and first.requested == self.now and step in (None, first.step):
                found.append(self.admit(visit, asked))
        return found

    def admit(self, visit: Visit, asked: Asked) -> Request:
        asked.taken = True
        self.known.update(spell.row for spell in asked.spells)
        first = asked.first
        request = Request(
            asked, visit, first.role, first.kind, first.contact, first.band, first.requested, first.slot
        )
        step = self.step_of(request)
        request.preemptible = isinstance(step, Task | SideTask) and step.preemptible
        if isinstance(step, Task | SideTask):
            self.row_fits_step(first, step, visit)
        if first.kind == RECOVERY:
            request.only_for = self.last_holder.get((visit.row, first.role))
        self.waiting[first.role].append(request)
        return request

    def row_fits_step(self, spell: Spell, step: Task | SideTask, visit: Visit) -> None:
        band = int(of_acuity(step.band, visit.acuity))
        if (spell.role, spell.band, CONTACTS[spell.contact]) != (step.role, band, step.contact):
            self.object(
                self.told(spell),
                f"asked of {spell.role} at band {spell.band} as {CONTACTS[spell.contact]}",
                f"the pathway says {step.role}, {band}, {step.contact}",
            )

    # -- a visit's way ------------------------------------------------------------------------------------------

    def arrive(self, row: int) -> None:
        columns = self.t.visit_columns
        name = self.t.streams[int(columns["stream"][row])]
        visit = self.visits[row] = Visit(
            row,
            int(columns["acuity"][row]),
            self.now,
            name,
            self.scenario.department.streams[name],
            bool(columns["held"][row]),
            self.facts.stays_with_clinician(row),
            float(columns["patience"][row]),
        )
        visit.calm_since = self.now
        for moment in {a.first.requested for a in self.facts.asked[row] if a.first.kind == RESPONSE}:
            self.push(moment, ESCALATION, row, lambda: self.escalates(visit, attempted=False))
        if not any(self.triggers(step) for step in visit.stream.pathway):
            self.ask(visit, CONTACT)
        self.advance(visit)

    def advance(self, visit: Visit) -> None:
        """Play steps up to the next wait."""
        while not visit.gone:
            visit.position += 1
            if visit.position == len(visit.stream.pathway):
                self.departs(visit)
                return
            skipped = not self.facts.happened(visit.row, visit.step.name)
            if skipped and (not visit.n_responses or self.goes_on(visit)):
                self.skip_step(visit)
                continue
            if visit.n_responses:
                visit.stopped = True
                visit.position -= 1
                return
            if self.begin_step(visit):
                return

    def goes_on(self, visit: Visit) -> bool:
        """Whether the table shows that the visit gets beyond its step; the run may end before it is calm."""
        later = visit.stream.pathway[visit.position + 1 :]
        leaves_now = self.facts.value("departure", visit.row) == self.now
        return leaves_now or any(self.facts.happened(visit.row, step.name) for step in later)

    def skip_step(self, visit: Visit) -> None:
        step = visit.step
        if isinstance(step, Task | Place):
            self.trigger(visit, step)

    def begin_step(self, visit: Visit) -> bool:
        """Begin a step; True if the visit waits in it."""
        step = visit.step
        self.requested_now(visit, step.name)
        if isinstance(step, Task):
            return self.begin_task(visit, step)
        if isinstance(step, Delay):
            return self.begin_delay(visit, step)
        if isinstance(step, Place):
            return self.begin_place(visit, step)
        if isinstance(step, Board):
            return self.begin_boarding(visit, step)
        if isinstance(step, SideTask):
            self.ask(visit, SIDE, step.name)
        elif isinstance(step, Dispose):
            self.ask(visit, BRIDGING)
        elif isinstance(step, Observe):
            for request in self.ask(visit, OBSERVATION):
                self.care_entries(visit, self.now, self.next_start_of(request))
        elif isinstance(step, FreePlace):
            self.give_up_place(visit)
        elif isinstance(step, Release):
            for role in step.roles:
                self.close_case(visit.row, role)
        return False

    def requested_now(self, visit: Visit, step: str) -> None:
        requested = self.facts.step_times(visit.row, step)[0]
        if requested != self.now:
            raise self.foul(f"visit {visit.row}, {step}", f"requested at {requested!r}", "the visit gets there now")

    def begin_task(self, visit: Visit, step: Task) -> bool:
        asked = self.facts.main_request(visit.row, step.name)
        nobody = not any(person.on_duty and person.role == step.role for person in self.people)
        if step.unstaffed is not None and nobody:
            if asked is not None:
                raise self.foul(self.told(asked.first), "asked for", f"nobody of {step.role} is on duty: it is a delay")
            self.becomes_delay(visit, step.name, self.now)
            return True
        if asked is None:
            raise self.foul(f"visit {visit.row}, {step.name}", "is no task", f"somebody of {step.role} is on duty")
        visit.wait = self.admit(visit, asked)
        self.begins_waiting(visit, step.may_leave)
        return True

    def becomes_delay(self, visit: Visit, step: str, requested: float) -> None:
        """A task that is a delay for want of staff; its row says so by having no member."""
        times = self.facts.step_times(visit.row, step)
        if times[1] != self.now:
            raise self.foul(f"visit {visit.row}, {step}", f"begins at {times[1]!r}", "becomes a delay now: no one is left")
        visit.wait = None
        self.push(times[2], DELAY_ENDS, visit.row * 2, lambda: self.task_delay_ends(visit))

    def task_delay_ends(self, visit: Visit) -> None:
        step = visit.step
        if isinstance(step, Task):
            self.trigger(visit, step)
        self.advance(visit)

    def trigger(self, visit: Visit, step: Task | Place) -> None:
        """Peer support is asked for after triage, or when roomed."""
        if self.triggers(step):
            self.ask(visit, CONTACT)

    def triggers(self, step: object) -> bool:
        trigger = self.scenario.support.trigger
        triage = trigger == "after_triage" and isinstance(step, Task) and step.purpose == "triage"
        return triage or (trigger == "when_roomed" and isinstance(step, Place))

    def begin_delay(self, visit: Visit, step: Delay) -> bool:
        if step.capacity is not None:
            request = DelayRequest(visit, step.name, step.capacity, self.now)
            visit.wait = request
            self.delay_requests.append(request)
            self.begins_waiting(visit, step.may_leave)
        else:
            self.start_delay(visit, step.name)
        return True

    def start_delay(self, visit: Visit, step: str) -> None:
        _, started, ended = self.facts.step_times(visit.row, step)
        if started != self.now:
            raise self.foul(f"visit {visit.row}, {step}", f"the delay begins at {started!r}", "it begins now")
        self.push(ended, DELAY_ENDS, visit.row * 2, lambda: self.delay_ends(visit, step))

    def delay_ends(self, visit: Visit, step: str) -> None:
        if visit.step.capacity is not None:  # type: ignore[union-attr]
            self.n_in_delay[self.delay_key(visit, step)] -= 1
        self.advance(visit)

    def delay_key(self, visit: Visit, step: str) -> str:
        return f"{visit.stream_name} {step}"

    def begin_place(self, visit: Visit, step: Place) -> bool:
        started = self.facts.step_times(visit.row, step.name)[1]
        rows = [row for row in self.place_rows[visit.row] if self.t.place_columns["start"][row] == started]
        shown = {self.t.zones[int(self.t.place_columns["zone"][row])] for row in rows}
        route = self.facts.route(step, visit.acuity, shown)
        band = int(of_acuity(step.band, visit.acuity))
        request = PlaceRequest(visit, route.zones if route else (), band, self.now)
        visit.wait = request
        self.place_requests.append(request)
        self.begins_waiting(visit, step.may_leave)
        return True

    def give_up_place(self, visit: Visit) -> None:
        if visit.zone is None:
            return
        zone, row = visit.zone, visit.place_row
        visit.zone = None
        if self.t.place_columns["end"][row] != self.now:
            raise self.foul(f"visit {visit.row}", f"keeps its place to {self.t.place_columns['end'][row]!r}", "gives it up")
        self.used[zone] -= 1
        self.cleaning[zone] += 1
        minutes = self.scenario.department.zones[zone].cleaning_minutes
        if minutes == 0.0:
            self.cleaning[zone] -= 1
        else:
            self.push(self.now + minutes, CLEANED, self.t.zones.index(zone), lambda: self.cleaned(zone))

    def cleaned(self, zone: str) -> None:
        self.cleaning[zone] -= 1

    def begin_boarding(self, visit: Visit, step: Board) -> bool:
        start = self.facts.value("boarding_start", visit.row)
        if start != self.now:
            raise self.foul(f"visit {visit.row}", f"boards from {start!r}", "boarding begins now")
        for _, role in [key for key in self.cases if key[0] == visit.row and key[1] != self.scenario.support.role]:
            self.close_case(visit.row, role)
        end = self.facts.value("boarding_end", visit.row)
        self.care_entries(visit, self.now, end)
        kind = BED if self.scenario.boarding.times[step.time].pooled and self.scenario.boarding.kind == "pool" else DELAY_ENDS
        if not math.isnan(end):
            self.push(end, kind, visit.row * 2, lambda: self.boarding_ends(visit))
        return True

    def boarding_ends(self, visit: Visit) -> None:
        self.ask(visit, CARE)
        self.advance(visit)

    def care_entries(self, visit: Visit, start: float, end: float) -> None:
        """Care is asked for at each full hour from `start`."""
        last = end if not math.isnan(end) else self.t.horizon
        for asked in self.facts.asked[visit.row]:
            hours = (asked.first.requested - start) / 60.0
            full = hours >= 1.0 - CLOSE and abs(hours - round(hours)) < CLOSE
            if asked.first.kind == CARE and full and asked.first.requested <= last:
                self.push(asked.first.requested, CARE_DUE, visit.row * 2, lambda: self.ask_care(visit))

    def ask_care(self, visit: Visit) -> None:
        self.ask(visit, CARE)

    def departs(self, visit: Visit) -> None:
        departure = self.facts.value("departure", visit.row)
        if departure != self.now:
            raise self.foul(f"visit {visit.row}", f"departs at {departure!r}", "it departs now: no step is left, or it leaves")
        visit.gone = True
        self.ends_waiting(visit)
        if not visit.n_responses:
            self.reckon_calm(visit)
        if visit.stream.escalation and not visit.escalated:
            self.budget_is_right(visit, exactly=False)
        self.withdraw(visit)
        for work in (visit.contact, visit.observation):
            if work is not None:
                self.cut(work)
        for _, role in [key for key in self.cases if key[0] == visit.row]:
            self.close_case(visit.row, role)
        self.give_up_place(visit)
        for kind in (RECOVERY, CALL, CARE):
            self.ask(visit, kind)

    def withdraw(self, visit: Visit) -> None:
        """What waits for a visit that departs is no longer wanted, but for side work and what follows departure."""
        self.place_requests = [request for request in self.place_requests if request.visit is not visit]
        self.delay_requests = [request for request in self.delay_requests if request.visit is not visit]
        for queue in self.waiting.values():
            for request in list(queue):
                if request.visit is visit and request.kind in (MAIN, CONTACT, OBSERVATION, BRIDGING):
                    queue.remove(request)
                    self.was_withdrawn(request)

    def was_withdrawn(self, request: Request) -> None:
        spell = request.spell
        if spell.begun or not spell.withdrawn or spell.ended != self.now:
            raise self.foul(self.told(spell), f"started {spell.started!r}", "the visit departs: it is withdrawn now")

    # -- work ---------------------------------------------------------------------------------------------------

    def start(self, request: Request, person: Person) -> None:
        spell, visit = request.spell, request.visit
        if spell.started != self.now or spell.member != person.index or spell.row in self.begun:
            raise self.foul(
                self.told(spell),
                f"begun at {spell.started!r} by member {spell.member}",
                f"it is the best-ranked startable task of {request.role} now, member {person.index} takes it",
            )
        self.begun.add(spell.row)
        self.waiting[request.role].remove(request)
        work = person.work = Work(request, person, self.now)
        self.join_case(request, person)
        if request.kind in (MAIN, RESPONSE):
            self.clinician_comes(visit)
        if request.kind == MAIN:
            self.ends_waiting(visit)
            step = visit.step
            visit.seen = visit.seen or (isinstance(step, Task) and step.purpose == "physician")
        if request.kind == CONTACT:
            visit.reached, visit.contact = True, work
            self.repace(visit)
        if request.kind == OBSERVATION:
            visit.observation = work
            self.ask(visit, CARE)
        self.lay_out_end(work)

    def join_case(self, request: Request, person: Person) -> None:
        spell, key = request.spell, (request.visit.row, request.role)
        case, expected = self.cases.get(key), 0.0
        opens = needs_case(request) and case is None
        if opens:
            case = self.open_case(*key, person.index)
        elif needs_case(request) and case is not None and case.holder < 0:
            self.hold(case, person.index)
        if case is not None and case.holder == person.index and case.taken_over and (
            needs_case(request) or follows_case(request)
        ):
            case.taken_over, expected = False, self.scenario.department.handover_minutes
        if spell.handover != expected:
            self.object(self.told(spell), f"{spell.handover} minutes of handover", f"{expected} are due")
        if spell.opened_case != opens:
            self.object(self.told(spell), f"opened_case {spell.opened_case}", f"it {'opens' if opens else 'opens no'} case")

    def lay_out_end(self, work: Work) -> None:
        request, spell = work.request, work.request.spell
        if spell.interrupted or request.kind == OBSERVATION or math.isnan(spell.ended):
            return
        departure = self.facts.value("departure", request.visit.row)
        if request.kind == CONTACT and spell.ended == departure and spell.ended > spell.started:
            disposition = int(self.t.visit_columns["disposition"][request.visit.row])
            if disposition in (LWBS, AMA):
                self.push(spell.ended, TASK_ENDS, work.member.index, lambda: self.finishes_unless_cut(work))
            return
        self.push(spell.ended, TASK_ENDS, work.member.index, lambda: self.finishes(work))

    def finishes_unless_cut(self, work: Work) -> None:
        """A contact that ends when its visit leaves: by itself, unless patience was to end now at the present pace."""
        visit = work.request.visit
        if visit.pace > 0.0 and visit.waiting_since is not None:
            deadline = visit.waiting_since + visit.patience_left / visit.pace
            if deadline <= self.now + CLOSE:
                return
        self.finishes(work)

    def finishes(self, work: Work) -> None:
        request, visit, spell = work.request, work.request.visit, work.request.spell
        self.lay_down(work)
        if request.kind == CONTACT:
            self.contact_ends(work)
        if request.kind == MAIN:
            ended = self.facts.step_times(visit.row, spell.step)[2]
            if ended != self.now:
                raise self.foul(f"visit {visit.row}, {spell.step}", f"ends at {ended!r}", "its task ends now")
            step = visit.step
            if isinstance(step, Task):
                self.trigger(visit, step)
            self.advance(visit)
        if request.kind == RESPONSE:
            visit.n_responses -= 1
            if not visit.n_responses:
                self.is_calm(visit)

    def lay_down(self, work: Work) -> None:
        work.member.work, work.member.idle_since = None, self.now
        late = max(0.0, self.now - max(work.started, work.member.shift_end))
        spell = work.request.spell
        if abs(spell.overtime - late) > CLOSE:
            self.object(self.told(spell), f"overtime {spell.overtime!r}", f"it ran {late!r} past the shift's end")
        if work.request.kind in (MAIN, RESPONSE):
            self.clinician_goes(work.request.visit)

    def clinician_comes(self, visit: Visit) -> None:
        visit.n_with_clinician += 1
        contact = visit.contact
        if contact is not None and contact.paused_since is None and not visit.stays:
            contact.paused_since = self.now
            self.repace(visit)

    def clinician_goes(self, visit: Visit) -> None:
        visit.n_with_clinician -= 1
        contact = visit.contact
        if contact is not None and contact.paused_since is not None and not visit.n_with_clinician:
            contact.paused += self.now - contact.paused_since
            contact.paused_since = None
            self.repace(visit)

    def contact_ends(self, work: Work) -> None:
        visit, spell = work.request.visit, work.request.spell
        if work.paused_since is not None:
            work.paused += self.now - work.paused_since
            work.paused_since = None
        if abs(work.paused - spell.paused) > CLOSE:
            self.object(self.told(spell), f"paused {spell.paused!r}", f"clinicians were there for {work.paused!r}")
        visit.contact = None
        self.repace(visit)
        self.ask(visit, HUDDLE)
        self.ask(visit, RECOVERY)
        for asked in self.facts.asked[visit.row]:
            if asked.first.kind == CONTACT and asked.first.requested >= self.now and not asked.taken:
                gap_end = asked.first.requested
                self.push(gap_end, DELAY_ENDS, visit.row * 2 + 1, lambda: self.ask_contact(visit))

    def ask_contact(self, visit: Visit) -> None:
        if not visit.gone:
            self.ask(visit, CONTACT)

    def cut(self, work: Work) -> None:
        spell = work.request.spell
        if spell.ended != self.now:
            raise self.foul(self.told(spell), f"goes on to {spell.ended!r}", "it is cut now")
        self.lay_down(work)
        if work.request.kind == CONTACT:
            self.contact_ends(work)
        else:
            work.request.visit.observation = None

    def cut_observation(self, person: Person) -> None:
        """Shift end and a break falling due cut an observation; it is asked for again at once."""
        work = person.work
        if work is None or work.request.kind != OBSERVATION:
            return
        self.cut(work)
        self.ask_again(work.request)
        visit = work.request.visit
        self.care_entries(visit, self.now, self.next_start_of(work.request))

    def next_start_of(self, request: Request) -> float:
        started = request.spell.started
        departure = self.facts.value("departure", request.visit.row)
        return departure if math.isnan(started) else started

    def ask_again(self, request: Request) -> None:
        request.spell_number += 1
        if request.spell_number >= len(request.asked.spells):
            spell = request.asked.spells[-1]
            raise self.foul(self.told(spell), "is not asked for again", "the rest waits, keeping its waiting since")
        if request.spell.requested != request.since:
            self.object(self.told(request.spell), f"since {request.spell.requested!r}", f"waits since {request.since!r}")
        self.waiting[request.role].append(request)

    def interrupt(self, work: Work) -> None:
        spell = work.request.spell
        if not spell.interrupted or spell.ended != self.now:
            raise self.foul(self.told(spell), f"goes on to {spell.ended!r}", "a CTAS 1 task interrupts it now")
        self.lay_down(work)
        work.request.only_for = work.member.index
        self.ask_again(work.request)

    # -- settling -----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Repeat the first action that applies until none does."""
        actions = (self.someone_goes_home, self.someone_rests, self.a_place_opens, self.a_delay_opens, self.a_task_starts)
        while any(action() for action in (*actions, self.a_task_is_interrupted)):
            pass

    def someone_goes_home(self) -> bool:
        for person in self.people:
            if person.free and past_shift_end(person, self.now) and not self.own_recovery(person):
                self.goes_home(person)
                return True
        return False

    def own_recovery(self, person: Person) -> list[Request]:
        queue = self.waiting.get(self.scenario.support.role, [])
        return [request for request in queue if request.kind == RECOVERY and request.only_for == person.index]

    def someone_rests(self) -> bool:
        for person in self.people:
            if person.free and person.due and not self.own_recovery(person):
                self.begins_break(person)
                return True
        return False

    def a_place_opens(self) -> bool:
        for request in sorted(self.place_requests, key=place_rank):
            if request.visit.set_aside:
                continue
            for zone in request.zones:
                if self.can_open(request, zone):
                    self.open_place(request, zone)
                    return True
        return False

    def can_open(self, request: PlaceRequest, zone: str) -> bool:
        value = self.scenario.department.zones[zone]
        if value.places is not None and self.used[zone] + self.cleaning[zone] >= value.places:
            return False
        ratio_role = self.scenario.department.ratio_role
        if ratio_role is None or request.visit.acuity == 1:
            return True
        zones = self.scenario.department.zones
        load = sum(number * zones[name].nurse_twelfths for name, number in self.used.items())
        if request.visit.zone is not None:  # given up at that moment
            load -= zones[request.visit.zone].nurse_twelfths
        n_nurses = sum(person.on_duty and person.role == ratio_role for person in self.people)
        return load + value.nurse_twelfths <= TWELFTHS * n_nurses

    def open_place(self, request: PlaceRequest, zone: str) -> None:
        visit = request.visit
        rows = [row for row in self.place_rows[visit.row] if self.t.place_columns["start"][row] == self.now]
        shown = [self.t.zones[int(self.t.place_columns["zone"][row])] for row in rows]
        if zone not in shown:
            raise self.foul(f"visit {visit.row}", f"gets a place in {shown or 'no zone'}", f"{zone} opens for it now")
        self.place_requests.remove(request)
        self.ends_waiting(visit)
        self.give_up_place(visit)
        visit.zone, visit.place_row = zone, rows[shown.index(zone)]
        self.used[zone] += 1
        step = visit.step
        if isinstance(step, Place):
            self.trigger(visit, step)
        self.advance(visit)

    def a_delay_opens(self) -> bool:
        able = [
            request
            for request in self.delay_requests
            if not request.visit.set_aside
            and self.n_in_delay[self.delay_key(request.visit, request.step)] < request.capacity
        ]
        first = min(able, key=self.delay_rank, default=None)
        if first is None:
            return False
        self.delay_requests.remove(first)
        self.n_in_delay[self.delay_key(first.visit, first.step)] += 1
        self.ends_waiting(first.visit)
        self.start_delay(first.visit, first.step)
        return True

    def delay_rank(self, request: DelayRequest) -> tuple[float, ...]:
        stream = self.t.streams.index(request.visit.stream_name)
        return stream, request.visit.position, request.since, request.visit.row

    def a_task_starts(self) -> bool:
        free = [person for person in self.people if person.free]
        if not free:
            return False
        for level in range(1 + max(level for person in free for level in person.levels.values())):
            for role in self.scenario.staffing.roles:
                if self.start_best(role, [person for person in free if person.levels.get(role) == level]):
                    return True
        return False

    def start_best(self, role: str, free: list[Person]) -> bool:
        if not free or not self.waiting.get(role):
            return False
        startable = [request for request in self.waiting[role] if any(p in free for p in self.able(request))]
        discipline = self.scenario.discipline.of(role)
        request = best_task(startable, discipline, self.now)
        if request is None:
            return False
        able = [person for person in self.able(request) if person in free]
        wished = int(self.t.visit_columns["peer_kind_wished"][request.visit.row])
        chosen = min(able, key=lambda p: member_rank(p, request, wished, self.scenario, self.cases))
        self.start(request, chosen)
        return True

    def able(self, request: Request) -> list[Person]:
        """Members on duty who may start the task, were they free."""
        visit = request.visit
        if visit.set_aside and request.kind == MAIN:
            return []
        if request.kind == CONTACT and visit.n_with_clinician and not visit.stays:
            return []
        serving = [p for p in self.people if p.on_duty and request.role in p.levels]
        if request.kind == RECOVERY or request.only_for is not None:
            return [p for p in serving if p.index == request.only_for]
        serving = [p for p in serving if not self.own_recovery(p)]
        key = (visit.row, request.role)
        case = self.cases.get(key)
        if needs_case(request):
            if case is not None and case.holder >= 0:
                return [p for p in serving if p.index == case.holder]
            return [
                p for p in serving if may_open(p, request.role, visit.acuity, self.people, self.cases, self.now)
            ]
        if follows_case(request):
            return self.able_to_follow(request, serving)
        return serving

    def able_to_follow(self, request: Request, serving: list[Person]) -> list[Person]:
        key = (request.visit.row, request.role)
        case = self.cases.get(key)
        holder = case.holder if case is not None and case.holder >= 0 else self.last_holder.get(key, -1)
        mine = [p for p in serving if p.index == holder]
        return mine or serving

    def a_task_is_interrupted(self) -> bool:
        for role in self.scenario.staffing.roles:
            urgent = [
                request
                for request in self.waiting.get(role, [])
                if request.kind == MAIN and request.visit.acuity == 1 and not request.visit.set_aside
            ]
            request = best_task(urgent, self.scenario.discipline.of(role), self.now)
            if request is None:
                continue
            able = [p for p in self.able(request) if p.role == role and self.interruptible(p)]
            if able:
                chosen = min(able, key=lambda p: member_rank(p, request, 0, self.scenario, self.cases))
                if chosen.work is not None:
                    self.interrupt(chosen.work)
                self.start(request, chosen)
                return True
        return False

    def interruptible(self, person: Person) -> bool:
        work = person.work
        return (
            work is not None
            and not past_shift_end(person, self.now)
            and work.request.preemptible
            and work.request.visit.acuity != 1
        )

    # -- the end ------------------------------------------------------------------------------------------------

    def cases_agree(self) -> None:
        """Spells of cases in the table are those of the replay."""
        table = self.t.case_columns
        shown = sorted(
            (
                int(table["visit"][row]),
                self.t.roles[int(table["role"][row])],
                float(table["start"][row]),
                int(table["member"][row]),
                float(table["end"][row]),
            )
            for row in range(len(table["visit"]))
        )
        still = [(case.visit, case.role, case.holder, case.start, math.nan) for case in self.cases.values()]
        due = sorted((v, role, start, holder, end) for v, role, holder, start, end in self.case_spells + still)
        for spell in due:
            position = bisect_left(shown, spell[:3])
            if not any(same_case(spell, other) for other in shown[position : position + 8]):
                self.object(f"case of visit {spell[0]} with {spell[1]}", "is not in the table", f"from {spell[2:]}")
        if len(due) != len(shown):
            self.object("cases", f"{len(shown)} spells in the table", f"{len(due)} spells")


def same_case(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    return repr(a) == repr(b)


__all__ = ["FIRST", "Replay"]
