"""The settling of an instant: which of the law's actions comes next, until none does.

Ranks and permissions are in `choices`; what an action does, in the other parts of the replay.
"""

from math import inf

from sim.department.pathway import Place
from sim.department.places import TWELFTHS
from sim.engine.trajectory import (
    BRIDGING,
    CONTACT,
    MAIN,
    RECOVERY,
)
from tests.referee.choices import (
    best_for_a_place,
    best_task,
    call_away_rank,
    class_rank,
    follows_case,
    may_open,
    member_rank,
    needs_case,
    past_shift_end,
    task_rank,
)
from tests.referee.state import DelayRequest, Person, PlaceRequest, Request


class Settling:
    """Work is given out."""

    def settle(self) -> None:
        """Repeat the first action that applies until none does."""
        actions = (
            self.someone_goes_home,
            self.someone_rests,
            self.a_place_opens,
            self.a_delay_opens,
            self.somebody_joins,
            self.a_task_starts,
            self.a_task_is_interrupted,
            self.a_team_interrupts,
            self.a_peer_is_called_away,
        )
        while any(action() for action in actions):
            pass

    def someone_goes_home(self) -> bool:
        owing = self.owing()
        for person in self.people:
            done = person.on_duty and person.work is None and past_shift_end(person, self.now)
            if done and person.index not in owing:
                self.goes_home(person)
                return True
        return False

    def owing(self) -> set[int | None]:
        """Members whose own recovery waits."""
        queue = self.waiting.get(self.scenario.support.role, [])
        return {request.only_for for request in queue if request.kind == RECOVERY}

    def someone_rests(self) -> bool:
        owing = self.owing()
        for person in self.people:
            if person.free and person.due and person.index not in owing:
                self.begins_break(person)
                return True
        return False

    def a_place_opens(self) -> bool:
        asking = [request for request in self.place_requests if not request.visit.set_aside]
        if not asking:
            return False
        free, spare = self.zones_with_room(), self.spare_twelfths()
        able = [
            request
            for request in asking
            if any(self.can_open(request, zone, spare) for zone in free & {*request.zones})
        ]
        best = best_for_a_place(able, self.scenario, self.now)
        if best is None:
            return False
        self.open_place(best, next(zone for zone in best.zones if zone in free and self.can_open(best, zone, spare)))
        return True

    def zones_with_room(self) -> set[str]:
        """Zones with a place that is neither held nor being cleaned."""
        zones = self.scenario.department.zones.items()
        return {n for n, zone in zones if zone.places is None or self.used[n] + self.cleaning[n] < zone.places}

    def spare_twelfths(self) -> float:
        """Twelfths of a nurse that the places held leave over, inf without a ratio rule."""
        ratio_role, zones = self.scenario.department.ratio_role, self.scenario.department.zones
        if ratio_role is None:
            return inf
        load = sum(number * zones[name].nurse_twelfths for name, number in self.used.items())
        return TWELFTHS * sum(person.on_duty and person.role == ratio_role for person in self.people) - load

    def can_open(self, request: PlaceRequest, zone: str, spare_twelfths: float) -> bool:
        """Whether the ratio rule lets a request have a place of a zone."""
        if request.visit.acuity == 1:
            return True
        zones = self.scenario.department.zones
        if request.visit.zone is not None:  # given up at that moment
            spare_twelfths += zones[request.visit.zone].nurse_twelfths
        return zones[zone].nurse_twelfths <= spare_twelfths

    def open_place(self, request: PlaceRequest, zone: str) -> None:
        visit = request.visit
        rows = [row for row in self.place_rows[visit.row] if self.t.place_columns["start"][row] == self.now]
        shown = [self.t.zones[int(self.t.place_columns["zone"][row])] for row in rows]
        if zone not in shown:
            raise self.foul(f"visit {visit.row}", f"gets a place in {shown or 'no zone'}", f"{zone} opens for it now")
        self.place_requests.remove(request)
        self.ends_waiting(visit.main)
        self.give_up_place(visit)
        visit.zone, visit.place_row = zone, rows[shown.index(zone)]
        self.used[zone] += 1
        step = visit.main.step
        if isinstance(step, Place):
            self.trigger(visit, step)
        self.advance(visit.main)

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
        first.visit.n_limited_delays += 1
        self.ends_waiting(first.way)
        self.start_delay(first.way, first.step)
        return True

    def delay_rank(self, request: DelayRequest) -> tuple[float, ...]:
        stream = self.t.streams.index(request.visit.stream_name)
        return stream, request.way.position, request.since, request.visit.row

    def a_task_starts(self) -> bool:
        free = [person for person in self.people if person.free]
        asked_of = [role for role in self.scenario.staffing.roles if self.waiting.get(role)]
        if not free or not asked_of:
            return False
        for level in range(1 + max(level for person in free for level in person.levels.values())):
            for role in asked_of:
                if self.start_best(role, [person for person in free if person.levels.get(role) == level]):
                    return True
        return False

    def start_best(self, role: str, free: list[Person]) -> bool:
        if not free:
            return False
        serving, owing = self.serving(role), self.owing()
        startable = [
            request for request in self.waiting[role] if any(p in free for p in self.able(request, serving, owing))
        ]
        discipline = self.scenario.discipline.of(role)
        request = best_task(startable, discipline, self.now)
        if request is None:
            return False
        able = [person for person in self.able(request, serving, owing) if person in free]
        wished = int(self.t.visit_columns["peer_kind_wished"][request.visit.row])
        chosen = min(able, key=lambda p: member_rank(p, request, wished, self.scenario))
        self.start(request, chosen)
        return True

    def serving(self, role: str) -> list[Person]:
        """Members on duty who serve a role."""
        return [person for person in self.people if person.on_duty and role in person.levels]

    def able(self, request: Request, serving: list[Person], owing: set[int | None]) -> list[Person]:
        """Who of those who serve its role may start the task, were they free; nobody who owes a recovery but that."""
        visit = request.visit
        if self.is_set_aside(request):
            return []
        if request.kind == RECOVERY or request.only_for is not None:
            return [p for p in serving if p.index == request.only_for]
        case = self.cases.get((visit.row, request.role))
        if case is not None and case.holder >= 0 and needs_case(request):
            return [p for p in serving if p.index == case.holder and p.index not in owing]
        serving = [p for p in serving if p.index not in owing]
        if needs_case(request):
            return [p for p in serving if may_open(p, request.role, visit.acuity, self.people, self.now)]
        if follows_case(request):
            return self.able_to_follow(request, serving)
        return serving

    def is_set_aside(self, request: Request) -> bool:
        """Whether something keeps a request that waits from beginning, and out of its queue."""
        visit = request.visit
        if request.kind == CONTACT and visit.n_main_tasks and not visit.wish.stays:
            return True
        return (visit.set_aside and request.kind in (MAIN, CONTACT)) or request.apart

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
                if request.kind == MAIN and request.visit.acuity == 1 and not self.is_set_aside(request)
            ]
            request = best_task(urgent, self.scenario.discipline.of(role), self.now)
            if request is None:
                continue
            able = [
                person
                for person in self.able(request, self.serving(role), self.owing())
                if person.role == role and self.interruptible(person)
            ]
            if able:
                chosen = min(able, key=lambda p: member_rank(p, request, 0, self.scenario))
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

    def a_peer_is_called_away(self) -> bool:
        """From company, for a child not yet met or for bridging."""
        role = self.scenario.support.role
        serving = [
            person for person in self.serving(role) if person.work is not None and person.work.company is not None
        ]
        if not serving:
            return False
        discipline = self.scenario.discipline.of(role)
        for request in sorted(self.first_of_peers(), key=lambda r: task_rank(r, discipline, self.now)):
            wished = int(self.t.visit_columns["peer_kind_wished"][request.visit.row])
            able = [person for person in self.able(request, serving, set()) if self.can_be_called_away(person, request)]
            if able:
                chosen = min(able, key=lambda p: call_away_rank(p, wished))
                if chosen.work is not None:
                    self.puts_down(chosen.work)
                self.start(request, chosen)
                return True
        return False

    def first_of_peers(self) -> list[Request]:
        """The first of each band and acuity in the queue of new peer cases and in members' own queues."""
        role = self.scenario.support.role
        discipline = self.scenario.discipline.of(role)
        firsts: dict[tuple[int, int, int], Request] = {}
        for request in self.waiting.get(role, []):
            if request.kind not in (CONTACT, BRIDGING) or self.is_set_aside(request):
                continue
            case = self.cases.get((request.visit.row, role))
            queue = case.holder if case is not None else -1
            key = (queue, request.band, request.visit.acuity)
            if key not in firsts or class_rank(request, discipline) < class_rank(firsts[key], discipline):
                firsts[key] = request
        return [r for r in firsts.values() if r.kind == BRIDGING or not r.visit.wish.met]

    def can_be_called_away(self, person: Person, request: Request) -> bool:
        work = person.work
        if work is None or work.company is None or not work.company.kept_over or past_shift_end(person, self.now):
            return False
        return work.request.visit is not request.visit or request.kind == BRIDGING
