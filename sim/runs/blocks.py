"""Play the replications of a comparison: the same patients under every staffing, block by block.

A block is one demand level and one replication under all staffings, so that patients are matched inside the worker
and only small tables leave it. How a run is reduced to them is `sim.runs.run_summary`, what is made of them
`sim.analysis.compare`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.runs.background_writer import write_large_table
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.tables_on_disk import WriteErrors

if TYPE_CHECKING:
    from sim.runs.run_summary import Played

EVENTS = "events"
"""The folder of event logs among the results."""


@dataclass(frozen=True)
class Block:
    """One demand level and replication of all staffings. `visits_folder`: where to keep every visit, if anywhere;
    `event_log`: the format of the event log to write beside that folder, if any.
    """

    demand: float
    replication: int
    seed: int
    scenarios: Mapping[str, Scenario]
    baseline: str
    engine: str = COMPILED
    visits_folder: Path | None = None
    event_log: str | None = None

    def __str__(self) -> str:
        return f"demand {self.demand:g}, replication {self.replication + 1}"


@dataclass(frozen=True)
class BlockAnswer:
    """Played staffings of a block, by name. `unwritten`: files of its visits and events that could not be written."""

    demand: float
    replication: int
    played: "dict[str, Played]" = field(default_factory=dict)
    unwritten: WriteErrors = field(default_factory=WriteErrors)


def at_demand(scenario: Scenario, level: float) -> Scenario:
    """The scenario with growth multiplied."""
    if level == 1.0:
        return scenario
    factors = {"growth": scenario.demand.growth * level}
    mental = getattr(scenario.demand, "mh_growth", None)
    if mental is not None:
        factors["mh_growth"] = mental * level
    return scenario.model_copy(update={"demand": scenario.demand.model_copy(update=factors)})


def play_block(block: Block) -> BlockAnswer:
    """Play every staffing of a block on the same patients."""
    answer = BlockAnswer(block.demand, block.replication)
    answer.played[block.baseline], outcomes = play_staffing(block, block.baseline, None, answer.unwritten)
    for name in block.scenarios:
        if name != block.baseline:
            answer.played[name], _ = play_staffing(block, name, outcomes, answer.unwritten)
    return answer


def play_staffing(
    block: Block, name: str, of_baseline: dict[str, np.ndarray] | None, unwritten: WriteErrors
) -> "tuple[Played, dict[str, np.ndarray]]":
    """Play one staffing and reduce it, so that its trajectory is gone before the next one is played.

    What of its visits and events cannot be written is noted in `unwritten`, and costs nothing else.
    """
    scenario = at_demand(block.scenarios[name], block.demand)
    trajectory = ENGINES[block.engine](scenario, block.seed, block.replication)
    from sim.engine.measures.measuring import per_visit_outcomes
    from sim.runs.run_summary import matched_changes, played

    outcomes = per_visit_outcomes(trajectory)
    changes = None if of_baseline is None else matched_changes(of_baseline, outcomes, trajectory.streams)
    if block.visits_folder is not None:
        visits = visits_file(name, block)
        with unwritten.noted(visits):
            keep_visits(trajectory, name, visits, block)
        with unwritten.noted(visits.parent.with_name(EVENTS) / name):
            keep_events(trajectory, name, block)
    return played(trajectory, scenario, changes), outcomes


def visits_file(name: str, block: Block) -> Path:
    """Where the visits of a staffing of a block stand."""
    assert block.visits_folder is not None
    return block.visits_folder / f"{name}-demand{block.demand:g}-{block.replication:04d}.parquet"


def keep_visits(trajectory: Trajectory, name: str, file: Path, block: Block) -> None:
    """Write every visit of a run."""
    n = trajectory.n_visits
    table = {"demand": np.full(n, block.demand), "staffing": np.full(n, name, dtype=object)}
    table |= trajectory.columns_of_visits()
    write_large_table(table, file)


def keep_events(trajectory: Trajectory, name: str, block: Block) -> None:
    """Write the event log of a run, if one is asked for."""
    if block.visits_folder is None or block.event_log is None:
        return
    from sim.runs.event_export import write_event_log  # few ask for one

    folder = block.visits_folder.with_name(EVENTS)
    folder.mkdir(exist_ok=True)
    first_monday = block.scenarios[name].department.calendar_start
    write_event_log(trajectory, block.event_log, folder, name, first_monday)
