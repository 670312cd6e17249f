"""Measures of a run that are not made of one number per visit: staff, zones, census, cost, waits by step.

Those made of visits are in `sim.engine.measures.measuring`, which puts all of them together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile

import numpy as np

from sim.department.arrivals import Profile, Replay
from sim.department.pathway import Place, Task
from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR, MINUTES_PER_WEEK, sum_in_order
from sim.department.roster import members_of
from sim.department.scenario import Scenario
from sim.engine.measures.catalogue import STREAMS
from sim.engine.measures.census import end_of_waiting
from sim.engine.measures.intervals import Codes, Flags, Floats, Line, Work, end_of_last_begun, minutes_by_code, until
from sim.engine.measures.outcomes import Cohort, one_of, roles_with_purpose
from sim.engine.trajectory import AMA, LWBS, Trajectory, as_it_stands

Values = dict[str, float]
SMALLEST_GROUP = 10
"""Visits on each side below which the effect of clearance tests is not estimated."""


def quotient(above: float, below: float) -> float:
    """Above by below, nan where below is 0."""
    return above / below if below > 0.0 else np.nan


@dataclass(frozen=True)
class StaffTime:
    """Who was on duty, off the floor and at work, as intervals inside [warm_up, measured_until).

    Duties are rows of `staff`, rests rows of `breaks` that began (cut at the scheduled end of their duty), spells rows
    of `tasks` that started. `…_role` is the role of the member, which need not be the role whose queue a task was in.
    """

    cohort: Cohort

    @property
    def trajectory(self) -> Trajectory:
        return self.cohort.trajectory

    @property
    def scenario(self) -> Scenario:
        return self.cohort.scenario

    @property
    def window(self) -> tuple[float, float]:
        return self.trajectory.warm_up, self.trajectory.measured_until

    @property
    def weeks(self) -> float:
        return (self.trajectory.measured_until - self.trajectory.warm_up) / MINUTES_PER_WEEK

    @property
    def days(self) -> float:
        return (self.trajectory.measured_until - self.trajectory.warm_up) / MINUTES_PER_DAY

    @property
    def hours(self) -> Floats:
        """The window cut at every full hour."""
        return self.cohort.hours

    @property
    def role_of_member(self) -> Codes:
        """Role of every member, -1 for a member without any duty and, at the place -1, for nobody."""
        return self.cohort.role_of_member

    @property
    def duties(self) -> tuple[Floats, Floats]:
        staff = self.trajectory.staff_columns
        return staff["scheduled_start"], staff["scheduled_end"]

    @property
    def duty_role(self) -> Codes:
        role: Codes = self.trajectory.staff_columns["role"]
        return role

    @cached_property
    def scheduled(self) -> Floats:
        """Minutes of duty inside the window, by role."""
        return self.minutes_of_roles(self.duty_role, *self.duties)

    @cached_property
    def rests(self) -> tuple[Floats, Floats]:
        """Starts and ends of breaks and protected blocks, nan start for those never begun."""
        breaks = self.trajectory.break_columns
        ends = until(breaks["end"], self.trajectory.horizon)
        return breaks["start"], np.maximum(breaks["start"], np.minimum(ends, self.end_of_duty()))

    def end_of_duty(self) -> Floats:
        """Scheduled end of the duty each break belongs to, inf where there is none."""
        staff, breaks = self.trajectory.staff_columns, self.trajectory.break_columns
        due = np.clip(breaks["due"], 0.0, self.trajectory.horizon)
        line = Line(self.role_of_member.size, self.trajectory.horizon + 1.0)
        return end_of_last_begun(line, staff["member"], *self.duties, breaks["member"], due)

    @property
    def rest_role(self) -> Codes:
        return self.role_of_member[self.trajectory.break_columns["member"]]

    @property
    def work(self) -> Work:
        """Minutes of spells: inside shifts by role and hour of the window, late, by the queue they were in."""
        return self.cohort.work

    @property
    def busy(self) -> Floats:
        """Minutes of spells inside the shift and each of the hours, a row a role."""
        return self.work.in_shift

    @property
    def overtime(self) -> Floats:
        """Minutes of spells after the end of the shift and inside the window, by role."""
        return self.work.late

    def minutes_of_roles(self, roles: Codes, starts: Floats, ends: Floats) -> Floats:
        """Minutes of intervals inside the window, summed for each role of the trajectory."""
        return minutes_by_code(roles, len(self.trajectory.roles), starts, ends, np.asarray(self.window))[:, 0]

    def by_role(self, roles: Codes, values: Floats) -> Floats:
        """Sum of values for each role of the trajectory."""
        known = roles >= 0
        found = np.bincount(roles[known], weights=values[known], minlength=len(self.trajectory.roles))
        return found.astype(np.float64)

    @cached_property
    def peers(self) -> tuple[bool, ...]:
        """Whether each role of the trajectory is one of peers."""
        peers = peer_roles(self.scenario)
        return tuple(name in peers for name in self.trajectory.roles)


def peer_roles(scenario: Scenario) -> tuple[str, ...]:
    """Names of the roles of peers: that of peer support, and any of kind peer on the roster."""
    others = (name for name, role in scenario.staffing.roles.items() if role.kind == "peer")
    return tuple(dict.fromkeys((scenario.support.role, *others)))


def main_roles(scenario: Scenario) -> tuple[str, ...]:
    """Names of the roles whose work is set against their heads: who sees each child first, whom the ratio rule counts,
    who assesses mental health, and peers."""
    first, then = (roles_with_purpose(scenario, purpose) for purpose in ("physician", "assessment"))
    nurse = scenario.department.ratio_role
    return tuple(dict.fromkeys((*first, *([nurse] if nurse else []), *then, *peer_roles(scenario))))


def run_measures(cohort: Cohort, time: StaffTime) -> Values:
    """All measures of the run that need more than one number per visit."""
    values: Values = {}
    for part in (role_measures, physician_measures, cost_measures):
        values.update(part(time))
    values.update(zone_measures(time))
    values.update(census_measures(time))
    values.update(steadiness_measures(time))
    values.update(step_waits(cohort))
    values.update(nurse_waits(cohort))
    values.update(clearance_measures(cohort))
    return values


def role_measures(time: StaffTime) -> Values:
    """Utilisation, hours and handovers of every role; protected time kept of roles that have some."""
    scheduled, busy, overtime = time.scheduled, time.busy.sum(axis=1), time.overtime
    resting = time.minutes_of_roles(time.rest_role, *time.rests)
    handed_over, unheld = handovers(time)
    kept = protected_time_kept(time)
    values: Values = {}
    for number, role in enumerate(time.trajectory.roles):
        if not time.peers[number]:
            values[f"utilisation.{role}"] = quotient(busy[number], scheduled[number] - resting[number])
            values[f"utilisation_raw.{role}"] = quotient(busy[number], scheduled[number])
        values[f"scheduled_hours_per_week.{role}"] = scheduled[number] / MINUTES_PER_HOUR / time.weeks
        values[f"busy_hours_per_week.{role}"] = busy[number] / MINUTES_PER_HOUR / time.weeks
        values[f"overtime_hours_per_week.{role}"] = overtime[number] / MINUTES_PER_HOUR / time.weeks
        values[f"handovers_per_week.{role}"] = handed_over[number] / time.weeks
        values[f"unheld_per_week.{role}"] = unheld[number] / time.weeks
        values[f"protected_time_kept.{role}"] = kept[number]
    return values


def handovers(time: StaffTime) -> tuple[Floats, Floats]:
    """Cases handed over and left unheld by role, by members who went home inside the window."""
    staff = time.trajectory.staff_columns
    inside = (staff["left"] >= time.trajectory.warm_up) & (staff["left"] <= time.trajectory.measured_until)
    return (
        time.by_role(time.duty_role, np.where(inside, staff["n_handed_over"], 0.0)),
        time.by_role(time.duty_role, np.where(inside, staff["n_unheld"], 0.0)),
    )


def protected_time_kept(time: StaffTime) -> Floats:
    """Share of protected minutes due in the window that were taken, by role; nan for roles without any."""
    breaks = time.trajectory.break_columns
    begun = ~np.isnan(breaks["start"])
    inside = (breaks["due"] >= time.trajectory.warm_up) & (breaks["due"] < time.trajectory.measured_until)
    due = breaks["protected"] & inside
    due &= begun | (breaks["due"] < on_duty_since(time)[breaks["member"]])
    planned = protected_minutes(time)
    running = begun & np.isnan(breaks["end"])
    taken = np.where(running, planned, np.where(begun, breaks["end"] - breaks["start"], 0.0))
    asked = time.by_role(time.rest_role, np.where(due, planned, 0.0))
    got = time.by_role(time.rest_role, np.where(due, taken, 0.0))
    return np.array([quotient(*pair) for pair in zip(got.tolist(), asked.tolist(), strict=True)])


def on_duty_since(time: StaffTime) -> Floats:
    """Start of the duty each member is still on when the run ends, inf for those at home."""
    staff = time.trajectory.staff_columns
    since = np.full(time.role_of_member.size, np.inf)
    still = np.isnan(staff["left"])
    since[staff["member"][still]] = staff["scheduled_start"][still]
    return since


def protected_minutes(time: StaffTime) -> Floats:
    """Minutes each protected block was to last: the member's by the roster, an even split if there are several."""
    lengths = np.zeros(time.role_of_member.size)
    for member in members_of(time.scenario.staffing.roles):
        blocks = [block.minutes for block in member.breaks if block.protected]
        if blocks and member.index < lengths.size:
            lengths[member.index] = sum_in_order(blocks) / len(blocks)
    return lengths[time.trajectory.break_columns["member"]]


def physician_measures(time: StaffTime) -> Values:
    """Physician hours demanded a day, patients per physician-hour rostered."""
    names = roles_with_purpose(time.scenario, "physician")
    roles = [number for number, role in enumerate(time.trajectory.roles) if role in names]
    worked = time.work.asked[roles].sum() / MINUTES_PER_HOUR
    rostered = time.scheduled[roles].sum() / MINUTES_PER_HOUR
    pia = time.trajectory.visit_columns["pia"]
    n_seen = int(np.count_nonzero((pia >= time.trajectory.warm_up) & (pia < time.trajectory.measured_until)))
    return {
        "physician_hours_demanded_per_day.all": float(worked / time.days),
        "patients_per_physician_hour.all": quotient(n_seen, float(rostered)),
    }


def cost_measures(time: StaffTime) -> Values:
    """Staff cost a week and per visit, overtime apart too."""
    staffing = time.scenario.staffing
    overtime = time.overtime / MINUTES_PER_HOUR / time.weeks
    rates = [staffing.roles[role].hourly_cost if role in staffing.roles else 0.0 for role in time.trajectory.roles]
    extra = float(overtime @ np.asarray(rates, dtype=np.float64)) if rates else 0.0
    arrival = time.trajectory.visit_columns["arrival"]
    n_visits = int(np.count_nonzero((arrival >= time.trajectory.warm_up) & (arrival < time.trajectory.measured_until)))
    weekly = staffing.weekly_cost() + extra
    return {
        "staff_cost_per_week.all": weekly,
        "overtime_cost_per_week.all": extra,
        "cost_per_visit.all": quotient(weekly, n_visits / time.weeks),
    }


def zone_measures(time: StaffTime) -> Values:
    """Mean places in use and occupancy of every zone."""
    places, zones = time.trajectory.place_columns, time.scenario.department.zones
    zone_of, starts, ends = (as_it_stands(places, name) for name in ("zone", "start", "end"))
    n_zones, window = len(time.trajectory.zones), np.asarray(time.window)
    minutes = minutes_by_code(zone_of, n_zones, starts, ends, window)
    values: Values = {}
    for number, zone in enumerate(time.trajectory.zones):
        in_use = minutes[number, 0] / (time.trajectory.measured_until - time.trajectory.warm_up)
        limit = zones[zone].places if zone in zones else None
        values[f"census_zone_mean.{zone}"] = float(in_use)
        values[f"occupancy.{zone}"] = quotient(float(in_use), limit or 0.0)
    return values


def census_measures(time: StaffTime) -> Values:
    """Mean visits present, waiting for a place and boarding, and boarding hours a week, by stream."""
    visits, edges = time.trajectory.visit_columns, np.asarray(time.window)
    states = {
        "present": (visits["arrival"], visits["departure"]),
        "waiting": (visits["arrival"], end_of_waiting(time.trajectory)),
        "boarding": (visits["boarding_start"], np.fmin(visits["boarding_end"], visits["departure"])),
    }
    minutes = {
        state: minutes_by_code(visits["stream"], len(time.trajectory.streams), *interval, edges)[:, 0]
        for state, interval in states.items()
    }
    values: Values = {}
    for part, streams in parts(time.trajectory):
        for state in states:
            values[f"census_{state}_mean.{part}"] = float(minutes[state][streams].sum()) / (edges[1] - edges[0])
        values[f"boarding_hours_per_week.{part}"] = values[f"census_boarding_mean.{part}"] * MINUTES_PER_WEEK / 60.0
    return values


def steadiness_measures(time: StaffTime) -> Values:
    """Length of the window, and minutes waited per arrival early and late in it, which differ if a queue grows.

    Minutes count when they are waited, so that visits still waiting when the window ends do not make the late ones look
    short. Thirds are whole weeks, so that both have the same days of the week; nan where the window has no three weeks,
    or where demand changes over the weeks by itself.
    """
    run = time.trajectory
    third = time.weeks // 3 * MINUTES_PER_WEEK
    known = third > 0.0 and not changes_over_weeks(time.scenario)
    thirds = {"first": (run.warm_up, run.warm_up + third), "last": (run.measured_until - third, run.measured_until)}
    waited = {name: minutes_waited(run, *third) if known else np.nan for name, third in thirds.items()}
    return {"measured_days.all": time.days} | {f"wait_{name}_third.all": value for name, value in waited.items()}


def changes_over_weeks(scenario: Scenario) -> bool:
    """Whether demand itself changes over the weeks: by month, or as in a list of visits."""
    if isinstance(scenario.demand, Profile):
        return scenario.period.uses_month_factors
    return isinstance(scenario.demand, Replay)


def minutes_waited(trajectory: Trajectory, start: float, end: float) -> float:
    """Minutes of waiting for a first physician contact in [start, end), per arrival in it."""
    visits = trajectory.visit_columns
    everyone = np.zeros(trajectory.n_visits, dtype=np.int8)
    over = np.fmin(visits["pia"], visits["departure"])
    minutes = minutes_by_code(everyone, 1, visits["arrival"], over, np.array([start, end]))[0, 0]
    first, last = np.searchsorted(visits["arrival"], (start, end))
    return quotient(float(minutes), float(last - first))


def parts(trajectory: Trajectory) -> Iterator[tuple[str, list[int]]]:
    """`all`, medical, mental health and any other stream of the run, each with the codes of its streams."""
    yield "all", list(range(len(trajectory.streams)))
    for name in dict.fromkeys((*STREAMS, *trajectory.streams)):
        yield name, [number for number, stream in enumerate(trajectory.streams) if stream == name]


def all_streams(trajectory: Trajectory, codes: Codes) -> Iterator[tuple[str, Flags]]:
    """The same, each with its visits among those whose streams are given."""
    for part, streams in parts(trajectory):
        yield part, one_of(codes, streams)


def step_waits(cohort: Cohort) -> Values:
    """Mean wait for every step that can be waited for, over all visits and by stream."""
    values = Values()
    for step in cohort.by_step.waited_for:
        number = cohort.trajectory.steps.index(step)
        for part, streams in parts(cohort.trajectory):
            key = step if part == "all" else f"{step}.{part}"
            values[f"step_wait_mean.{key}"] = mean_wait(cohort, [(stream, number) for stream in streams])
    return values


def nurse_waits(cohort: Cohort) -> Values:
    """Mean wait for the first task of the nurse after rooming, over all visits and by stream."""
    run = cohort.trajectory
    first = first_nurse_tasks(cohort.scenario)
    places = {
        number: run.steps.index(first[stream])
        for number, stream in enumerate(run.streams)
        if first.get(stream) in run.steps
    }
    return {
        f"wait_for_nurse_mean.{part}": mean_wait(cohort, [(code, places[code]) for code in streams if code in places])
        for part, streams in parts(run)
    }


def first_nurse_tasks(scenario: Scenario) -> dict[str, str]:
    """Step by stream: the first task of the role that the ratio rule counts, after the first place of the pathway.

    Streams without a place, or whose nurse has no task after it, are left out.
    """
    role = scenario.department.ratio_role
    found = {}
    for name, stream in scenario.department.streams.items():
        roomed = dropwhile(lambda step: not isinstance(step, Place), stream.pathway)
        tasks = [step.name for step in roomed if isinstance(step, Task) and step.role == role]
        if tasks:
            found[name] = tasks[0]
    return found


def mean_wait(cohort: Cohort, steps: Sequence[tuple[int, int]]) -> float:
    """Mean minutes from request to start over steps, each given by its stream and its place among all steps."""
    minutes = sum_in_order(float(cohort.by_step.minutes[step]) for step in steps)
    n_waits = sum_in_order(float(cohort.by_step.n_waits[step]) for step in steps)
    return quotient(minutes, n_waits)


def clearance_measures(cohort: Cohort) -> Values:
    """Extra stay of mental-health visits with clearance tests, by regression and as plain difference."""
    streams = dict(parts(cohort.trajectory))
    # Who walks out has a short stay and no tests: counting them would blame the tests for it.
    mental = one_of(cohort.codes("stream"), streams["mental_health"])
    chosen = mental & cohort.departed & ~cohort.ended_as(LWBS, AMA)
    tested = ~np.isnan(cohort.by_step.clearance_started[chosen])
    stay = cohort.stay[chosen]
    n_tested = np.count_nonzero(tested)
    if min(n_tested, tested.size - n_tested) < SMALLEST_GROUP:
        return {"clearance_extra_stay.all": np.nan, "clearance_stay_difference.all": np.nan}
    adjusted = effect_of(tested, stay, cohort.codes("acuity")[chosen], cohort.admitted[chosen])
    plain = float(stay[tested].mean() - stay[~tested].mean())
    return {"clearance_extra_stay.all": adjusted, "clearance_stay_difference.all": plain}


def effect_of(tested: Flags, stay: Floats, acuity: Codes, admitted: Flags) -> float:
    """Least-squares coefficient of tested, CTAS dummies and admission held fixed; nan if they cannot be told apart."""
    # Visits alike in all three are one row that weighs as many: the same coefficient from twenty rows at most.
    cell = 4 * acuity + 2 * admitted + tested
    n = np.bincount(cell)
    alike, n = np.flatnonzero(n), n[n > 0]
    mean_stay = np.bincount(cell, weights=stay)[alike] / n
    dummies = [alike // 4 == level for level in np.unique(alike // 4)]
    others = np.column_stack([*dummies, alike // 2 % 2]).astype(np.float64)
    design = np.column_stack([alike % 2, others]).astype(np.float64)
    if np.linalg.matrix_rank(design) == np.linalg.matrix_rank(others):
        return np.nan
    weight = np.sqrt(n)
    return float(np.linalg.lstsq(design * weight[:, np.newaxis], mean_stay * weight)[0][0])
