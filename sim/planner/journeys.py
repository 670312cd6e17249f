"""One child's visit under both staffings, for the page: the same child by the same rule as `study=journey`."""

from typing import Any

from sim.analysis.journeys import pair_of_runs
from sim.department.forks import branches_of_forks
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.report.figures.journey_figure import LOOKS, bars_of
from sim.report.journey import Forks, journey
from sim.runs.engines import COMPILED


def journey_of(scenarios: tuple[Scenario, Scenario], seed: int, patient: int | None) -> dict[str, Any]:
    """The visit in rows of bars and in words under both, or why there is none.

    `patient` None: the child whose minutes without staff change by the median, of the first week.
    """
    stream = next(iter(scenarios[0].support.streams), None)
    if stream is None or stream not in scenarios[0].department.streams:
        return {"nothing": "no stream of this department is offered peer support"}
    pair = pair_of_runs(scenarios, COMPILED, seed, stream)
    visit = pair.visit_of(patient) or pair.visit_of(None)
    if visit is None:
        return {"nothing": "no visit of the first week can be shown"}
    forks = branches_of_forks(scenarios[0].department.streams[stream].pathway)
    both = zip(pair.runs, visit.rows, visit.alone, strict=True)
    return {
        "patient": visit.patient,
        "is_other": patient is not None and visit.patient != patient,
        "patients": [one.patient for one in pair.eligible],
        "rows": list(LOOKS),
        "visits": [visit_of(run, row, alone, forks) for run, row, alone in both],
    }


def visit_of(run: Trajectory, row: int, alone: float, forks: Forks) -> dict[str, Any]:
    """Bars by row, minutes after arrival, and the same in words."""
    bars, visit = bars_of(run, row, forks), run.visits.iloc[row]
    return {
        "minutes": float(visit.departure - visit.arrival),
        "alone": alone if alone == alone else None,
        "bars": bars.to_dict("records"),
        "words": journey(run, row, forks),
    }
