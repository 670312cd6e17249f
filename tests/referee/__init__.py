"""The referee: an independent reading of docs/law.md that judges every choice of a run from its tables.

`referee` replays a trajectory and objects where the law would have chosen otherwise; sums and limits are judged by
`tests.invariants`.
"""

from collections.abc import Mapping

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
    replay = replayed(trajectory, scenario, {})
    while replay.objections and (other := explained_otherwise(replay)) is not None:
        replay = other
    return replay.objections


def replayed(trajectory: Trajectory, scenario: Scenario, escalates_first: Mapping[float, int]) -> Replay:
    """The replay to its end or its first foul; `escalates_first`: rows of visits by instant, where it was guessed."""
    replay = Replay(trajectory, scenario, escalates_first)
    try:
        replay.play()
        replay.cases_agree()
        replay.company_agrees()
    except Foul as foul:
        replay.objections.append(foul.objection)
    return replay


def explained_otherwise(replay: Replay) -> Replay | None:
    """A replay without the first objection, in which another visit is the first to escalate at that instant, if any.

    An escalation that nobody answers shows only in what it parts. Where several visits lose something at one instant,
    the law is broken only if it is whichever of them escalates.
    """
    moment = replay.objections[0].time
    for row in sorted(replay.may_escalate_at.get(moment, ())):
        other = replayed(replay.t, replay.scenario, {**replay.escalates_first, moment: row})
        if not other.objections or other.objections[0].time > moment:
            return other
    return None


__all__ = ["Objection", "referee"]
