"""The SimPy model: a patient's visit and a staff member's duty, as they happen. The reference for every other engine.

Who is chosen for what is settled on the floor (`sim.engine.reference.dispatcher`); what is drawn comes from
`sim.engine.workload`.
"""

from array import array
from collections.abc import Callable, Generator
from math import inf, nan
from typing import Any

import simpy

from sim.department.dispatch import patience_left, used_up_at
from sim.department.pathway import (
    DEFAULT_BAND,
    RESPONSE_BAND,
    Board,
    Delay,
    Dispose,
    FollowUp,
    FreePlace,
    Observe,
    Place,
    Release,
    SideTask,
    Task,
)
from sim.department.patients import ReturnVisits, Stream, hazard_of_return
from sim.department.roster import Duty
from sim.department.scenario import Scenario
from sim.department.support import linked, pace, return_factors
from sim.engine.calendar_entries import ARRIVAL, DELAY_ENDS, ESCALATION_DUE, OFF_DUTY, ON_DUTY, PATIENCE
from sim.engine.draw_numbers import CALL_ID, RESTRAINT_ID, UNIFORM_AT
from sim.engine.reference.bed_pool import BedPool
from sim.engine.reference.calendar import Calendar, Entry, rare_collections
from sim.engine.reference.company import Company
from sim.engine.reference.dispatcher import Floor
from sim.engine.reference.entities import LEFT, SERVED, Member, Request, Visit, request_beside
from sim.engine.reference.hourly_care import CareByTheHour
from sim.engine.reference.patient_attributes import Meeting
from sim.engine.reference.trajectory_writer import trajectory_of
from sim.engine.step_plans import StepPlan, planned, steps_before_offer
from sim.engine.trajectory import (
    AMA,
    BRIDGING,
    CALL,
    CARE,
    CONTACT,
    DISCHARGED,
    DISPOSITIONS,
    LWBS,
    MAIN,
    OBSERVATION,
    ONE_OFF,
    PRESENT,
    RESPONSE,
    SIDE,
    Trajectory,
)
from sim.engine.workload import Arrival, Workload, return_gap, return_time

Process = Generator[simpy.Event, Any, Any]
TakeStep = Callable[[Visit, StepPlan, Any], simpy.Event | None]

NOTHING_MORE: list[float] = []
ORDINARY_BAND = DEFAULT_BAND


def simulate(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
    """Play one replication of a scenario and return everything that happened.

    The result is a pure function of scenario, seed and replication. Raises ScenarioError for a scenario with
    contradictions and RuntimeError when `period.step_limit` is exceeded.
    """
    return EmergencyDepartment(scenario.checked(), seed, replication).play()


class EmergencyDepartment:
    """One replication: visits and duties as processes on one calendar."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.seed, self.replication = seed, replication
        self.calendar = Calendar()
        self.workload = Workload(scenario, seed, replication)
        self.floor = Floor(scenario, self.workload, self.calendar, self.begins, self.finishes)
        self.floor.on_unstaffed = self.role_goes_home
        self.horizon = scenario.period.horizon
        self.streams: list[Stream] = list(scenario.department.streams.values())
        self.step_names = tuple(dict.fromkeys(step.name for stream in self.streams for step in stream.pathway))
        self.plans = [
            planned(stream, draws, self.step_names, self.floor.role_of, self.floor.zone_of)
            for stream, draws in zip(self.streams, self.workload.draws, strict=True)
        ]
        ways = self.ways_of_taking_steps()
        self.pathways = [[(plan, ways[type(plan.step)]) for plan in plans] for plans in self.plans]
        self.support = scenario.support
        self.steps_before_offer = [steps_before_offer(plans, self.support.trigger) for plans in self.plans]
        self.meeting = Meeting(scenario, self.workload)
        self.company = Company(scenario, self.workload, self.meeting, self.floor, self.pace_changes)
        self.factors = return_factors(scenario.effects)
        self.visits: list[Visit] = []
        self.pool: BedPool | None = None
        if scenario.boarding.kind == "pool" and scenario.boarding.pool is not None:
            self.pool = BedPool(scenario.boarding.pool, self.workload, self.calendar, self.horizon)

    def play(self) -> Trajectory:
        """Open the doors, let the horizon come, write down what happened."""
        for member in self.floor.members:
            self.calendar.process(self.duty(member))
        self.calendar.process(self.door(self.workload.arrivals()))
        if self.pool is not None:
            self.pool.open()
        with rare_collections():
            n_entries = self.calendar.play(self.horizon, self.floor.settle, self.scenario.period.step_limit)
        return trajectory_of(
            self.scenario, self.seed, self.replication, self.floor, self.visits, self.step_names, n_entries
        )

    # --- a member's duty ----------------------------------------------------------------------------------------

    def duty(self, member: Member) -> Process:
        """Come on duty, rest when a break is due, go home when the shift is over and nothing is in hand."""
        for duty in member.duties:
            if duty.end <= self.calendar.time:
                continue
            yield self.calendar.at(max(duty.start, self.calendar.time), ON_DUTY, member.index)
            member.gone = self.calendar.event()
            self.floor.comes_on_duty(member, duty)
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
            self.floor.break_falls_due(member, block)
            rests = yield member.rest
            if not rests:
                return
            assert member.gone is not None
            yield self.calendar.at(self.calendar.time + block.minutes, ON_DUTY, member.index) | member.gone
            if not member.on_break:
                return
            self.floor.back_from_break(member)

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
        self.meeting.meet(visit, arrival)
        self.calendar.process(self.visit(visit))

    def visit(self, visit: Visit) -> Process:
        """Step by step along the pathway, unless patience runs out."""
        if visit.escalation_left < inf:
            self.budget_runs(visit)
        trigger = self.steps_before_offer[visit.stream]
        if trigger == 0:
            self.company.offer(visit)
        draws, times = visit.draws, visit.times
        for number, (plan, take_step) in enumerate(self.pathways[visit.stream], start=1):
            applies = draws[plan.happens_at] != 0.0 and draws[plan.need_at] != 0.0
            if applies and (plan.only_if < 0 or plan.only_if == visit.disposition):
                while visit.responding:
                    visit.calm = visit.calm or self.calendar.event()
                    yield visit.calm
                at = 3 * plan.index
                times[at] = self.calendar.time
                awaited = take_step(visit, plan, plan.step)
                if awaited is None:
                    times[at + 1] = self.calendar.time
                else:
                    stays = yield awaited
                    visit.main = None
                    if stays is LEFT:
                        break
                times[at + 2] = self.calendar.time
            if number == trigger:
                self.company.offer(visit)
        self.departs(visit)

    def ways_of_taking_steps(self) -> dict[type, TakeStep]:
        """How each kind of step is played: what the visit waits for then; None if it goes on at once."""
        return {
            Task: self.have_task,
            Delay: self.spend_delay,
            Place: self.get_place,
            Board: self.board,
            SideTask: self.leave_work,
            Dispose: self.dispose,
            FollowUp: self.book_follow_up,
            Release: self.release,
            FreePlace: self.free_place,
            Observe: self.observe,
        }

    def have_task(self, visit: Visit, plan: StepPlan, step: Task) -> simpy.Event:
        """Wait for a member of the role, then for the end of the task."""
        if plan.unstaffed_at >= 0 and self.floor.n_on_duty[plan.role] == 0:
            return self.pass_time(visit, plan, visit.draws[plan.unstaffed_at])
        request = self._request(visit, MAIN, plan)
        request.role, request.contact = plan.role, plan.contact
        request.minutes = self._given_minutes(visit, plan)
        if plan.purpose == "triage" and not self._is_given(visit, plan):
            request.minutes *= self.scenario.department.groups[visit.group].triage
        request.preemptible, request.may_leave = plan.preemptible, plan.may_leave
        if plan.unstaffed_at >= 0:
            request.unstaffed = visit.draws[plan.unstaffed_at]
        return self.wait_for(request)

    def spend_delay(self, visit: Visit, plan: StepPlan, step: Delay) -> simpy.Event:
        """Let the time pass; a limited delay has to be waited for."""
        minutes = self._given_minutes(visit, plan)
        if step.capacity is None:
            return self.pass_time(visit, plan, minutes)
        self.floor.delay_room.setdefault(plan.index, step.capacity)
        request = self._request(visit, MAIN, plan)
        request.band, request.minutes, request.may_leave = 0, minutes, plan.may_leave
        return self.wait_for(request)

    def pass_time(self, visit: Visit, plan: StepPlan, minutes: float) -> simpy.Event:
        """A delay that needs nobody."""
        visit.times[3 * plan.index + 1] = self.calendar.time
        return self.calendar.at(self.calendar.time + minutes, DELAY_ENDS, 2 * visit.row)

    def get_place(self, visit: Visit, plan: StepPlan, step: Place) -> simpy.Event:
        """Wait for a place on the visit's route."""
        request = self._request(visit, MAIN, plan)
        request.zones = self._route(visit, plan)
        request.may_leave = plan.may_leave
        return self.wait_for(request)

    def wait_for(self, request: Request) -> simpy.Event:
        """Ask; the visit waits until it is done or patience is used up."""
        visit = request.visit
        done = request.done = simpy.Event(self.calendar)
        visit.main = request
        self.floor.ask(request)
        if request.may_leave:
            self.wait_begins(visit)
        return done

    def board(self, visit: Visit, plan: StepPlan, step: Board) -> simpy.Event:
        """Cases close, nurses care hour by hour, until there is a bed upstairs."""
        now = self.calendar.time
        visit.times[3 * plan.index + 1] = visit.boarding_start = now
        for role in [role for role in visit.cases if role != self.floor.peer_role]:
            self.floor.close_case(visit, role)
        time = self.scenario.boarding.times[step.time]
        nurse = self.floor.role_of.get(self.scenario.boarding.nurse_role, -1)
        care = self.care_by_the_hour(visit, nurse, time.nurse_minutes_per_hour, 0)
        if self.pool is not None and time.pooled:
            bed = self.pool.ask(visit)
        else:
            bed = self.calendar.at(now + self._boarding_minutes(visit, plan, step), DELAY_ENDS, 2 * visit.row)

        def goes_upstairs(_: simpy.Event) -> None:
            visit.boarding_end = self.calendar.time
            care.stop()

        bed.callbacks.append(goes_upstairs)
        return bed

    def release(self, visit: Visit, plan: StepPlan, step: Release) -> None:
        """The visit's cases with these roles close."""
        for role in step.roles:
            self.floor.close_case(visit, self.floor.role_of[role])

    def free_place(self, visit: Visit, plan: StepPlan, step: FreePlace) -> None:
        """The place is given up."""
        self.floor.give_up_place(visit)

    def leave_work(self, visit: Visit, plan: StepPlan, step: SideTask) -> None:
        """Work for later that the visit does not wait for."""
        request = self._request(visit, SIDE, plan)
        request.slot = visit.next_slot()
        request.role, request.contact, request.preemptible = plan.role, plan.contact, plan.preemptible
        request.minutes = self._given_minutes(visit, plan)
        if step.share_of_minutes is not None and not self._is_given(visit, plan):
            request.minutes *= step.share_of_minutes * visit.minutes_by_role.get(plan.role, 0.0)
        self.floor.ask(request)

    def dispose(self, visit: Visit, plan: StepPlan, step: Dispose) -> None:
        """Admission, transfer or discharge; who goes home after meeting a peer is bridged to what follows."""
        visit.disposition = self.meeting.disposition(visit, step)
        if visit.disposition == DISCHARGED:
            self.company.ask_bridging(visit)

    def book_follow_up(self, visit: Visit, plan: StepPlan, step: FollowUp) -> None:
        """Linkage, with the odds the scenario assumes."""
        effects = self.scenario.effects
        odds = self.scenario.department.groups[visit.group].linkage
        if visit.is_met:
            odds *= effects.peer.linkage_odds
        if effects.clinician.role in self.scenario.staffing.enhances:
            odds *= effects.clinician.linkage_odds
        u = visit.draws[self._uniform_at(visit, "follow_up")]
        visit.follow_up = linked(u, step.within_7_days, step.within_30_days, odds) or visit.follow_up

    def departs(self, visit: Visit) -> None:
        """Everything held is given back; the next visit is drawn."""
        floor = self.floor
        visit.departed = True
        visit.departure = self.calendar.time
        if visit.disposition == PRESENT:
            visit.disposition = DISCHARGED
        self.company.takes_leave(visit)
        if visit.observation is not None and visit.observation.is_running:
            floor.finish(visit.observation)
        elif visit.observation is not None:
            self.observation_is_met(visit)
            floor.withdraw(visit.observation)
        floor.give_up_place(visit)
        for role in list(visit.cases):
            floor.close_case(visit, role)
        self.plan_return(visit, call_reached=False)
        visit.draws = NOTHING_MORE  # years of visits are kept to the end of the run
        visit.times = array("d", visit.times)

    # --- patience and escalation --------------------------------------------------------------------------------

    def wait_begins(self, visit: Visit) -> None:
        """Patience is being used up from now on."""
        if visit.patience_left < inf and not visit.tried_to_leave:
            visit.patience_since = self.calendar.time
            self._set_patience_deadline(visit)

    def wait_ends(self, visit: Visit) -> None:
        """What is left of the patience is kept for the next wait."""
        if visit.patience_since == visit.patience_since:
            visit.patience_left = patience_left(
                visit.patience_left, self.calendar.time - visit.patience_since, visit.patience_pace
            )
            visit.patience_since = nan
            visit.patience_deadline = inf

    def _set_patience_deadline(self, visit: Visit) -> None:
        visit.patience_deadline = used_up_at(visit.patience_since, visit.patience_left, visit.patience_pace)
        self._enter_patience(visit)

    def _enter_patience(self, visit: Visit) -> None:
        """One entry a visit is enough: if it comes too early it is entered anew then."""
        if visit.patience_deadline < visit.patience_entry:
            visit.patience_entry = visit.patience_deadline
            self.calendar.at(visit.patience_deadline, PATIENCE, visit.row, self._patience_is_up, visit)

    def _patience_is_up(self, entry: Entry) -> None:
        visit: Visit = entry.subject
        if entry.time != visit.patience_entry:
            return
        visit.patience_entry = inf
        if visit.patience_deadline > self.calendar.time:
            self._enter_patience(visit)
            return
        self.wait_ends(visit)
        if visit.held:
            visit.tried_to_leave = True
            if self.streams[visit.stream].escalation is not None and not visit.responding:
                self.escalates(visit)
            return
        visit.disposition = LWBS if visit.pia != visit.pia else AMA
        assert visit.main is not None
        self.floor.withdraw(visit.main)

    def budget_runs(self, visit: Visit) -> None:
        """The escalation budget is being used up from now on."""
        visit.escalation_since = self.calendar.time
        self._set_escalation_deadline(visit)

    def _budget_rests(self, visit: Visit) -> None:
        visit.escalation_left = patience_left(
            visit.escalation_left, self.calendar.time - visit.escalation_since, visit.escalation_pace
        )

    def _set_escalation_deadline(self, visit: Visit) -> None:
        visit.escalation_deadline = used_up_at(visit.escalation_since, visit.escalation_left, visit.escalation_pace)
        self._enter_escalation(visit)

    def _enter_escalation(self, visit: Visit) -> None:
        if visit.escalation_deadline < visit.escalation_entry:
            visit.escalation_entry = visit.escalation_deadline
            self.calendar.at(visit.escalation_deadline, ESCALATION_DUE, visit.row, self._budget_is_up, visit)

    def _budget_is_up(self, entry: Entry) -> None:
        visit: Visit = entry.subject
        if entry.time != visit.escalation_entry:
            return
        visit.escalation_entry = inf
        if visit.departed:
            return
        if visit.escalation_deadline > self.calendar.time:
            self._enter_escalation(visit)
            return
        self.escalates(visit)

    def escalates(self, visit: Visit) -> None:
        """Distress escalates: staff respond at once, and nothing else begins for the visit until it is calm."""
        rules = self.streams[visit.stream].escalation
        assert rules is not None
        visit.escalation_deadline = visit.escalation_left = inf
        visit.escalations += 1
        drawn = self.workload.uniform(visit.patient, visit.number, RESTRAINT_ID, visit.escalations)
        visit.restraints += drawn < rules.restraint_share
        visit.responding = len(rules.response)
        if visit.main is not None and visit.main in visit.waiting:
            self.floor.set_aside(visit.main)
        self.company.distress_escalates(visit)
        for task in rules.response:
            role = self.floor.role_of[task.role]
            self.floor.ask(self._beside(visit, RESPONSE, role, RESPONSE_BAND, task.minutes))
        if not rules.response:
            self.is_calm(visit)

    def is_calm(self, visit: Visit) -> None:
        """The response is over; a new budget runs and the visit goes on."""
        if visit.departed:
            return
        visit.escalation_left = self.meeting.escalation_budget(visit, visit.escalations)
        self.budget_runs(visit)
        main = visit.main
        if main is not None and main in visit.waiting:
            if main.unstaffed is not None and self.floor.n_on_duty[main.role] == 0:
                self.takes_other_way(main)
            else:
                self.floor.put_back(main)
        self.company.is_calm(visit)
        if visit.calm is not None:
            visit.calm.succeed()
            visit.calm = None

    def pace_changes(self, visit: Visit) -> None:
        """A child is met, a peer comes or goes: patience and calm are used up at another pace, if one is assumed."""
        effects = self.scenario.effects.peer
        patience = pace(effects.patience_while, effects.patience_after, visit.has_company, visit.is_met)
        if patience != visit.patience_pace:
            waiting = visit.patience_since == visit.patience_since
            if waiting:
                self.wait_ends(visit)
            visit.patience_pace = patience
            if waiting:
                self.wait_begins(visit)
        calm = pace(effects.escalation_while, effects.escalation_after, visit.has_company, visit.is_met)
        if calm != visit.escalation_pace:
            running = visit.escalation_left < inf and not visit.responding and not visit.departed
            if running:
                self._budget_rests(visit)
            visit.escalation_pace = calm
            if running:
                self.budget_runs(visit)

    # --- observation and care by the hour -----------------------------------------------------------------------

    def observe(self, visit: Visit, plan: StepPlan, step: Observe) -> None:
        """One-to-one observation until departure: aide after aide, and a nurse pulled while there is none."""
        visit.needs_observation = True
        request = Request(visit, OBSERVATION, plan.index, step.band, self.calendar.time, visit.next_slot())
        request.plan = plan
        request.role, request.contact, request.minutes = self.floor.role_of[step.role], ONE_OFF, inf
        visit.observation = request
        self.nobody_observes(visit, step)

    def nobody_observes(self, visit: Visit, step: Observe) -> None:
        """Until an aide comes the minutes are unmet."""
        visit.observation_since = self.calendar.time
        fallback = self.floor.role_of[step.fallback_role]
        visit.observation_care = self.care_by_the_hour(visit, fallback, step.fallback_minutes_per_hour, 1)
        assert visit.observation is not None
        self.floor.ask(visit.observation)

    def care_by_the_hour(self, visit: Visit, role: int, minutes_per_hour: float, which: int) -> CareByTheHour:
        """Tasks of a role for as long as something lasts (`which`: 0 boarding, 1 observation without an aide)."""

        def ask(minutes: float) -> None:
            self.floor.ask(self._beside(visit, CARE, role, ORDINARY_BAND, minutes))

        return CareByTheHour(self.calendar, 2 * visit.row + which, minutes_per_hour, ask)

    def observation_is_met(self, visit: Visit) -> None:
        """An aide has come, or nobody has to any more."""
        visit.unmet += self.calendar.time - visit.observation_since
        visit.observation_since = self.calendar.time
        visit.observation_care.stop()

    def aide_goes(self, visit: Visit) -> None:
        """Shift end, break or departure ends an aide's spell; if the visit goes on the next aide is asked for."""
        visit.observed += self.calendar.time - visit.observation_since
        if not visit.departed:
            request = visit.observation
            assert request is not None
            assert request.plan is not None
            step = request.plan.step
            assert isinstance(step, Observe)
            request.started = nan
            self.nobody_observes(visit, step)

    # --- what the floor reports ---------------------------------------------------------------------------------

    def begins(self, request: Request) -> None:
        """A request is met: a task starts, a place is given, a limited delay begins."""
        visit = request.visit
        now = self.calendar.time
        if request.kind == MAIN:
            self._main_begins(request, visit, now)
        elif request.kind == CONTACT:
            self.company.sets_out(request)
        elif request.kind == BRIDGING:
            visit.bridged = True
        elif request.kind == OBSERVATION:
            self.observation_is_met(visit)

    def _main_begins(self, request: Request, visit: Visit, now: float) -> None:
        if request.may_leave:
            self.wait_ends(visit)
        at = 3 * request.step + 1
        if visit.times[at] != visit.times[at]:
            visit.times[at] = now
        if request.role < 0:
            assert request.done is not None
            if request.zones:
                request.done.succeed(SERVED)
            else:
                self.calendar.at(now + request.minutes, DELAY_ENDS, 2 * visit.row, self._limited_delay_ends, request)
            return
        plan = request.plan
        assert plan is not None
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
        self.floor.delay_is_over(request.step)
        assert request.done is not None
        request.done.succeed(SERVED)

    def finishes(self, request: Request) -> None:
        """A task has ended."""
        visit = request.visit
        kind = request.kind
        if kind == MAIN:
            assert request.plan is not None
            if request.plan.purpose == "safety_plan":
                visit.safety_plan = True
        elif kind == RESPONSE:
            visit.responding -= 1
            if visit.responding == 0:
                self.is_calm(visit)
        elif kind == CONTACT:
            self.company.is_finished(request)
        elif kind == CALL:
            self.call_ends(visit)
        elif kind == OBSERVATION:
            self.aide_goes(visit)
        if request.done is not None:
            request.done.succeed(SERVED)

    def role_goes_home(self, role: int) -> None:
        """Nobody of the role is left: steps that have another way take it."""
        for request in self.floor.waiting_for(role):
            if request.unstaffed is not None:
                self.takes_other_way(request)

    def takes_other_way(self, request: Request) -> None:
        """A task nobody is there for becomes the delay its step names."""
        visit = request.visit
        self.floor.becomes_delay(request)
        if request.may_leave:
            self.wait_ends(visit)
        visit.times[3 * request.step + 1] = self.calendar.time
        assert request.unstaffed is not None
        assert request.done is not None
        self.calendar.at(
            self.calendar.time + request.unstaffed, DELAY_ENDS, 2 * visit.row, self._other_way_ends, request
        )

    @staticmethod
    def _other_way_ends(entry: Entry) -> None:
        entry.subject.done.succeed(SERVED)

    # --- returns ------------------------------------------------------------------------------------------------

    def plan_return(self, visit: Visit, call_reached: bool) -> None:
        """The next unplanned visit of the patient, by one uniform; an earlier plan for it is crossed out."""
        returns = self.streams[visit.stream].returns
        if returns is None:
            visit.next_visit = inf
            return
        u, hour = visit.return_uniforms
        hazard = self._return_hazard(visit, returns, call_reached)
        gap = return_gap(returns.susceptible, returns.shape, returns.scale_days, hazard, u)
        if visit.pending_return is not None:
            visit.pending_return.subject = None
            visit.pending_return = None
        hours = self.workload.draws[visit.stream].day_cumulated
        back = return_time(visit.departure, gap, hours, hour)
        visit.next_visit = max(self.calendar.time, back)
        if visit.next_visit < self.horizon:
            visit.pending_return = self.calendar.at(visit.next_visit, ARRIVAL, visit.patient, self._comes_again, visit)

    def _return_hazard(self, visit: Visit, returns: ReturnVisits, call_reached: bool) -> float:
        reached, bridged = visit.is_met, visit.bridged or call_reached
        return hazard_of_return(
            self.workload.frailty(visit.patient, returns),
            returns.hazard_by_disposition.get(DISPOSITIONS[visit.disposition], 1.0),
            self.factors.direct if reached else 1.0,
            self.factors.linkage if reached and visit.follow_up else 1.0,
            self.factors.bridging if bridged else 1.0,
        )

    def _comes_again(self, entry: Entry) -> None:
        before: Visit | None = entry.subject
        if before is not None:
            before.pending_return = None
            self.comes_in(Arrival(self.calendar.time, before.patient, before.number + 1, before.stream))

    def call_ends(self, visit: Visit) -> None:
        """A call back that reaches the family counts as bridging for what follows."""
        visit.called = True
        u = self.workload.uniform(visit.patient, visit.number, CALL_ID)
        visit.call_reached = u < self.support.call_reached_share
        if visit.call_reached and self.factors.bridging != 1.0 and visit.next_visit > self.calendar.time:
            self.plan_return(visit, call_reached=True)

    # --- what was drawn and what is looked up -------------------------------------------------------------------

    def _uniform_at(self, visit: Visit, name: str) -> int:
        return UNIFORM_AT[name]

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

    def _boarding_minutes(self, visit: Visit, plan: StepPlan, step: Board) -> float:
        if visit.given is not None and step.name in visit.given:
            return visit.given[step.name]
        value_at = self.workload.draws[visit.stream].value_at
        is_long = visit.draws[plan.value_at] < self.scenario.boarding.times[step.time].long_share
        return visit.draws[value_at[f"{'long_' if is_long else ''}boarding/{step.name}"]]

    def _route(self, visit: Visit, plan: StepPlan) -> tuple[int, ...]:
        u = visit.draws[plan.value_at]
        routes = plan.routes[visit.acuity - 1]
        return next((zones for up_to, zones in routes if u < up_to), routes[-1][1])

    def _request(self, visit: Visit, kind: int, plan: StepPlan) -> Request:
        band = plan.bands[visit.acuity - 1]
        request = Request(visit, kind, plan.index, band, self.calendar.time, 0)
        request.plan = plan
        return request

    def _beside(self, visit: Visit, kind: int, role: int, band: int, minutes: float) -> Request:
        return request_beside(visit, kind, role, band, self.calendar.time, minutes)
