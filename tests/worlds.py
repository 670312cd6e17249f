"""Small departments for tests: builders of one-queue worlds, and whole random departments from a seed or hypothesis.

What must be true in them is told by the tests; that every clause of the law is met by some of them is counted by
`tests.events_met`. In two thirds of the random departments times fall on a grid, so that ties are the rule.
"""

import math
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from sim.department.arrivals import GivenVisit, Hourly, Profile, Replay, SlowLevel, SpecialDay, Steady
from sim.department.boarding import BedPool, Boarding, BoardingTime
from sim.department.department import Department
from sim.department.discipline import Discipline, Disciplines, PlaceDiscipline
from sim.department.forks import steps_side_by_side
from sim.department.pathway import (
    Board,
    Branch,
    Choose,
    Delay,
    Dispose,
    FollowUp,
    Fork,
    FreePlace,
    Observe,
    Place,
    Release,
    Route,
    SideTask,
    Task,
)
from sim.department.patients import Escalation, Group, Patience, ResponseTask, ReturnVisits, Stream
from sim.department.places import Zone
from sim.department.quantities import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    LognormalMedian,
    Triangular,
    Uniform,
    Weibull,
)
from sim.department.roster import Break, Role, Shift, Staffing
from sim.department.scenario import Period, Scenario, ScenarioError
from sim.department.severity import AlwaysHeld, Held, HeldOdds, Severity
from sim.department.support import Effects, RoleEffects, Support, YouthPeer

ALL = (1, 2, 3, 4, 5)


def always(minutes: float) -> Constant:
    """The same minutes for everybody."""
    return Constant(value=minutes)


def staffed(heads: int = 1, **role: Any) -> Role:
    """A role with `heads` members on duty all the time."""
    return Role(shifts={"always": Shift(start=0.0, minutes=1440.0, heads=heads)}, **role)


def shift(start: float, minutes: float, heads: int = 1, **more: Any) -> Shift:
    """A daily shift."""
    return Shift(start=start, minutes=minutes, heads=heads, **more)


def visits_at(*times: float, stream: str = "medical", **given: Any) -> Replay:
    """A replayed list of visits that differ in time only."""
    return Replay(visits=tuple(GivenVisit(at=at, stream=stream, **given) for at in times))


def one_stream(
    pathway: Sequence[Any],
    roles: dict[str, Role],
    demand: Any,
    *,
    minutes: float = 1440.0,
    zones: dict[str, Zone] | None = None,
    stream: dict[str, Any] | None = None,
    department: dict[str, Any] | None = None,
    discipline: Discipline | None = None,
    places: PlaceDiscipline | None = None,
    name: str = "medical",
    **scenario: Any,
) -> Scenario:
    """A department of one stream, checked."""
    return Scenario(
        department=Department(
            name="small",
            streams={name: Stream(pathway=tuple(pathway), **(stream or {}))},
            zones=zones or {},
            **(department or {}),
        ),
        demand=demand,
        staffing=Staffing(name="small", roles=roles),
        discipline=Disciplines(default=discipline or Discipline(), places=places or PlaceDiscipline()),
        period=Period(minutes=minutes, step_limit=200_000),
        **scenario,
    ).checked()


class Dice:
    """Draws for one random department, on a grid of minutes where `grid` is not 0.

    All of them are whole numbers of which 0 stands for the plainest choice, for that is where hypothesis shrinks to.
    """

    def __init__(self, random: Random, grid: float) -> None:
        self.random, self.grid = random, grid

    def below(self, n: int) -> int:
        return self.random.randrange(n)

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def part(self) -> float:
        return self.below(FINE) / FINE

    def chance(self, probability: float) -> bool:
        return self.part() >= 1.0 - probability

    def one_of(self, *choices: Any) -> Any:
        return choices[self.below(len(choices))]

    def each_of(self, *sizes: int) -> list[int]:
        """One number below each of the sizes, drawn at once."""
        drawn = self.below(math.prod(sizes))
        numbers = []
        for size in sizes:
            drawn, number = divmod(drawn, size)
            numbers.append(number)
        return numbers

    def shuffled(self, items: Sequence[Any]) -> list[Any]:
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]

    def real(self, low: float, high: float) -> float:
        return low + (high - low) * self.part()

    def number(self, low: float, high: float) -> float:
        return self.on_grid(self.real(low, high))

    def on_grid(self, minutes: float) -> float:
        return round(minutes / self.grid) * self.grid if self.grid else minutes

    def share(self) -> float:
        return self.one_of(1.0, 1.0, 1.0, 0.8, 0.5)

    def minutes(self, mean: float) -> Any:
        """A distribution with about this mean; constant where times must fall on the grid."""
        if self.chance(0.06):
            return Constant(value=0.0)
        mean *= self.real(0.5, 1.5)
        if self.grid:
            by_acuity = tuple(self.on_grid(mean * factor) for factor in (2.0, 1.5, 1.0, 0.7, 0.5))
            return Constant(value=by_acuity if self.chance(0.4) else self.on_grid(mean))
        return self.one_of(
            Constant(value=mean),
            Exponential(mean=mean),
            Lognormal(mean=mean, cv=0.7),
            LognormalMedian(median=mean, log_sd=0.5),
            Gamma(mean=mean, cv=0.5),
            Weibull(shape=1.5, scale=mean),
            Uniform(low=0.0, high=2.0 * mean),
            Triangular(low=0.0, mode=mean, high=2.0 * mean),
            Empirical(quantiles=(0.0, 0.5 * mean, 0.5 * mean, 3.5 * mean), scale=(2.0, 1.5, 1.0, 0.7, 0.5)),
            Empirical(quantiles=[[0.0, 0.2 * k * mean, 2.0 * mean] for k in range(1, 6)], at=(0.0, 0.9, 1.0)),
        )


GRIDS = (0.0, 1.0, 5.0)
"""Times of full precision, whole minutes, fives of minutes: a third of the departments each."""
FINE = 2**20


def random_scenario(seed: int, forks: bool = True) -> Scenario:
    """A whole small department: 1 to 2 days, some 190 visits; the same for the same seed.

    Departments of seed 0 modulo 3 have times of full precision, of 1 modulo 3 whole minutes, of 2 modulo 3 fives of
    minutes (what the law itself draws as exponential or lognormal excepted). Most of them have some steps side by
    side; without `forks` they are the same but for that.
    """
    for attempt in range(50):
        try:
            return drawn_scenario(Dice(Random(f"world {seed} {attempt}"), GRIDS[seed % 3]), forks).checked()
        except ScenarioError:
            continue
    raise AssertionError(f"no valid department in 50 attempts for seed {seed}")


@st.composite
def random_scenarios(draw: st.DrawFn) -> Scenario:
    """Whole small departments, for hypothesis: what fails in one shrinks to a plainer one with fewer visits."""
    grid = draw(st.sampled_from((5.0, 1.0, 0.0)))
    try:
        return drawn_scenario(Dice(draw(st.randoms(use_true_random=False)), grid)).checked()
    except ScenarioError:
        reject()


def drawn_scenario(dice: Dice, forks: bool = True) -> Scenario:
    streams = {"medical": medical(dice)}
    if dice.chance(0.8):
        streams["mental_health"] = mental_health(dice)
    peers = "mental_health" in streams and dice.chance(0.85)
    horizon = dice.number(1260.0, 2700.0)
    scenario = Scenario(
        department=department(dice, streams),
        demand=demand(dice, streams, horizon),
        staffing=staffing(dice, roles_asked(streams), peers),
        support=support(dice, tuple(streams)),
        effects=effects(dice),
        boarding=boarding(dice),
        discipline=Disciplines(
            default=discipline(dice),
            roles={"physician": discipline(dice)} if dice.chance(0.7) else {},
            places=place_discipline(dice),
        ),
        period=Period(minutes=horizon, step_limit=30_000, month_factors=dice.chance(0.5)),
    )
    scenario = with_classes(dice, scenario) if dice.chance(0.6) else scenario
    scenario = with_uneven_weeks(dice, scenario) if isinstance(scenario.demand, Profile) else scenario
    scenario = with_branches(dice, scenario) if dice.chance(0.4) else scenario
    scenario = with_teams(dice, scenario) if dice.chance(0.4) else scenario
    scenario = with_rates_by_hour(dice, scenario)
    return with_forks(dice, scenario) if forks and dice.chance(0.6) else scenario


def with_forks(dice: Dice, scenario: Scenario) -> Scenario:
    """The same department with some steps side by side and new ones beside them; drawn last, so that others stay."""
    roles = [name for name, role in scenario.staffing.roles.items() if role.kind != "peer"]
    streams = dict(scenario.department.streams)
    for name in streams if dice.chance(0.5) else dice.one_of(*((name,) for name in streams)):
        for number in range(dice.one_of(1, 1, 2)):
            streams[name] = forking(dice, f"{name}_{number}", streams[name], roles)
    return changed(scenario, department=changed(scenario.department, streams=streams))


def forking(dice: Dice, name: str, stream: Stream, roles: Sequence[str]) -> Stream:
    """A stream whose visits do some steps at once: a run of its own that may be, and some that are new."""
    inside = steps_side_by_side(stream.pathway)
    at = dice.below(len(stream.pathway) + 1) if dice.chance(0.7) else 0
    before, after = stream.pathway[:at], stream.pathway[at:]
    if after and after[0].name in inside:
        return stream  # the steps of one fork stand together
    sent = [
        branch for step in before if isinstance(step, Choose) and step.name not in inside for branch in step.branches
    ]
    around = dice.one_of(None, *(branch.name for branch in sent))
    run: list[Any] = []
    for step in after[: dice.one_of(4, 3, 2, 1)]:
        around = around if run else step.branch if isinstance(step, Task | SideTask | Delay) else around
        if not isinstance(step, Task | SideTask | Delay) or step.branch != around or step.name in inside:
            break
        run.append(step)
    fork = Fork(
        name=f"{name}_fork",
        branches=tuple(f"{name}_beside_{way}" for way in ("a", "b", "c", "d")[: dice.one_of(2, 2, 3, 4)]),
        branch=around,
        share=dice.share(),
    )
    disposed = any(isinstance(step, Dispose) for step in before)
    branch_of_role: dict[str, str] = {}
    steps: list[Any] = []
    for step in run:
        branch = dice.one_of(*fork.branches)
        if getattr(step, "contact", "one_off") != "one_off" and isinstance(step, Task):
            branch = branch_of_role.setdefault(step.role, branch)
        steps.append(changed(step, branch=branch))
    for branch in fork.branches:
        for number in range(dice.one_of(1, 1, 2)):
            new = beside(dice, f"{branch}_{number}", branch, roles)
            steps[dice.below(len(steps) + 1) : 0] = [lasting(step) for step in new] if disposed else new
    return changed(stream, pathway=(*before, fork, *steps, *after[len(run) :]))


def beside(dice: Dice, name: str, branch: str, roles: Sequence[str]) -> list[Any]:
    """A step for a branch of a fork, or a choice between two."""
    if dice.chance(0.85):
        return [one_beside(dice, name, branch, roles)]
    choose = Choose(name=f"{name}_way", branches=branches(dice, [f"{name}_x", f"{name}_y"], ()), branch=branch)
    ways = [one_beside(dice, f"{name}_{number}", way.name, roles) for number, way in enumerate(choose.branches)]
    return [choose, *ways]


def lasting(step: Any) -> Any:
    """A step that nobody leaves: a run does not show the disposition of a visit that leaves after it."""
    return step if isinstance(step, Choose) else changed(step, may_leave=False)


def one_beside(dice: Dice, name: str, branch: str, roles: Sequence[str]) -> Any:
    """A delay or a task for a branch."""
    if dice.chance(0.4):
        limit = dice.one_of(None, 1, 2)
        return Delay(
            name=name,
            minutes=dice.minutes(25),
            branch=branch,
            share=dice.share(),
            capacity=limit,
            may_leave=limit is not None and dice.chance(0.6),
        )
    many = [role for role in roles if role in ("nurse", "physician")]
    task = Task(
        name=name,
        role=dice.one_of(*many, *many, *roles),
        minutes=dice.minutes(9),
        branch=branch,
        share=dice.share(),
        band=bands(dice),
        may_leave=dice.chance(0.5),
        preemptible=dice.chance(0.5),
        unstaffed=dice.minutes(20) if dice.chance(0.2) else None,
    )
    return for_several(dice, task, roles) if dice.chance(0.45) else task


def with_teams(dice: Dice, scenario: Scenario) -> Scenario:
    """The same department with tasks for several, at times for more than there are."""
    roles = [name for name, role in scenario.staffing.roles.items() if role.kind != "peer"]
    streams = {
        name: changed(stream, pathway=tuple(for_several(dice, step, roles) for step in stream.pathway))
        for name, stream in scenario.department.streams.items()
    }
    return changed(scenario, department=changed(scenario.department, streams=streams))


def for_several(dice: Dice, step: Any, roles: Sequence[str]) -> Any:
    """A task that needs one or two of one or two roles more, mostly of those who are many."""
    if not isinstance(step, Task) or step.unstaffed is not None or dice.chance(0.4):
        return step
    many = [name for name in roles if name in ("nurse", "physician")]
    asked = {dice.one_of(*many, *many, *roles): dice.one_of(1, 1, 2) for _ in range(dice.one_of(1, 1, 2))}
    limit = max(dice.number(1.0, 45.0), 1.0)
    return changed(step, team=asked, gather_minutes=limit, preemptible=step.preemptible or dice.chance(0.4))


def with_branches(dice: Dice, scenario: Scenario) -> Scenario:
    """The same department with ways that part, and at times once more within one of them."""
    streams = dict(scenario.department.streams)
    for name in streams if dice.chance(0.3) else dice.one_of(*((name,) for name in streams)):
        streams[name] = parting(dice, name, streams[name])
    return changed(scenario, department=changed(scenario.department, streams=streams))


def parting(dice: Dice, name: str, stream: Stream) -> Stream:
    """A stream whose visits go one of several ways for some of their steps."""
    classes = stream.severity.classes if stream.severity is not None else ()
    at = dice.below(max(1, len(stream.pathway) // 2))
    before, after = stream.pathway[:at], list(stream.pathway[at:])
    ways = ("a", "b", "c")[: dice.one_of(2, 2, 3)]
    choose = Choose(
        name=f"{name}_way", branches=branches(dice, [f"{name}_{way}" for way in ways], classes), share=dice.share()
    )
    inner = Choose(
        name=f"{name}_inner",
        branches=branches(dice, [f"{name}_{way}" for way in ("d", "e")], ()),
        branch=choose.branches[0].name,
    )
    sent = [branch.name for branch in choose.branches]
    if dice.chance(0.4):
        sent += [branch.name for branch in inner.branches]
        after.insert(0, inner)
    steps = [
        changed(step, branch=dice.one_of(None, *sent))
        if step is not inner and not (isinstance(step, Dispose) and step.assessed_by)
        else step
        for step in after
    ]
    alone = [
        Delay(name=f"{way}_alone", minutes=dice.minutes(10), branch=way, share=dice.share()) for way in reversed(sent)
    ]
    return changed(stream, pathway=(*before, choose, *steps[:1], *alone, *steps[1:]))


def branches(dice: Dice, names: Sequence[str], classes: Sequence[str]) -> tuple[Branch, ...]:
    """Branches with shares for everybody, by acuity, or of their own for a class."""
    n = len(names)

    def shares() -> tuple[float, ...]:
        parts = [dice.below(5) / 10.0 for _ in range(n - 1)]
        return (*parts, 1.0 - sum(parts))

    rows = [shares() for _ in ALL] if dice.chance(0.5) else [shares()] * 5
    whole = list(zip(*rows, strict=True))
    of_class = {name: shares() for name in classes if dice.chance(0.5)}
    return tuple(
        Branch(name=name, share=whole[number], by_class={one: row[number] for one, row in of_class.items()})
        for number, name in enumerate(names)
    )


def with_rates_by_hour(dice: Dice, scenario: Scenario) -> Scenario:
    """A steady demand by hours instead, and beside a profile a third stream with hours of its own."""
    if isinstance(scenario.demand, Steady) and dice.chance(0.7):
        rates = scenario.demand.per_hour
        return changed(scenario, demand=hourly(dice, {name: hours(dice, rate) for name, rate in rates.items()}))
    if not isinstance(scenario.demand, Profile) or dice.chance(0.3):
        return scenario
    clinic = Task(name="clinic", role="nurse", minutes=dice.minutes(12.0), may_leave=dice.chance(0.5))
    streams = {**scenario.department.streams, "clinic": Stream(pathway=(clinic,), patience=Patience(never_leaves=0.5))}
    rates = {"clinic": hours(dice, 2.0)}
    further = {"clinic": SlowLevel(cv=0.4)} if dice.chance(0.5) else {}
    demand = changed(scenario.demand, per_hour=rates, slow_level={**scenario.demand.slow_level, **further})
    return changed(scenario, department=changed(scenario.department, streams=streams), demand=demand)


def hours(dice: Dice, rate: float) -> Any:
    """About so many first visits an hour: always, more in the evening, or at other hours every day."""
    evening = tuple(24.0 * rate * share for share in BUSY_EVENING)
    return dice.one_of(rate, evening, (evening, (0.0,) * 9 + (2.0 * rate,) * 6 + (0.0,) * 9) * 3 + (evening,))


def hourly(dice: Dice, rates: dict[str, Any]) -> Hourly:
    """Rates by hour with what may be said of some of their streams."""
    first = next(iter(rates))
    return Hourly(
        per_hour=rates,
        growth=dice.one_of(1.0, 1.25),
        acuity_mix=dict.fromkeys(rates, ACUITY_MIX),
        month_index=dice.one_of({}, {first: (1.1, 0.9) * 6}),
        day_factor_cv=dice.one_of({}, dict.fromkeys(rates, 0.2)),
        slow_level=dice.one_of({}, {first: SlowLevel(cv=0.3)}),
    )


def with_uneven_weeks(dice: Dice, scenario: Scenario) -> Scenario:
    """The same department with levels of whole weeks and special days."""
    level = SlowLevel(cv=dice.one_of(0.0, 0.3, 0.8), memory_weeks=dice.one_of(4.0, 0.5, 30.0))
    days = {
        "new_year": SpecialDay(dates=("01-01", "2023-12-31"), medical=0.5, mental_health=dice.one_of(1.5, 0.0)),
        "second": SpecialDay(dates=dice.one_of(("1st tuesday of january",), ("2024-01-02", "01-01")), medical=1.4),
    }
    demand = changed(
        scenario.demand,
        slow_level=dice.one_of({}, {"medical": level}, {"medical": SlowLevel(cv=0.4), "mental_health": level}),
        special_days=dice.one_of({}, days),
    )
    return changed(scenario, demand=demand)


def with_classes(dice: Dice, scenario: Scenario) -> Scenario:
    """The same department with classes of severity, and who is held, assessed and wishes for whom by them."""
    streams = dict(scenario.department.streams)
    if "mental_health" in streams:
        streams["mental_health"] = of_severity(dice, streams["mental_health"])
    if dice.chance(0.3):
        tests = severity(dice, ("held", "police", "ambulance", "tests"), streams["medical"])
        streams["medical"] = changed(streams["medical"], severity=tests)
    youth = YouthPeer(without_caregiver=dice.one_of(1.0, 0.7), under_12=dice.one_of(0.1, 0.0), from_12=0.5)
    return changed(
        scenario,
        department=changed(scenario.department, streams=streams),
        support=changed(scenario.support, youth_peer=youth),
    )


def changed(value: Any, **fields: Any) -> Any:
    """A value of the department with other fields, checked anew."""
    return type(value)(**{**dict(value), **fields})


def of_severity(dice: Dice, stream: Stream) -> Stream:
    """A mental-health stream with classes, needs for assessment, and holds."""
    needs: dict[str, Any] = {**stream.needs, "crisis": (0.9, 0.85, 0.75, 0.5, 0.3), "psychiatrist": 0.3}
    steps = [needing(dice, step) for step in stream.pathway]
    names = [step.name for step in steps]
    if "observe" in names and dice.chance(0.4):  # from triage on
        steps.insert(names.index("mh_triage") + 1 if "mh_triage" in names else 0, steps.pop(names.index("observe")))
    asked = [step.need for step in steps if isinstance(step, Task) and step.need is not None]
    assessing = tuple(need for need in ("crisis", "psychiatrist") if need in asked)
    steps = [
        changed(step, assessed_by=assessing) if isinstance(step, Dispose) and dice.chance(0.7) else step
        for step in steps
    ]
    always = AlwaysHeld(under_age=dice.one_of(12, 14, 3), caregiver=dice.chance(0.2))
    holds = dice.one_of(None, Held(always=always, odds=HeldOdds(police=dice.one_of(6.0, 1.0))), Held(always=always))
    more = changed(
        stream,
        needs=needs,
        pathway=tuple(steps),
        ambulance_share=dice.one_of(0.15, 0.0),
        caregiver_share=(0.7, 0.5),
        held_share=0.9
        if holds is not None and always.caregiver
        else max(stream.held_share, 0.35 * (holds is not None)),
        held=holds,
    )
    traits = ("held", "police", "ambulance", "observation", "crisis", "psychiatrist")
    return changed(more, severity=severity(dice, traits, more)) if dice.chance(0.9) else more


def needing(dice: Dice, step: Any) -> Any:
    """A step of mental health that only those have who need it."""
    if step.name in ("assessment", "collateral") or (step.name == "safety_plan" and dice.chance(0.7)):
        return changed(step, need="crisis")
    if step.name == "mh_physician" and dice.chance(0.7):
        return changed(step, need="psychiatrist")
    return step


def severity(dice: Dice, traits: Sequence[str], stream: Stream) -> Severity:
    """One to four classes; some of them in no visit of an acuity, some traits without odds."""
    n = dice.one_of(3, 3, 2, 4, 1)
    rows = []
    for _ in ALL:
        parts = [dice.below(4) for _ in range(n - 1)]
        rows.append((*(part / 10.0 for part in parts), 1.0 - sum(parts) / 10.0))
    if stream.returns is not None:
        traits = (*traits, "frail")
    if any(isinstance(step, Dispose) for step in stream.pathway):
        traits = (*traits, "admission")

    def against_first() -> tuple[float, ...]:
        return (1.0, *(dice.one_of(1.0, 3.0, 0.2, 8.0) for _ in range(n - 1)))

    return Severity(
        classes=("brief", "at_risk", "agitated", "other")[:n],
        share=tuple(rows),
        odds={trait: against_first() for trait in traits if dice.chance(0.7)},
        rates={"escalation": against_first()} if dice.chance(0.7) else {},
        means={"wish": against_first()} if dice.chance(0.5) else {},
    )


def roles_asked(streams: dict[str, Stream]) -> list[str]:
    """Roles the streams ask for, and the nurse, in the order of a roster."""
    asked = {"nurse"}
    for stream in streams.values():
        for step in stream.pathway:
            if isinstance(step, Task | SideTask | Observe):
                asked.add(step.role)
        asked |= {task.role for task in stream.escalation.response} if stream.escalation else set()
    order = ("physician", "nurse", "triage_nurse", "crisis_clinician", "observation_aide", "security")
    return [role for role in order if role in asked]


def department(dice: Dice, streams: dict[str, Stream]) -> Department:
    ratio = dice.chance(0.6)
    return Department(
        name="random",
        streams=streams,
        zones={
            "resus": zone(dice, 2, 12),
            "acute": zone(dice, 5, 4),
            "fast_track": zone(dice, 3, 3),
            "mh_safe": zone(dice, 2, 4),
            "lounge": zone(dice, 3, dice.one_of(0, 4, 6)),
            "corridor": Zone(places=None, nurse_twelfths=dice.one_of(0, 4)),
        },
        ratio_role="nurse" if ratio else None,
        handover_minutes=dice.one_of(0.0, dice.number(2.0, 10.0)),
        groups=(Group(name="a", share=0.7), Group(name="b", share=0.3, patience=0.5, consent=1.2, triage=1.5))
        if dice.chance(0.3)
        else (Group(name="all", share=1.0),),
    )


def zone(dice: Dice, places: int, twelfths: int) -> Zone:
    return Zone(
        places=max(1, places + dice.between(-1, 2)),
        nurse_twelfths=twelfths,
        cleaning_minutes=dice.one_of(0.0, dice.number(2.0, 12.0)),
    )


def place(dice: Dice, name: str, mental: bool, **more: Any) -> Place:
    """Routes that overflow into each other's zones more often than not, so that one zone has several routes waiting."""
    middle = ("mh_safe", "acute") if mental else dice.one_of(("acute",), ("acute", "fast_track"), ("acute", "resus"))
    last = ("mh_safe", "fast_track", "acute") if mental else ("fast_track", "acute")
    urgent = (("acute",), ("resus", "acute"), ("resus", "acute", "corridor"))
    routes = [
        Route(acuities=(1,), zones=dice.one_of(*(urgent[:2] if mental else reversed(urgent)))),
        Route(acuities=(2, 3), zones=middle),
        Route(acuities=(4, 5), zones=dice.one_of(last, last, ("fast_track",))),
    ]
    return Place(name=name, routes=tuple(routes), **more)


def later_place(name: str) -> Place:
    return Place(name=name, routes=(Route(acuities=ALL, zones=("lounge",)),), may_leave=False, share=0.8)


def bands(dice: Dice) -> Any:
    return (0, 2, 2, 2, 2) if dice.chance(0.6) else 2


def place_bands(dice: Dice) -> Any:
    """At times a band puts others before CTAS 1, or parts the acuities of a route."""
    return dice.one_of(2, (0, 2, 2, 2, 2), (2, 2, 3, 2, 1))


def medical(dice: Dice) -> Stream:
    steps: list[Any] = []
    if dice.chance(0.7):
        steps.append(Delay(name="desk", minutes=dice.minutes(4), capacity=dice.one_of(None, 1, 2), may_leave=True))
    if dice.chance(0.8):
        steps.append(
            Task(
                name="triage",
                role=dice.one_of("triage_nurse", "nurse"),
                minutes=dice.minutes(7),
                may_leave=dice.chance(0.7),
                purpose="triage",
                share=(0.0, 1.0, 1.0, 1.0, 1.0),
            )
        )
    roomed = dice.chance(0.8)
    if roomed:
        steps.append(place(dice, "room", False, may_leave=dice.chance(0.8), band=place_bands(dice), share=dice.share()))
    if dice.chance(0.7):
        steps.append(Task(name="intake", role="nurse", minutes=dice.minutes(10), preemptible=dice.chance(0.3)))
    steps.append(
        Task(
            name="physician_first",
            role="physician",
            contact=dice.one_of("first", "first", "one_off"),
            minutes=dice.minutes(15),
            band=bands(dice),
            may_leave=True,
            purpose="physician",
            preemptible=dice.chance(0.5),
        )
    )
    if dice.chance(0.7):
        steps.append(
            Delay(name="imaging", minutes=dice.minutes(20), capacity=dice.one_of(None, 1, 2), share=dice.share())
        )
    if dice.chance(0.5):
        steps.append(
            Task(
                name="tests",
                role="nurse",
                contact=dice.one_of("one_off", "first"),
                minutes=dice.minutes(8),
                share=dice.share(),
                need=dice.one_of(None, "tests"),
            )
        )
    if dice.chance(0.7):
        steps.append(
            Task(
                name="reassess",
                role="physician",
                contact="continuing",
                minutes=dice.minutes(8),
                band=1,
                share=dice.share(),
                may_leave=dice.chance(0.3),
                preemptible=dice.chance(0.6),
            )
        )
    if dice.chance(0.7):
        steps.append(charting(dice, "charting", "physician"))
    if dice.chance(0.3):
        steps.append(
            Task(
                name="pharmacy",
                role="security",
                minutes=dice.minutes(10),
                unstaffed=dice.minutes(25),
                share=dice.share(),
            )
        )
    steps += ending(dice, roomed, "")
    return Stream(
        age_shares=(0.5, 0.3, 0.2),
        ambulance_share=0.1,
        needs={"tests": 0.5},
        patience=patience(dice),
        returns=returns(dice),
        pathway=tuple(steps),
    )


def charting(dice: Dice, name: str, role: str) -> SideTask:
    part = dice.chance(0.5)
    return SideTask(
        name=name,
        role=role,
        contact=dice.one_of("continuing", "one_off"),
        minutes=Constant(value=1.0) if part else dice.minutes(6),
        share_of_minutes=dice.one_of(1.0, 0.15) if part else None,
        preemptible=dice.chance(0.7),
        band=dice.one_of(2, 3),
        share=dice.share(),
    )


def ending(dice: Dice, roomed: bool, prefix: str) -> list[Any]:
    steps: list[Any] = []
    if dice.chance(0.8):
        steps.append(Dispose(name=f"{prefix}dispose", admission=(0.7, 0.4, 0.2, 0.05, 0.0), transfer=0.05))
        if dice.chance(0.4):
            steps.append(Release(name=f"{prefix}release", roles=("physician",), only_if=dice.one_of(None, "admission")))
        if dice.chance(0.8):
            steps.append(Board(name=f"{prefix}board", time=dice.one_of("ward", "unit"), only_if="admission"))
        if dice.chance(0.4) and roomed:
            steps.append(FreePlace(name=f"{prefix}leave_room", only_if="discharge"))
        if dice.chance(0.6):
            steps.append(
                Task(
                    name=f"{prefix}teaching",
                    role="nurse",
                    minutes=dice.minutes(8),
                    only_if="discharge",
                    preemptible=True,
                    may_leave=dice.chance(0.2),
                )
            )
    if dice.chance(0.45):
        steps.append(Release(name=f"{prefix}release_all", roles=("physician", "crisis_clinician", "nurse")))
        steps.append(later_place(f"{prefix}lounge"))
        steps.append(Delay(name=f"{prefix}rest", minutes=dice.minutes(15)))
    if dice.chance(0.4):
        steps.append(charting(dice, f"{prefix}notes", "nurse"))
    return steps


def mental_health(dice: Dice) -> Stream:
    steps: list[Any] = []
    if dice.chance(0.8):
        steps.append(
            Task(
                name="mh_triage",
                role="nurse",
                minutes=dice.minutes(8),
                may_leave=True,
                purpose="triage",
                share=dice.share(),
            )
        )
    roomed = dice.chance(0.85)
    if roomed:
        steps.append(
            place(dice, "mh_room", True, may_leave=dice.chance(0.7), band=place_bands(dice), share=dice.share())
        )
    if dice.chance(0.6):
        steps.append(
            Observe(
                name="observe",
                role="observation_aide",
                fallback_role="nurse",
                fallback_minutes_per_hour=dice.one_of(0.0, 10.0),
                need="observation",
            )
        )
    if dice.chance(0.7):
        steps.append(
            Task(
                name="mh_physician",
                role="physician",
                contact="first",
                minutes=dice.minutes(12),
                band=bands(dice),
                may_leave=True,
                purpose="physician",
                preemptible=dice.chance(0.5),
            )
        )
    steps.append(
        Task(
            name="assessment",
            role="crisis_clinician",
            contact="first",
            minutes=dice.minutes(40),
            share=dice.share(),
            purpose="assessment",
            preemptible=dice.chance(0.5),
            may_leave=dice.chance(0.4),
            unstaffed=dice.minutes(60) if dice.chance(0.3) else None,
        )
    )
    if dice.chance(0.7):
        steps.append(charting(dice, "collateral", "crisis_clinician"))
    if dice.chance(0.6):
        steps.append(
            Task(
                name="safety_plan",
                role="crisis_clinician",
                contact="continuing",
                minutes=dice.minutes(20),
                purpose="safety_plan",
                preemptible=dice.chance(0.5),
                share=dice.share(),
                band=dice.one_of(1, 2),
            )
        )
    if dice.chance(0.5):
        steps.append(Delay(name="sobering", minutes=dice.minutes(90), share=0.3, capacity=dice.one_of(None, 1)))
    steps += ending(dice, roomed, "mh_")
    if dice.chance(0.5):
        steps.append(FollowUp(name="follow_up", within_7_days=0.3, within_30_days=0.6))
    return Stream(
        age_shares=(0.05, 0.25, 0.7),
        police_share=0.1,
        held_share=dice.one_of(0.0, 0.2, 0.5),
        caregiver_share=(1.0, 0.5),
        needs={"observation": 0.4},
        patience=patience(dice),
        escalation=escalation(dice),
        returns=returns(dice),
        pathway=tuple(steps),
    )


def escalation(dice: Dice) -> Escalation | None:
    if dice.chance(0.3):
        return None
    roles = dice.shuffled(["security", "nurse", "physician", "crisis_clinician"])[: dice.one_of(1, 2, 3, 2, 1, 0)]
    return Escalation(
        mean_hours=dice.real(1.5, 10.0),
        response=tuple(ResponseTask(role=role, minutes=dice.number(0.0, 20.0)) for role in roles),
        restraint_share=0.25,
    )


def patience(dice: Dice) -> Patience:
    if dice.chance(0.15):
        return Patience()
    return Patience(
        never_leaves=dice.one_of(0.0, 0.3, 0.6),
        ctas1_never_leaves=dice.chance(0.8),
        minutes=dice.minutes(dice.one_of(20.0, 60.0, 150.0)),
    )


def returns(dice: Dice) -> ReturnVisits | None:
    if dice.chance(0.4):
        return None
    return ReturnVisits(
        susceptible=0.3,
        shape=0.8,
        scale_days=dice.one_of(0.3, 1.0, 0.3, 5.0),
        frail_share=0.2,
        frailty=2.0,
        hazard_by_disposition={"lwbs": 1.5},
        prelude_days=dice.one_of(0.0, 0.0, 3.0),
    )


def discipline(dice: Dice) -> Discipline:
    return Discipline(
        rule=dice.one_of("fifo", "acuity_fifo", "accumulating", "target"),
        slopes=dice.one_of((1000.0, 3.0, 1.2, 1.0, 1.0), (4.0, 3.0, 2.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0, 0.0)),
        member=dice.one_of("least_loaded", "longest_idle", "listed_order"),
    )


def place_discipline(dice: Dice) -> PlaceDiscipline:
    return PlaceDiscipline(
        rule=dice.one_of("acuity_fifo", "fifo", "accumulating", "target"),
        slopes=dice.one_of((1000.0, 6.0, 1.5, 1.0, 1.0), (0.0, 2.0, 2.0, 1.0, 3.0), (0.0, 0.0, 0.0, 0.0, 0.0)),
    )


def staffing(dice: Dice, asked: list[str], peers: bool) -> Staffing:
    roles = {name: role(dice, name, asked) for name in asked}
    if peers:
        roles["psw"] = Role(
            kind="peer",
            shifts=shifts(dice, 2, peer=True),
            last_pickup_minutes=dice.one_of(0.0, dice.number(20.0, 90.0)),
            breaks=breaks(dice),
            protected_share=dice.one_of(0.0, 0.0, 0.1),
        )
    if dice.chance(0.3):
        roles = dict(dice.shuffled(list(roles.items())))
    return Staffing(name="random", roles=roles)


def role(dice: Dice, name: str, asked: list[str]) -> Role:
    limited = name in ("physician", "crisis_clinician")
    others = dice.shuffled([other for other in asked if other != name])
    levels: tuple[tuple[str, ...], ...] = ()
    if dice.chance(0.45) and others:
        levels = dice.one_of(((others[0],),), (tuple(others[:2]),), tuple((other,) for other in others[:2]))
    cover = 3 if name in ("nurse", "physician") else 2
    return Role(
        shifts=shifts(dice, cover, relayed=0.25 if limited else 0.1),
        caseload=dice.one_of(1, 2, 3, 5, None) if limited else dice.one_of(None, None, 2),
        last_pickup_minutes=dice.one_of(0.0, dice.number(20.0, 90.0)) if limited else 0.0,
        breaks=breaks(dice),
        also_serves=levels,
        absence_share=dice.one_of(0.0, 0.0, 0.1),
        protected_share=dice.one_of(0.0, 0.0, 0.0, 0.1) if not dice.grid else 0.0,
    )


def shifts(dice: Dice, cover: int, peer: bool = False, relayed: float = 0.1) -> dict[str, Shift]:
    """Mostly some cover round the clock; at times gaps, and at times nobody at all."""
    if dice.chance(0.05):
        return {"nobody": Shift(start=0.0, minutes=480.0, heads=0)}
    plans: dict[str, Shift] = {}
    if dice.chance(relayed):
        plans = relay(dice)
    elif dice.chance(0.75):
        length = dice.one_of(480.0, 720.0, 480.0, 720.0, 480.0, 720.0, 1440.0, 1440.0)  # the last two run together
        first = min(dice.number(0.0, length - 1.0), 1435.0)
        for number in range(max(1, int(1440.0 / length))):
            start = (first + number * length) % 1440.0
            plans[f"turn_{number}"] = Shift(start=start, minutes=length, heads=dice.between(1, cover))
    for number in range(dice.between(0 if plans else 1, 2)):
        plans[f"extra_{number}"] = Shift(
            start=min(dice.number(0.0, 1430.0), 1435.0),
            minutes=max(dice.number(60.0, 600.0), 60.0),
            heads=dice.between(1, 2),
            days=tuple(range(dice.between(1, 7))),
        )
    if peer:
        kinds = ("youth", "family", None)
        plans = {name: plan.model_copy(update={"peer_kind": dice.one_of(*kinds)}) for name, plan in plans.items()}
    if dice.chance(0.15):
        plans = {name: plan.model_copy(update={"breaks": rest_at_the_end(plan)}) for name, plan in plans.items()}
    return plans


def relay(dice: Dice) -> dict[str, Shift]:
    """One at a time in short shifts with gaps: nobody is there to take over."""
    length, gap = max(dice.number(60.0, 120.0), 60.0), dice.number(5.0, 40.0)
    return {
        f"leg_{number}": Shift(start=number * (length + gap), minutes=length)
        for number in range(int(1440.0 / (length + gap)))
    }


def rest_at_the_end(plan: Shift) -> tuple[Break, ...]:
    """A break that is cut short or dropped if it begins late."""
    return (Break(minutes=10.0, after=plan.minutes - 10.0),)


def breaks(dice: Dice) -> tuple[Break, ...]:
    if dice.chance(0.4):
        return ()
    length = max(dice.number(5.0, 15.0), 1.0)
    if dice.chance(0.5):
        return (Break(minutes=length),)
    return (Break(minutes=length, after=dice.number(0.0, 40.0)), Break(minutes=5.0, protected=dice.chance(0.5)))


def demand(dice: Dice, streams: dict[str, Stream], horizon: float) -> Any:
    n_visits = 1 + max(dice.below(270), dice.below(270))
    per_day = n_visits / horizon * 1440.0
    kind = "replay" if dice.grid else dice.one_of("replay", "replay", "steady", "profile")
    if kind == "steady":
        shares = (0.8, 0.2) if len(streams) == 2 else (1.0,)
        return Steady(
            per_hour={name: per_day / 24.0 * part for name, part in zip(streams, shares, strict=True)},
            acuity_mix=dict.fromkeys(streams, ACUITY_MIX),
        )
    if kind == "profile" and len(streams) == 2:
        return profile(dice, per_day)
    times = sorted(dice.on_grid(0.9 * horizon * dice.below(2**16) / 2**16) for _ in range(n_visits))
    return Replay(visits=tuple(given_visit(dice, at, streams) for at in times))


ACUITY_MIX = (0.06, 0.24, 0.4, 0.2, 0.1)
EVEN_DAY = (1.0 / 24.0,) * 24
BUSY_EVENING = (0.02,) * 12 + (0.06,) * 11 + (0.1,)


def profile(dice: Dice, per_day: float) -> Profile:
    """Both streams by hour, weekday and month, busier and calmer days."""
    both = ("medical", "mental_health")
    week = (1.0, 1.2, 0.8, 1.0, 1.0, 1.1, 0.9)
    return Profile(
        name="random",
        visits_per_year=365.0 * per_day,
        mental_health_share=dice.one_of(0.1, 0.25),
        mh_growth=dice.one_of(None, 1.5),
        hour_shares=dice.one_of(EVEN_DAY, (EVEN_DAY, BUSY_EVENING) * 3 + (EVEN_DAY,)),
        mh_hour_shares={"default": dice.one_of(EVEN_DAY, BUSY_EVENING)},
        weekday_index=dict.fromkeys(both, week),
        month_index=dict.fromkeys(both, (1.1, 0.9) * 6),
        acuity_mix=dict.fromkeys(both, ACUITY_MIX),
        day_factor_cv=dict.fromkeys(both, dice.one_of(0.0, 0.2)),
        visits_per_patient=dict.fromkeys(both, dice.one_of(1.0, 1.2)),
    )


def given_visit(dice: Dice, at: float, streams: dict[str, Stream]) -> GivenVisit:
    """What differs between visits of a list is drawn as one number, so that hypothesis has room for hundreds."""
    stream, acuity, patience, held, step, minutes = dice.each_of(2 * len(streams), 8, 10, 5, 40, 30)
    name = tuple(streams)[stream % len(streams)] if stream else next(iter(streams))
    names = [step.name for step in streams[name].pathway]
    return GivenVisit(
        at=at,
        stream=name,
        acuity=(3, 3, 3, 2, 2, 4, 5, 1)[acuity],
        patience=dice.on_grid(40.0 * (patience - 7)) if patience > 6 else None,
        held=(None, None, None, True, False)[held],
        minutes={names[step]: dice.on_grid(float(minutes))} if step < len(names) else {},
    )


def support(dice: Dice, streams: tuple[str, ...]) -> Support:
    return Support(
        streams=streams[-1:] if dice.chance(0.7) else streams,
        trigger=dice.one_of("at_arrival", "after_triage", "when_roomed"),
        positive_screen_share=dice.one_of(0.0, 0.2),
        consent=dice.one_of(0.8, 0.5, 1.0),
        stays_with_clinician_share=dice.one_of(0.0, 0.0, 0.5, 1.0),
        caseload=dice.one_of(3, 2, 1, None),
        wish_minutes=dice.one_of(60.0, 15.0, 30.0, 120.0, 400.0),
        again_hours=dice.one_of(1.0, 0.25, 0.5, 2.0, 4.0, dice.number(20.0, 240.0) / 60.0),
        bridging_minutes=dice.number(0.0, 15.0),
        call_minutes=dice.number(0.0, 15.0),
        huddle_share=dice.one_of(0.0, 0.5, 1.0),
        huddle_minutes=dice.number(0.0, 5.0),
        huddle_roles=dice.one_of(("crisis_clinician", "nurse"), ("nurse",)),
    )


def effects(dice: Dice) -> Effects:
    if dice.chance(0.5):
        return Effects()
    return Effects(
        total_return_hr=dice.one_of(0.7, 1.3, 8.0),
        bridging_share=dice.one_of(0.2, 0.7),
        peer=RoleEffects(
            assessment_minutes=0.8,
            linkage_odds=1.5,
            patience_while=dice.one_of(0.0, 0.5, 1.0),
            patience_after=dice.one_of(0.7, 1.0, 1.4),
            escalation_while=dice.one_of(0.0, 0.5, 1.0),
            escalation_after=dice.one_of(0.7, 1.0, 1.3),
        ),
    )


def boarding(dice: Dice) -> Boarding:
    ward = BoardingTime(
        minutes=dice.minutes(120.0),
        long_share=dice.one_of(0.0, 0.2),
        nurse_minutes_per_hour=dice.one_of(0.0, 10.0),
        pooled=dice.chance(0.5),
    )
    unit = BoardingTime(minutes=dice.minutes(60.0), nurse_minutes_per_hour=5.0, pooled=True)
    pool = BedPool(beds=dice.between(1, 4), mean_stay_hours=4.0, outside_requests_per_day=6.0)
    pooled = dice.chance(0.4)
    return Boarding(
        kind="pool" if pooled else "distribution",
        mean_hours=6.0,
        times={"ward": ward, "unit": unit},
        pool=pool if pooled else None,
    )
