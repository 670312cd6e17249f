"""What `study=optimise` asks, checked and made ready: every fault at once, each with its place and a remedy."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sim.analysis.assumption_spread import shorter
from sim.analysis.roster_annealing import RosterFloor, SearchGoal
from sim.analysis.roster_choice import FOUND, RosterPlan
from sim.analysis.roster_search import Lines, RosterSpace, canonical, shift_lines_of
from sim.analysis.roster_search_objectives import BY_HOUR, OBJECTIVES, RosterObjective, objective_named
from sim.department.arrivals import MENTAL_HEALTH
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.department.working_time import WorkingTime
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import plain_number
from sim.io.suggest import did_you_mean
from sim.studies.check_settings import measures_to_name, no_measure
from sim.studies.question import Question
from sim.studies.settings_by_study import OptimiseSettings

SEARCH_WARM_UP_WEEKS = 1
"""Queues forget an empty start within days."""


def optimise_plan_of(question: Question) -> RosterPlan:
    """The plan of a question. Raises ScenarioError with every problem."""
    study, scenarios = question.study, question.scenarios
    assert isinstance(study, OptimiseSettings)
    problems = [*faults_of_objectives(study, scenarios), *faults_of_staffings(study, scenarios)]
    if problems:
        raise ScenarioError(problems)
    baseline = study.baseline or study.staffing[0]
    team = scenarios[team_searched(study, scenarios, baseline)]
    floors = tuple(
        RosterFloor(objective_of(study, name, name == study.objective), limit) for name, limit in study.floors.items()
    )
    space = space_of(study, team)
    rosters = {
        name: shift_lines_of(one.staffing, study.role)
        for name, one in scenarios.items()
        if not set(study.role) - set(one.staffing.roles)
    }
    if problems := list(faults_of_budget(study, space)):
        raise ScenarioError(problems)
    starts = starts_of(space, rosters)
    if not starts:
        raise ScenarioError([no_start(study, space, rosters)])
    shown = dict.fromkeys((study.objective, *study.objectives))
    return RosterPlan(
        space=space,
        team=team,
        starts=starts,
        goal=SearchGoal(objective_of(study, study.objective), floors),
        objectives=tuple(objective_of(study, name, name == study.objective) for name in shown),
        hours=BY_HOUR if team.support.role in study.role else (),
        beside={baseline: scenarios[baseline]} | scenarios,
        baseline=baseline,
        rosters=rosters,
        n_rosters=study.rosters,
        n_finalists=study.finalists,
        probability=study.probability,
        replications=study.replications,
        confidence=study.confidence,
        seed=question.seed,
    )


def objective_of(study: OptimiseSettings, name: str, is_asked: bool = True) -> RosterObjective:
    """An objective by its name; what does not matter of the one asked for may be set."""
    return objective_named(name, study.indifference if is_asked else None)


def space_of(study: OptimiseSettings, team: Scenario) -> RosterSpace:
    """What may be tried; the budget is that of the team where none is given."""
    now = shift_lines_of(team.staffing, study.role)
    short = shorter(team, study.search_weeks)
    period = short.period.model_copy(update={"warm_up_weeks": SEARCH_WARM_UP_WEEKS})
    space = RosterSpace(
        team=short.model_copy(update={"period": period}),
        roles=study.role,
        lengths=tuple(sorted(int(hours * MINUTES_PER_HOUR) for hours in study.lengths)),
        most_lines=max(study.lines, *(sum(line.role == role for line in now) for role in study.role)),
        limits=WorkingTime(
            person_hours=study.person_hours,
            person_shifts=study.person_shifts,
            rest_hours=study.rest_hours,
            people=study.people,
        ),
        hours=study.hours,
        money=study.money,
    )
    return space if study.hours or study.money else replace(space, hours=sum(line.hours for line in now))


def team_searched(study: OptimiseSettings, scenarios: Mapping[str, Scenario], baseline: str) -> str:
    """The staffing whose shifts are searched: the baseline, or the first that has the roles."""
    having = [name for name, one in scenarios.items() if not set(study.role) - set(one.staffing.roles)]
    return baseline if baseline in having else having[0]


def starts_of(space: RosterSpace, rosters: Mapping[str, Lines]) -> tuple[Lines, ...]:
    """Where a search may begin: the rosters of the staffings named, cut to what is allowed, each once."""
    cut = [start for lines in rosters.values() if lines and (start := space.start_from(lines)) is not None]
    if not space.cover() and space.is_legal(space.short_start()):
        cut.append(space.short_start())
    return tuple({canonical(lines): lines for lines in cut}.values())


# --- faults


def faults_of_objectives(study: OptimiseSettings, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Objectives nobody has, or without a better direction or a scale; floors that no value can reach."""
    department = next(iter(scenarios.values())).department
    named = [("study.objective", study.objective)]
    named += [("study.objectives", name) for name in study.objectives if name != study.objective]
    named += [(f"study.floors.{name}", name) for name in study.floors]
    known = measures_to_name(scenarios.values())
    foreign: dict[str, list[str]] = {}
    for place, name in named:
        if name in OBJECTIVES:
            if MENTAL_HEALTH not in department.streams:
                foreign.setdefault(place, []).append(name)
            continue
        if name not in known:
            yield Problem(place, repr(name), f"{', '.join(OBJECTIVES)} or a measure; {no_measure(name, known)}")
            continue
        try:
            objective = objective_named(name)
        except KeyError:
            yield Problem(place, repr(name), "neither more nor less of it is better: choose another")
            continue
        if objective.matters is None and study.indifference is None and name == study.objective:
            unit = f"in {in_currency(objective.unit)}" if objective.shown_times == 1.0 else "as a share: 0.01 is 1 %"
            remedy = f"say what difference of it does not matter: study.indifference=NUMBER, {unit}"
            yield Problem("study.indifference", "null", remedy)
    for place, names in foreign.items():
        remedy = (
            f"of visits of the stream {MENTAL_HEALTH}, which the department has not: name measures, as "
            "lwbs_or_ama.all or step_wait_mean.STEP"
        )
        yield Problem(place, ", ".join(map(repr, names)), remedy)
    for name, limit in study.floors.items():
        if name in OBJECTIVES and OBJECTIVES[name].unit == "%" and not 0.0 < limit <= 1.0:
            yield Problem(f"study.floors.{name}", f"{limit:g}", "a share lies above 0 and at most at 1: 0.4 is 40 %")


def faults_of_staffings(study: OptimiseSettings, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Roles nobody has; peers searched together with a role they could then be traded for; a name that is taken."""
    everywhere = {role: each for one in scenarios.values() for role, each in one.staffing.roles.items()}
    unknown = [role for role in study.role if role not in everywhere]
    for role in unknown:
        yield Problem("study.role", repr(role), f"no such role in these staffings; {did_you_mean(role, everywhere)}")
    if not unknown and not any(not set(study.role) - set(one.staffing.roles) for one in scenarios.values()):
        remedy = "no staffing has all of them: add one to study.staffing that does, or search fewer"
        yield Problem("study.role", repr(list(study.role)), remedy)
    peers = [role for role in study.role if role in everywhere and everywhere[role].kind == "peer"]
    others = [role for role in study.role if role in everywhere and role not in peers]
    if peers and others:
        remedy = (
            "peers are cover for nobody, and one budget would trade their hours for those of others: search "
            f"study.role=[{','.join(peers)}] by itself"
        )
        yield Problem("study.role", repr(list(study.role)), remedy)
    if FOUND in scenarios:
        yield Problem("study.staffing", repr(FOUND), f"the roster that is found is called {FOUND}: rename this file")
    if study.replications < 2:
        yield Problem("study.replications", repr(study.replications), "an interval needs 2 or more")


def faults_of_budget(study: OptimiseSettings, space: RosterSpace) -> Iterator[Problem]:
    """A budget below cover, or below the shortest shift."""
    key = "study.hours" if space.money is None else "study.money"
    budget, cover = space.budget, space.cover()
    least = min(space.spent(_one_shift(space, role)) for role in space.roles)
    if budget < cover:
        roles = ", ".join(f"{space.team.department.minimum_cover.get(role, 0)} {role}" for role in space.roles)
        remedy = f"minimum cover ({roles} at all times) takes {amount(space, cover)} a week: give at least that"
        yield Problem(key, plain_number(budget, 0), remedy)
    elif budget < least:
        remedy = f"the shortest shift takes {amount(space, least)}: give more, or shorter study.lengths"
        yield Problem(key, plain_number(budget, 1), remedy)
    if study.rosters < study.finalists:
        yield Problem("study.finalists", str(study.finalists), f"of {study.rosters} rosters: give more study.rosters")


def _one_shift(space: RosterSpace, role: str) -> Lines:
    return tuple(line._replace(role=role) for line in space.short_start())


def amount(space: RosterSpace, value: float) -> str:
    """Hours or money of the budget, with the unit."""
    return f"{plain_number(value, 0)} {in_currency(space.unit)}"


def no_start(study: OptimiseSettings, space: RosterSpace, rosters: Mapping[str, Lines]) -> Problem:
    """That no staffing could be cut to what is allowed, and what is in the way."""
    lines = next((found for found in rosters.values() if found), ())
    spent = space.spent(lines)
    if not space.is_within(lines):
        key = "study.hours" if space.money is None else "study.money"
        remedy = f"no roster within it keeps cover; the one there is takes {amount(space, spent)} a week: give more"
        return Problem(key, plain_number(space.budget, 0), remedy)
    people = replace(space, limits=space.limits.model_copy(update={"people": None})).people(lines)
    if people is None or study.people is None:
        remedy = "no staffing can be worked within hours and rest of a person: give more, or allow shorter rest"
        return Problem("study.person_hours", f"{study.person_hours:g}", remedy)
    remedy = f"the one there is takes {max(people.values())}: give as many, or study.people=null for any number"
    return Problem("study.people", str(study.people), remedy)
