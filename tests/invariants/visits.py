"""Invariants of visits: arrival to departure, steps in order, patience, escalation, returns."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.department.forks import steps_side_by_side
from sim.department.pathway import MOST_AT_ONCE, Choose, Delay, Dispose, Fork, Place, Step, Task
from sim.engine.measures.array_loops import Flags, Floats, Integers
from sim.engine.trajectory import (
    AMA,
    LWBS,
    MAIN,
    PRESENT,
    RESPONSE,
)
from tests.invariants.checked_run import TOLERANCE, CheckedRun, open_end, overlaps, rows


def tables_fit_the_scenario(run: CheckedRun) -> Iterator[str]:
    """Members and horizon are the scenario's."""
    named = tuple(member.name for member in run.members)
    if named != run.trajectory.members:
        yield f"members of the trajectory {run.trajectory.members} are not those of the roster {named}"
    if run.horizon != run.scenario.period.horizon:
        yield f"horizon {run.horizon} is not the scenario's {run.scenario.period.horizon}"


def visits_depart_once_or_are_present(run: CheckedRun) -> Iterator[str]:
    """A visit has a departure and a disposition, or neither; rows stand in order of arrival."""
    arrival, disposition = run.visits["arrival"], run.visits["disposition"]
    present = np.isnan(run.visits["departure"])
    for row in rows(present != (disposition == PRESENT)):
        yield f"visit {row}: departure {run.visits['departure'][row]} does not fit disposition {disposition[row]}"
    for row in rows(~present & ~((arrival <= run.departure) & (run.departure < run.horizon))):
        yield f"visit {row}: departs at {run.departure[row]}, outside {arrival[row]} to the horizon"
    for row in rows(np.diff(arrival, prepend=0.0) < 0.0):
        yield f"visit {row}: arrives at {arrival[row]}, before the row above it or before time 0"


def clock_never_runs_back(run: CheckedRun) -> Iterator[str]:
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


def steps_follow_the_pathway(run: CheckedRun) -> Iterator[str]:
    """Steps are played in the order of the pathway, within the stay; those of a branch of a fork within the fork."""
    for number, _ in enumerate(run.trajectory.streams):
        mine = np.flatnonzero(run.visits["stream"] == number)
        side_by_side = steps_side_by_side(run.pathway_of(number))
        of_path: dict[tuple[str, int], list[Step]] = {}
        for step in run.pathway_of(number):
            of_path.setdefault(side_by_side.get(step.name, ("", 0)), []).append(step)
        for (fork, _), steps in of_path.items():
            times = [moments(run, mine, step) for step in steps]
            if fork:
                around = moments(run, mine, fork_of(run, number, fork))
                times = [around[:, :2], *times, around[:, 2:]]
            if len(mine):
                yield from steps_of_stream_in_order(run, mine, np.hstack(times))


def moments(run: CheckedRun, visits: Integers, step: Step) -> Floats:
    """Requested, started, ended of a step of the visits; no columns where the run does not have the step."""
    column = run.column_of(step)
    return run.trajectory.step_times[visits, column] if column >= 0 else np.empty((len(visits), 0))


def fork_of(run: CheckedRun, stream: int, name: str) -> Step:
    return next(step for step in run.pathway_of(stream) if step.name == name)


def forks_are_joined_by_the_last_branch(run: CheckedRun) -> Iterator[str]:
    """A fork ends as its last branch does, and not while a step of one goes on; who is not joined goes no further."""
    for number, _ in enumerate(run.trajectory.streams):
        mine, pathway = np.flatnonzero(run.visits["stream"] == number), run.pathway_of(number)
        side_by_side = steps_side_by_side(pathway)
        for at, fork in enumerate(pathway):
            if not isinstance(fork, Fork) or not len(mine):
                continue
            requested, started, ended = moments(run, mine, fork).T
            inside = [step for step in pathway if side_by_side.get(step.name, ("", 0))[0] == fork.name]
            times = np.stack([moments(run, mine, step) for step in inside], axis=1)
            taken = ~np.isnan(times[:, :, 0])
            last = np.where(taken, open_end(times[:, :, 2]), started[:, None]).max(axis=1, initial=-np.inf)
            for row in rows(~np.isnan(ended) & (ended != last)):
                yield f"visit {mine[row]}: joined after {fork.name} at {ended[row]}, its branches end at {last[row]}"
            for row in rows(np.isnan(requested) & taken.any(axis=1)):
                yield f"visit {mine[row]}: has steps of {fork.name}, which it does not take"
            later = [step for step in pathway[at + 1 :] if step not in inside]
            for row in rows(~np.isnan(requested) & np.isnan(ended) & taken_by(run, mine, later)):
                yield f"visit {mine[row]}: goes on behind {fork.name} and is not joined"


def steps_of_stream_in_order(run: CheckedRun, visits: Integers, times: Floats) -> Iterator[str]:
    """`times` has requested, started, ended of each step of the pathway in a row, nan where it did not happen."""
    bounded = np.column_stack([run.visits["arrival"][visits], times, run.departure[visits]])
    latest = np.maximum.accumulate(np.where(np.isnan(bounded), -np.inf, bounded), axis=1)
    for row in rows(np.any(bounded < latest, axis=1).astype(np.bool_)):
        column = int(np.argmax(bounded[row] < latest[row]))
        moment = bounded[row, column]
        yield f"visit {visits[row]}: time {moment} (number {column} of its steps) is before an earlier one"


def visits_go_one_way(run: CheckedRun) -> Iterator[str]:
    """Of the branches of a step a visit that takes the step is in one; who does not take it is in none."""
    for number, _ in enumerate(run.trajectory.streams):
        mine = np.flatnonzero(run.visits["stream"] == number)
        pathway = run.pathway_of(number)
        for choose in (step for step in pathway if isinstance(step, Choose)):
            names = [branch.name for branch in choose.branches]
            ways = [taken_by(run, mine, [step for step in pathway if step.branch == name]) for name in names]
            n_ways, chose = np.sum(ways, axis=0), taken_by(run, mine, [choose])
            for row in rows(np.asarray(n_ways > chose)):
                yield f"visit {mine[row]}: is in {n_ways[row]} branches of {choose.name}, taken {int(chose[row])} times"


def taken_by(run: CheckedRun, visits: Integers, steps: list[Step]) -> Flags:
    """Which of the visits take at least one of the steps."""
    columns = np.asarray([run.column_of(step) for step in steps if run.column_of(step) >= 0], dtype=np.int64)
    times = run.trajectory.step_times[np.ix_(visits, columns)][:, :, 0]
    return np.asarray((~np.isnan(times)).any(axis=1))


def one_main_task_at_a_time(run: CheckedRun) -> Iterator[str]:
    """A visit is in one task of its main path at most, or in one of each branch of a fork."""
    main = np.flatnonzero(run.worked & (run.tasks["kind"] == MAIN))
    visit = run.tasks["visit"][main]
    branch_of = np.array([
        [steps_side_by_side(run.pathway_of(stream)).get(step, ("", 0))[1] for step in run.trajectory.steps]
        for stream, _ in enumerate(run.trajectory.streams)
    ])  # fmt: skip
    branch = branch_of[run.visits["stream"][visit], run.tasks["step"][main]]
    for first, second in overlaps((MOST_AT_ONCE + 1) * visit + branch, run.tasks["started"][main], run.task_end[main]):
        yield f"visit {visit[first]}: task rows {main[first]} and {main[second]} of the main path overlap"
    for row in rows(run.worked & (run.tasks["kind"] == MAIN) & (run.task_end > run.departure[run.tasks["visit"]])):
        yield f"task row {row}: on the main path and ends after the departure of visit {run.tasks['visit'][row]}"


def held_visits_stay(run: CheckedRun) -> Iterator[str]:
    """Held visits never leave; leavers are told apart by physician contact."""
    leaving = np.isin(run.visits["disposition"], (LWBS, AMA))
    for row in rows(run.visits["held"] & leaving):
        yield f"visit {row}: is held and left at {run.departure[row]}"
    unseen = np.isnan(run.visits["pia"])
    for row in rows(leaving & (unseen != (run.visits["disposition"] == LWBS))):
        disposition, pia = run.visits["disposition"][row], run.visits["pia"][row]
        yield f"visit {row}: disposition {disposition} with first physician contact {pia}"


def patience_is_never_overrun(run: CheckedRun) -> Iterator[str]:
    """At pace 1 leavers have waited exactly their budget, others no more than it; until a visit is met it is pace 1."""
    effects = run.scenario.effects.peer
    even = effects.patience_while == 1.0 and effects.patience_after == 1.0
    met = open_end(run.visits["peer_met"])
    free, budget = ~run.visits["held"], run.visits["patience"]
    until = np.minimum(run.departure, run.horizon)
    waited = _minutes_waiting(run, until if even else np.minimum(until, met))
    for row in rows(free & (waited > budget + TOLERANCE)):
        yield f"visit {row}: waited {waited[row]} minutes on a budget of {budget[row]}"
    leaving = np.isin(run.visits["disposition"], (LWBS, AMA)) & (even | np.isinf(met))
    for row in rows(free & leaving & (waited < budget - TOLERANCE)):
        yield f"visit {row}: left after waiting {waited[row]} minutes of a budget of {budget[row]}"


def _minutes_waiting(run: CheckedRun, until: Floats) -> Floats:
    """Minutes every visit has spent, up to a moment of each, in waits that use up patience."""
    waited = np.zeros(run.trajectory.n_visits)
    for number, _ in enumerate(run.trajectory.streams):
        mine = run.visits["stream"] == number
        if any(isinstance(step, Fork) for step in run.pathway_of(number)):
            for row in rows(mine):
                waited[row] = _minutes_waiting_alone(run, row, run.pathway_of(number), float(until[row]))
            continue
        for step in run.pathway_of(number):
            if isinstance(step, Task | Place | Delay) and step.may_leave and run.column_of(step) >= 0:
                times = run.trajectory.step_times[:, run.column_of(step)]
                waits = np.minimum(open_end(times[:, 1]), until) - np.minimum(times[:, 0], until)
                waited += np.where(mine & ~np.isnan(times[:, 0]), waits, 0.0)
    return waited


def _minutes_waiting_alone(run: CheckedRun, visit: int, pathway: tuple[Step, ...], until: float) -> float:
    """Minutes in which at least one wait uses up patience, and nobody is with the child in another branch."""
    waits, with_child = [], []
    for step in pathway:
        if run.column_of(step) < 0:
            continue
        requested, started, ended = run.trajectory.step_times[visit, run.column_of(step)].tolist()
        if isinstance(step, Task | Place | Delay) and step.may_leave and not np.isnan(requested):
            waits.append((requested, until if np.isnan(started) else started))
        if isinstance(step, Delay) and step.capacity is not None and not np.isnan(started):
            with_child.append((started, until if np.isnan(ended) else ended))
    for row in rows((run.tasks["visit"] == visit) & (run.tasks["kind"] == MAIN) & run.worked):
        with_child.append((float(run.tasks["started"][row]), float(run.task_end[row])))
    edges = sorted({min(edge, until) for spell in waits + with_child for edge in spell})
    return sum(
        high - low
        for low, high in pairwise(edges)
        if any(start <= low < end for start, end in waits) and not any(s <= low < e for s, e in with_child)
    )


def returns_follow_their_visit(run: CheckedRun) -> Iterator[str]:
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


def visit_keys(run: CheckedRun) -> Iterator[tuple[int, int]]:
    """(patient, visit number) of every visit."""
    return zip(run.visits["patient"].tolist(), run.visits["visit_number"].tolist(), strict=True)


def escalations_are_answered(run: CheckedRun) -> Iterator[str]:
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


def resumed(run: CheckedRun) -> Flags:
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


def dispositions_fit_the_pathway(run: CheckedRun) -> Iterator[str]:
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
