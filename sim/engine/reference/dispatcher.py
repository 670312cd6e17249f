"""The dispatcher: what waits for whom, and the settling that gives out work, places and limited delays.

The order of a settling is law (docs/law.md, Settling); the rules it asks are in `sim.department`. Who is on duty is
`staff`, shifts and breaks `shifts`, caseloads `cases`, zones `places`, all beside this file. How visits come to ask
for something, and what follows when they got it, is `model`.
"""

from collections.abc import Callable, Collection
from functools import partial
from math import inf, nan

from sim.department.discipline import CHOICES, FIFO, RULES, has_room, preference
from sim.department.scenario import Scenario
from sim.engine.calendar_entries import GATHERING_ENDS, TASK_ENDS, delay_id
from sim.engine.reference.calendar import Calendar, Entry
from sim.engine.reference.cases import OPENS_CASES, Cases
from sim.engine.reference.entities import WITHDRAWN, Member, Request, Visit, WaitingLine
from sim.engine.reference.places import Places
from sim.engine.reference.records import Records
from sim.engine.reference.shifts import Duties
from sim.engine.reference.staff import Staff
from sim.engine.trajectory import (
    BRIDGING,
    CALL,
    CONTACT,
    GATHERING,
    MAIN,
    OBSERVATION,
    ONE_OFF,
    RECOVERY,
    SIDE,
    TEAM,
)
from sim.engine.workload import Workload

ALL_EQUAL = (1.0, 1.0, 1.0, 1.0, 1.0)

BY_PEERS = frozenset((CONTACT, BRIDGING, CALL))
"""Kinds of task for which the peer kind wished is preferred."""


class Dispatcher:
    """Queues of everything asked for, and the giving out of work.

    `on_begin` is called with every request that begins (task, place, limited delay), at that instant; `on_finish` with
    every task that has ended, after its member is free again; `on_unstaffed` with a role whose last member has gone.
    """

    on_put_down: Callable[[Request], None]
    """Called when a spell of company has been put down, after its peer is free again."""
    on_interrupted: Callable[[Visit], None]
    """Called when a task of a visit has been interrupted, after its rest has been asked for."""

    def __init__(
        self,
        scenario: Scenario,
        workload: Workload,
        calendar: Calendar,
        on_begin: Callable[[Request], None],
        on_finish: Callable[[Request], None],
        on_unstaffed: Callable[[int], None],
    ) -> None:
        self.calendar = calendar
        self.on_begin, self.on_finish = on_begin, on_finish
        self.records = Records(calendar, scenario.period.horizon)
        self.staff = Staff(scenario, workload, calendar)
        self.cases = Cases(calendar, self.staff, self.records, scenario.department.handover_minutes, self._look_again)
        self.places = Places(scenario, calendar, self.staff, self.records)
        self.duties = Duties(
            calendar, self.staff, self.cases, self.places, self.records,
            self._leave_patient, self._wait_anew, on_unstaffed,
        )  # fmt: skip
        names = self.staff.role_names
        disciplines = [scenario.discipline.of(name) for name in names]
        self.rules = [(RULES[d.rule], d.slopes, d.targets) for d in disciplines]
        self.choices = [CHOICES[d.member] for d in disciplines]
        self.opening = [WaitingLine(*rule) for rule in self.rules]  # tasks that open a case, by role
        self.anyone = [WaitingLine(*rule) for rule in self.rules]  # tasks that any member of the role may do
        self.n_waiting = [0] * len(names)
        self.n_urgent = [0] * len(names)  # CTAS 1 main-path tasks waiting
        self.gathering: list[Request] = []  # teams that have a lead and lack others, in the order of their leads
        self.in_company: set[Member] = set()  # with a contact in hand whose kept minutes are over
        self.delay_lines: dict[int, WaitingLine] = {}
        self.delay_room: dict[int, int] = {}
        self.delays_changed = False

    # --- asking -------------------------------------------------------------------------------------------------

    def ask(self, request: Request) -> None:
        """A request joins its queue, or is set aside while it may not begin."""
        request.visit.waiting.append(request)
        self._line_up(request)

    def withdraw(self, request: Request) -> None:
        """A request that has not begun is taken back; the wait for it ends with WITHDRAWN."""
        request.visit.waiting.remove(request)
        self._leave_line(request)
        self._parts(request)
        request.gathering_ends = None
        self.places.changed = True
        self.calendar.settle_due = True
        if request.role >= 0:
            self.staff.changed.add(request.role)
            self.records.withdrawn(request)
        if request.kind == RECOVERY and request.owner is not None:
            request.owner.recoveries.remove(request)
        if request.done is not None:
            request.done.succeed(WITHDRAWN)

    def _line_up(self, request: Request) -> None:
        visit = request.visit
        if request.kind == MAIN and (visit.responding or request.is_apart):
            return
        if request.kind == CONTACT and not visit.can_have_company:
            return
        if request.role >= 0:
            self._task_line(request).add(request)
            self.n_waiting[request.role] += 1
            self.staff.changed.add(request.role)
            if request.kind == MAIN and visit.acuity == 1:
                self.n_urgent[request.role] += 1
        elif request.zones:
            self.places.line_up(request)
        else:
            self.delay_lines.setdefault(request.step, WaitingLine(FIFO, ALL_EQUAL, ALL_EQUAL)).add(request)
            self.delays_changed = True
        self.calendar.settle_due = True

    def _leave_line(self, request: Request) -> None:
        if request.line is None:
            return
        request.line.remove(request)
        if request.role >= 0:
            self.n_waiting[request.role] -= 1
            if request.kind == MAIN and request.visit.acuity == 1:
                self.n_urgent[request.role] -= 1

    def becomes_delay(self, request: Request) -> None:
        """A waiting task leaves its queue: its step passes as a delay instead."""
        request.visit.waiting.remove(request)
        self._leave_line(request)
        self.calendar.settle_due = True
        self.records.withdrawn(request)

    def waiting_for(self, role: int) -> list[Request]:
        """Requests in the queues of a role that no member has to themselves, in order of waiting."""
        return sorted(self.opening[role].everyone() + self.anyone[role].everyone())

    def set_aside(self, request: Request) -> None:
        """A waiting request that may not begin now; it keeps its waiting since."""
        self._leave_line(request)
        self._parts(request)
        self.places.changed = True
        self.calendar.settle_due = True

    def put_back(self, request: Request) -> None:
        """Back in its queue, if nothing else keeps it from beginning."""
        if request.line is None:
            self._line_up(request)

    def _look_again(self, visit: Visit, role: int) -> None:
        """Requests of a visit that wait for a role look for their line anew: its case has another holder, or none."""
        for request in [r for r in visit.waiting if r.role == role and r.line is not None]:
            self._leave_line(request)
            self._line_up(request)

    def _wait_anew(self, member: Member) -> None:
        """What waited for a member who has gone home waits for others."""
        for line in member.lines.values():
            for request in sorted(line.everyone()) if line.n else ():
                self._leave_line(request)
                self._line_up(request)

    def _task_line(self, request: Request) -> WaitingLine:
        role = request.role
        if request.contact == ONE_OFF and request.owner is None:
            return self.anyone[role]
        member = self._bound_to(request)
        if member is not None:
            if role not in member.lines:
                member.lines[role] = WaitingLine(*self.rules[role])
            return member.lines[role]
        opens_case = request.kind in OPENS_CASES and request.contact != ONE_OFF
        return self.opening[role] if opens_case else self.anyone[role]

    def _bound_to(self, request: Request) -> Member | None:
        """The only member who may do it, if there is one."""
        if request.owner is not None and request.owner_present:
            return request.owner
        if request.contact == ONE_OFF:
            return None
        case = request.visit.cases.get(request.role)
        if case is not None and case.holder is not None:
            return case.holder
        if request.kind == SIDE:
            last, duty = request.visit.last_holder.get(request.role, (None, None))
            return last if last is not None and last.on_duty and last.duty is duty else None
        return None

    # --- settling -----------------------------------------------------------------------------------------------

    def settle(self) -> bool:
        """Give out places and work until nothing moves; False if a visit that got a place has to move on first."""
        while True:
            if self.duties.going and self.duties.someone_goes_home():
                continue
            if self.duties.resting and self.duties.someone_rests():
                continue
            if self.places.changed and self._gives_place():
                return False
            if self.delays_changed and self._starts_delay():
                continue
            if self.gathering and self._somebody_joins():
                continue
            if self._starts_task() or self._interrupts() or self._calls_away():
                continue
            break
        self.calendar.settle_due = False
        return True

    def _gives_place(self) -> bool:
        request, zone = self.places.best_met()
        if request is None:
            self.places.changed = False
            return False
        self._leave_line(request)
        request.visit.waiting.remove(request)
        self.places.move_into(request.visit, zone, request.since)
        self.on_begin(request)
        return True

    def _starts_delay(self) -> bool:
        for step in sorted(self.delay_lines):
            line = self.delay_lines[step]
            if line.n and self.delay_room[step] > 0:
                request = line.first(line.heads(), self.calendar.time)
                self._leave_line(request)
                request.visit.waiting.remove(request)
                self.delay_room[step] -= 1
                self.on_begin(request)
                return True
        self.delays_changed = False
        return False

    def _starts_task(self) -> bool:
        changed = self.staff.changed
        if not changed:
            return False
        roles = [role for role in changed if self.n_waiting[role]]
        roles.sort()
        for level in self.staff.free if roles else ():
            for role in roles:
                free = level[role]
                if free:
                    request = self._best_startable(role, free)
                    if request is not None:
                        self._start(request, self._member_for(request, free))
                        return True
        changed.clear()
        return False

    def _best_startable(self, role: int, free: set[Member]) -> Request | None:
        anyone, opening = self.anyone[role], self.opening[role]
        candidates: list[Request] = []
        if anyone.n:
            candidates += anyone.heads()
        if opening.n:
            candidates += self._openable(opening, role, free)
        if self.n_waiting[role] > anyone.n + opening.n:
            for member in free:
                own = member.lines.get(role)
                if own is not None and own.n:
                    candidates += own.heads()
        return opening.first(candidates, self.calendar.time) if candidates else None

    def _openable(self, line: WaitingLine, role: int, free: set[Member]) -> list[Request]:
        """Heads of the line of new cases that one of the free members may take on."""
        someone_has_room = False
        for member in free:
            if has_room(len(member.cases), member.caseload):
                if not self.cases.is_held_back(member, role):
                    return line.heads()
                someone_has_room = True
        if not someone_has_room:
            return []
        return [request for request in line.heads() if request.visit.acuity == 1]

    def _may_take(self, member: Member, request: Request) -> bool:
        """Whether a free member may start this request."""
        if request.line is not None and request.line is not self.opening[request.role]:
            return request.line is self.anyone[request.role] or request.line is member.lines.get(request.role)
        return has_room(len(member.cases), member.caseload) and (
            request.visit.acuity == 1 or not self.cases.is_held_back(member, request.role)
        )

    def _member_for(self, request: Request, free: set[Member]) -> Member:
        if len(free) == 1:
            return next(iter(free))
        if request.line is self.anyone[request.role]:
            return self._preferred(request, free)
        return self._preferred(request, [member for member in free if self._may_take(member, request)])

    def _preferred(self, request: Request, members: Collection[Member], role: int | None = None) -> Member:
        choice = self.choices[request.role if role is None else role]
        wished = request.visit.peer_kind if request.kind in BY_PEERS else None
        return min(
            members,
            key=lambda m: (
                wished is not None and m.rostered.peer_kind != wished,
                preference(choice, len(m.cases), m.idle_since),
                m.index,
            ),
        )

    def _interrupts(self) -> bool:
        if self._task_interrupts():
            return True
        return bool(self.gathering) and self._team_interrupts()

    def _task_interrupts(self) -> bool:
        if not any(self.n_urgent):
            return False
        for role, n_urgent in enumerate(self.n_urgent):
            if n_urgent:
                at_hand = self._at_preemptible_tasks(role)
                if not at_hand:
                    continue
                request = self._most_urgent(role)
                candidates = [member for member in at_hand if self._may_take(member, request)]
                if candidates:
                    member = self._preferred(request, candidates)
                    self._interrupt(member)
                    self._start(request, member)
                    return True
        return False

    def _most_urgent(self, role: int) -> Request:
        lines = [self.opening[role], self.anyone[role]]
        lines += [member.lines[role] for member in self.staff.serving[role] if role in member.lines]
        waiting = [request for line in lines if line.n for request in line.everyone()]
        urgent = [request for request in waiting if request.kind == MAIN and request.visit.acuity == 1]
        return lines[0].first(urgent, self.calendar.time)

    def _at_preemptible_tasks(self, role: int) -> list[Member]:
        """Members of the role itself who may be interrupted."""
        return [
            member
            for member in self.staff.serving[role]
            if member.task is not None
            and member.task.preemptible
            and member.task.visit.acuity != 1
            and member.role == role
            and not member.shift_over
        ]

    def _calls_away(self) -> bool:
        """A child not yet met, or one who goes home, calls a peer away from company."""
        role = self.staff.peer_role
        if not self.in_company or not self.n_waiting[role]:
            return False
        for request in self._asking_for_a_peer(role):
            able = [member for member in self.in_company if self._may_take(member, request)]
            if able:
                member = min(able, key=partial(self._order_of_calling, request.visit.peer_kind))
                self._leave_patient(member)
                self._start(request, member)
                return True
        return False

    @staticmethod
    def _order_of_calling(wished: str, member: Member) -> tuple[bool, float, int]:
        assert member.task is not None
        return member.rostered.peer_kind != wished, member.task.started, member.index

    def _asking_for_a_peer(self, role: int) -> list[Request]:
        """Who may call a peer away from company, best-ranked first: first of their band and acuity where they wait."""
        lines = [self.opening[role]]
        lines += [member.lines[role] for member in self.in_company if role in member.lines]
        heads = [request for line in lines for request in line.heads()]
        asking = [r for r in heads if r.kind == BRIDGING or (r.kind == CONTACT and not r.visit.is_met)]
        return sorted(asking, key=partial(lines[0].rank, self.calendar.time))

    # --- tasks --------------------------------------------------------------------------------------------------

    def _start(self, request: Request, member: Member) -> None:
        self._leave_line(request)
        if request.kind == RECOVERY:
            member.recoveries.remove(request)
        request.opened_case = self.cases.take(request, member)
        member.task = request
        self.staff.is_busy(member)
        if request.plan is not None and request.plan.team:
            self._gathers(request, member)
        else:
            self._runs(request, member)

    def _runs(self, request: Request, member: Member) -> None:
        """A task begins with the member who does it, or leads it."""
        now = self.calendar.time
        visit = request.visit
        visit.waiting.remove(request)
        request.member = member
        request.started = now
        self.on_begin(request)  # sets the minutes; a contact's end is the company's business
        minutes = request.minutes + request.handover
        request.ends = now + minutes
        if minutes < inf and request.kind != CONTACT:
            request.ending = self.calendar.at(request.ends, TASK_ENDS, member.index, self._task_ends, request)
        if request.kind == MAIN:
            self._clinician_comes(visit)

    def _task_ends(self, entry: Entry) -> None:
        request: Request = entry.subject
        if request.ending is entry:
            self.finish(request)

    def finish(self, request: Request, interrupted: bool = False) -> None:
        """A spell of work is over, or cut before its time: it is written down and its member is free."""
        now = self.calendar.time
        member = request.member
        assert member is not None
        request.ending = None
        self.records.task(request, request.started, now, interrupted=interrupted)
        self._lets_go(member, request.started)
        for other in request.team[1:] if request.team is not None else ():
            self.records.of_team(request, other, TEAM, now, interrupted)
            self._lets_go(other, other.joined)
        request.member = request.team = None
        self.in_company.discard(member)
        if request.kind == MAIN:
            self._clinician_goes(request.visit)
        if not interrupted:
            self.on_finish(request)
        self.calendar.settle_due = True

    def _lets_go(self, member: Member, since: float) -> None:
        """A member has nothing in hand any more."""
        now = self.calendar.time
        member.count_minutes(since, now)
        member.task = None
        member.idle_since = now
        if member.on_duty and not member.on_break:
            self.staff.is_free(member)

    def _interrupt(self, member: Member) -> None:
        """A preemptible task is interrupted; its rest waits for the same member, the lead where there are several."""
        request = member.task
        assert request is not None
        if request.gathers:
            self._parts(request)
            self.put_back(request)
            return
        rest, lead = request.ends - self.calendar.time, request.member
        assert lead is not None
        self.finish(request, interrupted=True)
        request.minutes, request.handover = rest, 0.0
        request.bind(lead)
        request.started, request.opened_case = nan, False
        request.resumed, request.unstaffed = True, None
        self.ask(request)
        self.on_interrupted(request.visit)

    # --- tasks for several ---------------------------------------------------------------------------------------

    def _gathers(self, request: Request, lead: Member) -> None:
        """A task for several has its lead, who waits for the others for so long at most."""
        request.team = []
        self._joins(request, lead, request.role)
        self.gathering.append(request)
        self._gathering_ends_in(request)

    def _gathering_ends_in(self, request: Request) -> None:
        plan = request.plan
        assert plan is not None
        at, ident = self.calendar.time + plan.gather_minutes, delay_id(request.visit.row, plan.strand)
        request.gathering_ends = self.calendar.at(at, GATHERING_ENDS, ident, self._gathered_long_enough, request)

    def _somebody_joins(self) -> bool:
        """A free member joins the first team that lacks them."""
        for request in self.gathering:
            for role in request.lacking():
                for level in self.staff.free:
                    if level[role]:
                        self._joins(request, self._preferred(request, level[role], role), role)
                        self._starts_if_complete(request)
                        return True
        return False

    def _joins(self, request: Request, member: Member, role: int) -> None:
        assert request.team is not None
        request.team.append(member)
        member.task, member.seat, member.joined = request, role, self.calendar.time
        self.staff.is_busy(member)

    def _starts_if_complete(self, request: Request) -> None:
        if next(request.lacking(), None) is not None:
            return
        team = request.team
        assert team is not None
        self.gathering.remove(request)
        request.gathering_ends = None
        for member in team:
            self.records.of_team(request, member, GATHERING, self.calendar.time)
            member.count_minutes(member.joined, self.calendar.time)
            member.joined = self.calendar.time
        request.opened_case = False
        self._runs(request, team[0])

    def _parts(self, request: Request) -> None:
        """A team that has not come together is free again."""
        if not request.gathers:
            return
        for member in request.team or ():
            self.records.of_team(request, member, GATHERING, self.calendar.time)
            self._lets_go(member, member.joined)
        self.gathering.remove(request)
        request.team = request.gathering_ends = None
        request.opened_case = False
        self.calendar.settle_due = True

    def _gathered_long_enough(self, entry: Entry) -> None:
        """Who has joined is free, for as long again; then the task waits for its turn as before."""
        request: Request = entry.subject
        if request.gathering_ends is not entry:
            return
        if request.gathers:
            self._parts(request)
            request.is_apart = True
            self._gathering_ends_in(request)
        else:
            request.gathering_ends = None
            request.is_apart = False
            self.put_back(request)

    def _team_interrupts(self) -> bool:
        """A CTAS 1 team that gathers interrupts a preemptible task of a role that it lacks."""
        for request in self.gathering:
            for role in request.lacking() if request.visit.acuity == 1 else ():
                candidates = self._at_preemptible_tasks(role)
                if candidates:
                    member = self._preferred(request, candidates, role)
                    self._interrupt(member)
                    self._joins(request, member, role)
                    self._starts_if_complete(request)
                    return True
        return False

    # --- peers beside clinicians --------------------------------------------------------------------------------

    def _clinician_comes(self, visit: Visit) -> None:
        """A peer makes room, unless the patient wants the peer there."""
        contact = visit.contact_task
        if contact is None or visit.peer_stays:
            return
        if contact.is_running:
            self.put_down(contact)
        else:
            self.set_aside(contact)

    def _clinician_goes(self, visit: Visit) -> None:
        contact = visit.contact_task
        if contact is not None and not contact.is_running:
            self.put_back(contact)

    def put_down(self, contact: Request) -> None:
        """A spell of company ends though the wish for it is not used up."""
        self.finish(contact, interrupted=True)
        self.on_put_down(contact)

    def may_be_called_away(self, member: Member) -> None:
        """The kept minutes of the contact in hand are over."""
        self.in_company.add(member)
        self.calendar.settle_due = True

    def _leave_patient(self, member: Member) -> None:
        """An aide stops observing; a peer puts company down if its kept minutes are over."""
        if member.task is not None and member.task.kind == OBSERVATION:
            self.finish(member.task)
        elif member in self.in_company:
            assert member.task is not None
            self.put_down(member.task)

    def delay_is_over(self, step: int) -> None:
        """Room in a limited delay again."""
        self.delay_room[step] += 1
        self.delays_changed = True
        self.calendar.settle_due = True
