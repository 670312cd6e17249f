"""Invariants of places: zones, the nurse ratio, Little's law."""

from collections.abc import Iterator

import numpy as np

from sim.department.pathway import Place, Route, Step
from sim.department.places import TWELFTHS
from sim.engine.measures.array_loops import Floats
from tests.invariants.checked_run import (
    TOLERANCE,
    CheckedRun,
    highest_count,
    open_end,
    overlaps,
    rows,
    time_integral,
)


def zones_are_never_overfull(run: CheckedRun) -> Iterator[str]:
    """No zone has more visits than places, those being cleaned counted."""
    for number, name in enumerate(run.trajectory.zones):
        zone = run.scenario.department.zones[name]
        mine = run.places["zone"] == number
        ends = open_end(run.places["end"][mine]) + zone.cleaning_minutes
        n_used, at = highest_count(run.places["start"][mine], ends)
        if zone.places is not None and n_used > zone.places:
            yield f"zone {name}: {n_used} places used or being cleaned at {at}, it has {zone.places}"


def one_place_at_a_time(run: CheckedRun) -> Iterator[str]:
    """A visit holds one place at most, and none after departure."""
    ends = open_end(run.places["end"])
    for first, second in overlaps(run.places["visit"], run.places["start"], ends):
        yield f"place rows {first} and {second}: visit {run.places['visit'][first]} holds two places"
    for row in rows(ends > run.departure[run.places["visit"]]):
        yield f"place row {row}: held after the departure of visit {run.places['visit'][row]}"


def places_open_within_the_ratio(run: CheckedRun) -> Iterator[str]:
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


def littles_law_holds(run: CheckedRun) -> Iterator[str]:
    """Time-average number times the horizon is the sum of stays, in every zone and in the whole department."""
    arrival, until = run.visits["arrival"], np.minimum(run.departure, run.horizon)
    yield from unequal(run, "department", arrival, until, float(np.sum(until - arrival)))
    for number, name in enumerate(run.trajectory.zones):
        mine = run.places["zone"] == number
        start, end = run.places["start"][mine], open_end(run.places["end"][mine])
        stays = float(np.sum(np.minimum(end, run.horizon) - start))
        yield from unequal(run, f"zone {name}", start, end, stays)


def unequal(run: CheckedRun, where: str, starts: Floats, ends: Floats, stays: float) -> Iterator[str]:
    """Says so if the area under the count is not the sum of the stays."""
    area = time_integral(starts, ends, run.horizon)
    if abs(area - stays) > TOLERANCE * max(1.0, stays):
        yield f"{where}: time-average number times horizon is {area}, the stays sum to {stays}"


def places_are_the_place_steps(run: CheckedRun) -> Iterator[str]:
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


def zones_off_the_route(run: CheckedRun) -> Iterator[str]:
    """Zones lie on a route for the visit's CTAS level."""
    for row, (visit, zone) in enumerate(zip(run.places["visit"], run.places["zone"], strict=True)):
        routes = [r for step in run.pathway_of(run.visits["stream"][visit]) for r in _routes_of(step)]
        acuity = run.visits["acuity"][visit]
        if not any(acuity in route.acuities and run.trajectory.zones[zone] in route.zones for route in routes):
            yield f"place row {row}: zone {run.trajectory.zones[zone]} is on no route of visit {visit}"


def _routes_of(step: Step) -> tuple[Route, ...]:
    """Routes of a place step."""
    return step.routes if isinstance(step, Place) else ()
