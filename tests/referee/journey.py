"""A visit's way through its steps, and what is asked for on the way.

Who does it is decided in `settling`; waiting is reckoned in `patience`.
"""

import math

from sim.department.forks import steps_side_by_side
from sim.department.pathway import (
    Board,
    Delay,
    Dispose,
    FollowUp,
    Fork,
    FreePlace,
    Observe,
    Place,
    Release,
    SideTask,
    Step,
    Task,
)  # fmt: skip
from sim.department.quantities import of_acuity
from sim.engine.trajectory import (
    BRIDGING,
    CARE,
    CONTACT,
    CONTACTS,
    MAIN,
    OBSERVATION,
    RESPONSE,
    SIDE,
)
from tests.referee.clock import (
    BED,
    CARE_DUE,
    CLEANED,
    CLOSE,
    DELAY_ENDS,
    ESCALATION,
)
from tests.referee.facts import Asked, Spell
from tests.referee.state import DelayRequest, PlaceRequest, Request, Visit, Way
from tests.referee.traits import Brought


def fork_around(visit: Visit, step: Step) -> str:
    """The fork in whose branch a step is, no name where there is none."""
    return steps_side_by_side(visit.stream.pathway).get(step.name, ("", 0))[0]


class Journey:
    """Requests and steps."""

    def ask(self, visit: Visit, kind: int, step: str | None = None) -> list[Request]:
        """Requests of this kind that the table has from now on."""
        return [self.admit(visit, asked) for asked in self.asked_now(visit, kind, step)]

    def asked_now(self, visit: Visit, kind: int, step: str | None = None) -> list[Asked]:
        """What the table asks for at this instant and has not been admitted yet."""
        return [
            asked
            for asked in self.facts.asked[visit.row]
            if not asked.taken
            and (asked.first.kind, asked.first.requested) == (kind, self.now)
            and step in (None, asked.first.step)
        ]

    def admit(self, visit: Visit, asked: Asked) -> Request:
        asked.taken = True
        self.known.update(spell.row for spell in asked.spells)
        if asked.first.kind == MAIN:
            self.known.update(self.facts.rows_of_team(asked.first))
        first = asked.first
        request = Request(asked, visit, first.role, first.kind, first.contact, first.band, first.requested, first.slot)
        step = self.step_of(request)
        request.preemptible = isinstance(step, Task | SideTask) and step.preemptible
        if isinstance(step, Task | SideTask):
            self.row_fits_step(first, step, visit)
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
            self.wish_of(row),
            float(columns["patience"][row]),
        )
        visit.calm_since = self.now
        for moment in {a.first.requested for a in self.facts.asked[row] if a.first.kind == RESPONSE}:
            self.push(moment, ESCALATION, row, lambda: self.escalates(visit, attempted=False))
        if visit.stream.escalation and not visit.stream.escalation.response:
            self.lay_out_unanswered(visit)
        if not any(self.triggers(step) for step in visit.stream.pathway):
            self.offer_peer(visit)
        self.advance(visit.main)

    def advance(self, way: Way) -> None:
        """Play steps up to the next wait."""
        visit = way.visit
        while not visit.gone:
            way.at += 1
            if way.at == len(way.steps):
                self.way_ends(way)
                return
            if way is visit.main and visit.forked and fork_around(visit, way.step) in visit.forked:
                continue
            if not self.takes(way):
                self.skip_step(way)
                continue
            if visit.n_responses:
                way.stopped = True
                way.at -= 1
                return
            if self.begin_step(way):
                return

    def takes(self, way: Way) -> bool:
        """Whether the visit takes its step. While an escalation is answered the table does not tell yet."""
        visit = way.visit
        if visit.n_responses:
            return Brought(self.t, self.scenario, visit.row).takes_in_turn(way.step)
        return self.facts.happened(visit.row, way.step.name)

    def skip_step(self, way: Way) -> None:
        step = way.step
        if isinstance(step, Task | Place):
            self.trigger(way.visit, step)

    def way_ends(self, way: Way) -> None:
        """The main path ends in departure; of the branches of a fork the last joins the visit."""
        visit = way.visit
        if way is visit.main:
            self.departs(visit)
            return
        way.ended = True
        if all(branch.ended for branch in visit.branches):
            visit.branches = []
            fork = visit.main.step.name
            ended = self.facts.step_times(visit.row, fork)[2]
            if ended != self.now:
                raise self.foul(f"visit {visit.row}, {fork}", f"is joined at {ended!r}", "its last branch ends now")
            self.advance(visit.main)

    def begin_fork(self, way: Way, step: Fork) -> bool:
        visit, pathway = way.visit, way.visit.stream.pathway
        started = self.facts.step_times(visit.row, step.name)[1]
        if started != self.now:
            raise self.foul(f"visit {visit.row}, {step.name}", f"begins at {started!r}", "it begins as it is reached")
        visit.forked.add(step.name)
        inside = steps_side_by_side(pathway)
        of_branch = [
            [at for at, each in enumerate(pathway) if inside.get(each.name) == (step.name, number)]
            for number in range(1, len(step.branches) + 1)
        ]
        visit.branches = [Way(visit, number, steps) for number, steps in enumerate(of_branch, start=1)]
        for branch in visit.ways:
            self.advance(branch)
        return True

    def begin_step(self, way: Way) -> bool:
        """Begin a step; True if the visit waits in it."""
        visit, step = way.visit, way.step
        self.requested_now(visit, step.name)
        if isinstance(step, Task):
            return self.begin_task(way, step)
        if isinstance(step, Delay):
            return self.begin_delay(way, step)
        if isinstance(step, Place):
            return self.begin_place(visit, step)
        if isinstance(step, Fork):
            return self.begin_fork(way, step)
        if isinstance(step, Board):
            return self.begin_boarding(visit, step)
        if isinstance(step, SideTask):
            self.ask(visit, SIDE, step.name)
        elif isinstance(step, Dispose):
            self.is_disposed(visit)
        elif isinstance(step, FollowUp):
            self.follow_up_is_right(visit, step)
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

    def begin_task(self, way: Way, step: Task) -> bool:
        visit = way.visit
        asked = self.facts.main_request(visit.row, step.name)
        nobody = not any(person.on_duty and person.role == step.role for person in self.people)
        if step.unstaffed is not None and nobody:
            if asked is not None:
                raise self.foul(self.told(asked.first), "asked for", f"nobody of {step.role} is on duty: it is a delay")
            self.becomes_delay(way, step.name, self.now)
            return True
        if asked is None:
            raise self.foul(f"visit {visit.row}, {step.name}", "is no task", f"somebody of {step.role} is on duty")
        request = way.wait = self.admit(visit, asked)
        request.way = way
        self.slot_is_right(request)
        self.begins_waiting(way, step.may_leave)
        return True

    def slot_is_right(self, request: Request) -> None:
        """The main path is slot 0; requests of branches have slots of their own, in the order of asking."""
        way, visit = request.way, request.visit
        in_branch = way is not None and way.branch > 0
        if (request.slot > visit.last_slot) if in_branch else (request.slot == 0):
            visit.last_slot = max(visit.last_slot, request.slot)
        else:
            law = f"a slot above {visit.last_slot}" if in_branch else "slot 0"
            raise self.foul(self.told(request.spell), f"has slot {request.slot}", law)

    def becomes_delay(self, way: Way, step: str, requested: float) -> None:
        """A task that is a delay for want of staff; its row says so by having no member."""
        visit = way.visit
        times = self.facts.step_times(visit.row, step)
        if times[1] != self.now:
            raise self.foul(
                f"visit {visit.row}, {step}", f"begins at {times[1]!r}", "becomes a delay now: no one is left"
            )
        way.wait = None
        self.push(times[2], DELAY_ENDS, way.ident, lambda: self.task_delay_ends(way))

    def task_delay_ends(self, way: Way) -> None:
        self.is_still_there(way)
        step = way.step
        if isinstance(step, Task):
            self.trigger(way.visit, step)
        self.advance(way)

    def is_still_there(self, way: Way) -> None:
        """What ends in the table ends for a visit that has not left."""
        if way.visit.gone:
            raise self.foul(f"visit {way.visit.row}, {way.step.name}", "ends", "the visit has left: its end is blank")

    def trigger(self, visit: Visit, step: Task | Place) -> None:
        """Peer support is asked for after triage, or when roomed."""
        if self.triggers(step):
            self.offer_peer(visit)

    def triggers(self, step: object) -> bool:
        trigger = self.scenario.support.trigger
        triage = trigger == "after_triage" and isinstance(step, Task) and step.purpose == "triage"
        return triage or (trigger == "when_roomed" and isinstance(step, Place))

    def begin_delay(self, way: Way, step: Delay) -> bool:
        if step.capacity is not None:
            request = DelayRequest(way.visit, way, step.name, step.capacity, self.now)
            way.wait = request
            self.delay_requests.append(request)
            self.begins_waiting(way, step.may_leave)
        else:
            self.start_delay(way, step.name)
        return True

    def start_delay(self, way: Way, step: str) -> None:
        visit = way.visit
        _, started, ended = self.facts.step_times(visit.row, step)
        if started != self.now:
            raise self.foul(f"visit {visit.row}, {step}", f"the delay begins at {started!r}", "it begins now")
        self.push(ended, DELAY_ENDS, way.ident, lambda: self.delay_ends(way, step))

    def delay_ends(self, way: Way, step: str) -> None:
        self.is_still_there(way)
        if way.step.capacity is not None:  # type: ignore[union-attr]
            self.n_in_delay[self.delay_key(way.visit, step)] -= 1
            way.visit.n_limited_delays -= 1
            self.waiting_changes(way.visit)
        self.advance(way)

    def delay_key(self, visit: Visit, step: str) -> str:
        return f"{visit.stream_name} {step}"

    def begin_place(self, visit: Visit, step: Place) -> bool:
        started = self.facts.step_times(visit.row, step.name)[1]
        rows = [row for row in self.place_rows[visit.row] if self.t.place_columns["start"][row] == started]
        shown = {self.t.zones[int(self.t.place_columns["zone"][row])] for row in rows}
        route = self.facts.route(step, visit.acuity, shown)
        band = int(of_acuity(step.band, visit.acuity))
        request = PlaceRequest(visit, route.zones if route else (), band, self.now)
        visit.main.wait = request
        self.place_requests.append(request)
        self.begins_waiting(visit.main, step.may_leave)
        return True

    def give_up_place(self, visit: Visit) -> None:
        if visit.zone is None:
            return
        zone, row = visit.zone, visit.place_row
        visit.zone = None
        if self.t.place_columns["end"][row] != self.now:
            raise self.foul(
                f"visit {visit.row}", f"keeps its place to {self.t.place_columns['end'][row]!r}", "gives it up"
            )
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
        kind = (
            BED
            if self.scenario.boarding.times[step.time].pooled and self.scenario.boarding.kind == "pool"
            else DELAY_ENDS
        )
        if not math.isnan(end):
            self.push(end, kind, visit.main.ident, lambda: self.boarding_ends(visit))
        return True

    def boarding_ends(self, visit: Visit) -> None:
        self.ask(visit, CARE)
        self.advance(visit.main)

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
            raise self.foul(
                f"visit {visit.row}", f"departs at {departure!r}", "it departs now: no step is left, or it leaves"
            )
        visit.gone = True
        visit.waiting.clear()
        self.waiting_changes(visit)
        if visit.branches:
            fork = visit.main.step.name
            if self.facts.step_times(visit.row, fork)[2] == self.now:
                raise self.foul(
                    f"visit {visit.row}, {fork}", "is joined", "the visit leaves: branches end where they are"
                )
        if not visit.n_responses:
            self.reckon_calm(visit)
        escalation = visit.stream.escalation
        if escalation and escalation.response and not visit.escalated:  # one nobody answers leaves no time behind
            self.budget_is_right(visit, exactly=False)
        self.withdraw(visit)
        self.peer_takes_leave(visit)
        if visit.observation is not None:
            self.cut_for_good(visit.observation)
        for _, role in [key for key in self.cases if key[0] == visit.row]:
            self.close_case(visit.row, role)
        self.give_up_place(visit)
        self.ask(visit, CARE)

    def withdraw(self, visit: Visit) -> None:
        """What waits for a visit that departs is no longer wanted, but for side work and what follows departure."""
        self.teams_part(visit)
        self.place_requests = [request for request in self.place_requests if request.visit is not visit]
        self.delay_requests = [request for request in self.delay_requests if request.visit is not visit]
        for queue in self.waiting.values():
            for request in list(queue):
                if request.visit is visit and request.kind in (MAIN, CONTACT, OBSERVATION, BRIDGING):
                    queue.remove(request)
                    self.was_withdrawn(request)

    def was_withdrawn(self, request: Request) -> None:
        spell = request.spell
        request.limit = None
        if spell.begun or not spell.withdrawn or spell.ended != self.now:
            raise self.foul(self.told(spell), f"started {spell.started!r}", "the visit departs: it is withdrawn now")
