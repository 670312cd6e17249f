"""Rules of one's own: asked by the reference at a step, drawn by keys, and refused by the compiled engine."""

import numpy as np
import pytest

import sim
from sim.department.pathway import Delay, Fork, Place, Route
from sim.department.places import Zone
from sim.engine.reference.model import simulate
from sim.engine.reference.own_rules import Floor, RuleError, VisitSeen
from sim.engine.trajectory import identical
from tests.test_timelines import care, same, started, times
from tests.worlds import ALL, always, one_stream, staffed, visits_at

NAN = float("nan")
WORLD = one_stream(
    [Delay(name="walk", minutes=always(2.0)), care()], {"nurse": staffed()}, visits_at(10.0, 12.0, 14.0), minutes=100.0
)
"""Three visits that walk for 2 minutes and have 10 minutes of the one nurse."""


def test_a_step_is_passed_over_where_a_rule_says_so_by_what_the_floor_is_like_then() -> None:
    """The second visit comes to care while the first is with the nurse, passes it over and goes home."""

    def if_nobody_waits(visit: VisitSeen, floor: Floor) -> bool:
        seen.append((floor.now, floor.n_present, floor.on_duty("nurse"), floor.waiting_for("nurse")))
        return visit.arrival != 12.0

    seen: list[tuple[float, int, int, int]] = []
    trajectory = simulate(WORLD, 1, rules={"care": if_nobody_waits})
    assert seen == [(12.0, 1, 1, 0), (14.0, 2, 1, 0), (16.0, 2, 1, 0)]
    assert same(started(trajectory), [12.0, NAN, 22.0])
    assert same(times(trajectory, "care", "requested"), [12.0, NAN, 16.0])
    assert trajectory.visit_columns["departure"].tolist() == [22.0, 14.0, 32.0]


def test_minutes_that_a_rule_gives_are_those_of_the_step() -> None:
    trajectory = simulate(WORLD, 1, rules={"walk": lambda visit, floor: 5.0 if floor.now < 13.0 else None})
    assert times(trajectory, "walk", "ended") == [15.0, 17.0, 16.0]
    assert started(trajectory) == [15.0, 35.0, 25.0]


def test_a_rule_that_leaves_everything_as_it_is_changes_no_bit() -> None:
    scenario = sim.load(study={"weeks": 1, "warm_up_weeks": 0})
    plain = simulate(scenario, 3)
    names = {step.name for stream in scenario.department.streams.values() for step in stream.pathway}
    drawn = simulate(scenario, 3, rules=dict.fromkeys(names, lambda visit, floor: visit.uniform("mine") < 0.0 or None))
    assert identical(plain, drawn)


def test_what_a_rule_draws_is_keyed_by_patient_step_and_name() -> None:
    def noting(visit: VisitSeen, floor: Floor) -> None:
        of_visit = [visit.uniform("a"), visit.uniform("b"), visit.uniform("a", 1), visit.uniform("a")]
        found.setdefault((visit.patient, visit.number), []).append(of_visit)

    found: dict[tuple[int, int], list[list[float]]] = {}
    simulate(WORLD, 1, rules={"walk": noting, "care": noting})
    busy = WORLD.model_copy(update={"staffing": WORLD.staffing.model_copy(update={"roles": {"nurse": staffed(3)}})})
    simulate(busy, 1, rules={"care": noting})
    assert len(found) == 3
    for at_walk, at_care, elsewhere in found.values():
        assert at_care == elsewhere, "the same child has the same numbers under another staffing"
        assert at_walk[0] == at_walk[3]
        assert len({*at_walk, *at_care}) == 6
    everything = np.array([value for each in found.values() for row in each for value in row])
    assert ((everything > 0.0) & (everything < 1.0)).all()


def test_a_rule_may_ask_who_came_and_where_they_are() -> None:
    def noting(visit: VisitSeen, floor: Floor) -> None:
        facts = (visit.stream, visit.acuity, visit.number, visit.zone, visit.disposition, visit.seen_by_physician)
        seen.append((*facts, floor.places_taken("room")))

    seen: list[object] = []
    place = Place(name="room", routes=(Route(acuities=ALL, zones=("room",)),))
    scenario = one_stream(
        [place, care(purpose="physician"), Delay(name="walk", minutes=always(1.0))], {"nurse": staffed()},
        visits_at(1.0, acuity=2), zones={"room": Zone(places=2)},
    )  # fmt: skip
    simulate(scenario, 1, rules={"room": noting, "walk": noting})
    assert seen == [("medical", 2, 1, None, "present", False, 0), ("medical", 2, 1, "room", "present", True, 1)]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"car": lambda visit, floor: None}, "no pathway has such a step; did you mean care?"),
        ({"care": 5}, "give a function of a visit and the floor"),
        ({"care": lambda visit, floor: "long"}, "returned 'long'; return None, True, False or minutes"),
        ({"care": lambda visit, floor: -1.0}, "minutes of at least 0"),
        ({"care": lambda visit, floor: float("inf")}, "minutes of at least 0"),
        ({"care": lambda visit, floor: floor.on_duty("nurs")}, "no such role; did you mean nurse?"),
    ],
)
def test_a_rule_that_cannot_be_asked_or_understood_is_named(rules: dict[str, object], said: str) -> None:
    with pytest.raises(RuleError, match=said.replace("?", r"\?")):
        simulate(WORLD, 1, rules=rules)  # type: ignore[arg-type]


def test_minutes_of_a_step_that_has_none_are_refused() -> None:
    place = Place(name="room", routes=(Route(acuities=ALL, zones=("room",)),))
    scenario = one_stream([place, care()], {"nurse": staffed()}, visits_at(1.0), zones={"room": Zone(places=2)})
    with pytest.raises(RuleError, match="a place has none"):
        simulate(scenario, 1, rules={"room": lambda visit, floor: 5.0})


FORKED = one_stream(
    [
        Fork(name="at_once", branches=("a", "b")),
        Delay(name="scan", branch="a", minutes=always(30.0)),
        care(branch="b"),
        Delay(name="walk", minutes=always(1.0)),
    ],
    {"nurse": staffed()}, visits_at(0.0, 100.0), minutes=200.0,
)  # fmt: skip


def test_a_fork_passed_over_is_passed_with_its_branches_and_has_no_minutes_of_its_own() -> None:
    trajectory = simulate(FORKED, 1, rules={"at_once": lambda visit, floor: visit.arrival > 50.0})
    assert trajectory.visit_columns["departure"].tolist() == [1.0, 131.0]
    assert same(started(trajectory, "scan"), [NAN, 100.0])
    assert same(started(trajectory), [NAN, 100.0])
    with pytest.raises(RuleError, match="a fork has none"):
        simulate(FORKED, 1, rules={"at_once": lambda visit, floor: 5.0})


def test_a_rule_may_be_asked_at_a_step_of_a_branch() -> None:
    trajectory = simulate(FORKED, 1, rules={"scan": lambda visit, floor: visit.arrival > 50.0, "care": lambda *_: 7.0})
    assert trajectory.visit_columns["departure"].tolist() == [8.0, 131.0]


def test_the_compiled_engine_refuses_rules_with_the_reason_and_the_reference_takes_them() -> None:
    scenario = sim.load(study={"weeks": 1, "warm_up_weeks": 0})
    rules = {"imaging": lambda visit, floor: False}
    with pytest.raises(ValueError, match="cannot call Python in the middle of a run; give engine='simpy'"):
        sim.simulate(scenario, rules=rules)
    run = sim.simulate(scenario, engine="simpy", rules=rules)
    assert np.isnan(run.step_times[:, run.steps.index("imaging"), 0]).all()
