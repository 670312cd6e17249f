"""The referee: an independent reading of docs/law.md that judges every choice of a run from its tables.

`referee` replays a trajectory and objects where the law would have chosen otherwise; sums and limits are judged by
`sim.engine.invariants`.
"""

from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from tests.referee.objection import Foul, Objection
from tests.referee.replay import Replay
from tests.referee.traits import wrong_traits


def referee(trajectory: Trajectory, scenario: Scenario) -> list[Objection]:
    """Every objection; after a wrong choice the replay stops, for what follows would follow from it.

    What visits bring is judged first, and a run that has it wrong is not replayed.
    Where the tables leave open whether a contact ended by itself or was cut, the run is given the benefit of the doubt.
    """
    brought = wrong_traits(trajectory, scenario)
    if brought:
        return brought
    objections, doubtful = judged(trajectory, scenario, frozenset())
    for row, moment in doubtful.items():
        if any(objection.time == moment for objection in objections):
            second, _ = judged(trajectory, scenario, frozenset({row}))
            objections = objections if second else []
    return objections


def judged(
    trajectory: Trajectory, scenario: Scenario, doubted: frozenset[int]
) -> tuple[list[Objection], dict[int, float]]:
    """One replay: objections, and task rows of contacts in doubt with their moments."""
    replay = Replay(trajectory, scenario, doubted)
    try:
        replay.play()
        replay.cases_agree()
    except Foul as foul:
        replay.objections.append(foul.objection)
    return replay.objections, replay.doubtful


__all__ = ["Objection", "referee"]
