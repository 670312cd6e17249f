"""A stream's pathway with what the engines look up once: positions of draws, roles, bands, routes.

How a step is played is `sim.engine.reference.model`.
"""

from dataclasses import dataclass

from sim.department.forks import block_after, steps_side_by_side
from sim.department.pathway import DEFAULT_BAND, Fork, Place, SideTask, Step, Task, branches_of, parting_steps
from sim.department.patients import Stream
from sim.department.quantities import ACUITIES
from sim.engine.stream_draws import StreamDraws
from sim.engine.trajectory import CONTACTS, DISPOSITIONS

MAIN_PATH = 0
"""Number of the main path, where branches of a fork are numbered from 1."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step of a stream with what the engine looks up once: positions of its draws, role, bands, routes."""

    step: Step
    index: int
    happens_at: int
    need_at: int  # that of `happens_at` where the step has no need
    value_at: int
    role: int
    bands: tuple[int, ...]
    unstaffed_at: int
    only_if: int  # index in DISPOSITIONS, -1 where every visit has the step
    contact: int  # index in CONTACTS
    preemptible: bool
    may_leave: bool
    purpose: str
    routes: tuple[tuple[tuple[float, tuple[int, ...]], ...], ...]
    branch: int  # 0 for all visits, else the bit of the branch that has the step
    branches: tuple[int, ...]  # bits of those that the step chooses from, or begins all of
    strand: int  # number of the fork's branch that has the step, also inside a choice there; 0 on the main path
    block: int  # of a fork: how many steps right after it are in its branches
    team: tuple[tuple[int, int], ...]  # (role, how many) in roster order, besides the lead
    gather_minutes: float


def planned(
    stream: Stream, draws: StreamDraws, step_names: tuple[str, ...], role_of: dict[str, int], zone_of: dict[str, int]
) -> list[StepPlan]:
    """The plans of a stream's steps, in order; `step_names` are those of all streams together."""
    plans = []
    bit_of = {name: 1 << number for number, name in enumerate(parting_steps(stream.pathway))}
    side_by_side = steps_side_by_side(stream.pathway)
    for step in stream.pathway:
        band = getattr(step, "band", DEFAULT_BAND)
        plans.append(
            StepPlan(
                step=step,
                index=step_names.index(step.name),
                happens_at=draws.flag_at[f"step/{step.name}"],
                need_at=draws.flag_at[f"need/{step.need}" if step.need is not None else f"step/{step.name}"],
                value_at=draws.value_at.get(f"step/{step.name}", -1),
                role=role_of[step.role] if isinstance(step, Task | SideTask) else -1,
                bands=band if isinstance(band, tuple) else (band,) * 5,
                only_if=-1 if step.only_if is None else DISPOSITIONS.index(step.only_if),
                contact=CONTACTS.index(getattr(step, "contact", "one_off")),
                preemptible=getattr(step, "preemptible", False),
                may_leave=getattr(step, "may_leave", False),
                purpose=getattr(step, "purpose", "none"),
                unstaffed_at=draws.value_at.get(f"unstaffed/{step.name}", -1),
                routes=routes_of(step, zone_of) if isinstance(step, Place) else (),
                branch=0 if step.branch is None else bit_of[step.branch],
                team=tuple(sorted((role_of[name], heads) for name, heads in getattr(step, "team", {}).items())),
                gather_minutes=getattr(step, "gather_minutes", 0.0),
                branches=tuple(bit_of[name] for name in branches_of(step)),
                strand=side_by_side.get(step.name, ("", 0))[1],
                block=block_after(stream.pathway, step) if isinstance(step, Fork) else 0,
            )
        )
    return plans


def steps_before_offer(plans: list[StepPlan], trigger: str) -> int:
    """After how many steps a peer is offered; 0 is at arrival, also where the pathway has no such step."""
    for number, plan in enumerate(plans, start=1):
        if trigger == "after_triage" and isinstance(plan.step, Task) and plan.step.purpose == "triage":
            return number
        if trigger == "when_roomed" and isinstance(plan.step, Place):
            return number
    return 0


def routes_of(step: Place, zone_of: dict[str, int]) -> tuple[tuple[tuple[float, tuple[int, ...]], ...], ...]:
    """For each CTAS level the routes with the uniform up to which they are taken."""
    routes = []
    for acuity in ACUITIES:
        up_to = 0.0
        of_level = []
        for route in step.routes:
            if acuity in route.acuities:
                up_to += route.share
                of_level.append((up_to, tuple(zone_of[zone] for zone in route.zones)))
        routes.append(tuple(of_level))
    return tuple(routes)
