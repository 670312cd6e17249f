"""The SimPy model: a patient's visit and a staff member's duty, as they happen. The reference for every other engine.

Its chapters stand beside it: `patience_and_calm`, `company` (what peers do), `boarding_and_observation`, `returns`. Who
gets which work and which place is `dispatcher`; what is drawn comes from `sim.engine.workload`.
"""

from array import array
from collections.abc import Callable, Generator
from math import inf
from typing import Any

import simpy

from sim.department import pathway
from sim.department.patients import Stream
from sim.department.roster import Duty
from sim.department.scenario import Scenario
from sim.department.support import linked
from sim.engine import trajectory
from sim.engine.calendar_entries import ARRIVAL, DELAY_ENDS, OFF_DUTY, ON_DUTY, delay_id
from sim.engine.draw_numbers import UNIFORM_AT
from sim.engine.reference.boarding_and_observation import BoardingAndObservation
from sim.engine.reference.calendar import Calendar, Entry, rare_collections
from sim.engine.reference.company import Company
from sim.engine.reference.dispatcher import Dispatcher
from sim.engine.reference.entities import SERVED, WITHDRAWN, Member, Request, Strand, Visit
from sim.engine.reference.own_rules import StepRules, check_rules, takes_step
from sim.engine.reference.patience_and_calm import PatienceAndCalm
from sim.engine.reference.patient_attributes import PatientAttributes
from sim.engine.reference.returns import Returns
from sim.engine.reference.trajectory_writer import trajectory_of
from sim.engine.step_plans import MAIN_PATH, StepPlan, planned, steps_before_offer
from sim.engine.workload import Arrival, Workload

Process = Generator[simpy.Event, Any, Any]
TakeStep = Callable[[Visit, StepPlan, Any], simpy.Event | None]
PlayedStep = tuple[int, StepPlan, TakeStep]
"""A step with its number on the pathway, from 1, and how it is taken."""

NOTHING_MORE: list[float] = []


def simulate(
    scenario: Scenario, seed: int, replication: int = 0, rules: StepRules | None = None
) -> trajectory.Trajectory:
    """Play one replication of a scenario and return everything that happened.

    The result is a pure function of scenario, seed and replication, and of `rules`, functions of one's own that are
    asked at steps (`own_rules`). Raises ScenarioError for a scenario with contradictions, RuleError for a rule that
    cannot be asked or understood, and RuntimeError when `period.step_limit` is exceeded.
    """
    return EmergencyDepartment(scenario.checked(), seed, replication, rules or {}).play()


class EmergencyDepartment:
    """One replication: visits and duties as processes on one calendar."""

    def __init__(self, scenario: Scenario, seed: int, replication: int, rules: StepRules) -> None:
        check_rules(rules, scenario)
        self.scenario, self.rules = scenario, rules
        self.n_present = 0
        self.seed, self.replication = seed, replication
        self.horizon = scenario.period.horizon
        self.support = scenario.support
        self.streams: list[Stream] = list(scenario.department.streams.values())
        self.visits: list[Visit] = []
        self.calendar = Calendar()
        self.workload = workload = Workload(scenario, seed, replication)
        self.attributes = PatientAttributes(scenario, workload)
        self.dispatcher = dispatcher = Dispatcher(
            scenario, workload, self.calendar, self.begins, self.finishes, self.role_goes_home
        )
        self.staff, self.cases, self.places = dispatcher.staff, dispatcher.cases, dispatcher.places
        self.patience_and_calm = PatienceAndCalm(scenario, workload, self.attributes, dispatcher, self.take_other_way)
        self.company = Company(scenario, workload, self.attributes, dispatcher, self.patience_and_calm.pace_changes)
        self.patience_and_calm.company = self.company
        self.boarding_and_observation = BoardingAndObservation(scenario, workload, dispatcher)
        self.returns = Returns(scenario, workload, self.calendar, self.comes_in)
        self._plan_pathways()

    def _plan_pathways(self) -> None:
        """What is looked up once of every step, and how it is taken."""
        self.step_names = tuple(dict.fromkeys(step.name for stream in self.streams for step in stream.pathway))
        names = self.step_names, self.staff.role_of, self.places.zone_of
        with_draws = zip(self.streams, self.workload.draws, strict=True)
        of_streams = [planned(stream, draws, *names) for stream, draws in with_draws]
        ways = self.ways_of_taking_steps()
        self.pathways: list[list[PlayedStep]] = [
            [(number, plan, ways[type(plan.step)]) for number, plan in enumerate(plans, start=1)]
            for plans in of_streams
        ]
        self.steps_before_offer = [steps_before_offer(plans, self.support.trigger) for plans in of_streams]

    def play(self) -> trajectory.Trajectory:
        """Open the doors, let the horizon come, write down what happened."""
        for member in self.staff.members:
            self.calendar.process(self.duty(member))
        self.calendar.process(self.door(self.workload.arrivals()))
        if self.boarding_and_observation.beds is not None:
            self.boarding_and_observation.beds.open()
        with rare_collections():
            n_entries = self.calendar.play(self.horizon, self.dispatcher.settle, self.scenario.period.step_limit)
        return trajectory_of(
            self.scenario, self.seed, self.replication, self.dispatcher, self.visits, self.step_names, n_entries
        )

    # --- a member's duty ----------------------------------------------------------------------------------------

    def duty(self, member: Member) -> Process:
        """Come on duty, rest when a break is due, go home when the shift is over and nothing is in hand."""
        for duty in member.duties:
            if duty.end <= self.calendar.time:
                continue
            yield self.calendar.at(max(duty.start, self.calendar.time), ON_DUTY, member.index)
            member.gone = self.calendar.event()
            self.dispatcher.duties.begin(member, duty)
            yield from self.breaks(member, duty)
            yield member.gone

    def breaks(self, member: Member, duty: Duty) -> Process:
        """Each break begins when it is due and no task is in hand, and lasts its full length."""
        for block in duty.off_floor:
            if block.at < duty.start or block.at < 0.0:
                continue
            yield self.calendar.at(max(block.at, self.calendar.time), OFF_DUTY, member.index)
            if not member.on_duty or member.shift_over:
                return
            member.rest = self.calendar.event()
            self.dispatcher.duties.break_falls_due(member, block)
            rests = yield member.rest
            if not rests:
                return
            assert member.gone is not None
            yield self.calendar.at(self.calendar.time + block.minutes, ON_DUTY, member.index) | member.gone
            if not member.on_break:
                return
            self.dispatcher.duties.back_from_break(member)

    # --- a patient's visit --------------------------------------------------------------------------------------

    def door(self, arrivals: list[Arrival]) -> Process:
        """Patients come in at their times."""
        for arrival in arrivals:
            if arrival.time >= self.horizon:
                return
            yield self.calendar.at(arrival.time, ARRIVAL, arrival.patient)
            self.comes_in(arrival)

    def comes_in(self, arrival: Arrival) -> None:
        """A visit gets its row and starts on its pathway."""
        visit = Visit(
            len(self.visits), arrival.patient, arrival.number, arrival.stream, self.calendar.time, len(self.step_names)
        )
        self.visits.append(visit)
        self.n_present += 1
        self.attributes.fill_in(visit, arrival)
        self.calendar.process(self.visit(visit))

    def visit(self, visit: Visit) -> Process:
        """Step by step along the pathway, unless patience runs out."""
        if visit.escalation_left < inf:
            self.patience_and_calm.calm_runs(visit)
        if self.steps_before_offer[visit.stream] == 0:
            self.company.offer(visit)
        yield from self.goes_along(visit, MAIN_PATH, self.pathways[visit.stream])
        self.departs(visit)

    def goes_along(self, visit: Visit, branch: int, steps: list[PlayedStep]) -> Process:
        """The steps of the main path, or of a branch of a fork, one after the other; whether the visit stays."""
        strand = visit.strands[branch]
        draws, times, rules = visit.draws, visit.times, self.rules
        trigger = self.steps_before_offer[visit.stream]
        for number, plan, take_step in steps:
            applies = draws[plan.happens_at] != 0.0 and draws[plan.need_at] != 0.0 and plan.strand == branch
            if plan.branch and not visit.branches & plan.branch:
                applies = False
            if applies and (plan.only_if < 0 or plan.only_if == visit.disposition):
                while visit.responding:
                    strand.calm = self.calendar.event()
                    yield strand.calm
                takes = not rules or self.takes_step(visit, plan)
            else:
                takes = False
            if takes:
                at = 3 * plan.index
                times[at] = self.calendar.time
                awaited = take_step(visit, plan, plan.step)
                if awaited is None:
                    times[at + 1] = self.calendar.time
                else:
                    stays = yield awaited
                    if stays is WITHDRAWN or visit.departed:
                        return False
                times[at + 2] = self.calendar.time
            if number == trigger and not visit.offered:
                self.company.offer(visit)
        return True

    def goes_along_branch(self, visit: Visit, branch: int, steps: list[PlayedStep]) -> Process:
        """A branch of a fork, side by side with the others; where the last ends the visit is joined."""
        stays = yield from self.goes_along(visit, branch, steps)
        visit.n_side_by_side -= 1
        if stays and visit.n_side_by_side == 0:
            assert visit.joined is not None
            visit.joined.succeed(SERVED)
            visit.joined = None
            del visit.strands[MAIN_PATH + 1 :]

    def takes_step(self, visit: Visit, plan: StepPlan) -> bool:
        """What a rule of one's own for this step says, if there is one."""
        rule = self.rules.get(plan.step.name)
        return rule is None or takes_step(self, rule, visit, plan)

    def ways_of_taking_steps(self) -> dict[type, TakeStep]:
        """How each kind of step is played: what the visit waits for then; None if it goes on at once."""
        return {
            pathway.Task: self.have_task,
            pathway.Delay: self.spend_delay,
            pathway.Place: self.get_place,
            pathway.Board: self.boarding_and_observation.board,
            pathway.SideTask: self.cause_side_task,
            pathway.Choose: self.choose,
            pathway.Fork: self.fork,
            pathway.Dispose: self.dispose,
            pathway.FollowUp: self.book_follow_up,
            pathway.Release: self.release,
            pathway.FreePlace: self.free_place,
            pathway.Observe: self.boarding_and_observation.observe,
        }

    def have_task(self, visit: Visit, plan: StepPlan, step: pathway.Task) -> simpy.Event:
        """Wait for a member of the role, then for the end of the task."""
        if plan.unstaffed_at >= 0 and self.staff.n_on_duty[plan.role] == 0:
            return self.pass_time(visit, plan, visit.draws[plan.unstaffed_at])
        request = self._request(visit, trajectory.MAIN, plan)
        request.role, request.contact = plan.role, plan.contact
        request.minutes = self._given_minutes(visit, plan)
        if plan.purpose == "triage" and not self._is_given(visit, plan):
            request.minutes *= self.scenario.department.groups[visit.group].triage
        request.preemptible, request.may_leave = plan.preemptible, plan.may_leave
        if plan.unstaffed_at >= 0:
            request.unstaffed = visit.draws[plan.unstaffed_at]
        return self.wait_for(request)

    def spend_delay(self, visit: Visit, plan: StepPlan, step: pathway.Delay) -> simpy.Event:
        """Let the time pass; a limited delay has to be waited for."""
        minutes = self._given_minutes(visit, plan)
        if step.capacity is None:
            return self.pass_time(visit, plan, minutes)
        self.dispatcher.delay_room.setdefault(plan.index, step.capacity)
        request = self._request(visit, trajectory.MAIN, plan)
        request.band, request.minutes, request.may_leave = 0, minutes, plan.may_leave
        return self.wait_for(request)

    def pass_time(self, visit: Visit, plan: StepPlan, minutes: float) -> simpy.Event:
        """A delay that needs nobody."""
        visit.times[3 * plan.index + 1] = self.calendar.time
        return self.calendar.at(self.calendar.time + minutes, DELAY_ENDS, delay_id(visit.row, plan.strand))

    def get_place(self, visit: Visit, plan: StepPlan, step: pathway.Place) -> simpy.Event:
        """Wait for a place on the visit's route."""
        request = self._request(visit, trajectory.MAIN, plan)
        request.zones = self._route(visit, plan)
        request.may_leave = plan.may_leave
        return self.wait_for(request)

    def wait_for(self, request: Request) -> simpy.Event:
        """Ask; the visit waits until it is done or patience is used up."""
        visit = request.visit
        done = request.done = simpy.Event(self.calendar)
        visit.strand_of(request).request = request
        self.dispatcher.ask(request)
        self.patience_and_calm.look_again(visit)
        return done

    def goes_on(self, request: Request) -> None:
        """What the visit waited for is there, or over."""
        visit = request.visit
        visit.strand_of(request).request = None
        self.patience_and_calm.look_again(visit)
        assert request.done is not None
        request.done.succeed(SERVED)

    def release(self, visit: Visit, plan: StepPlan, step: pathway.Release) -> None:
        """The visit's cases with these roles close."""
        for role in step.roles:
            self.cases.close(visit, self.staff.role_of[role])

    def free_place(self, visit: Visit, plan: StepPlan, step: pathway.FreePlace) -> None:
        """The place is given up."""
        self.places.give_up(visit)

    def cause_side_task(self, visit: Visit, plan: StepPlan, step: pathway.SideTask) -> None:
        """Work for later that the visit does not wait for."""
        request = self._request(visit, trajectory.SIDE, plan)
        request.role, request.contact, request.preemptible = plan.role, plan.contact, plan.preemptible
        request.minutes = self._given_minutes(visit, plan)
        if step.share_of_minutes is not None and not self._is_given(visit, plan):
            request.minutes *= step.share_of_minutes * visit.minutes_by_role.get(plan.role, 0.0)
        self.dispatcher.ask(request)

    def choose(self, visit: Visit, plan: StepPlan, step: pathway.Choose) -> None:
        """The visit is sent into one branch: the first whose cumulated share is above its uniform."""
        visit.branches |= plan.branches[self.attributes.branch(visit, step)]

    def fork(self, visit: Visit, plan: StepPlan, step: pathway.Fork) -> simpy.Event:
        """All branches begin, in their order, and the visit goes on when the last has ended."""
        visit.times[3 * plan.index + 1] = self.calendar.time
        visit.branches |= sum(plan.branches)
        visit.strands += [Strand() for _ in step.branches]
        visit.n_side_by_side = len(step.branches)
        joined = visit.joined = simpy.Event(self.calendar)
        pathway_of_visit = self.pathways[visit.stream]
        behind = next(number for number, each, _ in pathway_of_visit if each is plan)
        block = pathway_of_visit[behind : behind + plan.block]
        for branch in range(1, visit.n_side_by_side + 1):
            steps = [played for played in block if played[1].strand == branch]
            self.calendar.process(self.goes_along_branch(visit, branch, steps))
        return joined

    def dispose(self, visit: Visit, plan: StepPlan, step: pathway.Dispose) -> None:
        """Admission, transfer or discharge; who goes home after meeting a peer is bridged to what follows."""
        visit.disposition = self.attributes.disposition(visit, step)
        if visit.disposition == trajectory.DISCHARGED:
            self.company.ask_bridging(visit)

    def book_follow_up(self, visit: Visit, plan: StepPlan, step: pathway.FollowUp) -> None:
        """Linkage, with the odds the scenario assumes."""
        effects = self.scenario.effects
        odds = self.scenario.department.groups[visit.group].linkage
        if visit.is_met:
            odds *= effects.peer.linkage_odds
        if effects.clinician.role in self.scenario.staffing.enhances:
            odds *= effects.clinician.linkage_odds
        u = visit.draws[UNIFORM_AT["follow_up"]]
        visit.follow_up = linked(u, step.within_7_days, step.within_30_days, odds) or visit.follow_up

    def departs(self, visit: Visit) -> None:
        """Everything held is given back; the next visit is drawn."""
        visit.departed = True
        self.n_present -= 1
        visit.departure = self.calendar.time
        if visit.disposition == trajectory.PRESENT:
            visit.disposition = trajectory.DISCHARGED
        self.company.takes_leave(visit)
        self.boarding_and_observation.observation_ends(visit)
        self.places.give_up(visit)
        for role in list(visit.cases):
            self.cases.close(visit, role)
        self.returns.plan(visit, call_reached=False)
        visit.draws = NOTHING_MORE  # years of visits are kept to the end of the run
        visit.times = array("d", visit.times)

    # --- what the dispatcher reports ---------------------------------------------------------------------------------

    def begins(self, request: Request) -> None:
        """A request is met: a task starts, a place is given, a limited delay begins."""
        visit = request.visit
        now = self.calendar.time
        if request.kind == trajectory.MAIN:
            self._main_begins(request, visit, now)
        elif request.kind == trajectory.CONTACT:
            self.company.sets_out(request)
        elif request.kind == trajectory.BRIDGING:
            visit.bridged = True
        elif request.kind == trajectory.OBSERVATION:
            self.boarding_and_observation.aide_comes(visit)

    def _main_begins(self, request: Request, visit: Visit, now: float) -> None:
        self.patience_and_calm.look_again(visit)
        at = 3 * request.step + 1
        if visit.times[at] != visit.times[at]:
            visit.times[at] = now
        plan = request.plan
        assert plan is not None
        if request.zones:
            self.goes_on(request)
            return
        if request.role < 0:
            ends = now + request.minutes
            self.calendar.at(ends, DELAY_ENDS, delay_id(visit.row, plan.strand), self._limited_delay_ends, request)
            return
        assert request.member is not None
        visit.members[request.step] = request.member.index
        if request.resumed:
            return
        if plan.purpose == "physician" and visit.pia != visit.pia:
            visit.pia = now
        elif plan.purpose == "assessment" and not self._is_given(visit, plan):
            request.minutes *= self._assessment_factor(visit)
        visit.minutes_by_role[request.role] = visit.minutes_by_role.get(request.role, 0.0) + request.minutes

    def _limited_delay_ends(self, entry: Entry) -> None:
        request: Request = entry.subject
        self.dispatcher.delay_is_over(request.step)
        self.goes_on(request)

    def finishes(self, request: Request) -> None:
        """A task has ended."""
        visit = request.visit
        kind = request.kind
        if kind == trajectory.MAIN:
            assert request.plan is not None
            if request.plan.purpose == "safety_plan":
                visit.safety_plan = True
            self.goes_on(request)
        elif kind == trajectory.RESPONSE:
            self.patience_and_calm.response_ends(visit)
        elif kind == trajectory.CONTACT:
            self.company.is_finished(request)
        elif kind == trajectory.CALL:
            self.returns.call_ends(visit)
        elif kind == trajectory.OBSERVATION:
            self.boarding_and_observation.aide_goes(visit)

    def role_goes_home(self, role: int) -> None:
        """Nobody of the role is left: steps that have another way take it."""
        for request in self.dispatcher.waiting_for(role):
            if request.unstaffed is not None:
                self.take_other_way(request)

    def take_other_way(self, request: Request) -> None:
        """A task nobody is there for becomes the delay its step names."""
        visit = request.visit
        self.dispatcher.becomes_delay(request)
        visit.strand_of(request).request = None
        self.patience_and_calm.look_again(visit)
        visit.times[3 * request.step + 1] = self.calendar.time
        assert request.unstaffed is not None
        assert request.plan is not None
        ends = self.calendar.time + request.unstaffed
        self.calendar.at(ends, DELAY_ENDS, delay_id(visit.row, request.plan.strand), self._other_way_ends, request)

    @staticmethod
    def _other_way_ends(entry: Entry) -> None:
        entry.subject.done.succeed(SERVED)

    # --- what was drawn and what is looked up -------------------------------------------------------------------

    @staticmethod
    def _is_given(visit: Visit, plan: StepPlan) -> bool:
        return visit.given is not None and plan.step.name in visit.given

    def _given_minutes(self, visit: Visit, plan: StepPlan) -> float:
        if visit.given is not None and plan.step.name in visit.given:
            return visit.given[plan.step.name]
        return visit.draws[plan.value_at]

    def _assessment_factor(self, visit: Visit) -> float:
        effects = self.scenario.effects
        factor = effects.peer.assessment_minutes if visit.is_met else 1.0
        if effects.clinician.role in self.scenario.staffing.enhances:
            factor *= effects.clinician.assessment_minutes
        return factor

    def _route(self, visit: Visit, plan: StepPlan) -> tuple[int, ...]:
        u = visit.draws[plan.value_at]
        routes = plan.routes[visit.acuity - 1]
        return next((zones for up_to, zones in routes if u < up_to), routes[-1][1])

    def _request(self, visit: Visit, kind: int, plan: StepPlan) -> Request:
        band = plan.bands[visit.acuity - 1]
        on_main_path = kind == trajectory.MAIN and plan.strand == MAIN_PATH
        slot = 0 if on_main_path else visit.next_slot()
        request = Request(visit, kind, plan.index, band, self.calendar.time, slot)
        request.plan = plan
        return request
