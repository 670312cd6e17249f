"""The people of a run and what they ask for: visits, members on duty, requests, and the queues requests wait in.

State only: what happens to them is `sim.engine.reference.model`, who is chosen `sim.engine.reference.dispatcher`.
"""

from bisect import insort
from collections.abc import Iterator, MutableSequence
from dataclasses import InitVar, dataclass, field
from functools import partial
from math import inf, nan
from operator import itemgetter
from typing import Any

import simpy

from sim.department.discipline import order_within_class, score
from sim.department.roster import Duty
from sim.department.roster import RosteredMember as RosteredMember
from sim.engine.reference.calendar import Entry
from sim.engine.step_plans import StepPlan
from sim.engine.trajectory import ONE_OFF

NO_STEP = -1
SERVED, WITHDRAWN = True, False
"""How the wait of a visit for a request has ended."""

_first = itemgetter(0)


@dataclass(slots=True, eq=False)
class Request:
    """Something asked for that has to wait its turn: a task, a place, or room in a limited delay.

    `since` is when it was first asked for. `done` is the event its process waits for: SERVED when the task has ended
    (the place is given, the delay is over), WITHDRAWN when it was taken back before it began.
    """

    visit: "Visit"
    kind: int
    step: int
    band: int
    since: float
    slot: int
    place_in_line: tuple[float, float, int, int] = field(init=False)  # within its class: set when it lines up
    plan: StepPlan | None = None  # of the step, where there is one
    role: int = -1
    contact: int = -1
    minutes: float = 0.0
    may_leave: bool = False
    preemptible: bool = False
    unstaffed: float | None = None
    zones: tuple[int, ...] = ()
    owner: "Member | None" = None  # bound to this member though no case says so
    owner_duty: Duty | None = None
    line: "WaitingLine | None" = None  # where it waits now
    member: "Member | None" = None  # who does it
    started: float = nan
    ends: float = nan
    ending: Entry | None = None
    handover: float = 0.0
    opened_case: bool = False
    resumed: bool = False  # the rest of an interrupted task
    company_since: float = nan  # of a contact: when the walk to the child is over
    used_up: float = nan  # of a contact: when the wish for company is
    done: simpy.Event | None = None
    team: "list[Member] | None" = None  # who has joined a task for several, its lead first
    gathering_ends: Entry | None = None  # of a team: when it has waited long enough, or been apart
    is_apart: bool = False  # a team that did not come together, and waits before it tries again

    def __lt__(self, other: "Request") -> bool:
        return self.place_in_line < other.place_in_line

    def bind(self, member: "Member") -> None:
        """From now on only this member may do it, until they go home."""
        self.owner, self.owner_duty = member, member.duty

    @property
    def owner_present(self) -> "Member | None":
        """The member it is bound to, if still on the same spell of duty."""
        owner = self.owner
        return owner if owner is not None and owner.on_duty and owner.duty is self.owner_duty else None

    @property
    def is_running(self) -> bool:
        """Whether somebody does it now."""
        return self.member is not None

    @property
    def gathers(self) -> bool:
        """Whether it is a task for several that has its lead and lacks others."""
        return self.team is not None and self.member is None

    def lacking(self) -> Iterator[int]:
        """Roles of which the team lacks somebody, in roster order."""
        assert self.plan is not None
        assert self.team is not None
        for role, heads in self.plan.team:
            if sum(member.seat == role for member in self.team[1:]) < heads:
                yield role


class WaitingLine:
    """A queue: requests in classes of equal band and acuity, each class first come first served."""

    __slots__ = ("classes", "n", "rule", "slopes", "targets")

    def __init__(self, rule: int, slopes: tuple[float, ...], targets: tuple[float, ...]) -> None:
        self.rule, self.slopes, self.targets = rule, slopes, targets
        self.classes: dict[tuple[int, int], list[Request]] = {}
        self.n = 0

    def add(self, request: Request) -> None:
        """A request lines up behind those of its class that go before it."""
        visit = request.visit
        order = order_within_class(self.rule, request.since, visit.arrival)
        request.line = self
        request.place_in_line = (order, request.since, visit.row, request.slot)
        key = (request.band, visit.acuity)
        waiting = self.classes.get(key)
        if waiting is None:
            self.classes[key] = [request]
        elif waiting[-1] < request:
            waiting.append(request)
        else:
            insort(waiting, request)
        self.n += 1

    def remove(self, request: Request) -> None:
        """A request leaves the line."""
        key = (request.band, request.visit.acuity)
        waiting = self.classes[key]
        waiting.remove(request)
        if not waiting:
            del self.classes[key]
        request.line = None
        self.n -= 1

    def rank(self, now: float, request: Request) -> tuple[int, float, float, int, int]:
        """Lower goes first."""
        visit = request.visit
        acuity = visit.acuity
        worth = score(
            self.rule, self.slopes[acuity - 1], self.targets[acuity - 1], acuity, request.since, visit.arrival, now
        )
        return request.band, worth, request.since, visit.row, request.slot

    def first(self, candidates: list[Request], now: float) -> Request:
        """Who of them goes first by the rule of this line."""
        return candidates[0] if len(candidates) == 1 else min(candidates, key=partial(self.rank, now))

    def heads(self) -> list[Request]:
        """The first of every class."""
        return list(map(_first, self.classes.values()))

    def everyone(self) -> list[Request]:
        """All who wait, class by class."""
        return [request for waiting in self.classes.values() for request in waiting]


@dataclass(slots=True, eq=False)
class Case:
    """A patient held open with a role by a member, or by nobody (`holder` None: unheld). `number`: order of opening."""

    visit: "Visit"
    role: int
    holder: "Member | None"
    since: float
    number: int
    taken_over: bool = False


@dataclass(slots=True, eq=False)
class Member:
    """A member of staff. `served` maps the roles of the skill list to their level."""

    rostered: RosteredMember
    index: int
    role: int
    served: dict[int, int]
    caseload: int
    last_pickup: float
    duties: tuple[Duty, ...]
    lines: dict[int, WaitingLine]
    free_in: tuple[set["Member"], ...] = ()  # where free members are looked for: a set per role served
    duty: Duty | None = None
    on_duty: bool = False
    shift_over: bool = False
    on_break: bool = False
    break_due: Any = None
    due_at: float = nan
    break_start: float = nan
    task: Request | None = None
    seat: int = -1  # of a member of a team: the role they joined in
    joined: float = nan
    idle_since: float = 0.0
    cases: list[Case] = field(default_factory=list)
    recoveries: list[Request] = field(default_factory=list)
    rest: simpy.Event | None = None
    gone: simpy.Event | None = None
    busy: float = 0.0
    overtime: float = 0.0

    def count_minutes(self, start: float, end: float) -> None:
        """Count a spell of work as busy minutes, and as overtime what lies after the end of the duty."""
        duty = self.duty
        if duty is None or end <= duty.end:
            self.busy += end - start
        else:
            self.overtime += end - max(start, duty.end)
            self.busy += max(0.0, duty.end - start)


@dataclass(slots=True, eq=False)
class Strand:
    """The main path of a visit, or a branch of a fork that it goes along beside the others.

    `request` is what it waits for or has under way, `calm` the event it waits for while an escalation is answered.
    """

    request: Request | None = None
    calm: simpy.Event | None = None


@dataclass(slots=True, eq=False)
class Visit:
    """A visit in the department: what was drawn for it, what it holds, and what is written down about it.

    Times and budgets are minutes; nan is for what has not happened.
    """

    row: int
    patient: int
    number: int
    stream: int
    arrival: float
    n_steps: InitVar[int]
    times: MutableSequence[float] = field(init=False)  # requested, started, ended of each step
    members: list[int] = field(init=False)

    # drawn when the visit comes in
    draws: list[float] = field(init=False)
    given: dict[str, float] | None = field(init=False)
    acuity: int = field(init=False)
    severity: int = field(init=False)
    age: int = field(init=False)
    age_group: int = field(init=False)
    arrival_mode: int = field(init=False)
    group: int = field(init=False)
    held: bool = field(init=False)
    caregiver: bool = field(init=False)
    eligible: bool = field(init=False)
    consented: bool = field(init=False)
    peer_kind: str = field(init=False)
    peer_stays: bool = field(init=False)
    patience: float = field(init=False)
    patience_left: float = field(init=False)
    escalation_budget: float = field(init=False)
    escalation_left: float = field(init=False)
    return_uniforms: tuple[float, float] = field(init=False)

    # what it waits for and holds
    slots: int = 0
    strands: list[Strand] = field(default_factory=lambda: [Strand()])  # main path, then the branches of a fork
    n_side_by_side: int = 0  # branches of a fork that have not ended
    joined: simpy.Event | None = None  # in a fork: all have
    waiting: list[Request] = field(default_factory=list)
    cases: dict[int, Case] = field(default_factory=dict)
    last_holder: dict[int, tuple[Member, Duty | None]] = field(default_factory=dict)
    minutes_by_role: dict[int, float] = field(default_factory=dict)
    zone: int = -1
    place_since: float = nan
    place_request: float = nan

    # its course
    branches: int = 0  # bits of those it has been sent into
    pia: float = nan
    disposition: int = 0
    departed: bool = False
    departure: float = nan
    boarding_start: float = nan
    boarding_end: float = nan
    safety_plan: bool = False
    follow_up: int = 0
    next_visit: float = nan
    pending_return: Entry | None = None

    # patience and calm
    patience_deadline: float = inf
    patience_entry: float = inf
    patience_pace: float = 1.0
    patience_since: float = nan
    tried_to_leave: bool = False
    escalation_deadline: float = inf
    escalation_entry: float = inf
    escalation_pace: float = 1.0
    escalation_since: float = nan
    escalations: int = 0
    restraints: int = 0
    responding: int = 0

    # observation
    needs_observation: bool = False
    observation: Request | None = None
    observation_care: Any = None
    observation_since: float = nan
    observed: float = 0.0
    unmet: float = 0.0

    # peer support
    offered: bool = False
    contact_task: Request | None = None  # the contact that waits or runs
    wishes: int = 0
    spells: int = 0
    exposures: int = 0
    wish_left: float = 0.0
    meeting_left: float = 0.0
    accompanied: float = 0.0
    peer_started: float = nan
    met: float = nan
    peer_ended: float = nan
    peer_member: Member | None = None  # of the last spell of company
    recovery_is_due: bool = False
    bridging: Request | None = None
    bridged: bool = False
    called: bool = False
    call_reached: bool = False

    def __post_init__(self, n_steps: int) -> None:
        self.times = [nan] * (3 * n_steps)
        self.members = [-1] * n_steps

    def next_slot(self) -> int:
        """The number of the visit's next request beside its main path."""
        self.slots += 1
        return self.slots

    @property
    def is_met(self) -> bool:
        """Whether a peer's first conversation with this child is over."""
        return self.met == self.met

    @property
    def has_company(self) -> bool:
        """Whether a peer is with this child, or on the way."""
        return self.contact_task is not None and self.contact_task.is_running

    def strand_of(self, request: Request) -> Strand:
        """The main path or branch that goes on when a request of a step is met."""
        assert request.plan is not None
        return self.strands[request.plan.strand]

    @property
    def can_have_company(self) -> bool:
        """Not while an escalation is answered, nor beside a clinician unless the patient wants the peer there."""
        with_clinician = any(strand.request is not None and strand.request.is_running for strand in self.strands)
        return not self.responding and (self.peer_stays or not with_clinician)

    @property
    def uses_up_patience(self) -> bool:
        """Whether it waits for the beginning of something it may leave over, and nothing else of it is under way."""
        asked = [strand.request for strand in self.strands if strand.request is not None]
        waits = any(request.may_leave and not request.resumed for request in asked)
        return waits and all(request in self.waiting for request in asked)


def request_beside(visit: Visit, kind: int, role: int, band: int, since: float, minutes: float) -> Request:
    """A one-off request beside or after the visit's own path."""
    request = Request(visit, kind, NO_STEP, band, since, visit.next_slot())
    request.role, request.contact, request.minutes = role, ONE_OFF, minutes
    return request
