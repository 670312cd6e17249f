"""What must hold in every trajectory, whatever the rules of choice: `violations` names every breach.

It reads the tables and the scenario alone. Whether the right task went to the right member is judged by the referee of
the tests.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from sim.department.pathway import Delay, Dispose, Place, Route, SideTask, Step, Task
from sim.department.places import TWELFTHS
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.roster import RosteredMember, members_of
from sim.department.scenario import Scenario
from sim.department.support import (
    DEBRIEF_MINUTES,
    FIRST_BAND,
    RECOVERY_MINUTES,
    REPEAT_BAND,
    WALK_MINUTES,
    after_quiet_hours,
)
from sim.engine.draw_numbers import quantity_id
from sim.engine.trajectory import (
    AMA,
    BRIDGING,
    CALL,
    CONTACT,
    CONTINUING,
    DISCHARGED,
    FIRST,
    LWBS,
    MAIN,
    OBSERVATION,
    PRESENT,
    RECOVERY,
    RESPONSE,
    TASK_KINDS,
    Columns,
    Trajectory,
)
from sim.engine.workload import Workload

TOLERANCE = 1e-6
"""Minutes by which sums of many times may differ."""

PEER_KINDS = (CONTACT, RECOVERY, BRIDGING, CALL)
SHOWN = 5
"""At most so many breaches of one invariant are listed; the rest are counted."""

Floats = np.ndarray
Ints = np.ndarray
Flags = np.ndarray


@dataclass(frozen=True)
class Run:
    """A trajectory and its scenario, with the columns most invariants look at; times open at the end are inf."""

    trajectory: Trajectory
    scenario: Scenario

    @property
    def visits(self) -> Columns:
        return self.trajectory.visit_columns

    @property
    def tasks(self) -> Mapping[str, np.ndarray]:
        return self.trajectory.task_columns

    @property
    def places(self) -> Mapping[str, np.ndarray]:
        return self.trajectory.place_columns

    @property
    def cases(self) -> Mapping[str, np.ndarray]:
        return self.trajectory.case_columns

    @property
    def staff(self) -> Columns:
        return self.trajectory.staff_columns

    @property
    def breaks(self) -> Columns:
        return self.trajectory.break_columns

    @property
    def horizon(self) -> float:
        return self.trajectory.horizon

    @cached_property
    def members(self) -> tuple[RosteredMember, ...]:
        return members_of(self.scenario.staffing.roles)

    @cached_property
    def departure(self) -> Floats:
        """Departure of every visit, inf while present."""
        return open_end(self.visits["departure"])

    @cached_property
    def worked(self) -> Flags:
        """Which rows of `tasks` are spells of work."""
        return np.asarray(~np.isnan(self.tasks["started"]))

    @cached_property
    def task_end(self) -> Floats:
        return open_end(self.tasks["ended"])

    @cached_property
    def spells(self) -> Ints:
        """Rows of `tasks` that are spells of a peer's company."""
        return np.flatnonzero(self.worked & (self.tasks["kind"] == CONTACT))

    @cached_property
    def workload(self) -> Workload:
        """The draws of the run."""
        return Workload(self.scenario, self.trajectory.seed, self.trajectory.replication)

    def meeting_of(self, visit: int) -> float:
        """Minutes of the first conversation, as drawn."""
        stream, patient, number = (int(self.visits[name][visit]) for name in ("stream", "patient", "visit_number"))
        position = self.workload.draws[stream].value_at["peer/first"]
        return self.workload.visit(stream, patient, number)[position]

    def stays_with_clinician(self, visit: int) -> bool:
        """Whether the patient wants the peer beside a clinician, as drawn."""
        patient, number = int(self.visits["patient"][visit]), int(self.visits["visit_number"][visit])
        drawn = self.workload.uniform(patient, number, quantity_id("peer_stays"))
        return drawn < self.scenario.support.stays_with_clinician_share

    @cached_property
    def duty_of_task(self) -> Ints:
        """Row of `staff` in which each spell of work began, -1 if in none."""
        return spell_at(
            self.staff["member"], self.staff["scheduled_start"], self.tasks["member"], self.tasks["started"]
        )

    def column_of(self, step: Step) -> int:
        """Where the step stands in `step_times`, -1 if it does not."""
        return self.trajectory.steps.index(step.name) if step.name in self.trajectory.steps else -1

    def pathway_of(self, stream: int) -> tuple[Step, ...]:
        return self.scenario.department.streams[self.trajectory.streams[stream]].pathway


Invariant = Callable[[Run], Iterator[str]]


def violations(trajectory: Trajectory, scenario: Scenario) -> list[str]:
    """Every breach of an invariant, in words; empty for a sound trajectory.

    `scenario` is the one the run was made from. Of each invariant at most `SHOWN` breaches are spelt out.
    """
    run = Run(trajectory, scenario)
    found: list[str] = []
    for invariant in INVARIANTS:
        breaches = list(invariant(run))
        found += breaches[:SHOWN]
        if len(breaches) > SHOWN:
            found.append(f"... and {len(breaches) - SHOWN} more of {invariant.__name__}")
    return found


def open_end(times: Floats) -> Floats:
    """Times with inf for what has not ended."""
    return np.where(np.isnan(times), np.inf, times)


def rows(flags: Flags) -> list[int]:
    """Numbers of the rows flagged."""
    return [int(row) for row in np.flatnonzero(flags)]


def spell_at(owners: Ints, starts: Floats, wanted: Ints, at: Floats) -> Ints:
    """Row of the owner's last spell that starts no later than `at`, -1 if none."""
    order = np.lexsort((starts, owners))
    row_of = np.full(len(wanted), -1, dtype=np.int64)
    begins = {int(owner): order[owners[order] == owner] for owner in np.unique(owners)}
    for owner, spells in begins.items():
        mine = np.flatnonzero(wanted == owner)
        position = np.searchsorted(starts[spells], at[mine], side="right") - 1
        row_of[mine] = np.where(position >= 0, spells[np.maximum(position, 0)], -1)
    return row_of


def overlaps(owners: Ints, starts: Floats, ends: Floats) -> list[tuple[int, int]]:
    """Pairs of rows of one owner of which the second starts before an earlier one has ended."""
    order = np.lexsort((ends, starts, owners))
    clashes: list[tuple[int, int]] = []
    last = -1
    for row in order:
        if last >= 0 and owners[last] == owners[row]:
            if starts[row] < ends[last]:
                clashes.append((int(last), int(row)))
            if ends[row] < ends[last]:
                continue
        last = int(row)
    return clashes


def highest_count(starts: Floats, ends: Floats) -> tuple[int, float]:
    """Most spells open at once and when; at one instant spells end before others start."""
    times = np.concatenate([starts, ends])
    steps = np.concatenate([np.ones(len(starts), np.int64), np.full(len(ends), -1, np.int64)])
    order = np.lexsort((steps, times))
    count = np.cumsum(steps[order])
    if not count.size:
        return 0, 0.0
    peak = int(np.argmax(count))
    return int(count[peak]), float(times[order][peak])


def time_integral(starts: Floats, ends: Floats, horizon: float) -> float:
    """Area under the number of open spells from 0 to the horizon, by a sweep over the instants of change."""
    times = np.concatenate([starts, np.minimum(ends, horizon)])
    steps = np.concatenate([np.ones(len(starts)), -np.ones(len(ends))])
    order = np.argsort(times, kind="stable")
    count = np.cumsum(steps[order])
    edges = np.append(times[order], horizon)
    return float(np.sum(count * np.diff(edges)))


def tables_fit_the_scenario(run: Run) -> Iterator[str]:
    """Members and horizon are the scenario's."""
    named = tuple(member.name for member in run.members)
    if named != run.trajectory.members:
        yield f"members of the trajectory {run.trajectory.members} are not those of the roster {named}"
    if run.horizon != run.scenario.period.horizon:
        yield f"horizon {run.horizon} is not the scenario's {run.scenario.period.horizon}"


def visits_depart_once_or_are_present(run: Run) -> Iterator[str]:
    """A visit has a departure and a disposition, or neither; rows stand in order of arrival."""
    arrival, disposition = run.visits["arrival"], run.visits["disposition"]
    present = np.isnan(run.visits["departure"])
    for row in rows(present != (disposition == PRESENT)):
        yield f"visit {row}: departure {run.visits['departure'][row]} does not fit disposition {disposition[row]}"
    for row in rows(~present & ~((arrival <= run.departure) & (run.departure < run.horizon))):
        yield f"visit {row}: departs at {run.departure[row]}, outside {arrival[row]} to the horizon"
    for row in rows(np.diff(arrival, prepend=0.0) < 0.0):
        yield f"visit {row}: arrives at {arrival[row]}, before the row above it or before time 0"


def clock_never_runs_back(run: Run) -> Iterator[str]:
    """Every row of a table has its moments in order."""
    for table, columns, moments in (
        ("tasks", run.tasks, ("requested", "started", "ended")),
        ("places", run.places, ("requested", "start", "end")),
        ("cases", run.cases, ("start", "end")),
        ("breaks", run.breaks, ("due", "start", "end")),
        ("staff", run.staff, ("scheduled_start", "scheduled_end", "left")),
    ):
        for first, second in pairwise(moments):
            for row in rows(columns[second] < columns[first]):
                yield f"{table} row {row}: {second} {columns[second][row]} is before {first} {columns[first][row]}"
    for table, columns, moment in (
        ("tasks", run.tasks, "requested"),
        ("places", run.places, "start"),
        ("cases", run.cases, "start"),
    ):
        for row in rows(columns[moment] < run.visits["arrival"][columns["visit"]]):
            yield f"{table} row {row}: {moment} {columns[moment][row]} is before the visit's arrival"


def steps_follow_the_pathway(run: Run) -> Iterator[str]:
    """Steps are played in the order of the pathway, within the stay."""
    for number, stream in enumerate(run.trajectory.streams):
        mine = np.flatnonzero(run.visits["stream"] == number)
        steps = run.scenario.department.streams[stream].pathway
        columns = [run.column_of(step) for step in steps if run.column_of(step) >= 0]
        if len(mine) and columns:
            times = run.trajectory.step_times[np.ix_(mine, np.asarray(columns))].reshape(len(mine), -1)
            yield from steps_of_stream_in_order(run, mine, times)


def steps_of_stream_in_order(run: Run, visits: Ints, times: Floats) -> Iterator[str]:
    """`times` has requested, started, ended of each step of the pathway in a row, nan where it did not happen."""
    bounded = np.column_stack([run.visits["arrival"][visits], times, run.departure[visits]])
    latest = np.maximum.accumulate(np.where(np.isnan(bounded), -np.inf, bounded), axis=1)
    for row in rows(np.any(bounded < latest, axis=1).astype(np.bool_)):
        column = int(np.argmax(bounded[row] < latest[row]))
        moment = bounded[row, column]
        yield f"visit {visits[row]}: time {moment} (number {column} of its steps) is before an earlier one"


def one_main_task_at_a_time(run: Run) -> Iterator[str]:
    """A visit is in one task of its main path at most."""
    main = np.flatnonzero(run.worked & (run.tasks["kind"] == MAIN))
    visit = run.tasks["visit"][main]
    for first, second in overlaps(visit, run.tasks["started"][main], run.task_end[main]):
        yield f"visit {visit[first]}: task rows {main[first]} and {main[second]} of the main path overlap"
    for row in rows(run.worked & (run.tasks["kind"] == MAIN) & (run.task_end > run.departure[run.tasks["visit"]])):
        yield f"task row {row}: on the main path and ends after the departure of visit {run.tasks['visit'][row]}"


def one_thing_at_a_time(run: Run) -> Iterator[str]:
    """Nobody does two tasks at once, or one during a break."""
    work = np.flatnonzero(run.worked)
    member = np.concatenate([run.tasks["member"][work], run.breaks["member"]])
    starts = np.concatenate([run.tasks["started"][work], run.breaks["start"]])
    ends = np.concatenate([run.task_end[work], open_end(run.breaks["end"])])
    for first, second in overlaps(member, starts, ends):
        name = run.trajectory.members[member[first]]
        yield f"{name}: busy from {starts[first]} to {ends[first]}, and again from {starts[second]}"


def work_is_done_on_duty(run: Run) -> Iterator[str]:
    """Tasks start on duty; after the shift's end only a peer's own recovery does; all end before the member leaves."""
    staff, duty = run.staff, run.duty_of_task
    left = open_end(staff["left"])
    for row in rows(run.worked):
        started, spell = run.tasks["started"][row], duty[row]
        late = spell >= 0 and started >= staff["scheduled_end"][spell] and run.tasks["kind"][row] != RECOVERY
        if spell < 0 or started > left[spell] or (late and staff["scheduled_end"][spell] < run.horizon):
            yield f"task row {row}: starts at {started} while {run.tasks['member'][row]} is off duty"
        elif run.task_end[row] > left[spell]:
            yield f"task row {row}: ends at {run.task_end[row]}, the member left at {left[spell]}"


def members_leave_when_free(run: Run) -> Iterator[str]:
    """A member goes home at the end of the shift, or at the end of what is in hand then."""
    staff = run.staff
    work = np.flatnonzero(run.worked)
    rest = spell_at(staff["member"], staff["scheduled_start"], run.breaks["member"], run.breaks["start"])
    last = staff["scheduled_end"].copy()
    np.maximum.at(last, run.duty_of_task[work], run.task_end[work])
    np.maximum.at(last, rest[rest >= 0], open_end(run.breaks["end"])[rest >= 0])
    left = open_end(staff["left"])
    for row in rows(np.where(last >= run.horizon, np.isfinite(left), left != last)):
        yield f"staff row {row}: member {staff['member'][row]} left at {left[row]}, was free at {last[row]}"


def caseloads_are_kept(run: Run) -> Iterator[str]:
    """Nobody holds more open cases than the caseload."""
    for member in run.members:
        limit = caseload_of(run.scenario, member.role)
        mine = run.cases["member"] == member.index
        n_open, at = highest_count(run.cases["start"][mine], open_end(run.cases["end"][mine]))
        if limit is not None and n_open > limit:
            yield f"{member.name}: {n_open} open cases at {at}, the caseload is {limit}"


def caseload_of(scenario: Scenario, role: str) -> int | None:
    """Limit of open cases of a member of the role, None for no limit."""
    return scenario.support.caseload if role == scenario.support.role else scenario.staffing.roles[role].caseload


def cases_have_one_holder(run: Run) -> Iterator[str]:
    """Spells of one case do not overlap, and none outlives the visit."""
    key = run.cases["visit"] * len(run.trajectory.roles) + run.cases["role"]
    ends = open_end(run.cases["end"])
    for first, second in overlaps(key, run.cases["start"], ends):
        yield f"case rows {first} and {second}: two holders of one case at {run.cases['start'][second]}"
    for row in rows(ends > run.departure[run.cases["visit"]]):
        yield f"case row {row}: open until {ends[row]}, after the departure of visit {run.cases['visit'][row]}"


def zones_are_never_overfull(run: Run) -> Iterator[str]:
    """No zone has more visits than places, those being cleaned counted."""
    for number, name in enumerate(run.trajectory.zones):
        zone = run.scenario.department.zones[name]
        mine = run.places["zone"] == number
        ends = open_end(run.places["end"][mine]) + zone.cleaning_minutes
        n_used, at = highest_count(run.places["start"][mine], ends)
        if zone.places is not None and n_used > zone.places:
            yield f"zone {name}: {n_used} places used or being cleaned at {at}, it has {zone.places}"


def one_place_at_a_time(run: Run) -> Iterator[str]:
    """A visit holds one place at most, and none after departure."""
    ends = open_end(run.places["end"])
    for first, second in overlaps(run.places["visit"], run.places["start"], ends):
        yield f"place rows {first} and {second}: visit {run.places['visit'][first]} holds two places"
    for row in rows(ends > run.departure[run.places["visit"]]):
        yield f"place row {row}: held after the departure of visit {run.places['visit'][row]}"


def places_open_within_the_ratio(run: Run) -> Iterator[str]:
    """At the opening of a place, all but CTAS 1 openings of that instant fit the nurses on duty at it."""
    ratio_role = run.scenario.department.ratio_role
    if ratio_role is None:
        return
    weights = [run.scenario.department.zones[name].nurse_twelfths for name in run.trajectory.zones]
    weight = np.asarray(weights, dtype=np.int64)[run.places["zone"]]
    start, end = run.places["start"], open_end(run.places["end"])
    exempt = run.visits["acuity"][run.places["visit"]] == 1
    nurses = run.staff["role"] == run.trajectory.roles.index(ratio_role)
    on, off = run.staff["scheduled_start"][nurses], open_end(run.staff["left"][nurses])
    for row in rows(~exempt):
        at = start[row]
        used = int(weight[(end > at) & ((start < at) | ((start == at) & ~exempt))].sum())
        n_nurses = int(((on <= at) & (off >= at)).sum())
        if end[row] > at and used > TWELFTHS * n_nurses:
            yield f"place row {row}: opened at {at} with {used} twelfths in use and {n_nurses} on duty"


def held_visits_stay(run: Run) -> Iterator[str]:
    """Held visits never leave; leavers are told apart by physician contact."""
    leaving = np.isin(run.visits["disposition"], (LWBS, AMA))
    for row in rows(run.visits["held"] & leaving):
        yield f"visit {row}: is held and left at {run.departure[row]}"
    unseen = np.isnan(run.visits["pia"])
    for row in rows(leaving & (unseen != (run.visits["disposition"] == LWBS))):
        disposition, pia = run.visits["disposition"][row], run.visits["pia"][row]
        yield f"visit {row}: disposition {disposition} with first physician contact {pia}"


def patience_is_never_overrun(run: Run) -> Iterator[str]:
    """At pace 1 leavers have waited exactly their budget, others no more than it; until a visit is met it is pace 1."""
    effects = run.scenario.effects.peer
    even = effects.patience_while == 1.0 and effects.patience_after == 1.0
    met = open_end(run.visits["peer_met"])
    free, budget = ~run.visits["held"], run.visits["patience"]
    until = np.minimum(run.departure, run.horizon)
    waited = minutes_waited(run, until if even else np.minimum(until, met))
    for row in rows(free & (waited > budget + TOLERANCE)):
        yield f"visit {row}: waited {waited[row]} minutes on a budget of {budget[row]}"
    leaving = np.isin(run.visits["disposition"], (LWBS, AMA)) & (even | np.isinf(met))
    for row in rows(free & leaving & (waited < budget - TOLERANCE)):
        yield f"visit {row}: left after waiting {waited[row]} minutes of a budget of {budget[row]}"


def minutes_waited(run: Run, until: Floats) -> Floats:
    """Minutes every visit has spent, up to a moment of each, in waits that use up patience."""
    waited = np.zeros(run.trajectory.n_visits)
    for number, _ in enumerate(run.trajectory.streams):
        mine = run.visits["stream"] == number
        for step in run.pathway_of(number):
            if isinstance(step, Task | Place | Delay) and step.may_leave and run.column_of(step) >= 0:
                times = run.trajectory.step_times[:, run.column_of(step)]
                waits = np.minimum(open_end(times[:, 1]), until) - np.minimum(times[:, 0], until)
                waited += np.where(mine & ~np.isnan(times[:, 0]), waits, 0.0)
    return waited


def peers_do_peer_work(run: Run) -> Iterator[str]:
    """Peers do contacts, bridging, calls and their own recovery; and nobody else does those."""
    peers = [member.index for member in run.members if member.role == run.scenario.support.role]
    by_peer = np.isin(run.tasks["member"], peers)
    peer_kind = np.isin(run.tasks["kind"], PEER_KINDS)
    for row in rows(run.worked & (by_peer != peer_kind)):
        kind, name = TASK_KINDS[run.tasks["kind"][row]], run.trajectory.members[run.tasks["member"][row]]
        yield f"task row {row}: {name} does a task of kind {kind}"


def skill_lists_are_kept(run: Run) -> Iterator[str]:
    """Members do tasks of their own role and of those on their skill list."""
    serves = {member.index: roles_served(run.scenario, member.role) for member in run.members}
    for row in rows(run.worked):
        role, member = run.trajectory.roles[run.tasks["role"][row]], int(run.tasks["member"][row])
        if role not in serves[member]:
            yield f"task row {row}: {run.trajectory.members[member]} does a task of {role}"


def roles_served(scenario: Scenario, role: str) -> set[str]:
    """The role itself and those its members also serve."""
    return {role} | {served for level in scenario.staffing.roles[role].also_serves for served in level}


def littles_law_holds(run: Run) -> Iterator[str]:
    """Time-average number times the horizon is the sum of stays, in every zone and in the whole department."""
    arrival, until = run.visits["arrival"], np.minimum(run.departure, run.horizon)
    yield from unequal(run, "department", arrival, until, float(np.sum(until - arrival)))
    for number, name in enumerate(run.trajectory.zones):
        mine = run.places["zone"] == number
        start, end = run.places["start"][mine], open_end(run.places["end"][mine])
        stays = float(np.sum(np.minimum(end, run.horizon) - start))
        yield from unequal(run, f"zone {name}", start, end, stays)


def unequal(run: Run, where: str, starts: Floats, ends: Floats, stays: float) -> Iterator[str]:
    """Says so if the area under the count is not the sum of the stays."""
    area = time_integral(starts, ends, run.horizon)
    if abs(area - stays) > TOLERANCE * max(1.0, stays):
        yield f"{where}: time-average number times horizon is {area}, the stays sum to {stays}"


def places_are_the_place_steps(run: Run) -> Iterator[str]:
    """Every spell in a place is a place step of the visit, in a zone of its routes, and the other way round."""
    given = set(
        zip(run.places["visit"].tolist(), run.places["requested"].tolist(), run.places["start"].tolist(), strict=True)
    )
    asked: set[tuple[int, float, float]] = set()
    for number, _ in enumerate(run.trajectory.streams):
        mine = np.flatnonzero(run.visits["stream"] == number)
        for step in run.pathway_of(number):
            if isinstance(step, Place) and run.column_of(step) >= 0:
                times = run.trajectory.step_times[mine, run.column_of(step)]
                begun = ~np.isnan(times[:, 1])
                asked |= set(zip(mine[begun].tolist(), times[begun, 0].tolist(), times[begun, 1].tolist(), strict=True))
    for visit, _, start in sorted(given ^ asked):
        yield f"visit {visit}: the place it got at {start} stands in one of places and step_times only"
    yield from zones_off_the_route(run)


def zones_off_the_route(run: Run) -> Iterator[str]:
    """Zones lie on a route for the visit's CTAS level."""
    for row, (visit, zone) in enumerate(zip(run.places["visit"], run.places["zone"], strict=True)):
        routes = [r for step in run.pathway_of(run.visits["stream"][visit]) for r in routes_of(step)]
        acuity = run.visits["acuity"][visit]
        if not any(acuity in route.acuities and run.trajectory.zones[zone] in route.zones for route in routes):
            yield f"place row {row}: zone {run.trajectory.zones[zone]} is on no route of visit {visit}"


def routes_of(step: Step) -> tuple[Route, ...]:
    """Routes of a place step."""
    return step.routes if isinstance(step, Place) else ()


def returns_follow_their_visit(run: Run) -> Iterator[str]:
    """A return comes when the visit before it said, and every return due within the run comes."""
    row_of = {key: row for row, key in enumerate(visit_keys(run))}
    prelude = any(stream.returns and stream.returns.prelude_days for stream in run.scenario.department.streams.values())
    if len(row_of) != run.trajectory.n_visits:
        yield "two visits have the same patient and visit number"
    for (patient, number), row in row_of.items():
        before = row_of.get((patient, number - 1))
        arrival = run.visits["arrival"][row]
        if before is None and number > 1 and not prelude:
            yield f"visit {row}: number {number} of patient {patient}, who has no visit before it"
        if before is not None and not (run.departure[before] <= arrival == run.visits["next_visit"][before]):
            yield f"visit {row}: arrives at {arrival}, visit {before} announced {run.visits['next_visit'][before]}"
        if run.visits["next_visit"][row] < run.horizon and (patient, number + 1) not in row_of:
            yield f"visit {row}: its return at {run.visits['next_visit'][row]} never came"
    for row in rows(np.isnan(run.visits["next_visit"]) != np.isnan(run.visits["departure"])):
        yield f"visit {row}: next_visit {run.visits['next_visit'][row]} with departure {run.visits['departure'][row]}"


def visit_keys(run: Run) -> Iterator[tuple[int, int]]:
    """(patient, visit number) of every visit."""
    return zip(run.visits["patient"].tolist(), run.visits["visit_number"].tolist(), strict=True)


def staff_rows_are_sums_of_tasks(run: Run) -> Iterator[str]:
    """Busy minutes and overtime of a duty are those of its tasks, and so is the overtime of each task."""
    work = np.flatnonzero(run.worked & (run.duty_of_task >= 0))
    duty, start = run.duty_of_task[work], run.tasks["started"][work]
    end = np.minimum(run.task_end[work], run.horizon)
    close = run.staff["scheduled_end"][duty]
    late = np.maximum(0.0, end - np.maximum(start, close))
    for name, minutes in (("busy", np.maximum(0.0, np.minimum(end, close) - start)), ("overtime", late)):
        total = np.bincount(duty, weights=minutes, minlength=len(run.staff[name]))
        for row in rows(np.abs(total - run.staff[name]) > TOLERANCE):
            yield f"staff row {row}: {name} {run.staff[name][row]}, its tasks sum to {total[row]}"
    ended = ~np.isnan(run.tasks["ended"][work])
    for row in rows(ended & (np.abs(late - run.tasks["overtime"][work]) > TOLERANCE)):
        yield f"task row {work[row]}: overtime {run.tasks['overtime'][work[row]]}, it ran {late[row]} past the shift"


def handovers_match_cases(run: Run) -> Iterator[str]:
    """Cases handed over or left unheld at the end of a duty are those whose next spell begins when the member left."""
    cases = run.cases
    following: dict[tuple[int, int, float], int] = {}
    for visit, role, start, member in zip(cases["visit"], cases["role"], cases["start"], cases["member"], strict=True):
        key = (int(visit), int(role), float(start))
        following[key] = min(int(member), following.get(key, int(member)))
    given: dict[tuple[int, float], list[int]] = {}
    for visit, role, member, end in zip(cases["visit"], cases["role"], cases["member"], cases["end"], strict=True):
        heir = following.get((int(visit), int(role), float(end)))
        if member >= 0 and heir is not None and heir != member:
            given.setdefault((int(member), float(end)), []).append(heir)
    for row, (member, left) in enumerate(zip(run.staff["member"], run.staff["left"], strict=True)):
        heirs = given.get((int(member), float(left)), [])
        counted = (int(run.staff["n_handed_over"][row]), int(run.staff["n_unheld"][row]))
        n_unheld = sum(heir < 0 for heir in heirs)
        if counted != (len(heirs) - n_unheld, n_unheld):
            yield f"staff row {row}: handed over, unheld {counted}; cases show {(len(heirs) - n_unheld, n_unheld)}"


def handover_minutes_are_the_departments(run: Run) -> Iterator[str]:
    """Handover adds the department's minutes, or none."""
    minutes, asked = run.tasks["handover"], run.scenario.department.handover_minutes
    for row in rows((minutes != 0.0) & (minutes != asked)):
        yield f"task row {row}: {minutes[row]} handover minutes, the department has {asked}"


def visits_tell_of_their_company(run: Run) -> Iterator[str]:
    """First start, last end, number and minutes of a visit's spells of company are those of the tasks."""
    spell = run.spells
    visit, start, end = run.tasks["visit"][spell], run.tasks["started"][spell], run.task_end[spell]
    n_visits = run.trajectory.n_visits
    first, last = np.full(n_visits, np.inf), np.full(n_visits, -np.inf)
    np.minimum.at(first, visit, start)
    np.maximum.at(last, visit, end)
    for row in rows(first != open_end(run.visits["peer_started"])):
        yield f"visit {row}: peer_started {run.visits['peer_started'][row]}, first spell of company {first[row]}"
    for row in rows(np.isfinite(last) & (last != run.visits["peer_ended"])):
        yield f"visit {row}: peer_ended {run.visits['peer_ended'][row]}, last spell of company ends at {last[row]}"
    n_spells = np.bincount(visit, minlength=n_visits)
    for row in rows(n_spells != run.visits["n_peer_spells"]):
        yield f"visit {row}: {run.visits['n_peer_spells'][row]} spells of company told, {n_spells[row]} done"
    gone, unmet = ~np.isnan(run.visits["departure"]), np.isnan(run.visits["peer_met"])
    missed = run.visits["peer_offered"] & run.visits["peer_consented"] & gone & unmet
    for row in rows(missed != run.visits["peer_missed"]):
        yield f"visit {row}: peer_missed {run.visits['peer_missed'][row]}, met at {run.visits['peer_met'][row]}"
    given = np.maximum(0.0, np.minimum(end, run.horizon) - run.tasks["company_since"][spell])
    minutes = np.bincount(visit, weights=given, minlength=n_visits)
    for row in rows(~(np.abs(minutes - run.visits["minutes_accompanied"]) <= TOLERANCE)):
        told = run.visits["minutes_accompanied"][row]
        yield f"visit {row}: accompanied {told} minutes, its spells of company gave {minutes[row]}"


def company_begins_after_the_walk(run: Run) -> Iterator[str]:
    """Handover and the walk come before company; other tasks have none."""
    since, is_spell = run.tasks["company_since"], run.worked & (run.tasks["kind"] == CONTACT)
    due = run.tasks["started"] + (run.tasks["handover"] + WALK_MINUTES)
    for row in rows(np.where(is_spell, since != due, ~np.isnan(since))):
        yield f"task row {row}: company since {since[row]}, of a {TASK_KINDS[run.tasks['kind'][row]]} at {due[row]}"


def visits_are_met_when_the_meeting_is_over(run: Run) -> Iterator[str]:
    """Company until *met* is the meeting drawn, in spells of which one goes on to then; who is not met had less."""
    spell = run.spells
    visit, since = run.tasks["visit"][spell], run.tasks["company_since"][spell]
    met, end = open_end(run.visits["peer_met"]), np.minimum(run.task_end[spell], run.horizon)
    given = np.maximum(0.0, np.minimum(end, met[visit]) - since)
    minutes = np.bincount(visit, weights=given, minlength=run.trajectory.n_visits)
    inside = np.bincount(visit[(since <= met[visit]) & (met[visit] <= end)], minlength=run.trajectory.n_visits)
    for row in rows(np.isfinite(met) & (inside != 1)):
        yield f"visit {row}: met at {met[row]}, in {inside[row]} spells of company"
    for row in np.unique(visit).tolist():
        meeting = run.meeting_of(row)
        early, late = minutes[row] < meeting - TOLERANCE, minutes[row] > meeting + TOLERANCE
        if late or (early and np.isfinite(met[row])):
            yield f"visit {row}: met at {met[row]} after {minutes[row]} minutes of company, the meeting is {meeting}"


def clinicians_and_company_take_turns(run: Run) -> Iterator[str]:
    """No spell runs beside a main-path task, unless the patient wants it, or while an escalation is answered."""
    with_company = np.flatnonzero(run.visits["n_peer_spells"] > 0)
    stays = np.zeros(run.trajectory.n_visits, dtype=np.bool_)
    stays[with_company] = [run.stays_with_clinician(row) for row in with_company.tolist()]
    kind, visit = run.tasks["kind"], run.tasks["visit"]
    beside = np.flatnonzero((run.worked & (kind == MAIN) & ~stays[visit]) | (kind == RESPONSE))
    begins = np.where(kind == RESPONSE, run.tasks["requested"], run.tasks["started"])
    of_company = np.concatenate([np.ones(len(run.spells), np.bool_), np.zeros(len(beside), np.bool_)])
    row_of = np.concatenate([run.spells, beside])
    for first, second in overlaps(visit[row_of], begins[row_of], run.task_end[row_of]):
        if of_company[first] != of_company[second]:
            pair = f"task rows {row_of[first]} and {row_of[second]}"
            yield f"visit {visit[row_of[first]]}: company beside a clinician, {pair}"


def contacts_of(run: Run) -> list[list[int]]:
    """Rows of the contacts of each visit that has any, in the order they were asked for."""
    contacts = np.flatnonzero(run.tasks["kind"] == CONTACT)
    order = contacts[np.lexsort((run.tasks["slot"][contacts], run.tasks["visit"][contacts]))]
    return [list(rows_of) for _, rows_of in itertools.groupby(order.tolist(), lambda row: run.tasks["visit"][row])]


def wishes_come_again(run: Run) -> Iterator[str]:
    """One contact at a time: a rest at once, or after the night; the next wish the stated hours after the last."""
    requested, end, band = run.tasks["requested"], run.task_end, run.tasks["band"]
    for asked in contacts_of(run):
        if [run.tasks["contact"][row] for row in asked] != [FIRST] + [CONTINUING] * (len(asked) - 1):
            yield f"visit {run.tasks['visit'][asked[0]]}: its first contact is not first, or a later one is"
        for row, following in itertools.zip_longest(asked, asked[1:]):
            if following is None:
                yield from nothing_follows(run, row)
            elif requested[following] not in moments_after(run, row):
                yield f"task row {following}: a contact asked at {requested[following]}, the last ended at {end[row]}"
            elif band[following] != (FIRST_BAND if is_unmet_after(run, row) else REPEAT_BAND):
                yield f"task row {following}: a contact at band {band[following]}"


def is_unmet_after(run: Run, row: int) -> bool:
    """Whether the visit of a contact has not been met by its end."""
    return bool(open_end(run.visits["peer_met"])[run.tasks["visit"][row]] > run.task_end[row])


def moments_after(run: Run, row: int) -> tuple[float, ...]:
    """When what follows a contact may be asked for: its rest, and the next wish."""
    end = float(run.task_end[row])
    if not run.worked[row] or np.isinf(end):
        return ()
    if is_unmet_after(run, row):
        return (end,)
    again = after_quiet_hours(end + run.scenario.support.again_hours * MINUTES_PER_HOUR)
    return (after_quiet_hours(end), again) if run.tasks["interrupted"][row] else (again,)


def nothing_follows(run: Run, row: int) -> Iterator[str]:
    """After its last contact a visit departs, or the run ends, before another is due."""
    due = max(moments_after(run, row), default=np.inf)
    if due < min(run.departure[run.tasks["visit"][row]], run.horizon):
        yield f"task row {row}: ended at {run.task_end[row]}, and no contact is asked for by {due}"


def nights_are_quiet(run: Run) -> Iterator[str]:
    """Company is not asked for in the quiet hours, but for a child not met yet."""
    contact = run.tasks["kind"] == CONTACT
    for row in rows(contact & ~np.isin(run.tasks["band"], (FIRST_BAND, REPEAT_BAND))):
        yield f"task row {row}: a contact at band {run.tasks['band'][row]}"
    for row in rows(contact & (run.tasks["band"] == REPEAT_BAND)):
        requested = float(run.tasks["requested"][row])
        if requested != after_quiet_hours(requested):
            yield f"task row {row}: company asked for at {requested}, in the quiet hours"


def peers_recover(run: Run) -> Iterator[str]:
    """A wish used up is followed by recovery; recovery and debriefs take their minutes, and have their ground."""
    kind, visit, end = run.tasks["kind"], run.tasks["visit"], run.task_end
    recovery = kind == RECOVERY
    asked = set(zip(visit[recovery].tolist(), run.tasks["requested"][recovery].tolist(), strict=True))
    spell = run.spells
    used_up = spell[
        ~run.tasks["interrupted"][spell] & (end[spell] < np.minimum(run.departure[visit[spell]], run.horizon))
    ]
    for row in used_up.tolist():
        if (int(visit[row]), float(end[row])) not in asked:
            yield f"task row {row}: a wish is over at {end[row]} and no recovery is asked for"
    grounds = set(zip(visit[spell].tolist(), end[spell].tolist(), strict=True))
    grounds |= set(enumerate(run.departure.tolist()))
    for row in rows(recovery):
        minutes = end[row] - run.tasks["started"][row]
        if (int(visit[row]), float(run.tasks["requested"][row])) not in grounds:
            yield f"task row {row}: recovery asked for at {run.tasks['requested'][row]}, when no company ends"
        if np.isfinite(minutes) and min(abs(minutes - RECOVERY_MINUTES), abs(minutes - DEBRIEF_MINUTES)) > TOLERANCE:
            yield f"task row {row}: recovery of {minutes} minutes"


def exposures_are_debriefed(run: Run) -> Iterator[str]:
    """Each escalation in the presence of a peer puts company down and is followed by a debrief."""
    n_visits, visit = run.trajectory.n_visits, run.tasks["visit"]
    minutes = run.task_end - run.tasks["started"]
    own = run.tasks["kind"] == RECOVERY
    debriefs = np.bincount(visit[own & (np.abs(minutes - DEBRIEF_MINUTES) <= TOLERANCE)], minlength=n_visits)
    open_still = np.bincount(visit[own & ~np.isfinite(minutes)], minlength=n_visits)
    told = run.visits["n_peer_exposures"]
    cut = run.spells[run.tasks["interrupted"][run.spells]]
    in_company = cut[run.tasks["company_since"][cut] <= run.task_end[cut]]
    possible = np.minimum(np.bincount(visit[in_company], minlength=n_visits), run.visits["n_escalations"])
    for row in rows((told < debriefs) | (told > np.minimum(debriefs + open_still, possible))):
        yield f"visit {row}: {told[row]} exposures told, {debriefs[row]} debriefs, {possible[row]} possible"


def bridging_and_calls_have_their_ground(run: Run) -> Iterator[str]:
    """Bridging is for who was met and asked for once; calls are for who was missed, or left before it began."""
    kind, visit = run.tasks["kind"], run.tasks["visit"]
    n_visits = run.trajectory.n_visits
    bridging, calls = (np.bincount(visit[kind == which], minlength=n_visits) for which in (BRIDGING, CALL))
    withdrawn = np.bincount(visit[(kind == BRIDGING) & run.tasks["withdrawn"]], minlength=n_visits)
    goes_home = np.isin(run.visits["disposition"], (DISCHARGED, LWBS, AMA))
    for row in rows((bridging > 1) | ((bridging == 1) & np.isnan(run.visits["peer_met"]))):
        yield f"visit {row}: {bridging[row]} times bridging, met at {run.visits['peer_met'][row]}"
    due = withdrawn + (run.visits["peer_missed"] & goes_home)
    for row in rows(calls != due):
        yield f"visit {row}: {calls[row]} calls, {due[row]} are due"


def only_the_eligible_are_accompanied(run: Run) -> Iterator[str]:
    """Company needs consent, an offer eligibility, a call reached a call."""
    visits = run.visits
    for claim, ground in (
        ("peer_offered", "peer_eligible"),
        ("peer_missed", "peer_consented"),
        ("call_reached", "called"),
    ):
        for row in rows(visits[claim] & ~visits[ground]):
            yield f"visit {row}: {claim} but not {ground}"
    for row in rows(~np.isnan(visits["peer_started"]) & ~visits["peer_consented"]):
        yield f"visit {row}: company without consent"


def observation_is_accounted_for(run: Run) -> Iterator[str]:
    """From its step to departure every minute of observation is with an aide, or unmet."""
    spell = np.flatnonzero(run.worked & (run.tasks["kind"] == OBSERVATION))
    until = np.minimum(run.task_end[spell], run.horizon)
    visit = run.tasks["visit"][spell]
    n_visits = run.trajectory.n_visits
    seen = np.bincount(visit, weights=until - run.tasks["started"][spell], minlength=n_visits)
    asked = run.tasks["kind"] == OBSERVATION
    since = np.full(n_visits, np.inf)
    np.minimum.at(since, run.tasks["visit"][asked], run.tasks["requested"][asked])
    gone = ~np.isnan(run.visits["departure"])
    whole = np.zeros(n_visits)
    watched = gone & np.isfinite(since)
    whole[watched] = run.departure[watched] - since[watched]
    for row in rows(gone & ~(np.abs(seen - run.visits["minutes_observed"]) <= TOLERANCE)):
        yield f"visit {row}: observed {run.visits['minutes_observed'][row]} minutes, its spells sum to {seen[row]}"
    unmet = run.visits["minutes_observation_unmet"]
    for row in rows(gone & ~(np.abs(whole - seen - unmet) <= TOLERANCE)):
        yield f"visit {row}: observation unmet {unmet[row]}, of {whole[row]} minutes {seen[row]} had an aide"


def escalations_are_answered(run: Run) -> Iterator[str]:
    """Each escalation asks for one task per listed role."""
    asked = (run.tasks["kind"] == RESPONSE) & ~resumed(run)
    n_tasks = np.bincount(run.tasks["visit"][asked], minlength=run.trajectory.n_visits)
    for row in range(run.trajectory.n_visits):
        stream = run.scenario.department.streams[run.trajectory.streams[run.visits["stream"][row]]]
        n_escalations = int(run.visits["n_escalations"][row])
        n_listed = len(stream.escalation.response) if stream.escalation else 0
        if n_tasks[row] != n_escalations * n_listed or (n_escalations and stream.escalation is None):
            yield f"visit {row}: {n_escalations} escalations with {n_tasks[row]} response tasks"
        if run.visits["n_restraints"][row] > n_escalations:
            yield f"visit {row}: more restraints than escalations"


def resumed(run: Run) -> Flags:
    """Rows of `tasks` that are the rest of an interrupted one."""
    key = list(zip(run.tasks["visit"].tolist(), run.tasks["slot"].tolist(), run.tasks["step"].tolist(), strict=True))
    since = run.tasks["requested"]
    cut = {(key[row], float(since[row])): row for row in rows(run.tasks["interrupted"])}
    first: dict[object, float] = {}
    for row in rows(run.tasks["interrupted"]):
        name = (key[row], float(since[row]))
        first[name] = min(first.get(name, np.inf), float(run.tasks["started"][row]))
    flags = np.zeros(len(since), dtype=np.bool_)
    for row, name in enumerate(zip(key, since.tolist(), strict=True)):
        began = run.tasks["started"][row]
        flags[row] = name in cut and not began <= first[name]
    return flags


def interruptions_are_rightful(run: Run) -> Iterator[str]:
    """Only preemptible tasks are interrupted, never those of CTAS 1, and by a member who then begins with CTAS 1.

    Company put down counts as interrupted too; it is judged elsewhere.
    """
    preemptible = {
        (stream, step.name)
        for stream, value in run.scenario.department.streams.items()
        for step in value.pathway
        if isinstance(step, Task | SideTask) and step.preemptible
    }
    acuity = run.visits["acuity"][run.tasks["visit"]]
    urgent = run.worked & (acuity == 1) & (run.tasks["kind"] == MAIN)
    begun = set(zip(run.tasks["member"][urgent].tolist(), run.tasks["started"][urgent].tolist(), strict=True))
    for row in rows(run.tasks["interrupted"] & (run.tasks["kind"] != CONTACT)):
        stream = run.trajectory.streams[run.visits["stream"][run.tasks["visit"][row]]]
        step = run.trajectory.steps[run.tasks["step"][row]] if run.tasks["step"][row] >= 0 else ""
        if (stream, step) not in preemptible or acuity[row] == 1:
            yield f"task row {row}: interrupted, though step {step!r} of CTAS {acuity[row]} may not be"
        if (int(run.tasks["member"][row]), float(run.tasks["ended"][row])) not in begun:
            yield f"task row {row}: interrupted, but its member begins no CTAS 1 task at that moment"


def dispositions_fit_the_pathway(run: Run) -> Iterator[str]:
    """Only streams that dispose admit or transfer, and boarding is for those."""
    disposing = [
        any(isinstance(step, Dispose) for step in run.pathway_of(number))
        for number in range(len(run.trajectory.streams))
    ]
    known = np.asarray(disposing, dtype=np.bool_)[run.visits["stream"]] if disposing else np.zeros(0, np.bool_)
    for row in rows(~known & np.isin(run.visits["disposition"], (2, 3))):
        yield f"visit {row}: admitted or transferred on a pathway that does not dispose"
    boarded = open_end(run.visits["boarding_end"])
    for row in rows(boarded < run.visits["boarding_start"]):
        yield f"visit {row}: boarding ends before it starts"
    for row in rows(np.isfinite(boarded) & (boarded > run.departure)):
        yield f"visit {row}: boards after its departure"


INVARIANTS: tuple[Invariant, ...] = (
    tables_fit_the_scenario,
    visits_depart_once_or_are_present,
    clock_never_runs_back,
    steps_follow_the_pathway,
    one_main_task_at_a_time,
    one_thing_at_a_time,
    work_is_done_on_duty,
    members_leave_when_free,
    caseloads_are_kept,
    cases_have_one_holder,
    zones_are_never_overfull,
    one_place_at_a_time,
    places_open_within_the_ratio,
    held_visits_stay,
    patience_is_never_overrun,
    peers_do_peer_work,
    skill_lists_are_kept,
    littles_law_holds,
    places_are_the_place_steps,
    returns_follow_their_visit,
    staff_rows_are_sums_of_tasks,
    handovers_match_cases,
    handover_minutes_are_the_departments,
    visits_tell_of_their_company,
    company_begins_after_the_walk,
    visits_are_met_when_the_meeting_is_over,
    clinicians_and_company_take_turns,
    only_the_eligible_are_accompanied,
    wishes_come_again,
    nights_are_quiet,
    peers_recover,
    exposures_are_debriefed,
    bridging_and_calls_have_their_ground,
    observation_is_accounted_for,
    escalations_are_answered,
    interruptions_are_rightful,
    dispositions_fit_the_pathway,
)
