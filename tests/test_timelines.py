"""Small departments played by hand: every time is worked out on paper from the law and must come out exactly.

The docstring of a test is the law it shows. Random departments are judged elsewhere, by invariants and a referee.
"""

from typing import Any

import numpy as np

from sim.department.arrivals import GivenVisit, Replay
from sim.department.pathway import Task
from sim.department.roster import Role
from sim.engine.model import simulate
from sim.engine.trajectory import DISPOSITIONS, Trajectory
from tests.worlds import always, one_stream, shift, staffed

NAN = float("nan")


def replay(*visits: tuple[float, float] | dict[str, Any]) -> Replay:
    """Visits as (arrival, minutes of the step `care`), or as the fields of a given visit."""
    given = [visit if isinstance(visit, dict) else {"at": visit[0], "minutes": {"care": visit[1]}} for visit in visits]
    return Replay(visits=tuple(GivenVisit.model_validate({"stream": "medical"} | visit) for visit in given))


def care(role: str = "nurse", minutes: float = 10.0, name: str = "care", **more: Any) -> Task:
    return Task(name=name, role=role, minutes=always(minutes), **more)


def played(*args: Any, **kwargs: Any) -> Trajectory:
    return simulate(one_stream(*args, **kwargs), seed=1)


def times(trajectory: Trajectory, step: str, moment: str) -> list[float]:
    number = ("requested", "started", "ended").index(moment)
    return trajectory.step_times[:, trajectory.steps.index(step), number].tolist()


def started(trajectory: Trajectory, step: str = "care") -> list[float]:
    return times(trajectory, step, "started")


def ended(trajectory: Trajectory, step: str = "care") -> list[float]:
    return times(trajectory, step, "ended")


def departures(trajectory: Trajectory) -> list[float]:
    return trajectory.visit_columns["departure"].tolist()


def dispositions(trajectory: Trajectory) -> list[str]:
    return [DISPOSITIONS[code] for code in trajectory.visit_columns["disposition"]]


def same(a: list[float], b: list[float]) -> bool:
    """Equal to the last bit, nan where nan."""
    return np.array_equal(a, b, equal_nan=True)


# --- shifts and leaving, as published -------------------------------------------------------------------------------


def test_members_finish_the_task_in_hand_and_their_overtime_is_recorded():
    """Three heads until 7, two until 11, one until 20: five tasks run past the shift by 0, 1, 3, 2 and 3 minutes."""
    shifts = {"first": shift(0.0, 7.0, heads=3), "second": shift(7.0, 4.0, heads=2), "third": shift(11.0, 9.0)}
    trajectory = played(
        [care()],
        {"nurse": Role(shifts=shifts)},
        replay((1, 5), (1, 7), (1, 9), (9, 4), (9, 5), (12, 5)),
        minutes=30.0,
    )
    assert started(trajectory) == [1.0, 1.0, 1.0, 9.0, 9.0, 12.0]
    assert ended(trajectory) == [6.0, 8.0, 10.0, 13.0, 14.0, 17.0]
    assert trajectory.staff_columns["overtime"].tolist() == [0.0, 1.0, 3.0, 2.0, 3.0, 0.0]
    assert trajectory.staff_columns["left"].tolist() == [7.0, 8.0, 10.0, 13.0, 14.0, 20.0]
    assert trajectory.task_columns["overtime"].tolist() == [0.0, 1.0, 3.0, 2.0, 3.0, 0.0]


def leaving(at: list[float], service: float, patience: list[float], role: Role, minutes: float) -> Trajectory:
    visits = [{"at": time, "patience": budget} for time, budget in zip(at, patience, strict=True)]
    return played(
        [care(minutes=service, may_leave=True, purpose="physician")], {"nurse": role}, replay(*visits), minutes=minutes
    )


def test_every_second_patient_leaves_when_the_wait_is_too_long():
    """Arrivals every 7, service 11, patience 3: the second and the fourth leave after waiting 3."""
    trajectory = leaving([7.0, 14.0, 21.0, 28.0, 35.0], 11.0, [3.0] * 5, staffed(), 60.0)
    assert dispositions(trajectory) == ["discharge", "lwbs", "discharge", "lwbs", "discharge"]
    assert departures(trajectory) == [18.0, 17.0, 32.0, 31.0, 46.0]
    assert same(started(trajectory), [7.0, NAN, 21.0, NAN, 35.0])


def test_after_the_end_of_the_only_shift_a_task_is_finished_and_then_everybody_leaves():
    """The same with the member's shift ending at 16: the first is finished at 18, the third leaves at 24."""
    trajectory = leaving([7.0, 14.0, 21.0, 28.0], 11.0, [3.0] * 4, Role(shifts={"day": shift(0.0, 16.0)}), 60.0)
    assert departures(trajectory) == [18.0, 17.0, 24.0, 31.0]
    assert dispositions(trajectory) == ["discharge", "lwbs", "lwbs", "lwbs"]
    assert trajectory.staff_columns["left"].tolist() == [18.0]


def test_two_patients_leave_at_the_same_instant():
    """Arrivals 3, 4, 5, 20 with patience 100, 7, 6, 100: both in the middle leave at 11, the last is served 23-43."""
    trajectory = leaving([3.0, 4.0, 5.0, 20.0], 20.0, [100.0, 7.0, 6.0, 100.0], staffed(), 60.0)
    assert departures(trajectory) == [23.0, 11.0, 11.0, 43.0]
    assert dispositions(trajectory) == ["discharge", "lwbs", "lwbs", "discharge"]
    assert started(trajectory)[3] == 23.0


def test_a_task_offered_at_the_instant_patience_is_used_up_wins():
    """The member is free at 10, the patience of the second is used up at 10: served."""
    trajectory = leaving([0.0, 4.0], 10.0, [100.0, 6.0], staffed(), 60.0)
    assert dispositions(trajectory) == ["discharge", "discharge"]
    assert started(trajectory) == [0.0, 10.0]
