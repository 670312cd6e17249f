"""The floor: who is on duty, who and what is waiting, which places are free, and the settling that gives out work.

The order of a settling is law (docs/law.md); the rules it asks are in `sim.department`. How visits come to ask for
something, and what follows when they got it, is told in `sim.engine.reference.model`.
"""

from collections.abc import Callable, Collection
from functools import partial
from math import inf, nan

from sim.department.dispatch import CHOICES, FIFO, RULES, has_room, in_last_pickup, preference
from sim.department.pathway import Place
from sim.department.places import may_open
from sim.department.roster import Duty, OffFloor, duties_of, members_of, shift_starts
from sim.department.scenario import Scenario
from sim.engine.calendar_entries import CLEANED, OFF_DUTY, TASK_ENDS
from sim.engine.reference.calendar import Calendar, Entry
from sim.engine.reference.entities import LEFT, Case, Line, Member, Request, Visit
from sim.engine.trajectory import (
    BREAK_COLUMNS,
    BRIDGING,
    CALL,
    CASE_COLUMNS,
    CONTACT,
    MAIN,
    OBSERVATION,
    ONE_OFF,
    PLACE_COLUMNS,
    RECOVERY,
    SIDE,
    STAFF_COLUMNS,
    TASK_COLUMNS,
    GrowingTable,
)
from sim.engine.workload import Workload

ALL_EQUAL = (1.0, 1.0, 1.0, 1.0, 1.0)

OPENS_CASES = frozenset((MAIN, CONTACT, BRIDGING))
BY_PEERS = frozenset((CONTACT, BRIDGING, CALL))
"""Kinds of task for which the peer kind wished is preferred."""


class Record:
    """Rows of the trajectory's tables, as they come to be known."""

    def __init__(self) -> None:
        self.tasks = GrowingTable(TASK_COLUMNS)
        self.places = GrowingTable(PLACE_COLUMNS)
        self.cases = GrowingTable(CASE_COLUMNS)
        self.duties = GrowingTable(STAFF_COLUMNS)
        self.breaks = GrowingTable(BREAK_COLUMNS)


class Floor:
    """State of the department at one instant, and the giving out of work.

    `on_finish` is called with every task that has ended, after its member is free again.
    `on_begin` is called with every request that begins (task, place, limited delay), at that instant.
    """

    def __init__(
        self,
        scenario: Scenario,
        workload: Workload,
        calendar: Calendar,
        on_begin: Callable[[Request], None],
        on_finish: Callable[[Request], None],
    ) -> None:
        self.calendar = calendar
        self.record = Record()
        self.on_begin, self.on_finish = on_begin, on_finish
        self.horizon = scenario.period.horizon
        self.handover_minutes = scenario.department.handover_minutes
        self._open_roles(scenario)
        self._hire(scenario, workload)
        self._open_zones(scenario)

    def _open_roles(self, scenario: Scenario) -> None:
        names = tuple(scenario.staffing.roles)
        if scenario.support.role not in names:
            names = (*names, scenario.support.role)
        self.role_names = names
        self.role_of = {name: number for number, name in enumerate(names)}
        disciplines = [scenario.discipline.of(name) for name in names]
        self.rules = [(RULES[d.rule], d.slopes, d.targets) for d in disciplines]
        self.choices = [CHOICES[d.member] for d in disciplines]
        self.opening = [Line(*rule) for rule in self.rules]
        self.anyone = [Line(*rule) for rule in self.rules]
        self.n_waiting = [0] * len(names)
        self.n_urgent = [0] * len(names)  # CTAS 1 main-path tasks waiting
        self.n_cases = 0
        self.changed: set[int] = set()  # roles in which something may have become startable

    def _hire(self, scenario: Scenario, workload: Workload) -> None:
        self.members: list[Member] = []
        for rostered in members_of(scenario.staffing.roles):
            role = scenario.staffing.roles[rostered.role]
            starts = [
                start
                for start in shift_starts(rostered.shift, self.horizon)
                if not workload.is_absent(rostered.name, start, role.absence_share)
            ]
            caseload = scenario.support.caseload if rostered.role == scenario.support.role else role.caseload
            levels = ((rostered.role,), *role.also_serves)
            served: dict[int, int] = {}
            for level, names in enumerate(levels):
                for name in names:
                    served.setdefault(self.role_of[name], level)
            self.members.append(
                Member(
                    rostered=rostered,
                    index=rostered.index,
                    role=self.role_of[rostered.role],
                    served=served,
                    caseload=-1 if caseload is None else caseload,
                    last_pickup=role.last_pickup_minutes,
                    duties=duties_of(rostered, starts),
                    lines={},
                )
            )
        n_levels = 1 + max((max(member.served.values()) for member in self.members), default=0)
        self.free: list[list[set[Member]]] = [[set() for _ in self.role_names] for _ in range(n_levels)]
        for member in self.members:
            member.free_in = tuple(self.free[level][role] for role, level in member.served.items())
        self.serving: list[list[Member]] = [
            [member for member in self.members if role in member.served] for role in range(len(self.role_names))
        ]
        self.n_on_duty = [0] * len(self.role_names)
        self.peer_role = self.role_of[scenario.support.role]
        self.in_company: set[Member] = set()  # with a contact in hand whose kept minutes are over
        self.going: set[Member] = set()
        self.resting: set[Member] = set()

    def _open_zones(self, scenario: Scenario) -> None:
        zones = scenario.department.zones
        self.zone_names = tuple(zones)
        self.zone_of = {name: number for number, name in enumerate(zones)}
        self.n_places = [inf if zone.places is None else float(zone.places) for zone in zones.values()]
        self.twelfths = [zone.nurse_twelfths for zone in zones.values()]
        self.cleaning = [zone.cleaning_minutes for zone in zones.values()]
        self.n_taken = [0] * len(zones)  # cleaning counted
        self.occupied_twelfths = 0  # cleaning not counted
        ratio_role = scenario.department.ratio_role
        self.ratio_role = -1 if ratio_role is None else self.role_of[ratio_role]
        self.places_are_exchanged = any(
            sum(isinstance(step, Place) for step in stream.pathway) > 1
            for stream in scenario.department.streams.values()
        )
        places = scenario.discipline.places
        self.place_rule = RULES[places.rule], places.slopes, places.targets
        self.place_lines: dict[tuple[int, ...], Line] = {}
        self.places_changed = False
        self.delay_lines: dict[int, Line] = {}
        self.delay_room: dict[int, int] = {}
        self.delays_changed = False

    # --- asking -------------------------------------------------------------------------------------------------

    def ask(self, request: Request) -> None:
        """A request joins its queue, or is set aside while it may not begin."""
        request.visit.waiting.append(request)
        self._line_up(request)

    def withdraw(self, request: Request) -> None:
        """A request that has not begun is taken back; whoever waits for it is told LEFT."""
        request.visit.waiting.remove(request)
        self._leave_line(request)
        self.places_changed = True
        self.touch()
        if request.role >= 0:
            self.changed.add(request.role)
            self._write_task(request, nan, self.calendar.time, withdrawn=True)
        if request.kind == RECOVERY and request.owner is not None:
            request.owner.recoveries.remove(request)
        if request.done is not None:
            request.done.succeed(LEFT)

    def _line_up(self, request: Request) -> None:
        visit = request.visit
        if request.kind == MAIN and visit.responding:
            return
        if request.kind == CONTACT and not visit.can_have_company:
            return
        if request.role >= 0:
            self._task_line(request).add(request)
            self.n_waiting[request.role] += 1
            self.changed.add(request.role)
            if request.kind == MAIN and visit.acuity == 1:
                self.n_urgent[request.role] += 1
        elif request.zones:
            if request.zones not in self.place_lines:
                self.place_lines[request.zones] = Line(*self.place_rule)
            self.place_lines[request.zones].add(request)
            self.places_changed = True
        else:
            self.delay_lines.setdefault(request.step, Line(FIFO, ALL_EQUAL, ALL_EQUAL)).add(request)
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
        """A waiting task is no longer asked of anybody."""
        request.visit.waiting.remove(request)
        self._leave_line(request)
        self.touch()
        self._write_task(request, nan, self.calendar.time, withdrawn=True)

    def waiting_for(self, role: int) -> list[Request]:
        """Requests in the queues of a role that no member has to themselves, in order of waiting."""
        return sorted(self.opening[role].everyone() + self.anyone[role].everyone())

    def set_aside(self, request: Request) -> None:
        """A waiting request that may not begin now; it keeps its waiting since."""
        self._leave_line(request)
        self.places_changed = True
        self.touch()

    def put_back(self, request: Request) -> None:
        """Back in its queue, if nothing else keeps it from beginning."""
        if request.line is None:
            self._line_up(request)

    def _task_line(self, request: Request) -> Line:
        role = request.role
        if request.contact == ONE_OFF and request.owner is None:
            return self.anyone[role]
        member = self._bound_to(request)
        if member is not None:
            if role not in member.lines:
                member.lines[role] = Line(*self.rules[role])
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

    def touch(self) -> None:
        """Something changed: settle at this instant."""
        self.calendar.settle_due = True

    def settle(self) -> bool:
        """Give out places and work until nothing moves; False if a visit that got a place has to move on first."""
        while True:
            if self.going and self._someone_goes_home():
                continue
            if self.resting and self._someone_rests():
                continue
            if self.places_changed and self._gives_place():
                return False
            if self.delays_changed and self._starts_delay():
                continue
            if self._starts_task() or self._interrupts() or self._calls_away():
                continue
            break
        self.calendar.settle_due = False
        return True

    def _someone_goes_home(self) -> bool:
        ready = [member for member in self.going if member.task is None and not member.recoveries]
        if not ready:
            return False
        self._goes_home(min(ready, key=lambda member: member.index))
        return True

    def _someone_rests(self) -> bool:
        ready = [m for m in self.resting if m.task is None and not m.recoveries and not m.shift_over]
        if not ready:
            return False
        self._begins_break(min(ready, key=lambda member: member.index))
        return True

    def _gives_place(self) -> bool:
        now = self.calendar.time
        best: tuple[int, bool, float, float, int] | None = None
        chosen: Request | None = None
        chosen_zone = -1
        for zones, line in self.place_lines.items():
            for waiting in line.classes.values():
                request, zone = self._first_to_place(zones, waiting)
                if request is None:
                    continue
                band, worth, since, row, _ = line.rank(now, request)
                rank = (band, request.visit.acuity != 1, worth, since, row)
                if best is None or rank < best:
                    best, chosen, chosen_zone = rank, request, zone
        if chosen is None:
            self.places_changed = False
            return False
        self._leave_line(chosen)
        chosen.visit.waiting.remove(chosen)
        self._moves_into(chosen.visit, chosen_zone, chosen.since)
        self.on_begin(chosen)
        return True

    def _first_to_place(self, zones: tuple[int, ...], waiting: list[Request]) -> tuple[Request | None, int]:
        """The first of a class that can be met, and its zone.

        The ratio rule may let one who gives up a place pass the first of a class; else all fare like the first.
        """
        may_pass = self.places_are_exchanged and self.ratio_role >= 0
        for request in waiting if may_pass else waiting[:1]:
            zone = self._open_zone(zones, request.visit)
            if zone >= 0:
                return request, zone
        return None, -1

    def _open_zone(self, zones: tuple[int, ...], visit: Visit) -> int:
        """The first zone of a route that has a place and may open it; -1 if none."""
        occupied = self.occupied_twelfths - (self.twelfths[visit.zone] if visit.zone >= 0 else 0)
        for zone in zones:
            if self.n_taken[zone] < self.n_places[zone] and (
                self.ratio_role < 0
                or may_open(occupied, self.twelfths[zone], self.n_on_duty[self.ratio_role], visit.acuity)
            ):
                return zone
        return -1

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
        changed = self.changed
        if not changed:
            return False
        roles = [role for role in changed if self.n_waiting[role]]
        roles.sort()
        for level in self.free if roles else ():
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

    def _openable(self, line: Line, role: int, free: set[Member]) -> list[Request]:
        """Heads of the line of new cases that one of the free members may take on."""
        someone_has_room = False
        for member in free:
            if has_room(len(member.cases), member.caseload):
                if not self._is_held_back(member, role):
                    return line.heads()
                someone_has_room = True
        if not someone_has_room:
            return []
        return [request for request in line.heads() if request.visit.acuity == 1]

    def _is_held_back(self, member: Member, role: int) -> bool:
        """Whether last pickup keeps this member from new cases: only while a colleague could take them."""
        return self._near_shift_end(member) and any(
            other is not member and self._could_adopt(other) for other in self.serving[role]
        )

    def _could_adopt(self, member: Member) -> bool:
        """Whether a colleague could take a case over, now or when free: on duty, not near its end, with room."""
        return (
            member.on_duty
            and not member.shift_over
            and not self._near_shift_end(member)
            and has_room(len(member.cases), member.caseload)
        )

    def _near_shift_end(self, member: Member) -> bool:
        duty = member.duty
        return (
            member.last_pickup > 0.0
            and duty is not None
            and in_last_pickup(self.calendar.time, duty.end, member.last_pickup)
        )

    def _may_take(self, member: Member, request: Request) -> bool:
        """Whether a free member may start this request."""
        if request.line is not None and request.line is not self.opening[request.role]:
            return request.line is self.anyone[request.role] or request.line is member.lines.get(request.role)
        return has_room(len(member.cases), member.caseload) and (
            request.visit.acuity == 1 or not self._is_held_back(member, request.role)
        )

    def _member_for(self, request: Request, free: set[Member]) -> Member:
        if len(free) == 1:
            return next(iter(free))
        if request.line is self.anyone[request.role]:
            return self._preferred(request, free)
        return self._preferred(request, [member for member in free if self._may_take(member, request)])

    def _preferred(self, request: Request, members: Collection[Member]) -> Member:
        choice = self.choices[request.role]
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
        if not any(self.n_urgent):
            return False
        for role, n_urgent in enumerate(self.n_urgent):
            if n_urgent:
                request = self._most_urgent(role)
                candidates = [m for m in self.serving[role] if self._may_be_interrupted(m, request)]
                if candidates:
                    member = self._preferred(request, candidates)
                    self._interrupt(member)
                    self._start(request, member)
                    return True
        return False

    def _most_urgent(self, role: int) -> Request:
        lines = [self.opening[role], self.anyone[role]]
        lines += [member.lines[role] for member in self.serving[role] if role in member.lines]
        waiting = [
            request
            for line in lines
            if line.n
            for request in line.everyone()
            if request.kind == MAIN and request.visit.acuity == 1
        ]
        return lines[0].first(waiting, self.calendar.time)

    def _may_be_interrupted(self, member: Member, request: Request) -> bool:
        task = member.task
        return (
            task is not None
            and task.preemptible
            and task.visit.acuity != 1
            and member.role == request.role
            and not member.shift_over
            and self._may_take(member, request)
        )

    def _calls_away(self) -> bool:
        """A child not yet met, or one who goes home, calls a peer away from company."""
        role = self.peer_role
        if not self.in_company or not self.n_waiting[role]:
            return False
        for request in self._asking_for_a_peer(role):
            able = [member for member in self.in_company if self._may_take(member, request)]
            if able:
                member = min(able, key=partial(self._order_of_calling, request.visit.peer_kind))
                self._leaves_patient(member)
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
        asking = [
            request
            for line in lines
            for request in line.heads()
            if request.kind == BRIDGING or (request.kind == CONTACT and not request.visit.is_met)
        ]
        return sorted(asking, key=partial(lines[0].rank, self.calendar.time))

    # --- tasks --------------------------------------------------------------------------------------------------

    def _start(self, request: Request, member: Member) -> None:
        now = self.calendar.time
        visit = request.visit
        self._leave_line(request)
        visit.waiting.remove(request)
        if request.kind == RECOVERY:
            member.recoveries.remove(request)
        request.opened_case = self._take_case(request, member)
        request.member = member
        request.started = now
        member.task = request
        self._is_busy(member)
        self.on_begin(request)  # sets the minutes; a contact's end is the company's business
        minutes = request.minutes + request.handover
        request.ends = now + minutes
        if minutes < inf and request.kind != CONTACT:
            request.ending = self.calendar.at(request.ends, TASK_ENDS, member.index, self._task_ends, request)
        if request.kind == MAIN:
            self._clinician_comes(visit)

    def _take_case(self, request: Request, member: Member) -> bool:
        """Open or adopt the case if the request needs that, and add the minutes of taking it over."""
        if request.contact == ONE_OFF or request.owner_present is not None:
            return False
        case = request.visit.cases.get(request.role)
        opened = False
        if request.kind in OPENS_CASES and (case is None or case.holder is None):
            opened = case is None
            taken_over = case is not None
            if case is not None:
                self._end_case_spell(case)
            if case is None:
                self.n_cases += 1
            number = self.n_cases if case is None else case.number
            case = Case(request.visit, request.role, member, self.calendar.time, number, taken_over)
            self._begin_case_spell(case)
            for other in [r for r in request.visit.waiting if r.role == request.role and r.line is not None]:
                self._leave_line(other)
                self._line_up(other)
        if case is not None and case.taken_over and case.holder is member:
            case.taken_over = False
            request.handover = self.handover_minutes
        return opened

    def _begin_case_spell(self, case: Case) -> None:
        case.visit.cases[case.role] = case
        if case.holder is not None:
            case.holder.cases.append(case)
            case.visit.last_holder[case.role] = case.holder, case.holder.duty
            if not has_room(len(case.holder.cases), case.holder.caseload):
                self.changed.update(case.holder.served)  # one colleague fewer who could take a case

    def _end_case_spell(self, case: Case) -> None:
        holder = case.holder
        self.record.cases.append(
            (case.visit.row, case.role, -1 if holder is None else holder.index, case.since, self.calendar.time)
        )
        if holder is not None:
            holder.cases.remove(case)
            self.changed.update(holder.served)  # room again, for the holder or in the eyes of colleagues

    def close_case(self, visit: Visit, role: int) -> None:
        """A case ends; its holder has room again. Requests that waited for the holder look for their place anew."""
        case = visit.cases.pop(role, None)
        if case is None:
            return
        self._end_case_spell(case)
        for request in [r for r in visit.waiting if r.role == role and r.line is not None]:
            self._leave_line(request)
            self._line_up(request)
        self.touch()

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
        self._write_task(request, request.started, now, interrupted=interrupted)
        self._count_minutes(member, request.started, now)
        member.task = None
        member.idle_since = now
        request.member = None
        self.in_company.discard(member)
        if member.on_duty and not member.on_break:
            self._is_free(member)
        if request.kind == MAIN:
            self._clinician_goes(request.visit)
        if not interrupted:
            self.on_finish(request)
        self.calendar.settle_due = True

    def _interrupt(self, member: Member) -> None:
        """A preemptible task is interrupted; its rest waits for the same member."""
        request = member.task
        assert request is not None
        rest = request.ends - self.calendar.time
        self.finish(request, interrupted=True)
        request.minutes, request.handover = rest, 0.0
        request.bind(member)
        request.started, request.opened_case = nan, False
        request.resumed, request.unstaffed = True, None
        self.ask(request)

    def _count_minutes(self, member: Member, start: float, end: float) -> None:
        duty = member.duty
        if duty is None or end <= duty.end:
            member.busy += end - start
        else:
            member.overtime += end - max(start, duty.end)
            member.busy += max(0.0, duty.end - start)

    def _write_task(
        self, request: Request, started: float, ended: float, interrupted: bool = False, withdrawn: bool = False
    ) -> None:
        member = request.member
        overtime = 0.0
        if member is not None and member.duty is not None and ended > member.duty.end:
            overtime = ended - max(started, member.duty.end)
        self.record.tasks.append(
            (
                request.visit.row, request.role, request.step, request.kind, request.contact, request.slot,
                request.band, -1 if member is None else member.index, request.since, started, ended,
                request.company_since, interrupted, withdrawn, request.opened_case, request.handover, overtime,
            )
        )  # fmt: skip

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

    on_put_down: Callable[[Request], None]
    """Called when a spell of company has been put down, after its peer is free again."""

    def may_be_called_away(self, member: Member) -> None:
        """The kept minutes of the contact in hand are over."""
        self.in_company.add(member)
        self.touch()

    # --- members ------------------------------------------------------------------------------------------------

    def _is_free(self, member: Member) -> None:
        for free in member.free_in:
            free.add(member)
        self.changed.update(member.served)

    def _is_busy(self, member: Member) -> None:
        for free in member.free_in:
            free.discard(member)

    def comes_on_duty(self, member: Member, duty: Duty) -> None:
        """A spell of duty begins; its end is entered in the calendar."""
        member.duty = duty
        member.on_duty = True
        member.shift_over = member.on_break = False
        member.break_due = None
        member.idle_since = self.calendar.time
        member.busy = member.overtime = 0.0
        self.n_on_duty[member.role] += 1
        self.places_changed = True
        self._is_free(member)
        self.calendar.at(duty.end, OFF_DUTY, member.index, self._shift_ends, member)
        if member.last_pickup > 0.0 and duty.end - member.last_pickup > self.calendar.time:
            self.calendar.at(duty.end - member.last_pickup, OFF_DUTY, member.index, self._last_pickup_begins, member)
        self.touch()

    def _last_pickup_begins(self, entry: Entry) -> None:
        self.changed.update(entry.subject.served)
        self.touch()

    def _shift_ends(self, entry: Entry) -> None:
        member: Member = entry.subject
        member.shift_over = True
        self.changed.update(member.served)  # colleagues may now be all there is
        self.going.add(member)
        self._leaves_patient(member)
        self.touch()

    def break_falls_due(self, member: Member, block: OffFloor) -> None:
        """A break is due; the settling lets the member go as soon as no task is in hand."""
        member.break_due = block
        member.due_at = block.at
        self.resting.add(member)
        self._leaves_patient(member)
        self.touch()

    def _leaves_patient(self, member: Member) -> None:
        """An aide stops observing; a peer puts company down if its kept minutes are over."""
        if member.task is not None and member.task.kind == OBSERVATION:
            self.finish(member.task)
        elif member in self.in_company:
            assert member.task is not None
            self.put_down(member.task)

    def _begins_break(self, member: Member) -> None:
        self.resting.discard(member)
        member.on_break = True
        member.break_start = self.calendar.time
        self._is_busy(member)
        assert member.rest is not None
        member.rest.succeed(True)

    def back_from_break(self, member: Member) -> None:
        """The break is over."""
        self._write_break(member)
        member.on_break = False
        member.break_due = None
        member.idle_since = self.calendar.time
        self._is_free(member)
        self.touch()

    def _write_break(self, member: Member) -> None:
        protected = member.break_due.protected
        self.record.breaks.append((member.index, member.due_at, member.break_start, self.calendar.time, protected))

    def _goes_home(self, member: Member) -> None:
        duty = member.duty
        assert duty is not None
        if member.on_break:
            self._write_break(member)
        self.going.discard(member)
        self.resting.discard(member)
        self._is_busy(member)
        member.on_duty = member.on_break = False
        self.changed.update(member.served)
        self.n_on_duty[member.role] -= 1
        self.places_changed = True
        handed_over, unheld = self._hand_over(member)
        for line in member.lines.values():
            for request in sorted(line.everyone()) if line.n else ():
                self._leave_line(request)
                self._line_up(request)
        self.write_duty(member, self.calendar.time, handed_over, unheld)
        member.duty = None
        if self.n_on_duty[member.role] == 0:
            self.on_unstaffed(member.role)
        if member.rest is not None and not member.rest.triggered:
            member.rest.succeed(False)
        assert member.gone is not None
        member.gone.succeed()

    on_unstaffed: Callable[[int], None]
    """Called when the last member of a role has gone home."""

    def write_duty(self, member: Member, left: float, handed_over: int, unheld: int) -> None:
        """Write down a spell of duty, clipped to the run."""
        duty = member.duty
        assert duty is not None
        self.record.duties.append(
            (
                member.index, member.role, max(0.0, duty.start), min(self.horizon, duty.end), left,
                member.busy, member.overtime, handed_over, unheld,
            )
        )  # fmt: skip

    def write_unfinished_duty(self, member: Member) -> None:
        """A spell of duty that the end of the run cuts short, with the task in hand counted up to it."""
        if not member.on_duty:
            return
        if member.on_break:
            self.record.breaks.append(
                (member.index, member.due_at, member.break_start, nan, member.break_due.protected)
            )
        if member.task is not None:
            self._count_minutes(member, member.task.started, self.horizon)
            self._write_task(member.task, member.task.started, nan)
        self.write_duty(member, nan, 0, 0)

    def write_unfinished_requests(self, visit: Visit) -> None:
        """What a visit has under way or waiting when the run ends: tasks, place, cases."""
        for request in visit.waiting:
            if request.role >= 0:
                self._write_task(request, nan, nan)
        if visit.zone >= 0:
            self.record.places.append((visit.row, visit.zone, visit.place_request, visit.place_since, nan))
        for case in visit.cases.values():
            holder = -1 if case.holder is None else case.holder.index
            self.record.cases.append((visit.row, case.role, holder, case.since, nan))

    def _hand_over(self, member: Member) -> tuple[int, int]:
        """Every open case goes to a colleague or to nobody; how many each."""
        handed_over = unheld = 0
        for case in sorted(member.cases, key=lambda case: case.number):
            self._end_case_spell(case)
            colleague = self._colleague_for(case.role)
            taken_over = colleague is not None
            self._begin_case_spell(Case(case.visit, case.role, colleague, self.calendar.time, case.number, taken_over))
            handed_over += colleague is not None
            unheld += colleague is None
        return handed_over, unheld

    def _colleague_for(self, role: int) -> Member | None:
        able = [other for other in self.serving[role] if self._could_adopt(other)]
        return min(able, key=lambda m: (m.served[role], len(m.cases), m.index), default=None)

    # --- places -------------------------------------------------------------------------------------------------

    def _moves_into(self, visit: Visit, zone: int, requested: float) -> None:
        self.give_up_place(visit)
        visit.zone, visit.place_since, visit.place_request = zone, self.calendar.time, requested
        self.n_taken[zone] += 1
        self.occupied_twelfths += self.twelfths[zone]

    def give_up_place(self, visit: Visit) -> None:
        """The place held, if any, is left and cleaned."""
        zone = visit.zone
        if zone < 0:
            return
        self.record.places.append((visit.row, zone, visit.place_request, visit.place_since, self.calendar.time))
        visit.zone = -1
        self.occupied_twelfths -= self.twelfths[zone]
        self.places_changed = True
        if self.cleaning[zone] > 0.0:
            self.calendar.at(self.calendar.time + self.cleaning[zone], CLEANED, zone, self._cleaned, zone)
        else:
            self.n_taken[zone] -= 1
        self.touch()

    def _cleaned(self, entry: Entry) -> None:
        self.n_taken[entry.subject] -= 1
        self.places_changed = True
        self.touch()

    def delay_is_over(self, step: int) -> None:
        """Room in a limited delay again."""
        self.delay_room[step] += 1
        self.delays_changed = True
        self.touch()
