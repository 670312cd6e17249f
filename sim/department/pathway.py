"""The steps of a visit: what a stream's patients go through, in order.

How a step is played is `sim.engine.reference.model`; who does its task is decided by `sim.department.discipline`.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from sim.department import quantities
from sim.department.arrivals import not_one

DISCHARGE, ADMISSION, TRANSFER = "discharge", "admission", "transfer"
DISPOSITIONS_AT_DEPARTURE = (DISCHARGE, ADMISSION, TRANSFER, "lwbs", "ama")
"""How a visit may end; `lwbs`: left before the first physician contact, `ama`: left after it."""

RESPONSE_BAND, DEFAULT_BAND = 0, 2
"""What goes first: lower bands before higher. Those of peer support are in `sim.department.support`."""

Band = Annotated[int, Field(ge=0, le=7)]
BandByAcuity = Band | tuple[Band, Band, Band, Band, Band]
Contact = Literal["first", "continuing", "one_off"]


class StepOfAnyKind(quantities.Frozen):
    """What every step has.

    A step happens to a `share` of visits (own draw, keyed by the step's name), only to those with the named `need`,
    only to those that a `choose` or a `fork` step before it sent into the `branch`, and only after the named
    disposition where `only_if` is given.
    """

    name: str
    share: quantities.ShareByAcuity = 1.0
    need: str | None = None
    branch: str | None = None
    only_if: Literal["discharge", "admission", "transfer"] | None = None

    @model_serializer(mode="wrap")
    def _without_what_it_does_not_use(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A step of no branch and no team as before there were any, so that the hash of such a scenario stays."""
        data: dict[str, Any] = plain(self)
        unused = {"branch"} if self.branch is None else set[str]()
        if not data.get("team"):
            unused |= {"team", "gather_minutes"}
        return {key: value for key, value in data.items() if key not in unused}


class Delay(StepOfAnyKind):
    """Time that needs nobody. With a `capacity` at most that many visits are in it at once, first come first served."""

    kind: Literal["delay"] = "delay"
    minutes: quantities.Distribution
    capacity: Annotated[int, Field(ge=1)] | None = None
    may_leave: bool = False


class Task(StepOfAnyKind):
    """Minutes of a member of a role with the patient.

    `unstaffed`: when nobody of the role is on duty the step is this delay instead (a telephone consultation).
    `purpose` marks the tasks that measures and effects refer to. `team`: how many of which roles it needs besides, all
    at once; who has come waits for the others for `gather_minutes` at most.
    """

    kind: Literal["task"] = "task"
    role: str
    contact: Contact = "one_off"
    minutes: quantities.Distribution
    band: BandByAcuity = DEFAULT_BAND
    may_leave: bool = False
    preemptible: bool = False
    unstaffed: quantities.Distribution | None = None
    purpose: Literal["none", "triage", "physician", "assessment", "safety_plan", "clearance"] = "none"
    team: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    gather_minutes: quantities.Positive = 30.0

    def _wrong(self) -> Iterator[str]:
        if self.team and self.unstaffed is not None:
            yield f"step {self.name!r} has a team and unstaffed: a team has no other way, drop one of the two"


class SideTask(StepOfAnyKind):
    """Work the visit causes and does not wait for: charting, calls, notes.

    Either `minutes`, or `share_of_minutes` of what the role has done for this visit so far, times `minutes` of mean 1.
    `contact` is `continuing` (the member who holds or last held the case, anybody once that member has gone home)
    or `one_off`; a side task never opens a case. One with the `purpose` call is an answered call to the family.
    """

    kind: Literal["side_task"] = "side_task"
    role: str
    contact: Literal["continuing", "one_off"] = "one_off"
    minutes: quantities.Distribution
    share_of_minutes: quantities.Positive | None = None
    band: BandByAcuity = DEFAULT_BAND
    preemptible: bool = False
    purpose: Literal["none", "call"] = "none"


class Route(quantities.Frozen):
    """Zones in order of preference for a share of the visits of some CTAS levels."""

    acuities: Annotated[tuple[Annotated[int, Field(ge=1, le=5)], ...], Field(min_length=1)]
    share: quantities.Probability = 1.0
    zones: Annotated[tuple[str, ...], Field(min_length=1)]


class Place(StepOfAnyKind):
    """A place in the first free zone of the visit's route, held until freed, exchanged, or the visit ends."""

    kind: Literal["place"] = "place"
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    band: BandByAcuity = DEFAULT_BAND
    may_leave: bool = False

    def _wrong(self) -> Iterator[str]:
        for acuity in quantities.ACUITIES:
            if quantities.of_acuity(self.share, acuity) > 0.0:
                shares = tuple(route.share for route in self.routes if acuity in route.acuities)
                yield from not_one(shares, f"shares of the routes of CTAS {acuity}")


class FreePlace(StepOfAnyKind):
    """The place is given up; cleaning starts."""

    kind: Literal["free_place"] = "free_place"


class Release(StepOfAnyKind):
    """The visit's cases with these roles close."""

    kind: Literal["release"] = "release"
    roles: Annotated[tuple[str, ...], Field(min_length=1)]


class Dispose(StepOfAnyKind):
    """Disposition: admission or transfer with these probabilities, otherwise discharge.

    `assessed_by` are needs of which a visit that will be admitted has one at least: who has none is given the first.
    """

    kind: Literal["dispose"] = "dispose"
    admission: quantities.ShareByAcuity
    transfer: quantities.ShareByAcuity = 0.0
    assessed_by: tuple[str, ...] = ()

    def _wrong(self) -> Iterator[str]:
        for acuity in quantities.ACUITIES:
            total = quantities.of_acuity(self.admission, acuity) + quantities.of_acuity(self.transfer, acuity)
            if total > 1.0 + quantities.ROUNDING:
                yield f"admission and transfer of CTAS {acuity} sum to {total:g}: lower one of them"


class Branch(quantities.Frozen):
    """A way that a share of visits goes; `by_class`: another share for visits of a class of severity."""

    name: Annotated[str, Field(min_length=1)]
    share: quantities.ShareByAcuity
    by_class: dict[str, quantities.ShareByAcuity] = Field(default_factory=dict)

    def share_of(self, acuity: int, class_name: str | None) -> float:
        """Share of the visits of a CTAS level, and of a class of severity if it is named."""
        share = self.share if class_name is None else self.by_class.get(class_name, self.share)
        return quantities.of_acuity(share, acuity)


MOST_BRANCHES = 62
"""A set of branches is one mask."""


class Choose(StepOfAnyKind):
    """One of several ways, by one draw: steps with its `branch` are played by the visits that were sent there."""

    kind: Literal["choose"] = "choose"
    branches: Annotated[tuple[Branch, ...], Field(min_length=2)]

    def _wrong(self) -> Iterator[str]:
        classes = dict.fromkeys(name for branch in self.branches for name in branch.by_class)
        faults: list[str] = []
        for class_name in (None, *classes):
            where = "" if class_name is None else f" in class {class_name}"
            rows = [
                tuple(branch.share_of(acuity, class_name) for branch in self.branches) for acuity in quantities.ACUITIES
            ]
            if len(set(rows)) == 1:
                faults += not_one(rows[0], f"shares of the branches{where}")
                continue
            for acuity, shares in zip(quantities.ACUITIES, rows, strict=True):
                faults += not_one(shares, f"shares of the branches of CTAS {acuity}{where}")
        if faults:
            yield "; ".join(faults)

    def up_to(self, acuity: int, class_name: str | None) -> tuple[float, ...]:
        """For every branch the uniform below which a visit is in it or one before it; 1 from the last with a share."""
        shares = [branch.share_of(acuity, class_name) for branch in self.branches]
        return tuple(
            quantities.sum_in_order(shares[: number + 1]) if any(shares[number + 1 :]) else 1.0
            for number in range(len(shares))
        )


MOST_AT_ONCE = 6
"""So many branches a fork may have: their numbers stand in the ids of entries of the calendar."""


class Fork(StepOfAnyKind):
    """Several ways at once: its branches are played side by side, and the visit goes on when the last has ended."""

    kind: Literal["fork"] = "fork"
    branches: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=2, max_length=MOST_AT_ONCE)]


def disposed(u: float, admission: float, transfer: float) -> int:
    """What becomes of a visit by its uniform: 0 discharge, 1 admission, 2 transfer."""
    if u < admission:
        return 1
    return 2 if u < admission + transfer else 0


class Board(StepOfAnyKind):
    """Wait for an inpatient bed in the place held; all cases close but the peer's. `time` names a boarding time."""

    kind: Literal["board"] = "board"
    time: str


class Observe(StepOfAnyKind):
    """One-to-one observation beside the rest of the stay.

    Minutes without a member of `role` are unmet: then `fallback_role` is pulled for `fallback_minutes_per_hour`.
    """

    kind: Literal["observe"] = "observe"
    role: str
    fallback_role: str
    fallback_minutes_per_hour: quantities.NonNegative
    band: Band = DEFAULT_BAND


class FollowUp(StepOfAnyKind):
    """Linkage: a follow-up appointment booked and kept within 7 or within 30 days, as shares of visits."""

    kind: Literal["follow_up"] = "follow_up"
    within_7_days: quantities.Probability
    within_30_days: quantities.Probability

    def _wrong(self) -> Iterator[str]:
        if self.within_30_days < self.within_7_days:
            yield f"within_30_days {self.within_30_days} is below within_7_days {self.within_7_days}: it includes them"


Step = Annotated[
    Delay | Task | SideTask | Place | FreePlace | Release | Choose | Fork | Dispose | Board | Observe | FollowUp,
    Field(discriminator="kind"),
]
Pathway = tuple[Step, ...]


def branches_of(step: Step) -> tuple[str, ...]:
    """Names of the branches into which a step sends visits, in the order written."""
    if isinstance(step, Choose):
        return tuple(branch.name for branch in step.branches)
    return step.branches if isinstance(step, Fork) else ()


def parting_steps(pathway: Pathway) -> dict[str, Choose | Fork]:
    """The branches of a pathway in the order written, each with the step that sends visits there."""
    parting = [step for step in pathway if isinstance(step, Choose | Fork)]
    return {branch: step for step in parting for branch in branches_of(step)}


def exclude_each_other(one: str | None, other: str | None, parting: dict[str, Choose | Fork]) -> bool:
    """Whether no visit goes through both branches: they, or branches around them, are of one choice."""
    around = [dict(branches_around(branch, parting)) for branch in (one, other)]
    chosen = ((step, branch) for step, branch in around[0].items() if isinstance(parting[branch], Choose))
    return any(around[1].get(step, branch) != branch for step, branch in chosen)


def branches_around(branch: str | None, parting: dict[str, Choose | Fork]) -> Iterator[tuple[str, str]]:
    """(choose or fork step, its branch) of a branch and those it lies in, the innermost first."""
    while branch is not None and branch in parting:
        step = parting[branch]
        yield step.name, branch
        branch = step.branch


def roles_named(step: Step) -> tuple[str, ...]:
    """Roles a step asks for."""
    if isinstance(step, Task):
        return (step.role, *step.team)
    if isinstance(step, SideTask):
        return (step.role,)
    if isinstance(step, Observe):
        return (step.role, step.fallback_role)
    return step.roles if isinstance(step, Release) else ()
