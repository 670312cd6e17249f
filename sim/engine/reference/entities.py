"""The people of a run and what they ask for: visits, members on duty, requests, and the queues requests wait in.

State only. What happens to them is told in `sim.engine.reference.model`; who is chosen, in
`sim.engine.reference.dispatcher`.
"""

from bisect import insort
from collections.abc import MutableSequence
from dataclasses import dataclass, field
from functools import partial
from math import inf, nan
from operator import itemgetter
from typing import Any

import simpy

from sim.department.dispatch import order_within_class, score
from sim.department.roster import Duty
from sim.department.roster import RosteredMember as RosteredMember
from sim.engine.reference.calendar import Entry
from sim.engine.step_plans import StepPlan
from sim.engine.trajectory import ONE_OFF

NO_STEP = -1
SERVED, WITHDRAWN = True, False
"""What a waiting visit is told."""

_first = itemgetter(0)


class Request:
    """Something asked for that has to wait its turn: a task, a place, or room in a limited delay.

    `since` is when it was first asked for. `done` is the event its process waits for: SERVED when the task has ended
    (the place is given, the delay is over), WITHDRAWN when it was taken back before it began.
    """

    __slots__ = (
        "band", "company_since", "contact", "done", "ending", "ends", "handover", "holder", "kind", "line", "may_leave",
        "member", "minutes", "opened_case", "owner", "owner_duty", "place_in_line", "plan", "preemptible", "resumed",
        "role", "since", "slot", "started", "step", "unstaffed", "used_up", "visit", "zones",
    )  # fmt: skip

    place_in_line: tuple[float, float, int, int]  # within its class: set when it lines up

    def __init__(self, visit: "Visit", kind: int, step: int, band: int, since: float, slot: int) -> None:
        self.visit = visit
        self.kind = kind
        self.step = step
        self.band = band
        self.since = since
        self.slot = slot
        self.plan: StepPlan | None = None  # of the step, where there is one
        self.role = -1
        self.contact = -1
        self.minutes = 0.0
        self.may_leave = False
        self.preemptible = False
        self.unstaffed: float | None = None
        self.zones: tuple[int, ...] = ()
        self.owner: Member | None = None  # bound to this member though no case says so
        self.owner_duty: Duty | None = None
        self.line: WaitingLine | None = None  # where it waits now
        self.member: Member | None = None  # who does it
        self.started = nan
        self.ends = nan
        self.ending: Entry | None = None
        self.handover = 0.0
        self.opened_case = False
        self.resumed = False  # the rest of an interrupted task
        self.company_since = nan  # of a contact: when the walk to the child is over
        self.used_up = nan  # of a contact: when the wish for company is
        self.done: simpy.Event | None = None

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
        return self.member is not None


class WaitingLine:
    """A queue: requests in classes of equal band and acuity, each class first come first served."""

    __slots__ = ("classes", "n", "rule", "slopes", "targets")

    def __init__(self, rule: int, slopes: tuple[float, ...], targets: tuple[float, ...]) -> None:
        self.rule = rule
        self.slopes = slopes
        self.targets = targets
        self.classes: dict[tuple[int, int], list[Request]] = {}
        self.n = 0

    def add(self, request: Request) -> None:
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


class Visit:
    """A visit in the department: what was drawn for it, what it holds, and what is written down about it."""

    __slots__ = (
        "accompanied", "acuity", "age", "age_group", "arrival", "arrival_mode",
        "boarding_end", "boarding_start", "bridged", "bridging", "call_reached", "called", "calm", "caregiver",
        "cases", "consented", "contact_task", "departed", "departure",
        "disposition", "draws", "eligible", "escalation_budget", "escalation_deadline", "escalation_entry",
        "escalation_left", "escalation_pace", "escalation_since", "escalations", "exposures", "follow_up", "given",
        "group", "held", "last_holder", "main", "meeting_left", "members", "met", "minutes_by_role",
        "needs_observation", "next_visit", "number", "observation", "observation_care", "observation_since",
        "observed", "offered", "patience", "patience_deadline", "patience_entry", "patience_left", "patience_pace",
        "patience_since", "patient", "peer_ended", "peer_kind", "peer_member", "peer_started", "peer_stays",
        "pending_return", "pia", "place_request", "place_since", "recovery_is_due", "responding", "restraints",
        "return_uniforms", "row", "safety_plan", "severity", "slots", "spells", "stream", "times", "tried_to_leave",
        "unmet", "waiting", "wish_left", "wishes", "zone",
    )  # fmt: skip

    # drawn when the visit comes in
    draws: list[float]
    given: dict[str, float] | None
    acuity: int
    severity: int
    age: int
    age_group: int
    arrival_mode: int
    group: int
    held: bool
    caregiver: bool
    eligible: bool
    consented: bool
    peer_kind: str
    peer_stays: bool
    patience: float
    patience_left: float
    escalation_budget: float
    escalation_left: float
    return_uniforms: tuple[float, float]

    def __init__(self, row: int, patient: int, number: int, stream: int, arrival: float, n_steps: int) -> None:
        self.row, self.patient, self.number, self.stream, self.arrival = row, patient, number, stream, arrival
        self.times: MutableSequence[float] = [nan] * (3 * n_steps)
        self.members = [-1] * n_steps
        self.slots = 0
        self.departed = False
        self.departure = nan
        self.disposition = 0
        self.main: Request | None = None
        self.waiting: list[Request] = []
        self.cases: dict[int, Case] = {}
        self.last_holder: dict[int, tuple[Member, Duty | None]] = {}
        self.minutes_by_role: dict[int, float] = {}
        self.zone = -1
        self.place_since = nan
        self.place_request = nan
        self.pia = nan
        self.boarding_start = self.boarding_end = nan
        self.patience_deadline = self.escalation_deadline = inf
        self.patience_entry = self.escalation_entry = inf
        self.patience_pace = self.escalation_pace = 1.0
        self.patience_since = self.escalation_since = nan
        self.tried_to_leave = False
        self.responding = 0
        self.calm: simpy.Event | None = None
        self.escalations = self.restraints = 0
        self.offered = False
        self.contact_task: Request | None = None  # the contact that waits or runs
        self.wishes = self.spells = self.exposures = 0
        self.wish_left = self.meeting_left = 0.0
        self.accompanied = 0.0
        self.peer_started = self.met = self.peer_ended = nan
        self.peer_member: Member | None = None  # of the last spell of company
        self.recovery_is_due = False
        self.bridging: Request | None = None
        self.bridged = self.called = self.call_reached = False
        self.safety_plan = False
        self.follow_up = 0
        self.needs_observation = False
        self.observation: Request | None = None
        self.observation_care: Any = None
        self.observation_since = nan
        self.observed = self.unmet = 0.0
        self.next_visit = nan
        self.pending_return: Entry | None = None

    def next_slot(self) -> int:
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

    @property
    def can_have_company(self) -> bool:
        """Not while an escalation is answered, nor beside a clinician unless the patient wants the peer there."""
        with_clinician = self.main is not None and self.main.is_running
        return not self.responding and (self.peer_stays or not with_clinician)


def request_beside(visit: Visit, kind: int, role: int, band: int, since: float, minutes: float) -> Request:
    """A one-off request beside or after the visit's own path."""
    request = Request(visit, kind, NO_STEP, band, since, visit.next_slot())
    request.role, request.contact, request.minutes = role, ONE_OFF, minutes
    return request
