"""One child's visit under both staffings, for the page: the same child by the same rule as `study=journey`."""

from collections.abc import Sequence
from typing import Any

from sim.analysis.journeys import eligible_of_first_week, shared_visits, typical_visit
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.report.figures.journey_figure import LOOKS, bars_of
from sim.report.journey import journey
from sim.runs.engines import COMPILED, ENGINES


def journey_of(scenarios: Sequence[Scenario], seed: int, patient: int | None) -> dict[str, Any]:
    """The visit in rows of bars and in words under both, or why there is none.

    `patient` None: the child whose minutes without staff change by the median, of the first week.
    """
    stream = next(iter(scenarios[0].support.streams), None)
    if stream not in scenarios[0].department.streams:
        return {"nothing": "no stream of this department is offered peer support"}
    runs = [ENGINES[COMPILED](scenario, seed, 0) for scenario in scenarios]
    visits = shared_visits(runs, scenarios, stream)
    eligible = eligible_of_first_week(visits, runs[0].warm_up)
    visit = next((one for one in visits if one.patient == patient), None) if patient is not None else None
    if visit is None and eligible:
        visit = typical_visit(eligible)
    if visit is None:
        return {"nothing": "no visit of the first week can be shown"}
    return {
        "patient": visit.patient,
        "is_other": patient is not None and visit.patient != patient,
        "patients": [one.patient for one in eligible],
        "rows": list(LOOKS),
        "visits": [visit_of(run, row, alone) for run, row, alone in zip(runs, visit.rows, visit.alone, strict=True)],
    }


def visit_of(run: Trajectory, row: int, alone: float) -> dict[str, Any]:
    """Bars by row, minutes after arrival, and the same in words."""
    bars, visit = bars_of(run, row), run.visits.iloc[row]
    return {
        "minutes": float(visit.departure - visit.arrival),
        "alone": alone if alone == alone else None,
        "bars": bars.to_dict("records"),
        "words": journey(run, row),
    }
