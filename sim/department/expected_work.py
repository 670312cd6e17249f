"""Work that a demand asks of every role in a week, in the mean and without playing a run: do demand and roster fit?

Waits are not known here, so what lasts as long as a stay does (observation, escalations) is reckoned from below. Left
out: support by peers, for whom nobody waits, assumed effects, handovers, special days, and patients who leave before
they are seen.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.department import pathway, quantities
from sim.department.arrivals import Replay
from sim.department.forks import steps_side_by_side
from sim.department.patients import Stream
from sim.department.roster import Role, heads_by_minute
from sim.department.scenario import Scenario
from sim.department.severity import Traits, disposing, traits_of

BUSY_AT_LEAST = 0.3
"""Physicians and nurses busy for less of their hours have the roster of a larger department."""


class RoleLoad(NamedTuple):
    """Work asked of a role and its hours on duty, both in hours a week.

    `own` is what is put into its queue; `left` is what remains of that when the roles that serve the queue have given
    the hours that their own queues leave them. `hours` counts breaks, and not shifts that go unfilled.
    """

    own: float
    left: float
    hours: float

    @property
    def busy_share(self) -> float:
        """Own work by hours, infinite for work without hours."""
        return self.own / self.hours if self.hours > 0.0 else np.inf if self.own > 0.0 else 0.0

    @property
    def is_too_large(self) -> bool:
        """Whether work is left over that the role has no hours for."""
        return self.left > self.hours * (1.0 + 1e-9)


def loads(scenario: Scenario) -> dict[str, RoleLoad]:
    """The load of every role of the staffing in a week of an average month."""
    roles = scenario.staffing.roles
    own = {name: minutes / quantities.MINUTES_PER_HOUR for name, minutes in weekly_minutes(scenario).items()}
    hours = {name: role.hours_per_week() * (1.0 - role.absence_share) for name, role in roles.items()}
    spare = {name: max(0.0, hours[name] - own.get(name, 0.0)) for name in roles}
    found = {}
    for name in roles:
        left = own.get(name, 0.0)
        for helper in helpers_of(name, roles):
            given = min(spare[helper], max(0.0, left - hours[name]))
            spare[helper] -= given
            left -= given
        found[name] = RoleLoad(own.get(name, 0.0), left, hours[name])
    return found


def helpers_of(name: str, roles: dict[str, Role]) -> list[str]:
    """Roles that serve the queue of another."""
    return [helper for helper, role in roles.items() if any(name in level for level in role.also_serves)]


def seeing_roles(scenario: Scenario) -> list[str]:
    """The physicians and nurses of the staffing: who sees patients, and who cares for the places."""
    steps = [step for stream in scenario.department.streams.values() for step in stream.pathway]
    physicians = [step.role for step in steps if isinstance(step, pathway.Task) and step.purpose == "physician"]
    nurses = [scenario.department.ratio_role, scenario.boarding.nurse_role]
    return [name for name in scenario.staffing.roles if name in (*physicians, *nurses)]


def weekly_minutes(scenario: Scenario) -> dict[str, float]:
    """Minutes of work that come into the queue of each role in a week."""
    total: defaultdict[str, float] = defaultdict(float)
    for name in scenario.demand.streams():
        visits, mix = weekly_visits_of(scenario, name)
        stream = scenario.department.streams[name]
        traits = traits_of(stream, mix)
        for acuity, share in zip(quantities.ACUITIES, mix, strict=True):
            for number, part in enumerate(traits.of_classes[acuity - 1]):
                kind = VisitKind(stream, traits, acuity, number)
                if share * part > 0.0:
                    for role, minutes in minutes_of_visit(scenario, kind).items():
                        total[role] += visits * share * part * minutes
    return dict(total)


def weekly_visits_of(scenario: Scenario, name: str) -> tuple[float, tuple[float, ...]]:
    """Visits of a stream in a week, returns included, and the shares of CTAS 1 to 5 among them."""
    arrivals = scenario.arrivals_of(name)
    per_patient = scenario.department.streams[name].visits_per_patient
    if isinstance(scenario.demand, Replay):
        given = [visit for visit in scenario.demand.visits if visit.stream == name]
        visits = len(given) * quantities.MINUTES_PER_WEEK / scenario.period.horizon * per_patient
        return visits, scenario.acuity_mix_of(name)
    months = float(np.mean(arrivals.month_index)) if scenario.period.uses_month_factors else 1.0
    return quantities.sum_in_order(arrivals.rate_per_hour) * months * per_patient, arrivals.acuity_mix


class VisitKind(NamedTuple):
    """Visits of a stream of one CTAS level and, where the stream has classes of severity, of one class."""

    stream: Stream
    traits: Traits
    acuity: int
    number: int

    @property
    def class_name(self) -> str | None:
        """The class of severity, None where the stream has none."""
        return self.traits.classes[self.number] if self.traits.classes else None

    def admitted(self, step: pathway.Dispose) -> float:
        """Share admitted at a step by those who take it."""
        return self.traits.admission[step.name][self.acuity - 1][self.number]

    def in_need(self, need: str, only_if: str | None) -> float:
        """Share with a need, of those with a disposition: who will be admitted may be given an assessment."""
        drawn = self._drawn(need)
        assessing = next((step for step in disposing(self.stream) if step.assessed_by), None)
        if assessing is None or assessing.assessed_by[0] != need or only_if in (pathway.DISCHARGE, pathway.TRANSFER):
            return drawn
        unassessed = math.prod(1.0 - self._drawn(one) for one in assessing.assessed_by)
        deciding = quantities.of_acuity(assessing.share, self.acuity) * self.admitted(assessing)
        return drawn + unassessed * (1.0 if only_if == pathway.ADMISSION else deciding)

    def _drawn(self, need: str) -> float:
        return self.traits.needs[need][self.acuity - 1][self.number]


def minutes_of_visit(scenario: Scenario, kind: VisitKind) -> dict[str, float]:
    """Expected minutes of every role for one visit of a kind."""
    stream = kind.stream
    work: defaultdict[str, float] = defaultdict(float)
    lasting = list(steps_with_minutes(scenario, kind))
    side_by_side = steps_side_by_side(stream.pathway)
    for number, (step, chance, minutes) in enumerate(lasting):
        if isinstance(step, pathway.Task):
            work[step.role] += chance * minutes * attended_share(scenario, step)
            for role, heads in step.team.items():
                work[role] += chance * minutes * heads
        elif isinstance(step, pathway.SideTask):
            so_far = work[step.role] if step.share_of_minutes is not None else 1.0
            work[step.role] += chance * minutes * (step.share_of_minutes or 1.0) * so_far
        elif isinstance(step, pathway.Board):
            care = scenario.boarding.times[step.time].nurse_minutes_per_hour / quantities.MINUTES_PER_HOUR
            work[scenario.boarding.nurse_role] += chance * minutes * care
        elif isinstance(step, pathway.Observe):
            work[step.role] += chance * stay_minutes(lasting[number:], side_by_side)
    if stream.escalation is not None:
        rate = kind.traits.escalation[kind.number] / (stream.escalation.mean_hours * quantities.MINUTES_PER_HOUR)
        escalations = stay_minutes(lasting, side_by_side) * rate
        for task in stream.escalation.response:
            work[task.role] += escalations * task.minutes
    return work


def stay_minutes(lasting: list[tuple[pathway.Step, float, float]], side_by_side: dict[str, tuple[str, int]]) -> float:
    """Expected minutes of the steps that a visit goes through, waits apart; of a fork those of its longest branch."""
    one_by_one: list[float] = []
    of_forks: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for step, chance, minutes in lasting:
        if isinstance(step, pathway.SideTask):
            continue
        if step.name in side_by_side:
            fork, branch = side_by_side[step.name]
            of_forks[fork][branch] += chance * minutes
        else:
            one_by_one.append(chance * minutes)
    return quantities.sum_in_order(one_by_one) + quantities.sum_in_order(max(b.values()) for b in of_forks.values())


class Ways:
    """Where visits of one kind are on a pathway: the chance of each branch and how its visits end; None is all."""

    def __init__(self, stream: Stream) -> None:
        self.parting = pathway.parting_steps(stream.pathway)
        self.chance: dict[str | None, float] = {None: 1.0}
        self.outcome: dict[str | None, dict[str | None, float]] = {None: {None: 1.0}}

    def taking(self, step: pathway.Step) -> float:
        """Chance of being where a step is, with the disposition it asks for."""
        return self.outcome[step.branch].get(step.only_if, 0.0) * self.chance[step.branch]

    def part(self, kind: VisitKind, step: pathway.Choose | pathway.Fork, chance: float) -> None:
        """Visits that take the step are sent into its branches: into one of a choice, into all of a fork."""
        ends = self.outcome[step.branch]
        if step.only_if is not None:
            ends = {None: 1.0, step.only_if: 1.0}
        shares = [1.0] * len(step.branches)
        if isinstance(step, pathway.Choose):
            shares = [branch.share_of(kind.acuity, kind.class_name) for branch in step.branches]
        for name, share in zip(pathway.branches_of(step), shares, strict=True):
            self.chance[name] = chance * share
            self.outcome[name] = dict(ends)

    def dispose(self, branch: str | None, ends: dict[str | None, float]) -> None:
        """All in a branch end so; what that changes is changed for those around it too."""
        before = dict(self.outcome[branch])
        around = {None, *(name for _, name in pathway.branches_around(branch, self.parting))}
        for name, outcome in self.outcome.items():
            if branch is None or branch in dict(pathway.branches_around(name, self.parting)).values():
                outcome |= ends
            elif name in around and self.chance[name] > 0.0:
                part = self.chance[branch] / self.chance[name]
                for end, share in ends.items():
                    outcome[end] = outcome.get(end, 0.0) + part * (share - before.get(end, 0.0))


def steps_with_minutes(scenario: Scenario, kind: VisitKind) -> Iterator[tuple[pathway.Step, float, float]]:
    """Every step with the chance that a visit takes it, and its mean minutes (0 where it takes no time)."""
    triage = quantities.sum_in_order(group.share * group.triage for group in scenario.department.groups)
    ways = Ways(kind.stream)
    acuity = kind.acuity
    for step in kind.stream.pathway:
        chance = quantities.of_acuity(step.share, acuity) * ways.taking(step)
        if step.need is not None:
            chance *= kind.in_need(step.need, step.only_if)
        minutes = 0.0
        if isinstance(step, pathway.Delay | pathway.Task | pathway.SideTask):
            minutes = step.minutes.mean_of(acuity)
        if isinstance(step, pathway.Task) and step.purpose == "triage":
            minutes *= triage
        if isinstance(step, pathway.Board):
            minutes = mean_boarding_minutes(scenario, step, acuity)
        if isinstance(step, pathway.Choose | pathway.Fork):
            ways.part(kind, step, chance)
        if isinstance(step, pathway.Dispose):
            admitted, moved = kind.admitted(step), quantities.of_acuity(step.transfer, acuity)
            home = max(0.0, 1.0 - admitted - moved)
            ways.dispose(step.branch, {pathway.ADMISSION: admitted, pathway.TRANSFER: moved, pathway.DISCHARGE: home})
        yield step, chance, minutes


def mean_boarding_minutes(scenario: Scenario, step: pathway.Board, acuity: int) -> float:
    """Mean boarding time of a step; for a regional pool, whose waits are not known, the same."""
    time = scenario.boarding.times[step.time]
    long = time.long_share * scenario.boarding.mean_hours * quantities.MINUTES_PER_HOUR
    return (1.0 - time.long_share) * time.minutes.mean_of(acuity) + long


def attended_share(scenario: Scenario, task: pathway.Task) -> float:
    """Share of the week in which somebody is on duty for a task that goes another way when nobody is."""
    roles = scenario.staffing.roles
    if task.unstaffed is None or task.role not in roles:
        return 1.0
    heads = sum(heads_by_minute(roles[name]) for name in (task.role, *helpers_of(task.role, roles)))
    return float(np.mean(np.asarray(heads) > 0))
