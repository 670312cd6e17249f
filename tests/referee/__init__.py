"""The referee: an independent reading of docs/law.md that judges every choice of a run from its tables.

`referee` replays a trajectory and objects where the law would have chosen otherwise; sums and limits are judged by
`tests.invariants`.
"""

from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from tests.referee.arrivals import wrong_arrivals
from tests.referee.objection import Foul, Objection
from tests.referee.replay import Replay
from tests.referee.traits import wrong_traits


def referee(trajectory: Trajectory, scenario: Scenario) -> list[Objection]:
    """Every objection; after a wrong choice the replay stops, for what follows would follow from it.

    Who comes when and what visits bring is judged first, and a run that has it wrong is not replayed.
    """
    brought = wrong_arrivals(trajectory, scenario) or wrong_traits(trajectory, scenario)
    if brought:
        return brought
    replay = Replay(trajectory, scenario)
    try:
        replay.play()
        replay.cases_agree()
        replay.company_agrees()
    except Foul as foul:
        replay.objections.append(foul.objection)
    return replay.objections


__all__ = ["Objection", "referee"]
