"""The department at one instant as the referee sees it: members, visits, requests, cases, zones.

What changes it is told in `replay`; who may do what, and who comes first, in `choices`.
"""

import math
from dataclasses import dataclass, field

from sim.department.pathway import Step
from sim.department.patients import Stream
from sim.department.roster import OffFloor
from tests.referee.facts import Asked, Spell


@dataclass(eq=False)
class Request:
    """A task asked for: waiting, or set aside until the visit is calm again."""

    asked: Asked
    visit: "Visit"
    role: str
    kind: int
    contact: int
    band: int
    since: float
    slot: int
    spell_number: int = 0
    only_for: int | None = None
    preemptible: bool = False
    begun_met: bool = False
    team: "list[Joined]" = field(default_factory=list)
    apart: bool = False
    limit: object = None
    limit_at: float = math.inf
    handover_due: float = 0.0
    way: "Way | None" = None
    """Of whose steps it is one; what is beside the steps has none."""

    @property
    def spell(self) -> Spell:
        return self.asked.spells[min(self.spell_number, len(self.asked.spells) - 1)]


@dataclass(eq=False)
class Work:
    """A request in the hands of a member."""

    request: Request
    member: "Person"
    started: float
    company: "Company | None" = None
    spell: Spell | None = None
    """The row of a member of a team; that of the request where there is none."""


@dataclass(eq=False)
class Joined:
    """A member of a team: the role they joined in, and the row of what they do there."""

    work: Work
    role: str
    spell: Spell


@dataclass(eq=False)
class Person:
    """A member: duty, breaks due, task in hand, number of open cases held."""

    index: int
    role: str
    peer_kind: str | None
    levels: dict[str, int]
    caseload: int | None
    last_pickup: float
    on_duty: bool = False
    shift_end: float = math.inf
    shift_over: bool = False
    resting: bool = False
    work: Work | None = None
    due: list[OffFloor] = field(default_factory=list)
    idle_since: float = 0.0
    n_cases: int = 0
    staff_row: int = -1

    @property
    def free(self) -> bool:
        return self.on_duty and not self.resting and self.work is None


@dataclass(eq=False)
class Company:
    """A running contact: when company began or begins, when its kept minutes are over and the wish is used up."""

    since: float
    kept_until: float
    used_up: float
    kept_over: bool = False


@dataclass(eq=False)
class Wish:
    """What one visit wishes for, as the draws have it, and what of it is left. Minutes.

    `meeting` is what is left of the first conversation, `minutes` of the wish with this `number`.
    """

    consents: bool
    stays: bool
    meeting: float
    minutes: float
    number: int = 1
    offered: bool = False
    met: bool = False
    n_spells: int = 0
    n_exposures: int = 0
    accompanied: float = 0.0
    recovery_owed: bool = False
    last_peer: int = -1
    last_slot: int = 0
    goes_home: bool = False
    bridging: Request | None = None
    bridging_asked: bool = False
    contact: Work | None = None


@dataclass(eq=False)
class Case:
    """An open case; `holder` is -1 when nobody holds it, `taken_over` until its new holder's first task with it."""

    visit: int
    role: str
    holder: int
    number: int
    start: float
    taken_over: bool = False


@dataclass(eq=False)
class PlaceRequest:
    visit: "Visit"
    zones: tuple[str, ...]
    band: int
    since: float


@dataclass(eq=False)
class DelayRequest:
    visit: "Visit"
    way: "Way"
    step: str
    capacity: int
    since: float


Wait = Request | PlaceRequest | DelayRequest


@dataclass(eq=False)
class Way:
    """The main path of a visit (`branch` 0) or a branch of a fork: its steps, by where they stand on the pathway."""

    visit: "Visit"
    branch: int
    steps: list[int]
    at: int = -1
    wait: Wait | None = None
    stopped: bool = False
    ended: bool = False

    @property
    def position(self) -> int:
        return self.steps[self.at]

    @property
    def step(self) -> Step:
        return self.visit.stream.pathway[self.position]

    @property
    def ident(self) -> int:
        """Id of its entries in the calendar."""
        return self.visit.row * 8 + self.branch


@dataclass(eq=False)
class Visit:
    """Which ways a visit goes, on which of them it waits, and how much patience is left."""

    row: int
    acuity: int
    arrival: float
    stream_name: str
    stream: Stream
    held: bool
    wish: Wish
    patience_left: float
    main: Way = field(init=False)
    branches: list[Way] = field(default_factory=list)
    forked: set[str] = field(default_factory=set)
    last_slot: int = 0
    waiting: set[Way] = field(default_factory=set)
    n_limited_delays: int = 0
    set_aside: bool = False
    may_leave: bool = False
    waiting_since: float | None = None
    attempted: bool = False
    n_responses: int = 0
    zone: str | None = None
    place_row: int = -1
    seen: bool = False
    gone: bool = False
    n_main_tasks: int = 0
    observation: Work | None = None
    calm_used: float = 0.0
    calm_since: float | None = None
    escalated: bool = False
    pace: float = 1.0
    calm_pace: float = 1.0

    def __post_init__(self) -> None:
        self.main = Way(self, 0, list(range(len(self.stream.pathway))))

    @property
    def ways(self) -> list[Way]:
        """What it goes along now: the main path, or the branches of a fork in their order."""
        return list(self.branches) or [self.main]
