"""One scenario: department, demand, staffing, peer support, effects, boarding and disciplines, checked together.

Composition from config files is `sim.config`; playing it is `sim.engine`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from sim.department.arrivals import Demand, Replay, StreamArrivals
from sim.department.boarding import Boarding
from sim.department.department import Department
from sim.department.discipline import Disciplines
from sim.department.pathway import (
    DISPOSITIONS_AT_DEPARTURE,
    Board,
    Choose,
    Delay,
    Fork,
    FreePlace,
    Observe,
    Pathway,
    Place,
    Release,
    Step,
    Task,
    exclude_each_other,
    parting_steps,
    roles_named,
)
from sim.department.quantities import ACUITIES, MINUTES_PER_DAY, MINUTES_PER_WEEK, Frozen, Positive
from sim.department.roster import WEEKDAYS, Staffing, clock_text, heads_by_minute
from sim.department.severity import sums_above_one, traits_of
from sim.department.short_text import NameAndText, lines_text
from sim.department.support import Effects, Support
from sim.department.what_matters import that_matters
from sim.io.suggest import closest, did_you_mean


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a scenario: its place, the value there, what to do.

    `about` is a kind and a name, such as ("role", "nurse") where nobody has the role nurse: problems about the same
    thing may have one cause.
    """

    path: str
    value: str
    remedy: str
    about: tuple[str, str] | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.path} = {self.value}: {self.remedy}"


class ScenarioError(ValueError):
    """All problems of a scenario at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def length_text(weeks: float, minutes: float | None = None) -> str:
    """`13 weeks`, or `720 minutes` of a time that ends."""
    return f"{weeks:g} week{'s' * (weeks != 1)}" if minutes is None else f"{minutes:.10g} minutes"


class Period(Frozen):
    """How long a replication lasts: `weeks` measured after `warm_up_weeks`, or exactly `minutes` if given.

    It goes on for `follow_up_days` after the measured weeks, so that returns of their last visits are still seen.
    `month_factors` None: on for runs of at least 52 weeks. `step_limit` bounds the calendar entries of one run.
    """

    weeks: Annotated[int, Field(ge=0)] = 13
    warm_up_weeks: Annotated[int, Field(ge=0)] = 0
    follow_up_days: Annotated[int, Field(ge=0)] = 0
    minutes: Positive | None = None
    month_factors: bool | None = None
    step_limit: Annotated[int, Field(ge=1)] | None = None

    @property
    def horizon(self) -> float:
        """End of the run in minutes."""
        if self.minutes is not None:
            return self.minutes
        return (self.weeks + self.warm_up_weeks) * MINUTES_PER_WEEK + self.follow_up

    @property
    def follow_up(self) -> float:
        """Minutes played after what is measured."""
        return 0.0 if self.minutes is not None else self.follow_up_days * MINUTES_PER_DAY

    @property
    def warm_up(self) -> float:
        """Start of what is measured, in minutes."""
        return self.warm_up_weeks * MINUTES_PER_WEEK

    @property
    def is_of_weeks(self) -> bool:
        """Whether weeks are measured, not a time that ends and may have a day's or a morning's work in it alone."""
        return self.minutes is None

    @property
    def measured_weeks(self) -> float:
        """How long is measured, in weeks; of a time that ends a part of one."""
        return self.weeks if self.minutes is None else self.minutes / MINUTES_PER_WEEK

    @property
    def text(self) -> str:
        """How long is measured, in words."""
        return length_text(self.weeks, self.minutes)

    @property
    def uses_month_factors(self) -> bool:
        """Whether demand follows the months: as set, else in runs of at least 52 weeks."""
        return self.weeks >= 52 if self.month_factors is None else self.month_factors


class Scenario(Frozen):
    """Everything that decides what happens in a replication, but the seed."""

    department: Department
    demand: Annotated[Demand, Field()]
    staffing: Staffing
    support: Support = Support()
    effects: Effects = Effects()
    boarding: Boarding = Boarding()
    discipline: Disciplines = Disciplines()
    period: Period = Period()

    def __repr__(self) -> str:
        return lines_text(type(self).__name__, self._fields_in_words())

    def _fields_in_words(self) -> Iterator[NameAndText]:
        staffing, period = self.staffing, self.period
        hours = sum(role.hours_per_week() for role in staffing.roles.values())
        label = f" ({staffing.label})" if staffing.label else ""
        money = f"{staffing.weekly_cost():,.0f} {staffing.currency} a week"
        yield "staffing", f"{staffing.name}{label}: {hours:,.0f} h and {money}"
        yield "roles", ", ".join(staffing.roles)
        department = self.department
        yield "department", f"{department.name}: {', '.join(department.streams)}; {len(department.zones)} zones"
        yield "demand", f"{getattr(self.demand, 'name', '')} ({self.demand.kind})".strip()
        for part in ("support", "effects", "boarding", "discipline"):
            yield part, getattr(self, part).name
        warm_up = f", after {period.warm_up_weeks} of warm-up" if period.warm_up_weeks else ""
        yield "period", f"{period.text}{warm_up}"

    def content_hash(self) -> str:
        """Hash of everything that can change a result; names and labels of choices are left out."""
        return hash_of_parts({name: part_json(getattr(self, name)) for name in type(self).model_fields})

    def result_key(self) -> str:
        """Hash of what can matter to a result with this roster: scenarios that agree in it play to the same bits."""
        return that_matters(self).content_hash()

    def arrivals_of(self, stream: str) -> StreamArrivals:
        """First visits of one stream, per hour of the week."""
        return self.demand.arrivals_of(stream, self.department.streams[stream].visits_per_patient)

    def acuity_mix_of(self, stream: str) -> tuple[float, ...]:
        """Shares of CTAS 1 to 5 among a stream's visits; of a replayed list as given, the rest as they are drawn."""
        drawn = self.arrivals_of(stream).acuity_mix
        listed = [visit for visit in getattr(self.demand, "visits", ()) if visit.stream == stream]
        if not listed:
            return drawn
        given = [visit.acuity for visit in listed if visit.acuity is not None]
        left = len(listed) - len(given)
        expected = (given.count(level) + left * share for level, share in zip(ACUITIES, drawn, strict=True))
        return tuple(number / len(listed) for number in expected)

    def checked(self) -> "Scenario":
        """The scenario itself, or ScenarioError naming every problem."""
        problems = tuple(problems_of(self))
        if problems:
            raise ScenarioError(problems)
        return self


Check = Callable[[Scenario], Iterator[Problem]]

LABELS = {"name", "label", "calibration", "currency"}
"""Keys of a part that no result depends on."""


def part_json(part: BaseModel) -> str:
    """One part of a scenario as JSON with sorted keys, without what no result depends on."""
    data = {key: value for key, value in part.model_dump(mode="json").items() if key not in LABELS}
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def hash_of_parts(parts: Mapping[str, str]) -> str:
    """Hash of the parts of a scenario, each as JSON."""
    text = ",".join(f'"{name}":{parts[name]}' for name in sorted(parts))
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def problems_of(scenario: Scenario, *, unsure_roles: frozenset[str] = frozenset()) -> Iterator[Problem]:
    """Every contradiction between the parts. Cover of `unsure_roles` is not judged."""
    for check, _ in checks(unsure_roles):
        yield from check(scenario)


def checks(
    unsure_roles: frozenset[str] = frozenset(), repaired: frozenset[str] = frozenset()
) -> Iterator[tuple[Check, tuple[str, ...]]]:
    """Every check of a scenario, in order, with the parts it looks at.

    `unsure_roles` and `repaired` (parts of the scenario) are not as the user wrote them: what they lack is no problem.
    """
    everything = ("department", "staffing", "support", "boarding", "discipline")
    yield unknown_roles, everything
    yield unknown_zones, ("department", "boarding")
    yield unknown_streams, ("department", "demand")
    yield unknown_words, ("department", "staffing", "support")
    yield ambiguous_steps, ("department",)
    yield classes_too_far_apart, ("department", "demand")
    yield peers_out_of_place, everything
    yield partial(idle_roles, repaired=repaired), everything
    yield partial(below_minimum_cover, unsure_roles=unsure_roles), ("department", "staffing")
    yield holds_and_waits, ("department", "staffing")


def checks_of_rosters(
    unsure_roles: frozenset[str], repaired: frozenset[str]
) -> Iterator[tuple[Check, tuple[str, ...]]]:
    """Checks of what can be played and makes no sense to ask, in the same form; engines do not ask for them."""
    yield partial(unattended, unsure_roles=unsure_roles, repaired=repaired), ("department", "staffing")
    yield partial(teams_too_large, unsure_roles=unsure_roles), ("department", "staffing")


def steps_with_paths(scenario: Scenario) -> Iterator[tuple[str, Step]]:
    """(path, step) of every step of every stream."""
    for stream_name, stream in scenario.department.streams.items():
        for number, step in enumerate(stream.pathway):
            yield f"department.streams.{stream_name}.pathway[{number}] ({step.name})", step


def roles_asked_for(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """(path, role) of every place that names a role which must be in the roster."""
    for path, step in steps_with_paths(scenario):
        yield from ((path, role) for role in roles_named(step))
    yield from responders(scenario)
    for role_name, role in scenario.staffing.roles.items():
        yield from ((f"staffing.{role_name}.also_serves", served) for level in role.also_serves for served in level)
    yield from (("department.minimum_cover", role_name) for role_name in scenario.department.minimum_cover)
    yield from (("discipline.roles", role_name) for role_name in scenario.discipline.roles)
    if scenario.department.ratio_role is not None:
        yield "department.ratio_role", scenario.department.ratio_role
    if boarders_are_cared_for(scenario):
        yield "boarding.nurse_role", scenario.boarding.nurse_role


def boarders_are_cared_for(scenario: Scenario) -> bool:
    """A step has visits board for a time in which a nurse is asked for; without one boarding is of no concern."""
    times = scenario.boarding.times
    steps = (step for stream in scenario.department.streams.values() for step in stream.pathway)
    boarding = {step.time for step in steps if isinstance(step, Board)}
    return any(times[name].nurse_minutes_per_hour > 0.0 for name in boarding & set(times))


def roles_with_work(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """(path, role) of everything that puts tasks into a role's queue, support by peers apart."""
    for path, step in steps_with_paths(scenario):
        if not isinstance(step, Release):
            yield from ((path, role) for role in roles_named(step))
    yield from responders(scenario)
    if boarders_are_cared_for(scenario):
        yield "boarding.nurse_role", scenario.boarding.nurse_role
    if scenario.support.role in scenario.staffing.roles and scenario.support.huddle_share > 0.0:
        yield from (("support.huddle_roles", role) for role in scenario.support.huddle_roles)


def responders(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """(path, role) of every task of a response to an escalation."""
    for stream_name, stream in scenario.department.streams.items():
        for number, task in enumerate(stream.escalation.response if stream.escalation else ()):
            yield f"department.streams.{stream_name}.escalation.response[{number}].role", task.role


def unknown_names(
    path: str, kind: str, names: Iterable[str], known: Iterable[str], where: str = ""
) -> Iterator[Problem]:
    """A problem for each name of a kind (role, zone, step ...) that is not among the known; `where` they would be."""
    there = tuple(known)
    for name in dict.fromkeys(names):
        if name not in there:
            yield Problem(path, repr(name), f"no such {kind}{where}; {did_you_mean(name, there)}", (kind, name))


def unknown_roles(scenario: Scenario) -> Iterator[Problem]:
    """Roles that something asks for and the staffing does not have; support by peers may go without."""
    staffing = scenario.staffing
    for path, role in roles_asked_for(scenario):
        if role != scenario.support.role:
            yield from unknown_names(path, "role", [role], staffing.roles, f" in staffing.{staffing.name}")


def unknown_zones(scenario: Scenario) -> Iterator[Problem]:
    """Zones on routes, and boarding times of steps, that are not there."""
    for path, step in steps_with_paths(scenario):
        if isinstance(step, Place):
            zones = (zone for route in step.routes for zone in route.zones)
            yield from unknown_names(path, "zone", zones, scenario.department.zones)
        if isinstance(step, Board):
            yield from unknown_names(path, "boarding time", [step.time], scenario.boarding.times)


def unknown_streams(scenario: Scenario) -> Iterator[Problem]:
    """Streams of the demand, and steps of replayed visits, that the department does not have."""
    known = scenario.department.streams
    yield from unknown_names("demand", "stream", scenario.demand.streams(), known, " in the department")
    if isinstance(scenario.demand, Replay):
        for number, visit in enumerate(scenario.demand.visits):
            steps = [step.name for step in known[visit.stream].pathway] if visit.stream in known else []
            yield from unknown_names(f"demand.visits[{number}].minutes", "step", visit.minutes, steps)


def unknown_words(scenario: Scenario) -> Iterator[Problem]:
    """Names that would be passed over in silence."""
    streams, roles = scenario.department.streams, scenario.staffing.roles
    if scenario.support.role in roles:
        yield from unknown_names("support.streams", "stream", scenario.support.streams, streams)
        yield from unknown_names("support.huddle_roles", "role", huddle_roles_missed(scenario), roles)
    yield from unknown_names("staffing.enhances", "role", scenario.staffing.enhances, roles)
    for stream_name, stream in streams.items():
        for name in stream.returns.hazard_by_disposition if stream.returns is not None else ():
            if name not in DISPOSITIONS_AT_DEPARTURE:
                path = f"department.streams.{stream_name}.returns.hazard_by_disposition"
                yield Problem(path, repr(name), f"no such disposition; {did_you_mean(name, DISPOSITIONS_AT_DEPARTURE)}")


def huddle_roles_missed(scenario: Scenario) -> list[str]:
    """Roles named for huddles that nobody has; a department with one of the usual pair need not have the other."""
    named, roles = scenario.support.huddle_roles, scenario.staffing.roles
    if scenario.support.huddle_share == 0.0:
        return []
    usual = Support().huddle_roles if any(name in roles for name in named) else ()
    return [name for name in named if name not in roles and name not in usual]


def ambiguous_steps(scenario: Scenario) -> Iterator[Problem]:
    """Steps that the law knows once a visit, and limited delays shared under one name."""
    capacities: dict[str, int | None] = {}
    for stream_name, stream in scenario.department.streams.items():
        watched = [step.name for step in stream.pathway if isinstance(step, Observe)]
        if len(watched) > 1:
            path = f"department.streams.{stream_name}.pathway"
            yield Problem(path, ", ".join(watched), "observation lasts to departure: keep one such step")
        for step in stream.pathway:
            if isinstance(step, Delay) and capacities.setdefault(step.name, step.capacity) != step.capacity:
                path = f"department.streams.{stream_name}.pathway.{step.name}.capacity"
                remedy = f"{capacities[step.name]} in another stream: use one capacity or two names"
                yield Problem(path, str(step.capacity), remedy)


def classes_too_far_apart(scenario: Scenario) -> Iterator[Problem]:
    """Odds that make two shares cut from one uniform more than the whole of a class."""
    for name, stream in scenario.department.streams.items():
        if stream.severity is None or name not in scenario.demand.streams():
            continue
        for what, total in sums_above_one(stream, traits_of(stream, scenario.acuity_mix_of(name))):
            remedy = f"{what} sum to {total:.3g}, more than 1: bring the odds of the two nearer to 1"
            yield Problem(f"department.streams.{name}.severity.odds", "too far apart", remedy)


def peers_out_of_place(scenario: Scenario) -> Iterator[Problem]:
    """Peers support; they never triage, assess, observe, secure or respond to an escalation, and nobody plays one."""
    peers = {name for name, role in scenario.staffing.roles.items() if role.kind == "peer"} | {scenario.support.role}
    remedy = "peer support workers do no clinical, observation or security task: name a clinical role"
    asked_of = set()
    for path, asked in roles_asked_for(scenario):
        ours = path.startswith(("department.minimum_cover", "discipline."))
        if asked in peers and not ours:
            asked_of.add(asked)
            yield Problem(path, repr(asked), remedy, ("peer", asked))
    for name, role in scenario.staffing.roles.items():
        if name in peers and role.also_serves:
            yield Problem(f"staffing.{name}.also_serves", str(role.also_serves), remedy)
        if name == scenario.support.role and role.kind != "peer" and name not in asked_of:
            remedy = "the role of peer support is of kind peer: add kind: peer"
            yield Problem(f"staffing.{name}.kind", repr(role.kind), remedy)
        if name in peers and role.caseload is not None:
            yield Problem(f"staffing.{name}.caseload", str(role.caseload), "set support.caseload instead")


def idle_roles(scenario: Scenario, repaired: frozenset[str]) -> Iterator[Problem]:
    """Roles that nothing reaches, and queues that are served and stay empty: paid for, and of no effect.

    A role is reached by tasks of its own, by those of a role it serves, as the nurse whose heads bound the places, or
    because the department asks for its heads at all times.
    """
    if repaired:
        return
    roles, support = scenario.staffing.roles, scenario.support.role
    working = {role for _, role in roles_with_work(scenario)}
    wanted = working | {support, scenario.department.ratio_role} | set(scenario.department.minimum_cover)
    serves = {name: [served for level in role.also_serves for served in level] for name, role in roles.items()}
    idle = {name for name in roles if name not in wanted and not working & set(serves[name])}
    for name in roles:
        if name in idle:
            remedy = remedy_of_idle(name, serves[name], sorted(working))
            if roles[name].kind == "peer":
                remedy = f"peer support is the work of the role {support}: give this role that name, or take it out"
            yield Problem(f"staffing.{name}", repr(name), remedy)
            continue
        for served in serves[name]:
            if served in roles and served not in working | idle | {support}:
                remedy = f"no step asks for {served}, so its queue stays empty: take it out, or name it in a step"
                yield Problem(f"staffing.{name}.also_serves", repr(served), remedy)


def remedy_of_idle(name: str, serves: list[str], working: list[str]) -> str:
    """What to do about a role that nothing reaches."""
    if closest(name, working):
        return f"no step asks for this role; {did_you_mean(name, working)}"
    whose = f", nor for {' or '.join(serves)}, which it also serves" if serves else ""
    helped = f", as in staffing.{name}.also_serves: [[{working[0]}]]" if working else ""
    return f"no step asks for this role{whose}: name it in a step, or let it serve a role that is asked for{helped}"


def unattended(scenario: Scenario, unsure_roles: frozenset[str], repaired: frozenset[str]) -> Iterator[Problem]:
    """Roles that visits wait for and of which nobody is ever on duty, nor of a role that serves their queue.

    Too few heads for minimum cover are a problem of their own, and work that no visit waits for may be left undone.
    """
    if repaired:
        return
    roles, needed = scenario.staffing.roles, scenario.department.minimum_cover
    for role, path in {role: path for path, role in reversed(list(roles_waited_for(scenario)))}.items():
        if role not in roles or role in unsure_roles or needed.get(role, 0) > 0:
            continue
        helpers = [one for one in roles.values() if any(role in level for level in one.also_serves)]
        if all(one.hours_per_week() == 0.0 for one in (roles[role], *helpers)):
            found = "0 heads in every shift" if roles[role].shifts else "no shifts"
            remedy = (
                f"nobody is ever on duty, and visits wait for ever ({path}): add a shift, "
                f"+staffing.{role}.shifts.day={{start: '07:00', minutes: 720, heads: 1}}, or let another role serve it"
            )
            yield Problem(f"staffing.{role}", found, remedy)


def teams_too_large(scenario: Scenario, unsure_roles: frozenset[str]) -> Iterator[Problem]:
    """Teams that ask for more of a role than the roster has, those who serve its queue counted: they never start."""
    roles = scenario.staffing.roles
    for path, step in steps_with_paths(scenario):
        if not isinstance(step, Task):
            continue
        for role in step.team:
            serving = {name for name, one in roles.items() if role == name or any(role in s for s in one.also_serves)}
            if role not in roles or serving & unsure_roles:
                continue
            there = int(np.max(sum(np.asarray(heads_by_minute(roles[name])) for name in serving)))
            needed = step.team[role] + (role == step.role)
            if there < needed:
                remedy = (
                    f"{needed} of {role} at once and never more than {there} on duty: roster more, or ask for fewer"
                )
                yield Problem(path, repr(role), remedy)


def roles_waited_for(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """(path, role) of every task that a visit cannot go on without."""
    for path, step in steps_with_paths(scenario):
        if isinstance(step, Task) and step.unstaffed is None:
            yield from ((path, role) for role in roles_named(step))
    yield from responders(scenario)


def below_minimum_cover(scenario: Scenario, unsure_roles: frozenset[str]) -> Iterator[Problem]:
    """Roles with fewer heads on duty at some minute of the week than the department must have."""
    for role_name, needed in scenario.department.minimum_cover.items():
        role = scenario.staffing.roles.get(role_name)
        if role is None or role_name in unsure_roles:
            continue
        heads = heads_by_minute(role)
        short = np.flatnonzero(heads < needed)
        if short.size:
            day, minute = divmod(int(short[0]), int(MINUTES_PER_DAY))
            found = f"{int(heads[short[0]])} heads on {WEEKDAYS[day].capitalize()} {clock_text(minute)}"
            remedy = (
                f"minimum cover is {needed} at all times and cannot be bought out: roster more heads "
                f"({short.size / 60:.1f} hours of the week are short)"
            )
            yield Problem(f"staffing.{role_name}", found, remedy)


def zones_of(step: Place) -> set[str]:
    """Zones a place step may lead to."""
    return {zone for route in step.routes for zone in route.zones}


def holds_and_waits(scenario: Scenario) -> Iterator[Problem]:
    """Refuse departments that can lock: places held while waiting for each other, or for a case that waits for one."""
    edges: set[tuple[str, str]] = set()
    for stream in scenario.department.streams.values():
        edges |= place_edges(stream.pathway)
    remedy = "places wait for each other in a ring: free the place before the next"
    yield from (Problem("department.streams", repr(zone), remedy) for zone in cyclic(edges))
    remedy = (
        "cases held while waiting for a place can block those in it: move the first contact behind the place, or "
        "release the case"
    )
    for role_name, zone in sorted(case_locks(scenario)):
        yield Problem("department.streams", f"{role_name!r} before and inside {zone!r}", remedy)


def place_edges(pathway: Pathway) -> set[tuple[str, str]]:
    """(held, wanted) for every pair of zones a visit may hold and wait for at once."""
    edges: set[tuple[str, str]] = set()
    held: set[InBranch] = set()
    parting = parting_steps(pathway)
    for step in pathway:
        if isinstance(step, Place):
            edges |= {(zone, wanted) for zone in held_beside(step, held, parting) for wanted in zones_of(step)}
        held = held_after(step, held)
    return edges


InBranch = tuple[str, str | None]
"""A zone or a role, and the branch in which a visit may have got a place in it, or a case with it."""


def held_beside(step: Step, held: set[InBranch], parting: dict[str, Choose | Fork]) -> set[str]:
    """Zones held by some visit that comes to the step."""
    return {zone for zone, branch in held if not exclude_each_other(branch, step.branch, parting)}


def held_after(step: Step, held: set[InBranch]) -> set[InBranch]:
    """Zones a visit may hold after a step."""
    if isinstance(step, Place):
        wanted = {(zone, step.branch) for zone in zones_of(step)}
        return held | wanted if skippable(step) else wanted
    if isinstance(step, FreePlace) and taken_by_all(step):
        return {one for one in held if step.branch not in (None, one[1])}
    return held


def skippable(step: Step) -> bool:
    """Whether some visits do not take the step."""
    return step.branch is not None or not taken_by_all(step)


def taken_by_all(step: Step) -> bool:
    """Whether all visits that come to the step take it, those of its branch where it has one."""
    return step.share == 1.0 and step.need is None and step.only_if is None


def cyclic(edges: set[tuple[str, str]]) -> list[str]:
    """Zones on a ring of the graph, in order of name."""
    reach = set(edges)
    while True:
        more = {(a, d) for a, b in reach for c, d in edges if b == c} - reach
        if not more:
            return sorted({a for a, b in reach if a == b})
        reach |= more


def case_locks(scenario: Scenario) -> set[tuple[str, str]]:
    """(role, zone) where a visit may wait for the zone with an open case while another waits in it for a first one."""
    limited = {name for name, role in scenario.staffing.roles.items() if role.caseload is not None}
    waiting: set[tuple[str, str]] = set()
    inside: set[tuple[str, str]] = set()
    for stream in scenario.department.streams.values():
        open_cases: set[InBranch] = set()
        held: set[InBranch] = set()
        parting = parting_steps(stream.pathway)
        for step in stream.pathway:
            if isinstance(step, Place):
                roles = held_beside(step, open_cases, parting)
                waiting |= {(role, zone) for role in roles for zone in zones_of(step)}
            elif isinstance(step, Release) and taken_by_all(step):
                open_cases = {
                    (role, branch)
                    for role, branch in open_cases
                    if role not in step.roles or step.branch not in (None, branch)
                }
            elif isinstance(step, Task) and step.contact != "one_off" and step.role in limited:
                inside |= {(step.role, zone) for zone in held_beside(step, held, parting)}
                open_cases |= {(step.role, step.branch)}
            held = held_after(step, held)
    return waiting & inside
